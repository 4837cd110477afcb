//! What goes wrong, as JavaScript sees it: an `Error` whose `code` is stable
//! and whose message is for people. This is the only place where a reason
//! becomes a JavaScript value; the reasons belong to each artefact.

use core::fmt::Display;

use wasm_bindgen::JsValue;

/// The value to be thrown for a reason.
pub(super) fn write(code: &str, reason: &impl Display) -> JsValue {
    let error = js_sys::Error::new(&reason.to_string());
    error.set_name("TouchmarkError");
    js_sys::Reflect::set(&error, &"code".into(), &code.into())
        .expect("a new Error takes any property");
    error.into()
}
