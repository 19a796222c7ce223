//! `mizzen template`: as `helm template`, flags, texts and all.

use super::dependency::Manager;
use super::failure::{self, Format, Known};
use super::flags::{Flag, Kind, Parsed};
use super::helm::{self, Invocation, flag, inert};
use super::host;
use super::post_renderer::PostRenderer;
use super::timings::Wanted;
use super::{Exit, Streams, kubeconfig, name_template};
use crate::chart::{self, Chart, package};
use crate::error::Error;
use crate::go::{Level, Log, Str, strconv};
use crate::host::Host;
use crate::manifest::Manifests;
use crate::profile::{Cli, Profile};
use crate::render::{self, Failure};
use crate::trace::Stopwatch;
use crate::{output, values};
use std::path::Path;

/// The flags of `helm template`.
pub static FLAGS: &[Flag] = &[
    flag("show-only", Some('s'), Kind::Array, "only show what these templates make (repeatable)").takes("PATH"),
    flag("output-dir", None, Kind::Text, "write files into this folder instead of a stream").takes("DIR"),
    flag("release-name", None, Kind::Bool, "add a folder with the release's name to --output-dir"),
    flag("include-crds", None, Kind::Bool, "show the files under crds/ too"),
    flag("no-hooks", None, Kind::Bool, "leave hooks out"),
    flag("skip-tests", None, Kind::Bool, "leave tests out"),
    flag("is-upgrade", None, Kind::Bool, "set .Release.IsUpgrade instead of .Release.IsInstall"),
    flag("kube-version", None, Kind::Text, "the Kubernetes version in .Capabilities.KubeVersion").takes("VERSION"),
    flag("api-versions", Some('a'), Kind::Slice, "further versions in .Capabilities.APIVersions (repeatable)")
        .takes("VERSION"),
    flag("generate-name", Some('g'), Kind::Bool, "make a name, and take no NAME"),
    flag("name-template", None, Kind::Text, "a template for the release's name").takes("TEMPLATE"),
    flag("skip-schema-validation", None, Kind::Bool, "do not check values against schemas"),
    flag("enable-dns", None, Kind::Bool, "let templates look up host names"),
    flag("dependency-update", None, Kind::Bool, "bring charts/ up to date where something is missing in it"),
    flag("dry-run", None, Kind::Optional("unset"), "client; there is no cluster to ask").takes("HOW"),
    flag("seed", None, Kind::Text, super::reproducible::HELP).takes("TEXT"),
    flag("post-renderer", None, Kind::Text, "an executable that reads the manifests and writes what to print")
        .takes("PATH"),
    flag("post-renderer-args", None, Kind::Array, "an argument for the post-renderer (repeatable)").takes("ARGUMENT"),
    flag("profile-templates", None, Kind::Optional("table"), "say how long each template ran, as a table or as =json")
        .takes("FORMAT"),
    flag("profile-output", None, Kind::Text, "write those times into this file as folded stacks, for flame graphs")
        .takes("FILE"),
    inert("atomic", Kind::Bool),
    inert("create-namespace", Kind::Bool),
    inert("description", Kind::Text),
    inert("devel", Kind::Bool),
    inert("disable-openapi-validation", Kind::Bool),
    inert("force", Kind::Bool),
    inert("force-conflicts", Kind::Bool),
    inert("force-replace", Kind::Bool),
    inert("hide-notes", Kind::Bool),
    Flag { short: Some('l'), ..inert("labels", Kind::Map) },
    inert("render-subchart-notes", Kind::Bool),
    inert("replace", Kind::Bool),
    inert("rollback-on-failure", Kind::Bool),
    inert("server-side", Kind::Bool),
    inert("skip-crds", Kind::Bool),
    inert("take-ownership", Kind::Bool),
    inert("timeout", Kind::Duration),
    inert("validate", Kind::Bool),
    inert("wait", Kind::Wait),
    inert("wait-for-jobs", Kind::Bool),
];

/// Groups of flags that exclude each other, as Helm declares them.
static EXCLUSIVE: [[&str; 2]; 3] =
    [["force-replace", "force-conflicts"], ["force", "force-conflicts"], ["validate", "dry-run"]];

/// The command.
pub static COMMAND: helm::Command = helm::Command {
    name: "template",
    aliases: &[],
    about: "Render a chart, as `helm template` does",
    usage: "[NAME] CHART",
    flags: &[helm::VALUE_FLAGS, FLAGS, helm::CHART_FLAGS],
    example: "mizzen template web ./chart -f values.yaml --set replicas=2",
    run,
};

fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    let host = host::choose(invocation.parsed.text("seed"));
    let format = match Format::choose(invocation) {
        Ok(format) => format,
        Err(text) => return streams.fail(&text),
    };
    let command = Template { invocation, parsed: invocation.parsed, profile: invocation.profile, host: &*host, format };
    let mut known = Known::default();
    match command.run(&mut known, streams) {
        Ok(()) => Exit::Success,
        Err(Failed::Stream) => Exit::BrokenPipe,
        Err(Failed::Early(text)) => failure::show(&text, None, &[], &known, invocation, &*host, streams),
        Err(Failed::Error(error)) => {
            failure::show(&error.to_string(), Some(&error), &[], &known, invocation, &*host, streams)
        }
        // As RunE: with a release at hand Helm offers to show it, or shows it.
        Err(Failed::Late { error, text, rendered }) => {
            if streams.debug {
                let mut stream = Vec::new();
                rendered.iter().for_each(|(path, content)| output::push_document(&mut stream, path, content));
                let mut shown = crate::go::unicode::trim_space(&stream).to_vec();
                shown.push(b'\n');
                if streams.out.write_all(&shown).is_err() {
                    return Exit::BrokenPipe;
                }
                return failure::show(&text, error.as_deref(), &rendered, &known, invocation, &*host, streams);
            }
            let text = format!("{text}\n\nUse --debug flag to render out invalid YAML");
            failure::show(&text, error.as_deref(), &rendered, &known, invocation, &*host, streams)
        }
    }
}

/// How the command ends when it does not succeed.
enum Failed {
    /// Nobody reads standard output any more.
    Stream,
    /// Before there was a release.
    Early(String),
    /// The same, with an error that can be explained.
    Error(Box<Error>),
    /// With a release, whose rendered files are perhaps worth showing.
    Late { error: Option<Box<Error>>, text: String, rendered: Vec<(String, Str)> },
}

impl From<String> for Failed {
    fn from(text: String) -> Failed {
        Failed::Early(text)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failure::from(error).into()
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Failed {
        let text = failure.error.to_string();
        if failure.error.leaves_release() {
            let mut rendered = failure.rendered;
            rendered.retain(|(_, content)| !crate::go::unicode::trim_space(content).is_empty());
            Failed::Late { error: Some(Box::new(failure.error)), text, rendered }
        } else {
            Failed::Error(Box::new(failure.error))
        }
    }
}

impl From<output::Error> for Failed {
    fn from(error: output::Error) -> Failed {
        match error {
            output::Error::Stream(_) => Failed::Stream,
            output::Error::Manifest(error) => Failed::Late { error: None, text: error, rendered: Vec::new() },
            error => Failed::Early(error.to_string()),
        }
    }
}

struct Template<'a> {
    invocation: &'a Invocation<'a>,
    parsed: &'a Parsed,
    profile: &'static Profile,
    host: &'a dyn Host,
    format: Format,
}

impl Template<'_> {
    /// As newTemplateCmd's RunE and runInstall, in their order.
    fn run(&self, known: &mut Known, streams: &mut Streams<'_>) -> Result<(), Failed> {
        // Helm looks for it while it reads the flags.
        let post_renderer = match self.parsed.text("post-renderer").filter(|name| !name.is_empty()) {
            Some(name) => Some(PostRenderer::new(name, self.parsed.list("post-renderer-args"), self.profile)?),
            None => None,
        };
        if self.parsed.arguments.is_empty() {
            return Err(
                "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]"
                    .to_owned()
                    .into(),
            );
        }
        self.check_exclusive()?;
        let timings = Wanted::new(self.parsed)?;
        let kube_version = self.invocation.kube_version()?;
        self.invocation.check_fetch_files()?;
        let server = self.dry_run_on_server(streams)?;
        streams.log(
            &Log::new(Level::Debug, "Original chart version")
                .with("version", self.parsed.text("version").unwrap_or_default()),
        );
        let (name, reference) = self.name_and_chart()?;
        let path = self.invocation.locate(reference)?;
        (known.reference, known.path) = (reference.to_owned(), path.clone());
        streams.log(&Log::new(Level::Debug, "Chart path").with("path", &path));
        let user_values = values::user_values(&self.invocation.values(), self.profile, &mut |path| known.read(path))
            .map_err(Error::from)?;
        let chart = self.load(&path, streams)?;
        self.check_dry_run()?;
        if server {
            if self.profile.cli == Cli::Helm3 {
                return Err(format!("Kubernetes cluster unreachable: {}", self.unreachable()).into());
            }
            let text =
                format!("cluster reachability check failed: kubernetes cluster unreachable: {}", self.unreachable());
            streams.log(&Log::new(Level::Error, &text));
            return Err(text.into());
        }
        let options = render::Options {
            name: name.clone(),
            namespace: self.invocation.namespace(),
            is_upgrade: self.parsed.bool("is-upgrade"),
            kube_version,
            api_versions: self.parsed.list("api-versions"),
            skip_schema_validation: self.parsed.bool("skip-schema-validation"),
            enable_dns: self.parsed.bool("enable-dns"),
            cache: None,
            crds: self.parsed.bool("include-crds"),
            collisions: self.format != Format::Helm,
            last: true,
        };
        self.check_labels()?;
        let options = known.options.insert(options);
        let mut log = |record| streams.log(&record);
        let (host, profile) = (self.host, self.profile);
        let manifests = match timings {
            None => render::render(chart, &user_values, options, host, profile, &mut log)?,
            Some(wanted) => {
                // The host may have a clock that stands still.
                let clock = host::System::default();
                let mut stopwatch = Stopwatch::new(|| clock.monotonic().unsigned_abs());
                let result =
                    render::render_observed(chart, &user_values, options, host, profile, &mut log, &mut stopwatch);
                let took = clock.monotonic().unsigned_abs();
                wanted.report(&stopwatch.finish(), took, streams)?;
                result?
            }
        };
        self.write(&manifests, &name, post_renderer.as_ref(), streams)
    }

    /// As cobra's ValidateFlagGroups.
    fn check_exclusive(&self) -> Result<(), String> {
        for group in EXCLUSIVE {
            let mut set: Vec<&str> = group.into_iter().filter(|name| self.parsed.is_set(name)).collect();
            if set.len() > 1 {
                set.sort_unstable();
                let (group, set) = (group.join(" "), set.join(" "));
                return Err(format!(
                    "if any flags in the group [{group}] are set none of the others can be; [{set}] were all set"
                ));
            }
        }
        Ok(())
    }

    /// As cmdGetDryRunFlagStrategy for `template`: whether the cluster is to be asked.
    fn dry_run_on_server(&self, streams: &mut Streams<'_>) -> Result<bool, String> {
        let value = self.parsed.text("dry-run").unwrap_or("client");
        if self.profile.cli == Cli::Helm3 {
            return Ok(self.parsed.bool("validate"));
        }
        let invalid = |allowed: &str| {
            Err(format!("invalid dry-run value ({}). Must be {allowed}", strconv::quote(value.as_bytes())))
        };
        let server = match value {
            "unset" => {
                streams.log(&Log::new(
                    Level::Warn,
                    "--dry-run is deprecated and should be replaced with '--dry-run=client'",
                ));
                false
            }
            "client" => false,
            "server" => true,
            "none" => return invalid("\"server\" or \"client\""),
            other => match strconv::parse_bool(other.as_bytes()) {
                Err(_) => return invalid("\"none\", \"server\", or \"client\""),
                Ok(false) => return invalid("\"server\" or \"client\""),
                Ok(true) => {
                    let text = format!(
                        "boolean '--dry-run={other}' flag is deprecated and must be replaced with '--dry-run=client'"
                    );
                    streams.log(&Log::new(Level::Warn, text));
                    false
                }
            },
        };
        Ok(server || self.parsed.bool("validate"))
    }

    /// As Helm 3's validateDryRunOptionFlag. What stands for a flag without a value is `client` there.
    fn check_dry_run(&self) -> Result<(), String> {
        let known = ["unset", "", "false", "true", "none", "client", "server"];
        if self.profile.cli == Cli::Helm4 || known.contains(&self.invocation.text("dry-run")) {
            return Ok(());
        }
        Err("Invalid dry-run flag. Flag must one of the following: false, true, none, client, server".to_owned())
    }

    /// As NameAndChart.
    fn name_and_chart(&self) -> Result<(String, &str), String> {
        let template = self.parsed.text("name-template").unwrap_or_default();
        match self.parsed.arguments.as_slice() {
            [] | [_, _, _, ..] => {
                let extra = self.parsed.arguments.get(2..).unwrap_or_default();
                Err(format!("expected at most two arguments, unexpected arguments: {}", extra.join(", ")))
            }
            [_, _] if self.parsed.bool("generate-name") => {
                Err("cannot set --generate-name and also specify a name".to_owned())
            }
            [_, _] if !template.is_empty() => Err("cannot set --name-template and also specify a name".to_owned()),
            [name, chart] => Ok((name.clone(), chart)),
            [chart] if !template.is_empty() => Ok((name_template::evaluate(template, self.host, self.profile)?, chart)),
            [chart] => Ok(("release-name".to_owned(), chart)),
        }
    }

    fn load(&self, path: &str, streams: &mut Streams<'_>) -> Result<Chart, Failed> {
        let chart =
            chart::load(Path::new(path), self.profile, &mut |record| streams.log(&record)).map_err(Error::from)?;
        chart::check_installable(&chart).map_err(Error::from)?;
        if chart.metadata.deprecated {
            streams.log(&Log::new(Level::Warn, "this chart is deprecated"));
        }
        match chart::check_dependencies(&chart, self.profile) {
            Ok(()) => Ok(chart),
            Err(_) if self.parsed.bool("dependency-update") => self.updated(path, streams),
            Err(error) => Err(Error::from(error).into()),
        }
    }

    /// The chart after `dependency update`, which tells what it does where the manifests go, too.
    fn updated(&self, path: &str, streams: &mut Streams<'_>) -> Result<Chart, Failed> {
        let time = package::time(std::env::var("SOURCE_DATE_EPOCH").ok().as_deref())?;
        Manager { folder: path.to_owned(), time, recursive: false, profile: self.profile }.update(streams)?;
        let reloaded = chart::load(Path::new(path), self.profile, &mut |record| streams.log(&record));
        Ok(reloaded.map_err(|error| format!("failed reloading chart after repo update: {error}"))?)
    }

    /// Why there is no cluster. Where none is configured, client-go looks for one on this machine, and finds none.
    fn unreachable(&self) -> &'static str {
        if kubeconfig::is_configured(self.parsed.text("kubeconfig")) || self.parsed.is_set("kube-apiserver") {
            "mizzen works offline"
        } else {
            "Get \"http://localhost:8080/version\": dial tcp 127.0.0.1:8080: connect: connection refused"
        }
    }

    /// As ContainsSystemLabels, which are nothing to a render but an error.
    fn check_labels(&self) -> Result<(), String> {
        const SYSTEM: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];
        let labels = self.parsed.list("labels");
        let reserved = labels.iter().any(|label| SYSTEM.contains(&label.split('=').next().unwrap_or_default()));
        if !reserved {
            return Ok(());
        }
        Err(format!("user supplied labels contains system reserved label name. System labels: [{}]", SYSTEM.join(" ")))
    }

    fn write(
        &self,
        manifests: &Manifests,
        name: &str,
        post_renderer: Option<&PostRenderer>,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failed> {
        let options = output::Options {
            include_crds: self.parsed.bool("include-crds"),
            no_hooks: self.parsed.bool("no-hooks"),
            skip_tests: self.parsed.bool("skip-tests"),
            show_only: self.parsed.list("show-only"),
            output_dir: self.parsed.text("output-dir").filter(|dir| !dir.is_empty()).map(ToOwned::to_owned),
            release_dir: self.parsed.bool("release-name").then(|| name.to_owned()),
        };
        let out = &mut *streams.out;
        match post_renderer {
            Some(renderer) => {
                let mut change = |stream: Vec<u8>| renderer.run(&stream);
                output::write_changed(manifests, &options, self.profile, &mut change, out)?;
            }
            None => output::write(manifests, &options, self.profile, out)?,
        }
        streams.out.flush().map_err(|_| Failed::Stream)
    }
}
