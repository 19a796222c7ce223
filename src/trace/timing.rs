//! How long each template ran, itself and with all that it called.

use super::origin::Site;
use crate::go::{Map, Str, Value};
use crate::template::{Function, Observer, Place, Template};
use std::fmt;

/// How many templates deep callers are told apart. What runs deeper counts as called from there: nobody reads a graph
/// that deep, and a recursion without end would write a file of the square of its depth.
const DEPTH: usize = 500;

/// Watches how long templates run, by a clock of nanoseconds that only goes forward.
///
/// The clock is read when a hook begins and again when it ends, so that the watching itself is not counted.
pub struct Stopwatch<C> {
    clock: C,
    /// When the innermost template went on.
    since: u64,
    running: Vec<Running>,
    timings: Timings,
    /// The numbers of the subjects and of the calls.
    subject_ids: Map<Subject, usize>,
    call_ids: Map<(Option<usize>, usize), usize>,
}

/// What ran, and for how long: a tree of calls.
#[derive(Debug, Default)]
pub struct Timings {
    subjects: Vec<Subject>,
    /// Callers stand before what they call.
    calls: Vec<Call>,
}

/// What can run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A template, under its name, and the file that defines it.
    Template { name: Str, file: Str },
    /// The texts of the `tpl` at one place.
    Tpl { file: Str, line: usize },
}

/// A subject as called through one chain of callers.
#[derive(Debug)]
struct Call {
    subject: usize,
    caller: Option<usize>,
    count: u64,
    own: u64,
    /// Whether the subject is among its own callers, whose total then holds this one's.
    again: bool,
}

struct Running {
    call: usize,
    /// The text of its file.
    source: Str,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A template.
    Template,
    /// A `tpl` whose text is still to be compiled.
    Tpl,
    /// The text of a `tpl`, which counts as the same call.
    Text,
}

/// One subject, wherever it was called. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// What ran.
    pub subject: &'t Subject,
    /// How often.
    pub calls: u64,
    /// How long without what it called.
    pub own: u64,
    /// How long with what it called; a recursion counts once.
    pub total: u64,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Template { name, file } if name == file => write!(f, "{name}"),
            Subject::Template { name, file } => write!(f, "{name} ({file})"),
            Subject::Tpl { file, line } => write!(f, "tpl ({file}:{line})"),
        }
    }
}

impl<C: FnMut() -> u64> Stopwatch<C> {
    /// A stopwatch for one render.
    pub fn new(clock: C) -> Stopwatch<C> {
        Stopwatch {
            clock,
            since: 0,
            running: Vec::new(),
            timings: Timings::default(),
            subject_ids: Map::default(),
            call_ids: Map::default(),
        }
    }

    /// What was measured. Templates that an error ended count until now.
    pub fn finish(mut self) -> Timings {
        self.pause();
        self.timings
    }

    /// Counts what passed for the innermost template.
    fn pause(&mut self) {
        if let Some(running) = self.running.last() {
            let passed = (self.clock)().saturating_sub(self.since);
            if let Some(call) = self.timings.calls.get_mut(running.call) {
                call.own += passed;
            }
        }
    }

    fn resume(&mut self) {
        self.since = (self.clock)();
    }

    fn begin(&mut self, subject: Subject, source: Str, part: Part) {
        let timings = &mut self.timings;
        let subject = *self.subject_ids.entry(subject).or_insert_with_key(|subject| {
            timings.subjects.push(subject.clone());
            timings.subjects.len() - 1
        });
        let caller = self.running.iter().take(DEPTH).next_back().map(|running| running.call);
        let running = &self.running;
        let call = *self.call_ids.entry((caller, subject)).or_insert_with(|| {
            let runs = |running: &Running| timings.calls.get(running.call).is_some_and(|call| call.subject == subject);
            let again = running.iter().any(runs);
            timings.calls.push(Call { subject, caller, count: 0, own: 0, again });
            timings.calls.len() - 1
        });
        if let Some(call) = timings.calls.get_mut(call) {
            call.count += 1;
        }
        self.running.push(Running { call, source, part });
    }
}

impl<C: FnMut() -> u64> Observer for Stopwatch<C> {
    // A text without actions is returned as it is, as in a render that nobody watches.
    const PLAIN_TEXTS: bool = false;

    fn enter(&mut self, template: &Template) {
        self.pause();
        let source = template.source().clone();
        match self.running.last() {
            Some(&Running { call, part: Part::Tpl, .. }) => {
                self.running.push(Running { call, source, part: Part::Text });
            }
            _ => {
                let (name, file) = (template.name().clone(), template.file().clone());
                self.begin(Subject::Template { name, file }, source, Part::Template);
            }
        }
        self.resume();
    }

    fn leave(&mut self) {
        self.pause();
        self.running.pop();
        self.resume();
    }

    fn call(&mut self, place: Place<'_>, function: &'static Function, _: &[Value]) {
        if function.name == TPL {
            self.pause();
            let source = self.running.last().map(|running| running.source.clone()).unwrap_or_default();
            let (file, template, position) = (place.file.clone(), place.template.clone(), place.position);
            let line = Site { file: file.clone(), template, source, position }.line();
            self.begin(Subject::Tpl { file, line }, Str::default(), Part::Tpl);
            self.resume();
        }
    }

    fn returned(&mut self, function: &'static Function, value: Value) -> Value {
        if function.name == TPL {
            self.leave();
        }
        value
    }
}

/// The function that runs texts.
const TPL: &str = "tpl";

impl Timings {
    /// How long all templates ran, in nanoseconds.
    pub fn total(&self) -> u64 {
        self.calls.iter().map(|call| call.own).sum()
    }

    /// Every subject, those first that took longest themselves.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> =
            self.subjects.iter().map(|subject| Row { subject, calls: 0, own: 0, total: 0 }).collect();
        let mut totals: Vec<u64> = self.calls.iter().map(|call| call.own).collect();
        for (id, call) in self.calls.iter().enumerate().rev() {
            let total = totals.get(id).copied().unwrap_or_default();
            if let Some(above) = call.caller.and_then(|caller| totals.get_mut(caller)) {
                *above += total;
            }
            if let Some(row) = rows.get_mut(call.subject) {
                row.calls += call.count;
                row.own += call.own;
                row.total += if call.again { 0 } else { total };
            }
        }
        // Of equals the one that began first stays first.
        rows.sort_by_key(|row| std::cmp::Reverse(row.own));
        rows
    }

    /// Folded stacks, as programs read them that draw flame graphs: `caller;callee nanoseconds`.
    pub fn folded(&self) -> String {
        let name = |call: &Call| {
            let name = self.subjects.get(call.subject).map(Subject::to_string).unwrap_or_default();
            // The names of templates are any strings.
            name.replace(';', ",").replace(char::is_control, " ")
        };
        let mut text = String::new();
        // The callers of the call before, by number and name.
        let mut stack: Vec<(usize, String)> = Vec::new();
        for id in self.depth_first() {
            let Some(call) = self.calls.get(id) else { continue };
            while stack.last().is_some_and(|(above, _)| Some(*above) != call.caller) {
                stack.pop();
            }
            stack.push((id, name(call)));
            if call.own > 0 {
                let names: Vec<&str> = stack.iter().map(|(_, name)| name.as_str()).collect();
                text.push_str(&format!("{} {}\n", names.join(";"), call.own));
            }
        }
        text
    }

    /// The calls, each followed by those that it made.
    fn depth_first(&self) -> Vec<usize> {
        let mut made = vec![Vec::new(); self.calls.len()];
        let mut next = Vec::new();
        for (id, call) in self.calls.iter().enumerate().rev() {
            match call.caller.and_then(|caller| made.get_mut(caller)) {
                Some(calls) => calls.push(id),
                None => next.push(id),
            }
        }
        let mut order = Vec::new();
        while let Some(id) = next.pop() {
            order.push(id);
            next.append(made.get_mut(id).unwrap_or(&mut Vec::new()));
        }
        order
    }
}
