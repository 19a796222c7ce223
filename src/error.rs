//! What can go wrong in a render, one variant per stage.
//!
//! Imports: chart, values, engine, manifest.

use std::fmt;

/// Why a chart was not rendered. `Display` is what Helm prints after `Error: `.
#[derive(Debug)]
pub enum Error {
    /// The flags or arguments make no sense together.
    Usage(String),
    /// The chart cannot be loaded, or not be installed.
    Chart(crate::chart::Error),
    /// The values cannot be read, or don't fit the chart.
    Values(crate::values::Error),
    /// The chart wants another version of Kubernetes.
    KubeVersion {
        /// What the chart wants.
        constraint: String,
        /// The version.
        version: String,
    },
    /// The templates fail.
    Engine(crate::engine::Error),
    /// What they wrote is not YAML.
    Manifest(crate::manifest::Error),
}

impl Error {
    /// Whether Helm has a release to show under `--debug` when this happens, and says so.
    pub fn leaves_release(&self) -> bool {
        matches!(self, Error::KubeVersion { .. } | Error::Engine(_) | Error::Manifest(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(text) => f.write_str(text),
            Error::Chart(error) => error.fmt(f),
            Error::Values(error) => error.fmt(f),
            Error::KubeVersion { constraint, version } => {
                write!(f, "chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}")
            }
            Error::Engine(error) => error.fmt(f),
            Error::Manifest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<crate::chart::Error> for Error {
    fn from(error: crate::chart::Error) -> Error {
        Error::Chart(error)
    }
}

impl From<crate::values::Error> for Error {
    fn from(error: crate::values::Error) -> Error {
        Error::Values(error)
    }
}

impl From<crate::engine::Error> for Error {
    fn from(error: crate::engine::Error) -> Error {
        Error::Engine(error)
    }
}

impl From<crate::manifest::Error> for Error {
    fn from(error: crate::manifest::Error) -> Error {
        Error::Manifest(error)
    }
}
