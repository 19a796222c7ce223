//! The values a user gives: files, then every kind of `--set`.

use super::Error;
use crate::go::Dict;
use crate::profile::Profile;

/// The ways to give values, each in the order of the command line: as Helm's cli/values `Options`.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-f`, `--values`
    pub value_files: Vec<String>,
    /// `--set-json`
    pub json_values: Vec<String>,
    /// `--set`
    pub values: Vec<String>,
    /// `--set-string`
    pub string_values: Vec<String>,
    /// `--set-file`
    pub file_values: Vec<String>,
    /// `--set-literal`
    pub literal_values: Vec<String>,
}

/// The merged values of all options, in Helm's order, which is not that of the command line.
///
/// `read` returns the bytes of a file (`-` is standard input) or the text of Go's error.
pub fn user_values(
    _options: &Options,
    _profile: &'static Profile,
    _read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Dict, Error> {
    Ok(Dict::new())
}
