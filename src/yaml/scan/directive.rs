//! Directives and tags: the tokens that begin with `%` or `!`.

use super::super::error::{Error, Mark};
use super::{Scanner, Text, Token, TokenKind, hex, is_alpha, is_blank};

impl Scanner<'_> {
    pub(super) fn fetch_directive(&mut self) -> Result<(), Error> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark();
        self.advance();
        let begin = self.at;
        self.skip_alpha();
        if self.at == begin {
            return Err(self.error(start, "could not find expected directive name"));
        }
        if !self.is_blankz(0) {
            return Err(self.error(start, "found unexpected non-alphabetical character"));
        }
        let token = match &self.source[begin..self.at] {
            b"YAML" => {
                self.skip_blanks();
                let major = self.version_number(start)?;
                if self.byte(0) != b'.' {
                    return Err(self.error(start, "did not find expected digit or '.' character"));
                }
                self.advance();
                let minor = self.version_number(start)?;
                self.token(TokenKind::Version { major, minor }, start)
            }
            b"TAG" => {
                self.skip_blanks();
                let handle = self.tag_handle(true, start)?;
                if !is_blank(self.byte(0)) {
                    return Err(self.error(start, "did not find expected whitespace"));
                }
                self.skip_blanks();
                let prefix = self.tag_uri(b"", start)?;
                if !self.is_blankz(0) {
                    return Err(self.error(start, "did not find expected whitespace or line break"));
                }
                Token { text: handle, suffix: prefix, ..self.token(TokenKind::TagDirective, start) }
            }
            _ => return Err(self.error(start, "found unknown directive name")),
        };
        self.end_of_header(start)?;
        self.push(token);
        Ok(())
    }

    fn version_number(&mut self, start: Mark) -> Result<u8, Error> {
        let (mut value, mut length) = (0u8, 0);
        while self.byte(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return Err(self.error(start, "found extremely long version number"));
            }
            value = value * 10 + (self.byte(0) - b'0');
            self.advance();
        }
        if length == 0 {
            return Err(self.error(start, "did not find expected version number"));
        }
        Ok(value)
    }

    /// Blanks and a comment up to the end of the line, and the line break.
    pub(super) fn end_of_header(&mut self, start: Mark) -> Result<(), Error> {
        self.skip_blanks();
        if self.byte(0) == b'#' {
            let end = self.line_end();
            self.advance_to(end);
        }
        if !self.is_breakz(0) {
            return Err(self.error(start, "did not find expected comment or line break"));
        }
        self.skip_line();
        Ok(())
    }

    pub(super) fn fetch_tag(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark();
        let (handle, suffix);
        if self.byte(1) == b'<' {
            self.advance();
            self.advance();
            handle = Text::default();
            suffix = self.tag_uri(b"", start)?;
            if self.byte(0) != b'>' {
                return Err(self.error(start, "did not find the expected '>'"));
            }
            self.advance();
        } else {
            let name = self.tag_handle(false, start)?;
            let bytes = self.text(name).to_vec();
            if bytes.len() > 1 && bytes.ends_with(b"!") {
                handle = name;
                suffix = self.tag_uri(b"", start)?;
            } else {
                let uri = self.tag_uri(&bytes, start)?;
                let exclamation = Text { len: 1, ..name };
                // A lone `!` is the tag `!`.
                (handle, suffix) = if uri.is_empty() { (Text::default(), exclamation) } else { (exclamation, uri) };
            }
        }
        if !self.is_blankz(0) {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        let token = Token { text: handle, suffix, ..self.token(TokenKind::Tag, start) };
        self.push(token);
        Ok(())
    }

    fn tag_handle(&mut self, directive: bool, start: Mark) -> Result<Text, Error> {
        if self.byte(0) != b'!' {
            return Err(self.error(start, "did not find expected '!'"));
        }
        let begin = self.at;
        self.advance();
        self.skip_alpha();
        if self.byte(0) == b'!' {
            self.advance();
        } else if directive && self.at - begin != 1 {
            return Err(self.error(start, "did not find expected '!'"));
        }
        Ok(self.since(begin))
    }

    /// As yaml_parser_scan_tag_uri; `head` is what was already read, with its `!`.
    fn tag_uri(&mut self, head: &[u8], start: Mark) -> Result<Text, Error> {
        let from = self.written.len();
        self.written.extend_from_slice(head.get(1..).unwrap_or_default());
        let mut found = !head.is_empty();
        loop {
            match self.byte(0) {
                b'%' => self.uri_escape(start)?,
                byte if is_alpha(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    self.written.push(byte);
                    self.advance();
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return Err(self.error(start, "did not find expected tag URI"));
        }
        Ok(self.written_since(from))
    }

    /// One character written as `%XX` octets.
    fn uri_escape(&mut self, start: Mark) -> Result<(), Error> {
        let mut left = 0;
        loop {
            let digits = (self.byte(0) == b'%').then(|| Some((hex(self.byte(1))?, hex(self.byte(2))?))).flatten();
            let Some((high, low)) = digits else {
                return Err(self.error(start, "did not find URI escaped octet"));
            };
            let octet = (high << 4 | low) as u8;
            if left == 0 {
                left = match octet {
                    0x00..=0x7f => 1,
                    0xc0..=0xdf => 2,
                    0xe0..=0xef => 3,
                    0xf0..=0xf7 => 4,
                    _ => return Err(self.error(start, "found an incorrect leading UTF-8 octet")),
                };
            } else if octet & 0xc0 != 0x80 {
                return Err(self.error(start, "found an incorrect trailing UTF-8 octet"));
            }
            self.written.push(octet);
            self.advance_to(self.at + 3);
            left -= 1;
            if left == 0 {
                return Ok(());
            }
        }
    }
}
