//! The whole flow, one call per stage: as Helm's action.Install without a cluster.
//!
//! Imports: go, host, profile, template, chart, values, engine, manifest, error.

use crate::chart::{self, Chart};
use crate::engine::{self, Capabilities, KubeVersion, Release, Rendered};
use crate::error::Error;
use crate::go::{Dict, Level, Log};
use crate::host::Host;
use crate::manifest::{self, Crd, Manifests};
use crate::profile::Profile;
use crate::template::{Cache, Observer, Unobserved};
use crate::values;
use std::rc::Rc;
use std::sync::Arc;

/// How a chart is to be rendered.
#[derive(Clone, Debug)]
pub struct Options {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.IsUpgrade`
    pub is_upgrade: bool,
    /// The version of Kubernetes, where it is not the profile's.
    pub kube_version: Option<KubeVersion>,
    /// API versions besides those of the profile.
    pub api_versions: Vec<String>,
    /// Whether schemas are ignored.
    pub skip_schema_validation: bool,
    /// Whether templates may look up host names.
    pub enable_dns: bool,
    /// Texts that other renders may have compiled already, from [`engine::cache`].
    pub cache: Option<Arc<Cache>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            name: "release-name".to_owned(),
            namespace: "default".to_owned(),
            is_upgrade: false,
            kube_version: None,
            api_versions: Vec::new(),
            skip_schema_validation: false,
            enable_dns: false,
            cache: None,
        }
    }
}

/// Why there are no manifests, and the rendered text, where only that was wrong.
#[derive(Debug)]
pub struct Failure {
    /// The reason.
    pub error: Error,
    /// The rendered files, when they are not YAML.
    pub rendered: Vec<Rendered>,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure { error: error.into(), rendered: Vec::new() }
    }
}

/// Renders a chart with the user's values.
///
/// Must run on a thread with [`crate::template::limits::STACK`] bytes of stack.
pub fn render(
    chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Manifests, Failure> {
    render_observed(chart, user_values, options, host, profile, log, Unobserved)
}

/// Renders a chart, watched by an observer.
pub fn render_observed<O: Observer>(
    mut chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    observer: O,
) -> Result<Manifests, Failure> {
    check_release_name(&options.name, log)?;
    values::process_dependencies(&mut chart, user_values, profile, log).map_err(|error| {
        log(Log::new(Level::Error, "chart dependencies processing failed").with("error", error.to_string()));
        Error::Usage(format!("chart dependencies processing failed: {error}"))
    })?;
    let capabilities = Rc::new(capabilities(options, profile));
    let values = values::to_render_values(&chart, user_values, options.skip_schema_validation, profile, log)?;
    check_kube_version(&chart, &capabilities.kube_version, profile)?;
    let release = Release {
        name: options.name.clone(),
        namespace: options.namespace.clone(),
        is_upgrade: options.is_upgrade,
        is_install: !options.is_upgrade,
        revision: 1,
    };
    let engine_options = engine::Options { enable_dns: options.enable_dns, lint: None, cache: options.cache.clone() };
    let mut rendered =
        engine::render(&chart, &values, &release, &capabilities, &engine_options, host, profile, observer)?;
    // The notes are for whoever installs the chart; here only their errors count.
    rendered.retain(|(path, _)| !path.ends_with("NOTES.txt"));
    match manifest::sort(&rendered, profile, log) {
        Ok(sorted) => Ok(Manifests { crds: crds(&chart), ..sorted }),
        Err(error) => Err(Failure { error: Error::Manifest(error), rendered }),
    }
}

fn crds(chart: &Chart) -> Vec<Crd> {
    chart.crds().into_iter().map(|crd| Crd { path: crd.filename, content: crd.data }).collect()
}

fn capabilities(options: &Options, profile: &'static Profile) -> Capabilities {
    let mut capabilities = Capabilities::new(profile);
    if let Some(version) = &options.kube_version {
        capabilities.kube_version = version.clone();
    }
    capabilities.api_versions.extend(options.api_versions.iter().cloned());
    capabilities
}

/// As availableName with ValidateReleaseName; Helm both logs and returns the error.
fn check_release_name(name: &str, log: &mut dyn FnMut(Log)) -> Result<(), Error> {
    const LONGEST: usize = 53;
    let reason = if name.is_empty() {
        "no name provided"
    } else if name.len() > LONGEST || !name.split('.').all(is_label) {
        "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53"
    } else {
        return Ok(());
    };
    let text = format!("release name {}: {reason}", crate::go::strconv::quote(name.as_bytes()));
    log(Log::new(Level::Error, "release name check failed").with("error", &text));
    Err(Error::Usage(format!("release name check failed: {text}")))
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(label: &str) -> bool {
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    end(label.bytes().next())
        && end(label.bytes().next_back())
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// As IsCompatibleRange: a constraint that is none is met by no version.
fn check_kube_version(chart: &Chart, kube_version: &KubeVersion, profile: &'static Profile) -> Result<(), Error> {
    let constraint = &chart.metadata.kube_version;
    if constraint.is_empty() || chart::is_compatible(constraint, &kube_version.normalized, profile) {
        return Ok(());
    }
    Err(Error::KubeVersion { constraint: constraint.clone(), version: kube_version.version.clone() })
}
