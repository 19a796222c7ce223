//! Templates that do not parse.

use super::hint::{between, did_you_mean};
use super::{Excerpt, Location, Report, Subject};
use crate::engine;
use crate::go::Type;
use crate::template::ParseError;

pub(super) fn report(error: &ParseError, subject: &Subject<'_>, report: &mut Report) {
    report.kind = "parse";
    let text = subject.template(&error.file).unwrap_or_default();
    let source = text.to_str_lossy();
    let line = source.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
    let quoted = |start: &str| between(&error.message, start, "\"");
    let word = quoted("function \"").or_else(|| quoted("undefined variable \""));
    let column = word.and_then(|word| line.find(word)).or_else(|| line.find("{{"));
    let mut excerpt = Excerpt::new(subject.path(&error.file), &text, error.line, column, 1);
    excerpt.width = word.map_or(2, str::len);
    report.place = Some(excerpt);
    if let Some(name) = quoted("function \"") {
        report.hints.extend(unknown_function(name, subject));
    } else if let Some(name) = quoted("undefined variable \"") {
        let known: Vec<&str> = variables(&source).collect();
        let hint = did_you_mean(name, known.iter().copied());
        let declared = known.contains(&name);
        report.hints.push(match hint {
            _ if declared => format!("`{name}` is declared in another block, which has ended here"),
            Some(hint) => hint,
            None => format!("declare it first: `{{{{ {name} := … }}}}`"),
        });
    } else if error.message.contains("unexpected EOF") {
        for (keyword, number) in unclosed(&source).into_iter().rev().take(3) {
            report.hints.push(format!("the `{keyword}` of line {number} has no `{{{{ end }}}}`"));
            let text = source.lines().nth(number - 1).unwrap_or_default().to_owned();
            let file = subject.path(&error.file);
            report.chain.push(Location { file, line: number, column: None, template: None, text });
        }
    } else if error.message.contains("unexpected {{end}}") || error.message.contains("unexpected {{else}}") {
        report.hints.push(
            "there is one `end` more than `if`, `range`, `with`, `define` and `block`, or an `else` outside of them"
                .to_owned(),
        );
    } else if error.message.contains("unclosed action") {
        report
            .hints
            .push("an action begins with {{ and is not ended by }}; a text in \"…\" cannot span lines".to_owned());
    } else if error.message.contains("unterminated quoted string") {
        report.hints.push("the text that begins with \" on this line has no closing \"".to_owned());
    } else if error.message.contains("in operand") || error.message.contains("in command") {
        report
            .hints
            .push("an action is a name with its arguments, separated by spaces: no commas, no `=` but `:=`".to_owned());
    } else if error.message.contains("bad character") && line.contains('-') {
        report.hints.push("a key with a dash is read with `index .Values \"a-b\"`".to_owned());
    } else if error.message.contains("missing value for") {
        report.hints.push("something has to stand behind the keyword".to_owned());
    } else if error.message.contains("multiple definition of template") {
        report.hints.push("this file defines that template twice".to_owned());
    }
}

/// What to say of a function that is not there.
pub(super) fn unknown_function(name: &str, subject: &Subject<'_>) -> Option<String> {
    let functions = engine::functions::all(subject.profile);
    let mut known: Vec<&str> = functions.names().collect();
    known.extend(["and", "or", "not", "if", "range", "with", "define", "block", "template", "end", "else"]);
    did_you_mean(name, known).or_else(|| match name {
        "env" | "expandenv" => Some("Helm takes `env` away from templates: pass the value with --set".to_owned()),
        "readFile" | "file" => Some("read a file of the chart with `.Files.Get`".to_owned()),
        _ => Some("is it a function of a later Helm, or a field that lacks its dot?".to_owned()),
    })
}

/// What a function takes.
pub(super) fn signature(name: &str, subject: &Subject<'_>) -> Option<String> {
    let function = engine::functions::all(subject.profile).get(name.as_bytes())?;
    let word = |ty: &Type| match ty {
        Type::Interface => "any value".to_owned(),
        Type::Dict(_) => "a map".to_owned(),
        Type::List(_) => "a list".to_owned(),
        Type::String => "a string".to_owned(),
        Type::Bool => "a boolean".to_owned(),
        Type::Int | Type::Int64 | Type::Float64 => "a number".to_owned(),
        other => other.to_string(),
    };
    let mut parameters: Vec<String> = function.parameters.iter().map(word).collect();
    if function.variadic
        && let Some(last) = parameters.last_mut()
    {
        *last = format!("any number of times {last}");
    }
    Some(if parameters.is_empty() { "no argument".to_owned() } else { parameters.join(", ") })
}

/// The names of all templates that the charts define.
pub(super) fn defined(subject: &Subject<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for file in subject.templates() {
        for action in actions(&file.data.to_str_lossy()) {
            let mut words = action.text.split_whitespace();
            if matches!(words.next(), Some("define" | "block"))
                && let Some(name) = words.next()
            {
                names.push(name.trim_matches(['"', '`']).to_owned());
            }
        }
    }
    names
}

/// An action of a template, as far as can be told without parsing it.
struct Action<'t> {
    text: &'t str,
    line: usize,
}

fn actions(source: &str) -> impl Iterator<Item = Action<'_>> {
    let (mut rest, mut line) = (source, 1);
    std::iter::from_fn(move || {
        let start = rest.find("{{")?;
        line += rest[..start].matches('\n').count();
        let inner = &rest[start + 2..];
        let comment = inner.trim_start_matches('-').trim_start().starts_with("/*");
        let end = match comment {
            true => inner.find("*/").and_then(|end| inner[end..].find("}}").map(|close| end + close)),
            false => inner.find("}}"),
        }
        .unwrap_or(inner.len());
        let action = Action { text: inner[..end].trim_matches('-').trim(), line };
        line += inner[..end].matches('\n').count();
        rest = inner.get(end + 2..).unwrap_or_default();
        Some(action)
    })
}

/// The blocks that no `end` closes, outermost first.
fn unclosed(source: &str) -> Vec<(&str, usize)> {
    let mut open = Vec::new();
    for action in actions(source) {
        match action.text.split_whitespace().next() {
            Some(keyword @ ("if" | "range" | "with" | "define" | "block")) => open.push((keyword, action.line)),
            Some("end") => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The variables that a template declares.
fn variables(source: &str) -> impl Iterator<Item = &str> {
    source.match_indices('$').filter_map(|(at, _)| {
        let rest = &source[at..];
        let end = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |end| end + 1);
        let declared = rest[end..].trim_start();
        (end > 1 && (declared.starts_with(":=") || declared.starts_with(','))).then_some(&rest[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_without_an_end() {
        let source = "{{ if .a }}\n{{- /* {{ if }} */ -}}\n{{ range .b }}\n{{ end }}\n{{ with .c }}";
        assert_eq!(unclosed(source), [("if", 1), ("with", 5)]);
        assert_eq!(variables("{{ $a := 1 }}{{ range $k, $v := .x }}{{ $b }}").collect::<Vec<_>>(), ["$a", "$k", "$v"]);
    }
}
