//! A set of templates that share one name space.

use super::error::ParseError;
use super::function::Functions;
use crate::go::Str;
use std::sync::Arc;

/// The version of Go, where its text/template differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Go 1.25.
    Go125,
    /// Go 1.27.
    Go127,
}

/// Templates that can call each other. Once built it is shared by threads.
pub struct Templates {}

/// One template.
pub struct Template {}

impl Templates {
    /// An empty set. `root` is the name of Go's first template, which stands in "no template … associated with template".
    pub fn new(root: &str, functions: Arc<Functions>, language: Language) -> Templates {
        let _ = (root, functions, language);
        Templates {}
    }

    /// As `t.New(name).Parse(text)`: adds the template and those it defines.
    pub fn parse(&mut self, name: &Str, text: &Str) -> Result<(), ParseError> {
        let _ = (name, text);
        Ok(())
    }

    /// The template of that name.
    pub fn lookup(&self, name: &[u8]) -> Option<&Template> {
        let _ = name;
        None
    }

    /// All templates, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        std::iter::empty()
    }
}

impl Template {
    /// Its name.
    pub fn name(&self) -> &Str {
        const { &Str::EMPTY }
    }

    /// The name under which the file was parsed that defines it.
    pub fn file(&self) -> &Str {
        const { &Str::EMPTY }
    }
}
