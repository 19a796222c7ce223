//! What real Helm 4.1.4 printed.

use super::validate;
use crate::go::json;
use crate::go::{Log, Str};
use crate::profile::HELM_4_1;

fn run(schema: &str, values: &str) -> String {
    let values = json::unmarshal(values.as_bytes(), json::Implementation::V1).into_result().unwrap();
    validate(&Str::from(schema), &values, &HELM_4_1, &mut |_: Log| {}).err().unwrap_or_default()
}

#[test]
fn as_helm_printed() {
    let table = [
        (
            r#"{"properties": {"a": {"type": "string"}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': got number, want string
"#,
        ),
        (
            r#"{"properties": {"a": {"type": ["string", "boolean"]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': got number, want boolean or string
"#,
        ),
        (
            r#"{"properties": {"a": {"type": "integer"}}}"#,
            r#"{"a": 1.5}"#,
            r#"- at '/a': got number, want integer
"#,
        ),
        (r#"{"properties": {"a": {"type": "integer"}}}"#, r#"{"a": 1000.0}"#, r#""#),
        (
            r#"{"$schema": "http://json-schema.org/draft-07/schema#", "minimum": "b", "maximum": "a"}"#,
            r#"{"a": 5}"#,
            r#""file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'http://json-schema.org/draft-07/schema#'
- at '/minimum': got string, want number
- at '/maximum': got string, want number"#,
        ),
        (
            r#"{"dependentRequired": {"z": ["q"], "a": ["r"]}}"#,
            r#"{"a": 1, "z": 2}"#,
            r#"- at '': properties 'q' required, if 'z' exists
- at '': properties 'r' required, if 'a' exists
"#,
        ),
        (
            r#"{"required": ["x", "y"]}"#,
            r#"{"a": 5}"#,
            r#"- at '': missing properties 'x', 'y'
"#,
        ),
        (
            r#"{"properties": {"a": {"enum": ["x", "y", 1, null]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': value must be one of 'x', 'y', 1, <nil>
"#,
        ),
        (
            r#"{"properties": {"a": {"const": "x"}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': value must be 'x'
"#,
        ),
        (
            r#"{"properties": {"a": {"pattern": "^a"}}}"#,
            r#"{"a": "b"}"#,
            r#"- at '/a': 'b' does not match pattern '^a'
"#,
        ),
        (
            r#"{"properties": {"a": {"minimum": 10, "maximum": 1}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': minimum: got 5, want 10
- at '/a': maximum: got 5, want 1
"#,
        ),
        (
            r#"{"properties": {"a": {"exclusiveMinimum": 5}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': exclusiveMinimum: got 5, want 5
"#,
        ),
        (
            r#"{"properties": {"a": {"multipleOf": 2}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': multipleOf: got 5, want 2
"#,
        ),
        (
            r#"{"properties": {"a": {"minLength": 3}, "b": {"maxLength": 1}}}"#,
            r#"{"a": "x", "b": "xx"}"#,
            r#"- at '/a': minLength: got 1, want 3
- at '/b': maxLength: got 2, want 1
"#,
        ),
        (
            r#"{"properties": {"a": {"minItems": 3, "uniqueItems": true, "items": {"type": "string"}}}}"#,
            r#"{"a": ["x", "x"]}"#,
            r#"- at '/a': minItems: got 2, want 3
- at '/a': items at 0 and 1 are equal
"#,
        ),
        (
            r#"{"properties": {"a": {"oneOf": [{"type": "string"}, {"type": "boolean"}]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': 'oneOf' failed, none matched
  - at '/a': got number, want string
  - at '/a': got number, want boolean
"#,
        ),
        (
            r#"{"properties": {"a": {"oneOf": [{"type": "integer"}, {"minimum": 1}]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': 'oneOf' failed, subschemas 0, 1 matched
"#,
        ),
        (
            r#"{"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "boolean"}]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': 'anyOf' failed
  - at '/a': got number, want string
  - at '/a': got number, want boolean
"#,
        ),
        (
            r#"{"properties": {"a": {"allOf": [{"type": "string"}, {"minimum": 10}]}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': 'allOf' failed
  - at '/a': got number, want string
  - at '/a': minimum: got 5, want 10
"#,
        ),
        (
            r#"{"properties": {"a": {"not": {"type": "integer"}}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': 'not' failed
"#,
        ),
        (
            r#"{"if": {"properties": {"a": {"const": 5}}}, "then": {"required": ["b"]}}"#,
            r#"{"a": 5}"#,
            r#"- at '': missing property 'b'
"#,
        ),
        (
            r##"{"properties": {"a": {"$ref": "#/definitions/s"}}, "definitions": {"s": {"type": "string"}}}"##,
            r#"{"a": 5}"#,
            r#"- at '/a': got number, want string
"#,
        ),
        (
            r#"{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"a": {"minimum": 5, "exclusiveMinimum": true}}}"#,
            r#"{"a": 5}"#,
            r#"- at '/a': exclusiveMinimum: got 5, want 5
"#,
        ),
        (
            r#"{"properties": {"a": {"minimum": 5, "exclusiveMinimum": true}}}"#,
            r#"{"a": 5}"#,
            r#""file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'
- at '': 'allOf' failed
  - at '/properties/a': 'allOf' failed
    - at '/properties/a/exclusiveMinimum': got boolean, want number"#,
        ),
        (
            r#"{"properties": {"a": {"format": "email"}, "b": {"format": "ipv4"}, "c": {"format": "uri"}}}"#,
            r#"{"a": "x", "b": true, "c": "z"}"#,
            r#""#,
        ),
        (
            r#"{"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"a": {"format": "email"}, "b": {"format": "ipv4"}, "c": {"format": "uri"}}}"#,
            r#"{"a": "x", "b": true, "c": "z"}"#,
            r#"- at '/a': 'x' is not valid email: missing @
- at '/c': 'z' is not valid uri: relative url
"#,
        ),
        (
            r#"{"properties": {"a": {"type": "string"}}}"#,
            r#"{"a": null}"#,
            r#"- at '/a': got null, want string
"#,
        ),
        (
            r#"{"propertyNames": {"pattern": "^a"}}"#,
            r#"{"b": 5}"#,
            r#"- at '': invalid propertyName 'b'
  - at '': 'b' does not match pattern '^a'
"#,
        ),
        (
            r#"{"dependencies": {"a": ["b"]}}"#,
            r#"{"a": 5}"#,
            r#"- at '': properties 'b' required, if 'a' exists
"#,
        ),
        (
            r#"{"properties": {"a": {"contains": {"type": "string"}}}}"#,
            r#"{"a": [1]}"#,
            r#"- at '/a': no items match contains schema
  - at '/a/0': got number, want string
"#,
        ),
        (r#"{"properties": {"a": {"$ref": "urn:foo:bar"}}}"#, r#"{"a": 5}"#, r#""#),
        (
            r#"{"properties": {"a": {"type": "strng"}}}"#,
            r#"{"a": 5}"#,
            r#""file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'
- at '': 'allOf' failed
  - at '/properties/a': 'allOf' failed
    - at '/properties/a/type': 'anyOf' failed
      - at '/properties/a/type': value must be one of 'array', 'boolean', 'integer', 'null', 'number', 'object', 'string'
      - at '/properties/a/type': got string, want array"#,
        ),
        (
            r#"{"properties": {"a": {"pattern": "(?!x)"}}}"#,
            r#"{"a": "b"}"#,
            r#""file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with 'https://json-schema.org/draft/2020-12/schema#'
- at '': 'allOf' failed
  - at '/properties/a': 'allOf' failed
    - at '/properties/a/pattern': '(?!x)' is not valid regex: error parsing regexp: invalid or unsupported Perl syntax: `(?!`"#,
        ),
        (
            r#"{"minProperties": 3}"#,
            r#"{"a": "b"}"#,
            r#"- at '': minProperties: got 1, want 3
"#,
        ),
    ];
    for (schema, values, want) in table {
        assert_eq!(run(schema, values), want, "{schema} | {values}");
    }
}

#[test]
fn depth_and_work_are_bounded() {
    let nested = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    let recursive = r##"{"properties":{"a":{"$ref":"#"}}}"##;
    assert_eq!(run(recursive, &nested(450)), "");
    let deep = |keyword: &str| format!("{}true{}", format!("{{\"{keyword}\":").repeat(400), "}".repeat(400));
    assert_eq!(run(&deep("items"), "{}"), "");
    assert_eq!(run(&deep("not"), "{}"), "");
    assert!(run(&"[".repeat(100_000), "{}").contains("exceeded max depth"));
    let doubling = r##"{"properties":{"a":{"anyOf":[{"$ref":"#","x":1},{"$ref":"#","x":2}]}},"required":["b"]}"##;
    assert!(!run(doubling, &nested(12)).is_empty());
}

#[test]
fn what_is_elsewhere_is_not_fetched() {
    let error = run(r#"{"$ref":"http://127.0.0.1:9/x.json"}"#, "{}");
    assert!(
        error.starts_with("failing loading \"http://127.0.0.1:9/x.json\": schemas are not fetched\nhint: "),
        "{error}"
    );
    let error = run(r#"{"$ref":"lib.json"}"#, "{}");
    assert_eq!(error, "failing loading \"file:///lib.json\": open /lib.json: no such file or directory");
}

/// The verdicts, though not the words, are those of the crate jsonschema.
#[test]
fn another_implementation_has_the_same_verdicts() {
    let instances = [
        "{}",
        "null",
        r#"{"a":1}"#,
        r#"{"a":"x"}"#,
        r#"{"a":1.5,"b":[1,2,2]}"#,
        r#"{"a":{"b":null},"c":true}"#,
        r#"{"b":[]}"#,
        r#"{"b":["x","y"],"a":-3}"#,
        r#"{"a":12,"c":"2024-02-30"}"#,
    ];
    let schemas = [
        r#"{"type":"object","required":["a"]}"#,
        r#"{"properties":{"a":{"type":["integer","null"]},"b":{"uniqueItems":true}}}"#,
        r#"{"properties":{"a":{"anyOf":[{"minimum":0},{"type":"string","pattern":"^x"}]}},"minProperties":1}"#,
        r#"{"properties":{"a":{"oneOf":[{"multipleOf":3},{"multipleOf":4}]}}}"#,
        r#"{"not":{"required":["b"]},"additionalProperties":{"type":"number"}}"#,
        r#"{"properties":{"b":{"prefixItems":[{"type":"string"}],"items":false,"minItems":1}}}"#,
        r#"{"properties":{"b":{"contains":{"const":2},"minContains":2}},"propertyNames":{"maxLength":1}}"#,
        r#"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"maxProperties":0}}"#,
        r#"{"dependentRequired":{"a":["c"]},"unevaluatedProperties":false,"properties":{"a":true}}"#,
        r##"{"$defs":{"n":{"type":"number"}},"properties":{"a":{"$ref":"#/$defs/n"}},"type":"object"}"##,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#","properties":{"a":{"minimum":1,"exclusiveMinimum":true}}}"#,
        r#"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"b":{"items":[{"type":"integer"}],"additionalItems":false}}}"#,
    ];
    for schema in schemas {
        let parsed: serde_json::Value = serde_json::from_str(schema).expect("a schema");
        let validator = jsonschema::validator_for(&parsed).expect("a valid schema");
        for instance in instances {
            let value: serde_json::Value = serde_json::from_str(instance).expect("an instance");
            assert_eq!(run(schema, instance).is_empty(), validator.is_valid(&value), "{schema} on {instance}");
        }
    }
}
