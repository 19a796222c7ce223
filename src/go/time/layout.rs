//! Layouts such as `2006-01-02 15:04`, and times written by them.

use super::{DAYS, Time, month_name};

/// An element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    /// `MST`.
    Abbreviation,
    /// `Z07:00` where `iso`, and `-07:00`.
    Offset {
        iso: bool,
        style: OffsetStyle,
    },
    /// `.000` where `exact`, and `.999`.
    Fraction {
        exact: bool,
        digits: usize,
        separator: u8,
    },
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetStyle {
    /// `-07`
    Short,
    /// `-0700`
    Plain,
    /// `-07:00`
    Colon,
    /// `-070000`
    Seconds,
    /// `-07:00:00`
    ColonSeconds,
}

/// As nextStdChunk: the literal text before the first element, the element, and what follows it.
pub(super) fn next_element(layout: &[u8]) -> (&[u8], Option<Element>, &[u8]) {
    for at in 0..layout.len() {
        if let Some((skip, element, length)) = element(&layout[at..]) {
            return (&layout[..at + skip], Some(element), &layout[at + skip + length..]);
        }
    }
    (layout, None, b"")
}

/// The element at the start of `rest`: how much of it is literal, the element and its length.
fn element(rest: &[u8]) -> Option<(usize, Element, usize)> {
    let found = |element, length| Some((0, element, length));
    match rest[0] {
        b'J' if rest.starts_with(b"January") => found(Element::LongMonth, 7),
        b'J' if rest.starts_with(b"Jan") && !continues(rest, 3) => found(Element::Month, 3),
        b'M' if rest.starts_with(b"Monday") => found(Element::LongWeekDay, 6),
        b'M' if rest.starts_with(b"Mon") && !continues(rest, 3) => found(Element::WeekDay, 3),
        b'M' if rest.starts_with(b"MST") => found(Element::Abbreviation, 3),
        b'0' => match rest.get(1)? {
            b'1' => found(Element::ZeroMonth, 2),
            b'2' => found(Element::ZeroDay, 2),
            b'3' => found(Element::ZeroHour12, 2),
            b'4' => found(Element::ZeroMinute, 2),
            b'5' => found(Element::ZeroSecond, 2),
            b'6' => found(Element::Year, 2),
            b'0' if rest.get(2) == Some(&b'2') => found(Element::ZeroYearDay, 3),
            _ => None,
        },
        b'1' if rest.get(1) == Some(&b'5') => found(Element::Hour, 2),
        b'1' => found(Element::NumMonth, 1),
        b'2' if rest.starts_with(b"2006") => found(Element::LongYear, 4),
        b'2' => found(Element::Day, 1),
        b'_' if rest.starts_with(b"_2006") => Some((1, Element::LongYear, 4)),
        b'_' if rest.starts_with(b"_2") => found(Element::UnderDay, 2),
        b'_' if rest.starts_with(b"__2") => found(Element::UnderYearDay, 3),
        b'3' => found(Element::Hour12, 1),
        b'4' => found(Element::Minute, 1),
        b'5' => found(Element::Second, 1),
        b'P' if rest.get(1) == Some(&b'M') => found(Element::UpperPm, 2),
        b'p' if rest.get(1) == Some(&b'm') => found(Element::LowerPm, 2),
        sign @ (b'-' | b'Z') => {
            let (style, length) =
                OFFSETS.iter().find(|(text, _)| rest[1..].starts_with(text)).map(|(t, s)| (*s, t.len()))?;
            found(Element::Offset { iso: sign == b'Z', style }, length + 1)
        }
        separator @ (b'.' | b',') => {
            let digit = *rest.get(1).filter(|&&digit| digit == b'0' || digit == b'9')?;
            let digits = rest[1..].iter().take_while(|&&byte| byte == digit).count();
            // Only a run of one digit is a fraction, not a number that begins with it.
            if rest.get(digits + 1).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            found(Element::Fraction { exact: digit == b'0', digits: digits & 0xfff, separator }, digits + 1)
        }
        _ => None,
    }
}

/// In the order in which Go tries them.
static OFFSETS: [(&[u8], OffsetStyle); 5] = [
    (b"070000", OffsetStyle::Seconds),
    (b"07:00:00", OffsetStyle::ColonSeconds),
    (b"0700", OffsetStyle::Plain),
    (b"07:00", OffsetStyle::Colon),
    (b"07", OffsetStyle::Short),
];

/// As startsWithLowerCase.
fn continues(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_lowercase)
}

/// As appendInt: `width` digits at least.
fn push_number(out: &mut Vec<u8>, number: i64, width: usize) {
    if number < 0 {
        out.push(b'-');
    }
    out.extend(format!("{:0width$}", number.unsigned_abs()).bytes());
}

impl Time {
    /// As `Time.Format`.
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        let civil = self.civil();
        let mut out = Vec::with_capacity(layout.len() + 10);
        let mut rest = layout;
        loop {
            let (literal, element, after) = next_element(rest);
            out.extend_from_slice(literal);
            let Some(element) = element else { return out };
            rest = after;
            let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
            match element {
                Element::Year => push_number(&mut out, civil.year.abs() % 100, 2),
                Element::LongYear => push_number(&mut out, civil.year, 4),
                Element::Month => out.extend_from_slice(&month_name(civil.month).as_bytes()[..3]),
                Element::LongMonth => out.extend_from_slice(month_name(civil.month).as_bytes()),
                Element::NumMonth => push_number(&mut out, civil.month, 0),
                Element::ZeroMonth => push_number(&mut out, civil.month, 2),
                Element::WeekDay => out.extend_from_slice(&DAYS[civil.weekday()].as_bytes()[..3]),
                Element::LongWeekDay => out.extend_from_slice(DAYS[civil.weekday()].as_bytes()),
                Element::Day => push_number(&mut out, civil.day, 0),
                Element::UnderDay => out.extend(format!("{:2}", civil.day).bytes()),
                Element::ZeroDay => push_number(&mut out, civil.day, 2),
                Element::UnderYearDay => out.extend(format!("{:3}", civil.day_of_year()).bytes()),
                Element::ZeroYearDay => push_number(&mut out, civil.day_of_year(), 3),
                Element::Hour => push_number(&mut out, civil.hour, 2),
                Element::Hour12 => push_number(&mut out, hour12, 0),
                Element::ZeroHour12 => push_number(&mut out, hour12, 2),
                Element::Minute => push_number(&mut out, civil.minute, 0),
                Element::ZeroMinute => push_number(&mut out, civil.minute, 2),
                Element::Second => push_number(&mut out, civil.second, 0),
                Element::ZeroSecond => push_number(&mut out, civil.second, 2),
                Element::UpperPm => out.extend_from_slice(if civil.hour >= 12 { b"PM" } else { b"AM" }),
                Element::LowerPm => out.extend_from_slice(if civil.hour >= 12 { b"pm" } else { b"am" }),
                Element::Offset { iso, style } => push_offset(&mut out, self.location.offset(self.seconds), iso, style),
                Element::Abbreviation => {
                    let (name, _) = self.location.abbreviation(self.seconds);
                    if name.is_empty() {
                        push_offset(&mut out, self.location.offset(self.seconds), false, OffsetStyle::Plain);
                    } else {
                        out.extend_from_slice(name.as_bytes());
                    }
                }
                Element::Fraction { exact, digits, separator } => {
                    push_fraction(&mut out, self.nanoseconds, exact, digits, separator);
                }
            }
        }
    }
}

fn push_offset(out: &mut Vec<u8>, offset: i64, iso: bool, style: OffsetStyle) {
    if iso && offset == 0 {
        out.push(b'Z');
        return;
    }
    // As Go divides: the sign is that of the whole minutes.
    let minutes = offset / 60;
    let magnitude = if minutes < 0 { -offset } else { offset };
    out.push(if minutes < 0 { b'-' } else { b'+' });
    push_number(out, minutes.abs() / 60, 2);
    if matches!(style, OffsetStyle::Colon | OffsetStyle::ColonSeconds) {
        out.push(b':');
    }
    if style != OffsetStyle::Short {
        push_number(out, minutes.abs() % 60, 2);
    }
    if style == OffsetStyle::ColonSeconds {
        out.push(b':');
    }
    if matches!(style, OffsetStyle::Seconds | OffsetStyle::ColonSeconds) {
        push_number(out, magnitude % 60, 2);
    }
}

/// As appendNano.
fn push_fraction(out: &mut Vec<u8>, nanoseconds: u32, exact: bool, digits: usize, separator: u8) {
    if !exact && nanoseconds == 0 {
        return;
    }
    let all = format!("{nanoseconds:09}");
    let shown = &all[..digits.min(9)];
    let shown = if exact { shown } else { shown.trim_end_matches('0') };
    if exact || !shown.is_empty() {
        out.push(separator);
        out.extend_from_slice(shown.as_bytes());
    }
}
