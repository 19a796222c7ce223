//! The rules about the files under `crds/`: as lint/rules/crds.go.

use super::documents::{Documents, Resource};
use super::{Linter, Severity};
use crate::go::Log;
use crate::go::fs::path_error;
use std::io::ErrorKind;

/// Runs the rules.
pub(super) fn lint(linter: &mut Linter<'_>, log: &mut dyn FnMut(Log)) {
    let folder = "crds/";
    let path = linter.path(folder);
    let found = match std::fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => Err(path_error("stat", &path, &error)),
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err("not a directory".to_owned()),
    };
    if linter.rule(Severity::Error, folder, found).is_none() {
        return;
    }
    let crds = linter.chart(log).map(|chart| chart.crds());
    let Some(crds) = linter.rule(Severity::Error, folder, crds) else { return };
    for crd in crds {
        let Some(data) = linter.rule(Severity::Error, &crd.name, crd.content.bytes()) else { return };
        let mut documents = Documents::new(&data, linter.profile);
        while let Some(resource) = documents.next() {
            let resource = resource.map_err(|error| format!("unable to parse YAML: {error}"));
            let Some(resource) = linter.rule(Severity::Error, &crd.name, resource) else { return };
            let Some(resource) = resource else { continue };
            linter.rule(Severity::Error, &crd.name, api_version(&resource));
            linter.rule(Severity::Error, &crd.name, kind(&resource));
        }
    }
}

fn api_version(resource: &Resource) -> Result<(), &'static str> {
    let known = resource.api_version.starts_with("apiextensions.k8s.io");
    if known { Ok(()) } else { Err("apiVersion is not in 'apiextensions.k8s.io'") }
}

fn kind(resource: &Resource) -> Result<(), &'static str> {
    let known = resource.kind == "CustomResourceDefinition";
    if known { Ok(()) } else { Err("object kind is not 'CustomResourceDefinition'") }
}
