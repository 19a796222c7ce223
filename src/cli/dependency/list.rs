//! `mizzen dependency list`: a table of what Chart.yaml asks for and what became of it.

use crate::chart::{self, Chart, Dependency};
use crate::cli::Streams;
use crate::go::path;
use crate::go::semver::{Constraints, Version};
use crate::go::strconv::quote;
use crate::profile::Profile;
use std::path::Path;

/// As action.Dependency's List. The error is Helm's text.
pub fn list(folder: &str, width: usize, profile: &'static Profile, streams: &mut Streams<'_>) -> Result<(), String> {
    let chart = load(folder, profile, streams)?;
    let charts = joined(folder, "charts");
    let mut out = String::new();
    if chart.metadata.dependencies_declared {
        out += &table(&chart, &charts, width, profile, streams);
        out += "\n\n";
        out += &strangers(&chart, &charts, profile, streams);
    } else {
        out += &format!("WARNING: no dependencies at {charts}\n");
    }
    streams.out.write_all(out.as_bytes()).map_err(|error| error.to_string())
}

fn load(path: &str, profile: &'static Profile, streams: &mut Streams<'_>) -> Result<Chart, String> {
    let found = std::fs::metadata(path).map_err(|error| chart::path_error("stat", path, &error))?;
    let mut log = |record| streams.log(&record);
    let loaded = if found.is_dir() {
        chart::load_any_version(Path::new(path), profile, &mut log)
    } else {
        chart::load(Path::new(path), profile, &mut log)
    };
    loaded.map_err(|error| error.to_string())
}

fn joined(folder: &str, name: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), name.as_bytes()])).into_owned()
}

/// As printDependencies, with the layout of gosuri/uitable.
fn table(chart: &Chart, charts: &str, width: usize, profile: &'static Profile, streams: &mut Streams<'_>) -> String {
    let mut rows: Vec<[String; 4]> = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned)];
    for dependency in chart.metadata.dependencies.iter().flatten() {
        let status = status(dependency, chart, charts, profile, streams);
        rows.push([
            dependency.name.clone(),
            dependency.version.clone(),
            dependency.repository.clone(),
            status.to_owned(),
        ]);
    }
    let count = |cell: &String| cell.chars().count();
    let limit = |count: usize| if width == 0 { count } else { count.min(width) };
    let widths: [usize; 4] =
        std::array::from_fn(|column| rows.iter().map(|row| limit(count(&row[column]))).max().unwrap_or_default());
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| resize(cell, width)).collect();
            cells.join("\t")
        })
        .collect();
    lines.join("\n")
}

/// As strutil.Resize: filled with blanks, or shortened with dots.
fn resize(cell: &str, width: usize) -> String {
    let count = cell.chars().count();
    // A cell of a column without a width stays as it is.
    if width == 0 || count <= width {
        return format!("{cell}{}", " ".repeat(width.saturating_sub(count)));
    }
    let kept = if width > 3 { width - 3 } else { 1 };
    let start: String = cell.chars().take(kept).collect();
    format!("{start}...")
}

/// As dependencyStatus: what is in `charts/`, archives before folders.
fn status(
    wanted: &Dependency,
    chart: &Chart,
    charts: &str,
    profile: &'static Profile,
    streams: &mut Streams<'_>,
) -> &'static str {
    let Ok(archives) = matching(charts, &format!("{}-*.tgz", wanted.name)) else { return "bad pattern" };
    let mut archive = archives.first();
    if archives.len() > 1 {
        let mut versioned = archives.iter().filter(|archive| {
            let base = archive.rsplit('/').next().unwrap_or_default();
            let version = base.strip_suffix(".tgz").unwrap_or(base);
            let version = version.strip_prefix(&format!("{}-", wanted.name)).unwrap_or(version);
            Version::strict(version.as_bytes(), profile.semver).is_ok()
        });
        archive = versioned.next();
        if versioned.next().is_some() {
            return "too many matches";
        }
    }
    if let Some(archive) = archive.filter(|archive| Path::new(archive).exists()) {
        let mut log = |record| streams.log(&record);
        let Ok(found) = chart::load(Path::new(archive), profile, &mut log) else { return "corrupt" };
        if found.name() != wanted.name {
            return "misnamed";
        }
        return fits(wanted, &found, profile).unwrap_or("ok");
    }
    match chart.dependencies.iter().rfind(|dependency| dependency.name() == wanted.name) {
        None => "missing",
        Some(found) => fits(wanted, found, profile).unwrap_or("unpacked"),
    }
}

/// What is wrong with the version that was found.
fn fits(wanted: &Dependency, found: &Chart, profile: &'static Profile) -> Option<&'static str> {
    let version = &found.metadata.version;
    if *version == wanted.version {
        return None;
    }
    let constraints = Constraints::new(wanted.version.as_bytes(), profile.semver);
    let version = Version::new(version.as_bytes(), profile.semver);
    match (constraints, version) {
        (Ok(constraints), Ok(version)) if constraints.check(&version) => None,
        (Ok(_), Ok(_)) => Some("wrong version"),
        _ => Some("invalid version"),
    }
}

/// As filepath.Glob within a folder: the paths of the entries that match, by name.
fn matching(folder: &str, pattern: &str) -> Result<Vec<String>, path::BadPattern> {
    path::matches(pattern.as_bytes(), b"")?;
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let matches = |name: &String| path::matches(pattern.as_bytes(), name.as_bytes()).unwrap_or(false);
    Ok(names.into_iter().filter(matches).map(|name| joined(folder, &name)).collect())
}

/// As printMissing: what is in `charts/` and not in Chart.yaml.
fn strangers(chart: &Chart, charts: &str, profile: &'static Profile, streams: &mut Streams<'_>) -> String {
    let mut out = String::new();
    for file in matching(charts, "*").unwrap_or_default() {
        let is_folder = Path::new(&file).is_dir();
        if !is_folder && path::ext(file.as_bytes()) != b".tgz" {
            continue;
        }
        let quoted = quote(file.as_bytes());
        let Ok(found) = load(&file, profile, streams) else {
            out += &format!("WARNING: {quoted} is not a chart.\n");
            continue;
        };
        let mut wanted = chart.metadata.dependencies.iter().flatten();
        if !wanted.any(|wanted| wanted.name == found.name()) {
            out += &format!("WARNING: {quoted} is not in Chart.yaml.\n");
        }
    }
    out
}
