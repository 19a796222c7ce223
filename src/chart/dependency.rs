//! Whether a chart can be rendered by itself, and whether the dependencies that Chart.yaml names are there.

use super::{Chart, Error, load};
use crate::go::Log;
use crate::go::semver::{Constraints, Version};
use crate::profile::Profile;
use std::collections::HashSet;
use std::path::Path;

/// Reads a chart that can be rendered: it is an application, and all its dependencies are there.
pub fn load_installable(path: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    let chart = load(path, profile, log)?;
    check_installable(&chart)?;
    check_dependencies(&chart, profile)?;
    Ok(chart)
}

/// As Helm's checkIfInstallable.
pub fn check_installable(chart: &Chart) -> Result<(), Error> {
    match chart.metadata.kind.as_str() {
        "" | "application" => Ok(()),
        kind => Err(Error::NotInstallable(kind.to_owned())),
    }
}

/// As Helm's CheckDependencies, with the advice that the commands put before it.
pub fn check_dependencies(chart: &Chart, profile: &'static Profile) -> Result<(), Error> {
    let names = missing_dependencies(chart);
    if names.is_empty() { Ok(()) } else { Err(Error::MissingDependencies { hint: profile.dependency_hint, names }) }
}

/// The names of the dependencies in Chart.yaml that are not in `charts/`.
pub fn missing_dependencies(chart: &Chart) -> Vec<String> {
    let present: HashSet<&str> = chart.dependencies.iter().map(Chart::name).collect();
    let wanted = chart.metadata.dependencies.iter().flatten();
    wanted.filter(|wanted| !present.contains(wanted.name.as_str())).map(|wanted| wanted.name.clone()).collect()
}

/// As Helm's IsCompatibleRange: whether the version fulfils the constraint; false where either is not one.
pub fn is_compatible(constraint: &str, version: &str, profile: &'static Profile) -> bool {
    match (Version::new(version.as_bytes(), profile.semver), Constraints::new(constraint.as_bytes(), profile.semver)) {
        (Ok(version), Ok(constraints)) => constraints.check(&version),
        _ => false,
    }
}
