//! The types of package time as templates see them, and their methods.

use super::super::object::{Call, Field, Method, Object, ObjectType};
use super::super::reflect::nil_pointer;
use super::super::value::{Kind, Type, Value};
use super::duration::{DURATION_PARAMETER, argument};
use super::zone::{self, LOCATION};
use super::{DAYS, Duration, Location, Time, month_name};
use crate::go::Str;
use std::rc::Rc;

impl Object for Time {
    fn ty(&self) -> &'static ObjectType {
        &TIME
    }

    fn fields(&self) -> Vec<Value> {
        let (wall, ext) = self.words();
        let location = match self.location.same(&Location::utc()) {
            true => Value::Nil,
            false => Value::Object(Rc::new(self.location.clone())),
        };
        vec![Value::Uint64(wall), Value::Int64(ext), location]
    }

    fn stringer(&self) -> Option<String> {
        Some(self.text())
    }

    fn go_string(&self) -> Option<String> {
        Some(go_string(self))
    }

    fn marshal(&self) -> Option<Value> {
        Some(Value::string(self.rfc3339()))
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Time>() == Some(self)
    }
}

/// `time.Time`.
pub static TIME: ObjectType = ObjectType { name: "time.Time", kind: Kind::Struct, fields: &FIELDS, methods: &METHODS };

static FIELDS: [Field; 3] = [
    Field::unexported("wall", Type::Uint64),
    Field::unexported("ext", Type::Int64),
    Field::unexported("loc", Type::Object(&LOCATION)),
];

static TIME_PARAMETER: [Type; 1] = [Type::Object(&TIME)];
static LOCATION_PARAMETER: [Type; 1] = [Type::Object(&LOCATION)];

const fn method(name: &'static str, parameters: &'static [Type], results: usize, call: Call) -> Method {
    Method { results, ..Method::new(name, parameters, call) }
}

/// A method with three results, which templates cannot call.
const fn uncallable(name: &'static str, results: usize) -> Method {
    method(name, &[], results, |_, _| Ok(Value::Nil))
}

/// A method whose second result is no error but a value of this type.
const fn no_error(name: &'static str, second: &'static str) -> Method {
    Method { second: Some(second), ..uncallable(name, 2) }
}

fn with(value: &Value, read: impl FnOnce(&Time) -> Value) -> Result<Value, String> {
    Time::of(value).map(read).ok_or_else(nil_pointer)
}

fn with_other(value: &Value, arguments: &[Value], read: impl FnOnce(&Time, &Time) -> Value) -> Result<Value, String> {
    let other = arguments.first().and_then(Time::of).ok_or_else(nil_pointer)?;
    with(value, |time| read(time, other))
}

fn integer(arguments: &[Value], index: usize) -> i64 {
    match arguments.get(index) {
        Some(Value::Int(number)) => *number,
        _ => 0,
    }
}

fn string(arguments: &[Value]) -> Str {
    arguments.first().and_then(Value::as_str).cloned().unwrap_or_default()
}

/// As `Time.Sub`, which prefers the monotonic clock.
fn sub(time: &Time, other: &Time) -> Duration {
    match (time.monotonic, other.monotonic) {
        (Some(time), Some(other)) => Duration(time.saturating_sub(other)),
        _ => time.since(other),
    }
}

fn compare(time: &Time, other: &Time) -> std::cmp::Ordering {
    time.since_zero().cmp(&other.since_zero())
}

fn truncated(time: &Time, duration: Duration) -> Time {
    let time = Time { monotonic: None, ..time.clone() };
    if duration.0 <= 0 { time } else { time.add(Duration(-time.remainder(duration).0)) }
}

fn rounded(time: &Time, duration: Duration) -> Time {
    let time = Time { monotonic: None, ..time.clone() };
    if duration.0 <= 0 {
        return time;
    }
    let remainder = time.remainder(duration).0;
    let less_than_half = remainder < duration.0 - remainder;
    time.add(Duration(if less_than_half { -remainder } else { duration.0 - remainder }))
}

/// As `Time.GoString`.
fn go_string(time: &Time) -> String {
    let civil = time.civil();
    let location = if time.location.same(&Location::utc()) {
        "time.UTC".to_owned()
    } else if time.location.same(&time.local) {
        "time.Local".to_owned()
    } else {
        format!("time.Location({})", super::quote(time.location.name().as_bytes()))
    };
    format!(
        "time.Date({}, time.{}, {}, {}, {}, {}, {}, {location})",
        civil.year,
        month_name(civil.month),
        civil.day,
        civil.hour,
        civil.minute,
        civil.second,
        time.nanoseconds
    )
}

static METHODS: [Method; 39] = [
    method("Add", &DURATION_PARAMETER, 1, |v, a| with(v, |t| t.add(argument(a)).into_value())),
    method("AddDate", &[Type::Int, Type::Int, Type::Int], 1, |v, a| {
        with(v, |t| t.add_date(integer(a, 0), integer(a, 1), integer(a, 2)).into_value())
    }),
    method("After", &TIME_PARAMETER, 1, |v, a| with_other(v, a, |t, u| Value::Bool(compare(t, u).is_gt()))),
    method("AppendFormat", &[Type::Bytes, Type::String], 1, |v, a| {
        let mut out = match a.first() {
            Some(Value::Bytes(bytes)) => bytes.to_vec(),
            _ => Vec::new(),
        };
        let layout = a.get(1).and_then(Value::as_str).cloned().unwrap_or_default();
        with(v, |t| {
            out.extend(t.format(&layout));
            Value::Bytes(Box::new(out.into()))
        })
    }),
    method("Before", &TIME_PARAMETER, 1, |v, a| with_other(v, a, |t, u| Value::Bool(compare(t, u).is_lt()))),
    uncallable("Clock", 3),
    method("Compare", &TIME_PARAMETER, 1, |v, a| with_other(v, a, |t, u| Value::Int(compare(t, u) as i64))),
    uncallable("Date", 3),
    method("Day", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().day))),
    method("Equal", &TIME_PARAMETER, 1, |v, a| with_other(v, a, |t, u| Value::Bool(compare(t, u).is_eq()))),
    method("Format", &[Type::String], 1, |v, a| with(v, |t| Value::string(t.format(&string(a))))),
    method("GoString", &[], 1, |v, _| with(v, |t| Value::string(go_string(t)))),
    method("Hour", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().hour))),
    no_error("ISOWeek", "int"),
    method("In", &LOCATION_PARAMETER, 1, |v, a| {
        let location = a.first().and_then(zone::of).ok_or("time: missing Location in call to Time.In")?;
        with(v, |t| t.within(location.clone()).into_value())
    }),
    method("IsDST", &[], 1, |v, _| with(v, |t| Value::Bool(t.location.abbreviation(t.seconds).1))),
    method("IsZero", &[], 1, |v, _| with(v, |t| Value::Bool(t.seconds == -super::ZERO_TO_UNIX && t.nanoseconds == 0))),
    method("Local", &[], 1, |v, _| with(v, |t| t.within(t.local.clone()).into_value())),
    method("Location", &[], 1, |v, _| with(v, |t| Value::Object(Rc::new(t.location.clone())))),
    method("MarshalJSON", &[], 2, |v, _| with(v, |t| bytes(format!("\"{}\"", t.rfc3339())))),
    method("MarshalText", &[], 2, |v, _| with(v, |t| bytes(t.rfc3339()))),
    method("Minute", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().minute))),
    method("Month", &[], 1, |v, _| with(v, |t| Value::Object(Rc::new(Month(t.civil().month))))),
    method("Nanosecond", &[], 1, |v, _| with(v, |t| Value::Int(i64::from(t.nanoseconds)))),
    method("Round", &DURATION_PARAMETER, 1, |v, a| with(v, |t| rounded(t, argument(a)).into_value())),
    method("Second", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().second))),
    method("String", &[], 1, |v, _| with(v, |t| Value::string(t.text()))),
    method("Sub", &TIME_PARAMETER, 1, |v, a| with_other(v, a, |t, u| sub(t, u).into_value())),
    method("Truncate", &DURATION_PARAMETER, 1, |v, a| with(v, |t| truncated(t, argument(a)).into_value())),
    method("UTC", &[], 1, |v, _| with(v, |t| t.within(Location::utc()).into_value())),
    method("Unix", &[], 1, |v, _| with(v, |t| Value::Int64(t.seconds))),
    method("UnixMicro", &[], 1, |v, _| with(v, |t| Value::Int64(t.total_nanoseconds().div_euclid(1_000) as i64))),
    method("UnixMilli", &[], 1, |v, _| with(v, |t| Value::Int64(t.total_nanoseconds().div_euclid(1_000_000) as i64))),
    method("UnixNano", &[], 1, |v, _| with(v, |t| Value::Int64(t.total_nanoseconds() as i64))),
    method("Weekday", &[], 1, |v, _| with(v, |t| Value::Object(Rc::new(Weekday(t.civil().weekday()))))),
    method("Year", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().year))),
    method("YearDay", &[], 1, |v, _| with(v, |t| Value::Int(t.civil().day_of_year()))),
    no_error("Zone", "int"),
    no_error("ZoneBounds", "time.Time"),
];

fn bytes(text: String) -> Value {
    Value::Bytes(Box::new(text.into()))
}

/// `time.Month`, from 1.
#[derive(Debug, PartialEq, Eq)]
struct Month(i64);

impl Object for Month {
    fn ty(&self) -> &'static ObjectType {
        &MONTH
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int(self.0))
    }

    fn with_number(&self, number: i64) -> Option<Value> {
        Some(Value::Object(Rc::new(Month(number))))
    }

    fn stringer(&self) -> Option<String> {
        Some(match month_name(self.0) {
            "" => format!("%!Month({})", self.0 as u64),
            name => name.to_owned(),
        })
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Month>() == Some(self)
    }
}

static MONTH: ObjectType = ObjectType { name: "time.Month", kind: Kind::Int, fields: &[], methods: &STRING };

/// `time.Weekday`, from 0 for Sunday.
#[derive(Debug, PartialEq, Eq)]
struct Weekday(usize);

impl Object for Weekday {
    fn ty(&self) -> &'static ObjectType {
        &WEEKDAY
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int(self.0 as i64))
    }

    fn with_number(&self, number: i64) -> Option<Value> {
        usize::try_from(number).ok().map(|number| Value::Object(Rc::new(Weekday(number))))
    }

    fn stringer(&self) -> Option<String> {
        DAYS.get(self.0).map(|&day| day.to_owned())
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Weekday>() == Some(self)
    }
}

static WEEKDAY: ObjectType = ObjectType { name: "time.Weekday", kind: Kind::Int, fields: &[], methods: &STRING };

static STRING: [Method; 1] = [method("String", &[], 1, |value, _| {
    let Value::Object(object) = value else { return Err(nil_pointer()) };
    Ok(Value::string(object.stringer().unwrap_or_default()))
})];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_sorted_by_name() {
        assert!(METHODS.is_sorted_by_key(|method| method.name));
    }

    #[test]
    fn rounds_from_year_one() {
        let time = Time::unix(1_709_211_845, 600_000_000, &Location::utc());
        let text = |time: Time| String::from_utf8_lossy(&time.format(b"2006-01-02 15:04:05.9")).into_owned();
        let hours = |hours: i64| Duration(hours * crate::go::time::HOUR.0);
        assert_eq!(text(truncated(&time, hours(24))), "2024-02-29 00:00:00");
        assert_eq!(text(rounded(&time, hours(24))), "2024-03-01 00:00:00");
        assert_eq!(text(truncated(&time, hours(7 * 24))), "2024-02-26 00:00:00");
        assert_eq!(text(rounded(&time, crate::go::time::SECOND)), "2024-02-29 13:04:06");
        assert_eq!(text(time.add(Duration(-1_000_000_000_500_000_000))), "1992-06-22 11:17:25.1");
    }
}
