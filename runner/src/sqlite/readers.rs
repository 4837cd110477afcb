//! Reading: a few open connections that whoever reads borrows for one query.
//! A query never waits for the writer, and sees what was acknowledged before it.

use core::time::Duration;
use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;
use touchmark_core::store::{
    StoreError,
    sql::{Row, Statement, failure},
};

use super::{bound, file};

/// Connections that stay open while nobody reads. There are never more in use
/// than threads, since a query does not wait in the middle.
const KEPT: usize = 8;

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    patience: Duration,
    /// None as soon as the store is closed.
    idle: Mutex<Option<Vec<Connection>>>,
}

impl Readers {
    pub(super) const fn new(path: PathBuf, patience: Duration) -> Self {
        Self {
            path,
            patience,
            idle: Mutex::new(Some(Vec::new())),
        }
    }

    pub(super) fn query(&self, statement: &Statement) -> Result<Vec<Row>, StoreError> {
        let idle = match self.idle().as_mut() {
            Some(idle) => idle.pop(),
            None => return Err(StoreError::unavailable("the store is closed")),
        };
        let sqlite = match idle {
            Some(sqlite) => sqlite,
            None => file::open_for_reading(&self.path, self.patience).map_err(failure)?,
        };
        let rows = select(&sqlite, statement).map_err(failure)?;
        if let Some(idle) = self.idle().as_mut().filter(|idle| idle.len() < KEPT) {
            idle.push(sqlite);
        }
        Ok(rows)
    }

    pub(super) fn close(&self) {
        *self.idle() = None;
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        // The list is whole at any time, whoever panicked while holding it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn select(sqlite: &Connection, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
    let mut select = sqlite.prepare_cached(statement.sql)?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            key: row.get(0)?,
            version: row.get(1)?,
            value: row.get(2)?,
        })
    };
    select.query_map(bound(statement), row)?.collect()
}
