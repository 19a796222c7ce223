//! The objects in rendered documents: what kubectl calls them, and their bytes.

use super::error::Error;
use super::phase;
use crate::go::{Str, Value, bytes};
use crate::yaml;
use std::fmt;

/// When Helm would deal with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// With everything else, by its kind.
    Plain,
    /// As a hook before that, with this weight.
    Before(i64),
    /// As a hook after that, with this weight.
    After(i64),
}

/// A rendered document and where it comes from.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The service or release; empty for manifests.
    pub service: String,
    /// The template or file.
    pub source: String,
    /// The document's bytes.
    pub content: Str,
    /// When it is to be applied.
    pub stage: Stage,
}

/// An object of a cluster, as plain data that threads share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The service or release; empty where nobody says.
    pub service: String,
    /// The template or file that it comes from; empty where nobody says.
    pub source: String,
    pub api_version: String,
    pub kind: String,
    /// The namespace; empty where there is none.
    pub namespace: String,
    pub name: String,
    /// The index of its phase in [`super::PHASES`].
    pub phase: usize,
    /// The weight of a hook.
    pub weight: i64,
    /// The document without white space around it.
    pub content: Vec<u8>,
}

/// What tells objects of a cluster apart: group, kind, namespace and name.
pub type Key = (String, String, String, String);

/// An object and its parsed document.
pub struct Found {
    pub object: Object,
    pub value: Value,
}

impl Object {
    /// What tells it apart from all others. Its version does not: `apps/v1` and `apps/v1beta1` show one object.
    pub fn key(&self) -> Key {
        (self.group().to_owned(), self.kind.clone(), self.namespace.clone(), self.name.clone())
    }

    /// The group of its apiVersion; that of the core is empty.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `Deployment.apps`, as schema.GroupKind prints itself.
    pub fn group_kind(&self) -> String {
        group_kind(self.group(), &self.kind)
    }

    /// Whether kubectl can apply it: a name that the server would generate makes a new object each time.
    pub fn check(&self) -> Result<(), Error> {
        for (value, lacks) in [(&self.api_version, "apiVersion"), (&self.kind, "kind"), (&self.name, "metadata.name")] {
            if value.is_empty() {
                return Err(Error::NoObject { place: self.place(), lacks });
            }
        }
        Ok(())
    }

    /// Who makes it, for messages.
    pub fn place(&self) -> String {
        place(&self.service, &self.source)
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if !self.namespace.is_empty() {
            write!(f, " {}", self.namespace)?;
        }
        let separator = if self.namespace.is_empty() { ' ' } else { '/' };
        write!(f, "{separator}{}", self.name)
    }
}

/// `Deployment.apps`, as schema.GroupKind prints itself.
pub fn group_kind(group: &str, kind: &str) -> String {
    if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") }
}

/// The objects of a document. Lists come apart, as kubectl takes them; a document of comments holds nothing.
pub fn read(piece: &Piece, found: &mut Vec<Found>) -> Result<(), Error> {
    let at = || place(&piece.service, &piece.source);
    let value = yaml::decode(&piece.content).map_err(|error| Error::Yaml { place: at(), error })?;
    if value.is_nil() {
        return Ok(());
    }
    let items = value.as_dict().filter(|dict| text(dict.get(b"kind")).ends_with("List"));
    let items = items.and_then(|dict| dict.get(b"items"));
    if let Some(items) = items.as_ref().and_then(Value::as_list) {
        for item in items.iter() {
            let content = yaml::marshal(item).map_err(|error| Error::Yaml { place: at(), error })?;
            found.push(one(piece, item.clone(), content.trim_ascii().to_vec())?);
        }
        return Ok(());
    }
    found.push(one(piece, value, with_newlines(document(&piece.content)))?);
    Ok(())
}

/// The bytes with `\n` for `\r\n`, which YAML reads as the same, and kubectl's reader makes of it.
fn with_newlines(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len());
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => {
                bytes.extend_from_slice(line);
                bytes.push(b'\n');
            }
            None => bytes.extend_from_slice(line),
        }
    }
    bytes
}

/// The bytes of a document without white space and separators around them. The indentation of a first line stays.
pub fn document(content: &[u8]) -> &[u8] {
    let mut content = content.trim_ascii_end();
    while let Some(end) = bytes::index_byte(content, b'\n') {
        let line = content[..end].trim_ascii_end();
        if !line.trim_ascii_start().is_empty() && line != b"---" {
            break;
        }
        content = &content[end + 1..];
    }
    content
}

fn one(piece: &Piece, value: Value, content: Vec<u8>) -> Result<Found, Error> {
    let lacks = |lacks| Error::NoObject { place: place(&piece.service, &piece.source), lacks };
    let dict = value.as_dict().ok_or_else(|| lacks("fields"))?;
    let metadata = dict.get(b"metadata");
    let field = |name: &[u8]| text(metadata.as_ref().and_then(Value::as_dict).and_then(|dict| dict.get(name)));
    let object = Object {
        service: piece.service.clone(),
        source: piece.source.clone(),
        api_version: text(dict.get(b"apiVersion")),
        kind: text(dict.get(b"kind")),
        namespace: field(b"namespace"),
        name: field(b"name"),
        phase: 0,
        weight: 0,
        content,
    };
    let weight = match piece.stage {
        Stage::Plain => 0,
        Stage::Before(weight) | Stage::After(weight) => weight,
    };
    let phase = phase::of(&object.kind, piece.stage);
    Ok(Found { object: Object { phase, weight, ..object }, value })
}

/// A Namespace that nobody wrote.
pub fn namespace(name: &str, label: Option<(&str, &str)>) -> Object {
    let mut content = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}", scalar(name));
    if let Some((key, value)) = label {
        content.push_str(&format!("\n  labels:\n    {key}: {}", scalar(value)));
    }
    Object {
        service: String::new(),
        source: String::new(),
        api_version: "v1".to_owned(),
        kind: "Namespace".to_owned(),
        namespace: String::new(),
        name: name.to_owned(),
        phase: phase::of("Namespace", Stage::Plain),
        weight: 0,
        content: content.into_bytes(),
    }
}

/// A text as YAML writes it within a line.
pub fn scalar(text: &str) -> String {
    let written = yaml::marshal(&Value::string(text)).map(|text| text.to_string()).unwrap_or_default();
    let written = written.trim_end();
    if written.contains('\n') || written.is_empty() { format!("{text:?}") } else { written.to_owned() }
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text.to_string(),
        Some(other) => yaml::scalar_text(&other).map(|text| text.to_string()).unwrap_or_default(),
        None => String::new(),
    }
}

fn place(service: &str, source: &str) -> String {
    match (service.is_empty(), source.is_empty()) {
        (true, true) => "the bundle".to_owned(),
        (true, false) => source.to_owned(),
        (false, true) => service.to_owned(),
        // A service's templates carry its name already.
        (false, false) if source.starts_with(&format!("{service}/")) => source.to_owned(),
        (false, false) => format!("{service}: {source}"),
    }
}
