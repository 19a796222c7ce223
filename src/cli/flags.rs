//! Command-line flags as spf13/pflag reads them, driven by a table.
//!
//! Helm's users see pflag's rules and error texts, which clap does not imitate; clap prints help and completions from
//! the same table.

use crate::go::strconv;
use crate::go::time::Duration;
use crate::profile::{Cli, Profile};

/// A flag: one row of a table.
#[derive(Debug)]
pub struct Flag {
    /// The name after `--`.
    pub name: &'static str,
    /// The letter after `-`.
    pub short: Option<char>,
    /// What its values look like.
    pub kind: Kind,
    /// What help calls its value.
    pub value: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether help leaves it out.
    pub hidden: bool,
}

/// What the values of a flag look like: as pflag's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` when it stands alone.
    Bool,
    /// Any text; the last one counts.
    Text,
    /// A text, and the value when it stands alone.
    Optional(&'static str),
    /// Any text, repeated: `stringArray`.
    Array,
    /// A line of CSV, repeated: `stringSlice`.
    Slice,
    /// `key=value` pairs with commas.
    Map,
    /// `1h30m`
    Duration,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A strategy to wait, `watcher` when it stands alone.
    Wait,
}

/// What the flags were set to, and what else stood on the command line.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Every value that was set, in order; those of slices one by one.
    values: Vec<(&'static str, String)>,
    /// The flags that were set.
    set: Vec<&'static str>,
    /// What is no flag.
    pub arguments: Vec<String>,
}

/// Why there is nothing to run.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// `--help`.
    Help,
    /// A flag is wrong: pflag's text.
    Error(String),
}

impl Parsed {
    /// Whether the flag was set at all.
    pub fn is_set(&self, name: &str) -> bool {
        self.set.contains(&name)
    }

    /// How often the flag was set.
    pub fn times_set(&self, name: &str) -> usize {
        self.set.iter().filter(|&&set| set == name).count()
    }

    /// All flags that were set, in order, as often as they were.
    pub fn all_set(&self) -> &[&'static str] {
        &self.set
    }

    /// The last value of a boolean flag.
    pub fn bool(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| strconv::parse_bool(value.as_bytes()).unwrap_or(false))
    }

    /// The last value.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(set, _)| *set == name).map(|(_, value)| value.as_str())
    }

    /// All values.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.values.iter().filter(|(set, _)| *set == name).map(|(_, value)| value.clone()).collect()
    }
}

/// As FlagSet.Parse: flags may stand before, between and after the arguments, and `--` ends them.
///
/// `warn` is called for values that are deprecated.
pub fn parse(
    tables: &[&'static [Flag]],
    args: &[String],
    profile: &'static Profile,
    warn: &mut dyn FnMut(String),
) -> Result<Parsed, Stop> {
    let mut parser = Parser { tables, profile, parsed: Parsed::default(), warn };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if let Some(long) = arg.strip_prefix("--") {
            if long.is_empty() {
                parser.parsed.arguments.extend(args.cloned());
                break;
            }
            parser.long(arg, long, &mut args)?;
        } else if let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            parser.short(letters, &mut args)?;
        } else {
            parser.parsed.arguments.push(arg.clone());
        }
    }
    Ok(parser.parsed)
}

/// The flag of that name.
pub fn find(tables: &[&'static [Flag]], name: &str) -> Option<&'static Flag> {
    tables.iter().flat_map(|table| table.iter()).find(|flag| flag.name == name)
}

/// The flag of that letter.
pub fn find_short(tables: &[&'static [Flag]], letter: char) -> Option<&'static Flag> {
    tables.iter().flat_map(|table| table.iter()).find(|flag| flag.short == Some(letter))
}

impl Flag {
    /// The same flag, whose value is called so in help.
    pub const fn takes(self, value: &'static str) -> Flag {
        Flag { value, ..self }
    }

    /// The value of the flag when it stands alone.
    pub fn alone(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Bool => Some("true"),
            Kind::Optional(value) => Some(value),
            Kind::Wait => Some("watcher"),
            _ => None,
        }
    }
}

struct Parser<'a> {
    tables: &'a [&'static [Flag]],
    profile: &'static Profile,
    parsed: Parsed,
    warn: &'a mut dyn FnMut(String),
}

impl Parser<'_> {
    /// The value of a flag when it stands alone.
    fn alone(&self, flag: &Flag) -> Option<&'static str> {
        match flag.kind {
            Kind::Wait if self.profile.cli == Cli::Helm3 => Some("true"),
            _ => flag.alone(),
        }
    }

    /// As parseLongArg.
    fn long(&mut self, arg: &str, long: &str, args: &mut std::slice::Iter<'_, String>) -> Result<(), Stop> {
        if long.starts_with(['-', '=']) {
            return Err(Stop::Error(format!("bad flag syntax: {arg}")));
        }
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let Some(flag) = find(self.tables, name).filter(|flag| !self.profile.missing_flags.contains(&flag.name)) else {
            return Err(if name == "help" { Stop::Help } else { Stop::Error(format!("unknown flag: --{name}")) });
        };
        let value = match value.or(self.alone(flag)).or_else(|| args.next().map(String::as_str)) {
            Some(value) => value,
            None => return Err(Stop::Error(format!("flag needs an argument: --{name}"))),
        };
        self.set(flag, value)
    }

    /// As parseShortArg: letters without a value may stand together, and what follows a letter with one is its value.
    fn short(&mut self, letters: &str, args: &mut std::slice::Iter<'_, String>) -> Result<(), Stop> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let here = rest;
            rest = &rest[letter.len_utf8()..];
            let quoted = strconv::quote_rune(letter);
            let Some(flag) = find_short(self.tables, letter) else {
                return Err(match letter {
                    'h' => Stop::Help,
                    _ => Stop::Error(format!("unknown shorthand flag: {quoted} in -{here}")),
                });
            };
            let value = match rest.strip_prefix('=').filter(|value| !value.is_empty()) {
                Some(value) => {
                    rest = "";
                    value
                }
                None => match self.alone(flag) {
                    Some(value) => value,
                    None if !rest.is_empty() => std::mem::take(&mut rest),
                    None => match args.next() {
                        Some(value) => value,
                        None => return Err(Stop::Error(format!("flag needs an argument: {quoted} in -{here}"))),
                    },
                },
            };
            self.set(flag, value)?;
        }
        Ok(())
    }

    /// As FlagSet.Set with the Set methods of pflag's types.
    fn set(&mut self, flag: &'static Flag, value: &str) -> Result<(), Stop> {
        let values = self.check(flag, value).map_err(|cause| {
            let name = match flag.short {
                Some(short) => format!("-{short}, --{}", flag.name),
                None => format!("--{}", flag.name),
            };
            let value = strconv::quote(value.as_bytes());
            Stop::Error(format!("invalid argument {value} for {} flag: {cause}", strconv::quote(name.as_bytes())))
        })?;
        self.parsed.set.push(flag.name);
        self.parsed.values.extend(values.into_iter().map(|value| (flag.name, value)));
        Ok(())
    }

    fn check(&mut self, flag: &Flag, value: &str) -> Result<Vec<String>, String> {
        let text = |error: strconv::NumError| error.to_string();
        match flag.kind {
            Kind::Wait if self.profile.cli == Cli::Helm4 => self.check_wait(value)?,
            Kind::Bool | Kind::Wait => {
                strconv::parse_bool(value.as_bytes()).map_err(text)?;
            }
            Kind::Int => {
                strconv::parse_int(value.as_bytes(), 0).map_err(text)?;
            }
            Kind::Float => {
                strconv::parse_float(value.as_bytes()).map_err(text)?;
            }
            Kind::Duration => {
                Duration::parse(value.as_bytes())?;
            }
            Kind::Slice => return if value.is_empty() { Ok(Vec::new()) } else { read_csv(value) },
            Kind::Map => return read_map(value),
            Kind::Text | Kind::Optional(_) | Kind::Array => {}
        }
        Ok(vec![value.to_owned()])
    }

    fn check_wait(&mut self, value: &str) -> Result<(), String> {
        let replacement = match value {
            "watcher" | "legacy" | "hookOnly" => return Ok(()),
            "true" => "watcher",
            "false" => "hookOnly",
            _ => {
                let value = strconv::quote(value.as_bytes());
                return Err(format!("invalid wait input {value}. Valid inputs are watcher, hookOnly, and legacy"));
            }
        };
        (self.warn)(format!(
            "--wait={value} is deprecated (boolean value) and can be replaced with --wait={replacement}"
        ));
        Ok(())
    }
}

/// As stringToStringValue.Set.
fn read_map(value: &str) -> Result<Vec<String>, String> {
    let pairs = match value.matches('=').count() {
        0 => return Err(format!("{value} must be formatted as key=value")),
        1 => vec![value.trim_matches('"').to_owned()],
        _ => read_csv(value)?,
    };
    match pairs.iter().find(|pair| !pair.contains('=')) {
        Some(pair) => Err(format!("{pair} must be formatted as key=value")),
        None => Ok(pairs),
    }
}

/// As encoding/csv's Reader.Read on one record.
fn read_csv(text: &str) -> Result<Vec<String>, String> {
    let error = |at: usize, what: &str| {
        let line = 1 + text[..at].matches('\n').count();
        let column = 1 + at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        format!("parse error on line {line}, column {column}: {what}")
    };
    // Empty lines are no records.
    let start = text.len() - text.trim_start_matches(['\r', '\n']).len();
    if start == text.len() {
        return Err("EOF".to_owned());
    }
    let mut fields = Vec::new();
    let mut at = start;
    loop {
        let mut field = String::new();
        if text[at..].starts_with('"') {
            at += 1;
            loop {
                let Some(quote) = text[at..].find('"') else {
                    return Err(error(text.len(), "extraneous or missing \" in quoted-field"));
                };
                field.push_str(&text[at..at + quote]);
                at += quote + 1;
                match text[at..].chars().next() {
                    Some('"') => {
                        field.push('"');
                        at += 1;
                    }
                    None | Some(',' | '\n') => break,
                    Some('\r') if text[at..].starts_with("\r\n") => break,
                    Some(_) => return Err(error(at - 1, "extraneous or missing \" in quoted-field")),
                }
            }
        } else {
            let end = text[at..].find([',', '\n']).map_or(text.len(), |end| at + end);
            let bare = &text[at..end];
            if let Some(quote) = bare.find('"') {
                return Err(error(at + quote, "bare \" in non-quoted-field"));
            }
            let ends_line = !text[end..].starts_with(',');
            field.push_str(if ends_line { bare.strip_suffix('\r').unwrap_or(bare) } else { bare });
            at = end;
        }
        fields.push(field);
        if !text[at..].starts_with(',') {
            return Ok(fields);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::helm::flag;
    use crate::profile::HELM_4_3;

    static FLAGS: &[Flag] = &[
        flag("values", Some('f'), Kind::Slice, ""),
        flag("set", None, Kind::Array, ""),
        flag("generate-name", Some('g'), Kind::Bool, ""),
        flag("namespace", Some('n'), Kind::Text, ""),
    ];

    fn parsed(args: &[&str]) -> Result<Parsed, Stop> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        parse(&[FLAGS], &args, &HELM_4_3, &mut |_| {})
    }

    #[test]
    fn flags_stand_anywhere_before_two_dashes() {
        let parsed = parsed(&["a", "-gn", "x", "-f=1,2", "b", "--set", "a=1,b=2", "--values", "\"3,4\"", "--", "-g"])
            .expect("all flags are right");
        assert_eq!(parsed.arguments, ["a", "b", "-g"]);
        assert!(parsed.bool("generate-name"));
        assert_eq!(parsed.text("namespace"), Some("x"));
        assert_eq!(parsed.list("values"), ["1", "2", "3,4"]);
        assert_eq!(parsed.list("set"), ["a=1,b=2"]);
    }

    #[test]
    fn errors_are_pflags() {
        for (args, error) in [
            (&["--foo=1"][..], "unknown flag: --foo"),
            (&["-gx"], "unknown shorthand flag: 'x' in -x"),
            (&["-n"], "flag needs an argument: 'n' in -n"),
            (&["--set"], "flag needs an argument: --set"),
            (&["---x"], "bad flag syntax: ---x"),
            (
                &["--generate-name=x"],
                r#"invalid argument "x" for "-g, --generate-name" flag: strconv.ParseBool: parsing "x": invalid syntax"#,
            ),
            (
                &["-f", "a\"b"],
                r#"invalid argument "a\"b" for "-f, --values" flag: parse error on line 1, column 2: bare " in non-quoted-field"#,
            ),
        ] {
            assert_eq!(parsed(args).err(), Some(Stop::Error(error.to_owned())));
        }
        assert_eq!(parsed(&["-h"]).err(), Some(Stop::Help));
    }
}
