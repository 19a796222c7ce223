//! Files that replace others at once: nobody ever sees half of one.

use crate::manifest::Manifests;
use crate::output;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a file under a name of its own first, and then gives it its real one. A file that is right already stays.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// The manifests of a service as files: `<kind>-<name>.yaml`.
pub fn files(manifests: &Manifests) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let documents = manifests.manifests.iter().map(|manifest| (&manifest.path, &manifest.content, &manifest.head));
    let hooks = manifests.hooks.iter().map(|hook| (&hook.path, &hook.content, &hook.head));
    for (path, content, head) in documents.chain(hooks) {
        let name = file_name(&head.kind.to_string(), &head.name.to_string());
        let mut unique = format!("{name}.yaml");
        let mut count = 2;
        while files.contains_key(&unique) {
            unique = format!("{name}-{count}.yaml");
            count += 1;
        }
        let mut bytes = Vec::with_capacity(content.len() + path.len() + 32);
        output::push_document(&mut bytes, path, content.trim_ascii_end());
        files.insert(unique, bytes);
    }
    files
}

/// Removes what an earlier render wrote into a service's folder and this one does not, known by its first lines.
pub fn remove_stale(folder: &Path, service: &str, files: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let head = format!("---\n# Source: {service}/");
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let ours = name.ends_with(".yaml") && !files.contains_key(&name) && path.is_file();
        if ours && fs::read(&path)?.starts_with(head.as_bytes()) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
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
