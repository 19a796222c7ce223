//! All templates of a chart tree become one set.

use super::error::Error;
use super::functions;
use super::scope::Renderable;
use crate::profile::{Go, Profile};
use crate::template::{Cache, Collision, Language, Templates};

/// Parses the templates in the order in which they stand.
///
/// They share one name space and the last definition of a name wins, so that, sorted by depth, a definition in a parent
/// chart replaces those of its subcharts, and the first of several files beside each other replaces the later.
pub fn link(renderables: &[Renderable], cache: Option<&Cache>, profile: &'static Profile) -> Result<Templates, Error> {
    let language = match profile.go {
        Go::Go125 => Language::Go125,
        Go::Go127 => Language::Go127,
    };
    let mut templates = Templates::new("gotpl", functions::all(profile), language);
    for renderable in renderables {
        match cache {
            Some(cache) => templates.parse_shared(&renderable.name, &renderable.text, cache),
            None => templates.parse(&renderable.name, &renderable.text),
        }
        .map_err(Error::Parse)?;
    }
    Ok(templates)
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
