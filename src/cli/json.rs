//! Machine-readable output: the JSON that the schemas in `schemas/` describe.

use crate::go::json::{self, Options};
use crate::go::{Dict, Value};

/// An object.
pub fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let dict = Dict::new();
    for (key, value) in entries {
        dict.insert(key, value);
    }
    Value::Dict(dict)
}

/// A text, or null.
pub fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Nil, Value::string)
}

/// The bytes of a document, with a newline at the end.
pub fn document(value: &Value) -> Vec<u8> {
    // Only numbers that are none cannot be written, and nothing here holds them.
    let text = json::encode(
        value,
        Options { escape_html: false, indent: Some(("", "  ")), implementation: json::Implementation::V2 },
    )
    .unwrap_or_default();
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(b'\n');
    bytes
}
