//! The versions of the library that stand side by side, and which of them a service is rendered with.
//!
//! `library` is the current version. An older one that some service still pins stands beside it as a folder
//! `library@1.2.0`, which is a copy of `library` from that time, or as the archive `library@1.2.0.tgz`.
//! A pin is a version or a constraint such as `~1.2`; of the versions that fulfil it the newest is taken.

use super::chart::Platform;
use super::configuration::{Configuration, Service};
use super::error::Error;
use super::guide::Guide;
use super::library::Library;
use crate::go::semver::{Constraints, Version};
use crate::go::{Log, Str};
use crate::profile::Profile;
use crate::schema::Schema;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// All versions: plain data that threads share.
#[derive(Debug)]
pub struct Libraries {
    /// The current version, and then the others.
    pub entries: Vec<Entry>,
    profile: &'static Profile,
}

/// One version of the library.
#[derive(Debug)]
pub struct Entry {
    pub library: Library,
    /// The schema of the configurations that are for it.
    pub schema: Option<ConfigurationSchema>,
}

/// The schema of a configuration: compiled to check with, and as a text to explain with.
#[derive(Debug)]
pub struct ConfigurationSchema {
    pub text: Str,
    pub compiled: Schema,
}

impl ConfigurationSchema {
    /// Reads and compiles a schema.
    pub fn load(path: &Path, profile: &'static Profile) -> Result<ConfigurationSchema, Error> {
        let shown = path.display().to_string();
        let text =
            std::fs::read(path).map_err(|error| Error::Read { path: shown.clone(), error: error.to_string() })?;
        let text = Str::from(text);
        let compiled = Schema::compile(&text, profile).map_err(|error| Error::Schema { path: shown, error })?;
        Ok(ConfigurationSchema { text, compiled })
    }
}

impl Libraries {
    /// Reads the library and its other versions. The schema of another version is that of its own where there is one:
    /// `configuration@1.2.0.schema.json` beside the current `configuration.schema.json`.
    pub fn load(
        path: &Path,
        schema: Option<&Path>,
        profile: &'static Profile,
        log: &mut dyn FnMut(Log),
    ) -> Result<Libraries, Error> {
        let load = |path: Option<&Path>| path.map(|path| ConfigurationSchema::load(path, profile)).transpose();
        let mut entries = vec![Entry { library: Library::load(path, profile, log)?, schema: load(schema)? }];
        for (version, other) in versions(path) {
            let library = Library::load(&other, profile, log)?;
            if library.version != version {
                let error = format!("Chart.yaml says version {}, but the name says {version}", library.version);
                return Err(Error::Library { path: other.display().to_string(), error });
            }
            let own = schema.map(|path| pinned(path, &version)).filter(|path| path.is_file());
            entries.push(Entry { library, schema: load(own.as_deref().or(schema))? });
        }
        let others = entries.get_mut(1..).unwrap_or_default();
        others.sort_by(|a, b| order(&b.library.version, &a.library.version, profile));
        Ok(Libraries { entries, profile })
    }

    /// The version that a service is rendered with: its index among the entries.
    pub fn pick(&self, service: &Service, configuration: &Configuration) -> Result<usize, Error> {
        let Some(wanted) = &configuration.library else { return Ok(0) };
        let fulfils = |entry: &Entry| {
            if entry.library.version == *wanted {
                return true;
            }
            let rules = self.profile.semver;
            match (Version::new(entry.library.version.as_bytes(), rules), Constraints::new(wanted.as_bytes(), rules)) {
                (Ok(version), Ok(constraints)) => constraints.check(&version),
                _ => false,
            }
        };
        let mut best: Option<usize> = None;
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, entry)| fulfils(entry)) {
            let newer = best.and_then(|best| self.entries.get(best)).is_none_or(|best| {
                order(&entry.library.version, &best.library.version, self.profile) == Ordering::Greater
            });
            if newer {
                best = Some(index);
            }
        }
        best.ok_or_else(|| Error::LibraryVersion {
            path: service.path().to_owned(),
            wanted: wanted.clone(),
            known: self.entries.iter().map(|entry| entry.library.version.clone()).collect(),
        })
    }
}

/// The libraries as one thread uses them: each is parsed when the first service needs it.
pub struct Platforms<'a> {
    libraries: &'a Libraries,
    made: Vec<OnceCell<Result<Platform<'a>, Error>>>,
    guides: Vec<OnceCell<Guide>>,
}

impl<'a> Platforms<'a> {
    /// Nothing is parsed yet.
    pub fn new(libraries: &'a Libraries) -> Platforms<'a> {
        let made = libraries.entries.iter().map(|_| OnceCell::new()).collect();
        let guides = libraries.entries.iter().map(|_| OnceCell::new()).collect();
        Platforms { libraries, made, guides }
    }

    /// The library of a service.
    pub fn of(&self, service: &Service, configuration: &Configuration) -> Result<&Platform<'a>, Error> {
        self.at(self.libraries.pick(service, configuration)?)
    }

    /// The index of the library of a service.
    pub fn index(&self, service: &Service, configuration: &Configuration) -> Option<usize> {
        self.libraries.pick(service, configuration).ok()
    }

    /// The library at an index of the entries.
    pub fn at(&self, index: usize) -> Result<&Platform<'a>, Error> {
        let (Some(entry), Some(cell)) = (self.libraries.entries.get(index), self.made.get(index)) else {
            return Err(Error::Library { path: String::new(), error: "there is none".to_owned() });
        };
        cell.get_or_init(|| Platform::new(entry, self.libraries.profile)).as_ref().map_err(Clone::clone)
    }

    /// The files of the library at an index of the entries.
    pub fn entry(&self, index: usize) -> Option<&'a Entry> {
        self.libraries.entries.get(index)
    }

    /// What the schema of that library says for people.
    pub fn guide(&self, index: usize) -> Option<&Guide> {
        let text = self.libraries.entries.get(index)?.schema.as_ref().map(|schema| &schema.text);
        Some(self.guides.get(index)?.get_or_init(|| Guide::new(text)))
    }
}

/// The other versions beside a library: version and path.
fn versions(path: &Path) -> Vec<(String, PathBuf)> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let prefix = format!("{name}@");
    let mut versions = Vec::new();
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(version) = name.strip_prefix(&prefix) else { continue };
        // `entry.path()` would begin with `./` where the library's path has no folder.
        let path = path.with_file_name(&name);
        match version.strip_suffix(".tgz") {
            Some(version) => versions.push((version.to_owned(), path)),
            None if path.is_dir() => versions.push((version.to_owned(), path)),
            None => {}
        }
    }
    versions.sort();
    versions
}

/// `configuration.schema.json` of a version: `configuration@1.2.0.schema.json`.
fn pinned(schema: &Path, version: &str) -> PathBuf {
    let name = schema.file_name().unwrap_or_default().to_string_lossy();
    let (stem, rest) = name.split_once('.').unwrap_or((&name, "json"));
    schema.with_file_name(format!("{stem}@{version}.{rest}"))
}

fn order(a: &str, b: &str, profile: &'static Profile) -> Ordering {
    match (Version::new(a.as_bytes(), profile.semver), Version::new(b.as_bytes(), profile.semver)) {
        (Ok(a), Ok(b)) => a.compare(&b),
        _ => a.cmp(b),
    }
}
