//! Rate limits: so many requests of one caller at once, and so many more with
//! time, as a bucket that fills steadily.
//!
//! What is left is remembered by the deployment and not kept: a host that runs
//! several copies limits each of them. A proof that fails is not charged to
//! the client whose name it bears.

use super::{Caller, Context, Fault};
use crate::record::System;
use crate::store::Store;
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::num::NonZeroU32;
use spin::Mutex;

/// How many requests a caller may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// At once, after a rest.
    pub burst: NonZeroU32,
    /// A minute, for as long as it likes.
    pub per_minute: NonZeroU32,
}

/// What is left to every caller.
#[derive(Default)]
pub(super) struct Buckets(Mutex<BTreeMap<(System, String, String), Bucket>>);

// A panic while the lock is held leaves buckets that hold what they held, or
// one turn less; nothing depends on them beyond how soon somebody may ask again.
impl core::panic::RefUnwindSafe for Buckets {}

/// What is left to one caller, as of a moment. One request takes
/// [`REQUEST`]; a minute has as many milliseconds, so that what a millisecond
/// adds is the number of requests a minute.
#[derive(Clone, Copy)]
struct Bucket {
    level: u64,
    at: Timestamp,
}

/// What one request takes out of a bucket.
const REQUEST: u64 = 60_000;
/// How many callers are remembered.
const MAX_BUCKETS: usize = 10_000;

impl Bucket {
    /// The bucket as it is at a later moment. A clock that goes back adds
    /// nothing.
    fn filled(self, limit: RateLimit, now: Timestamp) -> Self {
        let passed = now.millis().saturating_sub(self.at.millis());
        let passed = u64::try_from(passed).unwrap_or(0);
        let added = passed.saturating_mul(u64::from(limit.per_minute.get()));
        Self {
            level: self.level.saturating_add(added).min(capacity(limit)),
            at: self.at.max(now),
        }
    }
}

fn capacity(limit: RateLimit) -> u64 {
    u64::from(limit.burst.get()) * REQUEST
}

impl Buckets {
    /// Takes one request out of a caller's bucket, or tells how many seconds
    /// to wait for it.
    fn charge(
        &self,
        caller: (System, String, String),
        limit: RateLimit,
        now: Timestamp,
    ) -> Result<(), u32> {
        let mut buckets = self.0.lock();
        if buckets.len() >= MAX_BUCKETS && !buckets.contains_key(&caller) {
            // Whoever has rested long enough is as good as unknown.
            buckets.retain(|_, bucket| bucket.filled(limit, now).level < capacity(limit));
            if buckets.len() >= MAX_BUCKETS {
                buckets.pop_first();
            }
        }
        let full = Bucket {
            level: capacity(limit),
            at: now,
        };
        let bucket = buckets.entry(caller).or_insert(full);
        *bucket = bucket.filled(limit, now);
        match bucket.level.checked_sub(REQUEST) {
            Some(level) => {
                bucket.level = level;
                Ok(())
            }
            None => {
                let missing = REQUEST - bucket.level;
                let millis = missing.div_ceil(u64::from(limit.per_minute.get()));
                Err(u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX))
            }
        }
    }
}

/// Charges one request to the context's caller, where its system limits them.
/// A host's edge asks before it reads the content of a request.
///
/// # Errors
/// [`Fault::TooMany`] with the seconds to wait.
pub fn charge<S: Store>(context: &Context<'_, S>) -> Result<(), Fault> {
    match context.caller {
        Caller::Anonymous => Ok(()),
        _ => charge_to(context, context.caller.actor()),
    }
}

/// Charges one request to a client that proved itself by the request.
pub(super) fn charge_to<S: Store>(context: &Context<'_, S>, caller: &str) -> Result<(), Fault> {
    let Some(limit) = context.deployment.policy(context.system).rate_limit else {
        return Ok(());
    };
    let caller = (
        context.system,
        String::from(context.tenant.as_str()),
        String::from(caller),
    );
    let buckets = &context.deployment.buckets;
    buckets
        .charge(caller, limit, context.now)
        .map_err(|retry_after| Fault::TooMany { retry_after })
}

#[cfg(test)]
mod tests {
    use super::{Buckets, MAX_BUCKETS, RateLimit};
    use crate::record::System;
    use crate::time::Timestamp;
    use alloc::string::{String, ToString};
    use core::num::NonZeroU32;

    fn limit(burst: u32, per_minute: u32) -> RateLimit {
        let number = |number| NonZeroU32::new(number).expect("more than none");
        RateLimit {
            burst: number(burst),
            per_minute: number(per_minute),
        }
    }

    fn charge(buckets: &Buckets, caller: &str, limit: RateLimit, millis: i64) -> Result<(), u32> {
        let caller = (System::Klarity, String::from("t"), String::from(caller));
        buckets.charge(caller, limit, Timestamp::from_millis(millis))
    }

    #[test]
    fn a_burst_is_served_and_then_the_rate() {
        let buckets = Buckets::default();
        let limit = limit(3, 30);
        for _ in 0..3 {
            assert_eq!(charge(&buckets, "a", limit, 0), Ok(()));
        }
        assert_eq!(charge(&buckets, "a", limit, 0), Err(2));
        assert_eq!(charge(&buckets, "a", limit, 1999), Err(1));
        assert_eq!(charge(&buckets, "a", limit, 2000), Ok(()));
        assert_eq!(charge(&buckets, "a", limit, 2000), Err(2));
        assert_eq!(
            charge(&buckets, "b", limit, 2000),
            Ok(()),
            "others have their own"
        );
    }

    #[test]
    fn a_refusal_takes_nothing_and_a_rest_gives_no_more_than_the_burst() {
        let buckets = Buckets::default();
        let limit = limit(2, 60);
        for _ in 0..2 {
            assert_eq!(charge(&buckets, "a", limit, 0), Ok(()));
        }
        for _ in 0..100 {
            assert_eq!(charge(&buckets, "a", limit, 0), Err(1));
        }
        for _ in 0..2 {
            assert_eq!(charge(&buckets, "a", limit, 1_000_000), Ok(()));
        }
        assert_eq!(charge(&buckets, "a", limit, 1_000_000), Err(1));
        assert_eq!(
            charge(&buckets, "a", limit, 0),
            Err(1),
            "the clock went back"
        );
    }

    #[test]
    fn only_so_many_callers_are_remembered() {
        let buckets = Buckets::default();
        let limit = limit(1, 1);
        for caller in 0..=MAX_BUCKETS {
            assert_eq!(charge(&buckets, &caller.to_string(), limit, 0), Ok(()));
        }
        assert_eq!(buckets.0.lock().len(), MAX_BUCKETS);
        assert_eq!(charge(&buckets, "new", limit, 60_000), Ok(()));
        assert_eq!(buckets.0.lock().len(), 1, "who has rested is forgotten");
    }
}
