//! What a glance tells of most strings: whether goyaml writes them as they are, in double quotes or as a block.
//!
//! The way by [`resolve`] and the emitter's analysis, which these shortcuts spare, is taken where they do not know.

use super::resolve::{Resolved, Version, is_old_bool, resolve};
use crate::go::bytes;

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glance {
    /// As it is: ASCII without control characters. `blanks` says whether there are any, at which it may be folded.
    Plain { blanks: bool },
    /// Between single quotes and otherwise the same, as it would not be a string, or not this one, without them.
    SingleQuoted { blanks: bool },
    /// Between double quotes and otherwise as it is, without blanks: what would be of another type without them.
    DoubleQuoted,
    /// As a block scalar: ASCII and newlines.
    Literal,
    /// Only the analysis tells.
    Unclear,
}

/// Bytes that change nothing wherever they stand behind the first one.
const INSIDE: u8 = 1;
/// Bytes that may begin a plain scalar.
const BEGINS: u8 = 2;
/// Bytes that begin nothing but strings.
const STRING: u8 = 4;
/// Bytes that begin numbers, strings and words for booleans and null.
const WORD: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        let inside = if matches!(byte, b':' | b'#') { 0 } else { INSIDE };
        classes[byte as usize] = inside
            | match byte {
                b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%'
                | b'@' | b'`' => 0,
                b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => BEGINS | WORD,
                b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'_' | b'$' | b'(' | b'\\' => BEGINS | STRING,
                _ => BEGINS,
            };
        byte += 1;
    }
    classes
};

/// No word for a boolean or null is longer.
const LONGEST_WORD: usize = b"false".len();

/// Whether a byte is one of these.
pub(super) fn is_inside(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & INSIDE != 0
}

/// Looks at a string that has no tag.
pub(super) fn glance(text: &[u8], version: Version) -> Glance {
    let Some(&first) = text.first() else { return Glance::DoubleQuoted };
    let begins = CLASSES[usize::from(first)];
    let (mut blanks, mut indicators) = (false, begins & BEGINS == 0);
    for (at, &byte) in text.iter().enumerate() {
        if is_inside(byte) {
            continue;
        }
        let next = text.get(at + 1);
        match byte {
            b' ' => {
                blanks = true;
                indicators |= at == 0 || next.is_none();
            }
            b':' => indicators |= next.is_none_or(|&next| next == b' '),
            b'#' => indicators |= at == 0 || text[at - 1] == b' ',
            _ => return literal(text),
        }
    }
    let other = match text {
        [b'-' | b'?', b' ', ..] | [b'-' | b'?'] => true,
        _ => text.starts_with(b"---") || text.starts_with(b"..."),
    };
    let string = begins & STRING != 0 || begins & WORD != 0 && text.len() > LONGEST_WORD || is_string(text, version);
    match string {
        true if !(indicators || other) => Glance::Plain { blanks },
        true if bytes::index_byte(text, b'\'').is_none() => Glance::SingleQuoted { blanks },
        // What is no string has neither quotes nor backslashes.
        false if !blanks => Glance::DoubleQuoted,
        _ => Glance::Unclear,
    }
}

/// Whether the text in plain style is read as a string by YAML 1.1 too.
pub(super) fn is_string(text: &[u8], version: Version) -> bool {
    resolve(text, true, version) == Resolved::String
        && !is_base_60(text)
        && !(version == Version::V3 && is_old_bool(text))
}

/// Whether YAML 1.1 takes the text for a number in base 60:
/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`.
fn is_base_60(text: &[u8]) -> bool {
    let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'_';
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (whole, fraction) = match unsigned.iter().position(|&byte| byte == b'.') {
        Some(point) => (&unsigned[..point], &unsigned[point + 1..]),
        None => (unsigned, &b""[..]),
    };
    let mut parts = whole.split(|&byte| byte == b':');
    let first = parts.next().unwrap_or_default();
    let mut count = 0;
    let sixties = parts.all(|part| {
        count += 1;
        matches!(part, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
    });
    first.first().is_some_and(u8::is_ascii_digit)
        && first.iter().all(digits)
        && sixties
        && count > 0
        && fraction.iter().all(digits)
}

/// What the text is where it cannot stand on one line as it is.
fn literal(text: &[u8]) -> Glance {
    let printable = || text.iter().fold(true, |all, byte| all & matches!(byte, b'\n' | b' '..=b'~'));
    let lines = bytes::index_byte(text, b'\n').is_some() && printable() && text.last() != Some(&b' ');
    if lines && bytes::index(text, b" \n").is_none() { Glance::Literal } else { Glance::Unclear }
}
