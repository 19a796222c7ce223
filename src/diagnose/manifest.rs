//! Rendered text that is not YAML.

use super::syntax::{advise, find, place};
use super::{Excerpt, Location, Report, Subject};
use crate::go::{Value, bytes};
use crate::manifest::{self, split};
use crate::trace::Site;
use crate::yaml;

pub(super) fn report(error: &manifest::Error, subject: &Subject<'_>, report: &mut Report) {
    report.kind = "manifest";
    let Some((_, content)) = subject.rendered.iter().find(|(path, _)| *path == error.path) else { return };
    let mut from = 0;
    for document in split(content, subject.profile.split) {
        let start = find(content, &document, from);
        from = start + document.len();
        if manifest::head::head(&document, subject.profile).err().as_ref() != Some(&error.error) {
            continue;
        }
        let before = bytes::count(content.get(..start).unwrap_or_default(), b'\n');
        let (line, column) = field(&document, &error.error).unwrap_or_else(|| place(&error.error));
        let line = line + before;
        let mut excerpt = Excerpt::new(error.path.clone(), content, line, column, 3);
        // At the end of a text the last line counts.
        if excerpt.at.text.is_empty()
            && let Some((number, text)) = excerpt.lines.iter().rev().find(|(_, text)| !text.trim().is_empty()).cloned()
        {
            (excerpt.at.line, excerpt.at.text, excerpt.at.column) = (number, text, None);
        }
        advise(&error.error, &excerpt, report);
        origin(&error.path, content, excerpt.at.line, subject, report);
        report.rendered = Some(excerpt);
        return;
    }
}

/// The line and column of a field of the wrong type, which encoding/json names but does not locate.
fn field(document: &[u8], error: &yaml::Error) -> Option<(usize, Option<usize>)> {
    let (_, path) = super::hint::between(&error.problem, "Go struct field ", " of type")?.split_once('.')?;
    let located = yaml::locate(document).ok()?;
    let mut path = path;
    loop {
        let found = located.iter().find(|located| {
            let keys: Vec<String> = located
                .path
                .iter()
                .map(|step| match step {
                    yaml::Step::Key(key) => key.to_string(),
                    yaml::Step::Index(index) => index.to_string(),
                })
                .collect();
            keys.join(".") == path
        });
        match found {
            Some(found) => return Some((found.value.line as usize + 1, Some(found.value.column as usize))),
            None => path = path.rsplit_once('.')?.0,
        }
    }
}

/// The template line that wrote a rendered line, and the values in it.
fn origin(path: &str, content: &[u8], line: usize, subject: &Subject<'_>, report: &mut Report) {
    let Some(trace) = subject.trace else { return };
    let mut lines = content.split_inclusive(|&byte| byte == b'\n');
    let start: usize = lines.by_ref().take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let text = lines.next().unwrap_or_default();
    let indentation = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let location = |site: &Site| {
        let (file, name) = (site.file.to_str_lossy(), site.template.to_str_lossy());
        let excerpt = Excerpt::new(subject.path(&file), &site.source, site.line(), Some(site.column()), 0);
        Location { template: (file != name).then(|| name.into_owned()), ..excerpt.at }
    };
    if let Some(origin) = trace.origin(path.as_bytes(), start + indentation) {
        let at = location(&origin.site);
        let mut excerpt = Excerpt::new(at.file.clone(), &origin.site.source, at.line, Some(origin.site.column()), 1);
        // The text of a line begins after its indentation.
        let indent = excerpt.at.text.len() - excerpt.at.text.trim_start().len();
        if excerpt.at.column.is_some_and(|column| column <= indent) {
            excerpt.at.column = Some(indent + 1);
        }
        excerpt.at.template = at.template;
        excerpt.width = 2;
        report.place = Some(excerpt);
        report.chain = origin.callers.iter().map(location).collect();
    }
    for path in trace.values_in(path.as_bytes(), start..start + text.len()).into_iter().take(8) {
        let by = super::sources::in_play(subject, &path, Some(&Value::Nil));
        report.values.push(super::InPlay { kind: "", ..by });
    }
}
