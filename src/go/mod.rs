//! Go packages whose behaviour shows in output.
//!
//! Imports: nothing.

pub mod fmt;
pub mod decimal;
pub mod glob;
pub mod object;
pub mod path;
pub mod reflect;
pub mod str;
pub mod strconv;
pub mod unicode;
pub mod url;
pub mod utf8;
pub mod value;

pub use object::{Field, Method, Object, ObjectType};
pub use str::{Mark, Span, Str, StrBuilder};
pub use value::{Dict, DictType, Elem, Entries, Kind, List, Type, Value};
