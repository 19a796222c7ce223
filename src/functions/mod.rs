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

use crate::profile::{Go, Profile};
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

/// The rows that are different where Helm is built with Go 1.25.
static GO_1_25: &[&[Function]] = &[urls::GO_1_25, encoding::GO_1_25, regex::GO_1_25];

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    let changed = if profile.go < Go::Go127 { GO_1_25 } else { &[] };
    let durations: &[Function] = if profile.duration_functions { dates::DURATION_FUNCTIONS } else { &[] };
    let toml: &[Function] = if profile.must_to_toml { encoding::FUNCTIONS_4_3 } else { &[] };
    let chapters = CHAPTERS.iter().chain(changed).copied().flatten();
    chapters.chain(toml).chain(durations).chain(semver::functions(profile.semver))
}
