//! The documents of a rendered file, read as the linter reads them: as YAML or as JSON, into the few fields it looks at.

use crate::go::json::{self, StreamError};
use crate::go::unicode::is_space;
use crate::go::{Dict, Value, strconv, utf8};
use crate::profile::{Go, Profile};
use crate::yaml;

/// How far Kubernetes' decoder looks for the brace that JSON begins with.
const PEEKED: usize = 4096;

/// How many bytes it must see to skip white space.
const STEP: usize = 4;

/// What the linter reads of a document: as its k8sYamlStruct.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Resource {
    pub api_version: String,
    pub kind: String,
    /// `metadata.name`
    pub name: String,
}

/// As apimachinery's YAMLOrJSONDecoder: starts with JSON where a brace comes first, and may go on with YAML.
pub(super) struct Documents<'a> {
    text: &'a [u8],
    /// How much of the text was JSON.
    at: usize,
    /// How many JSON values there were; `None` once it is YAML.
    json: Option<usize>,
    yaml: yaml::Documents<'a>,
    profile: &'static Profile,
}

impl<'a> Documents<'a> {
    pub(super) fn new(text: &'a [u8], profile: &'static Profile) -> Documents<'a> {
        let start = text.get(..PEEKED).unwrap_or(text);
        let is_json = trim_start(start).starts_with(b"{");
        Documents { text, at: 0, json: is_json.then_some(0), yaml: yaml::documents(text, true), profile }
    }

    /// The next document, `Ok(None)` for one that is null; `None` at the end. After an error there is nothing more.
    pub(super) fn next(&mut self) -> Option<Result<Option<Resource>, String>> {
        let Some(count) = self.json else { return self.next_yaml() };
        let error = match self.next_json()? {
            Ok(resource) => {
                self.json = Some(count + 1);
                return Some(Ok(resource));
            }
            Err(error) => error,
        };
        // More than one value of JSON cannot be YAML.
        if !self.profile.lint.json_may_be_yaml || count > 1 {
            return Some(Err(error));
        }
        self.json = None;
        let Some(rest) = after_line_end(self.text.get(self.at..).unwrap_or_default()) else {
            return Some(Err(error));
        };
        self.yaml = yaml::documents(rest, true);
        self.next_yaml().map(|result| result.map_err(|_| error))
    }

    fn next_yaml(&mut self) -> Option<Result<Option<Resource>, String>> {
        let resource =
            self.yaml.next()?.and_then(|document| yaml::decode(&document)).map_err(|error| error.to_string());
        Some(resource.and_then(|value| {
            check_finite(&value)?;
            self.resource(&value, true)
                .map_err(|error| format!("error unmarshaling JSON: while decoding JSON: {error}"))
        }))
    }

    fn next_json(&mut self) -> Option<Result<Option<Resource>, String>> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match json::decode_first(rest, json::Any, self.profile.go.json()) {
            Ok((value, used)) => {
                let resource = self.resource(&value, false);
                if resource.is_ok() {
                    self.at += used;
                }
                Some(resource)
            }
            Err(StreamError::End) => None,
            Err(StreamError::Syntax(text, at)) => Some(Err(format!("json: offset {}: {text}", self.at + at + 1))),
            Err(error) => Some(Err(error.to_string())),
        }
    }

    /// As encoding/json into a `*k8sYamlStruct`; with `converts`, numbers and booleans become strings before, as YAML's do.
    fn resource(&self, value: &Value, converts: bool) -> Result<Option<Resource>, String> {
        let structure = self.profile.lint.resource_type;
        match value {
            Value::Nil => Ok(None),
            Value::Dict(dict) => {
                let mut decoder =
                    Decoder { resource: Resource::default(), error: None, converts, go: self.profile.go, structure };
                decoder.root(dict);
                decoder.error.map_or(Ok(Some(decoder.resource)), Err)
            }
            other => Err(format!(
                "json: cannot unmarshal {} into Go value of type rules.{structure}",
                json::type_name(other)
            )),
        }
    }
}

/// Fills a resource; the first value of the wrong type is the error.
struct Decoder {
    resource: Resource,
    error: Option<String>,
    converts: bool,
    go: Go,
    structure: &'static str,
}

impl Decoder {
    fn root(&mut self, dict: &Dict) {
        for (key, value) in dict.entries().iter() {
            let is = |name: &str| key.eq_ignore_ascii_case(name.as_bytes());
            let given = key.to_str_lossy();
            if is("apiVersion") {
                let text = self.text(value, &given, self.structure, "apiVersion");
                self.resource.api_version = text.unwrap_or_else(|| std::mem::take(&mut self.resource.api_version));
            } else if is("kind") {
                let text = self.text(value, &given, self.structure, "Kind");
                self.resource.kind = text.unwrap_or_else(|| std::mem::take(&mut self.resource.kind));
            } else if is("metadata") {
                match value {
                    Value::Nil => {}
                    Value::Dict(metadata) => self.metadata(metadata, &given),
                    other => self.mismatch(other, &given, self.structure, "Metadata", "rules.k8sYamlMetadata"),
                }
            }
        }
    }

    fn metadata(&mut self, dict: &Dict, parent: &str) {
        const STRUCTURE: &str = "k8sYamlMetadata";
        for (key, value) in dict.entries().iter() {
            let given = format!("{parent}.{}", key.to_str_lossy());
            if key.eq_ignore_ascii_case(b"name") {
                let text = self.text(value, &given, STRUCTURE, "Metadata.Name");
                self.resource.name = text.unwrap_or_else(|| std::mem::take(&mut self.resource.name));
            } else if key.eq_ignore_ascii_case(b"namespace") {
                self.text(value, &given, STRUCTURE, "Metadata.Namespace");
            }
        }
    }

    fn text(&mut self, value: &Value, given: &str, structure: &str, field: &str) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text.to_str_lossy().into_owned());
        }
        if matches!(value, Value::Nil) {
            return None;
        }
        let converted = if self.converts { yaml::scalar_text(value) } else { None };
        if converted.is_none() {
            self.mismatch(value, given, structure, field, "string");
        }
        converted.map(|text| text.to_str_lossy().into_owned())
    }

    /// `given` is the path in the words of the text, `field` in those of the struct.
    fn mismatch(&mut self, value: &Value, given: &str, structure: &str, field: &str, ty: &str) {
        if self.error.is_some() {
            return;
        }
        let place = if self.go >= Go::Go127 { format!(".{given}") } else { format!("{structure}.{field}") };
        self.error = Some(format!(
            "json: cannot unmarshal {} into Go struct field {place} of type {ty}",
            json::type_name(value)
        ));
    }
}

/// As json.Marshal, which refuses an infinite number.
fn check_finite(value: &Value) -> Result<(), String> {
    match value {
        Value::Float64(number) if !number.is_finite() => {
            let number = strconv::format_float(*number, b'g', None, 64);
            Err(format!("error converting YAML to JSON: json: unsupported value: {number}"))
        }
        Value::List(list) => list.iter().try_for_each(check_finite),
        Value::Dict(dict) => dict.entries().iter().try_for_each(|(_, value)| check_finite(value)),
        _ => Ok(()),
    }
}

fn trim_start(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let (rune, width) = if first.is_ascii() { (char::from(first), 1) } else { utf8::decode(rest) };
        if !is_space(rune) {
            break;
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    rest
}

/// As consumeWhitespace: what follows white space up to and with the first line end. `None` near the end of the text.
fn after_line_end(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        if rest.len() < STEP {
            return None;
        }
        let (rune, width) = utf8::decode(rest);
        if !is_space(rune) {
            return Some(rest);
        }
        rest = rest.get(width..).unwrap_or_default();
        if rune == '\n' {
            return Some(rest);
        }
    }
}
