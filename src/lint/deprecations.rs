//! API versions that Kubernetes gives up: what `k8s.io/api` says of each kind, as the linter reports it.

use crate::profile::Profile;

/// What `k8s.io/api` says of a kind of an API version. All versions are those of Kubernetes 1.
struct Lifecycle {
    api_version: &'static str,
    kind: &'static str,
    /// Whether the same holds for the kind with `List` behind its name.
    with_list: bool,
    /// The minor version that deprecates it.
    deprecated: u64,
    /// The minor version that no longer has it.
    removed: u64,
    /// The API version to use instead, where there is one.
    replacement: &'static str,
    /// The kind to use instead, where it has another name.
    replacement_kind: &'static str,
    /// The first and the last minor version of `k8s.io/api` that say so.
    said: (u64, u64),
}

/// The warning of the API server where a kind is deprecated in a minor version of Kubernetes 1.
///
/// As apiserver's deprecation.WarningMessage; kinds that the profile's client-go does not know are not deprecated.
pub fn warning(api_version: &str, kind: &str, version: (u64, u64), profile: &'static Profile) -> Option<String> {
    let client = profile.kube_version.1;
    let (lifecycle, list) = LIFECYCLES
        .iter()
        .filter(|row| row.api_version == api_version && (row.said.0..=row.said.1).contains(&client))
        .find_map(|row| match kind.strip_prefix(row.kind)? {
            "" => Some((row, "")),
            "List" if row.with_list => Some((row, "List")),
            _ => None,
        })?;
    if (1, lifecycle.deprecated) > version && version != (0, 0) {
        return None;
    }
    let mut text = format!("{api_version} {kind} is deprecated in v1.{}+", lifecycle.deprecated);
    if lifecycle.removed > 0 {
        text += &format!(", unavailable in v1.{}+", lifecycle.removed);
    }
    if !lifecycle.replacement.is_empty() {
        let kind = if lifecycle.replacement_kind.is_empty() { lifecycle.kind } else { lifecycle.replacement_kind };
        text += &format!("; use {} {kind}{list}", lifecycle.replacement);
    }
    Some(text)
}

const fn row(
    api_version: &'static str,
    kind: &'static str,
    with_list: bool,
    (deprecated, removed): (u64, u64),
    (replacement, replacement_kind): (&'static str, &'static str),
    said: (u64, u64),
) -> Lifecycle {
    Lifecycle { api_version, kind, with_list, deprecated, removed, replacement, replacement_kind, said }
}

/// Every version of `k8s.io/api` so far.
const ALL: (u64, u64) = (0, u64::MAX);

/// Every kind that is deprecated in `k8s.io/api` 0.32 to 0.37, by API version and kind.
#[rustfmt::skip]
static LIFECYCLES: &[Lifecycle] = &[
    row("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", true, (35, 38), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding", true, (35, 38), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy", true, (29, 32), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBinding", true, (29, 32), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", true, (37, 40), ("", ""), (35, 35)),
    row("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", true, (37, 40), ("admissionregistration.k8s.io/v1", ""), (36, u64::MAX)),
    row("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", true, (37, 40), ("", ""), (35, 35)),
    row("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", true, (37, 40), ("admissionregistration.k8s.io/v1", ""), (36, u64::MAX)),
    row("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", true, (16, 22), ("admissionregistration.k8s.io/v1", ""), ALL),
    row("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", true, (31, 34), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", true, (31, 34), ("", ""), ALL),
    row("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", true, (16, 22), ("admissionregistration.k8s.io/v1", ""), ALL),
    row("apidiscovery.k8s.io/v2beta1", "APIGroupDiscovery", true, (32, 35), ("", ""), ALL),
    row("apps/v1beta1", "ControllerRevision", true, (8, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta1", "Deployment", true, (8, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta1", "DeploymentRollback", false, (8, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta1", "Scale", false, (8, 16), ("autoscaling/v1", ""), ALL),
    row("apps/v1beta1", "StatefulSet", true, (8, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta2", "ControllerRevision", true, (9, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta2", "DaemonSet", true, (9, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta2", "Deployment", true, (9, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta2", "ReplicaSet", true, (9, 16), ("apps/v1", ""), ALL),
    row("apps/v1beta2", "Scale", false, (9, 16), ("autoscaling/v1", ""), ALL),
    row("apps/v1beta2", "StatefulSet", true, (9, 16), ("apps/v1", ""), ALL),
    row("authentication.k8s.io/v1alpha1", "SelfSubjectReview", false, (29, 32), ("", ""), ALL),
    row("authentication.k8s.io/v1beta1", "SelfSubjectReview", false, (30, 33), ("", ""), ALL),
    row("authentication.k8s.io/v1beta1", "TokenReview", false, (19, 22), ("authentication.k8s.io/v1", ""), ALL),
    row("authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", false, (19, 22), ("authorization.k8s.io/v1", ""), ALL),
    row("authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", false, (19, 22), ("authorization.k8s.io/v1", ""), ALL),
    row("authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", false, (19, 22), ("authorization.k8s.io/v1", ""), ALL),
    row("authorization.k8s.io/v1beta1", "SubjectAccessReview", false, (19, 22), ("authorization.k8s.io/v1", ""), ALL),
    row("autoscaling/v2beta1", "HorizontalPodAutoscaler", false, (22, 25), ("autoscaling/v2", ""), (0, 35)),
    row("autoscaling/v2beta1", "HorizontalPodAutoscalerList", false, (22, 25), ("autoscaling/v2beta2", ""), (0, 35)),
    row("autoscaling/v2beta2", "HorizontalPodAutoscaler", false, (23, 26), ("autoscaling/v2", ""), (0, 35)),
    row("autoscaling/v2beta2", "HorizontalPodAutoscalerList", false, (22, 25), ("", ""), (0, 35)),
    row("batch/v1beta1", "CronJob", true, (21, 25), ("batch/v1", ""), ALL),
    row("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", true, (34, 37), ("", ""), ALL),
    row("certificates.k8s.io/v1beta1", "CertificateSigningRequest", true, (19, 22), ("certificates.k8s.io/v1", ""), ALL),
    row("certificates.k8s.io/v1beta1", "ClusterTrustBundle", true, (36, 39), ("", ""), (35, 35)),
    row("certificates.k8s.io/v1beta1", "ClusterTrustBundle", true, (37, 40), ("", ""), (36, 36)),
    row("certificates.k8s.io/v1beta1", "ClusterTrustBundle", true, (37, 40), ("certificates.k8s.io/v1", ""), (37, u64::MAX)),
    row("certificates.k8s.io/v1beta1", "PodCertificateRequest", true, (38, 41), ("", ""), (35, 36)),
    row("certificates.k8s.io/v1beta1", "PodCertificateRequest", true, (37, 40), ("certificates.k8s.io/v1", ""), (37, u64::MAX)),
    row("coordination.k8s.io/v1alpha2", "LeaseCandidate", true, (35, 38), ("", ""), ALL),
    row("coordination.k8s.io/v1beta1", "Lease", true, (19, 22), ("coordination.k8s.io/v1", ""), ALL),
    row("coordination.k8s.io/v1beta1", "LeaseCandidate", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("discovery.k8s.io/v1beta1", "EndpointSlice", false, (21, 25), ("discovery.k8s.io/v1", ""), ALL),
    row("discovery.k8s.io/v1beta1", "EndpointSliceList", false, (21, 25), ("discovery.k8s.io/v1", "EndpointSlice"), ALL),
    row("events.k8s.io/v1beta1", "Event", true, (22, 25), ("", ""), ALL),
    row("extensions/v1beta1", "DaemonSet", true, (8, 16), ("apps/v1", ""), ALL),
    row("extensions/v1beta1", "Deployment", true, (8, 16), ("apps/v1", ""), ALL),
    row("extensions/v1beta1", "DeploymentRollback", false, (8, 16), ("", ""), ALL),
    row("extensions/v1beta1", "Ingress", true, (14, 22), ("networking.k8s.io/v1", ""), ALL),
    row("extensions/v1beta1", "NetworkPolicy", true, (9, 16), ("networking.k8s.io/v1", ""), ALL),
    row("extensions/v1beta1", "ReplicaSet", true, (8, 16), ("apps/v1", ""), ALL),
    row("extensions/v1beta1", "Scale", false, (2, 16), ("", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", true, (23, 26), ("flowcontrol.apiserver.k8s.io/v1beta3", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", true, (23, 26), ("flowcontrol.apiserver.k8s.io/v1beta3", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", true, (26, 29), ("flowcontrol.apiserver.k8s.io/v1beta3", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", true, (26, 29), ("flowcontrol.apiserver.k8s.io/v1beta3", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", true, (29, 32), ("flowcontrol.apiserver.k8s.io/v1", ""), ALL),
    row("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", true, (29, 32), ("flowcontrol.apiserver.k8s.io/v1", ""), ALL),
    row("lifecycle.k8s.io/v1alpha1", "Eviction", true, (40, 43), ("", ""), (37, u64::MAX)),
    row("lifecycle.k8s.io/v1alpha1", "EvictionRequest", true, (40, 43), ("", ""), (37, u64::MAX)),
    row("networking.k8s.io/v1alpha1", "IPAddress", true, (30, 33), ("", ""), (0, 34)),
    row("networking.k8s.io/v1alpha1", "ServiceCIDR", true, (30, 33), ("", ""), (0, 34)),
    row("networking.k8s.io/v1beta1", "IPAddress", true, (34, 37), ("", ""), ALL),
    row("networking.k8s.io/v1beta1", "Ingress", true, (19, 22), ("networking.k8s.io/v1", ""), ALL),
    row("networking.k8s.io/v1beta1", "IngressClass", false, (19, 22), ("networking.k8s.io/v1", "IngressClassList"), ALL),
    row("networking.k8s.io/v1beta1", "IngressClassList", false, (19, 22), ("networking.k8s.io/v1", ""), ALL),
    row("networking.k8s.io/v1beta1", "ServiceCIDR", true, (34, 37), ("", ""), ALL),
    row("node.k8s.io/v1beta1", "RuntimeClass", true, (22, 25), ("", ""), ALL),
    row("policy/v1beta1", "Eviction", false, (22, 25), ("", ""), ALL),
    row("policy/v1beta1", "PodDisruptionBudget", true, (21, 25), ("policy/v1", ""), ALL),
    row("rbac.authorization.k8s.io/v1beta1", "ClusterRole", true, (17, 22), ("rbac.authorization.k8s.io/v1", ""), ALL),
    row("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", true, (17, 22), ("rbac.authorization.k8s.io/v1", ""), ALL),
    row("rbac.authorization.k8s.io/v1beta1", "Role", true, (17, 22), ("rbac.authorization.k8s.io/v1", ""), ALL),
    row("rbac.authorization.k8s.io/v1beta1", "RoleBinding", true, (17, 22), ("rbac.authorization.k8s.io/v1", ""), ALL),
    row("resource.k8s.io/v1alpha3", "DeviceClass", true, (34, 37), ("resource.k8s.io/v1beta1", ""), (0, 34)),
    row("resource.k8s.io/v1alpha3", "DeviceTaintRule", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("resource.k8s.io/v1alpha3", "ResourceClaim", true, (34, 37), ("resource.k8s.io/v1beta1", ""), (0, 34)),
    row("resource.k8s.io/v1alpha3", "ResourceClaimTemplate", true, (34, 37), ("resource.k8s.io/v1beta1", ""), (0, 34)),
    row("resource.k8s.io/v1alpha3", "ResourcePoolStatusRequest", true, (39, 42), ("", ""), (36, u64::MAX)),
    row("resource.k8s.io/v1alpha3", "ResourceSlice", true, (34, 37), ("resource.k8s.io/v1beta1", ""), (0, 34)),
    row("resource.k8s.io/v1beta1", "DeviceClass", true, (35, 38), ("", ""), ALL),
    row("resource.k8s.io/v1beta1", "ResourceClaim", true, (35, 38), ("", ""), ALL),
    row("resource.k8s.io/v1beta1", "ResourceClaimTemplate", true, (35, 38), ("", ""), ALL),
    row("resource.k8s.io/v1beta1", "ResourceSlice", true, (35, 38), ("", ""), ALL),
    row("resource.k8s.io/v1beta2", "DeviceClass", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("resource.k8s.io/v1beta2", "DeviceTaintRule", true, (39, 42), ("", ""), (36, u64::MAX)),
    row("resource.k8s.io/v1beta2", "ResourceClaim", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("resource.k8s.io/v1beta2", "ResourceClaimTemplate", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("resource.k8s.io/v1beta2", "ResourceSlice", true, (36, 39), ("", ""), (35, u64::MAX)),
    row("scheduling.k8s.io/v1beta1", "PodGroup", true, (40, 43), ("", ""), (37, u64::MAX)),
    row("scheduling.k8s.io/v1beta1", "PriorityClass", true, (14, 22), ("scheduling.k8s.io/v1", ""), ALL),
    row("scheduling.k8s.io/v1beta1", "Workload", true, (40, 43), ("", ""), (37, u64::MAX)),
    row("storage.k8s.io/v1alpha1", "CSIStorageCapacity", true, (21, 24), ("storage.k8s.io/v1beta1", ""), ALL),
    row("storage.k8s.io/v1alpha1", "VolumeAttachment", true, (21, 24), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1alpha1", "VolumeAttributesClass", true, (32, 35), ("", ""), (0, 34)),
    row("storage.k8s.io/v1alpha1", "VolumeAttributesClass", true, (32, 35), ("storage.k8s.io/v1", ""), (35, u64::MAX)),
    row("storage.k8s.io/v1beta1", "CSIDriver", true, (19, 22), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1beta1", "CSINode", false, (17, 22), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1beta1", "CSINodeList", false, (17, 22), ("storage.k8s.io/v1", "CSINode"), ALL),
    row("storage.k8s.io/v1beta1", "CSIStorageCapacity", true, (24, 27), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1beta1", "StorageClass", true, (19, 22), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1beta1", "VolumeAttachment", true, (19, 22), ("storage.k8s.io/v1", ""), ALL),
    row("storage.k8s.io/v1beta1", "VolumeAttributesClass", true, (34, 37), ("", ""), (0, 34)),
    row("storage.k8s.io/v1beta1", "VolumeAttributesClass", true, (34, 37), ("storage.k8s.io/v1", ""), (35, u64::MAX)),
    row("storagemigration.k8s.io/v1alpha1", "StorageVersionMigration", true, (33, 36), ("", ""), (0, 34)),
    row("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", true, (38, 41), ("", ""), (35, 36)),
    row("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", true, (37, 40), ("storagemigration.k8s.io/v1", ""), (37, u64::MAX)),
    row("v1", "ComponentStatus", true, (19, 0), ("", ""), ALL),
    row("v1", "Endpoints", true, (33, 0), ("discovery.k8s.io/v1", "EndpointSlice"), (33, u64::MAX)),
];
