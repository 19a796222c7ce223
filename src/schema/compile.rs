//! From JSON to a compiled schema: as github.com/santhosh-tekuri/jsonschema/v6 compiler.go and roots.go.

use super::Limit;
use super::json::{Decimal, Json};
use super::location::{self, Location};
use super::metaschema::{self, Draft};
use super::object::Object;
use super::run;
use crate::go::json::Implementation;
use crate::go::regexp::Regexp;
use crate::go::strconv::quote;
use crate::go::{Level, Log};
use crate::profile::JsonSchema;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

mod keywords;

/// An index into [`Arena::schemas`].
pub type Id = usize;

/// Compiled schemas that refer to each other.
#[derive(Debug, Default)]
pub struct Arena {
    pub schemas: Vec<Schema>,
}

/// A compiled schema. Keywords that don't apply to its draft are absent.
#[derive(Debug, Default)]
pub struct Schema {
    /// The address with the pointer as its fragment.
    pub location: String,
    pub draft: Draft,
    /// The schema with an `$id` that this one belongs to.
    pub resource: Id,
    pub dynamic_anchors: BTreeMap<String, Id>,
    pub all_properties_evaluated: bool,
    pub all_items_evaluated: bool,
    pub items_evaluated: usize,

    pub bool: Option<bool>,
    pub reference: Option<Id>,
    pub recursive_reference: Option<Id>,
    pub recursive_anchor: bool,
    /// The first target, and the anchor if the reference names one.
    pub dynamic_reference: Option<(Id, String)>,
    pub dynamic_anchor: String,
    /// A set of [`type_bit`]s.
    pub types: u8,
    pub allowed: Option<Vec<Json>>,
    pub constant: Option<Json>,
    pub not: Option<Id>,
    pub all_of: Vec<Id>,
    pub any_of: Vec<Id>,
    pub one_of: Vec<Id>,
    pub condition: Option<Id>,
    pub then: Option<Id>,
    pub otherwise: Option<Id>,
    pub format: Option<&'static str>,

    pub max_properties: Option<i64>,
    pub min_properties: Option<i64>,
    pub required: Vec<String>,
    pub property_names: Option<Id>,
    pub properties: BTreeMap<String, Id>,
    pub pattern_properties: Vec<(Regexp, Id)>,
    pub additional_properties: Additional,
    pub dependencies: Vec<(String, Dependency)>,
    pub dependent_required: Vec<(String, Vec<String>)>,
    pub dependent_schemas: Vec<(String, Id)>,
    pub unevaluated_properties: Option<Id>,

    pub min_items: Option<i64>,
    pub max_items: Option<i64>,
    pub unique_items: bool,
    pub contains: Option<Id>,
    pub min_contains: Option<i64>,
    pub max_contains: Option<i64>,
    /// `items` before draft 2020.
    pub items: Items,
    pub additional_items: Additional,
    pub prefix_items: Vec<Id>,
    /// `items` since draft 2020.
    pub rest_items: Option<Id>,
    pub unevaluated_items: Option<Id>,

    pub min_length: Option<i64>,
    pub max_length: Option<i64>,
    pub pattern: Option<(Regexp, String)>,

    pub maximum: Option<Decimal>,
    pub minimum: Option<Decimal>,
    pub exclusive_maximum: Option<Decimal>,
    pub exclusive_minimum: Option<Decimal>,
    pub multiple_of: Option<Decimal>,
}

/// What may stand beside the named properties or items.
#[derive(Debug, Default)]
pub enum Additional {
    #[default]
    Absent,
    Bool(bool),
    Schema(Id),
}

/// `dependencies` to draft 7.
#[derive(Debug)]
pub enum Dependency {
    Names(Vec<String>),
    Schema(Id),
}

/// `items` before draft 2020.
#[derive(Debug, Default)]
pub enum Items {
    #[default]
    Absent,
    All(Id),
    Each(Vec<Id>),
}

/// The names of the JSON types, in the order in which messages list them.
pub const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

/// A type as a bit; 0 for a name that is no type.
pub fn type_bit(name: &str) -> u8 {
    TYPES.iter().position(|known| *known == name).map_or(0, |at| 1 << at)
}

/// A part of a document with an address of its own.
#[derive(Clone, Debug)]
pub struct Resource {
    pointer: String,
    id: String,
    pub draft: Draft,
    anchors: BTreeMap<String, String>,
    dynamic_anchors: BTreeSet<String>,
}

#[derive(Clone)]
struct Root {
    url: String,
    document: Rc<Json>,
    /// By pointer.
    resources: BTreeMap<String, Resource>,
    processed: BTreeSet<String>,
}

/// Compiles one schema and all that it refers to.
pub struct Compiler<'a> {
    log: &'a mut dyn FnMut(Log),
    /// Whether formats are asserted in every draft, as they are in the metaschemas.
    assert_format: bool,
    library: JsonSchema,
    limit: &'a Limit,
    documents: HashMap<String, Rc<Json>>,
    roots: HashMap<String, Root>,
    arena: Arena,
    places: Vec<(String, String)>,
    ids: HashMap<(String, String), Id>,
    warned: BTreeSet<String>,
}

impl<'a> Compiler<'a> {
    /// A compiler that knows the metaschemas.
    pub fn new(
        assert_format: bool,
        library: JsonSchema,
        limit: &'a Limit,
        log: &'a mut dyn FnMut(Log),
    ) -> Compiler<'a> {
        Compiler {
            log,
            assert_format,
            library,
            limit,
            documents: HashMap::new(),
            roots: HashMap::new(),
            arena: Arena::default(),
            places: Vec::new(),
            ids: HashMap::new(),
            warned: BTreeSet::new(),
        }
    }

    /// Adds a document under an address.
    pub fn add(&mut self, url: &str, document: Json) {
        self.documents.insert(url.to_owned(), Rc::new(document));
    }

    /// As Compile: the schema at the top of a document is the first of the arena's.
    pub fn compile(mut self, url: &str) -> Result<Arena, String> {
        let place = self.resolve(&Location { url: url.to_owned(), fragment: String::new() })?;
        self.enqueue(place);
        let mut done = 0;
        while done < self.places.len() {
            let (url, pointer) = self.places[done].clone();
            self.ensure(&url, &pointer)?;
            let document = Rc::clone(&self.root(&url)?.document);
            let value = look_up(&document, &url, &pointer)?;
            let schema = self.schema(value, &url, &pointer, done)?;
            self.arena.schemas[done] = schema;
            done += 1;
        }
        Ok(self.arena)
    }

    fn enqueue(&mut self, place: (String, String)) -> Id {
        if let Some(id) = self.ids.get(&place) {
            return *id;
        }
        let id = self.places.len();
        self.arena.schemas.push(Schema::default());
        self.places.push(place.clone());
        self.ids.insert(place, id);
        id
    }

    fn load(&mut self, url: &str) -> Result<Rc<Json>, String> {
        if let Some(document) = self.documents.get(url) {
            return Ok(Rc::clone(document));
        }
        let document = match metaschema::document(url) {
            Some(text) => Json::parse(text.as_bytes(), Implementation::V1)?,
            None => {
                self.external(url).map_err(|error| format!("failing loading {}: {error}", quote(url.as_bytes())))?
            }
        };
        let document = Rc::new(document);
        self.documents.insert(url.to_owned(), Rc::clone(&document));
        Ok(document)
    }

    /// What Helm would read from elsewhere. Nothing here opens a file or a connection.
    fn external(&mut self, url: &str) -> Result<Json, String> {
        match url.split_once(':').map_or("", |(scheme, _)| scheme) {
            "file" => {
                let path = url.strip_prefix("file://").unwrap_or(url);
                Err(format!("open {}: no such file or directory", location::unescape(path).unwrap_or_default()))
            }
            "urn" => {
                if self.warned.insert(url.to_owned()) {
                    let text = "unresolved URN reference ignored; using permissive schema";
                    (self.log)(Log::new(Level::Warn, text).with("urn", url));
                }
                Ok(Json::Bool(true))
            }
            "http" | "https" => Err(
                "schemas are not fetched\nhint: copy the schema into values.schema.json under `$defs` and refer to it as `#/$defs/NAME`"
                    .to_owned(),
            ),
            _ => Err(format!("no URLLoader registered for {}", quote(location::normal(url).as_bytes()))),
        }
    }

    fn root(&mut self, url: &str) -> Result<&Root, String> {
        if !self.roots.contains_key(url) {
            let document = self.load(url)?;
            let mut root = Root {
                url: url.to_owned(),
                document: Rc::clone(&document),
                resources: BTreeMap::new(),
                processed: BTreeSet::new(),
            };
            self.collect(&mut root, &document, url, "", Draft::Draft2020, 0)?;
            if !metaschema::is_official(url) {
                validate(&root, &document, "", self.library, self.limit)?;
            }
            self.roots.insert(url.to_owned(), root);
        }
        Ok(&self.roots[url])
    }

    fn resolve(&mut self, target: &Location) -> Result<(String, String), String> {
        let root = self.root(&target.url)?;
        root.fragment(&target.fragment, root.resource(""))
    }

    /// As ensureSubschema: a reference may lead to a place where no schema was looked for.
    fn ensure(&mut self, url: &str, pointer: &str) -> Result<(), String> {
        if self.root(url)?.processed.contains(pointer) {
            return Ok(());
        }
        let mut root = self.root(url)?.clone();
        let document = Rc::clone(&root.document);
        let value = look_up(&document, url, pointer)?;
        let base = root.resource(pointer).clone();
        self.collect(&mut root, value, &base.id, pointer, base.draft, 0)?;
        if !root.resources.contains_key(pointer) {
            let holder = root.resource(pointer).pointer.clone();
            root.anchors(value, pointer, &holder)?;
        }
        validate(&root, value, pointer, self.library, self.limit)?;
        self.roots.insert(url.to_owned(), root);
        Ok(())
    }

    /// As collectResources: finds the schemas in a document, their addresses and their anchors.
    fn collect(
        &mut self,
        root: &mut Root,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: Draft,
        depth: usize,
    ) -> Result<(), String> {
        if !self.limit.allows(depth) {
            return Err("the schema nests too deeply".to_owned());
        }
        if root.processed.contains(pointer) {
            return Ok(());
        }
        self.collect_one(root, schema, base, pointer, fallback, depth)?;
        root.processed.insert(pointer.to_owned());
        Ok(())
    }

    fn collect_one(
        &mut self,
        root: &mut Root,
        schema: &Json,
        base: &str,
        pointer: &str,
        fallback: Draft,
        depth: usize,
    ) -> Result<(), String> {
        let new = |id: &str, draft: Draft| Resource {
            pointer: pointer.to_owned(),
            id: id.to_owned(),
            draft,
            anchors: BTreeMap::new(),
            dynamic_anchors: BTreeSet::new(),
        };
        let Json::Object(object) = schema else {
            if pointer.is_empty() {
                root.resources.insert(String::new(), new(base, fallback));
            }
            return Ok(());
        };
        let mut own = object.get("$schema").and_then(Json::text).is_some();
        let mut draft = self.draft(&root.url, pointer, object, fallback, &mut BTreeSet::new())?;
        let mut id = draft.id(object);
        if id.is_empty() && !pointer.is_empty() {
            draft = fallback;
            own = false;
            id = draft.id(object);
        }
        let mut base = base.to_owned();
        if !id.is_empty() {
            let joined = location::join(&base, id);
            base = joined
                .map_err(|_| format!("error in parsing id at {}", quote(place(&root.url, pointer).as_bytes())))?
                .url;
        }
        if !id.is_empty() || pointer.is_empty() {
            match root.resources.values().find(|resource| resource.id == base) {
                Some(other) if other.pointer != pointer => {
                    return Err(format!(
                        "duplicate id {} in {} at {} and {}",
                        quote(base.as_bytes()),
                        quote(root.url.as_bytes()),
                        quote(pointer.as_bytes()),
                        quote(other.pointer.as_bytes())
                    ));
                }
                Some(_) => {}
                None => {
                    root.resources.insert(pointer.to_owned(), new(&base, if own { draft } else { fallback }));
                }
            }
        }
        let holder = root.resources.values().find(|resource| resource.id == base);
        let Some((holder, dialect)) = holder.map(|resource| (resource.pointer.clone(), resource.draft)) else {
            return Err(format!("no schema has the id {}", quote(base.as_bytes())));
        };
        root.anchors(schema, pointer, &holder)?;
        for (pointer, value) in draft.subschemas(object, pointer) {
            self.collect(root, value, &base, &pointer, dialect, depth + 1)?;
        }
        Ok(())
    }

    /// As getDraft: which draft `$schema` says, through metaschemas of one's own.
    fn draft(
        &mut self,
        url: &str,
        pointer: &str,
        object: &Object,
        default: Draft,
        seen: &mut BTreeSet<String>,
    ) -> Result<Draft, String> {
        let Some(named) = object.get("$schema").and_then(Json::text) else { return Ok(default) };
        if let Some(draft) = Draft::from_url(named) {
            return Ok(draft);
        }
        let named = named.split('#').next().unwrap_or_default();
        location::check(named)
            .map_err(|error| format!("invalid $schema in {}: {error}", quote(place(url, pointer).as_bytes())))?;
        if pointer.is_empty() && named == url {
            return Err(format!("draft {} is not supported", quote(named.as_bytes())));
        }
        if !seen.insert(named.to_owned()) {
            return Err(format!("cycle in resolving $schema in {}", quote(named.as_bytes())));
        }
        let document = self.load(named)?;
        match &*document {
            Json::Object(object) => self.draft(named, "", object, default, seen),
            _ => Ok(default),
        }
    }

    /// As compileValue.
    fn schema(&mut self, value: &Json, url: &str, pointer: &str, own: Id) -> Result<Schema, String> {
        let resource = self.root(url)?.resource(pointer).clone();
        let mut schema = Schema { location: place(url, pointer), draft: resource.draft, ..Schema::default() };
        schema.resource = self.enqueue((url.to_owned(), resource.pointer.clone()));
        if schema.draft >= Draft::Draft2020 && own == schema.resource {
            for anchor in &resource.dynamic_anchors {
                if let Some(pointer) = resource.anchors.get(anchor) {
                    let id = self.enqueue((url.to_owned(), pointer.clone()));
                    schema.dynamic_anchors.insert(anchor.clone(), id);
                }
            }
        }
        match value {
            Json::Bool(flag) => schema.bool = Some(*flag),
            Json::Object(object) if object.is_empty() => schema.bool = Some(true),
            Json::Object(object) => {
                keywords::Keywords { compiler: self, object, url, pointer, resource: &resource }.compile(&mut schema)?
            }
            _ => {}
        }
        schema.all_properties_evaluated = !matches!(schema.additional_properties, Additional::Absent);
        if schema.draft < Draft::Draft2020 {
            schema.all_items_evaluated =
                !matches!(schema.additional_items, Additional::Absent) || matches!(schema.items, Items::All(_));
            if let Items::Each(items) = &schema.items {
                schema.items_evaluated = items.len();
            }
        } else {
            schema.all_items_evaluated = schema.rest_items.is_some();
            schema.items_evaluated = schema.prefix_items.len();
        }
        Ok(schema)
    }
}

impl Root {
    /// The innermost resource around a place.
    fn resource(&self, pointer: &str) -> &Resource {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return resource;
            }
            match pointer.rfind('/') {
                Some(slash) => pointer = &pointer[..slash],
                None => return self.resources.get("").expect("the top of every document is a resource"),
            }
        }
    }

    /// As resolveFragmentIn: a fragment is a pointer or an anchor.
    fn fragment(&self, fragment: &str, resource: &Resource) -> Result<(String, String), String> {
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            format!("{}{fragment}", resource.pointer)
        } else {
            match resource.anchors.get(fragment) {
                Some(pointer) => pointer.clone(),
                None => {
                    return Err(format!(
                        "anchor in {} not found in schema {}",
                        quote(place(&resource.id, fragment).as_bytes()),
                        quote(self.url.as_bytes())
                    ));
                }
            }
        };
        Ok((self.url.clone(), pointer))
    }

    /// As resolve: a place in this document, or nothing if the address is another's.
    fn local(&self, target: &Location) -> Result<Option<(String, String)>, String> {
        let resource = if target.url == self.url {
            Some(self.resource(""))
        } else {
            self.resources.values().find(|resource| resource.id == target.url)
        };
        resource.map(|resource| self.fragment(&target.fragment, resource)).transpose()
    }

    /// As collectAnchors: adds the anchors of the schema at `pointer` to the resource at `holder`.
    fn anchors(&mut self, schema: &Json, pointer: &str, holder: &str) -> Result<(), String> {
        let (Json::Object(object), Some(resource)) = (schema, self.resources.get_mut(holder)) else { return Ok(()) };
        let mut found: Vec<&str> = Vec::new();
        let decoded;
        if resource.draft < Draft::Draft2019 {
            if object.contains_key("$ref") {
                return Ok(());
            }
            if let Some(id) = object.get(resource.draft.id_name()).and_then(Json::text) {
                let fragment = id.split_once('#').map_or("", |(_, fragment)| fragment);
                decoded = location::unescape(fragment).map_err(|_| {
                    format!("error in parsing anchor at {}", quote(place(&self.url, pointer).as_bytes()))
                })?;
                if !decoded.is_empty() && !decoded.starts_with('/') {
                    found.push(&decoded);
                }
            }
        } else {
            found.extend(object.get("$anchor").and_then(Json::text));
        }
        if resource.draft >= Draft::Draft2020
            && let Some(anchor) = object.get("$dynamicAnchor").and_then(Json::text)
        {
            found.push(anchor);
            resource.dynamic_anchors.insert(anchor.to_owned());
        }
        for anchor in found {
            match resource.anchors.get(anchor) {
                Some(other) if other != pointer => {
                    return Err(format!(
                        "duplicate anchor {} in {} at {} and {}",
                        quote(anchor.as_bytes()),
                        quote(self.url.as_bytes()),
                        quote(other.as_bytes()),
                        quote(pointer.as_bytes())
                    ));
                }
                _ => {
                    resource.anchors.insert(anchor.to_owned(), pointer.to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Checks a schema against its metaschema.
fn validate(root: &Root, value: &Json, pointer: &str, library: JsonSchema, limit: &Limit) -> Result<(), String> {
    let drafts: BTreeMap<String, Draft> =
        root.resources.iter().map(|(pointer, resource)| (pointer.clone(), resource.draft)).collect();
    let meta = metaschema::compiled(root.resource(pointer).draft);
    run::validate(value, meta, Some(&drafts), library, limit).map_err(|error| {
        format!("{} is not valid against metaschema: {error}", quote(place(&root.url, pointer).as_bytes()))
    })
}

/// An address and a pointer as one.
fn place(url: &str, pointer: &str) -> String {
    format!("{url}#{}", location::escape_fragment(pointer))
}

/// The value at a pointer.
fn look_up<'j>(document: &'j Json, url: &str, pointer: &str) -> Result<&'j Json, String> {
    let mut value = document;
    for token in pointer.split('/').skip(1) {
        let token = unescape_token(token)
            .ok_or_else(|| format!("invalid json-pointer {}", quote(place(url, pointer).as_bytes())))?;
        let next = match value {
            Json::Object(object) => object.get(&token),
            Json::Array(items) => crate::go::strconv::atoi(token.as_bytes())
                .ok()
                .and_then(|index| usize::try_from(index).ok())
                .and_then(|index| items.get(index)),
            _ => None,
        };
        value = next.ok_or_else(|| format!("json-pointer in {} not found", quote(place(url, pointer).as_bytes())))?;
    }
    Ok(value)
}

fn unescape_token(token: &str) -> Option<String> {
    let mut parts = token.split('~');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (rune, rest) = match part.as_bytes().first()? {
            b'0' => ('~', &part[1..]),
            b'1' => ('/', &part[1..]),
            _ => return None,
        };
        out.push(rune);
        out.push_str(rest);
    }
    Some(out)
}
