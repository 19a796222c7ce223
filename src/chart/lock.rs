//! The digest of Chart.lock: what Helm compares to see whether Chart.yaml has changed since.

use super::Dependency;
use crate::go::{Value, json};
use sha2::{Digest, Sha256};

/// As resolver.HashReq: the digest of what Chart.yaml asks for and what it was resolved to.
pub fn digest(wanted: &[Dependency], locked: &[Dependency]) -> Result<String, String> {
    Ok(sha256(&format!("[{},{}]", array(wanted)?, array(locked)?)))
}

/// As resolver.HashV2Req: the digest that Helm 2 wrote, which knows only what is asked for.
pub fn digest_of_helm_2(wanted: &[Dependency]) -> Result<String, String> {
    Ok(sha256(&format!("{{\"dependencies\":{}}}", array(wanted)?)))
}

fn sha256(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

fn array(dependencies: &[Dependency]) -> Result<String, String> {
    let all: Result<Vec<String>, String> = dependencies.iter().map(object).collect();
    Ok(format!("[{}]", all?.join(",")))
}

/// As json.Marshal of a `*chart.Dependency`: its fields in the order of the struct.
fn object(dependency: &Dependency) -> Result<String, String> {
    let text = |text: &str| Some(Value::string(text));
    let unless_empty = |text: &str| (!text.is_empty()).then(|| Value::string(text));
    let list = |items: Vec<Value>| (!items.is_empty()).then(|| Value::list(items));
    let fields = [
        ("name", text(&dependency.name)),
        ("version", unless_empty(&dependency.version)),
        ("repository", text(&dependency.repository)),
        ("condition", unless_empty(&dependency.condition)),
        ("tags", list(dependency.tags.iter().map(Value::string).collect())),
        ("enabled", dependency.enabled.then_some(Value::Bool(true))),
        ("import-values", list(dependency.import_values.clone())),
        ("alias", unless_empty(&dependency.alias)),
    ];
    let mut parts = Vec::new();
    for (name, value) in fields {
        if let Some(value) = value {
            parts.push(format!("\"{name}\":{}", json::marshal(&value)?));
        }
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

/// A time as RFC 3339 has it, in the form in which Go writes it: no zeros at the end of the fraction, and `Z` for UTC.
pub(super) fn go_time(text: &str) -> String {
    if text.is_empty() {
        return "0001-01-01T00:00:00Z".to_owned();
    }
    let (Some(seconds), Some(rest)) = (text.get(..19), text.get(19..)) else { return text.to_owned() };
    let zone_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(zone_at);
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction == "." { "" } else { fraction };
    // Go keeps nanoseconds.
    let fraction = fraction.get(..10).unwrap_or(fraction);
    let zone = if matches!(zone, "+00:00" | "-00:00") { "Z" } else { zone };
    format!("{seconds}{fraction}{zone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_go_does() {
        for (text, want) in [
            ("", "0001-01-01T00:00:00Z"),
            ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
            ("2024-01-02T03:04:05.100+02:00", "2024-01-02T03:04:05.1+02:00"),
            ("2024-01-02T03:04:05.000-00:00", "2024-01-02T03:04:05Z"),
        ] {
            assert_eq!(go_time(text), want);
        }
    }
}
