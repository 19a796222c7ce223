//! JSON Schema checks in Helm's words.
//!
//! Helm prints the errors of github.com/santhosh-tekuri/jsonschema/v6 as they are, down to the nesting of alternatives
//! and to the complaints of a metaschema about a schema, so that the library's own walk is imitated here.
//! Only what is within a schema is looked at: a reference to a file or to the network is an error.
//!
//! Imports: go, profile.

mod compile;
mod format;
mod json;
mod kind;
mod location;
mod metaschema;
mod run;

use crate::go::json_decode::Error;
use crate::go::{Log, Str, Value};
use crate::profile::{Go, Profile};
use compile::Compiler;
use json::Json;

/// The address that Helm gives to every schema.
const ADDRESS: &str = "file:///values.schema.json";

/// As Helm's ValidateAgainstSingleSchema: checks values against the text of a values.schema.json.
///
/// The error is what Helm prints below the chart's name; violations end in a newline, what is wrong with the schema
/// itself does not.
pub fn validate(
    schema: &Str,
    values: &Value,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<(), String> {
    let mut compiler = Compiler::new(false, profile.json_schema, log);
    compiler.add(ADDRESS, Json::parse(schema).map_err(|error| syntax(&error, profile))?);
    let schema = compiler.compile(ADDRESS)?;
    run::validate(&Json::from_value(values), &schema, None, profile.json_schema).map_err(|error| {
        let title = format!("jsonschema validation failed with '{ADDRESS}#'\n");
        format!("{}\n", error.strip_prefix(&title).unwrap_or(&error))
    })
}

/// A syntax error in the words of the profile's encoding/json.
fn syntax(error: &json::ParseError, profile: &'static Profile) -> String {
    match error {
        json::ParseError::Syntax(Error::Character { byte, context: "in string escape code" })
            if profile.go >= Go::Go127 =>
        {
            format!("invalid escape sequence `\\{}` in string", char::from(*byte))
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
