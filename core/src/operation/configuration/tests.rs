//! What a configuration changes, and what each mistake is told.

use super::{Configuration, Count, Depth, Expiry, Lifetime, Most, Size, Tokens, Word};
use crate::operation::{AudienceRule, Deployment, Keys, LifetimeRule, Pepper};
use crate::record::{Secret, System};
use crate::token::{Algorithm, SigningKey};
use alloc::string::ToString as _;
use core::fmt::Debug;

fn configured(text: &str) -> Deployment {
    let mut random = |bytes: &mut [u8]| bytes.fill(7);
    let signing = SigningKey::generate(Algorithm::EdDsa, &mut random).expect("bytes make a key");
    let pepper = Pepper::new(Secret::new("x".repeat(Pepper::MIN_LEN))).expect("it is long enough");
    let mut deployment = Deployment::new("https://touchmark.test", Keys::new(signing, []), pepper);
    let configuration = Configuration::from_json(text).expect("the configuration is right");
    configuration.apply(&mut deployment);
    deployment
}

#[test]
fn what_is_said_is_changed_and_nothing_else() {
    let deployment = configured(
        r#"{
            "limits": { "content": "64KiB", "json_depth": 9 },
            "telemetry": { "retention": "1d", "max_series": "20" },
            "systems": {
                "klarity": {
                    "issuer": "https://klarity.test", "audiences": ["a", "b"],
                    "audience_required": false, "token_lifetime": "90s", "secret_lifetime": "7d",
                    "max_page_size": 10, "max_clients": 3,
                    "rate_limit": { "burst": 5, "per_minute": 60 }
                },
                "cockpit": { "reuse_access_token": false, "rotate_refresh_token": true },
                "horizon": {
                    "unlock_revokes_previous": true, "spaces": ["plant"], "asset_types": ["Valve"]
                },
                "ionos": { "max_tokens": 100, "token_lifetime_chosen": false, "max_groups": 7 },
                "datatrails": {
                    "page_size": 600, "max_access_policies": 4, "max_clients": "unlimited",
                    "secret_lifetime": "never", "audience_required": true
                }
            }
        }"#,
    );
    assert_eq!(deployment.limits.content_bytes, 65_536);
    assert_eq!(deployment.limits.json_depth, 9);
    assert_eq!(deployment.telemetry.retention, 86_400_000);
    assert_eq!(deployment.telemetry.max_series, 20);
    let klarity = &deployment.systems[&System::Klarity];
    assert_eq!(klarity.issuer, "https://klarity.test");
    assert_eq!(klarity.audiences, ["a", "b"]);
    assert_eq!(klarity.audience_rule, AudienceRule::Defaulted);
    assert_eq!(
        (klarity.token_lifetime, klarity.secret_lifetime),
        (90, Some(604_800))
    );
    assert_eq!(
        (klarity.page_size, klarity.max_clients),
        ((10, 10), Some(3))
    );
    let rate = klarity.rate_limit.expect("there is a limit");
    assert_eq!((rate.burst.get(), rate.per_minute.get()), (5, 60));
    let cockpit = &deployment.systems[&System::Cockpit];
    assert!(!cockpit.reuse_access_token && cockpit.rotate_refresh_token);
    let horizon = &deployment.systems[&System::Horizon];
    assert!(horizon.unlock_revokes_previous);
    assert_eq!(
        (&*horizon.spaces, &*horizon.asset_types),
        (&["plant".into()][..], &["Valve".into()][..])
    );
    let ionos = &deployment.systems[&System::Ionos];
    assert_eq!((ionos.max_identity_tokens, ionos.max_groups), (100, 7));
    assert_eq!(ionos.identity_token_lifetime, LifetimeRule::Fixed);
    let datatrails = &deployment.systems[&System::Datatrails];
    assert_eq!(
        (datatrails.page_size, datatrails.max_access_policies),
        ((600, 600), 4)
    );
    assert_eq!(
        (datatrails.max_clients, datatrails.secret_lifetime),
        (None, None)
    );
    assert_eq!(datatrails.audience_rule, AudienceRule::Required);
    let defaults = configured("{}");
    assert_eq!(
        deployment.systems[&System::Standard],
        defaults.systems[&System::Standard]
    );
}

#[test]
fn a_mistake_is_told_by_its_place_and_without_its_value() {
    for (text, told) in [
        ("[]", "expected an object"),
        (
            r#"{"system":{}}"#,
            "system: there is no such key; the keys are limits, telemetry, systems",
        ),
        (
            r#"{"systems":{"clarity":{}}}"#,
            "systems.clarity: there is no such key; the keys are standard, klarity, cockpit, ionos, \
             datatrails, horizon",
        ),
        (
            r#"{"systems":{"ionos":{"rate_limit":{"burst":1,"a_minute":1}}}}"#,
            "systems.ionos.rate_limit.a_minute: there is no such key; the keys are burst, per_minute",
        ),
        (
            r#"{"systems":{"ionos":{"rate_limit":{"burst":1}}}}"#,
            "systems.ionos.rate_limit: expected both `burst` and `per_minute`",
        ),
        (
            r#"{"systems":{"ionos":{"rate_limit":{"burst":0,"per_minute":1}}}}"#,
            "systems.ionos.rate_limit.burst: expected a whole number from 1 to 1000000",
        ),
        (
            r#"{"systems":{"ionos":{"max_tokens":1001}}}"#,
            "systems.ionos.max_tokens: expected a whole number from 1 to 1000",
        ),
        (
            r#"{"systems":{"klarity":{"audiences":["a",""]}}}"#,
            "systems.klarity.audiences.1: expected a text",
        ),
        (
            r#"{"systems":{"klarity":{"audiences":[]}}}"#,
            "systems.klarity.audiences: expected a list of at least one text",
        ),
        (
            r#"{"systems":{"klarity":{"audience_required":"yes"}}}"#,
            "systems.klarity.audience_required: expected true or false",
        ),
        (
            r#"{"systems":{"klarity":{"page_size":5,"max_page_size":4}}}"#,
            "systems.klarity.page_size: expected no more items than `max_page_size` has",
        ),
        (
            r#"{"systems":{"klarity":{"token_lifetime":90}}}"#,
            "systems.klarity.token_lifetime: expected a lifetime of at most 366 days such as `90s`, \
             `15m`, `24h` or `7d`",
        ),
        (
            r#"{"limits":{"content":null}}"#,
            "limits.content: expected a number of bytes such as `65536`, `64KiB` or `32MiB`",
        ),
    ] {
        let error = Configuration::from_json(text).expect_err("it is wrong");
        assert_eq!(error.to_string(), told);
    }
    for text in ["", "{", r#"{"limits":{},"limits":{}}"#] {
        assert!(Configuration::from_json(text).is_err(), "{text}");
    }
    let long = alloc::format!(r#"{{"{}":1}}"#, "x".repeat(1000));
    let told = Configuration::from_json(&long)
        .expect_err("it is wrong")
        .to_string();
    assert!(told.len() < 200, "{told}");
}

fn words<T: Word + PartialEq + Debug>(cases: &[(&str, Option<T>)]) {
    for (word, read) in cases {
        assert_eq!(T::read(word), *read, "{word}");
    }
}

#[test]
fn words_are_read_or_refused() {
    words(&[
        ("1", Some(Size(1))),
        ("64KiB", Some(Size(65_536))),
        ("2GiB", Some(Size(2 << 30))),
        ("0", None),
        ("1kb", None),
        ("1.5MiB", None),
        ("-1", None),
        ("18446744073709551615GiB", None),
        ("", None),
    ]);
    words(&[
        ("1", Some(Count(1))),
        ("1000000", Some(Count(1_000_000))),
        ("0", None),
        ("1000001", None),
        ("+1", None),
        ("99999999999999999999", None),
    ]);
    words(&[("120", Some(Depth(120))), ("0", None), ("121", None)]);
    words(&[("1000", Some(Tokens(1000))), ("0", None), ("1001", None)]);
    words(&[
        ("unlimited", Some(Most(None))),
        ("12", Some(Most(Some(12)))),
        ("0", None),
        ("Unlimited", None),
    ]);
    words(&[
        ("90s", Some(Lifetime(90))),
        ("15m", Some(Lifetime(900))),
        ("366d", Some(Lifetime(31_622_400))),
        ("0s", None),
        ("367d", None),
        ("90", None),
        ("1500ms", None),
        ("1h30m", None),
        ("18446744073709551615d", None),
    ]);
    words(&[
        ("never", Some(Expiry(None))),
        ("12h", Some(Expiry(Some(43_200)))),
        ("", None),
        ("0d", None),
    ]);
}
