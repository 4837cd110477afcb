//! What documents may name as the proof of a sentence: a test, by its file and
//! name, or a step of a scenario.

use crate::tree::Tree;

/// What stands between backticks.
pub(crate) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Whether a file holds a test of that name. A property test has the same
/// attribute, inside its macro.
pub(crate) fn is_test(tree: &Tree, name: &str) -> bool {
    let Some((path, function)) = name.rsplit_once("::") else {
        return false;
    };
    let Some(text) = tree.file(path) else {
        return false;
    };
    let mut attributes = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes |= line == "#[test]" || line.ends_with("::test]");
            continue;
        }
        let signature = line.strip_prefix("async ").unwrap_or(line);
        let named = signature
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(function));
        if attributes && named.is_some_and(|rest| rest.starts_with('(')) {
            return true;
        }
        attributes = false;
    }
    false
}

/// The lines of a step of a scenario; `None` if there is no such step.
pub(crate) fn step<'a>(tree: &'a Tree, path: &str, name: &str) -> Option<Vec<&'a str>> {
    let begins = |line: &str| {
        let written = line.trim_start().strip_prefix("- step: ");
        written.map(|written| written.trim_matches(['"', '\'']).to_owned())
    };
    let mut lines = tree.file(path)?.lines();
    lines.find(|line| begins(line).as_deref() == Some(name))?;
    Some(lines.take_while(|line| begins(line).is_none()).collect())
}

mod laws {
    use super::{is_test, quoted, step};
    use crate::tree::Tree;

    #[test]
    fn a_step_is_found_by_its_whole_name() {
        let text =
            "steps:\n  - step: ask\n    http: GET /a\n  - step: ask again\n    http: GET /b\n";
        let tree = Tree::of([("a.yaml", text)]);
        assert_eq!(step(&tree, "a.yaml", "ask"), Some(vec!["    http: GET /a"]));
        assert_eq!(
            step(&tree, "a.yaml", "ask again"),
            Some(vec!["    http: GET /b"])
        );
        for (path, name) in [("a.yaml", "as"), ("a.yaml", "again"), ("b.yaml", "ask")] {
            assert_eq!(step(&tree, path, name), None, "{path} {name}");
        }
    }

    #[test]
    fn a_test_is_a_function_with_the_attribute() {
        let tree = Tree::of([("a.rs", "#[test]\nfn it_holds() {}\nfn it_is_none() {}\n")]);
        assert!(is_test(&tree, "a.rs::it_holds"));
        for name in [
            "a.rs::it_is_none",
            "a.rs::it_hold",
            "b.rs::it_holds",
            "it_holds",
        ] {
            assert!(!is_test(&tree, name), "{name}");
        }
    }

    #[test]
    fn what_stands_between_backticks_is_quoted() {
        assert_eq!(quoted("200 `a` and `b: c`, d"), ["a", "b: c"]);
    }
}
