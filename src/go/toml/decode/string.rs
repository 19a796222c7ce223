//! The strings of TOML. Each is read from after its opening quotes, where `start` stands too.

use super::super::super::str::Str;
use super::super::super::{strconv, utf8};
use super::super::Release;
use super::{EOF, Fail, Parser, is_newline};

impl Parser<'_> {
    pub(super) fn string(&mut self) -> Result<Str, Fail> {
        let mut escaped = false;
        loop {
            let end = self.at;
            match self.next()? {
                EOF => return self.error(r#"unexpected EOF; expected '"'"#),
                '\n' | '\r' => return self.error_before("strings cannot contain newlines"),
                '\\' => {
                    escaped = true;
                    self.escape_code()?;
                }
                '"' => {
                    let text = &self.text[self.start..end];
                    return if escaped { self.unescape(text) } else { Ok(Str::from(text)) };
                }
                _ => {}
            }
        }
    }

    pub(super) fn raw_string(&mut self) -> Result<Str, Fail> {
        loop {
            let end = self.at;
            match self.next()? {
                EOF => return self.error(r#"unexpected EOF; expected "'""#),
                '\n' | '\r' => return self.error_before("strings cannot contain newlines"),
                '\'' => return Ok(Str::from(&self.text[self.start..end])),
                _ => {}
            }
        }
    }

    pub(super) fn multiline_string(&mut self) -> Result<Str, Fail> {
        loop {
            match self.next()? {
                EOF => return self.error(r#"unexpected EOF; expected '"""'"#),
                '\\' => {
                    let (at, line) = (self.at, self.line);
                    if !is_newline(self.next()?) {
                        self.back_to(at, line);
                        self.escape_code()?;
                    }
                }
                '"' => {
                    if let Some(end) = self.closing('"')? {
                        let text = without_first_newline(&self.text[self.start..end]);
                        return self.unescape(&without_escaped_newlines(text));
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn multiline_raw_string(&mut self) -> Result<Str, Fail> {
        loop {
            match self.next()? {
                EOF => return self.error(r#"unexpected EOF; expected "'''""#),
                '\'' => {
                    if let Some(end) = self.closing('\'')? {
                        return Ok(Str::from(without_first_newline(&self.text[self.start..end])));
                    }
                }
                _ => {}
            }
        }
    }

    /// After one quote: where the text ends if two more follow. Up to two quotes may stand before the closing three.
    fn closing(&mut self, quote: char) -> Result<Option<usize>, Fail> {
        let (at, line) = (self.at, self.line);
        if !self.accept(quote)? {
            return Ok(None);
        }
        if !self.accept(quote)? {
            self.back_to(at, line);
            return Ok(None);
        }
        if self.peek()? != quote {
            return Ok(Some(self.at - 3));
        }
        let text = self.current_text();
        let five = [quote as u8; 5];
        let escaped = quote == '"' && text.ends_with(br#"\""""""#);
        if text.ends_with(&five) && !escaped {
            let six: String = std::iter::repeat_n(quote, 6).collect();
            let other = if quote == '"' { '\'' } else { '"' };
            return self.error(format!("unexpected {other}{six}{other}"));
        }
        self.back_to(at, line);
        Ok(None)
    }

    /// As lexStringEscape: what follows a backslash.
    fn escape_code(&mut self) -> Result<(), Fail> {
        let code = self.next()?;
        let (digits, words) = match code {
            'e' | 'x' if self.release == Release::V1_4 => {
                return self.error(format!("invalid escape in string '\\{code}'"));
            }
            'e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\' => return Ok(()),
            'x' => (2, "two"),
            'u' => (4, "four"),
            'U' => (8, "eight"),
            _ => {
                let problem = format!("invalid escape in string '\\{code}'");
                return if self.at_end { self.error_before(problem) } else { self.error(problem) };
            }
        };
        for _ in 0..digits {
            if !self.next()?.is_ascii_hexdigit() {
                let found = strconv::quote(self.current_text());
                return self
                    .error(format!("expected {words} hexadecimal digits after '\\{code}', but got {found} instead"));
            }
        }
        Ok(())
    }

    /// As replaceEscapes.
    fn unescape(&self, text: &[u8]) -> Result<Str, Fail> {
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if byte != b'\\' {
                out.push(byte);
                at += 1;
                continue;
            }
            let Some(&code) = text.get(at + 1) else { break };
            at += 2;
            let digits = match code {
                b'b' => 0x08,
                b't' => b'\t',
                b'n' => b'\n',
                b'f' => 0x0c,
                b'r' => b'\r',
                b'e' => 0x1b,
                b'"' | b'\\' => code,
                b' ' | b'\t' => return self.value_error(format!("invalid escape: '\\{}'", char::from(code))),
                _ => {
                    let length = match code {
                        b'x' => 2,
                        b'u' => 4,
                        _ => 8,
                    };
                    let digits = text.get(at..at + length).unwrap_or_default();
                    let digits = std::str::from_utf8(digits).unwrap_or_default();
                    let Some(character) = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) else {
                        return self.value_error(format!("Escaped character '\\u{digits}' is not valid UTF-8."));
                    };
                    utf8::push(&mut out, character);
                    at += length;
                    continue;
                }
            };
            out.push(digits);
        }
        Ok(Str::from(out))
    }
}

/// As stripFirstNewline.
fn without_first_newline(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\n").or_else(|| text.strip_prefix(b"\r\n")).unwrap_or(text)
}

/// As stripEscapedNewlines: a backslash at the end of a line, and all space after it.
fn without_escaped_newlines(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let space = text[at + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        if text[at + 1..at + 1 + space].contains(&b'\n') {
            at += 1 + space;
        } else if text.get(at + 1) == Some(&b'\\') {
            out.extend_from_slice(b"\\\\");
            at += 2;
        } else {
            out.push(byte);
            at += 1;
        }
    }
    out
}
