//! What holds for all bytes whatever: nothing panics, hangs or takes all memory, and what is written reads as it was.
//!
//! The fuzz targets run these without end, and golden/properties.rs for a moment.

use mizzen::chart::archive;
use mizzen::chart::ignore::Rules;
use mizzen::go::glob::Glob;
use mizzen::go::regexp::Regexp;
use mizzen::go::semver::{self, Constraints, Version};
use mizzen::go::time::{Duration, Location, Time, parse_in_location};
use mizzen::go::toml::Release;
use mizzen::go::{Dict, Str, StrBuilder, Value, fmt, json, path, toml};
use mizzen::host::Host;
use mizzen::manifest::head;
use mizzen::profile::{HELM_4_1, HELM_4_3};
use mizzen::template::{Functions, Language, Observer, Templates, Unobserved, execute, limits};
use mizzen::values::set::{Reader, parse_into};
use mizzen::{chart, yaml};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Fails where it does not hold for the bytes.
pub type Property = fn(&[u8]);

/// The properties by name.
#[allow(dead_code, reason = "each fuzz target uses one of them")]
pub const PROPERTIES: &[(&str, Property)] = &[
    ("template", template),
    ("execution", execution),
    ("yaml_in", yaml_in),
    ("manifest", manifest),
    ("json_in", json_in),
    ("toml_in", toml_in),
    ("set", set),
    ("printf", printf),
    ("constraint", constraint),
    ("time_layout", time_layout),
    ("regular_expression", regular_expression),
    ("pattern", pattern),
    ("archive_in", archive_in),
];

/// A world whose clock stands still. Its random bytes count up: who draws until something fits must come to an end.
#[derive(Default)]
struct Still(AtomicU8);

impl Host for Still {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// Functions that take long by design.
const SLOW: &[&str] = &["bcrypt", "htpasswd", "derivePassword", "genPrivateKey", "genCA", "genCAWithKey"];
const ALSO_SLOW: &[&str] = &["genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey"];

fn parsed(text: &[u8]) -> Option<Templates> {
    let quick = |name: &str| !SLOW.contains(&name) && !ALSO_SLOW.contains(&name);
    let functions = mizzen::functions::all(&HELM_4_3).chain(&mizzen::engine::functions::FUNCTIONS);
    let functions: Functions = functions.filter(|function| quick(function.name)).collect();
    let mut templates = Templates::new("fuzz", Arc::new(functions), Language::Go125);
    templates.parse(&Str::from("fuzz"), &Str::from(text)).ok().map(|()| templates)
}

/// Runs on a thread with the stack that templates and values need.
fn with_stack(property: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn_scoped(scope, property);
        thread.expect("there is room for a thread").join().expect("the property holds");
    });
}

/// The lexer and the parser take any text.
pub fn template(bytes: &[u8]) {
    with_stack(|| drop(parsed(bytes)));
}

/// A template that parses runs to its end or to an error, and prints the same where an observer sees everything run.
pub fn execution(bytes: &[u8]) {
    with_stack(|| {
        let Some(templates) = parsed(bytes) else { return };
        let (plain, seen) = (printed(&templates, Unobserved), printed(&templates, Witness));
        // What is not run again may stay within the bounds of what runs.
        let bounded =
            |error: &String| ["ran more than", "longer than", "nested"].iter().any(|bound| error.contains(bound));
        if !seen.as_ref().is_err_and(bounded) {
            assert_eq!(plain, seen);
        }
    });
}

/// Sees everything, and notes nothing.
pub struct Witness;

impl Observer for Witness {}

fn printed<O: Observer>(templates: &Templates, observer: O) -> Result<Str, String> {
    let values = "a: {b: [1, 2.5, x, null, {c: true}], d: text}\ne: 3\nf: ''\n";
    let data = yaml::unmarshal(values.as_bytes()).map_err(|error| error.to_string())?;
    let mut out = StrBuilder::default();
    execute(templates, &Str::from("fuzz"), data, &mut out, &Still::default(), &mut (), observer)
        .map(|()| out.finish())
        .map_err(|error| error.to_string())
}

/// What is read from YAML and written again, by either emitter, reads as the same; and so does a plain document by way of
/// the parser.
pub fn yaml_in(bytes: &[u8]) {
    with_stack(|| {
        let (value, parsed) = (yaml::decode(bytes), yaml::decode_parsed(bytes));
        assert_eq!(format!("{value:?}"), format!("{parsed:?}"));
        let _ = chart::load_values(bytes, &HELM_4_3);
        let _ = yaml::to_json(bytes);
        let _ = yaml::locate(bytes);
        if let Ok(value) = yaml::unmarshal(bytes) {
            round_trip(&value);
        }
    });
}

/// The head of a document is the same whether or not the rest of it is decoded.
pub fn manifest(bytes: &[u8]) {
    with_stack(|| {
        for profile in [&HELM_4_1, &HELM_4_3] {
            let quick = head::head(bytes, profile).map_err(|error| error.to_string());
            let whole = head::decode(bytes, profile).map_err(|error| error.to_string());
            assert_eq!(format!("{quick:?}"), format!("{whole:?}"));
        }
    });
}

/// Writes a value as YAML, the same with and without shortcuts, and reads it again, but for what Helm itself does not get
/// back: it writes -0 and reads the integer 0, writes the key `<<` without quotes and reads a merge, reads no block scalar that begins with a tab,
/// and toYaml folds U+0085 as YAML's line break.
pub fn round_trip(value: &Value) {
    let outcome = |written: Result<Str, yaml::Error>| written.map_err(|error| error.to_string());
    let quick = [yaml::marshal(value), yaml::marshal_pretty(value)].map(outcome);
    assert_eq!(quick, yaml::marshal_analysed(value).map(outcome), "a glance tells what the analysis does not");
    let value = without_negative_zero(value);
    let value = &value;
    let Ok(expected) = json::marshal(value) else { return };
    if [r#""\u003c\u003c":"#, r#""\t"#].iter().any(|lost| expected.to_str_lossy().contains(lost)) {
        return;
    }
    let folded = expected.to_str_lossy().contains('\u{85}');
    for (emitter, text) in [("toYaml", yaml::marshal(value)), ("toYamlPretty", yaml::marshal_pretty(value))] {
        let Ok(text) = text else { continue };
        if folded && emitter == "toYaml" {
            continue;
        }
        let again = yaml::unmarshal(&text).map_err(|error| error.to_string());
        let again = again.map(|value| json::marshal(&value).map(|json| json.to_str_lossy().into_owned()));
        let expected = Ok(expected.to_str_lossy().into_owned());
        assert_eq!(again, Ok(expected), "{emitter} wrote {:?}", text.to_str_lossy());
    }
}

fn without_negative_zero(value: &Value) -> Value {
    match value {
        Value::Float64(0.0) => Value::Float64(0.0),
        Value::List(items) if items.iter().next().is_some() => {
            Value::list(items.iter().map(without_negative_zero).collect::<Vec<_>>())
        }
        Value::Dict(dict) if !dict.is_nil() => {
            Value::Dict(dict.snapshot().into_iter().map(|(key, value)| (key, without_negative_zero(&value))).collect())
        }
        other => other.clone(),
    }
}

/// Both implementations read the same values, and what is written reads as the same.
pub fn json_in(bytes: &[u8]) {
    with_stack(|| {
        let first = json::unmarshal(bytes, json::Implementation::V1);
        let second = json::unmarshal(bytes, json::Implementation::V2);
        assert_eq!(first.error.is_some(), second.error.is_some());
        let _ = json::decode_first(bytes, json::Any, json::Implementation::V1);
        if let Ok(value) = first.into_result() {
            let Ok(text) = json::marshal(&value) else { return };
            let again = json::unmarshal(&text, json::Implementation::V1).into_result().expect("it was written");
            assert_eq!(json::marshal(&again), Ok(text));
        }
    });
}

/// What is read from TOML can be written, and then reads as the same.
pub fn toml_in(bytes: &[u8]) {
    with_stack(|| {
        let zone = toml::Zone::new(&Location::utc(), 0);
        let (dict, error) = toml::unmarshal(bytes, &zone, Release::V1_6);
        if error.is_some() {
            return;
        }
        let Ok(text) = toml::marshal(&Value::Dict(dict), Release::V1_6) else { return };
        let (again, error) = toml::unmarshal(&text, &zone, Release::V1_6);
        assert_eq!(error, None, "{:?}", text.to_str_lossy());
        assert_eq!(toml::marshal(&Value::Dict(again), Release::V1_6).ok(), Some(text));
    });
}

/// Every kind of `--set` takes any text.
pub fn set(bytes: &[u8]) {
    with_stack(|| {
        let text = String::from_utf8_lossy(bytes);
        let Ok(values) = yaml::unmarshal_map(b"a: {b: [1, {c: d}]}\ne: []\n") else { return };
        for reader in [Reader::Typed, Reader::String, Reader::Json, Reader::Literal] {
            let _ = parse_into(&text, &values.deep_copy(), reader, &HELM_4_3);
        }
        let mut file = |name: &str| Ok(Value::string(name));
        let _ = parse_into(&text, &Dict::new(), Reader::File(&mut file), &HELM_4_3);
    });
}

/// A format takes any arguments.
pub fn printf(bytes: &[u8]) {
    let arguments = [
        Value::Int(-42),
        Value::Float64(1.5e10),
        Value::string("text"),
        Value::Nil,
        Value::list([Value::Bool(true), Value::Float64(f64::NAN)]),
        Value::Dict([("a", Value::Int64(1))].into_iter().collect()),
        Value::Bytes(Box::new(bytes.into())),
    ];
    for count in 0..=arguments.len() {
        let _ = fmt::sprintf(bytes, &arguments[..count]);
    }
    let _ = fmt::sprintf(b"%v %+v %#v %q %x", &arguments);
}

/// Constraints and versions of any text, under all rules.
pub fn constraint(bytes: &[u8]) {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (constraint, version) = (&bytes[..at], bytes.get(at + 1..).unwrap_or(b"1.2.3-a.1+b"));
    for rules in [&semver::V3_3, &semver::V3_4, &semver::V3_5] {
        let version = Version::new(version, rules);
        let _ = Version::strict(constraint, rules);
        if let (Ok(constraints), Ok(version)) = (Constraints::new(constraint, rules), version) {
            // As Masterminds, which lets != take a pre-release in Check and no pre-release in Validate.
            assert!(constraints.check(&version) || constraints.validate(&version).is_err());
        }
    }
}

/// A time in any layout; what is parsed can be formatted.
pub fn time_layout(bytes: &[u8]) {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (layout, text) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let time = Time::unix(1_136_239_445, 123_456_789, &Location::utc());
    let formatted = time.format(layout);
    for text in [text, &formatted] {
        if let Ok(time) = parse_in_location(layout, text, &Location::utc()) {
            let _ = time.format(layout);
        }
    }
    if let Ok(duration) = Duration::parse(bytes) {
        let _ = time.add(duration).format(layout);
        let _ = duration.round(Duration::parse(b"7m").expect("it is a duration"));
        let _ = fmt::sprint(&[duration.into_value()]);
    }
}

/// An expression, and a text for it.
pub fn regular_expression(bytes: &[u8]) {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (expression, text) = (&bytes[..at], bytes.get(at + 1..).unwrap_or(b"ab 12 \xc3\xa9\xff"));
    let Ok(expression) = Regexp::new(expression) else { return };
    let text = Str::from(text);
    let found = || {
        let replaced = expression.replace_all(&text, &Str::from("<$1${2}$$>"));
        (expression.find(&text), expression.find_all_submatches(&text, 10), replaced, expression.split(&text, -1))
    };
    assert_eq!(expression.is_match(&text), expression.find(&text).is_some());
    let light = found();
    // What searches long texts finds the same.
    expression.is_match(&[b' '; 4 << 10]);
    assert_eq!(light, found());
}

/// Patterns for names: globs, those of Go's path, and .helmignore.
pub fn pattern(bytes: &[u8]) {
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (pattern, name) = (&bytes[..at], bytes.get(at + 1..).unwrap_or(b"templates/a.yaml"));
    if let Some(glob) = Glob::compile(pattern, &['/']) {
        let _ = glob.matches(name);
    }
    let _ = path::matches(pattern, name);
    if let Ok(rules) = Rules::parse(bytes) {
        let _ = rules.with_defaults().ignore(name, false);
    }
}

/// The bytes as an archive, and as what a gzipped archive unpacks to; as a chart, if they are one.
pub fn archive_in(bytes: &[u8]) {
    with_stack(|| {
        const LIMIT: u64 = 1 << 20;
        let _ = archive::files(&mut &bytes[..], &HELM_4_3, LIMIT);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).expect("memory can be written to");
        let packed = packed.finish().expect("memory can be written to");
        if let Ok(files) = archive::files(&mut &packed[..], &HELM_4_3, LIMIT) {
            let _ = chart::load_files(files, &HELM_4_3, &mut |_| {});
        }
    });
}
