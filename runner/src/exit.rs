//! Exit codes of `touchmark`, a public contract that scripts rely on.
//!
//! The same numbers appear in machine-readable reports.

use std::process::ExitCode;

/// Why the command ended as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for went well.
    Passed = 0,
    /// At least one expectation was not met.
    Failed = 1,
    /// A scenario, project or other file is wrong.
    BadFile = 2,
    /// The command line is wrong, or it selects nothing.
    BadUsage = 3,
    /// The deployment could not be reached, or no identity could be had from it.
    Unreachable = 4,
    /// Something that was made could not be taken back.
    Leftovers = 5,
    /// A policy of the runner forbids what was asked for.
    Refused = 6,
    /// The command itself is broken; please report it.
    Bug = 70,
}

impl Exit {
    /// Every code, in ascending order.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::Failed,
        Self::BadFile,
        Self::BadUsage,
        Self::Unreachable,
        Self::Leftovers,
        Self::Refused,
        Self::Bug,
    ];

    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code in words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "an expectation was not met",
            Self::BadFile => "a file is wrong",
            Self::BadUsage => "the command line is wrong or selects nothing",
            Self::Unreachable => "the deployment could not be reached or gave no token",
            Self::Leftovers => "cleanup left things behind",
            Self::Refused => "refused by policy",
            Self::Bug => "a bug in touchmark",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
