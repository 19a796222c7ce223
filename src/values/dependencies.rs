//! Which subcharts take part, under which names, and the values that parents import from them:
//! as Helm's chart/v2/util dependencies.go.

use super::Error;
use super::coalesce::{self, Coalesce, copy, copy_now, display, is_silent, merge_tables};
use super::layers::Layers;
use crate::chart::{Chart, Dependency, Kinship, is_compatible};
use crate::go::strconv::quote;
use crate::go::{Dict, DictType, Level, Log, Str, Value};
use crate::profile::Profile;
use std::collections::BTreeSet;

/// As Helm's ProcessDependencies: applies aliases, tags and conditions, then import-values, to `chart` and all below it.
pub fn process_dependencies(
    chart: &mut Chart,
    user: &Dict,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<(), Error> {
    process(chart, user, profile, log, true).map(drop)
}

/// The same, which may look at the values where they stand; whether that was enough.
pub(super) fn process(
    chart: &mut Chart,
    user: &Dict,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    by_layers: bool,
) -> Result<bool, Error> {
    let mut process = Process { profile, log: &mut *log };
    if chart.metadata.dependencies_declared {
        process.arrange(chart);
        if by_layers && process.enable_by_layers(chart, user) {
            return Ok(true);
        }
        let values = copy(user)?;
        process.enable(chart, &values, "")?;
    }
    import_all(chart, profile, log)?;
    Ok(false)
}

/// The table that switches dependencies by their tags.
pub(super) const TAGS: &str = "tags";

struct Process<'a> {
    profile: &'static Profile,
    log: &'a mut dyn FnMut(Log),
}

impl Process<'_> {
    /// As processDependencyEnabled. `values` are the chart's parent's, or for the root the user's, and are changed.
    fn enable(&mut self, chart: &mut Chart, values: &Dict, path: &str) -> Result<(), Error> {
        Coalesce { profile: self.profile, log: &mut *self.log, merge: false }.chart(chart, values)?;
        let tags = table(values, TAGS).ok();
        let tag = |name: &[u8]| tags.as_ref().and_then(|tags| tags.get(name));
        let dependencies = std::mem::take(&mut chart.metadata.dependencies);
        let dependencies = self.decide(dependencies, &tag, &|path| path_value(values, path), path);
        keep_enabled(chart, dependencies);
        for subchart in &mut chart.dependencies {
            if subchart.metadata.dependencies_declared {
                self.arrange(subchart);
                if asks_nothing(subchart, values) && is_silent(subchart, values) {
                    self.enable_all(subchart);
                } else {
                    let path = format!("{path}{}.", subchart.name());
                    let seen = self.visible(subchart, values, &path);
                    self.enable(subchart, &seen, &path)?;
                }
            }
        }
        Ok(())
    }

    /// Does the same, and what [`import_all`] does after it, where the values of the whole tree agree; whether they do.
    fn enable_by_layers(&mut self, chart: &mut Chart, user: &Dict) -> bool {
        let dependencies = match Layers::of(user, chart) {
            None => return false,
            Some(layers) => {
                let dependencies = chart.metadata.dependencies.clone();
                self.decide(dependencies, &|name| layers.tag(name), &|path| layers.value(path), "")
            }
        };
        keep_enabled(chart, dependencies);
        self.enable_subcharts(chart);
        true
    }

    /// Enables a chart whose dependencies stand in Helm's order, where no value decides about those or the ones below.
    fn enable_all(&mut self, chart: &mut Chart) {
        let dependencies = std::mem::take(&mut chart.metadata.dependencies);
        let dependencies = self.decide(dependencies, &|_| None, &|_| None, "");
        keep_enabled(chart, dependencies);
        self.enable_subcharts(chart);
    }

    fn enable_subcharts(&mut self, chart: &mut Chart) {
        for subchart in &mut chart.dependencies {
            if subchart.metadata.dependencies_declared {
                self.arrange(subchart);
                self.enable_all(subchart);
            }
        }
    }

    /// Switches dependencies on and off by the tags and then by the values at their conditions.
    fn decide(
        &mut self,
        dependencies: Vec<Option<Dependency>>,
        tag: &dyn Fn(&[u8]) -> Option<Value>,
        value: &dyn Fn(&str) -> Option<Value>,
        path: &str,
    ) -> Vec<Dependency> {
        let mut dependencies: Vec<Dependency> = dependencies.into_iter().flatten().collect();
        for dependency in &mut dependencies {
            self.tags(dependency, tag);
        }
        for dependency in &mut dependencies {
            self.conditions(dependency, value, path);
        }
        dependencies
    }

    /// Puts the subcharts in Helm's order: those that no dependency names, then one for each dependency, under its alias.
    fn arrange(&mut self, chart: &mut Chart) {
        let subcharts = &chart.dependencies;
        let mut by_name: Vec<(&str, usize)> =
            subcharts.iter().enumerate().map(|(at, subchart)| (subchart.name(), at)).collect();
        by_name.sort_unstable();
        let mut named = vec![false; subcharts.len()];
        let mut chosen: Vec<Option<usize>> = Vec::new();
        for dependency in chart.metadata.dependencies.iter().flatten() {
            let mut first = None;
            let start = by_name.partition_point(|(name, _)| *name < dependency.name.as_str());
            for (_, at) in by_name[start..].iter().take_while(|(name, _)| *name == dependency.name) {
                if is_compatible(&dependency.version, &subcharts[*at].metadata.version, self.profile) {
                    named[*at] = true;
                    first = first.or(Some(*at));
                }
            }
            chosen.push(first);
        }
        let mut subcharts: Vec<Option<Chart>> = std::mem::take(&mut chart.dependencies).into_iter().map(Some).collect();
        let mut arranged: Vec<Chart> = Vec::new();
        for (subchart, named) in subcharts.iter_mut().zip(&named) {
            if !named && let Some(mut subchart) = subchart.take() {
                if subchart.kinship == Kinship::Loaded {
                    subchart.kinship = Kinship::Adopted;
                }
                arranged.push(subchart);
            }
        }
        let mut uses = vec![0_usize; subcharts.len()];
        for at in chosen.iter().flatten() {
            uses[*at] += 1;
        }
        for (dependency, at) in chart.metadata.dependencies.iter_mut().flatten().zip(chosen) {
            if let Some(at) = at {
                uses[at] -= 1;
                // A chart that stands under several names is copied; the last name takes the original.
                let subchart = if uses[at] == 0 { subcharts[at].take() } else { subcharts[at].clone() };
                if let Some(mut subchart) = subchart {
                    if !self.profile.copies_are_shallow {
                        subchart.dependencies.iter_mut().for_each(Chart::become_copy);
                    }
                    subchart.become_copy();
                    if !dependency.alias.is_empty() {
                        subchart.metadata.name.clone_from(&dependency.alias);
                    }
                    arranged.push(subchart);
                }
            }
            if !dependency.alias.is_empty() {
                dependency.name.clone_from(&dependency.alias);
            }
        }
        chart.dependencies = arranged;
    }

    /// As processDependencyTags, for one dependency.
    fn tags(&mut self, dependency: &mut Dependency, value: &dyn Fn(&[u8]) -> Option<Value>) {
        let (mut on, mut off) = (false, false);
        for tag in &dependency.tags {
            match value(tag.as_bytes()) {
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => (self.log)(
                    Log::new(Level::Warn, "returned non-bool value").with("tag", tag).with("chart", &dependency.name),
                ),
                None => {}
            }
        }
        dependency.enabled = on || !off;
    }

    /// As processDependencyConditions, for one dependency: the first path that holds a boolean decides.
    fn conditions(&mut self, dependency: &mut Dependency, value: &dyn Fn(&str) -> Option<Value>, path: &str) {
        for condition in dependency.condition.trim_matches(crate::go::unicode::is_space).split(',') {
            if condition.is_empty() {
                continue;
            }
            match value(&format!("{path}{condition}")) {
                Some(Value::Bool(flag)) => {
                    dependency.enabled = flag;
                    break;
                }
                Some(_) => (self.log)(
                    Log::new(Level::Warn, "returned non-bool value")
                        .with("path", condition)
                        .with("chart", &dependency.name),
                ),
                None => {}
            }
        }
    }

    /// What of the parent's values can matter to the conditions in a subchart.
    ///
    /// Helm hands all of the parent's values down and copies them for every subchart, which takes quadratic time.
    /// All that is read of them later are `tags` and what stands under the path's first name; and all that changes
    /// them are the keys of the subchart's own values, and those named like subcharts, with `global`.
    fn visible(&self, subchart: &Chart, values: &Dict, path: &str) -> Dict {
        let global = Str::from("global");
        let mut keys = BTreeSet::from([Str::from(TAGS), Str::from(path.split('.').next().unwrap_or_default())]);
        touched(subchart, &mut keys);
        let has_global = |key: &Str| matches!(values.get(key), Some(Value::Dict(table)) if table.contains_key(&global));
        if keys.iter().any(has_global) {
            keys.insert(global.clone());
        }
        let visible: Dict = keys.iter().filter_map(|key| values.get(key).map(|value| (key.clone(), value))).collect();
        // What it is made of was measured when it was put together.
        let visible = visible.copy_later();
        if !keys.contains(&global)
            && let Some(value) = values.get(&global)
        {
            visible.insert(global, value);
        }
        visible
    }
}

/// Whether no value decides about a subchart of the chart, or of those below it.
fn asks_nothing(chart: &Chart, values: &Dict) -> bool {
    let has_tags = || values.contains_key(TAGS.as_bytes()) || chart.values.original().contains_key(TAGS.as_bytes());
    let mut dependencies = chart.metadata.dependencies.iter().flatten();
    chart.dependencies.iter().all(|subchart| !subchart.metadata.dependencies_declared)
        && dependencies.all(|one| one.condition.is_empty() && (one.tags.is_empty() || !has_tags()))
}

/// Leaves in a chart what its dependencies switch on.
fn keep_enabled(chart: &mut Chart, mut dependencies: Vec<Dependency>) {
    let disabled: BTreeSet<String> = dependencies
        .iter()
        .filter(|dependency| !dependency.enabled)
        .map(|dependency| dependency.name.clone())
        .collect();
    chart.dependencies.retain(|subchart| !disabled.contains(subchart.name()));
    dependencies.retain(|dependency| !disabled.contains(&dependency.name));
    chart.metadata.dependencies_declared = !dependencies.is_empty();
    chart.metadata.dependencies = dependencies.into_iter().map(Some).collect();
}

/// The keys at the top of the values that coalescing a chart can change.
fn touched(chart: &Chart, keys: &mut BTreeSet<Str>) {
    keys.extend(chart.values.entries().iter().map(|(key, _)| key.clone()));
    for subchart in &chart.dependencies {
        keys.insert(Str::from(subchart.name()));
        // An alias is not yet the subchart's name when this is asked.
        touched(subchart, keys);
    }
    for dependency in chart.metadata.dependencies.iter().flatten() {
        keys.insert(Str::from(&dependency.alias));
    }
}

/// As processDependencyImportValues: from the innermost charts outwards.
fn import_all(chart: &mut Chart, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<(), Error> {
    for subchart in &mut chart.dependencies {
        import_all(subchart, profile, log)?;
    }
    import(chart, profile, log)
}

/// As processImportValues: the chart's values become those of its whole tree, with what it imports beneath its own.
fn import(chart: &mut Chart, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<(), Error> {
    if !chart.metadata.dependencies_declared {
        return Ok(());
    }
    let mut values = coalesce::merge(chart, &Dict::new(), profile, log)?;
    // As in Helm, these tables are the children's own and not copies, until all is imported.
    let imported = Dict::new();
    for dependency in chart.metadata.dependencies.iter_mut().flatten() {
        let mut rules = Vec::new();
        for rule in &dependency.import_values {
            let (child, parent, whole) = match rule {
                Value::Dict(rule) => {
                    let text = |key: &[u8]| import_name(&rule.get(key).unwrap_or_default(), profile);
                    (text(b"child")?, text(b"parent")?, false)
                }
                Value::String(name) => (format!("exports.{name}"), ".".to_owned(), true),
                _ => continue,
            };
            let rule: Dict = [("child", child.as_str()), ("parent", parent.as_str())].into_iter().collect();
            rules.push(Value::Dict(rule.with_type(DictType::Strings)));
            match table(&values, &format!("{}.{child}", dependency.name)) {
                Ok(found) => merge_tables(&imported, &path_to_map(&parent, found), profile, log)?,
                Err(missing) => {
                    let error = format!("{} is not a table", quote(missing.as_bytes()));
                    log(if whole {
                        Log::new(Level::Warn, "ImportValues missing table").with("error", error)
                    } else {
                        Log::new(Level::Warn, "ImportValues missing table from chart")
                            .with("chart", &dependency.name)
                            .with("error", error)
                    });
                }
            }
        }
        dependency.import_values = rules;
    }
    if !imported.is_empty() {
        let apart = copy_now(&values)?;
        merge_tables(&apart, &imported, profile, log)?;
        values = apart;
    }
    chart.values = values;
    Ok(())
}

/// What a rule of import-values names. Helm 3 asserts that it is a string.
fn import_name(name: &Value, profile: &'static Profile) -> Result<String, Error> {
    match name {
        Value::String(_) => {}
        _ if !profile.import_names_are_strings => {}
        other => {
            let ty = other.ty().map_or("nil".to_owned(), |ty| ty.to_string());
            return Err(Error::Panic(format!("interface conversion: interface {{}} is {ty}, not string")));
        }
    }
    Ok(display(name))
}

/// As pathToMap: `data` under a dotted path; `.` is the top.
fn path_to_map(path: &str, data: Dict) -> Dict {
    if path == "." {
        return data;
    }
    path.rsplit('.').fold(data, |inner, name| [(name, inner)].into_iter().collect())
}

/// As Values.Table: the map at a dotted path, or the name that is not a map.
fn table<'p>(values: &Dict, path: &'p str) -> Result<Dict, &'p str> {
    let mut table = values.clone();
    for name in path.split('.') {
        table = match table.get(name.as_bytes()) {
            Some(Value::Dict(inner)) => inner,
            _ => return Err(name),
        };
    }
    Ok(table)
}

/// As Values.PathValue: the value at a dotted path, unless it is a map.
fn path_value(values: &Dict, path: &str) -> Option<Value> {
    let (holder, key) = match path.rsplit_once('.') {
        None => (values.clone(), path),
        Some((holder, key)) => (table(values, holder).ok()?, key),
    };
    holder.get(key.as_bytes()).filter(|value| !matches!(value, Value::Dict(_)))
}
