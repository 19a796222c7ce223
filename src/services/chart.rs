//! The chart of one service: in memory to render, or as files to export. Helm renders both to the same bytes.

use super::check;
use super::configuration::{Configuration, Service};
use super::error::Error;
use super::libraries::Entry;
use super::library::Library;
use super::merge::{TooDeep, merge};
use crate::chart::{self, Chart, Dependency, File, Kinship, Metadata};
use crate::go::{Dict, Str, Value};
use crate::profile::Profile;
use crate::yaml;

/// The library as one thread uses it: parsed once, and laid under every service.
pub struct Platform<'a> {
    pub entry: &'a Entry,
    library: &'a Library,
    pub defaults: Dict,
    chart: Chart,
    templates: Vec<File>,
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
    /// Parses the library's values and chart.
    pub fn new(entry: &'a Entry, profile: &'static Profile) -> Result<Platform<'a>, Error> {
        let library = &entry.library;
        let path = format!("{}/values.yaml", library.path);
        let defaults =
            yaml::unmarshal_map(&library.values).map_err(|error| Error::Parse { path: path.clone(), error })?;
        let chart = chart::load_files(library.files.clone(), profile, &mut |_| {})
            .map_err(|error| Error::Library { path: library.path.clone(), error: error.to_string() })?;
        let template = |resource: &super::library::Resource| File {
            name: format!("templates/{}", resource.file),
            data: Str::from(resource.text()),
        };
        let mut templates: Vec<File> = library.resources.iter().map(template).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Platform { entry, library, defaults, chart, templates })
    }

    /// The library's values with every layer of the configuration over them.
    pub fn values(&self, service: &Service, configuration: &Configuration) -> Result<Dict, Error> {
        let findings = check::schema(service, configuration, self.entry);
        if !findings.is_empty() {
            return Err(Error::Findings(findings));
        }
        self.merged(service, configuration)
    }

    /// The same of a configuration that need not fit the schema.
    pub fn merged(&self, service: &Service, configuration: &Configuration) -> Result<Dict, Error> {
        let mut values: Option<Dict> = None;
        for (layer, read) in service.layers.iter().zip(&configuration.layers) {
            let merged = merge(values.as_ref().unwrap_or(&self.defaults), read);
            values = Some(merged.map_err(|TooDeep| Error::TooDeep { path: layer.path.clone() })?);
        }
        let values = values.unwrap_or_else(|| self.defaults.deep_copy());
        // Which library it is stands in the chart; a map of the library's name would become the library's own values.
        if let Some(platform) = values.get(b"platform").as_ref().and_then(Value::as_dict) {
            platform.remove(b"version");
            if platform.is_empty() {
                values.remove(b"platform");
            }
        }
        Ok(values)
    }

    /// The service's chart as the loader would read it from an export.
    pub fn chart(&self, service: &Service, configuration: &Configuration) -> Result<Chart, Error> {
        let values = self.values(service, configuration)?;
        Ok(self.chart_of(configuration.name.clone(), values))
    }

    /// The chart of a service of that name with these values.
    pub fn chart_of(&self, name: String, values: Dict) -> Chart {
        let mut library = self.chart.clone();
        // A render may write into a chart's values: each service has its own.
        library.values = library.values.deep_copy();
        Chart {
            metadata: self.metadata(name),
            lock: None,
            templates: self.templates.clone(),
            values,
            schema: self.library.schema.clone(),
            files: Vec::new(),
            raw: Vec::new(),
            dependencies: vec![library],
            kinship: Kinship::default(),
        }
    }

    /// The service's chart as files.
    pub fn export(&self, service: &Service, configuration: &Configuration) -> Result<Export, Error> {
        let values = self.values(service, configuration)?;
        let name = configuration.name.clone();
        let text = yaml::marshal(&Value::Dict(values))
            .map_err(|error| Error::Parse { path: service.path().to_owned(), error })?;
        let mut files =
            vec![("Chart.yaml".to_owned(), Str::from(self.chart_yaml(&name))), ("values.yaml".to_owned(), text)];
        files.extend(self.library.schema.iter().map(|schema| ("values.schema.json".to_owned(), schema.clone())));
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
            dependencies_declared: true,
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
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_3;
    use crate::services::{Libraries, discover};
    use std::path::Path;

    #[test]
    fn an_export_loads_as_the_chart_in_memory() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let libraries =
            Libraries::load(&root.join("library"), None, &HELM_4_3, &mut |_| {}).expect("the library loads");
        let platform = Platform::new(&libraries.entries[0], &HELM_4_3).expect("its values are YAML");
        let services = discover(&root.join("services"), None).expect("there are services").services;
        assert!(!services.is_empty());
        for service in &services {
            let configuration = service.configuration().expect("the sample is right");
            let export = platform.export(service, &configuration).expect("the sample is right");
            let files = export.files.into_iter().map(|(name, data)| File { name, data }).collect();
            let loaded = chart::load_files(files, &HELM_4_3, &mut |_| {}).expect("the export loads");
            let made = platform.chart(service, &configuration).expect("the sample is right");
            assert_eq!(format!("{:?}", loaded.metadata), format!("{:?}", made.metadata));
            assert_eq!(format!("{:?}", loaded.values), format!("{:?}", made.values));
            let files = |chart: &Chart| format!("{:?}", chart.files);
            let sorted = |chart: &Chart| {
                let mut templates = chart.templates.clone();
                templates.sort_by(|a, b| a.name.cmp(&b.name));
                templates
            };
            assert_eq!(sorted(&loaded), sorted(&made));
            assert_eq!(files(&loaded), files(&made));
            assert_eq!(loaded.dependencies.len(), 1);
            for (loaded, made) in loaded.dependencies.iter().zip(&made.dependencies) {
                assert_eq!(format!("{:?}", loaded.metadata), format!("{:?}", made.metadata));
                assert_eq!(sorted(loaded), sorted(made));
                assert_eq!(files(loaded), files(made));
            }
        }
    }
}
