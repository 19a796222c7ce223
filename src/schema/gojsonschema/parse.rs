//! Reading a schema for what is wrong with it: as gojsonschema's schema.go.

use super::super::Limit;
use super::super::json::{Decimal, Json};
use super::{Draft, canonical, find, get, invalid_type, resolve};
use crate::go::regexp::Regexp;
use std::collections::{HashMap, HashSet};

/// Follows all references once.
pub(super) struct Parser<'s, 'p> {
    pub pool: &'p HashMap<String, &'s Json>,
    pub draft: Draft,
    pub limit: &'p Limit,
    pub seen: HashSet<String>,
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

impl<'s> Parser<'s, '_> {
    /// As parseSchema.
    pub fn schema(&mut self, schema: &'s Json, base: &str, root: bool, depth: usize) -> Result<(), String> {
        if !self.limit.allows(depth) {
            return Err("unable to validate schema: the schema or the values nest too deeply".to_owned());
        }
        if matches!(schema, Json::Bool(_)) && self.draft >= Draft::Draft6 {
            return Ok(());
        }
        let Json::Object(object) = schema else {
            return Err("Expected: valid schema, given: Invalid JSON".to_owned());
        };
        let id = self.draft.id(schema);
        for keyword in [id, "title", "description", "$ref"] {
            if let Some(value) = object.get(keyword)
                && value.text().is_none()
            {
                return Err(invalid_type("string", keyword));
            }
        }
        let base = match object.get(id).and_then(Json::text) {
            Some(name) if !root => resolve(base, name),
            Some(name) => name.trim_end_matches('#').to_owned(),
            None => base.to_owned(),
        };
        match object.get("definitions") {
            None => {}
            Some(Json::Object(definitions)) => {
                for definition in definitions.values() {
                    if !matches!(definition, Json::Object(_) | Json::Bool(_)) {
                        return Err(invalid_type("array of schemas", "definitions"));
                    }
                    self.schema(definition, &base, false, depth + 1)?;
                }
            }
            Some(_) => return Err(invalid_type("array of schemas", "definitions")),
        }
        if let Some(reference) = object.get("$ref").and_then(Json::text) {
            let address = resolve(&base, reference);
            let target = find(self.pool, &address)?;
            if self.seen.insert(address.clone()) {
                if !matches!(target, Json::Object(_) | Json::Bool(_)) {
                    return Err("schema must be of type object".to_owned());
                }
                self.schema(target, &address, false, depth + 1)?;
            }
            return Ok(());
        }
        types(object.get("type"))?;
        self.children(object.get("properties"), "properties must be of type object", &base, depth)?;
        self.schema_or_bool(object.get("additionalProperties"), "additionalProperties", &base, depth)?;
        if let Some(Json::Object(patterns)) = object.get("patternProperties") {
            for pattern in patterns.keys() {
                Regexp::cached(pattern.as_bytes()).map_err(|_| format!("Invalid regex pattern '{pattern}'"))?;
            }
        }
        let wrong = invalid_type("valid schema", "patternProperties");
        self.children(object.get("patternProperties"), &wrong, &base, depth)?;
        if self.draft >= Draft::Draft6 {
            self.only_schema(object.get("propertyNames"), &wrong, &base, depth)?;
        }
        self.dependencies(object.get("dependencies"), &base, depth)?;
        self.items(object.get("items"), &base, depth)?;
        self.schema_or_bool(object.get("additionalItems"), "additionalItems", &base, depth)?;
        self.numbers(schema)?;
        sizes(schema)?;
        if self.draft >= Draft::Draft6
            && let Some(contains) = object.get("contains")
        {
            self.schema(contains, &base, false, depth + 1)?;
        }
        if let Some(values) = object.get("enum") {
            let Json::Array(values) = values else { return Err("enum must be of an array".to_owned()) };
            let mut seen = HashSet::new();
            if !values.iter().all(|value| seen.insert(canonical(value))) {
                return Err("enum items must be unique".to_owned());
            }
        }
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let named = if keyword == "allOf" { "anyOf" } else { keyword };
            match object.get(keyword) {
                None => {}
                Some(Json::Array(schemas)) => {
                    for schema in schemas {
                        self.schema(schema, &base, false, depth + 1)?;
                    }
                }
                Some(_) => return Err(format!("{named} must be of an array")),
            }
        }
        self.only_schema(object.get("not"), "not must be of an object", &base, depth)?;
        if self.draft >= Draft::Draft7 {
            for keyword in ["if", "then", "else"] {
                self.only_schema(object.get(keyword), &format!("{keyword} must be of an object"), &base, depth)?;
            }
        }
        Ok(())
    }

    fn children(&mut self, map: Option<&'s Json>, wrong: &str, base: &str, depth: usize) -> Result<(), String> {
        match map {
            None => Ok(()),
            Some(Json::Object(children)) => {
                children.values().try_for_each(|child| self.schema(child, base, false, depth + 1))
            }
            Some(_) => Err(wrong.to_owned()),
        }
    }

    fn schema_or_bool(
        &mut self,
        schema: Option<&'s Json>,
        keyword: &str,
        base: &str,
        depth: usize,
    ) -> Result<(), String> {
        match schema {
            None | Some(Json::Bool(_)) => Ok(()),
            Some(schema @ Json::Object(_)) => self.schema(schema, base, false, depth + 1),
            Some(_) => Err(invalid_type("boolean/valid schema", keyword)),
        }
    }

    fn only_schema(&mut self, schema: Option<&'s Json>, wrong: &str, base: &str, depth: usize) -> Result<(), String> {
        match schema {
            None => Ok(()),
            Some(schema @ (Json::Object(_) | Json::Bool(_))) => self.schema(schema, base, false, depth + 1),
            Some(_) => Err(wrong.to_owned()),
        }
    }

    fn dependencies(&mut self, map: Option<&'s Json>, base: &str, depth: usize) -> Result<(), String> {
        const WRONG: &str = "dependency must be of type schema or array of strings";
        let children = match map {
            None => return Ok(()),
            Some(Json::Object(children)) => children,
            Some(_) => return Err("dependencies must be of type object".to_owned()),
        };
        for child in children.values() {
            match child {
                Json::Array(names) if names.iter().all(|name| name.text().is_some()) => {}
                Json::Object(_) | Json::Bool(_) => self.schema(child, base, false, depth + 1)?,
                _ => return Err(WRONG.to_owned()),
            }
        }
        Ok(())
    }

    fn items(&mut self, items: Option<&'s Json>, base: &str, depth: usize) -> Result<(), String> {
        let wrong = || Err(invalid_type("valid schema/array of schemas", "items"));
        match items {
            None => Ok(()),
            Some(Json::Array(schemas)) => {
                for schema in schemas {
                    if !matches!(schema, Json::Object(_) | Json::Bool(_)) {
                        return wrong();
                    }
                    self.schema(schema, base, false, depth + 1)?;
                }
                Ok(())
            }
            Some(schema @ (Json::Object(_) | Json::Bool(_))) => self.schema(schema, base, false, depth + 1),
            Some(_) => wrong(),
        }
    }

    fn numbers(&self, schema: &Json) -> Result<(), String> {
        if let Some(multiple) = get(schema, "multipleOf") {
            let number = multiple.number().ok_or_else(|| invalid_type("number", "multipleOf"))?;
            if Decimal::parse("0").is_some_and(|zero| number <= zero) {
                return Err("multipleOf must be strictly greater than 0".to_owned());
            }
        }
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            if get(schema, bound).is_some_and(|value| value.number().is_none()) {
                return Err(format!("{bound} must be of a number"));
            }
            let flags = matches!(self.draft, Draft::Draft4 | Draft::Hybrid);
            match get(schema, exclusive) {
                None => {}
                Some(Json::Bool(_)) if flags && get(schema, bound).is_none() => {
                    return Err(format!("{exclusive} cannot be used without {bound}"));
                }
                Some(Json::Bool(_)) if flags => {}
                Some(Json::Number(_)) if self.draft != Draft::Draft4 => {}
                Some(_) => {
                    let expected = match self.draft {
                        Draft::Draft4 => "boolean",
                        Draft::Hybrid => "boolean/number",
                        Draft::Draft6 | Draft::Draft7 => "number",
                    };
                    return Err(invalid_type(expected, exclusive));
                }
            }
        }
        Ok(())
    }
}

fn types(ty: Option<&Json>) -> Result<(), String> {
    const EXPECTED: &str = "string/array of strings";
    let names = match ty {
        None => return Ok(()),
        Some(single @ Json::String(_)) => std::slice::from_ref(single),
        Some(Json::Array(names)) => names,
        Some(_) => return Err(invalid_type(EXPECTED, "type")),
    };
    let mut seen = HashSet::new();
    for name in names {
        let name = name.text().ok_or_else(|| invalid_type(EXPECTED, "type"))?;
        if !TYPES.contains(&name) {
            return Err(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{}]",
                TYPES.join(" ")
            ));
        }
        if !seen.insert(name) {
            return Err(format!("{name} type is duplicated"));
        }
    }
    Ok(())
}

/// The keywords that count, and `pattern`, `format`, `required` and `uniqueItems` between them.
fn sizes(schema: &Json) -> Result<(), String> {
    let count = |keyword: &str| match get(schema, keyword) {
        None => Ok(None),
        // As json.Number's Int64: 2.0 is none.
        Some(Json::Number(number)) => match number.parse::<i64>() {
            Err(_) => Err(format!("{keyword} must be of an integer")),
            Ok(number) if number < 0 => Err(format!("{keyword} must be greater than or equal to 0")),
            Ok(number) => Ok(Some(number)),
        },
        Some(_) => Err(format!("{keyword} must be of an integer")),
    };
    let (shortest, longest) = (count("minLength")?, count("maxLength")?);
    if shortest.zip(longest).is_some_and(|(shortest, longest)| shortest > longest) {
        return Err("minLength cannot be greater than maxLength".to_owned());
    }
    match get(schema, "pattern") {
        None => {}
        Some(Json::String(pattern)) => {
            Regexp::cached(pattern.as_bytes()).map_err(|_| "pattern must be a valid regex".to_owned())?;
        }
        Some(_) => return Err("pattern must be of a string".to_owned()),
    }
    if get(schema, "format").is_some_and(|format| format.text().is_none()) {
        return Err("format must be of type string".to_owned());
    }
    let (fewest, most) = (count("minProperties")?, count("maxProperties")?);
    if fewest.zip(most).is_some_and(|(fewest, most)| fewest > most) {
        return Err("minProperties cannot be greater than maxProperties".to_owned());
    }
    match get(schema, "required") {
        None => {}
        Some(Json::Array(names)) => {
            let mut seen = HashSet::new();
            for name in names {
                let name = name.text().ok_or_else(|| "required items must be string".to_owned())?;
                if !seen.insert(name) {
                    return Err("required items must be unique".to_owned());
                }
            }
        }
        Some(_) => return Err("required must be of an array".to_owned()),
    }
    count("minItems")?;
    count("maxItems")?;
    match get(schema, "uniqueItems") {
        None | Some(Json::Bool(_)) => Ok(()),
        Some(_) => Err("uniqueItems must be of a boolean".to_owned()),
    }
}
