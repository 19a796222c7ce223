//! The three hooks: where output comes from, what was read for it, and which marks flowed into it.
//!
//! An observer is switched on by giving it to [`super::Executor::new`]; [`super::Unobserved`] switches all of it off,
//! and then the executor is compiled without the calls.
//!
//! - Origin: `wrote` tells which node wrote which bytes of the innermost buffer. `include` and `tpl` have a buffer of
//!   their own, between `open` and `close`; what comes out is a string, to which `close` may give a mark that stands
//!   for the origins seen meanwhile. Wherever that string is printed, `marked` tells the mark and the place.
//! - Values read: `begin` tells the action that is being evaluated, `read` each field access, `used` what is gone over
//!   or printed as a whole, `call` each call of a function with its arguments, and `missed` the field that nothing has.
//! - Marks: `returned` may mark what a function returns (random, of the clock, secret), `read` what a map holds;
//!   `marked` tells where in the output it arrives.

use super::function::Function;
use super::templates::Template;
use crate::go::{Dict, Mark, Str, Value};
use std::ops::Range;

/// Watches an execution. Every method does nothing unless implemented, and none is called unless `ACTIVE`.
pub trait Observer {
    /// Whether the hooks are called. The executor is compiled without them where this is false.
    const ACTIVE: bool = true;

    /// Whether the texts of `tpl` that hold no action are executed too, to see them written.
    const PLAIN_TEXTS: bool = Self::ACTIVE;

    /// A template begins: by the program, an `include`, a `tpl` or a `template` action. It ends with `leave`, or with
    /// the execution where that fails.
    fn enter(&mut self, _template: &Template) {}

    /// The template that began last ends.
    fn leave(&mut self) {}

    /// The evaluation of the pipeline of an action begins, also of those of `if`, `range`, `with` and `template`.
    fn begin(&mut self, _place: Place<'_>) {}

    /// The node at `place` wrote the bytes `range` of the innermost buffer.
    fn wrote(&mut self, _place: Place<'_>, _range: Range<usize>) {}

    /// Bytes with a mark were written to `range` of the innermost buffer. Follows their `wrote`.
    fn marked(&mut self, _mark: Mark, _range: Range<usize>) {}

    /// A new innermost buffer begins, for an `include` or a `tpl`.
    fn open(&mut self) {}

    /// The innermost buffer ends and becomes a string, which may be given marks.
    fn close(&mut self, text: Str) -> Str {
        text
    }

    /// A field of a map is read; the value, which may be given marks, is nil where the map has no such key.
    fn read(&mut self, _dict: &Dict, _key: &Str, value: Value) -> Value {
        value
    }

    /// A value is used as a whole: an action prints it.
    fn used(&mut self, _value: &Value) {}

    /// `range` goes over a value: every element is seen, but of an element that is a map nothing yet.
    fn ranged(&mut self, _value: &Value) {}

    /// A field of a value is wanted that cannot be had, which ends the execution.
    fn missed(&mut self, _receiver: &Value, _name: &Str) {}

    /// A function is about to be called.
    fn call(&mut self, _place: Place<'_>, _function: &'static Function, _arguments: &[Value]) {}

    /// The function returned a value, which may be given marks.
    fn returned(&mut self, _function: &'static Function, value: Value) -> Value {
        value
    }

    /// The output of the template that the program executed is complete. The program cut these ranges out of it.
    fn finish(&mut self, _file: &Str, _cut: &[Range<usize>]) {}
}

/// An observer that the caller keeps, for what it saw.
impl<O: Observer> Observer for &mut O {
    const ACTIVE: bool = O::ACTIVE;
    const PLAIN_TEXTS: bool = O::PLAIN_TEXTS;

    fn enter(&mut self, template: &Template) {
        (**self).enter(template);
    }
    fn leave(&mut self) {
        (**self).leave();
    }
    fn begin(&mut self, place: Place<'_>) {
        (**self).begin(place);
    }
    fn wrote(&mut self, place: Place<'_>, range: Range<usize>) {
        (**self).wrote(place, range);
    }
    fn marked(&mut self, mark: Mark, range: Range<usize>) {
        (**self).marked(mark, range);
    }
    fn open(&mut self) {
        (**self).open();
    }
    fn close(&mut self, text: Str) -> Str {
        (**self).close(text)
    }
    fn read(&mut self, dict: &Dict, key: &Str, value: Value) -> Value {
        (**self).read(dict, key, value)
    }
    fn used(&mut self, value: &Value) {
        (**self).used(value);
    }
    fn ranged(&mut self, value: &Value) {
        (**self).ranged(value);
    }
    fn missed(&mut self, receiver: &Value, name: &Str) {
        (**self).missed(receiver, name);
    }
    fn call(&mut self, place: Place<'_>, function: &'static Function, arguments: &[Value]) {
        (**self).call(place, function, arguments);
    }
    fn returned(&mut self, function: &'static Function, value: Value) -> Value {
        (**self).returned(function, value)
    }
    fn finish(&mut self, file: &Str, cut: &[Range<usize>]) {
        (**self).finish(file, cut);
    }
}

/// A place in a template.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The name under which the file was parsed.
    pub file: &'a Str,
    /// The name of the template.
    pub template: &'a Str,
    /// In bytes from the start of the file. Texts have no position of their own: theirs is that of their first byte.
    pub position: usize,
    /// Whether this is a text, whose bytes stand in the file as they are written.
    pub verbatim: bool,
}

/// Watches nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const ACTIVE: bool = false;
}
