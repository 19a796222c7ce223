//! Scanning: a YAML text to tokens, as goyaml scannerc.go does.

mod directive;
mod line;
mod scalar;

pub(super) use line::Line;

use super::error::{Error, Mark};
use std::collections::VecDeque;

/// Bytes of a token: a piece of the source, or of what the scanner wrote down (an unfolded or unescaped text).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    start: u32,
    len: u32,
    written: bool,
}

impl Text {
    pub(super) fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    StreamStart,
    StreamEnd,
    Version {
        major: u8,
        minor: u8,
    },
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    /// A scalar, and whether it is plain.
    Scalar {
        plain: bool,
    },
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: Mark,
    pub(super) end: Mark,
    /// The scalar, the name of an anchor or alias, or the handle of a tag.
    pub(super) text: Text,
    /// The suffix of a tag, or the prefix of a tag directive.
    pub(super) suffix: Text,
}

/// A place where a key without `?` may have started.
#[derive(Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token: usize,
    mark: Mark,
    index: usize,
}

const MAX_DEPTH: usize = 10_000;

/// The scanner.
pub(super) struct Scanner<'a> {
    source: &'a [u8],
    ascii: bool,
    /// Whether lines may be read without tokens, which do not keep `needed`.
    lines: bool,
    /// What tokens hold that is not a piece of the source.
    written: Vec<u8>,
    at: usize,
    /// How far goyaml must have read to get here: it looks up to four characters ahead.
    needed: usize,
    line: u32,
    column: usize,
    /// How many characters were read.
    index: usize,
    flow_level: usize,
    indent: isize,
    indents: Vec<isize>,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    /// goyaml's `simple_keys_by_tok`: token number to index in `simple_keys`, in the order of the numbers.
    keys_by_token: VecDeque<(usize, usize)>,
    tokens: VecDeque<Token>,
    parsed: usize,
    started: bool,
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn is_alpha(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Bytes that may start a line break or end the text; everything else is content for sure.
fn may_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0 | 0xc2 | 0xe2)
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a [u8], ascii: bool, lines: bool) -> Scanner<'a> {
        Scanner {
            source,
            ascii,
            lines,
            written: Vec::new(),
            at: 0,
            needed: 1,
            line: 0,
            column: 0,
            index: 0,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            keys_by_token: VecDeque::new(),
            tokens: VecDeque::new(),
            parsed: 0,
            started: false,
        }
    }

    /// How far the text had to be read.
    pub(super) fn needed(&self) -> usize {
        self.needed
    }

    fn need(&mut self, characters: usize) {
        self.needed = self.needed.max(self.at + characters);
    }

    /// The bytes of a token's text.
    pub(super) fn text(&self, text: Text) -> &[u8] {
        slice(self.source, &self.written, text)
    }

    /// Ends scanning: what is needed to read the texts of the tokens.
    pub(super) fn into_written(self) -> Vec<u8> {
        self.written
    }

    /// Writes a text down.
    pub(super) fn write(&mut self, parts: [Text; 2]) -> Text {
        let start = self.written.len();
        for part in parts {
            let bytes = self.text(part).to_vec();
            self.written.extend_from_slice(&bytes);
        }
        self.written_since(start)
    }

    /// Writes down bytes.
    pub(super) fn write_bytes(&mut self, bytes: &[u8]) -> Text {
        let start = self.written.len();
        self.written.extend_from_slice(bytes);
        self.written_since(start)
    }

    /// The next token, which stays next.
    pub(super) fn peek(&mut self) -> Result<Token, Error> {
        loop {
            // While a key without `?` may have started at the next token, a KEY may still have to be put before it.
            if let Some(&head) = self.tokens.front() {
                while self.keys_by_token.front().is_some_and(|&(token, _)| token < self.parsed) {
                    self.keys_by_token.pop_front();
                }
                match self.keys_by_token.front().copied() {
                    Some((token, key)) if token == self.parsed && self.key_is_valid(key)? => {}
                    _ => return Ok(head),
                }
            }
            let fetched = self.fetch();
            self.need(1);
            fetched?;
        }
    }

    /// Takes the token that `peek` returned.
    pub(super) fn skip(&mut self) {
        self.tokens.pop_front();
        self.parsed += 1;
    }

    fn mark(&self) -> Mark {
        Mark { line: self.line, column: self.column as u32, offset: self.at as u32 }
    }

    fn error(&self, context: Mark, problem: &'static str) -> Error {
        // As decode.go fail: a scanner's line is counted from 1, a context's from 0, and line 0 is not printed.
        let line = if self.line != 0 { self.line as usize + 1 } else { context.line as usize };
        Error { line, ..Error::goyaml(problem, Some(self.mark())) }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.source.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn is_break(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b'\n' | b'\r' => true,
            0xc2 => self.byte(ahead + 1) == 0x85,
            0xe2 => self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9),
            _ => false,
        }
    }

    fn is_breakz(&self, ahead: usize) -> bool {
        self.byte(ahead) == 0 || self.is_break(ahead)
    }

    fn is_blankz(&self, ahead: usize) -> bool {
        is_blank(self.byte(ahead)) || self.is_breakz(ahead)
    }

    /// Moves on by one character.
    fn advance(&mut self) {
        self.at += match self.byte(0) {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        self.index += 1;
        self.column += 1;
    }

    /// Moves on to the offset `to`, on the same line.
    fn advance_to(&mut self, to: usize) {
        let characters = if self.ascii {
            to - self.at
        } else {
            self.source[self.at..to].iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
        };
        self.at = to;
        self.index += characters;
        self.column += characters;
    }

    /// Moves past a line break, if there is one.
    fn skip_line(&mut self) {
        if self.byte(0) == b'\r' && self.byte(1) == b'\n' {
            self.at += 2;
            self.index += 2;
        } else if self.is_break(0) {
            self.advance();
        } else {
            return;
        }
        self.column = 0;
        self.line += 1;
    }

    /// Moves past a line break and appends it to `breaks` as YAML normalises it.
    fn read_line(&mut self, breaks: &mut Vec<u8>) {
        match self.byte(0) {
            0xe2 => breaks.extend_from_slice(&self.source[self.at..self.at + 3]),
            _ if self.is_break(0) => breaks.push(b'\n'),
            _ => {}
        }
        self.skip_line();
    }

    /// The offset of the next line break or of the end.
    fn line_end(&self) -> usize {
        let mut at = self.at;
        loop {
            // Most of a values file is comments: 32 bytes at a time, without a branch per byte, so that it is vectorised.
            while let Some(chunk) = self.source.get(at..at + 32) {
                let mut found = false;
                for &byte in chunk {
                    found |= (byte == b'\n') | (byte == b'\r') | (byte == 0xc2) | (byte == 0xe2);
                }
                if found {
                    break;
                }
                at += 32;
            }
            let rest = &self.source[at..];
            let Some(next) = rest.iter().position(|&byte| may_break(byte)) else { return self.source.len() };
            at += next;
            if self.is_breakz(at - self.at) {
                return at;
            }
            at += 1;
        }
    }

    fn push(&mut self, token: Token) {
        self.tokens.push_back(token);
    }

    fn token(&self, kind: TokenKind, start: Mark) -> Token {
        Token { kind, start, end: self.mark(), text: Text::default(), suffix: Text::default() }
    }

    /// As yaml_insert_token: a token put before one that was already taken goes to the end.
    fn insert(&mut self, number: Option<usize>, token: Token) {
        match number.and_then(|number| number.checked_sub(self.parsed)) {
            Some(position) if position <= self.tokens.len() => self.tokens.insert(position, token),
            _ => self.tokens.push_back(token),
        }
    }

    /// A token of `length` ASCII characters.
    fn indicator(&mut self, kind: TokenKind, length: usize) {
        let start = self.mark();
        self.at += length;
        self.index += length;
        self.column += length;
        let token = self.token(kind, start);
        self.push(token);
    }

    /// As yaml_parser_fetch_next_token.
    fn fetch(&mut self) -> Result<(), Error> {
        if !self.started {
            self.started = true;
            let token = self.token(TokenKind::StreamStart, self.mark());
            self.push(token);
            return Ok(());
        }
        self.skip_to_token();
        self.unroll_indent(self.column as isize);
        self.need(4);
        let byte = self.byte(0);
        if byte == 0 {
            return self.fetch_stream_end();
        }
        if self.column == 0 {
            if byte == b'%' {
                return self.fetch_directive();
            }
            if let Some(kind) = self.document_indicator() {
                self.unroll_indent(-1);
                self.remove_simple_key()?;
                self.simple_key_allowed = false;
                self.indicator(kind, 3);
                return Ok(());
            }
        }
        let flow = self.flow_level > 0;
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.indicator(TokenKind::FlowEntry, 1);
                Ok(())
            }
            b'-' if self.is_blankz(1) => self.fetch_block_entry(),
            b'?' if flow || self.is_blankz(1) => self.fetch_key(),
            b':' if flow || self.is_blankz(1) => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if !flow => self.fetch_block_scalar(true),
            b'>' if !flow => self.fetch_block_scalar(false),
            b'\'' => self.fetch_quoted(true),
            b'"' => self.fetch_quoted(false),
            b'-' if !is_blank(self.byte(1)) => self.fetch_plain(),
            b'?' | b':' if !flow && !self.is_blankz(1) => self.fetch_plain(),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => self.fetch_nothing(),
            _ if self.is_blankz(0) => self.fetch_nothing(),
            _ => self.fetch_plain(),
        }
    }

    fn fetch_nothing(&self) -> Result<(), Error> {
        Err(self.error(self.mark(), "found character that cannot start any token"))
    }

    fn document_indicator(&self) -> Option<TokenKind> {
        let kind = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'-', b'-', b'-') => TokenKind::DocumentStart,
            (b'.', b'.', b'.') => TokenKind::DocumentEnd,
            _ => return None,
        };
        self.is_blankz(3).then_some(kind)
    }

    /// As yaml_parser_scan_to_next_token: whitespace, comments and line breaks.
    fn skip_to_token(&mut self) {
        loop {
            if self.index == 0 && self.source.starts_with(b"\xef\xbb\xbf") {
                self.advance();
            }
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            let mut at = self.at;
            while let Some(&byte) = self.source.get(at) {
                if byte == b' ' || (tabs && byte == b'\t') {
                    at += 1;
                } else {
                    break;
                }
            }
            self.index += at - self.at;
            self.column += at - self.at;
            self.at = at;
            if self.byte(0) == b'#' {
                let end = self.line_end();
                self.advance_to(end);
            }
            if !self.is_break(0) {
                return;
            }
            self.skip_line();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    // Simple keys and indentation.

    /// As yaml_simple_key_is_valid: a key without `?` ends on its line and within 1024 characters.
    fn key_is_valid(&mut self, key: usize) -> Result<bool, Error> {
        let Some(&SimpleKey { possible, required, mark, index, .. }) = self.simple_keys.get(key) else {
            return Ok(false);
        };
        if !possible {
            return Ok(false);
        }
        if mark.line < self.line || index + 1024 < self.index {
            if required {
                return Err(self.error(mark, "could not find expected ':'"));
            }
            self.simple_keys[key].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_simple_key(&mut self) -> Result<(), Error> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let required = self.flow_level == 0 && self.indent == self.column as isize;
        let token = self.parsed + self.tokens.len();
        let key = SimpleKey { possible: true, required, token, mark: self.mark(), index: self.index };
        self.remove_simple_key()?;
        let last = self.simple_keys.len() - 1;
        self.simple_keys[last] = key;
        self.forget_key(token);
        self.keys_by_token.push_back((token, last));
        Ok(())
    }

    fn forget_key(&mut self, token: usize) {
        if let Some(position) = self.keys_by_token.iter().rposition(|&(number, _)| number <= token)
            && self.keys_by_token[position].0 == token
        {
            self.keys_by_token.remove(position);
        }
    }

    fn remove_simple_key(&mut self) -> Result<(), Error> {
        let last = self.simple_keys.len() - 1;
        let key = self.simple_keys[last];
        if key.possible {
            if key.required {
                return Err(self.error(key.mark, "could not find expected ':'"));
            }
            self.simple_keys[last].possible = false;
            self.forget_key(key.token);
        }
        Ok(())
    }

    /// As yaml_parser_roll_indent: a deeper column opens a block collection.
    fn roll_indent(&mut self, column: isize, number: Option<usize>, kind: TokenKind, mark: Mark) -> Result<(), Error> {
        if self.flow_level > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            let context = self.simple_keys[self.simple_keys.len() - 1].mark;
            return Err(self.error(context, "exceeded max depth of 10000"));
        }
        let token = Token { kind, start: mark, end: mark, text: Text::default(), suffix: Text::default() };
        self.insert(number, token);
        Ok(())
    }

    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            let token = self.token(TokenKind::BlockEnd, self.mark());
            self.push(token);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // Fetchers: one for each kind of token.

    fn fetch_stream_end(&mut self) -> Result<(), Error> {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let token = self.token(TokenKind::StreamEnd, self.mark());
        self.push(token);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Error> {
        self.save_simple_key()?;
        let token = self.parsed + self.tokens.len();
        self.simple_keys.push(SimpleKey { token, mark: self.mark(), index: self.index, ..SimpleKey::default() });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.error(self.mark(), "exceeded max depth of 10000"));
        }
        self.simple_key_allowed = true;
        self.indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Error> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            // As yaml_parser_decrease_flow_level: before its first key, a collection carries the token number of its own
            // start, and so `[]` and `{}` forget that they themselves may be a key.
            if let Some(key) = self.simple_keys.pop() {
                self.forget_key(key.token);
            }
        }
        self.simple_key_allowed = false;
        self.indicator(kind, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Error> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.error(self.mark(), "block sequence entries are not allowed in this context"));
            }
            self.roll_indent(self.column as isize, None, TokenKind::BlockSequenceStart, self.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Error> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.error(self.mark(), "mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.column as isize, None, TokenKind::BlockMappingStart, self.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Error> {
        let last = self.simple_keys.len() - 1;
        if self.key_is_valid(last)? {
            let SimpleKey { token: number, mark, .. } = self.simple_keys[last];
            let key = Token { end: mark, ..self.token(TokenKind::Key, mark) };
            self.insert(Some(number), key);
            self.roll_indent(mark.column as isize, Some(number), TokenKind::BlockMappingStart, mark)?;
            self.simple_keys[last].possible = false;
            self.forget_key(number);
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.error(self.mark(), "mapping values are not allowed in this context"));
                }
                self.roll_indent(self.column as isize, None, TokenKind::BlockMappingStart, self.mark())?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self, kind: TokenKind) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark();
        self.advance();
        let begin = self.at;
        self.skip_alpha();
        let ended = self.is_blankz(0) || matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if self.at == begin || !ended {
            return Err(self.error(start, "did not find expected alphabetic or numeric character"));
        }
        let token = Token { text: self.since(begin), ..self.token(kind, start) };
        self.push(token);
        Ok(())
    }

    fn skip_alpha(&mut self) {
        let length = self.source[self.at..].iter().take_while(|&&byte| is_alpha(byte)).count();
        self.advance_to(self.at + length);
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.byte(0)) {
            self.advance();
        }
    }

    /// The source from `begin` to here.
    fn since(&self, begin: usize) -> Text {
        Text { start: begin as u32, len: (self.at - begin) as u32, written: false }
    }

    fn written_since(&self, start: usize) -> Text {
        Text { start: start as u32, len: (self.written.len() - start) as u32, written: true }
    }
}

/// The bytes of a text.
pub(super) fn slice<'t>(source: &'t [u8], written: &'t [u8], text: Text) -> &'t [u8] {
    let bytes = if text.written { written } else { source };
    &bytes[text.start as usize..text.start as usize + text.len as usize]
}

fn hex(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}
