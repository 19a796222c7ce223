//! The rules about what Chart.yaml says of `charts/`: as lint/rules/dependencies.go.

use super::{Linter, Severity};
use crate::chart::Chart;
use crate::go::Log;
use std::collections::HashSet;

/// Runs the rules.
pub(super) fn lint(linter: &mut Linter<'_>, log: &mut dyn FnMut(Log)) {
    let checked = match linter.chart(log) {
        Ok(chart) => Ok([undeclared(chart), shadowing(chart), missing(chart)]),
        Err(error) => Err(format!("unable to load chart\n\t{error}")),
    };
    let Some([undeclared, shadowing, missing]) = linter.rule(Severity::Error, "", checked) else { return };
    let folder = linter.folder.to_owned();
    let complaint = |what: &str, names: Vec<String>| {
        if names.is_empty() { Ok(()) } else { Err(format!("{what}: {}", names.join(","))) }
    };
    linter.rule(Severity::Error, &folder, complaint("chart metadata is missing these dependencies", undeclared));
    linter.rule(Severity::Error, &folder, complaint("multiple dependencies with name or alias", shadowing));
    linter.rule(Severity::Warning, &folder, complaint("chart directory is missing these dependencies", missing));
}

/// Charts in `charts/` that Chart.yaml does not name.
fn undeclared(chart: &Chart) -> Vec<String> {
    let declared: HashSet<&str> = chart.metadata.dependencies.iter().flatten().map(|one| one.name.as_str()).collect();
    let names = chart.dependencies.iter().map(Chart::name);
    names.filter(|name| !declared.contains(name)).map(str::to_owned).collect()
}

/// Names that two dependencies have.
fn shadowing(chart: &Chart) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = chart.metadata.dependencies.iter().flatten();
    let names = names.map(|one| if one.alias.is_empty() { &one.name } else { &one.alias });
    names.filter(|name| !seen.insert(*name)).cloned().collect()
}

/// Dependencies that are not in `charts/`.
fn missing(chart: &Chart) -> Vec<String> {
    let present: HashSet<&str> = chart.dependencies.iter().map(Chart::name).collect();
    let wanted = chart.metadata.dependencies.iter().flatten();
    wanted.filter(|one| !present.contains(one.name.as_str())).map(|one| one.name.clone()).collect()
}
