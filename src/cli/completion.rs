//! `mizzen completion`: a script that completes commands and flags in a shell.

use super::{Exit, Streams};
use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("completion")
        .about("Print a completion script for a shell")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("the shell"))
        .after_help("Example: mizzen completion bash > ~/.local/share/bash-completion/completions/mizzen")
}

/// Prints the script.
pub fn run(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Exit {
    let Some(&shell) = arguments.get_one::<Shell>("shell") else {
        return Exit::Usage;
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "mizzen", &mut script);
    if streams.out.write_all(&script).is_err() { Exit::BrokenPipe } else { Exit::Success }
}
