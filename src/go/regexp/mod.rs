//! Regular expressions of Go's package regexp: its syntax and error texts, leftmost-first matching, and its replacement templates.
//!
//! The syntax is parsed here as Go parses it and handed to regex-automata, which matches in linear time like Go.
//! Strings need not be UTF-8: Go reads each invalid byte as U+FFFD of width one, and so do we.

mod parse;
mod unicode;

use super::list::grown_capacity;
use super::str::{Str, StrBuilder};
use super::value::Elem;
use super::{Map, bytes, fmt, unicode as unicode_tables, utf8};
use regex_automata::meta::{Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// What one compiled program may take in bytes; Go allows 128 MiB by its own count.
const PROGRAM_SIZE: usize = 64 << 20;

/// How many expressions a thread keeps compiled, so that a chart that makes them up cannot fill the memory.
const CACHED: usize = 256;

/// How many bytes an expression searches before what makes it fast is worth making.
const LIGHT: usize = 4 << 10;

/// A program of this size with classes of so many ranges takes less than [`PROGRAM_SIZE`] in any case.
const SMALL_SIZE: u64 = 200;
const SMALL_RANGES: usize = 2000;

/// A longer pattern is no plain text, as its size may be an error.
const LONGEST_TEXT: usize = 1000;

/// A compiled expression.
#[derive(Debug)]
pub struct Regexp {
    matcher: Matcher,
    /// The names of the groups; the first is the whole match.
    names: Vec<Option<String>>,
    empty_pattern: bool,
}

#[derive(Debug)]
enum Matcher {
    /// What a text without signs matches.
    Text(Box<[u8]>),
    Program(Box<Program>),
}

/// Programs for one expression, each made when it is first wanted. `None` where it is too large.
#[derive(Debug)]
struct Program {
    hir: Hir,
    /// The light program, for ASCII texts alone: without the rest of Unicode most take a third of the time to make.
    ascii: OnceLock<Option<Regex>>,
    /// The program without prefilters and automata, which take longer to make than most searches of charts take.
    light: OnceLock<Option<Regex>>,
    /// The program with all of them.
    full: OnceLock<Option<Regex>>,
    /// How many bytes were searched, with one for each search.
    searched: AtomicUsize,
}

/// Where a match, or a group of one, starts and ends.
pub type Range = (usize, usize);

/// What bounds every program.
fn config() -> Config {
    Config::new().nfa_size_limit(Some(PROGRAM_SIZE))
}

/// What makes a program light.
fn config_of_light() -> Config {
    config().auto_prefilter(false).onepass(false).hybrid(false)
}

/// A program, if it fits.
fn build(config: Config, hir: &Hir) -> Option<Regex> {
    Regex::builder().configure(config).build_from_hir(hir).ok()
}

impl Program {
    /// The program to search a text with; nothing where none fits, which shows when the expression is made.
    fn regex(&self, text: &Text) -> Option<&Regex> {
        let length = text.bytes.len() + 1;
        let is_short = self.searched.fetch_add(length, Relaxed) + length <= LIGHT;
        if is_short && self.light.get().is_none() && text.bytes.is_ascii() {
            let ascii = self.ascii.get_or_init(|| build(config_of_light(), &of_ascii(&self.hir)));
            if ascii.is_some() {
                return ascii.as_ref();
            }
        }
        let light = || self.light.get_or_init(|| build(config_of_light(), &self.hir)).as_ref();
        if is_short {
            return light();
        }
        self.full.get_or_init(|| build(config(), &self.hir)).as_ref().or_else(light)
    }
}

/// What an expression matches in texts that are ASCII.
fn of_ascii(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let mut class = class.clone();
            class.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7f')]));
            Hir::class(Class::Unicode(class))
        }
        HirKind::Repetition(repetition) => Hir::repetition(repetition.with(of_ascii(&repetition.sub))),
        HirKind::Capture(Capture { index, name, sub }) => {
            Hir::capture(Capture { index: *index, name: name.clone(), sub: Box::new(of_ascii(sub)) })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(of_ascii).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(of_ascii).collect()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => hir.clone(),
    }
}

impl Regexp {
    /// As `regexp.Compile`, with the text of its error.
    pub fn new(pattern: &[u8]) -> Result<Regexp, String> {
        let plain = !pattern.is_empty() && pattern.len() <= LONGEST_TEXT && !pattern.iter().any(is_special);
        if plain && std::str::from_utf8(pattern).is_ok() {
            return Ok(Regexp { matcher: Matcher::Text(pattern.into()), names: vec![None], empty_pattern: false });
        }
        let parse::Parsed { hir, names, size, ranges } = parse::parse(pattern).map_err(|error| error.to_string())?;
        let light = OnceLock::new();
        if size > SMALL_SIZE || ranges > SMALL_RANGES {
            // Whether it fits shows here.
            let too_large = || parse::Error::too_large(pattern).to_string();
            let regex = build(config_of_light(), &hir).ok_or_else(too_large)?;
            let _ = light.set(Some(regex));
        }
        let (ascii, full, searched) = (OnceLock::new(), OnceLock::new(), AtomicUsize::new(0));
        let program = Program { hir, ascii, light, full, searched };
        Ok(Regexp { matcher: Matcher::Program(Box::new(program)), names, empty_pattern: pattern.is_empty() })
    }

    /// As [`Regexp::new`], but compiled only once per thread: a template tends to use one expression in a loop.
    pub fn cached(pattern: &[u8]) -> Result<Rc<Regexp>, String> {
        thread_local! {
            static CACHE: RefCell<Map<Box<[u8]>, Rc<Regexp>>> = RefCell::default();
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

    /// A search of a text, which finds groups where they are asked for.
    fn search(&self, text: &Text, groups: bool) -> Search<'_> {
        match &self.matcher {
            Matcher::Text(needle) => Search::Text(needle),
            Matcher::Program(program) => match program.regex(text) {
                Some(regex) => Search::Program(regex, groups.then(|| regex.create_captures())),
                None => Search::Nothing,
            },
        }
    }

    /// As `MatchString`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        let text = Text::new(text);
        match &self.matcher {
            Matcher::Text(needle) => bytes::index(&text.bytes, needle).is_some(),
            Matcher::Program(program) => program.regex(&text).is_some_and(|regex| regex.is_match(text.input(0))),
        }
    }

    /// As `FindStringIndex`.
    pub fn find(&self, text: &[u8]) -> Option<Range> {
        let text = Text::new(text);
        self.search(&text, false).from(&text, 0).map(|range| text.original(range))
    }

    /// As `FindAllStringIndex`: at most `limit` matches, or all if that is negative.
    pub fn find_all(&self, text: &[u8], limit: i64) -> Vec<Range> {
        let text = Text::new(text);
        let mut found = Vec::new();
        each_match(&text, limit, self.search(&text, false), |range, _| found.push(text.original(range)));
        found
    }

    /// As `FindAllStringSubmatchIndex`: for every match the ranges of its groups.
    pub fn find_all_submatches(&self, text: &[u8], limit: i64) -> Vec<Vec<Option<Range>>> {
        let text = Text::new(text);
        let mut found = Vec::new();
        each_match(&text, limit, self.search(&text, true), |whole, search| {
            let group = |group| search.group(group, whole).map(|range| text.original(range));
            found.push((0..self.names.len()).map(group).collect());
        });
        found
    }

    /// As `ReplaceAllString`: `$1`, `${1}` and `${name}` in the template stand for groups, `$$` for a dollar sign.
    pub fn replace_all(&self, text: &Str, template: &Str) -> Str {
        let pieces =
            if template.contains(&b'$') { template_pieces(template) } else { vec![Piece::Text(template.clone())] };
        let wants_groups = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_) | Piece::Number(0)));
        self.replace(text, wants_groups, |out, search, whole, original| {
            for piece in &pieces {
                if out.len() > fmt::LIMIT {
                    break;
                }
                let range = match piece {
                    Piece::Text(text) => {
                        out.push(text);
                        continue;
                    }
                    Piece::Number(0) => Some(whole),
                    Piece::Number(group) => search.group(*group, whole),
                    Piece::Name(name) => (0..self.names.len())
                        .filter(|&group| self.names[group].as_deref().is_some_and(|n| n.as_bytes() == name.as_bytes()))
                        .find_map(|group| search.group(group, whole)),
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

    /// As replaceAll: calls `insert` for every match that does not touch the one before it while being empty.
    fn replace(&self, text: &Str, wants_groups: bool, insert: impl Fn(&mut StrBuilder, &Search, Range, &Text)) -> Str {
        let decoded = Text::new(text);
        let mut search = self.search(&decoded, wants_groups);
        let mut out: Option<StrBuilder> = None;
        let (mut last_end, mut at) = (0, 0);
        while at <= decoded.bytes.len() {
            let Some((start, end)) = search.from(&decoded, at) else { break };
            let out = out.get_or_insert_with(|| StrBuilder::with_capacity(text.len()));
            let (from, to) = decoded.original((last_end, start));
            out.push(&text.slice(from..to));
            if end > last_end || start == 0 {
                insert(out, &search, (start, end), &decoded);
            }
            // As with what is printed, nothing grows much beyond this.
            if out.len() > fmt::LIMIT {
                break;
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

/// Whether a byte means more than itself in an expression.
fn is_special(byte: &u8) -> bool {
    br"\.+*?()|[]{}^$".contains(byte)
}

/// As `regexp.QuoteMeta`.
pub fn quote_meta(text: &Str) -> Str {
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
fn each_match(text: &Text, limit: i64, mut search: Search, mut deliver: impl FnMut(Range, &Search)) {
    let mut limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut at = 0;
    let mut previous_end = None;
    while limit > 0 && at <= text.bytes.len() {
        let Some((start, end)) = search.from(text, at) else { return };
        let mut accept = true;
        if end == at {
            accept = Some(start) != previous_end;
            at += text.width(at).max(1);
        } else {
            at = end;
        }
        previous_end = Some(end);
        if accept {
            deliver((start, end), &search);
            limit -= 1;
        }
    }
}

/// A search that goes on.
enum Search<'a> {
    Nothing,
    Text(&'a [u8]),
    Program(&'a Regex, Option<Captures>),
}

impl Search<'_> {
    /// The first match that starts at `at` or behind it.
    fn from(&mut self, text: &Text, at: usize) -> Option<Range> {
        match self {
            Search::Nothing => None,
            Search::Text(needle) => {
                let start = at + bytes::index(&text.bytes[at..], needle)?;
                Some((start, start + needle.len()))
            }
            Search::Program(regex, None) => regex.search(&text.input(at)).map(|found| (found.start(), found.end())),
            Search::Program(regex, Some(captures)) => {
                regex.search_captures(&text.input(at), captures);
                captures.get_group(0).map(|span| (span.start, span.end))
            }
        }
    }

    /// A group of the match that was found last, `whole`.
    fn group(&self, group: usize, whole: Range) -> Option<Range> {
        match self {
            Search::Program(_, Some(captures)) => captures.get_group(group).map(|span| (span.start, span.end)),
            _ => (group == 0).then_some(whole),
        }
    }
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
