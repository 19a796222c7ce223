//! Where the effective values of a service come from: the layer that set each, and what it replaced there.

use super::check::value_at;
use crate::go::{Dict, Value};
use std::collections::BTreeSet;

/// An effective value.
#[derive(Debug)]
pub struct Effective {
    /// Its path; the last step may be an index of a list.
    pub path: Vec<String>,
    /// The value; `None` where a layer deleted it.
    pub value: Option<Value>,
    /// The index of the layer that set or deleted it.
    pub layer: usize,
    /// The layers below that say something else there, and what; the uppermost first.
    pub shadows: Vec<(usize, Value)>,
}

/// How deep values are looked through.
const DEPTH: usize = 200;

/// All effective values below a path, sorted as the library and then the configuration have them.
///
/// `layers` are the library's values and above them those of the configuration; `merged` is what they come to.
pub fn effective(layers: &[Dict], merged: &Dict, below: &[String]) -> Vec<Effective> {
    let mut paths = Vec::new();
    let mut seen = BTreeSet::new();
    for layer in layers {
        let Some(start) = value_at(layer, below) else { continue };
        leaves(&start, &mut below.to_vec(), &mut |path| {
            if seen.insert(path.to_vec()) {
                paths.push(path.to_vec());
            }
        });
    }
    if !below.is_empty() && paths.is_empty() && value_at(merged, below).is_some() {
        paths.push(below.to_vec());
    }
    let mut found: Vec<Effective> = paths.into_iter().filter_map(|path| of(layers, merged, path)).collect();
    // What was deleted twice is told once, where it says more.
    let deleted: Vec<Vec<String>> =
        found.iter().filter(|one| one.value.is_none()).map(|one| one.path.clone()).collect();
    let is_above = |path: &[String]| deleted.iter().any(|other| other.len() > path.len() && other.starts_with(path));
    found.retain(|one| one.value.is_some() || !is_above(&one.path));
    found
}

/// The value at one path; `None` where a map stands, or where only something around it was ever there.
fn of(layers: &[Dict], merged: &Dict, path: Vec<String>) -> Option<Effective> {
    let value = value_at(merged, &path);
    if value.as_ref().is_some_and(|value| matches!(value, Value::Dict(dict) if !dict.is_empty())) {
        return None;
    }
    let layer = (0..layers.len()).rev().find(|&at| layers.get(at).is_some_and(|layer| decides(layer, &path)))?;
    let shadows: Vec<(usize, Value)> = (0..layer)
        .rev()
        .filter_map(|at| Some((at, layers.get(at).and_then(|layer| value_at(layer, &path))?)))
        .filter(|(_, value)| !matches!(value, Value::Nil) && !matches!(value, Value::Dict(dict) if dict.is_empty()))
        .collect();
    // What was never there was not deleted, and what went with the map around it is told there, unless a layer above
    // put a map there again.
    let said = layers.get(layer).and_then(|layer| value_at(layer, &path));
    if value.is_none() && (shadows.is_empty() || (said.is_none() && !is_map_again(layers.get(layer)?, merged, &path))) {
        return None;
    }
    Some(Effective { path, value, layer, shadows })
}

/// Whether the layer has no map somewhere above a path, but the effective values have one there.
fn is_map_again(layer: &Dict, merged: &Dict, path: &[String]) -> bool {
    let is_map = |values: &Dict, length: usize| {
        let value = path.get(..length).and_then(|above| value_at(values, above));
        matches!(value, Some(Value::Dict(_)))
    };
    let end = (1..path.len()).find(|&length| !is_map(layer, length));
    end.is_some_and(|length| is_map(merged, length))
}

/// Takes out of each layer what a layer above replaces by a map.
///
/// Helm merges the values files and flags with each other before it lays them over a chart, so that a null, a list or
/// a scalar of one file is gone where a later file has a map, and the chart's map below that is merged after all.
pub fn settle(layers: &mut [Dict]) {
    for at in 1..layers.len() {
        let (below, above) = layers.split_at_mut(at);
        if let Some(above) = above.first() {
            below.iter_mut().for_each(|layer| *layer = without(layer, above, DEPTH));
        }
    }
}

fn without(layer: &Dict, above: &Dict, depth: usize) -> Dict {
    let kept = Dict::new();
    for (key, value) in layer.entries().iter() {
        match (value, above.get(key.as_bytes()), depth.checked_sub(1)) {
            (Value::Dict(layer), Some(Value::Dict(above)), Some(depth)) => {
                kept.insert(key.clone(), Value::Dict(without(layer, &above, depth)));
            }
            (value, Some(Value::Dict(_)), _) if !matches!(value, Value::Dict(_)) => {}
            (value, _, _) => kept.insert(key.clone(), value.clone()),
        }
    }
    kept
}

/// Whether a layer says what stands at a path: it has something there, or something other than a map above it.
fn decides(layer: &Dict, path: &[String]) -> bool {
    let mut at = Value::Dict(layer.clone());
    for token in path {
        let next = match &at {
            Value::Dict(dict) => dict.get(token.as_bytes()),
            // A list, a scalar or null replaces whatever is below.
            _ => return true,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// The paths of all values that are no maps, and of empty maps.
fn leaves(value: &Value, path: &mut Vec<String>, add: &mut dyn FnMut(&[String])) {
    match value {
        Value::Dict(dict) if !dict.is_empty() && path.len() < DEPTH => {
            for (key, value) in dict.entries().iter() {
                path.push(key.to_str_lossy().into_owned());
                leaves(value, path, add);
                path.pop();
            }
        }
        _ => add(path),
    }
}

/// Reads a path as people write it: `ingress.hosts[0].host`, with quotes around a key that has dots.
pub fn parse_path(text: &str) -> Vec<String> {
    let mut path = Vec::new();
    let mut token = String::new();
    let mut quoted = false;
    for char in text.chars() {
        match char {
            '"' => quoted = !quoted,
            '.' | '[' | ']' if !quoted => {
                if !token.is_empty() {
                    path.push(std::mem::take(&mut token));
                }
            }
            char => token.push(char),
        }
    }
    if !token.is_empty() {
        path.push(token);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::merge;
    use crate::yaml;

    #[test]
    fn deleted_and_set_again() {
        let read = |text: &str| yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
        let shown = |layers: &[Dict]| -> Vec<String> {
            let merged =
                layers.iter().skip(1).fold(layers[0].clone(), |under, over| merge(&under, over).expect("not deep"));
            let found = effective(layers, &merged, &[]);
            found
                .iter()
                .map(|found| format!("{} {} {}", found.path.join("."), found.value.is_some(), found.layer))
                .collect()
        };
        // One over the other, the map is gone for good.
        let layers = [read("{m: {a: 1, b: 2}}"), read("{m: null}"), read("{m: {b: 3}}")];
        assert_eq!(shown(&layers), ["m.a false 1", "m.b true 2"]);
        // As values files, the second takes back what the first said.
        let mut files = layers[1..].to_vec();
        settle(&mut files);
        assert_eq!(shown(&[layers[0].clone(), files[0].clone(), files[1].clone()]), ["m.a true 0", "m.b true 2"]);
    }

    #[test]
    fn each_value_has_its_layer() {
        let read = |text: &str| yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
        let layers = [
            read("{a: 1, m: {b: 2, c: 3}, l: [1], d: {e: 4}, o: {}}"),
            read("{m: {b: 5}, d: null, o: {x: 6}}"),
            read("{m: {b: 7}, l: [2, 3]}"),
        ];
        let merged =
            layers.iter().skip(1).fold(layers[0].clone(), |under, over| merge(&under, over).expect("not deep"));
        let shown = |below: &str| -> Vec<String> {
            effective(&layers, &merged, &parse_path(below))
                .iter()
                .map(|found| {
                    let value = found.value.as_ref().and_then(yaml::scalar_text).map(|text| text.to_string());
                    let shadows: Vec<usize> = found.shadows.iter().map(|(layer, _)| *layer).collect();
                    format!("{} {} {} {shadows:?}", found.path.join("."), value.unwrap_or_default(), found.layer)
                })
                .collect()
        };
        assert_eq!(shown(""), ["a 1 0 []", "l  2 [0]", "m.b 7 2 [1, 0]", "m.c 3 0 []", "d  1 [0]", "o.x 6 1 []"]);
        assert_eq!(shown("m"), ["m.b 7 2 [1, 0]", "m.c 3 0 []"]);
        assert_eq!(shown("l[1]"), ["l.1 3 2 []"]);
        assert_eq!(shown("m.z"), Vec::<String>::new());
        assert_eq!(parse_path("config.files.\"a.b\"[0]"), ["config", "files", "a.b", "0"]);
    }
}
