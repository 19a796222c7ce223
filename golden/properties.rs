//! The properties of golden/fuzz for a moment each, with texts that are changed at random, always in the same way.

mod memo;
#[path = "fuzz/properties.rs"]
mod properties;

use mizzen::go::{Dict, Str, Value};
use properties::{PROPERTIES, round_trip};

/// How many texts each property is tried with.
const TEXTS: usize = 400;
/// How many values are written and read again.
const VALUES: usize = 2_000;

/// What texts begin as, by the name of the property.
const SEEDS: &[(&str, &[&str])] = &[
    ("template", TEMPLATES),
    ("execution", TEMPLATES),
    (
        "yaml_in",
        &[
            "a: 1\nb: [x, 'y', \"z\\n\"]\nc:\n  d: |2-\n     text\n  e: >+\n    folded\n    text\n\n",
            "a: &x {b: 1}\nc: *x\nd:\n  <<: [*x]\n  e: !!binary YQ==\n",
            "%YAML 1.1\n--- !t\n? a\n: - - b\n  - c: # d\n...\n",
            "a: 0x1F\nb: 1_000\nc: .inf\nd: 2001-12-14\ne: ~\nf: yes\ng: 1e3\r\n",
        ],
    ),
    ("manifest", MANIFESTS),
    ("json_in", &[r#"{"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00\n"],"b":{}}"#, "1e400", " [ ] "]),
    (
        "toml_in",
        &[
            "a = 1\nb.c = [1, 2.5, 'x',]\n[d]\ne = {f = true}\n[[g]]\nh = 1979-05-27T07:32:00Z\n",
            "a = \"\"\"\nx\\\n  y\"\"\"\nb = '''\nz'''\nc = 0x1F\nd = inf\n\"e f\" = +1_000\n",
        ],
    ),
    ("set", &["a.b[1].c=x,d={1,2},e\\.f=null,g=true", "a={b,c},d[0][1]=2,e=[1]", "a={\"b\":[1]},c=1.5"]),
    ("printf", &["%d %5.2f %-10s %+v %#x %q %T %%", "%[2]*.[1]*f %[3]v %!z %c %U %08b", "%x %X %e %g %t %p"]),
    ("constraint", &[">=1.2.3 <2.0.0 || ~1.2 || ^0.3.x\n1.2.3-a.1+b", "1.2 - 2.3.4, !=1.5\nv1.4", "*\n1"]),
    (
        "time_layout",
        &[
            "Mon Jan _2 15:04:05.000 MST 2006\nTue Feb  3 01:02:03.456 UTC 2024",
            "2006-01-02T15:04:05.999999999Z07:00",
            "1h2m3.5s",
            "-07:00:00 PM 3:04 002",
        ],
    ),
    (
        "regular_expression",
        &["(?i)^a+(b|[c-e])*?\\d{2,3}$\nab12", "(?P<n>\\pL)|\\x{10FFFF}[[:alpha:]^]", "(a|b)\\b.(?s:.)"],
    ),
    ("pattern", &["**/*.{yaml,yml}\ntemplates/a.yaml", "[!a-c]?x\\*\nb", "!a/\n*.txt\n# c"]),
    ("archive_in", &["\u{1f}\u{8b}\u{8}", "case/Chart.yaml"]),
];

const MANIFESTS: &[&str] = &[
    "apiVersion: v1\nkind: A\nmetadata:\n  name: n\n  labels:\n    a: \"b\"\n  annotations:\n    a: |-\n      x\n      y\n",
    "# c\nspec:\n- a: 1\n  b:\n  - c\n  - --d=e f\n  d: plain\n    text\n- >-\n  x\n\nkind: A\nmetadata:\n  name: n # c\n",
    "kind: 'A'\na:\n  - - b\n    - c: {}\n  -   d: []\n      e:\n      - f\ng:\n  h: |+\n    i\n\n  j: k\napiVersion: v1\n",
    "metadata:\n  labels:\n    a: b\n  annotations:\n    \"a/b\": \"c\\n\"\n    d: 'e'\nkind: A\nx:\n\n  y:\n  z: - a\n",
    "kind: A # b\nmetadata:\n  name: \"c\"\n\n  namespace: d\n  annotations:\n    e/f: g,h\n    e/f: '1'\n    i: \"\"\n    no: 1e3\napiVersion: v1\n",
    "kind: A\nmetadata:\n  Name: a\n  annotations:\n    a: b\n    yes: true\n    c: ~\n  name: 2001-12-14\n  annotations: {}\nmetadata:\n  name: b\n",
];

const TEMPLATES: &[&str] = &[
    "{{- define \"x\" -}}{{ . | quote }}{{- end }}{{ range $i, $v := .a.b }}{{ if $i }}{{ template \"x\" $v }}{{ else }}-{{ break }}{{ end }}{{ end }}",
    "{{ with $x := .e }}{{ printf \"%03d\" (int $x) | trunc 2 }}{{ else with .f }}{{ . }}{{ end }}{{/* c */}}{{ $y := dict \"a\" (list 1 0x1F 'c' 1.5e3 `r`) }}",
    "{{ .a | toYaml | nindent 4 }}{{ regexReplaceAll \"(a)(b)\" \"xaby\" \"$2$1\" }}{{ semverCompare \">1\" \"1.2.3\" }}{{ (index .a.b 0).c }}",
    "{{ define \"x\" }}{{ .a.d }}{{ with .a }}{{ $_ := set . \"d\" (add 1 (default 0 $.n)) }}{{ end }}{{ end }}{{ include \"x\" . }}{{ include \"x\" . }}{{ tpl \"{{ include `x` (dict `a` .a) }}\" . }}",
    "{{ define \"x\" }}{{ . | toJson }}{{ end }}{{ define \"y\" }}{{ include \"x\" (dict \"v\" .b) }}{{ randAlpha 2 }}{{ end }}{{ include \"x\" .a }}{{ include \"y\" .a }}{{ include \"x\" .a }}{{ include \"y\" .a }}",
    "{{ block \"b\" . }}{{ .a.d | upper | b64enc }}{{ end }}{{ range until 3 }}{{ continue }}{{ end }}{{ and 1 (or 0 .f) (not true) (eq 1 1 2) }}",
];

/// A generator of numbers, as SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn choice<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// A text, changed in a few places.
    fn changed(&mut self, seeds: &[&str]) -> Vec<u8> {
        let mut text = self.choice(seeds).as_bytes().to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(text.len() + 1);
            match self.below(4) {
                0 if at < text.len() => drop(text.remove(at)),
                1 => {
                    let end = (at + self.below(16)).min(text.len());
                    let piece = text[at..end].to_vec();
                    text.splice(at..at, piece);
                }
                2 => text.insert(at, self.next() as u8),
                _ => text.insert(at, self.choice(b" \n\t:-?,[]{}()&*!|>'\"%@`#~=<.\\/$^+_0159axefn\x00\xff\xc3")),
            }
        }
        text
    }

    /// A text without what Helm itself writes and then reads as something else or not at all: U+0085 in a plain scalar,
    /// which is a space then, a key `<<`, which merges, and a tab at the start of a block scalar.
    fn string(&mut self) -> Str {
        const WORDS: &[&str] = &[
            "",
            "a",
            "true",
            "no",
            "~",
            "1",
            "-1.5",
            "0x1F",
            "1e3",
            ".inf",
            "2001-01-01",
            "190:20",
            "a: b",
            "- a",
            "#",
            "a #b",
            " a",
            "a ",
            "\n",
            "a\nb",
            "a\n",
            "a\n\n",
            "\na",
            "  a\nb",
            "x\t",
            "\r",
            "\u{2028}",
            "\u{feff}",
            "é",
            "😀",
            "\0",
            "\x7f",
            "'",
            "\"",
            "\\",
            "---",
            "...",
            "?",
            ":",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%",
            "@",
            "`",
            "{",
            "]",
            "<",
            "=",
            "a9",
            "a10",
            "a.b/c-d_e",
            "--a=b",
            "10.0.0.1",
            "100m",
            "(x)",
            "y",
            "Off",
            "falser",
            ":8080",
            "12:30:45",
            "a \nb",
            "a: b\n  c\n",
        ];
        let mut text = String::new();
        for _ in 0..self.below(4) {
            text.push_str(self.choice(WORDS));
        }
        if self.below(8) == 0 {
            for _ in 0..self.below(40) {
                text.push_str(self.choice(&["word ", "longer-word ", "\n", "x"]));
            }
        }
        Str::from(text)
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 4 { 6 } else { 9 }) {
            0 => Value::Nil,
            1 => Value::Bool(self.below(2) == 0),
            // What is read is a float64, which holds integers of up to 53 bits.
            2 => Value::Int64(self.next() as i64 >> 11 >> self.below(53)),
            3 => Value::Float64(f64::from_bits(self.next())),
            4 | 5 => Value::String(self.string()),
            6 => Value::list((0..self.below(4)).map(|_| self.value(depth + 1)).collect::<Vec<_>>()),
            _ => Value::Dict((0..self.below(4)).map(|_| (self.string(), self.value(depth + 1))).collect::<Dict>()),
        }
    }
}

#[test]
fn no_text_breaks_a_property() {
    for &(name, property) in PROPERTIES {
        let (_, seeds) = SEEDS.iter().find(|(seeded, _)| *seeded == name).expect("every property has seeds");
        let mut random = Random(1);
        for _ in 0..TEXTS {
            let text = random.changed(seeds);
            let outcome = std::panic::catch_unwind(|| property(&text));
            assert!(outcome.is_ok(), "{name} fails for {:?}", String::from_utf8_lossy(&text));
        }
    }
}

#[test]
fn values_that_are_written_read_as_the_same() {
    let mut random = Random(2);
    for _ in 0..VALUES {
        round_trip(&random.value(0));
    }
}

/// Kinds of all phases, some in no namespace, some that nobody knows.
const OBJECTS: &[(&str, &str)] = &[
    ("v1", "Namespace"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("batch/v1", "Job"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("example.com/v1", "Widget"),
];

#[test]
fn a_bundle_is_the_same_in_whatever_order_its_documents_come() {
    use mizzen::bundle::{Inventory, Piece, Settings, Stage, assemble, stored};
    let mut random = Random(7);
    for _ in 0..100 {
        let mut pieces: Vec<Piece> = Vec::new();
        for index in 0..random.below(30) {
            let (version, kind) = random.choice(OBJECTS);
            let namespace = random.choice(&["", "\n  namespace: a", "\n  namespace: b"]);
            let stage =
                random.choice(&[Stage::Plain, Stage::Plain, Stage::Before(-3), Stage::Before(20), Stage::After(1)]);
            let text =
                format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: n{index}{namespace}\nx: {index}\n");
            let text = match random.below(4) {
                0 => text.replace('\n', "\r\n"),
                1 => format!("---\n# A comment.\n\n{text}"),
                _ => text,
            };
            let service = format!("s{}", random.below(4));
            pieces.push(Piece { source: format!("{service}/{index}.yaml"), service, content: Str::from(text), stage });
            if random.below(5) == 0 {
                // The same object of another service.
                let twin = pieces.last().cloned().map(|piece| Piece { service: "t".to_owned(), ..piece });
                pieces.extend(twin);
            }
        }
        let settings =
            Settings { namespace: "shop".to_owned(), create_namespaces: random.below(2) == 0, ..Settings::default() };
        let profile = mizzen::profile::Profile::newest();
        let make = |pieces: &[Piece]| assemble(pieces, &settings, profile).expect("no two objects differ");
        let (objects, warnings) = make(&pieces);
        for _ in 0..3 {
            for at in (1..pieces.len()).rev() {
                pieces.swap(at, random.below(at + 1));
            }
            assert!(make(&pieces) == (objects.clone(), warnings.clone()), "the order shows in {pieces:?}");
        }
        // Whatever the form, what is read is what was written.
        let inventory =
            Inventory { objects: objects.iter().map(mizzen::bundle::Entry::new).collect(), ..Inventory::default() };
        let files = stored::files(&inventory, &objects, true);
        let archive = stored::archive(&files).expect("files become an archive");
        assert!(archive == stored::archive(&files).expect("files become an archive"), "archives differ");
        let unpacked = stored::unpack(&archive).expect("an archive is read again");
        assert_eq!(unpacked, files);
        let stream = vec![("b.yaml".to_owned(), stored::stream(Some(&inventory), &objects))];
        for form in [unpacked, stream] {
            let read = stored::read(&form).expect("a bundle is read again");
            assert_eq!(read.inventory.as_ref(), Some(&inventory));
            let shown = |objects: &[mizzen::bundle::Object]| -> Vec<_> {
                objects.iter().map(|object| (object.key(), object.phase, object.content.clone())).collect()
            };
            assert!(shown(&read.objects) == shown(&objects), "{:?}", read.inventory);
        }
    }
}
