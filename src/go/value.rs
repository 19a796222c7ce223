//! Go's dynamic value as templates see it.
//!
//! Maps are shared: every clone of a [`Dict`] is the same Go map, so that `set` is seen through every name.

use super::list::List;
use super::object::{Object, ObjectType};
use super::str::Str;
use std::fmt;
use std::rc::Rc;

pub use super::dict::{Dict, Entries};

/// A Go value and its dynamic type.
#[derive(Clone, Default)]
pub enum Value {
    /// The nil interface, and text/template's "no value".
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`: literals, lengths, indices.
    Int(i64),
    /// `int64`: `--set` integers, sprig's arithmetic, TOML.
    Int64(i64),
    /// `uint8`: an indexed string or byte slice.
    Uint8(u8),
    /// `uint64`: parts of a semantic version.
    Uint64(u64),
    /// `float64`: every number of a values file.
    Float64(f64),
    /// `complex128`: a literal such as `2i`.
    Complex128(Box<(f64, f64)>),
    /// `string`.
    String(Str),
    /// `[]uint8`. Boxed, so that `String` alone decides the size of a value.
    Bytes(Box<Str>),
    /// A slice.
    List(List),
    /// A map with string keys.
    Dict(Dict),
    /// A value of any other type: with methods, with fields, or of a named type.
    Object(Rc<dyn Object>),
}

/// Go's `reflect.Kind`, as far as the kinds are reachable from a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int64,
    Uint8,
    Uint64,
    Float64,
    Complex128,
    Interface,
    Map,
    Pointer,
    Slice,
    String,
    Struct,
}

impl Kind {
    /// The name that `reflect.Kind.String` gives.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Int64 => "int64",
            Kind::Uint8 => "uint8",
            Kind::Uint64 => "uint64",
            Kind::Float64 => "float64",
            Kind::Complex128 => "complex128",
            Kind::Interface => "interface",
            Kind::Map => "map",
            Kind::Pointer => "ptr",
            Kind::Slice => "slice",
            Kind::String => "string",
            Kind::Struct => "struct",
        }
    }
}

/// A Go type. `Display` writes it as Go's `%T` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`, or the type of nil.
    Interface,
    Bool,
    Int,
    Int64,
    Uint8,
    Uint64,
    Float64,
    Complex128,
    String,
    /// `[]uint8`.
    Bytes,
    List(Elem),
    Dict(DictType),
    Object(&'static ObjectType),
}

/// The element type of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elem {
    /// `interface {}`
    Any,
    /// `string`
    String,
    /// `int`
    Int,
    /// `[]interface {}`, from `chunk`.
    List,
    /// `map[string]interface {}`, from TOML's arrays of tables.
    Dict,
    /// A named type, such as `*chart.Maintainer`.
    Object(&'static ObjectType),
}

/// The type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DictType {
    /// `map[string]interface {}`
    Any,
    /// `map[string]string`, from sprig's `split`.
    Strings,
    /// A named map type over `map[string]interface {}`, such as `common.Values`, with methods.
    Named(&'static ObjectType),
}

impl Elem {
    /// The element type as a type.
    pub fn ty(self) -> Type {
        match self {
            Elem::Any => Type::Interface,
            Elem::String => Type::String,
            Elem::Int => Type::Int,
            Elem::List => Type::List(Elem::Any),
            Elem::Dict => Type::Dict(DictType::Any),
            Elem::Object(ty) => Type::Object(ty),
        }
    }
}

impl Type {
    /// The kind of the type.
    pub fn kind(self) -> Kind {
        match self {
            Type::Interface => Kind::Interface,
            Type::Bool => Kind::Bool,
            Type::Int => Kind::Int,
            Type::Int64 => Kind::Int64,
            Type::Uint8 => Kind::Uint8,
            Type::Uint64 => Kind::Uint64,
            Type::Float64 => Kind::Float64,
            Type::Complex128 => Kind::Complex128,
            Type::String => Kind::String,
            Type::Bytes | Type::List(_) => Kind::Slice,
            Type::Dict(_) => Kind::Map,
            Type::Object(ty) => ty.kind,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Interface => "interface {}",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Int64 => "int64",
            Type::Uint8 => "uint8",
            Type::Uint64 => "uint64",
            Type::Float64 => "float64",
            Type::Complex128 => "complex128",
            Type::String => "string",
            Type::Bytes => "[]uint8",
            Type::List(elem) => return write!(f, "[]{}", elem.ty()),
            Type::Dict(DictType::Any) => "map[string]interface {}",
            Type::Dict(DictType::Strings) => "map[string]string",
            Type::Dict(DictType::Named(ty)) | Type::Object(ty) => ty.name,
        })
    }
}

impl Value {
    /// The dynamic type; `None` for nil, whose type Go cannot tell.
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Nil => return None,
            Value::Bool(_) => Type::Bool,
            Value::Int(_) => Type::Int,
            Value::Int64(_) => Type::Int64,
            Value::Uint8(_) => Type::Uint8,
            Value::Uint64(_) => Type::Uint64,
            Value::Float64(_) => Type::Float64,
            Value::Complex128(_) => Type::Complex128,
            Value::String(_) => Type::String,
            Value::Bytes(_) => Type::Bytes,
            Value::List(list) => Type::List(list.elem()),
            Value::Dict(dict) => Type::Dict(dict.ty()),
            Value::Object(object) => Type::Object(object.ty()),
        })
    }

    /// The kind of the dynamic type; `Invalid` for nil.
    pub fn kind(&self) -> Kind {
        self.ty().map_or(Kind::Invalid, Type::kind)
    }

    /// A string value.
    pub fn string(text: impl Into<Str>) -> Value {
        Value::String(text.into())
    }

    /// A `[]interface {}`.
    pub fn list(items: impl Into<Vec<Value>>) -> Value {
        Value::List(List::new(Elem::Any, items))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Value {
        Value::List(List::new(Elem::String, items.into_iter().map(Value::string).collect::<Vec<_>>()))
    }

    /// Whether this is nil, a nil map or a nil slice.
    pub fn is_nil(&self) -> bool {
        match self {
            Value::Nil => true,
            Value::List(list) => list.is_nil(),
            Value::Dict(dict) => dict.is_nil(),
            _ => false,
        }
    }

    /// As text/template isTrue: the value is not the zero of its type. Structs are true.
    pub fn is_true(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(b) => *b,
            Value::Int(n) | Value::Int64(n) => *n != 0,
            Value::Uint8(n) => *n != 0,
            Value::Uint64(n) => *n != 0,
            Value::Float64(n) => *n != 0.0,
            Value::Complex128(c) => **c != (0.0, 0.0),
            Value::String(s) => !s.is_empty(),
            Value::Bytes(s) => !s.is_empty(),
            Value::List(list) => !list.is_empty(),
            Value::Dict(dict) => !dict.is_empty(),
            Value::Object(object) => match object.underlying() {
                Some(value) => value.is_true(),
                None => true,
            },
        }
    }

    /// The map, if this is one.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Value::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The slice, if this is one (byte slices are [`Value::Bytes`]).
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Value::String(string) => Some(string),
            _ => None,
        }
    }

    /// A copy that shares no map with this value.
    #[must_use]
    pub fn deep_copy(&self) -> Value {
        match self {
            Value::List(list) if list.iter().any(|item| matches!(item, Value::List(_) | Value::Dict(_))) => {
                Value::List(list.with_items(list.iter().map(Value::deep_copy).collect()))
            }
            Value::Dict(dict) => Value::Dict(dict.deep_copy()),
            other => other.clone(),
        }
    }

    /// The same, with the maps in it copied later: see [`Dict::copy_later`].
    #[must_use]
    pub fn copy_later(&self) -> Value {
        match self {
            Value::List(list) => Value::List(list.copy_later()),
            Value::Dict(dict) => Value::Dict(dict.copy_later()),
            other => other.clone(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<Str> for Value {
    fn from(value: Str) -> Value {
        Value::String(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::string(value)
    }
}

impl From<Dict> for Value {
    fn from(value: Dict) -> Value {
        Value::Dict(value)
    }
}

impl From<List> for Value {
    fn from(value: List) -> Value {
        Value::List(value)
    }
}

impl fmt::Debug for Value {
    /// For test failures and debuggers; what users see is `go::fmt`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Nil => f.write_str("nil"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int(n) => write!(f, "int({n})"),
            Value::Int64(n) => write!(f, "int64({n})"),
            Value::Uint8(n) => write!(f, "uint8({n})"),
            Value::Uint64(n) => write!(f, "uint64({n})"),
            Value::Float64(n) => write!(f, "{n:?}"),
            Value::Complex128(c) => write!(f, "({:?}+{:?}i)", c.0, c.1),
            Value::String(s) => write!(f, "{s:?}"),
            Value::Bytes(s) => write!(f, "bytes({s:?})"),
            Value::List(list) => f.debug_list().entries(list.iter()).finish(),
            Value::Dict(dict) => dict.fmt(f),
            Value::Object(object) => write!(f, "{object:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_small() {
        assert!(size_of::<Value>() <= 24, "{}", size_of::<Value>());
    }
}
