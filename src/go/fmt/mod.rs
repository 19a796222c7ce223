//! Go's `fmt`: what `print`, `printf`, `println` and `{{ value }}` write.
//!
//! `format` lays out single numbers and strings, `print` walks values, `printf` reads format strings.

mod format;
mod print;
mod printf;

use super::str::{Str, StrBuilder};
use super::strconv;
use super::value::{Kind, Value};
use format::Flags;

/// No result grows much beyond this: what would follow is left out. Go would run out of memory or stack instead.
pub const LIMIT: usize = 256 << 20;

/// How deep lists and maps are followed: in Go, a map that contains itself ends the process.
const MAX_DEPTH: usize = 1000;

/// Appends a value as text/template prints it, without the marks of its strings: as `fmt.Fprint`,
/// but following pointers to structs without a `String` method. Nil is `<nil>`.
pub fn append(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => out.extend_from_slice(text),
        Value::Int(n) | Value::Int64(n) => strconv::append_int(out, *n, 10),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        _ => {
            let mut printer = Printer::new(std::mem::take(out));
            printer.print_followed(value);
            *out = printer.out;
        }
    }
}

/// As text/template evalArgs: `fmt.Sprint` of operands that are first made printable, nil being `<no value>`.
pub fn sprint_printable(arguments: &[Value]) -> Str {
    if let [Value::String(text)] = arguments {
        return text.clone();
    }
    let mut printer = Printer::new(Vec::new());
    let mut after_string = true;
    for argument in arguments {
        let string = matches!(argument.kind(), Kind::String | Kind::Invalid);
        if !string && !after_string {
            printer.out.push(b' ');
        }
        match argument {
            Value::Nil => printer.out.extend_from_slice(b"<no value>"),
            _ => printer.print_followed(argument),
        }
        after_string = string;
    }
    printer.finish().0
}

/// As `fmt.Sprint`: a space between two operands of which neither is a string.
pub fn sprint(arguments: &[Value]) -> Str {
    if let [Value::String(text)] = arguments {
        return text.clone();
    }
    let mut printer = Printer::new(Vec::new());
    let mut after_string = true;
    for argument in arguments {
        let string = argument.kind() == Kind::String;
        if !string && !after_string {
            printer.out.push(b' ');
        }
        printer.print_arg(argument, 'v');
        after_string = string;
    }
    printer.finish().0
}

/// As `fmt.Sprintln`: spaces between all operands, and a newline.
pub fn sprintln(arguments: &[Value]) -> Str {
    let mut printer = Printer::new(Vec::new());
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.print_arg(argument, 'v');
    }
    printer.out.push(b'\n');
    printer.finish().0
}

/// As `fmt.Sprintf`.
pub fn sprintf(format: &[u8], arguments: &[Value]) -> Str {
    sprintf_checked(format, arguments).0
}

/// As [`sprintf`], and whether the result is whole: `false` where [`LIMIT`] or the depth limit cut it.
pub fn sprintf_checked(format: &[u8], arguments: &[Value]) -> (Str, bool) {
    let mut printer = Printer::new(Vec::with_capacity(format.len() + 16 * arguments.len()));
    printer.printf(format, arguments);
    printer.finish()
}

/// One call's output and state, as fmt's `pp`.
struct Printer {
    out: Vec<u8>,
    flags: Flags,
    /// Set while an error text is printed: methods are not called then.
    erroring: bool,
    /// Where strings with marks went, in order.
    marked: Vec<Marked>,
    limit: usize,
    cut: bool,
}

/// Output bytes from `start` that are `text`.
struct Marked {
    start: usize,
    text: Str,
}

impl Printer {
    fn new(out: Vec<u8>) -> Printer {
        let limit = out.len().saturating_add(LIMIT);
        Printer { out, flags: Flags::default(), erroring: false, marked: Vec::new(), limit, cut: false }
    }

    /// Whether there is room for more output; notes that there was not.
    fn has_room(&mut self) -> bool {
        self.cut |= self.out.len() > self.limit;
        !self.cut
    }

    /// Notes that the output from `start` on is `source`, or part of it.
    fn mark_part(&mut self, start: usize, source: Option<&Str>, part: &[u8]) {
        if let Some(source) = source.filter(|source| source.marks().next().is_some()) {
            self.marked.push(Marked { start, text: source.slice_of(part) });
        }
    }

    /// Notes that the output from `start` on was computed from `source`.
    fn mark_derived(&mut self, start: usize, source: Option<&Str>) {
        if let Some(source) = source.filter(|source| source.marks().next().is_some()) {
            let text = Str::derived(&self.out[start..], [source]);
            self.marked.push(Marked { start, text });
        }
    }

    fn finish(self) -> (Str, bool) {
        if self.marked.is_empty() {
            return (Str::from(self.out), !self.cut);
        }
        let mut builder = StrBuilder::with_capacity(self.out.len());
        let mut at = 0;
        for Marked { start, text } in &self.marked {
            builder.push_bytes(&self.out[at..*start]);
            builder.push(text);
            at = start + text.len();
        }
        builder.push_bytes(&self.out[at..]);
        (builder.finish(), !self.cut)
    }
}
