//! The charts that are measured, made as large as is asked for.

use mizzen::chart::File;
use mizzen::go::Str;
use std::fmt::Write;

/// A chart's files, their paths from its root.
pub type Chart = Vec<(String, String)>;

/// The kinds of charts, by the name under which they are asked for.
pub const KINDS: [(&str, fn(usize) -> Chart); 4] =
    [("small", |_| small()), ("values", values), ("tpl", tpl), ("umbrella", umbrella)];

/// The files as a chart's loader takes them.
#[allow(dead_code, reason = "only one of the two programs loads charts from memory")]
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
        let _ = write!(
            values,
            "  text-{text}: '{{{{ .Release.Name }}}}-{text}.{{{{ .Values.domain }}}} {{{{ include \"tpl.name\" . }}}}'\n"
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

const VALUES: &str = r#"# Default values of NAME.
replicas: 1
nameOverride: ""
image:
  # -- The registry, the repository and the tag; without a tag it is the version of the application.
  registry: registry.example.com
  repository: platform/NAME
  tag: ""
  pullPolicy: IfNotPresent
# -- Annotations, which may be templates.
annotations:
  team: "{{ .Chart.Name }}-team"
  release: "{{ .Release.Name }}-{{ .Chart.Version }}"
serviceAccount:
  create: true
  annotations: {}
podSecurityContext:
  fsGroup: 2000
securityContext:
  capabilities:
    drop: [ALL]
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 1000
# -- Environment variables, which may be templates.
env:
  logLevel: info
  databaseUrl: postgres://{{ .Release.Name }}-postgresql:5432/{{ .Chart.Name }}
  cacheHost: redis
ports:
  - {name: http, containerPort: 8080, servicePort: 80}
  - {name: metrics, containerPort: 9090, servicePort: 9090}
probe:
  httpGet:
    path: /healthz
    port: http
  initialDelaySeconds: 10
resources:
  limits:
    cpu: 500m
    memory: MEMORY
  requests:
    cpu: 100m
    memory: 64Mi
autoscaling:
  enabled: true
  minReplicas: 1
  maxReplicas: 10
  targets:
    cpu: 80
    memory: 75
ingress:
  enabled: true
  className: nginx
  host: "{{ .Chart.Name }}.{{ (.Values.global).domain }}"
config:
  app.yaml: |
    server:
      port: 8080
      name: '{{ include "library.fullname" . }}'
  log.conf: |
    level=info
    format=json
nodeSelector:
  kubernetes.io/os: linux
tolerations:
  - key: dedicated
    operator: Equal
    value: apps
    effect: NoSchedule
"#;

const LIBRARY: &str = r#"{{/* Names. */}}
{{- define "library.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "library.fullname" -}}
{{- $name := include "library.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "library.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "library.selector" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with (.Values.global).labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "library.selector" -}}
app.kubernetes.io/name: {{ include "library.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* A value that may be a template. */}}
{{- define "library.render" -}}
{{- $value := typeIs "string" .value | ternary .value (.value | toYaml) }}
{{- if contains "{{" (toJson .value) }}
  {{- tpl $value .context }}
{{- else }}
  {{- $value }}
{{- end }}
{{- end }}

{{- define "library.metadata" -}}
metadata:
  name: {{ include "library.fullname" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "library.labels" . | nindent 4 }}
  {{- with .Values.annotations }}
  annotations:
    {{- include "library.render" (dict "value" . "context" $) | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "library.deployment" -}}
apiVersion: apps/v1
kind: Deployment
{{ include "library.metadata" . }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "library.selector" . | nindent 6 }}
  template:
    metadata:
      annotations:
        checksum/config: {{ include "library.config" . | sha256sum }}
      labels:
        {{- include "library.labels" . | nindent 8 }}
    spec:
      serviceAccountName: {{ include "library.fullname" . }}
      securityContext:
        {{- toYaml .Values.podSecurityContext | nindent 8 }}
      containers:
        - name: {{ .Chart.Name }}
          image: {{ printf "%s/%s:%s" .Values.image.registry .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          securityContext:
            {{- toYaml .Values.securityContext | nindent 12 }}
          env:
            {{- range $key, $value := .Values.env }}
            - name: {{ $key | snakecase | upper }}
              value: {{ include "library.render" (dict "value" $value "context" $) | quote }}
            {{- end }}
          ports:
            {{- range .Values.ports }}
            - name: {{ .name }}
              containerPort: {{ .containerPort }}
              protocol: {{ .protocol | default "TCP" }}
            {{- end }}
          livenessProbe:
            {{- toYaml .Values.probe | nindent 12 }}
          readinessProbe:
            {{- toYaml .Values.probe | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}

{{- define "library.service" -}}
apiVersion: v1
kind: Service
{{ include "library.metadata" . }}
spec:
  ports:
    {{- range .Values.ports }}
    - port: {{ .servicePort | default .containerPort }}
      targetPort: {{ .name }}
      name: {{ .name }}
    {{- end }}
  selector:
    {{- include "library.selector" . | nindent 4 }}
{{- end }}

{{- define "library.ingress" -}}
{{- if .Values.ingress.enabled -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "library.metadata" . }}
spec:
  {{- if and .Values.ingress.className (semverCompare ">=1.18-0" .Capabilities.KubeVersion.GitVersion) }}
  ingressClassName: {{ .Values.ingress.className }}
  {{- end }}
  rules:
    - host: {{ tpl .Values.ingress.host $ | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: {{ include "library.fullname" . }}
                port:
                  number: {{ (first .Values.ports).servicePort }}
{{- end }}
{{- end }}

{{- define "library.autoscaler" -}}
{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "library.metadata" . }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "library.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    {{- range $resource, $target := .Values.autoscaling.targets }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ $target }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "library.account" -}}
{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
{{ include "library.metadata" . }}
{{- end }}
{{- end }}

{{- define "library.config" -}}
apiVersion: v1
kind: ConfigMap
{{ include "library.metadata" . }}
data:
  {{- range $key, $value := .Values.config }}
  {{ $key }}: |-
    {{- include "library.render" (dict "value" $value "context" $) | nindent 4 }}
  {{- end }}
{{- end }}
"#;
