//! A set of templates that share one name space.

use super::cache::{Cache, Compiled, compile_now, compile_text};
use super::code::Code;
use super::error::ParseError;
use super::function::Functions;
use crate::go::{Map, Str};
use std::sync::Arc;

/// The version of Go, where its text/template differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Go 1.23: `range` takes no numbers, and errors of comparisons do not name the types.
    Go123,
    /// Go 1.25 to 1.27, which answer every case alike.
    Go125,
}

/// Templates that can call each other. Once built it is shared by threads.
#[derive(Clone)]
pub struct Templates {
    root: Str,
    functions: Arc<Functions>,
    language: Language,
    templates: Map<Str, Template>,
    /// How many numbers were given to templates.
    numbers: usize,
    collisions: Vec<Collision>,
}

/// Two files that define the same template differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The template.
    pub name: Str,
    /// The file whose definition counts.
    pub used: Str,
    /// The other file.
    pub ignored: Str,
}

/// One template.
#[derive(Clone)]
pub struct Template {
    file: Str,
    source: Str,
    /// The templates of that text, which other sets may share, and which of them it is.
    compiled: Arc<Vec<Compiled>>,
    index: usize,
    number: usize,
}

impl Templates {
    /// An empty set. `root` is the name of Go's first template, which stands in "no template … associated with template"
    /// and is the name under which [`super::Caller::evaluate`] parses.
    pub fn new(root: &str, functions: Arc<Functions>, language: Language) -> Templates {
        Templates {
            root: Str::from(root),
            functions,
            language,
            templates: Map::default(),
            numbers: 0,
            collisions: Vec::new(),
        }
    }

    /// Makes room for so many more templates.
    pub fn reserve(&mut self, more: usize) {
        self.templates.reserve(more);
    }

    /// As `t.New(name).Parse(text)`: adds the template and those it defines. A template that is empty but for space does
    /// not replace another one.
    pub fn parse(&mut self, name: &Str, text: &Str) -> Result<(), ParseError> {
        let compiled = compile_text(name, text, &self.functions, self.language)?;
        self.add(name, text, &Arc::new(compiled));
        Ok(())
    }

    /// The same, with a text that will run as soon as it is parsed.
    pub(super) fn parse_now(&mut self, name: &Str, text: &Str) -> Result<(), ParseError> {
        let compiled = compile_now(name, text, &self.functions, self.language)?;
        self.add(name, text, &Arc::new(compiled));
        Ok(())
    }

    /// The same, with a text that other sets may have compiled already.
    pub fn parse_shared(&mut self, name: &Str, text: &Str, cache: &Cache) -> Result<(), ParseError> {
        if !cache.serves(&self.functions) {
            return self.parse(name, text);
        }
        let compiled = cache.compile(name, text, self.language)?;
        self.add(name, text, &compiled);
        Ok(())
    }

    fn add(&mut self, file: &Str, text: &Str, compiled: &Arc<Vec<Compiled>>) {
        for (index, Compiled { name, empty, range, .. }) in compiled.iter().enumerate() {
            let name = name.as_ref().unwrap_or(file);
            if *empty && self.templates.contains_key(name) {
                continue;
            }
            let template = Template {
                file: file.clone(),
                source: text.clone(),
                compiled: Arc::clone(compiled),
                index,
                number: self.numbers,
            };
            self.numbers += 1;
            if let Some(old) = self.templates.insert(name.clone(), template)
                && !old.is_empty()
                // Copies of one library share their code.
                && !(Arc::ptr_eq(&old.compiled, compiled) && old.index == index)
                && old.source.get(old.compiled().range.clone()) != text.get(range.clone())
            {
                let (name, used, ignored) = (name.clone(), file.clone(), old.file);
                self.collisions.push(Collision { name, used, ignored });
            }
        }
    }

    /// The template of that name.
    pub fn lookup(&self, name: &[u8]) -> Option<&Template> {
        self.templates.get(name)
    }

    /// All templates, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Template> {
        self.templates.values()
    }

    /// More than the number of any template.
    pub(super) fn numbers(&self) -> usize {
        self.numbers
    }

    /// The templates that were defined anew and otherwise, in the order of the files.
    pub fn collisions(&self) -> &[Collision] {
        &self.collisions
    }

    /// The name of Go's first template.
    pub fn root(&self) -> &Str {
        &self.root
    }

    /// The version of Go.
    pub fn language(&self) -> Language {
        self.language
    }

    /// An empty set with the same root and functions, to be laid over this one.
    pub(super) fn overlay(&self) -> Templates {
        Templates {
            root: self.root.clone(),
            functions: Arc::clone(&self.functions),
            language: self.language,
            templates: Map::default(),
            numbers: 0,
            collisions: Vec::new(),
        }
    }
}

impl Template {
    fn compiled(&self) -> &Compiled {
        &self.compiled[self.index]
    }

    /// Its number, which no other template of its set has.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// What it does.
    pub(super) fn code(&self) -> &Code {
        &self.compiled().code
    }

    /// Its name.
    pub fn name(&self) -> &Str {
        self.compiled().name.as_ref().unwrap_or(&self.file)
    }

    /// The name under which the file was parsed that defines it.
    pub fn file(&self) -> &Str {
        &self.file
    }

    /// The text of that file.
    pub fn source(&self) -> &Str {
        &self.source
    }

    /// As IsEmptyTree: whether it holds nothing but space.
    pub fn is_empty(&self) -> bool {
        self.compiled().empty
    }
}

/// The templates that a running template sees: those of the innermost `tpl` first.
///
/// Helm clones the whole set for each `tpl`; a scope over it shows the same templates at no cost.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub templates: &'a Templates,
    pub outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// The scope that a scope inside this one goes on with. A text that defines nothing adds nothing to see, so that
    /// the way outwards is no longer than there are texts that define something.
    pub fn visible(&'a self) -> &'a Scope<'a> {
        match self.outer {
            Some(outer) if self.templates.templates.len() == 1 => outer,
            _ => self,
        }
    }

    /// Whether a template of that name is that of the whole set, as are those that it runs itself, however it is reached.
    pub fn shows_whole_set(&'a self, name: &Str) -> bool {
        self.outer.is_none() || self.visible().outer.is_none() && *name != self.templates.root
    }

    /// The template of that name: the innermost one that is not empty, as an empty one does not replace another.
    pub fn lookup(&self, name: &[u8]) -> Option<&'a Template> {
        let mut scope = *self;
        let mut found = scope.templates.lookup(name);
        // Go's clone holds nothing yet under the root's name when `tpl` parses its text, so that text is never in second place.
        if scope.outer.is_some() && name == self.templates.root.as_bytes() {
            return found;
        }
        while found.is_none_or(Template::is_empty) {
            let Some(outer) = scope.outer else { break };
            scope = *outer;
            // No text is parsed under the root's name in a scope that goes on, which Go keeps without a tree.
            found = scope.templates.lookup(name).or(found);
        }
        found
    }
}
