//! `configuration.yml` to charts, and the umbrella chart of all services.
//!
//! Imports: go, yaml, profile, schema, chart.
