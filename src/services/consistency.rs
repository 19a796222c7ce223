//! Values that must agree with each other: bounds, volumes and their mounts, schedules.

use super::nearest::nearest;
use super::network::{Trouble, is_on, list, number, path, string};
use super::quantities;
use crate::go::{Dict, Value};
use jiff::tz::TimeZoneDatabase;
use std::collections::HashMap;

/// What does not agree within one service. `wrote` says whether the service itself has something at a path.
pub fn troubles(values: &Dict, wrote: &dyn Fn(&[String]) -> bool) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    autoscaling(values, &mut troubles);
    quantities::troubles(values, wrote, &mut troubles);
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
        if let Some(zone) = string(job, "timeZone").filter(|zone| !zone.is_empty()) {
            troubles.extend(check_zone(&name.to_str_lossy(), &zone));
        }
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

/// What is wrong with the time zone of a cron job.
fn check_zone(job: &str, zone: &str) -> Option<Trouble> {
    let zones = TimeZoneDatabase::bundled();
    let known: Vec<String> = zones.available().map(|name| name.to_string()).collect();
    if known.iter().any(|name| name == zone) {
        return None;
    }
    let hint = match nearest(zone, known.iter().map(String::as_str)) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "write a name such as Europe/Berlin or Etc/UTC".to_owned(),
    };
    Some(Trouble {
        path: path(&["cronJobs", job, "timeZone"]),
        rule: "schedule",
        message: format!("`{zone}` is no time zone"),
        hint,
    })
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
            (
                "cronJobs: {a: {schedule: '@daily', timeZone: Europe/Berlin}, b: {schedule: '@daily', timeZone: europe/Berln}}",
                &["`europe/Berln` is no time zone"],
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
            let said: Vec<String> = troubles(&values, &|_| false).into_iter().map(|trouble| trouble.message).collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
