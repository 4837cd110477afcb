//! Requests and responses of WASI HTTP to the core's, and back.

use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Method, Request, Response};
use spin_sdk::wasip3::wit_bindgen::{StreamReader, StreamResult, spawn};
use spin_sdk::wasip3::{wit_future, wit_stream};
use touchmark_core::http::{self, Body};

use crate::server::{Content, Part, field_value};

/// How many bytes of content are asked for at once.
const PART_BYTES: usize = 64 * 1024;

/// Reads a request, and keeps no more of its content than the limit.
pub(super) async fn read(request: Request, limit: usize) -> http::Request {
    let target = request.get_path_with_query();
    // Without a path there is at most a query.
    let target = match target.as_deref() {
        None | Some("") => "/".into(),
        Some(query) if query.starts_with('?') => format!("/{query}"),
        Some(target) => target.to_owned(),
    };
    let mut read = http::Request::to_target(method(request.get_method()), &target);
    for (name, value) in request.get_headers().copy_all() {
        read.headers.append(&name, field_value(value));
    }

    let mut content = Content::expected(&read.headers, limit);
    // That nothing went wrong here is said when the sender is dropped.
    let (_, handled) = wit_future::new(|| Ok(()));
    let (mut stream, ending) = Request::consume_body(request, handled);
    let hopeless = collect(&mut stream, &mut content).await;
    drop(stream);
    let whole = hopeless || ending.await.is_ok();
    read.body = if whole { content.body() } else { Body::Broken };
    read
}

/// Reads content until it ends, or until nobody waits for it: then `true`.
async fn collect(stream: &mut StreamReader<u8>, content: &mut Content) -> bool {
    let mut buffer = Vec::with_capacity(PART_BYTES);
    loop {
        let (result, part) = stream.read(buffer).await;
        match content.part(part.len()) {
            Part::Kept(room) => room.copy_from_slice(&part),
            Part::Dropped => {}
            Part::Hopeless => return true,
        }
        if result == StreamResult::Dropped {
            return false;
        }
        buffer = part;
        buffer.clear();
    }
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::Get,
        Method::Post => http::Method::Post,
        Method::Put => http::Method::Put,
        Method::Patch => http::Method::Patch,
        Method::Delete => http::Method::Delete,
        Method::Head | Method::Connect | Method::Options | Method::Trace => http::Method::Other,
        Method::Other(token) => http::Method::read(&token),
    }
}

/// Writes a response, whose content is sent after it.
pub(super) fn write(response: http::Response) -> Result<Response, ErrorCode> {
    let failed = |what: &str| ErrorCode::InternalError(Some(what.to_owned()));
    let fields: Vec<(String, Vec<u8>)> = response
        .headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect();
    let fields = Fields::from_list(&fields).map_err(|_| failed("a field cannot be sent"))?;
    let content = (!response.body.is_empty()).then(|| {
        let (mut writer, reader) = wit_stream::new();
        spawn(async move {
            // What is left was not wanted any more.
            let _ = writer.write_all(response.body).await;
        });
        reader
    });
    // That there are no trailers is said when the sender is dropped.
    let (_, trailers) = wit_future::new(|| Ok(None));
    let (written, _) = Response::new(fields, content, trailers);
    let status = written.set_status_code(response.status.code());
    status.map_err(|()| failed("a status cannot be sent"))?;
    Ok(written)
}
