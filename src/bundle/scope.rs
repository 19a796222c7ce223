//! Whether the objects of a kind lie in a namespace: of built-in kinds, of widely used ones, and of those whose
//! definition is in the bundle.

use super::object::{Object, group_kind};
use crate::go::Value;
use std::collections::HashMap;

/// Where the objects of a kind lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Namespaced,
    Cluster,
    /// Nobody says.
    Unknown,
}

/// Groups, and the kinds in them that lie in no namespace. The others do.
///
/// Those of Kubernetes are all that k8s.io/api 0.32 to 0.37 marks `genclient:nonNamespaced`, and those it serves apart
/// from it; the rest are custom resources that many charts make without their definitions.
static GROUPS: &[(&str, &[&str])] = &[
    ("", &["ComponentStatus", "Namespace", "Node", "PersistentVolume"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("apps", &[]),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    ("authorization.k8s.io", &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"]),
    ("autoscaling", &[]),
    ("batch", &[]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("coordination.k8s.io", &[]),
    ("discovery.k8s.io", &[]),
    ("events.k8s.io", &[]),
    ("extensions", &["PodSecurityPolicy"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourcePoolStatusRequest", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"]),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
    // Custom resources.
    ("acme.cert-manager.io", &[]),
    ("argoproj.io", &["ClusterAnalysisTemplate", "ClusterWorkflowTemplate"]),
    ("autoscaling.k8s.io", &[]),
    ("cert-manager.io", &["ClusterIssuer"]),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("keda.sh", &["ClusterTriggerAuthentication"]),
    ("monitoring.coreos.com", &[]),
    ("networking.istio.io", &[]),
    ("security.istio.io", &[]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    ("telemetry.istio.io", &[]),
    ("traefik.io", &[]),
];

/// What is known of kinds.
pub struct Scopes {
    /// By `Kind.group`; these win over the table.
    learnt: HashMap<String, Scope>,
}

impl Scopes {
    /// Knows the table, and further kinds, as `Kind.group`, that lie in namespaces.
    pub fn new(namespaced: &[String]) -> Scopes {
        Scopes { learnt: namespaced.iter().map(|kind| (kind.clone(), Scope::Namespaced)).collect() }
    }

    /// Learns from a document where that is a CustomResourceDefinition.
    pub fn learn(&mut self, document: &Value) {
        let Some(dict) = document.as_dict() else { return };
        let is = |value: Option<Value>, wanted: &str| {
            value.as_ref().and_then(Value::as_str).is_some_and(|text| text.as_bytes() == wanted.as_bytes())
        };
        if !is(dict.get(b"kind"), "CustomResourceDefinition") {
            return;
        }
        let spec = dict.get(b"spec");
        let Some(spec) = spec.as_ref().and_then(Value::as_dict) else { return };
        let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(ToString::to_string);
        let names = spec.get(b"names");
        let kind = text(names.as_ref().and_then(Value::as_dict).and_then(|names| names.get(b"kind")));
        if let (Some(group), Some(kind)) = (text(spec.get(b"group")), kind) {
            let cluster = is(spec.get(b"scope"), "Cluster");
            let scope = if cluster { Scope::Cluster } else { Scope::Namespaced };
            self.learnt.insert(group_kind(&group, &kind), scope);
        }
    }

    /// Where an object lies.
    pub fn of(&self, object: &Object) -> Scope {
        if let Some(scope) = self.learnt.get(&object.group_kind()) {
            return *scope;
        }
        match GROUPS.iter().find(|(group, _)| *group == object.group()) {
            Some((_, cluster)) if cluster.contains(&object.kind.as_str()) => Scope::Cluster,
            Some(_) => Scope::Namespaced,
            None => Scope::Unknown,
        }
    }
}
