//! `mizzen functions`: what templates can call, from the documentation beside the code.

use super::argument::format;
use super::{Exit, Streams, has_colors, json};
use crate::engine;
use crate::functions;
use crate::go::Value;
use crate::profile::Profile;
use crate::template::Function;
use clap::{Arg, ArgMatches, Command};
use std::fmt::Write;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("functions")
        .about("List the functions that templates can call, or explain some")
        .arg(Arg::new("name").value_name("NAME").num_args(0..).help("the functions to explain; a list of all without"))
        .arg(format(["text", "json", "markdown"], "text, json or markdown"))
        .after_help("Example: mizzen functions trunc nindent")
}

/// Functions with the title of their chapter.
type Chapters = Vec<(&'static str, Vec<&'static Function>)>;

/// All functions of a version by chapter.
fn chapters(profile: &Profile) -> Chapters {
    let mut engine: Vec<&Function> = engine::functions::FUNCTIONS.iter().collect();
    engine.sort_by_key(|function| function.name);
    let mut chapters = vec![("Templates and the chart", engine)];
    chapters.extend(functions::chapters(profile));
    chapters
}

/// Prints the functions.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let mut chapters = chapters(profile);
    let names: Vec<&String> = arguments.get_many("name").unwrap_or_default().collect();
    for name in &names {
        if !chapters.iter().any(|(_, rows)| rows.iter().any(|function| function.name == *name)) {
            let hint = nearest(name, &chapters).map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| "`mizzen functions` lists all".to_owned());
            return streams.fail(&format!("Helm {} has no function `{name}`\nhint: {hint}", profile.version));
        }
    }
    if !names.is_empty() {
        for (_, rows) in &mut chapters {
            rows.retain(|function| names.iter().any(|name| *name == function.name));
        }
        chapters.retain(|(_, rows)| !rows.is_empty());
    }
    let style = Style { colored: has_colors(&std::io::stdout()) };
    let text = match arguments.get_one::<String>("format").map(String::as_str) {
        Some("json") => json_text(&chapters),
        Some("markdown") => markdown(&chapters).into_bytes(),
        _ if names.is_empty() => list(&chapters, &style).into_bytes(),
        _ => explain(&chapters, &style).into_bytes(),
    };
    if streams.out.write_all(&text).is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// Whether headings and names stand out.
struct Style {
    colored: bool,
}

impl Style {
    fn bold(&self, text: &str) -> String {
        if self.colored { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A line for every function.
fn list(chapters: &Chapters, style: &Style) -> String {
    let width = chapters.iter().flat_map(|(_, rows)| rows).map(|function| function.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (at, (title, rows)) in chapters.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        text.push_str(&style.bold(title));
        text.push('\n');
        for function in rows {
            let padding = " ".repeat(width - function.name.len());
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {}{padding}  {}", function.name, function.doc.summary);
        }
    }
    text
}

/// Everything about every function.
fn explain(chapters: &Chapters, style: &Style) -> String {
    let mut texts = Vec::new();
    for function in chapters.iter().flat_map(|(_, rows)| rows) {
        let signature = function.signature();
        let parameters = signature.strip_prefix(function.name).unwrap_or_default();
        let mut text = format!("{}{parameters}\n  {}\n\n", style.bold(function.name), function.doc.summary);
        let _ = writeln!(text, "  {{{{ {} }}}}", function.doc.example);
        for line in function.doc.result.lines() {
            let _ = writeln!(text, "  {line}");
        }
        texts.push(text);
    }
    texts.join("\n")
}

fn json_text(chapters: &Chapters) -> Vec<u8> {
    let mut all = Vec::new();
    for (title, rows) in chapters {
        for function in rows {
            all.push(json::object([
                ("name", Value::from(function.name)),
                ("chapter", Value::from(*title)),
                ("signature", Value::string(function.signature())),
                ("summary", Value::from(function.doc.summary)),
                ("example", Value::string(format!("{{{{ {} }}}}", function.doc.example))),
                ("result", Value::from(function.doc.result)),
            ]));
        }
    }
    json::document(&Value::list(all))
}

fn markdown(chapters: &Chapters) -> String {
    let mut text = "# Functions\n\nWritten by `mizzen functions --format markdown`.\n".to_owned();
    let code = |text: &str| match text {
        "" => String::new(),
        text if text.contains('`') => format!("`` {text} ``"),
        text => format!("`{text}`"),
    };
    for (title, rows) in chapters {
        let _ = write!(text, "\n## {title}\n\n| function | | example | result |\n|---|---|---|---|\n");
        for function in rows {
            let doc = &function.doc;
            let example = code(&format!("{{{{ {} }}}}", doc.example));
            let (signature, result) = (code(&function.signature()), code(doc.result));
            let row = [signature, doc.summary.to_owned(), example, result].map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
    }
    text
}

/// The name that a misspelt one was probably meant to be.
fn nearest(name: &str, chapters: &Chapters) -> Option<&'static str> {
    let distances = chapters
        .iter()
        .flat_map(|(_, rows)| rows)
        .map(|function| (distance(&name.to_ascii_lowercase(), &function.name.to_ascii_lowercase()), function.name));
    let (distance, near) = distances.min()?;
    (distance <= 1 + name.len() / 4).then_some(near)
}

/// How many letters must be put in, left out or changed to make one word the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (at, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::reproducible::Reproducible;
    use crate::go::{Str, StrBuilder};
    use crate::profile::PROFILES;
    use crate::template::{Templates, Unobserved, execute};

    /// The results were printed by the four binaries.
    #[test]
    fn every_example_prints_its_result() {
        for profile in PROFILES {
            for function in chapters(profile).iter().flat_map(|(_, rows)| rows) {
                let functions = engine::functions::all(profile);
                let mut templates = Templates::new("gotpl", functions, engine::link::language(profile));
                let name = Str::from("example");
                let text = format!("{{{{ {} }}}}", function.doc.example);
                templates.parse(&name, &Str::from(text.as_str())).unwrap();
                let mut out = StrBuilder::default();
                let host = Reproducible::new("example");
                execute(&templates, &name, Value::Nil, &mut out, &host, &mut (), Unobserved)
                    .unwrap_or_else(|error| unreachable!("{text}: {error}"));
                assert_eq!(out.finish().to_string(), function.doc.result, "{text}");
            }
        }
    }

    #[test]
    fn every_row_is_documented() {
        for function in chapters(Profile::newest()).iter().flat_map(|(_, rows)| rows) {
            let doc = &function.doc;
            assert!(!doc.summary.is_empty() && !doc.example.is_empty(), "{}", function.name);
            assert!(doc.example.contains(function.name), "{}", function.name);
            let names: Vec<&str> = doc.parameters.split_whitespace().collect();
            assert_eq!(names.len(), function.parameters.len(), "{}", function.name);
            let last_repeats = names.last().is_some_and(|name| name.ends_with("..."));
            assert_eq!(last_repeats, function.variadic, "{}", function.name);
        }
    }

    #[test]
    fn misspelt_names() {
        let chapters = chapters(Profile::newest());
        for (name, near) in [("trnc", Some("trunc")), ("toyaml", Some("toYaml")), ("nothingLikeIt", None)] {
            assert_eq!(nearest(name, &chapters), near, "{name}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
