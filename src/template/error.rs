//! Errors of the language, in Go's words.

use crate::go::strconv::quote;
use std::fmt;

/// A Go error as it travels through text/template: what `err.Error()` prints and what `errors.Unwrap` finds.
#[derive(Clone, Debug)]
pub enum Error {
    /// `errors.New`: an error of a function.
    Text(String),
    /// `fmt.Errorf("…%w", …)`: `text` is the whole text, that of `source` included.
    Wrapped {
        /// The whole text.
        text: String,
        /// The wrapped error.
        source: Box<Error>,
    },
    /// `fmt.Errorf("PREFIX%w", …)`. Unlike [`Error::Wrapped`] it does not hold the text of its source once more, which
    /// matters where errors are nested thousands deep, as those of a `tpl` that calls itself.
    Prefixed {
        /// What stands before the text of `source`.
        prefix: String,
        /// The wrapped error.
        source: Box<Error>,
    },
    /// An execution error of text/template.
    Exec(Box<ExecError>),
}

/// `template: NAME:LINE:COLUMN: executing "TEMPLATE" at <CONTEXT>: CAUSE`.
#[derive(Clone, Debug)]
pub struct ExecError {
    /// Where: the file (`ParseName`), line (from 1) and column in bytes (from 0, as Go counts), and the node's text.
    /// `None` where Go has no node yet: `template: NAME: CAUSE`.
    pub at: Option<Location>,
    /// The name of the template that was executing.
    pub template: String,
    /// What text/template says, up to the text of `source`.
    pub message: String,
    /// The error of the function or nested template that was called, which ends the message.
    pub source: Option<Box<Error>>,
}

/// A place in a template.
#[derive(Clone, Debug)]
pub struct Location {
    /// The name under which the file was parsed.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In bytes from the start of the line, from 0.
    pub column: usize,
    /// The node as Go writes it.
    pub context: String,
}

impl Error {
    /// The error that this one wraps, as `errors.Unwrap`.
    pub fn source(&self) -> Option<&Error> {
        match self {
            Error::Text(_) => None,
            Error::Wrapped { source, .. } | Error::Prefixed { source, .. } => Some(source),
            Error::Exec(error) => error.source.as_deref(),
        }
    }
}

impl From<String> for Error {
    fn from(text: String) -> Error {
        Error::Text(text)
    }
}

impl From<&str> for Error {
    fn from(text: &str) -> Error {
        Error::Text(text.to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Text(text) | Error::Wrapped { text, .. } => f.write_str(text),
            Error::Prefixed { prefix, source } => {
                f.write_str(prefix)?;
                source.fmt(f)
            }
            Error::Exec(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(Location { file, line, column, context }) => {
                write!(
                    f,
                    "template: {file}:{line}:{column}: executing {} at <{context}>: ",
                    quote(self.template.as_bytes())
                )?;
            }
            None => write!(f, "template: {}: ", self.template)?,
        }
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => source.fmt(f),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// `template: NAME:LINE: MESSAGE`: a text that does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The name under which the text was parsed.
    pub file: String,
    /// From 1: the line of the item that the parser read last.
    pub line: usize,
    /// What text/template says.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Error {
        Error::Text(error.to_string())
    }
}
