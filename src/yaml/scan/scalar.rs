//! Scalars: block, quoted and plain.

use super::super::error::{Error, Mark};
use super::{Scanner, Text, Token, TokenKind, hex, is_blank, may_break};

/// Bytes at which a run of plain characters may end.
static MAY_END_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b" \t:,?[]{}\n\r\0\xc2\xe2";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

impl Scanner<'_> {
    pub(super) fn fetch_block_scalar(&mut self, literal: bool) -> Result<(), Error> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let start = self.mark();
        self.advance();
        let (mut keep, mut strip, mut increment) = (false, false, 0);
        // The two indicators come in either order, each at most once.
        for _ in 0..2 {
            match self.byte(0) {
                b'+' if !keep && !strip => keep = true,
                b'-' if !keep && !strip => strip = true,
                b'0' if increment == 0 => {
                    return Err(self.error(start, "found an indentation indicator equal to 0"));
                }
                digit @ b'1'..=b'9' if increment == 0 => increment = isize::from(digit - b'0'),
                _ => break,
            }
            self.advance();
        }
        self.end_of_header(start)?;

        let mut end = self.mark();
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let from = self.written.len();
        let (mut leading_break, mut trailing_breaks) = (Vec::new(), Vec::new());
        self.block_breaks(&mut indent, &mut trailing_breaks, start, &mut end)?;
        let mut leading_blank = false;
        while self.column as isize == indent && self.byte(0) != 0 {
            let blank = is_blank(self.byte(0));
            let fold = !literal && !leading_blank && !blank && leading_break.first() == Some(&b'\n');
            if !fold {
                self.written.extend_from_slice(&leading_break);
            } else if trailing_breaks.is_empty() {
                self.written.push(b' ');
            }
            leading_break.clear();
            self.written.append(&mut trailing_breaks);
            leading_blank = blank;
            let line = self.line_end();
            self.written.extend_from_slice(&self.source[self.at..line]);
            self.advance_to(line);
            self.read_line(&mut leading_break);
            self.block_breaks(&mut indent, &mut trailing_breaks, start, &mut end)?;
        }
        if !strip {
            self.written.extend_from_slice(&leading_break);
        }
        if keep {
            self.written.extend_from_slice(&trailing_breaks);
        }
        let text = self.written_since(from);
        let kind = TokenKind::Scalar { plain: false };
        self.push(Token { kind, start, end, text, suffix: Text::default() });
        Ok(())
    }

    /// As yaml_parser_scan_block_scalar_breaks: indentation and empty lines; finds the indentation where it is 0.
    fn block_breaks(
        &mut self,
        indent: &mut isize,
        breaks: &mut Vec<u8>,
        start: Mark,
        end: &mut Mark,
    ) -> Result<(), Error> {
        *end = self.mark();
        let mut deepest = 0;
        loop {
            while (*indent == 0 || (self.column as isize) < *indent) && self.byte(0) == b' ' {
                self.advance();
            }
            deepest = deepest.max(self.column as isize);
            if (*indent == 0 || (self.column as isize) < *indent) && self.byte(0) == b'\t' {
                return Err(self.error(start, "found a tab character where an indentation space is expected"));
            }
            if !self.is_break(0) {
                break;
            }
            self.read_line(breaks);
            *end = self.mark();
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }

    pub(super) fn fetch_quoted(&mut self, single: bool) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark();
        self.advance();
        self.need(4);
        let text = match self.quoted_line(single) {
            Some(text) => text,
            None => self.quoted(single, start)?,
        };
        self.need(2);
        self.advance();
        let token = Token { text, ..self.token(TokenKind::Scalar { plain: false }, start) };
        self.push(token);
        Ok(())
    }

    /// A quoted scalar that is its source: on one line and without escapes. Leaves the scanner at the closing quote.
    fn quoted_line(&mut self, single: bool) -> Option<Text> {
        let begin = self.at;
        let quote = if single { b'\'' } else { b'"' };
        let mut at = begin;
        loop {
            match *self.source.get(at)? {
                byte if byte == quote => break,
                b'\\' if !single => return None,
                byte if may_break(byte) => return None,
                _ => at += 1,
            }
        }
        if single && self.source.get(at + 1) == Some(&b'\'') {
            return None;
        }
        self.advance_to(at);
        Some(self.since(begin))
    }

    /// As yaml_parser_scan_flow_scalar. Leaves the scanner at the closing quote.
    fn quoted(&mut self, single: bool, start: Mark) -> Result<Text, Error> {
        let from = self.written.len();
        let quote = if single { b'\'' } else { b'"' };
        let (mut leading_break, mut trailing_breaks, mut whitespaces) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            self.need(4);
            if self.column == 0 && self.document_indicator().is_some() {
                return Err(self.error(start, "found unexpected document indicator"));
            }
            if self.byte(0) == 0 {
                return Err(self.error(start, "found unexpected end of stream"));
            }
            let mut leading_blanks = false;
            while !self.is_blankz(0) {
                let byte = self.byte(0);
                if single && byte == b'\'' && self.byte(1) == b'\'' {
                    self.written.push(b'\'');
                    self.advance_to(self.at + 2);
                } else if byte == quote {
                    break;
                } else if !single && byte == b'\\' && self.is_break(1) {
                    self.advance();
                    self.skip_line();
                    leading_blanks = true;
                    break;
                } else if !single && byte == b'\\' {
                    self.escape(start)?;
                } else {
                    let at = self.at;
                    self.advance();
                    self.written.extend_from_slice(&self.source[at..self.at]);
                }
            }
            if self.byte(0) == quote {
                return Ok(self.written_since(from));
            }
            loop {
                if is_blank(self.byte(0)) {
                    if !leading_blanks {
                        whitespaces.push(self.byte(0));
                    }
                    self.advance();
                } else if self.is_break(0) {
                    if leading_blanks {
                        self.read_line(&mut trailing_breaks);
                    } else {
                        whitespaces.clear();
                        self.read_line(&mut leading_break);
                        leading_blanks = true;
                    }
                } else {
                    break;
                }
            }
            if leading_blanks {
                self.join(&mut leading_break, &mut trailing_breaks);
            } else {
                self.written.append(&mut whitespaces);
            }
        }
    }

    /// Joins two lines: a single line break is a space.
    fn join(&mut self, leading_break: &mut Vec<u8>, trailing_breaks: &mut Vec<u8>) {
        if leading_break.first() != Some(&b'\n') {
            self.written.append(leading_break);
        } else if trailing_breaks.is_empty() {
            self.written.push(b' ');
        }
        self.written.append(trailing_breaks);
        leading_break.clear();
    }

    /// An escape in a double-quoted scalar.
    fn escape(&mut self, start: Mark) -> Result<(), Error> {
        let (bytes, digits): (&[u8], usize) = match self.byte(1) {
            b'0' => (b"\0", 0),
            b'a' => (b"\x07", 0),
            b'b' => (b"\x08", 0),
            b't' | b'\t' => (b"\t", 0),
            b'n' => (b"\n", 0),
            b'v' => (b"\x0b", 0),
            b'f' => (b"\x0c", 0),
            b'r' => (b"\r", 0),
            b'e' => (b"\x1b", 0),
            b' ' => (b" ", 0),
            b'"' => (b"\"", 0),
            b'\'' => (b"'", 0),
            b'\\' => (b"\\", 0),
            b'N' => ("\u{85}".as_bytes(), 0),
            b'_' => ("\u{a0}".as_bytes(), 0),
            b'L' => ("\u{2028}".as_bytes(), 0),
            b'P' => ("\u{2029}".as_bytes(), 0),
            b'x' => (b"", 2),
            b'u' => (b"", 4),
            b'U' => (b"", 8),
            _ => return Err(self.error(start, "found unknown escape character")),
        };
        self.written.extend_from_slice(bytes);
        self.advance_to(self.at + 2);
        if digits == 0 {
            return Ok(());
        }
        let mut value: u64 = 0;
        for ahead in 0..digits {
            let Some(digit) = hex(self.byte(ahead)) else {
                return Err(self.error(start, "did not find expected hexdecimal number"));
            };
            value = value << 4 | u64::from(digit);
        }
        let Some(character) = u32::try_from(value).ok().and_then(char::from_u32) else {
            return Err(self.error(start, "found invalid Unicode character escape code"));
        };
        self.written.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.advance_to(self.at + digits);
        Ok(())
    }

    /// As yaml_parser_scan_plain_scalar. The text stays a piece of the source unless lines are joined.
    pub(super) fn fetch_plain(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark();
        let (begin, mut content_end, mut end) = (self.at, self.at, start);
        let mut from = None;
        let indent = self.indent + 1;
        let flow = self.flow_level > 0;
        let mut leading_blanks = false;
        let (mut leading_break, mut trailing_breaks) = (Vec::new(), Vec::new());
        loop {
            self.need(4);
            if self.column == 0 && self.document_indicator().is_some() || self.byte(0) == b'#' {
                break;
            }
            let run = self.plain_run(flow);
            if run > self.at {
                if leading_blanks {
                    if from.is_none() {
                        from = Some(self.written.len());
                        self.written.extend_from_slice(&self.source[begin..content_end]);
                    }
                    self.join(&mut leading_break, &mut trailing_breaks);
                    leading_blanks = false;
                    self.written.extend_from_slice(&self.source[self.at..run]);
                } else if from.is_some() {
                    // With the blanks since the last run.
                    self.written.extend_from_slice(&self.source[content_end..run]);
                }
                self.advance_to(run);
                self.need(2);
                content_end = run;
                end = self.mark();
            }
            if !is_blank(self.byte(0)) && !self.is_break(0) {
                break;
            }
            loop {
                let byte = self.byte(0);
                if is_blank(byte) {
                    if leading_blanks && byte == b'\t' && (self.column as isize) < indent {
                        return Err(self.error(start, "found a tab character that violates indentation"));
                    }
                    self.advance();
                } else if self.is_break(0) {
                    if leading_blanks {
                        self.read_line(&mut trailing_breaks);
                    } else {
                        self.read_line(&mut leading_break);
                        leading_blanks = true;
                    }
                } else {
                    break;
                }
            }
            if !flow && (self.column as isize) < indent {
                break;
            }
        }
        if leading_blanks {
            self.simple_key_allowed = true;
        }
        let text = match from {
            Some(from) => self.written_since(from),
            None => Text { start: begin as u32, len: (content_end - begin) as u32, written: false },
        };
        let kind = TokenKind::Scalar { plain: true };
        self.push(Token { kind, start, end, text, suffix: Text::default() });
        Ok(())
    }

    /// Where the run of plain characters ends that starts here: at a line break, `: `, a flow indicator, or at blanks,
    /// unless these are a single space before a letter or digit, with which goyaml's next run would begin.
    fn plain_run(&mut self, flow: bool) -> usize {
        let mut at = self.at;
        let mut word = at;
        while let Some(&byte) = self.source.get(at) {
            match byte {
                // What stops a run is looked for in a table: most of a text is letters.
                byte if !MAY_END_RUN[usize::from(byte)] => at += 1,
                b' ' if self.source.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => {
                    at += 2;
                    word = at - 1;
                }
                b' ' | b'\t' => break,
                b':' if self.is_blankz(at + 1 - self.at) => break,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if flow => break,
                _ if may_break(byte) && self.is_breakz(at - self.at) => break,
                _ => at += 1,
            }
        }
        self.needed = self.needed.max(word + 4);
        at
    }
}
