//! A deployment inside this process that answers without a socket: what
//! `touchmark run` speaks to when no target is named. Its keys and records are
//! made at its start and end with it.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use touchmark_core::http::{Body, Response};
use touchmark_core::operation::{Configuration, Fault, FirstAdministrator};
use touchmark_core::record::{ClientId, Secret};

use super::network;
use super::{PeerError, Request, Url};
use crate::host::{Host, NoRandomness, wire};

/// The origin of the embedded deployment. The top-level domain is reserved
/// (RFC 2606), so a request that should have stayed in the process reaches
/// nobody.
pub const ORIGIN: &str = "http://touchmark.invalid";

/// The identities that a deployment in this process gives to scenarios.
pub const IDENTITIES: &[&str; 1] = &["admin"];

/// A deployment in this process.
#[derive(Clone)]
pub struct InProcess {
    host: Arc<Host>,
    origin: Url,
}

/// An embedded deployment that has just been made.
pub struct Embedded {
    /// What answers for it.
    pub peer: InProcess,
    /// The administrator's identifier and secret.
    pub admin: (ClientId, Secret),
    /// Where its requests go.
    pub origin: Url,
}

impl Embedded {
    /// Makes a deployment that is set up in this way, with new keys, an empty
    /// store in memory and one administrator.
    ///
    /// # Errors
    /// [`EmbeddedError`]; a machine with a source of randomness gives none.
    pub async fn start(configuration: Configuration) -> Result<Self, EmbeddedError> {
        let host = Host::in_memory(ORIGIN, configuration).map_err(EmbeddedError::Randomness)?;
        let first = host.bootstrap(FirstAdministrator::default()).await;
        let admin = first
            .map_err(EmbeddedError::Administrator)?
            .and_then(|client| Some((client.client_id, client.secret?)))
            .expect("an empty store gets an administrator, whose secret is shown");
        let origin = Url::read(ORIGIN).expect("the origin is a URL");
        Ok(Self {
            peer: InProcess::new(Arc::new(host), origin.clone()),
            admin,
            origin,
        })
    }
}

impl InProcess {
    /// A host that is asked, without a socket, for what is at this origin.
    #[must_use]
    pub const fn new(host: Arc<Host>, origin: Url) -> Self {
        Self { host, origin }
    }

    /// Whether a URL is one of this deployment.
    pub(super) fn answers(&self, url: &Url) -> bool {
        url.origin() == self.origin.origin()
    }

    /// Answers a request as the server would, for a caller on this machine.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, PeerError> {
        let (head, ()) = network::head(request)?.into_parts();
        let mut asked = wire::read_head(&head).expect("field values that were text still are");
        asked.body = Body::Whole(request.body.clone());
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut response = self.host.answer(asked, Some(loopback)).await;
        if head.method == hyper::Method::HEAD {
            response.body.clear();
        }
        Ok(response)
    }
}

/// Why there is no embedded deployment.
#[derive(Debug)]
pub enum EmbeddedError {
    /// The system has no randomness to make keys from.
    Randomness(NoRandomness),
    /// The administrator cannot be registered.
    Administrator(Fault),
}

impl fmt::Display for EmbeddedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Randomness(_) => "the embedded deployment has no keys",
            Self::Administrator(_) => "the embedded deployment has no administrator",
        })
    }
}

impl core::error::Error for EmbeddedError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Randomness(error) => Some(error),
            Self::Administrator(fault) => Some(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use touchmark_core::http::{Headers, Status, write_basic};

    use touchmark_core::operation::Configuration;

    use super::Embedded;
    use crate::peer::{Answer, Peer, PeerError, Request, Unsendable, Url};

    const WITHIN: Duration = Duration::from_secs(5);

    fn request(method: &str, url: Url) -> Request {
        Request {
            method: method.into(),
            url,
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    async fn embedded(method: &str, target: &str) -> Result<Answer, PeerError> {
        let deployment = Embedded::start(Configuration::default()).await.unwrap();
        let url = deployment.origin.join(target).unwrap();
        Peer::embedded(deployment.peer)
            .send(&request(method, url), WITHIN)
            .await
    }

    #[tokio::test]
    async fn the_administrator_gets_a_token() {
        let deployment = Embedded::start(Configuration::default()).await.unwrap();
        let url = deployment.origin.join("/oauth/token").unwrap();
        let (id, secret) = &deployment.admin;
        let mut request = request("POST", url);
        let basic = write_basic(id.as_str(), secret.expose());
        request.headers.insert("authorization", basic);
        let form = "application/x-www-form-urlencoded";
        request.headers.insert("content-type", form);
        request.body = b"grant_type=client_credentials".to_vec();
        let peer = Peer::embedded(deployment.peer);
        let answer = peer.send(&request, WITHIN).await.unwrap();
        let text = String::from_utf8(answer.response.body).unwrap();
        assert!(text.contains("\"access_token\""), "{text}");
    }

    #[tokio::test]
    async fn head_has_the_status_and_no_content() {
        let answer = embedded("HEAD", "/oauth/token").await.unwrap();
        assert_eq!(answer.response.status, Status::METHOD_NOT_ALLOWED);
        assert!(answer.response.body.is_empty());
    }

    #[tokio::test]
    async fn what_the_network_would_not_carry_is_refused_here_too() {
        let sent = embedded("NOT A METHOD", "/").await;
        let refused = PeerError::Unsendable(Unsendable::Method).to_string();
        assert_eq!(sent.unwrap_err().to_string(), refused);
    }

    #[tokio::test]
    async fn another_origin_is_asked_over_the_network() {
        let deployment = Embedded::start(Configuration::default()).await.unwrap();
        // Port 1 of this machine: nobody listens there.
        let elsewhere = Url::read("http://127.0.0.1:1/").unwrap();
        let sent = Peer::embedded(deployment.peer)
            .send(&request("GET", elsewhere), WITHIN)
            .await;
        assert!(sent.unwrap_err().is_unreachable());
    }
}
