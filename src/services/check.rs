//! A configuration against the schema, and against what YAML and the schema cannot know.

use super::configuration::{Configuration, Layer, Service, is_name};
use super::consistency;
use super::encoding;
use super::error::Error;
use super::finding::Finding;
use super::guide::Guide;
use super::hint;
use super::kubernetes;
use super::libraries::{Entry, Platforms};
use super::nearest::nearest;
use super::network::{self, Claim};
use super::places::{self, Place, Places, dotted};
use crate::chart;
use crate::go::{Dict, Value};
use crate::schema::{Complaint, Problem};
use crate::yaml;

/// What is known of a service once it was looked at.
#[derive(Debug, Default)]
pub struct Checked {
    pub findings: Vec<Finding>,
    /// The configuration, the library's index and the effective values, where there are such.
    pub result: Option<(Configuration, usize, Dict)>,
    /// What no other service may claim, and where it is claimed.
    pub claims: Vec<(Claim, Place)>,
}

/// The files of a service and the places in them.
pub struct Source<'a> {
    service: &'a Service,
    places: Vec<Places>,
}

impl<'a> Source<'a> {
    /// Finds the places of all values.
    pub fn new(service: &'a Service) -> Source<'a> {
        Source { service, places: service.layers.iter().map(Places::new).collect() }
    }

    /// Where a value stands.
    pub fn place(&self, path: &[String]) -> Place {
        places::find(&self.service.layers, &self.places, path)
    }

    /// Whether some layer has a key.
    fn says(&self, key: &str) -> bool {
        self.places.iter().any(|places| places.get(&[key.to_owned()]).is_some())
    }

    /// Whether some layer has something at a path.
    fn wrote(&self, path: &[String]) -> bool {
        self.places.iter().any(|places| places.get(path).is_some())
    }

    /// The plain scalar at a path as its file has it.
    pub(super) fn written(&self, path: &[String]) -> Option<String> {
        let found = self.service.layers.iter().zip(&self.places).rev();
        let (layer, mark) = found.filter_map(|(layer, places)| Some((layer, places.get(path)?.1))).next()?;
        let line = layer.text.split(|byte| *byte == b'\n').nth(usize::try_from(mark.line).ok()?)?;
        let line = String::from_utf8_lossy(line).into_owned();
        let rest: String = line.chars().skip(usize::try_from(mark.column).ok()?).collect();
        let end = rest.find(|char: char| char.is_whitespace() || ",]}".contains(char)).unwrap_or(rest.len());
        rest.get(..end).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// A finding about the value at a path.
    pub fn finding(&self, path: &[String], rule: &'static str, message: String, hint: Option<String>) -> Finding {
        finding(self.service, self.place(path), rule, message, hint)
    }
}

fn finding(service: &Service, place: Place, rule: &'static str, message: String, hint: Option<String>) -> Finding {
    let Place { path, line, column } = place;
    let (message, hint) = (encoding::shown(&message), hint.map(|hint| encoding::shown(&hint)));
    Finding { path, line, column, rule, service: service.folder.clone(), message, hint }
}

/// Everything that can be said of a service without rendering it.
pub fn check(service: &Service, platforms: &Platforms<'_>) -> Checked {
    let mut checked = Checked::default();
    let source = Source::new(service);
    let unreadable = unreadable(service);
    for (layer, places) in service.layers.iter().zip(&source.places) {
        for (path, first, again) in &places.duplicates {
            let message = format!("`{}` stands here twice: line {} has it too", dotted(path), first.line + 1);
            let hint = "keep one of them: the last one wins, whatever is below the other";
            let place = Place::new(layer, *again);
            checked.findings.push(finding(service, place, "duplicate-key", message, Some(hint.to_owned())));
        }
        for (path, written, mark) in &places.renamed {
            let meaning = path.last().map(String::as_str).unwrap_or_default();
            let message = format!("the key `{written}` means `{meaning}`, as YAML 1.1 has it");
            let hint = Some(format!("write it in quotes: \"{written}\""));
            checked.findings.push(finding(service, Place::new(layer, *mark), "key-meaning", message, hint));
        }
        checked.findings.extend(second_document(service, layer));
    }
    if !unreadable.is_empty() {
        checked.findings.extend(unreadable);
        return checked;
    }
    let configuration = match service.configuration() {
        Ok(configuration) => configuration,
        Err(error) => {
            let nameless = name_finding(&source, &error);
            // The name is not all that may be wrong.
            let rest = service.unnamed().ok().and_then(|rest| {
                let entry = platforms.entry(platforms.index(service, &rest)?)?;
                Some(schema(service, &rest, entry))
            });
            let same = |found: &Finding| {
                ["missing-key", "type", "pattern", "bound"].contains(&found.rule)
                    && (&found.path, found.line, found.column) == (&nameless.path, nameless.line, nameless.column)
            };
            checked.findings.extend(rest.into_iter().flatten().filter(|found| !same(found)));
            checked.findings.push(nameless);
            return checked;
        }
    };
    let found = platforms.of(service, &configuration).and_then(|platform| {
        let findings = schema(service, &configuration, platform.entry);
        Ok((findings, platform.merged(service, &configuration)?))
    });
    let (findings, values) = match found {
        Ok(found) => found,
        Err(error) => {
            checked.findings.push(library_finding(&source, &error));
            return checked;
        }
    };
    let index = platforms.index(service, &configuration);
    let fits = findings.is_empty();
    checked.findings.extend(findings);
    let mut troubles = network::troubles(&values);
    troubles.extend(consistency::troubles(&values, &|path| source.wrote(path)));
    troubles.extend(kubernetes::troubles(&values, &|path| source.wrote(path)));
    for trouble in troubles {
        // A probe of the library that no longer fits is there because of what the service says of its ports.
        let ours = trouble.path.first().is_none_or(|key| source.says(key));
        let cause = ["service".to_owned(), "ports".to_owned()];
        let place = if ours { source.place(&trouble.path) } else { source.place(&cause) };
        // What the schema complains of already needs no second word.
        let said = |finding: &Finding| {
            (&finding.path, finding.line, finding.column) == (&place.path, place.line, place.column)
        };
        if !checked.findings.iter().any(said) {
            checked.findings.push(finding(service, place, trouble.rule, trouble.message, Some(trouble.hint)));
        }
    }
    for claim in network::claims(&values) {
        let place = source.place(&claim.path);
        checked.claims.push((claim, place));
    }
    if fits && let Some(index) = index {
        checked.result = Some((configuration, index, values));
    }
    checked
}

/// The layers that are not YAML, or not a map.
fn unreadable(service: &Service) -> Vec<Finding> {
    let mut findings = Vec::new();
    for layer in &service.layers {
        if let Some(error) = &layer.unreadable {
            let place = Place { path: layer.path.clone(), line: 0, column: 0 };
            let message = format!("this file cannot be read: {error}");
            let hint = "a service's configuration is a file of text that everyone may read".to_owned();
            findings.push(finding(service, place, "unreadable", message, Some(hint)));
            continue;
        }
        let Err(error) = yaml::unmarshal_map(&layer.text) else { continue };
        if let Some(culprit) = encoding::culprit(&layer.text) {
            let place = Place::new(layer, culprit.mark);
            let hint = Some(culprit.hint.to_owned());
            findings.push(finding(service, place, "yaml", culprit.message, hint));
            continue;
        }
        let place = match (error.mark, error.line) {
            (Some(mark), _) => Place::new(layer, mark),
            (None, 0) => Place { path: layer.path.clone(), line: 1, column: 1 },
            (None, line) => {
                Place { path: layer.path.clone(), line: u32::try_from(line).unwrap_or(u32::MAX), column: 1 }
            }
        };
        let cause = error.cause();
        let mapped = cause.starts_with("json: cannot unmarshal");
        let message = if mapped {
            "this must be a map of keys and values".to_owned()
        } else {
            // Go's word for the map that cannot be a key says nothing to the people who wrote it.
            let problem = error.problem.to_string();
            let problem = problem.split(": map[").next().unwrap_or_default();
            format!("this is not YAML: {problem}")
        };
        findings.push(finding(service, place, "yaml", message, advice(&cause).map(str::to_owned)));
    }
    findings
}

/// What to do about an error of the YAML parser, whose words are about its own work.
fn advice(cause: &str) -> Option<&'static str> {
    const ADVICE: &[(&str, &str)] = &[
        ("cannot start any token", "indent with spaces instead of tabs, and quote values that begin with @ or `"),
        ("mapping values are not allowed", "quote a value that holds `: `, or indent the line as those around it"),
        ("did not find expected key", "the indentation of this line does not fit that of the lines above"),
        ("did not find expected '-'", "the items of a list begin with `- ` at the same column"),
        ("could not find expected ':'", "a key ends in `: `, and a text of several lines begins with `|`"),
        ("did not find expected ',' or ']'", "close the list with `]`"),
        ("did not find expected ',' or '}'", "close the map with `}`"),
        ("unexpected end of stream", "close the quotes"),
        ("invalid map key", "quote a value that begins with {{; a configuration is no template"),
        ("unknown anchor", "an alias `*name` needs an anchor `&name` before it; quote a value that begins with *"),
        ("json: cannot unmarshal", "begin with `service:` and the keys below it, indented by two spaces"),
        ("unsupported map key", "write the key in quotes: without them it is nothing (null)"),
        ("contains itself", "write the values out: an alias cannot stand within what it is an alias of"),
        ("violates indentation", "indent with spaces instead of tabs"),
        ("exceeded max depth", "nothing real nests so deeply: look for brackets that are not closed"),
        ("unknown escape", "use single quotes where a backslash is meant as it stands"),
        ("control characters", "save the file as UTF-8 text"),
        ("invalid", "save the file as UTF-8 text"),
        ("did not find expected node content", "a value is missing here, or it begins with a sign that needs quotes"),
        ("did not find expected whitespace or line break", "quote the text"),
        ("did not find expected alphabetic", "quote a value that begins with & or *"),
    ];
    ADVICE.iter().find(|(words, _)| cause.contains(words)).map(|(_, advice)| *advice)
}

/// A second document of a file, which nobody reads.
fn second_document(service: &Service, layer: &Layer) -> Option<Finding> {
    let mut begun = false;
    for (index, line) in layer.text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii_end();
        if begun && line == b"---" {
            let place =
                Place { path: layer.path.clone(), line: u32::try_from(index + 1).unwrap_or(u32::MAX), column: 1 };
            let message = "what stands below this line is a second document, which is not read".to_owned();
            let hint = Some("put everything into one document".to_owned());
            return Some(finding(service, place, "second-document", message, hint));
        }
        begun |= !line.is_empty() && !line.starts_with(b"#") && line != b"---";
    }
    None
}

/// What a configuration without a valid service.name is told.
fn name_finding(source: &Source<'_>, error: &Error) -> Finding {
    let path = ["service".to_owned(), "name".to_owned()];
    match error {
        Error::Name { name, .. } => {
            let hint = Some(match suggested(name) {
                Some(name) => format!("call it `{name}`"),
                None => "begin with a letter".to_owned(),
            });
            let message = format!(
                "service.name `{name}` must be at most 53 lower case letters, digits and dashes, and start with a letter"
            );
            source.finding(&path, "dns-name", message, hint)
        }
        Error::NameMissing { .. } => {
            let hint = format!("write `service:` and below it `name: {}`", source.service.folder);
            source.finding(&path, "name-missing", "service.name is missing".to_owned(), Some(hint))
        }
        other => source.finding(&[], "yaml", other.to_string(), None),
    }
}

fn library_finding(source: &Source<'_>, error: &Error) -> Finding {
    match error {
        Error::LibraryVersion { wanted, known, .. } => {
            let path = ["platform".to_owned(), "version".to_owned()];
            let message = format!("platform.version `{wanted}` is no version of the library");
            let hint = format!("there are {}", known.join(", "));
            source.finding(&path, "library-version", message, Some(hint))
        }
        other => source.finding(&[], "render", other.to_string(), None),
    }
}

/// The name that was perhaps meant.
fn suggested(name: &str) -> Option<String> {
    let plain = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().map(plain).take(53).collect();
    let name = name.trim_matches('-').to_owned();
    is_name(name.as_bytes()).then_some(name)
}

/// What does not fit the schema: each layer is checked together with those below it.
pub fn schema(service: &Service, configuration: &Configuration, entry: &Entry) -> Vec<Finding> {
    let Some(schema) = &entry.schema else { return Vec::new() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut whole = Dict::new();
    let mut help: Option<(Source<'_>, Guide)> = None;
    for layer in &configuration.layers {
        // Nulls are kept here: the schema says where one may stand.
        whole = chart::merge_maps(&whole, layer);
        let complaints = schema.compiled.complaints(&Value::Dict(whole.clone()));
        if complaints.is_empty() {
            continue;
        }
        let (source, guide) = help.get_or_insert_with(|| (Source::new(service), Guide::new(Some(&schema.text))));
        for complaint in &complaints {
            let found = schema_finding(source, guide, complaint, &whole);
            if !findings.contains(&found) {
                findings.push(found);
            }
        }
    }
    // A key that is misspelt is unknown, and missing under its right name: once is enough.
    let unknown: Vec<(String, u32, u32)> =
        findings.iter().filter(|found| found.rule == "unknown-key").map(spot).collect();
    let is_typo = |found: &Finding| found.hint.as_ref().is_some_and(|hint| hint.starts_with("did you mean"));
    findings.retain(|found| found.rule != "missing-key" || !is_typo(found) || !unknown.contains(&spot(found)));
    findings
}

fn spot(finding: &Finding) -> (String, u32, u32) {
    (finding.path.clone(), finding.line, finding.column)
}

/// How the schema's complaint about a key begins, which ends in a quote.
const NAME: &str = "invalid propertyName '";

fn schema_finding(source: &Source<'_>, guide: &Guide, complaint: &Complaint, whole: &Dict) -> Finding {
    let Complaint { path, problem } = complaint;
    let shown = if path.is_empty() { "the configuration".to_owned() } else { format!("`{}`", dotted(path)) };
    let described = || guide.description(path).map(|text| format!("{}: {text}", dotted(path)));
    match problem {
        Problem::UnknownKey { key, known } => {
            let mut at = path.clone();
            at.push(key.clone());
            let hint = hint::unknown_key(guide, path, key, known);
            source.finding(&at, "unknown-key", format!("unknown key `{}`", dotted(&at)), hint)
        }
        Problem::Missing { key } => {
            let mut at = path.clone();
            at.push(key.clone());
            // A map that is open to every key tells a misspelt one only by what is missing.
            let keys = value_at(whole, path).and_then(|value| Some(value.as_dict()?.snapshot()));
            let keys: Vec<String> = keys.into_iter().flatten().map(|(key, _)| key.to_string()).collect();
            let unknown = keys.iter().map(String::as_str).filter(|key| !guide.knows_key(path, key));
            if let Some(word) = nearest(key, unknown) {
                let place: Vec<String> = path.iter().cloned().chain([word.to_owned()]).collect();
                let hint = format!("did you mean `{key}` by `{word}`?");
                return source.finding(&place, "missing-key", format!("{shown} has no `{key}`"), Some(hint));
            }
            let hint = guide.description(&at).map(|text| format!("{key}: {text}"));
            let hint = hint.or_else(|| Some(format!("write `{key}:` beside the keys that are there")));
            source.finding(&at, "missing-key", format!("{shown} has no `{key}`"), hint)
        }
        Problem::Type { got, want } => {
            let got = if *got == "null" { "nothing (null)" } else { kind(got) };
            let wanted: Vec<&str> = want.iter().filter(|name| **name != "null").map(|name| kind(name)).collect();
            let message = format!("{shown} is {got}, but must be {}", wanted.join(" or "));
            let quote = want.contains(&"string").then(|| hint::quoted(source, whole, path)).flatten();
            let unquote = || hint::unquoted(whole, path, want);
            let form = || hint::form(want);
            source.finding(path, "type", message, quote.or_else(unquote).or_else(described).or_else(form))
        }
        Problem::Choice { allowed } => {
            let value = text(whole, path).unwrap_or_default();
            let message = format!("{shown} is `{value}`, but must be one of {}", allowed.join(", "));
            let hint = nearest(&value, allowed.iter().map(String::as_str));
            source.finding(
                path,
                "choice",
                message,
                hint.map(|word| format!("did you mean `{word}`?")).or_else(described),
            )
        }
        Problem::Pattern { got, pattern } => {
            let message = format!("{shown} cannot be `{got}`");
            let hint = described().unwrap_or_else(|| format!("it must match {pattern}"));
            source.finding(path, "pattern", message, Some(hint))
        }
        Problem::Bound { name, got, want } => {
            let message = match *name {
                "minimum" => format!("{shown} is {got}, but must be at least {want}"),
                "maximum" => format!("{shown} is {got}, but must be at most {want}"),
                "minLength" if want == "1" => format!("{shown} is empty"),
                "minLength" => format!("{shown} has {got} characters, but needs {want}"),
                "maxLength" => format!("{shown} has {got} characters, but may have at most {want}"),
                "minItems" => format!("{shown} has {got} items, but needs {want}"),
                "maxItems" => format!("{shown} has {got} items, but may have at most {want}"),
                name => format!("{shown} does not fit: {name} is {want}, and this has {got}"),
            };
            source.finding(path, "bound", message, described())
        }
        Problem::Other(text) if text.starts_with(NAME) => {
            let key = text.get(NAME.len()..).unwrap_or_default().trim_end_matches('\'');
            let mut at = path.clone();
            at.push(key.to_owned());
            let hint = guide.names(path).or_else(described);
            source.finding(&at, "pattern", format!("{shown} cannot have a key `{key}`"), hint)
        }
        Problem::Other(text) => source.finding(path, "schema", format!("{shown}: {text}"), described()),
    }
}

/// A JSON type in plain words.
fn kind(name: &str) -> &str {
    match name {
        "null" => "null",
        "boolean" => "true or false",
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

/// The value at a path.
pub fn value_at(values: &Dict, path: &[String]) -> Option<Value> {
    path.iter().try_fold(Value::Dict(values.clone()), |at, token| match &at {
        Value::Dict(dict) => dict.get(token.as_bytes()),
        Value::List(list) => list.get(token.parse::<usize>().ok()?).cloned(),
        _ => None,
    })
}

pub(super) fn text(values: &Dict, path: &[String]) -> Option<String> {
    match value_at(values, path)? {
        Value::String(text) => Some(text.to_string()),
        other => yaml::scalar_text(&other).map(|text| text.to_string()),
    }
}
