//! `.Capabilities`: as Helm's common.Capabilities.

use crate::go::semver::Version;
use crate::go::{Field, Kind, Method, Object, ObjectType, Type, Value, strconv};
use crate::profile::{Packages, Profile};
use std::any::Any;
use std::rc::Rc;

/// What the cluster that is rendered for can do.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// `.Capabilities.KubeVersion`
    pub kube_version: KubeVersion,
    /// `.Capabilities.APIVersions`
    pub api_versions: Vec<String>,
    profile: &'static Profile,
}

/// A version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// As it was given, with a `v` before it.
    pub version: String,
    /// Only the numbers, for constraints.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `35`
    pub minor: String,
    profile: &'static Profile,
}

impl Capabilities {
    /// What Helm assumes without a cluster.
    pub fn new(profile: &'static Profile) -> Capabilities {
        let (major, minor) = profile.kube_version;
        let version = format!("v{major}.{minor}.0");
        Capabilities {
            kube_version: KubeVersion {
                normalized: version.clone(),
                version,
                major: major.to_string(),
                minor: minor.to_string(),
                profile,
            },
            api_versions: profile.api_versions.iter().map(|&version| version.to_owned()).collect(),
            profile,
        }
    }

    /// The object that templates see.
    pub fn object(self: &Rc<Self>) -> Value {
        Value::Object(Rc::new(Pointer(Rc::clone(self))))
    }
}

impl KubeVersion {
    /// As ParseKubeVersion.
    pub fn parse(text: &str, profile: &'static Profile) -> Result<KubeVersion, String> {
        match profile.packages {
            Packages::Helm3 => KubeVersion::semantic(text, profile),
            Packages::Helm4 => KubeVersion::generic(text, profile),
        }
    }

    /// A semantic version, as the library for those reads it.
    fn semantic(text: &str, profile: &'static Profile) -> Result<KubeVersion, String> {
        let parsed = Version::new(text.as_bytes(), profile.semver).map_err(|error| error.to_string())?;
        let version = format!("v{parsed}");
        let (major, minor) = (parsed.major.to_string(), parsed.minor.to_string());
        Ok(KubeVersion { normalized: version.clone(), version, major, minor, profile })
    }

    /// As k8s.io/apimachinery's ParseGeneric: at least two numbers, and then anything.
    fn generic(text: &str, profile: &'static Profile) -> Result<KubeVersion, String> {
        let quoted = || strconv::quote(text.as_bytes());
        let unparsable = || format!("could not parse {} as version", quoted());
        let trimmed = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let rest = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let numbers = leading_numbers(rest).ok_or_else(unparsable)?;
        if rest[numbers.len()..].contains('\n') {
            return Err(unparsable());
        }
        let components: Vec<&str> = numbers.split('.').collect();
        let major = components[0];
        if components.len() > 1 && major.starts_with('0') && major != "0" {
            return Err(format!(
                "illegal zero-prefixed version component {} in {}",
                strconv::quote(major.as_bytes()),
                quoted()
            ));
        }
        let mut normalized = Vec::with_capacity(components.len());
        for component in &components {
            let number = strconv::parse_uint(component.as_bytes(), 10).map_err(|error| {
                let component = strconv::quote(component.as_bytes());
                format!("illegal non-numeric version component {component} in {}: {}", quoted(), error)
            })?;
            normalized.push(number.to_string());
        }
        let [major, minor, ..] = normalized.as_slice() else {
            return Err(format!("illegal version string {}", quoted()));
        };
        Ok(KubeVersion {
            version: if text.starts_with('v') { text.to_owned() } else { format!("v{text}") },
            major: major.clone(),
            minor: minor.clone(),
            profile,
            normalized: format!("v{}", normalized.join(".")),
        })
    }
}

/// The longest start of the form `[0-9]+(\.[0-9]+)*`.
fn leading_numbers(text: &str) -> Option<&str> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    if end == 0 {
        return None;
    }
    while let Some(rest) = text[end..].strip_prefix('.') {
        match digits(rest) {
            0 => break,
            count => end += 1 + count,
        }
    }
    Some(&text[..end])
}

/// The type as Helm 3 or Helm 4 declares it.
fn by_packages(profile: &Profile, helm_3: &'static ObjectType, helm_4: &'static ObjectType) -> &'static ObjectType {
    match profile.packages {
        Packages::Helm3 => helm_3,
        Packages::Helm4 => helm_4,
    }
}

/// `*common.Capabilities`.
#[derive(Debug)]
struct Pointer(Rc<Capabilities>);

static POINTER: ObjectType = ObjectType {
    name: "*common.Capabilities",
    kind: Kind::Pointer,
    fields: &[
        Field::new("KubeVersion", "KubeVersion", Type::Object(&KUBE_VERSION)),
        Field::new("APIVersions", "APIVersions", Type::Object(&VERSION_SET)),
        Field::new("HelmVersion", "HelmVersion", Type::Object(&BUILD_INFO)),
    ],
    methods: &[Method::new("Copy", &[], copy)],
};

static POINTER_3: ObjectType = ObjectType {
    name: "*chartutil.Capabilities",
    kind: Kind::Pointer,
    fields: &[
        Field::new("KubeVersion", "KubeVersion", Type::Object(&KUBE_VERSION_3)),
        Field::new("APIVersions", "APIVersions", Type::Object(&VERSION_SET_3)),
        Field::new("HelmVersion", "HelmVersion", Type::Object(&BUILD_INFO_3)),
    ],
    methods: &[Method::new("Copy", &[], copy)],
};

impl Object for Pointer {
    fn ty(&self) -> &'static ObjectType {
        by_packages(self.0.profile, &POINTER_3, &POINTER)
    }

    fn fields(&self) -> Vec<Value> {
        (0..self.ty().fields.len()).map(|index| self.field(index)).collect()
    }

    fn field(&self, index: usize) -> Value {
        Value::Object(match index {
            0 => Rc::new(self.0.kube_version.clone()),
            1 => Rc::new(VersionSet(Rc::clone(&self.0))),
            _ => Rc::new(BuildInfo(self.0.profile)),
        })
    }
}

fn copy(pointer: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(Rc::new(receiver::<Pointer>(pointer).0.as_ref().clone()).object())
}

static KUBE_VERSION: ObjectType = ObjectType {
    name: "common.KubeVersion",
    kind: Kind::Struct,
    fields: &[
        Field::new("Version", "Version", Type::String),
        Field::unexported("normalizedVersion", Type::String),
        Field::new("Major", "Major", Type::String),
        Field::new("Minor", "Minor", Type::String),
    ],
    methods: &[Method::new("GitVersion", &[], git_version), Method::new("String", &[], string)],
};

static KUBE_VERSION_3: ObjectType = ObjectType {
    name: "chartutil.KubeVersion",
    kind: Kind::Struct,
    fields: &[
        Field::new("Version", "Version", Type::String),
        Field::new("Major", "Major", Type::String),
        Field::new("Minor", "Minor", Type::String),
    ],
    methods: &[Method::new("GitVersion", &[], git_version), Method::new("String", &[], string)],
};

impl Object for KubeVersion {
    fn ty(&self) -> &'static ObjectType {
        by_packages(self.profile, &KUBE_VERSION_3, &KUBE_VERSION)
    }

    fn fields(&self) -> Vec<Value> {
        match self.profile.packages {
            Packages::Helm3 => [&self.version, &self.major, &self.minor].map(Value::string).to_vec(),
            Packages::Helm4 => [&self.version, &self.normalized, &self.major, &self.minor].map(Value::string).to_vec(),
        }
    }

    fn pointer_stringer(&self) -> Option<String> {
        Some(self.normalized.clone())
    }

    fn copied(&self) -> Option<Value> {
        Some(Value::Object(Rc::new(KubeVersionCopy(KubeVersion { normalized: String::new(), ..self.clone() }))))
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }
}

/// What deepCopy makes of a version: no address, and so none of the methods.
#[derive(Debug)]
struct KubeVersionCopy(KubeVersion);

static KUBE_VERSION_COPY: ObjectType = ObjectType { methods: &[], ..KUBE_VERSION };
static KUBE_VERSION_COPY_3: ObjectType = ObjectType { methods: &[], ..KUBE_VERSION_3 };

impl Object for KubeVersionCopy {
    fn ty(&self) -> &'static ObjectType {
        by_packages(self.0.profile, &KUBE_VERSION_COPY_3, &KUBE_VERSION_COPY)
    }

    fn fields(&self) -> Vec<Value> {
        self.0.fields()
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<KubeVersionCopy>().is_some_and(|other| self.0 == other.0)
    }
}

fn git_version(version: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(Value::string(&receiver::<KubeVersion>(version).version))
}

fn string(version: &Value, _: &[Value]) -> Result<Value, String> {
    Ok(Value::string(&receiver::<KubeVersion>(version).normalized))
}

/// `common.VersionSet`, a slice of strings.
#[derive(Debug)]
struct VersionSet(Rc<Capabilities>);

static VERSION_SET: ObjectType = ObjectType {
    name: "common.VersionSet",
    kind: Kind::Slice,
    fields: &[],
    methods: &[Method::new("Has", &[Type::String], has)],
};

static VERSION_SET_3: ObjectType = ObjectType {
    name: "chartutil.VersionSet",
    kind: Kind::Slice,
    fields: &[],
    methods: &[Method::new("Has", &[Type::String], has)],
};

impl Object for VersionSet {
    fn ty(&self) -> &'static ObjectType {
        by_packages(self.0.profile, &VERSION_SET_3, &VERSION_SET)
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::strings(&self.0.api_versions))
    }
}

fn has(set: &Value, arguments: &[Value]) -> Result<Value, String> {
    let version = arguments.first().and_then(Value::as_str);
    let found = version.is_some_and(|version| {
        receiver::<VersionSet>(set).0.api_versions.iter().any(|known| known.as_bytes() == version.as_bytes())
    });
    Ok(Value::Bool(found))
}

/// `version.BuildInfo`.
#[derive(Debug)]
struct BuildInfo(&'static Profile);

static BUILD_INFO: ObjectType = ObjectType {
    name: "version.BuildInfo",
    kind: Kind::Struct,
    fields: &[
        Field::optional("Version", "version", Type::String),
        Field::optional("GitCommit", "git_commit", Type::String),
        Field::optional("GitTreeState", "git_tree_state", Type::String),
        Field::optional("GoVersion", "go_version", Type::String),
        Field::new("KubeClientVersion", "kube_client_version", Type::String),
    ],
    methods: &[],
};

static BUILD_INFO_3: ObjectType = ObjectType {
    name: "version.BuildInfo",
    kind: Kind::Struct,
    fields: &[
        Field::optional("Version", "version", Type::String),
        Field::optional("GitCommit", "git_commit", Type::String),
        Field::optional("GitTreeState", "git_tree_state", Type::String),
        Field::optional("GoVersion", "go_version", Type::String),
    ],
    methods: &[],
};

impl Object for BuildInfo {
    fn ty(&self) -> &'static ObjectType {
        by_packages(self.0, &BUILD_INFO_3, &BUILD_INFO)
    }

    fn fields(&self) -> Vec<Value> {
        let build = &self.0.build;
        let mut fields = vec![
            Value::string(format!("v{}", self.0.version)),
            Value::from(build.git_commit),
            Value::from("clean"),
            Value::from(build.go_version),
        ];
        if self.0.packages == Packages::Helm4 {
            fields.push(Value::from(build.kube_client_version));
        }
        fields
    }

    fn equal(&self, other: &dyn Object) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref::<BuildInfo>().is_some()
    }
}

fn receiver<T: 'static>(value: &Value) -> &T {
    let object: Option<&dyn Any> = if let Value::Object(object) = value { Some(object.as_ref()) } else { None };
    object.and_then(<dyn Any>::downcast_ref).expect("methods are only called on values of their type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_3;

    #[test]
    fn kube_versions_are_two_numbers_and_anything() {
        for (text, version, normalized, minor) in [
            ("1.20", "v1.20", "v1.20", "20"),
            ("v1.27.3+k3s1", "v1.27.3+k3s1", "v1.27.3", "27"),
            ("1.2.3.4x", "v1.2.3.4x", "v1.2.3.4", "2"),
            ("1.030", "v1.030", "v1.30", "30"),
        ] {
            let parsed = KubeVersion::parse(text, &HELM_4_3).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (parsed.version.as_str(), parsed.normalized.as_str(), parsed.minor.as_str()),
                (version, normalized, minor)
            );
        }
        for (text, error) in [
            ("1", r#"illegal version string "1""#),
            ("foo", r#"could not parse "foo" as version"#),
            ("01.2", r#"illegal zero-prefixed version component "01" in "01.2""#),
        ] {
            assert_eq!(KubeVersion::parse(text, &HELM_4_3), Err(error.to_owned()));
        }
    }
}
