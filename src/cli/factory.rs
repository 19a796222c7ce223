//! What the factory's commands share: where the library, the services and the schema are, and which services are meant.

use super::Streams;
use crate::go::Str;
use crate::profile::Profile;
use crate::services::{self, Library, Service};
use clap::{Arg, ArgMatches};
use std::path::Path;

/// The schema that is used where it is there and `--schema` names no other.
const SCHEMA: &str = "schemas/configuration.schema.json";

/// Everything that a factory command reads.
pub struct Factory {
    pub library: Library,
    pub schema: Option<Str>,
    pub services: Vec<Service>,
}

/// The arguments of every factory command.
pub fn arguments() -> Vec<Arg> {
    vec![
        Arg::new("service")
            .value_name("SERVICE")
            .num_args(0..)
            .help("the services by their folders' names; all where none is named"),
        Arg::new("env").long("env").value_name("ENV").help("merge configuration.<ENV>.yml over configuration.yml"),
        Arg::new("services")
            .long("services")
            .value_name("DIR")
            .default_value("services")
            .help("the folder with the services"),
        Arg::new("library")
            .long("library")
            .value_name("DIR")
            .default_value("library")
            .help("the platform library chart"),
        Arg::new("schema")
            .long("schema")
            .value_name("FILE")
            .help(format!("the JSON Schema of configuration.yml [default: {SCHEMA}, where it exists]")),
    ]
}

/// Reads what the arguments name.
pub fn open(
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Factory, services::Error> {
    let text = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    let folder = text("services").unwrap_or("services");
    let mut found = services::discover(Path::new(folder), text("env"))?;
    let wanted: Vec<String> = arguments.get_many::<String>("service").unwrap_or_default().cloned().collect();
    found.select(&wanted)?;
    if found.services.is_empty() {
        streams.say(&format!("warning: no folder in `{folder}` holds a configuration.yml"));
    }
    let library =
        Library::load(Path::new(text("library").unwrap_or("library")), profile, &mut |record| streams.log(&record))?;
    Ok(Factory { library, schema: schema(text("schema"))?, services: found.services })
}

fn schema(path: Option<&str>) -> Result<Option<Str>, services::Error> {
    match std::fs::read(path.unwrap_or(SCHEMA)) {
        Ok(text) => Ok(Some(Str::from(text))),
        Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(services::Error::Read { path: path.unwrap_or(SCHEMA).to_owned(), error: error.to_string() }),
    }
}
