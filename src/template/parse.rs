//! Parsing, as text/template/parse parse.go.
//!
//! Go looks a variable up by name while the template runs. Here its slot is found while parsing, by following what the
//! executor's stack of variables will hold at each point: see [`Scope`].

use super::compile::{Assembler, Control, Operation};
use super::error::ParseError;
use super::function::Functions;
use super::lex::{Item, Kind, Lexer};
use super::limits;
use super::node::{
    Chain, Command, DEEP, Declaration, Declarations, Expression, Field, Invocation, Operand, Pipe, Slot, Slots,
    Variable,
};
use super::number::Number;
use super::templates::Language;
use crate::go::strconv::{quote, unquote};
use crate::go::unicode::is_space;
use crate::go::utf8;
use crate::go::{Map, Str};
use std::ops::Range;

/// A parsed template.
pub(super) struct Tree {
    pub name: Str,
    pub body: Box<[Operation]>,
    /// How many slots its variables need.
    pub slots: u32,
    /// Where its body stands in the text.
    pub range: Range<usize>,
}

impl Tree {
    /// As IsEmptyTree: whether this is empty of everything but space.
    pub fn is_empty(&self) -> bool {
        self.body.iter().all(|operation| matches!(operation, Operation::Text(_, text) if utf8::runes(text).all(|(_, rune)| is_space(rune))))
    }
}

/// Parses a text into the template `name` and those it defines.
pub(super) fn parse(name: &Str, text: &Str, functions: &Functions, language: Language) -> Result<Vec<Tree>> {
    let mut parser = Parser::new(name, text, functions, language);
    parser.parse()?;
    parser.add(name.clone(), 0..text.len())?;
    Ok(parser.trees)
}

struct Parser<'p> {
    file: &'p Str,
    text: &'p Str,
    functions: &'p Functions,
    lexer: Lexer,
    trees: Vec<Tree>,
    /// Where each name stands in `trees`.
    names: Map<Str, usize>,
    current: Current,
    /// How deep blocks are nested.
    depth: usize,
    /// What the commands, words and fields around this place hold so far, so that each list is allocated once and
    /// in its size.
    commands: Vec<Command>,
    words: Vec<Expression>,
    fields: Vec<Field>,
}

/// What belongs to the template that is being parsed, as Go's Tree.
struct Current {
    /// Three items of look-ahead.
    items: [Item; 3],
    peeked: usize,
    scope: Scope,
    assembler: Assembler,
    /// The line of the delimiter that opened the current action; 0 outside of actions.
    action_line: u32,
    range_depth: usize,
    parentheses: usize,
    /// How many arguments that may not be evaluated surround this place.
    conditional: usize,
}

impl Current {
    fn new() -> Current {
        Current {
            items: [Item::NONE, Item::NONE, Item::NONE],
            peeked: 0,
            scope: Scope::new(),
            assembler: Assembler::default(),
            action_line: 0,
            range_depth: 0,
            parentheses: 0,
            conditional: 0,
        }
    }
}

/// The variables of one template: those that the parser lets pass, and those that the executor will find.
///
/// The two differ: an assignment makes the parser know a name that was never declared; a variable is known in its own
/// declaration; and what is declared in a body is known in the `else` after it.
struct Scope {
    known: Vec<Str>,
    pushed: Vec<Pushed>,
    names: Map<Str, Binding>,
    /// How many slots are in use at most.
    slots: usize,
}

struct Pushed {
    name: Str,
    conditional: bool,
}

#[derive(Default)]
struct Binding {
    known: usize,
    slots: Vec<u32>,
}

impl Scope {
    fn new() -> Scope {
        let mut scope = Scope { known: Vec::new(), pushed: Vec::new(), names: Map::default(), slots: 0 };
        scope.know(&Str::from("$"));
        scope.push(&Str::from("$"), false);
        scope
    }

    fn know(&mut self, name: &Str) {
        self.known.push(name.clone());
        self.names.entry(name.clone()).or_default().known += 1;
    }

    fn knows(&self, name: &Str) -> bool {
        self.names.get(name).is_some_and(|binding| binding.known > 0)
    }

    fn forget(&mut self, mark: usize) {
        while self.known.len() > mark {
            if let Some(binding) = self.known.pop().and_then(|name| self.names.get_mut(&name)) {
                binding.known -= 1;
            }
        }
    }

    fn push(&mut self, name: &Str, conditional: bool) -> u32 {
        // A template is shorter than 4 GiB, so are its variables fewer than 2^32.
        let slot = self.pushed.len() as u32;
        self.pushed.push(Pushed { name: name.clone(), conditional });
        self.names.entry(name.clone()).or_default().slots.push(slot);
        self.slots = self.slots.max(self.pushed.len());
        slot
    }

    fn pop(&mut self, mark: usize) {
        while self.pushed.len() > mark {
            if let Some(binding) = self.pushed.pop().and_then(|pushed| self.names.get_mut(&pushed.name)) {
                binding.slots.pop();
            }
        }
    }

    fn resolve(&self, name: &Str) -> Slot {
        let slots = self.names.get(name).map_or(&[][..], |binding| &binding.slots);
        let is_conditional = |slot: &u32| self.pushed.get(*slot as usize).is_some_and(|pushed| pushed.conditional);
        match slots.last() {
            None => Slot::Undefined,
            Some(slot) if !is_conditional(slot) => Slot::At(*slot),
            Some(_) => {
                let sure = slots.iter().rposition(|slot| !is_conditional(slot)).unwrap_or(0);
                Slot::First(slots[sure..].iter().rev().copied().collect())
            }
        }
    }
}

/// What a text or an action turned out to be.
#[derive(PartialEq, Eq)]
enum Parsed {
    Something,
    End,
    Else,
}

impl Parsed {
    fn text(&self) -> &'static str {
        match self {
            Parsed::Else => "{{else}}",
            Parsed::End | Parsed::Something => "{{end}}",
        }
    }
}

type Result<T> = std::result::Result<T, ParseError>;

impl<'p> Parser<'p> {
    fn new(file: &'p Str, text: &'p Str, functions: &'p Functions, language: Language) -> Parser<'p> {
        let mut lexer = Lexer::new(text.clone());
        lexer.counts_comment_lines = language >= Language::Go125;
        lexer.break_is_keyword = functions.get(b"break").is_none();
        lexer.continue_is_keyword = functions.get(b"continue").is_none();
        Parser {
            file,
            text,
            functions,
            lexer,
            trees: Vec::new(),
            names: Map::default(),
            current: Current::new(),
            depth: 0,
            commands: Vec::new(),
            words: Vec::new(),
            fields: Vec::new(),
        }
    }

    fn next(&mut self) -> Item {
        let current = &mut self.current;
        if current.peeked > 0 {
            current.peeked -= 1;
        } else {
            current.items[0] = self.lexer.next_item();
        }
        current.items[current.peeked]
    }

    fn backup(&mut self) {
        self.current.peeked += 1;
    }

    /// Backs up over two items, of which the second one was read last.
    fn backup2(&mut self, first: Item) {
        self.current.items[1] = first;
        self.current.peeked = 2;
    }

    fn backup3(&mut self, first: Item, second: Item) {
        self.current.items[1] = second;
        self.current.items[2] = first;
        self.current.peeked = 3;
    }

    fn peek(&mut self) -> Item {
        let item = self.next();
        self.backup();
        item
    }

    fn next_non_space(&mut self) -> Item {
        loop {
            let item = self.next();
            if item.kind != Kind::Space {
                return item;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item {
        let item = self.next_non_space();
        self.backup();
        item
    }

    fn value(&self, item: Item) -> &[u8] {
        self.text.get(item.range()).unwrap_or_default()
    }

    fn value_str(&self, item: Item) -> Str {
        self.text.slice(item.range())
    }

    /// The name of a field, without its dot.
    fn field(&self, item: Item) -> Str {
        self.text.slice(item.start as usize + 1..item.end as usize)
    }

    fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(ParseError {
            file: self.file.to_string(),
            line: self.current.items[0].line as usize,
            message: message.into(),
        })
    }

    fn unexpected<T>(&self, item: Item, context: &str) -> Result<T> {
        let description = self.lexer.describe(item);
        if item.kind != Kind::Error {
            return self.error(format!("unexpected {description} in {context}"));
        }
        let line = self.current.action_line;
        if line == 0 || line == item.line {
            return self.error(description);
        }
        let action = if description.ends_with(" action") { "" } else { " in action" };
        self.error(format!("{description}{action} started at {}:{line}", self.file))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Item> {
        let item = self.next_non_space();
        if item.kind == kind { Ok(item) } else { self.unexpected(item, context) }
    }

    /// As Tree.add, of what was parsed in the state at hand.
    fn add(&mut self, name: Str, range: Range<usize>) -> Result<()> {
        let body = std::mem::take(&mut self.current.assembler).finish();
        let tree = Tree { name, body, slots: self.current.scope.slots as u32, range };
        match self.names.get(&tree.name) {
            None => {
                self.names.insert(tree.name.clone(), self.trees.len());
                self.trees.push(tree);
            }
            Some(&index) if self.trees[index].is_empty() => self.trees[index] = tree,
            Some(_) if tree.is_empty() => {}
            Some(_) => {
                return self.error(format!("template: multiple definition of template {}", quote(&tree.name)));
            }
        }
        Ok(())
    }

    fn parse(&mut self) -> Result<()> {
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delimiter = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.in_new_tree(Parser::definition)?;
                    continue;
                }
                self.backup2(delimiter);
            }
            match self.text_or_action()? {
                Parsed::Something => {}
                other => return self.error(format!("unexpected {}", other.text())),
            }
        }
        Ok(())
    }

    /// Parses with a state of its own, as Go does in a new Tree that shares the lexer.
    fn in_new_tree<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let outer = std::mem::replace(&mut self.current, Current::new());
        let result = parse(self);
        self.current = outer;
        result
    }

    fn definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        let item = self.next_non_space();
        if !matches!(item.kind, Kind::String | Kind::RawString) {
            return self.unexpected(item, CONTEXT);
        }
        let name = self.unquote(item)?;
        let start = self.expect(Kind::RightDelim, CONTEXT)?.end;
        let end = self.item_list()?;
        if end != Parsed::End {
            return self.error(format!("unexpected {} in {CONTEXT}", end.text()));
        }
        self.add(name, start as usize..self.current.items[self.current.peeked].start as usize)
    }

    fn unquote(&self, item: Item) -> Result<Str> {
        let quoted = self.value(item);
        // Most strings hold nothing to unquote, and then share the text.
        if let [b'"', inner @ .., b'"'] = quoted
            && !inner.contains(&b'\\')
            && std::str::from_utf8(inner).is_ok()
        {
            return Ok(self.text.slice(item.start as usize + 1..item.end as usize - 1));
        }
        match unquote(quoted) {
            Some(bytes) => Ok(Str::from(bytes)),
            None => self.error("invalid syntax"),
        }
    }

    fn item_list(&mut self) -> Result<Parsed> {
        self.depth += 1;
        if self.depth > limits::BLOCKS {
            return self.error(format!("blocks are nested more than {} deep", limits::BLOCKS));
        }
        while self.peek_non_space().kind != Kind::Eof {
            let parsed = self.text_or_action()?;
            if parsed != Parsed::Something {
                self.depth -= 1;
                return Ok(parsed);
            }
        }
        self.error("unexpected EOF")
    }

    fn emit(&mut self, operation: Operation) {
        self.current.assembler.emit(operation);
    }

    fn text_or_action(&mut self) -> Result<Parsed> {
        let item = self.next_non_space();
        match item.kind {
            Kind::Text => {
                self.emit(Operation::Text(item.start, self.value_str(item)));
                Ok(Parsed::Something)
            }
            Kind::LeftDelim => {
                self.current.action_line = item.line;
                let parsed = self.action()?;
                self.current.action_line = 0;
                Ok(parsed)
            }
            _ => self.unexpected(item, "input"),
        }
    }

    fn action(&mut self) -> Result<Parsed> {
        let kind = self.next_non_space().kind;
        match kind {
            Kind::Block => self.block()?,
            Kind::Break | Kind::Continue => self.break_or_continue(kind)?,
            Kind::Else => return self.else_control(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Parsed::End);
            }
            Kind::If => self.control(Control::If)?,
            Kind::Range => self.control(Control::Range)?,
            Kind::Template => self.template()?,
            Kind::With => self.control(Control::With)?,
            _ => {
                self.backup();
                self.command_action()?;
            }
        }
        Ok(Parsed::Something)
    }

    fn command_action(&mut self) -> Result<()> {
        let pipe = self.pipeline("command", Kind::RightDelim)?;
        self.emit(pipe.into_operation());
        Ok(())
    }

    fn break_or_continue(&mut self, kind: Kind) -> Result<()> {
        let text = if kind == Kind::Break { "{{break}}" } else { "{{continue}}" };
        let item = self.next_non_space();
        if item.kind != Kind::RightDelim {
            return self.unexpected(item, text);
        }
        if self.current.range_depth == 0 {
            return self.error(format!("{text} outside {{{{range}}}}"));
        }
        match kind {
            Kind::Break => self.current.assembler.break_loop(),
            _ => self.current.assembler.continue_loop(),
        }
        Ok(())
    }

    fn pipeline(&mut self, context: &str, end: Kind) -> Result<Box<Pipe>> {
        let position = self.peek_non_space().start;
        let mut assign = false;
        let mut names: Vec<Str> = Vec::new();
        while self.peek_non_space().kind == Kind::Variable {
            let variable = self.next();
            // In "$x foo" it takes "foo" to know that $x is not declared, and then the space goes back too.
            let after = self.peek();
            let next = self.peek_non_space();
            if matches!(next.kind, Kind::Assign | Kind::Declare) {
                assign = next.kind == Kind::Assign;
                self.next_non_space();
                names.push(self.value_str(variable));
                self.current.scope.know(&self.value_str(variable));
            } else if next.kind == Kind::Char && self.value(next) == b"," {
                self.next_non_space();
                names.push(self.value_str(variable));
                self.current.scope.know(&self.value_str(variable));
                if context == "range" && names.len() < 2 {
                    if matches!(self.peek_non_space().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                        continue;
                    }
                    return self.error("range can only initialize variables");
                }
                return self.error(format!("too many declarations in {context}"));
            } else if after.kind == Kind::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            break;
        }
        let before = self.commands.len();
        loop {
            let item = self.next_non_space();
            match item.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.commands.push(command);
                }
                _ => {
                    return self.unexpected(item, context);
                }
            }
        }
        let mut commands = self.commands.drain(before..);
        let Some(first) = commands.next() else {
            drop(commands);
            return self.error(format!("missing value for {context}"));
        };
        let rest: Box<[Command]> = commands.collect();
        let constant = |command: &Command| command.words.first().is_some_and(|word| word.operand.is_constant());
        if let Some(stage) = rest.iter().position(constant) {
            return self.error(format!("non executable command in pipeline stage {}", stage + 2));
        }
        // The executor sets the variables after it has evaluated the commands, so only now do the names mean them.
        let conditional = self.current.conditional > 0;
        let declare = |name: Str| {
            let scope = &mut self.current.scope;
            let slot = if assign { scope.resolve(&name) } else { Slot::At(scope.push(&name, conditional)) };
            Declaration { name, slot }
        };
        let variables: Box<[Declaration]> = names.into_iter().map(declare).collect();
        let sets = (!variables.is_empty()).then(|| Box::new(Declarations { assign, variables }));
        let is_deep = self.current.parentheses > DEEP;
        Ok(Box::new(Pipe { position, is_deep, sets, first, rest }))
    }

    fn control(&mut self, control: Control) -> Result<()> {
        let context = match control {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        };
        let known = self.current.scope.known.len();
        let pushed = self.current.scope.pushed.len();
        let pipe = self.pipeline(context, Kind::RightDelim)?;
        let with_pipe = self.current.scope.pushed.len();
        let mut branch = self.current.assembler.begin(control, pipe);
        self.current.range_depth += usize::from(control == Control::Range);
        let end = self.item_list()?;
        self.current.range_depth -= usize::from(control == Control::Range);
        self.current.assembler.end_body(&mut branch);
        self.current.scope.pop(with_pipe);
        if end == Parsed::Else {
            self.current.assembler.otherwise(&mut branch);
            // "{{if a}}_{{else if b}}_{{end}}" is "{{if a}}_{{else}}{{if b}}_{{end}}{{end}}" with one end.
            let next = self.peek().kind;
            if control == Control::If && next == Kind::If || control == Control::With && next == Kind::With {
                self.next();
                self.depth += 1;
                if self.depth > limits::BLOCKS {
                    return self.error(format!("blocks are nested more than {} deep", limits::BLOCKS));
                }
                self.control(control)?;
                self.depth -= 1;
            } else {
                let end = self.item_list()?;
                if end != Parsed::End {
                    return self.error(format!("expected end; found {}", end.text()));
                }
            }
        }
        self.current.assembler.end(branch);
        self.current.scope.pop(pushed);
        self.current.scope.forget(known);
        Ok(())
    }

    fn else_control(&mut self) -> Result<Parsed> {
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Parsed::Else)
    }

    fn template_name(&mut self, context: &str) -> Result<(u32, Str)> {
        let item = self.next_non_space();
        if !matches!(item.kind, Kind::String | Kind::RawString) {
            return self.unexpected(item, context);
        }
        Ok((item.start, self.unquote(item)?))
    }

    fn block(&mut self) -> Result<()> {
        const CONTEXT: &str = "block clause";
        let (position, name) = self.template_name(CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let start = self.current.items[self.current.peeked].end;
        let outer = std::mem::replace(&mut self.current, Current::new());
        let end = self.item_list()?;
        if end != Parsed::End {
            self.current = outer;
            return self.error(format!("unexpected {} in {CONTEXT}", end.text()));
        }
        self.add(name.clone(), start as usize..self.current.items[self.current.peeked].start as usize)?;
        self.current = outer;
        self.emit(Operation::Template(Box::new(Invocation { position, name, pipe: Some(pipe) })));
        Ok(())
    }

    fn template(&mut self) -> Result<()> {
        const CONTEXT: &str = "template clause";
        let (position, name) = self.template_name(CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        self.emit(Operation::Template(Box::new(Invocation { position, name, pipe })));
        Ok(())
    }

    fn command(&mut self) -> Result<Command> {
        let position = self.peek_non_space().start;
        let first = self.words.len();
        let pushed = self.current.scope.pushed.len();
        let mut conditional = false;
        loop {
            self.peek_non_space();
            // The first argument of `and` and `or` is always evaluated.
            if !conditional && let [Expression { operand: Operand::Identifier(function), .. }, _] = &self.words[first..]
            {
                conditional = function.short_circuit.is_some();
                self.current.conditional += usize::from(conditional);
            }
            if let Some(operand) = self.operand()? {
                self.words.push(operand);
            }
            let item = self.next();
            match item.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => {
                    return self.unexpected(item, "operand");
                }
            }
            break;
        }
        let words: Box<[Expression]> = self.words.drain(first..).collect();
        if words.is_empty() {
            return self.error("empty command");
        }
        let mut slots = Vec::new();
        if conditional {
            self.current.conditional -= 1;
            let scope = &self.current.scope;
            slots.extend(
                (pushed..scope.pushed.len()).filter(|slot| scope.pushed[*slot].conditional).map(|slot| slot as u32),
            );
        }
        let conditional = (!slots.is_empty()).then(|| Box::new(Slots(slots.into_boxed_slice())));
        Ok(Command { position, words, conditional })
    }

    fn operand(&mut self) -> Result<Option<Expression>> {
        let Some(mut node) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(node));
        }
        let position = self.peek().start;
        let first = self.fields.len();
        if let Operand::Field(field) = &mut node.operand {
            self.fields.extend(field.iter_mut().map(std::mem::take));
        }
        while self.peek().kind == Kind::Field {
            let item = self.next();
            let field = self.field(item);
            self.fields.push(field.into());
        }
        let fields: Box<[Field]> = self.fields.drain(first..).collect();
        // More fields on a field or a variable are just a longer field or variable.
        match &mut node.operand {
            Operand::Field(first) => *first = fields,
            Operand::Variable(variable) => variable.fields = fields,
            Operand::Bool(_)
            | Operand::String(_)
            | Operand::Quoted(_)
            | Operand::Number(_)
            | Operand::Nil
            | Operand::Dot => {
                return self.error(format!("unexpected . after term {}", quote(node.text().as_bytes())));
            }
            _ => {
                let base = node;
                node = Expression { position, operand: Operand::Chain(Box::new(Chain { base, fields })) };
            }
        }
        node.position = position;
        Ok(Some(node))
    }

    fn term(&mut self) -> Result<Option<Expression>> {
        let item = self.next_non_space();
        let operand = match item.kind {
            Kind::Identifier => match self.functions.get(self.value(item)) {
                Some(function) => Operand::Identifier(function),
                None => return self.error(format!("function {} not defined", quote(self.value(item)))),
            },
            Kind::Dot => Operand::Dot,
            Kind::Nil => Operand::Nil,
            Kind::Variable => {
                let name = self.value_str(item);
                if !self.current.scope.knows(&name) {
                    return self.error(format!("undefined variable {}", quote(&name)));
                }
                let slot = self.current.scope.resolve(&name);
                Operand::Variable(Box::new(Variable { name, slot, fields: Box::default() }))
            }
            Kind::Field => Operand::Field(Box::new([self.field(item).into()])),
            Kind::Bool => Operand::Bool(self.value(item) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => match Number::parse(self.value_str(item), item.kind) {
                Ok(number) => Operand::Number(Box::new(number)),
                Err(error) => return self.error(error),
            },
            Kind::LeftParen => {
                if self.current.parentheses >= limits::PARENTHESES {
                    return self.error("max expression depth exceeded");
                }
                self.current.parentheses += 1;
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.current.parentheses -= 1;
                let position = pipe.position;
                return Ok(Some(Expression { position, operand: Operand::Pipe(pipe) }));
            }
            Kind::String | Kind::RawString => Operand::of_string(self.value_str(item), self.unquote(item)?),
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Expression { position: item.start, operand }))
    }
}
