//! Go's quoted strings and characters, written and read.

use crate::go::unicode::is_print;
use crate::go::utf8::{self, RUNE_ERROR};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// A double-quoted Go string literal, as `strconv.Quote`.
pub fn quote(text: &[u8]) -> String {
    into_string(|out| append_quote(out, text))
}

/// A single-quoted Go character literal.
pub fn quote_rune(rune: char) -> String {
    into_string(|out| append_quote_rune(out, rune))
}

/// Appends [`quote`].
pub fn append_quote(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, false);
}

/// Appends [`quote`] with everything outside ASCII escaped.
pub fn append_quote_to_ascii(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, true);
}

/// Appends [`quote_rune`].
pub fn append_quote_rune(out: &mut Vec<u8>, rune: char) {
    out.push(b'\'');
    append_escaped(out, rune, '\'', false);
    out.push(b'\'');
}

/// Appends [`quote_rune`] with everything outside ASCII escaped.
pub fn append_quote_rune_to_ascii(out: &mut Vec<u8>, rune: char) {
    out.push(b'\'');
    append_escaped(out, rune, '\'', true);
    out.push(b'\'');
}

/// What was escaped is UTF-8: invalid bytes became `\x…`.
fn into_string(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn append_quoted(out: &mut Vec<u8>, text: &[u8], ascii: bool) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text;
    while !rest.is_empty() {
        // Plain ASCII, which is nearly everything, is copied in runs.
        let plain = rest
            .iter()
            .position(|&byte| !(b' '..=b'~').contains(&byte) || byte == b'"' || byte == b'\\')
            .unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        let (rune, size) = utf8::decode(rest);
        match size {
            0 => break,
            1 if rune == RUNE_ERROR => append_byte(out, rest[0]),
            _ => append_escaped(out, rune, '"', ascii),
        }
        rest = &rest[size..];
    }
    out.push(b'"');
}

fn append_byte(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(&[b'\\', b'x', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

fn append_escaped(out: &mut Vec<u8>, rune: char, quote: char, ascii: bool) {
    if rune == quote || rune == '\\' {
        out.push(b'\\');
        utf8::push(out, rune);
        return;
    }
    if is_print(rune) && (!ascii || rune.is_ascii()) {
        utf8::push(out, rune);
        return;
    }
    let short = match rune {
        '\x07' => b'a',
        '\x08' => b'b',
        '\x0c' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x0b' => b'v',
        '\0'..' ' | '\x7f' => return append_byte(out, rune as u8),
        _ => {
            let (letter, digits) = if rune < '\u{10000}' { (b'u', 4) } else { (b'U', 8) };
            out.extend_from_slice(&[b'\\', letter]);
            out.extend((0..digits).rev().map(|digit| HEX[(rune as usize >> (4 * digit)) & 15]));
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Whether the text can stand unchanged between backquotes on one line, as `strconv.CanBackquote`.
pub fn can_backquote(text: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (rune, size) = utf8::decode(rest);
        rest = &rest[size..];
        let bad = match rune {
            // A byte order mark cannot be seen.
            '\u{feff}' => true,
            RUNE_ERROR => size == 1,
            '\t' => false,
            '\0'..' ' | '`' | '\x7f' => true,
            _ => false,
        };
        if bad {
            return false;
        }
    }
    true
}

/// What one character of a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquoted {
    /// A byte: ASCII, or an octal or hexadecimal escape.
    Byte(u8),
    /// A code point.
    Rune(char),
}

/// The first character of what stands between two `quote`s and the rest, as `strconv.UnquoteChar`; `None` is a syntax error.
pub fn unquote_char(text: &[u8], quote: u8) -> Option<(Unquoted, &[u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote && (quote == b'\'' || quote == b'"') {
        return None;
    }
    if first >= 0x80 {
        let (rune, size) = utf8::decode(text);
        return Some((Unquoted::Rune(rune), &text[size..]));
    }
    if first != b'\\' {
        return Some((Unquoted::Byte(first), rest));
    }
    let (&escape, rest) = rest.split_first()?;
    let byte = match escape {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' => b'\\',
        b'\'' | b'"' if escape == quote => escape,
        b'x' => {
            let (value, rest) = number(rest, 2, 16)?;
            return Some((Unquoted::Byte(value as u8), rest));
        }
        b'u' | b'U' => {
            let (value, rest) = number(rest, if escape == b'u' { 4 } else { 8 }, 16)?;
            return Some((Unquoted::Rune(char::from_u32(value)?), rest));
        }
        b'0'..=b'7' => {
            let (low, rest) = number(rest, 2, 8)?;
            let value = u32::from(escape - b'0') << 6 | low;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), rest));
        }
        _ => return None,
    };
    Some((Unquoted::Byte(byte), rest))
}

fn number(text: &[u8], digits: usize, radix: u32) -> Option<(u32, &[u8])> {
    let (number, rest) = text.split_at_checked(digits)?;
    let mut value: u32 = 0;
    for &digit in number {
        value = value.wrapping_mul(radix) | char::from(digit).to_digit(radix)?;
    }
    Some((value, rest))
}

/// The string that a quoted literal stands for, as `strconv.Unquote`; `None` is a syntax error.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = literal.split_first()?;
    if quote == b'`' {
        let (&last, body) = rest.split_last()?;
        let valid = last == b'`' && !body.contains(&b'`');
        return valid.then(|| body.iter().copied().filter(|&byte| byte != b'\r').collect());
    }
    if quote != b'"' && quote != b'\'' {
        return None;
    }
    let mut out = Vec::with_capacity(rest.len());
    let mut rest = rest;
    loop {
        if quote == b'"' {
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | 0x80..));
            let (plain, tail) = rest.split_at(plain.unwrap_or(rest.len()));
            out.extend_from_slice(plain);
            rest = tail;
        }
        match rest.first() {
            Some(b'\n') => return None,
            Some(byte) if *byte != quote => {}
            _ => break,
        }
        let (value, tail) = unquote_char(rest, quote)?;
        match value {
            Unquoted::Byte(byte) => out.push(byte),
            Unquoted::Rune(rune) => utf8::push(&mut out, rune),
        }
        rest = tail;
        if quote == b'\'' {
            break;
        }
    }
    (rest == [quote]).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        let cases: [(&[u8], &str, &str); 6] = [
            (b"a\"b\\c", r#""a\"b\\c""#, r#""a\"b\\c""#),
            (b"\x07\x08\x0c\r\n\t\x0b\0\x1b\x7f", r#""\a\b\f\r\n\t\v\x00\x1b\x7f""#, r#""\a\b\f\r\n\t\v\x00\x1b\x7f""#),
            (b"a\xffb\xe2\x82", r#""a\xffb\xe2\x82""#, r#""a\xffb\xe2\x82""#),
            ("h\u{e9}\u{4e16}\u{1f600}".as_bytes(), "\"h\u{e9}\u{4e16}\u{1f600}\"", r#""h\u00e9\u4e16\U0001f600""#),
            (
                "\u{feff}\u{ad}\u{200b}\u{e000}\u{fffd}".as_bytes(),
                "\"\\ufeff\\u00ad\\u200b\\ue000\u{fffd}\"",
                r#""\ufeff\u00ad\u200b\ue000\ufffd""#,
            ),
            (b"", r#""""#, r#""""#),
        ];
        for (text, quoted, ascii) in cases {
            assert_eq!(quote(text), quoted);
            assert_eq!(into_string(|out| append_quote_to_ascii(out, text)), ascii);
            if text != "\u{fffd}".as_bytes() {
                assert_eq!(unquote(quoted.as_bytes()).as_deref(), Some(text));
            }
        }
        assert_eq!(quote_rune('\''), r"'\''");
        assert_eq!(quote_rune('"'), "'\"'");
    }

    #[test]
    fn unquoting() {
        let cases: [(&[u8], Option<&[u8]>); 16] = [
            (b"`a\\n\rb`", Some(b"a\\nb")),
            (br"'\x41'", Some(b"A")),
            (br"'\xff'", Some(b"\xff")),
            (br#""\101\u00e9\'""#, None),
            (br#""\101\u00e9'""#, Some("A\u{e9}'".as_bytes())),
            (b"'ab'", None),
            (b"''", Some(b"")),
            (b"\"a", None),
            (b"\"a\nb\"", None),
            (br#""\ud800""#, None),
            (br#""\400""#, None),
            (br#""\q""#, None),
            (b"\"", None),
            (b"`a``", None),
            (b"\"\xff\"", Some("\u{fffd}".as_bytes())),
            (b"", None),
        ];
        for (literal, text) in cases {
            assert_eq!(unquote(literal).as_deref(), text, "{}", String::from_utf8_lossy(literal));
        }
    }

    #[test]
    fn backquotes() {
        assert!(can_backquote("a\tb \u{e9}".as_bytes()));
        for text in ["`", "\n", "\x7f", "\u{feff}"] {
            assert!(!can_backquote(text.as_bytes()), "{text:?}");
        }
        assert!(!can_backquote(b"\xff"));
        assert!(can_backquote("\u{fffd}".as_bytes()));
    }
}
