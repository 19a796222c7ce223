//! Secrets, which are never shown: a digest stands in their place.
//!
//! Three nets hold them back: the data of a `Secret`, the marks of secret values in what a template wrote, and a search
//! for the known secrets themselves, as they are and in base64, in everything that is shown.
//!
//! A digest is an HMAC under a key that nobody else has, since a plain one of a short secret could be guessed.

use super::Input;
use crate::go::{Dict, Value, base64};
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
        mac.update(bytes.trim_ascii());
        let digest = mac.finalize().into_bytes();
        let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("{OPEN}{hex}>")
    }

    /// Learns a secret, to find it wherever it is shown.
    pub fn learn(&mut self, secret: &[u8]) {
        let secret = secret.trim_ascii();
        let is_word =
            std::str::from_utf8(secret).is_ok_and(|text| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)));
        if secret.len() < SHORTEST || is_word {
            return;
        }
        self.add(secret.to_vec(), false);
        // Names are in small letters, whatever they are made of.
        self.add(secret.to_ascii_lowercase(), false);
        self.add(secret.to_ascii_uppercase(), false);
        for line in secret.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
            if line.len() >= SHORTEST_LINE && line.len() < secret.len() {
                self.add(line.to_vec(), false);
            }
        }
        let escaped: String = String::from_utf8_lossy(secret).chars().flat_map(char::escape_default).collect();
        if escaped.as_bytes() != secret {
            self.add(escaped.into_bytes(), false);
        }
        let percent: Vec<u8> = secret
            .iter()
            .flat_map(|&byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => vec![byte],
                byte => format!("%{byte:02X}").into_bytes(),
            })
            .collect();
        self.add(percent, false);
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(hex.into_bytes(), false);
        // In base64 what stands before a text decides where its letters begin: three ways.
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
                    if let Ok(decoded) = base64::decode(&text)
                        .map_err(|_| ())
                        .and_then(|decoded| if key == "data" { Ok(decoded) } else { Err(()) })
                    {
                        self.learn(&decoded);
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
