//! Reading only a few fields of a document, where the rest of it is plainly well formed.
//!
//! Helm parses each document that a chart renders, for four fields of it and to know that it is YAML. Most documents
//! are what `toYaml` and people write: block mappings and sequences, scalars on a line, block scalars. Such lines are
//! recognised here without tokens and nodes; whatever else there is (anchors, tags, flow collections with something in
//! them, quotes over several lines, odd keys, tabs), the whole document is left to the parser.
//!
//! What is recognised is a subset of what goyaml accepts, in which no entry depends on another one.

use super::reader;
use super::resolve::{Resolved, Version, resolve};
use std::borrow::Cow;
use std::ops::Range;

/// How deep collections may nest here.
pub(super) const MAX_DEPTH: usize = 100;
/// How long a key may be here; goyaml takes up to 1024 characters.
const MAX_KEY: usize = 200;

/// A collection that is open.
#[derive(Clone, Copy, Debug)]
struct Level {
    column: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
    /// A sequence whose dashes stand below the key it belongs to.
    Indentless,
}

/// The entries `keys` of the mapping that `text` is.
///
/// Leaves out the entry `without`: a key of the root, and a key of the mapping that is its value. `None` where the
/// whole text has to be parsed.
pub fn excerpt<'a>(text: &'a [u8], keys: &[&[u8]], without: (&[u8], &[u8])) -> Option<Excerpt<'a>> {
    let source = reader::read(text);
    source.breaks_plainly().then_some(())?;
    // What is not UTF-8 as it stands is rare.
    let Cow::Borrowed(text) = source.text else { return None };
    let mut reader = Reader {
        excerpt: Excerpt { text, kept: Vec::new(), entries: Vec::new() },
        text,
        at: 0,
        peeked: None,
        levels: Vec::new(),
        started: false,
        pending: false,
        continued: false,
        keys,
        without,
        keeps: None,
        thins: false,
    };
    reader.run()?;
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
    /// The value, where that is a string which stands on the line of the key as it is. Anything else may be anything.
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
    text: &'a [u8],
    /// Where the line begins that is next.
    at: usize,
    /// That line, once it was looked at, and where the one after it begins.
    peeked: Option<(Line<'a>, usize)>,
    levels: Vec<Level>,
    /// Whether the root has begun.
    started: bool,
    /// Whether the last key or dash has no value yet.
    pending: bool,
    /// Whether the last value stands on more than one line.
    continued: bool,
    keys: &'k [&'k [u8]],
    without: (&'k [u8], &'k [u8]),
    /// Where what is kept began, while something is.
    keeps: Option<usize>,
    /// Whether this is the entry of the root of which something is left out.
    thins: bool,
}

/// A line without its indentation and its line break.
#[derive(Clone, Copy)]
struct Line<'a> {
    begin: usize,
    column: usize,
    text: &'a [u8],
}

impl<'a> Reader<'a, '_> {
    /// The next line, which stays next, and where the one after it begins.
    fn peek(&mut self) -> Option<(Line<'a>, usize)> {
        if self.peeked.is_some() {
            return self.peeked;
        }
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..length];
        let column = spaces(line);
        self.peeked = Some((Line { begin: self.at, column, text: &line[column..] }, self.at + length + 1));
        self.peeked
    }

    /// Goes on to the line that begins at `next`.
    fn advance(&mut self, next: usize) {
        self.at = next;
        self.peeked = None;
    }

    fn run(&mut self) -> Option<()> {
        while let Some((line, next)) = self.peek() {
            self.advance(next);
            match line.text.first() {
                None | Some(b'#') => continue,
                Some(_) => self.line(line)?,
            }
        }
        self.end_entry(self.text.len());
        // A document without entries is left to the parser.
        self.started.then_some(())
    }

    fn line(&mut self, line: Line<'a>) -> Option<()> {
        let Line { column, text, .. } = line;
        if column == 0 && matches!(text, [b'-', b'-', b'-', ..] | [b'.', ..] | [b'%', ..]) {
            return None;
        }
        let dash = is_dash(text);
        while let Some(&level) = self.levels.last() {
            if level.column > column || (level.column == column && level.kind == Kind::Indentless && !dash) {
                self.levels.pop();
                self.pending = false;
            } else {
                break;
            }
        }
        match self.levels.last() {
            None if !self.started && !dash => {
                self.started = true;
                self.levels.push(Level { column, kind: Kind::Mapping });
                self.entry(line)
            }
            None => None,
            Some(&Level { column: open, kind }) if open == column => match kind {
                Kind::Mapping if dash => {
                    if !self.pending {
                        return None;
                    }
                    self.push(column, Kind::Indentless)?;
                    self.item(column, &text[1..])
                }
                Kind::Mapping => self.entry(line),
                Kind::Sequence | Kind::Indentless if dash => self.item(column, &text[1..]),
                Kind::Sequence | Kind::Indentless => None,
            },
            Some(_) if !self.pending => None,
            Some(_) if dash => {
                self.push(column, Kind::Sequence)?;
                self.item(column, &text[1..])
            }
            Some(_) if key(text).is_some() => {
                self.push(column, Kind::Mapping)?;
                self.entry(line)
            }
            Some(_) if matches!(text, [b'|' | b'>', ..]) => None,
            Some(&Level { column: open, .. }) => self.value(open, text),
        }
    }

    fn push(&mut self, column: usize, kind: Kind) -> Option<()> {
        self.levels.push(Level { column, kind });
        (self.levels.len() < MAX_DEPTH).then_some(())
    }

    /// An entry of the innermost mapping.
    fn entry(&mut self, line: Line<'a>) -> Option<()> {
        let (key, value) = key(line.text)?;
        match self.levels.len() {
            1 => {
                self.end_entry(line.begin);
                if let Some(wanted) = self.keys.iter().find(|wanted| wanted.eq_ignore_ascii_case(key)) {
                    // Which of several fields wins that differ in case is not decided here.
                    if *wanted != key {
                        return None;
                    }
                    self.keeps = Some(line.begin);
                    self.thins = key == self.without.0;
                }
            }
            2 if self.thins => match self.keeps {
                Some(_) if key == self.without.1 => self.keep_until(line.begin),
                None if key != self.without.1 => self.keeps = Some(line.begin),
                _ => {}
            },
            _ => {}
        }
        self.value(line.column, value)?;
        if self.keeps.is_some() && self.levels.len() <= MAX_ENTRY_DEPTH {
            self.tell(key, if self.continued { b"" } else { value });
        }
        Some(())
    }

    /// Tells an entry of the innermost collection, whose value is on its line if anywhere.
    fn tell(&mut self, key: &'a [u8], value: &'a [u8]) {
        if self.levels.iter().all(|level| level.kind == Kind::Mapping) {
            self.excerpt.entries.push(Entry { depth: self.levels.len(), key, text: string(value) });
        }
    }

    fn end_entry(&mut self, end: usize) {
        self.keep_until(end);
        self.thins = false;
    }

    fn keep_until(&mut self, end: usize) {
        if let Some(begin) = self.keeps.take() {
            self.excerpt.kept.push(begin..end.min(self.text.len()));
        }
    }

    /// What stands after a dash in `column`: a value, or a collection that begins on this line.
    fn item(&mut self, mut column: usize, mut rest: &'a [u8]) -> Option<()> {
        loop {
            let width = spaces(rest);
            let content = &rest[width..];
            let inner = column + 1 + width;
            if is_dash(content) {
                self.push(inner, Kind::Sequence)?;
                (column, rest) = (inner, &content[1..]);
            } else if let Some((_, value)) = key(content) {
                self.push(inner, Kind::Mapping)?;
                return self.value(inner, value);
            } else {
                return self.value(column, content);
            }
        }
    }

    /// A value, or the first line of it, in a collection at `column`.
    fn value(&mut self, column: usize, text: &'a [u8]) -> Option<()> {
        self.pending = false;
        self.continued = false;
        let text = &text[spaces(text)..];
        let Some(&first) = text.first() else {
            self.pending = true;
            return Some(());
        };
        match first {
            b'#' => {
                self.pending = true;
                Some(())
            }
            b'|' | b'>' => match text {
                [_] | [_, b'-' | b'+'] => self.block_scalar(column),
                _ => None,
            },
            b'"' | b'\'' => self.quoted(column, text),
            b'{' | b'[' if text.starts_with(b"{}") || text.starts_with(b"[]") => is_end(&text[2..]).then_some(()),
            b'[' => is_end(&text[flow_sequence(text)?..]).then_some(()),
            _ if starts_plain(text) => self.plain(column, text),
            _ => None,
        }
    }

    /// A quoted scalar and the lines on which it goes on, which are deeper than the collection at `column`.
    fn quoted(&mut self, column: usize, first: &'a [u8]) -> Option<()> {
        let quote = *first.first()?;
        let mut text = first;
        let mut end = closing(text, 1, quote)?;
        loop {
            if let Some(end) = end {
                return is_end(&text[end..]).then_some(());
            }
            let (line, next) = self.peek()?;
            if line.text.first().is_some_and(|&byte| byte == b'\t' || line.column <= column) {
                return None;
            }
            self.advance(next);
            self.continued = true;
            text = line.text;
            end = closing(text, 0, quote)?;
        }
    }

    /// A plain scalar and the lines on which it goes on.
    fn plain(&mut self, column: usize, text: &[u8]) -> Option<()> {
        if plain_line(text)? {
            return Some(());
        }
        while let Some((line, next)) = self.peek() {
            match line.text.first() {
                // After a tab there may be anything.
                Some(b'\t') => return None,
                // A comment ends a scalar. What is deeper after it belongs to nothing, and is not accepted.
                Some(b'#') => break,
                Some(_) if line.column <= column => break,
                Some(_) if plain_line(line.text)? => return None,
                text => {
                    self.continued |= text.is_some();
                    self.advance(next);
                }
            }
        }
        Some(())
    }

    /// The lines of a block scalar, after its header.
    fn block_scalar(&mut self, column: usize) -> Option<()> {
        // As goyaml, whose first content sets the indentation; blank lines before it may not be deeper.
        let mut deepest = 0;
        let mut indent = None;
        while let Some((line, next)) = self.peek() {
            match (line.text.first(), indent) {
                (None, None) => deepest = deepest.max(line.column),
                (None, Some(_)) => {}
                (Some(b'\t'), None) => return None,
                (Some(b'\t'), Some(indent)) if line.column < indent => return None,
                (Some(_), None) => {
                    if line.column <= column {
                        return (deepest <= column).then_some(());
                    }
                    if deepest > line.column {
                        return None;
                    }
                    indent = Some(line.column);
                }
                (Some(_), Some(indent)) if line.column < indent => break,
                (Some(_), Some(_)) => {}
            }
            self.advance(next);
        }
        Some(())
    }
}

/// The string that a value on one line is, where it is one that stands there as it is.
fn string(value: &[u8]) -> Option<&[u8]> {
    let text = &value[spaces(value)..];
    match text.first()? {
        quote @ (b'"' | b'\'') => {
            let end = closing(text, 1, *quote)??;
            let content = &text[1..end - 1];
            memchr::memchr2(*quote, b'\\', content).is_none().then_some(content)
        }
        b'|' | b'>' | b'{' | b'[' | b'#' => None,
        _ => {
            let comment = memchr::memmem::find(text, b" #").unwrap_or(text.len());
            let text = text[..comment].trim_ascii_end();
            (resolve(text, true, Version::V2) == Resolved::String).then_some(text)
        }
    }
}

/// How many spaces a text begins with. Lines of definitions of resources begin with dozens: eight are taken at a time.
pub(super) fn spaces(text: &[u8]) -> usize {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    let mut count = 0;
    while let Some(eight) = text.get(count..).and_then(<[u8]>::first_chunk) {
        let other = u64::from_le_bytes(*eight) ^ SPACES;
        if other != 0 {
            return count + other.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    count + text[count..].iter().take_while(|&&byte| byte == b' ').count()
}

/// What a key or a word in a flow sequence may consist of.
pub(super) const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.' | b'/');
        byte += 1;
    }
    table
};

pub(super) fn is_dash(text: &[u8]) -> bool {
    matches!(text, [b'-'] | [b'-', b' ', ..])
}

/// Whether a text begins a plain scalar that is surely one.
pub(super) fn starts_plain(text: &[u8]) -> bool {
    match text {
        [b'-', next, ..] => is_letter(*next) || *next == b'-',
        // A path, and not `.inf` or `.nan`.
        [b'.', next, ..] => is_letter(*next) && !b"iInN".contains(next),
        [b'/' | b'$' | b'(' | b'~' | b'^', ..] => true,
        [first, ..] => is_letter(*first),
        [] => false,
    }
}

/// Letters and digits, also those above ASCII.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Splits `key: value` after the colon; nothing where the text has no such key, or one that may not be a string.
pub(super) fn key(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, rest) = match text.first()? {
        b'"' | b'\'' => {
            let end = quoted(text)?;
            let key = &text[1..end - 1];
            (!key.contains(&b'\\') && !key.contains(&b'\'')).then_some((key, &text[end..]))?
        }
        byte if byte.is_ascii_alphabetic() => {
            let end = text.iter().position(|byte| !IN_WORD[usize::from(*byte)])?;
            let key = &text[..end];
            // `no`, `null` and the like are no strings.
            let words: &[&[u8]] = match key.len() {
                1 => &[b"y", b"n"],
                2 => &[b"on", b"no"],
                3 => &[b"off", b"yes"],
                4 => &[b"true", b"null"],
                5 => &[b"false"],
                _ => &[],
            };
            (!words.iter().any(|word| key.eq_ignore_ascii_case(word))).then_some((key, &text[end..]))?
        }
        _ => return None,
    };
    match rest {
        [b':'] | [b':', b' ', ..] if key.len() <= MAX_KEY => Some((key, &rest[1..])),
        _ => None,
    }
}

/// Where a quoted scalar ends that is on one line.
fn quoted(text: &[u8]) -> Option<usize> {
    closing(text, 1, *text.first()?)?
}

/// Where a line closes a quoted scalar, if it does; nothing where an escape is not one of the usual.
pub(super) fn closing(text: &[u8], from: usize, quote: u8) -> Option<Option<usize>> {
    let mut at = from;
    while let Some(found) = memchr::memchr2(quote, b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        match (text[at], text.get(at + 1)) {
            (b'\\', _) if quote == b'\'' => at += 1,
            (b'\\', Some(b'"' | b'\\' | b'n' | b't' | b'r' | b' ')) => at += 2,
            (b'\\', _) => return None,
            (_, Some(b'\'')) if quote == b'\'' => at += 2,
            _ => return Some(Some(at + 1)),
        }
    }
    Some(None)
}

/// Where a flow sequence of words and quoted scalars ends that is on one line.
fn flow_sequence(text: &[u8]) -> Option<usize> {
    let skip = |from: usize| from + spaces(&text[from..]);
    let mut at = skip(1);
    loop {
        let rest = &text[at..];
        let length = match rest.first()? {
            b'"' | b'\'' => quoted(rest)?,
            byte if byte.is_ascii_alphabetic() => rest.iter().take_while(|byte| IN_WORD[usize::from(**byte)]).count(),
            _ => return None,
        };
        at = skip(at + length);
        match text.get(at)? {
            b']' => return Some(at + 1),
            b',' => at = skip(at + 1),
            _ => return None,
        }
    }
}

/// Whether nothing but a comment follows a value.
pub(super) fn is_end(rest: &[u8]) -> bool {
    match rest.iter().position(|&byte| byte != b' ') {
        None => true,
        Some(0) => false,
        Some(at) => rest[at] == b'#',
    }
}

/// A line of a plain scalar: whether a comment ends it, and nothing where it may be more than a plain scalar.
fn plain_line(text: &[u8]) -> Option<bool> {
    // Most are a word.
    if text.len() <= 16 && text.iter().all(|byte| IN_WORD[usize::from(*byte)]) {
        return Some(false);
    }
    for at in memchr::memchr3_iter(b':', b'#', b'\t', text) {
        match text[at] {
            b':' if matches!(text.get(at + 1), None | Some(b' ' | b'\t')) => return None,
            b'#' if at > 0 && text[at - 1] == b' ' => return Some(true),
            b'\t' => return None,
            _ => {}
        }
    }
    Some(false)
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
