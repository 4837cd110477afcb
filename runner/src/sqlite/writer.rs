//! Writing: one thread takes all batches that wait, applies each on its own
//! (a savepoint), commits them together, and only then answers. Sixteen waiting
//! requests cost one sync, and none is acknowledged before it is durable.

use core::{
    iter,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};
use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;
use touchmark_core::store::{
    StoreError,
    sql::{Param, Statement, failure},
};

use super::{Limits, Written, bound};

/// The most batches in one commit, so that the first one does not wait for ever
/// more others.
const GROUP: usize = 64;

#[derive(Debug)]
pub(super) struct Writer {
    /// None as soon as the store is closed.
    running: Mutex<Option<Running>>,
    shared: Arc<Shared>,
    limits: Limits,
}

#[derive(Debug)]
struct Running {
    jobs: SyncSender<Job>,
    thread: thread::JoinHandle<()>,
}

/// What the thread and those who wait for it both count.
#[derive(Debug, Default)]
struct Shared {
    waiting_bytes: AtomicUsize,
    batches: AtomicU64,
    commits: AtomicU64,
}

#[derive(Debug)]
struct Job {
    statements: Vec<Statement>,
    bytes: usize,
    answer: oneshot::Sender<Result<(), StoreError>>,
}

impl Writer {
    pub(super) fn start(sqlite: Connection, limits: Limits) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (sender, jobs) = sync_channel(limits.waiting);
        let thread = thread::Builder::new().name("sqlite-writer".into()).spawn({
            let shared = Arc::clone(&shared);
            move || write_until_closed(sqlite, &jobs, &shared)
        })?;
        let running = Mutex::new(Some(Running {
            jobs: sender,
            thread,
        }));
        Ok(Self {
            running,
            shared,
            limits,
        })
    }

    pub(super) async fn transact(&self, statements: Vec<Statement>) -> Result<(), StoreError> {
        let answer = self.enqueue(statements)?;
        // If the thread died it may have done so after the commit.
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::ambiguous("the writing thread died")))
    }

    fn enqueue(
        &self,
        statements: Vec<Statement>,
    ) -> Result<oneshot::Receiver<Result<(), StoreError>>, StoreError> {
        let bytes = statements
            .iter()
            .flat_map(|statement| &statement.params)
            .map(weight)
            .sum();
        let (answer, receiver) = oneshot::channel();
        let running = self.running();
        let Some(running) = running.as_ref() else {
            return Err(StoreError::unavailable("the store is closed"));
        };
        // The lock is held: nobody else adds to the sum between these lines.
        let waiting = self.shared.waiting_bytes.load(Ordering::Acquire);
        if waiting > 0 && waiting + bytes > self.limits.waiting_bytes {
            return Err(StoreError::unavailable("too many bytes wait to be written"));
        }
        self.shared.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        let refused = match running.jobs.try_send(Job {
            statements,
            bytes,
            answer,
        }) {
            Ok(()) => return Ok(receiver),
            Err(TrySendError::Full(_)) => "too many batches wait to be written",
            Err(TrySendError::Disconnected(_)) => "the writing thread died",
        };
        self.shared.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        Err(StoreError::unavailable(refused))
    }

    pub(super) fn close(&self) {
        let Some(Running { jobs, thread }) = self.running().take() else {
            return;
        };
        // The thread ends when it has written what is left in the channel.
        drop(jobs);
        let _panicked = thread.join();
    }

    pub(super) fn written(&self) -> Written {
        Written {
            batches: self.shared.batches.load(Ordering::Acquire),
            commits: self.shared.commits.load(Ordering::Acquire),
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        // What it guards is replaced as a whole, whoever panicked meanwhile.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn weight(param: &Param) -> usize {
    match param {
        Param::Integer(_) => size_of::<i64>(),
        Param::Text(text) => text.len(),
    }
}

fn write_until_closed(mut sqlite: Connection, jobs: &Receiver<Job>, shared: &Shared) {
    while let Ok(first) = jobs.recv() {
        let group: Vec<Job> = iter::once(first)
            .chain(jobs.try_iter().take(GROUP - 1))
            .collect();
        let outcomes = write_group(&mut sqlite, &group, shared)
            .unwrap_or_else(|error| group.iter().map(|_| Err(error.clone())).collect());
        for (job, outcome) in group.into_iter().zip(outcomes) {
            shared.waiting_bytes.fetch_sub(job.bytes, Ordering::AcqRel);
            // Whoever gave up waiting does not hear of it.
            let _gone = job.answer.send(outcome);
        }
    }
    // Everything is durable in the log already. To leave one tidy file is worth
    // a try, which another process that reads may thwart.
    let _kept_in_the_log = sqlite.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
}

/// Applies each batch of a group if it can be, and commits once. An error means
/// that none is applied.
fn write_group(
    sqlite: &mut Connection,
    group: &[Job],
    shared: &Shared,
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let mut transaction = sqlite
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::unavailable)?;
    let apply = |job: &Job| apply(&mut transaction, &job.statements);
    let outcomes = group.iter().map(apply).collect::<Result<Vec<_>, _>>();
    let mut outcomes = outcomes.map_err(StoreError::unavailable)?;
    let applied = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    match transaction.commit() {
        Ok(()) if applied > 0 => {
            shared.batches.fetch_add(applied as u64, Ordering::AcqRel);
            shared.commits.fetch_add(1, Ordering::AcqRel);
        }
        Ok(()) => {}
        // The commit may have reached the disk before it failed, in which case
        // it comes to light when the file is opened again.
        Err(error) => outcomes
            .iter_mut()
            .filter(|outcome| outcome.is_ok())
            .for_each(|outcome| {
                *outcome = Err(StoreError::ambiguous(&error));
            }),
    }
    Ok(outcomes)
}

/// Applies one batch whole or not at all within the transaction. The outer error
/// means that the transaction as a whole is lost: a full disk, for one, makes
/// SQLite give it up, and then there is no savepoint to return to.
fn apply(
    transaction: &mut Transaction<'_>,
    statements: &[Statement],
) -> rusqlite::Result<Result<(), StoreError>> {
    let savepoint = transaction.savepoint()?;
    let outcome = statements.iter().try_for_each(|statement| {
        savepoint
            .prepare_cached(statement.sql)?
            .execute(bound(statement))
            .map(drop)
    });
    match outcome {
        Ok(()) => savepoint.commit().map(Ok),
        Err(error) => match savepoint.finish() {
            Ok(()) => Ok(Err(failure(error))),
            Err(_) => Err(error),
        },
    }
}

/// A group of jobs made of statements without parameters, for tests.
#[cfg(test)]
pub(super) fn write_together(
    sqlite: &mut Connection,
    jobs: &[&[&'static str]],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let statement = |sql: &&'static str| Statement {
        sql,
        params: Vec::new(),
    };
    let job = |statements: &&[&'static str]| Job {
        statements: statements.iter().map(statement).collect(),
        bytes: 0,
        answer: oneshot::channel().0,
    };
    let group: Vec<Job> = jobs.iter().map(job).collect();
    write_group(sqlite, &group, &Shared::default())
}
