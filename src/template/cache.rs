//! Compiled texts that several sets of templates share.

use super::code::{Body, Code, Source};
use super::error::ParseError;
use super::function::Functions;
use super::outline::{Outline, Outlines, outline};
use super::parse::parse;
use super::templates::Language;
use crate::go::{Map, Str, bytes};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// Compiles each text once, under whichever names and on whichever threads it is used.
///
/// It keeps what it has compiled, so it is for the texts of charts and not for those that templates make.
pub struct Cache {
    functions: Arc<Functions>,
    texts: RwLock<Map<Str, Arc<Vec<Compiled>>>>,
}

/// A template without the name of its file.
pub(super) struct Compiled {
    /// `None` for the file's own template, which has the file's name.
    pub name: Option<Str>,
    pub empty: bool,
    /// Where the body stands in the text.
    pub range: Range<usize>,
    pub code: Code,
}

impl Cache {
    /// An empty cache for sets that have these functions, since compiled templates point to them, and one language.
    pub fn new(functions: Arc<Functions>) -> Cache {
        Cache { functions, texts: RwLock::default() }
    }

    /// Whether a set with these functions can use it.
    pub(super) fn serves(&self, functions: &Arc<Functions>) -> bool {
        Arc::ptr_eq(&self.functions, functions)
    }

    /// The templates of a text.
    pub(super) fn compile(&self, file: &Str, text: &Str, language: Language) -> Result<Arc<Vec<Compiled>>, ParseError> {
        let texts = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = texts.get(text)
            && found.iter().all(|template| template.name.as_ref() != Some(file))
        {
            return Ok(Arc::clone(found));
        }
        drop(texts);
        let compiled = Arc::new(compile_text(file, text, &self.functions, language)?);
        // A text that defines a template under its own file's name means something else in another file.
        if bytes::index(text, file).is_none() {
            let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
            texts.insert(text.clone(), Arc::clone(&compiled));
        }
        Ok(compiled)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

/// The templates of a text, in the order in which it defines them. Where the text is surely well-formed each is compiled
/// only when it first runs.
pub(super) fn compile_text(
    file: &Str,
    text: &Str,
    functions: &Arc<Functions>,
    language: Language,
) -> Result<Vec<Compiled>, ParseError> {
    // A definition under the file's own name is the parser's to judge.
    let is_other = |outline: &Outline| outline.name.as_ref() != Some(file);
    if let Some(Outlines { templates, tape }) = outline(text, functions)
        && templates.iter().all(is_other)
    {
        let (file, text, functions) = (file.clone(), text.clone(), Arc::clone(functions));
        let source = Arc::new(Source { file, text, functions, tape });
        let compiled = templates.into_iter().map(|Outline { name, empty, range, start }| {
            let code = Code::of_body(Arc::clone(&source), start, 1);
            Compiled { name, empty, range, code }
        });
        return Ok(compiled.collect());
    }
    compile_now(file, text, functions, language)
}

/// The same, compiled at once.
pub(super) fn compile_now(
    file: &Str,
    text: &Str,
    functions: &Functions,
    language: Language,
) -> Result<Vec<Compiled>, ParseError> {
    let trees = parse(file, text, functions, language)?;
    let compiled = trees.into_iter().map(|tree| Compiled {
        name: (tree.name != *file).then(|| tree.name.clone()),
        empty: tree.is_empty(),
        range: tree.range.clone(),
        code: Code::new(Body { slots: tree.slots, operations: tree.body }),
    });
    Ok(compiled.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Language, Templates};

    fn set(cache: &Cache, file: &str, text: &str) -> Result<Templates, ParseError> {
        let mut templates = Templates::new("root", Arc::clone(&cache.functions), Language::Go125);
        templates.parse_shared(&Str::from(file), &Str::from(text), cache).map(|()| templates)
    }

    fn names(templates: &Templates) -> Vec<(String, String)> {
        let mut names: Vec<_> =
            templates.iter().map(|template| (template.name().to_string(), template.file().to_string())).collect();
        names.sort();
        names
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, file)| ((*name).to_owned(), (*file).to_owned())).collect()
    }

    #[test]
    fn one_text_under_two_names() {
        let cache = Cache::new(Arc::new([].into_iter().collect()));
        let text = "{{ define \"x\" }}1{{ end }}text";
        for file in ["a", "b"] {
            let templates = set(&cache, file, text).expect("this is a template");
            assert_eq!(names(&templates), pairs(&[(file, file), ("x", file)]));
        }
        assert_eq!(cache.texts.read().expect("no test panicked").len(), 1);
    }

    #[test]
    fn a_definition_under_the_name_of_a_file() {
        let text = "{{ define \"a\" }}1{{ end }}text";
        for order in [["a", "b"], ["b", "a"]] {
            let cache = Cache::new(Arc::new([].into_iter().collect()));
            for file in order {
                // As Go's parse.Tree.add: a name can be defined once in a text.
                let found = set(&cache, file, text).map(|templates| names(&templates)).ok();
                let wanted = (file == "b").then(|| pairs(&[("a", "b"), ("b", "b")]));
                assert_eq!(found, wanted, "{order:?}");
            }
        }
    }

    #[test]
    fn an_error_names_the_file_at_hand() {
        let cache = Cache::new(Arc::new([].into_iter().collect()));
        for file in ["a", "b"] {
            let error = set(&cache, file, "{{ if }}").err().expect("this is no template");
            assert!(error.to_string().contains(&format!("template: {file}:1")), "{error}");
        }
    }
}
