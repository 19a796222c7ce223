//! Compares what Mizzen prints with what real Helm printed: one test a case and profile.
//!
//! `cargo test --test golden -- range` runs the cases whose name contains `range`.

mod bundle;
mod case;
mod diff;
mod factory;
mod kubectl;
mod manifests;
mod timings;
mod typos;

use case::{Case, group};
use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The profiles, as `--helm-version` names them.
const PROFILES: [&str; 4] = ["3.17", "4.1", "4.2", "4.3"];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // In a log, a line for each of hundreds of tests that pass would hide those that fail, which are listed in any case.
    arguments.quiet |= arguments.format.is_none() && !std::io::stdout().is_terminal();
    let mut trials = Vec::new();
    for path in case_files() {
        if let Err(reason) = add_trials(&path, &mut trials) {
            let name = path.display().to_string();
            trials.push(Trial::test(name, move || Err(Failed::from(reason))));
        }
    }
    for profile in PROFILES {
        let name = format!("functions: those of Helm, and no others @{profile}");
        trials.push(Trial::test(name, move || compare_functions(profile)));
    }
    trials.push(Trial::test("functions: docs/functions.md is up to date", || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
        let page = std::fs::read_to_string(path)?;
        if functions(&["--format", "markdown"])? == page {
            return Ok(());
        }
        Err("run mizzen functions --format markdown > docs/functions.md".into())
    }));
    trials.extend(bundle::trials());
    trials.extend(diff::trials());
    trials.extend(kubectl::trials());
    trials.extend(factory::trials());
    trials.extend(manifests::trials());
    trials.extend(timings::trials());
    trials.extend(typos::trials());
    trials.sort_by(|a, b| a.name().cmp(b.name()));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Every case file: golden/<group>/<topic>.txt.
fn case_files() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut paths = Vec::new();
    for folder in ["language", "functions", "errors", "charts", "services", "cli"] {
        let Ok(entries) = std::fs::read_dir(golden.join(folder)) else { continue };
        paths.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths
}

/// Adds the tests of one case file.
fn add_trials(path: &Path, trials: &mut Vec<Trial>) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let expected = std::fs::read(path.with_extension("expected"));
    let expected = expected.map_err(|error| format!("{error}: run golden/regenerate"))?;
    let expected = case::expectations(&expected);
    let topic = format!("{}/{}", group(path), path.file_stem().unwrap_or_default().to_string_lossy());
    let path: Arc<Path> = Arc::from(path);
    for case in case::read(&text)? {
        let case = Arc::new(case);
        if case.command.first().is_some_and(|program| program == "mizzen") {
            let wanted = wanted(&expected, &case.title, "");
            let (case, path) = (Arc::clone(&case), Arc::clone(&path));
            let name = format!("{topic}: {}", case.title);
            trials.push(Trial::test(name, move || {
                let command = case.command.get(1..).unwrap_or_default().to_vec();
                let printed = run(&case, &path, &command)?;
                judge(&case, &wanted?, &printed)?;
                fits_schema(&command, &printed)
            }));
            continue;
        }
        for profile in PROFILES {
            if !case.profiles.is_empty() && !case.profiles.iter().any(|name| name == profile) {
                continue;
            }
            let wanted = wanted(&expected, &case.title, profile);
            let (case, path) = (Arc::clone(&case), Arc::clone(&path));
            let name = format!("{topic}: {} @{profile}", case.title);
            trials.push(Trial::test(name, move || compare(&case, &path, profile, &wanted?)));
        }
    }
    Ok(())
}

/// Whether `mizzen functions` lists what the templates of a real Helm can call.
fn compare_functions(profile: &str) -> Result<(), Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/functions/names-{profile}.list"));
    let wanted = std::fs::read_to_string(path)?;
    let listed: serde_json::Value =
        serde_json::from_str(&functions(&["--format", "json", "--helm-version", profile])?)?;
    let names = listed.as_array().into_iter().flatten().filter_map(|function| function["name"].as_str());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let names: String = names.into_iter().flat_map(|name| [name, "\n"]).collect();
    if names == wanted {
        return Ok(());
    }
    let diff = TextDiff::from_lines(wanted.as_str(), names.as_str());
    Err(diff.unified_diff().context_radius(0).header("Helm", "Mizzen").to_string().into())
}

/// What `mizzen functions` prints.
fn functions(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(env!("CARGO_BIN_EXE_mizzen")).arg("functions").args(arguments).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// What was printed for a case, by all profiles or by this one.
fn wanted(expected: &BTreeMap<String, Vec<u8>>, title: &str, profile: &str) -> Result<Vec<u8>, Failed> {
    let found = expected.get(title).or_else(|| expected.get(&format!("{title} @{profile}")));
    found.cloned().ok_or_else(|| Failed::from("nothing is expected yet: run golden/regenerate"))
}

/// Runs a command of Helm as one of Mizzen, and in services/ also without the exported chart.
fn compare(case: &Case, path: &Path, profile: &str, wanted: &[u8]) -> Result<(), Failed> {
    let mut command: Vec<String> = case.command.get(1..).unwrap_or_default().to_vec();
    command.extend(["--helm-version".to_owned(), profile.to_owned()]);
    judge(case, wanted, &run(case, path, &command)?)?;
    // The umbrella has no counterpart: its services are parts of one release.
    if group(path) == "services" && path.file_stem().is_none_or(|stem| stem != "umbrella") {
        // `template NAME CHART …` becomes `render NAME …`, whose errors name the service.
        let mut render = vec!["render".to_owned()];
        render.extend(command.iter().skip(1).take(1).cloned());
        render.extend(command.iter().skip(3).cloned());
        let service = command.get(1).map_or("", String::as_str);
        let wanted = String::from_utf8_lossy(wanted);
        let wanted = wanted.replace("\nError: ", &format!("\nError: {service}: "));
        let wanted = wanted.replace("\n\nUse --debug flag to render out invalid YAML", "");
        judge(case, wanted.as_bytes(), &run(case, path, &render)?)?;
    }
    Ok(())
}

/// Whether a case printed what it should.
fn judge(case: &Case, wanted: &[u8], printed: &[u8]) -> Result<(), Failed> {
    match (&case.differs, wanted == printed) {
        (None, true) | (Some(_), false) => Ok(()),
        (Some(reason), true) => Err(format!("the known difference is gone: {reason}").into()),
        (None, false) => {
            let (wanted, printed) = (String::from_utf8_lossy(wanted), String::from_utf8_lossy(printed));
            let diff = TextDiff::from_lines(wanted.as_ref(), printed.as_ref());
            Err(diff.unified_diff().context_radius(4).header("expected", "printed").to_string().into())
        }
    }
}

/// Whether JSON is as the schema of its command says, if that has one.
fn fits_schema(command: &[String], printed: &[u8]) -> Result<(), Failed> {
    let schema = format!("{}.schema.json", command.first().map_or("", String::as_str));
    let is_json = command.windows(2).any(|words| words == ["--format", "json"]);
    if !is_json || !Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(&schema).exists() {
        return Ok(());
    }
    let printed = String::from_utf8_lossy(printed);
    let end = ["\n-- exit ", "\n-- stderr --"].into_iter().filter_map(|mark| printed.find(mark)).min();
    factory::fits(&schema, &printed[..end.unwrap_or(printed.len())]).map(drop)
}

/// Runs the binary in a fresh folder, and gives what it printed as an expected file holds it.
fn run(case: &Case, path: &Path, arguments: &[String]) -> Result<Vec<u8>, Failed> {
    let exports = if group(path) == "services" { Some(exports()?) } else { None };
    let folder = Folder::new()?;
    case::lay_out(case, path, &folder.0, exports)?;
    let home = folder.0.join(".home");
    std::fs::create_dir_all(&home)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_mizzen"));
    command.args(arguments).current_dir(&folder.0).stdin(Stdio::null());
    command.env_clear().env("HOME", &home).env("TZ", "UTC").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.output()?;
    let mut out = output.stdout;
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(b"\n-- without newline --\n");
    }
    if !output.status.success() {
        let status = output.status.code().map_or_else(|| "by a signal".to_owned(), |code| code.to_string());
        out.extend_from_slice(format!("-- exit {status} --\n").as_bytes());
    } else if !output.stderr.is_empty() {
        out.extend_from_slice(b"-- stderr --\n");
    }
    out.extend_from_slice(&output.stderr);
    let folder = folder.0.display().to_string();
    Ok(if out.windows(folder.len()).any(|window| window == folder.as_bytes()) {
        String::from_utf8_lossy(&out).replace(&folder, "{cwd}").into_bytes()
    } else {
        out
    })
}

/// The folder with the sample services as charts and the umbrella of them all, written once.
fn exports() -> Result<&'static Path, Failed> {
    static EXPORTS: OnceLock<Result<Folder, String>> = OnceLock::new();
    let exports = EXPORTS.get_or_init(|| {
        let folder = Folder::new().map_err(|error| error.to_string())?;
        for (name, path) in [("export", folder.0.clone()), ("sync", folder.0.join("umbrella"))] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_mizzen"));
            command.arg(name).arg("-o").arg(path).current_dir(env!("CARGO_MANIFEST_DIR"));
            let output = command.output().map_err(|error| error.to_string())?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
        }
        Ok(folder)
    });
    exports.as_ref().map(|folder| folder.0.as_path()).map_err(Failed::from)
}

/// A folder of its own, deleted in the end. It lies outside the checkout, where the programs that look for a
/// folder above theirs (git, `services/`) find none.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Folder> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("mizzen-golden-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(Folder(folder.canonicalize()?))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing depends on its going, and a test that fails says so already.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
