//! System users on the wire, whom API tokens speak for. The vendor manages
//! them in its user interface; paths and members are ours.

use super::{read_role, write_role};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    CreateUser, Fault, ListUsers, Name, Operation, Outcome, Total, UpdateUser, UserChanges,
    UserProfile, UserReference, UserView,
};
use crate::record::{Role, SecondFactor, Secret, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const ALL: &str = "/api/user";
const ONE: &str = "/api/user/{id}";

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
                    roles: changes.roles.unwrap_or_default(),
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
        roles: document::take(&mut members, &root, "roles", read_roles)?,
        ..UserChanges::default()
    };
    document::refuse_others(&members, &root)?;
    Ok(changes)
}

/// Reads `enabled`.
pub(super) fn read_standing(value: Value, place: &Place<'_>) -> Result<Standing, Fault> {
    let enabled = document::flag(value, place)?;
    Ok(if enabled {
        Standing::Enabled
    } else {
        Standing::Disabled
    })
}

fn read_roles(value: Value, place: &Place<'_>) -> Result<Vec<Role>, Fault> {
    let names = document::texts(value, place)?.into_iter().enumerate();
    names
        .map(|(index, name)| {
            let problem = "is not a role: Administrator or API Token Manager";
            read_role(&name).ok_or_else(|| place.item(index).refuse(problem))
        })
        .collect()
}

/// A user on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    id: UserId,
    login: String,
    first_name: String,
    last_name: String,
    enabled: bool,
    roles: Vec<String>,
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
            roles: user
                .roles
                .iter()
                .map(|role| write_role(*role).into())
                .collect(),
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
            roles: self
                .roles
                .iter()
                .filter_map(|name| read_role(name))
                .collect(),
            privileges: Vec::new(),
            contracts: Vec::new(),
            second_factor: SecondFactor::None,
            created_at: self.created,
            updated_at: self.updated,
        }
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |method, id: &UserId| {
        Request::new(method, Template::new(ONE).render(&[("id", id.as_str())]))
    };
    Ok(match operation {
        Operation::CreateUser(request) => {
            let profile = &request.profile;
            admit(&profile.privileges, "privileges")?;
            admit(&profile.contracts, "contracts")?;
            if profile.second_factor != SecondFactor::None {
                return Err(Unspoken::Field("second_factor"));
            }
            let mut content = json!({
                "login": request.login,
                "firstName": profile.given_name,
                "lastName": profile.family_name,
                "roles": write_roles(&profile.roles),
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
            let path = Template::new(ONE).render(&[("id", request.id.as_str())]);
            document::write_object(Method::Put, path, &write_changes(&request.changes)?)
        }
        Operation::GetUser(request) => one(Method::Get, &request.id),
        Operation::DeleteUser(request) => one(Method::Delete, &request.id),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

fn admit<T>(list: &[T], field: &'static str) -> Result<(), Unspoken> {
    if list.is_empty() {
        Ok(())
    } else {
        Err(Unspoken::Field(field))
    }
}

fn write_roles(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| write_role(*role)).collect()
}

fn write_changes(changes: &UserChanges) -> Result<Value, Unspoken> {
    for (field, absent) in [
        ("privileges", changes.privileges.is_none()),
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
    if let Some(roles) = &changes.roles {
        set("roles", json!(write_roles(roles)));
    }
    Ok(Value::Object(members))
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListUsers(_) => {
            Outcome::Users(document::read_page("users", content, Wire::user)?)
        }
        Operation::DeleteUser(_) => Outcome::Deleted,
        _ => Outcome::User(document::read_as::<Wire>(content)?.user()),
    })
}
