//! The factory as a new platform team uses it: several commands in one folder, one after the other.

use super::Folder;
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The stories.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("factory: a second run changes nothing, and a removed service disappears", twice),
        Trial::test("factory: the Jenkinsfile's commands, in order", || pipeline(jenkins()?)),
        Trial::test("factory: the GitHub workflow's commands, in order", || pipeline(github()?)),
        Trial::test("factory: a revision is read without a checkout", revisions),
        Trial::test("factory: a folder that is not the one, and what to do", lost),
        Trial::test("factory: the commands of docs/factory.md, in order", page),
        Trial::test("factory: a run that was interrupted leaves nothing behind", interrupted),
        Trial::test("factory: a pinned library, and a warning of a mix", pins),
        Trial::test("memory: a chart that wants too much ends with its place", memory),
    ]
}

/// Runs a line of a shell in a folder, with this build's `mizzen`.
pub fn shell(folder: &Path, line: &str) -> Result<Output, Failed> {
    let binary = Path::new(env!("CARGO_BIN_EXE_mizzen"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = binary.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).stdin(Stdio::null());
    command.env_clear().env("HOME", folder).env("PATH", std::env::join_paths(paths)?).env("ENV_FLAG", "");
    Ok(command.output()?)
}

/// The same where it must succeed: what it printed.
pub fn run(folder: &Path, line: &str) -> Result<String, Failed> {
    let output = shell(folder, line)?;
    if !output.status.success() {
        return Err(format!("`{line}`: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// All files below a folder with their bytes and when they were written.
pub fn files(folder: &Path) -> Result<BTreeMap<String, (Vec<u8>, std::time::SystemTime)>, Failed> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.display().to_string();
            found.insert(name, (std::fs::read(&path)?, std::fs::metadata(&path)?.modified()?));
        }
    }
    Ok(found)
}

/// Whether a text is as its schema says.
pub fn fits(schema: &str, text: &str) -> Result<serde_json::Value, Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let value: serde_json::Value = serde_json::from_str(text)?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
    let complaints: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    check(complaints.is_empty(), &format!("{complaints:?} in {text}"))?;
    Ok(value)
}

pub fn check(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn twice() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    run(folder, "mizzen init && mizzen new checkout && mizzen validate")?;
    let commands = "mizzen render -o manifests && mizzen sync -o umbrella && mizzen export -o charts";
    run(folder, commands)?;
    let written = files(folder)?;
    check(
        written.contains_key("manifests/checkout/deployment-checkout.yaml"),
        "render writes a file for each resource",
    )?;
    check(written.contains_key("umbrella/values-checkout.yaml"), "sync writes the values of each service")?;
    std::fs::write(folder.join("manifests/checkout/notes.txt"), "ours")?;
    let again = run(folder, commands)?;
    check(!again.contains("added") && !again.contains("  changed"), "the second sync calls every service unchanged")?;
    std::fs::remove_file(folder.join("manifests/checkout/notes.txt"))?;
    check(files(folder)? == written, "the second run touches no file")?;
    std::fs::remove_dir_all(folder.join("services/checkout"))?;
    let gone = run(folder, commands)?;
    check(
        gone.lines().any(|line| line.starts_with("checkout") && line.ends_with("removed")),
        "sync tells what is gone",
    )?;
    let left = files(folder)?;
    let named: Vec<&String> = left.keys().filter(|name| name.contains("checkout")).collect();
    check(named.is_empty(), &format!("nothing of a removed service stays: {named:?}"))
}

/// A run that cannot go on half-way: what it wrote is known to the next one.
fn interrupted() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    run(folder, "mizzen init && mizzen new checkout")?;
    for (command, dir, blocked) in [
        ("mizzen render -o manifests", "manifests", "manifests/hello/deployment-hello.yaml"),
        ("mizzen sync -o umbrella", "umbrella", "umbrella/charts/hello/Chart.yaml"),
        ("mizzen export -o charts", "charts", "charts/hello/values.yaml"),
    ] {
        // Where a file should be there is a folder with something in it.
        std::fs::create_dir_all(folder.join(blocked))?;
        std::fs::write(folder.join(blocked).join("keep"), "")?;
        let output = shell(folder, command)?;
        check(output.status.code() == Some(1), command)?;
        std::fs::remove_dir_all(folder.join(blocked))?;
        let half = files(&folder.join(dir))?;
        // The export refuses before it writes anything.
        check(half.keys().any(|name| name.contains("checkout")), &format!("{command} left {half:?}"))?;
        std::fs::rename(folder.join("services/checkout"), folder.join("checkout"))?;
        run(folder, command)?;
        let left = files(&folder.join(dir))?;
        let stale: Vec<&String> = left.keys().filter(|name| name.contains("checkout")).collect();
        check(stale.is_empty(), &format!("{command} does not know {stale:?}"))?;
        std::fs::rename(folder.join("checkout"), folder.join("services/checkout"))?;
    }
    Ok(())
}

/// Commands in an empty folder, and in one below that of the services.
fn lost() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    let refused = |folder: &Path, line: &str, words: &str| {
        let output = shell(folder, line)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        check(output.status.code() == Some(1) && said.contains(words), &format!("`{line}`: {said}"))
    };
    for line in ["mizzen validate", "mizzen render", "mizzen sync", "mizzen export -o charts", "mizzen explain a"] {
        refused(folder, line, "hint: `mizzen init` writes a library and a first service into a folder")?;
    }
    let output = shell(folder, "mizzen new checkout")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    check(said.contains("there is no `library` here"), &said)?;
    refused(folder, "mizzen render", "there is no `library` here\nhint: `mizzen init` writes")?;
    let below = folder.join("services/checkout");
    for line in ["mizzen validate", "mizzen new other"] {
        refused(&below, line, "hint: it is in `../..`: run mizzen there")?;
    }
    check(!below.join("services").exists(), "nothing is written in the wrong place")
}

/// The page for platform teams is true: its commands run in an empty folder, one after the other.
fn page() -> Result<(), Failed> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/factory.md"))?;
    let folder = Folder::new()?;
    let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    check(commands.len() >= 12, "the page has commands")?;
    for line in commands {
        run(&folder.0, line)?;
    }
    check(folder.0.join("manifests/checkout/deployment-checkout.yaml").is_file(), "and they do what it says")
}

/// The commands of the Jenkinsfile: the lines `sh '…'`.
fn jenkins() -> Result<Vec<String>, Failed> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Jenkinsfile"))?;
    let line = |line: &str| Some(line.trim().strip_prefix("sh '")?.strip_suffix('\'')?.to_owned());
    Ok(text.lines().filter_map(line).collect())
}

/// The commands of the workflow: the lines `run: …`.
fn github() -> Result<Vec<String>, Failed> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pipelines/github.yml"))?;
    Ok(text.lines().filter_map(|line| Some(line.trim().strip_prefix("run: ")?.to_owned())).collect())
}

/// Runs a pipeline on what a new team has, and once more with a mistake in it.
fn pipeline(commands: Vec<String>) -> Result<(), Failed> {
    check(commands.len() >= 5, "a pipeline has its stages")?;
    check(commands.iter().all(|line| line.starts_with("mizzen ")), "each stage is one mizzen command")?;
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    run(folder, "mizzen init && mizzen new checkout")?;
    for line in &commands {
        run(folder, line)?;
    }
    for file in ["build/manifests/checkout/deployment-checkout.yaml", "build/umbrella/Chart.yaml"] {
        check(folder.join(file).is_file(), &format!("the pipeline leaves {file}"))?;
    }
    let path = folder.join("services/checkout/configuration.yml");
    let text = std::fs::read_to_string(&path)?;
    std::fs::write(&path, text.replace("replicas:", "replica:"))?;
    let validate = commands.iter().find(|line| line.starts_with("mizzen validate")).ok_or("no stage validates")?;
    let output = shell(folder, validate)?;
    check(output.status.code() == Some(1), "the stage fails where something is wrong")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    check(said.contains("did you mean `replicas`?"), &format!("the log says what to do: {said}"))
}

/// A revision is read without touching the work tree, and only what changed is rendered.
fn revisions() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    run(folder, "mizzen init && mizzen new checkout && mizzen new mailer")?;
    run(folder, "git init -q -b main . && git add -A && git -c user.name=a -c user.email=a@b commit -q -m one")?;
    let output = shell(folder, "mizzen diff")?;
    check(output.status.code() == Some(0), &String::from_utf8_lossy(&output.stdout))?;
    let path = folder.join("services/checkout/configuration.yml");
    let text = std::fs::read_to_string(&path)?;
    let line = 1 + text.lines().position(|line| line.starts_with("replicas:")).ok_or("no replicas")?;
    let changed = text.lines().enumerate().map(|(at, old)| if at + 1 == line { "replicas: 7" } else { old });
    std::fs::write(&path, changed.collect::<Vec<_>>().join("\n") + "\n")?;
    let output = shell(folder, "mizzen diff --base main --format fields")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    check(output.status.code() == Some(1), &said)?;
    check(
        said.contains("spec.replicas") && said.contains(&format!("(services/checkout/configuration.yml:{line})")),
        &said,
    )?;
    check(said.contains("rendered: 1"), &said)?;
    let output = shell(folder, "git status --porcelain")?;
    let status = String::from_utf8_lossy(&output.stdout).into_owned();
    check(status.trim() == "M services/checkout/configuration.yml", &status)?;
    let output = shell(folder, "mizzen diff --base nowhere")?;
    check(output.status.code() == Some(2), "a revision that is none is an error")
}

fn pins() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    run(folder, "mizzen init && mizzen new checkout && cp -r library library@0.9.0")?;
    let chart = folder.join("library@0.9.0/Chart.yaml");
    let text = std::fs::read_to_string(&chart)?;
    std::fs::write(&chart, text.replace("version: 1.0.0", "version: 0.9.0"))?;
    let path = folder.join("services/checkout/configuration.yml");
    let text = std::fs::read_to_string(&path)?;
    std::fs::write(&path, format!("{text}\nplatform:\n  version: ~0.9\n"))?;
    run(folder, "mizzen validate")?;
    let report = run(folder, "mizzen render --format json")?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    let versions: Vec<&str> =
        report["services"].as_array().into_iter().flatten().filter_map(|row| row["library"].as_str()).collect();
    check(versions == ["0.9.0", "1.0.0"], &format!("each service has its library: {versions:?}"))?;
    let output = shell(folder, "mizzen sync")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    check(said.contains("mixes versions of the library: 0.9.0 (checkout), 1.0.0 (hello)"), &said)
}

/// Many texts, of which each is small enough, are too much together.
fn memory() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let folder = folder.0.as_path();
    std::fs::create_dir_all(folder.join("app/templates"))?;
    std::fs::write(folder.join("app/Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\n")?;
    let template =
        "# Texts.\n{{ range $i := until 200 }}{{ $_ := set $.Values (print $i) (repeat 1000000 \"x\") }}{{ end }}";
    std::fs::write(folder.join("app/templates/a.yaml"), template)?;
    run(folder, "mizzen template app > out.yaml")?;
    let output = shell(folder, "MIZZEN_MEMORY_LIMIT=64Mi mizzen template app")?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    check(output.status.code() == Some(1) && said.contains("more than 64 MiB of memory are in use"), &said)?;
    check(said.contains("app/templates/a.yaml:2:"), &said)?;
    let output = shell(folder, "MIZZEN_MEMORY_LIMIT=much mizzen template app")?;
    let said = String::from_utf8_lossy(&output.stderr);
    check(output.status.code() == Some(1) && said.contains("MIZZEN_MEMORY_LIMIT is no size: `much`"), &said)
}
