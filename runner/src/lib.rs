//! The native side of Touchmark: the scenario format and the runner behind the
//! `touchmark` command.
//!
//! The binary is a thin shell around this library, so that everything it does
//! can be tested without a process. Business rules live in `touchmark-core`.

pub mod cli;
pub mod execute;
pub mod exit;
pub mod expect;
pub mod host;
pub mod peer;
pub mod report;
pub mod scenario;
pub mod secret;
pub mod serve;
pub mod sqlite;
