//! Who asks: client credentials and bearer tokens held against the
//! registrations. Why a proof fails goes to the audit record; a caller is told
//! the same for every reason, at the same cost.

use super::change::load_all;
use super::{
    Access, Caller, Context, Fault, Name, Unauthenticated, Unproven, access_token, api_token,
    client, identity, principal, session, trail,
};
use crate::record::{Client, ClientId, Role, Secret, Standing, System};
use crate::store::Store;
use crate::token::{self, Claims, TokenError};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};

/// What a request offers as proof of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    Absent,
    /// Something that cannot be read.
    Malformed,
    /// Client credentials; more than one reading of the same text, where
    /// client libraries disagree on its encoding.
    Client(Vec<(ClientId, Secret)>),
    /// A bearer token (RFC 6750).
    Bearer(Secret),
    /// An opaque access token.
    Session(Secret),
    /// An API token, presented in a space.
    ApiToken {
        /// The token.
        token: Secret,
        /// The space.
        space: String,
    },
    /// A user's proof, and the contract that is named beside it.
    Identity {
        /// The proof.
        proof: IdentityProof,
        /// The contract's number, as it was sent.
        contract: Option<String>,
    },
}

/// How a user of a system with contracts proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityProof {
    /// Login and password; more than one reading of the same text, where
    /// client libraries disagree on its encoding.
    Password(Vec<(String, Secret)>),
    /// A token that the user has generated.
    Token(Secret),
}

/// Finds out who asks for an operation. A request that offers nothing has an
/// anonymous caller; whether that is enough the operation decides.
///
/// # Errors
/// [`Fault::Unauthenticated`] when the proof is not accepted.
pub async fn authenticate<S: Store>(
    credential: &Credential,
    name: Name,
    context: &Context<'_, S>,
) -> Result<Caller, Fault> {
    if let Some(administrator) = prove_administrator(credential, name, context).await? {
        return Ok(Caller::Client(Box::new(administrator)));
    }
    let proof = match credential {
        Credential::Absent => return Ok(Caller::Anonymous),
        Credential::Malformed => {
            return Err(Fault::Unauthenticated(Unauthenticated::Malformed));
        }
        Credential::Client(readings) => {
            let proof = prove_client(readings, context).await?;
            let client = proof.map(|client| Caller::Client(Box::new(client)));
            client.map_err(|unproven| (first_id(readings), unproven))
        }
        Credential::Bearer(token) => {
            let proof = prove_token(token.expose(), context).await?;
            let client = proof.map(|(client, _)| Caller::Client(Box::new(client)));
            client.map_err(|unproven| (None, unproven))
        }
        Credential::Session(token) => {
            let proof = session::prove(token, context).await?;
            let user = proof.map(|user| Caller::User(Box::new(user)));
            user.map_err(|unproven| (None, unproven))
        }
        Credential::ApiToken { token, space } => {
            let proof = api_token::prove(token.expose(), space, context).await?;
            let user = proof.map(|user| Caller::User(Box::new(user)));
            user.map_err(|unproven| (None, unproven))
        }
        Credential::Identity { proof, contract } => {
            let asked = contract.as_deref();
            let proof = identity::prove(proof, asked, name, context).await?;
            let user = proof.map(|user| Caller::User(Box::new(user)));
            user.map_err(|unproven| (None, unproven))
        }
    };
    let (id, unproven) = match proof {
        Ok(caller) => return principal::elevate(caller, name, context).await,
        Err(refusal) => refusal,
    };
    trail::refused(context, id, "authenticate", &unproven).await;
    Err(Fault::Unauthenticated(match unproven {
        Unproven::Token(TokenError::Expired) => Unauthenticated::Expired,
        Unproven::ExpiredToken if matches!(credential, Credential::Session(_)) => {
            Unauthenticated::Expired
        }
        _ => Unauthenticated::Refused,
    }))
}

/// The administrator of the tenant, a client of the standard system, whom the
/// credential proves. Such a proof is good for administering every other
/// system, and for nothing else there.
async fn prove_administrator<S: Store>(
    credential: &Credential,
    name: Name,
    context: &Context<'_, S>,
) -> Result<Option<Client>, Fault> {
    let administers = matches!(
        name.access(),
        Access::Administrator | Access::ApiTokenManager
    );
    if !administers || context.system == System::Standard {
        return Ok(None);
    }
    let standard = Context {
        system: System::Standard,
        caller: Caller::Anonymous,
        ..*context
    };
    let client = match credential {
        Credential::Bearer(token)
        | Credential::Session(token)
        | Credential::ApiToken { token, .. }
        | Credential::Identity {
            proof: IdentityProof::Token(token),
            ..
        } => {
            let proof = prove_token(token.expose(), &standard).await?;
            proof.ok().map(|(client, _)| client)
        }
        // Where users come by Basic, clients are not looked for any more.
        Credential::Identity {
            proof: IdentityProof::Password(readings),
            ..
        } => {
            let readings = readings.iter();
            let readings: Vec<_> = readings
                .map(|(id, secret)| (ClientId::new(id.as_str()), secret.clone()))
                .collect();
            prove_client(&readings, &standard).await?.ok()
        }
        Credential::Absent | Credential::Malformed | Credential::Client(_) => None,
    };
    Ok(client.filter(|client| client.has_role(Role::Administrator)))
}

pub(super) fn first_id(readings: &[(ClientId, Secret)]) -> Option<&ClientId> {
    readings.first().map(|(id, _)| id)
}

/// The systems whose clients may speak to this one: its own, and the standard
/// ones, among which are the administrators of the tenant.
fn lookup(context_system: System) -> impl Iterator<Item = System> {
    let standard = (context_system != System::Standard).then_some(System::Standard);
    core::iter::once(context_system).chain(standard)
}

/// Finds the client that these credentials prove. The store is asked once and
/// as many hashes are computed for an unknown identifier as for a known one.
pub(super) async fn prove_client<S: Store>(
    readings: &[(ClientId, Secret)],
    context: &Context<'_, S>,
) -> Result<Result<Client, Unproven>, Fault> {
    let mut reason = Unproven::UnknownClient;
    let mut proven = None;
    for (id, secret) in readings {
        let offered = context
            .deployment
            .pepper
            .hash("client secret", secret.expose());
        for client in candidates(id, context).await? {
            match check(&client, &offered, context) {
                Ok(()) if proven.is_none() => proven = Some(client),
                Ok(()) => {}
                Err(unproven) => reason = unproven,
            }
        }
    }
    Ok(proven.ok_or(reason))
}

async fn candidates<S: Store>(
    id: &ClientId,
    context: &Context<'_, S>,
) -> Result<Vec<Client>, Fault> {
    // An identifier too long for a key is one that nobody has.
    if id.as_str().len() > 256 {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = lookup(context.system)
        .map(|system| client::key(system, id))
        .collect();
    let stored = load_all::<S, Client>(context, &keys).await?;
    Ok(stored
        .into_iter()
        .flatten()
        .map(|stored| stored.document)
        .collect())
}

fn check<S: Store>(
    client: &Client,
    offered: &[u8; 32],
    context: &Context<'_, S>,
) -> Result<(), Unproven> {
    let mut reason = Unproven::WrongSecret;
    let mut accepted = false;
    for credential in &client.credentials {
        let mut kept = [0; 32];
        let readable = Base64UrlUnpadded::decode(&credential.hash, &mut kept).is_ok();
        if token::equal(&kept, offered) & readable {
            if credential.is_valid_at(context.now) {
                accepted = true;
            } else {
                reason = Unproven::ExpiredSecret;
            }
        }
    }
    match (accepted, client.standing) {
        (true, Standing::Enabled) => Ok(()),
        (true, Standing::Disabled) => Err(Unproven::DisabledClient),
        (false, _) => Err(reason),
    }
}

/// Finds the client that an access token speaks for, and what the token says.
pub(super) async fn prove_token<S: Store>(
    text: &str,
    context: &Context<'_, S>,
) -> Result<Result<(Client, Claims), Unproven>, Fault> {
    let (id, claims) = match access_token::verify(text, context) {
        Ok(verified) => verified,
        Err(error) => return Ok(Err(Unproven::Token(error))),
    };
    let found = candidates(&id, context).await?.into_iter().next();
    Ok(match found {
        Some(client) if client.standing == Standing::Enabled => Ok((client, claims)),
        Some(_) => Err(Unproven::DisabledClient),
        None => Err(Unproven::GoneClient),
    })
}
