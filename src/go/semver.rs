//! Semantic versions and version constraints as github.com/Masterminds/semver reads, compares and refuses them.

use super::object::{Call, Field, Method, Object, ObjectType};
use super::reflect::nil_pointer;
use super::strconv;
use super::value::{Kind, Type, Value};
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

mod constraint;

pub use constraint::Constraints;

/// How one release of the library behaves, where releases differ.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether messages begin with capitals, as before 3.4.
    pub capitals: bool,
    /// Whether a prerelease in one constraint lets prereleases through its whole "and" group, as since 3.4.
    pub prerelease_for_group: bool,
    /// Whether an empty identifier in a prerelease or metadata is refused by name, as since 3.4.
    pub empty_identifiers: bool,
    /// Whether messages quote versions and constraints, as since 3.5.
    pub quoted: bool,
    /// The longest version in bytes.
    pub version_length: usize,
    /// The longest list of constraints in bytes.
    pub constraint_length: usize,
    /// The most groups between `||`.
    pub groups: usize,
}

/// Release 3.3.0, in Helm 3.17.
pub static V3_3: Rules = Rules {
    capitals: true,
    prerelease_for_group: false,
    empty_identifiers: false,
    quoted: false,
    version_length: usize::MAX,
    constraint_length: usize::MAX,
    groups: usize::MAX,
};

/// Release 3.4.0, in Helm 4.1.
pub static V3_4: Rules = Rules { capitals: false, prerelease_for_group: true, empty_identifiers: true, ..V3_3 };

/// Release 3.5.0, in Helm 4.2 and 4.3.
pub static V3_5: Rules = Rules { quoted: true, version_length: 256, constraint_length: 512, groups: 32, ..V3_4 };

/// A semantic version: `semver.Version`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What follows `-`, or nothing.
    pub prerelease: String,
    /// What follows `+`, or nothing.
    pub metadata: String,
    original: String,
}

impl Version {
    /// As `semver.NewVersion`: also reads `v1`, `1.2` and `01.2.3`.
    pub fn new(text: &[u8], rules: &Rules) -> Result<Version, String> {
        if text.len() > rules.version_length {
            return Err(too_long("version string", rules.version_length));
        }
        let mut rest = Scanner { text, at: usize::from(text.first() == Some(&b'v')) };
        let invalid = || message(rules, "invalid semantic version", "Invalid Semantic Version");
        let major = rest.digits().ok_or_else(invalid)?;
        let minor = rest.dotted_digits();
        let patch = if minor.is_some() { rest.dotted_digits() } else { None };
        let prerelease = rest.identifiers(b'-').unwrap_or_default();
        let metadata = rest.identifiers(b'+').unwrap_or_default();
        if rest.at != text.len() {
            return Err(invalid());
        }
        let number = |digits: Option<&[u8]>| match digits {
            None => Ok(0),
            Some(digits) => parse_uint(digits).map_err(|error| {
                message(rules, "error parsing version segment: ", "Error parsing version segment: ") + &error
            }),
        };
        let version = Version {
            major: number(Some(major))?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: lossy(prerelease),
            metadata: lossy(metadata),
            original: lossy(text),
        };
        if !version.prerelease.is_empty() {
            validate_prerelease(prerelease, rules)?;
        }
        Ok(version)
    }

    /// As `semver.StrictNewVersion`: exactly `MAJOR.MINOR.PATCH[-PRERELEASE][+METADATA]`.
    pub fn strict(text: &[u8], rules: &Rules) -> Result<Version, String> {
        if text.is_empty() {
            return Err(message(rules, "version string empty", "Version string empty"));
        }
        if text.len() > rules.version_length {
            return Err(too_long("version string", rules.version_length));
        }
        let mut parts = text.splitn(3, |&byte| byte == b'.');
        let (Some(major), Some(minor), Some(last)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(message(rules, "invalid semantic version", "Invalid Semantic Version"));
        };
        let (last, metadata) = cut(last, b'+');
        if let Some(metadata) = metadata {
            validate_metadata(metadata, rules)?;
        }
        let (patch, prerelease) = cut(last, b'-');
        if let Some(prerelease) = prerelease {
            validate_prerelease(prerelease, rules)?;
        }
        for part in [major, minor, patch] {
            if !part.iter().all(u8::is_ascii_digit) {
                return Err(message(rules, "invalid characters in version", "Invalid characters in version"));
            }
            if part.len() > 1 && part[0] == b'0' {
                return Err(starts_with_zero(rules));
            }
        }
        Ok(Version {
            major: parse_uint(major)?,
            minor: parse_uint(minor)?,
            patch: parse_uint(patch)?,
            prerelease: lossy(prerelease.unwrap_or_default()),
            metadata: lossy(metadata.unwrap_or_default()),
            original: lossy(text),
        })
    }

    /// As `Version.Compare`: metadata does not count.
    pub fn compare(&self, other: &Version) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_prerelease(&self.prerelease, &other.prerelease))
    }

    fn next(&self, major: u64, minor: u64, patch: u64) -> Version {
        self.with(major, minor, patch, String::new(), String::new())
    }

    fn with(&self, major: u64, minor: u64, patch: u64, prerelease: String, metadata: String) -> Version {
        let mut version = Version { major, minor, patch, prerelease, metadata, original: String::new() };
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        version.original = format!("{prefix}{version}");
        version
    }

    /// The version as a template sees it: a `*semver.Version`.
    pub fn into_value(self, rules: &'static Rules) -> Value {
        Value::Object(Rc::new(VersionObject { version: self, rules, pointer: true }))
    }

    /// The version in a template's value, whether `*semver.Version` or `semver.Version`.
    pub fn of(value: &Value) -> Option<&Version> {
        object_of(value).map(|object| &object.version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// As comparePrerelease: none is greater than any, and a number is less than a word.
fn compare_prerelease(left: &str, right: &str) -> Ordering {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    compare_identifiers(left, right)
}

/// As the loop of comparePrerelease; a missing identifier is less than every other one.
fn compare_identifiers(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (a, b) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => (a.unwrap_or_default(), b.unwrap_or_default()),
        };
        if a == b {
            continue;
        }
        return match (a.is_empty(), b.is_empty()) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => match (parse_uint(a.as_bytes()), parse_uint(b.as_bytes())) {
                (Err(_), Err(_)) => a.cmp(b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                // As comparePrePart: different spellings of one number make the left one the lesser.
                (Ok(a), Ok(b)) => a.cmp(&b).then(Ordering::Less),
            },
        };
    }
}

fn parse_uint(text: &[u8]) -> Result<u64, String> {
    strconv::parse_uint(text, 10).map_err(|error| error.to_string())
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&byte| byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn message(rules: &Rules, text: &str, before_3_4: &str) -> String {
    (if rules.capitals { before_3_4 } else { text }).to_owned()
}

fn too_long(what: &str, limit: usize) -> String {
    format!("{what} is too long (max {limit} bytes)")
}

fn starts_with_zero(rules: &Rules) -> String {
    message(rules, "version segment starts with 0", "Version segment starts with 0")
}

fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn validate_prerelease(text: &[u8], rules: &Rules) -> Result<(), String> {
    for identifier in text.split(|&byte| byte == b'.') {
        let invalid = if identifier.iter().all(u8::is_ascii_digit) {
            if identifier.len() > 1 && identifier[0] == b'0' {
                return Err(starts_with_zero(rules));
            }
            identifier.is_empty() && rules.empty_identifiers
        } else {
            !identifier.iter().copied().all(is_identifier_byte)
        };
        if invalid {
            return Err(message(rules, "invalid prerelease string", "Invalid Prerelease string"));
        }
    }
    Ok(())
}

fn validate_metadata(text: &[u8], rules: &Rules) -> Result<(), String> {
    let valid = |identifier: &[u8]| {
        !(identifier.is_empty() && rules.empty_identifiers) && identifier.iter().copied().all(is_identifier_byte)
    };
    if text.split(|&byte| byte == b'.').all(valid) {
        Ok(())
    } else {
        Err(message(rules, "invalid metadata string", "Invalid Metadata string"))
    }
}

/// Reads the pieces of a version from left to right.
/// The library's regular expressions leave no choice at any byte, so the longest piece is the right one.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|&byte| !accept(byte)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn digits(&mut self) -> Option<&'a [u8]> {
        Some(self.take_while(|byte| byte.is_ascii_digit())).filter(|digits| !digits.is_empty())
    }

    fn dotted(&mut self, accept: impl Fn(u8) -> bool) -> Option<&'a [u8]> {
        if self.peek() != Some(b'.') || !self.text.get(self.at + 1).is_some_and(|&byte| accept(byte)) {
            return None;
        }
        self.at += 1;
        Some(self.take_while(accept))
    }

    fn dotted_digits(&mut self) -> Option<&'a [u8]> {
        self.dotted(|byte| byte.is_ascii_digit())
    }

    /// Identifiers with dots between them, after `sign`.
    fn identifiers(&mut self, sign: u8) -> Option<&'a [u8]> {
        if self.peek() != Some(sign) || !self.text.get(self.at + 1).is_some_and(|&byte| is_identifier_byte(byte)) {
            return None;
        }
        let start = self.at + 1;
        self.at = start;
        self.take_while(is_identifier_byte);
        while self.dotted(is_identifier_byte).is_some() {}
        Some(&self.text[start..self.at])
    }
}

/// A version inside a template: `*semver.Version`, or `semver.Version` from `IncMajor` and its like.
#[derive(Debug)]
struct VersionObject {
    version: Version,
    rules: &'static Rules,
    pointer: bool,
}

impl Object for VersionObject {
    fn ty(&self) -> &'static ObjectType {
        if self.pointer { &POINTER } else { &STRUCT }
    }

    fn fields(&self) -> Vec<Value> {
        let Version { major, minor, patch, prerelease, metadata, .. } = &self.version;
        let numbers = [major, minor, patch].map(|&number| Value::Uint64(number));
        let texts = [prerelease, metadata, &self.version.original].map(Value::string);
        numbers.into_iter().chain(texts).collect()
    }

    fn stringer(&self) -> Option<String> {
        Some(self.version.to_string())
    }

    fn marshal(&self) -> Option<Value> {
        Some(Value::string(self.version.to_string()))
    }

    fn copied(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(VersionObject { version: Version::default(), ..*self })))
    }

    fn equal(&self, other: &dyn Object) -> bool {
        if self.pointer {
            return std::ptr::addr_eq(self, other);
        }
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<VersionObject>().is_some_and(|other| !other.pointer && self.version == other.version)
    }
}

/// `*semver.Version`.
pub static POINTER: ObjectType =
    ObjectType { name: "*semver.Version", kind: Kind::Pointer, fields: &FIELDS, methods: &METHODS };

/// `semver.Version`. Its value is not addressable, so the methods of the pointer are missing.
static STRUCT: ObjectType =
    ObjectType { name: "semver.Version", kind: Kind::Struct, fields: &FIELDS, methods: &VALUE_METHODS };

/// Not exported: templates cannot read them, but fmt's verbs for numbers print them.
static FIELDS: [Field; 6] = [
    Field::unexported("major", Type::Uint64),
    Field::unexported("minor", Type::Uint64),
    Field::unexported("patch", Type::Uint64),
    Field::unexported("pre", Type::String),
    Field::unexported("metadata", Type::String),
    Field::unexported("original", Type::String),
];

fn object_of(value: &Value) -> Option<&VersionObject> {
    let Value::Object(object) = value else { return None };
    let object: &dyn std::any::Any = &**object;
    object.downcast_ref()
}

fn receiver(value: &Value) -> Result<&VersionObject, String> {
    object_of(value).ok_or_else(nil_pointer)
}

static VERSION: [Type; 1] = [Type::Object(&POINTER)];

const fn getter(name: &'static str, call: Call) -> Method {
    Method::new(name, &[], call)
}

const fn comparison(name: &'static str, call: Call) -> Method {
    Method::new(name, &VERSION, call)
}

const fn setter(name: &'static str, call: Call) -> Method {
    Method::fallible(name, &[Type::String], call)
}

fn compared(receiver_: &Value, arguments: &[Value]) -> Result<Ordering, String> {
    let other = arguments.first().and_then(Version::of).ok_or_else(nil_pointer)?;
    Ok(receiver(receiver_)?.version.compare(other))
}

fn incremented(value: &Value, next: fn(&Version) -> Result<Version, String>) -> Result<Value, String> {
    let object = receiver(value)?;
    Ok(Value::Object(Rc::new(VersionObject { version: next(&object.version)?, rules: object.rules, pointer: false })))
}

/// One more, or the panic of release 3.5; earlier ones wrapped around, which no chart can depend on.
fn one_more(number: u64, name: &str) -> Result<u64, String> {
    number.checked_add(1).ok_or_else(|| format!("{name} version increment would overflow uint64"))
}

fn inc_major(version: &Version) -> Result<Version, String> {
    Ok(version.next(one_more(version.major, "major")?, 0, 0))
}

fn inc_minor(version: &Version) -> Result<Version, String> {
    Ok(version.next(version.major, one_more(version.minor, "minor")?, 0))
}

fn inc_patch(version: &Version) -> Result<Version, String> {
    let patch = if version.prerelease.is_empty() { one_more(version.patch, "patch")? } else { version.patch };
    Ok(version.next(version.major, version.minor, patch))
}

fn set(
    value: &Value,
    arguments: &[Value],
    validate: fn(&[u8], &Rules) -> Result<(), String>,
    build: fn(&Version, String) -> Version,
) -> Result<Value, String> {
    let object = receiver(value)?;
    let text = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    if !text.is_empty() {
        validate(&text, object.rules)?;
    }
    let version = build(&object.version, lossy(&text));
    Ok(Value::Object(Rc::new(VersionObject { version, rules: object.rules, pointer: false })))
}

fn set_metadata(value: &Value, arguments: &[Value]) -> Result<Value, String> {
    set(value, arguments, validate_metadata, |v, text| v.with(v.major, v.minor, v.patch, v.prerelease.clone(), text))
}

fn set_prerelease(value: &Value, arguments: &[Value]) -> Result<Value, String> {
    set(value, arguments, validate_prerelease, |v, text| v.with(v.major, v.minor, v.patch, text, v.metadata.clone()))
}

static METHODS: [Method; 21] = [
    comparison("Compare", |v, a| Ok(Value::Int(compared(v, a)? as i64))),
    comparison("Equal", |v, a| Ok(Value::Bool(compared(v, a)?.is_eq()))),
    comparison("GreaterThan", |v, a| Ok(Value::Bool(compared(v, a)?.is_gt()))),
    comparison("GreaterThanEqual", |v, a| Ok(Value::Bool(compared(v, a)?.is_ge()))),
    getter("IncMajor", |v, _| incremented(v, inc_major)),
    getter("IncMinor", |v, _| incremented(v, inc_minor)),
    getter("IncPatch", |v, _| incremented(v, inc_patch)),
    comparison("LessThan", |v, a| Ok(Value::Bool(compared(v, a)?.is_lt()))),
    comparison("LessThanEqual", |v, a| Ok(Value::Bool(compared(v, a)?.is_le()))),
    getter("Major", |v, _| Ok(Value::Uint64(receiver(v)?.version.major))),
    getter("MarshalJSON", |v, _| Ok(bytes(format!("\"{}\"", receiver(v)?.version)))),
    getter("MarshalText", |v, _| Ok(bytes(receiver(v)?.version.to_string()))),
    getter("Metadata", |v, _| Ok(Value::string(&receiver(v)?.version.metadata))),
    getter("Minor", |v, _| Ok(Value::Uint64(receiver(v)?.version.minor))),
    getter("Original", |v, _| Ok(Value::string(&receiver(v)?.version.original))),
    getter("Patch", |v, _| Ok(Value::Uint64(receiver(v)?.version.patch))),
    getter("Prerelease", |v, _| Ok(Value::string(&receiver(v)?.version.prerelease))),
    setter("SetMetadata", set_metadata),
    setter("SetPrerelease", set_prerelease),
    getter("String", |v, _| Ok(Value::string(receiver(v)?.version.to_string()))),
    getter("Value", |v, _| Ok(Value::string(receiver(v)?.version.to_string()))),
];

static VALUE_METHODS: [Method; 14] = [
    getter("IncMajor", |v, _| incremented(v, inc_major)),
    getter("IncMinor", |v, _| incremented(v, inc_minor)),
    getter("IncPatch", |v, _| incremented(v, inc_patch)),
    getter("Major", |v, _| Ok(Value::Uint64(receiver(v)?.version.major))),
    getter("MarshalJSON", |v, _| Ok(bytes(format!("\"{}\"", receiver(v)?.version)))),
    getter("MarshalText", |v, _| Ok(bytes(receiver(v)?.version.to_string()))),
    getter("Metadata", |v, _| Ok(Value::string(&receiver(v)?.version.metadata))),
    getter("Minor", |v, _| Ok(Value::Uint64(receiver(v)?.version.minor))),
    getter("Patch", |v, _| Ok(Value::Uint64(receiver(v)?.version.patch))),
    getter("Prerelease", |v, _| Ok(Value::string(&receiver(v)?.version.prerelease))),
    setter("SetMetadata", set_metadata),
    setter("SetPrerelease", set_prerelease),
    getter("String", |v, _| Ok(Value::string(receiver(v)?.version.to_string()))),
    getter("Value", |v, _| Ok(Value::string(receiver(v)?.version.to_string()))),
];

fn bytes(text: String) -> Value {
    Value::Bytes(Box::new(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_masterminds_does() {
        for (text, expected) in [
            ("1.2.3", Ok("1.2.3")),
            ("v1.2", Ok("1.2.0")),
            ("1", Ok("1.0.0")),
            ("01.02.3", Ok("1.2.3")),
            ("1.2.3-beta.1+b5", Ok("1.2.3-beta.1+b5")),
            ("1-rc", Ok("1.0.0-rc")),
            ("", Err("invalid semantic version")),
            ("V1", Err("invalid semantic version")),
            ("1.2.3.4", Err("invalid semantic version")),
            ("1.2.3-", Err("invalid semantic version")),
            ("1.2.3-01", Err("version segment starts with 0")),
            (
                "99999999999999999999.0.0",
                Err(
                    "error parsing version segment: strconv.ParseUint: parsing \"99999999999999999999\": value out of range",
                ),
            ),
        ] {
            let got = Version::new(text.as_bytes(), &V3_4).map(|version| version.to_string());
            assert_eq!(got.as_deref(), expected.map_err(str::to_owned).as_deref(), "{text}");
        }
        assert!(Version::new(&[b'1'; 257], &V3_5).is_err_and(|e| e == "version string is too long (max 256 bytes)"));
    }

    #[test]
    fn strict_versions() {
        for (text, expected) in [
            ("1.2.3-a+b", Ok("1.2.3-a+b")),
            ("1.2", Err("invalid semantic version")),
            ("v1.2.3", Err("invalid characters in version")),
            ("1.02.3", Err("version segment starts with 0")),
            ("1.2.3+", Err("invalid metadata string")),
            ("1.2.3-a..b", Err("invalid prerelease string")),
            ("", Err("version string empty")),
        ] {
            let got = Version::strict(text.as_bytes(), &V3_4).map(|version| version.to_string());
            assert_eq!(got.as_deref(), expected.map_err(str::to_owned).as_deref(), "{text}");
        }
    }

    #[test]
    fn precedence() {
        let order =
            ["1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0"];
        for pair in order.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|text| Version::new(text.as_bytes(), &V3_4).unwrap());
            assert_eq!(a.compare(&b), Ordering::Less, "{pair:?}");
            assert_eq!(b.compare(&a), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn methods_are_sorted_by_name() {
        assert!(METHODS.is_sorted_by_key(|method| method.name));
        assert!(VALUE_METHODS.is_sorted_by_key(|method| method.name));
    }
}
