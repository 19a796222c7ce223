//! What is written: values to the emitter, as sigs.k8s.io/yaml Marshal and goyaml v3's Encoder do.

use super::emit::{Emitter, MAX_SIMPLE_KEY, Place, Style};
use super::error::{Error, Stage};
use super::glance::{Glance, glance, is_string};
use super::order;
use super::resolve::Version;
use crate::go::{Dict, Entries, Kind, Object, Part, Str, Value, base64, fmt, json, strconv};
use std::borrow::Cow;

/// As `yaml.Marshal`: what `toYaml` writes, with its last newline.
///
/// sigs.k8s.io/yaml goes through JSON, which goyaml v2 reads and writes again. What that does to a value is done here
/// without the detour: numbers lose their Go types, and some strings do not survive at all.
pub fn marshal(value: &Value) -> Result<Str, Error> {
    write(value, Version::V2, true)
}

/// As goyaml v3's encoder with an indent of 2: what `toYamlPretty` writes, with its last newline.
pub fn marshal_pretty(value: &Value) -> Result<Str, Error> {
    write(value, Version::V3, true)
}

/// As [`marshal`] and [`marshal_pretty`], with every string analysed and all keys sorted: what the shortcuts for plain
/// ones are held to.
pub fn marshal_analysed(value: &Value) -> [Result<Str, Error>; 2] {
    [Version::V2, Version::V3].map(|version| write(value, version, false))
}

fn write(value: &Value, version: Version, glances: bool) -> Result<Str, Error> {
    let mut encoder = Encoder { emitter: Emitter::new(version), version, glances, depth: 0, seen: Vec::new() };
    encoder.node(value, Place::Root)?;
    Ok(encoder.emitter.finish())
}

/// From which depth on Go looks for maps and slices that contain themselves.
const CYCLE_CHECK_DEPTH: usize = 1000;
/// How many characters a key may have in JSON before goyaml no longer takes it for one.
const MAX_KEY: usize = 1024;

struct Encoder {
    emitter: Emitter,
    version: Version,
    /// Whether a glance may decide how a string is written.
    glances: bool,
    depth: usize,
    /// The identities of the collections that are being written, once they are suspiciously many.
    seen: Vec<usize>,
}

/// An error of json.Marshal.
fn json_error(problem: String) -> Error {
    Error::new(Stage::Marshal, problem)
}

impl Encoder {
    fn node(&mut self, value: &Value, place: Place) -> Result<(), Error> {
        // Few lists in one another, each of which holds the next one twice, are more than memory holds.
        if self.emitter.written() > fmt::LIMIT {
            let problem = format!("the result is longer than {} MiB", fmt::LIMIT >> 20);
            return Err(Error::new(Stage::Panic, problem));
        }
        let pretty = self.version == Version::V3;
        match value {
            Value::Nil => self.plain(place, |out| out.extend_from_slice(b"null")),
            Value::Bool(value) => {
                self.plain(place, |out| out.extend_from_slice(if *value { b"true" } else { b"false" }));
            }
            Value::Int(number) | Value::Int64(number) => self.integer(*number, place),
            Value::Uint8(number) => self.integer(i64::from(*number), place),
            Value::Uint64(number) => self.plain(place, |out| strconv::append_uint(out, *number, 10)),
            Value::Float64(number)
                if self.glances && !pretty && number.fract() == 0.0 && number.abs() < strconv::EXACT =>
            {
                self.integer(*number as i64, place);
            }
            Value::Float64(number) => {
                let text = if pretty { float(*number) } else { float_after_json(*number)? };
                self.plain(place, |out| out.extend_from_slice(text.as_bytes()));
            }
            Value::Complex128(_) if pretty => {
                return Err(Error::new(Stage::Panic, "cannot marshal type: complex128"));
            }
            Value::Complex128(_) => return Err(json_error("json: unsupported type: complex128".to_owned())),
            Value::String(text) => self.string(text, place)?,
            Value::Bytes(bytes) if pretty => {
                let items: Vec<Value> = bytes.iter().map(|&byte| Value::Uint8(byte)).collect();
                self.list(&items, place)?;
            }
            Value::Bytes(bytes) => self.string(&Str::derived(base64::encode(bytes), [&**bytes]), place)?,
            Value::List(list) if list.is_nil() && !pretty => self.plain(place, |out| out.extend_from_slice(b"null")),
            Value::Dict(dict) if dict.is_nil() && !pretty => self.plain(place, |out| out.extend_from_slice(b"null")),
            Value::List(list) => {
                self.collection(list.as_ptr() as usize, "[]interface {}", |encoder| encoder.list(list, place))?
            }
            Value::Dict(dict) => {
                self.collection(dict.id(), "map[string]interface {}", |encoder| encoder.dict(&dict.original()))?
            }
            Value::Object(object) => self.object(object.as_ref(), place)?,
        }
        Ok(())
    }

    /// What is no string: a few letters and digits, which `write` appends.
    fn plain(&mut self, place: Place, write: impl FnOnce(&mut Vec<u8>)) {
        if self.glances {
            return self.emitter.word(None, write);
        }
        let mut text = Vec::new();
        write(&mut text);
        self.emitter.scalar(&text, "", Style::Plain, place, None);
    }

    fn integer(&mut self, number: i64, place: Place) {
        self.plain(place, |out| strconv::append_int(out, number, 10));
    }

    /// Writes a collection one level deeper; refuses one that is being written already.
    fn collection(
        &mut self,
        id: usize,
        ty: &str,
        write: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > json::MAX_DEPTH {
            return Err(Error::goyaml("exceeded max depth of 10000", None));
        }
        let check = self.depth > CYCLE_CHECK_DEPTH;
        if check {
            if self.seen.contains(&id) {
                return Err(json_error(format!("json: unsupported value: encountered a cycle via {ty}")));
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

    fn list(&mut self, items: &[Value], place: Place) -> Result<(), Error> {
        if items.is_empty() {
            self.emitter.empty_list();
            return Ok(());
        }
        let outside = self.emitter.open_list(place);
        for item in items {
            self.emitter.item();
            self.node(item, Place::Item)?;
        }
        self.emitter.close(outside);
        Ok(())
    }

    /// Writes a map, from where it is where its keys are plain and stand in goyaml's order already.
    fn dict(&mut self, dict: &Dict) -> Result<(), Error> {
        let entries = dict.entries();
        if !(self.glances && self.in_order(&entries)) {
            return self.map(dict.snapshot(), true);
        }
        if entries.is_empty() {
            self.emitter.empty_map();
            return Ok(());
        }
        let outside = self.emitter.open_map();
        for (key, value) in entries.iter() {
            self.emitter.plain_key(key);
            self.node(value, Place::Value)?;
        }
        self.emitter.close(outside);
        Ok(())
    }

    fn in_order(&self, entries: &Entries) -> bool {
        let mut before: &[u8] = b"";
        entries.iter().all(|(key, _)| {
            let in_order = order::in_order(before, key, self.version);
            before = key;
            in_order && key.len() <= MAX_SIMPLE_KEY && matches!(glance(key, self.version), Glance::Plain { .. })
        })
    }

    /// Writes a map, its keys in goyaml's order unless they are the fields of a struct.
    fn map(&mut self, mut entries: Vec<(Str, Value)>, sorted: bool) -> Result<(), Error> {
        if entries.is_empty() {
            self.emitter.empty_map();
            return Ok(());
        }
        if self.version == Version::V2 {
            for (key, _) in &mut entries {
                if let Cow::Owned(text) = key_after_json(key)? {
                    *key = Str::derived(text, [&*key]);
                }
            }
        }
        if sorted {
            order::sort(&mut entries, |(key, _)| key, self.version);
        }
        let outside = self.emitter.open_map();
        for (key, value) in &entries {
            let (text, tag) = binary(key, self.version);
            let place = self.emitter.key_place(&text, tag);
            self.emitter.before_key(place);
            if !(self.glances && self.at_a_glance(key, place)) {
                self.text(key, &text, tag, place);
            }
            self.emitter.before_value(place);
            self.node(value, Place::Value)?;
        }
        self.emitter.close(outside);
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, place: Place) -> Result<(), Error> {
        let ty = object.ty();
        let pretty = self.version == Version::V3;
        if pretty && ty.name == "time.Duration" {
            return self.string(&Str::from(object.stringer().unwrap_or_default()), place);
        }
        if let Some(value) = object.marshal() {
            if let (true, "time.Time" | "*time.Time", Value::String(text)) = (pretty, ty.name, &value) {
                self.emitter.scalar(text, "", Style::Plain, place, Some(text));
                return Ok(());
            }
            return self.node(&value, place);
        }
        if let Some(value) = object.underlying() {
            return self.node(&value, place);
        }
        if !matches!(ty.kind, Kind::Struct | Kind::Pointer) {
            return Err(if pretty {
                Error::new(Stage::Panic, format!("cannot marshal type: {}", ty.name))
            } else {
                json_error(format!("json: unsupported type: {}", ty.name))
            });
        }
        let id = std::ptr::from_ref(object).cast::<()>() as usize;
        self.collection(id, ty.name, |encoder| {
            if pretty {
                // The structs of Helm have no yaml tags, so that goyaml writes all fields under their small names.
                let exported = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
                let fields = ty.fields.iter().zip(object.fields());
                let fields = fields.filter(|(field, _)| exported(field.name) && field.part != Part::Promoted);
                let entries = fields.map(|(field, value)| (Str::from(field.name.to_lowercase()), value)).collect();
                return encoder.map(entries, false);
            }
            encoder.map(json::fields(object), true)
        })
    }

    fn string(&mut self, text: &Str, place: Place) -> Result<(), Error> {
        // What a glance tells is of ASCII, which JSON leaves as it is.
        if self.glances && self.at_a_glance(text, place) {
            return Ok(());
        }
        if self.version == Version::V2 {
            let value = string_after_json(text)?;
            self.text(text, &value, "", place);
        } else {
            let (value, tag) = binary(text, self.version);
            self.text(text, &value, tag, place);
        }
        Ok(())
    }

    /// Writes a string whose style a glance tells; whether it does.
    fn at_a_glance(&mut self, text: &Str, place: Place) -> bool {
        let folds = place != Place::SimpleKey;
        let (blanks, style, quotes) = match glance(text, self.version) {
            Glance::Plain { blanks } => (blanks, Style::Plain, 0),
            Glance::SingleQuoted { blanks } => (blanks, Style::SingleQuoted, 1),
            Glance::DoubleQuoted => (false, Style::DoubleQuoted, 1),
            Glance::Literal if folds => (true, Style::Literal, 0),
            _ => return false,
        };
        if style == Style::Literal || (blanks && folds && !self.emitter.has_room(quotes + text.len())) {
            self.emitter.styled(text, style, place, Some(text));
        } else {
            let quote = match style {
                Style::SingleQuoted => Some(b'\''),
                Style::DoubleQuoted => Some(b'"'),
                _ => None,
            };
            self.emitter.word(Some(text), |out| {
                out.extend(quote);
                out.extend_from_slice(text);
                out.extend(quote);
            });
        }
        true
    }

    /// As encoder.stringv; `origin` is the string that `value` was made from.
    fn text(&mut self, origin: &Str, value: &[u8], tag: &str, place: Place) {
        let plain = || !tag.is_empty() || is_string(value, self.version);
        let style = if value.contains(&b'\n') {
            Style::Literal
        } else if plain() {
            Style::Plain
        } else {
            Style::DoubleQuoted
        };
        self.emitter.scalar(value, tag, style, place, Some(origin));
    }
}

/// A string, or its base64 and the tag for it where goyaml v3 finds that it is not UTF-8.
fn binary(text: &Str, version: Version) -> (Cow<'_, [u8]>, &'static str) {
    if version == Version::V2 || std::str::from_utf8(text).is_ok() {
        return (Cow::Borrowed(text), "");
    }
    let encoded = base64::encode(text);
    // As encodeBase64: lines of 70, each ended if there is more than one.
    if encoded.len() < 70 {
        return (Cow::Owned(encoded), "!!binary");
    }
    let mut lines = Vec::with_capacity(encoded.len() + encoded.len() / 70 + 1);
    for line in encoded.chunks(70) {
        lines.extend_from_slice(line);
        lines.push(b'\n');
    }
    (Cow::Owned(lines), "!!binary")
}

/// As floatv.
fn float(number: f64) -> String {
    if number.is_nan() {
        ".nan".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() }
    } else {
        strconv::format_float(number, b'g', None, 64)
    }
}

/// A float as goyaml v2 writes what it has read from the float's JSON: as an integer where it looks like one and fits.
fn float_after_json(number: f64) -> Result<String, Error> {
    if !number.is_finite() {
        let text = strconv::format_float(number, b'g', None, 64);
        return Err(json_error(format!("json: unsupported value: {text}")));
    }
    if number == 0.0 {
        return Ok("0".to_owned());
    }
    if number.fract() == 0.0 && number.abs() < 1e21 {
        let text = strconv::format_float(number, b'f', None, 64);
        if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
            return Ok(text);
        }
    }
    Ok(float(number))
}

/// A string as goyaml v2 reads it from its JSON.
fn string_after_json(text: &Str) -> Result<Cow<'_, [u8]>, Error> {
    // JSON escapes what is below a space; only DEL and what is not ASCII can come to harm.
    if text.iter().all(|&byte| byte < 0x7f) {
        return Ok(Cow::Borrowed(text));
    }
    let valid = json::valid_utf8(text);
    let mut breaks = false;
    for character in std::str::from_utf8(&valid).unwrap_or_default().chars() {
        match character {
            '\u{85}' => breaks = true,
            '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                return Err(Error { stage: Stage::Plain, ..Error::goyaml("control characters are not allowed", None) });
            }
            _ => {}
        }
    }
    if breaks {
        // JSON leaves U+0085 as it is, and YAML takes it for a line break to be folded.
        let quoted = json::marshal(&Value::String(text.clone())).map_err(json_error)?;
        return match super::decode(&quoted) {
            Ok(Value::String(folded)) => Ok(Cow::Owned(folded.to_vec())),
            Ok(_) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(Error { stage: Stage::Plain, ..error }),
        };
    }
    Ok(valid)
}

/// A key as goyaml v2 reads it from its JSON, where a long one is no key.
fn key_after_json(key: &Str) -> Result<Cow<'_, [u8]>, Error> {
    let not_a_key =
        || Error { stage: Stage::Plain, line: 0, ..Error::goyaml("did not find expected ',' or '}'", None) };
    // No character takes more than six in JSON.
    if key.len() > MAX_KEY / 6 - 1 {
        let quoted = json::marshal(&Value::String(key.clone())).map_err(json_error)?;
        if quoted.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() > MAX_KEY {
            return Err(not_a_key());
        }
    }
    if key.windows(2).any(|pair| pair == "\u{85}".as_bytes()) {
        return Err(not_a_key());
    }
    string_after_json(key)
}
