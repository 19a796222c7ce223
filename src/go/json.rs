//! Go's encoding/json, as far as templates and values meet it.

use super::str::Str;
use super::value::{Dict, List, Value};

/// As `json.Marshal`. The error is Go's text.
pub fn marshal(_value: &Value) -> Result<Str, String> {
    Ok(Str::EMPTY)
}

/// As `json.MarshalIndent`.
pub fn marshal_indent(_value: &Value, _prefix: &str, _indent: &str) -> Result<Str, String> {
    Ok(Str::EMPTY)
}

/// As `json.Unmarshal` into an `interface {}`: every number a float64.
pub fn unmarshal(_text: &[u8]) -> Result<Value, String> {
    Ok(Value::Nil)
}

/// As `json.Unmarshal` into an empty `map[string]interface {}`: `None` for null, which leaves a nil map.
pub fn unmarshal_map(_text: &[u8]) -> Result<Option<Dict>, String> {
    Ok(None)
}

/// As `json.Unmarshal` into an empty `[]interface {}`: `None` for null, which leaves a nil slice.
pub fn unmarshal_list(_text: &[u8]) -> Result<Option<List>, String> {
    Ok(None)
}
