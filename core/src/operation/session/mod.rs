//! Sessions: password and refresh grants of API accesses, and the opaque
//! tokens they hand out. The life cycle is that of Spring Security OAuth 2,
//! which Cockpit ITSM is built on, with its two switches in the policy.

mod access;
mod issue;
mod prove;
mod token;

pub use access::{ApiAccessView, ListApiAccesses, RegisterApiAccess, UpdateApiAccess};
pub(super) use access::{delete, list, read, register, update};
pub(super) use issue::{asked, password, refresh};
pub(super) use prove::{prove, speaks};

use super::Context;
use super::change::{Stored, load};
use super::fault::Fault;
use crate::record::{ClientId, Session, UserId};
use crate::store::{Key, Store};

fn session_key(client: &ClientId, user: &UserId) -> Key {
    Key::of("session", [client.as_str(), user.as_str()])
}

async fn load_session<S: Store>(
    client: &ClientId,
    user: &UserId,
    context: &Context<'_, S>,
) -> Result<Option<Stored<Session>>, Fault> {
    load(context, &session_key(client, user)).await
}
