//! Slash-separated paths and the operating system's, which on Unix are the same.

use crate::function;
use crate::go::{Str, path};
use crate::template::function::Function;
use std::borrow::Cow;

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function!("base", base),
    function!("dir", dir),
    function!("clean", clean),
    function!("ext", ext),
    function!("isAbs", is_abs),
    function!("osBase", base),
    function!("osDir", dir),
    function!("osClean", clean),
    function!("osExt", ext),
    function!("osIsAbs", is_abs),
];

fn computed(path: &Str, result: Cow<'_, [u8]>) -> Str {
    match result {
        Cow::Borrowed(part) => path.slice_of(part),
        Cow::Owned(bytes) => Str::derived(bytes, [path]),
    }
}

/// The last element of a path.
///
/// `{{ base "a/b.txt" }}` gives `b.txt`.
fn base(path: Str) -> Str {
    path.slice_of(path::base(&path))
}

/// All but the last element of a path.
///
/// `{{ dir "a/b.txt" }}` gives `a`.
fn dir(path: Str) -> Str {
    computed(&path, path::dir(&path))
}

/// The shortest form of a path.
///
/// `{{ clean "a//b/../c" }}` gives `a/c`.
fn clean(path: Str) -> Str {
    computed(&path, path::clean(&path))
}

/// The file name extension with its dot.
///
/// `{{ ext "a/b.txt" }}` gives `.txt`.
fn ext(path: Str) -> Str {
    path.slice_of(path::ext(&path))
}

/// Whether a path starts at the root.
///
/// `{{ isAbs "/a" }}` gives `true`.
fn is_abs(path: Str) -> bool {
    path::is_abs(&path)
}
