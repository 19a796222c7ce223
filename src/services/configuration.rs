//! The services of a folder, and what their teams wrote of them.

use super::error::Error;
use crate::go::{Dict, Str, Value};
use crate::yaml;
use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// The file that makes a folder a service.
pub const FILE: &str = "configuration.yml";

/// What people call that file who know Helm's.
const MISNAMED: [&str; 4] = ["configuration.yaml", "config.yml", "config.yaml", "Configuration.yml"];

/// The services of a folder, sorted by the names of their folders.
#[derive(Clone, Debug, Default)]
pub struct Services {
    pub services: Vec<Service>,
    /// The environments for which some service has a file, sorted.
    pub environments: Vec<String>,
    /// Files that nobody reads, and that were perhaps meant to be read.
    pub misnamed: Vec<Misnamed>,
}

/// A file that is called nearly as one that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnamed {
    /// The folder that it lies in.
    pub folder: String,
    /// The file.
    pub path: String,
    /// What to do about it.
    pub hint: String,
}

/// A service as its team wrote it: plain data that threads share.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name of its folder, which is also what the command line calls it.
    pub folder: String,
    /// configuration.yml, and above it that of the environment.
    pub layers: Vec<Layer>,
    /// The environments that it has a file for, sorted, and the paths of these files.
    pub environments: Vec<(String, String)>,
}

/// One file of a service's configuration.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Where it was read from, for messages.
    pub path: String,
    /// Its bytes.
    pub text: Str,
    /// Why it cannot be read, in the system's words; the other services can do without.
    pub unreadable: Option<String>,
}

/// What the files of a service say.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The layers, parsed.
    pub layers: Vec<Dict>,
    /// service.name
    pub name: String,
    /// platform.version: the versions of the library that it may be rendered with.
    pub library: Option<String>,
}

/// Finds the services of a folder. A folder without configuration.yml is none.
pub fn discover(folder: &Path, environment: Option<&str>) -> Result<Services, Error> {
    let mut found = Services::default();
    let mut environments = BTreeSet::new();
    for name in names(folder)? {
        let path = folder.join(&name);
        if name.starts_with('.') || !path.is_dir() {
            continue;
        }
        // What is wrong with one folder is no reason to look at none.
        let files = names(&path).unwrap_or_else(|_| vec![FILE.to_owned()]);
        found.misnamed.extend(misnamed(&name, &path, &files));
        if !files.iter().any(|file| file == FILE) {
            continue;
        }
        let mut service =
            Service { folder: name, layers: vec![Layer::read(&path.join(FILE))], environments: Vec::new() };
        for file in files {
            let environment = file.strip_prefix("configuration.").and_then(|rest| rest.strip_suffix(".yml"));
            if let Some(environment) = environment.filter(|name| !name.is_empty()) {
                environments.insert(environment.to_owned());
                service.environments.push((environment.to_owned(), path.join(&file).display().to_string()));
            }
        }
        if let Some(environment) = environment {
            service.add_environment(environment);
        }
        found.services.push(service);
    }
    found.environments = environments.into_iter().collect();
    if let Some(name) = environment
        && !found.services.is_empty()
        && !found.environments.iter().any(|known| known == name)
    {
        return Err(Error::UnknownEnvironment { name: name.to_owned(), known: found.environments });
    }
    Ok(found)
}

impl Services {
    /// Leaves the services of these names, in the order of the folder; all of them where none is named.
    pub fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        for name in wanted {
            if !self.services.iter().any(|service| service.folder == *name) {
                let known = self.services.iter().map(|service| service.folder.clone()).collect();
                return Err(Error::UnknownService { name: name.clone(), known });
            }
        }
        if !wanted.is_empty() {
            self.services.retain(|service| wanted.contains(&service.folder));
            self.misnamed.retain(|file| wanted.contains(&file.folder));
        }
        Ok(())
    }
}

impl Service {
    /// Lays the file of an environment above configuration.yml, where the service has one.
    pub fn add_environment(&mut self, environment: &str) {
        if let Some((_, path)) = self.environments.iter().find(|(name, _)| name == environment) {
            self.layers.push(Layer::read(Path::new(path)));
        }
    }

    /// The path of configuration.yml.
    pub fn path(&self) -> &str {
        self.layers.first().map_or("", |layer| &layer.path)
    }

    /// Parses the layers and reads what they say of the service's name and library.
    pub fn configuration(&self) -> Result<Configuration, Error> {
        let mut configuration = self.unnamed()?;
        configuration.name = self.name(&configuration.layers)?;
        Ok(configuration)
    }

    /// The same where the name is missing or none.
    pub fn unnamed(&self) -> Result<Configuration, Error> {
        let mut layers = Vec::new();
        for layer in &self.layers {
            if let Some(error) = &layer.unreadable {
                return Err(Error::Read { path: layer.path.clone(), error: error.clone() });
            }
            let values =
                yaml::unmarshal_map(&layer.text).map_err(|error| Error::Parse { path: layer.path.clone(), error })?;
            layers.push(values);
        }
        let library = match last(&layers, b"platform", b"version") {
            None | Some(Value::Nil) => None,
            Some(Value::String(version)) if version.is_empty() => None,
            Some(Value::String(version)) => Some(version.to_string()),
            Some(other) => yaml::scalar_text(&other).map(|text| text.to_string()),
        };
        Ok(Configuration { layers, name: String::new(), library })
    }

    fn name(&self, layers: &[Dict]) -> Result<String, Error> {
        let path = self.path().to_owned();
        match last(layers, b"service", b"name") {
            Some(Value::String(name)) if is_name(&name) => Ok(name.to_string()),
            None | Some(Value::Nil) => Err(Error::NameMissing { path }),
            Some(Value::String(name)) if name.is_empty() => Err(Error::NameMissing { path }),
            Some(Value::String(name)) => Err(Error::Name { path, name: name.to_string() }),
            Some(other) => {
                let name = yaml::scalar_text(&other).map_or_else(|| "(not a text)".to_owned(), |text| text.to_string());
                Err(Error::Name { path, name })
            }
        }
    }
}

impl Layer {
    /// The layer of a text that was read.
    pub fn new(path: String, text: Str) -> Layer {
        Layer { path, text, unreadable: None }
    }

    /// Reads a file. A pipe or a device may never begin, or never end.
    pub fn read(path: &Path) -> Layer {
        let shown = path.display().to_string();
        let odd = fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
        let text = if odd { Err(io::Error::other("it is a pipe or a device")) } else { fs::read(path) };
        match text {
            Ok(text) => Layer::new(shown, Str::from(text)),
            Err(error) => Layer { path: shown, text: Str::default(), unreadable: Some(error.to_string()) },
        }
    }
}

/// The files of a folder that are called nearly as what is read: configuration.yml or the file of an environment.
fn misnamed(name: &str, folder: &Path, files: &[String]) -> Vec<Misnamed> {
    let has_one = files.iter().any(|file| file == FILE);
    let hint = |file: &str| {
        if MISNAMED.contains(&file) {
            return Some(match has_one {
                false => format!("call it {FILE}"),
                true => format!("{FILE} beside it is read: move what is needed there, and delete this file"),
            });
        }
        let lower = file.to_ascii_lowercase();
        let stem = lower.strip_suffix(".yml").or_else(|| lower.strip_suffix(".yaml"))?;
        let environment = stem.strip_prefix("configuration")?.strip_prefix(['.', '-', '_'])?;
        let right = format!("configuration.{environment}.yml");
        (has_one && !environment.is_empty() && right != file).then(|| format!("call it {right}"))
    };
    let file = |file: &String| {
        let path = folder.join(file).display().to_string();
        Some(Misnamed { folder: name.to_owned(), path, hint: hint(file)? })
    };
    files.iter().filter_map(file).collect()
}

/// What the uppermost layer that says anything of it says of a key in a map.
fn last(layers: &[Dict], map: &[u8], key: &[u8]) -> Option<Value> {
    layers.iter().rev().find_map(|layer| layer.get(map).as_ref().and_then(Value::as_dict)?.get(key))
}

/// Whether a text can name a release, a chart and every resource: 53 bytes is Helm's limit for a release.
pub fn is_name(name: &[u8]) -> bool {
    name.len() <= 53
        && name.first().is_some_and(u8::is_ascii_lowercase)
        && !name.ends_with(b"-")
        && name.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// The names in a folder, sorted, so that nothing depends on the file system's order.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error: io::Error| Error::Read { path: folder.display().to_string(), error: error.to_string() };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        // A name that is not UTF-8 cannot be a service's.
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{Layer, is_name, misnamed};
    use std::path::Path;

    #[cfg(unix)]
    #[test]
    fn what_never_ends_is_not_read() {
        let layer = Layer::read(Path::new("/dev/zero"));
        assert_eq!(layer.unreadable.as_deref(), Some("it is a pipe or a device"));
    }

    #[test]
    fn names_of_files_that_nobody_reads() {
        for (files, wanted) in [
            (&["configuration.yml", "configuration.production.yml", "README.md"][..], &[][..]),
            (&["configuration.yaml"], &["call it configuration.yml"]),
            (
                &["configuration.yml", "configuration.yaml"],
                &["configuration.yml beside it is read: move what is needed there, and delete this file"],
            ),
            (
                &["configuration.yml", "configuration.test.yaml", "configuration-prod.yml", "Configuration.dev.yml"],
                &["call it configuration.test.yml", "call it configuration.prod.yml", "call it configuration.dev.yml"],
            ),
            (&["configuration.test.yaml"], &[]),
        ] {
            let files: Vec<String> = files.iter().map(|&file| file.to_owned()).collect();
            let said: Vec<String> = misnamed("a", Path::new("a"), &files).into_iter().map(|file| file.hint).collect();
            assert_eq!(said, wanted, "{files:?}");
        }
    }

    #[test]
    fn names_are_those_of_releases_and_resources() {
        for name in ["a", "orders", "ledger-db", "a1-2b", &"a".repeat(53)] {
            assert!(is_name(name.as_bytes()), "{name}");
        }
        for name in ["", "-a", "a-", "1a", "A", "a_b", "a.b", "../a", "a/b", "a b", "é", &"a".repeat(54)] {
            assert!(!is_name(name.as_bytes()), "{name}");
        }
    }
}
