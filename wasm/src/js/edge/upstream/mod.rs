//! The Prometheus that samples are asked for instead of the deployment's own
//! store, over the host's `fetch`. What is asked, and what may be seen of the
//! answer, the core decides.
//!
//! Callers never learn where it is nor why it did not answer; the log does.

pub(super) mod settings;

use core::fmt::Display;

use futures_channel::oneshot;
use gloo_net::http::{Request, Response};
use touchmark_core::http::{Body, Headers};
use touchmark_core::operation::{
    Upstream, UpstreamAnswer, UpstreamFailure, UpstreamQuestion, UpstreamReply,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortSignal, RequestRedirect, Url, console};

use self::settings::UpstreamSettings;
use super::stream::{Broken, Parts};
use crate::server::settings::SettingError;
use crate::server::{Content, Part};

/// The most bytes that are taken of an answer, unpacked.
const MAX_ANSWER: usize = 32 * 1024 * 1024;

/// A Prometheus that the host reaches.
pub(super) struct Prometheus(UpstreamSettings);

impl Prometheus {
    /// Has the host look at the URL; sends nothing yet.
    pub(super) fn open(settings: UpstreamSettings) -> Result<Self, SettingError> {
        match Url::new(&settings.url) {
            Ok(_) => Ok(Self(settings)),
            Err(_) => Err(settings::WRONG_URL),
        }
    }

    fn request(
        &self,
        question: &UpstreamQuestion,
        signal: &AbortSignal,
    ) -> Result<Request, gloo_net::Error> {
        let base = self.0.url.trim_end_matches('/');
        let parameters = question.parameters.iter();
        let mut request = Request::get(&format!("{base}{}", question.path))
            .query(parameters.map(|(name, value)| (*name, value)))
            .header("accept", "application/json")
            // Hosts do not have `error` in common. What redirects is no answer
            // of a Prometheus, and refused as such.
            .redirect(RequestRedirect::Manual)
            .abort_signal(Some(signal));
        if let Some(authorization) = &self.0.authorization {
            request = request.header("authorization", authorization.expose());
        }
        request.build()
    }
}

impl Upstream for Prometheus {
    fn ask(&self, question: UpstreamQuestion) -> UpstreamReply<'_> {
        let signal = AbortSignal::timeout_with_u32(self.0.timeout_ms);
        let request = self.request(&question, &signal);
        // What waits for JavaScript stays with its thread, so that it runs by
        // itself, and only the answer is handed over.
        let (tell, told) = oneshot::channel();
        spawn_local(async move {
            let answer = match request {
                Ok(request) => exchange(request, &question, &signal).await,
                Err(error) => Err(failed(&signal, &error)),
            };
            // Whoever asked may be gone.
            let _ = tell.send(answer);
        });
        Box::pin(async { told.await.unwrap_or(Err(UpstreamFailure::Unreachable)) })
    }

    fn contract_label(&self) -> Option<&str> {
        self.0.contract_label.as_deref()
    }
}

async fn exchange(
    request: Request,
    question: &UpstreamQuestion,
    signal: &AbortSignal,
) -> Result<UpstreamAnswer, UpstreamFailure> {
    let response = request.send().await;
    let response = response.map_err(|error| failed(signal, &error))?;
    let status = response.status();
    if !response.ok() {
        let path = &question.path;
        let line = format!("touchmark: the upstream answered {path} with {status}");
        console::debug_1(&line.into());
    }
    let content = content(&response, signal).await?;
    Ok(UpstreamAnswer { status, content })
}

async fn content(response: &Response, signal: &AbortSignal) -> Result<Vec<u8>, UpstreamFailure> {
    let Some(stream) = response.body() else {
        return Ok(Vec::new());
    };
    let parts = Parts::of(&stream);
    let mut content = Content::expected(&Headers::new(), MAX_ANSWER);
    loop {
        let part = match parts.next().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(Broken) => return Err(failed(signal, &"its answer broke off")),
        };
        match content.part(part.length() as usize) {
            Part::Kept(room) => part.copy_to(room),
            Part::Dropped | Part::Hopeless => {
                parts.cancel();
                break;
            }
        }
    }
    match content.body() {
        Body::Whole(content) => Ok(content),
        _ => Err(logged(UpstreamFailure::TooLarge, &"it is not read on")),
    }
}

/// Why there is no answer: the signal alone ends a request that is late.
fn failed(signal: &AbortSignal, detail: &dyn Display) -> UpstreamFailure {
    let failure = match signal.aborted() {
        true => UpstreamFailure::Late,
        false => UpstreamFailure::Unreachable,
    };
    logged(failure, detail)
}

fn logged(failure: UpstreamFailure, detail: &dyn Display) -> UpstreamFailure {
    console::warn_1(&format!("touchmark: {failure}: {detail}").into());
    failure
}
