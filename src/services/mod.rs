//! `configuration.yml` to charts, and the umbrella chart of all services.
//!
//! `library` is what the platform team wrote, `configuration` what a service team wrote, `merge` lays the one over the
//! other, and `chart` makes of the result the chart of one service: in memory to render, or as files to export.
//! A [`Library`] and a [`Service`] hold no Go values, so that threads share them; each thread reads the library once
//! into a [`Platform`] and makes its charts with that.
//!
//! Imports: go, yaml, profile, schema, chart.

pub mod chart;
pub mod configuration;
pub mod error;
pub mod library;
pub mod merge;

pub use self::chart::{Export, Platform};
pub use configuration::{Service, Services, discover};
pub use error::Error;
pub use library::{Library, Resource};
pub use merge::merge;
