//! The user management of the CloudAPI, version 6, as far as monitoring needs
//! it: groups, users and who is a member of what. Version 5 is the same without
//! the privilege to monitor, which came later.
//!
//! <https://api.ionos.com/docs/cloud/v6/>

mod groups;
mod shares;
mod users;

use crate::dialect::document;
use crate::dialect::{Route, Site, Unspoken};
use crate::http::{Captures, Method, Pairs, Request};
use crate::operation::{Fault, Name, Operation, Outcome, Page, Window};
use crate::record::ContractPrivilege;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Map, Value, json};

/// The deepest that children may be asked for.
const MAX_DEPTH: i64 = 10;

/// The same routes in every edition that is served.
macro_rules! editions {
    ($($edition:literal)+) => { &[$(
        Route::new(Method::Get, concat!($edition, "/um/groups"), Name::ListGroups),
        Route::new(Method::Post, concat!($edition, "/um/groups"), Name::CreateGroup),
        Route::new(Method::Get, concat!($edition, "/um/groups/{id}"), Name::GetGroup),
        Route::new(Method::Put, concat!($edition, "/um/groups/{id}"), Name::ReplaceGroup),
        Route::new(Method::Delete, concat!($edition, "/um/groups/{id}"), Name::DeleteGroup),
        Route::new(Method::Get, concat!($edition, "/um/groups/{id}/users"), Name::ListGroupMembers),
        Route::new(Method::Post, concat!($edition, "/um/groups/{id}/users"), Name::AddGroupMember),
        Route::new(
            Method::Delete,
            concat!($edition, "/um/groups/{id}/users/{user}"),
            Name::RemoveGroupMember,
        ),
        Route::new(Method::Get, concat!($edition, "/um/groups/{id}/shares"), Name::ListShares),
        Route::new(
            Method::Get,
            concat!($edition, "/um/groups/{id}/shares/{resource}"),
            Name::GetShare,
        ),
        Route::new(
            Method::Post,
            concat!($edition, "/um/groups/{id}/shares/{resource}"),
            Name::CreateShare,
        ),
        Route::new(
            Method::Put,
            concat!($edition, "/um/groups/{id}/shares/{resource}"),
            Name::ReplaceShare,
        ),
        Route::new(
            Method::Delete,
            concat!($edition, "/um/groups/{id}/shares/{resource}"),
            Name::DeleteShare,
        ),
        Route::new(Method::Get, concat!($edition, "/um/users"), Name::ListContractUsers),
        Route::new(Method::Post, concat!($edition, "/um/users"), Name::CreateContractUser),
        Route::new(Method::Get, concat!($edition, "/um/users/{id}"), Name::GetContractUser),
        Route::new(Method::Put, concat!($edition, "/um/users/{id}"), Name::ReplaceContractUser),
        Route::new(Method::Delete, concat!($edition, "/um/users/{id}"), Name::DeleteContractUser),
        Route::new(Method::Get, concat!($edition, "/um/users/{id}/groups"), Name::ListUserGroups),
    )+] };
}

pub(super) const ROUTES: &[Route] = editions!["/cloudapi/v6" "/cloudapi/v5"];

const GROUPS: &str = "/cloudapi/v6/um/groups";
const GROUP: &str = "/cloudapi/v6/um/groups/{id}";
const MEMBERS: &str = "/cloudapi/v6/um/groups/{id}/users";
const MEMBER: &str = "/cloudapi/v6/um/groups/{id}/users/{user}";
const SHARES: &str = "/cloudapi/v6/um/groups/{id}/shares";
const SHARE: &str = "/cloudapi/v6/um/groups/{id}/shares/{resource}";
const USERS: &str = "/cloudapi/v6/um/users";
const USER: &str = "/cloudapi/v6/um/users/{id}";
const USER_GROUPS: &str = "/cloudapi/v6/um/users/{id}/groups";

/// The edition of the API that a request speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// The current one.
    Six,
    /// The one before, which does not know of monitoring.
    Five,
}

impl Edition {
    fn of(route: &Route) -> Self {
        if route.template.as_str().starts_with("/cloudapi/v5/") {
            Self::Five
        } else {
            Self::Six
        }
    }

    /// Whether the edition has a word for a privilege.
    fn knows(self, privilege: ContractPrivilege) -> bool {
        self == Self::Six || privilege != ContractPrivilege::AccessAndManageMonitoring
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Six => "/cloudapi/v6/um",
            Self::Five => "/cloudapi/v5/um",
        }
    }
}

/// Whether a part of the dialect words an operation.
pub(super) const fn speaks(name: Name) -> bool {
    matches!(
        name,
        Name::ListGroups
            | Name::CreateGroup
            | Name::GetGroup
            | Name::ReplaceGroup
            | Name::DeleteGroup
            | Name::ListGroupMembers
            | Name::AddGroupMember
            | Name::RemoveGroupMember
            | Name::ListShares
            | Name::GetShare
            | Name::CreateShare
            | Name::ReplaceShare
            | Name::DeleteShare
            | Name::ListContractUsers
            | Name::CreateContractUser
            | Name::GetContractUser
            | Name::ReplaceContractUser
            | Name::DeleteContractUser
            | Name::ListUserGroups
    )
}

pub(super) fn read_request(
    route: &Route,
    captures: &Captures,
    request: &Request,
    site: &Site<'_>,
) -> Result<Operation, Fault> {
    let query = document::read_query(request)?;
    let depth = document::number(&query, "depth")?;
    if depth.is_some_and(|depth| !(0..=MAX_DEPTH).contains(&depth)) {
        return Err(Fault::field(
            "depth",
            format!("must be from 0 to {MAX_DEPTH}"),
        ));
    }
    pretty(&query)?;
    let window = Window {
        offset: document::number(&query, "offset")?,
        limit: document::number(&query, "limit")?,
    };
    match route.operation {
        Name::ListContractUsers
        | Name::CreateContractUser
        | Name::GetContractUser
        | Name::ReplaceContractUser
        | Name::DeleteContractUser => users::read_request(route, captures, window, request, site),
        Name::ListShares
        | Name::GetShare
        | Name::CreateShare
        | Name::ReplaceShare
        | Name::DeleteShare => shares::read_request(route, captures, window, request, site),
        _ => groups::read_request(route, captures, window, request, site),
    }
}

/// Whether answers are to be laid out for people. The vendor's Python client
/// asks with `True`.
fn pretty(query: &Pairs) -> Result<bool, Fault> {
    match document::parameter(query, "pretty")?
        .to_lowercase()
        .as_str()
    {
        "true" => Ok(true),
        "" | "false" => Ok(false),
        _ => Err(Fault::field("pretty", "must be true or false")),
    }
}

/// How the objects of a response are written.
struct Frame {
    edition: Edition,
    /// Where the API answers: origin, prefix and edition.
    base: String,
    /// How deep children are asked for.
    depth: i64,
}

impl Frame {
    /// An object: identity and reference, and at some depth what it says.
    fn object(&self, kind: &str, id: &str, depth: i64, says: impl FnOnce() -> Value) -> Value {
        let path = crate::http::Template::new("/{kind}s/{id}");
        let path = path.render(&[("kind", kind), ("id", id)]);
        let mut object = json!({
            "id": id,
            "type": kind,
            "href": format!("{}{path}", self.base),
        });
        if depth >= 0
            && let (Value::Object(object), Value::Object(members)) = (&mut object, says())
        {
            object.extend(members);
        }
        object
    }

    /// A child that is a collection: where it is, not what is in it.
    fn reference(&self, id: &str, path: &str) -> Value {
        json!({ "id": id, "type": "collection", "href": format!("{}{path}", self.base) })
    }
}

pub(super) fn write_response(
    outcome: &Outcome,
    route: &Route,
    request: &Request,
    site: &Site<'_>,
) -> String {
    // What cannot be read was refused before it came to an answer.
    let query = document::read_query(request).unwrap_or_default();
    let edition = Edition::of(route);
    let frame = Frame {
        edition,
        base: format!("{}{}", site.base, edition.path()),
        depth: document::number(&query, "depth")
            .ok()
            .flatten()
            .unwrap_or(0),
    };
    let content = match outcome {
        Outcome::Group(group) => groups::write(group, frame.depth, &frame),
        Outcome::Groups(page) => collection(page, request, &query, &frame, groups::write),
        Outcome::Share(share) => shares::write(share, frame.depth, &frame),
        Outcome::Shares(page) => collection(page, request, &query, &frame, shares::write),
        Outcome::ContractUser(user) => users::write(user, frame.depth, &frame),
        Outcome::ContractUsers(page) => collection(page, request, &query, &frame, users::write),
        _ => json!({}),
    };
    match pretty(&query) {
        Ok(true) => serde_json::to_string_pretty(&content).unwrap_or_default(),
        _ => content.to_string(),
    }
}

/// A collection. Its items are one step deeper than itself, so that at depth 0
/// they are references.
fn collection<T>(
    page: &Page<T>,
    request: &Request,
    query: &Pairs,
    frame: &Frame,
    write: impl Fn(&T, i64, &Frame) -> Value,
) -> Value {
    let items = page.items.iter();
    let items: Vec<Value> = items
        .map(|item| write(item, frame.depth - 1, frame))
        .collect();
    let (_, path) = request.path.split_once("/um/").unwrap_or_default();
    // A collection within another thing is called after that thing alone.
    let id = path.split_once('/').map_or(path, |(_, within)| within);
    let mut content = json!({
        "id": id,
        "type": "collection",
        "href": format!("{}/{path}", frame.base),
        "items": items,
    });
    for name in ["offset", "limit"] {
        if let Ok(Some(number)) = document::number(query, name) {
            content[name] = number.into();
        }
    }
    content
}

/// The query of a list whose items say what they are.
fn list_query(window: Window) -> Pairs {
    let mut query = Pairs::new();
    query.push("depth", "1");
    for (name, value) in [("offset", window.offset), ("limit", window.limit)] {
        if let Some(value) = value {
            query.push(name, value.to_string());
        }
    }
    query
}

/// Members that a client may send back as it has got them, and that nothing
/// is read from.
fn drop_read_only(members: &mut Map<String, Value>) {
    for name in ["id", "type", "href", "metadata", "entities"] {
        members.remove(name);
    }
}

pub(super) fn write_request(operation: &Operation) -> Result<Request, Unspoken> {
    match operation {
        Operation::ListContractUsers(_)
        | Operation::CreateContractUser(_)
        | Operation::GetContractUser(_)
        | Operation::ReplaceContractUser(_)
        | Operation::DeleteContractUser(_) => users::write_request(operation),
        Operation::ListShares(_)
        | Operation::GetShare(_)
        | Operation::CreateShare(_)
        | Operation::ReplaceShare(_)
        | Operation::DeleteShare(_) => shares::write_request(operation),
        other => groups::write_request(other),
    }
}

pub(super) fn read_response(operation: &Operation, content: Value) -> Result<Outcome, Unspoken> {
    Ok(match operation.name() {
        Name::CreateGroup | Name::GetGroup | Name::ReplaceGroup => {
            Outcome::Group(groups::read(content)?)
        }
        Name::ListGroups | Name::ListUserGroups => {
            Outcome::Groups(read_collection(content, groups::read)?)
        }
        Name::ListContractUsers | Name::ListGroupMembers => {
            Outcome::ContractUsers(read_collection(content, users::read)?)
        }
        Name::GetShare | Name::CreateShare | Name::ReplaceShare => {
            Outcome::Share(shares::read(content)?)
        }
        Name::ListShares => Outcome::Shares(read_collection(content, shares::read)?),
        Name::DeleteGroup
        | Name::DeleteShare
        | Name::RemoveGroupMember
        | Name::DeleteContractUser => Outcome::Deleted,
        _ => Outcome::ContractUser(users::read(content)?),
    })
}

fn read_collection<T>(
    content: Value,
    read: impl Fn(Value) -> Result<T, Unspoken>,
) -> Result<Page<T>, Unspoken> {
    /// The part of a collection that matters.
    #[derive(serde::Deserialize)]
    struct Collection {
        items: Vec<Value>,
    }
    let Collection { items } = document::read_as(content)?;
    Ok(Page {
        items: items.into_iter().map(read).collect::<Result<_, _>>()?,
        next: None,
        total: None,
    })
}
