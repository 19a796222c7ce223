//! What was not rendered would not have changed: random edits of a factory, compared with and without looking.

use super::factory::{Comparison, Half, open};
use super::sides::{Content, Source};
use super::*;
use crate::profile::HELM_4_3;
use std::fs;
use std::path::{Path, PathBuf};

/// How many sets of edits are tried; `MIZZEN_EDITS` asks for more.
const EDITS: usize = 24;

/// A small generator that always draws the same numbers.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap()
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
    found.sort();
}

/// Changes some line of a text.
fn edit(text: &str, draw: &mut Draw) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = draw.below(lines.len());
    let Some(line) = lines.get(at).cloned() else { return text.to_owned() };
    match draw.below(7) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, line),
        2 => lines.insert(at, "# a remark".to_owned()),
        3 => lines[at] = line.replace("true", "false"),
        4 => lines[at] = line.replace(['1', '2', '3'], "4"),
        5 => lines[at] = line.replace("enabled", "replicas"),
        _ => lines[at] = format!("{line}x"),
    }
    lines.join("\n") + "\n"
}

/// Changes a file, or adds, copies or removes one; what was there before is put on a list.
fn edit_tree(root: &Path, draw: &mut Draw, undo: &mut Vec<(PathBuf, Option<Vec<u8>>)>) -> PathBuf {
    let mut all = Vec::new();
    for name in ["library", "services", "schemas"] {
        files(&root.join(name), &mut all);
    }
    let path = all[draw.below(all.len())].clone();
    let bytes = fs::read(&path).unwrap();
    let target = match draw.below(10) {
        0 => {
            undo.push((path.clone(), Some(bytes)));
            fs::remove_file(&path).unwrap();
            return path;
        }
        // Another layer, another template, another file: its name decides what it is.
        1 => {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            path.with_file_name(
                name.replace("configuration.yml", "configuration.production.yml").replace('_', "_more-"),
            )
        }
        2 => path.with_file_name("NOTES.txt"),
        _ => path.clone(),
    };
    undo.push((target.clone(), fs::read(&target).ok()));
    let text = edit(&String::from_utf8_lossy(&bytes), draw);
    fs::write(&target, if target == path || draw.below(2) == 0 { text.into_bytes() } else { bytes }).unwrap();
    target
}

fn source(root: &Path) -> Source {
    Source::folder("a side", root, Content::Nothing)
}

fn found(comparison: &Comparison<'_>, setting: &Setting) -> Vec<String> {
    let benches = comparison.benches();
    let unit = |name: &String| {
        let unit = comparison.unit(&benches, name, setting);
        format!("{name}: {:?} {:?}", unit.changes, unit.failures.iter().map(|(_, text)| text).collect::<Vec<_>>())
    };
    comparison.names().iter().map(unit).collect()
}

#[test]
fn nothing_that_changes_is_left_out() {
    let run = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::env::temp_dir().join(format!("mizzen-diff-{}", std::process::id()));
        let (before, after) = (folder.join("before"), folder.join("after"));
        for side in [&before, &after] {
            for name in ["library", "services", "schemas"] {
                copy(&root.join(name), &side.join(name));
            }
        }
        // Layers of an environment, on both sides.
        for side in [&before, &after] {
            for (service, text) in [("mailer", "image:\n  tag: 9.9.9\n"), ("storefront", "replicas: 5\n")] {
                fs::write(side.join("services").join(service).join("configuration.production.yml"), text).unwrap();
            }
        }
        let edits = std::env::var("MIZZEN_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(EDITS);
        let commands = [
            command().get_matches_from(["diff"]),
            command().get_matches_from(["diff", "--env", "production"]),
            command().get_matches_from(["diff", "--set", "replicas=3"]),
        ];
        let mut draw = Draw(7);
        let (mut skipped, mut changed, mut failed) = (0, 0, 0);
        for number in 0..edits {
            let matches = &commands[number % commands.len()];
            let environment = matches.get_one::<String>("env").map(String::as_str);
            let setting = setting(matches).unwrap();
            let mut undo = Vec::new();
            let paths: Vec<PathBuf> = (0..=draw.below(3)).map(|_| edit_tree(&after, &mut draw, &mut undo)).collect();
            let half = |side: &Path| {
                let schema = side.join("schemas/configuration.schema.json");
                let schema = schema.is_file().then_some(schema);
                open((&side.join("services"), &side.join("library"), schema.as_deref()), environment, &HELM_4_3)
            };
            if let (Ok(old), Ok(new)) = (half(&before), half(&after)) {
                let sources = (source(&before), source(&after));
                let comparison = |all: bool| {
                    Comparison::new(
                        Half::new(Job::new(matches, &old, &HELM_4_3).unwrap(), &sources.0, &setting),
                        Half::new(Job::new(matches, &new, &HELM_4_3).unwrap(), &sources.1, &setting),
                        all,
                    )
                };
                let (some, all) = (found(&comparison(false), &setting), found(&comparison(true), &setting));
                assert_eq!(some, all, "edit {number} of {paths:?}");
                changed += all.iter().filter(|unit| !unit.ends_with(": [] []")).count();
                let quick = comparison(false);
                let benches = quick.benches();
                skipped += quick.names().iter().filter(|name| !quick.unit(&benches, name, &setting).compared).count();
            } else {
                failed += 1;
            }
            for (path, bytes) in undo.into_iter().rev() {
                match bytes {
                    Some(bytes) => fs::write(path, bytes).unwrap(),
                    None => fs::remove_file(path).unwrap(),
                }
            }
        }
        fs::remove_dir_all(&folder).unwrap();
        // Both must happen, or this shows nothing.
        assert!(skipped > 10 && changed > 5 && failed < edits / 2, "{skipped} {changed} {failed}");
    };
    let thread = std::thread::Builder::new().stack_size(crate::template::limits::STACK).spawn(run).unwrap();
    assert!(thread.join().is_ok());
}

#[test]
fn the_views_hold_what_they_promise() {
    let manifest = |number: usize, replicas: usize| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a{number}\nspec:\n  replicas: {replicas}\n---\n"
        )
    };
    // More than fits into a comment.
    let text = |replicas: usize| (0..2_000).map(|number| manifest(number, replicas)).collect::<String>();
    let read = |text: &str| diff::inputs_of_text("m.yaml", &crate::go::Str::from(text));
    let secrets = Secrets::new(b"key");
    let options = diff::Options { ignore: &[], secrets: &secrets, context: 3 };
    let changes = diff::compare("", &read(&text(1)), &read(&text(2)), &options, &diff::Unannotated);
    let sections = diff::sections(&changes);
    let report = Report {
        before: "a".to_owned(),
        after: "<b>".to_owned(),
        changes,
        sections,
        failures: vec![("s".to_owned(), Side::After, "no".to_owned())],
        services: 0,
        rendered: 0,
    };
    let comment = markdown::document(&report);
    assert!(comment.starts_with(markdown::MARKER) && comment.contains("do not fit"));
    let length = comment.chars().count();
    assert!((markdown::LONGEST - 2_000..=markdown::LONGEST).contains(&length), "{length}");
    let page = html::document(&report);
    assert!(page.contains("a → &lt;b&gt;") && !page.contains("://"));
    let schema = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/diff.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&json::document(&report)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
