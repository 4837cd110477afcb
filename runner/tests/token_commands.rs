//! `touchmark token` and `touchmark key` as their users meet them: what is
//! printed, which exit code it comes with, and what is never printed.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn run(arguments: &[&str]) -> Ended {
    run_with(arguments, "")
}

fn run_with(arguments: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_touchmark"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://api.example";

/// A folder with a private key, its public half and a token.
struct Workshop {
    folder: tempfile::TempDir,
    token: String,
}

impl Workshop {
    fn open(algorithm: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workshop = Self {
            folder,
            token: String::new(),
        };
        let key = workshop.path("key.jwk");
        let made = run(&["key", "generate", "--alg", algorithm, "--out", &key]);
        assert_eq!(made.code, 0, "{}", made.err);
        let jwks = match algorithm {
            "HS256" => fs::read_to_string(&key).unwrap(),
            _ => run(&["key", "jwks", &key]).out,
        };
        fs::write(workshop.path("keys.jwks"), jwks).unwrap();
        let token = workshop.mint(&["--claim", "level=7", "--scope", "read write"]);
        assert_eq!(token.code, 0, "{}", token.err);
        Self {
            token: token.out.trim_end().to_owned(),
            ..workshop
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn mint(&self, more: &[&str]) -> Ended {
        let key = self.path("key.jwk");
        let mut arguments = vec!["token", "mint", "--key", &key, "--issuer", ISSUER];
        arguments.extend(["--subject", "robot", "--audience", AUDIENCE]);
        arguments.extend(more);
        run(&arguments)
    }

    fn verify(&self, token: &str, more: &[&str]) -> Ended {
        let keys = self.path("keys.jwks");
        let mut arguments = vec!["token", "verify", "-", "--jwks", &keys, "--format", "json"];
        if !more.contains(&"--issuer") {
            arguments.extend(["--issuer", ISSUER]);
        }
        if !more.contains(&"--audience") && !more.contains(&"--any-audience") {
            arguments.extend(["--audience", AUDIENCE]);
        }
        arguments.extend(more);
        run_with(&arguments, token)
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_minted_token_is_valid_where_it_should_be() {
    for algorithm in ["EdDSA", "ES256", "HS256"] {
        let workshop = Workshop::open(algorithm);
        let verdict = workshop.verify(&workshop.token, &["--alg", algorithm]);
        assert_eq!(verdict.code, 0, "{}", verdict.out);
        let verdict = json(&verdict.out);
        assert_eq!(verdict["valid"], true);
        assert_eq!(verdict["header"]["typ"], "at+jwt");
        assert_eq!(verdict["claims"]["client_id"], "robot");
        assert_eq!(verdict["claims"]["level"], 7);
        assert_eq!(verdict["claims"]["scope"], "read write");
        let left = verdict["expires_in"].as_i64().unwrap();
        assert!((800..=900).contains(&left), "{left}");
    }
}

#[test]
fn a_refused_token_has_its_stable_code_and_exit_code_1() {
    let workshop = Workshop::open("EdDSA");
    let whole = workshop.token.as_str();
    let forged = format!("{}AAAA", &whole[..whole.len() - 4]);
    let other = Workshop::open("EdDSA").token.clone();
    for (token, more, code) in [
        (whole, &["--at", "2999-01-01T00:00:00Z"][..], "expired"),
        (whole, &["--at", "2001-01-01T00:00:00Z"], "issued_in_future"),
        (
            whole,
            &["--audience", "https://other.example"],
            "wrong_audience",
        ),
        (
            whole,
            &["--issuer", "https://other.example"],
            "wrong_issuer",
        ),
        (whole, &["--alg", "ES256"], "alg_not_allowed"),
        (whole, &["--profile", "jwt"], "wrong_typ"),
        (&forged, &[], "bad_signature"),
        (&other, &[], "unknown_key"),
        ("a.b", &[], "not_three_segments"),
        ("", &[], "not_three_segments"),
    ] {
        let refused = workshop.verify(token, more);
        assert_eq!(refused.code, 1, "{code}: {}{}", refused.out, refused.err);
        assert_eq!(json(&refused.out)["code"], code);
        assert_eq!(json(&refused.out)["valid"], false);
    }
    let accepted = workshop.verify(
        whole,
        &["--profile", "jwt", "--typ", "at+jwt", "--any-audience"],
    );
    assert_eq!(accepted.code, 0, "{}", accepted.out);
}

#[test]
fn people_see_the_verdict_first_and_never_the_token() {
    let workshop = Workshop::open("EdDSA");
    let keys = workshop.path("keys.jwks");
    let common = [
        "token",
        "verify",
        &workshop.token,
        "--jwks",
        &keys,
        "--issuer",
        ISSUER,
    ];
    let accepted = run(&[&common[..], &["--audience", AUDIENCE]].concat());
    assert!(
        accepted.out.starts_with("valid\nheader {"),
        "{}",
        accepted.out
    );
    assert!(accepted.out.contains("\nexpires 2"), "{}", accepted.out);
    let refused = run(&[&common[..], &["--audience", "x"]].concat());
    assert_eq!(
        refused.out,
        "refused: token is for another audience (wrong_audience)\n"
    );
    let signature = workshop.token.rsplit('.').next().unwrap();
    for ended in [accepted, refused] {
        assert!(!format!("{}{}", ended.out, ended.err).contains(signature));
    }
}

#[test]
fn inspecting_shows_what_is_said_and_vouches_for_nothing() {
    let workshop = Workshop::open("EdDSA");
    let shown = run_with(&["token", "inspect", "-"], &format!("{}\n", workshop.token));
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("unverified claims {"), "{}", shown.out);
    let shown = run(&["token", "inspect", &workshop.token, "--format", "json"]);
    assert_eq!(json(&shown.out)["verified"], false);
    assert_eq!(json(&shown.out)["claims"]["sub"], "robot");
    let broken = run(&["token", "inspect", "no token"]);
    assert_eq!(broken.code, 1);
    assert!(
        broken.out.contains("(not_three_segments)"),
        "{}",
        broken.out
    );
}

#[test]
fn a_key_goes_to_a_new_file_and_only_its_public_half_is_printed() {
    let workshop = Workshop::open("EdDSA");
    let path = PathBuf::from(workshop.path("key.jwk"));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let private = json(&fs::read_to_string(&path).unwrap());
    let secret = private["d"].as_str().unwrap();

    let before = fs::read(&path).unwrap();
    let again = run(&["key", "generate", "--out", &workshop.path("key.jwk")]);
    assert_eq!(again.code, 2, "{}", again.out);
    assert_eq!(fs::read(&path).unwrap(), before);

    let printed = [
        run(&["key", "jwks", &workshop.path("key.jwk")]),
        run(&["key", "thumbprint", &workshop.path("key.jwk")]),
        run(&["key", "generate", "--out", &workshop.path("other.jwk")]),
        again,
    ];
    for ended in &printed {
        assert!(!ended.out.contains(secret) && !ended.err.contains(secret));
        assert!(!ended.out.contains("\"d\""), "{}", ended.out);
    }
    let kid = private["kid"].as_str().unwrap();
    assert_eq!(printed[1].out.trim_end(), kid);
    assert_eq!(json(&printed[0].out)["keys"][0]["kid"], kid);
}

#[test]
fn the_key_of_rfc_8037_has_the_thumbprint_of_rfc_8037() {
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let named = run_with(&["key", "thumbprint", "-"], key);
    assert_eq!(named.out, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\n");
}

#[test]
fn a_shared_secret_is_not_published() {
    let workshop = Workshop::open("HS256");
    for command in ["jwks", "thumbprint"] {
        let refused = run(&["key", command, &workshop.path("key.jwk")]);
        assert_eq!(refused.code, 6);
        assert_eq!(refused.out, "");
    }
}

#[test]
fn mistakes_are_told_with_their_exit_code() {
    let workshop = Workshop::open("EdDSA");
    let keys = workshop.path("keys.jwks");
    let missing = workshop.path("missing");
    fs::write(workshop.path("text"), "not a key").unwrap();
    let text = workshop.path("text");
    let verify = |jwks: &str| {
        let arguments = [
            "token", "verify", "a.b.c", "--jwks", jwks, "--issuer", ISSUER,
        ];
        run(&[&arguments[..], &["--audience", AUDIENCE]].concat())
    };
    for (ended, code, words) in [
        (verify(&missing), 2, "cannot read"),
        (verify(&text), 2, "key is not JSON"),
        (verify("http://keys.example/jwks.json"), 6, "plain HTTP"),
        (verify("http://127.0.0.1:1/jwks.json"), 4, "cannot reach"),
        (verify("https://user@keys.example/"), 3, "credentials"),
        (
            workshop.mint(&["--claim", "iss=x"]),
            3,
            "claim iss is registered",
        ),
        (
            workshop.mint(&["--claim", "a=1", "--claim", "a=2"]),
            3,
            "given twice",
        ),
        (workshop.mint(&["--claim", "nothing"]), 3, "expected a name"),
        (
            workshop.mint(&["--lifetime", "0s"]),
            3,
            "expected a lifetime",
        ),
        (
            run(&[
                "token",
                "mint",
                "--key",
                &keys,
                "--issuer",
                ISSUER,
                "--subject",
                "x",
                "--audience",
                "y",
            ]),
            2,
            "the key cannot sign",
        ),
        (
            run(&["key", "generate", "--alg", "RS256"]),
            3,
            "keys are made for",
        ),
        (run(&["key", "jwks", &missing]), 2, "cannot read"),
    ] {
        assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
        assert!(ended.err.contains(words), "{words}: {}", ended.err);
    }
}
