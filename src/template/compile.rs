//! Operations, and how those of control structures are put together, so that control flow needs no recursion.

use super::code::Code;
use super::node::{Invocation, Pipe};
use crate::go::Str;

/// One step of a template.
#[cfg_attr(test, derive(Debug))]
pub(super) enum Operation {
    /// Writes the text that stands at a position.
    Text(u32, Str),
    /// Writes a string for the action at a position.
    Literal(u32, Str),
    /// Evaluates a pipeline and prints the result, unless it went into variables.
    Action(Box<Pipe>),
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

/// The control structures that have a pipeline.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    If,
    With,
    Range,
}

/// Puts the operations of a template together. After the last one it ends.
#[derive(Default)]
pub(super) struct Assembler {
    code: Vec<Operation>,
    /// The jumps of the loops around this place that wait for their target.
    loops: Vec<Loop>,
}

#[derive(Default)]
struct Loop {
    breaks: Vec<usize>,
    continues: Vec<usize>,
}

/// A control structure that is not complete.
pub(super) struct Branch {
    control: Control,
    start: usize,
    /// The jump over what follows `else`.
    over: Option<usize>,
    breaks: Vec<usize>,
}

impl Assembler {
    /// One with room for as many operations as most templates have.
    pub fn with_room() -> Assembler {
        const USUAL: usize = 32;
        Assembler { code: Vec::with_capacity(USUAL), loops: Vec::new() }
    }

    /// Adds an operation.
    pub fn emit(&mut self, operation: Operation) {
        self.code.push(operation);
    }

    /// The operations.
    pub fn finish(self) -> Box<[Operation]> {
        self.code.into_boxed_slice()
    }

    /// Begins a control structure and its body.
    pub fn begin(&mut self, control: Control, pipe: Box<Pipe>) -> Branch {
        let start = self.add(match control {
            Control::If => Operation::If { pipe, otherwise: 0 },
            Control::With => Operation::With { pipe, otherwise: 0 },
            Control::Range => Operation::Range { pipe, otherwise: 0 },
        });
        if control == Control::Range {
            self.loops.push(Loop::default());
        }
        Branch { control, start, over: None, breaks: Vec::new() }
    }

    /// Ends the body.
    pub fn end_body(&mut self, branch: &mut Branch) {
        match branch.control {
            Control::If => {}
            Control::With => self.emit(Operation::EndWith),
            Control::Range => {
                let Loop { breaks, continues } = self.loops.pop().unwrap_or_default();
                continues.into_iter().for_each(|at| self.land(at));
                self.emit(Operation::Next { body: branch.start + 1 });
                branch.breaks = breaks;
            }
        }
    }

    /// Begins what follows `else`, after the body.
    pub fn otherwise(&mut self, branch: &mut Branch) {
        branch.over = Some(self.add(Operation::Jump(0)));
        self.land(branch.start);
    }

    /// Ends the control structure.
    pub fn end(&mut self, branch: Branch) {
        match branch.over {
            Some(over) if over + 1 < self.code.len() => self.land(over),
            over => {
                // There is nothing to jump over.
                self.code.truncate(over.unwrap_or(self.code.len()));
                self.land(branch.start);
            }
        }
        branch.breaks.into_iter().for_each(|at| self.land(at));
    }

    /// Leaves the loop.
    pub fn break_loop(&mut self) {
        let at = self.add(Operation::Break(0));
        if let Some(around) = self.loops.last_mut() {
            around.breaks.push(at);
        }
    }

    /// Goes on with the next element of the loop.
    pub fn continue_loop(&mut self) {
        let at = self.add(Operation::Jump(0));
        if let Some(around) = self.loops.last_mut() {
            around.continues.push(at);
        }
    }

    fn add(&mut self, operation: Operation) -> usize {
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
}
