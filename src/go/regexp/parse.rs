//! Go's regular expression syntax, as regexp/syntax parses it with the flag Perl.

use regex_syntax::hir::{Capture, Class, ClassUnicode, ClassUnicodeRange, Dot, Hir, HirKind, Look, Repetition};
use std::fmt;

/// The deepest tree, as maxHeight; regex-automata compiles by recursion, for which the stack of a test suffices.
const MAX_HEIGHT: usize = 1000;
/// The largest program that Go accepts, in instructions.
const MAX_SIZE: u64 = (128 << 20) / 40;
/// The most ranges that all classes together may have; Go counts runes, two for a range.
const MAX_RANGES: usize = (128 << 20) / 4 / 2;

/// A parsed expression.
pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// The names of the groups; the first is the whole match.
    pub(super) names: Vec<Option<String>>,
    /// The size of the program as Go counts it, where a class is one instruction.
    pub(super) size: u64,
    /// How many ranges all classes together have.
    pub(super) ranges: usize,
}

/// As `syntax.Error`.
#[derive(Debug)]
pub(super) struct Error {
    code: &'static str,
    expression: Vec<u8>,
}

impl Error {
    fn new(code: &'static str, expression: &[u8]) -> Error {
        Error { code, expression: expression.to_vec() }
    }

    pub(super) fn too_large(pattern: &[u8]) -> Error {
        Error::new("expression too large", pattern)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.code, String::from_utf8_lossy(&self.expression))
    }
}

/// Parses a whole expression.
pub(super) fn parse(pattern: &[u8]) -> Result<Parsed, Error> {
    let mut parser = Parser {
        whole: pattern,
        flags: Flags::default(),
        groups: vec![Group::default()],
        names: vec![None],
        ranges: 0,
    };
    parser.run()?;
    let Some(group) = parser.groups.pop().filter(|_| parser.groups.is_empty()) else {
        return Err(Error::new("missing closing )", pattern));
    };
    let Node { hir, size, .. } = parser.close(group)?;
    Ok(Parsed { hir, names: parser.names, size, ranges: parser.ranges })
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_newline: bool,
    non_greedy: bool,
}

/// A finished part of the expression, and what Go's limits need to know of it.
struct Node {
    hir: Hir,
    /// As calcSize.
    size: u64,
    /// As calcHeight.
    height: usize,
    /// The product of the nested repetition counts, which repeatIsValid bounds.
    repeats: u64,
}

impl Node {
    fn leaf(hir: Hir) -> Node {
        Node { hir, size: 1, height: 1, repeats: 1 }
    }
}

/// What stands between a parenthesis and its end.
#[derive(Default)]
struct Group {
    /// The flags outside, which come back at the end.
    flags: Flags,
    /// The index of a capturing group.
    capture: Option<u32>,
    alternatives: Vec<Node>,
    concatenation: Vec<Node>,
}

struct Parser<'a> {
    whole: &'a [u8],
    flags: Flags,
    groups: Vec<Group>,
    names: Vec<Option<String>>,
    ranges: usize,
}

/// The part of `from` that lies before `rest`, which is a tail of it.
fn before<'a>(from: &'a [u8], rest: &[u8]) -> &'a [u8] {
    &from[..from.len() - rest.len()]
}

/// As nextRune: the first rune and what follows; at the end it is U+FFFD, which Go does not mistake for invalid UTF-8.
fn next_rune(text: &[u8]) -> Result<(char, &[u8]), Error> {
    let invalid = || Error::new("invalid UTF-8", text);
    let width = match text.first() {
        None => return Ok((char::REPLACEMENT_CHARACTER, text)),
        Some(0..=0x7f) => 1,
        Some(0x80..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..) => 4,
    };
    let rune = text.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|s| s.chars().next());
    Ok((rune.ok_or_else(invalid)?, &text[width..]))
}

/// As checkUTF8.
fn check_utf8(text: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(text).map_err(|error| Error::new("invalid UTF-8", &text[error.valid_up_to()..]))
}

impl<'a> Parser<'a> {
    fn run(&mut self) -> Result<(), Error> {
        let mut rest = self.whole;
        // Where the repetition operator began that was read last, if it was.
        let mut last_repeat: &[u8] = &[];
        while let Some(&byte) = rest.first() {
            let mut repeat: &[u8] = &[];
            match byte {
                b'(' if rest.get(1) == Some(&b'?') => rest = self.perl_flags(rest)?,
                b'(' => {
                    self.open_capture(None);
                    rest = &rest[1..];
                }
                b'|' => {
                    self.end_alternative()?;
                    rest = &rest[1..];
                }
                b')' => {
                    let group = self.groups.pop().filter(|_| !self.groups.is_empty());
                    let Some(group) = group else { return Err(Error::new("unexpected )", self.whole)) };
                    self.flags = group.flags;
                    let node = self.close(group)?;
                    self.push(node)?;
                    rest = &rest[1..];
                }
                b'^' => {
                    self.look(if self.flags.multi_line { Look::StartLF } else { Look::Start })?;
                    rest = &rest[1..];
                }
                b'$' => {
                    self.look(if self.flags.multi_line { Look::EndLF } else { Look::End })?;
                    rest = &rest[1..];
                }
                b'.' => {
                    let dot = if self.flags.dot_newline { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                    self.push(Node::leaf(Hir::dot(dot)))?;
                    rest = &rest[1..];
                }
                b'[' => rest = self.class(rest)?,
                b'*' | b'+' | b'?' => {
                    let (min, max) = match byte {
                        b'*' => (0, None),
                        b'+' => (1, None),
                        _ => (0, Some(1)),
                    };
                    repeat = rest;
                    rest = self.repeat(min, max, false, rest, &rest[1..], last_repeat)?;
                }
                b'{' => match counts(rest) {
                    None => {
                        self.literal('{')?;
                        rest = &rest[1..];
                    }
                    Some((counts, after)) => {
                        let Some((min, max)) = counts else {
                            return Err(Error::new("invalid repeat count", before(rest, after)));
                        };
                        repeat = rest;
                        rest = self.repeat(min, max, true, rest, after, last_repeat)?;
                    }
                },
                b'\\' => rest = self.escape(rest)?,
                _ => {
                    let (rune, after) = next_rune(rest)?;
                    self.literal(rune)?;
                    rest = after;
                }
            }
            last_repeat = repeat;
        }
        Ok(())
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    /// As push and checkLimits.
    fn push(&mut self, node: Node) -> Result<(), Error> {
        let node = self.checked(node)?;
        self.group().concatenation.push(node);
        Ok(())
    }

    fn checked(&self, node: Node) -> Result<Node, Error> {
        if node.size > MAX_SIZE || self.ranges > MAX_RANGES {
            return Err(Error::too_large(self.whole));
        }
        if node.height > MAX_HEIGHT {
            return Err(Error::new("expression nests too deeply", self.whole));
        }
        Ok(node)
    }

    fn literal(&mut self, rune: char) -> Result<(), Error> {
        let hir = if self.flags.fold_case {
            Hir::class(Class::Unicode(folded(ClassUnicode::new([ClassUnicodeRange::new(rune, rune)]))))
        } else {
            Hir::literal(rune.encode_utf8(&mut [0; 4]).as_bytes().to_vec())
        };
        self.push(Node::leaf(hir))
    }

    /// A rune by its number, which may be one that no string holds.
    fn code_point(&mut self, rune: u32) -> Result<(), Error> {
        match char::from_u32(rune) {
            Some(rune) => self.literal(rune),
            None => self.push(Node::leaf(Hir::fail())),
        }
    }

    fn push_class(&mut self, class: ClassUnicode) -> Result<(), Error> {
        self.ranges += class.ranges().len();
        self.push(Node::leaf(Hir::class(Class::Unicode(class))))
    }

    fn look(&mut self, look: Look) -> Result<(), Error> {
        self.push(Node::leaf(Hir::look(look)))
    }

    fn open_capture(&mut self, name: Option<String>) {
        let capture = u32::try_from(self.names.len()).ok();
        self.names.push(name);
        self.groups.push(Group { flags: self.flags, capture, ..Group::default() });
    }

    /// As concat: what was read since the last bar or parenthesis becomes one alternative.
    fn end_alternative(&mut self) -> Result<(), Error> {
        let nodes = std::mem::take(&mut self.group().concatenation);
        let node = concatenation(nodes);
        let node = self.checked(node)?;
        self.group().alternatives.push(node);
        Ok(())
    }

    /// As alternate, and the capture around it.
    fn close(&mut self, group: Group) -> Result<Node, Error> {
        let Group { mut alternatives, concatenation: last, capture, .. } = group;
        alternatives.push(self.checked(concatenation(last))?);
        let node = self.checked(alternation(alternatives))?;
        Ok(match capture {
            None => node,
            Some(index) => {
                let hir = Hir::capture(Capture { index, name: None, sub: Box::new(node.hir) });
                Node { hir, size: node.size + 2, height: node.height + 1, repeats: node.repeats }
            }
        })
    }

    /// As repeat: `from` starts with the operator and `after` follows it.
    fn repeat(
        &mut self,
        min: u32,
        max: Option<u32>,
        counted: bool,
        from: &'a [u8],
        mut after: &'a [u8],
        last_repeat: &[u8],
    ) -> Result<&'a [u8], Error> {
        let mut greedy = !self.flags.non_greedy;
        if let Some((b'?', tail)) = after.split_first() {
            after = tail;
            greedy = !greedy;
        }
        if !last_repeat.is_empty() {
            return Err(Error::new("invalid nested repetition operator", before(last_repeat, after)));
        }
        let Some(Node { hir, size, height, repeats }) = self.group().concatenation.pop() else {
            return Err(Error::new("missing argument to repetition operator", before(from, after)));
        };
        let (size, repeats) = match (counted, max) {
            (false, None) if min == 0 => (2 + size, repeats),
            (false, _) => (1 + size, repeats),
            (true, None) if min == 0 => (2 + size, repeats),
            (true, None) => (1 + u64::from(min) * size, repeats.saturating_mul(u64::from(min))),
            (true, Some(0)) => (1, 1),
            (true, Some(max)) => (u64::from(max) * size + u64::from(max - min), repeats.saturating_mul(u64::from(max))),
        };
        let hir = Hir::repetition(Repetition { min, max, greedy, sub: Box::new(hir) });
        self.push(Node { hir, size: size.max(1), height: height + 1, repeats })?;
        if counted && (min >= 2 || max.is_some_and(|max| max >= 2)) && repeats > 1000 {
            return Err(Error::new("invalid repeat count", before(from, after)));
        }
        Ok(after)
    }

    /// As parsePerlFlags: `(?P<name>`, `(?<name>`, `(?i)` and `(?i:`.
    fn perl_flags(&mut self, from: &'a [u8]) -> Result<&'a [u8], Error> {
        let name_start = if from.len() > 4 && from[2..].starts_with(b"P<") {
            Some(4)
        } else if from.len() > 3 && from[2] == b'<' {
            Some(3)
        } else {
            None
        };
        if let Some(name_start) = name_start {
            let Some(end) = from.iter().position(|&byte| byte == b'>') else {
                check_utf8(from)?;
                return Err(Error::new("invalid named capture", from));
            };
            let name = check_utf8(&from[name_start.min(end)..end])?;
            if name.is_empty() || !name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()) {
                return Err(Error::new("invalid named capture", &from[..=end]));
            }
            self.open_capture(Some(name.to_owned()));
            return Ok(&from[end + 1..]);
        }
        let mut rest = &from[2..];
        let mut flags = self.flags;
        let (mut on, mut saw_flag) = (true, false);
        while !rest.is_empty() {
            let (rune, after) = next_rune(rest)?;
            rest = after;
            match rune {
                'i' => flags.fold_case = on,
                'm' => flags.multi_line = on,
                's' => flags.dot_newline = on,
                'U' => flags.non_greedy = on,
                '-' if on => {
                    on = false;
                    saw_flag = false;
                    continue;
                }
                ':' | ')' if on || saw_flag => {
                    if rune == ':' {
                        self.groups.push(Group { flags: self.flags, ..Group::default() });
                    }
                    self.flags = flags;
                    return Ok(rest);
                }
                _ => break,
            }
            saw_flag = true;
        }
        Err(Error::new("invalid or unsupported Perl syntax", before(from, rest)))
    }

    /// A backslash outside a class.
    fn escape(&mut self, from: &'a [u8]) -> Result<&'a [u8], Error> {
        let look = match from.get(1) {
            Some(b'A') => Some(Look::Start),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'z') => Some(Look::End),
            Some(b'C') => return Err(Error::new("invalid escape sequence", &from[..2])),
            Some(b'Q') => {
                let text = &from[2..];
                let end = text.windows(2).position(|window| window == br"\E");
                let mut literal = &text[..end.unwrap_or(text.len())];
                while !literal.is_empty() {
                    let (rune, after) = next_rune(literal)?;
                    self.literal(rune)?;
                    literal = after;
                }
                return Ok(end.map_or(&[], |end| &text[end + 2..]));
            }
            _ => None,
        };
        if let Some(look) = look {
            self.look(look)?;
            return Ok(&from[2..]);
        }
        if let Some((class, rest)) = self.escaped_class(from)? {
            self.push_class(class)?;
            return Ok(rest);
        }
        let (rune, rest) = escape(from)?;
        self.code_point(rune)?;
        Ok(rest)
    }

    /// As parseUnicodeClass and parsePerlClassEscape: `\pL`, `\p{Han}`, `\d`.
    fn escaped_class(&self, from: &'a [u8]) -> Result<Option<(ClassUnicode, &'a [u8])>, Error> {
        let Some(&[b'\\', letter]) = from.first_chunk::<2>() else { return Ok(None) };
        let (ranges, negated): (&[(char, char)], bool) = match letter {
            b'd' => (DIGIT, false),
            b'D' => (DIGIT, true),
            b's' => (SPACE, false),
            b'S' => (SPACE, true),
            b'w' => (WORD, false),
            b'W' => (WORD, true),
            b'p' | b'P' => return self.unicode_class(from, letter == b'P').map(Some),
            _ => return Ok(None),
        };
        Ok(Some((self.table(ranges, negated), &from[2..])))
    }

    fn table(&self, ranges: &[(char, char)], negated: bool) -> ClassUnicode {
        let class = ClassUnicode::new(ranges.iter().map(|&(lo, hi)| ClassUnicodeRange::new(lo, hi)));
        self.folded_then(class, negated)
    }

    /// As appendGroup: the fold comes before the negation.
    fn folded_then(&self, class: ClassUnicode, negated: bool) -> ClassUnicode {
        let mut class = if self.flags.fold_case { folded(class) } else { class };
        if negated {
            class.negate();
        }
        class
    }

    fn unicode_class(&self, from: &'a [u8], mut negated: bool) -> Result<(ClassUnicode, &'a [u8]), Error> {
        let (rune, mut rest) = next_rune(&from[2..])?;
        let (sequence, mut name);
        if rune == '{' {
            let Some(end) = from.iter().position(|&byte| byte == b'}') else {
                check_utf8(from)?;
                return Err(Error::new("invalid character class range", from));
            };
            (sequence, rest) = (&from[..=end], &from[end + 1..]);
            name = check_utf8(&from[3..end])?;
        } else {
            sequence = before(from, rest);
            name = check_utf8(sequence.get(2..).unwrap_or_default())?;
        }
        if let Some(tail) = name.strip_prefix('^') {
            negated = !negated;
            name = tail;
        }
        let class =
            super::unicode::unicode_class(name).ok_or_else(|| Error::new("invalid character class range", sequence))?;
        Ok((self.folded_then(class, negated), rest))
    }

    /// As parseClass: `[…]`.
    fn class(&mut self, from: &'a [u8]) -> Result<&'a [u8], Error> {
        let mut rest = &from[1..];
        let negated = rest.first() == Some(&b'^');
        if negated {
            rest = &rest[1..];
        }
        let mut ranges: Vec<ClassUnicodeRange> = Vec::new();
        let mut first = true;
        while first || rest.first() != Some(&b']') {
            first = false;
            if rest.len() > 2
                && rest.starts_with(b"[:")
                && let Some(end) = rest[2..].windows(2).position(|window| window == b":]")
            {
                let name = &rest[..end + 4];
                let class = self.named_class(name)?;
                ranges.extend_from_slice(class.ranges());
                rest = &rest[end + 4..];
                continue;
            }
            if let Some((class, after)) = self.escaped_class(rest)? {
                ranges.extend_from_slice(class.ranges());
                rest = after;
                self.bound(&mut ranges)?;
                continue;
            }
            let range_start = rest;
            let (lo, after) = class_rune(rest, from)?;
            rest = after;
            let mut hi = lo;
            if rest.len() >= 2 && rest[0] == b'-' && rest[1] != b']' {
                (hi, rest) = class_rune(&rest[1..], from)?;
                if hi < lo {
                    return Err(Error::new("invalid character class range", before(range_start, rest)));
                }
            }
            if let Some(range) = scalar_range(lo, hi) {
                if self.flags.fold_case {
                    ranges.extend_from_slice(folded(ClassUnicode::new([range])).ranges());
                    self.bound(&mut ranges)?;
                } else {
                    ranges.push(range);
                }
            }
        }
        let mut class = ClassUnicode::new(ranges);
        if negated {
            class.negate();
        }
        self.push_class(class)?;
        Ok(&rest[1..])
    }

    /// Keeps a class with many large tables from growing without end: merged, no class has many ranges.
    fn bound(&self, ranges: &mut Vec<ClassUnicodeRange>) -> Result<(), Error> {
        if ranges.len() > 1 << 16 {
            *ranges = ClassUnicode::new(ranges.drain(..)).ranges().to_vec();
        }
        Ok(())
    }

    /// As parseNamedClass: `[:alpha:]`, `[:^alpha:]`.
    fn named_class(&self, whole: &[u8]) -> Result<ClassUnicode, Error> {
        let name = &whole[2..whole.len() - 2];
        let (name, negated) = name.strip_prefix(b"^").map_or((name, false), |name| (name, true));
        let ranges: &[(char, char)] = match name {
            b"alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            b"alpha" => &[('A', 'Z'), ('a', 'z')],
            b"ascii" => &[('\0', '\x7f')],
            b"blank" => &[('\t', '\t'), (' ', ' ')],
            b"cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
            b"digit" => DIGIT,
            b"graph" => &[('!', '~')],
            b"lower" => &[('a', 'z')],
            b"print" => &[(' ', '~')],
            b"punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            b"space" => &[('\t', '\r'), (' ', ' ')],
            b"upper" => &[('A', 'Z')],
            b"word" => WORD,
            b"xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
            _ => return Err(Error::new("invalid character class range", whole)),
        };
        Ok(self.table(ranges, negated))
    }
}

const DIGIT: &[(char, char)] = &[('0', '9')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

fn concatenation(nodes: Vec<Node>) -> Node {
    let mut nodes = nodes;
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return node;
    }
    let size = nodes.iter().map(|node| node.size).sum::<u64>().max(1);
    let height = joined_height(&nodes, |hir| matches!(hir.kind(), HirKind::Concat(_)));
    let repeats = nodes.iter().map(|node| node.repeats).max().unwrap_or(1);
    Node { hir: Hir::concat(nodes.into_iter().map(|node| node.hir).collect()), size, height, repeats }
}

fn alternation(nodes: Vec<Node>) -> Node {
    let mut nodes = nodes;
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return node;
    }
    let size = nodes.iter().map(|node| node.size + 1).sum::<u64>().max(2) - 1;
    let height = joined_height(&nodes, |hir| matches!(hir.kind(), HirKind::Alternation(_)));
    let repeats = nodes.iter().map(|node| node.repeats).max().unwrap_or(1);
    Node { hir: Hir::alternation(nodes.into_iter().map(|node| node.hir).collect()), size, height, repeats }
}

/// As collapse, which hoists the parts of a part of the same kind.
fn joined_height(nodes: &[Node], is_same: impl Fn(&Hir) -> bool) -> usize {
    nodes.iter().map(|node| node.height + usize::from(!is_same(&node.hir))).max().unwrap_or(1)
}

fn folded(mut class: ClassUnicode) -> ClassUnicode {
    // Fails only where regex-syntax is built without its tables, and then there is nothing to fold.
    let _ = class.try_case_fold_simple();
    class
}

/// The range without the surrogates, which no string holds.
fn scalar_range(lo: u32, hi: u32) -> Option<ClassUnicodeRange> {
    let lo = char::from_u32(lo).unwrap_or('\u{e000}');
    let hi = char::from_u32(hi).unwrap_or('\u{d7ff}');
    (lo <= hi).then(|| ClassUnicodeRange::new(lo, hi))
}

/// As parseClassChar.
fn class_rune<'a>(from: &'a [u8], whole_class: &[u8]) -> Result<(u32, &'a [u8]), Error> {
    match from.first() {
        None => Err(Error::new("missing closing ]", whole_class)),
        Some(b'\\') => escape(from),
        Some(_) => next_rune(from).map(|(rune, rest)| (u32::from(rune), rest)),
    }
}

/// As parseEscape: an escape that stands for one rune.
fn escape(from: &[u8]) -> Result<(u32, &[u8]), Error> {
    if from.len() < 2 {
        return Err(Error::new("trailing backslash at end of expression", b""));
    }
    let (rune, mut rest) = next_rune(&from[1..])?;
    let invalid = |rest: &[u8]| Err(Error::new("invalid escape sequence", before(from, rest)));
    let is_octal = |byte: Option<&u8>| byte.is_some_and(|byte| (b'0'..=b'7').contains(byte));
    let code = match rune {
        '1'..='7' if !is_octal(rest.first()) => return invalid(rest),
        '0'..='7' => {
            let mut code = u32::from(rune) - u32::from('0');
            for _ in 1..3 {
                let Some(&digit) = rest.first().filter(|digit| is_octal(Some(digit))) else { break };
                code = code * 8 + u32::from(digit - b'0');
                rest = &rest[1..];
            }
            code
        }
        'x' => {
            if rest.is_empty() {
                return invalid(rest);
            }
            let (first, after) = next_rune(rest)?;
            rest = after;
            if first != '{' {
                let (second, after) = next_rune(rest)?;
                rest = after;
                let (Some(high), Some(low)) = (first.to_digit(16), second.to_digit(16)) else { return invalid(rest) };
                return Ok((high * 16 + low, rest));
            }
            let (mut code, mut digits) = (0, 0);
            loop {
                if rest.is_empty() {
                    return invalid(rest);
                }
                let (digit, after) = next_rune(rest)?;
                rest = after;
                if digit == '}' {
                    break;
                }
                let Some(digit) = digit.to_digit(16) else { return invalid(rest) };
                code = code * 16 + digit;
                if code > u32::from(char::MAX) {
                    return invalid(rest);
                }
                digits += 1;
            }
            if digits == 0 {
                return invalid(rest);
            }
            code
        }
        'a' => 7,
        'f' => 0x0c,
        'n' => u32::from('\n'),
        'r' => u32::from('\r'),
        't' => u32::from('\t'),
        'v' => 0x0b,
        _ if rune.is_ascii() && !rune.is_ascii_alphanumeric() => u32::from(rune),
        _ => return invalid(rest),
    };
    Ok((code, rest))
}

/// A lower and an upper bound.
type Counts = (u32, Option<u32>);

/// As parseRepeat: `{2}`, `{2,}` and `{2,3}`. `None` where the brace is a literal, `Some((None, …))` where the counts are too large or in the wrong order.
fn counts(from: &[u8]) -> Option<(Option<Counts>, &[u8])> {
    let (min, rest) = count(&from[1..])?;
    let (max, rest) = match rest {
        [b',', b'}', ..] => (None, &rest[1..]),
        [b',', ..] => {
            let (max, rest) = count(&rest[1..])?;
            (Some(max), rest)
        }
        _ => (Some(min), rest),
    };
    let rest = rest.strip_prefix(b"}")?;
    let valid = min <= 1000 && max.is_none_or(|max| max <= 1000 && min <= max);
    Some((valid.then_some((min, max)), rest))
}

/// As parseInt.
fn count(from: &[u8]) -> Option<(u32, &[u8])> {
    let length = from.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(from.len());
    let (digits, rest) = from.split_at(length);
    if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') {
        return None;
    }
    let count =
        digits.iter().fold(0u32, |count, digit| count.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    Some((count, rest))
}
