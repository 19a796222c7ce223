//! The layout of a report for people.

use super::{Excerpt, InPlay, Location, Report, SetBy};
use std::fmt::Write;

/// Whether the terminal shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No colours.
    Plain,
    /// With colours.
    Colours,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Colours => format!("\x1b[{code}m{}\x1b[0m", text),
        }
    }

    fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }
}

/// What follows Helm's text; empty where there is nothing to say.
pub fn layout(report: &Report, style: Style) -> String {
    let mut out = String::new();
    if let Some(rendered) = &report.rendered {
        excerpt(&mut out, "rendered", rendered, style);
    }
    if let Some(place) = &report.place {
        excerpt(&mut out, if report.rendered.is_some() { "written by" } else { "at" }, place, style);
    }
    for location in &report.chain {
        let label = if report.kind == "parse" { "open since" } else { "called from" };
        let _ = writeln!(out, "  {} {}", style.bold(label), self::location(location));
        let _ = writeln!(out, "      {}", style.dim(&visible(location.text.trim())));
    }
    if !report.values.is_empty() {
        let _ = writeln!(out, "  {}", style.bold("values"));
        report.values.iter().for_each(|value| in_play(&mut out, value, style));
    }
    for hint in &report.hints {
        let _ = writeln!(out, "  {} {}", style.cyan("hint:"), visible(hint));
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}

fn location(location: &Location) -> String {
    let mut text = visible(&format!("{}:{}", location.file, location.line));
    if let Some(column) = location.column {
        let _ = write!(text, ":{column}");
    }
    if let Some(template) = &location.template {
        let _ = write!(text, " in `{}`", visible(template));
    }
    text
}

fn excerpt(out: &mut String, label: &str, excerpt: &Excerpt, style: Style) {
    let _ = writeln!(out, "  {} {}", style.bold(label), location(&excerpt.at));
    let width = excerpt.lines.last().map_or(1, |(number, _)| number.to_string().len());
    for (number, text) in &excerpt.lines {
        let here = *number == excerpt.at.line;
        let mark = if here { style.red(">") } else { " ".to_owned() };
        let _ = writeln!(out, "  {mark} {} {}", style.dim(&format!("{number:width$} |")), visible(text));
        if let (true, Some(column)) = (here, excerpt.at.column) {
            // Tabs stay, so that the caret stands below its column.
            let before: String = text
                .char_indices()
                .take_while(|(at, _)| at + 1 < column)
                .map(|(_, c)| if c == '\t' { '\t' } else { ' ' })
                .collect();
            let carets = "^".repeat(excerpt.width.clamp(1, 120));
            let _ = writeln!(out, "    {:width$} {} {before}{}", "", style.dim("|"), style.red(&carets));
        }
    }
}

fn in_play(out: &mut String, value: &InPlay, style: Style) {
    let _ = write!(out, "    {}", style.bold(&visible(&value.path)));
    if !value.kind.is_empty() {
        let _ = write!(out, " is {}{}", article(value.kind), value.kind);
    }
    match &value.value {
        Some(shown) if value.kind.is_empty() => {
            let _ = write!(out, ": {}", visible(shown));
        }
        Some(shown) => {
            let separator = if matches!(value.kind, "map" | "list") { "" } else { ":" };
            let _ = write!(out, "{separator} {}", visible(shown));
        }
        None => {}
    }
    out.push('\n');
    let set_by = if value.kind == "not set" { "the map is set by" } else { "set by" };
    match &value.set_by {
        Some(SetBy::File(location)) => {
            let _ = writeln!(
                out,
                "      {set_by} {}: {}",
                self::location(location),
                style.dim(&visible(location.text.trim()))
            );
        }
        Some(SetBy::Argument(argument)) => {
            let _ = writeln!(out, "      {set_by} {}", visible(argument));
        }
        None => {}
    }
    if let Some((description, location)) = &value.rule {
        let _ = writeln!(out, "      rule at {}: {}", self::location(location), style.dim(&visible(&location.text)));
        if !description.is_empty() {
            let _ = writeln!(out, "      which says: {}", visible(description));
        }
    }
}

fn article(kind: &str) -> &'static str {
    match kind {
        "not set" | "null" | "bytes" => "",
        "object" => "an ",
        _ => "a ",
    }
}

/// Without control characters, which a chart could use to write over the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
