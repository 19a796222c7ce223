//! Building the operations of a text from what `outline` has noted on its tape.
//!
//! Such a text is surely well-formed and holds nothing unusual. What comes out is what the parser would make of it: a
//! property test compares the two.

use super::code::{Body, Code, Source};
use super::compile::{Assembler, Control, Operation};
use super::lex;
use super::node::{
    Chain, Command, Declaration, Declarations, Expression, Field, Invocation, Literal, Operand, Pipe, Slot, Variable,
};
use super::number::Number;
use super::tape::{Kind, Token};
use crate::go::Str;
use crate::go::sixteen::Sixteen;
use crate::go::strconv::unquote;
use std::ops::Range;
use std::sync::Arc;

/// Builds what begins at a place of the tape, up to the `end` or `else` that belongs to it or to the end of the text, where
/// the executor has so many variables, `$` among them. `None` if that is not what a tape holds.
pub(super) fn build(source: &Arc<Source>, start: usize, variables: usize) -> Option<Body> {
    let mut builder = Builder {
        source,
        tape: source.tape.get(start..)?.iter(),
        variables,
        slots: variables,
        assembler: Assembler::with_room(),
    };
    builder.statements()?;
    Some(Body { slots: builder.slots as u32, operations: builder.assembler.finish() })
}

struct Builder<'s> {
    source: &'s Arc<Source>,
    /// What is still to be built.
    tape: std::slice::Iter<'s, Token>,
    /// How many variables the executor has here, each in its slot.
    variables: usize,
    /// How many slots are in use at most.
    slots: usize,
    assembler: Assembler,
}

/// Every step gives `None` where the tape is not as `outline` writes it.
impl<'s> Builder<'s> {
    #[inline]
    fn next(&mut self) -> Option<Token> {
        self.tape.next().copied()
    }

    /// The token that comes next, if it is of a kind.
    #[inline]
    fn next_if(&mut self, kind: Kind) -> Option<Token> {
        let token = self.tape.as_slice().first().copied().filter(|token| token.kind() == kind)?;
        self.tape.next();
        Some(token)
    }

    /// Goes on elsewhere.
    fn jump(&mut self, place: usize) -> Option<()> {
        self.tape = self.source.tape.get(place..)?.iter();
        Some(())
    }

    /// A name. What an observer knows of its bytes does not matter.
    #[inline]
    fn name(&self, range: Range<usize>) -> Str {
        let text = &self.source.text;
        Str::short(text, range.clone()).unwrap_or_else(|| text.slice(range))
    }

    /// A piece of the text.
    fn text(&self, token: Token) -> Str {
        self.source.text.slice(token.at as usize..token.end())
    }

    /// A piece of the text without its first and last byte.
    fn inside(&self, token: Token) -> Str {
        self.source.text.slice(token.at as usize + 1..token.end() - 1)
    }

    /// Statements, and the token that ends them.
    fn statements(&mut self) -> Option<Kind> {
        loop {
            let token = self.next()?;
            match token.kind() {
                Kind::Text => {
                    let text = self.text(token);
                    self.assembler.emit(Operation::Text(token.at, text));
                }
                Kind::Pipe => {
                    let pipe = self.pipeline(token)?;
                    self.assembler.emit(pipe.into_operation());
                }
                Kind::If => self.control(Control::If)?,
                Kind::With => self.control(Control::With)?,
                Kind::Range => self.control(Control::Range)?,
                Kind::Break => self.assembler.break_loop(),
                Kind::Continue => self.assembler.continue_loop(),
                Kind::Template | Kind::TemplatePipe => self.template(token)?,
                // It is compiled for itself.
                Kind::Define => self.jump(token.more())?,
                Kind::ShortBody => {}
                Kind::Body => {
                    let start = self.source.tape.len() - self.tape.len();
                    let code = Code::of_body(Arc::clone(self.source), start, self.variables);
                    self.assembler.emit(Operation::Body(Box::new(code)));
                    self.jump(token.more())?;
                }
                kind @ (Kind::Else | Kind::ElseChain | Kind::End | Kind::Eof) => return Some(kind),
                _ => return None,
            }
        }
    }

    fn template(&mut self, token: Token) -> Option<()> {
        let position = token.at;
        let start = position as usize + 1;
        let name = self.source.text.slice(start..start + token.more());
        let pipe = match token.kind() {
            Kind::TemplatePipe => {
                let pipe = self.next()?;
                Some(self.pipeline(pipe)?)
            }
            _ => None,
        };
        self.assembler.emit(Operation::Template(Box::new(Invocation { position, name, pipe })));
        Some(())
    }

    fn control(&mut self, control: Control) -> Option<()> {
        let variables = self.variables;
        let pipe = self.next()?;
        let pipe = self.pipeline(pipe)?;
        let with_pipe = self.variables;
        let mut branch = self.assembler.begin(control, pipe);
        let end = self.statements()?;
        self.assembler.end_body(&mut branch);
        self.variables = with_pipe;
        if end != Kind::End {
            self.assembler.otherwise(&mut branch);
            match end {
                // Such a chain has one end.
                Kind::ElseChain => self.control(control)?,
                _ => self.statements().map(drop)?,
            }
        }
        self.assembler.end(branch);
        self.variables = variables;
        Some(())
    }

    /// A pipeline.
    fn pipeline(&mut self, token: Token) -> Option<Box<Pipe>> {
        let declared = self.declared();
        let position = if declared.is_some() { self.next_if(Kind::Command)?.at } else { token.at };
        let first = self.words(position, token.first_words())?;
        let rest = match token.more_commands() {
            0 => Box::default(),
            more => {
                let mut rest = Vec::with_capacity(more);
                for _ in 0..more {
                    rest.push(self.command()?);
                }
                rest.into_boxed_slice()
            }
        };
        let sets = declared.map(|(name, more)| {
            let assign = name.kind() == Kind::Assign;
            Box::new(Declarations { assign, variables: self.declarations(name, more) })
        });
        Some(Box::new(Pipe { position: token.at, is_deep: false, sets, first, rest }))
    }

    /// The variables that a pipeline sets, if it sets any.
    #[inline]
    fn declared(&mut self) -> Option<(Token, Option<Token>)> {
        let first = self.tape.as_slice().first().copied()?;
        if !matches!(first.kind(), Kind::Declare | Kind::Assign) {
            return None;
        }
        self.tape.next();
        Some((first, self.next_if(first.kind())))
    }

    fn declarations(&mut self, name: Token, more: Option<Token>) -> Box<[Declaration]> {
        let mut declaration = |token: Token| {
            let slot = if token.kind() == Kind::Assign {
                token.slot()
            } else {
                self.variables += 1;
                self.slots = self.slots.max(self.variables);
                Slot::At(self.variables as u32 - 1)
            };
            Declaration { name: self.name(token.at as usize..token.name_end()), slot }
        };
        match more {
            None => Box::new([declaration(name)]),
            Some(more) => Box::new([name, more].map(declaration)),
        }
    }

    #[inline]
    fn command(&mut self) -> Option<Command> {
        let token = self.next_if(Kind::Command)?;
        self.words(token.at, token.more())
    }

    /// A command of so many words.
    #[inline]
    fn words(&mut self, position: u32, count: usize) -> Option<Command> {
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            self.word(&mut words)?;
        }
        Some(Command { position, words: words.into_boxed_slice(), conditional: None })
    }

    #[inline(always)]
    fn word(&mut self, words: &mut Vec<Expression>) -> Option<()> {
        let token = self.next()?;
        // What is put together elsewhere and moved here at once has the machine wait for it.
        let mut keep = |position: u32, operand: Operand| words.push(Expression { position, operand });
        match token.kind() {
            Kind::Field => match self.fields(token) {
                fields if fields.len() == 1 => keep(token.at, Operand::Field(fields)),
                // Where Go says that the whole is.
                fields => keep(token.at + 1 + fields[0].name.len() as u32, Operand::Field(fields)),
            },
            Kind::Variable => {
                let name = self.name(token.at as usize..token.name_end());
                let (slot, fields) = (token.slot(), Box::default());
                keep(token.at, Operand::Variable(Box::new(Variable { name, slot, fields })));
            }
            Kind::VariableField => {
                let name = self.name(token.at as usize..token.name_end());
                let slot = token.slot();
                let token = self.next()?;
                let fields = self.fields(token);
                keep(token.at, Operand::Variable(Box::new(Variable { name, slot, fields })));
            }
            Kind::Identifier => keep(token.at, Operand::Identifier(self.source.functions.at(token.more())?)),
            Kind::String => keep(token.at, Operand::String(self.inside(token))),
            Kind::Quoted => {
                let quoted = self.text(token);
                let text = Str::from(unquote(&quoted)?);
                keep(token.at, Operand::Quoted(Box::new(Literal { quoted, text })));
            }
            Kind::Raw => {
                let (quoted, text) = (self.text(token), self.inside(token));
                keep(token.at, Operand::Quoted(Box::new(Literal { quoted, text })));
            }
            Kind::Number => {
                let number = Number::parse(self.text(token), lex::Kind::Number).ok()?;
                keep(token.at, Operand::Number(Box::new(number)));
            }
            Kind::Dot => keep(token.at, Operand::Dot),
            Kind::Nil => keep(token.at, Operand::Nil),
            Kind::True => keep(token.at, Operand::Bool(true)),
            Kind::False => keep(token.at, Operand::Bool(false)),
            Kind::Pipe => {
                let pipe = self.pipeline(token)?;
                keep(pipe.position, Operand::Pipe(pipe));
            }
            Kind::Chain => {
                let pipe = self.pipeline(token)?;
                let base = Expression { position: pipe.position, operand: Operand::Pipe(pipe) };
                let token = self.next()?;
                let fields = self.fields(token);
                keep(token.at, Operand::Chain(Box::new(Chain { base, fields })));
            }
            _ => return None,
        }
        Some(())
    }

    /// Names, each after its dot.
    fn fields(&self, token: Token) -> Box<[Field]> {
        let (mut start, end) = (token.at as usize + 1, token.end());
        let dots = Dots { text: &self.source.text, next: start, end, base: start, found: 0 };
        let mut fields = Vec::with_capacity(1 + dots.clone().count());
        for dot in dots {
            fields.push(self.name(start..dot).into());
            start = dot + 1;
        }
        fields.push(self.name(start..end).into());
        fields.into_boxed_slice()
    }
}

/// The places of the dots in a part of a text.
#[derive(Clone)]
struct Dots<'t> {
    text: &'t [u8],
    /// What was not looked at.
    next: usize,
    end: usize,
    /// A bit for each dot from a place on.
    base: usize,
    found: u32,
}

impl Iterator for Dots<'_> {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let rest = self.text.get(self.next..self.end).filter(|rest| !rest.is_empty())?;
            self.base = self.next;
            self.next += 16;
            self.found = match Sixteen::of(&self.text[self.base..]) {
                Some(sixteen) if rest.len() >= 16 => sixteen.equal(b'.'),
                Some(sixteen) => sixteen.equal(b'.') & ((1 << rest.len()) - 1),
                None => rest.iter().rev().fold(0, |found, byte| found << 1 | u32::from(*byte == b'.')),
            };
        }
        let dot = self.base + self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(dot)
    }
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
        // What is left for later has no counterpart.
        let tape = outlines.tape.into_iter().map(|token| match token.kind() {
            Kind::Body => Token::new(Kind::ShortBody, token.at as usize, 0),
            _ => token,
        });
        let source = Arc::new(Source { file, text: text.clone(), functions, tape: tape.collect() });
        for (outline, tree) in outlines.templates.iter().zip(trees) {
            let built = build(&source, outline.start, 1).expect("what is recognised can be built");
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
