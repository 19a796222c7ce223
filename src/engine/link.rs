//! All templates of a chart tree become one set.

use super::error::Error;
use super::functions;
use super::scope::Renderable;
use crate::profile::{Go, Profile};
use crate::template::{Cache, Collision, Language, Templates};
use std::sync::Arc;

/// Parses the templates in the order in which they stand.
///
/// They share one name space and the last definition of a name wins, so that, sorted by depth, a definition in a parent
/// chart replaces those of its subcharts, and the first of several files beside each other replaces the later.
pub fn link(renderables: &[Renderable], cache: Option<&Cache>, profile: &'static Profile) -> Result<Templates, Error> {
    let functions = functions::all(profile);
    let mut templates = Templates::new("gotpl", Arc::clone(&functions), language(profile));
    // Each text is a template, and many define others.
    templates.reserve(2 * renderables.len());
    // Subcharts come with copies of one library, which is a third of the work for an umbrella of 100.
    let own = Cache::new(functions);
    let lengths = cache.is_none().then(|| Lengths::of(renderables));
    for renderable in renderables {
        let cache = match &lengths {
            Some(lengths) => lengths.repeats(renderable).then_some(&own),
            None => cache,
        };
        match cache {
            Some(cache) => templates.parse_shared(&renderable.name, &renderable.text, cache),
            None => templates.parse(&renderable.name, &renderable.text),
        }
        .map_err(Error::Parse)?;
    }
    Ok(templates)
}

/// The lengths of texts, sorted: only those of the same length can be the same, and need to be looked up.
struct Lengths(Vec<usize>);

impl Lengths {
    fn of(renderables: &[Renderable]) -> Lengths {
        let mut lengths: Vec<usize> = renderables.iter().map(|renderable| renderable.text.len()).collect();
        lengths.sort_unstable();
        Lengths(lengths)
    }

    fn repeats(&self, renderable: &Renderable) -> bool {
        let length = renderable.text.len();
        let first = self.0.partition_point(|&other| other < length);
        self.0.get(first + 1) == Some(&length)
    }
}

/// The named templates that two charts define differently; inside one chart that is its own business.
pub fn collisions(templates: &Templates) -> impl Iterator<Item = &Collision> {
    // `app/charts/sub/templates/a.tpl` is a file of `app/charts/sub`.
    fn chart(file: &[u8]) -> &[u8] {
        const TEMPLATES: &[u8] = b"/templates/";
        let found = file.windows(TEMPLATES.len()).position(|window| window == TEMPLATES);
        &file[..found.unwrap_or(file.len())]
    }
    templates.collisions().iter().filter(|collision| chart(&collision.used) != chart(&collision.ignored))
}

/// The language as a version of Helm has it.
pub fn language(profile: &Profile) -> Language {
    match profile.go {
        Go::Go123 => Language::Go123,
        Go::Go125 | Go::Go126 | Go::Go127 => Language::Go125,
    }
}
