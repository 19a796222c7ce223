//! What a pattern is compiled to, and how it matches.

use super::super::{bytes, utf8};

/// A compiled node. Lengths are in code points, unless said otherwise, and `None` where they vary.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    Nothing,
    Any(Vec<char>),
    Super,
    Single(Vec<char>),
    List { runes: Vec<char>, not: bool },
    Range { low: char, high: char, not: bool },
    Text(Vec<u8>),
    AnyOf(Vec<Matcher>),
    EveryOf(Vec<Matcher>),
    Row { matchers: Vec<Matcher>, length: usize },
    Contains { needle: Vec<u8>, not: bool },
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    PrefixSuffix(Vec<u8>, Vec<u8>),
    PrefixAny(Vec<u8>, Vec<char>),
    SuffixAny(Vec<u8>, Vec<char>),
    Min(usize),
    Max(usize),
    Tree(Box<Tree>),
}

#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub value: Matcher,
    pub left: Option<Matcher>,
    pub right: Option<Matcher>,
    /// The length of the left branch, 0 where it varies.
    left_length: usize,
    /// The length of the right branch, 0 where it varies.
    right_length: usize,
    length: Option<usize>,
}

impl Matcher {
    /// How many code points it matches, where that does not vary.
    pub fn length(&self) -> Option<usize> {
        match self {
            Matcher::Nothing => Some(0),
            Matcher::Single(_) | Matcher::List { .. } | Matcher::Range { .. } => Some(1),
            Matcher::Text(text) => Some(utf8::rune_count(text)),
            Matcher::Row { length, .. } => Some(*length),
            Matcher::Tree(tree) => tree.length,
            Matcher::EveryOf(matchers) if matchers.is_empty() => Some(0),
            // As AnyOf.Len: an alternative of unknown length is forgotten when another follows it.
            Matcher::AnyOf(matchers) => {
                let mut length: Option<usize> = None;
                for matcher in matchers {
                    let next = matcher.length();
                    if length.is_some() && next != length {
                        return None;
                    }
                    length = next;
                }
                length
            }
            _ => None,
        }
    }

    /// Whether the whole of `text` matches; `None` when the work is too much.
    pub fn matches(&self, text: &[u8], work: &mut u32) -> Option<bool> {
        *work = work.checked_sub(1)?;
        let one = |test: &dyn Fn(char) -> bool| {
            let (rune, size) = utf8::decode(text);
            text.len() <= size && test(rune)
        };
        Some(match self {
            Matcher::Nothing => text.is_empty(),
            Matcher::Any(separators) => !contains_any(text, separators),
            Matcher::Super => true,
            Matcher::Single(separators) => one(&|rune| !separators.contains(&rune)),
            Matcher::List { runes, not } => one(&|rune| runes.contains(&rune) != *not),
            Matcher::Range { low, high, not } => one(&|rune| (*low <= rune && rune <= *high) != *not),
            Matcher::Text(literal) => text == literal.as_slice(),
            Matcher::AnyOf(matchers) => {
                for matcher in matchers {
                    if matcher.matches(text, work)? {
                        return Some(true);
                    }
                }
                false
            }
            Matcher::EveryOf(matchers) => {
                for matcher in matchers {
                    if !matcher.matches(text, work)? {
                        return Some(false);
                    }
                }
                true
            }
            Matcher::Row { matchers, length } => {
                utf8::rune_count(text) == *length && row_matches(matchers, text, work)?
            }
            Matcher::Contains { needle, not } => bytes::index(text, needle).is_some() != *not,
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Suffix(suffix) => text.ends_with(suffix),
            Matcher::PrefixSuffix(prefix, suffix) => text.starts_with(prefix) && text.ends_with(suffix),
            Matcher::PrefixAny(prefix, separators) => {
                text.strip_prefix(prefix.as_slice()).is_some_and(|rest| !contains_any(rest, separators))
            }
            Matcher::SuffixAny(suffix, separators) => {
                text.strip_suffix(suffix.as_slice()).is_some_and(|rest| !contains_any(rest, separators))
            }
            // As Min.Match, which does not see that no minimum is asked for; none is ever below one.
            Matcher::Min(limit) => utf8::rune_count(text) >= *limit,
            Matcher::Max(limit) => utf8::rune_count(text) <= *limit,
            Matcher::Tree(tree) => tree.matches(text, work)?,
        })
    }

    /// Where the first match in `text` starts and, in ascending order, the lengths in bytes that it can have.
    /// `None` when the work is too much, `Some(None)` where there is no match.
    fn index(&self, text: &[u8], work: &mut u32) -> Option<Option<(usize, Vec<usize>)>> {
        *work = work.checked_sub(u32::try_from(text.len() / 16 + 1).ok()?)?;
        let one = |test: &dyn Fn(char) -> bool| {
            utf8::runes(text).find(|(_, rune)| test(*rune)).map(|(at, rune)| (at, vec![rune.len_utf8()]))
        };
        // The ends of all code points of `part`, counted from `offset`. An invalid byte ends three bytes on, as U+FFFD.
        let ends = |part: &[u8], offset: usize| {
            utf8::runes(part).map(|(at, rune)| offset + at + rune.len_utf8()).collect::<Vec<_>>()
        };
        let starts_and_end = |part: &[u8], offset: usize| {
            let mut lengths: Vec<usize> = utf8::runes(part).map(|(at, _)| offset + at).collect();
            lengths.push(offset + part.len());
            lengths
        };
        Some(match self {
            Matcher::Nothing => Some((0, vec![0])),
            Matcher::Any(separators) => {
                let end = separators.iter().find_map(|&rune| find_rune(text, rune)).unwrap_or(text.len());
                Some((0, starts_and_end(&text[..end], 0)))
            }
            Matcher::Super => Some((0, starts_and_end(text, 0))),
            Matcher::Single(separators) => one(&|rune| !separators.contains(&rune)),
            Matcher::List { runes, not } => one(&|rune| runes.contains(&rune) != *not),
            Matcher::Range { low, high, not } => one(&|rune| (*low <= rune && rune <= *high) != *not),
            Matcher::Text(literal) => bytes::index(text, literal).map(|at| (at, vec![literal.len()])),
            Matcher::AnyOf(matchers) => {
                let mut first: Option<(usize, Vec<usize>)> = None;
                for matcher in matchers {
                    let Some((at, lengths)) = matcher.index(text, work)? else { continue };
                    match &mut first {
                        Some((best, _)) if at > *best => {}
                        Some((best, merged)) if at == *best => {
                            merged.extend(lengths);
                            merged.sort_unstable();
                            merged.dedup();
                        }
                        _ => first = Some((at, lengths)),
                    }
                }
                first
            }
            Matcher::EveryOf(matchers) => every_index(matchers, text, work)?,
            Matcher::Row { matchers, length } => {
                for (at, _) in utf8::runes(text) {
                    // As Row.Index, which compares bytes with code points here.
                    if text.len() - at < *length {
                        break;
                    }
                    if row_matches(matchers, &text[at..], work)? {
                        return Some(Some((at, vec![*length])));
                    }
                }
                None
            }
            Matcher::Contains { needle, not } => match (bytes::index(text, needle), not) {
                (None, false) => None,
                // As Contains.Index: from the start of the text, whatever stands before the needle.
                (Some(at), false) => {
                    let end = at + needle.len();
                    Some((0, if text.len() <= end { vec![end] } else { starts_and_end(&text[end..], end) }))
                }
                (at, true) => Some((0, starts_and_end(&text[..at.unwrap_or(text.len())], 0))),
            },
            Matcher::Prefix(prefix) => bytes::index(text, prefix).map(|at| {
                let mut lengths = vec![prefix.len()];
                lengths.extend(ends(&text[at + prefix.len()..], prefix.len()));
                (at, lengths)
            }),
            Matcher::PrefixAny(prefix, separators) => bytes::index(text, prefix).map(|at| {
                let rest = &text[at + prefix.len()..];
                let end = separators.iter().find_map(|&rune| find_rune(rest, rune)).unwrap_or(rest.len());
                let mut lengths = vec![prefix.len()];
                lengths.extend(ends(&rest[..end], prefix.len()));
                (at, lengths)
            }),
            Matcher::Suffix(suffix) => bytes::index(text, suffix).map(|at| (0, vec![at + suffix.len()])),
            Matcher::SuffixAny(suffix, separators) => bytes::index(text, suffix).map(|at| {
                let start = separators.iter().find_map(|&rune| rfind_rune(&text[..at], rune)).map_or(0, |at| at + 1);
                (start, vec![at + suffix.len() - start])
            }),
            Matcher::PrefixSuffix(prefix, suffix) => prefix_suffix_index(prefix, suffix, text),
            Matcher::Min(limit) => {
                let lengths: Vec<usize> = ends(text, 0).into_iter().skip(limit.saturating_sub(1)).collect();
                (text.len() >= *limit && !lengths.is_empty()).then_some((0, lengths))
            }
            Matcher::Max(limit) => {
                let mut lengths = vec![0];
                lengths.extend(ends(text, 0).into_iter().take(*limit));
                Some((0, lengths))
            }
            // As BTree.Index, which was never written.
            Matcher::Tree(_) => None,
        })
    }
}

/// As EveryOf.Index: the lengths that all matchers allow, each looking from where the one before it matched.
fn every_index(matchers: &[Matcher], text: &[u8], work: &mut u32) -> Option<Option<(usize, Vec<usize>)>> {
    let (mut index, mut offset) = (0_usize, 0_usize);
    let mut current: Vec<usize> = Vec::new();
    let mut rest = text;
    for (round, matcher) in matchers.iter().enumerate() {
        let Some((at, lengths)) = matcher.index(rest, work)? else { return Some(None) };
        if round == 0 {
            current = lengths;
        } else {
            // Every length is counted from the match of its own matcher.
            let shift = index as isize - (at + offset) as isize;
            current = lengths
                .into_iter()
                .filter(|length| {
                    length.checked_add_signed(-shift).is_some_and(|wanted| current.binary_search(&wanted).is_ok())
                })
                .collect();
            if current.is_empty() {
                return Some(None);
            }
        }
        index = at + offset;
        rest = text.get(index..).unwrap_or_default();
        offset += at;
    }
    Some(Some((index, current)))
}

fn prefix_suffix_index(prefix: &[u8], suffix: &[u8], text: &[u8]) -> Option<(usize, Vec<usize>)> {
    let start = bytes::index(text, prefix)?;
    if suffix.is_empty() {
        return Some((start, vec![text.len() - start]));
    }
    let mut rest = &text[start..];
    let mut lengths = Vec::new();
    while let Some(at) = rest.windows(suffix.len()).rposition(|window| window == suffix) {
        lengths.push(at + suffix.len());
        rest = &rest[..at];
    }
    lengths.reverse();
    (!lengths.is_empty()).then_some((start, lengths))
}

/// As Row.matchAll: matchers of fixed lengths one after the other. A part ends one byte after its last code point
/// starts, so that code points of several bytes never match here.
fn row_matches(matchers: &[Matcher], text: &[u8], work: &mut u32) -> Option<bool> {
    let mut at = 0;
    for matcher in matchers {
        let length = matcher.length()?;
        let (mut count, mut last) = (0, 0);
        for (start, _) in utf8::runes(&text[at..]) {
            last = start;
            count += 1;
            if count == length {
                break;
            }
        }
        // Go panics where a matcher of no length stands at the end of the text; here it does not match.
        let Some(part) = text.get(at..at + last + 1) else { return Some(false) };
        if count < length || !matcher.matches(part, work)? {
            return Some(false);
        }
        at += last + 1;
    }
    Some(true)
}

impl Tree {
    /// A value and what has to match left and right of it.
    pub fn matcher(value: Matcher, left: Option<Matcher>, right: Option<Matcher>) -> Matcher {
        let side = |side: &Option<Matcher>| side.as_ref().map_or(Some(0), Matcher::length);
        let (left_length, right_length) = (side(&left), side(&right));
        let length =
            value.length().zip(left_length).zip(right_length).map(|((value, left), right)| value + left + right);
        Matcher::Tree(Box::new(Tree {
            value,
            left,
            right,
            left_length: left_length.unwrap_or(0),
            right_length: right_length.unwrap_or(0),
            length,
        }))
    }

    /// As BTree.Match: tries every place where the value matches, and each of its lengths there.
    fn matches(&self, text: &[u8], work: &mut u32) -> Option<bool> {
        if self.length.is_some_and(|length| length > text.len()) {
            return Some(false);
        }
        // Both count code points and are used as bytes, which only makes the search start earlier and end later.
        let mut offset = self.left_length;
        let Some(limit) = text.len().checked_sub(self.right_length) else { return Some(false) };
        while offset < limit {
            let Some((at, lengths)) = self.value.index(&text[offset..limit], work)? else { return Some(false) };
            let start = offset + at;
            if branch(&self.left, &text[..start.min(text.len())], work)? {
                for length in lengths.into_iter().rev() {
                    if branch(&self.right, text.get(start + length..).unwrap_or_default(), work)? {
                        return Some(true);
                    }
                }
            }
            let step = text.get(start..).map_or(0, |rest| utf8::decode(rest).1);
            if at + step == 0 {
                return Some(false);
            }
            offset += at + step;
        }
        Some(false)
    }
}

fn branch(matcher: &Option<Matcher>, text: &[u8], work: &mut u32) -> Option<bool> {
    match matcher {
        Some(matcher) => matcher.matches(text, work),
        None => Some(text.is_empty()),
    }
}

fn find_rune(text: &[u8], rune: char) -> Option<usize> {
    bytes::index(text, rune.encode_utf8(&mut [0; 4]).as_bytes())
}

fn rfind_rune(text: &[u8], rune: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let needle = rune.encode_utf8(&mut buffer).as_bytes();
    text.windows(needle.len()).rposition(|window| window == needle)
}

fn contains_any(text: &[u8], runes: &[char]) -> bool {
    runes.iter().any(|&rune| find_rune(text, rune).is_some())
}
