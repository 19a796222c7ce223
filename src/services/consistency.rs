//! Values that must agree with each other: bounds, volumes and their mounts, quantities, schedules.

use super::nearest::nearest;
use super::network::{Trouble, is_on, list, number, path, string};
use crate::go::{Dict, Value};
use std::collections::HashMap;

/// What does not agree within one service.
pub fn troubles(values: &Dict) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    autoscaling(values, &mut troubles);
    resources(values, &mut troubles);
    volumes(values, &mut troubles);
    schedules(values, &mut troubles);
    troubles
}

fn autoscaling(values: &Dict, troubles: &mut Vec<Trouble>) {
    let Some(section) = values.get(b"autoscaling").filter(|_| is_on(values, "autoscaling")) else { return };
    if let (Some(least), Some(most)) = (number(&section, "minReplicas"), number(&section, "maxReplicas"))
        && least > most
    {
        troubles.push(Trouble {
            path: path(&["autoscaling", "minReplicas"]),
            rule: "bound",
            message: format!("autoscaling.minReplicas is {least}, but autoscaling.maxReplicas is {most}"),
            hint: "the fewest pods cannot be more than the most".to_owned(),
        });
    }
    if string(&Value::Dict(values.clone()), "workload").as_deref() == Some("None") {
        troubles.push(Trouble {
            path: path(&["autoscaling", "enabled"]),
            rule: "choice",
            message: "autoscaling is enabled, but workload is None".to_owned(),
            hint: "a service that is nothing but its jobs has no pods to add: leave autoscaling off".to_owned(),
        });
    }
}

fn resources(values: &Dict, troubles: &mut Vec<Trouble>) {
    let section = |name: &str| values.get(b"resources").and_then(|section| section.as_dict()?.get(name.as_bytes()));
    let (Some(Value::Dict(requests)), Some(Value::Dict(limits))) = (section("requests"), section("limits")) else {
        return;
    };
    for (key, request) in requests.entries().iter() {
        let limit = limits.get(key.as_bytes());
        let (Some(wanted), Some(most)) = (quantity(request), limit.as_ref().and_then(quantity)) else { continue };
        if wanted > most {
            let name = key.to_str_lossy();
            let shown = |value: &Value| value.as_str().map_or_else(|| amount(value), ToString::to_string);
            let message = format!(
                "resources.requests.{name} is {}, but resources.limits.{name} is {}",
                shown(request),
                shown(&limit.unwrap_or_default())
            );
            troubles.push(Trouble {
                path: path(&["resources", "requests", &name]),
                rule: "bound",
                message,
                hint: "more cannot be reserved than may be used: raise the limit too".to_owned(),
            });
        }
    }
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

/// Mounts are of volumes that are there, and each volume has a name of its own.
fn volumes(values: &Dict, troubles: &mut Vec<Trouble>) {
    let mut known: HashMap<String, String> = HashMap::new();
    if is_on(values, "temporary") {
        known.insert("temporary".to_owned(), "temporary".to_owned());
    }
    let files = values.get(b"config").and_then(|config| config.as_dict()?.get(b"files"));
    if files.is_some_and(|files| files.is_true()) {
        known.insert("config".to_owned(), "config.files".to_owned());
    }
    if let Some(Value::Dict(claims)) = values.get(b"claims") {
        for (name, _) in claims.entries().iter() {
            known.insert(name.to_string(), format!("claims.{name}"));
        }
    }
    for (at, volume) in list(values, &["volumes"]) {
        let Some(name) = string(&volume, "name") else { continue };
        if let Some(other) = known.insert(name.clone(), format!("volumes[{at}]")) {
            troubles.push(Trouble {
                path: path(&["volumes", &at.to_string(), "name"]),
                rule: "volume",
                message: format!("the volume `{name}` is already that of {other}"),
                hint: "give it another name".to_owned(),
            });
        }
    }
    for (at, mount) in list(values, &["volumeMounts"]) {
        let Some(name) = string(&mount, "name").filter(|name| !known.contains_key(name)) else { continue };
        let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
        names.sort_unstable();
        let hint = match nearest(&name, names.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "add it to volumes, or to claims".to_owned(),
        };
        troubles.push(Trouble {
            path: path(&["volumeMounts", &at.to_string(), "name"]),
            rule: "volume",
            message: format!("there is no volume `{name}`"),
            hint,
        });
    }
}

fn schedules(values: &Dict, troubles: &mut Vec<Trouble>) {
    let Some(Value::Dict(jobs)) = values.get(b"cronJobs") else { return };
    for (name, job) in jobs.entries().iter() {
        let Some(schedule) = string(job, "schedule") else { continue };
        if let Err(complaint) = check_schedule(&schedule) {
            troubles.push(Trouble {
                path: path(&["cronJobs", &name.to_str_lossy(), "schedule"]),
                rule: "schedule",
                message: format!("`{schedule}` is no schedule: {complaint}"),
                hint: "write minute, hour, day of month, month and day of week, such as \"0 3 * * *\"".to_owned(),
            });
        }
    }
}

/// The fields of a schedule: name, least and greatest number, and the words that stand for numbers.
const FIELDS: [(&str, u32, u32, &[&str]); 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day of month", 1, 31, &[]),
    ("month", 1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    ("day of week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Why a text is no schedule to Kubernetes, whose parser is robfig/cron's standard one.
fn check_schedule(schedule: &str) -> Result<(), String> {
    if let Some(word) = schedule.strip_prefix('@') {
        let known = ["yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];
        return match known.contains(&word) || word.starts_with("every ") {
            true => Ok(()),
            false => Err(format!("it must be one of @{}", known.join(", @"))),
        };
    }
    if schedule.contains("TZ=") {
        return Err("the time zone belongs to timeZone".to_owned());
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("it has {} fields instead of 5", fields.len()));
    }
    for (text, (name, least, most, words)) in fields.into_iter().zip(FIELDS) {
        for part in text.split(',') {
            let wrong = || format!("`{part}` is no {name}");
            let number = |text: &str| {
                let word = words.iter().position(|word| text.eq_ignore_ascii_case(word));
                let word = word.and_then(|at| u32::try_from(at).ok()).map(|at| at + least);
                word.or_else(|| text.parse::<u32>().ok())
            };
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            if step.is_some_and(|step| !step.parse::<u32>().is_ok_and(|step| step > 0)) {
                return Err(wrong());
            }
            if range == "*" || range == "?" {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            let (Some(from), Some(to)) = (number(from), number(to)) else { return Err(wrong()) };
            if from > to || from < least || to > most {
                return Err(format!("`{part}` is no {name}, which is {least} to {most}"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    #[test]
    fn what_does_not_agree() {
        for (text, wanted) in [
            ("autoscaling: {enabled: true, minReplicas: 2, maxReplicas: 2}", &[][..]),
            (
                "autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 2}",
                &["autoscaling.minReplicas is 3, but autoscaling.maxReplicas is 2"],
            ),
            ("autoscaling: {enabled: false, minReplicas: 3, maxReplicas: 2}", &[]),
            ("resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {cpu: 1, memory: 1024Mi}}", &[]),
            (
                "resources: {requests: {cpu: 2}, limits: {cpu: 1500m}}",
                &["resources.requests.cpu is 2, but resources.limits.cpu is 1500m"],
            ),
            ("{volumes: [{name: a}], volumeMounts: [{name: a}]}", &[]),
            ("{claims: {data: {}}, volumeMounts: [{name: data}, {name: date}]}", &["there is no volume `date`"]),
            (
                "{temporary: {enabled: true}, volumes: [{name: temporary}]}",
                &["the volume `temporary` is already that of temporary"],
            ),
            ("cronJobs: {a: {schedule: '*/5 0-6,22 * jan-MAR mon'}, b: {schedule: '@daily'}}", &[]),
            ("cronJobs: {a: {schedule: '0 3 * *'}}", &["`0 3 * *` is no schedule: it has 4 fields instead of 5"]),
            (
                "cronJobs: {a: {schedule: '0 24 * * *'}}",
                &["`0 24 * * *` is no schedule: `24` is no hour, which is 0 to 23"],
            ),
            ("cronJobs: {a: {schedule: '*/0 * * * *'}}", &["`*/0 * * * *` is no schedule: `*/0` is no minute"]),
        ] {
            let values = yaml::unmarshal_map(text.as_bytes()).expect("the table holds YAML");
            let said: Vec<String> = troubles(&values).into_iter().map(|trouble| trouble.message).collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
