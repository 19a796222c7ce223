//! Renders services: what `render`, `validate` and `sync` have in common.

use super::argument::{flag, many, text};
use super::factory::Factory;
use super::folder::{self, Document};
use super::helm::{self, read_values_file};
use super::reproducible::{self, Reproducible, Watched};
use crate::engine;
use crate::go::{Dict, Level, Log, Str, Value};
use crate::manifest::Manifests;
use crate::output;
use crate::profile::Profile;
use crate::render::{self, Options};
use crate::services::check::value_at;
use crate::services::nearest::nearest;
use crate::services::places::dotted;
use crate::services::{Configuration, Finding, Platform, Platforms, Service, Source, unread};
use crate::trace::{Recorder, Step, Taints, Trace};
use crate::values;
use clap::{Arg, ArgMatches};
use std::collections::HashMap;

/// The arguments that say how services are rendered.
pub fn arguments() -> Vec<Arg> {
    let seed = "make random numbers, keys and certificates depend on this text, too [env: MIZZEN_SEED]";
    vec![
        text("namespace", "NAMESPACE", "the namespace of the release").short('n').default_value("default"),
        many("values", "FILE", "values over the configuration, from a YAML file (repeatable)").short('f'),
        many("set", "KEY=VALUE", "set values: key1=val1,key2=val2 (repeatable)"),
        many("set-string", "KEY=VALUE", "set values that are strings (repeatable)"),
        many("set-file", "KEY=PATH", "set values from files (repeatable)"),
        many("set-json", "KEY=JSON", "set values from JSON (repeatable)"),
        many("set-literal", "KEY=TEXT", "set a value to the text as it stands (repeatable)"),
        flag("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
        text("kube-version", "VERSION", "the Kubernetes version in .Capabilities.KubeVersion"),
        many("api-versions", "VERSION", "further versions in .Capabilities.APIVersions (repeatable)").short('a'),
        text("seed", "TEXT", seed),
    ]
}

/// The values from the command line, as they were given.
pub fn value_options(arguments: &ArgMatches) -> values::Options {
    let list = |name: &str| arguments.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<String>>();
    values::Options {
        value_files: list("values"),
        json_values: list("set-json"),
        values: list("set"),
        string_values: list("set-string"),
        file_values: list("set-file"),
        literal_values: list("set-literal"),
    }
}

/// What the arguments say of a render, but for its values.
pub fn options(arguments: &ArgMatches, name: &str, profile: &'static Profile) -> Result<Options, String> {
    let kube_version = arguments.get_one::<String>("kube-version");
    Ok(Options {
        name: name.to_owned(),
        namespace: arguments.get_one::<String>("namespace").cloned().unwrap_or_default(),
        is_upgrade: arguments.get_flag("is-upgrade"),
        kube_version: kube_version.map(|version| helm::kube_version(version, profile)).transpose()?,
        api_versions: arguments.get_many::<String>("api-versions").unwrap_or_default().cloned().collect(),
        ..Options::default()
    })
}

/// What all services are rendered with. It holds no Go values, as each thread has its own.
pub struct Job<'a> {
    pub factory: &'a Factory,
    profile: &'static Profile,
    values: values::Options,
    /// The bytes of the values files, so that standard input is read once.
    files: HashMap<String, Vec<u8>>,
    options: Options,
    seed: Option<String>,
}

/// What a thread needs: the libraries, and the values from the command line.
pub struct Bench<'a> {
    pub platforms: Platforms<'a>,
    pub user_values: Result<Dict, String>,
}

/// What was seen of a render.
pub struct Seen {
    /// `.Values` as the render began.
    pub values: Dict,
    pub trace: Trace,
    /// Whether a template asked for the time or for chance.
    pub asked: bool,
}

/// What became of a service.
#[derive(Debug)]
pub struct Outcome {
    /// What is to be said of it, in order.
    pub log: Vec<String>,
    pub result: Result<Rendered, Failure>,
}

/// A rendered service.
#[derive(Debug)]
pub struct Rendered {
    pub name: String,
    /// Keys of its configuration that no template read.
    pub unread: Vec<Finding>,
    /// The version of its library.
    pub library: String,
    /// What `helm template` prints of it; empty where files are wanted.
    pub stream: Vec<u8>,
    /// Its manifests; empty where a stream is wanted.
    pub documents: Vec<Document>,
}

/// Why a service was not rendered.
#[derive(Clone, Debug)]
pub struct Failure {
    pub text: String,
    /// Whether it has no valid service.name, so that it is skipped.
    pub nameless: bool,
    /// Its name, where it has one.
    pub name: Option<String>,
}

impl Failure {
    /// That of a service whose name is known.
    pub fn of(configuration: &Configuration, text: String) -> Failure {
        Failure { text, nameless: false, name: Some(configuration.name.clone()) }
    }
}

impl From<crate::services::Error> for Failure {
    fn from(error: crate::services::Error) -> Failure {
        Failure { text: error.to_string(), nameless: error.is_nameless(), name: None }
    }
}

impl<'a> Bench<'a> {
    /// What a service is rendered from: its configuration, its platform and its effective values.
    pub fn read(&self, service: &Service) -> Result<(Configuration, &Platform<'a>, Dict), Failure> {
        let configuration = service.configuration()?;
        let named = |error: crate::services::Error| Failure::of(&configuration, error.to_string());
        let platform = self.platforms.of(service, &configuration).map_err(named)?;
        let values = platform.values(service, &configuration).map_err(named)?;
        Ok((configuration, platform, values))
    }
}

impl<'a> Job<'a> {
    /// A job without values from the command line.
    pub fn plain(factory: &'a Factory, profile: &'static Profile, namespace: &str) -> Job<'a> {
        let options = Options {
            namespace: namespace.to_owned(),
            // The library is compiled once for all services and threads.
            cache: Some(engine::cache(profile)),
            ..Options::default()
        };
        Job { factory, profile, values: values::Options::default(), files: HashMap::new(), options, seed: None }
    }

    /// Checks everything that does not depend on a service, so that it is reported once.
    pub fn new(arguments: &ArgMatches, factory: &'a Factory, profile: &'static Profile) -> Result<Job<'a>, String> {
        let mut job = Job::plain(factory, profile, "");
        job.values = value_options(arguments);
        values::user_values(&job.values, profile, &mut |path| {
            if let Some(bytes) = job.files.get(path) {
                return Ok(bytes.clone());
            }
            let bytes = read_values_file(path)?;
            job.files.insert(path.to_owned(), bytes.clone());
            Ok(bytes)
        })
        .map_err(|error| error.to_string())?;
        job.options = Options { cache: job.options.cache.take(), ..options(arguments, "", profile)? };
        job.seed = reproducible::seed(arguments.get_one::<String>("seed").map(String::as_str));
        Ok(job)
    }

    /// The version of Helm that is imitated.
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }

    /// What a thread needs.
    pub fn bench(&self) -> Bench<'a> {
        let read = &mut |path: &str| self.files.get(path).cloned().ok_or_else(|| format!("open {path}: not read"));
        let user_values = values::user_values(&self.values, self.profile, read).map_err(|error| error.to_string());
        Bench { platforms: Platforms::new(&self.factory.libraries), user_values }
    }

    /// Renders a service to a stream, or to files.
    pub fn render(&self, bench: &Bench<'a>, service: &Service, as_files: bool) -> Outcome {
        let mut log = Vec::new();
        let result = self.try_render(bench, service, as_files, &mut |record: Log| {
            if record.level > Level::Debug {
                log.push(record.to_string());
            }
        });
        Outcome { log, result }
    }

    fn try_render(
        &self,
        bench: &Bench<'a>,
        service: &Service,
        as_files: bool,
        log: &mut dyn FnMut(Log),
    ) -> Result<Rendered, Failure> {
        let (configuration, platform, values) = bench.read(service)?;
        let failed = |text: String| Failure::of(&configuration, text);
        let manifests = self.manifests(bench, platform, &configuration, values, log).map_err(failed)?;
        let unread = self.unread(bench, platform, service, &configuration);
        let mut rendered = Rendered {
            name: configuration.name.clone(),
            unread,
            library: platform.entry.library.version.clone(),
            stream: Vec::new(),
            documents: Vec::new(),
        };
        if as_files {
            rendered.documents = folder::documents(&manifests);
        } else {
            output::write(&manifests, &output::Options::default(), self.profile, &mut rendered.stream)
                .map_err(|error| failed(error.to_string()))?;
        }
        Ok(rendered)
    }

    /// The keys of a configuration that neither library nor schema know, and that no template reads.
    ///
    /// Only where there are keys that nobody knows is the service rendered a second time, and watched.
    pub fn unread(
        &self,
        bench: &Bench<'a>,
        platform: &Platform<'a>,
        service: &Service,
        configuration: &Configuration,
    ) -> Vec<Finding> {
        let guide = || bench.platforms.guide(bench.platforms.index(service, configuration)?);
        let candidates = unread::candidates(configuration, &platform.defaults, guide);
        if candidates.is_empty() {
            return Vec::new();
        }
        let (Ok(values), Ok(user_values)) = (platform.merged(service, configuration), &bench.user_values) else {
            return Vec::new();
        };
        let chart = platform.chart_of(configuration.name.clone(), values);
        let options = Options { name: configuration.name.clone(), cache: None, ..self.options.clone() };
        let host = Reproducible::new(&configuration.name);
        let (result, trace) =
            render::traced(chart, &user_values.deep_copy(), &options, &host, self.profile, &mut |_| {});
        if result.is_err() {
            return Vec::new();
        }
        let merged = platform.merged(service, configuration).unwrap_or_default();
        let steps = |path: &[String]| steps(&merged, path);
        let reads = trace.reads();
        let read: Vec<Vec<Step>> = reads.paths().collect();
        let source = Source::new(service);
        let mut unread = Vec::new();
        for path in candidates {
            let value = configuration.layers.iter().rev().find_map(|layer| value_at(layer, &path));
            unread::unread(path, &value.unwrap_or_default(), &|path| reads.is_used(&steps(path)), &mut unread);
        }
        let finding = |path: Vec<String>| {
            let above = steps(path.get(..path.len().saturating_sub(1)).unwrap_or_default());
            let known = read.iter().filter(|read| read.len() == path.len() && read.starts_with(&above));
            let known: Vec<String> = known
                .filter_map(|read| match read.last() {
                    Some(Step::Key(key)) => Some(key.to_string()),
                    _ => None,
                })
                .collect();
            let meant = path.last().and_then(|key| nearest(key, known.iter().map(String::as_str)));
            let hint = meant.map_or_else(
                || "remove it, or see the library's values.yaml for what there is".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            source.finding(&path, "unread-key", format!("no template reads `{}`", dotted(&path)), Some(hint))
        };
        unread.into_iter().map(finding).collect()
    }

    /// The same as [`Job::manifests`], and what was seen of it; with `taints` also what chance and the clock wrote.
    pub fn traced(
        &self,
        bench: &Bench<'a>,
        platform: &Platform<'a>,
        configuration: &Configuration,
        values: Dict,
        taints: Taints,
    ) -> (Result<Manifests, String>, Seen) {
        let name = &configuration.name;
        let mut seen = Seen { values: Dict::new(), trace: Recorder::default().finish(), asked: false };
        let user_values = match &bench.user_values {
            Ok(values) => values.deep_copy(),
            Err(text) => return (Err(text.clone()), seen),
        };
        let chart = platform.chart_of(name.clone(), values);
        let options = Options { name: name.clone(), ..self.options.clone() };
        let host = Watched::new(self.host(name));
        let (result, trace) =
            render::traced_with(chart, &user_values, &options, &host, self.profile, &mut |_| {}, |values| {
                // Templates may write into the values: what they were is kept.
                seen.values = values.deep_copy();
                Recorder::new(values).tainting(taints)
            });
        (seen.trace, seen.asked) = (trace, host.was_asked());
        (result.map_err(|failure| failure.error.to_string()), seen)
    }

    /// Renders a service in another world, where chance and the clock are others.
    pub fn elsewhere(
        &self,
        bench: &Bench<'a>,
        platform: &Platform<'a>,
        configuration: &Configuration,
        values: Dict,
    ) -> Option<Manifests> {
        let name = &configuration.name;
        let user_values = bench.user_values.as_ref().ok()?.deep_copy();
        let options = Options { name: name.clone(), ..self.options.clone() };
        let chart = platform.chart_of(name.clone(), values);
        let host = Reproducible::elsewhere(name);
        render::render(chart, &user_values, &options, &host, self.profile, &mut |_| {}).ok()
    }

    /// What the templates of a service would see as `.Values`.
    pub fn root_values(
        &self,
        bench: &Bench<'a>,
        platform: &Platform<'a>,
        configuration: &Configuration,
        values: Dict,
    ) -> Result<Dict, String> {
        let user_values = bench.user_values.as_ref().map_err(Clone::clone)?.deep_copy();
        let chart = platform.chart_of(configuration.name.clone(), values);
        let options = Options { name: configuration.name.clone(), ..self.options.clone() };
        render::values(chart, &user_values, &options, self.profile).map_err(|error| error.to_string())
    }

    /// The world of a service: each has its own numbers, whichever thread renders it and whatever was rendered before.
    fn host(&self, name: &str) -> Reproducible {
        match &self.seed {
            Some(seed) => Reproducible::new(&format!("{seed}/{name}")),
            None => Reproducible::new(name),
        }
    }

    /// Renders a service whose effective values are known.
    pub fn manifests(
        &self,
        bench: &Bench<'a>,
        platform: &Platform<'a>,
        configuration: &Configuration,
        values: Dict,
        log: &mut dyn FnMut(Log),
    ) -> Result<Manifests, String> {
        let name = &configuration.name;
        let chart = platform.chart_of(name.clone(), values);
        let options = Options { name: name.clone(), ..self.options.clone() };
        let host = self.host(name);
        // Templates can write into the values: the next service must not see it.
        let user_values = bench.user_values.as_ref().map_err(Clone::clone)?.deep_copy();
        render::render(chart, &user_values, &options, &host, self.profile, log)
            .map_err(|failure| failure.error.to_string())
    }
}

/// A path as steps: what leads into a list is an index.
fn steps(values: &Dict, path: &[String]) -> Vec<Step> {
    let mut at = Value::Dict(values.clone());
    let mut steps = Vec::new();
    for token in path {
        let (step, next) = match (&at, token.parse::<usize>()) {
            (Value::List(list), Ok(index)) => (Step::Index(index), list.get(index).cloned()),
            (Value::Dict(dict), _) => (Step::Key(Str::from(token.as_str())), dict.get(token.as_bytes())),
            _ => (Step::Key(Str::from(token.as_str())), None),
        };
        steps.push(step);
        at = next.unwrap_or_default();
    }
    steps
}
