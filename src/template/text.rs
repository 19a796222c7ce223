//! Runes, quoting and unquoting as the lexer and parser need them.

use std::fmt::Write;
use std::sync::OnceLock;

/// As utf8.DecodeRune: U+FFFD of width 1 for bytes that are not UTF-8. The text must not be empty.
pub(super) fn decode_rune(text: &[u8]) -> (u32, usize) {
    let Some(&first) = text.first() else { return (0xfffd, 0) };
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let width = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (0xfffd, 1),
    };
    match text.get(..width).map(std::str::from_utf8) {
        Some(Ok(rune)) => (rune.chars().next().map_or(0xfffd, u32::from), width),
        _ => (0xfffd, 1),
    }
}

/// As utf8.DecodeLastRune.
pub(super) fn decode_last_rune(text: &[u8]) -> (u32, usize) {
    for width in 1..=text.len().min(4) {
        let last = &text[text.len() - width..];
        if last[0] & 0xc0 != 0x80 {
            let (rune, length) = decode_rune(last);
            return if length == width { (rune, width) } else { (0xfffd, 1) };
        }
    }
    (0xfffd, 1)
}

/// As unicode.IsLetter and unicode.IsDigit.
pub(super) fn is_letter_or_digit(rune: u32) -> bool {
    static CLASS: OnceLock<Class> = OnceLock::new();
    match u8::try_from(rune) {
        Ok(byte) if byte < 0x80 => byte.is_ascii_alphanumeric(),
        _ => CLASS.get_or_init(|| Class::new(r"[\p{L}\p{Nd}]")).contains(rune),
    }
}

/// As unicode.IsPrint.
fn is_print(rune: u32) -> bool {
    static CLASS: OnceLock<Class> = OnceLock::new();
    match u8::try_from(rune) {
        Ok(byte) if byte < 0x80 => (0x20..0x7f).contains(&byte),
        _ => CLASS.get_or_init(|| Class::new(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]")).contains(rune),
    }
}

/// A set of characters, as sorted ranges.
struct Class(Vec<(u32, u32)>);

impl Class {
    fn new(pattern: &str) -> Class {
        let ranges = match regex_syntax::parse(pattern).map(regex_syntax::hir::Hir::into_kind) {
            Ok(regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class))) => {
                class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
            }
            _ => Vec::new(),
        };
        Class(ranges)
    }

    fn contains(&self, rune: u32) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= rune);
        after > 0 && self.0[after - 1].1 >= rune
    }
}

/// As `%#U`.
pub(super) fn describe_rune(rune: u32) -> String {
    match char::from_u32(rune) {
        Some(character) if is_print(rune) => format!("U+{rune:04X} '{character}'"),
        _ => format!("U+{rune:04X}"),
    }
}

/// As `%q` of a string.
pub(super) fn quote(text: &[u8]) -> String {
    quote_prefix(text, usize::MAX)
}

/// As `%.Nq`: the first `runes` runes, quoted.
pub(super) fn quote_prefix(text: &[u8], runes: usize) -> String {
    let mut quoted = String::with_capacity(text.len().min(runes) + 2);
    quoted.push('"');
    let mut rest = text;
    for _ in 0..runes {
        if rest.is_empty() {
            break;
        }
        let (rune, width) = decode_rune(rest);
        // Writing to a String does not fail.
        let _ = match char::from_u32(rune) {
            _ if rune == 0xfffd && width == 1 => write!(quoted, "\\x{:02x}", rest[0]),
            Some(character @ ('"' | '\\')) => write!(quoted, "\\{character}"),
            Some(character) if is_print(rune) => quoted.write_char(character),
            _ => match rune {
                7 => quoted.write_str("\\a"),
                8 => quoted.write_str("\\b"),
                12 => quoted.write_str("\\f"),
                10 => quoted.write_str("\\n"),
                13 => quoted.write_str("\\r"),
                9 => quoted.write_str("\\t"),
                11 => quoted.write_str("\\v"),
                0..0x20 | 0x7f => write!(quoted, "\\x{rune:02x}"),
                0x20..0x10000 => write!(quoted, "\\u{rune:04x}"),
                _ => write!(quoted, "\\U{rune:08x}"),
            },
        };
        rest = &rest[width..];
    }
    quoted.push('"');
    quoted
}

/// As strconv.Unquote of a string in double quotes or backquotes; `None` for invalid syntax.
pub(super) fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let (&quote, inner) = text.split_first()?;
    let (&last, inner) = inner.split_last()?;
    if last != quote {
        return None;
    }
    if quote == b'`' {
        return (!inner.contains(&b'`')).then(|| inner.iter().copied().filter(|byte| *byte != b'\r').collect());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(&first) = rest.first() {
        if first == b'\n' {
            return None;
        }
        let (character, width) = unquote_character(rest, quote)?;
        match character {
            Unquoted::Byte(byte) => bytes.push(byte),
            Unquoted::Rune(rune) => bytes.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = rest.get(width..)?;
    }
    Some(bytes)
}

/// What one escape sequence stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unquoted {
    Byte(u8),
    Rune(char),
}

/// As strconv.UnquoteChar: the first character and how many bytes it takes.
pub(super) fn unquote_character(text: &[u8], quote: u8) -> Option<(Unquoted, usize)> {
    let &first = text.first()?;
    if first == quote {
        return None;
    }
    if first >= 0x80 {
        let (rune, width) = decode_rune(text);
        return Some((Unquoted::Rune(char::from_u32(rune)?), width));
    }
    if first != b'\\' {
        return Some((Unquoted::Byte(first), 1));
    }
    let &escape = text.get(1)?;
    let hexadecimal = |digits: usize| -> Option<u32> {
        let digits = text.get(2..2 + digits)?;
        digits.iter().try_fold(0u32, |value, digit| {
            Some(value.checked_mul(16)? | char::from(*digit).to_digit(16)?)
        })
    };
    let byte = |byte| Some((Unquoted::Byte(byte), 2));
    match escape {
        b'a' => byte(7),
        b'b' => byte(8),
        b'f' => byte(12),
        b'n' => byte(b'\n'),
        b'r' => byte(b'\r'),
        b't' => byte(b'\t'),
        b'v' => byte(11),
        b'\\' => byte(b'\\'),
        b'\'' | b'"' if escape == quote => byte(escape),
        b'x' => Some((Unquoted::Byte(u8::try_from(hexadecimal(2)?).ok()?), 4)),
        b'u' => Some((Unquoted::Rune(char::from_u32(hexadecimal(4)?)?), 6)),
        b'U' => Some((Unquoted::Rune(char::from_u32(hexadecimal(8)?)?), 10)),
        b'0'..=b'7' => {
            let digits = text.get(1..4)?;
            let value = digits.iter().try_fold(0u32, |value, digit| {
                Some(value * 8 + char::from(*digit).to_digit(8)?)
            })?;
            Some((Unquoted::Byte(u8::try_from(value).ok()?), 4))
        }
        _ => None,
    }
}

/// Whether strings.TrimSpace leaves nothing of the text.
pub(super) fn is_blank(text: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (rune, width) = decode_rune(rest);
        if !matches!(rune, 9..=13 | 0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000)
        {
            return false;
        }
        rest = &rest[width..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_and_unquoting() {
        for (text, quoted) in [
            (&b"a\"b\\c"[..], r#""a\"b\\c""#),
            (b"\n\t\x07\x00\x7f", r#""\n\t\a\x00\x7f""#),
            (b"\xff\xc3\xa9", r#""\xff"#.trim_end()),
            ("\u{200b}\u{e000}\u{10ffff}".as_bytes(), r#""\u200b\ue000\U0010ffff""#),
        ] {
            assert!(quote(text).starts_with(quoted), "{} {quoted}", quote(text));
            assert_eq!(unquote(quote(text).as_bytes()).as_deref(), Some(text));
        }
        assert_eq!(quote_prefix("ééé".as_bytes(), 2), "\"éé\"");
        for bad in [r#""\q""#, r#""\'""#, r#""\ud800""#, r#""\400""#, r#""\x1""#, "\"\n\"", r#""\U00110000""#] {
            assert_eq!(unquote(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(unquote(b"`a\r\n\\n`").as_deref(), Some(&b"a\n\\n"[..]));
        assert_eq!(unquote(b"\"\xff\"").as_deref(), Some("\u{fffd}".as_bytes()));
    }

    #[test]
    fn runes() {
        assert_eq!(decode_rune(b"\xe2\x82"), (0xfffd, 1));
        assert_eq!(decode_last_rune("a€".as_bytes()), (0x20ac, 3));
        assert_eq!(decode_last_rune(b"\x82"), (0xfffd, 1));
        assert!(is_letter_or_digit(u32::from('é')) && !is_letter_or_digit(u32::from('€')));
        assert_eq!(describe_rune(u32::from('@')), "U+0040 '@'");
        assert_eq!(describe_rune(7), "U+0007");
    }
}
