//! `mizzen images`: every image that services, a chart or manifests use, and where.

use super::argument::{flag, format};
use super::columns::columns;
use super::json;
use super::sources::{self, Gathered, Hooks};
use super::{Exit, Streams};
use crate::bundle::images::{How, images};
use crate::bundle::object::{self, Found};
use crate::go::Value;
use crate::profile::Profile;
use clap::{ArgMatches, Command};
use std::collections::BTreeSet;

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("images")
        .about("List the images that services, a chart or manifests use")
        .args(sources::arguments())
        .arg(flag("unique", "only the images, sorted, one a line").conflicts_with("format"))
        .arg(format(["text", "json"], "text, or json (schemas/images.schema.json)"))
        .after_help("Example: mizzen images --env production --unique | xargs -n1 crane copy")
}

/// An image and where it is used.
struct Row {
    image: String,
    service: String,
    kind: String,
    namespace: String,
    name: String,
    field: String,
    how: How,
}

/// Lists the images.
pub fn run(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Exit {
    let Gathered { pieces, .. } = match sources::gather(arguments, Hooks::All, profile, streams) {
        Ok(gathered) => gathered,
        Err(exit) => return exit,
    };
    let mut found = Vec::new();
    for piece in &pieces {
        if let Err(error) = object::read(piece, &mut found) {
            return streams.fail(&error.to_string());
        }
    }
    let mut rows = Vec::new();
    for Found { object, value } in &found {
        rows.extend(images(object, value).into_iter().map(|found| Row {
            image: found.image,
            service: object.service.clone(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            field: found.field,
            how: found.how,
        }));
    }
    // Equal images stand together; within one the order of the bundle stays.
    rows.sort_by(|a, b| (&a.image, &a.service).cmp(&(&b.image, &b.service)));
    let as_json = arguments.get_one::<String>("format").is_some_and(|format| format == "json");
    let text = if arguments.get_flag("unique") {
        let images: BTreeSet<&str> = rows.iter().map(|row| row.image.as_str()).collect();
        images.into_iter().flat_map(|image| [image, "\n"]).collect::<String>().into_bytes()
    } else if as_json {
        report(&rows)
    } else {
        table(&rows).into_bytes()
    };
    if streams.out.write_all(&text).is_err() { Exit::BrokenPipe } else { Exit::Success }
}

/// A line for each use, in columns.
fn table(rows: &[Row]) -> String {
    let head = ["IMAGE", "SERVICE", "OBJECT", "FIELD"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        let service = if row.service.is_empty() { "-".to_owned() } else { row.service.clone() };
        [row.image.clone(), service, format!("{}/{}", row.kind, row.name), row.field.clone()]
    });
    columns(&std::iter::once(head).chain(cells).collect::<Vec<_>>())
}

/// As schemas/images.schema.json describes it.
fn report(rows: &[Row]) -> Vec<u8> {
    let rows = rows.iter().map(|row| {
        json::object([
            ("image", Value::string(row.image.as_str())),
            ("service", Value::string(row.service.as_str())),
            ("kind", Value::string(row.kind.as_str())),
            ("namespace", Value::string(row.namespace.as_str())),
            ("name", Value::string(row.name.as_str())),
            ("field", Value::string(row.field.as_str())),
            ("how", Value::string(row.how.name())),
        ])
    });
    json::document(&json::object([("images", Value::list(rows.collect::<Vec<_>>()))]))
}
