//! Where one document ends and the next begins, as Helm's SplitManifests sees it.

use crate::go::unicode::{trim_left_space, trim_space};
use crate::go::{Str, bytes};
use crate::profile::Split;
use crate::yaml::documents::DASHES;

/// The documents of a text, in order; those that are blank are left out.
pub fn split(text: &Str, rule: Split) -> Vec<Str> {
    match rule {
        Split::Trimmed => split_trimmed(text, true),
        Split::KeepsLastEnd => split_trimmed(text, false),
        Split::KeepsEnd => split_keeping_end(text),
    }
}

/// As Helm to 4.2.3: splits the trimmed text at `(?:^|\s*\n)---\s*` and trims every part, from 4.2 only at the front.
///
/// A separator takes all white space around it, so that of two in consecutive lines the second has no line break of
/// its own left and stays in the document.
fn split_trimmed(text: &Str, both_sides: bool) -> Vec<Str> {
    let trim = if both_sides { trim_space } else { trim_left_space };
    let text = text.slice_of(trim(text));
    let mut documents = Vec::new();
    let mut push = |part: &[u8]| {
        let trimmed = trim(part);
        if both_sides || !trimmed.is_empty() {
            documents.push(text.slice_of(trimmed));
        }
    };
    let mut begin = 0;
    let mut search = 0;
    while let Some((start, end)) = next_trimmed_separator(&text, search) {
        if end != 0 && start > begin {
            push(&text[begin..start]);
        }
        begin = end;
        search = end;
    }
    if begin < text.len() {
        push(&text[begin..]);
    }
    documents
}

/// The leftmost match of `(?:^|\s*\n)---\s*` at or after `from`.
fn next_trimmed_separator(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let end = |dashes: usize| {
        let rest = &text[dashes + 3..];
        dashes + 3 + rest.iter().position(|&byte| !is_re2_space(byte)).unwrap_or(rest.len())
    };
    if from == 0 && text.starts_with(b"---") {
        return Some((0, end(0)));
    }
    let newline = from + bytes::index(&text[from..], DASHES)?;
    let before = &text[from..newline];
    let start = from + before.iter().rposition(|&byte| !is_re2_space(byte)).map_or(0, |last| last + 1);
    Some((start, end(newline + 1)))
}

/// RE2's `\s`.
fn is_re2_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

/// As Helm from 4.2.4: splits at `(?m)^---[ \t]*`, and trims only the start of the text and of every part.
fn split_keeping_end(text: &Str) -> Vec<Str> {
    let text = text.slice_of(trim_left_space(text));
    let mut documents = Vec::new();
    let mut push = |part: &[u8]| {
        let part = trim_left_space(part);
        if !part.is_empty() {
            documents.push(text.slice_of(part));
        }
    };
    let mut begin = 0;
    let mut line = 0;
    while line < text.len() {
        if text[line..].starts_with(b"---") {
            push(&text[begin..line]);
            let rest = &text[line + 3..];
            begin = line + 3 + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
        }
        match bytes::index(&text[line..], DASHES) {
            Some(newline) => line += newline + 1,
            None => break,
        }
    }
    push(&text[begin..]);
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: Split, text: &str, expect: &[&str]) {
        let documents = split(&Str::from(text), rule);
        assert_eq!(documents, expect.iter().map(|&document| Str::from(document)).collect::<Vec<_>>(), "{text:?}");
    }

    #[test]
    fn separators_take_the_white_space_around_them_to_4_1() {
        let check = |text, expect: &[&str]| check(Split::Trimmed, text, expect);
        check("---\na: 1\n---\nb: 2\n", &["a: 1", "b: 2"]);
        check("a: 1\n\n \n---   \n\n  b: 2", &["a: 1", "b: 2"]);
        check("---\n---\n# c", &["---\n# c"]);
        check("a\n---b\n ---\nc", &["a", "b\n ---\nc"]);
        check("a ---\nb", &["a ---\nb"]);
        check("a\n------\nb", &["a", "---\nb"]);
        check("# only a comment\n", &["# only a comment"]);
        check("  \n", &[]);
        check("---", &[]);
    }

    #[test]
    fn documents_keep_their_end_from_4_2_4() {
        let check = |text, expect: &[&str]| check(Split::KeepsEnd, text, expect);
        check("---\na: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]);
        check("a: 1\n\n\n---   \n\n  b: 2", &["a: 1\n\n\n", "b: 2"]);
        check("---\n---\n# c", &["# c"]);
        check("a\n---b\n ---\nc", &["a\n", "b\n ---\nc"]);
        check("a\r\n---\r\nb\r\n", &["a\r\n", "b\r\n"]);
        check("---", &[]);
    }
}
