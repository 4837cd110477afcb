//! Tokens, fetched once and shared: whoever needs one that is being fetched
//! waits for it. They are renewed shortly before they expire and never because
//! a deployment refused them.

use super::values::now;
use crate::peer::{Answer, Peer, PeerError, Request};
use crate::secret::{Redactor, learn_from_body, learn_token};
use core::time::Duration;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Limits, inspect};

/// How long before its expiry a token is renewed, at most.
const MARGIN_SECONDS: i64 = 30;

/// The tokens of a run.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<Key, Arc<Place>>>);

/// Everything that tells one token request from another: the line and the
/// header fields, and the body.
type Key = (String, Vec<u8>);

/// A place for the token that one request fetches. Its lock is held while the
/// token is being fetched.
type Place = tokio::sync::Mutex<Option<Kept>>;

#[derive(Clone)]
struct Kept {
    token: String,
    renew: Option<Timestamp>,
}

/// Why there is no token.
pub(super) struct NoToken {
    /// The request for it.
    pub(super) request: Request,
    /// The response, if there was one.
    pub(super) answer: Option<Answer>,
    /// What is wrong.
    pub(super) reason: NoTokenReason,
}

pub(super) enum NoTokenReason {
    /// There is no response.
    Peer(PeerError),
    /// The response is not a success.
    Refused,
    /// The response is a success without an access token.
    Unreadable,
}

impl Tokens {
    /// The token that a request fetches: a kept one, or a fresh one.
    pub(super) async fn token(
        &self,
        request: &Request,
        peer: &Peer,
        redactor: &Redactor,
        within: Duration,
    ) -> Result<String, NoToken> {
        let place = self.place(request);
        let mut kept = place.lock().await;
        let now = now();
        if let Some(kept) = kept
            .as_ref()
            .filter(|kept| kept.renew.is_none_or(|renew| now < renew))
        {
            return Ok(kept.token.clone());
        }
        let failed = |answer, reason| NoToken {
            request: request.clone(),
            answer,
            reason,
        };
        let answer = peer
            .send(request, within)
            .await
            .map_err(|error| failed(None, NoTokenReason::Peer(error)))?;
        if !answer.response.status.is_success() {
            return Err(failed(Some(answer), NoTokenReason::Refused));
        }
        let Some(fresh) = read(&answer, redactor, now) else {
            return Err(failed(Some(answer), NoTokenReason::Unreadable));
        };
        Ok(kept.insert(fresh).token.clone())
    }

    /// Keeps the token of a response that a `token` step fetched.
    pub(super) async fn keep(&self, request: &Request, answer: &Answer, redactor: &Redactor) {
        if let Some(fresh) = read(answer, redactor, now()) {
            *self.place(request).lock().await = Some(fresh);
        }
    }

    fn place(&self, request: &Request) -> Arc<Place> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut head = format!("{} {}", request.method, request.url);
        for (name, value) in request.headers.iter() {
            head.push('\n');
            head.push_str(name);
            head.push(':');
            head.push_str(value);
        }
        Arc::clone(places.entry((head, request.body.clone())).or_default())
    }
}

/// The access token of a token response (RFC 6749 section 5.1).
pub(super) fn access_token(document: &Json) -> Option<&str> {
    document
        .get("access_token")?
        .as_str()
        .filter(|token| !token.is_empty())
}

fn read(answer: &Answer, redactor: &Redactor, now: Timestamp) -> Option<Kept> {
    if !answer.response.status.is_success() {
        return None;
    }
    let document: Json = serde_json::from_slice(&answer.response.body).ok()?;
    learn_from_body(redactor, &document);
    let token = access_token(&document)?;
    learn_token(redactor, token);
    let renew = expiry(&document, token, now).map(|expires| {
        let lifetime = expires.seconds() - now.seconds();
        expires.plus_seconds(-MARGIN_SECONDS.min(lifetime / 10))
    });
    Some(Kept {
        token: token.to_owned(),
        renew,
    })
}

/// When a token expires: what the response says, or else the token itself.
fn expiry(document: &Json, token: &str, now: Timestamp) -> Option<Timestamp> {
    let seconds = match document.get("expires_in") {
        Some(Json::Number(number)) => number.as_i64(),
        // Some servers send the number as text.
        Some(Json::String(text)) => text.parse().ok(),
        _ => None,
    };
    if let Some(seconds) = seconds.filter(|seconds| *seconds >= 0) {
        return Some(now.plus_seconds(seconds));
    }
    let claims = inspect(token, &Limits::DEFAULT).ok()?.unverified_claims();
    claims.get("exp")?.as_i64().map(Timestamp::from_seconds)
}
