//! What Kubernetes allows as the name of an object: as k8s.io/apimachinery's validation, in its words.

use crate::go::strconv::quote;

/// The longest names.
const MAX_SUBDOMAIN: usize = 253;
const MAX_LABEL: usize = 63;

/// The complaints about an object's name: as validateMetadataName. `None` where the name is right.
pub(super) fn complaint(kind: &str, name: &str) -> Option<String> {
    let reasons = match kind.to_lowercase().as_str() {
        "service" => label_1035(name),
        "namespace" => label_1123(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let quoted = quote(name.as_bytes());
    let mut reasons: Vec<String> =
        reasons.into_iter().map(|reason| format!("metadata.name: Invalid value: {quoted}: {reason}")).collect();
    // As NewAggregate's Error: one alone, several within brackets.
    let text = match reasons.len() {
        0 => return None,
        1 => reasons.remove(0),
        _ => format!("[{}]", reasons.join(", ")),
    };
    Some(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {text}"))
}

fn too_long(name: &str, limit: usize) -> Vec<String> {
    if name.len() > limit { vec![format!("must be no more than {limit} characters")] } else { Vec::new() }
}

fn subdomain(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_SUBDOMAIN);
    if !is_subdomain(name) {
        reasons.push("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')".to_owned());
    }
    reasons
}

fn label_1123(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_LABEL);
    if !is_label(name) {
        reasons.push(if is_subdomain(name) {
            "must not contain dots".to_owned()
        } else {
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')".to_owned()
        });
    }
    reasons
}

fn label_1035(name: &str) -> Vec<String> {
    let mut reasons = too_long(name, MAX_LABEL);
    if !is_label(name) || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        reasons.push("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')".to_owned());
    }
    reasons
}

fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ["/", "%"].iter().filter(|part| name.contains(**part)).map(|part| format!("may not contain '{part}'")).collect()
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

/// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}
