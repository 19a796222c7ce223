//! `mizzen sync`: one umbrella chart of all services.

use super::job::Job;
use super::ledger::Ledger;
use super::{Exit, Streams, factory, workers};
use crate::profile::Profile;
use crate::services::umbrella::Member;
use crate::services::{Service, Umbrella};
use clap::{Arg, ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::Path;

/// The file that makes a folder a chart.
const CHART: &str = "Chart.yaml";

/// The command, as clap knows it.
pub fn command() -> Command {
    let text = |name: &'static str, value: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).default_value(default).help(help)
    };
    Command::new("sync")
        .about("Write the umbrella chart of all services")
        .args(factory::places())
        .arg(text("output-dir", "DIR", "umbrella", "the folder of the umbrella chart").short('o'))
        .arg(text("name", "NAME", "umbrella", "the umbrella chart's name"))
        .arg(text("chart-version", "VERSION", "0.1.0", "the umbrella chart's version"))
        .arg(factory::strict_argument())
        .after_help("Example: mizzen sync --env production -o umbrella && helm template shop umbrella")
}

/// A service as a thread leaves it.
struct Made {
    member: Member,
    /// What runs: the image's tag, or the start of its digest.
    version: String,
    resources: usize,
}

/// A line of the summary.
struct Row {
    service: String,
    version: String,
    library: String,
    resources: String,
    status: &'static str,
}

/// Writes the chart and prints what became of each service.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let factory = match factory::open(arguments, profile, streams) {
        Ok(factory) => factory,
        Err(refusal) => return refusal.report(streams),
    };
    factory.warn_misnamed(streams);
    let text = |name: &str| arguments.get_one::<String>(name).map_or("", String::as_str);
    let dir = Path::new(text("output-dir"));
    if let Some(text) = factory.refuse_output(dir) {
        return streams.fail(&text);
    }
    let mut ledger = match Ledger::open(dir) {
        Ok(ledger) => ledger,
        Err(text) => return streams.fail(&text),
    };
    if !ledger.knows(CHART) && dir.join(CHART).exists() {
        return streams.fail(&format!(
            "`{}` holds a chart that `mizzen sync` did not write\nhint: delete it, or write the umbrella elsewhere with `-o`",
            dir.display()
        ));
    }
    let job = Job::plain(&factory, profile, "default");
    let made = workers::run(
        factory.services.len(),
        || job.bench(),
        |bench, index| factory.services.get(index).map(|service| make(&job, bench, service)),
        |_| {},
    );
    let strict = arguments.get_flag("strict");
    let mut umbrella = Umbrella::new(text("name"), text("chart-version"));
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut exit = Exit::Success;
    let mut broken: Vec<String> = Vec::new();
    for (service, made) in factory.services.iter().zip(made.into_iter().flatten()) {
        let made = made.and_then(|made| match rows.contains_key(&made.member.export.name) {
            true => Err((format!("service.name `{}` is already that of another", made.member.export.name), false)),
            false => Ok(made),
        });
        match made {
            Ok(Made { member, version, resources }) => {
                let name = member.export.name.clone();
                let before = ledger.knows(&format!("charts/{name}/Chart.yaml"));
                let row = Row {
                    service: name.clone(),
                    version,
                    library: member.library.clone(),
                    resources: resources.to_string(),
                    status: if before { "unchanged" } else { "added" },
                };
                rows.insert(name, row);
                umbrella.add(member);
            }
            Err((text, nameless)) if nameless && !strict => {
                streams.say(&format!("warning: {}: {text}: skipped", service.folder));
            }
            Err((text, _)) => {
                exit = streams.fail(&format!("{}: {text}", service.folder));
                broken.push(service.folder.clone());
            }
        }
    }
    if !broken.is_empty() {
        // An umbrella without a service would uninstall it: nothing is written until all are right.
        streams.say(&format!(
            "hint: `{}` was left as it is; mend {} and run this again",
            dir.display(),
            broken.join(", ")
        ));
        return exit;
    }
    warn_of_a_mix(&umbrella, streams);
    match write(&umbrella, &mut rows, &mut ledger) {
        Ok(()) => {}
        Err(text) => return streams.fail(&text),
    }
    match ledger.finish() {
        Ok(removed) => {
            for name in removed.iter().filter_map(|path| removed_service(path)) {
                let row = Row {
                    service: name.to_owned(),
                    version: "-".to_owned(),
                    library: "-".to_owned(),
                    resources: "-".to_owned(),
                    status: "removed",
                };
                rows.entry(name.to_owned()).or_insert(row);
            }
        }
        Err(text) => return streams.fail(&text),
    }
    if streams.out.write_all(table(rows.values()).as_bytes()).is_err() { Exit::BrokenPipe } else { exit }
}

/// Renders a service, so that an umbrella never holds one that cannot be, and makes its chart.
fn make<'a>(job: &Job<'a>, bench: &super::job::Bench<'a>, service: &Service) -> Result<Made, (String, bool)> {
    let rendered = job.render(bench, service, true).result.map_err(|failure| (failure.text, failure.nameless))?;
    let made = service.configuration().and_then(|configuration| {
        let platform = bench.platforms.of(service, &configuration)?;
        let values = platform.merged(service, &configuration)?;
        let image = values.get(b"image");
        let text = |key: &str| {
            let value = image.as_ref()?.as_dict()?.get(key.as_bytes())?;
            Some(value.as_str()?.to_string()).filter(|text| !text.is_empty())
        };
        let digest = || text("digest").map(|digest| digest.chars().take("sha256:".len() + 12).collect());
        let version = text("tag").or_else(digest).unwrap_or_else(|| "-".to_owned());
        let member = Member::new(service, &configuration, platform)?;
        Ok(Made { member, version, resources: rendered.documents.len() })
    });
    made.map_err(|error| (error.to_string(), error.is_nameless()))
}

fn write(umbrella: &Umbrella, rows: &mut BTreeMap<String, Row>, ledger: &mut Ledger) -> Result<(), String> {
    let files = umbrella.files();
    ledger.begin(files.iter().map(|(path, _)| path.clone()))?;
    for (path, bytes) in files {
        let changed = ledger.write(&path, &bytes)?;
        let name = path.strip_prefix("charts/").and_then(|rest| rest.split('/').next());
        if let Some(row) = name.and_then(|name| rows.get_mut(name))
            && changed
            && row.status == "unchanged"
        {
            row.status = "changed";
        }
    }
    Ok(())
}

/// The service whose chart a removed file was that of.
fn removed_service(path: &str) -> Option<&str> {
    path.strip_prefix("charts/")?.strip_suffix("/Chart.yaml").filter(|name| !name.contains('/'))
}

fn warn_of_a_mix(umbrella: &Umbrella, streams: &mut Streams<'_>) {
    let libraries = umbrella.libraries();
    if libraries.len() < 2 {
        return;
    }
    let parts: Vec<String> =
        libraries.iter().map(|(version, names)| format!("{version} ({})", names.join(", "))).collect();
    streams.say(&format!(
        "warning: the umbrella mixes versions of the library: {}\nhint: Helm renders all services of a chart with the templates of one of them; pin one version, or install the services one by one",
        parts.join(", ")
    ));
}

/// The summary, in columns.
fn table<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut lines = vec![["SERVICE", "VERSION", "LIBRARY", "RESOURCES", "STATUS"].map(str::to_owned)];
    for row in rows {
        lines.push([
            row.service.clone(),
            row.version.clone(),
            row.library.clone(),
            row.resources.clone(),
            row.status.to_owned(),
        ]);
    }
    let mut out = String::new();
    let widths: Vec<usize> = (0..5)
        .map(|at| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    for line in lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}
