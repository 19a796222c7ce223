//! Upper and lower case, and words joined in other ways: as Go's strings, goutils and xstrings have them.

use crate::go::unicode::{
    is_digit, is_letter, is_lower, is_number, is_punct, is_space, is_title, is_upper, to_lower, to_title, to_upper,
};
use crate::go::{Str, utf8};

/// `{{ upper "straße" }}` is `STRAßE`: Go maps rune by rune.
pub fn upper(text: Str) -> Str {
    map_case(&text, u8::is_ascii_lowercase, to_upper)
}

/// `{{ lower "ABC" }}` is `abc`.
pub fn lower(text: Str) -> Str {
    map_case(&text, u8::is_ascii_uppercase, to_lower)
}

fn map_case(text: &Str, changes: fn(&u8) -> bool, map: fn(char) -> char) -> Str {
    if text.is_ascii() && !text.iter().any(changes) {
        return text.clone();
    }
    map_runes(text, map)
}

/// As `strings.Map`: invalid bytes become U+FFFD.
fn map_runes(text: &Str, mut map: impl FnMut(char) -> char) -> Str {
    let mut out = Vec::with_capacity(text.len());
    for (_, rune) in utf8::runes(text) {
        utf8::push(&mut out, map(rune));
    }
    Str::derived(out, [text])
}

/// `{{ title "hello wORLD" }}` is `Hello WORLD`, as `strings.Title`.
pub fn title(text: Str) -> Str {
    let mut previous = ' ';
    map_runes(&text, |rune| {
        let starts = is_separator(previous);
        previous = rune;
        if starts { to_title(rune) } else { rune }
    })
}

/// As strings isSeparator.
fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !rune.is_ascii_alphanumeric() && rune != '_';
    }
    !is_letter(rune) && !is_digit(rune) && is_space(rune)
}

/// `{{ untitle "Hello World" }}` is `hello world`, as goutils `Uncapitalize`.
pub fn untitle(text: Str) -> Str {
    let mut starts = true;
    map_runes(&text, |rune| {
        if is_space(rune) {
            starts = true;
            rune
        } else if std::mem::take(&mut starts) {
            to_lower(rune)
        } else {
            rune
        }
    })
}

/// `{{ swapcase "This Is" }}` is `tHIS iS`, as goutils `SwapCase`.
pub fn swapcase(text: Str) -> Str {
    let mut after_space = true;
    map_runes(&text, |rune| {
        if is_upper(rune) || is_title(rune) {
            after_space = false;
            to_lower(rune)
        } else if is_lower(rune) {
            if std::mem::take(&mut after_space) { to_title(rune) } else { to_upper(rune) }
        } else {
            after_space = is_space(rune);
            rune
        }
    })
}

/// What separates words for the three functions below.
fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || is_space(rune)
}

/// `{{ camelcase "http_server" }}` is `HttpServer`, as xstrings `ToPascalCase`.
pub fn camelcase(text: Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    let mut runes = utf8::runes(&text).map(|(_, rune)| rune);
    let mut current = None;
    let mut first_upper = false;
    // Leading connectors stay.
    for rune in runes.by_ref() {
        if is_connector(rune) {
            utf8::push(&mut out, rune);
            current = Some(rune);
        } else {
            first_upper = is_upper(rune);
            current = Some(to_upper(rune));
            break;
        }
    }
    // Where there are only connectors, xstrings writes the last of them twice.
    let Some(mut rune) = current else { return Str::EMPTY };
    for next in runes {
        let previous = rune;
        rune = next;
        match (is_connector(previous), is_connector(rune)) {
            (true, true) => utf8::push(&mut out, previous),
            (true, false) => {
                first_upper = is_upper(rune);
                rune = to_upper(rune);
            }
            (false, _) => {
                if first_upper {
                    if is_upper(rune) {
                        rune = to_lower(rune);
                    } else {
                        first_upper = false;
                    }
                }
                utf8::push(&mut out, previous);
            }
        }
    }
    utf8::push(&mut out, rune);
    Str::derived(out, [&text])
}

/// `{{ snakecase "FirstName-x" }}` is `first_name_x`, as xstrings `ToSnakeCase`.
pub fn snakecase(text: Str) -> Str {
    connect_words(&text, b'_')
}

/// `{{ kebabcase "HTTPServer2X" }}` is `http-server2-x`, as xstrings `ToKebabCase`.
pub fn kebabcase(text: Str) -> Str {
    connect_words(&text, b'-')
}

/// What a run of runes is, as xstrings nextWord tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Nothing, or no valid rune.
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

/// As xstrings camelCaseToLowerCase.
fn connect_words(text: &Str, connector: u8) -> Str {
    if text.is_empty() {
        return text.clone();
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut out, kind, word, connector);
        }
        let previous = (kind, word);
        (kind, word, rest) = next_word(rest);
        match previous.0 {
            Word::Number => {
                while matches!(kind, Word::Alphabet | Word::Number) {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Punct | Word::Connector) {
                    out.push(connector);
                }
            }
            Word::Connector => push_lower(&mut out, Word::Connector, previous.1, connector),
            Word::Punct => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punct) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Alphabet {
                    // The number belongs to the word before it: `Bld4Floor` is `bld4_floor`.
                    push_lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punct) {
                        out.push(connector);
                    }
                } else {
                    // It belongs to the lower case letters after it: `HTTP2xx` is `http_2xx`.
                    out.push(connector);
                    push_lower(&mut out, Word::Number, number, connector);
                    while matches!(kind, Word::Alphabet | Word::Number) {
                        push_lower(&mut out, kind, word, connector);
                        (kind, word, rest) = next_word(rest);
                    }
                    if !matches!(kind, Word::Invalid | Word::Connector | Word::Punct) {
                        out.push(connector);
                    }
                }
            }
        }
    }
    push_lower(&mut out, kind, word, connector);
    Str::derived(out, [text])
}

fn push_lower(out: &mut Vec<u8>, kind: Word, word: &[u8], connector: u8) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for (_, rune) in utf8::runes(word) {
        if is_connector(rune) {
            out.push(connector);
        } else {
            utf8::push(out, if is_upper(rune) { to_lower(rune) } else { rune });
        }
    }
}

/// As xstrings isAlphabet: a letter that is no Chinese character.
fn is_alphabet(rune: char) -> bool {
    is_letter(rune) && !matches!(rune, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}')
}

/// The first word, and what follows it.
fn next_word(text: &[u8]) -> (Word, &[u8], &[u8]) {
    let (rune, size) = next_valid_rune(text, utf8::RUNE_ERROR);
    if rune == utf8::RUNE_ERROR {
        return (Word::Invalid, &text[..size], &text[size..]);
    }
    // The end of the run of runes that `belongs`, from `from` on. Like xstrings this counts invalid bytes as
    // more of the rune before them.
    let run = |from: usize, previous: char, belongs: &dyn Fn(char) -> bool| {
        let (mut end, mut last) = (from, previous);
        let mut before_last = 0;
        while end < text.len() {
            let (rune, size) = next_valid_rune(&text[end..], last);
            last = rune;
            if !belongs(rune) {
                break;
            }
            before_last = size;
            end += size;
        }
        (end, last, before_last)
    };
    let (kind, end) = if is_connector(rune) {
        (Word::Connector, run(size, rune, &is_connector).0)
    } else if is_punct(rune) {
        (Word::Punct, run(size, rune, &is_punct).0)
    } else if is_upper(rune) {
        let (end, last, last_size) = run(size, rune, &is_upper);
        if end == size {
            // A capital and the letters after it.
            (Word::Upper, run(size, rune, &|rune| is_alphabet(rune) && !is_upper(rune)).0)
        } else if end < text.len() && is_alphabet(last) {
            // Of several capitals the last one begins the next word: `HTTPStatus` is `HTTP` and `Status`.
            (Word::Upper, end - last_size)
        } else {
            (Word::Upper, end)
        }
    } else if is_alphabet(rune) {
        (Word::Alphabet, run(size, rune, &|rune| is_alphabet(rune) && !is_upper(rune)).0)
    } else if is_number(rune) {
        (Word::Number, run(size, rune, &is_number).0)
    } else {
        let other = |rune| !(is_connector(rune) || is_alphabet(rune) || is_number(rune) || is_punct(rune));
        (Word::Other, run(size, rune, &other).0)
    };
    (kind, &text[..end], &text[end..])
}

/// The first rune that is not U+FFFD, with the bytes before it; `previous` where there is none.
fn next_valid_rune(text: &[u8], previous: char) -> (char, usize) {
    let mut size = 0;
    while size < text.len() {
        let (rune, len) = utf8::decode(&text[size..]);
        size += len;
        if rune != utf8::RUNE_ERROR {
            return (rune, size);
        }
    }
    (previous, size)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results are what Helm 4.1.4 prints.
    #[test]
    fn words() {
        type Case = (fn(Str) -> Str, &'static str, &'static str);
        let cases: [Case; 15] = [
            (camelcase, "http_server", "HttpServer"),
            (camelcase, "_complex__case_", "_Complex_Case_"),
            (camelcase, "GOLANG_IS_GREAT", "GolangIsGreat"),
            (camelcase, "--", "---"),
            (snakecase, "FirstName-x", "first_name_x"),
            (snakecase, "HTTP20xOK", "http_20x_ok"),
            (snakecase, "Duration2m3s", "duration_2m3s"),
            (snakecase, "Bld4Floor3rd", "bld4_floor_3rd"),
            (kebabcase, "HTTPServer2X", "http-server2-x"),
            (kebabcase, "http2xx", "http-2xx"),
            (swapcase, "This Is", "tHIS iS"),
            (title, "hello wORLD-foo bar's", "Hello WORLD-Foo Bar'S"),
            (untitle, "Hello World", "hello world"),
            (upper, "stra\u{df}e \u{1f80}", "STRA\u{df}E \u{1f88}"),
            (lower, "\u{130}", "i"),
        ];
        for (function, text, result) in cases {
            assert_eq!(function(Str::from(text)), result, "{text}");
        }
        assert_eq!(upper(Str::from(b"a\xff")), "A\u{fffd}");
    }
}
