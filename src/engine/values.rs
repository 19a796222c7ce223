//! `common.Values`, which is `chartutil.Values` in Helm 3: a map of values with methods.

use crate::go::{Dict, DictType, Kind, Method, ObjectType, Str, Type, Value, strconv};
use crate::profile::Packages;
use crate::yaml;

static TYPE: ObjectType = ObjectType { name: "common.Values", kind: Kind::Map, fields: &[], methods: METHODS };

static TYPE_3: ObjectType = ObjectType { name: "chartutil.Values", kind: Kind::Map, fields: &[], methods: METHODS };

static METHODS: &[Method] = &[
    Method::new("AsMap", &[], as_map),
    Method::new("Encode", &[Type::Object(&WRITER)], encode),
    Method::fallible("PathValue", &[Type::String], path_value),
    Method::fallible("Table", &[Type::String], method_table),
    Method::fallible("YAML", &[], method_yaml),
];

/// No value of a template is a writer, so `Encode` only ever fails.
static WRITER: ObjectType = ObjectType { name: "io.Writer", kind: Kind::Interface, fields: &[], methods: &[] };

/// The same map as a `common.Values`.
pub fn typed(dict: &Dict, packages: Packages) -> Dict {
    dict.with_type(DictType::Named(match packages {
        Packages::Helm3 => &TYPE_3,
        Packages::Helm4 => &TYPE,
    }))
}

/// Whether it is a `common.Values`.
fn is_typed(dict: &Dict) -> bool {
    matches!(dict.ty(), DictType::Named(ty) if *ty == TYPE || *ty == TYPE_3)
}

/// As `Values.Table`: the map at a path with dots. The error is the key that holds none.
pub fn table(values: &Dict, name: &[u8], packages: Packages) -> Result<Dict, Str> {
    let mut table = values.clone();
    for key in name.split(|&byte| byte == b'.') {
        table = match table.get(key) {
            // As tableLookup: other types of map, such as the strings of `.Chart.Annotations`, are no table.
            Some(Value::Dict(inner)) if inner.ty() == DictType::Any || is_typed(&inner) => inner,
            _ => return Err(Str::from(key)),
        };
    }
    Ok(typed(&table, packages))
}

/// The packages whose `Values` it is.
fn packages_of(values: &Value) -> Packages {
    let is_3 = values.as_dict().is_some_and(|dict| matches!(dict.ty(), DictType::Named(ty) if *ty == TYPE_3));
    if is_3 { Packages::Helm3 } else { Packages::Helm4 }
}

fn receiver(value: &Value) -> Dict {
    value.as_dict().cloned().unwrap_or_default()
}

fn as_map(values: &Value, _: &[Value]) -> Result<Value, String> {
    let values = receiver(values);
    Ok(Value::Dict(if values.is_empty() { Dict::new() } else { values.with_type(DictType::Any) }))
}

fn encode(_: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(Value::Nil)
}

fn method_yaml(values: &Value, _: &[Value]) -> Result<Value, String> {
    let text = yaml::marshal(values).map_err(|error| error.to_string())?;
    Ok(Value::String(text))
}

fn method_table(values: &Value, arguments: &[Value]) -> Result<Value, String> {
    let name = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    table(&receiver(values), &name, packages_of(values))
        .map(Value::Dict)
        .map_err(|key| format!("{} is not a table", strconv::quote(&key)))
}

fn path_value(values: &Value, arguments: &[Value]) -> Result<Value, String> {
    let path = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    if path.is_empty() {
        return Err("YAML path cannot be empty".to_owned());
    }
    let values = receiver(values);
    let (parent, key) = match path.iter().rposition(|&byte| byte == b'.') {
        Some(dot) => (table(&values, &path[..dot], Packages::Helm4).ok(), &path[dot + 1..]),
        None => (Some(values), path.as_bytes()),
    };
    match parent.and_then(|parent| parent.get(key)) {
        Some(Value::Dict(dict)) if dict.ty() == DictType::Any => {}
        Some(value) => return Ok(value),
        None => {}
    }
    Err(format!("{} is not a value", strconv::quote(key)))
}
