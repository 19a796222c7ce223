//! Which file and line, or which argument, set a value.

use super::{InPlay, Location, SetBy, Subject};
use crate::chart::Chart;
use crate::go::{Dict, Str, Value};
use crate::trace::Step;
use crate::values::set::{Reader, parse_into};
use crate::yaml::{self, Located};

/// How many characters of a value are shown.
const SHOWN: usize = 60;

/// What is known of the value at a path.
pub(super) fn in_play(subject: &Subject<'_>, path: &[Step], value: Option<&Value>) -> InPlay {
    let kind = value.map_or("not set", kind);
    let shown = value.and_then(|value| match value {
        Value::Nil => None,
        Value::Dict(dict) if dict.is_empty() => Some("{}".to_owned()),
        Value::Dict(dict) => {
            let keys: Vec<String> = dict.entries().iter().take(9).map(|(key, _)| key.to_string()).collect();
            Some(shorten(&format!("with the keys {}", keys.join(", "))))
        }
        Value::List(list) => Some(format!("of {} elements", list.len())),
        value => crate::go::json::marshal(value).ok().map(|text| shorten(&text.to_str_lossy())),
    });
    let mut by = set_by(subject, path);
    if let (None, None, Some((_, map))) = (&by, value, path.split_last()) {
        by = set_by(subject, map).filter(|_| !map.is_empty());
    }
    let mut found = InPlay { path: written(path), kind, value: shown, set_by: by, rule: None };
    if path.iter().any(|step| matches!(step, Step::Key(key) if is_secret(key))) {
        hide(&mut found);
    }
    found
}

/// Whether what stands under a key should not be shown: reports end in the logs of pipelines.
fn is_secret(key: &Str) -> bool {
    const WORDS: [&str; 8] =
        ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "privatekey"];
    let key = key.to_str_lossy().to_lowercase().replace(['-', '_'], "");
    WORDS.iter().any(|word| key.contains(word))
}

/// Takes the value out of what is shown.
fn hide(value: &mut InPlay) {
    const HIDDEN: &str = "(hidden)";
    if matches!(value.kind, "string" | "number") {
        value.value = Some(HIDDEN.to_owned());
    }
    let hide_after = |text: &str, mark: char| match text.split_once(mark) {
        Some((key, rest)) if !rest.trim().is_empty() => format!("{key}{mark} {HIDDEN}"),
        _ => text.to_owned(),
    };
    match &mut value.set_by {
        Some(SetBy::File(location)) => location.text = hide_after(&location.text, ':'),
        Some(SetBy::Argument(argument)) => *argument = hide_after(argument, '='),
        None => {}
    }
}

/// What users call a value's type.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "list",
        Value::Dict(_) => "map",
        Value::Object(_) => "object",
        _ => "number",
    }
}

fn shorten(text: &str) -> String {
    let text = text.replace('\n', " ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A path as a template writes it.
pub(super) fn written(path: &[Step]) -> String {
    let mut text = ".Values".to_owned();
    for step in path {
        match step {
            Step::Key(key) => {
                text.push('.');
                text.push_str(&key.to_str_lossy());
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// A path as `--set` writes it.
pub(super) fn argument(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&key.to_str_lossy().replace('.', "\\."));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// What set the value at a path of the root chart's values: what counts most is asked first.
pub(super) fn set_by(subject: &Subject<'_>, path: &[Step]) -> Option<SetBy> {
    // A subchart sees its parent's globals under its own.
    let outer = path
        .iter()
        .position(|step| matches!(step, Step::Key(key) if **key == *b"global"))
        .filter(|&at| at > 0)
        .map(|at| &path[at..]);
    let by_user = |path: &[Step]| arguments(subject, path).or_else(|| values_files(subject, path));
    let by_user = outer.and_then(by_user).or_else(|| by_user(path));
    let by_chart = |path: &[Step]| subject.chart.and_then(|chart| chart_values(subject, chart, chart.name(), path));
    by_user.or_else(|| outer.and_then(by_chart)).or_else(|| by_chart(path))
}

fn arguments(subject: &Subject<'_>, path: &[Step]) -> Option<SetBy> {
    let options = subject.options;
    let mut nothing = |_: &str| Ok(Value::Nil);
    let find = |flag: &str, list: &[String], make: &mut dyn FnMut(&str, &Dict) -> bool| {
        let found = list.iter().rev().find(|argument| {
            let dict = Dict::new();
            make(argument, &dict) && holds(&Value::Dict(dict), path)
        });
        found.map(|argument| SetBy::Argument(format!("--{flag} {argument}")))
    };
    find("set-literal", &options.literal_values, &mut |text, dict| {
        parse_into(text, dict, Reader::Literal, subject.profile).is_ok()
    })
    .or_else(|| {
        find("set-file", &options.file_values, &mut |text, dict| {
            parse_into(text, dict, Reader::File(&mut nothing), subject.profile).is_ok()
        })
    })
    .or_else(|| {
        find("set-string", &options.string_values, &mut |text, dict| {
            parse_into(text, dict, Reader::String, subject.profile).is_ok()
        })
    })
    .or_else(|| {
        find("set", &options.values, &mut |text, dict| parse_into(text, dict, Reader::Typed, subject.profile).is_ok())
    })
    .or_else(|| {
        find("set-json", &options.json_values, &mut |text, dict| match yaml::unmarshal_map(text.as_bytes()) {
            Ok(map) if text.trim_start().starts_with('{') => {
                map.snapshot().into_iter().for_each(|(key, value)| dict.insert(key, value));
                true
            }
            _ => parse_into(text, dict, Reader::Json, subject.profile).is_ok(),
        })
    })
}

/// Whether a value has something at a path.
fn holds(value: &Value, path: &[Step]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    match (value, step) {
        (Value::Dict(dict), Step::Key(key)) => dict.get(key).is_some_and(|value| holds(&value, rest)),
        (Value::List(list), Step::Index(index)) => {
            list.get(*index).is_some_and(|value| !matches!(value, Value::Nil) && holds(value, rest))
        }
        _ => false,
    }
}

fn values_files(subject: &Subject<'_>, path: &[Step]) -> Option<SetBy> {
    let named = |name: &&(String, Vec<u8>)| subject.options.value_files.contains(&name.0);
    subject.files.iter().rev().filter(named).find_map(|(name, text)| {
        let name = if name == "-" { "standard input" } else { name };
        find(name, text, path)
    })
}

/// Where the values of a chart have the path: its own file first, then those of its subcharts.
fn chart_values(subject: &Subject<'_>, chart: &Chart, name: &str, path: &[Step]) -> Option<SetBy> {
    let own = chart.raw.iter().find(|file| file.name == "values.yaml").and_then(|file| file.content.bytes().ok());
    if let Some(found) = own.and_then(|text| find(&subject.path(&format!("{name}/values.yaml")), &text, path)) {
        return Some(found);
    }
    let (Step::Key(key), rest) = path.split_first()? else { return None };
    let declared = chart.metadata.dependencies.iter().flatten();
    let original = declared
        .filter(|dependency| dependency.alias.as_bytes() == key.as_bytes())
        .map(|dependency| Str::from(&dependency.name))
        .next()
        .unwrap_or_else(|| key.clone());
    let subchart = chart.dependencies.iter().find(|subchart| subchart.name().as_bytes() == original.as_bytes())?;
    chart_values(subject, subchart, &format!("{name}/charts/{}", subchart.name()), rest)
}

/// Where a text has the path.
fn find(name: &str, text: &[u8], path: &[Step]) -> Option<SetBy> {
    let located = yaml::locate(text).ok()?;
    let same = |found: &Located| {
        found.path.len() == path.len()
            && found.path.iter().zip(path).all(|(found, step)| match (found, step) {
                (yaml::Step::Key(found), Step::Key(key)) => found == key,
                (yaml::Step::Index(found), Step::Index(index)) => found == index,
                _ => false,
            })
    };
    // Of two equal keys the last counts.
    let found = located.iter().rev().find(|found| same(found))?;
    let line = found.key.line as usize;
    let content = text.split(|&byte| byte == b'\n').nth(line).unwrap_or_default();
    Some(SetBy::File(Location {
        file: name.to_owned(),
        line: line + 1,
        column: Some(found.key.column as usize + 1),
        template: None,
        text: String::from_utf8_lossy(content).trim_end().to_owned(),
    }))
}
