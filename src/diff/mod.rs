//! Two sets of manifests, compared per resource.
//!
//! `document` reads a manifest into lines that know which field they belong to, `merge_key` names the items of a list,
//! `matching` finds the resource that another one was before, `hunks` compares lines and `fields` values, `noise` says
//! what is folded and `risk` what a change does to a cluster, `secret` keeps secrets out of all of it, and `sections`
//! shows once what happens in many services.
//! What comes out holds only text, so that threads can hand it on.
//!
//! Imports: go, yaml, manifest, profile.

pub mod document;
pub mod fields;
pub mod hunks;
pub mod matching;
pub mod merge_key;
pub mod noise;
#[cfg(test)]
mod properties;
pub mod risk;
pub mod secret;
pub mod sections;
#[cfg(test)]
mod tests;

pub use document::{Input, inputs_of_text};
pub use noise::{Ignore, Noise};
pub use risk::Risk;
pub use secret::Secrets;
pub use sections::{Section, sections};

use document::Document;
use std::collections::BTreeMap;
use std::ops::Range;

/// Which of the two sets something is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Before,
    After,
}

/// What names a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    pub api_version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.kind.is_empty() { "Document" } else { &self.kind };
        match self.namespace.is_empty() {
            true => write!(f, "{kind}/{}", self.name),
            false => write!(f, "{kind}/{}/{}", self.namespace, self.name),
        }
    }
}

/// What became of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Added,
    Removed,
    Changed,
    /// It had another name, kind version or namespace.
    Renamed(Id),
}

impl Status {
    /// How JSON names it.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Added => "added",
            Status::Removed => "removed",
            Status::Changed => "changed",
            Status::Renamed(_) => "renamed",
        }
    }
}

/// What a line of a hunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    Keep,
    Remove,
    Add,
}

/// A line of a hunk. Its text is without secrets and without its line break.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    pub op: Op,
    pub text: String,
}

/// A change of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `spec.template.spec.containers[app].image`; empty for the resource as a whole.
    pub path: String,
    /// What stood there, as one line without secrets.
    pub before: Option<String>,
    pub after: Option<String>,
    pub risk: Risk,
    /// Why it is of that class.
    pub reason: &'static str,
    /// The changed lines that made it.
    pub causes: Vec<String>,
}

/// Lines that changed, with some around them.
#[derive(Clone, Debug)]
pub struct Hunk {
    /// Where it begins in each document, from 1.
    pub before: usize,
    pub after: usize,
    pub lines: Vec<Line>,
    pub fields: Vec<Field>,
    /// The riskiest class of its fields.
    pub risk: Risk,
    pub reasons: Vec<&'static str>,
    /// The changed lines that made it: `services/a/configuration.yml:12`.
    pub causes: Vec<String>,
}

/// A resource that is not what it was.
#[derive(Clone, Debug)]
pub struct Change {
    /// The service that it is of; empty where there are none.
    pub service: String,
    pub id: Id,
    pub status: Status,
    pub hunks: Vec<Hunk>,
    /// How many lines were folded, by what they are.
    pub folded: BTreeMap<Noise, usize>,
    /// What the folded lines do to a cluster.
    pub folded_risk: Option<(Risk, &'static str)>,
}

impl Change {
    /// The riskiest class of all its hunks.
    pub fn risk(&self) -> Risk {
        let folded = self.folded_risk.map(|(risk, _)| risk);
        self.hunks.iter().map(|hunk| hunk.risk).chain(folded).max().unwrap_or(Risk::Harmless)
    }

    /// Whether it differs in anything that counts: random values and what is ignored do not.
    pub fn counts(&self) -> bool {
        !self.hunks.is_empty() || self.folded.keys().any(|noise| noise.counts())
    }
}

/// What is known of the lines of a manifest besides their text.
pub trait Annotator {
    /// Whether random numbers, keys or the clock had a part in some bytes of a manifest.
    fn volatile(&self, _side: Side, _input: &Input, _range: Range<usize>) -> bool {
        false
    }

    /// Whether a secret value flowed into them.
    fn secret(&self, _side: Side, _input: &Input, _range: Range<usize>) -> bool {
        false
    }

    /// The changed lines that made them.
    fn causes(&self, _side: Side, _input: &Input, _range: Range<usize>) -> Vec<String> {
        Vec::new()
    }
}

/// Knows nothing.
pub struct Unannotated;

impl Annotator for Unannotated {}

/// How two sets are compared.
pub struct Options<'a> {
    pub ignore: &'a [Ignore],
    pub secrets: &'a Secrets,
    /// How many lines around a change are shown.
    pub context: usize,
}

/// Compares the manifests of one service, in the order of the second set and then that of the first.
pub fn compare(
    service: &str,
    before: &[Input],
    after: &[Input],
    options: &Options<'_>,
    annotator: &dyn Annotator,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let pairs = matching::pairs(before, after);
    let moved = matching::moved(&pairs);
    for (at, pair) in pairs.iter().enumerate() {
        let input = |set: &'_ [Input], at: Option<usize>| at.and_then(|at| set.get(at)).cloned();
        let (old, new) = (input(before, pair.before), input(after, pair.after));
        let read = |side: Side, input: &Input| Document::read(side, input, options.secrets, annotator);
        let mut change = match (old, new) {
            (Some(old), Some(new)) => {
                if old.text == new.text {
                    if moved.binary_search(&at).is_ok() {
                        let folded = BTreeMap::from([(Noise::Moved, 1)]);
                        let mut id = new.id.clone();
                        read(Side::After, &new).hide_name(&mut id, options.secrets);
                        let (status, service) = (Status::Changed, service.to_owned());
                        changes.push(Change { service, id, status, hunks: Vec::new(), folded, folded_risk: None });
                    }
                    continue;
                }
                let documents = (read(Side::Before, &old), read(Side::After, &new));
                let mut change = hunks::changed(&old, &new, &documents.0, &documents.1, options, annotator);
                if let Status::Renamed(old) = &mut change.status {
                    documents.0.hide_name(old, options.secrets);
                }
                documents.1.hide_name(&mut change.id, options.secrets);
                change
            }
            (Some(old), None) => hunks::whole(Side::Before, &old, &read(Side::Before, &old), options, annotator),
            (None, Some(new)) => hunks::whole(Side::After, &new, &read(Side::After, &new), options, annotator),
            (None, None) => continue,
        };
        service.clone_into(&mut change.service);
        if change.id.kind.is_empty() && change.id.name.is_empty() {
            let input = pair.after.and_then(|at| after.get(at)).or_else(|| before.get(pair.before?));
            change.id.name = input.map(|input| input.file_name().to_owned()).unwrap_or_default();
        }
        if options.ignore.iter().any(|ignore| ignore.is_kind(&change.id)) {
            let lines = change.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.op != Op::Keep).count();
            *change.folded.entry(Noise::Ignored).or_default() += lines;
            change.hunks.clear();
            change.folded_risk = None;
        }
        if !change.hunks.is_empty() || !change.folded.is_empty() {
            changes.push(change);
        }
    }
    changes
}
