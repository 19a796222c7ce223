//! Which templates a chart tree has, and what each of them sees.

use super::capabilities::Capabilities;
use super::files::Files;
use super::metadata;
use super::values;
use crate::chart::{Chart, Dependency, Maintainer};
use crate::go::{Dict, DictType, Map, Str, Value};
use crate::profile::{ChartObject, Packages, Profile};
use std::cmp::Reverse;
use std::rc::Rc;

/// What `.Release` says: as Helm's ReleaseOptions.
#[derive(Clone, Debug)]
pub struct Release {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.IsUpgrade`
    pub is_upgrade: bool,
    /// `.Release.IsInstall`, the opposite except when linting.
    pub is_install: bool,
    /// `.Release.Revision`
    pub revision: i64,
}

/// A template and what it sees: as Helm's renderable.
pub struct Renderable {
    /// The path from the root chart's parent.
    pub name: Str,
    /// The text.
    pub text: Str,
    scope: Dict,
    base_path: Str,
    packages: Packages,
}

impl Renderable {
    /// Whether the file only holds named templates.
    pub fn is_partial(&self) -> bool {
        self.name.rsplit(|&byte| byte == b'/').next().is_some_and(|base| base.starts_with(b"_"))
    }

    /// The top-level object. All templates of a chart share it, so `.Template` is that of the one which runs.
    pub fn data(&self) -> Value {
        let template = Dict::from_iter([("Name", self.name.clone()), ("BasePath", self.base_path.clone())]);
        self.scope.insert("Template", values::typed(&template, self.packages));
        Value::Dict(values::typed(&self.scope, self.packages))
    }
}

/// As allTemplates and sortTemplates: all templates, the deepest paths first and otherwise in reverse order.
pub fn collect(
    chart: &Chart,
    values: &Dict,
    release: &Release,
    capabilities: &Rc<Capabilities>,
    profile: &'static Profile,
) -> Vec<Renderable> {
    let mut scopes = Scopes {
        renderables: Map::default(),
        release: Value::Dict(release.object()),
        capabilities: capabilities.object(),
        profile,
    };
    scopes.add(chart, chart.name(), None, values);
    let mut renderables: Vec<Renderable> = scopes.renderables.into_values().collect();
    renderables.sort_by_cached_key(|renderable| {
        Reverse((renderable.name.iter().filter(|&&byte| byte == b'/').count(), renderable.name.clone()))
    });
    renderables
}

impl Release {
    fn object(&self) -> Dict {
        Dict::from_iter([
            ("Name", Value::string(&self.name)),
            ("Namespace", Value::string(&self.namespace)),
            ("IsUpgrade", Value::Bool(self.is_upgrade)),
            ("IsInstall", Value::Bool(self.is_install)),
            ("Revision", Value::Int(self.revision)),
            ("Service", Value::from("Helm")),
        ])
    }
}

struct Scopes {
    renderables: Map<Str, Renderable>,
    release: Value,
    capabilities: Value,
    profile: &'static Profile,
}

impl Scopes {
    fn chart(&self, chart: &Chart, is_root: bool) -> Value {
        match self.profile.chart_object {
            ChartObject::Struct => metadata::object(&chart.metadata, is_root),
            ChartObject::Map => Value::Dict(metadata(chart, is_root)),
        }
    }

    /// As recAllTpls: the scope of a chart at `full_path`, after those of its dependencies.
    fn add(&mut self, chart: &Chart, full_path: &str, parent: Option<&Dict>, root_values: &Dict) -> Dict {
        let packages = self.profile.packages;
        let own_values = match parent {
            None => values::typed(root_values, packages),
            Some(scope) => values::table(scope, format!("Values.{}", chart.name()).as_bytes(), packages)
                .unwrap_or_else(|_| values::typed(&Dict::new(), packages)),
        };
        let subcharts = Dict::new();
        let scope: Dict = Dict::from_iter([
            ("Chart", self.chart(chart, parent.is_none())),
            ("Files", Files::new(&chart.files, self.profile.lines_of_empty_file)),
            ("Release", self.release.clone()),
            ("Capabilities", self.capabilities.clone()),
            ("Values", Value::Dict(own_values)),
            ("Subcharts", Value::Dict(subcharts.clone())),
        ]);
        for dependency in &chart.dependencies {
            let path = format!("{full_path}/charts/{}", dependency.name());
            subcharts.insert(dependency.name(), self.add(dependency, &path, Some(&scope), root_values));
        }
        let base_path = Str::from(crate::go::path::join(&[full_path.as_bytes(), b"templates"]));
        for template in &chart.templates {
            let base = template.name.rsplit('/').next().unwrap_or_default();
            if chart.is_library() && !base.starts_with('_') {
                continue;
            }
            let name = Str::from(crate::go::path::join(&[full_path.as_bytes(), template.name.as_bytes()]));
            let renderable = Renderable {
                name: name.clone(),
                text: template.data.clone(),
                scope: scope.clone(),
                base_path: base_path.clone(),
                packages,
            };
            self.renderables.insert(name, renderable);
        }
        scope
    }
}

/// `.Chart`: as MetadataAsMap, the struct of Chart.yaml turned into maps under Go's field names.
fn metadata(chart: &Chart, is_root: bool) -> Dict {
    let metadata = &chart.metadata;
    let list = |items: &[String]| Value::list(items.iter().map(Value::string).collect::<Vec<_>>());
    let annotations: Dict = if metadata.annotations.is_empty() {
        Dict::nil()
    } else {
        metadata.annotations.iter().map(|(key, value)| (key, Value::string(value))).collect()
    };
    Dict::from_iter([
        ("Name", Value::string(&metadata.name)),
        ("Home", Value::string(&metadata.home)),
        ("Sources", list(&metadata.sources)),
        ("Version", Value::string(&metadata.version)),
        ("Description", Value::string(&metadata.description)),
        ("Keywords", list(&metadata.keywords)),
        ("Maintainers", Value::list(metadata.maintainers.iter().flatten().map(maintainer).collect::<Vec<_>>())),
        ("Icon", Value::string(&metadata.icon)),
        ("APIVersion", Value::string(&metadata.api_version)),
        ("Condition", Value::string(&metadata.condition)),
        ("Tags", Value::string(&metadata.tags)),
        ("AppVersion", Value::string(&metadata.app_version)),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Annotations", Value::Dict(annotations.with_type(DictType::Strings))),
        ("KubeVersion", Value::string(&metadata.kube_version)),
        ("Dependencies", Value::list(metadata.dependencies.iter().flatten().map(dependency).collect::<Vec<_>>())),
        ("Type", Value::string(&metadata.kind)),
        ("IsRoot", Value::Bool(is_root)),
    ])
}

fn maintainer(maintainer: &Maintainer) -> Value {
    Value::Dict(Dict::from_iter([
        ("Name", Value::string(&maintainer.name)),
        ("Email", Value::string(&maintainer.email)),
        ("URL", Value::string(&maintainer.url)),
    ]))
}

fn dependency(dependency: &Dependency) -> Value {
    Value::Dict(Dict::from_iter([
        ("Name", Value::string(&dependency.name)),
        ("Version", Value::string(&dependency.version)),
        ("Repository", Value::string(&dependency.repository)),
        ("Condition", Value::string(&dependency.condition)),
        ("Tags", Value::list(dependency.tags.iter().map(Value::string).collect::<Vec<_>>())),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::list(dependency.import_values.clone())),
        ("Alias", Value::string(&dependency.alias)),
    ]))
}
