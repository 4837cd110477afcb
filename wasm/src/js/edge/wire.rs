//! Fetch requests and responses to the core's, and back.

use js_sys::{Array, Uint8Array};
use touchmark_core::http::{Body, Headers, Method, Request, Response};
use wasm_bindgen::{JsCast, JsValue};

use super::stream::{Broken, Parts};
use crate::server::{self, Content, Part};

/// Reads a request, and keeps no more of its content than the limit.
pub(super) async fn read(request: &web_sys::Request, limit: usize) -> Result<Request, JsValue> {
    let url = request.url();
    let mut read = Request::to_target(Method::read(&request.method()), target(&url));
    for field in request.headers().entries() {
        let field: Array = field?.unchecked_into();
        let text = |index| field.get(index).as_string().unwrap_or_default();
        read.headers.append(&text(0), field_value(text(1)));
    }
    read.body = content(request, &read.headers, limit).await;
    Ok(read)
}

/// A field's value. Hosts hand over one character for each byte.
fn field_value(value: String) -> String {
    if value.is_ascii() {
        return value;
    }
    let bytes: Result<Vec<u8>, _> = value.chars().map(u8::try_from).collect();
    bytes.map_or(value, server::field_value)
}

/// Path and query of a URL as they are written, or of the target alone.
/// Parsing it would change what a host passed on as it came.
fn target(url: &str) -> &str {
    if url.starts_with('/') {
        return url;
    }
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = rest.find(['/', '?']).map_or("/", |start| &rest[start..]);
    target.split_once('#').map_or(target, |(target, _)| target)
}

async fn content(request: &web_sys::Request, headers: &Headers, limit: usize) -> Body {
    let Some(stream) = request.body() else {
        return Body::Whole(Vec::new());
    };
    let mut content = Content::expected(headers, limit);
    let parts = Parts::of(&stream);
    loop {
        let part = match parts.next().await {
            Ok(Some(part)) => part,
            Ok(None) => return content.body(),
            Err(Broken) => return Body::Broken,
        };
        match content.part(part.length() as usize) {
            Part::Kept(room) => part.copy_to(room),
            Part::Dropped => {}
            Part::Hopeless => {
                parts.cancel();
                return content.body();
            }
        }
    }
}

/// Writes a response.
pub(super) fn write(response: &Response) -> Result<web_sys::Response, JsValue> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in response.headers.iter() {
        headers.append(name, value)?;
    }
    let init = web_sys::ResponseInit::new();
    init.set_status(response.status.code());
    init.set_headers(&headers);
    if response.body.is_empty() {
        return web_sys::Response::new_with_opt_str_and_init(None, &init);
    }
    let content = Uint8Array::from(response.body.as_slice());
    web_sys::Response::new_with_opt_js_u8_array_and_init(Some(&content), &init)
}

#[cfg(test)]
mod tests {
    use super::{field_value, target};

    #[test]
    fn a_field_is_text_where_its_bytes_are() {
        assert_eq!(field_value("plain".into()), "plain");
        assert_eq!(field_value("\u{c3}\u{a9}".into()), "\u{e9}");
        assert_eq!(field_value("\u{e9}".into()), "\u{e9}");
        assert_eq!(field_value("\u{4e2d}".into()), "\u{4e2d}");
    }

    #[test]
    fn the_target_of_a_url_stays_as_it_was_written() {
        let urls = [
            (
                "http://127.0.0.1:8080/a/../b%2f?x=1&y=/",
                "/a/../b%2f?x=1&y=/",
            ),
            ("https://host/path#fragment", "/path"),
            ("https://host", "/"),
            ("https://host?x", "?x"),
            ("/only/a?target=http://x", "/only/a?target=http://x"),
        ];
        for (url, expected) in urls {
            assert_eq!(target(url), expected, "{url}");
        }
    }
}
