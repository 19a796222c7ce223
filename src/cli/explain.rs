//! `mizzen explain`: the effective values of a service, and the file and line that set each.

use super::argument::format;
use super::job::{self, value_options};
use super::json::{self, object, optional};
use super::{Exit, Streams, factory};
use crate::chart::merge_maps;
use crate::go::json::{Implementation, Options as JsonOptions, encode};
use crate::go::{Dict, Value};
use crate::profile::Profile;
use crate::services::check::value_at;
use crate::services::nearest::nearest;
use crate::services::origins::{Effective, effective, parse_path, settle};
use crate::services::places::{Places, dotted};
use crate::services::{Layer, Platforms, merge};
use crate::values;
use clap::{Arg, ArgMatches, Command};
use std::path::Path;

/// The command, as clap knows it.
pub fn command() -> Command {
    let job = job::arguments().into_iter();
    let values = ["values", "set", "set-string", "set-file", "set-json", "set-literal"];
    Command::new("explain")
        .about("Show the effective values of a service, and the file and line that set each")
        .arg(Arg::new("one").value_name("SERVICE").required(true).help("the service by its folder's name"))
        .arg(Arg::new("path").value_name("PATH").help("a value, or all below it, such as ingress.hosts[0].host"))
        .args(factory::places())
        .args(job.filter(|argument| values.contains(&argument.get_id().as_str())))
        .arg(format(["text", "json"], "text, or json with files and lines"))
        .after_help("Example: mizzen explain storefront resources --env production")
}

/// Values and where they stand.
struct Source {
    /// The file, or the flags.
    path: String,
    values: Dict,
    /// `None` for flags, which have no lines.
    places: Option<Places>,
}

impl Source {
    fn file(layer: &Layer, values: Dict) -> Source {
        Source { path: layer.path.clone(), values, places: Some(Places::new(layer)) }
    }

    /// The line and column of what the file says of a path.
    fn place(&self, path: &[String]) -> Option<(u32, u32)> {
        let places = self.places.as_ref()?;
        let (mark, _) = (1..=path.len()).rev().find_map(|length| places.get(path.get(..length)?))?;
        Some((mark.line + 1, mark.column + 1))
    }

    fn shown(&self, path: &[String]) -> String {
        match self.place(path) {
            Some((line, _)) => format!("{}:{line}", self.path),
            None => self.path.clone(),
        }
    }
}

/// Explains the values of one service.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let mut factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(refusal) => return refusal.report(streams),
    };
    let wanted = arguments.get_one::<String>("one").cloned().unwrap_or_default();
    if let Some(text) = factory.only(&wanted) {
        streams.fail(&text);
        return Exit::Usage;
    }
    let Some(service) = factory.services.first() else { return Exit::Usage };
    let platforms = Platforms::new(&factory.libraries);
    let read = service.configuration().and_then(|configuration| {
        let platform = platforms.of(service, &configuration)?;
        let values = platform.merged(service, &configuration)?;
        let guide = platforms.index(service, &configuration).and_then(|index| platforms.guide(index));
        Ok((configuration, platform, values, guide))
    });
    let (configuration, platform, mut merged, guide) = match read {
        Ok(read) => read,
        Err(error) => return streams.fail(&format!("{}: {error}", service.folder)),
    };
    let library = &platform.entry.library;
    let defaults = Layer::new(format!("{}/values.yaml", library.path), library.values.clone());
    let mut sources = vec![Source::file(&defaults, platform.defaults.clone())];
    let files = service.layers.iter().zip(&configuration.layers);
    sources.extend(files.map(|(layer, values)| Source::file(layer, values.clone())));
    let mut over = match command_line(arguments, profile) {
        Ok(over) => over,
        Err(text) => return streams.fail(&text),
    };
    let user = over.iter().fold(Dict::new(), |below, source| merge_maps(&below, &source.values));
    merged = match merge(&merged, &user) {
        Ok(merged) => merged,
        Err(_) => return streams.fail("the values of the command line nest too deeply"),
    };
    let mut settled: Vec<Dict> = over.iter().map(|source| source.values.clone()).collect();
    settle(&mut settled);
    over.iter_mut().zip(settled).for_each(|(source, values)| source.values = values);
    sources.extend(over);
    let path = arguments.get_one::<String>("path").map(|text| parse_path(text)).unwrap_or_default();
    let layers: Vec<Dict> = sources.iter().map(|source| source.values.clone()).collect();
    let found = effective(&layers, &merged, &path);
    let description = guide.filter(|_| !path.is_empty()).and_then(|guide| guide.description(&path));
    if found.is_empty() {
        let known = value_at(&merged, path.get(..path.len().saturating_sub(1)).unwrap_or_default());
        let known = known.as_ref().and_then(Value::as_dict).map(Dict::snapshot).unwrap_or_default();
        let known: Vec<String> = known.iter().map(|(key, _)| key.to_string()).collect();
        let meant = path.last().and_then(|key| nearest(key, known.iter().map(String::as_str)));
        let hint = match (meant, description) {
            (Some(word), _) => format!("\nhint: did you mean `{word}`?"),
            (None, Some(text)) => format!("\nhint: it is not set; {}: {text}", dotted(&path)),
            (None, None) => format!("\nhint: `mizzen explain {}` shows what is set", service.folder),
        };
        return streams.fail(&format!("{} has no value `{}`{hint}", service.folder, dotted(&path)));
    }
    let shown = match arguments.get_one::<String>("format").is_some_and(|format| format == "json") {
        true => document(&found, &sources),
        false => text(&found, &sources, description.as_deref()).into_bytes(),
    };
    if streams.out.write_all(&shown).is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// The values of the files that `-f` names, and above them those of the flags.
fn command_line(arguments: &ArgMatches, profile: &'static Profile) -> Result<Vec<Source>, String> {
    let options = value_options(arguments);
    let mut sources = Vec::new();
    for path in &options.value_files {
        let layer = Layer::read(Path::new(path));
        if let Some(error) = &layer.unreadable {
            return Err(format!("cannot read `{path}`: {error}"));
        }
        let values = crate::yaml::unmarshal_map(&layer.text)
            .map_err(|error| format!("cannot parse `{path}`: {}", error.problem))?;
        sources.push(Source::file(&layer, values));
    }
    let only_files = values::Options { value_files: options.value_files.clone(), ..values::Options::default() };
    let all = values::user_values(&options, profile, &mut |path| super::helm::read_values_file(path));
    let all = all.map_err(|error| error.to_string())?;
    let flags = [
        options.json_values.len(),
        options.values.len(),
        options.string_values.len(),
        options.file_values.len(),
        options.literal_values.len(),
    ];
    if flags.iter().any(|count| *count > 0) {
        let files = values::user_values(&only_files, profile, &mut |path| super::helm::read_values_file(path));
        let files = files.map_err(|error| error.to_string())?;
        sources.push(Source { path: "the command line".to_owned(), values: difference(&all, &files), places: None });
    }
    Ok(sources)
}

/// What `all` says that `below` does not.
fn difference(all: &Dict, below: &Dict) -> Dict {
    let found = Dict::new();
    for (key, value) in all.entries().iter() {
        match (value, below.get(key.as_bytes())) {
            (Value::Dict(all), Some(Value::Dict(below))) => {
                let inner = difference(all, &below);
                if !inner.is_empty() {
                    found.insert(key.clone(), Value::Dict(inner));
                }
            }
            (value, Some(other)) if short(value) == short(&other) => {}
            (value, _) => found.insert(key.clone(), value.clone()),
        }
    }
    found
}

/// A value as JSON on one line.
fn short(value: &Value) -> String {
    let options = JsonOptions { escape_html: false, indent: None, implementation: Implementation::V2 };
    encode(value, options).map_or_else(|error| error, |text| text.to_string())
}

/// How much of a value a line shows.
const WIDTH: usize = 60;

fn cut(value: &Value) -> String {
    let text = short(value);
    if text.chars().count() <= WIDTH {
        return text;
    }
    text.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// A line a value, with what it shadows below it.
fn text(found: &[Effective], sources: &[Source], description: Option<&str>) -> String {
    let mut out = description.map_or_else(String::new, |text| format!("# {text}\n"));
    let heads: Vec<String> = found
        .iter()
        .map(|found| {
            let value = found.value.as_ref().map_or_else(|| "(deleted)".to_owned(), cut);
            format!("{}: {value}", dotted(&found.path))
        })
        .collect();
    let width = heads.iter().map(|head| head.chars().count()).filter(|width| *width <= WIDTH).max().unwrap_or(0);
    for (found, head) in found.iter().zip(heads) {
        let place = sources.get(found.layer).map(|source| source.shown(&found.path)).unwrap_or_default();
        out.push_str(&format!("{head:<width$}  {place}\n"));
        for (layer, value) in &found.shadows {
            let place = sources.get(*layer).map(|source| source.shown(&found.path)).unwrap_or_default();
            out.push_str(&format!("  over {}  {place}\n", cut(value)));
        }
    }
    out
}

fn document(found: &[Effective], sources: &[Source]) -> Vec<u8> {
    let place = |layer: usize, path: &[String]| {
        let source = sources.get(layer);
        let number = |number: Option<u32>| number.map_or(Value::Nil, |number| Value::Int(i64::from(number)));
        let place = source.and_then(|source| source.place(path));
        object([
            ("source", optional(source.map(|source| source.path.as_str()))),
            ("line", number(place.map(|(line, _)| line))),
            ("column", number(place.map(|(_, column)| column))),
        ])
    };
    let values = found.iter().map(|found| {
        let shadows = found.shadows.iter().map(|(layer, value)| {
            let place = place(*layer, &found.path);
            if let Some(dict) = place.as_dict() {
                dict.insert("value", value.clone());
            }
            place
        });
        object([
            ("path", Value::string(dotted(&found.path))),
            ("value", found.value.clone().unwrap_or_default()),
            ("deleted", Value::Bool(found.value.is_none())),
            ("set", place(found.layer, &found.path)),
            ("shadows", Value::list(shadows.collect::<Vec<_>>())),
        ])
    });
    json::document(&object([("values", Value::list(values.collect::<Vec<_>>()))]))
}
