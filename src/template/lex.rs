//! Lexing, as text/template/parse lex.go.

use crate::go::strconv::quote;
use crate::go::unicode::{is_digit, is_letter, is_print};
use crate::go::utf8::{self, RUNE_ERROR};
use crate::go::{Str, bytes};
use std::ops::Range;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A piece of the text, which is shorter than 4 GiB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub kind: Kind,
    /// Where it starts, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The line on which it starts, from 1.
    pub line: u32,
}

impl Item {
    /// What stands before the first item.
    pub const NONE: Item = Item { kind: Kind::Error, start: 0, end: 0, line: 0 };

    /// Where it stands, in bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Kind {
    fn is_keyword(self) -> bool {
        self as u8 >= Kind::Block as u8
    }
}

fn keyword(word: &[u8]) -> Option<Kind> {
    Some(match word {
        b"block" => Kind::Block,
        b"break" => Kind::Break,
        b"continue" => Kind::Continue,
        b"define" => Kind::Define,
        b"else" => Kind::Else,
        b"end" => Kind::End,
        b"if" => Kind::If,
        b"range" => Kind::Range,
        b"nil" => Kind::Nil,
        b"template" => Kind::Template,
        b"with" => Kind::With,
        _ => return None,
    })
}

pub(super) const LEFT: &[u8; 2] = b"{{";
pub(super) const RIGHT: &[u8; 2] = b"}}";
pub(super) const LEFT_COMMENT: &[u8; 2] = b"/*";
pub(super) const RIGHT_COMMENT: &[u8; 2] = b"*/";
/// A trim marker and the space that belongs to it.
const MARKER: usize = 2;

/// Cuts a text into items, on demand.
pub(super) struct Lexer {
    text: Str,
    /// The end of what is to be read: 0 after an error.
    end: usize,
    position: usize,
    start: usize,
    parentheses: usize,
    line: u32,
    start_line: u32,
    inside_action: bool,
    /// What is wrong, after an item that is an error.
    failure: String,
    /// Whether `break` and `continue` are keywords, and not functions.
    pub break_is_keyword: bool,
    pub continue_is_keyword: bool,
    /// Whether the lines of comments count in the numbers of lines; Go 1.23 forgets them.
    pub counts_comment_lines: bool,
}

/// The next state of the scanner, or the item that was found.
enum Step {
    Text,
    Found(Item),
}

impl Lexer {
    pub fn new(text: Str) -> Lexer {
        Lexer {
            end: text.len(),
            text,
            position: 0,
            start: 0,
            parentheses: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
            failure: String::new(),
            break_is_keyword: true,
            continue_is_keyword: true,
            counts_comment_lines: true,
        }
    }

    /// The next item; after the last one, and after an error, that is `Eof`.
    pub fn next_item(&mut self) -> Item {
        let mut step = if self.inside_action { self.inside_action() } else { self.text() };
        loop {
            match step {
                Step::Found(item) => return item,
                Step::Text => step = self.text(),
            }
        }
    }

    /// An item as item.String, for messages.
    pub fn describe(&self, item: Item) -> String {
        let value = self.text.get(item.range()).unwrap_or_default();
        match item.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.failure.clone(),
            kind if kind.is_keyword() => format!("<{}>", String::from_utf8_lossy(value)),
            _ if value.len() > 10 => {
                let end = utf8::runes(value).nth(10).map_or(value.len(), |(at, _)| at);
                format!("{}...", quote(&value[..end]))
            }
            _ => quote(value),
        }
    }

    fn rest(&self, from: usize) -> &[u8] {
        self.text.get(from..self.end).unwrap_or_default()
    }

    /// The byte that is here.
    fn byte(&self) -> Option<u8> {
        self.rest(self.position).first().copied()
    }

    /// The rune that is here.
    fn peek(&self) -> Option<char> {
        match self.rest(self.position) {
            [] => None,
            [byte @ 0..0x80, ..] => Some(char::from(*byte)),
            rest => Some(utf8::decode(rest).0),
        }
    }

    /// Moves past letters, digits and underscores.
    fn alphanumerics(&mut self) {
        loop {
            let rest = self.rest(self.position);
            let ascii = rest.iter().take_while(|byte| is(**byte, ALPHANUMERIC)).count();
            let width = match &rest[ascii..] {
                [] | [0..0x80, ..] => 0,
                beyond => {
                    Some(utf8::decode(beyond)).filter(|(rune, _)| is_alphanumeric(*rune)).map_or(0, |(_, width)| width)
                }
            };
            self.position += ascii + width;
            if width == 0 {
                return;
            }
        }
    }

    fn item(&mut self, kind: Kind) -> Item {
        let item = Item { kind, start: self.start as u32, end: self.position as u32, line: self.start_line };
        self.start = self.position;
        self.start_line = self.line;
        item
    }

    fn emit(&mut self, kind: Kind) -> Step {
        Step::Found(self.item(kind))
    }

    /// Moves on and makes an item of it.
    fn take(&mut self, length: usize, kind: Kind) -> Step {
        self.position += length;
        self.emit(kind)
    }

    /// How many lines end between the start and here.
    fn lines(&self) -> u32 {
        let text = self.text.get(self.start..self.position).unwrap_or_default();
        bytes::count(text, b'\n') as u32
    }

    fn ignore(&mut self) {
        self.line += self.lines();
        self.start = self.position;
        self.start_line = self.line;
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.byte().is_some_and(|byte| valid.contains(&byte));
        self.position += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        self.position += self.rest(self.position).iter().take_while(|byte| valid.contains(byte)).count();
    }

    fn error(&mut self, message: impl Into<String>) -> Step {
        let start = self.start as u32;
        let item = Item { kind: Kind::Error, start, end: start, line: self.start_line };
        self.failure = message.into();
        self.start = 0;
        self.position = 0;
        self.end = 0;
        Step::Found(item)
    }

    fn text(&mut self) -> Step {
        match bytes::index(self.rest(self.position), LEFT) {
            Some(0) => self.left_delimiter(),
            Some(length) => {
                self.position += length;
                let trim = if has_left_marker(self.rest(self.position + LEFT.len())) {
                    let before = self.text.get(self.start..self.position).unwrap_or_default();
                    before.iter().rev().take_while(|byte| is(**byte, SPACE)).count()
                } else {
                    0
                };
                self.position -= trim;
                self.line += self.lines();
                let item = self.item(Kind::Text);
                self.position += trim;
                self.ignore();
                if item.end > item.start { Step::Found(item) } else { self.left_delimiter() }
            }
            None => {
                self.position = self.end;
                if self.position > self.start {
                    self.line += self.lines();
                    return self.emit(Kind::Text);
                }
                self.emit(Kind::Eof)
            }
        }
    }

    /// Whether a right delimiter is here, and whether it trims the text after it.
    fn at_right_delimiter(&self) -> (bool, bool) {
        let rest = self.rest(self.position);
        if has_right_marker(rest) && rest[MARKER..].starts_with(RIGHT) {
            return (true, true);
        }
        (rest.starts_with(RIGHT), false)
    }

    fn left_trim_length(&self) -> usize {
        self.rest(self.position).iter().take_while(|byte| is(**byte, SPACE)).count()
    }

    fn left_delimiter(&mut self) -> Step {
        self.position += LEFT.len();
        let after_marker = if has_left_marker(self.rest(self.position)) { MARKER } else { 0 };
        if self.rest(self.position + after_marker).starts_with(LEFT_COMMENT) {
            self.position += after_marker;
            self.ignore();
            return self.comment();
        }
        let item = self.item(Kind::LeftDelim);
        self.inside_action = true;
        self.position += after_marker;
        self.ignore();
        self.parentheses = 0;
        Step::Found(item)
    }

    fn comment(&mut self) -> Step {
        self.position += LEFT_COMMENT.len();
        let Some(length) = bytes::index(self.rest(self.position), RIGHT_COMMENT) else {
            return self.error("unclosed comment");
        };
        self.position += length + RIGHT_COMMENT.len();
        let (delimiter, trim) = self.at_right_delimiter();
        if !delimiter {
            return self.error("comment ends before closing delimiter");
        }
        if self.counts_comment_lines {
            self.ignore();
        } else {
            self.start = self.position;
            self.start_line = self.line;
        }
        self.position += RIGHT.len() + if trim { MARKER } else { 0 };
        if trim {
            self.position += self.left_trim_length();
        }
        self.ignore();
        Step::Text
    }

    fn right_delimiter(&mut self) -> Step {
        let (_, trim) = self.at_right_delimiter();
        if trim {
            self.position += MARKER;
            self.ignore();
        }
        self.position += RIGHT.len();
        let item = self.item(Kind::RightDelim);
        if trim {
            self.position += self.left_trim_length();
            self.ignore();
        }
        self.inside_action = false;
        Step::Found(item)
    }

    fn inside_action(&mut self) -> Step {
        let Some(byte) = self.byte() else {
            return self.error("unclosed action");
        };
        match byte {
            b'}' if self.rest(self.position).starts_with(RIGHT) => self.end_action(),
            b' ' | b'\t' | b'\r' | b'\n' => self.space(),
            b'=' => self.take(1, Kind::Assign),
            b':' if self.rest(self.position).starts_with(b":=") => self.take(2, Kind::Declare),
            b':' => self.error("expected :="),
            b'|' => self.take(1, Kind::Pipe),
            b'"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            b'`' => self.raw_quoted(),
            b'$' => {
                self.position += 1;
                if self.at_terminator() {
                    return self.emit(Kind::Variable);
                }
                self.field_or_variable(Kind::Variable)
            }
            b'\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            b'.' if self.rest(self.position).get(1).is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.position += 1;
                self.field_or_variable(Kind::Field)
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
            _ if is(byte, ALPHANUMERIC) => self.identifier(),
            b'(' => {
                self.parentheses += 1;
                self.take(1, Kind::LeftParen)
            }
            b')' => match self.parentheses.checked_sub(1) {
                Some(left) => {
                    self.parentheses = left;
                    self.take(1, Kind::RightParen)
                }
                None => self.error("unexpected right paren"),
            },
            b' '..=b'~' => self.take(1, Kind::Char),
            _ => match self.peek().unwrap_or(RUNE_ERROR) {
                rune if is_alphanumeric(rune) => self.identifier(),
                rune => self.error(format!("unrecognized character in action: {}", describe_rune(rune))),
            },
        }
    }

    /// The right delimiter that is here, which may not stand in parentheses.
    fn end_action(&mut self) -> Step {
        if self.parentheses == 0 { self.right_delimiter() } else { self.error("unclosed left paren") }
    }

    fn space(&mut self) -> Step {
        let spaces = self.left_trim_length();
        self.position += spaces;
        // The last space may belong to the trim marker of a right delimiter.
        let rest = self.rest(self.position - 1);
        if has_right_marker(rest) && rest[MARKER..].starts_with(RIGHT) {
            self.position -= 1;
            if spaces == 1 {
                return self.end_action();
            }
        }
        self.line += self.lines();
        self.emit(Kind::Space)
    }

    fn identifier(&mut self) -> Step {
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let word = self.text.get(self.start..self.position).unwrap_or_default();
        let kind = match keyword(word) {
            Some(Kind::Break) if !self.break_is_keyword => Kind::Identifier,
            Some(Kind::Continue) if !self.continue_is_keyword => Kind::Identifier,
            Some(kind) => kind,
            None if word == b"true" || word == b"false" => Kind::Bool,
            None => Kind::Identifier,
        };
        self.emit(kind)
    }

    fn field_or_variable(&mut self, kind: Kind) -> Step {
        if self.at_terminator() {
            return self.emit(if kind == Kind::Variable { Kind::Variable } else { Kind::Dot });
        }
        self.alphanumerics();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.emit(kind)
    }

    fn bad_character(&mut self) -> Step {
        let rune = self.peek().unwrap_or(RUNE_ERROR);
        self.error(format!("bad character {}", describe_rune(rune)))
    }

    fn at_terminator(&self) -> bool {
        match self.rest(self.position) {
            [] => true,
            [b'}', rest @ ..] => rest.first() == Some(&b'}'),
            [byte, ..] => is(*byte, TERMINATOR),
        }
    }

    fn quoted(&mut self, quote: u8, kind: Kind, unterminated: &str) -> Step {
        let mut at = self.position + 1;
        loop {
            let rest = self.rest(at);
            let Some(found) = bytes::index_any(rest, [quote, b'\\', b'\n']) else { break };
            at += found + 1;
            match rest[found] {
                b'\n' => break,
                // What follows a backslash stands for something else, and may be a part of a rune: no part is a quote.
                b'\\' => match rest.get(found + 1) {
                    None | Some(b'\n') => break,
                    Some(_) => at += 1,
                },
                _ => {
                    self.position = at;
                    return self.emit(kind);
                }
            }
        }
        self.error(unterminated)
    }

    fn raw_quoted(&mut self) -> Step {
        match bytes::index_byte(self.rest(self.position + 1), b'`') {
            None => self.error("unterminated raw quoted string"),
            Some(length) => {
                self.position += length + 2;
                self.line += self.lines();
                self.emit(Kind::RawString)
            }
        }
    }

    fn number(&mut self) -> Step {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.byte(), Some(b'+' | b'-')) {
            if !self.scan_number() || self.text.get(self.position.wrapping_sub(1)) != Some(&b'i') {
                return self.bad_number();
            }
            return self.emit(Kind::Complex);
        }
        self.emit(Kind::Number)
    }

    fn bad_number(&mut self) -> Step {
        let message =
            format!("bad number syntax: {}", quote(self.text.get(self.start..self.position).unwrap_or_default()));
        self.error(message)
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let (mut decimal, mut hexadecimal) = (true, false);
        let mut digits: &[u8] = b"0123456789_";
        // What is wrong with a number beyond this (such as the octal digits of 089) is found when it is converted.
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
                (decimal, hexadecimal) = (false, true);
            } else if self.accept(b"oO") {
                digits = b"01234567_";
                decimal = false;
            } else if self.accept(b"bB") {
                digits = b"01_";
                decimal = false;
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if (decimal && self.accept(b"eE")) || (hexadecimal && self.accept(b"pP")) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        let rest = self.rest(self.position);
        let next = if rest.is_empty() { None } else { Some(utf8::decode(rest)) };
        match next.filter(|(rune, _)| is_alphanumeric(*rune)) {
            Some((_, width)) => {
                self.position += width;
                false
            }
            None => true,
        }
    }
}

pub(super) const ALPHANUMERIC: u8 = 1;
pub(super) const SPACE: u8 = 2;
/// What may follow a word: space and punctuation, besides a right delimiter.
pub(super) const TERMINATOR: u8 = 4;

/// What each ASCII character is.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 0x80 {
        classes[byte] = match byte as u8 {
            b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => ALPHANUMERIC,
            b' ' | b'\t' | b'\r' | b'\n' => SPACE | TERMINATOR,
            b'.' | b',' | b'|' | b':' | b')' | b'(' => TERMINATOR,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Where what follows a position is not of the class any more.
#[inline]
pub(super) fn skip(text: &[u8], mut at: usize, class: u8) -> usize {
    while text.get(at).is_some_and(|byte| is(*byte, class)) {
        at += 1;
    }
    at
}

fn is_alphanumeric(rune: char) -> bool {
    match u8::try_from(rune) {
        Ok(byte @ 0..0x80) => is(byte, ALPHANUMERIC),
        _ => is_letter(rune) || is_digit(rune),
    }
}

/// As `%#U`.
fn describe_rune(rune: char) -> String {
    let code = u32::from(rune);
    if is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

pub(super) fn has_left_marker(text: &[u8]) -> bool {
    text.len() >= 2 && text[0] == b'-' && is(text[1], SPACE)
}

fn has_right_marker(text: &[u8]) -> bool {
    text.len() >= 2 && is(text[0], SPACE) && text[1] == b'-'
}
