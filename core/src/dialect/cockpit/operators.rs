//! Operators on the wire. The vendor's profiles shrink to the one setting that
//! matters here: whether an operator may connect to the API.

use super::accesses::read_standing;
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    CreateUser, Fault, ListUsers, Name, Operation, Outcome, Total, UpdateUser, UserChanges,
    UserProfile, UserReference, UserView,
};
use crate::record::{Privilege, SecondFactor, Secret, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/admin/cockpit/operators";
pub(super) const ONE: &str = "/admin/cockpit/operators/{id}";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = UserId::new(captures.value("id"));
    let root = Place::Root;
    Ok(match route.operation {
        Name::CreateUser => {
            let mut members = document::read_object(request, site)?;
            let login = document::require(&mut members, &root, "login", document::text)?;
            let changes = read_changes(members)?;
            Operation::CreateUser(CreateUser {
                login,
                password: changes.password,
                profile: UserProfile {
                    given_name: changes.given_name.unwrap_or_default(),
                    family_name: changes.family_name.unwrap_or_default(),
                    privileges: changes.privileges.unwrap_or_default(),
                    ..UserProfile::default()
                },
            })
        }
        Name::ListUsers => {
            let query = document::read_query(request)?;
            Operation::ListUsers(ListUsers {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                total: Total::Omitted,
            })
        }
        Name::UpdateUser => {
            let changes = read_changes(document::read_object(request, site)?)?;
            Operation::UpdateUser(UpdateUser { id, changes })
        }
        Name::GetUser => Operation::GetUser(UserReference { id }),
        Name::DeleteUser => Operation::DeleteUser(UserReference { id }),
        _ => return Err(Fault::Internal),
    })
}

fn read_changes(mut members: Map<String, Value>) -> Result<UserChanges, Fault> {
    let root = Place::Root;
    let changes = UserChanges {
        given_name: document::take(&mut members, &root, "firstName", document::text)?,
        family_name: document::take(&mut members, &root, "lastName", document::text)?,
        password: document::take(&mut members, &root, "password", document::text)?.map(Secret::new),
        standing: document::take(&mut members, &root, "enabled", read_standing)?,
        privileges: document::take(&mut members, &root, "mayConnectToApi", document::flag)?
            .map(privileges),
        ..UserChanges::default()
    };
    document::refuse_others(&members, &root)?;
    Ok(changes)
}

fn privileges(may_connect: bool) -> Vec<Privilege> {
    if may_connect {
        vec![Privilege::ConnectToApi]
    } else {
        Vec::new()
    }
}

/// An operator on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    id: UserId,
    login: String,
    first_name: String,
    last_name: String,
    enabled: bool,
    may_connect_to_api: bool,
    created: Timestamp,
    updated: Timestamp,
}

impl Wire {
    pub(super) fn of(user: &UserView) -> Self {
        Self {
            id: user.id.clone(),
            login: user.login.clone(),
            first_name: user.given_name.clone(),
            last_name: user.family_name.clone(),
            enabled: user.standing == Standing::Enabled,
            may_connect_to_api: user.privileges.contains(&Privilege::ConnectToApi),
            created: user.created_at,
            updated: user.updated_at,
        }
    }

    fn user(self) -> UserView {
        UserView {
            id: self.id,
            login: self.login,
            given_name: self.first_name,
            family_name: self.last_name,
            standing: if self.enabled {
                Standing::Enabled
            } else {
                Standing::Disabled
            },
            roles: Vec::new(),
            privileges: privileges(self.may_connect_to_api),
            contracts: Vec::new(),
            second_factor: SecondFactor::None,
            created_at: self.created,
            updated_at: self.updated,
        }
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let path = |id: &UserId| Template::new(ONE).render(&[("id", id.as_str())]);
    Ok(match operation {
        Operation::CreateUser(request) => {
            let profile = &request.profile;
            for (field, absent) in [
                ("roles", profile.roles.is_empty()),
                ("contracts", profile.contracts.is_empty()),
                ("second_factor", profile.second_factor == SecondFactor::None),
            ] {
                if !absent {
                    return Err(Unspoken::Field(field));
                }
            }
            let mut content = json!({
                "login": request.login,
                "firstName": profile.given_name,
                "lastName": profile.family_name,
                "mayConnectToApi": profile.privileges.contains(&Privilege::ConnectToApi),
            });
            if let Some(password) = &request.password {
                content["password"] = password.expose().into();
            }
            document::write_object(Method::Post, ALL.into(), &content)
        }
        Operation::ListUsers(request) => {
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let query = document::page_query(request.page_size, &request.page_token);
            document::write_query(ALL, &query)
        }
        Operation::UpdateUser(request) => {
            let content = write_changes(&request.changes)?;
            document::write_object(Method::Patch, path(&request.id), &content)
        }
        Operation::GetUser(request) => Request::new(Method::Get, path(&request.id)),
        Operation::DeleteUser(request) => Request::new(Method::Delete, path(&request.id)),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

fn write_changes(changes: &UserChanges) -> Result<Value, Unspoken> {
    for (field, absent) in [
        ("roles", changes.roles.is_none()),
        ("contracts", changes.contracts.is_none()),
        ("second_factor", changes.second_factor.is_none()),
    ] {
        if !absent {
            return Err(Unspoken::Field(field));
        }
    }
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(name) = &changes.given_name {
        set("firstName", json!(name));
    }
    if let Some(name) = &changes.family_name {
        set("lastName", json!(name));
    }
    if let Some(password) = &changes.password {
        set("password", json!(password.expose()));
    }
    if let Some(standing) = &changes.standing {
        set("enabled", json!(*standing == Standing::Enabled));
    }
    if let Some(privileges) = &changes.privileges {
        set(
            "mayConnectToApi",
            json!(privileges.contains(&Privilege::ConnectToApi)),
        );
    }
    Ok(Value::Object(members))
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListUsers(_) => {
            Outcome::Users(document::read_page("operators", content, Wire::user)?)
        }
        Operation::DeleteUser(_) => Outcome::Deleted,
        _ => Outcome::User(document::read_as::<Wire>(content)?.user()),
    })
}
