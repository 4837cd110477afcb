//! Keys in the form in which the host wants them, and the signatures that it
//! checks: those of algorithms which are left out of this build because
//! WebCrypto is faster. <https://www.w3.org/TR/webcrypto-2/>

use core::ptr;

use js_sys::{JSON, Promise, Reflect, Uint8Array};
use serde_json::Value;
use touchmark_core::token::{Algorithm, Check, Key, KeySet, TokenError};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(
        format: &str,
        key: &JsValue,
        algorithm: &JsValue,
        extractable: bool,
        usages: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"])]
    fn verify(
        algorithm: &JsValue,
        key: &JsValue,
        signature: &Uint8Array,
        message: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}

/// A key set, and handles for those keys that the host works with.
#[derive(Debug)]
pub(super) struct HostKeys {
    set: KeySet,
    handles: Vec<Handle>,
}

#[derive(Debug)]
struct Handle {
    /// The place of the key in the set.
    place: usize,
    algorithm: Algorithm,
    parameters: JsValue,
    key: JsValue,
}

impl HostKeys {
    /// Gives the host its keys. As in the core, a key whose numbers are not a
    /// key is left out of the set.
    pub(super) async fn import(set: &KeySet) -> Self {
        let mut kept: Vec<Key> = Vec::new();
        let mut handles = Vec::new();
        for key in set.keys() {
            let mut is_key = true;
            for scheme in SCHEMES.iter().filter(|scheme| scheme.is_for(key)) {
                match scheme.import(key, kept.len()).await {
                    Ok(handle) => handles.push(handle),
                    Err(error) => is_key &= !is_about_the_key(&error),
                }
            }
            if is_key {
                kept.push(key.clone());
            }
        }
        Self {
            set: kept.into_iter().collect(),
            handles,
        }
    }

    pub(super) fn set(&self) -> &KeySet {
        &self.set
    }

    /// Answers a question about a signature by a key of this set.
    pub(super) async fn verify(&self, check: &Check<'_>) -> Result<bool, TokenError> {
        if check.algorithm().is_built_in() {
            return check.verify();
        }
        let keys = self.set.keys();
        let handle = self.handles.iter().find(|handle| {
            let key = keys.get(handle.place);
            handle.algorithm == check.algorithm()
                && key.is_some_and(|key| ptr::eq(key, check.key()))
        });
        let handle = handle.ok_or(TokenError::SignatureUnavailable)?;
        let answer = verify(
            &handle.parameters,
            &handle.key,
            &Uint8Array::from(check.signature()),
            &Uint8Array::from(check.message()),
        );
        let unavailable = |_| TokenError::SignatureUnavailable;
        let answer = JsFuture::from(answer.map_err(unavailable)?).await;
        let is_valid = answer.map_err(unavailable)?.as_bool();
        is_valid.ok_or(TokenError::SignatureUnavailable)
    }
}

/// What WebCrypto calls an algorithm.
struct Scheme {
    algorithm: Algorithm,
    importing: &'static str,
    verifying: &'static str,
}

const SCHEMES: [Scheme; 3] = [
    Scheme {
        algorithm: Algorithm::Es256,
        importing: r#"{"name":"ECDSA","namedCurve":"P-256"}"#,
        verifying: r#"{"name":"ECDSA","hash":"SHA-256"}"#,
    },
    Scheme {
        algorithm: Algorithm::Rs256,
        importing: r#"{"name":"RSASSA-PKCS1-v1_5","hash":"SHA-256"}"#,
        verifying: r#"{"name":"RSASSA-PKCS1-v1_5"}"#,
    },
    Scheme {
        algorithm: Algorithm::Ps256,
        importing: r#"{"name":"RSA-PSS","hash":"SHA-256"}"#,
        verifying: r#"{"name":"RSA-PSS","saltLength":32}"#,
    },
];

impl Scheme {
    fn is_for(&self, key: &Key) -> bool {
        !self.algorithm.is_built_in() && key.permits(self.algorithm)
    }

    async fn import(&self, key: &Key, place: usize) -> Result<Handle, JsValue> {
        let mut jwk = key.write_public().unwrap_or_default();
        // A key for any algorithm of its type is written with one of them.
        jwk.insert("alg".into(), self.algorithm.name().into());
        let jwk = JSON::parse(&Value::Object(jwk).to_string())?;
        let (importing, usages) = (JSON::parse(self.importing)?, JSON::parse(r#"["verify"]"#)?);
        let imported = import_key("jwk", &jwk, &importing, false, &usages)?;
        Ok(Handle {
            place,
            algorithm: self.algorithm,
            parameters: JSON::parse(self.verifying)?,
            key: JsFuture::from(imported).await?,
        })
    }
}

/// Whether the host found fault with the key, rather than with the request.
fn is_about_the_key(error: &JsValue) -> bool {
    let name = Reflect::get(error, &JsValue::from_str("name")).unwrap_or_default();
    name.as_string().as_deref() == Some("DataError")
}
