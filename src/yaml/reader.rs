//! The encoding of a YAML text and the characters it may hold, as goyaml readerc.go checks them.

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
}

/// The size of goyaml's raw buffer.
const BLOCK: usize = 512;

/// Reads `text` up to the first error.
pub(super) fn read(text: &[u8]) -> Source<'_> {
    let text: Cow<'_, [u8]> = match text {
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        // goyaml reads an empty text as a line break.
        [] => Cow::Borrowed(b"\n"),
        _ => Cow::Borrowed(text),
    };
    if is_plain(&text) {
        return Source { text, ascii: true, refused: None };
    }
    let Some(Refused { problem, at, width }) = first_refused(&text) else {
        let ascii = text.is_ascii();
        return Source { text, ascii, refused: None };
    };
    let limit = if problem == INCOMPLETE { at } else { block_of(&text, at + width) };
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..limit]),
        Cow::Owned(mut text) => {
            text.truncate(limit);
            Cow::Owned(text)
        }
    };
    let ascii = text.is_ascii();
    Source { text, ascii, refused: Some(problem) }
}

/// Whether all bytes are printable ASCII, tabs or line breaks. Written without a branch per byte, and in blocks of one
/// size, so that it is vectorised.
fn is_plain(text: &[u8]) -> bool {
    let (blocks, rest) = text.as_chunks::<32>();
    blocks.iter().all(|block| are_plain(block)) && are_plain(rest)
}

#[inline]
fn are_plain(bytes: &[u8]) -> bool {
    let mut plain = true;
    for &byte in bytes {
        plain &= (byte.wrapping_sub(0x20) < 0x5f) | (byte == b'\n') | (byte == b'\t') | (byte == b'\r');
    }
    plain
}

/// A character that goyaml refuses: where it starts, and how many bytes were needed to see that.
struct Refused {
    problem: &'static str,
    at: usize,
    width: usize,
}

const INCOMPLETE: &str = "incomplete UTF-8 octet sequence";

fn first_refused(text: &[u8]) -> Option<Refused> {
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
        let allowed = matches!(value,
            0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10_ffff);
        if !allowed {
            return refuse("control characters are not allowed", width);
        }
        at += width;
    }
    None
}

/// Where the block starts in which goyaml sees the character that ends at `end`.
fn block_of(text: &[u8], end: usize) -> usize {
    let (mut start, mut boundary) = (0, BLOCK);
    while boundary < end {
        // A character that crosses the boundary is read again with the next block, which is that much shorter.
        start = boundary;
        while start > 0 && text[start] & 0xc0 == 0x80 {
            start -= 1;
        }
        boundary += BLOCK - (boundary - start);
    }
    start
}

/// UTF-16 as UTF-8; what cannot be decoded becomes a character that goyaml refuses.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{ffff}')).collect();
    text.into_bytes()
}
