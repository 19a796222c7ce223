//! `mizzen lint`: what is wrong with charts, as `helm lint` says it, and for machines.

use super::flags::{Flag, Kind};
use super::helm::{self, Command, Invocation, absolute, flag, read_values_file};
use super::host;
use super::json::{self, object, optional};
use super::report::{self, Format};
use super::{Exit, Streams};
use crate::chart::{self, archive, metadata};
use crate::engine::KubeVersion;
use crate::go::fs::path_error;
use crate::go::strconv::quote;
use crate::go::{Dict, Value, path};
use crate::lint::{self, Message, Severity};
use crate::profile::Profile;
use crate::values;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

static FLAGS: &[Flag] = &[
    flag("strict", None, Kind::Bool, "fail on warnings too"),
    flag("with-subcharts", None, Kind::Bool, "lint the charts under charts/ too"),
    flag("quiet", None, Kind::Bool, "print only warnings and errors"),
    flag("kube-version", None, Kind::Text, "the Kubernetes version in .Capabilities.KubeVersion and for deprecations")
        .takes("VERSION"),
    flag("skip-schema-validation", None, Kind::Bool, "do not check values against schemas"),
    flag("format", None, Kind::Text, "text, json (schemas/lint.schema.json) or github").takes("FORMAT"),
];

/// The command.
pub static COMMAND: Command = Command {
    name: "lint",
    aliases: &[],
    about: "Look for what is wrong with a chart, as `helm lint` does",
    usage: "PATH...",
    flags: &[FLAGS, helm::VALUE_FLAGS],
    example: "mizzen lint --strict ./chart -f values.yaml",
    run,
};

/// As newLintCmd's RunE.
fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    let parsed = invocation.parsed;
    let format = match parsed.text("format").unwrap_or("text") {
        name @ ("text" | "json" | "github") => Format::named(name),
        other => return streams.fail(&format!("unknown format `{other}`\nhint: use one of text, json, github")),
    };
    let linting = match Linting::new(invocation) {
        Ok(linting) => linting,
        Err(text) => return streams.fail(&text),
    };
    let tolerated = if parsed.bool("strict") { Severity::Info } else { Severity::Warning };
    let charts: Vec<Linted> = linting.paths.iter().map(|path| linting.lint(path, streams)).collect();
    let failed = charts.iter().filter(|chart| chart.worst() > tolerated).count();
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", charts.len());
    let shown = if parsed.bool("quiet") { Severity::Warning } else { Severity::Info };
    let mut report = match format {
        Format::Json => document(&charts, shown, tolerated),
        Format::GitHub => charts.iter().flat_map(|chart| chart.annotations(shown)).collect(),
        _ => charts.iter().map(|chart| chart.text(shown)).collect(),
    };
    let is_text = format == Format::Text;
    if is_text && failed == 0 && (shown == Severity::Info || !report.is_empty()) {
        report += &format!("{summary}\n");
    }
    if streams.out.write_all(report.as_bytes()).and_then(|()| streams.out.flush()).is_err() {
        return Exit::BrokenPipe;
    }
    if failed > 0 {
        return streams.fail(&summary);
    }
    if !is_text {
        streams.say(&summary);
    }
    Exit::Success
}

/// A chart, and what was found in it, or Helm's text where it cannot be linted.
struct Linted {
    path: String,
    found: Result<Vec<Message>, String>,
}

impl Linted {
    /// The messages that are as severe as `shown`.
    fn messages(&self, shown: Severity) -> impl Iterator<Item = &Message> {
        self.found.iter().flatten().filter(move |message| message.severity >= shown)
    }

    /// How severe the worst is that was found.
    fn worst(&self) -> Severity {
        match &self.found {
            Ok(messages) => messages.iter().map(|message| message.severity).max().unwrap_or(Severity::Info),
            Err(_) => Severity::Error,
        }
    }

    /// As Helm prints it; nothing where nothing is as severe as `shown`.
    fn text(&self, shown: Severity) -> String {
        if self.worst() < shown {
            return String::new();
        }
        let lines: String = match &self.found {
            Ok(_) => self.messages(shown).map(|message| format!("{message}\n")).collect(),
            Err(error) => format!("Error {error}\n"),
        };
        format!("==> Linting {}\n{lines}\n", self.path)
    }

    /// A workflow command for each message.
    fn annotations(&self, shown: Severity) -> Vec<String> {
        let annotation = |severity: Severity, path: &str, text: &str| {
            let level = match severity {
                Severity::Info => "notice",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let file = if path.starts_with('/') { path.to_owned() } else { joined(&self.path, path) };
            report::annotation(level, &[("file", file), ("title", "lint".to_owned())], text)
        };
        match &self.found {
            Ok(_) => self.messages(shown).map(|found| annotation(found.severity, &found.path, &found.text)).collect(),
            Err(error) => vec![annotation(Severity::Error, "", error)],
        }
    }
}

/// As schemas/lint.schema.json describes it.
fn document(charts: &[Linted], shown: Severity, tolerated: Severity) -> String {
    let charts = charts.iter().map(|chart| {
        let messages = chart.messages(shown).map(|message| {
            object([
                ("severity", Value::string(message.severity.name().to_ascii_lowercase())),
                ("path", Value::string(message.path.as_str())),
                ("message", Value::string(message.text.as_str())),
            ])
        });
        object([
            ("path", Value::string(chart.path.as_str())),
            ("failed", Value::Bool(chart.worst() > tolerated)),
            ("error", optional(chart.found.as_ref().err().map(String::as_str))),
            ("messages", Value::list(messages.collect::<Vec<_>>())),
        ])
    });
    let report = object([("charts", Value::list(charts.collect::<Vec<_>>()))]);
    String::from_utf8_lossy(&json::document(&report)).into_owned()
}

/// What the charts are linted with, and which they are.
struct Linting {
    paths: Vec<String>,
    values: Dict,
    namespace: String,
    kube_version: Option<KubeVersion>,
    skip_schema_validation: bool,
    profile: &'static Profile,
}

impl Linting {
    fn new(invocation: &Invocation<'_>) -> Result<Linting, String> {
        let profile = invocation.profile;
        let mut paths = invocation.parsed.arguments.clone();
        if paths.is_empty() && profile.lint.needs_path {
            return Err("\"helm lint\" requires at least 1 argument\n\nUsage:  helm lint PATH [flags]".to_owned());
        }
        if paths.is_empty() {
            paths.push(".".to_owned());
        }
        let kube_version = invocation.kube_version()?;
        if invocation.parsed.bool("with-subcharts") {
            for path in paths.clone() {
                subcharts(&joined(&path, "charts"), 0, &mut paths);
            }
        }
        let values = values::user_values(&invocation.values(), profile, &mut read_values_file)
            .map_err(|error| error.to_string())?;
        Ok(Linting {
            paths,
            values,
            namespace: invocation.namespace(),
            kube_version,
            skip_schema_validation: invocation.parsed.bool("skip-schema-validation"),
            profile,
        })
    }

    fn lint(&self, path: &str, streams: &mut Streams<'_>) -> Linted {
        Linted { path: path.to_owned(), found: self.messages(path, streams) }
    }

    /// As lintChart: an archive is unpacked for it. The error is Helm's text.
    fn messages(&self, path: &str, streams: &mut Streams<'_>) -> Result<Vec<Message>, String> {
        let unpacked = if is_archive(path) { Some(unpack(path, self.profile)?) } else { None };
        let folder = match &unpacked {
            Some((_, folder)) => folder.clone(),
            None => path.to_owned(),
        };
        let chart_yaml = joined(&folder, "Chart.yaml");
        fs::metadata(&chart_yaml).map_err(|error| {
            format!("unable to check Chart.yaml file in chart: {}", path_error("stat", &chart_yaml, &error))
        })?;
        let options = lint::Options {
            values: &self.values,
            namespace: &self.namespace,
            kube_version: self.kube_version.as_ref(),
            skip_schema_validation: self.skip_schema_validation,
        };
        let host = host::choose(None);
        Ok(lint::lint(&absolute(&folder)?, &options, &*host, self.profile, &mut |record| streams.log(&record)))
    }
}

fn is_archive(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

/// As filepath.Join.
fn joined(folder: &str, name: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), name.as_bytes()])).into_owned()
}

/// As filepath.Walk for charts: a folder's entries by name, and what is in each folder after it.
fn subcharts(folder: &str, depth: usize, paths: &mut Vec<String>) {
    /// How deep charts stand in charts, far beyond what is real.
    const MAX_DEPTH: usize = 100;
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = joined(folder, &name);
        if name == "Chart.yaml" {
            paths.push(folder.to_owned());
        } else if is_archive(&path) {
            paths.push(path.clone());
        }
        if depth < MAX_DEPTH && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            subcharts(&path, depth + 1, paths);
        }
    }
}

/// A folder that goes with its last owner.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Temporary, String> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("mizzen-lint-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).map_err(|error| {
            let error = path_error("mkdir", &folder.to_string_lossy(), &error);
            format!("unable to create temp dir to extract tarball: {error}")
        })?;
        Ok(Temporary(folder))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary folder, which is emptied by itself.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// As chartutil.Expand into a temporary folder: that folder, and the chart's within it.
fn unpack(path: &str, profile: &'static Profile) -> Result<(Temporary, String), String> {
    let temporary = Temporary::new()?;
    let mut file = fs::File::open(path)
        .map_err(|error| format!("unable to open tarball: {}", path_error("open", path, &error)))?;
    let folder =
        expand(&temporary.0, &mut file, profile).map_err(|error| format!("unable to extract tarball: {error}"))?;
    Ok((temporary, folder))
}

fn expand(folder: &Path, source: &mut dyn std::io::Read, profile: &'static Profile) -> Result<String, String> {
    let files = archive::files(source, profile, chart::load::MAX_CHART_SIZE).map_err(|error| error.to_string())?;
    let mut metadata = chart::Metadata::default();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        metadata = chart::Metadata::default();
        metadata::unmarshal(&file.data, &mut metadata, profile)
            .map_err(|error| format!("cannot load Chart.yaml: {error}"))?;
    }
    let name = metadata.name.as_str();
    if name.is_empty() {
        return Err("chart name not specified".to_owned());
    }
    if name == "." || name == ".." {
        return Err(format!("chart name {} is not allowed", quote(name.as_bytes())));
    }
    if path::base(name.as_bytes()) != name.as_bytes() {
        return Err(format!("chart name {} must not contain path separators", quote(name.as_bytes())));
    }
    let chart = folder.join(name);
    for file in &files {
        let target = chart.join(&file.name);
        let written = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&target, &file.data));
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                path_error("mkdir", &target.parent().unwrap_or(folder).to_string_lossy(), &error)
            }
            _ => path_error("open", &target.to_string_lossy(), &error),
        })?;
    }
    Ok(chart.to_string_lossy().into_owned())
}
