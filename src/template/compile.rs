//! Flattens parse nodes into operations, so that control flow needs no recursion.

use super::code::Code;
use super::node::{Action, Branch, Invocation, Pipe, Statement};
use crate::go::Str;

/// One step of a template.
pub(super) enum Operation {
    /// Writes the text that stands at a position.
    Text(u32, Str),
    /// Writes a string for the action at a position.
    Literal(u32, Str),
    /// Evaluates a pipeline and prints the result, unless it went into variables.
    Action(Box<Action>),
    /// Evaluates a pipeline and goes to `otherwise` if the result is not true.
    If { pipe: Box<Pipe>, otherwise: usize },
    /// The same, and makes the result dot if it is true.
    With { pipe: Box<Pipe>, otherwise: usize },
    /// Takes back what `With` made dot.
    EndWith,
    /// Goes elsewhere.
    Jump(usize),
    /// Evaluates a pipeline and begins a loop over the result, or goes to `otherwise` where there is nothing to loop over.
    Range { pipe: Box<Pipe>, otherwise: usize },
    /// Goes to `body` with the next element, or ends the loop.
    Next { body: usize },
    /// Ends the loop and goes elsewhere.
    Break(usize),
    /// Runs another template.
    Template(Box<Invocation>),
    /// Runs a body of this template that is compiled for itself.
    Body(Box<Code>),
}

/// The operations of a template. After the last one it ends.
pub(super) fn compile(body: Vec<Statement>) -> Box<[Operation]> {
    let mut compiler = Compiler { code: Vec::new(), loops: Vec::new() };
    compiler.statements(body);
    compiler.code.into_boxed_slice()
}

struct Compiler {
    code: Vec<Operation>,
    /// The jumps of the loops around this place that wait for their target.
    loops: Vec<Loop>,
}

#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

impl Compiler {
    fn emit(&mut self, operation: Operation) -> usize {
        self.code.push(operation);
        self.code.len() - 1
    }

    /// Makes the jump at `at` go to what is emitted next.
    fn land(&mut self, at: usize) {
        let here = self.code.len();
        match &mut self.code[at] {
            Operation::If { otherwise: target, .. }
            | Operation::With { otherwise: target, .. }
            | Operation::Range { otherwise: target, .. }
            | Operation::Jump(target)
            | Operation::Break(target) => *target = here,
            _ => {}
        }
    }

    fn statements(&mut self, statements: Vec<Statement>) {
        for statement in statements {
            match statement {
                Statement::Text(position, text) => {
                    self.emit(Operation::Text(position, text));
                }
                Statement::Literal(position, text) => {
                    self.emit(Operation::Literal(position, text));
                }
                Statement::Action(action) => {
                    self.emit(Operation::Action(action));
                }
                Statement::If(branch) => {
                    let Branch { pipe, body, otherwise } = *branch;
                    let start = self.emit(Operation::If { pipe: Box::new(pipe), otherwise: 0 });
                    self.statements(body);
                    self.otherwise(start, otherwise);
                }
                Statement::With(branch) => {
                    let Branch { pipe, body, otherwise } = *branch;
                    let start = self.emit(Operation::With { pipe: Box::new(pipe), otherwise: 0 });
                    self.statements(body);
                    self.emit(Operation::EndWith);
                    self.otherwise(start, otherwise);
                }
                Statement::Range(branch) => self.range(*branch),
                Statement::Template(invocation) => {
                    self.emit(Operation::Template(invocation));
                }
                Statement::Later(code) => {
                    self.emit(Operation::Body(code));
                }
                Statement::Break => {
                    let at = self.emit(Operation::Break(0));
                    if let Some(around) = self.loops.last_mut() {
                        around.breaks.push(at);
                    }
                }
                Statement::Continue => {
                    let at = self.emit(Operation::Jump(0));
                    if let Some(around) = self.loops.last_mut() {
                        around.continues.push(at);
                    }
                }
            }
        }
    }

    fn otherwise(&mut self, start: usize, otherwise: Vec<Statement>) {
        if otherwise.is_empty() {
            self.land(start);
            return;
        }
        let end = self.emit(Operation::Jump(0));
        self.land(start);
        self.statements(otherwise);
        self.land(end);
    }

    fn range(&mut self, branch: Branch) {
        let Branch { pipe, body, otherwise } = branch;
        let start = self.emit(Operation::Range { pipe: Box::new(pipe), otherwise: 0 });
        self.loops.push(Loop::default());
        self.statements(body);
        let Loop { breaks, continues } = self.loops.pop().unwrap_or_default();
        continues.into_iter().for_each(|at| self.land(at));
        self.emit(Operation::Next { body: start + 1 });
        self.otherwise(start, otherwise);
        breaks.into_iter().for_each(|at| self.land(at));
    }
}
