//! Go's log/slog records, written as its TextHandler writes them without the time.

use std::fmt;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub level: Level,
    pub message: String,
    /// Keys and values, in order.
    pub attributes: Vec<(&'static str, String)>,
}

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    /// Also what Go's older `log` package writes.
    Info,
    Warn,
    Error,
}

impl Log {
    /// A line without attributes.
    pub fn new(level: Level, message: impl Into<String>) -> Log {
        Log { level, message: message.into(), attributes: Vec::new() }
    }

    /// The line with one more attribute.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Log {
        self.attributes.push((key, value.into()));
        self
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        write!(f, "level={level} msg=")?;
        value(f, &self.message)?;
        for (key, text) in &self.attributes {
            write!(f, " {key}=")?;
            value(f, text)?;
        }
        Ok(())
    }
}

/// As log/slog needsQuoting: an empty text, a space, `=`, `"`, a control character, or one that is not printable.
fn value(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let plain = !text.is_empty() && text.chars().all(|c| c != ' ' && c != '=' && c != '"' && !c.is_control() && c != '\u{fffd}');
    if plain { f.write_str(text) } else { f.write_str(&quote(text)) }
}

/// As strconv.Quote, for texts that are UTF-8.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
