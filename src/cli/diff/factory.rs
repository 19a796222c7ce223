//! The services of two sides: which of them may render to something else, and what they render to.

use super::causes::{File, Inputs, Known, ValueFile, ValuePath, changed_values, is_secret};
use super::chart::Loaded;
use super::schema::secret_paths;
use super::sides::Source;
use super::{Setting, Unit};
use crate::cli::factory::Factory;
use crate::cli::job::{Bench, Failure, Job, Seen};
use crate::diff::{self, Input, Secrets, Side};
use crate::engine;
use crate::go::{Dict, Value, bytes};
use crate::manifest::Manifests;
use crate::profile::Profile;
use crate::services::{self, Configuration, Libraries, Library, Platform, Service};
use crate::template::Function;
use crate::trace::{Reads, Step, Trace};
use crate::yaml;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

/// Reads the services of a side. A base that knows no environment of that name is compared without it.
pub fn open(
    (services, library, schema): (&Path, &Path, Option<&Path>),
    environment: Option<&str>,
    profile: &'static Profile,
) -> Result<Factory, String> {
    let mut found = match services::discover(services, environment) {
        Err(services::Error::UnknownEnvironment { .. }) => services::discover(services, None),
        found => found,
    }
    .map_err(|error| error.to_string())?;
    found.services.retain(|service| !service.layers.is_empty());
    let libraries = Libraries::load(library, schema, profile, &mut |_| {}).map_err(|error| error.to_string())?;
    Ok(Factory {
        folder: services.display().to_string(),
        libraries,
        services: found.services,
        misnamed: found.misnamed,
        selected: false,
    })
}

/// One side, ready to render.
pub struct Half<'a> {
    job: Job<'a>,
    source: &'a Source,
    /// The secret values of each library's services.
    secret: Vec<Vec<ValuePath>>,
    /// Whether the templates of each library can be parsed: one that cannot ends every render.
    parsed: Vec<OnceLock<bool>>,
}

/// What a thread needs for both sides.
pub struct Benches<'a> {
    pub before: Bench<'a>,
    pub after: Bench<'a>,
}

/// A service as its side has it.
struct Made<'b, 'a> {
    service: &'a Service,
    configuration: Configuration,
    platform: &'b Platform<'a>,
    values: Dict,
}

/// Why a service cannot be rendered; nothing where it has no name and is none.
type Cannot = Option<String>;

impl<'a> Half<'a> {
    pub fn new(job: Job<'a>, source: &'a Source, setting: &Setting) -> Half<'a> {
        let entries = &job.factory.libraries.entries;
        let secret = |entry: &services::libraries::Entry| {
            let mut secret = setting.secret.clone();
            secret.extend(entry.schema.iter().flat_map(|schema| secret_paths(&schema.text)));
            secret.extend(entry.library.schema.iter().flat_map(|schema| secret_paths(schema)));
            secret
        };
        let secret = entries.iter().map(secret).collect();
        let parsed = entries.iter().map(|_| OnceLock::new()).collect();
        Half { job, source, secret, parsed }
    }

    fn parses(&self, index: usize) -> bool {
        let Some(entry) = self.job.factory.libraries.entries.get(index) else { return false };
        let parses = || parses(&entry.library, self.job.profile());
        self.parsed.get(index).is_some_and(|known| *known.get_or_init(parses))
    }

    fn service(&self, name: &str) -> Option<&'a Service> {
        let services = &self.job.factory.services;
        services.binary_search_by(|service| service.folder.as_str().cmp(name)).ok().and_then(|at| services.get(at))
    }

    fn make<'b>(&self, bench: &'b Bench<'a>, service: &'a Service) -> Result<Made<'b, 'a>, Cannot> {
        let cannot = |failure: Failure| (!failure.nameless).then_some(failure.text);
        let (configuration, platform, values) = bench.read(service).map_err(cannot)?;
        Ok(Made { service, configuration, platform, values })
    }

    fn render(&self, bench: &Bench<'a>, made: &Made<'_, 'a>) -> Result<(Vec<Input>, Known), String> {
        let values = made.values.deep_copy();
        let (result, seen) = self.job.traced(bench, made.platform, &made.configuration, values, random);
        let manifests = result?;
        let inputs = inputs(&manifests);
        let mut volatile = HashMap::new();
        if seen.asked
            && let Some(other) = self.job.elsewhere(bench, made.platform, &made.configuration, made.values.deep_copy())
        {
            volatile = differing(&inputs, &self::inputs(&other));
        }
        let Seen { values, trace, asked } = seen;
        let index = bench.platforms.index(made.service, &made.configuration).unwrap_or(0);
        let secret = self.secret.get(index).cloned().unwrap_or_default();
        let inputs_of = self.inputs_of(made);
        let chart = made.configuration.name.clone();
        let mut known = Known { chart, trace, values, inputs: inputs_of, asked, volatile, secret };
        mark_flows(&inputs, &mut known);
        Ok((inputs, known))
    }

    /// Renders all services, to be compared with what knows no services.
    pub fn everything(&self) -> Result<Loaded, String> {
        let bench = self.job.bench();
        let mut all: Loaded = (Vec::new(), Vec::new());
        for service in &self.job.factory.services {
            match self.make(&bench, service) {
                Ok(made) => {
                    let rendered = self.render(&bench, &made);
                    let (inputs, known) = rendered.map_err(|error| format!("{}: {error}", service.folder))?;
                    all.0.extend(inputs);
                    all.1.push(known);
                }
                Err(Some(error)) => return Err(format!("{}: {error}", service.folder)),
                Err(None) => {}
            }
        }
        Ok(all)
    }

    /// Learns the secrets of a service that cannot be rendered: what went wrong may be told with them.
    fn learn_inputs(&self, bench: &Bench<'a>, name: &str, secrets: &mut Secrets) {
        let Some(service) = self.service(name) else { return };
        let marked: Vec<ValuePath> = self.secret.iter().flatten().cloned().collect();
        let mut learn = |values: Dict| learn_values(secrets, &Value::Dict(values), &mut Vec::new(), &marked);
        service.layers.iter().filter_map(|layer| yaml::unmarshal_map(&layer.text).ok()).for_each(&mut learn);
        bench.user_values.iter().for_each(|values| learn(values.deep_copy()));
        self.make(bench, service).into_iter().for_each(|made| learn(made.values));
    }

    /// The files that a service is made of.
    fn inputs_of(&self, made: &Made<'_, 'a>) -> Inputs {
        let shown = |path: &str| self.source.shown(path);
        let library = &made.platform.entry.library;
        let file = |name: &str, text: &crate::go::Str| File {
            key: format!("library/{name}"),
            shown: shown(&format!("{}/{name}", library.path)),
            text: text.clone(),
        };
        let mut values: Vec<ValueFile> =
            made.service.layers.iter().rev().map(|layer| ValueFile::of_layer(layer, shown(&layer.path))).collect();
        values.push(ValueFile::new(file("values.yaml", &library.values), Vec::new()));
        let name = &made.configuration.name;
        let templates = library
            .files
            .iter()
            .map(|found| (format!("{name}/charts/{}/{}", library.name, found.name), file(&found.name, &found.data)));
        Inputs { values, templates: templates.collect() }
    }
}

/// The names of the functions whose results are of chance.
pub fn random(function: &Function) -> Option<u32> {
    const RANDOM: &[&str] = &[
        "randAlpha",
        "randAlphaNum",
        "randAscii",
        "randBytes",
        "randNumeric",
        "uuidv4",
        "shuffle",
        "genPrivateKey",
        "bcrypt",
        "htpasswd",
        "encryptAES",
    ];
    RANDOM.contains(&function.name).then_some(1)
}

/// The manifests and hooks of a render.
pub fn inputs(manifests: &Manifests) -> Vec<Input> {
    let crds = manifests.crds.iter().flat_map(|crd| diff::inputs_of_text(&crd.path, &crd.content));
    let documents = manifests.manifests.iter().map(|found| (&found.path, found.offset, &found.content));
    let hooks = manifests.hooks.iter().map(|found| (&found.path, found.offset, &found.content));
    let all = documents.chain(hooks).map(|(path, offset, content)| Input::new(path, offset, content.clone()));
    crds.chain(all).filter(|input| !input.is_blank()).collect()
}

/// What another world wrote otherwise: ranges of each manifest.
pub fn differing(here: &[Input], there: &[Input]) -> HashMap<(String, usize), Vec<Range<usize>>> {
    let mut found = HashMap::new();
    for pair in diff::matching::pairs(there, here) {
        let (Some(there), Some(here)) =
            (pair.before.and_then(|at| there.get(at)), pair.after.and_then(|at| here.get(at)))
        else {
            continue;
        };
        if there.text == here.text {
            continue;
        }
        let lines =
            |text: &'_ [u8]| text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (old, new) = (lines(&there.text), lines(&here.text));
        let mut starts = vec![0];
        for line in &new {
            starts.push(starts.last().copied().unwrap_or(0) + line.len());
        }
        let mut ranges = Vec::new();
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            if !matches!(op, DiffOp::Equal { .. }) {
                let range = op.new_range();
                ranges.push(starts.get(range.start).copied().unwrap_or(0)..starts.get(range.end).copied().unwrap_or(0));
            }
        }
        found.insert((here.file.clone(), here.offset), ranges);
    }
    found
}

/// Learns the secrets of a render: what Secrets hold, and the values that are marked.
pub fn learn(secrets: &mut Secrets, inputs: &[Input], known: &Known) {
    inputs.iter().for_each(|input| secrets.learn_secret(input));
    if !known.secret.is_empty() {
        learn_values(secrets, &Value::Dict(known.values.clone()), &mut Vec::new(), &known.secret);
    }
}

/// A value that as a whole became the data of a Secret is one wherever else it flows, and so is a part of such data whose
/// key speaks of secrets.
pub fn mark_flows(inputs: &[Input], known: &mut Known) {
    let mut found: Vec<ValuePath> = Vec::new();
    for input in inputs.iter().filter(|input| input.id.kind == "Secret") {
        let data = diff::secret::data_of(input);
        let range = input.offset..input.offset + input.text.len();
        for path in known.trace.values_in(input.file.as_bytes(), range) {
            let Some(text) = value_at(&known.values, &path) else { continue };
            let path = super::causes::value_path(&path);
            let tells = path.last().is_some_and(|key| diff::secret::is_telling(key));
            let is_part = |data: &Vec<u8>| tells && bytes::index(data, &text).is_some();
            if !diff::secret::is_word(&text) && data.iter().any(|data| **data == *text || is_part(data)) {
                found.push(path);
            }
        }
    }
    known.secret.extend(found);
}

/// The text at a path.
fn value_at(values: &Dict, path: &[Step]) -> Option<crate::go::Str> {
    let mut at = Value::Dict(values.clone());
    for step in path {
        at = match step {
            Step::Key(key) => at.as_dict()?.get(key)?,
            Step::Index(index) => at.as_list()?.get(*index).cloned()?,
        };
    }
    match at {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Learns the values that are marked as secret.
pub fn learn_values(secrets: &mut Secrets, value: &Value, path: &mut ValuePath, marked: &[ValuePath]) {
    const DEPTH: usize = 100;
    match value {
        _ if path.len() > DEPTH => {}
        Value::Dict(dict) => {
            for (key, value) in dict.snapshot() {
                path.push(key.to_string());
                learn_values(secrets, &value, path, marked);
                path.pop();
            }
        }
        Value::List(list) => {
            for (index, value) in list.iter().enumerate() {
                path.push(index.to_string());
                learn_values(secrets, value, path, marked);
                path.pop();
            }
        }
        value if is_secret(marked, path) => match value {
            Value::String(text) => secrets.learn(text),
            other => {
                if let Some(text) = yaml::scalar_text(other) {
                    secrets.learn(&text);
                }
            }
        },
        _ => {}
    }
}

/// What two versions of a library have not in common, as far as a render can see it.
pub struct LibraryChange {
    /// Whether it is such that every service may see it.
    everything: bool,
    /// Names of templates that some changed file defines or is.
    templates: HashSet<String>,
}

impl LibraryChange {
    fn new(old: &Library, new: &Library) -> LibraryChange {
        let mut change = LibraryChange { everything: false, templates: HashSet::new() };
        change.everything = old.name != new.name
            || old.version != new.version
            || old.kube_version != new.kube_version
            || old.resources != new.resources
            || old.schema != new.schema;
        let texts = |library: &Library| -> HashMap<String, crate::go::Str> {
            library.files.iter().map(|file| (file.name.clone(), file.data.clone())).collect()
        };
        let (olds, news) = (texts(old), texts(new));
        let is_template = |name: &str| name.starts_with("templates/") || name.contains("/templates/");
        let reads_files =
            olds.iter().chain(&news).any(|(name, text)| is_template(name) && bytes::index(text, b"Files").is_some());
        let names: HashSet<&String> = olds.keys().chain(news.keys()).collect();
        for name in names {
            let (before, after) = (olds.get(name), news.get(name));
            if before == after {
                continue;
            }
            if !is_template(name) {
                let inert =
                    ["README.md", "LICENSE", "CHANGELOG.md", "NOTES.txt", ".helmignore"].contains(&name.as_str());
                change.everything |= reads_files || !inert;
                continue;
            }
            change.templates.insert(format!("charts/{}/{name}", new.name));
            for text in [before, after].into_iter().flatten() {
                change.templates.extend(defined(text));
            }
        }
        change
    }

    fn is_none(&self) -> bool {
        !self.everything && self.templates.is_empty()
    }

    /// Whether a render ran something that changed.
    fn is_seen(&self, trace: &Trace) -> bool {
        self.everything
            || trace.templates().any(|(file, name)| {
                let file = file.to_string();
                let file = file.split_once('/').map_or(file.as_str(), |(_, rest)| rest);
                self.templates.contains(file) || self.templates.contains(&name.to_string())
            })
    }
}

/// The names that a text defines: everything in quotes behind `define` or `block`, and more rather than less.
fn defined(text: &[u8]) -> HashSet<String> {
    let text = String::from_utf8_lossy(text);
    let mut names = HashSet::new();
    for word in ["define", "block"] {
        for (at, _) in text.match_indices(word) {
            let rest = text.get(at + word.len()..).unwrap_or_default().trim_start();
            let Some(quote) = rest.chars().next().filter(|quote| ['"', '`'].contains(quote)) else { continue };
            if let Some(name) = rest.get(1..).and_then(|rest| rest.split(quote).next()) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// What all services of a comparison have in common.
pub struct Comparison<'a> {
    pub before: Half<'a>,
    pub after: Half<'a>,
    /// By the index of the library on each side.
    libraries: HashMap<(usize, usize), LibraryChange>,
    pub all: bool,
}

impl<'a> Comparison<'a> {
    pub fn new(before: Half<'a>, after: Half<'a>, all: bool) -> Comparison<'a> {
        let mut libraries = HashMap::new();
        for (old_at, old) in before.job.factory.libraries.entries.iter().enumerate() {
            for (new_at, new) in after.job.factory.libraries.entries.iter().enumerate() {
                libraries.insert((old_at, new_at), LibraryChange::new(&old.library, &new.library));
            }
        }
        Comparison { before, after, libraries, all }
    }

    pub fn benches(&self) -> Benches<'a> {
        Benches { before: self.before.job.bench(), after: self.after.job.bench() }
    }

    /// The names of all services, sorted.
    pub fn names(&self) -> Vec<String> {
        let halves = [&self.before, &self.after];
        let mut names: Vec<String> = halves
            .iter()
            .flat_map(|half| half.job.factory.services.iter().map(|service| service.folder.clone()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Compares one service.
    pub fn unit(&self, benches: &Benches<'a>, name: &str, setting: &Setting) -> Unit {
        let mut unit = Unit::new(name, setting);
        let (old, new) = (self.before.service(name), self.after.service(name));
        if let (Some(old), Some(new)) = (old, new)
            && !self.all
            && self.same_inputs(benches, old, new)
        {
            return unit;
        }
        let old = old.map(|service| self.before.make(&benches.before, service));
        let new = new.map(|service| self.after.make(&benches.after, service));
        if let (Some(Ok(old)), Some(Ok(new))) = (&old, &new)
            && !self.all
            && old.configuration.name == new.configuration.name
            && self.library(benches, old, new).is_some_and(LibraryChange::is_none)
            && changed_values(&old.values, &new.values).is_empty()
        {
            return unit;
        }
        let mut rendered = (None, None);
        unit.rendered = true;
        match &old {
            Some(Ok(made)) => match self.before.render(&benches.before, made) {
                Ok(found) => rendered.0 = Some(found),
                Err(text) => unit.failures.push((Side::Before, text)),
            },
            Some(Err(Some(text))) => unit.failures.push((Side::Before, text.clone())),
            _ => {}
        }
        if let (Some((_, known)), Some(Ok(old)), Some(Ok(new))) = (&rendered.0, &old, &new)
            && !self.all
            && !self.is_seen(benches, old, new, known)
        {
            return unit;
        }
        match &new {
            Some(Ok(made)) => match self.after.render(&benches.after, made) {
                Ok(found) => rendered.1 = Some(found),
                Err(text) => unit.failures.push((Side::After, text)),
            },
            Some(Err(Some(text))) => unit.failures.push((Side::After, text.clone())),
            _ => {}
        }
        if !unit.failures.is_empty() {
            for (inputs, known) in [&rendered.0, &rendered.1].into_iter().flatten() {
                learn(&mut unit.secrets, inputs, known);
            }
            self.before.learn_inputs(&benches.before, name, &mut unit.secrets);
            self.after.learn_inputs(&benches.after, name, &mut unit.secrets);
            return unit;
        }
        let (before, old) = rendered.0.map_or((Vec::new(), None), |(inputs, known)| (inputs, Some(known)));
        let (after, new) = rendered.1.map_or((Vec::new(), None), |(inputs, known)| (inputs, Some(known)));
        unit.compare(setting, (before, old.into_iter().collect()), (after, new.into_iter().collect()));
        unit
    }

    /// Whether everything that a service is made of is the same to the byte.
    fn same_inputs(&self, benches: &Benches<'a>, old: &Service, new: &Service) -> bool {
        let texts = |service: &Service| service.layers.iter().map(|layer| layer.text.clone()).collect::<Vec<_>>();
        if texts(old) != texts(new) {
            return false;
        }
        let index = |bench: &Bench<'a>, service: &Service| {
            let configuration = service.configuration().ok()?;
            bench.platforms.index(service, &configuration)
        };
        let (Some(old), Some(new)) = (index(&benches.before, old), index(&benches.after, new)) else { return false };
        let entries = (&self.before.job.factory.libraries.entries, &self.after.job.factory.libraries.entries);
        let (Some(before), Some(after)) = (entries.0.get(old), entries.1.get(new)) else { return false };
        let schema = |entry: &services::libraries::Entry| entry.schema.as_ref().map(|schema| schema.text.clone());
        before.library.values == after.library.values
            && schema(before) == schema(after)
            && self.libraries.get(&(old, new)).is_some_and(LibraryChange::is_none)
    }

    /// What changed in the library of a service.
    fn library(&self, benches: &Benches<'a>, old: &Made<'_, 'a>, new: &Made<'_, 'a>) -> Option<&LibraryChange> {
        let before = benches.before.platforms.index(old.service, &old.configuration)?;
        let after = benches.after.platforms.index(new.service, &new.configuration)?;
        self.libraries.get(&(before, after))
    }

    /// Whether the render of the first side saw anything that is not the same on the second.
    fn is_seen(&self, benches: &Benches<'a>, old: &Made<'_, 'a>, new: &Made<'_, 'a>, known: &Known) -> bool {
        if old.configuration.name != new.configuration.name {
            return true;
        }
        let Some(library) = self.library(benches, old, new) else { return true };
        let Some(after) = benches.after.platforms.index(new.service, &new.configuration) else { return true };
        if library.is_seen(&known.trace) || !self.after.parses(after) {
            return true;
        }
        let values =
            self.after.job.root_values(&benches.after, new.platform, &new.configuration, new.values.deep_copy());
        match values {
            Ok(values) => changed_values(&known.values, &values).iter().any(|path| is_used(known.trace.reads(), path)),
            // It does not fit its schema any more.
            Err(_) => true,
        }
    }
}

/// Whether all templates of a library can be parsed.
fn parses(library: &Library, profile: &'static Profile) -> bool {
    let functions = engine::functions::all(profile);
    let mut templates = crate::template::Templates::new("gotpl", functions, engine::link::language(profile));
    library.files.iter().filter(|file| file.name.starts_with("templates/")).all(|file| {
        let name = crate::go::Str::from(file.name.as_str());
        templates.parse(&name, &file.data).is_ok()
    })
}

/// Whether a render looked at a value, or at one around it as a whole.
fn is_used(reads: &Reads, path: &[String]) -> bool {
    let steps: Vec<Step> = path.iter().map(|key| Step::Key(crate::go::Str::from(key.as_str()))).collect();
    reads.is_used(&steps)
}
