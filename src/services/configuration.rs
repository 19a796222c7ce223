//! The services of a folder, and what their teams wrote of them.

use super::error::Error;
use crate::chart;
use crate::go::{Dict, Str, Value};
use crate::profile::Profile;
use crate::schema;
use crate::yaml;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The file that makes a folder a service.
const FILE: &str = "configuration.yml";

/// The services of a folder, sorted by the names of their folders.
#[derive(Clone, Debug, Default)]
pub struct Services {
    pub services: Vec<Service>,
    /// The environments for which some service has a file, sorted.
    pub environments: Vec<String>,
}

/// A service as its team wrote it: plain data that threads share.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name of its folder, which is also what the command line calls it.
    pub folder: String,
    /// configuration.yml, and above it that of the environment.
    pub layers: Vec<Layer>,
}

/// One file of a service's configuration.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Where it was read from, for messages.
    pub path: String,
    /// Its bytes.
    pub text: Str,
}

/// Finds the services of a folder. A folder without configuration.yml is none.
pub fn discover(folder: &Path, environment: Option<&str>) -> Result<Services, Error> {
    let mut services = Vec::new();
    let mut environments = BTreeSet::new();
    for name in names(folder)? {
        let path = folder.join(&name);
        if name.starts_with('.') || !path.join(FILE).is_file() {
            continue;
        }
        let mut layers = vec![read(&path.join(FILE))?];
        for file in names(&path)? {
            let found = file.strip_prefix("configuration.").and_then(|rest| rest.strip_suffix(".yml"));
            let Some(found) = found else { continue };
            environments.insert(found.to_owned());
            if environment == Some(found) {
                layers.push(read(&path.join(&file))?);
            }
        }
        services.push(Service { folder: name, layers });
    }
    let environments: Vec<String> = environments.into_iter().collect();
    if let Some(name) = environment
        && !services.is_empty()
        && !environments.iter().any(|known| known == name)
    {
        return Err(Error::UnknownEnvironment { name: name.to_owned(), known: environments });
    }
    Ok(Services { services, environments })
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
        }
        Ok(())
    }
}

impl Service {
    /// The parsed layers, checked one upon the other against the schema, and the service's name.
    pub fn configuration(&self, schema: Option<&Str>, profile: &'static Profile) -> Result<(Vec<Dict>, String), Error> {
        let mut layers = Vec::new();
        let mut whole = Dict::new();
        let mut path = "";
        for layer in &self.layers {
            let values = yaml::unmarshal_map(&layer.text)
                .map_err(|error| Error::Parse { path: layer.path.clone(), error: error.to_string() })?;
            // Nulls are kept here: the schema says where one may stand.
            whole = chart::merge_maps(&whole, &values);
            layers.push(values);
            path = &layer.path;
            if let Some(schema) = schema {
                schema::validate(schema, &Value::Dict(whole.clone()), profile, &mut |_| {}).map_err(|complaints| {
                    Error::Schema { path: path.to_owned(), complaints: complaints.to_string() }
                })?;
            }
        }
        let service = whole.get(b"service");
        let name = service.as_ref().and_then(Value::as_dict).and_then(|service| service.get(b"name"));
        match name {
            Some(Value::String(name)) if is_name(&name) => Ok((layers, name.to_string())),
            None | Some(Value::Nil) => Err(Error::NameMissing { path: path.to_owned() }),
            Some(Value::String(name)) if name.is_empty() => Err(Error::NameMissing { path: path.to_owned() }),
            Some(Value::String(name)) => Err(Error::Name { path: path.to_owned(), name: name.to_string() }),
            Some(_) => Err(Error::Name { path: path.to_owned(), name: "(not a string)".to_owned() }),
        }
    }
}

/// Whether a text can name a release, a chart and every resource: 53 bytes is Helm's limit for a release.
fn is_name(name: &[u8]) -> bool {
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

fn read(path: &Path) -> Result<Layer, Error> {
    let shown = path.display().to_string();
    let text = fs::read(path).map_err(|error| Error::Read { path: shown.clone(), error: error.to_string() })?;
    Ok(Layer { path: shown, text: Str::from(text) })
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
