//! Instants, durations, time zones and layouts of Go's package time.

mod duration;
mod layout;
mod methods;
mod parse;
mod zone;

pub use duration::{Duration, HOUR, MINUTE, SECOND};
pub use methods::TIME;
pub use parse::parse_in_location;
pub use zone::Location;

use super::value::Value;
use std::rc::Rc;

/// Seconds from the zero time, year 1, to the Unix epoch.
const ZERO_TO_UNIX: i64 = 62_135_596_800;
const SECONDS_PER_DAY: i64 = 86_400;

/// An instant and the zone it is shown in: `time.Time`.
#[derive(Clone, Debug)]
pub struct Time {
    /// Since the Unix epoch.
    seconds: i64,
    nanoseconds: u32,
    /// What the monotonic clock said in nanoseconds, if the time came from `now` and only had durations added.
    monotonic: Option<i64>,
    location: Location,
    /// What `time.Local` is while this time lives; methods have no other way to it.
    local: Location,
}

impl Time {
    /// As `time.Unix`, in the local zone.
    pub fn unix(seconds: i64, nanoseconds: u32, local: &Location) -> Time {
        Time { seconds, nanoseconds, monotonic: None, location: local.clone(), local: local.clone() }
    }

    /// As `time.Now`: with a reading of the monotonic clock, which `String` shows.
    pub fn now(seconds: i64, nanoseconds: u32, monotonic: i64, local: &Location) -> Time {
        Time { monotonic: Some(monotonic), ..Time::unix(seconds, nanoseconds, local) }
    }

    /// The zero time, in UTC.
    pub fn zero(local: &Location) -> Time {
        Time { location: Location::utc(), ..Time::unix(-ZERO_TO_UNIX, 0, local) }
    }

    /// As `time.Date`; day and time of day may lie outside their usual ranges.
    fn date(civil: Civil, nanoseconds: u32, location: Location, local: &Location) -> Time {
        let unix = civil.seconds();
        // As Date: the offset of the zone that is in effect at the instant, found in two steps.
        let offset = match location.offset(unix) {
            0 => 0,
            offset => location.offset(unix.wrapping_sub(offset)),
        };
        let seconds = unix.wrapping_sub(offset);
        Time { seconds, nanoseconds, monotonic: None, location, local: local.clone() }
    }

    /// The time in a template's value.
    pub fn of(value: &Value) -> Option<&Time> {
        let Value::Object(object) = value else { return None };
        let object: &dyn std::any::Any = &**object;
        object.downcast_ref()
    }

    /// As a template's value.
    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// Seconds since the Unix epoch.
    pub fn seconds(&self) -> i64 {
        self.seconds
    }

    /// The zone it is shown in.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The two numbers that Go keeps: nanoseconds, and seconds since year 1; or with a reading of the monotonic clock
    /// a flag, seconds since 1885 and nanoseconds, and the reading.
    fn words(&self) -> (u64, i64) {
        const ZERO_TO_1885: i64 = 59_453_308_800;
        let since_zero = self.seconds.wrapping_add(ZERO_TO_UNIX);
        match self.monotonic {
            Some(reading) => {
                let seconds = since_zero.wrapping_sub(ZERO_TO_1885) as u64;
                (1 << 63 | (seconds << 31) >> 1 | u64::from(self.nanoseconds), reading)
            }
            None => (u64::from(self.nanoseconds), since_zero),
        }
    }

    /// As `Time.In`.
    #[must_use]
    pub fn within(&self, location: Location) -> Time {
        Time { location, monotonic: None, ..self.clone() }
    }

    /// As `Time.Add`.
    #[must_use]
    pub fn add(&self, duration: Duration) -> Time {
        let nanoseconds = i64::from(self.nanoseconds) + duration.0.rem_euclid(SECOND.0);
        let carry = nanoseconds / SECOND.0;
        Time {
            seconds: self.seconds.wrapping_add(duration.0.div_euclid(SECOND.0)).wrapping_add(carry),
            nanoseconds: (nanoseconds % SECOND.0) as u32,
            monotonic: self.monotonic.and_then(|reading| reading.checked_add(duration.0)),
            ..self.clone()
        }
    }

    /// As `Time.Sub` by the wall clock: the time from `earlier` to this, or the nearest duration there is.
    pub fn since(&self, earlier: &Time) -> Duration {
        let seconds = self.seconds.wrapping_sub(earlier.seconds);
        let nanoseconds = i64::from(self.nanoseconds) - i64::from(earlier.nanoseconds);
        let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
        let nearest = if self.since_zero() < earlier.since_zero() { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(total).unwrap_or(nearest))
    }

    /// Nanoseconds since the Unix epoch.
    fn total_nanoseconds(&self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanoseconds)
    }

    /// Nanoseconds since year 1, by which Go compares: its seconds since then wrap around.
    fn since_zero(&self) -> i128 {
        i128::from(self.seconds.wrapping_add(ZERO_TO_UNIX)) * 1_000_000_000 + i128::from(self.nanoseconds)
    }

    /// What remains when the time since year 1 is divided by `duration`.
    fn remainder(&self, duration: Duration) -> Duration {
        Duration(self.since_zero().rem_euclid(i128::from(duration.0)) as i64)
    }

    fn add_date(&self, years: i64, months: i64, days: i64) -> Time {
        let mut civil = self.civil();
        civil.year = civil.year.wrapping_add(years);
        civil.month = civil.month.wrapping_add(months);
        civil.day = civil.day.wrapping_add(days);
        Time::date(civil, self.nanoseconds, self.location.clone(), &self.local)
    }

    /// Date and time of day in this time's zone.
    fn civil(&self) -> Civil {
        Civil::of(self.seconds.wrapping_add(self.location.offset(self.seconds)))
    }

    /// What JSON and text show: RFC 3339 with as many digits as needed.
    fn rfc3339(&self) -> String {
        String::from_utf8_lossy(&self.format(b"2006-01-02T15:04:05.999999999Z07:00")).into_owned()
    }

    fn text(&self) -> String {
        let mut text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        if let Some(reading) = self.monotonic {
            let sign = if reading < 0 { '-' } else { '+' };
            let reading = reading.unsigned_abs();
            text.extend(format!(" m={sign}{}.{:09}", reading / 1_000_000_000, reading % 1_000_000_000).bytes());
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl PartialEq for Time {
    /// As Go's `==`, which also compares zones and the monotonic clock.
    fn eq(&self, other: &Time) -> bool {
        (self.seconds, self.nanoseconds, self.monotonic) == (other.seconds, other.nanoseconds, other.monotonic)
            && self.location.same(&other.location)
    }
}

/// Year, month and so on, not necessarily in their usual ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i64,
    /// From 1.
    month: i64,
    /// From 1.
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    /// Of seconds since the epoch, which Go counts without a sign from March of the year -292277022400: what lies before
    /// comes last.
    fn of(seconds: i64) -> Civil {
        const FIRST: i64 = -9_223_372_028_741_760_000;
        let since_first = seconds.wrapping_sub(FIRST) as u64;
        let days = (since_first / SECONDS_PER_DAY as u64) as i64 + FIRST / SECONDS_PER_DAY;
        let second = (since_first % SECONDS_PER_DAY as u64) as i64;
        // Years start in March here, so that the leap day is the last; 719468 days lie between 0000-03-01 and the epoch.
        let days = days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    /// Days since the epoch.
    fn days(&self) -> i64 {
        let month = i128::from(self.month) - 1;
        let year = i128::from(self.year) + month.div_euclid(12);
        let month = month.rem_euclid(12) + 1;
        let year = if month <= 2 { year - 1 } else { year };
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        (era * 146_097 + day_of_era - 719_468 + i128::from(self.day) - 1) as i64
    }

    fn seconds(&self) -> i64 {
        let of_day = self.hour * 3600 + self.minute * 60 + self.second;
        self.days().wrapping_mul(SECONDS_PER_DAY).wrapping_add(of_day)
    }

    /// From 1.
    fn day_of_year(&self) -> i64 {
        self.days() - Civil { month: 1, day: 1, ..*self }.days() + 1
    }

    /// From 0, Sunday.
    fn weekday(&self) -> usize {
        (self.days() + 4).rem_euclid(7) as usize
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

static MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

static DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The name of a month, from 1.
fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// As package time's own quote: every byte that is not printable ASCII is escaped.
fn quote(text: &[u8]) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            0x20..0x80 => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        let utc = Location::utc();
        parse_in_location(b"2006-01-02T15:04:05Z07:00", text.as_bytes(), &utc).unwrap()
    }

    fn zone(name: &str) -> Location {
        Location::load(name.as_bytes(), &Location::utc()).unwrap()
    }

    #[test]
    fn formats() {
        let time = at("2024-02-29T13:04:05.060708009Z");
        for (layout, expected) in [
            ("06 2006 2 _2 02 002 __2", "24 2024 29 29 29 060  60"),
            ("Jan January Mon Monday Janet", "Feb February Thu Thursday Janet"),
            ("3:04PM 03 pm 15 5 05 4", "1:04PM 01 pm 13 5 05 4"),
            ("Z0700 Z07 -07 -07:00:00 -070000 MST", "Z Z +00 +00:00:00 +000000 UTC"),
            (".000 .999 ,000000 .000000000 .9999", ".060 .06 ,060708 .060708009 .0607"),
            ("_2006 2006年 1/1", "_2024 2024年 2/2"),
            ("Monk .0001", "Monk .0002"),
        ] {
            assert_eq!(String::from_utf8_lossy(&time.format(layout.as_bytes())), expected, "{layout}");
        }
    }

    #[test]
    fn zones() {
        let time = at("2024-07-01T12:00:00Z");
        for (name, expected) in [
            ("Europe/Berlin", "2024-07-01 14:00:00 +0200 CEST"),
            ("America/New_York", "2024-07-01 08:00:00 -0400 EDT"),
            ("Asia/Kolkata", "2024-07-01 17:30:00 +0530 IST"),
            ("America/Sao_Paulo", "2024-07-01 09:00:00 -0300 -03"),
            ("", "2024-07-01 12:00:00 +0000 UTC"),
        ] {
            assert_eq!(time.within(zone(name)).text(), expected);
        }
        for name in ["../etc", "europe/berlin", "Nowhere", "/UTC"] {
            assert!(Location::load(name.as_bytes(), &Location::utc()).is_none(), "{name}");
        }
        let old = at("1850-01-01T00:00:00Z").within(zone("America/New_York"));
        assert_eq!(String::from_utf8_lossy(&old.format(b"15:04:05 -07:00:00 MST")), "19:03:58 -04:56:02 LMT");
    }

    #[test]
    fn dates_normalise() {
        for (years, months, days, expected) in [
            (0, 1, 0, "2024-03-02"),
            (1, 0, 0, "2025-01-31"),
            (0, -2, 0, "2023-12-01"),
            (-2024, 0, 0, "0000-01-31"),
            (0, 0, -31, "2023-12-31"),
        ] {
            let time = at("2024-01-31T00:00:00Z").add_date(years, months, days);
            assert_eq!(String::from_utf8_lossy(&time.format(b"2006-01-02")), expected);
        }
        assert_eq!(String::from_utf8_lossy(&at("2024-01-31T00:00:00Z").add_date(-2025, 0, 0).format(b"2006")), "-0001");
    }
}
