//! The function library, one file per chapter of Helm's function list.
//!
//! Imports: go, yaml, host, profile, template.
