//! Number literals, under all the types that can represent them.

use super::lex::Kind;
use crate::go::Str;
use crate::go::strconv::{Unquoted, parse_float, parse_int, parse_uint, quote, unquote_char};

/// As NumberNode: the value under each type that it fits, which simulates Go's ideal constants.
#[derive(Debug)]
pub(super) struct Number {
    pub text: Str,
    pub int: Option<i64>,
    pub uint: Option<u64>,
    pub float: Option<f64>,
    pub complex: Option<(f64, f64)>,
}

/// What idealConstant makes of a number whose type nothing else tells.
pub(super) enum Ideal {
    Complex(f64, f64),
    Float(f64),
    Int(i64),
    /// Too large for an int.
    Overflow,
    Nothing,
}

impl Number {
    /// As newNumber. The error is the text of Go's.
    pub fn parse(text: Str, kind: Kind) -> Result<Number, String> {
        let mut number = Number { text, int: None, uint: None, float: None, complex: None };
        let text = number.text.clone();
        match kind {
            Kind::CharConstant => {
                let (character, rest) =
                    unquote_char(text.get(1..).unwrap_or_default(), b'\'').ok_or("invalid syntax")?;
                if rest != b"'" {
                    return Err(format!("malformed character constant: {text}"));
                }
                let value = match character {
                    Unquoted::Byte(byte) => u32::from(byte),
                    Unquoted::Rune(rune) => u32::from(rune),
                };
                number.int = Some(i64::from(value));
                number.uint = Some(u64::from(value));
                number.float = Some(f64::from(value));
                return Ok(number);
            }
            Kind::Complex => {
                let (real, imaginary) = scan_complex(&text)?;
                number.set_complex(real, imaginary);
                return Ok(number);
            }
            _ => {}
        }
        if let Some(Ok(imaginary)) = text.strip_suffix(b"i").map(parse_float) {
            number.set_complex(0.0, imaginary);
            return Ok(number);
        }
        number.uint = parse_uint(&text, 0).ok();
        number.int = parse_int(&text, 0).ok();
        if number.int == Some(0) && number.uint.is_none() {
            number.uint = Some(0);
        }
        if let Some(int) = number.int {
            number.float = Some(int as f64);
        } else if let Some(uint) = number.uint {
            number.float = Some(uint as f64);
        } else if let Ok(float) = parse_float(&text) {
            if !has_fraction_or_exponent(&text) {
                return Err(format!("integer overflow: {}", quote(&text)));
            }
            number.set_float(float);
        }
        if number.float.is_none() {
            return Err(format!("illegal number syntax: {}", quote(&text)));
        }
        Ok(number)
    }

    fn set_float(&mut self, float: f64) {
        self.float = Some(float);
        if float.trunc() == float {
            // Outside of these bounds Go's conversion gives another number, which is not equal to the float.
            if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float) {
                self.int = Some(float as i64);
            }
            if (0.0..18_446_744_073_709_551_616.0).contains(&float) {
                self.uint = Some(float as u64);
            }
        }
    }

    fn set_complex(&mut self, real: f64, imaginary: f64) {
        self.complex = Some((real, imaginary));
        if imaginary == 0.0 {
            self.set_float(real);
        }
    }

    /// As idealConstant.
    pub fn ideal(&self) -> Ideal {
        if let Some((real, imaginary)) = self.complex {
            return Ideal::Complex(real, imaginary);
        }
        let text = self.text.as_bytes();
        let hexadecimal = text.len() > 2
            && text[0] == b'0'
            && matches!(text[1], b'x' | b'X')
            && !text.iter().any(|b| matches!(b, b'p' | b'P'));
        match (self.float, self.int) {
            (Some(float), _) if !hexadecimal && text[0] != b'\'' && has_fraction_or_exponent(text) => {
                Ideal::Float(float)
            }
            (_, Some(int)) => Ideal::Int(int),
            _ if self.uint.is_some() => Ideal::Overflow,
            _ => Ideal::Nothing,
        }
    }
}

fn has_fraction_or_exponent(text: &[u8]) -> bool {
    text.iter().any(|byte| b".eEpP".contains(byte))
}

/// As fmt.Sscan into a complex number: `1+2i`.
fn scan_complex(text: &[u8]) -> Result<(f64, f64), String> {
    const SYNTAX: &str = "syntax error scanning complex number";
    let real = float_token(text);
    let rest = text.get(real..).unwrap_or_default();
    if !matches!(rest.first(), Some(b'+' | b'-')) {
        return Err(SYNTAX.to_owned());
    }
    let imaginary = 1 + float_token(rest.get(1..).unwrap_or_default());
    if rest.get(imaginary) != Some(&b'i') {
        return Err(SYNTAX.to_owned());
    }
    let convert = |text: &[u8]| parse_float(text).map_err(|error| error.to_string());
    Ok((convert(text.get(..real).unwrap_or_default())?, convert(rest.get(..imaginary).unwrap_or_default())?))
}

/// How many bytes fmt's scanner takes as one float.
fn float_token(text: &[u8]) -> usize {
    let mut at = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    // The scanner takes an i for the beginning of "inf", and does not give it back.
    at += usize::from(text.get(at) == Some(&b'i'));
    let hexadecimal = text.get(at) == Some(&b'0') && matches!(text.get(at + 1), Some(b'x' | b'X'));
    at += if hexadecimal { 2 } else { 0 };
    let digits = |from: usize, hexadecimal: bool| {
        let is_digit =
            |byte: &&u8| **byte == b'_' || if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        text.get(from..).unwrap_or_default().iter().take_while(is_digit).count()
    };
    at += digits(at, hexadecimal);
    if text.get(at) == Some(&b'.') {
        at += 1;
        at += digits(at, hexadecimal);
    }
    if matches!((text.get(at), hexadecimal), (Some(b'p' | b'P'), _) | (Some(b'e' | b'E'), false)) {
        at += 1;
        at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
        at += digits(at, false);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(text: &str, kind: Kind) -> String {
        match Number::parse(Str::from(text), kind) {
            Err(error) => error,
            Ok(number) => match number.ideal() {
                Ideal::Complex(real, imaginary) => format!("complex {real} {imaginary}"),
                Ideal::Float(float) => format!("float {float:?}"),
                Ideal::Int(int) => format!("int {int}"),
                Ideal::Overflow => "overflow".to_owned(),
                Ideal::Nothing => "nothing".to_owned(),
            },
        }
    }

    #[test]
    fn literals() {
        for (text, want) in [
            ("0", "int 0"),
            ("-0", "int 0"),
            ("017", "int 15"),
            ("0o17", "int 15"),
            ("0b11", "int 3"),
            ("0x1F", "int 31"),
            ("0x1e5", "int 485"),
            ("1_000", "int 1000"),
            ("0_7", "int 7"),
            ("0x_f", "int 15"),
            ("1__0", "illegal number syntax: \"1__0\""),
            ("_1", "illegal number syntax: \"_1\""),
            ("089", "integer overflow: \"089\""),
            ("1e3", "float 1000.0"),
            ("1.5", "float 1.5"),
            (".5", "float 0.5"),
            ("1.", "float 1.0"),
            ("1_0.5", "float 10.5"),
            ("1e1000", "illegal number syntax: \"1e1000\""),
            ("9223372036854775807", "int 9223372036854775807"),
            ("-9223372036854775808", "int -9223372036854775808"),
            ("9223372036854775808", "overflow"),
            ("18446744073709551616", "integer overflow: \"18446744073709551616\""),
            ("0x1p4", "float 16.0"),
            ("0x1.8p1", "float 3.0"),
            ("0x1p-1074", "float 5e-324"),
            ("0x1p-1075", "float 0.0"),
            ("0x1.8p-1074", "float 1e-323"),
            ("0x1.fffffffffffff8p1023", "illegal number syntax: \"0x1.fffffffffffff8p1023\""),
            ("0x1.fffffffffffff7p1023", "float 1.7976931348623157e308"),
            ("0x10000000000000000", "illegal number syntax: \"0x10000000000000000\""),
            ("2i", "complex 0 2"),
            ("0i", "complex 0 0"),
            ("+", "illegal number syntax: \"+\""),
            ("+5", "int 5"),
            ("+-5", "illegal number syntax: \"+-5\""),
        ] {
            assert_eq!(describe(text, Kind::Number), want, "{text}");
        }
        assert_eq!(describe("1+2i", Kind::Complex), "complex 1 2");
        assert_eq!(describe("-1.5e1-0x1p1i", Kind::Complex), "complex -15 -2");
        assert_eq!(describe("0o1+2i", Kind::Complex), "syntax error scanning complex number");
        assert_eq!(describe("1+i", Kind::Complex), "syntax error scanning complex number");
        assert_eq!(describe("'a'", Kind::CharConstant), "int 97");
        assert_eq!(describe("'\\''", Kind::CharConstant), "int 39");
        assert_eq!(describe("'é'", Kind::CharConstant), "int 233");
        assert_eq!(describe("''", Kind::CharConstant), "invalid syntax");
        assert_eq!(describe("'ab'", Kind::CharConstant), "malformed character constant: 'ab'");
    }
}
