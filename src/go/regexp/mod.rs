//! Regular expressions of Go's package regexp: its syntax and error texts, leftmost-first matching, and its replacement templates.
//!
//! The syntax is parsed here as Go parses it and handed to regex-automata, which matches in linear time like Go.
//! Strings need not be UTF-8: Go reads each invalid byte as U+FFFD of width one, and so do we.

mod parse;
mod unicode;

use super::list::grown_capacity;
use super::str::{Str, StrBuilder};
use super::value::Elem;
use super::{unicode as unicode_tables, utf8};
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What one compiled program may take in bytes; Go allows 128 MiB by its own count.
const PROGRAM_SIZE: usize = 64 << 20;

/// How many expressions a thread keeps compiled, so that a chart that makes them up cannot fill the memory.
const CACHED: usize = 256;

/// A compiled expression.
#[derive(Debug)]
pub struct Regexp {
    program: Regex,
    /// The names of the groups; the first is the whole match.
    names: Vec<Option<String>>,
    empty_pattern: bool,
}

/// Where a match, or a group of one, starts and ends.
pub type Range = (usize, usize);

impl Regexp {
    /// As `regexp.Compile`, with the text of its error.
    pub fn new(pattern: &[u8]) -> Result<Regexp, String> {
        let parse::Parsed { hir, names } = parse::parse(pattern).map_err(|error| error.to_string())?;
        let config = Config::new().nfa_size_limit(Some(PROGRAM_SIZE));
        let program = Regex::builder().configure(config).build_from_hir(&hir);
        let too_large = |_: BuildError| parse::Error::too_large(pattern).to_string();
        Ok(Regexp { program: program.map_err(too_large)?, names, empty_pattern: pattern.is_empty() })
    }

    /// As [`Regexp::new`], but compiled only once per thread: a template tends to use one expression in a loop.
    pub fn cached(pattern: &[u8]) -> Result<Rc<Regexp>, String> {
        thread_local! {
            static CACHE: RefCell<HashMap<Box<[u8]>, Rc<Regexp>>> = RefCell::default();
        }
        CACHE.with_borrow_mut(|cache| {
            if let Some(regexp) = cache.get(pattern) {
                return Ok(Rc::clone(regexp));
            }
            let regexp = Rc::new(Regexp::new(pattern)?);
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(pattern.into(), Rc::clone(&regexp));
            Ok(regexp)
        })
    }

    /// As `MatchString`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.program.is_match(Input::new(Text::new(text).bytes.as_ref()))
    }

    /// As `FindStringIndex`.
    pub fn find(&self, text: &[u8]) -> Option<Range> {
        let text = Text::new(text);
        self.program.find(Input::new(text.bytes.as_ref())).map(|found| text.original((found.start(), found.end())))
    }

    /// As `FindAllStringIndex`: at most `limit` matches, or all if that is negative.
    pub fn find_all(&self, text: &[u8], limit: i64) -> Vec<Range> {
        let text = Text::new(text);
        let mut found = Vec::new();
        let search = |at| self.program.search(&text.input(at)).map(|found| (found.start(), found.end()));
        each_match(&text, limit, search, |range| found.push(text.original(range)));
        found
    }

    /// As `FindAllStringSubmatchIndex`: for every match the ranges of its groups.
    pub fn find_all_submatches(&self, text: &[u8], limit: i64) -> Vec<Vec<Option<Range>>> {
        let text = Text::new(text);
        let captures = RefCell::new(self.program.create_captures());
        let mut found = Vec::new();
        let search = |at| self.search_captures(&text, at, &mut captures.borrow_mut());
        each_match(&text, limit, search, |_| {
            let captures = captures.borrow();
            found.push(
                (0..self.names.len()).map(|group| group_range(&captures, group).map(|r| text.original(r))).collect(),
            );
        });
        found
    }

    /// As `ReplaceAllString`: `$1`, `${1}` and `${name}` in the template stand for groups, `$$` for a dollar sign.
    pub fn replace_all(&self, text: &Str, template: &Str) -> Str {
        let pieces =
            if template.contains(&b'$') { template_pieces(template) } else { vec![Piece::Text(template.clone())] };
        let wants_groups = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_) | Piece::Number(0)));
        self.replace(text, wants_groups, |out, captures, whole, original| {
            for piece in &pieces {
                let range = match piece {
                    Piece::Text(text) => {
                        out.push(text);
                        continue;
                    }
                    Piece::Number(0) => Some(whole),
                    Piece::Number(group) => group_range(captures, *group),
                    Piece::Name(name) => (0..self.names.len())
                        .filter(|&group| self.names[group].as_deref().is_some_and(|n| n.as_bytes() == name.as_bytes()))
                        .find_map(|group| group_range(captures, group)),
                };
                if let Some(range) = range {
                    let (start, end) = original.original(range);
                    out.push(&text.slice(start..end));
                }
            }
        })
    }

    /// As `ReplaceAllLiteralString`.
    pub fn replace_all_literal(&self, text: &Str, replacement: &Str) -> Str {
        self.replace(text, false, |out, _, _, _| out.push(replacement))
    }

    /// As `Split`; `None` is Go's nil slice.
    pub fn split(&self, text: &Str, limit: i64) -> Option<(Vec<Str>, usize)> {
        if limit == 0 {
            return None;
        }
        if !self.empty_pattern && text.is_empty() {
            return Some((vec![Str::EMPTY], 1));
        }
        let limit = usize::try_from(limit).ok();
        let mut parts = Vec::new();
        let (mut begin, mut end) = (0, 0);
        let matches = self.find_all(text, limit.map_or(-1, |limit| limit as i64));
        let capacity = matches.len();
        for (start, next) in matches {
            if limit.is_some_and(|limit| parts.len() == limit - 1) {
                break;
            }
            end = start;
            if next != 0 {
                parts.push(text.slice(begin..end));
            }
            begin = next;
        }
        if end != text.len() {
            parts.push(text.slice(begin..text.len()));
        }
        let grown = || grown_capacity(Elem::String, capacity, capacity + 1);
        let capacity = if parts.len() > capacity { grown() } else { capacity };
        Some((parts, capacity))
    }

    fn search_captures(&self, text: &Text, at: usize, captures: &mut Captures) -> Option<Range> {
        self.program.search_captures(&text.input(at), captures);
        group_range(captures, 0)
    }

    /// As replaceAll: calls `insert` for every match that does not touch the one before it while being empty.
    fn replace(
        &self,
        text: &Str,
        wants_groups: bool,
        insert: impl Fn(&mut StrBuilder, &Captures, Range, &Text),
    ) -> Str {
        let decoded = Text::new(text);
        let mut captures = self.program.create_captures();
        let mut out: Option<StrBuilder> = None;
        let (mut last_end, mut at) = (0, 0);
        while at <= decoded.bytes.len() {
            let found = if wants_groups {
                self.search_captures(&decoded, at, &mut captures)
            } else {
                self.program.search(&decoded.input(at)).map(|found| (found.start(), found.end()))
            };
            let Some((start, end)) = found else { break };
            let out = out.get_or_insert_with(|| StrBuilder::with_capacity(text.len()));
            let (from, to) = decoded.original((last_end, start));
            out.push(&text.slice(from..to));
            if end > last_end || start == 0 {
                insert(out, &captures, (start, end), &decoded);
            }
            last_end = end;
            let width = decoded.width(at);
            at = if at + width > end {
                at + width
            } else if at + 1 > end {
                at + 1
            } else {
                end
            };
        }
        let Some(mut out) = out else { return text.clone() };
        let (from, to) = decoded.original((last_end, decoded.bytes.len()));
        out.push(&text.slice(from..to));
        out.finish()
    }
}

/// As `regexp.QuoteMeta`.
pub fn quote_meta(text: &Str) -> Str {
    let is_special = |byte: &u8| br"\.+*?()|[]{}^$".contains(byte);
    let Some(mut at) = text.iter().position(is_special) else { return text.clone() };
    let mut out = StrBuilder::with_capacity(text.len() + 8);
    let mut copied = 0;
    while let Some(next) = text[at..].iter().position(is_special) {
        at += next;
        out.push(&text.slice(copied..at));
        out.push_bytes(b"\\");
        copied = at;
        at += 1;
    }
    out.push(&text.slice(copied..text.len()));
    out.finish()
}

/// As allMatches: an empty match right after another match does not count.
fn each_match(text: &Text, limit: i64, mut search: impl FnMut(usize) -> Option<Range>, mut deliver: impl FnMut(Range)) {
    let mut limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut at = 0;
    let mut previous_end = None;
    while limit > 0 && at <= text.bytes.len() {
        let Some((start, end)) = search(at) else { return };
        let mut accept = true;
        if end == at {
            accept = Some(start) != previous_end;
            at += text.width(at).max(1);
        } else {
            at = end;
        }
        previous_end = Some(end);
        if accept {
            deliver((start, end));
            limit -= 1;
        }
    }
}

fn group_range(captures: &Captures, group: usize) -> Option<Range> {
    captures.get_group(group).map(|span| (span.start, span.end))
}

/// A string as Go's matcher reads it, rune by rune.
struct Text<'a> {
    /// The string itself, or a copy with U+FFFD for every invalid byte.
    bytes: Cow<'a, [u8]>,
    /// Where in the copy the replaced bytes are.
    replaced: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(text: &'a [u8]) -> Text<'a> {
        if std::str::from_utf8(text).is_ok() {
            return Text { bytes: Cow::Borrowed(text), replaced: Vec::new() };
        }
        let mut bytes = Vec::with_capacity(text.len() + 16);
        let mut replaced = Vec::new();
        for chunk in text.utf8_chunks() {
            bytes.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                replaced.push(bytes.len());
                bytes.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        Text { bytes: Cow::Owned(bytes), replaced }
    }

    /// A search from `at` on, which sees what stands before.
    fn input(&self, at: usize) -> Input<'_> {
        Input::new(self.bytes.as_ref()).range(at..).anchored(Anchored::No)
    }

    /// The bytes of the rune at `at`; none at the end.
    fn width(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            None => 0,
            Some(0..=0x7f) => 1,
            Some(0x80..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..) => 4,
        }
    }

    /// A range of these bytes as one of the original string: a replaced byte takes three bytes here and one there.
    fn original(&self, (start, end): Range) -> Range {
        let original = |at: usize| at - 2 * self.replaced.partition_point(|&replaced| replaced < at);
        (original(start), original(end))
    }
}

/// A part of a replacement template.
enum Piece {
    Text(Str),
    Number(usize),
    Name(Str),
}

/// As expand and extract: what is not a reference stays as it is.
fn template_pieces(template: &Str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut text_start) = (0, 0);
    while let Some(dollar) = template[at..].iter().position(|&byte| byte == b'$') {
        let dollar = at + dollar;
        at = dollar + 1;
        if template.get(at) == Some(&b'$') {
            pieces.push(Piece::Text(template.slice(text_start..at)));
            at += 1;
            text_start = at;
        } else if let Some((piece, length)) = reference(template, at) {
            pieces.push(Piece::Text(template.slice(text_start..dollar)));
            pieces.push(piece);
            at += length;
            text_start = at;
        }
    }
    pieces.push(Piece::Text(template.slice(text_start..template.len())));
    pieces
}

/// As extract: the reference at `start`, behind the dollar sign, and its length.
fn reference(template: &Str, start: usize) -> Option<(Piece, usize)> {
    let brace = template.get(start) == Some(&b'{');
    let name_start = start + usize::from(brace);
    let length = name_length(template.get(name_start..)?);
    if length == 0 {
        return None;
    }
    let end = name_start + length;
    if brace && template.get(end) != Some(&b'}') {
        return None;
    }
    let name = template.slice(name_start..end);
    let is_number = name.iter().all(u8::is_ascii_digit) && name.len() <= 9 && (name.len() == 1 || name[0] != b'0');
    let piece = if is_number {
        Piece::Number(name.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))
    } else {
        Piece::Name(name)
    };
    Some((piece, end + usize::from(brace) - start))
}

/// How many bytes of `text` are letters, digits and underscores.
fn name_length(text: &[u8]) -> usize {
    let is_part = |rune| rune == '_' || unicode_tables::is_letter(rune) || unicode_tables::is_digit(rune);
    utf8::runes(text).find(|&(_, rune)| !is_part(rune)).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests;
