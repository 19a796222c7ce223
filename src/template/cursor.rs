//! A place in a text that moves forward, with which `outline` and `build` read.
//!
//! Words and strings are read sixteen bytes at a time, as nearly all of them are short: what they cost otherwise is not
//! the bytes but the wrong guesses of where they end.

use super::lex::{ALPHANUMERIC, RIGHT, SPACE, is, skip};
use crate::go::sixteen::Sixteen;

pub(super) struct Cursor<'t> {
    pub text: &'t [u8],
    pub at: usize,
}

/// Letters, digits and underscores.
#[derive(Clone, Copy)]
pub(super) struct Word<'t> {
    pub bytes: &'t [u8],
    /// The first eight of them, the lowest first; zeros stand for those that are missing.
    pub first: u64,
}

impl<'t> Cursor<'t> {
    #[inline]
    pub fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The byte that is here; 0, which means nothing to anyone, at the end.
    #[inline]
    pub fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// The byte after it.
    #[inline]
    pub fn next_byte(&self) -> u8 {
        self.text.get(self.at + 1).copied().unwrap_or(0)
    }

    /// What is between a place before and this one.
    pub fn since(&self, start: usize) -> &'t [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Moves over space; whether there was any.
    #[inline]
    pub fn space(&mut self) -> bool {
        if !is(self.byte(), SPACE) {
            return false;
        }
        self.at = skip(self.text, self.at + 1, SPACE);
        true
    }

    /// Moves over a word, which may be empty.
    #[inline(always)]
    pub fn word(&mut self) -> Word<'t> {
        let rest = self.rest();
        let (Some(sixteen), Some(first)) = (Sixteen::of(rest), rest.first_chunk()) else { return self.last_word() };
        let length = sixteen.word();
        let first = u64::from_le_bytes(*first);
        if length == 16 {
            return self.long_word(first);
        }
        self.at += length;
        let first = if length < 8 { first & !(u64::MAX << (8 * length)) } else { first };
        Word { bytes: &rest[..length], first }
    }

    /// A word that begins with sixteen bytes, of which these are the first.
    #[inline(never)]
    fn long_word(&mut self, first: u64) -> Word<'t> {
        let start = self.at;
        self.at += 16;
        while let Some(sixteen) = Sixteen::of(self.rest()) {
            let length = sixteen.word();
            self.at += length;
            if length < 16 {
                return Word { bytes: self.since(start), first };
            }
        }
        self.at = skip(self.text, self.at, ALPHANUMERIC);
        Word { bytes: self.since(start), first }
    }

    /// A word in the last bytes of the text.
    #[cold]
    fn last_word(&mut self) -> Word<'t> {
        let start = self.at;
        self.at = skip(self.text, start, ALPHANUMERIC);
        let bytes = self.since(start);
        Word { bytes, first: first(bytes) }
    }

    /// Moves over names, each after its dot; there may be none. `None` where a dot has no name, or a digit follows it.
    #[inline(always)]
    pub fn fields(&mut self) -> Option<()> {
        if self.byte() == b'.' { self.some_fields() } else { Some(()) }
    }

    fn some_fields(&mut self) -> Option<()> {
        // Whether a dot is before this place.
        let mut dot = 0;
        while let Some(sixteen) = Sixteen::of(self.rest()) {
            let (words, dots) = (sixteen.words(), sixteen.equal(b'.'));
            let length = (words | dots).trailing_ones();
            // What is no beginning of a name, up to the byte that ends them.
            let wrong = (dots << 1 | dot) & (!words | sixteen.digits()) & 0xffff;
            (wrong << (31 - length) == 0).then_some(())?;
            self.at += length as usize;
            if length < 16 {
                return Some(());
            }
            dot = dots >> 15;
        }
        loop {
            if dot == 1 && (self.byte().is_ascii_digit() || !is(self.byte(), ALPHANUMERIC)) {
                return None;
            }
            self.word();
            dot = u32::from(self.byte() == b'.');
            if dot == 0 {
                return Some(());
            }
            self.at += 1;
        }
    }

    /// Moves to the next quote, backslash or line feed of a string in double quotes.
    #[inline(always)]
    pub fn seek_in_string(&mut self) -> Option<u8> {
        while let Some(sixteen) = Sixteen::of(self.rest()) {
            let found = sixteen.equal(b'"') | sixteen.equal(b'\\') | sixteen.equal(b'\n');
            if found != 0 {
                self.at += found.trailing_zeros() as usize;
                return Some(self.byte());
            }
            self.at += 16;
        }
        self.at += self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))?;
        Some(self.byte())
    }

    /// Moves over the braces of a right delimiter.
    pub fn braces(&mut self) -> Option<()> {
        let found = self.byte() == RIGHT[0] && self.next_byte() == RIGHT[1];
        self.at += RIGHT.len();
        found.then_some(())
    }
}

/// The first eight bytes of a word, as in [`Word`].
pub(super) fn first(word: &[u8]) -> u64 {
    if let Some(first) = word.first_chunk() {
        return u64::from_le_bytes(*first);
    }
    word.iter().rev().fold(0, |first, byte| first << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::random::Random;

    #[test]
    fn sixteen_bytes_are_what_each_of_them_is() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for _ in 0..200_000 {
            let text: Vec<u8> = (0..random.below(40))
                .map(|_| {
                    if random.below(4) == 0 {
                        random.below(256) as u8
                    } else {
                        random.choice(&["a", "Z", "_", "0"]).as_bytes()[0]
                    }
                })
                .collect();
            let mut cursor = Cursor { text: &text, at: 0 };
            let word = cursor.word();
            let length = skip(&text, 0, ALPHANUMERIC);
            assert_eq!((word.bytes, word.first, cursor.at), (&text[..length], first(&text[..length]), length));
            cursor.at = 0;
            let found = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            assert_eq!(cursor.seek_in_string(), found.map(|at| text[at]), "{text:?}");
            assert!(found.is_none_or(|at| at == cursor.at));
        }
    }

    #[test]
    fn a_field_is_a_dot_and_a_name() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut ends = [0; 2];
        for _ in 0..200_000 {
            let pieces = ["a", "B", "_", "7", ".", ".c", ".long_name", " ", "é", ")"];
            let text: String = (0..random.below(40)).map(|_| random.choice(&pieces)).collect();
            let text = text.as_bytes();
            let mut at = 0;
            let mut wrong = false;
            while text.get(at) == Some(&b'.') && !wrong {
                let name = skip(text, at + 1, ALPHANUMERIC);
                wrong = name == at + 1 || text[at + 1].is_ascii_digit();
                at = name;
            }
            let mut cursor = Cursor { text, at: 0 };
            let found = cursor.fields().map(|()| cursor.at);
            assert_eq!(found, (!wrong).then_some(at), "{text:?}");
            ends[usize::from(wrong)] += 1;
        }
        assert!(ends.iter().all(|count| *count > 10_000), "{ends:?}");
    }
}
