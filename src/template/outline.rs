//! Finding the templates of a text without building them.
//!
//! Most templates of a chart never run: helpers that nobody includes, manifests that are switched off. Helm parses them
//! all the same and reports what is wrong with any of them before it runs the first. This recognises texts that are
//! surely well-formed, for a small part of what parsing costs, and notes what is in them on a tape, from which a template
//! is built when it runs.
//! Of a text with anything unusual it knows nothing, and that is parsed as ever: a property test holds it to that.

use super::cursor::Cursor;
use super::function::Functions;
use super::lex::{ALPHANUMERIC, LEFT, LEFT_COMMENT, RIGHT, RIGHT_COMMENT, SPACE, has_left_marker, is};
use super::node::DEEP;
use super::tape::{Kind, LONGEST, Token, UNDEFINED};
use crate::go::{Str, bytes};
use std::ops::Range;

/// A template of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// `None` for the text's own template.
    pub name: Option<Str>,
    /// Whether there is nothing in it but space.
    pub empty: bool,
    /// Where its body stands.
    pub range: Range<usize>,
    /// Where its body begins on the tape.
    pub start: usize,
}

/// What is known of a text without parsing it.
#[derive(Debug)]
pub(super) struct Outlines {
    /// The templates in the order in which Go's parser adds them, the text's own last.
    pub templates: Vec<Outline>,
    /// What is in the text.
    pub tape: Vec<Token>,
}

/// What a text holds; `None` if it has to be parsed to know.
pub(super) fn outline(text: &Str, functions: &Functions) -> Option<Outlines> {
    if text.len() > LONGEST {
        return None;
    }
    if !text.is_ascii() {
        std::str::from_utf8(text).ok()?;
    }
    // As functions they would be no keywords.
    if functions.get(b"break").is_some() || functions.get(b"continue").is_some() {
        return None;
    }
    let scanner = Scanner {
        source: text,
        cursor: Cursor { text, at: 0 },
        functions,
        known: Vec::new(),
        slots: Vec::new(),
        declared: Vec::new(),
        blocks: Vec::new(),
        loops: 0,
        found: Vec::new(),
        empty: true,
        outer_empty: true,
        tag: 0,
        tape: Vec::with_capacity(text.len() / BYTES),
        around: Vec::new(),
    };
    scanner.run()
}

/// Deeper nesting, and more templates in a text or variables at a place, are left to the parser.
const DEPTH: usize = DEEP;
const PARENTHESES: usize = u64::BITS as usize;
const TEMPLATES: usize = 256;
const VARIABLES: usize = 1024;

/// How many bytes a token stands for at least in most texts.
const BYTES: usize = 8;

/// How many bytes a body has that is built for itself. Of those of kafka's chart, which are built in 1,900 to 20,000
/// instructions, most never run; what a body costs for itself are some 600.
/// This crate's tests, and fuzzers, leave nearly every body for later.
const BODY: usize = if cfg!(any(test, fuzzing)) { 2 } else { 64 };

struct Scanner<'t> {
    source: &'t Str,
    cursor: Cursor<'t>,
    functions: &'t Functions,
    /// The variables that the parser lets pass here, besides `$`.
    known: Vec<&'t [u8]>,
    /// Those that the executor has here, in the order of their slots.
    slots: Vec<&'t [u8]>,
    /// Those that the pipeline at hand declares. The executor sets them after it has evaluated the commands, so only then
    /// do the names mean them.
    declared: Vec<&'t [u8]>,
    blocks: Vec<Block>,
    /// How many bodies of `range` are around this place.
    loops: usize,
    found: Vec<Outline>,
    /// Whether the template at hand is empty so far, and whether the text's own is, while it is a definition.
    empty: bool,
    outer_empty: bool,
    /// Where the action at hand begins.
    tag: usize,
    tape: Vec<Token>,
    /// The pipelines around the parentheses at this place.
    around: Vec<Pipeline>,
}

struct Block {
    kind: Kind,
    /// How many variables were known before.
    known: usize,
    /// How many slots were in use before, and how many are before the body at hand.
    slots: usize,
    slots_before_body: usize,
    has_else: bool,
    /// The place on the tape of the definition, or of the body at hand if it is one that can be built for itself.
    token: Option<usize>,
}

/// A pipeline that is not complete.
#[derive(Clone, Copy)]
struct Pipeline {
    /// Where it is on the tape.
    pipe: usize,
    /// Where the command at hand is, if it is not the first one.
    command: usize,
    /// How many commands there are before this one, how many words in it so far, and how many the first one has.
    commands: usize,
    words: usize,
    first_words: usize,
}

impl Pipeline {
    fn at(pipe: usize) -> Pipeline {
        Pipeline { pipe, command: 0, commands: 0, words: 0, first_words: 0 }
    }
}

/// Every step gives `None` where the parser has to decide.
impl<'t> Scanner<'t> {
    fn run(mut self) -> Option<Outlines> {
        while let Some(length) = bytes::index(self.cursor.rest(), LEFT) {
            let start = self.cursor.at;
            self.tag = start + length;
            self.written(start..self.tag)?;
            self.cursor.at = self.tag + LEFT.len();
            let mut end = self.tag;
            if has_left_marker(self.cursor.rest()) {
                self.cursor.at += 2;
                while end > start && is(self.cursor.text[end - 1], SPACE) {
                    end -= 1;
                }
            }
            self.text(start..end);
            if self.cursor.rest().starts_with(LEFT_COMMENT) {
                self.cursor.at += LEFT_COMMENT.len();
                self.cursor.at += bytes::index(self.cursor.rest(), RIGHT_COMMENT)? + RIGHT_COMMENT.len();
                // The space of a trim marker.
                if is(self.cursor.byte(), SPACE) && self.cursor.text.get(self.cursor.at + 1) == Some(&b'-') {
                    self.cursor.at += 1;
                }
                self.delimiter()?;
            } else {
                self.action()?;
            }
        }
        let end = self.cursor.text.len();
        self.written(self.cursor.at..end)?;
        self.text(self.cursor.at..end);
        self.note(Kind::Eof, end, 0);
        if !self.blocks.is_empty() {
            return None;
        }
        self.found.push(Outline { name: None, empty: self.empty, range: 0..end, start: 0 });
        Some(Outlines { templates: self.found, tape: self.tape })
    }

    /// Puts a token on the tape.
    #[inline]
    fn note(&mut self, kind: Kind, at: usize, more: usize) {
        self.tape.push(Token::new(kind, at, more));
    }

    /// The same for what ends where a cursor is.
    #[inline]
    fn note_until(&mut self, kind: Kind, start: usize, cursor: &Cursor) {
        self.note(kind, start, cursor.at - start);
    }

    /// Puts on the tape what the template at hand writes.
    fn text(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.note(Kind::Text, range.start, range.len());
        }
    }

    /// Notes whether the template at hand writes anything.
    fn written(&mut self, range: Range<usize>) -> Option<()> {
        if self.empty {
            let text = self.cursor.text.get(range).unwrap_or_default();
            if let Some(byte) = text.iter().find(|byte| !is(**byte, SPACE)) {
                // Beyond ASCII there are other spaces.
                byte.is_ascii_graphic().then(|| self.empty = false)?;
            }
        }
        Some(())
    }

    /// Moves over a right delimiter and the space that it trims, and tells where its braces end.
    fn delimiter(&mut self) -> Option<usize> {
        let cursor = &mut self.cursor;
        let trims = cursor.byte() == b'-' && cursor.at > 0 && is(cursor.text[cursor.at - 1], SPACE);
        cursor.at += usize::from(trims);
        cursor.braces()?;
        let end = cursor.at;
        if trims {
            cursor.space();
        }
        Some(end)
    }

    fn action(&mut self) -> Option<()> {
        self.cursor.space();
        let start = self.cursor.at;
        match self.cursor.word().bytes {
            b"if" => self.open(Kind::If),
            b"with" => self.open(Kind::With),
            b"range" => self.open(Kind::Range),
            b"else" => self.otherwise(),
            b"end" => self.end(),
            b"define" => self.definition(),
            b"break" => self.leave(Kind::Break),
            b"continue" => self.leave(Kind::Continue),
            b"template" => self.template(),
            b"block" => None,
            _ => {
                self.empty = false;
                self.cursor.at = start;
                self.pipeline(1)
            }
        }
    }

    fn leave(&mut self, kind: Kind) -> Option<()> {
        (self.loops > 0).then_some(())?;
        self.empty = false;
        self.note(kind, self.cursor.at, 0);
        self.cursor.space();
        self.delimiter().map(drop)
    }

    fn template(&mut self) -> Option<()> {
        self.empty = false;
        self.cursor.space();
        let start = self.cursor.at;
        let name = self.name()?;
        self.cursor.space();
        if matches!(self.cursor.byte(), b'-' | b'}') {
            self.note(Kind::Template, start, name.len());
            return self.delimiter().map(drop);
        }
        self.note(Kind::TemplatePipe, start, name.len());
        self.pipeline(1)
    }

    fn open(&mut self, kind: Kind) -> Option<()> {
        if self.blocks.len() >= DEPTH {
            return None;
        }
        self.empty = false;
        let (known, slots) = (self.known.len(), self.slots.len());
        self.blocks.push(Block { kind, known, slots, slots_before_body: slots, has_else: false, token: None });
        self.note(kind, self.tag, 0);
        self.condition(kind)?;
        self.loops += usize::from(kind == Kind::Range);
        self.begin_body();
        Some(())
    }

    /// A body begins here. Inside of loops it may hold a `break` of one, and so belongs to it.
    fn begin_body(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.slots_before_body = self.slots.len();
            if self.loops == 0 {
                block.token = Some(self.tape.len());
                self.note(Kind::ShortBody, self.cursor.at, 0);
            }
        }
    }

    /// The body before the action at hand ends.
    fn end_body(&mut self) {
        let block = self.blocks.last_mut().filter(|block| block.kind != Kind::Define);
        let next = self.tape.len();
        if let Some(body) = block.and_then(|block| block.token.take()).and_then(|at| self.tape.get_mut(at)) {
            let start = body.at as usize;
            if self.tag.saturating_sub(start) >= BODY {
                *body = Token::new(Kind::Body, start, next);
            }
        }
    }

    /// The pipeline after a keyword.
    fn condition(&mut self, kind: Kind) -> Option<()> {
        if !self.cursor.space() {
            return None;
        }
        self.pipeline(if kind == Kind::Range { 2 } else { 1 })
    }

    fn otherwise(&mut self) -> Option<()> {
        let spaced = self.cursor.space();
        let next = self.cursor.byte();
        let block = self.blocks.last_mut().filter(|block| block.kind != Kind::Define && !block.has_else)?;
        let kind = block.kind;
        let chained = spaced && is(next, ALPHANUMERIC);
        block.has_else = !chained;
        self.slots.truncate(block.slots_before_body);
        self.end_body();
        if chained {
            // Such a chain has one end, so that its variables are known as long as those of the first.
            match (kind, self.cursor.word().bytes) {
                (Kind::If, b"if") | (Kind::With, b"with") => {
                    self.note(Kind::ElseChain, self.tag, 0);
                    self.condition(kind)?;
                }
                _ => return None,
            }
        } else {
            self.loops -= usize::from(kind == Kind::Range);
            self.note(Kind::Else, self.tag, 0);
            self.delimiter()?;
        }
        self.begin_body();
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        self.cursor.space();
        self.end_body();
        let block = self.blocks.pop()?;
        self.note(Kind::End, self.tag, 0);
        let end = self.delimiter()? - RIGHT.len();
        self.known.truncate(block.known);
        self.slots.truncate(block.slots);
        self.loops -= usize::from(block.kind == Kind::Range && !block.has_else);
        if block.kind == Kind::Define {
            let next = self.tape.len();
            let definition = self.tape.get_mut(block.token?)?;
            *definition = Token::new(Kind::Define, definition.at as usize, next);
            let outline = self.found.last_mut()?;
            outline.range.end = end;
            outline.empty = std::mem::replace(&mut self.empty, self.outer_empty);
        }
        Some(())
    }

    /// A definition. Go takes one only outside of everything; there its variables are its own.
    fn definition(&mut self) -> Option<()> {
        if !self.blocks.is_empty() || !self.cursor.space() {
            return None;
        }
        let name = self.name()?;
        self.cursor.space();
        let start = self.delimiter()?;
        if self.found.len() >= TEMPLATES || self.found.iter().any(|outline| outline.name.as_ref() == Some(&name)) {
            return None;
        }
        // What the text itself declared is not seen inside, and is afterwards: too rare to keep it apart.
        if !self.known.is_empty() {
            return None;
        }
        let token = Some(self.tape.len());
        self.blocks.push(Block {
            kind: Kind::Define,
            known: 0,
            slots: 0,
            slots_before_body: 0,
            has_else: false,
            token,
        });
        self.note(Kind::Define, self.tag, 0);
        self.found.push(Outline { name: Some(name), empty: true, range: start..start, start: self.tape.len() });
        self.outer_empty = std::mem::replace(&mut self.empty, true);
        Some(())
    }

    /// The name of a template, if it is quoted plainly.
    fn name(&mut self) -> Option<Str> {
        let start = self.cursor.at + 1;
        if self.cursor.byte() != b'"' || !self.cursor.string()? {
            return None;
        }
        Some(self.source.slice(start..self.cursor.at - 1))
    }

    /// A pipeline, of which up to `declarations` variables may be declared or assigned, and the delimiter that ends it.
    ///
    /// Of the commands around an operand that is in parentheses one thing more is kept: in which of the pipelines the
    /// command at hand is not the first one. Only that may be a constant.
    fn pipeline(&mut self, declarations: usize) -> Option<()> {
        self.cursor.space();
        // What is at hand is kept in registers, the cursor, too.
        let mut at_hand = Pipeline::at(self.tape.len());
        self.note(Kind::Pipe, self.cursor.at, 0);
        if self.cursor.byte() == b'$' {
            self.declarations(declarations)?;
        }
        let mut cursor = self.cursor;
        loop {
            if cursor.byte() == b'(' {
                (self.around.len() < PARENTHESES).then_some(())?;
                at_hand.words += 1;
                self.around.push(at_hand);
                cursor.at += 1;
                cursor.space();
                at_hand = Pipeline::at(self.tape.len());
                self.note(Kind::Pipe, cursor.at, 0);
                continue;
            }
            let is_constant = self.operand(&mut cursor)?;
            if is_constant && at_hand.words == 0 && at_hand.commands > 0 {
                return None;
            }
            at_hand.words += 1;
            loop {
                let spaced = cursor.space();
                match cursor.byte() {
                    b'|' => {
                        self.complete_command(&mut at_hand);
                        at_hand.commands += 1;
                        at_hand.words = 0;
                        cursor.at += 1;
                        cursor.space();
                        at_hand.command = self.tape.len();
                        self.note(Kind::Command, cursor.at, 0);
                        break;
                    }
                    b')' => {
                        cursor.at += 1;
                        let has_fields = cursor.byte() == b'.';
                        self.complete(at_hand, if has_fields { Kind::Chain } else { Kind::Pipe })?;
                        if has_fields {
                            self.fields(&mut cursor)?;
                        }
                        at_hand = self.around.pop()?;
                    }
                    byte if byte == b'}' || (byte == b'-' && spaced && cursor.next_byte() == RIGHT[0]) => {
                        self.around.is_empty().then_some(())?;
                        self.complete(at_hand, Kind::Pipe)?;
                        self.slots.append(&mut self.declared);
                        self.cursor = cursor;
                        return self.delimiter().map(drop);
                    }
                    _ => {
                        spaced.then_some(())?;
                        break;
                    }
                }
            }
        }
    }

    /// The command at hand has all its words.
    #[inline]
    fn complete_command(&mut self, at_hand: &mut Pipeline) {
        if at_hand.commands == 0 {
            at_hand.first_words = at_hand.words;
        } else if let Some(command) = self.tape.get_mut(at_hand.command) {
            *command = Token::new(Kind::Command, command.at as usize, at_hand.words);
        }
    }

    /// The pipeline at hand has all its commands.
    #[inline]
    fn complete(&mut self, mut at_hand: Pipeline, kind: Kind) -> Option<()> {
        self.complete_command(&mut at_hand);
        let pipe = self.tape.get_mut(at_hand.pipe)?;
        *pipe = Token::with_both(kind, pipe.at as usize, at_hand.first_words, at_hand.commands)?;
        Some(())
    }

    fn declarations(&mut self, most: usize) -> Option<()> {
        let start = self.cursor.at;
        let mut names: [(usize, &[u8]); 2] = [(0, b""), (0, b"")];
        let mut count = 0;
        while self.cursor.byte() == b'$' && count < most {
            names[count] = (self.cursor.at, self.cursor.variable()?);
            count += 1;
            self.cursor.space();
            let kind = match self.cursor.byte() {
                b',' => {
                    self.cursor.at += 1;
                    self.cursor.space();
                    continue;
                }
                b':' if self.cursor.rest().starts_with(b":=") => Kind::Declare,
                b'=' => Kind::Assign,
                _ => break,
            };
            self.cursor.at += if kind == Kind::Declare { 2 } else { 1 };
            self.cursor.space();
            for (at, name) in names.into_iter().take(count) {
                let slot = match kind {
                    Kind::Assign => self.slot(name).unwrap_or(UNDEFINED),
                    _ => 0,
                };
                self.tape.push(Token::with_both(kind, at, name.len() + 1, slot)?);
                self.known.push(name);
                (self.known.len() < VARIABLES).then_some(())?;
                if kind == Kind::Declare {
                    self.declared.push(name);
                }
            }
            self.note(Kind::Command, self.cursor.at, 0);
            return Some(());
        }
        // It was an argument; a comma after one is no argument and found there.
        self.cursor.at = start;
        Some(())
    }

    /// The slot of a variable that the executor has here.
    #[inline]
    fn slot(&self, name: &[u8]) -> Option<usize> {
        let found = self.slots.iter().rposition(|declared| *declared == name);
        // The first one is that of `$`.
        found.map(|slot| slot + 1).or(name.is_empty().then_some(0))
    }

    /// The names here, each after its dot.
    #[inline(always)]
    fn fields(&mut self, cursor: &mut Cursor<'t>) -> Option<()> {
        let start = cursor.at;
        cursor.fields()?;
        self.note_until(Kind::Field, start, cursor);
        Some(())
    }

    /// An operand that is not in parentheses; whether it is a constant.
    #[inline(always)]
    fn operand(&mut self, cursor: &mut Cursor<'t>) -> Option<bool> {
        let start = cursor.at;
        match cursor.byte() {
            b'.' if is(cursor.next_byte(), ALPHANUMERIC) => {
                self.fields(cursor)?;
                Some(false)
            }
            b'.' => {
                cursor.at += 1;
                self.note(Kind::Dot, start, 1);
                Some(true)
            }
            b'$' => {
                let name = cursor.variable()?;
                let slot = match self.slot(name) {
                    Some(slot) => slot,
                    None if self.known.contains(&name) => UNDEFINED,
                    None => return None,
                };
                let has_fields = cursor.byte() == b'.';
                let kind = if has_fields { Kind::VariableField } else { Kind::Variable };
                self.tape.push(Token::with_both(kind, start, name.len() + 1, slot)?);
                if has_fields {
                    self.fields(cursor)?;
                }
                Some(false)
            }
            b'"' => {
                let kind = if cursor.string()? { Kind::String } else { Kind::Quoted };
                self.note_until(kind, start, cursor);
                Some(true)
            }
            b'`' => {
                cursor.raw_string()?;
                self.note_until(Kind::Raw, start, cursor);
                Some(true)
            }
            b'-' | b'0'..=b'9' => {
                *cursor = cursor.number()?;
                self.note_until(Kind::Number, start, cursor);
                Some(true)
            }
            _ => {
                let word = cursor.word();
                if let Some(place) = self.functions.place_of(word) {
                    self.note(Kind::Identifier, start, place);
                    return Some(false);
                }
                let kind = match word.bytes {
                    b"true" => Kind::True,
                    b"false" => Kind::False,
                    b"nil" => Kind::Nil,
                    _ => return None,
                };
                self.note(kind, start, 0);
                Some(true)
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::parse::parse;
    use super::super::templates::Language;
    use super::super::tests::FUNCTIONS;
    use super::*;
    use crate::go::random::Random;

    /// What the parser says of a text, and what this does; the latter may be nothing.
    fn both(text: &[u8]) -> (Option<Vec<Outline>>, Option<Vec<Outline>>) {
        let functions: Functions = FUNCTIONS.iter().collect();
        let (file, text) = (Str::from("file"), Str::from(text));
        let trees = parse(&file, &text, &functions, Language::Go125).ok();
        let parsed = trees.map(|trees| {
            let outlines = trees.into_iter().map(|tree| Outline {
                empty: tree.is_empty(),
                name: (tree.name != file).then_some(tree.name),
                range: tree.range,
                start: 0,
            });
            outlines.collect()
        });
        let outlined = outline(&text, &functions);
        (
            parsed,
            outlined.map(|found| found.templates.into_iter().map(|outline| Outline { start: 0, ..outline }).collect()),
        )
    }

    /// Texts as charts hold them.
    pub const WELL_FORMED: &[&str] = &[
        "",
        "text",
        "{{/* c */}}{{- /* c */ -}}",
        "{{- define \"a\" -}}\n  {{ .a.b | upper }} {{- end }}\n{{ define \"b\" }} {{ end }}text",
        "{{ if and .a (flip .b) }}x{{ else if .c }}y{{ else }}z{{ end }}",
        "{{- with $.a }}{{ . }}{{ else with .b }}{{ . }}{{ end }}",
        "{{ range $i, $v := .list }}{{ $i }}{{ break }}{{ else }}none{{ end }}",
        "{{ $x := add 1 -2 | add 1.5 }}{{ $x = 3 }}{{ template \"a\" $x }}{{ template \"b\" }}",
        "{{ include \"a\" (list . \"b\\n\" `c` true nil) | upper -}} text",
        "{{ $ := .a }}{{ $.b.c }}{{ (flip .a).b.c }}{{ (.a) }}{{- range .a }}{{ continue }}{{ end }}",
    ];

    /// Texts put together from pieces of templates.
    pub fn random_texts(count: usize) -> impl Iterator<Item = String> {
        const PIECES: &[&str] = &[
            "{{",
            "{{",
            "{{-",
            "{{- ",
            "{{ ",
            "}}",
            "}}",
            " }}",
            " -}}",
            "-}}",
            "if ",
            "with ",
            "range ",
            "else ",
            "else",
            "end",
            "end ",
            "define ",
            "template ",
            "block ",
            "break",
            "continue ",
            "\"a\"",
            "\"b\" ",
            "\"\\n\"",
            "\"\\d\"",
            "`r`",
            "'c'",
            ".",
            ".a",
            ".a.b",
            " .a ",
            "$",
            "$x",
            "$x ",
            "$y.a",
            ":=",
            " := ",
            " = ",
            ",",
            ", ",
            "|",
            " | ",
            "(",
            ")",
            " ",
            "\n",
            "1",
            "-2",
            "0x1f",
            "007",
            "1.5",
            "1e3",
            "true",
            "nil",
            "add ",
            "upper ",
            "upper",
            "and ",
            "nope ",
            "/* c */",
            "/*",
            "*/",
            "text",
            " \t",
            "\u{a0}",
            "é",
            "{{ .a }}",
            "{{ end }}",
            "{{ if .a }}",
            "{{ define \"a\" }}",
            "{{ else }}",
            "{{ $x := 1 }}",
            "{{ range $i, $x := .a }}",
            "{{ if $i, $x := .a }}",
            "$i, $x",
            "{{/* c */}}",
            "{{- end -}}\n",
            "{{ include \"a\" . | upper }}",
        ];
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        (0..count).map(move |_| (0..random.below(14)).map(|_| random.choice(PIECES)).collect())
    }

    #[test]
    fn what_charts_hold_is_recognised() {
        for text in WELL_FORMED {
            let (parsed, outlined) = both(text.as_bytes());
            assert!(outlined.is_some(), "{text}");
            assert_eq!(outlined, parsed, "{text}");
        }
    }

    #[test]
    fn what_is_recognised_is_what_the_parser_makes_of_it() {
        let mut recognised = 0;
        for text in random_texts(60_000) {
            let (parsed, outlined) = both(text.as_bytes());
            if outlined.is_some() {
                recognised += 1;
                assert_eq!(outlined, parsed, "{text:?}");
            }
        }
        assert!(recognised > 1_000, "only {recognised} texts tell anything");
    }
}
