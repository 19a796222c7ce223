//! JSON Schema checks in Helm's words.
//!
//! Imports: go, yaml, profile.
