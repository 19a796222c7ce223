//! `.Files`: as Helm's engine/files.go.

use crate::chart::{ChartFile, Content};
use crate::go::{Dict, DictType, Kind, Method, Object, ObjectType, Str, Type, Value, base64, glob::Glob, path};
use crate::profile::EmptyFile;
use crate::yaml;
use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The files of a chart that are not templates, by path: a map of byte slices.
///
/// What cannot be read is empty to the templates; [`crate::chart::Chart::unreadable`] tells so afterwards.
#[derive(Debug)]
pub struct Files {
    files: BTreeMap<Str, Content>,
    /// The map, once a template looked at it as one.
    map: OnceCell<Dict>,
    lines_of_empty_file: EmptyFile,
}

static TYPE: ObjectType = ObjectType {
    name: "engine.files",
    kind: Kind::Map,
    fields: &[],
    methods: &[
        Method::new("AsConfig", &[], as_config),
        Method::new("AsSecrets", &[], as_secrets),
        Method::new("Get", &[Type::String], get),
        Method::new("GetBytes", &[Type::String], get_bytes),
        Method::new("Glob", &[Type::String], glob),
        Method::new("Lines", &[Type::String], lines),
    ],
};

impl Files {
    /// The object that templates see.
    #[expect(clippy::new_ret_no_self, reason = "templates only know values")]
    pub fn new(files: &[ChartFile], lines_of_empty_file: EmptyFile) -> Value {
        let files = files.iter().map(|file| (Str::from(&file.name), file.content.clone())).collect();
        Files::of(files, lines_of_empty_file)
    }

    fn of(files: BTreeMap<Str, Content>, lines_of_empty_file: EmptyFile) -> Value {
        Value::Object(Rc::new(Files { files, map: OnceCell::new(), lines_of_empty_file }))
    }

    fn file(&self, name: &[u8]) -> Option<Str> {
        self.files.get(name).map(bytes)
    }

    /// A YAML map from base names to what `content` makes of the bytes; empty if there is an error.
    fn as_yaml(&self, content: impl Fn(&Str) -> Str) -> Value {
        let map: Dict = self
            .files
            .iter()
            .map(|(name, data)| (Str::from(path::base(name)), Value::String(content(&bytes(data)))))
            .collect();
        let text = yaml::marshal(&Value::Dict(map.with_type(DictType::Strings))).unwrap_or_default();
        Value::String(text.slice(0..text.strip_suffix(b"\n").map_or(text.len(), <[u8]>::len)))
    }
}

impl Object for Files {
    fn ty(&self) -> &'static ObjectType {
        &TYPE
    }

    fn underlying(&self) -> Option<Value> {
        let read = |(name, data): (&Str, &Content)| (name.clone(), Value::Bytes(Box::new(bytes(data))));
        Some(Value::Dict(self.map.get_or_init(|| self.files.iter().map(read).collect()).clone()))
    }

    fn missing(&self) -> Value {
        Value::Bytes(Box::default())
    }
}

fn bytes(content: &Content) -> Str {
    content.bytes().unwrap_or_default()
}

fn receiver(value: &Value) -> &Files {
    let object: Option<&dyn Any> = if let Value::Object(object) = value { Some(object.as_ref()) } else { None };
    object.and_then(<dyn Any>::downcast_ref).expect("methods are only called on values of their type")
}

fn argument(arguments: &[Value]) -> &[u8] {
    arguments.first().and_then(Value::as_str).map_or(b"", Str::as_bytes)
}

fn get(files: &Value, arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::String(receiver(files).file(argument(arguments)).unwrap_or_default()))
}

fn get_bytes(files: &Value, arguments: &[Value]) -> Result<Value, String> {
    Ok(Value::Bytes(Box::new(receiver(files).file(argument(arguments)).unwrap_or_default())))
}

/// The files that match; a pattern which is none matches as `**` does without a separator, which is everything.
fn glob(files: &Value, arguments: &[Value]) -> Result<Value, String> {
    let files = receiver(files);
    let glob = Glob::compile(argument(arguments), &['/']);
    let matches = |name: &[u8]| glob.as_ref().is_none_or(|glob| glob.matches(name));
    let found = files.files.iter().filter(|(name, _)| matches(name)).map(|(name, data)| (name.clone(), data.clone()));
    Ok(Files::of(found.collect(), files.lines_of_empty_file))
}

fn as_config(files: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(receiver(files).as_yaml(Clone::clone))
}

fn as_secrets(files: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(receiver(files).as_yaml(|data| Str::derived(base64::encode(data), [data])))
}

fn lines(files: &Value, arguments: &[Value]) -> Result<Value, String> {
    let files = receiver(files);
    let Some(text) = files.file(argument(arguments)) else {
        return Ok(Value::strings::<Str>([]));
    };
    if text.is_empty() {
        return match files.lines_of_empty_file {
            EmptyFile::Panics => Err("runtime error: index out of range [-1]".to_owned()),
            EmptyFile::NoLines => Ok(Value::strings::<Str>([])),
        };
    }
    let lines = text.strip_suffix(b"\n").unwrap_or(&text);
    Ok(Value::strings(lines.split(|&byte| byte == b'\n').map(|line| text.slice_of(line))))
}
