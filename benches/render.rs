//! What a render costs: lexing and parsing, compiling, executing, YAML, values, manifests, and whole charts and services.
//!
//! `cargo bench -- services` runs those whose name contains `services`. gtmpl and serde_yaml stand for what
//! there is off the shelf: they run on the parts of the work that they can do.

mod charts;

use criterion::{BatchSize, Criterion};
use mizzen::chart::{self, Chart};
use mizzen::engine::{self, Capabilities, Release};
use mizzen::go::{Dict, Str, StrBuilder, Value};
use mizzen::host::Host;
use mizzen::profile::{HELM_4_3, Profile};
use mizzen::render::{self, Options};
use mizzen::services::libraries::{ConfigurationSchema, Entry};
use mizzen::services::{self, Library, Platform};
use mizzen::template::{self, Cache, Language, Templates, Unobserved, limits};
use mizzen::{manifest, output, yaml};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

const PROFILE: &Profile = &HELM_4_3;

/// A world that stands still, so that only the renderer is measured.
struct Still;

impl Host for Still {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A template with what charts are made of: conditions, loops, pipelines, definitions, indentation.
const TEMPLATE: &str = r#"{{- define "labels" -}}
app.kubernetes.io/name: {{ .name | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .version | quote }}
{{- end -}}
{{- range $index, $item := .items }}
---
kind: {{ $item.kind | default "ConfigMap" }}
metadata:
  name: {{ printf "%s-%d" $item.name $index }}
  labels:
    {{- template "labels" $item }}
{{- if and $item.enabled (gt (len $item.ports) 0) }}
ports:
  {{- range $item.ports }}
  - port: {{ . }}
    name: {{ printf "port-%v" . | quote }}
  {{- end }}
{{- else }}
ports: []
{{- end }}
{{- with $item.annotations }}
annotations:
  {{- range $key, $value := . }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}
"#;

/// The same without functions, for gtmpl.
const PLAIN: &str = r#"{{- define "labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/version: "{{ .version }}"
{{- end -}}
{{- range $index, $item := .items }}
---
kind: ConfigMap
metadata:
  name: {{ $item.name }}-{{ $index }}
  labels:
    {{- template "labels" $item }}
{{- if $item.enabled }}
ports:
  {{- range $item.ports }}
  - port: {{ . }}
    name: "port-{{ . }}"
  {{- end }}
{{- else }}
ports: []
{{- end }}
{{- with $item.annotations }}
annotations:
  {{- range $key, $value := . }}
  {{ $key }}: "{{ $value }}"
  {{- end }}
{{- end }}
{{- end }}
"#;

/// The ports are words, as all numbers of Helm's values are floats, which gtmpl prints otherwise than Go.
const DATA: &str = "
items:
  - {name: a, version: 1.2.3, enabled: true, ports: [http, https, metrics], annotations: {x: z}}
  - {name: b, version: 4.5.6, enabled: false, ports: [], kind: Secret, annotations: {}}
  - {name: a-rather-long-name-of-something, version: 7.8.9, enabled: true, ports: [a, b, c, d], annotations: {}}
";

fn functions() -> Arc<template::Functions> {
    Arc::new(mizzen::functions::all(PROFILE).collect())
}

fn parse(text: &Str, functions: &Arc<template::Functions>) -> Templates {
    let mut templates = Templates::new("gotpl", Arc::clone(functions), Language::Go125);
    templates.parse(&Str::from("bench"), text).expect("this is a template");
    templates
}

fn execute(templates: &Templates, data: &Value) -> Str {
    let mut out = StrBuilder::default();
    template::execute(templates, &Str::from("bench"), data.clone(), &mut out, &Still, &mut (), Unobserved)
        .expect("this template runs");
    out.finish()
}

fn language(criterion: &mut Criterion) {
    let functions = functions();
    let data = yaml::unmarshal(DATA.as_bytes()).expect("this is YAML");
    for (name, text) in [("", TEMPLATE), (", plain", PLAIN)] {
        let text = Str::from(text);
        criterion.bench_function(&format!("language/parse{name}"), |bencher| {
            bencher.iter(|| black_box(parse(&text, &functions)));
        });
        // Where bodies are compiled only when they run, this is where they are.
        criterion.bench_function(&format!("language/compile and execute{name}"), |bencher| {
            let fresh = || parse(&text, &functions);
            bencher.iter_batched(fresh, |templates| execute(&templates, &data), BatchSize::SmallInput);
        });
        let templates = parse(&text, &functions);
        criterion.bench_function(&format!("language/execute{name}"), |bencher| {
            bencher.iter(|| black_box(execute(&templates, &data)));
        });
    }

    let gtmpl_parse = || {
        let mut template = gtmpl::Template::default();
        template.parse(PLAIN).expect("gtmpl reads it");
        template
    };
    let value: serde_yaml::Value = serde_yaml::from_str(DATA).expect("this is YAML");
    let (template, context) = (gtmpl_parse(), gtmpl::Context::from(gtmpl_value(&value)));
    let theirs = template.render(&context).expect("gtmpl runs it");
    let ours = execute(&parse(&Str::from(PLAIN), &functions), &data);
    assert_eq!(theirs, ours.to_string(), "both engines do the same work");
    criterion.bench_function("language/parse, plain, gtmpl", |bencher| bencher.iter(|| black_box(gtmpl_parse())));
    criterion.bench_function("language/execute, plain, gtmpl", |bencher| {
        bencher.iter(|| black_box(template.render(&context).expect("gtmpl runs it")));
    });
}

/// What gtmpl takes of a value.
fn gtmpl_value(value: &serde_yaml::Value) -> gtmpl::Value {
    match value {
        serde_yaml::Value::Mapping(map) => {
            let entries = map.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), gtmpl_value(value))));
            gtmpl::Value::Object(entries.collect())
        }
        serde_yaml::Value::Sequence(items) => gtmpl::Value::Array(items.iter().map(gtmpl_value).collect()),
        serde_yaml::Value::Bool(value) => gtmpl::Value::from(*value),
        other => gtmpl::Value::from(other.as_str().unwrap_or_default().to_owned()),
    }
}

/// The values file of a generated chart.
fn values_text(chart: charts::Chart) -> String {
    chart.into_iter().find(|(name, _)| name == "values.yaml").expect("the chart has values").1
}

fn yaml(criterion: &mut Criterion) {
    let library = std::fs::read_to_string(repository("library/values.yaml")).expect("the library has values");
    for (name, text) in [("the library's values", library), ("200 sections", values_text(charts::values(200)))] {
        criterion.bench_function(&format!("yaml/read {name}"), |bencher| {
            bencher.iter(|| black_box(yaml::unmarshal(text.as_bytes()).expect("they are YAML")));
        });
        criterion.bench_function(&format!("yaml/read {name}, serde_yaml"), |bencher| {
            bencher.iter(|| black_box(serde_yaml::from_str::<serde_yaml::Value>(&text).expect("they are YAML")));
        });
        let value = yaml::unmarshal(text.as_bytes()).expect("they are YAML");
        criterion.bench_function(&format!("yaml/write {name}"), |bencher| {
            bencher.iter(|| black_box(yaml::marshal(&value).expect("values can be written")));
        });
        let value: serde_yaml::Value = serde_yaml::from_str(&text).expect("they are YAML");
        criterion.bench_function(&format!("yaml/write {name}, serde_yaml"), |bencher| {
            bencher.iter(|| black_box(serde_yaml::to_string(&value).expect("values can be written")));
        });
    }
}

fn load(files: charts::Chart) -> Chart {
    chart::load_files(charts::files(files), PROFILE, &mut |_| {}).expect("the chart loads")
}

/// The stages between a loaded chart and its manifests, on an umbrella of 20 services.
fn stages(criterion: &mut Criterion) {
    let user = Dict::new();
    let mut umbrella = load(charts::umbrella(20));
    criterion.bench_function("stages/dependencies", |bencher| {
        bencher.iter_batched_ref(
            || umbrella.clone(),
            |chart| mizzen::values::process_dependencies(chart, &user, PROFILE, &mut |_| {}).expect("they are there"),
            BatchSize::SmallInput,
        );
    });
    mizzen::values::process_dependencies(&mut umbrella, &user, PROFILE, &mut |_| {}).expect("they are there");
    let values = || {
        mizzen::values::to_render_values(&umbrella, &user, false, PROFILE, &mut |_| {}).expect("the values are right")
    };
    criterion.bench_function("stages/values", |bencher| bencher.iter(|| black_box(values())));
    let capabilities = Rc::new(Capabilities::new(PROFILE));
    let release = Release {
        name: "release".to_owned(),
        namespace: "default".to_owned(),
        is_upgrade: false,
        is_install: true,
        revision: 1,
    };
    let options = engine::Options::default();
    let render = |values: Dict| {
        engine::render(&umbrella, &values, &release, &capabilities, &options, &Still, PROFILE, Unobserved)
            .expect("the templates run")
    };
    criterion.bench_function("stages/render", |bencher| {
        bencher.iter_batched(values, |values| black_box(render(values)), BatchSize::SmallInput);
    });
    let mut rendered = render(values());
    rendered.retain(|(path, _)| !path.ends_with("NOTES.txt"));
    criterion.bench_function("stages/split and sort", |bencher| {
        bencher.iter(|| black_box(manifest::sort(&rendered, PROFILE, &mut |_| {}).expect("they are manifests")));
    });
}

/// Whole renders of charts in memory, from their files to the stream.
fn generated(criterion: &mut Criterion) {
    for (name, chart) in [
        ("small", charts::small()),
        ("200 sections of values", charts::values(200)),
        ("200 texts for tpl", charts::tpl(200)),
        ("umbrella of 10", charts::umbrella(10)),
        ("umbrella of 40", charts::umbrella(40)),
    ] {
        criterion.bench_function(&format!("generated/{name}"), |bencher| {
            bencher.iter_batched(
                || chart.clone(),
                |chart| black_box(print(load(chart), "release", None)),
                BatchSize::SmallInput,
            );
        });
    }
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// From a chart in memory to the stream.
fn print(chart: Chart, name: &str, cache: Option<&Arc<Cache>>) -> Vec<u8> {
    let options = Options { name: name.to_owned(), cache: cache.cloned(), ..Options::default() };
    let manifests = render::render(chart, &Dict::new(), &options, &Still, PROFILE, &mut |_| {});
    let manifests = manifests.map_err(|failure| failure.error.to_string()).expect("the sample renders");
    let mut out = Vec::new();
    output::write(&manifests, &output::Options::default(), PROFILE, &mut out).expect("memory can be written to");
    out
}

fn created(criterion: &mut Criterion) {
    let path = repository("golden/charts/create");
    let load = || chart::load(&path, PROFILE, &mut |_| {}).expect("the chart loads");
    criterion.bench_function("charts/create, load", |bencher| bencher.iter(|| black_box(load())));
    criterion.bench_function("charts/create, render", |bencher| {
        bencher.iter_batched(load, |chart| black_box(print(chart, "release", None)), BatchSize::SmallInput);
    });
    criterion.bench_function("charts/create, load and render", |bencher| {
        bencher.iter(|| black_box(print(load(), "release", None)));
    });
}

fn services(criterion: &mut Criterion) {
    let load = |schema: bool| {
        let library = Library::load(&repository("library"), PROFILE, &mut |_| {}).expect("the library loads");
        let path = repository("schemas/configuration.schema.json");
        let schema = schema.then(|| ConfigurationSchema::load(&path, PROFILE).expect("there is a schema"));
        Entry { library, schema }
    };
    let found = services::discover(&repository("services"), None).expect("there are services").services;
    criterion.bench_function("services/load the library", |bencher| {
        bencher.iter(|| {
            let entry = load(false);
            black_box(Platform::new(&entry, PROFILE).expect("its values are YAML"));
        });
    });
    let cache = engine::cache(PROFILE);
    for (name, schema, cache) in [
        ("services/all", true, Some(&cache)),
        ("services/all, without schema", false, Some(&cache)),
        ("services/all, without schema and cache", false, None),
    ] {
        let entry = load(schema);
        let platform = Platform::new(&entry, PROFILE).expect("its values are YAML");
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| {
                for service in &found {
                    let configuration = service.configuration().expect("the sample is right");
                    let chart = platform.chart(service, &configuration).expect("the sample is right");
                    let name = chart.metadata.name.clone();
                    black_box(print(chart, &name, cache));
                }
            });
        });
    }
}

/// Renders need a deep stack, which the main thread does not have.
fn main() {
    let measure = || {
        let mut criterion = Criterion::default().configure_from_args();
        for run in [language, yaml, stages, generated, created, services] {
            run(&mut criterion);
        }
        criterion.final_summary();
    };
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(measure);
    thread.expect("there is memory for a stack").join().expect("the benchmarks ran to their end");
}
