//! JSON Schema checks in Helm's words.
//!
//! Helm prints the errors of github.com/santhosh-tekuri/jsonschema/v6 as they are, down to the nesting of alternatives
//! and to the complaints of a metaschema about a schema, so that the library's own walk is imitated here.
//! Only what is within a schema is looked at: a reference to a file or to the network is an error.
//!
//! Imports: go.

mod compile;
mod format;
mod json;
mod kind;
mod location;
mod metaschema;
mod run;

use crate::go::{Log, Str, Value};
use compile::Compiler;
use json::Json;

/// The address that Helm gives to every schema.
const ADDRESS: &str = "file:///values.schema.json";

/// As Helm's ValidateAgainstSingleSchema: checks values against the text of a values.schema.json.
///
/// The error is what Helm prints below the chart's name; violations end in a newline, what is wrong with the schema
/// itself does not.
pub fn validate(schema: &Str, values: &Value, log: &mut dyn FnMut(Log)) -> Result<(), String> {
    let mut compiler = Compiler::new(false, log);
    compiler.add(ADDRESS, Json::parse(schema)?);
    let schema = compiler.compile(ADDRESS)?;
    run::validate(&Json::from_value(values), &schema, None).map_err(|error| {
        let title = format!("jsonschema validation failed with '{ADDRESS}#'\n");
        format!("{}\n", error.strip_prefix(&title).unwrap_or(&error))
    })
}

#[cfg(test)]
mod tests;
