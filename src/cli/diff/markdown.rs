//! The view for a comment on a pull request: folded, the most important first, and never too long for one.

use super::Report;
use super::text::{services, shown, summary, title, visible, why};
use crate::diff::{Op, Section};
use std::fmt::Write;

/// How long a comment may be on GitHub, in characters.
pub const LONGEST: usize = 65_536;

/// Room for what is said of sections that do not fit.
const RESERVE: usize = 600;

/// By this a bot finds its own comment again.
pub const MARKER: &str = "<!-- mizzen diff -->";

/// The comment.
pub fn document(report: &Report) -> String {
    let mut out = format!(
        "{MARKER}\n### Manifests: {} → {}\n\n",
        plain(&cut(&report.before, 200)),
        plain(&cut(&report.after, 200))
    );
    for line in summary(report).lines() {
        let _ = writeln!(out, "- {}", plain(line));
    }
    for (service, _, text) in report.failures.iter().take(20) {
        let _ = writeln!(out, "- **cannot be rendered**: {} {}", plain(service), plain(&cut(text, 500)));
    }
    out.push('\n');
    let mut length = out.chars().count();
    let mut left: Vec<&Section> = Vec::new();
    for (at, section) in report.sections.iter().enumerate() {
        let room = LONGEST.saturating_sub(RESERVE + length);
        let whole = full(section, at == 0);
        let short = if whole.chars().count() <= room { whole } else { brief(section) };
        let size = short.chars().count();
        if !left.is_empty() || size > room {
            left.push(section);
            continue;
        }
        out.push_str(&short);
        length += size;
    }
    if !left.is_empty() {
        let _ = writeln!(
            out,
            "\n{} more changes do not fit, the riskiest of them: {}. See `mizzen diff`.",
            left.len(),
            left.first().map_or("", |section| section.risk.title())
        );
    }
    out
}

/// A section with its lines.
fn full(section: &Section, open: bool) -> String {
    let mut body = String::new();
    for hunk in &section.hunks {
        for cause in &hunk.causes {
            let _ = writeln!(body, "made by `{}`", cause.replace('`', "'"));
        }
        let lines: Vec<String> = hunk
            .lines
            .iter()
            .map(|line| {
                let sign = match line.op {
                    Op::Keep => ' ',
                    Op::Remove => '-',
                    Op::Add => '+',
                };
                format!("{sign}{}", visible(&line.text))
            })
            .collect();
        // A fence is longer than any row of such marks in it.
        let longest = lines.iter().flat_map(|line| line.split(|char| char != '`')).map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(body, "\n{fence}diff\n{}\n{fence}\n\n", lines.join("\n"));
    }
    fold(section, &body, open)
}

/// A section with its fields only.
fn brief(section: &Section) -> String {
    const FIELDS: usize = 20;
    let mut body = String::new();
    let fields: Vec<String> =
        section.hunks.iter().flat_map(|hunk| &hunk.fields).map(shown).filter(|text| !text.is_empty()).collect();
    for field in fields.iter().take(FIELDS) {
        let _ = writeln!(body, "- `{}`", cut(field, 200).replace('`', "'"));
    }
    if fields.len() > FIELDS {
        let _ = writeln!(body, "- and {} more", fields.len() - FIELDS);
    }
    body.push_str("\n(the lines do not fit into a comment)\n\n");
    fold(section, &body, false)
}

fn fold(section: &Section, body: &str, open: bool) -> String {
    let open = if open { " open" } else { "" };
    let head = html(&cut(&title(section), 300));
    let why = html(&cut(&why(section.risk, &section.reasons), 300));
    let mut out = format!("<details{open}><summary><b>{head}</b> – {why}</summary>\n\n");
    if section.members.len() > 8 {
        let _ = write!(out, "{}\n\n", plain(&services(&section.members)));
    }
    out.push_str(body);
    out.push_str("</details>\n\n");
    out
}

fn cut(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

/// Text that means only itself in HTML.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}

/// Text that means only itself in Markdown.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '@' | '~' => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}
