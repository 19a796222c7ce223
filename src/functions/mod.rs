//! The function library, one file per chapter of Helm's function list.
//!
//! A function is an ordinary typed Rust function and one row in its chapter's table.
//!
//! Imports: go, yaml, host, profile, template.

pub mod builtins;
pub mod convert;
pub mod strings;

use crate::profile::Profile;
use crate::template::function::Function;

/// The chapters; where two name one function, the later row wins, as sprig's `slice` hides Go's.
static CHAPTERS: &[&[Function]] = &[builtins::FUNCTIONS, strings::FUNCTIONS];

/// The functions of a Helm version, apart from those that need the chart (`include`, `tpl`, `required`, `lookup`).
pub fn all(_profile: &Profile) -> impl Iterator<Item = &'static Function> {
    CHAPTERS.iter().copied().flatten()
}
