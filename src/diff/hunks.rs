//! The changed lines of a resource, with some around them, and what they mean.

use super::document::{Document, Line as Source, value_bytes};
use super::fields::{self, Difference};
use super::noise::Noise;
use super::risk::{self, Risk};
use super::secret::Secrets;
use super::{Annotator, Change, Field, Hunk, Id, Input, Line, Op, Options, Side, Status};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many causes a hunk names.
const CAUSES: usize = 4;

/// How much of a value a field shows.
const WIDTH: usize = 200;

/// A line of the comparison: where it stands in both documents.
#[derive(Clone, Copy)]
struct Row {
    op: Op,
    before: usize,
    after: usize,
}

/// A resource that is only in one of the sets.
pub fn whole(
    side: Side,
    input: &Input,
    document: &Document,
    options: &Options<'_>,
    annotator: &dyn Annotator,
) -> Change {
    let mut id = input.id.clone();
    document.hide_name(&mut id, options.secrets);
    let (status, op) = match side {
        Side::Before => (Status::Removed, Op::Remove),
        Side::After => (Status::Added, Op::Add),
    };
    let (risk, reason) = risk::whole(&input.id, &status);
    let mut lines: Vec<Line> = document.lines.iter().map(|line| Line { op, text: line.text.clone() }).collect();
    while lines.last().is_some_and(|line| line.text.trim().is_empty()) {
        lines.pop();
    }
    let shown = Some(id.to_string());
    let (before, after) = if op == Op::Remove { (shown, None) } else { (None, shown) };
    let mut causes = Vec::new();
    for line in &document.lines {
        add_causes(&mut causes, annotator.causes(side, input, line.range.clone()));
    }
    let causes = apart(causes);
    let field = Field { path: String::new(), before, after, risk, reason, causes: causes.clone() };
    let hunk = Hunk { before: 1, after: 1, lines, fields: vec![field], risk, reasons: vec![reason], causes };
    Change { service: String::new(), id, status, hunks: vec![hunk], folded: BTreeMap::new(), folded_risk: None }
}

/// A resource that is in both sets, with other bytes.
pub fn changed(
    old: &Input,
    new: &Input,
    before: &Document,
    after: &Document,
    options: &Options<'_>,
    annotator: &dyn Annotator,
) -> Change {
    let status = if same_name(&old.id, &new.id) { Status::Changed } else { Status::Renamed(old.id.clone()) };
    let mut folded = BTreeMap::new();
    let (rows, noisy) = compare_lines((old, before), (new, after), options, &mut folded);
    let (fields, folded_risk) = compare_fields(old, new, before, after, &noisy, &status, options);
    if rows.iter().all(|row| row.op == Op::Keep) && folded.is_empty() {
        *folded.entry(Noise::Unseen).or_default() += 1;
    }
    let mut hunks = Vec::new();
    let mut causes = Vec::new();
    for rows in group(&rows, options.context) {
        hunks.push(hunk(rows, old, new, before, after, annotator, &mut causes));
    }
    assign(&rows, &mut hunks, fields, before, after, options.context, &causes);
    for hunk in &mut hunks {
        hunk.risk = hunk.fields.iter().map(|field| field.risk).max().unwrap_or(Risk::Harmless);
        for field in hunk.fields.iter().filter(|field| field.risk == hunk.risk) {
            if !hunk.reasons.contains(&field.reason) {
                hunk.reasons.push(field.reason);
            }
        }
        if !before.is_readable || !after.is_readable {
            hunk.risk = hunk.risk.max(Risk::Restarts);
            hunk.reasons = vec!["it is no YAML that can be read, so nobody knows"];
        } else if hunk.fields.is_empty() {
            hunk.reasons.push("comments or layout");
        }
    }
    Change { service: String::new(), id: new.id.clone(), status, hunks, folded, folded_risk }
}

fn same_name(old: &Id, new: &Id) -> bool {
    old.kind == new.kind && old.name == new.name && old.namespace == new.namespace
}

/// Lines are the same where text and field are: what is put in between does not shift what follows.
///
/// Lines that are noise on both sides count as kept, and their fields are given back.
fn compare_lines<'l>(
    (old, before): (&'l Input, &'l Document),
    (new, after): (&'l Input, &'l Document),
    options: &Options<'_>,
    folded: &mut BTreeMap<Noise, usize>,
) -> (Vec<Row>, HashMap<String, Noise>) {
    // Blank lines at the end belong to what separates a manifest from the next.
    let ends = [before, after].map(|document| {
        let blank = document.lines.iter().rev().take_while(|line| line.text.trim().is_empty()).count();
        document.lines.len() - blank
    });
    let blank = (before.lines.len() - ends[0], after.lines.len() - ends[1]);
    if blank.0 != blank.1 {
        *folded.entry(Noise::Unseen).or_default() += blank.0.abs_diff(blank.1);
    }
    let old_paths: HashSet<&str> = before.lines.iter().map(|line| line.path.as_str()).collect();
    let new_paths: HashSet<&str> = after.lines.iter().map(|line| line.path.as_str()).collect();
    let noise = |line: &Source| {
        let noise = Noise::of(line, options.ignore)?;
        let both = old_paths.contains(line.path.as_str()) && new_paths.contains(line.path.as_str());
        (both || noise == Noise::Ignored).then_some(noise)
    };
    // The bytes decide and not what is shown of them: two secrets may look alike. The line break at the very end is no
    // line's own.
    let mut numbers: HashMap<(&str, &[u8]), usize> = HashMap::new();
    let mut keys = |input: &'l Input, document: &'l Document, end: usize| -> Vec<usize> {
        let key = |line: &'l Source| {
            let bytes = input.text.get(line.range.clone()).unwrap_or_default();
            (line.path.as_str(), bytes.strip_suffix(b"\n").unwrap_or(bytes))
        };
        let lines = document.lines.iter().take(end);
        lines
            .map(|line| {
                let next = numbers.len();
                *numbers.entry(key(line)).or_insert(next)
            })
            .collect()
    };
    let keys = (keys(old, before, ends[0]), keys(new, after, ends[1]));
    let mut rows = Vec::new();
    let mut noisy = HashMap::new();
    // Folded lines of both sides: what changed is one line, and so is what only one of them has.
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &keys.0, &keys.1) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            rows.extend((0..len).map(|at| Row { op: Op::Keep, before: old_index + at, after: new_index + at }));
            continue;
        }
        let (old, new) = (op.old_range(), op.new_range());
        for at in old {
            let Some(line) = before.lines.get(at) else { continue };
            match noise(line) {
                Some(noise) => {
                    noisy.insert(line.path.clone(), noise);
                    gone.push((line.path.as_str(), noise));
                }
                None => rows.push(Row { op: Op::Remove, before: at, after: new.start }),
            }
        }
        for at in new.clone() {
            let Some(line) = after.lines.get(at) else { continue };
            match noise(line) {
                Some(noise) => {
                    noisy.insert(line.path.clone(), noise);
                    come.push((line.path.as_str(), noise));
                }
                None => rows.push(Row { op: Op::Add, before: op.old_range().end, after: at }),
            }
        }
    }
    let mut pending: HashMap<(&str, Noise), usize> = HashMap::new();
    for line in come {
        *pending.entry(line).or_default() += 1;
        *folded.entry(line.1).or_default() += 1;
    }
    for line in gone {
        match pending.get_mut(&line) {
            Some(count @ 1..) => *count -= 1,
            _ => *folded.entry(line.1).or_default() += 1,
        }
    }
    (rows, noisy)
}

/// The fields that differ, without those whose lines are folded; what these do is given back apart.
fn compare_fields(
    old: &Input,
    new: &Input,
    before: &Document,
    after: &Document,
    noisy: &HashMap<String, Noise>,
    status: &Status,
    options: &Options<'_>,
) -> (Vec<Field>, Option<(Risk, &'static str)>) {
    let hidden: HashSet<&String> = before.hidden.union(&after.hidden).collect();
    let mut found = Vec::new();
    let mut folded_risk: Option<(Risk, &'static str)> = None;
    for difference in fields::compare(&before.value, &after.value) {
        let Difference { path, before: from, after: to } = difference;
        let (risk, reason) = risk::field(&risk::Change {
            id: &new.id,
            path: &path,
            before: from.as_ref(),
            after: to.as_ref(),
            old: &before.value,
            new: &after.value,
        });
        if let Some(noise) = noise_of(&path, noisy) {
            if noise.counts() && folded_risk.is_none_or(|(known, _)| known < risk) {
                folded_risk = Some((risk, reason));
            }
            continue;
        }
        let is_secret = new.id.kind == "Secret" && is_data(&path) || is_hidden(&path, &hidden);
        let show =
            |value: &Option<crate::go::Value>| value.as_ref().map(|value| show(value, is_secret, options.secrets));
        found.push(Field { before: show(&from), after: show(&to), path, risk, reason, causes: Vec::new() });
    }
    if let Status::Renamed(_) = status {
        let (gone, _) = risk::whole(&old.id, &Status::Removed);
        let risk = gone.max(Risk::Recreates);
        for field in found.iter_mut().filter(|field| field.risk == Risk::Recreates) {
            field.risk = risk;
        }
    }
    (found, folded_risk)
}

fn noise_of(path: &str, noisy: &HashMap<String, Noise>) -> Option<Noise> {
    if noisy.is_empty() {
        return None;
    }
    if let Some(noise) = noisy.get(path) {
        return Some(*noise);
    }
    // What stands around the field is folded only where the user said so.
    let above = noisy.iter().find(|(above, noise)| **noise == Noise::Ignored && is_below(path, above));
    above.map(|(_, noise)| *noise)
}

fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn is_data(path: &str) -> bool {
    ["data", "stringData"].iter().any(|key| path == *key || is_below(path, key))
}

fn is_hidden(path: &str, hidden: &HashSet<&String>) -> bool {
    hidden.contains(&path.to_owned()) || hidden.iter().any(|line| is_below(line, path) || is_below(path, line))
}

/// A value on one line; a long one is cut.
fn show(value: &crate::go::Value, is_secret: bool, secrets: &Secrets) -> String {
    if is_secret {
        return secrets.digest(&value_bytes(value));
    }
    let text = fields::text(value);
    let text = secrets.scrub(&text).unwrap_or(text);
    if text.chars().count() <= WIDTH {
        return text;
    }
    text.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// Changed rows with their context, where two that are near share it.
fn group(rows: &[Row], context: usize) -> Vec<&[Row]> {
    let mut groups = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (at, _) in rows.iter().enumerate().filter(|(_, row)| row.op != Op::Keep) {
        let (from, to) = (at.saturating_sub(context), (at + context + 1).min(rows.len()));
        open = match open {
            Some((start, end)) if from <= end => Some((start, to)),
            Some((start, end)) => {
                groups.extend(rows.get(start..end));
                Some((from, to))
            }
            None => Some((from, to)),
        };
    }
    if let Some((start, end)) = open {
        groups.extend(rows.get(start..end));
    }
    groups
}

fn hunk(
    rows: &[Row],
    old: &Input,
    new: &Input,
    before: &Document,
    after: &Document,
    annotator: &dyn Annotator,
    all: &mut Vec<(String, Vec<String>)>,
) -> Hunk {
    let mut lines = Vec::new();
    let mut causes = Vec::new();
    let mut removed: HashMap<&str, &[u8]> = HashMap::new();
    for row in rows {
        let (side, input, line) = match row.op {
            Op::Remove => (Side::Before, old, before.lines.get(row.before)),
            Op::Keep | Op::Add => (Side::After, new, after.lines.get(row.after)),
        };
        let Some(line) = line else { continue };
        let bytes = input.text.get(line.range.clone()).unwrap_or_default();
        let mut text = line.text.clone();
        if row.op == Op::Remove {
            removed.insert(line.text.as_str(), bytes);
        } else if row.op == Op::Add && removed.get(text.as_str()).is_some_and(|known| *known != bytes) {
            // The secret is the same, or bytes that are no text are shown alike.
            text.push_str(" (written otherwise)");
        }
        lines.push(Line { op: row.op, text });
        if row.op != Op::Keep {
            let found = annotator.causes(side, input, line.range.clone());
            all.push((line.path.clone(), found.clone()));
            add_causes(&mut causes, found);
        }
    }
    let causes = apart(causes);
    let first = rows.first().copied().unwrap_or(Row { op: Op::Keep, before: 0, after: 0 });
    Hunk {
        before: first.before + 1,
        after: first.after + 1,
        lines,
        fields: Vec::new(),
        risk: Risk::Harmless,
        reasons: Vec::new(),
        causes,
    }
}

fn add_causes(causes: &mut Vec<String>, found: Vec<String>) {
    for cause in found {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
}

/// Of causes in lines that follow each other the first, and not too many.
fn apart(causes: Vec<String>) -> Vec<String> {
    let place = |cause: &str| {
        let (file, line) = cause.rsplit_once(':')?;
        Some((file.to_owned(), line.parse::<usize>().ok()?))
    };
    let places: HashSet<(String, usize)> = causes.iter().filter_map(|cause| place(cause)).collect();
    let follows =
        |cause: &String| place(cause).is_some_and(|(file, line)| line > 1 && places.contains(&(file, line - 1)));
    let mut causes: Vec<String> = causes.iter().filter(|cause| !follows(cause)).cloned().collect();
    causes.truncate(CAUSES);
    causes
}

/// Gives every field to the hunk that shows it.
fn assign(
    rows: &[Row],
    hunks: &mut [Hunk],
    fields: Vec<Field>,
    before: &Document,
    after: &Document,
    context: usize,
    causes: &[(String, Vec<String>)],
) {
    let mut by_path: HashMap<&str, Vec<String>> = HashMap::new();
    for (path, found) in causes {
        add_causes(by_path.entry(path).or_default(), found.clone());
    }
    // The first changed line of every field, and the hunk that it is in.
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut ordered: Vec<(&str, usize)> = Vec::new();
    for (index, rows) in group(rows, context).into_iter().enumerate() {
        for row in rows.iter().filter(|row| row.op != Op::Keep) {
            let line = match row.op {
                Op::Remove => before.lines.get(row.before),
                _ => after.lines.get(row.after),
            };
            if let Some(line) = line {
                places.entry(&line.path).or_insert(index);
                ordered.push((&line.path, index));
            }
        }
    }
    for field in fields {
        let path = field.path.clone();
        let path = path.strip_suffix("[order]").unwrap_or(&path);
        let exact = places.get(path).copied();
        let below = || ordered.iter().find(|(line, _)| is_below(line, path)).map(|(_, index)| *index);
        // In braces a line holds many fields, and it is the first that names it.
        let above = || {
            let steps = ordered.iter().filter(|(line, _)| is_below(path, line));
            steps.max_by_key(|(line, _)| line.len()).map(|(_, index)| *index)
        };
        let parent = path.rfind(['.', '[']).and_then(|at| path.get(..at)).unwrap_or_default();
        let beside = || ordered.iter().find(|(line, _)| is_below(line, parent)).map(|(_, index)| *index);
        let index = exact.or_else(below).or_else(above).or_else(beside).unwrap_or(0);
        if let Some(hunk) = hunks.get_mut(index) {
            let own = by_path.get(path).cloned();
            let own =
                own.or_else(|| causes.iter().find(|(line, _)| is_below(line, path)).map(|(_, found)| found.clone()));
            let causes = apart(own.unwrap_or_else(|| hunk.causes.clone()));
            let field = Field { causes, ..field };
            hunk.fields.push(field);
        }
    }
}
