//! Decoding: the nodes of a document to a value, as goyaml decode.go and sigs.k8s.io/yaml convertToJSONableObject do.

use super::error::{Error, Mark, Stage};
use super::parse::{Document, Node, NodeKind};
use super::resolve::{Resolved, Version, resolve};
use crate::go::value::Entries;
use crate::go::{Dict, Elem, List, Str, Value, base64, json, strconv};

/// What numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// Float64, as after JSON.
    Float64,
    /// Int, uint64 or float64, as goyaml has them.
    Typed,
}

/// How deep JSON may nest before Go refuses it.
const MAX_DEPTH: usize = 10_000;

/// Decodes the root of a document.
pub(super) fn decode(document: &Document<'_>, numbers: Numbers) -> Result<Value, Error> {
    if document.nodes.is_empty() {
        return Ok(Value::Nil);
    }
    let mut decoder = Decoder::new(document, numbers);
    let value = decoder.run(0)?;
    if decoder.bad_key
        && let Some((key, node)) = first_bad_key(&value)
    {
        let problem = format!("unsupported map key of {key}, value: {}", decoder.go_syntax(node));
        return Err(Error { mark: Some(decoder.node(node).mark), ..Error::new(Stage::Convert, problem) });
    }
    if decoder.infinite
        && let Some(number) = first_infinite(&value)
    {
        let text = strconv::format_float(number, b'g', None, 64);
        return Err(Error::new(Stage::Convert, format!("json: unsupported value: {text}")));
    }
    if decoder.too_deep {
        return Err(Error::new(Stage::Decode, "exceeded max depth"));
    }
    Ok(value)
}

/// The number that `json.Marshal` refuses first.
fn first_infinite(value: &Value) -> Option<f64> {
    match value {
        Value::Float64(number) if !number.is_finite() => Some(*number),
        Value::List(list) => list.iter().find_map(first_infinite),
        Value::Dict(dict) => dict.entries().iter().find_map(|(_, value)| first_infinite(value)),
        _ => None,
    }
}

/// What starts the stand-in for a key that sigs.k8s.io/yaml refuses, which no key can start with as it is not UTF-8.
/// The rest of it is for the error message, and its value is the index of the value's node.
const BAD_KEY: u8 = 0xff;

/// A key that sigs.k8s.io/yaml refuses, and the node of its value.
fn first_bad_key(value: &Value) -> Option<(String, u32)> {
    match value {
        Value::List(list) => list.iter().find_map(first_bad_key),
        Value::Dict(dict) => dict.entries().iter().find_map(|(key, value)| match (key.split_first(), value) {
            (Some((&BAD_KEY, rest)), Value::Int(node)) => {
                Some((String::from_utf8_lossy(rest).into_owned(), u32::try_from(*node).unwrap_or_default()))
            }
            _ => first_bad_key(value),
        }),
        _ => None,
    }
}

/// A collection that is being decoded.
enum Frame {
    Sequence {
        items: Vec<Value>,
        at: u32,
        end: u32,
    },
    Mapping {
        entries: Vec<(Str, Value)>,
        /// The key whose value comes next.
        key: Option<Str>,
        /// Its node.
        value: u32,
        at: u32,
        end: u32,
        /// Whether the entries go into the mapping above: the value of `<<`.
        merge: bool,
    },
    /// The mappings to merge after the one that is being merged, the next one last.
    Merges {
        left: Vec<u32>,
    },
    /// The end of what an alias stands for.
    Alias,
}

struct Decoder<'d, 'a> {
    document: &'d Document<'a>,
    numbers: Numbers,
    frames: Vec<Frame>,
    /// The aliases that are being decoded.
    active: Vec<u32>,
    operations: u64,
    alias_operations: u64,
    alias_depth: usize,
    /// How many collections are open.
    depth: usize,
    too_deep: bool,
    infinite: bool,
    bad_key: bool,
}

impl<'d, 'a> Decoder<'d, 'a> {
    fn new(document: &'d Document<'a>, numbers: Numbers) -> Decoder<'d, 'a> {
        Decoder {
            document,
            numbers,
            frames: Vec::new(),
            active: Vec::new(),
            // The document itself is the first operation.
            operations: 1,
            alias_operations: 0,
            alias_depth: 0,
            depth: 0,
            too_deep: false,
            infinite: false,
            bad_key: false,
        }
    }

    fn node(&self, index: u32) -> &'d Node {
        &self.document.nodes[index as usize]
    }

    /// Decodes without recursion, as documents may nest deeper than any stack is.
    fn run(&mut self, root: u32) -> Result<Value, Error> {
        let mut done = self.begin(root)?;
        loop {
            // `done` is a value that the innermost frame waits for; nothing if a frame was pushed.
            if let Some(value) = done.take() {
                match self.frames.last_mut() {
                    None => return Ok(value),
                    Some(Frame::Sequence { items, .. }) => items.push(value),
                    Some(Frame::Mapping { entries, key, value: node, .. }) => {
                        if let Some(key) = key.take() {
                            let bad = key.first() == Some(&BAD_KEY);
                            entries.push((key, if bad { Value::Int(i64::from(*node)) } else { value }));
                        }
                    }
                    Some(Frame::Alias) => {
                        self.end_alias();
                        done = Some(value);
                        continue;
                    }
                    Some(Frame::Merges { .. }) => {}
                }
            }
            done = self.step()?;
        }
    }

    /// Goes on with the innermost frame.
    fn step(&mut self) -> Result<Option<Value>, Error> {
        match self.frames.last_mut() {
            None => Ok(Some(Value::Nil)),
            Some(Frame::Sequence { items, at, end }) => {
                if at == end {
                    let items = std::mem::take(items);
                    self.frames.pop();
                    self.depth -= 1;
                    return Ok(Some(Value::List(List::appended(Elem::Any, items))));
                }
                let index = *at;
                *at = self.document.nodes[index as usize].next;
                self.begin(index)
            }
            Some(Frame::Mapping { at, end, .. }) => {
                if at == end {
                    return Ok(self.end_mapping());
                }
                let key = *at;
                let value = self.document.nodes[key as usize].next;
                *at = self.document.nodes[value as usize].next;
                self.entry(key, value)
            }
            Some(Frame::Merges { left }) => {
                match left.pop() {
                    Some(index) => self.merge_one(index)?,
                    None => {
                        self.frames.pop();
                    }
                }
                Ok(None)
            }
            Some(Frame::Alias) => {
                // What was merged through an alias has no value of its own.
                self.end_alias();
                Ok(None)
            }
        }
    }

    fn end_mapping(&mut self) -> Option<Value> {
        let Some(Frame::Mapping { entries, merge, .. }) = self.frames.pop() else { return None };
        self.depth -= 1;
        if !merge {
            return Some(Value::Dict(Dict::from_entries(entries.into_iter().collect::<Entries>())));
        }
        for frame in self.frames.iter_mut().rev() {
            if let Frame::Mapping { entries: target, .. } = frame {
                target.extend(entries);
                break;
            }
        }
        None
    }

    fn end_alias(&mut self) {
        self.frames.pop();
        self.active.pop();
        self.alias_depth -= 1;
    }

    /// As decoder.unmarshal counts: too much of the work done for aliases is an attack.
    fn count(&mut self) -> Result<(), Error> {
        self.operations += 1;
        if self.alias_depth > 0 {
            self.alias_operations += 1;
        }
        if self.alias_operations > 100 && self.operations > 1000 {
            const LOW: f64 = 400_000.0;
            const HIGH: f64 = 4_000_000.0;
            let operations = self.operations as f64;
            let allowed = if operations <= LOW {
                0.99
            } else if operations >= HIGH {
                0.10
            } else {
                0.99 - 0.89 * ((operations - LOW) / (HIGH - LOW))
            };
            if self.alias_operations as f64 / operations > allowed {
                return Err(Error::goyaml("document contains excessive aliasing", None));
            }
        }
        Ok(())
    }

    /// Starts on a node: its value if it is a scalar, otherwise a new frame.
    fn begin(&mut self, index: u32) -> Result<Option<Value>, Error> {
        self.count()?;
        let node = self.node(index);
        match node.kind {
            NodeKind::Scalar => {
                let value = self.scalar(node)?;
                Ok(Some(self.value(node, value)?))
            }
            NodeKind::Alias(target) => {
                self.begin_alias(index)?;
                self.begin(target)
            }
            NodeKind::Sequence | NodeKind::Mapping => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    self.too_deep = true;
                    self.depth -= 1;
                    return Ok(Some(Value::Nil));
                }
                self.frames.push(match node.kind {
                    NodeKind::Sequence => Frame::Sequence { items: Vec::new(), at: index + 1, end: node.next },
                    _ => mapping_frame(index, node, false),
                });
                Ok(None)
            }
        }
    }

    fn begin_alias(&mut self, index: u32) -> Result<(), Error> {
        if self.active.contains(&index) {
            let node = self.node(index);
            let name = String::from_utf8_lossy(self.document.text(node)).into_owned();
            return Err(Error::goyaml(format!("anchor '{name}' value contains itself"), Some(node.mark)));
        }
        self.active.push(index);
        self.alias_depth += 1;
        self.frames.push(Frame::Alias);
        Ok(())
    }

    /// A key and its value.
    fn entry(&mut self, key: u32, value: u32) -> Result<Option<Value>, Error> {
        let node = self.node(key);
        if self.is_merge(node) {
            self.merge(value)?;
            return Ok(None);
        }
        self.count()?;
        let mut target = node;
        let mut through_alias = false;
        if let NodeKind::Alias(index) = node.kind {
            // As for a value; the count below is that of the node behind the alias.
            self.alias_depth += 1;
            self.count()?;
            self.alias_depth -= 1;
            target = self.node(index);
            through_alias = true;
        }
        if target.kind != NodeKind::Scalar {
            let index = if let NodeKind::Alias(index) = node.kind { index } else { key };
            if through_alias && index < key && target.next > key {
                let name = String::from_utf8_lossy(self.document.text(node)).into_owned();
                return Err(Error::goyaml(format!("anchor '{name}' value contains itself"), Some(node.mark)));
            }
            // What is wrong inside the key is found first.
            Decoder::new(self.document, self.numbers).run(index)?;
            let text = self.go_syntax(index);
            return Err(Error::goyaml(format!("invalid map key: {text}"), Some(node.mark)));
        }
        let scalar = self.scalar(target)?;
        let text = match scalar {
            Scalar::Text(text) => text,
            Scalar::Resolved(resolved) => self.key(resolved, target),
        };
        if let Some(Frame::Mapping { key, value: node, .. }) = self.frames.last_mut() {
            (*key, *node) = (Some(text), value);
        }
        self.begin(value)
    }

    /// As sigs.k8s.io/yaml, which turns keys to strings; a key that it refuses is reported once all was decoded.
    fn key(&mut self, resolved: Resolved, node: &Node) -> Str {
        let refused = match resolved {
            Resolved::Bool(true) => return Str::from("true"),
            Resolved::Bool(false) => return Str::from("false"),
            Resolved::Int(number) => return Str::from(number.to_string()),
            Resolved::Float(number) => return float_text(number),
            Resolved::String | Resolved::Timestamp => return Str::from(self.document.text(node)),
            Resolved::Null => "type: %!s(<nil>), key: <nil>".to_owned(),
            Resolved::Uint(number) => format!("type: uint64, key: {number:#x}"),
        };
        self.bad_key = true;
        Str::from([&[BAD_KEY], refused.as_bytes()].concat())
    }

    /// A node as Go's `%#v` writes what it is decoded to.
    fn go_syntax(&self, index: u32) -> String {
        let mut syntax = GoSyntax { document: self.document, depth: 0, length: 0 };
        let text = syntax.write(index);
        if text == "interface {}(nil)" { "<nil>".to_owned() } else { text }
    }

    fn is_merge(&self, node: &Node) -> bool {
        node.kind == NodeKind::Scalar
            && self.document.text(node) == b"<<"
            && (node.implicit || self.document.tag(node) == b"tag:yaml.org,2002:merge")
    }

    /// As decoder.merge: the entries of one or several mappings, where later ones in the text win over earlier ones.
    fn merge(&mut self, index: u32) -> Result<(), Error> {
        let node = self.node(index);
        match node.kind {
            NodeKind::Mapping | NodeKind::Alias(_) => self.merge_one(index),
            NodeKind::Sequence => {
                // goyaml goes backwards, as the first mapping of the list is to win.
                let mut left = Vec::new();
                let mut at = index + 1;
                while at < node.next {
                    left.push(at);
                    at = self.node(at).next;
                }
                self.frames.push(Frame::Merges { left });
                Ok(())
            }
            NodeKind::Scalar => Err(want_map(node.mark)),
        }
    }

    fn merge_one(&mut self, index: u32) -> Result<(), Error> {
        let node = self.node(index);
        let (target, mapping) = match node.kind {
            NodeKind::Alias(target) => (target, self.node(target)),
            _ => (index, node),
        };
        if mapping.kind != NodeKind::Mapping {
            return Err(want_map(node.mark));
        }
        self.count()?;
        if target != index {
            self.begin_alias(index)?;
            self.count()?;
        }
        self.depth += 1;
        self.frames.push(mapping_frame(target, mapping, true));
        Ok(())
    }

    /// As decoder.scalar: the type of a scalar from its tag, its style and its text.
    fn scalar(&self, node: &Node) -> Result<Scalar, Error> {
        let text = self.document.text(node);
        let tag = self.document.tag(node);
        if tag.is_empty() {
            if !node.implicit {
                return Ok(Scalar::Text(Str::from(text)));
            }
            return Ok(match resolve(text, false, Version::V2) {
                Resolved::String => Scalar::Text(Str::from(text)),
                resolved => Scalar::Resolved(resolved),
            });
        }
        let Some(short) = tag.strip_prefix(b"tag:yaml.org,2002:") else {
            return Ok(Scalar::Text(Str::from(text)));
        };
        let wanted = match short {
            b"binary" => {
                let Ok(bytes) = base64::decode(text) else {
                    return Err(Error::goyaml("!!binary value contains invalid base64 data", Some(node.mark)));
                };
                return Ok(Scalar::Text(Str::from(&*json::valid_utf8(&bytes))));
            }
            b"bool" => "!!bool",
            b"int" => "!!int",
            b"float" => "!!float",
            b"null" => "!!null",
            b"timestamp" => "!!timestamp",
            _ => return Ok(Scalar::Text(Str::from(text))),
        };
        let resolved = resolve(text, wanted == "!!timestamp", Version::V2);
        if resolved.tag() == wanted {
            return Ok(Scalar::Resolved(resolved));
        }
        if let (Resolved::Int(number), "!!float") = (resolved, wanted) {
            return Ok(Scalar::Resolved(Resolved::Float(number as f64)));
        }
        let (found, text) = (resolved.tag(), String::from_utf8_lossy(text));
        Err(Error::goyaml(format!("cannot decode {found} `{text}` as a {wanted}"), Some(node.mark)))
    }

    fn value(&mut self, node: &Node, scalar: Scalar) -> Result<Value, Error> {
        let resolved = match scalar {
            Scalar::Text(text) => return Ok(Value::String(text)),
            Scalar::Resolved(resolved) => resolved,
        };
        let value = resolved.value(self.document.text(node), self.numbers);
        self.infinite |= matches!(value, Value::Float64(number) if !number.is_finite());
        Ok(value)
    }
}

impl Resolved {
    /// The value of a plain scalar with this text.
    pub(super) fn value(self, text: &[u8], numbers: Numbers) -> Value {
        let typed = numbers == Numbers::Typed;
        match self {
            Resolved::Null => Value::Nil,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(number) if typed => Value::Int(number),
            Resolved::Uint(number) if typed => Value::Uint64(number),
            Resolved::Int(number) => Value::Float64(number as f64),
            Resolved::Uint(number) => Value::Float64(number as f64),
            Resolved::Float(number) => Value::Float64(number),
            Resolved::String | Resolved::Timestamp => Value::String(Str::from(text)),
        }
    }
}

/// A scalar whose text is its value, or one of another type.
enum Scalar {
    Text(Str),
    Resolved(Resolved),
}

fn mapping_frame(index: u32, node: &Node, merge: bool) -> Frame {
    Frame::Mapping { entries: Vec::new(), key: None, value: 0, at: index + 1, end: node.next, merge }
}

fn want_map(mark: Mark) -> Error {
    Error::goyaml("map merge requires map or sequence of maps as the value", Some(mark))
}

/// A float as sigs.k8s.io/yaml writes it into a key or a string: with the precision of a float32.
pub(super) fn float_text(number: f64) -> Str {
    if number.is_nan() {
        return Str::from(".nan");
    }
    if number.is_infinite() {
        return Str::from(if number > 0.0 { ".inf" } else { "-.inf" });
    }
    Str::from(strconv::format_float(number, b'g', None, 32))
}

/// Writes what goyaml decodes as Go's `%#v` does, for error messages.
struct GoSyntax<'d, 'a> {
    document: &'d Document<'a>,
    depth: usize,
    length: usize,
}

/// How deep and how long such a text may get; aliases can make it grow without bounds.
const MAX_SYNTAX_DEPTH: usize = 100;
const MAX_SYNTAX_LENGTH: usize = 1 << 20;

impl GoSyntax<'_, '_> {
    fn write(&mut self, index: u32) -> String {
        let node = &self.document.nodes[index as usize];
        if self.depth > MAX_SYNTAX_DEPTH || self.length > MAX_SYNTAX_LENGTH {
            return "...".to_owned();
        }
        self.depth += 1;
        let text = match node.kind {
            NodeKind::Alias(target) => self.write(target),
            NodeKind::Scalar => {
                let text = self.scalar(node);
                self.length += text.len();
                text
            }
            NodeKind::Sequence => {
                let children = self.children(index);
                let items: Vec<String> = children.into_iter().map(|child| self.write(child)).collect();
                format!("[]interface {{}}{{{}}}", items.join(", "))
            }
            NodeKind::Mapping => {
                let children = self.children(index);
                let mut entries: Vec<(String, String)> = Vec::new();
                for pair in children.chunks_exact(2) {
                    let entry = (self.write(pair[0]), self.write(pair[1]));
                    entries.retain(|(key, _)| *key != entry.0);
                    entries.push(entry);
                }
                // Go sorts numbers by value and strings by their bytes.
                entries.sort_by(|(a, _), (b, _)| match (a.parse::<f64>(), b.parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    (Ok(_), Err(_)) => std::cmp::Ordering::Less,
                    (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
                    _ => a.cmp(b),
                });
                let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
            }
        };
        self.depth -= 1;
        text
    }

    fn children(&self, index: u32) -> Vec<u32> {
        let nodes = &self.document.nodes;
        let mut children = Vec::new();
        let mut at = index + 1;
        while at < nodes[index as usize].next {
            children.push(at);
            at = nodes[at as usize].next;
        }
        children
    }

    fn scalar(&self, node: &Node) -> String {
        let tag = self.document.tag(node);
        let text = self.document.text(node);
        if let (b"tag:yaml.org,2002:binary", Ok(bytes)) = (tag, base64::decode(text)) {
            return strconv::quote(&bytes);
        }
        let resolved = match (tag, node.implicit) {
            (b"", true) | (b"tag:yaml.org,2002:int" | b"tag:yaml.org,2002:float" | b"tag:yaml.org,2002:bool", _) => {
                resolve(text, false, Version::V2)
            }
            (b"tag:yaml.org,2002:null", _) => Resolved::Null,
            _ => Resolved::String,
        };
        match resolved {
            Resolved::Null => "interface {}(nil)".to_owned(),
            Resolved::Bool(value) => value.to_string(),
            Resolved::Int(number) => number.to_string(),
            Resolved::Uint(number) => format!("{number:#x}"),
            Resolved::Float(number) => strconv::format_float(number, b'g', None, 64),
            Resolved::String | Resolved::Timestamp => strconv::quote(text),
        }
    }
}
