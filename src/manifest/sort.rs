//! Documents become manifests and hooks, sorted by kind: as Helm's SortManifests.

use super::Manifests;
use super::head::{Head, head};
use super::order;
use super::split::split;
use crate::go::unicode::trim_space;
use crate::go::{Level, Log, Str, bytes};
use crate::profile::Profile;
use crate::yaml;
use std::fmt;

/// A document that is to be installed.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The template it comes from.
    pub path: String,
    /// Where it begins in what the template wrote.
    pub offset: usize,
    /// The document.
    pub content: Str,
    /// Its kind and version.
    pub head: Head,
}

/// A document that runs at some point of a release's life.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The template it comes from.
    pub path: String,
    /// Where it begins in what the template wrote.
    pub offset: usize,
    /// The document.
    pub content: Str,
    /// Its kind and version.
    pub head: Head,
    /// When it runs.
    pub events: Vec<Event>,
}

/// When a hook runs: as Helm's HookEvent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

/// A document that is not YAML, or whose head is not of the right types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The template it comes from.
    pub path: String,
    /// What is wrong with it.
    pub error: yaml::Error,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "YAML parse error on {}: {}", self.path, self.error)
    }
}

impl std::error::Error for Error {}

impl Hook {
    /// Whether it tests the release.
    pub fn is_test(&self) -> bool {
        self.events.contains(&Event::Test)
    }
}

/// Splits the rendered files into documents and sorts these by kind; inside a kind by path, then as they stand in the file.
pub fn sort(files: &[(String, Str)], profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Manifests, Error> {
    let mut files: Vec<&(String, Str)> = files.iter().collect();
    files.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut sorted = Manifests::default();
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or(path);
        if base.starts_with('_') || trim_space(content).is_empty() {
            continue;
        }
        let mut end = 0;
        for document in split(content, profile.split) {
            let head = head(&document, profile).map_err(|error| Error { path: path.clone(), error })?;
            let offset = offset(content, &document, end);
            end = offset + document.len();
            classify(&mut sorted, (path, offset), document, head, log);
        }
    }
    let rank = |head: &Head| {
        let (place, name) = order::rank(&head.kind, profile);
        (place, Str::from(name))
    };
    sorted.manifests.sort_by_cached_key(|manifest| rank(&manifest.head));
    sorted.hooks.sort_by_cached_key(|hook| rank(&hook.head));
    Ok(sorted)
}

/// Where a document begins in its file: a long one shares the file's bytes, a short one is a copy of them.
fn offset(file: &[u8], document: &[u8], from: usize) -> usize {
    let shared = (document.as_ptr() as usize).wrapping_sub(file.as_ptr() as usize);
    if shared <= file.len() {
        return shared;
    }
    from + bytes::index(file.get(from..).unwrap_or_default(), document).unwrap_or(0)
}

fn classify(sorted: &mut Manifests, (path, offset): (&str, usize), content: Str, head: Head, log: &mut dyn FnMut(Log)) {
    let annotation = head.annotations.as_ref().and_then(|annotations| annotations.get(b"helm.sh/hook"));
    let Some(types) = annotation.as_ref().and_then(|value| value.as_str()) else {
        sorted.manifests.push(Manifest { path: path.to_owned(), offset, content, head });
        return;
    };
    let events: Option<Vec<Event>> =
        types.to_str_lossy().split(',').map(|name| event(&name.trim().to_lowercase())).collect();
    match events {
        Some(events) => sorted.hooks.push(Hook { path: path.to_owned(), offset, content, head, events }),
        None => log(Log::new(Level::Info, "skipping unknown hooks").with("hookTypes", types.to_string())),
    }
}

/// The event of that name; `test-success` is what Helm 2 called `test`.
fn event(name: &str) -> Option<Event> {
    Some(match name {
        "pre-install" => Event::PreInstall,
        "post-install" => Event::PostInstall,
        "pre-delete" => Event::PreDelete,
        "post-delete" => Event::PostDelete,
        "pre-upgrade" => Event::PreUpgrade,
        "post-upgrade" => Event::PostUpgrade,
        "pre-rollback" => Event::PreRollback,
        "post-rollback" => Event::PostRollback,
        "test" | "test-success" => Event::Test,
        _ => return None,
    })
}
