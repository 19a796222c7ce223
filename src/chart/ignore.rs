//! The rules of .helmignore: as Helm's pkg/ignore.

use super::Error;
use crate::go::path;
use crate::go::unicode::is_space;

/// The name of the file.
pub const HELM_IGNORE: &str = ".helmignore";

/// How long a line may be: the buffer of Go's bufio.Scanner.
const MAX_LINE: usize = 64 * 1024;

/// Which files of a folder are no part of the chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    text: Vec<u8>,
    /// Whether what does *not* match is ignored.
    negate: bool,
    /// Whether the rule is for folders only.
    folder: bool,
    /// Whether the text is compared with the last element of the path, not with the whole.
    base: bool,
    shape: Shape,
    /// How much of the text stands for itself only.
    literal: usize,
}

/// What a pattern looks like. Most need no matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Without special characters.
    Name,
    /// A star before what has none.
    Ending,
    Other,
}

impl Pattern {
    fn new(text: &[u8], negate: bool, folder: bool, base: bool) -> Pattern {
        let special = |byte: &u8| b"*?[\\".contains(byte);
        let literal = text.iter().position(special).unwrap_or(text.len());
        let shape = match text {
            [b'*', rest @ ..] if !rest.iter().any(special) => Shape::Ending,
            _ if literal == text.len() => Shape::Name,
            _ => Shape::Other,
        };
        Pattern { text: text.to_vec(), negate, folder, base, shape, literal }
    }

    fn matches(&self, name: &[u8]) -> bool {
        match self.shape {
            Shape::Name => self.text == name,
            // A star stands for no slash.
            Shape::Ending => name.strip_suffix(&self.text[1..]).is_some_and(|start| !start.contains(&b'/')),
            Shape::Other => {
                name.starts_with(&self.text[..self.literal]) && path::matches(&self.text, name).unwrap_or(false)
            }
        }
    }
}

impl Rules {
    /// Reads a .helmignore.
    pub fn parse(text: &[u8]) -> Result<Rules, Error> {
        let mut rules = Rules::default();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for line in text.split(|byte| *byte == b'\n') {
            if line.len() >= MAX_LINE {
                return Err(Error::Ignore("bufio.Scanner: token too long"));
            }
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// Adds Helm's own rule: dot files in `templates/`.
    #[must_use]
    pub fn with_defaults(mut self) -> Rules {
        self.add(b"templates/.?*").expect("the default rule is a pattern");
        self
    }

    fn add(&mut self, line: &[u8]) -> Result<(), Error> {
        let rule = trim_space(line);
        if rule.is_empty() || rule.starts_with(b"#") {
            return Ok(());
        }
        if rule.windows(2).any(|pair| pair == b"**") {
            return Err(Error::Ignore("double-star (**) syntax is not supported"));
        }
        // As Helm: only what matching this one name reveals is found out here; later errors match nothing.
        if path::matches(rule, b"abc").is_err() {
            return Err(Error::Ignore("syntax error in pattern"));
        }
        let (negate, rule) = rule.strip_prefix(b"!").map_or((false, rule), |rest| (true, rest));
        let (folder, rule) = rule.strip_suffix(b"/").map_or((false, rule), |rest| (true, rest));
        let (base, text) = match rule.strip_prefix(b"/") {
            Some(rest) => (false, rest),
            None => (!rule.contains(&b'/'), rule),
        };
        self.0.push(Pattern::new(text, negate, folder, base));
        Ok(())
    }

    /// Whether the rules take the file or folder at `name` out of the chart.
    pub fn ignore(&self, name: &[u8], is_folder: bool) -> bool {
        if name.is_empty() || name == b"." || name == b"./" {
            return false;
        }
        let base = path::base(name);
        for pattern in &self.0 {
            let against = if pattern.base { base } else { name };
            if pattern.negate {
                if (pattern.folder && !is_folder) || !pattern.matches(against) {
                    return true;
                }
            } else if (!pattern.folder || is_folder) && pattern.matches(against) {
                return true;
            }
        }
        false
    }
}

/// As strings.TrimSpace.
fn trim_space(text: &[u8]) -> &[u8] {
    match std::str::from_utf8(text) {
        Ok(text) => text.trim_matches(is_space).as_bytes(),
        Err(_) => text.trim_ascii(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for (rules, name, folder, want) in [
            ("*.md", "docs/a.md", false, true),
            ("/*.md", "docs/a.md", false, false),
            ("/*.md", "a.md", false, true),
            ("docs/", "docs", true, true),
            ("docs/", "docs", false, false),
            ("docs/*.md", "docs/a.md", false, true),
            ("docs/*.md", "x/docs/a.md", false, false),
            ("!a.md", "b.md", false, true),
            ("!a.md", "a.md", false, false),
            ("# a\n\n  a.md  \r\n", "a.md", false, true),
            ("\u{feff}a.md", "a.md", false, true),
            ("", "templates/.x", false, true),
            ("", "templates/..", false, true),
            ("", "templates/a/.x", false, false),
            ("a", ".", true, false),
        ] {
            let parsed = Rules::parse(rules.as_bytes()).unwrap().with_defaults();
            assert_eq!(parsed.ignore(name.as_bytes(), folder), want, "{rules:?} on {name}");
        }
    }

    #[test]
    fn shortcuts_match_the_same() {
        let names = ["", "a", "b.md", "a/b.md", "a/.md", "*", ".md", "a/", "aé.md", "é", "a*", "ab"];
        for text in
            ["", "a", "*", "*.md", "*/.md", "*a/b.md", "a/b.md", "*é", "a/", "b.md", "a/?*", "a?", "a\\*", "a[b]"]
        {
            let pattern = Pattern::new(text.as_bytes(), false, false, false);
            for name in names {
                let want = path::matches(text.as_bytes(), name.as_bytes()).unwrap_or(false);
                assert_eq!(pattern.matches(name.as_bytes()), want, "{text:?} on {name:?}");
            }
        }
    }

    #[test]
    fn errors() {
        assert_eq!(Rules::parse(b"a/**").unwrap_err().to_string(), "double-star (**) syntax is not supported");
        assert_eq!(Rules::parse(b"[").unwrap_err().to_string(), "syntax error in pattern");
        assert_eq!(Rules::parse(&[b'a'; 70_000]).unwrap_err().to_string(), "bufio.Scanner: token too long");
    }
}
