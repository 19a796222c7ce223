//! What goes wrong with YAML, in the words of goyaml and sigs.k8s.io/yaml.

use std::borrow::Cow;
use std::fmt;

/// A place in a text: line and column from 0, the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The line, from 0.
    pub line: u32,
    /// The column in characters, from 0.
    pub column: u32,
    /// The offset in bytes.
    pub offset: u32,
}

/// At which step of sigs.k8s.io/yaml it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `error converting YAML to JSON: `
    Convert,
    /// `error unmarshaling JSON: while decoding JSON: `
    Decode,
    /// `error marshaling into JSON: `
    Marshal,
    /// The k8s reader that splits a text into documents, whose errors have no prefix.
    Split,
    /// goyaml's own error without a prefix.
    Plain,
    /// Go panics, which a template reports as the error of the call.
    Panic,
}

/// An error of reading or writing YAML. `Display` is what Helm prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The step.
    pub stage: Stage,
    /// The text without the prefix of the stage and without `yaml: line N: `.
    pub problem: Cow<'static, str>,
    /// Whether it is goyaml's (`yaml: `).
    pub goyaml: bool,
    /// The line as goyaml prints it, which is now and then one too small; 0 where it prints none.
    pub line: usize,
    /// Where the problem really is, where that is known.
    pub mark: Option<Mark>,
}

impl Error {
    pub(crate) fn new(stage: Stage, problem: impl Into<Cow<'static, str>>) -> Error {
        Error { stage, problem: problem.into(), goyaml: false, line: 0, mark: None }
    }

    /// goyaml's `failf`.
    pub(crate) fn goyaml(problem: impl Into<Cow<'static, str>>, mark: Option<Mark>) -> Error {
        Error { stage: Stage::Convert, problem: problem.into(), goyaml: true, line: 0, mark }
    }

    /// The text without the prefix of the stage.
    pub fn cause(&self) -> String {
        let Error { goyaml, line, problem, .. } = self;
        match (goyaml, line) {
            (false, _) => problem.to_string(),
            (true, 0) => format!("yaml: {problem}"),
            (true, line) => format!("yaml: line {line}: {problem}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Convert => "error converting YAML to JSON: ",
            Stage::Decode => "error unmarshaling JSON: while decoding JSON: ",
            Stage::Marshal => "error marshaling into JSON: ",
            Stage::Split | Stage::Plain | Stage::Panic => "",
        })?;
        f.write_str(&self.cause())
    }
}

impl std::error::Error for Error {}

impl From<Error> for String {
    fn from(error: Error) -> String {
        error.to_string()
    }
}
