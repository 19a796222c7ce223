//! The labels by which objects are known as parts of a set: as KEP-3659 and kubectl's ApplySet have them.

use super::error::Error;
use super::object::{Object, Stage, scalar};
use super::phase;
use crate::go::base64;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The label of a member.
pub const PART_OF: &str = "applyset.kubernetes.io/part-of";
const ID: &str = "applyset.kubernetes.io/id";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

/// A set and the object that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplySet {
    /// `Secret` or `ConfigMap`.
    pub kind: &'static str,
    /// The parent's name.
    pub name: String,
    /// The parent's namespace.
    pub namespace: String,
    /// Who may change the set: `kubectl/v1.32`.
    pub tooling: String,
}

impl ApplySet {
    /// As ParseApplySetParentRef for the kinds that kubectl allows without asking the cluster: a name alone is a Secret's.
    pub fn parse(reference: &str, namespace: &str, tooling: &str) -> Result<ApplySet, Error> {
        let (resource, name) = reference.split_once('/').unwrap_or(("secret", reference));
        let kind = match resource.to_ascii_lowercase().as_str() {
            "secret" | "secrets" => "Secret",
            "configmap" | "configmaps" | "cm" => "ConfigMap",
            _ => return Err(Error::ApplySet(reference.to_owned())),
        };
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(allowed) {
            return Err(Error::ApplySet(reference.to_owned()));
        }
        Ok(ApplySet { kind, name: name.to_owned(), namespace: namespace.to_owned(), tooling: tooling.to_owned() })
    }

    /// As ApplySet.ID: `applyset-` base64(sha256(`<name>.<namespace>.<kind>.<group>`)) `-v1`.
    pub fn id(&self) -> String {
        let hash = Sha256::digest(format!("{}.{}.{}.", self.name, self.namespace, self.kind));
        let mut id = b"applyset-".to_vec();
        // base64.RawURLEncoding.
        id.extend(base64::encode(&hash).into_iter().filter(|byte| *byte != b'=').map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        }));
        id.extend_from_slice(b"-v1");
        String::from_utf8_lossy(&id).into_owned()
    }

    /// As buildParentPatch: the parent of these members.
    pub fn parent<'a>(&self, members: impl Iterator<Item = &'a Object>) -> Object {
        let (mut kinds, mut namespaces) = (BTreeSet::new(), BTreeSet::new());
        for member in members {
            kinds.insert(member.group_kind());
            namespaces.insert(member.namespace.as_str());
        }
        namespaces.retain(|namespace| !namespace.is_empty() && *namespace != self.namespace);
        let kinds: Vec<String> = kinds.into_iter().collect();
        let namespaces: Vec<&str> = namespaces.into_iter().collect();
        let content = format!(
            "apiVersion: v1\nkind: {}\nmetadata:\n  name: {}\n  namespace: {}\n  annotations:\n    {NAMESPACES}: {}\n    {GROUP_KINDS}: {}\n    {TOOLING}: {}\n  labels:\n    {ID}: {}",
            self.kind,
            scalar(&self.name),
            scalar(&self.namespace),
            scalar(&namespaces.join(",")),
            scalar(&kinds.join(",")),
            scalar(&self.tooling),
            self.id(),
        );
        Object {
            service: String::new(),
            source: String::new(),
            api_version: "v1".to_owned(),
            kind: self.kind.to_owned(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            phase: phase::of(self.kind, Stage::Plain),
            weight: 0,
            content: content.into_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// kubectl's own tests name the first of these identities.
    #[test]
    fn identities() {
        let id = |text: &str, namespace: &str| ApplySet::parse(text, namespace, "kubectl/v1").unwrap().id();
        assert_eq!(id("my-set", "test"), "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1");
        assert_eq!(id("my-set", "test"), id("secrets/my-set", "test"));
        assert_ne!(id("my-set", "test"), id("configmap/my-set", "test"));
        for wrong in ["", "secret/", "deployment/a", "A", "a/b/c"] {
            assert!(ApplySet::parse(wrong, "test", "t").is_err(), "{wrong}");
        }
    }
}
