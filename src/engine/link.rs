//! All templates of a chart tree become one set.

use super::error::Error;
use super::functions;
use super::scope::Renderable;
use crate::profile::{self, Profile};
use crate::template::{Cache, Language, Templates};

/// Parses the templates in the order in which they stand.
///
/// They share one name space and the last definition of a name wins, so that, sorted by depth, a definition in a parent
/// chart replaces those of its subcharts, and the first of several files beside each other replaces the later.
pub fn link(renderables: &[Renderable], cache: Option<&Cache>, profile: &'static Profile) -> Result<Templates, Error> {
    let mut templates = Templates::new("gotpl", functions::all(profile), language(profile));
    for renderable in renderables {
        match cache {
            Some(cache) => templates.parse_shared(&renderable.name, &renderable.text, cache),
            None => templates.parse(&renderable.name, &renderable.text),
        }
        .map_err(Error::Parse)?;
    }
    Ok(templates)
}

/// The language as a version of Helm has it.
pub fn language(profile: &Profile) -> Language {
    match profile.language {
        profile::Language::Go123 => Language::Go123,
        profile::Language::Go125 => Language::Go125,
    }
}
