//! Schemas that are plainly right, and whether values fit them, without metaschemas and without compiling anything.
//!
//! The schema of a chart is long, and nearly all of it says `type`, `properties` and what a person reads. To check it
//! against its metaschema and to compile it takes far longer than to check the values, and most values fit. So what is
//! surely a schema, with the keywords of which there are many, is walked as it is. The answer is only yes or no: what is
//! wrong, and with what, is for the whole check to say.

use super::compile::type_bit;
use super::format;
use super::json::{Decimal, Json};
use super::metaschema::Draft;
use super::object::Object;
use super::run::{duplicates, type_of};
use crate::go::regexp::Regexp;
use crate::profile::JsonSchema;
use std::cmp::Ordering;

/// How deep schemas and checks may nest here, which is less than the whole check allows.
const MAX_DEPTH: usize = 50;

/// How many schemas and entries of lists there may be, and how many checks. The whole check allows more than fifty for
/// each, and needs fewer.
const MAX_STEPS: usize = 200_000;

/// The keywords of any draft that are left to the whole check.
const REFUSED: [&str; 25] = [
    "id",
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "$schema",
    "$vocabulary",
    "additionalItems",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "maxContains",
    "minContains",
    "multipleOf",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Whether a value fits a schema; `None` where that has to be found out by the whole check.
pub fn fits(schema: &Json, value: &Json, library: JsonSchema) -> Option<bool> {
    let root = schema.object()?;
    let draft = match root.get("$schema") {
        None => Draft::default(),
        Some(named) => Draft::from_url(named.text()?)?,
    };
    let mut plain = Plain { root, draft, library, left: MAX_STEPS };
    plain.schema(schema, 0)?;
    plain.left = MAX_STEPS;
    plain.check(value, schema, 0)
}

struct Plain<'s> {
    root: &'s Object,
    draft: Draft,
    library: JsonSchema,
    left: usize,
}

impl<'s> Plain<'s> {
    fn step(&mut self, steps: usize, depth: usize) -> Option<()> {
        self.left = self.left.checked_sub(steps)?;
        (depth < MAX_DEPTH).then_some(())
    }

    /// Whether this is surely a schema, as the metaschema of its draft would find.
    fn schema(&mut self, schema: &Json, depth: usize) -> Option<()> {
        self.step(1, depth)?;
        let object = match schema {
            Json::Bool(_) if self.draft >= Draft::Draft6 => return Some(()),
            Json::Object(object) => object,
            _ => return None,
        };
        for (keyword, rule) in object {
            match (&**keyword, rule) {
                ("$schema", _) if depth == 0 => {}
                ("$ref", rule) => {
                    self.target(rule)?;
                    // To draft 7 nothing counts beside a reference.
                    let beside = ["$ref", "$schema", "$comment", "title", "description", "default", "definitions"];
                    if self.draft < Draft::Draft2019 && object.keys().any(|name| !beside.contains(&&**name)) {
                        return None;
                    }
                }
                ("title" | "description" | "$comment" | "format", Json::String(_))
                | ("readOnly" | "writeOnly" | "deprecated" | "uniqueItems", Json::Bool(_))
                | ("minimum" | "maximum", Json::Number(_))
                | ("examples", Json::Array(_))
                | ("default" | "const", _)
                | ("additionalProperties", Json::Bool(_)) => {}
                ("exclusiveMinimum" | "exclusiveMaximum", Json::Number(_)) if self.draft >= Draft::Draft6 => {}
                ("type", Json::String(name)) if type_bit(name) != 0 => {}
                ("type", Json::Array(names)) => {
                    let bits = names.iter().map(|name| name.text().map_or(0, type_bit));
                    let all = bits.clone().fold(0, |all, bit| all | bit);
                    (bits.clone().all(|bit| bit != 0) && all.count_ones() as usize == names.len() && all != 0)
                        .then_some(())?;
                }
                (
                    "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties",
                    Json::Number(text),
                ) => drop(text.parse::<u32>().ok()?),
                ("required", Json::Array(names)) => {
                    self.step(names.len(), depth)?;
                    let strings = names.iter().all(|name| name.text().is_some());
                    (strings && !names.is_empty() && duplicates(names).is_none()).then_some(())?;
                }
                ("enum", Json::Array(items)) => {
                    self.step(items.len(), depth)?;
                    (!items.is_empty() && duplicates(items).is_none()).then_some(())?;
                }
                ("pattern", Json::String(pattern)) => drop(Regexp::new(pattern.as_bytes()).ok()?),
                ("properties" | "definitions", Json::Object(schemas)) => self.schemas(schemas.values(), depth)?,
                ("$defs", rule) if self.draft >= Draft::Draft2019 => self.schemas(rule.object()?.values(), depth)?,
                ("allOf" | "anyOf" | "oneOf", Json::Array(schemas)) if !schemas.is_empty() => {
                    self.schemas(schemas.iter(), depth)?;
                }
                ("items" | "additionalProperties" | "not", schema) => self.schema(schema, depth + 1)?,
                ("if" | "then" | "else", schema) if self.draft >= Draft::Draft7 => self.schema(schema, depth + 1)?,
                // Of other drafts, and hence no keywords.
                ("$defs" | "if" | "then" | "else", _) => {}
                (
                    "title" | "description" | "$comment" | "format" | "readOnly" | "writeOnly" | "deprecated"
                    | "uniqueItems" | "minimum" | "maximum" | "examples" | "exclusiveMinimum" | "exclusiveMaximum"
                    | "type" | "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
                    | "required" | "enum" | "pattern" | "properties" | "definitions" | "allOf" | "anyOf" | "oneOf",
                    _,
                ) => return None,
                (keyword, _) if REFUSED.contains(&keyword) => return None,
                _ => {}
            }
        }
        Some(())
    }

    fn schemas<'j>(&mut self, mut schemas: impl Iterator<Item = &'j Json>, depth: usize) -> Option<()> {
        schemas.try_for_each(|schema| self.schema(schema, depth + 1))
    }

    /// The schema that a reference leads to, where that is one which was looked at with the root.
    fn target(&self, reference: &Json) -> Option<&'s Json> {
        let (holder, name) = reference.text()?.strip_prefix("#/")?.split_once('/')?;
        let known = holder == "definitions" || (holder == "$defs" && self.draft >= Draft::Draft2019);
        let simple = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !known || !name.bytes().all(simple) {
            return None;
        }
        self.root.get(holder)?.object()?.get(name)
    }

    /// Whether a value fits a schema that is one.
    ///
    /// Every keyword is looked at even where one does not fit, as the whole check does, so that a check that ends here
    /// ends there.
    fn check(&mut self, value: &Json, schema: &Json, depth: usize) -> Option<bool> {
        self.step(1, depth)?;
        let object = match schema {
            Json::Bool(flag) => return Some(*flag),
            schema => schema.object()?,
        };
        if self.draft < Draft::Draft2019
            && let Some(reference) = object.get("$ref")
        {
            return self.check(value, self.target(reference)?, depth + 1);
        }
        let mut all = true;
        for (keyword, rule) in object {
            all &= match (&**keyword, value, rule) {
                ("$ref", ..) => self.check(value, self.target(rule)?, depth + 1)?,
                ("type", _, Json::String(name)) => is_of_type(value, name),
                ("type", _, Json::Array(names)) => {
                    names.iter().filter_map(Json::text).any(|name| is_of_type(value, name))
                }
                ("const", ..) => self.draft < Draft::Draft6 || value.equal(rule, self.library),
                ("enum", _, Json::Array(allowed)) => {
                    allowed.iter().any(|item| type_of(item) == type_of(value))
                        && allowed.iter().any(|item| value.equal(item, self.library))
                }
                ("format", _, Json::String(name)) => {
                    self.draft >= Draft::Draft2019 || format::check(name, value, self.library).is_ok()
                }
                ("required", Json::Object(values), Json::Array(names)) => {
                    names.iter().filter_map(Json::text).all(|name| values.contains_key(name))
                }
                ("properties", Json::Object(values), Json::Object(schemas)) => {
                    let mut fit = true;
                    for (name, value) in values {
                        if let Some(schema) = schemas.get(name) {
                            fit &= self.check(value, schema, depth + 1)?;
                        }
                    }
                    fit
                }
                ("additionalProperties", Json::Object(values), schema) => {
                    let properties = object.get("properties").and_then(Json::object);
                    let mut fit = true;
                    for (name, value) in values {
                        if !properties.is_some_and(|properties| properties.contains_key(name)) {
                            fit &= self.check(value, schema, depth + 1)?;
                        }
                    }
                    fit
                }
                ("items", Json::Array(items), schema) => {
                    let mut fit = true;
                    for item in items {
                        fit &= self.check(item, schema, depth + 1)?;
                    }
                    fit
                }
                ("uniqueItems", Json::Array(items), Json::Bool(true)) => duplicates(items).is_none(),
                ("minProperties", Json::Object(values), Json::Number(limit)) => values.len() >= limit.parse().ok()?,
                ("maxProperties", Json::Object(values), Json::Number(limit)) => values.len() <= limit.parse().ok()?,
                ("minItems", Json::Array(items), Json::Number(limit)) => items.len() >= limit.parse().ok()?,
                ("maxItems", Json::Array(items), Json::Number(limit)) => items.len() <= limit.parse().ok()?,
                ("minLength", Json::String(text), Json::Number(limit)) => text.chars().count() >= limit.parse().ok()?,
                ("maxLength", Json::String(text), Json::Number(limit)) => text.chars().count() <= limit.parse().ok()?,
                ("pattern", Json::String(text), Json::String(pattern)) => {
                    Regexp::new(pattern.as_bytes()).ok()?.is_match(text.as_bytes())
                }
                ("minimum", ..) => within(value, rule, Ordering::is_ge),
                ("maximum", ..) => within(value, rule, Ordering::is_le),
                ("exclusiveMinimum", ..) => within(value, rule, Ordering::is_gt),
                ("exclusiveMaximum", ..) => within(value, rule, Ordering::is_lt),
                ("not", ..) => !self.check(value, rule, depth + 1)?,
                ("allOf", _, Json::Array(schemas)) => self.count(value, schemas, depth)? == schemas.len(),
                ("oneOf", _, Json::Array(schemas)) => self.count(value, schemas, depth)? == 1,
                ("anyOf", _, Json::Array(schemas)) => self.count(value, schemas, depth)? > 0,
                ("if", ..) if self.draft >= Draft::Draft7 => {
                    let branch = if self.check(value, rule, depth + 1)? { "then" } else { "else" };
                    match object.get(branch) {
                        Some(schema) => self.check(value, schema, depth + 1)?,
                        None => true,
                    }
                }
                _ => true,
            };
        }
        Some(all)
    }

    /// How many of some schemas a value fits.
    fn count(&mut self, value: &Json, schemas: &[Json], depth: usize) -> Option<usize> {
        let mut count = 0;
        for schema in schemas {
            count += usize::from(self.check(value, schema, depth + 1)?);
        }
        Some(count)
    }
}

fn is_of_type(value: &Json, name: &str) -> bool {
    type_of(value) == name || (name == "integer" && value.number().is_some_and(|number| number.is_integer()))
}

/// Whether a value stands right to a limit. What is no number does, and everything does to a limit that is none.
fn within(value: &Json, limit: &Json, right: fn(Ordering) -> bool) -> bool {
    let (number, limit): (Option<Decimal>, Option<Decimal>) = (value.number(), limit.number());
    number.zip(limit).is_none_or(|(number, limit)| right(number.cmp(&limit)))
}

#[cfg(test)]
mod tests {
    //! What is said here is what the whole check says.

    use super::super::compile::Compiler;
    use super::super::metaschema::document;
    use super::super::{ADDRESS, Limit, SHALLOW, whole};
    use super::*;
    use crate::go::json::Implementation;
    use crate::go::random::Random;
    use std::collections::BTreeMap;

    const LIBRARIES: [JsonSchema; 2] = [JsonSchema::V6_0_2, JsonSchema::V6_0_3];

    /// Compares both, and tells what was found here.
    fn compare(schema: &str, value: &str, library: JsonSchema) -> Option<bool> {
        let json = |text: &str| Json::parse(text.as_bytes(), Implementation::V1).expect("the text is JSON");
        let (document, value_read) = (json(schema), json(value));
        let found = fits(&document, &value_read, library);
        if let Some(found) = found {
            let mut logged = Vec::new();
            let checked = whole(document, &value_read, library, &Limit::new(SHALLOW), &mut |line| logged.push(line));
            assert_eq!(checked.is_ok(), found, "{schema} for {value}: {checked:?}");
            assert!(logged.is_empty(), "{schema} logs");
            // It does not fit because of the values, and not because of the schema.
            let mut ignored = |_| {};
            let limit = Limit::new(SHALLOW);
            let mut compiler = Compiler::new(false, library, &limit, &mut ignored);
            compiler.add(ADDRESS, json(schema));
            assert!(compiler.compile(ADDRESS).is_ok(), "{schema} does not compile");
        }
        found
    }

    const DRAFTS: [&str; 6] = [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema",
        "https://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        "http://json-schema.org/schema#",
    ];

    /// Every keyword that there is in the metaschemas.
    const KEYWORDS: [&str; 63] = [
        "id",
        "$id",
        "$schema",
        "$ref",
        "$comment",
        "$anchor",
        "$defs",
        "$dynamicRef",
        "$dynamicAnchor",
        "$recursiveRef",
        "$recursiveAnchor",
        "$vocabulary",
        "title",
        "description",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "examples",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "additionalItems",
        "items",
        "prefixItems",
        "maxItems",
        "minItems",
        "uniqueItems",
        "contains",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "additionalProperties",
        "definitions",
        "properties",
        "patternProperties",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "propertyNames",
        "const",
        "enum",
        "type",
        "format",
        "contentMediaType",
        "contentEncoding",
        "contentSchema",
        "if",
        "then",
        "else",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "unevaluatedItems",
        "unevaluatedProperties",
    ];

    #[test]
    fn every_keyword_of_the_metaschemas_is_known() {
        for url in [
            "draft-04/schema",
            "draft-06/schema",
            "draft-07/schema",
            "draft/2019-09/schema",
            "draft/2019-09/meta/applicator",
            "draft/2019-09/meta/content",
            "draft/2019-09/meta/core",
            "draft/2019-09/meta/format",
            "draft/2019-09/meta/meta-data",
            "draft/2019-09/meta/validation",
            "draft/2020-12/schema",
            "draft/2020-12/meta/applicator",
            "draft/2020-12/meta/content",
            "draft/2020-12/meta/core",
            "draft/2020-12/meta/format-annotation",
            "draft/2020-12/meta/meta-data",
            "draft/2020-12/meta/unevaluated",
            "draft/2020-12/meta/validation",
        ] {
            let text = document(&format!("http://json-schema.org/{url}")).expect("it is known");
            let document = Json::parse(text.as_bytes(), Implementation::V1).expect("it is JSON");
            let properties = document.object().and_then(|object| object.get("properties")).and_then(Json::object);
            for keyword in properties.expect("it has properties").keys() {
                assert!(KEYWORDS.contains(&&**keyword), "{keyword} of {url}");
            }
        }
    }

    /// What a keyword may stand before, right or wrong.
    const RULES: [&str; 32] = [
        "1",
        "0",
        "-1",
        "1.0",
        "2.5",
        "\"a\"",
        "\"string\"",
        "\"object\"",
        "\"^a\"",
        "\"(\"",
        "\"date\"",
        "\"#/definitions/a\"",
        "\"#/$defs/a\"",
        "\"#\"",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "[\"a\"]",
        "[\"a\", \"a\"]",
        "[\"string\", \"null\"]",
        "[\"string\", \"string\"]",
        "[1, 1.0]",
        "[{}]",
        "[{\"type\": \"string\"}, {\"minimum\": 1}, true]",
        "{\"type\": \"string\"}",
        "{\"type\": 0}",
        "{\"a\": {\"type\": \"integer\"}}",
        "{\"a\": {\"type\": 0}}",
        "{\"a\": true, \"b\": false}",
        "{\"a\": [\"b\"]}",
    ];

    const VALUES: [&str; 14] = [
        "{}",
        "{\"a\": 1}",
        "{\"a\": \"a\", \"b\": null}",
        "{\"a\": {\"a\": \"b\"}, \"c\": [1]}",
        "[]",
        "[1, \"a\"]",
        "[1, 1.0, {}]",
        "\"\"",
        "\"a\"",
        "\"2000-01-01\"",
        "1",
        "2.5",
        "true",
        "null",
    ];

    #[test]
    fn every_keyword_before_everything() {
        for draft in DRAFTS {
            for keyword in KEYWORDS {
                for rule in RULES {
                    let beside = if keyword == "definitions" { "x" } else { "definitions" };
                    let schema = match keyword {
                        "$schema" => format!("{{\"properties\": {{\"a\": {{\"$schema\": {rule}}}}}}}"),
                        _ => format!(
                            "{{\"$schema\": \"{draft}\", \"{beside}\": {{\"a\": {{\"maximum\": 1}}}}, \"{keyword}\": {rule}}}"
                        ),
                    };
                    for value in ["{\"a\": 1}", "[\"a\", 2]", "\"a\"", "2"] {
                        compare(&schema, value, JsonSchema::V6_0_3);
                    }
                }
            }
        }
    }

    impl Random {
        /// A schema that is one more often than not.
        fn schema(&mut self, depth: usize) -> String {
            if depth > 3 || self.below(8) == 0 {
                return self
                    .choice(&["true", "false", "{}", "{\"type\": \"string\"}", "{\"type\": [\"integer\", \"object\"]}"])
                    .to_owned();
            }
            let mut entries: BTreeMap<&str, String> = BTreeMap::new();
            for _ in 0..1 + self.below(4) {
                let keyword = self.choice(&KEYWORDS);
                let rule = match keyword {
                    _ if self.below(40) == 0 => self.choice(&RULES).to_owned(),
                    "type" => self
                        .choice(&["\"object\"", "\"string\"", "\"integer\"", "\"number\"", "[\"array\", \"object\"]"])
                        .to_owned(),
                    "properties" | "definitions" | "$defs" => {
                        format!("{{\"a\": {}, \"b\": {}}}", self.schema(depth + 1), self.schema(depth + 1))
                    }
                    "allOf" | "anyOf" | "oneOf" => format!("[{}, {}]", self.schema(depth + 1), self.schema(depth + 1)),
                    "items" | "additionalProperties" | "not" | "if" | "then" | "else" => self.schema(depth + 1),
                    "required" => self.choice(&["[\"a\"]", "[\"a\", \"b\"]", "[]"]).to_owned(),
                    "enum" => self.choice(&["[1]", "[\"a\", \"1\", null]", "[{\"a\": 1}, 1.0, [1]]", "[]"]).to_owned(),
                    "const" => self.choice(&VALUES).to_owned(),
                    "pattern" => self.choice(&["\"^a\"", "\"1\"", "\"\\\\d\""]).to_owned(),
                    "format" => self.choice(&["\"date\"", "\"ipv4\"", "\"x\"", "\"regex\""]).to_owned(),
                    "$ref" => self
                        .choice(&["\"#/definitions/a\"", "\"#/definitions/b\"", "\"#/$defs/a\"", "\"#/properties/a\""])
                        .to_owned(),
                    "title" | "description" | "$comment" => "\"a\"".to_owned(),
                    "default" | "examples" => "[1]".to_owned(),
                    "readOnly" | "writeOnly" | "deprecated" | "uniqueItems" => {
                        self.choice(&["true", "false"]).to_owned()
                    }
                    "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                        self.choice(&["1", "2.50", "-1e0", "0"]).to_owned()
                    }
                    _ if keyword.starts_with("min") || keyword.starts_with("max") => {
                        self.choice(&["0", "1", "2", "1.0"]).to_owned()
                    }
                    // The others are refused: rarely, so that something is left.
                    _ if self.below(20) > 0 => continue,
                    _ => self.choice(&RULES).to_owned(),
                };
                entries.insert(keyword, rule);
            }
            if depth == 0 {
                entries.insert("$schema", format!("\"{}\"", self.choice(&DRAFTS)));
                entries.entry("definitions").or_insert_with(|| {
                    "{\"a\": {\"type\": \"string\"}, \"b\": {\"$ref\": \"#/definitions/a\"}}".to_owned()
                });
            }
            let entries: Vec<String> = entries.iter().map(|(key, rule)| format!("\"{key}\": {rule}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }

    #[test]
    fn schemas_of_many_keywords() {
        let mut random = Random(0x1234_5678_9abc_def1);
        let mut found = [0; 3];
        for _ in 0..300 {
            let schema = random.schema(0);
            let library = LIBRARIES[random.below(2)];
            for value in VALUES {
                match compare(&schema, value, library) {
                    None => found[0] += 1,
                    Some(false) => found[1] += 1,
                    Some(true) => found[2] += 1,
                }
            }
        }
        // The test is of something only where all answers are frequent.
        assert!(found.iter().all(|count| *count > 300), "{found:?}");
    }
}
