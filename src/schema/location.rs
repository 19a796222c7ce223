//! Addresses of schemas: joining, splitting and escaping as net/url does it.

use crate::go::path;
use crate::go::strconv::quote;
use crate::go::url::{Rules, Url};

/// An address and what stands after `#`, without its escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub url: String,
    pub fragment: String,
}

const RULES: Rules = Rules { strict_colons: false };

/// Whether a text is an address at all.
pub fn check(text: &str) -> Result<(), String> {
    Url::parse(text.as_bytes(), RULES).map(|_| ())
}

/// An address as net/url writes it.
pub fn normal(text: &str) -> String {
    Url::parse(text.as_bytes(), RULES)
        .map_or_else(|_| text.to_owned(), |url| String::from_utf8_lossy(&url.text()).into_owned())
}

/// Splits off the fragment.
pub fn split(text: &str) -> Result<Location, String> {
    let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
    let fragment =
        unescape(fragment).map_err(|error| format!("error in parsing {}: {error}", quote(text.as_bytes())))?;
    Ok(Location { url: url.to_owned(), fragment })
}

/// As url.join: what a reference means where the address is `base`.
pub fn join(base: &str, reference: &str) -> Result<Location, String> {
    let wrong = |text: &str, error: String| format!("error in parsing {}: {error}", quote(text.as_bytes()));
    let Location { url, fragment } = split(reference)?;
    let from = Url::parse(base.as_bytes(), RULES).map_err(|error| wrong(base, error))?;
    let to = Url::parse(url.as_bytes(), RULES).map_err(|error| wrong(&url, error))?;
    let resolved = resolve(&from, to);
    Ok(Location { url: String::from_utf8_lossy(&resolved.text()).into_owned(), fragment })
}

/// As URL.ResolveReference.
fn resolve(base: &Url, reference: Url) -> Url {
    let absolute = !reference.scheme.is_empty();
    let mut url = reference;
    if !absolute {
        url.scheme.clone_from(&base.scheme);
    }
    if absolute || !url.host.is_empty() || url.user.is_some() {
        set_path(&mut url, b"");
        return url;
    }
    if !url.opaque.is_empty() {
        url.user = None;
        url.host.clear();
        url.path.clear();
        return url;
    }
    if url.path.is_empty() && !url.force_query && url.raw_query.is_empty() {
        url.raw_query.clone_from(&base.raw_query);
        if url.fragment.is_empty() {
            url.fragment.clone_from(&base.fragment);
            url.raw_fragment.clone_from(&base.raw_fragment);
        }
    }
    // Go forgets the base's opaque part; the library that is imitated puts it back.
    if !base.opaque.is_empty() {
        url.opaque.clone_from(&base.opaque);
        url.user = None;
        url.host.clear();
        url.path.clear();
        return url;
    }
    url.host.clone_from(&base.host);
    url.user.clone_from(&base.user);
    let base_path = base.path.clone();
    set_path(&mut url, &base_path);
    url
}

/// As resolvePath.
fn set_path(url: &mut Url, base: &[u8]) {
    let full = if url.path.is_empty() {
        base.to_vec()
    } else if url.path.starts_with(b"/") {
        url.path.clone()
    } else {
        let folder = base.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        [&base[..folder], &url.path].concat()
    };
    url.raw_path.clear();
    if full.is_empty() {
        url.path.clear();
        return;
    }
    // A path that ends in a folder keeps its last slash.
    let ends = full.ends_with(b"/") || full.ends_with(b"/.") || full.ends_with(b"/..");
    let mut clean = path::clean(&[b"/", full.as_slice()].concat()).into_owned();
    if ends && clean.len() > 1 {
        clean.push(b'/');
    }
    url.path = clean;
}

/// As url.PathUnescape.
pub fn unescape(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            out.push(bytes[at]);
            at += 1;
            continue;
        }
        let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
            let end = bytes.len().min(at + 3);
            return Err(format!("invalid URL escape {}", quote(&bytes[at..end])));
        };
        out.push((high * 16 + low) as u8);
        at += 3;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// As url.PathEscape on every part between slashes.
pub fn escape_fragment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'.'
            | b'~'
            | b'/'
            | b'$'
            | b'&'
            | b'+'
            | b'='
            | b':'
            | b'@' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (base, reference, want, fragment) in [
            ("file:///values.schema.json", "#/definitions/a%20b", "file:///values.schema.json", "/definitions/a b"),
            ("file:///values.schema.json", "lib.json#x", "file:///lib.json", "x"),
            ("https://e.org/a/b.json", "../c.json", "https://e.org/c.json", ""),
            ("https://e.org/a/b.json", "d/", "https://e.org/a/d/", ""),
            ("https://e.org/a/b.json", "urn:x:y", "urn:x:y", ""),
            ("urn:x:y", "#z", "urn:x:y", "z"),
        ] {
            let joined = join(base, reference).unwrap();
            assert_eq!((joined.url.as_str(), joined.fragment.as_str()), (want, fragment), "{base} {reference}");
        }
        assert_eq!(join("file:///a", "#%zz").unwrap_err(), "error in parsing \"#%zz\": invalid URL escape \"%zz\"");
        assert_eq!(escape_fragment("/a b/$ref"), "/a%20b/$ref");
    }
}
