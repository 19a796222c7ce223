//! `mizzen lint`: what is wrong with charts, as `helm lint` says it.

use super::flags::{Flag, Kind};
use super::helm::{self, Command, Invocation, absolute, flag, read_values_file};
use super::host;
use super::{Exit, Streams};
use crate::chart::{self, archive, metadata};
use crate::engine::KubeVersion;
use crate::go::fs::path_error;
use crate::go::strconv::quote;
use crate::go::{Dict, path};
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
    let linting = match Linting::new(invocation) {
        Ok(linting) => linting,
        Err(text) => return streams.fail(&text),
    };
    let parsed = invocation.parsed;
    let quiet = parsed.bool("quiet");
    let tolerated = if parsed.bool("strict") { Severity::Info } else { Severity::Warning };
    let mut text = String::new();
    let (mut failed, mut noteworthy) = (0, 0);
    for path in &linting.paths {
        let found = linting.lint(path, streams);
        let is_noteworthy = match &found {
            Ok(messages) => messages.iter().any(|message| message.severity > Severity::Info),
            Err(_) => true,
        };
        noteworthy += usize::from(is_noteworthy);
        failed += usize::from(match &found {
            Ok(messages) => messages.iter().any(|message| message.severity > tolerated),
            Err(_) => true,
        });
        if quiet && !is_noteworthy {
            continue;
        }
        text += &format!("==> Linting {path}\n");
        match found {
            Ok(messages) => {
                for message in messages.iter().filter(|message| !quiet || message.severity > Severity::Info) {
                    text += &format!("{message}\n");
                }
            }
            Err(error) => text += &format!("Error {error}\n"),
        }
        text += "\n";
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", linting.paths.len());
    if failed == 0 && (!quiet || noteworthy > 0) {
        text += &summary;
        text += "\n";
    }
    if streams.out.write_all(text.as_bytes()).and_then(|()| streams.out.flush()).is_err() {
        return Exit::BrokenPipe;
    }
    if failed == 0 { Exit::Success } else { streams.fail(&summary) }
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

    /// As lintChart: an archive is unpacked for it. The error is Helm's text.
    fn lint(&self, path: &str, streams: &mut Streams<'_>) -> Result<Vec<Message>, String> {
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
