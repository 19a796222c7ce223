//! The keywords of one schema: as github.com/santhosh-tekuri/jsonschema/v6 objcompiler.go.

use super::super::format;
use super::super::json::{Decimal, Json};
use super::super::kind::escape;
use super::super::location;
use super::super::metaschema::Draft;
use super::super::object::Object;
use super::{Additional, Compiler, Dependency, Id, Items, Resource, Schema, place, type_bit};
use crate::go::regexp::Regexp;
use crate::go::strconv::quote;

/// The keywords of one schema object: as objCompiler.
pub(super) struct Keywords<'c, 'a, 'o> {
    pub compiler: &'c mut Compiler<'a>,
    pub object: &'o Object,
    pub url: &'o str,
    pub pointer: &'o str,
    pub resource: &'o Resource,
}

impl Keywords<'_, '_, '_> {
    pub fn compile(&mut self, schema: &mut Schema) -> Result<(), String> {
        let draft = schema.draft;
        schema.reference = self.reference("$ref")?;
        if draft >= Draft::Draft2019 || schema.reference.is_none() {
            self.draft4(schema)?;
        }
        if draft >= Draft::Draft6 {
            schema.contains = self.child("contains");
            schema.property_names = self.child("propertyNames");
            schema.constant = self.object.get("const").cloned();
        }
        if draft >= Draft::Draft7 {
            schema.condition = self.child("if");
            if schema.condition.is_some() {
                let decided = self.object.get("if").and_then(bool_of);
                if decided != Some(false) {
                    schema.then = self.child("then");
                }
                if decided != Some(true) {
                    schema.otherwise = self.child("else");
                }
            }
        }
        if draft >= Draft::Draft2019 {
            self.draft2019(schema)?;
        }
        if draft >= Draft::Draft2020 {
            if let Some(target) = self.reference("$dynamicRef")? {
                let text = self.object.get("$dynamicRef").and_then(Json::text).unwrap_or_default();
                let fragment = location::split(text)?.fragment;
                let anchor = if fragment.starts_with('/') { String::new() } else { fragment };
                schema.dynamic_reference = Some((target, anchor));
            }
            schema.dynamic_anchor = self.text("$dynamicAnchor").unwrap_or_default().to_owned();
            schema.prefix_items = self.children("prefixItems");
            schema.rest_items = self.child("items");
        }
        Ok(())
    }

    fn draft4(&mut self, schema: &mut Schema) -> Result<(), String> {
        schema.all_of = self.children("allOf");
        schema.any_of = self.children("anyOf");
        schema.one_of = self.children("oneOf");
        schema.not = self.child("not");
        if schema.draft < Draft::Draft2020 {
            match self.object.get("items") {
                None => {}
                Some(Json::Array(_)) => {
                    schema.items = Items::Each(self.children("items"));
                    schema.additional_items = self.additional("additionalItems");
                }
                Some(_) => schema.items = self.child("items").map_or(Items::Absent, Items::All),
            }
        }
        schema.properties = self.named("properties").into_iter().collect();
        for (pattern, id) in self.named("patternProperties") {
            let regexp = self.regexp("patternProperties", &pattern)?;
            schema.pattern_properties.push((regexp, id));
        }
        schema.additional_properties = self.additional("additionalProperties");
        for (name, value) in self.object.get("dependencies").and_then(Json::object).into_iter().flatten() {
            let dependency = match value {
                Json::Array(names) => Dependency::Names(strings(names)),
                _ => Dependency::Schema(self.enqueue(&["dependencies", name])),
            };
            schema.dependencies.push((name.to_string(), dependency));
        }

        schema.types = match self.object.get("type") {
            Some(Json::String(name)) => type_bit(name),
            Some(Json::Array(names)) => {
                names.iter().filter_map(Json::text).fold(0, |types, name| types | type_bit(name))
            }
            _ => 0,
        };
        if let Some(Json::Array(allowed)) = self.object.get("enum") {
            schema.allowed = Some(allowed.clone());
        }
        schema.multiple_of = self.number("multipleOf");
        let maximum = self.number("maximum");
        if self.flag("exclusiveMaximum") {
            schema.exclusive_maximum = maximum;
        } else {
            schema.maximum = maximum;
            schema.exclusive_maximum = self.number("exclusiveMaximum");
        }
        let minimum = self.number("minimum");
        if self.flag("exclusiveMinimum") {
            schema.exclusive_minimum = minimum;
        } else {
            schema.minimum = minimum;
            schema.exclusive_minimum = self.number("exclusiveMinimum");
        }
        schema.min_length = self.integer("minLength");
        schema.max_length = self.integer("maxLength");
        if let Some(pattern) = self.text("pattern") {
            schema.pattern = Some((self.regexp("pattern", pattern)?, pattern.to_owned()));
        }
        schema.min_items = self.integer("minItems");
        schema.max_items = self.integer("maxItems");
        schema.unique_items = self.flag("uniqueItems");
        schema.max_properties = self.integer("maxProperties");
        schema.min_properties = self.integer("minProperties");
        if let Some(Json::Array(required)) = self.object.get("required") {
            schema.required = strings(required);
        }
        if self.compiler.assert_format || schema.draft < Draft::Draft2019 {
            schema.format = self.text("format").and_then(format::known);
        }
        Ok(())
    }

    fn draft2019(&mut self, schema: &mut Schema) -> Result<(), String> {
        schema.recursive_reference = self.reference("$recursiveRef")?;
        schema.recursive_anchor = self.flag("$recursiveAnchor");
        if schema.contains.is_some() {
            schema.min_contains = self.integer("minContains");
            schema.max_contains = self.integer("maxContains");
        }
        for (name, value) in self.object.get("dependentRequired").and_then(Json::object).into_iter().flatten() {
            if let Json::Array(names) = value {
                schema.dependent_required.push((name.to_string(), strings(names)));
            }
        }
        schema.dependent_schemas = self.named("dependentSchemas");
        schema.unevaluated_items = self.child("unevaluatedItems");
        schema.unevaluated_properties = self.child("unevaluatedProperties");
        Ok(())
    }

    fn enqueue(&mut self, tokens: &[&str]) -> Id {
        let mut pointer = self.pointer.to_owned();
        for token in tokens {
            pointer.push('/');
            pointer.push_str(&escape(token));
        }
        self.compiler.enqueue((self.url.to_owned(), pointer))
    }

    fn reference(&mut self, name: &str) -> Result<Option<Id>, String> {
        let Some(reference) = self.text(name) else { return Ok(None) };
        let target = location::join(&self.resource.id, reference)?;
        let place = match self.compiler.root(self.url)?.local(&target)? {
            Some(place) => place,
            None => self.compiler.resolve(&target)?,
        };
        Ok(Some(self.compiler.enqueue(place)))
    }

    fn child(&mut self, name: &str) -> Option<Id> {
        self.object.contains_key(name).then(|| self.enqueue(&[name]))
    }

    fn children(&mut self, name: &str) -> Vec<Id> {
        match self.object.get(name) {
            Some(Json::Array(items)) => (0..items.len()).map(|at| self.enqueue(&[name, &at.to_string()])).collect(),
            _ => Vec::new(),
        }
    }

    fn named(&mut self, name: &str) -> Vec<(String, Id)> {
        let Some(object) = self.object.get(name).and_then(Json::object) else { return Vec::new() };
        object.keys().map(|key| (key.to_string(), self.enqueue(&[name, key]))).collect()
    }

    fn additional(&mut self, name: &str) -> Additional {
        match self.object.get(name) {
            None => Additional::Absent,
            Some(Json::Bool(flag)) => Additional::Bool(*flag),
            Some(_) => Additional::Schema(self.enqueue(&[name])),
        }
    }

    fn regexp(&self, keyword: &str, pattern: &str) -> Result<Regexp, String> {
        Regexp::new(pattern.as_bytes()).map_err(|error| {
            let at = format!("{}/{}", place(self.url, self.pointer), location::escape_fragment(&escape(keyword)));
            format!("invalid regex {} at {}: {error}", quote(pattern.as_bytes()), quote(at.as_bytes()))
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Json::text)
    }

    fn flag(&self, name: &str) -> bool {
        self.object.get(name).and_then(bool_of) == Some(true)
    }

    fn number(&self, name: &str) -> Option<Decimal> {
        self.object.get(name).and_then(Json::number)
    }

    fn integer(&self, name: &str) -> Option<i64> {
        self.number(name).filter(Decimal::is_integer).map(|number| number.to_int())
    }
}

fn bool_of(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        _ => None,
    }
}

fn strings(items: &[Json]) -> Vec<String> {
    items.iter().filter_map(Json::text).map(str::to_owned).collect()
}
