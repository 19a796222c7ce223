//! E-mail addresses and URLs as github.com/asaskevich/govalidator takes them.

use crate::go::regexp::Regexp;
use crate::go::url::{Rules, Url};
use crate::profile::Profile;

/// Lengths that no URL has, in characters and in bytes.
const TOO_LONG: usize = 2083;
const TOO_SHORT: usize = 3;

fn parse(text: &str, profile: &'static Profile) -> Result<Url, String> {
    Url::parse(text.as_bytes(), Rules { strict_colons: profile.go.strict_url_colons() })
}

/// As IsRequestURL: an absolute URL, in which a hash sign is nothing special.
pub(super) fn is_request_url(text: &str, profile: &'static Profile) -> bool {
    if let Some((_, rest)) = text.split_once("://")
        && rest.split('/').next().is_some_and(|authority| authority.contains('#'))
    {
        return false;
    }
    // As url.ParseRequestURI, which does not cut the fragment off.
    parse(&text.replace('#', "%23"), profile).is_ok_and(|url| !url.scheme.is_empty())
}

/// As IsEmail, which takes no local part within quotes, though its pattern has one.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    is_dotted(local) && is_domain(domain)
}

/// Characters beyond ASCII that may stand wherever a letter may.
fn is_beyond(char: char) -> bool {
    matches!(char, '\u{a0}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{ffef}')
}

fn is_letter(char: char) -> bool {
    char.is_ascii_alphabetic() || is_beyond(char)
}

/// Words with dots between them.
fn is_dotted(local: &str) -> bool {
    let inner = |char: char| is_letter(char) || char.is_ascii_digit() || "!#$%&'*+-/=?^_`{|}~".contains(char);
    local.split('.').all(|word| !word.is_empty() && word.chars().all(inner))
}

/// At least two labels, the last of which neither starts nor ends with a digit; one dot may stand at the end.
fn is_domain(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let Some((front, last)) = domain.rsplit_once('.') else { return false };
    let edge = |char: Option<char>| char.is_some_and(|char| is_letter(char) || char.is_ascii_digit());
    let inner = |char: char| is_letter(char) || char.is_ascii_digit() || "-_~".contains(char);
    let ends = |text: &str| (text.chars().next(), text.chars().next_back());
    let (first, end) = ends(front);
    let (start, stop) = ends(last);
    // Within the front a label may end in anything that stands within one, as a dot counts as such.
    edge(first)
        && edge(end)
        && front.chars().all(|char| inner(char) || char == '.')
        && start.is_some_and(is_letter)
        && stop.is_some_and(is_letter)
        && last.chars().all(inner)
}

/// As IsURL: with or without a scheme.
pub(super) fn is_url(text: &str, profile: &'static Profile) -> bool {
    if text.chars().count() >= TOO_LONG || text.len() <= TOO_SHORT || text.starts_with('.') {
        return false;
    }
    let with_scheme =
        if text.contains(':') && !text.contains("://") { format!("http://{text}") } else { text.to_owned() };
    let Ok(url) = parse(&with_scheme, profile) else { return false };
    if url.host.starts_with(b".") || (url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.')) {
        return false;
    }
    Regexp::cached(pattern().as_bytes()).is_ok_and(|pattern| pattern.is_match(text.as_bytes()))
}

/// The form of a URL: scheme, user, host, port and path, of which only the host has to be there.
fn pattern() -> String {
    let octet = "(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])";
    let first = "([1-9]\\d?|1\\d\\d|2[01]\\d|22[0-3]|24\\d|25[0-5])";
    let last = "([0-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])";
    let letter = "[a-zA-Z\\x{00a1}-\\x{ffff}]";
    let letter_or_digit = "[a-zA-Z\\x{00a1}-\\x{ffff}0-9]";
    let scheme = "((ftp|tcp|udp|wss?|https?)://)?";
    let user = "(\\S+(:\\S*)?@)?";
    let front = "([a-zA-Z0-9]([a-zA-Z0-9-_]+)?[a-zA-Z0-9]([-.][a-zA-Z0-9]+)*)";
    let subdomain = "((www\\.)|([a-zA-Z0-9]+([-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\\.[a-zA-Z0-9]+))?";
    let address = format!("{first}(\\.{octet}){{2}}\\.{last}");
    let address_6 = "\\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[0-9a-zA-Z]+)?\\]";
    let name = format!("({front}|{subdomain})?(({letter_or_digit}+-?-?)*{letter_or_digit}+)(\\.{letter}+)?");
    format!("^{scheme}{user}({address}|{address_6}|({name}))\\.?(:\\d{{1,5}})?([/?#]\\S*)?$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_3;

    #[test]
    fn emails() {
        for (text, want) in [
            ("ada@example.com", true),
            ("ada@example", false),
            ("a.b+c@x-y.example.com", true),
            ("a..b@example.com", false),
            ("not an email", false),
            ("\"a b\"@example.com", false),
            ("ada@example.c0m", true),
            ("ada@example.com1", false),
            ("<ada@example.com>", false),
            ("ada@-example.com", false),
            ("@example.com", false),
        ] {
            assert_eq!(is_email(text), want, "{text}");
        }
    }

    #[test]
    fn urls() {
        for (text, want) in [
            ("https://example.com", true),
            ("https://github.com/ada", true),
            ("example.com", true),
            ("nope", false),
            ("http://localhost:80/a", true),
            ("localhost:80", true),
            ("http://1.2.3.4", true),
            ("ssh://example.com", false),
            ("https://example.com/a b", false),
            (".example.com", false),
            ("ada", false),
        ] {
            assert_eq!(is_url(text, &HELM_4_3), want, "{text}");
        }
    }

    #[test]
    fn request_urls() {
        for (text, want) in [
            ("https://example.com/a.png", true),
            ("example.com/a.png", false),
            ("", false),
            ("file://a", true),
            ("data:image/png;base64,AA==", true),
            ("https://example.com#a", false),
            ("https://example.com/#a", true),
            ("/a", false),
        ] {
            assert_eq!(is_request_url(text, &HELM_4_3), want, "{text}");
        }
    }
}
