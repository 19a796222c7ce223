//! The order in which goyaml writes the keys of a map: numbers in words count as numbers (sorter.go).

use super::resolve::Version;
use crate::go::{unicode, utf8};

/// A character of a key: a byte where the keys are ASCII.
trait Rune: Copy + Ord {
    fn code(self) -> i64;
    fn is_letter(self) -> bool;
    fn is_digit(self) -> bool;
}

impl Rune for u8 {
    fn code(self) -> i64 {
        i64::from(self)
    }
    fn is_letter(self) -> bool {
        self.is_ascii_alphabetic()
    }
    fn is_digit(self) -> bool {
        self.is_ascii_digit()
    }
}

impl Rune for char {
    fn code(self) -> i64 {
        i64::from(u32::from(self))
    }
    fn is_letter(self) -> bool {
        unicode::is_letter(self)
    }
    fn is_digit(self) -> bool {
        unicode::is_digit(self)
    }
}

const ZERO: i64 = 0x30;

/// As keyList.Less for two strings.
fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return less_runes(a, b, version);
    }
    let runes = |key| utf8::runes(key).map(|(_, rune)| rune).collect::<Vec<char>>();
    less_runes(&runes(a), &runes(b), version)
}

fn less_runes<R: Rune>(a: &[R], b: &[R], version: Version) -> bool {
    let Some(at) = a.iter().zip(b).position(|(x, y)| x != y) else {
        return a.len() < b.len();
    };
    let (x, y) = (a[at], b[at]);
    let (x_letter, y_letter) = (x.is_letter(), y.is_letter());
    if x_letter && y_letter {
        return x < y;
    }
    if x_letter || y_letter {
        let after_digit = at > 0 && a[at - 1].is_digit();
        return if version == Version::V3 && after_digit { x_letter } else { y_letter };
    }
    let (mut x_number, mut y_number) = (0, 0);
    if x.code() == ZERO || y.code() == ZERO {
        let mut before = a[..at].iter().rev().take_while(|rune| rune.is_digit());
        if before.any(|rune| rune.code() != ZERO) {
            (x_number, y_number) = (1, 1);
        }
    }
    let (x_end, y_end) = (number(a, at, &mut x_number), number(b, at, &mut y_number));
    if x_number != y_number {
        return x_number < y_number;
    }
    if x_end != y_end {
        return x_end < y_end;
    }
    x < y
}

/// Reads the digits from `at` on into `value`, wrapping as Go does, and returns where they end.
fn number<R: Rune>(runes: &[R], mut at: usize, value: &mut i64) -> usize {
    while let Some(rune) = runes.get(at).filter(|rune| rune.is_digit()) {
        *value = value.wrapping_mul(10).wrapping_add(rune.code() - ZERO);
        at += 1;
    }
    at
}

/// Whether `b` is not less than `a`, which keys that first differ in a letter tell at once.
pub(super) fn in_order(a: &[u8], b: &[u8], version: Version) -> bool {
    let at = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    match (a.get(at), b.get(at)) {
        // Both are whole characters, behind the same characters.
        (Some(x), Some(y)) if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() => x < y,
        (None, None) => true,
        (None, Some(next)) if next.is_ascii() => true,
        _ => !less(b, a, version),
    }
}

/// How many entries Go's sort puts in order by insertion alone.
const INSERTION: usize = 12;

/// Sorts entries by their keys, which come in the order of their bytes. A sort of our own: goyaml's order is not a
/// total one, which the standard library's sorts may answer with a panic.
///
/// Where keys go in a circle, what Go writes depends on where it begins to walk the map, which is random. Insertion
/// as in Go's sort makes of the most likely walk, that from the first key, what Helm mostly writes.
pub(super) fn sort<T>(entries: &mut Vec<T>, key: impl Fn(&T) -> &[u8], version: Version) {
    let in_order = |a: &T, b: &T| in_order(key(a), key(b), version);
    if entries.is_sorted_by(in_order) {
        return;
    }
    if entries.len() <= INSERTION {
        for end in 1..entries.len() {
            let unsorted = entries[..end].iter().rev().take_while(|before| !in_order(before, &entries[end])).count();
            entries[end - unsorted..=end].rotate_right(1);
        }
        return;
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    let mut merged = order.clone();
    let mut width = 1;
    while width < order.len() {
        for (runs, out) in order.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            let (mut left, mut right) = runs.split_at(width.min(runs.len()));
            for slot in out {
                let from_left = match (left.first(), right.first()) {
                    (Some(&a), Some(&b)) => in_order(&entries[a], &entries[b]),
                    (first, _) => first.is_some(),
                };
                let run = if from_left { &mut left } else { &mut right };
                if let Some((&first, rest)) = run.split_first() {
                    (*slot, *run) = (first, rest);
                }
            }
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    let mut slots: Vec<Option<T>> = entries.drain(..).map(Some).collect();
    entries.extend(order.into_iter().filter_map(|index| slots[index].take()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &str, version: Version) -> String {
        let mut keys: Vec<&str> = keys.split(' ').collect();
        sort(&mut keys, |key| key.as_bytes(), version);
        keys.join(" ")
    }

    #[test]
    fn letters_tell_the_order_at_once() {
        let keys = "a A b ab a1 a10 a9 1 1a 1b 10 01 a-b a_b é éa éb \u{663}a \u{663}b";
        let keys: Vec<&[u8]> =
            keys.split(' ').map(str::as_bytes).chain([&b"\xc3"[..], b"\xc3a", b"\xc3\xa9", b"\xc3b", b""]).collect();
        for (a, b) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
            for version in [Version::V2, Version::V3] {
                assert_eq!(in_order(a, b, version), !less(b, a, version), "{a:?} {b:?} {version:?}");
            }
        }
    }

    #[test]
    fn keys_in_a_circle_stand_as_go_inserts_them() {
        assert_eq!(sorted("26n 2q 4d", Version::V2), "26n 2q 4d");
        assert_eq!(sorted("26n 2q 4d \u{feff}", Version::V2), "\u{feff} 26n 2q 4d");
    }

    #[test]
    fn numbers_in_words_count_as_numbers() {
        assert_eq!(sorted("a10 a9 a2b a1 b A", Version::V2), "A a1 a2b a9 a10 b");
        assert_eq!(sorted("a01 a1 a001", Version::V2), "a1 a01 a001");
        assert_eq!(sorted("é e f z", Version::V2), "e f z é");
        assert_eq!(sorted("1a 10 1", Version::V2), "1 10 1a");
        assert_eq!(sorted("1a 10 1", Version::V3), "1 1a 10");
        assert_eq!(sorted("a-b a_b a.b ab a", Version::V2), "a a-b a.b a_b ab");
    }
}
