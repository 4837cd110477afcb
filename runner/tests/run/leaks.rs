//! Secrets in every position of a scenario, and every artefact searched for
//! every form of them.

use std::fs;

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use touchmark_core::http::{encode_component, encode_form_component};

use crate::deployment::Deployment;
use crate::process::{ended, folder, touchmark_run};

/// Characters that every encoding treats in its own way.
const DECLARED: &str = "p+ss/w=rd \"q'&<é>\\";
const FROM_FILE: &str = "s3cr3t-from-the-file";
const CLIENT: &str = "correct-horse";
const STATIC: &str = "a-token-in-the-file";
const SAVED: &str = "shown-only-once-4711";
const MARKED: &str = "marked-as-secret";

const SCENARIO: &str = r#"
scenario: leaks
secrets: [DECLARED, FROM_FILE]
vars: { encoded: $(base64(DECLARED)), escaped: $(percent(DECLARED)) }
auth:
  client: { client_credentials: { client_id: qa, client_secret: correct-horse } }
  by_json: { client_credentials: { client_id: qa, client_secret: correct-horse, via: json } }
  wrong: { client_credentials: { client_id: qa, client_secret: $(FROM_FILE) } }
  basic: { basic: { username: somebody, password: $(DECLARED) } }
  fixed: { static: { token: a-token-in-the-file, header: x-api-key, scheme: Key } }
steps:
  - step: learn
    http: POST /things
    json: { client_secret: shown-only-once-4711, hint: marked-as-secret }
    save: { saved: { json: $.client_secret }, marked: { json: $.hint, secret: true } }
    undo: DELETE /stuck/$(escaped)
  - step: everywhere
    http: POST /echo/$(escaped)
    as: basic
    soft: true
    query: { secret: $(DECLARED), saved: $(saved) }
    headers: { x-secret: $(FROM_FILE), x-encoded: $(encoded), x-marked: $(marked) }
    json: { secret: $(DECLARED), inside: "before $(FROM_FILE) after", list: [$(saved)] }
    expect:
      status: 418
      headers: { x-secret: $(FROM_FILE) }
      body: { not_contains: $(FROM_FILE) }
      json: { $.body: $(DECLARED), $.target: { matches: $(FROM_FILE) }, $.headers: { includes: { x-secret: $(marked) } } }
  - step: in a form
    http: POST /echo
    as: fixed
    soft: true
    form: { secret: $(DECLARED), saved: $(saved), other: $(FROM_FILE) }
    expect: { status: 418 }
  - step: a token
    token: client
    soft: true
    expect: { status: 418, jwt: { access_token: { verify: { secret: $(DECLARED), alg: [HS256] }, claims: { sub: $(FROM_FILE) } } } }
  - step: a token by JSON
    token: by_json
    soft: true
    expect: { status: 418, json: { $.access_token: $(saved) } }
  - step: a token that is sent
    http: GET /echo
    as: client
    soft: true
    expect: { status: 418 }
  - step: cases
    http: GET /echo/$(case.word)
    cases: [ { word: $(FROM_FILE) } ]
    soft: true
    expect: { status: 418 }
  - step: no token
    http: GET /echo
    as: wrong
    soft: true
  - step: a wrong path
    http: GET http://127.0.0.1:1/$(FROM_FILE)/$(encoded)
"#;

/// Every form of a secret that a report could show.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        serde_json::Value::from(secret)
            .to_string()
            .trim_matches('"')
            .to_owned(),
        encode_component(secret),
        encode_component(secret).to_lowercase(),
        encode_form_component(secret),
        secret.replace('\'', r"'\''"),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
    ];
    // What every longer text around the secret has in common.
    for offset in 0..3 {
        let mut bytes = vec![b'x'; offset];
        bytes.extend_from_slice(secret.as_bytes());
        let whole = bytes.len() / 3 * 4;
        for encoded in [
            Base64::encode_string(&bytes),
            Base64Unpadded::encode_string(&bytes),
            Base64Url::encode_string(&bytes),
            Base64UrlUnpadded::encode_string(&bytes),
        ] {
            let first = if offset == 0 { 0 } else { 4 };
            forms.push(encoded[first..whole].to_owned());
        }
    }
    forms
}

#[test]
fn no_artefact_holds_any_form_of_a_secret() {
    let deployment = Deployment::start();
    let folder = folder(&[
        ("leaks.yaml", SCENARIO),
        ("secrets.env", &format!("FROM_FILE={FROM_FILE}\n")),
    ]);
    let mut command = touchmark_run(
        folder.path(),
        &[
            "leaks.yaml",
            "--target",
            &deployment.origin,
            "--secrets-file",
            "secrets.env",
            "--report",
            "human",
            "--report",
            "json=run.json",
            "--report",
            "junit=run.xml",
        ],
    );
    let output = command
        .env("DECLARED", DECLARED)
        .output()
        .expect("the binary runs");
    let token_requests = deployment
        .log()
        .iter()
        .filter(|line| line.contains("/token"))
        .count();
    assert_eq!(token_requests, 3, "{:?}", deployment.log());
    let ended = ended(output);
    assert_eq!(ended.code, 4, "{}{}", ended.out, ended.err);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let artefacts = [
        ("output", ended.out),
        ("errors", ended.err),
        ("json", read("run.json")),
        ("junit", read("run.xml")),
    ];
    for (name, text) in &artefacts {
        for secret in [DECLARED, FROM_FILE, SAVED, MARKED] {
            for form in forms(secret) {
                assert!(!text.contains(&form), "{form} in {name}: {text}");
            }
        }
        // These stand in the scenario, whose lines are shown, but never as sent.
        for (secret, sent) in [(CLIENT, "client_secret"), (STATIC, "x-api-key")] {
            for line in text.lines().filter(|line| line.contains(sent)) {
                assert!(!line.contains(secret), "{secret} in {name}: {line}");
            }
        }
        for signature in signatures(&deployment) {
            assert!(!text.contains(&signature), "a signature in {name}");
        }
    }
    // What is masked is there, so the test has looked at the right places.
    let (_, shown) = &artefacts[0];
    assert!(shown.matches("***").count() > 40, "{shown}");
    assert!(shown.contains("authorization: Bearer eyJ"), "{shown}");
    assert!(shown.contains(r#""sub":"qa""#), "{shown}");
}

#[test]
fn the_administrator_of_the_embedded_deployment_is_masked() {
    let scenario = "scenario: it fails\nsteps:\n  - step: ask\n    http: GET /admin/audit\n    as: admin\n    expect: { status: 418 }\n";
    let folder = folder(&[("fails.yaml", scenario)]);
    let output = touchmark_run(folder.path(), &["fails.yaml"]).output();
    let ended = ended(output.expect("the binary runs"));
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    let sent: Vec<_> = ended
        .out
        .lines()
        .filter(|line| line.contains("authorization: Basic"))
        .collect();
    assert!(!sent.is_empty(), "{}", ended.out);
    assert!(sent.iter().all(|line| line.contains("***")), "{sent:?}");
}

fn signatures(deployment: &Deployment) -> Vec<String> {
    let tokens = deployment.tokens();
    assert!(!tokens.is_empty());
    tokens
        .iter()
        .map(|token| token.rsplit('.').next().unwrap().to_owned())
        .collect()
}
