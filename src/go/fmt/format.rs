//! Single numbers, strings and booleans under flags, width and precision, as fmt's format.go.

use super::Printer;
use crate::go::str::Str;
use crate::go::strconv;
use crate::go::unicode::is_print;
use crate::go::utf8::{self, RUNE_ERROR};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub width: Option<usize>,
    pub precision: Option<usize>,
    pub minus: bool,
    pub plus: bool,
    pub sharp: bool,
    pub space: bool,
    pub zero: bool,
    /// `%+v`: `plus` is cleared then.
    pub plus_v: bool,
    /// `%#v`: `sharp` is cleared then.
    pub sharp_v: bool,
}

const LOWER: &[u8; 17] = b"0123456789abcdefx";
const UPPER: &[u8; 17] = b"0123456789ABCDEFX";

fn digits(verb: char) -> &'static [u8; 17] {
    if verb == 'X' { UPPER } else { LOWER }
}

/// The runes of a text up to the precision.
fn truncate(text: &[u8], precision: Option<usize>) -> &[u8] {
    match precision {
        Some(precision) if precision < text.len() => {
            let end = utf8::runes(text).nth(precision).map_or(text.len(), |(at, _)| at);
            &text[..end]
        }
        _ => text,
    }
}

impl Printer {
    fn padding(&mut self, count: usize) {
        // Zeros pad only to the left.
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.extend(std::iter::repeat_n(byte, count));
    }

    /// Appends a text padded to the width and returns where it starts.
    pub(super) fn pad(&mut self, text: &[u8]) -> usize {
        let missing = match self.flags.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(utf8::rune_count(text)),
        };
        if missing > 0 && !self.flags.minus {
            self.padding(missing);
        }
        let start = self.out.len();
        self.out.extend_from_slice(text);
        if missing > 0 && self.flags.minus {
            self.padding(missing);
        }
        start
    }

    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text);
        self.flags.zero = zero;
    }

    /// `%U`: `U+0078`, with `#` also `U+0078 'x'`.
    pub(super) fn format_unicode(&mut self, value: u64) {
        let precision = self.flags.precision.unwrap_or(4).max(4);
        let number = format!("{value:X}");
        // Rust's own precision ends at 65535, where it panics.
        let mut text = b"U+".to_vec();
        text.resize(2 + precision.saturating_sub(number.len()), b'0');
        text.extend_from_slice(number.as_bytes());
        if self.flags.sharp
            && let Some(rune) = u32::try_from(value).ok().and_then(char::from_u32)
            && is_print(rune)
        {
            text.extend_from_slice(b" '");
            utf8::push(&mut text, rune);
            text.push(b'\'');
        }
        self.pad_with_spaces(&text);
    }

    /// An integer in a base; a signed one comes as its two's complement.
    pub(super) fn format_integer(&mut self, value: u64, base: u64, signed: bool, verb: char) {
        let negative = signed && (value as i64) < 0;
        let mut value = if negative { value.wrapping_neg() } else { value };
        let Flags { plus, space, sharp, .. } = self.flags;
        // Leading zeros come from a precision or else from the zero flag.
        let least = match self.flags {
            Flags { precision: Some(0), .. } if value == 0 => {
                // Nothing but padding.
                self.pad_with_spaces(b"");
                return;
            }
            Flags { precision: Some(precision), .. } => precision,
            Flags { zero: true, minus: false, width: Some(width), .. } => {
                width.saturating_sub(usize::from(negative || plus || space))
            }
            _ => 0,
        };
        // Written from right to left.
        let set = digits(verb);
        let mut text = Vec::with_capacity(least.max(20) + 3);
        loop {
            text.push(set[(value % base) as usize]);
            value /= base;
            if value == 0 {
                break;
            }
        }
        text.resize(text.len().max(least), b'0');
        if sharp {
            match base {
                2 => text.extend_from_slice(b"b0"),
                8 if text.last() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(&[set[16], b'0']),
                _ => {}
            }
        }
        if verb == 'O' {
            text.extend_from_slice(b"o0");
        }
        if negative {
            text.push(b'-');
        } else if plus {
            text.push(b'+');
        } else if space {
            text.push(b' ');
        }
        text.reverse();
        self.pad_with_spaces(&text);
    }

    /// A string as it is.
    pub(super) fn format_string(&mut self, text: &[u8], source: Option<&Str>) {
        let text = truncate(text, self.flags.precision);
        let start = self.pad(text);
        self.mark_part(start, source, text);
    }

    /// `%x` and `%X` of a string or bytes.
    pub(super) fn format_hex(&mut self, text: &[u8], source: Option<&Str>, verb: char) {
        let Flags { space, sharp, minus, width, precision, .. } = self.flags;
        let text = &text[..precision.unwrap_or(usize::MAX).min(text.len())];
        let wanted = width.unwrap_or(0);
        if text.is_empty() {
            self.padding(wanted);
            return;
        }
        let set = digits(verb);
        let mut width = 2 * text.len();
        if space {
            width = width * if sharp { 2 } else { 1 } + text.len() - 1;
        } else if sharp {
            width += 2;
        }
        if !minus {
            self.padding(wanted.saturating_sub(width));
        }
        let start = self.out.len();
        for (index, byte) in text.iter().enumerate() {
            if space && index > 0 {
                self.out.push(b' ');
            }
            if sharp && (space || index == 0) {
                self.out.extend_from_slice(&[b'0', set[16]]);
            }
            self.out.extend_from_slice(&[set[usize::from(byte >> 4)], set[usize::from(byte & 15)]]);
        }
        self.mark_derived(start, source);
        if minus {
            self.padding(wanted.saturating_sub(width));
        }
    }

    /// `%q` of a string.
    pub(super) fn format_quoted(&mut self, text: &[u8], source: Option<&Str>) {
        let text = truncate(text, self.flags.precision);
        let before = self.out.len();
        if self.flags.sharp && strconv::can_backquote(text) {
            self.pad(&[b"`", text, b"`"].concat());
        } else {
            let mut quoted = Vec::new();
            if self.flags.plus {
                strconv::append_quote_to_ascii(&mut quoted, text);
            } else {
                strconv::append_quote(&mut quoted, text);
            }
            self.pad(&quoted);
        }
        self.mark_derived(before, source);
    }

    /// `%c`.
    pub(super) fn format_character(&mut self, value: u64) {
        self.pad(rune(value).encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// `%q` of an integer.
    pub(super) fn format_quoted_character(&mut self, value: u64) {
        let mut quoted = Vec::new();
        if self.flags.plus {
            strconv::append_quote_rune_to_ascii(&mut quoted, rune(value));
        } else {
            strconv::append_quote_rune(&mut quoted, rune(value));
        }
        self.pad(&quoted);
    }

    /// A float64 by a format of strconv; `precision` is the verb's own.
    pub(super) fn format_float(&mut self, value: f64, verb: u8, precision: Option<usize>) {
        let Flags { plus, space, sharp, zero, minus, width, .. } = self.flags;
        let precision = self.flags.precision.or(precision);
        let mut number = vec![b'+'];
        strconv::append_float(&mut number, value, verb, precision, 64);
        if matches!(number.get(1), Some(b'-' | b'+')) {
            number.remove(0);
        }
        if space && number[0] == b'+' && !plus {
            number[0] = b' ';
        }
        if matches!(number.get(1), Some(b'I' | b'N')) {
            // Not numbers, so without zeros, and NaN has no sign unless asked for one; +Inf keeps it.
            let start = usize::from(number[1] == b'N' && !space && !plus);
            self.pad_with_spaces(&number[start..]);
            return;
        }
        if sharp && verb != b'b' {
            keep_point_and_zeros(&mut number, verb, precision);
        }
        if plus || number[0] != b'+' {
            // Zeros stand between sign and digits.
            if zero && !minus && width.is_some_and(|width| width > number.len()) {
                self.out.push(number[0]);
                self.padding(width.unwrap_or(0) - number.len());
                self.out.extend_from_slice(&number[1..]);
                return;
            }
            self.pad(&number);
            return;
        }
        self.pad(&number[1..]);
    }
}

/// A code point, or U+FFFD where the number is none.
fn rune(value: u64) -> char {
    u32::try_from(value).ok().and_then(char::from_u32).unwrap_or(RUNE_ERROR)
}

/// What the flag `#` does to a number with its sign: a decimal point always, and the zeros that `%g` leaves out.
fn keep_point_and_zeros(number: &mut Vec<u8>, verb: u8, precision: Option<usize>) {
    let mut missing = match verb {
        b'g' | b'G' | b'x' => precision.map_or(6, |precision| precision as i64),
        _ => 0,
    };
    let mut point = false;
    let mut significant = false;
    let mut end = number.len();
    for (index, &byte) in number.iter().enumerate().skip(1) {
        match byte {
            b'.' => point = true,
            b'p' | b'P' => {
                end = index;
                break;
            }
            b'e' | b'E' if !matches!(verb, b'x' | b'X') => {
                end = index;
                break;
            }
            _ => {
                significant |= byte != b'0';
                missing -= i64::from(significant);
            }
        }
    }
    let tail = number.split_off(end);
    if !point {
        // A lone zero counts as a digit.
        if number.len() == 2 && number[1] == b'0' {
            missing -= 1;
        }
        number.push(b'.');
    }
    number.extend(std::iter::repeat_n(b'0', usize::try_from(missing).unwrap_or(0)));
    number.extend_from_slice(&tail);
}
