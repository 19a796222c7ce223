//! Lines of the simplest form, `key: value`, without tokens.
//!
//! Most lines of a manifest are such. Read one by one they cost a fifth of what their tokens do (argo-cd's 1.9 MB of
//! manifests: 125 million instructions before). What is not simple beyond doubt is left to the scanner, which then
//! finds itself in the state in which it would be without this.

use super::super::error::Mark;
use super::{MAX_DEPTH, Scanner, SimpleKey, Text};

/// A key, and its value where that is a scalar that ends on the same line.
pub(in super::super) struct Line {
    pub(in super::super) key: Text,
    pub(in super::super) key_mark: Mark,
    /// The end of the colon.
    pub(in super::super) colon: Mark,
    pub(in super::super) value: Option<Value>,
}

/// A scalar on one line.
pub(in super::super) struct Value {
    pub(in super::super) text: Text,
    pub(in super::super) plain: bool,
    pub(in super::super) mark: Mark,
}

/// How long a key may be here; the scanner's own bound is 1024.
const LONGEST_KEY: usize = 256;

/// Whether the byte is printable ASCII and no blank.
fn is_graphic(byte: u8) -> bool {
    byte.wrapping_sub(0x21) < 0x5e
}

/// Bytes with which nothing but a plain scalar begins.
fn begins_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'$' | b'.' | b'+' | b'(' | b'~' | b'=' | b'^' | b'\\')
}

impl Scanner<'_> {
    /// Takes the next entry of the innermost block mapping if it begins with a simple key.
    pub(in super::super) fn simple_line(&mut self) -> Option<Line> {
        if !self.may_be_simple() || self.column as isize != self.indent {
            return None;
        }
        let colon = self.key_end()?;
        let key_mark = self.mark();
        let start = self.at;
        let value = self.value_end(colon + 1);
        let last = self.simple_keys.len() - 1;
        self.simple_keys[last] = SimpleKey { mark: key_mark, ..SimpleKey::default() };
        self.simple_key_allowed = false;
        self.advance_to(colon + 1);
        let key = Text { start: start as u32, len: (colon - start) as u32, written: false };
        let colon = self.mark();
        let value = value.map(|(begin, end, plain)| {
            self.advance_to(begin);
            let mark = self.mark();
            let quote = usize::from(!plain);
            self.advance_to(end);
            let text = Text { start: (begin + quote) as u32, len: (end - begin - 2 * quote) as u32, written: false };
            Value { text, plain, mark }
        });
        Some(Line { key, key_mark, colon, value })
    }

    /// Opens a block mapping if a deeper one begins here with a simple key; the key is left for [`Self::simple_line`].
    pub(in super::super) fn simple_mapping(&mut self) -> Option<Mark> {
        if !self.may_be_simple() || self.column as isize <= self.indent || self.indents.len() >= MAX_DEPTH {
            return None;
        }
        self.key_end()?;
        self.indents.push(self.indent);
        self.indent = self.column as isize;
        Some(self.mark())
    }

    /// Goes to where the next token begins, and tells whether it may be a key outside of flow collections.
    fn may_be_simple(&mut self) -> bool {
        if !self.lines || !self.tokens.is_empty() || self.flow_level > 0 {
            return false;
        }
        self.skip_to_token();
        self.simple_key_allowed && self.simple_keys.last().is_some_and(|key| !key.possible)
    }

    /// The colon after a key that begins here.
    fn key_end(&self) -> Option<usize> {
        let rest = self.source.get(self.at..)?;
        let first = *rest.first()?;
        if !(first.is_ascii_alphanumeric() || matches!(first, b'_' | b'/' | b'$')) {
            return None;
        }
        let mut length = 1;
        loop {
            let byte = *rest.get(length)?;
            if byte == b':' {
                match rest.get(length + 1)? {
                    b' ' | b'\n' => return Some(self.at + length),
                    next if is_graphic(*next) => {}
                    _ => return None,
                }
            } else if !is_graphic(byte) || length > LONGEST_KEY {
                return None;
            }
            length += 1;
        }
    }

    /// Where a scalar begins and ends that stands alone on the rest of the line, and whether it is plain.
    fn value_end(&self, from: usize) -> Option<(usize, usize, bool)> {
        let rest = self.source.get(from..)?;
        let spaces = rest.iter().position(|&byte| byte != b' ')?;
        let begin = from + spaces;
        let value = &rest[spaces..];
        let first = value[0];
        if first == b'"' || first == b'\'' {
            let mut length = 1;
            loop {
                let byte = *value.get(length)?;
                length += 1;
                if byte == first {
                    break;
                }
                if byte == b'\\' || !(is_graphic(byte) || byte == b' ') {
                    return None;
                }
            }
            // A single quote that is followed by another does not end the scalar.
            return (value.get(length) == Some(&b'\n')).then_some((begin, begin + length, false));
        }
        let after = *value.get(1)?;
        if !(begins_plain(first) || first == b'-' && after.is_ascii_alphanumeric()) {
            return None;
        }
        let mut length = 0;
        // The end of what is no blank.
        let mut end = 0;
        loop {
            let byte = *value.get(length)?;
            length += 1;
            match byte {
                b'\n' => break,
                b' ' if value.get(length) == Some(&b'#') => return None,
                b' ' => {}
                b':' if !is_graphic(*value.get(length)?) => return None,
                byte if is_graphic(byte) => end = length,
                _ => return None,
            }
        }
        self.ends_before(&value[length..]).then_some((begin, begin + end, true))
    }

    /// Whether a plain scalar in the innermost mapping ends before these lines. They go on with it if the first that is
    /// not blank is deeper than the mapping, unless it is a comment.
    fn ends_before(&self, mut lines: &[u8]) -> bool {
        loop {
            let Some(column) = lines.iter().position(|&byte| byte != b' ') else { return true };
            match lines[column] {
                b'\n' => lines = &lines[column + 1..],
                b'#' => return true,
                byte => return is_graphic(byte) && column as isize <= self.indent,
            }
        }
    }
}
