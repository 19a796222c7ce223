//! Which resource was which before: by what names it, and then by how much of it is the same.

use super::{Id, Input};
use std::collections::HashMap;
use std::hash::Hash;

/// How much of a resource must be the same for it to be one that got another name.
const SIMILAR: f64 = 0.6;

/// Of one kind at most this many pairs are looked at.
const MAX_PAIRS: usize = 20_000;

/// The places of a resource in both sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    pub before: Option<usize>,
    pub after: Option<usize>,
}

/// Finds for every resource the one that it was before. In the order of the second set, and then that of the first.
pub fn pairs(before: &[Input], after: &[Input]) -> Vec<Pair> {
    let mut found: Vec<Option<usize>> = vec![None; after.len()];
    let mut taken = vec![false; before.len()];
    by_key(before, after, &mut found, &mut taken, |id| id.clone());
    // An API that became stable, or a namespace that is now written down.
    by_key(before, after, &mut found, &mut taken, |id| (id.kind.clone(), id.namespace.clone(), id.name.clone()));
    by_key(before, after, &mut found, &mut taken, |id| (id.api_version.clone(), id.kind.clone(), id.name.clone()));
    by_likeness(before, after, &mut found, &mut taken);
    let pairs = found.iter().enumerate().map(|(at, before)| Pair { before: *before, after: Some(at) });
    let gone = (0..before.len()).filter(|&at| taken.get(at) == Some(&false));
    pairs.chain(gone.map(|at| Pair { before: Some(at), after: None })).collect()
}

fn by_key<K: Eq + Hash>(
    before: &[Input],
    after: &[Input],
    found: &mut [Option<usize>],
    taken: &mut [bool],
    key: impl Fn(&Id) -> K,
) {
    let mut known: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, input) in before.iter().enumerate().rev() {
        if taken.get(at) == Some(&false) {
            known.entry(key(&input.id)).or_default().push(at);
        }
    }
    for (slot, input) in found.iter_mut().zip(after).filter(|(slot, _)| slot.is_none()) {
        if let Some(at) = known.get_mut(&key(&input.id)).and_then(Vec::pop) {
            *slot = Some(at);
            if let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
        }
    }
}

fn by_likeness(before: &[Input], after: &[Input], found: &mut [Option<usize>], taken: &mut [bool]) {
    let mut kinds: HashMap<&str, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, input) in before.iter().enumerate().filter(|(at, _)| taken.get(*at) == Some(&false)) {
        kinds.entry(&input.id.kind).or_default().0.push(at);
    }
    for (at, input) in after.iter().enumerate().filter(|(at, _)| found.get(*at) == Some(&None)) {
        kinds.entry(&input.id.kind).or_default().1.push(at);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort();
    for (_, (old, new)) in kinds {
        if old.len().saturating_mul(new.len()) > MAX_PAIRS {
            continue;
        }
        let mut candidates = Vec::new();
        for &old in &old {
            for &new in &new {
                if let (Some(a), Some(b)) = (before.get(old), after.get(new)) {
                    let likeness = likeness(a, b);
                    if likeness >= SIMILAR {
                        candidates.push((likeness, old, new));
                    }
                }
            }
        }
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, old, new) in candidates {
            if let (Some(taken @ false), Some(slot @ None)) = (taken.get_mut(old), found.get_mut(new)) {
                *taken = true;
                *slot = Some(old);
            }
        }
    }
}

/// How much of two resources is the same, their names apart: from 0 to 1.
fn likeness(a: &Input, b: &Input) -> f64 {
    let lines = |input: &Input| {
        let mut lines: Vec<String> = String::from_utf8_lossy(&input.text)
            .lines()
            .map(|line| match input.id.name.len() {
                0..3 => line.trim().to_owned(),
                _ => line.trim().replace(&input.id.name, "\u{0}"),
            })
            .filter(|line| !line.is_empty())
            .collect();
        lines.sort_unstable();
        lines
    };
    let (a, b) = (lines(a), lines(b));
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut same = 0;
    while let (Some(x), Some(y)) = (left.peek(), right.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                same += 1;
                left.next();
                right.next();
            }
        }
    }
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * f64::from(same) / all as f64 }
}
