//! A place in a text that moves forward, with which `outline` and `build` read.
//!
//! Words and strings are read eight bytes at a time, as nearly all of them are short: what they cost otherwise is not
//! the bytes but the wrong guesses of where they end.

use super::lex::{ALPHANUMERIC, RIGHT, SPACE, is, skip};

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
        let Some(eight) = rest.first_chunk() else { return self.last_word() };
        let eight = u64::from_le_bytes(*eight);
        let length = alphanumeric(eight);
        if length == 8 {
            return self.long_word(eight);
        }
        self.at += length;
        Word { bytes: &rest[..length], first: eight & !(u64::MAX << (8 * length)) }
    }

    /// A word that begins with these eight bytes.
    fn long_word(&mut self, first: u64) -> Word<'t> {
        let start = self.at;
        self.at += 8;
        while let Some(more) = self.rest().first_chunk() {
            let length = alphanumeric(u64::from_le_bytes(*more));
            self.at += length;
            if length < 8 {
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

    /// Moves to the next quote, backslash or line feed of a string in double quotes.
    pub fn seek_in_string(&mut self) -> Option<u8> {
        while let Some(eight) = self.rest().first_chunk() {
            let eight = u64::from_le_bytes(*eight);
            let found = zeros(eight ^ each(b'"')) | zeros(eight ^ each(b'\\')) | zeros(eight ^ each(b'\n'));
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return Some(self.byte());
            }
            self.at += 8;
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

const ONES: u64 = each(1);
const HIGH: u64 = each(0x80);

/// Eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// How many bytes, from the lowest on, are letters, digits or underscores.
#[inline]
fn alphanumeric(eight: u64) -> usize {
    // Without their highest bits no byte carries into the next one.
    let ascii = eight & !HIGH;
    let within = |bytes: u64, from: u8, to: u8| (bytes + each(0x80 - from)) & !(bytes + each(0x80 - to - 1));
    let digits = within(ascii, b'0', b'9');
    let letters = within(ascii | each(0x20), b'a', b'z');
    let not_underscores = (ascii ^ each(b'_')) + each(0x7f);
    let others = not_underscores & !(digits | letters) | eight;
    (others & HIGH).trailing_zeros() as usize / 8
}

/// The highest bits of the bytes that are zero; perhaps of more, but not of lower ones.
#[inline]
fn zeros(eight: u64) -> u64 {
    eight.wrapping_sub(ONES) & !eight & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::random::Random;

    #[test]
    fn eight_bytes_are_what_each_of_them_is() {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for _ in 0..200_000 {
            let text: Vec<u8> = (0..random.below(20))
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
}
