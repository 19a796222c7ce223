//! How errors are shown: as Helm does and no more, with a diagnosis below, or as JSON.
//!
//! Everything here runs after an error. A second, watched run of the render finds out where the error arose and which
//! values were read there.

use super::helm::{self, Invocation};
use super::{Exit, Streams, has_colors};
use crate::chart::{self, Chart};
use crate::diagnose::{self, Report, Style, Subject};
use crate::error::Error;
use crate::go::Str;
use crate::host::Host;
use crate::profile::Profile;
use crate::render::{self, Options};
use crate::values;
use std::cell::RefCell;
use std::io::IsTerminal;
use std::path::Path;

/// What is shown of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What Helm prints.
    Helm,
    /// That, and below it what helps to find the cause.
    Full,
    /// One JSON object.
    Json,
}

impl Format {
    /// The format that is asked for by flag or environment.
    ///
    /// By itself it is `full`, but where a version of Helm is named and standard error is no terminal: who does that
    /// compares with that Helm, or has it replaced, and gets its bytes.
    pub fn choose(invocation: &Invocation<'_>) -> Result<Format, String> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let asked = invocation.parsed.text("error-format").map(ToOwned::to_owned);
        match asked.or_else(|| variable("MIZZEN_ERROR_FORMAT")).as_deref() {
            Some("helm") => Ok(Format::Helm),
            Some("full") => Ok(Format::Full),
            Some("json") => Ok(Format::Json),
            None | Some("auto") => {
                let named = invocation.parsed.is_set("helm-version") || variable("MIZZEN_HELM_VERSION").is_some();
                Ok(if named && !std::io::stderr().is_terminal() { Format::Helm } else { Format::Full })
            }
            Some(other) => Err(format!("unknown error format `{other}`\nhint: use one of auto, full, helm, json")),
        }
    }
}

/// What is worth knowing of a command once it fails.
#[derive(Default)]
pub struct Known {
    /// The chart's path, as it was given and as it was found.
    pub reference: String,
    pub path: String,
    /// How it was rendered, once that began.
    pub options: Option<Options>,
    /// What came from standard input, which can be read but once.
    pub input: RefCell<Option<Vec<u8>>>,
}

impl Known {
    /// As [`helm::read_values_file`], which keeps standard input.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path.trim() != "-" {
            return helm::read_values_file(path);
        }
        let mut input = self.input.borrow_mut();
        if let Some(text) = &*input {
            // What Helm finds there when it reads again.
            return Ok(if self.options.is_some() { text.clone() } else { Vec::new() });
        }
        let text = helm::read_values_file(path)?;
        *input = Some(text.clone());
        Ok(text)
    }
}

/// Shows an error: `text` is Helm's, without `Error: `.
pub fn show(
    text: &str,
    error: Option<&Error>,
    rendered: &[(String, Str)],
    known: &Known,
    invocation: &Invocation<'_>,
    host: &dyn Host,
    streams: &mut Streams<'_>,
) -> Exit {
    let format = Format::choose(invocation).unwrap_or(Format::Helm);
    if format == Format::Helm {
        return streams.fail(text);
    }
    let report = match error {
        Some(error) => report(error, text, rendered, known, invocation, host),
        None => Report { kind: "other", message: text.to_owned(), ..Report::default() },
    };
    if format == Format::Json {
        streams.say(&diagnose::json::layout(&report).to_str_lossy());
        return Exit::Failure;
    }
    let exit = streams.fail(text);
    let style = if has_colors(&std::io::stderr()) { Style::Colours } else { Style::Plain };
    let below = diagnose::text::layout(&report, style);
    let _ = streams.err.write_all(below.as_bytes());
    exit
}

fn report(
    error: &Error,
    text: &str,
    rendered: &[(String, Str)],
    known: &Known,
    invocation: &Invocation<'_>,
    host: &dyn Host,
) -> Report {
    let profile: &'static Profile = invocation.profile;
    let options = invocation.values();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for path in &options.value_files {
        let text = match path.trim() {
            "-" => known.input.borrow().clone(),
            path => helm::read_values_file(path).ok(),
        };
        files.extend(text.map(|text| (path.clone(), text)));
    }
    let chart = chart::load(Path::new(&known.path), profile, &mut |_| {}).ok();
    if chart.is_none() {
        for name in ["values.yaml", "Chart.yaml"] {
            let text = std::fs::read(Path::new(&known.path).join(name)).ok();
            files.extend(text.map(|text| (format!("{}/{name}", known.reference.trim_end_matches('/')), text)));
        }
    }
    let ran = matches!(error, Error::Engine(crate::engine::Error::Execute { .. }) | Error::Manifest(_));
    let trace = chart.as_ref().filter(|_| ran).and_then(|chart| trace(text, chart, &options, known, profile, host));
    let subject = Subject {
        chart: chart.as_ref(),
        chart_path: &known.reference,
        options: &options,
        files: &files,
        trace: trace.as_ref(),
        rendered,
        profile,
        exists: &|path| Path::new(path).is_file(),
    };
    diagnose::diagnose(error, text, &subject)
}

/// Runs the render again and watches it; nothing where it does not fail as it did.
fn trace(
    text: &str,
    chart: &Chart,
    options: &values::Options,
    known: &Known,
    profile: &'static Profile,
    host: &dyn Host,
) -> Option<crate::trace::Trace> {
    let render_options = known.options.as_ref()?;
    let user_values = values::user_values(options, profile, &mut |path| known.read(path)).ok()?;
    let (result, trace) = render::traced(chart.clone(), &user_values, render_options, host, profile, &mut |_| {});
    let again = result.err()?;
    // Behind it may stand Helm's offer to show the release.
    text.starts_with(&again.error.to_string()).then_some(trace)
}
