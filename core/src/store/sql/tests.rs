//! The SQL store on a real SQLite, through a connection as thin as that of a
//! JS host: one handle, one thread, nothing shared. It also holds every
//! statement to the limits of Durable Objects.

use alloc::{boxed::Box, format};
use core::cell::{Cell, RefCell};

use futures_util::FutureExt;
use proptest::prelude::{Strategy, any, prop_oneof};

use super::*;
use crate::store::{Memory, contract};

struct Direct {
    sqlite: RefCell<rusqlite::Connection>,
    /// What happens instead of the next transaction.
    instead: Cell<Option<Instead>>,
}

type Instead = Box<dyn FnOnce(&Direct) -> Result<(), StoreError>>;

impl Direct {
    fn open() -> Self {
        let sqlite = rusqlite::Connection::open_in_memory().unwrap();
        Self {
            sqlite: RefCell::new(sqlite),
            instead: Cell::new(None),
        }
    }

    fn execute(&self, sql: &str) {
        self.sqlite.borrow().execute_batch(sql).unwrap();
    }

    fn tables(&self) -> Vec<String> {
        let sqlite = self.sqlite.borrow();
        let mut names = sqlite
            .prepare("select name from sqlite_master where type = 'table'")
            .unwrap();
        names
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }
}

impl Connection for Direct {
    async fn query(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        within_durable_object_limits(&statement);
        let sqlite = self.sqlite.borrow();
        let read = || {
            let row = |row: &rusqlite::Row<'_>| {
                Ok(Row {
                    key: row.get("key")?,
                    version: row.get("version")?,
                    value: row.get(2)?,
                })
            };
            let mut select = sqlite.prepare(statement.sql)?;
            select
                .query_map(bound(&statement), row)?
                .collect::<Result<Vec<_>, _>>()
        };
        read().map_err(failure)
    }

    async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        if let Some(instead) = self.instead.take() {
            return instead(self);
        }
        let mut sqlite = self.sqlite.borrow_mut();
        let mut write = || {
            let transaction = sqlite.transaction()?;
            for statement in &statements {
                within_durable_object_limits(statement);
                transaction.execute(statement.sql, bound(statement))?;
            }
            transaction.commit()
        };
        write().map_err(failure)
    }
}

fn bound(statement: &Statement) -> impl rusqlite::Params {
    rusqlite::params_from_iter(statement.params.iter().map(|param| match param {
        Param::Integer(number) => rusqlite::types::ToSqlOutput::from(*number),
        Param::Text(text) => rusqlite::types::ToSqlOutput::from(text.as_str()),
    }))
}

fn within_durable_object_limits(statement: &Statement) {
    assert!(statement.sql.len() < 100_000 && statement.params.len() <= 100);
    for param in &statement.params {
        match param {
            Param::Integer(number) => assert!(number.abs() <= Version::MAX.number()),
            Param::Text(text) => assert!(text.len() <= 2_000_000, "{} bytes", text.len()),
        }
    }
}

/// The answer of a store that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    future
        .now_or_never()
        .expect("the connection answers at once")
}

fn open() -> SqlStore<Direct> {
    now(SqlStore::open(Direct::open())).unwrap()
}

fn tenant() -> Tenant {
    Tenant::new("acme").unwrap()
}

#[test]
fn the_sql_store_upholds_all_laws() {
    assert_eq!(now(contract::uphold_all(async || open())), Ok(()));
}

#[test]
fn a_store_of_one_database_upholds_all_laws_one_after_the_other() {
    let store = open();
    assert_eq!(now(contract::uphold_all(async || &store)), Ok(()));
}

#[test]
fn no_statement_walks_through_the_whole_table() {
    let direct = open().connection;
    let sqlite = direct.sqlite.borrow();
    for sql in [
        GET_ONE,
        GET_MANY,
        SCAN_ASCENDING,
        SCAN_DESCENDING,
        COUNT,
        CHECK,
        DELETE,
    ] {
        let mut explain = sqlite
            .prepare(&format!("explain query plan {sql}"))
            .unwrap();
        let count = explain.parameter_count();
        let params = rusqlite::params_from_iter((0..count).map(|_| "[]"));
        let plan = explain.query_map(params, |row| row.get(3)).unwrap();
        let plan = plan.map(Result::unwrap).collect::<Vec<String>>().join("\n");
        // SQLite tells what it walks through by SCAN, and what it finds by SEARCH.
        let walked = ["SCAN touchmark_entries", "SCAN found", "B-TREE"];
        assert!(
            !walked.iter().any(|step| plan.contains(step)),
            "{sql}\n{plan}"
        );
        assert!(plan.contains("USING PRIMARY KEY"), "{sql}\n{plan}");
    }
}

#[test]
fn the_guard_stays_empty() {
    let store = open();
    let key = Key::of("k", ["a"]);
    let batch = Batch::new(Version::MAX)
        .is(key.clone(), Version::MAX)
        .put(key, "1");
    assert_eq!(
        now(store.commit(&tenant(), &batch)),
        Err(StoreError::Conflict)
    );
    let sqlite = store.connection.sqlite.borrow();
    let count: i64 = sqlite
        .query_row("select count(*) from touchmark_guard", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 0);
}

#[test]
fn a_failure_other_than_the_guard_is_no_conflict() {
    assert_eq!(
        failure("CHECK constraint failed: touchmark_conflict"),
        StoreError::Conflict
    );
    for message in [
        "CHECK constraint failed: other",
        "disk I/O error",
        "UNIQUE constraint failed",
    ] {
        assert_eq!(failure(message).detail(), Some(message));
    }
    let store = open();
    store.connection.execute("drop table touchmark_entries");
    let answer = now(store.get(&tenant(), &[Key::of("k", ["a"])]));
    assert!(
        matches!(&answer, Err(StoreError::Unavailable(_))),
        "{answer:?}"
    );
}

#[test]
fn an_impossible_version_is_not_passed_on() {
    for version in ["-1", "9007199254740992"] {
        let store = open();
        store.connection.execute(&format!(
            "insert into touchmark_entries values ('acme', 'k/a', {version}, '{{}}')"
        ));
        let answer = now(store.get(&tenant(), &[Key::of("k", ["a"])]));
        assert!(
            matches!(&answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
    }
}

#[test]
fn an_opened_database_is_opened_again_as_it_is() {
    let store = open();
    let key = Key::of("k", ["a"]);
    let batch = Batch::new(Version::MAX).put(key.clone(), "1");
    now(store.commit(&tenant(), &batch)).unwrap();
    let direct = store.connection;
    direct
        .instead
        .set(Some(Box::new(|_| panic!("there is nothing to migrate"))));
    let store = now(SqlStore::open(direct)).unwrap();
    assert!(now(store.get(&tenant(), &[key])).unwrap()[0].is_some());
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let direct = open().connection;
    direct.execute("insert into touchmark_schema values (2), (3)");
    let before = direct.tables();
    direct.instead.set(Some(Box::new(|_| {
        panic!("a newer schema is not written to")
    })));
    let known = i64::try_from(schema::MIGRATIONS.len()).unwrap();
    let refused = now(schema::migrate(&direct, schema::MIGRATIONS));
    assert_eq!(refused, Err(SchemaError::Newer { found: 3, known }));
    assert_eq!(direct.tables(), before);
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("schema 3"), "{message}");
}

#[test]
fn a_migration_is_applied_whole_or_not_at_all() {
    let direct = Direct::open();
    let [first] = schema::MIGRATIONS else {
        panic!("this test knows of one migration")
    };
    let broken = [*first, &["create table a (b)", "create table a (b)"]];
    let outcome = now(schema::migrate(&direct, &broken));
    assert!(
        matches!(
            &outcome,
            Err(SchemaError::Store(StoreError::Unavailable(_)))
        ),
        "{outcome:?}"
    );
    assert!(!direct.tables().contains(&"a".to_string()));

    let mended = [*first, &["create table a (b)"]];
    assert_eq!(now(schema::migrate(&direct, &mended)), Ok(()));
    assert!(direct.tables().contains(&"a".to_string()));
    assert_eq!(now(schema::migrate(&direct, &mended)), Ok(()));
    let older = now(schema::migrate(&direct, &[*first]));
    assert_eq!(older, Err(SchemaError::Newer { found: 2, known: 1 }));
}

#[test]
fn a_database_that_somebody_else_migrates_meanwhile_is_taken_into_use() {
    let direct = Direct::open();
    direct.instead.set(Some(Box::new(|direct| {
        now(schema::migrate(direct, schema::MIGRATIONS)).unwrap();
        Err(StoreError::unavailable(
            "table touchmark_schema already exists",
        ))
    })));
    assert_eq!(now(schema::migrate(&direct, schema::MIGRATIONS)), Ok(()));
}

#[test]
fn an_ambiguous_migration_is_settled_by_looking() {
    let direct = Direct::open();
    direct
        .instead
        .set(Some(Box::new(|_| Err(StoreError::ambiguous("lost")))));
    let outcome = now(schema::migrate(&direct, schema::MIGRATIONS));
    assert!(
        matches!(outcome, Err(SchemaError::Store(StoreError::Ambiguous(_)))),
        "{outcome:?}"
    );
    assert_eq!(now(schema::migrate(&direct, schema::MIGRATIONS)), Ok(()));
}

#[test]
fn tables_of_others_are_left_alone() {
    let direct = Direct::open();
    direct.execute("create table entries (a); insert into entries values (1)");
    let store = now(SqlStore::open(direct)).unwrap();
    assert!(store.connection.tables().contains(&"entries".to_string()));
}

/// Operations on few keys, so that they meet.
#[derive(Debug, Clone)]
enum Step {
    Get(Vec<Key>),
    Scan(Range),
    Commit(Vec<(Key, Wanted)>, Vec<(Key, Option<String>)>),
}

#[derive(Debug, Clone, Copy)]
enum Wanted {
    Absent,
    /// The version that the key has, if it has one.
    Current,
    Other,
}

fn keys() -> impl Strategy<Value = Key> {
    prop_oneof![
        "[ab0/%]{0,2}".prop_map(|name| Key::of("k", [name])),
        ("[ab]", "[a0é]").prop_map(|(kind, name)| Key::of(&kind, [name])),
        any::<String>().prop_map(|name| Key::of("k", [name])),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    use proptest::{collection::vec, option};
    let wanted = prop_oneof![4 => any::<bool>().prop_map(|absent| match absent {
            true => Wanted::Absent,
            false => Wanted::Current,
        }), 1 => proptest::strategy::Just(Wanted::Other)];
    let range = ("[abk]", option::of(keys()), any::<bool>(), 0..5_usize).prop_map(
        |(kind, after, descending, limit)| {
            let range = if kind == "b" {
                Range::everything()
            } else {
                Range::under(&kind, [""; 0])
            };
            let range = after.into_iter().fold(range, Range::after).limit(limit);
            if descending {
                range.direction(Direction::Descending)
            } else {
                range
            }
        },
    );
    prop_oneof![
        1 => vec(keys(), 0..4).prop_map(Step::Get),
        2 => range.prop_map(Step::Scan),
        4 => (vec((keys(), wanted), 0..3), vec((keys(), option::of(any::<String>())), 0..4))
            .prop_map(|(checks, writes)| Step::Commit(checks, writes)),
    ]
}

fn batch_of(
    store: &impl Store,
    number: u64,
    checks: &[(Key, Wanted)],
    writes: &[(Key, Option<String>)],
) -> Batch {
    let mut batch = Batch::new(Version::from_random(number << 11));
    for (key, wanted) in checks {
        let current = now(store.get(&tenant(), core::slice::from_ref(key)))
            .unwrap()
            .remove(0);
        batch.checks.push(match (wanted, current) {
            (Wanted::Absent, _) | (Wanted::Current, None) => Check::Absent(key.clone()),
            (Wanted::Current, Some(entry)) => Check::Is(key.clone(), entry.version),
            (Wanted::Other, _) => Check::Is(key.clone(), Version::MAX),
        });
    }
    batch
        .writes
        .extend(writes.iter().cloned().map(|(key, value)| match value {
            Some(value) => Write::Put(key, value),
            None => Write::Delete(key),
        }));
    batch
}

proptest::proptest! {
    #[test]
    fn memory_and_sql_answer_alike(
        steps in proptest::collection::vec(steps(), 1..40)
    ) {
        let (memory, sql, tenant) = (Memory::new(), open(), tenant());
        for (number, step) in (1..).zip(&steps) {
            match step {
                Step::Get(keys) => proptest::prop_assert_eq!(
                    now(memory.get(&tenant, keys)), now(sql.get(&tenant, keys))
                ),
                Step::Scan(range) => {
                    proptest::prop_assert_eq!(
                        now(memory.scan(&tenant, range)), now(sql.scan(&tenant, range))
                    );
                    proptest::prop_assert_eq!(
                        now(memory.count(&tenant, range)), now(sql.count(&tenant, range))
                    );
                }
                Step::Commit(checks, writes) => {
                    let batch = batch_of(&memory, number, checks, writes);
                    proptest::prop_assert_eq!(
                        now(memory.commit(&tenant, &batch)), now(sql.commit(&tenant, &batch))
                    );
                }
            }
        }
        let everything = Range::everything();
        proptest::prop_assert_eq!(
            now(memory.scan(&tenant, &everything)), now(sql.scan(&tenant, &everything))
        );
    }
}
