//! What a render costs: lexing and parsing, compiling, executing, and whole charts and services.
//!
//! `cargo bench -- services` runs those whose name contains `services`.

use criterion::{BatchSize, Criterion};
use mizzen::chart::{self, Chart};
use mizzen::engine;
use mizzen::go::{Dict, Str, StrBuilder, Value};
use mizzen::host::Host;
use mizzen::output;
use mizzen::profile::{HELM_4_3, Profile};
use mizzen::render::{self, Options};
use mizzen::services::libraries::{ConfigurationSchema, Entry};
use mizzen::services::{self, Library, Platform};
use mizzen::template::{self, Cache, Language, Templates, Unobserved, limits};
use mizzen::yaml;
use std::hint::black_box;
use std::path::{Path, PathBuf};
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

fn data() -> Value {
    let text = "
items:
  - {name: a, version: 1.2.3, enabled: true, ports: [80, 443, 8080], annotations: {x: y, z: w}}
  - {name: b, version: 4.5.6, enabled: false, ports: [], kind: Secret}
  - {name: a-rather-long-name-of-something, version: 7.8.9, enabled: true, ports: [1, 2, 3, 4]}
";
    yaml::unmarshal(text.as_bytes()).expect("this is YAML")
}

fn functions() -> Arc<template::Functions> {
    Arc::new(mizzen::functions::all(PROFILE).collect())
}

fn language(criterion: &mut Criterion) {
    let name = Str::from("bench");
    let text = Str::from(TEMPLATE);
    let functions = functions();
    let parse = || {
        let mut templates = Templates::new("gotpl", Arc::clone(&functions), Language::Go125);
        templates.parse(&name, &text).expect("this is a template");
        templates
    };
    criterion.bench_function("language/parse and compile", |bencher| bencher.iter(|| black_box(parse())));
    let templates = parse();
    let data = data();
    criterion.bench_function("language/execute", |bencher| {
        bencher.iter(|| {
            let mut out = StrBuilder::default();
            template::execute(&templates, &name, data.clone(), &mut out, &Still, &mut (), Unobserved)
                .expect("this template runs");
            black_box(out.finish())
        });
    });
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn values(criterion: &mut Criterion) {
    let text = std::fs::read(repository("library/values.yaml")).expect("the library has values");
    criterion.bench_function("values/read the library's", |bencher| {
        bencher.iter(|| black_box(yaml::unmarshal_map(&text).expect("they are YAML")));
    });
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

fn charts(criterion: &mut Criterion) {
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
        for run in [language, values, charts, services] {
            run(&mut criterion);
        }
        criterion.final_summary();
    };
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(measure);
    thread.expect("there is memory for a stack").join().expect("the benchmarks ran to their end");
}
