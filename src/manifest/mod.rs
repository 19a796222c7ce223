//! Rendered text to documents, sorted resources and hooks.
//!
//! Imports: go, yaml, profile.
