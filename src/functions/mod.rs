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
pub mod random;
pub mod regex;
pub mod semver;
pub mod strings;

use crate::profile::Profile;
use crate::template::function::Function;

/// The chapters; where two name one function, the later row wins, as sprig's `slice` hides Go's.
static CHAPTERS: &[&[Function]] = &[
    builtins::FUNCTIONS,
    strings::FUNCTIONS,
    certificates::FUNCTIONS,
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    random::FUNCTIONS,
    regex::FUNCTIONS,
];

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    let durations: &[Function] = if profile.duration_functions { dates::DURATION_FUNCTIONS } else { &[] };
    CHAPTERS.iter().copied().flatten().chain(durations).chain(semver::functions(profile.semver))
}
