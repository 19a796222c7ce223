//! Writing: scalars, block maps and block lists to text, as goyaml emitterc.go does.
//!
//! goyaml's emitter is driven by events; Helm only ever makes it write block collections, empty collections and scalars,
//! and so this one is called for each of them in turn.

use super::resolve::Version;
use crate::go::{Str, StrBuilder, bytes, scratch};

/// How a scalar is asked to be written; the emitter may have to choose another style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Item,
    Value,
    SimpleKey,
    /// A key after `?`.
    Key,
}

/// How far a line goes before goyaml v2 folds it.
const WIDTH: usize = 80;
const INDENT: isize = 2;

/// How many bytes a key may have, with its tag, that does without `?`.
pub(super) const MAX_SIMPLE_KEY: usize = 128;

/// The indentation around a collection.
pub(super) struct Outside(isize);

/// The emitter.
pub(super) struct Emitter {
    out: StrBuilder,
    version: Version,
    /// From which column on a line is folded.
    width: usize,
    column: usize,
    indent: isize,
    /// Whether the last character was a space or an indicator that needs none after it.
    whitespace: bool,
    /// Whether the line holds nothing but spaces, `-`, `?` and `:` so far.
    indention: bool,
}

impl Emitter {
    pub(super) fn new(version: Version) -> Emitter {
        Emitter {
            out: StrBuilder::on(scratch::room()),
            version,
            width: if version == Version::V2 { WIDTH } else { usize::MAX },
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
        }
    }

    /// How many bytes were written.
    pub(super) fn written(&self) -> usize {
        self.out.len()
    }

    /// Ends the document.
    pub(super) fn finish(mut self) -> Str {
        self.write_indent();
        scratch::finish_builder(self.out)
    }

    /// Starts a list that is not empty, and returns what [`Emitter::close`] needs.
    pub(super) fn open_list(&mut self, place: Place) -> Outside {
        let in_map = matches!(place, Place::Value | Place::SimpleKey | Place::Key);
        let indentless = self.version == Version::V2 && in_map && !self.indention;
        self.increase_indent(false, indentless)
    }

    /// The same for a map.
    pub(super) fn open_map(&mut self) -> Outside {
        self.increase_indent(false, false)
    }

    pub(super) fn close(&mut self, Outside(indent): Outside) {
        self.indent = indent;
    }

    /// The `-` of the next item.
    pub(super) fn item(&mut self) {
        self.write_indent();
        self.write_indicator(b"-", true, false, true);
    }

    /// What comes before a key.
    pub(super) fn before_key(&mut self, place: Place) {
        self.write_indent();
        if place == Place::Key {
            self.write_indicator(b"?", true, false, true);
        }
    }

    /// What comes between a key and its value.
    pub(super) fn before_value(&mut self, place: Place) {
        if place == Place::Key {
            self.write_indent();
            self.write_indicator(b":", true, false, true);
        } else {
            self.write_indicator(b":", false, false, false);
        }
    }

    pub(super) fn empty_list(&mut self) {
        self.write_indicator(b"[", true, true, false);
        self.write_indicator(b"]", false, false, false);
    }

    pub(super) fn empty_map(&mut self) {
        self.write_indicator(b"{", true, true, false);
        self.write_indicator(b"}", false, false, false);
    }

    /// Whether a key can do without `?`.
    pub(super) fn key_place(&self, key: &[u8], tag: &str) -> Place {
        let multiline = (0..key.len()).any(|at| is_break(key, at));
        if multiline || key.len() + tag.len() > MAX_SIMPLE_KEY { Place::Key } else { Place::SimpleKey }
    }

    /// Writes a scalar whose type follows from its text, or one with a tag. The marks of `origin` go with it.
    pub(super) fn scalar(&mut self, value: &[u8], tag: &str, style: Style, place: Place, origin: Option<&Str>) {
        let analysis = analyze(value, self.version);
        let style = analysis.select(value, style, place);
        if !tag.is_empty() {
            if !self.whitespace {
                self.put(b' ');
            }
            self.put_ascii(tag.as_bytes());
            self.whitespace = false;
            self.indention = false;
        }
        self.styled(value, style, place, origin);
    }

    /// Writes a scalar in a style that its text allows.
    pub(super) fn styled(&mut self, value: &[u8], style: Style, place: Place, origin: Option<&Str>) {
        let outside = self.increase_indent(true, false);
        // Without the space before it.
        let start = self.out.len() + usize::from(!self.whitespace);
        let folds = place != Place::SimpleKey;
        match style {
            Style::Plain => self.write_plain(value, folds),
            Style::SingleQuoted => self.write_single_quoted(value, folds),
            Style::DoubleQuoted => self.write_double_quoted(value, folds),
            Style::Literal => self.write_literal(value),
        }
        if let Some(origin) = origin {
            self.out.derive_since(start, origin);
        }
        self.close(outside);
    }

    /// Whether a text of so many columns ends before lines are folded.
    pub(super) fn has_room(&self, columns: usize) -> bool {
        self.column + usize::from(!self.whitespace) + columns <= self.width
    }

    /// Writes a scalar that is neither empty nor to be folded, and all of whose characters `write` appends are ASCII and
    /// on one line: as [`Emitter::scalar`] does in its plain style. The marks of `origin` go with it.
    pub(super) fn word(&mut self, origin: Option<&Str>, write: impl FnOnce(&mut Vec<u8>)) {
        let space = !self.whitespace;
        let before = self.out.len();
        self.out.write(|out| {
            if space {
                out.push(b' ');
            }
            write(out);
        });
        self.column += self.out.len() - before;
        self.whitespace = false;
        self.indention = false;
        if let Some(origin) = origin {
            self.out.derive_since(before + usize::from(space), origin);
        }
    }

    /// Writes a key that is plain, ASCII and short, with its colon.
    pub(super) fn plain_key(&mut self, key: &Str) {
        self.write_indent();
        self.word(Some(key), |out| out.extend_from_slice(key));
        self.put(b':');
    }

    // The characters.

    fn put(&mut self, byte: u8) {
        self.out.push_bytes(&[byte]);
        self.column += 1;
    }

    fn put_ascii(&mut self, bytes: &[u8]) {
        self.out.push_bytes(bytes);
        self.column += bytes.len();
    }

    fn put_characters(&mut self, bytes: &[u8]) {
        self.out.push_bytes(bytes);
        self.column += bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
    }

    fn put_break(&mut self) {
        self.out.push_bytes(b"\n");
        self.column = 0;
        if self.version == Version::V3 {
            self.indention = true;
        }
    }

    /// Writes the line break at `at` and returns where it ends.
    fn write_break(&mut self, value: &[u8], at: usize) -> usize {
        if value[at] == b'\n' {
            self.put_break();
            return at + 1;
        }
        let width = width(value[at]);
        self.out.push_bytes(&value[at..at + width]);
        self.column = 0;
        if self.version == Version::V3 {
            self.indention = true;
        }
        at + width
    }

    fn increase_indent(&mut self, flow: bool, indentless: bool) -> Outside {
        let outside = Outside(self.indent);
        if self.indent < 0 {
            self.indent = if flow { INDENT } else { 0 };
        } else if !indentless {
            self.indent += INDENT;
        }
        outside
    }

    fn write_indent(&mut self) {
        const SPACES: &[u8; 64] = &[b' '; 64];
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put_ascii(&SPACES[..(indent - self.column).min(SPACES.len())]);
        }
        self.whitespace = true;
        if self.version == Version::V2 {
            self.indention = true;
        }
    }

    fn write_indicator(&mut self, indicator: &[u8], needs_space: bool, is_space: bool, is_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(b' ');
        }
        self.put_ascii(indicator);
        self.whitespace = is_space;
        self.indention &= is_indention;
    }

    // The styles.

    /// Plain scalars hold no line breaks.
    fn write_plain(&mut self, value: &[u8], folds: bool) {
        if !self.whitespace && (self.version == Version::V2 || !value.is_empty()) {
            self.put(b' ');
        }
        self.write_words(value, folds, |_, _| true);
        if self.version == Version::V2 || !value.is_empty() {
            self.whitespace = false;
        }
        self.indention = false;
    }

    /// Writes text without breaks, folded at single spaces beyond the width where `may_fold` allows it.
    fn write_words(&mut self, value: &[u8], folds: bool, may_fold: impl Fn(usize, usize) -> bool) {
        if !folds || self.column + value.len() <= self.width {
            self.put_characters(value);
            return;
        }
        let (mut at, mut spaces) = (0, false);
        while at < value.len() {
            if value[at] == b' ' {
                let single = !spaces && value.get(at + 1) != Some(&b' ');
                if single && self.column > self.width && may_fold(at, value.len()) {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                at += 1;
                spaces = true;
            } else {
                let length = value[at..].iter().take_while(|&&byte| byte != b' ').count();
                self.put_characters(&value[at..at + length]);
                at += length;
                spaces = false;
                self.indention = false;
            }
        }
    }

    fn write_single_quoted(&mut self, value: &[u8], folds: bool) {
        self.write_indicator(b"'", true, false, false);
        let (mut spaces, mut breaks) = (false, false);
        let mut at = 0;
        while at < value.len() {
            if value[at] == b' ' {
                let inside = at > 0 && at < value.len() - 1 && value[at + 1] != b' ';
                if folds && !spaces && self.column > self.width && inside {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                at += 1;
                spaces = true;
            } else if is_break(value, at) {
                if !breaks && value[at] == b'\n' {
                    self.put_break();
                }
                at = self.write_break(value, at);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if value[at] == b'\'' {
                    self.put(b'\'');
                }
                let end = at + width(value[at]);
                self.put_characters(&value[at..end]);
                at = end;
                self.indention = false;
                spaces = false;
                breaks = false;
            }
        }
        self.write_indicator(b"'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_double_quoted(&mut self, value: &[u8], folds: bool) {
        self.write_indicator(b"\"", true, false, false);
        // goyaml looks for a byte order mark at the start of the text whatever character it is at.
        let marked = value.starts_with("\u{feff}".as_bytes());
        let (mut at, mut spaces) = (0, false);
        while at < value.len() {
            let byte = value[at];
            let end = at + width(byte);
            if marked || !is_printable(value, at) || is_break(value, at) || byte == b'"' || byte == b'\\' {
                self.write_escape(&value[at..end]);
                at = end;
                spaces = false;
            } else if byte == b' ' {
                if folds && !spaces && self.column > self.width && at > 0 && at < value.len() - 1 {
                    self.write_indent();
                    if value[at + 1] == b' ' {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
                at += 1;
                spaces = true;
            } else {
                self.put_characters(&value[at..end]);
                at = end;
                spaces = false;
            }
        }
        self.write_indicator(b"\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_escape(&mut self, character: &[u8]) {
        let code = std::str::from_utf8(character).ok().and_then(|text| text.chars().next()).map_or(0xfffd, u32::from);
        let escape = match code {
            0x00 => "\\0".to_owned(),
            0x07 => "\\a".to_owned(),
            0x08 => "\\b".to_owned(),
            0x09 => "\\t".to_owned(),
            0x0a => "\\n".to_owned(),
            0x0b => "\\v".to_owned(),
            0x0c => "\\f".to_owned(),
            0x0d => "\\r".to_owned(),
            0x1b => "\\e".to_owned(),
            0x22 => "\\\"".to_owned(),
            0x5c => "\\\\".to_owned(),
            0x85 => "\\N".to_owned(),
            0xa0 => "\\_".to_owned(),
            0x2028 => "\\L".to_owned(),
            0x2029 => "\\P".to_owned(),
            _ if code <= 0xff => format!("\\x{code:02X}"),
            _ if code <= 0xffff => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.put_ascii(escape.as_bytes());
    }

    fn write_literal(&mut self, value: &[u8]) {
        self.write_indicator(b"|", true, false, false);
        self.write_hints(value);
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        let mut at = 0;
        while at < value.len() {
            if is_break(value, at) {
                at = self.write_break(value, at);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                let end = line_end(value, at);
                self.put_characters(&value[at..end]);
                at = end;
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// The indentation and chomping indicators of a block scalar.
    fn write_hints(&mut self, value: &[u8]) {
        if value.first() == Some(&b' ') || is_break(value, 0) {
            self.write_indicator(b"2", false, false, false);
        }
        let Some(last) = last_character(value) else {
            return self.write_indicator(b"-", false, false, false);
        };
        if !is_break(value, last) {
            self.write_indicator(b"-", false, false, false);
        } else if last_character(&value[..last]).is_none_or(|before| is_break(value, before)) {
            self.write_indicator(b"+", false, false, false);
        }
    }
}

/// Where the last character of a text starts.
fn last_character(value: &[u8]) -> Option<usize> {
    value.iter().rposition(|&byte| byte & 0xc0 != 0x80)
}

/// How many bytes a character has.
fn width(lead: u8) -> usize {
    match lead {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

/// Where the next line break after `at` starts, or the end of a text that may be a block scalar.
fn line_end(value: &[u8], mut at: usize) -> usize {
    // No such text has a carriage return or U+0085.
    while let Some(found) = bytes::index_any(&value[at..], [b'\n', 0xe2]) {
        at += found;
        if is_break(value, at) {
            return at;
        }
        at += 1;
    }
    value.len()
}

fn is_break(value: &[u8], at: usize) -> bool {
    match value.get(at) {
        Some(b'\n' | b'\r') => true,
        Some(0xc2) => value.get(at + 1) == Some(&0x85),
        Some(0xe2) => matches!(value.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])),
        _ => false,
    }
}

/// As is_printable, which takes no character beyond the basic plane and no byte order mark for printable.
fn is_printable(value: &[u8], at: usize) -> bool {
    let next = |ahead: usize| value.get(at + ahead).copied().unwrap_or(0);
    match value[at] {
        b'\n' | 0x20..=0x7e => true,
        0xc2 => next(1) >= 0xa0,
        0xc3..=0xec | 0xee => true,
        0xed => next(1) < 0xa0,
        0xef => !matches!((next(1), next(2)), (0xbb, 0xbf) | (0xbf, 0xbe | 0xbf)),
        _ => false,
    }
}

/// What a text allows, as yaml_emitter_analyze_scalar finds it.
struct Analysis {
    multiline: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

impl Analysis {
    /// As yaml_emitter_select_scalar_style outside of flow collections.
    fn select(&self, value: &[u8], mut style: Style, place: Place) -> Style {
        let simple_key = place == Place::SimpleKey;
        if simple_key && self.multiline {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain && (!self.plain || (value.is_empty() && simple_key)) {
            style = Style::SingleQuoted;
        }
        if style == Style::SingleQuoted && !self.single_quoted {
            style = Style::DoubleQuoted;
        }
        if style == Style::Literal && (!self.block || simple_key) {
            style = Style::DoubleQuoted;
        }
        style
    }
}

fn analyze(value: &[u8], version: Version) -> Analysis {
    let Some(&first) = value.first() else {
        return Analysis { multiline: false, plain: true, single_quoted: true, block: false };
    };
    let (mut indicators, mut line_breaks, mut special, mut tabs) = (false, false, false, false);
    let (mut edges, mut trailing_space, mut break_space, mut space_break) = (false, false, false, false);
    let (mut preceded, mut previous_space, mut previous_break) = (true, false, false);
    if value.starts_with(b"---") || value.starts_with(b"...") {
        indicators = true;
    }
    let is_blank = |at: usize| matches!(value.get(at), Some(b' ' | b'\t'));
    match first {
        b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
        | b'`' => indicators = true,
        b'?' | b':' | b'-' if value.len() == 1 || is_blank(1) => indicators = true,
        _ => {}
    }
    let mut at = 0;
    while at < value.len() {
        let byte = value[at];
        // Letters, digits and most signs change nothing.
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/') {
            (previous_space, previous_break, preceded) = (false, false, false);
            at += 1;
            continue;
        }
        let end = at + width(byte);
        if at > 0 {
            match byte {
                b':' if end >= value.len() || is_blank(end) => indicators = true,
                b'#' if preceded => indicators = true,
                _ => {}
            }
        }
        if byte == b'\t' && version == Version::V3 {
            tabs = true;
        } else if !is_printable(value, at) {
            special = true;
        }
        let breaks = is_break(value, at);
        if byte == b' ' {
            edges |= at == 0 || end == value.len();
            trailing_space |= end == value.len();
            break_space |= previous_break;
            (previous_space, previous_break) = (true, false);
        } else if breaks {
            line_breaks = true;
            edges |= at == 0 || end == value.len();
            space_break |= previous_space;
            (previous_space, previous_break) = (false, true);
        } else {
            (previous_space, previous_break) = (false, false);
        }
        preceded = breaks || matches!(byte, b' ' | b'\t' | 0);
        at = end;
    }
    let unquotable = space_break || special;
    Analysis {
        multiline: line_breaks,
        plain: !(edges || break_space || unquotable || tabs || line_breaks || indicators),
        single_quoted: !(break_space || unquotable || tabs),
        block: !(trailing_space || unquotable),
    }
}
