//! A side that is not compared service by service: a chart, manifests, a stream, or services against one of these.

use super::Setting;
use super::causes::{File, Inputs, Known, ValueFile, ValuePath};
use super::factory::{self, differing, inputs, random};
use super::schema::secret_paths;
use super::sides::{Content, Source};
use crate::chart::{self, Chart};
use crate::cli::helm::read_values_file;
use crate::cli::job::{self, Job, value_options};
use crate::cli::reproducible::{Reproducible, Watched};
use crate::diff::{self, Input, Secrets, Side};
use crate::go::{Dict, Str, Value};
use crate::host::Host;
use crate::profile::Profile;
use crate::render;
use crate::trace::Recorder;
use crate::values;
use clap::ArgMatches;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a side comes to: its manifests, and what is known of how they were made.
pub type Loaded = (Vec<Input>, Vec<Known>);

/// How deep folders of manifests are read.
const DEPTH: usize = 32;

/// Reads or renders a side.
pub fn load(
    arguments: &ArgMatches,
    setting: &Setting,
    profile: &'static Profile,
    source: &Source,
    side: Side,
    secrets: &mut Secrets,
) -> Result<Loaded, String> {
    match &source.content {
        Content::Nothing => Ok((Vec::new(), Vec::new())),
        Content::Stream(text) => Ok((diff::inputs_of_text("stdin", &Str::from(text.as_slice())), Vec::new())),
        Content::Manifests(path) => Ok((manifests(path, source)?, Vec::new())),
        Content::Chart(path) => render_chart(arguments, setting, profile, (source, path), side, secrets),
        Content::Services { services, library, schema } => {
            let environment = arguments.get_one::<String>("env").map(String::as_str);
            let factory = factory::open((services, library, schema.as_deref()), environment, profile)?;
            let half = factory::Half::new(Job::new(arguments, &factory, profile)?, source, setting);
            half.everything()
        }
    }
}

/// The manifests of a file, or of all files of a folder.
fn manifests(path: &Path, source: &Source) -> Result<Vec<Input>, String> {
    let mut files = Vec::new();
    collect(path, DEPTH, &mut files)?;
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let shown = source.shown(&file.display().to_string());
        let text = std::fs::read(&file).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        found.extend(diff::inputs_of_text(&shown, &Str::from(text)));
    }
    Ok(found)
}

fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth == 0 {
        return Err(format!("`{}` nests too deeply", path.display()));
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
        if path.is_dir() || is_manifest {
            collect(&path, depth - 1, files)?;
        }
    }
    Ok(())
}

fn render_chart(
    arguments: &ArgMatches,
    setting: &Setting,
    profile: &'static Profile,
    (source, path): (&Source, &Path),
    side: Side,
    secrets: &mut Secrets,
) -> Result<Loaded, String> {
    // A chart without its dependencies would render to less than it is, and differ from nothing.
    let chart = chart::load_installable(path, profile, &mut |_| {}).map_err(|error| error.to_string())?;
    let own = if side == Side::Before { "before-values" } else { "after-values" };
    let mut values = value_options(arguments);
    values.value_files.extend(arguments.get_many::<String>(own).unwrap_or_default().cloned());
    let mut texts: Vec<(String, Str)> = Vec::new();
    let user_values = values::user_values(&values, profile, &mut |path| {
        let bytes = read_values_file(path)?;
        texts.push((path.to_owned(), Str::from(bytes.as_slice())));
        Ok(bytes)
    })
    .map_err(|error| error.to_string())?;
    let text = |name: &str| arguments.get_one::<String>(name).cloned().unwrap_or_default();
    let options = job::options(arguments, &text("release"), profile)?;
    let name = chart.name().to_owned();
    let mut secret = setting.secret.clone();
    secret_of(&chart, &mut Vec::new(), &mut secret);
    // An error may tell values: its secrets are known before it comes.
    learn_all(&chart, &mut Vec::new(), &secret, secrets);
    factory::learn_values(secrets, &Value::Dict(user_values.deep_copy()), &mut Vec::new(), &secret);
    let mut known_inputs = Inputs::default();
    for (at, (path, text)) in texts.into_iter().enumerate().rev() {
        let file = File { key: format!("-f {at}"), shown: path, text };
        known_inputs.values.push(ValueFile::new(file, Vec::new()));
    }
    let folder = source.shown(&path.display().to_string());
    gather(&chart, &name, "", &mut Vec::new(), folder.trim_start_matches("./"), &mut known_inputs)
        .map_err(|error| error.to_string())?;
    let seed = text("seed");
    let seed = if seed.is_empty() { options.name.clone() } else { seed };
    let host = Watched::new(Reproducible::new(&seed));
    let again = chart.clone();
    let mut seen = Dict::new();
    let (result, trace) = render::traced_with(
        Chart { values: chart.values.deep_copy(), ..chart },
        &user_values.deep_copy(),
        &options,
        &host as &dyn Host,
        profile,
        &mut |_| {},
        |values| {
            seen = values.deep_copy();
            Recorder::new(values).tainting(random)
        },
    );
    let found = inputs(&result.map_err(|failure| failure.error.to_string())?);
    let mut volatile = HashMap::new();
    let asked = host.was_asked();
    if asked {
        let there = Reproducible::elsewhere(&seed);
        if let Ok(other) = render::render(again, &user_values, &options, &there, profile, &mut |_| {}) {
            volatile = differing(&found, &inputs(&other));
        }
    }
    let mut known = Known { chart: name, trace, values: seen, inputs: known_inputs, asked, volatile, secret };
    factory::mark_flows(&found, &mut known);
    Ok((found, vec![known]))
}

/// The values that the schemas of a chart and of those in it mark as secret.
fn secret_of(chart: &Chart, under: &mut Vec<String>, found: &mut Vec<ValuePath>) {
    let own = chart.schema.iter().flat_map(|schema| secret_paths(schema));
    found.extend(own.map(|path| [under.as_slice(), &path].concat()));
    for dependency in &chart.dependencies {
        for name in names_of(chart, dependency) {
            under.push(name);
            secret_of(dependency, under, found);
            under.pop();
        }
    }
}

/// Learns the secret values that a chart and those in it come with.
fn learn_all(chart: &Chart, under: &mut ValuePath, marked: &[ValuePath], secrets: &mut Secrets) {
    factory::learn_values(secrets, &Value::Dict(chart.values.deep_copy()), under, marked);
    for dependency in &chart.dependencies {
        for name in names_of(chart, dependency) {
            under.push(name);
            learn_all(dependency, under, marked, secrets);
            under.pop();
        }
    }
}

/// The keys that a chart has for the values of one in it: its name, and the aliases.
fn names_of(chart: &Chart, dependency: &Chart) -> Vec<String> {
    let name = dependency.name();
    let rows = chart.metadata.dependencies.iter().flatten();
    let aliases = rows.filter(|row| row.name == *name && !row.alias.is_empty()).map(|row| row.alias.to_string());
    std::iter::once(name.to_owned()).chain(aliases).collect()
}

/// The files of a chart and of those in it, under the names that a trace and people have for them.
fn gather(
    chart: &Chart,
    name: &str,
    within: &str,
    under: &mut Vec<String>,
    folder: &str,
    inputs: &mut Inputs,
) -> Result<(), chart::Error> {
    for raw in &chart.raw {
        let text = raw.content.bytes()?;
        let file = || File {
            key: format!("chart/{within}{}", raw.name),
            shown: if folder.is_empty() || folder == "." {
                format!("{within}{}", raw.name)
            } else {
                format!("{folder}/{within}{}", raw.name)
            },
            text: text.clone(),
        };
        if raw.name == "values.yaml" {
            inputs.values.push(ValueFile::new(file(), under.clone()));
        }
        inputs.templates.insert(format!("{name}/{}", raw.name), file());
    }
    for dependency in &chart.dependencies {
        let own = dependency.name();
        under.push(own.to_owned());
        gather(dependency, &format!("{name}/charts/{own}"), &format!("{within}charts/{own}/"), under, folder, inputs)?;
        under.pop();
    }
    Ok(())
}
