//! The rules about values.yaml: as lint/rules/values.go.

use super::{Linter, Options, Severity};
use crate::go::fs::path_error;
use crate::go::{Dict, Log, Str, Value};
use crate::{schema, values, yaml};

/// Runs the rules.
pub(super) fn lint(linter: &mut Linter<'_>, options: &Options<'_>, log: &mut dyn FnMut(Log)) {
    let file = "values.yaml";
    let path = linter.path(file);
    let exists = std::fs::metadata(&path).map(|_| ()).map_err(|_| "file does not exist");
    if linter.rule(Severity::Info, file, exists).is_none() {
        return;
    }
    let valid = check(linter, &path, options, log);
    linter.rule(Severity::Error, file, valid);
}

/// As validateValuesFile: the chart's own values under the user's, against the chart's own schema.
fn check(linter: &Linter<'_>, path: &str, options: &Options<'_>, log: &mut dyn FnMut(Log)) -> Result<(), String> {
    let unparsable = |error: String| format!("unable to parse YAML: {error}");
    let text = std::fs::read(path).map_err(|error| {
        let operation = if error.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        unparsable(path_error(operation, path, &error))
    })?;
    let defaults = yaml::unmarshal_map(&text).map_err(|error| unparsable(error.to_string()))?;
    let coalesced = Dict::new();
    let too_large = |error: values::Error| error.to_string();
    values::coalesce_tables(&coalesced, options.values, linter.profile, log).map_err(too_large)?;
    values::coalesce_tables(&coalesced, &defaults, linter.profile, log).map_err(too_large)?;
    let schema = std::fs::read(linter.path("values.schema.json")).unwrap_or_default();
    if schema.is_empty() || (options.skip_schema_validation && linter.profile.lint.skips_schema_of_values) {
        return Ok(());
    }
    schema::validate(&Str::from(schema), &Value::Dict(coalesced), linter.profile, log)
}
