//! The OAuth wire that dialects share: the token request in form or JSON and
//! the token response ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749)).
//! Refusals are written in `refusal`.

use super::Unspoken;
use crate::http::{Authorization, Body, Method, Pairs, Request, Response, Status};
use crate::json;
use crate::operation::{
    ClientCredentials, Credential, Fault, Grant, GrantFault, IssueToken, IssuedToken, Outcome,
    Presented, RequestFault,
};
use crate::record::{ClientId, Secret};
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// The parameters of a token request, from a form or a JSON object.
pub(super) struct Parameters(Pairs);

fn refuse(problem: impl Into<Cow<'static, str>>) -> Fault {
    Fault::Grant(GrantFault::Request(problem.into()))
}

impl Parameters {
    /// Reads the content, which may be a form or a JSON object of texts.
    /// Parameters in the query are refused: they would end up in logs.
    pub(super) fn read(request: &Request) -> Result<Self, Fault> {
        if !request.query.is_empty() {
            return Err(refuse(
                "parameters belong into the content, not into the query",
            ));
        }
        let Body::Whole(bytes) = &request.body else {
            return Err(Fault::Request(RequestFault::Broken));
        };
        if request
            .headers
            .charset()
            .is_some_and(|charset| charset != "utf-8")
        {
            return Err(refuse("the charset must be UTF-8"));
        }
        let pairs = match request.media_type().as_deref() {
            Some("application/x-www-form-urlencoded") => {
                let text =
                    core::str::from_utf8(bytes).map_err(|_| refuse("the content is not UTF-8"))?;
                Pairs::read(text).map_err(|error| refuse(error.to_string()))?
            }
            Some("application/json") => Self::read_json(bytes)?,
            _ => {
                return Err(refuse(
                    "the content type must be application/x-www-form-urlencoded or application/json",
                ));
            }
        };
        if let Some(name) = pairs.repeated() {
            return Err(refuse(format!("parameter {name} is repeated")));
        }
        Ok(Self(pairs))
    }

    fn read_json(bytes: &[u8]) -> Result<Pairs, Fault> {
        let value =
            json::read(bytes, &json::Limits::SMALL).map_err(|error| refuse(error.to_string()))?;
        let Value::Object(members) = value else {
            return Err(refuse("the content must be a JSON object"));
        };
        let mut pairs = Pairs::new();
        for (name, value) in members {
            match value {
                Value::String(value) => pairs.push(&name, value),
                Value::Null => {}
                _ => return Err(refuse(format!("parameter {name} must be a string"))),
            }
        }
        Ok(pairs)
    }

    /// A parameter; an empty one counts as absent.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        // Repeated names were refused when the parameters were read.
        self.0.one(name).ok().flatten()
    }

    /// A parameter that has to be there.
    pub(super) fn require(&self, name: &'static str) -> Result<&str, Fault> {
        self.value(name)
            .ok_or_else(|| refuse(format!("parameter {name} is missing")))
    }

    /// The client's credentials, from the `Authorization` field or from the
    /// parameters, never from both.
    pub(super) fn client(&self, request: &Request) -> Result<ClientCredentials, Fault> {
        let denied = || Fault::Grant(GrantFault::Client(Presented::Basic));
        match Authorization::read(request) {
            Ok(Authorization::Basic(pair)) => {
                self.refuse_secret()?;
                let other = pair.form_decoded();
                if let Some(id) = self.value("client_id") {
                    let matches =
                        id == pair.id || other.as_ref().is_some_and(|other| id == other.id);
                    if !matches {
                        return Err(refuse("client_id differs from the Authorization field"));
                    }
                }
                Ok(ClientCredentials {
                    id: ClientId::new(pair.id),
                    secret: Secret::new(pair.secret),
                    presented: Presented::Basic,
                    other_reading: other
                        .map(|pair| (ClientId::new(pair.id), Secret::new(pair.secret))),
                })
            }
            Ok(Authorization::None) => Ok(ClientCredentials {
                id: ClientId::new(self.require("client_id")?),
                secret: Secret::new(self.require("client_secret")?),
                presented: Presented::Content,
                other_reading: None,
            }),
            Ok(Authorization::Bearer(_)) | Err(_) => Err(denied()),
        }
    }

    /// Refuses a secret in the content of a request that proves its caller by
    /// the `Authorization` field already (RFC 6749 section 2.3).
    pub(super) fn refuse_secret(&self) -> Result<(), Fault> {
        match self.value("client_secret") {
            Some(_) => Err(refuse("the client authenticates in two ways")),
            None => Ok(()),
        }
    }

    /// The token request, if its grant is client credentials.
    pub(super) fn client_credentials(&self, request: &Request) -> Result<IssueToken, Fault> {
        match self.require("grant_type")? {
            "client_credentials" => Ok(IssueToken {
                client: self.client(request)?,
                grant: Grant::ClientCredentials {
                    audience: self.value("audience").map(String::from),
                    scope: self.value("scope").map(String::from),
                },
            }),
            other => Err(Fault::Grant(GrantFault::UnsupportedGrant(other.into()))),
        }
    }
}

/// What the content of a request other than for a token offers as proof of its
/// caller (RFC 6749 section 2.3.1).
pub(super) fn read_content_credential(request: &Request) -> Credential {
    let Ok(parameters) = Parameters::read(request) else {
        return Credential::Absent;
    };
    let pair = parameters
        .value("client_id")
        .zip(parameters.value("client_secret"));
    pair.map_or(Credential::Absent, |(id, secret)| {
        Credential::Client(vec![(ClientId::new(id), Secret::new(secret))])
    })
}

/// The parameters of a token request, for the client half.
fn parameters(request: &IssueToken) -> Vec<(&'static str, String)> {
    let mut pairs: Vec<(&'static str, String)> = Vec::new();
    let scope = match &request.grant {
        Grant::ClientCredentials { audience, scope } => {
            pairs.push(("grant_type", "client_credentials".into()));
            pairs.extend(audience.clone().map(|audience| ("audience", audience)));
            scope
        }
        Grant::Password {
            username,
            password,
            scope,
        } => {
            pairs.push(("grant_type", "password".into()));
            pairs.push(("username", username.clone()));
            pairs.push(("password", password.expose().into()));
            scope
        }
        Grant::RefreshToken {
            refresh_token,
            scope,
        } => {
            pairs.push(("grant_type", "refresh_token".into()));
            pairs.push(("refresh_token", refresh_token.expose().into()));
            scope
        }
        Grant::NotAllowed { grant_type } => {
            pairs.push(("grant_type", grant_type.clone()));
            &None
        }
    };
    if request.client.presented == Presented::Content {
        pairs.push(("client_id", request.client.id.as_str().into()));
        pairs.push(("client_secret", request.client.secret.expose().into()));
    }
    pairs.extend(scope.clone().map(|scope| ("scope", scope)));
    pairs
}

/// Writes a token request as a form.
pub(super) fn write_form(path: &str, request: &IssueToken) -> Result<Request, Unspoken> {
    let pairs: Pairs = parameters(request).into_iter().collect();
    with_basic(
        Request::new(Method::Post, path)
            .with_content("application/x-www-form-urlencoded", pairs.write()),
        request,
    )
}

/// Writes a token request as a JSON object.
pub(super) fn write_json(path: &str, request: &IssueToken) -> Result<Request, Unspoken> {
    let members: serde_json::Map<String, Value> = parameters(request)
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    with_basic(
        Request::new(Method::Post, path)
            .with_content("application/json", Value::Object(members).to_string()),
        request,
    )
}

/// Adds the credentials where the `Authorization` field shall carry them. It
/// has no words for an identifier with a colon in it (RFC 7617).
fn with_basic(http: Request, request: &IssueToken) -> Result<Request, Unspoken> {
    let id = request.client.id.as_str();
    match request.client.presented {
        Presented::Content => Ok(http),
        Presented::Basic if id.contains(':') => Err(Unspoken::Field("client.id")),
        Presented::Basic => {
            let field = crate::http::write_basic(id, request.client.secret.expose());
            Ok(http.with_header("authorization", field))
        }
    }
}

/// Writes a token response (RFC 6749 section 5.1).
pub(super) fn write_token(token: &IssuedToken) -> Response {
    let mut document = json!({
        "access_token": token.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": token.expires_in,
    });
    if !token.scope.is_empty() {
        document["scope"] = token.scope.join(" ").into();
    }
    Response::json(Status::OK, document.to_string()).no_store()
}

/// Reads a token response.
pub(super) fn read_token(response: &Response) -> Result<Outcome, Unspoken> {
    let document = read_success(response)?;
    let token = document.get("access_token").and_then(Value::as_str);
    let expires_in = document.get("expires_in").and_then(Value::as_u64);
    match (
        token,
        expires_in.and_then(|seconds| u32::try_from(seconds).ok()),
    ) {
        (Some(token), Some(expires_in)) => Ok(Outcome::Token(IssuedToken {
            access_token: Secret::new(token),
            expires_in,
            scope: document
                .get("scope")
                .and_then(Value::as_str)
                .map(|scope| scope.split_ascii_whitespace().map(String::from).collect())
                .unwrap_or_default(),
            refresh_token: document
                .get("refresh_token")
                .and_then(Value::as_str)
                .map(Secret::new),
        })),
        _ => Err(Unspoken::Response(
            "access_token or expires_in is missing".into(),
        )),
    }
}

/// The JSON document of a successful response.
pub(super) fn read_success(response: &Response) -> Result<Value, Unspoken> {
    if !response.status.is_success() {
        return Err(Unspoken::Refused);
    }
    let limits = json::Limits {
        bytes: usize::MAX,
        depth: 64,
    };
    json::read(&response.body, &limits).map_err(|error| Unspoken::Response(error.to_string()))
}
