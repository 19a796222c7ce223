//! The drafts of JSON Schema and the schemas that describe them.

use super::Limit;
use super::compile::{Arena, Compiler};
use super::json::Json;
use super::kind::escape;
use super::object::Object;
use crate::profile::JsonSchema;
use referencing::meta;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A draft, oldest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draft {
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    #[default]
    Draft2020,
}

impl Draft {
    /// As draftFromURL.
    pub fn from_url(url: &str) -> Option<Draft> {
        let url = url.strip_suffix('#').unwrap_or(url);
        let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        match url.strip_prefix("json-schema.org/")? {
            "schema" | "draft/2020-12/schema" => Some(Draft::Draft2020),
            "draft/2019-09/schema" => Some(Draft::Draft2019),
            "draft-07/schema" => Some(Draft::Draft7),
            "draft-06/schema" => Some(Draft::Draft6),
            "draft-04/schema" => Some(Draft::Draft4),
            _ => None,
        }
    }

    fn url(self) -> &'static str {
        match self {
            Draft::Draft4 => "http://json-schema.org/draft-04/schema",
            Draft::Draft6 => "http://json-schema.org/draft-06/schema",
            Draft::Draft7 => "http://json-schema.org/draft-07/schema",
            Draft::Draft2019 => "https://json-schema.org/draft/2019-09/schema",
            Draft::Draft2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The keyword that gives a schema its address.
    pub fn id_name(self) -> &'static str {
        if self == Draft::Draft4 { "id" } else { "$id" }
    }

    /// The address that a schema gives itself, without a fragment; empty where there is none.
    pub fn id(self, object: &Object) -> &str {
        if self < Draft::Draft2019 && object.contains_key("$ref") {
            return "";
        }
        let id = object.get(self.id_name()).and_then(Json::text).unwrap_or_default();
        id.split('#').next().unwrap_or_default()
    }

    /// Where in a schema of this draft other schemas stand, and those, with pointers that begin with `pointer`.
    pub fn subschemas<'o>(self, object: &'o Object, pointer: &str) -> BTreeMap<String, &'o Json> {
        use Draft::{Draft4, Draft6, Draft7, Draft2019, Draft2020};
        use Place::{Each, Itself, Named};
        const PLACES: [(Draft, &str, Place); 23] = [
            (Draft4, "definitions", Named),
            (Draft4, "not", Itself),
            (Draft4, "allOf", Each),
            (Draft4, "anyOf", Each),
            (Draft4, "oneOf", Each),
            (Draft4, "properties", Named),
            (Draft4, "additionalProperties", Itself),
            (Draft4, "patternProperties", Named),
            (Draft4, "items", Itself),
            (Draft4, "items", Each),
            (Draft4, "additionalItems", Itself),
            (Draft4, "dependencies", Named),
            (Draft6, "propertyNames", Itself),
            (Draft6, "contains", Itself),
            (Draft7, "if", Itself),
            (Draft7, "then", Itself),
            (Draft7, "else", Itself),
            (Draft2019, "$defs", Named),
            (Draft2019, "dependentSchemas", Named),
            (Draft2019, "unevaluatedProperties", Itself),
            (Draft2019, "unevaluatedItems", Itself),
            (Draft2019, "contentSchema", Itself),
            (Draft2020, "prefixItems", Each),
        ];
        let mut found = BTreeMap::new();
        for (since, name, place) in PLACES {
            let Some(value) = object.get(name).filter(|_| since <= self) else { continue };
            let pointer = format!("{pointer}/{name}");
            match (place, value) {
                (Itself, value) => {
                    found.insert(pointer, value);
                }
                (Each, Json::Array(items)) => {
                    found.extend(items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)));
                }
                (Named, Json::Object(entries)) => {
                    found.extend(entries.iter().map(|(name, value)| (format!("{pointer}/{}", escape(name)), value)));
                }
                _ => {}
            }
        }
        found
    }
}

/// Where under a keyword schemas stand.
#[derive(Clone, Copy)]
enum Place {
    Itself,
    Each,
    Named,
}

/// Whether an address is json-schema.org's.
pub fn is_official(url: &str) -> bool {
    url.starts_with("http://json-schema.org/") || url.starts_with("https://json-schema.org/")
}

/// The text of a metaschema.
pub fn document(url: &str) -> Option<String> {
    let name =
        url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?.strip_prefix("json-schema.org/")?;
    let document = match name {
        "draft-04/schema" => &meta::DRAFT4,
        "draft-06/schema" => &meta::DRAFT6,
        "draft-07/schema" => &meta::DRAFT7,
        "draft/2019-09/schema" => &meta::DRAFT201909,
        "draft/2019-09/meta/applicator" => &meta::DRAFT201909_APPLICATOR,
        "draft/2019-09/meta/content" => &meta::DRAFT201909_CONTENT,
        "draft/2019-09/meta/core" => &meta::DRAFT201909_CORE,
        "draft/2019-09/meta/format" => &meta::DRAFT201909_FORMAT,
        "draft/2019-09/meta/meta-data" => &meta::DRAFT201909_META_DATA,
        "draft/2019-09/meta/validation" => &meta::DRAFT201909_VALIDATION,
        "schema" | "draft/2020-12/schema" => &meta::DRAFT202012,
        "draft/2020-12/meta/applicator" => &meta::DRAFT202012_APPLICATOR,
        "draft/2020-12/meta/content" => &meta::DRAFT202012_CONTENT,
        "draft/2020-12/meta/core" => &meta::DRAFT202012_CORE,
        "draft/2020-12/meta/format-annotation" => &meta::DRAFT202012_FORMAT_ANNOTATION,
        "draft/2020-12/meta/format-assertion" => &meta::DRAFT202012_FORMAT_ASSERTION,
        "draft/2020-12/meta/meta-data" => &meta::DRAFT202012_META_DATA,
        "draft/2020-12/meta/unevaluated" => &meta::DRAFT202012_UNEVALUATED,
        "draft/2020-12/meta/validation" => &meta::DRAFT202012_VALIDATION,
        _ => return None,
    };
    let mut document = (***document).clone();
    // The library has older texts of the first drafts.
    if matches!(name, "draft-04/schema" | "draft-06/schema" | "draft-07/schema") {
        document["properties"]["enum"]["minItems"] = 1.into();
        document["properties"]["enum"]["uniqueItems"] = true.into();
    }
    match name {
        "draft-04/schema" => document["properties"]["$ref"]["type"] = "string".into(),
        "draft-06/schema" => {
            document["properties"]["examples"] = true.into();
            document["properties"]["patternProperties"]["propertyNames"] = true.into();
        }
        _ => {}
    }
    Some(document.to_string())
}

/// The compiled metaschema of a draft: compiled when it is first needed.
pub fn compiled(draft: Draft) -> &'static Arena {
    static COMPILED: [OnceLock<Arena>; 5] = [const { OnceLock::new() }; 5];
    COMPILED[draft as usize].get_or_init(|| {
        Compiler::new(true, JsonSchema::V6_0_3, &Limit::new(100), &mut |_| {})
            .compile(draft.url())
            .expect("the metaschemas are schemas")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metaschemas_compile() {
        for draft in [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft2019, Draft::Draft2020] {
            assert_eq!(Draft::from_url(draft.url()), Some(draft));
            assert!(compiled(draft).schemas.len() > 10);
        }
    }
}
