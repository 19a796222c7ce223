//! Loading from memory, from folders and from archives.

use super::{File, archive, load, load_files};
use crate::go::{Log, Str};
use crate::profile::{HELM_3_17, HELM_4_1, HELM_4_3};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

fn file(name: &str, data: &str) -> File {
    File { name: name.to_owned(), data: Str::from(data) }
}

fn error(files: &[(&str, &str)]) -> String {
    let files = files.iter().map(|(name, data)| file(name, data)).collect();
    load_files(files, &HELM_4_1, &mut |_| {})
        .map(|chart| chart.name().to_owned())
        .unwrap_or_else(|error| error.to_string())
}

#[test]
fn files_find_their_place() {
    let mut logged = Vec::new();
    let files = vec![
        file("values.yaml", "a: 1\n---\nb: 2\n"),
        file("Chart.yaml", CHART),
        file("templates/a.yaml", "a"),
        file("crds/x.YAML", "x"),
        file("requirements.yaml", "dependencies: []\n"),
        file("charts/b/Chart.yaml", "apiVersion: v1\nname: b\nversion: 1.0.0\n"),
        file("charts/b/crds/y.json", "y"),
        file("charts/_a/x", ""),
        file("charts/a.prov", "p"),
    ];
    let chart = load_files(files, &HELM_4_3, &mut |line: Log| logged.push(line.to_string())).unwrap();
    assert_eq!(chart.values.len(), 2);
    assert_eq!(chart.templates.len(), 1);
    let names: Vec<&str> = chart.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["crds/x.YAML", "charts/a.prov"]);
    let crds: Vec<String> = chart.crds().into_iter().map(|crd| crd.filename).collect();
    assert_eq!(crds, ["c/crds/x.YAML", "c/charts/b/crds/y.json"]);
    assert!(logged[0].starts_with("level=INFO msg=\"Warning: Dependencies are handled in Chart.yaml since apiVersion"));
}

#[test]
fn errors_in_helms_order() {
    for (files, want) in [
        (
            &[("values.yaml", "[")][..],
            "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected node content",
        ),
        (&[("templates/x", "")], "Chart.yaml file is missing"),
        (&[("Chart.yaml", "name: c\n")], "validation: chart.metadata.version is required"),
        (&[("Chart.yaml", CHART), ("charts/x", "")], "error unpacking subchart x in c: Chart.yaml file is missing"),
        (&[("Chart.yaml", CHART), ("charts/x.tgz", "y")], "error unpacking subchart x.tgz in c: unexpected EOF"),
        (
            &[("Chart.yaml", CHART), ("charts/x.tgz/y", "y")],
            "error unpacking subchart tar in c: expected x.tgz, got x.tgz/y",
        ),
        (&[("Chart.yaml", CHART), ("charts/_x", "")], "c"),
    ] {
        assert_eq!(error(files), want);
    }
}

/// A folder of its own for a test, which is removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("mizzen-chart-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("templates")).unwrap();
        fs::write(path.join("Chart.yaml"), CHART).unwrap();
        Folder(path)
    }

    fn load(&self) -> Result<Vec<String>, String> {
        let chart = load(&self.0, &HELM_4_3, &mut |_| {}).map_err(|error| error.to_string())?;
        Ok(chart.raw.into_iter().map(|file| file.name).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_is_walked_by_name_without_what_is_ignored() {
    let folder = Folder::new("walk");
    for (name, text) in
        [(".helmignore", "*.md\n"), ("b.txt", ""), ("a.md", ""), ("templates/.x", ""), ("templates/a.yaml", "")]
    {
        fs::write(folder.0.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink("b.txt", folder.0.join("c.txt")).unwrap();
    assert_eq!(folder.load().unwrap(), [".helmignore", "Chart.yaml", "b.txt", "c.txt", "templates/a.yaml"]);
    std::os::unix::fs::symlink("nowhere", folder.0.join("d.txt")).unwrap();
    let path = folder.0.canonicalize().unwrap();
    let want =
        format!("error evaluating symlink {0}/d.txt: lstat {0}/nowhere: no such file or directory", path.display());
    assert_eq!(folder.load().unwrap_err(), want);
}

#[test]
fn folders_may_be_deep_but_paths_not_too_long() {
    use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
    let folder = Folder::new("deep");
    let deeper = |count: usize, name: &str, file: &str| {
        let mut at = openat(CWD, &folder.0, OFlags::RDONLY, Mode::empty()).unwrap();
        for _ in 0..count {
            let _ = mkdirat(&at, name, Mode::from(0o700));
            at = openat(&at, name, OFlags::RDONLY, Mode::empty()).unwrap();
        }
        drop(openat(&at, file, OFlags::CREATE | OFlags::WRONLY, Mode::from(0o600)).unwrap());
    };
    deeper(100, "d", "x.txt");
    assert_eq!(folder.load().unwrap(), ["Chart.yaml".to_owned(), "d/".repeat(100) + "x.txt"]);
    deeper(42, &"e".repeat(100), "y.txt");
    let error = folder.load().unwrap_err();
    assert!(error.starts_with("lstat /") && error.ends_with("eee: file name too long"), "{error}");
}

#[test]
fn links_that_never_end_are_an_error() {
    let folder = Folder::new("loop");
    for name in ["one", "two"] {
        std::os::unix::fs::symlink(".", folder.0.join(name)).unwrap();
    }
    let error = folder.load().unwrap_err();
    assert!(error.contains("too many levels of symbolic links"), "{error}");
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() {
    let folder = Folder::new("bomb");
    let path = folder.0.join("c.tgz");
    let mut gzip = GzEncoder::new(fs::File::create(&path).unwrap(), Compression::fast());
    let mut header = tar::Header::new_gnu();
    header.set_path("c/x").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    gzip.write_all(header.as_bytes()).unwrap();
    gzip.write_all(&vec![0; 1 << 20]).unwrap();
    gzip.finish().unwrap();
    let error = |profile| load(&path, profile, &mut |_| {}).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error(&HELM_4_3), "unable to load chart archive");
    assert_eq!(error(&HELM_3_17), "decompressed chart is larger than the maximum file size 104857600");
}

/// What is in an archive with the file `c/a` and one more, of this name and type.
fn unpacked(name: &str, kind: u8) -> Result<Vec<String>, String> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind) in [("c/a", b'0'), (name, kind)] {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.as_mut_bytes()[156] = kind;
        header.set_size(1);
        header.set_cksum();
        archive.append(&header, &b"x"[..]).unwrap();
    }
    let packed = archive.into_inner().and_then(GzEncoder::finish).unwrap();
    let files = archive::files(&mut packed.as_slice(), &HELM_4_3, 1 << 20);
    files.map(|files| files.into_iter().map(|file| file.name).collect()).map_err(|problem| problem.to_string())
}

#[test]
fn a_name_that_ends_in_a_slash_is_a_folder_only_without_a_type() {
    let outside = "chart illegally contains content outside the base directory: \"c/\"";
    assert_eq!(unpacked("c/", b'0'), Err(outside.to_owned()));
    assert_eq!(unpacked("c/d/", b'0'), Ok(vec!["a".to_owned(), "d".to_owned()]));
    assert_eq!(unpacked("c/d/", 0), Ok(vec!["a".to_owned()]));
}

#[test]
fn a_large_file_that_no_template_reaches_is_read_when_asked_for() {
    let folder = Folder::new("later");
    let large = format!("\u{feff}{}", "a line of a definition\n".repeat(10_000));
    fs::create_dir_all(folder.0.join("charts/sub/crds")).unwrap();
    fs::create_dir_all(folder.0.join("charts/sub/templates")).unwrap();
    fs::write(folder.0.join("charts/sub/Chart.yaml"), CHART).unwrap();
    let names =
        ["charts/sub/crds/a.yaml", "charts/sub/templates/a.yaml", "files/a", "files/b", "files/c", "values.yaml"];
    fs::create_dir_all(folder.0.join("files")).unwrap();
    for name in names {
        let text = if name == "values.yaml" { large.replace("line", ": 1 #") } else { large.clone() };
        fs::write(folder.0.join(name), text).unwrap();
    }
    fs::write(folder.0.join("files/small"), "small").unwrap();
    let load = || load(&folder.0, &HELM_4_3, &mut |_| {}).unwrap();
    let bytes = |chart: &super::Chart, name: &str| {
        let found = chart.raw.iter().find(|file| file.name == name).unwrap();
        found.content.bytes().map_err(|error| error.to_string())
    };
    let (chart, again) = (load(), load());
    let without_mark = Str::from(large.trim_start_matches('\u{feff}'));
    assert_eq!(bytes(&chart, "files/a"), Ok(without_mark.clone()));
    assert_eq!(chart.crds()[0].content.bytes(), Ok(without_mark.clone()));
    assert_eq!(chart.unreadable(), None);

    fs::write(folder.0.join("files/a"), "changed").unwrap();
    fs::write(folder.0.join("files/b"), large.replace("line", "lime")).unwrap();
    let older = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().append(true).open(folder.0.join("files/b")).unwrap().set_modified(older).unwrap();
    fs::remove_file(folder.0.join("files/c")).unwrap();
    fs::remove_dir_all(folder.0.join("charts")).unwrap();
    // What was read stays.
    assert_eq!(bytes(&chart, "files/a"), Ok(without_mark.clone()));
    // What a render needs was read, and so was what is small.
    assert_eq!(again.dependencies[0].templates[0].data, without_mark);
    fs::remove_file(folder.0.join("files/small")).unwrap();
    assert_eq!(bytes(&again, "files/small"), Ok(Str::from("small")));
    assert!(bytes(&again, "values.yaml").is_ok());
    assert_eq!(again.unreadable(), None);
    // Everything else is an error, and never an empty text.
    let changed = |name: &str| Err(format!("error reading {name}: the file has changed since the chart was loaded"));
    assert_eq!(bytes(&again, "files/a"), changed("files/a"));
    assert_eq!(bytes(&again, "files/b"), changed("files/b"));
    let gone = format!("error reading files/c: open {}/files/c: no such file or directory", folder.0.display());
    assert_eq!(bytes(&again, "files/c"), Err(gone));
    assert!(again.crds()[0].content.bytes().is_err());
    assert!(again.unreadable().is_some());
}

#[test]
fn sizes_count_although_nothing_is_read() {
    let folder = Folder::new("sizes");
    fs::create_dir_all(folder.0.join("files")).unwrap();
    let file = fs::File::create(folder.0.join("files/a")).unwrap();
    for profile in [&HELM_4_1, &HELM_4_3] {
        let limit = profile.chart_file_limit.unwrap_or(load::MAX_CHART_SIZE);
        file.set_len(limit - 100).unwrap();
        assert!(load(&folder.0, profile, &mut |_| {}).is_ok());
        file.set_len(limit + 1).unwrap();
        let error = load(&folder.0, profile, &mut |_| {}).map(|_| ()).unwrap_err().to_string();
        let want = match profile.chart_file_limit {
            Some(limit) => format!("chart file \"a\" is larger than the maximum file size {limit}"),
            None => format!("error reading files/a: chart exceeds maximum decompressed size of {limit} bytes"),
        };
        assert_eq!(error, want);
    }
}
