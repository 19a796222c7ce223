//! Mizzen renders Helm charts without Helm, byte for byte.
//!
//! The modules stand in the order in which data flows through them.

// What everything speaks.
pub mod go;
pub mod host;
pub mod profile;
pub mod schema;
pub mod yaml;

// What comes in.
pub mod chart;
pub mod services;
pub mod values;

// How it is rendered.
pub mod engine;
pub mod functions;
pub mod lint;
pub mod manifest;
pub mod template;
pub mod trace;

// The whole flow, and what goes out.
pub mod bundle;
pub mod cli;
pub mod diagnose;
pub mod diff;
pub mod error;
pub mod output;
pub mod render;
