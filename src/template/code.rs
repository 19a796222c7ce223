//! The code of a template, which is made when the template first runs.

use super::build::build;
use super::compile::Operation;
use super::error::ParseError;
use super::function::Functions;
use super::tape::Token;
use crate::go::Str;
use std::sync::{Arc, OnceLock};

/// What a template does.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Code {
    /// Where the code comes from; `None` if it is there.
    origin: Option<Origin>,
    body: OnceLock<Result<Body, ParseError>>,
}

/// Compiled operations.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Body {
    /// How many slots the variables need.
    pub slots: u32,
    pub operations: Box<[Operation]>,
}

/// A text that is known to be well-formed.
pub(super) struct Source {
    pub file: Str,
    pub text: Str,
    pub functions: Arc<Functions>,
    pub tape: Vec<Token>,
}

/// A part of it: what begins at a place of its tape and reaches up to its `end` or `else`, where the executor has so many
/// variables.
#[cfg_attr(test, derive(Debug))]
struct Origin {
    source: Arc<Source>,
    start: usize,
    variables: usize,
}

impl Code {
    /// What is compiled already.
    pub fn new(body: Body) -> Code {
        Code { origin: None, body: OnceLock::from(Ok(body)) }
    }

    /// The code of what begins at a place of a text's tape.
    pub fn of_body(source: Arc<Source>, start: usize, variables: usize) -> Code {
        Code { origin: Some(Origin { source, start, variables }), body: OnceLock::new() }
    }

    /// The operations. There is no error, as long as only well-formed texts are compiled later.
    pub fn body(&self) -> Result<&Body, &ParseError> {
        let body = self.body.get_or_init(|| match &self.origin {
            Some(Origin { source, start, variables }) => build(source, *start, *variables).ok_or_else(|| {
                let message = format!("cannot compile what is at {start} of its tape");
                ParseError { file: source.file.to_string(), line: 0, message }
            }),
            None => Ok(Body { slots: 0, operations: Box::default() }),
        });
        body.as_ref()
    }
}

#[cfg(test)]
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}
