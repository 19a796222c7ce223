//! What the factory's commands share: where the library, the services and the schema are, and which services are meant.

use super::argument::{flag, text};
use super::{Exit, Streams};
use crate::profile::Profile;
use crate::services::{self, Libraries, Misnamed, Service};
use clap::{Arg, ArgMatches};
use std::path::Path;

/// The schema that is used where it is there and `--schema` names no other.
const SCHEMA: &str = "schemas/configuration.schema.json";

/// Everything that a factory command reads.
pub struct Factory {
    /// The folder with the services.
    pub folder: String,
    pub libraries: Libraries,
    pub services: Vec<Service>,
    /// Files that are called nearly as what is read.
    pub misnamed: Vec<Misnamed>,
    /// Whether only some services are meant.
    pub selected: bool,
}

/// Why a factory command cannot begin.
pub struct Refusal {
    pub text: String,
    /// Whether the command line is to blame.
    pub usage: bool,
}

impl Refusal {
    /// Reports it.
    pub fn report(&self, streams: &mut Streams<'_>) -> Exit {
        let exit = streams.fail(&self.text);
        if self.usage { Exit::Usage } else { exit }
    }
}

impl From<services::Error> for Refusal {
    fn from(error: services::Error) -> Refusal {
        let usage =
            matches!(error, services::Error::UnknownService { .. } | services::Error::UnknownEnvironment { .. });
        Refusal { text: error.to_string(), usage }
    }
}

/// The arguments of every factory command.
pub fn arguments() -> Vec<Arg> {
    let mut arguments = vec![
        Arg::new("service")
            .value_name("SERVICE")
            .num_args(0..)
            .help("the services by their folders' names; all where none is named"),
    ];
    arguments.extend(places());
    arguments
}

/// The arguments that say where everything is.
pub fn places() -> Vec<Arg> {
    vec![
        text("env", "ENV", "merge configuration.<ENV>.yml over configuration.yml"),
        services_argument(),
        text("library", "DIR", "the platform library chart; beside it stand its older versions as DIR@<version>")
            .default_value("library"),
        Arg::new("schema")
            .long("schema")
            .value_name("FILE")
            .help(format!("the JSON Schema of configuration.yml [default: {SCHEMA}, where it exists]")),
    ]
}

/// The argument that says where the services are.
pub fn services_argument() -> Arg {
    text("services", "DIR", "the folder with the services").default_value("services")
}

/// The argument that makes warnings errors.
pub fn strict_argument() -> Arg {
    flag("strict", "fail where there are no services, or one has no valid service.name")
}

/// Reads what the arguments name.
pub fn open(arguments: &ArgMatches, profile: &'static Profile, streams: &mut Streams<'_>) -> Result<Factory, Refusal> {
    let text = |name: &str| arguments.get_one::<String>(name).map(String::as_str);
    let folder = text("services").unwrap_or("services");
    let library = Path::new(text("library").unwrap_or("library"));
    for (path, is_there) in [(folder, Path::new(folder).is_dir()), (&library.display().to_string(), library.exists())] {
        if !is_there {
            return Err(Refusal {
                text: format!("there is no `{path}` here\nhint: {}", whereabouts(path)),
                usage: false,
            });
        }
    }
    let mut found = services::discover(Path::new(folder), text("env"))?;
    let selected = arguments.try_get_many::<String>("service").ok().flatten();
    let wanted: Vec<String> = selected.unwrap_or_default().cloned().collect();
    found.select(&wanted)?;
    if found.services.is_empty() {
        let said = format!("no folder in `{folder}` holds a configuration.yml");
        if arguments.try_get_one::<bool>("strict").ok().flatten().is_some_and(|strict| *strict) {
            return Err(Refusal { text: said, usage: false });
        }
        streams.say(&format!("warning: {said}"));
    }
    let schema = match text("schema") {
        Some(path) => Some(Path::new(path)),
        None => Some(Path::new(SCHEMA)).filter(|path| path.is_file()),
    };
    let libraries = Libraries::load(library, schema, profile, &mut |record| streams.log(&record))?;
    Ok(Factory {
        folder: folder.to_owned(),
        libraries,
        services: found.services,
        misnamed: found.misnamed,
        selected: !wanted.is_empty(),
    })
}

/// Where a folder may be that is not where it should be, or how to make one.
fn whereabouts(path: &str) -> String {
    match above(path) {
        Some(folder) => format!("it is in `{folder}`: run mizzen there"),
        None => "`mizzen init` writes a library and a first service into a folder".to_owned(),
    }
}

/// The nearest folder above this one that holds a path.
pub fn above(path: &str) -> Option<String> {
    let depth = std::env::current_dir().ok()?.components().count();
    let mut folder = String::from("..");
    for _ in 0..depth {
        if !Path::new(path).is_absolute() && Path::new(&folder).join(path).exists() {
            return Some(folder);
        }
        folder.push_str("/..");
    }
    None
}

impl Factory {
    /// Leaves one service; says why where there is none of that name.
    pub fn only(&mut self, name: &str) -> Option<String> {
        let known = self.services.iter().map(|service| service.folder.clone()).collect();
        self.services.retain(|service| service.folder == name);
        let error = services::Error::UnknownService { name: name.to_owned(), known };
        self.services.is_empty().then(|| error.to_string())
    }

    /// Warns of files that hold something like a configuration under another name.
    pub fn warn_misnamed(&self, streams: &mut Streams<'_>) {
        for Misnamed { path, hint, .. } in &self.misnamed {
            streams.say(&format!("warning: `{path}` is not read\nhint: {hint}"));
        }
    }

    /// Why manifests and charts cannot be written into a folder: it holds what they are made of.
    pub fn refuse_output(&self, dir: &Path) -> Option<String> {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        // What is not there yet will lie in the nearest folder that is.
        let here = |path| if path == Path::new("") { Path::new(".") } else { path };
        let dir_is = dir.ancestors().find_map(|path| real(here(path)))?;
        let library = self.libraries.entries.iter().map(|entry| Path::new(&entry.library.path));
        let source = library
            .chain([Path::new(&self.folder)])
            .find(|source| real(source).is_some_and(|source| dir_is.starts_with(source)))?;
        Some(format!(
            "cannot write into `{}`: mizzen reads `{}` from there\nhint: write into a folder of its own",
            dir.display(),
            source.display()
        ))
    }
}
