//! What the systems' ways to word their users share: the members that all of
//! them have, under names of their own, and the requests that say nothing of a
//! user but which one.

use super::document::{self, Place};
use super::{Route, Unspoken};
use crate::http::{Method, Request, Template};
use crate::operation::{
    Fault, ListUsers, Name, Operation, Outcome, Total, UserChanges, UserReference, UserView,
};
use crate::record::{Secret, Standing, UserId};
use alloc::string::String;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// What a system calls the members.
pub(super) struct Words {
    /// The given name.
    pub(super) given_name: &'static str,
    /// The family name.
    pub(super) family_name: &'static str,
    /// Whether the account is in use.
    pub(super) standing: &'static str,
}

/// Where a system has its users, and what a list calls them.
pub(super) struct Paths {
    /// All of them.
    pub(super) all: &'static str,
    /// One, by `{id}`.
    pub(super) one: &'static str,
    /// The items of a list.
    pub(super) list: &'static str,
}

impl Paths {
    /// The path of one user.
    pub(super) fn of(&self, id: &UserId) -> String {
        Template::new(self.one).render(&[("id", id.as_str())])
    }
}

/// What a flag says of an account, a registration or an entry.
pub(super) const fn standing(in_use: bool) -> Standing {
    if in_use {
        Standing::Enabled
    } else {
        Standing::Disabled
    }
}

/// Takes a flag as whether something is in use.
pub(super) fn read_standing(value: Value, place: &Place<'_>) -> Result<Standing, Fault> {
    document::flag(value, place).map(standing)
}

/// Takes the members that every system has out of an object.
pub(super) fn take_changes(
    members: &mut Map<String, Value>,
    words: &Words,
) -> Result<UserChanges, Fault> {
    let root = Place::Root;
    Ok(UserChanges {
        given_name: document::take(members, &root, words.given_name, document::text)?,
        family_name: document::take(members, &root, words.family_name, document::text)?,
        password: document::take(members, &root, "password", document::text)?.map(Secret::new),
        standing: document::take(members, &root, words.standing, read_standing)?,
        ..UserChanges::default()
    })
}

/// Writes what [`take_changes`] takes.
pub(super) fn write_changes(changes: &UserChanges, words: &Words) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(name) = &changes.given_name {
        set(words.given_name, json!(name));
    }
    if let Some(name) = &changes.family_name {
        set(words.family_name, json!(name));
    }
    if let Some(password) = &changes.password {
        set("password", json!(password.expose()));
    }
    if let Some(standing) = &changes.standing {
        set(words.standing, json!(*standing == Standing::Enabled));
    }
    members
}

/// Reads a request that says nothing of a user but which one.
pub(super) fn read_request(
    route: &Route,
    id: UserId,
    request: &Request,
) -> Result<Operation, Fault> {
    Ok(match route.operation {
        Name::ListUsers => {
            let query = document::read_query(request)?;
            Operation::ListUsers(ListUsers {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                total: Total::Omitted,
            })
        }
        Name::GetUser => Operation::GetUser(UserReference { id }),
        Name::DeleteUser => Operation::DeleteUser(UserReference { id }),
        _ => return Err(Fault::Internal),
    })
}

/// Writes what [`read_request`] reads.
pub(super) fn write_request(operation: &Operation, paths: &Paths) -> Result<Request, Unspoken> {
    Ok(match operation {
        Operation::ListUsers(request) => {
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let query = document::page_query(request.page_size, &request.page_token);
            document::write_query(paths.all, &query)
        }
        Operation::GetUser(request) => Request::new(Method::Get, paths.of(&request.id)),
        Operation::DeleteUser(request) => Request::new(Method::Delete, paths.of(&request.id)),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

/// Reads what came of a request about users.
pub(super) fn read_response<W: DeserializeOwned>(
    operation: &Operation,
    content: Value,
    paths: &Paths,
    user: fn(W) -> UserView,
) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListUsers(_) => Outcome::Users(document::read_page(paths.list, content, user)?),
        Operation::DeleteUser(_) => Outcome::Deleted,
        _ => Outcome::User(user(document::read_as(content)?)),
    })
}
