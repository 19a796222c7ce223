//! Chart defaults, parents' values and user values become one map: as Helm's chart/common/util coalesce.go.
//!
//! As in Helm, the maps that are merged into are changed in place, and the tables of `global` are shared between a
//! chart and its subcharts below their first level. What comes from the user and from a chart is copied once, whatever
//! the number of subcharts.

use super::Error;
use crate::chart::Chart;
use crate::go::strconv::quote;
use crate::go::{Dict, Entries, Extent, Level, Log, Str, Value, fmt};
use crate::profile::{Nulls, Profile};
use crate::schema;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::fmt::{Display, Formatter, Write};

/// The name of the table that every chart sees.
pub(super) const GLOBAL: &[u8] = b"global";

/// How many levels of maps values may have: what templates and YAML print recurses over them.
pub(super) const MAX_LEVELS: u16 = 601;

/// How many values one copy may hold. Imports of imports could otherwise double the values at every level of charts.
pub(super) const MAX_COPIED: u32 = 10_000_000;

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
    Tables::new(profile, log, true, Source::Changes).merge(destination, source, Path::TOP, 0)
}

/// As Helm's CoalesceTables.
pub fn coalesce_tables(
    destination: &Dict,
    source: &Dict,
    profile: &Profile,
    log: &mut dyn FnMut(Log),
) -> Result<(), Error> {
    Tables::new(profile, log, false, Source::Changes).merge(destination, source, Path::TOP, 0)
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
    bounded(dict.extent_now(MAX_LEVELS))?;
    Ok(dict.copy_later())
}

/// The same of a map that may change.
pub(super) fn copy_now(dict: &Dict) -> Result<Dict, Error> {
    bounded(dict.extent_now(MAX_LEVELS))?;
    Ok(dict.deep_copy())
}

/// The extent of what is neither deeper nor larger than anything real.
fn bounded(extent: Option<Extent>) -> Result<Extent, Error> {
    extent.filter(|extent| extent.values <= MAX_COPIED).ok_or(Error::TooLarge)
}

/// Whether null stands in a map that does not change any more, or in a map in it, as far as can be told.
fn may_hold_null(dict: &Dict) -> bool {
    dict.extent_now(MAX_LEVELS).is_none_or(|extent| extent.null)
}

/// A copy without the keys whose values are null, of a map that does not change any more: as cleanNilValues.
fn copy_without_null(value: &Value) -> Value {
    match value {
        Value::Dict(dict) if may_hold_null(dict) => {
            let dict = dict.original();
            let entries = dict.entries();
            let kept = entries.iter().filter(|(_, value)| !matches!(value, Value::Nil));
            let kept: Entries = kept.map(|(key, value)| (key.clone(), copy_without_null(value))).collect();
            Value::Dict(Dict::from_entries(kept))
        }
        other => other.copy_later(),
    }
}

/// Whether coalescing a chart over `values` can neither fail nor warn, as far as can be told at a glance.
pub(super) fn is_silent(chart: &Chart, values: &Dict) -> bool {
    let own = chart.values.original();
    let (own, values) = (own.entries(), values.entries());
    let mut at = 0;
    let is_free = |name: &[u8]| name != GLOBAL && values.get(name).is_none();
    matches!(values.get(GLOBAL), None | Some(Value::Dict(_)))
        && own.iter().all(|(key, default)| {
            matches!(default, Value::Nil) || !matches!(values.get_from(key, &mut at), Some(Value::Dict(_)))
        })
        && chart.dependencies.iter().all(|subchart| is_free(subchart.name().as_bytes()))
        && is_silent_alone(chart)
}

/// The same over values that are empty but for `global`, which must be a table, and other names than those of subcharts.
fn is_silent_alone(chart: &Chart) -> bool {
    let own = chart.values.original();
    let own = own.entries();
    own.get(GLOBAL).is_none()
        && chart.dependencies.iter().enumerate().all(|(at, subchart)| {
            let name = subchart.name();
            name.as_bytes() != GLOBAL
                && own.get(name.as_bytes()).is_none()
                && chart.dependencies[..at].iter().all(|other| other.name() != name)
                && is_silent_alone(subchart)
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
        let mut missing: Vec<_> = missing.filter(|name| !values.contains_key(name)).map(Str::from).collect();
        missing.sort_unstable();
        missing.dedup();
        // An error leaves behind values that nobody sees, so that all tables can be added at once.
        add(values, missing.into_iter().map(|name| (name, Value::Dict(Dict::new()))).collect());
        let global = values.get(GLOBAL);
        for dependency in &chart.dependencies {
            match values.get(dependency.name().as_bytes()) {
                Some(Value::Dict(table)) => {
                    self.globals(&table, global.as_ref(), prefix)?;
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

    /// As coalesceGlobals: `global` of the chart around it goes into `destination`'s, and wins.
    fn globals(&mut self, destination: &Dict, global: Option<&Value>, prefix: Path<'_>) -> Result<(), Error> {
        let own = destination.get(GLOBAL);
        let is_new = own.is_none();
        let into = match own {
            None => Dict::new(),
            Some(Value::Dict(dict)) => dict,
            Some(_) => {
                self.print("warning: skipping globals because destination global is not a table.".to_owned());
                return Ok(());
            }
        };
        let from = match global {
            None => Vec::new(),
            Some(Value::Dict(dict)) => dict.snapshot(),
            Some(_) => {
                self.print("warning: skipping globals because source global is not a table.".to_owned());
                return Ok(());
            }
        };
        let mut added = Vec::with_capacity(from.len());
        let mut at = 0;
        for (key, value) in from {
            let old = into.entries().get_from(&key, &mut at).cloned();
            match (value, old) {
                // Only the first level of a table is copied; what is below stays shared with the parent.
                (Value::Dict(table), old) => {
                    let table = Dict::from_entries(table.entries().clone());
                    match old {
                        None => {}
                        Some(Value::Dict(old)) => {
                            self.tables(true, Source::Changes).merge(&table, &old, prefix.join(&key), 0)?;
                        }
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
        if is_new {
            destination.insert(GLOBAL, into);
        }
        Ok(())
    }

    /// As coalesceValues: the chart's own values go into `values`, where those don't say otherwise.
    fn values(&mut self, chart: &Chart, values: &Dict, prefix: Path<'_>) -> Result<(), Error> {
        let extent = bounded(chart.values.extent(MAX_LEVELS))?;
        let vanish = extent.null && self.profile.nulls == Nulls::DeleteDefaultsAndVanish;
        let subcharts: LazyCell<HashSet<&[u8]>, _> =
            LazyCell::new(|| chart.dependencies.iter().map(|subchart| subchart.name().as_bytes()).collect());
        let source = if vanish && !self.merge { Source::FixedWithoutNull } else { Source::Fixed };
        let own = chart.values.original();
        let own = own.entries();
        let overlay = Overlay::of(values, &own, source);
        for (key, default, found) in overlay.met {
            match (default, found) {
                (_, Found::Null) => {
                    if !self.merge {
                        values.remove(key);
                    }
                }
                (Value::Dict(default), Found::Table(table)) => {
                    // Subcharts coalesce their own values later, so that nulls for them have to stay until then.
                    let merge = self.merge || subcharts.contains(key.as_bytes());
                    let source = if merge { Source::Fixed } else { source };
                    self.tables(merge, source).merge(&table, default, prefix.join(key), 0)?;
                }
                (Value::Nil, _) | (_, Found::Other) => {}
                (_, Found::Table(_)) => self.print(format!("warning: skipped value for {prefix}.{key}: Not a table.")),
            }
        }
        add(values, overlay.added);
        Ok(())
    }

    fn tables(&mut self, merge: bool, source: Source) -> Tables<'_> {
        Tables::new(self.profile, self.log, merge, source)
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

/// What a table is that is laid beneath another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// One that changes, as Helm changes both tables, and which can be part of the other one.
    Changes,
    /// One of a chart's own values, which never change: what it adds is copied.
    Fixed,
    /// The same, where null counts as no value.
    FixedWithoutNull,
}

impl Source {
    /// What a value of the source becomes in the destination.
    fn copy(self, value: &Value) -> Value {
        match self {
            Source::Changes => value.clone(),
            Source::Fixed => value.copy_later(),
            Source::FixedWithoutNull => copy_without_null(value),
        }
    }
}

/// What laying a table beneath another one comes to.
struct Overlay<'s> {
    /// What the other one has nothing for, sorted.
    added: Vec<(Str, Value)>,
    /// What else there is to do something about, or to say, in order.
    met: Vec<(&'s Str, &'s Value, Found)>,
}

/// What stands in the upper table, where that matters.
enum Found {
    Null,
    Table(Dict),
    Other,
}

impl<'s> Overlay<'s> {
    fn of(destination: &Dict, entries: &'s Entries, source: Source) -> Overlay<'s> {
        let own = destination.entries();
        let mut added = Vec::with_capacity(entries.len().saturating_sub(own.len()));
        let mut met = Vec::new();
        let mut at = 0;
        for (key, value) in entries.iter() {
            let found = match (own.get_from(key, &mut at), value) {
                (None, Value::Nil) if source == Source::FixedWithoutNull => continue,
                (None, _) => {
                    added.push((key.clone(), source.copy(value)));
                    continue;
                }
                (Some(Value::Dict(table)), Value::Dict(below)) if agree(table, below) => continue,
                (Some(Value::Dict(table)), _) => Found::Table(table.clone()),
                (Some(Value::Nil), _) => Found::Null,
                (Some(_), Value::Dict(_)) => Found::Other,
                (Some(_), _) => continue,
            };
            met.push((key, value, found));
        }
        Overlay { added, met }
    }
}

/// Whether nothing in Helm's rules changes either table: one that meets itself, or that meets its equal without null.
fn agree(destination: &Dict, source: &Dict) -> bool {
    destination.same(source) || (destination.same_copy(source) && !may_hold_null(source))
}

/// One walk over two tables. Imports can tie tables into cycles, so that the walk is bounded.
struct Tables<'a> {
    log: &'a mut dyn FnMut(Log),
    nulls: Nulls,
    merge: bool,
    source: Source,
    left: u32,
}

impl<'a> Tables<'a> {
    fn new(profile: &Profile, log: &'a mut dyn FnMut(Log), merge: bool, source: Source) -> Tables<'a> {
        Tables { log, nulls: profile.nulls, merge, source, left: MAX_COPIED }
    }

    /// As coalesceTablesFullKey: `source` goes into `destination`, whose own entries win.
    fn merge(&mut self, destination: &Dict, source: &Dict, prefix: Path<'_>, depth: u16) -> Result<(), Error> {
        if depth >= MAX_LEVELS || self.left == 0 {
            return Err(Error::TooLarge);
        }
        self.left -= 1;
        if agree(destination, source) {
            return Ok(());
        }
        let copy;
        let fixed;
        let entries;
        let originals = if self.source == Source::Changes {
            copy = source.entries().clone();
            if self.nulls != Nulls::Delete {
                let own = destination.entries();
                let nulls = own.iter().filter(|(_, value)| matches!(value, Value::Nil));
                let nulls = nulls.map(|(key, _)| (key.clone(), Value::Nil)).collect();
                drop(own);
                add(source, nulls);
            }
            &copy
        } else {
            fixed = source.original();
            entries = fixed.entries();
            &*entries
        };
        let overlay = Overlay::of(destination, originals, self.source);
        for (key, original, found) in overlay.met {
            match (original, found) {
                (Value::Nil, _) if self.source == Source::FixedWithoutNull => {}
                // The user says null to a default: the key goes. Where the default is null too, it stays.
                (_, Found::Null) if !self.merge && (self.nulls == Nulls::Delete || !matches!(original, Value::Nil)) => {
                    destination.remove(key);
                }
                (_, Found::Null) if self.nulls != Nulls::Delete => {}
                (Value::Dict(value), Found::Table(inner)) => {
                    self.merge(&inner, value, prefix.join(key), depth + 1)?;
                }
                (Value::Dict(_), Found::Null | Found::Other) => {
                    let (shown, key) = (display(&self.source.copy(original)), prefix.join(key));
                    (self.log)(Log::new(
                        Level::Info,
                        format!("warning: cannot overwrite table with non table for {key} ({shown})"),
                    ));
                }
                (Value::Nil, _) | (_, Found::Null | Found::Other) => {}
                (value, Found::Table(_)) => {
                    let (shown, key) = (display(value), prefix.join(key));
                    (self.log)(Log::new(
                        Level::Info,
                        format!("warning: destination for {key} is a table. Ignoring non-table value ({shown})"),
                    ));
                }
            }
        }
        add(destination, overlay.added);
        Ok(())
    }
}

/// Sets many keys of a map, which are sorted.
pub(super) fn add(dict: &Dict, added: Vec<(Str, Value)>) {
    if !added.is_empty() {
        dict.entries_mut().insert_sorted(added);
    }
}

/// As fmt's `%v`.
pub(super) fn display(value: &Value) -> String {
    fmt::sprint(std::slice::from_ref(value)).to_str_lossy().into_owned()
}
