//! Secrets, which are never shown: a digest stands in their place.
//!
//! Three nets hold them back: the data of a `Secret`, the marks of secret values in what a template wrote, and a search
//! for the known secrets themselves, as they are and in base64, in everything that is shown.
//!
//! A digest is an HMAC under a key that nobody else has, since a plain one of a short secret could be guessed.

use super::Input;
use crate::go::{Dict, Value, base64, bytes};
use crate::yaml;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{HashMap, HashSet};

/// How a digest begins.
pub const OPEN: &str = "<secret ";

/// Shorter secrets are not searched for: they stand in every other word.
const SHORTEST: usize = 4;

/// Lines of a secret text that are this long are secrets too.
const SHORTEST_LINE: usize = 12;

/// How deep a file in a Secret is looked at.
const DEPTH: usize = 32;

/// Words that a secret may be, and that say nothing.
const WORDS: &[&str] = &["true", "false", "null", "none", "default", "admin", "root", "user", "http", "https"];

/// The secrets that are known, and the key of their digests.
#[derive(Clone, Default)]
pub struct Secrets {
    key: Vec<u8>,
    /// What is searched for: its bytes, and whether it is a piece of base64.
    needles: Vec<(Vec<u8>, bool)>,
    known: HashSet<(Vec<u8>, bool)>,
    /// The needles by their first bytes.
    index: HashMap<[u8; SHORTEST], Vec<usize>>,
}

impl Secrets {
    /// No secrets yet.
    pub fn new(key: &[u8]) -> Secrets {
        Secrets { key: key.to_vec(), ..Secrets::default() }
    }

    /// What is shown instead of bytes.
    pub fn digest(&self, bytes: &[u8]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return format!("{OPEN}hidden>") };
        mac.update(bytes);
        let digest = mac.finalize().into_bytes();
        let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{OPEN}{hex}>")
    }

    /// Learns a secret, to find it wherever it is shown.
    pub fn learn(&mut self, secret: &[u8]) {
        let secret = secret.trim_ascii();
        if is_word(secret) {
            return;
        }
        for line in secret.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
            if line.len() >= SHORTEST_LINE && line.len() < secret.len() {
                self.add(line.to_vec(), false);
            }
        }
        for guise in guises(secret) {
            self.add(guise, false);
        }
        self.learn_encoded(secret);
        // Helm's templates encode the data of a Secret, and then perhaps all of it.
        self.learn_encoded(&base64::encode(secret));
    }

    /// In base64 what stands before a text decides where its letters begin: three ways.
    fn learn_encoded(&mut self, secret: &[u8]) {
        for skip in 0..3 {
            let mut text = vec![0; skip];
            text.extend_from_slice(secret);
            let mut encoded = base64::encode(&text);
            // The letters that also hold bits of a neighbour are not the secret's alone.
            let from = (skip * 8).div_ceil(6);
            let to = (text.len() * 8) / 6;
            encoded.truncate(to);
            let piece = encoded.get(from..).unwrap_or_default().to_vec();
            if piece.len() >= SHORTEST {
                let web = piece.iter().map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    byte => *byte,
                });
                self.add(web.collect(), true);
                self.add(piece, true);
            }
        }
    }

    /// Learns what a Secret holds, or the Secrets in a list.
    pub fn learn_secret(&mut self, input: &Input) {
        if !input.id.kind.ends_with("Secret") && !input.id.kind.ends_with("List") {
            return;
        }
        if let Ok(value) = yaml::decode(&input.text) {
            self.learn_value(&value, &input.id.kind);
        }
    }

    fn learn_value(&mut self, value: &Value, kind: &str) {
        let Some(resource) = value.as_dict() else { return };
        if kind == "Secret" {
            for key in ["data", "stringData"] {
                let Some(data) = resource.get(key.as_bytes()) else { continue };
                for (_, value) in data.as_dict().map(Dict::snapshot).unwrap_or_default() {
                    let text = match &value {
                        Value::String(text) => Some(text.clone()),
                        other => yaml::scalar_text(other),
                    };
                    let Some(text) = text else { continue };
                    self.learn(&text);
                    match base64::decode(&text) {
                        Ok(decoded) if key == "data" => {
                            self.learn(&decoded);
                            self.learn_parts(&decoded);
                        }
                        _ => self.learn_parts(&text),
                    }
                }
            }
        }
        if let Some(items) = resource.get(b"items").as_ref().and_then(Value::as_list) {
            for item in items.iter() {
                let own = item.as_dict().and_then(|item| item.get(b"kind"));
                let own = own.and_then(|own| own.as_str().map(ToString::to_string));
                self.learn_value(item, own.as_deref().unwrap_or(kind.strip_suffix("List").unwrap_or_default()));
            }
        }
    }

    /// A Secret may hold a whole file or address: what in it is called a password is one also without the rest.
    fn learn_parts(&mut self, text: &[u8]) {
        if let Ok(value @ (Value::Dict(_) | Value::List(_))) = yaml::decode(text) {
            self.learn_leaves("", &value, DEPTH);
        }
        for line in String::from_utf8_lossy(text).lines() {
            // `PASSWORD=…`
            if let Some((key, value)) = line.split_once('=')
                && is_telling(key)
            {
                self.learn(value.trim().trim_matches(['"', '\'']).as_bytes());
            }
            // `scheme://user:password@host`
            for (at, mark) in line.match_indices("://") {
                let rest = line.get(at + mark.len()..).unwrap_or_default();
                let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
                if let Some((_, password)) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
                    self.learn(password.as_bytes());
                }
            }
        }
    }

    fn learn_leaves(&mut self, key: &str, value: &Value, depth: usize) {
        match value {
            _ if depth == 0 => {}
            Value::Dict(dict) => {
                for (key, value) in dict.snapshot() {
                    self.learn_leaves(&key.to_str_lossy(), &value, depth - 1);
                }
            }
            Value::List(list) => list.iter().for_each(|value| self.learn_leaves(key, value, depth - 1)),
            Value::String(text) if is_telling(key) => {
                self.learn(text);
                // `auth` of a registry is `user:password` in base64.
                if let Ok(decoded) = base64::decode(text)
                    && let Some(colon) = bytes::index_byte(&decoded, b':')
                {
                    self.learn(decoded.get(colon + 1..).unwrap_or_default());
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, needle: Vec<u8>, encoded: bool) {
        let Some(first) = needle.first_chunk::<SHORTEST>().copied() else { return };
        if self.known.insert((needle.clone(), encoded)) {
            self.index.entry(first).or_default().push(self.needles.len());
            self.needles.push((needle, encoded));
        }
    }

    /// Learns what another set knows.
    pub fn learn_all(&mut self, other: &Secrets) {
        for (needle, encoded) in &other.needles {
            self.add(needle.clone(), *encoded);
        }
    }

    /// A text with digests in the place of known secrets; nothing where it holds none.
    pub fn scrub(&self, text: &str) -> Option<String> {
        if self.needles.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let mut out: Option<Vec<u8>> = None;
        let (mut at, mut copied) = (0, 0);
        while let Some(first) = bytes.get(at..).and_then(|rest| rest.first_chunk::<SHORTEST>()) {
            let candidates = self.index.get(first).into_iter().flatten();
            let rest = bytes.get(at..).unwrap_or_default();
            let longest = candidates
                .filter_map(|&index| self.needles.get(index))
                .filter(|(needle, _)| rest.starts_with(needle))
                .max_by_key(|(needle, _)| needle.len());
            let Some((needle, encoded)) = longest else {
                at += 1;
                continue;
            };
            let (mut start, mut end) = (at, at + needle.len());
            if *encoded {
                // All of what was encoded with it goes, or the letters at the edges would tell some of it.
                let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
                while start > copied && bytes.get(start - 1).is_some_and(is_letter) {
                    start -= 1;
                }
                while bytes.get(end).is_some_and(is_letter) {
                    end += 1;
                }
            }
            let out = out.get_or_insert_default();
            out.extend_from_slice(bytes.get(copied..start).unwrap_or_default());
            out.extend_from_slice(self.digest(bytes.get(start..end).unwrap_or_default()).as_bytes());
            (at, copied) = (end, end);
        }
        let mut out = out?;
        out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
        Some(String::from_utf8_lossy(&out).into_owned())
    }
}

/// Whether a text is too short or too common to be known again.
pub fn is_word(secret: &[u8]) -> bool {
    let is_common = |text: &str| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    secret.len() < SHORTEST || std::str::from_utf8(secret).is_ok_and(is_common)
}

/// What a Secret holds: its data decoded, and its texts.
pub fn data_of(input: &Input) -> Vec<Vec<u8>> {
    let value = yaml::decode(&input.text).unwrap_or_default();
    let Some(resource) = value.as_dict() else { return Vec::new() };
    let mut found = Vec::new();
    for key in ["data", "stringData"] {
        let Some(data) = resource.get(key.as_bytes()) else { continue };
        for (_, value) in data.as_dict().map(Dict::snapshot).unwrap_or_default() {
            let Value::String(text) = value else { continue };
            match base64::decode(&text) {
                Ok(decoded) if key == "data" => found.push(decoded),
                _ => found.push(text.to_vec()),
            }
        }
    }
    found
}

/// Whether a key speaks of a secret.
pub fn is_telling(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "auth", "credential", "key", "pin"].iter().any(|word| key.contains(word))
}

/// How a text looks after the functions that templates have for it, and in the formats that are shown.
fn guises(secret: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(secret);
    let mut guises = vec![secret.to_vec()];
    let plain = [text.to_string(), text.to_lowercase(), text.to_uppercase()];
    for text in &plain {
        let json = escaped(text, false);
        let web = escaped(text, true);
        // JSON in a string of JSON or YAML.
        let nested = [escaped(&json, false), escaped(&web, false), escaped(&web, true)];
        let entities = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let [numbers, words] = [("&#34;", "&#39;"), ("&quot;", "&#39;")]
            .map(|(double, single)| entities.replace('"', double).replace('\'', single));
        let debug: String = text.chars().flat_map(char::escape_default).collect();
        guises.extend([json, web, debug, text.replace('\'', "''"), numbers, words].map(String::into_bytes));
        guises.extend(nested.map(String::into_bytes));
        guises.push(text.clone().into_bytes());
    }
    for (space, upper) in [("%20", true), ("+", true), ("%20", false)] {
        guises.push(percent(secret, space, upper));
    }
    guises.push(secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect());
    guises.push(secret.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect());
    guises.push(base64::encode_32(secret).into_iter().filter(|byte| *byte != b'=').collect());
    guises
}

/// As in a string of JSON; Go also escapes what means something in HTML.
fn escaped(text: &str, for_web: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '&' | '<' | '>' if for_web => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char if char.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out
}

/// As in an address.
fn percent(secret: &[u8], space: &str, upper: bool) -> Vec<u8> {
    let letter = |&byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => vec![byte],
        b' ' => space.as_bytes().to_vec(),
        byte if upper => format!("%{byte:02X}").into_bytes(),
        byte => format!("%{byte:02x}").into_bytes(),
    };
    secret.iter().flat_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_guise() {
        let mut secrets = Secrets::new(b"key");
        secrets.learn(b"hunter2");
        for text in ["hunter2", "postgres://u:hunter2@db", "hunter%32", "x"] {
            let scrubbed = secrets.scrub(text);
            assert_eq!(scrubbed.is_some(), text.contains("hunter2"), "{text}");
        }
        for before in ["", "u:", "us:", "usr:"] {
            let encoded = base64::encode(format!("{before}hunter2 and more").as_bytes());
            let text = format!("auth: {}", String::from_utf8_lossy(&encoded));
            let scrubbed = secrets.scrub(&text).expect("it is in there");
            assert!(scrubbed.starts_with("auth: <secret ") && scrubbed.ends_with('>'), "{scrubbed}");
        }
        assert_ne!(secrets.digest(b"hunter2"), secrets.digest(b"hunter3"));
        assert_ne!(secrets.digest(b"hunter2"), Secrets::new(b"other").digest(b"hunter2"));
    }

    #[test]
    fn words_are_no_secrets() {
        let mut secrets = Secrets::new(b"key");
        for word in ["true", "Admin", "abc", " "] {
            secrets.learn(word.as_bytes());
        }
        assert_eq!(secrets.scrub("true abc Admin"), None);
    }
}
