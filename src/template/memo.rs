//! What `include` has printed, for when it is asked for the same once more.
//!
//! Charts include the same helpers with the same data in every manifest: names, labels, selectors. What a template prints
//! depends on its data, and on what it asks of the host. So where it asked nothing, it prints the same again as long as
//! its data is as it was, which [`history`] tells.

use super::templates::{Template, Templates};
use crate::go::history::{self, Span};
use crate::go::{Dict, Str, Value};
use std::cell::Cell;
use std::rc::Rc;

/// What the templates of one set have printed.
pub(super) struct Memo<'t> {
    templates: &'t Templates,
    /// Where a template is in `known`, by its number: one more than its place, or 0.
    places: Vec<u32>,
    known: Vec<Known<'t>>,
    /// In the order in which it was printed.
    printed: Vec<Printed>,
    /// The bytes of these texts.
    bytes: usize,
    /// How often a template did something that its output does not tell.
    effects: Cell<u64>,
    /// Which execution this is.
    execution: u64,
}

struct Known<'t> {
    template: &'t Template,
    /// Where what it printed last is in `printed`, if it is there still, and when it was printed.
    last: [(usize, u64); LAST],
    /// Which of these was replaced last.
    replaced: usize,
    found: usize,
    missed: usize,
}

struct Printed {
    dot: Value,
    text: Str,
    time: u64,
    /// The only execution in which it is true, as the template looked at what is different in each.
    only: Option<u64>,
}

/// How many outputs of one template are kept.
const LAST: usize = 4;

/// How many are kept in all, and how many bytes of them.
const MOST: usize = 1024;
const BYTES: usize = 4 << 20;

/// How often nothing is found before a template is given up that is included with other data each time.
const MISSES: usize = 12;

/// How deep maps in the data are compared that are not the same, but may be equal: that of `include "name" (dict "context" $)`.
const DEPTH: usize = 2;

/// How many entries such a map has at most.
const ENTRIES: usize = 8;

/// How deep the calls are at most in which outputs are kept and used: so deep that two such make no depth at which an
/// `include` fails.
const CALLS: usize = 400;

/// What is known of a template and its data.
pub(super) enum Recalled<'t> {
    Printed(Str),
    /// It has to run.
    Template(&'t Template, Option<Run>),
}

/// A template that runs, whose output may be kept.
pub(super) struct Run {
    known: usize,
    dot: Value,
    effects: u64,
    span: Span,
}

impl<'t> Memo<'t> {
    pub fn new(templates: &'t Templates) -> Memo<'t> {
        Memo {
            templates,
            places: Vec::new(),
            known: Vec::new(),
            printed: Vec::new(),
            bytes: 0,
            effects: Cell::new(0),
            execution: 0,
        }
    }

    /// An execution begins, for which watched maps are others than before.
    pub fn begin(&mut self) {
        self.execution += 1;
    }

    /// Something is asked or done that the output of the templates that run now does not tell.
    pub fn effect(&self) {
        self.effects.set(self.effects.get() + 1);
    }

    /// A call begins that is so deep in others.
    pub fn deepen(&self, calls: usize) {
        if calls > CALLS {
            self.effect();
        }
    }

    /// The output of a template of that name, or the template; nothing where there is none. `calls` are around this one.
    pub fn recall(&mut self, name: &Str, dot: &Value, calls: usize) -> Option<Recalled<'t>> {
        let template = self.templates.lookup(name)?;
        let at = self.place(template)?;
        self.forget();
        let known = self.known.get_mut(at)?;
        if calls > CALLS || known.missed > MISSES + known.found {
            return Some(Recalled::Template(known.template, None));
        }
        for (at, time) in known.last {
            if let Some(printed) = self.printed.get(at)
                && printed.time == time
                && printed.only.is_none_or(|only| only == self.execution)
                && is_same(&printed.dot, dot, DEPTH)
            {
                known.found += 1;
                if printed.only.is_some() {
                    history::look();
                }
                return Some(Recalled::Printed(printed.text.clone()));
            }
        }
        known.missed += 1;
        let run = Run { known: at, dot: dot.clone(), effects: self.effects.get(), span: Span::begin() };
        Some(Recalled::Template(known.template, Some(run)))
    }

    /// Where a template is in `known`.
    fn place(&mut self, template: &'t Template) -> Option<usize> {
        if self.places.is_empty() {
            self.places.resize(self.templates.numbers(), 0);
        }
        let place = self.places.get_mut(template.number())?;
        if *place == 0 {
            self.known.push(Known { template, last: [(0, 0); LAST], replaced: 0, found: 0, missed: 0 });
            *place = self.known.len() as u32;
        }
        Some(*place as usize - 1)
    }

    /// A template has run: keeps what it printed, if it did.
    pub fn keep(&mut self, run: Run, text: Option<&Str>) {
        let (unchanged, looked) = run.span.end();
        // What it made and changed was seen by nobody else.
        self.forget();
        let Some(text) = text.filter(|_| unchanged && run.effects == self.effects.get()) else { return };
        if self.printed.len() >= MOST || self.bytes + text.len() > BYTES {
            self.printed.clear();
            self.bytes = 0;
        }
        if let Some(known) = self.known.get_mut(run.known) {
            let time = history::tick();
            known.replaced = (known.replaced + 1) % LAST;
            known.last[known.replaced] = (self.printed.len(), time);
            self.bytes += text.len();
            let only = looked.then_some(self.execution);
            self.printed.push(Printed { dot: run.dot, text: text.clone(), time, only });
        }
    }

    /// Forgets what is younger than something that changed.
    fn forget(&mut self) {
        let changed = history::changes();
        while let Some(printed) = self.printed.pop_if(|printed| printed.time > changed) {
            self.bytes -= printed.text.len();
        }
    }
}

/// Whether a template can see no difference between two values. Not everything that is equal is found to be.
fn is_same(one: &Value, other: &Value, depth: usize) -> bool {
    match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one), Value::Int(other)) | (Value::Int64(one), Value::Int64(other)) => one == other,
        (Value::Float64(one), Value::Float64(other)) => one.to_bits() == other.to_bits(),
        (Value::String(one), Value::String(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.same(other)
                || depth > 0
                    && one.len() == other.len()
                    && one.len() <= ENTRIES
                    && one.elem() == other.elem()
                    && one.is_nil() == other.is_nil()
                    && one.capacity() == other.capacity()
                    && one.iter().zip(other.iter()).all(|(one, other)| is_same(one, other, depth - 1))
        }
        (Value::Object(one), Value::Object(other)) => Rc::ptr_eq(one, other),
        (Value::Dict(one), Value::Dict(other)) => {
            one.ty() == other.ty() && (one.same(other) || depth > 0 && are_equal(one, other, depth - 1))
        }
        _ => false,
    }
}

fn are_equal(one: &Dict, other: &Dict, depth: usize) -> bool {
    let (first, second) = (one.entries(), other.entries());
    first.len() == second.len()
        && first.len() <= ENTRIES
        && one.is_nil() == other.is_nil()
        && first
            .iter()
            .zip(second.iter())
            .all(|((key, one), (other_key, other))| key == other_key && is_same(one, other, depth))
}
