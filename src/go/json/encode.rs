//! Writing JSON: `json.Marshal`, `MarshalIndent` and an Encoder without HTML escaping.

use super::super::object::{Object, Part};
use super::super::str::{Str, StrBuilder};
use super::super::value::{Kind, Value};
use super::super::{base64, fmt, scratch, strconv, utf8};
use super::{Implementation, MAX_DEPTH};

/// From which depth on Go looks for maps and slices that contain themselves.
const CYCLE_CHECK_DEPTH: usize = 1000;

/// Bytes that a string holds as they are, if not for the sake of HTML.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte < 0x80 {
        plain[byte as usize] = !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&');
        byte += 1;
    }
    plain
};

/// How JSON is written.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Whether `<`, `>` and `&` are escaped.
    pub escape_html: bool,
    /// What starts each line and what indents it once per level; all on one line where there is none.
    pub indent: Option<(&'a str, &'a str)>,
    /// Which encoding/json writes.
    pub implementation: Implementation,
}

/// As `json.Marshal` up to Go 1.26. The error is Go's text.
pub fn marshal(value: &Value) -> Result<Str, String> {
    encode(value, Options { escape_html: true, indent: None, implementation: Implementation::V1 })
}

/// Writes a value as JSON, without a newline at the end. As with what is printed, what would follow where the text is
/// longer than [`fmt::LIMIT`] is left out: few lists in one another, each of which holds the next one twice, are more
/// than memory holds.
pub fn encode(value: &Value, options: Options<'_>) -> Result<Str, String> {
    let mut encoder = Encoder { out: StrBuilder::on(scratch::room()), options, depth: 0, seen: Vec::new() };
    match encoder.value(value) {
        Err(_) if encoder.is_full() => {}
        result => result?,
    }
    Ok(scratch::finish_builder(encoder.out))
}

struct Encoder<'a> {
    out: StrBuilder,
    options: Options<'a>,
    depth: usize,
    /// The identities of the maps and slices that are being written, once they are suspiciously many.
    seen: Vec<usize>,
}

impl Encoder<'_> {
    fn is_full(&self) -> bool {
        self.out.len() > fmt::LIMIT
    }

    fn value(&mut self, value: &Value) -> Result<(), String> {
        if self.is_full() {
            return Err(String::new());
        }
        match value {
            Value::Nil => self.out.push_bytes(b"null"),
            Value::Bool(true) => self.out.push_bytes(b"true"),
            Value::Bool(false) => self.out.push_bytes(b"false"),
            Value::Int(number) | Value::Int64(number) => self.out.write(|out| strconv::append_int(out, *number, 10)),
            Value::Uint8(number) => self.out.write(|out| strconv::append_uint(out, u64::from(*number), 10)),
            Value::Uint64(number) => self.out.write(|out| strconv::append_uint(out, *number, 10)),
            Value::Float64(number) => self.float(*number)?,
            Value::Complex128(_) => return Err("json: unsupported type: complex128".to_owned()),
            Value::String(text) => self.string(text),
            Value::Bytes(bytes) => {
                let start = self.out.len();
                self.out.push_bytes(b"\"");
                self.out.push_bytes(&base64::encode(bytes));
                self.out.push_bytes(b"\"");
                self.out.derive_since(start, bytes);
            }
            Value::List(list) if list.is_nil() => self.out.push_bytes(b"null"),
            Value::Dict(dict) if dict.is_nil() => self.out.push_bytes(b"null"),
            Value::List(list) => {
                let id = list.as_ptr() as usize;
                self.collection(
                    id,
                    || "[]interface {}".to_owned(),
                    |encoder| encoder.items(b"[", b"]", list.iter(), Encoder::value),
                )?;
            }
            Value::Dict(dict) => {
                let origin = dict.original();
                let entries = origin.entries();
                self.collection(
                    dict.id(),
                    || "map[string]interface {}".to_owned(),
                    |encoder| {
                        encoder.items(b"{", b"}", entries.iter(), |encoder, (key, value)| encoder.entry(key, value))
                    },
                )?;
            }
            Value::Object(object) => self.object(object.as_ref())?,
        }
        Ok(())
    }

    /// Writes a collection one level deeper; refuses one that is being written already.
    fn collection(
        &mut self,
        id: usize,
        ty: impl Fn() -> String,
        write: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("json: unsupported value: nested too deeply".to_owned());
        }
        let check = self.depth > CYCLE_CHECK_DEPTH;
        if check {
            if self.seen.contains(&id) {
                return Err(format!("json: unsupported value: encountered a cycle via {}", ty()));
            }
            self.seen.push(id);
        }
        write(self)?;
        if check {
            self.seen.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn items<T>(
        &mut self,
        open: &[u8],
        close: &[u8],
        items: impl Iterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), String>,
    ) -> Result<(), String> {
        self.out.push_bytes(open);
        let mut any = false;
        for item in items {
            if any {
                self.out.push_bytes(b",");
            }
            any = true;
            self.line(self.depth);
            write(self, item)?;
        }
        if any {
            self.line(self.depth - 1);
        }
        self.out.push_bytes(close);
        Ok(())
    }

    /// Starts a line where the text is indented.
    fn line(&mut self, depth: usize) {
        if let Some((prefix, indent)) = self.options.indent {
            self.out.push_bytes(b"\n");
            self.out.push_bytes(prefix.as_bytes());
            for _ in 0..depth {
                self.out.push_bytes(indent.as_bytes());
            }
        }
    }

    fn entry(&mut self, key: &Str, value: &Value) -> Result<(), String> {
        self.string(key);
        self.out.push_bytes(if self.options.indent.is_some() { b": " } else { b":" });
        self.value(value)
    }

    fn object(&mut self, object: &dyn Object) -> Result<(), String> {
        if let Some(value) = object.marshal() {
            return self.value(&value);
        }
        if let Some(value) = object.underlying() {
            return self.value(&value);
        }
        let ty = object.ty();
        if !matches!(ty.kind, Kind::Struct | Kind::Pointer) {
            return Err(format!("json: unsupported type: {}", ty.name));
        }
        let fields = fields(object);
        let id = std::ptr::from_ref(object).cast::<()>() as usize;
        self.collection(
            id,
            || ty.name.to_owned(),
            |encoder| encoder.items(b"{", b"}", fields.iter(), |encoder, (key, value)| encoder.entry(key, value)),
        )
    }

    fn float(&mut self, number: f64) -> Result<(), String> {
        if !number.is_finite() {
            return Err(format!("json: unsupported value: {}", strconv::format_float(number, b'g', None, 64)));
        }
        let size = number.abs();
        if size == 0.0 || (1e-6..1e21).contains(&size) {
            self.out.write(|out| strconv::append_float(out, number, b'f', None, 64));
            return Ok(());
        }
        let mut text = strconv::format_float(number, b'e', None, 64);
        // Go writes e-09 as e-9, as ECMAScript does.
        if let Some(start) = text.strip_suffix(|last: char| last.is_ascii_digit())
            && start.ends_with("e-0")
        {
            text.remove(start.len() - 1);
        }
        self.out.push_bytes(text.as_bytes());
        Ok(())
    }

    /// As appendString: HTML, control characters and line separators are escaped, and what is not UTF-8.
    fn string(&mut self, text: &Str) {
        let start = self.out.len();
        let bytes = text.as_bytes();
        if bytes.iter().all(|&byte| PLAIN[usize::from(byte)]) {
            self.out.write(|out| {
                out.reserve(bytes.len() + 2);
                out.push(b'"');
                out.extend_from_slice(bytes);
                out.push(b'"');
            });
            return self.out.derive_since(start, text);
        }
        self.out.push_bytes(b"\"");
        let (mut at, mut written) = (0, 0);
        while let Some(&byte) = bytes.get(at) {
            let html = self.options.escape_html && matches!(byte, b'<' | b'>' | b'&');
            if byte < 0x80 {
                if byte >= b' ' && byte != b'"' && byte != b'\\' && !html {
                    at += 1;
                    continue;
                }
                self.out.push_bytes(&bytes[written..at]);
                match byte {
                    b'"' => self.out.push_bytes(b"\\\""),
                    b'\\' => self.out.push_bytes(b"\\\\"),
                    b'\n' => self.out.push_bytes(b"\\n"),
                    b'\r' => self.out.push_bytes(b"\\r"),
                    b'\t' => self.out.push_bytes(b"\\t"),
                    0x08 => self.out.push_bytes(b"\\b"),
                    0x0c => self.out.push_bytes(b"\\f"),
                    _ => self.out.push_bytes(format!("\\u{byte:04x}").as_bytes()),
                }
                at += 1;
                written = at;
                continue;
            }
            let (rune, width) = utf8::decode(&bytes[at..]);
            let escape: &[u8] = match rune {
                '\u{fffd}' if width == 1 => match self.options.implementation {
                    Implementation::V1 => b"\\ufffd",
                    Implementation::V2 => b"\xef\xbf\xbd",
                },
                '\u{2028}' => b"\\u2028",
                '\u{2029}' => b"\\u2029",
                _ => b"",
            };
            if !escape.is_empty() {
                self.out.push_bytes(&bytes[written..at]);
                self.out.push_bytes(escape);
                written = at + width;
            }
            at += width;
        }
        self.out.push_bytes(&bytes[written..]);
        self.out.push_bytes(b"\"");
        self.out.derive_since(start, text);
    }
}

/// The fields of a struct that JSON shows, under their names in JSON.
pub fn fields(object: &dyn Object) -> Vec<(Str, Value)> {
    let fields = object.ty().fields.iter().zip(object.fields());
    fields
        .filter(|(field, value)| {
            !(field.json.is_empty() || field.part == Part::Embedded || field.omit_empty && is_empty(value))
        })
        .map(|(field, value)| (Str::from(field.json), value))
        .collect()
}

/// As isEmptyValue, for `omitempty`.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(value) => !value,
        Value::Int(number) | Value::Int64(number) => *number == 0,
        Value::Uint8(number) => *number == 0,
        Value::Uint64(number) => *number == 0,
        Value::Float64(number) => *number == 0.0,
        Value::Complex128(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Dict(dict) => dict.is_empty(),
        Value::Object(object) => object.underlying().is_some_and(|value| is_empty(&value)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::list::List;
    use super::super::super::value::{Dict, Elem};
    use super::*;

    fn json(value: &Value) -> String {
        marshal(value).map_or_else(|error| error, |text| text.to_string())
    }

    #[test]
    fn numbers_as_go() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.5e-10, "1.5e-10"),
            (1e100, "1e+100"),
            (f64::NAN, "json: unsupported value: NaN"),
            (f64::NEG_INFINITY, "json: unsupported value: -Inf"),
        ] {
            assert_eq!(json(&Value::Float64(number)), expected);
        }
    }

    #[test]
    fn what_is_written_is_bounded() {
        let mut value = Value::list([Value::Int(1)]);
        for _ in 0..40 {
            value = Value::list([value.clone(), value]);
        }
        let written = marshal(&value).map(|text| text.len());
        assert!(written.as_ref().is_ok_and(|len| (fmt::LIMIT + 1..fmt::LIMIT + 100).contains(len)), "{written:?}");
    }

    #[test]
    fn strings_as_go() {
        for (text, expected) in [
            (&b"a\"\\/"[..], r#""a\"\\/""#),
            (b"<&>", r#""\u003c\u0026\u003e""#),
            (b"\0\x08\x0c\n\r\t\x1f\x7f", "\"\\u0000\\b\\f\\n\\r\\t\\u001f\x7f\""),
            ("é\u{2028}😀".as_bytes(), "\"é\\u2028😀\""),
            (b"\xff\xe2\x82", r#""\ufffd\ufffd\ufffd""#),
        ] {
            assert_eq!(json(&Value::string(text)), expected);
        }
        let options = Options { escape_html: false, indent: None, implementation: Implementation::V2 };
        assert_eq!(encode(&Value::string(b"<\xff"), options).unwrap().to_string(), "\"<\u{fffd}\"");
    }

    #[test]
    fn collections_as_go() {
        let dict: Dict = [("b", Value::list([])), ("a", Value::List(List::nil(Elem::Any)))].into_iter().collect();
        assert_eq!(json(&Value::Dict(dict.clone())), r#"{"a":null,"b":[]}"#);
        let value = Value::list([Value::Dict(dict), Value::Dict(Dict::new())]);
        let options = Options { escape_html: true, indent: Some(("", "  ")), implementation: Implementation::V1 };
        let text = encode(&value, options).unwrap();
        assert_eq!(text.to_string(), "[\n  {\n    \"a\": null,\n    \"b\": []\n  },\n  {}\n]");
    }
}
