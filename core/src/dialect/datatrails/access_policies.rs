//! Access policies on the wire. A change replaces the lists that it gives
//! whole; what a permission says beyond the known members is kept as it came.

use super::listing;
use super::mask::{self, Empty};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Response, Status, Template};
use crate::operation::{
    AccessPolicyChanges, AccessPolicyOrder, CreateAccessPolicy, Fault, ListAccessPolicies, Name,
    Operation, Outcome, Reference, UpdateAccessPolicy, tenant_uuid,
};
use crate::record::{AccessPermission, AccessPolicy, Filter};
use crate::time::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub(super) const ALL: &str = "/iam/v1/access_policies";
pub(super) const ONE: &str = "/iam/v1/access_policies/{uuid}";
pub(super) const OF_ASSET: &str = "/iam/v1/assets/{asset}/access_policies";

/// The fields that a change may be about.
const FIELDS: &[(&str, Empty)] = &[
    ("display_name", Empty::Text),
    ("description", Empty::Text),
    ("filters", Empty::List),
    ("access_permissions", Empty::List),
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
        Name::CreateAccessPolicy => {
            let mut members = document::read_object(request, site)?;
            let name = document::require(&mut members, &root, "display_name", document::text)?;
            let description = document::take(&mut members, &root, "description", document::text)?;
            Operation::CreateAccessPolicy(CreateAccessPolicy {
                display_name: name,
                description: description.unwrap_or_default(),
                filters: document::require(&mut members, &root, "filters", read_filters)?,
                access_permissions: document::require(
                    &mut members,
                    &root,
                    "access_permissions",
                    read_permissions,
                )?,
            })
        }
        Name::UpdateAccessPolicy => {
            let members = document::read_object(request, site)?;
            let mut members = mask::apply(members, request, FIELDS)?;
            let place = &root;
            let changes = AccessPolicyChanges {
                display_name: document::take(&mut members, place, "display_name", document::text)?,
                description: document::take(&mut members, place, "description", document::text)?,
                filters: document::take(&mut members, place, "filters", read_filters)?,
                access_permissions: document::take(
                    &mut members,
                    place,
                    "access_permissions",
                    read_permissions,
                )?,
            };
            Operation::UpdateAccessPolicy(UpdateAccessPolicy { id, changes })
        }
        Name::ListAccessPolicies => {
            let query = document::read_query(request)?;
            Operation::ListAccessPolicies(ListAccessPolicies {
                page_size: document::number(&query, "page_size")?,
                page_token: document::parameter(&query, "page_token")?,
                order: read_order(&document::parameter(&query, "order_by")?)?,
                display_name: document::parameter(&query, "display_name")?,
                description: document::parameter(&query, "description")?,
                asset: captures.value("asset").into(),
                total: listing::read_total(request)?,
            })
        }
        Name::GetAccessPolicy => Operation::GetAccessPolicy(Reference { id }),
        Name::DeleteAccessPolicy => Operation::DeleteAccessPolicy(Reference { id }),
        _ => return Err(Fault::Internal),
    })
}

fn read_order(text: &str) -> Result<AccessPolicyOrder, Fault> {
    match text {
        "" | "DEFAULT" => Ok(AccessPolicyOrder::Created),
        "DISPLAY_NAME" => Ok(AccessPolicyOrder::DisplayName),
        _ => Err(Fault::field("order_by", "must be DEFAULT or DISPLAY_NAME")),
    }
}

fn read_filters(value: Value, place: &Place<'_>) -> Result<Vec<Filter>, Fault> {
    document::items(value, place, |value, place| {
        let mut members = document::object(value, place)?;
        let or = document::take(&mut members, place, "or", document::texts)?;
        document::refuse_others(&members, place)?;
        Ok(Filter {
            or: or.unwrap_or_default(),
        })
    })
}

fn read_permissions(value: Value, place: &Place<'_>) -> Result<Vec<AccessPermission>, Fault> {
    document::items(value, place, read_permission)
}

fn read_permission(value: Value, place: &Place<'_>) -> Result<AccessPermission, Fault> {
    let mut members = document::object(value, place)?;
    let user_attributes = document::take(&mut members, place, "user_attributes", read_filters)?;
    let mut texts = |name| -> Result<Vec<String>, Fault> {
        let texts = document::take(&mut members, place, name, document::texts)?;
        Ok(texts.unwrap_or_default())
    };
    Ok(AccessPermission {
        subjects: texts("subjects")?,
        behaviours: texts("behaviours")?,
        include_attributes: texts("include_attributes")?,
        asset_attributes_read: texts("asset_attributes_read")?,
        asset_attributes_write: texts("asset_attributes_write")?,
        event_arc_display_type_read: texts("event_arc_display_type_read")?,
        event_arc_display_type_write: texts("event_arc_display_type_write")?,
        user_attributes: user_attributes.unwrap_or_default(),
        further: members.into_iter().collect(),
    })
}

/// An access policy on the wire.
#[derive(Serialize, Deserialize)]
struct Wire {
    identity: String,
    display_name: String,
    description: String,
    #[serde(default)]
    tenant: String,
    filters: Vec<Filter>,
    access_permissions: Vec<AccessPermission>,
}

impl Wire {
    fn of(policy: &AccessPolicy, site: &Site<'_>) -> Self {
        Self {
            identity: format!("access_policies/{}", policy.id),
            display_name: policy.display_name.clone(),
            description: policy.description.clone(),
            tenant: format!("tenant/{}", tenant_uuid(site.tenant)),
            filters: policy.filters.clone(),
            access_permissions: policy.access_permissions.clone(),
        }
    }

    /// The policy, without the times, which the wire does not carry.
    fn policy(self) -> Result<AccessPolicy, Unspoken> {
        let id = self.identity.strip_prefix("access_policies/");
        let id = id.ok_or_else(|| Unspoken::Response("identity is not understood".into()))?;
        Ok(AccessPolicy {
            id: id.into(),
            display_name: self.display_name,
            description: self.description,
            filters: self.filters,
            access_permissions: self.access_permissions,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        })
    }
}

pub(super) fn write_response(outcome: &Outcome, site: &Site<'_>) -> Response {
    let write = |policy: &AccessPolicy| Wire::of(policy, site);
    match outcome {
        Outcome::AccessPolicies(page) => listing::write_page("access_policies", page, write),
        Outcome::AccessPolicy(policy) => {
            Response::json(Status::OK, json!(write(policy)).to_string()).no_store()
        }
        other => Response::json(Status::OK, other.to_value().to_string()).no_store(),
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let one = |id: &str| Template::new(ONE).render(&[("uuid", id)]);
    Ok(match operation {
        Operation::CreateAccessPolicy(request) => {
            let content = json!({
                "display_name": request.display_name,
                "description": request.description,
                "filters": request.filters,
                "access_permissions": request.access_permissions,
            });
            document::write_object(Method::Post, ALL.into(), &content)
        }
        Operation::UpdateAccessPolicy(request) => {
            let changes = &request.changes;
            let mut members = Map::new();
            if let Some(name) = &changes.display_name {
                members.insert("display_name".into(), json!(name));
            }
            if let Some(description) = &changes.description {
                members.insert("description".into(), json!(description));
            }
            if let Some(filters) = &changes.filters {
                members.insert("filters".into(), json!(filters));
            }
            if let Some(permissions) = &changes.access_permissions {
                members.insert("access_permissions".into(), json!(permissions));
            }
            document::write_object(Method::Patch, one(&request.id), &Value::Object(members))
        }
        Operation::ListAccessPolicies(request) => {
            let path = match request.asset.as_str() {
                "" => ALL.into(),
                asset => Template::new(OF_ASSET).render(&[("asset", asset)]),
            };
            let order = match request.order {
                AccessPolicyOrder::Created => "",
                AccessPolicyOrder::DisplayName => "DISPLAY_NAME",
            };
            listing::write_request(
                &path,
                (request.page_size, &request.page_token, request.total),
                &[
                    ("order_by", order),
                    ("display_name", &request.display_name),
                    ("description", &request.description),
                ],
            )
        }
        Operation::GetAccessPolicy(request) => Request::new(Method::Get, one(&request.id)),
        Operation::DeleteAccessPolicy(request) => Request::new(Method::Delete, one(&request.id)),
        other => return Err(Unspoken::Operation(other.name())),
    })
}

pub(super) fn read_response(
    operation: &Operation,
    response: &Response,
    content: Value,
) -> Result<Outcome, Unspoken> {
    match operation {
        Operation::ListAccessPolicies(_) => {
            listing::read_page("access_policies", response, content, Wire::policy)
                .map(Outcome::AccessPolicies)
        }
        _ => {
            let policy: Wire = document::read_as(content)?;
            policy.policy().map(Outcome::AccessPolicy)
        }
    }
}
