//! Bundles as kubectl sees them: the real program, and instead of a cluster a list of the kinds that there are.

use super::Folder;
use super::factory::{check, run, shell};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// The stories; they are skipped where there is no kubectl.
pub fn trials() -> Vec<Trial> {
    let skipped = kubectl().is_none();
    vec![
        Trial::test("kubectl: takes a bundle in every form", forms).with_ignored_flag(skipped),
        Trial::test("kubectl: labels an ApplySet as a bundle does", applyset).with_ignored_flag(skipped),
    ]
}

/// The program: beside the Helm binaries, or where programs are.
fn kubectl() -> Option<PathBuf> {
    let oracle = std::env::var_os("HELM_ORACLE").map(|folder| Path::new(&folder).join("4.3.1"));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let folders = oracle.into_iter().chain(std::env::split_paths(&paths));
    folders.map(|folder| folder.join("kubectl")).find(|path| path.is_file())
}

/// What there is: by the version of an API its kinds, and whether they lie in namespaces.
type Kinds = BTreeMap<String, BTreeSet<(String, bool)>>;

/// The kinds of all objects of a bundle in one file.
fn kinds(bundle: &str) -> Result<Kinds, Failed> {
    let comments = bundle.lines().take_while(|line| line.starts_with('#'));
    let inventory: String =
        comments.filter(|line| !line.contains("inventory")).map(|line| format!("{}\n", &line[1..])).collect();
    let inventory: Value = serde_json::from_str(&inventory)?;
    let mut kinds = Kinds::new();
    for object in inventory["objects"].as_array().ok_or("the inventory lists objects")? {
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        kinds.entry(text("apiVersion")).or_default().insert((text("kind"), !text("namespace").is_empty()));
    }
    Ok(kinds)
}

fn plural(kind: &str) -> String {
    let kind = kind.to_lowercase();
    match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

/// What a cluster without objects answers.
fn answer(path: &str, kinds: &Kinds) -> (u16, Value) {
    let groups = || {
        let versions = kinds.keys().filter_map(|version| version.split_once('/').map(|parts| (version, parts)));
        let group = |(all, (group, version)): (&String, (&str, &str))| {
            let version = json!({"groupVersion": all, "version": version});
            json!({"name": group, "versions": [version], "preferredVersion": version})
        };
        versions.map(group).collect::<Vec<_>>()
    };
    let found = match path {
        "/version" => json!({"major": "1", "minor": "34", "gitVersion": "v1.34.0"}),
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis" => json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups()}),
        _ => {
            let version = path.strip_prefix("/apis/").or_else(|| path.strip_prefix("/api/")).unwrap_or_default();
            let resource = |(kind, namespaced): &(String, bool)| {
                let verbs = ["get", "list", "create", "patch", "delete"];
                json!({"name": plural(kind), "kind": kind, "namespaced": namespaced, "verbs": verbs})
            };
            match kinds.get(version) {
                Some(known) => {
                    let resources: Vec<Value> = known.iter().map(resource).collect();
                    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources})
                }
                None => {
                    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404});
                    return (404, status);
                }
            }
        }
    };
    (200, found)
}

/// What was written to a server.
type Log = Arc<Mutex<Vec<Value>>>;

/// A server on this machine, and what was written to it. It ends with the tests.
fn server(kinds: Kinds) -> Result<(String, Log), Failed> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    let written = Log::default();
    let (kinds, log) = (Arc::new(kinds), Arc::clone(&written));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (kinds, log) = (Arc::clone(&kinds), Arc::clone(&log));
            thread::spawn(move || serve(&stream, &kinds, &log));
        }
    });
    Ok((address, written))
}

/// Answers the requests of one connection. What is written is taken as it is.
fn serve(stream: &TcpStream, kinds: &Kinds, log: &Mutex<Vec<Value>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        reader.read_line(&mut first).ok().filter(|count| *count > 0)?;
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            let header = line.to_lowercase();
            length = header.strip_prefix("content-length:").and_then(|text| text.trim().parse().ok()).unwrap_or(length);
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let mut words = first.split(' ');
        let (method, path) = (words.next()?, words.next()?.split('?').next()?);
        let (code, value) = match (method, serde_json::from_slice::<Value>(&body)) {
            ("POST" | "PUT" | "PATCH", Ok(value)) => {
                log.lock().ok()?.push(value.clone());
                (201, value)
            }
            _ => answer(path, kinds),
        };
        let text = value.to_string();
        let head =
            format!("HTTP/1.1 {code} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", text.len());
        let mut writer = stream;
        writer.write_all(format!("{head}{text}").as_bytes()).ok()?;
    }
}

/// A folder with some services, with all that the library can make.
fn shop() -> Result<Folder, Failed> {
    let folder = Folder::new()?;
    run(&folder.0, "mizzen init && mizzen new checkout")?;
    let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/factory/full.yml");
    std::fs::create_dir_all(folder.0.join("services/full"))?;
    std::fs::copy(full, folder.0.join("services/full/configuration.yml"))?;
    Ok(folder)
}

fn forms() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    run(
        folder,
        "mizzen bundle -n shop --create-namespaces -o b.yaml && mizzen bundle -n shop --create-namespaces -o b",
    )?;
    run(folder, "mizzen bundle -n shop --create-namespaces --kustomization -o k")?;
    let kinds = kinds(&std::fs::read_to_string(folder.join("b.yaml"))?)?;
    let (address, _) = server(kinds)?;
    let program = kubectl().ok_or("there is no kubectl")?;
    let apply = |what: &str| {
        let line = format!("{} -s {address} apply --dry-run=client --validate=false {what}", program.display());
        let text = run(folder, &line)?;
        let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
        check(names.iter().all(|line| line.ends_with("created (dry run)")), &format!("`{line}`: {text}"))?;
        let order = names.clone();
        names.sort();
        Ok::<_, Failed>((order, names))
    };
    let (file, tree, kustomized) = (apply("-f b.yaml")?, apply("-R -f b")?, apply("-k k")?);
    let count =
        std::fs::read_to_string(folder.join("b.yaml"))?.lines().filter(|line| line.starts_with("kind: ")).count();
    check(file.0.len() == count && count > 20, &format!("{count} objects are applied: {:?}", file.0))?;
    check(file.1 == tree.1 && file.1 == kustomized.1, "each form holds the same objects")?;
    check(file.0.first().is_some_and(|line| line.starts_with("namespace/shop")), "what others need comes first")?;
    // What is gone is named so that kubectl finds it.
    std::fs::remove_dir_all(folder.join("services/full"))?;
    run(folder, "mizzen bundle -n shop --since b.yaml -o change.yaml --prune gone.yaml --rollback back.yaml")?;
    apply("-f back.yaml")?;
    let line = format!("{} -s {address} delete --dry-run=client -f gone.yaml", program.display());
    let output = shell(folder, &line)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let gone = std::fs::read_to_string(folder.join("gone.yaml"))?.matches("\nkind: ").count();
    let all = text.lines().count() == gone && text.lines().all(|line| line.ends_with("(dry run)"));
    check(all && gone > 10, &format!("`{line}` deletes {gone} objects: {text}"))
}

fn applyset() -> Result<(), Failed> {
    let shop = shop()?;
    let folder = shop.0.as_path();
    run(
        folder,
        "mizzen bundle -n shop --applyset configmap/set -o labelled.yaml && mizzen bundle -n shop -o plain.yaml",
    )?;
    let labelled = std::fs::read_to_string(folder.join("labelled.yaml"))?;
    let (address, written) = server(kinds(&labelled)?)?;
    let program = kubectl().ok_or("there is no kubectl")?;
    let line = format!(
        "KUBECTL_APPLYSET=true {} -s {address} apply --validate=false --prune -n shop --applyset=configmap/set -f plain.yaml",
        program.display()
    );
    shell(folder, &line)?;
    let written = written.lock().map_err(|error| error.to_string())?.clone();
    let parent = written.iter().find(|object| object["metadata"]["name"] == "set").ok_or("kubectl makes a parent")?;
    let id = parent["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().ok_or("the parent has an id")?;
    check(labelled.contains(&format!("applyset.kubernetes.io/id: {id}\n")), "kubectl has the same id")?;
    for name in ["contains-group-kinds", "additional-namespaces"] {
        let name = format!("applyset.kubernetes.io/{name}");
        let value = parent["metadata"]["annotations"][&name].as_str().unwrap_or_default();
        let has = |line: &str| {
            line.trim().strip_prefix(&format!("{name}:")).map(|rest| rest.trim().trim_matches('"')) == Some(value)
        };
        check(labelled.lines().any(has), &format!("kubectl has the same {name}: {value}"))?;
    }
    let members = written.iter().filter(|object| object["metadata"]["name"] != "set");
    let is_member = |object: &Value| object["metadata"]["labels"]["applyset.kubernetes.io/part-of"] == id;
    check(members.clone().count() > 20 && members.clone().all(is_member), "kubectl labels all of them")?;
    check(
        labelled.matches(&format!("applyset.kubernetes.io/part-of: {id}\n")).count() == members.count(),
        "and so does the bundle",
    )
}
