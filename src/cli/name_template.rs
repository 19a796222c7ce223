//! `--name-template`: a template without data that gives the release's name. As Helm's action.TemplateName, it has the
//! functions of sprig and not those of Helm's engine, which takes some of them away and replaces others.

use crate::engine::link;
use crate::function;
use crate::functions;
use crate::go::json::{self, Implementation};
use crate::go::{Str, StrBuilder, Value, bytes};
use crate::host::Host;
use crate::profile::Profile;
use crate::template::function::{Caller, Function};
use crate::template::{Templates, Unobserved};
use std::sync::Arc;

/// The name, or the text of Helm's error.
pub fn evaluate(text: &str, host: &dyn Host, profile: &'static Profile) -> Result<String, String> {
    let name = Str::from("name-template");
    let from_json = match profile.go.json() {
        Implementation::V1 => &FROM_JSON_1,
        Implementation::V2 => &FROM_JSON_2,
    };
    let functions = functions::of_sprig(profile).chain(&OF_SPRIG).chain([from_json]);
    let functions = Arc::new(functions.collect());
    let mut templates = Templates::new("name-template", functions, link::language(profile));
    templates.parse(&name, &Str::from(text)).map_err(|error| error.to_string())?;
    let mut out = StrBuilder::default();
    crate::template::execute(&templates, &name, Value::Nil, &mut out, host, &mut (), Unobserved)
        .map_err(|error| error.to_string())?;
    Ok(out.finish().to_string())
}

/// What Helm's engine takes away, or answers otherwise.
static OF_SPRIG: [Function; 4] = [
    function!("fail", fail),
    function!("env", |name: Str| variable(&name)),
    function!("expandenv", expand_env),
    function!("getHostByName", get_host_by_name),
];
static FROM_JSON_1: Function = function!("fromJson", |text: Str| from_json(&text, Implementation::V1));
static FROM_JSON_2: Function = function!("fromJson", |text: Str| from_json(&text, Implementation::V2));

/// `fail "msg"`
fn fail(message: Str) -> Result<Str, String> {
    Err(message.to_string())
}

/// `env "HOME"`
fn variable(name: &[u8]) -> Str {
    let value = std::env::var_os(&*String::from_utf8_lossy(name)).unwrap_or_default();
    Str::from(value.as_encoded_bytes())
}

/// `expandenv "in $HOME"`. As os.Expand.
fn expand_env(text: Str) -> Str {
    let mut out = StrBuilder::default();
    let mut rest = text.as_bytes();
    while let Some(dollar) = bytes::index_byte(rest, b'$') {
        let (before, after) = (&rest[..dollar], &rest[dollar + 1..]);
        out.push_bytes(before);
        let (name, width) = shell_name(after);
        match (name, width) {
            // A dollar sign without a name.
            (b"", 0) => out.push_bytes(b"$"),
            // Braces that hold no name, or have no end.
            (b"", _) => {}
            (name, _) => out.push_bytes(&variable(name)),
        }
        rest = &after[width..];
    }
    out.push_bytes(rest);
    out.finish()
}

/// As getShellName: the name that follows a dollar sign, and how many bytes it takes.
fn shell_name(text: &[u8]) -> (&[u8], usize) {
    let is_special = |byte: &u8| b"*#$@!?-0123456789".contains(byte);
    match text {
        [b'{', byte, b'}', ..] if is_special(byte) => (&text[1..2], 3),
        [b'{', rest @ ..] => match bytes::index_byte(rest, b'}') {
            Some(0) => (b"", 2),
            Some(end) => (&rest[..end], end + 2),
            None => (b"", 1),
        },
        [byte, ..] if is_special(byte) => (&text[..1], 1),
        _ => {
            let width = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            (&text[..width], width)
        }
    }
}

/// `fromJson "[1]"`: any value, and nil of what is no JSON.
fn from_json(text: &Str, implementation: Implementation) -> Value {
    json::unmarshal(text, implementation).value
}

/// `getHostByName "localhost"`. Sprig takes one of the addresses by chance, also where there is none.
fn get_host_by_name(caller: &mut dyn Caller, name: Str) -> Result<Str, &'static str> {
    match caller.host().host_by_name(&name.to_str_lossy()) {
        address if address.is_empty() => Err("invalid argument to Intn"),
        address => Ok(Str::from(address)),
    }
}
