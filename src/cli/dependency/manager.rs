//! Brings `charts/` and the lock file up to date: as Helm's downloader.Manager, with what this machine has.

use crate::chart::{self, Chart, Dependency, Lock, lock, package, write};
use crate::cli::Streams;
use crate::cli::folder::replace;
use crate::cli::host::System;
use crate::go::semver::{Constraints, Version};
use crate::go::strconv::quote;
use crate::go::time::{Location, Time};
use crate::go::url::{Rules, Url};
use crate::go::{Level, Log, fs::path_error, path};
use crate::host::Host;
use crate::profile::Profile;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const FILE: &str = "file://";

/// How a chart's dependencies are brought up to date.
#[derive(Clone, Debug)]
pub struct Manager {
    /// The chart's folder.
    pub folder: String,
    /// The time of the files in archives, in seconds since 1970.
    pub time: u64,
    /// Whether the charts that `file://` names come first.
    pub recursive: bool,
    pub profile: &'static Profile,
}

/// A chart that stands in `charts/` already, although it comes from a repository.
struct Vendored {
    /// The file or folder in `charts/`.
    entry: String,
    version: String,
}

impl Manager {
    /// As Manager.Update: what Chart.yaml asks for. The error is Helm's text.
    pub fn update(&self, streams: &mut Streams<'_>) -> Result<(), String> {
        self.inner_first(&mut Vec::new(), &|manager, streams| manager.update_one(streams), streams)
    }

    /// As Manager.Build: what the lock file says.
    pub fn build(&self, streams: &mut Streams<'_>) -> Result<(), String> {
        self.inner_first(&mut Vec::new(), &|manager, streams| manager.build_one(streams), streams)
    }

    /// Does something for the charts that this one takes from folders, and then for this one.
    fn inner_first(
        &self,
        outer: &mut Vec<PathBuf>,
        act: &dyn Fn(&Manager, &mut Streams<'_>) -> Result<(), String>,
        streams: &mut Streams<'_>,
    ) -> Result<(), String> {
        if !self.recursive {
            return act(self, streams);
        }
        let here = fs::canonicalize(&self.folder).unwrap_or_else(|_| PathBuf::from(&self.folder));
        if outer.contains(&here) {
            let chain: Vec<String> = outer.iter().chain([&here]).map(|path| path.display().to_string()).collect();
            return Err(format!("dependencies form a circle: {}", chain.join(" → ")));
        }
        outer.push(here);
        let chart = self.load(streams)?;
        for dependency in chart.metadata.dependencies.iter().flatten() {
            if dependency.repository.starts_with(FILE) {
                let folder = self.local_path(&dependency.repository)?;
                let inner = Manager { folder, ..self.clone() };
                inner.inner_first(outer, act, streams)?;
            }
        }
        outer.pop();
        if !outer.is_empty() && chart.metadata.dependencies_declared {
            self.say(streams, &format!("Dependencies of {}:", self.folder));
        }
        act(self, streams)
    }

    fn update_one(&self, streams: &mut Streams<'_>) -> Result<(), String> {
        let chart = self.load(streams)?;
        if !chart.metadata.dependencies_declared {
            return Ok(());
        }
        let wanted: Vec<Dependency> = chart.metadata.dependencies.iter().flatten().cloned().collect();
        self.check_repositories(&wanted, streams)?;
        let mut locked = self.resolve(&wanted, streams)?;
        self.fetch_all(&mut locked, streams)?;
        let digest = lock::digest(&wanted, &locked)?;
        if chart.lock.as_ref().is_some_and(|lock| lock.digest == digest) {
            return Ok(());
        }
        self.write_lock(&Lock { generated: self.now(), digest, dependencies: locked }, &chart)
    }

    fn build_one(&self, streams: &mut Streams<'_>) -> Result<(), String> {
        let chart = self.load(streams)?;
        let Some(lock) = &chart.lock else { return self.update_one(streams) };
        let wanted: Vec<Dependency> = chart.metadata.dependencies.iter().flatten().cloned().collect();
        self.check_repositories(&wanted, streams)?;
        if lock::digest(&wanted, &lock.dependencies)? != lock.digest {
            if chart.metadata.api_version != "v1" {
                return Err(format!(
                    "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies{}",
                    self.profile.update_hint
                ));
            }
            let text = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
            streams.log(&Log::new(Level::Info, text));
            if lock::digest_of_helm_2(&wanted)? != lock.digest {
                return Err("the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies".to_owned());
            }
        }
        let mut locked = lock.dependencies.clone();
        if let Some(remote) = locked.iter().find(|one| self.is_remote(one) && self.vendored(one, streams).is_none()) {
            return Err(self.refusal(remote));
        }
        self.fetch_all(&mut locked, streams)
    }

    /// As loadChartDir.
    fn load(&self, streams: &mut Streams<'_>) -> Result<Chart, String> {
        let found = fs::metadata(&self.folder)
            .map_err(|error| format!("could not find {}: {}", self.folder, path_error("stat", &self.folder, &error)))?;
        if !found.is_dir() {
            return Err("only unpacked charts can be updated".to_owned());
        }
        self.load_folder(&self.folder, streams)
    }

    fn load_folder(&self, folder: &str, streams: &mut Streams<'_>) -> Result<Chart, String> {
        let loaded = chart::load_any_version(Path::new(folder), self.profile, &mut |record| streams.log(&record));
        loaded.map_err(|error| error.to_string())
    }

    fn say(&self, streams: &mut Streams<'_>, line: &str) {
        // What cannot be written is found out when the stream is flushed.
        let _ = writeln!(streams.out, "{line}");
    }

    fn joined(&self, name: &str) -> String {
        String::from_utf8_lossy(&path::join(&[self.folder.as_bytes(), name.as_bytes()])).into_owned()
    }

    /// As resolver.GetLocalPath.
    fn local_path(&self, repository: &str) -> Result<String, String> {
        let given = repository.strip_prefix(FILE).unwrap_or(repository);
        let found = if given.starts_with('/') {
            String::from_utf8_lossy(&path::clean(given.as_bytes())).into_owned()
        } else {
            self.joined(given)
        };
        match fs::metadata(&found) {
            Ok(_) => Ok(found),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(format!("directory {found} not found")),
            Err(error) => Err(path_error("stat", &found, &error)),
        }
    }

    /// As resolveRepoNames, for somebody who has added no repositories.
    fn check_repositories(&self, wanted: &[Dependency], streams: &mut Streams<'_>) -> Result<(), String> {
        let mut missing: Vec<&str> = Vec::new();
        for dependency in wanted {
            let repository = dependency.repository.as_str();
            if repository.is_empty() || repository.starts_with("oci://") {
                continue;
            }
            if repository.starts_with(FILE) {
                self.local_path(repository)?;
                if streams.debug {
                    self.say(streams, &format!("Repository from local path: {repository}"));
                }
                continue;
            }
            let url = Url::parse(repository.as_bytes(), Rules { strict_colons: self.profile.go.strict_url_colons() });
            if !repository.starts_with('/') && url.is_ok_and(|url| url.scheme.is_empty()) {
                missing.push(repository);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let mut text =
            format!("no repository definition for {}. Please add them via 'helm repo add'", missing.join(", "));
        if missing.iter().any(|name| !name.contains("//") && !name.starts_with('@') && !name.starts_with("alias:")) {
            text += "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\nrepository, use \"https://charts.example.com/\" or \"@example\" instead of\n\"example\". Don't forget to add the repo, too ('helm repo add').";
        }
        Err(text)
    }

    fn is_remote(&self, dependency: &Dependency) -> bool {
        !dependency.repository.is_empty() && !dependency.repository.starts_with(FILE)
    }

    /// What to do about a dependency that only a network could bring.
    fn refusal(&self, dependency: &Dependency) -> String {
        let Dependency { name, version, repository, .. } = dependency;
        let source = if repository.starts_with("oci://") {
            format!("{repository}/{name} --version '{version}'")
        } else {
            format!("{name} --repo {repository} --version '{version}'")
        };
        format!(
            "mizzen works offline and cannot download `{name}` from `{repository}`\nhint: put it into {} with `helm pull {source} -d {}`, or run `helm dependency update {}`; what is there is kept",
            self.joined("charts"),
            self.joined("charts"),
            self.folder
        )
    }

    /// The chart in `charts/` that a dependency on a repository asks for; the highest version where there are several.
    fn vendored(&self, dependency: &Dependency, streams: &mut Streams<'_>) -> Option<Vendored> {
        let constraints = Constraints::new(dependency.version.as_bytes(), self.profile.semver).ok()?;
        let mut best: Option<(Version, Vendored)> = None;
        for entry in fs::read_dir(self.joined("charts")).ok()?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.path().is_dir();
            if name.starts_with(['_', '.']) || (!is_folder && !name.ends_with(".tgz")) {
                continue;
            }
            let Ok(chart) = chart::load(&entry.path(), self.profile, &mut |record| streams.log(&record)) else {
                continue;
            };
            let Ok(version) = Version::new(chart.metadata.version.as_bytes(), self.profile.semver) else { continue };
            let fits = chart.name() == dependency.name && constraints.check(&version);
            if fits && best.as_ref().is_none_or(|(highest, _)| version.compare(highest).is_gt()) {
                best = Some((version, Vendored { entry: name, version: chart.metadata.version.clone() }));
            }
        }
        best.map(|(_, vendored)| vendored)
    }

    /// As Resolver.Resolve: a version for each dependency.
    fn resolve(&self, wanted: &[Dependency], streams: &mut Streams<'_>) -> Result<Vec<Dependency>, String> {
        let mut locked = Vec::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for dependency in wanted {
            let constraints =
                Constraints::new(dependency.version.as_bytes(), self.profile.semver).map_err(|error| {
                    let name = quote(dependency.name.as_bytes());
                    format!("dependency {name} has an invalid version/constraint format: {error}")
                })?;
            let version = if dependency.repository.is_empty() {
                self.local_path(&format!("charts/{}", dependency.name))?;
                dependency.version.clone()
            } else if dependency.repository.starts_with(FILE) {
                let folder = self.local_path(&dependency.repository)?;
                let chart = self.load_folder(&folder, streams)?;
                let version = Version::new(chart.metadata.version.as_bytes(), self.profile.semver)?;
                if !constraints.check(&version) {
                    let quoted = |text: &str| quote(text.as_bytes());
                    missing.push(format!(
                        "{} (repository {}, version {})",
                        quoted(&dependency.name),
                        quoted(&dependency.repository),
                        quoted(&dependency.version)
                    ));
                    continue;
                }
                chart.metadata.version.clone()
            } else {
                self.vendored(dependency, streams).ok_or_else(|| self.refusal(dependency))?.version
            };
            locked.push(Dependency {
                name: dependency.name.clone(),
                repository: dependency.repository.clone(),
                version,
                ..Dependency::default()
            });
        }
        if missing.is_empty() {
            return Ok(locked);
        }
        Err(format!(
            "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
            missing.len(),
            missing.join(", ")
        ))
    }

    /// As downloadAll: the archives of what comes from folders go into `charts/`, and older ones out.
    fn fetch_all(&self, locked: &mut [Dependency], streams: &mut Streams<'_>) -> Result<(), String> {
        let charts = self.joined("charts");
        match fs::metadata(&charts) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(format!("{} is not a directory", quote(charts.as_bytes()))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(&charts).map_err(|error| path_error("mkdir", &charts, &error))?;
            }
            Err(error) => {
                let error = path_error("stat", &charts, &error);
                return Err(format!("unable to retrieve file info for '{charts}': {error}"));
            }
        }
        self.say(streams, &format!("Saving {} charts", locked.len()));
        let mut archives: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut kept: HashSet<String> = HashSet::new();
        for dependency in locked.iter_mut() {
            let fetched = if dependency.repository.is_empty() {
                // Errors of what is in charts/ are not about saving, except that of a wrong version.
                self.check_own(dependency, &charts, streams)?
            } else if dependency.repository.starts_with(FILE) {
                if streams.debug {
                    let Dependency { name, repository, .. } = &*dependency;
                    self.say(streams, &format!("Archiving {name} from repo {repository}"));
                }
                self.archive(dependency, streams).map(|(name, bytes, version)| {
                    dependency.version = version;
                    archives.insert(name, bytes);
                })
            } else {
                match self.vendored(dependency, streams) {
                    Some(vendored) => {
                        self.say(streams, &format!("Keeping {}, which is in charts/", vendored.entry));
                        kept.insert(vendored.entry);
                        Ok(())
                    }
                    None => Err(self.refusal(dependency)),
                }
            };
            if let Err(error) = fetched {
                self.say(streams, &format!("Save error occurred:  {error}"));
                return Err(error);
            }
        }
        let before = names(&charts)?;
        for (name, bytes) in &archives {
            let file = format!("{charts}/{name}");
            replace(Path::new(&file), bytes).map_err(|error| path_error("open", &file, &error))?;
        }
        self.say(streams, "Deleting outdated charts");
        for name in before {
            if !archives.contains_key(&name) && !kept.contains(&name) {
                self.delete_outdated(&format!("{charts}/{name}"), locked, streams);
            }
        }
        Ok(())
    }

    /// A dependency without a repository: its folder in `charts/` has to fit. The outer error is one of reading it.
    fn check_own(
        &self,
        dependency: &Dependency,
        charts: &str,
        streams: &mut Streams<'_>,
    ) -> Result<Result<(), String>, String> {
        let Dependency { name, version: wanted, .. } = dependency;
        self.say(
            streams,
            &format!("Dependency {name} did not declare a repository. Assuming it exists in the charts directory"),
        );
        let folder = format!("{charts}/{name}");
        let chart =
            self.load_folder(&folder, streams).map_err(|error| format!("unable to load chart '{folder}': {error}"))?;
        let constraints = Constraints::new(wanted.as_bytes(), self.profile.semver)
            .map_err(|error| format!("dependency {name} has an invalid version/constraint format: {error}"))?;
        let version = &chart.metadata.version;
        let parsed = Version::new(version.as_bytes(), self.profile.semver)
            .map_err(|error| format!("invalid version {wanted} for dependency {name}: {error}"))?;
        if constraints.check(&parsed) {
            return Ok(Ok(()));
        }
        Ok(Err(format!("dependency {name} at version {version} does not satisfy the constraint {wanted}")))
    }

    /// As tarFromLocalDir: name, bytes and version of the archive.
    fn archive(&self, dependency: &Dependency, streams: &mut Streams<'_>) -> Result<(String, Vec<u8>, String), String> {
        let folder = self.local_path(&dependency.repository)?;
        let mut chart = self.load_folder(&folder, streams)?;
        let name = &dependency.name;
        let constraints = Constraints::new(dependency.version.as_bytes(), self.profile.semver)
            .map_err(|error| format!("dependency {name} has an invalid version/constraint format: {error}"))?;
        let version = Version::new(chart.metadata.version.as_bytes(), self.profile.semver)?;
        if !constraints.check(&version) {
            return Err(format!("can't get a valid version for dependency {name}"));
        }
        let bytes = package::archive(&mut chart, self.time, self.profile)?;
        Ok((package::file_name(&chart), bytes, chart.metadata.version))
    }

    /// As the end of safeMoveDeps: archives that no dependency wants any more.
    fn delete_outdated(&self, file: &str, locked: &[Dependency], streams: &mut Streams<'_>) {
        if Path::new(file).is_dir() {
            return;
        }
        let chart = match chart::load(Path::new(file), self.profile, &mut |record| streams.log(&record)) {
            Ok(chart) => chart,
            Err(error) => {
                return self.say(streams, &format!("Could not verify {file} for deletion: {error} (Skipping)"));
            }
        };
        if locked.iter().any(|one| one.repository.is_empty() && one.name == chart.name()) {
            return;
        }
        if let Err(error) = fs::remove_file(file) {
            let error = path_error("remove", file, &error);
            self.say(streams, &format!("Could not delete {file}: {error} (Skipping)"));
        }
    }

    /// As writeLock.
    fn write_lock(&self, lock: &Lock, chart: &Chart) -> Result<(), String> {
        let name = if chart.metadata.api_version == "v1" { "requirements.lock" } else { "Chart.lock" };
        let file = self.joined(name);
        if let Ok(target) = fs::read_link(&file) {
            let target = quote(target.to_string_lossy().as_bytes());
            return Err(format!("the {name} file is a symlink to {target}"));
        }
        let text = write::lock_yaml(lock)?;
        replace(Path::new(&file), &text).map(|_| ()).map_err(|error| path_error("open", &file, &error))
    }

    /// The time for `generated`: now, or `SOURCE_DATE_EPOCH` where that is set.
    fn now(&self) -> String {
        const RFC_3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";
        let time = if self.time == package::TIME {
            let host = System::default();
            let (seconds, nanoseconds) = host.now();
            Time::unix(seconds, nanoseconds, &Location::local(&host.time_zone(), &host.time_zone_name()))
        } else {
            Time::unix(i64::try_from(self.time).unwrap_or_default(), 0, &Location::utc())
        };
        String::from_utf8_lossy(&time.format(RFC_3339_NANO)).into_owned()
    }
}

/// The names in a folder, sorted.
fn names(folder: &str) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| path_error("open", folder, &error))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    Ok(names)
}
