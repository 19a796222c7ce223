//! What real Helm made of nulls, globals and imports.

use super::dependencies::process;
use super::{coalesce, process_dependencies};
use crate::chart::{Chart, File, load_files};
use crate::go::{Log, Str, Value, json};
use crate::profile::{HELM_3_17, HELM_4_1, HELM_4_3, Profile};
use crate::yaml;

fn chart(files: &[(&str, &str)]) -> Chart {
    let files = files.iter().map(|(name, text)| File { name: (*name).to_owned(), data: Str::from(*text) }).collect();
    load_files(files, &HELM_4_3, &mut |_| {}).unwrap()
}

fn run(chart: &Chart, user: &str, profile: &'static Profile) -> String {
    let mut chart = chart.clone();
    let user = yaml::unmarshal_map(user.as_bytes()).unwrap();
    let mut values = process_dependencies(&mut chart, &user, profile, &mut |_| {});
    if values.is_ok() {
        match coalesce(&chart, &user, profile, &mut |_| {}) {
            Ok(values) => return json::marshal(&values.into()).unwrap().to_string(),
            Err(error) => values = Err(error),
        }
    }
    values.unwrap_err().to_string()
}

const SUB: &str = "apiVersion: v2\nname: sub\nversion: 0.1.0\n";

#[test]
fn nulls_by_version() {
    let chart = chart(&[
        ("Chart.yaml", "apiVersion: v2\nname: nul\nversion: 0.1.0\n"),
        ("values.yaml", "own: null\nownmap: {x: null, z: 1}\nsub:\n  pnull: null\n  pmap: {a: null}\n  only: null\n"),
        ("charts/sub/Chart.yaml", SUB),
        (
            "charts/sub/values.yaml",
            "snull: null\nsmap: {x: null, z: 1}\npnull: {a: 1}\npmap: {a: {q: 1}, b: 2}\npdb: {maxUnavailable: 1, minAvailable: null}\n",
        ),
    ]);
    assert_eq!(
        run(&chart, "", &HELM_4_1),
        r#"{"own":null,"ownmap":{"x":null,"z":1},"sub":{"global":{},"only":null,"pdb":{"maxUnavailable":1,"minAvailable":null},"pmap":{"b":2},"smap":{"x":null,"z":1},"snull":null}}"#
    );
    assert_eq!(
        run(&chart, "", &HELM_4_3),
        r#"{"ownmap":{"z":1},"sub":{"global":{},"pdb":{"maxUnavailable":1},"pmap":{"a":{"q":1},"b":2},"pnull":{"a":1},"smap":{"z":1}}}"#
    );
    let user = "unew: null\nownmap: {z: null}\nsub: {smap: {z: null}, pdb: {maxUnavailable: null}, unew: null}\n";
    assert_eq!(
        run(&chart, user, &HELM_4_3),
        r#"{"ownmap":{},"sub":{"global":{},"only":null,"pdb":{},"pmap":{"b":2},"smap":{},"unew":null},"unew":null}"#
    );
}

#[test]
fn aliases_conditions_and_imports() {
    let chart = chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies:\n- {name: sub, version: \">=0.1\", alias: one, import-values: [data]}\n- {name: sub, version: \"*\", alias: two, condition: two.enabled}\n- {name: sub, version: \"9\"}\n",
        ),
        ("values.yaml", "k: mine\ntwo: {enabled: false}\n"),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/values.yaml", "x: 1\nexports: {data: {k: theirs, l: 2}}\n"),
    ]);
    assert_eq!(
        run(&chart, "", &HELM_4_3),
        r#"{"k":"mine","l":2,"one":{"exports":{"data":{"k":"theirs","l":2}},"global":{},"x":1},"two":{"enabled":false}}"#
    );
    assert_eq!(run(&chart, "one: 5\n", &HELM_4_3), "type mismatch on one: %!t(float64=5)");
}

#[test]
fn imports_that_contain_themselves_are_refused() {
    let chart = chart(&[
        (
            "Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 0.1.0\ndependencies:\n- {name: sub, version: \"*\", import-values: [{child: data, parent: p}, {child: data, parent: p.q}]}\n",
        ),
        ("charts/sub/Chart.yaml", SUB),
        ("charts/sub/values.yaml", "data: {x: 1}\n"),
    ]);
    assert_eq!(run(&chart, "", &HELM_4_3), "values nest too deeply or are too large");
}

/// Charts, values and users at random, alike enough to agree often.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// A map in JSON of keys that mostly tell what their values are; `more` are keys for maps.
    fn map(&mut self, depth: u64, more: &[&str]) -> String {
        let mut entries = Vec::new();
        for key in ["enabled", "m", "n", "x", "y", "l"].iter().chain(more) {
            if self.below(3) != 0 {
                continue;
            }
            let is_map = !["enabled", "x", "y", "l"].contains(key);
            let value = match self.below(150) {
                0 => "null".to_owned(),
                1 if is_map => "5".to_owned(),
                2 => "{}".to_owned(),
                _ if is_map && depth > 0 => self.map(depth - 1, &[]),
                _ if is_map => "{}".to_owned(),
                _ => match *key {
                    "enabled" => self.pick(&["true", "false", "true", "1"]).to_owned(),
                    "l" => format!("[{}, {{\"k\": 1}}]", self.below(9)),
                    _ => self.below(99).to_string(),
                },
            };
            entries.push(format!("{key:?}: {value}"));
        }
        format!("{{{}}}", entries.join(", "))
    }

    /// The files of a chart below a path, with charts in it.
    fn chart(&mut self, path: &str, name: &str, names: &[&str], files: &mut Vec<(String, String)>) {
        let mut dependencies = Vec::new();
        for (at, inner) in names.iter().enumerate().filter(|_| path.len() < 30) {
            if self.below(3) == 0 {
                continue;
            }
            let mut entry = format!("{{\"name\": {inner:?}, \"version\": \"*\"");
            if path.is_empty() || self.below(20) == 0 {
                let conditions =
                    ["a.enabled", "b.m.enabled", "enabled,a.enabled", "a.c.enabled", "global.enabled", "a.global.x"];
                entry += &format!(", \"condition\": {:?}", self.pick(&conditions));
            }
            if self.below(4) == 0 {
                entry += ", \"tags\": [\"x\", \"enabled\"]";
            }
            match self.below(80) {
                0 => entry += ", \"alias\": \"d\"",
                1 => entry += ", \"import-values\": [{\"child\": \"m\", \"parent\": \"n\"}]",
                _ => {}
            }
            dependencies.push(entry + "}");
            self.chart(&format!("{path}charts/{inner}/"), inner, &names[at + 1..], files);
        }
        let mut metadata = format!("{{\"apiVersion\": \"v2\", \"name\": {name:?}, \"version\": \"1.0.0\"");
        if self.below(8) != 0 {
            metadata += &format!(", \"dependencies\": [{}]", dependencies.join(", "));
        }
        files.push((format!("{path}Chart.yaml"), metadata + "}"));
        let globals = path.is_empty() || self.below(30) == 0;
        let tags = self.below(4) == 0;
        let more: Vec<&str> = [globals.then_some("global"), tags.then_some("tags")].into_iter().flatten().collect();
        files.push((format!("{path}values.yaml"), self.map(3, &[more.as_slice(), names].concat())));
    }
}

/// A value as text that also tells where a map stands once more.
fn shape(value: &Value, seen: &mut Vec<usize>) -> String {
    match value {
        Value::Dict(dict) => {
            let at = seen.iter().position(|id| *id == dict.id());
            if let Some(at) = at {
                return format!("#{at}");
            }
            seen.push(dict.id());
            let entries: Vec<_> = dict.snapshot().iter().map(|(k, v)| format!("{k}: {}", shape(v, seen))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::List(list) => format!("{:?}", list.iter().map(|item| shape(item, seen)).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

#[test]
fn values_that_agree_are_what_coalescing_makes_of_them() {
    let mut agreed = 0;
    for seed in 0..300 {
        let mut random = Random(seed * 7919);
        let mut files = Vec::new();
        random.chart("", "r", &["a", "b", "c"], &mut files);
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let more = random.pick(&[&[][..], &["global"], &["tags", "a", "b"], &["a"]]);
        let user = if random.below(2) == 0 { "{}".to_owned() } else { random.map(3, more) };
        for profile in [&HELM_3_17, &HELM_4_1, &HELM_4_3] {
            let outcome = |by_layers: bool| {
                let mut chart = chart(&files);
                let user = yaml::unmarshal_map(user.as_bytes()).unwrap();
                let mut logged = Vec::new();
                let mut log = |line: Log| logged.push(format!("{line:?}"));
                let result = process(&mut chart, &user, profile, &mut log, by_layers);
                let values = coalesce(&chart, &user, profile, &mut log).map_err(|error| error.to_string());
                let values = values.map(|values| shape(&Value::Dict(values), &mut Vec::new()));
                (result.map_err(|error| error.to_string()), (values, logged, tree(&chart)))
            };
            let (by_layers, found) = outcome(true);
            let (by_coalescing, wanted) = outcome(false);
            assert_eq!(found, wanted, "{files:?} {user}");
            assert_eq!(by_layers.clone().err(), by_coalescing.err(), "{files:?} {user}");
            agreed += i32::from(by_layers == Ok(true));
        }
    }
    assert!((90..810).contains(&agreed), "{agreed}");
}

/// What dependency processing leaves of a chart, but for the values.
fn tree(chart: &Chart) -> String {
    let inner: Vec<String> = chart.dependencies.iter().map(tree).collect();
    let metadata = &chart.metadata;
    format!("{} {:?} {} {inner:?}", chart.name(), metadata.dependencies, metadata.dependencies_declared)
}
