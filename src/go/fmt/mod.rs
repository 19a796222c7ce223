//! Go's `fmt`: what `print`, `printf`, `println` and `{{ value }}` write.
//!
//! `format` lays out single numbers and strings, `print` walks values, `printf` reads format strings.

mod format;
mod print;
mod printf;

use super::str::{Str, StrBuilder};
use super::value::{Kind, Value};
use super::{scratch, strconv};
use format::Flags;

/// No result grows much beyond this: what would follow is left out. Go would run out of memory or stack instead. It is
/// little enough in this crate's tests, and to fuzzers, to be reached there.
pub const LIMIT: usize = if cfg!(any(test, fuzzing)) { 4 << 20 } else { 256 << 20 };

/// How deep lists and maps are followed: in Go, a map that contains itself ends the process.
const MAX_DEPTH: usize = 1000;

/// Appends a value as text/template prints it, without the marks of its strings: as `fmt.Fprint`,
/// but following pointers to structs without a `String` method. Nil is `<nil>`.
pub fn append(out: &mut Vec<u8>, value: &Value) {
    let mut printer = Printer::new(std::mem::take(out));
    if !printer.print_plainly(value, b'v') {
        printer.print_followed(value);
    }
    *out = printer.out;
}

/// As text/template evalArgs: `fmt.Sprint` of operands that are first made printable, nil being `<no value>`.
pub fn sprint_printable(arguments: &[Value]) -> Str {
    if let [Value::String(text)] = arguments {
        return text.clone();
    }
    let mut printer = Printer::new(scratch::room());
    let mut after_string = true;
    for argument in arguments {
        let string = matches!(argument.kind(), Kind::String | Kind::Invalid);
        if !string && !after_string {
            printer.out.push(b' ');
        }
        match argument {
            Value::Nil => printer.out.extend_from_slice(b"<no value>"),
            _ if printer.print_plainly(argument, b'v') => {}
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
    let mut printer = Printer::new(scratch::room());
    let mut after_string = true;
    for argument in arguments {
        let string = argument.kind() == Kind::String;
        if !string && !after_string {
            printer.out.push(b' ');
        }
        printer.print_operand(argument);
        after_string = string;
    }
    printer.finish().0
}

/// As `fmt.Sprintln`: spaces between all operands, and a newline.
pub fn sprintln(arguments: &[Value]) -> Str {
    let mut printer = Printer::new(scratch::room());
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.print_operand(argument);
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
    let mut printer = Printer::new(scratch::room());
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

    /// One operand under `%v` without flags.
    fn print_operand(&mut self, argument: &Value) {
        if !self.print_plainly(argument, b'v') {
            self.print_arg(argument, 'v');
        }
    }

    /// Prints an argument under `%s`, `%d` or `%v` without flags, if that is all it takes.
    fn print_plainly(&mut self, argument: &Value, verb: u8) -> bool {
        match (argument, verb) {
            (Value::String(text), b's' | b'v') => {
                let start = self.out.len();
                self.out.extend_from_slice(text);
                self.mark_part(start, Some(text), text);
            }
            (Value::Int(n) | Value::Int64(n), b'd' | b'v') => strconv::append_int(&mut self.out, *n, 10),
            (Value::Float64(n), b'v') => strconv::append_float(&mut self.out, *n, b'g', None, 64),
            _ => return false,
        }
        true
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
            return (scratch::finish(self.out), !self.cut);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::list::List;
    use crate::go::object::{Field, Object, ObjectType, Part};
    use crate::go::str::Mark;
    use crate::go::value::Value::{Bool, Float64, Int, Nil, Uint8};
    use crate::go::value::{Dict, Elem, Type};
    use std::rc::Rc;

    fn list() -> Value {
        Value::list([Int(1), Value::from("a"), Nil])
    }

    fn bytes() -> Value {
        Value::Bytes(Box::new(Str::from("hi")))
    }

    /// The results are what Go 1.26 prints.
    #[test]
    fn formats_as_in_go() {
        let cases: Vec<(&str, Vec<Value>, &str)> = vec![
            (
                "%d|%5d|%-5d|%05d|%+d|% d",
                vec![Int(42), Int(42), Int(42), Int(42), Int(42), Int(42)],
                "42|   42|42   |00042|+42| 42",
            ),
            (
                "%x %X %#x %o %O %#o %b %c %q %U %#U",
                vec![
                    Int(255),
                    Int(255),
                    Int(255),
                    Int(8),
                    Int(8),
                    Int(8),
                    Int(5),
                    Int(65),
                    Int(65),
                    Int(0x263a),
                    Int(0x263a),
                ],
                "ff FF 0xff 10 0o10 010 101 A 'A' U+263A U+263A '☺'",
            ),
            ("%d %s %v", vec![Value::from("x"), Int(5), Nil], "%!d(string=x) %!s(int=5) <nil>"),
            ("%!|%z|%", vec![Int(1)], "%!!(int=1)|%!z(MISSING)|%!(NOVERB)"),
            ("%d", vec![Int(1), Value::from("a"), Nil], "1%!(EXTRA string=a, <nil>)"),
            ("%d %d", vec![Int(1)], "1 %!d(MISSING)"),
            ("%[2]d %[1]d|%[3]d|%[x]d", vec![Int(1), Int(2)], "2 1|%!d(BADINDEX)|%!d(BADINDEX)"),
            (
                "%*d|%-*d|%.*f|%*d",
                vec![Int(5), Int(1), Int(5), Int(2), Int(2), Float64(4.14159), Value::from("x"), Int(3)],
                "    1|2    |4.14|%!(BADWIDTH)3",
            ),
            (
                "%6.2f|%e|%g|%G|%v|%#v|%#g",
                vec![
                    Float64(4.14159),
                    Float64(1234.5678),
                    Float64(1e21),
                    Float64(1e-7),
                    Float64(1e6),
                    Float64(1.0),
                    Float64(1.0),
                ],
                "  4.14|1.234568e+03|1e+21|1E-07|1e+06|1|1.00000",
            ),
            (
                "%08.2f|%+.1e|% f|%x|%b",
                vec![Float64(-4.14159), Float64(0.0), Float64(2.5), Float64(1.5), Float64(1.0)],
                "-0004.14|+0.0e+00| 2.500000|0x1.8p+00|4503599627370496p-52",
            ),
            (
                "%v %05v %+v",
                vec![Float64(f64::INFINITY), Float64(f64::NEG_INFINITY), Float64(f64::NAN)],
                "+Inf  -Inf NaN",
            ),
            (
                "%s|%5s|%-5s|%.2s|%q|%#q|%+q|%x|% X",
                vec![
                    Value::from("é"),
                    Value::from("é"),
                    Value::from("é"),
                    Value::from("éab"),
                    Value::from("a\"b"),
                    Value::from("ab"),
                    Value::from("é"),
                    Value::from("hi"),
                    Value::from("hi"),
                ],
                "é|    é|é    |éa|\"a\\\"b\"|`ab`|\"\\u00e9\"|6869|68 69",
            ),
            ("%v %d %s", vec![list(), list(), list()], "[1 a <nil>] [1 %!d(string=a) <nil>] [%!s(int=1) a <nil>]"),
            (
                "%v|%+v|%#v|%T",
                vec![
                    Value::Dict([("b", Int(1)), ("a", Value::from("x"))].into_iter().collect()),
                    Value::Dict([("b", Int(1)), ("a", Value::from("x"))].into_iter().collect()),
                    Value::Dict([("b", Int(1)), ("a", Nil)].into_iter().collect()),
                    Value::Dict(Dict::new()),
                ],
                "map[a:x b:1]|map[a:x b:1]|map[string]interface {}{\"a\":interface {}(nil), \"b\":1}|map[string]interface {}",
            ),
            (
                "%#v %#v %#v",
                vec![Value::strings(["a"]), Value::List(List::nil(Elem::Any)), Uint8(7)],
                "[]string{\"a\"} []interface {}(nil) 0x7",
            ),
            (
                "%v %s %x %d %#v",
                vec![bytes(), bytes(), bytes(), bytes(), bytes()],
                "[104 105] hi 6869 [104 105] []byte{0x68, 0x69}",
            ),
            (
                "%t %v %s %w",
                vec![Bool(true), Bool(false), Bool(true), Value::from("e")],
                "true false %!s(bool=true) %!w(string=e)",
            ),
            (
                "%v %.1f %d",
                vec![
                    Value::Complex128(Box::new((0.0, 2.0))),
                    Value::Complex128(Box::new((1.0, -2.0))),
                    Value::Complex128(Box::new((0.0, 2.0))),
                ],
                "(0+2i) (1.0-2.0i) %!d(complex128=(0+2i))",
            ),
            ("%10000000000d|%1000001d", vec![Int(1), Int(2)], "%!(NOVERB)%!(EXTRA int=1, int=2)"),
        ];
        for (format, arguments, result) in cases {
            assert_eq!(sprintf(format.as_bytes(), &arguments), result, "{format} {arguments:?}");
        }
        // What Go 1.25 and 1.27 make of a point at the end.
        assert_eq!(sprintf(b"%.", &[Float64(4.14)]), "%!.(float64=4.14)");
    }

    #[test]
    fn operands_without_a_format() {
        assert_eq!(sprint(&[Int(1), Int(2), Value::from("a"), Int(3), Nil]), "1 2a3 <nil>");
        assert_eq!(sprintln(&[Value::from("a"), Int(1)]), "a 1\n");
        assert_eq!(sprint_printable(&[Nil, Int(1), Int(2)]), "<no value>1 2");
    }

    #[derive(Debug)]
    struct Sample {
        ty: &'static ObjectType,
        stringer: bool,
    }

    const FIELDS: &[Field] = &[
        Field { name: "A", json: "a", omit_empty: false, part: Part::Own, ty: Type::Int },
        Field { name: "B", json: "b", omit_empty: false, part: Part::Own, ty: Type::Interface },
    ];
    static STRUCT: ObjectType = ObjectType { name: "p.T", kind: Kind::Struct, fields: FIELDS, methods: &[] };
    static POINTER: ObjectType = ObjectType { name: "*p.T", kind: Kind::Pointer, fields: FIELDS, methods: &[] };
    static DURATION: ObjectType = ObjectType { name: "time.Duration", kind: Kind::Int64, fields: &[], methods: &[] };

    impl Object for Sample {
        fn ty(&self) -> &'static ObjectType {
            self.ty
        }
        fn fields(&self) -> Vec<Value> {
            vec![Int(1), Nil]
        }
        fn underlying(&self) -> Option<Value> {
            (self.ty.kind == Kind::Int64).then_some(Value::Int64(5))
        }
        fn stringer(&self) -> Option<String> {
            self.stringer.then(|| "text".to_owned())
        }
    }

    fn object(ty: &'static ObjectType, stringer: bool) -> Value {
        Value::Object(Rc::new(Sample { ty, stringer }))
    }

    /// The results are what Go prints of `struct { A int; B any }`, a pointer to it and a named integer.
    #[test]
    fn objects() {
        let cases = [
            ("%v|%+v|%#v", &STRUCT, false, "{1 <nil>}|{A:1 B:<nil>}|p.T{A:1, B:interface {}(nil)}"),
            ("%v|%+v|%#v", &POINTER, false, "&{1 <nil>}|&{A:1 B:<nil>}|&p.T{A:1, B:interface {}(nil)}"),
            ("%v|%s|%q", &STRUCT, true, "text|text|\"text\""),
            ("%s|%d", &STRUCT, false, "{%!s(int=1) <nil>}|{1 <nil>}"),
            ("%v|%d|%t", &DURATION, true, "text|5|%!t(time.Duration=5)"),
            ("%v|%T|%x", &DURATION, false, "5|time.Duration|5"),
        ];
        for (format, ty, stringer, result) in cases {
            let arguments = vec![object(ty, stringer); 3];
            let used = format.matches('%').count();
            assert_eq!(sprintf(format.as_bytes(), &arguments[..used]), result, "{format}");
        }
        // Methods count inside lists too, and pointers there are addresses.
        assert_eq!(sprintf(b"%v", &[Value::list([object(&STRUCT, true)])]), "[text]");
        assert!(sprintf(b"%v", &[Value::list([object(&POINTER, false)])]).starts_with(b"[0xc"));
        // text/template follows a pointer.
        let mut out = Vec::new();
        append(&mut out, &object(&POINTER, false));
        assert_eq!(out, b"{1 <nil>}");
    }

    /// Rust's own formatting panics where a width or precision does not fit 16 bits.
    #[test]
    fn widths_and_precisions_up_to_the_largest() {
        let values = [Int(65), Float64(0.1), Value::from("a"), Value::Complex128(Box::new((0.1, 2.0)))];
        for verb in "vTtdboOxXcqUeEfFgGspw".chars() {
            for value in &values {
                for format in [format!("%.*{verb}"), format!("%*{verb}"), format!("%#0+*{verb}")] {
                    let text = sprintf(format.as_bytes(), &[Int(70_000), value.clone()]);
                    assert!(!text.is_empty(), "{format} {value:?}");
                }
            }
        }
        assert_eq!(sprintf(b"%.*U", &[Int(70_000), Int(65)]).len(), 70_002);
        assert_eq!(sprintf(b"%.*f", &[Int(70_000), Float64(0.5)]).len(), 70_002);
    }

    #[test]
    fn a_map_in_itself_ends() {
        let dict = Dict::new();
        dict.insert("a", Value::Dict(dict.clone()));
        dict.insert("b", Value::Dict(dict.clone()));
        let (text, whole) = sprintf_checked(b"%v", &[Value::Dict(dict.clone())]);
        assert!(!whole && text.len() < 2 * LIMIT);
        // Without this the test would leak the map.
        dict.remove(b"a");
        dict.remove(b"b");
    }

    #[test]
    fn marks_stay_on_what_was_marked() {
        let marked = Value::String(Str::from("secret").marked(Mark(1)));
        let spans = |text: Str| text.marks().map(|span| (span.range.start, span.range.end)).collect::<Vec<_>>();
        assert_eq!(spans(sprintf(b"a %s b", std::slice::from_ref(&marked))), [(2, 8)]);
        assert_eq!(spans(sprintf(b"%10.3s|", std::slice::from_ref(&marked))), [(7, 10)]);
        assert_eq!(spans(sprintf(b"%q", std::slice::from_ref(&marked))), [(0, 8)]);
        assert_eq!(spans(sprint(&[Value::list([Int(1), marked])])), [(3, 9)]);
    }
}
