//! What happened, for the people who run a deployment. An entry is written in
//! the same commit as the change that it tells of, and never holds a secret.

use super::System;
use crate::time::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Whether something was done or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One entry of the audit record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When it happened.
    pub at: Timestamp,
    /// The system in whose words it was asked for.
    pub system: System,
    /// Who asked: a client identifier, or `anonymous`.
    pub actor: String,
    /// The operation, such as `client.register`.
    pub operation: String,
    /// What it was done to: an identifier, or empty.
    pub target: String,
    /// Whether it was done.
    pub verdict: Verdict,
    /// Why it was refused, in words that callers are not told; empty when done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}
