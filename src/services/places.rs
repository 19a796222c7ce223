//! Where in a service's files its values stand.

use super::configuration::Layer;
use crate::yaml::{self, Mark, Step};
use std::collections::HashMap;

/// The places of the values of one file.
#[derive(Debug, Default)]
pub struct Places {
    by_path: HashMap<Vec<String>, (Mark, Mark)>,
    /// Keys that stand in a map more than once: the path, the first place and the later one.
    pub duplicates: Vec<(Vec<String>, Mark, Mark)>,
    /// Keys that mean something else than what is written, such as `y`: the path, what is written, and where.
    pub renamed: Vec<(Vec<String>, String, Mark)>,
}

/// A place that a message can name: a file, and a line and a column from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: u32,
    pub column: u32,
}

impl Places {
    /// The places of a layer; none where it is not YAML.
    pub fn new(layer: &Layer) -> Places {
        let mut places = Places::default();
        let mut path: Vec<String> = Vec::new();
        for located in yaml::locate(&layer.text).unwrap_or_default() {
            // What stands above a value was listed before it.
            path.truncate(located.path.len().saturating_sub(1));
            let written = located.path.last().map(text).unwrap_or_default();
            let is_key = matches!(located.path.last(), Some(Step::Key(_)));
            let meaning = is_key.then(|| meaning(&written)).flatten().filter(|_| is_plain(layer, located.key));
            path.push(meaning.clone().unwrap_or_else(|| written.clone()));
            if meaning.is_some() {
                places.renamed.push((path.clone(), written, located.key));
            }
            match places.by_path.get(&path) {
                // Below a key that stands twice everything does.
                Some((first, _)) if !is_below(&path, &places.duplicates) => {
                    places.duplicates.push((path.clone(), *first, located.key));
                }
                _ => {}
            }
            places.by_path.insert(path.clone(), (located.key, located.value));
        }
        places
    }

    /// The place of a key, and that of its value.
    pub fn get(&self, path: &[String]) -> Option<(Mark, Mark)> {
        self.by_path.get(path).copied()
    }
}

/// What a key without quotes means, where that is something else than what is written: `y` is true to YAML 1.1.
fn meaning(written: &str) -> Option<String> {
    const WORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
    let first = written.bytes().next()?;
    let word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(written));
    if !(first.is_ascii_digit() || b"+-.".contains(&first) || word()) {
        return None;
    }
    let read = yaml::unmarshal_map(format!("{written}: 0").as_bytes()).ok()?;
    let key = read.snapshot().into_iter().next()?.0.to_str_lossy().into_owned();
    (key != written).then_some(key)
}

/// Whether a key stands without quotes.
fn is_plain(layer: &Layer, mark: Mark) -> bool {
    let line = usize::try_from(mark.line).ok().and_then(|line| layer.text.split(|byte| *byte == b'\n').nth(line));
    let column = usize::try_from(mark.column).unwrap_or(usize::MAX);
    let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    !matches!(line.chars().nth(column), None | Some('"' | '\'' | '!'))
}

/// Whether a key that stands twice lies above the path.
fn is_below(path: &[String], duplicates: &[(Vec<String>, Mark, Mark)]) -> bool {
    duplicates.iter().any(|(above, _, _)| path.len() > above.len() && path.starts_with(above))
}

fn text(step: &Step) -> String {
    match step {
        Step::Key(key) => key.to_str_lossy().into_owned(),
        Step::Index(index) => index.to_string(),
    }
}

/// The place of a key in the topmost layer that has it, or else of the longest part of the path that some layer has.
pub fn find(layers: &[Layer], places: &[Places], path: &[String]) -> Place {
    for length in (1..=path.len()).rev() {
        let prefix = path.get(..length).unwrap_or_default();
        for (layer, places) in layers.iter().zip(places).rev() {
            if let Some((key, _)) = places.get(prefix) {
                return Place::new(layer, key);
            }
        }
    }
    let path = layers.first().map(|layer| layer.path.clone()).unwrap_or_default();
    Place { path, line: 1, column: 1 }
}

impl Place {
    /// The place of a mark, whose lines and columns count from 0.
    pub fn new(layer: &Layer, mark: Mark) -> Place {
        Place { path: layer.path.clone(), line: mark.line + 1, column: mark.column + 1 }
    }
}

/// A path as people write it: `ingress.hosts[0].host`.
pub fn dotted(path: &[String]) -> String {
    let mut out = String::new();
    for token in path {
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
            out.push_str(&format!("[{token}]"));
            continue;
        }
        if !out.is_empty() {
            out.push('.');
        }
        let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if plain && !token.is_empty() {
            out.push_str(token);
        } else {
            out.push_str(&format!("\"{token}\""));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Str;

    #[test]
    fn keys_that_mean_something_else() {
        let text = "env:\n  Y: {a: 1}\n  'no': 1\n  0x10: 1\n  9090: 1\n  yes_: 1\n";
        let places = Places::new(&Layer::new("a".to_owned(), Str::from(text)));
        let renamed: Vec<String> =
            places.renamed.iter().map(|(path, written, _)| format!("{written} {}", path[1])).collect();
        assert_eq!(renamed, ["Y true", "0x10 16"]);
        let path = ["env", "true", "a"].map(str::to_owned);
        assert_eq!(places.get(&path).map(|(key, _)| (key.line, key.column)), Some((1, 6)));
    }

    #[test]
    fn the_topmost_layer_that_has_it() {
        let layer = |path: &str, text: &str| Layer::new(path.to_owned(), Str::from(text));
        let layers = [layer("a", "x:\n  v: 1\n  z: [1, 2]\n"), layer("b", "\nx: {z: [1]}\nx: {z: [2]}\n")];
        let places: Vec<Places> = layers.iter().map(Places::new).collect();
        for (path, wanted) in [
            (&["x", "v"][..], ("a", 2, 3)),
            (&["x", "z"], ("b", 3, 5)),
            (&["x", "z", "1"], ("a", 3, 10)),
            (&["x", "w"], ("b", 3, 1)),
            (&["q"], ("a", 1, 1)),
        ] {
            let path: Vec<String> = path.iter().map(|&token| token.to_owned()).collect();
            let place = find(&layers, &places, &path);
            assert_eq!((place.path.as_str(), place.line, place.column), wanted, "{path:?}");
        }
        assert_eq!(places[1].duplicates.len(), 1);
        let path = ["a", "0", "b.c", "d-e"].map(str::to_owned);
        assert_eq!(dotted(&path), "a[0].\"b.c\".d-e");
    }
}
