//! Decoding documents that are plainly YAML, without tokens and nodes.
//!
//! The lines that `lines` recognises become values directly. What comes out is what the parser and the decoder would
//! make of the document: a property test and a fuzzer compare the two.

use super::decode::Numbers;
use super::lines::{self, Block, Place, spaces};
use super::reader;
use super::resolve::{Version, resolve};
use crate::go::{Dict, Elem, List, Str, Value, bytes};

/// The value of a document whose root is a block mapping; `None` where it has to be parsed.
pub(super) fn decode(text: &[u8], numbers: Numbers) -> Option<Value> {
    let source = reader::read(text);
    source.breaks_plainly().then_some(())?;
    let (open, entries, items) = (Vec::with_capacity(8), Vec::with_capacity(16), Vec::new());
    let builder = Builder { numbers, open, entries, items, root: Value::Nil };
    lines::walk(&source.text, builder).map(|builder| builder.root)
}

/// Makes values of lines.
struct Builder {
    numbers: Numbers,
    /// The collections that are open: whether each is a mapping, and where what is in it begins.
    open: Vec<(bool, usize)>,
    /// The entries of all mappings that are open. A key that has no value yet has null.
    entries: Vec<(Str, Value)>,
    /// The items of all sequences that are open.
    items: Vec<Value>,
    root: Value,
}

impl Builder {
    /// Gives the innermost collection the value that it waits for.
    fn add(&mut self, value: Value) -> Option<()> {
        match self.open.last() {
            Some((true, _)) => self.entries.last_mut()?.1 = value,
            Some((false, _)) => self.items.push(value),
            None => self.root = value,
        }
        Some(())
    }

    /// As the decoder's value: a plain scalar is what its text says.
    fn scalar(&mut self, text: &[u8]) -> Option<()> {
        let value = resolve(text, false, Version::V2).value(text, self.numbers);
        // The decoder words what is wrong with an infinite number.
        if matches!(value, Value::Float64(number) if !number.is_finite()) { None } else { self.add(value) }
    }
}

impl<'a> lines::Sink<'a> for Builder {
    fn open(&mut self, is_mapping: bool) -> Option<()> {
        self.open.push((is_mapping, if is_mapping { self.entries.len() } else { self.items.len() }));
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        let value = match self.open.pop()? {
            (true, begin) => Value::Dict(Dict::from_entries(self.entries.drain(begin..).collect())),
            (false, begin) => Value::List(List::appended(Elem::Any, self.items.drain(begin..).collect::<Vec<_>>())),
        };
        self.add(value)
    }

    fn key(&mut self, key: &'a [u8], _: Place) -> Option<()> {
        self.entries.push((Str::from(key), Value::Nil));
        Some(())
    }

    fn null(&mut self) {
        if let Some((false, _)) = self.open.last() {
            self.items.push(Value::Nil);
        }
    }

    fn plain(&mut self, text: &'a [u8]) -> Option<()> {
        self.scalar(text)
    }

    fn folded(&mut self, text: &'a [u8]) -> Option<()> {
        let mut folded = Vec::with_capacity(text.len());
        let mut blank = 0;
        for line in text.split(|byte| *byte == b'\n') {
            let line = &line[spaces(line)..];
            let Some(last) = line.iter().rposition(|byte| *byte != b' ') else {
                blank += 1;
                continue;
            };
            if !folded.is_empty() {
                folded.extend(std::iter::repeat_n(if blank > 0 { b'\n' } else { b' ' }, blank.max(1)));
            }
            blank = 0;
            folded.extend_from_slice(&line[..=last]);
        }
        self.scalar(&folded)
    }

    fn quoted(&mut self, text: &'a [u8], quote: u8) -> Option<()> {
        let escape = if quote == b'"' { b'\\' } else { b'\'' };
        if bytes::index_byte(text, escape).is_none() {
            return self.add(Value::String(Str::from(text)));
        }
        let mut plain = Vec::with_capacity(text.len());
        let mut bytes = text.iter();
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
        self.add(Value::String(Str::from(plain)))
    }

    fn literal(&mut self, Block { lines, chomping, indent, is_last }: Block<'a>) -> Option<()> {
        let Some(indent) = indent else {
            return if is_last || chomping == Some(b'+') { None } else { self.add(Value::String(Str::EMPTY)) };
        };
        let mut content = Vec::with_capacity(lines.len());
        let mut rest = lines;
        while !rest.is_empty() {
            let length = bytes::index_byte(rest, b'\n').map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(length);
            // A blank line may be shorter.
            content.extend_from_slice(&line[spaces(line).min(indent)..]);
            rest = after;
        }
        if chomping != Some(b'+') {
            let length = content.iter().rposition(|&byte| byte != b'\n')? + 1;
            // A document may end without a newline.
            let kept = usize::from(chomping.is_none() && content.len() > length);
            content.truncate(length + kept);
        }
        self.add(Value::String(Str::from(content)))
    }

    fn other(&mut self) -> Option<()> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::{decode as decode_plain, decode_parsed};
    use super::*;
    use crate::go::random::Random;

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
            "h i: ",
            "_j: ",
            "k:l: ",
            "m#n: ",
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
            "|+\n  o\n ",
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
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut plain = 0;
        for _ in 0..60_000 {
            let text: String = (0..1 + random.below(16)).map(|_| random.choice(PIECES)).collect();
            plain += usize::from(is_plain(&text));
        }
        assert!(plain > 1_000, "only {plain} documents tell anything");
    }
}
