//! Failing on demand, so that a check sees what the component makes of it.
//! While the file that `TOUCHMARK_TEST_FAULT` names is there, what it says
//! fails.

use std::{env, fs};

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The host hands over no random bytes.
    Randomness,
    /// Commits are applied, and fail nevertheless.
    LostCommit,
    /// Commits are not applied.
    NoCommit,
    /// Every statement fails.
    Database,
    /// Statements that change something fail; the next one may succeed.
    Change,
}

/// What fails now.
pub(crate) fn now() -> Option<Fault> {
    let file = env::var_os("TOUCHMARK_TEST_FAULT")?;
    match fs::read_to_string(file).ok()?.as_str() {
        "" | "randomness" => Some(Fault::Randomness),
        "lost commit" => Some(Fault::LostCommit),
        "no commit" => Some(Fault::NoCommit),
        "database" => Some(Fault::Database),
        "change" => Some(Fault::Change),
        other => panic!("there is no fault `{other}`"),
    }
}
