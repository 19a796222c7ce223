//! Two renderings of the same chart, resource by resource and field by field.

use super::{Rendered, Rendering};
use crate::cli::folder::Document;
use crate::go::reflect::deep_equal;
use crate::go::{Str, Value};
use crate::profile::Profile;
use crate::yaml;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long a diff may be made shorter; after that it is right, but longer than it could be.
const PATIENCE: Duration = Duration::from_secs(5);

/// A chart under two versions of Helm.
#[derive(Debug)]
pub struct Comparison {
    /// The chart's path, or the service's folder.
    pub name: String,
    /// Both versions.
    pub versions: [&'static str; 2],
    /// What each of them says where it fails.
    pub errors: [Option<String>; 2],
    /// How many resources have the same bytes under both.
    pub equal: usize,
    /// The others.
    pub resources: Vec<Resource>,
    /// Whether everything is the same but for the order.
    pub reordered: bool,
}

/// A resource that is not the same.
#[derive(Debug)]
pub struct Resource {
    pub kind: String,
    pub name: String,
    /// The template that wrote it, from the root chart's parent.
    pub source: String,
    pub change: Change,
    /// The fields that change; empty where the resource is added or removed, or one side is not YAML.
    pub fields: Vec<Field>,
    /// The lines that change, as a unified diff without its head.
    pub diff: String,
}

/// What becomes of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Changed,
    /// Other bytes, the same contents.
    Rewritten,
    Added,
    Removed,
}

/// A field that is not the same; nothing where it is not there.
#[derive(Debug)]
pub struct Field {
    /// `spec.containers[0].image`
    pub path: String,
    /// Under each version.
    pub values: [Option<Value>; 2],
}

/// What a comparison comes to, in the order of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Same,
    /// Something changes, or only one version fails.
    Different,
    /// Both versions fail, so that nothing can be compared.
    Failing,
}

impl Change {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Change::Changed => "changed",
            Change::Rewritten => "rewritten",
            Change::Added => "added",
            Change::Removed => "removed",
        }
    }
}

impl Verdict {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Same => "same",
            Verdict::Different => "different",
            Verdict::Failing => "failing",
        }
    }
}

impl Comparison {
    /// Compares what two versions make of a chart.
    pub fn new(name: &str, profiles: [&'static Profile; 2], old: &Rendering, new: &Rendering) -> Comparison {
        let mut comparison = Comparison {
            name: name.to_owned(),
            versions: profiles.map(|profile| profile.name),
            errors: [old.as_ref().err().cloned(), new.as_ref().err().cloned()],
            equal: 0,
            resources: Vec::new(),
            reordered: false,
        };
        if let (Ok(old), Ok(new)) = (old, new) {
            comparison.compare(old, new);
        }
        comparison
    }

    fn compare(&mut self, old: &Rendered, new: &Rendered) {
        let by_file = |rendered: &'_ Rendered| -> BTreeMap<String, usize> {
            rendered.documents.iter().enumerate().map(|(index, document)| (document.file.clone(), index)).collect()
        };
        let (old_files, new_files) = (by_file(old), by_file(new));
        let files: BTreeSet<&String> = old_files.keys().chain(new_files.keys()).collect();
        for file in files {
            let before = old_files.get(file).and_then(|&index| old.documents.get(index));
            let after = new_files.get(file).and_then(|&index| new.documents.get(index));
            match Resource::new(before, after) {
                Some(resource) => self.resources.push(resource),
                None => self.equal += 1,
            }
        }
        self.reordered = self.resources.is_empty() && old.stream != new.stream;
    }

    /// How many resources there are under either version.
    pub fn total(&self) -> usize {
        self.equal + self.resources.len()
    }

    /// The resources that mean something else, or with `exact` those that have other bytes.
    pub fn changes(&self, exact: bool) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(move |resource| exact || resource.change != Change::Rewritten)
    }

    /// What it comes to; `exact` counts other bytes and another order of the same resources.
    pub fn verdict(&self, exact: bool) -> Verdict {
        match &self.errors {
            [Some(_), Some(_)] => Verdict::Failing,
            [None, None] if self.changes(exact).next().is_none() && !(exact && self.reordered) => Verdict::Same,
            _ => Verdict::Different,
        }
    }
}

impl Resource {
    /// What becomes of a resource; nothing where it stays the same.
    fn new(old: Option<&Document>, new: Option<&Document>) -> Option<Resource> {
        let document = new.or(old)?;
        let (before, after) = (printed(old), printed(new));
        let mut fields = Vec::new();
        let change = match (old, new) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ if before == after => return None,
            _ => match (yaml::unmarshal(&before), yaml::unmarshal(&after)) {
                (Ok(before), Ok(after)) if deep_equal(&before, &after) => Change::Rewritten,
                (Ok(before), Ok(after)) => {
                    compare_values(&mut String::new(), Some(&before), Some(&after), &mut fields);
                    Change::Changed
                }
                _ => Change::Changed,
            },
        };
        Some(Resource {
            kind: document.kind.clone(),
            name: document.name.clone(),
            source: document.source.clone(),
            change,
            fields,
            diff: diff(&before, &after),
        })
    }
}

/// What `template` prints of a document, which ends in a newline.
fn printed(document: Option<&Document>) -> Str {
    let mut bytes = document.map(|document| document.content.to_vec()).unwrap_or_default();
    if document.is_some() {
        bytes.push(b'\n');
    }
    Str::from(bytes)
}

fn diff(old: &Str, new: &Str) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old.as_ref(), new.as_ref());
    diff.unified_diff().context_radius(3).to_string()
}

/// Adds the fields below `path` that are not the same.
fn compare_values(path: &mut String, old: Option<&Value>, new: Option<&Value>, fields: &mut Vec<Field>) {
    let length = path.len();
    match (old, new) {
        (Some(Value::Dict(old)), Some(Value::Dict(new))) => {
            let keys: BTreeSet<Str> = old.snapshot().into_iter().chain(new.snapshot()).map(|(key, _)| key).collect();
            for key in keys {
                push_key(path, &key);
                compare_values(path, old.get(&key).as_ref(), new.get(&key).as_ref(), fields);
                path.truncate(length);
            }
        }
        (Some(Value::List(old)), Some(Value::List(new))) => {
            for index in 0..old.len().max(new.len()) {
                path.push_str(&format!("[{index}]"));
                compare_values(path, old.get(index), new.get(index), fields);
                path.truncate(length);
            }
        }
        (Some(old), Some(new)) if deep_equal(old, new) => {}
        (None, None) => {}
        (old, new) => {
            fields.push(Field { path: path.clone(), values: [old.cloned(), new.cloned()] });
        }
    }
}

/// `.key`, or `["key"]` where the key has other characters than names have.
fn push_key(path: &mut String, key: &Str) {
    let text = String::from_utf8_lossy(key);
    if !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || "_-/".contains(char)) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&text);
    } else {
        path.push_str(&format!("[{}]", crate::go::strconv::quote(key)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Comparison, Document, Field, Rendered, Verdict};
    use crate::cli::json;
    use crate::go::{Str, Value};
    use crate::profile::PROFILES;

    fn rendered(documents: &[(&str, &str)]) -> Rendered {
        let documents: Vec<Document> = documents
            .iter()
            .map(|&(name, content)| Document {
                file: format!("configmap-{name}.yaml"),
                source: "c/templates/a.yaml".to_owned(),
                api_version: "v1".to_owned(),
                kind: "ConfigMap".to_owned(),
                name: name.to_owned(),
                content: Str::from(content),
            })
            .collect();
        let stream = documents.iter().flat_map(Document::bytes).collect();
        Rendered { stream, documents }
    }

    fn compare(old: &[(&str, &str)], new: &[(&str, &str)]) -> Comparison {
        Comparison::new("c", [PROFILES[0], PROFILES[1]], &Ok(rendered(old)), &Ok(rendered(new)))
    }

    #[test]
    fn fields_are_named() {
        let comparison = compare(
            &[("x", "a: 1\nb: {c.d: [1, {e: x}]}\ng: 0\n")],
            &[("x", "a: 1.0\nb: {c.d: [1, {e: z}, null]}\nh:\n")],
        );
        let shown = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => json::document(value).escape_ascii().to_string(),
        };
        let fields: Vec<String> = comparison.resources[0]
            .fields
            .iter()
            .map(|Field { path, values: [old, new] }| format!("{path}: {} {}", shown(old), shown(new)))
            .collect();
        assert_eq!(
            fields,
            [
                r#"b["c.d"][1].e: \"x\"\n \"z\"\n"#,
                r#"b["c.d"][2]: nothing null\n"#,
                r"g: 0\n nothing",
                r"h: nothing null\n",
            ]
        );
    }

    #[test]
    fn verdicts() {
        let same = compare(&[("x", "a: 1\n")], &[("x", "a: 1\n")]);
        assert_eq!((same.verdict(true), same.equal), (Verdict::Same, 1));
        let rewritten = compare(&[("x", "a: 1\n")], &[("x", "a:  1 # one\n")]);
        assert_eq!([false, true].map(|exact| rewritten.verdict(exact)), [Verdict::Same, Verdict::Different]);
        let moved = compare(&[("x", "a: 1\n"), ("y", "b: 1\n")], &[("y", "b: 1\n"), ("x", "a: 1\n")]);
        assert_eq!([false, true].map(|exact| moved.verdict(exact)), [Verdict::Same, Verdict::Different]);
        let other = compare(&[("x", "a: 1\n"), ("y", "a: 1\n")], &[("x", "a: 2\n"), ("z", "a: 1\n")]);
        let changes: Vec<Change> = other.resources.iter().map(|resource| resource.change).collect();
        assert_eq!(changes, [Change::Changed, Change::Removed, Change::Added]);
        assert_eq!(other.verdict(false), Verdict::Different);
        let broken = || Err("no".to_owned());
        let versions = [PROFILES[0], PROFILES[1]];
        let one = Comparison::new("c", versions, &broken(), &Ok(rendered(&[])));
        let both = Comparison::new("c", versions, &broken(), &broken());
        assert_eq!((one.verdict(false), both.verdict(false)), (Verdict::Different, Verdict::Failing));
    }
}
