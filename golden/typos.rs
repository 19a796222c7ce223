//! Every key of a configuration that uses them all, misspelt one at a time: `validate` names the line, and the key that was meant.

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
    vec![Trial::test("typos: every key of a full configuration", every_key)]
}

/// A key with one letter doubled, or two swapped: what a hand does.
fn misspelt(key: &str, index: usize) -> String {
    let mut letters: Vec<char> = key.chars().collect();
    let middle = letters.len() / 2;
    match index % 3 {
        0 => letters.insert(middle, *letters.get(middle).unwrap_or(&'x')),
        1 if letters.len() > 3 && letters.get(middle) != letters.get(middle - 1) => letters.swap(middle, middle - 1),
        _ if letters.len() > 3 => drop(letters.remove(middle)),
        _ => letters.push('s'),
    }
    letters.into_iter().collect()
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
        let (key, typo) = (key.to_string(), misspelt(&key.to_string(), typos.len()));
        let (line, column) = (found.key.line as usize, found.key.column as usize);
        let (before, after) =
            lines.get(line).and_then(|text| text.split_at_checked(column)).ok_or("a key has a place")?;
        let after = after.strip_prefix(key.as_str()).ok_or_else(|| format!("{key} stands at {line}:{column}"))?;
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        if let Some(line) = changed.get_mut(line) {
            *line = format!("{before}{typo}{after}");
        }
        let service = folder.0.join(format!("v{}", typos.len()));
        fs::create_dir(&service)?;
        fs::write(service.join("configuration.yml"), changed.join("\n"))?;
        typos.push((path.join("."), key, typo, line + 1, column + 1));
    }
    if typos.len() < 300 {
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
