//! Fetching a key set from its issuer: bounded in time and size, never
//! redirected, whatever content type it claims. When it is fetched is decided
//! in `key_cache`.

use core::fmt;

use gloo_net::http::{Request, RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use touchmark_core::token::KeySet;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, RequestCache, RequestRedirect, ResponseType, Url,
};

/// The most bytes that are read of a key set.
const MOST_BYTES: usize = 256 * 1024;

/// Where an issuer publishes its keys.
#[derive(Debug)]
pub(super) struct Endpoint {
    uri: String,
    /// How long an answer may take, to its last byte, in milliseconds.
    timeout: u32,
}

impl Endpoint {
    /// An endpoint, if the URI is absolute and nobody on the way can change
    /// what it answers: `https`, or `http` on this machine.
    pub(super) fn new(uri: String, timeout: u32) -> Option<Self> {
        let url = Url::new(&uri).ok()?;
        let host = url.hostname();
        let is_safe = match url.protocol().as_str() {
            "https:" => true,
            "http:" => matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"),
            _ => false,
        };
        let is_plain = url.username().is_empty() && url.password().is_empty();
        (is_safe && is_plain).then_some(Self { uri, timeout })
    }

    /// The text of the key set as it is published now.
    pub(super) async fn fetch(&self) -> Result<Vec<u8>, EndpointError> {
        let signal = AbortSignal::timeout_with_u32(self.timeout);
        let failure = || match signal.aborted() {
            true => EndpointError::Timeout,
            false => EndpointError::Unreachable,
        };
        let request = self.request(&signal).ok_or(EndpointError::Unreachable)?;
        let response = request.send().await.map_err(|_| failure())?;
        // A browser hides everything else about a redirect.
        if response.type_() == ResponseType::Opaqueredirect {
            return Err(EndpointError::Redirect);
        }
        match response.status() {
            200 => {}
            300..=399 => return Err(EndpointError::Redirect),
            status => return Err(EndpointError::Status(status)),
        }
        read_body(&response, failure).await
    }

    fn request(&self, signal: &AbortSignal) -> Option<Request> {
        let plain = || -> RequestBuilder {
            Request::get(&self.uri)
                .header("accept", "application/jwk-set+json, application/json")
                .redirect(RequestRedirect::Manual)
                .abort_signal(Some(signal))
        };
        // A browser's own cache would answer with the keys that are known
        // already. Hosts without such a cache may refuse the word.
        let asking_anew = plain().cache(RequestCache::NoCache).build();
        asking_anew.or_else(|_| plain().build()).ok()
    }
}

async fn read_body(
    response: &Response,
    failure: impl Fn() -> EndpointError,
) -> Result<Vec<u8>, EndpointError> {
    let mut text = Vec::new();
    let Some(body) = response.body() else {
        return Ok(text);
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk = JsFuture::from(reader.read()).await.map_err(|_| failure())?;
        let member = |name| Reflect::get(&chunk, &JsValue::from_str(name)).unwrap_or_default();
        if member("done").is_truthy() {
            return Ok(text);
        }
        let Ok(bytes) = member("value").dyn_into::<Uint8Array>() else {
            return Err(EndpointError::Unreachable);
        };
        if text.len() + bytes.length() as usize > MOST_BYTES {
            // Whether the sender notices is its own affair.
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(EndpointError::TooLarge);
        }
        text.extend(bytes.to_vec());
    }
}

/// Reads a published key set. A secret that is published is none, so shared
/// secrets are left out.
pub(super) fn read_published(text: &[u8]) -> Result<KeySet, EndpointError> {
    let set = KeySet::read(text).map_err(|_| EndpointError::Malformed)?;
    let public = set
        .keys()
        .iter()
        .filter(|key| key.public_material().is_some());
    Ok(public.cloned().collect())
}

/// Why an issuer's keys could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointError {
    /// No whole answer in time.
    Timeout,
    /// The answer points elsewhere.
    Redirect,
    /// An answer with another status than 200.
    Status(u16),
    /// More than 256 KiB.
    TooLarge,
    /// The answer is not a key set.
    Malformed,
    /// No answer: a wrong name, no network, or an origin that is not allowed.
    Unreachable,
}

impl EndpointError {
    /// The stable code of this reason.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Timeout => "jwks_timeout",
            Self::Redirect => "jwks_redirect",
            Self::Status(_) => "jwks_status",
            Self::TooLarge => "jwks_too_large",
            Self::Malformed => "jwks_malformed",
            Self::Unreachable => "jwks_unreachable",
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Timeout => "key set did not come in time",
            Self::Redirect => "key set endpoint redirects, which is not followed",
            Self::Status(status) => {
                return write!(formatter, "key set endpoint answered with status {status}");
            }
            Self::TooLarge => "key set is too large",
            Self::Malformed => "key set endpoint answered with something else than a key set",
            Self::Unreachable => "key set endpoint cannot be reached",
        })
    }
}

impl core::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::{EndpointError, read_published};

    #[test]
    fn published_secrets_are_left_out() {
        let set = read_published(
            br#"{"keys":[
                {"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},
                {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
            ]}"#,
        )
        .expect("a key set");
        assert_eq!(set.keys().len(), 1);
    }

    #[test]
    fn what_is_not_a_key_set_is_malformed() {
        for text in ["", "<!doctype html>", "[]", r#"{"keys":{}}"#] {
            let refused = read_published(text.as_bytes()).err();
            assert_eq!(refused, Some(EndpointError::Malformed), "{text}");
        }
    }
}
