//! What real goyaml and sigs.k8s.io/yaml read and write.

use super::*;

/// The value as JSON, or the error.
fn read(text: &str) -> String {
    match unmarshal(text.as_bytes()) {
        Ok(value) => json::marshal(&value).expect("finite numbers").to_string(),
        Err(error) => format!("err: {error}"),
    }
}

#[test]
fn reads_as_goyaml() {
    for (text, expected) in [
        (
            "a: {b: [1, 2]}\n#c\nd: |\n  x\n   y\ne: >-\n  a\n  b\n\n  c\n",
            "{\"a\":{\"b\":[1,2]},\"d\":\"x\\n y\\n\",\"e\":\"a b\\nc\"}",
        ),
        ("x: &a {k: 1}\ny:\n  <<: *a\n  z: *a\n", "{\"true\":{\"k\":1,\"z\":{\"k\":1}},\"x\":{\"k\":1}}"),
        (
            "a: 'it''s'\nb: \"\\x41\\u00e9\\n\"\nc: a\n  b\n\n  c\n",
            "{\"a\":\"it's\",\"b\":\"Aé\\n\",\"c\":\"a b\\nc\"}",
        ),
        ("? a\n: b\n? [1]\n: c", "err: error converting YAML to JSON: yaml: invalid map key: []interface {}{1}"),
        ("- a\n-\n - b\n-   - c\n", "[\"a\",[\"b\"],[\"c\"]]"),
        (
            "yes: 1\n1: 2\n1.50: 3\n~: 4",
            "err: error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, value: 4",
        ),
        ("a: b: c", "err: error converting YAML to JSON: yaml: mapping values are not allowed in this context"),
        ("a:\n\tb: 1", "err: error converting YAML to JSON: yaml: line 2: found character that cannot start any token"),
        ("a: \"x", "err: error converting YAML to JSON: yaml: found unexpected end of stream"),
        ("[a, b", "err: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'"),
        ("a: *x", "err: error converting YAML to JSON: yaml: unknown anchor 'x' referenced"),
        ("a: &x [*x]", "err: error converting YAML to JSON: yaml: anchor 'x' value contains itself"),
        ("a: !!int x", "err: error converting YAML to JSON: yaml: cannot decode !!str `x` as a !!int"),
        ("%YAML 1.2\n---\na: 1", "err: error converting YAML to JSON: yaml: found incompatible YAML document"),
        ("a: .inf", "err: error converting YAML to JSON: json: unsupported value: +Inf"),
        ("a: \u{1}", "err: error converting YAML to JSON: yaml: control characters are not allowed"),
        (
            "{a: 1}: b",
            "err: error converting YAML to JSON: yaml: invalid map key: map[interface {}]interface {}{\"a\":1}",
        ),
        ("a: @x", "err: error converting YAML to JSON: yaml: found character that cannot start any token"),
        ("- a\nb: 1", "err: error converting YAML to JSON: yaml: line 1: did not find expected '-' indicator"),
        (
            "a: 1\n b: 2\n",
            "err: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context",
        ),
        (
            "a: 0x1F\nb: 0b11\nc: 1_000\nd: 0777\ne: 12e03\ng: 2001-01-01",
            "{\"a\":31,\"b\":3,\"c\":1000,\"d\":511,\"e\":12000,\"g\":\"2001-01-01\"}",
        ),
        ("...", "err: error converting YAML to JSON: yaml: did not find expected node content"),
        ("a: b\n---\nc: [", "{\"a\":\"b\"}"),
        ("", "null"),
        ("\u{feff}a: 1", "{\"a\":1}"),
        ("a: |2\n   x\n  y\n", "{\"a\":\" x\\ny\\n\"}"),
        ("a: |+\n  x\n\n\nb: 1", "{\"a\":\"x\\n\\n\\n\",\"b\":1}"),
        ("\"a\": 'b'#c", "{\"a\":\"b\"}"),
        ("[]: 1", "[]"),
        ("{? a : b, c, ? d}", "{\"a\":\"b\",\"c\":null,\"d\":null}"),
        ("[a: b, c: , : d]", "err: error converting YAML to JSON: yaml: did not find expected node content"),
        ("!!map {a: !x y, b: ! 1}", "{\"a\":\"y\",\"b\":\"1\"}"),
        ("a: !<tag:yaml.org,2002:str> 1", "{\"a\":\"1\"}"),
        ("%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 1", "{\"a\":\"1\"}"),
        ("a: 1\n# c\n  # d\nb:\n- 1\n- 2\n", "{\"a\":1,\"b\":[1,2]}"),
        ("a: 'x\n  y\n\n  z'\n", "{\"a\":\"x y\\nz\"}"),
        ("a: \"x\\\n  y\"\n", "{\"a\":\"xy\"}"),
        ("<<: {a: 1, b: 2}\nb: 3\n", "{\"a\":1,\"b\":3}"),
        ("a: 1\n<<: [{a: 2, c: 4}, {c: 5}]\n", "{\"a\":2,\"c\":4}"),
        ("a:\r\n  b: c\r\n", "{\"a\":{\"b\":\"c\"}}"),
        ("key: value\u{2028}x\n", "err: error converting YAML to JSON: yaml: line 3: could not find expected ':'"),
    ] {
        assert_eq!(read(text), expected, "{text:?}");
    }
}

#[test]
fn writes_as_goyaml() {
    for (text, plain, pretty) in [
        (
            "{\"a\": [1, {\"b\": [[]], \"c\": {}}], \"k\": null, \"yes\": \"no\"}",
            "a:\n- 1\n- b:\n  - []\n  c: {}\nk: null\n\"yes\": \"no\"\n",
            "a:\n  - 1\n  - b:\n      - []\n    c: {}\nk: null\n\"yes\": \"no\"\n",
        ),
        (
            "[\"a: b\", \"x\\ny\\n\", \"x\\n\\n\", \" x\\ny\", \"x \", \"\\t\", \"é😀\", \"1e3\", \"0o7\", \"12:30\", \"- a\", \"#\", \"&a\", \"{\", \"'\", \"\", \"<<\", \"=\", \"2001-01-01\", \"a\\u0085b\", \"null\"]",
            "- 'a: b'\n- |\n  x\n  y\n- |+\n  x\n\n- |2-\n   x\n  y\n- 'x '\n- \"\\t\"\n- \"é\\U0001F600\"\n- \"1e3\"\n- \"0o7\"\n- \"12:30\"\n- '- a'\n- '#'\n- '&a'\n- '{'\n- ''''\n- \"\"\n- <<\n- =\n- \"2001-01-01\"\n- a b\n- \"null\"\n",
            "- 'a: b'\n- |\n  x\n  y\n- |+\n  x\n\n- |2-\n   x\n  y\n- 'x '\n- \"\\t\"\n- \"é\\U0001F600\"\n- \"1e3\"\n- \"0o7\"\n- \"12:30\"\n- '- a'\n- '#'\n- '&a'\n- '{'\n- ''''\n- \"\"\n- <<\n- =\n- \"2001-01-01\"\n- \"a\\Nb\"\n- \"null\"\n",
        ),
        (
            "{\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\": 1, \"a\\nb\": 2}",
            "? |-\n  a\n  b\n: 2\n? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n: 1\n",
            "? |-\n  a\n  b\n: 2\n? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n: 1\n",
        ),
        (
            "{\"s\": \"word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word \", \"q\": \"# word word word word word word word word word word word word word word word word word word word word \", \"d\": \"\\u0001 word word word word word word word word word word word word word word word word word word word word\"}",
            "d: \"\\x01 word word word word word word word word word word word word word word word\n  word word word word word\"\nq: '# word word word word word word word word word word word word word word word word\n  word word word word '\ns: 'word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word '\n",
            "d: \"\\x01 word word word word word word word word word word word word word word word word word word word word\"\nq: '# word word word word word word word word word word word word word word word word word word word word '\ns: 'word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word '\n",
        ),
        (
            "[1e+21, 1e+20, 1.5e+19, 1000000.0, 123456789.5, -0.0, 1e-07]",
            "- 1e+21\n- 1e+20\n- 15000000000000000000\n- 1000000\n- 1.234567895e+08\n- 0\n- 1e-07\n",
            "- 1e+21\n- 1e+20\n- 1.5e+19\n- 1e+06\n- 1.234567895e+08\n- -0\n- 1e-07\n",
        ),
    ] {
        let value = json::unmarshal(text.as_bytes(), json::Implementation::V1).into_result().expect("JSON");
        assert_eq!(marshal(&value).expect("no error").to_string(), plain, "{text}");
        assert_eq!(marshal_pretty(&value).expect("no error").to_string(), pretty, "{text}");
    }
}

#[test]
fn depth_and_aliases_are_bounded() {
    // As the program does: what nests deeply takes stack, also when it is dropped.
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(deep_texts);
    thread.expect("a thread").join().expect("no panic");
}

fn deep_texts() {
    assert_eq!(read(&"[".repeat(20_000)), "err: error converting YAML to JSON: yaml: exceeded max depth of 10000");
    let nested = format!("{}{}", "[".repeat(9_000), "]".repeat(9_000));
    let aliased = format!("a: &a {nested}\nb: [[{}*a{}]]\n", "[".repeat(2_000), "]".repeat(2_000));
    assert_eq!(read(&aliased), "err: error unmarshaling JSON: while decoding JSON: exceeded max depth");
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for pair in "abcdefghij".as_bytes().windows(2) {
        let (from, to) = (char::from(pair[0]), char::from(pair[1]));
        bomb.push_str(&format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(", ")));
    }
    assert_eq!(read(&bomb), "err: error converting YAML to JSON: yaml: document contains excessive aliasing");
}

#[test]
fn nested_lists_keep_their_marks() {
    use crate::go::Mark;
    let value = Value::list([Value::String(Str::from("secret: x").marked(Mark(7)))]);
    let text = marshal(&value).expect("no error");
    assert_eq!(text, "- 'secret: x'\n");
    assert_eq!(text.marks().map(|span| (span.range.start, span.range.end)).collect::<Vec<_>>(), [(2, 13)]);
}

#[test]
fn what_is_written_is_bounded() {
    let mut value = Value::list([Value::Int(1)]);
    for _ in 0..40 {
        value = Value::list([value.clone(), value]);
    }
    for written in [marshal(&value), marshal_pretty(&value)] {
        assert_eq!(written.expect_err("it is too long").to_string(), "the result is longer than 4 MiB");
    }
}
