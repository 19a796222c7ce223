//! What can go wrong between a configuration.yml and a chart.

use std::fmt;

/// An error about the library or a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A file or folder cannot be read: its path and the system's words.
    Read { path: String, error: String },
    /// A file is not YAML, or not a map.
    Parse { path: String, error: String },
    /// The library is no chart that can be loaded: in Helm's words.
    Library { path: String, error: String },
    /// resources.yaml says something that it may not.
    Resources { path: String, complaint: String },
    /// The configuration does not fit the schema.
    Schema { path: String, complaints: String },
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
            Error::Schema { path, complaints } => {
                write!(f, "`{path}` does not fit the schema:\n{}", complaints.trim_end())
            }
            Error::NameMissing { path } => write!(f, "`{path}` has no service.name"),
            Error::Name { path, name } => write!(
                f,
                "`{path}`: service.name `{name}` must be at most 53 lower case letters, digits and dashes, and start with a letter"
            ),
            Error::TooDeep { path } => write!(f, "`{path}` nests too deeply"),
            Error::UnknownService { name, known } => {
                write!(f, "there is no service `{name}`\nhint: {}", choices(known, "there are no services"))
            }
            Error::UnknownEnvironment { name, known } => write!(
                f,
                "no service has a configuration.{name}.yml\nhint: {}",
                choices(known, "no service has a file for any environment")
            ),
        }
    }
}

impl std::error::Error for Error {}

fn choices(known: &[String], none: &str) -> String {
    if known.is_empty() { none.to_owned() } else { format!("choose from {}", known.join(", ")) }
}
