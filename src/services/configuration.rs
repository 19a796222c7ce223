//! The services of a folder, and what their teams wrote of them.

use super::error::Error;
use crate::go::{Dict, Str, Value};
use crate::yaml;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
    /// Folders without configuration.yml, and the file in them that was perhaps meant to be it.
    pub misnamed: Vec<(String, String)>,
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
        let files = names(&path)?;
        if !files.iter().any(|file| file == FILE) {
            let misnamed = MISNAMED.iter().find(|known| files.iter().any(|file| file == *known));
            found.misnamed.extend(misnamed.map(|file| (name.clone(), path.join(file).display().to_string())));
            continue;
        }
        let mut service =
            Service { folder: name, layers: vec![Layer::read(&path.join(FILE))?], environments: Vec::new() };
        for file in files {
            let environment = file.strip_prefix("configuration.").and_then(|rest| rest.strip_suffix(".yml"));
            if let Some(environment) = environment.filter(|name| !name.is_empty()) {
                environments.insert(environment.to_owned());
                service.environments.push((environment.to_owned(), path.join(&file).display().to_string()));
            }
        }
        if let Some(environment) = environment {
            service.add_environment(environment)?;
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
            self.misnamed.clear();
        }
        Ok(())
    }
}

impl Service {
    /// Lays the file of an environment above configuration.yml, where the service has one.
    pub fn add_environment(&mut self, environment: &str) -> Result<(), Error> {
        if let Some((_, path)) = self.environments.iter().find(|(name, _)| name == environment) {
            self.layers.push(Layer::read(Path::new(path))?);
        }
        Ok(())
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
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Layer, Error> {
        let shown = path.display().to_string();
        let text = fs::read(path).map_err(|error| Error::Read { path: shown.clone(), error: error.to_string() })?;
        Ok(Layer { path: shown, text: Str::from(text) })
    }
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
    let failed = |error: std::io::Error| Error::Read { path: folder.display().to_string(), error: error.to_string() };
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
    use super::is_name;

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
