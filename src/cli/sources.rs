//! What `bundle`, `verify` and `images` read: services, a chart, or manifests.

use super::argument::{flag, text};
use super::factory::{self, Factory};
use super::helm::read_values_file;
use super::job::{self, Bench, Failure, Job};
use super::reproducible::{self, Reproducible};
use super::{Exit, Streams, workers};
use crate::bundle::{Inventory, Piece, Source, Stage, digest, stored};
use crate::chart::{self, Chart};
use crate::go::{Level, Log, Value, json, strconv};
use crate::manifest::sort::Event;
use crate::manifest::{self, Hook, Manifests};
use crate::profile::Profile;
use crate::render::{self, Options};
use crate::services::{Library, Service};
use crate::{values, yaml};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;

/// The arguments that say what is read, and how it is rendered.
pub fn arguments() -> Vec<Arg> {
    let mut arguments = factory::arguments();
    arguments.extend(job::arguments());
    arguments.extend([
        text("chart", "CHART", "a chart as a folder or archive, instead of services").conflicts_with("manifests"),
        text("release", "NAME", "the name of the chart's release [default: release-name]").requires("chart"),
        text(
            "manifests",
            "PATH",
            "rendered manifests in a folder or file, or - for standard input, instead of services",
        ),
        flag("no-hooks", "leave out what Helm runs as hooks"),
        factory::strict_argument(),
    ]);
    arguments
}

/// Arguments that hold values, which may be secret, and are therefore in no inventory.
const SECRET: &[&str] = &["set", "set-string", "set-file", "set-json", "set-literal"];

/// Arguments that an inventory does not hold, as they say nothing of the objects.
const SILENT: &[&str] = &[
    "output",
    "prune",
    "rollback",
    "rollback-prune",
    "output-dir",
    "strict",
    "format",
    "helm-version",
    "error-format",
];

/// Arguments that name places: what is there counts and not where that is.
const PLACES: &[&str] = &["chart", "manifests", "library", "services", "schema", "values", "since"];

/// Everything that was read.
pub struct Gathered {
    /// The documents.
    pub pieces: Vec<Piece>,
    /// What there is to say of them, without the objects.
    pub inventory: Inventory,
}

/// The pieces and the source that one service or chart makes.
type Part = (Vec<Piece>, Source);

/// Which hooks are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    None,
    /// Those that kubectl can apply: no tests, and none that run when something goes.
    Applied,
    All,
}

impl Hooks {
    /// None with `--no-hooks`.
    fn unless_left_out(self, arguments: &ArgMatches) -> Hooks {
        if arguments.get_flag("no-hooks") { Hooks::None } else { self }
    }
}

/// Reads and renders what the arguments name. The error is how the command ends.
pub fn gather(
    arguments: &ArgMatches,
    hooks: Hooks,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Gathered, Exit> {
    let hooks = hooks.unless_left_out(arguments);
    let usage = |text: String, streams: &mut Streams<'_>| {
        streams.fail(&text);
        Exit::Usage
    };
    let services = arguments.get_many::<String>("service").is_some();
    let chart = arguments.get_one::<String>("chart");
    let manifests = arguments.get_one::<String>("manifests");
    if services && (chart.is_some() || manifests.is_some()) {
        return Err(usage("services are named, and a chart or manifests too".to_owned(), streams));
    }
    if arguments.get_many::<String>("values").unwrap_or_default().any(|path| path.trim() == "-") {
        let text =
            "values cannot come from standard input, as nobody could verify the result\nhint: give a file to --values";
        return Err(usage(text.to_owned(), streams));
    }
    let parts = match (chart, manifests) {
        (Some(path), _) => render_chart(path, arguments, hooks, profile, streams).map(|part| vec![part]),
        (None, Some(path)) => read_manifests(path, hooks, profile).map(|part| vec![part]),
        (None, None) => {
            return render_services(arguments, hooks, profile, streams)
                .and_then(|parts| finish(parts, arguments, profile, streams));
        }
    };
    match parts {
        Ok(parts) => finish(parts, arguments, profile, streams),
        Err(text) => Err(streams.fail(&text)),
    }
}

fn finish(
    parts: Vec<Part>,
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Gathered, Exit> {
    let (mut pieces, mut sources) = (Vec::new(), Vec::new());
    for (part, source) in parts {
        pieces.extend(part);
        sources.push(source);
    }
    let inventory = inventory(sources, arguments, profile).map_err(|text| streams.fail(&text))?;
    Ok(Gathered { pieces, inventory })
}

/// What there is to say of sources that were rendered with these arguments.
pub fn inventory(
    mut sources: Vec<Source>,
    arguments: &ArgMatches,
    profile: &'static Profile,
) -> Result<Inventory, String> {
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    // What says where things are does not change what they are.
    let all = recorded(arguments);
    let mut inventory = Inventory {
        mizzen: env!("CARGO_PKG_VERSION").to_owned(),
        helm: profile.name.to_owned(),
        values: digest_values(arguments, profile)?,
        arguments: all.iter().filter(|(name, _)| !PLACES.contains(&name.as_str())).map(owned).collect(),
        sources,
        ..Inventory::default()
    };
    inventory.digest_inputs();
    inventory.arguments = all;
    Ok(inventory)
}

fn owned((name, values): (&String, &Vec<String>)) -> (String, Vec<String>) {
    (name.clone(), values.clone())
}

/// The arguments that were given, by name, and that an inventory may hold.
pub fn recorded(arguments: &ArgMatches) -> BTreeMap<String, Vec<String>> {
    let mut recorded = given(arguments);
    recorded.retain(|name, _| !SECRET.contains(&name.as_str()));
    recorded
}

/// The arguments that were given, by name, and that say what is made.
pub fn given(arguments: &ArgMatches) -> BTreeMap<String, Vec<String>> {
    let mut recorded = BTreeMap::new();
    for id in arguments.ids() {
        let name = id.as_str();
        if SILENT.contains(&name) || arguments.value_source(name) != Some(ValueSource::CommandLine) {
            continue;
        }
        let given = arguments.get_raw(name).unwrap_or_default();
        let mut given: Vec<String> = given.map(|value| value.to_string_lossy().into_owned()).collect();
        if name == "service" {
            // Their order says nothing.
            given.sort();
        }
        recorded.insert(name.to_owned(), given);
    }
    recorded
}

/// The digest of the values from the command line: what they come to, not how they are written.
///
/// Those from standard input are read once, and not for this.
fn digest_values(arguments: &ArgMatches, profile: &'static Profile) -> Result<String, String> {
    if arguments.get_many::<String>("values").unwrap_or_default().any(|path| path.trim() == "-") {
        return Ok(String::new());
    }
    let values = values::user_values(&job::value_options(arguments), profile, &mut |path| read_values_file(path));
    let values = values.map_err(|error| error.to_string())?;
    let text = json::marshal(&Value::Dict(values))?;
    Ok(digest([text.as_bytes()]))
}

/// Renders the services, all or none.
fn render_services(
    arguments: &ArgMatches,
    hooks: Hooks,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Vec<Part>, Exit> {
    let factory: Factory = factory::open(arguments, profile, streams).map_err(|refusal| refusal.report(streams))?;
    let output = arguments.try_get_one::<String>("output").ok().flatten().filter(|path| *path != "-");
    if let Some(text) = output.and_then(|path| factory.refuse_output(Path::new(path))) {
        return Err(streams.fail(&text));
    }
    let job = Job::new(arguments, &factory, profile).map_err(|text| streams.fail(&text))?;
    factory.warn_misnamed(streams);
    let libraries: Vec<String> = factory.libraries.entries.iter().map(|entry| digest_library(&entry.library)).collect();
    let outcomes = workers::run(
        factory.services.len(),
        || job.bench(),
        |bench, index| {
            let mut log = Vec::new();
            let service = factory.services.get(index)?;
            let part = render_service(&job, bench, service, &libraries, hooks, &mut log);
            Some((service.folder.clone(), part, log))
        },
        |_| {},
    );
    let mut parts: Vec<Part> = Vec::new();
    let mut folders: HashMap<String, String> = HashMap::new();
    let mut failed = None;
    for (folder, part, log) in outcomes.into_iter().flatten() {
        log.iter().for_each(|line| streams.say(line));
        match part {
            Ok(part) => {
                if let Some(other) = folders.insert(part.1.name.clone(), folder.clone()) {
                    let name = &part.1.name;
                    failed =
                        Some(streams.fail(&format!("{folder}: service.name `{name}` is already that of `{other}`")));
                }
                parts.push(part);
            }
            Err(failure) if failure.nameless && !arguments.get_flag("strict") => {
                streams.say(&format!("warning: {folder}: {}: skipped", failure.text));
            }
            Err(failure) => failed = Some(streams.fail(&format!("{folder}: {}", failure.text))),
        }
    }
    failed.map_or(Ok(parts), Err)
}

fn render_service<'a>(
    job: &Job<'a>,
    bench: &Bench<'a>,
    service: &Service,
    libraries: &[String],
    hooks: Hooks,
    log: &mut Vec<String>,
) -> Result<Part, Failure> {
    let (configuration, platform, values) = bench.read(service)?;
    let failed = |text: String| Failure::of(&configuration, text);
    let manifests = job
        .manifests(bench, platform, &configuration, values, &mut |record: Log| {
            if record.level > Level::Debug {
                log.push(record.to_string());
            }
        })
        .map_err(failed)?;
    let index = bench.platforms.index(service, &configuration);
    let library = index.and_then(|index| libraries.get(index)).cloned();
    let name = &configuration.name;
    let source = service_source(name, service, &platform.entry.library.version, library);
    Ok((pieces(name, &manifests, hooks).map_err(failed)?, source))
}

/// What there is to say of a service.
pub fn service_source(name: &str, service: &Service, version: &str, library: Option<String>) -> Source {
    Source {
        name: name.to_owned(),
        version: Some(version.to_owned()),
        library,
        inputs: digest(service.layers.iter().map(|layer| layer.text.as_bytes())),
    }
}

/// The digest of a library, wherever it lies.
pub fn digest_library(library: &Library) -> String {
    let rows: Vec<String> = library
        .resources
        .iter()
        .map(|row| format!("{} {} {}", row.file, row.template, row.when.as_deref().unwrap_or_default()))
        .collect();
    let mut parts: Vec<&[u8]> = vec![library.name.as_bytes(), library.version.as_bytes(), library.values.as_bytes()];
    parts.extend(library.schema.iter().map(|schema| schema.as_bytes()));
    parts.extend(rows.iter().map(|row| row.as_bytes()));
    for file in &library.files {
        parts.extend([file.name.as_bytes(), file.data.as_bytes()]);
    }
    digest(parts)
}

fn render_chart(
    path: &str,
    arguments: &ArgMatches,
    hooks: Hooks,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Part, String> {
    let text = |name: &str| arguments.get_one::<String>(name).cloned();
    let user_values = values::user_values(&job::value_options(arguments), profile, &mut |path| read_values_file(path));
    let user_values = user_values.map_err(|error| error.to_string())?;
    let name = text("release").unwrap_or_else(|| "release-name".to_owned());
    let options = Options { collisions: true, ..job::options(arguments, &name, profile)? };
    let chart = chart::load_installable(Path::new(path), profile, &mut |record| streams.log(&record));
    let chart = chart.map_err(|error| error.to_string())?;
    let mut parts = Vec::new();
    chart_parts(&chart, &mut parts).map_err(|error| error.to_string())?;
    let library = digest(parts.iter().map(Vec::as_slice));
    let version = Some(chart.metadata.version.clone());
    let seed = reproducible::seed(text("seed").as_deref());
    let host = Reproducible::new(seed.as_deref().unwrap_or(&options.name));
    let manifests = render::render(chart, &user_values, &options, &host, profile, &mut |record| streams.log(&record))
        .map_err(|failure| failure.error.to_string())?;
    let source = Source { name: options.name.clone(), version, library: Some(library), inputs: digest([]) };
    Ok((pieces(&options.name, &manifests, hooks)?, source))
}

/// The files of a chart and of those in it.
fn chart_parts(chart: &Chart, parts: &mut Vec<Vec<u8>>) -> Result<(), chart::Error> {
    for file in &chart.raw {
        parts.push(file.name.as_bytes().to_vec());
        parts.push(file.content.bytes()?.as_bytes().to_vec());
    }
    for dependency in &chart.dependencies {
        parts.push(dependency.name().as_bytes().to_vec());
        chart_parts(dependency, parts)?;
    }
    Ok(())
}

fn read_manifests(path: &str, hooks: Hooks, profile: &'static Profile) -> Result<Part, String> {
    let files = read_files(path)?;
    let parts = files.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes.as_slice()]);
    let source = Source { name: String::new(), version: None, library: None, inputs: digest(parts) };
    let mut found = Vec::new();
    for (name, bytes) in &files {
        for piece in stored::pieces(name, bytes).map_err(|error| error.to_string())? {
            // Helm's own classes, document for document.
            let file = [(piece.source.clone(), piece.content.clone())];
            let sorted = manifest::sort(&file, profile, &mut |_| {}).map_err(|error| error.to_string())?;
            found.extend(pieces("", &sorted, hooks)?);
        }
    }
    Ok((found, source))
}

/// The files that a path names, with their paths from it: those of a folder, of an archive, or the one.
pub fn read_files(path: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let failed = |error: std::io::Error| format!("cannot read `{path}`: {error}");
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        return Ok(vec![("stdin".to_owned(), bytes)]);
    }
    let root = Path::new(path);
    if !root.is_dir() {
        let bytes = std::fs::read(root).map_err(failed)?;
        if bytes.starts_with(b"\x1f\x8b") {
            return stored::unpack(&bytes).map_err(|error| format!("{path}: {error}"));
        }
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![(name, bytes)]);
    }
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = entry.path();
            // A link to a folder could lead in a circle.
            if entry.file_type().map_err(failed)?.is_dir() {
                if !name.starts_with('.') {
                    folders.push(path);
                }
                continue;
            }
            let manifest = [".yaml", ".yml", ".json"].iter().any(|extension| name.ends_with(extension));
            if (manifest && !name.starts_with('.')) || name == stored::INVENTORY {
                let inner = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                files.push((inner, std::fs::read(&path).map_err(failed)?));
            }
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// The documents of a chart that are applied, CRDs among them.
fn pieces(service: &str, manifests: &Manifests, hooks: Hooks) -> Result<Vec<Piece>, String> {
    let piece = |source: &str, content: &[u8], stage: Stage| Piece {
        service: service.to_owned(),
        source: source.to_owned(),
        content: content.into(),
        stage,
    };
    let mut pieces = Vec::new();
    for crd in &manifests.crds {
        for document in yaml::documents(&crd.content, false) {
            let document = document.map_err(|error| format!("{}: {error}", crd.path))?;
            let content = document.strip_prefix(b"---\n").unwrap_or(&document);
            pieces.push(piece(&crd.path, content, Stage::Plain));
        }
    }
    pieces.extend(manifests.manifests.iter().map(|found| piece(&found.path, &found.content, Stage::Plain)));
    for hook in manifests.hooks.iter().filter(|_| hooks != Hooks::None) {
        let stage = stage(hook).or((hooks == Hooks::All).then_some(Stage::Plain));
        pieces.extend(stage.map(|stage| piece(&hook.path, &hook.content, stage)));
    }
    Ok(pieces)
}

/// When kubectl is to apply a hook; never where it only tests, or runs when something goes.
fn stage(hook: &Hook) -> Option<Stage> {
    let has = |events: [Event; 2]| hook.events.iter().any(|event| events.contains(event));
    let weight = hook.head.annotations.as_ref().and_then(|annotations| annotations.get(b"helm.sh/hook-weight"));
    let weight = weight.as_ref().and_then(Value::as_str).and_then(|text| strconv::parse_int(text.as_bytes(), 10).ok());
    let weight = weight.unwrap_or(0);
    if has([Event::PreInstall, Event::PreUpgrade]) {
        Some(Stage::Before(weight))
    } else if has([Event::PostInstall, Event::PostUpgrade]) {
        Some(Stage::After(weight))
    } else {
        None
    }
}
