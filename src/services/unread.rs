//! Keys of a configuration that nobody knows: neither the library's values nor the schema.
//!
//! Whether such a key means something only a render can tell, which sees what the templates read. A step of a path
//! that leads into a list is the index as a number.

use super::configuration::Configuration;
use super::guide::Guide;
use crate::go::{Dict, Value};
use std::collections::BTreeSet;

/// A path into a configuration.
pub type Path = Vec<String>;

/// How deep configurations are looked through.
const DEPTH: usize = 100;

/// The keys of a configuration that stand in a map of the library's values which does not have them.
///
/// An empty map of the library is open to every key. The schema is asked only where there is such a key.
pub fn candidates<'a>(
    configuration: &Configuration,
    defaults: &Dict,
    guide: impl Fn() -> Option<&'a Guide>,
) -> Vec<Path> {
    let mut found = BTreeSet::new();
    for layer in &configuration.layers {
        walk(layer, defaults, &mut Vec::new(), &guide, &mut found);
    }
    found.retain(|path| !is_built_in(path));
    if found.is_empty() {
        return Vec::new();
    }
    let guide = guide();
    found.into_iter().filter(|path| !guide.is_some_and(|guide| guide.knows(path))).collect()
}

/// The path, where its value is not used, or else what is not used below it.
pub fn unread(path: Path, value: &Value, is_used: &dyn Fn(&[String]) -> bool, found: &mut Vec<Path>) {
    if !is_used(&path) {
        found.push(path);
        return;
    }
    if path.len() > DEPTH {
        return;
    }
    let below = |key: String| path.iter().cloned().chain([key]).collect();
    match value {
        Value::Dict(dict) if !is_off(dict, &Dict::new()) => {
            for (key, value) in dict.entries().iter() {
                unread(below(key.to_str_lossy().into_owned()), value, is_used, found);
            }
        }
        Value::List(list) => {
            for (index, item) in list.iter().enumerate().filter(|(_, item)| matches!(item, Value::Dict(_))) {
                unread(below(index.to_string()), item, is_used, found);
            }
        }
        _ => {}
    }
}

/// What Mizzen or Helm reads itself.
fn is_built_in(path: &[String]) -> bool {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(keys.as_slice(), ["platform"] | ["platform", "version"] | ["service"] | ["service", "name"] | ["global"])
}

fn walk<'a>(
    over: &Dict,
    base: &Dict,
    path: &mut Path,
    guide: &impl Fn() -> Option<&'a Guide>,
    found: &mut BTreeSet<Path>,
) {
    if path.len() > DEPTH || is_off(over, base) {
        return;
    }
    for (key, value) in over.entries().iter() {
        path.push(key.to_str_lossy().into_owned());
        match (base.get(key.as_bytes()), value) {
            (None, Value::Nil) => {}
            (None, _) => {
                found.insert(path.clone());
            }
            (Some(Value::Dict(base)), Value::Dict(over)) if !base.is_empty() => {
                walk(over, &base, path, guide, found);
            }
            (Some(_), value) => inner(value, path, guide, found),
        }
        path.pop();
    }
}

/// The keys of the maps that stand in a list, or in a map that is open to every key.
fn inner<'a>(value: &Value, path: &Path, guide: &impl Fn() -> Option<&'a Guide>, found: &mut BTreeSet<Path>) {
    let has_maps = match value {
        Value::List(list) => list.iter().any(|item| matches!(item, Value::Dict(_))),
        Value::Dict(dict) => dict.entries().iter().any(|(_, item)| matches!(item, Value::Dict(_))),
        _ => false,
    };
    // What the schema closes it has looked at already.
    if !has_maps || guide().is_some_and(|guide| guide.is_closed(path)) {
        return;
    }
    let items: Vec<(String, Value)> = match value {
        Value::List(list) => list.iter().enumerate().map(|(index, item)| (index.to_string(), item.clone())).collect(),
        Value::Dict(dict) => {
            dict.snapshot().into_iter().map(|(key, value)| (key.to_str_lossy().into_owned(), value)).collect()
        }
        _ => return,
    };
    for (step, item) in items {
        let Value::Dict(item) = item else { continue };
        if is_off(&item, &Dict::new()) {
            continue;
        }
        for (key, _) in item.entries().iter().filter(|(_, value)| !matches!(value, Value::Nil)) {
            let mut path = path.clone();
            path.extend([step.clone(), key.to_str_lossy().into_owned()]);
            found.insert(path);
        }
    }
}

/// Whether a section is switched off: nobody reads it then.
fn is_off(over: &Dict, base: &Dict) -> bool {
    let enabled = over.get(b"enabled").or_else(|| base.get(b"enabled"));
    enabled.is_some_and(|enabled| matches!(enabled, Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn keys_that_the_library_does_not_have() {
        let read = |text: &str| yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
        let defaults = read("{service: {name: ''}, env: {}, queue: {enabled: false, size: 1}, list: []}");
        for (text, wanted) in [
            ("{service: {name: a}, env: {A: 1}, platform: {version: 1.0.0}}", &[][..]),
            ("{queeu: {enabled: true}, queue: {enabled: true, sizes: 2}}", &["queeu", "queue.sizes"]),
            ("{queue: {sizes: 2}}", &[]),
            ("{list: [1, {a: 1}, {b: 2, enabled: false}], gone: null}", &["list.1.a"]),
            ("{env: {A: 1, B: {from: x}}}", &["env.B.from"]),
        ] {
            let configuration = Configuration { layers: vec![read(text)], name: "a".to_owned(), library: None };
            let found: Vec<String> =
                candidates(&configuration, &defaults, || None).iter().map(|path| path.join(".")).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }
}
