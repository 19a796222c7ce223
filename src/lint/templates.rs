//! The rules about what the templates render to: as lint/rules/template.go.

use super::documents::{Documents, Resource};
use super::{Linter, Options, Severity, deprecations, names};
use crate::chart::Chart;
use crate::engine::{self, Capabilities, KubeVersion, Release, Rendered};
use crate::go::fs::path_error;
use crate::go::strconv::quote;
use crate::go::unicode::trim_space;
use crate::go::{Log, Str, path};
use crate::host::Host;
use crate::profile::{Profile, TemplatesFolder};
use crate::template::Unobserved;
use crate::{values, yaml};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::rc::Rc;

const FOLDER: &str = "templates/";

/// The longest line that Go's bufio.Scanner reads.
const LONGEST_LINE: usize = 64 * 1024;

/// Runs the rules.
pub(super) fn lint(linter: &mut Linter<'_>, options: &Options<'_>, host: &dyn Host, log: &mut dyn FnMut(Log)) {
    if !check_folder(linter) {
        return;
    }
    let chart = linter.chart(log).cloned();
    let Some(mut chart) = linter.rule(Severity::Error, FOLDER, chart) else { return };
    let profile = linter.profile;
    let Some(rendered) = render(&mut chart, options, host, profile, log) else { return };
    let Some(rendered) = linter.rule(Severity::Error, FOLDER, rendered) else { return };
    let rendered: HashMap<&str, &Str> = rendered.iter().map(|(name, text)| (name.as_str(), text)).collect();
    let kube_version = version(options.kube_version, profile);
    for template in &chart.templates {
        let name = template.name.as_str();
        linter.rule(Severity::Error, name, extension(name));
        if profile.lint.helm_2_leftovers {
            linter.rule(Severity::Warning, name, crd_hook(&template.data));
            linter.rule(Severity::Error, name, release_time(&template.data));
        }
        if !is_yaml(name, profile) {
            continue;
        }
        let full_name = path::join(&[chart.name().as_bytes(), name.as_bytes()]);
        let Some(text) = std::str::from_utf8(&full_name).ok().and_then(|name| rendered.get(name)) else { continue };
        if trim_space(text).is_empty() {
            continue;
        }
        linter.rule(Severity::Warning, name, indent(text));
        let mut documents = Documents::new(text, profile);
        while let Some(resource) = documents.next() {
            let resource = resource.map_err(|error| format!("unable to parse YAML: {error}"));
            let Some(resource) = linter.rule(Severity::Error, name, resource) else { return };
            if let Some(resource) = resource {
                check_resource(linter, name, &resource, text, kube_version);
            }
        }
    }
}

/// As templatesDirExists and validateTemplatesDir: whether to go on.
fn check_folder(linter: &mut Linter<'_>) -> bool {
    let path = linter.path(FOLDER);
    let found = std::fs::metadata(&path);
    match linter.profile.lint.templates_folder {
        TemplatesFolder::Optional => {
            let is_file = found.is_ok_and(|found| !found.is_dir());
            linter.rule(Severity::Warning, FOLDER, if is_file { Err("not a directory") } else { Ok(()) }).is_some()
        }
        TemplatesFolder::Expected => {
            let missing = found.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
            let exists = if missing { Err("directory does not exist") } else { Ok(()) };
            if linter.rule(Severity::Warning, FOLDER, exists).is_none() {
                return false;
            }
            let is_folder = match found {
                Err(error) => Err(path_error("stat", &path, &error)),
                Ok(found) if found.is_dir() => Ok(()),
                Ok(_) => Err("not a directory".to_owned()),
            };
            linter.rule(Severity::Error, FOLDER, is_folder).is_some()
        }
    }
}

/// Renders the chart as a linter does. `None` where Helm says nothing of what is wrong with the values.
fn render(
    chart: &mut Chart,
    options: &Options<'_>,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Option<Result<Vec<Rendered>, String>> {
    let mut capabilities = Capabilities::new(profile);
    if let Some(version) = options.kube_version {
        capabilities.kube_version = version.clone();
    }
    values::process_dependencies(chart, options.values, profile, log).ok()?;
    let coalesced = values::coalesce(chart, options.values, profile, log).ok()?;
    let values = match values::to_render_values(chart, &coalesced, options.skip_schema_validation, profile, log) {
        Ok(values) => values,
        Err(error) => return Some(Err(error.to_string())),
    };
    let release = Release {
        name: "test-release".to_owned(),
        namespace: options.namespace.to_owned(),
        is_upgrade: false,
        is_install: false,
        revision: 0,
    };
    let lint_log = Rc::new(RefCell::new(Vec::new()));
    let engine_options = engine::Options { lint: Some(Rc::clone(&lint_log)), ..engine::Options::default() };
    let capabilities = Rc::new(capabilities);
    let rendered = engine::render(chart, &values, &release, &capabilities, &engine_options, host, profile, Unobserved);
    lint_log.take().into_iter().for_each(log);
    match chart.unreadable() {
        Some(error) => Some(Err(error.to_string())),
        None => Some(rendered.map_err(|error| error.to_string())),
    }
}

fn version(given: Option<&KubeVersion>, profile: &'static Profile) -> (u64, u64) {
    let Some(given) = given else { return profile.kube_version };
    let number = |text: &str| text.parse().unwrap_or_default();
    (number(&given.major), number(&given.minor))
}

fn extension(name: &str) -> Result<(), String> {
    let extension = path::ext(name.as_bytes());
    if [&b".yaml"[..], b".yml", b".tpl", b".txt"].contains(&extension) {
        return Ok(());
    }
    let extension = String::from_utf8_lossy(extension);
    Err(format!("file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"))
}

fn is_yaml(name: &str, profile: &'static Profile) -> bool {
    let extension = path::ext(name.as_bytes());
    if profile.lint.yml_templates {
        extension.eq_ignore_ascii_case(b".yaml") || extension.eq_ignore_ascii_case(b".yml")
    } else {
        extension == b".yaml"
    }
}

/// As validateNoCRDHooks: `"?helm\.sh/hook"?:\s+crd-install`.
fn crd_hook(text: &[u8]) -> Result<(), &'static str> {
    const KEY: &[u8] = b"helm.sh/hook";
    let follows = |rest: &[u8]| {
        let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        let Some(value) = rest.strip_prefix(b":") else { return false };
        let space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r');
        let trimmed = value.iter().position(|byte| !space(byte)).map_or(&[][..], |at| &value[at..]);
        trimmed.len() < value.len() && trimmed.starts_with(b"crd-install")
    };
    let mut windows = text.windows(KEY.len()).enumerate();
    let found = windows.any(|(at, window)| window == KEY && follows(text.get(at + KEY.len()..).unwrap_or_default()));
    if !found {
        return Ok(());
    }
    Err(
        "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also exist the crds/ directory at the top level of the chart",
    )
}

fn release_time(text: &[u8]) -> Result<(), &'static str> {
    const NAME: &[u8] = b".Release.Time";
    if text.windows(NAME.len()).any(|window| window == NAME) {
        return Err(".Release.Time has been removed in v3, please replace with the `now` function in your templates");
    }
    Ok(())
}

/// As validateTopIndentLevel: the first line that is not blank must not be indented.
fn indent(text: &[u8]) -> Result<(), String> {
    for line in text.split(|byte| *byte == b'\n') {
        if line.len() >= LONGEST_LINE {
            return Err("bufio.Scanner: token too long".to_owned());
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if trim_space(line).is_empty() {
            continue;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let line = quote(line);
            return Err(format!("document starts with an illegal indent: {line}, which may cause parsing problems"));
        }
        return Ok(());
    }
    Ok(())
}

fn check_resource(linter: &mut Linter<'_>, file: &str, resource: &Resource, text: &[u8], kube_version: (u64, u64)) {
    let profile = linter.profile;
    let wrong = |complaint: Option<String>| complaint.map_or(Ok(()), Err);
    linter.rule(Severity::Warning, file, wrong(names::complaint(&resource.kind, &resource.name)));
    if !resource.api_version.is_empty() && !resource.kind.is_empty() {
        let warning = deprecations::warning(&resource.api_version, &resource.kind, kube_version, profile);
        linter.rule(Severity::Warning, file, wrong(warning));
    }
    linter.rule(Severity::Error, file, selector(resource, text));
    linter.rule(Severity::Error, file, list_annotations(resource, text, profile));
}

/// As validateMatchSelector, which looks for the words anywhere in the file.
fn selector(resource: &Resource, text: &[u8]) -> Result<(), String> {
    let holds = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    let kind = resource.kind.as_str();
    if matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        && !holds(b"matchLabels")
        && !holds(b"matchExpressions")
    {
        let name = quote(resource.name.as_bytes());
        return Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"));
    }
    Ok(())
}

/// As validateListAnnotations, which reads the file's first document, whichever holds the list.
fn list_annotations(resource: &Resource, text: &[u8], profile: &'static Profile) -> Result<(), String> {
    if resource.kind != "List" {
        return Ok(());
    }
    let value = yaml::decode(text).map_err(|error| format!("unable to parse YAML: {error}"))?;
    let field = |value: &crate::go::Value, name: &[u8]| {
        let dict = value.as_dict()?;
        let entries = dict.entries();
        entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let items = field(&value, b"items");
    let annotated =
        items.as_ref().and_then(|items| items.as_list()).into_iter().flat_map(|items| items.iter()).any(|item| {
            let annotations = field(item, b"metadata").and_then(|metadata| field(&metadata, b"annotations"));
            annotations.and_then(|annotations| annotations.as_dict()?.get(b"helm.sh/resource-policy")).is_some()
        });
    if annotated { Err(profile.lint.list_annotations.to_owned()) } else { Ok(()) }
}
