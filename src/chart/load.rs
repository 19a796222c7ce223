//! From a path, or from files in memory, to a chart: as Helm's chart/loader and chart/v2/loader.

use super::archive;
use super::content::{Buffer, Content, read};
use super::ignore::{HELM_IGNORE, Rules};
use super::metadata;
use super::{Chart, ChartFile, Error, File, Kinship, Metadata, path_error};
use crate::go::path;
use crate::go::{Dict, Level, Log, Str, Value, bytes};
use crate::profile::{Packages, Profile, ValuesDocuments};
use crate::yaml;
use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, openat};
use rustix::io::retry_on_intr;
use std::borrow::Cow;
use std::ffi::{CStr, OsStr};
use std::fs;
use std::io::ErrorKind;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How large the files of a chart may be together, as Helm's MaxDecompressedChartSize.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// How many files and folders a chart may have. Helm has no limit, and two links back to their folder never end.
const MAX_FILES: usize = 200_000;

/// How many symbolic links a path may lead through, as filepath.EvalSymlinks.
const MAX_LINKS: usize = 255;

/// How many folders are open at once; in deeper ones files are opened by their paths.
const MAX_OPEN: usize = 64;

/// How long the system lets a path be, the byte that ends it included.
const MAX_PATH: usize = 4096;

/// How deep charts may stand in charts. Helm has no limit.
const MAX_SUBCHART_DEPTH: usize = 64;

/// How many bytes archives within a chart may unpack to, together. Helm limits each of them alone.
const MAX_NESTED_SIZE: u64 = 1024 * 1024 * 1024;

const CHART_YAML: &str = "Chart.yaml";

/// Where the charts in a chart are.
const CHARTS: &str = "charts/";

/// The system's number for too many levels of symbolic links.
const ELOOP: i32 = 40;

/// As Helm's loader.Load: a chart from a directory or a `.tgz`.
pub fn load(path: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    let found = fs::metadata(path).map_err(|error| Error::Io(path_error("stat", &path.to_string_lossy(), &error)))?;
    if found.is_dir() { load_dir(path, profile, log) } else { load_file(path, profile, log) }
}

/// As Helm's LoadFiles: a chart from files, whose names are relative to its root.
pub fn load_files(files: Vec<File>, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    load_contents(in_memory(files), profile, log)
}

fn load_contents(files: Vec<ChartFile>, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    Loader { profile, log, unpacked: 0 }.files(files, 0)
}

fn in_memory(files: Vec<File>) -> Vec<ChartFile> {
    files.into_iter().map(|file| ChartFile { name: file.name, content: file.data.into() }).collect()
}

/// As Helm's LoadValues: the documents of a values file, merged in order. The error is the text of Go's.
pub fn load_values(data: &[u8], profile: &'static Profile) -> Result<Dict, String> {
    if profile.values_documents == ValuesDocuments::First {
        return yaml::unmarshal_map(data).map_err(|error| error.to_string());
    }
    let mut values = Dict::new();
    for document in yaml::documents(data, profile.values_documents == ValuesDocuments::MergedButLastLine) {
        let document = document.map_err(|error| format!("error reading yaml document: {error}"))?;
        let map = yaml::unmarshal_map(&document).map_err(|error| format!("cannot unmarshal yaml document: {error}"))?;
        values = if values.is_empty() { map } else { merge_maps(&values, &map) };
    }
    Ok(values)
}

/// As Helm's MergeMaps: `b` over `a`, maps merged, everything else replaced. Shares what it does not merge.
pub fn merge_maps(a: &Dict, b: &Dict) -> Dict {
    if a.is_empty() {
        return Dict::from_entries(b.entries().clone());
    }
    let merged: Vec<(Str, Value)> = b
        .entries()
        .iter()
        .map(|(key, value)| {
            let value = match (value, a.get(key)) {
                (Value::Dict(over), Some(Value::Dict(under))) => Value::Dict(merge_maps(&under, over)),
                _ => value.clone(),
            };
            (key.clone(), value)
        })
        .collect();
    let kept: Vec<(Str, Value)> = a.snapshot();
    Dict::from_entries(kept.into_iter().chain(merged).collect())
}

/// As chart/v2's loader.LoadDir: a chart from a directory, whatever its apiVersion, as those commands load it that do
/// not render.
pub fn load_any_version(folder: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    let files = folder_files(&absolute(folder), profile, log, Vec::new(), Buffer::default())?;
    load_contents(files, profile, log)
}

/// As Helm's LoadDir, which looks at the apiVersion first.
pub fn load_dir(folder: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    let top = absolute(folder);
    let mut buffer = Buffer::default();
    let mut known = Vec::new();
    if profile.api_version_checked {
        let name = join(&top, CHART_YAML);
        let undetected = |error: String| Error::Undetected { path: name.clone(), error };
        let text = read(Path::new(&name), MAX_CHART_SIZE, &mut buffer)
            .map_err(|(operation, error)| undetected(path_error(operation, &name, &error)))?;
        check_version(&text, profile)?;
        known.push((CHART_YAML, text));
    }
    let files = folder_files(&top, profile, log, known, buffer)?;
    load_contents(files, profile, log)
}

/// The files of a folder that .helmignore leaves in the chart. The path is absolute; `known` are files that were read.
fn folder_files(
    top: &str,
    profile: &'static Profile,
    log: &mut dyn FnMut(Log),
    mut known: Vec<(&'static str, Vec<u8>)>,
    mut buffer: Buffer,
) -> Result<Vec<ChartFile>, Error> {
    let ignore_file = join(top, HELM_IGNORE);
    let rules = match read(Path::new(&ignore_file), MAX_CHART_SIZE, &mut buffer) {
        Ok(text) => {
            let rules = Rules::parse(&text)?;
            known.push((HELM_IGNORE, text));
            rules
        }
        // As Helm, which opens what is there.
        Err((_, error)) if error.kind() == ErrorKind::NotFound || fs::metadata(&ignore_file).is_err() => {
            Rules::default()
        }
        Err((operation, error)) => return Err(Error::Io(path_error(operation, &ignore_file, &error))),
    };
    let path = top.as_bytes().to_vec();
    let names_at = path.len() + usize::from(!path.ends_with(b"/"));
    let rules = rules.with_defaults();
    let mut walk =
        Walk { profile, log, rules, path, names_at, known, files: Vec::new(), seen: 0, size: 0, open: 0, buffer };
    walk.folder(None, &Origin { links: 0, resolved: None })?;
    Ok(walk.files)
}

/// As Helm's LoadFile: a chart from an archive.
fn load_file(file: &Path, profile: &'static Profile, log: &mut dyn FnMut(Log)) -> Result<Chart, Error> {
    let name = file.to_string_lossy().into_owned();
    let mut source = fs::File::open(file).map_err(|error| Error::Io(path_error("open", &name, &error)))?;
    archive::ensure_archive(&name, &mut source)?;
    let files = match archive::files(&mut source, profile, MAX_CHART_SIZE) {
        Ok(files) => files,
        Err(archive::Problem::Header) => return Err(Error::GzipHeader(name)),
        Err(problem) if profile.packages == Packages::Helm3 => return Err(Error::Unpack(problem.to_string())),
        Err(_) => return Err(Error::Archive),
    };
    if profile.api_version_checked {
        let Some(chart_yaml) = files.iter().find(|file| file.name == "Chart.yaml") else {
            return Err(Error::NoChartYamlInArchive);
        };
        check_version(&chart_yaml.data, profile)?;
    }
    load_files(files, profile, log)
}

fn check_version(text: &[u8], profile: &'static Profile) -> Result<(), Error> {
    let version = metadata::api_version(text, profile).map_err(|error| Error::Load { file: "Chart.yaml", error })?;
    match version.as_str() {
        "" | "v1" | "v2" => Ok(()),
        "v3" => Err(Error::InvalidApiVersion),
        _ => Err(Error::UnsupportedVersion),
    }
}

/// The path from the root, cleaned: as filepath.Abs.
fn absolute(folder: &Path) -> String {
    let path = if folder.is_absolute() {
        folder.to_owned()
    } else {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")).join(folder)
    };
    String::from_utf8_lossy(&path::clean(path.as_os_str().as_bytes())).into_owned()
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder.ends_with('/') { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

/// The files of a folder in Helm's order: as Helm's sympath.Walk, by name, symbolic links followed.
struct Walk<'a> {
    profile: &'static Profile,
    log: &'a mut dyn FnMut(Log),
    rules: Rules,
    /// The path of the file or folder at hand.
    path: Vec<u8>,
    /// How much of it is the top.
    names_at: usize,
    /// Files of the top that were read before.
    known: Vec<(&'static str, Vec<u8>)>,
    files: Vec<ChartFile>,
    seen: usize,
    size: u64,
    /// How many folders are around the file or folder at hand.
    open: usize,
    /// Where files are read to.
    buffer: Buffer,
}

/// The folder around a file or folder, if it is open, and the name there.
type At<'a> = Option<(BorrowedFd<'a>, &'a CStr)>;

/// How a file or folder was come by.
struct Origin {
    /// How many symbolic links led there.
    links: usize,
    /// Where the last of them leads, and how long its own path is.
    resolved: Option<(PathBuf, usize)>,
}

impl Walk<'_> {
    fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.path))
    }

    /// The path as errors have it.
    fn told(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.path)
    }

    /// The path from the top.
    fn name(&self) -> &[u8] {
        self.path.get(self.names_at..).unwrap_or_default()
    }

    /// The path without symbolic links but for the last part of it.
    fn resolved(&self, origin: &Origin) -> PathBuf {
        match &origin.resolved {
            Some((target, from)) => target.join(OsStr::from_bytes(&self.path[*from..])),
            None => {
                let top = Path::new(OsStr::from_bytes(&self.path[..self.names_at]));
                fs::canonicalize(top).unwrap_or_else(|_| top.to_owned()).join(OsStr::from_bytes(self.name()))
            }
        }
    }

    /// Opens the file or folder at hand.
    fn open(&self, at: At<'_>, flags: OFlags) -> Result<OwnedFd, std::io::Error> {
        let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
        let opened = match at {
            // The whole path would be gone through anew for each file.
            Some((folder, name)) => retry_on_intr(|| openat(folder, name, flags, Mode::empty())),
            None => retry_on_intr(|| openat(CWD, self.path(), flags, Mode::empty())),
        };
        opened.map_err(Into::into)
    }

    fn folder(&mut self, at: At<'_>, origin: &Origin) -> Result<(), Error> {
        let opened = self.open(at, OFlags::DIRECTORY | OFlags::NONBLOCK);
        let mut folder = match opened.and_then(|folder| Ok(Dir::new(folder)?)) {
            Ok(folder) => folder,
            // Helm does not look at errors of the top itself.
            Err(_) if self.name().is_empty() => return Ok(()),
            Err(error) => return Err(Error::Io(path_error("open", &self.told(), &error))),
        };
        // The folder itself tells what its entries are, which spares a call for each.
        let mut entries: Vec<_> =
            (&mut folder).flatten().map(|entry| (entry.file_name().to_owned(), entry.file_type())).collect();
        entries.retain(|(name, _)| !matches!(name.as_bytes(), b"." | b".."));
        entries.sort_unstable_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        let folder = (self.open < MAX_OPEN).then_some(folder);
        self.open += 1;
        let length = self.path.len();
        if !self.path.ends_with(b"/") {
            self.path.push(b'/');
        }
        let start = self.path.len();
        for (name, kind) in entries {
            self.path.truncate(start);
            self.path.extend_from_slice(name.as_bytes());
            let at = folder.as_ref().and_then(|folder| folder.fd().ok()).map(|folder| (folder, name.as_c_str()));
            self.entry(at, kind, origin)?;
        }
        self.path.truncate(length);
        self.open -= 1;
        Ok(())
    }

    fn entry(&mut self, at: At<'_>, kind: FileType, origin: &Origin) -> Result<(), Error> {
        self.seen += 1;
        if self.seen > MAX_FILES {
            return Err(Error::TooManyFiles(MAX_FILES));
        }
        let found = match kind {
            // As Helm, which asks for each entry by its path, and so is refused one that is too long.
            _ if kind == FileType::Unknown || self.path.len() >= MAX_PATH => fs::symlink_metadata(self.path())
                .map(|found| FileType::from_raw_mode(found.mode()))
                .map_err(|error| Error::Io(path_error("lstat", &self.told(), &error)))?,
            kind => kind,
        };
        if !found.is_symlink() {
            return self.found(at, found, origin);
        }
        let (target, found) = self.follow(origin)?;
        self.found(at, found, &Origin { links: origin.links + 1, resolved: Some((target, self.path.len() + 1)) })
    }

    /// What the symbolic link at hand leads to.
    fn follow(&mut self, origin: &Origin) -> Result<(PathBuf, FileType), Error> {
        let problem = |error: String| Error::Symlink { path: self.told().into_owned(), error };
        if origin.links >= MAX_LINKS {
            return Err(problem("EvalSymlinks: too many links".to_owned()));
        }
        let link = self.resolved(origin);
        // Go resolves a path itself and step by step, so that only a link to itself has too many links.
        let target = fs::canonicalize(&link).map_err(|error| match error.kind() {
            ErrorKind::NotFound => problem(path_error("lstat", &first_missing(&link), &error)),
            _ if error.raw_os_error() == Some(ELOOP) => problem("EvalSymlinks: too many links".to_owned()),
            _ => problem(path_error("lstat", &self.told(), &error)),
        })?;
        let log = Log::new(Level::Info, "found symbolic link in path. Contents of linked file included and used")
            .with("path", self.told())
            .with("resolved", target.to_string_lossy());
        (self.log)(log);
        let found =
            fs::metadata(&target).map_err(|error| Error::Io(path_error("lstat", &target.to_string_lossy(), &error)))?;
        Ok((target, FileType::from_raw_mode(found.mode())))
    }

    fn found(&mut self, at: At<'_>, kind: FileType, origin: &Origin) -> Result<(), Error> {
        if self.rules.ignore(self.name(), kind.is_dir()) {
            return Ok(());
        }
        if kind.is_dir() {
            return self.folder(at, origin);
        }
        if !kind.is_file() {
            return Err(Error::Irregular(self.told().into_owned()));
        }
        let name = match str::from_utf8(self.name()) {
            Ok(name) => name.to_owned(),
            Err(_) => String::from_utf8_lossy(self.name()).into_owned(),
        };
        // Helm 4.1 has no limit for a folder as a whole; one that is ten times the later one is for our own sake.
        let file_limit = self.profile.chart_file_limit;
        let limit = if file_limit.is_some() { 10 * MAX_CHART_SIZE } else { MAX_CHART_SIZE };
        let (content, size) = match self.known.iter().position(|(known, _)| *known == name) {
            Some(at) => Content::of_bytes(self.known.swap_remove(at).1),
            None => {
                let most = file_limit.unwrap_or(limit - self.size);
                let path = Path::new(OsStr::from_bytes(&self.path));
                let later = !is_read_at_once(&name);
                let file = self.open(at, OFlags::empty()).map_err(|error| ("open", error));
                file.and_then(|file| Content::of_file(file.into(), path, &name, later, most, &mut self.buffer))
                    .map_err(|(operation, error)| {
                        let error = path_error(operation, &self.told(), &error);
                        Error::Io(format!("error reading {name}: {error}"))
                    })?
            }
        };
        if let Some(limit) = file_limit
            && size > limit
        {
            // Of a link, Helm names what it leads to.
            let path = match &origin.resolved {
                Some((target, from)) if *from > self.path.len() => target.clone(),
                _ => self.path().to_owned(),
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Err(Error::FileTooLarge { name, limit });
        }
        self.size += size;
        if self.size > limit {
            return Err(Error::TooLarge { name, limit: MAX_CHART_SIZE });
        }
        self.files.push(ChartFile { name, content });
        Ok(())
    }
}

/// Whether loading or every render reads this file of a chart, or of a chart in it.
fn is_read_at_once(name: &str) -> bool {
    let mut name = name;
    while let Some(rest) = name.strip_prefix(CHARTS) {
        // What stands loose there may be an archive.
        let Some(at) = slash(rest) else { return true };
        name = &rest[at + 1..];
    }
    let known =
        ["Chart.yaml", "Chart.lock", "values.yaml", "values.schema.json", "requirements.yaml", "requirements.lock"];
    name.starts_with("templates/") || known.contains(&name)
}

fn slash(name: &str) -> Option<usize> {
    bytes::index_byte(name.as_bytes(), b'/')
}

/// The first part of a symbolic link's target that is not there, or that is another such link.
fn first_missing(link: &Path) -> String {
    let to = fs::read_link(link).unwrap_or_default();
    let path = link.parent().unwrap_or(Path::new("/")).join(to);
    let path = PathBuf::from(OsStr::from_bytes(&path::clean(path.as_os_str().as_bytes())));
    let mut parts: Vec<&Path> = path.ancestors().collect();
    parts.reverse();
    let missing = parts.into_iter().find(|part| fs::metadata(part).is_err()).unwrap_or(&path);
    if missing != link && fs::symlink_metadata(missing).is_ok_and(|found| found.is_symlink()) {
        return first_missing_of_chain(missing);
    }
    missing.to_string_lossy().into_owned()
}

/// As [`first_missing`] for a link to a link, of which there may be a few.
fn first_missing_of_chain(link: &Path) -> String {
    let mut link = link.to_owned();
    for _ in 0..MAX_LINKS {
        let to = fs::read_link(&link).unwrap_or_default();
        let next = link.parent().unwrap_or(Path::new("/")).join(to);
        if !fs::symlink_metadata(&next).is_ok_and(|found| found.is_symlink()) {
            return String::from_utf8_lossy(&path::clean(next.as_os_str().as_bytes())).into_owned();
        }
        link = next;
    }
    link.to_string_lossy().into_owned()
}

/// Loads a chart and the charts in it.
struct Loader<'a> {
    profile: &'static Profile,
    log: &'a mut dyn FnMut(Log),
    /// How many bytes came out of archives in `charts/`.
    unpacked: u64,
}

impl Loader<'_> {
    fn files(&mut self, files: Vec<ChartFile>, depth: usize) -> Result<Chart, Error> {
        if depth > MAX_SUBCHART_DEPTH {
            return Err(Error::TooDeep(MAX_SUBCHART_DEPTH));
        }
        let profile = self.profile;
        let mut found: Option<Metadata> = None;
        for file in files.iter().filter(|file| file.name == "Chart.yaml") {
            let metadata = found.get_or_insert_default();
            metadata::unmarshal(&file.content.bytes()?, metadata, profile)
                .map_err(|error| Error::Load { file: "Chart.yaml", error })?;
            if metadata.api_version.is_empty() {
                "v1".clone_into(&mut metadata.api_version);
            }
        }
        let own = files.iter().filter(|file| !file.name.starts_with(CHARTS)).count();
        let mut chart = Chart {
            metadata: Metadata::default(),
            lock: None,
            templates: Vec::with_capacity(own),
            values: Dict::new(),
            schema: None,
            files: Vec::new(),
            raw: Vec::with_capacity(own),
            dependencies: Vec::new(),
            kinship: Kinship::default(),
        };
        let mut subcharts: Vec<(String, Vec<ChartFile>)> = Vec::new();
        for mut file in files {
            if let Some(rest) = file.name.strip_prefix(CHARTS) {
                if rest.ends_with(".prov") {
                    chart.files.push(file);
                    continue;
                }
                let name = &rest[..slash(rest).unwrap_or(rest.len())];
                // Mostly, all files of a chart follow each other.
                if subcharts.last().is_none_or(|(last, _)| last != name) {
                    subcharts.push((name.to_owned(), Vec::new()));
                }
                file.name.drain(..CHARTS.len());
                if let Some((_, files)) = subcharts.last_mut() {
                    files.push(file);
                }
                continue;
            }
            chart.raw.push(file.clone());
            match file.name.as_str() {
                "Chart.yaml" => {}
                "Chart.lock" => {
                    chart.lock = metadata::unmarshal_lock(&file.content.bytes()?, profile)
                        .map_err(|error| Error::Load { file: "Chart.lock", error })?;
                }
                "values.yaml" => {
                    chart.values = load_values(&file.content.bytes()?, profile)
                        .map_err(|error| Error::Load { file: "values.yaml", error })?;
                }
                "values.schema.json" => chart.schema = Some(file.content.bytes()?),
                "requirements.yaml" => {
                    let metadata = found.get_or_insert_default();
                    if metadata.api_version != "v1" {
                        self.print("Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.");
                    }
                    metadata::unmarshal(&file.content.bytes()?, metadata, profile)
                        .map_err(|error| Error::Load { file: "requirements.yaml", error })?;
                    if metadata.api_version == "v1" {
                        chart.files.push(file);
                    }
                }
                "requirements.lock" => {
                    chart.lock = metadata::unmarshal_lock(&file.content.bytes()?, profile)
                        .map_err(|error| Error::Load { file: "requirements.lock", error })?;
                    if found.get_or_insert_default().api_version != "v1" {
                        self.print("Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". We recommend migrating to Chart.lock.");
                    } else {
                        chart.files.push(file);
                    }
                }
                name if name.starts_with("templates/") => {
                    chart.templates.push(File { data: file.content.bytes()?, name: file.name });
                }
                _ => chart.files.push(file),
            }
        }
        chart.metadata = found.ok_or(Error::NoChartYaml)?;
        chart.metadata.validate(profile)?;
        // Helm's order of subcharts is that of a Go map, which is random; ours is by name.
        subcharts.sort_by(|(a, _), (b, _)| a.cmp(b));
        subcharts.dedup_by(|(name, files), (before, all)| {
            let same = name == before;
            if same {
                all.append(files);
            }
            same
        });
        for (name, files) in subcharts {
            if name.starts_with(['_', '.']) {
                continue;
            }
            let loaded = if path::ext(name.as_bytes()) == b".tgz" {
                self.packed(&name, chart.name(), files, depth)?
            } else {
                // What stands loose in charts/ belongs to no chart, and so leaves it without a Chart.yaml.
                let files = files.into_iter().filter_map(|mut file| {
                    file.name.drain(..=slash(&file.name)?);
                    Some(file)
                });
                self.files(files.collect(), depth + 1)
            };
            match loaded {
                Ok(subchart) => chart.dependencies.push(subchart),
                Err(error) => {
                    let parent = chart.name().to_owned();
                    return Err(Error::Subchart { name, parent, error: Box::new(error) });
                }
            }
        }
        Ok(chart)
    }

    /// A subchart that is an archive. The outer error is one that Helm does not wrap.
    fn packed(
        &mut self,
        name: &str,
        parent: &str,
        files: Vec<ChartFile>,
        depth: usize,
    ) -> Result<Result<Chart, Error>, Error> {
        let Some(file) = files.into_iter().next() else { return Ok(Err(Error::NoChartYaml)) };
        if file.name != name {
            return Err(Error::SubchartArchive { name: name.to_owned(), parent: parent.to_owned(), got: file.name });
        }
        let limit = MAX_CHART_SIZE.min(MAX_NESTED_SIZE.saturating_sub(self.unpacked));
        Ok(match archive::files(&mut file.content.bytes()?.as_bytes(), self.profile, limit) {
            Ok(files) => {
                self.unpacked += files.iter().map(|file| file.data.len() as u64).sum::<u64>();
                self.files(in_memory(files), depth + 1)
            }
            Err(problem) => Err(Error::Unpack(problem.to_string())),
        })
    }

    fn print(&mut self, text: &str) {
        (self.log)(Log::new(Level::Info, text));
    }
}
