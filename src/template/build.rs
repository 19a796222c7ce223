//! Building the operations of a text that `outline` has recognised.
//!
//! Such a text is surely well-formed and holds nothing unusual, so that it can be read byte by byte, without items and
//! look-ahead. What comes out is what the parser would make of it: a property test compares the two.

use super::code::{Body, Code, Source};
use super::compile::{Assembler, Control, Operation};
use super::lex::{
    ALPHANUMERIC, Kind, LEFT, LEFT_COMMENT, RIGHT, RIGHT_COMMENT, SPACE, find, has_left_marker, is, skip,
};
use super::node::{
    Action, Chain, Command, Declaration, Expression, Field, Invocation, Literal, Operand, Pipe, Slot, Variable,
};
use super::number::Number;
use crate::go::Str;
use crate::go::strconv::unquote;
use std::sync::Arc;

/// The names of the variables that the executor finds where a body begins, besides `$`: each has the slot of its place.
pub(super) type Variables = Box<[Str]>;

/// Builds what begins at a byte outside of actions, up to the `end` or `else` that belongs to it or to the end of the
/// text. `None` if the text is not one that was recognised.
pub(super) fn build(source: &Arc<Source>, start: usize, variables: &[Str]) -> Option<Body> {
    let mut pushed = vec![Str::from("$")];
    pushed.extend_from_slice(variables);
    let mut builder = Builder {
        source,
        text: &source.text,
        at: start,
        slots: pushed.len(),
        pushed,
        assembler: Assembler::default(),
        commands: Vec::new(),
        arguments: Vec::new(),
        fields: Vec::new(),
    };
    builder.statements()?;
    Some(Body { slots: builder.slots as u32, operations: builder.assembler.finish() })
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    text: &'s [u8],
    at: usize,
    /// The variables that the executor has here, in the order of their slots.
    pushed: Vec<Str>,
    /// How many slots are in use at most.
    slots: usize,
    assembler: Assembler,
    /// What the commands, arguments and fields around this place hold so far, so that each list is allocated once and
    /// in its size.
    commands: Vec<Command>,
    arguments: Vec<Expression>,
    fields: Vec<Field>,
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
    fn rest(&self) -> &'s [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The byte that is here; 0, which means nothing to anyone, at the end.
    fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        self.at = skip(self.text, self.at, SPACE);
    }

    /// Letters, digits and underscores.
    fn word(&mut self) -> &'s [u8] {
        let start = self.at;
        self.at = skip(self.text, start, ALPHANUMERIC);
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A piece of the text that begins at a byte and ends here.
    fn since(&self, start: usize) -> Str {
        self.source.text.slice(start..self.at)
    }

    /// Moves over a right delimiter and the space that it trims.
    fn delimiter(&mut self) -> Option<()> {
        let trims = self.byte() == b'-';
        self.at += usize::from(trims);
        if !self.rest().starts_with(RIGHT) {
            return None;
        }
        self.at += RIGHT.len();
        if trims {
            self.space();
        }
        Some(())
    }

    fn statements(&mut self) -> Option<Stop> {
        loop {
            let start = self.at;
            let tag = find(self.rest(), LEFT).map_or(self.text.len(), |length| start + length);
            let inside = tag + LEFT.len();
            let trims = has_left_marker(self.text.get(inside..).unwrap_or_default());
            let mut end = tag;
            while trims && end > start && is(self.text[end - 1], SPACE) {
                end -= 1;
            }
            if end > start {
                self.assembler.emit(Operation::Text(start as u32, self.source.text.slice(start..end)));
            }
            if tag == self.text.len() {
                return Some(Stop::Text);
            }
            self.at = if trims { inside + 2 } else { inside };
            if self.rest().starts_with(LEFT_COMMENT) {
                self.at += LEFT_COMMENT.len();
                self.at += find(self.rest(), RIGHT_COMMENT)? + RIGHT_COMMENT.len();
                self.at += usize::from(is(self.byte(), SPACE));
                self.delimiter()?;
            } else if let Some(stop) = self.action()? {
                return Some(stop);
            }
        }
    }

    fn action(&mut self) -> Option<Option<Stop>> {
        self.space();
        let start = self.at;
        match self.word() {
            b"if" => self.control(Control::If)?,
            b"with" => self.control(Control::With)?,
            b"range" => self.control(Control::Range)?,
            b"else" => return Some(Some(Stop::Else)),
            b"end" => {
                self.space();
                self.delimiter()?;
                return Some(Some(Stop::End));
            }
            b"define" => self.definition()?,
            b"break" => {
                self.assembler.break_loop();
                self.space();
                self.delimiter()?;
            }
            b"continue" => {
                self.assembler.continue_loop();
                self.space();
                self.delimiter()?;
            }
            b"template" => self.template()?,
            _ => {
                self.at = start;
                let pipe = self.pipeline()?;
                self.delimiter()?;
                self.assembler.emit(Action { position: start as u32, pipe }.into_operation());
            }
        }
        Some(None)
    }

    /// Passes over a definition, which is compiled for itself.
    fn definition(&mut self) -> Option<()> {
        self.space();
        self.string()?;
        self.space();
        self.delimiter()?;
        let definitions = &self.source.definitions;
        let found = definitions.binary_search_by_key(&(self.at as u32), |definition| definition.start).ok()?;
        self.at = definitions.get(found)?.end as usize;
        // Where the trim marker of its end is, if there is one.
        self.at -= usize::from(self.text.get(self.at - 1) == Some(&b'-'));
        self.delimiter()
    }

    fn template(&mut self) -> Option<()> {
        self.space();
        let position = self.at as u32;
        let Literal { text: name, .. } = self.string()?;
        self.space();
        let pipe = if matches!(self.byte(), b'-' | b'}') { None } else { Some(self.pipeline()?) };
        self.delimiter()?;
        self.assembler.emit(Operation::Template(Box::new(Invocation { position, name, pipe })));
        Some(())
    }

    fn control(&mut self, control: Control) -> Option<()> {
        self.space();
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
            self.space();
            if is(self.byte(), ALPHANUMERIC) {
                // Such a chain has one end.
                self.word();
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
        if let Ok(found) = bodies.binary_search_by_key(&(self.at as u32), |body| body.start) {
            let variables = self.pushed.iter().skip(1).cloned().collect();
            let code = Code::of_body(Arc::clone(self.source), self.at, variables);
            self.assembler.emit(Operation::Body(Box::new(code)));
            self.at = bodies.get(found)?.end as usize;
        }
        self.statements()
    }

    /// A pipeline, up to the delimiter or the parenthesis that ends it.
    fn pipeline(&mut self) -> Option<Pipe> {
        let position = self.at as u32;
        let (names, assign) = self.declarations();
        let first = self.commands.len();
        loop {
            let command = self.command()?;
            self.commands.push(command);
            if self.byte() != b'|' {
                break;
            }
            self.at += 1;
            self.space();
        }
        let commands = end_of(&mut self.commands, first);
        // The executor sets the variables after it has evaluated the commands, so only now do the names mean them.
        let declarations = names.into_iter().flatten().map(|name| {
            let slot = if assign {
                self.slot(&name)
            } else {
                self.pushed.push(name.clone());
                self.slots = self.slots.max(self.pushed.len());
                Slot::At(self.pushed.len() as u32 - 1)
            };
            Declaration { name, slot }
        });
        Some(Pipe { position, assign, declarations: declarations.collect(), commands })
    }

    /// The variables that a pipeline sets, and whether they are assigned.
    fn declarations(&mut self) -> ([Option<Str>; 2], bool) {
        let start = self.at;
        let mut names = [None, None];
        for count in 0..2 {
            if self.byte() != b'$' {
                break;
            }
            names[count] = Some(self.variable());
            self.space();
            let width = match self.rest() {
                [b',', ..] => {
                    self.at += 1;
                    self.space();
                    continue;
                }
                [b':', b'=', ..] => 2,
                [b'=', ..] => 1,
                _ => break,
            };
            self.at += width;
            self.space();
            return (names, width == 1);
        }
        // It was an argument.
        self.at = start;
        ([None, None], false)
    }

    /// `$` and a name.
    fn variable(&mut self) -> Str {
        let start = self.at;
        self.at += 1;
        self.word();
        self.since(start)
    }

    fn slot(&self, name: &Str) -> Slot {
        self.pushed.iter().rposition(|pushed| pushed == name).map_or(Slot::Undefined, |slot| Slot::At(slot as u32))
    }

    /// Operands up to a bar, a parenthesis or a delimiter.
    fn command(&mut self) -> Option<Command> {
        let position = self.at as u32;
        let first = self.arguments.len();
        loop {
            let operand = self.operand()?;
            self.arguments.push(operand);
            self.space();
            match self.rest() {
                [b'|' | b')' | b'}', ..] | [b'-', b'}', ..] => break,
                _ => {}
            }
        }
        Some(Command { position, arguments: end_of(&mut self.arguments, first), conditional: Box::default() })
    }

    fn operand(&mut self) -> Option<Expression> {
        let start = self.at;
        let operand = match self.byte() {
            b'.' if self.text.get(start + 1).is_some_and(|byte| is(*byte, ALPHANUMERIC)) => {
                self.field();
                match self.more_fields(1) {
                    Some((position, fields)) => return Some(Expression { position, operand: Operand::Field(fields) }),
                    None => {
                        let last = self.fields.len() - 1;
                        Operand::Field(end_of(&mut self.fields, last))
                    }
                }
            }
            b'.' => {
                self.at += 1;
                Operand::Dot
            }
            b'$' => {
                let name = self.variable();
                let slot = self.slot(&name);
                let (position, fields) = self.more_fields(0).unwrap_or((start as u32, Box::default()));
                let operand = Operand::Variable(Box::new(Variable { name, slot, fields }));
                return Some(Expression { position, operand });
            }
            b'"' => Operand::String(Box::new(self.string()?)),
            b'`' => {
                self.at += 1;
                self.at += memchr::memchr(b'`', self.rest())? + 1;
                let text = self.source.text.slice(start + 1..self.at - 1);
                Operand::String(Box::new(Literal { quoted: self.since(start), text }))
            }
            b'(' => {
                self.at += 1;
                self.space();
                let pipe = Box::new(self.pipeline()?);
                self.at += 1;
                let base = Expression { position: pipe.position, operand: Operand::Pipe(pipe) };
                let Some((position, fields)) = self.more_fields(0) else { return Some(base) };
                return Some(Expression { position, operand: Operand::Chain(Box::new(Chain { base, fields })) });
            }
            b'-' | b'0'..=b'9' => {
                self.at += 1;
                while matches!(self.byte(), b'0'..=b'9' | b'.') {
                    self.at += 1;
                }
                Operand::Number(Box::new(Number::parse(self.since(start), Kind::Number).ok()?))
            }
            _ => match self.word() {
                b"true" => Operand::Bool(true),
                b"false" => Operand::Bool(false),
                b"nil" => Operand::Nil,
                word => Operand::Identifier(self.source.functions.get(word)?),
            },
        };
        Some(Expression { position: start as u32, operand })
    }

    /// A field after its dot.
    fn field(&mut self) {
        self.at += 1;
        let start = self.at;
        self.word();
        let field = self.since(start);
        self.fields.push(field.into());
    }

    /// The fields that follow here after `before` others, and those: where the next one begins, which is where Go says
    /// that the whole is. Nothing if there are none.
    fn more_fields(&mut self, before: usize) -> Option<(u32, Box<[Field]>)> {
        if self.byte() != b'.' {
            return None;
        }
        let first = self.fields.len() - before;
        let position = self.at as u32;
        while self.byte() == b'.' {
            self.field();
        }
        Some((position, end_of(&mut self.fields, first)))
    }

    /// A string in double quotes.
    fn string(&mut self) -> Option<Literal> {
        let start = self.at;
        self.at += 1;
        let mut plain = true;
        loop {
            self.at += memchr::memchr2(b'"', b'\\', self.rest())?;
            if self.byte() == b'"' {
                break;
            }
            plain = false;
            self.at += 2;
        }
        self.at += 1;
        let quoted = self.since(start);
        let text = if plain { quoted.slice(1..quoted.len() - 1) } else { Str::from(unquote(&quoted)?) };
        Some(Literal { quoted, text })
    }
}

/// Takes away what follows the first elements, into a list of its size.
fn end_of<T>(list: &mut Vec<T>, first: usize) -> Box<[T]> {
    list.split_off(first).into_boxed_slice()
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
