//! `mizzen export`: the services of a folder as ordinary Helm charts.

use super::argument::text;
use super::ledger::Ledger;
use super::{Exit, Streams, factory};
use crate::profile::Profile;
use crate::services::{Export, Platforms, Service};
use clap::{ArgMatches, Command};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("export")
        .about("Write services as ordinary Helm charts, which Helm renders to the same bytes")
        .args(factory::arguments())
        .arg(text("output-dir", "DIR", "the folder that gets a chart for each service").short('o').required(true))
        .after_help("Example: mizzen export storefront -o charts")
}

/// Writes the charts. A service that fails does not keep the others from being written.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(refusal) => return refusal.report(streams),
    };
    let dir = Path::new(arguments.get_one::<String>("output-dir").map_or(".", String::as_str));
    if let Some(text) = factory.refuse_output(dir) {
        return streams.fail(&text);
    }
    factory.warn_misnamed(streams);
    let mut ledger = match Ledger::open(dir) {
        Ok(ledger) => ledger,
        Err(text) => return streams.fail(&text),
    };
    let platforms = Platforms::new(&factory.libraries);
    let mut exit = Exit::Success;
    let mut named: HashMap<String, &str> = HashMap::new();
    let mut failed = false;
    let mut exports = Vec::new();
    for service in &factory.services {
        let made = export(service, &platforms).and_then(|export| {
            if let Some(other) = named.get(&export.name) {
                return Err(format!("service.name `{}` is already that of `{other}`", export.name));
            }
            named.insert(export.name.clone(), &service.folder);
            refuse_others(dir, &export, &ledger).map(|()| export)
        });
        match made {
            Ok(export) => exports.push(export),
            Err(text) => {
                failed = true;
                exit = streams.fail(&format!("{}: {text}", service.folder));
            }
        }
    }
    if let Err(text) = write(&exports, &mut ledger) {
        return streams.fail(&text);
    }
    // The charts of services that were not exported this time stay, and those of services that are gone do not.
    ledger.keep(|path| (failed || factory.selected) && !named.contains_key(path.split('/').next().unwrap_or_default()));
    if let Err(text) = ledger.finish() {
        exit = streams.fail(&text);
    }
    exit
}

fn export(service: &Service, platforms: &Platforms<'_>) -> Result<Export, String> {
    let export = service
        .configuration()
        .and_then(|configuration| platforms.of(service, &configuration)?.export(service, &configuration));
    export.map_err(|error| error.to_string())
}

/// A chart's folder holds nothing of anybody else: a template of theirs would be rendered with it.
fn refuse_others(dir: &Path, export: &Export, ledger: &Ledger) -> Result<(), String> {
    let chart = dir.join(&export.name);
    let mut found = Vec::new();
    list(&chart, "", &mut found).map_err(|error| format!("cannot read `{}`: {error}", chart.display()))?;
    let written: HashSet<&str> = export.files.iter().map(|(path, _)| path.as_str()).collect();
    let ours = |name: &str| written.contains(name) || ledger.knows(&format!("{}/{name}", export.name));
    if let Some(other) = found.iter().find(|name| !ours(name)) {
        return Err(format!(
            "`{}` holds `{other}`, which the export does not write\nhint: delete the folder, or export elsewhere",
            chart.display()
        ));
    }
    Ok(())
}

/// Writes the charts.
fn write(exports: &[Export], ledger: &mut Ledger) -> Result<(), String> {
    let files = || {
        exports
            .iter()
            .flat_map(|export| export.files.iter().map(|(path, bytes)| (format!("{}/{path}", export.name), bytes)))
    };
    ledger.begin(files().map(|(path, _)| path))?;
    for (path, bytes) in files() {
        ledger.write(&path, bytes)?;
    }
    Ok(())
}

/// The files in a folder and below it, by their paths from its root; none where there is no such folder.
fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.push(name);
        }
    }
    Ok(())
}
