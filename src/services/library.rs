//! The platform library: its chart's files, its default values, and the resources that it makes of a service.

use super::error::Error;
use crate::chart::{self, Chart, File};
use crate::go::{Log, Str, Value};
use crate::profile::Profile;
use crate::yaml;
use std::path::Path;

/// The library as read: plain data that threads share.
#[derive(Clone, Debug)]
pub struct Library {
    /// Where it was read from, for messages.
    pub path: String,
    /// The chart's name: `platform`.
    pub name: String,
    /// The chart's version.
    pub version: String,
    /// The Kubernetes versions that it is for; empty where it does not say.
    pub kube_version: String,
    /// The resources, in the order of resources.yaml.
    pub resources: Vec<Resource>,
    /// values.yaml.
    pub values: Str,
    /// values.schema.json, which is for the values of a service.
    pub schema: Option<Str>,
    /// What an exported service carries of the library under charts/: all files but those that are already in the
    /// service's own chart, which are values.yaml, values.schema.json and resources.yaml.
    pub files: Vec<File>,
}

/// A line of resources.yaml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The template's file name in a service's chart.
    pub file: String,
    /// The named template that writes the resource.
    pub template: String,
    /// The path into the values that switches it on; `None` for always.
    pub when: Option<String>,
}

impl Library {
    /// Reads a library from its folder.
    pub fn load(path: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Library, Error> {
        let shown = path.display().to_string();
        let chart = chart::load(path, profile, log)
            .map_err(|error| Error::Library { path: shown.clone(), error: error.to_string() })?;
        if !chart.is_library() {
            return Err(Error::Library { path: shown, error: "Chart.yaml does not say type: library".to_owned() });
        }
        let mut files = Vec::new();
        collect(&chart, "", &mut files)
            .map_err(|error| Error::Library { path: shown.clone(), error: error.to_string() })?;
        let file = |name: &str| files.iter().find(|file| file.name == name).map(|file| file.data.clone());
        let resources_path = path.join("resources.yaml").display().to_string();
        let resources = file("resources.yaml").ok_or_else(|| Error::Resources {
            path: resources_path.clone(),
            complaint: "the library does not say which resources it makes".to_owned(),
        })?;
        let resources =
            read_resources(&resources).map_err(|complaint| Error::Resources { path: resources_path, complaint })?;
        let (values, schema) = (file("values.yaml").unwrap_or(Str::EMPTY), file("values.schema.json"));
        files.retain(|file| !["values.yaml", "values.schema.json", "resources.yaml"].contains(&file.name.as_str()));
        Ok(Library {
            path: shown,
            name: chart.metadata.name.clone(),
            version: chart.metadata.version.clone(),
            kube_version: chart.metadata.kube_version.clone(),
            resources,
            values,
            schema,
            files,
        })
    }
}

impl Resource {
    /// The text of the template: a call of the named template, behind its condition.
    ///
    /// The condition stands in the template, so that `--set` on an exported chart can still switch a resource on.
    pub fn text(&self) -> String {
        let call = format!("{{{{- include \"{}\" . }}}}\n", self.template);
        match &self.when {
            None => call,
            Some(when) => {
                // Parentheses let a path end early: the field of nothing is an error, that of `(nothing)` is not.
                let mut keys = when.split('.');
                let mut path = format!(".Values.{}", keys.next().unwrap_or_default());
                for key in keys {
                    path = format!("({path}).{key}");
                }
                format!("{{{{- if {path} }}}}\n{call}{{{{- end }}}}\n")
            }
        }
    }
}

/// All files of a chart and the charts within it, under their paths from its root.
fn collect(chart: &Chart, prefix: &str, files: &mut Vec<File>) -> Result<(), chart::Error> {
    for file in &chart.raw {
        files.push(File { name: format!("{prefix}{}", file.name), data: file.content.bytes()? });
    }
    for dependency in &chart.dependencies {
        collect(dependency, &format!("{prefix}charts/{}/", dependency.name()), files)?;
    }
    Ok(())
}

/// Reads resources.yaml. Every part of a row ends up in a template or a path, so none may hold anything surprising.
fn read_resources(text: &[u8]) -> Result<Vec<Resource>, String> {
    let values = yaml::unmarshal_map(text).map_err(|error| error.to_string())?;
    let rows = values.get(b"resources");
    let rows = rows.as_ref().and_then(Value::as_list).ok_or("`resources` must be a list")?;
    let mut resources: Vec<Resource> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let row = row.as_dict().ok_or_else(|| format!("resources[{index}] must be a map"))?;
        let text = |key: &str| match row.get(key.as_bytes()) {
            None | Some(Value::Nil) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(format!("resources[{index}].{key} must be a string")),
        };
        for (key, _) in row.entries().iter() {
            if ![b"file".as_slice(), b"template", b"when"].contains(&key.as_bytes()) {
                return Err(format!("resources[{index}] has a key `{key}`, which means nothing"));
            }
        }
        let file = text("file")?.ok_or_else(|| format!("resources[{index}] has no file"))?;
        if !is_file_name(&file) {
            return Err(format!("resources[{index}].file `{file}` must be a name ending in .yaml"));
        }
        if resources.iter().any(|resource| resource.file == file) {
            return Err(format!("two resources are called `{file}`"));
        }
        let template = text("template")?.ok_or_else(|| format!("resources[{index}] has no template"))?;
        if template.is_empty() || !template.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
        {
            return Err(format!("resources[{index}].template `{template}` is no name of a template"));
        }
        let when = text("when")?;
        if let Some(when) = &when
            && !when.split('.').all(is_field)
        {
            return Err(format!("resources[{index}].when `{when}` must be a path such as ingress.enabled"));
        }
        resources.push(Resource { file, template, when });
    }
    Ok(resources)
}

fn is_file_name(name: &str) -> bool {
    name.ends_with(".yaml")
        && !name.starts_with(['.', '_'])
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Whether a key can stand after a dot in a template.
fn is_field(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !key.bytes().next().is_none_or(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_stands_in_the_template() {
        let resource = |when: Option<&str>| Resource {
            file: "a.yaml".to_owned(),
            template: "platform.a".to_owned(),
            when: when.map(str::to_owned),
        };
        for (when, wanted) in [
            (None, "{{- include \"platform.a\" . }}\n"),
            (Some("secrets"), "{{- if .Values.secrets }}\n{{- include \"platform.a\" . }}\n{{- end }}\n"),
            (Some("a.b.c"), "{{- if ((.Values.a).b).c }}\n{{- include \"platform.a\" . }}\n{{- end }}\n"),
        ] {
            assert_eq!(resource(when).text(), wanted);
        }
    }

    #[test]
    fn resources_are_checked() {
        let good = "resources: [{file: a.yaml, template: p.a}, {file: b.yaml, template: p.b, when: x.enabled}]";
        let read = read_resources(good.as_bytes()).expect("this is right");
        assert_eq!(read.len(), 2);
        assert_eq!(read.get(1).and_then(|resource| resource.when.as_deref()), Some("x.enabled"));
        for bad in [
            "resources: {}",
            "other: []",
            "resources: [a]",
            "resources: [{template: a}]",
            "resources: [{file: a.yaml}]",
            "resources: [{file: ../a.yaml, template: a}]",
            "resources: [{file: a.txt, template: a}]",
            "resources: [{file: a.yaml, template: 'a\" }} {{ \"'}]",
            "resources: [{file: a.yaml, template: a, when: 'a b'}]",
            "resources: [{file: a.yaml, template: a, when: a..b}]",
            "resources: [{file: a.yaml, template: a, wen: a}]",
            "resources: [{file: a.yaml, template: a}, {file: a.yaml, template: b}]",
        ] {
            assert!(read_resources(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
