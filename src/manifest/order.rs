//! The order in which kinds are installed, and hence printed.

use crate::profile::Profile;
use std::cmp::Ordering;

/// As Helm's InstallOrder.
static INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    WEBHOOKS[0],
    WEBHOOKS[1],
];

/// The kinds that are only in the order of Helm 4.
const WEBHOOKS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// As Helm's lessByKind, to be used with a stable sort: known kinds in install order, then the others by name.
pub fn compare(a: &[u8], b: &[u8], profile: &Profile) -> Ordering {
    rank(a, profile).cmp(&rank(b, profile))
}

/// What a kind is sorted by: the place of a known one, or the name of another.
pub fn rank<'a>(kind: &'a [u8], profile: &Profile) -> (usize, &'a [u8]) {
    match position(kind, profile) {
        Some(position) => (position, b""),
        None => (INSTALL_ORDER.len(), kind),
    }
}

fn position(kind: &[u8], profile: &Profile) -> Option<usize> {
    let known = INSTALL_ORDER.len() - if profile.webhooks_ordered { 0 } else { WEBHOOKS.len() };
    INSTALL_ORDER[..known].iter().position(|known| known.as_bytes() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_follow_in_alphabetical_order() {
        let mut kinds = ["Zebra", "", "Ingress", "Apple", "Namespace"];
        kinds.sort_by(|a, b| compare(a.as_bytes(), b.as_bytes(), Profile::newest()));
        assert_eq!(kinds, ["Namespace", "Ingress", "", "Apple", "Zebra"]);
    }
}
