//! Shares on the wire: what a group may look at, and with which rights. The
//! resource that is shared is in the path alone.

use super::{Frame, SHARE, SHARES, drop_read_only, list_query};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    Fault, ListMemberships, Name, Operation, ShareReference, ShareResource, ShareView, Window,
};
use crate::record::Share;
use alloc::format;
use alloc::string::String;
use serde::Deserialize;
use serde_json::{Value, json};

/// The properties that stand for rights.
const EDIT: &str = "editPrivilege";
const SHARES_ON: &str = "sharePrivilege";

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    window: Window,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let group = String::from(captures.value("id"));
    let resource = || String::from(captures.value("resource"));
    Ok(match route.operation {
        Name::ListShares => Operation::ListShares(ListMemberships { id: group, window }),
        Name::GetShare => Operation::GetShare(ShareReference {
            group,
            resource: resource(),
        }),
        Name::DeleteShare => Operation::DeleteShare(ShareReference {
            group,
            resource: resource(),
        }),
        Name::CreateShare => Operation::CreateShare(ShareResource {
            group,
            resource: resource(),
            share: read_share(request, site)?,
        }),
        Name::ReplaceShare => Operation::ReplaceShare(ShareResource {
            group,
            resource: resource(),
            share: read_share(request, site)?,
        }),
        _ => return Err(Fault::Internal),
    })
}

fn read_share(request: &Request, site: &Site<'_>) -> Result<Share, Fault> {
    let root = Place::Root;
    let mut members = document::read_object(request, site)?;
    let mut properties = document::require(&mut members, &root, "properties", document::object)?;
    drop_read_only(&mut members);
    document::refuse_others(&members, &root)?;
    let place = root.member("properties");
    let mut right = |word| document::take(&mut properties, &place, word, document::flag);
    let share = Share {
        edit: right(EDIT)?.unwrap_or_default(),
        share: right(SHARES_ON)?.unwrap_or_default(),
    };
    document::refuse_others(&properties, &place)?;
    Ok(share)
}

pub(super) fn write(share: &ShareView, depth: i64, frame: &Frame) -> Value {
    let path = Template::new("/groups/{id}/shares/{resource}");
    let path = path.render(&[("id", &share.group), ("resource", &share.resource)]);
    let mut object = json!({
        "id": share.resource,
        "type": "resource",
        "href": format!("{}{path}", frame.base),
    });
    if depth >= 0 {
        object["properties"] = write_rights(share.share);
    }
    object
}

fn write_rights(share: Share) -> Value {
    json!({ EDIT: share.edit, SHARES_ON: share.share })
}

/// Reads a share that [`write`] wrote. The group is not told.
pub(super) fn read(content: Value) -> Result<ShareView, Unspoken> {
    /// A share on the wire.
    #[derive(Deserialize)]
    struct Wire {
        id: String,
        properties: Properties,
    }
    /// What it says.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Properties {
        edit_privilege: bool,
        share_privilege: bool,
    }
    let Wire { id, properties } = document::read_as(content)?;
    Ok(ShareView {
        group: String::new(),
        resource: id,
        share: Share {
            edit: properties.edit_privilege,
            share: properties.share_privilege,
        },
    })
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let path = |group: &str, resource: &str| {
        Template::new(SHARE).render(&[("id", group), ("resource", resource)])
    };
    let content = |share| json!({ "properties": write_rights(share) });
    Ok(match operation {
        Operation::ListShares(request) => {
            let path = Template::new(SHARES).render(&[("id", &request.id)]);
            document::write_query(path, &list_query(request.window))
        }
        Operation::GetShare(one) => Request::new(Method::Get, path(&one.group, &one.resource)),
        Operation::DeleteShare(one) => {
            Request::new(Method::Delete, path(&one.group, &one.resource))
        }
        Operation::CreateShare(one) => {
            let path = path(&one.group, &one.resource);
            document::write_object(Method::Post, path, &content(one.share))
        }
        Operation::ReplaceShare(one) => {
            let path = path(&one.group, &one.resource);
            document::write_object(Method::Put, path, &content(one.share))
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
