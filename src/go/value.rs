//! Go's dynamic value as templates see it.
//!
//! Maps are shared: every clone of a [`Dict`] is the same Go map, so that `set` is seen through every name.

use super::list::List;
use super::object::{Object, ObjectType};
use super::str::{Str, prefix};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

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
    fn copy_later(&self) -> Value {
        match self {
            Value::List(list) if list.iter().any(|item| matches!(item, Value::List(_) | Value::Dict(_))) => {
                Value::List(list.with_items(list.iter().map(Value::copy_later).collect()))
            }
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

/// A map with string keys, shared by its clones and iterated in key order, as Go prints and ranges over maps.
#[derive(Clone)]
pub struct Dict {
    map: Rc<Map>,
    /// One word where a [`DictType`] takes two: `None` is `Any`, and `Strings` has a static of its own.
    named: Option<&'static ObjectType>,
}

static STRING_MAP: ObjectType = ObjectType { name: "map[string]string", kind: Kind::Map, fields: &[], methods: &[] };

struct Map {
    nil: bool,
    /// Whether `origin` holds the map that this one is to be a copy of, and `entries` nothing yet.
    pending: Cell<bool>,
    origin: RefCell<Option<Rc<Map>>>,
    entries: RefCell<Entries>,
}

impl Map {
    fn new(nil: bool, entries: Entries) -> Rc<Map> {
        let (pending, origin) = (Cell::new(false), RefCell::new(None));
        Rc::new(Map { nil, pending, origin, entries: RefCell::new(entries) })
    }

    fn copy_later(self: &Rc<Map>) -> Rc<Map> {
        // A copy of a copy that nobody has looked at is a copy of the same map.
        let origin = self.origin.borrow().as_ref().unwrap_or(self).clone();
        let entries = RefCell::default();
        Rc::new(Map { nil: self.nil, pending: Cell::new(true), origin: RefCell::new(Some(origin)), entries })
    }

    /// Makes the copy that was promised, and promises for the maps in it.
    #[cold]
    fn copy_now(&self) {
        self.pending.set(false);
        if let Some(origin) = self.origin.take() {
            let entries = origin.entries.borrow();
            let entries = entries.iter().map(|(key, value)| (key.clone(), value.copy_later())).collect();
            self.entries.replace(Entries(entries));
        }
    }
}

/// The entries of a map, sorted by key.
#[derive(Clone, Default)]
pub struct Entries(Vec<(Str, Value)>);

impl Dict {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Dict {
        Dict::from_entries(Entries::default())
    }

    /// A map of these entries.
    pub fn from_entries(entries: Entries) -> Dict {
        Dict { map: Map::new(false, entries), named: None }
    }

    /// The nil map: empty, `null` in JSON, and not to be assigned to.
    pub fn nil() -> Dict {
        Dict { map: Map::new(true, Entries::default()), named: None }
    }

    /// The same map seen as another type, as Go converts between `common.Values` and `map[string]interface {}`.
    #[must_use]
    pub fn with_type(&self, ty: DictType) -> Dict {
        let named = match ty {
            DictType::Any => None,
            DictType::Strings => Some(&STRING_MAP),
            DictType::Named(ty) => Some(ty),
        };
        Dict { map: Rc::clone(&self.map), named }
    }

    /// The type of the map.
    pub fn ty(&self) -> DictType {
        match self.named {
            None => DictType::Any,
            Some(ty) if std::ptr::eq(ty, &STRING_MAP) => DictType::Strings,
            Some(ty) => DictType::Named(ty),
        }
    }

    /// Whether this is the nil map.
    pub fn is_nil(&self) -> bool {
        self.map.nil
    }

    /// Whether both are one map, so that a change to one is seen in the other.
    pub fn same(&self, other: &Dict) -> bool {
        Rc::ptr_eq(&self.map, &other.map)
    }

    /// What tells this map from every other while it lives (for an observer's tables and for cycle checks).
    pub fn id(&self) -> usize {
        Rc::as_ptr(&self.map) as usize
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries().0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`; `Some(Value::Nil)` where the key is there and its value nil.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.entries().get(key).cloned()
    }

    /// The same, for a key that is looked up over and over in maps that are alike.
    pub fn get_near(&self, key: &Str, hint: &KeyHint) -> Option<Value> {
        self.entries().get_near(key, hint).cloned()
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.entries().get(key).is_some()
    }

    /// Sets `key`, in every clone of this map. The nil map stays as it is: check [`Dict::is_nil`] first.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) {
        if !self.map.nil {
            self.entries_mut().insert(key.into(), value.into());
        }
    }

    /// Removes `key` from every clone of this map and returns its value.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.entries_mut().remove(key)
    }

    /// The entries for reading. Must be dropped before the map is written to.
    pub fn entries(&self) -> Ref<'_, Entries> {
        if self.map.pending.get() {
            self.map.copy_now();
        }
        self.map.entries.borrow()
    }

    /// The entries for writing. Must be dropped before the map is used otherwise.
    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        if self.map.pending.get() {
            self.map.copy_now();
        }
        self.map.entries.borrow_mut()
    }

    /// The entries as they are now, sorted by key: for loops whose body may change the map.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.entries().0.clone()
    }

    /// A map of copies, sharing no map with this one.
    #[must_use]
    pub fn deep_copy(&self) -> Dict {
        let entries = Entries(self.entries().iter().map(|(key, value)| (key.clone(), value.deep_copy())).collect());
        Dict { map: Map::new(self.map.nil, entries), named: self.named }
    }

    /// As [`Dict::deep_copy`], but each map is copied when it is first looked at. This map and those in it must not
    /// change any more, as those of a chart's own values never do.
    #[must_use]
    pub fn copy_later(&self) -> Dict {
        Dict { map: self.map.copy_later(), named: self.named }
    }

    /// Whether both are copies of one map that nobody has looked at yet.
    pub fn same_copy(&self, other: &Dict) -> bool {
        match (&*self.map.origin.borrow(), &*other.map.origin.borrow()) {
            (Some(origin), Some(other)) => Rc::ptr_eq(origin, other),
            _ => false,
        }
    }

    /// What the entries are equal to, for reading, without making a copy that was left for later: the maps in it are
    /// not those of this map.
    pub fn original(&self) -> Dict {
        let map = self.map.origin.borrow().as_ref().unwrap_or(&self.map).clone();
        Dict { map, named: self.named }
    }
}

/// Where a key was found in the map in which it was looked up last.
#[derive(Debug, Default)]
pub struct KeyHint(AtomicU32);

impl Default for Dict {
    fn default() -> Dict {
        Dict::new()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Dict {
    /// Later entries win over earlier ones with the same key.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Dict {
        Dict::from_entries(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl Entries {
    /// The value under `key`.
    pub fn get(&self, key: &[u8]) -> Option<&Value> {
        self.position(key).ok().map(|at| &self.0[at].1)
    }

    /// The value under `key`, looked for first where it was the last time.
    pub fn get_near(&self, key: &Str, hint: &KeyHint) -> Option<&Value> {
        if let Some((probe, value)) = self.0.get(hint.0.load(Relaxed) as usize)
            && probe.is(key)
        {
            return Some(value);
        }
        let at = self.position(key).ok()?;
        // Where there are more entries, the place is only not found at once.
        hint.0.store(at as u32, Relaxed);
        self.0.get(at).map(|(_, value)| value)
    }

    /// Sets `key` and returns the value it had.
    pub fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        // Documents list most maps in order, and a sorted input makes every insertion an append.
        if self.0.last().is_none_or(|(last, _)| *last < key) {
            self.0.push((key, value));
            return None;
        }
        match self.position(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: &[u8]) -> Option<Value> {
        self.position(key).ok().map(|at| self.0.remove(at).1)
    }

    /// All entries, sorted by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Str, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, key: &[u8]) -> Result<usize, usize> {
        // Most keys differ in their first bytes, which compare without a call.
        let first = prefix(key);
        self.0.binary_search_by(|(probe, _)| match probe.prefix().cmp(&first) {
            Ordering::Equal => probe.as_bytes().cmp(key),
            other => other,
        })
    }
}

impl IntoIterator for Entries {
    type Item = (Str, Value);
    type IntoIter = std::vec::IntoIter<(Str, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Entries {
        let mut entries: Vec<_> = entries.into_iter().collect();
        // Most keys differ in their first bytes, which compare without a call.
        let order = |(a, _): &(Str, Value), (b, _): &(Str, Value)| a.prefix().cmp(&b.prefix()).then_with(|| a.cmp(b));
        if !entries.is_sorted_by(|a, b| order(a, b).is_lt()) {
            entries.sort_by(order);
            if entries.windows(2).any(|pair| pair[0].0.is(&pair[1].0)) {
                // The sort is stable, so the last of equal keys is the one that was written last.
                entries.reverse();
                entries.dedup_by(|a, b| a.0 == b.0);
                entries.reverse();
            }
        }
        Entries(entries)
    }
}

impl fmt::Debug for Dict {
    /// For test failures and debuggers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries().iter()).finish()
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

    #[test]
    fn a_map_is_shared_by_its_clones() {
        let dict: Dict = [("b", 1), ("a", 2)].map(|(k, v)| (k, Value::Int(v))).into_iter().collect();
        let other = dict.clone();
        other.insert("c", Value::Nil);
        assert_eq!(format!("{:?}", Value::Dict(dict.clone())), r#"{"a": int(2), "b": int(1), "c": nil}"#);
        assert!(!dict.deep_copy().same(&dict));
    }

    #[test]
    fn a_copy_made_later_shares_no_map() {
        let inner: Dict = [("x", Value::Int(1))].into_iter().collect();
        let list = Value::list(vec![Value::Dict(inner.clone())]);
        let dict: Dict = [("a", Value::Dict(inner)), ("b", list)].into_iter().collect();
        let text = format!("{dict:?}");
        let (copy, other) = (dict.copy_later(), dict.copy_later().copy_later());
        assert!(copy.same_copy(&other) && !copy.same(&other) && !copy.same_copy(&dict));
        assert!(copy.original().same(&dict));
        let Some(Value::Dict(inner)) = copy.get(b"a") else { panic!("it is a map") };
        inner.insert("x", Value::Int(2));
        inner.insert("y", Value::Nil);
        assert_eq!(format!("{copy:?}"), r#"{"a": {"x": int(2), "y": nil}, "b": [{"x": int(1)}]}"#);
        assert!(!copy.same_copy(&other));
        assert_eq!([format!("{dict:?}"), format!("{other:?}")], [text.clone(), text]);
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let dict: Dict = [("b", 1), ("a", 2), ("b", 3)].map(|(k, v)| (k, Value::Int(v))).into_iter().collect();
        assert_eq!(format!("{:?}", Value::Dict(dict)), r#"{"a": int(2), "b": int(3)}"#);
    }
}
