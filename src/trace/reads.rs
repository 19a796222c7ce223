//! Which values were read, and which maps and lists were used as a whole.

use crate::go::{Dict, List, Str, Value};
use std::collections::{HashMap, HashSet};

/// A path into the values, numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub(super) u32);

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A key of a map.
    Key(Str),
    /// An index of a list.
    Index(usize),
}

/// A key that was read.
#[derive(Clone, Debug)]
pub struct Read {
    /// The map.
    pub dict: Dict,
    /// The key.
    pub key: Str,
    /// What stood there; nil also where nothing did.
    pub value: Value,
    /// Its path in the values, where the map is one of theirs.
    pub path: Option<PathId>,
}

/// How deep paths are followed.
const MAX_DEPTH: usize = 100;

/// How many values a call's arguments are searched through for maps of the values.
const MAX_SEARCH: usize = 1000;

/// What was read of the values.
#[derive(Default)]
pub struct Reads {
    /// Each path as the path before its last step, and that step. The first is the root.
    paths: Vec<(PathId, Step)>,
    ids: HashMap<(PathId, Step), PathId>,
    /// The maps and lists of the values. They are held, so that no other takes their place in memory.
    dicts: HashMap<usize, (Dict, PathId)>,
    lists: HashMap<usize, (List, PathId)>,
    read: HashSet<PathId>,
    whole: HashSet<PathId>,
}

const ROOT: PathId = PathId(0);

impl Reads {
    /// Learns where all maps and lists of the values stand.
    pub(super) fn learn(&mut self, values: &Dict) {
        self.paths.push((ROOT, Step::Index(0)));
        self.learn_dict(values, ROOT, 0);
    }

    fn learn_dict(&mut self, dict: &Dict, path: PathId, depth: usize) {
        // A map that stands in two places is known by the first.
        if depth > MAX_DEPTH || self.dicts.contains_key(&dict.id()) {
            return;
        }
        self.dicts.insert(dict.id(), (dict.clone(), path));
        for (key, value) in dict.entries().iter() {
            if matches!(value, Value::Dict(_) | Value::List(_)) {
                let path = self.id(path, Step::Key(key.clone()));
                self.learn_value(value, path, depth + 1);
            }
        }
    }

    fn learn_value(&mut self, value: &Value, path: PathId, depth: usize) {
        match value {
            Value::Dict(dict) => self.learn_dict(dict, path, depth),
            // Empty lists have no address of their own, and nothing in them can be read.
            Value::List(list) if depth <= MAX_DEPTH && !list.is_empty() && !self.lists.contains_key(&address(list)) => {
                self.lists.insert(address(list), (list.clone(), path));
                for (index, item) in list.iter().enumerate() {
                    if matches!(item, Value::Dict(_) | Value::List(_)) {
                        let path = self.id(path, Step::Index(index));
                        self.learn_value(item, path, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn id(&mut self, parent: PathId, step: Step) -> PathId {
        let next = PathId(self.paths.len() as u32);
        let id = *self.ids.entry((parent, step.clone())).or_insert(next);
        if id == next {
            self.paths.push((parent, step));
        }
        id
    }

    /// A key is read. The path, where the map is one of the values'.
    pub(super) fn read(&mut self, dict: &Dict, key: &Str, value: &Value) -> Option<PathId> {
        let parent = self.dicts.get(&dict.id())?.1;
        let path = self.id(parent, Step::Key(key.clone()));
        self.read.insert(path);
        // What a template put there is from now on one of the values'.
        self.learn_value(value, path, 0);
        Some(path)
    }

    fn read_index(&mut self, list: &List, index: usize) -> Option<PathId> {
        let parent = self.lists.get(&address(list))?.1;
        let path = self.id(parent, Step::Index(index));
        self.read.insert(path);
        Some(path)
    }

    /// Every element of a map or list is read.
    pub(super) fn range(&mut self, value: &Value) {
        match value {
            Value::Dict(dict) => {
                for (key, value) in dict.snapshot() {
                    self.read(dict, &key, &value);
                }
            }
            Value::List(list) => {
                for (index, item) in list.iter().enumerate() {
                    if let Some(path) = self.read_index(list, index) {
                        self.learn_value(item, path, 0);
                    }
                }
            }
            _ => {}
        }
    }

    /// A value is used as a whole.
    pub(super) fn use_whole(&mut self, value: &Value) {
        let mut left = MAX_SEARCH;
        self.search(value, &mut left);
    }

    fn search(&mut self, value: &Value, left: &mut usize) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        match value {
            Value::Dict(dict) => match self.dicts.get(&dict.id()) {
                Some(&(_, path)) => {
                    self.whole.insert(path);
                }
                // A map that a template made may hold some of the values'.
                None => dict.snapshot().iter().for_each(|(_, value)| self.search(value, left)),
            },
            Value::List(list) => match self.lists.get(&address(list)) {
                Some(&(_, path)) => {
                    self.whole.insert(path);
                }
                None => list.iter().for_each(|item| self.search(item, left)),
            },
            _ => {}
        }
    }

    /// A function is called: what it reads of its arguments.
    pub(super) fn call(&mut self, name: &str, arguments: &[Value]) -> Vec<Read> {
        match (name, arguments) {
            // What these run tells what it reads; what those make of their arguments is still the same maps.
            ("include" | "tpl", _) => Vec::new(),
            ("dict" | "list" | "tuple" | "default" | "coalesce" | "ternary" | "required" | "empty", _) => Vec::new(),
            // How long a list is says nothing of its items, and the items that these return are still the same maps.
            ("len" | "first" | "last" | "rest" | "initial" | "reverse", _) => Vec::new(),
            ("kindIs" | "kindOf" | "typeOf" | "typeIs" | "typeIsLike" | "not" | "and" | "or" | "set", _) => Vec::new(),
            ("index", [value, keys @ ..]) => self.walk(value, keys.iter()),
            ("get" | "hasKey", [dict, key]) => self.walk(dict, [key].into_iter()),
            // Its last arguments are the default and the map.
            ("dig", [keys @ .., _, dict]) => self.walk(dict, keys.iter()),
            _ => {
                arguments.iter().for_each(|argument| self.use_whole(argument));
                Vec::new()
            }
        }
    }

    /// Reads one key after the other.
    fn walk<'v>(&mut self, value: &Value, keys: impl Iterator<Item = &'v Value>) -> Vec<Read> {
        let mut value = value.clone();
        let mut reads = Vec::new();
        for key in keys {
            let (next, read) = match (&value, key) {
                (Value::Dict(dict), Value::String(key)) => {
                    let next = dict.get(key).unwrap_or_default();
                    let path = self.read(dict, key, &next);
                    (next.clone(), Some(Read { dict: dict.clone(), key: key.clone(), value: next, path }))
                }
                (Value::List(list), Value::Int(index) | Value::Int64(index)) => {
                    let index = usize::try_from(*index).unwrap_or(usize::MAX);
                    let next = list.get(index).cloned().unwrap_or_default();
                    if let Some(path) = self.read_index(list, index) {
                        self.learn_value(&next, path, 0);
                    }
                    (next, None)
                }
                _ => break,
            };
            reads.extend(read);
            value = next;
        }
        // What comes out may be printed or handed on by the function's caller, who is not seen here.
        if !matches!(value, Value::Dict(_)) {
            self.use_whole(&value);
        }
        reads
    }

    /// The path of a number.
    pub fn path(&self, mut id: PathId) -> Vec<Step> {
        let mut steps = Vec::new();
        while id != ROOT {
            let Some((parent, step)) = self.paths.get(id.0 as usize) else { break };
            steps.push(step.clone());
            id = *parent;
        }
        steps.reverse();
        steps
    }

    /// The path of a map or list.
    pub(super) fn path_of(&self, value: &Value) -> Option<Vec<Step>> {
        let id = match value {
            Value::Dict(dict) => self.dicts.get(&dict.id())?.1,
            Value::List(list) => self.lists.get(&address(list))?.1,
            _ => return None,
        };
        Some(self.path(id))
    }

    /// Whether the value at a path was read, or something around it as a whole (`toYaml`).
    pub fn is_used(&self, path: &[Step]) -> bool {
        let mut id = ROOT;
        if self.whole.contains(&id) {
            return true;
        }
        for step in path {
            match self.ids.get(&(id, step.clone())) {
                Some(&next) => id = next,
                None => return false,
            }
            if self.whole.contains(&id) {
                return true;
            }
        }
        self.read.contains(&id)
    }

    /// The keys that were read, in the order of their first reading, the absent ones among them.
    pub fn paths(&self) -> impl Iterator<Item = Vec<Step>> + '_ {
        let ids = (0..self.paths.len() as u32).map(PathId);
        ids.filter(|id| self.read.contains(id)).map(|id| self.path(id))
    }
}

/// What tells a list from every other while it lives.
fn address(list: &List) -> usize {
    list.as_ptr() as usize
}
