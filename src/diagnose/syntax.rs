//! YAML files of the user's that are none.

use super::{Excerpt, Report};
use crate::go::bytes;
use crate::profile::{Profile, ValuesDocuments};
use crate::yaml;
use std::borrow::Cow;

pub(super) fn report(name: &str, text: &[u8], profile: &'static Profile, report: &mut Report) {
    let mut searched = 0;
    let documents: Box<dyn Iterator<Item = _>> = match profile.values_documents {
        ValuesDocuments::First => Box::new(std::iter::once(Ok(Cow::Borrowed(text)))),
        other => Box::new(yaml::documents(text, other == ValuesDocuments::MergedButLastLine)),
    };
    for document in documents {
        let Ok(document) = document else { return };
        let start = find(text, &document, searched);
        if let Err(error) = yaml::unmarshal_map(&document) {
            let before = bytes::count(text.get(..start).unwrap_or_default(), b'\n');
            let (line, column) = place(&error);
            let name = if name == "-" { "standard input" } else { name };
            let excerpt = Excerpt::new(name.to_owned(), text, before + line, column, 2);
            advise(&error, &excerpt, report);
            report.place = Some(excerpt);
            return;
        }
        searched = start + document.len();
    }
}

/// The line of an error, from 1, and its column, from 0.
pub(super) fn place(error: &yaml::Error) -> (usize, Option<usize>) {
    match error.mark {
        Some(mark) => (mark.line as usize + 1, Some(mark.column as usize)),
        None => (error.line.max(1), None),
    }
}

/// Where a part of a text begins, at or after `from`.
pub(super) fn find(text: &[u8], part: &[u8], from: usize) -> usize {
    // Most parts are slices of the text; the others are short, or copies whose start tells enough.
    const ENOUGH: usize = 64;
    let offset = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if offset <= text.len() && offset + part.len() <= text.len() {
        return offset;
    }
    let start = part.get(..part.len().min(ENOUGH)).unwrap_or_default();
    let rest = text.get(from..).unwrap_or_default();
    if start.is_empty() {
        return from;
    }
    bytes::index(rest, start).map_or(from, |at| from + at)
}

/// What goyaml's problems usually mean.
pub(super) fn advise(error: &yaml::Error, excerpt: &Excerpt, report: &mut Report) {
    let tab = excerpt.lines.iter().find(|(_, text)| {
        let indentation = text.len() - text.trim_start().len();
        text.get(..indentation).is_some_and(|start| start.contains('\t'))
    });
    let problem: &str = &error.problem;
    let hint = if let Some((number, _)) = tab {
        format!("line {number} is indented with a tab; YAML allows only spaces")
    } else if problem.contains("mapping values are not allowed") {
        "a `key: value` stands where a value is expected: quote a text that holds `: `, or correct the indentation"
            .to_owned()
    } else if problem.contains("did not find expected key") {
        "this line belongs to no map or list that is open here: compare its indentation with the lines above".to_owned()
    } else if problem.contains("did not find expected '-' indicator") {
        "within a list every line begins with `- ` or is indented further: compare with the lines above".to_owned()
    } else if problem.contains("could not find expected ':'") {
        "a line stands here that is no `key: value`: text of several lines needs `|` and indentation (nindent)"
            .to_owned()
    } else if problem.contains("cannot start any token") {
        "quote a text that begins with %, @, ` or a tab".to_owned()
    } else if problem.contains("unknown anchor") || problem.contains("alphabetic or numeric character") {
        "quote a text that begins with * or &".to_owned()
    } else if problem.contains("already set in map") {
        "the same key stands twice in one map".to_owned()
    } else if problem.contains("unexpected end of stream") || problem.contains("while parsing a flow") {
        "a quote, bracket or brace is not closed".to_owned()
    } else if problem.contains("cannot unmarshal") {
        let struct_field = super::hint::between(problem, "Go struct field ", " of type");
        match struct_field.and_then(|field| field.split_once('.')) {
            Some((_, field)) if problem.ends_with("of type string") => {
                format!("`{field}` has to be text: put a number or boolean into quotes (`| quote`)")
            }
            Some((_, field)) => format!("`{field}` has to be a map: lines of the form `key: value` below it"),
            None => "the document is not a map: does each line have the form `key: value`?".to_owned(),
        }
    } else {
        return;
    };
    report.hints.push(hint);
}
