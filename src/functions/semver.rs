//! Semantic versions: sprig's semver.go, once for each release of the library behind it.

use crate::function;
use crate::go::semver::{Constraints, Rules, V3_3, V3_4, V3_5, Version};
use crate::go::{Str, Value};
use crate::template::function::Function;
use std::cell::RefCell;
use std::collections::HashMap;

static FUNCTIONS_3_3: &[Function] = &[
    function! {
        "semver", semver_3_3, "version",
        "a semantic version with its parts: Major, Minor, Patch, Prerelease, Metadata",
        r#"(semver "1.2.3").Minor"# => "2",
    },
    function! {
        "semverCompare", semver_compare_3_3, "constraint version",
        "whether a version fulfils a constraint",
        r#"semverCompare ">=1.2" "1.3.0""# => "true",
    },
];

static FUNCTIONS_3_4: &[Function] = &[
    function! {
        "semver", semver_3_4, "version",
        "a semantic version with its parts: Major, Minor, Patch, Prerelease, Metadata",
        r#"(semver "1.2.3").Minor"# => "2",
    },
    function! {
        "semverCompare", semver_compare_3_4, "constraint version",
        "whether a version fulfils a constraint",
        r#"semverCompare ">=1.2" "1.3.0""# => "true",
    },
];

static FUNCTIONS_3_5: &[Function] = &[
    function! {
        "semver", semver_3_5, "version",
        "a semantic version with its parts: Major, Minor, Patch, Prerelease, Metadata",
        r#"(semver "1.2.3").Minor"# => "2",
    },
    function! {
        "semverCompare", semver_compare_3_5, "constraint version",
        "whether a version fulfils a constraint",
        r#"semverCompare ">=1.2" "1.3.0""# => "true",
    },
];

/// The functions of this chapter under the rules of one release of the library.
pub fn functions(rules: &Rules) -> &'static [Function] {
    if rules.quoted {
        FUNCTIONS_3_5
    } else if rules.capitals {
        FUNCTIONS_3_3
    } else {
        FUNCTIONS_3_4
    }
}

/// `{{ (semver "1.2.3").Minor }}` is `2`.
fn semver_3_3(version: Str) -> Result<Value, String> {
    semver(&version, &V3_3)
}

/// `{{ (semver "1.2.3").Minor }}` is `2`.
fn semver_3_4(version: Str) -> Result<Value, String> {
    semver(&version, &V3_4)
}

/// `{{ (semver "1.2.3").Minor }}` is `2`.
fn semver_3_5(version: Str) -> Result<Value, String> {
    semver(&version, &V3_5)
}

/// `{{ semverCompare ">=1.2" "1.3.0" }}` is `true`.
fn semver_compare_3_3(constraint: Str, version: Str) -> Result<bool, String> {
    semver_compare(&constraint, &version, &V3_3)
}

/// `{{ semverCompare ">=1.2" "1.3.0" }}` is `true`.
fn semver_compare_3_4(constraint: Str, version: Str) -> Result<bool, String> {
    semver_compare(&constraint, &version, &V3_4)
}

/// `{{ semverCompare ">=1.2" "1.3.0" }}` is `true`.
fn semver_compare_3_5(constraint: Str, version: Str) -> Result<bool, String> {
    semver_compare(&constraint, &version, &V3_5)
}

fn semver(version: &Str, rules: &'static Rules) -> Result<Value, String> {
    Ok(Version::new(version, rules)?.into_value(rules))
}

/// How many answers of [`semver_compare`] a thread keeps.
const KEPT: usize = 256;

fn semver_compare(constraint: &Str, version: &Str, rules: &'static Rules) -> Result<bool, String> {
    thread_local! {
        static ANSWERS: RefCell<HashMap<(usize, Str, Str), bool>> = RefCell::default();
    }
    // Charts ask for the version of the cluster over and over.
    let question = (std::ptr::from_ref(rules) as usize, constraint.clone(), version.clone());
    ANSWERS.with_borrow_mut(|answers| {
        if let Some(answer) = answers.get(&question) {
            return Ok(*answer);
        }
        let constraints = Constraints::new(constraint, rules)?;
        let answer = constraints.check(&Version::new(version, rules)?);
        if answers.len() >= KEPT {
            answers.clear();
        }
        answers.insert(question, answer);
        Ok(answer)
    })
}
