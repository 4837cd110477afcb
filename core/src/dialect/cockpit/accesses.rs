//! API accesses on the wire, in the words of the vendor's administration:
//! client identifier and secret, the two validity times and the two flags.

use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken, user};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    ApiAccessView, ClientReference, Fault, ListApiAccesses, Name, Operation, Outcome,
    RegisterApiAccess, Total, UpdateApiAccess,
};
use crate::record::{ClientId, Secret, SessionTerms, Standing, UserGrant};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/admin/cockpit/api-accesses";
pub(super) const ONE: &str = "/admin/cockpit/api-accesses/{clientId}";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let client_id = ClientId::new(captures.value("clientId"));
    let root = Place::Root;
    Ok(match route.operation {
        Name::RegisterApiAccess => {
            let mut members = document::read_object(request, site)?;
            let client_id = document::require(&mut members, &root, "clientId", document::text)?;
            let secret = document::require(&mut members, &root, "clientSecret", document::text)?;
            let description = document::take(&mut members, &root, "description", document::text)?;
            let terms = read_terms(&mut members)?.unwrap_or(SessionTerms {
                grants: Vec::new(),
                access_lifetime: 0,
                refresh_lifetime: 0,
            });
            document::refuse_others(&members, &root)?;
            Operation::RegisterApiAccess(RegisterApiAccess {
                client_id: ClientId::new(client_id),
                client_secret: Secret::new(secret),
                description: description.unwrap_or_default(),
                terms,
            })
        }
        Name::ListApiAccesses => {
            let query = document::read_query(request)?;
            Operation::ListApiAccesses(ListApiAccesses {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                total: Total::Omitted,
            })
        }
        Name::UpdateApiAccess => {
            let mut members = document::read_object(request, site)?;
            let update = UpdateApiAccess {
                client_id,
                client_secret: document::take(&mut members, &root, "clientSecret", document::text)?
                    .map(Secret::new),
                description: document::take(&mut members, &root, "description", document::text)?,
                standing: document::take(&mut members, &root, "enabled", user::read_standing)?,
                terms: read_terms(&mut members)?,
            };
            document::refuse_others(&members, &root)?;
            Operation::UpdateApiAccess(update)
        }
        Name::GetApiAccess => Operation::GetApiAccess(ClientReference { client_id }),
        Name::DeleteApiAccess => Operation::DeleteApiAccess(ClientReference { client_id }),
        _ => return Err(Fault::Internal),
    })
}

/// Reads the terms, which are given whole or not at all.
fn read_terms(members: &mut Map<String, Value>) -> Result<Option<SessionTerms>, Fault> {
    let root = Place::Root;
    let password = document::take(members, &root, "password", document::flag)?;
    let refresh = document::take(members, &root, "refreshToken", document::flag)?;
    let access_lifetime = document::take(members, &root, "accessTokenValidity", read_seconds)?;
    let refresh_lifetime = document::take(members, &root, "refreshTokenValidity", read_seconds)?;
    if password.is_none()
        && refresh.is_none()
        && access_lifetime.is_none()
        && refresh_lifetime.is_none()
    {
        return Ok(None);
    }
    let grants = [
        (password, UserGrant::Password),
        (refresh, UserGrant::RefreshToken),
    ];
    let given = grants.into_iter().filter(|(flag, _)| *flag == Some(true));
    Ok(Some(SessionTerms {
        grants: given.map(|(_, grant)| grant).collect(),
        access_lifetime: access_lifetime.unwrap_or(0),
        refresh_lifetime: refresh_lifetime.unwrap_or(0),
    }))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form of all that take values"
)]
fn read_seconds(value: Value, place: &Place<'_>) -> Result<u32, Fault> {
    let seconds = value
        .as_u64()
        .and_then(|seconds| u32::try_from(seconds).ok());
    seconds.ok_or_else(|| place.refuse("must be a whole number of seconds"))
}

/// An API access on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    client_id: ClientId,
    description: String,
    scope: String,
    password: bool,
    refresh_token: bool,
    access_token_validity: u32,
    refresh_token_validity: u32,
    enabled: bool,
    created: Timestamp,
    updated: Timestamp,
}

impl Wire {
    pub(super) fn of(access: &ApiAccessView) -> Self {
        let grants = |grant| access.terms.grants.contains(&grant);
        Self {
            client_id: access.client_id.clone(),
            description: access.description.clone(),
            scope: access.scope.join(" "),
            password: grants(UserGrant::Password),
            refresh_token: grants(UserGrant::RefreshToken),
            access_token_validity: access.terms.access_lifetime,
            refresh_token_validity: access.terms.refresh_lifetime,
            enabled: access.standing == Standing::Enabled,
            created: access.created_at,
            updated: access.updated_at,
        }
    }

    fn access(self) -> ApiAccessView {
        let grants = [
            (self.password, UserGrant::Password),
            (self.refresh_token, UserGrant::RefreshToken),
        ];
        ApiAccessView {
            client_id: self.client_id,
            description: self.description,
            scope: self
                .scope
                .split_ascii_whitespace()
                .map(String::from)
                .collect(),
            terms: SessionTerms {
                grants: grants
                    .into_iter()
                    .filter(|(given, _)| *given)
                    .map(|(_, grant)| grant)
                    .collect(),
                access_lifetime: self.access_token_validity,
                refresh_lifetime: self.refresh_token_validity,
            },
            standing: user::standing(self.enabled),
            created_at: self.created,
            updated_at: self.updated,
        }
    }
}

fn write_terms(members: &mut Map<String, Value>, terms: &SessionTerms) {
    let grants = |grant| json!(terms.grants.contains(&grant));
    members.insert("password".into(), grants(UserGrant::Password));
    members.insert("refreshToken".into(), grants(UserGrant::RefreshToken));
    members.insert("accessTokenValidity".into(), json!(terms.access_lifetime));
    members.insert("refreshTokenValidity".into(), json!(terms.refresh_lifetime));
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let path = |id: &ClientId| Template::new(ONE).render(&[("clientId", id.as_str())]);
    Ok(match operation {
        Operation::RegisterApiAccess(request) => {
            let mut members = Map::new();
            members.insert("clientId".into(), json!(request.client_id));
            members.insert("clientSecret".into(), json!(request.client_secret.expose()));
            members.insert("description".into(), json!(request.description));
            write_terms(&mut members, &request.terms);
            document::write_object(Method::Post, ALL.into(), &Value::Object(members))
        }
        Operation::ListApiAccesses(request) => {
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let query = document::page_query(request.page_size, &request.page_token);
            document::write_query(ALL, &query)
        }
        Operation::UpdateApiAccess(request) => {
            let mut members = Map::new();
            if let Some(secret) = &request.client_secret {
                members.insert("clientSecret".into(), json!(secret.expose()));
            }
            if let Some(description) = &request.description {
                members.insert("description".into(), json!(description));
            }
            if let Some(terms) = &request.terms {
                write_terms(&mut members, terms);
            }
            if let Some(standing) = request.standing {
                members.insert("enabled".into(), json!(standing == Standing::Enabled));
            }
            let content = Value::Object(members);
            document::write_object(Method::Patch, path(&request.client_id), &content)
        }
        Operation::GetApiAccess(request) => Request::new(Method::Get, path(&request.client_id)),
        Operation::DeleteApiAccess(request) => {
            Request::new(Method::Delete, path(&request.client_id))
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListApiAccesses(_) => {
            Outcome::ApiAccesses(document::read_page("apiAccesses", content, Wire::access)?)
        }
        Operation::DeleteApiAccess(_) => Outcome::Deleted,
        Operation::RegisterApiAccess(_)
        | Operation::GetApiAccess(_)
        | Operation::UpdateApiAccess(_) => {
            Outcome::ApiAccess(document::read_as::<Wire>(content)?.access())
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
