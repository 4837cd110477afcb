//! Where requests go: a deployment behind a URL, or one inside this process.
//!
//! A peer sends one request and returns one response. It follows no redirect,
//! keeps no cookie, repeats nothing and knows nothing of scenarios; limits and
//! the time a request may take come in with the request.

mod error;
mod in_process;
mod network;
#[cfg(test)]
mod tests;
mod url;

pub use error::{PeerError, Unsendable};
pub use in_process::{Embedded, EmbeddedError, IDENTITIES, InProcess, ORIGIN};
pub use url::{Url, UrlError};

use core::time::Duration;
use network::Network;
use std::time::Instant;
use touchmark_core::http::{Headers, Response};

/// The largest response body that is read.
pub const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// A request as a scenario means it: to an absolute URL, with any method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method token.
    pub method: String,
    /// Where it goes.
    pub url: Url,
    /// The header fields, without those that the transport writes itself.
    pub headers: Headers,
    /// The content.
    pub body: Vec<u8>,
}

/// A response and how long it took to arrive whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the peer said.
    pub response: Response,
    /// From the first byte sent to the last byte read, connecting included.
    pub took: Duration,
}

/// Sends requests.
pub struct Peer {
    network: Network,
    in_process: Option<InProcess>,
}

impl Peer {
    /// A peer that reaches every URL over the network. It opens no connection
    /// and reads no certificate before the first request that needs one.
    #[must_use]
    pub fn network() -> Self {
        Self {
            network: Network::new(),
            in_process: None,
        }
    }

    /// A peer that asks the embedded deployment for URLs of its origin, and
    /// reaches every other URL over the network.
    #[must_use]
    pub fn embedded(deployment: InProcess) -> Self {
        Self {
            network: Network::new(),
            in_process: Some(deployment),
        }
    }

    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// When there is no whole response after `within`, for whatever reason.
    pub async fn send(&self, request: &Request, within: Duration) -> Result<Answer, PeerError> {
        let started = Instant::now();
        let response = tokio::time::timeout(within, self.ask(request))
            .await
            .unwrap_or(Err(PeerError::TimedOut { after: within }))?;
        Ok(Answer {
            response,
            took: started.elapsed(),
        })
    }

    async fn ask(&self, request: &Request) -> Result<Response, PeerError> {
        match &self.in_process {
            Some(embedded) if embedded.answers(&request.url) => embedded.send(request).await,
            _ => self.network.send(request).await,
        }
    }
}
