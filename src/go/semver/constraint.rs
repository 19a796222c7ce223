//! Lists of version constraints: `>= 1.2, < 2 || ^3 || 4.x || 5 - 6`.

use super::{Rules, Scanner, Version, compare_identifiers, message, too_long};
use crate::go::regexp::Regexp;
use crate::go::strconv::quote;
use std::cmp::Ordering;

/// What a version may be: groups of which one must hold, each a list of which all must hold.
#[derive(Clone, Debug)]
pub struct Constraints {
    groups: Vec<Group>,
    rules: &'static Rules,
}

#[derive(Clone, Debug)]
struct Group {
    constraints: Vec<Constraint>,
    /// Whether one of the constraints names a prerelease.
    prerelease: bool,
}

#[derive(Clone, Debug)]
struct Constraint {
    operator: Operator,
    version: Version,
    /// The version as it was written.
    original: String,
    /// Whether a part of the version is missing or a wildcard.
    dirty: bool,
    minor_dirty: bool,
    patch_dirty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// The operators, of which no other begins with the whole of an earlier one.
static OPERATORS: [(&[u8], Operator); 11] = [
    (b"!=", Operator::NotEqual),
    (b">=", Operator::GreaterEqual),
    (b"=>", Operator::GreaterEqual),
    (b"<=", Operator::LessEqual),
    (b"=<", Operator::LessEqual),
    (b"~>", Operator::Tilde),
    (b"~", Operator::Tilde),
    (b">", Operator::Greater),
    (b"<", Operator::Less),
    (b"^", Operator::Caret),
    (b"=", Operator::TildeOrEqual),
];

impl Constraints {
    /// As `semver.NewConstraint`.
    pub fn new(text: &[u8], rules: &'static Rules) -> Result<Constraints, String> {
        if text.len() > rules.constraint_length {
            return Err(too_long("constraint string", rules.constraint_length));
        }
        let text = rewrite_ranges(text);
        let groups = split_groups(&text);
        if groups.len() > rules.groups {
            return Err(format!("too many constraint groups (max {})", rules.groups));
        }
        let groups = groups.into_iter().map(|group| Group::parse(group, rules)).collect::<Result<_, _>>()?;
        Ok(Constraints { groups, rules })
    }

    /// As `Constraints.Check`: whether the version satisfies one of the groups.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            group.constraints.iter().all(|c| c.check(version, self.includes(group, c), self.rules).is_ok())
        })
    }

    /// As `Constraints.Validate`: nothing, or the reasons why no group holds.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut said_prerelease = false;
        for group in &self.groups {
            let mut holds = true;
            for constraint in &group.constraints {
                let includes = self.includes(group, constraint);
                if !includes && !version.prerelease.is_empty() {
                    if !said_prerelease {
                        reasons.push(only_releases(version, self.rules));
                        said_prerelease = true;
                    }
                    holds = false;
                } else if let Err(reason) = constraint.check(version, includes, self.rules) {
                    reasons.push(reason);
                    holds = false;
                }
            }
            if holds {
                return Ok(());
            }
        }
        Err(reasons)
    }

    fn includes(&self, group: &Group, constraint: &Constraint) -> bool {
        if self.rules.prerelease_for_group { group.prerelease } else { !constraint.version.prerelease.is_empty() }
    }
}

/// As rewriteRange: `a - b` becomes `>= a, <= b`.
fn rewrite_ranges(text: &[u8]) -> Vec<u8> {
    const VERSION: &str = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
    // Most constraints have no range, and the expression is slow to compile.
    let is_range = |window: &[u8]| is_space(window[0]) && window[1] == b'-' && is_space(window[2]);
    if !text.windows(3).any(is_range) {
        return text.to_vec();
    }
    let Ok(range) = Regexp::cached(format!(r"\s*({VERSION})\s+-\s+({VERSION})\s*").as_bytes()) else {
        return text.to_vec();
    };
    let mut rewritten = text.to_vec();
    for groups in range.find_all_submatches(text, -1) {
        let part =
            |group: usize| groups.get(group).copied().flatten().map_or(&b""[..], |(start, end)| &text[start..end]);
        let whole = part(0);
        // As strings.Replace with a count of 1: the first place that reads the same, wherever the match was.
        let Some(at) = rewritten.windows(whole.len()).position(|window| window == whole) else { continue };
        let replacement = [b">= ", part(1), b", <= ", part(11), b" "].concat();
        rewritten.splice(at..at + whole.len(), replacement);
    }
    rewritten
}

fn split_groups(text: &[u8]) -> Vec<&[u8]> {
    let mut groups = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(b"||") {
            groups.push(&text[start..at]);
            at += 2;
            start = at;
        } else {
            at += 1;
        }
    }
    groups.push(&text[start..]);
    groups
}

/// What `\s` matches in Go.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_part_byte(byte: u8) -> bool {
    // The class in the library's expression lists `|` by mistake.
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

impl Group {
    fn parse(text: &[u8], rules: &Rules) -> Result<Group, String> {
        let improper = || {
            let shown = if rules.quoted { quote(text) } else { super::lossy(text) };
            format!("improper constraint: {shown}")
        };
        let mut written = Vec::new();
        let mut scanner = Scanner { text, at: 0 };
        loop {
            scanner.take_while(is_space);
            written.push(Written::scan(&mut scanner).ok_or_else(improper)?);
            let spaces = scanner.take_while(is_space).len();
            match scanner.peek() {
                None => break,
                Some(b',') => scanner.at += 1,
                Some(_) if spaces > 0 => {}
                Some(_) => return Err(improper()),
            }
        }
        let constraints =
            written.into_iter().map(|written| written.constraint(rules)).collect::<Result<Vec<_>, _>>()?;
        let prerelease = constraints.iter().any(|constraint| !constraint.version.prerelease.is_empty());
        Ok(Group { constraints, prerelease })
    }
}

/// A constraint as it stands in the text, in the groups of the library's expression.
struct Written<'a> {
    operator: Operator,
    version: &'a [u8],
    major: &'a [u8],
    minor: Option<&'a [u8]>,
    patch: Option<&'a [u8]>,
    prerelease: Option<&'a [u8]>,
}

impl<'a> Written<'a> {
    fn scan(scanner: &mut Scanner<'a>) -> Option<Written<'a>> {
        let rest = &scanner.text[scanner.at..];
        let (sign, operator) =
            OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)).copied().unwrap_or((b"", Operator::TildeOrEqual));
        scanner.at += sign.len();
        scanner.take_while(is_space);
        let start = scanner.at;
        if scanner.peek() == Some(b'v') {
            scanner.at += 1;
        }
        let major = scanner.take_while(is_part_byte);
        if major.is_empty() {
            return None;
        }
        let minor = scanner.dotted(is_part_byte);
        let patch = if minor.is_some() { scanner.dotted(is_part_byte) } else { None };
        let prerelease = scanner.identifiers(b'-');
        scanner.identifiers(b'+');
        Some(Written { operator, version: &scanner.text[start..scanner.at], major, minor, patch, prerelease })
    }

    fn constraint(self, rules: &Rules) -> Result<Constraint, String> {
        let is_wildcard = |part: Option<&[u8]>| matches!(part, None | Some(b"x" | b"X" | b"*"));
        let suffix = self.prerelease.map(|prerelease| [b"-", prerelease].concat()).unwrap_or_default();
        let (mut minor_dirty, mut patch_dirty, mut dirty) = (false, false, true);
        let version = if is_wildcard(Some(self.major)) {
            [b"0.0.0", &suffix[..]].concat()
        } else if is_wildcard(self.minor) {
            minor_dirty = true;
            [self.major, b".0.0", &suffix].concat()
        } else if is_wildcard(self.patch) {
            patch_dirty = true;
            [self.major, b".", self.minor.unwrap_or_default(), b".0", &suffix].concat()
        } else {
            dirty = false;
            self.version.to_vec()
        };
        let version = Version::new(&version, rules)
            .map_err(|_| message(rules, "constraint parser error", "constraint Parser Error"))?;
        let original = super::lossy(self.version);
        Ok(Constraint { operator: self.operator, version, original, dirty, minor_dirty, patch_dirty })
    }
}

fn only_releases(version: &Version, rules: &Rules) -> String {
    let version = version.to_string();
    let shown = if rules.quoted { quote(version.as_bytes()) } else { version };
    format!("{shown} is a prerelease version and the constraint is only looking for release versions")
}

impl Constraint {
    /// Nothing, or why the version does not satisfy this.
    fn check(&self, version: &Version, include_prereleases: bool, rules: &Rules) -> Result<(), String> {
        // Before 3.4 `!=` looked at prereleases only where the constraint had a wildcard.
        let looks = rules.prerelease_for_group || self.dirty || self.operator != Operator::NotEqual;
        if !version.prerelease.is_empty() && !include_prereleases && looks {
            return Err(only_releases(version, rules));
        }
        let failure = match self.operator {
            Operator::TildeOrEqual if self.dirty => self.tilde(version),
            Operator::TildeOrEqual => unless(version.compare(&self.version).is_eq(), " is not equal to "),
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => unless(self.is_greater(version), " is less than or equal to "),
            Operator::Less => unless(version.compare(&self.version).is_lt(), " is greater than or equal to "),
            Operator::GreaterEqual => unless(version.compare(&self.version).is_ge(), " is less than "),
            Operator::LessEqual => unless(self.is_less_or_equal(version), " is greater than "),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        };
        let Some((middle, end)) = failure else { return Ok(()) };
        let version = version.to_string();
        Err(if rules.quoted {
            format!("{}{middle}{}{end}", quote(version.as_bytes()), quote(self.original.as_bytes()))
        } else {
            format!("{version}{middle}{}{end}", self.original)
        })
    }

    fn not_equal(&self, version: &Version) -> Failure {
        let equal = Some((" is equal to ", ""));
        let wanted = &self.version;
        if self.dirty {
            if wanted.major != version.major {
                return None;
            }
            if self.minor_dirty {
                return equal;
            }
            if wanted.minor != version.minor {
                return None;
            }
            if wanted.patch != version.patch && !self.patch_dirty {
                return None;
            }
            if self.patch_dirty {
                let differs = (!version.prerelease.is_empty() || !wanted.prerelease.is_empty())
                    && compare_identifiers(&version.prerelease, &wanted.prerelease).is_ne();
                return if differs { None } else { equal };
            }
        }
        if version.compare(wanted).is_eq() { equal } else { None }
    }

    fn is_greater(&self, version: &Version) -> bool {
        if !self.dirty {
            return version.compare(&self.version).is_gt();
        }
        match version.major.cmp(&self.version.major) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal if self.minor_dirty => false,
            Ordering::Equal if self.patch_dirty => version.minor > self.version.minor,
            Ordering::Equal => version.compare(&self.version).is_gt(),
        }
    }

    fn is_less_or_equal(&self, version: &Version) -> bool {
        if !self.dirty {
            return version.compare(&self.version).is_le();
        }
        let wanted = &self.version;
        version.major <= wanted.major
            && !(version.major == wanted.major && version.minor > wanted.minor && !self.minor_dirty)
    }

    fn tilde(&self, version: &Version) -> Failure {
        let wanted = &self.version;
        if version.compare(wanted).is_lt() {
            return Some((" is less than ", ""));
        }
        let is_zero = (wanted.major, wanted.minor, wanted.patch) == (0, 0, 0);
        if is_zero && !self.minor_dirty && !self.patch_dirty {
            return None;
        }
        if version.major != wanted.major {
            return Some((" does not have same major version as ", ""));
        }
        if version.minor != wanted.minor && !self.minor_dirty {
            return Some((" does not have same major and minor version as ", ""));
        }
        None
    }

    fn caret(&self, version: &Version) -> Failure {
        let wanted = &self.version;
        if version.compare(wanted).is_lt() {
            return Some((" is less than ", ""));
        }
        if wanted.major > 0 || self.minor_dirty {
            return unless(version.major == wanted.major, " does not have same major version as ");
        }
        if version.major > 0 {
            return Some((" does not have same major version as ", ""));
        }
        if wanted.minor > 0 || self.patch_dirty {
            let end = ". Expected minor versions to match when constraint major version is 0";
            let same = version.minor == wanted.minor;
            return if same { None } else { Some((" does not have same minor version as ", end)) };
        }
        if version.minor > 0 {
            return Some((" does not have same minor version as ", ""));
        }
        let end = ". Expect version and constraint to equal when major and minor versions are 0";
        if wanted.patch == version.patch { None } else { Some((" does not equal ", end)) }
    }
}

/// What stands between and after version and constraint in the reason, if the check failed.
type Failure = Option<(&'static str, &'static str)>;

fn unless(holds: bool, middle: &'static str) -> Failure {
    if holds { None } else { Some((middle, "")) }
}

#[cfg(test)]
mod tests {
    use super::super::{V3_3, V3_4, V3_5};
    use super::*;

    fn check(constraint: &str, version: &str) -> bool {
        let version = Version::new(version.as_bytes(), &V3_4).unwrap();
        Constraints::new(constraint.as_bytes(), &V3_4).unwrap().check(&version)
    }

    #[test]
    fn operators() {
        for (constraint, version, expected) in [
            ("=1.2", "1.2.9", true),
            ("1.2.3", "1.2.4", false),
            ("!=1.x", "1.4.0", false),
            (">1", "1.9.0", false),
            (">1.2", "1.3.0", true),
            (">=1.2-0", "1.30.1-gke.3", true),
            (">=1.2", "1.30.1-gke.3", false),
            ("<=1.2", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("~>1", "1.9.0", true),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.3", true),
            ("^0", "0.9.0", true),
            ("1.2 - 1.4.5", "1.4.5", true),
            ("1.2 - 1.4.5", "1.4.6", false),
            ("<1 || >=2, <3", "2.5.0", true),
            (">=1 <2", "1.5.0", true),
            ("*", "0.0.1", true),
            ("v1.2.x", "1.2.7", true),
            ("=> 1.0", "1.0.0", true),
        ] {
            assert_eq!(check(constraint, version), expected, "{constraint} {version}");
        }
    }

    #[test]
    fn refusals() {
        for (constraint, expected) in [
            ("", "improper constraint: "),
            (">=", "improper constraint: >="),
            ("1.2 foo", "improper constraint: 1.2 foo"),
            (">= 1,, < 2", "improper constraint: >= 1,, < 2"),
            ("1 || a", "improper constraint:  a"),
            ("1.2.3.4", "improper constraint: 1.2.3.4"),
            ("1|2.0.0", "constraint parser error"),
        ] {
            assert_eq!(Constraints::new(constraint.as_bytes(), &V3_4).unwrap_err(), expected, "{constraint}");
        }
        assert_eq!(Constraints::new(b"a", &V3_5).unwrap_err(), "improper constraint: \"a\"");
    }

    #[test]
    fn reasons() {
        let reasons = |constraint: &str, version: &str, rules| {
            let version = Version::new(version.as_bytes(), rules).unwrap();
            Constraints::new(constraint.as_bytes(), rules).unwrap().validate(&version).unwrap_err()
        };
        assert_eq!(reasons(">=2 || ^3", "1.0.0", &V3_4), ["1.0.0 is less than 2", "1.0.0 is less than 3"]);
        assert_eq!(reasons(">=2", "1.0.0", &V3_5), ["\"1.0.0\" is less than \"2\""]);
        assert_eq!(
            reasons(">=0.1 || <9", "1.0.0-a", &V3_3),
            ["1.0.0-a is a prerelease version and the constraint is only looking for release versions"]
        );
    }
}
