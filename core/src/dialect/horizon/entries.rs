//! API token entries on the wire. No entry ever shows a token: `jwt` is empty
//! until the entry is unlocked, and then the token comes alone.

use super::admit_space;
use crate::dialect::document::{self, Place};
use crate::dialect::user::{read_standing, standing};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    ApiTokenChanges, ApiTokenReference, CreateApiToken, Fault, ListApiTokens, Name, Operation,
    Outcome, Total, UnlockedToken, UpdateApiToken,
};
use crate::record::{ApiToken, Secret, Standing, UserId};
use crate::time::Timestamp;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const ALL: &str = "/api/apitoken";
const ONE: &str = "/api/apitoken/{id}";
const UNLOCK: &str = "/api/apitoken/{id}/unlock";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    space: String,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = String::from(captures.value("id"));
    Ok(match route.operation {
        Name::CreateApiToken => {
            let mut members = document::read_object(request, site)?;
            let user = document::require(&mut members, &Place::Root, "user", document::text)?;
            let changes = read_changes(members)?;
            Operation::CreateApiToken(CreateApiToken {
                space,
                user: UserId::new(user),
                name: changes.name.unwrap_or_default(),
                description: changes.description.unwrap_or_default(),
                filter: changes.filter.unwrap_or_default(),
                expires_at: changes.expires_at.flatten(),
                standing: changes.standing.unwrap_or(Standing::Enabled),
            })
        }
        Name::UpdateApiToken => {
            let changes = read_changes(document::read_object(request, site)?)?;
            Operation::UpdateApiToken(UpdateApiToken { space, id, changes })
        }
        Name::ListApiTokens => {
            let query = document::read_query(request)?;
            Operation::ListApiTokens(ListApiTokens {
                space,
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                total: Total::Omitted,
            })
        }
        Name::GetApiToken => Operation::GetApiToken(ApiTokenReference { space, id }),
        Name::DeleteApiToken => Operation::DeleteApiToken(ApiTokenReference { space, id }),
        Name::UnlockApiToken => Operation::UnlockApiToken(ApiTokenReference { space, id }),
        _ => return Err(Fault::Internal),
    })
}

/// Reads what is said of an entry. What it shows besides may be sent back with
/// it and is passed over; `expire` that is `null` means no end.
fn read_changes(mut members: Map<String, Value>) -> Result<ApiTokenChanges, Fault> {
    let root = Place::Root;
    for shown in ["id", "space", "jwt", "created", "updated", "unlocked"] {
        members.remove(shown);
    }
    let expires_at = match members.remove("expire") {
        None => None,
        Some(Value::Null) => Some(None),
        Some(value) => Some(Some(read_time(value, &root.member("expire"))?)),
    };
    let changes = ApiTokenChanges {
        user: document::take(&mut members, &root, "user", document::text)?.map(UserId::new),
        name: document::take(&mut members, &root, "name", document::text)?,
        description: document::take(&mut members, &root, "description", document::text)?,
        filter: document::take(&mut members, &root, "filter", document::text)?,
        expires_at,
        standing: document::take(&mut members, &root, "enabled", read_standing)?,
    };
    document::refuse_others(&members, &root)?;
    Ok(changes)
}

fn read_time(value: Value, place: &Place<'_>) -> Result<Timestamp, Fault> {
    let text = document::text(value, place)?;
    Timestamp::read_rfc3339(&text).ok_or_else(|| place.refuse("is not an RFC 3339 date-time"))
}

/// An entry on the wire.
#[derive(Serialize, Deserialize)]
pub(super) struct Wire {
    id: String,
    space: String,
    user: UserId,
    name: String,
    description: String,
    filter: String,
    expire: Option<Timestamp>,
    enabled: bool,
    jwt: String,
    created: Timestamp,
    updated: Timestamp,
    unlocked: Option<Timestamp>,
}

impl Wire {
    pub(super) fn of(entry: &ApiToken) -> Self {
        Self {
            id: entry.id.clone(),
            space: entry.space.clone(),
            user: entry.user.clone(),
            name: entry.name.clone(),
            description: entry.description.clone(),
            filter: entry.filter.clone(),
            expire: entry.expires_at,
            enabled: entry.standing == Standing::Enabled,
            jwt: String::new(),
            created: entry.created_at,
            updated: entry.updated_at,
            unlocked: entry.unlocked_at,
        }
    }

    fn entry(self) -> ApiToken {
        ApiToken {
            id: self.id,
            space: self.space,
            user: self.user,
            name: self.name,
            description: self.description,
            filter: self.filter,
            expires_at: self.expire,
            standing: standing(self.enabled),
            created_at: self.created,
            updated_at: self.updated,
            unlocked_at: self.unlocked,
            latest_token: None,
        }
    }
}

#[derive(Deserialize)]
struct Unlocked {
    token: Secret,
    expire: Option<Timestamp>,
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |method, template, reference: &ApiTokenReference| {
        admit_space(&reference.space)?;
        Ok(Request::new(
            method,
            Template::new(template).render(&[("id", &reference.id)]),
        ))
    };
    match operation {
        Operation::CreateApiToken(request) => {
            admit_space(&request.space)?;
            let content = json!({
                "user": request.user,
                "name": request.name,
                "description": request.description,
                "filter": request.filter,
                "expire": request.expires_at,
                "enabled": request.standing == Standing::Enabled,
            });
            Ok(document::write_object(Method::Post, ALL.into(), &content))
        }
        Operation::UpdateApiToken(request) => {
            admit_space(&request.space)?;
            let path = Template::new(ONE).render(&[("id", &request.id)]);
            let content = write_changes(&request.changes);
            Ok(document::write_object(Method::Put, path, &content))
        }
        Operation::ListApiTokens(request) => {
            admit_space(&request.space)?;
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let query = document::page_query(request.page_size, &request.page_token);
            Ok(document::write_query(ALL, &query))
        }
        Operation::GetApiToken(reference) => one(Method::Get, ONE, reference),
        Operation::DeleteApiToken(reference) => one(Method::Delete, ONE, reference),
        Operation::UnlockApiToken(reference) => one(Method::Post, UNLOCK, reference),
        other => Err(Unspoken::Operation(other.name())),
    }
}

fn write_changes(changes: &ApiTokenChanges) -> Value {
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| members.insert(name.into(), value);
    if let Some(user) = &changes.user {
        set("user", json!(user));
    }
    if let Some(name) = &changes.name {
        set("name", json!(name));
    }
    if let Some(description) = &changes.description {
        set("description", json!(description));
    }
    if let Some(filter) = &changes.filter {
        set("filter", json!(filter));
    }
    if let Some(expires_at) = &changes.expires_at {
        set("expire", json!(expires_at));
    }
    if let Some(standing) = &changes.standing {
        set("enabled", json!(*standing == Standing::Enabled));
    }
    Value::Object(members)
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListApiTokens(_) => {
            Outcome::ApiTokens(document::read_page("tokens", content, Wire::entry)?)
        }
        Operation::DeleteApiToken(_) => Outcome::Deleted,
        Operation::UnlockApiToken(_) => {
            let Unlocked { token, expire } = document::read_as(content)?;
            Outcome::Unlocked(UnlockedToken {
                token,
                expires_at: expire,
            })
        }
        Operation::CreateApiToken(_) | Operation::GetApiToken(_) | Operation::UpdateApiToken(_) => {
            Outcome::ApiToken(document::read_as::<Wire>(content)?.entry())
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
