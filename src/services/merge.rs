//! A configuration over the library's values: maps merge, lists and scalars replace, null deletes.

use crate::go::{Dict, Value};

/// Deeper values than these are no configuration, and would cost a stack frame a level.
const DEPTH: usize = 200;

/// Values that nest deeper than [`DEPTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// Lays `over` over `base`. The result shares no map with either, so that a template's `set` stays within its service.
pub fn merge(base: &Dict, over: &Dict) -> Result<Dict, TooDeep> {
    merge_at(base, over, DEPTH)
}

fn merge_at(base: &Dict, over: &Dict, depth: usize) -> Result<Dict, TooDeep> {
    let depth = depth.checked_sub(1).ok_or(TooDeep)?;
    let merged = Dict::new();
    let base_entries = base.entries();
    let over_entries = over.entries();
    for (key, value) in base_entries.iter() {
        if over_entries.get(key).is_none() {
            merged.insert(key.clone(), copy(value, depth)?);
        }
    }
    for (key, value) in over_entries.iter() {
        match (base_entries.get(key), value) {
            (_, Value::Nil) => {}
            (Some(Value::Dict(below)), Value::Dict(above)) => {
                merged.insert(key.clone(), merge_at(below, above, depth)?)
            }
            // A null inside a map that is new has nothing to delete, and must not come through either.
            (_, Value::Dict(above)) => merged.insert(key.clone(), merge_at(&Dict::new(), above, depth)?),
            (_, value) => merged.insert(key.clone(), copy(value, depth)?),
        }
    }
    Ok(merged)
}

fn copy(value: &Value, depth: usize) -> Result<Value, TooDeep> {
    let depth = depth.checked_sub(1).ok_or(TooDeep)?;
    Ok(match value {
        Value::Dict(dict) => {
            let copied = Dict::new();
            for (key, value) in dict.entries().iter() {
                copied.insert(key.clone(), copy(value, depth)?);
            }
            Value::Dict(copied)
        }
        Value::List(list) => {
            Value::list(list.iter().map(|item| copy(item, depth)).collect::<Result<Vec<_>, TooDeep>>()?)
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn maps_merge_lists_and_scalars_replace_null_deletes() {
        for (base, over, wanted) in [
            ("{a: 1, b: 2}", "{b: 3, c: 4}", "{a: 1, b: 3, c: 4}"),
            ("{m: {a: 1, b: {c: 2, d: 3}}}", "{m: {b: {d: 4}}}", "{m: {a: 1, b: {c: 2, d: 4}}}"),
            ("{l: [1, 2, 3]}", "{l: [4]}", "{l: [4]}"),
            ("{l: [1]}", "{l: []}", "{l: []}"),
            ("{m: {a: 1}}", "{m: text}", "{m: text}"),
            ("{m: text}", "{m: {a: 1}}", "{m: {a: 1}}"),
            ("{m: {a: 1}}", "{m: {}}", "{m: {a: 1}}"),
            ("{a: 1, m: {a: 1, b: 2}}", "{a: null, m: {b: null}}", "{m: {a: 1}}"),
            ("{m: {a: 1}}", "{m: null}", "{}"),
            ("{}", "{m: {a: null, b: {c: null}}, n: null}", "{m: {b: {}}}"),
            ("{m: text}", "{m: {a: null}}", "{m: {}}"),
            ("{}", "{l: [null, {a: null}]}", "{l: [null, {a: null}]}"),
        ] {
            let read = |text: &str| yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
            let merged = merge(&read(base), &read(over)).expect("the table is not deep");
            let printed =
                |dict: Dict| yaml::marshal(&Value::Dict(dict)).expect("plain values can be written").to_string();
            assert_eq!(printed(merged), printed(read(wanted)), "{over} over {base}");
        }
    }

    #[test]
    fn nothing_is_shared_with_the_library() {
        let base = yaml::unmarshal_map(b"{m: {a: 1}}").expect("this is YAML");
        let merged = merge(&base, &Dict::new()).expect("this is not deep");
        let inner = merged.get(b"m").expect("m is there");
        inner.as_dict().expect("m is a map").insert("a", "changed");
        let kept = base.get(b"m").and_then(|m| m.as_dict()?.get(b"a"));
        assert!(matches!(kept, Some(Value::Float64(_))));
    }

    #[test]
    fn depth_is_bounded() {
        let deep = Dict::new();
        let mut at = deep.clone();
        for _ in 0..1000 {
            let next = Dict::new();
            at.insert("a", next.clone());
            at = next;
        }
        assert_eq!(merge(&deep, &Dict::new()).err(), Some(TooDeep));
        assert_eq!(merge(&Dict::new(), &deep).err(), Some(TooDeep));
    }
}
