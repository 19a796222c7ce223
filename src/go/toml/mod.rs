//! github.com/BurntSushi/toml: TOML read and written as Helm does.

mod decode;
mod encode;

pub use decode::unmarshal;
pub use encode::{Error, marshal};

use super::str::Str;
use super::time::{Location, Time};

/// The zones in which the package reads dates and times without an offset, named so that it can write them as they were.
const LOCAL_DATETIME: &str = "datetime-local";
const LOCAL_DATE: &str = "date-local";
const LOCAL_TIME: &str = "time-local";

/// A release of the package, where it reads or writes differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    /// TOML 1.0. Floats are written without exponents. Helm 3.17.
    V1_4,
    /// TOML 1.1. Helm 4.
    V1_6,
}

/// What reading depends on: the local zone, and the offset that it has now.
#[derive(Clone, Debug)]
pub struct Zone {
    local: Location,
    offset: i64,
}

impl Zone {
    /// The zone of a host at a time, in seconds since 1970.
    pub fn new(local: &Location, now: i64) -> Zone {
        Zone { local: local.clone(), offset: local.offset(now) }
    }

    /// As ParseInLocation with the layouts of the package, in its order.
    fn parse(&self, text: &[u8], release: Release) -> Option<Time> {
        let fixed = |name: &str| Location::fixed(name.to_owned(), self.offset);
        let layouts: [(&[u8], Location); 7] = [
            (b"2006-01-02T15:04:05.999999999Z07:00", self.local.clone()),
            (b"2006-01-02T15:04:05.999999999", fixed(LOCAL_DATETIME)),
            (b"2006-01-02", fixed(LOCAL_DATE)),
            (b"15:04:05.999999999", fixed(LOCAL_TIME)),
            (b"2006-01-02T15:04Z07:00", self.local.clone()),
            (b"2006-01-02T15:04", fixed(LOCAL_DATETIME)),
            (b"15:04", fixed(LOCAL_TIME)),
        ];
        // TOML 1.0 has no times without seconds.
        let known = if release == Release::V1_4 { 4 } else { layouts.len() };
        layouts.iter().take(known).find_map(|(layout, location)| {
            let time = super::time::parse_in_location(layout, text, location).ok()?;
            Some((!lacks_leading_zero(text, layout)).then_some(time))
        })?
    }
}

/// As missingLeadingZero: Go reads `1` where the layout has `15`.
fn lacks_leading_zero(text: &[u8], layout: &[u8]) -> bool {
    let separators = layout.iter().take_while(|&&byte| byte != b'.' && byte != b'Z').enumerate();
    separators.filter(|(_, byte)| !byte.is_ascii_digit()).any(|(at, byte)| text.get(at) != Some(byte))
}

/// As dblQuotedReplacer: what stands between double quotes.
fn escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x00..0x20 | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out
}

/// As Key.maybeQuoted: a part of a key, quoted unless it is bare.
fn quote_part(part: &[u8]) -> Vec<u8> {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !part.is_empty() && part.iter().all(bare) {
        return part.to_vec();
    }
    let mut out = vec![b'"'];
    out.append(&mut escape(part));
    out.push(b'"');
    out
}

/// As Key.String: the parts of a key with points between them.
fn join_key(key: &[Str]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, part) in key.iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        out.append(&mut quote_part(part));
    }
    out
}
