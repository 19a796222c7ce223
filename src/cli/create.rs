//! `mizzen create`: a chart to begin with, as `helm create` writes one, from templates of our own.

use super::flags::{Flag, Kind};
use super::folder;
use super::helm::{Command, Invocation, absolute, flag};
use super::{Exit, Streams};
use crate::chart::{self, ChartFile, Metadata, package, write};
use crate::go::fs::path_error;
use crate::go::{bytes, path, strconv};
use crate::profile::Profile;
use std::path::Path;

static FLAGS: &[Flag] = &[
    flag(
        "starter",
        Some('p'),
        Kind::Text,
        "the chart to begin with: an absolute path, or a name among Helm's starters",
    )
    .takes("CHART"),
    Flag {
        hidden: true,
        ..flag("chart-api-version", None, Kind::Text, "v2, the only version of charts that is not an experiment")
    },
];

/// The command.
pub static COMMAND: Command = Command {
    name: "create",
    aliases: &[],
    about: "Write a chart to begin with, as `helm create` does",
    usage: "NAME",
    flags: &[FLAGS],
    example: "mizzen create hello && mizzen template hello ./hello",
    run,
};

/// The files, in the order in which Helm writes its own; `<CHARTNAME>` stands for the name, as in Helm's starters.
static FILES: &[(&str, &str)] = &[
    ("Chart.yaml", include_str!("create/Chart.yaml")),
    ("values.yaml", include_str!("create/values.yaml")),
    (".helmignore", include_str!("create/helmignore")),
    ("templates/ingress.yaml", include_str!("create/templates/ingress.yaml")),
    ("templates/httproute.yaml", include_str!("create/templates/httproute.yaml")),
    ("templates/deployment.yaml", include_str!("create/templates/deployment.yaml")),
    ("templates/service.yaml", include_str!("create/templates/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("create/templates/serviceaccount.yaml")),
    ("templates/hpa.yaml", include_str!("create/templates/hpa.yaml")),
    ("templates/NOTES.txt", include_str!("create/templates/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("create/templates/_helpers.tpl")),
    ("templates/tests/test-connection.yaml", include_str!("create/templates/tests/test-connection.yaml")),
];

/// The longest name of a chart that Helm creates.
const MAX_NAME: usize = 250;

fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    let done = create(invocation, streams);
    if streams.out.flush().is_err() {
        return Exit::BrokenPipe;
    }
    match done {
        Ok(()) => Exit::Success,
        Err(text) => streams.fail(&text),
    }
}

/// As newCreateCmd's run. The error is Helm's text.
fn create(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Result<(), String> {
    let [given] = invocation.parsed.arguments.as_slice() else {
        return Err("\"helm create\" requires 1 argument\n\nUsage:  helm create NAME [flags]".to_owned());
    };
    say(streams, &format!("Creating {given}"));
    match invocation.text("chart-api-version") {
        "" | "v2" => {}
        "v3" => {
            return Err("mizzen creates no charts of apiVersion v3, which are an experiment of Helm 4\nhint: leave --chart-api-version out".to_owned());
        }
        other => return Err(format!("unsupported chart API version: {other} (supported: v2, v3)")),
    }
    let name = String::from_utf8_lossy(path::base(given.as_bytes())).into_owned();
    let parent = String::from_utf8_lossy(&path::dir(given.as_bytes())).into_owned();
    match invocation.text("starter") {
        "" => scaffold(&name, &parent, streams),
        starter => from_starter(&name, &parent, &starter_path(starter), invocation.profile, streams),
    }
}

fn say(streams: &mut Streams<'_>, line: &str) {
    // What cannot be written is found out when the stream is flushed.
    let _ = writeln!(streams.out, "{line}");
}

/// As Create: writes the files over those that are there.
fn scaffold(name: &str, parent: &str, streams: &mut Streams<'_>) -> Result<(), String> {
    check_name(name)?;
    let parent = absolute(parent)?;
    let found = std::fs::metadata(&parent).map_err(|error| path_error("stat", &parent, &error))?;
    if !found.is_dir() {
        return Err(format!("no such directory {parent}"));
    }
    let chart = joined(&parent, name);
    check_folder(&chart)?;
    for (file, text) in FILES {
        let file = joined(&chart, file);
        if std::fs::metadata(&file).is_ok() {
            let quoted = strconv::quote(file.as_bytes());
            say(streams, &format!("WARNING: File {quoted} already exists. Overwriting."));
        }
        write(&file, fill(text, name).as_bytes())?;
    }
    make_folder(&joined(&chart, "charts"))
}

/// As validateChartName of create.go.
fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > MAX_NAME {
        return Err(format!("chart name must be between 1 and {MAX_NAME} characters"));
    }
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        return Ok(());
    }
    Err("chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"".to_owned())
}

fn check_folder(folder: &str) -> Result<(), String> {
    if std::fs::metadata(folder).is_ok_and(|found| !found.is_dir()) {
        return Err(format!("file {folder} already exists and is not a directory"));
    }
    Ok(())
}

/// As transform.
fn fill(text: &str, name: &str) -> String {
    text.replace("<CHARTNAME>", name)
}

/// As transform, of what may be no UTF-8.
fn fill_bytes(text: &[u8], name: &str) -> Vec<u8> {
    const PLACEHOLDER: &[u8] = b"<CHARTNAME>";
    let mut filled = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = bytes::index(rest, PLACEHOLDER) {
        filled.extend_from_slice(&rest[..at]);
        filled.extend_from_slice(name.as_bytes());
        rest = &rest[at + PLACEHOLDER.len()..];
    }
    filled.extend_from_slice(rest);
    filled
}

fn joined(folder: &str, name: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), name.as_bytes()])).into_owned()
}

fn write(file: &str, bytes: &[u8]) -> Result<(), String> {
    folder::replace(Path::new(file), bytes).map(|_| ()).map_err(|error| path_error("open", file, &error))
}

fn make_folder(folder: &str) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| path_error("mkdir", folder, &error))
}

/// Where a starter is: as helmpath.DataPath, unless the path is absolute.
fn starter_path(starter: &str) -> String {
    if starter.starts_with('/') {
        return starter.to_owned();
    }
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let data = variable("HELM_DATA_HOME").unwrap_or_else(|| {
        let base =
            variable("XDG_DATA_HOME").unwrap_or_else(|| joined(&variable("HOME").unwrap_or_default(), ".local/share"));
        joined(&base, "helm")
    });
    joined(&joined(&data, "starters"), starter)
}

/// As CreateFrom and SaveDir: another chart, with a Chart.yaml of its own.
fn from_starter(
    name: &str,
    parent: &str,
    starter: &str,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<(), String> {
    let could_not = |error: String| format!("could not load {starter}: {error}");
    let found = std::fs::metadata(starter).map_err(|error| could_not(path_error("stat", starter, &error)))?;
    let mut log = |record| streams.log(&record);
    let loaded = if found.is_dir() {
        chart::load_any_version(Path::new(starter), profile, &mut log)
    } else {
        chart::load(Path::new(starter), profile, &mut log)
    };
    let mut chart = loaded.map_err(|error| could_not(error.to_string()))?;
    let metadata = Metadata {
        name: name.to_owned(),
        description: "A Helm chart for Kubernetes".to_owned(),
        kind: "application".to_owned(),
        version: "0.1.0".to_owned(),
        app_version: "0.1.0".to_owned(),
        api_version: "v2".to_owned(),
        ..Metadata::default()
    };
    let bytes = |file: &ChartFile| file.content.bytes().map_err(|error| error.to_string());
    // The new chart may take the place of its starter.
    chart.files.iter().try_for_each(|file| bytes(file).map(drop))?;
    let folder = joined(parent, name);
    check_folder(&folder)?;
    make_folder(&folder)?;
    write(&joined(&folder, "Chart.yaml"), &write::chart_yaml(&metadata)?)?;
    for file in chart.raw.iter().filter(|file| file.name == "values.yaml") {
        write(&joined(&folder, &file.name), &fill_bytes(&bytes(file)?, name))?;
    }
    if let Some(schema) = &chart.schema {
        write(&joined(&folder, "values.schema.json"), schema)?;
    }
    for file in &chart.templates {
        write(&joined(&folder, &file.name), &fill_bytes(&file.data, name))?;
    }
    for file in &chart.files {
        write(&joined(&folder, &file.name), &bytes(file)?)?;
    }
    let time = package::time(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
    for dependency in &mut chart.dependencies {
        let bytes = package::archive(dependency, time, profile)
            .map_err(|error| format!("saving {name}/charts/{}: {error}", dependency.name()))?;
        write(&joined(&joined(&folder, "charts"), &package::file_name(dependency)), &bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FILES, check_name, fill, fill_bytes};
    use crate::chart::{self, File};
    use crate::cli::reproducible::Reproducible;
    use crate::go::Str;
    use crate::profile::Profile;
    use crate::template::limits;
    use crate::{output, render, values};

    /// What the scaffold renders to, as the chart `create`.
    fn rendered(set: &[&str], file: Option<&str>, profile: &'static Profile) -> String {
        let files =
            FILES.iter().map(|(name, text)| File { name: (*name).to_owned(), data: Str::from(fill(text, "create")) });
        let chart = chart::load_files(files.collect(), profile, &mut |_| {}).expect("the scaffold is a chart");
        let given = values::Options {
            value_files: file.iter().map(|_| "values.yaml".to_owned()).collect(),
            values: set.iter().map(|&set| set.to_owned()).collect(),
            ..values::Options::default()
        };
        let read = &mut |_: &str| Ok(file.unwrap_or_default().as_bytes().to_vec());
        let values = values::user_values(&given, profile, read).expect("the values are values");
        let options = render::Options { name: "release".to_owned(), ..render::Options::default() };
        let manifests = render::render(chart, &values, &options, &Reproducible::new(""), profile, &mut |_| {});
        let mut out = Vec::new();
        output::write(&manifests.expect("the scaffold renders"), &output::Options::default(), profile, &mut out)
            .expect("memory takes everything");
        String::from_utf8(out).expect("the scaffold is UTF-8")
    }

    /// Golden files hold what Helm makes of its own scaffold: ours makes the same.
    #[test]
    fn renders_as_helms_own() {
        let cases = include_str!("../../golden/charts/create.txt");
        let expected = include_str!("../../golden/charts/create.expected");
        let section = |text: &'static str, title: &str| {
            let start = text.find(&format!("=== {title}\n")).expect("the case is there");
            let body = text[start..].split_once('\n').map_or("", |(_, body)| body);
            body.split("\n=== ").next().unwrap_or_default().trim_end()
        };
        let compare = move || {
            for title in [
                "defaults",
                "ingress with TLS and two hosts",
                "autoscaling by CPU and memory",
                "no service account, and a name of one's own",
                "a gateway route",
                "scheduling, volumes and resources",
                "security contexts, secrets and annotations",
            ] {
                let case = section(cases, title);
                let mut words = case.lines().next().unwrap_or_default().split_whitespace();
                let set: Vec<&str> =
                    words.find(|word| *word == "--set").and_then(|_| words.next()).into_iter().collect();
                let file = case.split_once("-- values.yaml --\n").map(|(_, file)| file);
                for profile in crate::profile::PROFILES {
                    let named = format!("{title} @{}", profile.name);
                    let wanted = if expected.contains(&format!("=== {title}\n")) { title } else { &named };
                    assert_eq!(rendered(&set, file, profile).trim_end(), section(expected, wanted), "{named}");
                }
            }
        };
        let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(compare);
        thread.expect("there are threads").join().expect("the scaffold renders as Helm's");
    }

    #[test]
    fn names() {
        for (name, valid) in [("a.b-c_9", true), ("", false), ("a b", false), ("ä", false), ("a/b", false)] {
            assert_eq!(check_name(name).is_ok(), valid, "{name}");
        }
        assert!(check_name(&"a".repeat(250)).is_ok() && check_name(&"a".repeat(251)).is_err());
    }

    #[test]
    fn placeholders_are_filled_in_what_is_no_text() {
        assert_eq!(fill_bytes(b"\xff<CHARTNAME><CHARTNAME>.<CHART", "n"), b"\xffnn.<CHART");
        assert_eq!(fill_bytes(b"", "n"), b"");
    }
}
