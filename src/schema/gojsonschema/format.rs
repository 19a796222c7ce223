//! The formats of strings: as gojsonschema's format_checkers.go.

use crate::go::regexp::Regexp;
use crate::go::time::{Location, parse_in_location};
use crate::go::url::{Rules, Url};

/// The formats that FormatCheckers knows.
pub(super) const FORMATS: [&str; 17] = [
    "date",
    "time",
    "date-time",
    "hostname",
    "email",
    "idn-email",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "uuid",
    "regex",
    "json-pointer",
    "relative-json-pointer",
];

/// As FormatCheckers.IsFormat.
pub(super) fn has_format(format: &str, text: &str) -> bool {
    let is_time = |layouts: &[&str]| {
        layouts.iter().any(|layout| parse_in_location(layout.as_bytes(), text.as_bytes(), &Location::utc()).is_ok())
    };
    let matches =
        |pattern: &str| Regexp::cached(pattern.as_bytes()).is_ok_and(|pattern| pattern.is_match(text.as_bytes()));
    let url = || Url::parse(text.as_bytes(), Rules { strict_colons: false }).ok().filter(|_| !text.contains('\\'));
    match format {
        "date" => is_time(&["2006-01-02"]),
        "time" => is_time(&["15:04:05Z07:00", "15:04:05"]),
        "date-time" => is_time(&["15:04:05", "15:04:05Z07:00", "2006-01-02", "2006-01-02T15:04:05Z07:00"]),
        "hostname" => {
            const LABEL: &str = r"([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])";
            text.len() < 256 && matches(&format!(r"^{LABEL}(\.{LABEL})*$"))
        }
        "email" | "idn-email" => is_address(text),
        "ipv4" => text.contains('.') && text.parse::<std::net::IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<std::net::IpAddr>().is_ok(),
        "uri" | "iri" => url().is_some_and(|url| !url.scheme.is_empty()),
        "uri-reference" | "iri-reference" => url().is_some(),
        "uri-template" => {
            let balanced = Regexp::cached(b"^([^{]*({[^}]*})?)*$");
            url().is_some_and(|url| balanced.is_ok_and(|balanced| balanced.is_match(&url.path)))
        }
        "uuid" => matches("^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$"),
        "regex" => text.is_empty() || Regexp::cached(text.as_bytes()).is_ok(),
        "json-pointer" => matches("^(?:/(?:[^~/]|~0|~1)*)*$"),
        "relative-json-pointer" => matches("^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$"),
        _ => true,
    }
}

/// As far as net/mail ParseAddress is used for: `a@b`, `<a@b>` and `Name <a@b>`.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>') {
        Some(rest) => match rest.rsplit_once('<') {
            Some((_, address)) => address,
            None => return false,
        },
        None => text,
    };
    let is_text = |rune: char| !rune.is_ascii() || rune.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(rune);
    let is_dotted = |text: &str| text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_text));
    address.rsplit_once('@').is_some_and(|(local, domain)| {
        let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
        (quoted || is_dotted(local)) && is_dotted(domain)
    })
}
