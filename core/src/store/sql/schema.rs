//! The tables, and how an older database becomes a current one: by steps that
//! are applied whole or not at all. Names carry a prefix because a host may
//! keep tables of its own beside ours.

use alloc::{vec, vec::Vec};
use core::fmt;

use super::{Connection, Param, Statement};
use crate::store::StoreError;

/// The statements of each step from an empty database to the current schema. A
/// step that was released never changes; a new one is added after it.
pub(super) const MIGRATIONS: &[&[&str]] = &[&[
    "create table touchmark_schema (step integer primary key)",
    "create table touchmark_entries (\
        tenant text not null, key text not null, version integer not null, value text not null, \
        primary key (tenant, key)) without rowid",
    // Nothing can be inserted but a zero, which nobody does: the table stays
    // empty, and an attempt aborts the transaction. See `CONFLICT`.
    "create table touchmark_guard (\
        conflict integer not null constraint touchmark_conflict check (conflict = 0))",
]];

const TABLE: &str = "select name as key, 0 as version, '' as value from sqlite_master \
    where type = 'table' and name = 'touchmark_schema'";

const STEP: &str =
    "select '' as key, coalesce(max(step), 0) as version, '' as value from touchmark_schema";

// Each step leaves its number. Two processes that migrate at once collide here,
// or at the first table, and one of them gives way.
const DONE: &str = "insert into touchmark_schema (step) values (?)";

/// Applies the steps that the database lacks.
pub(super) async fn migrate(
    connection: &impl Connection,
    migrations: &[&'static [&'static str]],
) -> Result<(), SchemaError> {
    let known = i64::try_from(migrations.len()).expect("there are few migrations");
    let mut found = step(connection).await?;
    while let Some(migration) = usize::try_from(found)
        .ok()
        .and_then(|next| migrations.get(next))
    {
        let mut statements: Vec<Statement> = migration
            .iter()
            .map(|sql| Statement {
                sql,
                params: Vec::new(),
            })
            .collect();
        statements.push(Statement {
            sql: DONE,
            params: vec![Param::Integer(found + 1)],
        });
        let outcome = connection.transact(statements).await;
        let reached = step(connection).await?;
        if reached <= found {
            outcome?;
            return Err(StoreError::unavailable("a migration left no trace").into());
        }
        found = reached;
    }
    if found == known {
        Ok(())
    } else {
        Err(SchemaError::Newer { found, known })
    }
}

async fn step(connection: &impl Connection) -> Result<i64, StoreError> {
    let read = |sql| {
        connection.query(Statement {
            sql,
            params: Vec::new(),
        })
    };
    if read(TABLE).await?.is_empty() {
        return Ok(0);
    }
    let rows = read(STEP).await?;
    rows.first()
        .map(|row| row.version)
        .ok_or_else(|| StoreError::unavailable("the schema was answered without a number"))
}

/// Why a database cannot be taken into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaError {
    /// A newer Touchmark migrated the database; this one would not understand it.
    Newer {
        /// The last step that the database went through.
        found: i64,
        /// The last step that this Touchmark knows.
        known: i64,
    },
    /// The database does not answer or refuses a migration.
    Store(StoreError),
}

impl From<StoreError> for SchemaError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { found, known } => write!(
                f,
                "the database has schema {found}, but this version of Touchmark knows only up to {known}"
            ),
            Self::Store(_) => f.write_str("the database cannot be prepared"),
        }
    }
}

impl core::error::Error for SchemaError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Newer { .. } => None,
            Self::Store(error) => Some(error),
        }
    }
}
