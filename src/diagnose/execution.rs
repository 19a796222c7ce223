//! Errors of templates that run.

use super::hint::{between, did_you_mean};
use super::sources::{argument, in_play, kind, written};
use super::{Excerpt, Location, Report, Subject};
use crate::engine;
use crate::go::{Str, Value};
use crate::template::{self, Location as At};
use crate::trace::{Read, Step, Trace};

pub(super) fn report(template: &str, error: &template::Error, subject: &Subject<'_>, report: &mut Report) {
    report.kind = "template";
    let mut places: Vec<(&At, &str)> = Vec::new();
    let mut innermost = error;
    let mut current = Some(error);
    while let Some(error) = current {
        if let template::Error::Exec(exec) = error
            && let Some(at) = &exec.at
        {
            places.push((at, &exec.template));
        }
        innermost = error;
        current = error.source();
    }
    let locate = |at: &At, name: &str| excerpt(at, name, subject);
    if let Some((at, name)) = places.pop() {
        report.place = Some(locate(at, name));
    } else {
        report.place = subject.template(template).map(|text| Excerpt::new(subject.path(template), &text, 1, None, 0));
    }
    report.chain = places.iter().rev().map(|(at, name)| locate(at, name).at).collect();
    // A `template` action leaves no trace in Go's error, but in ours.
    if let Some(trace) = subject.trace.filter(|trace| !trace.stopped().is_empty()) {
        let mut chain: Vec<Location> = trace
            .stopped()
            .iter()
            .rev()
            .skip(1)
            .map(|stop| {
                let (file, name) = (stop.site.file.to_str_lossy(), stop.site.template.to_str_lossy());
                let column = Some(stop.site.column());
                let place = Excerpt::new(subject.path(&file), &stop.site.source, stop.site.line(), column, 0);
                Location { template: named(&file, &name), ..place.at }
            })
            .collect();
        chain.dedup();
        report.chain = chain;
    }
    // One template may call itself a thousand times.
    if report.chain.len() > 20 {
        report.chain.drain(10..report.chain.len() - 10);
    }
    let message = innermost.to_string();
    let message = message.rsplit_once(">: ").map_or(message.as_str(), |(_, message)| message);
    let reads = subject.trace.and_then(|trace| trace.stopped().last()).map_or(&[][..], |stop| &stop.reads);
    let mut shown: Vec<Vec<Step>> = Vec::new();
    if let Some(trace) = subject.trace {
        source_of_text(trace, subject, report);
        // What a condition read decides that a chart fails on purpose.
        let reads = match trace.stopped().last() {
            Some(stop) if reads.is_empty() && message.contains(engine::error::MESSAGE_START) => &stop.before,
            _ => reads,
        };
        for (index, read) in reads.iter().enumerate() {
            let Some(path) = read.path.map(|path| trace.reads().path(path)) else { continue };
            // Of `.a.b.c` only the last counts.
            let on_the_way = reads
                .get(index + 1)
                .is_some_and(|next| matches!(&read.value, Value::Dict(dict) if dict.same(&next.dict)));
            if on_the_way || shown.contains(&path) || shown.len() >= 8 {
                continue;
            }
            let there = read.dict.contains_key(&read.key);
            report.values.push(in_play(subject, &path, there.then_some(&read.value)));
            shown.push(path);
        }
        hints(message, reads, trace, subject, report);
    }
    advise(message, subject, report);
}

/// Where the text came from that a `tpl` runs.
fn source_of_text(trace: &Trace, subject: &Subject<'_>, report: &mut Report) {
    let [.., outer, inner] = trace.stopped() else { return };
    if inner.site.file.contains(&b'/') {
        return;
    }
    let read = outer.reads.iter().find(|read| read.value.as_str().is_some_and(|text| *text == inner.site.source));
    let Some(path) = read.and_then(|read| read.path).map(|path| trace.reads().path(path)) else { return };
    report.hints.push(format!("the text that `tpl` runs is `{}`", written(&path)));
    report.values.push(in_play(subject, &path, read.map(|read| &read.value)));
}

/// The name of a template that is not the file's own.
fn named(file: &str, template: &str) -> Option<String> {
    (file != template).then(|| template.to_owned())
}

fn excerpt(at: &At, name: &str, subject: &Subject<'_>) -> Excerpt {
    let traced = subject.trace.and_then(|trace| {
        let mut stops = trace.stopped().iter().rev();
        stops.find(|stop| stop.site.file.to_str_lossy() == at.file && stop.site.template.to_str_lossy() == name)
    });
    let text = traced.map(|stop| stop.site.source.clone()).or_else(|| subject.template(&at.file)).unwrap_or_default();
    let mut excerpt = Excerpt::new(subject.path(&at.file), &text, at.line, Some(at.column), 1);
    // Go's place of `.a.b` is that of `.b`.
    let line = &excerpt.at.text;
    let covers = |start: &usize| *start <= at.column && at.column < start + at.context.len();
    let start = line.match_indices(at.context.as_str()).map(|(start, _)| start).find(covers).unwrap_or(at.column);
    let rest = line.get(start..).unwrap_or_default().to_owned();
    excerpt.at.column = Some(start + 1);
    excerpt.width = match rest.starts_with(at.context.as_str()) {
        true => at.context.chars().count().max(1),
        // Go writes the node anew, for instance without the spaces of the template.
        false => rest.find([' ', '}', '|', ')']).unwrap_or(1).max(1),
    };
    excerpt.at.template = named(&at.file, name);
    excerpt
}

/// What the values that were read tell about the error.
fn hints(message: &str, reads: &[Read], trace: &Trace, subject: &Subject<'_>, report: &mut Report) {
    let last = reads.last();
    let path = |read: &Read| match read.path {
        Some(path) => written(&trace.reads().path(path)),
        None => format!(".{}", read.key),
    };
    if let Some((receiver, name)) = trace.missed() {
        match (receiver, last) {
            (Value::Nil, Some(read)) if matches!(read.value, Value::Nil) => {
                absent(read, &path(read), name, report);
                misplaced(read, trace, subject, report);
            }
            (Value::Nil, _) => report.hints.push(format!("what `.{name}` is asked of has no value")),
            (value, read) => {
                let what = trace.path_of(value).map(|path| written(&path)).or_else(|| read.map(path));
                let what = what.map_or_else(|| "that value".to_owned(), |what| format!("`{what}`"));
                let advice = match value {
                    Value::List(_) => "; take an element with `index`, or go over them with `range`",
                    Value::String(_) | Value::Bool(_) | Value::Int64(_) | Value::Float64(_) => {
                        "; it should be a map. Inside `range` and `with`, `.` is the element: reach the top with `$`"
                    }
                    _ => "",
                };
                report.hints.push(format!("{what} is a {}, which has no field `{name}`{advice}", kind(value)));
                if let Value::Object(object) = value
                    && let Some(hint) =
                        did_you_mean(&name.to_str_lossy(), object.ty().fields.iter().map(|field| field.name))
                {
                    report.hints.push(hint);
                }
            }
        }
        return;
    }
    let Some(read) = last else { return };
    let marked = message.contains(engine::error::MESSAGE_START);
    let steps = read.path.map(|path| trace.reads().path(path));
    if matches!(read.value, Value::Nil) || matches!(&read.value, Value::String(text) if text.is_empty()) {
        if let Some(steps) = &steps {
            let state = if matches!(read.value, Value::Nil) { "not set" } else { "empty" };
            let file = subject.options.value_files.last().map_or("a values file", String::as_str);
            report.hints.push(format!(
                "`{}` is {state}: give it a value in {file} or with --set {}=…",
                path(read),
                argument(steps)
            ));
        }
        near_key(read, report);
    } else if let (false, Some(expected)) = (marked, between(message, "expected ", "; got ")) {
        let wanted = match expected {
            "string" => "a string; convert it with `toString`, or quote it in the values",
            "map[string]interface {}" => "a map",
            "[]interface {}" => "a list; wrap a single value with `list`",
            "int" | "int64" => "a whole number; convert it with `int`",
            "float64" => "a number; convert it with `float64`",
            "bool" => "true or false",
            other => other,
        };
        report.hints.push(format!("`{}` is a {}, and the function wants {wanted}", path(read), kind(&read.value)));
    }
}

/// A parent that is not there, of which a field is wanted.
fn absent(read: &Read, path: &str, name: &Str, report: &mut Report) {
    let state = if read.dict.contains_key(&read.key) { "is null" } else { "is not set" };
    report.hints.push(format!("`{path}` {state}, so `{path}.{name}` cannot be read"));
    if near_key(read, report) || read.path.is_none() {
        return;
    }
    // In a subchart the template has another path than the root chart's values.
    let written = report.place.as_ref().and_then(|place| {
        let rest = place.at.text.get(place.at.column?.checked_sub(1)?..)?;
        rest.get(..place.width)?.strip_suffix(&format!(".{name}")).map(ToOwned::to_owned)
    });
    report.hints.push(match written {
        Some(written) => format!(
            "set it, or guard the line: `{{{{ with {written} }}}}{{{{ .{name} }}}}{{{{ end }}}}` or `(({written}).{name})`"
        ),
        None => "set it, or guard the line with `if` or `with`".to_owned(),
    });
}

/// A value that stands at the top, where a subchart does not see it.
fn misplaced(read: &Read, trace: &Trace, subject: &Subject<'_>, report: &mut Report) {
    let Some(path) = read.path.map(|path| trace.reads().path(path)) else { return };
    let [Step::Key(subchart), rest @ ..] = path.as_slice() else { return };
    if rest.is_empty() || !subject.is_subchart(subchart) {
        return;
    }
    if super::sources::set_by(subject, rest).is_some() {
        report.hints.push(format!(
            "`{}` is set, but a subchart sees only what stands under its name: write it as `{}`",
            written(rest),
            written(&path)
        ));
    }
}

fn near_key(read: &Read, report: &mut Report) -> bool {
    if read.dict.contains_key(&read.key) {
        return false;
    }
    let keys: Vec<String> = read.dict.entries().iter().map(|(key, _)| key.to_string()).collect();
    let hint = did_you_mean(&read.key.to_str_lossy(), keys.iter().map(String::as_str));
    let found = hint.is_some();
    report.hints.extend(hint);
    found
}

/// What Go's message alone tells.
fn advise(message: &str, subject: &Subject<'_>, report: &mut Report) {
    let quoted = |start: &str| between(message, start, "\"").map(ToOwned::to_owned);
    let unknown = quoted("no template \"").or_else(|| {
        let name = quoted("template \"")?;
        message.ends_with("not defined").then_some(name)
    });
    if let Some(name) = unknown {
        let known = super::parse::defined(subject);
        let hint = did_you_mean(&name, known.iter().map(String::as_str));
        report.hints.push(match hint {
            Some(hint) => format!("no chart here defines `{name}`; {hint}"),
            None => format!(
                "no chart here defines `{name}`: is a dependency missing from charts/, or the file that defines it?"
            ),
        });
    } else if let Some(name) = quoted("function \"") {
        report.hints.extend(super::parse::unknown_function(&name, subject));
    } else if message.contains("range can't iterate over") {
        report.hints.push("`range` goes over lists, maps and whole numbers only".to_owned());
    } else if let Some(name) = between(message, "wrong number of args for ", ":") {
        if let Some(signature) = super::parse::signature(name, subject) {
            report.hints.push(format!("`{name}` takes {signature}"));
        }
    } else if message.contains("invalid value; expected") {
        report.hints.push("a value that is not set cannot be an argument here: give a `default`".to_owned());
    } else if message.contains("nested reference name") || message.contains("nested more than") {
        report.hints.push("a template includes itself without an end: see the chain above".to_owned());
    } else if message.contains("index out of range") {
        report.hints.push("the list is shorter than that; ask for its length with `len` first".to_owned());
    } else if message.contains("cannot index") || message.contains("index of ") {
        report.hints.push("`index` takes whole numbers for lists and strings for maps".to_owned());
    } else if message.contains("cannot parse template") || report.message.contains("cannot parse template") {
        report.hints.push("the text that `tpl` was given is no template: is it meant to be one?".to_owned());
    }
}
