//! A report as JSON, which `schemas/error.schema.json` describes.

use super::{Excerpt, InPlay, Location, Report, SetBy};
use crate::go::{Dict, Str, Value, json};

/// One JSON object, without a newline.
pub fn layout(report: &Report) -> Str {
    let mut object = vec![("kind", Value::from(report.kind)), ("message", Value::string(&report.message))];
    if let Some(place) = &report.place {
        object.push(("place", excerpt(place)));
    }
    if let Some(rendered) = &report.rendered {
        object.push(("rendered", excerpt(rendered)));
    }
    let list = |items: Vec<Value>| Value::list(items);
    object.push(("chain", list(report.chain.iter().map(|at| Value::Dict(location(at))).collect())));
    object.push(("values", list(report.values.iter().map(in_play).collect())));
    object.push(("hints", list(report.hints.iter().map(Value::string).collect())));
    json::marshal(&Value::Dict(object.into_iter().collect())).unwrap_or_default()
}

fn location(location: &Location) -> Dict {
    let object = Dict::new();
    object.insert("file", location.file.as_str());
    object.insert("line", Value::Int(location.line as i64));
    object.insert("text", location.text.as_str());
    if let Some(column) = location.column {
        object.insert("column", Value::Int(column as i64));
    }
    if let Some(template) = &location.template {
        object.insert("template", template.as_str());
    }
    object
}

fn excerpt(excerpt: &Excerpt) -> Value {
    let object = location(&excerpt.at);
    let lines = excerpt.lines.iter().map(|(number, text)| {
        Value::Dict([("line", Value::Int(*number as i64)), ("text", Value::string(text))].into_iter().collect())
    });
    object.insert("lines", Value::list(lines.collect::<Vec<_>>()));
    Value::Dict(object)
}

fn in_play(value: &InPlay) -> Value {
    let object = Dict::new();
    object.insert("path", value.path.as_str());
    if !value.kind.is_empty() {
        object.insert("type", value.kind);
    }
    if let Some(shown) = &value.value {
        object.insert(if value.kind.is_empty() { "problem" } else { "value" }, shown.as_str());
    }
    match &value.set_by {
        Some(SetBy::File(at)) => object.insert("setBy", Value::Dict(location(at))),
        Some(SetBy::Argument(argument)) => {
            object.insert("setBy", Value::Dict([("argument", Value::string(argument))].into_iter().collect()))
        }
        None => {}
    }
    if let Some((description, at)) = &value.rule {
        let rule = location(at);
        rule.insert("description", description.as_str());
        object.insert("rule", Value::Dict(rule));
    }
    Value::Dict(object)
}
