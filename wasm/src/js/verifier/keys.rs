//! The keys of one verifier, loaded when they are first needed: read from the
//! options or fetched from the issuer, one attempt at a time however many
//! tokens wait for it.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use touchmark_core::token::KeySet;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::endpoint::{Endpoint, EndpointError, read_published};
use super::key_cache::{KeyCache, Pace};
use super::web_crypto::HostKeys;

/// Where keys come from.
#[derive(Debug)]
pub(super) enum Origin {
    Given(KeySet),
    Published(Endpoint),
}

/// The keys of one verifier.
#[derive(Debug)]
pub(super) struct Keys {
    origin: Origin,
    cache: RefCell<KeyCache<Rc<HostKeys>, EndpointError>>,
    /// The text that the keys in the cache were read from.
    text: RefCell<Vec<u8>>,
    /// The attempt that is under way. It never rejects.
    attempt: RefCell<Option<Promise>>,
}

impl Keys {
    pub(super) fn new(origin: Origin, pace: Pace) -> Self {
        Self {
            origin,
            cache: RefCell::new(KeyCache::new(pace)),
            text: RefCell::default(),
            attempt: RefCell::default(),
        }
    }

    /// The keys that can be used without asking anybody.
    pub(super) fn fresh(&self, now: f64) -> Option<Rc<HostKeys>> {
        self.cache.borrow().fresh(now)
    }

    /// Whether another key may be had by asking again.
    pub(super) fn may_be_renewed(&self, now: f64) -> bool {
        self.attempt.borrow().is_some() || self.cache.borrow().may_load(now)
    }

    /// The number of the set of keys, or 0 if it is not fresh.
    pub(super) fn epoch(&self, now: f64) -> u32 {
        self.cache.borrow().epoch(now)
    }

    /// The keys, loaded if they are not fresh; old ones, if they cannot be
    /// loaded and are not too old.
    pub(super) async fn current(self: &Rc<Self>, now: f64) -> Result<Rc<HostKeys>, EndpointError> {
        if let Some(keys) = self.fresh(now) {
            return Ok(keys);
        }
        if self.may_be_renewed(now) {
            self.load(now).await;
        }
        let usable = self.cache.borrow().usable(now);
        usable.map_err(|failure| failure.unwrap_or(EndpointError::Unreachable))
    }

    /// The keys as the issuer publishes them now, for a token whose key is
    /// not among those that are known; `None` if it was asked a moment ago.
    pub(super) async fn renewed(
        self: &Rc<Self>,
        now: f64,
    ) -> Result<Option<Rc<HostKeys>>, EndpointError> {
        if !self.may_be_renewed(now) {
            return match self.cache.borrow().failure() {
                Some(failure) => Err(failure),
                None => Ok(None),
            };
        }
        self.load(now).await;
        let cache = self.cache.borrow();
        match cache.failure() {
            Some(failure) => Err(failure),
            None => Ok(cache.usable(now).ok()),
        }
    }

    /// Makes an attempt, or waits for the one that is under way.
    async fn load(self: &Rc<Self>, now: f64) {
        let under_way = self.attempt.borrow().clone();
        let attempt = under_way.unwrap_or_else(|| {
            let keys = Rc::clone(self);
            // Runs after this function has waited, so `attempt` is set first.
            let attempt = future_to_promise(async move {
                keys.attempt(now).await;
                keys.attempt.take();
                Ok(JsValue::UNDEFINED)
            });
            self.attempt.replace(Some(attempt.clone()));
            attempt
        });
        JsFuture::from(attempt).await.ok();
    }

    async fn attempt(&self, now: f64) {
        let set = match &self.origin {
            Origin::Given(set) => Ok(Some(set.clone())),
            Origin::Published(endpoint) => endpoint.fetch().await.and_then(|text| self.news(text)),
        };
        match set {
            Ok(Some(set)) => {
                let keys = Rc::new(HostKeys::import(&set).await);
                self.cache.borrow_mut().replace(keys, now);
            }
            Ok(None) => self.cache.borrow_mut().confirm(now),
            Err(failure) => self.cache.borrow_mut().fail(failure, now),
        }
    }

    /// The key set in a text, unless it is the text that is known.
    fn news(&self, text: Vec<u8>) -> Result<Option<KeySet>, EndpointError> {
        if !text.is_empty() && *self.text.borrow() == text {
            return Ok(None);
        }
        let set = read_published(&text)?;
        self.text.replace(text);
        Ok(Some(set))
    }
}
