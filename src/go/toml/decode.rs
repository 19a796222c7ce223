//! Reading TOML, with the errors of lex.go and parse.go.
//!
//! The package has a lexer that runs ahead of a parser by one item. Here both are one, which takes every step in
//! the same order, so that the first error and the key that it names are the same.

mod string;
mod value;

use super::super::list::List;
use super::super::str::Str;
use super::super::strconv;
use super::super::utf8;
use super::super::value::{Dict, Elem, Entries, Value};
use super::{Release, Zone, join_key};
use std::collections::{HashMap, HashSet};

/// How deep keys and values may nest; Go has no limit and would use up its time and memory.
const MAX_DEPTH: usize = 500;
/// What the lexer reads at the end of the text.
const EOF: char = '\0';

/// As `toml.Unmarshal` into a map: the map, and the package's error if there was one.
pub fn unmarshal(text: &[u8], zone: &Zone, release: Release) -> (Dict, Option<String>) {
    let text = text
        .strip_prefix(b"\xff\xfe")
        .or_else(|| text.strip_prefix(b"\xfe\xff"))
        .or_else(|| text.strip_prefix(b"\xef\xbb\xbf"))
        .unwrap_or(text);
    if text.iter().take(6).any(|&byte| byte == 0) {
        let problem = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
        return (Dict::new(), Some(format!("toml: line 1: {problem}")));
    }
    let mut parser = Parser {
        text,
        zone,
        release,
        at: 0,
        start: 0,
        line: 1,
        at_end: false,
        key_line: 0,
        context: Vec::new(),
        key: Str::EMPTY,
        tables: vec![Table::default()],
        implicit: HashSet::new(),
        arrays: HashMap::new(),
        depth: 0,
    };
    match parser.document() {
        Ok(()) => (parser.finish(0), None),
        Err(Fail { line, problem }) => {
            let key = parser.current();
            let text = if key.is_empty() {
                format!("toml: line {line}: {problem}")
            } else {
                format!("toml: line {line} (last key {}): {problem}", strconv::quote(&key))
            };
            (Dict::new(), Some(text))
        }
    }
}

/// An error, whose last key is that of the moment.
struct Fail {
    line: isize,
    problem: String,
}

/// What a key of the document stands for while the document is being read.
enum Item {
    Value(Value),
    Table(usize),
    Tables(Vec<usize>),
}

#[derive(Default)]
struct Table(HashMap<Str, Item>);

struct Parser<'a> {
    text: &'a [u8],
    zone: &'a Zone,
    release: Release,
    at: usize,
    /// Where the item starts that is being read.
    start: usize,
    line: isize,
    /// Whether the last character read was the end.
    at_end: bool,
    /// The line of the last key.
    key_line: isize,
    /// The table in scope.
    context: Vec<Str>,
    /// The key whose value is being read.
    key: Str,
    tables: Vec<Table>,
    /// The tables that exist only because others lie in them, by their joined keys.
    implicit: HashSet<Vec<u8>>,
    /// Whether the value of a joined key is an array.
    arrays: HashMap<Vec<u8>, bool>,
    depth: usize,
}

fn is_space(character: char) -> bool {
    character == ' ' || character == '\t'
}

fn is_newline(character: char) -> bool {
    character == '\n' || character == '\r'
}

impl<'a> Parser<'a> {
    // The lexer's characters.

    fn next(&mut self) -> Result<char, Fail> {
        let Some(&byte) = self.text.get(self.at) else {
            self.at_end = true;
            return Ok(EOF);
        };
        let (character, width) = utf8::decode(&self.text[self.at..]);
        if character == '\u{fffd}' && width == 1 {
            return Err(Fail { line: self.line, problem: format!("invalid UTF-8 byte: 0x{byte:02x}") });
        }
        let control = matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f')
            || (character == '\r' && self.text.get(self.at + 1) != Some(&b'\n'));
        if control {
            let problem = format!("TOML files cannot contain control characters: '0x{:02x}'", u32::from(character));
            return Err(Fail { line: self.line, problem });
        }
        if byte == b'\n' {
            self.line += 1;
        }
        self.at += width;
        Ok(character)
    }

    fn peek(&mut self) -> Result<char, Fail> {
        let (at, line) = (self.at, self.line);
        let character = self.next()?;
        self.back_to(at, line);
        Ok(character)
    }

    fn back_to(&mut self, at: usize, line: isize) {
        (self.at, self.line, self.at_end) = (at, line, false);
    }

    /// Moves past the character if it is the expected one.
    fn accept(&mut self, expected: char) -> Result<bool, Fail> {
        let (at, line) = (self.at, self.line);
        if self.next()? == expected {
            return Ok(true);
        }
        self.back_to(at, line);
        Ok(false)
    }

    /// Moves past the characters that `wanted` accepts.
    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> Result<(), Fail> {
        loop {
            let (at, line) = (self.at, self.line);
            if !wanted(self.next()?) {
                self.back_to(at, line);
                return Ok(());
            }
        }
    }

    fn skip_space(&mut self) -> Result<(), Fail> {
        self.skip(is_space)?;
        self.start = self.at;
        Ok(())
    }

    fn current_text(&self) -> &'a [u8] {
        &self.text[self.start..self.at]
    }

    /// As lexer.errorf.
    fn error<T>(&self, problem: impl Into<String>) -> Result<T, Fail> {
        let after_newline =
            self.at_end && (self.release == Release::V1_4 || self.at >= 1 && self.text[self.at - 1] == b'\n');
        Err(Fail { line: self.line - isize::from(after_newline), problem: problem.into() })
    }

    /// As lexer.errorPrevLine.
    fn error_before<T>(&self, problem: impl Into<String>) -> Result<T, Fail> {
        Err(Fail { line: self.line - 1, problem: problem.into() })
    }

    /// As parser.panicf: an error at the last key.
    fn key_error<T>(&self, problem: String) -> Result<T, Fail> {
        Err(Fail { line: self.key_line, problem })
    }

    /// As parser.current: the key for the error message.
    fn current(&self) -> Vec<u8> {
        let mut key = join_key(&self.context);
        if !self.key.is_empty() {
            if !key.is_empty() {
                key.push(b'.');
            }
            key.extend_from_slice(&self.key);
        }
        key
    }

    // The document.

    fn document(&mut self) -> Result<(), Fail> {
        loop {
            let (at, line) = (self.at, self.line);
            let character = self.next()?;
            match character {
                ' ' | '\t' | '\n' | '\r' => continue,
                '#' => {
                    self.comment()?;
                    continue;
                }
                EOF => return Ok(()),
                '[' => self.table_header()?,
                _ => {
                    self.back_to(at, line);
                    self.key_value()?;
                }
            }
            if self.end_of_line()? {
                return Ok(());
            }
        }
    }

    fn comment(&mut self) -> Result<(), Fail> {
        self.skip(|character| !is_newline(character) && character != EOF)
    }

    /// As lexTopEnd: what may come after a table's name or a value. Whether the text ends here.
    fn end_of_line(&mut self) -> Result<bool, Fail> {
        loop {
            match self.next()? {
                '#' => {
                    self.comment()?;
                    return Ok(false);
                }
                ' ' | '\t' => {}
                '\n' | '\r' => return Ok(false),
                EOF => return Ok(true),
                other => {
                    let found = strconv::quote_rune(other);
                    return self.error(format!(
                        "expected a top-level item to end with a newline, comment, or EOF, but got {found} instead"
                    ));
                }
            }
        }
    }

    fn table_header(&mut self) -> Result<(), Fail> {
        let array = self.accept('[')?;
        let mut key = Vec::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                ']' | EOF => return self.error("unexpected end of table name (table names cannot be empty)"),
                '.' => return self.error("unexpected table separator (table names cannot be empty)"),
                _ => self.key_part(&mut key)?,
            }
            self.skip_space()?;
            match self.next()? {
                '.' => {}
                ']' => break,
                other => {
                    let found = strconv::quote_rune(other);
                    return self.error(format!("expected '.' or ']' to end table name, but got {found} instead"));
                }
            }
        }
        if array {
            let other = self.next()?;
            if other != ']' {
                let found = strconv::quote_rune(other);
                return self.error(format!("expected end of table array name delimiter ']', but got {found} instead"));
            }
        }
        self.add_context(&key, array)?;
        self.set_array(false);
        Ok(())
    }

    /// One part of a key, bare or quoted.
    fn key_part(&mut self, key: &mut Vec<Str>) -> Result<(), Fail> {
        self.start = self.at;
        let part = match self.peek()? {
            quote @ ('"' | '\'') => {
                self.next()?;
                self.start = self.at;
                if quote == '"' { self.string()? } else { self.raw_string()? }
            }
            _ => {
                self.skip(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))?;
                Str::from(self.current_text())
            }
        };
        if key.is_empty() {
            self.key_line = self.line;
        }
        key.push(part);
        if key.len() > MAX_DEPTH {
            return self.error("keys cannot have so many parts");
        }
        Ok(())
    }

    /// A key up to its `=`.
    fn key(&mut self) -> Result<Vec<Str>, Fail> {
        self.skip_space()?;
        match self.peek()? {
            '=' | EOF => return self.error("unexpected '=': key name appears blank"),
            '.' => return self.error("unexpected '.': keys cannot start with a '.'"),
            _ => {}
        }
        let mut key = Vec::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                '=' | EOF => return self.error("unexpected '='"),
                '.' => return self.error("unexpected '.'"),
                _ => self.key_part(&mut key)?,
            }
            self.skip_space()?;
            match self.next()? {
                '.' => {}
                '=' => return Ok(key),
                EOF => return self.error("unexpected EOF; expected key separator '='"),
                other => {
                    let problem = format!("expected '.' or '=', but got {} instead", strconv::quote_rune(other));
                    return if other == '\n' && self.release > Release::V1_4 {
                        self.error_before(problem)
                    } else {
                        self.error(problem)
                    };
                }
            }
        }
    }

    /// `key = value` outside of inline tables.
    fn key_value(&mut self) -> Result<(), Fail> {
        let outer = self.context.clone();
        let key = self.key()?;
        self.open_key(&key)?;
        let (value, array) = self.value(false)?;
        self.set_value(Item::Value(value))?;
        self.set_array(array);
        self.context = outer;
        self.key = Str::EMPTY;
        Ok(())
    }

    /// Goes to the table of a dotted key; its last part becomes the current key.
    fn open_key(&mut self, key: &[Str]) -> Result<(), Fail> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        self.key = last.clone();
        for part in parents {
            let mut context = self.context.clone();
            context.push(part.clone());
            self.implicit.insert(join_key(&context));
            self.add_context(&context, false)?;
        }
        Ok(())
    }

    // The tables.

    /// The table that the path leads to, or the error of the first part that is no table.
    fn find(&self, path: &[Str]) -> Result<usize, usize> {
        let mut table = 0;
        for (index, part) in path.iter().enumerate() {
            table = match self.tables[table].0.get(part) {
                Some(Item::Table(inner)) => *inner,
                Some(Item::Tables(list)) => list.last().copied().ok_or(index)?,
                _ => return Err(index),
            };
        }
        Ok(table)
    }

    fn new_table(&mut self) -> usize {
        self.tables.push(Table::default());
        self.tables.len() - 1
    }

    /// As addContext: opens a table, and those above it where they are missing.
    fn add_context(&mut self, key: &[Str], array: bool) -> Result<(), Fail> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut table = 0;
        for (index, part) in parents.iter().enumerate() {
            table = match self.tables[table].0.get(part) {
                Some(Item::Table(inner)) => *inner,
                Some(Item::Tables(list)) => list.last().copied().unwrap_or(0),
                Some(Item::Value(_)) => {
                    let name = Str::from(join_key(&key[..=index]));
                    return self.key_error(format!("Key '{name}' was already created as a hash."));
                }
                None => {
                    self.implicit.insert(join_key(&key[..=index]));
                    let inner = self.new_table();
                    self.tables[table].0.insert(part.clone(), Item::Table(inner));
                    inner
                }
            };
        }
        self.context = parents.to_vec();
        if array {
            let inner = self.new_table();
            match self.tables[table].0.get_mut(last) {
                None => {
                    self.tables[table].0.insert(last.clone(), Item::Tables(vec![inner]));
                }
                Some(Item::Tables(list)) => list.push(inner),
                Some(_) => {
                    let name = Str::from(join_key(key));
                    return self.key_error(format!("Key '{name}' was already created and cannot be used as an array."));
                }
            }
        } else {
            let inner = self.new_table();
            self.set_value_as(last, Item::Table(inner))?;
        }
        self.context.push(last.clone());
        Ok(())
    }

    fn set_value(&mut self, item: Item) -> Result<(), Fail> {
        let key = self.key.clone();
        self.set_value_as(&key, item)
    }

    /// As setValue: a key may be set once, unless it only exists because of what lies in it.
    fn set_value_as(&mut self, key: &Str, item: Item) -> Result<(), Fail> {
        let table = match self.find(&self.context) {
            Ok(table) => table,
            Err(index) => {
                let name = Str::from(join_key(&self.context[..=index]));
                return self.key_error(format!("Key '{name}' has already been defined."));
            }
        };
        if self.tables[table].0.contains_key(key) {
            let mut path = self.context.clone();
            path.push(key.clone());
            let name = join_key(&path);
            let array = self.arrays.get(&name) == Some(&true);
            // The older release lets any value take the place of an array.
            let replaceable = array && self.release == Release::V1_4;
            if !self.implicit.remove(&name) && !replaceable {
                return self.key_error(format!("Key '{}' has already been defined.", Str::from(name)));
            }
            if !array {
                return Ok(());
            }
        }
        self.tables[table].0.insert(key.clone(), item);
        Ok(())
    }

    /// As setType, of which only arrays matter.
    fn set_array(&mut self, array: bool) {
        let mut path = self.context.clone();
        if !self.key.is_empty() {
            path.push(self.key.clone());
        }
        self.arrays.insert(join_key(&path), array);
    }

    /// The finished table.
    fn finish(&mut self, table: usize) -> Dict {
        let items = std::mem::take(&mut self.tables[table].0);
        let entries = items.into_iter().map(|(key, item)| {
            let value = match item {
                Item::Value(value) => value,
                Item::Table(inner) => Value::Dict(self.finish(inner)),
                Item::Tables(list) => {
                    let tables: Vec<Value> = list.into_iter().map(|inner| Value::Dict(self.finish(inner))).collect();
                    // And a list of tables with room for four.
                    let capacity = List::appended_capacity(Elem::Dict, tables.len()).max(4);
                    Value::List(List::with_capacity(Elem::Dict, tables, capacity))
                }
            };
            (key, value)
        });
        Dict::from_entries(entries.collect::<Entries>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::time::Location;
    use super::*;

    fn read(text: &str) -> String {
        let (dict, error) = unmarshal(text.as_bytes(), &Zone::new(&Location::utc(), 0), Release::V1_6);
        error.unwrap_or_else(|| format!("{:?}", Value::Dict(dict)))
    }

    #[test]
    fn reads_as_the_package() {
        for (text, expected) in [
            (
                "a = 1\n[t]\nb = 'x'\n[t.u]\nc = [1, 2.5,]",
                r#"{"a": int64(1), "t": {"b": "x", "u": {"c": [int64(1), 2.5]}}}"#,
            ),
            ("[[t]]\na = 1\n[[t]]\na = 2", r#"{"t": [{"a": int64(1)}, {"a": int64(2)}]}"#),
            ("a = {b = 1, c.d = \"x\\u00e9\",}", r#"{"a": {"b": int64(1), "c": {"d": "xé"}}}"#),
            ("a = \"\"\"\nx\\\n   y\"\"\"", r#"{"a": "xy"}"#),
            ("a = ", r#"toml: line 1 (last key "a"): unexpected EOF; expected value"#),
            ("= 1", "toml: line 1: unexpected '=': key name appears blank"),
            ("[t", r"toml: line 1: expected '.' or ']' to end table name, but got '\x00' instead"),
            ("[[a]]\n[a]", "toml: line 2: Key 'a' has already been defined."),
            ("a = 1\na = 2", r#"toml: line 2 (last key "a"): Key 'a' has already been defined."#),
            ("a = 01", r#"toml: line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes"#),
            ("a = \"\\q\"", r#"toml: line 1 (last key "a"): invalid escape in string '\q'"#),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
