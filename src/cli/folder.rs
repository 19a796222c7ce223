//! Files that replace others at once: nobody ever sees half of one.

use crate::go::Str;
use crate::manifest::Manifests;
use crate::output;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a file under a name of its own first, and then gives it its real one. A file that is right already stays;
/// says whether it was not.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let same = |found: fs::Metadata| found.len() == bytes.len() as u64;
    if fs::metadata(path).is_ok_and(same) && fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = match (fs::write(&temporary, bytes), path.parent()) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(parent).and_then(|()| fs::write(&temporary, bytes))
        }
        (written, _) => written,
    };
    let written = written.and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written.map(|()| true)
}

/// A manifest as a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// `<kind>-<name>.yaml`
    pub file: String,
    /// The template that wrote it, from the root chart's parent.
    pub source: String,
    pub api_version: String,
    pub kind: String,
    pub name: String,
    /// The manifest, without the comment that names its source.
    pub content: Str,
}

impl Document {
    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.content.len() + self.source.len() + 32);
        output::push_document(&mut bytes, &self.source, self.content.trim_ascii_end());
        bytes
    }
}

/// The manifests of a service as files, sorted by name.
pub fn documents(manifests: &Manifests) -> Vec<Document> {
    let mut names = HashSet::new();
    let mut files = Vec::new();
    let documents = manifests.manifests.iter().map(|manifest| (&manifest.path, &manifest.content, &manifest.head));
    let hooks = manifests.hooks.iter().map(|hook| (&hook.path, &hook.content, &hook.head));
    for (source, content, head) in documents.chain(hooks) {
        let (kind, resource) = (head.kind.to_string(), head.name.to_string());
        let name = file_name(&kind, &resource);
        let mut file = format!("{name}.yaml");
        let mut count = 2;
        while !names.insert(file.clone()) {
            file = format!("{name}-{count}.yaml");
            count += 1;
        }
        files.push(Document {
            file,
            source: source.to_string(),
            api_version: head.api_version.to_string(),
            kind,
            name: resource,
            content: content.clone(),
        });
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    files
}

/// The kind and the name in lower case, with `_` for what a file's name should not hold.
fn file_name(kind: &str, name: &str) -> String {
    let kind = if kind.is_empty() { "document" } else { kind };
    let whole = if name.is_empty() { kind.to_owned() } else { format!("{kind}-{name}") };
    let plain = |char: char| if char.is_alphanumeric() || "._-".contains(char) { char } else { '_' };
    // Most file systems allow 255 bytes; the rest is for a number and the temporary name.
    whole.to_lowercase().trim_start_matches('.').chars().map(plain).take(50 * 4).collect()
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn file_names() {
        for (kind, name, wanted) in [
            ("Deployment", "orders", "deployment-orders"),
            ("ClusterRole", "system:node", "clusterrole-system_node"),
            ("", "", "document"),
            ("Job", "", "job"),
            ("..", "/etc/passwd", "-_etc_passwd"),
        ] {
            assert_eq!(file_name(kind, name), wanted);
        }
    }
}
