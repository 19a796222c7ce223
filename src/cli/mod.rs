//! The command line: one file per command.
//!
//! `template` reads its flags as Helm does ([`flags`]), so that scripts and their error messages carry over; clap reads
//! those of Mizzen's own commands, and prints help and completions for all of them.
//!
//! Imports: go, profile, host, chart, services, values, functions, template, engine, manifest, render, output, error, yaml.

pub mod completion;
pub mod export;
pub mod factory;
pub mod flags;
pub mod folder;
pub mod host;
pub mod init;
pub mod job;
pub mod json;
pub mod kubeconfig;
pub mod ledger;
pub mod new;
pub mod progress;
pub mod render;
pub mod report;
pub mod reproducible;
pub mod schema;
pub mod sync;
pub mod template;
pub mod validate;
pub mod version;
pub mod workers;

use crate::go::{Level, Log};
use crate::profile::Profile;
use clap::{Arg, ArgAction, Command};
use flags::{Flag, Kind};
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Success = 0,
    Failure = 1,
    /// A command line that clap refuses.
    Usage = 2,
    /// Nobody reads standard output any more: what a shell reports of a program that the signal ends.
    BrokenPipe = 141,
}

/// Mizzen's own flags, which every command has.
pub static OWN_FLAGS: &[Flag] = &[Flag {
    name: "helm-version",
    short: None,
    kind: Kind::Text,
    help: "the version of Helm to be compatible with: 4.1 or 4.3 [env: MIZZEN_HELM_VERSION]",
    hidden: false,
}];

/// Where output goes.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Whether debug records are shown.
    pub debug: bool,
}

impl Streams<'_> {
    /// Writes a line to standard error.
    pub fn say(&mut self, line: &str) {
        // There is nowhere left to report that standard error is gone.
        let _ = writeln!(self.err, "{line}");
    }

    /// Writes a record of the log to standard error.
    pub fn log(&mut self, record: &Log) {
        if record.level > Level::Debug || self.debug {
            self.say(&record.to_string());
        }
    }

    /// Reports an error as cobra does.
    pub fn fail(&mut self, text: &str) -> Exit {
        self.say(&format!("Error: {text}"));
        Exit::Failure
    }
}

/// Runs the program with the process's arguments, on a thread whose stack is large enough for any template.
pub fn main() -> ExitCode {
    let run = || {
        let args: Vec<String> = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut err = io::stderr().lock();
        let exit = run(&args, &mut Streams { out: &mut out, err: &mut err, debug: false });
        if out.flush().is_err() { Exit::BrokenPipe } else { exit }
    };
    let thread = std::thread::Builder::new().stack_size(crate::template::limits::STACK).spawn(run);
    let exit = thread.map(|thread| thread.join().unwrap_or(Exit::Failure)).unwrap_or(Exit::Failure);
    ExitCode::from(exit as u8)
}

/// Runs a command.
pub fn run(args: &[String], streams: &mut Streams<'_>) -> Exit {
    let profile = match profile(args) {
        Ok(profile) => profile,
        Err(text) => return streams.fail(&text),
    };
    if let Some(at) = command_word(args).filter(|&at| args[at] == "template") {
        let mut args = args.to_vec();
        args.remove(at);
        return template::run(&args, profile, streams);
    }
    let matches = match command().try_get_matches_from(std::iter::once("mizzen").chain(args.iter().map(String::as_str)))
    {
        Ok(matches) => matches,
        Err(error) => return clap_error(&error, streams),
    };
    match matches.subcommand() {
        Some(("render", arguments)) => render::run(arguments, profile, streams),
        Some(("validate", arguments)) => validate::run(arguments, profile, streams),
        Some(("export", arguments)) => export::run(arguments, profile, streams),
        Some(("sync", arguments)) => sync::run(arguments, profile, streams),
        Some(("init", arguments)) => init::run(arguments, streams),
        Some(("new", arguments)) => new::run(arguments, streams),
        Some(("schema", arguments)) => schema::run(arguments, streams),
        Some(("version", arguments)) => version::run(arguments, profile, streams),
        Some(("completion", arguments)) => completion::run(arguments, streams),
        _ => help(None, streams),
    }
}

/// Prints the help of a command.
pub fn help(name: Option<&str>, streams: &mut Streams<'_>) -> Exit {
    let mut command = command();
    command.build();
    let text = match name.and_then(|name| command.find_subcommand_mut(name)) {
        Some(subcommand) => subcommand.render_help(),
        None => command.render_help(),
    };
    if write!(streams.out, "{text}").is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// All commands, as clap knows them.
pub fn command() -> Command {
    Command::new("mizzen")
        .about("Renders Helm charts without Helm, byte for byte, offline, in milliseconds")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(arguments(OWN_FLAGS).map(|argument| argument.global(true)))
        .subcommand(
            Command::new("template")
                .about("Render a chart, as `helm template` does")
                .override_usage("mizzen template [NAME] CHART [flags]")
                .args(arguments(template::FLAGS))
                .args(arguments(template::GLOBAL_FLAGS))
                .arg(Arg::new("arguments").num_args(0..).value_name("[NAME] CHART"))
                .after_help("Example: mizzen template web ./chart -f values.yaml --set replicas=2"),
        )
        .subcommand(render::command())
        .subcommand(validate::command())
        .subcommand(export::command())
        .subcommand(sync::command())
        .subcommand(init::command())
        .subcommand(new::command())
        .subcommand(schema::command())
        .subcommand(version::command())
        .subcommand(completion::command())
}

/// A flag table as clap's arguments.
fn arguments(flags: &'static [Flag]) -> impl Iterator<Item = Arg> {
    flags.iter().map(|flag| {
        let argument = Arg::new(flag.name).long(flag.name).short(flag.short).help(flag.help).hide(flag.hidden);
        match flag.kind {
            Kind::Bool => argument.action(ArgAction::SetTrue),
            Kind::Optional(_) | Kind::Wait => argument.num_args(0..=1).require_equals(true),
            _ => argument.action(ArgAction::Append),
        }
    })
}

/// The Helm version that is asked for by flag or environment, or the newest.
fn profile(args: &[String]) -> Result<&'static Profile, String> {
    let mut flag = None;
    let mut rest = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = rest.next() {
        if arg == "--helm-version" {
            flag = Some(rest.next().ok_or("flag needs an argument: --helm-version")?.clone());
        } else if let Some(value) = arg.strip_prefix("--helm-version=") {
            flag = Some(value.to_owned());
        }
    }
    let environment = || std::env::var("MIZZEN_HELM_VERSION").ok().filter(|value| !value.is_empty());
    match flag.or_else(environment) {
        None => Ok(Profile::newest()),
        Some(name) => Profile::named(&name).ok_or_else(|| {
            let known: Vec<&str> = crate::profile::PROFILES.iter().map(|profile| profile.name).collect();
            format!("unknown Helm version `{name}`\nhint: use one of {}", known.join(", "))
        }),
    }
}

/// As cobra's stripFlags: where the first word stands that is neither a flag nor the value of one.
fn command_word(args: &[String]) -> Option<usize> {
    let tables = [template::GLOBAL_FLAGS, OWN_FLAGS];
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        let flag = if let Some(long) = arg.strip_prefix("--") {
            if long.is_empty() {
                return None;
            }
            flags::find(&tables, long)
        } else if let Some(letters) = arg.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut letters = letters.chars();
            letters.next().filter(|_| letters.next().is_none()).and_then(|letter| flags::find_short(&tables, letter))
        } else {
            return Some(at);
        };
        at += if flag.is_some_and(|flag| flag.alone().is_none()) { 2 } else { 1 };
    }
    None
}

fn clap_error(error: &clap::Error, streams: &mut Streams<'_>) -> Exit {
    let text = error.render();
    if error.use_stderr() {
        let _ = write!(streams.err, "{text}");
        return Exit::Usage;
    }
    if write!(streams.out, "{text}").is_err() { Exit::BrokenPipe } else { Exit::Success }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_the_first_word_that_is_no_value() {
        for (args, at) in [
            (&["template", "x"][..], Some(0)),
            (&["-n", "template", "template"], Some(2)),
            (&["--helm-version", "4.1", "--debug", "template"], Some(3)),
            (&["--helm-version=4.1", "version"], Some(1)),
            (&["--debug"], None),
        ] {
            let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
            assert_eq!(command_word(&args), at, "{args:?}");
        }
    }

    #[test]
    fn clap_accepts_the_tables() {
        command().debug_assert();
    }
}
