//! The host's SQLite as a connection of the store. Every JavaScript host has
//! one; a few lines of its adapter give it the two methods of [`Sql`].

use js_sys::{Array, Reflect};
use touchmark_core::store::StoreError;
use touchmark_core::store::sql::{Connection, Param, Row, Statement, failure};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    /// The two methods that an adapter gives the host's database: `query(sql,
    /// params)` answers rows with `key`, `version` and `value`, and
    /// `transact([[sql, params], …])` runs all of them or none, and returns
    /// when they are durable. Both throw when they fail; `transact` with a
    /// true `ambiguous` when nobody knows whether the commit happened.
    pub type Sql;

    #[wasm_bindgen(method, catch, structural)]
    fn query(this: &Sql, sql: &str, params: &Array) -> Result<Array, JsValue>;

    #[wasm_bindgen(method, catch, structural)]
    fn transact(this: &Sql, statements: &Array) -> Result<(), JsValue>;
}

/// A host's database.
pub(super) struct JsConnection(Sql);

impl JsConnection {
    pub(super) const fn new(sql: Sql) -> Self {
        Self(sql)
    }
}

impl Connection for JsConnection {
    async fn query(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let rows = self
            .0
            .query(statement.sql, &params(&statement))
            .map_err(|e| failed(&e))?;
        rows.iter().map(|row| read(&row)).collect()
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let list: Array = statements
            .iter()
            .map(|statement| Array::of2(&statement.sql.into(), &params(statement)))
            .collect();
        self.0.transact(&list).map_err(|error| failed(&error))
    }
}

fn params(statement: &Statement) -> Array {
    let params = statement.params.iter().map(|param| match param {
        // Versions are below 2^53, so a number holds each of them exactly.
        Param::Integer(number) => JsValue::from_f64(*number as f64),
        Param::Text(text) => JsValue::from_str(text),
    });
    params.collect()
}

fn read(row: &JsValue) -> Result<Row, StoreError> {
    let column = |name: &str| Reflect::get(row, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let text = |name: &str| column(name).as_string().unwrap_or_default();
    let version = column("version");
    let version = version.as_f64().map(|number| number as i64);
    Ok(Row {
        key: text("key"),
        version: version.ok_or_else(|| StoreError::unavailable("a row without a version"))?,
        value: text("value"),
    })
}

/// What a thrown error means: SQLite's message tells a check that does not
/// hold from everything else, and the adapter an unknown outcome.
fn failed(error: &JsValue) -> StoreError {
    let message = error
        .dyn_ref::<js_sys::Error>()
        .map_or_else(|| "the database failed".into(), |error| error.message());
    let ambiguous = Reflect::get(error, &"ambiguous".into());
    if ambiguous.is_ok_and(|ambiguous| ambiguous.is_truthy()) {
        return StoreError::ambiguous(message);
    }
    failure(message)
}
