//! Chart defaults, parents' values and user values become one map: as Helm's chart/common/util coalesce.go.
//!
//! As in Helm, the maps that are merged into are changed in place, and the tables of `global` are shared between a
//! chart and its subcharts below their first level. What comes from the user and from a chart is copied once, whatever
//! the number of subcharts.

use super::Error;
use crate::chart::Chart;
use crate::go::strconv::quote;
use crate::go::{Dict, Entries, Level, Log, Str, Value, fmt};
use crate::profile::{Nulls, Profile};
use crate::schema;
use std::collections::HashSet;
use std::fmt::{Display, Formatter, Write};

/// The name of the table that every chart sees.
const GLOBAL: &[u8] = b"global";

/// How deep values may nest: what templates and YAML print recurses over them.
const MAX_DEPTH: usize = 600;

/// How many values one copy may hold. Imports of imports could otherwise double the values at every level of charts.
const MAX_COPIED: usize = 10_000_000;

/// As Helm's CoalesceValues. `user` is not changed.
pub fn coalesce(
    chart: &Chart,
    user: &Dict,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Dict, Error> {
    let values = copy(user)?;
    Coalesce { profile, log, merge: false }.chart(chart, &values)?;
    Ok(values)
}

/// As Helm's MergeValues: keeps null values for a later coalesce to act upon.
pub(super) fn merge(
    chart: &Chart,
    user: &Dict,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Dict, Error> {
    let values = copy(user)?;
    Coalesce { profile, log, merge: true }.chart(chart, &values)?;
    Ok(values)
}

/// As Helm's MergeTables.
pub(super) fn merge_tables(
    destination: &Dict,
    source: &Dict,
    profile: &Profile,
    log: &mut dyn FnMut(Log),
) -> Result<(), Error> {
    Tables { log, nulls: profile.nulls, merge: true, left: MAX_COPIED }.merge(destination, source, Path::TOP, 0)
}

/// As Helm's CoalesceTables.
pub fn coalesce_tables(
    destination: &Dict,
    source: &Dict,
    profile: &Profile,
    log: &mut dyn FnMut(Log),
) -> Result<(), Error> {
    Tables { log, nulls: profile.nulls, merge: false, left: MAX_COPIED }.merge(destination, source, Path::TOP, 0)
}

/// As Helm's ToRenderValuesWithSchemaValidation, as far as it concerns `.Values`: coalesces, then checks the schemas.
pub fn to_render_values(
    chart: &Chart,
    user: &Dict,
    skip_schema_validation: bool,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Dict, Error> {
    let values = coalesce(chart, user, profile, log)?;
    if !skip_schema_validation {
        let mut complaints = String::new();
        check_schemas(chart, &values, profile, log, &mut complaints);
        if !complaints.is_empty() {
            return Err(Error::Schema(complaints));
        }
    }
    Ok(values)
}

/// As Helm's ValidateAgainstSchema: the chart's own schema, then those of its subcharts that have values.
fn check_schemas(
    chart: &Chart,
    values: &Dict,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    complaints: &mut String,
) {
    if let Some(schema) = &chart.schema {
        log(Log::new(Level::Debug, "chart name").with("chart-name", chart.name()));
        if let Err(error) = schema::validate(schema, &Value::Dict(values.clone()), profile, log) {
            let _ = write!(complaints, "{}:\n{error}", chart.name());
        }
    }
    let dependencies = Log::new(Level::Debug, "number of dependencies in the chart").with("chart", chart.name());
    log(dependencies.with("dependencies", chart.dependencies.len().to_string()));
    for dependency in &chart.dependencies {
        match values.get(dependency.name().as_bytes()) {
            None | Some(Value::Nil) => {}
            Some(Value::Dict(values)) => check_schemas(dependency, &values, profile, log, complaints),
            Some(other) => {
                let ty = other.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string());
                let _ = writeln!(
                    complaints,
                    "{}:\ninvalid type for values: expected object (map), got {ty}",
                    dependency.name()
                );
            }
        }
    }
}

/// A copy that shares no map with `dict`, unless the copy would be deeper or larger than anything real. Neither `dict`
/// nor a map in it may change any more: what nobody looks at is never copied.
pub(super) fn copy(dict: &Dict) -> Result<Dict, Error> {
    let mut left = MAX_COPIED;
    measure(dict, 0, &mut left)?;
    Ok(dict.copy_later())
}

/// The same of a map that may change.
pub(super) fn copy_now(dict: &Dict) -> Result<Dict, Error> {
    let mut left = MAX_COPIED;
    measure(dict, 0, &mut left)?;
    Ok(dict.deep_copy())
}

fn measure(dict: &Dict, depth: usize, left: &mut usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooLarge);
    }
    let dict = dict.original();
    let entries = dict.entries();
    *left = left.checked_sub(entries.len()).ok_or(Error::TooLarge)?;
    entries.iter().try_for_each(|(_, value)| measure_value(value, depth + 1, left))
}

fn measure_value(value: &Value, depth: usize, left: &mut usize) -> Result<(), Error> {
    match value {
        Value::Dict(dict) => measure(dict, depth, left),
        Value::List(list) if list.iter().any(|item| matches!(item, Value::Dict(_) | Value::List(_))) => {
            if depth > MAX_DEPTH {
                return Err(Error::TooLarge);
            }
            *left = left.checked_sub(list.len()).ok_or(Error::TooLarge)?;
            list.iter().try_for_each(|item| measure_value(item, depth + 1, left))
        }
        _ => Ok(()),
    }
}

/// Whether null stands in a map, or in a map in it.
fn has_null(dict: &Dict) -> bool {
    dict.original().entries().iter().any(|(_, value)| match value {
        Value::Nil => true,
        Value::Dict(inner) => has_null(inner),
        _ => false,
    })
}

/// One walk over a chart and its subcharts.
pub(super) struct Coalesce<'a> {
    pub(super) profile: &'static Profile,
    pub(super) log: &'a mut dyn FnMut(Log),
    /// Whether null values are kept.
    pub(super) merge: bool,
}

impl Coalesce<'_> {
    /// As coalesce: `values`, which already hold what users and parents say, receive the chart's and its subcharts'.
    pub(super) fn chart(&mut self, chart: &Chart, values: &Dict) -> Result<(), Error> {
        self.inner(chart, values, Path::TOP)
    }

    fn inner(&mut self, chart: &Chart, values: &Dict, prefix: Path<'_>) -> Result<(), Error> {
        let prefix = prefix.join(chart.name().as_bytes());
        self.values(chart, values, prefix)?;
        self.dependencies(chart, values, prefix)
    }

    /// As coalesceDeps.
    fn dependencies(&mut self, chart: &Chart, values: &Dict, prefix: Path<'_>) -> Result<(), Error> {
        if chart.dependencies.is_empty() {
            return Ok(());
        }
        let missing = chart.dependencies.iter().map(|dependency| dependency.name().as_bytes());
        let missing: Vec<_> = missing.filter(|name| !values.contains_key(name)).map(Str::from).collect();
        // An error leaves behind values that nobody sees, so that all tables can be added at once.
        add(values, missing.into_iter().map(|name| (name, Value::Dict(Dict::new()))).collect());
        for dependency in &chart.dependencies {
            match values.get(dependency.name().as_bytes()) {
                Some(Value::Dict(table)) => {
                    self.globals(&table, values, prefix)?;
                    self.inner(dependency, &table, prefix)?;
                }
                other => {
                    return Err(Error::TypeMismatch {
                        name: dependency.name().to_owned(),
                        value: fmt::sprintf(b"%t", &[other.unwrap_or_default()]).to_str_lossy().into_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// As coalesceGlobals: what `source` has under `global` goes into `destination`'s, and wins.
    fn globals(&mut self, destination: &Dict, source: &Dict, prefix: Path<'_>) -> Result<(), Error> {
        let into = match destination.get(GLOBAL) {
            None => Dict::new(),
            Some(Value::Dict(dict)) => dict,
            Some(_) => {
                self.print("warning: skipping globals because destination global is not a table.".to_owned());
                return Ok(());
            }
        };
        let from = match source.get(GLOBAL) {
            None => Dict::new(),
            Some(Value::Dict(dict)) => dict,
            Some(_) => {
                self.print("warning: skipping globals because source global is not a table.".to_owned());
                return Ok(());
            }
        };
        let mut added = Vec::new();
        for (key, value) in from.snapshot() {
            match (value, into.get(&key)) {
                // Only the first level of a table is copied; what is below stays shared with the parent.
                (Value::Dict(table), old) => {
                    let table = Dict::from_entries(table.entries().clone());
                    match old {
                        None => {}
                        Some(Value::Dict(old)) => self.tables(true).merge(&table, &old, prefix.join(&key), 0)?,
                        Some(_) => {
                            let key = quote(key.as_bytes());
                            self.print(format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                            continue;
                        }
                    }
                    added.push((key, Value::Dict(table)));
                }
                (_, Some(Value::Dict(_))) => self.print(format!("key {key} is table. Skipping")),
                (value, _) => added.push((key, value)),
            }
        }
        add(&into, added);
        destination.insert(GLOBAL, into);
        Ok(())
    }

    /// As coalesceValues: the chart's own values go into `values`, where those don't say otherwise.
    fn values(&mut self, chart: &Chart, values: &Dict, prefix: Path<'_>) -> Result<(), Error> {
        let drop_null = self.profile.nulls == Nulls::DeleteDefaultsAndVanish;
        let subcharts: HashSet<&[u8]> = chart.dependencies.iter().map(|subchart| subchart.name().as_bytes()).collect();
        let mut added = Vec::new();
        let defaults = copy(&chart.values)?;
        for (key, default) in std::mem::take(&mut *defaults.entries_mut()) {
            match values.get(&key) {
                Some(Value::Nil) if !self.merge => {
                    values.remove(&key);
                }
                Some(Value::Dict(table)) => match default {
                    Value::Dict(default) => {
                        // Subcharts coalesce their own values later, so that nulls for them have to stay until then.
                        let merge = self.merge || subcharts.contains(key.as_bytes());
                        if drop_null && !merge {
                            remove_null(&default);
                        }
                        self.tables(merge).merge(&table, &default, prefix.join(&key), 0)?;
                    }
                    Value::Nil => {}
                    _ => self.print(format!("warning: skipped value for {prefix}.{key}: Not a table.")),
                },
                Some(_) => {}
                None => {
                    if drop_null && !self.merge {
                        match &default {
                            Value::Nil => continue,
                            Value::Dict(default) => remove_null(default),
                            _ => {}
                        }
                    }
                    added.push((key, default));
                }
            }
        }
        add(values, added);
        Ok(())
    }

    fn tables(&mut self, merge: bool) -> Tables<'_> {
        Tables { log: self.log, nulls: self.profile.nulls, merge, left: MAX_COPIED }
    }

    fn print(&mut self, text: String) {
        (self.log)(Log::new(Level::Info, text));
    }
}

/// Where a table stands, which is written down only for a warning.
#[derive(Clone, Copy)]
struct Path<'p> {
    outer: Option<&'p Path<'p>>,
    name: &'p [u8],
}

impl Path<'_> {
    const TOP: Path<'static> = Path { outer: None, name: b"" };

    fn join<'p>(&'p self, name: &'p [u8]) -> Path<'p> {
        Path { outer: Some(self), name }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.outer.is_none_or(Path::is_empty)
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(outer) = self.outer.filter(|outer| !outer.is_empty()) {
            write!(f, "{outer}.")?;
        }
        f.write_str(&String::from_utf8_lossy(self.name))
    }
}

/// One walk over two tables. Imports can tie tables into cycles, so that the walk is bounded.
struct Tables<'a> {
    log: &'a mut dyn FnMut(Log),
    nulls: Nulls,
    merge: bool,
    left: usize,
}

impl Tables<'_> {
    /// As coalesceTablesFullKey: `source` goes into `destination`, whose own entries win.
    fn merge(&mut self, destination: &Dict, source: &Dict, prefix: Path<'_>, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH || self.left == 0 {
            return Err(Error::TooLarge);
        }
        self.left -= 1;
        // Nothing in Helm's rules changes a table that meets itself, or that meets its equal without null.
        if destination.same(source) || (destination.same_copy(source) && !has_null(source)) {
            return Ok(());
        }
        let originals = source.snapshot();
        let delete_any = self.nulls == Nulls::Delete;
        let nulls: Vec<Str> = destination
            .entries()
            .iter()
            .filter(|(_, value)| matches!(value, Value::Nil) && !delete_any)
            .map(|(key, _)| key.clone())
            .collect();
        add(source, nulls.iter().map(|key| (key.clone(), Value::Nil)).collect());
        let mut added = Vec::new();
        for (key, original) in originals {
            let value = if nulls.binary_search(&key).is_ok() { Value::Nil } else { original.clone() };
            match (value, destination.get(&key)) {
                (value, None) => added.push((key, value)),
                // The user says null to a default: the key goes. Where the default is null too, it stays.
                (_, Some(Value::Nil)) if !self.merge && (delete_any || !matches!(original, Value::Nil)) => {
                    destination.remove(&key);
                }
                (Value::Dict(value), Some(Value::Dict(inner))) => {
                    self.merge(&inner, &value, prefix.join(&key), depth + 1)?;
                }
                (Value::Dict(value), Some(_)) => {
                    let shown = display(&Value::Dict(value));
                    let key = prefix.join(&key);
                    (self.log)(Log::new(
                        Level::Info,
                        format!("warning: cannot overwrite table with non table for {key} ({shown})"),
                    ));
                }
                (Value::Nil, Some(_)) => {}
                (value, Some(Value::Dict(_))) => {
                    let (shown, key) = (display(&value), prefix.join(&key));
                    (self.log)(Log::new(
                        Level::Info,
                        format!("warning: destination for {key} is a table. Ignoring non-table value ({shown})"),
                    ));
                }
                (_, Some(_)) => {}
            }
        }
        add(destination, added);
        Ok(())
    }
}

/// As cleanNilValues.
fn remove_null(dict: &Dict) {
    if !has_null(dict) {
        return;
    }
    let mut entries = dict.entries_mut();
    if entries.iter().any(|(_, value)| matches!(value, Value::Nil)) {
        let kept: Entries = std::mem::take(&mut *entries)
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Nil))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        *entries = kept;
    }
    for (_, value) in entries.iter() {
        if let Value::Dict(inner) = value {
            remove_null(inner);
        }
    }
}

/// Sets many keys of a map in one go: one by one, each would move the entries behind it.
pub(super) fn add(dict: &Dict, added: Vec<(Str, Value)>) {
    if added.len() < 8 {
        for (key, value) in added {
            dict.insert(key, value);
        }
        return;
    }
    let mut entries = dict.entries_mut();
    let old = std::mem::take(&mut *entries);
    *entries = old.iter().map(|(key, value)| (key.clone(), value.clone())).chain(added).collect();
}

/// As fmt's `%v`.
pub(super) fn display(value: &Value) -> String {
    fmt::sprint(std::slice::from_ref(value)).to_str_lossy().into_owned()
}
