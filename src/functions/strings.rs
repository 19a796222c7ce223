//! sprig's functions on strings, and the text forms of other values; `case` holds those for words.

use super::convert::{strslice, strval};
use super::lists::{MAX_ELEMENTS, check_length};
use crate::function;
use crate::go::unicode::is_space;
use crate::go::{Dict, DictType, Elem, Kind, List, Str, StrBuilder, Value, bytes, fmt, scratch, strconv, utf8};
use crate::template::function::Function;
use case::{camelcase, kebabcase, lower, snakecase, swapcase, title, untitle, upper};

mod case;

/// The functions of this chapter.
pub static FUNCTIONS: &[Function] = &[
    function! {
        "abbrev", abbrev, "width text",
        "shortens a text to a width, with dots at its end",
        r#"abbrev 5 "hello world""# => "he...",
    },
    function! {
        "abbrevboth", abbrevboth, "left width text",
        "shortens a text on both sides",
        r#"abbrevboth 5 10 "1234 5678 9123""# => "...5678...",
    },
    function! {
        "camelcase", camelcase, "text",
        "a text in PascalCase",
        r#"camelcase "http_server""# => "HttpServer",
    },
    function! {
        "cat", cat, "values...",
        "the values that are not nil, with blanks between",
        r#"cat "a" 1 nil "b""# => "a 1 b",
    },
    function! {
        "contains", contains, "part text",
        "whether a text contains another",
        r#"contains "b" "abc""# => "true",
    },
    function! {
        "hasPrefix", has_prefix, "prefix text",
        "whether a text begins with another",
        r#"hasPrefix "a" "abc""# => "true",
    },
    function! {
        "hasSuffix", has_suffix, "suffix text",
        "whether a text ends with another",
        r#"hasSuffix "c" "abc""# => "true",
    },
    function! {
        "hello", hello, "",
        "a greeting",
        "hello" => "Hello!",
    },
    function! {
        "indent", indent, "spaces text",
        "indents every line of a text",
        r#"indent 2 "a""# => "  a",
    },
    function! {
        "initials", initials, "text",
        "the first letter of every word",
        r#"initials "First Try""# => "FT",
    },
    function! {
        "join", join, "separator list",
        "the elements of a list as one text",
        r#"join "-" (list 1 2)"# => "1-2",
    },
    function! {
        "kebabcase", kebabcase, "text",
        "a text in kebab-case",
        r#"kebabcase "HTTPServer""# => "http-server",
    },
    function! {
        "lower", lower, "text",
        "a text in lower case",
        r#"lower "ABC""# => "abc",
    },
    function! {
        "nindent", nindent, "spaces text",
        "a newline, and the text with every line indented",
        r#"nindent 2 "a" | quote"# => r#""\n  a""#,
    },
    function! {
        "nospace", nospace, "text",
        "a text without its white space",
        r#"nospace "a b c""# => "abc",
    },
    function! {
        "plural", plural, "one many count",
        "the first text where the count is 1, otherwise the second",
        r#"plural "one" "many" 2"# => "many",
    },
    function! {
        "quote", quote, "values...",
        "the values that are not nil, each in double quotes",
        r#"quote "a" 1 nil"# => r#""a" "1""#,
    },
    function! {
        "repeat", repeat, "count text",
        "a text so many times",
        r#"repeat 3 "ab""# => "ababab",
    },
    function! {
        "replace", replace, "old new text",
        "a text with every occurrence of another replaced",
        r#"replace " " "-" "a b""# => "a-b",
    },
    function! {
        "snakecase", snakecase, "text",
        "a text in snake_case",
        r#"snakecase "FirstName""# => "first_name",
    },
    function! {
        "sortAlpha", sort_alpha, "list",
        "the elements of a list as sorted strings",
        r#"sortAlpha (list "b" "a")"# => "[a b]",
    },
    function! {
        "split", split, "separator text",
        "the parts of a text as a map with the keys _0, _1 and so on",
        r#"(split "," "a,b")._1"# => "b",
    },
    function! {
        "splitList", split_list, "separator text",
        "the parts of a text as a list",
        r#"splitList "," "a,b""# => "[a b]",
    },
    function! {
        "splitn", splitn, "separator count text",
        "as split, with at most so many parts",
        r#"(splitn "," 2 "a,b,c")._1"# => "b,c",
    },
    function! {
        "squote", squote, "values...",
        "the values that are not nil, each in single quotes",
        r#"squote "a" 1 nil"# => "'a' '1'",
    },
    function! {
        "substr", substr, "start end text",
        "the bytes of a text from one position up to another",
        r#"substr 0 5 "hello world""# => "hello",
    },
    function! {
        "swapcase", swapcase, "text",
        "a text with upper and lower case exchanged",
        r#"swapcase "This Is""# => "tHIS iS",
    },
    function! {
        "title", title, "text",
        "a text with every word beginning with a capital",
        r#"title "hello wORLD""# => "Hello WORLD",
    },
    function! {
        "toString", to_string, "value",
        "a value as text",
        "toString 1.5" => "1.5",
    },
    function! {
        "toStrings", to_strings, "list",
        "the elements of a list that are not nil, as strings",
        r#"toStrings (list 1 nil "a")"# => "[1 a]",
    },
    function! {
        "trim", trim, "text",
        "a text without white space at its ends",
        r#"trim " a ""# => "a",
    },
    function! {
        "trimAll", trim_all, "characters text",
        "a text without these characters at its ends",
        r#"trimAll "$" "$5$""# => "5",
    },
    function! {
        "trimPrefix", trim_prefix, "prefix text",
        "a text without a beginning",
        r#"trimPrefix "-" "-a""# => "a",
    },
    function! {
        "trimSuffix", trim_suffix, "suffix text",
        "a text without an end",
        r#"trimSuffix "-" "a-""# => "a",
    },
    function! {
        "trimall", trim_all, "characters text",
        "the same as trimAll",
        r#"trimall "$" "$5$""# => "5",
    },
    function! {
        "trunc", trunc, "count text",
        "the first bytes of a text, or the last where the count is negative",
        r#"trunc 5 "hello world""# => "hello",
    },
    function! {
        "untitle", untitle, "text",
        "a text with every word beginning with a small letter",
        r#"untitle "Hello World""# => "hello world",
    },
    function! {
        "upper", upper, "text",
        "a text in upper case",
        r#"upper "abc""# => "ABC",
    },
    function! {
        "wrap", wrap, "width text",
        "a text with newlines, so that no line is wider unless a word is",
        r#"wrap 10 "aaa bbb ccc" | quote"# => r#""aaa bbb\nccc""#,
    },
    function! {
        "wrapWith", wrap_with, "width separator text",
        "a text broken at a width with this separator, words included",
        r#"wrapWith 5 "-" "HelloWorld x""# => "Hello-World-x",
    },
];

/// No function builds a longer string; Go would only stop where memory ends.
const LIMIT: usize = 256 << 20;

/// Refuses a result that would be too long.
fn bounded(len: Option<usize>) -> Result<usize, String> {
    len.filter(|&len| len <= LIMIT).ok_or_else(|| format!("the result is longer than {} MiB", LIMIT >> 20))
}

/// How long a text is that strings.Repeat makes. What is longer than any memory ends its run before ours.
fn repeated(count: usize, text: usize) -> Result<usize, String> {
    const MEMORY: usize = 1 << 48;
    match count.checked_mul(text).filter(|len| i64::try_from(*len).is_ok()) {
        None => Err("strings: Repeat output length overflow".to_owned()),
        Some(len) if len > MEMORY => Err("runtime error: makeslice: len out of range".to_owned()),
        len => bounded(len),
    }
}

/// `{{ hello }}` is `Hello!`.
fn hello() -> &'static str {
    "Hello!"
}

// Cutting.

/// `{{ trunc 5 "hello world" }}` is `hello`, and `{{ trunc -5 "hello world" }}` is `world`, in bytes.
fn trunc(count: i64, text: Str) -> Str {
    let len = text.len() as i64;
    if count < 0 && len + count > 0 {
        text.slice((len + count) as usize..text.len())
    } else if count >= 0 && len > count {
        text.slice(0..count as usize)
    } else {
        text
    }
}

/// `{{ substr 0 5 "hello world" }}` is `hello`, in bytes.
fn substr(start: i64, end: i64, text: Str) -> Result<Str, String> {
    let len = text.len() as i64;
    if start < 0 {
        return slice(&text, 0, end).ok_or_else(|| {
            if end < 0 {
                format!("runtime error: slice bounds out of range [:{end}]")
            } else {
                format!("runtime error: slice bounds out of range [:{end}] with length {len}")
            }
        });
    }
    if end < 0 || end > len {
        return slice(&text, start, len)
            .ok_or_else(|| format!("runtime error: slice bounds out of range [{start}:{len}]"));
    }
    slice(&text, start, end).ok_or_else(|| format!("runtime error: slice bounds out of range [{start}:{end}]"))
}

fn slice(text: &Str, start: i64, end: i64) -> Option<Str> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    (start <= end && end <= text.len()).then(|| text.slice(start..end))
}

/// `{{ abbrev 5 "hello world" }}` is `he...`.
fn abbrev(width: i64, text: Str) -> Str {
    if width < 4 { text } else { abbreviate(&text, 0, width) }
}

/// `{{ abbrevboth 5 10 "1234 5678 9123" }}` is `...5678...`.
fn abbrevboth(left: i64, right: i64, text: Str) -> Str {
    if right < 4 || left > 0 && right < 7 { text } else { abbreviate(&text, left, right) }
}

/// As goutils AbbreviateFull, in bytes. `width` is at least 4; errors become the empty string.
fn abbreviate(text: &Str, offset: i64, width: i64) -> Str {
    let dots = Str::from("...");
    let len = text.len() as i64;
    let inside = width - 3;
    if len <= width {
        return text.clone();
    }
    let mut offset = offset.min(len);
    if len - offset < inside {
        offset = len - inside;
    }
    if offset <= 4 {
        return Str::concat([&text.slice(0..inside as usize), &dots]);
    }
    if width < 7 {
        return Str::EMPTY;
    }
    if offset + inside < len {
        return Str::concat([&dots, &abbreviate(&text.slice(offset as usize..text.len()), 0, inside)]);
    }
    Str::concat([&dots, &text.slice((len - inside) as usize..text.len())])
}

/// `{{ trim " a " }}` is `a`.
fn trim(text: Str) -> Str {
    text.slice_of(trim_runes(&text, is_space))
}

/// `{{ trimAll "$" "$5$" }}` is `5`.
fn trim_all(set: Str, text: Str) -> Str {
    let set: Vec<char> = utf8::runes(&set).map(|(_, rune)| rune).collect();
    text.slice_of(trim_runes(&text, |rune| set.contains(&rune)))
}

fn trim_runes(text: &[u8], goes: impl Fn(char) -> bool) -> &[u8] {
    let start = utf8::runes(text).find(|&(_, rune)| !goes(rune)).map_or(text.len(), |(at, _)| at);
    let mut rest = &text[start..];
    loop {
        let (rune, size) = utf8::decode_last(rest);
        if size == 0 || !goes(rune) {
            return rest;
        }
        rest = &rest[..rest.len() - size];
    }
}

/// `{{ trimPrefix "-" "-a" }}` is `a`.
fn trim_prefix(prefix: Str, text: Str) -> Str {
    text.strip_prefix(prefix.as_bytes()).map(|rest| text.slice_of(rest)).unwrap_or_else(|| text.clone())
}

/// `{{ trimSuffix "-" "a-" }}` is `a`.
fn trim_suffix(suffix: Str, text: Str) -> Str {
    text.strip_suffix(suffix.as_bytes()).map(|rest| text.slice_of(rest)).unwrap_or_else(|| text.clone())
}

/// `{{ nospace "a b c" }}` is `abc`. As goutils DeleteWhiteSpace this takes bytes for runes,
/// so that what is not ASCII comes out as Latin-1 read as UTF-8 would.
fn nospace(text: Str) -> Str {
    if !text.iter().any(|&byte| is_space(char::from(byte))) {
        return text;
    }
    let mut out = Vec::with_capacity(text.len());
    text.iter()
        .map(|&byte| char::from(byte))
        .filter(|&rune| !is_space(rune))
        .for_each(|rune| utf8::push(&mut out, rune));
    Str::derived(out, [&text])
}

/// `{{ initials "First Try" }}` is `FT`. As goutils Initials this takes bytes for runes.
fn initials(text: Str) -> Str {
    let mut out = Vec::new();
    let mut after_space = true;
    for rune in text.iter().map(|&byte| char::from(byte)) {
        if is_space(rune) {
            after_space = true;
        } else if std::mem::take(&mut after_space) {
            utf8::push(&mut out, rune);
        }
    }
    Str::derived(out, [&text])
}

// Searching and replacing.

/// `{{ contains "b" "abc" }}` is `true`.
fn contains(needle: Str, text: Str) -> bool {
    bytes::index(&text, &needle).is_some()
}

/// `{{ hasPrefix "a" "abc" }}` is `true`.
fn has_prefix(prefix: Str, text: Str) -> bool {
    text.starts_with(&prefix)
}

/// `{{ hasSuffix "c" "abc" }}` is `true`.
fn has_suffix(suffix: Str, text: Str) -> bool {
    text.ends_with(&suffix)
}

/// `{{ replace " " "-" "a b" }}` is `a-b`.
fn replace(old: Str, new: Str, text: Str) -> Result<Str, String> {
    replace_all(&old, &new, &text)
}

fn replace_all(old: &Str, new: &Str, text: &Str) -> Result<Str, String> {
    if old == new {
        return Ok(text.clone());
    }
    // An empty pattern matches before every rune and at the end.
    let count = if old.is_empty() { utf8::rune_count(text) + 1 } else { matches(text, old).count() };
    if count == 0 {
        return Ok(text.clone());
    }
    let len = bounded(count.checked_mul(new.len()).and_then(|added| added.checked_add(text.len())))?;
    let mut out = StrBuilder::with_capacity(len);
    let mut written = 0;
    let mut copy = |at: usize, end: usize| {
        out.push(&text.slice(written..at));
        out.push(new);
        written = end;
    };
    if old.is_empty() {
        utf8::runes(text).for_each(|(at, _)| copy(at, at));
        copy(text.len(), text.len());
    } else {
        matches(text, old).for_each(|at| copy(at, at + old.len()));
    }
    out.push(&text.slice(written..text.len()));
    Ok(out.finish())
}

/// Where `needle`, which is not empty, occurs without overlap.
fn matches<'a>(text: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = at + bytes::index(&text[at..], needle)?;
        at = found + needle.len();
        Some(found)
    })
}

// Building.

/// `{{ repeat 3 "ab" }}` is `ababab`.
fn repeat(count: i64, text: Str) -> Result<Str, String> {
    let count = usize::try_from(count).map_err(|_| "strings: negative Repeat count".to_owned())?;
    let len = repeated(count, text.len())?;
    if text.marks().next().is_some() {
        return Ok(Str::concat(std::iter::repeat_n(&text, count)));
    }
    let mut out = Vec::with_capacity(len);
    while out.len() < len {
        // Doubles what is there already.
        let have = out.len();
        if have == 0 {
            out.extend_from_slice(&text);
        } else {
            out.extend_from_within(..have.min(len - have));
        }
    }
    Ok(Str::from(out))
}

/// `{{ indent 2 "a" }}` is `  a`.
fn indent(spaces: i64, text: Str) -> Result<Str, String> {
    indented(b"", spaces, &text)
}

/// `{{ nindent 2 "a" }}` is a newline and `  a`.
fn nindent(spaces: i64, text: Str) -> Result<Str, String> {
    indented(b"\n", spaces, &text)
}

fn indented(before: &[u8], spaces: i64, text: &Str) -> Result<Str, String> {
    let spaces = usize::try_from(spaces).map_err(|_| "strings: negative Repeat count".to_owned())?;
    repeated(spaces, 1)?;
    let len = |lines: usize| lines.checked_mul(spaces).and_then(|added| added.checked_add(text.len() + before.len()));
    // The lines are counted only where they could be too many.
    if bounded(len(text.len() + 1)).is_err() {
        bounded(len(bytes::count(text, b'\n') + 1))?;
    }
    // Where each line ends, with its newline; the last may be empty.
    let ends = bytes::indices(text, b'\n').map(|at| at + 1).chain([text.len()]);
    let mut start = 0;
    let marked = text.marks().next().is_some();
    let mut out = StrBuilder::on(scratch::room());
    out.push_bytes(before);
    for end in ends {
        out.write(|out| out.resize(out.len() + spaces, b' '));
        if marked {
            out.push(&text.slice(start..end));
        } else {
            out.push_bytes(&text[start..end]);
        }
        start = end;
    }
    Ok(scratch::finish_builder(out))
}

/// `{{ wrap 10 "aaa bbb ccc ddd" }}` breaks after `bbb`; longer words stay whole.
fn wrap(width: i64, text: Str) -> Result<Str, String> {
    wrap_custom(&text, width, &Str::from("\n"), false)
}

/// `{{ wrapWith 5 "-" "HelloWorld x" }}` is `Hello-World-x`.
fn wrap_with(width: i64, separator: Str, text: Str) -> Result<Str, String> {
    let separator = if separator.is_empty() { Str::from("\n") } else { separator };
    wrap_custom(&text, width, &separator, true)
}

/// As goutils WrapCustom, in bytes.
fn wrap_custom(text: &Str, width: i64, separator: &Str, break_words: bool) -> Result<Str, String> {
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let len = text.len();
    let mut out = StrBuilder::with_capacity(len + len / width.max(1));
    let mut offset = 0;
    while len - offset > width {
        if text[offset] == b' ' {
            offset += 1;
            continue;
        }
        let end = offset + width;
        let (line_end, next) = if let Some(space) = text[offset..=end].iter().rposition(|&byte| byte == b' ') {
            (offset + space, offset + space + 1)
        } else if break_words {
            (end, end)
        } else if let Some(space) = text[end..].iter().position(|&byte| byte == b' ') {
            (end + space, end + space + 1)
        } else {
            break;
        };
        out.push(&text.slice(offset..line_end));
        out.push(separator);
        bounded(Some(out.len()))?;
        offset = next;
    }
    out.push(&text.slice(offset..len));
    Ok(out.finish())
}

/// `{{ plural "one" "many" 2 }}` is `many`.
fn plural(one: Str, many: Str, count: i64) -> Str {
    if count == 1 { one } else { many }
}

/// `{{ cat "a" 1 nil "b" }}` is `a 1 b`.
fn cat(values: &mut [Value]) -> Str {
    joined(values, |out, value| out.push(&fmt::sprint(std::slice::from_ref(value))))
}

/// `{{ quote "a" 1 nil }}` is `"a" "1"`.
fn quote(values: &mut [Value]) -> Str {
    joined(values, |out, value| {
        let (start, text) = (out.len(), strval(value));
        out.write(|out| strconv::append_quote(out, &text));
        out.derive_since(start, &text);
    })
}

/// `{{ squote "a" 1 nil }}` is `'a' '1'`; nothing is escaped.
fn squote(values: &mut [Value]) -> Str {
    joined(values, |out, value| {
        out.push_bytes(b"'");
        out.push(&fmt::sprint(std::slice::from_ref(value)));
        out.push_bytes(b"'");
    })
}

/// What `write` writes of the values that are not nil, with blanks between.
fn joined(values: &[Value], write: impl Fn(&mut StrBuilder, &Value)) -> Str {
    let mut out = StrBuilder::on(scratch::room());
    for (index, value) in values.iter().filter(|value| !matches!(value, Value::Nil)).enumerate() {
        if index > 0 {
            out.push_bytes(b" ");
        }
        write(&mut out, value);
    }
    scratch::finish_builder(out)
}

// Lists of strings.

/// `{{ toString 1.5 }}` is `1.5`.
fn to_string(value: Value) -> Str {
    strval(&value)
}

/// `{{ toStrings (list 1 nil "a") }}` is `[1 a]`.
fn to_strings(value: Value) -> Value {
    Value::List(string_list(&value))
}

/// As sprig's `strslice` with its capacity: a `[]string` is returned as it is, and one that is made has room for as
/// many strings as there are elements, though nil is none.
fn string_list(value: &Value) -> List {
    match value {
        Value::List(list) if list.elem() == Elem::String => list.clone(),
        Value::List(list) => List::with_capacity(Elem::String, texts(value), list.len()),
        _ => List::new(Elem::String, texts(value)),
    }
}

fn texts(value: &Value) -> Vec<Value> {
    strslice(value).into_iter().map(Value::String).collect()
}

/// `{{ join "-" (list 1 2) }}` is `1-2`.
fn join(separator: Str, value: Value) -> Result<Str, String> {
    let parts = strslice(&value);
    let added = parts.len().saturating_sub(1).checked_mul(separator.len());
    let len = bounded(added.and_then(|added| added.checked_add(parts.iter().map(|part| part.len()).sum())))?;
    let mut out = StrBuilder::with_capacity(len);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(&separator);
        }
        out.push(part);
    }
    Ok(out.finish())
}

/// `{{ sortAlpha (list "b" "a") }}` is `[a b]`; what is no list is its only element. What is a list of strings already
/// is sorted in place.
fn sort_alpha(value: Value) -> Value {
    let sortable = match &value {
        Value::Bytes(_) | Value::List(_) => true,
        Value::Object(object) => object.ty().kind == Kind::Slice,
        _ => false,
    };
    if !sortable {
        return Value::strings([strval(&value)]);
    }
    Value::List(string_list(&value).sort())
}

/// `{{ (split "," "a,b")._1 }}` is `b`.
fn split(separator: Str, text: Str) -> Result<Dict, String> {
    split_at(&separator, &text, -1).map(numbered)
}

/// `{{ (splitn "," 2 "a,b,c")._1 }}` is `b,c`.
fn splitn(separator: Str, count: i64, text: Str) -> Result<Dict, String> {
    split_at(&separator, &text, count).map(numbered)
}

/// `{{ splitList "," "a,b" }}` is `[a b]`.
fn split_list(separator: Str, text: Str) -> Result<List, String> {
    let parts = split_at(&separator, &text, -1)?;
    Ok(List::new(Elem::String, parts.into_iter().map(Value::String).collect::<Vec<_>>()))
}

/// As `strings.SplitN`: all parts where `count` is negative.
fn split_at(separator: &Str, text: &Str, count: i64) -> Result<Vec<Str>, String> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let most = usize::try_from(count).unwrap_or(usize::MAX).min(MAX_ELEMENTS + 1);
    let mut parts = Vec::new();
    let mut at = 0;
    if separator.is_empty() {
        // Every rune is a part; the last part is the rest.
        while at < text.len() {
            let end = if parts.len() + 1 == most { text.len() } else { at + utf8::decode(&text[at..]).1 };
            parts.push(text.slice(at..end));
            at = end;
        }
        check_length(parts.len())?;
        return Ok(parts);
    }
    for found in matches(text, separator) {
        if parts.len() + 1 >= most {
            break;
        }
        parts.push(text.slice(at..found));
        at = found + separator.len();
    }
    parts.push(text.slice(at..text.len()));
    check_length(parts.len())?;
    Ok(parts)
}

fn numbered(parts: Vec<Str>) -> Dict {
    let dict: Dict =
        parts.into_iter().enumerate().map(|(index, part)| (Str::from(format!("_{index}")), part)).collect();
    dict.with_type(DictType::Strings)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results are what Helm 4.1.4 prints.
    #[test]
    fn white_space() {
        type Case = (fn(Str) -> Str, &'static str, &'static str);
        let cases: [Case; 7] = [
            (initials, "First Try", "FT"),
            (initials, "\u{e9}", "\u{c3}"),
            (nospace, "a b c", "abc"),
            (nospace, "\u{e9}", "\u{e9}"),
            (nospace, "\u{e9} ", "\u{c3}\u{a9}"),
            (trim, " \u{2028}a\u{a0}\n", "a"),
            (trim, "", ""),
        ];
        for (function, text, result) in cases {
            assert_eq!(function(Str::from(text)), result, "{text}");
        }
    }

    #[test]
    fn cutting() {
        let text = || Str::from("hello world");
        assert_eq!(trunc(-5, text()), "world");
        assert_eq!(trunc(-50, text()), "hello world");
        assert_eq!(trunc(0, text()), "");
        assert_eq!(trunc(i64::MIN, text()), "hello world");
        assert_eq!(substr(0, 5, text()), Ok(Str::from("hello")));
        assert_eq!(substr(6, -1, text()), Ok(Str::from("world")));
        assert_eq!(substr(-1, 5, text()), Ok(Str::from("hello")));
        assert_eq!(substr(5, 2, text()), Err("runtime error: slice bounds out of range [5:2]".to_owned()));
        assert_eq!(abbrev(5, text()), "he...");
        assert_eq!(abbrevboth(5, 10, Str::from("1234 5678 9123")), "...5678...");
        assert_eq!(abbrev(i64::MAX, text()), "hello world");
        assert_eq!(trim_all(Str::from("$"), Str::from("$5$")), "5");
        assert_eq!(wrap(10, Str::from("aaa bbb ccc ddd")), Ok(Str::from("aaa bbb\nccc ddd")));
        assert_eq!(wrap_with(5, Str::from("-"), Str::from("HelloWorld x")), Ok(Str::from("Hello-World-x")));
        assert_eq!(wrap(i64::MIN, Str::from("a b")), Ok(Str::from("a\nb")));
    }

    #[test]
    fn building() {
        assert_eq!(nindent(2, Str::from("a\n\nb\n")), Ok(Str::from("\n  a\n  \n  b\n  ")));
        assert_eq!(indent(-1, Str::EMPTY), Err("strings: negative Repeat count".to_owned()));
        assert!(indent(i64::MAX, Str::from("a")).is_err());
        assert_eq!(repeat(3, Str::from("ab")), Ok(Str::from("ababab")));
        assert_eq!(repeat(0, Str::from("ab")), Ok(Str::EMPTY));
        assert!(repeat(i64::MAX, Str::from("ab")).is_err());
        assert_eq!(repeat(i64::MAX, Str::EMPTY), Ok(Str::EMPTY));
        assert_eq!(replace(Str::EMPTY, Str::from("-"), Str::from("a\u{e9}")), Ok(Str::from("-a-\u{e9}-")));
        assert!(
            replace(Str::from("a"), repeat(1 << 20, Str::from("b")).unwrap(), repeat(1 << 20, Str::from("a")).unwrap())
                .is_err()
        );
        let values = &mut [Value::from("a\"b"), Value::Int(1), Value::Nil, Value::Bool(true)];
        assert_eq!(quote(values), r#""a\"b" "1" "true""#);
        assert_eq!(squote(values), "'a\"b' '1' 'true'");
        assert_eq!(cat(values), "a\"b 1 true");
    }

    #[test]
    fn splitting() {
        let parts = |separator, text, count| {
            split_at(&Str::from(separator), &Str::from(text), count).expect("there are few parts")
        };
        assert_eq!(parts(",", "a,b,c", 2), ["a", "b,c"].map(Str::from));
        assert_eq!(parts(",", "", -1), [Str::EMPTY]);
        assert_eq!(parts("", "a\u{e9}b", -1), ["a", "\u{e9}", "b"].map(Str::from));
        assert!(parts("", "", -1).is_empty());
        assert!(parts(",", "a", 0).is_empty());
        let many = Str::from("a".repeat(MAX_ELEMENTS + 1));
        for separator in ["", "a"] {
            let error = split_at(&Str::from(separator), &many, -1).map(|parts| parts.len());
            assert_eq!(error, Err("a list of more than 16777216 elements".to_owned()));
        }
    }
}
