//! The rules about Chart.yaml: as lint/rules/chartfile.go.

use super::{Linter, Severity, web};
use crate::chart::{Metadata, metadata};
use crate::go::fs::path_error;
use crate::go::semver::{Constraints, Version};
use crate::go::strconv::quote;
use crate::go::{Value, path};
use crate::profile::Profile;
use crate::yaml;

const FILE: &str = "Chart.yaml";

/// Runs the rules.
pub(super) fn lint(linter: &mut Linter<'_>) {
    let profile = linter.profile;
    let path = linter.path(FILE);
    let is_folder = std::fs::metadata(&path).is_ok_and(|found| found.is_dir());
    check(linter, if is_folder { Err("should be a file, not a directory".to_owned()) } else { Ok(()) });

    let text = std::fs::read(&path).map_err(|error| {
        let operation = if error.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        path_error(operation, &path, &error)
    });
    let mut chart = Metadata::default();
    let read = text.and_then(|text| metadata::unmarshal(&text, &mut chart, profile).map(|()| text));
    let read = read.map_err(|error| format!("unable to parse YAML\n\t{error}"));
    let Some(text) = linter.rule(Severity::Error, FILE, read) else { return };

    if profile.lint.strict_chart_yaml {
        let strict = metadata::check_strict(&text, profile);
        let strict = strict.map_err(|error| format!("failed to strictly parse chart metadata file\n\t{error}"));
        linter.rule(Severity::Warning, FILE, strict);
    }
    let fields = yaml::unmarshal(&text).unwrap_or_default();
    check(linter, name(&chart));
    check(linter, api_version(&chart));
    check(linter, is_string(&fields, "version"));
    check(linter, version(&chart, profile));
    check(linter, is_string(&fields, "appVersion"));
    check(linter, maintainers(&chart, profile));
    check(linter, sources(&chart, profile));
    let icon = if chart.icon.is_empty() { Err("icon is recommended") } else { Ok(()) };
    linter.rule(Severity::Info, FILE, icon);
    check(linter, icon_url(&chart, profile));
    check(linter, kind(&chart));
    check(linter, dependencies(&chart));
    if profile.lint.strict_versions {
        let strict = Version::strict(chart.version.as_bytes(), profile.semver);
        let strict = strict.map_err(|_| format!("version '{}' is not a valid SemVerV2", chart.version));
        linter.rule(Severity::Warning, FILE, strict);
    }
}

fn check(linter: &mut Linter<'_>, result: Result<(), String>) {
    linter.rule(Severity::Error, FILE, result);
}

fn name(chart: &Metadata) -> Result<(), String> {
    if chart.name.is_empty() {
        return Err("name is required".to_owned());
    }
    if path::base(chart.name.as_bytes()) != chart.name.as_bytes() {
        return Err(format!("chart name {} is invalid", quote(chart.name.as_bytes())));
    }
    Ok(())
}

fn api_version(chart: &Metadata) -> Result<(), String> {
    match chart.api_version.as_str() {
        "v1" | "v2" => Ok(()),
        "" => Err("apiVersion is required. The value must be either \"v1\" or \"v2\"".to_owned()),
        other => Err(format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\"")),
    }
}

/// As isStringValue, which looks at the type that the value has without a struct around it.
fn is_string(fields: &Value, key: &str) -> Result<(), String> {
    let Some(value) = fields.as_dict().and_then(|dict| dict.get(key.as_bytes())) else { return Ok(()) };
    let ty = match value {
        Value::String(_) => return Ok(()),
        Value::Nil => "<nil>",
        Value::Bool(_) => "bool",
        Value::List(_) => "[]interface {}",
        Value::Dict(_) => "map[string]interface {}",
        _ => "float64",
    };
    Err(format!("{key} should be of type string but it's of type {ty}"))
}

fn version(chart: &Metadata, profile: &'static Profile) -> Result<(), String> {
    if chart.version.is_empty() {
        return Err("version is required".to_owned());
    }
    let version = Version::new(chart.version.as_bytes(), profile.semver)
        .map_err(|_| format!("version '{}' is not a valid SemVer", chart.version))?;
    let lowest = Constraints::new(b">0.0.0-0", profile.semver)?;
    match lowest.validate(&version) {
        Ok(()) => Ok(()),
        Err(reasons) => reasons.first().map_or(Ok(()), |reason| Err(format!("version {reason}"))),
    }
}

fn maintainers(chart: &Metadata, profile: &'static Profile) -> Result<(), String> {
    for maintainer in &chart.maintainers {
        let Some(maintainer) = maintainer else { return Err("a maintainer entry is empty".to_owned()) };
        let name = &maintainer.name;
        if name.is_empty() {
            return Err("each maintainer requires a name".to_owned());
        }
        if !maintainer.email.is_empty() && !web::is_email(&maintainer.email) {
            return Err(format!("invalid email '{}' for maintainer '{name}'", maintainer.email));
        }
        if !maintainer.url.is_empty() && !web::is_url(&maintainer.url, profile) {
            return Err(format!("invalid url '{}' for maintainer '{name}'", maintainer.url));
        }
    }
    Ok(())
}

fn sources(chart: &Metadata, profile: &'static Profile) -> Result<(), String> {
    match chart.sources.iter().find(|source| !web::is_request_url(source, profile)) {
        None => Ok(()),
        Some(source) => Err(format!("invalid source URL '{source}'")),
    }
}

fn icon_url(chart: &Metadata, profile: &'static Profile) -> Result<(), String> {
    if chart.icon.is_empty() || web::is_request_url(&chart.icon, profile) {
        return Ok(());
    }
    Err(format!("invalid icon URL '{}'", chart.icon))
}

fn kind(chart: &Metadata) -> Result<(), String> {
    if chart.kind.is_empty() || chart.api_version == "v2" {
        return Ok(());
    }
    let version = &chart.api_version;
    Err(format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(chart: &Metadata) -> Result<(), String> {
    if chart.dependencies.is_empty() || chart.api_version == "v2" {
        return Ok(());
    }
    let version = &chart.api_version;
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
    ))
}
