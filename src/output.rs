//! Manifests as a stream or as files: as the second half of Helm's cmd/template.go.
//!
//! Imports: go, profile, manifest.

use crate::go::unicode::trim_space;
use crate::go::{Str, bytes, fs, path};
use crate::manifest::{Hook, Manifests, split};
use crate::profile::Profile;
use std::collections::HashSet;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// What is shown, and where.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether the files under `crds/` are shown.
    pub include_crds: bool,
    /// Whether hooks are left out.
    pub no_hooks: bool,
    /// Whether hooks that test the release are left out.
    pub skip_tests: bool,
    /// Patterns of the templates that are shown; empty for all.
    pub show_only: Vec<String>,
    /// The folder that files are written to instead of a stream.
    pub output_dir: Option<String>,
    /// The folder inside `output_dir` for what is not a CRD.
    pub release_dir: Option<String>,
}

/// Why the output is not complete.
#[derive(Debug)]
pub enum Error {
    /// The stream cannot be written to.
    Stream(io::Error),
    /// The file of a manifest or CRD cannot be written: the text of Go's error.
    Manifest(String),
    /// The file of a hook cannot be written: the text of Go's error.
    Hook(String),
    /// No template matches a pattern.
    NotFound(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Stream(error) => error.fmt(f),
            Error::Manifest(text) | Error::Hook(text) => f.write_str(text),
            Error::NotFound(pattern) => write!(f, "could not find template {pattern} in chart"),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Stream(error)
    }
}

/// Writes what the options ask for.
pub fn write(
    manifests: &Manifests,
    options: &Options,
    profile: &'static Profile,
    out: &mut dyn Write,
) -> Result<(), Error> {
    if options.output_dir.is_some() || !options.show_only.is_empty() {
        return write_changed(manifests, options, profile, &mut Ok, out);
    }
    // Not by way of one stream in memory, as manifests may be megabytes.
    let mut documents = documents(manifests, options).peekable();
    while let Some((path, content)) = documents.next() {
        if documents.peek().is_some() {
            write_document(out, path, content)?;
        } else {
            let mut last = Vec::new();
            push_document(&mut last, path, content);
            out.write_all(trim_space(&last))?;
        }
    }
    out.write_all(b"\n")?;
    for hook in hooks(manifests, options) {
        write_document(out, &hook.path, &hook.content)?;
    }
    Ok(())
}

/// The same, with a function between that changes the stream, hooks apart: Helm 3's post-renderer.
///
/// With an output directory there is no stream, and it changes an empty one. Its error is Helm's text.
pub fn write_changed(
    manifests: &Manifests,
    options: &Options,
    profile: &'static Profile,
    change: &mut dyn FnMut(Vec<u8>) -> Result<Vec<u8>, String>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut stream = Vec::new();
    match &options.output_dir {
        None => documents(manifests, options).for_each(|(path, content)| push_document(&mut stream, path, content)),
        Some(dir) => write_files(manifests, options, dir, out)?,
    }
    let stream = change(stream).map_err(Error::Manifest)?;
    let mut stream = trim_space(&stream).to_vec();
    stream.push(b'\n');
    write_hooks(manifests, options, &mut stream, out)?;
    if options.show_only.is_empty() {
        out.write_all(&stream)?;
        return Ok(());
    }
    show_only(Str::from(stream), &options.show_only, profile, out)
}

/// The documents that are no hooks: the source and content of each.
fn documents<'a>(manifests: &'a Manifests, options: &Options) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    let crds: &[_] = if options.include_crds { &manifests.crds } else { &[] };
    let crds = crds.iter().map(|crd| (crd.path.as_str(), &*crd.content));
    crds.chain(manifests.manifests.iter().map(|manifest| (manifest.path.as_str(), &*manifest.content)))
}

/// The hooks that are shown.
fn hooks<'a>(manifests: &'a Manifests, options: &Options) -> impl Iterator<Item = &'a Hook> {
    let hooks: &[Hook] = if options.no_hooks { &[] } else { &manifests.hooks };
    let skip_tests = options.skip_tests;
    hooks.iter().filter(move |hook| !(skip_tests && hook.is_test()))
}

/// A document of the stream, with the comment that names its source.
pub fn push_document(stream: &mut Vec<u8>, path: &str, content: &[u8]) {
    parts(path, content).iter().for_each(|part| stream.extend_from_slice(part));
}

fn write_document(out: &mut dyn Write, path: &str, content: &[u8]) -> io::Result<()> {
    parts(path, content).iter().try_for_each(|part| out.write_all(part))
}

fn parts<'a>(path: &'a str, content: &'a [u8]) -> [&'a [u8]; 5] {
    [b"---\n# Source: ", path.as_bytes(), b"\n", content, b"\n"]
}

/// As renderResources with an output directory: a file's first document replaces what was there, the others follow it.
fn write_files(manifests: &Manifests, options: &Options, dir: &str, out: &mut dyn Write) -> Result<(), Error> {
    let mut written: HashSet<&str> = HashSet::new();
    if options.include_crds {
        for crd in &manifests.crds {
            write_file(dir, &crd.path, &crd.content, written.contains(crd.path.as_str()), out)
                .map_err(|error| error.or(Error::Manifest))?;
            written.insert(&crd.path);
        }
    }
    let dir = release_dir(options, dir);
    for manifest in &manifests.manifests {
        write_file(&dir, &manifest.path, &manifest.content, written.contains(manifest.path.as_str()), out)
            .map_err(|error| error.or(Error::Manifest))?;
        written.insert(&manifest.path);
    }
    Ok(())
}

fn write_hooks(
    manifests: &Manifests,
    options: &Options,
    stream: &mut Vec<u8>,
    out: &mut dyn Write,
) -> Result<(), Error> {
    for hook in hooks(manifests, options) {
        let Some(dir) = &options.output_dir else {
            push_document(stream, &hook.path, &hook.content);
            continue;
        };
        let dir = release_dir(options, dir);
        let exists = Path::new(&dir).join(&hook.path).exists();
        write_file(&dir, &hook.path, &hook.content, exists, out).map_err(|error| error.or(Error::Hook))?;
    }
    Ok(())
}

fn release_dir(options: &Options, dir: &str) -> String {
    match &options.release_dir {
        Some(release) => String::from_utf8_lossy(&path::join(&[dir.as_bytes(), release.as_bytes()])).into_owned(),
        None => dir.to_owned(),
    }
}

/// What went wrong with a file, or with telling the user about it.
enum FileError {
    File(String),
    Stream(io::Error),
}

impl FileError {
    fn or(self, file: impl FnOnce(String) -> Error) -> Error {
        match self {
            FileError::File(text) => file(text),
            FileError::Stream(error) => Error::Stream(error),
        }
    }
}

/// As writeToFile.
fn write_file(dir: &str, name: &str, content: &[u8], append: bool, out: &mut dyn Write) -> Result<(), FileError> {
    let path = format!("{dir}/{name}");
    let parent = String::from_utf8_lossy(&path::dir(path.as_bytes())).into_owned();
    create_dir(&parent).map_err(FileError::File)?;
    let mut document = Vec::with_capacity(content.len() + path.len() + 32);
    push_document(&mut document, name, content);
    let mut open = OpenOptions::new();
    if append {
        open.append(true)
    } else {
        open.write(true).create(true).truncate(true)
    };
    let mut file = open.open(&path).map_err(|error| FileError::File(fs::path_error("open", &path, &error)))?;
    file.write_all(&document).map_err(|error| FileError::File(fs::path_error("write", &path, &error)))?;
    writeln!(out, "wrote {path}").map_err(FileError::Stream)
}

/// As ensureDirectoryForFile.
fn create_dir(dir: &str) -> Result<(), String> {
    match std::fs::metadata(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fs::path_error("stat", dir, &error)),
        _ => {}
    }
    std::fs::create_dir_all(dir).map_err(|error| fs::path_error("mkdir", dir, &error))
}

/// As `--show-only`: the documents whose source matches, in the order of the patterns.
fn show_only(stream: Str, patterns: &[String], profile: &'static Profile, out: &mut dyn Write) -> Result<(), Error> {
    let documents = split(&stream, profile.split);
    let mut shown = Vec::new();
    for pattern in patterns {
        let before = shown.len();
        for document in &documents {
            let matches = source(document).is_some_and(|name| path::matches(pattern.as_bytes(), name).unwrap_or(false));
            if matches {
                shown.push(document);
            }
        }
        if shown.len() == before {
            return Err(Error::NotFound(pattern.clone()));
        }
    }
    for document in shown {
        out.write_all(b"---\n")?;
        out.write_all(document)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The first match of `# Source: [^/]+/(.+)`: the template's path inside its chart.
fn source(document: &[u8]) -> Option<&[u8]> {
    const LABEL: &[u8] = b"# Source: ";
    let mut rest = document;
    loop {
        let at = bytes::index(rest, LABEL)?;
        rest = &rest[at + LABEL.len()..];
        let slash = rest.iter().position(|&byte| byte == b'/')?;
        let name = rest[slash + 1..].split(|&byte| byte == b'\n').next().unwrap_or_default();
        if slash > 0 && !name.is_empty() {
            return Some(name);
        }
    }
}
