//! `mizzen compat`: what would change with another version of Helm, for charts and for the services of a factory.

use super::argument::{flag, format, text};
use super::factory::{self, Factory};
use super::folder::{self, Document};
use super::helm::read_values_file;
use super::job::{self, Job};
use super::reproducible::{self, Reproducible};
use super::{Exit, Streams, workers};
use crate::chart;
use crate::engine;
use crate::go::Dict;
use crate::output;
use crate::profile::{PROFILES, Profile};
use crate::render::{self, Options};
use crate::values;
use clap::{Arg, ArgMatches, Command};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

pub mod comparison;
pub mod report;

use comparison::{Comparison, Verdict};

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("compat")
        .about("Show what would change with another version of Helm")
        .arg(
            Arg::new("chart")
                .value_name("CHART")
                .num_args(0..)
                .help("charts, as folders or archives; where none is named, all services of the factory"),
        )
        .arg(text("from", "VERSION", "the version of Helm that is in use [default: the oldest that is known]"))
        .arg(text("to", "VERSION", "the version of Helm that is to come [default: the newest that is known]"))
        .arg(flag("each", "show every version between, too, each against the one before it"))
        .arg(flag("exact", "also count what is only written differently or in another order"))
        .arg(
            format(["text", "json"], "text, or json with every field that changes (schemas/compat.schema.json)"),
        )
        .arg(
            text("release", "NAME", "the name of a chart's release; a service is called as its configuration says")
                .default_value("release-name"),
        )
        .args(job::arguments())
        .args(factory::places())
        .after_help(
            "Exit status: 0 where nothing changes, 1 where something does, 2 where something cannot be rendered under either version.\n\nExample: mizzen compat ./chart -f production.yaml --from 4.1 --to 4.3",
        )
}

/// What a version of Helm makes of a chart. The error is Helm's text.
pub type Rendering = Result<Rendered, String>;

/// A rendered chart or service.
#[derive(Debug)]
pub struct Rendered {
    /// What `template` prints.
    pub stream: Vec<u8>,
    /// The same by resources.
    pub documents: Vec<Document>,
}

/// What is compared.
enum Subjects {
    Charts(Vec<String>),
    Services,
}

/// Renders under the versions asked for, and reports.
pub fn run(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Exit {
    match compare(arguments, streams) {
        Ok(comparisons) => {
            let exact = arguments.get_flag("exact");
            let as_json = arguments.get_one::<String>("format").is_some_and(|format| format == "json");
            let text = if as_json { report::json(&comparisons, exact) } else { report::text(&comparisons, exact) };
            if streams.out.write_all(&text).is_err() {
                return Exit::BrokenPipe;
            }
            streams.say(&report::summary(&comparisons, exact));
            let verdicts = || comparisons.iter().map(|comparison| comparison.verdict(exact));
            let changed = comparisons.iter().any(|comparison| comparison.changes(false).next().is_some());
            if changed && !arguments.contains_id("kube-version") {
                streams.say("hint: each version assumes a Kubernetes of its own; with --kube-version all assume yours");
            }
            match verdicts().max() {
                None | Some(Verdict::Same) => Exit::Success,
                Some(Verdict::Different) => Exit::Failure,
                Some(Verdict::Failing) => Exit::Usage,
            }
        }
        Err(text) => {
            streams.fail(&text);
            Exit::Usage
        }
    }
}

fn compare(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Result<Vec<Comparison>, String> {
    let versions = versions(arguments)?;
    let charts: Vec<String> = arguments.get_many::<String>("chart").unwrap_or_default().cloned().collect();
    let subjects = if charts.is_empty() { Subjects::Services } else { Subjects::Charts(charts) };
    let request = Request::new(arguments);
    let mut comparisons = Vec::new();
    let mut before: Option<(&'static Profile, Vec<(String, Rendering)>)> = None;
    for profile in versions {
        let renderings = match &subjects {
            Subjects::Charts(paths) => request.charts(paths, profile)?,
            Subjects::Services => services(arguments, profile, streams)?,
        };
        if let Some((from, old)) = &before {
            for ((name, old), (_, new)) in old.iter().zip(&renderings) {
                comparisons.push(Comparison::new(name, [from, profile], old, new));
            }
        }
        before = Some((profile, renderings));
    }
    Ok(comparisons)
}

/// The versions to render under, in order.
fn versions(arguments: &ArgMatches) -> Result<Vec<&'static Profile>, String> {
    let at = |name: &str, default: usize| -> Result<usize, String> {
        match arguments.get_one::<String>(name) {
            None => Ok(default),
            Some(version) => {
                let named = super::named_profile(version)?;
                Ok(PROFILES.iter().position(|profile| *profile == named).unwrap_or(default))
            }
        }
    };
    let (from, to) = (at("from", 0)?, at("to", PROFILES.len() - 1)?);
    if from == to {
        return Err("--from and --to name the same version of Helm".to_owned());
    }
    let (low, high) = (from.min(to), from.max(to));
    let between = PROFILES.iter().enumerate().filter(|(index, _)| {
        (low..=high).contains(index) && (arguments.get_flag("each") || *index == low || *index == high)
    });
    let mut versions: Vec<&'static Profile> = between.map(|(_, profile)| *profile).collect();
    if from > to {
        versions.reverse();
    }
    Ok(versions)
}

/// How charts are to be rendered.
struct Request<'a> {
    arguments: &'a ArgMatches,
    values: values::Options,
    seed: Option<String>,
    /// The values files, which are read once, as standard input cannot be read again.
    files: Mutex<HashMap<String, Result<Vec<u8>, String>>>,
}

impl<'a> Request<'a> {
    fn new(arguments: &'a ArgMatches) -> Request<'a> {
        let seed = reproducible::seed(arguments.get_one::<String>("seed").map(String::as_str));
        Request { arguments, values: job::value_options(arguments), seed, files: Mutex::default() }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(path.to_owned()).or_insert_with(|| read_values_file(path)).clone()
    }

    /// The charts under one version, with their paths.
    fn charts(&self, paths: &[String], profile: &'static Profile) -> Result<Vec<(String, Rendering)>, String> {
        let name = self.arguments.get_one::<String>("release").cloned().unwrap_or_default();
        // Each version of Helm reads --kube-version in its own way.
        let options = job::options(self.arguments, &name, profile)?;
        let options = Options { cache: Some(engine::cache(profile)), ..options };
        Ok(workers::run(
            paths.len(),
            || {
                let user_values = values::user_values(&self.values, profile, &mut |path| self.read(path));
                user_values.map_err(|error| error.to_string())
            },
            |user_values, index| {
                let path = paths.get(index).cloned().unwrap_or_default();
                let rendering = self.chart(&path, user_values, &options, profile);
                (path, rendering)
            },
            |_| {},
        ))
    }

    fn chart(
        &self,
        path: &str,
        user_values: &Result<Dict, String>,
        options: &Options,
        profile: &'static Profile,
    ) -> Rendering {
        let user_values = user_values.as_ref().map_err(Clone::clone)?.deep_copy();
        let chart = chart::load_installable(Path::new(path), profile, &mut |_| {});
        let chart = chart.map_err(|error| error.to_string())?;
        // The same numbers under every version, so that what is random does not count as a change.
        let host = Reproducible::new(self.seed.as_deref().unwrap_or(&options.name));
        let manifests = render::render(chart, &user_values, options, &host, profile, &mut |_| {})
            .map_err(|failure| failure.error.to_string())?;
        let mut stream = Vec::new();
        output::write(&manifests, &output::Options::default(), profile, &mut stream)
            .map_err(|error| error.to_string())?;
        Ok(Rendered { stream, documents: folder::documents(&manifests) })
    }
}

/// All services of the factory under one version, with the names of their folders.
fn services(
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Vec<(String, Rendering)>, String> {
    if arguments.get_many::<String>("values").unwrap_or_default().any(|path| path.trim() == "-") {
        return Err("services are rendered once a version, and standard input can be read only once\nhint: give a file to --values".to_owned());
    }
    let factory: Factory = factory::open(arguments, profile, streams).map_err(|refusal| refusal.text)?;
    let job = Job::new(arguments, &factory, profile)?;
    Ok(workers::run(
        factory.services.len(),
        || job.bench(),
        |bench, index| {
            let service = factory.services.get(index)?;
            let stream = job.render(bench, service, false).result;
            let files = job.render(bench, service, true).result;
            let rendering =
                stream.and_then(|stream| Ok(Rendered { stream: stream.stream, documents: files?.documents }));
            Some((service.folder.clone(), rendering.map_err(|failure| failure.text)))
        },
        |_| {},
    )
    .into_iter()
    .flatten()
    .collect())
}
