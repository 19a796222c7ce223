//! The values of TOML: words, numbers, dates, arrays and inline tables.

use super::super::super::list::List;
use super::super::super::str::Str;
use super::super::super::strconv::{self, NumErrorKind};
use super::super::super::unicode;
use super::super::super::value::{Dict, Elem, Value};
use super::super::{Release, join_key};
use super::{EOF, Fail, Item, MAX_DEPTH, Parser};

const INLINE_NEWLINE: &str = "newlines not allowed within inline tables";

fn or_end(character: char) -> String {
    if character == EOF { "end of file".to_owned() } else { format!("'{character}'") }
}

impl Parser<'_> {
    /// A value, and whether it is an array.
    pub(super) fn value(&mut self, in_array: bool) -> Result<(Value, bool), Fail> {
        self.skip_space()?;
        let (at, line) = (self.at, self.line);
        let first = self.next()?;
        let value = match first {
            '0'..='9' => {
                self.back_to(at, line);
                self.number_or_date()?
            }
            '[' => return Ok((self.array()?, true)),
            '{' => self.inline_table(in_array)?,
            '"' => {
                self.start = self.at;
                let (at, line) = (self.at, self.line);
                if self.accept('"')? {
                    if self.accept('"')? {
                        self.start = self.at;
                        return Ok((Value::String(self.multiline_string()?), false));
                    }
                    self.back_to(at, line);
                }
                Value::String(self.string()?)
            }
            '\'' => {
                self.start = self.at;
                let (at, line) = (self.at, self.line);
                if self.accept('\'')? {
                    if self.accept('\'')? {
                        self.start = self.at;
                        return Ok((Value::String(self.multiline_raw_string()?), false));
                    }
                    self.back_to(at, line);
                }
                Value::String(self.raw_string()?)
            }
            '.' => return self.error("floats must start with a digit, not '.'"),
            '-' | '+' => self.signed_number()?,
            'i' | 'n' if (self.accept('n')? && self.accept('f')?) || (self.accept('a')? && self.accept('n')?) => {
                self.float()?
            }
            _ if unicode::is_letter(first) => {
                // The package goes back by the one character that it read last, which after `i` and `n` may be another.
                let last = if self.at > at + first.len_utf8() { self.at - 1 } else { at };
                self.back_to(last, line);
                self.start = at;
                return self.word(last);
            }
            EOF => return self.error("unexpected EOF; expected value"),
            '\n' if self.release > Release::V1_4 => return self.error_before(r"expected value but found '\n' instead"),
            _ => return self.error(format!("expected value but found {} instead", strconv::quote_rune(first))),
        };
        Ok((value, false))
    }

    /// `true` or `false`.
    fn word(&mut self, from: usize) -> Result<(Value, bool), Fail> {
        self.skip(unicode::is_letter)?;
        let whole = from == self.start;
        match &self.text[from..self.at] {
            b"true" if whole => Ok((Value::Bool(true), false)),
            b"false" if whole => Ok((Value::Bool(false), false)),
            word => self.error(format!("expected value but found {} instead", strconv::quote(word))),
        }
    }

    fn number_or_date(&mut self) -> Result<Value, Fail> {
        let zero = self.next()? == '0';
        if zero {
            let (at, line) = (self.at, self.line);
            let (name, base): (&str, fn(char) -> bool) = match self.next()? {
                '0'..='9' => return self.digits_or_date(),
                '_' => return self.decimal(),
                '.' | 'e' | 'E' => return self.float_rest(),
                'b' => ("a binary", |c| matches!(c, '0' | '1')),
                'o' => ("an octal", |c| matches!(c, '0'..='7')),
                'x' if self.release == Release::V1_4 => ("a hexidecimal", |c| c.is_ascii_hexdigit()),
                'x' => ("a hexadecimal", |c| c.is_ascii_hexdigit()),
                _ => {
                    self.back_to(at, line);
                    return self.integer();
                }
            };
            let digit = self.peek()?;
            if !base(digit) {
                let text = Str::from(self.current_text());
                return self.error(format!("not {name} number: '{text}{digit}'"));
            }
            self.skip(|character| base(character) || character == '_')?;
            return self.integer();
        }
        self.digits_or_date()
    }

    /// As lexNumberOrDate.
    fn digits_or_date(&mut self) -> Result<Value, Fail> {
        loop {
            let (at, line) = (self.at, self.line);
            match self.next()? {
                '0'..='9' => {}
                '-' | ':' => {
                    self.skip(|character| {
                        character.is_ascii_digit()
                            || matches!(character, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
                    })?;
                    return self.datetime();
                }
                '_' => return self.decimal(),
                '.' | 'e' | 'E' => return self.float_rest(),
                _ => {
                    self.back_to(at, line);
                    return self.integer();
                }
            }
        }
    }

    /// As lexDecimalNumber.
    fn decimal(&mut self) -> Result<Value, Fail> {
        loop {
            let (at, line) = (self.at, self.line);
            match self.next()? {
                '0'..='9' | '_' => {}
                '.' | 'e' | 'E' => return self.float_rest(),
                _ => {
                    self.back_to(at, line);
                    return self.integer();
                }
            }
        }
    }

    /// As lexFloat.
    fn float_rest(&mut self) -> Result<Value, Fail> {
        self.skip(|character| character.is_ascii_digit() || matches!(character, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
        self.float()
    }

    /// As lexDecimalNumberStart: what follows a sign.
    fn signed_number(&mut self) -> Result<Value, Fail> {
        let first = self.next()?;
        let word = match first {
            'i' => Some(self.accept('n')? && self.accept('f')?),
            'n' => Some(self.accept('a')? && self.accept('n')?),
            '0' => {
                let base = self.peek()?;
                if matches!(base, 'b' | 'o' | 'x') {
                    let text = Str::from(self.current_text());
                    return self.error(format!("cannot use sign with non-decimal numbers: '{text}{base}'"));
                }
                None
            }
            '.' => return self.error("floats must start with a digit, not '.'"),
            _ => None,
        };
        match word {
            Some(true) => self.float(),
            Some(false) => {
                let text = Str::from(self.current_text());
                self.error(format!("invalid float: '{text}'"))
            }
            None if first.is_ascii_digit() => self.decimal(),
            None => self.error(format!("expected a digit but got {}", strconv::quote_rune(first))),
        }
    }

    /// As valueInteger.
    fn integer(&self) -> Result<Value, Fail> {
        let text = self.current_text();
        let shown = strconv::quote(text);
        if !underscores_ok(text) {
            return self.value_error(format!("Invalid integer {shown}: underscores must be surrounded by digits"));
        }
        if has_leading_zero(text) {
            return self.value_error(format!("Invalid integer {shown}: cannot have leading zeroes"));
        }
        match strconv::parse_int(text, 0) {
            Ok(number) => Ok(Value::Int64(number)),
            Err(_) => self.value_error(format!("{} is out of range for int64", Str::from(text))),
        }
    }

    /// As valueFloat.
    fn float(&self) -> Result<Value, Fail> {
        let text = self.current_text();
        let shown = strconv::quote(text);
        let mut parts =
            text.split(|byte| matches!(byte, b'.' | b'e' | b'E')).filter(|part| !part.is_empty()).peekable();
        let first = parts.peek().copied();
        if !parts.all(underscores_ok) {
            return self.value_error(format!("Invalid float {shown}: underscores must be surrounded by digits"));
        }
        if first.is_some_and(has_leading_zero) {
            return self.value_error(format!("Invalid float {shown}: cannot have leading zeroes"));
        }
        let points = text.windows(2).any(|pair| pair[0] == b'.' && !pair[1].is_ascii_digit());
        if points || text.ends_with(b".") {
            return self.value_error(format!("Invalid float {shown}: '.' must be followed by one or more digits"));
        }
        let plain: Vec<u8> = text.iter().copied().filter(|&byte| byte != b'_').collect();
        match plain.as_slice() {
            b"nan" | b"+nan" => return Ok(Value::Float64(f64::NAN)),
            b"-nan" => return Ok(Value::Float64(f64::NAN.copysign(-1.0))),
            _ => {}
        }
        match strconv::parse_float(&plain) {
            Ok(number) => Ok(Value::Float64(number)),
            Err(error) if error.kind == NumErrorKind::Range => {
                self.value_error(format!("{} is out of range for float64", Str::from(text)))
            }
            Err(_) => self.value_error(format!("Invalid float value: {shown}")),
        }
    }

    /// As valueDatetime.
    fn datetime(&self) -> Result<Value, Fail> {
        let text: Vec<u8> = self
            .current_text()
            .trim_ascii()
            .iter()
            .map(|byte| match byte {
                b'z' => b'Z',
                b't' | b' ' => b'T',
                other => *other,
            })
            .collect();
        match self.zone.parse(&text, self.release) {
            Some(time) => Ok(time.into_value()),
            None => self.value_error(format!("invalid datetime: {}", strconv::quote(&text))),
        }
    }

    /// As parser.panicItemf: an error of a value that was read.
    pub(super) fn value_error<T>(&self, problem: String) -> Result<T, Fail> {
        Err(Fail { line: self.line, problem })
    }

    fn array(&mut self) -> Result<Value, Fail> {
        self.deeper()?;
        self.set_array(true);
        let mut items = Vec::new();
        loop {
            let (at, line) = (self.at, self.line);
            match self.next()? {
                ' ' | '\t' | '\n' | '\r' => continue,
                '#' => {
                    self.comment()?;
                    continue;
                }
                ',' => return self.error("unexpected comma"),
                ']' => break,
                _ => self.back_to(at, line),
            }
            items.push(self.value(true)?.0);
            let ended = loop {
                match self.next()? {
                    ' ' | '\t' | '\n' | '\r' => {}
                    '#' => self.comment()?,
                    ',' => break false,
                    ']' => break true,
                    other => {
                        let found = or_end(other);
                        return self
                            .error(format!("expected a comma (',') or array terminator (']'), but got {found}"));
                    }
                }
            };
            if ended {
                break;
            }
        }
        self.depth -= 1;
        // BurntSushi's parser begins an array with room for two elements.
        let capacity = if items.len() <= 2 { 2 } else { List::appended_capacity(Elem::Any, items.len()) };
        Ok(Value::List(List::with_capacity(Elem::Any, items, capacity)))
    }

    fn deeper(&mut self) -> Result<(), Fail> {
        self.depth += 1;
        if self.depth + self.context.len() > MAX_DEPTH {
            return self.error("values cannot be nested so deeply");
        }
        Ok(())
    }

    fn inline_table(&mut self, in_array: bool) -> Result<Value, Fail> {
        self.deeper()?;
        let table = Dict::new();
        let outer = self.context.clone();
        let outer_key = self.key.clone();
        self.context.push(std::mem::take(&mut self.key));
        let context = self.context.clone();
        self.implicit.insert(join_key(&context));
        self.add_context(&context, in_array)?;
        'entries: loop {
            let (at, line) = (self.at, self.line);
            match self.next()? {
                '\n' | '\r' if self.release == Release::V1_4 => return self.error_before(INLINE_NEWLINE),
                ' ' | '\t' | '\n' | '\r' => continue,
                '#' => {
                    self.comment()?;
                    continue;
                }
                ',' => return self.error("unexpected comma"),
                '}' => break,
                _ => self.back_to(at, line),
            }
            self.inline_entry(&table)?;
            self.context.clone_from(&context);
            loop {
                match self.next()? {
                    '\n' | '\r' if self.release == Release::V1_4 => return self.error_before(INLINE_NEWLINE),
                    ' ' | '\t' | '\n' | '\r' => {}
                    '#' => self.comment()?,
                    ',' => {
                        self.skip_space()?;
                        if self.peek()? != '}' {
                            continue 'entries;
                        }
                        if self.release == Release::V1_4 {
                            return self.error("trailing comma not allowed in inline tables");
                        }
                    }
                    '}' => break 'entries,
                    other => {
                        let found = or_end(other);
                        return self.error(format!(
                            "expected a comma or an inline table terminator '}}', but got {found} instead"
                        ));
                    }
                }
            }
        }
        self.context = outer;
        self.key = outer_key;
        self.depth -= 1;
        Ok(Value::Dict(table))
    }

    fn inline_entry(&mut self, table: &Dict) -> Result<(), Fail> {
        let key = self.key()?;
        self.open_key(&key)?;
        let (value, array) = self.value(false)?;
        self.set_value(Item::Value(value.clone()))?;
        self.set_array(array);
        let mut target = table.clone();
        for part in &key[..key.len() - 1] {
            target = match target.get(part) {
                None => {
                    let inner = Dict::new();
                    target.insert(part.clone(), inner.clone());
                    inner
                }
                Some(Value::Dict(inner)) => inner,
                Some(_) => {
                    let context = strconv::quote(&join_key(&self.context));
                    return self.key_error(format!("{context} is not a table"));
                }
            };
        }
        target.insert(self.key.clone(), value);
        Ok(())
    }
}

/// As numHasLeadingZero.
fn has_leading_zero(text: &[u8]) -> bool {
    match text {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// As numUnderscoresOK.
fn underscores_ok(text: &[u8]) -> bool {
    if matches!(text, b"nan" | b"+nan" | b"-nan" | b"inf" | b"+inf" | b"-inf") {
        return true;
    }
    let mut accept = false;
    for &byte in text {
        if byte == b'_' && !accept {
            return false;
        }
        accept = byte.is_ascii_hexdigit();
    }
    accept
}
