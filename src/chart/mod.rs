//! A chart as data: metadata, dependencies, directory and .tgz loading, .helmignore.
//!
//! Imports: go, yaml, profile.

use crate::go::{Dict, Str};

/// A chart with its subcharts, as loaded: As Helm's chart/v2 `Chart`.
#[derive(Clone)]
pub struct Chart {
    /// Chart.yaml.
    pub metadata: Metadata,
    /// Chart.lock or requirements.lock.
    pub lock: Option<Lock>,
    /// The files under `templates/`, in load order.
    pub templates: Vec<File>,
    /// The default values.
    pub values: Dict,
    /// The text of values.schema.json.
    pub schema: Option<Str>,
    /// Everything else: what `.Files` sees.
    pub files: Vec<File>,
    /// Every file as it was read, the charts under `charts/` left out.
    pub raw: Vec<File>,
    /// The charts under `charts/`; after dependency processing, those that are switched on.
    pub dependencies: Vec<Chart>,
}

/// A file of a chart: its path from the chart's root, with `/`, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// `templates/deployment.yaml`.
    pub name: String,
    /// The bytes, without a UTF-8 byte order mark.
    pub data: Str,
}

/// Chart.yaml, as Helm's chart/v2 `Metadata`.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    /// `None` for a null entry.
    pub maintainers: Vec<Option<Maintainer>>,
    pub icon: String,
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    pub annotations: Vec<(String, String)>,
    pub kube_version: String,
    /// `None` for a null entry.
    pub dependencies: Vec<Option<Dependency>>,
    /// `application`, `library` or empty.
    pub kind: String,
}

/// A maintainer of a chart.
#[derive(Clone, Debug, Default)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// An entry of `dependencies`.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    pub name: String,
    /// A version constraint.
    pub version: String,
    pub repository: String,
    /// Comma-separated paths into the values.
    pub condition: String,
    pub tags: Vec<String>,
    /// Whether conditions and tags leave it switched on.
    pub enabled: bool,
    /// Strings, or maps of `child` and `parent`.
    pub import_values: Vec<crate::go::Value>,
    pub alias: String,
}

/// Chart.lock.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    pub generated: String,
    pub digest: String,
    pub dependencies: Vec<Dependency>,
}
