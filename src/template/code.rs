//! The code of a template, which is made when the template first runs.

use super::compile::{Operation, compile};
use super::error::ParseError;
use super::function::Functions;
use super::node::Statement;
use super::parse::{Variables, parse, parse_body};
use super::templates::Language;
use crate::go::Str;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What a template does.
pub(super) struct Code {
    /// Where the code comes from; `None` if it is there.
    origin: Option<Origin>,
    body: OnceLock<Result<Body, ParseError>>,
}

/// Compiled operations.
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
    pub language: Language,
    /// See `Outlines`.
    pub bodies: Vec<Range<u32>>,
}

/// A part of it.
enum Origin {
    /// The template with the text's own name, around those that it defines.
    Own(Arc<Source>),
    /// What begins at a byte and reaches up to its `end` or `else`, where these variables are.
    Body { source: Arc<Source>, start: usize, variables: Variables },
}

impl Code {
    /// Compiles a parsed body.
    pub fn new(body: Vec<Statement>, slots: u32) -> Code {
        Code { origin: None, body: OnceLock::from(Ok(Body { slots, operations: compile(body) })) }
    }

    /// The code of a text's own template.
    pub fn of_text(source: Arc<Source>) -> Code {
        Code { origin: Some(Origin::Own(source)), body: OnceLock::new() }
    }

    /// The code of what begins at a byte of a text.
    pub fn of_body(source: Arc<Source>, start: usize, variables: Variables) -> Code {
        Code { origin: Some(Origin::Body { source, start, variables }), body: OnceLock::new() }
    }

    /// The operations. There is no error, as long as only well-formed texts are compiled later.
    pub fn body(&self) -> Result<&Body, &ParseError> {
        let body = self.body.get_or_init(|| match &self.origin {
            Some(origin) => origin.compile(),
            None => Ok(Body { slots: 0, operations: Box::default() }),
        });
        body.as_ref()
    }
}

impl Origin {
    fn compile(&self) -> Result<Body, ParseError> {
        let (body, slots) = match self {
            Origin::Body { source, start, variables } => parse_body(source, *start, variables)?,
            Origin::Own(source) => {
                let Source { file, text, functions, language, .. } = &**source;
                let trees = parse(file, text, functions, *language, Some(source))?;
                let own = trees.into_iter().find(|tree| tree.name == *file);
                own.map(|tree| (tree.body, tree.slots)).unwrap_or_default()
            }
        };
        Ok(Body { slots, operations: compile(body) })
    }
}
