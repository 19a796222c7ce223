//! YAML read and written byte for byte as Helm does.
//!
//! Imports: go.
