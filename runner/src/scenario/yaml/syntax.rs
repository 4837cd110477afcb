//! Broken YAML in the user's terms: what the parser says, said better where a
//! person can be told what to do.

use serde_yaml::granit_parser as yaml;
use std::sync::Arc;

use super::too_deep;
use crate::scenario::{
    diagnostic::Diagnostic,
    source::{Source, Span},
};

const FLOW_HELP: &str = "inside `{}` and `[]`, quote text that contains `,`, `[`, `]`, `{` or `}`, \
                         such as `'$.items[0].id'`";

/// Puts the parser's word on broken syntax into the user's terms.
pub(super) fn broken_syntax(source: &Arc<Source>, error: &yaml::ScanError) -> Diagnostic {
    use yaml::ErrorKind as Kind;
    let at = error.marker().byte_offset().unwrap_or_default();
    let next = source.text()[at.min(source.text().len())..].chars().next();
    let place = Span::new(source, at..at + next.map_or(0, char::len_utf8));
    let say = |message: &str| Diagnostic::error(&place, message);
    match error.kind() {
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabAtBlockScalarStart
        | Kind::TabInPlainScalar => {
            say("a tab where YAML allows only spaces").help("indent with spaces")
        }
        Kind::DirectiveDisallowed => say("YAML directives are not allowed"),
        Kind::UnknownAnchor => say("this alias names no anchor defined above it"),
        Kind::RecursionLimitExceeded => too_deep(&place),
        Kind::UnclosedQuotedScalar => say("a quoted text is not closed"),
        Kind::UnclosedFlowCollection { open } => say(&format!("`{open}` is not closed")),
        Kind::MappingValueNotAllowed => say("a `:` where no key can stand")
            .help("quote text that contains `: `, and check the indentation"),
        Kind::UnexpectedCharacter {
            character: '`' | '@',
        } => say("text cannot begin with this character").help("quote it"),
        Kind::ExpectedFlowMappingSeparator => say("expected `,` or `}`").help(FLOW_HELP),
        Kind::ExpectedFlowSequenceSeparator => say("expected `,` or `]`").help(FLOW_HELP),
        Kind::ExpectedBlockMappingKey => {
            say("expected a key at this indentation").help("check the indentation")
        }
        Kind::ExpectedBlockSequenceEntry => {
            say("expected `- ` at this indentation").help("check the indentation")
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => {
            say("expected `key: value`").help("check the indentation, and for a missing `:`")
        }
        Kind::InvalidQuotedScalarIndent => say("a quoted text goes on at the wrong indentation")
            .help("close the quote, or indent its next line"),
        Kind::UnknownQuotedScalarEscape => {
            say("unknown escape in a quoted text").help("in single quotes a backslash means itself")
        }
        _ => say(&error.info()),
    }
}
