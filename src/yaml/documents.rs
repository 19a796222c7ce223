//! Splits a text into documents as the YAMLReader of k8s.io/apimachinery does.

use super::error::{Error, Stage};
use crate::go::bytes;
use crate::go::unicode::trim_space;
use std::borrow::Cow;

/// The size of Go's `bufio.Reader`, for the lines that Helm loses before 4.3.
const BUFFER: usize = 4096;

/// Dashes at the start of a line.
pub const DASHES: &[u8] = b"\n---";

/// The documents of a text, one after the other; ends after the first error.
#[derive(Debug)]
pub struct Documents<'a> {
    rest: &'a [u8],
    lossy: bool,
    /// Whether all lines end in a newline, so that each document is a part of the text as it stands.
    plain: bool,
}

/// Splits `text` at lines that start with `---`. A document ends in a newline and has no carriage returns before newlines.
///
/// `lossy` loses a last line without a newline whose length is a multiple of 4096, as Helm does before 4.3.
/// Since then it ends a text in a newline that has none, before which a carriage return goes, too.
/// Errors read as the reader's own: Helm puts `error reading yaml document: ` before them.
pub fn documents(text: &[u8], lossy: bool) -> Documents<'_> {
    let plain = text.ends_with(b"\n") && bytes::index_byte(text, b'\r').is_none();
    Documents { rest: text, lossy, plain }
}

impl<'a> Documents<'a> {
    fn next_plain(&mut self) -> Option<Result<Cow<'a, [u8]>, Error>> {
        let text = std::mem::take(&mut self.rest);
        let mut line = 0;
        loop {
            if text[line..].starts_with(b"---") {
                let end = line + bytes::index_byte(&text[line..], b'\n')?;
                if let Err(error) = check_separator(&text[line + 3..end]) {
                    return Some(Err(error));
                }
                if line > 0 {
                    self.rest = &text[end + 1..];
                    return Some(Ok(Cow::Borrowed(&text[..line])));
                }
            }
            match bytes::index(&text[line..], DASHES) {
                Some(before) => line += before + 1,
                None => return (!text.is_empty()).then_some(Ok(Cow::Borrowed(text))),
            }
        }
    }
}

/// Only a comment may follow the dashes.
fn check_separator(after: &[u8]) -> Result<(), Error> {
    let after = trim_space(after);
    if after.is_empty() || after[0] == b'#' {
        return Ok(());
    }
    let text = String::from_utf8_lossy(after);
    Err(Error::new(Stage::Split, format!("invalid Yaml document separator: {text}")))
}

impl<'a> Iterator for Documents<'a> {
    type Item = Result<Cow<'a, [u8]>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.plain {
            return self.next_plain();
        }
        let start = self.rest;
        // How much of `start` is the document as it stands, and the document as rewritten where a line end differs.
        let mut taken = 0;
        let mut copy: Option<Vec<u8>> = None;
        while !self.rest.is_empty() {
            let (line, next, ended) = match bytes::index_byte(self.rest, b'\n') {
                Some(end) => (&self.rest[..end], &self.rest[end + 1..], true),
                None => (self.rest, &self.rest[self.rest.len()..], false),
            };
            if !ended && self.lossy && line.len() % BUFFER == 0 {
                self.rest = next;
                break;
            }
            let content = if ended || !self.lossy { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            if let Some(after) = content.strip_prefix(b"---") {
                if let Err(error) = check_separator(after) {
                    self.rest = &[];
                    return Some(Err(error));
                }
                if taken > 0 {
                    self.rest = next;
                    break;
                }
            }
            if copy.is_none() && (!ended || content.len() != line.len()) {
                copy = Some(start[..taken].to_vec());
            }
            if let Some(copy) = &mut copy {
                copy.extend_from_slice(content);
                copy.push(b'\n');
            }
            taken += line.len() + usize::from(ended);
            self.rest = next;
        }
        if taken == 0 {
            return None;
        }
        Some(Ok(copy.map_or_else(|| Cow::Borrowed(&start[..taken]), Cow::Owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8]) -> Vec<String> {
        let show = |bytes: Cow<'_, [u8]>| String::from_utf8_lossy(&bytes).into_owned();
        documents(text, true).map(|document| document.map_or_else(|error| error.to_string(), show)).collect()
    }

    #[test]
    fn splits_at_separator_lines() {
        assert_eq!(split(b""), Vec::<String>::new());
        assert_eq!(split(b"---\na: 1\n--- # c\nb: 2"), ["---\na: 1\n", "b: 2\n"]);
        assert_eq!(split(b"---\n---\na\r\n---\n"), ["---\n", "a\n"]);
        assert_eq!(split(b"a\n--- x\nb"), ["invalid Yaml document separator: x"]);
        assert_eq!(split(b"a\n---x\nb"), ["invalid Yaml document separator: x"]);
        assert_eq!(split(&[b'#'; 4096]), Vec::<String>::new());
        assert_eq!(split(&[b'#'; 4095]).len(), 1);
        assert_eq!(split("a\n---\u{a0}\u{b}\nb\r".as_bytes()), ["a\n", "b\r\n"]);
    }
}
