//! What real Helm made of nulls, globals and imports.

use super::{coalesce, process_dependencies};
use crate::chart::{Chart, File, load_files};
use crate::go::{Str, json};
use crate::profile::{HELM_4_1, HELM_4_3, Profile};
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
