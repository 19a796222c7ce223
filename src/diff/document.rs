//! A manifest as lines, each of which knows the field that it belongs to.

use super::merge_key::{labels, last_key, push_item, push_key};
use super::secret::Secrets;
use super::{Annotator, Id, Side};
use crate::go::{Str, Value, bytes};
use crate::manifest;
use crate::profile::Split;
use crate::yaml::{self, Located, Step};
use std::collections::HashSet;
use std::ops::Range;

/// A manifest as it was rendered or read.
#[derive(Clone, Debug)]
pub struct Input {
    /// The template that wrote it, or the file that it was read from.
    pub file: String,
    /// Where it begins in that file: in bytes, and its line from 1 where it was read from there.
    pub offset: usize,
    pub line: usize,
    pub text: Str,
    pub id: Id,
}

impl Input {
    /// A manifest that stands at an offset of a file. One without a namespace is in that of its release.
    pub fn new(file: &str, offset: usize, text: Str) -> Input {
        let value = yaml::decode(&text).unwrap_or_default();
        let string = |value: Option<Value>| match value {
            Some(Value::String(text)) => text.to_string(),
            Some(other) => yaml::scalar_text(&other).map(|text| text.to_string()).unwrap_or_default(),
            None => String::new(),
        };
        let field = |key: &str| value.as_dict().and_then(|dict| dict.get(key.as_bytes()));
        let metadata = field("metadata");
        let meta = |key: &str| metadata.as_ref().and_then(Value::as_dict).and_then(|dict| dict.get(key.as_bytes()));
        let id = Id {
            api_version: string(field("apiVersion")),
            kind: string(field("kind")),
            namespace: string(meta("namespace")),
            name: match meta("name") {
                Some(name) => string(Some(name)),
                None => string(meta("generateName")),
            },
        };
        Input { file: file.to_owned(), offset, line: 1, text, id }
    }

    /// Whether nothing stands in it. Comments are something: who changed them wants to see it.
    pub fn is_blank(&self) -> bool {
        self.text.trim_ascii().is_empty()
    }

    /// Whether it says of itself neither what it is nor how it is called.
    pub fn is_nameless(&self) -> bool {
        self.id.kind.is_empty() && self.id.name.is_empty()
    }

    /// The last part of its file's path, which both sides have.
    pub fn file_name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or_default()
    }
}

/// The manifests of a file.
pub fn inputs_of_text(file: &str, text: &Str) -> Vec<Input> {
    let start = text.as_ptr() as usize;
    let documents = manifest::split(text, Split::KeepsEnd).into_iter();
    let mut search = 0;
    let inputs = documents.map(|document| {
        // A short document is a copy; it is looked for behind the one before.
        let at = (document.as_ptr() as usize).wrapping_sub(start);
        let offset = if at < text.len() {
            at
        } else {
            let rest = text.get(search..).unwrap_or_default();
            search + bytes::index(rest, &document).unwrap_or(0)
        };
        search = offset + document.len();
        let line = 1 + bytes::count(text.get(..offset).unwrap_or_default(), b'\n');
        Input { line, ..Input::new(file, offset, document) }
    });
    inputs.filter(|input| !input.is_blank()).collect()
}

/// A line of a manifest.
#[derive(Clone, Debug)]
pub struct Line {
    /// What may be shown of it.
    pub text: String,
    /// The field that begins here, or that of the line before.
    pub path: String,
    /// Whether it is the line that the field begins in.
    pub begins: bool,
    /// Whether a secret stands in it.
    pub secret: bool,
    pub volatile: bool,
    /// The bytes of the manifest that it stands for.
    pub range: Range<usize>,
}

/// A manifest, ready to be compared.
#[derive(Debug)]
pub struct Document {
    pub lines: Vec<Line>,
    /// Without its secrets it is still what it was read as; only what is shown of it is not.
    pub value: Value,
    /// Whether it is YAML.
    pub is_readable: bool,
    /// The fields in which a secret stands. In braces one line has many.
    pub hidden: HashSet<String>,
}

impl Document {
    /// Reads a manifest and takes its secrets out of its lines.
    pub fn read(side: Side, input: &Input, secrets: &Secrets, annotator: &dyn Annotator) -> Document {
        let value = yaml::decode(&input.text).unwrap_or_default();
        let located = yaml::locate(&input.text).ok();
        let mut lines = Vec::new();
        let mut start = 0;
        for line in input.text.split_inclusive(|&byte| byte == b'\n') {
            let range = start..start + line.len();
            start = range.end;
            let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
            let volatile = annotator.volatile(side, input, range.clone());
            let secret = annotator.secret(side, input, range.clone());
            lines.push(Line { text, path: String::new(), begins: false, secret, volatile, range });
        }
        let paths = located.as_ref().map(|located| label_lines(&mut lines, located, &value)).unwrap_or_default();
        let mut document = Document { lines, value, is_readable: located.is_some(), hidden: HashSet::new() };
        let is_secret = input.id.kind == "Secret" || holds_secrets(&input.id.kind, &document.value);
        match (&located, is_secret) {
            (Some(located), true) => document.hide_data(located, secrets, &input.text),
            // What cannot be read may hold anything.
            (None, _) if bytes::index(&input.text, b"Secret").is_some() => {
                document.hide(0..document.lines.len(), secrets, &input.text);
            }
            _ => {}
        }
        for at in 0..document.lines.len() {
            if document.lines.get(at).is_some_and(|line| line.secret && !line.text.contains(super::secret::OPEN)) {
                let is_secret = |range: Range<usize>| annotator.secret(side, input, range);
                document.hide_value(at, secrets, &input.text, &is_secret);
            }
        }
        for line in &mut document.lines {
            if let Some(text) = secrets.scrub(&line.text) {
                line.text = text;
                line.secret = true;
            }
        }
        let secret_lines = || document.lines.iter().filter(|line| line.secret);
        let bytes: Vec<Range<usize>> = secret_lines().map(|line| line.range.clone()).collect();
        let is_in = |start: usize| {
            let after = bytes.partition_point(|range| range.start <= start);
            after.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|range| range.contains(&start))
        };
        let hidden = paths.into_iter().filter(|(start, _)| is_in(*start)).map(|(_, path)| path);
        document.hidden = hidden.chain(secret_lines().map(|line| line.path.clone())).collect();
        document
    }

    /// A name that a secret flowed into is none to show.
    pub fn hide_name(&self, id: &mut Id, secrets: &Secrets) {
        let hidden = |paths: &[&str]| self.lines.iter().any(|line| line.secret && paths.contains(&line.path.as_str()));
        if hidden(&["metadata", "metadata.name", "metadata.generateName"]) {
            id.name = secrets.digest(id.name.as_bytes());
        }
        if hidden(&["metadata.namespace"]) {
            id.namespace = secrets.digest(id.namespace.as_bytes());
        }
    }

    /// Every value below `data` and `stringData` becomes its digest.
    fn hide_data(&mut self, located: &[Located], secrets: &Secrets, text: &[u8]) {
        // Where they do not begin a line, all of the manifest may stand in one.
        let top = |found: &&Located| matches!(found.path.last(), Some(Step::Key(key)) if is_data(key));
        let inline = located.iter().filter(|found| found.path.len() % 2 == 1).filter(top).any(|found| {
            let line = self.lines.get(found.key.line as usize);
            line.is_none_or(|line| tokens(&line.path).last().is_none_or(|token| !is_data(token.as_bytes())))
        });
        if inline {
            return self.hide(0..self.lines.len(), secrets, text);
        }
        let mut at = 0;
        while let Some(line) = self.lines.get(at) {
            let Some(child) = data_child(&line.path) else {
                at += 1;
                continue;
            };
            let is_key = at == 0 || self.lines.get(at - 1).is_some_and(|before| before.path != line.path);
            let words = line.text.trim_end();
            if child == line.path
                && tokens(child).last().is_some_and(|token| is_data(token.as_bytes()))
                && is_key
                && words.ends_with(':')
            {
                at += 1;
                continue;
            }
            let child = child.to_owned();
            let same = self.lines.iter().skip(at).take_while(|line| data_child(&line.path) == Some(child.as_str()));
            let count = same.count().max(1);
            self.hide(at..at + count, secrets, text);
            at += 1;
        }
    }

    /// Lines become one, which shows the digest of all their bytes behind the key of the first.
    fn hide(&mut self, range: Range<usize>, secrets: &Secrets, text: &[u8]) {
        let (Some(first), Some(last)) = (self.lines.get(range.start), self.lines.get(range.end.saturating_sub(1)))
        else {
            return;
        };
        let bytes = first.range.start..last.range.end;
        let head = head(&first.text);
        let value = self.data_value(&first.path).map(|value| value_bytes(&value));
        let digest = match value {
            Some(value) => secrets.digest(&value),
            None => {
                // Where it stands says nothing of it: only what comes behind the key counts.
                let value = text.get(bytes.clone()).unwrap_or_default();
                secrets.digest(value.get(head.len().min(value.len())..).unwrap_or_default().trim_ascii())
            }
        };
        let line = Line { text: format!("{head}{digest}"), secret: true, range: bytes, ..first.clone() };
        self.lines.splice(range, [line]);
    }

    /// The value of a path such as `data.key`, also in a list of Secrets.
    fn data_value(&self, path: &str) -> Option<Value> {
        let mut resource = self.value.clone();
        let mut steps = tokens(path).into_iter().peekable();
        if steps.peek() == Some(&"items") {
            let items = resource.as_dict()?.get(b"items")?.as_list().map(|list| list.to_vec())?;
            let label = steps.nth(1)?.trim_start_matches('[').trim_end_matches(']');
            let names = labels("items", &items);
            let index = names.iter().position(|name| name.as_deref() == Some(label))?;
            resource = items.get(index).cloned()?;
        }
        let (map, key) = (steps.next()?, steps.next()?);
        resource.as_dict()?.get(map.as_bytes())?.as_dict()?.get(key.trim_matches('"').as_bytes())
    }

    /// The value of one line becomes its digest; in a text of several lines the whole line does, as it does where the
    /// key itself is made of a secret.
    fn hide_value(&mut self, at: usize, secrets: &Secrets, text: &[u8], is_secret: &dyn Fn(Range<usize>) -> bool) {
        let begins = at == 0
            || self.lines.get(at.saturating_sub(1)).map(|line| &line.path) != self.lines.get(at).map(|line| &line.path);
        let Some(line) = self.lines.get_mut(at) else { return };
        let indent = || line.text.chars().take_while(|char| *char == ' ').collect();
        let mut head = if begins { head(&line.text) } else { indent() };
        let key = line.range.start..line.range.start + head.len();
        if head.contains(':') && is_secret(key) {
            head = indent();
        }
        let value = text.get(line.range.clone()).unwrap_or_default();
        let digest = secrets.digest(value.get(head.len().min(value.len())..).unwrap_or_default().trim_ascii());
        line.text = format!("{head}{digest}");
    }
}

/// What a line says before its value: blanks, dashes and the key.
fn head(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = line.get(indent..).unwrap_or_default();
    let quote = rest.chars().next().filter(|first| *first == '"' || *first == '\'');
    let key = match quote {
        Some(quote) => rest.get(1..).and_then(|rest| rest.find(quote)).map_or(0, |end| end + 2),
        None => 0,
    };
    match rest
        .get(key..)
        .and_then(|behind| behind.find(": ").map(|at| at + 2).or_else(|| behind.ends_with(':').then_some(behind.len())))
    {
        Some(colon) => {
            let head = line.get(..indent + key + colon).unwrap_or_default();
            if head.ends_with(' ') { head.to_owned() } else { format!("{head} ") }
        }
        None => line.get(..indent).unwrap_or_default().to_owned(),
    }
}

/// A value that is being gone through: its path, and the names of its items once they are needed.
type Open = (Value, String, Option<Vec<Option<String>>>);

/// The keys of a manifest that a secret value flowed into.
pub fn secret_keys(side: Side, input: &Input, annotator: &dyn Annotator) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in input.text.split_inclusive(|&byte| byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        let head = head(text.trim_end());
        if head.contains(':') && annotator.secret(side, input, start..start + head.len()) {
            let key = head.trim_start_matches([' ', '-']).trim_end().trim_end_matches(':').trim_matches(['"', '\'']);
            found.push(key.to_owned());
        }
        start += line.len();
    }
    found
}

/// What of a value its digest is made of: the same wherever and however it is written.
pub(super) fn value_bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.to_vec(),
        value => super::fields::text(value).into_bytes(),
    }
}

/// Whether a list has Secrets among its items.
fn holds_secrets(kind: &str, value: &Value) -> bool {
    let items = || value.as_dict()?.get(b"items")?.as_list().map(|list| list.to_vec());
    let is_secret = |item: &Value| {
        let kind = item.as_dict().and_then(|item| item.get(b"kind"));
        kind.is_some_and(|kind| kind.as_str().is_some_and(|kind| *kind == *"Secret"))
    };
    kind == "SecretList" || kind.ends_with("List") && items().is_some_and(|items| items.iter().any(is_secret))
}

/// Gives every line the path of the first field that begins in it, or that of the line before. All paths, and where in
/// the text the lines begin that they stand in, are given back.
fn label_lines(lines: &mut [Line], located: &[Located], value: &Value) -> Vec<(usize, String)> {
    let mut all = Vec::with_capacity(located.len());
    // The values above the one at hand, their paths, and the names of their items.
    let mut above: Vec<Open> = vec![(value.clone(), String::new(), None)];
    let mut paths: Vec<Option<String>> = vec![None; lines.len()];
    for found in located {
        above.truncate(found.path.len());
        let Some((parent, path, names)) = above.last_mut() else { continue };
        let mut own = path.clone();
        let child = match found.path.last() {
            Some(Step::Key(key)) => {
                push_key(&mut own, &key.to_str_lossy());
                parent.as_dict().and_then(|dict| dict.get(key))
            }
            Some(Step::Index(index)) => {
                let list = parent.as_list();
                let names =
                    names.get_or_insert_with(|| list.map(|list| labels(last_key(path), list)).unwrap_or_default());
                push_item(&mut own, names.get(*index).and_then(|name| name.as_deref()));
                list.and_then(|list| list.get(*index).cloned())
            }
            None => continue,
        };
        let line = found.key.line as usize;
        all.extend(lines.get(line).map(|line| (line.range.start, own.clone())));
        if let Some(slot) = paths.get_mut(line)
            && slot.as_ref().is_none_or(|known| {
                own.starts_with(&format!("{known}["))
                    || known.ends_with(']') && own.starts_with(known.as_str()) && is_first(&own, known)
            })
        {
            *slot = Some(own.clone());
        }
        above.push((child.unwrap_or_default(), own, None));
    }
    let mut last = String::new();
    for (line, path) in lines.iter_mut().zip(paths) {
        line.begins = path.is_some();
        if let Some(path) = path {
            last = path;
        }
        line.path.clone_from(&last);
    }
    all
}

/// Whether a path is a key of the item that another one names: `- name: app` is of `containers[app].name`.
fn is_first(path: &str, item: &str) -> bool {
    path.strip_prefix(item).and_then(|rest| rest.strip_prefix('.')).is_some_and(|rest| !rest.contains(['.', '[']))
}

fn is_data(key: &[u8]) -> bool {
    key == b"data" || key == b"stringData"
}

/// The part of a path that names the data of a Secret, or one key of it.
fn data_child(path: &str) -> Option<&str> {
    let parts = tokens(path);
    // A list of Secrets holds them as items.
    let at = if parts.first() == Some(&"items") { 2 } else { 0 };
    if !parts.get(at).is_some_and(|token| is_data(token.as_bytes())) {
        return None;
    }
    let last = parts.get(at + 1).or(parts.get(at))?;
    let end = (last.as_ptr() as usize - path.as_ptr() as usize) + last.len();
    path.get(..end)
}

/// The steps of a path: keys, with their quotes, and what names items, with its brackets.
pub fn tokens(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut depth) = (0, false, 0_usize);
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b'"' if depth == 0 => quoted = !quoted,
            b'.' if !quoted && depth == 0 => {
                parts.push(path.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            b'[' if !quoted => {
                if depth == 0 {
                    parts.push(path.get(start..at).unwrap_or_default());
                    start = at;
                }
                depth += 1;
            }
            b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    parts.push(path.get(start..).unwrap_or_default());
    parts.retain(|part| !part.is_empty());
    parts
}
