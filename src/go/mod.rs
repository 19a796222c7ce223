//! Go packages whose behaviour shows in output.
//!
//! Imports: nothing.

pub mod json;
pub mod json_decode;
pub mod object;
pub mod slog;
pub mod str;
pub mod toml;
pub mod strconv;
pub mod unicode;
pub mod utf8;
pub mod value;

pub use slog::{Level, Log};
pub use object::{Field, Method, Object, ObjectType};
pub use str::{Mark, Span, Str, StrBuilder};
pub use value::{Dict, DictType, Elem, Entries, Kind, List, Type, Value};
