//! What somebody may have meant who wrote a word that nobody knows.

/// Longer words than this are not compared: no key is.
const LONGEST: usize = 64;

/// The known word that is most like `word`; none where no word is.
///
/// A word may differ in case, in dashes and underscores, or in a third of its letters.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(word);
    let allowed = (wanted.len().max(3) / 3).min(4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let distance = distance(&wanted, &plain(candidate), allowed);
        if let Some(distance) = distance
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, word)| word)
}

/// In lower case and without what joins words.
fn plain(word: &str) -> Vec<char> {
    word.chars().filter(|char| !matches!(char, '-' | '_' | ' ')).flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// How many letters are missing, too many, wrong or swapped; `None` where they are more than allowed.
fn distance(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&above, column) + usize::from(x != y);
            let mut least = replaced.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let swapped = row > 0 && column > 0 && a.get(row - 1) == Some(y) && b.get(column - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant() {
        let known = ["ingress", "image", "replicas", "autoscaling", "env", "envFrom", "podDisruptionBudget"];
        for (word, wanted) in [
            ("ingres", Some("ingress")),
            ("Ingress", Some("ingress")),
            ("imgae", Some("image")),
            ("replica", Some("replicas")),
            ("auto-scaling", Some("autoscaling")),
            ("env_from", Some("envFrom")),
            ("evn", Some("env")),
            ("pod_disruption_budget", Some("podDisruptionBudget")),
            ("storage", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), wanted, "{word}");
        }
    }
}
