//! The laws about files: how long, how they begin, how modules are laid out
//! and what things may be called.

use proc_macro2::{Delimiter, TokenTree};

use crate::source::{Source, identifier, is, is_test_file, line};
use crate::tree::{Breach, Tree};

/// The most lines that a file may have besides its tests.
const CEILING: usize = 500;

/// Words that say nothing about what they name.
const EMPTY_WORDS: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "imp", "manager", "handler", "service",
    "data", "info", "types",
];

/// Names that a standard owns, whatever they end in.
const OWNED_BY_STANDARDS: &[&str] = &["UserInfo"];

/// Macros that leave something undone or were meant for one evening.
const UNFINISHED: &[&str] = &["todo", "unimplemented", "dbg"];

/// No file is longer than one can hold in mind.
pub(crate) fn too_long(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust() {
        let lines = Source::read(path, text).shipped_lines(text);
        if lines > CEILING {
            let what = format!("{lines} lines besides tests, more than {CEILING}");
            breaches.push(Breach::new(path, what));
        }
    }
    breaches
}

/// Every file says what it owns before it says anything else.
pub(crate) fn without_header(tree: &Tree) -> Vec<Breach> {
    tree.rust()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| Breach::new(path, "does not begin with `//!`"))
        .collect()
}

/// A module with children is a folder with a `mod.rs` in it.
pub(crate) fn beside_their_folder(tree: &Tree) -> Vec<Breach> {
    let has_folder = |path: &str| {
        let folder = format!("{}/", path.trim_end_matches(".rs"));
        tree.rust().any(|(other, _)| other.starts_with(&folder))
    };
    tree.rust()
        .filter(|(path, _)| has_folder(path))
        .map(|(path, _)| Breach::new(path, "belongs into its folder, as `mod.rs`"))
        .collect()
}

/// Neither files nor modules nor types are called after nothing in particular.
pub(crate) fn empty_names(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust() {
        for part in path.trim_end_matches(".rs").split('/') {
            if EMPTY_WORDS.contains(&part) {
                breaches.push(Breach::new(path, format!("`{part}` names nothing")));
            }
        }
        let mut defined = Vec::new();
        collect_definitions(Source::read(path, text).tokens(), &mut defined);
        for (name, line) in defined {
            if is_empty_name(&name) {
                breaches.push(Breach::at(path, line, format!("`{name}` names nothing")));
            }
        }
    }
    breaches
}

/// Nothing is left undone, and no warning is silenced without a reason.
pub(crate) fn unfinished(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in tree.rust() {
        if !is_test_file(path) {
            collect_unfinished(path, Source::read(path, text).tokens(), &mut breaches);
        }
    }
    breaches
}

fn is_empty_name(name: &str) -> bool {
    let last_word = name
        .rfind(char::is_uppercase)
        .map_or(name, |at| &name[at..]);
    !OWNED_BY_STANDARDS.contains(&name) && EMPTY_WORDS.contains(&last_word.to_lowercase().as_str())
}

fn collect_definitions(tokens: &[TokenTree], defined: &mut Vec<(String, usize)>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect_definitions(&inner, defined);
            }
            TokenTree::Ident(keyword) => {
                let defines = ["struct", "enum", "trait", "mod", "type", "union"]
                    .iter()
                    .any(|word| keyword == word);
                if let (true, Some(name)) = (defines, tokens.get(index + 1).and_then(identifier)) {
                    defined.push((name, line(token)));
                }
            }
            _ => {}
        }
    }
}

fn collect_unfinished(path: &str, tokens: &[TokenTree], breaches: &mut Vec<Breach>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let is_attribute = group.delimiter() == Delimiter::Bracket
                    && index > 0
                    && (is(tokens.get(index - 1), '#') || is(tokens.get(index - 1), '!'));
                let mut words = Vec::new();
                if is_attribute {
                    words.extend(inner.iter().filter_map(identifier));
                }
                if words.iter().any(|word| word == "allow") {
                    let what = "`#[allow]` instead of `#[expect(…, reason)]`";
                    breaches.push(Breach::at(path, line(token), what));
                }
                collect_unfinished(path, &inner, breaches);
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if UNFINISHED.contains(&name.as_str()) && is(tokens.get(index + 1), '!') {
                    breaches.push(Breach::at(path, line(token), format!("`{name}!`")));
                }
            }
            _ => {}
        }
    }
}

mod laws {
    use super::{beside_their_folder, empty_names, too_long, unfinished, without_header};
    use crate::assert_kept;
    use crate::tree::{Breach, Tree};

    fn count(law: fn(&Tree) -> Vec<Breach>, path: &str, text: &str) -> usize {
        law(&Tree::of([(path, text)])).len()
    }

    #[test]
    fn files_are_short() {
        assert_kept(too_long);
        let line = "const A: u8 = 1;\n";
        assert_eq!(count(too_long, "core/src/a.rs", &line.repeat(500)), 0);
        assert_eq!(count(too_long, "core/src/a.rs", &line.repeat(501)), 1);
    }

    #[test]
    fn tests_do_not_count_towards_the_length() {
        let tests = "fn a() {}\n".repeat(600);
        let text = format!("#[cfg(test)]\nmod tests {{\n{tests}}}\n");
        assert_eq!(count(too_long, "core/src/a.rs", &text), 0);
        assert_eq!(count(too_long, "core/src/a/tests.rs", &tests), 0);
        assert_eq!(count(too_long, "core/src/a.rs", &tests), 1);
    }

    #[test]
    fn files_begin_with_what_they_own() {
        assert_kept(without_header);
        for (text, breaches) in [
            ("//! Owns a.\nfn a() {}\n", 0),
            ("// Owns a.\nfn a() {}\n", 1),
            ("\n//! Owns a.\n", 1),
            ("use super::a;\n//! Owns a.\n", 1),
            ("//!\n", 1),
            ("", 1),
        ] {
            assert_eq!(
                count(without_header, "core/src/a.rs", text),
                breaches,
                "{text}"
            );
        }
    }

    #[test]
    fn modules_with_children_are_folders() {
        assert_kept(beside_their_folder);
        let kept = Tree::of([("core/src/a/mod.rs", ""), ("core/src/a/b.rs", "")]);
        assert_eq!(beside_their_folder(&kept), []);
        let broken = Tree::of([("core/src/a.rs", ""), ("core/src/a/b.rs", "")]);
        assert_eq!(beside_their_folder(&broken).len(), 1);
    }

    #[test]
    fn names_say_something() {
        assert_kept(empty_names);
        for (path, text) in [
            ("core/src/util.rs", ""),
            ("core/src/common/mod.rs", ""),
            ("core/src/a.rs", "mod helpers { }"),
            ("core/src/a.rs", "pub struct TokenManager;"),
            ("core/src/a.rs", "enum Info { A }"),
        ] {
            assert_eq!(count(empty_names, path, text), 1, "{path}: {text}");
        }
        for text in [
            "struct Database;",
            "struct UserInfo;",
            "let data = 1;",
            "mod imports {}",
        ] {
            assert_eq!(count(empty_names, "core/src/a.rs", text), 0, "{text}");
        }
    }

    #[test]
    fn nothing_is_left_undone() {
        assert_kept(unfinished);
        for text in [
            "fn a() { todo!() }",
            "fn a() { if b { unimplemented!(\"later\") } }",
            "fn a() { c(dbg!(b)) }",
            "#[allow(dead_code)]\nfn a() {}",
            "#![allow(dead_code)]",
        ] {
            assert_eq!(count(unfinished, "core/src/a.rs", text), 1, "{text}");
        }
        for text in [
            "fn todo() {}",
            "fn a(allow: u8) {}",
            "#[expect(dead_code, reason = \"\")]",
        ] {
            assert_eq!(count(unfinished, "core/src/a.rs", text), 0, "{text}");
        }
    }
}
