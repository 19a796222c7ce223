//! What is wrong with a configuration: where it stands, which rule it breaks, and what to do.

use std::fmt;

/// One finding. It sorts by file, line and column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// From 1; 0 where the finding is about the file as a whole.
    pub line: u32,
    /// In characters, from 1; 0 where the finding is about the file as a whole.
    pub column: u32,
    /// One of [`RULES`].
    pub rule: &'static str,
    /// The service's folder.
    pub service: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Every rule and what it asks for.
pub static RULES: &[(&str, &str)] = &[
    ("bound", "Numbers, texts and lists lie within their bounds."),
    ("choice", "A value is one of those that are allowed."),
    ("dns-name", "Names of hosts and services are DNS names."),
    ("duplicate-key", "A key stands in a map once."),
    ("file-name", "A service's file is called configuration.yml."),
    ("host-twice", "A host and path belong to one service."),
    ("kubernetes", "The API server takes what the values come to together."),
    ("key-meaning", "A key means what is written."),
    ("library-version", "A pinned version of the library is there."),
    ("missing-key", "Required keys are there."),
    ("name-missing", "A configuration has a service.name."),
    ("name-twice", "A service.name belongs to one service."),
    ("pattern", "A text has the form that is asked for."),
    ("port-twice", "Ports of a service differ in name and number, and node ports belong to one service."),
    ("render", "The library makes manifests of the configuration."),
    ("resource-twice", "A resource belongs to one service."),
    ("schedule", "A schedule is one that Kubernetes reads."),
    ("schema", "The configuration fits the schema."),
    ("second-document", "A configuration is one YAML document."),
    ("type", "A value has the type that is asked for."),
    ("unknown-key", "Every key means something."),
    ("unreadable", "Every file can be read."),
    ("unread-key", "Every key is read by a template of the library."),
    ("volume", "Volumes have names of their own, and what is mounted is there."),
    ("yaml", "The configuration is YAML."),
];

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}
