//! The `--set` grammar: as Helm's pkg/strvals, parser.go and literal_parser.go.
//!
//! One parser walks one argument and writes into the destination as it goes, so that what stood before an error
//! is already set; Helm's users never see that, as an error ends the command.

use crate::go::json;
use crate::go::strconv::{self, quote};
use crate::go::unicode::is_space;
use crate::go::{Dict, Value};
use crate::profile::Profile;

/// The largest index of a list, as strvals MaxIndex.
pub const MAX_INDEX: i64 = 65536;

/// How many dots a name may have, as strvals MaxNestedNameLevel.
pub const MAX_NESTED_NAME_LEVEL: usize = 30;

/// How deep lists may nest in one name. Helm has no such limit; a name that exceeds it is longer than any real one.
const MAX_NESTED_LISTS: usize = 256;

/// How the text after `=` becomes a value.
pub enum Reader<'a> {
    /// `--set`: null, booleans and integers are recognised.
    Typed,
    /// `--set-string`: always a string.
    String,
    /// `--set-file`: the contents of the file of that name, or the text of Go's error.
    File(&'a mut dyn FnMut(&str) -> Result<Value, String>),
    /// `--set-json`: JSON.
    Json,
    /// `--set-literal`: everything that follows, as it is.
    Literal,
}

/// As strvals ParseInto and its siblings: writes what `argument` says into `destination`.
pub fn parse_into(
    argument: &str,
    destination: &Dict,
    reader: Reader<'_>,
    profile: &'static Profile,
) -> Result<(), String> {
    let mut parser = Parser { rest: argument, reader };
    loop {
        match parser.key(destination, 0) {
            Ok(()) => {}
            Err(Stop { end: true, wrapped, .. }) if !wrapped || profile.set_ends_in_index => return Ok(()),
            Err(stop) => return Err(stop.text),
        }
    }
}

/// A Go error. `end` tells that io.EOF is in its chain, which the outermost loop takes for success, and `wrapped` that
/// there is more in the chain.
struct Stop {
    text: String,
    end: bool,
    wrapped: bool,
}

impl Stop {
    fn end() -> Stop {
        Stop { text: "EOF".to_owned(), end: true, wrapped: false }
    }

    fn index(self) -> Stop {
        Stop { text: format!("error parsing index: {}", self.text), end: self.end, wrapped: true }
    }
}

impl From<String> for Stop {
    fn from(text: String) -> Stop {
        Stop { text, end: false, wrapped: false }
    }
}

/// What `runes_until` stopped at.
enum Last {
    Rune(char),
    End,
}

struct Parser<'s, 'r> {
    rest: &'s str,
    reader: Reader<'r>,
}

impl<'s> Parser<'s, '_> {
    fn literal(&self) -> bool {
        matches!(self.reader, Reader::Literal)
    }

    fn read_rune(&mut self) -> Option<char> {
        let rune = self.rest.chars().next()?;
        self.rest = &self.rest[rune.len_utf8()..];
        Some(rune)
    }

    /// As runesUntil: a backslash takes the next rune as it is, except in the literal grammar.
    fn runes_until(&mut self, stop: &[char]) -> (String, Last) {
        let mut runes = String::new();
        while let Some(rune) = self.read_rune() {
            if stop.contains(&rune) {
                return (runes, Last::Rune(rune));
            }
            if rune == '\\' && !self.literal() {
                match self.read_rune() {
                    Some(next) => runes.push(next),
                    None => return (runes, Last::End),
                }
            } else {
                runes.push(rune);
            }
        }
        (runes, Last::End)
    }

    fn key(&mut self, data: &Dict, level: usize) -> Result<(), Stop> {
        let stop: &[char] = if self.literal() { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (key, last) = self.runes_until(stop);
        match last {
            Last::End if key.is_empty() => Err(Stop::end()),
            Last::End => Err(format!("key {} has no value", quote(key.as_bytes())).into()),
            Last::Rune('[') => {
                let index = self.key_index().map_err(Stop::index)?;
                let before = data.get(key.as_bytes());
                let list = match &before {
                    None => Vec::new(),
                    Some(value) => expect_list(value).map_err(panicked)?,
                };
                match self.list_item(list, index, level, 0) {
                    Ok(list) => {
                        set(data, &key, same_array(before.as_ref(), list));
                        Ok(())
                    }
                    Err((list, stop)) => {
                        // The list may be the last thing an argument holds, as in `a[0]`: Helm keeps it then.
                        set(data, &key, list.map_or_else(nil_list, |list| same_array(before.as_ref(), list)));
                        Err(stop)
                    }
                }
            }
            Last::Rune('=') => self.assign(data, &key),
            Last::Rune(',') => {
                set(data, &key, Value::string(""));
                Err(format!("key {} has no value (cannot end with ,)", quote(key.as_bytes())).into())
            }
            // A dot is all that is left.
            Last::Rune(_) => {
                let level = level + 1;
                if level > MAX_NESTED_NAME_LEVEL {
                    return Err(format!(
                        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
                    )
                    .into());
                }
                let inner = match data.get(key.as_bytes()) {
                    None => Dict::new(),
                    Some(Value::Dict(inner)) => inner,
                    Some(other) => return Err(panicked(conversion(&other, "map[string]interface {}"))),
                };
                let result = self.key(&inner, level);
                if result.is_ok() && inner.is_empty() {
                    return Err(format!("key map {} has no value", quote(key.as_bytes())).into());
                }
                if !inner.is_empty() {
                    set(data, &key, Value::Dict(inner));
                }
                result
            }
        }
    }

    /// What follows `key=`.
    fn assign(&mut self, data: &Dict, key: &str) -> Result<(), Stop> {
        match self.reader {
            Reader::Literal => {
                set(data, key, Value::string(self.rest));
                self.rest = "";
                Ok(())
            }
            Reader::Json => {
                if self.empty_value() {
                    set(data, key, Value::Nil);
                    return Ok(());
                }
                let value = self.json()?;
                set(data, key, value);
                self.empty_value();
                Ok(())
            }
            _ => match self.value_list()? {
                ValueList::List(list) => {
                    set(data, key, appended(list));
                    Ok(())
                }
                ValueList::End => {
                    set(data, key, Value::string(""));
                    Err(Stop::end())
                }
                ValueList::NotList => {
                    let (text, _) = self.runes_until(&[',']);
                    let (value, error) = match self.read(&text) {
                        Ok(value) => (value, None),
                        Err(error) => (Value::Nil, Some(error)),
                    };
                    set(data, key, value);
                    error.map_or(Ok(()), |error| Err(error.into()))
                }
            },
        }
    }

    fn key_index(&mut self) -> Result<i64, Stop> {
        let (text, last) = self.runes_until(&[']']);
        match last {
            Last::End => Err(Stop::end()),
            Last::Rune(_) => strconv::atoi(text.as_bytes()).map_err(|error| error.to_string().into()),
        }
    }

    /// As listItem: returns the list with the item set, or what there is of the list and the error.
    fn list_item(
        &mut self,
        mut list: Vec<Value>,
        index: i64,
        level: usize,
        depth: usize,
    ) -> Result<Vec<Value>, (Option<Vec<Value>>, Stop)> {
        if index < 0 {
            return Err((Some(list), format!("negative {index} index not allowed").into()));
        }
        if depth > MAX_NESTED_LISTS {
            return Err((Some(list), format!("lists nest deeper than {MAX_NESTED_LISTS}").into()));
        }
        let (key, last) = self.runes_until(&['[', '.', '=']);
        if !key.is_empty() {
            // Both of Helm's parsers print the slice of runes with %q.
            let runes: Vec<String> = key.chars().map(strconv::quote_rune).collect();
            let text = format!("unexpected data at end of array index: [{}]", runes.join(" "));
            return Err((Some(list), text.into()));
        }
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        match last {
            Last::End => Err((Some(list), Stop::end())),
            Last::Rune('=') => match self.list_assign() {
                Ok((value, trailing)) => {
                    let list = set_index(list, index, value)?;
                    if trailing {
                        self.empty_value();
                    }
                    Ok(list)
                }
                Err(stop) => Err((Some(list), stop)),
            },
            Last::Rune('[') => {
                let next = match self.key_index() {
                    Ok(next) => next,
                    Err(stop) => return Err((Some(list), stop.index())),
                };
                let current = match list.get(at) {
                    None | Some(Value::Nil) => Vec::new(),
                    Some(value) => match expect_list(value) {
                        Ok(current) => current,
                        Err(error) => return Err((Some(list), panicked(error))),
                    },
                };
                match self.list_item(current, next, level, depth + 1) {
                    Ok(inner) => set_index(list, index, Value::list(inner)),
                    Err((_, stop)) => Err((Some(list), stop)),
                }
            }
            // A dot is all that is left.
            Last::Rune(_) => {
                let inner = match list.get_mut(at) {
                    None => Dict::new(),
                    Some(Value::Dict(inner)) => inner.clone(),
                    Some(other) => {
                        let inner = Dict::new();
                        *other = Value::Dict(inner.clone());
                        inner
                    }
                };
                match self.key(&inner, level) {
                    Ok(()) => set_index(list, index, Value::Dict(inner)),
                    Err(stop) => Err((Some(list), stop)),
                }
            }
        }
    }

    /// What follows `[i]=`, and whether blanks and a comma after it are still to be skipped.
    fn list_assign(&mut self) -> Result<(Value, bool), Stop> {
        match self.reader {
            Reader::Literal => {
                let value = Value::string(self.rest);
                self.rest = "";
                Ok((value, false))
            }
            Reader::Json => {
                if self.empty_value() {
                    return Ok((Value::Nil, false));
                }
                Ok((self.json()?, true))
            }
            _ => match self.value_list()? {
                ValueList::List(list) => Ok((appended(list), false)),
                ValueList::End => Ok((Value::string(""), false)),
                ValueList::NotList => {
                    let (text, _) = self.runes_until(&[',']);
                    Ok((self.read(&text)?, false))
                }
            },
        }
    }

    /// As emptyVal: consumes blanks, and a comma, if nothing else comes first; tells whether there was no value.
    fn empty_value(&mut self) -> bool {
        loop {
            let before = self.rest;
            match self.read_rune() {
                None | Some(',') => return true,
                Some(rune) if is_space(rune) => {}
                Some(_) => {
                    self.rest = before;
                    return false;
                }
            }
        }
    }

    fn json(&mut self) -> Result<Value, Stop> {
        let (value, used) = json::decode_first(self.rest.as_bytes(), json::Any, json::Implementation::V1)
            .map_err(|error| Stop::from(error.to_string()))?;
        self.rest = self.rest.get(used..).unwrap_or_default();
        Ok(value)
    }

    fn value_list(&mut self) -> Result<ValueList, Stop> {
        let before = self.rest;
        match self.read_rune() {
            None => return Ok(ValueList::End),
            Some('{') => {}
            Some(_) => {
                self.rest = before;
                return Ok(ValueList::NotList);
            }
        }
        let mut list = Vec::new();
        loop {
            let (text, last) = self.runes_until(&[',', '}']);
            match last {
                Last::End => return Err("list must terminate with '}'".to_owned().into()),
                Last::Rune('}') => {
                    if self.rest.starts_with(',') {
                        self.rest = &self.rest[1..];
                    }
                    list.push(self.read(&text)?);
                    return Ok(ValueList::List(list));
                }
                Last::Rune(_) => list.push(self.read(&text)?),
            }
        }
    }

    fn read(&mut self, text: &str) -> Result<Value, String> {
        match &mut self.reader {
            Reader::File(read) => read(text),
            Reader::Typed => Ok(typed_value(text)),
            Reader::String | Reader::Json | Reader::Literal => Ok(Value::string(text)),
        }
    }
}

enum ValueList {
    List(Vec<Value>),
    NotList,
    End,
}

fn set(data: &Dict, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

fn set_index(mut list: Vec<Value>, index: i64, value: Value) -> Result<Vec<Value>, (Option<Vec<Value>>, Stop)> {
    if index > MAX_INDEX {
        let text = format!("index of {index} is greater than maximum supported index of {MAX_INDEX}");
        return Err((Some(list), text.into()));
    }
    let at = usize::try_from(index).unwrap_or_default();
    if list.len() <= at {
        list.resize(at + 1, Value::Nil);
    }
    list[at] = value;
    Ok(list)
}

fn appended(list: Vec<Value>) -> Value {
    Value::List(crate::go::List::appended(crate::go::Elem::Any, list))
}

/// The list in the array of the one before, unless it grew, as then Helm makes one that is just large enough.
fn same_array(before: Option<&Value>, list: Vec<Value>) -> Value {
    match before {
        Some(Value::List(before)) if before.len() == list.len() => Value::List(before.with_items(list)),
        _ => Value::list(list),
    }
}

fn nil_list() -> Value {
    Value::List(crate::go::List::nil(crate::go::Elem::Any))
}

fn expect_list(value: &Value) -> Result<Vec<Value>, String> {
    match value {
        Value::List(list) => Ok(list.to_vec()),
        other => Err(conversion(other, "[]interface {}")),
    }
}

/// The text of the panic of a failed type assertion.
fn conversion(value: &Value, want: &str) -> String {
    match value.ty() {
        None => format!("interface conversion: interface {{}} is nil, not {want}"),
        Some(ty) => format!("interface conversion: interface {{}} is {ty}, not {want}"),
    }
}

fn panicked(text: String) -> Stop {
    format!("unable to parse key: {text}").into()
}

/// As typedVal: null, booleans and decimal integers without a leading zero; everything else is a string.
fn typed_value(text: &str) -> Value {
    if equal_fold(text, "true") {
        Value::Bool(true)
    } else if equal_fold(text, "false") {
        Value::Bool(false)
    } else if equal_fold(text, "null") {
        Value::Nil
    } else if text == "0" {
        Value::Int64(0)
    } else if text.starts_with('0') {
        Value::string(text)
    } else {
        match strconv::parse_int(text.as_bytes(), 10) {
            Ok(number) => Value::Int64(number),
            Err(_) => Value::string(text),
        }
    }
}

/// As strings.EqualFold with an ASCII word; the long s folds to s.
fn equal_fold(text: &str, word: &str) -> bool {
    let mut chars = text.chars();
    word.chars().all(|want| match chars.next() {
        Some('\u{17f}') => want == 's',
        Some('\u{212a}') => want == 'k',
        Some(got) => got.eq_ignore_ascii_case(&want),
        None => false,
    }) && chars.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_3;

    fn json(value: &Value) -> String {
        match value {
            Value::Nil => "null".to_owned(),
            Value::Int64(number) => number.to_string(),
            Value::Float64(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::String(text) => format!("{text:?}"),
            Value::List(list) => format!("[{}]", list.iter().map(json).collect::<Vec<_>>().join(",")),
            Value::Dict(dict) => {
                let entries: Vec<String> =
                    dict.snapshot().iter().map(|(key, value)| format!("{key:?}:{}", json(value))).collect();
                format!("{{{}}}", entries.join(","))
            }
            other => format!("{other:?}"),
        }
    }

    fn base() -> Dict {
        let inner: Dict = [("x", Value::Float64(1.0))].into_iter().collect();
        [("m", Value::Dict(inner)), ("n", Value::Nil), ("s", Value::string("t"))].into_iter().collect()
    }

    fn run(argument: &str, reader: Reader<'_>) -> String {
        let data = base();
        match parse_into(argument, &data, reader, &HELM_4_3) {
            Err(error) => error,
            Ok(()) => {
                for (key, same) in [("m", "{\"x\":1}"), ("n", "null"), ("s", "\"t\"")] {
                    if data.get(key.as_bytes()).is_some_and(|value| json(&value) == same) {
                        data.remove(key.as_bytes());
                    }
                }
                json(&Value::Dict(data))
            }
        }
    }

    #[test]
    fn set() {
        for (argument, want) in [
            ("a=1", "{\"a\":1}"),
            ("a=01", "{\"a\":\"01\"}"),
            ("a=-5,b=+5,c=0,d=00", "{\"a\":-5,\"b\":5,\"c\":0,\"d\":\"00\"}"),
            ("a=9223372036854775808", "{\"a\":\"9223372036854775808\"}"),
            ("a=TRUE,b=Null,c=,d=falſe", "{\"a\":true,\"b\":null,\"c\":\"\",\"d\":false}"),
            ("a={}", "{\"a\":[\"\"]}"),
            ("a={a,1,true},b=x", "{\"a\":[\"a\",1,true],\"b\":\"x\"}"),
            ("a={a", "list must terminate with '}'"),
            ("a=b\\,c", "{\"a\":\"b,c\"}"),
            ("a\\.b=c", "{\"a.b\":\"c\"}"),
            ("a[2]=1", "{\"a\":[null,null,1]}"),
            ("a[0][1]=x", "{\"a\":[[null,\"x\"]]}"),
            ("a[1].b=x,a[0]=y", "{\"a\":[\"y\",{\"b\":\"x\"}]}"),
            ("a[-1]=x", "negative -1 index not allowed"),
            ("a[x]=1", "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("a[65537]=1", "index of 65537 is greater than maximum supported index of 65536"),
            ("a[0]x=1", "unexpected data at end of array index: ['x']"),
            ("a[0", "{}"),
            ("a[0]", "{\"a\":[]}"),
            ("=x", "{}"),
            ("a.=x", "key map \"a\" has no value"),
            (".a=x", "{}"),
            ("a=1,", "{\"a\":1}"),
            (",a=1", "key \"\" has no value (cannot end with ,)"),
            ("a=x,b", "key \"b\" has no value"),
            ("m.y=2", "{\"m\":{\"x\":1,\"y\":2}}"),
            ("n.y=2", "unable to parse key: interface conversion: interface {} is nil, not map[string]interface {}"),
            ("s[0]=2", "unable to parse key: interface conversion: interface {} is string, not []interface {}"),
            (
                "m.x.y=2",
                "unable to parse key: interface conversion: interface {} is float64, not map[string]interface {}",
            ),
        ] {
            assert_eq!(run(argument, Reader::Typed), want, "{argument}");
        }
    }

    #[test]
    fn set_string_json_literal_file() {
        assert_eq!(run("a=1,b=null", Reader::String), "{\"a\":\"1\",\"b\":\"null\"}");
        assert_eq!(run("a=[1,{\"b\":2}],c=\"x\" ,d=", Reader::Json), "{\"a\":[1,{\"b\":2}],\"c\":\"x\",\"d\":null}");
        assert_eq!(run("a[1]= 2 ,b=1", Reader::Json), "{\"a\":[null,2],\"b\":1}");
        assert_eq!(run("a=b,c={x}\\.y", Reader::Literal), "{\"a\":\"b,c={x}\\\\.y\"}");
        assert_eq!(run("a[1].b=x,y=1", Reader::Literal), "{\"a\":[null,{\"b\":\"x,y=1\"}]}");
        let mut read = |path: &str| if path == "p" { Ok(Value::string("text")) } else { Err(format!("open {path}")) };
        assert_eq!(run("a=p", Reader::File(&mut read)), "{\"a\":\"text\"}");
        assert_eq!(run("a=q", Reader::File(&mut read)), "open q");
    }

    #[test]
    fn names_nest_up_to_a_limit() {
        let name = vec!["a"; 31].join(".");
        assert!(run(&format!("{name}=1"), Reader::Typed).starts_with("{\"a\""));
        assert!(run(&format!("a.{name}=1"), Reader::Typed).starts_with("value name nested level"));
        assert!(run(&format!("a{}=1", "[0]".repeat(100_000)), Reader::Typed).starts_with("lists nest"));
    }
}
