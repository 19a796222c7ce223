//! Decoding documents that are plainly YAML, without tokens and nodes.
//!
//! Most of what people and `toYaml` write is block mappings and sequences, scalars on a line and literal blocks. Such
//! lines become values directly, by the rules by which `excerpt` recognises them; a document with anything else (anchors,
//! tags, flow collections with mappings, folded scalars, odd keys, tabs) is left to the parser. What comes out is what
//! the parser and the decoder would make of it: a property test and a fuzzer compare the two.

use super::decode::Numbers;
use super::excerpt::{IN_WORD, MAX_DEPTH, closing, is_dash, is_end, key, spaces, starts_plain};
use super::reader;
use super::resolve::{Version, resolve};
use crate::go::{Dict, Elem, Entries, List, Str, Value};

/// The value of a document whose root is a block mapping; `None` where it has to be parsed.
pub(super) fn decode(text: &[u8], numbers: Numbers) -> Option<Value> {
    let source = reader::read(text);
    if !source.breaks_plainly() || memchr::memchr(b'\t', &source.text).is_some() {
        return None;
    }
    Plain { text: &source.text, at: 0, open: Vec::new(), numbers }.run()
}

/// A collection that is open.
struct Level {
    column: usize,
    kind: Kind,
    /// Whether the last key or dash has no value yet.
    pending: bool,
}

enum Kind {
    Mapping {
        entries: Vec<(Str, Value)>,
        /// The key at hand.
        key: Str,
    },
    Sequence {
        items: Vec<Value>,
        /// Whether the dashes stand below the key that the sequence belongs to.
        indentless: bool,
    },
}

struct Plain<'a> {
    text: &'a [u8],
    /// Where the line begins that is next.
    at: usize,
    open: Vec<Level>,
    numbers: Numbers,
}

/// Every step gives `None` where the parser has to decide.
impl<'a> Plain<'a> {
    fn run(mut self) -> Option<Value> {
        while let Some((column, text, next)) = self.peek() {
            self.at = next;
            match text.first() {
                None | Some(b'#') => continue,
                Some(_) => self.line(column, text)?,
            }
        }
        while self.open.len() > 1 {
            self.close()?;
        }
        self.open.pop().map(Level::value)
    }

    /// The next line, which stays next: its indentation, what follows that, and where the line after it begins.
    fn peek(&self) -> Option<(usize, &'a [u8], usize)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..length];
        let column = spaces(line);
        Some((column, &line[column..], self.at + length + 1))
    }

    fn line(&mut self, column: usize, text: &'a [u8]) -> Option<()> {
        if column == 0 && matches!(text, [b'-', b'-', b'-', ..] | [b'.', ..] | [b'%', ..]) {
            return None;
        }
        let dash = is_dash(text);
        while let Some(level) = self.open.last() {
            let indentless = matches!(level.kind, Kind::Sequence { indentless: true, .. });
            if level.column > column || (level.column == column && indentless && !dash) {
                // What is not as deep as the root has no place.
                (self.open.len() > 1).then_some(())?;
                self.close()?;
            } else {
                break;
            }
        }
        let Some(level) = self.open.last() else {
            return if dash { None } else { self.entry(column, text) };
        };
        let at_key = level.column == column;
        match &level.kind {
            Kind::Mapping { .. } if at_key && dash => {
                level.pending.then_some(())?;
                self.sequence(column, true)?;
                self.item(column, &text[1..])
            }
            Kind::Mapping { .. } if at_key => self.next_entry(text),
            Kind::Sequence { .. } if at_key && dash => {
                self.finish_pending()?;
                self.open.last_mut()?.pending = true;
                self.item(column, &text[1..])
            }
            Kind::Sequence { .. } if at_key => None,
            _ if !level.pending => None,
            _ if dash => {
                self.sequence(column, false)?;
                self.item(column, &text[1..])
            }
            _ if key(text).is_some() => self.entry(column, text),
            _ if matches!(text, [b'|' | b'>', ..]) => None,
            _ => {
                let column = level.column;
                self.value(column, text)
            }
        }
    }

    fn push(&mut self, column: usize, kind: Kind) -> Option<()> {
        self.open.push(Level { column, kind, pending: true });
        (self.open.len() < MAX_DEPTH).then_some(())
    }

    fn sequence(&mut self, column: usize, indentless: bool) -> Option<()> {
        self.push(column, Kind::Sequence { items: Vec::new(), indentless })
    }

    /// The first entry of a mapping.
    fn entry(&mut self, column: usize, text: &'a [u8]) -> Option<()> {
        let (name, value) = key(text)?;
        self.push(column, Kind::Mapping { entries: Vec::new(), key: Str::from(name) })?;
        self.value(column, value)
    }

    /// A further entry of the innermost mapping.
    fn next_entry(&mut self, text: &'a [u8]) -> Option<()> {
        let (name, value) = key(text)?;
        self.finish_pending()?;
        let level = self.open.last_mut()?;
        let Kind::Mapping { key, .. } = &mut level.kind else { return None };
        *key = Str::from(name);
        level.pending = true;
        let column = level.column;
        self.value(column, value)
    }

    /// What stands after a dash of the innermost sequence, in `column`: a value, or a collection that begins on this line.
    fn item(&mut self, mut column: usize, mut rest: &'a [u8]) -> Option<()> {
        loop {
            let width = spaces(rest);
            let content = &rest[width..];
            let inner = column + 1 + width;
            if is_dash(content) {
                self.sequence(inner, false)?;
                (column, rest) = (inner, &content[1..]);
            } else if key(content).is_some() {
                return self.entry(inner, content);
            } else {
                return self.value(column, content);
            }
        }
    }

    /// A key or dash that had no value has null.
    fn finish_pending(&mut self) -> Option<()> {
        if self.open.last()?.pending { self.add(Value::Nil) } else { Some(()) }
    }

    /// Gives the innermost collection the value that it waits for.
    fn add(&mut self, value: Value) -> Option<()> {
        let level = self.open.last_mut()?;
        std::mem::replace(&mut level.pending, false).then(|| level.kind.add(value))
    }

    fn close(&mut self) -> Option<()> {
        let value = self.open.pop()?.value();
        self.add(value)
    }

    /// What stands after a key or dash, or on the line after it, in a collection at `column`.
    fn value(&mut self, column: usize, text: &'a [u8]) -> Option<()> {
        let text = &text[spaces(text)..];
        let Some(&first) = text.first() else { return Some(()) };
        let value = match first {
            b'#' => return Some(()),
            b'|' => match text {
                b"|" | b"|-" | b"|+" => self.literal(column, text.get(1).copied())?,
                _ => return None,
            },
            b'"' | b'\'' => {
                let (value, rest) = quoted(text)?;
                is_end(rest).then_some(value)?
            }
            b'[' | b'{' => self.flow(text)?,
            _ if starts_plain(text) => self.plain(column, text)?,
            _ => return None,
        };
        self.add(value)
    }

    /// A plain scalar in a collection at `column`, with the lines on which it goes on.
    fn plain(&mut self, column: usize, text: &'a [u8]) -> Option<Value> {
        let (first, mut ended) = plain_line(text)?;
        let mut folded = Vec::new();
        let mut blank = 0;
        while let Some((spaces, line, next)) = self.peek().filter(|_| !ended) {
            match line.first() {
                None => blank += 1,
                // A comment ends it. What is deeper after that belongs to nothing.
                Some(b'#') => break,
                Some(_) if spaces <= column => break,
                Some(_) => {
                    if folded.is_empty() {
                        folded.extend_from_slice(first);
                    }
                    folded.extend(std::iter::repeat_n(if blank > 0 { b'\n' } else { b' ' }, blank.max(1)));
                    blank = 0;
                    let (line, comment) = plain_line(line)?;
                    folded.extend_from_slice(line);
                    ended = comment;
                }
            }
            self.at = next;
        }
        self.scalar(if folded.is_empty() { first } else { &folded })
    }

    /// As the decoder's value: a plain scalar is what its text says.
    fn scalar(&self, text: &[u8]) -> Option<Value> {
        let value = resolve(text, false, Version::V2).value(text, self.numbers);
        // The decoder words what is wrong with an infinite number.
        (!matches!(value, Value::Float64(number) if !number.is_finite())).then_some(value)
    }

    /// An empty flow collection, or a flow sequence of words and quoted scalars that is on one line.
    fn flow(&self, text: &[u8]) -> Option<Value> {
        if let Some(rest) = text.strip_prefix(b"{}") {
            return is_end(rest).then(|| Value::Dict(Dict::new()));
        }
        let mut items = Vec::new();
        let mut rest = skip(text.strip_prefix(b"[")?);
        if rest.first() != Some(&b']') {
            loop {
                let (item, after) = match rest.first()? {
                    b'"' | b'\'' => quoted(rest)?,
                    byte if byte.is_ascii_alphabetic() || *byte == b'_' => {
                        let length = rest.iter().take_while(|byte| IN_WORD[usize::from(**byte)]).count();
                        (self.scalar(&rest[..length])?, &rest[length..])
                    }
                    _ => return None,
                };
                items.push(item);
                rest = skip(after);
                match rest.first()? {
                    b']' => break,
                    b',' => rest = skip(&rest[1..]),
                    _ => return None,
                }
            }
        } else if !text.starts_with(b"[]") {
            return None;
        }
        is_end(&rest[1..]).then(|| Value::List(List::appended(Elem::Any, items)))
    }

    /// The lines of a literal block, after its header, in a collection at `column`.
    fn literal(&mut self, column: usize, chomping: Option<u8>) -> Option<Value> {
        let mut content = Vec::new();
        // As goyaml, whose first content sets the indentation; blank lines before it may not be deeper.
        let mut deepest = 0;
        let mut indent = None;
        while let Some((spaces, text, next)) = self.peek() {
            let line = self.text.get(self.at..next)?;
            match indent {
                None if text.is_empty() => {
                    deepest = deepest.max(spaces);
                    content.push(b'\n');
                }
                // There is nothing in it.
                None if spaces <= column && deepest <= column && chomping != Some(b'+') => {
                    return Some(Value::String(Str::EMPTY));
                }
                None => {
                    (spaces > column && deepest <= spaces).then_some(())?;
                    indent = Some(spaces);
                    content.extend_from_slice(&line[spaces..]);
                }
                Some(indent) if text.is_empty() && spaces <= indent => content.push(b'\n'),
                Some(indent) if !text.is_empty() && spaces < indent => break,
                Some(indent) => content.extend_from_slice(&line[indent..]),
            }
            self.at = next;
        }
        indent?;
        if chomping != Some(b'+') {
            let length = content.iter().rposition(|&byte| byte != b'\n')? + 1;
            content.truncate(length);
            if chomping.is_none() {
                content.push(b'\n');
            }
        }
        Some(Value::String(Str::from(content)))
    }
}

impl Kind {
    fn add(&mut self, value: Value) {
        match self {
            Kind::Mapping { entries, key } => entries.push((std::mem::take(key), value)),
            Kind::Sequence { items, .. } => items.push(value),
        }
    }
}

impl Level {
    fn value(mut self) -> Value {
        if self.pending {
            self.kind.add(Value::Nil);
        }
        match self.kind {
            Kind::Mapping { entries, .. } => Value::Dict(Dict::from_entries(entries.into_iter().collect::<Entries>())),
            Kind::Sequence { items, .. } => Value::List(List::appended(Elem::Any, items)),
        }
    }
}

fn skip(text: &[u8]) -> &[u8] {
    &text[spaces(text)..]
}

/// A line of a plain scalar without the comment after it, and whether there is one; nothing where it may be more.
fn plain_line(text: &[u8]) -> Option<(&[u8], bool)> {
    let mut end = text.len();
    for at in memchr::memchr2_iter(b':', b'#', text) {
        match text[at] {
            b':' if matches!(text.get(at + 1), None | Some(b' ')) => return None,
            b'#' if at > 0 && text[at - 1] == b' ' => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let length = text[..end].iter().rposition(|&byte| byte != b' ')? + 1;
    Some((&text[..length], end < text.len()))
}

/// A quoted scalar that ends on its line, and what follows it.
fn quoted(text: &[u8]) -> Option<(Value, &[u8])> {
    let quote = *text.first()?;
    let end = closing(text, 1, quote)??;
    let (inner, rest) = (&text[1..end - 1], &text[end..]);
    let escape = if quote == b'"' { b'\\' } else { b'\'' };
    if memchr::memchr(escape, inner).is_none() {
        return Some((Value::String(Str::from(inner)), rest));
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(&byte) = bytes.next() {
        plain.push(if byte != escape {
            byte
        } else {
            match *bytes.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                itself => itself,
            }
        });
    }
    Some((Value::String(Str::from(plain)), rest))
}

#[cfg(test)]
mod tests {
    use super::super::{decode as decode_plain, decode_parsed};
    use super::*;

    /// Whether a text is decoded here; whether or not, the parser makes the same of it.
    fn is_plain(text: &str) -> bool {
        let plain = decode_plain(text.as_bytes());
        assert_eq!(format!("{plain:?}"), format!("{:?}", decode_parsed(text.as_bytes())), "{text:?}");
        decode(text.as_bytes(), Numbers::Typed).is_some()
    }

    #[test]
    fn what_people_write_is_plain() {
        for text in [
            "a: 1\nb: -2.5\nc: yes\nd:\ne: ~\nf: 'it''s' # c\ng: \"x\\n\\\"y\"\nh: {}\ni: []\nj: [a, \"b\", true]\n",
            "# c\n\na:\n  b:\n    c: text with words # comment\n  d: /path\n\n  # c\n  e: 0644\nf: 1e3\n",
            "a:\n- b\n- c: 1\n  d:\n  - e\n-\n- - f\n  - g\n-   h: i\n    j: k\nl:\n  - m\n",
            "a: |\n  b\n\n    c\n  d\n\ne: |-\n   f\n\n\ng: |+\n\n h\n\ni:\n- |\n  j\n",
            "a: one\n  two\n\n   three # c\nb: |\n\nc:\n  - x\n    - y\n",
            "a: one\na: two\nb:\n  {}\nc:\n  \"quoted\"\nd: ~\n",
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_parsed() {
        for text in [
            "",
            "a",
            "- a\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !b c\n",
            "a: {b: c}\n",
            "a: >\n  b\n",
            "a: |2\n  b\n",
            "1: a\n",
            "yes: a\n",
            "<<: a\n",
            "a: b: c\n",
            "a:\tb\n",
            "a: .inf\n",
            "a: 'b\n  c'\n",
            "a: |+\n\nb: c\n",
            "---\na: b\n",
            "a: 1\n b: 2\n",
            "a:\n  b: 1\n c: 2\n",
            " a: 1\nb: 2\n",
            "a: [b,]\n",
            "a: @b\n",
            "a: [b: c]\n",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn random_documents_read_as_by_the_parser() {
        const PIECES: &[&str] = &[
            "a: ",
            "b:",
            "c: ",
            "\"d\": ",
            "'e': ",
            "no: ",
            "f/g: ",
            "- ",
            "- ",
            "-",
            "\n",
            "\n",
            "\n",
            "\n",
            "\n\n",
            "\n  ",
            "\n  ",
            "\n    ",
            "\n   ",
            "\n ",
            " ",
            "  ",
            "x",
            "1",
            "-5",
            "0x1F",
            "1.5",
            "1_000",
            "1e3",
            "true",
            "off",
            "null",
            "~",
            "a b",
            "word # c",
            "# c",
            "#",
            "/p",
            "$v",
            "(x)",
            "é",
            "x: y",
            "x:",
            "'q'",
            "'q''r'",
            "\"s\"",
            "\"s\\n\"",
            "\"s\\x\"",
            "\"s",
            "|",
            "|\n",
            "|-\n",
            "|+\n",
            ">\n",
            "|\n\n  ",
            "{}",
            "[]",
            "[a]",
            "[a, \"b\"]",
            "[1]",
            "[ a , no ]",
            "{a: b}",
            "&x",
            "*x",
            "!t",
            "? ",
            ": ",
            ".a",
            ".inf",
            "--x",
            "---\n",
            "...",
            "%",
            "\t",
            "\r\n",
            "<<: ",
            "2001-12-14",
            "0644",
            "a:\n  b: c\n",
            "a:\n- b\n- c: d\n  e: f\n",
            "  - g: |\n      h\n",
        ];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        let mut plain = 0;
        for _ in 0..60_000 {
            let text: String = (0..1 + random(16)).map(|_| PIECES[random(PIECES.len())]).collect();
            plain += usize::from(is_plain(&text));
        }
        assert!(plain > 1_000, "only {plain} documents tell anything");
    }
}
