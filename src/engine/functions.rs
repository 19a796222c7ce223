//! The functions that only Helm's engine has, as they run templates or ask the world.

use super::Options;
use super::error::{MESSAGE_END, MESSAGE_START};
use crate::function;
use crate::go::{Level, Log, Str, StrBuilder, Value, bytes, strconv};
use crate::profile::Profile;
use crate::template::Error;
use crate::template::function::{Caller, Evaluate, Function, Functions};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// As Helm's recursionMaxNums: how often one name may be included inside itself.
const INCLUDE_DEPTH: usize = 1000;

/// What the functions keep during a render.
#[derive(Default)]
pub struct State {
    /// The names that are included now, inside one another.
    included: Vec<Str>,
    enable_dns: bool,
    lint: Option<Rc<RefCell<Vec<Log>>>>,
}

impl State {
    /// Nothing is included yet.
    pub fn new(options: &Options) -> State {
        State { included: Vec::new(), enable_dns: options.enable_dns, lint: options.lint.clone() }
    }
}

/// All functions that a chart's templates may call.
pub fn all(profile: &'static Profile) -> Arc<Functions> {
    static TABLES: OnceLock<std::sync::Mutex<HashMap<&'static str, Arc<Functions>>>> = OnceLock::new();
    let tables = TABLES.get_or_init(Default::default);
    let mut tables = tables.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let table = tables
        .entry(profile.name)
        .or_insert_with(|| Arc::new(crate::functions::all(profile).chain(&FUNCTIONS).collect()));
    Arc::clone(table)
}

/// The rows.
pub static FUNCTIONS: [Function; 6] = [
    function! {
        "include", include, "name data",
        "what a named template prints",
        r#"define "greet" }}hello {{ . }}{{ end }}{{ include "greet" "Ann" | upper"# => "HELLO ANN",
    },
    function! {
        "tpl", tpl, "text data",
        "what a text prints that is a template",
        r#"tpl "{{ .a }}{{ .a }}" (dict "a" 1)"# => "11",
    },
    function! {
        "required", required, "message value",
        "the value; where it is nil or an empty string, the render fails with the message",
        r#"required "a name is needed" "Ann""# => "Ann",
    },
    function! {
        "fail", fail, "message",
        "ends the render with a message",
        r#"if false }}{{ fail "no" }}{{ end"# => "",
    },
    function! {
        "lookup", lookup, "apiVersion kind namespace name",
        "an object of the cluster, which offline is an empty map",
        r#"lookup "v1" "Secret" "ns" "name""# => "map[]",
    },
    function! {
        "getHostByName", get_host_by_name, "name",
        "an address of a host name with --enable-dns, otherwise nothing",
        r#"getHostByName "a.example""# => "",
    },
];

fn state(caller: &mut dyn Caller) -> Option<&mut State> {
    caller.state().downcast_mut()
}

/// As includeFun. The count of a name goes down again only when its template ends, also with an error.
fn include(caller: &mut dyn Caller, name: Str, data: Value) -> Result<Str, Error> {
    if let Some(state) = state(caller) {
        let same = || state.included.iter().filter(|included| **included == name).count();
        if state.included.len() > INCLUDE_DEPTH && same() > INCLUDE_DEPTH {
            let cause = "unable to execute template";
            return Err(Error::Wrapped {
                text: format!("rendering template has a nested reference name: {name}: {cause}"),
                source: Box::new(cause.into()),
            });
        }
        state.included.push(name.clone());
    }
    let result = caller.execute(&name, data);
    if let Some(state) = state(caller) {
        state.included.pop();
    }
    result
}

/// As tplFun.
fn tpl(caller: &mut dyn Caller, text: Str, values: Value) -> Result<Str, Error> {
    let wrap = |step: &str, error: Error| Error::Prefixed {
        prefix: format!("{step} {}: ", strconv::quote(&text)),
        source: Box::new(error),
    };
    match caller.evaluate(&text, values) {
        Ok(out) => Ok(without_no_value(out)),
        Err(Evaluate::Parse(error)) => Err(wrap("cannot parse template", error)),
        Err(Evaluate::Execute(error)) => Err(wrap("error during tpl function execution for", error)),
    }
}

/// `required "msg" .Values.x` → the value, unless it is nil or an empty string.
fn required(caller: &mut dyn Caller, message: Str, value: Value) -> Result<Value, Error> {
    let missing = match &value {
        Value::Nil => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    if !missing {
        return Ok(value);
    }
    let plural = if matches!(value, Value::Nil) { "" } else { "s" };
    let record =
        || Log::new(Level::Warn, format!("missing required value{plural}")).with("message", message.to_string());
    if lenient(caller, record) { Ok(Value::string("")) } else { Err(marked(&message)) }
}

/// `fail "msg"` → the render ends with that message.
fn fail(caller: &mut dyn Caller, message: Str) -> Result<Str, Error> {
    let record = || Log::new(Level::Info, "funcMap fail").with("message", message.to_string());
    if lenient(caller, record) { Ok(Str::EMPTY) } else { Err(marked(&message)) }
}

/// Whether the render goes on, and then keeps what would have ended it.
fn lenient(caller: &mut dyn Caller, record: impl FnOnce() -> Log) -> bool {
    let Some(log) = state(caller).and_then(|state| state.lint.clone()) else { return false };
    caller.effect();
    log.borrow_mut().push(record());
    true
}

fn marked(message: &Str) -> Error {
    Error::Text(format!("{MESSAGE_START}{message}{MESSAGE_END}"))
}

/// `lookup "v1" "Secret" "ns" "name"` → what the host knows, which offline is nothing.
fn lookup(caller: &mut dyn Caller, api_version: Str, kind: Str, namespace: Str, name: Str) -> Value {
    caller.host().lookup(
        &api_version.to_str_lossy(),
        &kind.to_str_lossy(),
        &namespace.to_str_lossy(),
        &name.to_str_lossy(),
    )
}

/// `getHostByName "example.com"` → an address under `--enable-dns`, otherwise nothing.
fn get_host_by_name(caller: &mut dyn Caller, name: Str) -> Str {
    let enabled = state(caller).is_some_and(|state| state.enable_dns);
    if enabled { Str::from(caller.host().host_by_name(&name.to_str_lossy())) } else { Str::EMPTY }
}

/// What stands in an output for a missing value.
const NO_VALUE: &[u8] = b"<no value>";

/// As `strings.ReplaceAll(text, "<no value>", "")`: Helm's way with missing values, which also takes literal ones.
pub fn without_no_value(text: Str) -> Str {
    let Some(mut found) = next_no_value(&text, 0) else {
        return text;
    };
    let mut out = StrBuilder::with_capacity(text.len());
    let mut from = 0;
    loop {
        out.push(&text.slice(from..found));
        from = found + NO_VALUE.len();
        match next_no_value(&text, from) {
            Some(at) => found = at,
            None => break,
        }
    }
    out.push(&text.slice(from..text.len()));
    out.finish()
}

/// What [`without_no_value`] takes out of a text.
pub fn no_values(text: &[u8]) -> Vec<Range<usize>> {
    let next = |from: usize| next_no_value(text, from).map(|at| at..at + NO_VALUE.len());
    std::iter::successors(next(0), |found| next(found.end)).collect()
}

/// Where the next `<no value>` begins.
fn next_no_value(text: &[u8], from: usize) -> Option<usize> {
    bytes::index(&text[from..], NO_VALUE).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_removed_wherever_it_stands() {
        for (text, expect) in [
            ("", ""),
            ("a <b> <no value", "a <b> <no value"),
            ("<no value>a<no value><no value>b", "ab"),
            ("<no <no value>value>", "<no value>"),
        ] {
            assert_eq!(without_no_value(Str::from(text)), expect, "{text}");
        }
    }
}
