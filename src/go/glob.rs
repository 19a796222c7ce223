//! Glob patterns as `github.com/gobwas/glob` v0.2.3 compiles and matches them, its oddities included.
//!
//! The library turns a pattern into a tree of matchers, joins neighbours that can be one, and takes the longest
//! matcher of fixed length as the root, with what stands left and right of it as its branches.
//! Some patterns match less than they should because of that, so the imitation goes the same way.

use super::utf8;
use matcher::{Matcher, Tree};

mod matcher;

/// How much work compiling may be; a pattern that takes more is as good as not valid.
const COMPILE_WORK: u32 = 1_000_000;

/// How much work one match may be, as some patterns take exponential time; what takes more does not match.
const MATCH_WORK: u32 = 100_000;

/// How many parts a pattern may have, which bounds the depth of the trees.
const MAX_NODES: usize = 1000;

/// A compiled pattern.
pub struct Glob(Matcher);

impl Glob {
    /// Compiles a pattern whose `*` and `?` match no separator; `**` matches everything. Nothing if it is not valid.
    pub fn compile(pattern: &[u8], separators: &[char]) -> Option<Glob> {
        let tree = Parser::parse(pattern)?;
        let mut compiler = Compiler { separators, work: COMPILE_WORK };
        compiler.compile(&tree).map(Glob)
    }

    /// Whether the whole of `text` matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        let mut work = MATCH_WORK;
        self.0.matches(text, &mut work).unwrap_or(false)
    }
}

/// A node of the syntax tree.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Nothing,
    Pattern(Vec<Node>),
    AnyOf(Vec<Node>),
    List { runes: Vec<char>, not: bool },
    Range { low: char, high: char, not: bool },
    Text(Vec<u8>),
    Any,
    Super,
    Single,
}

/// Lexer and parser in one: both keep the library's order of checks, and any error makes the pattern invalid.
struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    /// The patterns and lists of alternatives that are still open, innermost last.
    open: Vec<(Vec<Node>, Vec<Node>)>,
    nodes: usize,
}

impl Parser<'_> {
    fn parse(text: &[u8]) -> Option<Node> {
        let mut parser = Parser { text, at: 0, open: Vec::new(), nodes: 0 };
        let mut pattern = Vec::new();
        while let Some(rune) = parser.read()? {
            parser.nodes += 1;
            if parser.nodes > MAX_NODES {
                return None;
            }
            match rune {
                '{' => {
                    parser.open.push((std::mem::take(&mut pattern), Vec::new()));
                }
                ',' if !parser.open.is_empty() => {
                    let (_, alternatives) = parser.open.last_mut()?;
                    alternatives.push(Node::Pattern(std::mem::take(&mut pattern)));
                }
                '}' if !parser.open.is_empty() => pattern = parser.close(pattern)?,
                '[' => pattern.push(parser.class()?),
                '?' => pattern.push(Node::Single),
                '*' if parser.peek()? == Some('*') => {
                    parser.read()?;
                    pattern.push(Node::Super);
                }
                '*' => pattern.push(Node::Any),
                _ => {
                    parser.at -= rune.len_utf8();
                    let breakers = if parser.open.is_empty() { "?*[{" } else { "?*[{}," };
                    let text = parser.literal(breakers)?;
                    if !text.is_empty() {
                        pattern.push(Node::Text(text));
                    }
                }
            }
        }
        // As in the library, alternatives may be left open at the end.
        while !parser.open.is_empty() {
            pattern = parser.close(pattern)?;
        }
        Some(Node::Pattern(pattern))
    }

    /// Ends the innermost list of alternatives, whose last one is `pattern`; returns the pattern around it.
    fn close(&mut self, pattern: Vec<Node>) -> Option<Vec<Node>> {
        let (mut outer, mut alternatives) = self.open.pop()?;
        alternatives.push(Node::Pattern(pattern));
        outer.push(Node::AnyOf(alternatives));
        Some(outer)
    }

    /// The next code point; `Some(None)` at the end, which a zero byte ends like the text does.
    fn peek(&self) -> Option<Option<char>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Some(None);
        }
        match utf8::decode(rest).0 {
            utf8::RUNE_ERROR => None,
            '\0' => Some(None),
            rune => Some(Some(rune)),
        }
    }

    fn read(&mut self) -> Option<Option<char>> {
        let rune = self.peek()?;
        self.at += rune.map_or(0, char::len_utf8);
        Some(rune)
    }

    /// Text up to one of `breakers`, with backslashes taken out.
    fn literal(&mut self, breakers: &str) -> Option<Vec<u8>> {
        let (mut text, mut escaped) = (Vec::new(), false);
        while let Some(rune) = self.peek()? {
            if !escaped && breakers.contains(rune) {
                break;
            }
            self.read()?;
            if !escaped && rune == '\\' {
                escaped = true;
                continue;
            }
            escaped = false;
            utf8::push(&mut text, rune);
        }
        Some(text)
    }

    /// What follows an opening bracket: `!` or not, then two code points and a hyphen between, or a list of code points.
    fn class(&mut self) -> Option<Node> {
        let mut first = self.read()??;
        let not = first == '!';
        if not {
            first = self.read()??;
        }
        if self.peek()? == Some('-') {
            self.read()?;
            let high = self.read()??;
            return (self.read()?? == ']' && high >= first).then_some(Node::Range { low: first, high, not });
        }
        self.at -= first.len_utf8();
        let text = self.literal("]")?;
        let closed = self.read()?? == ']';
        let runes: Vec<char> = utf8::runes(&text).map(|(_, rune)| rune).collect();
        (closed && !runes.is_empty()).then_some(Node::List { runes, not })
    }
}

struct Compiler<'a> {
    separators: &'a [char],
    work: u32,
}

impl Compiler<'_> {
    fn spend(&mut self, amount: usize) -> Option<()> {
        self.work = self.work.checked_sub(u32::try_from(amount).ok()?)?;
        Some(())
    }

    fn compile(&mut self, node: &Node) -> Option<Matcher> {
        self.spend(1)?;
        let separators = || self.separators.to_vec();
        let matcher = match node {
            Node::AnyOf(alternatives) => {
                if let Some(smaller) = factor(alternatives) {
                    return self.compile(&smaller);
                }
                return Some(Matcher::AnyOf(self.compile_all(alternatives)?));
            }
            Node::Pattern(children) if children.is_empty() => return Some(Matcher::Nothing),
            Node::Pattern(children) => {
                let matchers = self.compile_all(children)?;
                let matchers = self.minimize(matchers)?;
                self.combine(&matchers)?
            }
            Node::Nothing => Matcher::Nothing,
            Node::Any => Matcher::Any(separators()),
            Node::Super => Matcher::Super,
            Node::Single => Matcher::Single(separators()),
            Node::List { runes, not } => Matcher::List { runes: runes.clone(), not: *not },
            Node::Range { low, high, not } => Matcher::Range { low: *low, high: *high, not: *not },
            Node::Text(text) => Matcher::Text(text.clone()),
        };
        Some(optimize(matcher))
    }

    fn compile_all(&mut self, nodes: &[Node]) -> Option<Vec<Matcher>> {
        nodes.iter().map(|node| self.compile(node).map(optimize)).collect()
    }

    /// Replaces neighbours by one matcher that does the same, the longest run first, until none are left.
    fn minimize(&mut self, mut matchers: Vec<Matcher>) -> Option<Vec<Matcher>> {
        loop {
            let mut best: Option<(Matcher, usize, usize)> = None;
            for left in 0..matchers.len() {
                for right in (left + 1..=matchers.len()).rev() {
                    self.spend(right - left)?;
                    let Some(glued) = glue(&matchers[left..right]) else { continue };
                    let better = |(old, from, to): &(Matcher, usize, usize)| {
                        old.length().zip(glued.length()).is_some_and(|(old, new)| new > old) || to - from < right - left
                    };
                    if best.as_ref().is_none_or(better) {
                        best = Some((glued, left, right));
                    }
                }
            }
            let Some((glued, left, right)) = best else { return Some(matchers) };
            matchers.splice(left..right, [glued]);
        }
    }

    /// One matcher for several in a row.
    fn combine(&mut self, matchers: &[Matcher]) -> Option<Matcher> {
        self.spend(matchers.len())?;
        if let [only] = matchers {
            return Some(only.clone());
        }
        if let Some(glued) = glue(matchers) {
            return Some(glued);
        }
        let longest = matchers
            .iter()
            .enumerate()
            .filter_map(|(at, matcher)| matcher.length().map(|length| (length, at)))
            .max()
            .map(|(_, at)| at);
        let Some(root) = longest else {
            let (first, rest) = matchers.split_first()?;
            let right = Some(self.combine(rest)?);
            return Some(Tree::matcher(first.clone(), None, right));
        };
        let (left, right) = (&matchers[..root], &matchers[root + 1..]);
        let left = if left.is_empty() { None } else { Some(self.combine(left)?) };
        let right = if right.is_empty() { None } else { Some(self.combine(right)?) };
        Some(Tree::matcher(matchers[root].clone(), left, right))
    }
}

/// As minimizeTreeAnyOf: takes what all alternatives start or end with out of them; nothing if there is no such thing.
fn factor(alternatives: &[Node]) -> Option<Node> {
    let patterns: Vec<&[Node]> = alternatives
        .iter()
        .map(|node| if let Node::Pattern(children) = node { Some(children.as_slice()) } else { None })
        .collect::<Option<_>>()?;
    let (left, right) = common_children(&patterns);
    if left == 0 && right.is_empty() {
        return None;
    }
    let mut result = Vec::new();
    if left > 0 {
        result.push(Node::Pattern(shortest(&patterns)?[..left].to_vec()));
    }
    let mut rest: Vec<Node> = Vec::new();
    for pattern in &patterns {
        let middle = pattern.get(left..pattern.len().checked_sub(right.len())?)?;
        let node = if middle.is_empty() { Node::Nothing } else { Node::Pattern(middle.to_vec()) };
        if !rest.contains(&node) {
            rest.push(node);
        }
    }
    if rest.len() > 1 {
        result.push(Node::AnyOf(rest));
    } else {
        result.extend(rest.into_iter().filter(|node| *node != Node::Nothing));
    }
    if !right.is_empty() {
        result.push(Node::Pattern(right));
    }
    Some(Node::Pattern(result))
}

fn shortest<'a>(patterns: &[&'a [Node]]) -> Option<&'a [Node]> {
    patterns.iter().copied().min_by_key(|pattern| pattern.len())
}

/// How many children all patterns start with, and the children that all of them end with.
fn common_children(patterns: &[&[Node]]) -> (usize, Vec<Node>) {
    let (Some(shortest), true) = (shortest(patterns), patterns.len() > 1) else { return (0, Vec::new()) };
    let length = shortest.len();
    let (mut left, mut first_right, mut total) = (0, length, 0);
    let (mut left_ends, mut right_ends) = (false, false);
    for (at, from_end) in (0..length).zip((0..length).rev()) {
        if total >= length || (left_ends && right_ends) {
            break;
        }
        for pattern in patterns.iter().filter(|pattern| !std::ptr::eq(**pattern, shortest)) {
            left_ends |= shortest[at] != pattern[at];
            right_ends |= !left_ends && from_end <= at;
            right_ends |= shortest[from_end] != pattern[from_end + pattern.len() - length];
            if left_ends && right_ends {
                break;
            }
        }
        if !left_ends {
            total += 1;
            left += 1;
        }
        if !right_ends {
            total += 1;
            first_right = from_end;
        }
    }
    (left, shortest[first_right..].to_vec())
}

fn glue(matchers: &[Matcher]) -> Option<Matcher> {
    if matchers.len() < 2 {
        return None;
    }
    glue_as_every(matchers).or_else(|| {
        let length = matchers.iter().map(Matcher::length).sum::<Option<usize>>()?;
        Some(Matcher::Row { matchers: matchers.to_vec(), length })
    })
}

/// Wildcards with the same separators, as bounds on the length and a ban on the separators.
fn glue_as_every(matchers: &[Matcher]) -> Option<Matcher> {
    let (mut any, mut all, mut singles) = (false, false, 0);
    let mut common: Option<&[char]> = None;
    for matcher in matchers {
        let separators: &[char] = match matcher {
            Matcher::Super => {
                all = true;
                &[]
            }
            Matcher::Any(separators) => {
                any = true;
                separators
            }
            Matcher::Single(separators) => {
                singles += 1;
                separators
            }
            Matcher::List { runes, not: true } => {
                singles += 1;
                runes
            }
            _ => return None,
        };
        if common.get_or_insert(separators) != &separators {
            return None;
        }
    }
    let separators = common.unwrap_or_default();
    if all && !any && singles == 0 {
        return Some(Matcher::Super);
    }
    if any && !all && singles == 0 {
        return Some(Matcher::Any(separators.to_vec()));
    }
    if (any || all) && singles > 0 && separators.is_empty() {
        return Some(Matcher::Min(singles));
    }
    let mut every = Vec::new();
    if singles > 0 {
        every.push(Matcher::Min(singles));
        if !any && !all {
            every.push(Matcher::Max(singles));
        }
    }
    if !separators.is_empty() {
        let needle = separators.iter().collect::<String>().into_bytes();
        every.push(Matcher::Contains { needle, not: true });
    }
    Some(Matcher::EveryOf(every))
}

/// As optimizeMatcher: simpler matchers for common shapes.
fn optimize(matcher: Matcher) -> Matcher {
    match matcher {
        Matcher::Any(separators) if separators.is_empty() => Matcher::Super,
        Matcher::AnyOf(mut matchers) if matchers.len() == 1 => matchers.pop().unwrap_or(Matcher::Nothing),
        Matcher::List { runes, not: false } if runes.len() == 1 => {
            Matcher::Text(runes.iter().collect::<String>().into_bytes())
        }
        Matcher::Tree(tree) => {
            let Tree { value, left, right, .. } = *tree;
            let (left, right) = (left.map(optimize), right.map(optimize));
            let Matcher::Text(text) = value else {
                return Tree::matcher(value, left, right);
            };
            match (left, right) {
                (None, None) => Matcher::Text(text),
                (Some(Matcher::Super), Some(Matcher::Super)) => Matcher::Contains { needle: text, not: false },
                (Some(Matcher::Super), None) => Matcher::Suffix(text),
                (None, Some(Matcher::Super)) => Matcher::Prefix(text),
                (None, Some(Matcher::Suffix(suffix))) => Matcher::PrefixSuffix(text, suffix),
                (Some(Matcher::Prefix(prefix)), None) => Matcher::PrefixSuffix(prefix, text),
                (Some(Matcher::Any(separators)), None) => Matcher::SuffixAny(text, separators),
                (None, Some(Matcher::Any(separators))) => Matcher::PrefixAny(text, separators),
                (left, right) => Tree::matcher(Matcher::Text(text), left, right),
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(pattern: &str, text: &str) -> Option<bool> {
        Glob::compile(pattern.as_bytes(), &['/']).map(|glob| glob.matches(text.as_bytes()))
    }

    #[test]
    fn matches_as_the_library_does() {
        for (pattern, text, want) in [
            ("*", "a", Some(true)),
            ("*", "a/b", Some(false)),
            ("**", "a/b", Some(true)),
            ("a/*", "a/b", Some(true)),
            ("a/**", "a/b/c", Some(true)),
            ("a/**/c", "a/c", Some(true)),
            ("a/**/c", "a/b/d/c", Some(true)),
            ("*.yaml", "a.yaml", Some(true)),
            ("*.yaml", "d/a.yaml", Some(false)),
            ("**.yaml", "d/a.yaml", Some(true)),
            ("**/*.yaml", "a.yaml", Some(false)),
            ("**/*.yaml", "d/a.yaml", Some(true)),
            ("?.txt", "a.txt", Some(true)),
            ("?.txt", "/.txt", Some(false)),
            ("?", "/", Some(false)),
            ("a?", "a", Some(false)),
            ("[a-c].t", "b.t", Some(true)),
            ("[!a-c].t", "b.t", Some(false)),
            ("[!a-c].t", "z.t", Some(true)),
            ("[abc].t", "c.t", Some(true)),
            ("[!abc].t", "d.t", Some(true)),
            ("{a,b}.t", "b.t", Some(true)),
            ("{a,b}.t", "c.t", Some(false)),
            ("{*.a,b/*}", "b/x", Some(true)),
            ("{a,{b,c}}x", "cx", Some(true)),
            ("config/{a,b}*.yaml", "config/b1.yaml", Some(true)),
            ("\\*", "*", Some(true)),
            ("\\*", "a", Some(false)),
            ("a\\{b", "a{b", Some(true)),
            ("{a", "a", Some(true)),
            ("a}", "a}", Some(true)),
            ("a,b", "a,b", Some(true)),
            ("[a", "a", None),
            ("[]", "a", None),
            ("[c-a]", "b", None),
            ("a[", "a[", None),
            ("{a,", "", Some(true)),
            ("é?", "éa", Some(false)),
            ("?é", "aé", Some(false)),
            ("??", "éé", Some(true)),
            ("[é]x", "éx", Some(false)),
            ("[!ab][!ab]", "ab", Some(false)),
            ("[!ab][!ab]", "ba", Some(true)),
            ("*a*b*c*", "xaybzc", Some(true)),
            ("*/*/*", "a/b/c", Some(true)),
            ("*/*", "a/b/c", Some(false)),
            ("a*{b,cd}*e", "axcdxe", Some(true)),
            ("", "", Some(true)),
            ("", "a", Some(false)),
        ] {
            assert_eq!(glob(pattern, text), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn work_is_bounded() {
        let stars = "*a".repeat(30);
        assert_eq!(glob(&format!("{stars}b"), &"a".repeat(3000)), Some(false));
        assert_eq!(glob(&"{a,".repeat(2000), "a"), None);
        assert!(glob(&"?*".repeat(400), "a").is_none_or(|matched| !matched));
    }
}
