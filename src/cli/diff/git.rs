//! Files of a git revision, read from the object store: no checkout, and the work tree is not touched.
//!
//! The `git` program is asked, which is there wherever there is a repository.

use crate::go::bytes;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// A repository, seen from the working directory.
pub struct Repository {
    /// The root of its work tree.
    pub top: PathBuf,
}

/// A folder that is removed with everything in it when it is no longer used.
pub struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, String> {
        let base = std::env::temp_dir();
        for number in 0..1000_u32 {
            let path = base.join(format!("mizzen-{}-{number}", std::process::id()));
            let mut builder = std::fs::DirBuilder::new();
            // What a revision holds is for nobody else to read.
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            match builder.create(&path) {
                Ok(()) => return Ok(Folder(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(format!("cannot make a folder in `{}`: {error}", base.display())),
            }
        }
        Err(format!("cannot make a folder in `{}`", base.display()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing can be done about what cannot be removed.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Repository {
    /// The repository that the working directory is in.
    pub fn here() -> Result<Repository, String> {
        let top = git(None, &["rev-parse", "--show-toplevel"])?;
        Ok(Repository { top: PathBuf::from(top) })
    }

    /// The commit that a name means.
    pub fn commit(&self, name: &str) -> Result<String, String> {
        let wanted = format!("{name}^{{commit}}");
        let commit = git(Some(&self.top), &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        commit.map_err(|_| format!("git knows no revision `{name}`\nhint: a side is a path that is there, or a revision such as `main` or `v1.2.0`"))
    }

    /// The commit at which the current branch left the default one, and how to call it.
    pub fn base(&self) -> Result<(String, String), String> {
        let branch = self.default_branch()?;
        let commit = git(Some(&self.top), &["merge-base", "HEAD", &branch])
            .map_err(|error| format!("HEAD and `{branch}` have no common commit: {error}"))?;
        Ok((commit, branch))
    }

    fn default_branch(&self) -> Result<String, String> {
        let remote = git(Some(&self.top), &["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
        let configured = git(Some(&self.top), &["config", "init.defaultBranch"]);
        let known = ["origin/main", "origin/master", "main", "master"].map(str::to_owned);
        let names = remote.into_iter().chain(known).chain(configured);
        names.into_iter().find(|name| self.commit(name).is_ok()).ok_or_else(|| {
            "the default branch is not known\nhint: name a revision: mizzen diff --base REVISION".to_owned()
        })
    }

    /// The path of a file or folder from the root of the repository.
    pub fn path(&self, path: &Path) -> Result<String, String> {
        let here = std::env::current_dir().map_err(|error| error.to_string())?;
        let here = here.canonicalize().unwrap_or(here);
        let mut full = PathBuf::new();
        for part in here.join(path).components() {
            match part {
                Component::ParentDir => {
                    full.pop();
                }
                Component::CurDir => {}
                part => full.push(part),
            }
        }
        let full = full.canonicalize().unwrap_or(full);
        let top = self.top.canonicalize().unwrap_or_else(|_| self.top.clone());
        let path = full.strip_prefix(&top);
        let path =
            path.map_err(|_| format!("`{}` is outside the repository `{}`", path_text(&full), path_text(&top)))?;
        Ok(path_text(path))
    }

    /// Writes the files of a commit that lie below some paths into a folder of its own.
    pub fn read(&self, commit: &str, wanted: impl Fn(&str) -> bool) -> Result<Folder, String> {
        let folder = Folder::new()?;
        let listing = bytes(Some(&self.top), &["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let mut entries: Vec<(String, String, String)> = Vec::new();
        for entry in listing.split(|&byte| byte == 0).filter(|entry| !entry.is_empty()) {
            let entry = String::from_utf8_lossy(entry);
            let Some((head, path)) = entry.split_once('\t') else { continue };
            let words: Vec<&str> = head.split(' ').collect();
            if let [mode, "blob", id] = words.as_slice()
                && wanted(path)
                && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
            {
                entries.push(((*mode).to_owned(), (*id).to_owned(), path.to_owned()));
            }
        }
        let blobs = self.blobs(&entries)?;
        let failed = |path: &Path, error: std::io::Error| format!("cannot write `{}`: {error}", path.display());
        let mut links = Vec::new();
        for (mode, id, path) in &entries {
            let target = folder.0.join(path);
            let data = blobs.get(id).map(Vec::as_slice).unwrap_or_default();
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
            }
            if mode == "120000" {
                links.push((target, PathBuf::from(String::from_utf8_lossy(data).into_owned())));
            } else {
                std::fs::write(&target, data).map_err(|error| failed(&target, error))?;
            }
        }
        // Links come last, so that nothing is written through one; those that lead out of the commit are left out.
        for (target, to) in links {
            if stays_inside(target.strip_prefix(&folder.0).unwrap_or(&target), &to) {
                std::os::unix::fs::symlink(to, &target).map_err(|error| failed(&target, error))?;
            }
        }
        Ok(folder)
    }

    /// The bytes of all blobs, by one process.
    fn blobs(&self, entries: &[(String, String, String)]) -> Result<HashMap<String, Vec<u8>>, String> {
        if entries.is_empty() {
            return Ok(HashMap::new());
        }
        let mut child = command(Some(&self.top))
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| missing(&error))?;
        let input = child.stdin.take();
        let ids: String = entries.iter().map(|(_, id, _)| format!("{id}\n")).collect();
        // Written beside, as both pipes are finite.
        let writer = thread::spawn(move || input.map(|mut input| input.write_all(ids.as_bytes())));
        let mut output = Vec::new();
        let read = child.stdout.take().map(|mut stdout| stdout.read_to_end(&mut output));
        let _ = writer.join();
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() || matches!(read, Some(Err(_)) | None) {
            return Err("git cat-file failed".to_owned());
        }
        let mut blobs = HashMap::new();
        let mut rest = output.as_slice();
        while let Some(newline) = bytes::index_byte(rest, b'\n') {
            let head = String::from_utf8_lossy(rest.get(..newline).unwrap_or_default()).into_owned();
            let mut words = head.split(' ');
            let (Some(id), Some("blob"), Some(size)) = (words.next(), words.next(), words.next()) else {
                return Err(format!("git cat-file says `{head}`"));
            };
            let size: usize = size.parse().map_err(|_| format!("git cat-file says `{head}`"))?;
            let end = newline + 1 + size;
            let data = rest.get(newline + 1..end).ok_or("git cat-file ended early")?;
            blobs.insert(id.to_owned(), data.to_vec());
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        Ok(blobs)
    }
}

/// Whether a link leads to something below the same root.
fn stays_inside(link: &Path, to: &Path) -> bool {
    let mut depth = link.components().count().saturating_sub(1);
    for part in to.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            _ => return false,
        }
    }
    true
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

fn command(folder: Option<&Path>) -> Command {
    let mut command = Command::new("git");
    if let Some(folder) = folder {
        command.arg("-C").arg(folder);
    }
    // What is not there is not fetched: no command opens a connection.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C");
    command
}

fn missing(error: &std::io::Error) -> String {
    format!("cannot run git: {error}\nhint: a revision is read by the git program; compare two folders without it")
}

fn bytes(folder: Option<&Path>, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let output = command(folder).args(arguments).output().map_err(|error| missing(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("git failed").trim_start_matches("fatal: ");
    Err(format!("git {}: {first}", arguments.first().copied().unwrap_or_default()))
}

/// What git prints, without the line break at its end.
fn git(folder: Option<&Path>, arguments: &[&str]) -> Result<String, String> {
    let text = bytes(folder, arguments)?;
    Ok(String::from_utf8_lossy(&text).trim_end_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_known() {
        for (link, to, inside) in [
            ("a/b", "../c", true),
            ("a/b", "../../c", false),
            ("a/b", "/etc/passwd", false),
            ("b", "c/../d", true),
            ("b", "..", false),
        ] {
            assert_eq!(stays_inside(Path::new(link), Path::new(to)), inside, "{link} {to}");
        }
    }
}
