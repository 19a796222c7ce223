//! Which values a JSON Schema marks as secret: those with `format: password` or `writeOnly: true`.

use super::causes::ValuePath;
use crate::go::{Dict, Value};
use crate::yaml;

/// How deep a schema is followed, and how many of its parts are looked at.
const DEPTH: usize = 30;
const PARTS: usize = 50_000;

/// The paths of secret values; `*` stands for any step.
pub fn secret_paths(schema: &[u8]) -> Vec<ValuePath> {
    // JSON is YAML.
    let Ok(root) = yaml::unmarshal_map(schema) else { return Vec::new() };
    let mut search = Search { root: root.clone(), found: Vec::new(), left: PARTS };
    search.part(&root, &mut Vec::new(), DEPTH);
    search.found
}

struct Search {
    root: Dict,
    found: Vec<ValuePath>,
    left: usize,
}

impl Search {
    fn part(&mut self, schema: &Dict, path: &mut ValuePath, depth: usize) {
        if depth == 0 || self.left == 0 {
            return;
        }
        self.left -= 1;
        let is = |key: &str, wanted: &str| {
            schema.get(key.as_bytes()).is_some_and(|value| value.as_str().is_some_and(|text| *text == *wanted))
        };
        let write_only = matches!(schema.get(b"writeOnly"), Some(Value::Bool(true)));
        if (is("format", "password") || write_only) && !self.found.contains(path) {
            self.found.push(path.clone());
            return;
        }
        if let Some(target) = self.target(schema) {
            self.part(&target, path, depth - 1);
        }
        for key in ["properties", "patternProperties"] {
            let Some(parts) = schema.get(key.as_bytes()) else { continue };
            for (name, part) in parts.as_dict().map(Dict::snapshot).unwrap_or_default() {
                let step = if key == "properties" { name.to_string() } else { "*".to_owned() };
                self.below(&part, step, path, depth);
            }
        }
        for key in ["additionalProperties", "items", "unevaluatedProperties", "contains"] {
            if let Some(part) = schema.get(key.as_bytes()) {
                self.below(&part, "*".to_owned(), path, depth);
            }
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            let Some(parts) = schema.get(key.as_bytes()) else { continue };
            for part in parts.as_list().map(|list| list.to_vec()).unwrap_or_default() {
                if let Some(part) = part.as_dict() {
                    self.part(part, path, depth - 1);
                }
            }
        }
        for key in ["if", "then", "else"] {
            if let Some(Value::Dict(part)) = schema.get(key.as_bytes()) {
                self.part(&part, path, depth - 1);
            }
        }
    }

    fn below(&mut self, part: &Value, step: String, path: &mut ValuePath, depth: usize) {
        if let Some(part) = part.as_dict() {
            path.push(step);
            self.part(part, path, depth - 1);
            path.pop();
        }
    }

    /// What a reference within the schema means.
    fn target(&self, schema: &Dict) -> Option<Dict> {
        let reference = schema.get(b"$ref")?.as_str()?.to_string();
        let mut at = Value::Dict(self.root.clone());
        for step in reference.strip_prefix("#/")?.split('/') {
            let step = step.replace("~1", "/").replace("~0", "~");
            at = at.as_dict()?.get(step.as_bytes())?;
        }
        at.as_dict().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_values() {
        let schema = br##"{"properties": {"db": {"properties": {"password": {"format": "password"}, "host": {}}},
            "tokens": {"additionalProperties": {"$ref": "#/$defs/secret"}}, "list": {"items": {"properties": {"key": {"writeOnly": true}}}}},
            "$defs": {"secret": {"type": "string", "writeOnly": true}, "loop": {"$ref": "#/$defs/loop"}}}"##;
        let found: Vec<String> = secret_paths(schema).iter().map(|path| path.join(".")).collect();
        assert_eq!(found, ["db.password", "list.*.key", "tokens.*"]);
    }
}
