//! What is wrong with a chart, before anybody installs it: as Helm's pkg/lint, rule by rule and in its order.
//!
//! Imports: go, host, profile, yaml, schema, chart, manifest, template, values, engine.

pub mod chartfile;
pub mod crds;
pub mod dependencies;
pub mod deprecations;
pub mod documents;
pub mod names;
pub mod templates;
pub mod values;
pub mod web;

use crate::chart::{self, Chart};
use crate::engine::KubeVersion;
use crate::go::{Dict, Log};
use crate::host::Host;
use crate::profile::Profile;
use std::fmt;
use std::path::Path;

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The word that Helm prints.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        }
    }
}

/// What a rule found. `Display` is the line that Helm prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub severity: Severity,
    /// The file or folder within the chart.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity.name(), self.path, self.text)
    }
}

/// What a chart is linted with.
pub struct Options<'a> {
    /// The user's values.
    pub values: &'a Dict,
    /// `.Release.Namespace`
    pub namespace: &'a str,
    /// The version of Kubernetes, where it is not the profile's.
    pub kube_version: Option<&'a KubeVersion>,
    /// Whether schemas are ignored.
    pub skip_schema_validation: bool,
}

/// Runs all rules on the chart in a folder, whose path is absolute. As Helm's lint.RunAll.
///
/// Must run on a thread with [`crate::template::limits::STACK`] bytes of stack.
pub fn lint(
    folder: &str,
    options: &Options<'_>,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Vec<Message> {
    let mut linter = Linter { folder, profile, messages: Vec::new(), loaded: None };
    chartfile::lint(&mut linter);
    values::lint(&mut linter, options, log);
    templates::lint(&mut linter, options, host, log);
    dependencies::lint(&mut linter, log);
    if profile.lint.crds {
        crds::lint(&mut linter, log);
    }
    linter.messages
}

/// The chart that is looked at, and what was found so far.
pub(crate) struct Linter<'a> {
    folder: &'a str,
    profile: &'static Profile,
    messages: Vec<Message>,
    /// The chart as it was read, with what was to be logged.
    loaded: Option<(Result<Chart, chart::Error>, Vec<Log>)>,
}

impl Linter<'_> {
    /// Keeps the error of a rule; gives whether there was none.
    fn rule<T>(&mut self, severity: Severity, path: &str, result: Result<T, impl fmt::Display>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.messages.push(Message { severity, path: path.to_owned(), text: error.to_string() });
                None
            }
        }
    }

    /// The path of a file or folder in the chart: as filepath.Join.
    fn path(&self, name: &str) -> String {
        let joined = crate::go::path::join(&[self.folder.as_bytes(), name.as_bytes()]);
        String::from_utf8_lossy(&joined).into_owned()
    }

    /// The chart, which is read once; what reading it logs is logged each time that Helm reads it.
    fn chart(&mut self, log: &mut dyn FnMut(Log)) -> Result<&Chart, chart::Error> {
        if self.loaded.is_none() {
            let mut logged = Vec::new();
            let chart =
                chart::load_any_version(Path::new(self.folder), self.profile, &mut |record| logged.push(record));
            self.loaded = Some((chart, logged));
        }
        let (chart, logged) = self.loaded.as_ref().expect("the chart was just read");
        logged.iter().cloned().for_each(log);
        chart.as_ref().map_err(Clone::clone)
    }
}
