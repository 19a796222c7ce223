//! JSON Schema as Helm 3 checks it: github.com/xeipuuv/gojsonschema v1.2.0, drafts 4, 6 and 7 in its words.
//!
//! Where that iterates over a Go map, whose order is random, this goes by the order of the text.

mod format;
mod parse;

use super::Limit;
use super::json::{Decimal, Json};
use crate::go::regexp::Regexp;
use crate::go::{Dict, Str, Value, fmt, json};
use format::{FORMATS, has_format};
use parse::Parser;
use std::collections::{HashMap, HashSet};

/// How many checks there may be. Alternatives within alternatives take exponential time.
const MAX_CHECKS: usize = 20_000_000;

/// Checks values against the text of a schema; the error has a line for each violation, or says what is wrong with the
/// schema itself.
pub fn validate(schema: &[u8], values: &Json, limit: &Limit) -> Result<(), String> {
    let (document, _) = Json::first(schema, json::Implementation::V1)?;
    let draft = Draft::of(&document)?;
    let mut pool = HashMap::from([(String::new(), &document)]);
    collect(&document, "", &mut pool);
    let mut parser = Parser { pool: &pool, draft, limit, seen: HashSet::new() };
    parser.schema(&document, "", true, 0)?;
    let mut checker = Checker { pool: &pool, draft, limit, left: MAX_CHECKS };
    let empty = Json::Object(Default::default());
    let values = if *values == Json::Null { &empty } else { values };
    let mut outcome = Outcome::default();
    checker.check(&document, "", values, &Place { parent: None, name: "(root)" }, &mut outcome, 0);
    if outcome.errors.is_empty() { Ok(()) } else { Err(outcome.errors.concat()) }
}

/// Which keywords there are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Draft {
    Draft4,
    Draft6,
    Draft7,
    /// No `$schema`, or one that the package does not know: what any draft has.
    Hybrid,
}

impl Draft {
    /// As parseSchemaURL.
    fn of(document: &Json) -> Result<Draft, String> {
        let object = match document {
            Json::Bool(_) => return Ok(Draft::Hybrid),
            Json::Object(object) => object,
            _ => return Err("schema is invalid".to_owned()),
        };
        match object.get("$schema") {
            None => Ok(Draft::Hybrid),
            Some(Json::String(url)) => Ok(match url.trim_end_matches('#') {
                "http://json-schema.org/draft-04/schema" => Draft::Draft4,
                "http://json-schema.org/draft-06/schema" => Draft::Draft6,
                "http://json-schema.org/draft-07/schema" => Draft::Draft7,
                _ => Draft::Hybrid,
            }),
            Some(_) => Err(invalid_type("string", "$schema")),
        }
    }

    /// The keyword that names a schema.
    fn id(self, schema: &Json) -> &'static str {
        match self {
            Draft::Draft4 => "id",
            Draft::Hybrid if get(schema, "id").is_some() => "id",
            _ => "$id",
        }
    }
}

fn get<'s>(schema: &'s Json, keyword: &str) -> Option<&'s Json> {
    schema.object()?.get(keyword)
}

fn list<'s>(schema: &'s Json, keyword: &str) -> &'s [Json] {
    match get(schema, keyword) {
        Some(Json::Array(items)) => items,
        _ => &[],
    }
}

fn integer(schema: &Json, keyword: &str) -> Option<i64> {
    get(schema, keyword)?.number().map(|number| number.to_int())
}

// References.

/// The address of a reference, seen from a base.
fn resolve(base: &str, reference: &str) -> String {
    let document = base.split('#').next().unwrap_or_default();
    if let Some(fragment) = reference.strip_prefix('#') {
        return if fragment.is_empty() { document.to_owned() } else { format!("{document}#{fragment}") };
    }
    if reference.contains("://") || document.is_empty() {
        return reference.trim_end_matches('#').to_owned();
    }
    match document.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{reference}"),
        None => reference.to_owned(),
    }
}

/// As parseReferencesRecursive: the schemas that have a name.
fn collect<'s>(schema: &'s Json, base: &str, pool: &mut HashMap<String, &'s Json>) {
    match schema {
        Json::Array(items) => items.iter().for_each(|item| collect(item, base, pool)),
        Json::Object(object) => {
            let name = object.get("id").or_else(|| object.get("$id")).and_then(Json::text);
            let base = name.map_or_else(|| base.to_owned(), |name| resolve(base, name));
            if name.is_some() {
                pool.entry(base.clone()).or_insert(schema);
            }
            for (keyword, inner) in object {
                match (&**keyword, inner) {
                    ("const" | "enum", _) => {}
                    ("properties" | "dependencies" | "patternProperties", Json::Object(children)) => {
                        children.values().for_each(|child| collect(child, &base, pool));
                    }
                    _ => collect(inner, &base, pool),
                }
            }
        }
        _ => {}
    }
}

/// As GetDocument: the schema at an address.
fn find<'s>(pool: &HashMap<String, &'s Json>, address: &str) -> Result<&'s Json, String> {
    if let Some(found) = pool.get(address) {
        return Ok(found);
    }
    let (document, pointer) = address.split_once('#').unwrap_or((address, ""));
    let Some(mut node) = pool.get(document).copied() else {
        if document.contains("://") {
            return Err(format!("{document} is not fetched: put the schema into the chart's own, under definitions"));
        }
        return Err(format!("Reference {address} must be canonical"));
    };
    if pointer.is_empty() {
        return Ok(node);
    }
    let Some(tokens) = pointer.strip_prefix('/') else { return Ok(node) };
    for token in tokens.split('/') {
        let plain = unescaped(token).replace("~1", "/").replace("~0", "~");
        node = match node {
            Json::Object(object) => object.get(&plain).ok_or_else(|| format!("Object has no key '{plain}'"))?,
            Json::Array(items) => {
                let index: usize = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                let length = items.len();
                items.get(index).ok_or_else(|| format!("Out of bound array[0,{length}] index '{index}'"))?
            }
            _ => return Err(format!("Invalid token reference '{token}'")),
        };
    }
    Ok(node)
}

/// Without the percent signs of a URL.
fn unescaped(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = (byte == b'%').then(|| tail.get(..2)).flatten();
        let code =
            code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn invalid_type(expected: &str, given: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {given}")
}

// What is wrong with the values.

/// The way from the top of the values: as JsonContext.
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    name: &'p str,
}

impl Place<'_> {
    /// As ResultErrorFields.Field: the way without the root.
    fn field(&self) -> String {
        let Some(parent) = self.parent else { return self.name.to_owned() };
        if parent.parent.is_none() { self.name.to_owned() } else { format!("{}.{}", parent.field(), self.name) }
    }
}

/// As Result: the lines of the errors, and how well the values fit.
#[derive(Default)]
struct Outcome {
    errors: Vec<String>,
    score: i64,
}

impl Outcome {
    fn fail(&mut self, place: &Place<'_>, text: &str) {
        self.errors.push(format!("- {}: {text}\n", place.field()));
        self.score -= 2;
    }

    fn merge(&mut self, other: Outcome) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }
}

struct Checker<'s, 'p> {
    pool: &'p HashMap<String, &'s Json>,
    draft: Draft,
    limit: &'p Limit,
    left: usize,
}

impl<'s> Checker<'s, '_> {
    /// As subValidateWithContext.
    fn alone(&mut self, schema: &'s Json, base: &str, value: &Json, place: &Place<'_>, depth: usize) -> Outcome {
        let mut outcome = Outcome::default();
        self.check(schema, base, value, place, &mut outcome, depth + 1);
        outcome
    }

    /// As validateRecursive.
    fn check(
        &mut self,
        schema: &'s Json,
        base: &str,
        value: &Json,
        place: &Place<'_>,
        outcome: &mut Outcome,
        depth: usize,
    ) {
        if self.left == 0 || !self.limit.allows(depth) {
            outcome.fail(place, "the schema or the values nest too deeply");
            return;
        }
        self.left -= 1;
        if let Json::Bool(pass) = schema {
            if !pass {
                outcome.fail(place, "False always fails validation");
            }
            return;
        }
        let base = match get(schema, self.draft.id(schema)).and_then(Json::text) {
            Some(name) => resolve(base, name),
            None => base.to_owned(),
        };
        if let Some(reference) = get(schema, "$ref").and_then(Json::text) {
            let address = resolve(&base, reference);
            // It was found while the schema was read.
            if let Ok(target) = find(self.pool, &address) {
                self.check(target, &address, value, place, outcome, depth + 1);
            }
            return;
        }
        if let Some(given) = wrong_type(schema, value) {
            let names: Vec<&str> = match get(schema, "type") {
                Some(Json::Array(names)) => names.iter().filter_map(Json::text).collect(),
                other => other.and_then(Json::text).into_iter().collect(),
            };
            let expected = if names.len() > 1 { format!("[{}]", names.join(",")) } else { names.concat() };
            outcome.fail(place, &invalid_type(&expected, given));
            return;
        }
        self.combinations(schema, &base, value, place, outcome, depth);
        match value {
            Json::Null => self.common(schema, value, place, outcome),
            Json::Number(_) => {
                self.number(schema, value, place, outcome);
                self.common(schema, value, place, outcome);
            }
            Json::Array(items) => {
                self.array(schema, &base, items, place, outcome, depth);
                self.common(schema, value, place, outcome);
            }
            Json::Object(object) => {
                self.object(schema, &base, value, place, outcome, depth);
                self.common(schema, value, place, outcome);
                if let Some(Json::Object(properties)) = get(schema, "properties") {
                    for (name, property) in properties {
                        if let Some(inner) = object.get(name) {
                            let place = Place { parent: Some(place), name };
                            self.check(property, &base, inner, &place, outcome, depth + 1);
                        }
                    }
                }
            }
            Json::Bool(_) => self.common(schema, value, place, outcome),
            Json::String(text) => {
                self.common(schema, value, place, outcome);
                string(schema, text, place, outcome);
            }
        }
        outcome.score += 1;
    }

    /// As validateSchema.
    fn combinations(
        &mut self,
        schema: &'s Json,
        base: &str,
        value: &Json,
        place: &Place<'_>,
        outcome: &mut Outcome,
        depth: usize,
    ) {
        let better =
            |best: &Option<Outcome>, other: &Outcome| best.as_ref().is_none_or(|best| other.score > best.score);
        let any = list(schema, "anyOf");
        if !any.is_empty() {
            let mut best = None;
            let valid = any.iter().any(|alternative| {
                let result = self.alone(alternative, base, value, place, depth);
                let valid = result.errors.is_empty();
                if !valid && better(&best, &result) {
                    best = Some(result);
                }
                valid
            });
            if !valid {
                outcome.fail(place, "Must validate at least one schema (anyOf)");
                best.into_iter().for_each(|best| outcome.merge(best));
            }
        }
        let one = list(schema, "oneOf");
        if !one.is_empty() {
            let mut best = None;
            let mut valid = 0;
            for alternative in one {
                let result = self.alone(alternative, base, value, place, depth);
                if result.errors.is_empty() {
                    valid += 1;
                } else if valid == 0 && better(&best, &result) {
                    best = Some(result);
                }
            }
            if valid != 1 {
                outcome.fail(place, "Must validate one and only one schema (oneOf)");
                best.into_iter().filter(|_| valid == 0).for_each(|best| outcome.merge(best));
            }
        }
        let all = list(schema, "allOf");
        if !all.is_empty() {
            let mut valid = true;
            for part in all {
                let result = self.alone(part, base, value, place, depth);
                valid &= result.errors.is_empty();
                outcome.merge(result);
            }
            if !valid {
                outcome.fail(place, "Must validate all the schemas (allOf)");
            }
        }
        if let Some(not) = get(schema, "not")
            && self.alone(not, base, value, place, depth).errors.is_empty()
        {
            outcome.fail(place, "Must not validate the schema (not)");
        }
        if let (Some(Json::Object(dependencies)), Json::Object(object)) = (get(schema, "dependencies"), value) {
            for name in object.keys() {
                match dependencies.get(name) {
                    Some(Json::Array(names)) => {
                        for name in names.iter().filter_map(Json::text).filter(|name| !object.contains_key(name)) {
                            outcome.fail(place, &format!("Has a dependency on {name}"));
                        }
                    }
                    Some(dependency) => self.check(dependency, base, value, place, outcome, depth + 1),
                    None => {}
                }
            }
        }
        if self.draft >= Draft::Draft7
            && let Some(condition) = get(schema, "if")
        {
            let met = self.alone(condition, base, value, place, depth).errors.is_empty();
            let (keyword, text) = if met {
                ("then", "Must validate \"then\" as \"if\" was valid")
            } else {
                ("else", "Must validate \"else\" as \"if\" was not valid")
            };
            if let Some(consequence) = get(schema, keyword) {
                let result = self.alone(consequence, base, value, place, depth);
                if !result.errors.is_empty() {
                    outcome.fail(place, text);
                    outcome.merge(result);
                }
            }
        }
        outcome.score += 1;
    }

    /// As validateNumber.
    fn number(&self, schema: &Json, value: &Json, place: &Place<'_>, outcome: &mut Outcome) {
        let Some(number) = value.number() else { return };
        if let Some(unit) = get(schema, "multipleOf").and_then(Json::number)
            && !number.is_multiple_of(&unit)
        {
            outcome.fail(place, &format!("Must be a multiple of {}", shown(&unit)));
        }
        let exclusive = |bound: &str, keyword: &str| {
            let bound = get(schema, bound).and_then(Json::number);
            match get(schema, keyword) {
                Some(Json::Bool(true)) => (None, bound),
                Some(Json::Bool(false)) | None => (bound, None),
                Some(other) => (bound, other.number()),
            }
        };
        let (maximum, below) = exclusive("maximum", "exclusiveMaximum");
        if let Some(maximum) = maximum.filter(|maximum| number > *maximum) {
            outcome.fail(place, &format!("Must be less than or equal to {}", shown(&maximum)));
        }
        if let Some(below) = below.filter(|below| number >= *below) {
            outcome.fail(place, &format!("Must be less than {}", shown(&below)));
        }
        let (minimum, above) = exclusive("minimum", "exclusiveMinimum");
        if let Some(minimum) = minimum.filter(|minimum| number < *minimum) {
            outcome.fail(place, &format!("Must be greater than or equal to {}", shown(&minimum)));
        }
        if let Some(above) = above.filter(|above| number <= *above) {
            outcome.fail(place, &format!("Must be greater than {}", shown(&above)));
        }
        // A number has no format that the package knows.
        if let Some(format) = get(schema, "format").and_then(Json::text).filter(|format| FORMATS.contains(format)) {
            outcome.fail(place, &format!("Does not match format '{format}'"));
        }
        outcome.score += 1;
    }

    /// As validateArray.
    fn array(
        &mut self,
        schema: &'s Json,
        base: &str,
        items: &[Json],
        place: &Place<'_>,
        outcome: &mut Outcome,
        depth: usize,
    ) {
        let item = |checker: &mut Self, schema: &'s Json, at: usize| {
            let place = Place { parent: Some(place), name: &at.to_string() };
            items.get(at).map(|item| checker.alone(schema, base, item, &place, depth))
        };
        match get(schema, "items") {
            Some(Json::Array(schemas)) if !schemas.is_empty() => {
                for (at, schema) in schemas.iter().enumerate() {
                    item(self, schema, at).into_iter().for_each(|result| outcome.merge(result));
                }
                match get(schema, "additionalItems") {
                    Some(Json::Bool(false)) if schemas.len() < items.len() => {
                        outcome.fail(place, "No additional items allowed on array");
                    }
                    Some(additional @ Json::Object(_)) => {
                        for at in schemas.len()..items.len() {
                            item(self, additional, at).into_iter().for_each(|result| outcome.merge(result));
                        }
                    }
                    _ => {}
                }
            }
            Some(single @ (Json::Object(_) | Json::Bool(_))) => {
                for at in 0..items.len() {
                    item(self, single, at).into_iter().for_each(|result| outcome.merge(result));
                }
            }
            _ => {}
        }
        let count = items.len() as i64;
        if let Some(least) = integer(schema, "minItems").filter(|least| count < *least) {
            outcome.fail(place, &format!("Array must have at least {least} items"));
        }
        if let Some(most) = integer(schema, "maxItems").filter(|most| count > *most) {
            outcome.fail(place, &format!("Array must have at most {most} items"));
        }
        if get(schema, "uniqueItems") == Some(&Json::Bool(true)) {
            let mut seen = HashMap::new();
            for (at, item) in items.iter().enumerate() {
                if let Some(first) = seen.insert(canonical(item), at) {
                    outcome.fail(place, &format!("array items[{first},{at}] must be unique"));
                }
            }
        }
        if self.draft >= Draft::Draft6
            && let Some(contains) = get(schema, "contains")
        {
            let mut best: Option<Outcome> = None;
            let mut found = false;
            for at in 0..items.len() {
                let Some(result) = item(self, contains, at) else { continue };
                found = result.errors.is_empty();
                if found {
                    break;
                }
                if best.as_ref().is_none_or(|best| result.score > best.score) {
                    best = Some(result);
                }
            }
            if !found {
                outcome.fail(place, "At least one of the items must match");
                best.into_iter().for_each(|best| outcome.merge(best));
            }
        }
        outcome.score += 1;
    }

    /// As validateCommon.
    fn common(&self, schema: &Json, value: &Json, place: &Place<'_>, outcome: &mut Outcome) {
        if self.draft >= Draft::Draft6
            && let Some(constant) = get(schema, "const")
            && canonical(value) != canonical(constant)
        {
            outcome.fail(place, &format!("{} does not match: {}", place.field(), canonical(constant)));
        }
        let allowed = list(schema, "enum");
        if !allowed.is_empty() {
            let allowed: Vec<String> = allowed.iter().map(canonical).collect();
            if !allowed.contains(&canonical(value)) {
                outcome.fail(place, &format!("{} must be one of the following: {}", place.field(), allowed.join(", ")));
            }
        }
        outcome.score += 1;
    }

    /// As validateObject.
    fn object(
        &mut self,
        schema: &'s Json,
        base: &str,
        value: &Json,
        place: &Place<'_>,
        outcome: &mut Outcome,
        depth: usize,
    ) {
        let Json::Object(object) = value else { return };
        let count = object.len() as i64;
        if let Some(least) = integer(schema, "minProperties").filter(|least| count < *least) {
            outcome.fail(place, &format!("Must have at least {least} properties"));
        }
        if let Some(most) = integer(schema, "maxProperties").filter(|most| count > *most) {
            outcome.fail(place, &format!("Must have at most {most} properties"));
        }
        for name in list(schema, "required").iter().filter_map(Json::text) {
            if object.contains_key(name) {
                outcome.score += 1;
            } else {
                outcome.fail(place, &format!("{name} is required"));
            }
        }
        let properties = get(schema, "properties").and_then(Json::object);
        let patterns = get(schema, "patternProperties").and_then(Json::object);
        for (name, inner) in object {
            let below = Place { parent: Some(place), name };
            let mut matched = false;
            for (pattern, schema) in patterns.into_iter().flatten() {
                if Regexp::cached(pattern.as_bytes()).is_ok_and(|pattern| pattern.is_match(name.as_bytes())) {
                    matched = true;
                    let result = self.alone(schema, base, inner, &below, depth);
                    outcome.merge(result);
                }
            }
            if matched {
                outcome.score += 1;
            }
            if matched || properties.is_some_and(|properties| properties.contains_key(name)) {
                continue;
            }
            match get(schema, "additionalProperties") {
                Some(Json::Bool(false)) => outcome.fail(place, &format!("Additional property {name} is not allowed")),
                Some(additional @ Json::Object(_)) => {
                    let result = self.alone(additional, base, inner, &below, depth);
                    outcome.merge(result);
                }
                _ => {}
            }
        }
        if self.draft >= Draft::Draft6
            && let Some(names) = get(schema, "propertyNames")
        {
            for name in object.keys() {
                let result = self.alone(names, base, &Json::String(name.clone()), place, depth);
                if !result.errors.is_empty() {
                    outcome.fail(place, &format!("Property name of \"{name}\" does not match"));
                    outcome.merge(result);
                }
            }
        }
        outcome.score += 1;
    }
}

/// The type of a value that the schema does not allow.
fn wrong_type(schema: &Json, value: &Json) -> Option<&'static str> {
    let given = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
        Json::Number(_) if value.number().is_some_and(|number| number.is_integer()) => "integer",
        Json::Number(_) => "number",
    };
    let allows = |name: &str| name == given || (given == "integer" && name == "number");
    let allowed = match get(schema, "type") {
        Some(Json::String(name)) => allows(name),
        Some(Json::Array(names)) if !names.is_empty() => names.iter().filter_map(Json::text).any(allows),
        _ => true,
    };
    (!allowed).then_some(given)
}

/// As validateString.
fn string(schema: &Json, text: &str, place: &Place<'_>, outcome: &mut Outcome) {
    let count = text.chars().count() as i64;
    if let Some(least) = integer(schema, "minLength").filter(|least| count < *least) {
        outcome.fail(place, &format!("String length must be greater than or equal to {least}"));
    }
    if let Some(most) = integer(schema, "maxLength").filter(|most| count > *most) {
        outcome.fail(place, &format!("String length must be less than or equal to {most}"));
    }
    if let Some(pattern) = get(schema, "pattern").and_then(Json::text)
        && !Regexp::cached(pattern.as_bytes()).is_ok_and(|pattern| pattern.is_match(text.as_bytes()))
    {
        outcome.fail(place, &format!("Does not match pattern '{pattern}'"));
    }
    if let Some(format) = get(schema, "format").and_then(Json::text)
        && !has_format(format, text)
    {
        outcome.fail(place, &format!("Does not match format '{format}'"));
    }
    outcome.score += 1;
}

/// As marshalWithoutNumber: JSON in which equal values look the same.
fn canonical(value: &Json) -> String {
    fn plain(value: &Json) -> Value {
        match value {
            Json::Null => Value::Nil,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(text) => text.parse().map_or_else(|_| Value::string(&**text), Value::Float64),
            Json::String(text) => Value::string(&**text),
            Json::Array(items) => Value::list(items.iter().map(plain).collect::<Vec<_>>()),
            Json::Object(object) => {
                Value::Dict(object.iter().map(|(key, value)| (Str::from(&**key), plain(value))).collect::<Dict>())
            }
        }
    }
    json::marshal(&plain(value)).map(|text| text.to_str_lossy().into_owned()).unwrap_or_default()
}

/// A number as big.Float's String has it: ten digits, as `%.10g`.
fn shown(number: &Decimal) -> String {
    fmt::sprintf(b"%.10g", &[Value::Float64(number.to_float())]).to_str_lossy().into_owned()
}
