//! Judging tokens in an answer: signature first, then header and claims by the
//! usual matchers.
//!
//! The algorithms come from the scenario, never from the token. Key sets are
//! fetched through the same peer as everything else and kept; one is fetched
//! again when a token names a key that it does not have, because keys rotate.

use super::exhibit;
use super::judge::{Court, Judgement};
use super::subject::Subject;
use super::values::now;
use crate::expect::{Mismatch, Path};
use crate::peer::{Request, Url};
use crate::scenario::model::{JwtExpect, VerificationKey, Verify};
use crate::scenario::word::Slot;
use crate::scenario::{Diagnostic, Key, Span};
use crate::secret::learn_token;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use touchmark_core::http::Headers;
use touchmark_core::token::{
    self, Algorithm, AudienceRule, KeySet, Leeway, Limits, Policy, TokenError, TypRule, Unverified,
    inspect,
};

/// The key sets of a run, by URL.
#[derive(Default)]
pub(super) struct KeySets(Mutex<HashMap<String, Arc<KeptSet>>>);

type KeptSet = tokio::sync::Mutex<Option<Arc<KeySet>>>;

/// Why a token is not what it is expected to be, before its claims are looked at.
enum Refusal {
    Token(TokenError),
    /// There are no keys to verify it with.
    Keys {
        place: Span,
        problem: String,
    },
    /// The scenario's own values do not fit.
    Value(Diagnostic),
}

pub(super) async fn judge(
    court: &Court<'_>,
    (key, path): (&Key, &Path),
    expect: &JwtExpect,
    subject: &Subject,
    judgement: &mut Judgement,
) {
    let token = match find(key, path, subject) {
        Ok(token) => token,
        Err(mismatch) => return judgement.mismatches.push(mismatch),
    };
    let inspected = inspect(&token, &Limits::DEFAULT);
    // What is no token is no secret either, unless its name makes it one.
    if inspected.is_ok() {
        learn_token(court.redactor, &token);
    }
    let verified = verify(court, &expect.verify, &token).await;
    if matches!(expect.verify, Verify::Unverified(_)) {
        judgement
            .warnings
            .push(format!("the signature of {} is not verified", key.text));
    }
    let refusal = verified.as_ref().err().and_then(|refusal| match refusal {
        Refusal::Token(error) => Some(error.to_string()),
        Refusal::Keys { .. } | Refusal::Value(_) => None,
    });
    judgement
        .tokens
        .extend(exhibit::decoded(court.redactor, &key.text, &token, refusal));
    if let Err(refusal) = verified {
        let (place, actual) = match refusal {
            Refusal::Value(diagnostic) => return judgement.diagnostics.push(diagnostic),
            Refusal::Token(error) => (verify_span(expect), format!("{error} ({})", error.code())),
            Refusal::Keys { place, problem } => (place, format!("no keys: {problem}")),
        };
        judgement.mismatches.push(Mismatch {
            span: place,
            place: format!("jwt {}", key.text),
            expected: "a token that can be verified".to_owned(),
            actual,
            hint: None,
        });
    }
    // What an unverified token says is still judged, so that one run shows all.
    if let Ok(inspected) = inspected {
        let header = Json::Object(inspected.header());
        let claims = Json::Object(inspected.unverified_claims());
        let members = expect.header.meanings();
        court.parts(members, Ok(&header), "token header", judgement);
        court.parts(expect.claims.meanings(), Ok(&claims), "claim", judgement);
    }
}

fn verify_span(expect: &JwtExpect) -> Span {
    match &expect.verify {
        Verify::Unverified(span) | Verify::Signature { span, .. } => span.clone(),
    }
}

/// The token under a name in the body.
fn find(key: &Key, path: &Path, subject: &Subject) -> Result<String, Mismatch> {
    let miss = |actual: String, hint: Option<String>| Mismatch {
        span: key.span.clone(),
        place: format!("jwt {}", key.text),
        expected: "a token".to_owned(),
        actual,
        hint,
    };
    let document = subject
        .json()
        .map_err(|problem| miss("nothing".into(), Some(problem.into())))?;
    match path.select(document).as_deref() {
        Some(Json::String(token)) => Ok(token.clone()),
        Some(other) => Err(miss(other.to_string(), None)),
        None => Err(miss("nothing".into(), path.explain_miss(document))),
    }
}

async fn verify(court: &Court<'_>, verify: &Verify, token: &str) -> Result<(), Refusal> {
    let Verify::Signature {
        key, algorithms, ..
    } = verify
    else {
        return inspect(token, &Limits::DEFAULT)
            .map(|_| ())
            .map_err(Refusal::Token);
    };
    let algorithms = algorithms.iter().map(|slot| algorithm(court, slot));
    let algorithms = algorithms
        .collect::<Result<Vec<_>, _>>()
        .map_err(Refusal::Value)?;
    match key {
        VerificationKey::Secret(slot) => {
            let secret = court.values.slot(slot).map_err(Refusal::Value)?;
            let keys = algorithms.iter().map(|algorithm| {
                token::Key::from_secret(*algorithm, secret.clone().into_bytes(), None)
            });
            let keys = keys.collect::<Result<Vec<_>, _>>();
            let keys = keys.map_err(|error| no_keys(slot.span(), error.to_string()))?;
            verify_with(token, &keys.into_iter().collect(), &algorithms)
        }
        VerificationKey::Key(node) => {
            let filled = court.values.node(node).map_err(Refusal::Value)?;
            let document = filled.value.to_json();
            let keys = match document.get("keys") {
                Some(_) => KeySet::read(document.to_string().as_bytes()),
                None => token::Key::read(document.to_string().as_bytes())
                    .map(|key| core::iter::once(key).collect()),
            };
            let keys = keys.map_err(|error| no_keys(&node.span, error.to_string()))?;
            verify_with(token, &keys, &algorithms)
        }
        VerificationKey::KeySetUrl(slot) => {
            let text = court.values.slot(slot).map_err(Refusal::Value)?;
            let url = court.target.url.join(&text);
            let url = url.map_err(|error| no_keys(slot.span(), error.to_string()))?;
            let failed = |problem: String| no_keys(slot.span(), problem);
            let keys = court.key_sets.kept(court, &url).await.map_err(failed)?;
            match verify_with(token, &keys, &algorithms) {
                Err(Refusal::Token(TokenError::UnknownKey)) => {
                    let keys = court.key_sets.fresh(court, &url).await.map_err(failed)?;
                    verify_with(token, &keys, &algorithms)
                }
                judged => judged,
            }
        }
    }
}

fn no_keys(place: &Span, problem: String) -> Refusal {
    Refusal::Keys {
        place: place.clone(),
        problem,
    }
}

fn algorithm(court: &Court<'_>, slot: &Slot<String>) -> Result<Algorithm, Diagnostic> {
    let name = court.values.slot(slot)?;
    Algorithm::read(&name).ok_or_else(|| {
        let known = Algorithm::ALL.map(Algorithm::name);
        Diagnostic::error(slot.span(), format!("there is no algorithm `{name}`"))
            .did_you_mean(&name, known)
            .help(format!("the algorithms are {}", known.join(", ")))
    })
}

/// How far the clocks of the deployment and of this machine may be apart.
const SKEW_SECONDS: u64 = 10;

/// Verifies signature, form and times. Issuer, audience and type are whatever
/// the scenario says about them under `claims` and `header`.
fn verify_with(token: &str, keys: &KeySet, algorithms: &[Algorithm]) -> Result<(), Refusal> {
    let inspected = inspect(token, &Limits::DEFAULT).map_err(Refusal::Token)?;
    let text = |members: &Map<String, Json>, name: &str| {
        members.get(name).and_then(Json::as_str).map(str::to_owned)
    };
    let typ = match text(&inspected.header(), "typ") {
        Some(typ) => TypRule::only([typ]),
        None => TypRule::jwt(),
    };
    let issuer = text(&inspected.unverified_claims(), "iss").unwrap_or_default();
    let policy = Policy::jwt(issuer, AudienceRule::Any)
        .algorithms(algorithms.iter().copied())
        .typ(typ)
        .leeway(Leeway::seconds(SKEW_SECONDS).unwrap_or(Leeway::NONE));
    let verified = Unverified::read(token, &policy)
        .and_then(|token| token.choose(keys))
        .and_then(|token| token.verified_by(|check| check.verify()))
        .and_then(|token| token.admit(now()));
    match verified {
        // Which claims there must be is said under `claims`.
        Ok(_) | Err(TokenError::ClaimMissing(_)) => Ok(()),
        Err(error) => Err(Refusal::Token(error)),
    }
}

impl KeySets {
    /// The key set at a URL, fetched if it has not been yet.
    async fn kept(&self, court: &Court<'_>, url: &Url) -> Result<Arc<KeySet>, String> {
        let place = self.place(url);
        let mut kept = place.lock().await;
        match &*kept {
            Some(keys) => Ok(Arc::clone(keys)),
            None => Ok(Arc::clone(kept.insert(fetch(court, url).await?))),
        }
    }

    /// The key set at a URL as it is now.
    async fn fresh(&self, court: &Court<'_>, url: &Url) -> Result<Arc<KeySet>, String> {
        let place = self.place(url);
        let mut kept = place.lock().await;
        Ok(Arc::clone(kept.insert(fetch(court, url).await?)))
    }

    fn place(&self, url: &Url) -> Arc<KeptSet> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(url.to_string()).or_default())
    }
}

async fn fetch(court: &Court<'_>, url: &Url) -> Result<Arc<KeySet>, String> {
    let request = Request {
        method: "GET".to_owned(),
        url: url.clone(),
        headers: Headers::new(),
        body: Vec::new(),
    };
    let answer = court
        .peer
        .send(&request, court.within)
        .await
        .map_err(|error| error.to_string())?;
    let status = answer.response.status;
    if !status.is_success() {
        return Err(format!(
            "{url} answers {} {}",
            status.code(),
            status.reason()
        ));
    }
    KeySet::read(&answer.response.body)
        .map(Arc::new)
        .map_err(|error| format!("{url} is not a key set: {error}"))
}
