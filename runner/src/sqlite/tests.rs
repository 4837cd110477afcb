//! The file store under the laws of a store, under load, beside other processes
//! (played by other connections) and with files that are not what they seem.

use core::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};
use std::{fs, path::PathBuf};

use futures_util::future::join_all;
use pollster::block_on;
use tempfile::TempDir;
use touchmark_core::{
    record::Tenant,
    store::{Batch, Entry, Key, Range, Store, Version, contract},
};

use super::*;

const IMPATIENT: Limits = Limits {
    waiting: 1024,
    waiting_bytes: 64 << 20,
    patience: Duration::from_millis(20),
};

struct Place {
    _directory: TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        Self {
            _directory: directory,
            path,
        }
    }

    fn open(&self) -> SqlStore<Sqlite> {
        block_on(open(&self.path, Limits::default())).unwrap()
    }

    fn open_impatiently(&self) -> SqlStore<Sqlite> {
        block_on(open(&self.path, IMPATIENT)).unwrap()
    }

    /// What another process would have: a connection of its own.
    fn stranger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(&self.path).unwrap()
    }

    fn refusal(&self) -> OpenError {
        block_on(open(&self.path, IMPATIENT)).map(drop).unwrap_err()
    }
}

fn tenant() -> Tenant {
    Tenant::new("acme").unwrap()
}

fn key(number: u64) -> Key {
    Key::of("k", [number.to_string()])
}

fn put(number: u64) -> Batch {
    Batch::new(Version::from_random(number << 11)).put(key(number), "{}")
}

fn has(store: &impl Store, number: u64) -> bool {
    block_on(store.get(&tenant(), &[key(number)])).unwrap()[0].is_some()
}

fn is_unavailable(answer: &Result<(), StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(_)))
}

/// Starts futures without waiting for any of them.
fn start<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<Pin<Box<F>>> {
    let mut started: Vec<_> = futures.into_iter().map(Box::pin).collect();
    for future in &mut started {
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending(), "nothing can be written yet");
    }
    started
}

#[test]
fn the_file_store_upholds_all_laws() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(block_on(contract::uphold_all(async || &store)), Ok(()));
    drop(store);
    let store = place.open();
    assert_eq!(block_on(contract::uphold_all(async || &store)), Ok(()));
}

#[test]
fn two_processes_with_one_file_uphold_the_law_of_races() {
    /// Alternates between two stores of one file.
    struct Both([SqlStore<Sqlite>; 2], AtomicUsize);

    impl Both {
        fn next(&self) -> &SqlStore<Sqlite> {
            &self.0[self.1.fetch_add(1, Ordering::Relaxed) % 2]
        }
    }

    impl Store for Both {
        async fn get(&self, t: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
            self.next().get(t, keys).await
        }

        async fn scan(&self, t: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
            self.next().scan(t, range).await
        }

        async fn count(&self, t: &Tenant, range: &Range) -> Result<u64, StoreError> {
            self.next().count(t, range).await
        }

        async fn commit(&self, t: &Tenant, batch: &Batch) -> Result<(), StoreError> {
            self.next().commit(t, batch).await
        }
    }

    let place = Place::new();
    let both = Both([place.open(), place.open()], 0.into());
    assert_eq!(block_on(contract::uphold_all(async || &both)), Ok(()));
}

#[test]
fn futures_of_the_file_store_can_be_sent_to_another_thread() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let place = Place::new();
    let (store, tenant, batch) = (sent(place.open()), tenant(), put(1));
    block_on(sent(store.commit(&tenant, &batch))).unwrap();
    assert_eq!(
        block_on(sent(store.get(&tenant, &[key(1)]))).unwrap().len(),
        1
    );
    assert_eq!(
        block_on(sent(store.scan(&tenant, &Range::everything())))
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        block_on(sent(store.count(&tenant, &Range::everything()))),
        Ok(1)
    );
    block_on(sent(open(&place.path, Limits::default()))).unwrap();
}

#[test]
fn sixteen_writers_that_wait_share_a_commit() {
    let place = Place::new();
    let (store, tenant) = (place.open(), tenant());
    let before = store.connection().written();
    let batches: Vec<Batch> = (0..16).map(put).collect();
    // Nobody can write while somebody else does, so all sixteen come to wait.
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let started = start(batches.iter().map(|batch| store.commit(&tenant, batch)));
    stranger.execute_batch("commit").unwrap();
    for answer in block_on(join_all(started)) {
        answer.unwrap();
    }
    let after = store.connection().written();
    assert_eq!(after.batches - before.batches, 16);
    // The first one may have been on its way before the others came.
    assert!(after.commits - before.commits <= 2, "{before:?} {after:?}");
    assert!((0..16).all(|number| has(&store, number)));
}

#[test]
fn a_conflict_in_a_group_leaves_the_others_alone() {
    let place = Place::new();
    let (store, tenant) = (place.open(), tenant());
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let batches = [
        put(1),
        put(2).absent(key(1)),
        put(3).absent(key(2)),
        put(4).absent(key(9)),
    ];
    let started = start(batches.iter().map(|batch| store.commit(&tenant, batch)));
    stranger.execute_batch("commit").unwrap();
    let answers = block_on(join_all(started));
    assert_eq!(answers, [Ok(()), Err(StoreError::Conflict), Ok(()), Ok(())]);
    assert_eq!(
        [1, 2, 3, 4].map(|number| has(&store, number)),
        [true, false, true, true]
    );
}

#[test]
fn more_than_may_wait_is_refused_at_once() {
    let place = Place::new();
    let limits = Limits {
        waiting: 4,
        ..Limits::default()
    };
    let store = block_on(open(&place.path, limits)).unwrap();
    let tenant = tenant();
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let batches: Vec<Batch> = (0..100).map(put).collect();
    // The thread may hold a group, and four more wait behind it: of a hundred
    // most are refused, each at once, or this would not end.
    let mut waiting = Vec::new();
    let mut refused = 0;
    for batch in &batches {
        let mut commit = Box::pin(store.commit(&tenant, batch));
        match commit
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(answer) => {
                assert!(is_unavailable(&answer), "{answer:?}");
                refused += 1;
            }
            Poll::Pending => waiting.push(commit),
        }
    }
    assert!(refused >= 100 - GROUP_AND_QUEUE, "{refused} refused");
    stranger.execute_batch("commit").unwrap();
    let accepted = waiting.len() as u64;
    assert!(block_on(join_all(waiting)).iter().all(Result::is_ok));
    assert_eq!(
        block_on(store.count(&tenant, &Range::everything())),
        Ok(accepted)
    );
    assert_eq!(block_on(store.commit(&tenant, &put(1000))), Ok(()));
}

/// What the thread can hold when it takes as fast as others give.
const GROUP_AND_QUEUE: usize = 64 + 4;

#[test]
fn more_bytes_than_may_wait_are_refused() {
    let place = Place::new();
    let limits = Limits {
        waiting_bytes: 1000,
        ..Limits::default()
    };
    let store = block_on(open(&place.path, limits)).unwrap();
    let tenant = tenant();
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let big = |number: u64| Batch::new(Version::MAX).put(key(number), "x".repeat(2000));
    let batches = [big(1), put(2)];
    let started = start([store.commit(&tenant, &batches[0])]);
    let refused = block_on(store.commit(&tenant, &batches[1]));
    assert!(is_unavailable(&refused), "{refused:?}");
    stranger.execute_batch("commit").unwrap();
    // One that is too big by itself is let through when nothing waits.
    assert_eq!(block_on(join_all(started)), [Ok(())]);
    assert_eq!(block_on(store.commit(&tenant, &batches[1])), Ok(()));
}

#[test]
fn a_commit_that_fails_is_acknowledged_to_nobody() {
    let place = Place::new();
    let (store, tenant) = (place.open(), tenant());
    // A reference that is only checked at the end: the statements succeed, and
    // the commit does not.
    let stranger = place.stranger();
    stranger
        .execute_batch(
            "create table parent (id integer primary key);
             create table child (id references parent deferrable initially deferred)",
        )
        .unwrap();
    let broken = || {
        vec![Statement {
            sql: "insert into child values (1)",
            params: Vec::new(),
        }]
    };
    stranger.execute_batch("begin immediate").unwrap();
    let batches = [put(1), put(2).is(key(7), Version::MAX)];
    let good = start(batches.iter().map(|batch| store.commit(&tenant, batch)));
    let bad = start([store.connection().transact(broken())]);
    stranger.execute_batch("commit").unwrap();
    let bad = block_on(join_all(bad));
    assert!(matches!(bad[0], Err(StoreError::Ambiguous(_))), "{bad:?}");
    let good = block_on(join_all(good));
    // The first may have been committed alone, before the others came.
    match &good[0] {
        Ok(()) => assert!(has(&store, 1)),
        answer => {
            assert!(
                matches!(answer, Err(StoreError::Ambiguous(_))),
                "{answer:?}"
            );
            assert!(!has(&store, 1));
        }
    }
    assert_eq!(good[1], Err(StoreError::Conflict));
    assert_eq!(block_on(store.commit(&tenant, &put(3))), Ok(()));
    assert!(has(&store, 3) && !has(&store, 2));
}

#[test]
fn a_group_whose_commit_fails_is_ambiguous_for_all() {
    let place = Place::new();
    let store = place.open();
    let mut sqlite = place.stranger();
    sqlite
        .execute_batch(
            "create table parent (id integer primary key);
             create table child (id references parent deferrable initially deferred)",
        )
        .unwrap();
    let outcomes = writer::write_together(
        &mut sqlite,
        &[
            &["insert into parent values (7)"],
            &["insert into nowhere values (1)"],
            &["insert into child values (1)"],
        ],
    )
    .unwrap();
    assert!(
        matches!(outcomes[0], Err(StoreError::Ambiguous(_))),
        "{outcomes:?}"
    );
    assert!(
        matches!(outcomes[1], Err(StoreError::Unavailable(_))),
        "{outcomes:?}"
    );
    assert!(
        matches!(outcomes[2], Err(StoreError::Ambiguous(_))),
        "{outcomes:?}"
    );
    let parents: i64 = sqlite
        .query_row("select count(*) from parent", [], |r| r.get(0))
        .unwrap();
    assert_eq!(parents, 0);
    drop(store);
}

#[test]
fn a_batch_that_fails_midway_leaves_nothing_while_its_group_is_committed() {
    let place = Place::new();
    drop(place.open());
    let mut sqlite = place.stranger();
    sqlite.execute_batch("create table t (a)").unwrap();
    let outcomes = writer::write_together(
        &mut sqlite,
        &[
            &["insert into t values (1)"],
            &[
                "insert into t values (2)",
                "insert into touchmark_guard values (1)",
            ],
            &["insert into t values (3)"],
        ],
    );
    assert_eq!(
        outcomes,
        Ok(vec![Ok(()), Err(StoreError::Conflict), Ok(())])
    );
    let left: String = sqlite
        .query_row("select group_concat(a) from t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, "1,3");
}

#[test]
fn a_transaction_that_sqlite_gives_up_leaves_nothing_of_the_group() {
    let place = Place::new();
    drop(place.open());
    let mut sqlite = place.stranger();
    sqlite.execute_batch("create table t (a)").unwrap();
    let outcome = writer::write_together(
        &mut sqlite,
        // SQLite rolls everything back here, as it does when the disk is full.
        &[
            &["insert into t values (1)"],
            &["insert or rollback into touchmark_guard values (1)"],
        ],
    );
    assert!(
        matches!(outcome, Err(StoreError::Unavailable(_))),
        "{outcome:?}"
    );
    let left: i64 = sqlite
        .query_row("select count(*) from t", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
    let outcome = writer::write_together(&mut sqlite, &[&["insert into t values (1)"]]);
    assert_eq!(outcome, Ok(vec![Ok(())]));
}

#[test]
fn a_process_that_writes_too_long_makes_the_store_unavailable() {
    let place = Place::new();
    let (store, tenant) = (place.open_impatiently(), tenant());
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let answers = block_on(join_all(
        (0..3).map(async |n| store.commit(&tenant, &put(n)).await),
    ));
    assert!(answers.iter().all(is_unavailable), "{answers:?}");
    assert!(!has(&store, 0), "reading goes on");
    stranger.execute_batch("rollback").unwrap();
    assert_eq!(block_on(store.commit(&tenant, &put(5))), Ok(()));
    assert!(!has(&store, 0) && has(&store, 5));
}

#[test]
fn a_closed_store_has_written_everything_into_one_file() {
    let place = Place::new();
    let (store, tenant) = (place.open(), tenant());
    let batches: Vec<Batch> = (0..40).map(put).collect();
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let started = start(batches.iter().map(|batch| store.commit(&tenant, batch)));
    stranger.execute_batch("commit").unwrap();
    drop(stranger);
    store.connection().close();
    assert!(
        block_on(join_all(started)).iter().all(Result::is_ok),
        "what waited is written"
    );
    let left: Vec<_> = fs::read_dir(place.path.parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");

    assert!(is_unavailable(&block_on(store.commit(&tenant, &put(99)))));
    let read = block_on(store.get(&tenant, &[key(1)]));
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    store.connection().close();
    let store = place.open();
    assert!((0..40).all(|number| has(&store, number)) && !has(&store, 99));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let store = place.open();
    block_on(store.commit(&tenant(), &put(1))).unwrap();
    let files: Vec<_> = fs::read_dir(place.path.parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(files.len(), 3, "the file, its log and its index: {files:?}");
    for file in files {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn commits_wait_for_the_disk() {
    let place = Place::new();
    drop(place.open());
    let sqlite = file::open_for_writing(&place.path, Duration::ZERO).unwrap();
    let full: i64 = sqlite
        .query_row("pragma synchronous", [], |row| row.get(0))
        .unwrap();
    let mode: String = sqlite
        .query_row("pragma journal_mode", [], |row| row.get(0))
        .unwrap();
    let page: i64 = sqlite
        .query_row("pragma page_size", [], |row| row.get(0))
        .unwrap();
    assert_eq!((full, mode.as_str(), page), (2, "wal", 8192));
}

#[test]
fn a_reader_cannot_write() {
    let place = Place::new();
    drop(place.open());
    let sqlite = file::open_for_reading(&place.path, Duration::ZERO).unwrap();
    let error = sqlite
        .execute("delete from touchmark_entries", [])
        .unwrap_err();
    assert_eq!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::ReadOnly)
    );
}

#[test]
fn a_file_of_others_is_refused_and_left_as_it_is() {
    let text = Place::new();
    fs::write(
        &text.path,
        "these are my notes, not a database\n".repeat(100),
    )
    .unwrap();
    let other = Place::new();
    other
        .stranger()
        .execute_batch("create table notes (text)")
        .unwrap();
    let marked = Place::new();
    marked
        .stranger()
        .execute_batch("pragma application_id = 7")
        .unwrap();
    for place in [&text, &other, &marked] {
        let before = fs::read(&place.path).unwrap();
        let refused = place.refusal();
        assert!(matches!(refused.reason, Reason::NotOurs), "{refused:?}");
        assert!(
            refused
                .to_string()
                .ends_with("is not a database of Touchmark"),
            "{refused}"
        );
        assert_eq!(fs::read(&place.path).unwrap(), before);
        assert_eq!(
            fs::read_dir(place.path.parent().unwrap()).unwrap().count(),
            1
        );
    }
    let directory = Place::new();
    fs::create_dir(&directory.path).unwrap();
    assert!(matches!(directory.refusal().reason, Reason::NotOurs));
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let place = Place::new();
    drop(place.open());
    place
        .stranger()
        .execute_batch("insert into touchmark_schema values (99)")
        .unwrap();
    let refused = place.refusal();
    assert!(
        matches!(refused.reason, Reason::Newer { found: 99, .. }),
        "{refused:?}"
    );
    assert!(refused.to_string().contains("has schema 99"), "{refused}");
}

#[test]
fn a_file_that_another_process_holds_is_refused() {
    let place = Place::new();
    drop(place.open());
    let stranger = place.stranger();
    stranger
        .execute_batch("pragma locking_mode = exclusive; begin exclusive")
        .unwrap();
    let refused = place.refusal();
    assert!(matches!(refused.reason, Reason::Locked), "{refused:?}");
    assert!(
        refused
            .to_string()
            .ends_with("is locked by another process"),
        "{refused}"
    );
}

#[test]
fn a_file_in_no_directory_is_refused() {
    let place = Place::new();
    let path = place.path.join("missing").join("store.db");
    let refused = block_on(open(&path, IMPATIENT)).map(drop).unwrap_err();
    assert!(matches!(refused.reason, Reason::File(_)), "{refused:?}");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = Place::new();
    fs::write(&place.path, "").unwrap();
    block_on(place.open().commit(&tenant(), &put(1))).unwrap();
    assert!(has(&place.open(), 1));
}

#[test]
fn a_path_is_a_path_whatever_it_looks_like() {
    let place = Place::new();
    let path = place.path.with_file_name("file:x?mode=memory");
    drop(block_on(open(&path, IMPATIENT)).unwrap());
    assert!(fs::metadata(&path).unwrap().len() > 0);
}

#[test]
fn a_request_that_is_given_up_is_applied_whole_or_not_at_all() {
    let place = Place::new();
    let (store, tenant) = (place.open(), tenant());
    let stranger = place.stranger();
    stranger.execute_batch("begin immediate").unwrap();
    let batch = put(1).put(key(2), "{}");
    drop(start([store.commit(&tenant, &batch)]));
    stranger.execute_batch("commit").unwrap();
    store.connection().close();
    let store = place.open();
    assert_eq!(has(&store, 1), has(&store, 2));
}
