//! The Helm version to be compatible with, as one table of data: a row a behaviour, a column a version.
//!
//! Imports: go.

use crate::go::semver;

/// One column of the table: how one version of Helm behaves.
#[derive(Debug, PartialEq, Eq)]
pub struct Profile {
    /// As `--helm-version` names it.
    pub name: &'static str,
    /// The exact version whose binary the goldens come from.
    pub version: &'static str,
    /// The version of Go's standard library it is built with.
    pub go: Go,
    /// What `.Capabilities.HelmVersion` says of the build.
    pub build: Build,
    /// Major and minor of the Kubernetes version that a render assumes.
    pub kube_version: (u64, u64),
    /// The API versions that a render assumes, in Helm's order.
    pub api_versions: &'static [&'static str],
    /// How rendered text is cut into documents.
    pub split: Split,
    /// What `.Files.Lines` makes of an empty file.
    pub lines_of_empty_file: EmptyFile,
    /// The command that the message on missing dependencies recommends, in that message's quotes.
    pub dependency_hint: &'static str,
    /// The release of the library for versions and version constraints.
    pub semver: &'static semver::Rules,
    /// Whether there is `mustToToml`.
    pub must_to_toml: bool,
    /// Whether there are functions for durations, such as `durationSeconds`.
    pub duration_functions: bool,
    /// The release of the library for JSON Schema.
    pub json_schema: JsonSchema,
    /// Whether a values file loses its last line where that has no newline and as many bytes as Go's buffer.
    pub values_lose_last_line: bool,
    /// How large a file of a chart may be, besides the limit for the whole chart.
    pub chart_file_limit: Option<u64>,
    /// Whether a null in a chart's own values counts as no value, also below the top level.
    pub null_defaults_dropped: bool,
    /// What `--post-renderer` names.
    pub post_renderer: PostRenderer,
    /// Flags of `template` that still work and say that they should not be used: name and advice.
    pub deprecated_flags: &'static [(&'static str, &'static str)],
}

/// Where Helm comes from, as `.Capabilities.HelmVersion` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Build {
    /// The commit.
    pub git_commit: &'static str,
    /// `go1.25.9`.
    pub go_version: &'static str,
    /// `v1.35`.
    pub kube_client_version: &'static str,
}

/// The version of Go, where its text/template and fmt differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Go {
    /// Go 1.25: Helm 4.1.
    Go125,
    /// Go 1.27: Helm 4.3.
    Go127,
}

/// The release of github.com/santhosh-tekuri/jsonschema/v6, where its verdicts and messages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JsonSchema {
    /// Counts items behind the first few from 0 again, and takes a string for the number it shows.
    V6_0_2,
    /// Corrects that.
    V6_0_3,
}

/// How rendered text is cut into documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// At `(?:^|\s*\n)---\s*`; documents are trimmed on both sides. To 4.1.
    Trimmed,
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
    lines_of_empty_file: EmptyFile::Panics,
    dependency_hint: "`helm dependency build`",
    semver: &semver::V3_4,
    json_schema: JsonSchema::V6_0_2,
    must_to_toml: false,
    duration_functions: false,
    values_lose_last_line: true,
    chart_file_limit: Some(5 * 1024 * 1024),
    null_defaults_dropped: false,
    post_renderer: PostRenderer::Plugin,
    deprecated_flags: &[
        ("force", "use --force-replace instead"),
        ("atomic", "use --rollback-on-failure instead"),
        ("validate", "use '--dry-run=server' instead"),
    ],
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
    lines_of_empty_file: EmptyFile::NoLines,
    dependency_hint: "'helm dependency build'",
    semver: &semver::V3_5,
    json_schema: JsonSchema::V6_0_3,
    must_to_toml: true,
    duration_functions: true,
    values_lose_last_line: false,
    chart_file_limit: None,
    null_defaults_dropped: true,
    post_renderer: PostRenderer::Plugin,
    deprecated_flags: &[
        ("force", "use --force-replace instead"),
        ("atomic", "use --rollback-on-failure instead"),
        ("validate", "use '--dry-run=server' instead"),
        ("hide-notes", "this flag has no effect for 'helm template' and will be removed in Helm 5"),
        ("render-subchart-notes", "this flag has no effect for 'helm template' and will be removed in Helm 5"),
    ],
};

/// All columns, oldest first.
pub static PROFILES: [&Profile; 2] = [&HELM_4_1, &HELM_4_3];

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
        assert_eq!(Profile::newest().name, "4.3");
    }
}
