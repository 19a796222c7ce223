//! Go's `unicode`: classes and simple case mappings of code points.
//!
//! Go 1.25 knows Unicode 15.0, so classes are cut to what that version had assigned.
//! Each class is computed once, when something that is not ASCII first asks for it.

use regex_syntax::hir::{Class, HirKind};
use std::sync::LazyLock;

/// Ranges of code points, sorted, as first and last.
type Ranges = Vec<(char, char)>;

macro_rules! class {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Ranges> = LazyLock::new(|| ranges(concat!("[", $pattern, "&&\\p{Age:15.0}]")));
    };
}

class!(PRINT, r"[\p{L}\p{M}\p{N}\p{P}\p{S}]");
class!(LETTER, r"\p{L}");
class!(UPPER, r"\p{Lu}");
class!(LOWER, r"\p{Ll}");
class!(DIGIT, r"\p{Nd}");
class!(NUMBER, r"\p{N}");
class!(PUNCTUATION, r"\p{P}");

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
        _ => contains(&PRINT, rune),
    }
}

/// Category L.
pub fn is_letter(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_alphabetic() } else { contains(&LETTER, rune) }
}

/// Category Lu.
pub fn is_upper(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_uppercase() } else { contains(&UPPER, rune) }
}

/// Category Ll.
pub fn is_lower(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_lowercase() } else { contains(&LOWER, rune) }
}

/// Category Lt.
pub fn is_title(rune: char) -> bool {
    matches!(rune,
        '\u{1c5}' | '\u{1c8}' | '\u{1cb}' | '\u{1f2}' | '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}'
        | '\u{1fa8}'..='\u{1faf}' | '\u{1fbc}' | '\u{1fcc}' | '\u{1ffc}')
}

/// Category Nd.
pub fn is_digit(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { contains(&DIGIT, rune) }
}

/// Category N.
pub fn is_number(rune: char) -> bool {
    if rune.is_ascii() { rune.is_ascii_digit() } else { contains(&NUMBER, rune) }
}

/// Category P.
pub fn is_punct(rune: char) -> bool {
    if rune.is_ascii() {
        rune.is_ascii_punctuation() && !matches!(rune, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
    } else {
        contains(&PUNCTUATION, rune)
    }
}

/// The property White_Space.
pub fn is_space(rune: char) -> bool {
    rune.is_whitespace()
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
    if rune == mapped || (contains(&PRINT, rune) && (mapped.is_ascii() || is_print(mapped))) { mapped } else { rune }
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
}
