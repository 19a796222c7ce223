//! `mizzen render`: the services of a folder as manifests.

use super::factory::{self, Factory};
use super::folder;
use super::reproducible::{self, Reproducible};
use super::template::read_values_file;
use super::{Exit, Streams};
use crate::engine::{self, KubeVersion};
use crate::go::{Dict, Log};
use crate::output;
use crate::profile::Profile;
use crate::render::{self, Options};
use crate::services::{self, Platform, Service};
use crate::template::limits;
use crate::values;
use clap::{Arg, ArgAction, ArgMatches, Command};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let many = |name, value, help| text(name, value, help).action(ArgAction::Append);
    Command::new("render")
        .about("Render services from their configuration.yml and the platform library")
        .args(factory::arguments())
        .arg(text("output-dir", "DIR", "write DIR/<service>/<kind>-<name>.yaml instead of a stream").short('o'))
        .arg(text("namespace", "NAMESPACE", "the namespace of the release").short('n').default_value("default"))
        .arg(many("values", "FILE", "values over the configuration, from a YAML file (repeatable)").short('f'))
        .arg(many("set", "KEY=VALUE", "set values: key1=val1,key2=val2 (repeatable)"))
        .arg(many("set-string", "KEY=VALUE", "set values that are strings (repeatable)"))
        .arg(many("set-file", "KEY=PATH", "set values from files (repeatable)"))
        .arg(many("set-json", "KEY=JSON", "set values from JSON (repeatable)"))
        .arg(many("set-literal", "KEY=TEXT", "set a value to the text as it stands (repeatable)"))
        .arg(text("is-upgrade", "", "set .Release.IsUpgrade instead of .Release.IsInstall").action(ArgAction::SetTrue))
        .arg(text("kube-version", "VERSION", "the Kubernetes version in .Capabilities.KubeVersion"))
        .arg(many("api-versions", "VERSION", "further versions in .Capabilities.APIVersions (repeatable)").short('a'))
        .arg(text("seed", "TEXT", "make other random numbers, keys and certificates of it [env: MIZZEN_SEED]"))
        .after_help("Example: mizzen render storefront --env production -n shop -o manifests")
}

/// Renders the services. One that fails does not keep the others from being written.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(error) => return streams.fail(&error.to_string()),
    };
    let job = match Job::new(arguments, &factory, profile) {
        Ok(job) => job,
        Err(text) => return streams.fail(&text),
    };
    let mut exit = Exit::Success;
    let mut named: HashMap<String, String> = HashMap::new();
    for (service, outcome) in factory.services.iter().zip(job.run()) {
        for line in &outcome.log {
            streams.say(line);
        }
        let written = outcome.result.and_then(|rendered| {
            if let Some(other) = named.insert(rendered.name.clone(), service.folder.clone()) {
                return Err(format!("service.name `{}` is already that of `{other}`", rendered.name));
            }
            Ok(rendered)
        });
        let written = written.and_then(|rendered| match arguments.get_one::<String>("output-dir") {
            Some(dir) => rendered.write_files(Path::new(dir)),
            None => Ok(streams.out.write_all(&rendered.stream).is_ok()),
        });
        match written {
            Ok(true) => {}
            Ok(false) => return Exit::BrokenPipe,
            Err(text) => exit = streams.fail(&format!("{}: {text}", service.folder)),
        }
    }
    exit
}

/// What all services are rendered with. It holds no Go values, as each thread has its own.
struct Job<'a> {
    factory: &'a Factory,
    profile: &'static Profile,
    values: values::Options,
    /// The bytes of the values files, so that standard input is read once.
    files: HashMap<String, Vec<u8>>,
    options: Options,
    as_files: bool,
    seed: Option<String>,
}

/// What became of a service.
struct Outcome {
    /// What is to be said of it, in order.
    log: Vec<String>,
    result: Result<Rendered, String>,
}

/// A rendered service: either a stream or files.
struct Rendered {
    name: String,
    stream: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

/// What a thread needs: the library, and the values from the command line.
type Bench<'a> = Result<(Platform<'a>, Dict), String>;

impl<'a> Job<'a> {
    /// Checks everything that does not depend on a service, so that it is reported once.
    fn new(arguments: &ArgMatches, factory: &'a Factory, profile: &'static Profile) -> Result<Job<'a>, String> {
        let list =
            |name: &str| arguments.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<String>>();
        let values = values::Options {
            value_files: list("values"),
            json_values: list("set-json"),
            values: list("set"),
            string_values: list("set-string"),
            file_values: list("set-file"),
            literal_values: list("set-literal"),
        };
        let mut files: HashMap<String, Vec<u8>> = HashMap::new();
        values::user_values(&values, profile, &mut |path| {
            if let Some(bytes) = files.get(path) {
                return Ok(bytes.clone());
            }
            let bytes = read_values_file(path)?;
            files.insert(path.to_owned(), bytes.clone());
            Ok(bytes)
        })
        .map_err(|error| error.to_string())?;
        let kube_version = match arguments.get_one::<String>("kube-version") {
            None => None,
            Some(version) => {
                let parsed = KubeVersion::parse(version);
                Some(parsed.map_err(|error| format!("invalid kube version '{version}': {error}"))?)
            }
        };
        let options = Options {
            namespace: arguments.get_one::<String>("namespace").cloned().unwrap_or_default(),
            is_upgrade: arguments.get_flag("is-upgrade"),
            kube_version,
            api_versions: list("api-versions"),
            // The library is compiled once for all services and threads.
            cache: Some(engine::cache(profile)),
            ..Options::default()
        };
        let as_files = arguments.contains_id("output-dir");
        let seed = reproducible::seed(arguments.get_one::<String>("seed").map(String::as_str));
        let job = Job { factory, profile, values, files, options, as_files, seed };
        job.bench()?;
        Ok(job)
    }

    /// Renders all services, in parallel; the outcomes stand in the order of the services.
    fn run(&self) -> Vec<Outcome> {
        let services = &self.factory.services;
        let threads = rayon::ThreadPoolBuilder::new().stack_size(limits::STACK).num_threads(match services.len() {
            0 | 1 => 1,
            _ => 0,
        });
        match threads.build() {
            Ok(pool) => pool.install(|| {
                services.par_iter().map_init(|| self.bench(), |bench, service| self.render(bench, service)).collect()
            }),
            // Where there are no threads to be had, this one does it.
            Err(_) => {
                let bench = self.bench();
                services.iter().map(|service| self.render(&bench, service)).collect()
            }
        }
    }

    fn bench(&self) -> Bench<'a> {
        let platform = Platform::new(&self.factory.library, self.factory.schema.as_ref(), self.profile)
            .map_err(|error: services::Error| error.to_string())?;
        let read = &mut |path: &str| self.files.get(path).cloned().ok_or_else(|| format!("open {path}: not read"));
        let user_values = values::user_values(&self.values, self.profile, read).map_err(|error| error.to_string())?;
        Ok((platform, user_values))
    }

    fn render(&self, bench: &Bench<'a>, service: &Service) -> Outcome {
        let mut log = Vec::new();
        let result = self.try_render(bench, service, &mut |record: Log| {
            if record.level > crate::go::Level::Debug {
                log.push(record.to_string());
            }
        });
        Outcome { log, result }
    }

    fn try_render(&self, bench: &Bench<'a>, service: &Service, log: &mut dyn FnMut(Log)) -> Result<Rendered, String> {
        let (platform, user_values) = bench.as_ref().map_err(Clone::clone)?;
        let chart = platform.chart(service).map_err(|error| error.to_string())?;
        let name = chart.metadata.name.clone();
        let options = Options { name: name.clone(), ..self.options.clone() };
        // Each service has its own numbers, whichever thread renders it and whatever was rendered before.
        let host = match &self.seed {
            Some(seed) => Reproducible::new(&format!("{seed}/{name}")),
            None => Reproducible::new(&name),
        };
        // Templates can write into the values: the next service must not see it.
        let user_values = user_values.deep_copy();
        let manifests = render::render(chart, &user_values, &options, &host, self.profile, log)
            .map_err(|failure| failure.error.to_string())?;
        let mut rendered = Rendered { name, stream: Vec::new(), files: BTreeMap::new() };
        if self.as_files {
            rendered.files = folder::files(&manifests);
        } else {
            output::write(&manifests, &output::Options::default(), self.profile, &mut rendered.stream)
                .map_err(|error| error.to_string())?;
        }
        Ok(rendered)
    }
}

impl Rendered {
    fn write_files(&self, dir: &Path) -> Result<bool, String> {
        let folder = dir.join(&self.name);
        let failed = |path: &Path, error: std::io::Error| format!("cannot write `{}`: {error}", path.display());
        std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        for (name, bytes) in &self.files {
            let path = folder.join(name);
            folder::replace(&path, bytes).map_err(|error| failed(&path, error))?;
        }
        folder::remove_stale(&folder, &self.name, &self.files).map_err(|error| failed(&folder, error))?;
        Ok(true)
    }
}
