//! Spin's SQLite, over one file, as Spin does it: a connection each time one
//! is opened, statements on threads of their own, and an error that shows while
//! a statement runs told after its rows.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{Value as Sql, ValueRef};
use tokio::task::spawn_blocking;
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use crate::fault::{self, Fault};
use crate::host::State;
use crate::host::bindings::spin::sqlite::sqlite::{
    Connection, Error, Host, HostConnection, HostConnectionWithStore, RowResult, Value,
};

/// An open connection.
#[expect(
    unreachable_pub,
    reason = "the generated interface exports it under its own name"
)]
pub struct Database(Arc<Mutex<rusqlite::Connection>>);

/// What a statement that could be prepared answers.
struct Ran {
    columns: Vec<String>,
    rows: Vec<RowResult>,
    ending: Result<(), Error>,
}

type Running = (
    Vec<String>,
    StreamReader<RowResult>,
    FutureReader<Result<(), Error>>,
);

impl Host for State {}

impl HostConnection for State {
    fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl HostConnectionWithStore<State> for HasSelf<State> {
    async fn open_async(
        accessor: &Accessor<State, Self>,
        name: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        if name != "default" {
            return Ok(Err(Error::AccessDenied));
        }
        let file = accessor.with(|mut access| access.get().database.clone());
        let opened = spawn_blocking(move || open(&file)).await?;
        match opened {
            Ok(database) => {
                accessor.with(|mut access| Ok(Ok(access.get().table.push(database)?)))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    async fn execute_async(
        accessor: &Accessor<State, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Running, Error>> {
        let connection = accessor.with(|mut access| {
            let database = access.get().table.get(&connection)?;
            wasmtime::error::Ok(Arc::clone(&database.0))
        })?;
        let ran = spawn_blocking(move || {
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            execute(&connection, &statement, parameters)
        });
        let ran = match ran.await? {
            Ok(ran) => ran,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, ran.rows)?;
            let ending = ran.ending;
            let ending =
                FutureReader::new(&mut access, async move { wasmtime::error::Ok(ending) })?;
            Ok(Ok((ran.columns, rows, ending)))
        })
    }
}

fn open(file: &Path) -> Result<Database, Error> {
    let connection = rusqlite::Connection::open(file).map_err(|error| failed(&error))?;
    Ok(Database(Arc::new(Mutex::new(connection))))
}

fn execute(
    connection: &rusqlite::Connection,
    sql: &str,
    parameters: Vec<Value>,
) -> Result<Ran, Error> {
    let fault = fault::now();
    let commit = sql.eq_ignore_ascii_case("commit");
    let change = ["insert", "delete"]
        .iter()
        .any(|word| sql.starts_with(word));
    let failing = match fault {
        Some(Fault::Database) => true,
        Some(Fault::NoCommit) => commit,
        Some(Fault::Change) => change,
        _ => false,
    };
    if failing {
        return Err(Error::Io("told to fail".into()));
    }
    let mut statement = connection
        .prepare_cached(sql)
        .map_err(|error| failed(&error))?;
    let columns = statement.column_names().map(str::to_owned);
    let columns = columns.collect();
    let width = statement.column_count();
    let parameters = rusqlite::params_from_iter(parameters.into_iter().map(write));
    let rows = statement.query_map(parameters, |row| {
        let values = (0..width).map(|index| row.get_ref(index).map(read));
        let values = values.collect::<rusqlite::Result<_>>()?;
        Ok(RowResult { values })
    });
    let rows = rows.map_err(|error| failed(&error))?;
    let (rows, ending) = match rows.collect::<rusqlite::Result<_>>() {
        Ok(rows) => (rows, Ok(())),
        Err(error) => (Vec::new(), Err(failed(&error))),
    };
    if commit && fault == Some(Fault::LostCommit) {
        return Err(Error::Io("told to lose the answer".into()));
    }
    Ok(Ran {
        columns,
        rows,
        ending,
    })
}

fn write(value: Value) -> Sql {
    match value {
        Value::Integer(number) => Sql::Integer(number),
        Value::Real(number) => Sql::Real(number),
        Value::Text(text) => Sql::Text(text),
        Value::Blob(bytes) => Sql::Blob(bytes),
        Value::Null => Sql::Null,
    }
}

fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn failed(error: &rusqlite::Error) -> Error {
    Error::Io(error.to_string())
}
