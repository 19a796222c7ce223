//! Where in a text the values stand: for messages that point at a line.

use super::error::{Error, Mark};
use super::parse::{Document, NodeKind, parse};
use crate::go::Str;

/// A step of the path to a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A key of a map, as its text stands in the document.
    Key(Str),
    /// An index of a list.
    Index(usize),
}

/// A value of a document and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The path from the root.
    pub path: Vec<Step>,
    /// The start of its key, or of the value itself in a list.
    pub key: Mark,
    /// The start of the value.
    pub value: Mark,
}

/// How deep a path may be: what lies deeper is left out.
const MAX_DEPTH: usize = 100;

/// Lists the values of the first document in the order of the text; behind aliases and merges nothing is listed.
pub fn locate(text: &[u8]) -> Result<Vec<Located>, Error> {
    let document = parse(text)?;
    let mut located = Vec::new();
    if !document.nodes.is_empty() {
        visit(&document, 0, &mut Vec::new(), &mut located);
    }
    Ok(located)
}

fn visit(document: &Document<'_>, index: u32, path: &mut Vec<Step>, located: &mut Vec<Located>) {
    let node = &document.nodes[index as usize];
    if path.len() >= MAX_DEPTH {
        return;
    }
    let (mut at, mut count) = (index + 1, 0);
    while at < node.next {
        let child = &document.nodes[at as usize];
        let (step, value) = match node.kind {
            NodeKind::Mapping => (Step::Key(Str::from(document.text(child))), child.next),
            _ => (Step::Index(count), at),
        };
        let target = &document.nodes[value as usize];
        path.push(step);
        located.push(Located { path: path.clone(), key: child.mark, value: target.mark });
        visit(document, value, path, located);
        path.pop();
        at = target.next;
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_value() {
        let found = locate(b"# c\na:\n  b: 1\n  c:\n  - x\n  - {d: e}\n").unwrap();
        let lines: Vec<(usize, u32, u32)> =
            found.iter().map(|l| (l.path.len(), l.key.line + 1, l.value.column + 1)).collect();
        assert_eq!(lines, [(1, 2, 3), (2, 3, 6), (2, 4, 3), (3, 5, 5), (3, 6, 5), (4, 6, 9)]);
    }
}
