//! The function library, one file per chapter of Helm's function list.
//!
//! A function is an ordinary typed Rust function and one row in its chapter's table, which also holds its documentation.
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

use crate::go::toml::Release;
use crate::profile::{Go, Profile};
use crate::template::function::Function;

/// The chapters; where two name one function, the later row wins, as sprig's `slice` hides Go's.
static CHAPTERS: &[(&str, &[Function])] = &[
    ("Logic, comparison and printing", builtins::FUNCTIONS),
    ("Strings", strings::FUNCTIONS),
    ("Lists", lists::FUNCTIONS),
    ("Maps", dicts::FUNCTIONS),
    ("Numbers", math::FUNCTIONS),
    ("Defaults and types", types::FUNCTIONS),
    ("Paths", paths::FUNCTIONS),
    ("URLs", urls::FUNCTIONS),
    (ENCODING, encoding::FUNCTIONS),
    ("Digests, passwords and encryption", crypto::FUNCTIONS),
    (DATES, dates::FUNCTIONS),
    ("Random values", random::FUNCTIONS),
    ("Regular expressions", regex::FUNCTIONS),
    ("Keys and certificates", certificates::FUNCTIONS),
];

const DATES: &str = "Dates and durations";
const ENCODING: &str = "YAML, JSON, TOML and encodings";

/// The rows that are different before Go 1.25.
static BEFORE_GO_1_25: &[&[Function]] = &[builtins::BEFORE_GO_1_25];

/// The rows that are different before Go 1.26.
static BEFORE_GO_1_26: &[&[Function]] = &[urls::BEFORE_GO_1_26];

/// The rows that are different before Go 1.27.
static BEFORE_GO_1_27: &[&[Function]] = &[encoding::BEFORE_GO_1_27, regex::BEFORE_GO_1_27];

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    let chapters = CHAPTERS.iter().flat_map(|(_, rows)| rows.iter());
    chapters.chain(changes(profile).into_iter().flat_map(|(_, rows)| rows))
}

/// The rows that only some versions have, with their chapters; those that replace another keep its chapter.
fn changes(profile: &Profile) -> [(Option<&'static str>, Vec<&'static Function>); 8] {
    let toml_1_0: &[Function] = if profile.toml == Release::V1_4 { encoding::TOML_1_0 } else { &[] };
    let before_1_25 = if profile.go < Go::Go125 { BEFORE_GO_1_25 } else { &[] };
    let before_1_26 = if profile.go < Go::Go126 { BEFORE_GO_1_26 } else { &[] };
    let before_1_27 = if profile.go < Go::Go127 { BEFORE_GO_1_27 } else { &[] };
    let yaml: &[Function] = if profile.must_to_yaml { encoding::MUST_TO_YAML } else { &[] };
    let toml: &[Function] = if profile.must_to_toml { encoding::MUST_TO_TOML } else { &[] };
    let durations: &[Function] = if profile.duration_functions { dates::DURATION_FUNCTIONS } else { &[] };
    [
        (None, before_1_25.iter().copied().flatten().collect()),
        (None, before_1_26.iter().copied().flatten().collect()),
        (None, before_1_27.iter().copied().flatten().collect()),
        (None, toml_1_0.iter().collect()),
        (Some(ENCODING), yaml.iter().collect()),
        (Some(ENCODING), toml.iter().collect()),
        (Some(DATES), durations.iter().collect()),
        (Some("Versions"), semver::functions(profile.semver).iter().collect()),
    ]
}

/// The same functions by chapter, sorted by name within each.
pub fn chapters(profile: &Profile) -> Vec<(&'static str, Vec<&'static Function>)> {
    let mut chapters: Vec<(&str, Vec<&Function>)> =
        CHAPTERS.iter().map(|(title, rows)| (*title, rows.iter().collect())).collect();
    for (title, rows) in changes(profile) {
        let Some(title) = title else { continue };
        match chapters.iter_mut().find(|(other, _)| *other == title) {
            Some((_, chapter)) => chapter.extend(rows),
            None => chapters.push((title, rows)),
        }
    }
    for (_, rows) in &mut chapters {
        rows.sort_by_key(|function| function.name);
    }
    chapters
}
