//! A host on its own: that it answers, that its futures may move between
//! threads, and that what it makes at random differs.

use std::sync::mpsc;

use touchmark_core::http::{Method, Request, Status, write_basic};
use touchmark_core::operation::{Configuration, FirstAdministrator};

use super::{Apart, Host, SystemRandom, now};

const ORIGIN: &str = "https://touchmark.test";

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn an_answer_may_be_computed_on_any_thread() {
    let host = Host::in_memory(ORIGIN, Configuration::default()).unwrap();
    let request = Request::new(Method::Get, "/.well-known/oauth-authorization-server");
    let response = is_send(host.answer(request, None)).await;
    assert_eq!(response.status, Status::OK);
    let text = String::from_utf8(response.body).unwrap();
    assert!(
        text.contains("https://touchmark.test/oauth/token"),
        "{text}"
    );
}

#[tokio::test]
async fn two_hosts_share_neither_keys_nor_administrators() {
    let start = async || {
        let host = Host::in_memory(ORIGIN, Configuration::default()).unwrap();
        let first = host.bootstrap(FirstAdministrator::default()).await;
        let first = first.unwrap().unwrap();
        let kid = host.deployment().keys.signing.kid().clone();
        (kid, first.client_id, first.secret.unwrap())
    };
    let (left, right) = (start().await, start().await);
    assert_ne!(left.0, right.0);
    assert_ne!(left.1, right.1);
    assert_ne!(left.2, right.2);
}

#[tokio::test]
async fn a_second_start_on_the_same_records_shows_no_secret() {
    let host = Host::in_memory(ORIGIN, Configuration::default()).unwrap();
    let start = async || host.bootstrap(FirstAdministrator::default()).await.unwrap();
    assert!(start().await.is_some());
    assert!(start().await.is_none());
}

#[tokio::test]
async fn passwords_that_wait_too_long_hold_nobody_else_up() {
    let mut host = Host::in_memory(ORIGIN, Configuration::default()).unwrap();
    host.passwords = Apart::new(1, 0);
    let (open, gate) = mpsc::channel::<()>();
    let hashing = tokio::spawn(host.passwords.perform(move || gate.recv().is_err()));
    tokio::task::yield_now().await;
    let mut with_password = Request::new(Method::Get, "/auth/v1/tokens/generate");
    let basic = write_basic("ada@example.org", "secret");
    with_password.headers.insert("authorization", basic);
    let refused = host.answer(with_password.clone(), None).await;
    assert_eq!(refused.status, Status::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers.first("retry-after"), Some("1"));
    let other = Request::new(Method::Get, "/.well-known/jwks.json");
    assert_eq!(host.answer(other, None).await.status, Status::OK);
    drop(open);
    assert_eq!(hashing.await.unwrap(), Ok(true));
    let judged = host.answer(with_password, None).await;
    assert_eq!(judged.status, Status::UNAUTHORIZED);
}

#[test]
fn the_clock_is_that_of_this_century_and_secrets_have_256_bits() {
    assert!(now().to_rfc3339().as_str() > "2026");
    assert_eq!(SystemRandom.secret().expose().len(), 43);
}
