//! The function library, one file per chapter of Helm's function list.
//!
//! A function is an ordinary typed Rust function and one row in its chapter's table.
//!
//! Imports: go, yaml, host, profile, template.

pub mod builtins;
pub mod certificates;
pub mod convert;
pub mod crypto;
pub mod dates;
pub mod dicts;
pub mod encoding;
pub mod lists;
pub mod math;
pub mod paths;
pub mod random;
pub mod regex;
pub mod semver;
pub mod strings;
pub mod types;
pub mod urls;

use crate::go::json::Implementation;
use crate::profile::Profile;
use crate::template::function::Function;

/// The chapters; where two name one function, the later row wins, as sprig's `slice` hides Go's.
static CHAPTERS: &[&[Function]] = &[
    builtins::FUNCTIONS,
    strings::FUNCTIONS,
    lists::FUNCTIONS,
    dicts::FUNCTIONS,
    math::FUNCTIONS,
    types::FUNCTIONS,
    paths::FUNCTIONS,
    urls::FUNCTIONS,
    encoding::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    random::FUNCTIONS,
    regex::FUNCTIONS,
    certificates::FUNCTIONS,
];

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    let urls: &[Function] = if profile.strict_url_colons { &[] } else { urls::LAX };
    let json: &[Function] = if profile.json == Implementation::V1 { encoding::JSON_V1 } else { &[] };
    let durations: &[Function] = if profile.duration_functions { dates::DURATION_FUNCTIONS } else { &[] };
    let yaml: &[Function] = if profile.must_to_yaml { encoding::MUST_TO_YAML } else { &[] };
    let toml: &[Function] = if profile.must_to_toml { encoding::MUST_TO_TOML } else { &[] };
    CHAPTERS
        .iter()
        .copied()
        .flatten()
        .chain(urls)
        .chain(json)
        .chain(yaml)
        .chain(toml)
        .chain(durations)
        .chain(semver::functions(profile.semver))
}
