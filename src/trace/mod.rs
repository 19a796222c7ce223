//! Watches a render: which template line wrote each byte, through which includes, and which values were read for it.
//!
//! A [`Recorder`] is an observer of the template language; [`crate::render::traced`] gives it to a render and returns
//! what it saw as a [`Trace`]. `origin` holds the first half of that, `reads` the second. `timing` holds an observer of
//! its own, which tells how long each template ran.
//!
//! Strings carry both through functions as marks: a piece of an `include` knows its line, a string of the values its
//! path, and what a function returned that the caller of [`Recorder::tainting`] names is tainted.
//!
//! Imports: go, template.

pub mod origin;
pub mod reads;
pub mod timing;

pub use origin::{Origin, Output, Site};
pub use reads::{PathId, Read, Reads, Step};
pub use timing::{Stopwatch, Subject, Timings};

use crate::go::{Dict, Mark, Span, Str, Value};
use crate::template::{Function, Observer, Place, Template};
use origin::{Buffer, CallId, Origins};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Classes of marks: the two highest bits of their number.
const CLASS: u32 = 0b11 << 30;
const LINE: u32 = 0;
const PATH: u32 = 1 << 30;
const TAINT: u32 = 2 << 30;

/// Says which taint a function's result has.
pub type Taints = fn(&Function) -> Option<u32>;

/// Watches one render.
#[derive(Default)]
pub struct Recorder {
    origins: Origins,
    reads: Reads,
    /// The templates that run now.
    frames: Vec<Frame>,
    /// The outputs that are open now.
    buffers: Vec<Buffer>,
    outputs: HashMap<Str, Output>,
    missed: Option<(Value, Str)>,
    taints: Option<Taints>,
    near: HashMap<CallId, BTreeSet<(u32, PathId)>>,
}

/// A template that runs.
struct Frame {
    call: CallId,
    /// What was evaluated last: the start of an action, or a call in it.
    at: u32,
    /// What the action has read so far.
    reads: Vec<Read>,
    /// What the last action before it read that read anything, such as the condition around it.
    before: Vec<Read>,
}

/// What a [`Recorder`] saw.
pub struct Trace {
    origins: Origins,
    outputs: HashMap<Str, Output>,
    reads: Reads,
    stopped: Vec<Stop>,
    missed: Option<(Value, Str)>,
    /// Which paths each call read, and where in its file.
    near: HashMap<CallId, BTreeSet<(u32, PathId)>>,
}

/// A template that was running when an error ended the render.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Where it stood.
    pub site: Site,
    /// What its last action had read.
    pub reads: Vec<Read>,
    /// What the action before it had read, such as the condition around it.
    pub before: Vec<Read>,
}

impl Recorder {
    /// A recorder for a render with these values, which are the root chart's `.Values`.
    pub fn new(values: &Dict) -> Recorder {
        let mut recorder = Recorder::default();
        recorder.reads.learn(values);
        recorder
    }

    /// The same, which also marks what some functions return: `taints` gives a number below 2³⁰ for them.
    #[must_use]
    pub fn tainting(mut self, taints: Taints) -> Recorder {
        self.taints = Some(taints);
        self
    }

    /// What was seen.
    pub fn finish(self) -> Trace {
        let origins = self.origins;
        let stopped = self
            .frames
            .into_iter()
            .map(|frame| Stop { site: origins.site(frame.call, frame.at), reads: frame.reads, before: frame.before })
            .collect();
        Trace { stopped, origins, outputs: self.outputs, reads: self.reads, missed: self.missed, near: self.near }
    }

    fn path_mark(&mut self, path: PathId, value: Value) -> Value {
        match value {
            Value::String(text) if !text.is_empty() && path.0 < PATH => Value::String(text.marked(Mark(PATH | path.0))),
            value => value,
        }
    }
}

impl Observer for Recorder {
    fn enter(&mut self, template: &Template) {
        let caller = self.frames.last().map(|frame| (frame.call, frame.at));
        let call = self.origins.call(template, caller);
        if self.frames.is_empty() {
            self.buffers.push(Buffer::default());
        }
        self.frames.push(Frame { call, at: 0, reads: Vec::new(), before: Vec::new() });
    }

    fn leave(&mut self) {
        self.frames.pop();
    }

    fn begin(&mut self, place: Place<'_>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at = place.position as u32;
            if !frame.reads.is_empty() {
                std::mem::swap(&mut frame.reads, &mut frame.before);
                frame.reads.clear();
            }
        }
    }

    fn wrote(&mut self, place: Place<'_>, range: Range<usize>) {
        if let (Some(frame), Some(buffer)) = (self.frames.last(), self.buffers.last_mut()) {
            let range = range.start as u32..range.end as u32;
            if place.verbatim {
                self.origins.text(frame.call, place.position, range, buffer);
            } else {
                buffer.wrote(self.origins.line(frame.call, place.position as u32), range);
            }
        }
    }

    fn marked(&mut self, mark: Mark, range: Range<usize>) {
        if let Some(buffer) = self.buffers.last_mut() {
            let range = range.start as u32..range.end as u32;
            match mark.0 & CLASS {
                LINE => buffer.came_from(mark.0, range),
                _ => buffer.marks.push(Span { range, mark }),
            }
        }
    }

    fn open(&mut self) {
        self.buffers.push(Buffer::default());
    }

    fn close(&mut self, text: Str) -> Str {
        let Some(buffer) = self.buffers.pop() else { return text };
        let mut spans = buffer.lines(text.len() as u32);
        spans.extend(buffer.marks);
        Str::with_marks(&text, spans)
    }

    fn read(&mut self, dict: &Dict, key: &Str, value: Value) -> Value {
        let path = self.reads.read(dict, key, &value);
        if let Some(frame) = self.frames.last_mut() {
            self.near.entry(frame.call).or_default().extend(path.map(|path| (frame.at, path)));
            frame.reads.push(Read { dict: dict.clone(), key: key.clone(), value: value.clone(), path });
        }
        match path {
            Some(path) => self.path_mark(path, value),
            None => value,
        }
    }

    fn used(&mut self, value: &Value) {
        self.reads.use_whole(value);
    }

    fn ranged(&mut self, value: &Value) {
        self.reads.range(value);
    }

    fn missed(&mut self, receiver: &Value, name: &Str) {
        self.missed = Some((receiver.clone(), name.clone()));
    }

    fn call(&mut self, place: Place<'_>, function: &'static Function, arguments: &[Value]) {
        let read = self.reads.call(function.name, arguments);
        if let Some(frame) = self.frames.last_mut() {
            frame.at = place.position as u32;
            let paths = read.iter().filter_map(|read| read.path);
            self.near.entry(frame.call).or_default().extend(paths.map(|path| (place.position as u32, path)));
            frame.reads.extend(read);
        }
    }

    fn returned(&mut self, function: &'static Function, value: Value) -> Value {
        match (self.taints.and_then(|taints| taints(function)), value) {
            (Some(taint), Value::String(text)) if taint < PATH => Value::String(text.marked(Mark(TAINT | taint))),
            (_, value) => value,
        }
    }

    fn finish(&mut self, file: &Str, cut: &[Range<usize>]) {
        if let Some(buffer) = self.buffers.pop() {
            self.outputs.insert(file.clone(), Output::new(buffer, cut));
        }
    }
}

impl Trace {
    /// Where a byte of a rendered file comes from: the line that wrote it first, then the calls that led there.
    pub fn origin(&self, file: &[u8], offset: usize) -> Option<Origin> {
        let line = self.outputs.get(file)?.line(offset as u32)?;
        Some(self.origins.origin(line))
    }

    /// The values that flowed as strings into a range of a rendered file.
    pub fn values_in(&self, file: &[u8], range: Range<usize>) -> Vec<Vec<Step>> {
        let mut paths: Vec<u32> = self.marks_in(file, range, PATH);
        paths.dedup();
        paths.into_iter().map(|path| self.reads.path(PathId(path))).collect()
    }

    /// The taints, as [`Recorder::tainting`] numbered them, in a range of a rendered file.
    pub fn taints_in(&self, file: &[u8], range: Range<usize>) -> Vec<u32> {
        self.marks_in(file, range, TAINT)
    }

    /// The values that were read before a byte of a rendered file was written: the nearest first, those that the
    /// template itself read before those of its callers.
    pub fn reads_before(&self, file: &[u8], offset: usize) -> Vec<Vec<Step>> {
        let line = self.outputs.get(file).and_then(|output| output.line(offset as u32));
        let mut found = Vec::new();
        for (call, position) in line.map(|line| self.origins.calls_of(line)).unwrap_or_default() {
            let reads = self.near.get(&call).into_iter().flatten().rev();
            found.extend(reads.filter(|(at, _)| *at <= position).map(|(_, path)| self.reads.path(*path)));
        }
        found
    }

    /// The templates that ran: their files and names.
    pub fn templates(&self) -> impl Iterator<Item = (&Str, &Str)> {
        self.origins.templates()
    }

    /// What was read of the values.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// The templates that were running when an error ended the render, outermost first.
    pub fn stopped(&self) -> &[Stop] {
        &self.stopped
    }

    /// The value that had no such field, where that ended the render.
    pub fn missed(&self) -> Option<&(Value, Str)> {
        self.missed.as_ref()
    }

    /// The path of the value that a string came from.
    pub fn path_of(&self, value: &Value) -> Option<Vec<Step>> {
        match value {
            Value::String(text) => {
                let mark = text.marks().map(|span| span.mark.0).find(|mark| mark & CLASS == PATH)?;
                Some(self.reads.path(PathId(mark & !CLASS)))
            }
            value => self.reads.path_of(value),
        }
    }

    fn marks_in(&self, file: &[u8], range: Range<usize>, class: u32) -> Vec<u32> {
        let marks = self.outputs.get(file).map(|output| output.marks_in(range)).unwrap_or_default();
        let mut marks: Vec<u32> =
            marks.into_iter().filter(|mark| mark & CLASS == class).map(|mark| mark & !CLASS).collect();
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}
