//! The administrators of the tenancy, as the vendor's Tenancies API has them.
//! Its page calls their list `administrators` and its OpenAPI document
//! `root_principals`; both are read, and the latter is written.

use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Method, Request, Response, Status};
use crate::operation::{Fault, Name, Nothing, Operation, Outcome, ReplacePrincipals};
use crate::record::Principal;
use alloc::string::ToString;
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const ALL: &str = "/v1/tenancies/root_principals";

const LIST: &str = "root_principals";
const OTHER: &str = "administrators";

pub(super) fn read_request(
    route: &Route,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    if route.operation == Name::ListPrincipals {
        return Ok(Operation::ListPrincipals(Nothing {}));
    }
    let root = Place::Root;
    let mut members = document::read_object(request, site)?;
    let read = |value, place: &Place<'_>| document::items(value, place, read_principal);
    let other = document::take(&mut members, &root, OTHER, read)?;
    let root_principals = match (document::take(&mut members, &root, LIST, read)?, other) {
        (Some(_), Some(_)) => {
            let problem = "is the same list as root_principals, only one of both can be given";
            return Err(root.member(OTHER).refuse(problem));
        }
        (Some(list), None) | (None, Some(list)) => list,
        (None, None) => return Err(root.member(LIST).refuse("is required")),
    };
    Ok(Operation::ReplacePrincipals(ReplacePrincipals {
        root_principals,
    }))
}

fn read_principal(value: Value, place: &Place<'_>) -> Result<Principal, Fault> {
    let mut members = document::object(value, place)?;
    let mut text = |name| {
        document::take(&mut members, place, name, document::text).map(Option::unwrap_or_default)
    };
    Ok(Principal {
        issuer: text("issuer")?,
        subject: text("subject")?,
        display_name: text("display_name")?,
        email: text("email")?,
    })
}

pub(super) fn write_response(principals: &[Principal]) -> Response {
    let content = json!({ LIST: principals });
    Response::json(Status::OK, content.to_string()).no_store()
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    match operation {
        Operation::ListPrincipals(Nothing {}) => Ok(Request::new(Method::Get, ALL)),
        Operation::ReplacePrincipals(request) => {
            let content = json!({ LIST: request.root_principals });
            Ok(document::write_object(Method::Patch, ALL.into(), &content))
        }
        other => Err(Unspoken::Operation(other.name())),
    }
}

#[derive(Deserialize)]
struct Wire {
    root_principals: Vec<Principal>,
}

pub(super) fn read_response(content: Value) -> Result<Outcome, Unspoken> {
    let wire: Wire = document::read_as(content)?;
    Ok(Outcome::Principals(wire.root_principals))
}
