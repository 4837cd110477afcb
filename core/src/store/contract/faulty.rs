//! A store that fails on demand, around any other store. The tests of the
//! domain use it to see what a client is told, and what is left behind, when
//! the store fails at any point.
//!
//! ```
//! # use touchmark_core::store::{Memory, StoreError, contract::{Faulty, Mishap, Moment}};
//! let store = Faulty::new(Memory::new());
//! store.fail_commits(0..1, Mishap::Conflict); // the next commit
//! store.fail_commits(2..9, Mishap::AmbiguousApplied); // and some later ones
//! store.fail_reads(1..2); // the second read from now on
//! store.crash(Moment::Before(5)); // nothing answers from the sixth operation on,
//! store.restart(); // until now
//! ```

use alloc::vec::Vec;
use core::ops::Range as Span;

use spin::Mutex;

use crate::{
    record::Tenant,
    store::{Batch, Entry, Key, Range, Store, StoreError},
};

/// How a commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// It is not applied, as if a check did not hold.
    Conflict,
    /// It is not applied, and the answer says so.
    Unavailable,
    /// It is applied, and the answer leaves it open.
    AmbiguousApplied,
    /// It is not applied, and the answer leaves it open.
    AmbiguousLost,
}

/// When a crash happens, in operations from now on, counted from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The operation is not performed.
    Before(u64),
    /// The operation is performed, but nobody hears of it.
    After(u64),
}

/// A store around another that fails as it was told to.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    operations: u64,
    commits: u64,
    reads: u64,
    failing_commits: Vec<(Span<u64>, Mishap)>,
    failing_reads: Vec<Span<u64>>,
    crash: Option<Moment>,
    down: bool,
}

impl<S> Faulty<S> {
    /// A store that does not fail until it is told to.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            plan: Mutex::default(),
        }
    }

    /// The store within, which never fails by command.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// Makes commits fail: those of this span, counted from zero from now on.
    /// Where spans overlap, the one given first counts.
    pub fn fail_commits(&self, span: Span<u64>, mishap: Mishap) {
        let mut plan = self.plan.lock();
        let span = later(span, plan.commits);
        plan.failing_commits.push((span, mishap));
    }

    /// Makes reads (`get`, `scan`, `count`) of this span unavailable, counted
    /// from zero from now on.
    pub fn fail_reads(&self, span: Span<u64>) {
        let mut plan = self.plan.lock();
        let span = later(span, plan.reads);
        plan.failing_reads.push(span);
    }

    /// Makes the process, as it were, die: no operation is performed from that
    /// moment until [`Faulty::restart`]. To try every moment, count the
    /// [operations](Faulty::operations) of a run which goes well first.
    pub fn crash(&self, moment: Moment) {
        let mut plan = self.plan.lock();
        let now = plan.operations;
        plan.crash = Some(match moment {
            Moment::Before(operation) => Moment::Before(operation.saturating_add(now)),
            Moment::After(operation) => Moment::After(operation.saturating_add(now)),
        });
    }

    /// Ends a crash and forgets all failures that were still to come.
    pub fn restart(&self) {
        let mut plan = self.plan.lock();
        let Plan {
            operations,
            commits,
            reads,
            ..
        } = *plan;
        *plan = Plan {
            operations,
            commits,
            reads,
            ..Plan::default()
        };
    }

    /// How many operations were asked for so far, the failed ones included.
    pub fn operations(&self) -> u64 {
        self.plan.lock().operations
    }

    /// How many commits were asked for so far, the failed ones included.
    pub fn commits(&self) -> u64 {
        self.plan.lock().commits
    }

    fn read(&self) -> Result<(), StoreError> {
        let mut plan = self.plan.lock();
        let read = plan.reads;
        plan.reads += 1;
        match plan.next_operation() {
            Fate::Alive if plan.failing_reads.iter().any(|span| span.contains(&read)) => {
                Err(StoreError::unavailable("a read was told to fail"))
            }
            Fate::Alive => Ok(()),
            Fate::Dead | Fate::Dying => Err(crashed()),
        }
    }

    fn commit_outcome(&self) -> (Applied, Result<(), StoreError>) {
        let mut plan = self.plan.lock();
        let commit = plan.commits;
        plan.commits += 1;
        match plan.next_operation() {
            Fate::Alive => {}
            Fate::Dead => return (Applied::No, Err(crashed())),
            Fate::Dying => return (Applied::Yes, Err(StoreError::ambiguous("a crash was told"))),
        }
        let mishap = plan
            .failing_commits
            .iter()
            .find(|(span, _)| span.contains(&commit));
        let ambiguous = Err(StoreError::ambiguous("a commit was told to be ambiguous"));
        match mishap.map(|(_, mishap)| *mishap) {
            None => (Applied::Yes, Ok(())),
            Some(Mishap::Conflict) => (Applied::No, Err(StoreError::Conflict)),
            Some(Mishap::Unavailable) => (
                Applied::No,
                Err(StoreError::unavailable("a commit was told to fail")),
            ),
            Some(Mishap::AmbiguousApplied) => (Applied::Yes, ambiguous),
            Some(Mishap::AmbiguousLost) => (Applied::No, ambiguous),
        }
    }
}

impl Plan {
    fn next_operation(&mut self) -> Fate {
        let operation = self.operations;
        self.operations += 1;
        if self.down {
            return Fate::Dead;
        }
        match self.crash {
            Some(Moment::Before(moment)) if moment <= operation => {
                self.down = true;
                Fate::Dead
            }
            Some(Moment::After(moment)) if moment <= operation => {
                self.down = true;
                Fate::Dying
            }
            _ => Fate::Alive,
        }
    }
}

enum Fate {
    Alive,
    /// The operation is performed, but it is the last one.
    Dying,
    Dead,
}

enum Applied {
    Yes,
    No,
}

fn later(span: Span<u64>, by: u64) -> Span<u64> {
    span.start.saturating_add(by)..span.end.saturating_add(by)
}

fn crashed() -> StoreError {
    StoreError::unavailable("the store has crashed, as it was told to")
}

impl<S: Store> Store for Faulty<S> {
    async fn get(&self, tenant: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        self.read()?;
        self.inner.get(tenant, keys).await
    }

    async fn scan(&self, tenant: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
        self.read()?;
        self.inner.scan(tenant, range).await
    }

    async fn count(&self, tenant: &Tenant, range: &Range) -> Result<u64, StoreError> {
        self.read()?;
        self.inner.count(tenant, range).await
    }

    async fn commit(&self, tenant: &Tenant, batch: &Batch) -> Result<(), StoreError> {
        let (applied, answer) = self.commit_outcome();
        if let Applied::Yes = applied {
            // What the store itself refuses was not applied, whatever was told.
            self.inner.commit(tenant, batch).await?;
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::store::{Memory, Version};

    /// Puts the number into the store, and what is then really there.
    fn put(store: &Faulty<Memory>, number: u64) -> (Result<(), StoreError>, bool) {
        let (tenant, key) = (Tenant::new("t").unwrap(), Key::of("k", [""; 0]));
        let version = Version::from_random(number << 11);
        let batch = Batch::new(version).put(key.clone(), "1");
        let answer = store.commit(&tenant, &batch).now_or_never().unwrap();
        let found = store
            .inner()
            .get(&tenant, &[key])
            .now_or_never()
            .unwrap()
            .unwrap();
        let applied = found
            .into_iter()
            .flatten()
            .any(|entry| entry.version == version);
        (answer, applied)
    }

    fn read(store: &Faulty<Memory>) -> Result<(), StoreError> {
        let tenant = Tenant::new("t").unwrap();
        let get = store.get(&tenant, &[]).now_or_never().unwrap().map(drop);
        let scan = store
            .scan(&tenant, &Range::everything())
            .now_or_never()
            .unwrap()
            .map(drop);
        let count = store
            .count(&tenant, &Range::everything())
            .now_or_never()
            .unwrap()
            .map(drop);
        get.and(scan).and(count)
    }

    #[test]
    fn each_mishap_is_what_it_says() {
        let store = Faulty::new(Memory::new());
        store.fail_commits(1..2, Mishap::Conflict);
        store.fail_commits(2..3, Mishap::Unavailable);
        store.fail_commits(3..4, Mishap::AmbiguousApplied);
        store.fail_commits(4..5, Mishap::AmbiguousLost);
        assert_eq!(put(&store, 1), (Ok(()), true));
        assert_eq!(put(&store, 2), (Err(StoreError::Conflict), false));
        assert!(matches!(
            put(&store, 3),
            (Err(StoreError::Unavailable(_)), false)
        ));
        assert!(matches!(
            put(&store, 4),
            (Err(StoreError::Ambiguous(_)), true)
        ));
        assert!(matches!(
            put(&store, 5),
            (Err(StoreError::Ambiguous(_)), false)
        ));
        assert_eq!(put(&store, 6), (Ok(()), true));
        assert_eq!((store.commits(), store.operations()), (6, 6));
    }

    #[test]
    fn spans_count_from_now_on() {
        let store = Faulty::new(Memory::new());
        put(&store, 1).0.unwrap();
        store.fail_commits(0..u64::MAX, Mishap::Conflict);
        store.fail_commits(0..1, Mishap::Unavailable);
        assert_eq!(put(&store, 2), (Err(StoreError::Conflict), false));
        assert_eq!(put(&store, 3), (Err(StoreError::Conflict), false));
        store.restart();
        assert_eq!(put(&store, 4), (Ok(()), true));
    }

    #[test]
    fn reads_fail_apart_from_commits() {
        let store = Faulty::new(Memory::new());
        for failing in 0..3 {
            store.fail_reads(failing..failing + 1);
            put(&store, 1).0.unwrap();
            assert!(matches!(read(&store), Err(StoreError::Unavailable(_))));
            assert_eq!(read(&store), Ok(()));
        }
    }

    #[test]
    fn nothing_answers_from_a_crash_until_the_restart() {
        let store = Faulty::new(Memory::new());
        put(&store, 1).0.unwrap();
        store.crash(Moment::Before(1));
        assert_eq!(put(&store, 2), (Ok(()), true));
        for number in 3..6 {
            assert!(matches!(
                put(&store, number),
                (Err(StoreError::Unavailable(_)), false)
            ));
            assert!(read(&store).is_err());
        }
        store.restart();
        assert_eq!((put(&store, 7), read(&store)), ((Ok(()), true), Ok(())));

        store.crash(Moment::After(0));
        assert!(matches!(
            put(&store, 8),
            (Err(StoreError::Ambiguous(_)), true)
        ));
        assert!(matches!(
            put(&store, 9),
            (Err(StoreError::Unavailable(_)), false)
        ));
        store.restart();
        store.crash(Moment::After(0));
        assert!(read(&store).is_err());
        assert!(matches!(
            put(&store, 9),
            (Err(StoreError::Unavailable(_)), false)
        ));
    }
}
