//! `mizzen show`: what a chart's own files say, as `helm show` prints it.

use super::flags::{Flag, Kind};
use super::helm::{self, Command, Invocation, flag, inert};
use super::{Exit, Group, Streams};
use crate::chart::{self, Chart, ChartFile, Content, write};
use crate::go::Str;
use std::path::Path;

static FLAGS: &[Flag] = &[inert("devel", Kind::Bool)];

static VALUES_FLAGS: &[Flag] =
    &[flag("jsonpath", None, Kind::Text, "show only what this JSONPath template makes of the values")
        .takes("TEMPLATE")];

/// The commands, in Helm's order.
pub static GROUP: Group = Group {
    name: "show",
    aliases: &["inspect"],
    about: "Show a chart's definition, values, readme or CRDs, as `helm show` does",
    commands: &[
        command("show all", "Show all that can be shown of a chart", &[FLAGS, helm::CHART_FLAGS]),
        command("show readme", "Show a chart's README", &[FLAGS, helm::CHART_FLAGS]),
        command("show values", "Show a chart's values.yaml", &[FLAGS, VALUES_FLAGS, helm::CHART_FLAGS]),
        command("show chart", "Show a chart's Chart.yaml", &[FLAGS, helm::CHART_FLAGS]),
        command("show crds", "Show a chart's CustomResourceDefinitions", &[FLAGS, helm::CHART_FLAGS]),
    ],
    example: "mizzen show values ./chart",
};

const fn command(name: &'static str, about: &'static str, flags: &'static [&'static [Flag]]) -> Command {
    let example = "mizzen show values ./chart";
    Command { name, aliases: &[], about, usage: "CHART", flags, example, run }
}

/// The names of a chart's README, in Helm's order of preference within the order of the files.
const READMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];

fn run(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Exit {
    match show(invocation, streams) {
        Ok(text) if streams.out.write_all(&text).is_ok() => Exit::Success,
        Ok(_) => Exit::BrokenPipe,
        Err(text) => streams.fail(&text),
    }
}

/// As action.Show's Run. The error is Helm's text.
fn show(invocation: &Invocation<'_>, streams: &mut Streams<'_>) -> Result<Vec<u8>, String> {
    let name = invocation.command.name;
    let [reference] = invocation.parsed.arguments.as_slice() else {
        return Err(format!("\"helm {name}\" requires 1 argument\n\nUsage:  helm {name} [CHART] [flags]"));
    };
    invocation.check_fetch_files()?;
    let path = invocation.locate(reference)?;
    let chart = chart::load(Path::new(&path), invocation.profile, &mut |record| streams.log(&record))
        .map_err(|error| error.to_string())?;
    let part = name.rsplit(' ').next().unwrap_or_default();
    let all = part == "all";
    let mut out = Vec::new();
    if all || part == "chart" {
        line(&mut out, &write::chart_yaml(&chart.metadata)?);
    }
    if all || part == "values" {
        values(invocation, &chart, all, &mut out)?;
    }
    if all || part == "readme" {
        let readme = |file: &&ChartFile| READMES.iter().any(|name| file.name.eq_ignore_ascii_case(name));
        if let Some(file) = chart.files.iter().find(readme) {
            if all {
                line(&mut out, b"---");
            }
            line(&mut out, &bytes(&file.content)?);
        }
    }
    if all || part == "crds" {
        for crd in chart.crds() {
            let data = bytes(&crd.content)?;
            if !data.starts_with(b"---") {
                line(&mut out, b"---");
            }
            line(&mut out, &data);
        }
    }
    Ok(out)
}

fn values(invocation: &Invocation<'_>, chart: &Chart, all: bool, out: &mut Vec<u8>) -> Result<(), String> {
    let mut files = chart.raw.iter().filter(|file| file.name == "values.yaml").peekable();
    if files.peek().is_none() {
        return Ok(());
    }
    if all {
        line(out, b"---");
    }
    let template = invocation.text("jsonpath");
    if template.is_empty() {
        for file in files {
            line(out, &bytes(&file.content)?);
        }
        return Ok(());
    }
    Err("--jsonpath is not supported yet\nhint: print the whole file and take the value with `yq`".to_owned())
}

fn bytes(content: &Content) -> Result<Str, String> {
    content.bytes().map_err(|error| error.to_string())
}

fn line(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(text);
    out.push(b'\n');
}
