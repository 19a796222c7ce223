//! What happens in many services is shown once.

use super::{Change, Hunk, Id, Noise, Op, Risk, Status};
use std::collections::{BTreeMap, HashMap};

/// Where a section's hunks are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub service: String,
    pub id: Id,
    pub status: Status,
}

/// Hunks, and the resources that all have them.
#[derive(Clone, Debug)]
pub struct Section {
    pub members: Vec<Member>,
    /// As the first member has them.
    pub hunks: Vec<Hunk>,
    pub risk: Risk,
    pub reasons: Vec<&'static str>,
}

/// What tells one hunk from another: the kind of its resource, what it says without the names, and where.
type Signature = (String, &'static str, Vec<(Op, String)>, Vec<String>);

/// Groups the hunks of all changes, the riskiest and then the most frequent first.
pub fn sections(changes: &[Change]) -> Vec<Section> {
    let mut groups: HashMap<Signature, usize> = HashMap::new();
    let mut hunks: Vec<(&Hunk, Vec<usize>)> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        for hunk in &change.hunks {
            let signature = signature(change, hunk);
            let index = *groups.entry(signature).or_insert_with(|| {
                hunks.push((hunk, Vec::new()));
                hunks.len() - 1
            });
            if let Some((_, members)) = hunks.get_mut(index) {
                members.push(at);
            }
        }
    }
    // Hunks of the same resources stand together.
    let mut order: Vec<(Vec<usize>, Vec<Hunk>)> = Vec::new();
    let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
    for (hunk, members) in hunks {
        let index = *known.entry(members.clone()).or_insert_with(|| {
            order.push((members, Vec::new()));
            order.len() - 1
        });
        if let Some((members, all)) = order.get_mut(index) {
            // Of many causes only those are the section's that every member may have.
            let mut hunk = hunk.clone();
            if members.len() > 1 {
                hunk.causes = shared_causes(changes, members, &hunk);
            }
            all.push(hunk);
        }
    }
    let mut sections: Vec<Section> = order
        .into_iter()
        .map(|(members, hunks)| {
            let members = members.iter().filter_map(|&at| changes.get(at));
            let member = |change: &Change| Member {
                service: change.service.clone(),
                id: change.id.clone(),
                status: change.status.clone(),
            };
            let risk = hunks.iter().map(|hunk| hunk.risk).max().unwrap_or(Risk::Harmless);
            let mut reasons: Vec<&'static str> = Vec::new();
            for hunk in hunks.iter().filter(|hunk| hunk.risk == risk) {
                for reason in &hunk.reasons {
                    if !reasons.contains(reason) {
                        reasons.push(reason);
                    }
                }
            }
            Section { members: members.map(member).collect(), hunks, risk, reasons }
        })
        .collect();
    sections.sort_by(|a, b| b.risk.cmp(&a.risk).then(b.members.len().cmp(&a.members.len())));
    sections
}

fn signature(change: &Change, hunk: &Hunk) -> Signature {
    let (service, name) = (&change.service, &change.id.name);
    let plain = |text: &str| {
        let mut text = text.to_owned();
        for word in [name, service] {
            if word.len() > 1 && !change.service.is_empty() {
                text = text.replace(word.as_str(), "\u{0}");
            }
        }
        text
    };
    let changed = hunk.lines.iter().filter(|line| line.op != Op::Keep);
    let lines = changed.map(|line| (line.op, plain(&line.text))).collect();
    let paths = hunk.fields.iter().map(|field| plain(&field.path)).collect();
    // Two resources of one chart are two, even if the same happens to both.
    let kind =
        if change.service.is_empty() { change.id.to_string() } else { format!("{} {}", change.id.kind, plain(name)) };
    (kind, change.status.name(), lines, paths)
}

/// The causes of a hunk that stand in no service's own files, or in that of the first alone.
fn shared_causes(changes: &[Change], members: &[usize], hunk: &Hunk) -> Vec<String> {
    let services: Vec<&str> =
        members.iter().filter_map(|&at| changes.get(at)).map(|change| change.service.as_str()).collect();
    let is_own = |cause: &str| services.iter().any(|service| cause.contains(&format!("/{service}/")));
    let shared: Vec<String> = hunk.causes.iter().filter(|cause| !is_own(cause)).cloned().collect();
    if shared.is_empty() { hunk.causes.clone() } else { shared }
}

/// How many lines were folded in all changes.
pub fn folded(changes: &[Change]) -> BTreeMap<Noise, usize> {
    let mut all = BTreeMap::new();
    for (noise, count) in changes.iter().flat_map(|change| &change.folded) {
        *all.entry(*noise).or_default() += count;
    }
    all
}
