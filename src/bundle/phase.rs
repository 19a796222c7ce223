//! When an object is applied: the phases of a bundle, and the order within them.

use super::object::{Object, Stage};
use crate::manifest::order;
use crate::profile::Profile;
use std::cmp::Ordering;

/// The phases in order. Their numbers make kubectl, which reads folders by name, keep to it.
///
/// Custom resource definitions and namespaces come first, as others need them; then what Helm runs as a hook before an
/// installation; then Helm's install order, cut where something must be there before the next; then what Helm runs as a
/// hook afterwards.
pub static PHASES: [&str; 13] = [
    "00-crds",
    "01-namespaces",
    "02-before",
    "03-policies",
    "04-accounts",
    "05-configuration",
    "06-storage",
    "07-access",
    "08-services",
    "09-workloads",
    "10-routes",
    "11-others",
    "12-after",
];

/// The phase of the kinds that have one of their own; all others come with `11-others`.
static KINDS: &[(usize, &[&str])] = &[
    (0, &["CustomResourceDefinition"]),
    (1, &["Namespace"]),
    (3, &["PriorityClass", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget"]),
    (4, &["ServiceAccount"]),
    (5, &["Secret", "ConfigMap"]),
    (6, &["StorageClass", "PersistentVolume", "PersistentVolumeClaim"]),
    (7, &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    (8, &["Service"]),
    (
        9,
        &[
            "DaemonSet",
            "Pod",
            "ReplicationController",
            "ReplicaSet",
            "Deployment",
            "HorizontalPodAutoscaler",
            "StatefulSet",
            "Job",
            "CronJob",
        ],
    ),
    (10, &["IngressClass", "Ingress"]),
];

const BEFORE: usize = 2;
const OTHERS: usize = 11;
const AFTER: usize = 12;

/// The phase of a kind: an index into [`PHASES`].
pub fn of(kind: &str, stage: Stage) -> usize {
    let known = KINDS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(phase, _)| *phase);
    match (known, stage) {
        // What hooks themselves need comes before them, as it does in Helm with a low weight.
        (Some(phase @ 0..=1), _) => phase,
        (_, Stage::Before(_)) => BEFORE,
        (_, Stage::After(_)) => AFTER,
        (phase, Stage::Plain) => phase.unwrap_or(OTHERS),
    }
}

/// The order of objects: by phase, hooks by weight, then by kind as Helm installs them, then by name.
pub fn compare(a: &Object, b: &Object, profile: &Profile) -> Ordering {
    (a.phase, a.weight)
        .cmp(&(b.phase, b.weight))
        .then_with(|| order::compare(a.kind.as_bytes(), b.kind.as_bytes(), profile))
        .then_with(|| a.key().cmp(&b.key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases() {
        for (kind, stage, phase) in [
            ("CustomResourceDefinition", Stage::Plain, "00-crds"),
            ("Namespace", Stage::Before(-5), "01-namespaces"),
            ("Job", Stage::Before(1), "02-before"),
            ("Job", Stage::Plain, "09-workloads"),
            ("Job", Stage::After(0), "12-after"),
            ("Certificate", Stage::Plain, "11-others"),
            ("Secret", Stage::Plain, "05-configuration"),
        ] {
            assert_eq!(PHASES.get(of(kind, stage)).copied(), Some(phase), "{kind} {stage:?}");
        }
    }
}
