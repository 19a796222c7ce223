//! The conversions that sprig makes of any argument: to text, to a list of texts, and to numbers.

use crate::go::{Kind, Str, Value, fmt, strconv};

/// The text of a value, as sprig's `strval`.
pub fn strval(value: &Value) -> Str {
    match value {
        Value::String(text) => text.clone(),
        Value::Bytes(bytes) => bytes.as_ref().clone(),
        Value::Object(object) => match object.stringer() {
            Some(text) => Str::from(text),
            None => fmt::sprint(std::slice::from_ref(value)),
        },
        _ => fmt::sprint(std::slice::from_ref(value)),
    }
}

/// As [`strval`] of a value that nobody needs any more.
pub fn take_text(value: &mut Value) -> Str {
    match std::mem::take(value) {
        Value::String(text) => text,
        other => strval(&other),
    }
}

/// The texts of a list's elements that are not nil, or of the value itself; as sprig's `strslice`.
pub fn strslice(value: &Value) -> Vec<Str> {
    match value {
        Value::Nil => Vec::new(),
        Value::List(list) => list.iter().filter(|item| !matches!(item, Value::Nil)).map(strval).collect(),
        Value::Bytes(bytes) => bytes.iter().map(|&byte| strval(&Value::Uint8(byte))).collect(),
        Value::Object(object) if object.ty().kind == Kind::Slice => match object.underlying() {
            Some(plain) => strslice(&plain),
            None => vec![strval(value)],
        },
        _ => vec![strval(value)],
    }
}

/// As `cast.ToInt64`: 0 where the value is no number. Text is read with Go's prefixes, so that `"010"` is 8.
pub fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Int(n) | Value::Int64(n) => *n,
        Value::Uint8(n) => i64::from(*n),
        Value::Uint64(n) => *n as i64,
        Value::Float64(n) => truncate(*n),
        Value::Bool(b) => i64::from(*b),
        Value::String(text) => strconv::parse_int(trim_zero_decimal(text), 0).unwrap_or(0),
        Value::Object(_) => calendar(value).unwrap_or(0),
        _ => 0,
    }
}

/// As `cast.ToInt`, which has the same range as `cast.ToInt64` on 64 bits.
pub fn to_int(value: &Value) -> i64 {
    to_int64(value)
}

/// As `cast.ToFloat64`: 0 where the value is no number.
pub fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Int(n) | Value::Int64(n) => *n as f64,
        Value::Uint8(n) => f64::from(*n),
        Value::Uint64(n) => *n as f64,
        Value::Float64(n) => *n,
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::String(text) => strconv::parse_float(text).unwrap_or(0.0),
        Value::Object(_) => calendar(value).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// Go's `int64(f)` as amd64 computes it: what does not fit is the smallest number.
pub fn truncate(number: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&number) { number as i64 } else { i64::MIN }
}

/// Months and weekdays are the named integers that cast knows; a duration is none of them.
fn calendar(value: &Value) -> Option<i64> {
    let Value::Object(object) = value else { return None };
    match (object.ty().name, object.underlying()?) {
        ("time.Month" | "time.Weekday", Value::Int(n) | Value::Int64(n)) => Some(n),
        _ => None,
    }
}

/// As cast trimZeroDecimal: without a fraction of zeros only.
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|&&byte| byte == b'0').count();
    match text[..text.len() - zeros].split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_cast_reads_them() {
        let cases: [(Value, i64, f64); 16] = [
            (Value::from("12"), 12, 12.0),
            (Value::from("010"), 8, 10.0),
            (Value::from("0x1f"), 31, 0.0),
            (Value::from("12abc"), 0, 0.0),
            (Value::from("3.0"), 3, 3.0),
            (Value::from("3.00"), 3, 3.0),
            (Value::from("3.5"), 0, 3.5),
            (Value::from("3."), 0, 3.0),
            (Value::from("1e3"), 0, 1000.0),
            (Value::from(""), 0, 0.0),
            (Value::Float64(-2.9), -2, -2.9),
            (Value::Float64(1e30), i64::MIN, 1e30),
            (Value::Bool(true), 1, 1.0),
            (Value::Nil, 0, 0.0),
            (Value::Uint64(u64::MAX), -1, 18_446_744_073_709_551_615.0),
            (Value::list([]), 0, 0.0),
        ];
        for (value, int, float) in cases {
            assert_eq!(to_int64(&value), int, "{value:?}");
            assert_eq!(to_float64(&value), float, "{value:?}");
        }
        assert_eq!(to_int64(&Value::Float64(f64::NAN)), i64::MIN);
    }

    #[test]
    fn texts() {
        let list = Value::list([Value::Int(1), Value::Nil, Value::from("a"), Value::list([Value::Float64(1e6)])]);
        assert_eq!(strval(&list), "[1 <nil> a [1e+06]]");
        assert_eq!(strslice(&list), [Str::from("1"), Str::from("a"), Str::from("[1e+06]")]);
        assert!(strslice(&Value::Nil).is_empty());
        assert_eq!(strslice(&Value::Int(7)), [Str::from("7")]);
        assert_eq!(strval(&Value::Nil), "<nil>");
    }
}
