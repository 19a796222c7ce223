//! The texts and objects of JSON, which share the strings of the values they come from.

use super::json::Json;
use crate::go::Str;
use std::fmt;
use std::ops::Deref;

/// A text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(Str);

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        // It was checked when it was made.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl From<Str> for Text {
    /// U+FFFD stands for what is not UTF-8.
    fn from(text: Str) -> Text {
        let valid = text.is_ascii() || std::str::from_utf8(&text).is_ok();
        if valid { Text(text) } else { Text(Str::from(&*text.to_str_lossy())) }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(Str::from(text))
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The entries of an object, in the order of the text: that in which Go most likely visits a small map.
#[derive(Clone, Debug, Default)]
pub struct Object {
    entries: Vec<(Text, Json)>,
    /// The places of the entries in the order of their keys; `None` where they stand in it.
    by_key: Option<Box<[usize]>>,
}

impl Object {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let compare = |(probe, _): &(Text, Json)| probe.0.as_bytes().cmp(key.as_bytes());
        let at = match &self.by_key {
            None => self.entries.binary_search_by(compare).ok()?,
            Some(places) => places[places.binary_search_by(|at| compare(&self.entries[*at])).ok()?],
        };
        Some(&self.entries[at].1)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// All entries.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Json)> {
        self.into_iter()
    }

    /// All entries in the order of their keys.
    pub fn sorted(&self) -> impl ExactSizeIterator<Item = (&Text, &Json)> {
        (0..self.entries.len()).map(|at| {
            let (key, value) = &self.entries[self.by_key.as_ref().map_or(at, |places| places[at])];
            (key, value)
        })
    }

    /// All keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Json> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.sorted().eq(other.sorted())
    }
}

impl Eq for Object {}

type Entry<'o> = fn(&'o (Text, Json)) -> (&'o Text, &'o Json);

impl<'o> IntoIterator for &'o Object {
    type Item = (&'o Text, &'o Json);
    type IntoIter = std::iter::Map<std::slice::Iter<'o, (Text, Json)>, Entry<'o>>;

    fn into_iter(self) -> Self::IntoIter {
        let entry: Entry<'o> = |(key, value)| (key, value);
        self.entries.iter().map(entry)
    }
}

impl FromIterator<(Text, Json)> for Object {
    /// Of equal keys the last counts, where the first stands.
    fn from_iter<I: IntoIterator<Item = (Text, Json)>>(entries: I) -> Object {
        let mut entries: Vec<_> = entries.into_iter().collect();
        if entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Object { entries, by_key: None };
        }
        let mut places: Vec<usize> = (0..entries.len()).collect();
        places.sort_by(|a, b| entries[*a].0.cmp(&entries[*b].0));
        let equal = |a: &usize, b: &usize| entries[*a].0 == entries[*b].0;
        let doubles: Vec<_> = places.chunk_by(equal).filter(|run| run.len() > 1).map(<[usize]>::to_vec).collect();
        if doubles.is_empty() {
            return Object { entries, by_key: Some(places.into()) };
        }
        let mut again = vec![false; entries.len()];
        for double in doubles {
            if let [first, others @ .., last] = &*double {
                entries[*first].1 = std::mem::replace(&mut entries[*last].1, Json::Null);
                others.iter().chain([last]).for_each(|at| again[*at] = true);
            }
        }
        let mut again = again.into_iter();
        entries.retain(|_| again.next() != Some(true));
        entries.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_where_they_stand() {
        let text = |text: String| Text::from(text.as_str());
        let object = |keys: &'static str| {
            keys.char_indices().map(move |(at, key)| (text(key.to_string()), Json::Number(text(at.to_string()))))
        };
        for (keys, want) in [("", ""), ("ab", "a0 b1"), ("ba", "b0 a1"), ("cabac", "c4 a3 b2"), ("aa", "a1")] {
            let object: Object = object(keys).collect();
            let shown: Vec<String> = object
                .iter()
                .map(|(key, value)| format!("{key}{}", value.number().map_or(0, |at| at.to_int())))
                .collect();
            assert_eq!(shown.join(" "), want);
            assert!(object.sorted().is_sorted_by(|(a, _), (b, _)| a < b));
            for (key, value) in &object {
                assert_eq!(object.get(key), Some(value));
            }
            assert!(!object.contains_key("z"));
        }
        let reversed: Vec<_> = object("abc").collect::<Vec<_>>().into_iter().rev().collect();
        assert_eq!(object("abc").collect::<Object>(), reversed.into_iter().collect());
        assert_ne!(object("ab").collect::<Object>(), object("ba").collect());
    }
}
