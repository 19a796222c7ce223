//! `mizzen verify`: whether committed manifests still are what their inputs make.
//!
//! A value of a manifest is never shown: what differs is named by object and field, and so is a Secret's.

use super::argument::format;
use super::factory::{self, Factory};
use super::folder::Document;
use super::job::Job;
use super::json::{self, object};
use super::{Exit, Streams, bundle, sources, workers};
use crate::bundle::stored::HIDDEN_INVENTORY;
use crate::bundle::{Entry, Inventory, Object, Source, Stored, changed_fields, digest, stored};
use crate::go::Value;
use crate::profile::Profile;
use clap::{Arg, ArgMatches, Command};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("verify")
        .about("Check that committed manifests still are what their inputs make")
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .help("a bundle, or the folder of mizzen render --output-dir"),
        )
        .args(sources::arguments().into_iter().filter(|argument| argument.get_id() != "service"))
        .arg(
            format(["text", "json"], "text, or json (schemas/verify.schema.json)").id("report"),
        )
        .after_help(
            "Arguments that are not given are those that made the manifests; --set and its like are recorded nowhere and must be given again.\nExit status: 0 where everything is equal, 1 where something differs, 2 where nothing can be compared.\n\nExample: mizzen verify manifests",
        )
}

/// How an object differs from what its inputs make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Differs,
    Missing,
    Extra,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Differs => "differs",
            State::Missing => "missing",
            State::Extra => "extra",
        }
    }
}

/// A reason: a word for machines, and one for people.
type Reason = (&'static str, String);

/// An object that is not what it should be.
struct Difference {
    state: State,
    service: String,
    kind: String,
    namespace: String,
    name: String,
    /// Its file in a folder of services, else empty.
    file: String,
    reasons: Vec<Reason>,
    /// The fields that differ.
    fields: Vec<String>,
}

/// What is compared: both sides by object.
struct Comparison {
    differences: Vec<Difference>,
    checked: usize,
}

/// Renders, compares and reports.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let path = arguments.get_one::<String>("path").cloned().unwrap_or_default();
    let comparison = match compare(&path, arguments, profile, streams) {
        Ok(comparison) => comparison,
        Err(Some(text)) => {
            streams.fail(&text);
            return Exit::Usage;
        }
        // Somebody has said it already.
        Err(None) => return Exit::Usage,
    };
    let as_json = arguments.get_one::<String>("report").is_some_and(|format| format == "json");
    let text = if as_json { report(&path, &comparison) } else { lines(&comparison).into_bytes() };
    if streams.out.write_all(&text).is_err() {
        return Exit::BrokenPipe;
    }
    let (found, checked) = (comparison.differences.len(), comparison.checked);
    if found == 0 {
        streams.say(&format!("{checked} objects are what their inputs make"));
        return Exit::Success;
    }
    streams.say(&format!("{found} of {checked} objects are not what their inputs make"));
    let values = |difference: &Difference| difference.reasons.iter().any(|(code, _)| *code == "values");
    if comparison.differences.iter().any(values) {
        streams.say("hint: values of --set and its like are not recorded, give the same as then");
    }
    Exit::Failure
}

fn compare(
    path: &str,
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Comparison, Option<String>> {
    let folder = Path::new(path);
    let hidden = folder.join(HIDDEN_INVENTORY);
    let is_bundle = folder.join(stored::INVENTORY).is_file() || !folder.is_dir();
    if is_bundle {
        let files = sources::read_files(path)?;
        if files.iter().any(|(name, _)| name.ends_with("/Chart.yaml")) {
            return Err(Some(format!(
                "`{path}` is a chart and no bundle\nhint: check its signature with `helm verify`"
            )));
        }
        let stored = stored::read(&files).map_err(|error| format!("{path}: {error}"))?;
        let inventory = stored.inventory.clone().ok_or_else(|| {
            format!("`{path}` has no inventory, so nobody knows what made it\nhint: give a file that mizzen bundle wrote, or a folder of mizzen render")
        })?;
        let again = again(&inventory, arguments, true)?;
        // What it holds was rendered with those arguments, and with the profile that is asked for now.
        let (now, objects) = bundle::make(&again, profile, streams).map_err(|_| None)?;
        return Ok(compare_bundles(&stored, &inventory, &now, &objects));
    }
    let inventory = match std::fs::read(&hidden) {
        Ok(text) => Some(Inventory::read(&text).map_err(|error| format!("{}: {error}", hidden.display()))?),
        Err(_) => None,
    };
    let again = again(inventory.as_ref().unwrap_or(&Inventory::default()), arguments, false)?;
    compare_folder(folder, inventory.as_ref(), &again, profile, streams)
}

/// The arguments that made the manifests, and over them those that are given now.
fn again(inventory: &Inventory, arguments: &ArgMatches, services: bool) -> Result<ArgMatches, String> {
    let now = sources::given(arguments);
    let mut all: BTreeMap<String, Vec<String>> = inventory.arguments.clone();
    // What verifies is asked of all services of a folder, and of the whole of a bundle.
    all.retain(|name, _| name != "since" && (services || name != "service"));
    all.extend(now.into_iter().filter(|(name, _)| !["path", "report"].contains(&name.as_str())));
    let command = bundle::command();
    let takes_value = |name: &str| {
        let known = command.get_arguments().find(|argument| argument.get_id() == name);
        known.map(|argument| argument.get_action().takes_values())
    };
    let mut words = vec!["bundle".to_owned()];
    let mut named = Vec::new();
    for (name, values) in &all {
        match takes_value(name) {
            None => return Err(format!("the inventory names an argument --{name}, which there is not")),
            Some(false) => words.push(format!("--{name}")),
            Some(true) if name == "service" => named.extend(values.iter().cloned()),
            Some(true) => words.extend(values.iter().map(|value| format!("--{name}={value}"))),
        }
    }
    words.push("--".to_owned());
    words.extend(named);
    command.try_get_matches_from(words).map_err(|error| error.to_string())
}

fn compare_bundles(stored: &Stored, before: &Inventory, now: &Inventory, objects: &[Object]) -> Comparison {
    let causes = Causes::new(before, now);
    // One of changes only says nothing of the others.
    let partial = before.arguments.contains_key("since");
    let recorded: HashMap<_, &Entry> = before.objects.iter().map(|entry| (entry.key(), entry)).collect();
    let held: HashMap<_, &Object> = stored.objects.iter().map(|object| (object.key(), object)).collect();
    let mut differences = Vec::new();
    let mut seen = HashSet::new();
    let mut checked = 0;
    for object in objects {
        let key = object.key();
        let entry = recorded.get(&key);
        match held.get(&key) {
            Some(found) => {
                checked += 1;
                if found.content != object.content {
                    let mut reasons = Vec::new();
                    if entry.is_some_and(|entry| entry.digest != digest([found.content.as_slice()])) {
                        reasons.push(edited());
                    }
                    causes.of(
                        &object.service,
                        entry.is_none_or(|entry| entry.digest != digest([object.content.as_slice()])),
                        &mut reasons,
                    );
                    let fields = changed_fields(&found.content, &object.content);
                    differences.push(difference(State::Differs, object, reasons, fields));
                }
            }
            None if partial && entry.is_none() => {}
            None => {
                checked += 1;
                let mut reasons = Vec::new();
                match entry {
                    Some(_) => reasons.push(("removed", "removed by hand".to_owned())),
                    None => causes.of(&object.service, true, &mut reasons),
                }
                differences.push(difference(State::Missing, object, reasons, Vec::new()));
            }
        }
        seen.insert(key);
    }
    for found in stored.objects.iter().filter(|found| !seen.contains(&found.key())) {
        checked += 1;
        let mut reasons = Vec::new();
        match recorded.get(&found.key()) {
            None => reasons.push(("added", "added by hand".to_owned())),
            Some(_) => causes.of(&found.service, true, &mut reasons),
        }
        differences.push(difference(State::Extra, found, reasons, Vec::new()));
    }
    Comparison { differences, checked }
}

fn edited() -> Reason {
    ("edited", "edited by hand".to_owned())
}

fn difference(state: State, object: &Object, reasons: Vec<Reason>, fields: Vec<String>) -> Difference {
    Difference {
        state,
        service: object.service.clone(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        file: String::new(),
        reasons,
        fields,
    }
}

/// The files of services by their paths, each with its service.
type Files = BTreeMap<String, (String, Document)>;

/// The files that `mizzen render --output-dir` would write, and what it would record of them.
fn files(
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<(Files, Inventory), Option<String>> {
    let factory: Factory = factory::open(arguments, profile, streams).map_err(|refusal| Some(refusal.text))?;
    let job = Job::new(arguments, &factory, profile)?;
    let outcomes = workers::run(
        factory.services.len(),
        || job.bench(),
        |bench, index| factory.services.get(index).map(|service| job.render(bench, service, true)),
        |_| {},
    );
    let libraries: Vec<(String, String)> = factory
        .libraries
        .entries
        .iter()
        .map(|entry| (entry.library.version.clone(), sources::digest_library(&entry.library)))
        .collect();
    let mut made = Files::new();
    let mut parts = Vec::new();
    let mut failed = false;
    for (service, outcome) in factory.services.iter().zip(outcomes.into_iter().flatten()) {
        match outcome.result {
            Ok(rendered) => {
                let library = libraries.iter().find(|(version, _)| *version == rendered.library);
                let library = library.map(|(_, digest)| digest.clone());
                parts.push(sources::service_source(&rendered.name, service, &rendered.library, library));
                for document in rendered.documents {
                    made.insert(format!("{}/{}", rendered.name, document.file), (rendered.name.clone(), document));
                }
            }
            // `mizzen render` skips it, too.
            Err(failure) if failure.nameless => {}
            Err(failure) => {
                failed = true;
                streams.fail(&format!("{}: {}", service.folder, failure.text));
            }
        }
    }
    if failed {
        return Err(None);
    }
    Ok((made, sources::inventory(parts, arguments, profile)?))
}

/// Compares the files of `mizzen render --output-dir`.
fn compare_folder(
    folder: &Path,
    before: Option<&Inventory>,
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Comparison, Option<String>> {
    let (made, now) = files(arguments, profile, streams)?;
    let causes = before.map(|before| Causes::new(before, &now));
    let recorded: HashMap<&str, &Entry> =
        before.map(|before| &before.objects).into_iter().flatten().map(|entry| (entry.file.as_str(), entry)).collect();
    let held: BTreeMap<String, Vec<u8>> = sources::read_files(&folder.display().to_string())?.into_iter().collect();
    let mut differences = Vec::new();
    let explain = |service: &str, changed: bool, reasons: &mut Vec<Reason>| match &causes {
        Some(causes) => causes.of(service, changed, reasons),
        None if reasons.is_empty() => reasons.push(("unknown", "nobody recorded what made it".to_owned())),
        None => {}
    };
    for (file, (service, document)) in &made {
        let wanted = document.bytes();
        let entry = recorded.get(file.as_str());
        let mut reasons = Vec::new();
        let (state, fields) = match held.get(file) {
            Some(found) if *found == wanted => continue,
            Some(found) => {
                if entry.is_some_and(|entry| entry.digest != digest([found.as_slice()])) {
                    reasons.push(edited());
                }
                explain(service, entry.is_none_or(|entry| entry.digest != digest([wanted.as_slice()])), &mut reasons);
                (State::Differs, changed_fields(found, &wanted))
            }
            None => {
                match entry {
                    Some(_) => reasons.push(("removed", "removed by hand".to_owned())),
                    None => explain(service, true, &mut reasons),
                }
                (State::Missing, Vec::new())
            }
        };
        differences.push(Difference {
            state,
            service: service.clone(),
            kind: document.kind.clone(),
            namespace: String::new(),
            name: document.name.clone(),
            file: file.clone(),
            reasons,
            fields,
        });
    }
    let extra: Vec<&String> = held.keys().filter(|file| !made.contains_key(*file)).collect();
    for file in &extra {
        let entry = recorded.get(file.as_str());
        let mut reasons = Vec::new();
        match entry {
            Some(entry) => explain(&entry.service, true, &mut reasons),
            None if before.is_some() => reasons.push(("added", "added by hand".to_owned())),
            None => explain("", true, &mut reasons),
        }
        differences.push(Difference {
            state: State::Extra,
            service: file.split_once('/').map(|(service, _)| service.to_owned()).unwrap_or_default(),
            kind: entry.map(|entry| entry.kind.clone()).unwrap_or_default(),
            namespace: String::new(),
            name: entry.map(|entry| entry.name.clone()).unwrap_or_default(),
            file: (*file).clone(),
            reasons,
            fields: Vec::new(),
        });
    }
    Ok(Comparison { differences, checked: made.len() + extra.len() })
}

/// Why objects can be others than before: what is different for all, and for each service.
struct Causes {
    all: Vec<Reason>,
    services: HashMap<String, Vec<Reason>>,
}

impl Causes {
    fn new(before: &Inventory, now: &Inventory) -> Causes {
        let mut all = Vec::new();
        if before.helm != now.helm {
            all.push(("helm", format!("made for Helm {}, now {}", before.helm, now.helm)));
        }
        if before.mizzen != now.mizzen {
            all.push(("mizzen", format!("made by mizzen {}, now {}", before.mizzen, now.mizzen)));
        }
        if before.values != now.values {
            all.push(("values", "the values from the command line are others".to_owned()));
        }
        let without = |inventory: &Inventory| {
            let mut arguments = inventory.arguments.clone();
            // Values are compared by what they come to, and verify asks for no selection.
            arguments.retain(|name, _| !["values", "since", "service"].contains(&name.as_str()));
            arguments
        };
        let (old, new) = (without(before), without(now));
        if old != new {
            let names: HashSet<&String> =
                old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).collect();
            let mut names: Vec<String> = names.into_iter().map(|name| format!("--{name}")).collect();
            names.sort();
            all.push(("arguments", format!("{} is another", names.join(", "))));
        }
        let known: HashMap<&str, &Source> =
            before.sources.iter().map(|source| (source.name.as_str(), source)).collect();
        let mut services: HashMap<String, Vec<Reason>> = HashMap::new();
        for source in &now.sources {
            let mut reasons = Vec::new();
            match known.get(source.name.as_str()) {
                None => reasons.push(("service", "the service is new".to_owned())),
                Some(old) => {
                    let shown = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
                    if old.version != source.version {
                        let (old, new) = (shown(&old.version), shown(&source.version));
                        reasons.push(("library-version", format!("made with the library {old}, now {new}")));
                    } else if old.library != source.library {
                        let version = shown(&source.version);
                        reasons.push(("library", format!("the library changed, and still is {version}")));
                    }
                    if old.inputs != source.inputs {
                        reasons.push(("inputs", "its configuration changed".to_owned()));
                    }
                }
            }
            services.insert(source.name.clone(), reasons);
        }
        for source in &before.sources {
            services.entry(source.name.clone()).or_insert_with(|| vec![("service", "the service is gone".to_owned())]);
        }
        Causes { all, services }
    }

    /// Adds why an object of a service may differ, where what is made of it changed.
    fn of(&self, service: &str, changed: bool, reasons: &mut Vec<Reason>) {
        if changed {
            reasons.extend(self.services.get(service).into_iter().flatten().cloned());
            reasons.extend(self.all.iter().cloned());
        }
        if reasons.is_empty() {
            reasons.push(("unknown", "the cause is not known".to_owned()));
        }
    }
}

/// A line for each object, and one for each of its fields.
fn lines(comparison: &Comparison) -> String {
    let mut text = String::new();
    for difference in &comparison.differences {
        let object = if difference.file.is_empty() {
            let service =
                if difference.service.is_empty() { String::new() } else { format!(" ({})", difference.service) };
            let separator = if difference.namespace.is_empty() { "" } else { "/" };
            format!("{} {}{separator}{}{service}", difference.kind, difference.namespace, difference.name)
        } else {
            difference.file.clone()
        };
        let reasons: Vec<&str> = difference.reasons.iter().map(|(_, text)| text.as_str()).collect();
        text.push_str(&format!("{:7}  {object}: {}\n", difference.state.name(), reasons.join("; ")));
        for field in &difference.fields {
            text.push_str(&format!("         {field}\n"));
        }
        if difference.state == State::Differs && difference.fields.is_empty() {
            text.push_str("         only written differently\n");
        }
    }
    text
}

/// As schemas/verify.schema.json describes it.
fn report(path: &str, comparison: &Comparison) -> Vec<u8> {
    let differences = comparison.differences.iter().map(|difference| {
        let reasons = difference
            .reasons
            .iter()
            .map(|(code, text)| object([("code", Value::string(*code)), ("text", Value::string(text.as_str()))]));
        object([
            ("state", Value::string(difference.state.name())),
            ("service", Value::string(difference.service.as_str())),
            ("kind", Value::string(difference.kind.as_str())),
            ("namespace", Value::string(difference.namespace.as_str())),
            ("name", Value::string(difference.name.as_str())),
            ("file", Value::string(difference.file.as_str())),
            ("reasons", Value::list(reasons.collect::<Vec<_>>())),
            ("fields", Value::strings(difference.fields.iter().map(String::as_str))),
        ])
    });
    let count = i64::try_from(comparison.checked).unwrap_or(i64::MAX);
    json::document(&object([
        ("path", Value::string(path)),
        ("checked", Value::Int(count)),
        ("differences", Value::list(differences.collect::<Vec<_>>())),
    ]))
}
