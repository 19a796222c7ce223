//! What changes with every release and says nothing: it is folded, and counted.

use super::Id;
use super::document::{Line, tokens};
use crate::go::regexp::Regexp;

/// Why a line is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noise {
    /// A label with the version of the chart.
    ChartLabel,
    /// An annotation with the checksum of something that is itself among the manifests.
    Checksum,
    /// Something of chance or of the clock, or a checksum of it.
    Volatile,
    /// What `--ignore` names.
    Ignored,
    /// Blank lines at the end of a manifest, which belong to what separates it from the next.
    Unseen,
    /// A manifest that is the same, and that others overtook.
    Moved,
}

impl Noise {
    /// How people and JSON call it; the plural.
    pub fn name(self) -> &'static str {
        match self {
            Noise::ChartLabel => "chart labels",
            Noise::Checksum => "checksums",
            Noise::Volatile => "random or time-dependent values",
            Noise::Ignored => "ignored lines",
            Noise::Unseen => "line ends",
            Noise::Moved => "manifests in another order",
        }
    }

    /// Whether it is a difference at all.
    pub fn counts(self) -> bool {
        matches!(self, Noise::ChartLabel | Noise::Checksum)
    }

    /// What a line of a field that both sides have is.
    pub fn of(line: &Line, ignore: &[Ignore]) -> Option<Noise> {
        if line.volatile {
            return Some(Noise::Volatile);
        }
        if ignore.iter().any(|ignore| ignore.is_line(line)) {
            return Some(Noise::Ignored);
        }
        // A comment behind a label is no label.
        if !line.begins {
            return None;
        }
        let steps = tokens(&line.path);
        let (Some(last), Some(map)) = (steps.last(), steps.len().checked_sub(2).and_then(|at| steps.get(at))) else {
            return None;
        };
        let key = last.trim_matches('"');
        match *map {
            "labels" | "matchLabels" if key == "helm.sh/chart" || key == "chart" => Some(Noise::ChartLabel),
            "annotations" if is_checksum(key) => Some(Noise::Checksum),
            _ => None,
        }
    }
}

/// `checksum/config`, `platform.example.com/config-checksum`.
fn is_checksum(key: &str) -> bool {
    key.split(|char: char| !char.is_ascii_alphanumeric())
        .any(|word| ["checksum", "sha256", "sha256sum", "hash"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// What the user does not want to see: a kind, a path or a regular expression.
pub enum Ignore {
    /// `Secret`, `ConfigMap/name`
    Kind(String),
    /// `metadata.annotations.*`, which also means what is below.
    Path(Regexp),
    /// `/…/`: lines that match.
    Line(Regexp),
}

impl Ignore {
    /// Reads what follows `--ignore`.
    pub fn parse(text: &str) -> Result<Ignore, String> {
        if let Some(pattern) =
            text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|rest| !rest.is_empty())
        {
            let pattern = Regexp::new(pattern.as_bytes()).map_err(|error| format!("--ignore {text}: {error}"))?;
            return Ok(Ignore::Line(pattern));
        }
        if text.starts_with(|first: char| first.is_ascii_uppercase()) && !text.contains('.') {
            return Ok(Ignore::Kind(text.to_owned()));
        }
        if text.is_empty() {
            return Err("--ignore needs a kind, a path or a /regular expression/".to_owned());
        }
        let mut pattern = "^".to_owned();
        for char in text.chars() {
            match char {
                '*' => pattern.push_str("[^.]*"),
                char if char.is_ascii_alphanumeric() || char == '_' => pattern.push(char),
                char => {
                    pattern.push('\\');
                    pattern.push(char);
                }
            }
        }
        pattern.push_str("($|[.\\[])");
        Regexp::new(pattern.as_bytes()).map(Ignore::Path).map_err(|error| format!("--ignore {text}: {error}"))
    }

    /// Whether all of a resource is meant.
    pub fn is_kind(&self, id: &Id) -> bool {
        match self {
            Ignore::Kind(wanted) => match wanted.split_once('/') {
                Some((kind, name)) => kind == id.kind && name == id.name,
                None => *wanted == id.kind,
            },
            _ => false,
        }
    }

    fn is_line(&self, line: &Line) -> bool {
        match self {
            Ignore::Kind(_) => false,
            Ignore::Path(pattern) => {
                // Who writes a path by hand writes no quotes.
                pattern.is_match(line.path.as_bytes())
                    || line.path.contains('"') && pattern.is_match(line.path.replace('"', "").as_bytes())
            }
            Ignore::Line(pattern) => pattern.is_match(line.text.as_bytes()),
        }
    }
}
