//! Helm's rules for running templates.
//!
//! Imports: go, host, profile, yaml, template, functions, chart, values.
