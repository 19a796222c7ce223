//! Durations: `time.Duration`.

use super::super::object::{Call, Method, Object, ObjectType};
use super::super::value::{Kind, Type, Value};
use super::quote;
use std::fmt;
use std::rc::Rc;

/// A number of nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

/// One second.
pub const SECOND: Duration = Duration(1_000_000_000);
/// One minute.
pub const MINUTE: Duration = Duration(60 * SECOND.0);
/// One hour.
pub const HOUR: Duration = Duration(60 * MINUTE.0);

impl Duration {
    /// As `time.ParseDuration`, with the text of its error.
    pub fn parse(text: &[u8]) -> Result<Duration, String> {
        let error = |what: &str| format!("time: {what} {}", quote(text));
        let invalid = || error("invalid duration");
        let (negative, mut rest) = match text {
            [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Duration(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        const LIMIT: u64 = 1 << 63;
        let mut total: u64 = 0;
        while let Some(first) = rest.first() {
            if *first != b'.' && !first.is_ascii_digit() {
                return Err(invalid());
            }
            let (value, after) = leading_int(rest).ok_or_else(invalid)?;
            let mut has_digits = after.len() != rest.len();
            rest = after;
            let (mut fraction, mut scale) = (0, 1.0);
            if let Some(after) = rest.strip_prefix(b".") {
                (fraction, scale, rest) = leading_fraction(after);
                has_digits |= after.len() != rest.len();
            }
            if !has_digits {
                return Err(invalid());
            }
            let length = rest.iter().position(|byte| *byte == b'.' || byte.is_ascii_digit()).unwrap_or(rest.len());
            let (name, after) = rest.split_at(length);
            rest = after;
            if name.is_empty() {
                return Err(error("missing unit in duration"));
            }
            let unit: u64 = match name {
                b"ns" => 1,
                b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
                b"ms" => 1_000_000,
                b"s" => 1_000_000_000,
                b"m" => 60_000_000_000,
                b"h" => 3_600_000_000_000,
                _ => return Err(error(&format!("unknown unit {} in duration", quote(name)))),
            };
            if value > LIMIT / unit {
                return Err(invalid());
            }
            let mut value = value * unit;
            if fraction > 0 {
                value += (fraction as f64 * (unit as f64 / scale)) as u64;
                if value > LIMIT {
                    return Err(invalid());
                }
            }
            total = total.checked_add(value).filter(|total| *total <= LIMIT).ok_or_else(invalid)?;
        }
        if negative {
            return Ok(Duration(total.wrapping_neg() as i64));
        }
        i64::try_from(total).map(Duration).map_err(|_| invalid())
    }

    /// As `Duration.Round`.
    #[must_use]
    pub fn round(self, multiple: Duration) -> Duration {
        if multiple.0 <= 0 {
            return self;
        }
        let (value, multiple) = (i128::from(self.0), i128::from(multiple.0));
        let remainder = value.abs() % multiple;
        let magnitude =
            if 2 * remainder < multiple { value.abs() - remainder } else { value.abs() + multiple - remainder };
        let rounded = if value < 0 { -magnitude } else { magnitude };
        Duration(rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// As `Duration.Truncate`.
    #[must_use]
    pub fn truncate(self, multiple: Duration) -> Duration {
        if multiple.0 <= 0 { self } else { Duration(self.0 - self.0 % multiple.0) }
    }

    /// As `Duration.Seconds`.
    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// As `Duration.Minutes`.
    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// As `Duration.Hours`.
    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    /// Whole units and the rest apart, as Go does for the sake of precision.
    fn in_units(self, unit: Duration) -> f64 {
        (self.0 / unit.0) as f64 + (self.0 % unit.0) as f64 / unit.0 as f64
    }

    /// The duration in a template's value: a `time.Duration`, or the number that Go converts to one.
    pub fn of(value: &Value) -> Option<Duration> {
        match value {
            Value::Object(object) => {
                let object: &dyn std::any::Any = &**object;
                object.downcast_ref().copied()
            }
            Value::Int(number) | Value::Int64(number) => Some(Duration(*number)),
            _ => None,
        }
    }

    /// As a template's value.
    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

/// As leadingInt; `None` on overflow.
pub(super) fn leading_int(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value: u64 = 0;
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    for digit in &text[..length] {
        if value > (1 << 63) / 10 {
            return None;
        }
        value = value * 10 + u64::from(digit - b'0');
        if value > 1 << 63 {
            return None;
        }
    }
    Some((value, &text[length..]))
}

/// As leadingFraction: digits beyond what fits do not count.
fn leading_fraction(text: &[u8]) -> (u64, f64, &[u8]) {
    let length = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (mut value, mut scale) = (0u64, 1.0);
    for digit in &text[..length] {
        if value > ((1 << 63) - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale, &text[length..])
}

impl fmt::Display for Duration {
    /// As `Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let (unit, name) = match nanoseconds {
            0 => return f.write_str("0s"),
            1..1_000 => (1, "ns"),
            1_000..1_000_000 => (1_000, "µs"),
            1_000_000..1_000_000_000 => (1_000_000, "ms"),
            _ => (1_000_000_000, "s"),
        };
        let (mut whole, fraction) = (nanoseconds / unit, nanoseconds % unit);
        if unit == 1_000_000_000 && whole >= 60 {
            if whole >= 3600 {
                write!(f, "{}h", whole / 3600)?;
            }
            write!(f, "{}m", whole / 60 % 60)?;
            whole %= 60;
        }
        write!(f, "{whole}")?;
        if fraction > 0 {
            let digits = format!("{:0width$}", fraction, width = unit.ilog10() as usize);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str(name)
    }
}

impl Object for Duration {
    fn ty(&self) -> &'static ObjectType {
        &DURATION
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int64(self.0))
    }

    fn with_number(&self, number: i64) -> Option<Value> {
        Some(Duration(number).into_value())
    }

    fn stringer(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Duration>() == Some(self)
    }
}

/// `time.Duration`.
pub(super) static DURATION: ObjectType =
    ObjectType { name: "time.Duration", kind: Kind::Int64, fields: &[], methods: &METHODS };

pub(super) static DURATION_PARAMETER: [Type; 1] = [Type::Object(&DURATION)];

const fn getter(name: &'static str, call: Call) -> Method {
    Method::new(name, &[], call)
}

const fn rounding(name: &'static str, call: Call) -> Method {
    Method::new(name, &DURATION_PARAMETER, call)
}

fn receiver(value: &Value) -> Duration {
    Duration::of(value).unwrap_or(Duration(0))
}

pub(super) fn argument(arguments: &[Value]) -> Duration {
    arguments.first().and_then(Duration::of).unwrap_or(Duration(0))
}

static METHODS: [Method; 10] = [
    getter("Abs", |v, _| Ok(Duration(receiver(v).0.saturating_abs()).into_value())),
    getter("Hours", |v, _| Ok(Value::Float64(receiver(v).hours()))),
    getter("Microseconds", |v, _| Ok(Value::Int64(receiver(v).0 / 1_000))),
    getter("Milliseconds", |v, _| Ok(Value::Int64(receiver(v).0 / 1_000_000))),
    getter("Minutes", |v, _| Ok(Value::Float64(receiver(v).minutes()))),
    getter("Nanoseconds", |v, _| Ok(Value::Int64(receiver(v).0))),
    rounding("Round", |v, a| Ok(receiver(v).round(argument(a)).into_value())),
    getter("Seconds", |v, _| Ok(Value::Float64(receiver(v).seconds()))),
    getter("String", |v, _| Ok(Value::string(receiver(v).to_string()))),
    rounding("Truncate", |v, a| Ok(receiver(v).truncate(argument(a)).into_value())),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses() {
        for (text, expected) in [
            ("1h2m3.5s", Ok("1h2m3.5s")),
            ("-1.5h", Ok("-1h30m0s")),
            ("+10us", Ok("10µs")),
            ("10µs", Ok("10µs")),
            ("0", Ok("0s")),
            (".5s", Ok("500ms")),
            ("1m", Ok("1m0s")),
            ("3h0.000000001s", Ok("3h0m0.000000001s")),
            ("-9223372036854775808ns", Ok("-2562047h47m16.854775808s")),
            ("9223372036854775808ns", Err("time: invalid duration \"9223372036854775808ns\"")),
            ("", Err("time: invalid duration \"\"")),
            ("bad", Err("time: invalid duration \"bad\"")),
            ("1d", Err("time: unknown unit \"d\" in duration \"1d\"")),
            ("1", Err("time: missing unit in duration \"1\"")),
            (".s", Err("time: invalid duration \".s\"")),
            ("1é", Err("time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\"")),
        ] {
            let got = Duration::parse(text.as_bytes()).map(|duration| duration.to_string());
            assert_eq!(got.as_deref(), expected.map_err(str::to_owned).as_deref(), "{text}");
        }
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (value, multiple, rounded, truncated) in [
            (7, 5, 5, 5),
            (8, 5, 10, 5),
            (-8, 5, -10, -5),
            (-7, 5, -5, -5),
            (5, 10, 10, 0),
            (7, 0, 7, 7),
            (i64::MAX, 10, i64::MAX, i64::MAX - 7),
        ] {
            assert_eq!(Duration(value).round(Duration(multiple)), Duration(rounded));
            assert_eq!(Duration(value).truncate(Duration(multiple)), Duration(truncated));
        }
    }

    #[test]
    fn methods_are_sorted_by_name() {
        assert!(METHODS.is_sorted_by_key(|method| method.name));
    }
}
