//! The parts of Go's `reflect` that show through sprig: slices of any type, deep equality, and what it panics with.

use super::value::{Kind, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// What Go panics with where it follows a nil pointer, as `reflect.TypeOf(nil).Kind()` does.
pub fn nil_pointer() -> String {
    "runtime error: invalid memory address or nil pointer dereference".to_owned()
}

/// The elements of a slice of any type, each as an interface holds it; nothing for values of other kinds.
pub fn elements(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(list) => Some(Cow::Borrowed(list)),
        Value::Bytes(bytes) => Some(Cow::Owned(bytes.iter().map(|&byte| Value::Uint8(byte)).collect())),
        Value::Object(object) if object.ty().kind == Kind::Slice => {
            elements(&object.underlying()?).map(|elements| Cow::Owned(elements.into_owned()))
        }
        _ => None,
    }
}

/// As `reflect.DeepEqual`: same types, same contents; a nil slice or map is not an empty one. Cycles are equal to
/// cycles of the same shape. What a struct hides is compared by its fields and by its text.
pub fn deep_equal(one: &Value, other: &Value) -> bool {
    let mut comparison = Comparison::default();
    if !comparison.step(one, other) {
        return false;
    }
    while let Some((one, other)) = comparison.pending.pop() {
        if !comparison.contents(&one, &other) {
            return false;
        }
    }
    true
}

/// What is still to be compared, so that no depth of values exhausts the stack.
#[derive(Default)]
struct Comparison {
    pending: Vec<(Value, Value)>,
    /// The pairs of maps and slices that were compared or are about to be.
    seen: HashSet<(usize, usize)>,
}

impl Comparison {
    /// Compares plain values at once and puts off what has contents.
    fn step(&mut self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
            (Value::Uint8(a), Value::Uint8(b)) => a == b,
            (Value::Uint64(a), Value::Uint64(b)) => a == b,
            (Value::Float64(a), Value::Float64(b)) => a == b,
            (Value::Complex128(a), Value::Complex128(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::List(a), Value::List(b)) => {
                if a.elem() != b.elem() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                    return false;
                }
                if !a.is_empty() && !a.same(b) && self.seen.insert((a.as_ptr() as usize, b.as_ptr() as usize)) {
                    self.pending.push((one.clone(), other.clone()));
                }
                true
            }
            (Value::Dict(a), Value::Dict(b)) => {
                if a.ty() != b.ty() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                    return false;
                }
                if !a.is_empty() && !a.same(b) && self.seen.insert((a.id(), b.id())) {
                    self.pending.push((one.clone(), other.clone()));
                }
                true
            }
            (Value::Object(a), Value::Object(b)) => {
                if a.ty() != b.ty() {
                    return false;
                }
                if !std::rc::Rc::ptr_eq(a, b) && !a.equal(&**b) {
                    self.pending.push((one.clone(), other.clone()));
                }
                true
            }
            _ => false,
        }
    }

    /// Compares what is in two values of the same type.
    fn contents(&mut self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::List(a), Value::List(b)) => a.iter().zip(b.iter()).all(|(a, b)| self.step(a, b)),
            (Value::Dict(a), Value::Dict(b)) => {
                let (a, b) = (a.entries(), b.entries());
                a.iter().zip(b.iter()).all(|((key, a), (other, b))| key == other && self.step(a, b))
            }
            (Value::Object(a), Value::Object(b)) => match (a.underlying(), b.underlying()) {
                (Some(a), Some(b)) => self.step(&a, &b),
                _ => {
                    let (fields, others) = (a.fields(), b.fields());
                    let (text, other_text) = (a.stringer(), b.stringer());
                    (!fields.is_empty() || text.is_some())
                        && text == other_text
                        && fields.iter().zip(&others).all(|(a, b)| self.step(a, b))
                }
            },
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dict, Elem, List};
    use super::*;

    #[test]
    fn types_and_nil_count() {
        let list = |items: &[Value]| Value::list(items.to_vec());
        let dict = |value: Value| Value::Dict([("a", value)].into_iter().collect());
        for (one, other, want) in [
            (Value::Int(1), Value::Int(1), true),
            (Value::Int(1), Value::Int64(1), false),
            (Value::Float64(f64::NAN), Value::Float64(f64::NAN), false),
            (Value::Nil, Value::Nil, true),
            (Value::Nil, list(&[]), false),
            (list(&[]), Value::strings::<&str>([]), false),
            (list(&[]), Value::List(List::nil(Elem::Any)), false),
            (list(&[Value::Int(1), Value::from("a")]), list(&[Value::Int(1), Value::from("a")]), true),
            (list(&[list(&[Value::Nil])]), list(&[list(&[Value::from("")])]), false),
            (dict(list(&[Value::Int(1)])), dict(list(&[Value::Int(1)])), true),
            (dict(Value::Int(1)), dict(Value::Int(2)), false),
            (Value::Dict(Dict::nil()), Value::Dict(Dict::new()), false),
        ] {
            assert_eq!(deep_equal(&one, &other), want, "{one:?} {other:?}");
        }
    }

    #[test]
    fn cycles_and_shared_parts_end() {
        let cycle = || {
            let dict = Dict::new();
            dict.insert("self", dict.clone());
            dict
        };
        let (one, other) = (cycle(), cycle());
        assert!(deep_equal(&Value::Dict(one.clone()), &Value::Dict(other.clone())));
        let doubled = || (0..60).fold(Value::list([Value::Int(1)]), |value, _| Value::list([value.clone(), value]));
        assert!(deep_equal(&doubled(), &doubled()));
        one.remove(b"self");
        other.remove(b"self");
    }
}
