//! Chart.yaml and the lock files: read into structs with Go's type errors, validated and cleaned as Helm does.

use super::{Dependency, Error, Lock, Maintainer, Metadata};
use crate::go::json::{self, Implementation, struct_field};
use crate::go::semver::Version;
use crate::go::strconv::quote;
use crate::go::unicode::{is_print, is_space};
use crate::go::{Dict, Str, Value, path};
use crate::profile::{Packages, Profile};
use crate::yaml;
use std::collections::BTreeSet;

/// As `yaml.Unmarshal` into a `*chart.Metadata`: what the text says replaces what `metadata` holds.
pub fn unmarshal(text: &[u8], metadata: &mut Metadata, profile: &'static Profile) -> Result<(), String> {
    decode(text, profile, |decoder, value| decoder.metadata(value, metadata))
}

/// As `yaml.UnmarshalStrict` into a `*chart.Metadata`: the error names keys that stand twice, or the first unknown one.
pub fn check_strict(text: &[u8], profile: &'static Profile) -> Result<(), String> {
    let duplicates = yaml::duplicate_keys(text).map_err(|error| error.to_string())?;
    if !duplicates.is_empty() {
        let mut problem = "error converting YAML to JSON: yaml: unmarshal errors:".to_owned();
        for (key, line) in duplicates {
            problem += &format!("\n  line {line}: key {} already set in map", quote(&key));
        }
        return Err(problem);
    }
    let value = yaml::decode(text).map_err(|error| error.to_string())?;
    let mut decoder = Decoder { strict: true, ..Decoder::new(profile) };
    decoder.metadata(&value, &mut Metadata::default());
    decoder.finish()
}

/// As `yaml.Unmarshal` into a `**chart.Lock`.
pub fn unmarshal_lock(text: &[u8], profile: &'static Profile) -> Result<Option<Lock>, String> {
    let mut lock = Some(Lock::default());
    decode(text, profile, |decoder, value| decoder.lock(value, &mut lock))?;
    Ok(lock)
}

/// The apiVersion alone, as Helm reads it before it decides how to load the chart.
pub fn api_version(text: &[u8], profile: &'static Profile) -> Result<String, String> {
    let mut version = String::new();
    decode(text, profile, |decoder, value| {
        let Some(dict) = decoder.dict(value, "loader.chartBase") else { return };
        decoder.fields(
            "chartBase",
            dict,
            |decoder, name, value| {
                if name == "apiVersion" {
                    decoder.string(value, &mut version);
                }
            },
            &["apiVersion"],
        );
    })?;
    Ok(version)
}

fn decode(text: &[u8], profile: &'static Profile, fill: impl FnOnce(&mut Decoder, &Value)) -> Result<(), String> {
    let value = yaml::decode(text).map_err(|error| error.to_string())?;
    let mut decoder = Decoder::new(profile);
    fill(&mut decoder, &value);
    decoder.finish()
}

/// Fills structs as encoding/json does: a value of the wrong type is skipped, and the first such is the error.
struct Decoder {
    /// Whether errors name map keys and indices on the way, and not the struct: encoding/json on top of its version 2.
    indexed: bool,
    packages: Packages,
    structs: Vec<&'static str>,
    path: Vec<Step>,
    error: Option<String>,
    /// Whether a key that names no field is an error.
    strict: bool,
}

enum Step {
    Field(&'static str),
    Index(usize),
    Key(Str),
}

impl Decoder {
    fn new(profile: &'static Profile) -> Decoder {
        let indexed = profile.go.json() == Implementation::V2;
        Decoder {
            indexed,
            packages: profile.packages,
            structs: Vec::new(),
            path: Vec::new(),
            error: None,
            strict: false,
        }
    }

    fn finish(self) -> Result<(), String> {
        match self.error {
            None => Ok(()),
            Some(error) => Err(format!("error unmarshaling JSON: while decoding JSON: {error}")),
        }
    }

    fn mismatch(&mut self, value: &Value, ty: &str) {
        if self.error.is_some() {
            return;
        }
        let got = json::type_name(value);
        let names: Vec<String> = self
            .path
            .iter()
            .filter_map(|step| match step {
                Step::Field(name) => Some((*name).to_owned()),
                Step::Index(index) => self.indexed.then(|| index.to_string()),
                Step::Key(name) => self.indexed.then(|| name.to_string()),
            })
            .collect();
        let place = match (names.is_empty(), self.structs.last()) {
            (false, Some(_)) if self.indexed => struct_field(names),
            (false, Some(name)) => format!("Go struct field {name}.{}", names.join(".")),
            _ => "Go value".to_owned(),
        };
        let ty = ty.replacen("v2.", &format!("{}.", self.packages.chart()), 1);
        self.error = Some(format!("json: cannot unmarshal {got} into {place} of type {ty}"));
    }

    fn dict<'v>(&mut self, value: &'v Value, ty: &str) -> Option<&'v Dict> {
        match value {
            Value::Nil => None,
            Value::Dict(dict) => Some(dict),
            other => {
                self.mismatch(other, ty);
                None
            }
        }
    }

    /// Calls `field` for every key that names a field, in the order of the keys. A field's exact name comes before
    /// the same name in another case.
    fn fields(
        &mut self,
        name: &'static str,
        dict: &Dict,
        mut field: impl FnMut(&mut Decoder, &'static str, &Value),
        names: &[&'static str],
    ) {
        self.structs.push(name);
        for (key, value) in dict.entries().iter() {
            let exact = names.iter().find(|name| name.as_bytes() == key.as_bytes());
            let Some(name) = exact.or_else(|| names.iter().find(|name| name.as_bytes().eq_ignore_ascii_case(key)))
            else {
                if self.strict && self.error.is_none() {
                    self.error = Some(format!("json: unknown field {}", quote(key)));
                }
                continue;
            };
            self.path.push(Step::Field(name));
            field(self, name, value);
            self.path.pop();
        }
        self.structs.pop();
    }

    fn string(&mut self, value: &Value, into: &mut String) {
        if let Value::String(text) = value {
            *into = text.to_str_lossy().into_owned();
        } else if let Some(text) = yaml::scalar_text(value) {
            *into = text.to_str_lossy().into_owned();
        } else if !matches!(value, Value::Nil) {
            self.mismatch(value, "string");
        }
    }

    fn bool(&mut self, value: &Value, into: &mut bool) {
        match value {
            Value::Bool(flag) => *into = *flag,
            Value::Nil => {}
            other => self.mismatch(other, "bool"),
        }
    }

    /// A slice, whose elements are decoded over those that were there before.
    fn slice<T: Default>(
        &mut self,
        value: &Value,
        into: &mut Vec<T>,
        ty: &str,
        mut element: impl FnMut(&mut Decoder, &Value, &mut T),
    ) {
        match value {
            Value::Nil => into.clear(),
            Value::List(list) => {
                into.resize_with(list.len(), T::default);
                for (i, (item, into)) in list.iter().zip(into.iter_mut()).enumerate() {
                    self.path.push(Step::Index(i));
                    element(self, item, into);
                    self.path.pop();
                }
            }
            other => self.mismatch(other, ty),
        }
    }

    fn strings(&mut self, value: &Value, into: &mut Vec<String>) {
        self.slice(value, into, "[]string", |decoder, value, into| decoder.string(value, into));
    }

    fn annotations(&mut self, value: &Value, into: &mut Vec<(String, String)>) {
        if matches!(value, Value::Nil) {
            into.clear();
        }
        let Some(dict) = self.dict(value, "map[string]string") else { return };
        for (key, value) in dict.entries().iter() {
            let mut text = String::new();
            self.path.push(Step::Key(key.clone()));
            self.string(value, &mut text);
            self.path.pop();
            let key = key.to_str_lossy().into_owned();
            match into.binary_search_by(|(probe, _)| probe.as_str().cmp(&key)) {
                Ok(at) => into[at].1 = text,
                Err(at) => into.insert(at, (key, text)),
            }
        }
    }

    fn metadata(&mut self, value: &Value, into: &mut Metadata) {
        let Some(dict) = self.dict(value, "v2.Metadata") else { return };
        let names = [
            "name",
            "home",
            "sources",
            "version",
            "description",
            "keywords",
            "maintainers",
            "icon",
            "apiVersion",
            "condition",
            "tags",
            "appVersion",
            "deprecated",
            "annotations",
            "kubeVersion",
            "dependencies",
            "type",
        ];
        self.fields(
            "Metadata",
            dict,
            |decoder, name, value| match name {
                "name" => decoder.string(value, &mut into.name),
                "home" => decoder.string(value, &mut into.home),
                "sources" => decoder.strings(value, &mut into.sources),
                "version" => decoder.string(value, &mut into.version),
                "description" => decoder.string(value, &mut into.description),
                "keywords" => decoder.strings(value, &mut into.keywords),
                "maintainers" => {
                    decoder.slice(value, &mut into.maintainers, "[]*v2.Maintainer", Decoder::maintainer);
                }
                "icon" => decoder.string(value, &mut into.icon),
                "apiVersion" => decoder.string(value, &mut into.api_version),
                "condition" => decoder.string(value, &mut into.condition),
                "tags" => decoder.string(value, &mut into.tags),
                "appVersion" => decoder.string(value, &mut into.app_version),
                "deprecated" => decoder.bool(value, &mut into.deprecated),
                "annotations" => decoder.annotations(value, &mut into.annotations),
                "kubeVersion" => decoder.string(value, &mut into.kube_version),
                "dependencies" => {
                    into.dependencies_declared = matches!(value, Value::List(_));
                    decoder.slice(value, &mut into.dependencies, "[]*v2.Dependency", Decoder::dependency);
                }
                _ => decoder.string(value, &mut into.kind),
            },
            &names,
        );
    }

    fn maintainer(&mut self, value: &Value, into: &mut Option<Maintainer>) {
        if matches!(value, Value::Nil) {
            *into = None;
        }
        let Some(dict) = self.dict(value, "v2.Maintainer") else { return };
        let into = into.get_or_insert_default();
        self.fields(
            "Maintainer",
            dict,
            |decoder, name, value| match name {
                "name" => decoder.string(value, &mut into.name),
                "email" => decoder.string(value, &mut into.email),
                _ => decoder.string(value, &mut into.url),
            },
            &["name", "email", "url"],
        );
    }

    fn dependency(&mut self, value: &Value, into: &mut Option<Dependency>) {
        if matches!(value, Value::Nil) {
            *into = None;
        }
        let Some(dict) = self.dict(value, "v2.Dependency") else { return };
        let into = into.get_or_insert_default();
        let names = ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
        self.fields(
            "Dependency",
            dict,
            |decoder, name, value| match name {
                "name" => decoder.string(value, &mut into.name),
                "version" => decoder.string(value, &mut into.version),
                "repository" => decoder.string(value, &mut into.repository),
                "condition" => decoder.string(value, &mut into.condition),
                "tags" => decoder.strings(value, &mut into.tags),
                "enabled" => decoder.bool(value, &mut into.enabled),
                "import-values" => {
                    decoder.slice(value, &mut into.import_values, "[]interface {}", |_, value, into| {
                        *into = json_value(value)
                    });
                }
                _ => decoder.string(value, &mut into.alias),
            },
            &names,
        );
    }

    fn lock(&mut self, value: &Value, into: &mut Option<Lock>) {
        if matches!(value, Value::Nil) {
            *into = None;
        }
        let Some(dict) = self.dict(value, "v2.Lock") else { return };
        let into = into.get_or_insert_default();
        self.fields(
            "Lock",
            dict,
            |decoder, name, value| match name {
                "generated" => decoder.time(value, &mut into.generated),
                "digest" => decoder.string(value, &mut into.digest),
                _ => {
                    let mut dependencies: Vec<Option<Dependency>> = Vec::new();
                    decoder.slice(value, &mut dependencies, "[]*v2.Dependency", Decoder::dependency);
                    into.dependencies = dependencies.into_iter().flatten().collect();
                }
            },
            &["generated", "digest", "dependencies"],
        );
    }

    /// As time.Time UnmarshalJSON, as far as a lock file needs it: RFC 3339.
    fn time(&mut self, value: &Value, into: &mut String) {
        match value {
            Value::Nil => {}
            Value::String(text) => {
                let text = text.to_str_lossy();
                if is_rfc3339(&text) {
                    *into = text.into_owned();
                } else if self.error.is_none() {
                    let text = quote(text.as_bytes());
                    self.error = Some(format!(
                        "parsing time {text} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text} as \"2006\""
                    ));
                }
            }
            other if self.indexed => self.mismatch(other, "time.Time"),
            _ if self.error.is_none() => self.error = Some("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
            _ => {}
        }
    }
}

/// Whether the text has the form of RFC 3339, which is all that a lock file's date is used for.
fn is_rfc3339(text: &str) -> bool {
    let form = |text: &str, form: &str| {
        text.len() == form.len()
            && text
                .bytes()
                .zip(form.bytes())
                .all(|(got, want)| if want == b'0' { got.is_ascii_digit() } else { got == want })
    };
    let (Some(date), Some(rest)) = (text.get(..19), text.get(19..)) else { return false };
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
    };
    form(date, "0000-00-00T00:00:00") && (rest == "Z" || form(rest, "+00:00") || form(rest, "-00:00"))
}

/// A value as it is after JSON: every number a float64.
fn json_value(value: &Value) -> Value {
    match value {
        Value::Int(number) | Value::Int64(number) => Value::Float64(*number as f64),
        Value::Uint64(number) => Value::Float64(*number as f64),
        Value::List(list) => Value::list(list.iter().map(json_value).collect::<Vec<_>>()),
        Value::Dict(dict) => {
            Value::Dict(dict.entries().iter().map(|(key, value)| (key.clone(), json_value(value))).collect())
        }
        other => other.clone(),
    }
}

impl Metadata {
    /// As Helm's Metadata.Validate: cleans the texts, then looks for what may not be.
    pub fn validate(&mut self, profile: &'static Profile) -> Result<(), Error> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ]
        .into_iter()
        .chain(&mut self.sources)
        .chain(&mut self.keywords)
        {
            sanitize(text);
        }
        let invalid = |text: String| Err(Error::Validation(text));
        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required".to_owned());
        }
        let name = self.name.as_bytes();
        if name.is_empty() {
            return invalid("chart.metadata.name is required".to_owned());
        }
        if name == b"." || name == b".." {
            return invalid(format!("chart.metadata.name {} is not allowed", quote(name)));
        }
        if name != path::base(name) {
            return invalid(format!("chart.metadata.name {} is invalid", quote(name)));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required".to_owned());
        }
        if Version::new(self.version.as_bytes(), profile.semver).is_err() {
            return invalid(format!("chart.metadata.version {} is invalid", quote(self.version.as_bytes())));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return invalid("chart.metadata.type must be application or library".to_owned());
        }
        for maintainer in &mut self.maintainers {
            let Some(maintainer) = maintainer else {
                return invalid("maintainers must not contain empty or null nodes".to_owned());
            };
            for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
                sanitize(text);
            }
        }
        let mut names = BTreeSet::new();
        for dependency in &mut self.dependencies {
            let Some(dependency) = dependency else {
                return invalid("dependencies must not contain empty or null nodes".to_owned());
            };
            dependency.validate()?;
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(name) {
                return invalid(format!("more than one dependency with name or alias {}", quote(name.as_bytes())));
            }
        }
        Ok(())
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), Error> {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition]
            .into_iter()
            .chain(&mut self.tags)
        {
            sanitize(text);
        }
        if self.alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            Ok(())
        } else {
            let name = quote(self.name.as_bytes());
            Err(Error::Validation(format!("dependency {name} has disallowed characters in the alias")))
        }
    }
}

/// As Helm's sanitizeString: white space becomes a blank, and what cannot be printed goes.
fn sanitize(text: &mut String) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return;
    }
    *text = text.chars().map(|rune| if is_space(rune) { ' ' } else { rune }).filter(|rune| is_print(*rune)).collect();
}
