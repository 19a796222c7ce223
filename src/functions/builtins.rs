//! text/template's own functions, as its funcs.go; Go's `slice` is missing because sprig's hides it.

use crate::function;
use crate::go::unicode::is_print;
use crate::go::{DictType, Kind, Str, Type, Value, fmt, url, utf8};
use crate::profile::Go;
use crate::template::error::Error;
use crate::template::function::{Caller, Function, Rest, ShortCircuit};
use std::borrow::Cow;
use std::convert::identity;
use std::mem::take;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    Function {
        short_circuit: Some(ShortCircuit::And),
        ..function! {
            "and", and, "first others...",
            "the first argument that is not true, or the last one",
            "and 1 0 2" => "0",
        }
    },
    Function {
        short_circuit: Some(ShortCircuit::Or),
        ..function! {
            "or", or, "first others...",
            "the first argument that is true, or the last one",
            r#"or 0 "" "a""# => "a",
        }
    },
    function! {
        "not", not, "value",
        "whether a value is empty: false, 0, nil, or without elements",
        "not 0" => "true",
    },
    function! {
        "call", call, "function arguments...",
        "calls a function that is a value, of which a chart has none",
        "if false }}{{ call .f 1 }}{{ end" => "",
    },
    function! {
        "html", html, "values...",
        "the values as text that is safe in HTML",
        r#"html "<a>""# => "&lt;a&gt;",
    },
    function! {
        "index", index, "item keys...",
        "the element of a map, list or string under these keys",
        r#"index (dict "a" (list 1 2)) "a" 1"# => "2",
    },
    function! {
        "js", js, "values...",
        "the values as text that is safe in JavaScript",
        r#"js "it's""# => r#"it\'s"#,
    },
    function! {
        "len", len, "item",
        "the number of elements of a map or list, or of bytes of a string",
        r#"len "abc""# => "3",
    },
    function! {
        "print", print, "values...",
        "the values one after another, with a blank between two that are not strings",
        r#"print 1 2 "a""# => "1 2a",
    },
    function! {
        "printf", printf, "format values...",
        "the values in the words of the format, as Go's fmt.Sprintf",
        r#"printf "%03d-%s" 7 "a""# => "007-a",
    },
    function! {
        "println", println, "values...",
        "the values with blanks between and a newline at the end",
        r#"println "a" 1 | quote"# => r#""a 1\n""#,
    },
    function! {
        "urlquery", urlquery, "values...",
        "the values as text for the query of a URL",
        r#"urlquery "a b&c""# => "a+b%26c",
    },
];

/// The rows of [`comparisons`], and what becomes of the text of their errors.
macro_rules! comparisons {
    ($error:expr) => {
        &[
            function! {
                "eq", |first: Value, others: &mut [Value]| eq(first, others).map_err($error), "first others...",
                "whether the first argument equals one of the others",
                "eq 1 2 1" => "true",
            },
            function! {
                "ne", |one: Value, other: Value| ne(one, other).map_err($error), "one other",
                "whether two values differ",
                "ne 1 2" => "true",
            },
            function! {
                "lt", |one: Value, other: Value| lt(one, other).map_err($error), "one other",
                "whether the first value is less than the second",
                "lt 1 2" => "true",
            },
            function! {
                "le", |one: Value, other: Value| le(one, other).map_err($error), "one other",
                "whether the first value is at most the second",
                "le 2 2" => "true",
            },
            function! {
                "gt", |one: Value, other: Value| gt(one, other).map_err($error), "one other",
                "whether the first value is greater than the second",
                "gt 2 1" => "true",
            },
            function! {
                "ge", |one: Value, other: Value| ge(one, other).map_err($error), "one other",
                "whether the first value is at least the second",
                "ge 2 2" => "true",
            },
        ]
    };
}

/// The functions that compare, whose errors name the types that cannot be compared since Go 1.25.
pub fn comparisons(go: Go) -> &'static [Function] {
    static WITH_TYPES: &[Function] = comparisons!(identity);
    static WITHOUT_TYPES: &[Function] = comparisons!(without_types);
    if go < Go::Go125 { WITHOUT_TYPES } else { WITH_TYPES }
}

/// `{{ and 1 0 2 }}` is `0`: the first argument that is not true, or the last.
fn and(first: Value, rest: &mut [Value]) -> Value {
    rest.iter_mut().fold(first, |value, next| if value.is_true() { take(next) } else { value })
}

/// `{{ or 0 1 2 }}` is `1`: the first argument that is true, or the last.
fn or(first: Value, rest: &mut [Value]) -> Value {
    rest.iter_mut().fold(first, |value, next| if value.is_true() { value } else { take(next) })
}

/// `{{ not 0 }}` is `true`.
fn not(value: Value) -> bool {
    !value.is_true()
}

/// `{{ call .f 1 }}`: no value of a template is a function, so this fails.
fn call(caller: &mut dyn Caller, function: Value, _arguments: Rest<Value>) -> Result<Value, Error> {
    Err(Error::Text(match function.ty() {
        None => "call of nil".to_owned(),
        Some(ty) => format!("non-function {} of type {ty}", caller.first_argument()),
    }))
}

/// `{{ index .m "a" 1 }}` is Go's `m["a"][1]`.
fn index(item: Value, indexes: &mut [Value]) -> Result<Value, String> {
    if matches!(item, Value::Nil) {
        return Err("index of untyped nil".to_owned());
    }
    indexes.iter().try_fold(item, |item, index| index_once(&item, index))
}

fn index_once(item: &Value, index: &Value) -> Result<Value, String> {
    match item {
        Value::Nil => Err("index of nil pointer".to_owned()),
        Value::List(list) => Ok(list[position(index, list.len(), "slice")?].clone()),
        Value::Bytes(bytes) => Ok(Value::Uint8(bytes[position(index, bytes.len(), "slice")?])),
        Value::String(text) => Ok(Value::Uint8(text[position(index, text.len(), "string")?])),
        Value::Dict(dict) => {
            let missing = if dict.ty() == DictType::Strings { Value::String(Str::EMPTY) } else { Value::Nil };
            Ok(dict.get(&key(index)?).unwrap_or(missing))
        }
        Value::Object(object) => match (object.ty().kind, object.underlying()) {
            (Kind::Map, Some(Value::Dict(dict))) => Ok(dict.get(&key(index)?).unwrap_or_else(|| object.missing())),
            (Kind::Slice | Kind::String, Some(plain)) => index_once(&plain, index),
            (Kind::Pointer, _) => Err(format!("can't index item of type {}", object.ty().name.trim_start_matches('*'))),
            _ => Err(format!("can't index item of type {}", object.ty().name)),
        },
        _ => Err(format!("can't index item of type {}", type_name(item))),
    }
}

/// As indexArg, which lets the length itself pass, so that reflect panics.
fn position(index: &Value, len: usize, what: &str) -> Result<usize, String> {
    let number = match basic(index) {
        Basic::Int(number) => number,
        Basic::Uint(number) => number as i64,
        _ if matches!(index, Value::Nil) => return Err("cannot index slice/array with nil".to_owned()),
        _ => return Err(format!("cannot index slice/array with type {}", type_name(index))),
    };
    match usize::try_from(number) {
        Ok(position) if position < len => Ok(position),
        Ok(position) if position == len => Err(format!("reflect: {what} index out of range")),
        _ => Err(format!("index out of range: {number}")),
    }
}

/// As prepareArg for a map's string key.
fn key(index: &Value) -> Result<Str, String> {
    match index {
        Value::String(key) => Ok(key.clone()),
        Value::Nil => Err("value is nil; should be of type string".to_owned()),
        _ => Err(format!("value has type {}; should be string", type_name(index))),
    }
}

/// `{{ len "abc" }}` is `3`, in bytes.
fn len(caller: &mut dyn Caller, item: Value) -> Result<i64, String> {
    let len = match &item {
        Value::Nil if caller.nil_interface() => return Err("len of nil pointer".to_owned()),
        // In Go this is a panic, whose text becomes the error.
        Value::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".to_owned()),
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Dict(dict) => dict.len(),
        Value::Object(object) => match object.underlying() {
            Some(plain @ (Value::String(_) | Value::Bytes(_) | Value::List(_) | Value::Dict(_))) => {
                return len(caller, plain);
            }
            _ => return Err(format!("len of type {}", object.ty().name.trim_start_matches('*'))),
        },
        _ => return Err(format!("len of type {}", type_name(&item))),
    };
    Ok(len as i64)
}

/// `{{ print 1 2 "a" }}` is `1 2a`.
fn print(arguments: &mut [Value]) -> Str {
    fmt::sprint(arguments)
}

/// `{{ printf "%03d" 7 }}` is `007`.
fn printf(format: Str, arguments: &mut [Value]) -> Result<Str, &'static str> {
    match fmt::sprintf_checked(&format, arguments) {
        (text, true) => Ok(text),
        (_, false) => Err("the result is too large or nested too deeply"),
    }
}

/// `{{ println "a" 1 }}` is `a 1` and a newline.
fn println(arguments: &mut [Value]) -> Str {
    fmt::sprintln(arguments)
}

/// `{{ html "<a>" }}` is `&lt;a&gt;`.
fn html(arguments: &mut [Value]) -> Str {
    let text = fmt::sprint_printable(arguments);
    escape(&text, |byte, out| {
        let escaped: &[u8] = match byte {
            b'\0' => "\u{fffd}".as_bytes(),
            b'"' => b"&#34;",
            b'\'' => b"&#39;",
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            _ => return false,
        };
        out.extend_from_slice(escaped);
        true
    })
}

/// `{{ urlquery "a b&c" }}` is `a+b%26c`.
fn urlquery(arguments: &mut [Value]) -> Str {
    let text = fmt::sprint_printable(arguments);
    match url::query_escape(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(bytes) => Str::derived(bytes, [&text]),
    }
}

/// The text with some bytes replaced; the text itself where none is.
fn escape(text: &Str, mut replace: impl FnMut(u8, &mut Vec<u8>) -> bool) -> Str {
    let mut out = Vec::new();
    let mut written = 0;
    for (at, &byte) in text.iter().enumerate() {
        let before = out.len();
        if replace(byte, &mut out) {
            let escaped = out.split_off(before);
            out.extend_from_slice(&text[written..at]);
            out.extend_from_slice(&escaped);
            written = at + 1;
        }
    }
    if written == 0 {
        return text.clone();
    }
    out.extend_from_slice(&text[written..]);
    Str::derived(out, [text])
}

/// `{{ js "it's" }}` is `it\'s`.
fn js(arguments: &mut [Value]) -> Str {
    let text = fmt::sprint_printable(arguments);
    let plain = |byte: &u8| (b' '..0x80).contains(byte) && !b"\\'\"<>&=".contains(byte);
    if text.iter().all(plain) {
        return text;
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    let mut rest: &[u8] = &text;
    while let Some(&byte) = rest.first() {
        let mut size = 1;
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\'' => out.extend_from_slice(b"\\'"),
            b'"' => out.extend_from_slice(b"\\\""),
            0..b' ' | b'<' | b'>' | b'&' | b'=' => out.extend_from_slice(format!("\\u00{byte:02X}").as_bytes()),
            ..0x80 => out.push(byte),
            _ => {
                let (rune, len) = utf8::decode(rest);
                size = len;
                if is_print(rune) {
                    out.extend_from_slice(&rest[..len]);
                } else {
                    out.extend_from_slice(format!("\\u{:04X}", rune as u32).as_bytes());
                }
            }
        }
        rest = &rest[size..];
    }
    Str::derived(out, [&text])
}

/// A value as the comparisons see it, as basicKind.
enum Basic {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Complex((f64, f64)),
    String(Str),
    /// Not of a basic kind.
    None,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(b) => Basic::Bool(*b),
        Value::Int(n) | Value::Int64(n) => Basic::Int(*n),
        Value::Uint8(n) => Basic::Uint(u64::from(*n)),
        Value::Uint64(n) => Basic::Uint(*n),
        Value::Float64(n) => Basic::Float(*n),
        Value::Complex128(parts) => Basic::Complex(**parts),
        Value::String(text) => Basic::String(text.clone()),
        Value::Object(object) => match (object.ty().kind, object.underlying()) {
            (Kind::Map | Kind::Slice | Kind::Struct | Kind::Pointer, _) | (_, None) => Basic::None,
            (_, Some(plain)) => basic(&plain),
        },
        Value::Nil | Value::Bytes(_) | Value::List(_) | Value::Dict(_) => Basic::None,
    }
}

fn type_name(value: &Value) -> String {
    value.ty().unwrap_or(Type::Interface).to_string()
}

const INCOMPATIBLE: &str = "incompatible types for comparison";

fn incompatible(one: &Value, other: &Value) -> String {
    format!("{INCOMPATIBLE}: {} and {}", type_name(one), type_name(other))
}

/// The same error before Go 1.25.
fn without_types(error: String) -> String {
    if error.starts_with(INCOMPATIBLE) { INCOMPATIBLE.to_owned() } else { error }
}

/// `{{ eq 1 2 1 }}` is `true`: whether the first argument equals one of the others.
fn eq(first: Value, others: &mut [Value]) -> Result<bool, String> {
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    let kind = basic(&first);
    for other in others {
        if equal(&first, &kind, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(one: &Value, kind: &Basic, other: &Value) -> Result<bool, String> {
    Ok(match (kind, &basic(other)) {
        (Basic::Bool(a), Basic::Bool(b)) => a == b,
        (Basic::Int(a), Basic::Int(b)) => a == b,
        (Basic::Uint(a), Basic::Uint(b)) => a == b,
        // Integers compare whatever their signs.
        (Basic::Int(a), Basic::Uint(b)) | (Basic::Uint(b), Basic::Int(a)) => u64::try_from(*a) == Ok(*b),
        (Basic::Float(a), Basic::Float(b)) => a == b,
        (Basic::Complex(a), Basic::Complex(b)) => a == b,
        (Basic::String(a), Basic::String(b)) => a == b,
        (Basic::None, Basic::None) => return equal_composite(one, other),
        _ if matches!(one, Value::Nil) || matches!(other, Value::Nil) => false,
        _ => return Err(incompatible(one, other)),
    })
}

/// Values of no basic kind: nil, maps, slices, structs and pointers.
fn equal_composite(one: &Value, other: &Value) -> Result<bool, String> {
    let print =
        |verb: &[u8], value: &Value| fmt::sprintf(verb, std::slice::from_ref(value)).to_str_lossy().into_owned();
    let nil = matches!(one, Value::Nil) || matches!(other, Value::Nil);
    if !nil && one.kind() != other.kind() {
        return Err(format!(
            "non-comparable types {}: {}, {}: {}",
            print(b"%s", one),
            type_name(one),
            type_name(other),
            print(b"%v", other)
        ));
    }
    if one.is_nil() || other.is_nil() {
        return Ok(one.is_nil() == other.is_nil());
    }
    match (one, other) {
        (Value::Object(a), Value::Object(b)) if !matches!(b.ty().kind, Kind::Map | Kind::Slice) => {
            Ok(a.ty() == b.ty() && a.equal(b.as_ref()))
        }
        _ => Err(format!("non-comparable type {}: {}", print(b"%s", other), type_name(other))),
    }
}

/// `{{ ne 1 2 }}` is `true`.
fn ne(one: Value, other: Value) -> Result<bool, String> {
    eq(one, &mut [other]).map(|equal| !equal)
}

/// `{{ lt 1 2 }}` is `true`.
fn lt(one: Value, other: Value) -> Result<bool, String> {
    less(&one, &other)
}

/// `{{ le 2 2 }}` is `true`.
fn le(one: Value, other: Value) -> Result<bool, String> {
    Ok(less(&one, &other)? || equal(&one, &basic(&one), &other)?)
}

/// `{{ gt 2 1 }}` is `true`. As in Go this is "not less or equal", which matters for NaN.
fn gt(one: Value, other: Value) -> Result<bool, String> {
    le(one, other).map(|less_or_equal| !less_or_equal)
}

/// `{{ ge 2 2 }}` is `true`. As in Go this is "not less".
fn ge(one: Value, other: Value) -> Result<bool, String> {
    less(&one, &other).map(|less| !less)
}

fn less(one: &Value, other: &Value) -> Result<bool, String> {
    const BAD_TYPE: &str = "invalid type for comparison";
    Ok(match (&basic(one), &basic(other)) {
        (Basic::None, _) | (_, Basic::None) => return Err(BAD_TYPE.to_owned()),
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(_), Basic::Complex(_)) => return Err(BAD_TYPE.to_owned()),
        (Basic::Int(a), Basic::Int(b)) => a < b,
        (Basic::Uint(a), Basic::Uint(b)) => a < b,
        (Basic::Int(a), Basic::Uint(b)) => u64::try_from(*a).is_ok_and(|a| a < *b) || *a < 0,
        (Basic::Uint(a), Basic::Int(b)) => u64::try_from(*b).is_ok_and(|b| *a < b),
        (Basic::Float(a), Basic::Float(b)) => a < b,
        (Basic::String(a), Basic::String(b)) => a < b,
        _ => return Err(incompatible(one, other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Dict;

    /// The errors are what Helm 4.1.4 prints after "error calling".
    #[test]
    fn indexing() {
        let list = || Value::list([Value::Int(7), Value::Nil]);
        let dict = || Value::Dict([("a", Value::Int(1))].into_iter().collect());
        let cases: Vec<(Value, Vec<Value>, Result<&str, &str>)> = vec![
            (list(), vec![Value::Int(0)], Ok("int(7)")),
            (list(), vec![], Ok("[int(7), nil]")),
            (Value::from("abc"), vec![Value::Int(1)], Ok("uint8(98)")),
            (dict(), vec![Value::from("z")], Ok("nil")),
            (list(), vec![Value::Int(2)], Err("reflect: slice index out of range")),
            (list(), vec![Value::Int(5)], Err("index out of range: 5")),
            (list(), vec![Value::Int(-1)], Err("index out of range: -1")),
            (list(), vec![Value::from("x")], Err("cannot index slice/array with type string")),
            (list(), vec![Value::Nil], Err("cannot index slice/array with nil")),
            (list(), vec![Value::Int(1), Value::Int(0)], Err("index of nil pointer")),
            (Value::Nil, vec![], Err("index of untyped nil")),
            (dict(), vec![Value::Int(1)], Err("value has type int; should be string")),
            (dict(), vec![Value::Nil], Err("value is nil; should be of type string")),
            (Value::Int(1), vec![Value::Int(1)], Err("can't index item of type int")),
        ];
        for (item, indexes, result) in cases {
            let got = index(item, &mut indexes.clone()).map(|value| format!("{value:?}"));
            assert_eq!(got, result.map(str::to_owned).map_err(str::to_owned));
        }
    }

    #[test]
    fn comparing() {
        let eq = |a: Value, b: Value| eq(a, &mut [b]);
        assert_eq!(eq(Value::Int(1), Value::Uint8(1)), Ok(true));
        assert_eq!(eq(Value::Int(-1), Value::Uint64(u64::MAX)), Ok(false));
        assert_eq!(eq(Value::Nil, Value::Nil), Ok(true));
        assert_eq!(eq(Value::from(""), Value::Nil), Ok(false));
        assert_eq!(eq(Value::Dict(Dict::nil()), Value::Nil), Ok(true));
        assert_eq!(
            eq(Value::Float64(1.0), Value::from("x")),
            Err("incompatible types for comparison: float64 and string".to_owned())
        );
        assert_eq!(
            eq(Value::Dict(Dict::new()), Value::list([])),
            Err("non-comparable types map[]: map[string]interface {}, []interface {}: []".to_owned())
        );
        assert_eq!(eq(Value::list([]), Value::list([])), Err("non-comparable type []: []interface {}".to_owned()));
        assert_eq!(lt(Value::Int(-1), Value::Uint64(0)), Ok(true));
        assert_eq!(ge(Value::Float64(f64::NAN), Value::Float64(1.0)), Ok(true));
        assert_eq!(lt(Value::Bool(true), Value::Bool(true)), Err("invalid type for comparison".to_owned()));
        assert_eq!(lt(Value::Nil, Value::Int(1)), Err("invalid type for comparison".to_owned()));
    }

    #[test]
    fn escaping() {
        let one = |text: &[u8]| [Value::string(text)];
        assert_eq!(html(&mut one(b"<a&'\">\0")), "&lt;a&amp;&#39;&#34;&gt;\u{fffd}");
        assert_eq!(js(&mut one("'\"<\n\u{e9}\u{2028}".as_bytes())), "\\'\\\"\\u003C\\u000A\u{e9}\\u2028");
        assert_eq!(urlquery(&mut one("a b&c/\u{e9}".as_bytes())), "a+b%26c%2F%C3%A9");
        assert_eq!(html(&mut [Value::Nil, Value::Int(1)]), "&lt;no value&gt;1");
    }
}
