//! No changed byte without a hunk: random edits of manifests, whose hunks must lead from the one text to the other.

use super::*;
use crate::go::{Str, bytes};

/// How many pairs of texts are compared; `MIZZEN_EDITS` asks for more.
const EDITS: usize = 1_500;

const DOCUMENTS: &[&str] = &[
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels:\n    helm.sh/chart: web-1.0.0\n  annotations:\n    checksum/config: abc\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: app\n          image: a:1\n          args: [\"--a\", \"--b\"]\n          env:\n            - name: A\n              value: x\n            - name: B\n              value: |\n                first\n                second\n          ports:\n            - containerPort: 80\n            - containerPort: 81\n              protocol: UDP\n        - name: side\n          image: s:1\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n  text: |-\n    one\n    # no comment\n    two\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: c\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {a: b}}\nspec:\n  ports: [{port: 80}, {port: 90}]\n",
    "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"json\"},\n \"data\": {\"a\": \"b\"}}\n",
    "apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  apiVersion: v1\n  metadata:\n    name: in-a-list\n  data: {a: b}\n",
    "# only a remark\n# of two lines\n",
    "just: values\nno: kind\nlist:\n- 1\n- 2\n",
    "a word\n",
    "broken: [\nkind: Thing\n",
    "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: windows\r\ndata:\r\n  a: b\r\n",
    "a: &x {b: c}\nd: *x\na: twice\n",
];

struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Changes a set of documents in some way.
fn edit(documents: &mut Vec<Vec<u8>>, draw: &mut Draw) {
    let at = draw.below(documents.len());
    match draw.below(8) {
        0 => drop(documents.remove(at)),
        1 => documents.insert(at, documents[at].clone()),
        2 => documents.insert(at, DOCUMENTS[draw.below(DOCUMENTS.len())].into()),
        3 => {
            let other = draw.below(documents.len());
            documents.swap(at, other);
        }
        _ => edit_lines(&mut documents[at], draw),
    }
    if documents.is_empty() {
        documents.push(b"left: over\n".to_vec());
    }
}

fn edit_lines(document: &mut Vec<u8>, draw: &mut Draw) {
    let mut lines: Vec<Vec<u8>> = document.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        lines.push(Vec::new());
    }
    let at = draw.below(lines.len());
    let replaced = |line: &[u8], from: &[u8], to: &[u8]| {
        bytes::index(line, from).map(|found| [&line[..found], to, &line[found + from.len()..]].concat())
    };
    match draw.below(14) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.insert(at, b"# a remark\n".to_vec()),
        3 => lines.insert(at, b"\n".to_vec()),
        4 => {
            let other = draw.below(lines.len());
            lines.swap(at, other);
        }
        5 => lines[at].insert(0, b' '),
        6 => {
            let end = lines[at].len().saturating_sub(1);
            lines[at].splice(end..end, *b"\r");
        }
        7 => {
            let end = lines[at].len().saturating_sub(1);
            lines[at].splice(end..end, *b" \xff");
        }
        8 => {
            let end = lines[at].len().saturating_sub(1);
            lines[at].splice(end..end, *b" ");
        }
        9 => {
            lines[at].pop();
        }
        10 => lines.iter_mut().for_each(|line| *line = replaced(line, b"web", b"shop").unwrap_or(line.clone())),
        11 => lines[at] = replaced(&lines[at], b"name: ", b"name: new-").unwrap_or(lines[at].clone()),
        12 => lines.push(b"\n\n".to_vec()),
        _ => {
            for (from, to) in [("-1.0.0", "-1.0.1"), ("abc", "def"), ("2", "3"), ("b", "c"), ("x", "y")] {
                if let Some(line) = replaced(&lines[at], from.as_bytes(), to.as_bytes()) {
                    lines[at] = line;
                    break;
                }
            }
        }
    }
    *document = lines.concat();
}

/// The lines of a manifest, without those that are blank at its end.
fn lines_of(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let mut lines: Vec<String> =
        text.split_inclusive('\n').map(|line| line.strip_suffix('\n').unwrap_or(line).to_owned()).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

fn is_folded(line: &str) -> bool {
    line.contains("helm.sh/chart") || line.contains("checksum/")
}

/// What becomes of the lines of one manifest through the hunks of a change. Lines that may be folded are left out.
fn patched(before: &[String], hunks: &[Hunk]) -> Result<Vec<String>, String> {
    let mut before = before.iter().enumerate().filter(|(_, line)| !is_folded(line)).peekable();
    let mut out = Vec::new();
    for hunk in hunks {
        while let Some((_, line)) = before.next_if(|(at, _)| at + 1 < hunk.before) {
            out.push(line.clone());
        }
        for line in hunk.lines.iter().filter(|line| !is_folded(&line.text)) {
            // Bytes that are no text look alike.
            let text = line.text.strip_suffix(" (written otherwise)").unwrap_or(&line.text).to_owned();
            if line.op != Op::Add {
                let found = before.next().map(|(_, line)| line.clone());
                if found.as_ref() != Some(&text) {
                    return Err(format!("a hunk has {text:?} where {found:?} stands"));
                }
            }
            if line.op != Op::Remove {
                out.push(text);
            }
        }
    }
    out.extend(before.map(|(_, line)| line.clone()));
    Ok(out)
}

/// Whether a change accounts for everything in which two manifests differ.
fn accounts(change: &Change, before: Option<&Input>, after: Option<&Input>) -> Result<(), String> {
    let lines = |input: Option<&Input>| input.map(|input| lines_of(&input.text)).unwrap_or_default();
    let (before_lines, after_lines) = (lines(before), lines(after));
    let kept = |lines: &[String]| lines.iter().filter(|line| !is_folded(line)).cloned().collect::<Vec<_>>();
    let found = patched(&before_lines, &change.hunks)?;
    if found != kept(&after_lines) {
        return Err(format!("the hunks lead to {found:#?}"));
    }
    if change.hunks.is_empty() && change.folded.is_empty() {
        return Err("nothing is shown, and nothing is said to be folded".to_owned());
    }
    let noise = |lines: &[String]| lines.iter().filter(|line| is_folded(line)).cloned().collect::<Vec<_>>();
    let shown = |op: Op| {
        let lines = change.hunks.iter().flat_map(|hunk| &hunk.lines).filter(move |line| line.op == op);
        lines.filter(|line| is_folded(&line.text)).count()
    };
    if noise(&before_lines) != noise(&after_lines)
        && shown(Op::Add) + shown(Op::Remove) == 0
        && !change.folded.keys().any(|noise| noise.counts())
    {
        return Err("labels or checksums differ, and nobody says so".to_owned());
    }
    Ok(())
}

#[test]
fn no_changed_byte_is_without_a_hunk() {
    let edits = std::env::var("MIZZEN_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(EDITS);
    let mut draw = Draw(11);
    let secrets = Secrets::new(b"key");
    let (mut hunks, mut folded, mut renamed, mut moved) = (0, 0, 0, 0);
    for number in 0..edits {
        let count = 1 + draw.below(8);
        let old: Vec<Vec<u8>> = (0..count).map(|_| DOCUMENTS[draw.below(DOCUMENTS.len())].into()).collect();
        let mut new = old.clone();
        for _ in 0..=draw.below(4) {
            edit(&mut new, &mut draw);
        }
        let joined = |documents: &[Vec<u8>]| Str::from(documents.join(&b"---\n"[..]));
        let (old, new) = (joined(&old), joined(&new));
        let (before, after) = (inputs_of_text("old.yaml", &old), inputs_of_text("new.yaml", &new));
        // Everything but what separates documents is in some document.
        for (text, inputs) in [(&old, &before), (&new, &after)] {
            let whole =
                |text: &[u8]| String::from_utf8_lossy(text).matches(|char: char| !" \r\n-".contains(char)).count();
            let parts: usize = inputs.iter().map(|input| whole(&input.text)).sum();
            assert_eq!(whole(text), parts, "{number}: {text:?}");
        }
        let options = Options { ignore: &[], secrets: &secrets, context: draw.below(4) };
        let changes = compare("", &before, &after, &options, &Unannotated);
        let mut rest = changes.iter();
        let pairs = matching::pairs(&before, &after);
        let overtaken = matching::moved(&pairs);
        for (at, pair) in pairs.iter().enumerate() {
            let (before, after) = (pair.before.map(|at| &before[at]), pair.after.map(|at| &after[at]));
            let is_same = before.zip(after).is_some_and(|(before, after)| before.text == after.text);
            if is_same && !overtaken.contains(&at) {
                continue;
            }
            let context = || format!("{number}: {old:?} {new:?} {pair:?}");
            let change = rest.next().unwrap_or_else(|| panic!("a change is missing: {}", context()));
            if is_same {
                assert_eq!(change.folded.get(&Noise::Moved), Some(&1), "{}", context());
                moved += 1;
                continue;
            }
            if let Err(error) = accounts(change, before, after) {
                panic!("{error}: {} {change:#?}", context());
            }
            hunks += change.hunks.len();
            folded += change.folded.values().sum::<usize>();
            renamed += usize::from(matches!(change.status, Status::Renamed(_)));
        }
        assert!(rest.next().is_none(), "{number}: a change of nothing");
        let shown: usize = sections(&changes).iter().map(|section| section.members.len() * section.hunks.len()).sum();
        assert_eq!(shown, changes.iter().map(|change| change.hunks.len()).sum::<usize>(), "{number}");
    }
    // All of it must happen, or this shows nothing.
    assert!(
        [hunks, folded, renamed, moved].iter().all(|count| *count > edits / 100),
        "{hunks} {folded} {renamed} {moved}"
    );
}
