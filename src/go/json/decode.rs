//! Reading JSON: `json.Unmarshal`, with the errors of both implementations that Go has had.

use super::super::list::List;
use super::super::str::Str;
use super::super::value::{Dict, Elem, Entries, Value};
use super::super::{strconv, unicode, utf8};
use super::{MAX_DEPTH, valid_utf8};

/// Which encoding/json it is; they read the same and describe errors differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// The first one, up to Go 1.26.
    V1,
    /// The one over encoding/json/v2, since Go 1.27.
    V2,
}

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
    Parser::new(text, implementation).parse().unwrap_or_else(|error| Decoded { value: Value::Nil, error: Some(error) })
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
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Dict(_) => "object",
        Value::Nil | Value::Float64(_) if error.as_ref().is_some_and(|error| !error.starts_with(NUMBER_ERROR)) => {
            return error;
        }
        // Go does not look at the size of a number that it cannot use.
        _ => "number",
    };
    Some(format!("json: cannot unmarshal {name} into Go value of type {ty}"))
}

const NUMBER_ERROR: &str = "json: cannot unmarshal number";

/// An open array or object.
enum Frame {
    Array(Vec<Value>),
    Object(Vec<(Str, Value)>, Str),
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    frames: Vec<Frame>,
    error: Option<String>,
    implementation: Implementation,
}

impl<'a> Parser<'a> {
    fn new(text: &'a [u8], implementation: Implementation) -> Parser<'a> {
        Parser { text, at: 0, frames: Vec::new(), error: None, implementation }
    }

    fn parse(mut self) -> Result<Decoded<Value>, String> {
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
                b'"' => Value::String(self.string()?),
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal("true", Value::Bool(true))?,
                b'f' => self.literal("false", Value::Bool(false))?,
                b'n' => self.literal("null", Value::Nil)?,
                _ => return Err(self.invalid("looking for beginning of value")),
            };
            // After a value.
            loop {
                let next = self.skip_space();
                match self.frames.last_mut() {
                    None if next.is_none() => return Ok(Decoded { value, error: self.error }),
                    None => return Err(self.invalid("after top-level value")),
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

    fn open(&mut self, frame: Frame) -> Result<(), String> {
        self.frames.push(frame);
        if self.frames.len() > MAX_DEPTH { Err("exceeded max depth".to_owned()) } else { Ok(()) }
    }

    fn close(&mut self) -> Value {
        match self.frames.pop() {
            Some(Frame::Array(items)) => Value::List(List::appended(Elem::Any, items)),
            Some(Frame::Object(entries, _)) => {
                Value::Dict(Dict::from_entries(entries.into_iter().collect::<Entries>()))
            }
            None => Value::Nil,
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
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn end(&self) -> String {
        "unexpected end of JSON input".to_owned()
    }

    /// The error for the byte here; inside of a token Go's first implementation puts a space after the end of the text.
    fn invalid(&self, context: &str) -> String {
        let rest = &self.text[self.at..];
        let Some(&byte) = rest.first() else {
            return match self.implementation {
                Implementation::V1 => format!("invalid character ' ' {context}"),
                Implementation::V2 => self.end(),
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

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, String> {
        self.at += 1;
        for &expected in &word.as_bytes()[1..] {
            if self.text.get(self.at) != Some(&expected) {
                return Err(self.invalid(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(value)
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

    fn number(&mut self) -> Result<Value, String> {
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
        match literal.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float64(number)),
            _ => {
                let target = self.target();
                self.error.get_or_insert_with(|| format!("{NUMBER_ERROR} {literal} into {target} of type float64"));
                Ok(match self.implementation {
                    Implementation::V1 => Value::Nil,
                    Implementation::V2 if literal.starts_with('-') => Value::Float64(f64::MIN),
                    Implementation::V2 => Value::Float64(f64::MAX),
                })
            }
        }
    }

    /// What UnmarshalTypeError says of the place of a value.
    fn target(&self) -> String {
        if self.implementation == Implementation::V1 || self.frames.is_empty() {
            return "Go value".to_owned();
        }
        let path: Vec<String> = self
            .frames
            .iter()
            .map(|frame| match frame {
                Frame::Array(items) => items.len().to_string(),
                Frame::Object(_, key) => key.to_string().replace('~', "~0").replace('/', "~1"),
            })
            .collect();
        let path = path.join(".");
        // Go takes a last step of digits for an index.
        let last = path.rsplit('.').next().unwrap_or_default();
        if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
            return format!(".{path}");
        }
        format!("Go struct field .{path}")
    }

    fn string(&mut self) -> Result<Str, String> {
        self.at += 1;
        let start = self.at;
        let mut unescaped: Option<Vec<u8>> = None;
        let mut copied = start;
        loop {
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
                0..0x20 if self.implementation == Implementation::V2 => return Err(self.invalid("in string")),
                0..0x20 => return Err(self.invalid("in string literal")),
                _ => self.at += 1,
            }
        }
        let rest = &self.text[copied..self.at];
        self.at += 1;
        let bytes = match unescaped {
            None => return Ok(Str::from(&*valid_utf8(rest))),
            Some(mut out) => {
                out.extend_from_slice(rest);
                out
            }
        };
        Ok(if std::str::from_utf8(&bytes).is_ok() { Str::from(bytes) } else { Str::from(&*valid_utf8(&bytes)) })
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
    fn reads_into_a_map_as_go() {
        let error = unmarshal_map(b"[1]", Implementation::V1).error.unwrap();
        assert_eq!(error, "json: cannot unmarshal array into Go value of type map[string]interface {}");
        assert!(unmarshal_map(b"null", Implementation::V1).value.is_nil());
        let partial = unmarshal_map(br#"{"a":1,"b":1e999}"#, Implementation::V1);
        assert_eq!(format!("{:?}", partial.value), r#"{"a": 1.0, "b": nil}"#);
        assert!(partial.error.is_some());
    }
}
