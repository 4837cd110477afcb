//! Who a request is sent as, and how that is proved on the wire.
//!
//! A token is fetched through the codec of the identity's dialect. Nothing here
//! repeats a request: a 401 is an answer like any other.

use super::options::Target;
use super::values::Values;
use crate::peer::{Request, Url};
use crate::scenario::model::{
    ClientAuthentication, ClientCredentials, Credentials, Identity, StaticToken,
};
use crate::scenario::{Diagnostic, Span};
use crate::secret::{Redactor, Secret, learn_token};
use serde_json::Value as Json;
use touchmark_core::dialect::{self, ClientDialect, Unspoken};
use touchmark_core::http::{self, Body, Headers, write_basic};
use touchmark_core::operation::{self, Grant, IssueToken, Operation, Presented};
use touchmark_core::record::{ClientId, Secret as ClientSecret, System};

/// Who a request is sent as.
#[derive(Clone)]
pub enum Sender {
    /// Nobody in particular.
    Nobody,
    /// Whoever the value of a header field proves.
    Header {
        /// The name of the field.
        name: String,
        /// Its value.
        value: String,
    },
    /// A client with a token that this request fetches.
    Client(Box<Request>),
}

impl Sender {
    /// HTTP Basic with this user name and password.
    #[must_use]
    pub fn basic(username: &str, password: &str) -> Self {
        Self::Header {
            name: "authorization".into(),
            value: write_basic(username, password),
        }
    }
}

/// Resolves identities to senders.
pub(super) struct Resolver<'a> {
    pub(super) values: Values<'a>,
    pub(super) target: &'a Target,
    pub(super) redactor: &'a Redactor,
    /// The dialect of identities that name none.
    pub(super) system: System,
}

impl Resolver<'_> {
    pub(super) fn sender(&self, identity: &Identity) -> Result<Sender, Diagnostic> {
        match &identity.credentials {
            Credentials::None => Ok(Sender::Nobody),
            Credentials::Basic(basic) => {
                let username = self.values.slot(&basic.username)?;
                let password = self.values.slot(&basic.password)?;
                self.hide(&password);
                Ok(Sender::basic(&username, &password))
            }
            Credentials::Static(token) => self.fixed(token),
            Credentials::ClientCredentials(client) => {
                let system = match &identity.dialect {
                    Some(slot) => system_named(&self.values.slot(slot)?, slot.span())?,
                    None => self.system,
                };
                let request = self.token_request(client, system, &identity.span)?;
                Ok(Sender::Client(Box::new(request)))
            }
        }
    }

    fn fixed(&self, token: &StaticToken) -> Result<Sender, Diagnostic> {
        let text = self.values.slot(&token.token)?;
        learn_token(self.redactor, &text);
        let name = self.values.optional(token.header.as_ref())?;
        let name = name.unwrap_or_else(|| "authorization".into());
        let scheme = match self.values.optional(token.scheme.as_ref())? {
            Some(scheme) => scheme,
            None if name.eq_ignore_ascii_case("authorization") => "Bearer".into(),
            None => String::new(),
        };
        let value = if scheme.is_empty() {
            text
        } else {
            format!("{scheme} {text}")
        };
        Ok(Sender::Header { name, value })
    }

    fn token_request(
        &self,
        client: &ClientCredentials,
        system: System,
        span: &Span,
    ) -> Result<Request, Diagnostic> {
        let secret = self.values.slot(&client.client_secret)?;
        self.hide(&secret);
        let scope = client.scope.iter().map(|slot| self.values.slot(slot));
        let scope = scope.collect::<Result<Vec<_>, _>>()?;
        let via = self.values.optional(client.via.as_ref())?;
        let asked = Asked {
            id: self.values.slot(&client.client_id)?,
            secret,
            audience: self.values.optional(client.audience.as_ref())?,
            scope: (!scope.is_empty()).then(|| scope.join(" ")),
        };
        let message = asked
            .write(system, via)
            .map_err(|unspoken| Diagnostic::error(span, unspoken.to_string()))?;
        let url = match &client.token_url {
            Some(slot) => {
                let text = self.values.slot(slot)?;
                let joined = self.target.url.join(&text);
                joined.map_err(|error| Diagnostic::error(slot.span(), error.to_string()))?
            }
            None => self
                .target
                .locate(system, &target_of(&message))
                .map_err(|error| Diagnostic::error(span, error.to_string()))?,
        };
        Ok(on_the_wire(message, url))
    }

    /// Masks a credential that nobody declared as a secret. What is too short
    /// to be masked stands in the scenario anyway.
    fn hide(&self, credential: &str) {
        if let Ok(secret) = Secret::read(credential) {
            self.redactor.learn(&secret);
        }
    }
}

/// What a token request says.
struct Asked {
    id: String,
    secret: String,
    audience: Option<String>,
    scope: Option<String>,
}

impl Asked {
    /// The request in the words of the dialect, or as `via` asks.
    fn write(
        self,
        system: System,
        via: Option<ClientAuthentication>,
    ) -> Result<http::Request, Unspoken> {
        match via {
            Some(ClientAuthentication::Json) => Ok(self.into_json()),
            Some(ClientAuthentication::Basic) => {
                dialect::Standard.write_request(&self.issue(Presented::Basic))
            }
            Some(ClientAuthentication::Post) => {
                dialect::Standard.write_request(&self.issue(Presented::Content))
            }
            // RFC 6749 section 2.3.1 has every server understand Basic.
            None if system == System::Standard => {
                dialect::Standard.write_request(&self.issue(Presented::Basic))
            }
            None => match dialect::client_of(system) {
                Some(dialect) => dialect.write_request(&self.issue(Presented::Content)),
                None => Err(Unspoken::Operation(operation::Name::IssueToken)),
            },
        }
    }

    fn issue(self, presented: Presented) -> Operation {
        Operation::IssueToken(IssueToken {
            client: operation::ClientCredentials {
                id: ClientId::new(self.id),
                secret: ClientSecret::new(self.secret),
                presented,
                other_reading: None,
            },
            grant: Grant::ClientCredentials {
                audience: self.audience,
                scope: self.scope,
            },
        })
    }

    fn into_json(self) -> http::Request {
        let members = [
            ("grant_type", Some("client_credentials".to_owned())),
            ("client_id", Some(self.id)),
            ("client_secret", Some(self.secret)),
            ("audience", self.audience),
            ("scope", self.scope),
        ];
        let members = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.into(), value?.into())));
        http::Request::new(http::Method::Post, "/oauth/token").with_content(
            "application/json",
            Json::Object(members.collect()).to_string(),
        )
    }
}

/// The system of a name that a value gave.
pub(super) fn system_named(name: &str, span: &Span) -> Result<System, Diagnostic> {
    let known = || {
        System::ALL
            .into_iter()
            .filter(|system| dialect::of(*system).is_some())
    };
    known()
        .find(|system| system.as_str() == name)
        .ok_or_else(|| {
            Diagnostic::error(span, format!("there is no dialect `{name}`"))
                .did_you_mean(name, known().map(System::as_str))
        })
}

/// Path and query of a request that a dialect wrote.
pub(super) fn target_of(message: &http::Request) -> String {
    match message.query.as_str() {
        "" => message.path.clone(),
        query => format!("{}?{query}", message.path),
    }
}

/// A request that a dialect wrote, on its way to a URL.
pub(super) fn on_the_wire(message: http::Request, url: Url) -> Request {
    Request {
        method: message.method.as_str().to_owned(),
        url,
        headers: message.headers,
        body: match message.body {
            Body::Whole(bytes) => bytes,
            // A client half never writes one of these.
            Body::TooLarge | Body::Broken => Vec::new(),
        },
    }
}

/// Adds a header field unless the scenario set it itself.
pub(super) fn add_unless_set(headers: &mut Headers, name: &str, value: &str) {
    if headers.first(name).is_none() {
        headers.append(name, value);
    }
}
