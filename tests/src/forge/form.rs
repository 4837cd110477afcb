//! Rules 54, 57, 58 and 62: the form of a token, whatever it says.

use super::{Case, Keys};

pub(super) fn forge(keys: &Keys, cases: &mut Vec<Case>) {
    cases.push(Case::new("r57 a good token", keys.good()));
    segments(keys, cases);
    encoding(keys, cases);
    sizes(keys, cases);
    json(keys, cases);
    encryption(keys, cases);
}

fn segments(keys: &Keys, cases: &mut Vec<Case>) {
    let good = keys.good();
    let (message, signature) = good.rsplit_once('.').expect("three segments");
    let (header, payload) = message.split_once('.').expect("three segments");
    for (name, token) in [
        ("nothing", String::new()),
        ("one segment", header.into()),
        ("two segments", message.into()),
        ("two dots and nothing else", "..".into()),
        ("four segments", format!("{good}.{signature}")),
        ("a dot behind", format!("{good}.")),
        ("a dot in front", format!(".{good}")),
        (
            "an opaque token",
            "8f14e45f-ceea-467f-a0e6-9b4a5b1c2d3e".into(),
        ),
    ] {
        let code = if name.starts_with("two dots") {
            "bad_json"
        } else {
            "not_three_segments"
        };
        cases.push(Case::new(format!("r57 {name}"), token).refused(code));
    }
    for (name, token) in [
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("no signature", format!("{message}.")),
    ] {
        let code = if name == "no header" {
            "bad_json"
        } else {
            "bad_signature"
        };
        cases.push(Case::new(format!("r57 {name}"), token).refused(code));
    }
}

fn encoding(keys: &Keys, cases: &mut Vec<Case>) {
    let good = keys.good();
    let parts: Vec<&str> = good.split('.').collect();
    let mut refuse = |name: &str, part: usize, text: String| {
        let mut parts = parts.clone();
        parts[part] = &text;
        let names = ["header", "payload", "signature"];
        let name = format!("r57 {name} in the {}", names[part]);
        cases.push(Case::new(name, parts.join(".")).refused("bad_base64url"));
    };
    for (part, text) in parts.iter().enumerate() {
        refuse(
            "padding",
            part,
            format!(
                "{text}{}",
                "=".repeat((4 - text.len() % 4) % 4).max("=".into())
            ),
        );
        refuse("a blank", part, format!("{text} "));
        refuse(
            "a line break",
            part,
            format!("{}\n{}", &text[..8], &text[8..]),
        );
        refuse("a plus sign", part, format!("+{}", &text[1..]));
        refuse("a slash", part, format!("{}/", &text[..text.len() - 1]));
        refuse(
            "a character beyond ASCII",
            part,
            format!("{}é", &text[..text.len() - 2]),
        );
        refuse(
            "a length that encodes nothing",
            part,
            format!("{}A", &text[..text.len() / 4 * 4]),
        );
    }
    // 64 bytes leave four bits of the last character unused.
    let signature = parts[2];
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet
        .find(&signature[signature.len() - 1..])
        .expect("base64url");
    let stray = &alphabet[last + 1..last + 2];
    refuse(
        "stray bits",
        2,
        format!("{}{stray}", &signature[..signature.len() - 1]),
    );
    let token = format!(" {good}");
    cases.push(Case::new("r57 a blank in front", token).refused("bad_base64url"));
    let token = format!("{good}\r\n");
    cases.push(Case::new("r57 a line break behind", token).refused("bad_base64url"));
}

fn sizes(keys: &Keys, cases: &mut Vec<Case>) {
    let filled = |length: usize| {
        let mut header = keys.header();
        header["fill"] = "x".repeat(length).into();
        keys.with_header(&header)
    };
    // 2048 characters of base64url are 1536 bytes.
    let room = 1536
        - filled(0)
            .split('.')
            .next()
            .map_or(0, |header| header.len() / 4 * 3);
    cases.push(Case::new("r58 a header of 2 KiB", filled(room - 2)));
    cases.push(Case::new("r58 a header of more than 2 KiB", filled(room + 8)).refused("too_large"));
    let mut claims = keys.claims();
    claims["fill"] = "x".repeat(8 * 1024).into();
    cases.push(Case::new(
        "r58 a payload of 11 KiB",
        keys.with_claims(&claims),
    ));
    claims["fill"] = "x".repeat(9 * 1024).into();
    let token = keys.with_claims(&claims);
    cases.push(Case::new("r58 a payload of more than 12 KiB", token).refused("too_large"));
    let good = keys.good();
    let token = format!("{good}{}", "A".repeat(684 - 86));
    cases.push(Case::new("r58 a signature longer than any", token).refused("too_large"));
    let token = "A".repeat(16 * 1024 + 1);
    cases.push(Case::new("r58 more than 16 KiB of anything", token).refused("too_large"));
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let header = |levels| {
        format!(
            r#"{{"deep":{},{}"#,
            nested(levels),
            &keys.header().to_string()[1..]
        )
    };
    let payload = |levels| {
        format!(
            r#"{{"deep":{},{}"#,
            nested(levels),
            &keys.claims().to_string()[1..]
        )
    };
    cases.push(Case::new(
        "r58 claims of 8 levels",
        keys.with_payload(payload(7)),
    ));
    let token = keys.with_payload(payload(8));
    cases.push(Case::new("r58 claims of 9 levels", token).refused("json_too_deep"));
    let token = keys.ed25519(&header(8), keys.claims().to_string());
    cases.push(Case::new("r58 a header of 9 levels", token).refused("json_too_deep"));
    let token = keys.ed25519(&header(700), keys.claims().to_string());
    cases.push(Case::new("r58 a header of 701 levels", token).refused("json_too_deep"));
}

fn json(keys: &Keys, cases: &mut Vec<Case>) {
    let (header, claims) = (keys.header().to_string(), keys.claims().to_string());
    let mut refuse = |name: &str, token: String, code| {
        cases.push(Case::new(name, token).refused(code));
    };
    for (name, member) in [
        ("alg named twice", r#""alg":"none","#),
        ("alg named twice alike", r#""alg":"EdDSA","#),
        ("kid named twice by an escape", r#""\u006bid":"ed-1","#),
    ] {
        let header = format!("{{{member}{}", &header[1..]);
        refuse(
            &format!("r54 {name}"),
            keys.ed25519(&header, &claims),
            "duplicate_member",
        );
    }
    for (name, member) in [
        ("exp named twice", r#""exp":9999999999,"#),
        (
            "aud named twice by an escape",
            r#""\u0061ud":"https://other.example","#,
        ),
        (
            "a member of a claim named twice",
            r#""act":{"sub":"a","sub":"b"},"#,
        ),
    ] {
        let payload = format!("{{{member}{}", &claims[1..]);
        refuse(
            &format!("r54 {name}"),
            keys.with_payload(payload),
            "duplicate_member",
        );
    }
    for (name, payload, code) in [
        ("claims in an array", format!("[{claims}]"), "not_an_object"),
        (
            "claims in a string",
            serde_json::Value::from(claims.as_str()).to_string(),
            "not_an_object",
        ),
        ("no claims but null", "null".into(), "not_an_object"),
        (
            "text behind the claims",
            format!("{claims}{{}}"),
            "bad_json",
        ),
        (
            "a byte order mark before the claims",
            format!("\u{feff}{claims}"),
            "bad_json",
        ),
        (
            "a trailing comma",
            format!("{},}}", &claims[..claims.len() - 1]),
            "bad_json",
        ),
        (
            "a lone surrogate",
            format!(r#"{{"x":"\ud800",{}"#, &claims[1..]),
            "bad_json",
        ),
        ("a comment", format!("/* */{claims}"), "bad_json"),
    ] {
        refuse(&format!("r54 {name}"), keys.with_payload(payload), code);
    }
    refuse(
        "r54 claims that are not UTF-8",
        keys.with_payload(b"{\"sub\":\"\xff\"}"),
        "bad_json",
    );
    refuse(
        "r54 a header in an array",
        keys.ed25519(&format!("[{header}]"), &claims),
        "not_an_object",
    );
    refuse(
        "r54 a header that is not JSON",
        keys.ed25519("alg=EdDSA", &claims),
        "bad_json",
    );
}

fn encryption(keys: &Keys, cases: &mut Vec<Case>) {
    let good = keys.good();
    let (header, rest) = good.split_once('.').expect("three segments");
    let token = format!("{header}.AAAA.AAAA.{rest}");
    cases.push(Case::new("r62 five segments", token).refused("encrypted"));
    for (member, value, code) in [
        ("enc", "A256GCM", "encrypted"),
        ("zip", "DEF", "zip_unsupported"),
        ("cty", "JWT", "cty_unsupported"),
        ("cty", "application/jwt", "cty_unsupported"),
        ("cty", "CBOR", "cty_unsupported"),
    ] {
        let mut header = keys.header();
        header[member] = value.into();
        let name = format!("r62 {member} {value} in the header");
        cases.push(Case::new(name, keys.with_header(&header)).refused(code));
    }
    // {"iss":"i"} in CBOR.
    let token = keys.with_payload(b"\xa1\x63iss\x61i");
    cases.push(Case::new("r62 claims in CBOR", token).refused("bad_json"));
    let token = keys.with_payload(keys.good());
    cases.push(Case::new("r62 a token in a token", token).refused("bad_json"));
}
