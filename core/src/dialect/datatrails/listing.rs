//! Lists on the wire: `page_size` and `page_token`, and the number of items on
//! all pages, which is asked for and told in header fields.

use crate::dialect::{Unspoken, document};
use crate::http::{Method, Request, Response, Status};
use crate::operation::{Fault, Page, Total};
use alloc::format;
use alloc::string::ToString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const ASKED: &str = "x-request-total-count";
const TOLD: &str = "x-total-count";

/// Whether the request asks for the number of items.
pub(super) fn read_total(request: &Request) -> Result<Total, Fault> {
    match request.headers.first(ASKED).map(str::trim) {
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(Total::Counted),
        Some(value) if value.is_empty() || value.eq_ignore_ascii_case("false") => {
            Ok(Total::Omitted)
        }
        Some(_) => Err(Fault::field(ASKED, "must be true or false")),
        None => Ok(Total::Omitted),
    }
}

/// Writes a page.
pub(super) fn write_page<T, W: Serialize>(
    name: &str,
    page: &Page<T>,
    write: impl Fn(&T) -> W,
) -> Response {
    let content = document::write_page(name, page, write);
    let response = Response::json(Status::OK, content.to_string()).no_store();
    match page.total {
        Some(total) => response.with_header(TOLD, total.to_string()),
        None => response,
    }
}

/// Writes a request for a page, with filters of which an empty one is absent.
pub(super) fn write_request(
    path: &str,
    (size, token, total): (Option<i64>, &str, Total),
    filters: &[(&str, &str)],
) -> Request {
    let mut query = document::page_query(size, token);
    for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
        query.push(name, *value);
    }
    let request = Request {
        query: query.write(),
        ..Request::new(Method::Get, path)
    };
    match total {
        Total::Omitted => request,
        Total::Counted => request.with_header(ASKED, "true"),
    }
}

/// Reads a page.
pub(super) fn read_page<T, W: DeserializeOwned>(
    name: &str,
    response: &Response,
    content: Value,
    read: impl Fn(W) -> Result<T, Unspoken>,
) -> Result<Page<T>, Unspoken> {
    let page = document::read_page(name, content, |item| item)?;
    let total = response
        .headers
        .first(TOLD)
        .map(|total| total.trim().parse());
    Ok(Page {
        items: page.items.into_iter().map(read).collect::<Result<_, _>>()?,
        next: page.next,
        total: total
            .transpose()
            .map_err(|_| Unspoken::Response(format!("{TOLD} is not a number")))?,
    })
}
