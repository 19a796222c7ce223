//! What goes wrong with templates, in Helm's words.

use crate::go::unicode;
use crate::template::{self, ParseError};
use std::fmt;

/// How `fail` and `required` mark the message that is all the user should see.
pub const MESSAGE_START: &str = "HELM_ERR_START";
pub const MESSAGE_END: &str = "HELM_ERR_END";

/// Why templates don't render.
#[derive(Clone, Debug)]
pub enum Error {
    /// A template does not parse.
    Parse(ParseError),
    /// A template fails while it runs.
    Execute {
        /// The file that was rendered.
        template: String,
        /// What Go says.
        error: template::Error,
        /// Whether errors in nested templates become a trace: [`crate::profile::Profile::error_trace`].
        trace: bool,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Error::Parse(error) => parse_text(error),
            Error::Execute { template, error, trace } => execution_text(template, error, *trace),
        })
    }
}

impl std::error::Error for Error {}

/// As cleanupParseError: only the place and what follows the last colon.
fn parse_text(error: &ParseError) -> String {
    let text = error.to_string();
    let mut parts = text.split(": ");
    let location = parts.nth(1).unwrap_or_default();
    let message = text.rsplit(": ").next().unwrap_or_default();
    format!("parse error at ({location}): {message}")
}

/// As reformatExecErrorMsg, and as cleanupExecError of Helm 3, which makes no trace. It works on the text, as Helm does, so that colons in names and messages have Helm's effect.
fn execution_text(template: &str, error: &template::Error, trace: bool) -> String {
    if !holds_execution_error(error) {
        return error.to_string();
    }
    let text = error.to_string();
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({template}): {text}");
    };
    if let Some(message) = marked_message(rest) {
        return format!("execution error at ({location}): {message}");
    }
    if !trace {
        return text;
    }
    let mut traces: Vec<Trace> = Vec::new();
    let mut current = Some(error);
    while let Some(error) = current {
        let Some(trace) = Trace::parse(&error.to_string()) else {
            return text;
        };
        if traces.last() != Some(&trace) {
            traces.push(trace);
        }
        current = error.source();
    }
    let all: String = traces.iter().map(ToString::to_string).collect();
    trim_space(&all).to_owned()
}

/// Whether a template.ExecError is in the chain.
fn holds_execution_error(error: &template::Error) -> bool {
    let mut current = Some(error);
    while let Some(error) = current {
        if matches!(error, template::Error::Exec(_)) {
            return true;
        }
        current = error.source();
    }
    false
}

/// As Helm's warnRegex, which is greedy: from the first start to the last end.
fn marked_message(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(MESSAGE_START)?;
    rest.rsplit_once(MESSAGE_END).map(|(message, _)| message)
}

/// As Helm's TraceableError.
#[derive(Debug, PartialEq, Eq)]
struct Trace {
    location: String,
    executing: String,
    message: String,
}

impl Trace {
    /// As parseTemplateExecErrorString.
    fn parse(text: &str) -> Option<Trace> {
        let rest = text.strip_prefix("template: ")?;
        if rest.starts_with("no template ") {
            return Some(Trace { location: String::new(), executing: String::new(), message: text.to_owned() });
        }
        Trace::parse_executing(rest).or_else(|| Trace::parse_simple(rest))
    }

    /// `NAME: executing "TEMPLATE" at <CONTEXT>: MESSAGE`.
    fn parse_executing(text: &str) -> Option<Trace> {
        let (location, after) = text.split_once(": executing ")?;
        let (function, after) = after.strip_prefix('"')?.split_once('"')?;
        let (context, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
        Some(Trace {
            location: location.to_owned(),
            executing: format!("executing \"{function}\" at <{context}>:"),
            message: before_next(message).to_owned(),
        })
    }

    /// `NAME: MESSAGE`, at the last colon, as the name holds line and column.
    fn parse_simple(text: &str) -> Option<Trace> {
        let (location, message) = text.rsplit_once(": ")?;
        Some(Trace {
            location: location.to_owned(),
            executing: String::new(),
            message: before_next(message).to_owned(),
        })
    }
}

/// The message without the error that it wraps.
fn before_next(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(message, _)| message)
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.location.is_empty() {
            write!(f, "{}\n  ", self.location)?;
        }
        if !self.executing.is_empty() {
            write!(f, "{}\n    ", self.executing)?;
        }
        if !self.message.is_empty() {
            writeln!(f, "{}", self.message)?;
        }
        Ok(())
    }
}

/// As strings.TrimSpace.
fn trim_space(text: &str) -> &str {
    text.trim_matches(unicode::is_space)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{ExecError, Location};

    fn exec(
        file: &str,
        line: usize,
        template: &str,
        context: &str,
        message: &str,
        source: Option<template::Error>,
    ) -> template::Error {
        template::Error::Exec(Box::new(ExecError {
            at: Some(Location { file: file.to_owned(), line, column: 2, context: context.to_owned() }),
            template: template.to_owned(),
            message: message.to_owned(),
            source: source.map(Box::new),
        }))
    }

    #[test]
    fn a_chain_of_includes_is_a_trace() {
        let inner = exec("c/_h.tpl", 2, "l1", ".Values.a.b", "nil pointer evaluating interface {}.b", None);
        let outer = exec("c/a.yaml", 6, "c/a.yaml", "include \"l1\" .", "error calling include: ", Some(inner));
        assert_eq!(
            execution_text("c/a.yaml", &outer, true),
            "c/a.yaml:6:2\n  executing \"c/a.yaml\" at <include \"l1\" .>:\n    error calling include:\n\
             c/_h.tpl:2:2\n  executing \"l1\" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b"
        );
    }

    #[test]
    fn the_error_of_a_function_is_one_line() {
        let outer = exec("c/a.yaml", 6, "c/a.yaml", "gt 1 2", "error calling gt: ", Some("incompatible".into()));
        assert_eq!(
            execution_text("c/a.yaml", &outer, true),
            "template: c/a.yaml:6:2: executing \"c/a.yaml\" at <gt 1 2>: error calling gt: incompatible"
        );
    }

    #[test]
    fn a_marked_message_is_all_there_is() {
        let inner = exec(
            "c/_h.tpl",
            2,
            "l1",
            "fail \"x\"",
            "error calling fail: ",
            Some("HELM_ERR_STARTa: b\ncHELM_ERR_END".into()),
        );
        let outer = exec("c/a.yaml", 6, "c/a.yaml", "include \"l1\" .", "error calling include: ", Some(inner));
        assert_eq!(execution_text("c/a.yaml", &outer, true), "execution error at (c/a.yaml:6:2): a: b\nc");
    }

    #[test]
    fn a_parse_error_keeps_what_follows_the_last_colon() {
        let error = ParseError { file: "c/a.yaml".into(), line: 3, message: "bad: worse".into() };
        assert_eq!(parse_text(&error), "parse error at (c/a.yaml:3): worse");
    }
}
