//! Regular expressions as PromQL has them: the syntax of RE2, anchored at both
//! ends, matched in linear time, limited in length, depth and memory.
//!
//! The engine is `regex-automata`; an expression is translated to its syntax
//! first. Not supported are Unicode classes (`\pL`), octal escapes and `\Q…\E`.
//! <https://github.com/google/re2/wiki/Syntax>

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Compiler, Config};
use regex_automata::util::interpolate;
use regex_syntax::hir::{Hir, Look};

use super::re2::translate;

/// The longest regular expression, in bytes.
pub const MAX_PATTERN_BYTES: usize = 4096;
/// The most memory that the states of one regular expression may take. A match
/// costs at most this times the length of the value.
const MAX_STATE_BYTES: usize = 64 * 1024;
/// How deep groups may nest.
const MAX_DEPTH: u32 = 50;
/// How many steps of an automaton are a unit of work.
const STEPS_PER_UNIT: usize = 4;
/// The characters that mean something outside of classes.
const META: &str = r"\.+*?()|[]{}^$";

/// A regular expression that must match the whole text.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    engine: Engine,
}

#[derive(Debug, Clone)]
enum Engine {
    /// Alternatives without any meta character, which dashboards like to send.
    Literals(BTreeSet<String>),
    Automaton(Arc<PikeVM>),
}

impl Pattern {
    /// Compiles a regular expression.
    ///
    /// # Errors
    /// Returns why it was refused.
    pub fn compile(source: &str) -> Result<Self, PatternError> {
        if source.len() > MAX_PATTERN_BYTES {
            return Err(PatternError::TooLong);
        }
        let alternatives = || source.split('|');
        let engine = if alternatives().all(|text| !text.contains(|c| META.contains(c))) {
            Engine::Literals(alternatives().map(String::from).collect())
        } else {
            Engine::Automaton(Arc::new(build(&translate(source)?)?))
        };
        Ok(Self {
            source: source.into(),
            engine,
        })
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.engine {
            Engine::Literals(texts) => texts.contains(text),
            Engine::Automaton(automaton) => automaton.is_match(&mut automaton.create_cache(), text),
        }
    }

    /// The units of work that a match with a text takes at most.
    #[must_use]
    pub fn cost(&self, text: &str) -> usize {
        match &self.engine {
            Engine::Literals(_) => 1,
            Engine::Automaton(automaton) => {
                let states = automaton.get_nfa().states().len();
                1 + states.saturating_mul(text.len() + 1) / STEPS_PER_UNIT
            }
        }
    }

    /// The expression as it was given, without its anchors.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What `template` becomes with the groups of a match: `$1`, `${name}`.
    /// `None` if the whole text does not match.
    #[must_use]
    pub fn expand(&self, text: &str, template: &str) -> Option<String> {
        let mut expanded = String::new();
        match &self.engine {
            Engine::Literals(texts) => {
                texts.get(text)?;
                let whole = |index, out: &mut String| {
                    if index == 0 {
                        out.push_str(text);
                    }
                };
                interpolate::string(template, whole, |_| None, &mut expanded);
            }
            Engine::Automaton(automaton) => {
                let mut groups = automaton.create_captures();
                automaton.captures(&mut automaton.create_cache(), text, &mut groups);
                let group = |index, out: &mut String| {
                    if let Some(span) = groups.get_group(index) {
                        out.push_str(&text[span.range()]);
                    }
                };
                let named = |name: &str| groups.group_info().to_index(groups.pattern()?, name);
                groups.is_match().then_some(())?;
                interpolate::string(template, group, named, &mut expanded);
            }
        }
        Some(expanded)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// Prefixes every meta character with a backslash.
#[must_use]
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if META.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn build(translated: &str) -> Result<PikeVM, PatternError> {
    let mut parser = regex_syntax::ParserBuilder::new()
        .nest_limit(MAX_DEPTH)
        .build();
    let inner = parser.parse(translated).map_err(PatternError::of)?;
    let anchored = [Hir::look(Look::Start), inner, Hir::look(Look::End)];
    let compiled = Compiler::new()
        .configure(Config::new().nfa_size_limit(Some(MAX_STATE_BYTES)))
        .build_from_hir(&Hir::concat(anchored.into()));
    let states = compiled.map_err(|_| PatternError::TooLarge)?;
    PikeVM::new_from_nfa(states).map_err(|_| PatternError::TooLarge)
}

/// Why a regular expression was refused.
#[derive(Debug, Clone)]
pub enum PatternError {
    /// It has more than [`MAX_PATTERN_BYTES`].
    TooLong,
    /// It would take too much memory.
    TooLarge,
    /// It has a Unicode class such as `\pL`.
    UnicodeClass,
    /// It has a class such as `[[:what:]]` that does not exist.
    UnknownClass,
    /// It repeats a repetition, such as `a**`.
    NestedRepetition,
    /// It is malformed or too deep.
    Syntax(regex_syntax::ast::ErrorKind),
    /// It asks for something that is not supported.
    Meaning(regex_syntax::hir::ErrorKind),
}

impl PatternError {
    fn of(error: regex_syntax::Error) -> Self {
        match error {
            regex_syntax::Error::Parse(error) => Self::Syntax(error.kind().clone()),
            regex_syntax::Error::Translate(error) => Self::Meaning(error.kind().clone()),
            // The library may get further kinds of errors; all are refusals.
            _ => Self::TooLarge,
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("error parsing regexp: ")?;
        match self {
            Self::TooLong => write!(f, "expression exceeds {MAX_PATTERN_BYTES} bytes"),
            Self::TooLarge => f.write_str("expression too large"),
            Self::NestedRepetition => f.write_str("invalid nested repetition operator"),
            Self::UnknownClass => f.write_str("invalid character class range"),
            Self::UnicodeClass => f.write_str("Unicode classes are not supported"),
            Self::Syntax(kind) => kind.fmt(f),
            Self::Meaning(kind) => kind.fmt(f),
        }
    }
}

impl core::error::Error for PatternError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn matches(pattern: &str, value: &str) -> bool {
        Pattern::compile(pattern).unwrap().matches(value)
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        for (pattern, value, expected) in [
            ("b", "abc", false),
            ("a|abc", "abc", true),
            ("a|b", "ab", false),
            ("a|", "", true),
            (".*", "", true),
            (".+", "", false),
            ("^abc$", "abc", true),
            ("(?i)ABC", "aBc", true),
            ("(?i)É", "é", true),
            ("a.c", "aéc", true),
            ("a.c", "a\nc", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, value), expected, "{pattern} on {value:?}");
        }
    }

    #[test]
    fn the_syntax_is_that_of_re2() {
        for (pattern, value, expected) in [
            (r"\d+", "12", true),
            (r"\d", "٣", false),
            (r"\D\W", "é!", true),
            (r"[\d-]+", "1-2", true),
            (r"\w+\s\w+", "a_1 b", true),
            (r"\w", "é", false),
            (r"\bab\b", "ab", true),
            ("[[:alpha:]]+", "abC", true),
            ("[[:^digit:]x]", "x", true),
            ("[]a]+", "a]", true),
            ("[^]a]", "]", false),
            ("[[a]+", "[a", true),
            ("[a&&b]+", "&ab", true),
            ("[a~~b]+", "~ab", true),
            ("[a-]+", "a-", true),
            ("[---a]+", "-.0a", true),
            ("[[:x]+", "[:x", true),
            (r"[\]]", "]", true),
            ("a{", "a{", true),
            ("a{,2}", "a{,2}", true),
            ("a{2,}", "aaa", true),
            ("a{1,2}", "aaa", false),
            ("a{1,2}?b", "aab", true),
            ("(?:a*)*", "aa", true),
            (r"a\**", "a**", true),
            (r"\.", ".", true),
            (r"\x{e9}\x41", "éA", true),
            ("(?s)a.c", "a\nc", true),
            ("(?P<n>a)", "a", true),
        ] {
            assert_eq!(matches(pattern, value), expected, "{pattern} on {value:?}");
        }
    }

    #[test]
    fn malformed_patterns_are_refused_and_cannot_break_out_of_the_anchors() {
        for pattern in [
            "a)|(?:b",
            ")(",
            "(",
            "a(?",
            "[",
            "[[:x",
            r"(\",
            r"\pL",
            r"[\PN]",
            "(?P<",
            "a{2,1}",
            r"\1",
            "a**",
            "a+??",
            "a{2}{3}",
            "[b--]",
            "[[:what:]]",
        ] {
            let error = Pattern::compile(pattern).unwrap_err().to_string();
            let reason = error.strip_prefix("error parsing regexp: ").unwrap();
            assert!(
                !reason.is_empty() && !reason.contains('\n'),
                "{pattern}: {error}"
            );
        }
        let error = Pattern::compile("(").unwrap_err().to_string();
        assert_eq!(error, "error parsing regexp: unclosed group");
    }

    #[test]
    fn patterns_are_limited_in_length_depth_and_size() {
        assert!(Pattern::compile(&"a".repeat(MAX_PATTERN_BYTES)).is_ok());
        let long = Pattern::compile(&"a".repeat(MAX_PATTERN_BYTES + 1)).unwrap_err();
        assert_eq!(
            long.to_string(),
            "error parsing regexp: expression exceeds 4096 bytes"
        );
        assert!(Pattern::compile(&"(".repeat(60)).is_err());
        let deep = alloc::format!("{}a{}", "(".repeat(60), ")".repeat(60));
        assert!(Pattern::compile(&deep).is_err());
        let large = Pattern::compile("((a{1,99}){1,99}){1,99}").unwrap_err();
        assert_eq!(
            large.to_string(),
            "error parsing regexp: expression too large"
        );
    }

    #[test]
    fn groups_of_a_match_are_expanded() {
        for (pattern, template, expanded) in [
            ("(.*)-(?P<tail>.*)", "$2:$1:${tail}", Some("b:a:b")),
            ("(.*)-(.*)", "$1x-${1}x-$9-$$-$", Some("-ax--$-$")),
            ("a-b", "<$0$1>", Some("<a-b>")),
            ("a", "x", None),
            ("(a)", "x", None),
        ] {
            let found = Pattern::compile(pattern).unwrap().expand("a-b", template);
            assert_eq!(found.as_deref(), expanded, "{pattern} {template}");
        }
    }

    proptest! {
        #[test]
        fn an_escaped_text_matches_just_itself(text in "\\PC{0,9}", other in "\\PC{0,9}") {
            let pattern = Pattern::compile(&alloc::format!("(?:{})", escape(&text))).unwrap();
            prop_assert!(pattern.matches(&text));
            prop_assert_eq!(pattern.matches(&other), text == other);
        }

        #[test]
        fn any_text_is_compiled_or_refused(text in "\\PC*", meta in r"[\\.+*?()|\[\]{}^$a:&~-]{0,12}") {
            let _ = Pattern::compile(&text);
            if let Ok(pattern) = Pattern::compile(&meta) {
                let _ = pattern.matches(&text);
            }
        }
    }
}
