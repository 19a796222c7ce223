//! Values of every kind under a verb, as fmt's print.go.

use super::format::Flags;
use super::{MAX_DEPTH, Printer};
use crate::go::list::List;
use crate::go::object::{Object, Part};
use crate::go::str::Str;
use crate::go::utf8;
use crate::go::value::{Dict, Kind, Type, Value};

/// What a pointer prints as. In Go it is an address of the moment; here every run prints the same.
const ADDRESS: u64 = 0x00c0_0001_2000;

impl Printer {
    /// One operand.
    pub(super) fn print_arg(&mut self, argument: &Value, verb: char) {
        if matches!(argument, Value::Nil) {
            match verb {
                'T' | 'v' => {
                    self.pad(b"<nil>");
                }
                _ => self.bad_verb(argument, verb),
            }
            return;
        }
        match verb {
            'T' => {
                let name = type_name(argument);
                self.format_string(name.as_bytes(), None);
            }
            'p' => self.print_pointer(argument, verb),
            _ => match argument {
                Value::Bytes(bytes) => self.print_bytes(argument, bytes, verb, "[]byte"),
                Value::List(_) | Value::Dict(_) | Value::Object(_) if self.handle_methods(argument, verb) => {}
                _ => self.print_value(argument, verb, 0),
            },
        }
    }

    /// As text/template printableValue: `%v` of an operand, or of what it points to.
    pub(super) fn print_followed(&mut self, value: &Value) {
        match value {
            Value::Object(object) if object.ty().kind == Kind::Pointer && object.stringer().is_none() => {
                self.print_struct(value, object.as_ref(), 'v', 0);
            }
            _ => self.print_arg(value, 'v'),
        }
    }

    /// An element, entry or field whose static type is `ty`.
    fn print_nested(&mut self, value: &Value, ty: Type, verb: char, depth: usize) {
        if !self.has_room() {
            return;
        }
        match (value, ty) {
            (Value::Nil, Type::Object(object)) if object.kind == Kind::Pointer => match verb {
                'v' if self.flags.sharp_v => self.out.extend_from_slice(format!("({})(nil)", object.name).as_bytes()),
                'v' => {
                    self.pad(b"<nil>");
                }
                'b' | 'o' | 'd' | 'x' | 'X' => self.print_integer(value, 0, false, verb),
                _ => {
                    self.out.extend_from_slice(format!("%!{verb}({}=", object.name).as_bytes());
                    self.pad(b"<nil>");
                    self.out.push(b')');
                }
            },
            (Value::Nil, _) if self.flags.sharp_v => self.out.extend_from_slice(b"interface {}(nil)"),
            (Value::Nil, _) => self.out.extend_from_slice(b"<nil>"),
            _ if self.handle_methods(value, verb) => {}
            _ => self.print_value(value, verb, depth + 1),
        }
    }

    /// A value that is not nil and whose methods were asked already.
    fn print_value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH {
            self.cut = true;
            return;
        }
        match value {
            Value::Object(object) => match (object.ty().kind, object.underlying()) {
                (Kind::Struct, _) => self.print_struct(value, object.as_ref(), verb, depth),
                (Kind::Pointer, _) => {
                    // Embedded pointers are not followed, which avoids loops.
                    if depth == 0 {
                        self.out.push(b'&');
                        self.print_struct(value, object.as_ref(), verb, depth + 1);
                    } else {
                        self.print_pointer(value, verb);
                    }
                }
                (_, Some(plain)) => self.print_kind(value, &plain, verb, depth),
                (_, None) => self.out.extend_from_slice(format!("?{}?", object.ty().name).as_bytes()),
            },
            _ => self.print_kind(value, value, verb, depth),
        }
    }

    /// A value of an unnamed type, or one of a named type, `value`, by its underlying one, `plain`.
    fn print_kind(&mut self, value: &Value, plain: &Value, verb: char, depth: usize) {
        match plain {
            Value::Nil | Value::Object(_) => self.out.extend_from_slice(b"<nil>"),
            Value::Bool(b) => match verb {
                't' | 'v' => {
                    self.pad(if *b { b"true" } else { b"false" });
                }
                _ => self.bad_verb(value, verb),
            },
            Value::Int(n) | Value::Int64(n) => self.print_integer(value, *n as u64, true, verb),
            Value::Uint8(n) => self.print_integer(value, u64::from(*n), false, verb),
            Value::Uint64(n) => self.print_integer(value, *n, false, verb),
            Value::Float64(n) => self.print_float(value, *n, verb),
            Value::Complex128(parts) => self.print_complex(value, **parts, verb),
            Value::String(text) => self.print_string(value, text, Some(text), verb),
            Value::Bytes(bytes) => self.print_byte_slice(value, bytes, verb, depth),
            Value::List(list) => self.print_list(value, list, verb, depth),
            Value::Dict(dict) => self.print_dict(value, dict, verb, depth),
        }
    }

    /// `%!verb(type=value)`.
    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.erroring = true;
        self.out.extend_from_slice(b"%!");
        utf8::push(&mut self.out, verb);
        self.out.push(b'(');
        if matches!(value, Value::Nil) {
            self.out.extend_from_slice(b"<nil>");
        } else {
            self.out.extend_from_slice(type_name(value).as_bytes());
            self.out.push(b'=');
            self.print_arg(value, 'v');
        }
        self.out.push(b')');
        self.erroring = false;
    }

    /// As handleMethods: whether an `Error`, `String` or `GoString` method printed the value.
    fn handle_methods(&mut self, value: &Value, verb: char) -> bool {
        if self.erroring {
            return false;
        }
        if verb == 'w' {
            // Only `Errorf` wraps errors.
            self.bad_verb(value, verb);
            return true;
        }
        let Value::Object(object) = value else { return false };
        if self.flags.sharp_v {
            let Some(text) = object.go_string() else { return false };
            self.format_string(text.as_bytes(), None);
            return true;
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return false;
        }
        let Some(text) = object.stringer() else { return false };
        self.print_string(value, text.as_bytes(), None, verb);
        true
    }

    fn print_string(&mut self, value: &Value, text: &[u8], source: Option<&Str>, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.format_quoted(text, source),
            'v' | 's' => self.format_string(text, source),
            'x' | 'X' => self.format_hex(text, source, verb),
            'q' => self.format_quoted(text, source),
            _ => self.bad_verb(value, verb),
        }
    }

    fn print_integer(&mut self, value: &Value, number: u64, signed: bool, verb: char) {
        match verb {
            'v' if self.flags.sharp_v && !signed => self.print_address(number, true),
            'v' | 'd' => self.format_integer(number, 10, signed, verb),
            'b' => self.format_integer(number, 2, signed, verb),
            'o' | 'O' => self.format_integer(number, 8, signed, verb),
            'x' | 'X' => self.format_integer(number, 16, signed, verb),
            'c' => self.format_character(number),
            'q' => self.format_quoted_character(number),
            'U' => self.format_unicode(number),
            _ => self.bad_verb(value, verb),
        }
    }

    /// A number in hexadecimal, as fmt0x64.
    fn print_address(&mut self, number: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.format_integer(number, 16, false, 'v');
        self.flags.sharp = sharp;
    }

    fn print_float(&mut self, value: &Value, number: f64, verb: char) {
        match verb {
            'v' => self.format_float(number, b'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => self.format_float(number, verb as u8, None),
            'f' | 'e' | 'E' => self.format_float(number, verb as u8, Some(6)),
            'F' => self.format_float(number, b'f', Some(6)),
            _ => self.bad_verb(value, verb),
        }
    }

    fn print_complex(&mut self, value: &Value, (real, imaginary): (f64, f64), verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.out.push(b'(');
        self.print_float(value, real, verb);
        // The imaginary part always has a sign.
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.print_float(value, imaginary, verb);
        self.flags.plus = plus;
        self.out.extend_from_slice(b"i)");
    }

    /// A `[]byte` operand, as fmtBytes.
    fn print_bytes(&mut self, value: &Value, bytes: &Str, verb: char, name: &str) {
        match verb {
            'v' | 'd' => {
                let sharp_v = self.flags.sharp_v;
                if sharp_v {
                    self.out.extend_from_slice(name.as_bytes());
                }
                self.out.push(if sharp_v { b'{' } else { b'[' });
                for (index, &byte) in bytes.iter().enumerate() {
                    if !self.has_room() {
                        break;
                    }
                    self.separate(index);
                    if sharp_v {
                        self.print_address(u64::from(byte), true);
                    } else {
                        self.format_integer(u64::from(byte), 10, false, verb);
                    }
                }
                self.out.push(if sharp_v { b'}' } else { b']' });
            }
            's' => self.format_string(bytes, Some(bytes)),
            'x' | 'X' => self.format_hex(bytes, Some(bytes), verb),
            'q' => self.format_quoted(bytes, Some(bytes)),
            _ => self.print_value(value, verb, 0),
        }
    }

    /// A `[]uint8` inside another value.
    fn print_byte_slice(&mut self, value: &Value, bytes: &Str, verb: char, depth: usize) {
        let name = type_name(value);
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.print_bytes(value, bytes, verb, &name);
        }
        self.open(&name, b'[');
        for (index, &byte) in bytes.iter().enumerate() {
            self.separate(index);
            self.print_nested(&Value::Uint8(byte), Type::Uint8, verb, depth);
        }
        self.close(b']');
    }

    fn print_list(&mut self, value: &Value, list: &List, verb: char, depth: usize) {
        if self.flags.sharp_v {
            let name = type_name(value);
            if list.is_nil() {
                self.out.extend_from_slice(format!("{name}(nil)").as_bytes());
                return;
            }
            self.open(&name, b'[');
        } else {
            self.out.push(b'[');
        }
        let ty = list.elem().ty();
        for (index, item) in list.iter().enumerate() {
            if !self.has_room() {
                break;
            }
            self.separate(index);
            self.print_nested(item, ty, verb, depth);
        }
        self.close(b']');
    }

    fn print_dict(&mut self, value: &Value, dict: &Dict, verb: char, depth: usize) {
        if self.flags.sharp_v {
            let name = type_name(value);
            if dict.is_nil() {
                self.out.extend_from_slice(format!("{name}(nil)").as_bytes());
                return;
            }
            self.open(&name, b'[');
        } else {
            self.out.extend_from_slice(b"map[");
        }
        for (index, (key, item)) in dict.entries().iter().enumerate() {
            if !self.has_room() {
                break;
            }
            self.separate(index);
            self.print_nested(&Value::String(key.clone()), Type::String, verb, depth);
            self.out.push(b':');
            self.print_nested(item, Type::Interface, verb, depth);
        }
        self.close(b']');
    }

    fn print_struct(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        let Flags { plus_v, sharp_v, .. } = self.flags;
        if sharp_v {
            let name = type_name(value);
            self.out.extend_from_slice(name.trim_start_matches('*').as_bytes());
        }
        self.out.push(b'{');
        let fields = object.ty().fields.iter().zip(object.fields());
        for (index, (field, item)) in fields.filter(|(field, _)| field.part != Part::Promoted).enumerate() {
            self.separate(index);
            if plus_v || sharp_v {
                self.out.extend_from_slice(field.name.as_bytes());
                self.out.push(b':');
            }
            self.print_nested(&item, field.ty, verb, depth);
        }
        self.out.push(b'}');
    }

    /// As fmtPointer.
    fn print_pointer(&mut self, value: &Value, verb: char) {
        let address = match value.kind() {
            Kind::Map | Kind::Slice | Kind::Pointer if value.is_nil() => 0,
            Kind::Map | Kind::Slice | Kind::Pointer => ADDRESS,
            _ => return self.bad_verb(value, verb),
        };
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.extend_from_slice(format!("({})(", type_name(value)).as_bytes());
                self.print_address(address, true);
                self.out.push(b')');
            }
            'v' | 'p' => self.print_address(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.print_integer(value, address, false, verb),
            _ => self.bad_verb(value, verb),
        }
    }

    /// `[`, or `{` after the type's name in Go syntax.
    fn open(&mut self, name: &str, plain: u8) {
        if self.flags.sharp_v {
            self.out.extend_from_slice(name.as_bytes());
            self.out.push(b'{');
        } else {
            self.out.push(plain);
        }
    }

    fn close(&mut self, plain: u8) {
        self.out.push(if self.flags.sharp_v { b'}' } else { plain });
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.extend_from_slice(if self.flags.sharp_v { b", " } else { b" " });
        }
    }
}

/// The type as `%T` writes it.
pub(super) fn type_name(value: &Value) -> String {
    value.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string())
}
