//! Every key of a configuration that uses them all, misspelt one at a time: `validate` names the line, and the key that was meant.
//!
//! That the configuration does use every key, and that no map of the schema lets an unknown one pass, are tests too.

use super::Folder;
use libtest_mimic::{Failed, Trial};
use mizzen::yaml::{self, Step};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// The maps whose keys are names that the team gives: `*` stands for one step. Which of them is misspelt nobody can know.
const NAMES: &[&str] = &[
    "annotations",
    "labels",
    "env",
    "secrets",
    "claims",
    "jobs",
    "cronJobs",
    "externalSecrets",
    "config.files",
    "mtls.portModes",
    "pod.nodeSelector",
    "jobs.*.env",
    "cronJobs.*.env",
    "externalSecrets.*.data",
];

/// Keys of maps that Kubernetes leaves open wherever they stand.
const OPEN: &[&str] = &["annotations", "labels", "matchLabels", "volumeAttributes", "metadata"];

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("typos: every key of a full configuration", every_key),
        Trial::test("typos: no map of the schema is open to unknown keys", closed),
        Trial::test("typos: the full configuration uses every key of the schema", complete),
    ]
}

/// How many ways there are to misspell a key, and how many of them each key is tried with.
const WAYS: usize = 6;
const TRIES: usize = 2;

/// A key with one letter doubled, missing, wrong or two swapped, in the wrong case, or in the spelling of other tools.
fn misspelt(key: &str, way: usize) -> String {
    let mut letters: Vec<char> = key.chars().collect();
    let middle = letters.len() / 2;
    match way % WAYS {
        0 => letters.insert(middle, *letters.get(middle).unwrap_or(&'x')),
        1 if letters.len() > 3 && letters.get(middle) != letters.get(middle - 1) => letters.swap(middle, middle - 1),
        2 if letters.len() > 3 => drop(letters.remove(middle)),
        3 if letters.len() > 2 => letters.iter_mut().skip(middle).take(1).for_each(|letter| *letter = 'x'),
        4 => letters.iter_mut().take(1).for_each(|letter| letter.make_ascii_uppercase()),
        5 if letters.iter().any(char::is_ascii_uppercase) => {
            let words = letters.into_iter().flat_map(|letter| match letter.is_ascii_uppercase() {
                true => vec!['_', letter.to_ascii_lowercase()],
                false => vec![letter],
            });
            letters = words.collect();
        }
        _ => letters.push('s'),
    }
    letters.into_iter().collect()
}

fn schema() -> Result<Value, Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(serde_json::from_slice(&fs::read(root.join("schemas/configuration.schema.json"))?)?)
}

/// A map either names all its keys, or has keys that are names; only further manifests are anything.
fn closed() -> Result<(), Failed> {
    fn walk(schema: &Value, path: &str, open: &mut Vec<String>) {
        match schema {
            Value::Object(object) => {
                let is_map = object.get("type").is_some_and(|kind| kind.to_string().contains("\"object\""));
                let keys = object.get("properties").is_some_and(Value::is_object);
                let others = object.get("additionalProperties");
                if (keys && others != Some(&Value::Bool(false))) || (is_map && !keys && others.is_none()) {
                    open.push(path.to_owned());
                }
                object.iter().for_each(|(key, inner)| walk(inner, &format!("{path}/{key}"), open));
            }
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(index, inner)| walk(inner, &format!("{path}/{index}"), open));
            }
            _ => {}
        }
    }
    let mut open = Vec::new();
    walk(&schema()?, "", &mut open);
    if open == ["/properties/extraManifests/items"] { Ok(()) } else { Err(format!("open: {open:?}").into()) }
}

/// What the library itself names; of the types of Kubernetes below it the configuration shows some.
fn complete() -> Result<(), Failed> {
    fn walk(schema: &Value, uses: &[&Value], path: &str, missing: &mut Vec<String>) {
        let properties = schema["properties"].as_object();
        for (key, inner) in properties.into_iter().flatten() {
            let below: Vec<&Value> = uses.iter().filter_map(|value| value.get(key)).collect();
            if below.is_empty() {
                missing.push(format!("{path}.{key}"));
            } else {
                walk(inner, &below, &format!("{path}.{key}"), missing);
            }
        }
        if properties.is_none() {
            let maps = uses.iter().filter_map(|value| value.as_object()).flat_map(|map| map.values());
            walk_if(&schema["additionalProperties"], &maps.collect::<Vec<_>>(), &format!("{path}.*"), missing);
        }
        let lists = uses.iter().filter_map(|value| value.as_array()).flatten();
        walk_if(&schema["items"], &lists.collect::<Vec<_>>(), &format!("{path}[]"), missing);
    }
    fn walk_if(schema: &Value, uses: &[&Value], path: &str, missing: &mut Vec<String>) {
        if schema.is_object() {
            walk(schema, uses, path, missing);
        }
    }
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/factory/full.yml"))?;
    let full = yaml::to_json(&text).map_err(|error| error.to_string())?;
    let full: Value = serde_json::from_slice(&full)?;
    let mut missing = Vec::new();
    walk(&schema()?, &[&full], "", &mut missing);
    if missing.is_empty() { Ok(()) } else { Err(format!("full.yml does not use {missing:?}").into()) }
}

/// Whether the key at the end of a path is a name that the team gave.
fn is_name(path: &[String]) -> bool {
    let Some((_, above)) = path.split_last() else { return true };
    let fits = |pattern: &&&str| {
        let pattern: Vec<&str> = pattern.split('.').collect();
        pattern.len() == above.len() && pattern.iter().zip(above).all(|(wanted, key)| *wanted == "*" || wanted == key)
    };
    NAMES.iter().any(|pattern| fits(&pattern)) || above.last().is_some_and(|key| OPEN.contains(&key.as_str()))
}

fn every_key() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("golden/factory/full.yml"))?;
    let lines: Vec<&str> = text.lines().collect();
    let folder = Folder::new()?;
    let mut typos = Vec::new();
    for found in yaml::locate(text.as_bytes()).map_err(|error| error.to_string())? {
        let Some(Step::Key(key)) = found.path.last() else { continue };
        let path: Vec<String> = found.path.iter().map(step).collect();
        if is_name(&path) {
            continue;
        }
        let key = key.to_string();
        let (line, column) = (found.key.line as usize, found.key.column as usize);
        let (before, after) =
            lines.get(line).and_then(|text| text.split_at_checked(column)).ok_or("a key has a place")?;
        let after = after.strip_prefix(key.as_str()).ok_or_else(|| format!("{key} stands at {line}:{column}"))?;
        for _ in 0..TRIES {
            let typo = misspelt(&key, typos.len() + typos.len() / WAYS);
            let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            if let Some(line) = changed.get_mut(line) {
                *line = format!("{before}{typo}{after}");
            }
            let service = folder.0.join(format!("v{}", typos.len()));
            fs::create_dir(&service)?;
            fs::write(service.join("configuration.yml"), changed.join("\n"))?;
            typos.push((path.join("."), key.clone(), typo, line + 1, column + 1));
        }
    }
    if typos.len() < 300 * TRIES {
        return Err(format!("the configuration has only {} keys", typos.len()).into());
    }
    let right = Folder::new()?;
    fs::create_dir(right.0.join("full"))?;
    fs::write(right.0.join("full/configuration.yml"), &text)?;
    let report = validate(&right.0)?;
    if report["findings"] != serde_json::json!([]) {
        return Err(format!("the configuration is wrong before anything is misspelt: {report}").into());
    }
    let report = validate(&folder.0)?;
    let findings = report["findings"].as_array().ok_or("a report has findings")?;
    let mut missed = Vec::new();
    for (index, (path, key, typo, line, column)) in typos.iter().enumerate() {
        let own: Vec<&Value> = findings.iter().filter(|found| found["service"] == format!("v{index}")).collect();
        let meant = format!("`{key}`");
        let named = own.iter().any(|found| {
            let hint = found["hint"].as_str().unwrap_or_default();
            found["line"] == *line
                && found["column"] == *column
                && (hint.contains("did you mean") && hint.contains(&meant))
        });
        if !named {
            let said: Vec<String> =
                own.iter().map(|found| format!("{} ({})", found["message"], found["hint"])).collect();
            missed.push(format!("{path} as {typo}: {}", said.join("; ")));
        }
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("\n").into()) }
}

/// What `mizzen validate` reports of the services of a folder.
fn validate(folder: &Path) -> Result<Value, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mizzen"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["validate", "--format", "json", "--services"]).arg(folder);
    Ok(serde_json::from_slice(&command.stdin(Stdio::null()).output()?.stdout)?)
}

fn step(step: &Step) -> String {
    match step {
        Step::Key(key) => key.to_string(),
        Step::Index(index) => index.to_string(),
    }
}
