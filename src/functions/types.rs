//! Defaults, conditions and questions about types, as sprig's `defaults.go` and `reflect.go`.

use crate::function;
use crate::go::{Str, Value, reflect};
use crate::template::function::Function;
use std::mem::take;

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "default", default, "fallback value...",
        "a value, or the fallback where it is empty",
        r#""" | default "a""# => "a",
    },
    function! {
        "empty", empty, "value",
        "whether a value is empty",
        "empty (list)" => "true",
    },
    function! {
        "coalesce", coalesce, "values...",
        "the first value that is not empty",
        r#"coalesce "" 0 "a""# => "a",
    },
    function! {
        "ternary", ternary, "yes no condition",
        "the first value where the condition is true, otherwise the second",
        r#"true | ternary "a" "b""# => "a",
    },
    function! {
        "all", all, "values...",
        "whether no value is empty",
        r#"all 1 "a" true"# => "true",
    },
    function! {
        "any", any, "values...",
        "whether a value is not empty",
        r#"any 0 """# => "false",
    },
    function! {
        "typeOf", type_of, "value",
        "the name of a value's Go type",
        "typeOf (dict)" => "map[string]interface {}",
    },
    function! {
        "typeIs", type_is, "type value",
        "whether a value is of a Go type",
        r#"typeIs "string" "a""# => "true",
    },
    function! {
        "typeIsLike", type_is_like, "type value",
        "whether a value is of a Go type or a pointer to it",
        r#"semver "1.2.3" | typeIsLike "semver.Version""# => "true",
    },
    function! {
        "kindOf", kind_of, "value",
        "the name of the kind of a value's Go type",
        "kindOf (dict)" => "map",
    },
    function! {
        "kindIs", kind_is, "kind value",
        "whether a value's Go type is of a kind",
        r#"kindIs "slice" (list)"# => "true",
    },
    function! {
        "deepEqual", deep_equal, "one other",
        "whether two values and everything in them are equal",
        "deepEqual (list 1) (list 1)" => "true",
    },
];

/// Whether a value is nil or the zero of its type; structs never are.
pub fn is_empty(value: &Value) -> bool {
    !value.is_true()
}

/// The value that is given last, unless it is empty.
///
/// `{{ "" | default "a" }}` gives `a`.
fn default(fallback: Value, given: &mut [Value]) -> Value {
    given.first_mut().filter(|value| value.is_true()).map_or(fallback, take)
}

/// Whether the value is nil or the zero of its type.
///
/// `{{ empty (list) }}` gives `true`.
fn empty(value: Value) -> bool {
    is_empty(&value)
}

/// The first value that is not empty.
///
/// `{{ coalesce "" 0 "a" }}` gives `a`.
fn coalesce(values: &mut [Value]) -> Value {
    values.iter_mut().find(|value| value.is_true()).map(take).unwrap_or_default()
}

/// The first value if the condition, given last, is true; else the second.
///
/// `{{ true | ternary "a" "b" }}` gives `a`.
fn ternary(if_true: Value, if_false: Value, condition: bool) -> Value {
    if condition { if_true } else { if_false }
}

/// Whether no value is empty.
///
/// `{{ all 1 "a" true }}` gives `true`.
fn all(values: &mut [Value]) -> bool {
    !values.iter().any(is_empty)
}

/// Whether any value is not empty.
///
/// `{{ any 0 "" }}` gives `false`.
fn any(values: &mut [Value]) -> bool {
    values.iter().any(Value::is_true)
}

fn type_name(value: &Value) -> String {
    value.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string())
}

/// The Go type of a value.
///
/// `{{ typeOf (dict) }}` gives `map[string]interface {}`.
fn type_of(value: Value) -> String {
    type_name(&value)
}

/// Whether the value is of that Go type.
///
/// `{{ typeIs "string" "a" }}` gives `true`.
fn type_is(target: Str, value: Value) -> bool {
    target.as_bytes() == type_name(&value).as_bytes()
}

/// Whether the value is of that Go type or a pointer to it.
///
/// `{{ semver "1.2.3" | typeIsLike "semver.Version" }}` gives `true`.
fn type_is_like(target: Str, value: Value) -> bool {
    let name = type_name(&value);
    let name = name.as_bytes();
    target.as_bytes() == name || name.strip_prefix(b"*") == Some(target.as_bytes())
}

/// The Go kind of a value.
///
/// `{{ kindOf (dict) }}` gives `map`.
fn kind_of(value: Value) -> &'static str {
    value.kind().name()
}

/// Whether the value is of that Go kind.
///
/// `{{ kindIs "slice" (list) }}` gives `true`.
fn kind_is(target: Str, value: Value) -> bool {
    target.as_bytes() == value.kind().name().as_bytes()
}

/// Whether two values are of the same type and have the same contents.
///
/// `{{ deepEqual (list 1) (list 1) }}` gives `true`.
fn deep_equal(one: Value, other: Value) -> bool {
    reflect::deep_equal(&one, &other)
}
