//! Rendered text → documents, sorted resources, hooks.
//!
//! Imports: go, yaml, profile.

pub mod head;
pub mod order;
pub mod sort;
pub mod split;

pub use sort::{Error, Hook, Manifest, Sorted, sort};
pub use split::split;
