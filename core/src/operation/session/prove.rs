//! Finding out whom an opaque access token speaks for.

use super::{issue, load_session, token};
use crate::operation::change::load;
use crate::operation::{Context, Fault, SignedIn, Unproven, client, user};
use crate::record::{Client, Secret, Session, SessionPointer, Standing, User};
use crate::store::Store;
use crate::time::Timestamp;
use alloc::vec::Vec;

/// Whether the access token of a session speaks for its user.
pub(in crate::operation) fn speaks(
    session: &Session,
    client: Option<&Client>,
    user: Option<&User>,
    now: Timestamp,
) -> bool {
    let (Some(client), Some(user)) = (client, user) else {
        return false;
    };
    token::is_live(&session.access, now)
        && client.created_at == session.client_created_at
        && client.standing == Standing::Enabled
        && user.standing == Standing::Enabled
        && issue::is_valid(session, client, user)
}

/// Finds the user that an access token speaks for.
pub(in crate::operation) async fn prove<S: Store>(
    text: &Secret,
    context: &Context<'_, S>,
) -> Result<Result<SignedIn, Unproven>, Fault> {
    let pointer = load::<S, SessionPointer>(context, &token::key(text, context)).await?;
    let Some(pointer) = pointer.map(|stored| stored.document) else {
        return Ok(Err(Unproven::GoneToken));
    };
    let Some(session) = load_session(&pointer.client, &pointer.user, context).await? else {
        return Ok(Err(Unproven::GoneToken));
    };
    let session = session.document;
    if !token::is(text, &session.access, context) {
        return Ok(Err(Unproven::GoneToken));
    }
    if !token::is_live(&session.access, context.now) {
        return Ok(Err(Unproven::ExpiredToken));
    }
    let key = client::key(context.system, &session.client);
    let client = load::<S, Client>(context, &key)
        .await?
        .map(|stored| stored.document);
    let Some(client) = client.filter(|client| client.created_at == session.client_created_at)
    else {
        return Ok(Err(Unproven::GoneClient));
    };
    if client.standing == Standing::Disabled {
        return Ok(Err(Unproven::DisabledClient));
    }
    Ok(match user::by_id(&session.user, context).await? {
        None => Err(Unproven::GoneUser),
        Some(user) if user.standing == Standing::Disabled => Err(Unproven::DisabledUser),
        Some(user) if !issue::is_valid(&session, &client, &user) => Err(Unproven::SupersededToken),
        Some(user) => Ok(SignedIn {
            user,
            token: None,
            contract: None,
            groups: Vec::new(),
        }),
    })
}
