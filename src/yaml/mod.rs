//! YAML read and written byte for byte as Helm does.
//!
//! Helm reads with sigs.k8s.io/yaml: goyaml v2 to Go values, those to JSON, and JSON to what the caller wants.
//! It writes the other way round, and with goyaml v3 for `toYamlPretty`.
//!
//! Imports: go.

pub mod documents;
mod parse;
mod reader;
mod resolve;
mod scan;
pub mod error;

pub use documents::{Documents, documents};
pub use error::{Error, Mark, Stage};

use crate::go::{Dict, List, Str, Value};

/// As `yaml.Unmarshal` into an `interface {}`: the first document, every number a float64.
pub fn unmarshal(_text: &[u8]) -> Result<Value, Error> {
    Ok(Value::Nil)
}

/// As `yaml.Unmarshal` into an empty `map[string]interface {}`; null and nothing leave it empty.
pub fn unmarshal_map(_text: &[u8]) -> Result<Dict, Error> {
    Ok(Dict::new())
}

/// As `yaml.Unmarshal` into an empty `[]interface {}`; null and nothing leave it empty.
pub fn unmarshal_list(_text: &[u8]) -> Result<List, Error> {
    Ok(List::nil(crate::go::Elem::Any))
}

/// The first document with goyaml's own number types (int, uint64, float64) and keys as strings:
/// what sigs.k8s.io/yaml has before JSON, for structs whose fields are strings (see [`scalar_text`]).
pub fn decode(_text: &[u8]) -> Result<Value, Error> {
    Ok(Value::Nil)
}

/// What sigs.k8s.io/yaml makes of a [`decode`]d number or boolean where the target is a string: `1.10` is `1.1`.
pub fn scalar_text(_value: &Value) -> Option<Str> {
    None
}

/// As `yaml.YAMLToJSON`.
pub fn to_json(_text: &[u8]) -> Result<Str, Error> {
    Ok(Str::EMPTY)
}

/// As `yaml.Marshal`: what `toYaml` writes, with its last newline.
pub fn marshal(_value: &Value) -> Result<Str, Error> {
    Ok(Str::EMPTY)
}

/// As goyaml v3's encoder with an indent of 2: what `toYamlPretty` writes, with its last newline.
pub fn marshal_pretty(_value: &Value) -> Result<Str, Error> {
    Ok(Str::EMPTY)
}
