//! The values a chart really sees.
//!
//! Imports: go, yaml, profile, schema, chart.
