//! Trees of charts whose values agree, so that what is decided by them can be looked up where it stands.
//!
//! Helm coalesces the values of a whole tree to decide which subcharts take part, once more to import values, and once
//! more for the templates. Where no chart and no user says null, no table stands where another one has none, nobody
//! imports, and only the root chart has globals, as in most umbrella charts, all that the first two can do is to warn,
//! of which there is no cause, and what is first among the user's, the parents' and a chart's own values is the value.

use super::coalesce::{GLOBAL, MAX_COPIED, MAX_LEVELS};
use super::dependencies::TAGS;
use crate::chart::Chart;
use crate::go::{Dict, Value};

/// A tree whose values agree with the user's and each other.
pub(super) struct Layers<'a> {
    user: &'a Dict,
    chart: &'a Chart,
    /// The subcharts of the root chart by name.
    subcharts: Vec<(&'a str, &'a Chart)>,
}

/// The values that Helm has at hand where it switches the subcharts of a chart on and off, which are not only those of
/// that chart, but those of all charts around it beneath each other.
struct Around<'a> {
    outer: Option<&'a Around<'a>>,
    values: &'a Dict,
    subcharts: &'a [(&'a str, &'a Chart)],
}

impl<'a> Layers<'a> {
    /// The tree of a chart whose dependencies stand in Helm's order; nothing if the values may not agree.
    pub(super) fn of(user: &'a Dict, chart: &'a Chart) -> Option<Layers<'a>> {
        let extent = user.extent_now(MAX_LEVELS).filter(|extent| !extent.null)?;
        let mut left = MAX_COPIED.checked_sub(extent.values)?;
        let subcharts = subcharts(chart)?;
        let globals_of_subcharts = |condition: &str| condition.contains(".global");
        let mut dependencies = chart.metadata.dependencies.iter().flatten();
        let agree = [user, &chart.values]
            .iter()
            .all(|values| matches!(values.original().get(GLOBAL), None | Some(Value::Dict(_))))
            && dependencies.all(|one| !globals_of_subcharts(&one.condition))
            && agree(
                chart,
                &subcharts,
                &[user.original()],
                &Around { outer: None, values: user, subcharts: &[] },
                MAX_LEVELS,
                &mut left,
            );
        agree.then_some(Layers { user, chart, subcharts })
    }

    /// The value of a tag.
    pub(super) fn tag(&self, name: &[u8]) -> Option<Value> {
        [self.user, &self.chart.values].iter().find_map(|values| match values.original().get(TAGS.as_bytes()) {
            Some(Value::Dict(tags)) => tags.original().get(name),
            _ => None,
        })
    }

    /// As Values.PathValue: the value at a dotted path, unless it is a map.
    pub(super) fn value(&self, path: &str) -> Option<Value> {
        let mut layers = vec![self.user.original(), self.chart.values.original()];
        let (holder, key) = path.rsplit_once('.').map_or((None, path), |(holder, key)| (Some(holder), key));
        let mut chart = Some(self.chart);
        for name in holder.into_iter().flat_map(|holder| holder.split('.')) {
            chart = chart.and_then(|chart| self.subchart(chart, name));
            layers = tables(&layers, name.as_bytes())?;
            layers.extend(chart.map(|chart| chart.values.original()));
        }
        let value = layers.iter().find_map(|layer| layer.get(key.as_bytes()));
        value.filter(|value| !matches!(value, Value::Dict(_)))
    }

    fn subchart(&self, chart: &'a Chart, name: &str) -> Option<&'a Chart> {
        if std::ptr::eq(chart, self.chart) {
            return self
                .subcharts
                .binary_search_by(|(other, _)| (*other).cmp(name))
                .ok()
                .map(|at| self.subcharts[at].1);
        }
        chart.dependencies.iter().find(|subchart| subchart.name() == name)
    }
}

/// The subcharts by name; nothing if one has the name of another or of a table that Helm looks at.
fn subcharts(chart: &Chart) -> Option<Vec<(&str, &Chart)>> {
    let mut subcharts: Vec<_> = chart.dependencies.iter().map(|subchart| (subchart.name(), subchart)).collect();
    subcharts.sort_unstable_by_key(|(name, _)| *name);
    let is_own = |name: &str| name.as_bytes() != GLOBAL && name != TAGS;
    let own = subcharts.iter().all(|(name, _)| is_own(name));
    (own && subcharts.windows(2).all(|pair| pair[0].0 != pair[1].0)).then_some(subcharts)
}

/// The tables that stand under a name; nothing if something else does.
fn tables(layers: &[Dict], name: &[u8]) -> Option<Vec<Dict>> {
    let mut tables = Vec::with_capacity(layers.len() + 1);
    for layer in layers {
        match layer.entries().get(name) {
            None => {}
            Some(Value::Dict(table)) => tables.push(table.original()),
            Some(_) => return None,
        }
    }
    Some(tables)
}

/// Whether a chart's values agree with those that lie above them, and so on.
fn agree(
    chart: &Chart,
    subcharts: &[(&str, &Chart)],
    above: &[Dict],
    around: &Around<'_>,
    levels: u16,
    left: &mut u32,
) -> bool {
    let Some(extent) = chart.values.extent(levels).filter(|extent| !extent.null && extent.values <= *left) else {
        return false;
    };
    *left -= extent.values;
    let own = chart.values.original();
    let mut dependencies = chart.metadata.dependencies.iter().flatten();
    if !above.iter().all(|upper| same_tables(upper, &own)) || !dependencies.all(|one| one.import_values.is_empty()) {
        return false;
    }
    let here = Around { outer: Some(around), values: &own, subcharts };
    let mut layers = above.to_vec();
    layers.push(own.clone());
    subcharts.iter().all(|(name, subchart)| {
        let Some(tables) = tables(&layers, name.as_bytes()) else { return false };
        let Some(inner) = self::subcharts(subchart) else { return false };
        !tables.iter().any(|table| table.contains_key(GLOBAL))
            && !subchart.values.original().contains_key(GLOBAL)
            && (!subchart.metadata.dependencies_declared || here.decides_nothing(subchart, &inner))
            && agree(subchart, &inner, &tables, &here, levels - 1, left)
    })
}

/// Whether no table of one map stands where the other one has something else.
fn same_tables(upper: &Dict, lower: &Dict) -> bool {
    let (upper, lower) = (upper.entries(), lower.entries());
    let mut at = 0;
    lower.iter().all(|(key, below)| match (upper.get_from(key, &mut at), below) {
        (Some(Value::Dict(above)), Value::Dict(below)) => {
            above.same_copy(below) || same_tables(&above.original(), &below.original())
        }
        (Some(Value::Dict(_)), _) | (Some(_), Value::Dict(_)) => false,
        _ => true,
    })
}

impl Around<'_> {
    /// Whether all subcharts of a subchart take part, under their names, and coalescing it says nothing.
    fn decides_nothing(&self, chart: &Chart, subcharts: &[(&str, &Chart)]) -> bool {
        let own = chart.values.original();
        let own = own.entries();
        let is_table = |value: &Value| matches!(value, Value::Dict(_));
        let untagged = || own.get(TAGS.as_bytes()).is_none() && !self.holds(TAGS.as_bytes(), &|_| true);
        let mut names = Vec::with_capacity(chart.metadata.dependencies.len());
        let as_they_are = chart.metadata.dependencies.iter().flatten().all(|one| {
            names.push(&one.name);
            one.alias.is_empty() && one.condition.is_empty() && (one.tags.is_empty() || untagged())
        });
        names.sort_unstable();
        as_they_are
            && names.windows(2).all(|pair| pair[0] != pair[1])
            && own.iter().all(|(key, _)| !self.holds(key, &is_table))
            && subcharts.iter().all(|(name, _)| !self.holds(name.as_bytes(), &|_| true))
    }

    /// Whether such a value stands under a key, as a table does under a subchart's name.
    fn holds(&self, key: &[u8], is_such: &dyn Fn(&Value) -> bool) -> bool {
        self.values.original().entries().get(key).is_some_and(is_such)
            || self.subcharts.binary_search_by(|(name, _)| name.as_bytes().cmp(key)).is_ok()
            || self.outer.is_some_and(|outer| outer.holds(key, is_such))
    }
}
