//! A namespace and a label written into a document, whose other bytes stay as they are.

use crate::go::{Dict, Value};
use crate::yaml;

/// The document with what is given in its metadata; `value` is the document as [`yaml::decode`] reads it.
///
/// Lines are put in where the metadata is a block, and the result is read again: where it does not say what it should,
/// the whole document is written anew.
pub fn complete(
    content: &[u8],
    value: &Value,
    namespace: Option<&str>,
    label: Option<(&str, &str)>,
) -> Result<Vec<u8>, yaml::Error> {
    let wanted = value.deep_copy();
    if let Some(root) = wanted.as_dict() {
        let metadata = child(root, "metadata");
        if let Some(namespace) = namespace {
            metadata.insert("namespace", namespace);
        }
        if let Some((key, value)) = label {
            child(&metadata, "labels").insert(key, value);
        }
    }
    let whole = yaml::marshal(&wanted)?;
    if let Some(edited) = insert_lines(content, namespace, label)
        && yaml::decode(&edited).and_then(|read| yaml::marshal(&read)).is_ok_and(|read| read == whole)
    {
        return Ok(edited);
    }
    Ok(whole.trim_ascii_end().to_vec())
}

/// The map under a key, which is made where there is none.
fn child(dict: &Dict, key: &str) -> Dict {
    if let Some(Value::Dict(found)) = dict.get(key.as_bytes())
        && !found.is_nil()
    {
        return found;
    }
    let made = Dict::new();
    dict.insert(key, made.clone());
    made
}

fn insert_lines(content: &[u8], namespace: Option<&str>, label: Option<(&str, &str)>) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(content).ok()?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let metadata = lines.iter().position(|line| is_key(line, "metadata"))?;
    let indent = inner_indent(lines.get(metadata + 1..)?, 0)?;
    let end = end_of_block(&lines, metadata + 1, indent);
    let children =
        || (metadata + 1..end).filter(|&at| lines.get(at).is_some_and(|line| indent_of(line) == Some(indent)));
    let child = |key: &str| children().find(|&at| lines.get(at).is_some_and(|line| is_key(&line[indent..], key)));
    let starts = |key: &str| {
        children().find(|&at| lines.get(at).is_some_and(|line| line[indent..].starts_with(&format!("{key}:"))))
    };
    let blanks = " ".repeat(indent);
    // What is put before which line.
    let mut inserted: Vec<(usize, String)> = Vec::new();
    let after_name = starts("name").map_or(metadata + 1, |at| at + 1);
    if let Some(namespace) = namespace {
        if starts("namespace").is_some() {
            return None;
        }
        inserted.push((after_name, format!("{blanks}namespace: {}\n", super::object::scalar(namespace))));
    }
    if let Some((key, value)) = label {
        let value = super::object::scalar(value);
        match child("labels") {
            Some(labels) => {
                let inner = inner_indent(lines.get(labels + 1..)?, indent)?;
                inserted.push((labels + 1, format!("{}{key}: {value}\n", " ".repeat(inner))));
            }
            None if starts("labels").is_some() => return None,
            None => inserted.push((after_name, format!("{blanks}labels:\n{blanks}  {key}: {value}\n"))),
        }
    }
    let mut edited = String::with_capacity(text.len() + 128);
    for at in 0..=lines.len() {
        for (_, new) in inserted.iter().filter(|(before, _)| *before == at) {
            if !edited.is_empty() && !edited.ends_with('\n') {
                edited.push('\n');
            }
            edited.push_str(new);
        }
        edited.push_str(lines.get(at).copied().unwrap_or_default());
    }
    Some(edited.trim_end().as_bytes().to_vec())
}

/// Whether a line is a key with nothing behind it but a comment.
fn is_key(line: &str, key: &str) -> bool {
    line.strip_prefix(key).and_then(|rest| rest.strip_prefix(':')).is_some_and(|rest| {
        let rest_trimmed = rest.trim_start();
        rest_trimmed.is_empty() || (rest_trimmed.starts_with('#') && rest_trimmed.len() < rest.len())
    })
}

/// How far a line with content is indented; `None` for blank lines and comments.
fn indent_of(line: &str) -> Option<usize> {
    let content = line.trim_start_matches(' ');
    (!content.trim().is_empty() && !content.starts_with('#')).then(|| line.len() - content.len())
}

/// How far the block is indented that begins with these lines, where it lies within one indented by `outer`.
fn inner_indent(lines: &[&str], outer: usize) -> Option<usize> {
    lines.iter().find_map(|line| indent_of(line)).filter(|&indent| indent > outer)
}

/// Where a block of that indentation ends.
fn end_of_block(lines: &[&str], start: usize, indent: usize) -> usize {
    let ends = |line: &&str| indent_of(line).is_some_and(|found| found < indent);
    lines.iter().skip(start).position(ends).map_or(lines.len(), |after| start + after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_in_and_others_stay() {
        let label = Some(("l/p", "id"));
        for (namespace, label, before, after) in [
            (
                Some("ns"),
                None,
                "kind: A # c\nmetadata:\n  name: a\nx:  1",
                "kind: A # c\nmetadata:\n  name: a\n  namespace: ns\nx:  1",
            ),
            (Some("true"), None, "metadata:\n  name: a", "metadata:\n  name: a\n  namespace: \"true\""),
            (
                Some("ns"),
                label,
                "metadata: # m\n    # c\n    labels:\n        a: b\n    name: 'a'\nspec: {}",
                "metadata: # m\n    # c\n    labels:\n        l/p: id\n        a: b\n    name: 'a'\n    namespace: ns\nspec: {}",
            ),
            (None, label, "metadata:\n  name: a\nb: c", "metadata:\n  name: a\n  labels:\n    l/p: id\nb: c"),
            (None, label, "metadata:\n  labels: {}\n  name: a", "metadata:\n  labels:\n    l/p: id\n  name: a"),
            (Some("ns"), None, "{\"metadata\": {\"name\": \"a\"}}", "metadata:\n  name: a\n  namespace: ns"),
            (Some("ns"), None, "metadata:\n  name: |-\n    a", "metadata:\n  name: a\n  namespace: ns"),
            (Some("ns"), None, "metadata:\n  name: a\n  namespace:", "metadata:\n  name: a\n  namespace: ns"),
            (
                Some("ns"),
                None,
                "x: 12345678901234567\nmetadata: {name: a}",
                "metadata:\n  name: a\n  namespace: ns\nx: 12345678901234567",
            ),
        ] {
            let value = yaml::decode(before.as_bytes()).unwrap();
            let edited = complete(before.as_bytes(), &value, namespace, label).unwrap();
            assert_eq!(String::from_utf8_lossy(&edited), after, "{before}");
        }
    }
}
