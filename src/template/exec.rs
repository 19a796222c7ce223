//! Execution: the loop over a template's operations, and what functions see of it. As text/template exec.go.
//!
//! Control flow and `template` actions use no stack of the machine: open loops and waiting templates are kept in
//! vectors. Only parentheses (see `eval`) and functions that run templates recurse.

use super::compile::Operation;
use super::error::{Error, ExecError, Location};
use super::function::{Caller, Evaluate, Function};
use super::lex::LEFT;
use super::limits;
use super::memo::{Memo, Recalled};
use super::node::{Declaration, Expression, Node, Pipe};
use super::observer::{Observer, Place};
use super::templates::{Scope, Template, Templates};
use crate::go::strconv::quote;
use crate::go::{Dict, Elem, Kind, List, Map, Object, Str, StrBuilder, Type, Value, bytes};
use crate::host::Host;
use crate::template::Language;
use std::any::Any;
use std::rc::Rc;

/// Runs templates of one set, one after the other, and keeps between them what is worth keeping: compiled `tpl` texts
/// and buffers. Must run on a thread with [`limits::STACK`] bytes of stack.
pub struct Executor<'t, O: Observer> {
    templates: &'t Templates,
    shared: Shared<'t, O>,
}

impl<'t, O: Observer> Executor<'t, O> {
    /// An executor for the templates of this set.
    pub fn new(templates: &'t Templates, host: &'t dyn Host, state: &'t mut dyn Any, observer: O) -> Self {
        let shared = Shared {
            host,
            state,
            observer,
            dots: Vec::new(),
            slots: Vec::new(),
            spare_arguments: Vec::new(),
            spare_buffers: Vec::new(),
            texts: Texts::default(),
            memo: Memo::new(templates),
            iterations: 0,
            stack: 0,
            calls: 0,
            nil_interface: false,
        };
        Executor { templates, shared }
    }

    /// As `t.ExecuteTemplate(out, name, data)`. After an error `out` holds what was written until then.
    pub fn execute(&mut self, name: &Str, data: Value, out: &mut StrBuilder) -> Result<(), Error> {
        self.shared.iterations = 0;
        self.shared.stack = stack_address();
        self.shared.calls = 0;
        self.shared.memo.begin();
        let scope = Scope { templates: self.templates, outer: None };
        let Some(template) = scope.lookup(name) else {
            return Err(no_template(name, self.templates));
        };
        let mut exec = Exec::new(&mut self.shared, &scope, template, std::mem::take(out));
        let result = exec.run(template, data);
        *out = exec.out;
        result
    }

    /// What functions keep.
    pub fn state(&mut self) -> &mut dyn Any {
        self.shared.state
    }

    /// The observer, for what it saw.
    pub fn observer(&mut self) -> &mut O {
        &mut self.shared.observer
    }
}

/// Executes one template: [`Executor::execute`] with an executor of its own.
pub fn execute<O: Observer>(
    templates: &Templates,
    name: &Str,
    data: Value,
    out: &mut StrBuilder,
    host: &dyn Host,
    state: &mut dyn Any,
    observer: O,
) -> Result<(), Error> {
    Executor::new(templates, host, state, observer).execute(name, data, out)
}

/// What all executions inside one execution share.
pub(super) struct Shared<'h, O: Observer> {
    host: &'h dyn Host,
    state: &'h mut dyn Any,
    pub observer: O,
    /// Dot, and what it was outside.
    pub dots: Vec<Evaluated>,
    /// The variables of all running templates.
    pub slots: Vec<Evaluated>,
    /// Vectors and buffers that wait for their next use.
    pub spare_arguments: Vec<Vec<Value>>,
    spare_buffers: Vec<StrBuilder>,
    texts: Texts,
    memo: Memo<'h>,
    iterations: u64,
    /// Where the stack stood when the execution began.
    stack: usize,
    /// How many `include`s and `tpl`s are running.
    calls: usize,
    /// See [`Caller::nil_interface`].
    pub nil_interface: bool,
}

/// Compiled texts of `tpl`. What a text compiles to depends on nothing but the text: its templates are found through
/// the scope of each execution.
#[derive(Default)]
struct Texts {
    compiled: Map<Str, Rc<Templates>>,
    bytes: usize,
}

impl Texts {
    /// How many bytes of text are kept; beyond that the cache starts anew.
    const BYTES: usize = 16 << 20;

    fn insert(&mut self, text: &Str, templates: &Rc<Templates>) {
        if self.bytes + text.len() > Texts::BYTES {
            *self = Texts::default();
        }
        if text.len() <= Texts::BYTES {
            self.bytes += text.len();
            self.compiled.insert(text.clone(), Rc::clone(templates));
        }
    }
}

/// A value as reflect.Value holds it: with its static type, as far as templates can tell it.
#[derive(Clone, Default)]
pub(super) struct Evaluated {
    pub value: Value,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Of the type that the value has; together with nil this is the absence of any value, reflect's zero Value.
    #[default]
    Concrete,
    /// An `interface {}` that holds the value.
    Interface,
    /// Nothing was put into this slot.
    Unset,
}

impl Evaluated {
    pub fn concrete(value: Value) -> Evaluated {
        Evaluated { value, form: Form::Concrete }
    }

    /// What is in a slot that nothing was put into.
    fn unset() -> Evaluated {
        Evaluated { value: Value::Nil, form: Form::Unset }
    }

    /// What a function returns: one that may return nil returns an interface.
    pub fn returned(value: Value) -> Evaluated {
        let form = if matches!(value, Value::Nil) { Form::Interface } else { Form::Concrete };
        Evaluated { value, form }
    }

    /// Whether this is reflect's zero Value.
    pub fn is_invalid(&self) -> bool {
        matches!(self.value, Value::Nil) && self.form != Form::Interface
    }

    /// An element of a list.
    fn element(list: &List, index: usize) -> Option<Evaluated> {
        let form = if list.elem() == Elem::Any { Form::Interface } else { Form::Concrete };
        list.get(index).map(|value| Evaluated { value: value.clone(), form })
    }
}

/// One execution, as Go's state.
pub(super) struct Exec<'a, 's, 'h: 'a, O: Observer> {
    pub shared: &'s mut Shared<'h, O>,
    scope: &'a Scope<'a>,
    template: &'a Template,
    /// The node at which an error would be.
    pub node: Node<'a>,
    /// Where the variables of the running template begin.
    pub base: usize,
    out: StrBuilder,
    /// The arguments of the function that runs now, as they are written.
    pub arguments: &'a [Expression],
    /// The only argument of `call`, where it comes from the pipeline.
    piped: Option<String>,
}

/// A template that waits for the one it called.
struct Frame<'a> {
    template: &'a Template,
    operations: &'a [Operation],
    next: usize,
    base: usize,
    node: Node<'a>,
    /// Whether it waits for a body of its own and not for another template.
    in_body: bool,
}

/// A `range` that runs.
struct Loop<'a> {
    items: Items,
    pipe: &'a Pipe,
    /// How many dots there were before.
    dots: usize,
}

enum Items {
    Int { next: i64, end: i64, wrap: fn(i64) -> Value },
    Uint { next: u64, end: u64, wrap: fn(u64) -> Value },
    Named { next: i64, end: i64, object: Rc<dyn Object> },
    List { list: List, next: usize },
    Bytes { bytes: Str, next: usize },
    Map { entries: std::vec::IntoIter<(Str, Value)>, form: Form },
}

impl Items {
    fn of_dict(dict: &Dict, form: Form) -> Items {
        Items::Map { entries: dict.snapshot().into_iter(), form }
    }

    /// The next index and element.
    fn next(&mut self) -> Option<(Value, Evaluated)> {
        Some(match self {
            Items::Int { next, end, .. } if *next >= *end => return None,
            Items::Uint { next, end, .. } if *next >= *end => return None,
            Items::Int { next, wrap, .. } => {
                *next += 1;
                (Value::Nil, Evaluated::concrete(wrap(*next - 1)))
            }
            Items::Uint { next, wrap, .. } => {
                *next += 1;
                (Value::Nil, Evaluated::concrete(wrap(*next - 1)))
            }
            Items::Named { next, end, .. } if *next >= *end => return None,
            Items::Named { next, object, .. } => {
                *next += 1;
                (Value::Nil, Evaluated::concrete(object.with_number(*next - 1)?))
            }
            Items::List { list, next } => {
                *next += 1;
                (Value::Int(*next as i64 - 1), Evaluated::element(list, *next - 1)?)
            }
            Items::Bytes { bytes, next } => {
                *next += 1;
                (Value::Int(*next as i64 - 1), Evaluated::concrete(Value::Uint8(*bytes.get(*next - 1)?)))
            }
            Items::Map { entries, form } => {
                let (key, value) = entries.next()?;
                (Value::String(key), Evaluated { value, form: *form })
            }
        })
    }
}

impl<'a, 's, 'h, O: Observer> Exec<'a, 's, 'h, O> {
    fn new(
        shared: &'s mut Shared<'h, O>,
        scope: &'a Scope<'a>,
        template: &'a Template,
        out: StrBuilder,
    ) -> Exec<'a, 's, 'h, O> {
        Exec { shared, scope, template, node: Node::Nothing, base: 0, out, arguments: &[], piped: None }
    }

    /// Runs a template to its end, leaving everything but the output as it was.
    fn run(&mut self, template: &'a Template, data: Value) -> Result<(), Error> {
        let (outer, node, base) = (self.template, self.node, self.base);
        let (dots, slots) = (self.shared.dots.len(), self.shared.slots.len());
        let result = self.walk(template, Evaluated::concrete(data));
        (self.template, self.node, self.base) = (outer, node, base);
        self.shared.dots.truncate(dots);
        self.shared.slots.truncate(slots);
        result
    }

    /// Begins a template, of which only `$` is set, and gives its operations.
    fn enter(&mut self, template: &'a Template, dot: Evaluated) -> Result<&'a [Operation], Error> {
        let body = template.code().body().map_err(|error| Error::from(error.clone()))?;
        if O::ACTIVE {
            self.shared.observer.enter(template);
        }
        self.template = template;
        self.base = self.shared.slots.len();
        self.shared.slots.push(dot.clone());
        self.shared.slots.resize_with(self.base + body.slots as usize, Evaluated::unset);
        self.shared.dots.push(dot);
        Ok(&body.operations)
    }

    fn walk(&mut self, template: &'a Template, dot: Evaluated) -> Result<(), Error> {
        let mut frames: Vec<Frame<'a>> = Vec::new();
        let mut loops: Vec<Loop<'a>> = Vec::new();
        let mut next = 0;
        let mut depth = 0;
        let mut operations = self.enter(template, dot)?;
        loop {
            let Some(operation) = operations.get(next) else {
                if let Some(frame) = frames.pop_if(|frame| frame.in_body) {
                    (operations, next) = (frame.operations, frame.next);
                    continue;
                }
                self.shared.dots.pop();
                self.shared.slots.truncate(self.base);
                if O::ACTIVE {
                    self.shared.observer.leave();
                }
                let Some(frame) = frames.pop() else { return Ok(()) };
                depth -= 1;
                (self.template, self.base, self.node) = (frame.template, frame.base, frame.node);
                (operations, next) = (frame.operations, frame.next);
                continue;
            };
            next += 1;
            match operation {
                Operation::Text(position, text) => self.write(*position as usize, text, true)?,
                Operation::Literal(position, text) => self.write(*position as usize, text, false)?,
                Operation::Action(pipe) => {
                    self.begin(pipe);
                    let result = self.pipeline(pipe);
                    match &result {
                        Ok(value) if pipe.sets.is_none() => self.print(pipe, value)?,
                        Ok(_) => {}
                        Err(_) => return result.map(drop),
                    }
                }
                Operation::If { pipe, otherwise } => {
                    self.begin(pipe);
                    if !self.condition(pipe)? {
                        next = *otherwise;
                    }
                }
                Operation::With { pipe, otherwise } => {
                    self.begin(pipe);
                    let value = self.pipeline(pipe)?;
                    if value.is_true() {
                        self.shared.dots.push(Evaluated::concrete(value));
                    } else {
                        next = *otherwise;
                    }
                }
                Operation::EndWith => {
                    self.shared.dots.pop();
                }
                Operation::Jump(target) => next = *target,
                Operation::Range { pipe, otherwise } => {
                    self.begin(pipe);
                    let value = self.pipeline(pipe)?;
                    let dots = self.shared.dots.len();
                    let mut around = Loop { items: self.items(value, pipe)?, pipe, dots };
                    if self.iterate(&mut around)? {
                        loops.push(around);
                    } else {
                        next = *otherwise;
                    }
                }
                Operation::Next { body } => {
                    if let Some(around) = loops.last_mut() {
                        self.shared.dots.truncate(around.dots);
                        if self.iterate(around)? {
                            next = *body;
                        } else {
                            loops.pop();
                        }
                    }
                }
                Operation::Break(target) => {
                    if let Some(around) = loops.pop() {
                        self.shared.dots.truncate(around.dots);
                    }
                    next = *target;
                }
                Operation::Body(code) => {
                    let (template, base, node) = (self.template, self.base, self.node);
                    frames.push(Frame { template, operations, next, base, node, in_body: true });
                    let body = code.body().map_err(|error| Error::from(error.clone()))?;
                    let slots = self.base + body.slots as usize;
                    if slots > self.shared.slots.len() {
                        self.shared.slots.resize_with(slots, Evaluated::unset);
                    }
                    (operations, next) = (&body.operations, 0);
                }
                Operation::Template(invocation) => {
                    self.node = Node::Template(invocation);
                    if O::ACTIVE {
                        self.shared.observer.begin(self.place(self.node));
                    }
                    let Some(called) = self.lookup(&invocation.name) else {
                        return Err(self.error(format!("template {} not defined", quote(&invocation.name))));
                    };
                    if depth == limits::TEMPLATE_DEPTH {
                        let limit = limits::TEMPLATE_DEPTH;
                        return Err(self.error(format!("exceeded maximum template depth ({limit})")));
                    }
                    let dot = match &invocation.pipe {
                        Some(pipe) => Evaluated::concrete(self.pipeline(pipe)?),
                        None => Evaluated::default(),
                    };
                    let (template, base, node) = (self.template, self.base, self.node);
                    frames.push(Frame { template, operations, next, base, node, in_body: false });
                    depth += 1;
                    next = 0;
                    operations = self.enter(called, dot)?;
                }
            }
        }
    }

    /// What `range` goes over, as walkRange.
    fn items(&mut self, value: Value, pipe: &'a Pipe) -> Result<Items, Error> {
        if O::ACTIVE {
            self.shared.observer.ranged(&value);
        }
        Ok(match value {
            Value::Nil => Items::Int { next: 0, end: 0, wrap: Value::Int },
            Value::List(list) => Items::List { list, next: 0 },
            Value::Bytes(bytes) => Items::Bytes { bytes: *bytes, next: 0 },
            Value::Dict(dict) => {
                let strings = dict.ty() == crate::go::DictType::Strings;
                Items::of_dict(&dict, if strings { Form::Concrete } else { Form::Interface })
            }
            Value::Int(_) | Value::Int64(_) | Value::Uint8(_) | Value::Uint64(_) if !self.ranges_over_integers() => {
                return Err(self.error(format!("range can't iterate over {}", printable(&value))));
            }
            Value::Int(_) | Value::Int64(_) | Value::Uint8(_) | Value::Uint64(_) if pipe.declarations().len() > 1 => {
                return Err(
                    self.error(format!("can't use {} to iterate over more than one variable", printable(&value)))
                );
            }
            Value::Int(end) => Items::Int { next: 0, end, wrap: Value::Int },
            Value::Int64(end) => Items::Int { next: 0, end, wrap: Value::Int64 },
            Value::Uint64(end) => Items::Uint { next: 0, end, wrap: Value::Uint64 },
            Value::Uint8(end) => Items::Uint { next: 0, end: u64::from(end), wrap: |n| Value::Uint8(n as u8) },
            Value::Object(object) => match object.underlying() {
                Some(Value::Dict(dict)) => Items::of_dict(&dict, Form::Concrete),
                Some(value) if object.ty().kind == Kind::Slice => return self.items(value, pipe),
                Some(Value::Int(_) | Value::Int64(_))
                    if self.ranges_over_integers() && pipe.declarations().len() > 1 =>
                {
                    let value = printable(&Value::Object(object));
                    return Err(self.error(format!("can't use {value} to iterate over more than one variable")));
                }
                Some(Value::Int(end) | Value::Int64(end)) if self.ranges_over_integers() => {
                    Items::Named { next: 0, end, object }
                }
                _ => {
                    // Here the value has no address, so a method of the pointer does not print it.
                    let value = match object.ty().kind {
                        Kind::Struct => crate::go::fmt::sprint(&[Value::Object(object)]),
                        _ => printable(&Value::Object(object)),
                    };
                    return Err(self.error(format!("range can't iterate over {value}")));
                }
            },
            Value::Bool(_) | Value::Float64(_) | Value::Complex128(_) | Value::String(_) => {
                return Err(self.error(format!("range can't iterate over {}", printable(&value))));
            }
        })
    }

    fn ranges_over_integers(&self) -> bool {
        self.scope.templates.language() >= Language::Go125
    }

    /// Goes to the next element: makes it dot and puts it into the variables. Returns false where there is none.
    fn iterate(&mut self, around: &mut Loop<'a>) -> Result<bool, Error> {
        let Some((index, element)) = around.items.next() else { return Ok(false) };
        self.shared.iterations += 1;
        if self.shared.iterations > limits::ITERATIONS {
            self.node = Node::Pipe(around.pipe);
            return Err(self.error(format!("the bodies of range ran more than {} times", limits::ITERATIONS)));
        }
        let set = |exec: &mut Self, declaration: &Declaration, value: Evaluated| exec.set(declaration, value);
        match around.pipe.declarations() {
            [] => {}
            [declaration] => set(self, declaration, element.clone())?,
            [first, second, ..] => {
                set(self, first, Evaluated::concrete(index))?;
                set(self, second, element.clone())?;
            }
        }
        self.shared.dots.push(element);
        Ok(true)
    }

    /// Tells an observer that the evaluation of an action begins.
    fn begin(&mut self, pipe: &'a Pipe) {
        if O::ACTIVE {
            self.shared.observer.begin(self.place(Node::Pipe(pipe)));
        }
    }

    /// Dot.
    pub fn dot(&self) -> Evaluated {
        self.shared.dots.last().cloned().unwrap_or_default()
    }

    fn write(&mut self, position: usize, text: &Str, verbatim: bool) -> Result<(), Error> {
        let start = self.out.len();
        self.room(text.len())?;
        if !O::ACTIVE {
            // Nobody but an observer marks strings.
            self.out.push_bytes(text);
        } else {
            self.out.push(text);
            let (file, template) = (self.template.file(), self.template.name());
            let place = Place { file, template, position, verbatim };
            self.shared.observer.wrote(place, start..self.out.len());
            for span in text.marks() {
                let range = start + span.range.start as usize..start + span.range.end as usize;
                self.shared.observer.marked(span.mark, range);
            }
        }
        Ok(())
    }

    /// As printValue.
    fn print(&mut self, pipe: &'a Pipe, value: &Value) -> Result<(), Error> {
        self.node = Node::Action(pipe);
        if let Value::String(text) = value {
            return self.write(pipe.position as usize, text, false);
        }
        if O::ACTIVE {
            self.shared.observer.used(value);
            return self.write(pipe.position as usize, &printable(value), false);
        }
        self.out.write(|bytes| match value {
            Value::Nil => bytes.extend_from_slice(NO_VALUE),
            Value::Object(_) => bytes.extend_from_slice(&printable(value)),
            value => crate::go::fmt::append(bytes, value),
        });
        self.room(0)
    }

    /// Checks that so many bytes still fit into the buffer.
    fn room(&mut self, bytes: usize) -> Result<(), Error> {
        if self.out.len() + bytes > limits::OUTPUT {
            return Err(self.error(format!("the output is longer than {} MiB", limits::OUTPUT >> 20)));
        }
        Ok(())
    }

    /// The place of a node, for an observer.
    pub fn place(&self, node: Node<'a>) -> Place<'a> {
        let (file, template) = (self.template.file(), self.template.name());
        Place { file, template, position: node.position(), verbatim: false }
    }

    /// An error at the current node.
    #[cold]
    pub fn error(&self, message: impl Into<String>) -> Error {
        Error::Exec(Box::new(ExecError {
            at: self.location(),
            template: self.template.name().to_string(),
            message: message.into(),
            source: None,
        }))
    }

    /// An error of a function, at the current node.
    #[cold]
    pub fn error_calling(&self, name: &str, source: Error) -> Error {
        Error::Exec(Box::new(ExecError {
            at: self.location(),
            template: self.template.name().to_string(),
            message: format!("error calling {name}: "),
            source: Some(Box::new(source)),
        }))
    }

    /// As ErrorContext.
    fn location(&self) -> Option<Location> {
        let position = match self.node {
            Node::Nothing => return None,
            node => node.position(),
        };
        let before = self.template.source().get(..position).unwrap_or_default();
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        Some(Location {
            file: self.template.file().to_string(),
            line: 1 + bytes::count(before, b'\n'),
            column: position - line_start,
            context: self.node.text(),
        })
    }

    /// Fails where more than half of the stack is used; the other half is for functions and for parsing.
    pub fn check_stack(&self) -> Result<(), Error> {
        if self.shared.stack.abs_diff(stack_address()) > limits::STACK / 2 {
            return Err(self.error("include, tpl and parentheses are nested too deep for the stack"));
        }
        Ok(())
    }

    fn check_calls(&self) -> Result<(), Error> {
        if self.shared.calls >= limits::CALLS {
            return Err(self.error(format!("include and tpl are nested more than {} deep", limits::CALLS)));
        }
        self.check_stack()
    }

    /// Runs something with a new buffer and returns what it wrote.
    fn buffered(
        &mut self,
        run: impl FnOnce(&mut Self, StrBuilder) -> (StrBuilder, Result<(), Error>),
    ) -> Result<Str, Error> {
        if O::ACTIVE {
            self.shared.observer.open();
        }
        let buffer = self.shared.spare_buffers.pop().unwrap_or_default();
        self.shared.calls += 1;
        self.shared.memo.deepen(self.shared.calls);
        let (mut buffer, result) = run(self, buffer);
        self.shared.calls -= 1;
        let text = result.map(|()| buffer.to_str());
        buffer.clear();
        self.shared.spare_buffers.push(buffer);
        let text = text?;
        Ok(if O::ACTIVE { self.shared.observer.close(text) } else { text })
    }

    /// The template of that name.
    fn lookup(&self, name: &Str) -> Option<&'a Template> {
        if !self.scope.shows_whole_set(name) {
            // What it means depends on the text of a `tpl` around this template.
            self.shared.memo.effect();
        }
        self.scope.lookup(name)
    }

    /// Runs a template into a buffer of its own.
    fn include(&mut self, template: &'a Template, data: Value) -> Result<Str, Error> {
        self.buffered(|exec, buffer| {
            let outer = std::mem::replace(&mut exec.out, buffer);
            let result = exec.run(template, data);
            (std::mem::replace(&mut exec.out, outer), result)
        })
    }

    fn compile(&mut self, text: &Str) -> Result<Rc<Templates>, Error> {
        // Marks belong to one text and not to others of the same bytes.
        let cached = !O::ACTIVE || text.marks().next().is_none();
        if cached && let Some(templates) = self.shared.texts.compiled.get(text) {
            return Ok(Rc::clone(templates));
        }
        let mut templates = self.scope.templates.overlay();
        let root = templates.root().clone();
        templates.parse_now(&root, text)?;
        let templates = Rc::new(templates);
        if cached {
            self.shared.texts.insert(text, &templates);
        }
        Ok(templates)
    }
}

impl<O: Observer> Caller for Exec<'_, '_, '_, O> {
    fn host(&self) -> &dyn Host {
        self.shared.memo.effect();
        self.shared.host
    }

    fn effect(&self) {
        self.shared.memo.effect();
    }

    fn state(&mut self) -> &mut dyn Any {
        self.shared.state
    }

    fn execute(&mut self, name: &Str, data: Value) -> Result<Str, Error> {
        self.check_calls()?;
        let no_template = || no_template(name, self.scope.templates);
        // An observer wants to see everything run.
        if O::ACTIVE || !self.scope.shows_whole_set(name) {
            let template = self.lookup(name).ok_or_else(no_template)?;
            return self.include(template, data);
        }
        match self.shared.memo.recall(name, &data, self.shared.calls).ok_or_else(no_template)? {
            Recalled::Printed(text) => Ok(text),
            Recalled::Template(template, None) => self.include(template, data),
            Recalled::Template(template, Some(run)) => {
                let result = self.include(template, data);
                self.shared.memo.keep(run, result.as_ref().ok());
                result
            }
        }
    }

    fn evaluate(&mut self, text: &Str, data: Value) -> Result<Str, Evaluate> {
        self.check_calls().map_err(Evaluate::Execute)?;
        // Most texts are plain, as values are that might hold a template but do not.
        if !O::PLAIN_TEXTS && bytes::index(text, LEFT).is_none() {
            return Ok(text.clone());
        }
        let templates = self.compile(text).map_err(Evaluate::Parse)?;
        let scope = Scope { templates: &templates, outer: Some(self.scope.visible()) };
        let Some(template) = scope.lookup(templates.root()) else {
            return Err(Evaluate::Execute(no_template(templates.root(), &templates)));
        };
        let result = self.buffered(|exec, buffer| {
            let mut inner = Exec::new(exec.shared, &scope, template, buffer);
            let result = inner.run(template, data);
            (inner.out, result)
        });
        result.map_err(Evaluate::Execute)
    }

    fn nil_interface(&self) -> bool {
        self.shared.nil_interface
    }

    fn first_argument(&self) -> String {
        self.arguments.first().map(Expression::text).or(self.piped.clone()).unwrap_or_default()
    }
}

impl<'a, O: Observer> Exec<'a, '_, '_, O> {
    /// Calls a function whose arguments were checked.
    pub fn call(&mut self, function: &'static Function, node: Node<'a>, values: &mut [Value]) -> Result<Value, Error> {
        if O::ACTIVE {
            let place = self.place(node);
            self.shared.observer.call(place, function, values);
        }
        // As evalCall, which has a special case for `call`, too: its errors name what it was to call.
        if let ("call", [], [value, ..]) = (function.name, self.arguments, &*values) {
            self.piped = Some(match value.ty() {
                Some(Type::String) => printable(value).to_string(),
                Some(ty) => format!("<{ty} Value>"),
                None => "<invalid Value>".to_owned(),
            });
        }
        let arguments = self.arguments;
        let result = (function.call)(self, values);
        self.arguments = arguments;
        match result {
            Ok(value) if O::ACTIVE => Ok(self.shared.observer.returned(function, value)),
            Ok(value) => Ok(value),
            Err(error) => {
                self.node = node;
                Err(self.error_calling(function.name, error))
            }
        }
    }
}

fn no_template(name: &Str, templates: &Templates) -> Error {
    Error::Text(format!("template: no template {} associated with template {}", quote(name), quote(templates.root())))
}

/// About where the stack of this thread stands.
#[inline(never)]
fn stack_address() -> usize {
    let here = 0u8;
    std::ptr::from_ref(&here).addr()
}

/// What stands for the absence of a value, which Helm removes from the output.
const NO_VALUE: &[u8] = b"<no value>";

/// As fmt.Fprint of what printableValue makes of a value: of a pointer it prints what the pointer points to.
fn printable(value: &Value) -> Str {
    let text = match value {
        Value::Nil => return Str::from(NO_VALUE),
        Value::Object(object) if object.stringer().is_none() && object.pointer_stringer().is_some() => {
            return object.pointer_stringer().map(Str::from).unwrap_or_default();
        }
        value => crate::go::fmt::sprint(std::slice::from_ref(value)),
    };
    match value {
        Value::Object(object)
            if object.ty().kind == Kind::Pointer && object.stringer().is_none() && text.starts_with(b"&") =>
        {
            text.slice(1..text.len())
        }
        _ => text,
    }
}
