//! Who the caller is, in its own eyes.

use super::{Caller, Context, Fault, Outcome, Unauthenticated, api_token};
use crate::record::Role;
use crate::store::Store;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who the caller is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The permanent identity.
    pub id: String,
    /// What the caller signs in with.
    pub login: String,
    /// A name for people.
    pub name: String,
    /// What the caller may do beyond its own data.
    pub roles: Vec<Role>,
    /// The tenant.
    pub tenant: String,
    /// The space.
    pub space: String,
    /// The space as a UUID, under which the vendor's asset tree begins.
    pub space_id: String,
}

pub(super) fn me<S: Store>(space: &str, context: &Context<'_, S>) -> Result<Outcome, Fault> {
    api_token::admit_space(space, context)?;
    let (id, login, name, roles) = match &context.caller {
        Caller::Anonymous => return Err(Fault::Unauthenticated(Unauthenticated::Absent)),
        Caller::Client(client) => {
            let id = client.id.as_str();
            (id, id, client.display_name.clone(), client.roles.clone())
        }
        Caller::User(signed_in) => {
            let user = &signed_in.user;
            let name = format!("{} {}", user.given_name, user.family_name);
            (
                user.id.as_str(),
                user.login.as_str(),
                name.trim().into(),
                user.roles.clone(),
            )
        }
    };
    Ok(Outcome::Me(Me {
        id: id.into(),
        login: login.into(),
        name,
        roles,
        tenant: context.tenant.as_str().into(),
        space: space.into(),
        space_id: space_id(&context.tenant_uuid(), space),
    }))
}

/// The space as a version 5 UUID within its tenant.
pub(super) fn space_id(tenant: &str, space: &str) -> String {
    let namespace = Uuid::try_parse(tenant).unwrap_or(Uuid::NAMESPACE_URL);
    Uuid::new_v5(&namespace, space.as_bytes())
        .hyphenated()
        .to_string()
}
