//! The laws that keep prose true: what ARCHITECTURE.md calls an invariant is
//! held by a test that exists, and what README.md, CONTRIBUTING.md and the
//! pages in `docs` tell a person to type is a command that exists, with
//! options that it takes.
//!
//! The invariants are a numbered list under `## Invariants`. Each item ends
//! in `test:` and one or more of `` `path/to/file.rs::name_of_the_test` ``,
//! or in `check:` and the `` `name` `` of a stage of `cargo xtask check`.

use crate::proofs::{is_test, quoted};
use crate::tree::{Breach, Tree};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const INSTRUCTIONS: [&str; 2] = ["README.md", "CONTRIBUTING.md"];

/// Invariants that nothing holds.
pub(crate) fn unheld_invariants(tree: &Tree) -> Vec<Breach> {
    let items = invariants(tree.file(ARCHITECTURE).unwrap_or_default());
    if items.is_empty() {
        return vec![Breach::new(ARCHITECTURE, "lists no invariants")];
    }
    let mut breaches = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let number = index + 1;
        let place = format!("{ARCHITECTURE}, invariant {number}");
        if !item.starts_with(&format!("{number}. ")) {
            breaches.push(Breach::new(&place, "is out of order"));
        }
        let tests = item.rsplit_once(" test: ").map(|(_, names)| quoted(names));
        let stages = item.rsplit_once(" check: ").map(|(_, names)| quoted(names));
        let absent: Vec<&str> = match (&tests, &stages) {
            (Some(names), _) => names
                .iter()
                .copied()
                .filter(|name| !is_test(tree, name))
                .collect(),
            (None, Some(names)) => names
                .iter()
                .copied()
                .filter(|name| !is_stage(tree, name))
                .collect(),
            (None, None) => Vec::new(),
        };
        if tests.or(stages).is_none_or(|names| names.is_empty()) {
            breaches.push(Breach::new(&place, "names no test"));
        }
        for name in absent {
            breaches.push(Breach::new(&place, format!("there is no `{name}`")));
        }
    }
    breaches
}

/// Commands of the instructions that do not exist.
pub(crate) fn unknown_commands(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for path in INSTRUCTIONS {
        if tree.file(path).is_none() {
            breaches.push(Breach::new(path, "is missing"));
        }
    }
    let instructs = |path: &str| {
        INSTRUCTIONS.contains(&path) || (path.starts_with("docs/") && path.ends_with(".md"))
    };
    for (path, text) in tree.files().filter(|(path, _)| instructs(path)) {
        for (line, command) in commands(text) {
            if let Some(problem) = problem_of(tree, &command) {
                breaches.push(Breach::at(path, line, problem));
            }
        }
    }
    breaches
}

/// What is wrong with a command of ours; others are taken on trust.
fn problem_of(tree: &Tree, command: &str) -> Option<String> {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["cargo", "xtask", task, rest @ ..] => {
            if !is_task(tree, task) {
                return Some(format!("there is no task `{task}`"));
            }
            let named = match *task {
                "stage" => rest,
                _ => rest.split(|word| *word == "--only").nth(1).unwrap_or(&[]),
            };
            let stage = named.iter().find(|stage| !is_stage(tree, stage))?;
            Some(format!("there is no stage `{stage}`"))
        }
        ["cargo", "run", rest @ ..] => {
            let arguments = rest.split(|word| *word == "--").nth(1)?;
            misunderstood(arguments)
        }
        ["touchmark", arguments @ ..] => misunderstood(arguments),
        _ => None,
    }
}

/// What `touchmark` would say about its arguments, if it would refuse them.
fn misunderstood(arguments: &[&str]) -> Option<String> {
    let words = core::iter::once(&"touchmark").chain(arguments);
    let error = touchmark::cli::command()
        .try_get_matches_from(words)
        .err()?;
    // Asking for help is reported as an error too.
    error.use_stderr().then(|| {
        error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    })
}

/// The items of the list, each as one line.
fn invariants(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let section = text
        .lines()
        .skip_while(|line| *line != "## Invariants")
        .skip(1);
    for line in section.take_while(|line| !line.starts_with("## ")) {
        let is_item = line.split_once(". ").is_some_and(|(number, _)| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_item {
            items.push(line.to_owned());
        } else if let (true, Some(item)) = (line.starts_with(' '), items.last_mut()) {
            item.push(' ');
            item.push_str(line.trim());
        }
    }
    items
}

fn is_stage(tree: &Tree, name: &str) -> bool {
    let wanted = format!("name: \"{name}\",");
    tree.rust()
        .filter(|(path, _)| path.starts_with("xtask/src/check/stage/"))
        .any(|(_, text)| text.contains(&wanted))
}

fn is_task(tree: &Tree, name: &str) -> bool {
    let wanted = format!("[\"{name}\"");
    tree.file("xtask/src/main.rs")
        .is_some_and(|text| text.contains(&wanted))
}

/// What a person would type: the lines of fenced blocks, up to a comment or
/// to what the shell does with input and output. A line that ends in `\\` goes
/// on in the next one.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut unfinished: Option<(usize, String)> = None;
    let mut commands = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if inside {
            let line = line.trim_start();
            let line = line.strip_prefix("$ ").unwrap_or(line);
            let (number, mut command) = unfinished.take().unwrap_or((index + 1, String::new()));
            if let Some(begun) = line.strip_suffix('\\') {
                command.push_str(begun);
                unfinished = Some((number, command));
                continue;
            }
            command.push_str(line);
            let marks = [" #", " |", " >", " <", " &"];
            let end = marks.iter().filter_map(|mark| command.find(mark)).min();
            command.truncate(end.unwrap_or(command.len()));
            commands.push((number, command));
        }
    }
    commands
}

mod laws {
    use super::{unheld_invariants, unknown_commands};
    use crate::tree::{Breach, Tree};

    const TEST: (&str, &str) = ("a.rs", "#[test]\nfn it_holds() {}\nfn it_is_no_test() {}\n");
    const STAGE: (&str, &str) = (
        "xtask/src/check/stage/a.rs",
        "Stage {\n    name: \"no-std\",\n}",
    );
    const TASKS: (&str, &str) = (
        "xtask/src/main.rs",
        "[\"check\", ..] => a(),\n[\"stage\", ..] => b(),",
    );

    fn invariants(list: &str) -> Vec<String> {
        let text = format!("# A\n\n## Invariants\n\n{list}\n## Next\n\n1. Not one.\n");
        let tree = Tree::of([("ARCHITECTURE.md", &text), TEST, STAGE]);
        unheld_invariants(&tree)
            .iter()
            .map(Breach::to_string)
            .collect()
    }

    fn readme(text: &str) -> Vec<String> {
        let text = format!("# A\n```sh\n{text}\n```\ncargo xtask prose\n");
        let tree = Tree::of([("README.md", &text), ("CONTRIBUTING.md", ""), STAGE, TASKS]);
        unknown_commands(&tree)
            .iter()
            .map(Breach::to_string)
            .collect()
    }

    #[test]
    fn our_invariants_are_held() {
        crate::assert_kept(unheld_invariants);
    }

    #[test]
    fn our_documents_name_commands_that_exist() {
        crate::assert_kept(unknown_commands);
    }

    #[test]
    fn invariants_that_are_held_pass() {
        let list =
            "1. A holds — test: `a.rs::it_holds`\n2. B holds, and\n   so on — check: `no-std`\n";
        assert_eq!(invariants(list), [""; 0]);
    }

    #[test]
    fn an_invariant_without_a_test_is_found() {
        assert_eq!(
            invariants("1. A holds.\n"),
            ["ARCHITECTURE.md, invariant 1: names no test"]
        );
    }

    #[test]
    fn an_invariant_with_an_absent_test_is_found() {
        for name in [
            "a.rs::it_is_no_test",
            "a.rs::it_hold",
            "b.rs::it_holds",
            "it_holds",
        ] {
            assert_eq!(
                invariants(&format!("1. A holds — test: `{name}`\n")),
                [format!(
                    "ARCHITECTURE.md, invariant 1: there is no `{name}`"
                )]
            );
        }
    }

    #[test]
    fn an_invariant_with_an_absent_stage_is_found() {
        assert_eq!(
            invariants("1. A holds — check: `nostd`\n"),
            ["ARCHITECTURE.md, invariant 1: there is no `nostd`"]
        );
    }

    #[test]
    fn a_gap_in_the_numbers_is_found() {
        let list = "1. A — test: `a.rs::it_holds`\n3. B — test: `a.rs::it_holds`\n";
        assert_eq!(
            invariants(list),
            ["ARCHITECTURE.md, invariant 2: is out of order"]
        );
    }

    #[test]
    fn an_empty_list_is_found() {
        assert_eq!(
            invariants("Later.\n"),
            ["ARCHITECTURE.md: lists no invariants"]
        );
    }

    #[test]
    fn commands_that_exist_pass() {
        for command in [
            "$ cargo xtask check --only no-std   # one stage",
            "cargo xtask stage no-std",
            "cargo build --release",
            "cargo run --release -- schema scenario > scenario.schema.json",
            "touchmark --help",
            "touchmark --color never check scenarios | less",
        ] {
            assert_eq!(readme(command), [""; 0], "{command}");
        }
    }

    #[test]
    fn commands_that_do_not_exist_are_found() {
        for (command, problem) in [
            ("cargo xtask chekc", "there is no task `chekc`"),
            (
                "cargo xtask check --only no-sdt",
                "there is no stage `no-sdt`",
            ),
            ("cargo xtask stage no-sdt", "there is no stage `no-sdt`"),
            ("touchmark chekc", "error: unrecognized subcommand 'chekc'"),
            (
                "cargo run -- check --colour",
                "error: unexpected argument '--colour' found",
            ),
        ] {
            assert_eq!(
                readme(command),
                [format!("README.md:3: {problem}")],
                "{command}"
            );
        }
    }

    #[test]
    fn a_missing_document_is_found() {
        assert_eq!(
            unknown_commands(&Tree::default())
                .iter()
                .map(Breach::to_string)
                .collect::<Vec<_>>(),
            ["README.md: is missing", "CONTRIBUTING.md: is missing"]
        );
    }
}
