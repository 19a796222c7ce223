//! Encodings: YAML, JSON, TOML, base64 and base32.
//!
//! Helm's own (engine/funcs.go) are those on YAML and TOML, `fromJson` and `fromJsonArray`. They tolerate errors: a value
//! that cannot be written is an empty string, and a text that cannot be read is a map with the key `Error`.

use crate::function;
use crate::go::json::Implementation;
use crate::go::time::Location;
use crate::go::toml::Release;
use crate::go::{Dict, Elem, List, Str, Value, base64, json, toml};
use crate::template::error::Error;
use crate::template::function::{Caller, Function};
use crate::yaml;

/// The functions of this chapter that are the same in all versions.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "b32dec", b32dec, "text",
        "what a text in base 32 stands for; an error is the result",
        r#""NBSWY3DP" | b32dec"# => "hello",
    },
    function! {
        "b32enc", b32enc, "text",
        "a text in base 32",
        r#""hello" | b32enc"# => "NBSWY3DP",
    },
    function! {
        "b64dec", b64dec, "text",
        "what a text in base 64 stands for; an error is the result",
        r#""aGVsbG8=" | b64dec"# => "hello",
    },
    function! {
        "b64enc", b64enc, "text",
        "a text in base 64",
        r#""hello" | b64enc"# => "aGVsbG8=",
    },
];

/// The rows of [`json`].
macro_rules! json {
    ($implementation:ident) => {
        &[
            function! {
                "mustFromJson", |text: Str| must_from_json(text, Implementation::$implementation), "text",
                "the value of a JSON text",
                r#"mustFromJson "[1]" | first"# => "1",
            },
            function! {
                "mustToJson", |value: Value| must_to_json(value, Implementation::$implementation), "value",
                "a value as JSON, or an error",
                r#"dict "a" 1 | mustToJson"# => r#"{"a":1}"#,
            },
            function! {
                "mustToPrettyJson", |value: Value| must_to_pretty_json(value, Implementation::$implementation), "value",
                "a value as JSON in indented lines, or an error",
                "list 1 | mustToPrettyJson | quote" => r#""[\n  1\n]""#,
            },
            function! {
                "mustToRawJson", |value: Value| must_to_raw_json(value, Implementation::$implementation), "value",
                "a value as JSON with < > & as they are, or an error",
                r#""<" | mustToRawJson"# => r#""<""#,
            },
            function! {
                "toJson", |value: Value| to_json(value, Implementation::$implementation), "value",
                "a value as JSON; nothing where that cannot be done",
                r#"dict "a" 1 | toJson"# => r#"{"a":1}"#,
            },
            function! {
                "toPrettyJson", |value: Value| to_pretty_json(value, Implementation::$implementation), "value",
                "a value as JSON in indented lines",
                "list 1 | toPrettyJson | quote" => r#""[\n  1\n]""#,
            },
            function! {
                "toRawJson", |value: Value| must_to_raw_json(value, Implementation::$implementation), "value",
                "a value as JSON with < > & as they are",
                r#""<" | toRawJson"# => r#""<""#,
            },
        ]
    };
}

/// Sprig's functions on JSON, with either of Go's packages; but for `fromJson`, which Helm replaces.
pub fn json(implementation: Implementation) -> &'static [Function] {
    static V1: &[Function] = json!(V1);
    static V2: &[Function] = json!(V2);
    match implementation {
        Implementation::V1 => V1,
        Implementation::V2 => V2,
    }
}

/// The rows of [`from_json_of_helm`].
macro_rules! from_json {
    ($implementation:ident) => {
        &[
            function! {
                "fromJson", |text: Str| from_json(text, Implementation::$implementation), "text",
                "the map of a JSON text; an error stands under the key Error",
                r#"(fromJson "{\"a\":1}").a"# => "1",
            },
            function! {
                "fromJsonArray", |text: Str| from_json_array(text, Implementation::$implementation), "text",
                "the list of a JSON text; an error is its only element",
                r#"index (fromJsonArray "[1]") 0"# => "1",
            },
        ]
    };
}

/// Helm's functions that read JSON, with either of Go's packages.
pub fn from_json_of_helm(implementation: Implementation) -> &'static [Function] {
    static V1: &[Function] = from_json!(V1);
    static V2: &[Function] = from_json!(V2);
    match implementation {
        Implementation::V1 => V1,
        Implementation::V2 => V2,
    }
}

/// Helm's functions on YAML.
pub static YAML: &[Function] = &[
    function! {
        "fromYaml", from_yaml, "text",
        "the map of a YAML text; an error stands under the key Error",
        r#"(fromYaml "a: 1").a"# => "1",
    },
    function! {
        "fromYamlArray", from_yaml_array, "text",
        "the list of a YAML text; an error is its only element",
        r#"index (fromYamlArray "[1]") 0"# => "1",
    },
    function! {
        "toYaml", to_yaml, "value",
        "a value as YAML; nothing where that cannot be done",
        r#"dict "a" (list 1) | toYaml | quote"# => r#""a:\n- 1""#,
    },
    function! {
        "toYamlPretty", to_yaml_pretty, "value",
        "a value as YAML with lists indented under their keys",
        r#"dict "a" (list 1) | toYamlPretty | quote"# => r#""a:\n  - 1""#,
    },
];

/// Helm's as well, which came with 4.0.
pub static MUST_TO_YAML: &[Function] = &[function! {
    "mustToYaml", must_to_yaml, "value",
    "a value as YAML, or an error",
    r#"dict "a" 1 | mustToYaml"# => "a: 1",
}];

/// The rows of [`toml`].
macro_rules! toml {
    ($release:ident) => {
        &[
            function! {
                "fromToml", |caller: &mut dyn Caller, text: Str| from_toml(caller, text, Release::$release), "text",
                "the map of a TOML text; an error stands under the key Error",
                r#"(fromToml "a = 1").a"# => "1",
            },
            function! {
                "toToml", |value: Value| to_toml(value, Release::$release), "value",
                "a value as TOML; an error is the result",
                r#"dict "a" 1 | toToml | quote"# => r#""a = 1\n""#,
            },
        ]
    };
}

/// Helm's functions on TOML, with a release of the package.
pub fn toml(release: Release) -> &'static [Function] {
    static V1_4: &[Function] = toml!(V1_4);
    static V1_6: &[Function] = toml!(V1_6);
    match release {
        Release::V1_4 => V1_4,
        Release::V1_6 => V1_6,
    }
}

/// Helm's as well, which came with 4.2.
pub static MUST_TO_TOML: &[Function] = &[function! {
    "mustToToml", must_to_toml, "value",
    "a value as TOML, or an error",
    r#"dict "a" 1 | mustToToml | quote"# => r#""a = 1\n""#,
}];

/// As `strings.TrimSuffix` of a newline.
fn without_newline(text: &Str) -> Str {
    match text.strip_suffix(b"\n") {
        Some(rest) => text.slice(0..rest.len()),
        None => text.clone(),
    }
}

/// `{{ dict "a" (list 1) | toYaml }}` is `a:` and `- 1` on the next line.
fn to_yaml(value: Value) -> Result<Str, Error> {
    written(yaml::marshal(&value))
}

/// What was written, or nothing where that is an error.
fn written(result: Result<Str, yaml::Error>) -> Result<Str, Error> {
    match result {
        Ok(text) => Ok(without_newline(&text)),
        Err(error) if error.stage == yaml::Stage::Panic => Err(Error::Text(error.to_string())),
        Err(_) => Ok(Str::EMPTY),
    }
}

/// As [`to_yaml`]; what cannot be written is an error.
fn must_to_yaml(value: Value) -> Result<Str, Error> {
    match yaml::marshal(&value) {
        Ok(text) => Ok(without_newline(&text)),
        Err(error) => Err(Error::Text(error.to_string())),
    }
}

/// As [`to_yaml`] with lists in maps indented and long lines left alone.
fn to_yaml_pretty(value: Value) -> Result<Str, Error> {
    written(yaml::marshal_pretty(&value))
}

fn error_map(error: impl Into<Str>) -> Dict {
    [("Error", Value::string(error))].into_iter().collect()
}

/// `{{ (fromYaml "a: 1").a }}` is `1`; `{{ fromYaml "]" }}` has only the key `Error`.
fn from_yaml(text: Str) -> Dict {
    yaml::unmarshal_map(&text).unwrap_or_else(|error| error_map(error.to_string()))
}

/// `{{ index (fromYamlArray "[1]") 0 }}` is `1`; an error is the only item.
fn from_yaml_array(text: Str) -> List {
    yaml::unmarshal_list(&text).unwrap_or_else(|error| List::new(Elem::Any, [Value::string(error.to_string())]))
}

/// `{{ dict "a" 1 | toJson }}` is `{"a":1}`.
fn to_json(value: Value, implementation: Implementation) -> Str {
    write_json(&value, true, None, implementation).unwrap_or_default()
}

/// As [`to_json`]; what cannot be written is an error.
fn must_to_json(value: Value, implementation: Implementation) -> Result<Str, Error> {
    write_json(&value, true, None, implementation)
}

/// As [`to_json`] over several lines, indented by two spaces.
fn to_pretty_json(value: Value, implementation: Implementation) -> Str {
    write_json(&value, true, Some(("", "  ")), implementation).unwrap_or_default()
}

/// As [`to_pretty_json`]; what cannot be written is an error.
fn must_to_pretty_json(value: Value, implementation: Implementation) -> Result<Str, Error> {
    write_json(&value, true, Some(("", "  ")), implementation)
}

/// `{{ "<" | toRawJson }}` is `"<"` where `toJson` writes `"\u003c"`.
fn must_to_raw_json(value: Value, implementation: Implementation) -> Result<Str, Error> {
    write_json(&value, false, None, implementation)
}

fn write_json(
    value: &Value,
    escape_html: bool,
    indent: Option<(&str, &str)>,
    implementation: Implementation,
) -> Result<Str, Error> {
    json::encode(value, json::Options { escape_html, indent, implementation }).map_err(Error::Text)
}

/// `{{ (fromJson "{\"a\":1}").a }}` is `1`. What was read before a number that is too large stays beside `Error`.
fn from_json(text: Str, implementation: Implementation) -> Dict {
    let json::Decoded { value, error } = json::unmarshal_map(&text, implementation);
    if let Some(error) = error {
        value.insert("Error", error);
    }
    value
}

/// `{{ index (fromJsonArray "[1]") 0 }}` is `1`; an error is the only item.
fn from_json_array(text: Str, implementation: Implementation) -> List {
    let json::Decoded { value, error } = json::unmarshal_list(&text, implementation);
    match error {
        None => value,
        Some(error) => List::new(Elem::Any, [Value::string(error)]),
    }
}

/// `{{ mustFromJson "[1]" | first }}` is `1`.
fn must_from_json(text: Str, implementation: Implementation) -> Result<Value, Error> {
    json::unmarshal(&text, implementation).into_result().map_err(Error::Text)
}

/// `{{ dict "a" 1 | toToml }}` is `a = 1` and a newline; what cannot be written is the text of the error.
fn to_toml(value: Value, release: Release) -> Result<Str, Error> {
    match toml::marshal(&value, release) {
        Ok(text) => Ok(text),
        Err(toml::Error::Text(text)) => Ok(Str::from(text)),
        Err(toml::Error::Panic(text)) => Err(Error::Text(text)),
    }
}

/// As [`to_toml`]; what cannot be written is an error.
fn must_to_toml(value: Value) -> Result<Str, Error> {
    toml::marshal(&value, Release::V1_6)
        .map_err(|(toml::Error::Text(text) | toml::Error::Panic(text))| Error::Text(text))
}

/// `{{ (fromToml "a = 1").a }}` is `1`; an error is the only key.
fn from_toml(caller: &mut dyn Caller, text: Str, release: Release) -> Dict {
    let host = caller.host();
    let zone = toml::Zone::new(&Location::local(&host.time_zone(), &host.time_zone_name()), host.now().0);
    let (value, error) = toml::unmarshal(&text, &zone, release);
    if let Some(error) = error {
        value.insert("Error", error);
    }
    value
}

/// `{{ "hello" | b64enc }}` is `aGVsbG8=`.
fn b64enc(text: Str) -> Str {
    Str::derived(base64::encode(&text), [&text])
}

/// `{{ "aGVsbG8=" | b64dec }}` is `hello`; an error is the result.
fn b64dec(text: Str) -> Str {
    match base64::decode(&text) {
        Ok(bytes) => Str::derived(bytes, [&text]),
        Err(base64::CorruptInput(offset)) => Str::from(format!("illegal base64 data at input byte {offset}")),
    }
}

/// `{{ "hello" | b32enc }}` is `NBSWY3DP`.
fn b32enc(text: Str) -> Str {
    Str::derived(base64::encode_32(&text), [&text])
}

/// `{{ "NBSWY3DP" | b32dec }}` is `hello`; an error is the result.
fn b32dec(text: Str) -> Str {
    match base64::decode_32(&text) {
        Ok(bytes) => Str::derived(bytes, [&text]),
        Err(base64::CorruptInput(offset)) => Str::from(format!("illegal base32 data at input byte {offset}")),
    }
}
