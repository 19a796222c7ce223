//! Building the operations of a text that `outline` has recognised.
//!
//! Such a text is surely well-formed and holds nothing unusual, so that it can be read byte by byte, without items and
//! look-ahead. What comes out is what the parser would make of it: a property test compares the two.

use super::code::{Body, Code, Source};
use super::compile::{Assembler, Control, Operation};
use super::cursor::Cursor;
use super::lex::{ALPHANUMERIC, Kind, LEFT, LEFT_COMMENT, RIGHT_COMMENT, SPACE, find, has_left_marker, is};
use super::node::{Chain, Command, Declaration, Expression, Field, Invocation, Literal, Operand, Pipe, Slot, Variable};
use super::number::Number;
use crate::go::Str;
use crate::go::strconv::unquote;
use std::sync::Arc;

/// The names of the variables that the executor finds where a body begins, besides `$`: each has the slot of its place.
pub(super) type Variables = Box<[Str]>;

/// Builds what begins at a byte outside of actions, up to the `end` or `else` that belongs to it or to the end of the
/// text. `None` if the text is not one that was recognised.
pub(super) fn build(source: &Arc<Source>, start: usize, variables: &[Str]) -> Option<Body> {
    let mut pushed = Vec::with_capacity(variables.len() + 8);
    pushed.push(Str::from("$"));
    pushed.extend_from_slice(variables);
    let mut builder = Builder {
        source,
        cursor: Cursor { text: &source.text, at: start },
        slots: pushed.len(),
        pushed,
        assembler: Assembler::default(),
        commands: Vec::new(),
        words: Vec::with_capacity(NESTED),
        fields: Vec::with_capacity(NESTED),
    };
    builder.statements()?;
    Some(Body { slots: builder.slots as u32, operations: builder.assembler.finish() })
}

/// As many words and fields around a place as most have.
const NESTED: usize = 16;

struct Builder<'s> {
    source: &'s Arc<Source>,
    cursor: Cursor<'s>,
    /// The variables that the executor has here, in the order of their slots.
    pushed: Vec<Str>,
    /// How many slots are in use at most.
    slots: usize,
    assembler: Assembler,
    /// What the commands, words and fields around this place hold so far, so that each list is allocated once and
    /// in its size.
    commands: Vec<Command>,
    words: Vec<Expression>,
    fields: Vec<Field>,
}

/// The variables that a pipeline sets.
struct Declared {
    names: (Str, Option<Str>),
    /// They are there already.
    assign: bool,
}

/// What ends a list of statements.
#[derive(PartialEq, Eq)]
enum Stop {
    Text,
    End,
    /// Just after the keyword.
    Else,
}

/// Every step gives `None` where the text is not as it was recognised.
impl<'s> Builder<'s> {
    /// A name that begins at a byte and ends here. What an observer knows of its bytes does not matter.
    #[inline]
    fn name(&self, start: usize) -> Str {
        Str::short(self.cursor.text, start..self.cursor.at).unwrap_or_else(|| self.since(start))
    }

    /// A piece of the text that begins at a byte and ends here.
    fn since(&self, start: usize) -> Str {
        self.source.text.slice(start..self.cursor.at)
    }

    /// Moves over a right delimiter and the space that it trims.
    fn delimiter(&mut self) -> Option<()> {
        let trims = self.cursor.byte() == b'-';
        self.cursor.at += usize::from(trims);
        self.cursor.braces()?;
        if trims {
            self.cursor.space();
        }
        Some(())
    }

    fn statements(&mut self) -> Option<Stop> {
        loop {
            let start = self.cursor.at;
            let tag = find(self.cursor.rest(), LEFT).map_or(self.cursor.text.len(), |length| start + length);
            let inside = tag + LEFT.len();
            let trims = has_left_marker(self.cursor.text.get(inside..).unwrap_or_default());
            let mut end = tag;
            while trims && end > start && is(self.cursor.text[end - 1], SPACE) {
                end -= 1;
            }
            if end > start {
                self.assembler.emit(Operation::Text(start as u32, self.source.text.slice(start..end)));
            }
            if tag == self.cursor.text.len() {
                return Some(Stop::Text);
            }
            self.cursor.at = if trims { inside + 2 } else { inside };
            if self.cursor.rest().starts_with(LEFT_COMMENT) {
                self.cursor.at += LEFT_COMMENT.len();
                self.cursor.at += find(self.cursor.rest(), RIGHT_COMMENT)? + RIGHT_COMMENT.len();
                self.cursor.at += usize::from(is(self.cursor.byte(), SPACE));
                self.delimiter()?;
            } else if let Some(stop) = self.action()? {
                return Some(stop);
            }
        }
    }

    fn action(&mut self) -> Option<Option<Stop>> {
        self.cursor.space();
        let start = self.cursor.at;
        match self.cursor.word().bytes {
            b"if" => self.control(Control::If)?,
            b"with" => self.control(Control::With)?,
            b"range" => self.control(Control::Range)?,
            b"else" => return Some(Some(Stop::Else)),
            b"end" => {
                self.cursor.space();
                self.delimiter()?;
                return Some(Some(Stop::End));
            }
            b"define" => self.definition()?,
            b"break" => {
                self.assembler.break_loop();
                self.cursor.space();
                self.delimiter()?;
            }
            b"continue" => {
                self.assembler.continue_loop();
                self.cursor.space();
                self.delimiter()?;
            }
            b"template" => self.template()?,
            _ => {
                self.cursor.at = start;
                let pipe = self.pipeline()?;
                self.delimiter()?;
                self.assembler.emit(pipe.into_operation());
            }
        }
        Some(None)
    }

    /// Passes over a definition, which is compiled for itself.
    fn definition(&mut self) -> Option<()> {
        self.cursor.space();
        self.string()?;
        self.cursor.space();
        self.delimiter()?;
        let definitions = &self.source.definitions;
        let found = definitions.binary_search_by_key(&(self.cursor.at as u32), |definition| definition.start).ok()?;
        self.cursor.at = definitions.get(found)?.end as usize;
        // Where the trim marker of its end is, if there is one.
        self.cursor.at -= usize::from(self.cursor.text.get(self.cursor.at - 1) == Some(&b'-'));
        self.delimiter()
    }

    fn template(&mut self) -> Option<()> {
        self.cursor.space();
        let position = self.cursor.at as u32;
        let name = self.string()?.0;
        self.cursor.space();
        let pipe = if matches!(self.cursor.byte(), b'-' | b'}') { None } else { Some(self.pipeline()?) };
        self.delimiter()?;
        self.assembler.emit(Operation::Template(Box::new(Invocation { position, name, pipe })));
        Some(())
    }

    fn control(&mut self, control: Control) -> Option<()> {
        self.cursor.space();
        let pushed = self.pushed.len();
        let pipe = self.pipeline()?;
        self.delimiter()?;
        let with_pipe = self.pushed.len();
        let mut branch = self.assembler.begin(control, pipe);
        let stop = self.body()?;
        self.assembler.end_body(&mut branch);
        self.pushed.truncate(with_pipe);
        if stop == Stop::Else {
            self.assembler.otherwise(&mut branch);
            self.cursor.space();
            if is(self.cursor.byte(), ALPHANUMERIC) {
                // Such a chain has one end.
                self.cursor.word();
                self.control(control)?;
            } else {
                self.delimiter()?;
                self.body()?;
            }
        }
        self.assembler.end(branch);
        self.pushed.truncate(pushed);
        Some(())
    }

    /// The body of a branch, or a promise of it if it is long.
    fn body(&mut self) -> Option<Stop> {
        let bodies = &self.source.bodies;
        if let Ok(found) = bodies.binary_search_by_key(&(self.cursor.at as u32), |body| body.start) {
            let variables = match &*self.pushed {
                [_] => Box::default(),
                pushed => Box::from(&pushed[1..]),
            };
            let code = Code::of_body(Arc::clone(self.source), self.cursor.at, variables);
            self.assembler.emit(Operation::Body(Box::new(code)));
            self.cursor.at = bodies.get(found)?.end as usize;
        }
        self.statements()
    }

    /// A pipeline, up to the delimiter or the parenthesis that ends it.
    fn pipeline(&mut self) -> Option<Box<Pipe>> {
        let position = self.cursor.at as u32;
        let declared = if self.cursor.byte() == b'$' { self.declared() } else { None };
        let first = self.command()?;
        let before = self.commands.len();
        while self.cursor.byte() == b'|' {
            self.cursor.at += 1;
            self.cursor.space();
            let command = self.command()?;
            self.commands.push(command);
        }
        let rest = end_of(&mut self.commands, before);
        // The executor sets the variables after it has evaluated the commands, so only now do the names mean them.
        let (declarations, assign) = match declared {
            None => (Box::default(), false),
            Some(Declared { names, assign }) => (self.declarations(names, assign), assign),
        };
        Some(Box::new(Pipe { position, assign, is_deep: false, declarations, first, rest }))
    }

    fn declarations(&mut self, names: (Str, Option<Str>), assign: bool) -> Box<[Declaration]> {
        let mut declaration = |name: Str| {
            let slot = if assign {
                self.slot(&name)
            } else {
                self.pushed.push(name.clone());
                self.slots = self.slots.max(self.pushed.len());
                Slot::At(self.pushed.len() as u32 - 1)
            };
            Declaration { name, slot }
        };
        match names {
            (name, None) => Box::new([declaration(name)]),
            (key, Some(element)) => Box::new([key, element].map(declaration)),
        }
    }

    /// The variables that a pipeline sets, if it sets any.
    fn declared(&mut self) -> Option<Declared> {
        let start = self.cursor.at;
        let mut names = (self.variable(), None);
        self.cursor.space();
        if self.cursor.byte() == b',' {
            self.cursor.at += 1;
            self.cursor.space();
            if self.cursor.byte() == b'$' {
                names.1 = Some(self.variable());
                self.cursor.space();
            }
        }
        let width = match self.cursor.rest() {
            [b':', b'=', ..] => 2,
            [b'=', ..] => 1,
            _ => {
                // It was an argument.
                self.cursor.at = start;
                return None;
            }
        };
        self.cursor.at += width;
        self.cursor.space();
        Some(Declared { names, assign: width == 1 })
    }

    /// `$` and a name.
    fn variable(&mut self) -> Str {
        let start = self.cursor.at;
        self.cursor.at += 1;
        self.cursor.word();
        self.name(start)
    }

    fn slot(&self, name: &Str) -> Slot {
        self.pushed.iter().rposition(|pushed| pushed == name).map_or(Slot::Undefined, |slot| Slot::At(slot as u32))
    }

    /// A command, up to a bar, a parenthesis or a delimiter.
    #[inline]
    fn command(&mut self) -> Option<Command> {
        let position = self.cursor.at as u32;
        Some(Command { position, words: self.words()?, conditional: Box::default() })
    }

    fn words(&mut self) -> Option<Box<[Expression]>> {
        let before = self.words.len();
        loop {
            self.word()?;
            self.cursor.space();
            match self.cursor.byte() {
                b'|' | b')' | b'}' => break,
                b'-' if self.cursor.next_byte() == b'}' => break,
                _ => {}
            }
        }
        Some(end_of(&mut self.words, before))
    }

    /// Keeps a word. What is put together elsewhere and moved here at once has the machine wait for it.
    #[inline(always)]
    fn keep(&mut self, position: usize, operand: Operand) -> Option<()> {
        self.words.push(Expression { position: position as u32, operand });
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let start = self.cursor.at;
        match self.cursor.byte() {
            b'.' if is(self.cursor.next_byte(), ALPHANUMERIC) => {
                let first = self.field();
                if self.cursor.byte() == b'.' {
                    self.fields.push(first);
                    let (position, fields) = self.more_fields(1);
                    return self.keep(position, Operand::Field(fields));
                }
                self.keep(start, Operand::Field(Box::new([first])))
            }
            b'.' => {
                self.cursor.at += 1;
                self.keep(start, Operand::Dot)
            }
            b'$' => {
                let name = self.variable();
                let slot = self.slot(&name);
                let more = self.cursor.byte() == b'.';
                let (position, fields) = if more { self.more_fields(0) } else { (start, Box::default()) };
                self.keep(position, Operand::Variable(Box::new(Variable { name, slot, fields })))
            }
            b'"' => match self.string()? {
                (text, true) => self.keep(start, Operand::String(text)),
                (text, false) => {
                    let quoted = self.since(start);
                    self.keep(start, Operand::Quoted(Box::new(Literal { quoted, text })))
                }
            },
            b'`' => {
                self.cursor.raw_string()?;
                let text = self.source.text.slice(start + 1..self.cursor.at - 1);
                let quoted = self.since(start);
                self.keep(start, Operand::Quoted(Box::new(Literal { quoted, text })))
            }
            b'(' => {
                self.cursor.at += 1;
                self.cursor.space();
                let pipe = self.pipeline()?;
                self.cursor.at += 1;
                let position = pipe.position;
                if self.cursor.byte() != b'.' {
                    return self.keep(position as usize, Operand::Pipe(pipe));
                }
                let base = Expression { position, operand: Operand::Pipe(pipe) };
                let (position, fields) = self.more_fields(0);
                self.keep(position, Operand::Chain(Box::new(Chain { base, fields })))
            }
            b'-' | b'0'..=b'9' => {
                self.cursor = self.cursor.number()?;
                let number = Number::parse(self.since(start), Kind::Number).ok()?;
                self.keep(start, Operand::Number(Box::new(number)))
            }
            _ => {
                let word = self.cursor.word();
                match word.bytes {
                    b"true" => self.keep(start, Operand::Bool(true)),
                    b"false" => self.keep(start, Operand::Bool(false)),
                    b"nil" => self.keep(start, Operand::Nil),
                    _ => {
                        let function = self.source.functions.find(word)?;
                        self.keep(start, Operand::Identifier(function))
                    }
                }
            }
        }
    }

    /// A field after its dot.
    #[inline]
    fn field(&mut self) -> Field {
        self.cursor.at += 1;
        let start = self.cursor.at;
        self.cursor.word();
        self.name(start).into()
    }

    /// The fields here, after `before` others: where the next one begins, which is where Go says that the whole is, and all
    /// of them.
    fn more_fields(&mut self, before: usize) -> (usize, Box<[Field]>) {
        let first = self.fields.len() - before;
        let position = self.cursor.at;
        while self.cursor.byte() == b'.' {
            let field = self.field();
            self.fields.push(field);
        }
        (position, end_of(&mut self.fields, first))
    }

    /// What a string in double quotes means, and whether that is what it holds.
    fn string(&mut self) -> Option<(Str, bool)> {
        let start = self.cursor.at;
        if self.cursor.string()? {
            return Some((self.source.text.slice(start + 1..self.cursor.at - 1), true));
        }
        Some((Str::from(unquote(self.cursor.since(start))?), false))
    }
}

/// Takes away what follows the first elements, into a list of its size.
fn end_of<T>(list: &mut Vec<T>, first: usize) -> Box<[T]> {
    // Most lists are empty.
    if list.len() == first { Box::default() } else { list.split_off(first).into_boxed_slice() }
}

#[cfg(test)]
mod tests {
    use super::super::function::Functions;
    use super::super::outline::outline;
    use super::super::outline::tests::{WELL_FORMED, random_texts};
    use super::super::parse::parse;
    use super::super::templates::Language;
    use super::super::tests::FUNCTIONS;
    use super::*;

    /// Builds the templates of a text and compares them with what the parser makes of it; whether it was recognised.
    fn same(text: &str) -> bool {
        let functions: Arc<Functions> = Arc::new(FUNCTIONS.iter().collect());
        let (file, text) = (Str::from("file"), Str::from(text));
        let Some(outlines) = outline(&text, &functions) else { return false };
        let trees = parse(&file, &text, &functions, Language::Go125).expect("what is recognised is well-formed");
        let definitions = outlines.templates.iter().filter(|outline| outline.name.is_some());
        let definitions = definitions.map(|outline| outline.start as u32..outline.range.end as u32).collect();
        let source = Source { file, text: text.clone(), functions, definitions, bodies: Vec::new() };
        let source = Arc::new(source);
        for (outline, tree) in outlines.templates.iter().zip(trees) {
            let built = build(&source, outline.start, &[]).expect("what is recognised can be built");
            let parsed = Body { slots: tree.slots, operations: tree.body };
            assert_eq!(format!("{built:#?}"), format!("{parsed:#?}"), "{text}");
        }
        true
    }

    #[test]
    fn what_is_recognised_is_built_as_the_parser_does() {
        for text in WELL_FORMED {
            assert!(same(text), "{text}");
        }
        let recognised = random_texts(60_000).filter(|text| same(text)).count();
        assert!(recognised > 1_000, "only {recognised} texts tell anything");
    }
}
