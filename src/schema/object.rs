//! The texts and objects of JSON, which share the strings of the values they come from.

use super::json::Json;
use crate::go::Str;
use crate::go::dict::sort_by_key;
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

/// The entries of an object, sorted by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(Text, Json)>);

impl Object {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        let at = self.0.binary_search_by(|(probe, _)| probe.0.as_bytes().cmp(key.as_bytes())).ok()?;
        Some(&self.0[at].1)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Json)> {
        self.into_iter()
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.0.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Json> {
        self.0.iter().map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

type Entry<'o> = fn(&'o (Text, Json)) -> (&'o Text, &'o Json);

impl<'o> IntoIterator for &'o Object {
    type Item = (&'o Text, &'o Json);
    type IntoIter = std::iter::Map<std::slice::Iter<'o, (Text, Json)>, Entry<'o>>;

    fn into_iter(self) -> Self::IntoIter {
        let entry: Entry<'o> = |(key, value)| (key, value);
        self.0.iter().map(entry)
    }
}

impl FromIterator<(Text, Json)> for Object {
    /// Of equal keys the last counts.
    fn from_iter<I: IntoIterator<Item = (Text, Json)>>(entries: I) -> Object {
        let mut entries: Vec<_> = entries.into_iter().collect();
        sort_by_key(&mut entries, Text::cmp);
        Object(entries)
    }
}
