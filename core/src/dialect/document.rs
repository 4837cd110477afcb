//! Reading JSON content member by member, so that a refusal names the exact
//! place: `records[3].costs.values[0].date`. Beside it the client half: JSON
//! content and queries written, pages read.

use super::{Site, Unspoken};
use crate::http::{Body, Method, Pairs, Request, Response, Status};
use crate::json;
use crate::operation::{Fault, Page, RequestFault};
use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A place in a document. It is only written out when something is wrong
/// there.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// The document itself.
    Root,
    /// A member of an object.
    Member(&'a Self, &'a str),
    /// An item of a list.
    Item(&'a Self, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl<'a> Place<'a> {
    /// The place of a member here.
    pub(super) const fn member(&'a self, name: &'a str) -> Self {
        Self::Member(self, name)
    }

    /// The place of an item here.
    pub(super) const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }

    /// A refusal of what stands here.
    pub(super) fn refuse(&self, problem: impl Into<Cow<'static, str>>) -> Fault {
        match self {
            Self::Root => Fault::syntax(format!("the content {}", problem.into())),
            place => Fault::field(place.to_string(), problem),
        }
    }
}

/// Reads the content as a JSON object.
pub(super) fn read_object(request: &Request, site: &Site<'_>) -> Result<Map<String, Value>, Fault> {
    let charset = request.headers.charset();
    if request.media_type().as_deref() != Some("application/json")
        || charset.is_some_and(|charset| charset != "utf-8")
    {
        return Err(Fault::Request(RequestFault::MediaType));
    }
    let Body::Whole(bytes) = &request.body else {
        return Err(Fault::Request(RequestFault::Broken));
    };
    let limits = json::Limits {
        bytes: usize::MAX,
        depth: site.json_depth,
    };
    let value = json::read(bytes, &limits).map_err(|error| Fault::syntax(error.to_string()))?;
    object(value, &Place::Root)
}

/// Takes a value as an object.
pub(super) fn object(value: Value, place: &Place<'_>) -> Result<Map<String, Value>, Fault> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(place.refuse("must be an object")),
    }
}

/// Takes a value as a list.
pub(super) fn list(value: Value, place: &Place<'_>) -> Result<Vec<Value>, Fault> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err(place.refuse("must be a list")),
    }
}

/// Takes a value as text.
pub(super) fn text(value: Value, place: &Place<'_>) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(place.refuse("must be a string")),
    }
}

/// Takes a value as a list of what `read` makes of its items.
pub(super) fn items<T>(
    value: Value,
    place: &Place<'_>,
    read: impl Fn(Value, &Place<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let items = list(value, place)?.into_iter().enumerate();
    items
        .map(|(index, item)| read(item, &place.item(index)))
        .collect()
}

/// Takes a value as a list of texts.
pub(super) fn texts(value: Value, place: &Place<'_>) -> Result<Vec<String>, Fault> {
    items(value, place, text)
}

/// Takes a value as true or false.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the form of all that take values"
)]
pub(super) fn flag(value: Value, place: &Place<'_>) -> Result<bool, Fault> {
    value
        .as_bool()
        .ok_or_else(|| place.refuse("must be true or false"))
}

/// Takes a member out of an object; `null` counts as absent.
pub(super) fn take<T>(
    members: &mut Map<String, Value>,
    place: &Place<'_>,
    name: &str,
    read: impl FnOnce(Value, &Place<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(value, &place.member(name)).map(Some),
    }
}

/// Takes a member that has to be there out of an object.
pub(super) fn require<T>(
    members: &mut Map<String, Value>,
    place: &Place<'_>,
    name: &str,
    read: impl FnOnce(Value, &Place<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    take(members, place, name, read)?.ok_or_else(|| place.member(name).refuse("is required"))
}

/// Takes a value as an object of texts.
pub(super) fn text_map(value: Value, place: &Place<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let members = object(value, place)?.into_iter();
    members
        .map(|(name, value)| {
            let value = text(value, &place.member(&name))?;
            Ok((name, value))
        })
        .collect()
}

/// Refuses members that nobody took.
pub(super) fn refuse_others(members: &Map<String, Value>, place: &Place<'_>) -> Result<(), Fault> {
    match members.keys().next() {
        Some(name) => Err(place.member(name).refuse("is not a known member")),
        None => Ok(()),
    }
}

/// Reads the query.
pub(super) fn read_query(request: &Request) -> Result<Pairs, Fault> {
    Pairs::read(&request.query).map_err(|error| Fault::syntax(error.to_string()))
}

/// A query parameter that may stand once; absent and empty are the same.
pub(super) fn parameter(query: &Pairs, name: &str) -> Result<String, Fault> {
    match query.one(name) {
        Ok(value) => Ok(value.unwrap_or_default().into()),
        Err(error) => Err(Fault::syntax(error.to_string())),
    }
}

/// A query parameter that is a whole number.
pub(super) fn number(query: &Pairs, name: &str) -> Result<Option<i64>, Fault> {
    let text = parameter(query, name)?;
    if text.is_empty() {
        return Ok(None);
    }
    let number = text
        .parse::<i32>()
        .map_err(|_| Fault::field(name, "is not a 32-bit integer"))?;
    Ok(Some(i64::from(number)))
}

/// The query that asks for a page, for the client half.
pub(super) fn page_query(size: Option<i64>, token: &str) -> Pairs {
    let mut query = Pairs::new();
    if let Some(size) = size {
        query.push("page_size", size.to_string());
    }
    if !token.is_empty() {
        query.push("page_token", token);
    }
    query
}

/// The fault with the wire's name for a field that the domain calls otherwise.
pub(super) fn renamed<'a>(fault: &'a Fault, domain: &str, wire: &str) -> Cow<'a, Fault> {
    match fault {
        Fault::Request(RequestFault::Field { at, problem }) if at == domain => {
            Cow::Owned(Fault::field(wire, problem.clone()))
        }
        other => Cow::Borrowed(other),
    }
}

/// The fault with the wire's names for the fields that the domain calls
/// otherwise.
pub(super) fn reworded<'a>(fault: &'a Fault, words: &[(&str, &str)]) -> Cow<'a, Fault> {
    let Fault::Request(RequestFault::Field { at, .. }) = fault else {
        return Cow::Borrowed(fault);
    };
    match words.iter().find(|(domain, _)| at == domain) {
        Some((domain, wire)) => renamed(fault, domain, wire),
        None => Cow::Borrowed(fault),
    }
}

/// Writes a request with a JSON document as its content.
pub(super) fn write_object(method: Method, path: String, document: &Value) -> Request {
    Request::new(method, path).with_content("application/json", document.to_string())
}

/// Writes a request that asks with a query.
pub(super) fn write_query(path: impl Into<String>, query: &Pairs) -> Request {
    Request {
        query: query.write(),
        ..Request::new(Method::Get, path)
    }
}

/// Writes a page as an object: the items under this name, and the token that
/// asks for the next page, empty on the last.
pub(super) fn write_page<T, W: Serialize>(
    name: &str,
    page: &Page<T>,
    write: impl Fn(&T) -> W,
) -> Value {
    let items: Vec<W> = page.items.iter().map(write).collect();
    serde_json::json!({ name: items, "next_page_token": page.next.as_deref().unwrap_or("") })
}

/// Reads a page that [`write_page`] wrote.
pub(super) fn read_page<T, W: DeserializeOwned>(
    name: &str,
    mut document: Value,
    read: impl Fn(W) -> T,
) -> Result<Page<T>, Unspoken> {
    let mut member = |name| document.get_mut(name).map(Value::take).unwrap_or_default();
    let items: Vec<W> = read_as(member(name))?;
    let next: String = read_as(member("next_page_token"))?;
    Ok(Page {
        items: items.into_iter().map(read).collect(),
        next: Some(next).filter(|next| !next.is_empty()),
        total: None,
    })
}

/// Reads a document of a response.
pub(super) fn read_as<T: DeserializeOwned>(document: Value) -> Result<T, Unspoken> {
    json::from_value(document).map_err(|error| Unspoken::Response(error.to_string()))
}

/// Writes a public document. It may be kept for a while, but for less time
/// than a retired key stays published.
pub(super) fn write_public(media_type: &str, content: String) -> Response {
    Response::new(Status::OK)
        .with_content(media_type, content)
        .with_header("cache-control", "public, max-age=300")
}

/// Writes a key set (RFC 7517).
pub(super) fn write_jwks(keys: &str) -> Response {
    write_public("application/jwk-set+json", keys.into())
}
