//! Operators on the wire. The vendor's profiles shrink to the one setting that
//! matters here: whether an operator may connect to the API.

use crate::dialect::document::{self, Place};
use crate::dialect::user::{self, Paths, Words};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request};
use crate::operation::{
    CreateUser, Fault, Name, Operation, Outcome, UpdateUser, UserChanges, UserProfile, UserView,
};
use crate::record::{Privilege, SecondFactor, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/admin/cockpit/operators";
pub(super) const ONE: &str = "/admin/cockpit/operators/{id}";

/// The members that every system's users have.
const WORDS: Words = Words {
    given_name: "firstName",
    family_name: "lastName",
    standing: "enabled",
};

const PATHS: Paths = Paths {
    all: ALL,
    one: ONE,
    list: "operators",
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
                    privileges: changes.privileges.unwrap_or_default(),
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
        privileges: document::take(&mut members, &root, "mayConnectToApi", document::flag)?
            .map(privileges),
        ..common
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
            standing: user::standing(self.enabled),
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
        Operation::UpdateUser(request) => {
            let content = write_changes(&request.changes)?;
            document::write_object(Method::Patch, PATHS.of(&request.id), &content)
        }
        other => return user::write_request(other, &PATHS),
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
    let mut members = user::write_changes(changes, &WORDS);
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(privileges) = &changes.privileges {
        set(
            "mayConnectToApi",
            json!(privileges.contains(&Privilege::ConnectToApi)),
        );
    }
    Ok(Value::Object(members))
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    user::read_response(operation, content, &PATHS, Wire::user)
}
