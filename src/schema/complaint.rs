//! Violations as a flat list of complaints about places in the values, for messages of our own.

use super::json::Json;
use super::kind::{Kind, Violation};
use super::run::EXHAUSTED;

/// One thing that does not fit a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The keys and indexes that lead to the value from the top.
    pub path: Vec<String>,
    /// What it is.
    pub problem: Problem,
}

/// What can be wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A map has a key that it may not have; the keys that it may have.
    UnknownKey { key: String, known: Vec<String> },
    /// A map lacks a key.
    Missing { key: String },
    /// The value is of another type than those that are wanted, named as JSON names them.
    Type { got: &'static str, want: Vec<&'static str> },
    /// The value is none of those that are allowed.
    Choice { allowed: Vec<String> },
    /// The text does not look as it should.
    Pattern { got: String, pattern: String },
    /// The number is out of bounds: which bound, and where it lies.
    Bound { name: &'static str, got: String, want: String },
    /// Anything else, in the words of the library that Helm uses.
    Other(String),
}

impl Complaint {
    /// The check was given up.
    pub(super) fn exhausted() -> Complaint {
        Complaint { path: Vec::new(), problem: Problem::Other(EXHAUSTED.to_owned()) }
    }
}

/// Takes groups and references apart.
pub(super) fn flatten(violations: Vec<Violation>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for violation in violations {
        add(violation, &mut complaints);
    }
    complaints
}

fn add(violation: Violation, complaints: &mut Vec<Complaint>) {
    let Violation { location: path, kind, causes } = violation;
    let mut push = |problem| complaints.push(Complaint { path: path.clone(), problem });
    match kind {
        Kind::Group | Kind::Reference | Kind::AllOf if !causes.is_empty() => {
            causes.into_iter().for_each(|cause| add(cause, complaints));
        }
        Kind::AnyOf | Kind::OneOf(None) if !causes.is_empty() => alternatives(path, causes, complaints),
        Kind::AdditionalProperties { names, known } => {
            names.into_iter().for_each(|key| push(Problem::UnknownKey { key, known: known.clone() }));
        }
        Kind::Required(missing) => missing.into_iter().for_each(|key| push(Problem::Missing { key })),
        Kind::Type { got, want } => push(Problem::Type { got, want }),
        Kind::Enum(allowed) => push(Problem::Choice { allowed: allowed.iter().filter_map(shown).collect() }),
        Kind::Const(only) => push(Problem::Choice { allowed: shown(&only).into_iter().collect() }),
        Kind::Pattern { got, want } => push(Problem::Pattern { got, pattern: want }),
        Kind::Bound(name, got, want) => {
            push(Problem::Bound { name, got: got.to_string(), want: want.to_string() });
        }
        Kind::Count(name, got, want) => push(Problem::Bound { name, got: got.to_string(), want: want.to_string() }),
        kind => push(Problem::Other(kind.text())),
    }
}

/// Of alternatives that all fail, the one that went furthest into the value is what was meant.
fn alternatives(path: Vec<String>, causes: Vec<Violation>, complaints: &mut Vec<Complaint>) {
    let depth = |branch: &[Complaint]| branch.iter().map(|complaint| complaint.path.len()).max().unwrap_or(0);
    let branches: Vec<Vec<Complaint>> = causes.into_iter().map(|cause| flatten(vec![cause])).collect();
    let deepest = branches.iter().map(|branch| depth(branch)).max().unwrap_or(0);
    if deepest > path.len() {
        let meant = branches.into_iter().find(|branch| depth(branch) == deepest);
        complaints.extend(meant.unwrap_or_default());
        return;
    }
    let (mut types, mut found) = (Vec::new(), None);
    for complaint in branches.iter().flatten() {
        match &complaint.problem {
            Problem::Type { got, want } => {
                found = Some(*got);
                types.extend(want.iter().copied().filter(|name| !types.contains(name)).collect::<Vec<_>>());
            }
            _ => {
                // The value is of the right type for this one.
                complaints.push(complaint.clone());
                return;
            }
        }
    }
    if let Some(got) = found {
        complaints.push(Complaint { path, problem: Problem::Type { got, want: types } });
    }
}

/// A value that may be written, as it is written; null is left out.
fn shown(value: &Json) -> Option<String> {
    match value {
        Json::String(text) | Json::Number(text) => Some(text.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
