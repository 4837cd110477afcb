//! Why a task did not succeed, grouped by whom it concerns: the person who
//! typed the command, the machine it ran on, or the tree it looked at.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// What a task comes back with.
pub(crate) type Result<T> = core::result::Result<T, Failure>;

/// Why a task did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// The machine lacks something that the task could not install.
    Missing {
        /// What is not there.
        what: String,
        /// What a person has to type to change that.
        remedy: String,
    },
    /// A program could not be started.
    Start {
        /// The program.
        program: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// A program ran and failed.
    Command {
        /// The command as a person would type it.
        line: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file could not be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A claim about the tree turned out to be false.
    Disproved {
        /// The claim.
        claim: String,
        /// What was seen instead.
        because: String,
    },
    /// Stages of the check failed; each has told its own story.
    Stages(Vec<&'static str>),
}

impl Failure {
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    pub(crate) fn missing(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Missing {
            what: what.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn disproved(claim: impl Into<String>, because: impl Into<String>) -> Self {
        Self::Disproved {
            claim: claim.into(),
            because: because.into(),
        }
    }

    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File {
            path: path.to_path_buf(),
            source,
        }
    }

    /// 2 for a command line that makes no sense, 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(f, "{what}; see `cargo xtask help`"),
            Self::Missing { what, remedy } => write!(f, "{what}; to install it: {remedy}"),
            Self::Start { program, source } => write!(f, "cannot start {program}: {source}"),
            Self::Command { line, status } => write!(f, "`{line}` failed ({status})"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Disproved { claim, because } => write!(f, "{claim}, but {because}"),
            Self::Stages(names) => write!(f, "failed stages: {}", names.join(", ")),
        }
    }
}

impl core::error::Error for Failure {}
