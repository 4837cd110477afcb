//! The parts of a host's stream of bytes, one after the other. What is kept of
//! them, and how much, is said by who reads.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

/// A stream that is being read.
pub(super) struct Parts(ReadableStreamDefaultReader);

/// The stream broke off, or holds something other than bytes.
pub(super) struct Broken;

impl Parts {
    /// Starts to read a stream, which nobody else reads.
    pub(super) fn of(stream: &ReadableStream) -> Self {
        Self(stream.get_reader().unchecked_into())
    }

    /// Waits for the next part; there is none at the end.
    pub(super) async fn next(&self) -> Result<Option<Uint8Array>, Broken> {
        let part = JsFuture::from(self.0.read()).await.map_err(|_| Broken)?;
        let member = |name: &str| Reflect::get(&part, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if member("done").is_truthy() {
            return Ok(None);
        }
        let bytes = member("value").dyn_into().map_err(|_| Broken)?;
        Ok(Some(bytes))
    }

    /// Tells the host that nobody waits for the rest. What it makes of that is
    /// its own, but a rejection that nobody looks at would end Node.
    pub(super) fn cancel(&self) {
        let cancelled = JsFuture::from(self.0.cancel());
        spawn_local(async move {
            let _ = cancelled.await;
        });
    }
}
