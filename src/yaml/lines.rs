//! Walking documents that are plainly YAML line by line, without tokens and nodes.
//!
//! Most of what people and `toYaml` write is block mappings and sequences, scalars on a line and literal blocks. Such
//! lines are recognised here; a document with anything else (anchors, tags, flow collections with mappings in them, odd
//! keys, a tab where it may be indentation) is left to the parser. What is recognised is a subset of what goyaml accepts.

use crate::go::bytes;
use crate::go::sixteen::Sixteen;

/// How deep collections may nest here.
const MAX_DEPTH: usize = 100;
/// How long a key may be here; goyaml takes up to 1024 characters.
const MAX_KEY: usize = 200;

/// What lines are read for. Every step gives `None` where the parser has to decide.
pub(super) trait Sink<'a> {
    /// A collection begins: the root, or the value of the last key or dash.
    fn open(&mut self, is_mapping: bool) -> Option<()>;
    /// The innermost collection ends.
    fn close(&mut self) -> Option<()>;
    /// A key of the innermost collection, which is a mapping.
    fn key(&mut self, key: &'a [u8], place: Place) -> Option<()>;
    /// The last key or dash has no value.
    fn null(&mut self);
    /// A plain scalar on one line.
    fn plain(&mut self, text: &'a [u8]) -> Option<()>;
    /// A plain scalar on several lines, between its first and its last byte.
    fn folded(&mut self, text: &'a [u8]) -> Option<()>;
    /// What stands between quotes, on one line.
    fn quoted(&mut self, text: &'a [u8], quote: u8) -> Option<()>;
    /// A literal block.
    fn literal(&mut self, block: Block<'a>) -> Option<()>;
    /// A folded block, or a quoted scalar on several lines.
    fn other(&mut self) -> Option<()>;
}

/// Where a key stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Where its line begins.
    pub(super) line: usize,
    /// How many collections it is in, and how many of them are sequences.
    pub(super) depth: usize,
    pub(super) sequences: usize,
}

/// A collection that is open.
#[derive(Clone, Copy)]
struct Level {
    column: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
    /// A sequence whose dashes stand below the key it belongs to.
    Indentless,
}

/// A literal block without its header.
pub(super) struct Block<'a> {
    pub(super) lines: &'a [u8],
    /// `+` or `-`.
    pub(super) chomping: Option<u8>,
    /// How deep its first line with anything on it is, if there is one.
    pub(super) indent: Option<usize>,
    /// Whether the document ends with it.
    pub(super) is_last: bool,
}

/// Shows the lines of a document, which only newlines break, to `sink`; `None` where it has to be parsed.
pub(super) fn walk<'a, S: Sink<'a>>(text: &'a [u8], sink: S) -> Option<S> {
    let tabs = bytes::index_byte(text, b'\t').is_some();
    let top = Level { column: 0, kind: Kind::Mapping };
    Lines { text, tabs, begin: 0, at: 0, top, outer: Vec::with_capacity(8), sequences: 0, pending: false, sink }.run()
}

struct Lines<'a, S> {
    text: &'a [u8],
    /// Whether there are tabs in it.
    tabs: bool,
    /// Where the line at hand begins, and where its first byte is that is no space.
    begin: usize,
    at: usize,
    /// The innermost collection, and those around it.
    top: Level,
    outer: Vec<Level>,
    /// How many of them are sequences.
    sequences: usize,
    /// Whether the last key or dash has no value yet.
    pending: bool,
    sink: S,
}

/// What a line takes is written for speed: half of the time that YAML takes is spent here. What is frequent is inlined
/// into `run`, and what is rare is not.
impl<'a, S: Sink<'a>> Lines<'a, S> {
    fn run(mut self) -> Option<S> {
        self.go_to(0);
        // A document without entries is left to the parser.
        while let b'\n' | b'#' = self.byte(self.at) {
            (self.at < self.text.len()).then_some(())?;
            self.go_to(self.line_after(self.at));
        }
        self.top.column = self.at - self.begin;
        self.sink.open(true)?;
        while let Some(&first) = self.text.get(self.at) {
            match first {
                b'\n' => self.go_to(self.at + 1),
                b'#' => self.go_to(self.line_after(self.at)),
                _ => self.line(first)?,
            }
        }
        while !self.outer.is_empty() {
            self.close()?;
        }
        self.end_pending();
        self.sink.close()?;
        Some(self.sink)
    }

    /// The byte there; the end of the text is that of a line.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(b'\n')
    }

    #[inline(always)]
    fn rest(&self, from: usize) -> &'a [u8] {
        self.text.get(from..).unwrap_or_default()
    }

    /// Where something else than a space stands.
    #[inline(always)]
    fn skip(&self, from: usize) -> usize {
        from + spaces(self.rest(from))
    }

    /// Makes the line that begins there the one at hand.
    #[inline(always)]
    fn go_to(&mut self, begin: usize) {
        self.begin = begin;
        self.at = self.skip(begin);
    }

    /// Where the line after this place begins.
    fn line_after(&self, at: usize) -> usize {
        bytes::index_byte(self.rest(at), b'\n').map_or(self.text.len(), |length| at + length + 1)
    }

    /// The first colon, hash or end of a line. Most are near; those that are not are looked for by blocks.
    #[inline(always)]
    fn find(&self, from: usize) -> usize {
        let mut at = from;
        while at < from + 48 {
            let Some(sixteen) = Sixteen::of(self.rest(at)) else { break };
            let found = sixteen.equal(b':') | sixteen.equal(b'#') | sixteen.equal(b'\n');
            if found != 0 {
                return at + found.trailing_zeros() as usize;
            }
            at += 16;
        }
        self.find_far(at)
    }

    #[inline(never)]
    fn find_far(&self, from: usize) -> usize {
        bytes::index_any(self.rest(from), *b":#\n").map_or(self.text.len(), |length| from + length)
    }

    /// Where the next line begins, if nothing but a comment stands between it and the end of a value.
    fn after_value(&self, end: usize) -> Option<usize> {
        let at = self.skip(end);
        match self.byte(at) {
            b'\n' => Some(at + 1),
            b'#' if at > end => Some(self.line_after(at)),
            _ => None,
        }
    }

    /// A line with more on it than a comment.
    #[inline(always)]
    fn line(&mut self, first: u8) -> Option<()> {
        let column = self.at - self.begin;
        let dash = first == b'-' && self.is_dash(self.at);
        if matches!(first, b'-' | b'.' | b'%') && column == 0 {
            let is_marker = first != b'-' || self.rest(self.at).starts_with(b"---");
            (!is_marker).then_some(())?;
        }
        while column <= self.top.column && (column < self.top.column || (self.top.kind == Kind::Indentless && !dash)) {
            // What is not as deep as the root has no place.
            (!self.outer.is_empty()).then_some(())?;
            self.close()?;
        }
        let is_next = column == self.top.column;
        if dash {
            if is_next && self.top.kind != Kind::Mapping {
                self.end_pending();
            } else {
                self.pending.then_some(())?;
                self.push(column, if is_next { Kind::Indentless } else { Kind::Sequence })?;
            }
            return self.item(column);
        }
        let key = self.key(self.at);
        if is_next {
            (self.top.kind == Kind::Mapping).then_some(())?;
            self.end_pending();
        } else {
            self.pending.then_some(())?;
            if key.is_none() {
                return self.lone_value(first);
            }
            self.push(column, Kind::Mapping)?;
        }
        let (key, after) = key?;
        self.entry(column, key, after)
    }

    /// A value that stands on the line after its key or dash.
    #[inline(never)]
    fn lone_value(&mut self, first: u8) -> Option<()> {
        if matches!(first, b'|' | b'>') { None } else { self.value(self.top.column, self.at) }
    }

    #[inline(always)]
    fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && matches!(self.byte(at + 1), b' ' | b'\n')
    }

    fn push(&mut self, column: usize, kind: Kind) -> Option<()> {
        self.outer.push(self.top);
        self.top = Level { column, kind };
        self.sequences += usize::from(kind != Kind::Mapping);
        self.sink.open(kind == Kind::Mapping)?;
        (self.outer.len() < MAX_DEPTH).then_some(())
    }

    fn close(&mut self) -> Option<()> {
        self.end_pending();
        self.sequences -= usize::from(self.top.kind != Kind::Mapping);
        self.top = self.outer.pop()?;
        self.sink.close()
    }

    #[inline(always)]
    fn end_pending(&mut self) {
        if std::mem::take(&mut self.pending) {
            self.sink.null();
        }
    }

    /// An entry of the innermost mapping: its key, and what follows the colon.
    #[inline(always)]
    fn entry(&mut self, column: usize, key: &'a [u8], after: usize) -> Option<()> {
        let place = Place { line: self.begin, depth: self.outer.len() + 1, sequences: self.sequences };
        self.sink.key(key, place)?;
        self.value(column, after)
    }

    /// An item of the innermost sequence: a value, or a collection that begins on this line.
    #[inline(never)]
    fn item(&mut self, mut column: usize) -> Option<()> {
        loop {
            let at = self.skip(self.begin + column + 1);
            let inner = at - self.begin;
            if self.is_dash(at) {
                self.push(inner, Kind::Sequence)?;
                column = inner;
            } else if let Some((key, after)) = self.key(at) {
                self.push(inner, Kind::Mapping)?;
                return self.entry(inner, key, after);
            } else {
                return self.value(column, at);
            }
        }
    }

    /// The key that begins there, which is a string, and what follows its colon.
    #[inline(always)]
    fn key(&self, at: usize) -> Option<(&'a [u8], usize)> {
        match self.byte(at) {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {}
            quote @ (b'"' | b'\'') => return self.quoted_key(at, quote),
            _ => return None,
        }
        let mut colon = self.find(at);
        if !self.is_colon(colon) {
            colon = self.later_colon(at, colon)?;
        }
        let key = self.text.get(at..colon)?;
        let is_odd = key.len() > MAX_KEY
            || key.last() == Some(&b' ')
            || (self.tabs && key.contains(&b'\t'))
            || (key.len() <= 5 && is_bool_or_null(key));
        (!is_odd).then_some((key, colon + 1))
    }

    #[inline(always)]
    fn is_colon(&self, at: usize) -> bool {
        self.byte(at) == b':' && matches!(self.byte(at + 1), b' ' | b'\n')
    }

    #[inline(never)]
    fn later_colon(&self, from: usize, found: usize) -> Option<usize> {
        let mut at = found;
        while !self.is_colon(at) {
            at = self.find(self.within(from, at)?);
        }
        Some(at)
    }

    /// What follows a byte that ends neither a key nor a line of a plain scalar which began at `from`.
    fn within(&self, from: usize, at: usize) -> Option<usize> {
        match self.byte(at) {
            b'\n' => None,
            b'#' if at > from && self.text[at - 1] == b' ' => None,
            _ => Some(at + 1),
        }
    }

    #[inline(never)]
    fn quoted_key(&self, at: usize, quote: u8) -> Option<(&'a [u8], usize)> {
        let End::Closed(end) = self.closing(at + 1, quote)? else { return None };
        let key = &self.text[at + 1..end - 1];
        let is_key = self.is_colon(end) && key.len() <= MAX_KEY;
        // What is escaped is rare.
        (is_key && !key.contains(&b'\\') && !key.contains(&b'\'')).then_some((key, end + 1))
    }

    /// What stands after a key or dash, or on the line after it, in a collection at `column`.
    #[inline(always)]
    fn value(&mut self, column: usize, from: usize) -> Option<()> {
        let at = self.skip(from);
        self.pending = false;
        let first = self.byte(at);
        match first {
            b'\n' => {
                self.pending = true;
                self.go_to(at + 1);
                Some(())
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => self.plain(column, at),
            _ => self.other_value(column, at, first),
        }
    }

    #[inline(never)]
    fn other_value(&mut self, column: usize, at: usize, first: u8) -> Option<()> {
        match first {
            b'#' => {
                self.pending = true;
                self.go_to(self.line_after(at));
                Some(())
            }
            b'"' | b'\'' => self.quoted(column, at, first),
            b'|' | b'>' => self.block(column, at),
            b'{' | b'[' => {
                let end = self.flow(at)?;
                self.go_to(self.after_value(end)?);
                Some(())
            }
            _ if starts_plain(self.rest(at)) => self.plain(column, at),
            _ => None,
        }
    }

    /// A plain scalar with the lines on which it goes on, which are deeper than the collection at `column`.
    #[inline(always)]
    fn plain(&mut self, column: usize, at: usize) -> Option<()> {
        let (end, next, ended) = self.plain_line(at)?;
        self.go_to(next);
        let text = self.text.get(at..end)?;
        // Most end on their line, and the one after it is no deeper.
        if ended || (self.at - self.begin <= column && self.byte(self.at) != b'\n') {
            return self.sink.plain(text);
        }
        self.plain_lines(column, at, end)
    }

    #[inline(never)]
    fn plain_lines(&mut self, column: usize, at: usize, first_end: usize) -> Option<()> {
        let (mut end, mut ended) = (first_end, false);
        while !ended && self.at < self.text.len() {
            match self.byte(self.at) {
                b'\n' => self.go_to(self.at + 1),
                // A comment ends it. What is deeper after that belongs to nothing.
                b'#' => break,
                _ if self.at - self.begin <= column => break,
                _ => {
                    let next;
                    (end, next, ended) = self.plain_line(self.at)?;
                    self.go_to(next);
                }
            }
        }
        let text = &self.text[at..end];
        if end > first_end { self.sink.folded(text) } else { self.sink.plain(text) }
    }

    /// A line of a plain scalar: where that ends, where the line after it begins, and whether a comment follows.
    /// Nothing where it may be more than a plain scalar.
    #[inline(always)]
    fn plain_line(&self, at: usize) -> Option<(usize, usize, bool)> {
        let mut end = self.find(at);
        let (mut next, mut comment) = (end + 1, false);
        if self.byte(end) != b'\n' {
            (end, next, comment) = self.plain_line_on(at, end)?;
        }
        while self.text.get(end - 1) == Some(&b' ') {
            end -= 1;
        }
        (!self.tabs || !self.text[at..end].contains(&b'\t')).then_some((end, next, comment))
    }

    /// As [`Lines::plain_line`], where there is a colon or a hash at `found`.
    #[inline(never)]
    fn plain_line_on(&self, from: usize, found: usize) -> Option<(usize, usize, bool)> {
        let mut at = found;
        while let Some(next) = self.within(from, at) {
            let is_more = self.byte(at) == b':' && matches!(self.byte(next), b' ' | b'\n' | b'\t');
            (!is_more).then_some(())?;
            at = self.find(next);
        }
        let comment = self.byte(at) == b'#';
        Some((at, if comment { self.line_after(at) } else { at + 1 }, comment))
    }

    /// A quoted scalar with the lines on which it goes on, which are deeper than the collection at `column`.
    fn quoted(&mut self, column: usize, at: usize, quote: u8) -> Option<()> {
        let mut end = self.closing(at + 1, quote)?;
        if let End::Closed(end) = end {
            self.go_to(self.after_value(end)?);
            return self.sink.quoted(&self.text[at + 1..end - 1], quote);
        }
        self.sink.other()?;
        loop {
            match end {
                End::Closed(end) => {
                    self.go_to(self.after_value(end)?);
                    return Some(());
                }
                End::Open(line) => self.go_to(line + 1),
            }
            let first = self.byte(self.at);
            if self.begin >= self.text.len() || first == b'\t' || (first != b'\n' && self.at - self.begin <= column) {
                return None;
            }
            end = self.closing(self.at, quote)?;
        }
    }

    /// Where a quoted scalar ends, or its line; nothing where an escape is not one of the usual.
    fn closing(&self, from: usize, quote: u8) -> Option<End> {
        let mut from = from;
        while let Some(found) = bytes::index_any(self.rest(from), [quote, b'\\', b'\n']) {
            let at = from + found;
            match (self.text[at], self.byte(at + 1)) {
                (b'\n', _) => return Some(End::Open(at)),
                (b'\\', _) if quote == b'\'' => from = at + 1,
                (b'\\', b'"' | b'\\' | b'n' | b't' | b'r' | b' ') => from = at + 2,
                (b'\\', _) => return None,
                (_, b'\'') if quote == b'\'' => from = at + 2,
                _ => return Some(End::Closed(at + 1)),
            }
        }
        Some(End::Open(self.text.len()))
    }

    /// An empty flow collection, or a flow sequence of words and quoted scalars that is on one line: where it ends.
    fn flow(&mut self, at: usize) -> Option<usize> {
        let is_mapping = self.byte(at) == b'{';
        self.sink.open(is_mapping)?;
        match (is_mapping, self.byte(at + 1)) {
            (true, b'}') | (false, b']') => {
                self.sink.close()?;
                return Some(at + 2);
            }
            (true, _) => return None,
            _ => {}
        }
        let mut at = self.skip(at + 1);
        loop {
            match self.byte(at) {
                quote @ (b'"' | b'\'') => {
                    let End::Closed(end) = self.closing(at + 1, quote)? else { return None };
                    self.sink.quoted(&self.text[at + 1..end - 1], quote)?;
                    at = end;
                }
                byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let word = self.rest(at);
                    let length = word.iter().take_while(|byte| IN_WORD[usize::from(**byte)]).count();
                    self.sink.plain(&word[..length])?;
                    at += length;
                }
                _ => return None,
            }
            at = self.skip(at);
            match self.byte(at) {
                b']' => break,
                b',' => at = self.skip(at + 1),
                _ => return None,
            }
        }
        self.sink.close()?;
        Some(at + 1)
    }

    /// A literal or folded block in a collection at `column`.
    fn block(&mut self, column: usize, header: usize) -> Option<()> {
        let style = self.text[header];
        let mut end = header + 1;
        let chomping = Some(self.byte(end)).filter(|byte| matches!(byte, b'+' | b'-'));
        end += usize::from(chomping.is_some());
        (self.byte(end) == b'\n').then_some(())?;
        let first = (end + 1).min(self.text.len());
        self.go_to(first);
        // As goyaml, whose first content sets the indentation; blank lines before it may not be deeper.
        let mut deepest = 0;
        let mut indent = None;
        let mut is_last = true;
        while self.begin < self.text.len() {
            let spaces = self.at - self.begin;
            match (self.byte(self.at), indent) {
                (b'\n', None) => deepest = deepest.max(spaces),
                (b'\n', Some(_)) => {}
                (b'\t', None) => return None,
                (_, None) if spaces <= column => {
                    // There is nothing in it.
                    (deepest <= column).then_some(())?;
                    is_last = false;
                    break;
                }
                (_, None) => {
                    (deepest <= spaces).then_some(())?;
                    indent = Some(spaces);
                }
                (b'\t', Some(indent)) if spaces < indent => return None,
                (_, Some(indent)) if spaces < indent => {
                    is_last = false;
                    break;
                }
                _ => {}
            }
            self.go_to(self.line_after(self.at));
        }
        if style == b'>' {
            return self.sink.other();
        }
        let lines = &self.text[first..self.begin.min(self.text.len())];
        self.sink.literal(Block { lines, chomping, indent, is_last })
    }
}

/// Where a line of a quoted scalar ends.
enum End {
    /// After the closing quote.
    Closed(usize),
    /// At the end of the line.
    Open(usize),
}

/// How many spaces a text begins with.
#[inline(always)]
pub(super) fn spaces(text: &[u8]) -> usize {
    let mut count = 0;
    while let Some(sixteen) = text.get(count..).and_then(Sixteen::of) {
        let more = sixteen.equal(b' ').trailing_ones() as usize;
        count += more;
        if more < 16 {
            return count;
        }
    }
    count + few_spaces(text.get(count..).unwrap_or_default())
}

#[inline(never)]
fn few_spaces(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte == b' ').count()
}

/// What a word in a flow sequence may consist of.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x80 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.' | b'/');
        byte += 1;
    }
    table
};

/// Whether a text begins a plain scalar that is surely one.
fn starts_plain(text: &[u8]) -> bool {
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

/// Whether a key of at most five bytes that begins with a letter may be no string: `no`, `null` and the like.
#[inline(always)]
fn is_bool_or_null(key: &[u8]) -> bool {
    const fn word(text: &[u8]) -> u64 {
        let (mut word, mut at) = (0, 0);
        while at < text.len() {
            word = word << 8 | (text[at] | 0x20) as u64;
            at += 1;
        }
        word
    }
    const Y: u64 = word(b"y");
    const N: u64 = word(b"n");
    const ON: u64 = word(b"on");
    const NO: u64 = word(b"no");
    const OFF: u64 = word(b"off");
    const YES: u64 = word(b"yes");
    const TRUE: u64 = word(b"true");
    const NULL: u64 = word(b"null");
    const FALSE: u64 = word(b"false");
    matches!(word(key), Y | N | ON | NO | OFF | YES | TRUE | NULL | FALSE)
}
