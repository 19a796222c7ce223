//! `configuration.yml` to charts, and the umbrella chart of all services.
//!
//! `library` is what the platform team wrote, and `libraries` its versions that stand side by side; `configuration` is
//! what a service team wrote, `merge` lays the one over the other, and `chart` makes of the result the chart of one
//! service: in memory to render, or as files to export. `check` finds what is wrong with a configuration and says
//! where; `umbrella` makes one chart of all services.
//! [`Libraries`] and a [`Service`] hold no Go values, so that threads share them; each thread reads a library once
//! into a [`Platform`] and makes its charts with that.
//!
//! Imports: go, yaml, profile, schema, chart.

pub mod chart;
pub mod check;
pub mod configuration;
pub mod consistency;
pub mod encoding;
pub mod error;
pub mod finding;
pub mod guide;
pub mod hint;
pub mod kubernetes;
pub mod libraries;
pub mod library;
pub mod merge;
pub mod nearest;
pub mod network;
pub mod origins;
pub mod places;
pub mod quantities;
pub mod umbrella;
pub mod unread;

pub use self::chart::{Export, Platform};
pub use check::{Checked, Source, check};
pub use configuration::{Configuration, Layer, Misnamed, Service, Services, discover};
pub use error::Error;
pub use finding::{Finding, RULES};
pub use guide::Guide;
pub use libraries::{Libraries, Platforms};
pub use library::{Library, Resource};
pub use merge::merge;
pub use umbrella::Umbrella;
