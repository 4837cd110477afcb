//! The file: making it for its owner only, telling ours from others', and the
//! settings on which durability rests. A file is not written to before it is
//! known to be ours.

use core::{fmt, time::Duration};
use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use touchmark_core::store::{StoreError, sql::SchemaError};

/// What stands in the header of our files, where `file` and others look for the
/// program that a database belongs to: "Tmrk".
/// <https://www.sqlite.org/fileformat.html#application_id>
const APPLICATION: i32 = i32::from_be_bytes(*b"Tmrk");

/// A value of some kilobytes then lies in one piece; one of 4096 bytes, the
/// usual page, would keep only a thousand beside the key.
const PAGE_BYTES: i32 = 8192;

const WRITER_CACHE_KIB: i32 = 8 * 1024;

/// The log is cut back to this size after it was long for a while.
const LOG_BYTES: i32 = 32 * 1024 * 1024;

/// Makes the file if there is none, readable and writable for its owner only;
/// SQLite gives the files beside it the same rights. Answers its absolute path,
/// which SQLite never takes for a URI or for the name of a database in memory.
pub(super) fn create(path: &Path) -> Result<PathBuf, OpenError> {
    let refused = |error| OpenError {
        path: path.to_owned(),
        reason: Reason::File(error),
    };
    let absolute = std::path::absolute(path).map_err(refused)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&absolute) {
        Ok(_) => sync_directory_of(&absolute).map_err(refused)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !absolute.metadata().map_err(refused)?.is_file() {
                return Err(OpenError {
                    path: absolute,
                    reason: Reason::NotOurs,
                });
            }
        }
        Err(error) => return Err(refused(error)),
    }
    Ok(absolute)
}

/// A new file is durable when its directory is.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if cfg!(unix) => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

/// Opens the file for the one connection that writes.
pub(super) fn open_for_writing(path: &Path, patience: Duration) -> Result<Connection, Reason> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = Connection::open_with_flags(path, flags)?;
    sqlite.busy_timeout(patience)?;
    match application_and_tables(&sqlite)? {
        (APPLICATION, _) => {}
        (0, 0) => {
            sqlite.pragma_update(None, "page_size", PAGE_BYTES)?;
            sqlite.pragma_update(None, "application_id", APPLICATION)?;
        }
        _ => return Err(Reason::NotOurs),
    }
    let mode: String =
        sqlite.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Reason::NoLog);
    }
    // Each commit is on the disk before it is acknowledged, not only in the log
    // of the operating system. The second line is for macOS.
    sqlite.pragma_update(None, "synchronous", "full")?;
    sqlite.pragma_update(None, "fullfsync", "on")?;
    sqlite.pragma_update(None, "trusted_schema", "off")?;
    sqlite.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    sqlite.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    Ok(sqlite)
}

/// Whose database it is, and how many tables it has: as of one moment, since
/// another process may be making them now.
fn application_and_tables(sqlite: &Connection) -> rusqlite::Result<(i32, i64)> {
    let moment = sqlite.unchecked_transaction()?;
    let tables = moment.query_row("select count(*) from sqlite_master", [], |row| row.get(0))?;
    let application = moment.query_row("pragma application_id", [], |row| row.get(0))?;
    moment.finish()?;
    Ok((application, tables))
}

/// Opens the file for a connection that cannot write.
pub(super) fn open_for_reading(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let sqlite = Connection::open_with_flags(path, flags)?;
    sqlite.busy_timeout(patience)?;
    sqlite.pragma_update(None, "trusted_schema", "off")?;
    Ok(sqlite)
}

/// Why a file cannot be used as a store.
#[derive(Debug)]
pub struct OpenError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum Reason {
    /// The operating system does not let us make or read it.
    File(io::Error),
    /// It belongs to another program, or is no database, or not even a file.
    NotOurs,
    /// Another process holds it, for longer than we wait.
    Locked,
    /// A newer Touchmark migrated it; this one would not understand it.
    Newer {
        /// The schema that the file has.
        found: i64,
        /// The last schema that this Touchmark knows.
        known: i64,
    },
    /// It lies where SQLite cannot share memory between connections, such as on
    /// some network file systems.
    NoLog,
    /// SQLite refuses it.
    Sqlite(rusqlite::Error),
    /// The schema cannot be read or migrated.
    Store(StoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.reason {
            Reason::File(_) => write!(f, "the file {path} cannot be opened"),
            Reason::NotOurs => write!(f, "the file {path} is not a database of Touchmark"),
            Reason::Locked => write!(f, "the database {path} is locked by another process"),
            Reason::Newer { found, known } => write!(
                f,
                "the database {path} has schema {found}, but this version of Touchmark knows only up to {known}"
            ),
            Reason::NoLog => {
                write!(
                    f,
                    "the database {path} is on a file system without shared memory"
                )
            }
            Reason::Sqlite(_) | Reason::Store(_) => {
                write!(f, "the database {path} cannot be used")
            }
        }
    }
}

impl core::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.reason {
            Reason::File(error) => Some(error),
            Reason::Sqlite(error) => Some(error),
            Reason::Store(error) => Some(error),
            Reason::NotOurs | Reason::Locked | Reason::Newer { .. } | Reason::NoLog => None,
        }
    }
}

impl From<rusqlite::Error> for Reason {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotOurs,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Sqlite(error),
        }
    }
}

impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<SchemaError> for Reason {
    fn from(error: SchemaError) -> Self {
        match error {
            SchemaError::Newer { found, known } => Self::Newer { found, known },
            SchemaError::Store(error) => Self::Store(error),
        }
    }
}
