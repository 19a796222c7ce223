//! Quantities of CPU, memory and storage: what is more than may be used, and what nobody can have meant.

use super::network::{Trouble, path};
use super::places::dotted;
use crate::go::{Dict, Value};

/// Less memory or storage than this runs nothing.
const LEAST: f64 = 1_048_576.0;

/// More cores than this no node has.
const MOST: f64 = 1000.0;

/// What is wrong with the quantities of one service. `wrote` says whether the service itself has something at a path.
pub fn troubles(values: &Dict, wrote: &dyn Fn(&[String]) -> bool, troubles: &mut Vec<Trouble>) {
    let whole = Value::Dict(values.clone());
    for owner in owners(&whole) {
        let at =
            |keys: &[&str]| keys.iter().try_fold(find(&whole, &owner)?, |at, key| at.as_dict()?.get(key.as_bytes()));
        let here = |keys: &[&str]| owner.iter().cloned().chain(path(keys)).collect::<Vec<String>>();
        for (section, name) in [("requests", "cpu"), ("requests", "memory"), ("limits", "cpu"), ("limits", "memory")] {
            let keys = ["resources", section, name];
            troubles.extend(at(&keys).and_then(|value| odd(here(&keys), &value, name == "cpu")));
        }
        let (Some(Value::Dict(requests)), Some(limits)) =
            (at(&["resources", "requests"]), at(&["resources", "limits"]))
        else {
            continue;
        };
        for (key, request) in requests.entries().iter() {
            let limit = limits.as_dict().and_then(|limits| limits.get(key.as_bytes())).unwrap_or_default();
            let (Some(wanted), Some(most)) = (quantity(request), quantity(&limit)) else { continue };
            if wanted <= most {
                continue;
            }
            let name = key.to_str_lossy();
            let (low, high) = (here(&["resources", "requests", &name]), here(&["resources", "limits", &name]));
            let message = format!("{} is {}, but {} is {}", dotted(&low), shown(request), dotted(&high), shown(&limit));
            let (path, hint) = match !wrote(&low) && wrote(&high) {
                true => (high, "more cannot be reserved than may be used: lower the request too"),
                false => (low, "more cannot be reserved than may be used: raise the limit too"),
            };
            troubles.push(Trouble { path, rule: "bound", message, hint: hint.to_owned() });
        }
    }
    for (section, key) in [("claims", "size"), ("temporary", "sizeLimit")] {
        let Some(found) = values.get(section.as_bytes()) else { continue };
        if let Some(size) = found.as_dict().and_then(|found| found.get(key.as_bytes())) {
            troubles.extend(odd(path(&[section, key]), &size, false));
        }
        for (name, claim) in found.as_dict().map(Dict::snapshot).unwrap_or_default() {
            let size = claim.as_dict().and_then(|claim| claim.get(key.as_bytes()));
            troubles.extend(size.and_then(|size| odd(path(&[section, &name.to_str_lossy(), key]), &size, false)));
        }
    }
}

/// The paths of everything that may have `resources`: the service, its jobs, and the containers beside it.
fn owners(whole: &Value) -> Vec<Vec<String>> {
    let mut owners = vec![Vec::new()];
    for section in ["jobs", "cronJobs"] {
        if let Some(Value::Dict(jobs)) = find(whole, &path(&[section])) {
            owners.extend(jobs.entries().iter().map(|(name, _)| path(&[section, &name.to_str_lossy()])));
        }
    }
    for section in ["initContainers", "sidecars"] {
        if let Some(Value::List(list)) = find(whole, &path(&["pod", section])) {
            owners.extend((0..list.iter().count()).map(|index| path(&["pod", section, &index.to_string()])));
        }
    }
    owners
}

fn find(whole: &Value, path: &[String]) -> Option<Value> {
    super::check::value_at(whole.as_dict()?, path)
}

/// A quantity that is off by a letter: `100M` of CPU, `128m` of memory.
fn odd(path: Vec<String>, value: &Value, is_cpu: bool) -> Option<Trouble> {
    let number = quantity(value).filter(|number| *number > 0.0)?;
    let (text, name) = (shown(value), dotted(&path));
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let (message, hint) = match is_cpu {
        true if number >= MOST => {
            (format!("{name} is {text}, which is {number} cores"), format!("write {digits}m for thousandths of a core"))
        }
        false if number < LEAST => (
            format!("{name} is {text}, which is {number} bytes"),
            format!("write {digits}Mi for mebibytes, or {digits}Gi for gibibytes"),
        ),
        _ => return None,
    };
    Some(Trouble { path, rule: "bound", message, hint })
}

/// A quantity as it is written.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| amount(value), ToString::to_string)
}

/// A number of values.yaml in digits.
fn amount(value: &Value) -> String {
    match value {
        Value::Float64(number) => number.to_string(),
        Value::Int(number) | Value::Int64(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A quantity of Kubernetes as a number; `None` where it is none.
fn quantity(value: &Value) -> Option<f64> {
    const SUFFIXES: [(&str, f64); 15] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    let text = match value {
        Value::String(text) => text.to_string(),
        other => amount(other),
    };
    if let Ok(number) = text.parse::<f64>() {
        return Some(number);
    }
    let (suffix, factor) = SUFFIXES.into_iter().find(|(suffix, _)| text.ends_with(suffix))?;
    text.strip_suffix(suffix)?.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn what_nobody_can_have_meant() {
        for (text, wanted) in [
            ("resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1, memory: 1024Mi}}", &[][..]),
            (
                "resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}",
                &["resources.requests.cpu is 2, but resources.limits.cpu is 1500m"],
            ),
            (
                "resources: {requests: {cpu: 100M, memory: 128m}}",
                &[
                    "resources.requests.cpu is 100M, which is 100000000 cores",
                    "resources.requests.memory is 128m, which is 0.128 bytes",
                ],
            ),
            (
                "jobs: {a: {resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}}",
                &["jobs.a.resources.requests.memory is 2Gi, but jobs.a.resources.limits.memory is 1Gi"],
            ),
            (
                "{pod: {sidecars: [{resources: {limits: {memory: 64}}}]}, claims: {a: {size: 10}}, temporary: {sizeLimit: 64Mi}}",
                &[
                    "pod.sidecars[0].resources.limits.memory is 64, which is 64 bytes",
                    "claims.a.size is 10, which is 10 bytes",
                ],
            ),
        ] {
            let values = yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
            let mut found = Vec::new();
            troubles(&values, &|_| true, &mut found);
            let said: Vec<String> = found.into_iter().map(|trouble| trouble.message).collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
