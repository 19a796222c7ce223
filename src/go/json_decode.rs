//! JSON read as encoding/json's Decoder reads it: Go's syntax errors, Go's treatment of invalid text.

use super::{Dict, Elem, List, Str, Value};
use std::fmt;

/// How deep arrays and objects may nest. Go's limit is 10,000; each level here costs stack.
const MAX_DEPTH: usize = 500;

/// A syntax error, in the words of encoding/json.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// An unexpected byte, and where it stands.
    Character { byte: u8, context: &'static str },
    /// The text ends too early.
    End,
    /// There is no value at all.
    Empty,
    /// A number that no float64 holds.
    Range(String),
    /// Too many levels.
    Depth,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Character { byte, context } => {
                // As encoding/json quoteChar, which takes the byte for a code point and leaves double quotes alone.
                let shown = super::strconv::quote_rune(char::from(*byte));
                write!(f, "invalid character {shown} {context}")
            }
            Error::End => f.write_str("unexpected EOF"),
            Error::Empty => f.write_str("EOF"),
            Error::Range(number) => write!(f, "json: cannot unmarshal number {number} into Go value of type float64"),
            Error::Depth => f.write_str("exceeded max depth"),
        }
    }
}

impl std::error::Error for Error {}

/// What a decoder makes of each kind of value.
pub trait Builder {
    /// The values it makes.
    type Out;
    fn null(&mut self) -> Self::Out;
    fn bool(&mut self, value: bool) -> Self::Out;
    /// `text` is a valid JSON number.
    fn number(&mut self, text: &str) -> Result<Self::Out, Error>;
    fn string(&mut self, value: Str) -> Self::Out;
    fn array(&mut self, items: Vec<Self::Out>) -> Self::Out;
    /// Entries in the order of the text; of equal keys the last counts.
    fn object(&mut self, entries: Vec<(Str, Self::Out)>) -> Self::Out;
}

/// Decodes the first value of `text`; also tells how many bytes it took.
pub fn decode_with<B: Builder>(text: &[u8], builder: &mut B) -> Result<(B::Out, usize), Error> {
    let mut decoder = Decoder { text, at: 0, builder };
    decoder.space();
    if decoder.at >= text.len() {
        return Err(Error::Empty);
    }
    let value = decoder.value(0)?;
    Ok((value, decoder.at))
}

/// Decodes the first value of `text` as `interface {}`; also tells how many bytes it took.
pub fn decode_prefix(text: &[u8]) -> Result<(Value, usize), Error> {
    decode_with(text, &mut Any)
}

/// Decodes `text` as `interface {}`, and refuses anything after it.
pub fn decode(text: &[u8]) -> Result<Value, Error> {
    let (value, used) = decode_prefix(text)?;
    match text.get(used..).unwrap_or_default().iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Ok(value),
        Some(byte) => Err(Error::Character { byte: *byte, context: "after top-level value" }),
    }
}

/// Makes what `interface {}` holds: numbers are float64.
struct Any;

impl Builder for Any {
    type Out = Value;
    fn null(&mut self) -> Value {
        Value::Nil
    }
    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }
    fn number(&mut self, text: &str) -> Result<Value, Error> {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float64(number)),
            _ => Err(Error::Range(text.to_owned())),
        }
    }
    fn string(&mut self, value: Str) -> Value {
        Value::String(value)
    }
    fn array(&mut self, items: Vec<Value>) -> Value {
        Value::List(List::appended(Elem::Any, items))
    }
    fn object(&mut self, entries: Vec<(Str, Value)>) -> Value {
        Value::Dict(entries.into_iter().collect::<Dict>())
    }
}

struct Decoder<'t, 'b, B> {
    text: &'t [u8],
    at: usize,
    builder: &'b mut B,
}

impl<B: Builder> Decoder<'_, '_, B> {
    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, Error> {
        self.text.get(self.at).copied().ok_or(Error::End)
    }

    fn unexpected<T>(&self, context: &'static str) -> Result<T, Error> {
        Err(Error::Character { byte: self.peek()?, context })
    }

    fn value(&mut self, depth: usize) -> Result<B::Out, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::Depth);
        }
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => {
                let text = self.string()?;
                Ok(self.builder.string(text))
            }
            b't' => {
                self.word(
                    b"true",
                    [
                        "",
                        "in literal true (expecting 'r')",
                        "in literal true (expecting 'u')",
                        "in literal true (expecting 'e')",
                        "",
                    ],
                )?;
                Ok(self.builder.bool(true))
            }
            b'f' => {
                self.word(
                    b"false",
                    [
                        "",
                        "in literal false (expecting 'a')",
                        "in literal false (expecting 'l')",
                        "in literal false (expecting 's')",
                        "in literal false (expecting 'e')",
                    ],
                )?;
                Ok(self.builder.bool(false))
            }
            b'n' => {
                self.word(
                    b"null",
                    [
                        "",
                        "in literal null (expecting 'u')",
                        "in literal null (expecting 'l')",
                        "in literal null (expecting 'l')",
                        "",
                    ],
                )?;
                Ok(self.builder.null())
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.unexpected("looking for beginning of value"),
        }
    }

    fn word(&mut self, word: &[u8], contexts: [&'static str; 5]) -> Result<(), Error> {
        for (want, context) in word.iter().zip(contexts) {
            if self.peek()? != *want {
                return self.unexpected(context);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<B::Out, Error> {
        let start = self.at;
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return self.unexpected("in numeric literal"),
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.peek()?.is_ascii_digit() {
                return self.unexpected("after decimal point in numeric literal");
            }
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek()?, b'+' | b'-') {
                self.at += 1;
            }
            if !self.peek()?.is_ascii_digit() {
                return self.unexpected("in exponent of numeric literal");
            }
            self.digits();
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).expect("digits and signs are ASCII");
        self.builder.number(text)
    }

    fn array(&mut self, depth: usize) -> Result<B::Out, Error> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(self.builder.array(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(self.builder.array(items));
                }
                _ => return self.unexpected("after array element"),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<B::Out, Error> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(self.builder.object(entries));
        }
        loop {
            self.space();
            if self.peek()? != b'"' {
                return self.unexpected("looking for beginning of object key string");
            }
            let key = self.string()?;
            self.space();
            if self.peek()? != b':' {
                return self.unexpected("after object key");
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            entries.push((key, value));
            self.space();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(self.builder.object(entries));
                }
                _ => return self.unexpected("after object key:value pair"),
            }
        }
    }

    fn string(&mut self) -> Result<Str, Error> {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    let bytes = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Str::from(bytes));
                }
                b'\\' | 0..0x20 | 0x80.. => break,
                _ => self.at += 1,
            }
        }
        let mut out = String::from_utf8_lossy(&self.text[start..self.at]).into_owned();
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(Str::from(out));
                }
                b'\\' => self.escape(&mut out)?,
                0..0x20 => return self.unexpected("in string literal"),
                byte if byte.is_ascii() => {
                    out.push(char::from(byte));
                    self.at += 1;
                }
                _ => self.rune(&mut out),
            }
        }
    }

    /// One rune that is not ASCII; as utf8.DecodeRune, one replacement character for each byte that does not belong.
    fn rune(&mut self, out: &mut String) {
        let rest = &self.text[self.at..];
        for len in 2..=4 {
            if let Some(Ok(text)) = rest.get(..len).map(std::str::from_utf8) {
                out.push_str(text);
                self.at += len;
                return;
            }
        }
        out.push('\u{fffd}');
        self.at += 1;
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Error> {
        self.at += 1;
        out.push(match self.peek()? {
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'u' => {
                self.at += 1;
                let first = self.hex()?;
                let rune = if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with(b"\\u") {
                    let before = self.at;
                    self.at += 2;
                    let second = self.hex()?;
                    if (0xdc00..0xe000).contains(&second) {
                        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
                    } else {
                        // An unpaired surrogate is one replacement character; what follows counts for itself.
                        self.at = before;
                        None
                    }
                } else {
                    char::from_u32(first)
                };
                out.push(rune.unwrap_or('\u{fffd}'));
                return Ok(());
            }
            _ => return self.unexpected("in string escape code"),
        });
        self.at += 1;
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let mut number = 0;
        for _ in 0..4 {
            match char::from(self.peek()?).to_digit(16) {
                Some(digit) => number = number * 16 + digit,
                None => return self.unexpected("in \\u hexadecimal character escape"),
            }
            self.at += 1;
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, want) in [
            (r#"{"b":[1,2.5,-3e2],"a":null,"b":true}"#, r#"{"a": nil, "b": true}"#),
            (r#""\u00e9\ud83d\ude00\ud83dx\n""#, "\"é😀\u{fffd}x\\n\""),
            (" [ ] ", "[]"),
        ] {
            assert_eq!(format!("{:?}", decode(text.as_bytes()).unwrap()), want);
        }
        assert_eq!(decode(b"\"a\xffb\"").unwrap().as_str().unwrap(), "a\u{fffd}b");
    }

    #[test]
    fn errors() {
        for (text, want) in [
            ("", "EOF"),
            ("{", "unexpected EOF"),
            ("{bad", "invalid character 'b' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 2}", "invalid character '2' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("nul!", "invalid character '!' in literal null (expecting 'l')"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            ("-x", "invalid character 'x' in numeric literal"),
            ("1 2", "invalid character '2' after top-level value"),
            ("'", "invalid character '\\'' looking for beginning of value"),
        ] {
            assert_eq!(decode(text.as_bytes()).unwrap_err().to_string(), want, "{text}");
        }
        assert_eq!(decode(&[b'['; 100_000]).unwrap_err(), Error::Depth);
    }
}
