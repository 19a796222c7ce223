//! `--profile-templates` and `--profile-output`: where the time of a render went.

use super::flags::Parsed;
use super::{Streams, json};
use crate::go::Value;
use crate::trace::{Subject, Timings};
use std::fmt::Write;

/// What is to be told of the times.
pub struct Wanted<'a> {
    form: Option<Form>,
    /// The file for folded stacks.
    folded: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Form {
    Table,
    Json,
}

impl Wanted<'_> {
    /// What the flags ask for, where they ask for anything.
    pub fn new(parsed: &Parsed) -> Result<Option<Wanted<'_>>, String> {
        let form = match parsed.text("profile-templates") {
            None | Some("false") => None,
            Some("table" | "true") => Some(Form::Table),
            Some("json") => Some(Form::Json),
            Some(other) => {
                return Err(format!("unknown form of --profile-templates `{other}`\nhint: use one of table, json"));
            }
        };
        let folded = parsed.text("profile-output").filter(|path| !path.is_empty());
        Ok((form.is_some() || folded.is_some()).then_some(Wanted { form, folded }))
    }

    /// Tells the times of the templates; the whole render, with its values and documents, took `render` nanoseconds.
    pub fn report(&self, timings: &Timings, render: u64, streams: &mut Streams<'_>) -> Result<(), String> {
        let text = match self.form {
            None => Vec::new(),
            Some(Form::Table) => table(timings, render).into_bytes(),
            Some(Form::Json) => json::document(&object(timings, render)),
        };
        // There is nowhere left to report that standard error is gone.
        let _ = streams.err.write_all(&text);
        match self.folded {
            Some(path) => std::fs::write(path, timings.folded()).map_err(|error| format!("write {path}: {error}")),
            None => Ok(()),
        }
    }
}

fn table(timings: &Timings, render: u64) -> String {
    let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
    let all = timings.total();
    let share = |nanoseconds: u64| nanoseconds as f64 * 100.0 / all.max(1) as f64;
    let (templates, render) = (milliseconds(all), milliseconds(render));
    let mut text = format!("templates ran for {templates:.3} ms of the {render:.3} ms of the render\n");
    text.push_str("  self ms       %   total ms       %    calls  template\n");
    for row in timings.rows() {
        let (own, total) = (milliseconds(row.own), milliseconds(row.total));
        let (own_share, total_share) = (share(row.own), share(row.total));
        let _ = writeln!(
            text,
            "{own:9.3} {own_share:6.1}%  {total:9.3} {total_share:6.1}% {:8}  {}",
            row.calls,
            row.subject.to_string().replace(char::is_control, " ")
        );
    }
    text
}

fn object(timings: &Timings, render: u64) -> Value {
    let number = |number: u64| Value::Int64(number as i64);
    let rows = timings.rows().into_iter().map(|row| {
        let (kind, name, file, line) = match row.subject {
            Subject::Template { name, file } => ("template", Value::String(name.clone()), file, Value::Nil),
            Subject::Tpl { file, line } => ("tpl", Value::Nil, file, number(*line as u64)),
        };
        json::object([
            ("kind", Value::string(kind)),
            ("name", name),
            ("file", Value::String(file.clone())),
            ("line", line),
            ("calls", number(row.calls)),
            ("self_ns", number(row.own)),
            ("total_ns", number(row.total)),
        ])
    });
    json::object([
        ("render_ns", number(render)),
        ("templates_ns", number(timings.total())),
        ("templates", Value::list(rows.collect::<Vec<Value>>())),
    ])
}
