//! Checks a value against a compiled schema: as github.com/santhosh-tekuri/jsonschema/v6 validator.go.
//!
//! Where that iterates over a Go map, whose order is random, this goes by the order of the text. Of values that is
//! the order of their keys: what YAML says is JSON on the way here, whose keys Go sorts.

use super::Limit;
use super::compile::{Additional, Arena, Dependency, Id, Items, Schema, TYPES, type_bit};
use super::format;
use super::json::{Decimal, Json};
use super::kind::{Kind, Violation, escape, quote};
use super::metaschema::{self, Draft};
use super::object::{Object, Text};
use super::way::{Way, Ways};
use crate::profile::JsonSchema;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many checks there may be. Alternatives within alternatives take exponential time.
const MAX_CHECKS: usize = 20_000_000;

/// Checks a value; the error begins with a line about the schema. `drafts` are the resources of a schema
/// that is checked against its metaschema.
pub fn validate(
    value: &Json,
    arena: &Arena,
    drafts: Option<&BTreeMap<String, Draft>>,
    library: JsonSchema,
    limit: &Limit,
) -> Result<(), String> {
    let (result, ways) = run(value, arena, drafts, library, limit);
    result.map_err(|failure| match failure {
        Failure::Exhausted => EXHAUSTED.to_owned(),
        Failure::Violations(mut causes) => {
            ways.settle(&mut causes);
            let schema = Node { arena, id: 0 };
            let mut text = format!("jsonschema validation failed with {}", quote(&schema.get().location));
            for cause in causes {
                cause.write(&mut text, 1);
            }
            text
        }
    })
}

/// Why a value does not fit.
pub enum Failure {
    /// Nobody knows: the check was given up.
    Exhausted,
    /// What it does wrong.
    Violations(Vec<Violation>),
}

/// What is said of a check that was given up.
pub const EXHAUSTED: &str = "unable to validate schema: the schema or the values nest too deeply";

/// As [`validate`], with the violations as data, each with the place where it is.
pub fn violations(
    value: &Json,
    arena: &Arena,
    drafts: Option<&BTreeMap<String, Draft>>,
    library: JsonSchema,
    limit: &Limit,
) -> Result<(), Failure> {
    run(value, arena, drafts, library, limit).0
}

fn run(
    value: &Json,
    arena: &Arena,
    drafts: Option<&BTreeMap<String, Draft>>,
    library: JsonSchema,
    limit: &Limit,
) -> (Result<(), Failure>, Ways) {
    let ways = Ways::default();
    let mut run = Run { limit, library, drafts, depth: 0, left: MAX_CHECKS, exhausted: false, ways };
    let schema = Node { arena, id: 0 };
    let result = run.top(value, schema, drafts.map(|_| schema));
    let result = if run.exhausted { Err(Failure::Exhausted) } else { result.map_err(Failure::Violations) };
    (result, run.ways)
}

/// A schema and the arena that its subschemas are in.
#[derive(Clone, Copy)]
struct Node<'a> {
    arena: &'a Arena,
    id: Id,
}

impl<'a> Node<'a> {
    fn get(self) -> &'a Schema {
        &self.arena.schemas[self.id]
    }

    fn to(self, id: Id) -> Node<'a> {
        Node { arena: self.arena, id }
    }

    fn same(self, other: Node<'_>) -> bool {
        self.id == other.id && std::ptr::eq(self.arena, other.arena)
    }
}

/// The way from the top of the values.
#[derive(Clone, Copy)]
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    token: &'p str,
    way: Way,
}

impl Place<'_> {
    fn tokens(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        let mut place = Some(self);
        while let Some(Place { parent, token, .. }) = place {
            if parent.is_some() {
                tokens.push((*token).to_owned());
            }
            place = *parent;
        }
        tokens.reverse();
        tokens
    }
}

/// The schemas on the way to a check.
struct Scope<'p, 'a> {
    node: Node<'a>,
    /// The keyword that led here, if it is a reference.
    keyword: &'static str,
    /// The same for checks of the same value.
    value: usize,
    parent: Option<&'p Scope<'p, 'a>>,
}

impl Scope<'_, '_> {
    fn cycle(&self) -> Option<&Self> {
        let mut scope = self.parent;
        while let Some(other) = scope {
            if other.value != self.value {
                break;
            }
            if other.node.same(self.node) {
                return Some(other);
            }
            scope = other.parent;
        }
        None
    }

    fn keyword_location(&self) -> String {
        let mut parts = Vec::new();
        let mut scope = self;
        while let Some(parent) = scope.parent {
            if scope.keyword.is_empty() {
                let (own, above) = (&scope.node.get().location, &parent.node.get().location);
                parts.push(own.get(above.len()..).unwrap_or_default().to_owned());
            } else {
                parts.push(format!("/{}", escape(scope.keyword)));
            }
            scope = parent;
        }
        parts.reverse();
        parts.concat()
    }
}

/// What no keyword has looked at yet, as far as somebody wants to know.
#[derive(Default)]
struct Unevaluated<'v> {
    properties: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

impl<'v> Unevaluated<'v> {
    fn of(value: &'v Json, schema: &Schema, wanted: bool) -> Unevaluated<'v> {
        let mut unevaluated = Unevaluated::default();
        match value {
            Json::Object(object)
                if !schema.all_properties_evaluated && (wanted || schema.unevaluated_properties.is_some()) =>
            {
                unevaluated.properties = object.keys().map(|name| &**name).collect();
            }
            Json::Array(items) if !schema.all_items_evaluated && (wanted || schema.unevaluated_items.is_some()) => {
                unevaluated.items = (schema.items_evaluated..items.len()).collect();
            }
            _ => {}
        }
        unevaluated
    }

    fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    fn merge(&mut self, other: &Unevaluated<'_>) {
        self.properties.retain(|name| other.properties.contains(name));
        self.items.retain(|at| other.items.contains(at));
    }
}

struct Run<'r> {
    limit: &'r Limit,
    library: JsonSchema,
    drafts: Option<&'r BTreeMap<String, Draft>>,
    depth: usize,
    left: usize,
    exhausted: bool,
    ways: Ways,
}

/// A violation is large, and most checks pass.
type Checked<T> = Result<T, Box<Violation>>;

impl Run<'_> {
    /// As Schema.validate: the causes of a group stand for themselves.
    fn top<'a>(&mut self, value: &'a Json, node: Node<'a>, meta: Option<Node<'a>>) -> Result<(), Vec<Violation>> {
        let way = self.ways.begin();
        let place = Place { parent: None, token: "", way };
        let scope = Scope { node, keyword: "", value: 0, parent: None };
        let unevaluated = Unevaluated::of(value, node.get(), false);
        self.check(value, &place, node, &scope, unevaluated, false, meta).map(|_| ()).map_err(|violation| {
            match *violation {
                Violation { kind: Kind::Group, causes, .. } => causes,
                violation => vec![violation],
            }
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one check, spread out so that it stays on the stack")]
    fn check<'a>(
        &mut self,
        value: &'a Json,
        place: &Place<'_>,
        node: Node<'a>,
        scope: &Scope<'_, 'a>,
        unevaluated: Unevaluated<'a>,
        quiet: bool,
        meta: Option<Node<'a>>,
    ) -> Checked<Unevaluated<'a>> {
        if self.left == 0 || !self.limit.allows(self.depth) {
            self.exhausted = true;
        }
        if self.exhausted {
            return Ok(unevaluated);
        }
        self.depth += 1;
        self.left -= 1;
        let mut check =
            Check { run: self, value, place, node, scope, unevaluated, quiet, meta, violations: Vec::new() };
        let result = check.all();
        let unevaluated = std::mem::take(&mut check.unevaluated);
        self.depth -= 1;
        result.map(|()| unevaluated)
    }
}

/// One value against one schema.
struct Check<'c, 'r, 'p, 'a> {
    run: &'c mut Run<'r>,
    value: &'a Json,
    place: &'c Place<'p>,
    node: Node<'a>,
    scope: &'c Scope<'p, 'a>,
    unevaluated: Unevaluated<'a>,
    /// Whether only the verdict is wanted.
    quiet: bool,
    meta: Option<Node<'a>>,
    violations: Vec<Violation>,
}

impl<'a> Check<'_, '_, '_, 'a> {
    fn all(&mut self) -> Checked<()> {
        let schema = self.node.get();
        if let Some(flag) = schema.bool {
            return if flag { Ok(()) } else { self.fail(Kind::False) };
        }
        if let Some(other) = self.scope.cycle() {
            let locations = [self.scope.keyword_location(), other.keyword_location()];
            return self.fail(Kind::RefCycle { url: schema.location.clone(), locations });
        }
        let ty = type_of(self.value);
        if schema.types != 0 {
            let integer = schema.types & type_bit("integer") != 0
                && self.value.number().is_some_and(|number| number.is_integer());
            if schema.types & type_bit(ty) == 0 && !integer {
                let want = TYPES.into_iter().filter(|name| schema.types & type_bit(name) != 0).collect();
                return self.fail(Kind::Type { got: ty, want });
            }
        }
        if let Some(constant) = &schema.constant
            && !self.equal(constant)
        {
            return self.fail(Kind::Const(constant.clone()));
        }
        if let Some(allowed) = &schema.allowed
            && (!allowed.iter().any(|item| type_of(item) == ty) || !allowed.iter().any(|item| self.equal(item)))
        {
            return self.fail(Kind::Enum(allowed.clone()));
        }
        if let Some(name) = schema.format
            && let Err(error) = format::check(name, self.value, self.run.library)
        {
            return self.fail(Kind::Format { got: self.value.clone(), want: name, error });
        }
        if let Some(target) = schema.reference {
            let result = self.reference(self.node.to(target), "$ref");
            if schema.draft < Draft::Draft2019 {
                return result;
            }
            self.add_result(result);
        }
        match self.value {
            Json::Object(object) => self.object(schema, object),
            Json::Array(items) => self.array(schema, items),
            Json::String(text) => self.string(schema, text),
            Json::Number(_) => self.number(schema),
            _ => {}
        }
        if self.violations.is_empty() || !self.quiet {
            if schema.draft >= Draft::Draft2019 {
                self.references(schema);
            }
            self.conditions(schema);
            if schema.draft >= Draft::Draft2019 {
                self.rest(schema);
            }
        }
        let mut violations = std::mem::take(&mut self.violations);
        match violations.len() {
            0 => Ok(()),
            1 => Err(Box::new(violations.swap_remove(0))),
            _ => {
                let mut group = self.violation(Kind::Group);
                group.causes = violations;
                Err(Box::new(group))
            }
        }
    }

    fn equal(&self, wanted: &Json) -> bool {
        self.value.equal(wanted, self.run.library)
    }

    fn done(&self) -> bool {
        self.quiet && !self.violations.is_empty()
    }

    fn object(&mut self, schema: &'a Schema, object: &'a Object) {
        self.at_least("minProperties", object.len(), schema.min_properties);
        self.at_most("maxProperties", object.len(), schema.max_properties);
        let missing = missing(object, &schema.required);
        if !missing.is_empty() {
            self.add(Kind::Required(missing));
        }
        if self.done() {
            return;
        }
        for (name, dependency) in schema.dependencies.iter().filter(|(name, _)| object.contains_key(name)) {
            match dependency {
                Dependency::Names(names) => self.required_with(name, object, names),
                Dependency::Schema(id) => self.own_violation(*id),
            }
        }
        let mut additional = Vec::new();
        for (name, value) in object {
            if self.done() {
                return;
            }
            let mut evaluated = false;
            if let Some(id) = schema.properties.get(&**name) {
                evaluated = true;
                self.inner_violation(*id, value, name);
            }
            for (regexp, id) in &schema.pattern_properties {
                if regexp.is_match(name.as_bytes()) {
                    evaluated = true;
                    self.inner_violation(*id, value, name);
                }
            }
            if !evaluated {
                match schema.additional_properties {
                    Additional::Absent => {}
                    Additional::Bool(allowed) => {
                        evaluated = true;
                        if !allowed {
                            additional.push(name.to_string());
                        }
                    }
                    Additional::Schema(id) => {
                        evaluated = true;
                        self.inner_violation(id, value, name);
                    }
                }
            }
            if evaluated {
                self.unevaluated.properties.remove(&**name);
            }
        }
        if !additional.is_empty() {
            let known = schema.properties.keys().cloned().collect();
            self.add(Kind::AdditionalProperties { names: additional, known });
        }
        if schema.draft == Draft::Draft4 {
            return;
        }
        if let Some(id) = schema.property_names {
            for name in object.keys() {
                self.property_name(id, name);
            }
        }
        if schema.draft == Draft::Draft6 {
            return;
        }
        for (_, id) in schema.dependent_schemas.iter().filter(|(name, _)| object.contains_key(name)) {
            self.own_violation(*id);
        }
        for (name, names) in schema.dependent_required.iter().filter(|(name, _)| object.contains_key(name)) {
            self.required_with(name, object, names);
        }
    }

    fn required_with(&mut self, name: &str, object: &Object, names: &[String]) {
        let missing = missing(object, names);
        if !missing.is_empty() {
            self.add(Kind::Dependency { property: name.to_owned(), missing });
        }
    }

    /// The name of a property is checked as a value by itself, which stands nowhere.
    fn property_name(&mut self, id: Id, name: &str) {
        let value = Json::String(Text::from(name));
        let (mut node, mut meta) = (self.node.to(id), self.meta);
        if let Some(draft) = self.own_draft(node) {
            node = Node { arena: metaschema::compiled(draft), id: 0 };
            meta = Some(node);
        }
        let before = self.run.ways.mark();
        let result = self.run.top(&value, node, meta);
        self.run.ways.back_to(before);
        if let Err(causes) = result {
            let at_object = self.run.library >= JsonSchema::V6_0_3;
            let location = if at_object { self.place.tokens() } else { Vec::new() };
            let way = at_object.then(|| self.run.ways.keep(self.place.way));
            let kind = Kind::PropertyName { name: name.to_owned(), way };
            self.violations.push(Violation { location, kind, causes });
        }
    }

    fn array(&mut self, schema: &'a Schema, items: &'a [Json]) {
        self.at_least("minItems", items.len(), schema.min_items);
        self.at_most("maxItems", items.len(), schema.max_items);
        if schema.unique_items
            && let Some((first, second)) = duplicates(items)
        {
            self.add(Kind::UniqueItems(first, second));
        }
        if schema.draft < Draft::Draft2020 {
            let evaluated = match &schema.items {
                Items::Absent => 0,
                Items::All(id) => {
                    for (at, item) in items.iter().enumerate() {
                        self.inner_violation(*id, item, &at.to_string());
                    }
                    items.len()
                }
                Items::Each(ids) => {
                    for (at, (item, id)) in items.iter().zip(ids).enumerate() {
                        self.inner_violation(*id, item, &at.to_string());
                    }
                    ids.len().min(items.len())
                }
            };
            match schema.additional_items {
                Additional::Bool(false) if evaluated != items.len() => {
                    self.add(Kind::AdditionalItems(items.len() - evaluated));
                }
                Additional::Absent | Additional::Bool(_) => {}
                Additional::Schema(id) => self.further(id, &items[evaluated..], evaluated),
            }
        } else {
            let evaluated = schema.prefix_items.len().min(items.len());
            for (at, (item, id)) in items.iter().zip(&schema.prefix_items).enumerate() {
                self.inner_violation(*id, item, &at.to_string());
            }
            if let Some(id) = schema.rest_items {
                self.further(id, &items[evaluated..], evaluated);
            }
        }
        if let Some(id) = schema.contains {
            self.contains(schema, items, id);
        }
    }

    /// The items behind those that have a schema each, which the library counted from 0 again before 6.0.3.
    fn further(&mut self, id: Id, items: &'a [Json], evaluated: usize) {
        let first = if self.run.library >= JsonSchema::V6_0_3 { evaluated } else { 0 };
        for (at, item) in items.iter().enumerate() {
            self.inner_violation(id, item, &(first + at).to_string());
        }
    }

    fn contains(&mut self, schema: &'a Schema, items: &'a [Json], id: Id) {
        let (mut causes, mut matched) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            match self.inner(id, item, &at.to_string()) {
                Err(violation) => causes.push(*violation),
                Ok(()) => {
                    matched.push(at);
                    if schema.draft >= Draft::Draft2020 {
                        self.unevaluated.items.remove(&at);
                    }
                }
            }
        }
        let count = i64::try_from(matched.len()).unwrap_or(i64::MAX);
        match schema.min_contains {
            Some(want) if count < want => self.add_causes(causes, Kind::MinContains { got: matched.clone(), want }),
            None if matched.is_empty() => self.add_causes(causes, Kind::Contains),
            _ => {}
        }
        if let Some(want) = schema.max_contains
            && count > want
        {
            self.add(Kind::MaxContains { got: matched, want });
        }
    }

    fn string(&mut self, schema: &Schema, text: &str) {
        if schema.min_length.is_some() || schema.max_length.is_some() {
            let length = text.chars().count();
            self.at_least("minLength", length, schema.min_length);
            self.at_most("maxLength", length, schema.max_length);
        }
        if let Some((regexp, pattern)) = &schema.pattern
            && !regexp.is_match(text.as_bytes())
        {
            self.add(Kind::Pattern { got: text.to_owned(), want: pattern.clone() });
        }
    }

    fn number(&mut self, schema: &Schema) {
        let Some(number) = self.value.number() else { return };
        let mut bound = |name, limit: &Option<Decimal>, broken: fn(&Decimal, &Decimal) -> bool| {
            if let Some(limit) = limit
                && broken(&number, limit)
            {
                self.add(Kind::Bound(name, number.to_float(), limit.to_float()));
            }
        };
        bound("minimum", &schema.minimum, |number, limit| number < limit);
        bound("maximum", &schema.maximum, |number, limit| number > limit);
        bound("exclusiveMinimum", &schema.exclusive_minimum, |number, limit| number <= limit);
        bound("exclusiveMaximum", &schema.exclusive_maximum, |number, limit| number >= limit);
        bound("multipleOf", &schema.multiple_of, |number, unit| !number.is_multiple_of(unit));
    }

    fn conditions(&mut self, schema: &'a Schema) {
        if let Some(id) = schema.not
            && self.own(id, "", true).is_ok()
        {
            self.add(Kind::Not);
        }
        if !schema.all_of.is_empty() {
            let mut causes = Vec::new();
            for id in &schema.all_of {
                if let Err(violation) = self.own(*id, "", false) {
                    causes.push(*violation);
                    if self.quiet {
                        break;
                    }
                }
            }
            if !causes.is_empty() {
                self.add_causes(causes, Kind::AllOf);
            }
        }
        if !schema.any_of.is_empty() {
            let (mut matched, mut causes) = (false, Vec::new());
            for id in &schema.any_of {
                match self.own(*id, "", false) {
                    Err(violation) => causes.push(*violation),
                    Ok(()) => {
                        matched = true;
                        // The others may still evaluate something.
                        if self.unevaluated.is_empty() {
                            break;
                        }
                    }
                }
            }
            if !matched {
                self.add_causes(causes, Kind::AnyOf);
            }
        }
        if !schema.one_of.is_empty() {
            let (mut matched, mut causes) = (None, Vec::new());
            for (at, id) in schema.one_of.iter().enumerate() {
                match (self.own(*id, "", matched.is_some()), matched) {
                    (Err(violation), None) => causes.push(*violation),
                    (Err(_), Some(_)) => {}
                    (Ok(()), None) => matched = Some(at),
                    (Ok(()), Some(first)) => {
                        self.add(Kind::OneOf(Some((first, at))));
                        break;
                    }
                }
            }
            if matched.is_none() {
                self.add_causes(causes, Kind::OneOf(None));
            }
        }
        if let Some(id) = schema.condition {
            let branch = if self.own(id, "", true).is_ok() { schema.then } else { schema.otherwise };
            if let Some(id) = branch {
                self.own_violation(id);
            }
        }
    }

    /// As unevalValidate.
    fn rest(&mut self, schema: &'a Schema) {
        if let (Json::Object(object), Some(id)) = (self.value, schema.unevaluated_properties) {
            for name in std::mem::take(&mut self.unevaluated.properties) {
                if let Some(value) = object.get(name) {
                    self.inner_violation(id, value, name);
                }
            }
        }
        if let (Json::Array(items), Some(id)) = (self.value, schema.unevaluated_items) {
            for at in std::mem::take(&mut self.unevaluated.items) {
                if let Some(item) = items.get(at) {
                    self.inner_violation(id, item, &at.to_string());
                }
            }
        }
    }

    /// As validateSelf: the same value against another schema.
    fn own(&mut self, id: Id, keyword: &'static str, quiet: bool) -> Checked<()> {
        self.own_node(self.node.to(id), keyword, quiet)
    }

    fn own_node(&mut self, node: Node<'a>, keyword: &'static str, quiet: bool) -> Checked<()> {
        let scope = Scope { node, keyword, value: self.scope.value, parent: Some(self.scope) };
        let unevaluated = Unevaluated::of(self.value, node.get(), !self.unevaluated.is_empty());
        let (node, meta) = self.with_meta(node, self.place);
        let quiet = self.quiet || quiet;
        let left = self.run.check(self.value, self.place, node, &scope, unevaluated, quiet, meta)?;
        self.unevaluated.merge(&left);
        Ok(())
    }

    fn own_violation(&mut self, id: Id) {
        let result = self.own(id, "", false);
        self.add_result(result);
    }

    /// As validateVal: a value in this one against a schema.
    fn inner(&mut self, id: Id, value: &'a Json, token: &str) -> Checked<()> {
        let node = self.node.to(id);
        let before = self.run.ways.mark();
        let way = self.run.ways.extend(self.place.way, token);
        let place = Place { parent: Some(self.place), token, way };
        let scope = Scope { node, keyword: "", value: self.scope.value + 1, parent: Some(self.scope) };
        let unevaluated = Unevaluated::of(value, node.get(), false);
        let (node, meta) = self.with_meta(node, &place);
        let result = self.run.check(value, &place, node, &scope, unevaluated, self.quiet, meta).map(|_| ());
        self.run.ways.back_to(before);
        result
    }

    fn inner_violation(&mut self, id: Id, value: &'a Json, token: &str) {
        let result = self.inner(id, value, token);
        self.add_result(result);
    }

    /// As handleMeta: a schema within a schema may be of another draft, and so has another metaschema.
    fn with_meta(&self, node: Node<'a>, place: &Place<'_>) -> (Node<'a>, Option<Node<'a>>) {
        match self.draft_at(node, place) {
            Some(draft) => {
                let node = Node { arena: metaschema::compiled(draft), id: 0 };
                (node, Some(node))
            }
            None => (node, self.meta),
        }
    }

    fn own_draft(&self, node: Node<'a>) -> Option<Draft> {
        self.draft_at(node, self.place)
    }

    fn draft_at(&self, node: Node<'a>, place: &Place<'_>) -> Option<Draft> {
        let drafts = self.run.drafts?;
        if !self.meta.is_some_and(|meta| meta.same(node)) {
            return None;
        }
        drafts.get(&super::kind::pointer(&place.tokens())).copied()
    }

    /// As validateRef.
    fn reference(&mut self, node: Node<'a>, keyword: &'static str) -> Checked<()> {
        self.own_node(node, keyword, false).map_err(|violation| {
            let mut reference = self.violation(Kind::Reference);
            match *violation {
                Violation { kind: Kind::Group, causes, .. } => reference.causes = causes,
                violation => reference.causes.push(violation),
            }
            Box::new(reference)
        })
    }

    /// As validateRefs.
    fn references(&mut self, schema: &'a Schema) {
        if let Some(id) = schema.recursive_reference {
            let mut node = self.node.to(id);
            if node.get().recursive_anchor {
                let mut scope = Some(self.scope);
                while let Some(Scope { node: other, parent, .. }) = scope {
                    if other.to(other.get().resource).get().recursive_anchor {
                        node = *other;
                    }
                    scope = *parent;
                }
            }
            let result = self.reference(node, "$recursiveRef");
            self.add_result(result);
        }
        if let Some((id, anchor)) = &schema.dynamic_reference {
            let mut node = self.node.to(*id);
            if !anchor.is_empty() && node.get().dynamic_anchor == *anchor {
                let mut scope = Some(self.scope);
                while let Some(Scope { node: other, parent, .. }) = scope {
                    if let Some(id) = other.to(other.get().resource).get().dynamic_anchors.get(anchor) {
                        node = other.to(*id);
                    }
                    scope = *parent;
                }
            }
            let result = self.reference(node, "$dynamicRef");
            self.add_result(result);
        }
    }

    fn violation(&self, kind: Kind) -> Violation {
        if self.quiet {
            return Violation { location: Vec::new(), kind: Kind::Quiet, causes: Vec::new() };
        }
        Violation { location: self.place.tokens(), kind, causes: Vec::new() }
    }

    fn fail(&self, kind: Kind) -> Checked<()> {
        Err(Box::new(self.violation(kind)))
    }

    fn add(&mut self, kind: Kind) {
        self.violations.push(self.violation(kind));
    }

    fn add_causes(&mut self, causes: Vec<Violation>, kind: Kind) {
        let mut violation = self.violation(kind);
        violation.causes = causes;
        self.violations.push(violation);
    }

    fn add_result(&mut self, result: Checked<()>) {
        if let Err(violation) = result {
            self.violations.push(*violation);
        }
    }

    fn at_least(&mut self, name: &'static str, got: usize, want: Option<i64>) {
        let got = i64::try_from(got).unwrap_or(i64::MAX);
        if let Some(want) = want
            && got < want
        {
            self.add(Kind::Count(name, got, want));
        }
    }

    fn at_most(&mut self, name: &'static str, got: usize, want: Option<i64>) {
        let got = i64::try_from(got).unwrap_or(i64::MAX);
        if let Some(want) = want
            && got > want
        {
            self.add(Kind::Count(name, got, want));
        }
    }
}

pub fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn missing(object: &Object, names: &[String]) -> Vec<String> {
    names.iter().filter(|name| !object.contains_key(name)).cloned().collect()
}

/// The first item that equals an earlier one, and that earlier one.
pub fn duplicates(items: &[Json]) -> Option<(usize, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        let mut fingerprint = String::new();
        item.fingerprint(&mut fingerprint);
        if let Some(first) = seen.get(&fingerprint) {
            return Some((*first, at));
        }
        seen.insert(fingerprint, at);
    }
    None
}
