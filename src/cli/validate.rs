//! `mizzen validate`: everything that is wrong with the services' configurations, and where.

use super::argument::{format, text};
use super::factory::{self, Factory};
use super::job::{Bench, Job};
use super::report::{self, Format};
use super::{Exit, Streams, folder, workers};
use crate::go::Dict;
use crate::profile::Profile;
use crate::services::check::value_at;
use crate::services::network::Claim;
use crate::services::places::Place;
use crate::services::{self, Finding, Guide, Misnamed, Service, Source};
use clap::{ArgMatches, Command};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("validate")
        .about("Find what is wrong with the configurations of services, in every environment")
        .args(factory::arguments())
        .arg(format(
            ["text", "json", "github", "junit", "sarif"],
            "text, json (schemas/validate.schema.json), github, junit or sarif",
        ))
        .arg(text("output", "FILE", "write the report to a file, and text to standard output").short('o'))
        .arg(factory::strict_argument())
        .after_help(
            "Exit status: 0 where nothing is wrong, 1 where something is, 2 for a wrong command line.\n\n\
             Example: mizzen validate --format junit -o validate.xml",
        )
}

/// A service in one environment.
struct Task {
    /// The index of the service.
    service: usize,
    /// `None` for configuration.yml alone.
    environment: Option<String>,
    layered: Service,
}

/// What a thread leaves of a task.
#[derive(Default)]
struct Seen {
    findings: Vec<Finding>,
    name: Option<(String, Place)>,
    claims: Vec<(Claim, Place)>,
    /// Kind and name of each resource.
    resources: Vec<String>,
}

/// Checks the services and reports.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let mut factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(refusal) => return refusal.report(streams),
    };
    let wanted: BTreeSet<String> = factory.services.iter().map(|service| service.folder.clone()).collect();
    let environment = arguments.get_one::<String>("env").map(String::as_str);
    if factory.selected {
        // What collides with a service may be any other.
        match services::discover(Path::new(&factory.folder), environment) {
            Ok(found) => factory.services = found.services,
            Err(error) => return streams.fail(&error.to_string()),
        }
    }
    let tasks = tasks(&factory, environment);
    let job = Job::plain(&factory, profile, "default");
    let seen = workers::run(
        tasks.len(),
        || job.bench(),
        |bench, index| tasks.get(index).map(|task| look(&job, bench, &task.layered)).unwrap_or_default(),
        |_| {},
    );
    let mut findings: BTreeSet<Finding> = BTreeSet::new();
    findings.extend(factory.misnamed.iter().map(misnamed));
    findings.extend(collisions(&factory, &tasks, &seen));
    findings.extend(seen.into_iter().flat_map(|seen| seen.findings));
    let findings: Vec<Finding> =
        findings.into_iter().filter(|finding| wanted.contains(&finding.service) || !factory.selected).collect();
    let folders: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let format = Format::named(arguments.get_one::<String>("format").map_or("text", String::as_str));
    let text = report::write(format, &findings, &folders);
    let shown = match arguments.get_one::<String>("output") {
        None => text,
        Some(path) => {
            if let Err(error) = folder::replace(Path::new(path), text.as_bytes()) {
                return streams.fail(&format!("cannot write `{path}`: {error}"));
            }
            report::write(Format::Text, &findings, &folders)
        }
    };
    if streams.out.write_all(shown.as_bytes()).is_err() {
        return Exit::BrokenPipe;
    }
    streams.say(&report::summary(&findings, folders.len()));
    if findings.is_empty() { Exit::Success } else { Exit::Failure }
}

/// Every service alone, and in each environment for which it has a file, unless one environment is asked for.
fn tasks(factory: &Factory, environment: Option<&str>) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (index, service) in factory.services.iter().enumerate() {
        tasks.push(Task { service: index, environment: None, layered: service.clone() });
        for (name, _) in service.environments.iter().filter(|_| environment.is_none()) {
            let mut layered = service.clone();
            layered.add_environment(name);
            tasks.push(Task { service: index, environment: Some(name.clone()), layered });
        }
    }
    tasks
}

fn look<'a>(job: &Job<'a>, bench: &Bench<'a>, service: &Service) -> Seen {
    let checked = services::check(service, &bench.platforms);
    let mut seen = Seen { findings: checked.findings, claims: checked.claims, ..Seen::default() };
    let Some((configuration, index, values)) = checked.result else { return seen };
    let source = Source::new(service);
    let name = ["service".to_owned(), "name".to_owned()];
    seen.name = Some((configuration.name.clone(), source.place(&name)));
    let Ok(platform) = bench.platforms.at(index) else { return seen };
    match job.manifests(bench, platform, &configuration, values.deep_copy(), &mut |_| {}) {
        Ok(manifests) => {
            seen.findings.extend(job.unread(bench, platform, service, &configuration));
            let heads = manifests.manifests.iter().map(|manifest| &manifest.head);
            for head in heads.chain(manifests.hooks.iter().map(|hook| &hook.head)) {
                seen.resources.push(format!("{} `{}`", head.kind, head.name));
            }
        }
        // Where the configuration is wrong already, the templates only say so again.
        Err(text) if seen.findings.is_empty() => {
            seen.findings.push(refused(&source, bench.platforms.guide(index), &values, &text));
        }
        Err(_) => {}
    }
    seen
}

/// What the library says of a configuration that it cannot render, at the place that it speaks of.
fn refused(source: &Source<'_>, guide: Option<&Guide>, values: &Dict, text: &str) -> Finding {
    let message = text.rsplit_once("): ").map_or(text, |(_, message)| message);
    let known = |path: &[String]| value_at(values, path).is_some() || guide.is_some_and(|guide| guide.knows(path));
    let words = message.split(|char: char| !(char.is_ascii_alphanumeric() || "._-".contains(char)));
    let path = words
        .map(|word| word.trim_matches('.').split('.').map(str::to_owned).collect::<Vec<String>>())
        .find(|path| path.iter().all(|key| !key.is_empty()) && known(path));
    let hint = path.as_ref().and_then(|path| {
        let described = guide?.description(path)?;
        Some(format!("{}: {described}", path.join(".")))
    });
    let hint = hint.or_else(|| {
        (message != text).then(|| format!("see the library: {}", text.trim_end_matches(message).trim_end_matches(": ")))
    });
    source.finding(&path.unwrap_or_default(), "render", message.to_owned(), hint)
}

fn misnamed(file: &Misnamed) -> Finding {
    Finding {
        path: file.path.clone(),
        line: 0,
        column: 0,
        rule: "file-name",
        service: file.folder.clone(),
        message: "this file is not read".to_owned(),
        hint: Some(file.hint.clone()),
    }
}

/// What two services want that only one can have, in any environment.
fn collisions(factory: &Factory, tasks: &[Task], seen: &[Seen]) -> Vec<Finding> {
    let mut environments: BTreeSet<Option<&str>> = BTreeSet::new();
    let mut by_task: HashMap<(usize, Option<&str>), &Seen> = HashMap::new();
    for (task, seen) in tasks.iter().zip(seen) {
        environments.insert(task.environment.as_deref());
        by_task.insert((task.service, task.environment.as_deref()), seen);
    }
    let mut findings = Vec::new();
    for environment in environments {
        let mut names: HashMap<&str, &str> = HashMap::new();
        let mut claims: HashMap<&str, &str> = HashMap::new();
        let mut resources: HashMap<&str, &str> = HashMap::new();
        for (index, service) in factory.services.iter().enumerate() {
            let Some(seen) = by_task.get(&(index, environment)).or_else(|| by_task.get(&(index, None))) else {
                continue;
            };
            let folder = service.folder.as_str();
            let mut add = |place: &Place, rule, message: String, hint: &str| {
                findings.push(Finding {
                    path: place.path.clone(),
                    line: place.line,
                    column: place.column,
                    rule,
                    service: folder.to_owned(),
                    message,
                    hint: Some(hint.to_owned()),
                });
            };
            let Some((name, place)) = &seen.name else { continue };
            if let Some(other) = names.insert(name, folder) {
                let message = format!("service.name `{name}` is already that of `{other}`");
                add(place, "name-twice", message, "every service needs a name of its own");
                // All their resources collide too.
                continue;
            }
            for (claim, place) in &seen.claims {
                if let Some(other) = claims.insert(&claim.what, folder).filter(|other| *other != folder) {
                    let message = format!("{} is already that of `{other}`", claim.what);
                    add(place, claim.rule, message, "only one service can have it");
                }
            }
            for resource in &seen.resources {
                if let Some(other) = resources.insert(resource, folder).filter(|other| *other != folder) {
                    let message = format!("the {resource} is already made for `{other}`");
                    add(
                        place,
                        "resource-twice",
                        message,
                        "one of the two would replace the other: give it another name",
                    );
                }
            }
        }
    }
    findings
}
