//! Go's `unicode`: classes and simple case mappings of code points.
//!
//! Go 1.25 knows Unicode 15.0 and Go 1.27 knows 17.0; a thread uses the tables of one of them, as one program of Go's does.
//! Each class is computed once, when something that is not ASCII first asks for it.

use super::utf8;
use regex_syntax::hir::{Class, HirKind};
use std::cell::Cell;
use std::sync::LazyLock;

/// Ranges of code points, sorted, as first and last.
type Ranges = Vec<(char, char)>;

/// A version of Unicode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// 15.0, of Go 1.21 to 1.26.
    V15,
    /// 17.0, of Go 1.27.
    #[default]
    V17,
}

thread_local! {
    static VERSION: Cell<Version> = const { Cell::new(Version::V17) };
}

/// From now on this thread knows that version.
pub fn know(version: Version) {
    VERSION.set(version);
}

/// A class in both versions.
struct Tables {
    v15: LazyLock<Ranges>,
    v17: LazyLock<Ranges>,
}

impl Tables {
    fn contain(&self, rune: char) -> bool {
        let ranges = match VERSION.get() {
            Version::V15 => &self.v15,
            Version::V17 => &self.v17,
        };
        contains(ranges, rune)
    }
}

macro_rules! class {
    ($name:ident, $pattern:literal, $new:expr) => {
        static $name: Tables = Tables {
            v15: LazyLock::new(|| ranges(concat!("[", $pattern, "&&\\p{Age:15.0}]"))),
            v17: LazyLock::new(|| with(ranges(concat!("[", $pattern, "]")), $new)),
        };
    };
}

class!(PRINT, r"[\p{L}\p{M}\p{N}\p{P}\p{S}]", |_| true);
class!(LETTER, r"\p{L}", |kind| matches!(kind, Kind::Upper | Kind::Lower | Kind::Letter));
class!(UPPER, r"\p{Lu}", |kind| kind == Kind::Upper);
class!(LOWER, r"\p{Ll}", |kind| kind == Kind::Lower);
class!(DIGIT, r"\p{Nd}", |kind| kind == Kind::Digit);
class!(NUMBER, r"\p{N}", |kind| matches!(kind, Kind::Digit | Kind::Number));
class!(PUNCTUATION, r"\p{P}", |kind| kind == Kind::Punctuation);

/// What a new code point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Upper,
    Lower,
    Letter,
    Digit,
    Number,
    Punctuation,
    /// A mark or a symbol.
    Other,
}

/// The code points that are new in Unicode 17.0: the crate's tables are those of 16.0.
static NEW: [(char, char, Kind); 57] = [
    ('\u{88f}', '\u{88f}', Kind::Letter),
    ('\u{c5c}', '\u{c5c}', Kind::Letter),
    ('\u{cdc}', '\u{cdc}', Kind::Letter),
    ('\u{1acf}', '\u{1add}', Kind::Other),
    ('\u{1ae0}', '\u{1aeb}', Kind::Other),
    ('\u{20c1}', '\u{20c1}', Kind::Other),
    ('\u{2b96}', '\u{2b96}', Kind::Other),
    ('\u{a7ce}', '\u{a7ce}', Kind::Upper),
    ('\u{a7cf}', '\u{a7cf}', Kind::Lower),
    ('\u{a7d2}', '\u{a7d2}', Kind::Upper),
    ('\u{a7d4}', '\u{a7d4}', Kind::Upper),
    ('\u{a7f1}', '\u{a7f1}', Kind::Letter),
    ('\u{fbc3}', '\u{fbd2}', Kind::Other),
    ('\u{fd90}', '\u{fd91}', Kind::Other),
    ('\u{fdc8}', '\u{fdce}', Kind::Other),
    ('\u{10940}', '\u{10959}', Kind::Letter),
    ('\u{10ec5}', '\u{10ec7}', Kind::Letter),
    ('\u{10ed0}', '\u{10ed0}', Kind::Punctuation),
    ('\u{10ed1}', '\u{10ed8}', Kind::Other),
    ('\u{10efa}', '\u{10efb}', Kind::Other),
    ('\u{11b60}', '\u{11b67}', Kind::Other),
    ('\u{11db0}', '\u{11ddb}', Kind::Letter),
    ('\u{11de0}', '\u{11de9}', Kind::Digit),
    ('\u{16ea0}', '\u{16eb8}', Kind::Upper),
    ('\u{16ebb}', '\u{16ed3}', Kind::Lower),
    ('\u{16ff2}', '\u{16ff3}', Kind::Letter),
    ('\u{16ff4}', '\u{16ff6}', Kind::Number),
    ('\u{187f8}', '\u{187ff}', Kind::Letter),
    ('\u{18d09}', '\u{18d1e}', Kind::Letter),
    ('\u{18d80}', '\u{18df2}', Kind::Other),
    ('\u{1ccfa}', '\u{1ccfc}', Kind::Other),
    ('\u{1ceba}', '\u{1ced0}', Kind::Other),
    ('\u{1cee0}', '\u{1cef0}', Kind::Other),
    ('\u{1e6c0}', '\u{1e6de}', Kind::Letter),
    ('\u{1e6e0}', '\u{1e6e2}', Kind::Letter),
    ('\u{1e6e3}', '\u{1e6e3}', Kind::Other),
    ('\u{1e6e4}', '\u{1e6e5}', Kind::Letter),
    ('\u{1e6e6}', '\u{1e6e6}', Kind::Other),
    ('\u{1e6e7}', '\u{1e6ed}', Kind::Letter),
    ('\u{1e6ee}', '\u{1e6ef}', Kind::Other),
    ('\u{1e6f0}', '\u{1e6f4}', Kind::Letter),
    ('\u{1e6f5}', '\u{1e6f5}', Kind::Other),
    ('\u{1e6fe}', '\u{1e6ff}', Kind::Letter),
    ('\u{1f6d8}', '\u{1f6d8}', Kind::Other),
    ('\u{1f777}', '\u{1f77a}', Kind::Other),
    ('\u{1f8d0}', '\u{1f8d8}', Kind::Other),
    ('\u{1fa54}', '\u{1fa57}', Kind::Other),
    ('\u{1fa8a}', '\u{1fa8a}', Kind::Other),
    ('\u{1fa8e}', '\u{1fa8e}', Kind::Other),
    ('\u{1fac8}', '\u{1fac8}', Kind::Other),
    ('\u{1facd}', '\u{1facd}', Kind::Other),
    ('\u{1faea}', '\u{1faea}', Kind::Other),
    ('\u{1faef}', '\u{1faef}', Kind::Other),
    ('\u{1fbfa}', '\u{1fbfa}', Kind::Other),
    ('\u{2b73a}', '\u{2b73f}', Kind::Letter),
    ('\u{2cea2}', '\u{2cead}', Kind::Letter),
    ('\u{323b0}', '\u{33479}', Kind::Letter),
];

/// A class and those of the new code points that belong to it.
fn with(mut ranges: Ranges, belongs: fn(Kind) -> bool) -> Ranges {
    ranges.extend(NEW.iter().filter(|(_, _, kind)| belongs(*kind)).map(|&(first, last, _)| (first, last)));
    ranges.sort_unstable();
    ranges
}

fn ranges(pattern: &str) -> Ranges {
    let hir = regex_syntax::parse(pattern).expect("the classes above are valid");
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        _ => Ranges::new(),
    }
}

fn contains(ranges: &Ranges, rune: char) -> bool {
    let next = ranges.partition_point(|(start, _)| *start <= rune);
    next > 0 && ranges.get(next - 1).is_some_and(|(_, end)| rune <= *end)
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space, as `unicode.IsPrint`.
pub fn is_print(rune: char) -> bool {
    match rune {
        ' '..='~' => true,
        '\0'..='\u{a0}' | '\u{ad}' => false,
        ..='\u{ff}' => true,
        _ => PRINT.contain(rune),
    }
}

/// Category L.
pub fn is_letter(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { LETTER.contain(rune) }
}

/// Category Lu.
pub fn is_upper(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_uppercase() } else { UPPER.contain(rune) }
}

/// Category Ll.
pub fn is_lower(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_lowercase() } else { LOWER.contain(rune) }
}

/// Category Lt.
pub fn is_title(rune: char) -> bool {
    matches!(rune,
        '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}' | '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}'
        | '\u{1fa8}'..='\u{1faf}' | '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}')
}

/// Category Nd.
pub fn is_digit(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { DIGIT.contain(rune) }
}

/// Category N.
pub fn is_number(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { NUMBER.contain(rune) }
}

/// Category P.
pub fn is_punct(rune: char) -> bool {
    if rune.is_ascii() {
        rune.is_ascii_punctuation() && !matches!(rune, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
    } else {
        PUNCTUATION.contain(rune)
    }
}

/// The property White_Space.
pub fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// As `bytes.TrimSpace`.
pub fn trim_space(text: &[u8]) -> &[u8] {
    let mut text = trim_left_space(text);
    while let Some(&last) = text.last() {
        let (rune, size) = if last < 0x80 { (char::from(last), 1) } else { utf8::decode_last(text) };
        if !is_space(rune) {
            break;
        }
        text = &text[..text.len() - size];
    }
    text
}

/// As `bytes.TrimLeftFunc(text, unicode.IsSpace)`.
pub fn trim_left_space(mut text: &[u8]) -> &[u8] {
    while let Some(&first) = text.first() {
        let (rune, size) = if first < 0x80 { (char::from(first), 1) } else { utf8::decode(text) };
        if !is_space(rune) {
            break;
        }
        text = &text[size..];
    }
    text
}

/// The simple upper case mapping: always one code point, unlike Rust's.
pub fn to_upper(rune: char) -> char {
    if rune.is_ascii() {
        return rune.to_ascii_uppercase();
    }
    let mut full = rune.to_uppercase();
    match (full.next(), full.next()) {
        (Some(upper), None) => known(rune, upper),
        _ => iota_subscript(rune),
    }
}

/// The simple lower case mapping.
pub fn to_lower(rune: char) -> char {
    if rune.is_ascii() {
        return rune.to_ascii_lowercase();
    }
    let mut full = rune.to_lowercase();
    match (full.next(), full.next()) {
        (Some(lower), None) => known(rune, lower),
        // The only one whose full mapping is longer: I with dot above.
        _ => 'i',
    }
}

/// The simple title case mapping.
pub fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals for headings, but not at the start of a word.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        _ => to_upper(rune),
    }
}

/// A mapping that came with a later Unicode version than Go's is none.
fn known(rune: char, mapped: char) -> char {
    if rune == mapped || (PRINT.contain(rune) && (mapped.is_ascii() || is_print(mapped))) { mapped } else { rune }
}

/// The Greek letters with iota subscript: their full upper case is two code points, their simple one is one.
fn iota_subscript(rune: char) -> char {
    let code = rune as u32;
    let capital = match rune {
        '\u{1f80}'..='\u{1faf}' => code | 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => code + 9,
        _ => code,
    };
    char::from_u32(capital).unwrap_or(rune)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A checksum over all code points, computed with Go 1.26 (Unicode 15.0): FNV-1a over what the function gives.
    fn checksum(mut of: impl FnMut(char) -> u32) -> u64 {
        let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
        for rune in '\0'..=char::MAX {
            sum = (sum ^ u64::from(of(rune))).wrapping_mul(0x100_0000_01b3);
        }
        sum
    }

    #[test]
    fn every_code_point_is_as_in_go() {
        know(Version::V15);
        assert_eq!(checksum(|rune| u32::from(is_print(rune))), 0x23cf2c1ed4139389, "is_print");
        assert_eq!(checksum(|rune| u32::from(is_letter(rune))), 0x5b08a90b2475cbc5, "is_letter");
        assert_eq!(checksum(|rune| u32::from(is_upper(rune))), 0xd72161f109a48dc8, "is_upper");
        assert_eq!(checksum(|rune| u32::from(is_lower(rune))), 0x89b2a41f0421baf8, "is_lower");
        assert_eq!(checksum(|rune| u32::from(is_title(rune))), 0xe5c2807c98cb7a38, "is_title");
        assert_eq!(checksum(|rune| u32::from(is_digit(rune))), 0x3873769427cc346d, "is_digit");
        assert_eq!(checksum(|rune| u32::from(is_number(rune))), 0x583135ddedb719ca, "is_number");
        assert_eq!(checksum(|rune| u32::from(is_punct(rune))), 0x3aec152859074453, "is_punct");
        assert_eq!(checksum(|rune| u32::from(is_space(rune))), 0x6456ea463be947ac, "is_space");
        assert_eq!(checksum(|rune| to_upper(rune) as u32), 0x736934923ace8e04, "to_upper");
        assert_eq!(checksum(|rune| to_lower(rune) as u32), 0x6cb4860dcb97926d, "to_lower");
        assert_eq!(checksum(|rune| to_title(rune) as u32), 0xc7d97178699647e4, "to_title");
    }

    #[test]
    fn unicode_17_has_new_code_points() {
        know(Version::V17);
        assert!(is_print('\u{1fae9}') && is_print('\u{1faea}') && is_letter('\u{16ea0}') && is_digit('\u{11de0}'));
        assert_eq!((to_lower('\u{16ea0}'), to_upper('\u{a7cf}')), ('\u{16ebb}', '\u{a7ce}'));
        know(Version::V15);
        assert!(!is_print('\u{1fae9}') && !is_print('\u{1faea}') && !is_letter('\u{16ea0}'));
        assert_eq!((to_lower('\u{16ea0}'), to_upper('\u{a7cf}')), ('\u{16ea0}', '\u{a7cf}'));
    }
}
