//! The text/template language, knowing nothing of Helm.
//!
//! Imports: go, host.

pub mod error;
pub mod function;
