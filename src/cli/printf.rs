//! The log of Helm 3: what it prints with Go's package log where Helm 4 writes structured records.

use crate::go::strconv::quote;
use crate::go::{Level, Log};

/// Where Helm 3 prints the texts that Helm 4 words alike: how they begin, and the file and line that stand before them.
static PLACES: &[(&str, &str)] = &[
    ("Warning: Dependencies are handled in Chart.yaml", "load.go:120"),
    ("Warning: Dependency locking is handled in Chart.lock", "load.go:138"),
    ("warning: skipping globals because destination", "coalesce.go:138"),
    ("warning: skipping globals because source", "coalesce.go:145"),
    ("Conflict: cannot merge map onto non-map for", "coalesce.go:161"),
    ("key ", "coalesce.go:175"),
    ("warning: skipped value for", "coalesce.go:237"),
    ("warning: cannot overwrite table with non table for", "coalesce.go:298"),
    ("warning: destination for", "coalesce.go:301"),
];

/// The record as Helm 3.17 prints it.
pub fn line(record: &Log) -> String {
    let attribute = |name: &str| {
        let found = record.attributes.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let has = |name: &str| record.attributes.iter().any(|(key, _)| *key == name);
    match record.message.as_str() {
        "this chart is deprecated" => "WARNING: This chart is deprecated".to_owned(),
        "skipping unknown hooks" => {
            let types = quote(attribute("hookTypes").as_bytes());
            format!("manifest_sorter.go:190: info: skipping unknown hook: {types}")
        }
        "returned non-bool value" if has("tag") => {
            let (tag, chart) = (attribute("tag"), attribute("chart"));
            format!("dependencies.go:94: Warning: Tag '{tag}' for chart {chart} returned non-bool value")
        }
        "returned non-bool value" => {
            let (path, chart) = (attribute("path"), attribute("chart"));
            format!("dependencies.go:63: Warning: Condition path '{path}' for chart {chart} returned non-bool value")
        }
        "ImportValues missing table from chart" => {
            let (chart, error) = (attribute("chart"), attribute("error"));
            format!("dependencies.go:269: Warning: ImportValues missing table from chart {chart}: {error}")
        }
        "ImportValues missing table" => {
            format!("dependencies.go:286: Warning: ImportValues missing table: {}", attribute("error"))
        }
        "found symbolic link in path. Contents of linked file included and used" => {
            let (path, resolved) = (attribute("path"), attribute("resolved"));
            format!(
                "walk.go:75: found symbolic link in path: {path} resolves to {resolved}. Contents of linked file included and used"
            )
        }
        "missing required value" => format!("engine.go:206: [INFO] Missing required value: {}", attribute("message")),
        "missing required values" => format!("engine.go:214: [INFO] Missing required value: {}", attribute("message")),
        "funcMap fail" => format!("engine.go:227: [INFO] Fail: {}", attribute("message")),
        message => match PLACES.iter().find(|(start, _)| message.starts_with(start)) {
            Some((_, place)) => format!("{place}: {message}"),
            // Debug records hold the time in Helm 3, and warnings of Mizzen's own have no place in Helm.
            None if record.level == Level::Debug => format!("[debug] {message}"),
            None => format!("WARNING: {record}"),
        },
    }
}
