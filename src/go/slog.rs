//! Go's log/slog records, written as its TextHandler writes them without the time.

use super::strconv::quote;
use super::unicode::{is_print, is_space};
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

/// As log/slog needsQuoting: an empty text, a space, `=`, `"`, or what cannot be printed.
fn value(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let quoted = |rune: char| match rune {
        ' ' | '=' | '"' | '\u{fffd}' => true,
        '\u{7f}' => false,
        rune => is_space(rune) || !is_print(rune),
    };
    if text.is_empty() || text.contains(quoted) { f.write_str(&quote(text.as_bytes())) } else { f.write_str(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_handler() {
        let line =
            Log::new(Level::Warn, "returned non-bool value").with("path", "a.b").with("chart", "").with("x", "é\\");
        assert_eq!(line.to_string(), "level=WARN msg=\"returned non-bool value\" path=a.b chart=\"\" x=é\\");
        assert_eq!(Log::new(Level::Info, "a=\"b\"").to_string(), "level=INFO msg=\"a=\\\"b\\\"\"");
    }
}
