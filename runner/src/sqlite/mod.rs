//! The records in an SQLite file: the native host of the SQL store.
//!
//! One thread writes and lets all who wait share a commit; reads go past it,
//! on connections of their own. What the statements mean is decided in
//! `touchmark_core::store::sql`.
//!
//! <https://www.sqlite.org/wal.html>

mod file;
mod readers;
#[cfg(test)]
mod tests;
mod writer;

use core::time::Duration;
use std::path::Path;

use touchmark_core::store::{
    SqlStore, StoreError,
    sql::{Connection, Param, Row, Statement},
};

pub use self::file::{OpenError, Reason};
use self::{readers::Readers, writer::Writer};

/// Opens the store in a file, which is made if there is none.
///
/// # Errors
/// [`OpenError`] says why the file cannot be used. It is then as it was.
pub async fn open(path: &Path, limits: Limits) -> Result<SqlStore<Sqlite>, OpenError> {
    let path = file::create(path)?;
    let refused = |reason| OpenError {
        path: path.clone(),
        reason,
    };
    let connection = file::open_for_writing(&path, limits.patience).map_err(refused)?;
    let writer = Writer::start(connection, limits).map_err(|error| refused(error.into()))?;
    let readers = Readers::new(path.clone(), limits.patience);
    SqlStore::open(Sqlite { readers, writer })
        .await
        .map_err(|error| refused(error.into()))
}

/// How much may wait, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most batches that wait to be written. One more is told that the
    /// store is unavailable.
    pub waiting: usize,
    /// The most bytes of batches that wait to be written.
    pub waiting_bytes: usize,
    /// How long to wait for another process that writes to the same file.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting: 1024,
            waiting_bytes: 128 * 1024 * 1024,
            patience: Duration::from_secs(5),
        }
    }
}

/// The connections to one file.
#[derive(Debug)]
pub struct Sqlite {
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    /// Ends gracefully: writes what waits, moves everything into the main file
    /// and lets go of it. Whoever asks afterwards is told that the store is
    /// unavailable. It blocks until this is done; dropping does the same.
    pub fn close(&self) {
        self.readers.close();
        self.writer.close();
    }

    /// What was written since the file was opened.
    pub fn written(&self) -> Written {
        self.writer.written()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.close();
    }
}

/// How many batches were applied, and by how many commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Batches that are durable.
    pub batches: u64,
    /// Commits that made them so. Batches that wait at the same time share one.
    pub commits: u64,
}

impl Connection for Sqlite {
    // A read is answered on the thread that asks: it takes some microseconds,
    // less than to hand it to another thread, and a page is of bounded length.
    async fn query(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        self.readers.query(&statement)
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        self.writer.transact(statements).await
    }
}

/// The parameters of a statement, borrowed.
fn bound(statement: &Statement) -> impl rusqlite::Params {
    rusqlite::params_from_iter(statement.params.iter().map(|param| match param {
        Param::Integer(number) => rusqlite::types::ToSqlOutput::from(*number),
        Param::Text(text) => rusqlite::types::ToSqlOutput::from(text.as_str()),
    }))
}
