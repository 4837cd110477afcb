//! Users of a contract on the wire. Their owner counts as an administrator
//! there, and whether a second factor is asked for is one property in requests
//! (`forceSecAuth`) and two in answers.

use super::{Frame, USER, USERS, drop_read_only, list_query};
use crate::dialect::document::{self, Place};
use crate::dialect::ionos::users::read_factor;
use crate::dialect::user::standing;
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    ContractProfile, ContractUser, CreateContractUser, Fault, ListContractUsers, Name, Operation,
    ReplaceContractUser, UserReference, Window,
};
use crate::record::{ContractRole, SecondFactor, Secret, Standing, UserId};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    window: Window,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = UserId::new(captures.value("id"));
    let place = Place::Root;
    let place = place.member("properties");
    Ok(match route.operation {
        Name::ListContractUsers => Operation::ListContractUsers(ListContractUsers { window }),
        Name::GetContractUser => Operation::GetContractUser(UserReference { id }),
        Name::DeleteContractUser => Operation::DeleteContractUser(UserReference { id }),
        Name::CreateContractUser => {
            let mut members = read_properties(request, site)?;
            let email = document::require(&mut members, &place, "email", document::text)?;
            let password = document::require(&mut members, &place, "password", document::text)?;
            Operation::CreateContractUser(CreateContractUser {
                email,
                password: Secret::new(password),
                profile: read_profile(members, &place)?,
            })
        }
        Name::ReplaceContractUser => {
            let mut members = read_properties(request, site)?;
            let email = document::require(&mut members, &place, "email", document::text)?;
            let password = document::take(&mut members, &place, "password", document::text)?;
            Operation::ReplaceContractUser(ReplaceContractUser {
                id,
                email,
                password: password.map(Secret::new),
                profile: read_profile(members, &place)?,
            })
        }
        _ => return Err(Fault::Internal),
    })
}

fn read_properties(request: &Request, site: &Site<'_>) -> Result<Map<String, Value>, Fault> {
    let mut members = document::read_object(request, site)?;
    let properties = document::require(&mut members, &Place::Root, "properties", document::object)?;
    drop_read_only(&mut members);
    document::refuse_others(&members, &Place::Root)?;
    Ok(properties)
}

fn read_profile(
    mut members: Map<String, Value>,
    place: &Place<'_>,
) -> Result<ContractProfile, Fault> {
    let administrator = document::take(&mut members, place, "administrator", document::flag)?;
    let factor = document::take(&mut members, place, "forceSecAuth", document::flag)?;
    let active = document::take(&mut members, place, "active", document::flag)?;
    let profile = ContractProfile {
        given_name: document::require(&mut members, place, "firstname", document::text)?,
        family_name: document::require(&mut members, place, "lastname", document::text)?,
        role: if administrator == Some(true) {
            ContractRole::Admin
        } else {
            ContractRole::User
        },
        second_factor: read_factor(factor == Some(true)),
        standing: standing(active != Some(false)),
    };
    for read_only in ["secAuthActive", "s3CanonicalUserId"] {
        members.remove(read_only);
    }
    document::refuse_others(&members, place)?;
    Ok(profile)
}

/// A user on the wire, in answers.
#[derive(Deserialize)]
struct Wire {
    id: UserId,
    metadata: Metadata,
    properties: Properties,
}

/// When things happened.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    created_date: Timestamp,
    last_modified_date: Timestamp,
}

/// What is said of a user.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    firstname: String,
    lastname: String,
    email: String,
    administrator: bool,
    force_sec_auth: bool,
    sec_auth_active: bool,
    active: bool,
}

impl Properties {
    fn of(email: &str, profile: &ContractProfile) -> Self {
        let factor = profile.second_factor == SecondFactor::Required;
        Self {
            firstname: profile.given_name.clone(),
            lastname: profile.family_name.clone(),
            email: email.into(),
            administrator: profile.role != ContractRole::User,
            force_sec_auth: factor,
            sec_auth_active: factor,
            active: profile.standing == Standing::Enabled,
        }
    }

    fn profile(self) -> ContractProfile {
        ContractProfile {
            given_name: self.firstname,
            family_name: self.lastname,
            role: if self.administrator {
                ContractRole::Admin
            } else {
                ContractRole::User
            },
            second_factor: read_factor(self.force_sec_auth),
            standing: standing(self.active),
        }
    }
}

pub(super) fn write(user: &ContractUser, depth: i64, frame: &Frame) -> Value {
    let id = user.id.as_str();
    frame.object("user", id, depth, || {
        let mut says = json!({
            "metadata": Metadata {
                created_date: user.created_at,
                last_modified_date: user.updated_at,
            },
            "properties": Properties::of(&user.email, &user.profile),
        });
        if depth > 0 {
            let path = Template::new("/users/{id}/groups").render(&[("id", id)]);
            let groups = frame.reference(&format!("{id}/groups"), &path);
            says["entities"] = json!({ "groups": groups });
        }
        says
    })
}

/// Reads a user that [`write`] wrote.
pub(super) fn read(content: Value) -> Result<ContractUser, Unspoken> {
    let wire: Wire = document::read_as(content)?;
    Ok(ContractUser {
        id: wire.id,
        email: wire.properties.email.clone(),
        created_at: wire.metadata.created_date,
        updated_at: wire.metadata.last_modified_date,
        profile: wire.properties.profile(),
    })
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let path = |id: &UserId| Template::new(USER).render(&[("id", id.as_str())]);
    let content = |email: &str, profile: &ContractProfile, password: Option<&Secret>| {
        if profile.role == ContractRole::Owner {
            return Err(Unspoken::Field("role"));
        }
        let mut properties = json!(Properties::of(email, profile));
        if let Some(password) = password {
            properties["password"] = password.expose().into();
        }
        Ok(json!({ "properties": properties }))
    };
    Ok(match operation {
        Operation::ListContractUsers(request) => {
            document::write_query(USERS, &list_query(request.window))
        }
        Operation::GetContractUser(request) => Request::new(Method::Get, path(&request.id)),
        Operation::DeleteContractUser(request) => Request::new(Method::Delete, path(&request.id)),
        Operation::CreateContractUser(request) => {
            let password = Some(&request.password);
            let content = content(&request.email, &request.profile, password)?;
            document::write_object(Method::Post, USERS.into(), &content)
        }
        Operation::ReplaceContractUser(request) => {
            let password = request.password.as_ref();
            let content = content(&request.email, &request.profile, password)?;
            document::write_object(Method::Put, path(&request.id), &content)
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
