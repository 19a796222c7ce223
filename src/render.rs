//! The whole flow, one call per stage: the place to start reading.
//!
//! Imports: go, host, profile, chart, values, engine, manifest, error.
