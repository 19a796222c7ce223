//! `mizzen export`: the services of a folder as ordinary Helm charts.

use super::{Exit, Streams, factory, folder};
use crate::profile::Profile;
use crate::services::{Export, Platform};
use clap::{Arg, ArgMatches, Command};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("export")
        .about("Write services as ordinary Helm charts, which Helm renders to the same bytes")
        .args(factory::arguments())
        .arg(
            Arg::new("output-dir")
                .long("output-dir")
                .short('o')
                .value_name("DIR")
                .required(true)
                .help("the folder that gets a chart for each service"),
        )
        .after_help("Example: mizzen export storefront -o charts")
}

/// Writes the charts. A service that fails does not keep the others from being written.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(error) => return streams.fail(&error.to_string()),
    };
    let platform = match Platform::new(&factory.library, factory.schema.as_ref(), profile) {
        Ok(platform) => platform,
        Err(error) => return streams.fail(&error.to_string()),
    };
    let dir = Path::new(arguments.get_one::<String>("output-dir").map_or(".", String::as_str));
    let mut exit = Exit::Success;
    let mut names: Vec<String> = Vec::new();
    for service in &factory.services {
        let exported = platform.export(service).map_err(|error| error.to_string());
        let written = exported.and_then(|export| {
            if names.contains(&export.name) {
                return Err(format!("service.name `{}` is already that of another service", export.name));
            }
            names.push(export.name.clone());
            write(&dir.join(&export.name), &export)
        });
        if let Err(text) = written {
            exit = streams.fail(&format!("{}: {text}", service.folder));
        }
    }
    exit
}

/// Writes a chart, into a folder that holds nothing else: a template left from before would be rendered with it.
fn write(chart: &Path, export: &Export) -> Result<(), String> {
    let mut found = Vec::new();
    list(chart, "", &mut found).map_err(|error| format!("cannot read `{}`: {error}", chart.display()))?;
    if let Some(other) = found.iter().find(|name| !export.files.iter().any(|(path, _)| path == *name)) {
        return Err(format!(
            "`{}` holds `{other}`, which the export does not write\nhint: delete the folder, or export elsewhere",
            chart.display()
        ));
    }
    for (name, bytes) in &export.files {
        let path = chart.join(name);
        folder::replace(&path, bytes).map_err(|error| format!("cannot write `{}`: {error}", path.display()))?;
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
