//! Dicts, as sprig's `dict.go`, with merging as `dario.cat/mergo` v1.0.1 does it.
//!
//! A dict is shared by all its names: `set`, `unset` and the merges change it for everyone.

use super::convert::take_text;
use crate::function;
use crate::go::object::ObjectType;
use crate::go::{Dict, DictType, Elem, Entries, Kind, List, Str, Type, Value};
use crate::template::error::Error;
use crate::template::function::{Function, Rest};
use std::mem::take;

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "dict", dict, "pairs...",
        "a map of keys and values in turn",
        r#"dict "a" 1 "b" 2"# => "map[a:1 b:2]",
    },
    function! {
        "get", get, "dict key",
        "the value under a key, or an empty string",
        r#"get (dict "a" 1) "a""# => "1",
    },
    function! {
        "set", set, "dict key value",
        "sets a value in the map itself, and returns it",
        r#"set (dict "a" 1) "b" 2"# => "map[a:1 b:2]",
    },
    function! {
        "unset", unset, "dict key",
        "removes a key from the map itself, and returns it",
        r#"unset (dict "a" 1 "b" 2) "b""# => "map[a:1]",
    },
    function! {
        "hasKey", has_key, "dict key",
        "whether a map has a key",
        r#"hasKey (dict "a" 1) "a""# => "true",
    },
    function! {
        "pluck", pluck, "key dicts...",
        "the values under a key of all maps that have it",
        r#"pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3)"# => "[1 3]",
    },
    function! {
        "keys", keys, "dicts...",
        "the keys of the maps; their order is random in Helm and sorted here",
        r#"keys (dict "a" 1)"# => "[a]",
    },
    function! {
        "values", values, "dict",
        "the values of a map; their order is random in Helm and by key here",
        r#"values (dict "a" 1)"# => "[1]",
    },
    function! {
        "pick", pick, "dict keys...",
        "a map with these keys only",
        r#"pick (dict "a" 1 "b" 2) "a""# => "map[a:1]",
    },
    function! {
        "omit", omit, "dict keys...",
        "a map without these keys",
        r#"omit (dict "a" 1 "b" 2) "a""# => "map[b:2]",
    },
    function! {
        "dig", dig, "arguments...",
        "the value under nested keys, then a default, then the map",
        r#"dig "a" "b" "none" (dict "a" (dict "b" 1))"# => "1",
    },
    function! {
        "merge", merge, "destination sources...",
        "merges maps into the first one, whose values win",
        r#"merge (dict "a" 1) (dict "a" 2 "b" 3)"# => "map[a:1 b:3]",
    },
    function! {
        "mustMerge", must_merge, "destination sources...",
        "as merge, and fails where that cannot be done",
        r#"mustMerge (dict "a" 1) (dict "b" 2)"# => "map[a:1 b:2]",
    },
    function! {
        "mergeOverwrite", merge_overwrite, "destination sources...",
        "merges maps into the first one; later values win",
        r#"mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3)"# => "map[a:2 b:3]",
    },
    function! {
        "mustMergeOverwrite", must_merge_overwrite, "destination sources...",
        "as mergeOverwrite, and fails where that cannot be done",
        r#"mustMergeOverwrite (dict "a" 1) (dict "a" 2)"# => "map[a:2]",
    },
    function! {
        "deepCopy", deep_copy, "value",
        "a copy of a value and of everything in it",
        r#"deepCopy (dict "a" 1)"# => "map[a:1]",
    },
    function! {
        "mustDeepCopy", must_deep_copy, "value",
        "as deepCopy, and fails where that cannot be done",
        r#"mustDeepCopy (dict "a" 1)"# => "map[a:1]",
    },
];

/// How deep dicts may be nested for merges and copies; Go goes deeper, and dies where a dict contains itself.
/// The stack that `template::limits` asks for is enough for this.
const MAX_DEPTH: usize = 10_000;

/// How many values a copy may have: a few words of a template can make a dict that contains another many times over.
const MAX_COPIES: usize = 1 << 22;

/// A dict of keys and values in turn; a last key alone has an empty value.
///
/// `{{ dict "a" 1 "b" 2 }}` gives `map[a:1 b:2]`.
fn dict(parts: &mut [Value]) -> Dict {
    let entry = |pair: &mut [Value]| match pair {
        [key, value, ..] => (take_text(key), take(value)),
        rest => (rest.first_mut().map(take_text).unwrap_or_default(), Value::from("")),
    };
    Dict::from_entries(parts.chunks_mut(2).map(entry).collect::<Entries>())
}

/// The value under a key, or an empty text.
///
/// `{{ get (dict "a" 1) "a" }}` gives `1`.
fn get(dict: Dict, key: Str) -> Value {
    dict.get(&key).unwrap_or_else(|| Value::from(""))
}

/// Puts a value under a key, in this dict and under all its names, and returns the dict.
///
/// `{{ set (dict "a" 1) "b" 2 }}` gives `map[a:1 b:2]`.
fn set(dict: Dict, key: Str, value: Value) -> Result<Dict, &'static str> {
    if dict.is_nil() {
        return Err("assignment to entry in nil map");
    }
    dict.insert(key, value);
    Ok(dict)
}

/// Takes a key out of this dict and returns the dict.
///
/// `{{ unset (dict "a" 1 "b" 2) "b" }}` gives `map[a:1]`.
fn unset(dict: Dict, key: Str) -> Dict {
    dict.remove(&key);
    dict
}

/// Whether a dict has the key.
///
/// `{{ hasKey (dict "a" 1) "a" }}` gives `true`.
fn has_key(dict: Dict, key: Str) -> bool {
    dict.contains_key(&key)
}

/// The values that several dicts have under one key.
///
/// `{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}` gives `[1 3]`.
fn pluck(key: Str, dicts: Rest<Dict>) -> Value {
    Value::List(List::appended(Elem::Any, dicts.0.iter().filter_map(|dict| dict.get(&key)).collect::<Vec<_>>()))
}

/// The keys of all dicts. Go gives them in any order, this sorted for each dict.
///
/// `{{ keys (dict "a" 1 "b" 2) }}` gives `[a b]`.
fn keys(dicts: Rest<Dict>) -> Value {
    let mut keys = Vec::new();
    for dict in &dicts.0 {
        keys.extend(dict.entries().iter().map(|(key, _)| Value::String(key.clone())));
    }
    Value::List(List::appended(Elem::String, keys))
}

/// The values of a dict. Go gives them in any order, this sorted by their keys.
///
/// `{{ values (dict "a" 1 "b" 2) }}` gives `[1 2]`.
fn values(dict: Dict) -> Value {
    let values: Vec<Value> = dict.entries().iter().map(|(_, value)| value.clone()).collect();
    Value::List(List::appended(Elem::Any, values))
}

/// A new dict of the keys that are given.
///
/// `{{ pick (dict "a" 1 "b" 2) "a" }}` gives `map[a:1]`.
fn pick(dict: Dict, keys: Rest<Str>) -> Dict {
    keys.0.into_iter().filter_map(|key| dict.get(&key).map(|value| (key, value))).collect()
}

/// A new dict without the keys that are given.
///
/// `{{ omit (dict "a" 1 "b" 2) "a" }}` gives `map[b:2]`.
fn omit(dict: Dict, mut keys: Rest<Str>) -> Dict {
    keys.0.sort_unstable();
    let entries = dict.entries();
    let kept = entries.iter().filter(|(key, _)| keys.0.binary_search(key).is_err());
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The value at the end of a path of keys; the last but one argument where a key is missing.
///
/// `{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }}` gives `1`.
fn dig(arguments: &mut [Value]) -> Result<Value, String> {
    let [path @ .., default, dict] = &*arguments else {
        return Err("dig needs at least three arguments".to_owned());
    };
    if path.is_empty() {
        return Err("dig needs at least three arguments".to_owned());
    }
    let mut dict = plain_dict(dict)?;
    let mut keys = Vec::with_capacity(path.len());
    for key in path {
        keys.push(key.as_str().ok_or_else(|| wrong_type(key, "string"))?);
    }
    let mut keys = keys.into_iter().peekable();
    while let Some(key) = keys.next() {
        let Some(step) = dict.get(key) else { break };
        if keys.peek().is_none() {
            return Ok(step);
        }
        dict = plain_dict(&step)?;
    }
    Ok(default.clone())
}

/// As Go's `value.(map[string]interface{})`, which refuses named types.
fn plain_dict(value: &Value) -> Result<Dict, String> {
    match value {
        Value::Dict(dict) if dict.ty() == DictType::Any => Ok(dict.clone()),
        _ => Err(wrong_type(value, "map[string]interface {}")),
    }
}

fn wrong_type(value: &Value, wanted: &str) -> String {
    let got = value.ty().map_or_else(|| "nil".to_owned(), |ty: Type| ty.to_string());
    format!("interface conversion: interface {{}} is {got}, not {wanted}")
}

/// Puts into the first dict what is missing or empty there and is not in the others before.
///
/// `{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}` gives `map[a:1 b:3]`.
fn merge(destination: Dict, sources: Rest<Dict>) -> Result<Value, String> {
    swallow(merge_all(destination, &sources.0, false))
}

/// Like `merge`, but fails where that gives an empty text.
///
/// `{{ mustMerge (dict "a" 1) (dict "b" 2) }}` gives `map[a:1 b:2]`.
fn must_merge(destination: Dict, sources: Rest<Dict>) -> Result<Value, String> {
    merge_all(destination, &sources.0, false).map_err(Failure::text)
}

/// Puts into the first dict what is in the others, the last one winning.
///
/// `{{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }}` gives `map[a:2 b:3]`.
fn merge_overwrite(destination: Dict, sources: Rest<Dict>) -> Result<Value, String> {
    swallow(merge_all(destination, &sources.0, true))
}

/// Like `mergeOverwrite`, but fails where that gives an empty text.
///
/// `{{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) }}` gives `map[a:2]`.
fn must_merge_overwrite(destination: Dict, sources: Rest<Dict>) -> Result<Value, String> {
    merge_all(destination, &sources.0, true).map_err(Failure::text)
}

/// How mergo fails: sprig's plain functions turn its errors into empty texts, but not its panics.
enum Failure {
    Error(String),
    Panic(String),
}

impl Failure {
    fn text(self) -> String {
        let (Failure::Error(text) | Failure::Panic(text)) = self;
        text
    }
}

fn swallow(result: Result<Value, Failure>) -> Result<Value, String> {
    match result {
        Ok(merged) => Ok(merged),
        Err(Failure::Error(_)) => Ok(Value::from("")),
        Err(Failure::Panic(text)) => Err(text),
    }
}

fn merge_all(mut destination: Dict, sources: &[Dict], overwrite: bool) -> Result<Value, Failure> {
    for source in sources {
        if destination.is_nil() && !source.is_nil() {
            destination = Dict::new();
        }
        let mut left = MAX_COPIES;
        merge_dicts(&destination, source, overwrite, 0, &mut left)?;
    }
    Ok(Value::Dict(destination))
}

/// As mergo's deepMerge for two maps. `left` is how many entries may still be looked at, as few maps in one another, each
/// of which holds the next one twice, are more than there is time for.
fn merge_dicts(
    destination: &Dict,
    source: &Dict,
    overwrite: bool,
    depth: usize,
    left: &mut usize,
) -> Result<(), Failure> {
    // A nil map inside another cannot be replaced by deepMerge, which leaves that to its caller.
    if destination.is_nil() {
        return Ok(());
    }
    if depth > MAX_DEPTH {
        return Err(Failure::Panic(format!("a dict nested more than {MAX_DEPTH} deep")));
    }
    let assign = |key: &Str, value: Value| {
        if destination.ty() == DictType::Strings && source.ty() != DictType::Strings {
            return Err(Failure::Panic(
                "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string".to_owned(),
            ));
        }
        destination.insert(key.clone(), value);
        Ok(())
    };
    for (key, value) in source.snapshot() {
        *left = left.checked_sub(1).ok_or_else(|| Failure::Panic("the value is too large".to_owned()))?;
        let old = destination.get(&key);
        let kind = value.kind();
        match kind {
            Kind::Invalid => {
                if overwrite {
                    assign(&key, value)?;
                }
                continue;
            }
            Kind::Struct | Kind::Pointer | Kind::Map => {
                if let Some(old) = &old {
                    merge_values(old, &value, overwrite, depth + 1, left)?;
                }
            }
            Kind::Slice if destination.ty() == DictType::Strings => {
                return Err(Failure::Panic(match &old {
                    Some(_) => "reflect: call of reflect.Value.IsNil on string Value".to_owned(),
                    None => format!(
                        "reflect.Value.SetMapIndex: value of type {} is not assignable to type string",
                        value.ty().unwrap_or(Type::Interface)
                    ),
                }));
            }
            Kind::Slice if overwrite => {
                assign(&key, value)?;
                continue;
            }
            _ => {}
        }
        // Only now, as the merge above may have filled an empty map.
        let filled = old.as_ref().is_some_and(|old| !is_empty_for_mergo(old));
        let both_maps = kind == Kind::Map && old.is_some_and(|old| old.kind() == Kind::Map);
        if !filled || (overwrite && !both_maps) {
            assign(&key, value)?;
        }
    }
    Ok(())
}

/// As mergo's deepMerge for what stands under one key of both maps, as far as it changes or fails anything.
fn merge_values(old: &Value, new: &Value, overwrite: bool, depth: usize, left: &mut usize) -> Result<(), Failure> {
    match (old, new) {
        (Value::Dict(old), Value::Dict(new)) => merge_dicts(old, new, overwrite, depth, left),
        (Value::Object(old), _) if old.ty().kind == Kind::Pointer => {
            let other_kind = matches!(new.kind(), Kind::Map | Kind::Struct) && !new.is_nil();
            if other_kind && !overwrite {
                return Err(Failure::Error("src and dst must be of same type".to_owned()));
            }
            Ok(())
        }
        (Value::Object(old), _) if old.ty().kind == Kind::Struct && has_mergeable_fields(old.ty()) => {
            match new.kind() {
                Kind::Struct => Ok(()),
                kind => Err(Failure::Panic(format!("reflect: call of reflect.Value.Field on {} Value", kind.name()))),
            }
        }
        _ => Ok(()),
    }
}

/// As mergo's hasMergeableFields: time.Time has fields, but exports none.
fn has_mergeable_fields(ty: &ObjectType) -> bool {
    ty.fields.iter().any(|field| field.name.starts_with(|first: char| first.is_uppercase()))
}

/// As mergo's isEmptyValue, which has no case for complex numbers.
fn is_empty_for_mergo(value: &Value) -> bool {
    !value.is_true() && !matches!(value, Value::Complex128(_))
}

/// A copy that shares no dict with the value.
///
/// `{{ deepCopy (dict "a" 1) }}` gives `map[a:1]`.
fn deep_copy(value: Value) -> Result<Value, Error> {
    must_deep_copy(value)
}

/// A copy that shares no dict with the value.
///
/// `{{ mustDeepCopy (dict "a" 1) }}` gives `map[a:1]`.
fn must_deep_copy(value: Value) -> Result<Value, Error> {
    if matches!(value, Value::Nil) {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    copy(&value, MAX_DEPTH, &mut MAX_COPIES.clone())
}

fn copy(value: &Value, depth: usize, left: &mut usize) -> Result<Value, Error> {
    let (Some(depth), Some(after)) = (depth.checked_sub(1), left.checked_sub(1)) else {
        return Err("deepCopy: the value is too deep or too large, or contains itself".into());
    };
    *left = after;
    Ok(match value {
        Value::List(list)
            if list.iter().any(|item| matches!(item, Value::List(_) | Value::Dict(_) | Value::Object(_)))
                // A list of strings can be sorted in place.
                || list.elem() == Elem::String && !list.is_empty() =>
        {
            let items = list.iter().map(|item| copy(item, depth, left)).collect::<Result<Vec<_>, _>>()?;
            Value::List(list.with_items(items))
        }
        Value::Dict(dict) if !dict.is_nil() => {
            let entries = dict.entries();
            let copies = entries.iter().map(|(key, value)| Ok((key.clone(), copy(value, depth, left)?)));
            Value::Dict(Dict::from_entries(copies.collect::<Result<Entries, Error>>()?).with_type(dict.ty()))
        }
        Value::Object(object) => object.copied().unwrap_or_else(|| value.clone()),
        plain => plain.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dict_of(entries: &[(&str, Value)]) -> Dict {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    fn show(result: Result<Value, String>) -> String {
        result.map_or_else(|error| error, |value| format!("{value:?}"))
    }

    #[test]
    fn merging_by_the_rules_of_mergo() {
        let (one, two, empty) = (Value::Int(1), Value::Int(2), Value::from(""));
        let list = |item: i64| Value::list([Value::Int(item)]);
        let nested = |key: &str, value: &Value| Value::Dict(dict_of(&[(key, value.clone())]));
        let no_dict = || Value::Dict(Dict::new());
        for (old, new, kept, overwritten) in [
            (&one, &two, "int(1)", "int(2)"),
            (&empty, &two, "int(2)", "int(2)"),
            (&one, &empty, "int(1)", r#""""#),
            (&one, &Value::Nil, "int(1)", "nil"),
            (&Value::Nil, &one, "int(1)", "int(1)"),
            (&list(1), &list(2), "[int(1)]", "[int(2)]"),
            (&list(1), &Value::list([]), "[int(1)]", "[]"),
            (&Value::list([]), &list(2), "[int(2)]", "[int(2)]"),
            (&one, &list(2), "int(1)", "[int(2)]"),
            (&nested("x", &one), &nested("x", &two), r#"{"x": int(1)}"#, r#"{"x": int(2)}"#),
            (&nested("x", &one), &nested("y", &two), r#"{"x": int(1), "y": int(2)}"#, r#"{"x": int(1), "y": int(2)}"#),
            (&nested("x", &one), &no_dict(), r#"{"x": int(1)}"#, r#"{"x": int(1)}"#),
            (&nested("x", &one), &two, r#"{"x": int(1)}"#, "int(2)"),
            (&one, &nested("x", &one), "int(1)", r#"{"x": int(1)}"#),
        ] {
            let fresh = |value: &Value| Rest(vec![dict_of(&[("a", value.clone())])]);
            let copied = || dict_of(&[("a", old.deep_copy())]);
            assert_eq!(show(merge(copied(), fresh(new))), format!(r#"{{"a": {kept}}}"#), "{old:?} {new:?}");
            assert_eq!(
                show(merge_overwrite(copied(), fresh(new))),
                format!(r#"{{"a": {overwritten}}}"#),
                "{old:?} {new:?}"
            );
        }
    }

    #[test]
    fn what_merging_shares() {
        let inner = Dict::new();
        let source = dict_of(&[("inner", Value::Dict(inner.clone()))]);
        let destination = Dict::new();
        assert!(merge(destination.clone(), Rest(vec![source])).is_ok());
        inner.insert("a", Value::Int(1));
        assert_eq!(format!("{:?}", Value::Dict(destination)), r#"{"inner": {"a": int(1)}}"#);
    }

    #[test]
    fn merging_into_typed_maps() {
        let strings = || {
            let map = dict_of(&[("_0", Value::from("a"))]).with_type(DictType::Strings);
            dict_of(&[("a", Value::Dict(map))])
        };
        let source = |key: &str, value: Value| Rest(vec![dict_of(&[("a", Value::Dict(dict_of(&[(key, value)])))])]);
        assert_eq!(
            show(merge(strings(), source("b", Value::Int(1)))),
            "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string"
        );
        assert_eq!(
            show(merge_overwrite(strings(), source("_0", Value::list([])))),
            "reflect: call of reflect.Value.IsNil on string Value"
        );
        assert_eq!(show(merge(strings(), source("b", Value::Nil))), r#"{"a": {"_0": "a"}}"#);
    }

    #[test]
    fn dicts_that_contain_themselves_end_in_errors() {
        let check = || {
            let cycle = || {
                let dict = dict_of(&[("a", Value::Int(1))]);
                dict.insert("self", dict.clone());
                dict
            };
            let (one, other) = (cycle(), cycle());
            assert!(merge(one.clone(), Rest(vec![other.clone()])).is_err());
            assert!(deep_copy(Value::Dict(one.clone())).is_err());
            one.remove(b"self");
            other.remove(b"self");
        };
        let thread = std::thread::Builder::new().stack_size(crate::template::limits::STACK).spawn(check);
        assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
    }

    #[test]
    fn dicts_that_hold_others_twice_end_in_errors() {
        let nested = |key: &str| {
            let mut dict = dict_of(&[(key, Value::Int(1))]);
            for _ in 0..40 {
                dict = dict_of(&[("a", Value::Dict(dict.clone())), ("b", Value::Dict(dict))]);
            }
            dict
        };
        assert_eq!(show(merge(nested("c"), Rest(vec![nested("d")]))), "the value is too large");
    }

    #[test]
    fn nil_maps() {
        assert_eq!(set(Dict::nil(), Str::from("a"), Value::Nil).err(), Some("assignment to entry in nil map"));
        assert_eq!(show(merge(Dict::nil(), Rest(vec![dict_of(&[("a", Value::Int(1))])]))), r#"{"a": int(1)}"#);
        assert_eq!(show(merge(dict_of(&[("a", Value::Int(1))]), Rest(vec![Dict::nil()]))), r#"{"a": int(1)}"#);
    }

    #[test]
    fn digging() {
        let deep = || Value::Dict(dict_of(&[("a", Value::Dict(dict_of(&[("b", Value::Int(1))])))]));
        let dig = |mut arguments: Vec<Value>| show(dig(&mut arguments));
        let text = |text: &str| Value::from(text);
        assert_eq!(dig(vec![text("a"), text("b"), text("d"), deep()]), "int(1)");
        assert_eq!(dig(vec![text("a"), text("c"), text("d"), deep()]), r#""d""#);
        assert_eq!(dig(vec![text("x"), text("c"), text("d"), deep()]), r#""d""#);
        assert_eq!(dig(vec![text("d"), deep()]), "dig needs at least three arguments");
        assert_eq!(
            dig(vec![text("a"), text("b"), text("c"), text("d"), deep()]),
            "interface conversion: interface {} is int, not map[string]interface {}"
        );
        assert_eq!(
            dig(vec![Value::Int(1), text("d"), deep()]),
            "interface conversion: interface {} is int, not string"
        );
        assert_eq!(
            dig(vec![text("a"), text("d"), Value::Nil]),
            "interface conversion: interface {} is nil, not map[string]interface {}"
        );
    }
}
