//! Why a configuration cannot be used: where it is wrong, and what was
//! expected there. Values are not quoted.

use crate::json;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationError {
    /// The names of the members that lead to the fault, the innermost first.
    steps: Vec<String>,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Json(json::Error),
    Expected(&'static str),
    Unknown(Vec<&'static str>),
}

impl ConfigurationError {
    /// The text is not JSON.
    pub(super) const fn json(error: json::Error) -> Self {
        Self::of(Problem::Json(error))
    }

    /// Something else has to be here.
    pub(super) const fn expected(what: &'static str) -> Self {
        Self::of(Problem::Expected(what))
    }

    /// Only members of these names may be here.
    pub(super) const fn unknown(known: Vec<&'static str>) -> Self {
        Self::of(Problem::Unknown(known))
    }

    /// The same fault, seen from around the member that it is in.
    pub(super) fn inside(mut self, member: &str) -> Self {
        self.steps.push(member.chars().take(LONGEST_STEP).collect());
        self
    }

    const fn of(problem: Problem) -> Self {
        Self {
            steps: Vec::new(),
            problem,
        }
    }
}

/// How much of a member's name is told.
const LONGEST_STEP: usize = 64;

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().rev().enumerate() {
            let dot = if place == 0 { "" } else { "." };
            write!(f, "{dot}{}", step.escape_debug())?;
        }
        if !self.steps.is_empty() {
            f.write_str(": ")?;
        }
        match &self.problem {
            Problem::Json(error) => error.fmt(f),
            Problem::Expected(what) => write!(f, "expected {what}"),
            Problem::Unknown(known) => {
                write!(f, "there is no such key; the keys are {}", known.join(", "))
            }
        }
    }
}

impl core::error::Error for ConfigurationError {}
