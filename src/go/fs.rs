//! How Go words the errors of files.

use std::io;

/// The text of an `*fs.PathError`: `open values.yaml: no such file or directory`.
pub fn path_error(operation: &str, path: &str, error: &io::Error) -> String {
    format!("{operation} {path}: {}", error_text(error))
}

/// The text of a `syscall.Errno`, which is the C library's in lower case.
fn error_text(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" (os error").map_or(text.as_str(), |end| &text[..end]);
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_lowercase().collect()).unwrap_or_default();
    first + letters.as_str()
}
