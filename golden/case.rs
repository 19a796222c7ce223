//! The format of the cases, and the files that a case is run in.
//!
//! A case file holds cases of one topic:
//!
//! ```text
//! === what the case shows
//! $ helm template release case --set a=1
//! -- values.yaml --
//! b: 2
//! -- template --
//! {{ add .Values.a .Values.b }}
//! ```
//!
//! The line with the command may be left out: `helm template release case`.
//! A line `helm: 4.3` limits the case to some profiles, and a line that begins with `#` is a remark.
//! A line `differs: …` marks a known difference: the case fails when it is gone.
//! In language/, functions/ and errors/ the files are those of the chart `case`;
//! `template` is a template whose text the chart prints as one block, so that it need not be YAML.
//! In charts/ the chart is the folder beside the case file, in services/ it is the exported service
//! or the umbrella of all, and in cli/ the working directory holds the library, the schemas and the sample services.
//!
//! The file of the same name that ends in `.expected` holds what was printed: under the title where all profiles
//! agree, else under the title with ` @4.1`.
//! `-- exit 1 --` and `-- stderr --` head what went to stderr.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One case.
pub struct Case {
    /// What it shows.
    pub title: String,
    /// The command's words; the first is `helm` or `mizzen`.
    pub command: Vec<String>,
    /// The profiles that it is for; all of them where it is empty.
    pub profiles: Vec<String>,
    /// Why Mizzen prints something else, where that is known: the case then fails once it does not.
    pub differs: Option<String>,
    /// The files by name.
    pub files: Vec<(String, String)>,
}

/// The template that prints the text of `template`.
const BLOCK: &str = "text: |2\n{{ include \"case/templates/_case.tpl\" . | indent 2 }}\n";

/// Reads the cases of a file.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(title) = line.strip_prefix("=== ") {
            let title = title.trim().to_owned();
            if cases.iter().any(|case| case.title == title) {
                return Err(format!("two cases are called `{title}`"));
            }
            let command = words("helm template release case")?;
            cases.push(Case { title, command, profiles: Vec::new(), differs: None, files: Vec::new() });
            continue;
        }
        let Some(case) = cases.last_mut() else {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            return Err(format!("`{}` stands before the first case", line.trim()));
        };
        if let Some(name) = line.trim_end_matches('\n').strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            case.files.push((name.to_owned(), String::new()));
        } else if let Some((_, file)) = case.files.last_mut() {
            file.push_str(line);
        } else if let Some(command) = line.strip_prefix("$ ") {
            case.command = words(command)?;
        } else if let Some(profiles) = line.strip_prefix("helm: ") {
            case.profiles = profiles.split_whitespace().map(str::to_owned).collect();
        } else if let Some(reason) = line.strip_prefix("differs: ") {
            case.differs = Some(reason.trim().to_owned());
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            return Err(format!("{}: unexpected line `{}`", case.title, line.trim()));
        }
    }
    Ok(cases)
}

/// Reads an expected file: what was printed, by title.
pub fn expectations(text: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut title = String::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if let Some(next) = line.strip_prefix(b"=== ") {
            title = String::from_utf8_lossy(next).trim_end().to_owned();
            all.insert(title.clone(), Vec::new());
        } else if let Some(out) = all.get_mut(&title) {
            out.extend_from_slice(line);
        }
    }
    all
}

/// Splits a command as a shell does: at blanks, except within single or double quotes.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for char in line.trim().chars() {
        match quote {
            Some(end) if char == end => quote = None,
            Some(_) => word.get_or_insert_default().push(char),
            None if char == '\'' || char == '"' => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            None if char.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(char),
        }
    }
    if quote.is_some() {
        return Err(format!("`{line}` ends within quotes"));
    }
    words.extend(word);
    Ok(words)
}

/// Writes the files of a case into a folder, as `regenerate` does.
pub fn lay_out(case: &Case, path: &Path, folder: &Path, exports: Option<&Path>) -> std::io::Result<()> {
    let beside = path.with_extension("");
    let stem = path.file_stem().unwrap_or_default();
    let mut base = folder.to_owned();
    match group(path) {
        "language" | "functions" | "errors" => {
            base.push("case");
            std::fs::create_dir_all(&base)?;
            std::fs::write(base.join("Chart.yaml"), "apiVersion: v2\nname: case\nversion: 1.0.0\n")?;
        }
        "charts" => copy(&beside, &folder.join(stem))?,
        "services" => {
            if let Some(exports) = exports {
                copy(&exports.join(stem), &folder.join(stem))?;
            }
        }
        _ => {}
    }
    if matches!(group(path), "services" | "cli") {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["library", "services", "schemas"] {
            copy(&root.join(name), &folder.join(name))?;
        }
        if group(path) == "cli" && beside.is_dir() {
            copy(&beside, folder)?;
        }
    }
    for (name, text) in &case.files {
        let mut name = name.as_str();
        if name == "template" {
            name = "templates/_case.tpl";
            std::fs::create_dir_all(base.join("templates"))?;
            std::fs::write(base.join("templates/case.yaml"), BLOCK)?;
        }
        let file = base.join(name);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(file, text)?;
    }
    Ok(())
}

/// The folder that a case file stands in: language, functions, errors, charts, services or cli.
pub fn group(path: &Path) -> &str {
    path.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default()
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
