//! Two values, compared field by field.

use super::merge_key::{labels, last_key, push_item, push_key};
use crate::go::json::{Implementation, Options, encode};
use crate::go::{Dict, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;

/// A field that is not what it was.
#[derive(Clone, Debug)]
pub struct Difference {
    pub path: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// How deep values are compared; deeper ones are compared as a whole.
const DEPTH: usize = 100;

/// All fields that differ, in the order of their keys.
pub fn compare(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    values(String::new(), before, after, DEPTH, &mut found);
    found
}

fn values(path: String, before: &Value, after: &Value, depth: usize, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Dict(old), Value::Dict(new)) if depth > 0 => dicts(&path, old, new, depth - 1, found),
        (Value::List(old), Value::List(new)) if depth > 0 => lists(&path, old, new, depth - 1, found),
        _ if text(before) == text(after) => {}
        _ => found.push(Difference { path, before: Some(before.clone()), after: Some(after.clone()) }),
    }
}

fn dicts(path: &str, before: &Dict, after: &Dict, depth: usize, found: &mut Vec<Difference>) {
    let below = |key: &[u8]| {
        let mut below = path.to_owned();
        push_key(&mut below, &String::from_utf8_lossy(key));
        below
    };
    for (key, old) in before.entries().iter() {
        match after.get(key) {
            Some(new) => values(below(key), old, &new, depth, found),
            None => found.push(Difference { path: below(key), before: Some(old.clone()), after: None }),
        }
    }
    for (key, new) in after.entries().iter() {
        if !before.contains_key(key) {
            found.push(Difference { path: below(key), before: None, after: Some(new.clone()) });
        }
    }
}

fn lists(path: &str, before: &[Value], after: &[Value], depth: usize, found: &mut Vec<Difference>) {
    let below = |label: Option<&str>| {
        let mut below = path.to_owned();
        push_item(&mut below, label);
        below
    };
    let names = (labels(last_key(path), before), labels(last_key(path), after));
    let named = |names: &[Option<String>]| names.iter().flatten().cloned().collect::<Vec<String>>();
    let (old_names, new_names) = (named(&names.0), named(&names.1));
    if old_names.len() == before.len() && new_names.len() == after.len() && !(before.is_empty() && after.is_empty()) {
        let index: HashMap<&String, &Value> = old_names.iter().zip(before).collect();
        let new_index: HashMap<&String, &Value> = new_names.iter().zip(after).collect();
        for (name, old) in old_names.iter().zip(before) {
            match new_index.get(name) {
                Some(new) => values(below(Some(name)), old, new, depth, found),
                None => found.push(Difference { path: below(Some(name)), before: Some(old.clone()), after: None }),
            }
        }
        for (name, new) in new_names.iter().zip(after) {
            if !index.contains_key(name) {
                found.push(Difference { path: below(Some(name)), before: None, after: Some(new.clone()) });
            }
        }
        let kept: Vec<&String> = old_names.iter().filter(|name| new_index.contains_key(name)).collect();
        let still: Vec<&String> = new_names.iter().filter(|name| index.contains_key(name)).collect();
        if kept != still {
            let order = |names: Vec<&String>| Value::strings(names.into_iter().map(String::as_str));
            found.push(Difference { path: below(Some("order")), before: Some(order(kept)), after: Some(order(still)) });
        }
        return;
    }
    let texts = |items: &[Value]| items.iter().map(text).collect::<Vec<String>>();
    let (old_texts, new_texts) = (texts(before), texts(after));
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        let (old, new) = match op {
            DiffOp::Equal { .. } => continue,
            op => (op.old_range(), op.new_range()),
        };
        let (old, new) = (before.get(old).unwrap_or_default(), after.get(new).unwrap_or_default());
        for at in 0..old.len().max(new.len()) {
            match (old.get(at), new.get(at)) {
                (Some(old @ (Value::Dict(_) | Value::List(_))), Some(new)) => {
                    values(below(None), old, new, depth, found)
                }
                (old, new) => found.push(Difference { path: below(None), before: old.cloned(), after: new.cloned() }),
            }
        }
    }
}

/// A value on one line, as JSON; a word stands as it is.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let text = text.to_str_lossy();
            let plain = |char: char| !char.is_control() && char != '"';
            let is_word = !text.is_empty() && text.trim() == text && text.chars().all(plain);
            let looks_typed = text.parse::<f64>().is_ok() || matches!(&*text, "true" | "false" | "null" | "~");
            if is_word && !looks_typed && !text.starts_with(['{', '[', '<']) {
                return text.into_owned();
            }
            json(value)
        }
        value => json(value),
    }
}

fn json(value: &Value) -> String {
    let options = Options { escape_html: false, indent: None, implementation: Implementation::V2 };
    encode(value, options).map_or_else(|error| error, |text| text.to_string())
}
