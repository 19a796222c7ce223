//! Which changed line of which input made a line of a manifest.

use crate::diff::{Annotator, Input, Side};
use crate::go::{Dict, Str, Value, bytes};
use crate::services::Layer;
use crate::trace::{Step, Trace};
use crate::yaml;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A path into the values.
pub type ValuePath = Vec<String>;

/// How many places of a line are asked for their origin.
const SAMPLES: usize = 24;

/// Shorter values of a Chart.yaml stand in too many lines to tell anything.
const SHORTEST: usize = 3;

/// How deep values are compared.
const DEPTH: usize = 200;

/// An input file of a render.
pub struct File {
    /// What both sides call it.
    pub key: String,
    /// What people call it.
    pub shown: String,
    pub text: Str,
}

/// A file of values, with the lines of each.
pub struct ValueFile {
    pub file: File,
    /// Where its values stand in those of the root chart.
    pub under: ValuePath,
    /// The first line of every value, and the one behind its last; from 1.
    lines: HashMap<ValuePath, Range<usize>>,
}

impl ValueFile {
    pub fn new(file: File, under: ValuePath) -> ValueFile {
        let located = yaml::locate(&file.text).unwrap_or_default();
        let end = file.text.split(|&byte| byte == b'\n').count() + 1;
        let mut lines: HashMap<ValuePath, Range<usize>> = HashMap::new();
        // The values that are still open, the innermost last.
        let mut open: Vec<(ValuePath, usize)> = Vec::new();
        for found in &located {
            let path: ValuePath = found.path.iter().map(step_text).collect();
            let line = found.key.line as usize + 1;
            while open.last().is_some_and(|(above, _)| !path.starts_with(above)) {
                if let Some((path, start)) = open.pop() {
                    lines.insert(path, start..line.max(start + 1));
                }
            }
            open.push((path, line));
        }
        for (path, start) in open {
            lines.insert(path, start..end);
        }
        ValueFile { file, under, lines }
    }

    /// The same of a layer of a service.
    pub fn of_layer(layer: &Layer, shown: String) -> ValueFile {
        let key = layer.path.rsplit('/').next().unwrap_or_default().to_owned();
        ValueFile::new(File { key, shown, text: layer.text.clone() }, Vec::new())
    }
}

fn step_text(step: &yaml::Step) -> String {
    match step {
        yaml::Step::Key(key) => key.to_str_lossy().into_owned(),
        yaml::Step::Index(index) => index.to_string(),
    }
}

/// The inputs of one render.
#[derive(Default)]
pub struct Inputs {
    /// The uppermost first.
    pub values: Vec<ValueFile>,
    /// Templates by the name that a trace has for them.
    pub templates: HashMap<String, File>,
}

/// What is known of one side of a comparison.
pub struct Known {
    /// The release, whose name begins the paths of its templates.
    pub chart: String,
    pub trace: Trace,
    pub values: Dict,
    pub inputs: Inputs,
    /// Whether a template asked for the time or for chance.
    pub asked: bool,
    /// Ranges that chance or the clock wrote, by template and offset.
    pub volatile: HashMap<(String, usize), Vec<Range<usize>>>,
    /// Paths of secret values, where `*` stands for any step.
    pub secret: Vec<ValuePath>,
}

/// What is known of both sides.
pub struct Notes {
    before: Vec<Known>,
    after: Vec<Known>,
    /// The lines of each input that are not in the other side's, by side and key.
    changed: HashMap<(Side, String), HashSet<usize>>,
    values: HashSet<ValuePath>,
}

impl Notes {
    /// Finds what changed between the inputs of two renders.
    pub fn new(before: Vec<Known>, after: Vec<Known>) -> Notes {
        let mut notes = Notes { before, after, changed: HashMap::new(), values: HashSet::new() };
        let files = |known: &[Known]| -> HashMap<String, Str> {
            let values = known.iter().flat_map(|known| known.inputs.values.iter().map(|values| &values.file));
            let templates = known.iter().flat_map(|known| known.inputs.templates.values());
            values.chain(templates).map(|file| (file.key.clone(), file.text.clone())).collect()
        };
        let (old, new) = (files(&notes.before), files(&notes.after));
        let empty = Str::EMPTY;
        let keys: HashSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (old, new) = (old.get(key).unwrap_or(&empty), new.get(key).unwrap_or(&empty));
            if old != new {
                let (gone, come) = changed_lines(old, new);
                notes.changed.insert((Side::Before, key.clone()), gone);
                notes.changed.insert((Side::After, key.clone()), come);
            }
        }
        for before in &notes.before {
            if let Some(after) = notes.after.iter().find(|after| after.chart == before.chart) {
                notes.values.extend(changed_values(&before.values, &after.values));
            }
        }
        notes
    }

    fn side(&self, side: Side) -> &[Known] {
        match side {
            Side::Before => &self.before,
            Side::After => &self.after,
        }
    }

    fn known(&self, side: Side, input: &Input) -> Option<&Known> {
        let chart = input.file.split('/').next().unwrap_or_default();
        self.side(side).iter().find(|known| known.chart == chart)
    }

    fn is_changed(&self, path: &[String]) -> bool {
        (0..=path.len()).any(|length| self.values.contains(path.get(..length).unwrap_or_default()))
            || self.values.iter().any(|changed| changed.starts_with(path))
    }

    /// Where a changed value stands: in the uppermost file whose lines about it changed.
    fn place(&self, side: Side, path: &[String]) -> Option<String> {
        let other = if side == Side::Before { Side::After } else { Side::Before };
        for side in [side, other] {
            for known in self.side(side) {
                for values in &known.inputs.values {
                    let Some(own) = path.strip_prefix(values.under.as_slice()) else { continue };
                    let Some(changed) = self.changed.get(&(side, values.file.key.clone())) else { continue };
                    let found = (1..=own.len()).rev().find_map(|length| values.lines.get(own.get(..length)?));
                    let line = found.and_then(|lines| lines.clone().find(|line| changed.contains(line)));
                    if let Some(line) = line {
                        return Some(format!("{}:{line}", values.file.shown));
                    }
                }
            }
        }
        None
    }

    /// The changed line of a Chart.yaml, the nearest to the template, whose value stands in a line of its manifest.
    fn metadata(&self, side: Side, known: &Known, file: &str, line: &[u8]) -> Option<String> {
        let charts = known.inputs.templates.iter().filter_map(|(name, template)| {
            let folder = name.strip_suffix("Chart.yaml")?;
            file.starts_with(folder).then_some((folder.len(), template))
        });
        let mut charts: Vec<(usize, &File)> = charts.collect();
        charts.sort_by_key(|(length, template)| (std::cmp::Reverse(*length), &template.key));
        for (_, template) in charts {
            let Some(changed) = self.changed.get(&(side, template.key.clone())) else { continue };
            let text = String::from_utf8_lossy(&template.text);
            let place = text.lines().enumerate().find(|(at, own)| {
                let value = own.split_once(": ").map_or("", |(_, value)| value.trim().trim_matches(['"', '\'']));
                value.len() >= SHORTEST && changed.contains(&(at + 1)) && bytes::index(line, value.as_bytes()).is_some()
            });
            if let Some((at, _)) = place {
                return Some(format!("{}:{}", template.shown, at + 1));
            }
        }
        None
    }

    fn templates(&self, side: Side, known: &Known, file: &[u8], range: Range<usize>, found: &mut Vec<String>) {
        let step = range.len().div_ceil(SAMPLES).max(1);
        for offset in range.step_by(step) {
            let Some(origin) = known.trace.origin(file, offset) else { continue };
            for site in std::iter::once(&origin.site).chain(&origin.callers) {
                let Some(template) = known.inputs.templates.get(&site.file.to_string()) else { continue };
                let Some(changed) = self.changed.get(&(side, template.key.clone())) else { continue };
                let line = site.line();
                if changed.contains(&line) {
                    let place = format!("{}:{line}", template.shown);
                    if !found.contains(&place) {
                        found.push(place);
                    }
                    break;
                }
            }
        }
    }
}

/// The steps of a path as texts.
pub fn value_path(steps: &[Step]) -> ValuePath {
    let text = |step: &Step| match step {
        Step::Key(key) => key.to_str_lossy().into_owned(),
        Step::Index(index) => index.to_string(),
    };
    steps.iter().map(text).collect()
}

impl Annotator for Notes {
    fn volatile(&self, side: Side, input: &Input, range: Range<usize>) -> bool {
        let Some(known) = self.known(side, input).filter(|known| known.asked) else { return false };
        let ranges = known.volatile.get(&(input.file.clone(), input.offset));
        if ranges.is_some_and(|ranges| ranges.iter().any(|wild| wild.start < range.end && range.start < wild.end)) {
            return true;
        }
        let at = input.offset + range.start..input.offset + range.end;
        !known.trace.taints_in(input.file.as_bytes(), at).is_empty()
    }

    fn secret(&self, side: Side, input: &Input, range: Range<usize>) -> bool {
        let Some(known) = self.known(side, input) else { return false };
        if known.secret.is_empty() {
            return false;
        }
        let at = input.offset + range.start..input.offset + range.end;
        let paths = known.trace.values_in(input.file.as_bytes(), at);
        paths.iter().any(|path| is_secret(&known.secret, &value_path(path)))
    }

    fn causes(&self, side: Side, input: &Input, range: Range<usize>) -> Vec<String> {
        let line = input.text.get(range.clone()).unwrap_or_default();
        let Some(known) = self.known(side, input) else {
            // What was not rendered is its own cause.
            let above = input.text.get(..range.start).unwrap_or_default();
            let lines = bytes::count(above, b'\n');
            return match side {
                Side::After if self.after.is_empty() => vec![format!("{}:{}", input.file, input.line + lines)],
                Side::Before if self.before.is_empty() && self.after.is_empty() => Vec::new(),
                _ => Vec::new(),
            };
        };
        let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'-').count();
        let start = input.offset + range.start + blanks.min(line.len().saturating_sub(1));
        let at = start..(input.offset + range.end).max(start + 1);
        let at_end = input.offset + range.start + line.trim_ascii_end().len().saturating_sub(1);
        let file = input.file.as_bytes();
        let mut found: Vec<String> = Vec::new();
        for path in known.trace.values_in(file, at.clone()) {
            let path = value_path(&path);
            if self.is_changed(&path)
                && let Some(place) = self.place(side, &path)
                && !found.contains(&place)
            {
                found.push(place);
            }
        }
        self.templates(side, known, file, at, &mut found);
        if found.is_empty() {
            found.extend(self.metadata(side, known, &input.file, line));
        }
        if found.is_empty() {
            // A line's own value stands behind its key: what is near its end counts first.
            for offset in [at_end, start] {
                let near = known.trace.reads_before(file, offset);
                let near = near.iter().map(|path| value_path(path)).filter(|path| self.is_changed(path));
                found.extend(near.into_iter().find_map(|path| self.place(side, &path)));
                if !found.is_empty() {
                    break;
                }
            }
        }
        found
    }
}

/// Whether a path is that of a secret, or below one.
pub fn is_secret(patterns: &[ValuePath], path: &[String]) -> bool {
    patterns.iter().any(|pattern| {
        path.len() >= pattern.len() && pattern.iter().zip(path).all(|(wanted, step)| wanted == "*" || wanted == step)
    })
}

/// The lines that only the first, and those that only the second text has; from 1.
fn changed_lines(old: &[u8], new: &[u8]) -> (HashSet<usize>, HashSet<usize>) {
    let lines = |text: &'_ [u8]| text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (mut gone, mut come) = (HashSet::new(), HashSet::new());
    for op in capture_diff_slices(Algorithm::Myers, &lines(old), &lines(new)) {
        if !matches!(op, DiffOp::Equal { .. }) {
            gone.extend(op.old_range().map(|at| at + 1));
            come.extend(op.new_range().map(|at| at + 1));
        }
    }
    (gone, come)
}

/// The paths at which two sets of values differ. Where a map becomes empty, or is no longer so, that counts as its own
/// change, because a condition sees it.
pub fn changed_values(before: &Dict, after: &Dict) -> Vec<ValuePath> {
    let mut found = Vec::new();
    compare_dicts(&mut Vec::new(), before, after, DEPTH, &mut found);
    found
}

fn compare_dicts(path: &mut ValuePath, before: &Dict, after: &Dict, depth: usize, found: &mut Vec<ValuePath>) {
    if before.is_empty() != after.is_empty() {
        found.push(path.clone());
    }
    let entries = before.entries();
    for (key, old) in entries.iter() {
        path.push(key.to_str_lossy().into_owned());
        match after.get(key) {
            Some(new) => compare_values(path, old, &new, depth, found),
            None => found.push(path.clone()),
        }
        path.pop();
    }
    for (key, _) in after.entries().iter() {
        if entries.get(key).is_none() {
            path.push(key.to_str_lossy().into_owned());
            found.push(path.clone());
            path.pop();
        }
    }
}

fn compare_values(path: &mut ValuePath, before: &Value, after: &Value, depth: usize, found: &mut Vec<ValuePath>) {
    match (before, after) {
        (Value::Dict(old), Value::Dict(new)) if depth > 0 => compare_dicts(path, old, new, depth - 1, found),
        // A list counts as one value: its length and order are seen by who goes over it.
        _ if before.kind() == after.kind() && crate::diff::fields::text(before) == crate::diff::fields::text(after) => {
        }
        _ => found.push(path.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_differ() {
        let read = |text: &str| yaml::unmarshal_map(text.as_bytes()).unwrap();
        for (before, after, wanted) in [
            ("a: 1", "a: 1", vec![]),
            ("a: 1", "a: '1'", vec!["a"]),
            ("a: {b: 1, c: 2}", "a: {b: 2, c: 2}", vec!["a.b"]),
            ("a: {}", "a: {b: 1}", vec!["a", "a.b"]),
            ("a: {b: {c: 1}}", "a: {}", vec!["a", "a.b"]),
            ("a: [1, {b: 2}]", "a: [1, {b: 3}]", vec!["a"]),
            ("a: 1", "", vec!["", "a"]),
        ] {
            let found: Vec<String> =
                changed_values(&read(before), &read(after)).iter().map(|path| path.join(".")).collect();
            assert_eq!(found, wanted, "{before} {after}");
        }
    }

    #[test]
    fn values_have_lines() {
        let file = File {
            key: String::new(),
            shown: String::new(),
            text: Str::from("a:\n  b: |\n    x\n    y\n  c: 1\nd: [1]\n"),
        };
        let file = ValueFile::new(file, Vec::new());
        let lines = |path: &str| file.lines.get(&path.split('.').map(str::to_owned).collect::<Vec<_>>()).cloned();
        assert_eq!(lines("a"), Some(1..6));
        assert_eq!(lines("a.b"), Some(2..5));
        assert_eq!(lines("a.c"), Some(5..6));
        assert_eq!(lines("d.0"), Some(6..8));
    }
}
