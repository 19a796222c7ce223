//! What can go wrong while a chart is loaded, in Helm's words.

use crate::go::strconv::quote;
use std::fmt;

/// An error about a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A file or folder could not be looked at: the text of Go's error.
    Io(String),
    /// There is no Chart.yaml where a chart should be: its path and the text of Go's error.
    Undetected { path: String, error: String },
    /// A file of the chart's root cannot be read as what it should be.
    Load { file: &'static str, error: String },
    /// An apiVersion that no Helm knows.
    UnsupportedVersion,
    /// apiVersion v3, which Helm loads but does not render.
    InvalidApiVersion,
    /// There is no Chart.yaml among the files.
    NoChartYaml,
    /// There is no Chart.yaml in the archive.
    NoChartYamlInArchive,
    /// Chart.yaml says something that it may not.
    Validation(String),
    /// A rule of .helmignore is not a pattern.
    Ignore(&'static str),
    /// A symbolic link that leads nowhere.
    Symlink { path: String, error: String },
    /// A device, a socket or the like.
    Irregular(String),
    /// A file is larger than the limit.
    FileTooLarge { name: String, limit: u64 },
    /// A file is not what it was when the chart was loaded.
    Changed(String),
    /// The files in a folder are together larger than the limit.
    TooLarge { name: String, limit: u64 },
    /// A chart with more files than any real one.
    TooManyFiles(usize),
    /// A file is not a gzipped archive: its path and what it seems to be.
    NotAnArchive { path: String, content_type: &'static str },
    /// A YAML file instead of an archive.
    YamlFile(String),
    /// The gzip header is damaged.
    GzipHeader(String),
    /// Anything else that is wrong with the archive a user names.
    Archive,
    /// What is wrong with an archive in `charts/`: the text of Go's error.
    Unpack(String),
    /// A subchart cannot be loaded.
    Subchart { name: String, parent: String, error: Box<Error> },
    /// A folder in `charts/` is named like an archive.
    SubchartArchive { name: String, parent: String, got: String },
    /// Charts in charts deeper than any real ones.
    TooDeep(usize),
    /// Chart.yaml names dependencies that are not in `charts/`.
    MissingDependencies { hint: &'static str, names: Vec<String> },
    /// A library chart by itself.
    NotInstallable(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(text) | Error::Unpack(text) => f.write_str(text),
            Error::Undetected { path, error } => write!(f, "unable to detect chart at {path}: {error}"),
            Error::Load { file, error } => write!(f, "cannot load {file}: {error}"),
            Error::UnsupportedVersion => f.write_str("unsupported chart version"),
            Error::InvalidApiVersion => f.write_str("invalid chart apiVersion"),
            Error::NoChartYaml => f.write_str("Chart.yaml file is missing"),
            Error::NoChartYamlInArchive => f.write_str("unable to detect chart version, no Chart.yaml found"),
            Error::Validation(text) => write!(f, "validation: {text}"),
            Error::Ignore(text) => f.write_str(text),
            Error::Symlink { path, error } => write!(f, "error evaluating symlink {path}: {error}"),
            Error::Irregular(path) => {
                write!(f, "cannot load irregular file {path} as it has file mode type bits set")
            }
            Error::FileTooLarge { name, limit } => {
                write!(f, "chart file {} is larger than the maximum file size {limit}", quote(name.as_bytes()))
            }
            Error::Changed(name) => {
                write!(f, "error reading {name}: the file has changed since the chart was loaded")
            }
            Error::TooLarge { name, limit } => {
                write!(f, "error reading {name}: chart exceeds maximum decompressed size of {limit} bytes")
            }
            Error::TooManyFiles(limit) => write!(f, "chart has more than {limit} files and folders"),
            Error::NotAnArchive { path, content_type } => {
                write!(f, "file '{path}' does not appear to be a gzipped archive; got '{content_type}'")
            }
            Error::YamlFile(path) => {
                write!(f, "file '{path}' seems to be a YAML file, but expected a gzipped archive")
            }
            Error::GzipHeader(path) => {
                write!(f, "file '{path}' does not appear to be a valid chart file (details: gzip: invalid header)")
            }
            Error::Archive => f.write_str("unable to load chart archive"),
            Error::Subchart { name, parent, error } => {
                write!(f, "error unpacking subchart {name} in {parent}: {error}")
            }
            Error::SubchartArchive { name, parent, got } => {
                write!(f, "error unpacking subchart tar in {parent}: expected {name}, got {got}")
            }
            Error::TooDeep(limit) => write!(f, "charts nest deeper than {limit}"),
            Error::MissingDependencies { hint, names } => {
                write!(f, "{hint}: found in Chart.yaml, but missing in charts/ directory: {}", names.join(", "))
            }
            Error::NotInstallable(kind) => write!(f, "{kind} charts are not installable"),
        }
    }
}

impl std::error::Error for Error {}
