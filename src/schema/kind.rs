//! What a value does wrong, in the words of github.com/santhosh-tekuri/jsonschema/v6.

use super::json::Json;
use super::way::Way;
use crate::go::strconv;
use std::fmt::Write;

/// A violation, where in the values it is, and what led to it.
#[derive(Debug)]
pub struct Violation {
    pub location: Vec<String>,
    pub kind: Kind,
    pub causes: Vec<Violation>,
}

/// The kinds of violations.
#[derive(Debug)]
pub enum Kind {
    /// Nobody asked for the reason.
    Quiet,
    Group,
    Not,
    AllOf,
    AnyOf,
    /// The first two subschemas that matched, or none.
    OneOf(Option<(usize, usize)>),
    False,
    RefCycle {
        url: String,
        locations: [String; 2],
    },
    Type {
        got: &'static str,
        want: Vec<&'static str>,
    },
    Enum(Vec<Json>),
    Const(Json),
    Format {
        got: Json,
        want: &'static str,
        error: String,
    },
    Reference,
    /// A count that is off: `minItems`, 1, 2.
    Count(&'static str, i64, i64),
    AdditionalItems(usize),
    Required(Vec<String>),
    /// Also `dependentRequired`.
    Dependency {
        property: String,
        missing: Vec<String>,
    },
    AdditionalProperties {
        names: Vec<String>,
        /// The properties that the schema names.
        known: Vec<String>,
    },
    PropertyName {
        name: String,
        /// Where the object is, if the violation says so.
        way: Option<Way>,
    },
    UniqueItems(usize, usize),
    Contains,
    MinContains {
        got: Vec<usize>,
        want: i64,
    },
    MaxContains {
        got: Vec<usize>,
        want: i64,
    },
    Pattern {
        got: String,
        want: String,
    },
    /// A number that is off: `minimum`, 1.5, 2.
    Bound(&'static str, f64, f64),
}

impl Violation {
    /// The lines of the violation and of its causes: each begins with a newline, its indent and a dash.
    pub fn write(&self, out: &mut String, indent: usize) {
        // A reference with one cause says nothing of its own.
        let skip = matches!(self.kind, Kind::Reference) && self.causes.len() == 1;
        if !skip {
            out.push('\n');
            for _ in 1..indent {
                out.push_str("  ");
            }
            let pointer = pointer(&self.location);
            let _ = write!(out, "- at {}: {}", quote(&pointer), self.kind.text());
        }
        for cause in &self.causes {
            cause.write(out, if skip { indent } else { indent + 1 });
        }
    }
}

impl Kind {
    /// The library's words.
    pub fn text(&self) -> String {
        match self {
            Kind::Quiet | Kind::Group | Kind::Reference => "validation failed".to_owned(),
            Kind::Not => "'not' failed".to_owned(),
            Kind::AllOf => "'allOf' failed".to_owned(),
            Kind::AnyOf => "'anyOf' failed".to_owned(),
            Kind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
            Kind::OneOf(Some((first, second))) => {
                format!("'oneOf' failed, subschemas {}, {} matched", count(*first as i64), count(*second as i64))
            }
            Kind::False => "false schema".to_owned(),
            Kind::RefCycle { url, locations: [first, second] } => {
                format!(
                    "both {first} and {second} resolve to {} causing reference cycle",
                    strconv::quote(url.as_bytes())
                )
            }
            Kind::Type { got, want } => format!("got {got}, want {}", want.join(" or ")),
            Kind::Enum(want) if want.iter().any(|item| matches!(item, Json::Array(_) | Json::Object(_))) => {
                "'enum' failed".to_owned()
            }
            Kind::Enum(want) => {
                let shown: Vec<String> = want.iter().map(display).collect();
                let one_of = if want.len() == 1 { "" } else { "one of " };
                format!("value must be {one_of}{}", shown.join(", "))
            }
            Kind::Const(Json::Array(_) | Json::Object(_)) => "'const' failed".to_owned(),
            Kind::Const(want) => format!("value must be {}", display(want)),
            Kind::Format { got, want, error } => format!("{} is not valid {want}: {error}", display(got)),
            Kind::Count(name, got, want) => format!("{name}: got {}, want {}", count(*got), count(*want)),
            Kind::AdditionalItems(extra) => format!("last {} additionalItem(s) not allowed", count(*extra as i64)),
            Kind::Required(missing) if missing.len() == 1 => format!("missing property {}", quoted(missing)),
            Kind::Required(missing) => format!("missing properties {}", quoted(missing)),
            Kind::Dependency { property, missing } => {
                format!("properties {} required, if {} exists", quoted(missing), quote(property))
            }
            Kind::AdditionalProperties { names, .. } => format!("additional properties {} not allowed", quoted(names)),
            Kind::PropertyName { name, .. } => format!("invalid propertyName {}", quote(name)),
            Kind::UniqueItems(first, second) => {
                format!("items at {} and {} are equal", count(*first as i64), count(*second as i64))
            }
            Kind::Contains => "no items match contains schema".to_owned(),
            Kind::MinContains { got, want } if got.is_empty() => {
                format!("min {} items required to match contains schema, but none matched", count(*want))
            }
            Kind::MinContains { got, want } => matched("min", got, *want),
            Kind::MaxContains { got, want } => matched("max", got, *want),
            Kind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
            Kind::Bound(name, got, want) => format!("{name}: got {}, want {}", number(*got), number(*want)),
        }
    }
}

fn matched(bound: &str, got: &[usize], want: i64) -> String {
    let places: Vec<String> = got.iter().map(usize::to_string).collect();
    format!(
        "{bound} {} items required to match contains schema, but matched {} items at {}",
        count(want),
        count(got.len() as i64),
        places.join(" ")
    )
}

/// A JSON pointer.
pub fn pointer(tokens: &[String]) -> String {
    tokens.iter().map(|token| format!("/{}", escape(token))).collect()
}

/// A token of a JSON pointer.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// A text in single quotes.
pub fn quote(text: &str) -> String {
    let quoted = strconv::quote(text.as_bytes()).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
    names.join(", ")
}

fn display(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Null => "<nil>".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(text) => text.to_string(),
    }
}

/// A count as golang.org/x/text/message prints `%d` in English.
fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    format!("{}{}", if number < 0 { "-" } else { "" }, grouped(&digits))
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number as golang.org/x/text/message prints `%v` in English: `1,234.5`, `1.5×10⁰⁷`.
fn number(number: f64) -> String {
    let scientific = format!("{:e}", number.abs());
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if number < 0.0 { "-" } else { "" };
    if (-4..6).contains(&exponent) || number == 0.0 {
        let plain = number.abs().to_string();
        let (whole, fraction) =
            plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
        let fraction = fraction.map_or_else(String::new, |fraction| format!(".{fraction}"));
        return format!("{sign}{}{fraction}", grouped(whole));
    }
    let power: String = format!("{:02}", exponent.abs())
        .bytes()
        .map(|digit| ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][usize::from(digit - b'0')])
        .collect();
    format!("{sign}{digits}×10{}{power}", if exponent < 0 { "⁻" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_english() {
        for (value, want) in [
            (1_234_567.5, "1.2345675×10⁰⁶"),
            (1e21, "1×10²¹"),
            (1e-5, "1×10⁻⁰⁵"),
            (-1234.5678, "-1,234.5678"),
            (123_456.789, "123,456.789"),
            (0.000_123_456, "0.000123456"),
            (0.0, "0"),
        ] {
            assert_eq!(number(value), want);
        }
        assert_eq!(count(-1_500), "-1,500");
        assert_eq!(quote("a'\"b\n"), "'a\\'\"b\\n'");
    }
}
