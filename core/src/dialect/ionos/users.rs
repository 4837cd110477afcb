//! Users and their contracts, as the administrator of the deployment sees
//! them. With the vendor a contract begins with signing up; here it begins with
//! its first member. Paths and members are ours.

use crate::dialect::document::{self, Place};
use crate::dialect::user::{self, Paths, Words};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request};
use crate::operation::{
    CreateUser, Fault, Name, Operation, Outcome, UpdateUser, UserChanges, UserProfile, UserView,
};
use crate::record::{ContractRole, Membership, SecondFactor, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/admin/ionos/users";
pub(super) const ONE: &str = "/admin/ionos/users/{id}";

/// The members that every system's users have.
const WORDS: Words = Words {
    given_name: "firstname",
    family_name: "lastname",
    standing: "active",
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
            let login = document::require(&mut members, &root, "email", document::text)?;
            if members.contains_key("active") {
                return Err(root.member("active").refuse("cannot be said of a new user"));
            }
            let changes = read_changes(members)?;
            Operation::CreateUser(CreateUser {
                login,
                password: changes.password,
                profile: UserProfile {
                    given_name: changes.given_name.unwrap_or_default(),
                    family_name: changes.family_name.unwrap_or_default(),
                    contracts: changes.contracts.unwrap_or_default(),
                    second_factor: changes.second_factor.unwrap_or_default(),
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
    let factor = document::take(&mut members, &root, "secondFactor", document::flag)?;
    let changes = UserChanges {
        contracts: document::take(&mut members, &root, "contracts", read_contracts)?,
        second_factor: factor.map(read_factor),
        ..common
    };
    document::refuse_others(&members, &root)?;
    Ok(changes)
}

/// Reads whether signing in takes a second factor.
pub(super) const fn read_factor(required: bool) -> SecondFactor {
    if required {
        SecondFactor::Required
    } else {
        SecondFactor::None
    }
}

fn read_contracts(value: Value, place: &Place<'_>) -> Result<Vec<Membership>, Fault> {
    document::items(value, place, |value, place| {
        let mut members = document::object(value, place)?;
        let membership = Membership {
            contract: document::require(&mut members, place, "contractNumber", read_number)?,
            role: document::require(&mut members, place, "role", read_role)?,
        };
        document::refuse_others(&members, place)?;
        Ok(membership)
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form of all that take values"
)]
fn read_number(value: Value, place: &Place<'_>) -> Result<u32, Fault> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| place.refuse("is not the number of a contract"))
}

fn read_role(value: Value, place: &Place<'_>) -> Result<ContractRole, Fault> {
    let name = document::text(value, place)?;
    let role = ROLES.iter().find(|(_, known)| *known == name);
    role.map(|(role, _)| *role)
        .ok_or_else(|| place.refuse("must be owner, admin or user"))
}

const ROLES: &[(ContractRole, &str)] = &[
    (ContractRole::Owner, "owner"),
    (ContractRole::Admin, "admin"),
    (ContractRole::User, "user"),
];

/// A user on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: UserId,
    email: String,
    firstname: String,
    lastname: String,
    active: bool,
    second_factor: bool,
    contracts: Vec<WireMembership>,
    created: Timestamp,
    updated: Timestamp,
}

/// A user's place in a contract on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMembership {
    contract_number: u32,
    role: ContractRole,
}

impl Wire {
    fn of(user: &UserView) -> Self {
        let contracts = user.contracts.iter().map(|place| WireMembership {
            contract_number: place.contract,
            role: place.role,
        });
        Self {
            id: user.id.clone(),
            email: user.login.clone(),
            firstname: user.given_name.clone(),
            lastname: user.family_name.clone(),
            active: user.standing == Standing::Enabled,
            second_factor: user.second_factor == SecondFactor::Required,
            contracts: contracts.collect(),
            created: user.created_at,
            updated: user.updated_at,
        }
    }

    fn user(self) -> UserView {
        let contracts = self.contracts.into_iter().map(|place| Membership {
            contract: place.contract_number,
            role: place.role,
        });
        UserView {
            id: self.id,
            login: self.email,
            given_name: self.firstname,
            family_name: self.lastname,
            standing: user::standing(self.active),
            roles: Vec::new(),
            privileges: Vec::new(),
            contracts: contracts.collect(),
            second_factor: read_factor(self.second_factor),
            created_at: self.created,
            updated_at: self.updated,
        }
    }
}

pub(super) fn write_response(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::User(user) => json!(Wire::of(user)),
        Outcome::Users(page) => document::write_page("users", page, Wire::of),
        _ => json!({}),
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    Ok(match operation {
        Operation::CreateUser(request) => {
            let profile = request.profile.clone();
            let mut content = write_changes(&UserChanges {
                given_name: Some(profile.given_name),
                family_name: Some(profile.family_name),
                password: request.password.clone(),
                standing: None,
                roles: Some(profile.roles).filter(|roles| !roles.is_empty()),
                privileges: Some(profile.privileges).filter(|list| !list.is_empty()),
                contracts: Some(profile.contracts),
                second_factor: Some(profile.second_factor),
            })?;
            content.insert("email".into(), json!(request.login));
            document::write_object(Method::Post, ALL.into(), &Value::Object(content))
        }
        Operation::UpdateUser(request) => {
            let content = Value::Object(write_changes(&request.changes)?);
            document::write_object(Method::Patch, PATHS.of(&request.id), &content)
        }
        other => return user::write_request(other, &PATHS),
    })
}

fn write_changes(changes: &UserChanges) -> Result<Map<String, Value>, Unspoken> {
    if changes.roles.is_some() {
        return Err(Unspoken::Field("roles"));
    }
    if changes.privileges.is_some() {
        return Err(Unspoken::Field("privileges"));
    }
    let mut members = user::write_changes(changes, &WORDS);
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(factor) = &changes.second_factor {
        set("secondFactor", json!(*factor == SecondFactor::Required));
    }
    if let Some(contracts) = &changes.contracts {
        let contracts = contracts.iter().map(|place| WireMembership {
            contract_number: place.contract,
            role: place.role,
        });
        set("contracts", json!(contracts.collect::<Vec<_>>()));
    }
    Ok(members)
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    user::read_response(operation, content, &PATHS, Wire::user)
}
