//! Parse nodes, with variables resolved to slots and functions to pointers, and how Go writes them.

use super::compile::Operation;
use super::function::Function;
use super::number::Number;
use crate::go::strconv::quote;
use crate::go::{KeyHint, Str};

/// As TemplateNode.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Invocation {
    pub position: u32,
    pub name: Str,
    pub pipe: Option<Box<Pipe>>,
}

/// As PipeNode.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Pipe {
    pub position: u32,
    /// It stands in more than [`DEEP`] parentheses.
    pub is_deep: bool,
    /// Most set no variables.
    pub sets: Option<Box<Declarations>>,
    /// The first command, which most often is the only one.
    pub first: Command,
    pub rest: Box<[Command]>,
}

impl Pipe {
    /// Its only word, if it is one, and sets no variables.
    #[inline]
    pub fn only_word(&self) -> Option<&Expression> {
        match (&*self.first.words, &*self.rest, &self.sets) {
            ([word], [], None) => Some(word),
            _ => None,
        }
    }

    /// The variables that it sets.
    pub fn declarations(&self) -> &[Declaration] {
        self.sets.as_ref().map_or(&[], |sets| &sets.variables)
    }

    /// What it does as an action. Dashboards that hold templates of their own consist of little but strings.
    pub fn into_operation(self: Box<Pipe>) -> Operation {
        match self.only_word().and_then(|word| word.operand.string()) {
            Some(text) => Operation::Literal(self.position, text.clone()),
            None => Operation::Action(self),
        }
    }
}

/// So many parentheses in each other are dropped by recursion.
pub(super) const DEEP: usize = 100;

/// The variables that a pipeline sets.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Declarations {
    /// They are there already.
    pub assign: bool,
    pub variables: Box<[Declaration]>,
}

/// A variable that a pipeline sets.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Declaration {
    pub name: Str,
    pub slot: Slot,
}

/// Where a variable lives while its template runs.
#[cfg_attr(test, derive(Debug))]
pub(super) enum Slot {
    At(u32),
    /// The first of these that is set: the declarations stand in arguments of `and` or `or`, which may not be evaluated.
    First(Box<[u32]>),
    /// Known to the parser, but never declared on any way that leads here.
    Undefined,
}

/// As CommandNode.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Command {
    pub position: u32,
    /// What is evaluated, or called, and then the arguments.
    pub words: Box<[Expression]>,
    /// Slots that are set only if an argument is evaluated. Hardly any command has them.
    pub conditional: Option<Box<Slots>>,
}

/// Slots of variables.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Slots(pub Box<[u32]>);

/// An operand and its position.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Expression {
    pub position: u32,
    pub operand: Operand,
}

/// What can stand in a command.
#[cfg_attr(test, derive(Debug))]
pub(super) enum Operand {
    Bool(bool),
    Nil,
    Dot,
    Number(Box<Number>),
    /// A string that stands as it is between double quotes.
    String(Str),
    /// Any other one.
    Quoted(Box<Literal>),
    Field(Box<[Field]>),
    Variable(Box<Variable>),
    Identifier(&'static Function),
    Chain(Box<Chain>),
    Pipe(Box<Pipe>),
}

impl Operand {
    /// As StringNode.
    pub fn of_string(quoted: Str, text: Str) -> Operand {
        match &*quoted {
            [b'"', inner @ .., b'"'] if *inner == *text => Operand::String(text),
            _ => Operand::Quoted(Box::new(Literal { quoted, text })),
        }
    }

    /// Whether it is a literal or dot, which no later command of a pipeline can be.
    pub fn is_constant(&self) -> bool {
        matches!(
            self,
            Operand::Bool(_)
                | Operand::Dot
                | Operand::Nil
                | Operand::Number(_)
                | Operand::String(_)
                | Operand::Quoted(_)
        )
    }

    /// The text of a string.
    pub fn string(&self) -> Option<&Str> {
        match self {
            Operand::String(text) => Some(text),
            Operand::Quoted(literal) => Some(&literal.text),
            _ => None,
        }
    }
}

/// A name after a dot.
#[derive(Default)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Field {
    pub name: Str,
    /// Where it was found in the last map, as templates see maps of one shape over and over.
    pub hint: KeyHint,
}

impl From<Str> for Field {
    fn from(name: Str) -> Field {
        Field { name, hint: KeyHint::default() }
    }
}

/// A string, and how it is written.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Literal {
    pub quoted: Str,
    pub text: Str,
}

/// As VariableNode.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Variable {
    pub name: Str,
    pub slot: Slot,
    pub fields: Box<[Field]>,
}

/// As ChainNode.
#[cfg_attr(test, derive(Debug))]
pub(super) struct Chain {
    pub base: Expression,
    pub fields: Box<[Field]>,
}

/// The node at which the executor is, for errors.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    Nothing,
    Action(&'a Pipe),
    Template(&'a Invocation),
    Pipe(&'a Pipe),
    Command(&'a Command),
    Expression(&'a Expression),
}

impl Node<'_> {
    /// In bytes from the start of the file.
    pub fn position(self) -> usize {
        (match self {
            Node::Nothing => 0,
            Node::Action(pipe) | Node::Pipe(pipe) => pipe.position,
            Node::Template(invocation) => invocation.position,
            Node::Command(command) => command.position,
            Node::Expression(expression) => expression.position,
        }) as usize
    }

    /// As Node.String.
    pub fn text(self) -> String {
        let mut text = Vec::new();
        match self {
            Node::Nothing => {}
            Node::Action(pipe) => {
                text.extend_from_slice(b"{{");
                pipe.write(&mut text);
                text.extend_from_slice(b"}}");
            }
            Node::Template(invocation) => invocation.write(&mut text),
            Node::Pipe(pipe) => pipe.write(&mut text),
            Node::Command(command) => command.write(&mut text),
            Node::Expression(expression) => expression.write(&mut text),
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Invocation {
    fn write(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"{{template ");
        text.extend_from_slice(quote(&self.name).as_bytes());
        if let Some(pipe) = &self.pipe {
            text.push(b' ');
            pipe.write(text);
        }
        text.extend_from_slice(b"}}");
    }
}

impl Pipe {
    fn write(&self, text: &mut Vec<u8>) {
        if let Some(Declarations { assign, variables }) = self.sets.as_deref() {
            for (index, declaration) in variables.iter().enumerate() {
                if index > 0 {
                    text.extend_from_slice(b", ");
                }
                text.extend_from_slice(&declaration.name);
            }
            text.extend_from_slice(if *assign { b" = " } else { b" := " });
        }
        self.first.write(text);
        for command in &self.rest {
            text.extend_from_slice(b" | ");
            command.write(text);
        }
    }
}

impl Command {
    fn write(&self, text: &mut Vec<u8>) {
        for (index, word) in self.words.iter().enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            word.write_in_parentheses(text);
        }
    }
}

impl Expression {
    /// As Node.String.
    pub fn text(&self) -> String {
        Node::Expression(self).text()
    }

    fn write_in_parentheses(&self, text: &mut Vec<u8>) {
        let parenthesized = matches!(self.operand, Operand::Pipe(_));
        if parenthesized {
            text.push(b'(');
        }
        self.write(text);
        if parenthesized {
            text.push(b')');
        }
    }

    fn write(&self, text: &mut Vec<u8>) {
        match &self.operand {
            Operand::Bool(value) => text.extend_from_slice(if *value { b"true" } else { b"false" }),
            Operand::Nil => text.extend_from_slice(b"nil"),
            Operand::Dot => text.push(b'.'),
            Operand::Number(number) => text.extend_from_slice(&number.text),
            Operand::String(string) => text.extend_from_slice(&[b"\"", &**string, b"\""].concat()),
            Operand::Quoted(literal) => text.extend_from_slice(&literal.quoted),
            Operand::Field(fields) => write_fields(fields, text),
            Operand::Variable(variable) => {
                text.extend_from_slice(&variable.name);
                write_fields(&variable.fields, text);
            }
            Operand::Identifier(function) => text.extend_from_slice(function.name.as_bytes()),
            Operand::Chain(chain) => {
                chain.base.write_in_parentheses(text);
                write_fields(&chain.fields, text);
            }
            Operand::Pipe(pipe) => pipe.write(text),
        }
    }

    /// The pipeline in parentheses in this operand.
    fn take_pipe(&mut self) -> Option<Box<Pipe>> {
        match &mut self.operand {
            Operand::Chain(chain) => chain.base.take_pipe(),
            Operand::Pipe(_) => match std::mem::replace(&mut self.operand, Operand::Nil) {
                Operand::Pipe(pipe) => Some(pipe),
                _ => None,
            },
            _ => None,
        }
    }
}

fn write_fields(fields: &[Field], text: &mut Vec<u8>) {
    for field in fields {
        text.push(b'.');
        text.extend_from_slice(&field.name);
    }
}

impl Drop for Pipe {
    /// Takes what is nested deep apart one after the other, so that dropping it needs no deep stack.
    fn drop(&mut self) {
        if !self.is_deep {
            return;
        }
        let mut nested: Vec<Box<Pipe>> = Vec::new();
        let take = |pipe: &mut Pipe, nested: &mut Vec<Box<Pipe>>| {
            for Command { words, .. } in std::iter::once(&mut pipe.first).chain(&mut pipe.rest) {
                nested.extend(words.iter_mut().filter_map(Expression::take_pipe));
            }
        };
        take(self, &mut nested);
        while let Some(mut pipe) = nested.pop() {
            take(&mut pipe, &mut nested);
        }
    }
}
