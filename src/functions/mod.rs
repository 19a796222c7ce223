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

use crate::profile::Profile;
use crate::template::function::Function;

/// Whose functions they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// text/template's or sprig's.
    Sprig,
    /// Those that Helm's engine adds, or puts in place of sprig's.
    Helm,
}

const LOGIC: &str = "Logic, comparison and printing";
const URLS: &str = "URLs";
const ENCODING: &str = "YAML, JSON, TOML and encodings";
const DATES: &str = "Dates and durations";
const REGEX: &str = "Regular expressions";

/// The tables of a Helm version, each with the title of its chapter, in the order of the chapters.
fn tables(profile: &Profile) -> [(&'static str, Origin, &'static [Function]); 25] {
    use Origin::{Helm, Sprig};
    let go = profile.go;
    [
        (LOGIC, Sprig, builtins::FUNCTIONS),
        (LOGIC, Sprig, builtins::comparisons(go)),
        ("Strings", Sprig, strings::FUNCTIONS),
        ("Lists", Sprig, lists::FUNCTIONS),
        ("Maps", Sprig, dicts::FUNCTIONS),
        ("Numbers", Sprig, math::FUNCTIONS),
        ("Defaults and types", Sprig, types::FUNCTIONS),
        ("Paths", Sprig, paths::FUNCTIONS),
        (URLS, Sprig, urls::FUNCTIONS),
        (URLS, Sprig, urls::parse(go)),
        (ENCODING, Sprig, encoding::FUNCTIONS),
        (ENCODING, Sprig, encoding::json(go.json())),
        (ENCODING, Helm, encoding::YAML),
        (ENCODING, Helm, if profile.must_to_yaml { encoding::MUST_TO_YAML } else { &[] }),
        (ENCODING, Helm, encoding::from_json_of_helm(go.json())),
        (ENCODING, Helm, encoding::toml(profile.toml)),
        (ENCODING, Helm, if profile.must_to_toml { encoding::MUST_TO_TOML } else { &[] }),
        ("Digests, passwords and encryption", Sprig, crypto::FUNCTIONS),
        (DATES, Sprig, dates::FUNCTIONS),
        (DATES, Helm, if profile.duration_functions { dates::DURATIONS } else { &[] }),
        ("Random values", Sprig, random::FUNCTIONS),
        (REGEX, Sprig, regex::FUNCTIONS),
        (REGEX, Sprig, regex::all_matches(go)),
        ("Keys and certificates", Sprig, certificates::FUNCTIONS),
        ("Versions", Sprig, semver::functions(profile.semver)),
    ]
}

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    tables(profile).into_iter().flat_map(|(_, _, rows)| rows)
}

/// Those of them that are not Helm's own.
pub fn of_sprig(profile: &Profile) -> impl Iterator<Item = &'static Function> {
    tables(profile).into_iter().filter(|(_, origin, _)| *origin == Origin::Sprig).flat_map(|(_, _, rows)| rows)
}

/// All of them by chapter, sorted by name within each.
pub fn chapters(profile: &Profile) -> Vec<(&'static str, Vec<&'static Function>)> {
    let mut chapters: Vec<(&str, Vec<&Function>)> = Vec::new();
    for (title, _, rows) in tables(profile) {
        match chapters.last_mut() {
            Some((last, chapter)) if *last == title => chapter.extend(rows),
            _ => chapters.push((title, rows.iter().collect())),
        }
    }
    for (_, rows) in &mut chapters {
        rows.sort_by_key(|function| function.name);
    }
    chapters
}
