//! Spin's SQLite as a connection of the store.
//!
//! Every transaction has a connection of its own. So whatever ends it early, a
//! trap and a caller who hangs up included, drops that connection, which rolls
//! it back; and nothing is ever read from within one.
//!
//! <https://spinframework.dev/sqlite-api-guide>

use spin_sdk::sqlite::{self, Error, RowResult, Value};
use touchmark_core::store::StoreError;
use touchmark_core::store::sql::{Connection, Param, Row, Statement, failure};

/// The component's database.
pub(super) struct SpinConnection {
    reader: sqlite::Connection,
}

impl SpinConnection {
    pub(super) async fn open() -> Result<Self, StoreError> {
        let reader = open().await?;
        Ok(Self { reader })
    }
}

impl Connection for SpinConnection {
    async fn query(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let rows = execute(&self.reader, statement).await.map_err(failed)?;
        rows.into_iter().map(read).collect()
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let connection = open().await?;
        let outcome = apply(&connection, statements).await;
        if outcome.is_err() {
            // Dropping the connection does it as well, but not at once where
            // the database is on another machine. SQLite may have done it by
            // itself, as it does after some errors.
            let _ = execute(&connection, bare("rollback")).await;
        }
        outcome
    }
}

async fn open() -> Result<sqlite::Connection, StoreError> {
    sqlite::Connection::open_default().await.map_err(failed)
}

async fn apply(
    connection: &sqlite::Connection,
    statements: Vec<Statement>,
) -> Result<(), StoreError> {
    // The lock is taken before anything is checked: what was found to hold
    // holds until the commit.
    let begin = execute(connection, bare("begin immediate")).await;
    begin.map_err(failed)?;
    for statement in statements {
        execute(connection, statement).await.map_err(failed)?;
    }
    // If this fails nobody knows whether it happened.
    let commit = execute(connection, bare("commit")).await;
    commit.map_err(StoreError::ambiguous)?;
    Ok(())
}

const fn bare(sql: &'static str) -> Statement {
    Statement {
        sql,
        params: Vec::new(),
    }
}

/// Runs a statement to its end: one that fails may only say so after its rows.
async fn execute(
    connection: &sqlite::Connection,
    statement: Statement,
) -> Result<Vec<RowResult>, Error> {
    let params = statement.params.into_iter().map(|param| match param {
        Param::Integer(number) => Value::Integer(number),
        Param::Text(text) => Value::Text(text),
    });
    let running = connection.execute(statement.sql, params).await?;
    running.collect().await
}

fn read(row: RowResult) -> Result<Row, StoreError> {
    match <[Value; 3]>::try_from(row.values) {
        Ok(
            [
                Value::Text(key),
                Value::Integer(version),
                Value::Text(value),
            ],
        ) => Ok(Row {
            key,
            version,
            value,
        }),
        _ => Err(StoreError::unavailable("a row of other columns")),
    }
}

/// What an error means after which nothing of a transaction stays: SQLite's
/// message tells a check that does not hold from everything else.
fn failed(error: Error) -> StoreError {
    match error {
        Error::Io(message) => failure(message),
        other => StoreError::unavailable(other),
    }
}
