//! Why there is no bundle.

use crate::yaml;
use std::fmt;

/// Why there is no bundle.
#[derive(Debug)]
pub enum Error {
    /// A document is not YAML.
    Yaml {
        /// The service and file.
        place: String,
        /// What is wrong.
        error: yaml::Error,
    },
    /// A document is no object that can be applied.
    NoObject {
        /// The service and file.
        place: String,
        /// What it lacks.
        lacks: &'static str,
    },
    /// Two objects of one identity differ.
    Twice {
        /// The object.
        object: String,
        /// Where both come from.
        places: [String; 2],
    },
    /// An object cannot be written with its namespace and labels.
    Edit {
        /// The object.
        object: String,
        /// What is wrong.
        error: yaml::Error,
    },
    /// The inventory cannot be read.
    Inventory(String),
    /// An archive cannot be read.
    Archive(String),
    /// The name of an ApplySet's parent means nothing.
    ApplySet(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Yaml { place, error } => write!(f, "{place}: {error}"),
            Error::NoObject { place, lacks } => {
                write!(f, "{place}: the document has no {lacks}, so kubectl cannot apply it")
            }
            Error::Twice { object, places: [a, b] } => {
                write!(f, "{object} is made twice, and differently: by {a} and by {b}")
            }
            Error::Edit { object, error } => write!(f, "{object}: {error}"),
            Error::Inventory(text) => write!(f, "the inventory cannot be read: {text}"),
            Error::Archive(text) => write!(f, "the archive cannot be read: {text}"),
            Error::ApplySet(text) => write!(
                f,
                "`{text}` cannot be the parent of an ApplySet\nhint: write NAME, secret/NAME or configmap/NAME"
            ),
        }
    }
}

impl std::error::Error for Error {}
