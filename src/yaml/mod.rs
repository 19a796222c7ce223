//! YAML read and written byte for byte as Helm does.
//!
//! Helm reads with sigs.k8s.io/yaml: goyaml v2 to Go values, those to JSON, and JSON to what the caller wants.
//! It writes the other way round, and with goyaml v3 for `toYamlPretty`.
//!
//! Imports: go.

mod decode;
pub mod documents;
mod duplicates;
mod emit;
mod encode;
pub mod error;
mod excerpt;
mod glance;
mod lines;
mod locate;
mod order;
mod parse;
mod plain;
mod reader;
mod resolve;
mod scan;
#[cfg(test)]
mod tests;

pub use documents::{Documents, documents};
pub use duplicates::duplicate_keys;
pub use encode::{marshal, marshal_analysed, marshal_pretty};
pub use error::{Error, Mark, Stage};
pub use excerpt::{Entry, excerpt};
pub use locate::{Located, Step, locate};

use crate::go::{Dict, Elem, List, Str, Value, json};
use decode::Numbers;

/// As `yaml.Unmarshal` into an `interface {}`: the first document, every number a float64.
pub fn unmarshal(text: &[u8]) -> Result<Value, Error> {
    value(text, Numbers::Float64)
}

/// As `yaml.Unmarshal` into an empty `map[string]interface {}`; null and nothing leave it empty.
pub fn unmarshal_map(text: &[u8]) -> Result<Dict, Error> {
    match unmarshal(text)? {
        Value::Dict(dict) => Ok(dict),
        Value::Nil => Ok(Dict::new()),
        other => Err(mismatch(&other, "map[string]interface {}")),
    }
}

/// As `yaml.Unmarshal` into an empty `[]interface {}`; null and nothing leave it empty.
pub fn unmarshal_list(text: &[u8]) -> Result<List, Error> {
    match unmarshal(text)? {
        Value::List(list) => Ok(list),
        Value::Nil => Ok(List::new(Elem::Any, [])),
        other => Err(mismatch(&other, "[]interface {}")),
    }
}

/// As the UnmarshalTypeError of encoding/json.
fn mismatch(value: &Value, ty: &str) -> Error {
    let name = json::type_name(value);
    Error::new(Stage::Decode, format!("json: cannot unmarshal {name} into Go value of type {ty}"))
}

/// The first document with goyaml's own number types (int, uint64, float64) and keys as strings:
/// what sigs.k8s.io/yaml has before JSON, for structs whose fields are strings (see [`scalar_text`]).
pub fn decode(text: &[u8]) -> Result<Value, Error> {
    value(text, Numbers::Typed)
}

fn value(text: &[u8], numbers: Numbers) -> Result<Value, Error> {
    match plain::decode(text, numbers) {
        Some(value) => Ok(value),
        None => decode::decode(&parse::parse(text)?, numbers),
    }
}

/// As [`decode`], by way of the parser whatever the document is: what the shortcut for plain ones is held to.
pub fn decode_parsed(text: &[u8]) -> Result<Value, Error> {
    decode::decode(&parse::parse(text)?, Numbers::Typed)
}

/// What sigs.k8s.io/yaml makes of a [`decode`]d number or boolean where the target is a string: `1.10` is `1.1`.
pub fn scalar_text(value: &Value) -> Option<Str> {
    match value {
        Value::Bool(value) => Some(Str::from(if *value { "true" } else { "false" })),
        Value::Int(number) => Some(Str::from(number.to_string())),
        Value::Uint64(number) => Some(Str::from(number.to_string())),
        Value::Float64(number) => Some(decode::float_text(*number)),
        _ => None,
    }
}

/// As `yaml.YAMLToJSON`.
pub fn to_json(text: &[u8]) -> Result<Str, Error> {
    json::marshal(&decode(text)?).map_err(|problem| Error::new(Stage::Plain, problem))
}
