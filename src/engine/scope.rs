//! Which templates a chart tree has, and what each of them sees.

use super::capabilities::Capabilities;
use super::files::Files;
use super::metadata;
use super::values;
use crate::chart::{Chart, Dependency, Maintainer, Place};
use crate::go::{Dict, DictType, Str, Value, path};
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
        let entries = [("BasePath", &self.base_path), ("Name", &self.name)];
        let entries = entries.map(|(key, value)| (Str::from(key), Value::String(value.clone())));
        let template = Dict::watched(entries.into_iter().collect());
        self.scope.exchange("Template", values::typed(&template, self.packages));
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
        renderables: Vec::new(),
        release: Value::Dict(release.object()),
        capabilities: capabilities.object(),
        profile,
    };
    scopes.add(chart, &chart.place(), true, values);
    let mut renderables = scopes.renderables;
    renderables.sort_by_cached_key(|renderable| {
        Reverse((renderable.name.iter().filter(|&&byte| byte == b'/').count(), renderable.name.clone()))
    });
    // Of charts at the same path, the last one's templates count.
    renderables.dedup_by(|later, kept| {
        let same = later.name == kept.name;
        if same {
            std::mem::swap(later, kept);
        }
        same
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
    renderables: Vec<Renderable>,
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

    /// As recAllTpls: the scope of a chart at `place`, after those of its dependencies. `values` are the root
    /// chart's, or those of the chart around this one.
    fn add(&mut self, chart: &Chart, place: &Place, is_root: bool, values: &Dict) -> Dict {
        let packages = self.profile.packages;
        let values = if is_root {
            values::typed(values, packages)
        } else {
            values::table(values, chart.name().as_bytes(), packages)
                .unwrap_or_else(|_| values::typed(&Dict::new(), packages))
        };
        let subcharts = Dict::new();
        // In order, which spares a sort.
        let scope = Dict::from_iter([
            ("Capabilities", self.capabilities.clone()),
            ("Chart", self.chart(chart, is_root)),
            ("Files", Files::new(&chart.files, self.profile.lines_of_empty_file)),
            ("Release", self.release.clone()),
            ("Subcharts", Value::Dict(subcharts.clone())),
            ("Values", Value::Dict(values.clone())),
        ]);
        for dependency in &chart.dependencies {
            let scope = self.add(dependency, &dependency.place_below(place), false, &values);
            subcharts.insert(dependency.name(), scope);
        }
        let base_path = Str::from(path::join(&[place.path.as_bytes(), b"templates"]));
        let is_library = chart.is_library();
        for template in &chart.templates {
            if is_library && !template.name.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
                continue;
            }
            self.renderables.push(Renderable {
                name: Str::from(path::join(&[place.path.as_bytes(), template.name.as_bytes()])),
                text: template.data.clone(),
                scope: scope.clone(),
                base_path: base_path.clone(),
                packages,
            });
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
    // In order, which spares a sort.
    Dict::from_iter([
        ("APIVersion", Value::string(&metadata.api_version)),
        ("Annotations", Value::Dict(annotations.with_type(DictType::Strings))),
        ("AppVersion", Value::string(&metadata.app_version)),
        ("Condition", Value::string(&metadata.condition)),
        ("Dependencies", Value::list(metadata.dependencies.iter().flatten().map(dependency).collect::<Vec<_>>())),
        ("Deprecated", Value::Bool(metadata.deprecated)),
        ("Description", Value::string(&metadata.description)),
        ("Home", Value::string(&metadata.home)),
        ("Icon", Value::string(&metadata.icon)),
        ("IsRoot", Value::Bool(is_root)),
        ("Keywords", list(&metadata.keywords)),
        ("KubeVersion", Value::string(&metadata.kube_version)),
        ("Maintainers", Value::list(metadata.maintainers.iter().flatten().map(maintainer).collect::<Vec<_>>())),
        ("Name", Value::string(&metadata.name)),
        ("Sources", list(&metadata.sources)),
        ("Tags", Value::string(&metadata.tags)),
        ("Type", Value::string(&metadata.kind)),
        ("Version", Value::string(&metadata.version)),
    ])
}

fn maintainer(maintainer: &Maintainer) -> Value {
    Value::Dict(Dict::from_iter([
        ("Email", Value::string(&maintainer.email)),
        ("Name", Value::string(&maintainer.name)),
        ("URL", Value::string(&maintainer.url)),
    ]))
}

fn dependency(dependency: &Dependency) -> Value {
    Value::Dict(Dict::from_iter([
        ("Alias", Value::string(&dependency.alias)),
        ("Condition", Value::string(&dependency.condition)),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::list(dependency.import_values.clone())),
        ("Name", Value::string(&dependency.name)),
        ("Repository", Value::string(&dependency.repository)),
        ("Tags", Value::list(dependency.tags.iter().map(Value::string).collect::<Vec<_>>())),
        ("Version", Value::string(&dependency.version)),
    ]))
}
