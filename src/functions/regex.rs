//! Regular expressions: sprig's regex.go.

use super::lists::{MAX_ELEMENTS, check_length};
use crate::function;
use crate::go::list::grown_capacity;
use crate::go::regexp::{Regexp, quote_meta};
use crate::go::{Elem, List, Str, Value};
use crate::profile::Go;
use crate::template::function::Function;
use std::rc::Rc;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "mustRegexFind", must_regex_find, "expression text",
        "the first match in a text, or an error",
        r#"mustRegexFind "[0-9]+" "a12b3""# => "12",
    },
    function! {
        "mustRegexMatch", must_regex_match, "expression text",
        "whether a text matches, or an error",
        r#"mustRegexMatch "^a+$" "aaa""# => "true",
    },
    function! {
        "mustRegexReplaceAll", must_regex_replace_all, "expression text replacement",
        "a text with its matches replaced, or an error",
        r#"mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W""# => "-W-xxW-",
    },
    function! {
        "mustRegexReplaceAllLiteral", must_regex_replace_all_literal, "expression text replacement",
        "a text with its matches replaced by the replacement as it is, or an error",
        r#"mustRegexReplaceAllLiteral "b" "abc" "$1""# => "a$1c",
    },
    function! {
        "mustRegexSplit", must_regex_split, "expression text count",
        "the parts of a text between matches, or an error; -1 asks for all",
        r#"mustRegexSplit "," "a,b,c" 2"# => "[a b,c]",
    },
    function! {
        "regexFind", regex_find, "expression text",
        "the first match in a text",
        r#"regexFind "[0-9]+" "a12b3""# => "12",
    },
    function! {
        "regexMatch", regex_match, "expression text",
        "whether a text matches; a bad expression matches nothing",
        r#"regexMatch "^a+$" "aaa""# => "true",
    },
    function! {
        "regexQuoteMeta", regex_quote_meta, "text",
        "an expression that matches the text itself",
        r#"regexQuoteMeta "1.2.3""# => r#"1\.2\.3"#,
    },
    function! {
        "regexReplaceAll", regex_replace_all, "expression text replacement",
        "a text with its matches replaced; $1 stands for what a group matched",
        r#"regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W""# => "-W-xxW-",
    },
    function! {
        "regexReplaceAllLiteral", regex_replace_all_literal, "expression text replacement",
        "a text with its matches replaced by the replacement as it is",
        r#"regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "$1""# => "-$1-$1-",
    },
    function! {
        "regexSplit", regex_split, "expression text count",
        "the parts of a text between matches; -1 asks for all",
        r#"regexSplit "z+" "pizza" -1"# => "[pi a]",
    },
];

/// The rows of [`all_matches`].
macro_rules! all_matches {
    ($room:expr) => {
        &[
            function! {
                "mustRegexFindAll", |pattern: Str, text: Str, limit: i64| must_regex_find_all(pattern, text, limit, $room), "expression text count",
                "the matches in a text, or an error; -1 asks for all",
                r#"mustRegexFindAll "[0-9]" "a1b2c3" -1"# => "[1 2 3]",
            },
            function! {
                "regexFindAll", |pattern: Str, text: Str, limit: i64| regex_find_all(pattern, text, limit, $room), "expression text count",
                "the matches in a text; -1 asks for all",
                r#"regexFindAll "[0-9]" "a1b2c3" 2"# => "[1 2]",
            },
        ]
    };
}

/// The functions that find all matches; in which versions of Go differ by the room that their lists have.
pub fn all_matches(go: Go) -> &'static [Function] {
    static BEFORE_GO_1_27: &[Function] = all_matches!(START_SIZE);
    static SINCE_GO_1_27: &[Function] = all_matches!(0);
    if go < Go::Go127 { BEFORE_GO_1_27 } else { SINCE_GO_1_27 }
}

/// As `regexp.Compile`.
fn compile(pattern: &Str) -> Result<Rc<Regexp>, String> {
    Regexp::cached(pattern)
}

/// As `regexp.MustCompile`, whose panic text/template reports like an error.
fn must_compile(pattern: &Str) -> Result<Rc<Regexp>, String> {
    Regexp::cached(pattern).map_err(|error| format!("regexp: Compile({}): {error}", quote(pattern)))
}

/// As package regexp's quote: in backquotes where that is possible.
fn quote(pattern: &Str) -> String {
    if crate::go::strconv::can_backquote(pattern) { format!("`{pattern}`") } else { crate::go::strconv::quote(pattern) }
}

/// `{{ regexMatch "^a+$" "aaa" }}` is `true`; a bad expression matches nothing.
fn regex_match(pattern: Str, text: Str) -> bool {
    compile(&pattern).is_ok_and(|regexp| regexp.is_match(&text))
}

/// `{{ mustRegexMatch "(" "a" }}` fails: unlike `regexMatch` this refuses a bad expression.
fn must_regex_match(pattern: Str, text: Str) -> Result<bool, String> {
    Ok(compile(&pattern)?.is_match(&text))
}

/// `{{ regexFind "[0-9]+" "a12b3" }}` is `12`.
fn regex_find(pattern: Str, text: Str) -> Result<Str, String> {
    must_compile(&pattern).map(|regexp| find(&regexp, &text))
}

/// `{{ mustRegexFind "[0-9]+" "a12b3" }}` is `12`.
fn must_regex_find(pattern: Str, text: Str) -> Result<Str, String> {
    compile(&pattern).map(|regexp| find(&regexp, &text))
}

fn find(regexp: &Regexp, text: &Str) -> Str {
    regexp.find(text).map_or(Str::EMPTY, |(start, end)| text.slice(start..end))
}

/// `{{ regexFindAll "[0-9]" "a1b2c3" 2 }}` is `[1 2]`; -1 asks for all.
fn regex_find_all(pattern: Str, text: Str, limit: i64, room: usize) -> Result<List, String> {
    must_compile(&pattern).and_then(|regexp| find_all(&regexp, &text, limit, room))
}

/// `{{ mustRegexFindAll "[0-9]" "a1b2c3" -1 }}` is `[1 2 3]`.
fn must_regex_find_all(pattern: Str, text: Str, limit: i64, room: usize) -> Result<List, String> {
    compile(&pattern).and_then(|regexp| find_all(&regexp, &text, limit, room))
}

/// How many matches there is room for from the first before Go 1.27, as its package regexp's startSize says.
const START_SIZE: usize = 10;

/// As FindAllString, which returns nil where nothing matches.
fn find_all(regexp: &Regexp, text: &Str, limit: i64, mut capacity: usize) -> Result<List, String> {
    let found = regexp.find_all(text, bounded(limit));
    if found.is_empty() {
        return Ok(List::nil(Elem::String));
    }
    check_length(found.len())?;
    let items: Vec<Value> = found.into_iter().map(|(start, end)| Value::String(text.slice(start..end))).collect();
    while capacity < items.len() {
        capacity = grown_capacity(Elem::String, capacity, capacity + 1);
    }
    Ok(List::with_capacity(Elem::String, items, capacity))
}

/// A limit for matches, of which more than a list may have are never asked for.
fn bounded(limit: i64) -> i64 {
    const MOST: i64 = MAX_ELEMENTS as i64 + 1;
    if limit < 0 { MOST } else { limit.min(MOST) }
}

/// `{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}` is `-W-xxW-`.
fn regex_replace_all(pattern: Str, text: Str, replacement: Str) -> Result<Str, String> {
    Ok(must_compile(&pattern)?.replace_all(&text, &replacement))
}

/// `{{ mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "$1" }}` is `--xx-`.
fn must_regex_replace_all(pattern: Str, text: Str, replacement: Str) -> Result<Str, String> {
    Ok(compile(&pattern)?.replace_all(&text, &replacement))
}

/// `{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "$1" }}` is `-$1-$1-`.
fn regex_replace_all_literal(pattern: Str, text: Str, replacement: Str) -> Result<Str, String> {
    Ok(must_compile(&pattern)?.replace_all_literal(&text, &replacement))
}

/// `{{ mustRegexReplaceAllLiteral "b" "abc" "$" }}` is `a$c`.
fn must_regex_replace_all_literal(pattern: Str, text: Str, replacement: Str) -> Result<Str, String> {
    Ok(compile(&pattern)?.replace_all_literal(&text, &replacement))
}

/// `{{ regexSplit "z+" "pizza" -1 }}` is `[pi a]`.
fn regex_split(pattern: Str, text: Str, limit: i64) -> Result<List, String> {
    must_compile(&pattern).and_then(|regexp| split(&regexp, &text, limit))
}

/// `{{ mustRegexSplit "," "a,b,c" 2 }}` is `[a b,c]`.
fn must_regex_split(pattern: Str, text: Str, limit: i64) -> Result<List, String> {
    compile(&pattern).and_then(|regexp| split(&regexp, &text, limit))
}

fn split(regexp: &Regexp, text: &Str, limit: i64) -> Result<List, String> {
    let Some((parts, capacity)) = regexp.split(text, bounded(limit)) else { return Ok(List::nil(Elem::String)) };
    check_length(parts.len())?;
    Ok(List::with_capacity(Elem::String, parts.into_iter().map(Value::String).collect::<Vec<_>>(), capacity))
}

/// `{{ regexQuoteMeta "1.2.3" }}` is `1\.2\.3`.
fn regex_quote_meta(text: Str) -> Str {
    quote_meta(&text)
}
