//! The seam to a host's SQLite, small enough to be implemented in some fifty
//! lines. All meaning is on this side of it.
//!
//! How the hosts fulfil it:
//! * rusqlite: a prepared statement each; `begin immediate` … `commit`.
//! * Durable Objects: `ctx.storage.sql.exec(sql, ...params)`, and
//!   `ctx.storage.transactionSync(() => …)` around the list. At most 100
//!   parameters a statement and 2 MB a string, which this store keeps to.
//!   <https://developers.cloudflare.com/durable-objects/api/sqlite-storage-api/>
//! * Spin: `execute` on one connection, with `BEGIN IMMEDIATE` and `COMMIT` as
//!   statements, and `ROLLBACK` when one fails.
//!   <https://spinframework.dev/sqlite-api-guide>
//! * node:sqlite, bun:sqlite: `db.prepare(sql).all(...params)` alike.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt::Display;

use crate::store::StoreError;

/// A host's way to one SQLite database.
pub trait Connection {
    /// Runs one `select` of this store. It sees everything that was
    /// acknowledged before the call.
    fn query(&self, statement: Statement) -> impl Future<Output = Result<Vec<Row>, StoreError>>;

    /// Runs all statements in one transaction, in order, and acknowledges when
    /// they are durable. If one fails nothing stays of any; [`failure`] says
    /// what that means. If the outcome is unknown, as after a `commit` that
    /// failed, the answer is [`StoreError::Ambiguous`].
    fn transact(&self, statements: Vec<Statement>) -> impl Future<Output = Result<(), StoreError>>;
}

/// One SQL statement with the values of its `?`, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// One of a few texts that never change, so that a host can keep it prepared.
    pub sql: &'static str,
    /// The parameters.
    pub params: Vec<Param>,
}

/// The value of a `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Param {
    /// An integer, exact in JavaScript.
    Integer(i64),
    /// A text.
    Text(String),
}

impl Param {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What every query of this store answers: three columns of these names, in
/// this order and of these types, so that a host converts one shape only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The first column, `key`.
    pub key: String,
    /// The second column, `version`.
    pub version: i64,
    /// The third column, `value`.
    pub value: String,
}

/// The name of the constraint that a check which does not hold violates. SQLite
/// says it in the message of the error, and every host passes that on.
pub const CONFLICT: &str = "touchmark_conflict";

/// What it means that a statement failed with this message and that the
/// transaction was rolled back.
pub fn failure(message: impl Display) -> StoreError {
    match StoreError::unavailable(message) {
        failed
            if failed
                .detail()
                .is_some_and(|detail| detail.contains(CONFLICT)) =>
        {
            StoreError::Conflict
        }
        failed => failed,
    }
}
