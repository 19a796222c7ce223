//! Writing TOML, as encode.go does.

use super::super::object::{Object, Part};
use super::super::str::{Str, StrBuilder};
use super::super::time::{Duration, Location, Time};
use super::super::value::{Kind, Value};
use super::super::{fmt, strconv};
use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME, Release, escape, join_key, quote_part};

/// Why a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// An error of the package.
    Text(String),
    /// The package panics, which a template reports as the error of the call.
    Panic(String),
}

/// How deep a value may nest.
const MAX_DEPTH: usize = 10_000;

/// As `toml.NewEncoder(…).Encode`. A text longer than [`fmt::LIMIT`] is an error: few lists in one another, each of which
/// holds the next one twice, are more than memory holds.
pub fn marshal(value: &Value, release: Release) -> Result<Str, Error> {
    if matches!(value, Value::Nil) {
        return Err(Error::Panic("reflect: call of reflect.Value.Type on zero Value".to_owned()));
    }
    let mut encoder = Encoder { out: StrBuilder::default(), release, depth: 0, looked: 0 };
    encoder.encode(&[], value)?;
    Ok(encoder.out.finish())
}

/// What a value is to TOML, as far as it matters where it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    /// Left out.
    Nil,
    /// Written behind its key.
    Inline,
    /// `[key]`
    Table,
    /// `[[key]]`
    Tables,
}

/// The entries of a table, and whether they come in the order of a struct's fields.
enum Shape {
    Entries(Vec<(Str, Value)>),
    Other,
}

struct Encoder {
    out: StrBuilder,
    release: Release,
    depth: usize,
    /// How many values were looked at to tell their types. That happens at most twice to each that is written, which
    /// takes two bytes at least.
    looked: usize,
}

fn fail<T>(problem: impl Into<String>) -> Result<T, Error> {
    Err(Error::Text(problem.into()))
}

/// The value of an object that is nothing but a named type over another.
fn underlying(value: &Value) -> Option<Value> {
    match value {
        Value::Object(object) if Time::of(value).is_none() && object.marshal().is_none() => object.underlying(),
        _ => None,
    }
}

fn shape(value: &Value) -> Shape {
    match value {
        Value::Dict(dict) => Shape::Entries(dict.snapshot()),
        Value::Object(object) => {
            let exported = |name: &str| name.starts_with(|first: char| first.is_ascii_uppercase());
            let fields = object
                .ty()
                .fields
                .iter()
                .zip(object.fields())
                .filter(|(field, _)| exported(field.name) && field.part != Part::Embedded);
            Shape::Entries(fields.map(|(field, value)| (Str::from(field.name), value)).collect())
        }
        _ => Shape::Other,
    }
}

impl Encoder {
    fn check_room(&self) -> Result<(), Error> {
        if self.out.len().max(self.looked) > fmt::LIMIT {
            return Err(Error::Panic(format!("the result is longer than {} MiB", fmt::LIMIT >> 20)));
        }
        Ok(())
    }

    /// As tomlTypeOfGo.
    fn type_of(&mut self, value: &Value, depth: usize) -> Result<Type, Error> {
        if depth > MAX_DEPTH {
            return fail("toml: nested too deeply");
        }
        self.looked += 1;
        self.check_room()?;
        Ok(match value {
            Value::Nil => Type::Nil,
            Value::List(list) if list.is_nil() => Type::Nil,
            Value::Dict(dict) if dict.is_nil() => Type::Nil,
            Value::Complex128(_) => return fail("unsupported type: complex128"),
            Value::Dict(_) => Type::Table,
            Value::List(list) => {
                let mut tables = !list.is_empty();
                for item in list.iter() {
                    match self.type_of(item, depth + 1)? {
                        Type::Nil => return fail("toml: cannot encode array with nil element"),
                        Type::Table => {}
                        _ => tables = false,
                    }
                }
                if tables { Type::Tables } else { Type::Inline }
            }
            Value::Object(object) => {
                if Time::of(value).is_some() || Duration::of(value).is_some() || object.marshal().is_some() {
                    Type::Inline
                } else if let Some(value) = underlying(value) {
                    self.type_of(&value, depth + 1)?
                } else if matches!(object.ty().kind, Kind::Struct | Kind::Pointer) {
                    Type::Table
                } else {
                    return fail(format!("unsupported type: {}", object.ty().kind.name()));
                }
            }
            _ => Type::Inline,
        })
    }

    fn write(&mut self, text: &[u8]) {
        self.out.push_bytes(text);
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.write(b"\n");
        }
    }

    fn indent(&mut self, key: &[Str]) {
        for _ in 1..key.len() {
            self.write(b"  ");
        }
    }

    fn deeper(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return fail("toml: nested too deeply");
        }
        write(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn encode(&mut self, key: &[Str], value: &Value) -> Result<(), Error> {
        if let Value::Complex128(_) = value {
            return fail(format!("unsupported type for key '{}': complex128", Str::from(join_key(key))));
        }
        if let Some(value) = underlying(value)
            && Duration::of(&value).is_none()
            && matches!(value, Value::Dict(_) | Value::List(_))
        {
            return self.encode(key, &value);
        }
        if matches!(value, Value::Nil) || matches!(value, Value::Dict(dict) if dict.is_nil()) {
            return Ok(());
        }
        match self.type_of(value, self.depth)? {
            Type::Table => self.table(key, value),
            Type::Tables => self.tables(key, value),
            Type::Nil | Type::Inline => self.key_value(key, value, false),
        }
    }

    fn table(&mut self, key: &[Str], value: &Value) -> Result<(), Error> {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.indent(key);
            self.write(b"[");
            self.write(&join_key(key));
            self.write(b"]");
            self.newline();
        }
        self.deeper(|encoder| encoder.entries(key, value, false))
    }

    fn tables(&mut self, key: &[Str], value: &Value) -> Result<(), Error> {
        if key.is_empty() {
            return fail("toml: top-level values must be Go maps or structs");
        }
        let Some(list) = value.as_list() else { return Ok(()) };
        for item in list.iter() {
            self.newline();
            self.indent(key);
            self.write(b"[[");
            self.write(&join_key(key));
            self.write(b"]]");
            self.newline();
            self.deeper(|encoder| encoder.entries(key, item, false))?;
        }
        Ok(())
    }

    /// As eMap and eStruct: what is written behind its key comes first, then the tables.
    fn entries(&mut self, key: &[Str], value: &Value, inline: bool) -> Result<(), Error> {
        let resolved = underlying(value);
        let value = resolved.as_ref().unwrap_or(value);
        let Shape::Entries(entries) = shape(value) else {
            return Err(Error::Panic("eTable: unhandled reflect.Value Kind".to_owned()));
        };
        let is_map = matches!(value, Value::Dict(_));
        let total = entries.len();
        let (mut direct, mut tables) = (Vec::new(), Vec::new());
        for (index, (name, value)) in entries.iter().enumerate() {
            match self.type_of(value, self.depth)? {
                Type::Table | Type::Tables => tables.push((index, name, value)),
                Type::Nil | Type::Inline => direct.push((index, name, value)),
            }
        }
        if inline {
            self.write(b"{");
        }
        for (group, more) in [(&direct, !tables.is_empty()), (&tables, false)] {
            for (position, (index, name, value)) in group.iter().enumerate() {
                if value.is_nil() {
                    continue;
                }
                if inline {
                    self.key_value(std::slice::from_ref(*name), value, true)?;
                    // Go looks at the position of the field in a struct, and at that of the key in a map.
                    let last = if is_map { position + 1 == group.len() && !more } else { index + 1 == total };
                    if !last {
                        self.write(b", ");
                    }
                } else {
                    let mut path = key.to_vec();
                    path.push((*name).clone());
                    self.encode(&path, value)?;
                }
            }
        }
        if inline {
            self.write(b"}");
        }
        Ok(())
    }

    fn key_value(&mut self, key: &[Str], value: &Value, inline: bool) -> Result<(), Error> {
        let Some(name) = key.last() else {
            return self.element(value);
        };
        self.indent(key);
        let start = self.out.len();
        self.write(&quote_part(name));
        self.out.derive_since(start, name);
        self.write(b" = ");
        self.element(value)?;
        if !inline {
            self.newline();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Result<(), Error> {
        self.check_room()?;
        match value {
            Value::Nil => {}
            Value::Bool(value) => self.write(if *value { b"true" } else { b"false" }),
            Value::Int(number) | Value::Int64(number) => self.write(number.to_string().as_bytes()),
            Value::Uint8(number) => self.write(number.to_string().as_bytes()),
            Value::Uint64(number) => self.write(number.to_string().as_bytes()),
            Value::Float64(number) => self.write(float(*number, self.release).as_bytes()),
            Value::Complex128(_) => return fail("unexpected type: complex128"),
            Value::String(text) => self.string(text),
            Value::Bytes(bytes) => {
                let items: Vec<String> = bytes.iter().map(u8::to_string).collect();
                let start = self.out.len();
                self.write(format!("[{}]", items.join(", ")).as_bytes());
                self.out.derive_since(start, bytes);
            }
            Value::List(list) => {
                self.write(b"[");
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        self.write(b", ");
                    }
                    self.deeper(|encoder| encoder.element(item))?;
                }
                self.write(b"]");
            }
            Value::Dict(_) => self.deeper(|encoder| encoder.entries(&[], value, true))?,
            Value::Object(object) => self.object(object.as_ref(), value)?,
        }
        Ok(())
    }

    fn object(&mut self, object: &dyn Object, value: &Value) -> Result<(), Error> {
        if let Some(time) = Time::of(value) {
            let utc = || time.within(Location::utc());
            let text = match time.location().name() {
                LOCAL_DATETIME => utc().format(b"2006-01-02T15:04:05.999999999"),
                LOCAL_DATE => utc().format(b"2006-01-02"),
                LOCAL_TIME => utc().format(b"15:04:05.999999999"),
                _ => time.format(b"2006-01-02T15:04:05.999999999Z07:00"),
            };
            self.write(&text);
            return Ok(());
        }
        if Duration::of(value).is_some() {
            self.string(&Str::from(object.stringer().unwrap_or_default()));
            return Ok(());
        }
        if let Some(Value::String(text)) = object.marshal() {
            self.string(&text);
            return Ok(());
        }
        match object.underlying() {
            Some(value) => self.element(&value),
            None => self.deeper(|encoder| encoder.entries(&[], value, true)),
        }
    }

    fn string(&mut self, text: &Str) {
        let start = self.out.len();
        self.write(b"\"");
        self.write(&escape(text));
        self.write(b"\"");
        self.out.derive_since(start, text);
    }
}

fn float(number: f64, release: Release) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_nan() {
        return format!("{sign}nan");
    }
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    let format = if release == Release::V1_4 { b'f' } else { b'g' };
    let mut text = strconv::format_float(number, format, None, 64);
    if !text.contains(['e', '.']) {
        text.push_str(".0");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Dict;

    #[test]
    fn what_is_written_is_bounded() {
        let (mut list, mut dict) = (Value::list([Value::Int(1)]), Value::Dict(Dict::new()));
        for _ in 0..40 {
            list = Value::list([list.clone(), list]);
            dict = Value::Dict([("a", dict.clone()), ("b", dict)].into_iter().collect());
        }
        for value in [list, dict] {
            let dict = Value::Dict([("a", value)].into_iter().collect());
            let too_long = Error::Panic("the result is longer than 4 MiB".to_owned());
            assert_eq!(marshal(&dict, Release::V1_6), Err(too_long));
        }
    }
}
