//! Go's maps with string keys, shared by their clones, and copied map by map when somebody looks at the copy.

use super::history;
use super::list::List;
use super::object::ObjectType;
use super::str::{Str, prefix};
use super::value::{DictType, Kind, Value};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// A map with string keys, shared by its clones and iterated in key order, as Go prints and ranges over maps.
#[derive(Clone)]
pub struct Dict {
    map: Rc<Map>,
    /// One word where a [`DictType`] takes two: `None` is `Any`, and `Strings` has a static of its own.
    named: Option<&'static ObjectType>,
}

static STRING_MAP: ObjectType = ObjectType { name: "map[string]string", kind: Kind::Map, fields: &[], methods: &[] };

/// A line of a cache at most, as there are many.
struct Map {
    /// When it was made, by [`history`]'s clock.
    born: u64,
    nil: bool,
    /// What [`Dict::extent`] found, if `levels` is not 0.
    null: Cell<bool>,
    levels: Cell<u16>,
    values: Cell<u32>,
    state: RefCell<State>,
}

enum State {
    Own(Entries),
    /// The same, of a map of which [`history`] counts how often somebody looks at it.
    Watched(Entries),
    /// The map is to be a copy of this one, which is no such copy itself.
    Later(Rc<Map>),
    /// A map of many entries, of which more are set.
    Growing(Box<Growing>),
}

/// How many entries a map has at least that grows apart, and how many there are apart at most.
const MANY: usize = 2048;
const APART: usize = 1024;

/// Many entries, and those that were set since, in whose place all behind them would have to be moved each time.
struct Growing {
    entries: Entries,
    /// None of these keys is among the others.
    recent: Entries,
}

impl Growing {
    fn get(&self, key: &[u8]) -> Option<&Value> {
        self.recent.get(key).or_else(|| self.entries.get(key))
    }

    fn len(&self) -> usize {
        self.entries.len() + self.recent.len()
    }

    fn insert(&mut self, key: Str, value: Value) {
        match self.entries.position(&key) {
            Ok(at) => self.entries.0[at].1 = value,
            Err(_) => drop(self.recent.insert(key, value)),
        }
        if self.recent.len() > APART {
            let recent = std::mem::take(&mut self.recent);
            self.entries.insert_sorted(recent.0);
        }
    }

    fn joined(mut self) -> Entries {
        self.entries.insert_sorted(self.recent.0);
        self.entries
    }
}

impl State {
    fn own(&self) -> Option<&Entries> {
        if let State::Own(entries) | State::Watched(entries) = self { Some(entries) } else { None }
    }

    fn own_mut(&mut self) -> Option<&mut Entries> {
        if let State::Own(entries) | State::Watched(entries) = self { Some(entries) } else { None }
    }
}

const MADE: &str = "the copy was just made";

impl Map {
    fn new(nil: bool, state: State) -> Rc<Map> {
        // What is copied later was there before, whenever the copy is made.
        let born = if let State::Later(_) = state { history::BEGINNING } else { history::tick() };
        let (null, levels, values) = (Cell::new(false), Cell::new(0), Cell::new(0));
        Rc::new(Map { born, nil, null, levels, values, state: RefCell::new(state) })
    }

    /// The map that this one is a copy of, or this one.
    fn original(self: &Rc<Map>) -> Rc<Map> {
        match &*self.state.borrow() {
            State::Own(_) | State::Watched(_) | State::Growing(_) => Rc::clone(self),
            State::Later(origin) => Rc::clone(origin),
        }
    }

    fn original_address(&self) -> *const Map {
        match &*self.state.borrow() {
            State::Own(_) | State::Watched(_) | State::Growing(_) => self,
            State::Later(origin) => Rc::as_ptr(origin),
        }
    }

    /// What has to be done before somebody looks at entries that are not simply there.
    #[cold]
    fn prepare(self: &Rc<Map>) {
        if matches!(*self.state.borrow(), State::Watched(_)) {
            return history::look();
        }
        self.join();
        self.copy_now();
    }

    /// Puts the entries of a map that grew to the others.
    fn join(&self) {
        if !matches!(*self.state.borrow(), State::Growing(_)) {
            return;
        }
        let mut state = self.state.borrow_mut();
        if let State::Growing(growing) = std::mem::replace(&mut *state, State::Own(Entries::default())) {
            *state = State::Own(growing.joined());
        }
    }

    /// Whether the map is one that grows, or has become it, as the key would move many of its entries.
    fn grows(&self, key: &Str) -> bool {
        let mut state = self.state.borrow_mut();
        if let State::Own(entries) = &mut *state
            && entries.len() >= MANY
            && entries.0.last().is_some_and(|(last, _)| last > key)
        {
            let entries = std::mem::take(entries);
            *state = State::Growing(Box::new(Growing { entries, recent: Entries::default() }));
        }
        matches!(*state, State::Growing(_))
    }

    /// Makes the copy that was promised, and promises for the maps in it.
    fn copy_now(self: &Rc<Map>) {
        let original = self.original();
        let copied = match &*original.state.borrow() {
            State::Own(entries) if !Rc::ptr_eq(self, &original) => {
                entries.iter().map(|(key, value)| (key.clone(), value.copy_later())).collect()
            }
            _ => return,
        };
        self.state.replace(State::Own(Entries(copied)));
    }

    /// As [`Dict::extent`]; whether it is kept.
    fn extent(&self, levels: u16, keep: bool) -> Option<Extent> {
        let below = levels.checked_sub(1)?;
        if self.levels.get() != 0 {
            let known = Extent { levels: self.levels.get(), values: self.values.get(), null: self.null.get() };
            return (known.levels <= levels).then_some(known);
        }
        self.join();
        let state = self.state.borrow();
        let entries = match &*state {
            State::Own(entries) | State::Watched(entries) => entries,
            State::Later(origin) => return origin.extent(levels, keep),
            State::Growing(_) => return None,
        };
        let mut extent = Extent { levels: 1, values: entries.len() as u32, null: false };
        for (_, value) in entries.iter() {
            match value {
                Value::Nil => extent.null = true,
                Value::Dict(dict) => {
                    let inner = dict.map.extent(below, keep)?;
                    extent.null |= inner.null;
                    extent.include(inner);
                }
                Value::List(list) => extent.include(extent_of_list(list, below, keep)?),
                _ => {}
            }
        }
        if keep {
            self.levels.set(extent.levels);
            self.values.set(extent.values);
            self.null.set(extent.null);
        }
        Some(extent)
    }
}

/// The extent of a slice; nothing where neither a map nor a slice is in it.
fn extent_of_list(list: &List, levels: u16, keep: bool) -> Option<Extent> {
    let mut extent = Extent::default();
    let list = list.original();
    if list.iter().any(|item| matches!(item, Value::Dict(_) | Value::List(_))) {
        let below = levels.checked_sub(1)?;
        extent = Extent { levels: 1, values: list.len() as u32, null: false };
        for item in list.iter() {
            match item {
                Value::Dict(dict) => extent.include(dict.map.extent(below, keep)?),
                Value::List(list) => extent.include(extent_of_list(list, below, keep)?),
                _ => {}
            }
        }
    }
    Some(extent)
}

/// How far a map reaches, with those in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many maps, and slices that hold such, stand in each other.
    pub levels: u16,
    /// How many entries and elements these have.
    pub values: u32,
    /// Whether null stands in the map, or in a map that is in maps only.
    pub null: bool,
}

impl Extent {
    fn include(&mut self, inner: Extent) {
        self.levels = self.levels.max(inner.levels + 1);
        self.values = self.values.saturating_add(inner.values);
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
        Dict { map: Map::new(false, State::Own(entries)), named: None }
    }

    /// The same; [`history`] counts how often somebody looks at it.
    pub fn watched(entries: Entries) -> Dict {
        Dict { map: Map::new(false, State::Watched(entries)), named: None }
    }

    /// The nil map: empty, `null` in JSON, and not to be assigned to.
    pub fn nil() -> Dict {
        Dict { map: Map::new(true, State::Own(Entries::default())), named: None }
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
        self.read(Growing::len, Entries::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`; `Some(Value::Nil)` where the key is there and its value nil.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.read(|growing| growing.get(key).cloned(), |entries| entries.get(key).cloned())
    }

    /// The same, for a key that is looked up over and over in maps that are alike.
    pub fn get_near(&self, key: &Str, hint: &KeyHint) -> Option<Value> {
        self.read(|growing| growing.get(key).cloned(), |entries| entries.get_near(key, hint).cloned())
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.read(|growing| growing.get(key).is_some(), |entries| entries.get(key).is_some())
    }

    /// What is read of the map, without moving the entries of one that grows.
    fn read<T>(&self, growing: impl FnOnce(&Growing) -> T, entries: impl FnOnce(&Entries) -> T) -> T {
        if let State::Growing(map) = &*self.map.state.borrow() {
            return growing(map);
        }
        entries(&self.entries())
    }

    /// Sets `key`, in every clone of this map. The nil map stays as it is: check [`Dict::is_nil`] first.
    pub fn insert(&self, key: impl Into<Str>, value: impl Into<Value>) {
        if self.map.nil {
            return;
        }
        let (key, value) = (key.into(), value.into());
        if self.map.grows(&key) {
            history::change(self.map.born);
            if let State::Growing(growing) = &mut *self.map.state.borrow_mut() {
                growing.insert(key, value);
            }
        } else {
            self.entries_mut().insert(key, value);
        }
    }

    /// Sets `key` to a map from [`Dict::watched`], in every clone of this map. Where such a map was before, that is no
    /// change of this one: what has not looked at the map before is the same as ever.
    pub fn exchange(&self, key: &str, watched: Dict) {
        self.map.join();
        if let Some(entries) = self.map.state.borrow_mut().own_mut() {
            entries.insert(Str::from(key), Value::Dict(watched));
        }
    }

    /// Removes `key` from every clone of this map and returns its value.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        self.entries_mut().remove(key)
    }

    /// The entries for reading. Must be dropped before the map is written to.
    pub fn entries(&self) -> Ref<'_, Entries> {
        let mut state = self.map.state.borrow();
        if !matches!(*state, State::Own(_)) {
            drop(state);
            self.map.prepare();
            state = self.map.state.borrow();
        }
        Ref::map(state, |state| state.own().expect(MADE))
    }

    /// The entries for writing. Must be dropped before the map is used otherwise.
    pub fn entries_mut(&self) -> RefMut<'_, Entries> {
        debug_assert_eq!(self.map.levels.get(), 0, "a map changes whose extent is known");
        history::change(self.map.born);
        let mut state = self.map.state.borrow_mut();
        if !matches!(*state, State::Own(_)) {
            drop(state);
            self.map.prepare();
            state = self.map.state.borrow_mut();
        }
        RefMut::map(state, |state| state.own_mut().expect(MADE))
    }

    /// The entries as they are now, sorted by key: for loops whose body may change the map.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.entries().0.clone()
    }

    /// A map of copies, sharing no map with this one.
    #[must_use]
    pub fn deep_copy(&self) -> Dict {
        let entries = Entries(self.entries().iter().map(|(key, value)| (key.clone(), value.deep_copy())).collect());
        Dict { map: Map::new(self.map.nil, State::Own(entries)), named: self.named }
    }

    /// As [`Dict::deep_copy`], but each map is copied when it is first looked at. This map and those in it must not
    /// change any more, as those of a chart's own values never do.
    #[must_use]
    pub fn copy_later(&self) -> Dict {
        self.map.join();
        // A copy of a copy that nobody has looked at is a copy of the same map.
        Dict { map: Map::new(self.map.nil, State::Later(self.map.original())), named: self.named }
    }

    /// Whether both are copies of one map, or one of the other, at which nobody has looked yet.
    pub fn same_copy(&self, other: &Dict) -> bool {
        std::ptr::eq(self.map.original_address(), other.map.original_address())
    }

    /// What the entries are equal to, for reading, without making a copy that was left for later: the maps in it are
    /// not those of this map.
    #[must_use]
    pub fn original(&self) -> Dict {
        Dict { map: self.map.original(), named: self.named }
    }

    /// How far the map reaches; `None` where it has more levels. Computed once, so that neither this map nor one in it
    /// may change any more.
    pub fn extent(&self, levels: u16) -> Option<Extent> {
        self.map.extent(levels, true)
    }

    /// The same of a map that may change.
    pub fn extent_now(&self, levels: u16) -> Option<Extent> {
        self.map.extent(levels, false)
    }
}

/// Where a key was found in the map in which it was looked up last.
#[derive(Debug, Default)]
pub struct KeyHint(AtomicU32);

/// So few entries are searched faster than remembered.
const FEW: usize = 6;

/// How many places of keys a thread remembers, as a power of two.
const PLACES_BITS: u32 = 8;

thread_local! {
    /// Where keys were found last, whoever looked for them: most templates run once, and ask for what others asked for.
    static PLACES: [Cell<u32>; 1 << PLACES_BITS] = const { [const { Cell::new(0) }; 1 << PLACES_BITS] };
}

/// Which of the places belongs to a key.
#[inline]
fn place(key: &Str) -> usize {
    let mixed = (key.prefix() ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - PLACES_BITS)) as usize
}

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
    #[inline]
    pub fn get_near(&self, key: &Str, hint: &KeyHint) -> Option<&Value> {
        if let Some((probe, value)) = self.0.get(hint.0.load(Relaxed) as usize)
            && probe == key
        {
            return Some(value);
        }
        let at = self.find(key)?;
        // Where there are more entries, the place is only not found at once.
        hint.0.store(at as u32, Relaxed);
        self.0.get(at).map(|(_, value)| value)
    }

    /// Where a key is, looked for first where it was in the last map that has it.
    #[inline(never)]
    fn find(&self, key: &Str) -> Option<usize> {
        let search = || self.0.binary_search_by(|(probe, _)| compare(probe, key)).ok();
        if self.0.len() <= FEW {
            return search();
        }
        let index = place(key);
        let at = PLACES.with(|places| places[index].get() as usize);
        if self.0.get(at).is_some_and(|(probe, _)| probe == key) {
            return Some(at);
        }
        let at = search()?;
        PLACES.with(|places| places[index].set(at as u32));
        Some(at)
    }

    /// The value under `key`, for keys that are asked for in order: the search goes on at `from`, and sets it.
    pub fn get_from(&self, key: &Str, from: &mut usize) -> Option<&Value> {
        while let Some((probe, value)) = self.0.get(*from) {
            match compare(probe, key) {
                Ordering::Less => *from += 1,
                Ordering::Equal => return Some(value),
                Ordering::Greater => break,
            }
        }
        None
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

    /// Sets many keys, which are sorted: one by one, each would move the entries behind it.
    pub fn insert_sorted(&mut self, added: Vec<(Str, Value)>) {
        let Some((first, _)) = added.first() else { return };
        if self.0.is_empty() {
            self.0 = added;
            return;
        }
        if self.0.last().is_none_or(|(last, _)| compare(last, first) == Ordering::Less) {
            self.0.extend(added);
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len() + added.len());
        let mut old = std::mem::take(&mut self.0).into_iter().peekable();
        for (key, value) in added {
            while let Some(entry) = old.next_if(|(other, _)| compare(other, &key) == Ordering::Less) {
                merged.push(entry);
            }
            old.next_if(|(other, _)| *other == key);
            merged.push((key, value));
        }
        merged.extend(old);
        self.0 = merged;
    }

    /// Removes the entries that `keep` refuses.
    pub fn retain(&mut self, mut keep: impl FnMut(&Str, &Value) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
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

/// The order of two keys, most of which are short and differ in their first bytes.
#[inline]
fn compare(one: &Str, other: &Str) -> Ordering {
    match one.prefix().cmp(&other.prefix()) {
        Ordering::Equal if one == other => Ordering::Equal,
        Ordering::Equal => one.cmp(other),
        unequal => unequal,
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
        sort_by_key(&mut entries, compare);
        Entries(entries)
    }
}

/// Puts entries in the order of their keys. Of those with equal keys the last stays.
pub fn sort_by_key<K, V>(entries: &mut Vec<(K, V)>, compare: impl Fn(&K, &K) -> Ordering) {
    // Those of `dict "value" . "context" $`.
    if let [one, other] = &**entries {
        match compare(&one.0, &other.0) {
            Ordering::Less => {}
            Ordering::Equal => drop(entries.remove(0)),
            Ordering::Greater => entries.swap(0, 1),
        }
        return;
    }
    if entries.is_sorted_by(|a, b| compare(&a.0, &b.0) == Ordering::Less) {
        return;
    }
    entries.sort_by(|a, b| compare(&a.0, &b.0));
    if entries.windows(2).any(|pair| compare(&pair[0].0, &pair[1].0) == Ordering::Equal) {
        // The sort is stable, so the last of equal keys is the one that was written last.
        entries.reverse();
        entries.dedup_by(|a, b| compare(&a.0, &b.0) == Ordering::Equal);
        entries.reverse();
    }
}

impl fmt::Debug for Dict {
    /// For test failures and debuggers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries().iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(copy.same_copy(&other) && !copy.same(&other) && copy.same_copy(&dict) && dict.same_copy(&copy));
        assert!(copy.original().same(&dict));
        let Some(Value::Dict(inner)) = copy.get(b"a") else { panic!("it is a map") };
        inner.insert("x", Value::Int(2));
        inner.insert("y", Value::Nil);
        assert_eq!(format!("{copy:?}"), r#"{"a": {"x": int(2), "y": nil}, "b": [{"x": int(1)}]}"#);
        assert!(!copy.same_copy(&other) && !copy.same_copy(&dict));
        assert_eq!([format!("{dict:?}"), format!("{other:?}")], [text.clone(), text]);
    }

    #[test]
    fn an_extent_counts_maps_and_the_slices_that_hold_them() {
        let strings = Value::list(vec![Value::from("a"), Value::Nil]);
        let inner: Dict = [("x", strings), ("y", Value::Bool(true))].into_iter().collect();
        let list = Value::list(vec![Value::Nil, Value::Dict(inner.clone())]);
        let dict: Dict = [("a", Value::Dict(inner.clone())), ("b", list)].into_iter().collect();
        let extent = Extent { levels: 3, values: 8, null: false };
        assert_eq!([dict.extent_now(2), dict.copy_later().extent_now(3)], [None, Some(extent)]);
        inner.insert("z", Value::Nil);
        let extent = Extent { levels: 3, values: 10, null: true };
        assert_eq!([dict.extent(2), dict.extent(3), dict.extent(2)], [None, Some(extent), None]);
        let outer: Dict = [("o", dict.copy_later())].into_iter().collect();
        assert_eq!(outer.extent_now(9), Some(Extent { levels: 4, values: 11, null: true }));
    }

    #[test]
    fn keys_are_found_and_set_in_order() {
        let entries = |text: &str| -> Vec<(Str, Value)> {
            text.split(' ')
                .map(|entry| (Str::from(&entry[..entry.len() - 1]), Value::from(&entry[entry.len() - 1..])))
                .collect()
        };
        let mut map = Entries::default();
        for (added, wanted) in [
            ("b1 d1", "b1 d1"),
            ("e2", "b1 d1 e2"),
            ("a3 b3 c3 f3", "a3 b3 c3 d1 e2 f3"),
            ("a4", "a4 b3 c3 d1 e2 f3"),
            (
                "longer-than-others-by-far5 longer-than-others6",
                "a4 b3 c3 d1 e2 f3 longer-than-others-by-far5 longer-than-others6",
            ),
        ] {
            let mut added = entries(added);
            added.sort_by(|one, other| one.0.cmp(&other.0));
            map.insert_sorted(added);
            assert_eq!(
                format!("{:?}", Dict::from_entries(map.clone())),
                format!("{:?}", Dict::from_entries(entries(wanted).into_iter().collect()))
            );
        }
        let mut from = 0;
        let found = ["", "a", "b", "bb", "f", "g"].map(|key| map.get_from(&Str::from(key), &mut from).is_some());
        assert_eq!(found, [false, true, true, false, true, false]);
    }

    /// What is set in a map of many entries is there, whether somebody looks in between or not.
    #[test]
    fn a_map_grows_as_any_other() {
        let mut random = crate::go::random::Random(5);
        let mut wanted = std::collections::BTreeMap::new();
        let dict = Dict::new();
        for step in 0..20_000 {
            let key = format!("k{}", random.below(9_000));
            match random.below(40) {
                0 => assert_eq!(dict.remove(key.as_bytes()).is_some(), wanted.remove(&key).is_some()),
                1..4 => assert_eq!(dict.contains_key(key.as_bytes()), wanted.contains_key(&key)),
                _ => {
                    dict.insert(key.as_str(), Value::Int(step));
                    wanted.insert(key.clone(), step);
                }
            }
            let found = dict.get(key.as_bytes()).map(|value| format!("{value:?}"));
            assert_eq!(found, wanted.get(&key).map(|step| format!("{:?}", Value::Int(*step))));
            assert_eq!(dict.len(), wanted.len());
        }
        let entries = dict.snapshot();
        assert!(entries.iter().map(|(key, _)| key.as_bytes()).eq(wanted.keys().map(String::as_bytes)));
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let dict: Dict = [("b", 1), ("a", 2), ("b", 3)].map(|(k, v)| (k, Value::Int(v))).into_iter().collect();
        assert_eq!(format!("{:?}", Value::Dict(dict)), r#"{"a": int(2), "b": int(3)}"#);
    }
}
