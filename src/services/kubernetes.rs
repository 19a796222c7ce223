//! What the API server refuses although each value alone is right.

use super::network::{Trouble, is_on, list, number, path, string};
use super::places::dotted;
use crate::go::{Dict, Value};
use std::collections::HashMap;

/// What can do the work of a probe.
const ACTIONS: [&str; 4] = ["httpGet", "tcpSocket", "grpc", "exec"];

/// What the API server would refuse of one service. `wrote` says whether the service itself has something at a path.
pub fn troubles(values: &Dict, wrote: &dyn Fn(&[String]) -> bool) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    let workload = string(&Value::Dict(values.clone()), "workload").unwrap_or_default();
    if workload != "None" {
        probes(values, wrote, &mut troubles);
        mounts(values, &mut troubles);
        pod(values, &mut troubles);
        volumes(values, &mut troubles);
        container_ports(values, &mut troubles);
    }
    config(values, &mut troubles);
    if workload == "Deployment" {
        rollout(values, wrote, &mut troubles);
    }
    service(values, &mut troubles);
    names(values, &mut troubles);
    labels(values, &mut troubles);
    certificate(values, &mut troubles);
    external_secrets(values, &mut troubles);
    troubles
}

fn trouble(path: Vec<String>, message: String, hint: &str) -> Trouble {
    Trouble { path, rule: "kubernetes", message, hint: hint.to_owned() }
}

/// The value at a path.
fn at(values: &Dict, keys: &[&str]) -> Option<Value> {
    keys.iter().try_fold(Value::Dict(values.clone()), |at, key| at.as_dict()?.get(key.as_bytes()))
}

fn entries(values: &Dict, key: &str) -> Vec<(String, Value)> {
    match values.get(key.as_bytes()) {
        Some(Value::Dict(dict)) => dict.entries().iter().map(|(key, value)| (key.to_string(), value.clone())).collect(),
        _ => Vec::new(),
    }
}

fn probes(values: &Dict, wrote: &dyn Fn(&[String]) -> bool, troubles: &mut Vec<Trouble>) {
    for (name, probe) in entries(values, "probes") {
        let Value::Dict(probe) = probe else { continue };
        let has = |action: &&str| matches!(probe.get(action.as_bytes()), Some(Value::Dict(_)));
        let actions: Vec<&str> = ACTIONS.into_iter().filter(has).collect();
        let here = |key: &str| path(&["probes", &name, key]);
        match actions.as_slice() {
            [] => troubles.push(trouble(
                path(&["probes", &name]),
                format!("probes.{name} has nothing to do"),
                &format!("give it one of {}, or leave it out with `{name}: null`", ACTIONS.join(", ")),
            )),
            [action] => {
                let port = probe.get(action.as_bytes()).and_then(|action| action.as_dict()?.get(b"port"));
                if *action != "exec" && matches!(port, None | Some(Value::Nil)) {
                    let message = format!("probes.{name}.{action} has no `port`");
                    let hint = "write `port:` and the name of a port of service.ports, or a number";
                    troubles.push(trouble(here(action), message, hint));
                }
            }
            [first, second, ..] => {
                let (ours, other) = if wrote(&here(second)) { (second, first) } else { (first, second) };
                let message = format!("probes.{name} has {first} and {second}, but a probe does one of them");
                let hint = match wrote(&here(other)) {
                    true => format!("leave out {first} or {second}"),
                    false => format!("delete what the library says with `{other}: null` beside it"),
                };
                troubles.push(trouble(here(ours), message, &hint));
            }
        }
        let wanted = number(&Value::Dict(probe.clone()), "successThreshold");
        if name != "readiness" && wanted.is_some_and(|wanted| wanted != 1) {
            let message = format!("probes.{name}.successThreshold can only be 1");
            troubles.push(trouble(here("successThreshold"), message, "leave it out: only readiness may ask for more"));
        }
    }
}

/// A volume comes from one place.
fn volumes(values: &Dict, troubles: &mut Vec<Trouble>) {
    for (index, volume) in list(values, &["volumes"]) {
        let Value::Dict(volume) = volume else { continue };
        let sources: Vec<String> = volume
            .entries()
            .iter()
            .filter(|(_, value)| matches!(value, Value::Dict(_)))
            .map(|(key, _)| key.to_string())
            .collect();
        let at = index.to_string();
        match sources.as_slice() {
            [] => {
                let empty = volume
                    .entries()
                    .iter()
                    .find(|(_, value)| matches!(value, Value::Nil))
                    .map(|(key, _)| key.to_string());
                let hint = match empty {
                    Some(key) => format!("write `{key}: {{}}`: nothing behind the colon is null"),
                    None => "say what it is: emptyDir, configMap, secret, persistentVolumeClaim, or another of these"
                        .to_owned(),
                };
                troubles.push(trouble(
                    path(&["volumes", &at]),
                    format!("volumes[{index}] says not where it comes from"),
                    &hint,
                ));
            }
            [_] => {}
            [first, second, ..] => {
                let message = format!("volumes[{index}] is {first} and {second}, but a volume is one of them");
                troubles.push(trouble(
                    path(&["volumes", &at, second]),
                    message,
                    "make two volumes of it, each with a name",
                ));
            }
        }
    }
}

/// The containers of a pod share one address: no two of them can listen on one port.
fn container_ports(values: &Dict, troubles: &mut Vec<Trouble>) {
    let protocol = |port: &Value| string(port, "protocol").unwrap_or_else(|| "TCP".to_owned());
    let mut seen: HashMap<(i64, String), String> = HashMap::new();
    for (index, port) in list(values, &["service", "ports"]) {
        if let Some(number) = number(&port, "targetPort").or_else(|| number(&port, "port")) {
            seen.insert((number, protocol(&port)), format!("service.ports[{index}]"));
        }
    }
    for (at, sidecar) in list(values, &["pod", "sidecars"]) {
        let Value::Dict(sidecar) = sidecar else { continue };
        let owner = format!("pod.sidecars[{at}]");
        for (index, port) in list(&sidecar, &["ports"]) {
            let Some(number) = number(&port, "containerPort") else { continue };
            let other = seen.insert((number, protocol(&port)), owner.clone());
            if let Some(other) = other.filter(|other| *other != owner) {
                let place = path(&["pod", "sidecars", &at.to_string(), "ports", &index.to_string(), "containerPort"]);
                let message = format!("the container of {other} listens on {number} already");
                troubles.push(trouble(
                    place,
                    message,
                    "the containers of a pod share its ports: let one listen elsewhere",
                ));
            }
        }
    }
}

/// What a config map or a secret may hold.
const MOST_BYTES: usize = 1_048_576;

fn config(values: &Dict, troubles: &mut Vec<Trouble>) {
    for (keys, kind) in [(&["config", "files"][..], "config map"), (&["secrets"], "secret")] {
        let Some(Value::Dict(files)) = at(values, keys) else { continue };
        let size = |value: &Value| value.as_str().map_or(0, |text| text.len());
        let bytes: usize = files.entries().iter().map(|(key, value)| key.len() + size(value)).sum();
        if bytes > MOST_BYTES {
            let message = format!("{} has {bytes} bytes, but a {kind} holds at most {MOST_BYTES}", dotted(&path(keys)));
            troubles.push(trouble(path(keys), message, "put it into the image, or into a volume"));
        }
    }
}

/// No two volumes are mounted at one place.
fn mounts(values: &Dict, troubles: &mut Vec<Trouble>) {
    let mut all: Vec<(Vec<String>, Option<String>)> = Vec::new();
    if is_on(values, "temporary") {
        let mount = at(values, &["temporary"]).and_then(|section| string(&section, "mountPath"));
        all.push((path(&["temporary", "mountPath"]), mount));
    }
    if at(values, &["config", "files"]).is_some_and(|files| files.is_true()) {
        let mount = at(values, &["config"]).and_then(|section| string(&section, "mountPath"));
        all.push((path(&["config", "mountPath"]), mount));
    }
    for (name, claim) in entries(values, "claims") {
        all.push((path(&["claims", &name, "mountPath"]), string(&claim, "mountPath")));
    }
    for (index, mount) in list(values, &["volumeMounts"]) {
        all.push((path(&["volumeMounts", &index.to_string(), "mountPath"]), string(&mount, "mountPath")));
    }
    let mut seen: HashMap<String, Vec<String>> = HashMap::new();
    for (place, mount) in all {
        let Some(mount) = mount else { continue };
        let plain = mount.trim_end_matches('/').to_owned();
        if let Some(first) = seen.get(&plain) {
            let message = format!("`{mount}` is already where {} mounts something", dotted(first));
            troubles.push(trouble(place, message, "mount it elsewhere, or change the other one"));
        } else {
            seen.insert(plain, place);
        }
    }
}

fn pod(values: &Dict, troubles: &mut Vec<Trouble>) {
    let Some(pod) = values.get(b"pod") else { return };
    let grace = number(&pod, "terminationGracePeriodSeconds").unwrap_or(30);
    if let Some(sleep) = number(&pod, "preStopSleepSeconds").filter(|sleep| *sleep > grace) {
        troubles.push(trouble(
            path(&["pod", "preStopSleepSeconds"]),
            format!("pod.preStopSleepSeconds is {sleep}, but pod.terminationGracePeriodSeconds is {grace}"),
            "give the pod longer to stop: the sleep is part of that time",
        ));
    }
    let right = |key: &str| {
        let own = values.get(b"securityContext").and_then(|rights| rights.as_dict()?.get(key.as_bytes()));
        own.or_else(|| at(values, &["pod", "securityContext", key]))
    };
    let root = matches!(right("runAsUser"), Some(Value::Float64(0.0) | Value::Int64(0) | Value::Int(0)));
    if root && right("runAsNonRoot").is_some_and(|flag| flag.is_true()) {
        let own = at(values, &["securityContext", "runAsUser"]).is_some();
        let place =
            if own { path(&["securityContext", "runAsUser"]) } else { path(&["pod", "securityContext", "runAsUser"]) };
        let message = format!("{} is 0, but runAsNonRoot is true: the container would not start", dotted(&place));
        troubles.push(trouble(
            place,
            message,
            "use the number of another user, which the image must be able to run as",
        ));
    }
    let mut seen: Vec<String> =
        at(values, &["service"]).and_then(|service| string(&service, "name")).into_iter().collect();
    for group in ["initContainers", "sidecars"] {
        for (index, container) in list(values, &["pod", group]) {
            let Some(name) = string(&container, "name") else { continue };
            if seen.contains(&name) {
                let message = format!("another container of the pod is called `{name}` already");
                let hint = "give it a name of its own; the main container has the service's";
                troubles.push(trouble(path(&["pod", group, &index.to_string(), "name"]), message, hint));
            }
            seen.push(name);
        }
    }
}

fn rollout(values: &Dict, wrote: &dyn Fn(&[String]) -> bool, troubles: &mut Vec<Trouble>) {
    let section = at(values, &["rollout"]).unwrap_or_default();
    if string(&section, "strategy").is_none_or(|strategy| strategy != "RollingUpdate") {
        return;
    }
    let none = |key: &str| {
        let text = string(&section, key).is_some_and(|text| text == "0%" || text == "0");
        text || number(&section, key) == Some(0)
    };
    if none("maxSurge") && none("maxUnavailable") {
        let surge = path(&["rollout", "maxSurge"]);
        let place = if wrote(&surge) { surge } else { path(&["rollout", "maxUnavailable"]) };
        let message = "rollout.maxSurge and rollout.maxUnavailable are both 0, so that no pod could be replaced";
        troubles.push(trouble(
            place,
            message.to_owned(),
            "let one of them be at least 1, or take `strategy: Recreate`",
        ));
    }
}

fn service(values: &Dict, troubles: &mut Vec<Trouble>) {
    let section = at(values, &["service"]).unwrap_or_default();
    let kind = string(&section, "type").unwrap_or_else(|| "ClusterIP".to_owned());
    let headless = at(values, &["service", "headless"]).is_some_and(|flag| flag.is_true());
    if !is_on(values, "service") {
        return;
    }
    if headless && kind != "ClusterIP" {
        let message = format!("service.headless is true, but service.type is {kind}");
        let hint = "a Service without an address is of type ClusterIP";
        troubles.push(trouble(path(&["service", "headless"]), message, hint));
    }
    for (index, port) in list(values, &["service", "ports"]) {
        if kind == "ClusterIP" && number(&port, "nodePort").is_some_and(|port| port > 0) {
            let place = path(&["service", "ports", &index.to_string(), "nodePort"]);
            let message = "a node port, but service.type is ClusterIP".to_owned();
            troubles.push(trouble(place, message, "leave it out, or set service.type to NodePort or LoadBalancer"));
        }
    }
}

/// The names of jobs, which are also labels of their pods; a cron job's ends in a time of eleven characters.
fn names(values: &Dict, troubles: &mut Vec<Trouble>) {
    let service = at(values, &["service"]).and_then(|service| string(&service, "name")).unwrap_or_default();
    for (section, most) in [("jobs", 63), ("cronJobs", 52)] {
        for (name, job) in entries(values, section) {
            let length = service.len() + 1 + name.len();
            if length > most && matches!(job, Value::Dict(_)) {
                let message = format!("`{service}-{name}` has {length} characters, but may have at most {most}");
                troubles.push(trouble(path(&[section, &name]), message, "call it something shorter"));
            }
        }
    }
}

/// Labels that the library sets itself; a second one of the same key would be a duplicate in the manifest.
const LABELS: [&str; 7] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
    "platform/owner",
];

fn labels(values: &Dict, troubles: &mut Vec<Trouble>) {
    for keys in [&["labels"][..], &["pod", "labels"], &["serviceMonitor", "labels"]] {
        let Some(Value::Dict(own)) = at(values, keys) else { continue };
        for (key, _) in own.entries().iter() {
            let key = key.to_string();
            let place = path(keys).into_iter().chain([key.clone()]).collect();
            if LABELS.contains(&key.as_str()) {
                let message = format!("the label `{key}` is set by the library");
                let hint = "leave it out: it comes from service.name, component, partOf, owner and image.tag";
                troubles.push(trouble(place, message, hint));
            } else if keys.len() > 1 && at(values, &["labels", &key]).is_some() {
                let message = format!("the label `{key}` stands in `labels` too");
                troubles.push(trouble(place, message, "keep one of them: `labels` is for every resource and pod"));
            }
        }
    }
}

fn certificate(values: &Dict, troubles: &mut Vec<Trouble>) {
    if !is_on(values, "certificate") {
        return;
    }
    let section = at(values, &["certificate"]).unwrap_or_default();
    let (Some(whole), Some(before)) = (string(&section, "duration"), string(&section, "renewBefore")) else { return };
    if let (Some(seconds), Some(limit)) = (seconds(&before), seconds(&whole))
        && seconds >= limit
    {
        let message = format!("certificate.renewBefore is {before}, but certificate.duration is {whole}");
        let hint = "it must be renewed before it ends: let renewBefore be shorter";
        troubles.push(trouble(path(&["certificate", "renewBefore"]), message, hint));
    }
}

/// A duration such as `2160h` or `1h30m`, which the schema has looked at.
fn seconds(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 6] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, unit) = rest.split_at(digits);
        let (name, factor) = UNITS.into_iter().find(|(name, _)| unit.starts_with(name))?;
        sum += number.parse::<f64>().ok()? * factor;
        rest = unit.strip_prefix(name)?;
    }
    Some(sum)
}

fn external_secrets(values: &Dict, troubles: &mut Vec<Trouble>) {
    for (name, secret) in entries(values, "externalSecrets") {
        let Value::Dict(secret) = secret else { continue };
        let has = |key: &[u8]| secret.get(key).is_some_and(|value| value.is_true());
        if !has(b"data") && !has(b"extract") {
            let message = format!("{} takes nothing from outside", dotted(&path(&["externalSecrets", &name])));
            let hint = "name single keys with `data:`, or whole entries with `extract:`";
            troubles.push(trouble(path(&["externalSecrets", &name]), message, hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn what_does_not_go_together() {
        for (text, wanted) in [
            ("probes: {readiness: {httpGet: {port: 1}}, startup: {exec: {command: [a]}}}", &[][..]),
            (
                "probes: {readiness: {httpGet: {port: 1}, tcpSocket: {port: 2}}}",
                &["probes.readiness has httpGet and tcpSocket, but a probe does one of them"],
            ),
            ("probes: {readiness: {periodSeconds: 2}}", &["probes.readiness has nothing to do"]),
            ("probes: {liveness: {grpc: {service: x}}}", &["probes.liveness.grpc has no `port`"]),
            ("{workload: None, probes: {liveness: {}}}", &[]),
            (
                "volumes: [{name: a, emptyDir: {}}, {name: b}, {name: c, emptyDir: {}, secret: {secretName: d}}]",
                &[
                    "volumes[1] says not where it comes from",
                    "volumes[2] is emptyDir and secret, but a volume is one of them",
                ],
            ),
            (
                "{service: {ports: [{port: 80, targetPort: 8080}, {port: 53, protocol: UDP}]}, \
                 pod: {sidecars: [{ports: [{containerPort: 53}, {containerPort: 8080}]}, {ports: [{containerPort: 53}]}]}}",
                &[
                    "the container of service.ports[0] listens on 8080 already",
                    "the container of pod.sidecars[0] listens on 53 already",
                ],
            ),
            (
                "{workload: Deployment, rollout: {strategy: RollingUpdate, maxSurge: 0%, maxUnavailable: 0}}",
                &["rollout.maxSurge and rollout.maxUnavailable are both 0, so that no pod could be replaced"],
            ),
            ("{workload: Deployment, rollout: {strategy: Recreate, maxSurge: 0, maxUnavailable: 0}}", &[]),
            (
                "service: {enabled: true, type: NodePort, headless: true, ports: [{nodePort: 30000}]}",
                &["service.headless is true, but service.type is NodePort"],
            ),
            ("service: {enabled: true, ports: [{nodePort: 30000}]}", &["a node port, but service.type is ClusterIP"]),
            (
                "{claims: {a: {mountPath: /tmp/}}, temporary: {enabled: true, mountPath: /tmp}}",
                &["`/tmp/` is already where temporary.mountPath mounts something"],
            ),
            (
                "pod: {preStopSleepSeconds: 31}",
                &["pod.preStopSleepSeconds is 31, but pod.terminationGracePeriodSeconds is 30"],
            ),
            (
                "{securityContext: {runAsUser: 0}, pod: {securityContext: {runAsNonRoot: true, runAsUser: 1}}}",
                &["securityContext.runAsUser is 0, but runAsNonRoot is true: the container would not start"],
            ),
            (
                "{service: {name: a}, pod: {initContainers: [{name: b}], sidecars: [{name: a}, {name: b}]}}",
                &[
                    "another container of the pod is called `a` already",
                    "another container of the pod is called `b` already",
                ],
            ),
            (
                "{service: {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}, jobs: {bbbbbbbbbb: {}}, cronJobs: {bbbbbbbbbb: {}}}",
                &["`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbb` has 53 characters, but may have at most 52"],
            ),
            (
                "certificate: {enabled: true, duration: 1h30m, renewBefore: 5400s}",
                &["certificate.renewBefore is 5400s, but certificate.duration is 1h30m"],
            ),
            (
                "{labels: {a: b, platform/owner: web}, pod: {labels: {a: c, d: e}}}",
                &["the label `platform/owner` is set by the library", "the label `a` stands in `labels` too"],
            ),
            ("externalSecrets: {a: {data: {}}}", &["externalSecrets.a takes nothing from outside"]),
        ] {
            let values = yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
            let said: Vec<String> = troubles(&values, &|_| false).into_iter().map(|trouble| trouble.message).collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
