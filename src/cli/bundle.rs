//! `mizzen bundle`: manifests as one artefact for `kubectl apply`.

use super::argument::{flag, many, text};
use super::ledger::Ledger;
use super::sources::{self, Gathered, Hooks};
use super::{Exit, Streams, folder};
use crate::bundle::{self, ApplySet, Changes, Entry, Inventory, Object, Settings, Stored, change, stored};
use crate::profile::Profile;
use clap::{ArgMatches, Command};
use std::collections::HashSet;
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("bundle")
        .about("Bundle services, a chart or manifests for kubectl apply")
        .args(sources::arguments())
        .arg(
            text(
                "output",
                "PATH",
                "write FILE.yaml, FILE.tar.gz, or a folder with one folder a phase [default: a stream]",
            )
            .short('o'),
        )
        .arg(text(
            "applyset",
            "NAME",
            "label all objects as parts of an ApplySet with this parent: NAME or configmap/NAME",
        ))
        .arg(
            text("applyset-tooling", "TOOL", "who manages the ApplySet [default: mizzen and its version]")
                .requires("applyset"),
        )
        .arg(many("namespaced", "KIND.GROUP", "a kind of custom resources that lie in namespaces (repeatable)"))
        .arg(flag("create-namespaces", "add the namespaces that are used and not made"))
        .arg(flag("kustomization", "write a kustomization.yaml too, into a folder or archive"))
        .arg(text("since", "PREVIOUS", "bundle only what changed since an earlier bundle, or since its inventory"))
        .arg(text("prune", "FILE", "write what is gone since then, for kubectl delete -f").requires("since"))
        .arg(text("rollback", "FILE", "write what restores the earlier state, for kubectl apply -f").requires("since"))
        .arg(
            text("rollback-prune", "FILE", "write what is new since then, for kubectl delete -f after a rollback")
                .requires("since"),
        )
        .after_help("Example: mizzen bundle --env production -n shop -o bundle.yaml")
}

/// Renders, and writes the bundle.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let output = arguments.get_one::<String>("output").map(String::as_str);
    let form = Form::of(output);
    if arguments.get_flag("kustomization") && matches!(form, Form::Stream | Form::File) {
        streams.fail("--kustomization needs files to name\nhint: give a folder or a .tar.gz to --output");
        return Exit::Usage;
    }
    let (inventory, objects) = match make(arguments, profile, streams) {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    let result = match arguments.get_one::<String>("since") {
        None => write(form, output, &inventory, &objects, arguments, streams),
        Some(previous) => since(previous, form, output, &inventory, &objects, arguments, streams),
    };
    match result {
        Ok(exit) => exit,
        Err(text) => streams.fail(&text),
    }
}

/// The bundle that the arguments ask for, whole: its inventory and its objects in order. The error is how the command ends.
pub fn make(
    arguments: &ArgMatches,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<(Inventory, Vec<Object>), Exit> {
    let text = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    let namespace = text("namespace").unwrap_or("default").to_owned();
    let tooling = concat!("mizzen/v", env!("CARGO_PKG_VERSION"));
    let tooling = text("applyset-tooling").unwrap_or(tooling);
    let applyset = text("applyset").map(|name| ApplySet::parse(name, &namespace, tooling)).transpose();
    let applyset = applyset.map_err(|error| {
        streams.fail(&error.to_string());
        Exit::Usage
    })?;
    let settings = Settings {
        namespace,
        applyset,
        namespaced: arguments.get_many::<String>("namespaced").unwrap_or_default().cloned().collect(),
        create_namespaces: arguments.get_flag("create-namespaces"),
    };
    let Gathered { pieces, mut inventory } = sources::gather(arguments, Hooks::Applied, profile, streams)?;
    let (objects, warnings) =
        bundle::assemble(&pieces, &settings, profile).map_err(|error| streams.fail(&error.to_string()))?;
    warnings.iter().for_each(|warning| streams.say(&format!("warning: {warning}")));
    inventory.objects = objects.iter().map(Entry::new).collect();
    Ok((inventory, objects))
}

/// The form of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Stream,
    File,
    Archive,
    Folder,
}

impl Form {
    fn of(output: Option<&str>) -> Form {
        let ends = |extensions: &[&str]| {
            output.is_some_and(|path| extensions.iter().any(|extension| path.ends_with(extension)))
        };
        match output {
            None | Some("-") => Form::Stream,
            Some(_) if ends(&[".tar.gz", ".tgz"]) => Form::Archive,
            Some(_) if ends(&[".yaml", ".yml"]) => Form::File,
            Some(_) => Form::Folder,
        }
    }
}

fn write(
    form: Form,
    output: Option<&str>,
    inventory: &Inventory,
    objects: &[Object],
    arguments: &ArgMatches,
    streams: &mut Streams<'_>,
) -> Result<Exit, String> {
    let path = output.unwrap_or_default();
    let files = || stored::files(inventory, objects, arguments.get_flag("kustomization"));
    match form {
        Form::Stream => {
            let written = streams.out.write_all(&stored::stream(Some(inventory), objects));
            return Ok(if written.is_err() { Exit::BrokenPipe } else { Exit::Success });
        }
        Form::File => replace(path, &stored::stream(Some(inventory), objects))?,
        Form::Archive => replace(path, &stored::archive(&files()).map_err(|error| error.to_string())?)?,
        Form::Folder => {
            let mut ledger = Ledger::open(Path::new(path))?;
            for (name, bytes) in files() {
                ledger.write(&name, &bytes)?;
            }
            ledger.finish()?;
        }
    }
    Ok(Exit::Success)
}

fn replace(path: &str, bytes: &[u8]) -> Result<(), String> {
    folder::replace(Path::new(path), bytes).map(|_| ()).map_err(|error| format!("cannot write `{path}`: {error}"))
}

/// Writes what changed since an earlier bundle.
fn since(
    previous: &str,
    form: Form,
    output: Option<&str>,
    inventory: &Inventory,
    objects: &[Object],
    arguments: &ArgMatches,
    streams: &mut Streams<'_>,
) -> Result<Exit, String> {
    let before = read(previous)?;
    let known = before.inventory.clone().unwrap_or_else(|| Inventory {
        objects: before.objects.iter().map(Entry::new).collect(),
        ..Inventory::default()
    });
    let changes = bundle::changes(&known, objects);
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    let text = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    if let Some(path) = text("prune") {
        files.push((path, change::deletions(changes.removed.iter().copied())));
    }
    if let Some(path) = text("rollback") {
        files.push((path, stored::stream(None, &rollback(&before, &known, &changes, previous)?)));
    }
    if let Some(path) = text("rollback-prune") {
        let added: Vec<Entry> = changes.added.iter().map(|object| Entry::new(object)).collect();
        files.push((path, change::deletions(added.iter())));
    }
    for (path, bytes) in files {
        replace(path, &bytes)?;
    }
    streams.say(&format!(
        "{} added, {} changed, {} removed, {} unchanged",
        changes.added.len(),
        changes.changed.len(),
        changes.removed.len(),
        objects.len() - changes.added.len() - changes.changed.len()
    ));
    if !changes.removed.is_empty() && text("prune").is_none() {
        streams.say("hint: --prune FILE writes what is gone, for kubectl delete -f");
    }
    let keys: HashSet<_> = changes.added.iter().chain(&changes.changed).map(|object| object.key()).collect();
    let wanted: Vec<Object> = objects.iter().filter(|object| keys.contains(&object.key())).cloned().collect();
    if wanted.is_empty() {
        streams.say("hint: there is nothing to apply, and kubectl apply refuses a bundle without objects");
    }
    let mut inventory = inventory.clone();
    inventory.objects = wanted.iter().map(Entry::new).collect();
    write(form, output, &inventory, &wanted, arguments, streams)
}

/// What was before of everything that changed or is gone, in the order of then.
fn rollback(before: &Stored, known: &Inventory, changes: &Changes<'_>, previous: &str) -> Result<Vec<Object>, String> {
    let mut keys: HashSet<_> = changes.changed.iter().map(|object| object.key()).collect();
    keys.extend(changes.removed.iter().map(|entry| entry.key()));
    let objects: Vec<Object> = before.objects.iter().filter(|object| keys.contains(&object.key())).cloned().collect();
    if objects.len() < keys.len() {
        return Err(format!(
            "`{previous}` holds {} of {} objects, so there is nothing to go back to\nhint: give the earlier bundle itself to --since, not its inventory",
            before.objects.len(),
            known.objects.len()
        ));
    }
    Ok(objects)
}

/// Reads a bundle, or an inventory alone.
pub fn read(path: &str) -> Result<Stored, String> {
    let files = sources::read_files(path)?;
    stored::read(&files).map_err(|error| format!("{path}: {error}"))
}
