//! What a change does to a cluster.

use super::document::tokens;
use super::{Id, Status};
use crate::go::Value;

/// Classes of changes, the riskiest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Risk {
    Harmless,
    Capacity,
    Restarts,
    Exposes,
    Rbac,
    Recreates,
    DeletesData,
}

impl Risk {
    /// All classes, the riskiest first.
    pub const ALL: [Risk; 7] =
        [Risk::DeletesData, Risk::Recreates, Risk::Rbac, Risk::Exposes, Risk::Restarts, Risk::Capacity, Risk::Harmless];

    /// The word for it on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Risk::Harmless => "harmless",
            Risk::Capacity => "capacity",
            Risk::Restarts => "restarts",
            Risk::Exposes => "exposes",
            Risk::Rbac => "widens-rbac",
            Risk::Recreates => "recreates",
            Risk::DeletesData => "deletes-data",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Risk::Harmless => "harmless",
            Risk::Capacity => "changes capacity",
            Risk::Restarts => "restarts pods",
            Risk::Exposes => "changes what is reachable",
            Risk::Rbac => "widens permissions",
            Risk::Recreates => "must be recreated",
            Risk::DeletesData => "deletes data",
        }
    }
}

/// Kinds whose pods are made from a template.
const WORKLOADS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Rollout", "DeploymentConfig"];

/// Kinds that say who may reach whom.
const GUARDS: &[&str] = &[
    "NetworkPolicy",
    "AuthorizationPolicy",
    "PeerAuthentication",
    "RequestAuthentication",
    "CiliumNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "BackendTLSPolicy",
];

/// Kinds that lead to the outside.
const DOORS: &[&str] = &[
    "Ingress",
    "Gateway",
    "HTTPRoute",
    "GRPCRoute",
    "TLSRoute",
    "TCPRoute",
    "UDPRoute",
    "VirtualService",
    "IngressRoute",
    "Route",
];

/// Kinds that hold data, or that hold what does.
const STORES: &[&str] = &["PersistentVolumeClaim", "PersistentVolume", "Namespace", "CustomResourceDefinition"];

/// Kinds that only limit or scale.
const SCALERS: &[&str] = &[
    "HorizontalPodAutoscaler",
    "VerticalPodAutoscaler",
    "PodDisruptionBudget",
    "ResourceQuota",
    "LimitRange",
    "ScaledObject",
    "PriorityClass",
];

/// Kinds outside Kubernetes' own API that run nothing.
const PASSIVE: &[&str] = &[
    "ServiceMonitor",
    "PodMonitor",
    "PrometheusRule",
    "Certificate",
    "Issuer",
    "ClusterIssuer",
    "GrafanaDashboard",
    "ExternalSecret",
    "SecretStore",
];

/// What the appearance or the end of a resource does.
pub fn whole(id: &Id, status: &Status) -> (Risk, &'static str) {
    let kind = id.kind.as_str();
    if *status == Status::Removed {
        return match kind {
            "CustomResourceDefinition" => (Risk::DeletesData, "every resource of this kind goes with it"),
            "Namespace" => (Risk::DeletesData, "everything in the namespace goes with it"),
            _ if STORES.contains(&kind) => (Risk::DeletesData, "its data may go with it"),
            _ if GUARDS.contains(&kind) => (Risk::Exposes, "what it kept out may come in"),
            _ if DOORS.contains(&kind) || kind == "Service" => (Risk::Exposes, "it can no longer be reached"),
            _ if WORKLOADS.contains(&kind) || ["Pod", "Job", "CronJob"].contains(&kind) => {
                (Risk::Restarts, "its pods end")
            }
            "Secret" | "ConfigMap" => (Risk::Restarts, "pods that use it do not start any more"),
            "ServiceAccount" => (Risk::Restarts, "pods that use it do not start any more"),
            _ if SCALERS.contains(&kind) => (Risk::Capacity, "it no longer limits or scales"),
            _ => (Risk::Harmless, "nothing runs in it"),
        };
    }
    match kind {
        "Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding" => (Risk::Rbac, "it grants permissions"),
        _ if DOORS.contains(&kind) => (Risk::Exposes, "it leads to the outside"),
        _ if GUARDS.contains(&kind) => (Risk::Exposes, "it decides who may reach whom"),
        _ if SCALERS.contains(&kind) => (Risk::Capacity, "it limits or scales"),
        _ => (Risk::Harmless, "it is new"),
    }
}

/// A field that changed, with what stands around it in both manifests.
pub struct Change<'a> {
    pub id: &'a Id,
    pub path: &'a str,
    pub before: Option<&'a Value>,
    pub after: Option<&'a Value>,
    /// The manifests.
    pub old: &'a Value,
    pub new: &'a Value,
}

/// What the change of a field does.
pub fn field(change: &Change<'_>) -> (Risk, &'static str) {
    let steps = tokens(change.path);
    let step = |at: usize| steps.get(at).copied().unwrap_or_default();
    let kind = change.id.kind.as_str();
    if step(0) == "metadata" {
        return match step(1) {
            "name" | "namespace" | "generateName" if !is_test(change.new) => {
                (Risk::Recreates, "another name is another resource")
            }
            _ => (Risk::Harmless, "metadata"),
        };
    }
    if is_test(change.new) {
        return (Risk::Harmless, "a test, which runs only where it is asked for");
    }
    if step(0) == "apiVersion" || step(0) == "kind" {
        return (Risk::Harmless, "another version of its API");
    }
    if let Some(found) = immutable(change, &steps) {
        return found;
    }
    if WORKLOADS.contains(&kind) && step(0) == "spec" && step(1) == "template" {
        return pods(change, &steps);
    }
    match kind {
        "Role" | "ClusterRole" => roles(change, step(0)),
        "RoleBinding" | "ClusterRoleBinding" if change.after.is_some() => (Risk::Rbac, "someone else gets permissions"),
        "RoleBinding" | "ClusterRoleBinding" => (Risk::Harmless, "someone loses permissions"),
        "Service" => service(change, &steps),
        "PersistentVolumeClaim" | "PersistentVolume" => (Risk::Capacity, "storage"),
        "CustomResourceDefinition" if change.after.is_none() && step(1) == "versions" => {
            (Risk::DeletesData, "resources of a version that is gone cannot be read")
        }
        _ if GUARDS.contains(&kind) => (Risk::Exposes, "it decides who may reach whom"),
        _ if DOORS.contains(&kind) => (Risk::Exposes, "it leads to the outside"),
        _ if SCALERS.contains(&kind) => (Risk::Capacity, "it limits or scales"),
        _ if WORKLOADS.contains(&kind) && step(1) == "replicas" => (Risk::Capacity, "replicas"),
        _ if WORKLOADS.contains(&kind) => (Risk::Harmless, "pods stay as they are"),
        "ConfigMap" | "Secret" => (Risk::Harmless, "running pods see it later or not at all"),
        "CronJob" => (Risk::Harmless, "it counts from the next run"),
        "ServiceAccount" | "StorageClass" | "IngressClass" => (Risk::Harmless, "it counts for what comes"),
        _ if PASSIVE.contains(&kind) => (Risk::Harmless, "nothing runs in it"),
        _ if !change.id.api_version.contains('.') || change.id.api_version.contains(".k8s.io/") => {
            (Risk::Harmless, "nothing runs in it")
        }
        _ if step(0) == "spec" => (Risk::Restarts, "its controller decides, and may restart what it runs"),
        _ => (Risk::Harmless, "nothing runs in it"),
    }
}

/// Whether a resource is only one of Helm's tests.
fn is_test(resource: &Value) -> bool {
    let metadata = resource.as_dict().and_then(|resource| resource.get(b"metadata"));
    let annotations = metadata.as_ref().and_then(Value::as_dict).and_then(|metadata| metadata.get(b"annotations"));
    let hook = annotations.as_ref().and_then(Value::as_dict).and_then(|annotations| annotations.get(b"helm.sh/hook"));
    hook.as_ref().and_then(Value::as_str).is_some_and(|hook| {
        hook.to_str_lossy().split(',').all(|event| ["test", "test-success", "test-failure"].contains(&event.trim()))
    })
}

/// Fields that the API server refuses to change.
fn immutable(change: &Change<'_>, steps: &[&str]) -> Option<(Risk, &'static str)> {
    const WHY: &str = "the field is immutable";
    let step = |at: usize| steps.get(at).copied().unwrap_or_default();
    let is = |wanted: &[&str]| wanted.contains(&step(1)) && step(0) == "spec";
    let recreated = match change.id.kind.as_str() {
        "Deployment" | "DaemonSet" | "ReplicaSet" => is(&["selector"]),
        "StatefulSet" => {
            const FREE: &[&str] = &[
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ];
            if step(0) == "spec" && step(1) == "volumeClaimTemplates" {
                return Some((Risk::Recreates, "the claims of a StatefulSet are immutable"));
            }
            step(0) == "spec" && !FREE.contains(&step(1))
        }
        "Job" => is(&["template", "selector", "completionMode", "completions", "podFailurePolicy", "manualSelector"]),
        "Pod" => {
            step(0) == "spec"
                && steps.last() != Some(&"image")
                && !["tolerations", "activeDeadlineSeconds"].contains(&step(1))
        }
        "Service" => is(&["clusterIP", "clusterIPs"]) && change.before.is_some() && change.after.is_some(),
        "PersistentVolumeClaim" => {
            let grows = step(1) == "resources";
            if step(0) == "spec" && !grows && step(1) != "volumeAttributesClassName" {
                return Some((Risk::DeletesData, "a claim is immutable, and a new one is empty"));
            }
            if grows && smaller(change.before, change.after) {
                return Some((Risk::DeletesData, "a claim cannot shrink, and a new one is empty"));
            }
            false
        }
        "PersistentVolume" if step(0) == "spec" && step(1) == "persistentVolumeReclaimPolicy" => {
            return Some((Risk::DeletesData, "it decides whether data outlives its claim"));
        }
        "StorageClass" => ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"].contains(&step(0)),
        "RoleBinding" | "ClusterRoleBinding" if step(0) == "roleRef" => {
            return Some((Risk::Rbac, "it binds another role, and must be recreated for that"));
        }
        "Secret" if step(0) == "type" => true,
        "Secret" | "ConfigMap" => {
            let frozen = change.old.as_dict().and_then(|dict| dict.get(b"immutable"));
            matches!(frozen, Some(Value::Bool(true)))
                && ["data", "stringData", "binaryData", "immutable"].contains(&step(0))
        }
        "IngressClass" => is(&["controller"]),
        "PriorityClass" => step(0) == "value",
        "CustomResourceDefinition" => is(&["group", "scope", "names"]),
        _ => false,
    };
    recreated.then_some((Risk::Recreates, WHY))
}

fn pods(change: &Change<'_>, steps: &[&str]) -> (Risk, &'static str) {
    let is_true = matches!(change.after, Some(Value::Bool(true)));
    let exposed = ["hostNetwork", "hostPID", "hostIPC", "privileged"];
    let last = steps.last().copied().unwrap_or_default();
    if exposed.contains(&last) && is_true || steps.contains(&"hostPort") && change.after.is_some() {
        return (Risk::Exposes, "pods reach or are reached from the host");
    }
    if steps.contains(&"resources") {
        return (Risk::Restarts, "the pod template changes, and with it what pods ask for");
    }
    (Risk::Restarts, "the pod template changes")
}

/// Whether a role allows what it did not.
fn roles(change: &Change<'_>, first: &str) -> (Risk, &'static str) {
    if first == "aggregationRule" {
        return (Risk::Rbac, "it gathers other permissions");
    }
    if widens(change.old, change.new) {
        return (Risk::Rbac, "it grants more than before");
    }
    (Risk::Harmless, "it grants no more than before")
}

/// Whether some rule of the second role is covered by none of the first.
fn widens(old: &Value, new: &Value) -> bool {
    let rules = |role: &Value| {
        let rules = role.as_dict().and_then(|role| role.get(b"rules"));
        rules.as_ref().and_then(Value::as_list).map(|rules| rules.to_vec()).unwrap_or_default()
    };
    let words = |rule: &Value, key: &str| -> Vec<String> {
        let list = rule.as_dict().and_then(|rule| rule.get(key.as_bytes()));
        let list = list.as_ref().and_then(Value::as_list).map(|list| list.to_vec()).unwrap_or_default();
        list.iter().filter_map(|word| word.as_str().map(ToString::to_string)).collect()
    };
    let old = rules(old);
    let covers = |rule: &Value, new: &Value| {
        let all = ["apiGroups", "resources", "verbs", "nonResourceURLs"].iter().all(|key| {
            let (has, wants) = (words(rule, key), words(new, key));
            has.iter().any(|word| word == "*") || wants.iter().all(|word| has.contains(word))
        });
        let (has, wants) = (words(rule, "resourceNames"), words(new, "resourceNames"));
        all && (has.is_empty() || !wants.is_empty() && wants.iter().all(|word| has.contains(word)))
    };
    rules(new).iter().any(|rule| !old.iter().any(|old| covers(old, rule)))
}

fn service(change: &Change<'_>, steps: &[&str]) -> (Risk, &'static str) {
    let kind = |service: &Value| {
        let spec = service.as_dict().and_then(|service| service.get(b"spec"));
        let kind = spec.as_ref().and_then(Value::as_dict).and_then(|spec| spec.get(b"type"));
        kind.and_then(|kind| kind.as_str().map(ToString::to_string)).unwrap_or_default()
    };
    let is_open = ["LoadBalancer", "NodePort"].contains(&kind(change.new).as_str());
    match steps.get(1).copied().unwrap_or_default() {
        "type" if is_open => (Risk::Exposes, "it is reachable from outside the cluster"),
        "externalIPs" | "loadBalancerSourceRanges" | "externalTrafficPolicy" => {
            (Risk::Exposes, "who may reach it changes")
        }
        "ports" if is_open => (Risk::Exposes, "what is reachable from outside the cluster changes"),
        "selector" => (Risk::Exposes, "it leads to other pods"),
        _ => (Risk::Harmless, "it stays inside the cluster"),
    }
}

/// Whether a quantity such as `10Gi` shrinks.
fn smaller(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before.and_then(quantity), after.and_then(quantity)) {
        (Some(before), Some(after)) => after < before,
        _ => false,
    }
}

fn quantity(value: &Value) -> Option<f64> {
    let text = super::fields::text(value);
    let text = text.trim_matches('"');
    let split = text.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split)?;
    let scale = match unit {
        "" => 1.0,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}
