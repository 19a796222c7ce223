//! What names the items of a list, so that one that is put in between does not shift the others.

use crate::go::{Dict, Value};
use crate::yaml;
use std::collections::HashMap;

/// Keys that name the items of some lists, by the key of the list; as the merge keys of Kubernetes' API.
static KEYS: &[(&str, &[&str])] = &[
    ("ports", &["containerPort", "port", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("hostAliases", &["ip"]),
    ("ownerReferences", &["uid"]),
    ("conditions", &["type"]),
    ("subjects", &["kind", "namespace", "name"]),
    ("paths", &["path"]),
    ("tls", &["secretName"]),
    ("parentRefs", &["namespace", "name", "sectionName"]),
];

/// Keys that name an item where the list has none of its own.
const COMMON: &[&str] = &["name", "key", "host", "id"];

/// The names of a list's items: `None` where nothing names an item but its place. Two items never have one name.
pub fn labels(list: &str, items: &[Value]) -> Vec<Option<String>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    items
        .iter()
        .map(|item| {
            let label = label(list, item)?;
            let count = seen.entry(label.clone()).or_default();
            *count += 1;
            Some(if *count == 1 { label } else { format!("{label}#{count}") })
        })
        .collect()
}

fn label(list: &str, item: &Value) -> Option<String> {
    let item = item.as_dict()?;
    if let Some((_, keys)) = KEYS.iter().find(|(name, _)| *name == list) {
        let parts: Vec<String> = keys.iter().filter_map(|key| text(item, key)).collect();
        // TCP is what a port is where it does not say.
        let default = list == "ports" && !parts.is_empty() && text(item, "protocol").is_none();
        let parts = if default { [parts, vec!["TCP".to_owned()]].concat() } else { parts };
        if !parts.is_empty() {
            return Some(parts.join("/"));
        }
    }
    if let Some(name) = item.get(b"metadata").as_ref().and_then(Value::as_dict).and_then(|meta| text(meta, "name")) {
        return Some(format!("{}/{name}", text(item, "kind").unwrap_or_default()));
    }
    COMMON.iter().find_map(|key| text(item, key))
}

fn text(item: &Dict, key: &str) -> Option<String> {
    match item.get(key.as_bytes())? {
        Value::String(text) => Some(text.to_string()),
        other => yaml::scalar_text(&other).map(|text| text.to_string()),
    }
}

/// Appends a key to a path: `metadata.annotations."a.b/c"`.
pub fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/".contains(&byte)) {
        path.push_str(key);
    } else {
        path.push('"');
        path.push_str(key);
        path.push('"');
    }
}

/// Appends an item to a path: `containers[app]`, `args[]`.
pub fn push_item(path: &mut String, label: Option<&str>) {
    path.push('[');
    path.push_str(label.unwrap_or_default());
    path.push(']');
}

/// The key of the list that a path ends in.
pub fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
