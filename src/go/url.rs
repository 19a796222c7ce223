//! Go's `net/url`: reading and writing URLs and their escapes.

use super::bytes;
use super::strconv::quote;
use std::borrow::Cow;

/// Which part of a URL a text is, since each part leaves other bytes unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Path,
    Host,
    Zone,
    UserPassword,
    QueryComponent,
    Fragment,
}

/// As `url.QueryEscape`: for use as a key or value in a query.
pub fn query_escape(text: &[u8]) -> Cow<'_, [u8]> {
    escape(text, Encoding::QueryComponent)
}

fn should_escape(byte: u8, mode: Encoding) -> bool {
    use Encoding::{Fragment, Host, Path, QueryComponent, Zone};
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => false,
        b'$' | b'&' | b'+' | b'=' | b',' | b';' => mode == QueryComponent,
        b'!' | b'(' | b')' | b'*' => !matches!(mode, Host | Zone | Fragment),
        b'"' | b'\'' | b'<' | b'>' | b'[' | b']' => !matches!(mode, Host | Zone),
        b':' => !matches!(mode, Host | Zone | Path | Fragment),
        b'/' | b'@' => !matches!(mode, Path | Fragment),
        b'?' => !matches!(mode, Fragment),
        _ => true,
    }
}

fn escape(text: &[u8], mode: Encoding) -> Cow<'_, [u8]> {
    if !text.iter().any(|&byte| should_escape(byte, mode)) {
        return Cow::Borrowed(text);
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(text.len() + 16);
    for &byte in text {
        if byte == b' ' && mode == Encoding::QueryComponent {
            out.push(b'+');
        } else if should_escape(byte, mode) {
            out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        } else {
            out.push(byte);
        }
    }
    Cow::Owned(out)
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn unescape(text: &[u8], mode: Encoding) -> Result<Vec<u8>, String> {
    let in_host = matches!(mode, Encoding::Host | Encoding::Zone);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte == b'%' {
            let invalid = || format!("invalid URL escape {}", quote(&text[at..text.len().min(at + 3)]));
            let (Some(high), Some(low)) = (hex(text.get(at + 1)), hex(text.get(at + 2))) else {
                return Err(invalid());
            };
            let value = high << 4 | low;
            // As unescape: in a host only bytes that are not ASCII may be escaped, and the percent sign before a zone.
            if mode == Encoding::Host && high < 8 && value != b'%' {
                return Err(invalid());
            }
            if mode == Encoding::Zone && value != b'%' && value != b' ' && should_escape(value, Encoding::Host) {
                return Err(invalid());
            }
            out.push(value);
            at += 3;
            continue;
        }
        if in_host && byte < 0x80 && should_escape(byte, mode) {
            return Err(format!("invalid character {} in host name", quote(&[byte])));
        }
        out.push(if byte == b'+' && mode == Encoding::QueryComponent { b' ' } else { byte });
        at += 1;
    }
    Ok(out)
}

/// A URL in its parts, as `url.URL`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case where it was parsed.
    pub scheme: Vec<u8>,
    /// What follows the scheme where no slash does.
    pub opaque: Vec<u8>,
    /// User name and password.
    pub user: Option<Userinfo>,
    /// `host` or `host:port`.
    pub host: Vec<u8>,
    /// Without its escapes.
    pub path: Vec<u8>,
    /// With its escapes, where these are not the usual ones; else empty.
    pub raw_path: Vec<u8>,
    /// Whether a question mark stands even before an empty query.
    pub force_query: bool,
    /// With its escapes, without the question mark.
    pub raw_query: Vec<u8>,
    /// Without its escapes and without the hash sign.
    pub fragment: Vec<u8>,
    /// With its escapes, where these are not the usual ones; else empty.
    pub raw_fragment: Vec<u8>,
    /// Whether no `//` stands before an empty host.
    pub omit_host: bool,
}

/// User name and password, without their escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Userinfo {
    /// The user's name.
    pub username: Vec<u8>,
    /// The password, if there was a colon.
    pub password: Option<Vec<u8>>,
}

impl Userinfo {
    /// As `Userinfo.String`: with escapes.
    pub fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.username, Encoding::UserPassword).into_owned();
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend_from_slice(&escape(password, Encoding::UserPassword));
        }
        out
    }
}

/// What differs between versions of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether the host of an `http` or `https` URL may hold one colon only, that of the port; since Go 1.26.
    pub strict_colons: bool,
}

impl Url {
    /// As `url.Parse`; the error is its text, `parse "…": …`.
    pub fn parse(text: &[u8], rules: Rules) -> Result<Url, String> {
        let (before, fragment) = cut(text, b'#');
        let mut url = parse(before, rules).map_err(|error| format!("parse {}: {error}", quote(before)))?;
        if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
            url.fragment =
                unescape(fragment, Encoding::Fragment).map_err(|error| format!("parse {}: {error}", quote(text)))?;
            if *escape(&url.fragment, Encoding::Fragment) != *fragment {
                url.raw_fragment = fragment.to_vec();
            }
        }
        Ok(url)
    }

    /// As `URL.Hostname`: the host without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let mut host = self.host.as_slice();
        if let Some(colon) = host.iter().rposition(|&byte| byte == b':')
            && valid_optional_port(&host[colon..])
        {
            host = &host[..colon];
        }
        host.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(host)
    }

    /// As `URL.String`.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend_from_slice(&escaped(&self.fragment, &self.raw_fragment, Encoding::Fragment));
        }
        out
    }

    fn write_hierarchy(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        if has_authority || (!self.scheme.is_empty() && !self.omit_host && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
            if let Some(user) = &self.user {
                out.extend_from_slice(&user.text());
                out.push(b'@');
            }
            out.extend_from_slice(&escape(&self.host, Encoding::Host));
        }
        let path = escaped(&self.path, &self.raw_path, Encoding::Path);
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.push(b'/');
        }
        // As RFC 3986, section 4.2: a colon in the first segment would read as a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend_from_slice(&path);
    }
}

/// As `URL.EscapedPath` and `URL.EscapedFragment`: the raw form where it is a valid form of the text.
fn escaped<'a>(text: &'a [u8], raw: &'a [u8], mode: Encoding) -> Cow<'a, [u8]> {
    if !raw.is_empty() && valid_encoded(raw, mode) && unescape(raw, mode).is_ok_and(|unescaped| unescaped == text) {
        return Cow::Borrowed(raw);
    }
    if mode == Encoding::Path && text == b"*" { Cow::Borrowed(text) } else { escape(text, mode) }
}

fn valid_encoded(text: &[u8], mode: Encoding) -> bool {
    text.iter().all(|byte| b"!$&'()*+,;=:@[]%".contains(byte) || !should_escape(*byte, mode))
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn parse(text: &[u8], rules: Rules) -> Result<Url, String> {
    if text.iter().any(|&byte| byte < b' ' || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let mut url = Url::default();
    if text == b"*" {
        url.path = b"*".to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    if rest.ends_with(b"?") && rest.iter().filter(|&&byte| byte == b'?').count() == 1 {
        url.force_query = true;
        rest = &rest[..rest.len() - 1];
    } else {
        let (before, query) = cut(rest, b'?');
        url.raw_query = query.unwrap_or_default().to_vec();
        rest = before;
    }
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    if rest.starts_with(b"//") && (!url.scheme.is_empty() || !rest.starts_with(b"///")) {
        let authority = &rest[2..];
        let end = authority.iter().position(|&byte| byte == b'/').unwrap_or(authority.len());
        rest = &authority[end..];
        (url.user, url.host) = parse_authority(&url.scheme, &authority[..end], rules)?;
    } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
        url.omit_host = true;
    }
    url.path = unescape(rest, Encoding::Path)?;
    if *escape(&url.path, Encoding::Path) != *rest {
        url.raw_path = rest.to_vec();
    }
    Ok(url)
}

/// The scheme, empty if there is none, and what follows its colon.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], authority: &[u8], rules: Rules) -> Result<(Option<Userinfo>, Vec<u8>), String> {
    let Some(at) = authority.iter().rposition(|&byte| byte == b'@') else {
        return Ok((None, parse_host(scheme, authority, rules)?));
    };
    let host = parse_host(scheme, &authority[at + 1..], rules)?;
    let userinfo = &authority[..at];
    if !userinfo.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte)) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (username, password) = cut(userinfo, b':');
    let username = unescape(username, Encoding::UserPassword)?;
    let password = password.map(|password| unescape(password, Encoding::UserPassword)).transpose()?;
    Ok((Some(Userinfo { username, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8], rules: Rules) -> Result<Vec<u8>, String> {
    let check_port = |port: &[u8]| {
        if valid_optional_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quote(port))) }
    };
    match host.iter().rposition(|&byte| byte == b'[') {
        Some(0) => {}
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {
            if let Some(first) = host.iter().position(|&byte| byte == b':') {
                let last = host.iter().rposition(|&byte| byte == b':').unwrap_or(first);
                let strict = rules.strict_colons && (scheme == b"http" || scheme == b"https");
                check_port(&host[if strict { first } else { last }..])?;
            }
            return unescape(host, Encoding::Host);
        }
    }
    let Some(close) = host.iter().rposition(|&byte| byte == b']') else {
        return Err("missing ']' in host".to_owned());
    };
    let port = &host[close + 1..];
    check_port(port)?;
    let port = unescape(port, Encoding::Host)?;
    let literal = &host[1..close];
    let literal = match bytes::index(literal, b"%25") {
        Some(zone) => {
            let mut address = unescape(&literal[..zone], Encoding::Host)?;
            address.extend(unescape(&literal[zone..], Encoding::Zone)?);
            address
        }
        None => unescape(literal, Encoding::Host)?,
    };
    if check_address(&literal).map_err(|error| format!("invalid host: {error}"))? == Family::V4 {
        return Err("invalid IP-literal".to_owned());
    }
    let mut out = vec![b'['];
    out.extend(literal);
    out.push(b']');
    out.extend(port);
    Ok(out)
}

/// Whether `text` is empty or a colon and digits.
fn valid_optional_port(text: &[u8]) -> bool {
    match text.split_first() {
        None => true,
        Some((colon, digits)) => *colon == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

/// As `netip.ParseAddr`, as far as its error goes.
fn check_address(text: &[u8]) -> Result<Family, String> {
    for byte in text {
        match byte {
            b'.' => return check_v4(text, text).map(|()| Family::V4),
            b':' => return check_v6(text).map(|()| Family::V6),
            b'%' => return Err(address_error(text, "missing IPv6 address", b"")),
            _ => {}
        }
    }
    Err(address_error(text, "unable to parse IP", b""))
}

fn address_error(text: &[u8], message: &str, at: &[u8]) -> String {
    if at.is_empty() {
        format!("ParseAddr({}): {message}", quote(text))
    } else {
        format!("ParseAddr({}): {message} (at {})", quote(text), quote(at))
    }
}

/// As netip's parseIPv4Fields: `fields` is the part of `text` that should be an IPv4 address.
fn check_v4(text: &[u8], fields: &[u8]) -> Result<(), String> {
    let fail = |message, at| Err(address_error(text, message, at));
    let (mut value, mut dots, mut digits) = (0_u32, 0, 0);
    for (at, &byte) in fields.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return fail("IPv4 field has octet with leading zero", b"");
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return fail("IPv4 field has value >255", b"");
                }
            }
            b'.' => {
                if at == 0 || at == fields.len() - 1 || fields[at - 1] == b'.' {
                    return fail("IPv4 field must have at least one digit", &fields[at..]);
                }
                if dots == 3 {
                    return fail("IPv4 address too long", b"");
                }
                dots += 1;
                value = 0;
                digits = 0;
            }
            _ => return fail("unexpected character", &fields[at..]),
        }
    }
    if dots < 3 { fail("IPv4 address too short", b"") } else { Ok(()) }
}

/// As netip's parseIPv6.
fn check_v6(text: &[u8]) -> Result<(), String> {
    let fail = |message, at| Err(address_error(text, message, at));
    let (mut rest, zone) = cut(text, b'%');
    if zone.is_some_and(<[u8]>::is_empty) {
        return fail("zone must be a non-empty string", b"");
    }
    let mut ellipsis = rest.starts_with(b"::");
    if ellipsis {
        rest = &rest[2..];
        if rest.is_empty() {
            return Ok(());
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits > 4 {
            return fail("each group must have 4 or less digits", rest);
        }
        if digits == 0 {
            return fail("each colon-separated field must have at least one digit", rest);
        }
        if rest.get(digits) == Some(&b'.') {
            if !ellipsis && bytes != 12 {
                return fail("embedded IPv4 address must replace the final 2 fields of the address", rest);
            }
            if bytes + 4 > 16 {
                return fail("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
            }
            check_v4(text, rest)?;
            rest = b"";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return fail("colon must be followed by more characters", rest),
            [b':', ..] => {}
            _ => return fail("unexpected character, want colon", rest),
        }
        rest = &rest[1..];
        if rest.starts_with(b":") {
            if ellipsis {
                return fail("multiple :: in address", rest);
            }
            ellipsis = true;
            rest = &rest[1..];
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return fail("trailing garbage after address", rest);
    }
    match (bytes < 16, ellipsis) {
        (true, false) => fail("address string too short", b""),
        (false, true) => fail("the :: must expand to at least one field of zeros", b""),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_1_25: Rules = Rules { strict_colons: false };
    const GO_1_27: Rules = Rules { strict_colons: true };

    /// The parts as `scheme opaque userinfo host hostname path query fragment`, and the URL written again.
    fn parts(text: &str) -> Result<(String, String), String> {
        let url = Url::parse(text.as_bytes(), GO_1_27)?;
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let user = url.user.as_ref().map(Userinfo::text).unwrap_or_default();
        let parts: [&[u8]; 8] =
            [&url.scheme, &url.opaque, &user, &url.host, url.hostname(), &url.path, &url.raw_query, &url.fragment];
        Ok((parts.map(show).join(" "), show(&url.text())))
    }

    #[test]
    fn urls_in_parts_and_written_again() {
        for (text, want, again) in [
            (
                "http://user:pass@host.com:8080/path/x?q=1&b=2#frag",
                "http  user:pass host.com:8080 host.com /path/x q=1&b=2 frag",
                "http://user:pass@host.com:8080/path/x?q=1&b=2#frag",
            ),
            ("http://h/%41%2F?x=%20#f%20", "http   h h /A/ x=%20 f ", "http://h/%41%2F?x=%20#f%20"),
            ("mailto:a@b", "mailto a@b      ", "mailto:a@b"),
            ("HTTP://H:/", "http   H: H /  ", "http://H:/"),
            ("http://[::1%25en0]:80/", "http   [::1%en0]:80 ::1%en0 /  ", "http://[::1%25en0]:80/"),
            ("http:///a", "http     /a  ", "http:///a"),
            ("file:/a", "file     /a  ", "file:/a"),
            ("a b?", "     a b  ", "a%20b?"),
            ("//h/a:b", "   h h /a:b  ", "//h/a:b"),
            ("*", "     *  ", "*"),
            ("http://u@@h", "http  u%40 h h   ", "http://u%40@h"),
            ("", "       ", ""),
        ] {
            assert_eq!(parts(text), Ok((want.to_owned(), again.to_owned())), "{text}");
        }
    }

    #[test]
    fn errors() {
        for (text, want) in [
            ("http://\x7f/", r#"parse "http://\x7f/": net/url: invalid control character in URL"#),
            ("http://host:port/", r#"parse "http://host:port/": invalid port ":port" after host"#),
            ("a:b/c:d\n", r#"parse "a:b/c:d\n": net/url: invalid control character in URL"#),
            ("1:b", r#"parse "1:b": first path segment in URL cannot contain colon"#),
            (":b", r#"parse ":b": missing protocol scheme"#),
            ("http://h/%zz%2", r#"parse "http://h/%zz%2": invalid URL escape "%zz""#),
            ("http://h/%2", r#"parse "http://h/%2": invalid URL escape "%2""#),
            ("http://%41/", r#"parse "http://%41/": invalid URL escape "%41""#),
            ("http://a b/", r#"parse "http://a b/": invalid character " " in host name"#),
            ("http://a#%", r#"parse "http://a#%": invalid URL escape "%""#),
            ("http://[::1", r#"parse "http://[::1": missing ']' in host"#),
            ("http://[1.2.3.4]/", r#"parse "http://[1.2.3.4]/": invalid IP-literal"#),
            ("http://[zz]/", r#"parse "http://[zz]/": invalid host: ParseAddr("zz"): unable to parse IP"#),
            ("http://u\u{e4}@h", "parse \"http://u\u{e4}@h\": net/url: invalid userinfo"),
            ("http://h:1:2/", r#"parse "http://h:1:2/": invalid port ":1:2" after host"#),
        ] {
            assert_eq!(parts(text), Err(want.to_owned()), "{text}");
        }
        assert_eq!(Url::parse(b"http://h:1:2/", GO_1_25).map(|url| url.host), Ok(b"h:1:2".to_vec()));
    }

    #[test]
    fn addresses_as_in_netip_tests() {
        for (text, want) in [
            ("::", ""),
            ("1::", ""),
            ("::ffff:192.168.140.255", ""),
            ("fd7a:115c:a1e0:ab12:4843:cd96:626b:430b%a", ""),
            ("%a", r#"ParseAddr("%a"): missing IPv6 address"#),
            ("1.2.3.04", r#"ParseAddr("1.2.3.04"): IPv4 field has octet with leading zero"#),
            ("1.2.3", r#"ParseAddr("1.2.3"): IPv4 address too short"#),
            ("1:2:3", r#"ParseAddr("1:2:3"): address string too short"#),
            ("1::2::3", r#"ParseAddr("1::2::3"): multiple :: in address (at ":3")"#),
            ("fe801::1", r#"ParseAddr("fe801::1"): each group must have 4 or less digits (at "fe801::1")"#),
            ("::1%", r#"ParseAddr("::1%"): zone must be a non-empty string"#),
        ] {
            assert_eq!(check_address(text.as_bytes()).err().unwrap_or_default(), want, "{text}");
        }
    }

    #[test]
    fn query_escapes() {
        assert_eq!(&*query_escape("a b/c?d=e&f+\u{e9}~".as_bytes()), b"a+b%2Fc%3Fd%3De%26f%2B%C3%A9~");
        assert_eq!(&*query_escape(b"abc"), b"abc");
    }
}
