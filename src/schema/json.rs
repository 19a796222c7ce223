//! JSON with its numbers as they were written, and those numbers compared without rounding.

use super::object::{Object, Text};
use crate::go::json::{Builder, Implementation, decode_first};
use crate::go::{Str, Value, fmt};
use crate::profile::JsonSchema;
use std::cmp::Ordering;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// As Go's fmt prints it, or as the schema has it.
    Number(Text),
    String(Text),
    Array(Vec<Json>),
    Object(Object),
}

impl Json {
    /// As a json.Decoder reads it, which leaves alone what stands behind the value.
    pub fn first(text: &[u8], implementation: Implementation) -> Result<(Json, usize), String> {
        decode_first(text, Build, implementation).map_err(|error| error.to_string())
    }

    /// As jsonschema.UnmarshalJSON, with the text of its error.
    pub fn parse(text: &[u8], implementation: Implementation) -> Result<Json, String> {
        let (value, used) = Json::first(text, implementation)?;
        if text.get(used..).unwrap_or_default().iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            Ok(value)
        } else {
            Err("invalid character after top-level value".to_owned())
        }
    }

    /// The values of a chart.
    pub fn from_value(value: &Value) -> Json {
        match value {
            Value::Nil => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::String(text) => Json::String(Text::from(text.clone())),
            Value::List(list) => Json::Array(list.iter().map(Json::from_value).collect()),
            Value::Dict(dict) => {
                let entry = |(key, value): (&Str, &Value)| (Text::from(key.clone()), Json::from_value(value));
                Json::Object(dict.original().entries().iter().map(entry).collect())
            }
            other => Json::Number(Text::from(fmt::sprint(std::slice::from_ref(other)))),
        }
    }

    /// The object, if this is one.
    pub fn object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Json::Number(text) => Decimal::parse(text),
            _ => None,
        }
    }

    /// As equals: numbers by value. Before 6.0.3 a number on the left also equals the string that shows it.
    pub fn equal(&self, other: &Json, library: JsonSchema) -> bool {
        match (self, other) {
            (Json::Number(a), Json::Number(b)) => {
                a == b || (self.number().is_some() && self.number() == other.number())
            }
            (Json::Number(_), Json::String(text)) if library < JsonSchema::V6_0_3 => {
                self.number().is_some() && self.number() == Decimal::parse(text)
            }
            (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.equal(b, library)),
            (Json::Object(a), Json::Object(b)) => {
                a.len() == b.len() && a.sorted().zip(b.sorted()).all(|((a, x), (b, y))| a == b && x.equal(y, library))
            }
            (a, b) => a == b,
        }
    }

    /// A text that equal values share, and few others do.
    pub fn fingerprint(&self, out: &mut String) {
        match self {
            Json::Null => out.push('n'),
            Json::Bool(flag) => out.push(if *flag { 't' } else { 'f' }),
            Json::Number(text) => match Decimal::parse(text) {
                Some(number) => out.push_str(&format!("{number:?}")),
                None => out.push_str(text),
            },
            Json::String(text) => out.push_str(&format!("{text:?}")),
            Json::Array(items) => {
                out.push('[');
                for item in items {
                    item.fingerprint(out);
                    out.push(',');
                }
                out.push(']');
            }
            Json::Object(entries) => {
                out.push('{');
                for (key, value) in entries.sorted() {
                    out.push_str(&format!("{key:?}:"));
                    value.fingerprint(out);
                    out.push(',');
                }
                out.push('}');
            }
        }
    }
}

struct Build;

impl Builder for Build {
    type Out = Json;
    fn null(&mut self) -> Json {
        Json::Null
    }
    fn bool(&mut self, value: bool) -> Json {
        Json::Bool(value)
    }
    fn number(&mut self, literal: &str) -> Option<Json> {
        Some(Json::Number(Text::from(literal)))
    }
    fn out_of_range(&mut self, literal: &str, _: Implementation) -> Json {
        Json::Number(Text::from(literal))
    }
    fn string(&mut self, value: Str) -> Json {
        Json::String(Text::from(value))
    }
    fn array(&mut self, items: Vec<Json>) -> Json {
        Json::Array(items)
    }
    fn object(&mut self, entries: Vec<(Str, Json)>) -> Json {
        Json::Object(entries.into_iter().map(|(key, value)| (Text::from(key), value)).collect())
    }
}

/// A number without rounding: digits times a power of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without zeros at either end; none for zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number or what Go prints for a float64. An exponent beyond all measure is no number.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        if exponent.abs() > 1_000_000 {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent = exponent - i64::try_from(fraction.len()).ok()?;
        while digits.last() == Some(&b'0') {
            digits.pop();
            exponent += 1;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, exponent: 0 });
        }
        Some(Decimal { negative, digits, exponent })
    }

    /// Whether nothing stands behind the point.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The number as an int, which wraps as Go's conversion from a big integer does.
    pub fn to_int(&self) -> i64 {
        let mut number = 0_i64;
        let zeros = usize::try_from(self.exponent).unwrap_or_default().min(64);
        for digit in self.digits.iter().copied().chain(std::iter::repeat_n(b'0', zeros)) {
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        }
        if self.negative { number.wrapping_neg() } else { number }
    }

    /// The nearest float64.
    pub fn to_float(&self) -> f64 {
        let digits = if self.digits.is_empty() { "0".into() } else { String::from_utf8_lossy(&self.digits) };
        let number: f64 = format!("{digits}e{}", self.exponent).parse().unwrap_or_default();
        if self.negative { -number } else { number }
    }

    /// Whether this is a whole multiple of `unit`.
    pub fn is_multiple_of(&self, unit: &Decimal) -> bool {
        if self.digits.is_empty() || unit.digits.is_empty() {
            return true;
        }
        let (Some(number), Some(divisor)) = (integer(&self.digits), integer(&unit.digits)) else {
            // Too many digits for exact arithmetic here.
            let quotient = self.to_float() / unit.to_float();
            return quotient == quotient.trunc();
        };
        let shift = self.exponent - unit.exponent;
        if shift >= 0 {
            let Ok(small) = u64::try_from(divisor) else {
                let quotient = self.to_float() / unit.to_float();
                return quotient == quotient.trunc();
            };
            let divisor = u128::from(small);
            let mut rest = number % divisor;
            let mut factor = 10 % divisor;
            let mut power = shift;
            while power > 0 {
                if power & 1 == 1 {
                    rest = rest * factor % divisor;
                }
                factor = factor * factor % divisor;
                power >>= 1;
            }
            rest == 0
        } else {
            let power = u32::try_from(-shift).ok().and_then(|power| 10_u128.checked_pow(power));
            power.and_then(|power| divisor.checked_mul(power)).is_some_and(|divisor| number % divisor == 0)
        }
    }
}

fn integer(digits: &[u8]) -> Option<u128> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let sign = |number: &Decimal| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, negative) => {
                if negative {
                    -1
                } else {
                    1
                }
            }
        };
        let size =
            |number: &Decimal| i64::try_from(number.digits.len()).unwrap_or(i64::MAX).saturating_add(number.exponent);
        match sign(self).cmp(&sign(other)) {
            Ordering::Equal if self.digits.is_empty() => Ordering::Equal,
            Ordering::Equal => {
                let order = size(self).cmp(&size(other)).then_with(|| self.digits.cmp(&other.digits));
                if self.negative { order.reverse() } else { order }
            }
            order => order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn decimals_compare_by_value() {
        assert_eq!(number("1e3"), number("1000.0"));
        assert_eq!(number("-0"), number("0.00"));
        assert!(number("0.1") < number("0.10000000000000000001"));
        assert!(number("-2") < number("-1") && number("-1") < number("0") && number("99") < number("1e2"));
        assert!(number("1.5e1").is_integer() && !number("1.55e1").is_integer());
    }

    #[test]
    fn multiples_are_exact() {
        for (a, b, want) in [
            ("5", "2", false),
            ("0.3", "0.1", true),
            ("1e30", "7", false),
            ("4.5", "1.5", true),
            ("0", "3", true),
            ("1e300", "0.5", true),
        ] {
            assert_eq!(number(a).is_multiple_of(&number(b)), want, "{a} {b}");
        }
    }
}
