//! `mizzen package`: a chart's folder as an archive, as `helm package` makes it.

use super::dependency::Manager;
use super::flags::{Flag, Kind};
use super::folder;
use super::helm::{Command, Invocation, absolute, flag, inert};
use super::{Exit, Streams};
use crate::chart::{self, package};
use crate::go::fs::path_error;
use crate::go::path;
use crate::go::semver::Version;
use std::path::Path;

static FLAGS: &[Flag] = &[
    flag("destination", Some('d'), Kind::Text, "the folder that gets the archive").takes("DIR"),
    flag("version", None, Kind::Text, "the version of the packaged chart").takes("VERSION"),
    flag("app-version", None, Kind::Text, "the appVersion of the packaged chart").takes("VERSION"),
    flag("dependency-update", Some('u'), Kind::Bool, "update charts/ from Chart.yaml first"),
    inert("sign", Kind::Bool),
    inert("key", Kind::Text),
    inert("keyring", Kind::Text),
    inert("passphrase-file", Kind::Text),
    inert("username", Kind::Text),
    inert("password", Kind::Text),
    inert("cert-file", Kind::Text),
    inert("key-file", Kind::Text),
    inert("ca-file", Kind::Text),
    inert("insecure-skip-tls-verify", Kind::Bool),
    inert("plain-http", Kind::Bool),
];

/// The command.
pub static COMMAND: Command = Command {
    name: "package",
    aliases: &[],
    about: "Package a chart's folder into an archive, as `helm package` does, but reproducibly",
    usage: "CHART_PATH...",
    flags: &[FLAGS],
    example: "mizzen package ./chart -d dist --version 1.2.3",
    run,
};

fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    match package(invocation, streams) {
        Ok(()) if streams.out.flush().is_ok() => Exit::Success,
        Ok(()) => Exit::BrokenPipe,
        Err(text) => {
            let _ = streams.out.flush();
            streams.fail(&text)
        }
    }
}

/// As newPackageCmd's RunE. The error is Helm's text.
fn package(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Result<(), String> {
    let folders = &invocation.parsed.arguments;
    if folders.is_empty() {
        return Err("need at least one argument, the path to the chart".to_owned());
    }
    let time = package::time(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    if invocation.parsed.bool("sign") {
        if invocation.text("key").is_empty() {
            return Err("--key is required for signing a package".to_owned());
        }
        return Err("mizzen does not sign\nhint: leave --sign out, and sign the archive's checksum, or use `helm package --sign`".to_owned());
    }
    invocation.check_fetch_files()?;
    for given in folders {
        let folder = absolute(given)?;
        std::fs::metadata(given).map_err(|error| path_error("stat", given, &error))?;
        if invocation.parsed.bool("dependency-update") {
            let manager = Manager { folder: folder.clone(), time, recursive: false, profile: invocation.profile };
            let mut sink = std::io::sink();
            manager.update(&mut Streams {
                out: &mut sink,
                err: streams.err,
                debug: streams.debug,
                logs: streams.logs,
            })?;
        }
        let saved = save(invocation, &folder, time, streams)?;
        let written = writeln!(streams.out, "Successfully packaged chart and saved it to: {saved}");
        written.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// As action.Package's Run: the path of the archive.
fn save(invocation: &Invocation<'_>, folder: &str, time: u64, streams: &mut Streams<'_>) -> Result<String, String> {
    let profile = invocation.profile;
    let mut chart = chart::load_dir(Path::new(folder), profile, &mut |record| streams.log(&record))
        .map_err(|error| error.to_string())?;
    let version = invocation.text("version");
    if !version.is_empty() {
        version.clone_into(&mut chart.metadata.version);
    }
    Version::new(chart.metadata.version.as_bytes(), profile.semver)?;
    let app_version = invocation.text("app-version");
    if !app_version.is_empty() {
        app_version.clone_into(&mut chart.metadata.app_version);
    }
    let missing = chart::missing_dependencies(&chart);
    if !missing.is_empty() {
        return Err(format!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", ")));
    }
    let destination = match invocation.parsed.text("destination") {
        None | Some(".") => absolute(".")?,
        Some(destination) => destination.to_owned(),
    };
    let bytes = package::archive(&mut chart, time, profile).map_err(|error| format!("failed to save: {error}"))?;
    let file = path::join(&[destination.as_bytes(), package::file_name(&chart).as_bytes()]);
    let file = String::from_utf8_lossy(&file).into_owned();
    folder::replace(Path::new(&file), &bytes)
        .map_err(|error| format!("failed to save: {}", path_error("open", &file, &error)))?;
    Ok(file)
}
