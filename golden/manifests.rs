//! Every switch of the library, alone and in pairs, on every sample service: each manifest is one that Kubernetes takes.
//!
//! The switches are the cases `switched …` of golden/services, which show what a real Helm makes of them. Here each of
//! them, each pair of them and every other case with values of its own becomes a service; all are rendered at once, and
//! each manifest is read as its Kubernetes type, which must write all of it again, or by the schema in golden/crds.

use super::Folder;
use super::case::{self, Case};
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Secret, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::serde::Serialize;
use k8s_openapi::serde::de::DeserializeOwned;
use libtest_mimic::{Failed, Trial};
use mizzen::go::{Dict, Value as GoValue};
use mizzen::{chart, yaml};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a service says of itself that says nothing else.
const BARE: &str = "{service: {name: bare}, image: {repository: example/bare, tag: '1'}}";

/// What the templates say where two switches cannot go together, instead of writing a manifest that cannot be.
const REFUSED: &str = "needs a Service: set service.enabled and service.ports";

/// A trial for each sample service, and one for a service that leaves everything to the library.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for name in ["ledger-db", "mailer", "orders", "storefront"] {
        trials.push(Trial::test(format!("manifests: every switch of {name}"), move || {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let base = read(&fs::read_to_string(root.join("services").join(name).join("configuration.yml"))?)?;
            matrix(&base, &cases(name)?)
        }));
    }
    trials.push(Trial::test("manifests: every switch of the library", || {
        let mut all: Vec<Case> = Vec::new();
        for name in ["ledger-db", "mailer", "orders", "storefront"] {
            for case in cases(name)?.into_iter().filter(is_switch) {
                if !all.iter().any(|other| other.files == case.files) {
                    all.push(case);
                }
            }
        }
        matrix(&read(BARE)?, &all)
    }));
    trials.push(Trial::test("manifests: null for every value of the library", nulls));
    trials.push(Trial::test("manifests: a configuration that uses every key", || {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/factory/full.yml"))?;
        let variants = [("every key".to_owned(), read(&text)?)];
        examine(&lay_out(&variants)?.0, &variants, &|_, _| false)
    }));
    trials
}

/// A service that uses everything, so that every value of the library is read.
const FULL: &str = "
service: {name: full, ports: [{name: http, port: 80, targetPort: 8080}]}
image: {repository: example/full, tag: '1'}
config: {files: {a.txt: a}}
claims: {data: {size: 1Gi, mountPath: /data}}
jobs: {once: {args: [once]}}
cronJobs: {often: {schedule: '@daily'}}
autoscaling: {enabled: true}
podDisruptionBudget: {enabled: true}
networkPolicy: {enabled: true, restrictEgress: true}
serviceMonitor: {enabled: true}
externalSecrets: {keys: {store: {name: vault}, extract: [keys]}}
ingress: {enabled: true, hosts: [{host: a.example.com}]}
certificate: {enabled: true}
mtls: {enabled: true}
";

/// The values that no service can delete: `validate` says so.
const NEEDED: [&str; 20] = [
    "certificate.issuer",
    "certificate.issuer.name",
    "image",
    "image.repository",
    "image.tag",
    "ingress.hosts",
    "pod.securityContext.seccompProfile.type",
    "probes.liveness.httpGet",
    "probes.liveness.httpGet.port",
    "probes.readiness.httpGet",
    "probes.readiness.httpGet.port",
    "probes.startup.httpGet",
    "probes.startup.httpGet.port",
    "service",
    "service.enabled",
    "service.name",
    "service.ports",
    "serviceAccount",
    "serviceAccount.create",
    "workload",
];

/// Deletes every value of the library in turn, the maps among them: `null deletes` holds for each.
fn nulls() -> Result<(), Failed> {
    let library = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("library/values.yaml"))?;
    let mut paths = Vec::new();
    paths_of(&read(&library)?, &mut Vec::new(), &mut paths);
    let mut variants = Vec::new();
    for base in [FULL, &FULL.replace("image:", "workload: StatefulSet\nimage:")] {
        let base = read(base)?;
        for path in &paths {
            let deleted = path.iter().rev().fold(GoValue::Nil, |value, key| {
                let dict = Dict::new();
                dict.insert(key.as_str(), value);
                GoValue::Dict(dict)
            });
            let values = deleted.as_dict().map(|deleted| chart::merge_maps(&base, deleted));
            variants.push((path.join("."), values.unwrap_or_default()));
        }
    }
    let folder = lay_out(&variants)?;
    let report = mizzen("validate", &folder.0)?;
    let mut refused = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for finding in report["findings"].as_array().ok_or("a report has findings")? {
        // All these services have one host.
        if finding["rule"].as_str().is_some_and(|rule| !rule.ends_with("-twice")) {
            let service = finding["service"].as_str().unwrap_or_default();
            let index: usize = service.trim_start_matches('v').parse()?;
            wrong.insert(index);
            refused.insert(variants.get(index).map_or("", |(path, _)| path));
        }
    }
    if refused != BTreeSet::from(NEEDED) {
        return Err(format!("these cannot be deleted: {refused:?}").into());
    }
    examine(&folder.0, &variants, &|index, _| wrong.contains(&index))
}

/// The paths of all values, maps before what is in them.
fn paths_of(values: &Dict, path: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    for (key, value) in values.entries().iter() {
        path.push(key.to_string());
        paths.push(path.clone());
        if let GoValue::Dict(inner) = value {
            paths_of(inner, path, paths);
        }
        path.pop();
    }
}

/// The cases of a sample service that bring values of their own.
fn cases(service: &str) -> Result<Vec<Case>, Failed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/services").join(format!("{service}.txt"));
    let mut cases = case::read(&fs::read_to_string(path)?)?;
    cases.retain(|case| case.files.iter().any(|(name, _)| name == "values.yaml"));
    Ok(cases)
}

fn is_switch(case: &Case) -> bool {
    case.title.starts_with("switched ")
}

fn read(text: &str) -> Result<Dict, Failed> {
    yaml::unmarshal_map(text.as_bytes()).map_err(|error| Failed::from(error.to_string()))
}

/// Renders a service with every case on top, and with every pair of switches, and checks what comes out.
fn matrix(base: &Dict, cases: &[Case]) -> Result<(), Failed> {
    let mut variants: Vec<(String, Dict)> = vec![("as it is".to_owned(), Dict::new())];
    let mut switches: Vec<(&str, Dict)> = Vec::new();
    for case in cases {
        let Some((_, text)) = case.files.first() else { continue };
        let values = read(text)?;
        if is_switch(case) {
            switches.push((&case.title, values.clone()));
        }
        variants.push((case.title.clone(), values));
    }
    for (index, (title, values)) in switches.iter().enumerate() {
        for (other, more) in switches.iter().skip(index + 1) {
            variants.push((format!("{title}, {other}"), chart::merge_maps(values, more)));
        }
    }
    for (_, values) in &mut variants {
        *values = chart::merge_maps(base, values);
    }
    let folder = lay_out(&variants)?;
    examine(&folder.0, &variants, &|_, error| error.contains(REFUSED))
}

/// A folder with every variant as a service.
fn lay_out(variants: &[(String, Dict)]) -> Result<Folder, Failed> {
    let folder = Folder::new()?;
    for (index, (title, values)) in variants.iter().enumerate() {
        let own = read(&format!("service: {{name: v{index}}}"))?;
        let nameless = title == "service" || title == "service.name";
        let values = if nameless { values.clone() } else { chart::merge_maps(values, &own) };
        let text = yaml::marshal(&GoValue::Dict(values)).map_err(|error| error.to_string())?;
        let service = folder.0.join(format!("v{index}"));
        fs::create_dir(&service)?;
        fs::write(service.join("configuration.yml"), text.as_bytes())?;
    }
    Ok(folder)
}

/// Renders every variant, and checks what comes out; `is_known` says whether an error is as it should be.
fn examine(folder: &Path, variants: &[(String, Dict)], is_known: &dyn Fn(usize, &str) -> bool) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    let report = mizzen("render", folder)?;
    let schemas = schemas()?;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for row in report["services"].as_array().ok_or("a report has services")? {
        let folder = row["folder"].as_str().unwrap_or_default();
        let index: usize = folder.trim_start_matches('v').parse()?;
        let title = variants.get(index).map_or("", |(title, _)| title);
        match row["error"].as_str() {
            Some(error) if is_known(index, error) => continue,
            None if is_known(index, "") => continue,
            Some(error) => wrong.push(format!("{title}: {error}")),
            None => {}
        }
        for entry in row["manifests"].as_array().into_iter().flatten() {
            let manifest = &entry["manifest"];
            let kind = manifest["kind"].as_str().unwrap_or_default();
            *kinds.entry(kind.to_owned()).or_default() += 1;
            let complaints = [known(manifest, &schemas), metadata(manifest), pods(manifest, is_plain(title))];
            for complaint in complaints.into_iter().filter_map(Result::err) {
                wrong.push(format!("{title}: {kind}: {complaint}"));
            }
        }
    }
    // A matrix that renders nothing finds nothing.
    if kinds.len() < 15 {
        wrong.push(format!("only {kinds:?} were rendered"));
    }
    wrong.truncate(60);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Whether a variant leaves the rights of the containers to the library.
fn is_plain(title: &str) -> bool {
    title == "as it is" || title.starts_with("switched ")
}

/// What `mizzen render` or `mizzen validate` reports of all services of a folder.
fn mizzen(verb: &str, folder: &Path) -> Result<Value, Failed> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mizzen"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    let output = command.args([verb, "--format", "json", "--services"]).arg(folder).output()?;
    // Exit 1 says that a service failed, of which the report says more.
    match output.status.code() {
        Some(0 | 1) => Ok(serde_json::from_slice(&output.stdout)?),
        _ => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// The schemas of golden/crds by kind.
fn schemas() -> Result<BTreeMap<String, jsonschema::Validator>, Failed> {
    let mut schemas = BTreeMap::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/crds"))? {
        let path: PathBuf = entry?.path();
        let schema: Value = serde_json::from_slice(&fs::read(&path)?)?;
        let compiled = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        schemas.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), compiled);
    }
    Ok(schemas)
}

/// Whether a manifest is one of its kind.
fn known(manifest: &Value, schemas: &BTreeMap<String, jsonschema::Validator>) -> Result<(), String> {
    let text = |key: &str| manifest[key].as_str().unwrap_or_default();
    match (text("apiVersion"), text("kind")) {
        ("apps/v1", "Deployment") => typed::<Deployment>(manifest),
        ("apps/v1", "StatefulSet") => typed::<StatefulSet>(manifest),
        ("autoscaling/v2", "HorizontalPodAutoscaler") => typed::<HorizontalPodAutoscaler>(manifest),
        ("batch/v1", "Job") => typed::<Job>(manifest),
        ("batch/v1", "CronJob") => typed::<CronJob>(manifest),
        ("v1", "ConfigMap") => typed::<ConfigMap>(manifest),
        ("v1", "PersistentVolumeClaim") => typed::<PersistentVolumeClaim>(manifest),
        ("v1", "Secret") => typed::<Secret>(manifest),
        ("v1", "Service") => typed::<Service>(manifest),
        ("v1", "ServiceAccount") => typed::<ServiceAccount>(manifest),
        ("networking.k8s.io/v1", "Ingress") => typed::<Ingress>(manifest),
        ("networking.k8s.io/v1", "NetworkPolicy") => typed::<NetworkPolicy>(manifest),
        ("policy/v1", "PodDisruptionBudget") => typed::<PodDisruptionBudget>(manifest),
        (_, kind) => {
            let schema = schemas.get(kind).ok_or("there is neither a type nor a schema of this kind")?;
            let complaint =
                schema.iter_errors(manifest).map(|error| format!("{}: {error}", error.instance_path())).next();
            complaint.map_or(Ok(()), Err)
        }
    }
}

/// Whether a type reads a manifest, and writes all of it again: serde says nothing of a field that a type lacks.
fn typed<T: DeserializeOwned + Serialize>(manifest: &Value) -> Result<(), String> {
    let read: T = serde_json::from_value(manifest.clone()).map_err(|error| error.to_string())?;
    let again = serde_json::to_value(&read).map_err(|error| error.to_string())?;
    same(manifest, &again, &mut String::new())
}

fn same(manifest: &Value, again: &Value, path: &mut String) -> Result<(), String> {
    match (manifest, again) {
        (Value::Object(manifest), Value::Object(again)) => {
            // A field that is null is one that is not there.
            for (key, value) in manifest.iter().filter(|(_, value)| !value.is_null()) {
                let length = path.len();
                path.push_str(&format!(".{key}"));
                let other = again.get(key).ok_or_else(|| format!("{path} is no field"))?;
                same(value, other, path)?;
                path.truncate(length);
            }
            match again.keys().find(|key| !manifest.contains_key(*key)) {
                Some(key) => Err(format!("{path} lacks {key}")),
                None => Ok(()),
            }
        }
        (Value::Array(manifest), Value::Array(again)) if manifest.len() == again.len() => {
            for (index, (value, other)) in manifest.iter().zip(again).enumerate() {
                let length = path.len();
                path.push_str(&format!("[{index}]"));
                same(value, other, path)?;
                path.truncate(length);
            }
            Ok(())
        }
        // A number of YAML is a float; the type says which are whole.
        (Value::Number(manifest), Value::Number(again)) if manifest.as_f64() == again.as_f64() => Ok(()),
        // A quantity may be written as a number.
        (Value::Number(manifest), Value::String(again)) if manifest.to_string() == *again => Ok(()),
        (manifest, again) if manifest == again => Ok(()),
        (manifest, again) => Err(format!("{path} is {manifest}, and read as {again}")),
    }
}

/// Whether the name and the labels of a manifest are such as the API server takes.
fn metadata(manifest: &Value) -> Result<(), String> {
    let name = manifest["metadata"]["name"].as_str().ok_or("it has no name")?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    if name.is_empty() || name.len() > 253 || !name.bytes().all(plain) {
        return Err(format!("`{name}` is no name"));
    }
    let pods = &manifest["spec"]["template"]["metadata"]["labels"];
    for labels in [&manifest["metadata"]["labels"], pods] {
        for (key, value) in labels.as_object().into_iter().flatten() {
            let value = value.as_str().ok_or_else(|| format!("the label {key} is no text"))?;
            let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
            let bytes = value.as_bytes();
            if bytes.len() > 63 || !value.bytes().all(inner) || !edge(bytes.first()) || !edge(bytes.last()) {
                return Err(format!("the label {key} cannot be `{value}`"));
            }
        }
    }
    for (key, value) in manifest["spec"]["selector"]["matchLabels"].as_object().into_iter().flatten() {
        if pods.is_object() && pods[key] != *value {
            return Err(format!("the selector's {key} is not on the pods"));
        }
    }
    Ok(())
}

/// Whether the pods of a workload agree with themselves, and, where nobody said otherwise, have no rights to speak of.
fn pods(manifest: &Value, plain: bool) -> Result<(), String> {
    let template =
        if manifest["kind"] == "CronJob" { &manifest["spec"]["jobTemplate"]["spec"] } else { &manifest["spec"] };
    let pod = &template["template"]["spec"];
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let named = |value: &Value| -> Vec<Value> { items(value).iter().map(|item| item["name"].clone()).collect() };
    let mut volumes = named(&pod["volumes"]);
    volumes
        .extend(items(&manifest["spec"]["volumeClaimTemplates"]).iter().map(|claim| claim["metadata"]["name"].clone()));
    let mut ports = Vec::new();
    for container in items(&pod["initContainers"]).iter().chain(&items(&pod["containers"])) {
        let name = &container["name"];
        for mount in named(&container["volumeMounts"]) {
            if !volumes.contains(&mount) {
                return Err(format!("{name} mounts {mount}, which is no volume"));
            }
        }
        ports.extend(named(&container["ports"]));
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            for action in ["httpGet", "tcpSocket"] {
                let port = &container[probe][action]["port"];
                // `validate` refuses such a probe; a case of the goldens may have one.
                if plain && port.is_string() && !ports.contains(port) {
                    return Err(format!("{name}'s {probe} is for {port}, which is no port"));
                }
            }
        }
        let rights = &container["securityContext"];
        let none = rights["allowPrivilegeEscalation"] == false
            && rights["readOnlyRootFilesystem"] == true
            && rights["capabilities"]["drop"] == serde_json::json!(["ALL"])
            && pod["securityContext"]["runAsNonRoot"] == true
            && pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault";
        if plain && !none {
            return Err(format!("{name} has rights that nobody gave it: {rights}"));
        }
    }
    Ok(())
}
