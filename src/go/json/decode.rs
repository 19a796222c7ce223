//! Reading JSON: `json.Unmarshal`, with the errors of both implementations that Go has had.

use super::super::list::List;
use super::super::str::Str;
use super::super::value::{Dict, Elem, Entries, Value};
use super::super::{strconv, unicode, utf8};
use super::{Implementation, MAX_DEPTH, type_name, valid_utf8};
use std::fmt;

/// What Go has read and why it was not content: a number that is too large leaves the rest of the value in place.
#[derive(Debug)]
pub struct Decoded<T> {
    /// The value, as far as it was read.
    pub value: T,
    /// Go's error.
    pub error: Option<String>,
}

impl<T> Decoded<T> {
    /// The value, unless there was an error.
    pub fn into_result(self) -> Result<T, String> {
        self.error.map_or(Ok(self.value), Err)
    }
}

/// As `json.Unmarshal` into an `interface {}`: every number a float64.
pub fn unmarshal(text: &[u8], implementation: Implementation) -> Decoded<Value> {
    let mut parser = Parser::new(text, Any, implementation);
    match parser.value().and_then(|value| parser.end_of_text().map(|()| value)) {
        Ok(value) => Decoded { value, error: parser.error },
        Err(error) => Decoded { value: Value::Nil, error: Some(error) },
    }
}

/// What a reader makes of each kind of value.
pub trait Builder {
    /// The values that it makes.
    type Out;
    fn null(&mut self) -> Self::Out;
    fn bool(&mut self, value: bool) -> Self::Out;
    /// A number, of which `literal` is the JSON text; none where the type cannot hold it.
    fn number(&mut self, literal: &str) -> Option<Self::Out>;
    /// The value in place of a number that the type cannot hold.
    fn out_of_range(&mut self, literal: &str, implementation: Implementation) -> Self::Out;
    fn string(&mut self, value: Str) -> Self::Out;
    fn array(&mut self, items: Vec<Self::Out>) -> Self::Out;
    /// Entries in the order of the text; of equal keys the last counts.
    fn object(&mut self, entries: Vec<(Str, Self::Out)>) -> Self::Out;
}

/// Why there is no value at the start of a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum StreamError {
    /// There is nothing but white space.
    End,
    /// A syntax error: Go's text, and the index of the byte that is wrong.
    Syntax(String, usize),
    /// Go's text of an error that has no place: the stream ends too early, or its type cannot hold a number.
    Other(String),
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StreamError::End => f.write_str("EOF"),
            StreamError::Syntax(text, _) | StreamError::Other(text) => f.write_str(text),
        }
    }
}

/// As `json.NewDecoder(…).Decode`: the first value of a text, and how many bytes it took.
pub fn decode_first<B: Builder>(
    text: &[u8],
    builder: B,
    implementation: Implementation,
) -> Result<(B::Out, usize), StreamError> {
    let mut parser = Parser::new(text, builder, implementation);
    parser.stream = true;
    if parser.skip_space().is_none() {
        return Err(StreamError::End);
    }
    match parser.value() {
        Ok(value) => parser.error.map_or(Ok((value, parser.at)), |text| Err(StreamError::Other(text))),
        Err(text) if parser.at >= parser.text.len() => Err(StreamError::Other(text)),
        Err(text) => Err(StreamError::Syntax(text, parser.at)),
    }
}

/// Makes what `interface {}` holds: every number is a float64.
pub struct Any;

impl Builder for Any {
    type Out = Value;

    fn null(&mut self) -> Value {
        Value::Nil
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn number(&mut self, literal: &str) -> Option<Value> {
        literal.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float64)
    }

    fn out_of_range(&mut self, _: &str, implementation: Implementation) -> Value {
        match implementation {
            Implementation::V1 => Value::Nil,
            Implementation::V2 => Value::Float64(0.0),
        }
    }

    fn string(&mut self, value: Str) -> Value {
        Value::String(value)
    }

    fn array(&mut self, items: Vec<Value>) -> Value {
        Value::List(List::appended(Elem::Any, items))
    }

    fn object(&mut self, entries: Vec<(Str, Value)>) -> Value {
        Value::Dict(Dict::from_entries(entries.into_iter().collect::<Entries>()))
    }
}

/// As `json.Unmarshal` into an empty `map[string]interface {}`; null leaves the nil map.
pub fn unmarshal_map(text: &[u8], implementation: Implementation) -> Decoded<Dict> {
    let Decoded { value, error } = unmarshal(text, implementation);
    match value {
        Value::Dict(dict) => Decoded { value: dict, error },
        Value::Nil if error.is_none() => Decoded { value: Dict::nil(), error },
        other => {
            let error = mismatch(&other, error, "map[string]interface {}");
            Decoded { value: Dict::new(), error }
        }
    }
}

/// As `json.Unmarshal` into an empty `[]interface {}`; null leaves the nil slice.
pub fn unmarshal_list(text: &[u8], implementation: Implementation) -> Decoded<List> {
    let Decoded { value, error } = unmarshal(text, implementation);
    match value {
        Value::List(list) => Decoded { value: list, error },
        Value::Nil if error.is_none() => Decoded { value: List::nil(Elem::Any), error },
        other => {
            let error = mismatch(&other, error, "[]interface {}");
            Decoded { value: List::new(Elem::Any, []), error }
        }
    }
}

/// As UnmarshalTypeError for a value that is not of the type wanted, after a syntax error if there was one.
fn mismatch(value: &Value, error: Option<String>, ty: &str) -> Option<String> {
    let name = match value {
        Value::Nil | Value::Float64(_) if error.as_ref().is_some_and(|error| !error.starts_with(NUMBER_ERROR)) => {
            return error;
        }
        // Go does not look at the size of a number that it cannot use.
        Value::Nil => "number",
        _ => type_name(value),
    };
    Some(format!("json: cannot unmarshal {name} into Go value of type {ty}"))
}

const NUMBER_ERROR: &str = "json: cannot unmarshal number";

/// Bytes that a string holds as they are.
const INSIDE: [bool; 256] = {
    let mut inside = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        inside[byte] = false;
        byte += 1;
    }
    inside[b'"' as usize] = false;
    inside[b'\\' as usize] = false;
    inside
};

/// An open array or object.
enum Frame<T> {
    Array(Vec<T>),
    Object(Vec<(Str, T)>, Str),
}

struct Parser<'a, B: Builder> {
    text: &'a [u8],
    at: usize,
    builder: B,
    frames: Vec<Frame<B::Out>>,
    /// Whether the text is UTF-8, so that its strings are.
    valid: bool,
    error: Option<String>,
    implementation: Implementation,
    /// Whether it is a Decoder over a stream, which describes the end of the text otherwise.
    stream: bool,
}

impl<'a, B: Builder> Parser<'a, B> {
    fn new(text: &'a [u8], builder: B, implementation: Implementation) -> Parser<'a, B> {
        let valid = std::str::from_utf8(text).is_ok();
        Parser { text, at: 0, builder, frames: Vec::new(), valid, error: None, implementation, stream: false }
    }

    fn end_of_text(&mut self) -> Result<(), String> {
        self.skip_space().map_or(Ok(()), |_| Err(self.invalid("after top-level value")))
    }

    fn value(&mut self) -> Result<B::Out, String> {
        loop {
            // At the beginning of a value.
            let Some(byte) = self.skip_space() else { return Err(self.end()) };
            let mut value = match byte {
                b'{' => {
                    self.at += 1;
                    self.open(Frame::Object(Vec::new(), Str::EMPTY))?;
                    if self.skip_space() == Some(b'}') {
                        self.at += 1;
                        self.close()
                    } else {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.at += 1;
                    self.open(Frame::Array(Vec::new()))?;
                    if self.skip_space() == Some(b']') {
                        self.at += 1;
                        self.close()
                    } else {
                        continue;
                    }
                }
                b'"' => {
                    let text = self.string()?;
                    self.builder.string(text)
                }
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => {
                    self.literal("true")?;
                    self.builder.bool(true)
                }
                b'f' => {
                    self.literal("false")?;
                    self.builder.bool(false)
                }
                b'n' => {
                    self.literal("null")?;
                    self.builder.null()
                }
                _ => return Err(self.invalid("looking for beginning of value")),
            };
            // After a value.
            loop {
                if self.frames.is_empty() {
                    return Ok(value);
                }
                let next = self.skip_space();
                match self.frames.last_mut() {
                    None => return Ok(value),
                    Some(Frame::Array(items)) => {
                        items.push(value);
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                break;
                            }
                            Some(b']') => self.at += 1,
                            Some(_) => return Err(self.invalid("after array element")),
                            None => return Err(self.end()),
                        }
                    }
                    Some(Frame::Object(entries, key)) => {
                        entries.push((std::mem::take(key), value));
                        match next {
                            Some(b',') => {
                                self.at += 1;
                                self.key()?;
                                break;
                            }
                            Some(b'}') => self.at += 1,
                            Some(_) => return Err(self.invalid("after object key:value pair")),
                            None => return Err(self.end()),
                        }
                    }
                }
                value = self.close();
            }
        }
    }

    fn open(&mut self, frame: Frame<B::Out>) -> Result<(), String> {
        self.frames.push(frame);
        if self.frames.len() > MAX_DEPTH { Err("exceeded max depth".to_owned()) } else { Ok(()) }
    }

    fn close(&mut self) -> B::Out {
        match self.frames.pop() {
            Some(Frame::Array(items)) => self.builder.array(items),
            Some(Frame::Object(entries, _)) => self.builder.object(entries),
            None => self.builder.null(),
        }
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Result<(), String> {
        match self.skip_space() {
            Some(b'"') => {}
            Some(_) => return Err(self.invalid("looking for beginning of object key string")),
            None => return Err(self.end()),
        }
        let text = self.string()?;
        match self.skip_space() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.invalid("after object key")),
            None => return Err(self.end()),
        }
        if let Some(Frame::Object(_, key)) = self.frames.last_mut() {
            *key = text;
        }
        Ok(())
    }

    fn skip_space(&mut self) -> Option<u8> {
        // The indentation of a line.
        while self.text.get(self.at..self.at + 8) == Some(b"        ") {
            self.at += 8;
        }
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn end(&self) -> String {
        if self.stream { "unexpected EOF".to_owned() } else { "unexpected end of JSON input".to_owned() }
    }

    /// The error for the byte here; inside of a token Go's first implementation puts a space after the end of the text.
    fn invalid(&self, context: &str) -> String {
        let rest = &self.text[self.at..];
        let Some(&byte) = rest.first() else {
            return match self.implementation {
                Implementation::V1 if !self.stream => format!("invalid character ' ' {context}"),
                _ => self.end(),
            };
        };
        let quoted = match (self.implementation, utf8::decode(rest)) {
            (Implementation::V1, _) => strconv::quote_rune(char::from(byte)),
            (Implementation::V2, ('\u{fffd}', 1)) => format!("'\\x{byte:02x}'"),
            (Implementation::V2, (rune, _)) => strconv::quote_rune(rune),
        };
        format!("invalid character {quoted} {context}")
    }

    /// As NewInvalidEscapeSequenceError, for the bytes from here up to `length` of them.
    fn invalid_escape(&self, length: usize) -> String {
        let sequence = &self.text[self.at..(self.at + length).min(self.text.len())];
        let special = |(_, rune): (usize, char)| {
            rune == '`' || rune == '\u{fffd}' || unicode::is_space(rune) || !unicode::is_print(rune)
        };
        if utf8::runes(sequence).any(special) {
            return format!("invalid escape sequence {} in string", strconv::quote(sequence));
        }
        format!("invalid escape sequence `{}` in string", String::from_utf8_lossy(sequence))
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        self.at += 1;
        for &expected in &word.as_bytes()[1..] {
            if self.text.get(self.at) != Some(&expected) {
                return Err(self.invalid(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// The digits of a part of a number that the first implementation names `part`.
    fn digits(&mut self, part: &str) -> Result<(), String> {
        if !self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            return Err(match self.implementation {
                Implementation::V1 => self.invalid(&format!("{part}numeric literal")),
                Implementation::V2 => self.invalid("in numeric literal"),
            });
        }
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<B::Out, String> {
        let start = self.at;
        if self.text.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits("in ")?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits("after decimal point in ")?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits("in exponent of ")?;
        }
        let literal = String::from_utf8_lossy(&self.text[start..self.at]);
        if let Some(number) = self.builder.number(&literal) {
            return Ok(number);
        }
        let target = self.target();
        self.error.get_or_insert_with(|| format!("{NUMBER_ERROR} {literal} into {target} of type float64"));
        Ok(self.builder.out_of_range(&literal, self.implementation))
    }

    /// What UnmarshalTypeError says of the place of a value.
    fn target(&self) -> String {
        if self.implementation == Implementation::V1 || self.frames.is_empty() {
            return "Go value".to_owned();
        }
        super::struct_field(self.frames.iter().map(|frame| match frame {
            Frame::Array(items) => items.len().to_string(),
            Frame::Object(_, key) => key.to_string(),
        }))
    }

    fn string(&mut self) -> Result<Str, String> {
        self.at += 1;
        let start = self.at;
        let mut unescaped: Option<Vec<u8>> = None;
        let mut copied = start;
        loop {
            while self.text.get(self.at).is_some_and(|&byte| INSIDE[usize::from(byte)]) {
                self.at += 1;
            }
            let Some(&byte) = self.text.get(self.at) else { return Err(self.end()) };
            match byte {
                b'"' => break,
                b'\\' => {
                    let out = unescaped.get_or_insert_default();
                    out.extend_from_slice(&self.text[copied..self.at]);
                    let escape = self.at;
                    self.at += 1;
                    let character = match self.text.get(self.at) {
                        Some(&escape @ (b'"' | b'\\' | b'/')) => char::from(escape),
                        Some(b'b') => '\x08',
                        Some(b'f') => '\x0c',
                        Some(b'n') => '\n',
                        Some(b'r') => '\r',
                        Some(b't') => '\t',
                        Some(b'u') => self.unicode_escape()?,
                        Some(_) if self.implementation == Implementation::V2 => {
                            self.at = escape;
                            return Err(self.invalid_escape(2));
                        }
                        _ => return Err(self.invalid("in string escape code")),
                    };
                    self.at += 1;
                    copied = self.at;
                    let out = unescaped.get_or_insert_default();
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ if self.implementation == Implementation::V2 => return Err(self.invalid("in string")),
                _ => return Err(self.invalid("in string literal")),
            }
        }
        let rest = &self.text[copied..self.at];
        self.at += 1;
        let bytes = match unescaped {
            None if self.valid => return Ok(Str::from(rest)),
            None => return Ok(Str::from(&*valid_utf8(rest))),
            Some(mut out) => {
                out.extend_from_slice(rest);
                out
            }
        };
        Ok(if self.valid { Str::from(bytes) } else { Str::from(&*valid_utf8(&bytes)) })
    }

    /// The character of `\uXXXX`, with the low surrogate that may follow; leaves the parser at the last digit.
    fn unicode_escape(&mut self) -> Result<char, String> {
        let first = self.hex4(self.at + 1);
        let Some(unit) = first else {
            let digits = self.text[self.at + 1..].iter().take(4);
            if self.implementation == Implementation::V2 && !digits.clone().all(u8::is_ascii_hexdigit) {
                self.at -= 1;
                return Err(self.invalid_escape(6));
            }
            self.at += 1;
            while self.text.get(self.at).is_some_and(u8::is_ascii_hexdigit) {
                self.at += 1;
            }
            return Err(self.invalid("in \\u hexadecimal character escape"));
        };
        self.at += 4;
        if let Some(character) = char::from_u32(unit) {
            return Ok(character);
        }
        if self.text.get(self.at + 1..self.at + 3) == Some(b"\\u")
            && let Some(low @ 0xdc00..=0xdfff) = self.hex4(self.at + 3)
            && let 0xd800..=0xdbff = unit
        {
            self.at += 6;
            let code = 0x10000 + ((unit - 0xd800) << 10 | (low - 0xdc00));
            return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
        }
        Ok('\u{fffd}')
    }

    fn hex4(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4)?;
        digits.iter().try_fold(0, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, implementation: Implementation) -> String {
        match unmarshal(text.as_bytes(), implementation).into_result() {
            Ok(value) => format!("{value:?}"),
            Err(error) => error,
        }
    }

    #[test]
    fn reads_as_go() {
        for (text, expected) in [
            (r#" {"b":[1,-2.5e1,true,null],"a":{}} "#, r#"{"a": {}, "b": [1.0, -25.0, true, nil]}"#),
            (r#""\u00e9\ud83d\ude00\ud83dx\n\/""#, "\"é😀\u{fffd}x\\n/\""),
            ("", "unexpected end of JSON input"),
            ("[1,", "unexpected end of JSON input"),
            ("{x", "invalid character 'x' looking for beginning of object key string"),
            ("{\"a\" 1", "invalid character '1' after object key"),
            ("{\"a\":1 2", "invalid character '2' after object key:value pair"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("[1 2", "invalid character '2' after array element"),
            ("[,", "invalid character ',' looking for beginning of value"),
            ("1 2", "invalid character '2' after top-level value"),
            ("01", "invalid character '1' after top-level value"),
            ("-", "invalid character ' ' in numeric literal"),
            ("1.", "invalid character ' ' after decimal point in numeric literal"),
            ("1e+x", "invalid character 'x' in exponent of numeric literal"),
            ("tru", "invalid character ' ' in literal true (expecting 'e')"),
            ("'a'", "invalid character '\\'' looking for beginning of value"),
            ("é", "invalid character 'Ã' looking for beginning of value"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            (r#""\x""#, "invalid character 'x' in string escape code"),
            (r#""\u12x""#, "invalid character 'x' in \\u hexadecimal character escape"),
            ("1e400", "json: cannot unmarshal number 1e400 into Go value of type float64"),
        ] {
            assert_eq!(show(text, Implementation::V1), expected, "{text}");
        }
        assert_eq!(show(&"[".repeat(20_000), Implementation::V1), "exceeded max depth");
    }

    #[test]
    fn describes_errors_as_go_1_27() {
        for (text, expected) in [
            ("-", "unexpected end of JSON input"),
            ("tru", "unexpected end of JSON input"),
            ("trx", "invalid character 'x' in literal true (expecting 'u')"),
            ("1.x", "invalid character 'x' in numeric literal"),
            ("é", "invalid character 'é' looking for beginning of value"),
            ("\"a\nb\"", "invalid character '\\n' in string"),
            (r#""\x""#, r"invalid escape sequence `\x` in string"),
            (r#""\u12x""#, "invalid escape sequence `\\u12x\"` in string"),
            (r#""\u0 "x"#, r#"invalid escape sequence "\\u0 \"x" in string"#),
            (r#""\u12"#, "unexpected end of JSON input"),
            (r#"{"a":[1e400]}"#, "json: cannot unmarshal number 1e400 into .a.0 of type float64"),
            (r#"{"a":1e400}"#, "json: cannot unmarshal number 1e400 into Go struct field .a of type float64"),
        ] {
            assert_eq!(show(text, Implementation::V2), expected, "{text}");
        }
    }

    #[test]
    fn keeps_the_place_of_a_number_out_of_range() {
        for (implementation, expected) in [(Implementation::V1, "[1.0, nil]"), (Implementation::V2, "[1.0, 0.0]")] {
            let partial = unmarshal(b"[1,-1e400]", implementation);
            assert_eq!(format!("{:?}", partial.value), expected);
        }
    }

    #[test]
    fn reads_into_a_map_as_go() {
        let error = unmarshal_map(b"[1]", Implementation::V1).error.unwrap();
        assert_eq!(error, "json: cannot unmarshal array into Go value of type map[string]interface {}");
        assert!(unmarshal_map(b"null", Implementation::V1).value.is_nil());
        let partial = unmarshal_map(br#"{"a":1,"b":1e999}"#, Implementation::V1);
        assert_eq!(format!("{:?}", partial.value), r#"{"a": 1.0, "b": nil}"#);
        assert!(partial.error.is_some());
    }
}
