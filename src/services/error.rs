//! What can go wrong between a configuration.yml and a chart.

use super::finding::Finding;
use super::nearest::nearest;
use crate::yaml;
use std::fmt;

/// An error about the library or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A file or folder cannot be read: its path and the system's words.
    Read { path: String, error: String },
    /// A file is not YAML, or not a map.
    Parse { path: String, error: yaml::Error },
    /// The library is no chart that can be loaded: in Helm's words.
    Library { path: String, error: String },
    /// resources.yaml says something that it may not.
    Resources { path: String, complaint: String },
    /// The configuration does not fit the schema.
    Findings(Vec<Finding>),
    /// The schema itself is wrong.
    Schema { path: String, error: String },
    /// No version of the library is one that the configuration pins.
    LibraryVersion { path: String, wanted: String, known: Vec<String> },
    /// The configuration names no service.
    NameMissing { path: String },
    /// The name cannot be that of a resource.
    Name { path: String, name: String },
    /// Values nest deeper than anything real.
    TooDeep { path: String },
    /// No folder of that name holds a configuration.yml.
    UnknownService { name: String, known: Vec<String> },
    /// No service says anything about that environment.
    UnknownEnvironment { name: String, known: Vec<String> },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Read { path, error } => write!(f, "cannot read `{path}`: {error}"),
            Error::Parse { path, error } => write!(f, "cannot parse `{path}`: {error}"),
            Error::Library { path, error } => write!(f, "cannot load the library `{path}`: {error}"),
            Error::Resources { path, complaint } => write!(f, "`{path}`: {complaint}"),
            Error::Findings(findings) => {
                let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
                f.write_str(&texts.join("\n"))
            }
            Error::Schema { path, error } => write!(f, "`{path}` is no JSON Schema: {error}"),
            Error::LibraryVersion { path, wanted, known } => write!(
                f,
                "`{path}` pins platform.version `{wanted}`, which no library has\nhint: {}",
                choices(known, "there is no library")
            ),
            Error::NameMissing { path } => write!(f, "`{path}` has no service.name"),
            Error::Name { path, name } => write!(
                f,
                "`{path}`: service.name `{name}` must be at most 53 lower case letters, digits and dashes, and start with a letter"
            ),
            Error::TooDeep { path } => write!(f, "`{path}` nests too deeply"),
            Error::UnknownService { name, known } => {
                write!(f, "there is no service `{name}`\nhint: {}", meant(name, known, "there are no services"))
            }
            Error::UnknownEnvironment { name, known } => write!(
                f,
                "no service has a configuration.{name}.yml\nhint: {}",
                meant(name, known, "no service has a file for any environment")
            ),
        }
    }
}

impl Error {
    /// Whether the configuration is that of no service at all: the services beside it can do without.
    pub fn is_nameless(&self) -> bool {
        matches!(self, Error::NameMissing { .. } | Error::Name { .. })
    }
}

impl std::error::Error for Error {}

fn meant(name: &str, known: &[String], none: &str) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(word) => format!("did you mean `{word}`?"),
        None => choices(known, none),
    }
}

/// How many choices a hint lists.
const LISTED: usize = 20;

fn choices(known: &[String], none: &str) -> String {
    match known.get(..LISTED) {
        _ if known.is_empty() => none.to_owned(),
        Some(first) if known.len() > LISTED => {
            format!("choose from {} and {} more", first.join(", "), known.len() - LISTED)
        }
        _ => format!("choose from {}", known.join(", ")),
    }
}
