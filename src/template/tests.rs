//! What templates make of data, under the headings of Go's exec_test and parse_test.

use super::function::{Rest, ShortCircuit};
use super::*;
use crate::function;
use crate::go::{
    Dict, DictType, Field, Kind, List, Mark, Method, Object, ObjectType, Part, Str, StrBuilder, Type, Value, fmt,
};
use crate::host::Host;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

struct Nowhere;

impl Host for Nowhere {
    fn now(&self) -> (i64, u32) {
        (0, 0)
    }
    fn random(&self, _: &mut [u8]) {}
}

fn include(caller: &mut dyn Caller, name: Str, data: Value) -> Result<Str, Error> {
    caller.execute(&name, data)
}

fn tpl(caller: &mut dyn Caller, text: Str, data: Value) -> Result<Str, Error> {
    caller.evaluate(&text, data).map_err(|error| match error {
        Evaluate::Parse(source) => {
            Error::Prefixed { prefix: "cannot parse template: ".to_owned(), source: Box::new(source) }
        }
        Evaluate::Execute(source) => Error::Prefixed { prefix: "tpl: ".to_owned(), source: Box::new(source) },
    })
}

fn print(values: Rest<Value>) -> Str {
    fmt::sprint(&values.0)
}

fn add(numbers: Rest<i64>) -> i64 {
    numbers.0.iter().sum()
}

fn nil(caller: &mut dyn Caller, _value: Value) -> &'static str {
    if caller.nil_interface() { "interface" } else { "nothing" }
}

fn fail(message: Str) -> Result<Str, Error> {
    Err(Error::Text(message.to_string()))
}

fn only_called_short(_: Rest<Value>) -> Value {
    Value::Nil
}

const fn circuit(name: &'static str, which: ShortCircuit) -> Function {
    let function = function!("", only_called_short);
    Function { name, short_circuit: Some(which), parameters: &[Type::Interface, Type::Interface], ..function }
}

pub(super) static FUNCTIONS: &[Function] = &[
    function!("include", include),
    function!("tpl", tpl),
    function!("print", print),
    function!("add", add),
    function!("nilness", nil),
    function!("fail", fail),
    function!("upper", |text: Str| Str::derived(text.to_ascii_uppercase(), [&text])),
    function!("half", |number: f64| number / 2.0),
    function!("flip", |value: bool| !value),
    function!("keys", |dict: Dict| dict.len() as i64),
    function!("size", |list: List| list.len() as i64),
    function!("list", |values: Rest<Value>| Value::list(values.0)),
    function!("nothing", || Value::Nil),
    function!("one", || 1i64),
    function!("split", |text: Str| {
        let dict: Dict = [("_0", Value::String(text))].into_iter().collect();
        dict.with_type(DictType::Strings)
    }),
    circuit("and", ShortCircuit::And),
    circuit("or", ShortCircuit::Or),
];

static PERSON: ObjectType = ObjectType {
    name: "*people.Person",
    kind: Kind::Pointer,
    fields: &[
        Field { name: "Name", json: "name", omit_empty: false, part: Part::Own, ty: Type::String },
        Field { name: "Any", json: "any", omit_empty: false, part: Part::Own, ty: Type::Interface },
    ],
    methods: &[
        Method {
            name: "Fail",
            parameters: &[],
            variadic: false,
            results: 2,
            second: None,
            call: |_, _| Err("no".to_owned()),
        },
        Method {
            name: "Greet",
            parameters: &[Type::String],
            variadic: false,
            results: 1,
            second: None,
            call: |_, arguments| Ok(Value::string(format!("hello {:?}", arguments[0]))),
        },
        Method {
            name: "Many",
            parameters: &[],
            variadic: false,
            results: 3,
            second: None,
            call: |_, _| Ok(Value::Nil),
        },
    ],
};

static NAMED: ObjectType = ObjectType {
    name: "common.Values",
    kind: Kind::Map,
    fields: &[],
    methods: &[Method {
        name: "YAML",
        parameters: &[],
        variadic: false,
        results: 2,
        second: None,
        call: |receiver, _| Ok(Value::Int(receiver.as_dict().map_or(0, Dict::len) as i64)),
    }],
};

#[derive(Debug)]
struct Person;

impl Object for Person {
    fn ty(&self) -> &'static ObjectType {
        &PERSON
    }
    fn fields(&self) -> Vec<Value> {
        vec![Value::string("ann"), Value::Nil]
    }
}

fn data() -> Value {
    let inner: Dict = [("a", Value::Float64(1.0)), ("nul", Value::Nil)].into_iter().collect();
    let dict: Dict = [
        ("s", Value::string("text")),
        ("i", Value::Int(7)),
        ("f", Value::Float64(2.5)),
        ("t", Value::Bool(true)),
        ("nul", Value::Nil),
        ("m", Value::Dict(inner)),
        ("l", Value::list([Value::string("x"), Value::Int(2), Value::Nil])),
        ("e", Value::list([])),
        ("ss", Value::strings(["p", "q"])),
        ("YAML", Value::string("shadowed")),
        ("o", Value::Object(Rc::new(Person))),
    ]
    .into_iter()
    .collect();
    Value::Dict(dict.with_type(DictType::Named(&NAMED)))
}

fn templates(files: &[(&str, &str)]) -> Result<Templates, ParseError> {
    let functions: Arc<Functions> = Arc::new(FUNCTIONS.iter().collect());
    let mut templates = Templates::new("gotpl", functions, Language::Go125);
    for (name, text) in files {
        templates.parse(&Str::from(*name), &Str::from(*text))?;
    }
    Ok(templates)
}

/// The output, or what the error says after `!`.
fn render_files(files: &[(&str, &str)]) -> String {
    let templates = match templates(files) {
        Ok(templates) => templates,
        Err(error) => return format!("!{error}"),
    };
    let mut out = StrBuilder::default();
    let name = Str::from(files[files.len() - 1].0);
    match execute(&templates, &name, data(), &mut out, &Nowhere, &mut (), Unobserved) {
        Ok(()) => String::from_utf8_lossy(out.as_bytes()).into_owned(),
        Err(error) => format!("!{error}"),
    }
}

fn render(text: &str) -> String {
    render_files(&[("t", text)])
}

#[track_caller]
fn table(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        assert_eq!(render(text), *want, "{text}");
    }
}

/// An execution error in the template `t`.
fn at(column: usize, context: &str, message: &str) -> String {
    format!("!template: t:1:{column}: executing \"t\" at <{context}>: {message}")
}

#[track_caller]
fn errors(cases: &[(&str, usize, &str, &str)]) {
    for (text, column, context, message) in cases {
        assert_eq!(render(text), at(*column, context, message), "{text}");
    }
}

#[test]
fn text_and_trimming() {
    table(&[
        ("", ""),
        ("plain }} text", "plain }} text"),
        ("a  {{- 1 -}}  b", "a1b"),
        ("a \n\t{{- 1 }} b", "a1 b"),
        ("a {{-1}} b", "a -1 b"),
        ("a {{- -1 -}} b", "a-1b"),
        ("a {{/* c */}} b", "a  b"),
        ("a {{- /* c */ -}} b", "ab"),
        (
            "a {{- /*\n\n*/ -}} b{{fail \"x\"}}",
            "!template: t:3:10: executing \"t\" at <fail \"x\">: error calling fail: x",
        ),
        ("{{`a\n}}`}}", "a\n}}"),
        ("{{\"}}\"}}", "}}"),
        ("{{ 1 -}}\n\n{{- 2 }}", "12"),
        ("{{1\n}}", "1"),
    ]);
}

#[test]
fn constants() {
    table(&[
        (
            "{{1}} {{-1}} {{0x1F}} {{1_000}} {{1e3}} {{1.5}} {{'a'}} {{2i}} {{1+2i}}",
            "1 -1 31 1000 1000 1.5 97 (0+2i) (1+2i)",
        ),
        ("{{true}}{{false}}", "truefalse"),
        (r#"{{"a\tb\x41\u00e9\101"}}"#, "a\tbAéA"),
        ("{{print nil}}", "<nil>"),
        ("{{print 9223372036854775807}}", "9223372036854775807"),
    ]);
    errors(&[
        ("{{nil}}", 2, "nil", "nil is not a command"),
        ("{{9223372036854775808}}", 2, "9223372036854775808", "9223372036854775808 overflows int"),
        ("{{1 2}}", 2, "1", "can't give argument to non-function 1"),
        ("{{(nil).a}}", 3, "nil", "nil is not a command"),
        ("{{(1) 2}}", 2, "(1) 2", "can't give argument to non-function 1"),
    ]);
}

#[test]
fn fields() {
    table(&[
        ("{{.s}} {{$.s}} {{.m.a}} {{$.m.a}}", "text text 1 1"),
        ("{{.none}}|{{.nul}}", "<no value>|<no value>"),
        ("{{(.nul).x}}|{{((.none).x).y}}", "<no value>|<no value>"),
        ("{{.o.Name}} {{.o.Greet \"you\"}} {{\"me\" | .o.Greet}}", "ann hello \"you\" hello \"me\""),
        ("{{.YAML}}", "11"),
        ("{{(split \"v\")._0}}{{(split \"v\")._1}}.", "v."),
        ("{{.o}}", "{ann <nil>}"),
    ]);
    errors(&[
        (".{{.nul.x}}", 7, ".nul.x", "nil pointer evaluating interface {}.x"),
        ("{{.m.a.b}}", 4, ".m.a.b", "can't evaluate field b in type interface {}"),
        ("{{.m.a.b.c}}", 4, ".m.a.b.c", "can't evaluate field b in type interface {}"),
        ("{{(.m.a).b}}", 5, ".m.a", "can't evaluate field b in type float64"),
        ("{{$x := .m.a}}{{$x.b}}", 18, "$x.b", "can't evaluate field b in type float64"),
        ("{{range .l}}{{.b}}{{end}}", 14, ".b", "can't evaluate field b in type interface {}"),
        ("{{range .ss}}{{.b}}{{end}}", 15, ".b", "can't evaluate field b in type string"),
        ("{{.o.Nope}}", 4, ".o.Nope", "can't evaluate field Nope in type interface {}"),
        ("{{(.o).Nope}}", 3, ".o", "can't evaluate field Nope in type *people.Person"),
        ("{{.o.Any.x}}", 4, ".o.Any.x", "nil pointer evaluating interface {}.x"),
        ("{{.s 1}}", 2, ".s", "s is not a method but has arguments"),
        ("{{.o.Name 1}}", 4, ".o.Name", "Name has arguments but cannot be invoked as function"),
        ("{{.o.Greet}}", 4, ".o.Greet", "wrong number of args for Greet: want 1 got 0"),
        ("{{.o.Greet 1}}", 11, "1", "expected string; found 1"),
        ("{{.o.Fail}}", 4, ".o.Fail", "error calling Fail: no"),
        ("{{.o.Many}}", 4, ".o.Many", "function Many has 3 return values; should be 1 or 2"),
        ("{{nothing.x}}", 2, "nothing", "nil pointer evaluating interface {}.x"),
        ("{{one.x}}", 2, "one", "can't evaluate field x in type int"),
    ]);
}

#[test]
fn pipelines_and_arguments() {
    table(&[
        ("{{\"a\" | print \"b\" | upper}}", "BA"),
        ("{{add 1 2 (add 3 4)}} {{add}} {{1 | add}}", "10 0 1"),
        ("{{half 3}} {{half 0x10}} {{half .f}} {{flip .t}}", "1.5 8 1.25 false"),
        ("{{keys .m}} {{keys .}} {{keys nil}} {{size nil}}", "2 11 0 0"),
        ("{{nilness nil}} {{nilness .nul}} {{nilness (.nul)}} {{.nul | nilness}}", "nothing interface nothing nothing"),
        ("{{print one one}}", "1 1"),
    ]);
    errors(&[
        ("{{upper 5}}", 8, "5", "expected string; found 5"),
        ("{{upper .i}}", 8, ".i", "wrong type for value; expected string; got int"),
        ("{{upper .nul}}", 8, ".nul", "wrong type for value; expected string; got interface {}"),
        ("{{upper (.nul)}}", 9, ".nul", "invalid value; expected string"),
        ("{{upper nil}}", 8, "nil", "cannot assign nil to string"),
        ("{{upper nothing}}", 8, "nothing", "wrong type for value; expected string; got interface {}"),
        ("{{upper}}", 2, "upper", "wrong number of args for upper: want 1 got 0"),
        ("{{\"a\" | upper \"b\"}}", 8, "upper", "wrong number of args for upper: want 1 got 2"),
        ("{{tpl}}", 2, "tpl", "wrong number of args for tpl: want 2 got 0"),
        ("{{add 1 \"a\"}}", 8, "\"a\"", "expected integer; found \"a\""),
        ("{{add 1 1.5}}", 8, "1.5", "expected integer; found 1.5"),
        ("{{half \"a\"}}", 7, "\"a\"", "expected float; found \"a\""),
        ("{{flip 1}}", 7, "1", "expected bool; found 1"),
        ("{{keys 1}}", 7, "1", "can't handle 1 for arg of type map[string]interface {}"),
        ("{{keys .l}}", 7, ".l", "wrong type for value; expected map[string]interface {}; got []interface {}"),
        ("{{size .ss}}", 7, ".ss", "wrong type for value; expected []interface {}; got []string"),
        ("{{print (fail \"x\") | upper}}", 9, "fail \"x\"", "error calling fail: x"),
        ("{{.t | .s}}", 7, ".s", "s is not a method but has arguments"),
        ("{{1 | $}}", 6, "$", "can't give argument to non-function $"),
        ("{{and}}", 2, "and", "wrong number of args for and: want at least 1 got 0"),
    ]);
}

#[test]
fn short_circuit() {
    table(&[
        (
            "{{and 1 0 (fail \"x\")}} {{or 0 2 (fail \"x\")}} {{or 0 \"\"}}|{{and 1 2}} {{1 | and 2}} {{0 | or 0}}",
            "0 2 | 2 1 0".replace("| ", "|").as_str(),
        ),
        ("{{$x := 1}}{{and 0 ($x := 2)}}{{$x}}{{and 1 ($x := 3)}}{{$x}}", "0133"),
    ]);
    errors(&[("{{and 0 ($x := 2)}}{{$x}}", 21, "$x", "undefined variable: $x")]);
    table(&[(
        "{{range $i := 3}}{{or $i ($x := 5)}}{{if eqzero $i}}{{$x}}{{end}}{{end}}",
        "!template: t:1: function \"eqzero\" not defined",
    )]);
    errors(&[("{{range $i := 2}}{{or $i ($x := 5)}}{{$x}} {{end}}", 38, "$x", "undefined variable: $x")]);
}

#[test]
fn control() {
    table(&[
        ("{{if .t}}a{{else}}b{{end}}{{if .none}}a{{else}}b{{end}}{{if .e}}a{{end}}", "ab"),
        ("{{if 0}}a{{else if .s}}b{{else}}c{{end}}{{if 0}}a{{else if \"\"}}b{{else}}c{{end}}", "bc"),
        ("{{with .m}}{{.a}}{{$.s}}{{end}}{{with .none}}a{{else}}{{.i}}{{end}}", "1text7"),
        ("{{with .none}}a{{else with .m}}{{.a}}{{else}}c{{end}}", "1"),
        ("{{with $x := .i}}{{$x}}{{.}}{{end}}{{if $x := .i}}{{$x}}{{end}}", "777"),
        (
            "{{range .l}}[{{.}}]{{end}}{{range .e}}a{{else}}none{{end}}{{range .nul}}a{{else}}{{.i}}{{end}}",
            "[x][2][<no value>]none7",
        ),
        ("{{range $i, $x := .ss}}{{$i}}{{$x}}{{.}}{{end}}", "0pp1qq"),
        ("{{range $k, $v := .m}}{{$k}}={{$v}} {{end}}", "a=1 nul=<no value> "),
        ("{{range 3}}{{.}}{{end}}{{range $i := 2}}{{$i}}{{end}}{{range -1}}a{{else}}b{{end}}", "01201b"),
        ("{{$i := 0}}{{$x := 0}}{{range $i, $x = .ss}}{{end}}{{$i}}{{$x}}", "1q"),
        ("{{range $i, $x := .e}}{{else}}{{$i}}{{$x}}{{end}}", "[][]"),
        ("{{range 5}}{{if .}}{{with 1}}{{continue}}{{end}}{{end}}{{.}}{{end}}", "0"),
        ("{{range 5}}{{.}}{{with 1}}{{break}}{{end}}{{else}}x{{end}}{{.i}}", "07"),
        ("{{range 2}}{{range 3}}{{if .}}{{break}}{{end}}{{.}}{{end}}{{.}}{{end}}", "0001"),
        ("{{$x := 1}}{{if .t}}{{$x = 2}}{{$x := 3}}{{$x}}{{end}}{{$x}}", "32"),
        ("{{$x := 1}}{{$x := print $x 2}}{{$x}}", "1 2"),
        ("{{print ($x := 4) $x}}", "4 4"),
    ]);
    errors(&[
        ("{{range .f}}{{end}}", 8, ".f", "range can't iterate over 2.5"),
        ("{{range .s}}{{end}}", 8, ".s", "range can't iterate over text"),
        ("{{range .o}}{{end}}", 8, ".o", "range can't iterate over {ann <nil>}"),
        ("{{range $i, $x := 2}}{{end}}", 18, "2", "can't use 2 to iterate over more than one variable"),
        ("{{if false}}{{$y := 1}}{{else}}{{$y}}{{end}}", 33, "$y", "undefined variable: $y"),
        ("{{$x = 1}}", 7, "1", "undefined variable: $x"),
        ("{{$x := $x}}", 8, "$x", "undefined variable: $x"),
    ]);
}

#[test]
fn definitions() {
    table(&[
        ("{{define \"a\"}}<{{.}}>{{end}}{{template \"a\" 1}}{{template \"a\"}}", "<1><<no value>>"),
        ("{{block \"b\" .s}}[{{.}}]{{end}}{{template \"b\" 2}}", "[text][2]"),
        ("{{define `a`}}{{$}}{{end}}{{template \"a\" .s}}", "text"),
        ("{{define \"a\"}} {{end}}{{define \"a\"}}x{{end}}{{template \"a\"}}", "x"),
        ("{{define \"a\"}}x{{end}}{{define \"a\"}}{{/* c */}}{{end}}{{template \"a\"}}", "x"),
        (
            "{{define \"a\"}}x{{end}}{{define \"a\"}}y{{end}}",
            "!template: t:1: template: multiple definition of template \"a\"",
        ),
        ("{{define \"r\"}}{{.}}{{if .}}{{template \"r\" 0}}{{end}}{{end}}{{template \"r\" 1}}", "10"),
        ("{{template \"a\" $x := 2}}{{$x}}{{define \"a\"}}{{.}}{{end}}", "22"),
    ]);
    errors(&[
        ("{{template \"no\" .}}", 11, "{{template \"no\" .}}", "template \"no\" not defined"),
        (
            "{{include \"no\" .}}",
            2,
            "include \"no\" .",
            "error calling include: template: no template \"no\" associated with template \"gotpl\"",
        ),
    ]);
    let files = [
        ("one", "{{define \"x\"}}1{{end}}"),
        ("two", "{{define \"x\"}}2{{end}}"),
        ("three", "{{define \"x\"}} {{end}}{{template \"x\"}}"),
    ];
    assert_eq!(render_files(&files), "2");
    assert_eq!(
        render_files(&[("lib", "{{define \"d\"}}\n {{.x.y.z}}{{end}}"), ("a", "{{include \"d\" (include \"d\" .)}}")]),
        "!template: a:1:15: executing \"a\" at <include \"d\" .>: error calling include: \
         template: lib:2:5: executing \"d\" at <.x.y.z>: nil pointer evaluating interface {}.y"
    );
}

#[test]
fn tpl_sees_and_hides() {
    table(&[
        ("{{tpl \"plain\" .}}{{tpl \"{{.s}}\" .}}{{tpl \"{{$.s}}\" .}}", "plaintexttext"),
        (
            "{{define \"a\"}}outer{{end}}{{tpl `{{define \"a\"}}inner{{end}}{{include \"a\" .}}` .}}{{include \"a\" .}}",
            "innerouter",
        ),
        ("{{define \"a\"}}outer{{end}}{{tpl `{{define \"a\"}} {{end}}{{template \"a\"}}` .}}", "outer"),
        ("{{tpl `{{define \"n\"}}x{{end}}{{tpl \"{{include \\\"n\\\" .}}\" .}}` .}}", "x"),
        ("{{define \"a\"}}{{include \"n\" .}}{{end}}{{tpl `{{define \"n\"}}x{{end}}{{include \"a\" .}}` .}}", "x"),
        ("{{tpl `{{if .}}{{.}}{{include \"gotpl\" false}}{{end}}` 1}}", "1"),
        ("{{range 2}}{{tpl `{{.}}` .}}{{end}}", "01"),
        (
            "{{tpl `{{define \"n\"}}x{{end}}` .}}{{include \"n\" .}}",
            &at(
                36,
                "include \"n\" .",
                "error calling include: template: no template \"n\" associated with template \"gotpl\"",
            ),
        ),
        (
            "{{tpl `{{` .}}",
            &at(2, "tpl `{{` .", "error calling tpl: cannot parse template: template: gotpl:1: unclosed action"),
        ),
        (
            "{{tpl `{{.s.x}}` .}}",
            &at(
                2,
                "tpl `{{.s.x}}` .",
                "error calling tpl: tpl: template: gotpl:1:4: executing \"gotpl\" at <.s.x>: can't evaluate field x in type interface {}",
            ),
        ),
    ]);
}

#[test]
fn parse_errors() {
    for (text, want) in [
        ("{{", "unclosed action"),
        ("{{.x", "unclosed action"),
        ("a\n{{if .x\n\n", "2: unclosed action started at t:2"),
        ("{{if .x}}", "unexpected EOF"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{else}}", "unexpected {{else}}"),
        ("{{if .x}}{{else}}{{else}}{{end}}", "expected end; found {{else}}"),
        ("{{if}}{{end}}", "missing value for if"),
        ("{{}}", "missing value for command"),
        ("{{range $x, 1}}{{end}}", "range can only initialize variables"),
        ("{{$x, $y := 1}}", "too many declarations in command"),
        ("{{range $x, $y, $z := 1}}{{end}}", "too many declarations in range"),
        ("{{break}}", "{{break}} outside {{range}}"),
        ("{{range .x}}{{block \"b\" .}}{{continue}}{{end}}{{end}}", "{{continue}} outside {{range}}"),
        ("{{nope 1}}", "function \"nope\" not defined"),
        ("{{$x}}", "undefined variable \"$x\""),
        ("{{with $x := 1}}{{end}}{{$x}}", "undefined variable \"$x\""),
        ("{{1 | 2}}", "non executable command in pipeline stage 2"),
        ("{{.x | }}x", ""),
        ("{{| .x}}", "unexpected \"|\" in command"),
        ("{{(.x}}", "unclosed left paren"),
        ("{{.x)}}", "unexpected right paren"),
        ("{{\"abc}}", "unterminated quoted string"),
        ("{{`abc}}", "unterminated raw quoted string"),
        ("{{'a}}", "unterminated character constant"),
        ("{{\"\\q\"}}", "invalid syntax"),
        ("{{'ab'}}", "malformed character constant: 'ab'"),
        ("{{/* a", "unclosed comment"),
        ("{{/* a */ }}", "comment ends before closing delimiter"),
        ("{{1x}}", "bad number syntax: \"1x\""),
        ("{{.x@y}}", "bad character U+0040 '@'"),
        ("{{\u{7}}}", "unrecognized character in action: U+0007"),
        ("{{:}}", "expected :="),
        ("{{1.x}}", "bad number syntax: \"1.x\""),
        ("{{true.x}}", "unexpected . after term \"true\""),
        ("{{template .x}}", "unexpected \".x\" in template clause"),
        (
            "{{template \"abcdefghijklmnop\" .}}{{template 12345678901234}}",
            "unexpected \"1234567890\"... in template clause",
        ),
        ("{{define}}", "unexpected \"}}\" in define clause"),
        ("{{if 1}}{{define \"x\"}}{{end}}{{end}}", "unexpected <define> in command"),
        ("{{define \"x\"}}{{else}}{{end}}", "unexpected {{else}} in define clause"),
        ("{{.x , .y}}", "unexpected \",\" in operand"),
        ("{{.x.}}", "unexpected <.> in operand"),
        ("{{(1", "unclosed action"),
        ("{{.x = 1}}", "unexpected \"=\" in operand"),
    ] {
        let got = render(text);
        let want = match want {
            "" => "<no value>x".to_owned(),
            want if want.starts_with("2:") => format!("!template: t:{want}").replace("t:2: ", "t:4: "),
            want => format!("!template: t:1: {want}"),
        };
        assert_eq!(got, want, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let run = || {
        let parentheses = |count: usize| format!("{{{{{}1{}}}}}", "(".repeat(count), ")".repeat(count));
        assert_eq!(render(&parentheses(10_000)), "1");
        assert_eq!(render(&parentheses(10_001)), "!template: t:1: max expression depth exceeded");
        let blocks = |count: usize| format!("{}x{}", "{{if 1}}".repeat(count), "{{end}}".repeat(count));
        assert_eq!(render(&blocks(limits::BLOCKS)), "x");
        assert!(render(&blocks(limits::BLOCKS + 1)).contains("nested more than"));
        assert_eq!(
            render("{{define \"a\"}}{{if 1}}{{template \"a\" .}}{{end}}{{end}}{{template \"a\" .}}"),
            "!template: t:1:33: executing \"a\" at <{{template \"a\" .}}>: exceeded maximum template depth (100000)"
        );
        let include = render("{{define \"a\"}}{{include \"a\" .}}{{end}}{{include \"a\" .}}");
        assert!(include.ends_with("include and tpl are nested more than 10000 deep"), "{}", include.len());
        let tpl = render("{{tpl `{{define \"x\"}}{{tpl \"{{template \\\"x\\\"}}\" .}}{{end}}{{template \"x\"}}` .}}");
        assert!(tpl.ends_with("include and tpl are nested more than 10000 deep"), "{}", tpl.len());
    };
    let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn(run);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn loops_and_output_are_bounded() {
    assert_eq!(render("{{range 1000000000000}}{{if .}}{{break}}{{end}}{{end}}ok"), "ok");
    let limit = limits::ITERATIONS;
    errors(&[(
        "{{range 1000000000000}}{{end}}",
        8,
        "1000000000000",
        &format!("the bodies of range ran more than {limit} times"),
    )]);
    // Bodies count together, also those in an include.
    let nested = "{{define \"a\"}}{{range 1000}}{{end}}{{end}}{{range 1000}}{{include \"a\" .}}{{end}}";
    assert!(render(nested).contains("the bodies of range ran more than"));
    let line = "x".repeat(1000);
    for text in [
        format!("{{{{range 5000}}}}{line}{{{{end}}}}"),
        format!("{{{{range 5000}}}}{{{{print \"{line}\"}}}}{{{{end}}}}"),
    ] {
        assert!(render(&text).ends_with("the output is longer than 4 MiB"));
    }
}

#[test]
fn templates_are_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Templates>();
}

#[derive(Default)]
struct Watcher(Vec<String>);

impl Observer for Watcher {
    fn enter(&mut self, template: &Template) {
        self.0.push(format!("enter {} of {}", template.name(), template.file()));
    }
    fn leave(&mut self) {
        self.0.push("leave".to_owned());
    }
    fn wrote(&mut self, place: Place<'_>, range: Range<usize>) {
        self.0.push(format!("{}:{} wrote {range:?}", place.template, place.position));
    }
    fn marked(&mut self, mark: Mark, range: Range<usize>) {
        self.0.push(format!("mark {} {range:?}", mark.0));
    }
    fn open(&mut self) {
        self.0.push("open".to_owned());
    }
    fn close(&mut self, text: Str) -> Str {
        text.marked(Mark(9))
    }
    fn read(&mut self, _: &Dict, key: &Str, value: Value) -> Value {
        self.0.push(format!("read {key}"));
        match value {
            Value::String(text) if **key == *b"s" => Value::String(text.marked(Mark(5))),
            other => other,
        }
    }
    fn call(&mut self, place: Place<'_>, function: &'static Function, arguments: &[Value]) {
        self.0.push(format!("call {} {arguments:?} at {}", function.name, place.position));
    }
}

fn watch(text: &str) -> String {
    let templates = templates(&[("t", text)]).expect("it parses");
    let (mut state, mut out) = ((), StrBuilder::default());
    let mut executor = Executor::new(&templates, &Nowhere, &mut state, Watcher::default());
    executor.execute(&Str::from("t"), data(), &mut out).expect("it runs");
    executor.observer().0.join("; ")
}

#[test]
fn an_observer_sees_where_output_comes_from() {
    assert_eq!(
        watch("ab{{ 12 }}{{define \"d\"}}x{{end}}{{template \"d\"}}"),
        "enter t of t; t:0 wrote 0..2; t:5 wrote 2..4; enter d of t; d:24 wrote 4..5; leave; leave"
    );
    assert_eq!(
        watch("{{define \"d\"}}x{{end}}{{include \"d\" 1}}"),
        "enter t of t; call include [\"d\", int(1)] at 24; open; enter d of t; d:14 wrote 0..1; leave; \
         t:24 wrote 0..1; mark 9 0..1; leave"
    );
}

#[test]
fn an_observer_sees_what_is_read() {
    assert_eq!(
        watch("{{if .m.a}}{{add .i 1}}{{end}}"),
        "enter t of t; read m; read a; read i; call add [int(7), int(1)] at 13; t:13 wrote 0..1; leave"
    );
}

#[test]
fn an_observer_sees_marks_arrive() {
    assert_eq!(
        watch("a{{ .s }}{{ upper .s | print \"b\" | print }}"),
        "enter t of t; t:0 wrote 0..1; read s; t:4 wrote 1..5; mark 5 1..5; read s; \
         call upper [\"text\"] at 12; call print [\"b\", \"TEXT\"] at 23; call print [\"bTEXT\"] at 35; \
         t:12 wrote 5..10; mark 5 6..10; leave"
    );
    assert_eq!(watch("{{ list .s 1 }}").split("; ").nth(4), Some("mark 5 1..5"));
}
