//! The encoding of a YAML text and the characters it may hold, as goyaml readerc.go checks them.

use crate::go::bytes;
use std::borrow::Cow;

/// A text as UTF-8 without its byte order mark, as far as goyaml would get.
pub(super) struct Source<'a> {
    /// The text up to the first character that goyaml refuses to read, or a little less (see `refused`).
    pub(super) text: Cow<'a, [u8]>,
    /// Whether every byte is ASCII.
    pub(super) ascii: bool,
    /// goyaml's error for what comes after `text`. It reads in blocks of 512 bytes and scans a block
    /// only once all of it was read, so that the error hides whatever else is wrong with that block.
    pub(super) refused: Option<&'static str>,
    /// Whether the only line breaks are newlines.
    newlines: bool,
}

impl Source<'_> {
    /// Whether all of it is text whose only line breaks are newlines.
    pub(super) fn breaks_plainly(&self) -> bool {
        self.refused.is_none() && self.newlines
    }
}

/// The size of goyaml's raw buffer.
const BLOCK: usize = 512;

/// Reads `text` up to the first error.
pub(super) fn read(text: &[u8]) -> Source<'_> {
    let (text, mark) = match text {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => (rest, 3),
        // goyaml reads an empty text as a line break.
        [] => (b"\n".as_slice(), 0),
        _ => (text, 0),
    };
    let source = |text, ascii, refused, newlines| Source { text: Cow::Borrowed(text), ascii, refused, newlines };
    if all_of(text, |byte| is_printable(byte) | (byte == b'\n')) {
        return source(text, true, None, true);
    }
    let newlines = bytes::index_byte(text, b'\r').is_none();
    if is_plain(text) {
        return source(text, true, None, newlines);
    }
    let mut breaks = false;
    let (text, refused) = match first_refused(text, &mut breaks) {
        Some(Refused { problem: INCOMPLETE, at, .. }) => (&text[..at], Some(INCOMPLETE)),
        Some(Refused { problem, at, width }) => (&text[..block_of(text, at + width, mark)], Some(problem)),
        None => (text, None),
    };
    source(text, text.is_ascii(), refused, newlines && !breaks)
}

/// Whether all bytes are printable ASCII, tabs or line breaks.
fn is_plain(text: &[u8]) -> bool {
    all_of(text, |byte| is_printable(byte) | (byte == b'\n') | (byte == b'\t') | (byte == b'\r'))
}

#[inline]
fn is_printable(byte: u8) -> bool {
    byte.wrapping_sub(0x20) < 0x5f
}

/// Whether all bytes are of one kind. Written without a branch per byte, and in blocks of one size, so that it is
/// vectorised.
#[inline]
fn all_of(text: &[u8], kind: impl Fn(u8) -> bool) -> bool {
    let all = |bytes: &[u8]| bytes.iter().fold(true, |all, &byte| all & kind(byte));
    let (blocks, rest) = text.as_chunks::<32>();
    blocks.iter().all(|block| all(block)) && all(rest)
}

/// A character that goyaml refuses: where it starts, and how many bytes were needed to see that.
struct Refused {
    problem: &'static str,
    at: usize,
    width: usize,
}

const INCOMPLETE: &str = "incomplete UTF-8 octet sequence";
const CONTROL: &str = "control characters are not allowed";

fn is_allowed(character: u32) -> bool {
    matches!(character,
        0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10_ffff)
}

/// Characters above ASCII that break lines.
const BREAKS: [u32; 3] = [0x85, 0x2028, 0x2029];

/// The first character that goyaml refuses, and whether some before it break lines without being ASCII.
fn first_refused(text: &[u8], breaks: &mut bool) -> Option<Refused> {
    let mut at = 0;
    while let Some(&lead) = text.get(at) {
        if let Some(chunk) = text.get(at..at + 32)
            && is_plain(chunk)
        {
            at += chunk.len();
            continue;
        }
        let refuse = |problem, width| Some(Refused { problem, at, width });
        let (width, bits) = match lead {
            0x00..=0x7f => (1, u32::from(lead)),
            0xc0..=0xdf => (2, u32::from(lead & 0x1f)),
            0xe0..=0xef => (3, u32::from(lead & 0x0f)),
            0xf0..=0xf7 => (4, u32::from(lead & 0x07)),
            _ => return refuse("invalid leading UTF-8 octet", 1),
        };
        let Some(tail) = text.get(at + 1..at + width) else {
            return refuse(INCOMPLETE, width);
        };
        let mut value = bits;
        for &octet in tail {
            if octet & 0xc0 != 0x80 {
                return refuse("invalid trailing UTF-8 octet", width);
            }
            value = value << 6 | u32::from(octet & 0x3f);
        }
        if !matches!((width, value), (1, _) | (2, 0x80..) | (3, 0x800..) | (4, 0x10000..)) {
            return refuse("invalid length of a UTF-8 sequence", width);
        }
        if matches!(value, 0xd800..=0xdfff | 0x11_0000..) {
            return refuse("invalid Unicode character", width);
        }
        if !is_allowed(value) {
            return refuse(CONTROL, width);
        }
        *breaks |= BREAKS.contains(&value);
        at += width;
    }
    None
}

/// Where the block starts in which goyaml sees the character that ends at `end`. The first block holds a byte order
/// mark of `mark` bytes, too.
fn block_of(text: &[u8], end: usize, mark: usize) -> usize {
    let (mut start, mut boundary) = (0, BLOCK - mark);
    while boundary < end {
        // A character that crosses the boundary is read again with the next block, which is that much shorter.
        start = boundary;
        while start > 0 && text[start] & 0xc0 == 0x80 {
            start -= 1;
        }
        boundary = start + BLOCK;
    }
    start
}

/// Reads UTF-16 behind its byte order mark.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Source<'static> {
    let mut text = String::with_capacity(bytes.len());
    let (mut at, mut boundary, mut block) = (0, BLOCK - 2, 0);
    let mut refused = None;
    while at < bytes.len() {
        let unit_at = |at: usize| bytes.get(at..at + 2).map(|pair| u32::from(unit([pair[0], pair[1]])));
        let (character, width) = match (unit_at(at), unit_at(at + 2)) {
            (None, _) => (Err("incomplete UTF-16 character"), 2),
            (Some(0xdc00..=0xdfff), _) => (Err("unexpected low surrogate area"), 2),
            (Some(0xd800..=0xdbff), None) => (Err("incomplete UTF-16 surrogate pair"), 4),
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                (Ok(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff)), 4)
            }
            (Some(0xd800..=0xdbff), Some(_)) => (Err("expected low surrogate area"), 4),
            (Some(value), _) => (Ok(value), 2),
        };
        if at + width > boundary {
            (boundary, block) = (at + BLOCK, text.len());
        }
        match character.and_then(|value| char::from_u32(value).filter(|_| is_allowed(value)).ok_or(CONTROL)) {
            Ok(character) => text.push(character),
            Err(problem) => {
                refused = Some(problem);
                break;
            }
        }
        at += width;
    }
    // What is incomplete shows only when the next block turns out to be empty, after all before it was scanned.
    if refused.is_some_and(|problem| !problem.starts_with("incomplete")) {
        text.truncate(block);
    }
    let newlines = !text.chars().any(|character| character == '\r' || BREAKS.contains(&u32::from(character)));
    let text = text.into_bytes();
    let ascii = text.is_ascii();
    Source { text: Cow::Owned(text), ascii, refused, newlines }
}
