//! The bytes of a chart's files: read, or left on disk until someone asks for them.
//!
//! A render needs few of the large files of a chart: definitions of resources, dashboards and documentation are
//! megabytes that no template looks at. What can be known without their bytes (that they can be opened and read, and how
//! large they are) is known when the chart is loaded, which is when Helm reads them.

use super::{Error, path_error};
use crate::go::Str;
use std::fs::{self, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// How much of a file the first call reads, which is all of it for most files of most charts.
const BUFFER: usize = 16 * 1024;

/// How large a file is that is worth a second look, and how much of it is read in any case.
const LARGE: usize = 8 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The bytes of a file of a chart.
#[derive(Clone, Debug)]
pub struct Content(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Read(Str),
    Stored(Arc<Stored>),
}

/// A file that was there when the chart was loaded.
#[derive(Debug)]
struct Stored {
    path: PathBuf,
    /// How errors call it.
    name: String,
    stamp: Stamp,
    bytes: OnceLock<Result<Str, Error>>,
}

/// What tells a file from what it was before.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
}

/// An error, and what Go calls the operation that has it.
pub(super) type Failed = (&'static str, std::io::Error);

impl Content {
    /// The bytes without a UTF-8 byte order mark; an error where the file is not what it was when the chart was loaded.
    pub fn bytes(&self) -> Result<Str, Error> {
        match &self.0 {
            Kind::Read(bytes) => Ok(bytes.clone()),
            Kind::Stored(stored) => stored.bytes.get_or_init(|| stored.read()).clone(),
        }
    }

    /// Why the bytes could not be read, where that was tried.
    pub fn failure(&self) -> Option<&Error> {
        match &self.0 {
            Kind::Read(_) => None,
            Kind::Stored(stored) => stored.bytes.get().and_then(|bytes| bytes.as_ref().err()),
        }
    }

    /// The bytes of an open file, at most about `limit` of them, and how many they are. Where they are many and `later`
    /// allows it, only their beginning is read now, and the rest where the path then leads.
    pub(super) fn of_file(
        mut file: fs::File,
        path: &Path,
        name: &str,
        later: bool,
        limit: u64,
        buffer: &mut Buffer,
    ) -> Result<(Content, u64), Failed> {
        let mut data = Vec::new();
        if later {
            let beginning = &mut buffer.bytes()[..LARGE];
            let length = read_some(&mut file, beginning)?;
            data.extend_from_slice(&beginning[..length]);
            if length < LARGE {
                return Ok(Content::of_bytes(data));
            }
            if let Some(stamp) = Stamp::of(&file.metadata())
                && stamp.size > LARGE as u64
            {
                let size = stamp.size;
                let stored = Stored { path: path.to_owned(), name: name.to_owned(), stamp, bytes: OnceLock::new() };
                return Ok((Content(Kind::Stored(Arc::new(stored))), size));
            }
        }
        read_rest(&mut file, &mut data, limit, buffer)?;
        Ok(Content::of_bytes(data))
    }

    /// The bytes of a file that was read, and how many they are.
    pub(super) fn of_bytes(data: Vec<u8>) -> (Content, u64) {
        let size = data.len() as u64;
        (Content(Kind::Read(without_mark(data))), size)
    }
}

impl From<Str> for Content {
    fn from(bytes: Str) -> Content {
        Content(Kind::Read(bytes))
    }
}

impl Stored {
    fn read(&self) -> Result<Str, Error> {
        let failed = |(operation, error): Failed| {
            let error = path_error(operation, &self.path.to_string_lossy(), &error);
            Error::Io(format!("error reading {}: {error}", self.name))
        };
        let mut file = open(&self.path).map_err(failed)?;
        let before = Stamp::of(&file.metadata());
        let mut data = Vec::new();
        read_rest(&mut file, &mut data, self.stamp.size, &mut Buffer::default()).map_err(failed)?;
        let same = before.as_ref() == Some(&self.stamp) && data.len() as u64 == self.stamp.size;
        if same { Ok(without_mark(data)) } else { Err(Error::Changed(self.name.clone())) }
    }
}

impl Stamp {
    /// That of a regular file.
    fn of(found: &std::io::Result<Metadata>) -> Option<Stamp> {
        let found = found.as_ref().ok().filter(|found| found.is_file())?;
        Some(Stamp { size: found.len(), modified: found.modified().ok() })
    }
}

/// Where files are read to, one after the other.
#[derive(Default)]
pub(super) struct Buffer(Vec<u8>);

impl Buffer {
    fn bytes(&mut self) -> &mut [u8] {
        if self.0.is_empty() {
            self.0 = vec![0; BUFFER];
        }
        &mut self.0
    }
}

/// Reads a file whole, or more than `limit` bytes of it.
pub(super) fn read(path: &Path, limit: u64, buffer: &mut Buffer) -> Result<Vec<u8>, Failed> {
    let mut data = Vec::new();
    read_rest(&mut open(path)?, &mut data, limit, buffer)?;
    Ok(data)
}

fn open(path: &Path) -> Result<fs::File, Failed> {
    fs::File::open(path).map_err(|error| ("open", error))
}

/// Appends what is left of a file to `data`, or enough of it to know that `data` is longer than `limit`.
fn read_rest(file: &mut fs::File, data: &mut Vec<u8>, limit: u64, buffer: &mut Buffer) -> Result<(), Failed> {
    let buffer = buffer.bytes();
    let length = read_some(file, buffer)?;
    data.extend_from_slice(&buffer[..length]);
    // A regular file gives less than is asked for only at its end.
    if length < buffer.len() {
        return Ok(());
    }
    // A large file is worth asking for its length: the rest of it is read to where it stays.
    let size = file.metadata().map_or(0, |found| found.len()).min(limit) as usize;
    data.reserve_exact(size.saturating_sub(data.len()) + 1);
    let most = (limit + 1).saturating_sub(data.len() as u64);
    file.by_ref().take(most).read_to_end(data).map_err(|error| ("read", error))?;
    Ok(())
}

fn read_some(file: &mut fs::File, buffer: &mut [u8]) -> Result<usize, Failed> {
    loop {
        // A folder can be opened; it is reading it that fails.
        match file.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result.map_err(|error| ("read", error)),
        }
    }
}

/// A file's bytes without a byte order mark.
pub(super) fn without_mark(data: Vec<u8>) -> Str {
    match data.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => Str::from(rest),
        None => Str::from(data),
    }
}
