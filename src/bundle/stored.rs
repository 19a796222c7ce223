//! A bundle as a stream, as files and as an archive, and back.

use super::error::Error;
use super::inventory::{Entry, Inventory};
use super::object::{self, Object, Piece, Stage};
use super::phase::PHASES;
use super::scope::{Scope, Scopes};
use crate::go::{Str, bytes};
use crate::output;
use crate::yaml;
use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};

/// The file with the inventory. It has no extension, so that `kubectl apply -R -f` does not take it for a manifest.
pub const INVENTORY: &str = "INVENTORY";

/// The same in a folder of rendered services, where it is not part of what is applied.
pub const HIDDEN_INVENTORY: &str = ".mizzen-inventory";

/// The file for kustomize.
pub const KUSTOMIZATION: &str = "kustomization.yaml";

/// The line before the inventory of a stream, and the one behind it.
const BEGIN: &str = "# mizzen inventory";
const END: &str = "# end of the inventory";

/// How large an archive may be when it is unpacked.
const MAX_ARCHIVE: u64 = 1 << 30;

/// A bundle that was read.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// What it says of itself, where it does.
    pub inventory: Option<Inventory>,
    /// The objects, in their order.
    pub objects: Vec<Object>,
}

/// A bundle as one stream: the inventory in comments, and the documents.
pub fn stream(inventory: Option<&Inventory>, objects: &[Object]) -> Vec<u8> {
    let mut stream = Vec::new();
    if let Some(inventory) = inventory {
        stream.extend_from_slice(BEGIN.as_bytes());
        stream.push(b'\n');
        for line in inventory.json().lines() {
            stream.extend_from_slice(b"# ");
            stream.extend_from_slice(line.as_bytes());
            stream.push(b'\n');
        }
        stream.extend_from_slice(END.as_bytes());
        stream.push(b'\n');
    }
    objects.iter().for_each(|object| push(&mut stream, object));
    stream
}

fn push(stream: &mut Vec<u8>, object: &Object) {
    if object.source.is_empty() {
        stream.extend_from_slice(b"---\n");
        stream.extend_from_slice(&object.content);
        stream.push(b'\n');
    } else {
        output::push_document(stream, &object.source, &object.content);
    }
}

/// A bundle as files, sorted by path: a folder a phase and a file an object.
pub fn files(inventory: &Inventory, objects: &[Object], kustomization: bool) -> Vec<(String, Vec<u8>)> {
    let mut names = HashSet::new();
    let mut files = Vec::new();
    for object in objects {
        let phase = PHASES.get(object.phase).copied().unwrap_or_default();
        let mut file = format!("{phase}/{}.yaml", file_name(object));
        let mut count = 2;
        while !names.insert(file.clone()) {
            file = format!("{phase}/{}-{count}.yaml", file_name(object));
            count += 1;
        }
        let mut bytes = Vec::with_capacity(object.content.len() + object.source.len() + 32);
        push(&mut bytes, object);
        files.push((file, bytes));
    }
    if kustomization {
        let mut text =
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsortOptions:\n  order: fifo\n"
                .to_owned();
        // kustomize refuses a list that is there and empty.
        if !files.is_empty() {
            text.push_str("resources:\n");
        }
        files.iter().for_each(|(file, _)| text.push_str(&format!("- {}\n", object::scalar(file))));
        files.push((KUSTOMIZATION.to_owned(), text.into_bytes()));
    }
    files.push((INVENTORY.to_owned(), inventory.json().into_bytes()));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// `<kind>-<namespace>-<name>`, with the weight of a hook before it, so that the names sort as they are applied.
fn file_name(object: &Object) -> String {
    let plain = |char: char| if char.is_alphanumeric() || "._-".contains(char) { char } else { '_' };
    let parts = [object.kind.to_lowercase(), object.namespace.clone(), object.name.clone()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let whole: String = parts.join("-").trim_start_matches('.').chars().map(plain).take(200).collect();
    let hooks = [2, 12].contains(&object.phase);
    // Weights are signed, and file names sort as texts.
    let weight = object.weight.clamp(-50_000, 49_999) + 50_000;
    if hooks { format!("{weight:05}-{whole}") } else { whole }
}

/// Files as a `.tar.gz` that is the same for the same files: no times, no owners, one mode.
pub fn archive(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Error> {
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(6));
    let mut archive = tar::Builder::new(gzip);
    let failed = |error: std::io::Error| Error::Archive(error.to_string());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, name, bytes.as_slice()).map_err(failed)?;
    }
    let mut gzip = archive.into_inner().map_err(failed)?;
    gzip.flush().map_err(failed)?;
    gzip.finish().map_err(failed)
}

/// The files of an archive.
pub fn unpack(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let failed = |error: std::io::Error| Error::Archive(error.to_string());
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(MAX_ARCHIVE));
    let mut files = Vec::new();
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(failed)?;
        files.push((name, content));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// Reads a bundle from its files: one stream, or those of a folder.
pub fn read(files: &[(String, Vec<u8>)]) -> Result<Stored, Error> {
    let mut stored = Stored::default();
    let mut scopes = Scopes::new(&[]);
    for (name, bytes) in files {
        let base = name.rsplit('/').next().unwrap_or(name);
        if base == INVENTORY {
            stored.inventory = Some(Inventory::read(bytes)?);
            continue;
        }
        // An inventory alone stands for its bundle.
        if bytes.trim_ascii_start().starts_with(b"{\n\"format\":") {
            stored.inventory = Some(Inventory::read(bytes)?);
            continue;
        }
        let manifest = [".yaml", ".yml", ".json"].iter().any(|extension| base.ends_with(extension));
        if base == KUSTOMIZATION || base.starts_with('.') || (!manifest && files.len() > 1) {
            continue;
        }
        if let Some(text) = inventory_of(bytes) {
            stored.inventory = Some(Inventory::read(&text)?);
        }
        for piece in pieces(name, bytes)? {
            let mut found = Vec::new();
            object::read(&piece, &mut found)?;
            found.iter().for_each(|found| scopes.learn(&found.value));
            stored.objects.extend(found.into_iter().map(|found| found.object));
        }
    }
    for object in stored.objects.iter_mut().filter(|object| scopes.of(object) == Scope::Cluster) {
        object.namespace.clear();
    }
    if let Some(inventory) = &stored.inventory {
        settle(&mut stored.objects, inventory);
    }
    Ok(stored)
}

/// The inventory in the comments of a stream.
fn inventory_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let rest = text.strip_prefix(BEGIN)?.strip_prefix('\n')?;
    let mut json = String::new();
    for line in rest.lines() {
        if line == END {
            return Some(json.into_bytes());
        }
        json.push_str(line.strip_prefix("# ")?);
        json.push('\n');
    }
    None
}

/// The documents of a file. A comment `# Source: …` names a document's source, else the file does.
pub fn pieces(name: &str, bytes: &[u8]) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    for document in yaml::documents(bytes, false) {
        let document = document.map_err(|error| Error::Yaml { place: name.to_owned(), error })?;
        let mut content = document.as_ref();
        content = content.strip_prefix(b"---\n").unwrap_or(content);
        let mut source = name.to_owned();
        if let Some(rest) = content.strip_prefix(b"# Source: ") {
            let end = bytes::index_byte(rest, b'\n').unwrap_or(rest.len());
            source = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).trim().to_owned();
            content = rest.get(end + 1..).unwrap_or_default();
        }
        let content = Str::from(object::document(content));
        pieces.push(Piece { service: String::new(), source, content, stage: Stage::Plain });
    }
    Ok(pieces)
}

/// Gives objects the services and phases that the inventory knows, and its order.
fn settle(objects: &mut [Object], inventory: &Inventory) {
    let known: HashMap<_, (usize, &Entry)> =
        inventory.objects.iter().enumerate().map(|(index, entry)| (entry.key(), (index, entry))).collect();
    for object in objects.iter_mut() {
        // Of a kind that lies in no namespace, where the definition is not in the bundle.
        let mut bare = object.key();
        bare.2.clear();
        if !known.contains_key(&object.key()) && known.contains_key(&bare) {
            object.namespace.clear();
        }
        if let Some((_, entry)) = known.get(&object.key()) {
            object.service.clone_from(&entry.service);
            if let Some(phase) = PHASES.iter().position(|phase| *phase == entry.phase) {
                object.phase = phase;
            }
        }
    }
    objects.sort_by_key(|object| known.get(&object.key()).map_or(usize::MAX, |(index, _)| *index));
}
