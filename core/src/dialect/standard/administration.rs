//! Administration in the standard dialect: registrations in the member names
//! of [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591), and the audit record.

use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    ClientReference, ClientView, Fault, ListAudit, ListClients, Name, Operation, Outcome,
    RegisterClient, Total, UpdateClient,
};
use crate::record::{AuditEntry, ClientId, Role, Secret};
use crate::time::Timestamp;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const CLIENTS: &str = "/admin/clients";
pub(super) const CLIENT: &str = "/admin/clients/{client_id}";
pub(super) const SECRET: &str = "/admin/clients/{client_id}/regenerate-secret";
pub(super) const AUDIT: &str = "/admin/audit";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let client_id = || ClientId::new(captures.value("client_id"));
    Ok(match route.operation {
        Name::RegisterClient => {
            Operation::RegisterClient(read_registration(document::read_object(request, site)?)?)
        }
        Name::ListClients => {
            let query = document::read_query(request)?;
            Operation::ListClients(ListClients {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                display_name: document::parameter(&query, "client_name")?,
                total: Total::Omitted,
            })
        }
        Name::GetClient => Operation::GetClient(ClientReference {
            client_id: client_id(),
        }),
        Name::UpdateClient => {
            let mut members = document::read_object(request, site)?;
            let place = Place::Root;
            let update = UpdateClient {
                client_id: client_id(),
                display_name: document::take(&mut members, &place, "client_name", document::text)?,
                description: document::take(&mut members, &place, "description", document::text)?,
                custom_claims: document::take(
                    &mut members,
                    &place,
                    "custom_claims",
                    document::text_map,
                )?,
            };
            document::refuse_others(&members, &place)?;
            Operation::UpdateClient(update)
        }
        Name::RegenerateSecret => Operation::RegenerateSecret(ClientReference {
            client_id: client_id(),
        }),
        Name::DeleteClient => Operation::DeleteClient(ClientReference {
            client_id: client_id(),
        }),
        Name::ListAudit => {
            let query = document::read_query(request)?;
            Operation::ListAudit(ListAudit {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
            })
        }
        _ => return Err(Fault::Internal),
    })
}

fn read_registration(mut members: Map<String, Value>) -> Result<RegisterClient, Fault> {
    let place = Place::Root;
    let roles = document::take(&mut members, &place, "roles", |value, place| {
        document::items(value, place, read_role)
    });
    let registration = RegisterClient {
        display_name: document::require(&mut members, &place, "client_name", document::text)?,
        description: document::take(&mut members, &place, "description", document::text)?
            .unwrap_or_default(),
        custom_claims: document::take(&mut members, &place, "custom_claims", document::text_map)?
            .unwrap_or_default(),
        roles: roles?.unwrap_or_default(),
        scope: document::take(&mut members, &place, "scope", document::text)?
            .map(|scope| scope.split_ascii_whitespace().map(String::from).collect())
            .unwrap_or_default(),
    };
    document::refuse_others(&members, &place)?;
    Ok(registration)
}

fn read_role(value: Value, place: &Place<'_>) -> Result<Role, Fault> {
    crate::json::from_value(value)
        .map_err(|_| place.refuse("is not a role: administrator or api-token-manager"))
}

/// A registration on the wire, with the times in seconds as RFC 7591 has them.
#[derive(Serialize, Deserialize)]
struct Wire {
    client_id: ClientId,
    client_secret: String,
    client_id_issued_at: i64,
    client_secret_issued_at: i64,
    client_secret_expires_at: i64,
    client_name: String,
    description: String,
    scope: String,
    roles: Vec<Role>,
    custom_claims: BTreeMap<String, String>,
    updated_at: i64,
    tenant: String,
}

impl Wire {
    fn of(client: &ClientView) -> Self {
        Self {
            client_id: client.client_id.clone(),
            client_secret: client.secret.as_ref().map_or("", Secret::expose).into(),
            client_id_issued_at: client.created_at.seconds(),
            client_secret_issued_at: client.secret_not_before.seconds(),
            client_secret_expires_at: client.secret_expires_at.map_or(0, Timestamp::seconds),
            client_name: client.display_name.clone(),
            description: client.description.clone(),
            scope: client.scope.join(" "),
            roles: client.roles.clone(),
            custom_claims: client.custom_claims.clone(),
            updated_at: client.updated_at.seconds(),
            tenant: client.tenant.clone(),
        }
    }

    fn view(self) -> ClientView {
        ClientView {
            client_id: self.client_id,
            display_name: self.client_name,
            description: self.description,
            custom_claims: self.custom_claims,
            roles: self.roles,
            scope: self
                .scope
                .split_ascii_whitespace()
                .map(String::from)
                .collect(),
            secret: (!self.client_secret.is_empty()).then(|| Secret::new(self.client_secret)),
            secret_not_before: Timestamp::from_seconds(self.client_secret_issued_at),
            secret_expires_at: (self.client_secret_expires_at != 0)
                .then(|| Timestamp::from_seconds(self.client_secret_expires_at)),
            created_at: Timestamp::from_seconds(self.client_id_issued_at),
            updated_at: Timestamp::from_seconds(self.updated_at),
            tenant: self.tenant,
        }
    }
}

pub(super) fn write_response(route: Option<&Route>, outcome: &Outcome) -> Response {
    let document = match outcome {
        Outcome::Client(client) => json!(Wire::of(client)),
        Outcome::Clients(page) => document::write_page("clients", page, Wire::of),
        Outcome::Audit(page) => document::write_page("entries", page, AuditEntry::clone),
        other => other.to_value(),
    };
    let status = match route {
        Some(route) if route.operation == Name::RegisterClient => Status::CREATED,
        _ => Status::OK,
    };
    Response::json(status, document.to_string()).no_store()
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let client =
        |template, id: &ClientId| Template::new(template).render(&[("client_id", id.as_str())]);
    Ok(match operation {
        Operation::RegisterClient(request) => {
            let document = json!({
                "client_name": request.display_name,
                "description": request.description,
                "custom_claims": request.custom_claims,
                "roles": request.roles,
                "scope": request.scope.join(" "),
            });
            document::write_object(Method::Post, CLIENTS.into(), &document)
        }
        Operation::ListClients(request) => {
            if request.total == Total::Counted {
                return Err(Unspoken::Field("total"));
            }
            let mut query = document::page_query(request.page_size, &request.page_token);
            if !request.display_name.is_empty() {
                query.push("client_name", request.display_name.as_str());
            }
            document::write_query(CLIENTS, &query)
        }
        Operation::GetClient(request) => {
            Request::new(Method::Get, client(CLIENT, &request.client_id))
        }
        Operation::UpdateClient(request) => {
            let mut members = Map::new();
            if let Some(name) = &request.display_name {
                members.insert("client_name".into(), json!(name));
            }
            if let Some(description) = &request.description {
                members.insert("description".into(), json!(description));
            }
            if let Some(claims) = &request.custom_claims {
                members.insert("custom_claims".into(), json!(claims));
            }
            document::write_object(
                Method::Patch,
                client(CLIENT, &request.client_id),
                &Value::Object(members),
            )
        }
        Operation::RegenerateSecret(request) => {
            Request::new(Method::Post, client(SECRET, &request.client_id))
        }
        Operation::DeleteClient(request) => {
            Request::new(Method::Delete, client(CLIENT, &request.client_id))
        }
        Operation::ListAudit(request) => document::write_query(
            AUDIT,
            &document::page_query(request.page_size, &request.page_token),
        ),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(operation: &Operation, document: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation {
        Operation::ListClients(_) => {
            Outcome::Clients(document::read_page("clients", document, Wire::view)?)
        }
        Operation::ListAudit(_) => {
            Outcome::Audit(document::read_page("entries", document, |entry| entry)?)
        }
        Operation::DeleteClient(_) => Outcome::Deleted,
        Operation::RegisterClient(_)
        | Operation::GetClient(_)
        | Operation::UpdateClient(_)
        | Operation::RegenerateSecret(_) => {
            Outcome::Client(document::read_as::<Wire>(document)?.view())
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
