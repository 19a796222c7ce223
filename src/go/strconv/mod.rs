//! Go's `strconv`: quoting, and numbers to text and back.

mod format;
mod parse;
mod quote;

pub use format::{EXACT, append_float, append_int, append_uint, format_float};
pub use parse::{NumError, NumErrorKind, atoi, parse_bool, parse_float, parse_int, parse_uint};
pub use quote::{
    Unquoted, append_quote, append_quote_rune, append_quote_rune_to_ascii, append_quote_to_ascii, can_backquote, quote,
    quote_rune, unquote, unquote_char,
};
