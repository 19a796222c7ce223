//! A place in a text that moves forward, with which `outline` reads.
//!
//! Words and strings are read sixteen bytes at a time, as nearly all of them are short: what they cost otherwise is not
//! the bytes but the wrong guesses of where they end.

use super::lex::{ALPHANUMERIC, RIGHT, SPACE, TERMINATOR, is, skip};
use crate::go::bytes;
use crate::go::sixteen::Sixteen;

/// A text, and a place in it.
#[derive(Clone, Copy)]
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

impl<'t> Word<'t> {
    pub fn of(bytes: &'t [u8]) -> Word<'t> {
        let first = match bytes.first_chunk() {
            Some(first) => u64::from_le_bytes(*first),
            None => bytes.iter().rev().fold(0, |first, byte| first << 8 | u64::from(*byte)),
        };
        Word { bytes, first }
    }
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

    /// The next sixteen bytes, if there are as many.
    #[inline(always)]
    fn sixteen(&self) -> Option<Sixteen> {
        Sixteen::of(self.text.get(self.at..)?)
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
        let rest = self.text.get(self.at..);
        let word = match rest.and_then(|rest| Some((rest, Sixteen::of(rest)?.word(), rest.first_chunk()?))) {
            Some((rest, length @ 0..16, first)) => {
                let first = u64::from_le_bytes(*first);
                let first = if length < 8 { first & !(u64::MAX << (8 * length)) } else { first };
                Word { bytes: &rest[..length], first }
            }
            Some(_) => self.long_word(),
            None => self.last_word(),
        };
        self.at += word.bytes.len();
        word
    }

    // What is rare takes the cursor by value, so that the other steps may keep it in registers.

    /// The word here, which is longer.
    #[inline(never)]
    fn long_word(mut self) -> Word<'t> {
        let start = self.at;
        while let Some(sixteen) = self.sixteen() {
            let length = sixteen.word();
            self.at += length;
            if length < 16 {
                return Word::of(self.since(start));
            }
        }
        self.at = skip(self.text, self.at, ALPHANUMERIC);
        Word::of(self.since(start))
    }

    /// The word here, near the end of the text.
    #[cold]
    fn last_word(self) -> Word<'t> {
        let end = skip(self.text, self.at, ALPHANUMERIC);
        Word::of(self.text.get(self.at..end).unwrap_or_default())
    }

    /// Moves over names, each after its dot; there may be none. `None` where a dot has no name, or a digit follows it.
    #[inline(always)]
    pub fn fields(&mut self) -> Option<()> {
        if self.byte() == b'.' {
            self.at = self.after_fields()?;
        }
        Some(())
    }

    #[inline(never)]
    fn after_fields(mut self) -> Option<usize> {
        // Whether a dot is before this place.
        let mut dot = 0;
        while let Some(sixteen) = self.sixteen() {
            let (words, dots) = (sixteen.words(), sixteen.equal(b'.'));
            let length = (words | dots).trailing_ones();
            // What is no beginning of a name, up to the byte that ends them.
            let wrong = (dots << 1 | dot) & (!words | sixteen.digits()) & 0xffff;
            (wrong << (31 - length) == 0).then_some(())?;
            self.at += length as usize;
            if length < 16 {
                return Some(self.at);
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
                return Some(self.at);
            }
            self.at += 1;
        }
    }

    /// Moves to the next quote, backslash or line feed of a string in double quotes.
    #[inline(always)]
    pub fn seek_in_string(&mut self) -> Option<u8> {
        while let Some(sixteen) = self.sixteen() {
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

    /// Moves over a string in double quotes; whether it means the bytes that it holds. `None` where an escape is not one
    /// of the usual.
    #[inline(always)]
    pub fn string(&mut self) -> Option<bool> {
        let mut plain = true;
        self.at += 1;
        loop {
            match self.seek_in_string()? {
                b'"' => {
                    self.at += 1;
                    return Some(plain);
                }
                b'\\' if matches!(self.next_byte(), b'n' | b't' | b'r' | b'\\' | b'"') => {
                    plain = false;
                    self.at += 2;
                }
                _ => return None,
            }
        }
    }

    /// Moves over a string between backquotes. `None` where a carriage return, which Go leaves out, is in it.
    pub fn raw_string(&mut self) -> Option<()> {
        self.at += 1;
        self.at += bytes::index_any(self.rest(), *b"`\r")?;
        (self.byte() == b'`').then(|| self.at += 1)
    }

    /// Moves over `$` and a name, which is told without the `$`. `None` where something else follows than may.
    #[inline(always)]
    pub fn variable(&mut self) -> Option<&'t [u8]> {
        self.at += 1;
        // Most often it is `$` alone.
        let name = if self.byte() == b'.' { &[] } else { self.word().bytes };
        let ends = is(self.byte(), TERMINATOR) || (self.byte() == RIGHT[0] && self.next_byte() == RIGHT[1]);
        ends.then_some(name)
    }

    /// Moves over a decimal number that surely fits.
    #[inline(never)]
    pub fn number(mut self) -> Option<Cursor<'t>> {
        const DIGITS: usize = 15;
        let digits = |cursor: &mut Self| {
            let start = cursor.at;
            while cursor.byte().is_ascii_digit() {
                cursor.at += 1;
            }
            (1..=DIGITS).contains(&(cursor.at - start)).then(|| cursor.text[start])
        };
        self.at += usize::from(self.byte() == b'-');
        let start = self.at;
        if digits(&mut self)? == b'0' && self.at > start + 1 {
            return None;
        }
        if self.byte() == b'.' {
            self.at += 1;
            digits(&mut self)?;
        }
        Some(self)
    }

    /// Moves over the braces of a right delimiter.
    pub fn braces(&mut self) -> Option<()> {
        let found = self.byte() == RIGHT[0] && self.next_byte() == RIGHT[1];
        self.at += RIGHT.len();
        found.then_some(())
    }
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
            assert_eq!((word.bytes, word.first, cursor.at), (&text[..length], Word::of(&text[..length]).first, length));
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
