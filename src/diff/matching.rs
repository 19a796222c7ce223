//! Which resource was which before: by what names it, and then by how much of it is the same.

use super::Input;
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
    // Where two have one name, or none, those that are the same belong together.
    by_key(before, after, &mut found, &mut taken, |input| Some((&input.id, &input.text)));
    let nameless = |input: &Input| input.is_nameless().then(|| input.file_name().to_owned());
    by_key(before, after, &mut found, &mut taken, nameless);
    by_key(before, after, &mut found, &mut taken, |input| Some(&input.id));
    // An API that became stable, or a namespace that is now written down.
    by_key(before, after, &mut found, &mut taken, |Input { id, .. }| Some((&id.kind, &id.namespace, &id.name)));
    by_key(before, after, &mut found, &mut taken, |Input { id, .. }| Some((&id.api_version, &id.kind, &id.name)));
    by_likeness(before, after, &mut found, &mut taken);
    let pairs = found.iter().enumerate().map(|(at, before)| Pair { before: *before, after: Some(at) });
    let gone = (0..before.len()).filter(|&at| taken.get(at) == Some(&false));
    pairs.chain(gone.map(|at| Pair { before: Some(at), after: None })).collect()
}

/// Of pairs in the order of the second set those that overtook others: the fewest that must be moved for the rest to be
/// in the order of the first.
pub fn moved(pairs: &[Pair]) -> Vec<usize> {
    let places: Vec<(usize, usize)> = pairs
        .iter()
        .enumerate()
        .filter_map(|(at, pair)| pair.after.and(pair.before).map(|before| (at, before)))
        .collect();
    // The longest row that rises, by the last of the best rows of each length.
    let mut best: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; places.len()];
    let before = |index: usize| places.get(index).map_or(0, |place| place.1);
    for index in 0..places.len() {
        let length = best.partition_point(|&last| before(last) < before(index));
        if let Some(slot) = previous.get_mut(index) {
            *slot = length.checked_sub(1).and_then(|at| best.get(at).copied());
        }
        match best.get_mut(length) {
            Some(last) => *last = index,
            None => best.push(index),
        }
    }
    let mut stay = vec![false; places.len()];
    let mut at = best.last().copied();
    while let Some(index) = at {
        if let Some(stay) = stay.get_mut(index) {
            *stay = true;
        }
        at = previous.get(index).copied().flatten();
    }
    places.iter().zip(stay).filter(|(_, stay)| !stay).map(|((at, _), _)| *at).collect()
}

fn by_key<'a, K: Eq + Hash>(
    before: &'a [Input],
    after: &'a [Input],
    found: &mut [Option<usize>],
    taken: &mut [bool],
    key: impl Fn(&'a Input) -> Option<K>,
) {
    let mut known: HashMap<K, Vec<usize>> = HashMap::new();
    for (at, input) in before.iter().enumerate().rev() {
        if taken.get(at) == Some(&false)
            && let Some(key) = key(input)
        {
            known.entry(key).or_default().push(at);
        }
    }
    for (slot, input) in found.iter_mut().zip(after).filter(|(slot, _)| slot.is_none()) {
        if let Some(at) = key(input).and_then(|key| known.get_mut(&key)?.pop()) {
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
