//! `mizzen diff`: what a change really does to the manifests.
//!
//! `sides` finds what is compared, `git` reads a revision, `factory` and `chart` render, `causes` finds the changed line
//! that made a changed line, and the rest are views: `text`, `json`, `markdown` and `html`.

pub mod causes;
pub mod chart;
pub mod factory;
pub mod git;
pub mod html;
pub mod json;
pub mod markdown;
pub mod schema;
pub mod sides;
#[cfg(test)]
mod tests;
pub mod text;

use super::argument::{flag, format, many, text};
use super::job::{self, Job};
use super::progress::Progress;
use super::{Exit, Streams, workers};
use crate::diff::{self, Change, Ignore, Input, Op, Risk, Secrets, Section, Side};
use crate::profile::Profile;
use crate::services::origins::parse_path;
use causes::{Known, Notes, ValuePath};
use clap::{Arg, ArgMatches, Command};
use sides::{Content, Source};
use std::io::Read;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("diff")
        .about("Show what a change does to the manifests: of services, of a chart, or of manifests themselves")
        .arg(
            Arg::new("side")
                .value_name("SIDE")
                .num_args(0..=2)
                .help("BEFORE and AFTER, or one of them: a folder of services, a chart, manifests, `-`, REVISION or REVISION:PATH"),
        )
        .arg(text("base", "REVISION", "compare with this git revision [default: where HEAD left the default branch]"))
        .arg(many("service", "NAME", "compare only this service (repeatable)"))
        .args(super::factory::places())
        .args(job::arguments())
        .arg(text("release", "NAME", "the name of a chart's release").alias("name").default_value("release-name"))
        .arg(many("before-values", "FILE", "values of the first side's chart only (repeatable)"))
        .arg(many("after-values", "FILE", "values of the second side's chart only (repeatable)"))
        .arg(
            format(
                ["text", "fields", "json", "markdown", "html"],
                "text, fields (one line a field), json (schemas/diff.schema.json), markdown or html",
            ),
        )
        .arg(flag("stat", "show only how many lines changed in which resource").conflicts_with("name-only"))
        .arg(flag("name-only", "show only the names of the resources that changed"))
        .arg(text("color", "WHEN", "auto, always or never").value_parser(["auto", "always", "never"]).default_value("auto"))
        .arg(
            text("context", "LINES", "how many lines around a change are shown")
                .short('U')
                .value_parser(clap::value_parser!(u16))
                .default_value("3"),
        )
        .arg(many("ignore", "WHAT", "leave out a Kind, a field such as metadata.annotations, or lines by /regular expression/ (repeatable)"))
        .arg(many("secret", "PATH", "a value that is secret, such as database.password (repeatable); those that a schema marks as writeOnly or `format: password` are"))
        .arg(text("digest-key", "KEY", "makes the digests of secrets the same in every run; anyone who knows it can try words [env: MIZZEN_DIGEST_KEY]"))
        .arg(many("fail-on", "CLASS", "exit with 1 only where a change is of this class or a riskier one").value_parser(Risk::ALL.map(Risk::name)))
        .arg(flag("all", "render everything, also what cannot have changed"))
        .after_help(
            "Exit status: 0 where nothing differs, 1 where something does (with --fail-on only what is of that class or riskier), 2 where something cannot be read or rendered.\n\nExample: mizzen diff --base main --format markdown",
        )
}

/// What all comparisons of one run share.
pub struct Setting {
    /// What follows `--ignore`.
    ignore: Vec<String>,
    /// Paths of secret values.
    pub secret: Vec<ValuePath>,
    key: Vec<u8>,
    context: usize,
}

/// What became of one service, or of everything where there are none.
pub struct Unit {
    pub service: String,
    pub changes: Vec<Change>,
    /// Why it could not be rendered.
    pub failures: Vec<(Side, String)>,
    pub secrets: Secrets,
    /// Whether it was rendered at all, and whether on both sides.
    pub rendered: bool,
    pub compared: bool,
}

impl Unit {
    pub fn new(service: &str, setting: &Setting) -> Unit {
        Unit {
            service: service.to_owned(),
            changes: Vec::new(),
            failures: Vec::new(),
            secrets: Secrets::new(&setting.key),
            rendered: false,
            compared: false,
        }
    }

    /// Compares what was rendered, with what is known of it.
    pub fn compare(
        &mut self,
        setting: &Setting,
        mut before: (Vec<Input>, Vec<Known>),
        mut after: (Vec<Input>, Vec<Known>),
    ) {
        // What is secret on one side is so on the other.
        let all: Vec<ValuePath> = before.1.iter().chain(&after.1).flat_map(|known| known.secret.clone()).collect();
        before.1.iter_mut().chain(&mut after.1).for_each(|known| known.secret.clone_from(&all));
        let ignore: Vec<Ignore> = setting.ignore.iter().filter_map(|text| Ignore::parse(text).ok()).collect();
        for (inputs, known) in [&before, &after] {
            inputs.iter().for_each(|input| self.secrets.learn_secret(input));
            known.iter().for_each(|known| factory::learn(&mut self.secrets, &[], known));
        }
        let notes = Notes::new(before.1, after.1);
        if !all.is_empty() {
            for (side, inputs) in [(Side::Before, &before.0), (Side::After, &after.0)] {
                let keys = inputs.iter().flat_map(|input| diff::document::secret_keys(side, input, &notes));
                keys.for_each(|key| self.secrets.learn(key.as_bytes()));
            }
        }
        let options = diff::Options { ignore: &ignore, secrets: &self.secrets, context: setting.context };
        self.changes = diff::compare(&self.service, &before.0, &after.0, &options, &notes);
        (self.rendered, self.compared) = (true, true);
    }
}

/// What a run found.
pub struct Report {
    pub before: String,
    pub after: String,
    pub changes: Vec<Change>,
    pub sections: Vec<Section>,
    /// Service, side and error.
    pub failures: Vec<(String, Side, String)>,
    /// How many services there are, and how many were rendered.
    pub services: usize,
    pub rendered: usize,
}

impl Report {
    /// How many resources were added, removed, changed and renamed.
    pub fn counts(&self) -> [(&'static str, usize); 4] {
        ["added", "removed", "changed", "renamed"].map(|name| {
            let of = self.changes.iter().filter(|change| change.status.name() == name && !change.hunks.is_empty());
            (name, of.count())
        })
    }

    /// How many lines were added and removed.
    pub fn lines(&self) -> (usize, usize) {
        let lines = || self.changes.iter().flat_map(|change| &change.hunks).flat_map(|hunk| &hunk.lines);
        let count = |op: Op| lines().filter(|line| line.op == op).count();
        (count(Op::Add), count(Op::Remove))
    }

    /// The riskiest class of all.
    pub fn risk(&self) -> Option<Risk> {
        self.changes.iter().filter(|change| change.counts()).map(Change::risk).max()
    }
}

/// Compares, and shows what differs.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let report = match setting(arguments).and_then(|setting| report(arguments, &setting, profile, streams)) {
        Ok(report) => report,
        Err(text) => {
            streams.fail(&text);
            return Exit::Usage;
        }
    };
    for (service, side, text) in &report.failures {
        let side = if *side == Side::Before { &report.before } else { &report.after };
        let service = if service.is_empty() { String::new() } else { format!("{service}: ") };
        streams.fail(&format!("{service}{text}\nhint: this is {side}"));
    }
    let shown = if arguments.get_flag("stat") {
        text::stat(&report).into_bytes()
    } else if arguments.get_flag("name-only") {
        text::names(&report).into_bytes()
    } else {
        let colored = match arguments.get_one::<String>("color").map(String::as_str) {
            Some("always") => true,
            Some("never") => false,
            _ => super::has_colors(&std::io::stdout()),
        };
        match arguments.get_one::<String>("format").map(String::as_str) {
            Some("json") => json::document(&report),
            Some("markdown") => markdown::document(&report).into_bytes(),
            Some("html") => html::document(&report).into_bytes(),
            Some("fields") => text::fields(&report, colored).into_bytes(),
            _ => text::unified(&report, colored).into_bytes(),
        }
    };
    if streams.out.write_all(&shown).is_err() {
        return Exit::BrokenPipe;
    }
    if !report.failures.is_empty() {
        return Exit::Usage;
    }
    let limit = arguments.get_many::<String>("fail-on").unwrap_or_default();
    let limit = limit.filter_map(|name| Risk::ALL.into_iter().find(|risk| risk.name() == name)).min();
    match (report.risk(), limit) {
        (None, _) => Exit::Success,
        (Some(risk), Some(limit)) if risk < limit => Exit::Success,
        _ => Exit::Failure,
    }
}

fn setting(arguments: &ArgMatches) -> Result<Setting, String> {
    let list = |name: &str| arguments.get_many::<String>(name).unwrap_or_default().cloned().collect::<Vec<String>>();
    let ignore = list("ignore");
    ignore.iter().try_for_each(|text| Ignore::parse(text).map(|_| ()))?;
    let environment = || std::env::var("MIZZEN_DIGEST_KEY").ok().filter(|key| !key.is_empty());
    let key = match arguments.get_one::<String>("digest-key").cloned().or_else(environment) {
        Some(key) => key.into_bytes(),
        None => {
            let mut key = vec![0; 32];
            let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut key));
            read.map_err(|error| format!("cannot make a key for the digests of secrets: {error}"))?;
            key
        }
    };
    let context = arguments.get_one::<u16>("context").copied().unwrap_or(3);
    let secret = list("secret").iter().map(|path| parse_path(path)).filter(|path| !path.is_empty()).collect();
    Ok(Setting { ignore, secret, key, context: usize::from(context) })
}

fn report(
    arguments: &ArgMatches,
    setting: &Setting,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Report, String> {
    let (before, after) = sides::sources(arguments)?;
    let wanted: Vec<&String> = arguments.get_many("service").unwrap_or_default().collect();
    let (units, services) = match (&before.content, &after.content) {
        (Content::Services { .. } | Content::Nothing, Content::Services { .. })
        | (Content::Services { .. }, Content::Nothing) => {
            services(arguments, setting, profile, (&before, &after), &wanted, streams)?
        }
        _ => {
            let mut unit = Unit::new("", setting);
            let mut load =
                |source: &Source, side: Side| chart::load(arguments, setting, profile, source, side, &mut unit.secrets);
            let (old, new) = (load(&before, Side::Before), load(&after, Side::After));
            match (old, new) {
                (Ok(old), Ok(new)) => unit.compare(setting, old, new),
                (old, new) => {
                    let failures = [(Side::Before, old.err()), (Side::After, new.err())];
                    unit.failures.extend(failures.into_iter().filter_map(|(side, text)| Some((side, text?))));
                }
            }
            (vec![unit], 0)
        }
    };
    let mut secrets = Secrets::new(&setting.key);
    units.iter().for_each(|unit| secrets.learn_all(&unit.secrets));
    let rendered = units.iter().filter(|unit| unit.rendered).count();
    let mut changes = Vec::new();
    let mut failures = Vec::new();
    for unit in units {
        let service = secrets.scrub(&unit.service).unwrap_or(unit.service);
        failures.extend(unit.failures.into_iter().map(|(side, text)| {
            let text = before.shown(&secrets.scrub(&text).unwrap_or(text));
            (service.clone(), side, text)
        }));
        changes.extend(unit.changes);
    }
    // A secret of one service may stand in the open in another.
    changes.iter_mut().for_each(|change| scrub(change, &secrets));
    let sections = diff::sections(&changes);
    Ok(Report {
        before: before.label.clone(),
        after: after.label.clone(),
        changes,
        sections,
        failures,
        services,
        rendered,
    })
}

fn scrub(change: &mut Change, secrets: &Secrets) {
    let clean = |text: &mut String| {
        if let Some(scrubbed) = secrets.scrub(text) {
            *text = scrubbed;
        }
    };
    let clean_id = |id: &mut diff::Id| {
        [&mut id.api_version, &mut id.kind, &mut id.namespace, &mut id.name].into_iter().for_each(clean);
    };
    clean_id(&mut change.id);
    if let diff::Status::Renamed(old) = &mut change.status {
        clean_id(old);
    }
    for hunk in &mut change.hunks {
        hunk.lines.iter_mut().for_each(|line| clean(&mut line.text));
        hunk.causes.iter_mut().for_each(clean);
        for field in &mut hunk.fields {
            clean(&mut field.path);
            field.before.iter_mut().chain(&mut field.after).chain(&mut field.causes).for_each(clean);
        }
    }
}

/// Compares the services of two sides, on all processors.
fn services(
    arguments: &ArgMatches,
    setting: &Setting,
    profile: &'static Profile,
    (before, after): (&Source, &Source),
    wanted: &[&String],
    streams: &mut Streams<'_>,
) -> Result<(Vec<Unit>, usize), String> {
    let environment = arguments.get_one::<String>("env").map(String::as_str);
    let open = |source: &Source| match &source.content {
        Content::Services { services, library, schema } => {
            factory::open((services, library, schema.as_deref()), environment, profile)
                .map(Some)
                .map_err(|error| format!("{}\nhint: this is {}", source.shown(&error), source.label))
        }
        _ => Ok(None),
    };
    let (old, new) = (open(before)?, open(after)?);
    // Where there were no services at all, there were none of the other side's.
    let (old, new) = match (old, new) {
        (Some(old), Some(new)) => (old, new),
        (Some(old), None) => {
            let mut none = factory_of(after, before, environment, profile)?;
            none.services.clear();
            (old, none)
        }
        (None, Some(new)) => {
            let mut none = factory_of(before, after, environment, profile)?;
            none.services.clear();
            (none, new)
        }
        (None, None) => return Ok((Vec::new(), 0)),
    };
    let comparison = factory::Comparison::new(
        factory::Half::new(Job::new(arguments, &old, profile)?, before, setting),
        factory::Half::new(Job::new(arguments, &new, profile)?, after, setting),
        arguments.get_flag("all"),
    );
    let mut names = comparison.names();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(name)) {
        return Err(format!("there is no service `{unknown}` on either side"));
    }
    if !wanted.is_empty() {
        names.retain(|name| wanted.contains(&name));
    }
    let mut progress = Progress::new(names.len());
    let units = workers::run(
        names.len(),
        || comparison.benches(),
        |benches, index| comparison.unit(benches, names.get(index).map_or("", String::as_str), setting),
        |done| progress.step(done, streams),
    );
    progress.end(streams);
    Ok((units, names.len()))
}

/// The library of the other side, for a side that has no services.
fn factory_of(
    _none: &Source,
    other: &Source,
    environment: Option<&str>,
    profile: &'static Profile,
) -> Result<super::factory::Factory, String> {
    match &other.content {
        Content::Services { services, library, schema } => {
            factory::open((services, library, schema.as_deref()), environment, profile)
        }
        _ => Err("there are no services on either side".to_owned()),
    }
}
