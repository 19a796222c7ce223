//! What Helm's commands share: their global flags, how they begin, and how they find charts and read values.

use super::flags::{self, Flag, Kind, Parsed, Stop};
use super::post_renderer::PostRenderer;
use super::{Exit, Streams, kubeconfig};
use crate::engine::KubeVersion;
use crate::go::url::{Rules, Url};
use crate::go::{Level, Log, fs, strconv};
use crate::profile::{Cli, Profile};
use crate::values;
use std::io::Read;
use std::path::Path;

/// `--name`, its letter, its kind and what it does.
pub const fn flag(name: &'static str, short: Option<char>, kind: Kind, help: &'static str) -> Flag {
    Flag { name, short, kind, value: "VALUE", help, hidden: false }
}

/// A flag that Helm accepts and that changes nothing in a render.
pub const fn inert(name: &'static str, kind: Kind) -> Flag {
    let help = "accepted for compatibility with Helm, without effect";
    Flag { hidden: true, ..flag(name, None, kind, help) }
}

/// The flags that give values.
pub static VALUE_FLAGS: &[Flag] = &[
    flag("values", Some('f'), Kind::Slice, "read values from a YAML file, or from standard input with - (repeatable)")
        .takes("FILE"),
    flag("set", None, Kind::Array, "set values: key1=val1,key2=val2 (repeatable)").takes("KEY=VALUE"),
    flag("set-string", None, Kind::Array, "set values that are strings: key1=val1,key2=val2 (repeatable)")
        .takes("KEY=VALUE"),
    flag("set-file", None, Kind::Array, "set values from files: key1=path1,key2=path2 (repeatable)").takes("KEY=PATH"),
    flag("set-json", None, Kind::Array, "set values from JSON: key1=json1,key2=json2, or a whole object (repeatable)")
        .takes("KEY=JSON"),
    flag("set-literal", None, Kind::Array, "set a value to the text as it stands (repeatable)").takes("KEY=TEXT"),
];

/// The flags that say where a chart comes from: as addChartPathOptionsFlags.
pub static CHART_FLAGS: &[Flag] = &[
    inert("ca-file", Kind::Text),
    inert("cert-file", Kind::Text),
    inert("insecure-skip-tls-verify", Kind::Bool),
    inert("key-file", Kind::Text),
    inert("keyring", Kind::Text),
    inert("pass-credentials", Kind::Bool),
    inert("password", Kind::Text),
    inert("plain-http", Kind::Bool),
    inert("repo", Kind::Text),
    inert("username", Kind::Text),
    inert("verify", Kind::Bool),
    inert("version", Kind::Text),
];

/// The flags that every command of Helm has.
pub static GLOBAL_FLAGS: &[Flag] = &[
    flag("namespace", Some('n'), Kind::Text, "the namespace in .Release.Namespace").takes("NAMESPACE"),
    flag("debug", None, Kind::Bool, "say more, and show manifests that are not valid"),
    flag("kubeconfig", None, Kind::Text, "the kubeconfig file to take the namespace from").takes("FILE"),
    flag("kube-context", None, Kind::Text, "the context to take the namespace from").takes("CONTEXT"),
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
    Flag { short: Some('v'), ..inert("v", Kind::Int) },
    inert("vmodule", Kind::Text),
];

/// A command that Helm has too: one row of a table.
#[derive(Debug)]
pub struct Command {
    /// Its words: `template`, `show values`.
    pub name: &'static str,
    /// Other last words that mean the same.
    pub aliases: &'static [&'static str],
    /// What it does.
    pub about: &'static str,
    /// What may stand behind its name.
    pub usage: &'static str,
    /// Its flags, besides those that all commands have.
    pub flags: &'static [&'static [Flag]],
    /// A command line.
    pub example: &'static str,
    /// Runs it, once its flags are read.
    pub run: fn(&Invocation<'_>, &mut Streams<'_>) -> Exit,
}

impl Command {
    /// Runs the command; `args` are all that follow the program's name, without the command's words.
    pub fn start(&'static self, args: &[String], profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
        let tables: Vec<&'static [Flag]> = self.flags.iter().copied().chain([GLOBAL_FLAGS, super::OWN_FLAGS]).collect();
        match begin(self.name, &tables, args, profile, streams) {
            Ok(parsed) => (self.run)(&Invocation { command: self, parsed: &parsed, profile }, streams),
            Err(exit) => exit,
        }
    }
}

/// What a command of Helm was asked to do.
pub struct Invocation<'a> {
    pub command: &'static Command,
    pub parsed: &'a Parsed,
    pub profile: &'static Profile,
}

/// Parses the arguments of a command, and does what all of Helm's commands do before they do anything else.
///
/// The error is how the program ends.
fn begin(
    command: &str,
    tables: &[&'static [Flag]],
    args: &[String],
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> Result<Parsed, Exit> {
    streams.logs = profile.logs;
    let mut warnings = Vec::new();
    let parsed = flags::parse(tables, args, profile, &mut |warning| warnings.push(warning));
    let help = matches!(parsed, Err(Stop::Help));
    if !help {
        warnings.into_iter().for_each(|warning| streams.log(&Log::new(Level::Warn, warning)));
    }
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(Stop::Help) => return Err(super::help(command, streams)),
        Err(Stop::Error(text)) => return Err(streams.fail(&text)),
    };
    if let Some(mode) =
        ["color", "colour"].iter().filter_map(|name| parsed.text(name)).find(|mode| !is_color_mode(mode))
    {
        let text =
            format!("invalid color mode {}: must be one of: never, auto, always", strconv::quote(mode.as_bytes()));
        streams.log(&Log::new(Level::Warn, "command failed").with("error", text));
        return Err(Exit::Failure);
    }
    // Helm looks for a post-renderer while it reads the flags, and says nothing of the others where one is wrong.
    let refused = parsed.text("post-renderer").is_some_and(|name| !name.is_empty() && PostRenderer::is_missing(name));
    for name in parsed.all_set().iter().filter(|_| !refused) {
        if let Some((_, advice)) = profile.deprecated_flags.iter().find(|(flag, _)| flag == name) {
            streams.say(&format!("Flag --{name} has been deprecated, {advice}"));
        }
    }
    streams.debug = parsed.bool("debug") || (!parsed.is_set("debug") && environment_is_true("HELM_DEBUG"));
    Ok(parsed)
}

fn is_color_mode(mode: &str) -> bool {
    matches!(mode, "never" | "auto" | "always")
}

fn environment_is_true(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| strconv::parse_bool(value.as_bytes()).unwrap_or(false))
}

impl Invocation<'_> {
    /// The last value of a flag, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.parsed.text(name).unwrap_or_default()
    }

    /// `--kube-version`, where it is given.
    pub fn kube_version(&self) -> Result<Option<KubeVersion>, String> {
        match self.parsed.text("kube-version").filter(|version| !version.is_empty()) {
            None => Ok(None),
            Some(version) => kube_version(version, self.profile).map(Some),
        }
    }

    /// As newRegistryClient, which reads the files of TLS although nothing is fetched.
    pub fn check_fetch_files(&self) -> Result<(), String> {
        let text = |name: &str| self.parsed.text(name).unwrap_or_default();
        let (cert, key, ca) = (text("cert-file"), text("key-file"), text("ca-file"));
        let unreadable = |path: &str| {
            let error = std::fs::read(path).err()?;
            Some((strconv::quote(path.as_bytes()), fs::path_error("open", path, &error)))
        };
        let fail = |text: String| Err(format!("missing registry client: can't create TLS config for client: {text}"));
        let old = self.profile.cli == Cli::Helm3;
        if !cert.is_empty() && !key.is_empty() {
            for (what, path) in [("cert", cert), ("key", key)] {
                match unreadable(path) {
                    Some((_, cause)) if old => {
                        return fail(format!("can't load key pair from cert {cert} and key {key}: {cause}"));
                    }
                    Some((path, cause)) => return fail(format!("unable to read {what} file: {path}: {cause}")),
                    None => {}
                }
            }
        }
        match unreadable(ca).filter(|_| !ca.is_empty()) {
            Some(_) if old => fail(format!("can't read CA file: {ca}")),
            Some((path, cause)) => fail(format!("can't read CA file: {path}: {cause}")),
            None => Ok(()),
        }
    }

    /// As LocateChart, as far as that does without a network.
    pub fn locate(&self, reference: &str) -> Result<String, String> {
        let reference = reference.trim();
        let repository = self.parsed.text("repo").unwrap_or_default();
        let here = std::fs::metadata(reference).is_ok();
        let asked = !here || self.profile.cli == Cli::Helm4;
        if asked && !repository.is_empty() {
            return Err(format!(
                "mizzen works offline and cannot ask the repository `{repository}`\nhint: download the chart with `helm pull {reference} --repo {repository}` and give its path"
            ));
        }
        if here {
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

    /// What the flags say of values.
    pub fn values(&self) -> values::Options {
        values::Options {
            value_files: self.parsed.list("values"),
            json_values: self.parsed.list("set-json"),
            values: self.parsed.list("set"),
            string_values: self.parsed.list("set-string"),
            file_values: self.parsed.list("set-file"),
            literal_values: self.parsed.list("set-literal"),
        }
    }

    /// As EnvSettings.Namespace: the flag, `HELM_NAMESPACE`, the current context's, `default`.
    pub fn namespace(&self) -> String {
        let flag = self.parsed.text("namespace").map(ToOwned::to_owned);
        let given = flag.or_else(|| std::env::var("HELM_NAMESPACE").ok()).filter(|namespace| !namespace.is_empty());
        let context =
            self.parsed.text("kube-context").map(ToOwned::to_owned).or_else(|| std::env::var("HELM_KUBECONTEXT").ok());
        given
            .or_else(|| kubeconfig::namespace(self.parsed.text("kubeconfig"), context.as_deref()))
            .unwrap_or_else(|| "default".to_owned())
    }
}

/// What `--kube-version` says; an error is Helm's.
pub fn kube_version(text: &str, profile: &'static Profile) -> Result<KubeVersion, String> {
    KubeVersion::parse(text, profile).map_err(|error| format!("invalid kube version '{text}': {error}"))
}

/// As readFile of cli/values: `-` is standard input, and what has the form of a URL would have to be fetched.
pub fn read_values_file(path: &str) -> Result<Vec<u8>, String> {
    if path.trim() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| fs::path_error("read", "/dev/stdin", &error))?;
        return Ok(bytes);
    }
    // The rule would only matter to what cannot be fetched anyway.
    let url = Url::parse(path.as_bytes(), Rules { strict_colons: false })?;
    if matches!(url.scheme.as_slice(), b"http" | b"https" | b"oci") {
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
pub fn absolute(path: &str) -> Result<String, String> {
    let working = std::env::current_dir().map_err(|error| format!("getwd: {error}"))?;
    let joined = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", working.display()) };
    Ok(String::from_utf8_lossy(&crate::go::path::clean(joined.as_bytes())).into_owned())
}
