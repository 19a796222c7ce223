//! What was printed before is what is printed: renders that use it beside renders that an observer sees, which do not.

use super::Random;
use super::properties::Witness;
use mizzen::chart::{File, load_files};
use mizzen::engine::{Capabilities, Error, Options, Release, render};
use mizzen::go::{Dict, Str};
use mizzen::host::Host;
use mizzen::profile::{HELM_3_17, HELM_4_3, Profile};
use mizzen::template::{self, Observer, Unobserved, limits};
use mizzen::values;
use std::cell::Cell;
use std::rc::Rc;

/// A host whose every answer is another one.
#[derive(Default)]
struct Counter(Cell<u8>);

impl Counter {
    fn next(&self) -> u8 {
        self.0.set(self.0.get().wrapping_add(1));
        self.0.get()
    }
}

impl Host for Counter {
    fn now(&self) -> (i64, u32) {
        (i64::from(self.next()), 0)
    }
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(self.next());
    }
}

/// What a chart of these templates prints, or the text of its error.
fn printed<O: Observer>(
    files: &[(String, String)],
    profile: &'static Profile,
    observer: O,
) -> Result<Vec<String>, String> {
    rendered(files, profile, observer).map_err(|error| error.to_string())
}

/// What a chart of these templates prints, or its error.
fn rendered<O: Observer>(
    files: &[(String, String)],
    profile: &'static Profile,
    observer: O,
) -> Result<Vec<String>, Error> {
    let metadata = [
        ("Chart.yaml".to_owned(), "apiVersion: v2\nname: c\nversion: 1.0.0\n".to_owned()),
        ("values.yaml".to_owned(), "a: 1\nm: {k: {q: v}}\nlist: [d, b, c]\ns: text\n".to_owned()),
    ];
    let files = files.iter().chain(&metadata);
    let files = files.map(|(name, text)| File { name: name.clone(), data: Str::from(text) }).collect();
    let chart = load_files(files, profile, &mut |_| {}).expect("templates are not looked at");
    let values = values::to_render_values(&chart, &Dict::new(), false, profile, &mut |_| {});
    let values = values.expect("the chart's own values fit it");
    let release =
        Release { name: "r".to_owned(), namespace: "n".to_owned(), is_upgrade: false, is_install: true, revision: 1 };
    let (capabilities, options) = (Rc::new(Capabilities::new(profile)), Options::default());
    render(&chart, &values, &release, &capabilities, &options, &Counter::default(), profile, observer)
        .map(|rendered| rendered.into_iter().map(|(_, text)| text.to_string()).collect())
}

/// Pieces of templates, in which `@` stands for the name of another template.
const PIECES: &[&str] = &[
    "{{ include \"@\" . }}",
    "{{ include \"@\" . }}",
    "{{ include \"@\" $ }}{{ include \"@\" $ }}",
    "{{ template \"@\" . }}",
    "{{ include \"@\" (dict \"Values\" .Values \"x\" 1 \"Template\" .Template) }}",
    "{{ include \"@\" (dict \"Values\" .Values \"x\" (list 1 .x)) }}",
    "{{ include \"@\" (dict \"x\" .x \"Values\" (dict \"a\" 5 \"m\" .Values.m)) }}",
    "{{ include \"@\" (dict \"Values\" (deepCopy .Values)) }}",
    "{{ include \"@\" .Values }}",
    "{{ include \"@\" (dict \"Values\" .Values \"c\" .Chart \"f\" .Files) }}",
    "{{ with .c }}{{ .Name }}{{ end }}",
    "{{ $c := dict \"Values\" .Values \"x\" 2 }}{{ include \"@\" $c }}{{ $_ := set $c \"x\" 3 }}{{ include \"@\" $c }}",
    "{{ $c := dict \"Values\" .Values \"x\" 2 }}{{ include \"@\" (dict \"Values\" $c) }}{{ $_ := set $c \"a\" 9 }}{{ include \"@\" (dict \"Values\" $c) }}",
    "{{ tpl \"{{ include \\\"@\\\" . }}\" . }}",
    "{{ tpl \"{{ define \\\"@\\\" }}over {{ .x }}{{ end }}{{ include \\\"@\\\" . }}\" . }}",
    "{{ tpl \"{{ if .z }}z{{ else }}{{ include \\\"@\\\" . }}{{ end }}\" (dict \"y\" 1) }}{{ include \"@\" (dict \"y\" 1) }}",
    "{{ if .y }}{{ include \"gotpl\" (dict \"z\" 1) }}{{ end }}",
    "{{ range until 2 }}{{ include \"@\" $ }}{{ end }}",
    "{{ range .Values.list }}{{ include \"@\" (dict \"x\" . \"Values\" $.Values) }}{{ end }}",
    "a={{ (.Values | default dict).a }} ",
    "x={{ .x }} ",
    "{{ with .Template }}{{ .Name }} {{ end }}",
    "{{ with .Template }}{{ . | toJson }}{{ end }}",
    "{{ with .Template }}{{ $t := . | deepCopy }}{{ $t.Name }} {{ end }}",
    "{{ with .Template }}{{ $t := merge (dict \"z\" 1) . }}{{ $t | toYaml }} {{ end }}",
    "{{ omit . \"Capabilities\" \"Files\" \"Subcharts\" | toJson }}",
    "{{ keys . | sortAlpha }}",
    "{{ .Values | toYaml }} ",
    "{{ with .Values.m }}{{ . | toJson }}{{ end }}",
    "{{ with .Values.m }}{{ $_ := set . \"k\" (dict \"n\" $.x) }}{{ end }}",
    "{{ with .Values.m }}{{ with .k }}{{ $_ := set . \"r\" (randAlphaNum 2) }}{{ end }}{{ end }}",
    "{{ with .Values.m }}{{ $_ := unset . \"k\" }}{{ end }}",
    "{{ with .Values.m }}{{ $_ := merge . (dict \"k\" (dict \"w\" 4)) }}{{ end }}",
    "{{ with .Values.m }}{{ $_ := mergeOverwrite (dict) . (dict \"k\" (dict \"q\" $.x)) }}{{ end }}",
    "{{ $_ := set . \"x\" (add 1 (default 0 .x)) }}",
    "{{ if kindIs \"map\" .Values }}{{ $_ := set .Values \"a\" (printf \"%va\" .Values.a | trunc 9) }}{{ end }}",
    "{{ $d := dict }}{{ range .Values.list }}{{ $d = merge $d (dict . (dict \"v\" 1)) }}{{ end }}{{ $d | toJson }}",
    "{{ $d := dict \"in\" .Values }}{{ $_ := set $d \"q\" 1 }}{{ len $d }} ",
    "{{ with .Values.list }}{{ . }}{{ . | sortAlpha | join \",\" }}{{ . }}{{ end }}",
    "{{ $l := list \"b\" \"a\" }}{{ $m := $l | sortAlpha }}{{ $l }}",
    "{{ randAlphaNum 3 }} ",
    "{{ now | unixEpoch }} ",
    "{{ lookup \"v1\" \"Secret\" \"n\" \"s\" }}",
    "text ",
];

/// A manifest or a helper, which includes only helpers after it.
fn body(random: &mut Random, after: usize) -> String {
    let pieces = 1 + random.below(5);
    let pieces = (0..pieces).map(|_| {
        let piece = random.choice(PIECES);
        let other = after + random.below(HELPERS.saturating_sub(after).max(1));
        if after < HELPERS {
            piece.replace('@', &format!("h{other}"))
        } else if piece.contains('@') {
            "leaf ".to_owned()
        } else {
            piece.to_owned()
        }
    });
    pieces.collect()
}

const HELPERS: usize = 4;

#[test]
fn what_was_printed_before_is_what_is_printed() {
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(compare);
    assert!(thread.unwrap().join().is_ok());
}

fn compare() {
    let charts = std::env::var("MIZZEN_CHARTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut rendered = 0;
    for _ in 0..charts {
        let helpers =
            (0..HELPERS).map(|at| format!("{{{{ define \"h{at}\" }}}}{}{{{{ end }}}}", body(&mut random, at + 1)));
        let helpers: String = helpers.collect();
        let mut files = vec![("templates/_h.tpl".to_owned(), helpers)];
        for at in 0..3 {
            files.push((format!("templates/{at}.yaml"), body(&mut random, 0)));
        }
        let profile = if random.below(4) == 0 { &HELM_3_17 } else { &HELM_4_3 };
        let (plain, witnessed) = (printed(&files, profile, Unobserved), printed(&files, profile, Witness));
        rendered += usize::from(plain.is_ok());
        assert_eq!(plain, witnessed, "{files:#?}");
    }
    assert!(rendered > charts / 4, "only {rendered} of {charts} charts can be rendered");
}

#[test]
fn the_error_of_a_tpl_in_itself_takes_no_more_room_than_its_text() {
    let check = || {
        let text = "{{ tpl .text . }}";
        let files = [("templates/a.yaml".to_owned(), format!("{{{{ tpl {text:?} (dict \"text\" {text:?}) }}}}"))];
        let Err(Error::Execute { error, .. }) = rendered(&files, &HELM_4_3, Unobserved) else {
            panic!("it ran to its end")
        };
        let text = error.to_string();
        assert!(text.ends_with("include and tpl are nested more than 10000 deep"), "{}", text.len());
        let chain: Vec<_> = std::iter::successors(Some(&error), |error| error.source()).collect();
        assert!(chain.len() > 10_000);
        let whole_text = |error: &&template::Error| matches!(error, template::Error::Wrapped { .. });
        assert!(!chain.iter().any(whole_text), "such an error holds the texts of all below");
    };
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(check);
    assert!(thread.unwrap().join().is_ok());
}
