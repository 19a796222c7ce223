//! Files out of a `.tgz`: as Helm's chart/loader/archive.

use super::content::without_mark;
use super::{Error, File};
use crate::go::path;
use crate::go::strconv::quote;
use crate::profile::Profile;
use flate2::read::MultiGzDecoder;
use std::fmt;
use std::io::{self, Read, Seek};

/// How many bytes are reserved for a file before any of it is read.
const MAX_RESERVED: u64 = 1 << 20;

/// What `read_to_end` wants free before it reads without a buffer of its own.
const READ_ROOM: usize = 64;

/// How many bytes an archive may have beside its files' contents: headers and padding.
const MAX_HEADERS: u64 = 64 * 1024 * 1024;

/// The longest name of a file. Names this long come from archives that are made to hurt.
const MAX_NAME: usize = 64 * 1024;

/// What is wrong with an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It does not begin as gzip does.
    Header,
    /// The text of Go's error.
    Text(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Header => f.write_str("gzip: invalid header"),
            Problem::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for Problem {
    fn from(text: &str) -> Problem {
        Problem::Text(text.to_owned())
    }
}

/// As EnsureArchive: refuses with advice what does not look like a gzipped archive.
pub fn ensure_archive(name: &str, source: &mut (impl Read + Seek)) -> Result<(), Error> {
    let mut start = Vec::with_capacity(512);
    let read = source.by_ref().take(512).read_to_end(&mut start).and_then(|_| source.rewind());
    if let Err(error) = read {
        let text = super::path_error("read", name, &error);
        return Err(Error::Io(format!("file '{name}' cannot be read: {text}")));
    }
    // As in Helm, the buffer is longer than a short file, and its zeros are looked at too.
    start.resize(512, 0);
    if start.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if name.ends_with(".yml") || name.ends_with(".yaml") {
        return Err(Error::YamlFile(name.to_owned()));
    }
    Err(Error::NotAnArchive { path: name.to_owned(), content_type: content_type(&start) })
}

/// As LoadArchiveFiles: the files below the archive's one folder, in order. `limit` is for all of them together.
pub fn files(source: &mut dyn Read, profile: &'static Profile, limit: u64) -> Result<Vec<File>, Problem> {
    let mut start = [0; 10];
    let mut got = 0;
    while got < start.len() {
        match source.read(&mut start[got..]) {
            Ok(0) if got == 0 => return Err("EOF".into()),
            Ok(0) => return Err("unexpected EOF".into()),
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Problem::Text(error.to_string())),
        }
    }
    if !start.starts_with(b"\x1f\x8b\x08") {
        return Err(Problem::Header);
    }
    let unzipped = MultiGzDecoder::new(start.as_slice().chain(source)).take(limit + MAX_HEADERS);
    let mut archive = tar::Archive::new(unzipped);
    let mut left = limit;
    let mut files = Vec::new();
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let mut name = entry.path_bytes().into_owned();
        if name.is_empty() {
            // As in Go, an empty value of an extended header stands for none.
            name = entry.header().path_bytes().into_owned();
        }
        let folder_mode = entry.header().mode().is_ok_and(|mode| mode & 0o170_000 == 0o040_000);
        // Before there were types, a folder was a file with such a name.
        let old_folder = entry.header().as_old().linkflag == [0] && name.ends_with(b"/");
        if kind.is_dir() || folder_mode || old_folder || kind.is_pax_global_extensions() {
            continue;
        }
        if name.len() > MAX_NAME {
            return Err("archive/tar: invalid tar header".into());
        }
        let inner = inner_name(&name)?;
        let size = entry.size();
        let too_large =
            || Problem::Text(format!("decompressed chart is larger than the {} {limit}", profile.unpacked_limit));
        if size > left {
            return Err(too_large());
        }
        if let Some(limit) = profile.chart_file_limit
            && size > limit
        {
            let name = quote(&name);
            return Err(Problem::Text(format!(
                "decompressed chart file {name} is larger than the maximum file size {limit}"
            )));
        }
        // What an archive says of itself reserves no more than this.
        let mut data = Vec::with_capacity(size.min(MAX_RESERVED) as usize + READ_ROOM);
        entry.by_ref().take(left).read_to_end(&mut data).map_err(broken)?;
        let written = data.len() as u64;
        if written < size && written < left {
            return Err("unexpected EOF".into());
        }
        left -= written;
        if written < size || left == 0 {
            return Err(too_large());
        }
        files.push(File { name: inner, data: without_mark(data) });
    }
    if files.is_empty() { Err("no files in chart archive".into()) } else { Ok(files) }
}

/// The name without the archive's one folder, and nothing that leads out of it.
fn inner_name(name: &[u8]) -> Result<String, Problem> {
    let delimiter = if name.contains(&b'\\') { b'\\' } else { b'/' };
    let (first, rest) = match name.iter().position(|byte| *byte == delimiter) {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (name, &[][..]),
    };
    let rest: Vec<u8> = rest.iter().map(|byte| if *byte == delimiter { b'/' } else { *byte }).collect();
    if path::is_abs(&rest) {
        return Err("chart illegally contains absolute paths".into());
    }
    let clean = path::clean(&rest);
    if *clean == *b"." {
        let name = quote(name);
        return Err(Problem::Text(format!("chart illegally contains content outside the base directory: {name}")));
    }
    if clean.starts_with(b"..") {
        return Err("chart illegally references parent directory".into());
    }
    if matches!(&*clean, [drive, b':', b'/', ..] if drive.is_ascii_alphabetic()) {
        return Err("chart contains illegally named files".into());
    }
    if first == b"Chart.yaml" {
        return Err("chart yaml not in base directory".into());
    }
    Ok(String::from_utf8_lossy(&clean).into_owned())
}

/// What the decompressor and the tar reader find wrong, in Go's words as far as they have a counterpart.
fn broken(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "unexpected EOF",
        // The crate's words for an archive that ends within a header.
        io::ErrorKind::Other if error.to_string() == "failed to read entire block" => "unexpected EOF",
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "flate: corrupt input before offset 0",
        _ => "archive/tar: invalid tar header",
    }
    .into()
}

/// As net/http DetectContentType, on 512 bytes that are no gzip.
fn content_type(data: &[u8]) -> &'static str {
    let text = data.trim_ascii_start();
    let tag = |tag: &[u8]| {
        text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
            && matches!(text.get(tag.len()), Some(b' ' | b'>'))
    };
    let tags: [&[u8]; 17] = [
        b"<!DOCTYPE HTML",
        b"<HTML",
        b"<HEAD",
        b"<SCRIPT",
        b"<IFRAME",
        b"<H1",
        b"<DIV",
        b"<FONT",
        b"<TABLE",
        b"<A",
        b"<STYLE",
        b"<TITLE",
        b"<B",
        b"<BODY",
        b"<BR",
        b"<P",
        b"<!--",
    ];
    if tags.iter().any(|name| tag(name)) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let signatures: [(&[u8], &'static str); 25] = [
        (b"%PDF-", "application/pdf"),
        (b"%!PS-Adobe-", "application/postscript"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
        (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
        (b"\x00\x00\x01\x00", "image/x-icon"),
        (b"\x00\x00\x02\x00", "image/x-icon"),
        (b"BM", "image/bmp"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"ID3", "audio/mpeg"),
        (b"OggS\x00", "application/ogg"),
        (b"MThd\x00\x00\x00\x06", "audio/midi"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"\x00\x01\x00\x00", "font/ttf"),
        (b"OTTO", "font/otf"),
        (b"ttcf", "font/collection"),
        (b"wOFF", "font/woff"),
        (b"wOF2", "font/woff2"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
        (b"Rar!\x1a\x07\x01\x00", "application/x-rar-compressed"),
        (b"\x00asm", "application/wasm"),
    ];
    if let Some((_, name)) = signatures.iter().find(|(signature, _)| data.starts_with(signature)) {
        return name;
    }
    // Bytes that no text has.
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if text.iter().any(binary) { "application/octet-stream" } else { "text/plain; charset=utf-8" }
}
