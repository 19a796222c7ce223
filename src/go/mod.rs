//! Go packages whose behaviour shows in output.
//!
//! Imports: nothing.

pub mod base64;
pub mod fmt;
pub mod object;
pub mod regexp;
pub mod semver;
pub mod str;
pub mod strconv;
pub mod time;
pub mod unicode;
pub mod utf8;
pub mod value;

pub use object::{Field, Method, Object, ObjectType};
pub use str::{Mark, Span, Str, StrBuilder};
pub use value::{Dict, DictType, Elem, Entries, Kind, List, Type, Value};
