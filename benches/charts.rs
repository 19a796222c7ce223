//! The charts that are measured, made as large as is asked for.

use mizzen::chart::File;
use mizzen::go::Str;
use std::fmt::Write;

/// A chart's files, their paths from its root.
pub type Chart = Vec<(String, String)>;

/// The files as a chart's loader takes them.
pub fn files(chart: Chart) -> Vec<File> {
    chart.into_iter().map(|(name, text)| File { name, data: Str::from(text) }).collect()
}

/// A service as most charts have one: the library, called from files of its own.
pub fn small() -> Chart {
    let mut chart = service("small", 0);
    chart.push(("templates/_library.tpl".to_owned(), LIBRARY.to_owned()));
    chart
}

/// Values of `n` sections, most of them comments, all of which one template prints.
pub fn values(n: usize) -> Chart {
    let mut values = String::from("sections:\n");
    for section in 0..n {
        let _ = write!(
            values,
            "  # -- Section {section} of the configuration.\n  \
               # It holds what the program reads at its start, and a comment says at length what each key does,\n  \
               # as the values files of public charts do.\n  section-{section:04}:\n    enabled: true\n    \
               # -- How many there are\n    count: {section}\n    ratio: 0.{section}5\n    name: \"section {section}\"\n    \
               hosts:\n      - one.example.com\n      - two.example.com\n    text: |\n      first line\n      second line\n    \
               nested: {{a: 1, b: [x, y], c: null}}\n"
        );
    }
    vec![
        ("Chart.yaml".to_owned(), "apiVersion: v2\nname: values\nversion: 1.0.0\n".to_owned()),
        ("values.yaml".to_owned(), values),
        (
            "templates/all.yaml".to_owned(),
            "kind: ConfigMap\nmetadata:\n  name: all\ndata:\n  {{- toYaml .Values.sections | nindent 2 }}\n".to_owned(),
        ),
    ]
}

/// `n` values that are templates themselves, each another text, rendered by a template that most charts have.
pub fn tpl(n: usize) -> Chart {
    let mut values = String::from("domain: example.com\ntexts:\n");
    for text in 0..n {
        let _ = writeln!(
            values,
            "  text-{text}: '{{{{ .Release.Name }}}}-{text}.{{{{ .Values.domain }}}} {{{{ include \"tpl.name\" . }}}}'"
        );
    }
    vec![
        ("Chart.yaml".to_owned(), "apiVersion: v2\nname: tpl\nversion: 1.0.0\n".to_owned()),
        ("values.yaml".to_owned(), values),
        (
            "templates/_render.tpl".to_owned(),
            "{{- define \"tpl.name\" -}}{{ .Chart.Name | trunc 63 | trimSuffix \"-\" }}{{- end }}\n\
             {{- define \"tpl.render\" -}}\n{{- if contains \"{{\" (toJson .value) }}{{ tpl .value .context }}\
             {{- else }}{{ .value }}{{ end }}\n{{- end }}\n"
                .to_owned(),
        ),
        (
            "templates/all.yaml".to_owned(),
            "kind: ConfigMap\nmetadata:\n  name: all\ndata:\n  {{- range $key, $value := .Values.texts }}\n  \
             {{ $key }}: {{ include \"tpl.render\" (dict \"value\" $value \"context\" $) | quote }}\n  {{- end }}\n"
                .to_owned(),
        ),
    ]
}

/// An umbrella of `n` services, each with a copy of one library in its `charts/`, as `helm dependency build` leaves them.
pub fn umbrella(n: usize) -> Chart {
    let mut dependencies = String::from("apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n");
    let mut values = String::from("global:\n  domain: example.org\n  labels:\n    environment: production\n");
    let mut chart = Vec::new();
    for number in 0..n {
        let name = format!("service-{number:04}");
        let _ = write!(
            dependencies,
            "  - name: {name}\n    version: 1.{number}.0\n    repository: file://../{name}\n    condition: {name}.enabled\n"
        );
        let _ = write!(
            values,
            "{name}:\n  enabled: true\n  replicas: {}\n  image:\n    tag: \"2.{number}\"\n",
            1 + number % 3
        );
        for (path, text) in service(&name, number) {
            chart.push((format!("charts/{name}/{path}"), text));
        }
        for (path, text) in [
            ("Chart.yaml", "apiVersion: v2\nname: library\nversion: 1.4.2\ntype: library\n"),
            ("templates/_library.tpl", LIBRARY),
        ] {
            chart.push((format!("charts/{name}/charts/library/{path}"), text.to_owned()));
        }
    }
    chart.extend([("Chart.yaml".to_owned(), dependencies), ("values.yaml".to_owned(), values)]);
    chart
}

/// One service; some of its values are templates.
fn service(name: &str, number: usize) -> Chart {
    let mut chart = vec![
        (
            "Chart.yaml".to_owned(),
            format!("apiVersion: v2\nname: {name}\nversion: 1.{number}.0\nappVersion: \"2.{number}\"\n"),
        ),
        ("values.yaml".to_owned(), VALUES.replace("NAME", name).replace("MEMORY", &format!("{}Mi", 128 + number))),
        ("README.md".to_owned(), format!("# {name}\n\n{}", "A service of the platform.\n".repeat(40))),
        ("templates/NOTES.txt".to_owned(), "{{ include \"library.fullname\" . }} is there.\n".to_owned()),
    ];
    for kind in ["deployment", "service", "ingress", "autoscaler", "account", "config"] {
        chart.push((format!("templates/{kind}.yaml"), format!("{{{{- include \"library.{kind}\" . }}}}\n")));
    }
    chart
}

/// A service's values, in which NAME and MEMORY stand for its own.
const VALUES: &str = include_str!("charts/values.yaml");

/// The library. `benches/peers` makes the same umbrellas of these two files.
const LIBRARY: &str = include_str!("charts/library.tpl");
