//! What a bundle says of itself: what it holds, from which inputs and with which versions it was made.
//!
//! It is JSON with an object of a list to a line, so that two of them compare well; in a stream it stands in comments.

use super::error::Error;
use super::object::{Key, Object};
use super::phase::PHASES;
use crate::go::json::{self, Implementation};
use crate::go::{Dict, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The form of the inventory: another number is not read.
const FORMAT: i64 = 1;

/// What a bundle says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The version of Mizzen.
    pub mizzen: String,
    /// The Helm profile.
    pub helm: String,
    /// The digest of all inputs together.
    pub inputs: String,
    /// The digest of the values from the command line.
    pub values: String,
    /// The arguments that made it, by name; those of values are left out where they may hold secrets.
    pub arguments: BTreeMap<String, Vec<String>>,
    /// The services, charts or manifests in it, by name.
    pub sources: Vec<Source>,
    /// The objects in their order.
    pub objects: Vec<Entry>,
}

/// A service, chart or file of manifests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The service's or release's name.
    pub name: String,
    /// The version of the library or chart.
    pub version: Option<String>,
    /// The digest of the library or chart.
    pub library: Option<String>,
    /// The digest of the configuration or the manifests.
    pub inputs: String,
}

/// An object of a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub phase: String,
    pub service: String,
    pub api_version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    /// The digest of its document, or of its file where that is named.
    pub digest: String,
    /// The file, where a folder holds one for each object of a service; else empty.
    pub file: String,
}

/// `sha256:` and the hash of these parts; where one ends is part of it.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = "sha256:".to_owned();
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl Entry {
    /// What is said of an object.
    pub fn new(object: &Object) -> Entry {
        Entry {
            phase: PHASES.get(object.phase).copied().unwrap_or_default().to_owned(),
            service: object.service.clone(),
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            digest: digest([object.content.as_slice()]),
            file: String::new(),
        }
    }

    /// As [`Object::key`].
    pub fn key(&self) -> Key {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        (group.to_owned(), self.kind.clone(), self.namespace.clone(), self.name.clone())
    }
}

impl Inventory {
    /// The digest of everything that the sources, the values and the profile say.
    pub fn digest_inputs(&mut self) {
        let mut parts: Vec<&[u8]> = vec![self.helm.as_bytes(), self.values.as_bytes()];
        for source in &self.sources {
            parts.extend([
                source.name.as_bytes(),
                source.version.as_deref().unwrap_or_default().as_bytes(),
                source.library.as_deref().unwrap_or_default().as_bytes(),
                source.inputs.as_bytes(),
            ]);
        }
        for (name, values) in &self.arguments {
            parts.push(name.as_bytes());
            parts.extend(values.iter().map(String::as_bytes));
        }
        self.inputs = digest(parts);
    }

    /// As schemas/inventory.schema.json describes it.
    pub fn json(&self) -> String {
        let mut lines = vec![format!("\"format\":{FORMAT}")];
        let mut field = |name: &str, text: &str| lines.push(format!("{}:{}", quoted(name), quoted(text)));
        field("mizzen", &self.mizzen);
        field("helm", &self.helm);
        field("inputs", &self.inputs);
        field("values", &self.values);
        let arguments = self.arguments.iter().map(|(name, values)| {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("{}:[{}]", quoted(name), values.join(","))
        });
        lines.push(format!("\"arguments\":{{{}}}", arguments.collect::<Vec<_>>().join(",")));
        let optional = |text: &Option<String>| text.as_ref().map_or_else(|| "null".to_owned(), |text| quoted(text));
        let sources = self.sources.iter().map(|source| {
            format!(
                "{{\"name\":{},\"version\":{},\"library\":{},\"inputs\":{}}}",
                quoted(&source.name),
                optional(&source.version),
                optional(&source.library),
                quoted(&source.inputs)
            )
        });
        lines.push(list("sources", sources));
        let objects = self.objects.iter().map(|entry| {
            let fields = [
                ("phase", &entry.phase),
                ("service", &entry.service),
                ("apiVersion", &entry.api_version),
                ("kind", &entry.kind),
                ("namespace", &entry.namespace),
                ("name", &entry.name),
                ("digest", &entry.digest),
                ("file", &entry.file),
            ];
            let fields = fields.iter().filter(|(name, text)| *name != "file" || !text.is_empty());
            let fields: Vec<String> = fields.map(|(name, text)| format!("{}:{}", quoted(name), quoted(text))).collect();
            format!("{{{}}}", fields.join(","))
        });
        lines.push(list("objects", objects));
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }

    /// Reads what [`Inventory::json`] writes.
    pub fn read(text: &[u8]) -> Result<Inventory, Error> {
        let value = json::unmarshal(text, Implementation::V2).into_result().map_err(Error::Inventory)?;
        let dict = value.as_dict().ok_or_else(|| Error::Inventory("it is no object".to_owned()))?;
        if !matches!(dict.get(b"format"), Some(Value::Float64(format)) if format == FORMAT as f64) {
            return Err(Error::Inventory(format!("its format is not {FORMAT}")));
        }
        let rows = |name: &str| -> Vec<Dict> {
            let found = dict.get(name.as_bytes());
            let items = found.as_ref().and_then(Value::as_list).map(|list| list.to_vec()).unwrap_or_default();
            items.iter().filter_map(|item| item.as_dict().cloned()).collect()
        };
        let source = |row: &Dict| Source {
            name: text_of(row, "name").unwrap_or_default(),
            version: text_of(row, "version"),
            library: text_of(row, "library"),
            inputs: text_of(row, "inputs").unwrap_or_default(),
        };
        let entry = |row: &Dict| {
            let text = |name: &str| text_of(row, name).unwrap_or_default();
            Entry {
                phase: text("phase"),
                service: text("service"),
                api_version: text("apiVersion"),
                kind: text("kind"),
                namespace: text("namespace"),
                name: text("name"),
                digest: text("digest"),
                file: text("file"),
            }
        };
        let mut arguments = BTreeMap::new();
        if let Some(Value::Dict(given)) = dict.get(b"arguments") {
            for (name, values) in given.snapshot() {
                let values = values.as_list().map(|list| list.to_vec()).unwrap_or_default();
                let values = values.iter().filter_map(Value::as_str).map(ToString::to_string).collect();
                arguments.insert(name.to_string(), values);
            }
        }
        let text = |name: &str| text_of(dict, name).unwrap_or_default();
        Ok(Inventory {
            mizzen: text("mizzen"),
            helm: text("helm"),
            inputs: text("inputs"),
            values: text("values"),
            arguments,
            sources: rows("sources").iter().map(source).collect(),
            objects: rows("objects").iter().map(entry).collect(),
        })
    }
}

fn text_of(dict: &Dict, name: &str) -> Option<String> {
    dict.get(name.as_bytes()).as_ref().and_then(Value::as_str).map(ToString::to_string)
}

fn list(name: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { format!("\"{name}\":[]") } else { format!("\"{name}\":[\n{}\n]", items.join(",\n")) }
}

/// A text as JSON, in one line.
fn quoted(text: &str) -> String {
    let options = json::Options { escape_html: false, indent: None, implementation: Implementation::V2 };
    // Only numbers that are none cannot be written.
    json::encode(&Value::string(text), options).map(|text| text.to_string()).unwrap_or_default()
}
