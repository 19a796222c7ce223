//! What a user can do about an error: where it arose, through which includes, with which values, and what may help.
//!
//! [`diagnose`] makes a [`Report`] of an error and of what is known of the render; nothing here runs when a render
//! succeeds. `text` lays a report out for people and `json` for machines; `sources` finds the file and line that set a
//! value, `hint` what to advise, and the other files read one kind of error each.
//!
//! Imports: go, yaml, profile, template, trace, chart, values, engine, manifest, error.

pub mod json;
pub mod text;

mod execution;
mod hint;
mod manifest;
mod parse;
mod schema;
mod sources;
mod syntax;

pub use text::Style;

use crate::chart::{self, Chart};
use crate::engine;
use crate::error::Error;
use crate::go::Str;
use crate::profile::Profile;
use crate::trace::Trace;
use crate::values;

/// What is known of the render that failed.
pub struct Subject<'a> {
    /// The chart as it was loaded, where it could be.
    pub chart: Option<&'a Chart>,
    /// Its path as the user wrote it.
    pub chart_path: &'a str,
    /// How the user gave values.
    pub options: &'a values::Options,
    /// The values files that were read, in order.
    pub files: &'a [(String, Vec<u8>)],
    /// What a second run of the render saw.
    pub trace: Option<&'a Trace>,
    /// The rendered files, where they are not YAML.
    pub rendered: &'a [(String, Str)],
    /// The Helm version.
    pub profile: &'static Profile,
    /// Whether there is a file of that path.
    pub exists: &'a dyn Fn(&str) -> bool,
}

/// What there is to say about an error.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// At which stage: `template`, `parse`, `manifest`, `schema`, `values`, `chart` or `other`.
    pub kind: &'static str,
    /// Helm's text.
    pub message: String,
    /// Where it arose.
    pub place: Option<Excerpt>,
    /// What called that, innermost first.
    pub chain: Vec<Location>,
    /// What was rendered around the spot.
    pub rendered: Option<Excerpt>,
    /// The values that were read there.
    pub values: Vec<InPlay>,
    /// What may help.
    pub hints: Vec<String>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The file, as a path where it is one.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: Option<usize>,
    /// The named template, where it is not the file's own.
    pub template: Option<String>,
    /// The line.
    pub text: String,
}

/// A place with the lines around it.
#[derive(Clone, Debug, Default)]
pub struct Excerpt {
    /// The place.
    pub at: Location,
    /// The lines, each with its number.
    pub lines: Vec<(usize, String)>,
    /// How many bytes the caret underlines.
    pub width: usize,
}

/// A value that was read.
#[derive(Clone, Debug)]
pub struct InPlay {
    /// As a template writes it: `.Values.image.tag`.
    pub path: String,
    /// What it is: `string`, `list`, `not set`, …
    pub kind: &'static str,
    /// The value, shortened.
    pub value: Option<String>,
    /// What set it; where nothing did, what set the map that it is missing from.
    pub set_by: Option<SetBy>,
    /// What the schema says of it, and where.
    pub rule: Option<(String, Location)>,
}

/// What set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// A file.
    File(Location),
    /// An argument: `--set a=1`.
    Argument(String),
}

/// What there is to say about an error, whose text in Helm's words is `message`.
pub fn diagnose(error: &Error, message: &str, subject: &Subject<'_>) -> Report {
    let mut report = Report { kind: "other", message: message.to_owned(), ..Report::default() };
    match error {
        Error::Engine(engine::Error::Parse(error)) => parse::report(error, subject, &mut report),
        Error::Engine(engine::Error::Execute { template, error, .. }) => {
            execution::report(template, error, subject, &mut report);
        }
        Error::Manifest(error) => manifest::report(error, subject, &mut report),
        Error::Values(values::Error::Schema(complaints)) => schema::report(complaints, subject, &mut report),
        Error::Values(values::Error::Parse { path, .. }) => {
            report.kind = "values";
            if let Some((name, text)) = subject.files.iter().rev().find(|(name, _)| name == path) {
                syntax::report(name, text, subject.profile, &mut report);
            }
        }
        Error::Values(values::Error::Set { .. } | values::Error::SetJson { .. }) => {
            report.kind = "values";
            report.hints.push(
                "--set takes key=value pairs; write \\, for a comma and \\. for a dot in a key, and quote for the shell"
                    .to_owned(),
            );
        }
        Error::Values(values::Error::TypeMismatch { name, .. }) => {
            report.kind = "values";
            report.hints.push(format!("`{name}` is a subchart: its values must be a map"));
        }
        Error::Values(_) => report.kind = "values",
        Error::Chart(error) => {
            report.kind = "chart";
            chart_error(error, subject, &mut report);
        }
        Error::KubeVersion { constraint, .. } => report.hints.push(format!(
            "Chart.yaml says `kubeVersion: {constraint}`; give the version of your cluster with --kube-version"
        )),
        _ => {}
    }
    report
}

fn chart_error(error: &chart::Error, subject: &Subject<'_>, report: &mut Report) {
    match error {
        chart::Error::Load { file, .. } => {
            let path = format!("{}/{file}", subject.chart_path.trim_end_matches('/'));
            if let Some((_, text)) = subject.files.iter().find(|(name, _)| *name == path) {
                syntax::report(&path, text, subject.profile, report);
            }
        }
        chart::Error::MissingDependencies { names, .. } => report.hints.push(format!(
            "put {} into {}/charts, as a folder or as an archive",
            names.join(", "),
            subject.chart_path.trim_end_matches('/')
        )),
        chart::Error::NotInstallable(_) => report.hints.push(
            "a library chart only holds named templates: render a chart that has it under `dependencies`".to_owned(),
        ),
        _ => {}
    }
}

impl Subject<'_> {
    /// The path of a chart's file that Helm calls `CHART/templates/a.yaml`, where it is one.
    fn path(&self, name: &str) -> String {
        if let Some((_, rest)) = name.split_once('/') {
            let path = format!("{}/{rest}", self.chart_path.trim_end_matches('/'));
            if (self.exists)(&path) {
                return path;
            }
        }
        name.to_owned()
    }

    /// The text of a template file.
    fn template(&self, name: &str) -> Option<Str> {
        fn search(chart: &Chart, path: &str, name: &str) -> Option<Str> {
            let own = name.strip_prefix(path)?.strip_prefix('/')?;
            let found = chart.templates.iter().find(|file| file.name == own).map(|file| file.data.clone());
            found.or_else(|| {
                let mut below = chart.dependencies.iter();
                let aliases = |subchart: &Chart| {
                    let declared = chart.metadata.dependencies.iter().flatten();
                    let of_it = declared.filter(|dependency| dependency.name == subchart.name());
                    let names = of_it.map(|dependency| dependency.alias.clone()).filter(|alias| !alias.is_empty());
                    names.chain([subchart.name().to_owned()]).collect::<Vec<_>>()
                };
                below.find_map(|subchart| {
                    let mut names = aliases(subchart).into_iter();
                    names.find_map(|as_name| search(subchart, &format!("{path}/charts/{as_name}"), name))
                })
            })
        }
        let chart = self.chart?;
        search(chart, chart.name(), name)
    }

    /// Whether the values of a subchart stand under this key.
    fn is_subchart(&self, name: &Str) -> bool {
        let same = |other: &str| other.as_bytes() == name.as_bytes();
        self.chart.is_some_and(|chart| {
            let mut declared = chart.metadata.dependencies.iter().flatten();
            chart.dependencies.iter().any(|subchart| same(subchart.name()))
                || declared.any(|dependency| same(&dependency.alias))
        })
    }

    /// All template files, each with its text.
    fn templates(&self) -> Vec<&chart::File> {
        fn collect<'c>(chart: &'c Chart, files: &mut Vec<&'c chart::File>) {
            files.extend(&chart.templates);
            chart.dependencies.iter().for_each(|subchart| collect(subchart, files));
        }
        let mut files = Vec::new();
        self.chart.into_iter().for_each(|chart| collect(chart, &mut files));
        files
    }
}

impl Excerpt {
    /// The lines around a place; `column` from 0. Without lines where the text has no such line.
    fn new(file: String, text: &[u8], line: usize, column: Option<usize>, around: usize) -> Excerpt {
        let text = String::from_utf8_lossy(text);
        let first = line.saturating_sub(around).max(1);
        let lines: Vec<(usize, String)> = text
            .lines()
            .enumerate()
            .map(|(index, text)| (index + 1, text.to_owned()))
            .skip(first - 1)
            .take_while(|(number, _)| *number <= line + around)
            .collect();
        let text = lines.iter().find(|(number, _)| *number == line).map(|(_, text)| text.clone()).unwrap_or_default();
        let at = Location { file, line, column: column.map(|column| column + 1), template: None, text };
        Excerpt { at, lines, width: 1 }
    }
}
