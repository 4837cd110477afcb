//! Why a deployment cannot be opened, as JavaScript sees it. Requests are
//! never refused here: what they ask wrongly is answered by the core.

use wasm_bindgen::JsValue;

use crate::js::thrown;
use crate::server::Refusal;

impl From<Refusal> for JsValue {
    fn from(refusal: Refusal) -> Self {
        thrown::write(refusal.code(), &refusal)
    }
}
