//! Comparisons as text and as JSON.

use super::comparison::{Change, Comparison, Field, Resource, Verdict};
use crate::cli::json::{self, object, optional};
use crate::go::{Dict, Value};

/// A line for every comparison, and the lines that change below it.
pub fn text(comparisons: &[Comparison], exact: bool) -> Vec<u8> {
    let mut out = String::new();
    for comparison in comparisons {
        let [from, to] = comparison.versions;
        out += &format!("{}: {from} → {to}: {}\n", comparison.name, said(comparison, exact));
        for (version, error) in comparison.versions.iter().zip(&comparison.errors) {
            if let Some(error) = error {
                out += &format!("  {version}: {}\n", error.trim_end().replace('\n', "\n  "));
            }
        }
        for resource in comparison.changes(exact) {
            let words = [&resource.kind, &resource.name].into_iter().filter(|word| !word.is_empty());
            let name = words.chain([&format!("({})", resource.source)]).cloned().collect::<Vec<String>>().join(" ");
            out += &format!("--- {name} {from}\n+++ {name} {to}\n{}", resource.diff);
        }
    }
    out.into_bytes()
}

/// What a comparison comes to.
fn said(comparison: &Comparison, exact: bool) -> String {
    let [from, to] = comparison.versions;
    match &comparison.errors {
        [Some(_), Some(_)] => return "fails under both".to_owned(),
        [None, Some(_)] => return format!("fails under {to} only"),
        [Some(_), None] => return format!("fails under {from} only"),
        [None, None] => {}
    }
    let total = comparison.total();
    let changes = comparison.changes(exact).count();
    let mut said = if changes > 0 {
        format!("{changes} of {} not the same", resources(total))
    } else if exact && comparison.reordered {
        format!("{} in another order", resources(total))
    } else {
        format!("the same, {}", resources(total))
    };
    let rewritten = comparison.resources.iter().filter(|resource| resource.change == Change::Rewritten).count();
    if rewritten > 0 && !exact {
        said += &format!("; {rewritten} written differently");
    }
    if comparison.reordered && !exact {
        said += "; in another order";
    }
    said
}

fn resources(count: usize) -> String {
    format!("{count} resource{}", if count == 1 { "" } else { "s" })
}

/// One line about all.
pub fn summary(comparisons: &[Comparison], exact: bool) -> String {
    let count = |wanted: Verdict| comparisons.iter().filter(|one| one.verdict(exact) == wanted).count();
    format!(
        "{} the same, {} not the same, {} failing under both versions",
        count(Verdict::Same),
        count(Verdict::Different),
        count(Verdict::Failing)
    )
}

/// As schemas/compat.schema.json describes it.
pub fn json(comparisons: &[Comparison], exact: bool) -> Vec<u8> {
    let comparisons = comparisons.iter().map(|comparison| {
        let [from, to] = comparison.versions;
        let error = |index: usize| optional(comparison.errors.get(index).and_then(Option::as_deref));
        object([
            ("name", Value::string(comparison.name.as_str())),
            ("from", Value::string(from)),
            ("to", Value::string(to)),
            ("status", Value::string(comparison.verdict(exact).name())),
            ("errors", object([("from", error(0)), ("to", error(1))])),
            ("equal", Value::Int(i64::try_from(comparison.equal).unwrap_or(i64::MAX))),
            ("reordered", Value::Bool(comparison.reordered)),
            ("resources", Value::list(comparison.resources.iter().map(resource).collect::<Vec<_>>())),
        ])
    });
    json::document(&object([("comparisons", Value::list(comparisons.collect::<Vec<_>>()))]))
}

fn resource(resource: &Resource) -> Value {
    object([
        ("kind", Value::string(resource.kind.as_str())),
        ("name", Value::string(resource.name.as_str())),
        ("source", Value::string(resource.source.as_str())),
        ("change", Value::string(resource.change.name())),
        ("fields", Value::list(resource.fields.iter().map(field).collect::<Vec<_>>())),
        ("diff", Value::string(resource.diff.as_str())),
    ])
}

/// A side where the field is not there has no key.
fn field(field: &Field) -> Value {
    let dict = Dict::new();
    dict.insert("path", Value::string(field.path.as_str()));
    for (name, value) in ["from", "to"].into_iter().zip(&field.values) {
        if let Some(value) = value {
            dict.insert(name, value.clone());
        }
    }
    Value::Dict(dict)
}
