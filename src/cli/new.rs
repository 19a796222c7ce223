//! `mizzen new`: a commented configuration.yml that validates.

use super::{Exit, Streams, factory};
use crate::services::configuration::{FILE, is_name};
use clap::{Arg, ArgMatches, Command};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Component, Path};

/// The configuration, with `SERVICE` and `SCHEMA` where the name and the schema's path stand.
const TEXT: &str = include_str!("new.yml");

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("new")
        .about("Write a commented configuration.yml for a new service")
        .arg(Arg::new("service").value_name("SERVICE").required(true).help("the service's name"))
        .arg(factory::services_argument())
        .after_help("Example: mizzen new checkout")
}

/// Writes the file, where there is none.
pub fn run(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Exit {
    let text = |name: &str| arguments.get_one::<String>(name).map_or("", String::as_str);
    let (name, services) = (text("service"), text("services"));
    if !is_name(name.as_bytes()) {
        streams.fail(&format!(
            "`{name}` is no name of a service\nhint: a name has at most 53 lower case letters, digits and dashes, and starts with a letter"
        ));
        return Exit::Usage;
    }
    if !Path::new(services).exists()
        && let Some(folder) = factory::above(services)
    {
        return streams.fail(&format!("there is no `{services}` here\nhint: it is in `{folder}`: run mizzen there"));
    }
    let folder = Path::new(services).join(name);
    let path = folder.join(FILE);
    let written = fs::create_dir_all(&folder)
        .and_then(|()| OpenOptions::new().write(true).create_new(true).open(&path))
        .and_then(|mut file| file.write_all(configuration(name, services).as_bytes()));
    match written {
        Ok(()) => {
            streams.say(&format!("wrote {}", path.display()));
            if !Path::new("library").exists() && services == "services" {
                streams.say("hint: there is no `library` here to render it with: `mizzen init` writes one");
            }
            Exit::Success
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            streams.fail(&format!("`{}` is already there", path.display()))
        }
        Err(error) => streams.fail(&format!("cannot write `{}`: {error}", path.display())),
    }
}

/// The text of a new configuration, for a service in this folder of services.
pub fn configuration(name: &str, services: &str) -> String {
    let up = Path::new(services).components().filter(|part| matches!(part, Component::Normal(_))).count() + 1;
    let schema = format!("{}schemas/configuration.schema.json", "../".repeat(up));
    TEXT.replace("SERVICE", name).replace("SCHEMA", &schema)
}

#[cfg(test)]
mod tests {
    use super::configuration;
    use crate::yaml;

    #[test]
    fn a_new_configuration_names_its_service_and_schema() {
        let text = configuration("checkout", "services");
        assert!(
            text.starts_with("# yaml-language-server: $schema=../../schemas/configuration.schema.json\n"),
            "{text}"
        );
        let values = yaml::unmarshal_map(text.as_bytes()).expect("it is YAML");
        let name = values.get(b"service").and_then(|service| service.as_dict()?.get(b"name"));
        assert_eq!(name.and_then(|name| name.as_str().map(ToString::to_string)).as_deref(), Some("checkout"));
    }
}
