//! The text/template language, knowing nothing of Helm.
//!
//! `lex` cuts a text into items, `parse` makes `node`s of them with variables resolved to slots and functions to
//! pointers, `compile` puts these together to operations, and `exec` runs those. For texts that are surely
//! well-formed `outline`, which notes what is in them on a `tape`, and `build` take the place of the parser.
//!
//! Imports: go, host.

pub mod cache;
pub mod error;
pub mod function;
pub mod limits;
pub mod observer;
pub mod templates;

mod build;
mod code;
mod compile;
mod cursor;
mod eval;
mod exec;
mod lex;
mod memo;
mod node;
mod number;
mod outline;
mod parse;
mod tape;
#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use error::{Error, ExecError, Location, ParseError};
pub use exec::{Executor, execute};
pub use function::{Caller, Evaluate, Function, Functions};
pub use observer::{Observer, Place, Unobserved};
pub use templates::{Collision, Language, Template, Templates};
