//! Go packages whose behaviour shows in output.
//!
//! Imports: nothing.

pub mod base64;
pub mod bytes;
pub mod decimal;
pub mod dict;
pub mod fmt;
pub mod fs;
pub mod glob;
pub mod history;
pub mod json;
pub mod list;
pub mod object;
pub mod path;
#[cfg(test)]
pub mod random;
pub mod reflect;
pub mod regexp;
pub mod scratch;
pub mod semver;
pub mod sixteen;
pub mod slog;
pub mod str;
pub mod strconv;
pub mod time;
pub mod toml;
pub mod unicode;
pub mod url;
pub mod utf8;
pub mod value;

pub use dict::{Dict, Entries, Extent, KeyHint};
pub use list::List;
pub use object::{Field, Method, Object, ObjectType, Part};
pub use slog::{Level, Log};
pub use str::{Mark, Span, Str, StrBuilder};
pub use value::{DictType, Elem, Kind, Type, Value};

/// A hash table for names and texts of charts: several times faster than the standard library's, and seeded at random
/// too, so that no chart can choose names that collide.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
