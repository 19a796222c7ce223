//! The whole flow, one call per stage: as Helm's action.Install without a cluster.
//!
//! Imports: go, host, profile, template, trace, chart, values, engine, manifest, error.

use crate::chart::{self, Chart};
use crate::engine::{self, Capabilities, KubeVersion, Release, Rendered};
use crate::error::Error;
use crate::go::{Dict, Level, Log};
use crate::host::Host;
use crate::manifest::{self, Crd, Manifests};
use crate::profile::{Logs, Profile};
use crate::template::{Cache, Collision, Observer, Unobserved};
use crate::trace::{Recorder, Trace};
use crate::values;
use std::rc::Rc;
use std::sync::Arc;

/// How a chart is to be rendered.
#[derive(Clone, Debug)]
pub struct Options {
    /// `.Release.Name`
    pub name: String,
    /// `.Release.Namespace`
    pub namespace: String,
    /// `.Release.IsUpgrade`
    pub is_upgrade: bool,
    /// The version of Kubernetes, where it is not the profile's.
    pub kube_version: Option<KubeVersion>,
    /// API versions besides those of the profile.
    pub api_versions: Vec<String>,
    /// Whether schemas are ignored.
    pub skip_schema_validation: bool,
    /// Whether templates may look up host names.
    pub enable_dns: bool,
    /// Texts that other renders may have compiled already, from [`engine::cache`].
    pub cache: Option<Arc<Cache>>,
    /// Whether the files under `crds/` are wanted too.
    pub crds: bool,
    /// Whether to warn of named templates that two charts define differently.
    pub collisions: bool,
    /// Whether the process ends after this render, so that freeing memory piece by piece would be in vain.
    pub last: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            name: "release-name".to_owned(),
            namespace: "default".to_owned(),
            is_upgrade: false,
            kube_version: None,
            api_versions: Vec::new(),
            skip_schema_validation: false,
            enable_dns: false,
            cache: None,
            crds: true,
            collisions: false,
            last: false,
        }
    }
}

/// Why there are no manifests, and the rendered text, where only that was wrong.
#[derive(Debug)]
pub struct Failure {
    /// The reason.
    pub error: Error,
    /// The rendered files, when they are not YAML.
    pub rendered: Vec<Rendered>,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure { error: error.into(), rendered: Vec::new() }
    }
}

/// Renders a chart with the user's values.
///
/// Must run on a thread with [`crate::template::limits::STACK`] bytes of stack.
pub fn render(
    chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Manifests, Failure> {
    render_observed(chart, user_values, options, host, profile, log, Unobserved)
}

/// Renders a chart and tells what was seen: where each byte comes from and which values were read.
///
/// Templates can write into the user's values, which are therefore others after a render; see [`Dict::deep_copy`].
pub fn traced(
    chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> (Result<Manifests, Failure>, Trace) {
    traced_with(chart, user_values, options, host, profile, log, Recorder::new)
}

/// The same with a recorder of the caller's, made for the values that the root chart sees.
pub fn traced_with(
    mut chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    recorder: impl FnOnce(&Dict) -> Recorder,
) -> (Result<Manifests, Failure>, Trace) {
    match prepare(&mut chart, user_values, options, profile, log) {
        Ok(values) => {
            let mut recorder = recorder(&values);
            let result = run(&chart, &values, options, host, profile, log, &mut recorder);
            (result, recorder.finish())
        }
        Err(error) => (Err(error.into()), recorder(&Dict::new()).finish()),
    }
}

/// What a chart's templates would see as `.Values`, without running them.
pub fn values(
    mut chart: Chart,
    user_values: &Dict,
    options: &Options,
    profile: &'static Profile,
) -> Result<Dict, Error> {
    prepare(&mut chart, user_values, options, profile, &mut |_| {})
}

/// Renders a chart, watched by an observer.
pub fn render_observed<O: Observer>(
    mut chart: Chart,
    user_values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    observer: O,
) -> Result<Manifests, Failure> {
    let values = prepare(&mut chart, user_values, options, profile, log)?;
    let result = run(&chart, &values, options, host, profile, log, observer);
    if options.last {
        std::mem::forget((chart, values));
    }
    result
}

/// Everything before the templates: switches subcharts on and off, and makes `.Values`.
fn prepare(
    chart: &mut Chart,
    user_values: &Dict,
    options: &Options,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
) -> Result<Dict, Error> {
    crate::go::unicode::know(profile.go.unicode());
    check_release_name(&options.name, profile, log)?;
    values::process_dependencies(chart, user_values, profile, log)
        .map_err(|error| logged("chart dependencies processing failed", &error.to_string(), profile, log))?;
    let values = values::to_render_values(chart, user_values, options.skip_schema_validation, profile, log)?;
    check_kube_version(chart, &capabilities(options, profile).kube_version, profile)?;
    Ok(values)
}

/// Executes the templates and sorts what they write.
fn run<O: Observer>(
    chart: &Chart,
    values: &Dict,
    options: &Options,
    host: &dyn Host,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    observer: O,
) -> Result<Manifests, Failure> {
    let capabilities = Rc::new(capabilities(options, profile));
    let release = Release {
        name: options.name.clone(),
        namespace: options.namespace.clone(),
        is_upgrade: options.is_upgrade,
        is_install: !options.is_upgrade,
        revision: 1,
    };
    let engine_options = engine::Options {
        enable_dns: options.enable_dns,
        lint: None,
        cache: options.cache.clone(),
        last: options.last,
    };
    let mut report = |collision: &Collision| {
        if options.collisions {
            log(Log::new(Level::Warn, "charts define the same template differently")
                .with("template", collision.name.to_string())
                .with("used", collision.used.to_string())
                .with("ignored", collision.ignored.to_string()));
        }
    };
    let rendered = engine::render_reporting(
        chart,
        values,
        &release,
        &capabilities,
        &engine_options,
        host,
        profile,
        observer,
        &mut report,
    );
    // What the templates made of a file that could not be read is not worth a look.
    if let Some(error) = chart.unreadable() {
        return Err(Error::Chart(error.clone()).into());
    }
    let mut rendered = rendered?;
    // The notes are for whoever installs the chart; here only their errors count.
    rendered.retain(|(path, _)| !path.ends_with("NOTES.txt"));
    match manifest::sort(&rendered, profile, log) {
        Ok(sorted) if options.crds => Ok(Manifests { crds: crds(chart)?, ..sorted }),
        Ok(sorted) => Ok(sorted),
        Err(error) => Err(Failure { error: Error::Manifest(error), rendered }),
    }
}

fn crds(chart: &Chart) -> Result<Vec<Crd>, Error> {
    chart.crds().into_iter().map(|crd| Ok(Crd { path: crd.filename, content: crd.content.bytes()? })).collect()
}

fn capabilities(options: &Options, profile: &'static Profile) -> Capabilities {
    let mut capabilities = Capabilities::new(profile);
    if let Some(version) = &options.kube_version {
        capabilities.kube_version = version.clone();
    }
    capabilities.api_versions.extend(options.api_versions.iter().cloned());
    capabilities
}

/// As availableName with ValidateReleaseName.
fn check_release_name(name: &str, profile: &Profile, log: &mut dyn FnMut(Log)) -> Result<(), Error> {
    const LONGEST: usize = 53;
    let reason = if name.is_empty() {
        "no name provided"
    } else if name.len() > LONGEST || !name.split('.').all(is_label) {
        "invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53"
    } else {
        return Ok(());
    };
    let text = format!("release name {}: {reason}", crate::go::strconv::quote(name.as_bytes()));
    Err(logged("release name check failed", &text, profile, log))
}

/// An error that Helm 4 both logs and returns, with a summary before it.
fn logged(summary: &str, error: &str, profile: &Profile, log: &mut dyn FnMut(Log)) -> Error {
    match profile.logs {
        Logs::Printf => Error::Usage(error.to_owned()),
        Logs::Structured => {
            log(Log::new(Level::Error, summary).with("error", error));
            Error::Usage(format!("{summary}: {error}"))
        }
    }
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(label: &str) -> bool {
    let end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    end(label.bytes().next())
        && end(label.bytes().next_back())
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// As IsCompatibleRange: a constraint that is none is met by no version.
fn check_kube_version(chart: &Chart, kube_version: &KubeVersion, profile: &'static Profile) -> Result<(), Error> {
    let constraint = &chart.metadata.kube_version;
    if constraint.is_empty() || chart::is_compatible(constraint, &kube_version.normalized, profile) {
        return Ok(());
    }
    Err(Error::KubeVersion { constraint: constraint.clone(), version: kube_version.version.clone() })
}

#[cfg(test)]
mod tests {
    //! What a trace tells of small charts.

    use super::*;
    use crate::chart::{File, load_files};
    use crate::go::Str;
    use crate::host::Host;
    use crate::profile::HELM_4_3;
    use crate::trace::{Site, Step, Stopwatch, Taints, Timings};

    struct Nowhere;

    impl Host for Nowhere {
        fn now(&self) -> (i64, u32) {
            (0, 0)
        }
        fn random(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn traced_files(files: &[(&str, &str)]) -> (Result<Manifests, Failure>, Trace) {
        let metadata = ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
        let files = files.iter().chain([&metadata]);
        let files = files.map(|(name, text)| File { name: (*name).to_owned(), data: Str::from(*text) });
        let chart = load_files(files.collect(), &HELM_4_3, &mut |_| {}).unwrap();
        let (options, taints): (Options, Taints) =
            (Options::default(), |function| (function.name == "randAlphaNum").then_some(3));
        let recorder = |values: &Dict| Recorder::new(values).tainting(taints);
        traced_with(chart, &Dict::new(), &options, &Nowhere, &HELM_4_3, &mut |_| {}, recorder)
    }

    #[test]
    fn a_file_that_cannot_be_read_any_more_is_an_error() {
        let folder = std::env::temp_dir().join(format!("mizzen-render-later-{}", std::process::id()));
        let text = "text\n".repeat(10_000);
        let outcome = |template: &str, crds: bool| {
            let files = [
                ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
                ("crds/a.yaml", &text),
                ("files/a", &text),
                ("templates/a.yaml", template),
            ];
            for (name, text) in files {
                let path = folder.join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            let chart = chart::load(&folder, &HELM_4_3, &mut |_| {}).unwrap();
            std::fs::remove_dir_all(&folder).unwrap();
            let options = Options { crds, ..Options::default() };
            render(chart, &Dict::new(), &options, &Nowhere, &HELM_4_3, &mut |_| {})
                .map(|manifests| manifests.manifests[0].content.to_string())
                .map_err(|failure| failure.error.to_string())
        };
        assert_eq!(outcome("a: {{ .Files.Get \"files/b\" | quote }}", false), Ok("a: \"\"".to_owned()));
        let gone = |name: &str| {
            Err(format!("error reading {name}: open {}/{name}: no such file or directory", folder.display()))
        };
        assert_eq!(outcome("a: b", true), gone("crds/a.yaml"));
        for template in [
            "a: {{ .Files.Get \"files/a\" | quote }}",
            "a: {{ .Files.Lines \"files/a\" | quote }}",
            "a: {{ len (.Files.GetBytes \"files/a\") }}",
            "{{ (.Files.Glob \"files/*\").AsConfig }}",
            "{{ (.Files.Glob \"files/*\").AsSecrets }}",
            "{{ range $path, $bytes := .Files.Glob \"files/*\" }}a: {{ len $bytes }}{{ end }}",
        ] {
            assert_eq!(outcome(template, false), gone("files/a"), "{template}");
        }
        // As a map, all files are read.
        let fails = "a: {{ index .Files \"files/a\" | toString | fail }}";
        assert_eq!(outcome(fails, false), gone("crds/a.yaml"));
    }

    /// Each line of a manifest with the places that wrote its start: `file:line` innermost first.
    fn origins(files: &[(&str, &str)], file: &str) -> Vec<String> {
        let (result, trace) = traced_files(files);
        let manifests = result.map_err(|failure| failure.error.to_string()).unwrap();
        let manifest = manifests.manifests.iter().find(|manifest| manifest.path == file).expect("the file is rendered");
        let mut offset = 0;
        let place = |site: &Site| {
            format!("{}:{}", site.file.rsplit(|&b| b == b'/').next().map(Str::from).unwrap(), site.line())
        };
        let mut lines = Vec::new();
        for line in manifest.content.split_inclusive(|&byte| byte == b'\n') {
            let text = String::from_utf8_lossy(line);
            let at = offset + line.iter().position(|&byte| byte != b' ').unwrap_or(0);
            let origin = trace.origin(file.as_bytes(), at).expect("every byte has an origin");
            let places: Vec<String> = std::iter::once(&origin.site).chain(&origin.callers).map(place).collect();
            lines.push(format!("{} {}", text.trim(), places.join(" ")));
            offset += line.len();
        }
        lines
    }

    fn path(steps: &[Step]) -> String {
        let steps = steps.iter().map(|step| match step {
            Step::Key(key) => key.to_string(),
            Step::Index(index) => index.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    #[test]
    fn lines_are_known_through_includes_and_indentation() {
        let files = [
            (
                "templates/_h.tpl",
                "{{ define \"in\" }}x: 1\ny: {{ .Values.why }}\n{{- end }}\n{{ define \"out\" }}\nz: 2\n{{ include \"in\" . }}{{ end }}",
            ),
            ("templates/a.yaml", "kind: A\nm:{{ include \"out\" . | nindent 2 }}\nv: {{ .Values.none }}|\nw: 3\n"),
            ("values.yaml", "why: why\n"),
        ];
        assert_eq!(
            origins(&files, "c/templates/a.yaml"),
            [
                "kind: A a.yaml:1",
                "m: a.yaml:2",
                " _h.tpl:4 a.yaml:2",
                "z: 2 _h.tpl:5 a.yaml:2",
                "x: 1 _h.tpl:1 _h.tpl:6 a.yaml:2",
                "y: why _h.tpl:2 _h.tpl:6 a.yaml:2",
                "v: | a.yaml:3",
                "w: 3 a.yaml:4",
            ]
            .map(str::to_owned)
        );
    }

    #[test]
    fn a_text_of_tpl_has_lines_of_its_own() {
        let files = [
            (
                "templates/a.yaml",
                "kind: A\n{{ tpl .Values.text . }}\n{{ template \"t\" . }}{{ define \"t\" }}q: 1{{ end }}",
            ),
            ("values.yaml", "text: |\n  a: 1\n  b: {{ .Values.b }}\nb: bee-bee\n"),
        ];
        let lines = origins(&files, "c/templates/a.yaml");
        assert_eq!(lines[1..3], ["a: 1 gotpl:1 a.yaml:2", "b: bee-bee gotpl:2 a.yaml:2"]);
        assert_eq!(lines.last().map(String::as_str), Some("q: 1 a.yaml:3 a.yaml:3"));
    }

    #[test]
    fn values_and_taints_flow_into_the_output() {
        let files = [
            (
                "templates/a.yaml",
                "kind: A\na: {{ .Values.a.b | quote }}{{ $x := randAlphaNum 5 }}\nb: {{ $x | b64enc }}\n",
            ),
            ("values.yaml", "a: {b: text}\n"),
        ];
        let (result, trace) = traced_files(&files);
        assert!(result.is_ok());
        let file = b"c/templates/a.yaml";
        let paths = |range| trace.values_in(file, range).iter().map(|steps| path(steps)).collect::<Vec<_>>();
        assert_eq!(paths(8..17), ["a.b"]);
        assert_eq!(paths(0..8), Vec::<String>::new());
        assert_eq!(trace.taints_in(file, 0..17), Vec::<u32>::new());
        assert_eq!(trace.taints_in(file, 18..30), [3]);
    }

    #[test]
    fn reads_are_paths_of_the_values() {
        let template = "{{ with .Values.a }}{{ .b }}{{ .none }}{{ end }}{{ range .Values.list }}{{ .name }}{{ end }}\
            {{ toYaml .Values.whole }}{{ index .Values.a \"by-index\" }}{{ include \"n\" (dict \"x\" .Values.given) }}\
            {{ define \"n\" }}{{ .x.y }}{{ end }}";
        let values = "a: {b: 1, c: 2, by-index: 3}\nlist: [{name: n, other: o}]\nwhole: {d: {e: 1}}\ngiven: {y: 1, z: 2}\nunread: 1\n";
        let (_, trace) = traced_files(&[("templates/a.yaml", template), ("values.yaml", values)]);
        let reads = trace.reads();
        let mut seen: Vec<String> = reads.paths().map(|steps| path(&steps)).collect();
        seen.sort();
        assert_eq!(
            seen,
            ["a", "a.b", "a.by-index", "a.none", "given", "given.y", "list", "list.0", "list.0.name", "whole"]
        );
        let used = |text: &str| {
            let steps: Vec<Step> = text.split('.').map(|key| Step::Key(Str::from(key))).collect();
            reads.is_used(&steps)
        };
        assert_eq!(
            ["a.b", "a.c", "whole.d.e", "given.y", "given.z", "unread"].map(used),
            [true, false, true, true, false, false]
        );
    }

    #[test]
    fn an_error_leaves_the_templates_that_ran() {
        let files = [
            ("templates/_h.tpl", "{{ define \"in\" }}\n  {{ .Values.a.b.c.d }}{{ end }}"),
            ("templates/a.yaml", "x: {{ .Values.a.b | quote }}\ny: {{ include \"in\" . }}\n"),
            ("values.yaml", "a: {b: {e: 1}}\n"),
        ];
        let (result, trace) = traced_files(&files);
        assert!(result.is_err());
        let stopped: Vec<_> = trace
            .stopped()
            .iter()
            .map(|stop| (stop.site.template.to_string(), stop.site.line(), stop.site.column()))
            .collect();
        assert_eq!(stopped, [("c/templates/a.yaml".to_owned(), 2, 6), ("in".to_owned(), 2, 5)]);
        let reads = &trace.stopped()[1].reads;
        let paths: Vec<String> =
            reads.iter().filter_map(|read| read.path).map(|id| path(&trace.reads().path(id))).collect();
        assert_eq!(paths, ["a", "a.b", "a.b.c"]);
        assert_eq!(trace.missed().map(|(_, name)| name.to_string()).as_deref(), Some("d"));
    }

    /// Renders a template beside definitions, by a clock that each look at it moves by a microsecond, so that a
    /// template takes one between two hooks; whether it succeeded, and the times.
    fn timed(template: &str, definitions: &str) -> (bool, Timings) {
        let metadata = ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
        let files = [metadata, ("templates/_h.tpl", definitions), ("templates/a.yaml", template)];
        let files = files.map(|(name, text)| File { name: name.to_owned(), data: Str::from(text) });
        let chart = load_files(files.into(), &HELM_4_3, &mut |_| {}).unwrap();
        let mut now = 0;
        let mut stopwatch = Stopwatch::new(|| {
            now += 1000;
            now
        });
        let (values, options) = (Dict::new(), Options::default());
        let result = render_observed(chart, &values, &options, &Nowhere, &HELM_4_3, &mut |_| {}, &mut stopwatch);
        (result.is_ok(), stopwatch.finish())
    }

    /// Name, calls, and microseconds alone and in all.
    fn table(timings: &Timings) -> Vec<String> {
        let rows = timings.rows().into_iter();
        rows.map(|row| format!("{} {} {} {}", row.subject, row.calls, row.own / 1000, row.total / 1000)).collect()
    }

    #[test]
    fn times_tell_includes_and_template_actions_by_name_and_file() {
        let template = "{{ include \"a\" . }}{{ include \"a\" . }}{{ template \"b\" . }}";
        let definitions = "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}# b\n{{ end }}";
        let (ok, timings) = timed(template, definitions);
        assert!(ok);
        assert_eq!(
            table(&timings),
            ["c/templates/a.yaml 1 4 11", "a (c/templates/_h.tpl) 2 4 6", "b (c/templates/_h.tpl) 3 3 3"]
        );
        assert_eq!(timings.total(), 11_000);
        assert_eq!(
            timings.folded(),
            "c/templates/a.yaml 4000\n\
             c/templates/a.yaml;a (c/templates/_h.tpl) 4000\n\
             c/templates/a.yaml;a (c/templates/_h.tpl);b (c/templates/_h.tpl) 2000\n\
             c/templates/a.yaml;b (c/templates/_h.tpl) 1000\n"
        );
    }

    #[test]
    fn times_count_a_recursion_once() {
        let definitions = "{{ define \"n\" }}{{ if . }}{{ include \"n\" (sub . 1) }}{{ end }}{{ end }}";
        let (ok, timings) = timed("{{ include \"n\" 3 }}", definitions);
        assert!(ok);
        assert_eq!(table(&timings), ["n (c/templates/_h.tpl) 4 7 7", "c/templates/a.yaml 1 2 9"]);
    }

    #[test]
    fn times_lose_nothing_where_a_recursion_is_deep() {
        let definitions = "{{ define \"n\" }}{{ if . }}{{ template \"n\" (sub . 1) }}{{ end }}{{ end }}";
        let (ok, timings) = timed("{{ template \"n\" 5000 }}", definitions);
        assert!(ok);
        assert_eq!(table(&timings), ["n (c/templates/_h.tpl) 5001 10001 10001", "c/templates/a.yaml 1 2 10003"]);
        assert!(timings.folded().lines().all(|line| line.matches(';').count() <= 500));
    }

    #[test]
    fn times_tell_tpl_by_its_place_with_what_its_text_takes() {
        let template = "a: 1\n{{ tpl \"{{ include \\\"b\\\" . }}\" . }}\n{{ tpl \"plain: 1\" . }}\n";
        let (ok, timings) = timed(template, "{{ define \"b\" }}b: 1{{ end }}");
        assert!(ok);
        assert_eq!(
            table(&timings),
            [
                // To compile its text, the text before and after the call, and the rest.
                "tpl (c/templates/a.yaml:2) 1 4 5",
                "c/templates/a.yaml 1 3 9",
                "b (c/templates/_h.tpl) 1 1 1",
                "tpl (c/templates/a.yaml:3) 1 1 1",
            ]
        );
    }

    #[test]
    fn times_of_what_an_error_ends_count_until_then() {
        let (ok, timings) = timed("{{ include \"e\" . }}", "{{ define \"e\" }}{{ fail \"no\" }}{{ end }}");
        assert!(!ok);
        assert_eq!(table(&timings), ["c/templates/a.yaml 1 1 2", "e (c/templates/_h.tpl) 1 1 1"]);
    }

    #[test]
    fn names_do_not_break_a_line_of_folded_stacks() {
        let (ok, timings) = timed("{{ include \"a;b\\nc\" . }}", "{{ define \"a;b\\nc\" }}b: 1{{ end }}");
        assert!(ok);
        assert!(timings.folded().ends_with(";a,b c (c/templates/_h.tpl) 1000\n"));
    }
}
