//! Go's encoding/json, as far as templates and values meet it.

mod decode;
mod encode;

pub use decode::{Any, Builder, Decoded, StreamError, decode_first, unmarshal, unmarshal_list, unmarshal_map};
pub use encode::{Options, encode, fields, marshal};

use super::{Value, utf8};
use std::borrow::Cow;

/// How deep arrays and objects may nest in a text that is read, and here also in a value that is written.
pub const MAX_DEPTH: usize = 10_000;

/// Which encoding/json it is; they describe errors differently, and write what is not UTF-8 differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// The first one, up to Go 1.26.
    V1,
    /// The one over encoding/json/v2, since Go 1.27.
    V2,
}

/// What an UnmarshalTypeError calls a value.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Dict(_) => "object",
        _ => "number",
    }
}

/// What the second encoding/json says of a place: the names and numbers that lead there, each as in a JSON pointer.
pub fn struct_field(steps: impl IntoIterator<Item = String>) -> String {
    let steps: Vec<String> = steps.into_iter().map(|step| step.replace('~', "~0").replace('/', "~1")).collect();
    let path = steps.join(".");
    // Go takes digits behind the last dot for an index.
    let last = path.rsplit('.').next().unwrap_or_default();
    let index = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    format!("{}.{path}", if index { "" } else { "Go struct field " })
}

/// The bytes with U+FFFD in place of each byte that is not UTF-8, as encoding/json reads and writes strings.
pub fn valid_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + 8);
    for (_, rune) in utf8::runes(bytes) {
        utf8::push(&mut out, rune);
    }
    Cow::Owned(out)
}
