//! `mizzen template`: as `helm template`, flags, texts and all.

use super::flags::{self, Flag, Kind, Parsed, Stop};
use super::host;
use super::{Exit, Streams, kubeconfig};
use crate::chart::{self, Chart};
use crate::engine::{KubeVersion, link};
use crate::error::Error;
use crate::function;
use crate::functions;
use crate::go::{Level, Log, Str, StrBuilder, Value, fs, strconv};
use crate::host::Host;
use crate::manifest::Manifests;
use crate::profile::Profile;
use crate::render::{self, Failure};
use crate::template::{Function, Templates, Unobserved};
use crate::{output, values};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// `--name`, its letter, its kind and what it does.
const fn flag(name: &'static str, short: Option<char>, kind: Kind, help: &'static str) -> Flag {
    Flag { name, short, kind, help, hidden: false }
}

/// A flag that Helm accepts and that changes nothing in a render.
const fn inert(name: &'static str, kind: Kind) -> Flag {
    Flag { name, short: None, kind, help: "accepted for compatibility with Helm, without effect", hidden: true }
}

/// The flags of `helm template`.
pub static FLAGS: &[Flag] = &[
    flag("values", Some('f'), Kind::Slice, "read values from a YAML file, or from standard input with - (repeatable)"),
    flag("set", None, Kind::Array, "set values: key1=val1,key2=val2 (repeatable)"),
    flag("set-string", None, Kind::Array, "set values that are strings: key1=val1,key2=val2 (repeatable)"),
    flag("set-file", None, Kind::Array, "set values from files: key1=path1,key2=path2 (repeatable)"),
    flag("set-json", None, Kind::Array, "set values from JSON: key1=json1,key2=json2, or a whole object (repeatable)"),
    flag("set-literal", None, Kind::Array, "set a value to the text as it stands (repeatable)"),
    flag("show-only", Some('s'), Kind::Array, "only show what these templates make (repeatable)"),
    flag("output-dir", None, Kind::Text, "write files into this folder instead of a stream"),
    flag("release-name", None, Kind::Bool, "add a folder with the release's name to --output-dir"),
    flag("include-crds", None, Kind::Bool, "show the files under crds/ too"),
    flag("no-hooks", None, Kind::Bool, "leave hooks out"),
    flag("skip-tests", None, Kind::Bool, "leave tests out"),
    flag("is-upgrade", None, Kind::Bool, "set .Release.IsUpgrade instead of .Release.IsInstall"),
    flag("kube-version", None, Kind::Text, "the Kubernetes version in .Capabilities.KubeVersion"),
    flag("api-versions", Some('a'), Kind::Slice, "further versions in .Capabilities.APIVersions (repeatable)"),
    flag("generate-name", Some('g'), Kind::Bool, "leave the name out"),
    flag("name-template", None, Kind::Text, "a template for the release's name"),
    flag("skip-schema-validation", None, Kind::Bool, "do not check values against schemas"),
    flag("enable-dns", None, Kind::Bool, "let templates look up host names"),
    flag("dry-run", None, Kind::Optional("unset"), "client; there is no cluster to ask"),
    flag("seed", None, Kind::Text, super::reproducible::HELP),
    inert("atomic", Kind::Bool),
    inert("ca-file", Kind::Text),
    inert("cert-file", Kind::Text),
    inert("create-namespace", Kind::Bool),
    inert("dependency-update", Kind::Bool),
    inert("description", Kind::Text),
    inert("devel", Kind::Bool),
    inert("disable-openapi-validation", Kind::Bool),
    inert("force", Kind::Bool),
    inert("force-conflicts", Kind::Bool),
    inert("force-replace", Kind::Bool),
    inert("hide-notes", Kind::Bool),
    inert("insecure-skip-tls-verify", Kind::Bool),
    inert("key-file", Kind::Text),
    inert("keyring", Kind::Text),
    Flag {
        name: "labels",
        short: Some('l'),
        kind: Kind::Map,
        help: "accepted for compatibility with Helm, without effect",
        hidden: true,
    },
    inert("pass-credentials", Kind::Bool),
    inert("password", Kind::Text),
    inert("plain-http", Kind::Bool),
    inert("post-renderer", Kind::PostRenderer),
    inert("post-renderer-args", Kind::Array),
    inert("render-subchart-notes", Kind::Bool),
    inert("replace", Kind::Bool),
    inert("repo", Kind::Text),
    inert("rollback-on-failure", Kind::Bool),
    inert("server-side", Kind::Bool),
    inert("skip-crds", Kind::Bool),
    inert("take-ownership", Kind::Bool),
    inert("timeout", Kind::Duration),
    inert("username", Kind::Text),
    inert("validate", Kind::Bool),
    inert("verify", Kind::Bool),
    inert("version", Kind::Text),
    inert("wait", Kind::Wait),
    inert("wait-for-jobs", Kind::Bool),
];

/// The flags that every command of Helm has.
pub static GLOBAL_FLAGS: &[Flag] = &[
    flag("namespace", Some('n'), Kind::Text, "the namespace in .Release.Namespace"),
    flag("debug", None, Kind::Bool, "say more, and show manifests that are not valid"),
    flag("kubeconfig", None, Kind::Text, "the kubeconfig file to take the namespace from"),
    flag("kube-context", None, Kind::Text, "the context to take the namespace from"),
    inert("burst-limit", Kind::Int),
    inert("color", Kind::Text),
    inert("colour", Kind::Text),
    inert("content-cache", Kind::Text),
    inert("kube-apiserver", Kind::Text),
    inert("kube-as-group", Kind::Array),
    inert("kube-as-user", Kind::Text),
    inert("kube-ca-file", Kind::Text),
    inert("kube-insecure-skip-tls-verify", Kind::Bool),
    inert("kube-tls-server-name", Kind::Text),
    inert("kube-token", Kind::Text),
    inert("qps", Kind::Float),
    inert("registry-config", Kind::Text),
    inert("repository-cache", Kind::Text),
    inert("repository-config", Kind::Text),
    // k8s.io/klog's, which Helm hides.
    inert("add-dir-header", Kind::Bool),
    inert("alsologtostderr", Kind::Bool),
    inert("log-backtrace-at", Kind::Text),
    inert("log-dir", Kind::Text),
    inert("log-file", Kind::Text),
    inert("log-file-max-size", Kind::Int),
    inert("logtostderr", Kind::Bool),
    inert("one-output", Kind::Bool),
    inert("skip-headers", Kind::Bool),
    inert("skip-log-headers", Kind::Bool),
    inert("stderrthreshold", Kind::Text),
    Flag {
        name: "v",
        short: Some('v'),
        kind: Kind::Int,
        help: "accepted for compatibility with Helm, without effect",
        hidden: true,
    },
    inert("vmodule", Kind::Text),
];

/// Groups of flags that exclude each other, as Helm declares them.
static EXCLUSIVE: [[&str; 2]; 3] =
    [["force-replace", "force-conflicts"], ["force", "force-conflicts"], ["validate", "dry-run"]];

/// Runs the command; `args` are all that follow the program's name, without the word `template`.
pub fn run(args: &[String], profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let tables = [FLAGS, GLOBAL_FLAGS, super::OWN_FLAGS];
    let mut warnings = Vec::new();
    let parsed = match flags::parse(&tables, args, &mut |warning| warnings.push(warning)) {
        Ok(parsed) => parsed,
        Err(Stop::Help) => return super::help(Some("template"), streams),
        Err(Stop::Error(text)) => {
            warnings.into_iter().for_each(|warning| streams.log(&Log::new(Level::Warn, warning)));
            return streams.fail(&text);
        }
    };
    warnings.into_iter().for_each(|warning| streams.log(&Log::new(Level::Warn, warning)));
    if let Some(mode) =
        ["color", "colour"].iter().filter_map(|name| parsed.text(name)).find(|mode| !is_color_mode(mode))
    {
        let text =
            format!("invalid color mode {}: must be one of: never, auto, always", strconv::quote(mode.as_bytes()));
        streams.log(&Log::new(Level::Warn, "command failed").with("error", text));
        return Exit::Failure;
    }
    for name in parsed.all_set() {
        if let Some((_, advice)) = profile.deprecated_flags.iter().find(|(flag, _)| flag == name) {
            streams.say(&format!("Flag --{name} has been deprecated, {advice}"));
        }
    }
    streams.debug = parsed.bool("debug") || (!parsed.is_set("debug") && environment_is_true("HELM_DEBUG"));
    let host = host::choose(parsed.text("seed"));
    let command = Command { parsed: &parsed, profile, host: &*host };
    match command.run(streams) {
        Ok(()) => Exit::Success,
        Err(Failed::Stream) => Exit::BrokenPipe,
        Err(Failed::Early(text)) => streams.fail(&text),
        // As RunE: with a release at hand Helm offers to show it, or shows it.
        Err(Failed::Late { error, rendered }) => {
            if streams.debug {
                let mut stream = Vec::new();
                rendered.iter().for_each(|(path, content)| output::push_document(&mut stream, path, content));
                let mut shown = crate::manifest::trim_space(&stream).to_vec();
                shown.push(b'\n');
                if streams.out.write_all(&shown).is_err() {
                    return Exit::BrokenPipe;
                }
                return streams.fail(&error);
            }
            streams.fail(&format!("{error}\n\nUse --debug flag to render out invalid YAML"))
        }
    }
}

fn is_color_mode(mode: &str) -> bool {
    matches!(mode, "never" | "auto" | "always")
}

fn environment_is_true(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| strconv::parse_bool(value.as_bytes()).unwrap_or(false))
}

/// How the command ends when it does not succeed.
enum Failed {
    /// Nobody reads standard output any more.
    Stream,
    /// Before there was a release.
    Early(String),
    /// With a release, whose rendered files are perhaps worth showing.
    Late { error: String, rendered: Vec<(String, Str)> },
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
            rendered.retain(|(_, content)| !crate::manifest::trim_space(content).is_empty());
            Failed::Late { error: text, rendered }
        } else {
            Failed::Early(text)
        }
    }
}

impl From<output::Error> for Failed {
    fn from(error: output::Error) -> Failed {
        match error {
            output::Error::Stream(_) => Failed::Stream,
            output::Error::Manifest(error) => Failed::Late { error, rendered: Vec::new() },
            error => Failed::Early(error.to_string()),
        }
    }
}

struct Command<'a> {
    parsed: &'a Parsed,
    profile: &'static Profile,
    host: &'a dyn Host,
}

impl Command<'_> {
    /// As newTemplateCmd's RunE and runInstall, in their order.
    fn run(&self, streams: &mut Streams<'_>) -> Result<(), Failed> {
        if self.parsed.arguments.is_empty() {
            return Err(
                "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]"
                    .to_owned()
                    .into(),
            );
        }
        self.check_exclusive()?;
        let kube_version = self.kube_version()?;
        self.check_fetch_files()?;
        let server = self.dry_run_on_server(streams)?;
        streams.log(
            &Log::new(Level::Debug, "Original chart version")
                .with("version", self.parsed.text("version").unwrap_or_default()),
        );
        let (name, reference) = self.name_and_chart()?;
        let path = self.locate(reference)?;
        streams.log(&Log::new(Level::Debug, "Chart path").with("path", &path));
        let user_values =
            values::user_values(&self.values(), self.profile, &mut read_values_file).map_err(Error::from)?;
        let chart = self.load(&path, streams)?;
        if server {
            let text =
                format!("cluster reachability check failed: kubernetes cluster unreachable: {}", self.unreachable());
            streams.log(&Log::new(Level::Error, &text));
            return Err(text.into());
        }
        let options = render::Options {
            name: name.clone(),
            namespace: self.namespace(),
            is_upgrade: self.parsed.bool("is-upgrade"),
            kube_version,
            api_versions: self.parsed.list("api-versions"),
            skip_schema_validation: self.parsed.bool("skip-schema-validation"),
            enable_dns: self.parsed.bool("enable-dns"),
            cache: None,
        };
        self.check_labels()?;
        let manifests =
            render::render(chart, &user_values, &options, self.host, self.profile, &mut |record| streams.log(&record))?;
        self.write(&manifests, &name, streams)
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

    fn kube_version(&self) -> Result<Option<KubeVersion>, String> {
        match self.parsed.text("kube-version").filter(|version| !version.is_empty()) {
            None => Ok(None),
            Some(version) => KubeVersion::parse(version)
                .map(Some)
                .map_err(|error| format!("invalid kube version '{version}': {error}")),
        }
    }

    /// As newRegistryClient, which reads the files of TLS although nothing is fetched.
    fn check_fetch_files(&self) -> Result<(), String> {
        let text = |name: &str| self.parsed.text(name).unwrap_or_default();
        let read = |what: &str, path: &str| match std::fs::read(path) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!(
                "missing registry client: can't create TLS config for client: {what} file: {}: {}",
                strconv::quote(path.as_bytes()),
                fs::path_error("open", path, &error)
            )),
        };
        if !text("cert-file").is_empty() && !text("key-file").is_empty() {
            read("unable to read cert", text("cert-file"))?;
            read("unable to read key", text("key-file"))?;
        }
        if !text("ca-file").is_empty() {
            read("can't read CA", text("ca-file"))?;
        }
        Ok(())
    }

    /// As cmdGetDryRunFlagStrategy for `template`: whether the cluster is to be asked.
    fn dry_run_on_server(&self, streams: &mut Streams<'_>) -> Result<bool, String> {
        let value = self.parsed.text("dry-run").unwrap_or("client");
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

    /// As NameAndChart.
    fn name_and_chart(&self) -> Result<(String, &str), String> {
        let name_template = self.parsed.text("name-template").unwrap_or_default();
        match self.parsed.arguments.as_slice() {
            [] | [_, _, _, ..] => {
                let extra = self.parsed.arguments.get(2..).unwrap_or_default();
                Err(format!("expected at most two arguments, unexpected arguments: {}", extra.join(", ")))
            }
            [_, _] if self.parsed.bool("generate-name") => {
                Err("cannot set --generate-name and also specify a name".to_owned())
            }
            [_, _] if !name_template.is_empty() => Err("cannot set --name-template and also specify a name".to_owned()),
            [name, chart] => Ok((name.clone(), chart)),
            [chart] if !name_template.is_empty() => Ok((self.template_name(name_template)?, chart)),
            [chart] => Ok(("release-name".to_owned(), chart)),
        }
    }

    /// As TemplateName: a template without data.
    fn template_name(&self, text: &str) -> Result<String, String> {
        let language = link::language(self.profile);
        let name = Str::from("name-template");
        let functions = Arc::new(functions::all(self.profile).chain(&NAME_FUNCTIONS).collect());
        let mut templates = Templates::new("name-template", functions, language);
        templates.parse(&name, &Str::from(text)).map_err(|error| error.to_string())?;
        let mut out = StrBuilder::default();
        crate::template::execute(&templates, &name, Value::Nil, &mut out, self.host, &mut (), Unobserved)
            .map_err(|error| error.to_string())?;
        Ok(out.finish().to_string())
    }

    /// As LocateChart, as far as that does without a network.
    fn locate(&self, reference: &str) -> Result<String, String> {
        let reference = reference.trim();
        let repository = self.parsed.text("repo").unwrap_or_default();
        if !repository.is_empty() {
            return Err(format!(
                "mizzen works offline and cannot ask the repository `{repository}`\nhint: download the chart with `helm pull {reference} --repo {repository}` and give its path"
            ));
        }
        if std::fs::metadata(reference).is_ok() {
            let absolute = absolute(reference)?;
            if self.parsed.bool("verify") {
                return Err(if Path::new(&absolute).is_dir() {
                    "unpacked charts cannot be verified".to_owned()
                } else {
                    format!(
                        "mizzen does not verify signatures\nhint: check the chart with `helm verify {reference}` and leave --verify out"
                    )
                });
            }
            return Ok(absolute);
        }
        if reference.starts_with(['/', '.']) {
            return Err(format!("path {} not found", strconv::quote(reference.as_bytes())));
        }
        if reference.contains("://") {
            return Err(format!(
                "mizzen works offline and cannot download `{reference}`\nhint: download the chart with `helm pull {reference}` and give its path"
            ));
        }
        Err(match reference.split_once('/') {
            None => format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {reference}"),
            Some((repository, _)) => format!("repo {repository} not found"),
        })
    }

    fn values(&self) -> values::Options {
        values::Options {
            value_files: self.parsed.list("values"),
            json_values: self.parsed.list("set-json"),
            values: self.parsed.list("set"),
            string_values: self.parsed.list("set-string"),
            file_values: self.parsed.list("set-file"),
            literal_values: self.parsed.list("set-literal"),
        }
    }

    fn load(&self, path: &str, streams: &mut Streams<'_>) -> Result<Chart, Failed> {
        let chart =
            chart::load(Path::new(path), self.profile, &mut |record| streams.log(&record)).map_err(Error::from)?;
        chart::check_installable(&chart).map_err(Error::from)?;
        if chart.metadata.deprecated {
            streams.log(&Log::new(Level::Warn, "this chart is deprecated"));
        }
        chart::check_dependencies(&chart, self.profile).map_err(Error::from)?;
        Ok(chart)
    }

    /// Why there is no cluster. Where none is configured, client-go looks for one on this machine, and finds none.
    fn unreachable(&self) -> &'static str {
        if kubeconfig::is_configured(self.parsed.text("kubeconfig")) || self.parsed.is_set("kube-apiserver") {
            "mizzen works offline"
        } else {
            "Get \"http://localhost:8080/version\": dial tcp 127.0.0.1:8080: connect: connection refused"
        }
    }

    /// As EnvSettings.Namespace: the flag, `HELM_NAMESPACE`, the current context's, `default`.
    fn namespace(&self) -> String {
        let flag = self.parsed.text("namespace").map(ToOwned::to_owned);
        let given = flag.or_else(|| std::env::var("HELM_NAMESPACE").ok()).filter(|namespace| !namespace.is_empty());
        let context =
            self.parsed.text("kube-context").map(ToOwned::to_owned).or_else(|| std::env::var("HELM_KUBECONTEXT").ok());
        given
            .or_else(|| kubeconfig::namespace(self.parsed.text("kubeconfig"), context.as_deref()))
            .unwrap_or_else(|| "default".to_owned())
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

    fn write(&self, manifests: &Manifests, name: &str, streams: &mut Streams<'_>) -> Result<(), Failed> {
        let options = output::Options {
            include_crds: self.parsed.bool("include-crds"),
            no_hooks: self.parsed.bool("no-hooks"),
            skip_tests: self.parsed.bool("skip-tests"),
            show_only: self.parsed.list("show-only"),
            output_dir: self.parsed.text("output-dir").filter(|dir| !dir.is_empty()).map(ToOwned::to_owned),
            release_dir: self.parsed.bool("release-name").then(|| name.to_owned()),
        };
        output::write(manifests, &options, self.profile, &mut *streams.out)?;
        streams.out.flush().map_err(|_| Failed::Stream)
    }
}

/// What sprig has and Helm's engine takes away or replaces.
static NAME_FUNCTIONS: [Function; 2] = [function!("fail", fail), function!("env", env)];

/// `fail "msg"`
fn fail(message: Str) -> Result<Str, String> {
    Err(message.to_string())
}

/// `env "HOME"`
fn env(name: Str) -> Str {
    std::env::var(&*name.to_str_lossy()).map(Str::from).unwrap_or_default()
}

/// As readFile of cli/values: `-` is standard input, and what has the form of a URL would have to be fetched.
pub fn read_values_file(path: &str) -> Result<Vec<u8>, String> {
    if path.trim() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| fs::path_error("read", "/dev/stdin", &error))?;
        return Ok(bytes);
    }
    if let Some((scheme @ ("http" | "https" | "oci"), _)) = path.split_once("://") {
        let _ = scheme;
        return Err(format!(
            "mizzen works offline and cannot download `{path}`\nhint: download the file and give its path"
        ));
    }
    std::fs::read(path).map_err(|error| {
        let operation = if error.kind() == std::io::ErrorKind::IsADirectory { "read" } else { "open" };
        fs::path_error(operation, path, &error)
    })
}

/// As filepath.Abs: joined to the working directory and cleaned.
fn absolute(path: &str) -> Result<String, String> {
    let working = std::env::current_dir().map_err(|error| format!("getwd: {error}"))?;
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", working.display()) };
    Ok(String::from_utf8_lossy(&crate::go::path::clean(joined.as_bytes())).into_owned())
}
