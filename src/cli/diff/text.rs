//! The views for a terminal: lines, fields, counts, names.

use super::Report;
use crate::diff::sections::{Member, folded};
use crate::diff::{Change, Field, Hunk, Op, Risk, Section, Status};
use std::collections::BTreeSet;
use std::fmt::Write;

/// How many resources are named whose folded lines do the worst.
const WORST: usize = 3;

/// How many services a heading names.
const NAMED: usize = 8;

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";
const BOLD: &str = "1";
const DIM: &str = "2";

/// Colours, where they are wanted.
struct Paint(bool);

impl Paint {
    fn text(&self, code: &str, text: &str) -> String {
        let text = visible(text);
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }

    fn risk(&self, risk: Risk, text: &str) -> String {
        match risk {
            Risk::Harmless => self.text(DIM, text),
            Risk::Capacity | Risk::Restarts => self.text(YELLOW, text),
            _ => self.text(RED, text),
        }
    }
}

/// What is shown was written by others: it must not steer the terminal, and a carriage return must be seen.
pub fn visible(text: &str) -> String {
    let visible = |char: char| match char {
        '\t' => char,
        '\r' => '␍',
        char if char.is_control() => '\u{fffd}',
        char => char,
    };
    text.chars().map(visible).collect()
}

/// What a section is about: its resource, or its kind and services.
pub fn title(section: &Section) -> String {
    let Some(first) = section.members.first() else { return String::new() };
    let mut title = String::new();
    let many = section.members.len() > 1;
    if many {
        let _ = write!(title, "{} in {}", first.id.kind, services(&section.members));
    } else {
        if !first.service.is_empty() {
            let _ = write!(title, "{}: ", first.service);
        }
        let _ = write!(title, "{}", first.id);
    }
    match &first.status {
        Status::Changed => {}
        Status::Renamed(old) if !many => {
            let _ = write!(title, " (was {old})");
        }
        status => {
            let _ = write!(title, " ({})", status.name());
        }
    }
    title
}

/// `300 services: a, b, c and 297 more`
pub fn services(members: &[Member]) -> String {
    let mut names: Vec<&str> = members.iter().map(|member| member.service.as_str()).collect();
    names.dedup();
    let named = names.get(..NAMED.min(names.len())).unwrap_or_default().join(", ");
    match names.len() {
        1 => format!("{named} ({} resources)", members.len()),
        count if count > NAMED => format!("{count} services: {named} and {} more", count - NAMED),
        count => format!("{count} services: {named}"),
    }
}

/// Why a section is of its class, in a word or two.
pub fn why(risk: Risk, reasons: &[&str]) -> String {
    match reasons {
        [] => risk.title().to_owned(),
        reasons => format!("{}: {}", risk.title(), reasons.join("; ")),
    }
}

/// Coloured YAML.
pub fn unified(report: &Report, colored: bool) -> String {
    let paint = Paint(colored);
    let mut out = String::new();
    for section in &report.sections {
        let _ = writeln!(
            out,
            "{}  {}",
            paint.text(BOLD, &title(section)),
            paint.risk(section.risk, &format!("[{}]", why(section.risk, &section.reasons)))
        );
        for hunk in &section.hunks {
            lines(hunk, &paint, &mut out);
        }
        out.push('\n');
    }
    out.push_str(&summary(report));
    out
}

fn lines(hunk: &Hunk, paint: &Paint, out: &mut String) {
    let count = |op: Op| hunk.lines.iter().filter(|line| line.op != op).count();
    let mut head = format!("@@ -{},{} +{},{} @@", hunk.before, count(Op::Add), hunk.after, count(Op::Remove));
    if !hunk.causes.is_empty() {
        let _ = write!(head, " {}", hunk.causes.join(", "));
    }
    let _ = writeln!(out, "{}", paint.text(CYAN, &head));
    for line in &hunk.lines {
        let line = match line.op {
            Op::Keep => paint.text(DIM, &format!(" {}", line.text)),
            Op::Remove => paint.text(RED, &format!("-{}", line.text)),
            Op::Add => paint.text(GREEN, &format!("+{}", line.text)),
        };
        let _ = writeln!(out, "{line}");
    }
}

/// A line a field.
pub fn fields(report: &Report, colored: bool) -> String {
    let paint = Paint(colored);
    let mut out = String::new();
    for section in &report.sections {
        let Some(first) = section.members.first() else { continue };
        for hunk in &section.hunks {
            let shown_causes = |causes: &[String]| match causes {
                [] => String::new(),
                causes => format!("  ({})", causes.join(", ")),
            };
            let cause = shown_causes(&hunk.causes);
            for field in &hunk.fields {
                let cause = shown_causes(&field.causes);
                let (sign, color) = sign(field);
                let line = format!("{sign} {} {}", first.id, shown(field));
                let class =
                    if field.risk == Risk::Harmless { String::new() } else { format!("  [{}]", field.risk.name()) };
                let _ = writeln!(
                    out,
                    "{}{}{}",
                    paint.text(color, line.trim_end()),
                    paint.risk(field.risk, &class),
                    paint.text(DIM, &cause)
                );
            }
            if hunk.fields.is_empty() {
                let _ = writeln!(
                    out,
                    "{}{}",
                    paint.text(DIM, &format!("~ {} (comments or layout)", first.id)),
                    paint.text(DIM, &cause)
                );
            }
        }
        if section.members.len() > 1 {
            let _ = writeln!(out, "{}", paint.text(DIM, &format!("  the same in {}", services(&section.members))));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&summary(report));
    out
}

fn sign(field: &Field) -> (char, &'static str) {
    match (&field.before, &field.after) {
        (None, _) => ('+', GREEN),
        (_, None) => ('-', RED),
        _ => ('~', YELLOW),
    }
}

/// `spec.replicas 2 → 3`
pub fn shown(field: &Field) -> String {
    match (&field.before, &field.after) {
        _ if field.path.is_empty() => String::new(),
        (Some(before), Some(after)) => format!("{} {before} → {after}", field.path),
        (before, after) => format!("{} {}", field.path, before.as_ref().or(after.as_ref()).map_or("", String::as_str)),
    }
}

/// What everything comes to.
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    let counts: Vec<String> =
        report.counts().iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    let (added, removed) = report.lines();
    let failed = report.failures.iter().map(|(service, ..)| service.as_str()).collect::<BTreeSet<_>>().len();
    if failed > 0 && report.services <= failed {
        out.push_str("nothing could be compared\n");
    } else if counts.is_empty() {
        let folded = report.changes.iter().any(Change::counts);
        out.push_str(if folded { "only folded lines differ\n" } else { "no differences\n" });
    } else {
        let _ = writeln!(out, "resources: {}; lines: +{added} -{removed}", counts.join(", "));
    }
    if report.services > 0 {
        let failed = if failed > 0 { format!(", failed: {failed}") } else { String::new() };
        let _ = writeln!(out, "services: {}, rendered: {}{failed}", report.services, report.rendered);
    }
    let folded = folded(&report.changes);
    if !folded.is_empty() {
        let folded: Vec<String> = folded.iter().map(|(noise, count)| format!("{count} {}", noise.name())).collect();
        let _ = writeln!(out, "folded: {}", folded.join(", "));
        let risk_of = |change: &&Change| change.folded_risk.map_or(Risk::Harmless, |(risk, _)| risk);
        let risk = report.changes.iter().map(|change| risk_of(&change)).max().unwrap_or(Risk::Harmless);
        let mut worst: Vec<String> =
            report.changes.iter().filter(|change| risk_of(change) == risk).map(place).collect();
        worst.sort();
        let more = worst.len().saturating_sub(WORST);
        worst.truncate(WORST);
        if risk > Risk::Harmless {
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "what is folded: {} ({}{more})", risk.title(), worst.join(", "));
        }
    }
    out
}

/// How many lines changed in each resource.
pub fn stat(report: &Report) -> String {
    let changes: Vec<(String, usize, usize)> = shown_changes(report)
        .map(|change| {
            let lines = || change.hunks.iter().flat_map(|hunk| &hunk.lines);
            let count = |op: Op| lines().filter(|line| line.op == op).count();
            (name(change), count(Op::Add), count(Op::Remove))
        })
        .collect();
    let width = changes.iter().map(|(name, _, _)| name.chars().count()).max().unwrap_or(0);
    let most = changes.iter().map(|(_, added, removed)| added + removed).max().unwrap_or(0).max(40);
    let mut out = String::new();
    for (name, added, removed) in &changes {
        let scaled = |count: usize| (count * 40).div_ceil(most);
        let bar = format!("{}{}", "+".repeat(scaled(*added)), "-".repeat(scaled(*removed)));
        let _ = writeln!(out, "{name:<width$} | {:>4} {bar}", added + removed);
    }
    out.push_str(&summary(report));
    out
}

/// The names of the resources that changed.
pub fn names(report: &Report) -> String {
    shown_changes(report).map(|change| format!("{}\n", name(change))).collect()
}

fn shown_changes(report: &Report) -> impl Iterator<Item = &Change> {
    report.changes.iter().filter(|change| change.counts())
}

/// `mailer: Deployment/mailer`
fn place(change: &Change) -> String {
    let service = if change.service.is_empty() { String::new() } else { format!("{}: ", change.service) };
    format!("{service}{}", change.id)
}

fn name(change: &Change) -> String {
    let renamed = match &change.status {
        Status::Renamed(old) => format!(" (was {old})"),
        Status::Changed => String::new(),
        status => format!(" ({})", status.name()),
    };
    format!("{}{renamed}", place(change))
}
