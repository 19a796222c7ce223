//! What is compared: revisions, folders of services, charts, manifests, standard input.

use super::git::{Folder, Repository};
use clap::ArgMatches;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One of the two sides.
pub struct Source {
    /// How it is called.
    pub label: String,
    pub content: Content,
    /// What is taken from the front of its paths before they are shown.
    pub root: PathBuf,
    /// Holds the files of a revision as long as they are needed.
    _folder: Option<Folder>,
}

impl Source {
    /// A side whose paths are shown from a folder on.
    pub fn folder(label: &str, root: &Path, content: Content) -> Source {
        Source { label: label.to_owned(), content, root: root.to_owned(), _folder: None }
    }

    /// A text without the folder that a revision was read into.
    pub fn shown(&self, text: &str) -> String {
        let root = self.root.display().to_string();
        if root.is_empty() {
            return text.to_owned();
        }
        text.replace(&format!("{}/", root.trim_end_matches('/')), "")
    }
}

/// What a side is made of.
#[derive(Clone, Debug)]
pub enum Content {
    Services {
        services: PathBuf,
        library: PathBuf,
        schema: Option<PathBuf>,
    },
    Chart(PathBuf),
    Manifests(PathBuf),
    Stream(Vec<u8>),
    /// There is nothing there.
    Nothing,
}

/// What is wrong with the command line.
pub type Wrong = String;

/// Where a factory keeps its things.
struct Places {
    services: PathBuf,
    library: PathBuf,
    schema: PathBuf,
    /// Whether the schema must be there.
    schema_named: bool,
}

impl Places {
    fn new(arguments: &ArgMatches) -> Places {
        let path = |name: &str, default: &str| {
            PathBuf::from(arguments.get_one::<String>(name).map_or(default, String::as_str))
        };
        Places {
            services: path("services", "services"),
            library: path("library", "library"),
            schema: path("schema", "schemas/configuration.schema.json"),
            schema_named: arguments.get_one::<String>("schema").is_some(),
        }
    }

    /// The factory below a folder.
    fn below(&self, root: &Path) -> Content {
        let schema = root.join(&self.schema);
        Content::Services {
            services: root.join(&self.services),
            library: root.join(&self.library),
            schema: (self.schema_named || schema.is_file()).then_some(schema),
        }
    }
}

/// Reads the sides that the command line names.
pub fn sources(arguments: &ArgMatches) -> Result<(Source, Source), Wrong> {
    let words: Vec<&String> = arguments.get_many("side").unwrap_or_default().collect();
    let base = arguments.get_one::<String>("base").map(String::as_str);
    let places = Places::new(arguments);
    match (words.as_slice(), base) {
        ([], base) => {
            let after = working(None, &places)?;
            Ok((revision(base, None, &places)?, after))
        }
        ([one], base) if base.is_some() || exists(one) => {
            let after = working(Some(one), &places)?;
            if one.as_str() == "-" {
                return Err("standard input is one side: name the other one too".to_owned());
            }
            Ok((revision(base, Some(one), &places)?, after))
        }
        ([one], _) => {
            let (name, path) = split(one);
            Ok((revision(Some(name), path, &places)?, working(path, &places)?))
        }
        ([before, after], None) => {
            if before.as_str() == "-" && after.as_str() == "-" {
                return Err("standard input can be one side only".to_owned());
            }
            let side = |word: &String| {
                if exists(word) {
                    return working(Some(word), &places);
                }
                let (name, path) = split(word);
                revision(Some(name), path, &places)
                    .map_err(|error| format!("`{word}` is no file and no revision: {error}"))
            };
            Ok((side(before)?, side(after)?))
        }
        _ => Err("--base and two sides are one side too many".to_owned()),
    }
}

fn exists(word: &str) -> bool {
    word == "-" || Path::new(word).exists()
}

/// `REVISION` or `REVISION:PATH`, as git has it.
fn split(word: &str) -> (&str, Option<&str>) {
    match word.split_once(':') {
        Some((name, path)) if !path.is_empty() => (name, Some(path)),
        Some((name, _)) => (name, None),
        None => (word, None),
    }
}

/// A side in the work tree.
fn working(path: Option<&str>, places: &Places) -> Result<Source, Wrong> {
    let source = |label: &str, content: Content| Source::folder(label, Path::new(""), content);
    match path {
        Some("-") => {
            let mut text = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut text);
            read.map_err(|error| format!("cannot read standard input: {error}"))?;
            Ok(source("standard input", Content::Stream(text)))
        }
        Some(path) => Ok(source(path, content(Path::new(path), places))),
        None if places.services.is_dir() => Ok(source("the working tree", places.below(Path::new("")))),
        None if Path::new("Chart.yaml").is_file() => Ok(source("the working tree", Content::Chart(PathBuf::from(".")))),
        None => Err(format!(
            "there is no folder `{}` here, and no Chart.yaml\nhint: name what to compare: mizzen diff BEFORE AFTER",
            places.services.display()
        )),
    }
}

/// What a file or folder holds.
fn content(path: &Path, places: &Places) -> Content {
    if path.is_file() {
        let is_archive = path.extension().is_some_and(|extension| extension == "tgz");
        return if is_archive { Content::Chart(path.to_owned()) } else { Content::Manifests(path.to_owned()) };
    }
    if !path.exists() {
        return Content::Nothing;
    }
    if path.join("Chart.yaml").is_file() {
        return Content::Chart(path.to_owned());
    }
    if path.join(&places.services).is_dir() && path.join(&places.library).is_dir() {
        return places.below(path);
    }
    let holds_services = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut folders = holds_services.map(|entry| entry.path());
    if folders.any(|folder| folder.join(crate::services::configuration::FILE).is_file()) {
        // Its library is the one beside it, or else that of the command line.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = parent.join(&places.library);
        let library = if beside.is_dir() { beside } else { places.library.clone() };
        let schema = parent.join(&places.schema);
        let schema = if schema.is_file() { schema } else { places.schema.clone() };
        return Content::Services {
            services: path.to_owned(),
            library,
            schema: (places.schema_named || schema.is_file()).then_some(schema),
        };
    }
    Content::Manifests(path.to_owned())
}

/// A side in a revision; without a name the commit at which the current branch left the default one.
fn revision(name: Option<&str>, path: Option<&str>, places: &Places) -> Result<Source, Wrong> {
    let repository = Repository::here()
        .map_err(|error| format!("{error}\nhint: without a repository name both sides: mizzen diff BEFORE AFTER"))?;
    let (commit, label) = match name {
        Some(name) => (repository.commit(name)?, name.to_owned()),
        None => {
            let (commit, branch) = repository.base()?;
            let short: String = commit.chars().take(10).collect();
            (commit, format!("{branch} ({short})"))
        }
    };
    let here = repository.path(Path::new(""))?;
    let inside = |path: &Path| repository.path(path);
    let roots = match path {
        Some(path) => vec![inside(Path::new(path))?],
        None if places.services.is_dir() || !Path::new("Chart.yaml").is_file() => {
            vec![inside(&places.services)?, inside(&places.library)?, inside(&places.schema)?]
        }
        None => vec![here.clone()],
    };
    // Beside a library and a schema stand their other versions.
    let stems: Vec<String> = match path {
        None => vec![
            format!("{}@", inside(&places.library)?),
            format!("{}@", inside(&places.schema)?.replace(".schema.json", "")),
        ],
        Some(path) => {
            let parent = Path::new(path).parent().unwrap_or(Path::new(""));
            let library = inside(&parent.join(&places.library))?;
            vec![format!("{library}/"), format!("{library}@"), inside(&parent.join(&places.schema))?]
        }
    };
    let wanted = |file: &str| {
        let below = |root: &String| {
            root.is_empty()
                || file == root
                || file.strip_prefix(root.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        roots.iter().any(below) || stems.iter().any(|stem| file.starts_with(stem.as_str()))
    };
    let folder = repository.read(&commit, wanted)?;
    let root = folder.path().join(&here);
    // As the paths are written on the command line, so they are below the revision's folder.
    let content = match path {
        Some(path) => {
            let own = folder.path().join(inside(Path::new(path))?);
            content(&own, places)
        }
        None if places.services.is_dir() || !Path::new("Chart.yaml").is_file() => {
            match root.join(&places.services).is_dir() {
                true => places.below(&root),
                false => Content::Nothing,
            }
        }
        None => content(&root, places),
    };
    Ok(Source { label, content, root, _folder: Some(folder) })
}
