//! Differences as people get them: no secret in any view, and a page that works in a browser.

use super::Folder;
use super::factory::{check, shell};
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The stories.
pub fn trials() -> Vec<Trial> {
    let browser = browser();
    vec![
        Trial::test("diff: a secret shows in no view, wherever it flows", secrets),
        Trial::test("diff: an error tells no secret", errors),
        Trial::test("diff: what a Secret holds is hidden in rendered manifests too", manifests),
        Trial::test("diff: the page can be searched and folded in a browser", page)
            .with_ignored_flag(browser.is_none()),
    ]
}

const VIEWS: &[&str] = &[
    "--format text -U 999",
    "--format fields",
    "--format json -U 999",
    "--format markdown -U 999",
    "--format html -U 999",
    "--stat",
    "--name-only",
];

/// Writes a chart with a Chart.yaml.
fn chart(folder: &Path, files: &[(&str, &str)]) -> Result<(), Failed> {
    let head = [("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n")];
    for (name, text) in head.iter().chain(files) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Nothing that was printed may hold any of these words, whatever the case.
fn hides(folder: &Path, line: &str, words: &[&str]) -> Result<String, Failed> {
    let output = shell(folder, line)?;
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    for word in words {
        let at = text.to_lowercase().find(&word.to_lowercase());
        let near = |at: usize| text.get(at.saturating_sub(60)..).unwrap_or(&text).chars().take(200).collect::<String>();
        check(at.is_none(), &format!("`{line}` shows {word}: {}", at.map(near).unwrap_or_default()))?;
    }
    Ok(text)
}

/// A secret in all that templates make of it: each line is one place.
const PLACES: &str = r#"{{- $p := .Values.db.password }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: places
  annotations:
    note: {{ $p | quote }}
    sum: {{ $p | sha256sum }}
data:
  json: {{ dict "a" (dict "b" $p) | toJson | quote }}
  text: |
    {{ dict "a" (dict "b" $p) | toJson }}
  pretty: |
    {{- dict "a" (dict "b" $p) | toPrettyJson | nindent 4 }}
  raw: {{ toRawJson $p | squote }}
  yaml: |
{{ dict "a" (dict "b" $p) | toYaml | indent 4 }}
  toml: |
{{ dict "a" (dict "b" $p) | toToml | indent 4 }}
  url: {{ printf "postgres://u:%s@db" (urlquery $p) | quote }}
  twice: {{ $p | b64enc | b64enc }}
  within: {{ printf "u:%s" $p | b64enc }}
  b32: {{ $p | b32enc }}
  upper: {{ $p | upper | quote }}
  trunc: {{ $p | trunc 9 | quote }}
  replaced: {{ $p | replace "-" "_" | quote }}
  hex: {{ printf "%x" $p | quote }}
  heX: {{ printf "%X" $p | quote }}
  go: {{ printf "%q" $p | squote }}
  reversed: {{ $p | splitList "" | reverse | join "" | quote }}
  html: {{ $p | html | quote }}
  js: {{ $p | js | quote }}
  tpl: {{ tpl "{{ .Values.db.password }}" . | quote }}
  {{ $p | replace "\"" "" | quote }}: a key
  {{ $p | b64enc | quote }}: another
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: n-{{ $p | lower | replace "\"" "" | replace "/" "" | replace "+" "" | replace "&" "" }}
data: {}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: places}
spec:
  template:
    spec:
      containers:
      - name: x
        args: ["--password={{ $p | replace "\"" "\\\"" }}"]
        env:
        - name: P
          value: {{ $p | squote }}
        - {name: Q, value: {{ $p | toJson }}}
"#;

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  p: {{ .Values.db.password | b64enc }}\n";

const SCHEMA: &str = r#"{"properties": {"db": {"properties": {"password": {"format": "password"}}}}}"#;

/// What would betray it: parts of the secret as it is, reversed, in base64, base32, hexadecimal and percent signs.
const BETRAYS: &[&str] =
    &["hunt", "er/2", "er2", "SHVudC", "U0hWdW", "VTBoV", "JB2W45", "48756e74", "tnuH", "2/re", "er%2F2", "c1af1e1c"];

fn secrets() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let values = |number: u8| format!("db:\n  password: 'Hunt+er/2\"é&-v{number}'\n");
    // Known by its mark, by the command line, or only because a Secret holds it.
    for (name, extra, flags) in [
        ("schema", ("values.schema.json", SCHEMA), ""),
        ("flag", ("README.md", ""), "--secret db.password"),
        ("flow", ("templates/secret.yaml", SECRET), ""),
    ] {
        for number in [1, 2] {
            let root = folder.0.join(format!("{name}-{number}"));
            chart(&root, &[("values.yaml", &values(number)), ("templates/a.yaml", PLACES), extra])?;
        }
        for view in VIEWS {
            let line = format!("mizzen diff {name}-1 {name}-2 {flags} {view}");
            let text = hides(&folder.0, &line, BETRAYS)?;
            check(text.contains("places"), &format!("`{line}` shows the resource: {text}"))?;
            // One side alone, where everything is new.
            hides(&folder.0, &format!("mizzen diff /dev/null {name}-2 {flags} {view}"), BETRAYS)?;
        }
    }
    Ok(())
}

fn errors() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let strict = r#"{"properties": {"db": {"properties": {"password": {"format": "password", "maxLength": 3, "pattern": "^x"}}}}}"#;
    let values = "db:\n  password: Hunt+er/2-v1\n";
    let fails = "{{ fail (printf \"the password %s is bad\" .Values.db.password) }}\n";
    chart(
        &folder.0.join("fails"),
        &[("values.yaml", values), ("templates/a.yaml", fails), ("values.schema.json", SCHEMA)],
    )?;
    chart(
        &folder.0.join("unfit"),
        &[("values.yaml", values), ("templates/a.yaml", "a: 1\n"), ("values.schema.json", strict)],
    )?;
    for view in VIEWS {
        for side in ["fails", "unfit"] {
            let text = hides(&folder.0, &format!("mizzen diff {side} {side} {view}"), BETRAYS)?;
            check(text.contains("<secret ") || text.contains("&lt;secret "), &format!("the error is told: {text}"))?;
            check(!text.contains("no differences"), &format!("what failed is not the same: {text}"))?;
        }
    }
    Ok(())
}

fn manifests() -> Result<(), Failed> {
    let folder = Folder::new()?;
    // A file of settings, an address and a registry's login: the password in them is one also by itself.
    let text = |end: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  env: |\n    HOST=db.example.com\n    PASSWORD=hunter-{end}\n  url: postgres://app:swordfish-{end}@db\n  login: '{{\"auths\": {{\"r\": {{\"auth\": \"dTpvcGVuc2VzYW1l\"}}}}}}'\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  a: hunter-{end}\n  b: https://swordfish-{end}.example.com/{end}\n  c: say opensesame {end}\n  d: db.example.com {end}\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: short}}\n  data: {{p: {}}}\n",
            if end == "one" { "cXp4" } else { "cXp5" }
        )
    };
    fs::write(folder.0.join("one.yaml"), text("one"))?;
    fs::write(folder.0.join("two.yaml"), text("two"))?;
    for view in VIEWS {
        let text = hides(
            &folder.0,
            &format!("mizzen diff one.yaml two.yaml {view}"),
            &["hunter", "swordfish", "opensesame", "cXp4", "cXp5"],
        )?;
        // What is called a host is none.
        check(
            view.starts_with("--") && !view.contains("text") || text.contains("db.example.com"),
            &format!("too much is hidden: {text}"),
        )?;
    }
    // A secret that only gets a blank is another one.
    let secret =
        |value: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\nstringData:\n  p: {value}\n");
    fs::write(folder.0.join("one.yaml"), secret("'a-long-secret'"))?;
    fs::write(folder.0.join("two.yaml"), secret("'a-long-secret '"))?;
    let output = shell(&folder.0, "mizzen diff one.yaml two.yaml --format fields")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    check(
        output.status.code() == Some(1) && text.contains("stringData.p <secret "),
        &format!("a blank is told: {text}"),
    )
}

/// A browser, where one is installed.
fn browser() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut found = std::env::split_paths(&paths).flat_map(|folder| names.map(|name| folder.join(name)));
    found.find(|path| path.is_file())
}

/// What a reader does, and what the page then shows: put behind it in a copy.
const READER: &str = "<script>const seen=[],parts=[...document.querySelectorAll('details')];\
const state=()=>parts.map(part=>part.hidden?'-':part.open?'o':'c').join('')+' '+count.textContent;\
seen.push(state());box.value='ZEBRA';box.dispatchEvent(new Event('input'));seen.push(state());\
box.value='';box.dispatchEvent(new Event('input'));document.getElementById('close').click();seen.push(state());\
document.getElementById('open').click();seen.push(state());\
document.body.setAttribute('data-seen',seen.join('; '))</script>";

fn page() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let manifest = |name: &str, value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: \"{value}\"\n---\n")
    };
    let one = [manifest("first", "1"), manifest("second", "1"), manifest("third", "1")].concat();
    let two = [
        manifest("first", "2"),
        manifest("second", "a zebra"),
        manifest("third", "</pre><script>document.title='x'</script>"),
    ];
    fs::write(folder.0.join("one.yaml"), one)?;
    fs::write(folder.0.join("two.yaml"), two.concat())?;
    shell(&folder.0, "mizzen diff one.yaml two.yaml --format html > page.html")?;
    let text = fs::read_to_string(folder.0.join("page.html"))?;
    fs::write(folder.0.join("read.html"), text.replace("</body>", &format!("{READER}</body>")))?;
    let dom = |address: &str| -> Result<String, Failed> {
        let mut command = Command::new(browser().ok_or("there is no browser")?);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ]);
        command.args(["--disable-component-update", "--disable-sync", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", folder.0.join("profile").display()));
        let output = command.arg(format!("file://{}/{address}", folder.0.display())).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let seen = dom("read.html")?;
    let wanted = "occ 3 of 3 sections; -o- 1 of 3 sections; ccc 3 of 3 sections; ooo 3 of 3 sections";
    check(seen.contains(&format!("data-seen=\"{wanted}\"")), &format!("the page does what a reader wants: {seen}"))?;
    // A link leads to what it names, and what a manifest says is text.
    let linked = dom("page.html#a%20zebra")?;
    check(
        linked.contains("1 of 3 sections") && linked.contains("<title>one.yaml → two.yaml</title>"),
        &format!("a link leads there: {linked}"),
    )
}
