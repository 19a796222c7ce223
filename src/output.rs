//! Manifests to a stream, a directory or JSON.
//!
//! Imports: go, yaml, manifest.
