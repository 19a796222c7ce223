//! Arguments of Mizzen's own commands, as clap knows them.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction};

/// `--name VALUE`.
pub fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// `--name VALUE`, any number of times.
pub fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    text(name, value, help).action(ArgAction::Append)
}

/// `--name`, which is false where it is not given.
pub fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// `--format FORMAT`: one of these, the first where none is given.
pub fn format<const N: usize>(formats: [&'static str; N], help: &'static str) -> Arg {
    let argument = text("format", "FORMAT", help).value_parser(PossibleValuesParser::new(formats));
    match formats.first() {
        Some(first) => argument.default_value(first),
        None => argument,
    }
}
