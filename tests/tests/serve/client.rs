//! Asking a server: JSON in, status and JSON out, over connections that are
//! kept.

use core::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Runtime;
use touchmark::peer::{Peer, PeerError, Request, Url};
use touchmark_core::http::{Headers, write_basic};

use crate::process::Server;

/// Longer than any answer of a healthy server takes.
const WITHIN: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) json: Value,
}

/// Somebody who asks a server, with or without credentials.
pub(crate) struct Client {
    runtime: Runtime,
    peer: Peer,
    origin: Url,
    authorization: Option<String>,
}

impl Client {
    /// A stranger.
    pub(crate) fn anonymous(server: &Server) -> Self {
        Self {
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
            peer: Peer::network(),
            origin: Url::read(&server.origin).unwrap(),
            authorization: None,
        }
    }

    /// A client that proves itself with its secret.
    pub(crate) fn basic(server: &Server, id: &str, secret: &str) -> Self {
        Self {
            authorization: Some(write_basic(id, secret)),
            ..Self::anonymous(server)
        }
    }

    /// A client that proves itself with a token.
    pub(crate) fn bearer(server: &Server, token: &str) -> Self {
        Self {
            authorization: Some(format!("Bearer {token}")),
            ..Self::anonymous(server)
        }
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, None)
    }

    pub(crate) fn post(&self, target: &str, json: &Value) -> Answer {
        self.ask("POST", target, Some(("application/json", json.to_string())))
    }

    pub(crate) fn post_form(&self, target: &str, form: &str) -> Answer {
        let form = ("application/x-www-form-urlencoded", form.to_owned());
        self.ask("POST", target, Some(form))
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        target: &str,
        content: Option<(&str, String)>,
    ) -> Answer {
        self.try_ask(method, target, content).unwrap()
    }

    /// Asks a server that may be gone.
    pub(crate) fn try_ask(
        &self,
        method: &str,
        target: &str,
        content: Option<(&str, String)>,
    ) -> Result<Answer, PeerError> {
        let mut headers = Headers::new();
        if let Some(authorization) = &self.authorization {
            headers.insert("authorization", authorization);
        }
        let mut body = Vec::new();
        if let Some((media_type, text)) = content {
            headers.insert("content-type", media_type);
            body = text.into_bytes();
        }
        let request = Request {
            method: method.into(),
            url: self.origin.join(target).unwrap(),
            headers,
            body,
        };
        let answer = self.runtime.block_on(self.peer.send(&request, WITHIN))?;
        let response = answer.response;
        Ok(Answer {
            status: response.status.code(),
            headers: response.headers,
            json: serde_json::from_slice(&response.body).unwrap_or_default(),
        })
    }
}

/// A Klarity integration.
pub(crate) struct Integration {
    /// What its token requests say.
    request: Value,
}

impl Integration {
    /// Registers an integration.
    pub(crate) fn register(administrator: &Client) -> Self {
        let name = json!({ "name": "pusher" });
        let made = administrator.post("/admin/klarity/integrations", &name);
        assert_eq!(made.status, 201, "{made:?}");
        Self {
            request: json!({
                "client_id": made.json["id"],
                "client_secret": made.json["secret"],
                "audience": "https://integrations-api.klarity.nordcloudapp.com",
                "grant_type": "client_credentials",
            }),
        }
    }

    /// Its identifier.
    pub(crate) fn id(&self) -> &str {
        self.request["client_id"].as_str().unwrap()
    }

    /// A token from this server.
    pub(crate) fn token(&self, server: &Server) -> String {
        let issued = Client::anonymous(server).post("/klarity/oauth/token", &self.request);
        assert_eq!(issued.status, 200, "{issued:?}");
        issued.json["access_token"].as_str().unwrap().to_owned()
    }
}
