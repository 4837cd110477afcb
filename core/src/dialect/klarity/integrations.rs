//! Integrations, which are Klarity's client registrations: register, list,
//! read, update, regenerate the secret, delete.
//!
//! The vendor does this in its user interface, a form that ends in a permanent
//! ID and a secret shown once. Paths and members are ours.

use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    ClientReference, ClientView, Fault, ListClients, Name, Operation, Outcome, RegisterClient,
    Total, UpdateClient,
};
use crate::record::{ClientId, Secret};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/admin/klarity/integrations";
pub(super) const ONE: &str = "/admin/klarity/integrations/{id}";
pub(super) const SECRET: &str = "/admin/klarity/integrations/{id}/regenerate-secret";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let client_id = ClientId::new(captures.value("id"));
    let root = Place::Root;
    Ok(match route.operation {
        Name::RegisterClient => {
            let mut members = document::read_object(request, site)?;
            let integration = RegisterClient {
                display_name: document::require(&mut members, &root, "name", document::text)?,
                description: document::take(&mut members, &root, "description", document::text)?
                    .unwrap_or_default(),
                custom_claims: BTreeMap::new(),
                roles: Vec::new(),
                scope: Vec::new(),
            };
            document::refuse_others(&members, &root)?;
            Operation::RegisterClient(integration)
        }
        Name::ListClients => {
            let query = document::read_query(request)?;
            Operation::ListClients(ListClients {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                display_name: document::parameter(&query, "name")?,
                total: Total::Omitted,
            })
        }
        Name::UpdateClient => {
            let mut members = document::read_object(request, site)?;
            let update = UpdateClient {
                client_id,
                display_name: document::take(&mut members, &root, "name", document::text)?,
                description: document::take(&mut members, &root, "description", document::text)?,
                custom_claims: None,
            };
            document::refuse_others(&members, &root)?;
            Operation::UpdateClient(update)
        }
        Name::GetClient => Operation::GetClient(ClientReference { client_id }),
        Name::RegenerateSecret => Operation::RegenerateSecret(ClientReference { client_id }),
        Name::DeleteClient => Operation::DeleteClient(ClientReference { client_id }),
        _ => return Err(Fault::Internal),
    })
}

/// An integration on the wire. Its secret is empty except where it was made.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: ClientId,
    name: String,
    description: String,
    secret: String,
    secret_created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret_expires_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl Wire {
    fn of(client: &ClientView) -> Self {
        Self {
            id: client.client_id.clone(),
            name: client.display_name.clone(),
            description: client.description.clone(),
            secret: client.secret.as_ref().map_or("", Secret::expose).into(),
            secret_created_at: client.secret_not_before,
            secret_expires_at: client.secret_expires_at,
            created_at: client.created_at,
            updated_at: client.updated_at,
        }
    }

    fn view(self) -> ClientView {
        ClientView {
            client_id: self.id,
            display_name: self.name,
            description: self.description,
            custom_claims: BTreeMap::new(),
            roles: Vec::new(),
            scope: Vec::new(),
            secret: (!self.secret.is_empty()).then(|| Secret::new(self.secret)),
            secret_not_before: self.secret_created_at,
            secret_expires_at: self.secret_expires_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            tenant: String::new(),
        }
    }
}

pub(super) fn write_response(route: Option<&Route>, outcome: &Outcome) -> Response {
    let content = match outcome {
        Outcome::Client(client) => json!(Wire::of(client)),
        Outcome::Clients(page) => document::write_page("integrations", page, Wire::of),
        other => other.to_value(),
    };
    let status = match route {
        Some(route) if route.operation == Name::RegisterClient => Status::CREATED,
        _ => Status::OK,
    };
    Response::json(status, content.to_string()).no_store()
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let render = |template, id: &ClientId| Template::new(template).render(&[("id", id.as_str())]);
    Ok(match operation {
        Operation::RegisterClient(request) => {
            for (field, is_empty) in [
                ("custom_claims", request.custom_claims.is_empty()),
                ("roles", request.roles.is_empty()),
                ("scope", request.scope.is_empty()),
            ] {
                if !is_empty {
                    return Err(Unspoken::Field(field));
                }
            }
            let content = json!({
                "name": request.display_name,
                "description": request.description,
            });
            document::write_object(Method::Post, ALL.into(), &content)
        }
        Operation::ListClients(request) => {
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let mut query = document::page_query(request.page_size, &request.page_token);
            if !request.display_name.is_empty() {
                query.push("name", request.display_name.as_str());
            }
            document::write_query(ALL, &query)
        }
        Operation::GetClient(request) => Request::new(Method::Get, render(ONE, &request.client_id)),
        Operation::UpdateClient(request) => {
            if request.custom_claims.is_some() {
                return Err(Unspoken::Field("custom_claims"));
            }
            let mut members = Map::new();
            if let Some(name) = &request.display_name {
                members.insert("name".into(), json!(name));
            }
            if let Some(description) = &request.description {
                members.insert("description".into(), json!(description));
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

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListClients(_) => {
            Outcome::Clients(document::read_page("integrations", content, Wire::view)?)
        }
        Operation::DeleteClient(_) => Outcome::Deleted,
        Operation::RegisterClient(_)
        | Operation::GetClient(_)
        | Operation::UpdateClient(_)
        | Operation::RegenerateSecret(_) => {
            Outcome::Client(document::read_as::<Wire>(content)?.view())
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
