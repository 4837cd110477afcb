//! Every acknowledged write survives kill -9, and none is half applied: shown
//! by killing a process that writes to the file store, twenty times over.
//!
//! The process is this test binary, started anew with a file to write to.
#![cfg(unix)]

use core::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use pollster::block_on;
use touchmark::sqlite::{Limits, Sqlite, open};
use touchmark_core::{
    record::Tenant,
    store::{Batch, Key, MAX_PAGE, Range, SqlStore, Store, Version},
};

const FILE: &str = "TOUCHMARK_TEST_FILE";
const FIRST: &str = "TOUCHMARK_TEST_FIRST";
const ROUNDS: u64 = 20;
const WRITERS: usize = 8;
/// No round writes as many batches as this; a child that nobody kills ends here.
const BATCHES: u64 = 100_000;
const PARTS: [&str; 3] = ["a", "b", "c"];

#[test]
fn acknowledged_writes_survive_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        // Another moment in each round: the first kills fall into the migration
        // of a new file or shortly after it.
        let killed_after = usize::try_from(round * round).unwrap();
        acknowledged.extend(write_until_killed(&path, round * BATCHES, killed_after));

        let store = block_on(open(&path, Limits::default())).unwrap();
        let batches = scan(&store, "batch");
        let mut newest = BTreeMap::new();
        for number in &acknowledged {
            assert!(
                batches.contains_key(number),
                "round {round}: {number} is lost"
            );
        }
        for (number, entries) in &batches {
            assert_eq!(
                entries.len(),
                PARTS.len(),
                "round {round}: {number} is half applied"
            );
            newest.insert(entries[0].clone(), *number);
        }
        let found: Vec<_> = scan(&store, "newest").into_iter().collect();
        let expected: BTreeMap<_, _> = newest
            .into_iter()
            .map(|(writer, number)| (number, vec![writer]))
            .collect();
        assert_eq!(
            found,
            Vec::from_iter(expected),
            "round {round}: half applied"
        );
    }
    assert!(acknowledged.len() > 1000, "{} writes", acknowledged.len());
}

/// Starts a child, kills it when it has acknowledged so many batches, and
/// answers the numbers of all that it acknowledged.
fn write_until_killed(path: &Path, first: u64, killed_after: usize) -> Vec<u64> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "write_until_killed_from_outside", "--ignored"])
        .arg("--nocapture")
        .env(FILE, path)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut lines = stdout.lines().map_while(Result::ok);
    let number = |line: String| line.strip_prefix("acknowledged ")?.parse().ok();
    let mut acknowledged: Vec<u64> = lines
        .by_ref()
        .filter_map(number)
        .take(killed_after)
        .collect();
    child.kill().unwrap();
    // What it said before it died counts as well.
    acknowledged.extend(lines.filter_map(number));
    assert_eq!(
        child.wait().unwrap().signal(),
        Some(9),
        "the child ended by itself"
    );
    acknowledged
}

/// The entries of a kind by the number in their keys: the writers of each.
fn scan(store: &SqlStore<Sqlite>, kind: &str) -> BTreeMap<u64, Vec<String>> {
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    let mut range = Range::under(kind, [""; 0]);
    loop {
        let page = block_on(store.scan(&tenant(), &range)).unwrap();
        for (key, entry) in &page {
            let number = key.last().parse().unwrap();
            found.entry(number).or_default().push(entry.value.clone());
        }
        match page.last() {
            Some((last, _)) if page.len() == MAX_PAGE => range = range.after(last.clone()),
            _ => return found,
        }
    }
}

#[test]
#[ignore = "the child process of acknowledged_writes_survive_kill_9"]
fn write_until_killed_from_outside() {
    let (Ok(path), Ok(first)) = (env::var(FILE), env::var(FIRST)) else {
        return;
    };
    let first: u64 = first.parse().unwrap();
    let store = block_on(open(Path::new(&path), Limits::default())).unwrap();
    let next = AtomicU64::new(first);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, next) = (&store, &next);
            let writer = format!("{first}.{writer}");
            scope.spawn(move || {
                let mut before = None;
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= first + BATCHES {
                        return;
                    }
                    let batch = batch(&writer, before.replace(number), number);
                    block_on(store.commit(&tenant(), &batch)).unwrap();
                    // One write call, so that lines of threads do not mix. When
                    // nobody reads any more, there is nothing left to prove.
                    let line = format!("acknowledged {number}\n");
                    let mut stdout = std::io::stdout().lock();
                    if stdout.write_all(line.as_bytes()).is_err() || stdout.flush().is_err() {
                        return;
                    }
                }
            });
        }
    });
}

/// Some entries of its own, and a mark that moves from the writer's batch before
/// to this one: what would be seen if only a part were applied.
fn batch(writer: &str, before: Option<u64>, number: u64) -> Batch {
    let newest = |number: u64| Key::of("newest", [writer, &number.to_string()]);
    let batch = Batch::new(Version::from_random(number << 11)).put(newest(number), writer);
    let batch = before.map(newest).into_iter().fold(batch, Batch::delete);
    PARTS.into_iter().fold(batch, |batch, part| {
        batch.put(Key::of("batch", [part, &number.to_string()]), writer)
    })
}

fn tenant() -> Tenant {
    Tenant::new("acme").unwrap()
}
