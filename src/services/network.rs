//! Ports, hosts and DNS names: what must not collide within a service, and what a service has for itself.

use super::places::dotted;
use crate::go::{Dict, Value};
use std::collections::HashMap;

/// Something wrong with effective values that no schema can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub path: Vec<String>,
    pub rule: &'static str,
    pub message: String,
    pub hint: String,
}

/// Something that only one service can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub path: Vec<String>,
    pub rule: &'static str,
    /// As a message names it; the same for two services that collide.
    pub what: String,
}

/// What is wrong with the ports, hosts and names of one service.
pub fn troubles(values: &Dict) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    ports(values, &mut troubles);
    hosts(values, &mut troubles);
    names(values, &mut troubles);
    troubles
}

/// What the service has for itself.
pub fn claims(values: &Dict) -> Vec<Claim> {
    let mut claims = Vec::new();
    if is_on(values, "ingress") {
        for (at, host) in list(values, &["ingress", "hosts"]) {
            let Some(name) = string(&host, "host") else { continue };
            let paths = items(host.as_dict().and_then(|host| host.get(b"paths")));
            if paths.is_empty() {
                let path = path(&["ingress", "hosts", &at.to_string(), "host"]);
                claims.push(Claim { path, rule: "host-twice", what: format!("the host `{name}` with the path `/`") });
            }
            for (index, entry) in paths {
                let under = string(&entry, "path").unwrap_or_else(|| "/".to_owned());
                let path = path(&["ingress", "hosts", &at.to_string(), "paths", &index.to_string(), "path"]);
                let what = format!("the host `{name}` with the path `{under}`");
                claims.push(Claim { path, rule: "host-twice", what });
            }
        }
    }
    for (at, port) in list(values, &["service", "ports"]) {
        if let Some(number) = number(&port, "nodePort").filter(|number| *number > 0) {
            let path = path(&["service", "ports", &at.to_string(), "nodePort"]);
            claims.push(Claim { path, rule: "port-twice", what: format!("the node port {number}") });
        }
    }
    claims
}

fn ports(values: &Dict, troubles: &mut Vec<Trouble>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, port) in list(values, &["service", "ports"]) {
        let mut once = |key: &str, what: String, hint: &str| {
            if let Some(first) = seen.insert(what.clone(), at) {
                troubles.push(Trouble {
                    path: path(&["service", "ports", &at.to_string(), key]),
                    rule: "port-twice",
                    message: format!("{what} is already that of service.ports[{first}]"),
                    hint: hint.to_owned(),
                });
            }
        };
        if let Some(name) = string(&port, "name") {
            once("name", format!("the name `{name}`"), "every port needs a name of its own");
        }
        let protocol = string(&port, "protocol").unwrap_or_else(|| "TCP".to_owned());
        if let Some(number) = number(&port, "port") {
            once("port", format!("the port {number}/{protocol}"), "a Service has each port once");
        }
        if let Some(number) = number(&port, "nodePort").filter(|number| *number > 0) {
            once("nodePort", format!("the node port {number}/{protocol}"), "a node has each port once");
        }
    }
    // A wrong list of ports is told by the schema, and a service without pods has no probes.
    if !matches!(
        values.get(b"service").and_then(|service| service.as_dict()?.get(b"ports")),
        None | Some(Value::List(_))
    ) {
        return;
    }
    let pods = values.get(b"workload").is_none_or(|workload| workload.as_str().is_none_or(|text| text != "None"));
    for name in ["probes", "ingress", "serviceMonitor"].into_iter().filter(|name| pods || *name != "probes") {
        port_names(values, name, troubles);
    }
}

/// Ports that are named by probes, the ingress and the service monitor must be there.
fn port_names(values: &Dict, section: &str, troubles: &mut Vec<Trouble>) {
    let ports = list(values, &["service", "ports"]);
    let known: Vec<String> = ports.iter().filter_map(|(_, port)| string(port, "name")).collect();
    let mut check = |at: Vec<String>, name: String| {
        if !known.contains(&name) {
            let hint = match super::nearest::nearest(&name, known.iter().map(String::as_str)) {
                Some(word) => format!("did you mean `{word}`?"),
                None if known.is_empty() => "service.ports is empty".to_owned(),
                None => format!("choose from {}", known.join(", ")),
            };
            let message = format!("{} is `{name}`, but no port of service.ports is called so", dotted(&at));
            troubles.push(Trouble { path: at, rule: "choice", message, hint });
        }
    };
    if section == "serviceMonitor" {
        let name = values.get(b"serviceMonitor").and_then(|monitor| string(&monitor, "port"));
        if let Some(name) = name.filter(|name| !name.is_empty() && is_on(values, section)) {
            check(path(&["serviceMonitor", "port"]), name);
        }
        return;
    }
    if section == "ingress" {
        if !is_on(values, "ingress") {
            return;
        }
        for (at, host) in list(values, &["ingress", "hosts"]) {
            for (index, entry) in items(host.as_dict().and_then(|host| host.get(b"paths"))) {
                if let Some(name) = string(&entry, "port") {
                    check(path(&["ingress", "hosts", &at.to_string(), "paths", &index.to_string(), "port"]), name);
                }
            }
        }
        return;
    }
    let Some(Value::Dict(probes)) = values.get(b"probes") else { return };
    for (probe, checks) in probes.entries().iter() {
        for kind in ["httpGet", "tcpSocket"] {
            let port = checks.as_dict().and_then(|checks| checks.get(kind.as_bytes()));
            if let Some(name) = port.and_then(|port| string(&port, "port")).filter(|name| name.parse::<u16>().is_err())
            {
                check(path(&["probes", &probe.to_str_lossy(), kind, "port"]), name);
            }
        }
    }
}

fn hosts(values: &Dict, troubles: &mut Vec<Trouble>) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    if is_on(values, "ingress") && list(values, &["ingress", "hosts"]).is_empty() {
        troubles.push(Trouble {
            path: path(&["ingress"]),
            rule: "missing-key",
            message: "`ingress` is enabled, but has no `hosts`".to_owned(),
            hint: "name at least one: hosts: [{host: shop.example.com}]".to_owned(),
        });
    }
    for (at, host) in list(values, &["ingress", "hosts"]) {
        let Some(name) = string(&host, "host") else { continue };
        let path = path(&["ingress", "hosts", &at.to_string(), "host"]);
        if let Some(message) = not_a_host(&name) {
            let message = format!("`{name}` is no host: {message}");
            let hint = "a host is a DNS name such as shop.example.com, or *.example.com".to_owned();
            troubles.push(Trouble { path: path.clone(), rule: "dns-name", message, hint });
        }
        if let Some(first) = seen.insert(name.clone(), at) {
            let message = format!("the host `{name}` is already that of ingress.hosts[{first}]");
            let hint = "list all its paths in one entry".to_owned();
            troubles.push(Trouble { path, rule: "host-twice", message, hint });
        }
    }
}

fn names(values: &Dict, troubles: &mut Vec<Trouble>) {
    for (at, name) in list(values, &["certificate", "dnsNames"]) {
        let Some(name) = name.as_str().map(ToString::to_string) else { continue };
        if let Some(message) = not_a_host(&name) {
            troubles.push(Trouble {
                path: path(&["certificate", "dnsNames", &at.to_string()]),
                rule: "dns-name",
                message: format!("`{name}` is no DNS name: {message}"),
                hint: "write a name such as shop.example.com, or *.example.com".to_owned(),
            });
        }
    }
    for keys in [&["certificate", "secretName"][..], &["ingress", "tlsSecretName"], &["serviceAccount", "name"]] {
        let parent = keys.first().and_then(|key| values.get(key.as_bytes()));
        let key = keys.last().copied().unwrap_or_default();
        let Some(name) = parent.as_ref().and_then(|parent| string(parent, key)).filter(|name| !name.is_empty()) else {
            continue;
        };
        if let Some(message) = not_a_host(&name).or_else(|| name.contains('*').then_some("it has a `*`")) {
            troubles.push(Trouble {
                path: path(keys),
                rule: "dns-name",
                message: format!("`{name}` is no name of a resource: {message}"),
                hint: "use lower case letters, digits, dashes and dots".to_owned(),
            });
        }
    }
}

/// Why a text is no DNS name (RFC 1123, with a wildcard as its first label); `None` where it is one.
fn not_a_host(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.contains("://") {
        return Some("it is a URL");
    }
    if name.len() > 253 {
        return Some("it has more than 253 characters");
    }
    let rest = name.strip_prefix("*.").unwrap_or(name);
    for label in rest.split('.') {
        if label.is_empty() {
            return Some("there is nothing between two dots");
        }
        if label.len() > 63 {
            return Some("a part of it has more than 63 characters");
        }
        if label.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Some("it has capitals");
        }
        if label.contains('_') {
            return Some("it has an underscore");
        }
        if !label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Some("it has a character that no DNS name has");
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Some("a part of it begins or ends with a dash");
        }
    }
    None
}

pub(super) fn path(tokens: &[&str]) -> Vec<String> {
    tokens.iter().map(|&token| token.to_owned()).collect()
}

pub(super) fn is_on(values: &Dict, section: &str) -> bool {
    let section = values.get(section.as_bytes());
    section.and_then(|section| section.as_dict()?.get(b"enabled")).is_some_and(|flag| flag.is_true())
}

/// The items of the list at a path, with their indexes.
pub(super) fn list(values: &Dict, keys: &[&str]) -> Vec<(usize, Value)> {
    let found = keys.iter().try_fold(Value::Dict(values.clone()), |at, key| at.as_dict()?.get(key.as_bytes()));
    items(found)
}

fn items(value: Option<Value>) -> Vec<(usize, Value)> {
    match value {
        Some(Value::List(list)) => list.iter().cloned().enumerate().collect(),
        _ => Vec::new(),
    }
}

pub(super) fn string(value: &Value, key: &str) -> Option<String> {
    value.as_dict()?.get(key.as_bytes())?.as_str().map(ToString::to_string)
}

pub(super) fn number(value: &Value, key: &str) -> Option<i64> {
    match value.as_dict()?.get(key.as_bytes())? {
        Value::Float64(number) if number.fract() == 0.0 && number.abs() < 1e9 => Some(number as i64),
        Value::Int64(number) | Value::Int(number) => Some(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn said(text: &str) -> Vec<String> {
        let values = yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
        troubles(&values).into_iter().map(|trouble| trouble.message).collect()
    }

    #[test]
    fn within_a_service() {
        for (text, wanted) in [
            ("service: {ports: [{name: a, port: 1}, {name: b, port: 2}]}", &[][..]),
            (
                "service: {ports: [{name: a, port: 1}, {name: a, port: 1}]}",
                &[
                    "the name `a` is already that of service.ports[0]",
                    "the port 1/TCP is already that of service.ports[0]",
                ],
            ),
            ("service: {ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}", &[]),
            (
                "{service: {ports: [{name: http, port: 1}]}, probes: {liveness: {httpGet: {port: htp}}}}",
                &["probes.liveness.httpGet.port is `htp`, but no port of service.ports is called so"],
            ),
            ("ingress: {hosts: [{host: a.b}, {host: '*.b'}]}", &[]),
            ("ingress: {hosts: [{host: a.b}, {host: a.b}]}", &["the host `a.b` is already that of ingress.hosts[0]"]),
            ("ingress: {hosts: [{host: a_b}]}", &["`a_b` is no host: it has an underscore"]),
            ("ingress: {hosts: [{host: 'https://a.b'}]}", &["`https://a.b` is no host: it is a URL"]),
            ("certificate: {dnsNames: [a..b]}", &["`a..b` is no DNS name: there is nothing between two dots"]),
        ] {
            assert_eq!(said(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_service_claims_its_hosts_and_node_ports() {
        let text = "{ingress: {enabled: true, hosts: [{host: a}, {host: b, paths: [{path: /x}, {path: /y}]}]}, \
                    service: {ports: [{nodePort: 30000}, {nodePort: 0}]}}";
        let values = yaml::unmarshal_map(text.as_bytes()).expect("this is YAML");
        let found: Vec<String> = claims(&values).into_iter().map(|claim| claim.what).collect();
        assert_eq!(
            found,
            [
                "the host `a` with the path `/`",
                "the host `b` with the path `/x`",
                "the host `b` with the path `/y`",
                "the node port 30000"
            ]
        );
    }
}
