//! What to do about a key or a value that the schema does not take.

use super::check::{Source, text, value_at};
use super::guide::Guide;
use super::nearest::nearest;
use super::places::dotted;
use crate::go::{Dict, Value};

/// How many keys are still a choice, and not a list to search.
const CHOICE: usize = 15;

/// What was perhaps meant by a key that is unknown at a path: one of that name elsewhere, or one like it here.
pub fn unknown_key(guide: &Guide, path: &[String], key: &str, known: &[String]) -> Option<String> {
    let near = |found: &Vec<String>| found.len() <= 2 || found.first() == path.first();
    let find = |is_it: &dyn Fn(&str) -> bool| {
        let mut found = guide.find_all(|path| path.last().is_some_and(|name| is_it(name)));
        found.retain(near);
        found
    };
    let wanted = words(key);
    // `ports` where a port is wanted is no question of another place.
    if let Some(word) = known.iter().find(|word| same_words(&wanted, words(word))) {
        return Some(format!("did you mean `{word}`?"));
    }
    // The very word, elsewhere, says more than a word that is only like it here; `port` may also mean one of `ports`.
    let mut found = find(&|name| name == key);
    let alike = || find(&|name| same_words(&wanted, words(name)));
    if path.is_empty() && !found.is_empty() {
        let alike = alike();
        if alike.first().map(Vec::len) == found.first().map(Vec::len) {
            found = alike;
        }
    }
    if let Some(hint) = belongs(&found) {
        return Some(hint);
    }
    if let Some(word) = nearest(key, known.iter().map(String::as_str)) {
        return Some(format!("did you mean `{word}`?"));
    }
    if path.is_empty() {
        let whole = || guide.find(|path| same_words(&wanted, path.iter().flat_map(|key| words(key)).collect()));
        if let Some(hint) = belongs(&alike()).or_else(|| belongs(&whole().into_iter().collect::<Vec<_>>())) {
            return Some(hint);
        }
    }
    // `replicaCount` has the word of `replicas`.
    let shares = |word: &&String| words(word).iter().all(|word| wanted.contains(word));
    if let Some(word) = known.iter().find(shares) {
        return Some(format!("did you mean `{word}`?"));
    }
    match known.len() {
        0 => None,
        1..=CHOICE => Some(format!("choose from {}", known.join(", "))),
        _ => Some("the library's values.yaml explains every key".to_owned()),
    }
}

/// How many places are still an answer.
const PLACES: usize = 3;

fn belongs(found: &[Vec<String>]) -> Option<String> {
    let places: Vec<String> = found.iter().map(|path| format!("`{}`", dotted(path))).collect();
    (1..=PLACES).contains(&places.len()).then(|| format!("it belongs to {}", places.join(" or ")))
}

/// The words of a key in lower case and in the singular: `podAnnotations` is pod and annotation.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    for char in key.chars() {
        if !char.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || char.is_uppercase() {
            words.push(String::new());
        }
        fresh = false;
        if let Some(word) = words.last_mut() {
            word.extend(char.to_lowercase());
        }
    }
    for word in &mut words {
        if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
            word.pop();
        }
    }
    words
}

fn same_words(wanted: &[String], mut words: Vec<String>) -> bool {
    let mut wanted = wanted.to_vec();
    wanted.sort();
    words.sort();
    wanted == words
}

/// Advice for a number or boolean that was meant as a text.
pub fn quoted(source: &Source<'_>, values: &Dict, path: &[String]) -> Option<String> {
    match value_at(values, path)? {
        Value::String(_) | Value::List(_) | Value::Dict(_) | Value::Nil => None,
        // As it is written: 1.10 is the number 1.1, but was meant as the text 1.10.
        _ => {
            let text = source.written(path).or_else(|| text(values, path));
            text.map(|text| format!("write it in quotes: \"{text}\""))
        }
    }
}

/// Advice for a text that looks like the number or boolean that is wanted.
pub fn unquoted(values: &Dict, path: &[String], want: &[&str]) -> Option<String> {
    let Value::String(text) = value_at(values, path)? else { return None };
    let text = text.to_string();
    let number = text.parse::<f64>().is_ok() && want.iter().any(|name| matches!(*name, "number" | "integer"));
    let flag = want.contains(&"boolean") && (text == "true" || text == "false");
    if number || flag {
        return Some(format!("write it without quotes: {text}"));
    }
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(0);
    if let Some((number, "s" | "m" | "h" | "ms" | "sec" | "seconds" | " seconds" | " s")) =
        text.split_at_checked(digits)
        && !number.is_empty()
        && want.contains(&"integer")
        && path.last().is_some_and(|key| key.ends_with("Seconds"))
    {
        return Some(format!("write the seconds as a number alone, such as {number}"));
    }
    match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "enabled" if want.contains(&"boolean") => Some("write true".to_owned()),
        "no" | "off" | "n" | "disabled" if want.contains(&"boolean") => Some("write false".to_owned()),
        _ => None,
    }
}

/// How a value of the wanted types is written.
pub fn form(want: &[&str]) -> Option<String> {
    const FORMS: [(&str, &str); 6] = [
        ("object", "write its keys on the lines below it, indented by two spaces"),
        ("array", "write its items on the lines below it, each behind `- `"),
        ("string", "write a text, in quotes where it looks like something else"),
        ("integer", "write a whole number, without quotes"),
        ("number", "write a number, without quotes"),
        ("boolean", "write true or false, without quotes"),
    ];
    let form = FORMS.iter().find(|(name, _)| want.contains(name));
    form.map(|(_, form)| (*form).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::Str;

    #[test]
    fn what_a_key_is_called_here() {
        let guide = Guide::new(Some(&Str::from(
            r#"{"properties": {"replicas": {}, "pod": {"properties": {"annotations": {}, "nodeSelector": {}}},
                "probes": {"properties": {"liveness": {"properties": {"httpGet": {"properties": {"host": {}}}}}}},
                "image": {"properties": {"pullSecrets": {}}}, "net": {"properties": {"ports": {}, "port": {}}}, "env": {"additionalProperties": {}}}}"#,
        )));
        let known = ["replicas", "pod", "probes", "image", "env"].map(str::to_owned);
        for (path, key, wanted) in [
            ("", "replicaCount", Some("did you mean `replicas`?")),
            ("", "replica", Some("did you mean `replicas`?")),
            ("", "podAnnotations", Some("it belongs to `pod.annotations`")),
            ("", "imagePullSecrets", Some("it belongs to `image.pullSecrets`")),
            ("", "livenessProbe", Some("it belongs to `probes.liveness`")),
            ("", "nodeSelector", Some("it belongs to `pod.nodeSelector`")),
            ("", "port", Some("it belongs to `net.port` or `net.ports`")),
            ("", "queue", Some("choose from replicas, pod, probes, image, env")),
            ("env.DB", "host", None),
        ] {
            let path: Vec<String> = path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect();
            let known = if path.is_empty() { known.as_slice() } else { &[] };
            assert_eq!(unknown_key(&guide, &path, key, known).as_deref(), wanted, "{key}");
        }
    }
}
