//! What a tenancy has besides its registrations: assets, of which there are
//! none, and what is left of its quotas (`/v1/caps`).

use super::{listing, refusal};
use crate::dialect::{Route, Unspoken, document};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    Asset, Fault, ListAssets, ListQuotas, Name, Operation, Outcome, Page, Quota, Resource,
};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const ASSETS: &str = "/v2/assets";
pub(super) const ASSETS_OF_POLICY: &str = "/iam/v1/access_policies/{uuid}/assets";
pub(super) const CAPS: &str = "/v1/caps";

/// The services that have quotas, as the query names them.
const SERVICES: &[(&str, Resource)] = &[
    ("applications", Resource::Client),
    ("access_policies", Resource::AccessPolicy),
];

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
) -> Result<Operation, Fault> {
    let query = document::read_query(request)?;
    Ok(match route.operation {
        Name::ListAssets => Operation::ListAssets(ListAssets {
            access_policy: captures.value("uuid").into(),
            page_size: document::number(&query, "page_size")?,
            page_token: document::parameter(&query, "page_token")?,
            total: listing::read_total(request)?,
        }),
        Name::ListQuotas => {
            let service = document::parameter(&query, "service")?;
            let known = SERVICES.iter().find(|(name, _)| *name == service);
            let resource = known.map(|(_, resource)| *resource);
            if resource.is_none() && !service.is_empty() {
                return Err(Fault::field("service", "is not a service with a quota"));
            }
            Operation::ListQuotas(ListQuotas { resource })
        }
        _ => return Err(Fault::Internal),
    })
}

pub(super) fn write_response(outcome: &Outcome) -> Response {
    match outcome {
        Outcome::Assets(page) => {
            listing::write_page("assets", page, |asset| -> Value { match *asset {} })
        }
        Outcome::Quotas(quotas) => {
            let caps = quotas.iter().map(|quota| {
                json!({
                    "resource_type": refusal::plural(quota.resource),
                    "resource_remaining": quota.remaining.to_string(),
                })
            });
            let content = json!({ "caps": caps.collect::<Vec<_>>() });
            Response::json(Status::OK, content.to_string()).no_store()
        }
        other => Response::json(Status::OK, other.to_value().to_string()).no_store(),
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    Ok(match operation {
        Operation::ListAssets(request) => {
            let path = match request.access_policy.as_str() {
                "" => ASSETS.into(),
                policy => Template::new(ASSETS_OF_POLICY).render(&[("uuid", policy)]),
            };
            let paging = (
                request.page_size,
                request.page_token.as_str(),
                request.total,
            );
            listing::write_request(&path, paging, &[])
        }
        Operation::ListQuotas(request) => {
            let mut query = crate::http::Pairs::new();
            if let Some(asked) = request.resource {
                let known = SERVICES.iter().find(|(_, resource)| *resource == asked);
                let (service, _) = known.ok_or(Unspoken::Field("resource"))?;
                query.push("service", *service);
            }
            Request {
                query: query.write(),
                ..Request::new(Method::Get, CAPS)
            }
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}

#[derive(Deserialize)]
struct Caps {
    caps: Vec<Cap>,
}

#[derive(Deserialize)]
struct Cap {
    resource_type: String,
    resource_remaining: String,
}

pub(super) fn read_response(
    operation: &Operation,
    response: &Response,
    content: Value,
) -> Result<Outcome, Unspoken> {
    let refused = |what: &str| Unspoken::Response(what.into());
    match operation {
        Operation::ListAssets(_) => {
            let none = |_: Value| Err(refused("an asset that nobody keeps"));
            let page: Page<Asset> = listing::read_page("assets", response, content, none)?;
            Ok(Outcome::Assets(page))
        }
        Operation::ListQuotas(_) => {
            let read = |cap: Cap| {
                let mut known = SERVICES.iter().map(|(_, resource)| *resource);
                let resource = known.find(|kind| refusal::plural(*kind) == cap.resource_type);
                let remaining = cap.resource_remaining.parse().ok();
                let quota = resource.zip(remaining);
                let quota = quota.map(|(resource, remaining)| Quota {
                    resource,
                    remaining,
                });
                quota.ok_or_else(|| refused("a cap that is not understood"))
            };
            let Caps { caps } = document::read_as(content)?;
            let quotas = caps.into_iter().map(read).collect::<Result<_, _>>()?;
            Ok(Outcome::Quotas(quotas))
        }
        other => Err(Unspoken::Operation(other.name())),
    }
}
