//! The Helm version to be compatible with, as one table of data: a row a behaviour, a column a version.
//!
//! Imports: go.
