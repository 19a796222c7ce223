//! The values a user gives: files, then every kind of `--set`.

use super::Error;
use super::set::{self, Reader};
use crate::chart::{load_values, merge_maps};
use crate::go::json;
use crate::go::{Dict, Value};
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
    options: &Options,
    profile: &'static Profile,
    read: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Dict, Error> {
    let mut base = Dict::new();
    for path in &options.value_files {
        let text = read(path).map_err(Error::Read)?;
        let values = load_values(&text, profile).map_err(|error| Error::Parse { path: path.clone(), error })?;
        base = merge_maps(&base, &values);
    }
    for argument in &options.json_values {
        let trimmed = argument.trim_matches(crate::go::unicode::is_space);
        if profile.set_json_objects && trimmed.starts_with('{') {
            match json::unmarshal(trimmed.as_bytes(), json::Implementation::V1).into_result() {
                Ok(Value::Dict(values)) => base = merge_maps(&base, &values),
                _ => return Err(Error::SetJson { whole: true, argument: argument.clone() }),
            }
        } else {
            set::parse_into(argument, &base, Reader::Json, profile)
                .map_err(|_| Error::SetJson { whole: false, argument: argument.clone() })?;
        }
    }
    let fail = |flag| move |error| Error::Set { flag, error };
    for argument in &options.values {
        set::parse_into(argument, &base, Reader::Typed, profile).map_err(fail("set"))?;
    }
    for argument in &options.string_values {
        set::parse_into(argument, &base, Reader::String, profile).map_err(fail("set-string"))?;
    }
    for argument in &options.file_values {
        let mut read = |path: &str| read(path).map(Value::string);
        set::parse_into(argument, &base, Reader::File(&mut read), profile).map_err(fail("set-file"))?;
    }
    for argument in &options.literal_values {
        set::parse_into(argument, &base, Reader::Literal, profile).map_err(fail("set-literal"))?;
    }
    Ok(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::HELM_4_3;

    #[test]
    fn the_kinds_of_set_have_an_order() {
        let options = Options {
            json_values: vec!["a=1".to_owned(), r#"{"j":{"k":true}}"#.to_owned()],
            values: vec!["a=2,b=2,j.l=x".to_owned()],
            string_values: vec!["b=3,c=3".to_owned()],
            file_values: vec!["c=f,d=f".to_owned()],
            literal_values: vec!["d=,".to_owned()],
            ..Options::default()
        };
        let values = user_values(&options, &HELM_4_3, &mut |path| Ok(format!("<{path}>").into_bytes())).unwrap();
        assert_eq!(
            format!("{:?}", Value::Dict(values)),
            r#"{"a": int64(2), "b": "3", "c": "<f>", "d": ",", "j": {"k": true, "l": "x"}}"#
        );
    }

    #[test]
    fn errors() {
        let run = |options: Options| {
            user_values(&options, &HELM_4_3, &mut |path| Err(format!("open {path}: no such file or directory")))
                .err()
                .unwrap()
                .to_string()
        };
        let one = |text: &str| vec![text.to_owned()];
        let none = Options::default;
        assert_eq!(run(Options { value_files: one("x"), ..none() }), "open x: no such file or directory");
        assert_eq!(
            run(Options { json_values: one("{\"a\":1} x"), ..none() }),
            "failed parsing --set-json data JSON: {\"a\":1} x"
        );
        assert_eq!(run(Options { json_values: one("a=b"), ..none() }), "failed parsing --set-json data a=b");
        assert_eq!(run(Options { values: one("a"), ..none() }), "failed parsing --set data: key \"a\" has no value");
        assert_eq!(
            run(Options { file_values: one("a=x"), ..none() }),
            "failed parsing --set-file data: open x: no such file or directory"
        );
    }
}
