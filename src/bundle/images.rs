//! The images that an object uses, wherever in it they are named.
//!
//! What stands under a key called `image` is one. Elsewhere a text must look like one: the more so, the less its place
//! says of images.

use super::change::field;
use super::object::Object;
use crate::go::{Dict, Value};
use crate::yaml;

/// How an image was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The image of a container.
    Container,
    /// Another field that is called an image.
    Field,
    /// A repository and a tag or digest in fields of their own.
    Parts,
    /// An argument or a part of a command.
    Argument,
    /// A variable of the environment.
    Environment,
}

impl How {
    /// As JSON names it.
    pub fn name(self) -> &'static str {
        match self {
            How::Container => "container",
            How::Field => "field",
            How::Parts => "parts",
            How::Argument => "argument",
            How::Environment => "environment",
        }
    }
}

/// An image and where it is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// As it is written, parts put together.
    pub image: String,
    /// The path within the object.
    pub field: String,
    /// How it was recognised.
    pub how: How,
}

/// How deep images are looked for.
const MAX_DEPTH: usize = 100;

/// The images of an object and its parsed document, in the order of its fields. What Secrets hold is never looked at.
pub fn images(object: &Object, value: &Value) -> Vec<Use> {
    let mut uses = Vec::new();
    // A definition describes the fields of others, and a Secret's values are nobody's business.
    if ["Secret", "CustomResourceDefinition"].contains(&object.kind.as_str()) {
        return uses;
    }
    if let Value::Dict(dict) = value {
        visit_dict(dict, "", 0, &mut uses);
    }
    uses
}

fn visit(value: &Value, path: &str, key: &str, depth: usize, uses: &mut Vec<Use>) {
    if depth >= MAX_DEPTH {
        return;
    }
    match value {
        Value::Dict(dict) => visit_dict(dict, path, depth, uses),
        Value::List(items) => {
            let arguments = matches!(key, "args" | "command");
            // `--image x` is two arguments.
            let mut named = false;
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                match item {
                    Value::String(text) if arguments => {
                        let text = text.to_str_lossy();
                        argument(&text, named, &path, uses);
                        named = text.starts_with('-') && !text.contains('=') && is_about_images(&text);
                    }
                    Value::String(text) if names_image(key) => {
                        let text = text.to_str_lossy();
                        if is_reference(&text, Evidence::Some) {
                            push(uses, &text, &path, How::Field);
                        }
                    }
                    item => visit(item, &path, "", depth + 1, uses),
                }
            }
        }
        Value::String(text) if names_image(key) => {
            let text = text.to_str_lossy();
            if is_reference(&text, Evidence::Some) {
                push(uses, &text, path, How::Field);
            }
        }
        _ => {}
    }
}

fn visit_dict(dict: &Dict, path: &str, depth: usize, uses: &mut Vec<Use>) {
    let text = |key: &str| match dict.get(key.as_bytes()) {
        Some(Value::String(text)) => Some(text.to_string()),
        Some(value @ (Value::Int(_) | Value::Float64(_))) => yaml::scalar_text(&value).map(|text| text.to_string()),
        _ => None,
    };
    // {registry, repository, tag, digest}, as operators take them.
    if let Some(repository) = text("repository").filter(|repository| !repository.is_empty()) {
        let tag = text("tag").or_else(|| text("version")).filter(|tag| !tag.is_empty());
        let digest = text("digest").or_else(|| text("sha")).filter(|digest| digest.starts_with("sha256:"));
        let near = path.rsplit(['.', '[']).next().unwrap_or_default();
        if digest.is_some() || (tag.is_some() && (text("tag").is_some() || is_about_images(near))) {
            let registry = text("registry").filter(|registry| !registry.is_empty());
            let mut image = registry.map_or_else(String::new, |registry| format!("{registry}/"));
            image.push_str(&repository);
            if let Some(tag) = tag {
                image.push_str(&format!(":{tag}"));
            }
            if let Some(digest) = digest {
                image.push_str(&format!("@{digest}"));
            }
            // A Helm repository's URL has a version beside it too.
            if is_reference(&image, Evidence::Certain) {
                push(uses, &image, path, How::Parts);
            }
        }
    }
    // An entry of a container's environment.
    if let (Some(name), Some(value)) = (text("name"), text("value"))
        && path.ends_with(']')
        && is_environment(path)
    {
        let evidence = if is_about_images(&name) { Evidence::Some } else { Evidence::None };
        if is_reference(&value, evidence) {
            push(uses, &value, &field(path, "value"), How::Environment);
        }
        return;
    }
    for (key, value) in dict.snapshot() {
        let key = key.to_str_lossy();
        let path = field(path, &key);
        match &value {
            Value::String(text) if key == "image" => {
                let text = text.to_str_lossy();
                if is_reference(&text, Evidence::Certain) {
                    let how = if is_container(&path) { How::Container } else { How::Field };
                    push(uses, &text, &path, how);
                }
            }
            // A volume of the type image.
            Value::Dict(volume) if key == "image" => {
                if let Some(Value::String(reference)) = volume.get(b"reference") {
                    let reference = reference.to_str_lossy();
                    if is_reference(&reference, Evidence::Certain) {
                        push(uses, &reference, &field(&path, "reference"), How::Field);
                    }
                }
                visit(&value, &path, &key, depth + 1, uses);
            }
            _ => visit(&value, &path, &key, depth + 1, uses),
        }
    }
}

fn push(uses: &mut Vec<Use>, image: &str, field: &str, how: How) {
    uses.push(Use { image: image.to_owned(), field: field.to_owned(), how });
}

fn argument(text: &str, named: bool, path: &str, uses: &mut Vec<Use>) {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) if text.starts_with('-') || is_variable(name) => (name, value),
        _ => ("", text),
    };
    let evidence = if named || is_about_images(name) { Evidence::Some } else { Evidence::None };
    if is_reference(value, evidence) {
        push(uses, value, path, How::Argument);
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn is_about_images(name: &str) -> bool {
    name.to_ascii_lowercase().contains("image")
}

/// Whether a field may hold an image, and is not one about images.
fn names_image(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.ends_with("image") || lower.ends_with("images") || lower.ends_with("imagename") || lower.ends_with("imageref")
}

/// Whether a path is that of a container's image.
fn is_container(path: &str) -> bool {
    let parent = path.strip_suffix(".image").unwrap_or_default();
    let list = parent.rsplit_once('[').map_or("", |(list, _)| list);
    ["containers", "initContainers", "ephemeralContainers"].contains(&list.rsplit('.').next().unwrap_or_default())
}

fn is_environment(path: &str) -> bool {
    let list = path.rsplit_once('[').map_or("", |(list, _)| list);
    let name = list.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    name == "env" || name.ends_with("env") || name.ends_with("envs")
}

/// How much the place of a text says of images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evidence {
    /// It is an image.
    Certain,
    /// Its name speaks of images.
    Some,
    /// It may be anything.
    None,
}

/// Whether a text is a reference: as the grammar of distribution/reference, with more asked for where the place says less.
fn is_reference(text: &str, evidence: Evidence) -> bool {
    const LONGEST: usize = 4096;
    if text.is_empty() || text.len() > LONGEST || text.contains("://") {
        return false;
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return false;
    }
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let (path, tag) = match rest.get(slash..).and_then(|last| last.find(':')) {
        Some(at) => (rest.get(..slash + at).unwrap_or_default(), rest.get(slash + at + 1..)),
        None => (rest, None),
    };
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return false;
    }
    let (domain, name) = match path.split_once('/') {
        Some((first, name))
            if first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|b| b.is_ascii_uppercase()) =>
        {
            (Some(first), name)
        }
        _ => (None, path),
    };
    if domain.is_some_and(|domain| !is_domain(domain)) || !name.split('/').all(is_component) {
        return false;
    }
    match evidence {
        Evidence::Certain => true,
        Evidence::Some => tag.is_some() || digest.is_some() || name.contains('/') || domain.is_some(),
        // `orders.example.com/path` may be an address, and `queue:5672` a port.
        Evidence::None => digest.is_some() || (domain.is_some_and(|domain| domain.contains('.')) && tag.is_some()),
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(text: &str) -> bool {
    let plain = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    plain(text.bytes().next())
        && plain(text.bytes().next_back())
        && text.bytes().all(|byte| plain(Some(byte)) || b"._-".contains(&byte))
        && !["..", "___", "._", "_.", ".-", "-.", "_-", "-_"].iter().any(|wrong| text.contains(wrong))
}

/// `[\w][\w.-]{0,127}`
fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || b".-".contains(&byte))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    !algorithm.is_empty()
        && algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+._-".contains(&byte))
        && hex.len() >= 32
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_domain(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
        && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::object::Piece;
    use crate::bundle::{Stage, object};
    use crate::go::Str;

    fn found(text: &str) -> Vec<String> {
        let content = Str::from(format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{text}\n"));
        let piece = Piece { service: String::new(), source: String::new(), content, stage: Stage::Plain };
        let mut read = Vec::new();
        object::read(&piece, &mut read).unwrap();
        let uses = read.iter().flat_map(|found| images(&found.object, &found.value));
        uses.map(|found| format!("{} {} {}", found.how.name(), found.field, found.image)).collect()
    }

    #[test]
    fn places() {
        let digest = format!("sha256:{}", "a1".repeat(32));
        for (text, wanted) in [
            ("spec: {containers: [{image: nginx}]}", vec!["container spec.containers[0].image nginx".to_owned()]),
            (
                "spec: {template: {spec: {initContainers: [{image: 'r.io:5000/a/b:1'}]}}}",
                vec!["container spec.template.spec.initContainers[0].image r.io:5000/a/b:1".to_owned()],
            ),
            ("spec: {image: 'quay.io/p/p:v1'}", vec!["field spec.image quay.io/p/p:v1".to_owned()]),
            (
                "spec: {image: {registry: r.io, repository: a/b, tag: 1.5}}",
                vec!["parts spec.image r.io/a/b:1.5".to_owned()],
            ),
            ("spec: {repository: 'https://charts.example.com', tag: x}", vec![]),
            (
                "spec: {volumes: [{image: {reference: 'r.io/m:1'}}]}",
                vec!["field spec.volumes[0].image.reference r.io/m:1".to_owned()],
            ),
            ("spec: {containers: [{image: 'Not An Image'}]}", vec![]),
            (
                "spec: {imagePullPolicy: Always, imagePullSecrets: [{name: a}], baseImage: alpine:3}",
                vec!["field spec.baseImage alpine:3".to_owned()],
            ),
            (
                "a: {args: ['--sidecar-image=x/y:1', '--image', 'z:2', '--queue=mails', 'r.io/q:1', '--at=http://orders:80', 'queue:5672', '/bin/x']}",
                vec![
                    "argument a.args[0] x/y:1".to_owned(),
                    "argument a.args[2] z:2".to_owned(),
                    "argument a.args[4] r.io/q:1".to_owned(),
                ],
            ),
            (
                "a: {env: [{name: RELOADER_IMAGE, value: 'x:1'}, {name: HOST, value: 'db:5432'}, {name: X, value: 'ghcr.io/a/b:1'}, {name: IMAGE_POLICY, value: Always}]}",
                vec![
                    "environment a.env[0].value x:1".to_owned(),
                    "environment a.env[2].value ghcr.io/a/b:1".to_owned(),
                ],
            ),
            ("a: {command: [run, 'DIGEST']}", vec![]),
        ] {
            assert_eq!(found(text), wanted, "{text}");
        }
        let text = format!("a: {{command: [run, 'x@{digest}']}}");
        assert_eq!(found(&text), [format!("argument a.command[1] x@{digest}")]);
    }

    #[test]
    fn secrets_are_not_looked_at() {
        let content = Str::from("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {image: 'r.io/a:1'}\n");
        let piece = Piece { service: String::new(), source: String::new(), content, stage: Stage::Plain };
        let mut read = Vec::new();
        object::read(&piece, &mut read).unwrap();
        assert!(read.iter().all(|found| images(&found.object, &found.value).is_empty()));
    }
}
