//! The chart of one service: in memory to render, or as files to export. Helm renders both to the same bytes.

use super::configuration::Service;
use super::error::Error;
use super::library::Library;
use super::merge::{TooDeep, merge};
use crate::chart::{self, Chart, Dependency, File, Metadata};
use crate::go::{Dict, Str, Value};
use crate::profile::Profile;
use crate::yaml;

/// The library as one thread uses it: parsed once, and laid under every service.
pub struct Platform<'a> {
    library: &'a Library,
    values: Dict,
    chart: Chart,
    templates: Vec<File>,
    schema: Option<Str>,
    profile: &'static Profile,
}

/// A service as an ordinary Helm chart: paths from the chart's root, and bytes.
#[derive(Clone, Debug)]
pub struct Export {
    /// The service's name, which is also the chart's.
    pub name: String,
    /// The files, sorted by path.
    pub files: Vec<(String, Str)>,
}

impl<'a> Platform<'a> {
    /// Parses the library's values and chart. `schema` is the text of configuration.schema.json.
    pub fn new(library: &'a Library, schema: Option<&Str>, profile: &'static Profile) -> Result<Platform<'a>, Error> {
        let path = format!("{}/values.yaml", library.path);
        let values = yaml::unmarshal_map(&library.values)
            .map_err(|error| Error::Parse { path: path.clone(), error: error.to_string() })?;
        let chart = chart::load_files(library.files.clone(), profile, &mut |_| {})
            .map_err(|error| Error::Library { path: library.path.clone(), error: error.to_string() })?;
        let template = |resource: &super::library::Resource| File {
            name: format!("templates/{}", resource.file),
            data: Str::from(resource.text()),
        };
        let mut templates: Vec<File> = library.resources.iter().map(template).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Platform { library, values, chart, templates, schema: schema.cloned(), profile })
    }

    /// The service's name and its values: the library's, with every layer of the configuration over them.
    pub fn values(&self, service: &Service) -> Result<(String, Dict), Error> {
        let (layers, name) = service.configuration(self.schema.as_ref(), self.profile)?;
        let mut values = self.values.clone();
        for (layer, read) in service.layers.iter().zip(&layers) {
            values = merge(&values, read).map_err(|TooDeep| Error::TooDeep { path: layer.path.clone() })?;
        }
        Ok((name, values))
    }

    /// The service's chart as the loader would read it from an export.
    pub fn chart(&self, service: &Service) -> Result<Chart, Error> {
        let (name, values) = self.values(service)?;
        let mut library = self.chart.clone();
        // A render may write into a chart's values: each service has its own.
        library.values = library.values.deep_copy();
        Ok(Chart {
            metadata: self.metadata(name),
            lock: None,
            templates: self.templates.clone(),
            values,
            schema: None,
            files: Vec::new(),
            raw: Vec::new(),
            dependencies: vec![library],
        })
    }

    /// The service's chart as files.
    pub fn export(&self, service: &Service) -> Result<Export, Error> {
        let (name, values) = self.values(service)?;
        let text = yaml::marshal(&Value::Dict(values)).map_err(|error| Error::Parse {
            path: service.layers.first().map(|layer| layer.path.clone()).unwrap_or_default(),
            error: error.to_string(),
        })?;
        let mut files =
            vec![("Chart.yaml".to_owned(), Str::from(self.chart_yaml(&name))), ("values.yaml".to_owned(), text)];
        files.extend(self.templates.iter().map(|file| (file.name.clone(), file.data.clone())));
        let within = format!("charts/{}/", self.library.name);
        files.extend(self.library.files.iter().map(|file| (format!("{within}{}", file.name), file.data.clone())));
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Export { name, files })
    }

    /// The text of an exported Chart.yaml. The version is the library's: the configuration has none of its own.
    fn chart_yaml(&self, name: &str) -> String {
        let Library { name: library, version, kube_version, .. } = self.library;
        let kube_version =
            if kube_version.is_empty() { String::new() } else { format!("kubeVersion: {}\n", quoted(kube_version)) };
        format!(
            "apiVersion: v2\nname: {name}\ntype: application\nversion: {version}\n{kube_version}dependencies:\n  - name: {library}\n    version: {version}\n    repository: \"\"\n",
            name = quoted(name),
            version = quoted(version),
            library = quoted(library),
        )
    }

    /// What the loader makes of that text.
    fn metadata(&self, name: String) -> Metadata {
        Metadata {
            name,
            version: self.library.version.clone(),
            api_version: "v2".to_owned(),
            kube_version: self.library.kube_version.clone(),
            kind: "application".to_owned(),
            dependencies: vec![Some(Dependency {
                name: self.library.name.clone(),
                version: self.library.version.clone(),
                ..Dependency::default()
            })],
            ..Metadata::default()
        }
    }
}

/// A YAML string in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
