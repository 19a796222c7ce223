//! `mizzen render`: the services of a folder as manifests.

use super::argument::{format, text};
use super::factory::{self, Factory};
use super::folder::Document;
use super::job::{self, Failure, Job, Outcome};
use super::json::{self, object, optional};
use super::ledger::Ledger;
use super::progress::Progress;
use super::{Exit, Streams, sources, workers};
use crate::bundle::stored::HIDDEN_INVENTORY as INVENTORY;
use crate::bundle::{Entry, Inventory, digest};
use crate::go::Value;
use crate::profile::Profile;
use crate::yaml;
use clap::{ArgMatches, Command};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("render")
        .about("Render services from their configuration.yml and the platform library")
        .args(factory::arguments())
        .arg(text("output-dir", "DIR", "write DIR/<service>/<kind>-<name>.yaml instead of a stream").short('o'))
        .arg(format(
            ["yaml", "json"],
            "yaml, or json with every service's status and manifests (schemas/render.schema.json)",
        ))
        .args(job::arguments())
        .arg(factory::strict_argument())
        .after_help("Exit status: 0 where all services were rendered, 1 where one failed, 2 for a wrong command line.\n\nExample: mizzen render storefront --env production -n shop -o manifests")
}

/// How a service ended, as JSON names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Rendered,
    Skipped,
    Failed,
}

/// One service of the report.
struct Row {
    folder: String,
    outcome: Outcome,
    status: Status,
    /// The files whose bytes changed.
    changed: HashSet<String>,
}

/// Renders the services. One that fails does not keep the others from being written.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(refusal) => return refusal.report(streams),
    };
    let job = match Job::new(arguments, &factory, profile) {
        Ok(job) => job,
        Err(text) => return streams.fail(&text),
    };
    factory.warn_misnamed(streams);
    let dir = arguments.get_one::<String>("output-dir").map(Path::new);
    if let Some(text) = dir.and_then(|dir| factory.refuse_output(dir)) {
        return streams.fail(&text);
    }
    let as_json = arguments.get_one::<String>("format").is_some_and(|format| format == "json");
    let as_files = as_json || dir.is_some();
    let mut progress = Progress::new(factory.services.len());
    let outcomes = workers::run(
        factory.services.len(),
        || job.bench(),
        |bench, index| factory.services.get(index).map(|service| job.render(bench, service, as_files)),
        |done| progress.step(done, streams),
    );
    progress.end(streams);
    let strict = arguments.get_flag("strict");
    let mut rows = judge(&factory, outcomes.into_iter().flatten(), strict);
    let mut exit = Exit::Success;
    if let Some(dir) = dir
        && let Err(text) = write(dir, &factory, &mut rows, arguments, profile)
    {
        exit = streams.fail(&text);
    }
    for row in &rows {
        row.outcome.log.iter().for_each(|line| streams.say(line));
        if let Ok(rendered) = &row.outcome.result {
            rendered.unread.iter().for_each(|finding| streams.say(&format!("warning: {finding}")));
        }
        match &row.outcome.result {
            Ok(rendered) if dir.is_none() && !as_json => {
                if streams.out.write_all(&rendered.stream).is_err() {
                    return Exit::BrokenPipe;
                }
            }
            Ok(_) => {}
            Err(failure) if row.status == Status::Skipped => {
                streams.say(&format!("warning: {}: {}: skipped", row.folder, failure.text));
            }
            Err(failure) => exit = streams.fail(&format!("{}: {}", row.folder, failure.text)),
        }
    }
    if as_json && streams.out.write_all(&report(&rows, dir.is_some())).is_err() {
        return Exit::BrokenPipe;
    }
    exit
}

/// What the outcomes come to: a name belongs to one service, and without one a service is skipped.
fn judge(factory: &Factory, outcomes: impl Iterator<Item = Outcome>, strict: bool) -> Vec<Row> {
    let mut named: HashMap<String, String> = HashMap::new();
    let mut rows = Vec::new();
    for (service, mut outcome) in factory.services.iter().zip(outcomes) {
        let folder = service.folder.clone();
        if let Ok(rendered) = &outcome.result {
            if let Some(other) = named.get(&rendered.name) {
                let text = format!("service.name `{}` is already that of `{other}`", rendered.name);
                outcome.result = Err(Failure { text, nameless: false, name: Some(rendered.name.clone()) });
            } else {
                named.insert(rendered.name.clone(), folder.clone());
            }
        }
        let status = match &outcome.result {
            Ok(_) => Status::Rendered,
            Err(failure) if failure.nameless && !strict => Status::Skipped,
            Err(_) => Status::Failed,
        };
        rows.push(Row { folder, outcome, status, changed: HashSet::new() });
    }
    rows
}

/// Writes the files, and removes those of an earlier render that are not made any more.
fn write(
    dir: &Path,
    factory: &Factory,
    rows: &mut [Row],
    arguments: &ArgMatches,
    profile: &'static Profile,
) -> Result<(), String> {
    let mut ledger = Ledger::open(dir)?;
    let made = rows.iter().filter_map(|row| row.outcome.result.as_ref().ok());
    let files = made.flat_map(|made| made.documents.iter().map(|document| format!("{}/{}", made.name, document.file)));
    let mut files: Vec<String> = files.collect();
    if !files.is_empty() {
        files.push(INVENTORY.to_owned());
    }
    ledger.begin(files.into_iter())?;
    let mut entries = Vec::new();
    let mut rendered: HashSet<String> = HashSet::new();
    // What a service that fails had before stays, and where its name is not known nothing of any other goes.
    let mut broken: HashSet<String> = HashSet::new();
    let mut all = !factory.selected;
    for row in rows.iter_mut() {
        match &row.outcome.result {
            Ok(service) => {
                for document in &service.documents {
                    let (file, bytes) = (format!("{}/{}", service.name, document.file), document.bytes());
                    if ledger.write(&file, &bytes)? {
                        row.changed.insert(document.file.clone());
                    }
                    entries.push(Entry {
                        service: service.name.clone(),
                        api_version: document.api_version.clone(),
                        kind: document.kind.clone(),
                        name: document.name.clone(),
                        digest: digest([bytes.as_slice()]),
                        file,
                        ..Entry::default()
                    });
                }
                rendered.insert(service.name.clone());
            }
            Err(failure) => match &failure.name {
                Some(name) => {
                    broken.insert(name.clone());
                }
                None => all = all && row.status == Status::Skipped,
            },
        }
    }
    let stays = |service: &str| !rendered.contains(service) && (!all || broken.contains(service));
    ledger.keep(|path| path.contains('/') && stays(path.split('/').next().unwrap_or_default()));
    let mut inventory = inventory(factory, rows, arguments, profile)?;
    inventory.objects = entries;
    // What is said of the services that stay as they were stays, too.
    if let Some(old) = std::fs::read(dir.join(INVENTORY)).ok().and_then(|text| Inventory::read(&text).ok()) {
        inventory.sources.extend(old.sources.into_iter().filter(|source| stays(&source.name)));
        inventory.objects.extend(old.objects.into_iter().filter(|entry| stays(&entry.service)));
    }
    inventory.sources.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.objects.sort_by(|a, b| a.file.cmp(&b.file));
    if !inventory.objects.is_empty() {
        ledger.write(INVENTORY, inventory.json().as_bytes())?;
    }
    ledger.finish().map(|_| ())
}

/// What made the rendered services, for `mizzen verify`.
fn inventory(
    factory: &Factory,
    rows: &[Row],
    arguments: &ArgMatches,
    profile: &'static Profile,
) -> Result<Inventory, String> {
    let libraries: HashMap<&str, String> = factory
        .libraries
        .entries
        .iter()
        .map(|entry| (entry.library.version.as_str(), sources::digest_library(&entry.library)))
        .collect();
    let mut made = Vec::new();
    for (service, row) in factory.services.iter().zip(rows) {
        if let Ok(rendered) = &row.outcome.result {
            let library = libraries.get(rendered.library.as_str()).cloned();
            made.push(sources::service_source(&rendered.name, service, &rendered.library, library));
        }
    }
    sources::inventory(made, arguments, profile)
}

/// As schemas/render.schema.json describes it.
fn report(rows: &[Row], written: bool) -> Vec<u8> {
    let services = rows.iter().map(|row| {
        let status = match row.status {
            Status::Rendered => "rendered",
            Status::Skipped => "skipped",
            Status::Failed => "failed",
        };
        let rendered = row.outcome.result.as_ref().ok();
        let failure = row.outcome.result.as_ref().err();
        let documents = rendered.map(|rendered| rendered.documents.as_slice()).unwrap_or_default();
        let name = rendered.map(|rendered| &rendered.name).or(failure.and_then(|failure| failure.name.as_ref()));
        object([
            ("folder", Value::string(row.folder.as_str())),
            ("name", optional(name.map(String::as_str))),
            ("library", optional(rendered.map(|rendered| rendered.library.as_str()))),
            ("status", Value::string(status)),
            ("error", optional(failure.map(|failure| failure.text.as_str()))),
            ("warnings", Value::strings(warnings(row).iter().map(String::as_str))),
            (
                "manifests",
                Value::list(documents.iter().map(|document| manifest(row, document, written)).collect::<Vec<_>>()),
            ),
        ])
    });
    json::document(&object([("services", Value::list(services.collect::<Vec<_>>()))]))
}

/// What is said of a service that was rendered, but perhaps not as its team meant it.
fn warnings(row: &Row) -> Vec<String> {
    let unread = row.outcome.result.iter().flat_map(|rendered| rendered.unread.iter().map(ToString::to_string));
    row.outcome.log.iter().cloned().chain(unread).collect()
}

fn manifest(row: &Row, document: &Document, written: bool) -> Value {
    let head = object([
        ("source", Value::string(document.source.as_str())),
        ("apiVersion", Value::string(document.api_version.as_str())),
        ("kind", Value::string(document.kind.as_str())),
        ("name", Value::string(document.name.as_str())),
        ("file", Value::string(document.file.as_str())),
    ]);
    if let Some(dict) = head.as_dict() {
        if written {
            dict.insert("changed", Value::Bool(row.changed.contains(&document.file)));
        } else {
            // The manifest was read as YAML already.
            dict.insert("manifest", yaml::unmarshal(&document.content).unwrap_or_default());
        }
    }
    head
}
