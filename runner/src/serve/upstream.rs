//! The Prometheus that samples are asked for instead of the deployment's own
//! store: where it is, how requests to it prove themselves, and how long they
//! may take. What is asked, and what may be seen of the answer, the core
//! decides.
//!
//! Callers never learn where it is nor why it did not answer; the log does.

use core::fmt;
use core::time::Duration;
use std::io;

use touchmark_core::http::{Headers, Pairs};
use touchmark_core::operation::{
    Upstream, UpstreamAnswer, UpstreamFailure, UpstreamQuestion, UpstreamReply,
};
use touchmark_core::record::Secret;

use super::settings::UpstreamSettings;
use crate::peer::{Peer, PeerError, Request, Url};

/// The longest `Authorization` field that is read from a file.
const MAX_AUTHORIZATION: usize = 16 * 1024;

/// A Prometheus on the network.
pub(super) struct Prometheus {
    peer: Peer,
    url: Url,
    authorization: Option<Secret>,
    contract_label: Option<String>,
    within: Duration,
}

/// Why the file with the credentials was not taken.
#[derive(Debug)]
pub enum AuthorizationError {
    /// It cannot be read.
    Unreadable(io::Error),
    /// Its text cannot stand in a header field.
    Malformed,
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Malformed => f.write_str("not one line of visible characters"),
        }
    }
}

impl core::error::Error for AuthorizationError {}

impl Prometheus {
    /// Reads the credentials; opens no connection yet.
    pub(super) fn open(settings: &UpstreamSettings) -> Result<Self, AuthorizationError> {
        let authorization = match &settings.authorization {
            None => None,
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(AuthorizationError::Unreadable)?;
                let text = text.trim_end_matches(['\r', '\n']);
                let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
                if text.is_empty()
                    || text.len() > MAX_AUTHORIZATION
                    || !text.bytes().all(is_visible)
                {
                    return Err(AuthorizationError::Malformed);
                }
                Some(Secret::new(text))
            }
        };
        Ok(Self {
            peer: Peer::network(),
            url: settings.url.clone(),
            authorization,
            contract_label: settings.contract_label.clone(),
            within: settings.timeout,
        })
    }

    fn request(&self, question: &UpstreamQuestion) -> Result<Request, UpstreamFailure> {
        let mut query = Pairs::new();
        for (name, value) in &question.parameters {
            query.push(name, value.as_str());
        }
        let target = format!("{}?{}", question.path, query.write());
        // Only a question that is too long does not make a URL.
        let url = self
            .url
            .join(&target)
            .map_err(|_| UpstreamFailure::TooLarge)?;
        let mut headers = Headers::new();
        headers.insert("accept", "application/json");
        if let Some(authorization) = &self.authorization {
            headers.insert("authorization", authorization.expose());
        }
        Ok(Request {
            method: "GET".into(),
            url,
            headers,
            body: Vec::new(),
        })
    }
}

impl Upstream for Prometheus {
    fn ask(&self, question: UpstreamQuestion) -> UpstreamReply<'_> {
        Box::pin(async move {
            let request = self.request(&question)?;
            let answer = self.peer.send(&request, self.within).await;
            let response = answer.map_err(|error| failure(&error))?.response;
            if !response.status.is_success() {
                let status = response.status.code();
                tracing::debug!(status, path = question.path, "the upstream refused");
            }
            Ok(UpstreamAnswer {
                status: response.status.code(),
                content: response.body,
            })
        })
    }

    fn contract_label(&self) -> Option<&str> {
        self.contract_label.as_deref()
    }
}

fn failure(error: &PeerError) -> UpstreamFailure {
    tracing::warn!(%error, "the upstream did not answer");
    match error {
        PeerError::TimedOut { .. } => UpstreamFailure::Late,
        PeerError::TooLarge => UpstreamFailure::TooLarge,
        _ => UpstreamFailure::Unreachable,
    }
}
