//! Token introspection ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)).
//! A token that is not active for the caller is just that: not active.

use super::authenticate::prove_token;
use super::{Caller, Context, Fault, Outcome};
use crate::record::{Client, Secret};
use crate::store::Store;
use crate::token::Claims;
use alloc::string::String;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Asks whether a token is active.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntrospectToken {
    /// The token.
    pub token: Secret,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Nothing: it is unknown, expired, or not for this caller.
    Inactive,
    /// It is active and says this.
    Active(Map<String, Value>),
}

impl Introspection {
    /// The response document of RFC 7662 section 2.2.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Inactive => json!({ "active": false }),
            Self::Active(claims) => {
                let mut document = Map::new();
                document.insert("active".into(), true.into());
                document.extend(
                    claims
                        .iter()
                        .map(|(name, value)| (name.clone(), value.clone())),
                );
                Value::Object(document)
            }
        }
    }
}

pub(super) async fn introspect<S: Store>(
    request: &IntrospectToken,
    context: &Context<'_, S>,
) -> Result<Outcome, Fault> {
    let introspection = match prove_token(request.token.expose(), context).await? {
        Ok((client, claims)) if concerns(&context.caller, &client, &claims) => {
            Introspection::Active(claims.members())
        }
        _ => Introspection::Inactive,
    };
    Ok(Outcome::Introspection(introspection))
}

/// Whether a token is any business of the caller: it is for the caller, it is
/// the caller's own, or the caller administers the system.
fn concerns(caller: &Caller, owner: &Client, claims: &Claims) -> bool {
    let Caller::Client(client) = caller else {
        return false;
    };
    caller.is_administrator()
        || client.id == owner.id
        || claims
            .audiences()
            .any(|audience| audience == client.id.as_str())
}
