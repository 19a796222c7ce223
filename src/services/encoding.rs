//! What is wrong with a text before it is YAML: bytes that are no text, and numbers that no manifest can hold.

use crate::go::Str;
use crate::yaml::{self, Mark};
use std::fmt::Write;

/// Where a text cannot go on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    pub mark: Mark,
    pub message: String,
    pub hint: &'static str,
}

/// The first thing that the YAML parser tells no place of; none in a text without such.
pub fn culprit(text: &Str) -> Option<Culprit> {
    // A file of Windows in UTF-16 is read as it is.
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return None;
    }
    let (valid, whole) = match std::str::from_utf8(text) {
        Ok(valid) => (valid, true),
        Err(error) => (std::str::from_utf8(text.get(..error.valid_up_to())?).ok()?, false),
    };
    let control = |char: &char| char.is_control() && !matches!(char, '\t' | '\n' | '\r' | '\u{85}');
    if let Some((at, char)) = valid.char_indices().find(|(_, char)| control(char)) {
        return Some(Culprit {
            mark: mark(valid, at),
            message: format!("a control character stands here: U+{:04X}", u32::from(char)),
            hint: "delete it: a configuration is text",
        });
    }
    if !whole {
        return Some(Culprit {
            mark: mark(valid, valid.len()),
            message: "what begins here is not UTF-8".to_owned(),
            hint: "save the file as UTF-8 text",
        });
    }
    infinity(text, valid)
}

/// A number such as `.inf`, which JSON does not have.
fn infinity(text: &Str, valid: &str) -> Option<Culprit> {
    let lines: Vec<&str> = valid.split('\n').collect();
    yaml::locate(text).ok()?.into_iter().find_map(|located| {
        let line = lines.get(usize::try_from(located.value.line).ok()?)?;
        let rest: String = line.chars().skip(usize::try_from(located.value.column).ok()?).collect();
        let word = rest.split(|char: char| char.is_whitespace() || ",]}".contains(char)).next()?;
        let number = word.trim_start_matches(['+', '-']).to_ascii_lowercase();
        (number == ".inf" || number == ".nan").then(|| Culprit {
            mark: located.value,
            message: format!("`{word}` is no number that a manifest can hold"),
            hint: "write a number, or quotes around it where a text is meant",
        })
    })
}

/// The line and column of a byte, from 0.
fn mark(text: &str, at: usize) -> Mark {
    let before = text.get(..at).unwrap_or(text);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Mark { offset: count(at), line: count(before.matches('\n').count()), column: count(line.chars().count()) }
}

/// A text that a terminal can show: control characters are written out.
pub fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\t' => out.push(char),
            char if char.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_otherwise() {
        for (text, wanted) in [
            (&b"a: 1\n"[..], None),
            (b"a: 1\nb: M\xfcller\n", Some((1, 4, "what begins here is not UTF-8"))),
            (b"a: \x00\n", Some((0, 3, "a control character stands here: U+0000"))),
            (b"a:\n- b\n- {c: -.INF, d: 1}\n", Some((2, 6, "`-.INF` is no number that a manifest can hold"))),
            (b"\xff\xfea\x00", None),
        ] {
            let found = culprit(&Str::from(text.to_vec()));
            let found = found.as_ref().map(|found| (found.mark.line, found.mark.column, found.message.as_str()));
            assert_eq!(found, wanted, "{text:?}");
        }
        assert_eq!(shown("a\u{7}b\n"), "a\\u0007b\n");
    }
}
