//! Slash-separated paths and the operating system's, which on Unix are the same.

use crate::function;
use crate::go::{Str, path};
use crate::template::function::Function;
use std::borrow::Cow;

/// The rows of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "base", base, "path",
        "the last part of a path",
        r#"base "a/b.txt""# => "b.txt",
    },
    function! {
        "dir", dir, "path",
        "a path without its last part",
        r#"dir "a/b.txt""# => "a",
    },
    function! {
        "clean", clean, "path",
        "the shortest path that means the same",
        r#"clean "a//b/../c""# => "a/c",
    },
    function! {
        "ext", ext, "path",
        "the extension of a path",
        r#"ext "a/b.txt""# => ".txt",
    },
    function! {
        "isAbs", is_abs, "path",
        "whether a path begins at the root",
        r#"isAbs "/a""# => "true",
    },
    function! {
        "osBase", base, "path",
        "the last part of a file's path",
        r#"osBase "a/b.txt""# => "b.txt",
    },
    function! {
        "osDir", dir, "path",
        "a file's path without its last part",
        r#"osDir "a/b.txt""# => "a",
    },
    function! {
        "osClean", clean, "path",
        "the shortest file path that means the same",
        r#"osClean "a//b/../c""# => "a/c",
    },
    function! {
        "osExt", ext, "path",
        "the extension of a file's path",
        r#"osExt "a/b.txt""# => ".txt",
    },
    function! {
        "osIsAbs", is_abs, "path",
        "whether a file's path begins at the root",
        r#"osIsAbs "/a""# => "true",
    },
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
