//! What the stores cost: commits of 1, 100 and 1000 writes and reads of one and
//! of many keys, in memory and in an SQLite file, and sixteen who commit at once.

use core::sync::atomic::{AtomicU64, Ordering};

use divan::{Bencher, counter::ItemsCount};
use futures_util::future::join_all;
use pollster::block_on;
use tempfile::TempDir;
use touchmark::sqlite::{Limits, Sqlite, open};
use touchmark_core::{
    record::Tenant,
    store::{Batch, Key, MAX_KEYS, Memory, SqlStore, Store, Version},
};

fn main() {
    divan::main();
}

/// Entries that are there before anything is measured.
const STORED: u64 = 20_000;

trait Bench: Store + Sized {
    /// The store, and what must outlive it.
    fn fresh() -> (Self, Option<TempDir>);
}

impl Bench for Memory {
    fn fresh() -> (Self, Option<TempDir>) {
        (Self::new(), None)
    }
}

impl Bench for SqlStore<Sqlite> {
    fn fresh() -> (Self, Option<TempDir>) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("store.db");
        let store = block_on(open(&path, Limits::default())).unwrap();
        (store, Some(directory))
    }
}

fn filled<S: Bench>() -> (S, Option<TempDir>) {
    let (store, directory) = S::fresh();
    for first in (0..STORED).step_by(1000) {
        let batch = batch(first..first + 1000, scattered);
        block_on(store.commit(&tenant(), &batch)).unwrap();
    }
    (store, directory)
}

/// Entries whose keys are neighbours, as one system names its records.
#[divan::bench(types = [Memory, SqlStore<Sqlite>], args = [1, 100, 1000])]
fn commit<S: Bench + Sync>(bencher: Bencher<'_, '_>, writes: u64) {
    commit_keys::<S>(bencher, writes, neighbour);
}

/// Entries whose keys are all over the place, as random identifiers are.
#[divan::bench(types = [Memory, SqlStore<Sqlite>], args = [1, 100, 1000])]
fn commit_scattered<S: Bench + Sync>(bencher: Bencher<'_, '_>, writes: u64) {
    commit_keys::<S>(bencher, writes, scattered);
}

fn commit_keys<S: Bench + Sync>(bencher: Bencher<'_, '_>, writes: u64, key: fn(u64) -> Key) {
    let (store, _directory) = filled::<S>();
    let tenant = tenant();
    let next = AtomicU64::new(STORED);
    bencher
        .counter(ItemsCount::new(writes))
        .with_inputs(|| {
            let first = next.fetch_add(writes, Ordering::Relaxed);
            batch(first..first + writes, key)
        })
        .bench_refs(|batch| block_on(store.commit(&tenant, batch)).unwrap());
}

#[divan::bench(types = [Memory, SqlStore<Sqlite>])]
fn sixteen_commits_at_once<S: Bench + Sync>(bencher: Bencher<'_, '_>) {
    let (store, _directory) = filled::<S>();
    let tenant = tenant();
    let next = AtomicU64::new(STORED);
    bencher
        .counter(ItemsCount::new(16_u64))
        .with_inputs(|| {
            let first = next.fetch_add(16, Ordering::Relaxed);
            (first..first + 16)
                .map(|number| batch(number..number + 1, scattered))
                .collect::<Vec<_>>()
        })
        .bench_refs(|batches| {
            let commits = batches.iter().map(|batch| store.commit(&tenant, batch));
            block_on(join_all(commits))
                .into_iter()
                .collect::<Result<(), _>>()
                .unwrap();
        });
}

#[divan::bench(types = [Memory, SqlStore<Sqlite>], args = [1, 100, MAX_KEYS])]
fn get<S: Bench + Sync>(bencher: Bencher<'_, '_>, keys: usize) {
    let (store, _directory) = filled::<S>();
    let tenant = tenant();
    let keys: Vec<Key> = (0..STORED).step_by(17).map(scattered).take(keys).collect();
    bencher
        .counter(ItemsCount::new(keys.len()))
        .bench(|| block_on(store.get(&tenant, &keys)).unwrap());
}

fn neighbour(number: u64) -> Key {
    Key::of("record", ["estate", &format!("server-{number:08}")])
}

fn scattered(number: u64) -> Key {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Key::of("record", ["estate", &format!("{spread:016x}")])
}

fn batch(numbers: core::ops::Range<u64>, key: fn(u64) -> Key) -> Batch {
    let stamp = Version::from_random((numbers.start + 1) << 11);
    let text = "lorem ipsum dolor sit amet ".repeat(16);
    numbers.fold(Batch::new(stamp), |batch, number| {
        batch.put(
            key(number),
            format!(r#"{{"id":"{number}","text":"{text}","kind":"server"}}"#),
        )
    })
}

fn tenant() -> Tenant {
    Tenant::new("acme").unwrap()
}
