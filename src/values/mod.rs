//! The values a chart really sees: -f, --set grammar, conditions, tags, import-values, coalesce, schema.
//!
//! In Helm's order: [`user_values`] reads what the user gave, [`process_dependencies`] switches subcharts on and off
//! and imports their values, and [`to_render_values`] makes `.Values` and checks it against the schemas.
//! A subchart's `.Values` is the very map that stands under its name in its parent's, as in Helm.
//!
//! Imports: go, yaml, profile, schema, chart.

pub mod coalesce;
pub mod dependencies;
pub mod error;
mod layers;
pub mod options;
pub mod set;

pub use coalesce::{coalesce, coalesce_tables, to_render_values};
pub use dependencies::process_dependencies;
pub use error::Error;
pub use options::{Options, user_values};

#[cfg(test)]
mod tests;
