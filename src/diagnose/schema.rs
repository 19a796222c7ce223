//! Values that do not meet a schema.

use super::sources::{in_play, set_by};
use super::{Location, Report, Subject};
use crate::chart::Chart;
use crate::go::Value;
use crate::trace::Step;
use crate::yaml;

pub(super) fn report(complaints: &str, subject: &Subject<'_>, report: &mut Report) {
    report.kind = "schema";
    let Some(root) = subject.chart else { return };
    let (mut chart, mut prefix, mut name) = (Some(root), Vec::new(), root.name().to_owned());
    for line in complaints.lines() {
        // A line with a chart's name stands before its complaints.
        if let Some(title) = line.strip_suffix(':').filter(|title| !title.starts_with([' ', '-'])) {
            (chart, prefix, name) = match below(root, &[], root.name(), title) {
                Some((chart, prefix, name)) => (Some(chart), prefix, name),
                None => (None, Vec::new(), title.to_owned()),
            };
            continue;
        }
        let complaint = line.trim_start().strip_prefix("- at '").and_then(|rest| rest.split_once("': "));
        let Some((pointer, complaint)) = complaint.filter(|_| report.values.len() < 8) else { continue };
        let own: Vec<String> =
            pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let steps = |own: &[String]| {
            let own = own.iter().map(|step| match step.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Key(step.as_str().into()),
            });
            prefix.iter().cloned().chain(own).collect::<Vec<Step>>()
        };
        let mut value = in_play(subject, &steps(&own), Some(&Value::Nil));
        value.kind = "";
        value.value = Some(complaint.to_owned());
        // Where the value itself was set by nobody, what is around it was.
        for end in (1..own.len()).rev() {
            if value.set_by.is_some() {
                break;
            }
            value.set_by = set_by(subject, &steps(&own[..end]));
        }
        value.rule = chart.and_then(|chart| rule(chart, &subject.path(&format!("{name}/values.schema.json")), &own));
        report.values.push(value);
        if let Some(missing) = complaint.strip_prefix("missing property ") {
            report.hints.push(format!("set {missing} under `{}`", in_play(subject, &steps(&own), None).path));
        } else if let Some(found) = complaint.strip_prefix("additional properties ") {
            report.hints.push(unknown(chart, &own, found));
        }
    }
    report.hints.dedup();
}

/// The chart of that name, with the path of its values and of its files.
fn below<'c>(chart: &'c Chart, prefix: &[Step], path: &str, title: &str) -> Option<(&'c Chart, Vec<Step>, String)> {
    if chart.name() == title {
        return Some((chart, prefix.to_vec(), path.to_owned()));
    }
    chart.dependencies.iter().find_map(|subchart| {
        let declared = chart.metadata.dependencies.iter().flatten();
        let alias = declared
            .filter(|dependency| dependency.name == subchart.name() && dependency.alias == title)
            .map(|dependency| dependency.alias.as_str())
            .next();
        let mut prefix = prefix.to_vec();
        prefix.push(Step::Key(alias.unwrap_or(subchart.name()).into()));
        let path = format!("{path}/charts/{}", subchart.name());
        match alias {
            Some(_) => Some((subchart, prefix, path)),
            None => below(subchart, &prefix, &path, title),
        }
    })
}

/// The steps to a value as the schema has them: the candidates for each step.
fn schema_path(chart: &Chart, own: &[String]) -> Option<Vec<yaml::Located>> {
    let text = chart.schema.as_ref()?;
    let located = yaml::locate(text).ok()?;
    let mut path: Vec<yaml::Step> = Vec::new();
    let mut found = Vec::new();
    for step in own {
        let below = match step.parse::<usize>() {
            Ok(_) => vec![key("items")],
            Err(_) => vec![key("properties"), key(step)],
        };
        path.extend(below);
        match located.iter().find(|located| located.path == path) {
            Some(at) => found.push(at.clone()),
            None => break,
        }
    }
    Some(found)
}

fn key(name: &str) -> yaml::Step {
    yaml::Step::Key(name.into())
}

/// What the schema says of a value, and where; of what is around it, where it says nothing of the value.
fn rule(chart: &Chart, file: &str, own: &[String]) -> Option<(String, Location)> {
    let text = chart.schema.as_ref()?;
    let at = schema_path(chart, own)?.pop()?;
    let line = at.key.line as usize;
    let content = text.split(|&byte| byte == b'\n').nth(line).unwrap_or_default();
    let schema = yaml::unmarshal(text).ok()?;
    let rule = at.path.iter().try_fold(schema, |value, step| match step {
        yaml::Step::Key(key) => value.as_dict()?.get(key),
        yaml::Step::Index(index) => value.as_list()?.get(*index).cloned(),
    })?;
    let description = rule.as_dict().and_then(|rule| rule.get(b"description"));
    let description = description.and_then(|text| text.as_str().map(ToString::to_string)).unwrap_or_default();
    let location = Location {
        file: file.to_owned(),
        line: line + 1,
        column: Some(at.key.column as usize + 1),
        template: None,
        text: String::from_utf8_lossy(content).trim().to_owned(),
    };
    Some((description, location))
}

/// A key that the schema does not know.
fn unknown(chart: Option<&Chart>, own: &[String], found: &str) -> String {
    let name = super::hint::between(found, "'", "'").unwrap_or(found);
    let known = (|| {
        let text = chart?.schema.as_ref()?;
        let mut schema = yaml::unmarshal(text).ok()?;
        for step in own {
            let dict = schema.as_dict()?.clone();
            schema = match step.parse::<usize>() {
                Ok(_) => dict.get(b"items")?,
                Err(_) => dict.get(b"properties")?.as_dict()?.get(step.as_bytes())?,
            };
        }
        let properties = schema.as_dict()?.get(b"properties")?;
        let entries = properties.as_dict()?.snapshot();
        Some(entries.into_iter().map(|(key, _)| key.to_string()).collect::<Vec<_>>())
    })()
    .unwrap_or_default();
    match super::hint::did_you_mean(name, known.iter().map(String::as_str)) {
        Some(hint) => format!("the schema knows no `{name}` there; {hint}"),
        None => format!("the schema knows no `{name}` there"),
    }
}
