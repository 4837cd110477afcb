//! What the core says of a token, as a component of WASI HTTP: the way to ask
//! wasmtime, which runs no JavaScript, about the table of tokens that every
//! host is tried with. It is compiled as the Spin component is, and it is no
//! part of the product.
//!
//! A request's content is `{"policy": …, "jwks": …, "token": …, "now": …}`, the
//! answer's the code of the refusal, or `ok`.

use serde_json::Value;
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request, Response};
use spin_sdk::wasip3::wit_bindgen::spawn;
use spin_sdk::wasip3::{wit_future, wit_stream};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{self, KeySet, Policy};

/// What the host calls.
#[derive(Debug)]
pub struct Component;

#[cfg(target_family = "wasm")]
spin_sdk::wasip3::http::service::export!(Component);

impl Guest for Component {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let (_, handled) = wit_future::new(|| Ok(()));
        let (stream, ending) = Request::consume_body(request, handled);
        let content = stream.collect().await;
        ending.await?;
        let verdict = verdict(&content)
            .ok_or_else(|| ErrorCode::InternalError(Some("this is no question".into())))?;

        let (mut writer, reader) = wit_stream::new();
        spawn(async move {
            // What is left was not wanted any more.
            let _ = writer.write_all(verdict.into()).await;
        });
        let (_, trailers) = wit_future::new(|| Ok(None));
        let (response, _) = Response::new(Fields::new(), Some(reader), trailers);
        Ok(response)
    }
}

/// The verdict on a question, unless it is none.
fn verdict(content: &[u8]) -> Option<&'static str> {
    let question: Value = serde_json::from_slice(content).ok()?;
    let keys = KeySet::read(question["jwks"].to_string().as_bytes()).ok()?;
    let policy = Policy::read(question["policy"].to_string().as_bytes()).ok()?;
    let now = Timestamp::from_seconds(question["now"].as_i64()?);
    match token::verify(question["token"].as_str()?, &keys, &policy, now) {
        Ok(_) => Some("ok"),
        Err(error) => Some(error.code()),
    }
}
