//! Reading only a few fields of a document, where the rest of it is plainly well formed.
//!
//! Helm parses each document that a chart renders, for four fields of it and to know that it is YAML. In most of them
//! all lines are such as `lines` recognises, and no entry depends on another one.

use super::lines::{self, Block, Place};
use super::reader;
use super::resolve::{Resolved, Version, resolve};
use crate::go::bytes;
use std::borrow::Cow;
use std::ops::Range;

/// The entries `keys` of the mapping that `text` is.
///
/// Leaves out the entry `without`: a key of the root, and a key of the mapping that is its value. `None` where the
/// whole text has to be parsed.
pub fn excerpt<'a>(text: &'a [u8], keys: &[&[u8]], without: (&[u8], &[u8])) -> Option<Excerpt<'a>> {
    let source = reader::read(text);
    source.breaks_plainly().then_some(())?;
    // What is not UTF-8 as it stands is rare.
    let Cow::Borrowed(text) = source.text else { return None };
    let excerpt = Excerpt { text, kept: Vec::new(), entries: Vec::with_capacity(8) };
    let reader = Reader { excerpt, keys, without, keeps: None, thins: false, awaits: false };
    let mut reader = lines::walk(text, reader)?;
    reader.keep_until(text.len());
    Some(reader.excerpt)
}

/// The entries of a document that were asked for.
pub struct Excerpt<'a> {
    text: &'a [u8],
    kept: Vec<Range<usize>>,
    /// The entries, and those of the block mappings in them, [`MAX_ENTRY_DEPTH`] deep.
    pub entries: Vec<Entry<'a>>,
}

/// How deep the entries of an excerpt are told; those of the root are 1 deep.
pub const MAX_ENTRY_DEPTH: usize = 3;

/// An entry of a mapping. Those of a mapping that is its value follow it.
pub struct Entry<'a> {
    /// How deep it stands.
    pub depth: usize,
    /// The key, which is a string.
    pub key: &'a [u8],
    /// The value, where that is a string which stands on one line as it is. Anything else may be anything.
    pub text: Option<&'a [u8]>,
}

impl Excerpt<'_> {
    /// A document that decodes to the same values.
    pub fn document(&self) -> Vec<u8> {
        self.kept.iter().filter_map(|range| self.text.get(range.clone())).collect::<Vec<_>>().concat()
    }
}

struct Reader<'a, 'k> {
    excerpt: Excerpt<'a>,
    keys: &'k [&'k [u8]],
    without: (&'k [u8], &'k [u8]),
    /// Where what is kept began, while something is.
    keeps: Option<usize>,
    /// Whether this is the entry of the root of which something is left out.
    thins: bool,
    /// Whether the last entry that was told has no value yet.
    awaits: bool,
}

impl<'a> Reader<'a, '_> {
    /// A key of the root, or of the mapping of which something is left out.
    fn choose(&mut self, key: &[u8], depth: usize, begin: usize) -> Option<()> {
        if depth == 1 {
            self.keep_until(begin);
            self.thins = false;
            if let Some(wanted) = self.keys.iter().find(|wanted| wanted.eq_ignore_ascii_case(key)) {
                // Which of several fields wins that differ in case is not decided here.
                (*wanted == key).then_some(())?;
                self.keeps = Some(begin);
                self.thins = key == self.without.0;
            }
        } else if self.thins {
            match self.keeps {
                Some(_) if key == self.without.1 => self.keep_until(begin),
                None if key != self.without.1 => self.keeps = Some(begin),
                _ => {}
            }
        }
        Some(())
    }

    fn shallow_key(&mut self, key: &'a [u8], Place { line, depth, sequences }: Place) -> Option<()> {
        if depth <= 2 {
            self.choose(key, depth, line)?;
        }
        self.awaits = sequences == 0 && self.keeps.is_some();
        if self.awaits {
            self.excerpt.entries.push(Entry { depth, key, text: None });
        }
        Some(())
    }

    fn keep_until(&mut self, end: usize) {
        if let Some(begin) = self.keeps.take() {
            self.excerpt.kept.push(begin..end);
        }
    }

    /// The last entry that was told is this string.
    fn tell(&mut self, text: &'a [u8]) {
        if let Some(entry) = self.excerpt.entries.last_mut() {
            entry.text = Some(text);
        }
    }

    fn tell_plain(&mut self, text: &'a [u8]) {
        if resolve(text, true, Version::V2) == Resolved::String {
            self.tell(text);
        }
    }

    /// Whether it is the value of the last entry that was told which comes now.
    #[inline]
    fn is_awaited(&mut self) -> bool {
        std::mem::take(&mut self.awaits)
    }
}

impl<'a> lines::Sink<'a> for Reader<'a, '_> {
    #[inline(always)]
    fn open(&mut self, _: bool) -> Option<()> {
        self.awaits = false;
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        Some(())
    }

    #[inline(always)]
    fn key(&mut self, key: &'a [u8], place: Place) -> Option<()> {
        self.awaits = false;
        if place.depth > MAX_ENTRY_DEPTH { Some(()) } else { self.shallow_key(key, place) }
    }

    fn null(&mut self) {}

    #[inline(always)]
    fn plain(&mut self, text: &'a [u8]) -> Option<()> {
        if self.is_awaited() {
            self.tell_plain(text);
        }
        Some(())
    }

    fn folded(&mut self, _: &'a [u8]) -> Option<()> {
        self.awaits = false;
        Some(())
    }

    fn quoted(&mut self, text: &'a [u8], quote: u8) -> Option<()> {
        if self.is_awaited() && bytes::index_any(text, [quote, b'\\']).is_none() {
            self.tell(text);
        }
        Some(())
    }

    fn literal(&mut self, _: Block<'a>) -> Option<()> {
        self.awaits = false;
        Some(())
    }

    fn other(&mut self) -> Option<()> {
        self.awaits = false;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    //! What is recognised and what is left to the parser.

    use super::*;

    fn of(text: &str) -> Option<String> {
        let excerpt = excerpt(text.as_bytes(), &[b"apiVersion", b"kind", b"metadata"], (b"metadata", b"labels"))?;
        Some(String::from_utf8(excerpt.document()).expect("the pieces of a text are text"))
    }

    #[test]
    fn strings_that_stand_on_their_line_are_told() {
        let text = "kind: A # c\n\napiVersion: \"v1\"\nspec: s\nmetadata:\n  labels:\n    l: m\n  z: 'o'\n  p:\n    q/r: s, t:u\n\
                    \x20   v:\n      w: x\n    a: yes\n    b: 1\n    c: \"\\n\"\n    d: ''''\n    e: f\n      g\n    h: |\n      i\n\
                    \x20   j: 2001-12-14\n    k: 1e3x\n    l: \"\"\n    m: ~\n  z:\n  - o: p\n    q: r\n";
        let excerpt = excerpt(text.as_bytes(), &[b"apiVersion", b"kind", b"metadata"], (b"metadata", b"labels"));
        let told: Vec<String> = excerpt
            .expect("the text is plainly well formed")
            .entries
            .iter()
            .map(|Entry { depth, key, text }| {
                let text = text.map_or("?".into(), String::from_utf8_lossy);
                format!("{depth} {} {text}", String::from_utf8_lossy(key))
            })
            .collect();
        let want = [
            "1 kind A",
            "1 apiVersion v1",
            "1 metadata ?",
            "2 z o",
            "2 p ?",
            "3 q/r s, t:u",
            "3 v ?",
            "3 a ?",
            "3 b ?",
            "3 c ?",
            "3 d ?",
            "3 e ?",
            "3 h ?",
            "3 j ?",
            "3 k 1e3x",
            "3 l ",
            "3 m ?",
            "2 z ?",
        ];
        assert_eq!(told, want);
    }

    #[test]
    fn the_entries_are_kept_as_they_stand() {
        let text = "# c\napiVersion: v1\nkind: \"A\" # c\nspec:\n- a: |\n   x: [\n\n   y\n  b: plain\n    goes on\n- - -1\n\
                    metadata:\n  labels:\n    a: b\n  name: n\n  annotations: {}\nstatus: []\n";
        let kept = "apiVersion: v1\nkind: \"A\" # c\nmetadata:\n  name: n\n  annotations: {}\n";
        assert_eq!(of(text).as_deref(), Some(kept));
        assert_eq!(of("metadata:\n  labels:\n    a: b\nkind: A").as_deref(), Some("metadata:\nkind: A"));
        assert_eq!(of("kind:\n  labels: a\nb: c\n").as_deref(), Some("kind:\n  labels: a\n"));
        assert_eq!(of("a: |\n\n\n\nb:\n").as_deref(), Some(""));
        assert_eq!(of("kind:\n  {}\na: 'b\n\n  c''' # d\n").as_deref(), Some("kind:\n  {}\n"));
        assert_eq!(of("kind: [ \"a\", b/c ] # d\n").as_deref(), Some("kind: [ \"a\", b/c ] # d\n"));
        let nested = "kind:\n  - a:\n      \"b\n       c\"\n  - .d\n";
        assert_eq!(of(nested).as_deref(), Some(nested));
    }

    #[test]
    fn what_is_not_plainly_well_formed_is_parsed() {
        for text in [
            "",
            "# c\n",
            "a",
            "- a\n",
            "a: 1\n  b: 2\n",
            "a: 1\n b\n c: 2\n",
            "a:\n  {}\n  b: 1\n",
            "a:\n  b\n  c: 1\n",
            "a:\n  |\n  b\n",
            "a:\n  {b: c}\n",
            "a: \"b\nc\"\n",
            "a: \"b\n\tc\"\n",
            "a: 'b\n  c' d\n",
            "a: \"b\\\n  c\"\n",
            "a: 'b\n  c': d\n",
            "a:\n    b: 1\n  c: 2\n",
            " a: 1\nb: 2\n",
            "a: 1\n- b\n",
            "a:\n  - b\n  c: 1\n",
            "a: b: c\n",
            "a: b:\n",
            "a: 'b\n",
            "a: \"\\q\"\n",
            "a: \"b\"c\n",
            "a: b # c\n  d\n",
            "a: b\n  # c\n  d\n",
            "a: |\n   \n  b\n",
            "a: |\n\tb\n",
            "a: |x\n b\n",
            "a: |\n# c\n  b\n",
            "- \ta: 1\n",
            "a:\n- \tb\n",
            "a: [b\n",
            "a: [b]c\n",
            "a: [b: c]\n",
            "a: [,]\n",
            "a: [\"b\": c]\n",
            "a: &b c\n",
            "a: !b c\n",
            "a: .inf\n",
            "a: -.inf\n",
            "no: a\n",
            "1: a\n",
            "Kind: a\n",
            "? a\n",
            "<<: a\n",
            "a: 1\n---\nb: 2\n",
            "a: 1\n...\n",
            "a: 1\r\n",
            "a: \u{2028}\n",
            "a: \u{1}\n",
            "a: b\n  c\td\n",
            "a: @b\n",
            "a: b\n\t\nc: d\n",
        ] {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}
