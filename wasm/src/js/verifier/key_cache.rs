//! When keys are loaded, kept and given up: freshness, the pause between two
//! attempts, and how long an issuer may be away. Pure decisions over times in
//! milliseconds; what the keys are is in `keys`.

/// How often keys are loaded, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How long keys are used without asking again.
    pub(super) max_age: f64,
    /// The least time between two attempts, whatever came of the first.
    pub(super) cooldown: f64,
    /// How much longer keys are used while the issuer cannot be asked.
    pub(super) stale_if_error: f64,
}

impl Pace {
    /// Loaded once, kept for ever.
    pub(super) const ONCE: Self = Self {
        max_age: f64::INFINITY,
        cooldown: f64::INFINITY,
        stale_if_error: 0.0,
    };
}

/// Keys, when they came, and how the last attempt to get them ended.
#[derive(Debug)]
pub(super) struct KeyCache<K, E> {
    pace: Pace,
    keys: Option<K>,
    loaded: f64,
    tried: Option<f64>,
    failure: Option<E>,
    epoch: u32,
}

impl<K: Clone, E: Clone> KeyCache<K, E> {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            keys: None,
            loaded: f64::NEG_INFINITY,
            tried: None,
            failure: None,
            epoch: 0,
        }
    }

    /// The keys, if they need not be loaded again.
    pub(super) fn fresh(&self, now: f64) -> Option<K> {
        let age = now - self.loaded;
        // A clock that was set back makes keys from the future, whose age
        // nobody knows.
        let is_fresh = (0.0..self.pace.max_age).contains(&age);
        self.keys.clone().filter(|_| is_fresh)
    }

    /// Whether an attempt may be made.
    pub(super) fn may_load(&self, now: f64) -> bool {
        let cooldown = self.pace.cooldown;
        self.tried
            .is_none_or(|tried| (now - tried).abs() >= cooldown)
    }

    /// The best keys there are without another attempt: the fresh ones, or
    /// old ones while they may stand in.
    ///
    /// # Errors
    /// How the last attempt failed; `None` if it did not.
    pub(super) fn usable(&self, now: f64) -> Result<K, Option<E>> {
        let longest = self.pace.max_age + self.pace.stale_if_error;
        match &self.keys {
            Some(keys) if (now - self.loaded).abs() < longest => Ok(keys.clone()),
            _ => Err(self.failure.clone()),
        }
    }

    /// How the last attempt failed, if it did.
    pub(super) fn failure(&self) -> Option<E> {
        self.failure.clone()
    }

    /// The number of this set of keys, from 1; 0 if they are not fresh.
    pub(super) fn epoch(&self, now: f64) -> u32 {
        self.fresh(now).map_or(0, |_| self.epoch)
    }

    /// The number of this set of keys, fresh or not.
    pub(super) fn generation(&self) -> u32 {
        self.epoch
    }

    /// Other keys came from an attempt made at `now`.
    pub(super) fn replace(&mut self, keys: K, now: f64) {
        self.keys = Some(keys);
        self.epoch = self.epoch.wrapping_add(1).max(1);
        self.confirm(now);
    }

    /// The same keys came from an attempt made at `now`.
    pub(super) fn confirm(&mut self, now: f64) {
        self.loaded = now;
        self.tried = Some(now);
        self.failure = None;
    }

    /// An attempt made at `now` failed.
    pub(super) fn fail(&mut self, failure: E, now: f64) {
        self.tried = Some(now);
        self.failure = Some(failure);
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyCache, Pace};

    const PACE: Pace = Pace {
        max_age: 600.0,
        cooldown: 30.0,
        stale_if_error: 3600.0,
    };

    fn loaded_at(now: f64) -> KeyCache<&'static str, &'static str> {
        let mut cache = KeyCache::new(PACE);
        cache.replace("first", now);
        cache
    }

    #[test]
    fn nothing_is_known_before_the_first_attempt() {
        let cache: KeyCache<&str, &str> = KeyCache::new(PACE);
        assert_eq!(cache.fresh(0.0), None);
        assert_eq!(cache.usable(0.0), Err(None));
        assert_eq!(cache.epoch(0.0), 0);
        assert!(cache.may_load(0.0));
    }

    #[test]
    fn keys_are_fresh_until_their_age_and_not_at_it() {
        let cache = loaded_at(1000.0);
        assert_eq!(cache.fresh(1599.0), Some("first"));
        assert_eq!(cache.fresh(1600.0), None);
        assert_eq!(cache.epoch(1599.0), 1);
        assert_eq!(cache.epoch(1600.0), 0);
    }

    #[test]
    fn keys_from_the_future_are_not_fresh() {
        assert_eq!(loaded_at(1000.0).fresh(999.0), None);
    }

    #[test]
    fn attempts_keep_their_distance_whatever_came_of_the_first() {
        let mut cache = loaded_at(1000.0);
        assert!(!cache.may_load(1029.0));
        assert!(cache.may_load(1030.0));
        cache.fail("away", 1030.0);
        assert!(!cache.may_load(1059.0));
        assert!(cache.may_load(1060.0));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_stop_attempts() {
        assert!(loaded_at(1000.0).may_load(0.0));
    }

    #[test]
    fn old_keys_stand_in_for_a_bounded_time() {
        let mut cache = loaded_at(1000.0);
        cache.fail("away", 1600.0);
        assert_eq!(cache.usable(5199.0), Ok("first"));
        assert_eq!(cache.usable(5200.0), Err(Some("away")));
    }

    #[test]
    fn a_failure_is_remembered_until_an_attempt_succeeds() {
        let mut cache: KeyCache<&str, &str> = KeyCache::new(PACE);
        cache.fail("away", 0.0);
        assert_eq!(cache.usable(1.0), Err(Some("away")));
        cache.replace("first", 30.0);
        assert_eq!(cache.failure(), None);
    }

    #[test]
    fn the_epoch_changes_with_the_keys_only() {
        let mut cache = loaded_at(1000.0);
        cache.confirm(1600.0);
        assert_eq!(cache.epoch(1600.0), 1);
        cache.replace("second", 2000.0);
        assert_eq!(cache.epoch(2000.0), 2);
        assert_eq!(cache.fresh(2000.0), Some("second"));
    }

    #[test]
    fn keys_that_were_given_are_loaded_once() {
        let mut cache: KeyCache<&str, &str> = KeyCache::new(Pace::ONCE);
        assert!(cache.may_load(0.0));
        cache.replace("given", 0.0);
        assert_eq!(cache.fresh(1e15), Some("given"));
        assert!(!cache.may_load(1e15));
    }
}
