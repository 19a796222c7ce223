//! Times read by a layout, with the error texts of Go.

use super::layout::{Element, OffsetStyle, next_element};
use super::zone::Location;
use super::{Civil, DAYS, MONTHS, Time, days_in, is_leap, quote};
use crate::go::time::duration::leading_int;

/// As `time.ParseInLocation`, with the text of its error. `location` is also what `time.Local` is.
pub fn parse_in_location(layout: &[u8], value: &[u8], location: &Location) -> Result<Time, String> {
    let mut parser = Parser { rest: value, ..Parser::default() };
    let mut rest = layout;
    loop {
        let (literal, element, after) = next_element(rest);
        let text = &rest[literal.len()..rest.len() - after.len()];
        let cannot = |what: &[u8], element: &[u8]| {
            let [value, layout, what, element] = [value, layout, what, element].map(quote);
            Err(format!("parsing time {value} as {layout}: cannot parse {what} as {element}"))
        };
        if let Err(at) = parser.skip(literal) {
            return cannot(at, literal);
        }
        let Some(element) = element else {
            if !parser.rest.is_empty() {
                return Err(format!("parsing time {}: extra text: {}", quote(value), quote(parser.rest)));
            }
            break;
        };
        rest = after;
        let hold = parser.rest;
        match parser.element(element, after) {
            Ok(()) => {}
            Err(Failure::Bad) => return cannot(hold, text),
            Err(Failure::OutOfRange(what)) => {
                return Err(format!("parsing time {}: {what} out of range", quote(value)));
            }
        }
    }
    parser.finish(location).map_err(|what| format!("parsing time {}: {what}", quote(value)))
}

/// Why an element does not fit.
enum Failure {
    Bad,
    OutOfRange(&'static str),
}

type Parsed<T> = Result<T, Failure>;

/// What was read so far.
#[derive(Default)]
struct Parser<'a> {
    rest: &'a [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: u32,
    pm: bool,
    am: bool,
    is_utc: bool,
    offset: Option<i64>,
    abbreviation: &'a [u8],
}

impl<'a> Parser<'a> {
    /// As skip: runs of spaces are equal. The error is what is left of the value.
    fn skip(&mut self, mut literal: &[u8]) -> Result<(), &'a [u8]> {
        while let Some((&byte, tail)) = literal.split_first() {
            match self.rest.split_first() {
                _ if byte == b' ' => {
                    if self.rest.first().is_some_and(|&byte| byte != b' ') {
                        return Err(self.rest);
                    }
                    literal = cut_spaces(literal);
                    self.rest = cut_spaces(self.rest);
                }
                Some((&found, rest)) if found == byte => {
                    self.rest = rest;
                    literal = tail;
                }
                _ => return Err(self.rest),
            }
        }
        Ok(())
    }

    fn element(&mut self, element: Element, layout_after: &[u8]) -> Parsed<()> {
        match element {
            Element::Year => {
                let year = atoi(self.take(2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Element::LongYear => {
                if !self.rest.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Failure::Bad);
                }
                self.year = atoi(self.take(4)?)?;
            }
            Element::Month => self.month = Some(self.name(MONTHS.iter().map(|name| &name[..3]))? + 1),
            Element::LongMonth => self.month = Some(self.name(MONTHS.iter().copied())? + 1),
            Element::NumMonth | Element::ZeroMonth => {
                let month = self.number(element == Element::ZeroMonth)?;
                self.month = Some(in_range(month, 1, 12, "month")?);
            }
            Element::WeekDay => {
                self.name(DAYS.iter().map(|name| &name[..3]))?;
            }
            Element::LongWeekDay => {
                self.name(DAYS.iter().copied())?;
            }
            Element::Day | Element::UnderDay | Element::ZeroDay => {
                if element == Element::UnderDay {
                    self.cut_space();
                }
                self.day = Some(self.number(element == Element::ZeroDay)?);
            }
            Element::UnderYearDay | Element::ZeroYearDay => {
                if element == Element::UnderYearDay {
                    self.cut_space();
                    self.cut_space();
                }
                self.day_of_year = Some(self.number3(element == Element::ZeroYearDay)?);
            }
            Element::Hour => self.hour = in_range(self.number(false)?, 0, 23, "hour")?,
            Element::Hour12 | Element::ZeroHour12 => {
                self.hour = in_range(self.number(element == Element::ZeroHour12)?, 0, 12, "hour")?;
            }
            Element::Minute | Element::ZeroMinute => {
                self.minute = in_range(self.number(element == Element::ZeroMinute)?, 0, 59, "minute")?;
            }
            Element::Second | Element::ZeroSecond => {
                self.second = in_range(self.number(element == Element::ZeroSecond)?, 0, 59, "second")?;
                // A fraction may follow even where the layout has none.
                let fraction_next = matches!(next_element(layout_after).1, Some(Element::Fraction { .. }));
                if !fraction_next && let Some(length) = fraction_length(self.rest) {
                    self.fraction(length)?;
                }
            }
            Element::UpperPm => self.half_of_day(b"AM", b"PM")?,
            Element::LowerPm => self.half_of_day(b"am", b"pm")?,
            Element::Offset { iso: true, .. } if self.rest.first() == Some(&b'Z') => {
                self.rest = &self.rest[1..];
                self.is_utc = true;
            }
            Element::Offset { style, .. } => self.offset(style)?,
            Element::Abbreviation => {
                if let Some(rest) = self.rest.strip_prefix(b"UTC") {
                    self.rest = rest;
                    self.is_utc = true;
                } else {
                    let length = abbreviation_length(self.rest).ok_or(Failure::Bad)?;
                    self.abbreviation = self.take(length)?;
                }
            }
            Element::Fraction { exact: true, digits, .. } => {
                if self.rest.len() < digits + 1 {
                    return Err(Failure::Bad);
                }
                self.fraction(digits + 1)?;
            }
            Element::Fraction { exact: false, .. } => {
                if let Some(length) = fraction_length(self.rest) {
                    self.fraction(length)?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Parsed<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Failure::Bad)?;
        self.rest = rest;
        Ok(taken)
    }

    fn cut_space(&mut self) {
        if let Some(rest) = self.rest.strip_prefix(b" ") {
            self.rest = rest;
        }
    }

    /// As getnum: one digit or two, or exactly two.
    fn number(&mut self, fixed: bool) -> Parsed<i64> {
        self.digits(2, fixed)
    }

    /// As getnum3.
    fn number3(&mut self, fixed: bool) -> Parsed<i64> {
        self.digits(3, fixed)
    }

    fn digits(&mut self, most: usize, fixed: bool) -> Parsed<i64> {
        let length = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 || fixed && length < most {
            return Err(Failure::Bad);
        }
        Ok(self.take(length)?.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }

    /// As lookup: the index of the first name that the value starts with, in any case.
    fn name<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Parsed<i64> {
        for (index, name) in names.enumerate() {
            if self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())) {
                self.rest = &self.rest[name.len()..];
                return Ok(index as i64);
            }
        }
        Err(Failure::Bad)
    }

    fn half_of_day(&mut self, am: &[u8], pm: &[u8]) -> Parsed<()> {
        let half = self.take(2)?;
        if half == pm {
            self.pm = true;
        } else if half == am {
            self.am = true;
        } else {
            return Err(Failure::Bad);
        }
        Ok(())
    }

    fn offset(&mut self, style: OffsetStyle) -> Parsed<()> {
        let (length, colons): (usize, &[usize]) = match style {
            OffsetStyle::Short => (3, &[]),
            OffsetStyle::Plain => (5, &[]),
            OffsetStyle::Colon => (6, &[3]),
            OffsetStyle::Seconds => (7, &[]),
            OffsetStyle::ColonSeconds => (9, &[3, 6]),
        };
        let text = self.take(length)?;
        if colons.iter().any(|&colon| text[colon] != b':') {
            return Err(Failure::Bad);
        }
        let mut parts = [0; 3];
        let mut at = 1;
        let mut is_bad = false;
        for part in &mut parts {
            if colons.contains(&at) {
                at += 1;
            }
            if at >= length {
                break;
            }
            match text[at..at + 2] {
                [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                    *part = i64::from(tens - b'0') * 10 + i64::from(ones - b'0')
                }
                _ => {
                    is_bad = true;
                    break;
                }
            }
            at += 2;
        }
        let [hours, minutes, seconds] = parts;
        // Go looks at the ranges first, also where a later part is no number.
        in_range(hours, 0, 24, "time zone offset hour")?;
        in_range(minutes, 0, 60, "time zone offset minute")?;
        in_range(seconds, 0, 60, "time zone offset second")?;
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = match text[0] {
            _ if is_bad => return Err(Failure::Bad),
            b'+' => Some(offset),
            b'-' => Some(-offset),
            _ => return Err(Failure::Bad),
        };
        Ok(())
    }

    /// As parseNanoseconds: separator and digits, of which nine count.
    fn fraction(&mut self, length: usize) -> Parsed<()> {
        let text = self.take(length)?;
        if !matches!(text.first(), Some(b'.' | b',')) {
            return Err(Failure::Bad);
        }
        let digits = &text[1..length.min(10)];
        let number = atoi(digits)?;
        let number = in_range(number, 0, i64::MAX, "fractional second")?;
        let missing = 9u32.saturating_sub(digits.len() as u32);
        self.nanosecond = u32::try_from(number).unwrap_or(0).wrapping_mul(10u32.pow(missing));
        Ok(())
    }

    fn finish(self, location: &Location) -> Result<Time, &'static str> {
        let hour = match self.hour {
            hour if self.pm && hour < 12 => hour + 12,
            12 if self.am && !self.pm => 0,
            hour => hour,
        };
        let (month, day) = match self.day_of_year {
            Some(day_of_year) => self.month_and_day(day_of_year)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let civil = Civil { year: self.year, month, day, hour, minute: self.minute, second: self.second };
        let date = |zone| Time::date(civil, self.nanosecond, zone, location);
        if self.is_utc {
            return Ok(date(Location::utc()));
        }
        // In Go -1 stands for "no offset", so that `-00:00:01` reads as none.
        if let Some(offset) = self.offset.filter(|&offset| offset != -1) {
            let mut time = date(Location::utc());
            time.seconds = time.seconds.wrapping_sub(offset);
            let fits = location.offset(time.seconds) == offset
                && (self.abbreviation.is_empty()
                    || location.abbreviation(time.seconds).0.as_bytes() == self.abbreviation);
            time.location = if fits { location.clone() } else { Location::fixed(lossy(self.abbreviation), offset) };
            return Ok(time);
        }
        if !self.abbreviation.is_empty() {
            let mut time = date(Location::utc());
            if let Some(offset) = location.offset_of(self.abbreviation, time.seconds) {
                time.seconds = time.seconds.wrapping_sub(offset);
                time.location = location.clone();
                return Ok(time);
            }
            let hours = match self.abbreviation.strip_prefix(b"GMT") {
                Some(hours) if !hours.is_empty() => atoi(hours).unwrap_or(0),
                _ => 0,
            };
            // Go keeps the instant as if it were UTC and only labels it.
            time.location = Location::fixed(lossy(self.abbreviation), hours * 3600);
            return Ok(time);
        }
        Ok(date(location.clone()))
    }

    fn month_and_day(&self, day_of_year: i64) -> Result<(i64, i64), &'static str> {
        let leap = is_leap(self.year);
        // Go counts February 29 apart and all other days as in a year without it.
        if day_of_year < 1 || day_of_year > 365 + i64::from(leap) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, day_of_year);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|seen| seen != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|seen| seen != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn cut_spaces(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|&&byte| byte == b' ').count()..]
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn in_range(number: i64, least: i64, most: i64, what: &'static str) -> Parsed<i64> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(Failure::OutOfRange(what)) }
}

/// As package time's own atoi, which takes a sign.
fn atoi(text: &[u8]) -> Parsed<i64> {
    let (negative, digits) = match text {
        [sign @ (b'-' | b'+'), digits @ ..] => (*sign == b'-', digits),
        _ => (false, text),
    };
    match leading_int(digits) {
        Some((number, b"")) => {
            let number = number as i64;
            Ok(if negative { number.wrapping_neg() } else { number })
        }
        _ => Err(Failure::Bad),
    }
}

/// The length of a separator and at least one digit.
fn fraction_length(text: &[u8]) -> Option<usize> {
    if !matches!(text.first(), Some(b'.' | b',')) {
        return None;
    }
    let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then_some(digits + 1)
}

/// As parseTimeZone: what looks like an abbreviation.
fn abbreviation_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(offset) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_length(offset));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_length(text)).filter(|&length| length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// As parseSignedOffset: a sign and at most 23, or nothing.
fn signed_offset_length(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    match leading_int(digits) {
        Some((hours, rest)) if rest.len() < digits.len() && hours <= 23 => text.len() - rest.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` was printed by Go with time.Local in Europe/Berlin.
    #[test]
    fn parses_as_go_does() {
        let local = Location::local("Europe/Berlin", "Local");
        for (layout, value, expected) in TABLE {
            let got = parse_in_location(layout.as_bytes(), value.as_bytes(), &local);
            let got = got.map_or_else(
                |error| error,
                |time| {
                    String::from_utf8_lossy(&time.format(b"2006-01-02 15:04:05.999999999 -07:00:00 MST")).into_owned()
                },
            );
            assert_eq!(got, *expected, "{layout:?} {value:?}");
        }
    }

    static TABLE: &[(&str, &str, &str)] = include!("parse.in");
}
