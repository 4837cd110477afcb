//! One store for every SQLite: native files, Durable Objects, Spin, and the
//! SQLite of JS runtimes run the same statements. What differs between them is
//! a [`Connection`].
//!
//! A batch becomes a list of statements that runs without reading in between:
//! a check that does not hold inserts a row which a constraint forbids, and
//! that aborts the list. Many keys and many writes travel as one JSON text
//! (`json_each`), so that few calls cross the boundary to the host.
//!
//! <https://www.sqlite.org/json1.html#jeach>

mod connection;
mod schema;
#[cfg(test)]
mod tests;

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec,
    vec::Vec,
};

pub use connection::{CONFLICT, Connection, Param, Row, Statement, failure};
pub use schema::SchemaError;
use serde::{Serialize, Serializer};

use super::{
    Batch, Check, Direction, Entry, Key, MAX_KEYS, Range, Refusal, Store, StoreError, Version,
    Write,
};
use crate::record::Tenant;

/// Records in an SQLite database.
#[derive(Debug)]
pub struct SqlStore<C> {
    connection: C,
}

impl<C: Connection> SqlStore<C> {
    /// Prepares the database, which may be new, and takes it into use.
    ///
    /// # Errors
    /// [`SchemaError`] if a newer Touchmark wrote the database, or if it does
    /// not answer.
    pub async fn open(connection: C) -> Result<Self, SchemaError> {
        schema::migrate(&connection, schema::MIGRATIONS).await?;
        Ok(Self { connection })
    }

    /// The connection to the host.
    pub const fn connection(&self) -> &C {
        &self.connection
    }

    async fn range(
        &self,
        tenant: &Tenant,
        range: &Range,
        sql: &'static str,
        limit: Option<usize>,
    ) -> Result<Vec<Row>, StoreError> {
        let (low, high) = range.bounds();
        let mut params = vec![
            Param::text(tenant.as_str()),
            Param::Text(low),
            Param::Text(high),
        ];
        if let Some(limit) = limit {
            params.push(Param::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
        }
        self.connection.query(Statement { sql, params }).await
    }
}

impl<C: Connection> Store for SqlStore<C> {
    async fn get(&self, tenant: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        if keys.len() > MAX_KEYS {
            return Err(Refusal::TooManyKeys.into());
        }
        keys.iter().try_for_each(Key::admit)?;
        let (sql, wanted) = match keys {
            [] => return Ok(Vec::new()),
            [key] => (GET_ONE, key.as_str().to_string()),
            keys => (
                GET_MANY,
                json(&keys.iter().map(Key::as_str).collect::<Vec<_>>()),
            ),
        };
        let params = vec![Param::text(tenant.as_str()), Param::Text(wanted)];
        let rows = self.connection.query(Statement { sql, params }).await?;
        let found = rows
            .into_iter()
            .map(entry)
            .collect::<Result<BTreeMap<_, _>, _>>()?;
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn scan(&self, tenant: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
        let limit = range.page()?;
        let sql = match range.order() {
            Direction::Ascending => SCAN_ASCENDING,
            Direction::Descending => SCAN_DESCENDING,
        };
        let rows = self.range(tenant, range, sql, Some(limit)).await?;
        rows.into_iter().map(entry).collect()
    }

    async fn count(&self, tenant: &Tenant, range: &Range) -> Result<u64, StoreError> {
        let rows = self.range(tenant, range, COUNT, None).await?;
        rows.first()
            .and_then(|row| u64::try_from(row.version).ok())
            .ok_or_else(|| StoreError::unavailable("a count was answered without a number"))
    }

    async fn commit(&self, tenant: &Tenant, batch: &Batch) -> Result<(), StoreError> {
        batch.admit()?;
        let statements = statements(tenant, batch);
        if statements.is_empty() {
            return Ok(());
        }
        self.connection.transact(statements).await
    }
}

const GET_ONE: &str =
    "select key, version, value from touchmark_entries where tenant = ? and key = ?";

const GET_MANY: &str = "select key, version, value from touchmark_entries \
    where tenant = ? and key in (select value from json_each(?))";

const SCAN_ASCENDING: &str = "select key, version, value from touchmark_entries \
    where tenant = ? and key >= ? and key < ? order by key limit ?";

const SCAN_DESCENDING: &str = "select key, version, value from touchmark_entries \
    where tenant = ? and key >= ? and key < ? order by key desc limit ?";

const COUNT: &str = "select '' as key, count(*) as version, '' as value from touchmark_entries \
    where tenant = ? and key >= ? and key < ?";

// `is not` compares null with null as equal: an absent entry is what a check
// for absence, whose version is null, wants to see.
const CHECK: &str = "insert into touchmark_guard (conflict) \
    select 1 from json_each(?) as wanted \
    left join touchmark_entries as found on found.tenant = ? and found.key = wanted.key \
    where found.version is not wanted.value limit 1";

const DELETE: &str = "delete from touchmark_entries \
    where tenant = ? and key in (select value from json_each(?))";

const PUT_ONE: &str =
    "insert or replace into touchmark_entries (tenant, key, version, value) values (?, ?, ?, ?)";

const PUT_MANY: &str = "insert or replace into touchmark_entries (tenant, key, version, value) \
    select ?, put.key, ?, put.value from json_each(?) as put";

/// The most bytes of keys and values in one JSON text. Escapes at most double
/// them, so the text stays well under the 2 MB of a Durable Object's string. A
/// value beyond this travels as a parameter of its own.
const CHUNK_BYTES: usize = 512 * 1024;

fn statements(tenant: &Tenant, batch: &Batch) -> Vec<Statement> {
    let tenant = || Param::text(tenant.as_str());
    let stamp = || Param::Integer(batch.stamp.number());
    let mut statements = Vec::new();

    let wanted = batch.checks.iter().map(|check| match check {
        Check::Absent(key) => (key.as_str(), None),
        Check::Is(key, version) => (key.as_str(), Some(version.number())),
    });
    for chunk in chunks(wanted, |(key, _)| {
        key.len() + Version::MAX.number().ilog10() as usize
    }) {
        let params = vec![Param::Text(json(&Object(&chunk))), tenant()];
        statements.push(Statement { sql: CHECK, params });
    }

    let deleted = batch.writes.iter().filter_map(|write| match write {
        Write::Delete(key) => Some(key.as_str()),
        Write::Put(..) => None,
    });
    for chunk in chunks(deleted, |key| key.len()) {
        let params = vec![tenant(), Param::Text(json(&chunk))];
        statements.push(Statement {
            sql: DELETE,
            params,
        });
    }

    let put = batch.writes.iter().filter_map(|write| match write {
        Write::Put(key, value) => Some((key.as_str(), value.as_str())),
        Write::Delete(_) => None,
    });
    for chunk in chunks(put, |(key, value)| key.len() + value.len()) {
        statements.push(match chunk.as_slice() {
            [(key, value)] => Statement {
                sql: PUT_ONE,
                params: vec![tenant(), Param::text(key), stamp(), Param::text(value)],
            },
            many => Statement {
                sql: PUT_MANY,
                params: vec![tenant(), stamp(), Param::Text(json(&Object(many)))],
            },
        });
    }
    statements
}

/// Splits items into runs of at most [`CHUNK_BYTES`]; one that is longer than
/// that is a run of its own.
fn chunks<T>(items: impl Iterator<Item = T>, weight: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut chunks: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        // Quotation marks, a colon and a comma come with every item.
        let more = weight(&item) + 6;
        match chunks.last_mut() {
            Some(chunk) if bytes + more <= CHUNK_BYTES => {
                chunk.push(item);
                bytes += more;
            }
            _ => {
                chunks.push(vec![item]);
                bytes = more;
            }
        }
    }
    chunks
}

/// Pairs as a JSON object, whose members `json_each` answers as key and value.
struct Object<'a, V>(&'a [(&'a str, V)]);

impl<V: Serialize> Serialize for Object<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers always have a JSON text")
}

fn entry(row: Row) -> Result<(Key, Entry), StoreError> {
    let version = Version::from_number(row.version)
        .ok_or_else(|| StoreError::unavailable("an entry has an impossible version"))?;
    Ok((
        Key::from_stored(row.key),
        Entry {
            version,
            value: row.value,
        },
    ))
}
