//! URLs taken apart and put together.

use crate::function;
use crate::go::reflect::nil_pointer;
use crate::go::url::{Rules, Url};
use crate::go::{Dict, Kind, Str, Value};
use crate::profile::Go;
use crate::template::function::Function;

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[function! {
    "urlJoin", url_join, "parts",
    "the URL of such a map",
    r#"urlJoin (dict "scheme" "http" "host" "a.example" "path" "/b")"# => "http://a.example/b",
}];

/// The row of [`parse`].
macro_rules! parse {
    ($strict_colons:literal) => {
        &[function! {
            "urlParse", |text: Str| url_parse(&text, Rules { strict_colons: $strict_colons }), "url",
            "the parts of a URL as a map",
            r#"(urlParse "http://a.example:80/b").hostname"# => "a.example",
        }]
    };
}

/// The function that parses, which since Go 1.26 refuses a host with several colons.
pub fn parse(go: Go) -> &'static [Function] {
    static LAX: &[Function] = parse!(false);
    static STRICT: &[Function] = parse!(true);
    if go.strict_url_colons() { STRICT } else { LAX }
}

/// The parts of a URL.
///
/// `{{ (urlParse "http://a.example:80/b").hostname }}` gives `a.example`.
fn url_parse(text: &Str, rules: Rules) -> Result<Dict, String> {
    let url = Url::parse(text, rules).map_err(|error| format!("unable to parse url: {error}"))?;
    let userinfo = url.user.as_ref().map(|user| user.text()).unwrap_or_default();
    let parts: [(&str, &[u8]); 8] = [
        ("fragment", &url.fragment),
        ("host", &url.host),
        ("hostname", url.hostname()),
        ("opaque", &url.opaque),
        ("path", &url.path),
        ("query", &url.raw_query),
        ("scheme", &url.scheme),
        ("userinfo", &userinfo),
    ];
    Ok(parts.into_iter().map(|(name, part)| (name, Str::derived(part, [text]))).collect())
}

/// The URL that has the parts of the dict.
///
/// `{{ urlJoin (dict "scheme" "http" "host" "a.example" "path" "/b") }}` gives `http://a.example/b`.
fn url_join(parts: Dict) -> Result<Str, String> {
    let mut inputs = Vec::new();
    let mut part = |name: &str| -> Result<Vec<u8>, String> {
        let Some(value) = parts.get(name.as_bytes()) else { return Ok(Vec::new()) };
        let text = match &value {
            Value::Nil => return Err(nil_pointer()),
            Value::String(text) => Some(text.clone()),
            Value::Object(object) if object.ty().kind == Kind::String => {
                object.underlying().and_then(|value| value.as_str().cloned())
            }
            _ => None,
        };
        let Some(text) = text else {
            let kind = value.kind().name();
            return Err(format!("unable to parse {name} key, must be of type string, but {kind} found"));
        };
        let bytes = text.to_vec();
        inputs.push(text);
        Ok(bytes)
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        raw_query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let userinfo = part("userinfo")?;
    if !userinfo.is_empty() {
        // As urlJoin: whatever net/url reads as the user of this URL.
        let text = [b"proto://", userinfo.as_slice(), b"@host"].concat();
        url.user = Url::parse(&text, Rules { strict_colons: true })
            .map_err(|error| format!("unable to parse userinfo in dict: {error}"))?
            .user;
    }
    Ok(Str::derived(url.text(), &inputs))
}
