//! System users on the wire, whom API tokens speak for. The vendor manages
//! them in its user interface; paths and members are ours.

use super::{read_role, write_role};
use crate::dialect::document::{self, Place};
use crate::dialect::user::{self, Paths, Words};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request};
use crate::operation::{
    CreateUser, Fault, Name, Operation, Outcome, UpdateUser, UserChanges, UserProfile, UserView,
};
use crate::record::{Role, SecondFactor, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const ALL: &str = "/api/user";
const ONE: &str = "/api/user/{id}";

/// The members that every system's users have.
const WORDS: Words = Words {
    given_name: "firstName",
    family_name: "lastName",
    standing: "enabled",
};

const PATHS: Paths = Paths {
    all: ALL,
    one: ONE,
    list: "users",
};

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
        Name::UpdateUser => {
            let changes = read_changes(document::read_object(request, site)?)?;
            Operation::UpdateUser(UpdateUser { id, changes })
        }
        _ => return user::read_request(route, id, request),
    })
}

fn read_changes(mut members: Map<String, Value>) -> Result<UserChanges, Fault> {
    let root = Place::Root;
    let common = user::take_changes(&mut members, &WORDS)?;
    let changes = UserChanges {
        roles: document::take(&mut members, &root, "roles", read_roles)?,
        ..common
    };
    document::refuse_others(&members, &root)?;
    Ok(changes)
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
            standing: user::standing(self.enabled),
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
        Operation::UpdateUser(request) => {
            let path = PATHS.of(&request.id);
            document::write_object(Method::Put, path, &write_changes(&request.changes)?)
        }
        other => return user::write_request(other, &PATHS),
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
    let mut members = user::write_changes(changes, &WORDS);
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(roles) = &changes.roles {
        set("roles", json!(write_roles(roles)));
    }
    Ok(Value::Object(members))
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    user::read_response(operation, content, &PATHS, Wire::user)
}
