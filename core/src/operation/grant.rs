//! Token issue: the client proves itself, the grant is held against what it
//! may ask for, and a token in the system's profile is minted. Nothing is
//! written on this path.

use super::access_token::{Contents, mint};
use super::authenticate::{first_id, prove_client};
use super::{
    AudienceRule, Context, Fault, GrantFault, Outcome, Presented, SystemPolicy, rate, session,
    trail,
};
use crate::record::{Client, ClientId, Secret};
use crate::store::Store;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest scope parameter, in bytes.
const MAX_SCOPE: usize = 4096;

/// Asks for an access token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueToken {
    /// Who asks.
    pub client: ClientCredentials,
    /// On what ground.
    pub grant: Grant,
}

/// Client authentication (RFC 6749 section 2.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCredentials {
    /// The client identifier.
    pub id: ClientId,
    /// The client secret.
    pub secret: Secret,
    /// How they came.
    #[serde(skip, default = "content")]
    pub presented: Presented,
    /// The same credentials with another reading of their encoding.
    #[serde(skip)]
    pub other_reading: Option<(ClientId, Secret)>,
}

const fn content() -> Presented {
    Presented::Content
}

/// A grant (RFC 6749 section 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The client asks in its own name (RFC 6749 section 4.4).
    ClientCredentials {
        /// Whom the token is for.
        #[serde(default)]
        audience: Option<String>,
        /// What the token is to allow, as space separated scope tokens.
        #[serde(default)]
        scope: Option<String>,
    },
    /// A user gives a password (RFC 6749 section 4.3).
    Password {
        /// The user's login.
        username: String,
        /// The user's password.
        password: Secret,
        /// What the token is to allow.
        #[serde(default)]
        scope: Option<String>,
    },
    /// The client renews a token (RFC 6749 section 6).
    RefreshToken {
        /// The refresh token.
        refresh_token: Secret,
        /// What the token is to allow, at most what it did before.
        #[serde(default)]
        scope: Option<String>,
    },
    /// A grant that the system knows and that none of its clients may use. It
    /// is refused as such once the client has proved itself.
    NotAllowed {
        /// Its `grant_type`.
        grant_type: String,
    },
}

/// An access token as it is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// The token.
    pub access_token: Secret,
    /// Its life in seconds.
    pub expires_in: u32,
    /// What it allows; empty when scope means nothing here.
    pub scope: Vec<String>,
    /// What renews it, where the client may.
    pub refresh_token: Option<Secret>,
}

impl IssuedToken {
    pub(super) fn to_value(&self) -> Value {
        json!({
            "access_token": self.access_token.expose(),
            "expires_in": self.expires_in,
            "scope": self.scope.join(" "),
            "refresh_token": self.refresh_token.as_ref().map_or("", Secret::expose),
        })
    }
}

pub(super) async fn issue<S: Store>(
    request: IssueToken,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let IssueToken {
        client: credentials,
        grant,
    } = request;
    let readings: Vec<_> = core::iter::once((credentials.id, credentials.secret))
        .chain(credentials.other_reading)
        .collect();
    let client = match prove_client(&readings, context).await? {
        Ok(client) => client,
        Err(unproven) => {
            trail::refused(context, first_id(&readings), "token.issue", &unproven).await;
            return Err(Fault::Grant(GrantFault::Client(credentials.presented)));
        }
    };
    rate::charge_to(context, client.id.as_str())?;
    let (audience, scope) = match grant {
        Grant::ClientCredentials { .. } if client.terms.is_some() => {
            let name = "client_credentials".into();
            return Err(Fault::Grant(GrantFault::UnauthorizedClient(name)));
        }
        Grant::ClientCredentials { audience, scope } => (audience, scope),
        Grant::Password {
            username,
            password,
            scope,
        } => {
            let scope = admit_scope(scope.as_deref(), &client)?;
            return session::password(&client, &username, &password, scope, context).await;
        }
        Grant::RefreshToken {
            refresh_token,
            scope,
        } => {
            let scope = match session::asked(scope.as_deref()) {
                None => None,
                Some(_) => Some(admit_scope(scope.as_deref(), &client)?),
            };
            return session::refresh(&client, &refresh_token, scope, context).await;
        }
        Grant::NotAllowed { grant_type } => {
            return Err(Fault::Grant(GrantFault::UnauthorizedClient(grant_type)));
        }
    };
    let policy = context.deployment.policy(context.system);
    let audience = admit_audience(audience, &policy)?;
    let scope = admit_scope(scope.as_deref(), &client)?;
    let contents = Contents {
        client: &client,
        audience: &audience,
        scope: &scope.join(" "),
    };
    let access_token = mint(&contents, &policy, context)?;
    Ok(Outcome::Token(IssuedToken {
        access_token,
        expires_in: policy.token_lifetime,
        scope,
        refresh_token: None,
    }))
}

fn admit_audience(asked: Option<String>, policy: &SystemPolicy) -> Result<String, Fault> {
    match (asked, policy.audience_rule) {
        (Some(asked), _) if policy.audiences.contains(&asked) => Ok(asked),
        (Some(asked), _) => Err(Fault::Grant(GrantFault::Audience(asked))),
        (None, AudienceRule::Required) => Err(Fault::Grant(GrantFault::Request(
            "audience is missing".into(),
        ))),
        (None, AudienceRule::Defaulted) => policy.audiences.first().cloned().ok_or(Fault::Internal),
    }
}

/// The scope that is granted: what was asked, if all of it may be asked, or
/// everything that the client may ask for. The order is that of the
/// registration and nothing stands twice.
fn admit_scope(asked: Option<&str>, client: &Client) -> Result<Vec<String>, Fault> {
    let Some(asked) = asked.filter(|text| !text.trim().is_empty()) else {
        return Ok(client.scope.clone());
    };
    let refused = |why: String| Err(Fault::Grant(GrantFault::Scope(why)));
    if asked.len() > MAX_SCOPE {
        return refused(format!("the scope has more than {MAX_SCOPE} bytes"));
    }
    let asked: Vec<&str> = asked.split(' ').filter(|value| !value.is_empty()).collect();
    if asked.iter().any(|value| !is_scope_token(value)) {
        return refused("the scope is malformed".into());
    }
    if asked
        .iter()
        .any(|value| !client.scope.iter().any(|allowed| allowed == value))
    {
        return refused("the client may not ask for this scope".into());
    }
    Ok(client
        .scope
        .iter()
        .filter(|allowed| asked.contains(&allowed.as_str()))
        .cloned()
        .collect())
}

/// Whether the text is a scope token: `%x21 / %x23-5B / %x5D-7E`, at least one.
pub(super) fn is_scope_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}
