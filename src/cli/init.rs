//! `mizzen init`: what a platform team starts with.

use super::new::configuration;
use super::{Exit, Streams, folder};
use clap::{Arg, ArgMatches, Command};
use std::path::Path;

/// The library, the schema and the pipeline, as they stand in this repository.
pub static FILES: &[(&str, &[u8])] = &[
    ("Jenkinsfile", include_bytes!("../../Jenkinsfile")),
    ("library/Chart.yaml", include_bytes!("../../library/Chart.yaml")),
    ("library/resources.yaml", include_bytes!("../../library/resources.yaml")),
    ("library/templates/_autoscaling.tpl", include_bytes!("../../library/templates/_autoscaling.tpl")),
    ("library/templates/_certificate.tpl", include_bytes!("../../library/templates/_certificate.tpl")),
    ("library/templates/_config.tpl", include_bytes!("../../library/templates/_config.tpl")),
    ("library/templates/_container.tpl", include_bytes!("../../library/templates/_container.tpl")),
    ("library/templates/_deployment.tpl", include_bytes!("../../library/templates/_deployment.tpl")),
    ("library/templates/_ingress.tpl", include_bytes!("../../library/templates/_ingress.tpl")),
    ("library/templates/_jobs.tpl", include_bytes!("../../library/templates/_jobs.tpl")),
    ("library/templates/_mtls.tpl", include_bytes!("../../library/templates/_mtls.tpl")),
    ("library/templates/_names.tpl", include_bytes!("../../library/templates/_names.tpl")),
    ("library/templates/_network.tpl", include_bytes!("../../library/templates/_network.tpl")),
    ("library/templates/_operators.tpl", include_bytes!("../../library/templates/_operators.tpl")),
    ("library/templates/_pod.tpl", include_bytes!("../../library/templates/_pod.tpl")),
    ("library/templates/_service.tpl", include_bytes!("../../library/templates/_service.tpl")),
    ("library/templates/_serviceaccount.tpl", include_bytes!("../../library/templates/_serviceaccount.tpl")),
    ("library/templates/_statefulset.tpl", include_bytes!("../../library/templates/_statefulset.tpl")),
    ("library/templates/_storage.tpl", include_bytes!("../../library/templates/_storage.tpl")),
    ("library/values.yaml", include_bytes!("../../library/values.yaml")),
    ("schemas/configuration.schema.json", super::schema::TEXT.as_bytes()),
];

/// The service that shows how it is done.
const SAMPLE: &str = "hello";

/// The command, as clap knows it.
pub fn command() -> Command {
    Command::new("init")
        .about("Write a platform library, its schema, a pipeline and a first service into a folder")
        .arg(Arg::new("dir").value_name("DIR").default_value(".").help("the folder"))
        .after_help("Example: mizzen init shop && cd shop && mizzen validate && mizzen render")
}

/// Writes the files, and none over another.
pub fn run(arguments: &ArgMatches, streams: &mut Streams<'_>) -> Exit {
    let dir = Path::new(arguments.get_one::<String>("dir").map_or(".", String::as_str));
    let sample = configuration(SAMPLE, "services");
    let service = format!("services/{SAMPLE}/configuration.yml");
    let files: Vec<(&str, &[u8])> =
        FILES.iter().copied().chain(std::iter::once((service.as_str(), sample.as_bytes()))).collect();
    let taken = |(name, bytes): &&(&str, &[u8])| {
        let path = dir.join(name);
        path.exists() && std::fs::read(path).is_ok_and(|found| found != *bytes)
    };
    if let Some((name, _)) = files.iter().find(taken) {
        return streams.fail(&format!(
            "`{}` is already there\nhint: run `mizzen init` in an empty folder",
            dir.join(name).display()
        ));
    }
    for (name, bytes) in files {
        let path = dir.join(name);
        match folder::replace(&path, bytes) {
            Ok(true) => streams.say(&format!("wrote {}", path.display())),
            Ok(false) => {}
            Err(error) => return streams.fail(&format!("cannot write `{}`: {error}", path.display())),
        }
    }
    streams.say("hint: `mizzen new SERVICE` adds a service, `mizzen validate` checks all, `mizzen render` shows them");
    Exit::Success
}

#[cfg(test)]
mod tests {
    use super::FILES;
    use std::path::Path;

    #[test]
    fn the_whole_library_is_written() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for folder in ["library", "library/templates"] {
            for entry in std::fs::read_dir(root.join(folder)).expect("the library is there") {
                let entry = entry.expect("the folder can be read");
                if entry.path().is_file() {
                    found.push(format!("{folder}/{}", entry.file_name().to_string_lossy()));
                }
            }
        }
        found.sort();
        let written: Vec<&str> =
            FILES.iter().map(|(name, _)| *name).filter(|name| name.starts_with("library/")).collect();
        assert_eq!(written, found);
    }
}
