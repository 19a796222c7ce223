//! `.Chart` of Helm 3: the struct that Chart.yaml is read into. In Helm 4 it is a map.

use crate::chart::{Dependency, Maintainer, Metadata};
use crate::go::{Dict, DictType, Elem, Field, Kind, List, Object, ObjectType, Part, Type, Value};
use std::rc::Rc;

/// `.Chart`, for the root chart or another.
pub fn object(metadata: &Metadata, is_root: bool) -> Value {
    Value::Object(Rc::new(Chart { metadata: Value::Object(Rc::new(Plain(&METADATA, values(metadata)))), is_root }))
}

/// `struct { chart.Metadata; IsRoot bool }`, with the embedded struct as a value.
#[derive(Debug)]
struct Chart {
    metadata: Value,
    is_root: bool,
}

static CHART: ObjectType = ObjectType {
    name: "struct { chart.Metadata; IsRoot bool }",
    kind: Kind::Struct,
    fields: &[
        Field { name: "Metadata", json: "", omit_empty: false, part: Part::Embedded, ty: Type::Object(&METADATA) },
        promoted("Name", "name", Type::String),
        promoted("Home", "home", Type::String),
        promoted("Sources", "sources", Type::List(Elem::String)),
        promoted("Version", "version", Type::String),
        promoted("Description", "description", Type::String),
        promoted("Keywords", "keywords", Type::List(Elem::String)),
        promoted("Maintainers", "maintainers", Type::List(Elem::Object(&MAINTAINER))),
        promoted("Icon", "icon", Type::String),
        promoted("APIVersion", "apiVersion", Type::String),
        promoted("Condition", "condition", Type::String),
        promoted("Tags", "tags", Type::String),
        promoted("AppVersion", "appVersion", Type::String),
        promoted("Deprecated", "deprecated", Type::Bool),
        promoted("Annotations", "annotations", Type::Dict(DictType::Strings)),
        promoted("KubeVersion", "kubeVersion", Type::String),
        promoted("Dependencies", "dependencies", Type::List(Elem::Object(&DEPENDENCY))),
        promoted("Type", "type", Type::String),
        Field::new("IsRoot", "IsRoot", Type::Bool),
    ],
    methods: &[],
};

impl Object for Chart {
    fn ty(&self) -> &'static ObjectType {
        &CHART
    }

    fn fields(&self) -> Vec<Value> {
        let mut fields = vec![self.metadata.clone()];
        if let Value::Object(metadata) = &self.metadata {
            fields.extend(metadata.fields());
        }
        fields.push(Value::Bool(self.is_root));
        fields
    }
}

/// A struct or a pointer to one, by the values of its fields.
#[derive(Debug)]
struct Plain(&'static ObjectType, Vec<Value>);

impl Object for Plain {
    fn ty(&self) -> &'static ObjectType {
        self.0
    }

    fn fields(&self) -> Vec<Value> {
        self.1.clone()
    }
}

static METADATA: ObjectType = ObjectType {
    name: "chart.Metadata",
    kind: Kind::Struct,
    fields: &[
        Field::optional("Name", "name", Type::String),
        Field::optional("Home", "home", Type::String),
        Field::optional("Sources", "sources", Type::List(Elem::String)),
        Field::optional("Version", "version", Type::String),
        Field::optional("Description", "description", Type::String),
        Field::optional("Keywords", "keywords", Type::List(Elem::String)),
        Field::optional("Maintainers", "maintainers", Type::List(Elem::Object(&MAINTAINER))),
        Field::optional("Icon", "icon", Type::String),
        Field::optional("APIVersion", "apiVersion", Type::String),
        Field::optional("Condition", "condition", Type::String),
        Field::optional("Tags", "tags", Type::String),
        Field::optional("AppVersion", "appVersion", Type::String),
        Field::optional("Deprecated", "deprecated", Type::Bool),
        Field::optional("Annotations", "annotations", Type::Dict(DictType::Strings)),
        Field::optional("KubeVersion", "kubeVersion", Type::String),
        Field::optional("Dependencies", "dependencies", Type::List(Elem::Object(&DEPENDENCY))),
        Field::optional("Type", "type", Type::String),
    ],
    methods: &[],
};

fn values(metadata: &Metadata) -> Vec<Value> {
    let annotations = match metadata.annotations.as_slice() {
        [] => Dict::nil(),
        annotations => annotations.iter().map(|(key, value)| (key, Value::string(value))).collect(),
    };
    let maintainers = metadata.maintainers.iter().flatten().map(maintainer).collect();
    let dependencies = metadata.dependencies.iter().flatten().map(dependency).collect();
    vec![
        Value::string(&metadata.name),
        Value::string(&metadata.home),
        strings(&metadata.sources),
        Value::string(&metadata.version),
        Value::string(&metadata.description),
        strings(&metadata.keywords),
        list(Elem::Object(&MAINTAINER), maintainers),
        Value::string(&metadata.icon),
        Value::string(&metadata.api_version),
        Value::string(&metadata.condition),
        Value::string(&metadata.tags),
        Value::string(&metadata.app_version),
        Value::Bool(metadata.deprecated),
        Value::Dict(annotations.with_type(DictType::Strings)),
        Value::string(&metadata.kube_version),
        list(Elem::Object(&DEPENDENCY), dependencies),
        Value::string(&metadata.kind),
    ]
}

static MAINTAINER: ObjectType = ObjectType {
    name: "*chart.Maintainer",
    kind: Kind::Pointer,
    fields: &[
        Field::optional("Name", "name", Type::String),
        Field::optional("Email", "email", Type::String),
        Field::optional("URL", "url", Type::String),
    ],
    methods: &[],
};

fn maintainer(maintainer: &Maintainer) -> Value {
    let fields = [&maintainer.name, &maintainer.email, &maintainer.url].map(Value::string);
    Value::Object(Rc::new(Plain(&MAINTAINER, fields.to_vec())))
}

static DEPENDENCY: ObjectType = ObjectType {
    name: "*chart.Dependency",
    kind: Kind::Pointer,
    fields: &[
        Field::new("Name", "name", Type::String),
        Field::optional("Version", "version", Type::String),
        Field::new("Repository", "repository", Type::String),
        Field::optional("Condition", "condition", Type::String),
        Field::optional("Tags", "tags", Type::List(Elem::String)),
        Field::optional("Enabled", "enabled", Type::Bool),
        Field::optional("ImportValues", "import-values", Type::List(Elem::Any)),
        Field::optional("Alias", "alias", Type::String),
    ],
    methods: &[],
};

fn dependency(dependency: &Dependency) -> Value {
    let fields = vec![
        Value::string(&dependency.name),
        Value::string(&dependency.version),
        Value::string(&dependency.repository),
        Value::string(&dependency.condition),
        strings(&dependency.tags),
        Value::Bool(dependency.enabled),
        list(Elem::Any, dependency.import_values.clone()),
        Value::string(&dependency.alias),
    ];
    Value::Object(Rc::new(Plain(&DEPENDENCY, fields)))
}

const fn promoted(name: &'static str, json: &'static str, ty: Type) -> Field {
    Field { part: Part::Promoted, ..Field::optional(name, json, ty) }
}

fn strings(items: &[String]) -> Value {
    list(Elem::String, items.iter().map(Value::string).collect())
}

fn list(elem: Elem, items: Vec<Value>) -> Value {
    Value::List(if items.is_empty() { List::nil(elem) } else { List::new(elem, items) })
}
