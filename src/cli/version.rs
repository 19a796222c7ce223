//! `mizzen version`: what this is, and which Helm it behaves as.

use super::argument::flag;
use super::{Exit, Streams};
use crate::profile::{PROFILES, Profile};
use clap::{ArgMatches, Command};

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("version")
        .about("Print the version, and the versions of Helm it can be compatible with")
        .arg(flag("short", "only the version"))
        .after_help("Example: mizzen version --short")
}

/// Prints the version.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let text = if arguments.get_flag("short") {
        format!("{version}\n")
    } else {
        let known: Vec<String> = PROFILES.iter().map(|known| format!("{} ({})", known.name, known.version)).collect();
        format!(
            "mizzen {version}, compatible with Helm {} now\ncan be compatible with Helm {}\n",
            profile.version,
            known.join(", ")
        )
    };
    if streams.out.write_all(text.as_bytes()).is_err() { Exit::BrokenPipe } else { Exit::Success }
}
