//! Findings as text for people, and as JSON, JUnit, SARIF and workflow commands for machines.

use super::json::{self, object, optional};
use crate::go::Value;
use crate::services::{Finding, RULES};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    GitHub,
    JUnit,
    Sarif,
}

impl Format {
    /// The format of that name, or text.
    pub fn named(name: &str) -> Format {
        match name {
            "json" => Format::Json,
            "github" => Format::GitHub,
            "junit" => Format::JUnit,
            "sarif" => Format::Sarif,
            _ => Format::Text,
        }
    }
}

/// The report of what was found with these services.
pub fn write(format: Format, findings: &[Finding], services: &[&str]) -> String {
    match format {
        Format::Text => findings.iter().map(|finding| format!("{finding}\n")).collect(),
        Format::Json => document(findings, services),
        Format::GitHub => findings.iter().map(workflow_command).collect(),
        Format::JUnit => junit(findings, services),
        Format::Sarif => sarif(findings),
    }
}

/// One line that tells how it went.
pub fn summary(findings: &[Finding], services: usize) -> String {
    let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    if findings.is_empty() {
        return format!("nothing is wrong with {}", count(services, "service"));
    }
    let folders: BTreeSet<&str> = findings.iter().map(|finding| finding.service.as_str()).collect();
    format!("{} in {} of {}", count(findings.len(), "finding"), folders.len(), count(services, "service"))
}

fn number(number: u32) -> Value {
    Value::Int(i64::from(number))
}

fn document(findings: &[Finding], services: &[&str]) -> String {
    let findings = findings.iter().map(|finding| {
        object([
            ("path", Value::string(finding.path.as_str())),
            ("line", number(finding.line)),
            ("column", number(finding.column)),
            ("rule", Value::string(finding.rule)),
            ("service", Value::string(finding.service.as_str())),
            ("message", Value::string(finding.message.as_str())),
            ("hint", optional(finding.hint.as_deref())),
        ])
    });
    let report = object([
        ("services", Value::strings(services.iter().copied())),
        ("findings", Value::list(findings.collect::<Vec<_>>())),
    ]);
    String::from_utf8_lossy(&json::document(&report)).into_owned()
}

/// As GitHub Actions reads it from a log: `::error file=…,line=…::…`.
fn workflow_command(finding: &Finding) -> String {
    let mut properties = vec![("file", finding.path.clone())];
    if finding.line > 0 {
        properties.extend([("line", finding.line.to_string()), ("col", finding.column.to_string())]);
    }
    properties.push(("title", finding.rule.to_owned()));
    let hint = finding.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    annotation("error", &properties, &format!("{}{hint}", finding.message))
}

/// A workflow command that shows a text beside a file: an `error`, a `warning` or a `notice`.
pub fn annotation(level: &str, properties: &[(&str, String)], text: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    format!("::{level} {}::{}\n", properties.join(","), data(text))
}

/// A suite with a test for each service, which fails where something was found.
fn junit(findings: &[Finding], services: &[&str]) -> String {
    let mut folders: BTreeSet<&str> = services.iter().copied().collect();
    folders.extend(findings.iter().map(|finding| finding.service.as_str()));
    let of = |folder: &str| findings.iter().filter(|finding| finding.service == folder).collect::<Vec<_>>();
    let failures = folders.iter().filter(|folder| !of(folder).is_empty()).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\"", folders.len());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"mizzen validate\" {counts}>\n"
    );
    for folder in folders {
        let found = of(folder);
        let name = escape(folder);
        if found.is_empty() {
            let _ = writeln!(out, "    <testcase classname=\"services\" name=\"{name}\"/>");
            continue;
        }
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        let message = found.first().map(|finding| finding.message.as_str()).unwrap_or_default();
        let rule = found.first().map(|finding| finding.rule).unwrap_or_default();
        let _ = write!(
            out,
            "    <testcase classname=\"services\" name=\"{name}\">\n      <failure type=\"{rule}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escape(message),
            escape(&texts.join("\n")),
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// A text within XML. Characters that XML cannot hold are replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(char),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

/// As SARIF 2.1.0, which code hosts show beside the lines of a change.
fn sarif(findings: &[Finding]) -> String {
    let rules = RULES.iter().map(|(id, description)| {
        object([("id", Value::string(*id)), ("shortDescription", object([("text", Value::string(*description))]))])
    });
    let results = findings.iter().map(|finding| {
        let place = object([("artifactLocation", object([("uri", Value::string(uri(&finding.path)))]))]);
        if let Some(place) = place.as_dict().filter(|_| finding.line > 0) {
            let region = object([("startLine", number(finding.line)), ("startColumn", number(finding.column))]);
            place.insert("region", region);
        }
        let hint = finding.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
        object([
            ("ruleId", Value::string(finding.rule)),
            ("level", Value::string("error")),
            ("message", object([("text", Value::string(format!("{}{hint}", finding.message)))])),
            ("locations", Value::list(vec![object([("physicalLocation", place)])])),
        ])
    });
    let driver = object([
        ("name", Value::string("mizzen")),
        ("version", Value::string(env!("CARGO_PKG_VERSION"))),
        ("rules", Value::list(rules.collect::<Vec<_>>())),
    ]);
    let run = object([
        ("tool", object([("driver", driver)])),
        // Columns count characters, not the code units of UTF-16.
        ("columnKind", Value::string("unicodeCodePoints")),
        ("results", Value::list(results.collect::<Vec<_>>())),
    ]);
    let report = object([
        ("$schema", Value::string("https://json.schemastore.org/sarif-2.1.0.json")),
        ("version", Value::string("2.1.0")),
        ("runs", Value::list(vec![run])),
    ]);
    String::from_utf8_lossy(&json::document(&report)).into_owned()
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~@+,=!$&'()*;".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding {
            path: "services/a b/configuration.yml".to_owned(),
            line: 3,
            column: 5,
            rule: "unknown-key",
            service: "a b".to_owned(),
            message: "unknown key `x<y`".to_owned(),
            hint: Some("100% sure?".to_owned()),
        }
    }

    #[test]
    fn what_needs_escapes() {
        let found = [finding()];
        assert_eq!(
            write(Format::GitHub, &found, &[]),
            "::error file=services/a b/configuration.yml,line=3,col=5,title=unknown-key::unknown key `x<y`%0Ahint: 100%25 sure?\n"
        );
        let junit = write(Format::JUnit, &found, &["a b", "c"]);
        assert!(junit.contains("message=\"unknown key `x&lt;y`\""), "{junit}");
        assert!(junit.contains("<testcase classname=\"services\" name=\"c\"/>"), "{junit}");
        assert!(write(Format::Sarif, &found, &[]).contains("\"uri\": \"services/a%20b/configuration.yml\""));
        assert_eq!(summary(&found, 2), "1 finding in 1 of 2 services");
        assert_eq!(summary(&[], 1), "nothing is wrong with 1 service");
    }
}
