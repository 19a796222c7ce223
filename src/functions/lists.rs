//! Lists, as sprig's `list.go`: most functions take a slice of any type and return a `[]interface {}`.

use super::convert::to_int;
use super::types;
use crate::function;
use crate::go::list::grown_capacity;
use crate::go::reflect::{deep_equal, elements, nil_pointer};
use crate::go::{Elem, List, Str, Value};
use crate::template::function::{Function, Rest};
use std::borrow::Cow;
use std::collections::HashSet;
use std::mem::take;

/// The rows of this chapter. sprig's plain forms panic where the `must` forms return an error, which reads the same.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "list", list, "items...",
        "a list of the arguments",
        r#"list 1 "a""# => "[1 a]",
    },
    function! {
        "tuple", list, "items...",
        "the same as list",
        r#"tuple 1 "a""# => "[1 a]",
    },
    function! {
        "first", first, "list",
        "the first element of a list, or nil",
        "list 1 2 | first" => "1",
    },
    function! {
        "mustFirst", first, "list",
        "the same as first",
        "list 1 2 | mustFirst" => "1",
    },
    function! {
        "rest", rest, "list",
        "a list without its first element",
        "list 1 2 3 | rest" => "[2 3]",
    },
    function! {
        "mustRest", rest, "list",
        "the same as rest",
        "list 1 2 3 | mustRest" => "[2 3]",
    },
    function! {
        "last", last, "list",
        "the last element of a list, or nil",
        "list 1 2 | last" => "2",
    },
    function! {
        "mustLast", last, "list",
        "the same as last",
        "list 1 2 | mustLast" => "2",
    },
    function! {
        "initial", initial, "list",
        "a list without its last element",
        "list 1 2 3 | initial" => "[1 2]",
    },
    function! {
        "mustInitial", initial, "list",
        "the same as initial",
        "list 1 2 3 | mustInitial" => "[1 2]",
    },
    function! {
        "append", append, "list item",
        "a list with one more element at its end",
        "append (list 1) 2" => "[1 2]",
    },
    function! {
        "mustAppend", append, "list item",
        "the same as append",
        "mustAppend (list 1) 2" => "[1 2]",
    },
    function! {
        "push", append, "list item",
        "the same as append",
        "push (list 1) 2" => "[1 2]",
    },
    function! {
        "mustPush", append, "list item",
        "the same as append",
        "mustPush (list 1) 2" => "[1 2]",
    },
    function! {
        "prepend", prepend, "list item",
        "a list with one more element in front",
        "prepend (list 1) 2" => "[2 1]",
    },
    function! {
        "mustPrepend", prepend, "list item",
        "the same as prepend",
        "mustPrepend (list 1) 2" => "[2 1]",
    },
    function! {
        "concat", concat, "lists...",
        "the elements of all lists in one",
        "concat (list 1) (list 2 3)" => "[1 2 3]",
    },
    function! {
        "reverse", reverse, "list",
        "a list from its end to its beginning",
        "list 1 2 3 | reverse" => "[3 2 1]",
    },
    function! {
        "mustReverse", reverse, "list",
        "the same as reverse",
        "list 1 2 3 | mustReverse" => "[3 2 1]",
    },
    function! {
        "uniq", uniq, "list",
        "a list without repetitions",
        "list 1 1 2 | uniq" => "[1 2]",
    },
    function! {
        "mustUniq", uniq, "list",
        "the same as uniq",
        "list 1 1 2 | mustUniq" => "[1 2]",
    },
    function! {
        "without", without, "list items...",
        "a list without these elements",
        "without (list 1 2 3) 2" => "[1 3]",
    },
    function! {
        "mustWithout", without, "list items...",
        "the same as without",
        "mustWithout (list 1 2 3) 2" => "[1 3]",
    },
    function! {
        "has", has, "item list",
        "whether a list contains an element",
        "list 1 2 | has 2" => "true",
    },
    function! {
        "mustHas", has, "item list",
        "the same as has",
        "list 1 2 | mustHas 2" => "true",
    },
    function! {
        "slice", slice, "list bounds...",
        "the elements of a list from one position up to another",
        "slice (list 1 2 3) 1 3" => "[2 3]",
    },
    function! {
        "mustSlice", slice, "list bounds...",
        "the same as slice",
        "mustSlice (list 1 2 3) 1 3" => "[2 3]",
    },
    function! {
        "compact", compact, "list",
        "a list without its empty elements",
        r#"list 1 "" 2 | compact"# => "[1 2]",
    },
    function! {
        "mustCompact", compact, "list",
        "the same as compact",
        r#"list 1 "" 2 | mustCompact"# => "[1 2]",
    },
    function! {
        "chunk", chunk, "size list",
        "a list in lists of a size",
        "list 1 2 3 | chunk 2" => "[[1 2] [3]]",
    },
    function! {
        "mustChunk", chunk, "size list",
        "the same as chunk",
        "list 1 2 3 | mustChunk 2" => "[[1 2] [3]]",
    },
    function! {
        "until", until, "count",
        "the whole numbers from 0 up to the count",
        "until 3" => "[0 1 2]",
    },
    function! {
        "untilStep", until_step, "start stop step",
        "the whole numbers from one up to another in steps",
        "untilStep 0 6 2" => "[0 2 4]",
    },
    function! {
        "seq", seq, "numbers...",
        "numbers as the shell's seq prints them: an end, a start and an end, or also a step between",
        "seq 1 2 5" => "1 3 5",
    },
];

/// How many elements a list may have that a few words of a template can make; Go runs out of memory instead.
pub(super) const MAX_ELEMENTS: usize = 1 << 24;

pub(super) fn check_length(length: usize) -> Result<(), String> {
    if length > MAX_ELEMENTS { Err(format!("a list of more than {MAX_ELEMENTS} elements")) } else { Ok(()) }
}

/// The elements of a slice; the error is sprig's, from `Cannot find first on type` and the kind.
fn slice_elements<'a>(value: &'a Value, cannot: &str) -> Result<Cow<'a, [Value]>, String> {
    elements(value).ok_or_else(|| match value {
        Value::Nil => nil_pointer(),
        _ => format!("{cannot} {}", value.kind().name()),
    })
}

/// A list of the arguments.
///
/// `{{ list 1 "a" }}` gives `[1 a]`.
fn list(items: &mut [Value]) -> Value {
    Value::list(items.iter_mut().map(take).collect::<Vec<_>>())
}

/// The first element, or nil.
///
/// `{{ list 1 2 | first }}` gives `1`.
fn first(list: Value) -> Result<Value, String> {
    Ok(slice_elements(&list, "Cannot find first on type")?.first().cloned().unwrap_or_default())
}

/// The last element, or nil.
///
/// `{{ list 1 2 | last }}` gives `2`.
fn last(list: Value) -> Result<Value, String> {
    Ok(slice_elements(&list, "Cannot find last on type")?.last().cloned().unwrap_or_default())
}

/// All but the first element.
///
/// `{{ list 1 2 3 | rest }}` gives `[2 3]`.
fn rest(list: Value) -> Result<List, String> {
    let items = slice_elements(&list, "Cannot find rest on type")?;
    Ok(items.split_first().map_or_else(|| List::nil(Elem::Any), |(_, rest)| List::new(Elem::Any, rest)))
}

/// All but the last element.
///
/// `{{ list 1 2 3 | initial }}` gives `[1 2]`.
fn initial(list: Value) -> Result<List, String> {
    let items = slice_elements(&list, "Cannot find initial on type")?;
    Ok(items.split_last().map_or_else(|| List::nil(Elem::Any), |(_, initial)| List::new(Elem::Any, initial)))
}

/// The list with one more element at its end.
///
/// `{{ append (list 1) 2 }}` gives `[1 2]`.
fn append(list: Value, item: Value) -> Result<Value, String> {
    let items = slice_elements(&list, "Cannot push on type")?;
    let mut longer = Vec::with_capacity(items.len() + 1);
    longer.extend_from_slice(&items);
    longer.push(item);
    let capacity = grown_capacity(Elem::Any, items.len(), longer.len());
    Ok(Value::List(List::with_capacity(Elem::Any, longer, capacity)))
}

/// The list with one more element at its start.
///
/// `{{ prepend (list 1) 2 }}` gives `[2 1]`.
fn prepend(list: Value, item: Value) -> Result<Value, String> {
    let items = slice_elements(&list, "Cannot prepend on type")?;
    let mut longer = Vec::with_capacity(items.len() + 1);
    longer.push(item);
    longer.extend_from_slice(&items);
    // As mustPrepend: all elements are appended at once to a list of one.
    let capacity = if items.is_empty() { 1 } else { grown_capacity(Elem::Any, 1, longer.len()) };
    Ok(Value::List(List::with_capacity(Elem::Any, longer, capacity)))
}

/// All elements of several lists.
///
/// `{{ concat (list 1) (list 2 3) }}` gives `[1 2 3]`.
fn concat(lists: &mut [Value]) -> Result<List, String> {
    let mut joined = Vec::new();
    for list in &*lists {
        let Some(items) = elements(list) else {
            return Err(match list {
                Value::Nil => nil_pointer(),
                _ => format!("Cannot concat type {} as list", list.kind().name()),
            });
        };
        check_length(joined.len() + items.len())?;
        joined.extend_from_slice(&items);
    }
    // As concat: it appends to a nil slice, which stays nil when there is nothing to append.
    Ok(if joined.is_empty() { List::nil(Elem::Any) } else { List::appended(Elem::Any, joined) })
}

/// The elements in opposite order.
///
/// `{{ list 1 2 3 | reverse }}` gives `[3 2 1]`.
fn reverse(list: Value) -> Result<Value, String> {
    let items = slice_elements(&list, "Cannot find reverse on type")?;
    Ok(Value::list(items.iter().rev().cloned().collect::<Vec<_>>()))
}

/// The elements without those that are deeply equal to an earlier one.
///
/// `{{ list 1 1 2 | uniq }}` gives `[1 2]`.
fn uniq(list: Value) -> Result<List, String> {
    let items = slice_elements(&list, "Cannot find uniq on type")?;
    let mut plain = HashSet::new();
    let mut others: Vec<&Value> = Vec::new();
    let mut unique = Vec::new();
    for item in items.iter() {
        let new = match plain_key(item) {
            Some(key) => plain.insert(key),
            None => {
                let new = !others.iter().any(|other| deep_equal(item, other));
                if new {
                    others.push(item);
                }
                new
            }
        };
        if new {
            unique.push(item.clone());
        }
    }
    Ok(List::appended(Elem::Any, unique))
}

/// A value whose equality needs no deep comparison, so that `uniq` takes linear time on lists of these.
#[derive(PartialEq, Eq, Hash)]
enum PlainKey {
    Nil,
    Bool(bool),
    Int(i64),
    Int64(i64),
    Float64(u64),
    String(Str),
}

fn plain_key(value: &Value) -> Option<PlainKey> {
    Some(match value {
        Value::Nil => PlainKey::Nil,
        Value::Bool(b) => PlainKey::Bool(*b),
        Value::Int(n) => PlainKey::Int(*n),
        Value::Int64(n) => PlainKey::Int64(*n),
        // Adding zero makes the two zeros, which are equal, one; NaN is equal to nothing.
        Value::Float64(n) if !n.is_nan() => PlainKey::Float64((n + 0.0).to_bits()),
        Value::String(text) => PlainKey::String(text.clone()),
        _ => return None,
    })
}

/// The elements that are not deeply equal to any of the other arguments.
///
/// `{{ without (list 1 2 3) 2 }}` gives `[1 3]`.
fn without(list: Value, omit: &mut [Value]) -> Result<List, String> {
    let items = slice_elements(&list, "Cannot find without on type")?;
    let kept = items.iter().filter(|item| !omit.iter().any(|other| deep_equal(other, item)));
    Ok(List::appended(Elem::Any, kept.cloned().collect::<Vec<_>>()))
}

/// Whether a list has an element that is deeply equal to the value.
///
/// `{{ list 1 2 | has 2 }}` gives `true`.
fn has(needle: Value, haystack: Value) -> Result<bool, String> {
    if matches!(haystack, Value::Nil) {
        return Ok(false);
    }
    let items = slice_elements(&haystack, "Cannot find has on type")?;
    Ok(items.iter().any(|item| deep_equal(&needle, item)))
}

/// The elements from one index up to another, which may be left out. The type of the list stays.
///
/// `{{ slice (list 1 2 3) 1 3 }}` gives `[2 3]`.
fn slice(list: Value, indices: &mut [Value]) -> Result<Value, String> {
    let items = slice_elements(&list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = indices.first().map_or(0, to_int);
    let end = indices.get(1).map_or(items.len() as i64, to_int);
    let part = usize::try_from(start).ok().zip(usize::try_from(end).ok()).and_then(|(start, end)| {
        Some(match &list {
            // Go counts up to the capacity, not up to the length.
            Value::List(list) => Value::List(list.slice(start, end)?),
            Value::Bytes(bytes) if start <= end && end <= bytes.len() => {
                Value::Bytes(Box::new(bytes.slice(start..end)))
            }
            Value::Bytes(_) => return None,
            _ => Value::list(items.get(start..end)?),
        })
    });
    part.ok_or_else(|| "reflect.Value.Slice: slice index out of bounds".to_owned())
}

/// The elements that are not empty.
///
/// `{{ list 1 "" 2 | compact }}` gives `[1 2]`.
fn compact(list: Value) -> Result<List, String> {
    let items = slice_elements(&list, "Cannot compact on type")?;
    let kept = items.iter().filter(|item| !types::is_empty(item));
    Ok(List::appended(Elem::Any, kept.cloned().collect::<Vec<_>>()))
}

/// The elements in lists of at most that many.
///
/// `{{ list 1 2 3 | chunk 2 }}` gives `[[1 2] [3]]`.
fn chunk(size: i64, list: Value) -> Result<List, String> {
    const OUT_OF_RANGE: &str = "runtime error: makeslice: len out of range";
    let items = slice_elements(&list, "Cannot chunk type")?;
    let Some(length) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        // As mustChunk computes with floats: sizes below one make no chunks, or fail, or make one too large.
        let (length, size) = (items.len() as f64, size as f64);
        let count = ((length - 1.0) / size).floor() + 1.0;
        return match count {
            0.0 => Ok(List::new(Elem::List, [])),
            1.0 if length % size != 0.0 => Ok(List::new(Elem::List, [Value::list(items.into_owned())])),
            _ => Err(OUT_OF_RANGE.to_owned()),
        };
    };
    Ok(List::new(Elem::List, items.chunks(length).map(Value::list).collect::<Vec<_>>()))
}

/// The numbers from 0 up or down to the one given, without it.
///
/// `{{ until 3 }}` gives `[0 1 2]`.
fn until(count: i64) -> Result<List, String> {
    until_step(0, count, if count < 0 { -1 } else { 1 })
}

/// The numbers from one up or down to another, without the last, in steps.
///
/// `{{ untilStep 0 6 2 }}` gives `[0 2 4]`.
fn until_step(start: i64, stop: i64, step: i64) -> Result<List, String> {
    Ok(List::appended(Elem::Int, steps(start, stop, step)?.into_iter().map(Value::Int).collect::<Vec<_>>()))
}

fn steps(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, String> {
    let (distance, step) = (i128::from(stop) - i128::from(start), i128::from(step));
    // As untilStep: a step in the wrong direction makes no numbers, and from a number to itself there is none.
    if step == 0 || (distance < 0) != (step < 0) {
        return Ok(Vec::new());
    }
    let count = usize::try_from(distance.unsigned_abs().div_ceil(step.unsigned_abs())).unwrap_or(usize::MAX);
    check_length(count)?;
    Ok((0..count as i64).map(|at| start.wrapping_add(at.wrapping_mul(step as i64))).collect())
}

/// The numbers up to the last, as text: `seq last`, `seq first last` or `seq first step last`.
///
/// `{{ seq 1 2 5 }}` gives `1 3 5`.
fn seq(parameters: Rest<i64>) -> Result<String, String> {
    let (start, step, stop) = match *parameters.0.as_slice() {
        [end] => {
            let step = if end < 1 { -1 } else { 1 };
            (1, step, end.wrapping_add(step))
        }
        [start, end] => {
            let step = if end < start { -1 } else { 1 };
            (start, step, end.wrapping_add(step))
        }
        [start, step, end] if end < start => {
            if step > 0 {
                return Ok(String::new());
            }
            (start, step, end.wrapping_sub(1))
        }
        [start, step, end] => (start, step, end.wrapping_add(1)),
        _ => return Ok(String::new()),
    };
    let mut text = String::new();
    for number in steps(start, stop, step)? {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&number.to_string());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(result: Result<impl Into<Value>, String>) -> String {
        match result {
            Ok(value) => format!("{:?}", value.into()),
            Err(error) => error,
        }
    }

    fn numbers(items: &[i64]) -> Value {
        Value::list(items.iter().copied().map(Value::Int).collect::<Vec<_>>())
    }

    #[test]
    fn errors_name_the_kind() {
        assert_eq!(show(first(Value::from("abc"))), "Cannot find first on type string");
        assert_eq!(show(append(Value::Int(1), Value::Nil)), "Cannot push on type int");
        assert_eq!(show(concat(&mut [Value::Bool(true)])), "Cannot concat type bool as list");
        assert_eq!(show(last(Value::Nil)), nil_pointer());
        assert_eq!(show(has(Value::Nil, Value::Nil)), "false");
    }

    #[test]
    fn typed_slices() {
        assert_eq!(show(first(Value::Bytes(Box::new(Str::from("a"))))), "uint8(97)");
        let part = slice(Value::strings(["a", "b", "c"]), &mut [Value::Int(1)]).expect("the index is in range");
        assert_eq!(part.ty().map(|ty| ty.to_string()).as_deref(), Some("[]string"));
        assert!(rest(numbers(&[])).is_ok_and(|rest| rest.is_nil()));
        assert!(rest(numbers(&[1])).is_ok_and(|rest| !rest.is_nil() && rest.is_empty()));
        assert_eq!(
            show(slice(numbers(&[1]), &mut [Value::Int(1), Value::Int(0)])),
            "reflect.Value.Slice: slice index out of bounds"
        );
    }

    #[test]
    fn unique_elements() {
        let items = [
            Value::Int(1),
            Value::Float64(1.0),
            Value::Int(1),
            Value::Float64(0.0),
            Value::Float64(-0.0),
            numbers(&[1]),
            numbers(&[1]),
            Value::Nil,
            Value::Nil,
            Value::from("a"),
            Value::from("a"),
        ];
        assert_eq!(show(uniq(Value::list(items))), r#"[int(1), 1.0, 0.0, [int(1)], nil, "a"]"#);
    }

    #[test]
    fn chunks_of_every_size() {
        let range = "runtime error: makeslice: len out of range";
        for (size, items, want) in [
            (2, &[1, 2, 3][..], "[[int(1), int(2)], [int(3)]]"),
            (3, &[1, 2, 3], "[[int(1), int(2), int(3)]]"),
            (2, &[], "[]"),
            (0, &[1, 2, 3], range),
            (0, &[1], range),
            (0, &[], range),
            (-1, &[1, 2, 3], range),
            (-1, &[1, 2], "[]"),
            (-2, &[1], "[[int(1)]]"),
            (-10, &[1, 2, 3], "[]"),
            (-1, &[1], range),
            (-2, &[], range),
        ] {
            assert_eq!(show(chunk(size, numbers(items))), want, "{size} {items:?}");
        }
    }

    #[test]
    fn ranges_of_numbers() {
        assert_eq!(show(until(-2)), "[int(0), int(-1)]");
        assert_eq!(show(until_step(5, 0, -2)), "[int(5), int(3), int(1)]");
        assert_eq!(show(until_step(0, 5, 0)), "[]");
        assert!(until(i64::MAX).is_err());
        for (parameters, want) in [
            (&[][..], ""),
            (&[3], "1 2 3"),
            (&[0], "1 0"),
            (&[-3], "1 0 -1 -2 -3"),
            (&[2, 4], "2 3 4"),
            (&[4, 2], "4 3 2"),
            (&[0, 2, 5], "0 2 4"),
            (&[5, 2, 0], ""),
            (&[5, -2, 0], "5 3 1"),
            (&[1, 2, 3, 4], ""),
        ] {
            assert_eq!(seq(Rest(parameters.to_vec())).as_deref(), Ok(want), "{parameters:?}");
        }
    }
}
