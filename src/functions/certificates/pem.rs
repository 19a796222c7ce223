//! PEM, as Go's encoding/pem writes and finds it.

use crate::go::base64;

/// How many blocks are tried: each attempt may look at the whole rest, so that there must be an end to them.
const ATTEMPTS: usize = 100;

/// As pem.Encode without headers: lines of 64 characters.
pub(super) fn encode(kind: &str, der: &[u8]) -> String {
    let mut pem = format!("-----BEGIN {kind}-----\n");
    for line in base64::encode(der).chunks(64) {
        pem.extend(line.iter().copied().map(char::from));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {kind}-----\n"));
    pem
}

/// As pem.Decode: the type and the content of the first block that is well-formed.
pub(super) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"\n-----END ";
    let mut rest = text;
    for _ in 0..ATTEMPTS {
        // The last line that begins a block before the first that ends one.
        let end = find(rest, END)?;
        let next = &rest[end + END.len()..];
        if let Some(begin) = rest[..end].windows(BEGIN.len()).rposition(|window| window == BEGIN)
            && (begin == 0 || rest[begin - 1] == b'\n')
            && let Some(block) = block(&rest[begin + BEGIN.len()..end + 1], next)
        {
            return Some(block);
        }
        rest = next;
    }
    None
}

/// A block from its type on: `body` goes up to the newline before the end line, `end` begins with the type there.
fn block(body: &[u8], end: &[u8]) -> Option<(String, Vec<u8>)> {
    let (kind, mut body) = line(body);
    let kind = kind.strip_suffix(b"-----")?;
    // Headers such as `Proc-Type: …` may stand before the content.
    loop {
        let (header, next) = line(body);
        if !header.contains(&b':') {
            break;
        }
        body = next;
    }
    let (last, _) = line(end.strip_prefix(kind)?.strip_prefix(b"-----")?);
    if !last.is_empty() {
        return None;
    }
    let content: Vec<u8> = body.iter().copied().filter(|byte| !matches!(byte, b' ' | b'\t')).collect();
    Some((String::from_utf8_lossy(kind).into_owned(), base64::decode(&content).ok()?))
}

/// As getLine: a line without the white space at its end, and what follows it.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| byte == b'\n');
    let (line, next) = end.map_or((text, &[][..]), |end| (&text[..end], &text[end + 1..]));
    let trimmed = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).map_or(0, |last| last + 1);
    (&line[..trimmed], next)
}

fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).position(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers are encoding/pem's.
    #[test]
    fn blocks() {
        let a = || Some(("A".to_owned(), b"abc".to_vec()));
        for (text, expected) in [
            ("-----BEGIN A-----\nYWJj\n-----END A-----\n", a()),
            ("-----BEGIN A-----\r\nYW\r\nJj\r\n-----END A-----", a()),
            ("x\n-----BEGIN A-----\nH: 1\n\nYWJj\n-----END A-----  \n", a()),
            ("-----BEGIN B-----\n-----BEGIN A-----\nYWJj\n-----END A-----\n", a()),
            ("-----BEGIN A-----\nYWJj\n-----END B-----\n-----BEGIN A-----\nYWJj\n-----END A-----\n", a()),
            ("-----BEGIN A-----\n?\n-----END A-----\n\n-----BEGIN A-----\nY W Jj\n-----END A-----\n", a()),
            ("-----BEGIN A-----\n-----END A-----\n", Some(("A".to_owned(), Vec::new()))),
            ("x-----BEGIN A-----\nYWJj\n-----END A-----\n", None),
            ("-----BEGIN A-----\nYWJj\n-----END A-----x\n", None),
            ("-----BEGIN A-----\nYWJj", None),
            ("", None),
        ] {
            assert_eq!(decode(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn lines_of_64() {
        let pem = encode("X", &[0; 49]);
        assert_eq!(pem, format!("-----BEGIN X-----\n{}\nAA==\n-----END X-----\n", "A".repeat(64)));
        assert_eq!(decode(pem.as_bytes()), Some(("X".to_owned(), vec![0; 49])));
    }
}
