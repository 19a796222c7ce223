//! Go's encoding/json, as far as templates and values meet it.

mod decode;
mod encode;

pub use decode::{Decoded, Implementation, unmarshal, unmarshal_list, unmarshal_map};
pub use encode::{Options, encode, fields, marshal, marshal_indent};

use super::utf8;
use std::borrow::Cow;

/// How deep arrays and objects may nest in a text that is read, and here also in a value that is written.
pub const MAX_DEPTH: usize = 10_000;

/// The bytes with U+FFFD in place of each byte that is not UTF-8, as encoding/json reads and writes strings.
pub fn valid_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len() + 8);
    for (_, rune) in utf8::runes(bytes) {
        utf8::push(&mut out, rune);
    }
    Cow::Owned(out)
}
