//! What differs between two bundles: by objects, and within an object by the names of fields.

use super::inventory::{Entry, Inventory};
use super::object::{Key, Object, scalar};
use crate::go::Value;
use crate::yaml;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How a bundle differs from an earlier one.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// Objects that are new.
    pub added: Vec<&'a Object>,
    /// Objects whose document is another.
    pub changed: Vec<&'a Object>,
    /// What the earlier inventory says of objects that are gone, in the order in which they were applied.
    pub removed: Vec<&'a Entry>,
}

/// How objects differ from those of an earlier inventory.
pub fn changes<'a>(before: &'a Inventory, now: &'a [Object]) -> Changes<'a> {
    let known: HashMap<Key, &Entry> = before.objects.iter().map(|entry| (entry.key(), entry)).collect();
    let mut changes = Changes::default();
    let mut seen = HashSet::new();
    for object in now {
        let key = object.key();
        match known.get(&key) {
            None => changes.added.push(object),
            Some(entry) if Entry::new(object).digest != entry.digest || entry.api_version != object.api_version => {
                changes.changed.push(object);
            }
            Some(_) => {}
        }
        seen.insert(key);
    }
    changes.removed.extend(before.objects.iter().filter(|entry| !seen.contains(&entry.key())));
    changes
}

/// Objects as a file for `kubectl delete -f`: names only, what was applied last first.
pub fn deletions<'a>(entries: impl DoubleEndedIterator<Item = &'a Entry>) -> Vec<u8> {
    let mut text = String::new();
    for entry in entries.rev() {
        text.push_str(&format!(
            "---\napiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n",
            scalar(&entry.api_version),
            scalar(&entry.kind),
            scalar(&entry.name)
        ));
        if !entry.namespace.is_empty() {
            text.push_str(&format!("  namespace: {}\n", scalar(&entry.namespace)));
        }
    }
    text.into_bytes()
}

/// How many differing fields are named.
const MAX_FIELDS: usize = 20;
/// How deep they are looked for.
const MAX_DEPTH: usize = 100;

/// The names of the fields in which two documents differ, without any value; empty where only the writing differs.
pub fn changed_fields(before: &[u8], now: &[u8]) -> Vec<String> {
    let (Ok(before), Ok(now)) = (yaml::decode(before), yaml::decode(now)) else { return Vec::new() };
    let mut fields = Vec::new();
    compare(&before, &now, "", 0, &mut fields);
    fields
}

fn compare(before: &Value, now: &Value, path: &str, depth: usize, fields: &mut Vec<String>) {
    if fields.len() >= MAX_FIELDS {
        return;
    }
    match (before, now) {
        (Value::Dict(a), Value::Dict(b)) if depth < MAX_DEPTH => {
            let keys = a.snapshot().into_iter().map(|(key, value)| (key, (Some(value), None)));
            let mut keys: BTreeMap<_, (Option<Value>, Option<Value>)> = keys.collect();
            for (key, value) in b.snapshot() {
                keys.entry(key).or_default().1 = Some(value);
            }
            for (key, values) in keys {
                let path = field(path, &key.to_str_lossy());
                match values {
                    (Some(a), Some(b)) => compare(&a, &b, &path, depth + 1, fields),
                    _ => fields.push(path),
                }
            }
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() && depth < MAX_DEPTH => {
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                compare(a, b, &format!("{path}[{index}]"), depth + 1, fields);
            }
        }
        (a, b) => {
            let same = match (yaml::marshal(a), yaml::marshal(b)) {
                (Ok(a), Ok(b)) => a == b,
                _ => false,
            };
            if !same {
                fields.push(if path.is_empty() { ".".to_owned() } else { path.to_owned() });
            }
        }
    }
}

/// The path of a field: keys with dots in them stand in brackets.
pub fn field(path: &str, key: &str) -> String {
    if key.is_empty() || key.contains(['.', '[', ']', '/']) {
        format!("{path}[{key:?}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_differ() {
        for (before, now, fields) in [
            ("a: 1", "a: 1.0 # c", &[][..]),
            ("a: {b: 1, c: [1, 2]}", "a: {b: 2, c: [1, 3]}", &["a.b", "a.c[1]"]),
            ("data: {x.y: s}", "data: {z: s}", &["data.z", "data[\"x.y\"]"]),
            ("a: [1]", "a: [1, 2]", &["a"]),
            ("a: '1'", "a: 1", &["a"]),
            ("- 1", "a: 1", &["."]),
        ] {
            let mut found = changed_fields(before.as_bytes(), now.as_bytes());
            found.sort();
            assert_eq!(found, fields, "{before} {now}");
        }
    }
}
