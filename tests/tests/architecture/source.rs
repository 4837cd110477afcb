//! Rust source as tokens. Comments and strings cannot be mistaken for code,
//! macros are looked into, and what is compiled only for tests is left out.

use core::ops::RangeInclusive;
use core::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens of one file that are not test code.
#[derive(Debug)]
pub(crate) struct Source {
    tokens: Vec<TokenTree>,
    tests: Vec<RangeInclusive<usize>>,
}

impl Source {
    /// Reads a file. Text that is no Rust has no tokens: the compiler will
    /// say so more clearly than a law could.
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let stream = TokenStream::from_str(text).unwrap_or_default();
        let mut tests = Vec::new();
        let mut tokens = ship(stream, &mut tests);
        if is_test_file(path) || starts_as_test(&tokens) {
            tests = vec![1..=text.lines().count()];
            tokens = Vec::new();
        }
        Self { tokens, tests }
    }

    /// What is compiled for the product.
    pub(crate) fn tokens(&self) -> &[TokenTree] {
        &self.tokens
    }

    /// How many lines of the file are not test code.
    pub(crate) fn shipped_lines(&self, text: &str) -> usize {
        let is_test = |line| self.tests.iter().any(|range| range.contains(&line));
        (1..=text.lines().count())
            .filter(|line| !is_test(*line))
            .count()
    }

    /// Every identifier, with its line.
    pub(crate) fn identifiers(&self) -> Vec<(String, usize)> {
        let mut found = Vec::new();
        collect_identifiers(&self.tokens, &mut found);
        found
    }
}

/// Whether every line of a file is compiled only for tests.
pub(crate) fn is_test_file(path: &str) -> bool {
    let mut parts = path.split('/');
    let name = parts.next_back();
    name == Some("tests.rs")
        || parts
            .skip(1)
            .any(|part| part == "tests" || part == "benches")
}

/// The line on which a token begins.
pub(crate) fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

/// The text of an identifier, if the token is one.
pub(crate) fn identifier(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

/// Whether the token is this punctuation character.
pub(crate) fn is(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

fn collect_identifiers(tokens: &[TokenTree], found: &mut Vec<(String, usize)>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push((ident.to_string(), line(token))),
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect_identifiers(&inner, found);
            }
            _ => {}
        }
    }
}

/// Leaves out every item under `#[cfg(test)]`, and notes its lines.
fn ship(stream: TokenStream, tests: &mut Vec<RangeInclusive<usize>>) -> Vec<TokenTree> {
    let mut tokens = stream.into_iter().peekable();
    let mut shipped = Vec::new();
    while let Some(token) = tokens.next() {
        let opens_test = is(Some(&token), '#')
            && matches!(tokens.peek(), Some(TokenTree::Group(group)) if is_test_attribute(group));
        if opens_test {
            let first = line(&token);
            let mut last = first;
            for skipped in tokens.by_ref() {
                last = skipped.span().end().line;
                let ends = is(Some(&skipped), ';')
                    || matches!(&skipped, TokenTree::Group(group)
                        if group.delimiter() == Delimiter::Brace);
                if ends {
                    break;
                }
            }
            tests.push(first..=last);
            continue;
        }
        shipped.push(match token {
            TokenTree::Group(group) => {
                let inner = ship(group.stream(), tests).into_iter().collect();
                let mut copy = Group::new(group.delimiter(), inner);
                copy.set_span(group.span());
                TokenTree::Group(copy)
            }
            other => other,
        });
    }
    shipped
}

fn is_test_attribute(group: &Group) -> bool {
    let text = group.stream().to_string().replace(' ', "");
    group.delimiter() == Delimiter::Bracket
        && (text == "cfg(test)" || text.starts_with("cfg(all(test,"))
}

fn starts_as_test(tokens: &[TokenTree]) -> bool {
    tokens.windows(3).any(|three| {
        is(three.first(), '#')
            && is(three.get(1), '!')
            && matches!(three.get(2), Some(TokenTree::Group(group)) if is_test_attribute(group))
    })
}

mod laws {
    use super::{Source, is_test_file};

    fn names(text: &str) -> Vec<String> {
        let found = Source::read("core/src/a.rs", text).identifiers();
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        assert_eq!(
            names("// crate::a\nconst A: B = \"crate::c\";"),
            ["const", "A", "B"]
        );
    }

    #[test]
    fn test_modules_are_left_out() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
        assert_eq!(names(text), ["fn", "a", "fn", "c"]);
        assert_eq!(Source::read("core/src/a.rs", text).shipped_lines(text), 2);
    }

    #[test]
    fn a_declared_test_module_is_left_out() {
        assert_eq!(names("#[cfg(test)]\nmod tests;\nfn a() {}"), ["fn", "a"]);
    }

    #[test]
    fn a_file_for_tests_only_ships_nothing() {
        let text = "#![cfg(test)]\nfn a() {}\n";
        assert_eq!(Source::read("core/src/a.rs", text).shipped_lines(text), 0);
    }

    #[test]
    fn test_files_are_told_by_their_path() {
        assert!(is_test_file("core/src/token/tests.rs"));
        assert!(is_test_file("core/src/token/tests/forged.rs"));
        assert!(is_test_file("tests/tests/vectors.rs"));
        assert!(is_test_file("tests/benches/token.rs"));
        assert!(!is_test_file("tests/src/lib.rs"));
        assert!(!is_test_file("core/src/token/mod.rs"));
    }
}
