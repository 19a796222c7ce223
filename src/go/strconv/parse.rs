//! Numbers and booleans from text, with Go's errors.

use super::quote::quote;
use std::fmt;

/// Why a text is not a number, as `strconv.NumError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumError {
    /// The function that was called: `ParseInt`.
    pub function: &'static str,
    /// The text.
    pub text: Vec<u8>,
    /// Why.
    pub kind: NumErrorKind,
}

/// The reasons of a [`NumError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumErrorKind {
    /// Not a number at all.
    Syntax,
    /// Too large or too small.
    Range,
    /// No such base.
    Base(u32),
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: ", self.function, quote(&self.text))?;
        match self.kind {
            NumErrorKind::Syntax => f.write_str("invalid syntax"),
            NumErrorKind::Range => f.write_str("value out of range"),
            NumErrorKind::Base(base) => write!(f, "invalid base {base}"),
        }
    }
}

impl std::error::Error for NumError {}

fn error(function: &'static str, text: &[u8], kind: NumErrorKind) -> NumError {
    NumError { function, text: text.to_vec(), kind }
}

/// As `strconv.ParseBool`.
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(error("ParseBool", text, NumErrorKind::Syntax)),
    }
}

/// As `strconv.ParseInt` with bit size 64; base 0 reads prefixes and underscores.
pub fn parse_int(text: &[u8], base: u32) -> Result<i64, NumError> {
    signed(text, base).map_err(|kind| error("ParseInt", text, kind))
}

/// As `strconv.ParseUint` with bit size 64.
pub fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumError> {
    unsigned(text, base).map_err(|kind| error("ParseUint", text, kind))
}

/// As `strconv.Atoi`.
pub fn atoi(text: &[u8]) -> Result<i64, NumError> {
    signed(text, 10).map_err(|kind| error("Atoi", text, kind))
}

fn signed(text: &[u8], base: u32) -> Result<i64, NumErrorKind> {
    let (negative, digits) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let magnitude = unsigned(digits, base)?;
    if negative {
        0i64.checked_sub_unsigned(magnitude).ok_or(NumErrorKind::Range)
    } else {
        i64::try_from(magnitude).map_err(|_| NumErrorKind::Range)
    }
}

fn unsigned(text: &[u8], base: u32) -> Result<u64, NumErrorKind> {
    let (radix, digits) = match base {
        2..=36 => (base, text),
        0 => match text {
            [b'0', b'b' | b'B', rest @ ..] if !rest.is_empty() => (2, rest),
            [b'0', b'o' | b'O', rest @ ..] if !rest.is_empty() => (8, rest),
            [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (16, rest),
            [b'0', rest @ ..] => (8, rest),
            _ => (10, text),
        },
        _ => return Err(if text.is_empty() { NumErrorKind::Syntax } else { NumErrorKind::Base(base) }),
    };
    if text.is_empty() {
        return Err(NumErrorKind::Syntax);
    }
    let mut value: u64 = 0;
    let mut underscores = false;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or(NumErrorKind::Syntax)?;
        // As in Go, what follows an overflow is not looked at.
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(NumErrorKind::Range)?;
    }
    if underscores && !underscores_separate_digits(text) { Err(NumErrorKind::Syntax) } else { Ok(value) }
}

/// As strconv underscoreOK: an underscore stands between digits, or between a base prefix and a digit.
fn underscores_separate_digits(text: &[u8]) -> bool {
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let prefixed = matches!(text, [b'0', b'b' | b'B' | b'o' | b'O' | b'x' | b'X', ..]);
    let hex = matches!(text, [b'0', b'x' | b'X', ..]);
    let mut last = if prefixed { b'0' } else { b'^' };
    for &byte in &text[if prefixed { 2 } else { 0 }..] {
        let class = match byte {
            b'_' => b'_',
            _ if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() => b'0',
            _ => b'!',
        };
        if (class == b'_' && last != b'0') || (class == b'!' && last == b'_') {
            return false;
        }
        last = class;
    }
    last != b'_'
}

/// As `strconv.ParseFloat` with bit size 64.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    float(text).map_err(|kind| error("ParseFloat", text, kind))
}

fn float(text: &[u8]) -> Result<f64, NumErrorKind> {
    if let Some(value) = special(text) {
        return Ok(value);
    }
    let (negative, rest) = match text {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let hex = matches!(rest, [b'0', b'x' | b'X', _, ..]);
    let digits = if hex { &rest[2..] } else { rest };
    let number = Number::read(digits, hex).ok_or(NumErrorKind::Syntax)?;
    if digits.contains(&b'_') && !underscores_separate_digits(text) {
        return Err(NumErrorKind::Syntax);
    }
    let magnitude = if hex {
        number.hexadecimal()
    } else {
        // Rust rounds as Go does, and reads the same syntax but for underscores.
        let digits: String = digits.iter().filter(|&&byte| byte != b'_').map(|&byte| char::from(byte)).collect();
        digits.parse::<f64>().map_err(|_| NumErrorKind::Syntax)?
    };
    if magnitude.is_infinite() {
        return Err(NumErrorKind::Range);
    }
    Ok(if negative { -magnitude } else { magnitude })
}

/// The names of infinity and of no number, in any case.
fn special(text: &[u8]) -> Option<f64> {
    let (sign, name) = match text {
        [b'+', rest @ ..] => (Some(1.0), rest),
        [b'-', rest @ ..] => (Some(-1.0), rest),
        _ => (None, text),
    };
    if name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity") {
        return Some(f64::INFINITY * sign.unwrap_or(1.0));
    }
    (sign.is_none() && name.eq_ignore_ascii_case(b"nan")).then_some(f64::NAN)
}

/// The parts of a floating-point literal.
struct Number<'a> {
    digits: &'a [u8],
    /// How many of the digits stand before the point.
    point: usize,
    exponent: i64,
}

impl<'a> Number<'a> {
    /// As strconv readFloat; `None` is a syntax error.
    fn read(text: &'a [u8], hex: bool) -> Option<Number<'a>> {
        let mut point = None;
        let mut digits = 0usize;
        let mut end = text.len();
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                b'_' => {}
                b'.' if point.is_none() => point = Some(digits),
                _ if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() => digits += 1,
                _ => {
                    end = at;
                    break;
                }
            }
        }
        if digits == 0 {
            return None;
        }
        let exponent = match &text[end..] {
            [] if hex => return None,
            [] => 0,
            [letter, rest @ ..] if letter.eq_ignore_ascii_case(if hex { &b'p' } else { &b'e' }) => {
                Self::exponent(rest)?
            }
            _ => return None,
        };
        Some(Number { digits: &text[..end], point: point.unwrap_or(digits), exponent })
    }

    fn exponent(text: &[u8]) -> Option<i64> {
        let (sign, digits) = match text {
            [b'+', rest @ ..] => (1, rest),
            [b'-', rest @ ..] => (-1, rest),
            _ => (1, text),
        };
        if !digits.first()?.is_ascii_digit() {
            return None;
        }
        let mut value: i64 = 0;
        for &byte in digits {
            match byte {
                b'_' => {}
                // A large one is only kept large.
                b'0'..=b'9' if value < 10_000 => value = value * 10 + i64::from(byte - b'0'),
                b'0'..=b'9' => {}
                _ => return None,
            }
        }
        Some(sign * value)
    }

    /// The value of a hexadecimal literal, rounded to even.
    fn hexadecimal(&self) -> f64 {
        let mut mantissa: u64 = 0;
        let mut kept: usize = 0;
        let mut lost = false;
        let mut seen: usize = 0;
        for &byte in self.digits {
            let Some(digit) = char::from(byte).to_digit(16) else { continue };
            seen += 1;
            if mantissa >> 56 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
                kept = seen;
            } else {
                lost |= digit != 0;
            }
        }
        if mantissa == 0 {
            return 0.0;
        }
        let exponent = self.exponent.saturating_add((self.point as i64).saturating_sub(kept as i64).saturating_mul(4));
        scale(mantissa, exponent, lost)
    }
}

/// `mantissa * 2^exponent` rounded to even; `lost` says that the true value is a little more.
fn scale(mantissa: u64, exponent: i64, lost: bool) -> f64 {
    // The highest bit at bit 63.
    let shift = mantissa.leading_zeros();
    let mut mantissa = mantissa << shift;
    let exponent = exponent.saturating_sub(i64::from(shift)).saturating_add(63);
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // 53 bits remain of a normal number, fewer of a denormal one.
    let drop = if exponent < -1022 { 11i64.saturating_add(-1022 - exponent) } else { 11 };
    if drop > 64 {
        return 0.0;
    }
    let (whole, fraction, half) = if drop == 64 {
        (0, mantissa, 1u64 << 63)
    } else {
        (mantissa >> drop, mantissa & ((1 << drop) - 1), 1 << (drop - 1))
    };
    mantissa = whole;
    if fraction > half || (fraction == half && (lost || whole & 1 == 1)) {
        mantissa += 1;
    }
    // The mantissa's top bit, or a carry into it, adds one to the exponent field.
    let field = if exponent < -1022 { 0 } else { (exponent + 1022) as u64 };
    let bits = (field << 52).wrapping_add(mantissa);
    f64::from_bits(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        let cases: [(&str, u32, Result<i64, &str>); 22] = [
            ("0", 0, Ok(0)),
            ("010", 0, Ok(8)),
            ("0x1F", 0, Ok(31)),
            ("-0b101", 0, Ok(-5)),
            ("0o17", 0, Ok(15)),
            ("1_000", 0, Ok(1000)),
            ("0x_1", 0, Ok(1)),
            ("1__0", 0, Err("strconv.ParseInt: parsing \"1__0\": invalid syntax")),
            ("_1", 0, Err("strconv.ParseInt: parsing \"_1\": invalid syntax")),
            ("1_", 0, Err("strconv.ParseInt: parsing \"1_\": invalid syntax")),
            ("1_0", 10, Err("strconv.ParseInt: parsing \"1_0\": invalid syntax")),
            ("08", 0, Err("strconv.ParseInt: parsing \"08\": invalid syntax")),
            ("0x", 0, Err("strconv.ParseInt: parsing \"0x\": invalid syntax")),
            ("", 0, Err("strconv.ParseInt: parsing \"\": invalid syntax")),
            ("+", 10, Err("strconv.ParseInt: parsing \"+\": invalid syntax")),
            ("+7", 10, Ok(7)),
            ("9223372036854775807", 10, Ok(i64::MAX)),
            ("-9223372036854775808", 10, Ok(i64::MIN)),
            ("9223372036854775808", 10, Err("strconv.ParseInt: parsing \"9223372036854775808\": value out of range")),
            (
                "99999999999999999999x",
                10,
                Err("strconv.ParseInt: parsing \"99999999999999999999x\": value out of range"),
            ),
            ("zz", 36, Ok(1295)),
            ("1", 1, Err("strconv.ParseInt: parsing \"1\": invalid base 1")),
        ];
        for (text, base, value) in cases {
            assert_eq!(
                parse_int(text.as_bytes(), base).map_err(|e| e.to_string()),
                value.map_err(str::to_owned),
                "{text}"
            );
        }
    }

    #[test]
    fn floats() {
        let cases: [(&str, Result<f64, &str>); 30] = [
            ("1", Ok(1.0)),
            ("1.", Ok(1.0)),
            (".5", Ok(0.5)),
            ("-1.5e3", Ok(-1500.0)),
            ("1E+2", Ok(100.0)),
            ("1_23.50_0_0e+1_2", Ok(1.235e14)),
            ("-_123.5e+12", Err("invalid syntax")),
            ("1e", Err("invalid syntax")),
            (".", Err("invalid syntax")),
            ("", Err("invalid syntax")),
            ("1x", Err("invalid syntax")),
            (" 1", Err("invalid syntax")),
            ("1.2.3", Err("invalid syntax")),
            ("1e400", Err("value out of range")),
            ("1e-400", Ok(0.0)),
            ("inf", Ok(f64::INFINITY)),
            ("-Infinity", Ok(f64::NEG_INFINITY)),
            ("+nan", Err("invalid syntax")),
            ("infi", Err("invalid syntax")),
            ("0x1p0", Ok(1.0)),
            ("0x1.8p1", Ok(3.0)),
            ("-0X.8P+4", Ok(-8.0)),
            ("0x10", Err("invalid syntax")),
            ("0x1.fffffffffffff8p0", Ok(2.0)),
            ("0x1.fffffffffffff7p0", Ok(1.999_999_999_999_999_8)),
            ("0x1p1024", Err("value out of range")),
            ("0x1p-1074", Ok(5e-324)),
            ("0x1p-1075", Ok(0.0)),
            ("0x1.8p-1075", Ok(5e-324)),
            ("0x0.00000000000000000000000001p104", Ok(1.0)),
        ];
        for (text, value) in cases {
            let got = parse_float(text.as_bytes()).map_err(|e| e.to_string());
            let value = value.map_err(|why| format!("strconv.ParseFloat: parsing {text:?}: {why}"));
            assert_eq!(got, value, "{text}");
        }
        assert!(parse_float(b"NaN").is_ok_and(f64::is_nan));
    }
}
