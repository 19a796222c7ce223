//! The Helm version to be compatible with, as one table of data: a row a behaviour, a column a version.
//!
//! Imports: go.

use crate::go::{json, semver, toml, unicode};

/// One column of the table: how one version of Helm behaves.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// As `--helm-version` names it.
    pub name: &'static str,
    /// The exact version whose binary the goldens come from.
    pub version: &'static str,
    /// The version of Go it is built with.
    pub go: Go,
    /// What `.Capabilities.HelmVersion` says of the build.
    pub build: Build,
    /// Major and minor of the Kubernetes version that a render assumes.
    pub kube_version: (u64, u64),
    /// The API versions that a render assumes, in Helm's order.
    pub api_versions: &'static [&'static str],
    /// How rendered text is cut into documents.
    pub split: Split,
    /// Whether webhook configurations have a place in the order of kinds, the last one.
    pub webhooks_ordered: bool,
    /// What `.Chart` is.
    pub chart_object: ChartObject,
    /// The names of the Go packages whose types templates and error texts show.
    pub packages: Packages,
    /// Whether an error in nested templates is shown as a trace, a line for each template.
    pub error_trace: bool,
    /// What `.Files.Lines` makes of an empty file.
    pub lines_of_empty_file: EmptyFile,
    /// The message on missing dependencies, before their names.
    pub dependency_hint: &'static str,
    /// What the message on an outdated lock file adds.
    pub update_hint: &'static str,
    /// The release of the library for versions and version constraints.
    pub semver: &'static semver::Rules,
    /// The release of the library for TOML.
    pub toml: toml::Release,
    /// Whether there is `mustToYaml`.
    pub must_to_yaml: bool,
    /// Whether there is `mustToToml`.
    pub must_to_toml: bool,
    /// Whether there are functions for durations, such as `durationSeconds`.
    pub duration_functions: bool,
    /// The library for JSON Schema.
    pub json_schema: JsonSchema,
    /// What is read of a values file with several documents.
    pub values_documents: ValuesDocuments,
    /// Whether `--set-json` takes a whole object.
    pub set_json_objects: bool,
    /// Whether `--set` may end within an index, which then says nothing.
    pub set_ends_in_index: bool,
    /// Whether only a chart whose apiVersion is v1 or v2 is loaded.
    pub api_version_checked: bool,
    /// How large a file of a chart may be, besides the limit for the whole chart.
    pub chart_file_limit: Option<u64>,
    /// What the limit for all that an archive unpacks to is called.
    pub unpacked_limit: &'static str,
    /// What nulls do where values are put over a chart's own.
    pub nulls: Nulls,
    /// How it logs.
    pub logs: Logs,
    /// What `--post-renderer` names.
    pub post_renderer: PostRenderer,
    /// What `lint` looks for.
    pub lint: &'static Lint,
    /// Flags that only later versions have.
    pub missing_flags: &'static [&'static str],
    /// How it reads flags.
    pub cli: Cli,
    /// Whether a rule of import-values must name both with strings; what else it holds ends the program.
    pub import_names_are_strings: bool,
    /// Whether a chart that a dependency names is copied without those right below it.
    pub copies_are_shallow: bool,
    /// Flags of `template` that still work and say that they should not be used: name and advice.
    pub deprecated_flags: &'static [(&'static str, &'static str)],
}

/// The major version, where flags mean and errors of flags say something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cli {
    /// `--wait` is true or false, a chart's path comes before `--repo`, and `--dry-run` is read last.
    Helm3,
    /// `--wait` is a way to wait, `--repo` comes first, and `--dry-run` is read with the other flags.
    Helm4,
}

/// Where Helm comes from, as `.Capabilities.HelmVersion` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Build {
    /// The commit.
    pub git_commit: &'static str,
    /// `go1.25.9`.
    pub go_version: &'static str,
    /// `v1.35`; empty where there is no such field.
    pub kube_client_version: &'static str,
}

/// The version of Go, as far as its packages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Go {
    /// Helm 3.17.
    Go123,
    /// Helm 4.1.
    Go125,
    /// Helm 4.2.
    Go126,
    /// Helm 4.3.
    Go127,
}

/// What `.Chart` is in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartObject {
    /// A struct: an unknown field is an error.
    Struct,
    /// A map with the struct's field names as keys.
    Map,
}

/// The Go packages of the types that templates and error texts show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packages {
    /// `chartutil.Values`, `chart.Metadata`, `releaseutil.SimpleHead`.
    Helm3,
    /// `common.Values`, `v2.Metadata`, `util.SimpleHead`.
    Helm4,
}

impl Packages {
    /// That of `Metadata` and `Dependency`.
    pub fn chart(self) -> &'static str {
        match self {
            Packages::Helm3 => "chart",
            Packages::Helm4 => "v2",
        }
    }

    /// That of `SimpleHead`.
    pub fn head(self) -> &'static str {
        match self {
            Packages::Helm3 => "releaseutil",
            Packages::Helm4 => "util",
        }
    }
}

/// What is read of a values file with several documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesDocuments {
    /// The first document.
    First,
    /// All documents, except that the last line gets lost where it has no newline and ends with Go's buffer.
    MergedButLastLine,
    /// All documents.
    Merged,
}

/// The library for JSON Schema, where verdicts and messages differ: releases of github.com/santhosh-tekuri/jsonschema, or
/// another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonSchema {
    /// github.com/xeipuuv/gojsonschema: Helm 3.17.
    Gojsonschema,
    /// Counts items behind the first few from 0 again, and takes a string for the number it shows.
    V6_0_2,
    /// Corrects that.
    V6_0_3,
}

/// What nulls do where values are put over a chart's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// One over a value of the chart deletes it, and itself. To 3.17.
    Delete,
    /// The same, but where the chart has a null, too, or nothing, it stays. 4.1.
    DeleteDefaults,
    /// The same, and a null of the chart's own counts as no value. From 4.2.
    DeleteDefaultsAndVanish,
}

/// How Helm logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logs {
    /// With Go's package log, by file and line: Helm 3.
    Printf,
    /// With Go's package log/slog, errors as well, which it then wraps: Helm 4.
    Structured,
}

/// How rendered text is cut into documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// At `(?:^|\s*\n)---\s*`; documents are trimmed on both sides. To 4.1.
    Trimmed,
    /// At the same places; documents are trimmed at the front only, so that a file's last keeps its trailing white space. 4.2.
    KeepsLastEnd,
    /// At `(?m)^---[ \t]*`; documents keep their trailing white space. From 4.2.4.
    KeepsEnd,
}

/// What `.Files.Lines` makes of an empty file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyFile {
    /// It looks at the last byte, which is not there: the render fails with Go's panic.
    Panics,
    /// No lines.
    NoLines,
}

/// What `--post-renderer` names. Ours is an executable in any case; this tells the words where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostRenderer {
    /// An executable: Helm 3.
    Executable,
    /// A plugin: Helm 4.
    Plugin,
}

/// What `lint` looks for, where versions differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Lint {
    /// Whether unknown and repeated keys of Chart.yaml are warned of.
    pub strict_chart_yaml: bool,
    /// Whether a version that is only nearly semantic is warned of.
    pub strict_versions: bool,
    /// Whether `--skip-schema-validation` is heeded when values.yaml is checked by itself.
    pub skips_schema_of_values: bool,
    /// Whether `templates/` has to be there.
    pub templates_folder: TemplatesFolder,
    /// Whether what templates named `.yml` make is looked at, and case in extensions is not.
    pub yml_templates: bool,
    /// Whether hooks and values that only Helm 2 knew are reported.
    pub helm_2_leftovers: bool,
    /// Whether a text that begins as JSON may turn out to be YAML.
    pub json_may_be_yaml: bool,
    /// Whether the files under `crds/` are looked at.
    pub crds: bool,
    /// The name of the Go type that documents are read into.
    pub resource_type: &'static str,
    /// What is said of an annotation that has no effect within a list.
    pub list_annotations: &'static str,
    /// Whether there is no folder to lint unless one is named; else it is the working directory.
    pub needs_path: bool,
}

/// What `lint` says of `templates/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatesFolder {
    /// Nothing where it is missing.
    Optional,
    /// That it is missing.
    Expected,
}

/// `lint` of Helm 4.
static LINT_4: Lint = Lint {
    strict_chart_yaml: true,
    strict_versions: true,
    skips_schema_of_values: true,
    templates_folder: TemplatesFolder::Expected,
    yml_templates: true,
    helm_2_leftovers: false,
    json_may_be_yaml: true,
    crds: true,
    resource_type: "k8sYamlStruct",
    list_annotations: "annotation 'helm.sh/resource-policy' within List objects are ignored",
    needs_path: true,
};

/// `lint` of Helm 3.
static LINT_3: Lint = Lint {
    strict_chart_yaml: false,
    strict_versions: false,
    skips_schema_of_values: false,
    templates_folder: TemplatesFolder::Optional,
    yml_templates: false,
    helm_2_leftovers: true,
    json_may_be_yaml: false,
    crds: false,
    resource_type: "K8sYamlStruct",
    list_annotations: "Annotation 'helm.sh/resource-policy' within List objects are ignored",
    needs_path: false,
};

/// Helm 3.17.3.
pub static HELM_3_17: Profile = Profile {
    name: "3.17",
    version: "3.17.3",
    go: Go::Go123,
    build: Build {
        git_commit: "e4da49785aa6e6ee2b86efd5dd9e43400318262b",
        go_version: "go1.23.7",
        kube_client_version: "",
    },
    kube_version: (1, 32),
    api_versions: &API_VERSIONS_1_32,
    split: Split::Trimmed,
    webhooks_ordered: false,
    chart_object: ChartObject::Struct,
    packages: Packages::Helm3,
    error_trace: false,
    lines_of_empty_file: EmptyFile::Panics,
    dependency_hint: "An error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies",
    update_hint: "",
    semver: &semver::V3_3,
    toml: toml::Release::V1_4,
    must_to_yaml: false,
    must_to_toml: false,
    duration_functions: false,
    json_schema: JsonSchema::Gojsonschema,
    values_documents: ValuesDocuments::First,
    set_json_objects: false,
    set_ends_in_index: false,
    api_version_checked: false,
    chart_file_limit: Some(5 * 1024 * 1024),
    unpacked_limit: "maximum file size",
    nulls: Nulls::Delete,
    logs: Logs::Printf,
    post_renderer: PostRenderer::Executable,
    lint: &LINT_3,
    missing_flags: &[
        "server-side",
        "force-replace",
        "force-conflicts",
        "rollback-on-failure",
        "color",
        "colour",
        "content-cache",
    ],
    cli: Cli::Helm3,
    import_names_are_strings: true,
    copies_are_shallow: true,
    deprecated_flags: &[],
};

/// Helm 4.1.4.
pub static HELM_4_1: Profile = Profile {
    name: "4.1",
    version: "4.1.4",
    go: Go::Go125,
    build: Build {
        git_commit: "05fa37973dc9e42b76e1d2883494c87174b6074f",
        go_version: "go1.25.9",
        kube_client_version: "v1.35",
    },
    kube_version: (1, 35),
    api_versions: &API_VERSIONS_1_35,
    split: Split::Trimmed,
    webhooks_ordered: true,
    chart_object: ChartObject::Map,
    packages: Packages::Helm4,
    error_trace: true,
    lines_of_empty_file: EmptyFile::Panics,
    dependency_hint: "an error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies",
    update_hint: "",
    semver: &semver::V3_4,
    toml: toml::Release::V1_6,
    must_to_yaml: true,
    must_to_toml: false,
    duration_functions: false,
    json_schema: JsonSchema::V6_0_2,
    values_documents: ValuesDocuments::MergedButLastLine,
    set_json_objects: true,
    set_ends_in_index: true,
    api_version_checked: true,
    chart_file_limit: Some(5 * 1024 * 1024),
    unpacked_limit: "maximum size",
    nulls: Nulls::DeleteDefaults,
    logs: Logs::Structured,
    post_renderer: PostRenderer::Plugin,
    lint: &LINT_4,
    missing_flags: &[],
    cli: Cli::Helm4,
    import_names_are_strings: false,
    copies_are_shallow: false,
    deprecated_flags: &DEPRECATED_FLAGS_4,
};

/// Helm 4.2.3.
pub static HELM_4_2: Profile = Profile {
    name: "4.2",
    version: "4.2.3",
    go: Go::Go126,
    build: Build {
        git_commit: "43e8b7feece8beb0fcba47059ec9b522fd929a64",
        go_version: "go1.26.5",
        kube_client_version: "v1.36",
    },
    kube_version: (1, 36),
    api_versions: &API_VERSIONS_1_36,
    split: Split::KeepsLastEnd,
    webhooks_ordered: true,
    chart_object: ChartObject::Map,
    packages: Packages::Helm4,
    error_trace: true,
    lines_of_empty_file: EmptyFile::Panics,
    dependency_hint: "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies",
    update_hint: " with 'helm dependency update'",
    semver: &semver::V3_5,
    toml: toml::Release::V1_6,
    must_to_yaml: true,
    must_to_toml: true,
    duration_functions: false,
    json_schema: JsonSchema::V6_0_2,
    values_documents: ValuesDocuments::MergedButLastLine,
    set_json_objects: true,
    set_ends_in_index: true,
    api_version_checked: true,
    chart_file_limit: Some(5 * 1024 * 1024),
    unpacked_limit: "maximum size",
    nulls: Nulls::DeleteDefaultsAndVanish,
    logs: Logs::Structured,
    post_renderer: PostRenderer::Plugin,
    lint: &LINT_4,
    missing_flags: &[],
    cli: Cli::Helm4,
    import_names_are_strings: false,
    copies_are_shallow: false,
    deprecated_flags: &DEPRECATED_FLAGS_4,
};

/// Helm 4.3.1.
pub static HELM_4_3: Profile = Profile {
    name: "4.3",
    version: "4.3.1",
    go: Go::Go127,
    build: Build {
        git_commit: "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff",
        go_version: "go1.27.2",
        kube_client_version: "v1.37",
    },
    kube_version: (1, 37),
    api_versions: &API_VERSIONS_1_37,
    split: Split::KeepsEnd,
    webhooks_ordered: true,
    chart_object: ChartObject::Map,
    packages: Packages::Helm4,
    error_trace: true,
    lines_of_empty_file: EmptyFile::NoLines,
    dependency_hint: "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies",
    update_hint: " with 'helm dependency update'",
    semver: &semver::V3_5,
    toml: toml::Release::V1_6,
    must_to_yaml: true,
    must_to_toml: true,
    duration_functions: true,
    json_schema: JsonSchema::V6_0_3,
    values_documents: ValuesDocuments::Merged,
    set_json_objects: true,
    set_ends_in_index: true,
    api_version_checked: true,
    chart_file_limit: None,
    unpacked_limit: "maximum size",
    nulls: Nulls::DeleteDefaultsAndVanish,
    logs: Logs::Structured,
    post_renderer: PostRenderer::Plugin,
    lint: &LINT_4,
    missing_flags: &[],
    cli: Cli::Helm4,
    import_names_are_strings: false,
    copies_are_shallow: false,
    deprecated_flags: &DEPRECATED_FLAGS_4_3,
};

static DEPRECATED_FLAGS_4: [(&str, &str); 3] = [
    ("force", "use --force-replace instead"),
    ("atomic", "use --rollback-on-failure instead"),
    ("validate", "use '--dry-run=server' instead"),
];

static DEPRECATED_FLAGS_4_3: [(&str, &str); 5] = [
    ("force", "use --force-replace instead"),
    ("atomic", "use --rollback-on-failure instead"),
    ("validate", "use '--dry-run=server' instead"),
    ("hide-notes", "this flag has no effect for 'helm template' and will be removed in Helm 5"),
    ("render-subchart-notes", "this flag has no effect for 'helm template' and will be removed in Helm 5"),
];

/// All columns, oldest first.
pub static PROFILES: [&Profile; 4] = [&HELM_3_17, &HELM_4_1, &HELM_4_2, &HELM_4_3];

impl Go {
    /// The version of Unicode that its package unicode knows.
    pub fn unicode(self) -> unicode::Version {
        match self {
            Go::Go123 | Go::Go125 | Go::Go126 => unicode::Version::V15,
            Go::Go127 => unicode::Version::V17,
        }
    }

    /// Whether its package net/url refuses a host with several colons.
    pub fn strict_url_colons(self) -> bool {
        self >= Go::Go126
    }

    /// Its package encoding/json.
    pub fn json(self) -> json::Implementation {
        if self >= Go::Go127 { json::Implementation::V2 } else { json::Implementation::V1 }
    }
}

impl Profile {
    /// The newest version.
    pub fn newest() -> &'static Profile {
        PROFILES[PROFILES.len() - 1]
    }

    /// The profile of a version as users write it: `4.1`, `v4.1`, `4.1.4`. The patch level must be the one that was measured.
    pub fn named(version: &str) -> Option<&'static Profile> {
        let version = version.strip_prefix('v').unwrap_or(version);
        PROFILES.into_iter().find(|profile| profile.name == version || profile.version == version)
    }
}

/// What Kubernetes' client-go 0.32 registers.
static API_VERSIONS_1_32: [&str; 56] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1alpha1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1alpha1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// What Kubernetes' client-go 0.35 registers.
static API_VERSIONS_1_35: [&str; 57] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// What Kubernetes' client-go 0.36 registers.
static API_VERSIONS_1_36: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// What Kubernetes' client-go 0.37 registers.
static API_VERSIONS_1_37: [&str; 57] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_by_either_name() {
        for name in ["4.1", "v4.1", "4.1.4", "v4.1.4"] {
            assert_eq!(Profile::named(name), Some(&HELM_4_1), "{name}");
        }
        assert_eq!(Profile::named("4.1.3"), None);
        assert_eq!(Profile::named("3.17"), Some(&HELM_3_17));
        assert_eq!(Profile::named("4.2.3"), Some(&HELM_4_2));
        assert_eq!(Profile::newest().name, "4.3");
    }
}
