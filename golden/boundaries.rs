//! Every module imports only what its doc line declares, and the declarations form no cycle.
//!
//! A top-level module of the library ends its doc comment with `//! Imports: go, yaml.`, or with `nothing`.
//! `cli` and `lib` may import everything, and only `main` imports `cli`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module's files, with the line that declares its imports.
struct Module {
    declared: Option<BTreeSet<String>>,
    files: Vec<PathBuf>,
}

#[test]
fn every_module_declares_its_imports() {
    let undeclared: Vec<String> =
        modules().into_iter().filter(|(_, module)| module.declared.is_none()).map(|(name, _)| name).collect();
    assert!(undeclared.is_empty(), "no line `//! Imports: …` in {undeclared:?}");
}

#[test]
fn every_path_is_declared() {
    let modules = modules();
    let mut offences = Vec::new();
    for (name, module) in &modules {
        let declared = module.declared.clone().unwrap_or_default();
        for file in &module.files {
            let text = std::fs::read_to_string(file).expect("the file was just listed");
            for (line, import) in imports(&text) {
                let known = modules.contains_key(&import) || import == "cli";
                if known && import != *name && !declared.contains(&import) {
                    offences.push(format!("{}:{line}: {name} does not declare {import}", file.display()));
                }
            }
        }
    }
    assert!(offences.is_empty(), "\n{}", offences.join("\n"));
}

#[test]
fn declarations_name_modules_and_form_no_cycle() {
    let modules = modules();
    let mut left: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, module) in &modules {
        let declared = module.declared.clone().unwrap_or_default();
        for import in &declared {
            assert!(modules.contains_key(import), "{name} declares {import}, which is no module");
        }
        left.insert(name.clone(), declared);
    }
    // Takes away what imports nothing that is left: on a cycle something always stays.
    loop {
        let free: Vec<String> =
            left.iter().filter(|(_, needs)| needs.is_empty()).map(|(name, _)| name.clone()).collect();
        if free.is_empty() {
            break;
        }
        for name in &free {
            left.remove(name);
        }
        for needs in left.values_mut() {
            needs.retain(|need| !free.contains(need));
        }
    }
    assert!(left.is_empty(), "these modules import each other in a circle: {:?}", left.keys());
}

/// The top-level modules of the library, without `cli`.
fn modules() -> BTreeMap<String, Module> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    for entry in std::fs::read_dir(&source).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_module = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
        if !is_module || matches!(name.as_str(), "main" | "lib" | "cli") {
            continue;
        }
        let mut files = Vec::new();
        let root = if path.is_dir() {
            rust_files(&path, &mut files);
            path.join("mod.rs")
        } else {
            files.push(path.clone());
            path
        };
        let text = std::fs::read_to_string(root).unwrap_or_default();
        modules.insert(name, Module { declared: declaration(&text), files });
    }
    modules
}

/// The files of a folder and all below it.
fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be read") {
        let path = entry.expect("src can be read").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What the line `//! Imports: …` names. The line may go on over further `//!` lines until its full stop.
fn declaration(text: &str) -> Option<BTreeSet<String>> {
    let docs: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let docs = docs.join("\n");
    let (_, names) = docs.rsplit_once("Imports:")?;
    let (names, _) = names.split_once('.')?;
    let names = names.split(',').map(|name| name.trim().to_owned());
    Some(names.filter(|name| !name.is_empty() && name != "nothing").collect())
}

/// The modules that a file's `crate::…` paths begin with, each with its line. Comments do not count.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut imports = Vec::new();
    let mut group = false;
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        if group {
            // Within `use crate::{ … }` over several lines, each entry begins a line.
            group = !code.trim_start().starts_with('}');
            imports.extend(first_name(code.trim_start()).map(|name| (index + 1, name)));
            continue;
        }
        for (start, _) in code.match_indices("crate::") {
            let rest = &code[start + "crate::".len()..];
            if let Some(inside) = rest.strip_prefix('{') {
                group = !inside.contains('}');
                let mut depth = 0;
                for part in inside.split_inclusive(['{', '}', ',']) {
                    if depth == 0 {
                        imports.extend(first_name(part.trim_start()).map(|name| (index + 1, name)));
                    }
                    depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                }
            } else {
                imports.extend(first_name(rest).map(|name| (index + 1, name)));
            }
        }
    }
    imports
}

/// The identifier that a text begins with.
fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    (!name.is_empty()).then_some(name)
}
