//! Applications, which are DataTrails' client registrations. The secret is in
//! the answer to creation and regeneration and an empty text everywhere else.

use super::listing;
use super::mask::{self, Empty};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    ClientReference, ClientView, Fault, ListClients, Name, Operation, Outcome, RegisterClient,
    UpdateClient,
};
use crate::record::{ClientId, Role, Secret};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/iam/v1/applications";
pub(super) const ONE: &str = "/iam/v1/applications/{uuid}";
pub(super) const SECRET: &str = "/iam/v1/applications/{uuid}:regenerate-secret";

/// The fields that a change may be about.
const FIELDS: &[(&str, Empty)] = &[
    ("display_name", Empty::Text),
    ("custom_claims", Empty::Object),
];

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let client_id = ClientId::new(captures.value("uuid"));
    let root = Place::Root;
    Ok(match route.operation {
        Name::RegisterClient => {
            let mut members = document::read_object(request, site)?;
            let name = document::require(&mut members, &root, "display_name", document::text)?;
            let claims = document::take(&mut members, &root, "custom_claims", document::text_map)?;
            let roles = document::take(&mut members, &root, "roles", read_roles)?;
            Operation::RegisterClient(RegisterClient {
                display_name: name,
                description: String::new(),
                custom_claims: claims.unwrap_or_default(),
                roles: roles.unwrap_or_default(),
                scope: Vec::new(),
            })
        }
        Name::ListClients => {
            let query = document::read_query(request)?;
            Operation::ListClients(ListClients {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                display_name: document::parameter(&query, "display_name")?,
                total: listing::read_total(request)?,
            })
        }
        Name::UpdateClient => {
            let members = document::read_object(request, site)?;
            let mut members = mask::apply(members, request, FIELDS)?;
            let name = document::take(&mut members, &root, "display_name", document::text)?;
            let claims = document::take(&mut members, &root, "custom_claims", document::text_map)?;
            Operation::UpdateClient(UpdateClient {
                client_id,
                display_name: name,
                description: None,
                custom_claims: claims,
            })
        }
        Name::GetClient => Operation::GetClient(ClientReference { client_id }),
        Name::RegenerateSecret => Operation::RegenerateSecret(ClientReference { client_id }),
        Name::DeleteClient => Operation::DeleteClient(ClientReference { client_id }),
        _ => return Err(Fault::Internal),
    })
}

fn read_roles(value: Value, place: &Place<'_>) -> Result<Vec<Role>, Fault> {
    let roles = document::items(value, place, |value, place| match value.as_str() {
        Some("OWNER") => Ok(Some(Role::Administrator)),
        Some("ROLE_UNSPECIFIED") => Ok(None),
        _ => Err(place.refuse("must be OWNER or ROLE_UNSPECIFIED")),
    })?;
    let mut roles: Vec<Role> = roles.into_iter().flatten().collect();
    roles.dedup();
    Ok(roles)
}

/// The vendor's word for a role; it has none for those of other systems.
const fn write_role(role: Role) -> Option<&'static str> {
    match role {
        Role::Administrator => Some("OWNER"),
        Role::ApiTokenManager => None,
    }
}

/// An application on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    identity: String,
    display_name: String,
    client_id: ClientId,
    tenant_id: String,
    credentials: Vec<WireCredential>,
    custom_claims: BTreeMap<String, String>,
    roles: Vec<String>,
}

/// A credential on the wire; times have whole seconds.
#[derive(Serialize, Deserialize)]
struct WireCredential {
    secret: String,
    valid_from: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    valid_until: String,
}

impl Wire {
    fn of(client: &ClientView) -> Self {
        let expires_at = client.secret_expires_at.map(Timestamp::to_rfc3339);
        let credential = WireCredential {
            secret: client.secret.as_ref().map_or("", Secret::expose).into(),
            valid_from: client.secret_not_before.to_rfc3339(),
            valid_until: expires_at.unwrap_or_default(),
        };
        let roles = client.roles.iter().filter_map(|role| write_role(*role));
        Self {
            identity: format!("applications/{}", client.client_id),
            display_name: client.display_name.clone(),
            client_id: client.client_id.clone(),
            tenant_id: format!("tenant/{}", client.tenant),
            credentials: vec![credential],
            custom_claims: client.custom_claims.clone(),
            roles: roles.map(String::from).collect(),
        }
    }

    fn view(self) -> Result<ClientView, Unspoken> {
        let refused = |what: &str| Unspoken::Response(format!("{what} is not understood"));
        let mut credentials = self.credentials.into_iter();
        let (Some(credential), None) = (credentials.next(), credentials.next()) else {
            return Err(refused("credentials"));
        };
        let from = Timestamp::read_rfc3339(&credential.valid_from);
        let from = from.ok_or_else(|| refused("valid_from"))?;
        let until = match credential.valid_until.as_str() {
            "" => None,
            text => Some(Timestamp::read_rfc3339(text).ok_or_else(|| refused("valid_until"))?),
        };
        let roles = self.roles.iter().filter(|role| *role != "ROLE_UNSPECIFIED");
        let roles = roles.map(|role| match role.as_str() {
            "OWNER" => Ok(Role::Administrator),
            _ => Err(refused("roles")),
        });
        Ok(ClientView {
            client_id: self.client_id,
            display_name: self.display_name,
            description: String::new(),
            custom_claims: self.custom_claims,
            roles: roles.collect::<Result<_, _>>()?,
            scope: Vec::new(),
            secret: (!credential.secret.is_empty()).then(|| Secret::new(credential.secret)),
            secret_not_before: from,
            secret_expires_at: until,
            created_at: from,
            updated_at: from,
            tenant: self.tenant_id.trim_start_matches("tenant/").into(),
        })
    }
}

pub(super) fn write_response(outcome: &Outcome) -> Response {
    let content = match outcome {
        Outcome::Clients(page) => return listing::write_page("applications", page, Wire::of),
        Outcome::Client(client) => json!(Wire::of(client)),
        other => other.to_value(),
    };
    Response::json(Status::OK, content.to_string()).no_store()
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let render = |template, id: &ClientId| Template::new(template).render(&[("uuid", id.as_str())]);
    Ok(match operation {
        Operation::RegisterClient(request) => {
            if !request.description.is_empty() {
                return Err(Unspoken::Field("description"));
            }
            if !request.scope.is_empty() {
                return Err(Unspoken::Field("scope"));
            }
            let roles = request.roles.iter();
            let roles = roles.map(|role| write_role(*role).ok_or(Unspoken::Field("roles")));
            let content = json!({
                "display_name": request.display_name,
                "custom_claims": request.custom_claims,
                "roles": roles.collect::<Result<Vec<_>, _>>()?,
            });
            document::write_object(Method::Post, ALL.into(), &content)
        }
        Operation::ListClients(request) => listing::write_request(
            ALL,
            (request.page_size, &request.page_token, request.total),
            &[("display_name", &request.display_name)],
        ),
        Operation::GetClient(request) => Request::new(Method::Get, render(ONE, &request.client_id)),
        Operation::UpdateClient(request) => {
            if request.description.is_some() {
                return Err(Unspoken::Field("description"));
            }
            let mut members = Map::new();
            if let Some(name) = &request.display_name {
                members.insert("display_name".into(), json!(name));
            }
            if let Some(claims) = &request.custom_claims {
                members.insert("custom_claims".into(), json!(claims));
            }
            let path = render(ONE, &request.client_id);
            document::write_object(Method::Patch, path, &Value::Object(members))
        }
        Operation::RegenerateSecret(request) => {
            Request::new(Method::Post, render(SECRET, &request.client_id))
        }
        Operation::DeleteClient(request) => {
            Request::new(Method::Delete, render(ONE, &request.client_id))
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(
    operation: &Operation,
    response: &Response,
    content: Value,
) -> Result<Outcome, Unspoken> {
    match operation {
        Operation::ListClients(_) => {
            listing::read_page("applications", response, content, Wire::view).map(Outcome::Clients)
        }
        Operation::RegisterClient(_)
        | Operation::GetClient(_)
        | Operation::UpdateClient(_)
        | Operation::RegenerateSecret(_) => {
            let application: Wire = document::read_as(content)?;
            application.view().map(Outcome::Client)
        }
        other => Err(Unspoken::Operation(other.name())),
    }
}
