//! What a schema says about a key, for people: its description, and where else a key of that name may stand.

use crate::go::{Str, Value};
use crate::yaml;
use std::cell::RefCell;
use std::collections::HashMap;

/// How deep schemas are looked through: a `$ref` may lead in circles.
const DEPTH: usize = 12;

/// A schema as a document.
#[derive(Debug)]
pub struct Guide {
    document: Value,
    /// Whether the items of the list or map at a path are closed to keys that the schema does not name.
    closed: RefCell<HashMap<Vec<String>, bool>>,
}

impl Guide {
    /// Reads the text of a schema; JSON is YAML.
    pub fn new(schema: Option<&Str>) -> Guide {
        let document = schema.and_then(|text| yaml::unmarshal(text).ok()).unwrap_or_default();
        Guide { document, closed: RefCell::default() }
    }

    /// The description of the value at a path.
    pub fn description(&self, path: &[String]) -> Option<String> {
        let text = self.at(path)?.as_dict()?.get(b"description")?;
        text.as_str().map(|text| text.to_str_lossy().into_owned())
    }

    /// Whether the schema names the whole path.
    pub fn knows(&self, path: &[String]) -> bool {
        !path.is_empty() && self.at(path).is_some()
    }

    /// Whether every item of the list or map at a path, where it is a map, has only keys that the schema names.
    pub fn is_closed(&self, path: &[String]) -> bool {
        if let Some(closed) = self.closed.borrow().get(path) {
            return *closed;
        }
        let item = self.at(path).and_then(|schema| self.child(&schema, "0"));
        let closed = item.and_then(|item| item.as_dict()?.get(b"additionalProperties"));
        let closed = matches!(closed, Some(Value::Bool(false)));
        self.closed.borrow_mut().insert(path.to_vec(), closed);
        closed
    }

    /// Whether the map at a path has a property of that name.
    pub fn knows_key(&self, path: &[String], key: &str) -> bool {
        let properties = self.at(path).and_then(|schema| schema.as_dict()?.get(b"properties"));
        properties.is_some_and(|all| all.as_dict().is_some_and(|all| all.get(key.as_bytes()).is_some()))
    }

    /// The schema of the value at a path.
    fn at(&self, path: &[String]) -> Option<Value> {
        let whole = self.resolve(self.document.clone(), DEPTH);
        path.iter().try_fold(whole, |schema, token| self.child(&schema, token))
    }

    /// What the keys of the map at a path may be called.
    pub fn names(&self, path: &[String]) -> Option<String> {
        let names = self.at(path)?.as_dict()?.get(b"propertyNames")?;
        let text = names.as_dict()?.get(b"description")?;
        text.as_str().map(|text| text.to_str_lossy().into_owned())
    }

    /// The shortest path that is the one looked for, lists left out.
    pub fn find(&self, is_it: impl Fn(&[String]) -> bool) -> Option<Vec<String>> {
        self.find_all(is_it).into_iter().next()
    }

    /// The shortest paths that are looked for, all of one length, lists left out.
    pub fn find_all(&self, is_it: impl Fn(&[String]) -> bool) -> Vec<Vec<String>> {
        let mut level = vec![(Vec::new(), self.resolve(self.document.clone(), DEPTH))];
        for _ in 0..DEPTH {
            let mut below = Vec::new();
            let mut found = Vec::new();
            for (path, schema) in &level {
                let Some(Value::Dict(properties)) = schema.as_dict().and_then(|schema| schema.get(b"properties"))
                else {
                    continue;
                };
                for (name, child) in properties.entries().iter() {
                    let mut path: Vec<String> = path.clone();
                    path.push(name.to_str_lossy().into_owned());
                    if is_it(&path) {
                        found.push(path.clone());
                    }
                    below.push((path, self.resolve(child.clone(), DEPTH)));
                }
            }
            if !found.is_empty() {
                return found;
            }
            level = below;
        }
        Vec::new()
    }

    fn child(&self, schema: &Value, token: &str) -> Option<Value> {
        let schema = schema.as_dict()?;
        let property = schema.get(b"properties").and_then(|all| all.as_dict()?.get(token.as_bytes()));
        let child = property
            .or_else(|| token.parse::<usize>().ok().and_then(|_| schema.get(b"items")))
            .or_else(|| schema.get(b"additionalProperties"))
            .filter(|child| matches!(child, Value::Dict(_)));
        if let Some(child) = child {
            return Some(self.resolve(child, DEPTH));
        }
        [b"anyOf".as_slice(), b"oneOf", b"allOf"].into_iter().find_map(|keyword| {
            let branches = schema.get(keyword)?;
            branches.as_list()?.iter().find_map(|branch| {
                // A branch may itself be a reference, but circles end with the depth of the path.
                self.child(&self.resolve(branch.clone(), DEPTH), token)
            })
        })
    }

    /// Follows `$ref` within the document; keywords beside it are kept where it says nothing.
    fn resolve(&self, schema: Value, depth: usize) -> Value {
        let Some(dict) = schema.as_dict() else { return schema };
        let Some(Value::String(reference)) = dict.get(b"$ref") else { return schema };
        let target = reference.to_str_lossy().strip_prefix("#/").map(|pointer| {
            pointer.split('/').try_fold(self.document.clone(), |at, token| {
                at.as_dict()?.get(token.replace("~1", "/").replace("~0", "~").as_bytes())
            })
        });
        let (Some(Some(target)), Some(depth)) = (target, depth.checked_sub(1)) else { return schema };
        let target = self.resolve(target, depth);
        match (target.as_dict(), dict.get(b"description")) {
            (Some(inner), Some(description)) => {
                let merged = crate::go::Dict::new();
                inner.entries().iter().for_each(|(key, value)| merged.insert(key.clone(), value.clone()));
                merged.insert("description", description);
                Value::Dict(merged)
            }
            _ => target,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_and_places() {
        let guide = Guide::new(Some(&Str::from(
            r##"{"properties": {"a": {"properties": {"b": {"items": {"$ref": "#/$defs/c", "description": "One."}}}}},
                "$defs": {"c": {"description": "A c.", "properties": {"d": {"description": "A d."}, "e": {"$ref": "#/$defs/c"}}}}}"##,
        )));
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(guide.description(&path("a.b.0")).as_deref(), Some("One."));
        assert_eq!(guide.description(&path("a.b.0.e.d")).as_deref(), Some("A d."));
        assert_eq!(guide.description(&path("a.x")), None);
        let paths_to = |key: &str| guide.find_all(|path| path.last().is_some_and(|name| name == key));
        assert_eq!(paths_to("b"), [path("a.b")]);
        assert!(paths_to("z").is_empty());
    }
}
