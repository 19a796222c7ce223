//! Format strings, as fmt's doPrintf.

use super::Printer;
use super::format::Flags;
use super::print::type_name;
use crate::go::utf8;
use crate::go::value::Value;

/// No width, precision or argument index is larger.
const TOO_LARGE: i64 = 1_000_000;

/// A format string being read.
struct Directives<'a> {
    format: &'a [u8],
    at: usize,
    arguments: &'a [Value],
    /// The argument that comes next.
    next: usize,
    /// Whether an argument index was used anywhere.
    reordered: bool,
    /// Whether the argument indices of this directive are good.
    good: bool,
}

impl Printer {
    pub(super) fn printf(&mut self, format: &[u8], arguments: &[Value]) {
        let mut directives = Directives { format, at: 0, arguments, next: 0, reordered: false, good: true };
        loop {
            let rest = directives.rest();
            let plain = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            directives.at += plain;
            if directives.rest().is_empty() || !self.has_room() {
                break;
            }
            directives.at += 1;
            self.directive(&mut directives);
        }
        let Directives { next, reordered, .. } = directives;
        // After an argument index nobody can tell which arguments were left out.
        if !reordered && next < arguments.len() {
            self.extra(&arguments[next..]);
        }
    }

    /// What follows a `%`, up to its verb.
    fn directive(&mut self, directives: &mut Directives<'_>) {
        if let (Some(verb), Some(argument)) = (directives.peek(), directives.arguments.get(directives.next))
            && self.print_plainly(argument, verb)
        {
            directives.at += 1;
            directives.next += 1;
            return;
        }
        self.flags = Flags::default();
        directives.good = true;
        while let Some(byte) = directives.peek() {
            match byte {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                _ => break,
            }
            directives.at += 1;
        }
        let mut after_index = directives.argument_index();
        self.width(directives, &mut after_index);
        // A point at the very end is a verb.
        if directives.peek() == Some(b'.') && directives.at + 1 < directives.format.len() {
            self.precision(directives, &mut after_index);
        }
        if !after_index {
            directives.argument_index();
        }
        let (verb, size) = utf8::decode(directives.rest());
        if size == 0 {
            self.out.extend_from_slice(b"%!(NOVERB)");
            return;
        }
        directives.at += size;
        if verb == '%' {
            // Takes no operand and ignores the rest.
            self.out.push(b'%');
        } else if !directives.good {
            self.complain(verb, b"(BADINDEX)");
        } else if let Some(argument) = directives.arguments.get(directives.next) {
            if matches!(verb, 'v' | 'w') {
                self.flags.sharp_v = std::mem::take(&mut self.flags.sharp);
                self.flags.plus_v = std::mem::take(&mut self.flags.plus);
            }
            self.print_arg(argument, verb);
            directives.next += 1;
        } else {
            self.complain(verb, b"(MISSING)");
        }
    }

    fn width(&mut self, directives: &mut Directives<'_>, after_index: &mut bool) {
        if directives.peek() == Some(b'*') {
            directives.at += 1;
            match directives.integer_argument() {
                Some(width) => {
                    self.flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        self.flags.minus = true;
                        self.flags.zero = false;
                    }
                }
                None => self.out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            *after_index = false;
            return;
        }
        self.flags.width = directives.number();
        if *after_index && self.flags.width.is_some() {
            directives.good = false;
        }
    }

    fn precision(&mut self, directives: &mut Directives<'_>, after_index: &mut bool) {
        directives.at += 1;
        if *after_index {
            directives.good = false;
        }
        *after_index = directives.argument_index();
        if directives.peek() == Some(b'*') {
            directives.at += 1;
            self.flags.precision = directives.integer_argument().and_then(|number| usize::try_from(number).ok());
            if self.flags.precision.is_none() {
                self.out.extend_from_slice(b"%!(BADPREC)");
            }
            *after_index = false;
        } else {
            self.flags.precision = Some(directives.number().unwrap_or(0));
        }
    }

    fn complain(&mut self, verb: char, why: &[u8]) {
        self.out.extend_from_slice(b"%!");
        utf8::push(&mut self.out, verb);
        self.out.extend_from_slice(why);
    }

    fn extra(&mut self, arguments: &[Value]) {
        self.flags = Flags::default();
        self.out.extend_from_slice(b"%!(EXTRA ");
        for (index, argument) in arguments.iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(b", ");
            }
            if !matches!(argument, Value::Nil) {
                self.out.extend_from_slice(type_name(argument).as_bytes());
                self.out.push(b'=');
            }
            self.print_arg(argument, 'v');
        }
        self.out.push(b')');
    }
}

impl<'a> Directives<'a> {
    fn rest(&self) -> &'a [u8] {
        self.format.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// A decimal number, as parsenum: one that is too large swallows the rest of the format.
    fn number(&mut self) -> Option<usize> {
        match parse_number(self.rest()) {
            Some((number, len)) => {
                self.at += len;
                (len > 0).then_some(number)
            }
            None => {
                self.at = self.format.len();
                None
            }
        }
    }

    /// An argument index in brackets; whether there is one.
    fn argument_index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.rest();
        // At least `[n]`; an opening bracket alone is skipped.
        let Some(close) = rest.iter().position(|&byte| byte == b']').filter(|_| rest.len() >= 3) else {
            self.at += 1;
            self.good = false;
            return false;
        };
        self.at += close + 1;
        let number = parse_number(&rest[1..close]).filter(|&(_, len)| len > 0 && len == close - 1);
        match number {
            Some((number, _)) if (1..=self.arguments.len()).contains(&number) => {
                self.next = number - 1;
                true
            }
            other => {
                self.good = false;
                other.is_some()
            }
        }
    }

    /// The next argument as a width or precision.
    fn integer_argument(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        let underlying = match argument {
            Value::Object(object) => object.underlying(),
            _ => None,
        };
        let number = match underlying.as_ref().unwrap_or(argument) {
            Value::Int(n) | Value::Int64(n) => *n,
            Value::Uint8(n) => i64::from(*n),
            Value::Uint64(n) => i64::try_from(*n).ok()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&number).then_some(number)
    }
}

/// The number at the start of a text and its length, which may be 0; `None` is one that is too large.
fn parse_number(text: &[u8]) -> Option<(usize, usize)> {
    let mut number: i64 = 0;
    for (index, byte) in text.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return Some((number as usize, index));
        }
        if number > TOO_LARGE {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some((number as usize, text.len()))
}
