use super::*;

/// `expected` was printed by Go's regexp for `FindAllStringSubmatchIndex(text, -1)`.
#[test]
fn finds_what_go_finds() {
    for (pattern, text, expected) in TABLE {
        for name in ["ascii", "light", "full"] {
            let regexp = Regexp::new(pattern).unwrap();
            match &regexp.matcher {
                Matcher::Program(program) if name == "light" => program.ascii.set(None).unwrap(),
                Matcher::Program(program) if name == "full" => program.searched.store(LIGHT, Relaxed),
                _ => {}
            }
            let got: Vec<String> = regexp
                .find_all_submatches(text, -1)
                .iter()
                .map(|groups| {
                    let groups = groups.iter().map(|g| g.map_or("-".into(), |(s, e)| format!("{s}:{e}")));
                    groups.collect::<Vec<_>>().join(",")
                })
                .collect();
            assert_eq!(got.join(" "), *expected, "{} {text:?} {name}", String::from_utf8_lossy(pattern));
        }
    }
}

static TABLE: &[(&[u8], &[u8], &str)] = include!("table.in");

#[test]
fn errors_are_gos() {
    for (pattern, expected) in ERRORS {
        let got =
            Regexp::new(pattern.as_bytes()).map(|_| ()).map_err(|error| error.replace("error parsing regexp: ", ""));
        assert_eq!(got.err().as_deref().unwrap_or(""), *expected, "{pattern}");
    }
}

static ERRORS: &[(&str, &str)] = include!("errors.in");

#[test]
fn replacement_templates() {
    for (pattern, text, template, expected) in REPLACEMENTS {
        let got = Regexp::new(pattern.as_bytes()).unwrap().replace_all(&Str::from(*text), &Str::from(*template));
        assert_eq!(got.to_string(), *expected, "{pattern} {text} {template}");
    }
}

static REPLACEMENTS: &[(&str, &str, &str, &str)] = include!("replacements.in");

#[test]
fn splits() {
    for (pattern, text, limit, expected) in [
        (",", "a,b,c", -1, "a|b|c"),
        (",", "a,b,c", 2, "a|b,c"),
        ("", "héo", -1, "h|é|o"),
        ("a*", "baac", -1, "b|c"),
        ("-", "-a-", -1, "|a|"),
        (",", "", -1, ""),
    ] {
        let got = Regexp::new(pattern.as_bytes()).unwrap().split(&Str::from(text), limit).unwrap();
        assert_eq!(got.0.iter().map(Str::to_string).collect::<Vec<_>>().join("|"), expected, "{pattern} {text}");
    }
    assert!(Regexp::new(b",").unwrap().split(&Str::from("a"), 0).is_none());
}

#[test]
fn deep_nesting_is_refused_or_works() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    let check = move || {
        assert!(Regexp::new(nested(998).as_bytes()).unwrap().is_match(b"a"));
        assert!(Regexp::new(nested(1100).as_bytes()).unwrap_err().contains("expression nests too deeply"));
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(check);
    thread.expect("a thread").join().expect("no panic");
}

#[test]
fn quotes() {
    assert_eq!(quote_meta(&Str::from("a.b[c]$")).to_string(), r"a\.b\[c\]\$");
}

/// Of these it does not show when the expression is made whether its program fits.
#[test]
fn small_programs_fit() {
    for pattern in [r"[\pL\pN]{199}", r"[^\pL\pN\pS]{199}", r"(?i)[\pL\p{Lu}\p{Han}]{199}", r"[^\pM]{99}[\pS\pP]{99}"] {
        let parse::Parsed { hir, size, ranges, .. } = parse::parse(pattern.as_bytes()).unwrap();
        assert!((SMALL_SIZE - 10..=SMALL_SIZE).contains(&size) && ranges <= SMALL_RANGES, "{pattern}: {size} {ranges}");
        let regex = build(config_of_light(), &hir).unwrap();
        assert!(regex.memory_usage() < PROGRAM_SIZE / 2, "{pattern}: {}", regex.memory_usage());
    }
}

#[test]
fn what_replaces_is_bounded() {
    let (text, template) = (Str::from("a".repeat(100_000)), Str::from("$1".repeat(100_000)));
    let replaced = |pattern: &[u8]| Regexp::new(pattern).unwrap().replace_all(&text, &template).len();
    for pattern in [&b"(a*)"[..], b"(a)"] {
        assert!((fmt::LIMIT + 1..2 * fmt::LIMIT).contains(&replaced(pattern)));
    }
}
