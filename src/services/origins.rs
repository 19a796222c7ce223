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
    paths.into_iter().filter_map(|path| of(layers, merged, path)).collect()
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
    // What was never there was not deleted, and what went with the map around it is told there.
    let said = layers.get(layer).and_then(|layer| value_at(layer, &path));
    if value.is_none() && (shadows.is_empty() || said.is_none()) {
        return None;
    }
    Some(Effective { path, value, layer, shadows })
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
