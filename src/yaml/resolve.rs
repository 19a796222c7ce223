//! What type the text of a scalar has, as goyaml resolve.go finds it.

use crate::go::strconv;

/// A resolved scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A point in time, which stays the text it is.
    Timestamp,
    /// Any other text.
    String,
}

impl Resolved {
    /// The short tag of the type.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Resolved::Null => "!!null",
            Resolved::Bool(_) => "!!bool",
            Resolved::Int(_) | Resolved::Uint(_) => "!!int",
            Resolved::Float(_) => "!!float",
            Resolved::Timestamp => "!!timestamp",
            Resolved::String => "!!str",
        }
    }
}

/// The two generations of goyaml, where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// YAML 1.1: `yes` and `on` are booleans, strings are folded at 80 columns, lists in maps are not indented.
    V2,
    /// `toYamlPretty`.
    V3,
}

/// The type of a plain scalar; `timestamps` says whether it may be a point in time.
pub(super) fn resolve(text: &[u8], timestamps: bool, version: Version) -> Resolved {
    let Some(&first) = text.first() else {
        return Resolved::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text, version),
        b'.' => match text {
            b".nan" | b".NaN" | b".NAN" => Resolved::Float(f64::NAN),
            b".inf" | b".Inf" | b".INF" => Resolved::Float(f64::INFINITY),
            // Not goyaml's pattern but Go's own syntax, which allows underscores.
            _ => strconv::parse_float(text).map_or(Resolved::String, Resolved::Float),
        },
        b'+' | b'-' | b'0'..=b'9' => number(text, timestamps, version),
        _ => Resolved::String,
    }
}

fn word(text: &[u8], version: Version) -> Resolved {
    match text {
        b"true" | b"True" | b"TRUE" => Resolved::Bool(true),
        b"false" | b"False" | b"FALSE" => Resolved::Bool(false),
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Null,
        _ if version == Version::V3 => Resolved::String,
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"on" | b"On" | b"ON" => Resolved::Bool(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"off" | b"Off" | b"OFF" => Resolved::Bool(false),
        _ => Resolved::String,
    }
}

/// Whether YAML 1.1 takes the word for a boolean although YAML 1.2 does not.
pub(super) fn is_old_bool(text: &[u8]) -> bool {
    matches!(word(text, Version::V2), Resolved::Bool(_)) && word(text, Version::V3) == Resolved::String
}

/// A text that starts with a digit or a sign.
fn number(text: &[u8], timestamps: bool, version: Version) -> Resolved {
    match text {
        b"+.inf" | b"+.Inf" | b"+.INF" => return Resolved::Float(f64::INFINITY),
        b"-.inf" | b"-.Inf" | b"-.INF" => return Resolved::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if timestamps && is_timestamp(text) {
        return Resolved::Timestamp;
    }
    // No form of a number has any other characters.
    let possible =
        |&byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'x' | b'X' | b'o' | b'O');
    if !text.iter().all(possible) {
        return Resolved::String;
    }
    let stripped: Vec<u8>;
    let plain = if text.contains(&b'_') {
        stripped = text.iter().copied().filter(|&byte| byte != b'_').collect();
        &stripped
    } else {
        text
    };
    if let Some(number) = integer(plain, 0) {
        return number;
    }
    if let Some(number) = float_pattern(plain).then(|| float(plain)).flatten() {
        return Resolved::Float(number);
    }
    // The prefixes may be followed by a sign of their own, which integer() has refused.
    let prefixes: &[(&[u8], &[u8], u32)] = match version {
        Version::V2 => &[(b"0b", b"-0b", 2)],
        Version::V3 => &[(b"0b", b"-0b", 2), (b"0o", b"-0o", 8)],
    };
    for &(prefix, negative, base) in prefixes {
        if let Some(digits) = plain.strip_prefix(prefix) {
            if let Some(number) = integer(digits, base) {
                return number;
            }
        } else if let Some(digits) = plain.strip_prefix(negative) {
            let signed = [b"-", digits].concat();
            if let Some(number @ Resolved::Int(_)) = integer(&signed, base) {
                return number;
            }
        }
    }
    Resolved::String
}

/// As `strconv.ParseInt` and then `strconv.ParseUint`, in base 0 with prefixes.
fn integer(text: &[u8], base: u32) -> Option<Resolved> {
    let (negative, signed, digits) = match text {
        [b'-', rest @ ..] => (true, true, rest),
        [b'+', rest @ ..] => (false, true, rest),
        _ => (false, false, text),
    };
    let (base, digits) = match (base, digits) {
        (0, [b'0', b'x' | b'X', rest @ ..]) => (16, rest),
        (0, [b'0', b'b' | b'B', rest @ ..]) => (2, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) => (8, rest),
        (0, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest),
        (0, _) => (10, digits),
        _ => (base, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &digit in digits {
        let digit = char::from(digit).to_digit(base)?;
        value = value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))?;
    }
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Resolved::Int);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Resolved::Int(value)),
        // ParseUint takes no sign.
        Err(_) if signed => None,
        Err(_) => Some(Resolved::Uint(value)),
    }
}

/// The pattern `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`.
fn float_pattern(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let whole = digits(rest);
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if whole == 0 && length == 0 {
            return false;
        }
        rest = &fraction[length..];
    } else if whole == 0 {
        return false;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

/// As `strconv.ParseFloat` of a decimal number; too large a number is an error.
fn float(text: &[u8]) -> Option<f64> {
    if !float_pattern(text) {
        return None;
    }
    let number: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Whether `time.Parse` accepts the text in one of goyaml's four layouts.
pub(super) fn is_timestamp(text: &[u8]) -> bool {
    if text.len() < 8 || text[4] != b'-' || !text[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let year = text[..4].iter().fold(0, |year, &digit| year * 10 + u32::from(digit - b'0'));
    timestamp(year, &text[5..]).is_some()
}

fn timestamp(year: u32, text: &[u8]) -> Option<()> {
    let mut rest = text;
    let month = take_number(&mut rest)?;
    take(&mut rest, b'-')?;
    let day = take_number(&mut rest)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=days).contains(&day) {
        return None;
    }
    let Some((&separator, after)) = rest.split_first() else {
        return Some(());
    };
    if !matches!(separator, b'T' | b't' | b' ') {
        return None;
    }
    rest = after;
    let hour = take_number(&mut rest)?;
    take(&mut rest, b':')?;
    let minute = take_number(&mut rest)?;
    take(&mut rest, b':')?;
    let second = take_number(&mut rest)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if let [b'.' | b',', b'0'..=b'9', ..] = rest {
        let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = &rest[1 + digits..];
    }
    let ended = match (separator, rest) {
        (b' ', []) | (b'T' | b't', b"Z") => true,
        (b'T' | b't', [b'+' | b'-', h1, h2, b':', m1, m2]) => {
            let two = |tens: &u8, ones: &u8| {
                (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
            };
            two(h1, h2).is_some_and(|hours| hours <= 24) && two(m1, m2).is_some_and(|minutes| minutes <= 60)
        }
        _ => false,
    };
    ended.then_some(())
}

/// One or two digits.
fn take_number(rest: &mut &[u8]) -> Option<u32> {
    let digits = rest.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    let (number, after) = rest.split_at(digits);
    *rest = after;
    (digits > 0).then(|| number.iter().fold(0, |number, &digit| number * 10 + u32::from(digit - b'0')))
}

fn take(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_as_goyaml() {
        for (text, expected) in [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("yes", Resolved::Bool(true)),
            ("Off", Resolved::Bool(false)),
            ("yEs", Resolved::String),
            ("0777", Resolved::Int(0o777)),
            ("0o17", Resolved::Int(15)),
            ("08", Resolved::Float(8.0)),
            ("0x1F", Resolved::Int(31)),
            ("-0b101", Resolved::Int(-5)),
            ("0b+1", Resolved::Int(1)),
            ("1_000", Resolved::Int(1000)),
            ("+5", Resolved::Int(5)),
            ("1:30", Resolved::String),
            ("9223372036854775808", Resolved::Uint(1 << 63)),
            ("+9223372036854775808", Resolved::Float(9223372036854775808.0)),
            ("18446744073709551616", Resolved::Float(18446744073709551616.0)),
            ("0xFFFFFFFFFFFFFFFFF", Resolved::String),
            ("1e3", Resolved::Float(1000.0)),
            ("1e999", Resolved::String),
            (".5", Resolved::Float(0.5)),
            (".", Resolved::String),
            (".1_0", Resolved::Float(0.1)),
            ("1.", Resolved::Float(1.0)),
            ("1.2.3", Resolved::String),
            ("-", Resolved::String),
            ("2001-01-01", Resolved::Timestamp),
            ("2001-1-1 1:2:3,5", Resolved::Timestamp),
            ("2001-02-30", Resolved::String),
            ("2001-12-14t21:59:43.10-05:00", Resolved::Timestamp),
            ("2001-12-14 21:59:43.10 -5", Resolved::String),
        ] {
            assert_eq!(resolve(text.as_bytes(), true, Version::V2), expected, "{text}");
        }
        assert_eq!(resolve(b"yes", true, Version::V3), Resolved::String);
        assert!(is_old_bool(b"yes") && !is_old_bool(b"true"));
    }
}
