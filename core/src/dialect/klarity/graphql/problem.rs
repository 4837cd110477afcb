//! What is wrong with a GraphQL request, and where in its document.

use alloc::borrow::Cow;
use core::fmt;
use serde_json::{Value, json};

/// What kind of mistake it is, in the codes that GraphQL servers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The content is no GraphQL request at all.
    Request,
    /// The document is not GraphQL.
    Syntax,
    /// The document asks for what there is not.
    Validation,
    /// A value is not of its type.
    Input,
}

impl Kind {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Request => "BAD_REQUEST",
            Self::Syntax => "GRAPHQL_PARSE_FAILED",
            Self::Validation => "GRAPHQL_VALIDATION_FAILED",
            Self::Input => "BAD_USER_INPUT",
        }
    }
}

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    /// The byte of the document at which it was noticed.
    at: Option<usize>,
    text: Cow<'static, str>,
}

impl Problem {
    pub(super) fn request(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Request,
            at: None,
            text: text.into(),
        }
    }

    pub(super) fn syntax(at: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Syntax,
            at: Some(at),
            text: text.into(),
        }
    }

    pub(super) fn validation(at: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Validation,
            ..Self::syntax(at, text)
        }
    }

    pub(super) fn input(at: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind: Kind::Input,
            ..Self::syntax(at, text)
        }
    }

    /// The entry in the list of errors, with the line and the column, both
    /// counted from 1, in the document that it is about.
    pub(super) fn write(&self, document: &str) -> Value {
        let mut entry = json!({
            "message": self.text,
            "extensions": { "code": self.kind.code() },
        });
        if let Some(before) = self.at.and_then(|at| document.get(..at)) {
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            entry["locations"] = json!([{ "line": line, "column": column }]);
        }
        entry
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
