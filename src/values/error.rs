//! What can go wrong with values, in Helm's words.

use std::fmt;

/// An error about values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A values file could not be read: the text of the Go error.
    Read(String),
    /// A values file is not YAML, or not a map.
    Parse { path: String, error: String },
    /// A `--set…` argument does not follow the grammar: the flag and the text of the error.
    Set { flag: &'static str, error: String },
    /// A `--set-json` argument that is not JSON: the argument.
    SetJson { whole: bool, argument: String },
    /// A subchart's values are not a table: the subchart and the value as Go's `%t` prints it.
    TypeMismatch { name: String, value: String },
    /// Helm 3 panics: the text of the panic.
    Panic(String),
    /// The values are deeper or larger than anything real. Helm has no such limit and runs out of memory.
    TooLarge,
    /// The values don't meet the schemas: every chart's complaints.
    Schema(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Read(error) => f.write_str(error),
            Error::Parse { path, error } => write!(f, "failed to parse {path}: {error}"),
            Error::Set { flag, error } => write!(f, "failed parsing --{flag} data: {error}"),
            Error::SetJson { whole: true, argument } => write!(f, "failed parsing --set-json data JSON: {argument}"),
            Error::SetJson { whole: false, argument } => write!(f, "failed parsing --set-json data {argument}"),
            Error::TypeMismatch { name, value } => write!(f, "type mismatch on {name}: {value}"),
            Error::Panic(text) => f.write_str(text),
            Error::TooLarge => f.write_str("values nest too deeply or are too large"),
            Error::Schema(complaints) => write!(
                f,
                "values don't meet the specifications of the schema(s) in the following chart(s):\n{complaints}"
            ),
        }
    }
}

impl std::error::Error for Error {}
