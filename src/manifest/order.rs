//! The order in which kinds are installed, and hence printed.

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
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// As Helm's lessByKind, to be used with a stable sort: known kinds in install order, then the others by name.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    match (position(a), position(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

fn position(kind: &[u8]) -> Option<usize> {
    INSTALL_ORDER.iter().position(|known| known.as_bytes() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_follow_in_alphabetical_order() {
        let mut kinds = ["Zebra", "", "Ingress", "Apple", "Namespace"];
        kinds.sort_by(|a, b| compare(a.as_bytes(), b.as_bytes()));
        assert_eq!(kinds, ["Namespace", "Ingress", "", "Apple", "Zebra"]);
    }
}
