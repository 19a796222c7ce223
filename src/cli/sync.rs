//! `mizzen sync`: one umbrella chart of all services.

use super::argument::text;
use super::columns::columns;
use super::job::Job;
use super::ledger::Ledger;
use super::{Exit, Streams, factory, workers};
use crate::profile::Profile;
use crate::services::umbrella::Member;
use crate::services::{Service, Umbrella};
use clap::{ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::Path;

/// The file that makes a folder a chart.
const CHART: &str = "Chart.yaml";

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("sync")
        .about("Write the umbrella chart of all services")
        .args(factory::places())
        .arg(text("output-dir", "DIR", "the folder of the umbrella chart").short('o').default_value("umbrella"))
        .arg(text("name", "NAME", "the umbrella chart's name").default_value("umbrella"))
        .arg(text("chart-version", "VERSION", "the umbrella chart's version").default_value("0.1.0"))
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

/// What the services come to.
struct Gathered {
    umbrella: Umbrella,
    rows: BTreeMap<String, Row>,
    /// The folders of the services that failed, which was said already.
    broken: Vec<String>,
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
    let umbrella = Umbrella::new(text("name"), text("chart-version"));
    let made = factory.services.iter().zip(made.into_iter().flatten());
    let Gathered { umbrella, mut rows, broken } =
        gather(umbrella, made, &ledger, arguments.get_flag("strict"), streams);
    if !broken.is_empty() {
        // An umbrella without a service would uninstall it: nothing is written until all are right.
        streams.say(&format!(
            "hint: `{}` was left as it is; mend {} and run this again",
            dir.display(),
            broken.join(", ")
        ));
        return Exit::Failure;
    }
    warn_of_a_mix(&umbrella, streams);
    if let Err(text) = write(&umbrella, &mut rows, &mut ledger) {
        return streams.fail(&text);
    }
    let removed = match ledger.finish() {
        Ok(removed) => removed,
        Err(text) => return streams.fail(&text),
    };
    for name in removed.iter().filter_map(|path| removed_service(path)) {
        rows.entry(name.to_owned()).or_insert_with(|| Row {
            service: name.to_owned(),
            version: "-".to_owned(),
            library: "-".to_owned(),
            resources: "-".to_owned(),
            status: "removed",
        });
    }
    if streams.out.write_all(table(rows.values()).as_bytes()).is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// Puts the services into the umbrella, and says which cannot be.
fn gather<'a>(
    mut umbrella: Umbrella,
    made: impl Iterator<Item = (&'a Service, Result<Made, (String, bool)>)>,
    ledger: &Ledger,
    strict: bool,
    streams: &mut Streams<'_>,
) -> Gathered {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut named: BTreeMap<String, &str> = BTreeMap::new();
    let mut broken: Vec<String> = Vec::new();
    for (service, made) in made {
        let made = made.and_then(|made| match named.get(&made.member.export.name) {
            Some(other) => {
                Err((format!("service.name `{}` is already that of `{other}`", made.member.export.name), false))
            }
            None => Ok(made),
        });
        match made {
            Ok(Made { member, version, resources }) => {
                let name = member.export.name.clone();
                named.insert(name.clone(), &service.folder);
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
                streams.fail(&format!("{}: {text}", service.folder));
                broken.push(service.folder.clone());
            }
        }
    }
    Gathered { umbrella, rows, broken }
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
    let head = ["SERVICE", "VERSION", "LIBRARY", "RESOURCES", "STATUS"].map(str::to_owned);
    let cells = |row: &Row| {
        let Row { service, version, library, resources, status } = row;
        [service.as_str(), version, library, resources, status].map(str::to_owned)
    };
    columns(&std::iter::once(head).chain(rows.map(cells)).collect::<Vec<_>>())
}
