//! Go's `unicode/utf8`: reading code points from bytes that need not be UTF-8.

/// What stands in for bytes that are not UTF-8.
pub const RUNE_ERROR: char = char::REPLACEMENT_CHARACTER;

/// The first code point and its length in bytes. As `utf8.DecodeRune`: an invalid byte is one U+FFFD of length 1,
/// and nothing is one of length 0.
#[inline]
pub fn decode(bytes: &[u8]) -> (char, usize) {
    let Some(&first) = bytes.first() else { return (RUNE_ERROR, 0) };
    if first < 0x80 {
        return (char::from(first), 1);
    }
    decode_long(first, bytes)
}

fn decode_long(first: u8, bytes: &[u8]) -> (char, usize) {
    // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
    let (len, low, high) = match first {
        0xc2..=0xdf => (2, 0x80, 0xbf),
        0xe0 => (3, 0xa0, 0xbf),
        0xed => (3, 0x80, 0x9f),
        0xe1..=0xef => (3, 0x80, 0xbf),
        0xf0 => (4, 0x90, 0xbf),
        0xf1..=0xf3 => (4, 0x80, 0xbf),
        0xf4 => (4, 0x80, 0x8f),
        _ => return (RUNE_ERROR, 1),
    };
    let Some(rest) = bytes.get(1..len) else { return (RUNE_ERROR, 1) };
    let mut rune = u32::from(first) & (0x7f >> len);
    for (index, &byte) in rest.iter().enumerate() {
        let (low, high) = if index == 0 { (low, high) } else { (0x80, 0xbf) };
        if byte < low || byte > high {
            return (RUNE_ERROR, 1);
        }
        rune = rune << 6 | u32::from(byte & 0x3f);
    }
    (char::from_u32(rune).unwrap_or(RUNE_ERROR), len)
}

/// The last code point and its length in bytes, as `utf8.DecodeLastRune`.
pub fn decode_last(bytes: &[u8]) -> (char, usize) {
    let end = bytes.len();
    for len in 1..=end.min(4) {
        let tail = &bytes[end - len..];
        if tail[0] & 0xc0 != 0x80 {
            let (rune, size) = decode(tail);
            return if size == len { (rune, size) } else { (RUNE_ERROR, 1) };
        }
    }
    (RUNE_ERROR, end.min(1))
}

/// The code points with the offset at which each starts, as `range` over a Go string.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let (rune, size) = decode(rest);
        let start = at;
        at += size;
        Some((start, rune))
    })
}

/// How many code points there are; each invalid byte counts.
pub fn rune_count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

/// Appends a code point.
pub fn push(out: &mut Vec<u8>, rune: char) {
    out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_are_one_rune_each() {
        let cases: [(&[u8], usize); 8] = [
            (b"abc", 3),
            ("h\u{e9}\u{20ac}\u{1f600}".as_bytes(), 4),
            (b"\xff\xfe", 2),
            (b"\xe2\x82", 2),
            (b"\xc0\x80", 2),
            (b"\xed\xa0\x80", 3),
            (b"\xf4\x90\x80\x80", 4),
            (b"", 0),
        ];
        for (bytes, count) in cases {
            assert_eq!(rune_count(bytes), count, "{bytes:?}");
            assert_eq!(runes(bytes).count(), count, "{bytes:?}");
        }
    }

    #[test]
    fn the_last_rune() {
        assert_eq!(decode_last("a\u{20ac}".as_bytes()), ('\u{20ac}', 3));
        assert_eq!(decode_last(b"a\x82"), (RUNE_ERROR, 1));
        assert_eq!(decode_last(b"\x82\x82\x82\x82\x82"), (RUNE_ERROR, 1));
        assert_eq!(decode_last(b"\xe2\x82\xac\xac"), (RUNE_ERROR, 1));
        assert_eq!(decode_last(b""), (RUNE_ERROR, 0));
    }
}
