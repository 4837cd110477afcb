//! Every form of a secret is masked, in every kind of output.

use super::{MASK, Output, Redactor, Secret, TooShort, learn_from_body, learn_token};
use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use proptest::prelude::*;
use serde_json::json;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use touchmark_core::http::{encode_component, encode_form_component, write_basic};

fn knowing(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    for secret in secrets {
        redactor.learn(&Secret::read(*secret).unwrap());
    }
    redactor
}

/// Every encoding of `secret` between two texts, as a client may write it.
fn written(before: &str, secret: &str, after: &str) -> Vec<String> {
    let whole = format!("{before}{secret}{after}");
    let form = format!("{before}{}{after}", encode_form_component(secret));
    let basic = write_basic(before, secret);
    vec![
        whole.clone(),
        json!({ "member": whole }).to_string(),
        encode_component(&whole),
        whole.bytes().map(lower_percent).collect(),
        encode_form_component(&whole),
        Base64::encode_string(whole.as_bytes()),
        Base64Unpadded::encode_string(whole.as_bytes()),
        Base64Url::encode_string(whole.as_bytes()),
        Base64UrlUnpadded::encode_string(whole.as_bytes()),
        encode_component(&Base64::encode_string(whole.as_bytes())),
        Base64::encode_string(form.as_bytes()),
        form,
        basic,
    ]
}

fn lower_percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() {
        char::from(byte).into()
    } else {
        format!("%{byte:02x}")
    }
}

#[test]
fn a_secret_is_masked_in_every_form_and_place() {
    // Characters that each encoding treats in its own way.
    for secret in [
        "p4ss",
        "s3cr3t-Value_42",
        "7Du:IZ9+/=?&",
        "tab\tand \"quote\" \\",
        "schlüssel-ж-🔑",
    ] {
        let redactor = knowing(&[secret]);
        for before in ["", "a", "ab", "abc", "id:"] {
            for after in ["", "z", "zz", "zzz"] {
                for text in written(before, secret, after) {
                    let masked = redactor.mask(&text);
                    assert!(masked.as_str().contains(MASK), "{text:?} became {masked:?}");
                }
            }
        }
    }
}

#[test]
fn text_around_a_secret_stays() {
    let redactor = knowing(&["s3cr3t-Value_42"]);
    assert_eq!(
        redactor.mask("id s3cr3t-Value_42, ok").as_str(),
        "id ***, ok"
    );
    let body = Base64::encode_string(b"client:s3cr3t-Value_42");
    let masked = redactor.mask(&format!("authorization: Basic {body}\nhost: a"));
    assert!(
        masked.as_str().starts_with("authorization: Basic Y2xpZW50"),
        "{masked}"
    );
    assert!(masked.as_str().ends_with("***==\nhost: a"), "{masked}");
}

#[test]
fn the_edges_of_a_secret_inside_base64_are_masked_too() {
    let secret = "0123456789";
    let redactor = knowing(&[secret]);
    for (before, after) in [("a", "z"), ("ab", "zz")] {
        let encoded = Base64::encode_string(format!("{before}{secret}{after}").as_bytes());
        let masked = redactor.mask(&encoded);
        // The characters left carry bits of the neighbours only.
        let (head, tail) = masked.as_str().split_once(MASK).unwrap();
        assert_eq!(head.len(), before.len() * 8 / 6, "{masked}");
        let untouched =
            (encoded.trim_end_matches('=').len() * 6 - (before.len() + secret.len()) * 8) / 6;
        assert!(tail.trim_end_matches('=').len() <= untouched, "{masked}");
    }
}

#[test]
fn overlapping_secrets_are_masked_together() {
    let redactor = knowing(&["abcdefgh", "efghijkl"]);
    assert_eq!(redactor.mask("-abcdefghijkl-").as_str(), "-***-");
}

#[test]
fn a_secret_learned_late_is_masked_and_earlier_ones_still_are() {
    let redactor = Redactor::new();
    let mut all = String::new();
    for number in 0..300 {
        let secret = format!("secret-number-{number:04}");
        redactor.learn(&Secret::read(secret.clone()).unwrap());
        all.push_str(&secret);
        all.push(' ');
        assert!(
            !redactor.mask(&all).as_str().contains("secret"),
            "after {number}"
        );
    }
}

#[test]
fn short_secrets_are_refused() {
    for secret in ["", "a", "abc", "äöü"] {
        let length = secret.chars().count();
        assert_eq!(Secret::read(secret).err(), Some(TooShort { length }));
    }
    assert_eq!(TooShort { length: 0 }.to_string(), "the secret is empty");
    assert_eq!(
        TooShort { length: 3 }.to_string(),
        "the secret has 3 characters, at least 4 are needed"
    );
}

#[test]
fn header_and_claims_of_a_jwt_stay_readable() {
    let header = Base64UrlUnpadded::encode_string(br#"{"alg":"EdDSA","typ":"at+jwt"}"#);
    let claims = Base64UrlUnpadded::encode_string(br#"{"iss":"https://a.example"}"#);
    let signature = "c2lnbmF0dXJlLW9mLXNpeHR5LWZvdXItYnl0ZXM";
    let token = format!("{header}.{claims}.{signature}");
    let redactor = Redactor::new();
    learn_token(&redactor, &token);
    assert_eq!(
        redactor.mask(&token).as_str(),
        format!("{header}.{claims}.***")
    );
    // The signature alone is hidden too, wherever it is copied to.
    assert_eq!(redactor.mask(signature).as_str(), MASK);
}

#[test]
fn a_token_that_is_no_jwt_is_hidden_as_a_whole() {
    for token in [
        "2b9c1f0e-7a51-4b4e-9f5c-000000000001",
        "a.b.cccccc",
        "e30.e30.",
        "e30.e30.e30.e30.e30",
    ] {
        let redactor = Redactor::new();
        learn_token(&redactor, token);
        assert_eq!(redactor.mask(token).as_str(), MASK, "{token}");
    }
}

#[test]
fn tokens_and_secrets_in_responses_are_learned_at_any_depth() {
    let redactor = Redactor::new();
    let document = json!({
        "access_token": "opaque-access", "token_type": "Bearer",
        "items": [{ "credentials": [{ "client_secret": "shown-once" }] }],
        "secret": { "password": "nested-password" },
        "Secret": "capital-secret", "name": "visible",
    });
    learn_from_body(&redactor, &document);
    let masked = redactor.mask(&document.to_string());
    for hidden in [
        "opaque-access",
        "shown-once",
        "nested-password",
        "capital-secret",
    ] {
        assert!(!masked.as_str().contains(hidden), "{hidden} in {masked}");
    }
    assert!(masked.as_str().contains("visible") && masked.as_str().contains("Bearer"));
}

#[test]
fn a_redacted_secret_in_a_response_is_no_secret() {
    let redactor = Redactor::new();
    learn_from_body(
        &redactor,
        &json!({ "secret": "", "client_secret": "********", "password": "no" }),
    );
    assert_eq!(redactor.mask("******** no").as_str(), "******** no");
}

/// A sink that a test can look into.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn nothing_leaves_unmasked() {
    let redactor = Arc::new(knowing(&["hunter2-hunter2"]));
    let sink = Shared::default();
    let mut output = Output::new(redactor, Box::new(sink.clone()));
    output.write("password: hunter2-hunter2\n").unwrap();
    output.flush().unwrap();
    assert_eq!(
        String::from_utf8(sink.0.lock().unwrap().clone()).unwrap(),
        "password: ***\n"
    );
}

proptest! {
    #[test]
    fn no_form_of_any_secret_survives(
        before in "[a-zA-Z0-9:é]{0,5}",
        secret in "[!-~äж🔑 ]{4,24}",
        after in "[a-zA-Z0-9:é]{0,5}",
    ) {
        let redactor = knowing(&[&secret]);
        for text in written(&before, &secret, &after) {
            let masked = redactor.mask(&text);
            prop_assert!(masked.as_str().contains(MASK), "{:?} became {:?}", text, masked);
        }
    }

    #[test]
    fn any_text_is_masked_without_panic(
        secrets in prop::collection::vec("\\PC{4,12}", 0..6),
        text in "\\PC{0,200}",
    ) {
        let redactor = Redactor::new();
        for secret in &secrets {
            redactor.learn(&Secret::read(secret.clone()).unwrap());
        }
        let masked = redactor.mask(&text);
        for secret in secrets.iter().filter(|secret| !secret.contains('*')) {
            prop_assert!(!masked.as_str().contains(secret.as_str()));
        }
    }
}
