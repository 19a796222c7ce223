//! The order in which goyaml writes the keys of a map: numbers in words count as numbers (sorter.go).

use super::resolve::Version;
use crate::go::unicode::{is_digit, is_letter};
use crate::go::utf8;

/// As keyList.Less for two strings.
fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    // Both start alike; only what follows the common bytes decides, together with the digits right before it.
    let a: Vec<char> = utf8::runes(a).map(|(_, rune)| rune).collect();
    let b: Vec<char> = utf8::runes(b).map(|(_, rune)| rune).collect();
    let mut digits = false;
    for (at, (&x, &y)) in a.iter().zip(&b).enumerate() {
        if x == y {
            digits = is_digit(x);
            continue;
        }
        let (x_letter, y_letter) = (is_letter(x), is_letter(y));
        if x_letter && y_letter {
            return x < y;
        }
        if x_letter || y_letter {
            return if version == Version::V3 && digits { x_letter } else { y_letter };
        }
        let (mut x_number, mut y_number) = (0i64, 0i64);
        if x == '0' || y == '0' {
            let before = a[..at].iter().rev().take_while(|&&rune| is_digit(rune));
            if before.into_iter().any(|&rune| rune != '0') {
                (x_number, y_number) = (1, 1);
            }
        }
        let (x_end, y_end) = (number(&a, at, &mut x_number), number(&b, at, &mut y_number));
        if x_number != y_number {
            return x_number < y_number;
        }
        if x_end != y_end {
            return x_end < y_end;
        }
        return x < y;
    }
    a.len() < b.len()
}

/// Reads the digits from `at` on into `value`, wrapping as Go does, and returns where they end.
fn number(runes: &[char], mut at: usize, value: &mut i64) -> usize {
    while let Some(&rune) = runes.get(at).filter(|&&rune| is_digit(rune)) {
        *value = value.wrapping_mul(10).wrapping_add(i64::from(rune as u32) - i64::from(b'0'));
        at += 1;
    }
    at
}

/// Whether two keys made of small letters stand as their bytes do, which is so for nearly all keys.
fn plain(key: &[u8]) -> bool {
    key.iter().all(u8::is_ascii_alphabetic)
}

/// Sorts entries by their keys. A merge sort of our own: goyaml's order is not a total one,
/// which the standard library's sorts may answer with a panic.
pub(super) fn sort<T>(entries: &mut Vec<T>, key: impl Fn(&T) -> &[u8], version: Version) {
    let in_order = |a: &T, b: &T| {
        let (a, b) = (key(a), key(b));
        if plain(a) && plain(b) { a <= b } else { !less(b, a, version) }
    };
    if entries.is_sorted_by(in_order) {
        return;
    }
    let mut runs: Vec<Vec<T>> = entries.drain(..).map(|entry| vec![entry]).collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut rest = runs.into_iter();
        while let Some(left) = rest.next() {
            merged.push(match rest.next() {
                Some(right) => merge(left, right, &in_order),
                None => left,
            });
        }
        runs = merged;
    }
    *entries = runs.pop().unwrap_or_default();
}

fn merge<T>(left: Vec<T>, right: Vec<T>, in_order: &impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if in_order(a, b) { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
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
    fn numbers_in_words_count_as_numbers() {
        assert_eq!(sorted("a10 a9 a2b a1 b A", Version::V2), "A a1 a2b a9 a10 b");
        assert_eq!(sorted("a01 a1 a001", Version::V2), "a1 a01 a001");
        assert_eq!(sorted("é e f z", Version::V2), "e f z é");
        assert_eq!(sorted("1a 10 1", Version::V2), "1 10 1a");
        assert_eq!(sorted("1a 10 1", Version::V3), "1 1a 10");
        assert_eq!(sorted("a-b a_b a.b ab a", Version::V2), "a a-b a.b a_b ab");
    }
}
