//! Semantic versions: sprig's semver.go, once for each release of the library behind it.

use crate::function;
use crate::go::semver::{Constraints, Rules, V3_3, V3_4, V3_5, Version};
use crate::go::{Str, Value};
use crate::template::function::Function;
use std::cell::RefCell;
use std::collections::HashMap;

/// The rows of [`functions`].
macro_rules! functions {
    ($rules:ident) => {
        &[
            function! {
                "semver", |version: Str| semver(&version, &$rules), "version",
                "a semantic version with its parts: Major, Minor, Patch, Prerelease, Metadata",
                r#"(semver "1.2.3").Minor"# => "2",
            },
            function! {
                "semverCompare",
                |constraint: Str, version: Str| semver_compare(&constraint, &version, &$rules),
                "constraint version",
                "whether a version fulfils a constraint",
                r#"semverCompare ">=1.2" "1.3.0""# => "true",
            },
        ]
    };
}

/// The functions of this chapter under the rules of one release of the library.
pub fn functions(rules: &Rules) -> &'static [Function] {
    static FUNCTIONS_3_3: &[Function] = functions!(V3_3);
    static FUNCTIONS_3_4: &[Function] = functions!(V3_4);
    static FUNCTIONS_3_5: &[Function] = functions!(V3_5);
    if rules.quoted {
        FUNCTIONS_3_5
    } else if rules.capitals {
        FUNCTIONS_3_3
    } else {
        FUNCTIONS_3_4
    }
}

/// `{{ (semver "1.2.3").Minor }}` is `2`.
fn semver(version: &Str, rules: &'static Rules) -> Result<Value, String> {
    Ok(Version::new(version, rules)?.into_value(rules))
}

/// How many answers of [`semver_compare`] a thread keeps.
const KEPT: usize = 256;

/// `{{ semverCompare ">=1.2" "1.3.0" }}` is `true`.
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
