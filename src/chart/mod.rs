//! A chart as data: metadata, dependencies, directory and .tgz loading, .helmignore.
//!
//! Imports: go, yaml, profile.

pub mod archive;
pub mod content;
pub mod dependency;
pub mod error;
pub mod ignore;
pub mod load;
pub mod lock;
pub mod metadata;
pub mod package;
pub mod write;

pub use crate::go::fs::path_error;
pub use content::Content;
pub use dependency::{check_dependencies, check_installable, is_compatible, load_installable, missing_dependencies};
pub use error::Error;
pub use load::{load, load_any_version, load_dir, load_files, load_values, merge_maps};

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
    pub files: Vec<ChartFile>,
    /// Every file as it was found, the charts under `charts/` left out.
    pub raw: Vec<ChartFile>,
    /// The charts under `charts/`; after dependency processing, those that are switched on.
    pub dependencies: Vec<Chart>,
    /// Which chart it takes for its parent.
    pub kinship: Kinship,
}

/// Which chart a subchart takes for its parent, as its path shows.
///
/// Helm copies the charts that dependencies name, and since Helm 4 those right below them, so that aliases do not share
/// them. What lies deeper goes on to know the chart that was copied, unless a chart that lists dependencies adopts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kinship {
    /// The chart that was loaded with it.
    #[default]
    Loaded,
    /// The chart that it is in now.
    Adopted,
    /// The same; but it is a copy, and the charts that were loaded with the original of this name know that one.
    Copy(String),
}

/// Where a chart stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The path from the root chart's parent: `app/charts/sub`.
    pub path: String,
    /// That of the chart which the charts that were loaded with it take for their parent.
    loaded: String,
}

/// A file of a chart: its path from the chart's root, with `/`, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// `templates/deployment.yaml`.
    pub name: String,
    /// The bytes, without a UTF-8 byte order mark.
    pub data: Str,
}

/// A file that a chart holds, whose bytes may not have been read.
#[derive(Clone, Debug)]
pub struct ChartFile {
    /// `crds/crontab.yaml`.
    pub name: String,
    /// The bytes.
    pub content: Content,
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
    /// Whether `dependencies` is a list at all: Helm looks at what is in `charts/` only then.
    pub dependencies_declared: bool,
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

/// A file under a `crds/` directory: as Helm's `CRD`.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The path from its chart's root: `crds/crontab.yaml`.
    pub name: String,
    /// The path from the root chart's parent: `app/charts/sub/crds/crontab.yaml`.
    pub filename: String,
    /// The bytes.
    pub content: Content,
}

impl Chart {
    /// The name in Chart.yaml, or the alias after dependency processing.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Whether the chart only holds named templates for other charts.
    pub fn is_library(&self) -> bool {
        self.metadata.kind.eq_ignore_ascii_case("library")
    }

    /// Why a file of this chart, or of one in it, could not be read that was asked for since it was loaded.
    ///
    /// What read it went on as if it were empty.
    pub fn unreadable(&self) -> Option<&Error> {
        let own = self.files.iter().find_map(|file| file.content.failure());
        own.or_else(|| self.dependencies.iter().find_map(Chart::unreadable))
    }

    /// Makes the chart a copy of itself, as far as those below it can tell.
    pub fn become_copy(&mut self) {
        self.kinship = Kinship::Copy(self.metadata.name.clone());
    }

    /// Where a root chart stands.
    pub fn place(&self) -> Place {
        Place { path: self.name().to_owned(), loaded: self.name().to_owned() }
    }

    /// Where a chart stands below one at `parent`.
    pub fn place_below(&self, parent: &Place) -> Place {
        let below = |path: &str, name: &str| format!("{path}/charts/{name}");
        let path = match self.kinship {
            Kinship::Loaded => below(&parent.loaded, self.name()),
            Kinship::Adopted | Kinship::Copy(_) => below(&parent.path, self.name()),
        };
        let loaded = match &self.kinship {
            Kinship::Loaded | Kinship::Adopted => path.clone(),
            Kinship::Copy(original) => below(&parent.loaded, original),
        };
        Place { path, loaded }
    }

    /// As Helm's `CRDObjects`: the chart's own files under `crds/`, then its dependencies', in order.
    pub fn crds(&self) -> Vec<Crd> {
        let mut crds = Vec::new();
        self.collect_crds(&self.place(), &mut crds);
        crds
    }

    fn collect_crds(&self, place: &Place, crds: &mut Vec<Crd>) {
        for file in &self.files {
            if file.name.starts_with("crds/") && has_manifest_extension(&file.name) {
                crds.push(Crd {
                    name: file.name.clone(),
                    filename: format!("{}/{}", place.path, file.name),
                    content: file.content.clone(),
                });
            }
        }
        for dependency in &self.dependencies {
            dependency.collect_crds(&dependency.place_below(place), crds);
        }
    }
}

fn has_manifest_extension(name: &str) -> bool {
    let extension = name.rsplit('/').next().and_then(|base| base.rfind('.').map(|dot| &base[dot..]));
    extension
        .is_some_and(|extension| [".yaml", ".yml", ".json"].iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests;
