//! The three hooks: where output comes from, what was read for it, and which marks flowed into it.

use super::function::Function;
use crate::go::{Dict, Mark, Str, Value};
use std::ops::Range;

/// Watches an execution. Every method does nothing unless implemented, and none is called unless `ACTIVE`.
pub trait Observer {
    /// Whether the hooks are called. The executor is compiled without them where this is false.
    const ACTIVE: bool = true;

    /// A template begins: by the program, an `include`, a `tpl` or a `template` action.
    fn enter(&mut self, _template: &Str, _file: &Str) {}

    /// The template that began last ends.
    fn leave(&mut self) {}

    /// The node at `place` wrote the bytes `range` of the innermost buffer.
    fn wrote(&mut self, _place: Place<'_>, _range: Range<usize>) {}

    /// Bytes with a mark were written to `range` of the innermost buffer.
    fn marked(&mut self, _mark: Mark, _range: Range<usize>) {}

    /// A new innermost buffer begins, for an `include` or a `tpl`.
    fn open(&mut self) {}

    /// The innermost buffer ends and becomes a string, which may be given marks.
    fn close(&mut self, text: Str) -> Str {
        text
    }

    /// A field of a map is read.
    fn read(&mut self, _dict: &Dict, _key: &Str, value: Value) -> Value {
        value
    }

    /// A function is about to be called.
    fn call(&mut self, _function: &'static Function, _arguments: &[Value]) {}

    /// The function returned a value, which may be given marks.
    fn returned(&mut self, _function: &'static Function, value: Value) -> Value {
        value
    }
}

/// A place in a template, as cheap as an observer needs it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The name under which the file was parsed.
    pub file: &'a Str,
    /// The name of the template.
    pub template: &'a Str,
    /// In bytes from the start of the file.
    pub position: usize,
}

/// Watches nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const ACTIVE: bool = false;
}
