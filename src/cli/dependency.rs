//! `mizzen dependency`: lists, builds and updates what is in `charts/`, as `helm dependency` does, without a network.

use super::flags::{Flag, Kind};
use super::helm::{Command, Invocation, flag, inert};
use super::{Exit, Group, Streams};
use crate::chart::package;
use crate::go::path;

pub mod list;
pub mod manager;

pub use manager::Manager;

static LIST_FLAGS: &[Flag] =
    &[flag("max-col-width", None, Kind::Int, "the widest that a column may be").takes("WIDTH")];

static FLAGS: &[Flag] = &[
    flag("recursive", None, Kind::Bool, "first do the same for the charts that file:// names, which Helm cannot"),
    inert("verify", Kind::Bool),
    inert("keyring", Kind::Text),
    inert("skip-refresh", Kind::Bool),
    inert("username", Kind::Text),
    inert("password", Kind::Text),
    inert("cert-file", Kind::Text),
    inert("key-file", Kind::Text),
    inert("ca-file", Kind::Text),
    inert("insecure-skip-tls-verify", Kind::Bool),
    inert("plain-http", Kind::Bool),
];

/// The commands.
pub static GROUP: Group = Group {
    name: "dependency",
    aliases: &["dep", "dependencies"],
    about: "List, build and update a chart's dependencies, as `helm dependency` does",
    commands: &[
        Command {
            name: "dependency build",
            aliases: &[],
            about: "Rebuild charts/ from Chart.lock",
            usage: "[CHART]",
            flags: &[FLAGS],
            example: "mizzen dependency build ./chart",
            run,
        },
        Command {
            name: "dependency list",
            aliases: &["ls"],
            about: "List the dependencies of a chart",
            usage: "[CHART]",
            flags: &[LIST_FLAGS],
            example: "mizzen dependency list ./chart",
            run,
        },
        Command {
            name: "dependency update",
            aliases: &["up"],
            about: "Update charts/ and Chart.lock from Chart.yaml",
            usage: "[CHART]",
            flags: &[FLAGS],
            example: "mizzen dependency update --recursive ./chart",
            run,
        },
    ],
    example: "mizzen dependency list ./chart",
};

fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    let done = dependency(invocation, streams);
    if streams.out.flush().is_err() {
        return Exit::BrokenPipe;
    }
    match done {
        Ok(()) => Exit::Success,
        Err(text) => streams.fail(&text),
    }
}

fn dependency(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Result<(), String> {
    let name = invocation.command.name;
    let folder = match invocation.parsed.arguments.as_slice() {
        [] => ".".to_owned(),
        [folder] => String::from_utf8_lossy(&path::clean(folder.as_bytes())).into_owned(),
        _ => return Err(format!("\"helm {name}\" accepts at most 1 argument\n\nUsage:  helm {name} CHART [flags]")),
    };
    if name == "dependency list" {
        let width = invocation.parsed.text("max-col-width").and_then(|width| width.parse().ok()).unwrap_or(80);
        return list::list(&folder, width, invocation.profile, streams);
    }
    invocation.check_fetch_files()?;
    let time = package::time(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    let manager = Manager { folder, time, recursive: invocation.parsed.bool("recursive"), profile: invocation.profile };
    if name == "dependency build" { manager.build(streams) } else { manager.update(streams) }
}
