//! The formats of strings: as github.com/santhosh-tekuri/jsonschema/v6 format.go.

use super::json::Json;
use super::location::unescape;
use crate::go::regexp::Regexp;
use crate::go::strconv::{atoi, quote, quote_rune};
use crate::go::url::{Rules, Url};
use crate::profile::JsonSchema;

type Check = fn(&str) -> Result<(), String>;

/// All formats that are checked.
const FORMATS: [(&str, Check); 19] = [
    ("regex", regex),
    ("json-pointer", json_pointer),
    ("relative-json-pointer", relative_json_pointer),
    ("uuid", uuid),
    ("duration", duration),
    ("period", period),
    ("ipv4", ipv4),
    ("ipv6", ipv6),
    ("hostname", hostname),
    ("email", |text| email(text, JsonSchema::V6_0_3)),
    ("date", date),
    ("time", time),
    ("date-time", date_time),
    ("uri", uri),
    ("iri", uri),
    ("uri-reference", uri_reference),
    ("iri-reference", uri_reference),
    ("uri-template", uri_template),
    ("semver", semver),
];

/// The name of a format, if it is one that is checked.
pub fn known(name: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(known, _)| *known == name).map(|(known, _)| *known)
}

/// Checks a value; what is no string fits every format.
pub fn check(name: &str, value: &Json, library: JsonSchema) -> Result<(), String> {
    match (FORMATS.iter().find(|(known, _)| *known == name), value) {
        (Some(("email", _)), Json::String(text)) => email(text, library),
        (Some((_, check)), Json::String(text)) => check(text),
        _ => Ok(()),
    }
}

fn fail<T>(text: impl Into<String>) -> Result<T, String> {
    Err(text.into())
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn regex(text: &str) -> Result<(), String> {
    Regexp::new(text.as_bytes()).map(|_| ())
}

fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with('/') {
        return fail("not starting with /");
    }
    for token in text.split('/').skip(1) {
        for part in token.split('~').skip(1) {
            if !part.starts_with(['0', '1']) {
                return fail("~ must be followed by 0 or 1");
            }
        }
    }
    Ok(())
}

fn relative_json_pointer(text: &str) -> Result<(), String> {
    let count = digits(text);
    if count == 0 {
        return fail("must start with non-negative integer");
    }
    if count > 1 && text.starts_with('0') {
        return fail("starts with zero");
    }
    match &text[count..] {
        "#" => Ok(()),
        rest => json_pointer(rest),
    }
}

fn uuid(text: &str) -> Result<(), String> {
    let lengths = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != lengths.len() {
        return fail("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip(lengths).enumerate() {
        if group.len() != length {
            return fail(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(rune) = group.chars().find(|rune| !rune.is_ascii_hexdigit()) {
            return fail(format!("non-hex character {}", quote_rune(rune)));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<(), String> {
    let Some(text) = text.strip_prefix('P') else { return fail("must start with P") };
    if text.is_empty() {
        return fail("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        return match weeks {
            "" => fail("no number in week"),
            weeks if digits(weeks) == weeks.len() => Ok(()),
            _ => fail("invalid week"),
        };
    }
    let all = ["YMD", "HMS"];
    for (at, part) in text.split('T').enumerate() {
        if at != 0 && part.is_empty() {
            return fail("no time elements");
        }
        let Some(known) = all.get(at) else { return fail("more than one T") };
        let (mut units, mut part) = (*known, part);
        while !part.is_empty() {
            let count = digits(part);
            if count == 0 {
                return fail("missing number");
            }
            part = &part[count..];
            let Some(unit) = part.bytes().next() else { return fail("missing unit") };
            let shown = quote_rune(char::from(unit));
            match units.bytes().position(|known| known == unit) {
                Some(at) => units = &units[at + 1..],
                None if known.bytes().any(|known| known == unit) => return fail(format!("unit {shown} out of order")),
                None => return fail(format!("invalid unit {shown}")),
            }
            part = &part[1..];
        }
    }
    Ok(())
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return fail("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return fail("leading zeros");
        }
        let number = atoi(group.as_bytes()).map_err(|error| error.to_string())?;
        if !(0..=255).contains(&number) {
            return fail("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return fail("missing colon");
    }
    let has_zone = parse_address(text).map_err(|(problem, at)| {
        let text = quote(text.as_bytes());
        let at = if at.is_empty() { String::new() } else { format!(" (at {})", quote(at.as_bytes())) };
        format!("ParseAddr({text}): {problem}{at}")
    })?;
    if has_zone { fail("zone id is not a part of ipv6 address") } else { Ok(()) }
}

/// What is wrong with an address, and from where on.
type Problem<'t> = (&'static str, &'t str);

/// As netip.ParseAddr: tells whether there is a zone.
fn parse_address(text: &str) -> Result<bool, Problem<'_>> {
    match text.bytes().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => ipv4_fields(text).map(|()| false),
        Some(b'%') => Err(("missing IPv6 address", "")),
        _ => ipv6_fields(text),
    }
}

/// As netip's parseIPv6.
fn ipv6_fields(text: &str) -> Result<bool, Problem<'_>> {
    let (mut rest, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    if zone == Some("") {
        return Err(("zone must be a non-empty string", ""));
    }
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix("::") {
        ellipsis = true;
        rest = after;
        if rest.is_empty() {
            return Ok(zone.is_some());
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let count = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        match count {
            0 => return Err(("each colon-separated field must have at least one digit", rest)),
            1..=4 => {}
            _ => return Err(("each group must have 4 or less digits", rest)),
        }
        if rest[count..].starts_with('.') {
            if !ellipsis && bytes != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if bytes > 12 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            ipv4_fields(rest)?;
            rest = "";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[count..];
        if rest.is_empty() {
            break;
        }
        let Some(after) = rest.strip_prefix(':') else { return Err(("unexpected character, want colon", rest)) };
        if after.is_empty() {
            return Err(("colon must be followed by more characters", rest));
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(':') {
            if ellipsis {
                return Err(("multiple :: in address", rest));
            }
            ellipsis = true;
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    match (rest, bytes) {
        ("", 16) if ellipsis => Err(("the :: must expand to at least one field of zeros", "")),
        ("", ..16) if !ellipsis => Err(("address string too short", "")),
        ("", _) => Ok(zone.is_some()),
        (rest, _) => Err(("trailing garbage after address", rest)),
    }
}

/// As netip's parseIPv4Fields.
fn ipv4_fields(text: &str) -> Result<(), Problem<'_>> {
    let (mut value, mut count, mut fields) = (0_u32, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if count == 1 && value == 0 {
                    return Err(("IPv4 field has octet with leading zero", ""));
                }
                value = value * 10 + u32::from(byte - b'0');
                count += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", ""));
                }
            }
            b'.' => {
                if count == 0 || at + 1 == text.len() {
                    return Err(("IPv4 field must have at least one digit", &text[at..]));
                }
                if fields == 3 {
                    return Err(("IPv4 address too long", ""));
                }
                fields += 1;
                (value, count) = (0, 0);
            }
            _ => return Err(("unexpected character", text.get(at..).unwrap_or_default())),
        }
    }
    if fields < 3 { Err(("IPv4 address too short", "")) } else { Ok(()) }
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return fail("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return fail("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return fail("label starts with hyphen");
        }
        if label.ends_with('-') {
            return fail("label ends with hyphen");
        }
        if let Some(rune) = label.chars().find(|rune| !rune.is_ascii_alphanumeric() && *rune != '-') {
            return fail(format!("invalid character {}", quote_rune(rune)));
        }
    }
    Ok(())
}

fn email(text: &str, library: JsonSchema) -> Result<(), String> {
    if text.len() > 254 {
        return fail("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return fail("missing @") };
    if local.len() > 64 {
        return fail("local part more than 64 characters long");
    }
    // Before 6.0.3 the library takes the last character for a quote without looking.
    let quoted = local.ends_with('"') || library < JsonSchema::V6_0_3;
    if local.len() > 1 && local.starts_with('"') && quoted {
        let inner = &local.as_bytes()[1..local.len() - 1];
        if inner.iter().any(|byte| matches!(byte, b'\\' | b'"')) {
            return fail("backslash and quote are not allowed within quoted local part");
        }
    } else {
        if local.starts_with('.') {
            return fail("starts with dot");
        }
        if local.ends_with('.') {
            return fail("ends with dot");
        }
        if local.contains("..") {
            return fail("consecutive dots");
        }
        let allowed = |rune: char| rune.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(rune);
        if let Some(rune) = local.chars().find(|rune| !allowed(*rune)) {
            return fail(format!("invalid character {}", quote_rune(rune)));
        }
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|error| format!("invalid ipv6 address: {error}")),
            None => ipv4(address).map_err(|error| format!("invalid ipv4 address: {error}")),
        };
    }
    hostname(domain).map_err(|error| format!("invalid domain: {error}"))
}

/// As time.Parse with the layout `2006-01-02`, with its errors.
fn date(text: &str) -> Result<(), String> {
    let layout = "2006-01-02";
    let wrong = |rest: &str, element: &str| {
        let (text, layout) = (quote(text.as_bytes()), quote(layout.as_bytes()));
        format!(
            "parsing time {text} as {layout}: cannot parse {} as {}",
            quote(rest.as_bytes()),
            quote(element.as_bytes())
        )
    };
    let out_of_range = |what: &str| format!("parsing time {}: {what} out of range", quote(text.as_bytes()));
    let mut rest = text;
    let mut numbers = [0_u32; 3];
    for (at, (element, length)) in [("2006", 4), ("01", 2), ("02", 2)].into_iter().enumerate() {
        if at > 0 {
            rest = rest.strip_prefix('-').ok_or_else(|| wrong(rest, "-"))?;
        }
        let field = rest.get(..length).filter(|field| field.bytes().all(|byte| byte.is_ascii_digit()));
        numbers[at] = field.and_then(|field| field.parse().ok()).ok_or_else(|| wrong(rest, element))?;
        if at == 1 && !(1..=12).contains(&numbers[1]) {
            return Err(out_of_range("month"));
        }
        rest = &rest[length..];
    }
    if !rest.is_empty() {
        return fail(format!("parsing time {}: extra text: {}", quote(text.as_bytes()), quote(rest.as_bytes())));
    }
    let [year, month, day] = numbers;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day == 0 || day > days { Err(out_of_range("day")) } else { Ok(()) }
}

fn time(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return fail("less than 9 characters long");
    }
    if bytes[2] != b':' || bytes[5] != b':' {
        return fail("missing colon in correct place");
    }
    let number = |field: &[u8], invalid: &str, negative: &str| match atoi(field) {
        Err(_) => fail(invalid),
        Ok(number) if number < 0 => fail(negative),
        Ok(number) => Ok(number),
    };
    let mut clock = [0; 3];
    for (at, field) in clock.iter_mut().enumerate() {
        *field = number(&bytes[3 * at..3 * at + 2], "invalid hour/min/sec", "non-positive hour/min/sec")?;
    }
    let [mut hour, mut minute, second] = clock;
    if hour > 23 || minute > 59 || second > 60 {
        return fail("hour/min/sec out of range");
    }
    let mut rest = &bytes[8..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return fail("no digits in second fraction");
        }
        rest = &fraction[count..];
    }
    if rest != b"z" && rest != b"Z" {
        let [sign, zone @ ..] = rest else { return fail("offset must be 6 characters long") };
        if zone.len() != 5 {
            return fail("offset must be 6 characters long");
        }
        let sign = match sign {
            b'+' => -1,
            b'-' => 1,
            _ => return fail("offset must begin with plus/minus"),
        };
        if zone[2] != b':' {
            return fail("missing colon in offset in correct place");
        }
        let (invalid, negative) = ("invalid hour/min in offset", "non-positive hour/min in offset");
        let zone = [number(&zone[..2], invalid, negative)?, number(&zone[3..], invalid, negative)?];
        if zone[0] > 23 || zone[1] > 59 {
            return fail("hour/min in offset out of range");
        }
        let mut minutes = hour * 60 + minute + sign * (zone[0] * 60 + zone[1]);
        if minutes < 0 {
            minutes += 24 * 60;
        }
        (hour, minute) = (minutes / 60, minutes % 60);
    }
    if second >= 60 && (hour != 23 || minute != 59) { fail("invalid leap second") } else { Ok(()) }
}

fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return fail("less than 20 characters long");
    }
    let (Some(day), Some(clock)) = (text.get(..10), text.get(11..)) else {
        return fail("11th character must be t or T");
    };
    if !matches!(text.as_bytes()[10], b't' | b'T') {
        return fail("11th character must be t or T");
    }
    date(day).map_err(|error| format!("invalid date element: {error}"))?;
    time(clock).map_err(|error| format!("invalid time element: {error}"))
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.as_bytes(), Rules { strict_colons: false })?;
    let name = String::from_utf8_lossy(url.hostname()).into_owned();
    if name.contains(':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return fail("ipv6 address not enclosed in brackets");
        }
        ipv6(&name).map_err(|error| format!("invalid ipv6 address: {error}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Result<(), String> {
    if parse_url(text)?.scheme.is_empty() { fail("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str) -> Result<(), String> {
    if text.contains('\\') { fail("contains \\") } else { parse_url(text).map(|_| ()) }
}

fn uri_template(text: &str) -> Result<(), String> {
    let url = parse_url(text)?;
    for token in String::from_utf8_lossy(&url.raw_path).split('/') {
        let token = unescape(token).map_err(|error| format!("percent decode failed: {error}"))?;
        let mut open = false;
        for rune in token.chars().filter(|rune| matches!(rune, '{' | '}')) {
            if (rune == '{') == open {
                return fail("nested curly braces");
            }
            open = !open;
        }
        if open {
            return fail("no matching closing brace");
        }
    }
    Ok(())
}

fn period(text: &str) -> Result<(), String> {
    let Some((start, end)) = text.split_once('/') else { return fail("missing slash") };
    let named = |name: &str, check: Check, text: &str| check(text).map_err(|error| format!("invalid {name}: {error}"));
    if start.starts_with('P') {
        named("start duration", duration, start)?;
        return named("end date-time", date_time, end);
    }
    named("start date-time", date_time, start)?;
    if end.starts_with('P') { named("end duration", duration, end) } else { named("end date-time", date_time, end) }
}

fn semver(text: &str) -> Result<(), String> {
    let unknown = |text: &str| text.chars().find(|rune| !rune.is_ascii_alphanumeric() && *rune != '-').map(quote_rune);
    let mut text = text;
    if let Some((rest, build)) = text.split_once('+') {
        if build.is_empty() {
            return fail("build is empty");
        }
        for identifier in build.split('.') {
            if identifier.is_empty() {
                return fail("build identifier is empty");
            }
            if let Some(rune) = unknown(identifier) {
                return fail(format!("invalid character {rune} in build identifier"));
            }
        }
        text = rest;
    }
    if let Some((rest, release)) = text.split_once('-') {
        for identifier in release.split('.') {
            if identifier.is_empty() {
                return fail("pre-release identifier is empty");
            }
            if let Some(rune) = unknown(identifier) {
                return fail(format!("invalid character {rune} in pre-release identifier"));
            }
            if identifier.len() > 1 && identifier.starts_with('0') && digits(identifier) == identifier.len() {
                return fail("pre-release numeric identifier starts with zero");
            }
        }
        text = rest;
    }
    let versions: Vec<&str> = text.split('.').collect();
    if versions.len() != 3 {
        return fail("versionCore must have 3 numbers separated by dot");
    }
    for (name, version) in ["major", "minor", "patch"].into_iter().zip(versions) {
        if version.is_empty() {
            return fail(format!("{name} is empty"));
        }
        if version.len() > 1 && version.starts_with('0') {
            return fail(format!("{name} starts with zero"));
        }
        if digits(version) != version.len() {
            return fail(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
