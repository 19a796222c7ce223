//! Go values that are more than plain data: named types, structs and pointers to them, with fields and methods.

use super::value::{Kind, Type, Value};
use std::any::Any;
use std::fmt;

/// A value of a named Go type.
pub trait Object: fmt::Debug + Any {
    /// Its type: name, kind, fields and methods.
    fn ty(&self) -> &'static ObjectType;

    /// The values of the exported fields, in the order of `ty().fields`. Empty unless the type is a struct or a pointer to one.
    fn fields(&self) -> Vec<Value> {
        Vec::new()
    }

    /// The value of one field: `ty().fields[index]`.
    fn field(&self, index: usize) -> Value {
        self.fields().swap_remove(index)
    }

    /// The value of the underlying type, where that is not a struct: an int64 for `time.Duration`, a map for `engine.files`.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// An integer converted to this type, where the type is an integer with a name, such as `time.Month`.
    fn with_number(&self, _number: i64) -> Option<Value> {
        None
    }

    /// What a template reads under a key that a map does not hold: the zero value of the element type.
    fn missing(&self) -> Value {
        Value::Nil
    }

    /// What its `String` or `Error` method returns, where it has one; `fmt` prints that.
    fn stringer(&self) -> Option<String> {
        None
    }

    /// What the `String` method of a pointer to it returns, where only that has one: text/template prints this for a field
    /// of a struct behind a pointer, which has an address, and `fmt` does not.
    fn pointer_stringer(&self) -> Option<String> {
        None
    }

    /// What its `GoString` method returns, where it has one; `%#v` prints that.
    fn go_string(&self) -> Option<String> {
        None
    }

    /// What `json.Marshal` writes, where the type has a `MarshalJSON` or `MarshalText` of its own, as a value to be written instead.
    fn marshal(&self) -> Option<Value> {
        None
    }

    /// What mitchellh/copystructure makes of it, where that is something else: a struct loses the fields that are not
    /// exported, and the address that gave it the methods of its pointer.
    fn copied(&self) -> Option<Value> {
        None
    }

    /// Go's `==` on two values of the same type; pointers compare by identity.
    fn equal(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(self, other)
    }
}

/// A named Go type.
#[derive(Debug)]
pub struct ObjectType {
    /// As `%T` prints it, with its package: `*semver.Version`.
    pub name: &'static str,
    /// Its kind: `Pointer` means a pointer to a struct.
    pub kind: Kind,
    /// The exported fields, in order.
    pub fields: &'static [Field],
    /// The exported methods, sorted by name.
    pub methods: &'static [Method],
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &ObjectType) -> bool {
        self.name == other.name
    }
}

impl Eq for ObjectType {}

impl ObjectType {
    /// The method of that name.
    pub fn method(&self, name: &[u8]) -> Option<&'static Method> {
        // Most names are keys of values, and methods are exported.
        let first = name.first().filter(|first| first.is_ascii_uppercase())?;
        self.methods
            .iter()
            .find(|method| method.name.as_bytes().first() == Some(first) && method.name.as_bytes() == name)
    }

    /// The index of the field of that name.
    pub fn field(&self, name: &[u8]) -> Option<usize> {
        self.fields.iter().position(|field| field.name.as_bytes() == name)
    }
}

/// A struct field.
#[derive(Debug)]
pub struct Field {
    /// Its name in Go.
    pub name: &'static str,
    /// Its name in JSON; empty where JSON leaves it out.
    pub json: &'static str,
    /// Whether JSON leaves it out when it is empty.
    pub omit_empty: bool,
    /// What it has to do with an embedded struct.
    pub part: Part,
    /// Its static type.
    pub ty: Type,
}

impl Field {
    /// A field under its names in Go and in JSON.
    pub const fn new(name: &'static str, json: &'static str, ty: Type) -> Field {
        Field { name, json, omit_empty: false, part: Part::Own, ty }
    }

    /// A field that JSON leaves out when it is empty.
    pub const fn optional(name: &'static str, json: &'static str, ty: Type) -> Field {
        Field { name, json, omit_empty: true, part: Part::Own, ty }
    }

    /// A field that is not exported: templates cannot read it and JSON leaves it out, but fmt prints it.
    pub const fn unexported(name: &'static str, ty: Type) -> Field {
        Field { name, json: "", omit_empty: false, part: Part::Own, ty }
    }
}

/// What a field has to do with an embedded struct. A struct lists both that one and its fields, which templates reach by
/// either way; what prints a struct shows them once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Nothing.
    Own,
    /// It is one.
    Embedded,
    /// It is one of its fields.
    Promoted,
}

/// An exported method.
#[derive(Debug)]
pub struct Method {
    /// Its name in Go.
    pub name: &'static str,
    /// The types of its parameters, without the receiver.
    pub parameters: &'static [Type],
    /// Whether the last parameter takes any number of arguments.
    pub variadic: bool,
    /// How many results it has in Go; text/template refuses to call a method with more than two.
    pub results: usize,
    /// The type of the second result where that is not `error`: text/template refuses to call such a method, too.
    pub second: Option<&'static str>,
    /// The method itself.
    pub call: Call,
}

/// Receiver and arguments, already checked against a method's parameters, to the result; an error is the text of the Go
/// error.
pub type Call = fn(&Value, &[Value]) -> Result<Value, String>;

impl Method {
    /// A method with one result.
    pub const fn new(name: &'static str, parameters: &'static [Type], call: Call) -> Method {
        Method { name, parameters, variadic: false, results: 1, second: None, call }
    }

    /// A method whose second result is an error.
    pub const fn fallible(name: &'static str, parameters: &'static [Type], call: Call) -> Method {
        Method { results: 2, ..Method::new(name, parameters, call) }
    }
}
