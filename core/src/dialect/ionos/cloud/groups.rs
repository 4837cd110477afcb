//! Groups on the wire, and the memberships of users in them. A replacement
//! replaces all properties: a privilege that is not mentioned is taken away.

use super::{
    Edition, Frame, GROUP, GROUPS, MEMBER, MEMBERS, USER_GROUPS, drop_read_only, list_query,
};
use crate::dialect::document::{self, Place};
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Request, Template};
use crate::operation::{
    CreateGroup, Fault, GroupMember, ListGroups, ListMemberships, Name, Operation, Reference,
    ReplaceGroup, Window,
};
use crate::record::{ContractPrivilege, Group, UserId};
use crate::time::Timestamp;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The properties that stand for privileges.
const PRIVILEGES: &[(ContractPrivilege, &str)] = &[
    (ContractPrivilege::CreateDataCenter, "createDataCenter"),
    (ContractPrivilege::CreateSnapshot, "createSnapshot"),
    (ContractPrivilege::ReserveIp, "reserveIp"),
    (ContractPrivilege::AccessActivityLog, "accessActivityLog"),
    (ContractPrivilege::CreatePcc, "createPcc"),
    (ContractPrivilege::S3Privilege, "s3Privilege"),
    (ContractPrivilege::CreateBackupUnit, "createBackupUnit"),
    (
        ContractPrivilege::CreateInternetAccess,
        "createInternetAccess",
    ),
    (ContractPrivilege::CreateK8sCluster, "createK8sCluster"),
    (ContractPrivilege::CreateFlowLog, "createFlowLog"),
    (
        ContractPrivilege::AccessAndManageMonitoring,
        "accessAndManageMonitoring",
    ),
    (
        ContractPrivilege::AccessAndManageCertificates,
        "accessAndManageCertificates",
    ),
    (ContractPrivilege::ManageDbaas, "manageDBaaS"),
    (ContractPrivilege::AccessAndManageDns, "accessAndManageDns"),
    (ContractPrivilege::ManageRegistry, "manageRegistry"),
    (ContractPrivilege::ManageDataplatform, "manageDataplatform"),
    (
        ContractPrivilege::AccessAndManageLogging,
        "accessAndManageLogging",
    ),
    (ContractPrivilege::AccessAndManageCdn, "accessAndManageCdn"),
    (ContractPrivilege::AccessAndManageVpn, "accessAndManageVpn"),
    (
        ContractPrivilege::AccessAndManageApiGateway,
        "accessAndManageApiGateway",
    ),
    (
        ContractPrivilege::AccessAndManageKaas,
        "accessAndManageKaas",
    ),
    (
        ContractPrivilege::AccessAndManageNetworkFileStorage,
        "accessAndManageNetworkFileStorage",
    ),
    (
        ContractPrivilege::AccessAndManageAiModelHub,
        "accessAndManageAiModelHub",
    ),
    (
        ContractPrivilege::AccessAndManageIamResources,
        "accessAndManageIamResources",
    ),
    (
        ContractPrivilege::CreateNetworkSecurityGroups,
        "createNetworkSecurityGroups",
    ),
];

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    window: Window,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let id = || String::from(captures.value("id"));
    Ok(match route.operation {
        Name::ListGroups => Operation::ListGroups(ListGroups { window }),
        Name::GetGroup => Operation::GetGroup(Reference { id: id() }),
        Name::DeleteGroup => Operation::DeleteGroup(Reference { id: id() }),
        Name::ListGroupMembers => Operation::ListGroupMembers(ListMemberships { id: id(), window }),
        Name::ListUserGroups => Operation::ListUserGroups(ListMemberships { id: id(), window }),
        Name::CreateGroup => {
            let (name, privileges) = read_properties(route, request, site)?;
            Operation::CreateGroup(CreateGroup { name, privileges })
        }
        Name::ReplaceGroup => {
            let (name, privileges) = read_properties(route, request, site)?;
            let edition = Edition::of(route);
            let kept = ContractPrivilege::ALL.iter().copied();
            Operation::ReplaceGroup(ReplaceGroup {
                id: id(),
                name,
                privileges,
                kept: kept.filter(|one| !edition.knows(*one)).collect(),
            })
        }
        Name::AddGroupMember => {
            let mut members = document::read_object(request, site)?;
            let user = document::require(&mut members, &Place::Root, "id", document::text)?;
            drop_read_only(&mut members);
            members.remove("properties");
            document::refuse_others(&members, &Place::Root)?;
            Operation::AddGroupMember(GroupMember {
                group: id(),
                user: UserId::new(user),
            })
        }
        Name::RemoveGroupMember => Operation::RemoveGroupMember(GroupMember {
            group: id(),
            user: UserId::new(captures.value("user")),
        }),
        _ => return Err(Fault::Internal),
    })
}

fn read_properties(
    route: &Route,
    request: &Request,
    site: &Site<'_>,
) -> Result<(String, BTreeSet<ContractPrivilege>), Fault> {
    let root = Place::Root;
    let mut members = document::read_object(request, site)?;
    let mut properties = document::require(&mut members, &root, "properties", document::object)?;
    drop_read_only(&mut members);
    document::refuse_others(&members, &root)?;
    let place = root.member("properties");
    let name = document::require(&mut properties, &place, "name", document::text)?;
    let mut granted = BTreeSet::new();
    for (privilege, word) in PRIVILEGES {
        if !Edition::of(route).knows(*privilege) && properties.contains_key(*word) {
            return Err(place.member(word).refuse("is offered from version 6 on"));
        }
        if document::take(&mut properties, &place, word, document::flag)? == Some(true) {
            granted.insert(*privilege);
        }
    }
    document::refuse_others(&properties, &place)?;
    Ok((name, granted))
}

pub(super) fn write(group: &Group, depth: i64, frame: &Frame) -> Value {
    frame.object("group", &group.id, depth, || {
        let mut properties = write_privileges(&group.privileges, frame.edition);
        properties.insert("name".into(), json!(group.name));
        let mut says = json!({ "properties": properties });
        if depth > 0 {
            let path = Template::new("/groups/{id}/users").render(&[("id", &group.id)]);
            let users = frame.reference(&format!("{}/users", group.id), &path);
            says["entities"] = json!({ "users": users });
        }
        says
    })
}

fn write_privileges(granted: &BTreeSet<ContractPrivilege>, edition: Edition) -> Map<String, Value> {
    PRIVILEGES
        .iter()
        .filter(|(privilege, _)| edition.knows(*privilege))
        .map(|(privilege, word)| (String::from(*word), granted.contains(privilege).into()))
        .collect()
}

/// Reads a group that [`write`] wrote. Contract and times are not told.
pub(super) fn read(content: Value) -> Result<Group, Unspoken> {
    /// A group on the wire.
    #[derive(Deserialize)]
    struct Wire {
        id: String,
        properties: Properties,
    }
    /// What it says.
    #[derive(Deserialize)]
    struct Properties {
        name: String,
        #[serde(flatten)]
        privileges: Map<String, Value>,
    }
    let Wire { id, properties } = document::read_as(content)?;
    let granted = PRIVILEGES.iter().filter(|(_, word)| {
        let flag = properties.privileges.get(*word);
        flag.and_then(Value::as_bool) == Some(true)
    });
    let never = Timestamp::from_millis(0);
    Ok(Group {
        id,
        contract: 0,
        name: properties.name,
        privileges: granted.map(|(privilege, _)| *privilege).collect(),
        shares: BTreeMap::new(),
        created_at: never,
        updated_at: never,
    })
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    let path = |template, id: &str| Template::new(template).render(&[("id", id)]);
    let content = |name: &str, granted| {
        let mut properties = write_privileges(granted, Edition::Six);
        properties.insert("name".into(), json!(name));
        json!({ "properties": properties })
    };
    Ok(match operation {
        Operation::ListGroups(request) => {
            document::write_query(GROUPS, &list_query(request.window))
        }
        Operation::GetGroup(request) => Request::new(Method::Get, path(GROUP, &request.id)),
        Operation::DeleteGroup(request) => Request::new(Method::Delete, path(GROUP, &request.id)),
        Operation::CreateGroup(request) => {
            let content = content(&request.name, &request.privileges);
            document::write_object(Method::Post, GROUPS.into(), &content)
        }
        Operation::ReplaceGroup(request) => {
            if !request.kept.is_empty() {
                return Err(Unspoken::Field("kept"));
            }
            let content = content(&request.name, &request.privileges);
            document::write_object(Method::Put, path(GROUP, &request.id), &content)
        }
        Operation::ListGroupMembers(request) => {
            document::write_query(path(MEMBERS, &request.id), &list_query(request.window))
        }
        Operation::ListUserGroups(request) => {
            document::write_query(path(USER_GROUPS, &request.id), &list_query(request.window))
        }
        Operation::AddGroupMember(request) => {
            let content = json!({ "id": request.user });
            document::write_object(Method::Post, path(MEMBERS, &request.group), &content)
        }
        Operation::RemoveGroupMember(request) => {
            let values = [
                ("id", request.group.as_str()),
                ("user", request.user.as_str()),
            ];
            Request::new(Method::Delete, Template::new(MEMBER).render(&values))
        }
        other => return Err(Unspoken::Operation(other.name())),
    })
}
