//! The laws hold for the stores of this crate, and each law sees stores that
//! break it. A law that nothing can break would be no law.

use alloc::{boxed::Box, vec};
use core::{future::poll_fn, task::Poll};

use futures_util::FutureExt;

use super::*;
use crate::store::{Check, MAX_KEY_BYTES, MAX_KEYS, MAX_PAGE, Memory, Refusal, Write};

/// The answer of a store that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("the store answers at once")
}

#[test]
fn memory_upholds_all_laws() {
    assert_eq!(now(uphold_all(async || Memory::new())), Ok(()));
}

#[test]
fn a_store_may_be_tried_again() {
    let memory = Memory::new();
    assert_eq!(now(uphold_all(async || &memory)), Ok(()));
    assert_eq!(now(uphold_all(async || &memory)), Ok(()));
}

#[test]
fn a_faulty_store_that_is_told_nothing_upholds_all_laws() {
    assert_eq!(now(uphold_all(async || Faulty::new(Memory::new()))), Ok(()));
}

#[test]
fn futures_of_memory_can_be_sent_to_another_thread() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let (store, tenant) = (Memory::new(), Tenant::new("t").unwrap());
    let batch = Batch::new(Version::MAX).put(key("a"), "1");
    now(sent(store.commit(&tenant, &batch))).unwrap();
    assert_eq!(now(sent(store.get(&tenant, &[key("a")]))).unwrap().len(), 1);
    assert_eq!(
        now(sent(store.scan(&tenant, &Range::everything())))
            .unwrap()
            .len(),
        1
    );
    assert_eq!(now(sent(store.count(&tenant, &Range::everything()))), Ok(1));
}

type Operation<A, T> = Box<dyn Fn(&Memory, &Tenant, &A) -> Result<T, StoreError>>;

/// A memory of which one operation is replaced by a wrong one.
struct Flawed {
    memory: Memory,
    get: Operation<[Key], Vec<Option<Entry>>>,
    scan: Operation<Range, Vec<(Key, Entry)>>,
    count: Operation<Range, u64>,
    commit: Operation<Batch, ()>,
    lets_others_commit_between_check_and_write: bool,
}

impl Flawed {
    fn not_yet() -> Self {
        Self {
            memory: Memory::new(),
            get: Box::new(|memory, tenant, keys| now(memory.get(tenant, keys))),
            scan: Box::new(|memory, tenant, range| now(memory.scan(tenant, range))),
            count: Box::new(|memory, tenant, range| now(memory.count(tenant, range))),
            commit: Box::new(|memory, tenant, batch| now(memory.commit(tenant, batch))),
            lets_others_commit_between_check_and_write: false,
        }
    }

    fn get(
        get: impl Fn(&Memory, &Tenant, &[Key]) -> Result<Vec<Option<Entry>>, StoreError> + 'static,
    ) -> Self {
        Self {
            get: Box::new(get),
            ..Self::not_yet()
        }
    }

    fn scan(
        scan: impl Fn(&Memory, &Tenant, &Range) -> Result<Vec<(Key, Entry)>, StoreError> + 'static,
    ) -> Self {
        Self {
            scan: Box::new(scan),
            ..Self::not_yet()
        }
    }

    fn count(
        count: impl Fn(&Memory, &Tenant, &Range) -> Result<u64, StoreError> + 'static,
    ) -> Self {
        Self {
            count: Box::new(count),
            ..Self::not_yet()
        }
    }

    fn commit(
        commit: impl Fn(&Memory, &Tenant, &Batch) -> Result<(), StoreError> + 'static,
    ) -> Self {
        Self {
            commit: Box::new(commit),
            ..Self::not_yet()
        }
    }

    /// Commits another batch than it is given.
    fn edit(edit: impl Fn(&mut Batch) + 'static) -> Self {
        Self::commit(move |memory, tenant, batch| {
            batch.admit()?;
            let mut batch = batch.clone();
            edit(&mut batch);
            now(memory.commit(tenant, &batch))
        })
    }

    /// Commits other values than it is given.
    fn edit_values(edit: impl Fn(&mut String) + 'static) -> Self {
        Self::edit(move |batch| {
            for write in &mut batch.writes {
                if let Write::Put(_, value) = write {
                    edit(value);
                }
            }
        })
    }

    /// Answers another page than the one that was found.
    fn page(edit: impl Fn(&Range, &mut Vec<(Key, Entry)>) + 'static) -> Self {
        Self::scan(move |memory, tenant, range| {
            let mut page = now(memory.scan(tenant, range))?;
            edit(range, &mut page);
            Ok(page)
        })
    }

    /// Requires that a law sees the flaw.
    #[track_caller]
    fn breaks(self, law: Law) {
        let outcome = pollster::block_on(uphold(law, &self));
        assert_eq!(outcome.expect_err("the flaw is not seen").law, law);
    }
}

impl Store for Flawed {
    async fn get(&self, tenant: &Tenant, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        (self.get)(&self.memory, tenant, keys)
    }

    async fn scan(&self, tenant: &Tenant, range: &Range) -> Result<Vec<(Key, Entry)>, StoreError> {
        (self.scan)(&self.memory, tenant, range)
    }

    async fn count(&self, tenant: &Tenant, range: &Range) -> Result<u64, StoreError> {
        (self.count)(&self.memory, tenant, range)
    }

    async fn commit(&self, tenant: &Tenant, batch: &Batch) -> Result<(), StoreError> {
        if !self.lets_others_commit_between_check_and_write {
            return (self.commit)(&self.memory, tenant, batch);
        }
        batch.admit()?;
        (self.commit)(&self.memory, tenant, &only_checks(batch))?;
        let mut waited = false;
        poll_fn(|context| {
            context.waker().wake_by_ref();
            if core::mem::replace(&mut waited, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        (self.commit)(&self.memory, tenant, &only_writes(batch))
    }
}

fn only_checks(batch: &Batch) -> Batch {
    Batch {
        writes: vec![],
        ..batch.clone()
    }
}

fn only_writes(batch: &Batch) -> Batch {
    Batch {
        checks: vec![],
        ..batch.clone()
    }
}

/// All keys of a tenant, in the direction of another range.
fn everything_like(range: &Range) -> Range {
    Range::everything().direction(range.order())
}

/// Applies the first writes of a batch, one at a time, if they are possible.
fn apply(memory: &Memory, tenant: &Tenant, batch: &Batch, count: usize) {
    for write in batch.writes.iter().take(count) {
        let one = Batch {
            writes: vec![write.clone()],
            ..Batch::new(batch.stamp)
        };
        let _refused = now(memory.commit(tenant, &one));
    }
}

#[test]
fn a_store_without_a_flaw_yet_upholds_all_laws() {
    assert_eq!(now(uphold_all(async || Flawed::not_yet())), Ok(()));
}

#[test]
fn reading_other_than_what_was_written_is_seen() {
    let law = Law::ReadYourWrites;
    Flawed::edit(|batch| batch.writes.clear()).breaks(law);
    Flawed::edit(|batch| batch.writes.retain(|write| matches!(write, Write::Put(..)))).breaks(law);
    Flawed::edit(|batch| batch.writes.truncate(3)).breaks(law);
    Flawed::edit_values(|value| *value = value.trim().to_string()).breaks(law);
    Flawed::edit_values(|value| *value = value.replace("\\u0000", "\u{7f}")).breaks(law);
    Flawed::get(|memory, tenant, keys| {
        let mut sorted = keys.to_vec();
        sorted.sort();
        now(memory.get(tenant, &sorted))
    })
    .breaks(law);
    Flawed::get(|memory, tenant, keys| {
        let mut found = now(memory.get(tenant, keys))?;
        found.retain(Option::is_some);
        Ok(found)
    })
    .breaks(law);
}

#[test]
fn counted_and_rounded_versions_are_seen() {
    Flawed::commit(|memory, tenant, batch| {
        let mut batch = batch.clone();
        let first: Vec<Key> = batch
            .writes
            .iter()
            .take(1)
            .map(|write| write.key().clone())
            .collect();
        let current = now(memory.get(tenant, &first))?.pop().flatten();
        let number = current.map_or(1, |entry| entry.version.number() + 1);
        batch.stamp = Version::from_number(number).unwrap_or(Version::MAX);
        now(memory.commit(tenant, &batch))
    })
    .breaks(Law::Versions);
    // What would become of a version in 52 bits.
    Flawed::edit(|batch| {
        batch.stamp = Version::from_number(batch.stamp.number() & ((1 << 52) - 1)).unwrap();
    })
    .breaks(Law::Versions);
}

#[test]
fn ignored_checks_are_seen() {
    Flawed::edit(|batch| batch.checks.clear()).breaks(Law::Checks);
    Flawed::edit(|batch| batch.checks.truncate(1)).breaks(Law::Checks);
    Flawed::edit(|batch| batch.checks.retain(|check| matches!(check, Check::Is(..))))
        .breaks(Law::Checks);
    Flawed::edit(|batch| {
        batch
            .checks
            .retain(|check| matches!(check, Check::Absent(_)))
    })
    .breaks(Law::Checks);
    Flawed::edit(|batch| {
        if batch.writes.is_empty() {
            batch.checks.clear();
        }
    })
    .breaks(Law::Checks);
}

#[test]
fn checks_that_look_at_the_state_after_the_writes_are_seen() {
    Flawed::commit(|memory, tenant, batch| {
        now(memory.commit(tenant, &only_writes(batch)))?;
        now(memory.commit(tenant, &only_checks(batch)))
    })
    .breaks(Law::Checks);
}

#[test]
fn half_a_batch_is_seen() {
    for count in [1, 2, 3] {
        Flawed::commit(move |memory, tenant, batch| {
            now(memory.commit(tenant, batch)).inspect_err(|_| apply(memory, tenant, batch, count))
        })
        .breaks(Law::Atomicity);
    }
    Flawed::edit(|batch| batch.writes.truncate(2)).breaks(Law::Atomicity);
}

#[test]
fn wrong_orders_are_seen() {
    Flawed::page(|_, page| page.reverse()).breaks(Law::Order);
    Flawed::page(|_, page| page.sort_by(|(a, _), (b, _)| a.cmp(b))).breaks(Law::Order);
    Flawed::page(|range, page| {
        page.sort_by_key(|(key, _)| key.as_str().to_lowercase());
        if range.order() == Direction::Descending {
            page.reverse();
        }
    })
    .breaks(Law::Order);
    // The order of UTF-16 code units, as JavaScript sorts.
    Flawed::page(|range, page| {
        page.sort_by_key(|(key, _)| key.as_str().encode_utf16().collect::<Vec<u16>>());
        if range.order() == Direction::Descending {
            page.reverse();
        }
    })
    .breaks(Law::Order);
}

#[test]
fn keys_beside_a_prefix_are_seen() {
    Flawed::scan(|memory, tenant, range| {
        let (low, _) = range.bounds();
        let mut page = now(memory.scan(tenant, &everything_like(range)))?;
        page.retain(|(key, _)| key.as_str().starts_with(low.trim_end_matches('/')));
        Ok(page)
    })
    .breaks(Law::Order);
    Flawed::page(|_, page| page.retain(|(key, _)| !key.last().is_empty())).breaks(Law::Order);
    Flawed::page(|_, page| {
        page.iter_mut()
            .for_each(|(_, entry)| entry.version = Version::MAX)
    })
    .breaks(Law::Order);
}

#[test]
fn wrong_pages_are_seen() {
    Flawed::scan(|memory, tenant, range| now(memory.scan(tenant, &range.clone().limit(MAX_PAGE))))
        .breaks(Law::Paging);
    Flawed::page(|_, page| page.truncate(MAX_PAGE - 1)).breaks(Law::Paging);
    Flawed::page(|_, page| page.truncate(3)).breaks(Law::Paging);
    for ignoring in [Direction::Ascending, Direction::Descending] {
        let beginning = match ignoring {
            Direction::Ascending => Key::of("", [""; 0]),
            Direction::Descending => Key::of("\u{10fffe}", [""; 0]),
        };
        Flawed::scan(move |memory, tenant, range| {
            let mut range = range.clone();
            if range.order() == ignoring {
                range = range.after(beginning.clone());
            }
            now(memory.scan(tenant, &range))
        })
        .breaks(Law::Paging);
    }
    // The key after which the scan goes on, once more.
    Flawed::scan(|memory, tenant, range| {
        let (low, _) = range.bounds();
        let mut page = now(memory.scan(tenant, range))?;
        if let Some(after) = low.strip_suffix('\u{1}') {
            let all = now(memory.scan(tenant, &Range::everything()))?;
            page.splice(0..0, all.into_iter().find(|(key, _)| key.as_str() == after));
        }
        Ok(page)
    })
    .breaks(Law::Paging);
}

#[test]
fn wrong_counts_are_seen() {
    let page_of = |memory: &Memory, tenant: &Tenant, range: &Range| {
        Ok(now(memory.scan(tenant, range))?.len() as u64)
    };
    Flawed::count(page_of).breaks(Law::Count);
    Flawed::count(|memory, tenant, range| now(memory.count(tenant, &everything_like(range))))
        .breaks(Law::Count);
    Flawed::count(|memory, tenant, range| {
        let beginning = Key::of("", [""; 0]);
        now(memory.count(
            tenant,
            &range
                .clone()
                .direction(Direction::Ascending)
                .after(beginning),
        ))
    })
    .breaks(Law::Count);
}

#[test]
fn shared_tenants_are_seen() {
    let shared = || Tenant::new("shared").unwrap();
    Flawed::get(move |memory, tenant, keys| {
        let ours = now(memory.get(tenant, keys))?;
        let theirs = Tenant::new("touchmark.contract").unwrap();
        Ok(ours
            .into_iter()
            .zip(now(memory.get(&theirs, keys))?)
            .map(|(a, b)| a.or(b))
            .collect())
    })
    .breaks(Law::Isolation);
    Flawed {
        scan: Box::new(move |memory, _, range| now(memory.scan(&shared(), range))),
        commit: Box::new(move |memory, tenant, batch| {
            now(memory.commit(&shared(), &only_writes(batch)))?;
            now(memory.commit(tenant, batch))
        }),
        ..Flawed::not_yet()
    }
    .breaks(Law::Isolation);
    Flawed {
        get: Box::new(move |memory, _, keys| now(memory.get(&shared(), keys))),
        commit: Box::new(move |memory, _, batch| now(memory.commit(&shared(), batch))),
        ..Flawed::not_yet()
    }
    .breaks(Law::Isolation);
}

#[test]
fn big_batches_that_lose_something_are_seen() {
    Flawed::edit(|batch| batch.writes.truncate(1000)).breaks(Law::BigBatches);
    Flawed::edit(|batch| batch.checks.truncate(1000)).breaks(Law::BigBatches);
    Flawed::get(|memory, tenant, keys| {
        let mut found = now(memory.get(tenant, keys))?;
        found
            .iter_mut()
            .skip(MAX_KEYS / 2)
            .for_each(|entry| *entry = None);
        Ok(found)
    })
    .breaks(Law::BigBatches);
    // In chunks, of which the first ones stay when a later one fails.
    Flawed::commit(|memory, tenant, batch| {
        for (checks, writes) in batch.checks.chunks(1000).zip(batch.writes.chunks(1000)) {
            let chunk = Batch {
                stamp: batch.stamp,
                checks: checks.to_vec(),
                writes: writes.to_vec(),
            };
            now(memory.commit(tenant, &chunk))?;
        }
        Ok(())
    })
    .breaks(Law::BigBatches);
    Flawed::commit(|memory, tenant, batch| {
        if batch
            .writes
            .iter()
            .any(|write| write.key().as_str().len() == MAX_KEY_BYTES)
        {
            return Err(Refusal::KeyTooLong.into());
        }
        now(memory.commit(tenant, batch))
    })
    .breaks(Law::BigBatches);
}

#[test]
fn cut_values_are_seen() {
    Flawed::edit_values(|value| {
        let cut = value.floor_char_boundary(1_000_000);
        value.truncate(cut);
    })
    .breaks(Law::LargeValues);
    Flawed::commit(|memory, tenant, batch| {
        if batch.writes.len() > 10 {
            return Err(StoreError::unavailable("too much at once"));
        }
        now(memory.commit(tenant, batch))
    })
    .breaks(Law::LargeValues);
}

#[test]
fn missing_limits_are_seen() {
    Flawed::commit(|memory, tenant, batch| {
        if batch.admit().is_err() {
            apply(memory, tenant, batch, usize::MAX);
            return Ok(());
        }
        now(memory.commit(tenant, batch))
    })
    .breaks(Law::Limits);
    // Refused, but too late.
    Flawed::commit(|memory, tenant, batch| {
        if batch.admit().is_err() {
            apply(memory, tenant, batch, usize::MAX);
        }
        now(memory.commit(tenant, batch))
    })
    .breaks(Law::Limits);
    Flawed::commit(
        |memory, tenant, batch| match now(memory.commit(tenant, batch)) {
            Err(StoreError::Refused(_)) => Err(StoreError::unavailable("too much")),
            answer => answer,
        },
    )
    .breaks(Law::Limits);
    Flawed::get(|memory, tenant, keys| now(memory.get(tenant, &keys[..keys.len().min(MAX_KEYS)])))
        .breaks(Law::Limits);
    Flawed::scan(|memory, tenant, range| {
        let limit = range.page().unwrap_or(MAX_PAGE);
        now(memory.scan(tenant, &range.clone().limit(limit)))
    })
    .breaks(Law::Limits);
}

#[test]
fn checks_that_are_not_one_with_the_writes_are_seen() {
    Flawed {
        lets_others_commit_between_check_and_write: true,
        ..Flawed::not_yet()
    }
    .breaks(Law::Race);
}

#[test]
fn every_law_has_its_place_in_the_list() {
    for (place, law) in Law::ALL.into_iter().enumerate() {
        assert_eq!(law as usize, place);
    }
}
