//! Go's `path`, and `path/filepath` as it is on Unix, where the two agree.

use super::{bytes, utf8};
use std::borrow::Cow;
use std::fmt;

/// `filepath.ErrBadPattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// The shortest path that means the same, as `path.Clean`: no empty and no `.` elements, and `..` only at the start.
pub fn clean(path: &[u8]) -> Cow<'_, [u8]> {
    if path.is_empty() {
        return Cow::Borrowed(b".");
    }
    if is_plainly_clean(path) {
        return Cow::Borrowed(path);
    }
    let rooted = path[0] == b'/';
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    // What stands before this length is `/` or a run of `..`, which a further `..` cannot take back.
    let mut fixed = 0;
    if rooted {
        out.push(b'/');
        fixed = 1;
    }
    for element in path.split(|&byte| byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." if out.len() > fixed => {
                let parent = out.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                out.truncate(parent.max(fixed));
            }
            b".." if rooted => {}
            _ => {
                if out.len() > usize::from(rooted) {
                    out.push(b'/');
                }
                out.extend_from_slice(element);
                if element == b".." {
                    fixed = out.len();
                }
            }
        }
    }
    if out.is_empty() {
        Cow::Borrowed(b".")
    } else if out == path {
        Cow::Borrowed(path)
    } else {
        Cow::Owned(out)
    }
}

/// Whether no element is empty or begins with a dot, as it is with most paths.
fn is_plainly_clean(path: &[u8]) -> bool {
    let begins = |at: usize| !matches!(path.get(at), None | Some(b'/' | b'.'));
    (path[0] == b'/' || begins(0)) && bytes::indices(path, b'/').all(|slash| begins(slash + 1))
}

/// The elements joined by slashes and cleaned, as `path.Join`: empty ones are left out, and nothing at all is empty.
pub fn join(elements: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(elements.iter().map(|element| element.len() + 1).sum());
    for element in elements {
        if !joined.is_empty() || !element.is_empty() {
            if !joined.is_empty() {
                joined.push(b'/');
            }
            joined.extend_from_slice(element);
        }
    }
    if joined.is_empty() || is_plainly_clean(&joined) { joined } else { clean(&joined).into_owned() }
}

/// What stands up to and with the last slash, and what after it, as `path.Split`.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    path.split_at(path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1))
}

/// The last element, as `path.Base`: `.` for the empty path, `/` for slashes only.
pub fn base(path: &[u8]) -> &[u8] {
    let Some(end) = path.iter().rposition(|&byte| byte != b'/') else {
        return if path.is_empty() { b"." } else { b"/" };
    };
    split(&path[..=end]).1
}

/// All but the last element, cleaned, as `path.Dir`.
pub fn dir(path: &[u8]) -> Cow<'_, [u8]> {
    clean(split(path).0)
}

/// From the last dot of the last element on, as `path.Ext`; empty where there is none.
pub fn ext(path: &[u8]) -> &[u8] {
    let name = split(path).1;
    name.iter().rposition(|&byte| byte == b'.').map_or(b"", |at| &name[at..])
}

/// Whether the path starts at the root.
pub fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// Whether the whole of `name` matches the shell pattern, as `filepath.Match`: `*` and `?` match no slash, `[a-z]` and
/// `[^a]` are classes, a backslash escapes.
/// As in Go, what follows the part that does not match is not checked for errors.
pub fn matches(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&b'/'));
        }
        if let Some(tail) = match_chunk(chunk, name)?
            && (tail.is_empty() || !pattern.is_empty())
        {
            name = tail;
            continue;
        }
        if star {
            for at in 0..name.iter().position(|&byte| byte == b'/').unwrap_or(name.len()) {
                if let Some(tail) = match_chunk(chunk, &name[at + 1..])? {
                    if pattern.is_empty() && !tail.is_empty() {
                        continue;
                    }
                    name = tail;
                    continue 'pattern;
                }
            }
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Whether stars lead, the pattern up to the next star, and what follows it.
fn scan_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let start = pattern.iter().position(|&byte| byte != b'*').unwrap_or(pattern.len());
    let (star, pattern) = (start > 0, &pattern[start..]);
    let (mut in_class, mut at) = (false, 0);
    while at < pattern.len() {
        match pattern[at] {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => return (star, &pattern[..at], &pattern[at..]),
            _ => {}
        }
        at += 1;
    }
    (star, pattern, b"")
}

/// What is left of `text` after the chunk, which holds no star. The chunk is read to its end even if it does not match.
fn match_chunk<'a>(mut chunk: &[u8], mut text: &'a [u8]) -> Result<Option<&'a [u8]>, BadPattern> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed |= text.is_empty();
        if failed && bytes::index_any(chunk, *b"[\\").is_none() {
            // Nothing that follows can be wrong.
            return Ok(None);
        }
        chunk = &chunk[1..];
        match first {
            b'[' => {
                let mut rune = '\0';
                if !failed {
                    let (decoded, size) = utf8::decode(text);
                    rune = decoded;
                    text = &text[size..];
                }
                let (matched, rest) = match_class(chunk, rune)?;
                chunk = rest;
                failed |= !matched;
            }
            b'?' => {
                if !failed {
                    failed = text[0] == b'/';
                    text = &text[utf8::decode(text).1..];
                }
            }
            _ => {
                let mut literal = first;
                if first == b'\\' {
                    literal = *chunk.first().ok_or(BadPattern)?;
                    chunk = &chunk[1..];
                }
                if !failed {
                    failed = literal != text[0];
                    text = &text[1..];
                }
            }
        }
    }
    Ok((!failed).then_some(text))
}

/// Whether `rune` is in the class that `chunk` starts with, its bracket already read, and what follows the class.
fn match_class(mut chunk: &[u8], rune: char) -> Result<(bool, &[u8]), BadPattern> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = &chunk[1..];
    }
    let (mut matched, mut ranges) = (false, 0);
    loop {
        if chunk.first() == Some(&b']') && ranges > 0 {
            return Ok((matched != negated, &chunk[1..]));
        }
        let (low, rest) = class_rune(chunk)?;
        chunk = rest;
        let mut high = low;
        if chunk.first() == Some(&b'-') {
            (high, chunk) = class_rune(&chunk[1..])?;
        }
        matched |= low <= rune && rune <= high;
        ranges += 1;
    }
}

/// A possibly escaped code point of a class, and what follows, which must be something.
fn class_rune(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let text = match chunk.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => &chunk[1..],
        Some(_) => chunk,
    };
    let (rune, size) = utf8::decode(text);
    if text.len() <= size || (rune == utf8::RUNE_ERROR && size == 1) {
        return Err(BadPattern);
    }
    Ok((rune, &text[size..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).expect("the test's strings are UTF-8")
    }

    #[test]
    fn cleaned_paths() {
        for (path, want) in [
            ("", "."),
            ("abc/def", "abc/def"),
            ("a/b/c/", "a/b/c"),
            ("..", ".."),
            ("../..", "../.."),
            ("../../abc", "../../abc"),
            ("/", "/"),
            ("abc//def//ghi", "abc/def/ghi"),
            ("//abc", "/abc"),
            ("abc/./def", "abc/def"),
            ("abc/def/ghi/../jkl", "abc/def/jkl"),
            ("abc/def/..", "abc"),
            ("abc/def/../..", "."),
            ("/abc/def/../..", "/"),
            ("abc/def/../../..", ".."),
            ("/abc/def/../../..", "/"),
            ("abc/def/../../../ghi/jkl/../../../mno", "../../mno"),
            ("abc/./../def", "def"),
            ("abc//./../def", "def"),
            ("abc/../../././../def", "../../def"),
        ] {
            assert_eq!(text(&clean(path.as_bytes())), want, "clean {path:?}");
        }
    }

    #[test]
    fn parts_of_paths() {
        for (path, want_base, want_dir, want_ext) in [
            ("", ".", ".", ""),
            (".", ".", ".", "."),
            ("/", "/", "/", ""),
            ("////", "/", "/", ""),
            ("x/", "x", "x", ""),
            ("abc", "abc", ".", ""),
            ("abc/def.tar.gz", "def.tar.gz", "abc", ".gz"),
            ("a.b/c", "c", "a.b", ""),
            ("/a/b.", "b.", "/a", "."),
        ] {
            let path = path.as_bytes();
            assert_eq!((text(base(path)), text(&dir(path)), text(ext(path))), (want_base, want_dir, want_ext));
        }
        assert_eq!(text(&join(&[b"", b"a", b"", b"../b", b"c/"])), "b/c");
        assert_eq!(text(&join(&[b"", b""])), "");
        assert_eq!(text(&join(&[b"/", b"a"])), "/a");
    }

    #[test]
    fn patterns_as_in_go_match_test() {
        for (pattern, name, want) in [
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*", "ab/c", Ok(false)),
            ("a*/b", "abc/b", Ok(true)),
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", Ok(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Ok(true)),
            ("a*b?c*x", "abxbbxdbxebxczzy", Ok(false)),
            ("ab[c]", "abc", Ok(true)),
            ("ab[e-g]", "abc", Ok(false)),
            ("ab[^c]", "abc", Ok(false)),
            ("ab[^e-g]", "abc", Ok(true)),
            ("a\\*b", "a*b", Ok(true)),
            ("a\\*b", "ab", Ok(false)),
            ("a?b", "a\u{263a}b", Ok(true)),
            ("a[^a]b", "a\u{263a}b", Ok(true)),
            ("a???b", "a\u{263a}b", Ok(false)),
            ("[a-\u{3b6}]*", "\u{3b1}", Ok(true)),
            ("a?b", "a/b", Ok(false)),
            ("[\\]a]", "]", Ok(true)),
            ("[\\-x]", "-", Ok(true)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("[x-]", "x", Err(BadPattern)),
            ("[a-b-c]", "a", Err(BadPattern)),
            ("[", "a", Err(BadPattern)),
            ("[^bc", "a", Err(BadPattern)),
            ("a[", "a", Err(BadPattern)),
            ("a[", "ab", Err(BadPattern)),
            ("a[", "x", Err(BadPattern)),
            ("a/b[", "x", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
            ("\\", "a", Err(BadPattern)),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), want, "{pattern} on {name}");
        }
    }
}
