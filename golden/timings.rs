//! `--profile-templates`: what a profile holds that no clock decides.

use super::Folder;
use super::factory::{check, run, shell};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use std::collections::BTreeMap;

/// The stories.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("timings: a table, JSON and folded stacks of a chart's templates", forms),
        Trial::test("timings: of a render that fails", failing),
    ]
}

/// A chart whose one file includes a template twice, which once runs a text.
fn chart() -> Result<Folder, Failed> {
    let folder = Folder::new()?;
    std::fs::create_dir_all(folder.0.join("c/templates"))?;
    for (name, text) in [
        ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        ("templates/_h.tpl", "{{ define \"c.part\" }}\n{{- tpl . $ }}{{ end }}\n"),
        ("templates/a.yaml", "a: {{ include \"c.part\" \"{{ 1 }}\" }}\nb: {{ include \"c.part\" \"2\" }}\n"),
        ("templates/b.yaml", "{{ if .Values.fail }}{{ fail \"no\" }}{{ end }}\n"),
    ] {
        std::fs::write(folder.0.join("c").join(name), text)?;
    }
    Ok(folder)
}

fn forms() -> Result<(), Failed> {
    let folder = chart()?;
    let folder = folder.0.as_path();
    let plain = run(folder, "mizzen template r c")?;
    let printed = run(folder, "mizzen template r c --profile-templates --profile-output stacks 2> table")?;
    check(printed == plain, "a profile changes nothing of the manifests")?;

    let table = std::fs::read_to_string(folder.join("table"))?;
    let mut calls: BTreeMap<&str, &str> = BTreeMap::new();
    for line in table.lines().skip(2) {
        let (numbers, name) = line.split_at(line.find("  c").or(line.find("  tpl")).ok_or("a row ends with a name")?);
        let count = numbers.split_whitespace().last().ok_or("the calls stand before it")?;
        calls.insert(name.trim(), count);
    }
    let wanted = BTreeMap::from([
        ("c/templates/a.yaml", "1"),
        ("c/templates/b.yaml", "1"),
        ("c.part (c/templates/_h.tpl)", "2"),
        ("tpl (c/templates/_h.tpl:2)", "2"),
    ]);
    check(calls == wanted, &format!("{calls:?} in {table}"))?;

    let stacks = std::fs::read_to_string(folder.join("stacks"))?;
    for stack in stacks.lines() {
        let (names, count) = stack.rsplit_once(' ').ok_or("a stack ends with a number")?;
        check(count.parse::<u64>()? > 0, "no stack is without time")?;
        check(names.split(';').all(|name| wanted.contains_key(name)), stack)?;
    }
    let deepest = "c/templates/a.yaml;c.part (c/templates/_h.tpl);tpl (c/templates/_h.tpl:2) ";
    check(stacks.contains(deepest), &stacks)?;

    let json = shell(folder, "mizzen template r c --profile-templates=json")?.stderr;
    let json: Value = serde_json::from_slice(&json)?;
    let rows = json["templates"].as_array().ok_or("there are rows")?;
    let sum: u64 = rows.iter().filter_map(|row| row["self_ns"].as_u64()).sum();
    check(rows.len() == 4 && Some(sum) == json["templates_ns"].as_u64(), &json.to_string())?;
    check(json["templates_ns"].as_u64() <= json["render_ns"].as_u64(), &json.to_string())
}

fn failing() -> Result<(), Failed> {
    let folder = chart()?;
    let output = shell(&folder.0, "mizzen template r c --set fail=true --profile-templates --error-format helm")?;
    let said = String::from_utf8_lossy(&output.stderr);
    check(output.status.code() == Some(1) && output.stdout.is_empty(), "the error is one all the same")?;
    let (table, error) = said.split_once("Error: ").ok_or("there is an error")?;
    check(table.contains("c/templates/b.yaml") && error.contains("no"), &said)?;
    let output = shell(&folder.0, "mizzen template r c --profile-templates=picture")?;
    let said = String::from_utf8_lossy(&output.stderr);
    check(said.contains("hint: use one of table, json"), &said)
}
