//! Dates and durations: sprig's date.go, and the duration helpers of Helm 4.3.

use crate::function;
use crate::go::strconv::{self, NumErrorKind};
use crate::go::time::{Duration, HOUR, Location, MINUTE, SECOND, TIME, Time, parse_in_location};
use crate::go::unicode::trim_space;
use crate::go::{Str, Type, Value, fmt};
use crate::template::error::Error;
use crate::template::function::{Argument, Caller, Function, Int64, Return};

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "ago", ago, "date",
        "the time since a date, in whole seconds",
        "ago now" => "0s",
    },
    function! {
        "date", date, "layout date",
        "a date in a layout of Go's, in the local time zone",
        r#"toDate "2006-01-02" "2024-02-29" | date "2 Jan 06""# => "29 Feb 24",
    },
    function! {
        "date_in_zone", date_in_zone, "layout date zone",
        "the same as dateInZone",
        r#"date_in_zone "15:04 MST" 0 "Asia/Tokyo""# => "09:00 JST",
    },
    function! {
        "date_modify", date_modify, "duration date",
        "the same as dateModify",
        r#"toDate "2006" "2024" | date_modify "-1h" | unixEpoch"# => "1704063600",
    },
    function! {
        "dateInZone", date_in_zone, "layout date zone",
        "a date in a layout of Go's, in a time zone",
        r#"dateInZone "15:04 MST" 0 "Asia/Tokyo""# => "09:00 JST",
    },
    function! {
        "dateModify", date_modify, "duration date",
        "a date later by a duration; a bad duration changes nothing",
        r#"toDate "2006" "2024" | dateModify "-1h" | unixEpoch"# => "1704063600",
    },
    function! {
        "duration", duration, "seconds",
        "seconds as a duration",
        r#"duration "95""# => "1m35s",
    },
    function! {
        "durationRound", duration_round, "duration",
        "a duration or the time since a date in its largest unit",
        r#"durationRound "25h""# => "1d",
    },
    function! {
        "htmlDate", html_date, "date",
        "a date as HTML's date fields want it",
        "htmlDate 0" => "1970-01-01",
    },
    function! {
        "htmlDateInZone", html_date_in_zone, "date zone",
        "a date in a time zone as HTML's date fields want it",
        r#"htmlDateInZone 0 "Asia/Tokyo""# => "1970-01-01",
    },
    function! {
        "must_date_modify", must_date_modify, "duration date",
        "the same as mustDateModify",
        r#"toDate "2006" "2024" | must_date_modify "-1h" | unixEpoch"# => "1704063600",
    },
    function! {
        "mustDateModify", must_date_modify, "duration date",
        "a date later by a duration, or an error",
        r#"toDate "2006" "2024" | mustDateModify "-1h" | unixEpoch"# => "1704063600",
    },
    function! {
        "mustToDate", must_to_date, "layout text",
        "the date of a text in a layout of Go's, or an error",
        r#"mustToDate "2006" "2024" | unixEpoch"# => "1704067200",
    },
    function! {
        "now", now, "",
        "the time",
        "now | kindOf" => "struct",
    },
    function! {
        "toDate", to_date, "layout text",
        "the date of a text in a layout of Go's; the zero time where it is none",
        r#"toDate "2006-01-02" "2024-02-29" | unixEpoch"# => "1709164800",
    },
    function! {
        "unixEpoch", unix_epoch, "date",
        "a date in seconds since 1970",
        r#"toDate "2006" "1969" | unixEpoch"# => "-31536000",
    },
];

/// Helm's own, which came with 4.3.
pub static DURATIONS: &[Function] = &[
    function! {
        "durationDays", duration_days, "duration",
        "a duration in days",
        r#"durationDays "36h""# => "1.5",
    },
    function! {
        "durationHours", duration_hours, "duration",
        "a duration in hours",
        r#"durationHours "90m""# => "1.5",
    },
    function! {
        "durationMicroseconds", duration_microseconds, "duration",
        "a duration in microseconds",
        r#"durationMicroseconds "1ms""# => "1000",
    },
    function! {
        "durationMilliseconds", duration_milliseconds, "duration",
        "a duration in milliseconds",
        r#"durationMilliseconds "1.5s""# => "1500",
    },
    function! {
        "durationMinutes", duration_minutes, "duration",
        "a duration in minutes",
        r#"durationMinutes "90s""# => "1.5",
    },
    function! {
        "durationNanoseconds", duration_nanoseconds, "duration",
        "a duration in nanoseconds",
        r#"durationNanoseconds "1us""# => "1000",
    },
    function! {
        "durationRoundTo", duration_round_to, "duration multiple",
        "a duration rounded to a multiple of another",
        r#"durationRoundTo "2h13m" "30m""# => "2h0m0s",
    },
    function! {
        "durationSeconds", duration_seconds, "duration",
        "a duration in seconds",
        r#"durationSeconds "1m30s""# => "90",
    },
    function! {
        "durationTruncateTo", duration_truncate_to, "duration multiple",
        "a duration rounded down to a multiple of another",
        r#"durationTruncateTo "2h59m" "1h""# => "2h0m0s",
    },
    function! {
        "durationWeeks", duration_weeks, "duration",
        "a duration in weeks",
        r#"durationWeeks "84h""# => "0.5",
    },
    function! {
        "mustToDuration", must_to_duration, "value",
        "a duration from text or seconds, or an error",
        r#"mustToDuration "90""# => "1m30s",
    },
];

impl Argument for Time {
    const TYPE: Type = Type::Object(&TIME);
    fn take(arguments: &mut std::slice::IterMut<'_, Value>) -> Time {
        let value = arguments.next().map(std::mem::take).unwrap_or_default();
        Time::of(&value).cloned().unwrap_or_else(|| Time::zero(&Location::utc()))
    }
}

impl Return for Time {
    const TYPE: &'static str = "time.Time";

    fn into_result(self) -> Result<Value, Error> {
        Ok(self.into_value())
    }
}

impl Return for Duration {
    const TYPE: &'static str = "time.Duration";

    fn into_result(self) -> Result<Value, Error> {
        Ok(self.into_value())
    }
}

fn local(caller: &dyn Caller) -> Location {
    Location::local(&caller.host().time_zone(), &caller.host().time_zone_name())
}

/// `{{ now.Year }}` is the current year.
fn now(caller: &mut dyn Caller) -> Time {
    let (seconds, nanoseconds) = caller.host().now();
    Time::now(seconds, nanoseconds, caller.host().monotonic(), &local(caller))
}

/// A time, seconds since the epoch, or else now.
fn as_time(caller: &mut dyn Caller, value: &Value) -> Time {
    match value {
        Value::Int(seconds) | Value::Int64(seconds) => Time::unix(*seconds, 0, &local(caller)),
        _ => Time::of(value).cloned().unwrap_or_else(|| now(caller)),
    }
}

/// `{{ date "2006-01-02" 0 }}` is `1970-01-01`: a time, or seconds since the epoch, in a layout of Go's and the local zone.
fn date(caller: &mut dyn Caller, layout: Str, date: Value) -> Str {
    date_in_zone(caller, layout, date, Str::from("Local"))
}

/// `{{ dateInZone "15:04 MST" 0 "Asia/Tokyo" }}` is `09:00 JST`; an unknown zone counts as UTC.
fn date_in_zone(caller: &mut dyn Caller, layout: Str, date: Value, zone: Str) -> Str {
    let time = as_time(caller, &date);
    let zone = Location::load(&zone, &local(caller)).unwrap_or_else(Location::utc);
    Str::derived(time.within(zone).format(&layout), [&layout])
}

/// `{{ htmlDate 0 }}` is `1970-01-01`.
fn html_date(caller: &mut dyn Caller, date: Value) -> Str {
    html_date_in_zone(caller, date, Str::from("Local"))
}

/// `{{ htmlDateInZone 0 "Asia/Tokyo" }}` is `1970-01-01`.
fn html_date_in_zone(caller: &mut dyn Caller, date: Value, zone: Str) -> Str {
    date_in_zone(caller, Str::from("2006-01-02"), date, zone)
}

/// `{{ toDate "2006" "2024" | dateModify "-1h" | date "2006-01-02" }}` is `2023-12-31`; a bad duration changes nothing.
fn date_modify(duration: Str, date: Time) -> Time {
    match Duration::parse(&duration) {
        Ok(duration) => date.add(duration),
        Err(_) => date,
    }
}

/// `{{ mustDateModify "1d" now }}` fails: unlike `dateModify` this refuses a bad duration.
fn must_date_modify(duration: Str, date: Time) -> Result<Time, String> {
    Ok(date.add(Duration::parse(&duration)?))
}

/// `{{ ago now }}` is `0s`: the time since then in whole seconds.
fn ago(caller: &mut dyn Caller, date: Value) -> String {
    let now = now(caller);
    let then = as_time(caller, &date);
    now.since(&then).round(SECOND).to_string()
}

/// `{{ duration "95" }}` is `1m35s`: seconds as a string or an `int64`; other types count as none.
fn duration(seconds: Value) -> String {
    let seconds = match seconds {
        Value::Int64(seconds) => seconds,
        Value::String(text) => match strconv::parse_int(&text, 10) {
            Ok(seconds) => seconds,
            // strconv returns the nearest number beside this error, and sprig ignores the error.
            Err(error) if error.kind == NumErrorKind::Range && text.starts_with(b"-") => i64::MIN,
            Err(error) if error.kind == NumErrorKind::Range => i64::MAX,
            Err(_) => 0,
        },
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND.0)).to_string()
}

/// `{{ durationRound "25h" }}` is `1d`: the largest unit of which there is more than one, without sign.
fn duration_round(caller: &mut dyn Caller, value: Value) -> String {
    let duration = match &value {
        Value::String(text) => Duration::parse(text).unwrap_or(Duration(0)),
        Value::Int64(nanoseconds) => Duration(*nanoseconds),
        _ => match Time::of(&value) {
            Some(time) => now(caller).since(time),
            None => Duration(0),
        },
    };
    let nanoseconds = duration.0.unsigned_abs();
    let hour = HOUR.0 as u64;
    let units = [
        (hour * 24 * 365, "y"),
        (hour * 24 * 30, "mo"),
        (hour * 24, "d"),
        (hour, "h"),
        (MINUTE.0 as u64, "m"),
        (SECOND.0 as u64, "s"),
    ];
    match units.iter().find(|(unit, _)| nanoseconds > *unit) {
        Some((unit, name)) => format!("{}{name}", nanoseconds / unit),
        None => "0s".to_owned(),
    }
}

/// `{{ toDate "2006-01-02" "2024-02-29" | unixEpoch }}` is `1709164800`; what does not parse is the zero time.
fn to_date(caller: &mut dyn Caller, layout: Str, text: Str) -> Time {
    let local = local(caller);
    parse_in_location(&layout, &text, &local).unwrap_or_else(|_| Time::zero(&local))
}

/// `{{ mustToDate "2006" "zz" }}` fails: unlike `toDate` this refuses what does not parse.
fn must_to_date(caller: &mut dyn Caller, layout: Str, text: Str) -> Result<Time, String> {
    parse_in_location(&layout, &text, &local(caller))
}

/// `{{ toDate "2006" "1969" | unixEpoch }}` is `-31536000`.
fn unix_epoch(date: Time) -> String {
    date.seconds().to_string()
}

/// As Helm 4.3 asDuration: a duration, its text, or seconds as a number or the text of one.
fn as_duration(value: &Value) -> Result<Duration, String> {
    if let Value::Object(object) = value {
        let any: &dyn std::any::Any = &**object;
        if let Some(duration) = any.downcast_ref::<Duration>() {
            return Ok(*duration);
        }
    }
    let plain = match value {
        Value::Object(object) => object.underlying().unwrap_or_else(|| value.clone()),
        value => value.clone(),
    };
    match plain {
        Value::Nil => Err("invalid duration".to_owned()),
        Value::String(ref text) if matches!(value, Value::String(_)) => {
            let trimmed = trim_space(text);
            if trimmed.is_empty() {
                return Err("empty duration".to_owned());
            }
            if let Ok(duration) = Duration::parse(trimmed) {
                return Ok(duration);
            }
            match strconv::parse_float(trimmed) {
                Ok(seconds) => from_float(seconds),
                Err(_) => Err(format!("could not parse duration {}", strconv::quote(text))),
            }
        }
        Value::Int(seconds) | Value::Int64(seconds) => from_seconds(i128::from(seconds)),
        Value::Uint8(seconds) => from_seconds(i128::from(seconds)),
        Value::Uint64(seconds) => from_seconds(i128::from(seconds)),
        Value::Float64(seconds) => from_float(seconds),
        _ => Err(match value.ty() {
            Some(ty) => format!("unsupported duration type {ty}"),
            None => "invalid duration".to_owned(),
        }),
    }
}

/// As durationFromSecondsInt.
fn from_seconds(seconds: i128) -> Result<Duration, String> {
    let most = i128::from(i64::MAX / SECOND.0);
    if (-most..=most).contains(&seconds) {
        Ok(Duration(seconds as i64 * SECOND.0))
    } else {
        Err(format!("duration seconds overflow: {seconds}"))
    }
}

/// As durationFromSecondsFloat.
fn from_float(seconds: f64) -> Result<Duration, String> {
    let shown = || fmt::sprint(&[Value::Float64(seconds)]);
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let (least, most) = (i64::MIN as f64, i64::MAX as f64);
    let second = SECOND.0 as f64;
    if seconds > most / second || seconds < least / second {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    let nanoseconds = seconds * second;
    if nanoseconds > most || nanoseconds < least {
        return Err(format!("duration nanoseconds overflow: {}", fmt::sprint(&[Value::Float64(nanoseconds)])));
    }
    // 2^63 passes the check above, and its conversion gives the least number on the machines that Helm runs on.
    Ok(Duration(if nanoseconds >= most { i64::MIN } else { nanoseconds as i64 }))
}

/// `{{ mustToDuration "90" }}` is `1m30s`.
fn must_to_duration(value: Value) -> Result<Duration, String> {
    as_duration(&value)
}

/// `{{ durationSeconds "1m30s" }}` is `90`; what is no duration is 0, here and in the functions below.
fn duration_seconds(value: Value) -> f64 {
    as_duration(&value).map_or(0.0, Duration::seconds)
}

/// `{{ durationMilliseconds "1.5s" }}` is `1500`.
fn duration_milliseconds(value: Value) -> Int64 {
    Int64(as_duration(&value).map_or(0, |duration| duration.0 / 1_000_000))
}

/// `{{ durationMicroseconds "1ms" }}` is `1000`.
fn duration_microseconds(value: Value) -> Int64 {
    Int64(as_duration(&value).map_or(0, |duration| duration.0 / 1_000))
}

/// `{{ durationNanoseconds "1us" }}` is `1000`.
fn duration_nanoseconds(value: Value) -> Int64 {
    Int64(as_duration(&value).map_or(0, |duration| duration.0))
}

/// `{{ durationMinutes "90s" }}` is `1.5`.
fn duration_minutes(value: Value) -> f64 {
    as_duration(&value).map_or(0.0, Duration::minutes)
}

/// `{{ durationHours "90m" }}` is `1.5`.
fn duration_hours(value: Value) -> f64 {
    as_duration(&value).map_or(0.0, Duration::hours)
}

/// `{{ durationDays "36h" }}` is `1.5`.
fn duration_days(value: Value) -> f64 {
    duration_hours(value) / 24.0
}

/// `{{ durationWeeks "84h" }}` is `0.5`.
fn duration_weeks(value: Value) -> f64 {
    duration_hours(value) / 24.0 / 7.0
}

/// `{{ durationRoundTo "2h13m" "30m" }}` is `2h0m0s`.
fn duration_round_to(value: Value, multiple: Value) -> Duration {
    with_multiple(&value, &multiple, Duration::round)
}

/// `{{ durationTruncateTo "2h59m" "1h" }}` is `2h0m0s`.
fn duration_truncate_to(value: Value, multiple: Value) -> Duration {
    with_multiple(&value, &multiple, Duration::truncate)
}

fn with_multiple(value: &Value, multiple: &Value, change: fn(Duration, Duration) -> Duration) -> Duration {
    match (as_duration(value), as_duration(multiple)) {
        (Ok(duration), Ok(multiple)) => change(duration, multiple),
        (Ok(duration), Err(_)) => duration,
        (Err(_), _) => Duration(0),
    }
}
