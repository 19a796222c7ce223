//! Lexing, as text/template/parse lex.go.

use crate::go::Str;
use crate::go::strconv::quote;
use crate::go::unicode::{is_digit, is_letter, is_print};
use crate::go::utf8::{self, RUNE_ERROR};

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

/// A piece of the text.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub kind: Kind,
    /// Where it starts, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The line on which it starts, from 1.
    pub line: usize,
    /// What is wrong, where this is an error.
    pub error: String,
}

impl Item {
    /// What stands before the first item.
    pub const NONE: Item = Item { kind: Kind::Error, start: 0, end: 0, line: 0, error: String::new() };

    /// As item.String, for messages.
    pub fn describe(&self, text: &[u8]) -> String {
        let value = text.get(self.start..self.end).unwrap_or_default();
        match self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.error.clone(),
            kind if kind.is_keyword() => format!("<{}>", String::from_utf8_lossy(value)),
            _ if value.len() > 10 => {
                let end = utf8::runes(value).nth(10).map_or(value.len(), |(at, _)| at);
                format!("{}...", quote(&value[..end]))
            }
            _ => quote(value),
        }
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

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// A trim marker and the space that belongs to it.
const MARKER: usize = 2;

/// Cuts a text into items, on demand.
pub(super) struct Lexer {
    text: Str,
    /// The end of what is to be read: 0 after an error.
    end: usize,
    position: usize,
    start: usize,
    at_end: bool,
    parentheses: usize,
    line: usize,
    start_line: usize,
    inside_action: bool,
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
            at_end: false,
            parentheses: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
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

    fn rest(&self, from: usize) -> &[u8] {
        self.text.get(from..self.end).unwrap_or_default()
    }

    /// The next rune; `None` at the end.
    fn next(&mut self) -> Option<char> {
        if self.position >= self.end {
            self.at_end = true;
            return None;
        }
        let (rune, width) = self.rune();
        self.position += width;
        if rune == '\n' {
            self.line += 1;
        }
        Some(rune)
    }

    fn peek(&mut self) -> Option<char> {
        if self.position >= self.end {
            self.at_end = true;
            return None;
        }
        Some(self.rune().0)
    }

    /// The rune that is here, and its width.
    fn rune(&self) -> (char, usize) {
        match self.rest(self.position) {
            [byte @ 0..0x80, ..] => (char::from(*byte), 1),
            rest => utf8::decode(rest),
        }
    }

    /// Moves past ASCII letters, digits and underscores, and returns the rune after all that are alphanumeric.
    fn alphanumerics(&mut self) -> Option<char> {
        loop {
            let rest = self.rest(self.position);
            let ascii = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            self.position += ascii;
            match self.next() {
                Some(rune) if is_alphanumeric(rune) => {}
                other => {
                    self.backup();
                    return other;
                }
            }
        }
    }

    fn backup(&mut self) {
        if !self.at_end && self.position > 0 {
            let (rune, width) = match self.text.get(..self.position).unwrap_or_default() {
                [.., byte @ 0..0x80] => (char::from(*byte), 1),
                before => utf8::decode_last(before),
            };
            self.position -= width;
            if rune == '\n' {
                self.line -= 1;
            }
        }
    }

    fn item(&mut self, kind: Kind) -> Item {
        let item = Item { kind, start: self.start, end: self.position, line: self.start_line, error: String::new() };
        self.start = self.position;
        self.start_line = self.line;
        item
    }

    fn emit(&mut self, kind: Kind) -> Step {
        Step::Found(self.item(kind))
    }

    fn lines(&self) -> usize {
        memchr::memchr_iter(b'\n', self.text.get(self.start..self.position).unwrap_or_default()).count()
    }

    fn ignore(&mut self) {
        self.line += self.lines();
        self.start = self.position;
        self.start_line = self.line;
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        if self.next().is_some_and(|rune| contains(valid, rune)) {
            return true;
        }
        self.backup();
        false
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.next().is_some_and(|rune| contains(valid, rune)) {}
        self.backup();
    }

    fn error(&mut self, message: impl Into<String>) -> Step {
        let item = Item {
            kind: Kind::Error,
            start: self.start,
            end: self.start,
            line: self.start_line,
            error: message.into(),
        };
        self.start = 0;
        self.position = 0;
        self.end = 0;
        Step::Found(item)
    }

    fn text(&mut self) -> Step {
        match find(self.rest(self.position), LEFT) {
            Some(0) => self.left_delimiter(),
            Some(length) => {
                self.position += length;
                let trim = if has_left_marker(self.rest(self.position + LEFT.len())) {
                    let before = self.text.get(self.start..self.position).unwrap_or_default();
                    before.iter().rev().take_while(|&&byte| is_space(char::from(byte))).count()
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
        self.rest(self.position).iter().take_while(|&&byte| is_space(char::from(byte))).count()
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
        let Some(length) = find(self.rest(self.position), RIGHT_COMMENT) else {
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
        if self.at_right_delimiter().0 {
            if self.parentheses == 0 {
                return self.right_delimiter();
            }
            return self.error("unclosed left paren");
        }
        let Some(rune) = self.next() else {
            return self.error("unclosed action");
        };
        match rune {
            ' ' | '\t' | '\r' | '\n' => {
                self.backup();
                self.space()
            }
            '=' => self.emit(Kind::Assign),
            ':' => {
                if self.next() != Some('=') {
                    return self.error("expected :=");
                }
                self.emit(Kind::Declare)
            }
            '|' => self.emit(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_quoted(),
            '$' => {
                if self.at_terminator() {
                    return self.emit(Kind::Variable);
                }
                self.field_or_variable(Kind::Variable)
            }
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '.' if self.rest(self.position).first().is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.field_or_variable(Kind::Field)
            }
            '.' | '+' | '-' | '0'..='9' => {
                self.backup();
                self.number()
            }
            _ if is_alphanumeric(rune) => {
                self.backup();
                self.identifier()
            }
            '(' => {
                self.parentheses += 1;
                self.emit(Kind::LeftParen)
            }
            ')' => match self.parentheses.checked_sub(1) {
                Some(left) => {
                    self.parentheses = left;
                    self.emit(Kind::RightParen)
                }
                None => self.error("unexpected right paren"),
            },
            ' '..='~' => self.emit(Kind::Char),
            _ => self.error(format!("unrecognized character in action: {}", describe_rune(rune))),
        }
    }

    fn space(&mut self) -> Step {
        let mut spaces = 0;
        while self.peek().is_some_and(is_space) {
            self.next();
            spaces += 1;
        }
        // The last space may belong to the trim marker of a right delimiter.
        let rest = self.rest(self.position.saturating_sub(1));
        if has_right_marker(rest) && rest[MARKER..].starts_with(RIGHT) {
            self.backup();
            if spaces == 1 {
                return self.right_delimiter();
            }
        }
        self.emit(Kind::Space)
    }

    fn identifier(&mut self) -> Step {
        let rune = self.alphanumerics();
        if !self.at_terminator() {
            return self.error(format!("bad character {}", describe_rune(rune.unwrap_or(RUNE_ERROR))));
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
        let rune = self.alphanumerics();
        if !self.at_terminator() {
            return self.error(format!("bad character {}", describe_rune(rune.unwrap_or(RUNE_ERROR))));
        }
        self.emit(kind)
    }

    fn at_terminator(&mut self) -> bool {
        match self.peek() {
            None => true,
            Some(rune) => is_space(rune) || contains(b".,|:)(", rune) || self.rest(self.position).starts_with(RIGHT),
        }
    }

    fn quoted(&mut self, quote: u8, kind: Kind, unterminated: &str) -> Step {
        loop {
            match self.next() {
                Some('\\') => match self.next() {
                    Some(rune) if rune != '\n' => {}
                    _ => return self.error(unterminated),
                },
                None => return self.error(unterminated),
                Some('\n') => return self.error(unterminated),
                Some(rune) if rune == char::from(quote) => return self.emit(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self) -> Step {
        loop {
            match self.next() {
                None => return self.error("unterminated raw quoted string"),
                Some('`') => return self.emit(Kind::RawString),
                Some(_) => {}
            }
        }
    }

    fn number(&mut self) -> Step {
        if !self.scan_number() {
            return self.bad_number();
        }
        if self.peek().is_some_and(|rune| contains(b"+-", rune)) {
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
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}

fn contains(valid: &[u8], rune: char) -> bool {
    u8::try_from(rune).is_ok_and(|byte| valid.contains(&byte))
}

fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    // The patterns are two bytes long, too short for a search that prepares itself.
    let mut from = 0;
    while let Some(at) = memchr::memchr(pattern[0], &text[from..]) {
        if text[from + at..].starts_with(pattern) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn is_space(rune: char) -> bool {
    contains(b" \t\r\n", rune)
}

fn is_alphanumeric(rune: char) -> bool {
    rune == '_' || is_letter(rune) || is_digit(rune)
}

/// As `%#U`.
fn describe_rune(rune: char) -> String {
    let code = u32::from(rune);
    if is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

fn has_left_marker(text: &[u8]) -> bool {
    text.len() >= 2 && text[0] == b'-' && is_space(char::from(text[1]))
}

fn has_right_marker(text: &[u8]) -> bool {
    text.len() >= 2 && is_space(char::from(text[0])) && text[1] == b'-'
}
