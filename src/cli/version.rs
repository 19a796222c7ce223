//! `mizzen version`: what this is, and which Helm it behaves as.

use super::argument::{flag, format};
use super::{Exit, Streams, json};
use crate::go::Value;
use crate::profile::{PROFILES, Profile};
use clap::{ArgMatches, Command};

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("version")
        .about("Print the version, and the versions of Helm it can be compatible with")
        .arg(flag("short", "only the version").conflicts_with("format"))
        .arg(format(["text", "json"], "text, or json (schemas/version.schema.json)"))
        .after_help("Example: mizzen version --short")
}

/// Prints the version.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let is_json = arguments.get_one::<String>("format").is_some_and(|format| format == "json");
    let text = if arguments.get_flag("short") {
        format!("{version}\n").into_bytes()
    } else if is_json {
        report(version, profile)
    } else {
        let known: Vec<String> = PROFILES.iter().map(|known| format!("{} ({})", known.name, known.version)).collect();
        let (now, known) = (profile.version, known.join(", "));
        format!("mizzen {version}, compatible with Helm {now} now\ncan be compatible with Helm {known}\n").into_bytes()
    };
    if streams.out.write_all(&text).is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// As schemas/version.schema.json describes it.
fn report(version: &str, profile: &'static Profile) -> Vec<u8> {
    let helm = |profile: &Profile| {
        json::object([("name", Value::string(profile.name)), ("version", Value::string(profile.version))])
    };
    json::document(&json::object([
        ("version", Value::string(version)),
        ("helm", helm(profile)),
        ("compatible", Value::list(PROFILES.iter().map(|known| helm(known)).collect::<Vec<_>>())),
    ]))
}
