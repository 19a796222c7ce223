//! Whether the dependencies that Chart.yaml names are there.

use super::{Chart, Error};
use crate::profile::Profile;

/// As Helm's checkIfInstallable.
pub fn check_installable(chart: &Chart) -> Result<(), Error> {
    match chart.metadata.kind.as_str() {
        "" | "application" => Ok(()),
        kind => Err(Error(format!("{kind} charts are not installable"))),
    }
}

/// As Helm's CheckDependencies, with the advice that the commands put before it.
pub fn check_dependencies(chart: &Chart, profile: &'static Profile) -> Result<(), Error> {
    let missing: Vec<&str> = chart
        .metadata
        .dependencies
        .iter()
        .flatten()
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !chart.dependencies.iter().any(|dependency| dependency.name() == *name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error(format!(
        "an error occurred while checking for chart dependencies. You may need to run {} to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: {}",
        profile.dependency_hint,
        missing.join(", ")
    )))
}
