//! What an earlier run wrote into a folder, so that a later one can remove it and nothing else.
//!
//! The paths stand in a file `.mizzen-files` in that folder, one a line and sorted.

use super::folder;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The file that holds the paths.
const FILE: &str = ".mizzen-files";

const HEAD: &str = "# What mizzen wrote here, and removes when it is no longer made.\n";

/// The files of a folder.
pub struct Ledger {
    folder: PathBuf,
    before: BTreeSet<String>,
    now: BTreeSet<String>,
}

impl Ledger {
    /// Reads what was written before.
    pub fn open(folder: &Path) -> Result<Ledger, String> {
        let path = folder.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("cannot read `{}`: {error}", path.display())),
        };
        // Whoever wrote that file: nothing outside the folder is ever removed.
        let before = text.lines().filter(|line| !line.starts_with('#') && is_inside(line)).map(str::to_owned).collect();
        Ok(Ledger { folder: folder.to_owned(), before, now: BTreeSet::new() })
    }

    /// Whether an earlier run wrote a file.
    pub fn knows(&self, name: &str) -> bool {
        self.before.contains(name)
    }

    /// Notes what is about to be written, so that a run that is interrupted leaves nothing that a later one does not know.
    pub fn begin(&mut self, names: impl Iterator<Item = String>) -> Result<(), String> {
        let count = self.before.len();
        self.before.extend(names);
        if self.before.len() == count { Ok(()) } else { self.save(&self.before) }
    }

    /// Writes a file, where its bytes are others; says whether they were.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
        let path = self.folder.join(name);
        let failed = |error: io::Error| format!("cannot write `{}`: {error}", path.display());
        let changed = folder::replace(&path, bytes).map_err(failed)?;
        self.now.insert(name.to_owned());
        Ok(changed)
    }

    /// Keeps the files of an earlier run whose paths fulfil a condition.
    pub fn keep(&mut self, condition: impl Fn(&str) -> bool) {
        self.now.extend(self.before.iter().filter(|name| condition(name)).cloned());
    }

    /// Removes what is left of the earlier run, and folders that are empty then; gives the removed paths.
    pub fn finish(self) -> Result<Vec<String>, String> {
        let mut removed = Vec::new();
        for name in self.before.difference(&self.now) {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Ok(()) => removed.push(name.clone()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("cannot remove `{}`: {error}", path.display())),
            }
            for parent in path.ancestors().skip(1).take_while(|parent| *parent != self.folder) {
                // A folder that is not empty stays.
                if fs::remove_dir(parent).is_err() {
                    break;
                }
            }
        }
        self.save(&self.now)?;
        Ok(removed)
    }

    /// Writes the list of files; without any there is none.
    fn save(&self, names: &BTreeSet<String>) -> Result<(), String> {
        let path = self.folder.join(FILE);
        let failed = |error: io::Error| format!("cannot write `{}`: {error}", path.display());
        if names.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                _ => Ok(()),
            };
        }
        let mut text = HEAD.to_owned();
        for name in names {
            text.push_str(name);
            text.push('\n');
        }
        folder::replace(&path, text.as_bytes()).map(|_| ()).map_err(failed)
    }
}

/// Whether a path leads to something within the folder.
fn is_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', '\0'])
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn nothing_outside_the_folder() {
        assert!(is_inside("web/deployment-web.yaml"));
        for name in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\\..\\b"] {
            assert!(!is_inside(name), "{name}");
        }
    }
}
