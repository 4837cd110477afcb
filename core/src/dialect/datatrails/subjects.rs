//! Subjects on the wire. What the vendor confirms on its ledger is confirmed
//! here as soon as it is kept.

use super::listing;
use super::mask::{self, Empty};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    CreateSubject, Fault, ListSubjects, Name, Operation, Outcome, Reference, SubjectChanges,
    UpdateSubject, tenant_uuid,
};
use crate::record::Subject;
use crate::time::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/iam/v1/subjects";
pub(super) const ONE: &str = "/iam/v1/subjects/{uuid}";

/// The fields that a change may be about.
const FIELDS: &[(&str, Empty)] = &[
    ("display_name", Empty::Text),
    ("wallet_pub_key", Empty::List),
    ("tessera_pub_key", Empty::List),
];

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = String::from(captures.value("uuid"));
    let root = Place::Root;
    Ok(match route.operation {
        Name::CreateSubject => {
            let mut members = document::read_object(request, site)?;
            let name = document::require(&mut members, &root, "display_name", document::text)?;
            let mut keys = |name| -> Result<Vec<String>, Fault> {
                let keys = document::take(&mut members, &root, name, document::texts)?;
                Ok(keys.unwrap_or_default())
            };
            Operation::CreateSubject(CreateSubject {
                display_name: name,
                wallet_pub_key: keys("wallet_pub_key")?,
                tessera_pub_key: keys("tessera_pub_key")?,
            })
        }
        Name::UpdateSubject => {
            let members = document::read_object(request, site)?;
            let mut members = mask::apply(members, request, FIELDS)?;
            let name = document::take(&mut members, &root, "display_name", document::text)?;
            let mut keys = |name| document::take(&mut members, &root, name, document::texts);
            let changes = SubjectChanges {
                display_name: name,
                wallet_pub_key: keys("wallet_pub_key")?,
                tessera_pub_key: keys("tessera_pub_key")?,
            };
            Operation::UpdateSubject(UpdateSubject { id, changes })
        }
        Name::ListSubjects => {
            let query = document::read_query(request)?;
            Operation::ListSubjects(ListSubjects {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                display_name: document::parameter(&query, "display_name")?,
                total: listing::read_total(request)?,
            })
        }
        Name::GetSubject => Operation::GetSubject(Reference { id }),
        Name::DeleteSubject => Operation::DeleteSubject(Reference { id }),
        _ => return Err(Fault::Internal),
    })
}

/// A subject on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    identity: String,
    display_name: String,
    wallet_pub_key: Vec<String>,
    wallet_address: Vec<String>,
    tessera_pub_key: Vec<String>,
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    confirmation_status: String,
}

impl Wire {
    fn of(subject: &Subject, site: &Site<'_>) -> Self {
        Self {
            identity: format!("subjects/{}", subject.id),
            display_name: subject.display_name.clone(),
            wallet_pub_key: subject.wallet_pub_key.clone(),
            wallet_address: subject.wallet_address.clone(),
            tessera_pub_key: subject.tessera_pub_key.clone(),
            tenant: format!("tenant/{}", tenant_uuid(site.tenant)),
            confirmation_status: "CONFIRMED".into(),
        }
    }

    /// The subject, without the times, which the wire does not carry.
    fn subject(self) -> Result<Subject, Unspoken> {
        let id = self.identity.strip_prefix("subjects/");
        let id = id.ok_or_else(|| Unspoken::Response("identity is not understood".into()))?;
        Ok(Subject {
            id: id.into(),
            display_name: self.display_name,
            wallet_pub_key: self.wallet_pub_key,
            wallet_address: self.wallet_address,
            tessera_pub_key: self.tessera_pub_key,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        })
    }
}

pub(super) fn write_response(outcome: &Outcome, site: &Site<'_>) -> Response {
    let write = |subject: &Subject| Wire::of(subject, site);
    match outcome {
        Outcome::Subjects(page) => listing::write_page("subjects", page, write),
        Outcome::Subject(subject) => {
            Response::json(Status::OK, json!(write(subject)).to_string()).no_store()
        }
        other => Response::json(Status::OK, other.to_value().to_string()).no_store(),
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |id: &str| Template::new(ONE).render(&[("uuid", id)]);
    Ok(match operation {
        Operation::CreateSubject(request) => {
            let content = json!({
                "display_name": request.display_name,
                "wallet_pub_key": request.wallet_pub_key,
                "tessera_pub_key": request.tessera_pub_key,
            });
            document::write_object(Method::Post, ALL.into(), &content)
        }
        Operation::UpdateSubject(request) => {
            let changes = &request.changes;
            let mut members = Map::new();
            if let Some(name) = &changes.display_name {
                members.insert("display_name".into(), json!(name));
            }
            for (name, keys) in [
                ("wallet_pub_key", &changes.wallet_pub_key),
                ("tessera_pub_key", &changes.tessera_pub_key),
            ] {
                if let Some(keys) = keys {
                    members.insert(name.into(), json!(keys));
                }
            }
            document::write_object(Method::Patch, one(&request.id), &Value::Object(members))
        }
        Operation::ListSubjects(request) => listing::write_request(
            ALL,
            (request.page_size, &request.page_token, request.total),
            &[("display_name", &request.display_name)],
        ),
        Operation::GetSubject(request) => Request::new(Method::Get, one(&request.id)),
        Operation::DeleteSubject(request) => Request::new(Method::Delete, one(&request.id)),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(
    operation: &Operation,
    response: &Response,
    content: Value,
) -> Result<Outcome, Unspoken> {
    match operation {
        Operation::ListSubjects(_) => {
            listing::read_page("subjects", response, content, Wire::subject).map(Outcome::Subjects)
        }
        _ => {
            let subject: Wire = document::read_as(content)?;
            subject.subject().map(Outcome::Subject)
        }
    }
}
