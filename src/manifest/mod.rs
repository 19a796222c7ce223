//! Rendered text → documents, sorted resources, hooks.
//!
//! Imports: go, yaml, profile.

pub mod head;
pub mod order;
pub mod sort;
pub mod split;

pub use sort::{Error, Event, Hook, Manifest, sort};
pub use split::split;

use crate::go::Str;

/// What a chart renders to.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// The files under `crds/`, which are not rendered; none where they were not asked for.
    pub crds: Vec<Crd>,
    /// What is installed, sorted by kind.
    pub manifests: Vec<Manifest>,
    /// What runs beside it, sorted by kind.
    pub hooks: Vec<Hook>,
}

/// A file under `crds/`.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The path from the root chart's parent.
    pub path: String,
    /// The bytes, which may be several documents.
    pub content: Str,
}
