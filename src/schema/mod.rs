//! JSON Schema checks in Helm's words.
//!
//! Helm prints the errors of github.com/santhosh-tekuri/jsonschema/v6 as they are, down to the nesting of alternatives
//! and to the complaints of a metaschema about a schema, so that the library's own walk is imitated here.
//! Only what is within a schema is looked at: a reference to a file or to the network is an error.
//!
//! Imports: go, profile.

mod compile;
mod complaint;
mod format;
mod gojsonschema;
mod json;
mod kind;
mod location;
mod metaschema;
mod object;
mod plain;
mod run;
mod way;

pub use complaint::{Complaint, Problem};

use crate::go::{Log, Str, Value};
use crate::profile::{JsonSchema, Profile};
use compile::{Arena, Compiler};
use json::Json;
use std::cell::Cell;

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
    let values = Json::from_value(values);
    let shallow = Limit::new(SHALLOW);
    let (result, logged) = attempt(schema, &values, profile, &shallow);
    let (result, logged) = if shallow.exceeded.get() {
        std::thread::scope(|scope| {
            let attempt = || attempt(schema, &values, profile, &Limit::new(DEEP));
            let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, attempt);
            let failed =
                || (Err("unable to validate schema: the schema or the values nest too deeply".to_owned()), Vec::new());
            thread.map_or_else(|_| failed(), |thread| thread.join().unwrap_or_else(|_| failed()))
        })
    } else {
        (result, logged)
    };
    logged.into_iter().for_each(log);
    result
}

/// A schema that is compiled once and checks many values, on any thread.
#[derive(Debug)]
pub struct Schema {
    arena: Arena,
    profile: &'static Profile,
}

impl Schema {
    /// Compiles the text of a schema; the error says what is wrong with it.
    pub fn compile(text: &Str, profile: &'static Profile) -> Result<Schema, String> {
        let limit = Limit::new(SHALLOW);
        let mut ignored = |_| {};
        let mut compiler = Compiler::new(false, profile.json_schema, &limit, &mut ignored);
        compiler.add(ADDRESS, Json::parse(text, profile.go.json())?);
        Ok(Schema { arena: compiler.compile(ADDRESS)?, profile })
    }

    /// Everything that does not fit, in the order of the keys; nothing where all does.
    pub fn complaints(&self, values: &Value) -> Vec<Complaint> {
        let limit = Limit::new(SHALLOW);
        match run::violations(&Json::from_value(values), &self.arena, None, self.profile.json_schema, &limit) {
            Ok(()) => Vec::new(),
            Err(run::Failure::Exhausted) => vec![Complaint::exhausted()],
            Err(run::Failure::Violations(violations)) => complaint::flatten(violations),
        }
    }
}

/// How deep checks may nest on the stack that is there; and on one that is made for those few that nest deeper.
const SHALLOW: usize = 150;
const DEEP: usize = 5000;
const DEEP_STACK: usize = 128 * 1024 * 1024;

/// How deep something may nest, and whether it did nest deeper.
struct Limit {
    depth: usize,
    exceeded: Cell<bool>,
}

impl Limit {
    fn new(depth: usize) -> Limit {
        Limit { depth, exceeded: Cell::new(false) }
    }

    fn allows(&self, depth: usize) -> bool {
        let allowed = depth < self.depth;
        if !allowed {
            self.exceeded.set(true);
        }
        allowed
    }
}

fn attempt(schema: &[u8], values: &Json, profile: &'static Profile, limit: &Limit) -> (Result<(), String>, Vec<Log>) {
    let mut logged = Vec::new();
    let mut log = |line| logged.push(line);
    let result = (|| {
        if profile.json_schema == JsonSchema::Gojsonschema {
            return gojsonschema::validate(schema, values, limit);
        }
        let document = Json::parse(schema, profile.go.json())?;
        if plain::fits(&document, values, profile.json_schema) == Some(true) {
            return Ok(());
        }
        whole(document, values, profile.json_schema, limit, &mut log)
    })();
    (result, logged)
}

/// Checks the schema, compiles it, and checks the values.
fn whole(
    document: Json,
    values: &Json,
    library: JsonSchema,
    limit: &Limit,
    log: &mut dyn FnMut(Log),
) -> Result<(), String> {
    let mut compiler = Compiler::new(false, library, limit, log);
    compiler.add(ADDRESS, document);
    let schema = compiler.compile(ADDRESS)?;
    run::validate(values, &schema, None, library, limit).map_err(|error| {
        let title = format!("jsonschema validation failed with '{ADDRESS}#'\n");
        format!("{}\n", error.strip_prefix(&title).unwrap_or(&error))
    })
}

#[cfg(test)]
mod tests;
