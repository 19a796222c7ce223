//! `mizzen schema`: the JSON Schema of configuration.yml.

use super::argument::text;
use super::{Exit, Streams};
use clap::{ArgMatches, Command};

/// The schema of the library that `mizzen init` writes.
pub const TEXT: &str = include_str!("../../schemas/configuration.schema.json");

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("schema")
        .about("Print the JSON Schema of configuration.yml, for editors")
        .arg(text(
            "schema",
            "FILE",
            "the schema of a library of your own [default: schemas/configuration.schema.json, or else Mizzen's]",
        ))
        .after_help("Example: mizzen schema > configuration.schema.json")
}

/// Prints the schema that stands here, or Mizzen's own.
pub fn run(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Exit {
    let named = arguments.get_one::<String>("schema").map(String::as_str);
    let text = match std::fs::read(named.unwrap_or("schemas/configuration.schema.json")) {
        Ok(text) => text,
        Err(_) if named.is_none() => TEXT.as_bytes().to_vec(),
        Err(error) => return streams.fail(&format!("cannot read `{}`: {error}", named.unwrap_or_default())),
    };
    if streams.out.write_all(&text).is_err() { Exit::BrokenPipe } else { Exit::Success }
}
