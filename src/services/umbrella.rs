//! The umbrella chart: one chart whose subcharts are all services.
//!
//! Every service lies under `charts/` as the chart that an export makes of it, and a switch in values.yaml says whether
//! it is on. `values-<service>.yaml` shows the effective values of a service where an umbrella's user overrides them.

use super::chart::{Export, Platform, quoted};
use super::configuration::{Configuration, Service};
use super::error::Error;
use crate::go::{Dict, Str, Value};
use crate::yaml;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What `helm install` prints in the end.
const NOTES: &str = "\
{{ .Release.Name }} holds these services, which values.yaml switches on and off:
{{- range $name, $enabled := .Values.enabled }}
- {{ $name }}{{ if not $enabled }} (off){{ end }}
{{- end }}
";

/// The chart of all services.
#[derive(Clone, Debug)]
pub struct Umbrella {
    /// The chart's name.
    pub name: String,
    /// The chart's version.
    pub version: String,
    /// The services, sorted by name.
    members: BTreeMap<String, Member>,
}

/// A service of the umbrella.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its chart.
    pub export: Export,
    /// `values-<service>.yaml`
    pub values: Str,
    /// The version of the library that its chart holds, which is also the chart's.
    pub library: String,
}

impl Member {
    /// Makes the chart of a service.
    pub fn new(service: &Service, configuration: &Configuration, platform: &Platform<'_>) -> Result<Member, Error> {
        let export = platform.export(service, configuration)?;
        let values = platform.merged(service, configuration)?;
        let under = Dict::new();
        under.insert(export.name.as_str(), Value::Dict(values));
        let text = yaml::marshal(&Value::Dict(under))
            .map_err(|error| Error::Parse { path: service.path().to_owned(), error })?;
        let library = &platform.entry.library;
        let layers: Vec<&str> = service.layers.iter().map(|layer| layer.path.as_str()).collect();
        let head = format!(
            "# The effective values of {}: {} over {} {}.\n# Written by `mizzen sync`: change the configuration instead, or override these values in a file of your own.\n",
            export.name,
            layers.join(" over "),
            library.name,
            library.version,
        );
        let values = Str::concat([&Str::from(head), &text]);
        Ok(Member { export, values, library: library.version.clone() })
    }
}

impl Umbrella {
    /// An umbrella of no services yet.
    pub fn new(name: &str, version: &str) -> Umbrella {
        Umbrella { name: name.to_owned(), version: version.to_owned(), members: BTreeMap::new() }
    }

    /// Adds a service.
    pub fn add(&mut self, member: Member) {
        self.members.insert(member.export.name.clone(), member);
    }

    /// The versions of the library that the services hold, and the services of each.
    ///
    /// Helm gives all named templates of a chart tree one name space: where there is more than one version, all
    /// services are rendered with the templates of one of them.
    pub fn libraries(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut libraries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, member) in &self.members {
            libraries.entry(&member.library).or_default().push(name);
        }
        libraries
    }

    /// The files, sorted by path.
    pub fn files(&self) -> Vec<(String, Str)> {
        let mut files = vec![
            ("Chart.yaml".to_owned(), Str::from(self.chart_yaml())),
            ("Chart.lock".to_owned(), Str::from(self.chart_lock())),
            ("values.yaml".to_owned(), Str::from(self.values_yaml())),
            // A chart without a folder of templates is one that `helm lint` warns of.
            ("templates/NOTES.txt".to_owned(), Str::from(NOTES)),
            (
                ".helmignore".to_owned(),
                Str::from("# What mizzen sync wrote, which is no part of the chart.\n.mizzen-files\n"),
            ),
        ];
        for (name, member) in &self.members {
            files.push((format!("values-{name}.yaml"), member.values.clone()));
            let within = |(path, data): &(String, Str)| (format!("charts/{name}/{path}"), data.clone());
            files.extend(member.export.files.iter().map(within));
        }
        files.sort_by(|a, b| a.0.cmp(&b.0));
        files
    }

    fn chart_yaml(&self) -> String {
        let mut text = format!(
            "# Written by `mizzen sync`.\napiVersion: v2\nname: {}\ndescription: All services in one chart\ntype: application\nversion: {}\n",
            quoted(&self.name),
            quoted(&self.version),
        );
        if !self.members.is_empty() {
            text.push_str("dependencies:\n");
        }
        for (name, member) in &self.members {
            let _ = write!(
                text,
                "  - name: {}\n    version: {}\n    repository: \"\"\n    condition: enabled.{name}\n",
                quoted(name),
                quoted(&member.library),
            );
        }
        text
    }

    /// As Helm's `dependency update` writes it, but for the time: nothing of it depends on when it was written.
    fn chart_lock(&self) -> String {
        let mut text = String::new();
        text.push_str(if self.members.is_empty() { "dependencies: []\n" } else { "dependencies:\n" });
        for (name, member) in &self.members {
            let _ =
                write!(text, "- name: {}\n  repository: \"\"\n  version: {}\n", plain(name), plain(&member.library));
        }
        let _ = write!(text, "digest: {}\ngenerated: \"1970-01-01T00:00:00Z\"\n", self.digest());
        text
    }

    /// As Helm's HashReq: the digest of the wanted and of the locked dependencies as JSON.
    fn digest(&self) -> String {
        let list = |condition: bool| {
            let items: Vec<String> = self
                .members
                .iter()
                .map(|(name, member)| {
                    let condition =
                        if condition { format!(",\"condition\":\"enabled.{name}\"") } else { String::new() };
                    format!("{{\"name\":\"{name}\",\"version\":\"{}\",\"repository\":\"\"{condition}}}", member.library)
                })
                .collect();
            // A slice without elements is nil in Chart.yaml and empty in the lock.
            if items.is_empty() && condition { "null".to_owned() } else { format!("[{}]", items.join(",")) }
        };
        let hash = Sha256::digest(format!("[{},{}]", list(true), list(false)));
        let mut text = "sha256:".to_owned();
        for byte in hash {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    fn values_yaml(&self) -> String {
        let mut text = "# Which services are on. The values of one are in values-<service>.yaml.\n".to_owned();
        text.push_str(if self.members.is_empty() { "enabled: {}\n" } else { "enabled:\n" });
        for name in self.members.keys() {
            let _ = writeln!(text, "  {name}: true");
        }
        text
    }
}

/// A YAML string as Helm's YAML library writes it.
fn plain(text: &str) -> String {
    yaml::marshal(&Value::string(text)).map_or_else(|_| quoted(text), |text| text.to_string().trim_end().to_owned())
}
