//! The view for programs, as schemas/diff.schema.json describes it.

use super::Report;
use crate::cli::json::{self, object, optional};
use crate::diff::sections::{Member, folded};
use crate::diff::{Field, Hunk, Id, Op, Section, Side, Status};
use crate::go::Value;

/// The whole report.
pub fn document(report: &Report) -> Vec<u8> {
    let number = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let (added, removed) = report.lines();
    let count = |name: &str| {
        report.counts().iter().find(|(known, _)| *known == name).map_or(Value::Int(0), |(_, count)| number(*count))
    };
    let folded = folded(&report.changes);
    let folded = folded.iter().map(|(noise, lines)| {
        object([
            ("what", Value::string(noise.name())),
            ("lines", number(*lines)),
            ("counts", Value::Bool(noise.counts())),
        ])
    });
    let failures = report.failures.iter().map(|(service, side, text)| {
        object([
            ("service", Value::string(service.as_str())),
            ("side", Value::string(if *side == Side::Before { "before" } else { "after" })),
            ("error", Value::string(text.as_str())),
        ])
    });
    json::document(&object([
        ("before", Value::string(report.before.as_str())),
        ("after", Value::string(report.after.as_str())),
        ("class", optional(report.risk().map(crate::diff::Risk::name))),
        (
            "summary",
            object([
                ("services", number(report.services)),
                ("rendered", number(report.rendered)),
                ("added", count("added")),
                ("removed", count("removed")),
                ("changed", count("changed")),
                ("renamed", count("renamed")),
                ("linesAdded", number(added)),
                ("linesRemoved", number(removed)),
                ("folded", Value::list(folded.collect::<Vec<_>>())),
            ]),
        ),
        ("sections", Value::list(report.sections.iter().map(section).collect::<Vec<_>>())),
        ("failures", Value::list(failures.collect::<Vec<_>>())),
    ]))
}

fn section(section: &Section) -> Value {
    object([
        ("class", Value::string(section.risk.name())),
        ("reasons", Value::strings(section.reasons.iter().copied())),
        ("resources", Value::list(section.members.iter().map(member).collect::<Vec<_>>())),
        ("hunks", Value::list(section.hunks.iter().map(hunk).collect::<Vec<_>>())),
    ])
}

fn member(member: &Member) -> Value {
    let was = match &member.status {
        Status::Renamed(old) => id(old),
        _ => Value::Nil,
    };
    let value = id(&member.id);
    if let Some(dict) = value.as_dict() {
        dict.insert("service", Value::string(member.service.as_str()));
        dict.insert("status", Value::string(member.status.name()));
        dict.insert("was", was);
    }
    value
}

fn id(id: &Id) -> Value {
    object([
        ("apiVersion", Value::string(id.api_version.as_str())),
        ("kind", Value::string(id.kind.as_str())),
        ("namespace", Value::string(id.namespace.as_str())),
        ("name", Value::string(id.name.as_str())),
    ])
}

fn hunk(hunk: &Hunk) -> Value {
    let number = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let lines = hunk.lines.iter().map(|line| {
        let op = match line.op {
            Op::Keep => " ",
            Op::Remove => "-",
            Op::Add => "+",
        };
        object([("op", Value::string(op)), ("text", Value::string(line.text.as_str()))])
    });
    object([
        ("class", Value::string(hunk.risk.name())),
        ("reasons", Value::strings(hunk.reasons.iter().copied())),
        ("causes", Value::strings(hunk.causes.iter().map(String::as_str))),
        ("before", number(hunk.before)),
        ("after", number(hunk.after)),
        ("lines", Value::list(lines.collect::<Vec<_>>())),
        ("fields", Value::list(hunk.fields.iter().map(field).collect::<Vec<_>>())),
    ])
}

fn field(field: &Field) -> Value {
    object([
        ("path", Value::string(field.path.as_str())),
        ("before", optional(field.before.as_deref())),
        ("after", optional(field.after.as_deref())),
        ("class", Value::string(field.risk.name())),
        ("reason", Value::string(field.reason)),
        ("causes", Value::strings(field.causes.iter().map(String::as_str))),
    ])
}
