//! Chart.yaml and the lock file as Helm writes them: as YAML of the structs' JSON, without what is empty.

use super::{Dependency, Lock, Maintainer, Metadata};
use crate::go::{Dict, Str, Value};
use crate::yaml;

/// Chart.yaml: as `yaml.Marshal` of a `*chart.Metadata`. The error is the text of Go's.
pub fn chart_yaml(metadata: &Metadata) -> Result<Str, String> {
    yaml::marshal(&metadata.to_value()).map_err(|error| error.to_string())
}

/// Chart.lock: as `yaml.Marshal` of a `*chart.Lock`. The error is the text of Go's.
pub fn lock_yaml(lock: &Lock) -> Result<Str, String> {
    let dependencies = lock.dependencies.iter().map(Dependency::to_value).collect::<Vec<_>>();
    let value = Dict::from_iter([
        ("generated", Value::string(&lock.generated)),
        ("digest", Value::string(&lock.digest)),
        ("dependencies", Value::list(dependencies)),
    ]);
    yaml::marshal(&Value::Dict(value)).map_err(|error| error.to_string())
}

/// The fields that are not empty, as `omitempty` leaves them.
fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    Value::Dict(fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

fn text(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| Value::string(text))
}

fn texts(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| Value::list(texts.iter().map(Value::string).collect::<Vec<_>>()))
}

fn flag(flag: bool) -> Option<Value> {
    flag.then_some(Value::Bool(true))
}

fn objects<T>(list: &[Option<T>], value: impl Fn(&T) -> Value) -> Option<Value> {
    let values = || list.iter().map(|item| item.as_ref().map_or(Value::Nil, &value)).collect::<Vec<_>>();
    (!list.is_empty()).then(|| Value::list(values()))
}

impl Metadata {
    /// The struct as encoding/json writes it.
    pub fn to_value(&self) -> Value {
        let annotations = || self.annotations.iter().map(|(key, value)| (key.as_str(), Value::string(value))).collect();
        object([
            ("name", text(&self.name)),
            ("home", text(&self.home)),
            ("sources", texts(&self.sources)),
            ("version", text(&self.version)),
            ("description", text(&self.description)),
            ("keywords", texts(&self.keywords)),
            ("maintainers", objects(&self.maintainers, Maintainer::to_value)),
            ("icon", text(&self.icon)),
            ("apiVersion", text(&self.api_version)),
            ("condition", text(&self.condition)),
            ("tags", text(&self.tags)),
            ("appVersion", text(&self.app_version)),
            ("deprecated", flag(self.deprecated)),
            ("annotations", (!self.annotations.is_empty()).then(|| Value::Dict(annotations()))),
            ("kubeVersion", text(&self.kube_version)),
            ("dependencies", objects(&self.dependencies, Dependency::to_value)),
            ("type", text(&self.kind)),
        ])
    }
}

impl Maintainer {
    fn to_value(&self) -> Value {
        object([("name", text(&self.name)), ("email", text(&self.email)), ("url", text(&self.url))])
    }
}

impl Dependency {
    /// The struct as encoding/json writes it.
    pub fn to_value(&self) -> Value {
        object([
            ("name", Some(Value::string(&self.name))),
            ("version", text(&self.version)),
            ("repository", Some(Value::string(&self.repository))),
            ("condition", text(&self.condition)),
            ("tags", texts(&self.tags)),
            ("enabled", flag(self.enabled)),
            ("import-values", (!self.import_values.is_empty()).then(|| Value::list(self.import_values.clone()))),
            ("alias", text(&self.alias)),
        ])
    }
}
