//! The few fields of a manifest that Helm reads: as its SimpleHead.

use crate::go::json::{self, Implementation, struct_field};
use crate::go::{Dict, Str, Value};
use crate::profile::Profile;
use crate::yaml::{self, Entry, Stage};

/// What Helm reads of a manifest.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// `apiVersion`
    pub api_version: Str,
    /// `kind`
    pub kind: Str,
    /// `metadata.name`
    pub name: Str,
    /// `metadata.annotations`, where there is such a map.
    pub annotations: Option<Dict>,
}

/// As `yaml.Unmarshal` into a SimpleHead.
///
/// Most of a document is none of its head. Where that part is plainly YAML, it is not decoded.
pub fn head(document: &[u8], profile: &'static Profile) -> Result<Head, yaml::Error> {
    if let Some(excerpt) = yaml::excerpt(document, &FIELDS, (b"metadata", b"labels")) {
        if let Some(head) = plain(&excerpt.entries) {
            return Ok(head);
        }
        if let Ok(head) = decode(&excerpt.document(), profile) {
            return Ok(head);
        }
    }
    decode(document, profile)
}

/// The head that entries make which are strings and mappings; `None` where anything else is among them.
fn plain(entries: &[Entry<'_>]) -> Option<Head> {
    let mut head = Head::default();
    // The mappings that are open, and what was seen of them.
    let mut path: [&str; 2] = [""; 2];
    let mut seen: Vec<&str> = Vec::with_capacity(8);
    let mut annotations: Vec<(Str, Value)> = Vec::new();
    let mut entries = entries.iter().peekable();
    while let Some(Entry { depth, key, text }) = entries.next() {
        let target = match (*depth, path) {
            (1, _) => Target::Head,
            (2, ["metadata", _]) => Target::Metadata,
            (3, ["metadata", "annotations"]) => {
                annotations.push((Str::from(*key), Value::String(Str::from((*text)?))));
                continue;
            }
            _ => continue,
        };
        let (name, field) = field(target, key);
        path[*depth - 1] = name;
        match field {
            Target::Nothing => continue,
            Target::Text => {
                let text = Str::from((*text)?);
                match name {
                    "apiVersion" => head.api_version = text,
                    "kind" => head.kind = text,
                    _ => head.name = text,
                }
            }
            // A mapping has at least one entry.
            _ if text.is_some() || entries.peek().is_none_or(|next| next.depth != depth + 1) => return None,
            _ => {}
        }
        // Of fields that are there twice, or in two spellings, not only the last counts.
        if seen.contains(&name) {
            return None;
        }
        seen.push(name);
    }
    if seen.contains(&"annotations") {
        head.annotations = Some(annotations.into_iter().collect());
    }
    Some(head)
}

/// The fields of the root that are read.
const FIELDS: [&[u8]; 3] = [b"apiVersion", b"kind", b"metadata"];

/// The head of a document that is decoded as a whole.
pub fn decode(document: &[u8], profile: &'static Profile) -> Result<Head, yaml::Error> {
    let value = yaml::decode(document)?;
    let mut decoder = Decoder { head: Head::default(), error: None, profile };
    decoder.check_finite(&value, Target::Head)?;
    decoder.document(&value);
    match decoder.error {
        Some(text) => Err(yaml::Error::new(Stage::Decode, text)),
        None => Ok(decoder.head),
    }
}

/// What a value is decoded into.
#[derive(Clone, Copy)]
enum Target {
    Head,
    Metadata,
    Annotations,
    Text,
    Nothing,
}

struct Decoder {
    head: Head,
    /// As encoding/json, which goes on after a value of the wrong type and reports the first.
    error: Option<String>,
    profile: &'static Profile,
}

const METADATA: &str =
    "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl Decoder {
    /// As json.Marshal, which refuses an infinite number; a number that becomes a string is none any more.
    fn check_finite(&self, value: &Value, target: Target) -> Result<(), yaml::Error> {
        match value {
            Value::Float64(number) if !number.is_finite() && !matches!(target, Target::Text) => {
                let name = if number.is_nan() {
                    "NaN"
                } else if *number > 0.0 {
                    "+Inf"
                } else {
                    "-Inf"
                };
                Err(yaml::Error::new(Stage::Convert, format!("json: unsupported value: {name}")))
            }
            Value::List(items) => items.iter().try_for_each(|item| self.check_finite(item, Target::Nothing)),
            Value::Dict(dict) => {
                dict.entries().iter().try_for_each(|(key, value)| self.check_finite(value, field(target, key).1))
            }
            _ => Ok(()),
        }
    }

    fn document(&mut self, value: &Value) {
        match value {
            Value::Nil => {}
            Value::Dict(dict) => self.fields(dict, Target::Head, &[]),
            other => {
                self.error = Some(format!(
                    "json: cannot unmarshal {} into Go value of type {}.SimpleHead",
                    json::type_name(other),
                    self.profile.packages.head()
                ));
            }
        }
    }

    fn fields(&mut self, dict: &Dict, target: Target, path: &[&str]) {
        for (key, value) in dict.entries().iter() {
            let (name, target) = field(target, key);
            if matches!(target, Target::Nothing) || matches!(value, Value::Nil) {
                continue;
            }
            let path = [path, &[name]].concat();
            match (target, value) {
                (Target::Metadata, Value::Dict(metadata)) => self.fields(metadata, target, &path),
                (Target::Annotations, Value::Dict(annotations)) => self.annotations(annotations, &path),
                (Target::Text, value) => {
                    let Some(text) = self.text(value, &path) else { continue };
                    match name {
                        "apiVersion" => self.head.api_version = text,
                        "kind" => self.head.kind = text,
                        _ => self.head.name = text,
                    }
                }
                (target, value) => {
                    let ty = if matches!(target, Target::Metadata) { METADATA } else { "map[string]string" };
                    self.mismatch(value, &path, ty);
                }
            }
        }
    }

    fn annotations(&mut self, annotations: &Dict, path: &[&str]) {
        let decoded = Dict::new();
        for (key, value) in annotations.entries().iter() {
            let key_text = key.to_str_lossy();
            // Only encoding/json over version 2 names the key too.
            let path = match self.profile.go.json() {
                Implementation::V1 => path.to_vec(),
                Implementation::V2 => [path, &[&*key_text]].concat(),
            };
            let text = if matches!(value, Value::Nil) { Some(Str::EMPTY) } else { self.text(value, &path) };
            decoded.insert(key.clone(), text.unwrap_or_default());
        }
        self.head.annotations = Some(decoded);
    }

    fn text(&mut self, value: &Value, path: &[&str]) -> Option<Str> {
        let text = match value {
            Value::String(text) => Some(text.clone()),
            other => yaml::scalar_text(other),
        };
        if text.is_none() {
            self.mismatch(value, path, "string");
        }
        text
    }

    fn mismatch(&mut self, value: &Value, path: &[&str], ty: &str) {
        if self.error.is_some() {
            return;
        }
        let place = match self.profile.go.json() {
            // It names the struct where that has a name, which the struct of `metadata` has not.
            Implementation::V1 => {
                format!("Go struct field {}.{}", if path.len() == 1 { "SimpleHead" } else { "" }, path.join("."))
            }
            Implementation::V2 => struct_field(path.iter().map(|step| (*step).to_owned())),
        };
        self.error = Some(format!("json: cannot unmarshal {} into {place} of type {ty}", json::type_name(value)));
    }
}

/// The field that a key is decoded into: as encoding/json, which ignores case.
fn field(target: Target, key: &[u8]) -> (&'static str, Target) {
    let fields: &[(&'static str, Target)] = match target {
        Target::Head => &[("apiVersion", Target::Text), ("kind", Target::Text), ("metadata", Target::Metadata)],
        Target::Metadata => &[("name", Target::Text), ("annotations", Target::Annotations)],
        Target::Annotations => return ("", Target::Text),
        Target::Text | Target::Nothing => &[],
    };
    let found = fields.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(key));
    found.copied().unwrap_or(("", Target::Nothing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::random::Random;

    #[test]
    fn heads_of_random_documents_are_those_of_the_whole() {
        const PIECES: &[&str] = &[
            "apiVersion: ",
            "kind: ",
            "Kind: ",
            "metadata:",
            "metadata:\n  ",
            "  name: ",
            "  annotations:",
            "  annotations:\n    ",
            "  labels:\n    ",
            "    a/b: ",
            "    \"c\": ",
            "spec:\n- ",
            "e f: ",
            "_g: ",
            "h:i: ",
            "no: ",
            "v1",
            "A",
            "'q'",
            "'q''r'",
            "\"s\"",
            "\"s\\n\"",
            "\"s\n   t\"",
            "1",
            "true",
            "~",
            "{}",
            "[]",
            "[a, \"b\"]",
            "{a: b}",
            "|\n    x",
            ">-\n  x\n\n  y",
            "x\n    y",
            "# c",
            " # c",
            "- ",
            "- - ",
            ": ",
            "&x ",
            "\t",
            "\r",
            "é",
            "\n",
            "\n",
            "\n",
            "\n",
            "\n\n",
            "\n  ",
            "\n    ",
            " ",
        ];
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let (mut read, mut quick) = (0, 0);
        for _ in 0..ROUNDS {
            let text: String = (0..1 + random.below(20)).map(|_| random.choice(PIECES)).collect();
            let profile = Profile::newest();
            let whole = decode(text.as_bytes(), profile).map_err(|error| error.to_string());
            let found = head(text.as_bytes(), profile).map_err(|error| error.to_string());
            assert_eq!(format!("{found:?}"), format!("{whole:?}"), "{text:?}");
            read += usize::from(whole.is_ok());
            quick += usize::from(yaml::excerpt(text.as_bytes(), &FIELDS, (b"metadata", b"labels")).is_some());
        }
        assert!(read > ROUNDS / 100 && quick > ROUNDS / 100, "{read} of {ROUNDS} documents are YAML, {quick} plainly");
    }

    /// How many documents are tried.
    const ROUNDS: usize = 5_000;
}
