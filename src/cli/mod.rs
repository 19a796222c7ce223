//! The command line: one file per command.
//!
//! `template` reads its flags as Helm does (`flags`), so that scripts and their error messages carry over; clap reads
//! those of Mizzen's own commands, and prints help and completions for all of them.
//!
//! Imports: go, profile, host, chart, services, values, functions, template, trace, diagnose, engine, manifest, render, output, error, yaml, bundle, diff.

mod argument;
mod bundle;
mod columns;
mod compat;
mod completion;
mod create;
mod dependency;
mod diff;
mod elsewhere;
mod explain;
mod export;
mod factory;
mod failure;
mod flags;
mod folder;
mod functions;
mod helm;
mod host;
mod images;
mod init;
mod job;
mod json;
mod kubeconfig;
mod ledger;
mod lint;
mod name_template;
mod new;
mod package;
mod post_renderer;
mod printf;
mod progress;
mod render;
mod report;
mod reproducible;
mod schema;
mod show;
mod sources;
mod sync;
mod template;
mod timings;
mod validate;
mod verify;
mod version;
mod workers;

use crate::go::{Level, Log};
use crate::profile::{Logs, Profile};
use crate::template::limits;
use clap::{Arg, ArgAction, Command};
use flags::{Flag, Kind};
use std::io::{self, BufWriter, IsTerminal, Write};

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
pub static OWN_FLAGS: &[Flag] = &[
    helm::flag(
        "helm-version",
        None,
        Kind::Text,
        "the version of Helm to be compatible with: 3.17, 4.1, 4.2 or 4.3 [env: MIZZEN_HELM_VERSION]",
    )
    .takes("VERSION"),
    helm::flag(
        "error-format",
        None,
        Kind::Text,
        "what `template` shows of an error: auto, full, helm (its text alone) or json [env: MIZZEN_ERROR_FORMAT]",
    )
    .takes("FORMAT"),
];

/// The commands that Helm has too.
pub static COMMANDS: &[&helm::Command] = &[&template::COMMAND, &lint::COMMAND, &package::COMMAND, &create::COMMAND];

/// Commands that begin with the same word.
#[derive(Debug)]
pub struct Group {
    /// The word.
    pub name: &'static str,
    /// Other words that mean the same.
    pub aliases: &'static [&'static str],
    /// What they are about.
    pub about: &'static str,
    /// The commands.
    pub commands: &'static [helm::Command],
    /// A command line.
    pub example: &'static str,
}

/// What help puts the flags under that are not of one command.
const GLOBAL: &str = "Global options";

/// The commands of two words.
pub static GROUPS: &[&Group] = &[&show::GROUP, &dependency::GROUP];

/// Where output goes.
pub struct Streams<'a> {
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
    /// Whether debug records are shown.
    pub debug: bool,
    /// How records of the log are written.
    pub logs: Logs,
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
            match self.logs {
                Logs::Printf => self.say(&printf::line(record)),
                Logs::Structured => self.say(&record.to_string()),
            }
        }
    }

    /// Reports an error as cobra does.
    pub fn fail(&mut self, text: &str) -> Exit {
        self.say(&format!("Error: {text}"));
        Exit::Failure
    }
}

/// Whether what is written to a stream has colours: it is a terminal that knows them, and nobody asked for none.
pub fn has_colors(stream: &impl IsTerminal) -> bool {
    stream.is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var("TERM").is_ok_and(|terminal| terminal != "dumb")
}

/// Runs the program with the process's arguments, on a stack that must be [`limits::STACK`] bytes large, and ends it.
pub fn main() -> ! {
    let args: Vec<String> = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    // No larger, as this is of the small pages with which the heap begins.
    let mut out = BufWriter::with_capacity(1 << 14, io::stdout().lock());
    let mut err = io::stderr().lock();
    let exit = run(&args, &mut Streams { out: &mut out, err: &mut err, debug: false, logs: Logs::Structured });
    let exit = if out.flush().is_err() { Exit::BrokenPipe } else { exit };
    drop(out);
    // From here, as there is nothing left to wait for.
    std::process::exit(exit as i32)
}

/// Says that there is no memory for such a stack. Gives the exit code.
pub fn no_stack() -> i32 {
    let needed = limits::STACK >> 20;
    // Where that cannot be written, there is nobody to be told.
    let _ = writeln!(
        io::stderr(),
        "Error: cannot allocate a stack of {needed} MiB\nhint: raise the limit of memory, as `ulimit -v` shows it"
    );
    Exit::Failure as i32
}

/// Runs a command.
pub fn run(args: &[String], streams: &mut Streams<'_>) -> Exit {
    let profile = match limit_memory().and_then(|()| profile(args)) {
        Ok(profile) => profile,
        Err(text) => return streams.fail(&text),
    };
    match find(args) {
        Found::Command(command, rest) => return command.start(&rest, profile, streams),
        Found::Group(group) => return help(group.name, streams),
        Found::Elsewhere(name, advice) => {
            return streams
                .fail(&format!("mizzen has no `{name}`, as it works without a cluster and a network\nhint: {advice}"));
        }
        Found::Own => {}
    }
    let matches = match command().try_get_matches_from(std::iter::once("mizzen").chain(args.iter().map(String::as_str)))
    {
        Ok(matches) => matches,
        Err(error) => return clap_error(&error, streams),
    };
    match matches.subcommand() {
        Some(("render", arguments)) => render::run(arguments, profile, streams),
        Some(("bundle", arguments)) => bundle::run(arguments, profile, streams),
        Some(("verify", arguments)) => verify::run(arguments, profile, streams),
        Some(("images", arguments)) => images::run(arguments, profile, streams),
        Some(("diff", arguments)) => diff::run(arguments, profile, streams),
        Some(("compat", arguments)) => compat::run(arguments, streams),
        Some(("validate", arguments)) => validate::run(arguments, profile, streams),
        Some(("explain", arguments)) => explain::run(arguments, profile, streams),
        Some(("export", arguments)) => export::run(arguments, profile, streams),
        Some(("functions", arguments)) => functions::run(arguments, profile, streams),
        Some(("sync", arguments)) => sync::run(arguments, profile, streams),
        Some(("init", arguments)) => init::run(arguments, streams),
        Some(("new", arguments)) => new::run(arguments, streams),
        Some(("schema", arguments)) => schema::run(arguments, streams),
        Some(("version", arguments)) => version::run(arguments, profile, streams),
        Some(("completion", arguments)) => completion::run(arguments, streams),
        _ => help("", streams),
    }
}

/// What the words of a command line name.
enum Found {
    /// A command that Helm has too, and the arguments without its words.
    Command(&'static helm::Command, Vec<String>),
    /// Words that only begin a command.
    Group(&'static Group),
    /// A command of Helm that is none of ours, and what to do instead.
    Elsewhere(&'static str, &'static str),
    /// None of Helm's.
    Own,
}

/// As cobra's Find: follows the words of the command line, and takes them away.
fn find(args: &[String]) -> Found {
    let mut rest = args.to_vec();
    let Some(at) = command_word(&rest) else { return Found::Own };
    let word = rest.remove(at);
    if let Some(command) =
        COMMANDS.iter().find(|command| command.name == word || command.aliases.contains(&word.as_str()))
    {
        return Found::Command(command, rest);
    }
    if let Some(group) = GROUPS.iter().find(|group| group.name == word || group.aliases.contains(&word.as_str())) {
        let Some(at) = command_word(&rest) else { return Found::Group(group) };
        let word = rest.remove(at);
        let found = group.commands.iter().find(|command| {
            command.name.rsplit(' ').next() == Some(word.as_str()) || command.aliases.contains(&word.as_str())
        });
        return found.map_or(Found::Group(group), |command| Found::Command(command, rest));
    }
    let elsewhere = elsewhere::COMMANDS.iter().find(|(name, _)| *name == word);
    elsewhere.map_or(Found::Own, |(name, advice)| Found::Elsewhere(name, advice))
}

/// Prints the help of a command, or of all.
pub fn help(name: &str, streams: &mut Streams<'_>) -> Exit {
    let mut command = command();
    command.build();
    let text = name.split_whitespace().try_fold(&mut command, |found, word| found.find_subcommand_mut(word));
    let text = text.map(Command::render_help).unwrap_or_default();
    if write!(streams.out, "{text}").is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// All commands, as clap knows them.
pub fn command() -> Command {
    Command::new("mizzen")
        .about("Renders Helm charts without Helm, byte for byte, offline, in milliseconds")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(arguments(OWN_FLAGS).map(|argument| argument.global(true).help_heading(GLOBAL)))
        .subcommands(COMMANDS.iter().map(|command| clap_command(command)))
        .subcommands(GROUPS.iter().map(|group| clap_group(group)))
        .subcommand(compat::command())
        .subcommand(functions::command())
        .subcommand(init::command())
        .subcommand(new::command())
        .subcommand(validate::command())
        .subcommand(explain::command())
        .subcommand(render::command())
        .subcommand(diff::command())
        .subcommand(bundle::command())
        .subcommand(verify::command())
        .subcommand(images::command())
        .subcommand(export::command())
        .subcommand(sync::command())
        .subcommand(schema::command())
        .subcommand(version::command())
        .subcommand(completion::command())
        .after_help(
            "Examples:\n  mizzen template web ./chart -f values.yaml\n  mizzen init shop && cd shop && mizzen render",
        )
}

/// A command of Helm as clap knows it, for help and completions.
fn clap_command(command: &'static helm::Command) -> Command {
    let name = command.name.rsplit(' ').next().unwrap_or_default();
    Command::new(name)
        .about(command.about)
        .visible_aliases(command.aliases)
        .override_usage(format!("mizzen {} {} [flags]", command.name, command.usage))
        .args(command.flags.iter().flat_map(|table| arguments(table)))
        .args(arguments(helm::GLOBAL_FLAGS).map(|argument| argument.help_heading(GLOBAL)))
        .arg(Arg::new("arguments").num_args(0..).hide(true))
        .after_help(format!("Example: {}", command.example))
}

fn clap_group(group: &'static Group) -> Command {
    Command::new(group.name)
        .about(group.about)
        .visible_aliases(group.aliases)
        .subcommand_required(true)
        .subcommands(group.commands.iter().map(clap_command))
        .after_help(format!("Example: {}", group.example))
}

/// A flag table as clap's arguments.
fn arguments(flags: &'static [Flag]) -> impl Iterator<Item = Arg> {
    flags.iter().map(|flag| {
        let argument = Arg::new(flag.name).long(flag.name).short(flag.short).help(flag.help).hide(flag.hidden);
        match flag.kind {
            Kind::Bool => argument.action(ArgAction::SetTrue),
            Kind::Optional(_) | Kind::Wait => argument.value_name(flag.value).num_args(0..=1).require_equals(true),
            _ => argument.value_name(flag.value).action(ArgAction::Append),
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
        Some(name) => named_profile(&name),
    }
}

/// Sets how much memory may be in use, where the environment says it: in bytes, or as Kubernetes writes sizes.
fn limit_memory() -> Result<(), String> {
    let Some(text) = std::env::var("MIZZEN_MEMORY_LIMIT").ok().filter(|value| !value.is_empty()) else {
        return Ok(());
    };
    let number = text.trim_end_matches(|char: char| !char.is_ascii_digit());
    let unit = match text.get(number.len()..) {
        Some("") => Some(1),
        Some("Ki") => Some(1 << 10),
        Some("Mi") => Some(1 << 20),
        Some("Gi") => Some(1 << 30),
        _ => None,
    };
    let most = unit.and_then(|unit: usize| number.parse::<usize>().ok()?.checked_mul(unit));
    let most = most.ok_or_else(|| format!("MIZZEN_MEMORY_LIMIT is no size: `{text}`\nhint: such as 512Mi or 8Gi"))?;
    limits::MEMORY.store(most, std::sync::atomic::Ordering::Relaxed);
    Ok(())
}

/// The Helm version of that name, or what to name instead.
fn named_profile(name: &str) -> Result<&'static Profile, String> {
    Profile::named(name).ok_or_else(|| {
        let known: Vec<&str> = crate::profile::PROFILES.iter().map(|profile| profile.name).collect();
        format!("unknown Helm version `{name}`\nhint: use one of {}", known.join(", "))
    })
}

/// As cobra's stripFlags: where the first word stands that is neither a flag nor the value of one.
fn command_word(args: &[String]) -> Option<usize> {
    let tables = [helm::GLOBAL_FLAGS, OWN_FLAGS];
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
