//! The Helm version to be compatible with, as one table of data: a row a behaviour, a column a version.
//!
//! Imports: go.

/// One column of the table: how one version of Helm behaves.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// As `--helm-version` names it.
    pub name: &'static str,
    /// The exact version whose binary the goldens come from.
    pub version: &'static str,
    /// The version of Go's standard library it is built with.
    pub go: Go,
}

/// The version of Go, where its text/template and fmt differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Go {
    /// Go 1.25: Helm 4.1.
    Go125,
    /// Go 1.27: Helm 4.3.
    Go127,
}

/// Helm 4.1.4.
pub static HELM_4_1: Profile = Profile { name: "4.1", version: "4.1.4", go: Go::Go125 };
/// Helm 4.3.1.
pub static HELM_4_3: Profile = Profile { name: "4.3", version: "4.3.1", go: Go::Go127 };

/// All columns, oldest first.
pub static PROFILES: [&Profile; 2] = [&HELM_4_1, &HELM_4_3];
