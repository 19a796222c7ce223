//! Keys that stand twice in a map, which only strict readers refuse.

use super::error::Error;
use super::parse::{Document, NodeKind, parse};
use crate::go::Str;
use std::collections::HashSet;

/// How deep maps are looked at.
const MAX_DEPTH: usize = 100;

/// The keys of the first document that their map already has, in the order in which goyaml v2 finds them: each with
/// the line of its value.
pub fn duplicate_keys(text: &[u8]) -> Result<Vec<(Str, u32)>, Error> {
    let document = parse(text)?;
    let mut found = Vec::new();
    if !document.nodes.is_empty() {
        visit(&document, 0, 0, &mut found);
    }
    Ok(found)
}

fn visit(document: &Document<'_>, index: u32, depth: usize, found: &mut Vec<(Str, u32)>) {
    if depth > MAX_DEPTH {
        return;
    }
    let node = &document.nodes[index as usize];
    let mut keys = HashSet::new();
    let mut at = index + 1;
    while at < node.next {
        let child = &document.nodes[at as usize];
        let value = if node.kind == NodeKind::Mapping { child.next } else { at };
        let target = &document.nodes[value as usize];
        // As decode.go mapping: a value is decoded before its key is set.
        visit(document, value, depth + 1, found);
        if node.kind == NodeKind::Mapping {
            let key = document.text(child);
            if child.kind == NodeKind::Scalar && key != b"<<" && !keys.insert(key) {
                found.push((Str::from(key), target.mark.line + 1));
            }
        }
        at = target.next;
    }
}
