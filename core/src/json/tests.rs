//! Refusals of the strict reader, each with its kind, place and path.

use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{ErrorKind, Glimpse, Limits, Members, glance, read, read_as};

const LIMITS: Limits = Limits::new(1000, 4);

fn refusal(text: impl AsRef<[u8]>) -> super::Error {
    read(text.as_ref(), &LIMITS).expect_err("the text must be refused")
}

#[test]
fn every_kind_of_value_is_read() {
    let text = br#" {"a":[1,-2,2.5,true,false,null,"\u00e9\ud83d\ude00"],"b":{}} "#;
    assert_eq!(
        read(text, &LIMITS),
        Ok(json!({"a": [1, -2, 2.5, true, false, null, "é😀"], "b": {}}))
    );
}

#[test]
fn duplicate_members_are_refused_at_every_level() {
    for (text, path) in [
        (r#"{"a":1,"a":1}"#, "/a"),
        (r#"{"a":1,"\u0061":2}"#, "/a"),
        (r#"{"x":{"a":1,"b":2,"a":3}}"#, "/x/a"),
        (r#"{"x":[0,{"a/~":1,"a/~":3}]}"#, "/x/1/a~1~0"),
    ] {
        let error = refusal(text);
        assert_eq!(
            (error.kind(), error.path().as_str()),
            (ErrorKind::DuplicateMember, path),
            "{text}"
        );
    }
}

#[test]
fn same_name_in_different_objects_is_no_duplicate() {
    assert!(read(br#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#, &LIMITS).is_ok());
}

#[test]
fn nesting_past_the_limit_is_refused() {
    assert!(read(b"[[[[]]]]", &LIMITS).is_ok());
    let error = refusal("[0,[[{\"deep\":[]}]]]");
    assert_eq!(
        (error.kind(), error.path().as_str()),
        (ErrorKind::TooDeep, "/1/0/0/deep")
    );
}

#[test]
fn nesting_is_bounded_even_without_a_limit() {
    let bottomless = Limits::new(usize::MAX, usize::MAX);
    let mut text = vec![b'['; 1_000_000];
    assert_eq!(
        read(&text, &bottomless).map_err(|error| error.kind()),
        Err(ErrorKind::TooDeep)
    );
    text.truncate(Limits::DEEPEST);
    text.extend([b']'; Limits::DEEPEST]);
    assert!(read(&text, &bottomless).is_ok());
}

#[test]
fn text_past_the_byte_limit_is_refused_unread() {
    assert!(
        read(
            &[b' '; 999].into_iter().chain(*b"1").collect::<Vec<_>>(),
            &LIMITS
        )
        .is_ok()
    );
    let error = refusal([b'!'; 1001]);
    assert_eq!(
        (error.kind(), error.line(), error.column()),
        (ErrorKind::TooLarge, None, None)
    );
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    for (text, kind, place) in [
        (&b""[..], ErrorKind::Truncated, (1, 1)),
        (b"  ", ErrorKind::Truncated, (1, 2)),
        (b"{\"a\":1", ErrorKind::Truncated, (1, 6)),
        (b"\"abc", ErrorKind::Truncated, (1, 4)),
        (b"1 2", ErrorKind::TrailingData, (1, 3)),
        (b"{}\n{}", ErrorKind::TrailingData, (2, 1)),
        (b"[1,]", ErrorKind::Syntax, (1, 4)),
        (b"{a:1}", ErrorKind::Syntax, (1, 2)),
        (b"01", ErrorKind::Syntax, (1, 2)),
        (b"NaN", ErrorKind::Syntax, (1, 1)),
        (b"1e400", ErrorKind::Syntax, (1, 5)),
        (b"\"\\ud800\"", ErrorKind::Syntax, (1, 8)),
        (b"\"\\udc00\\ud800\"", ErrorKind::Syntax, (1, 7)),
        (b"\"\n\"", ErrorKind::Syntax, (2, 1)),
        (b"\xef\xbb\xbf{}", ErrorKind::Syntax, (1, 1)),
        (b"\"\xff\"", ErrorKind::NotUtf8, (1, 2)),
        (b"[\n \xc0\xaf]", ErrorKind::NotUtf8, (2, 2)),
    ] {
        let error = refusal(text);
        let found = (
            error.kind(),
            (error.line().unwrap_or(0), error.column().unwrap_or(0)),
        );
        assert_eq!(found, (kind, place), "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn messages_say_what_and_where() {
    let text = [
        "{\n  \"a\": [1, 2,]\n}",
        r#"{"x":{"a":1,"a":2}}"#,
        "[[[[[",
        "[1",
        "1 1",
    ]
    .map(|text| refusal(text).to_string())
    .join("\n");
    insta::assert_snapshot!(text);
}

#[test]
fn long_and_unprintable_names_are_shortened_in_the_path() {
    let name = "n".repeat(80);
    let path = refusal(["{\"", &name, "\\u0007\":1,\"", &name, "\\u0007\":2}"].concat());
    assert_eq!(path.path(), ["/", &"n".repeat(64), "…"].concat());
    assert_eq!(refusal(r#"{"\u001b[2J":!}"#).path(), "/\u{fffd}[2J");
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Form {
    audience: String,
    ttl: Option<u32>,
}

#[test]
fn typed_reading_is_as_strict() {
    let form = Form {
        audience: "a".into(),
        ttl: Some(5),
    };
    assert_eq!(read_as(br#"{"ttl":5,"audience":"a"}"#, &LIMITS), Ok(form));
    let error = read_as::<Form>(br#"{"audience":"a","x":{"b":1,"b":1}}"#, &LIMITS);
    assert_eq!(
        error.map_err(|error| error.kind()),
        Err(ErrorKind::DuplicateMember)
    );
}

#[test]
fn typed_reading_never_quotes_a_value() {
    let text = [
        r#"{"audience":{"hunter2":1}}"#,
        r#"{"audience":"a","ttl":"hunter2, expected hunter2"}"#,
        r#"{"ttl":1}"#,
        r#"{"audience":"a","hunter2":1}"#,
        r#"["hunter2"]"#,
    ]
    .map(|text| {
        read_as::<Form>(text.as_bytes(), &LIMITS)
            .expect_err("a mismatch")
            .to_string()
    })
    .join("\n");
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, &LIMITS);
    }

    #[test]
    fn any_scrambled_json_is_read_or_refused(
        pieces in proptest::collection::vec(proptest::sample::select(
            &["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "1", "-", "1e9", "null", "\\u", " "][..],
        ), 0..40),
    ) {
        let text = pieces.concat();
        let accepted = read(text.as_bytes(), &LIMITS);
        if let Ok(value) = accepted {
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
        }
    }
}

/// What is seen of an object, two levels deep.
fn seen(bytes: &[u8]) -> Result<Option<Members<'_>>, super::Error> {
    glance(bytes, &LIMITS, 2).map(Glimpse::into_members)
}

#[test]
fn so_many_levels_are_seen_and_no_more() {
    let text = br#"{"a":"x","b":"\u00e9","c":1.5,"d":["x",["y"]],"e":{"a":{}},"f":true,"g":null}"#;
    let mut members = seen(text).expect("JSON").expect("an object");
    let number = serde_json::Number::from_f64(1.5).expect("finite");
    for (name, expected) in [
        ("a", Glimpse::Text("x".into())),
        ("b", Glimpse::Text("é".into())),
        ("c", Glimpse::Number(number)),
        (
            "d",
            Glimpse::Items(vec![Glimpse::Text("x".into()), Glimpse::Other]),
        ),
        ("f", Glimpse::Other),
        ("g", Glimpse::Null),
    ] {
        assert_eq!(members.find(name), Some(&expected), "{name}");
        assert_eq!(members.take(name), Some(expected), "{name}");
        assert_eq!(members.find(name), None, "{name}");
    }
    let inner = members.take("e").and_then(Glimpse::into_members);
    assert_eq!(inner.expect("an object").find("a"), Some(&Glimpse::Other));
    assert!(members.is_empty());
    assert_eq!(seen(b"[]"), Ok(None));
    assert_eq!(glance(b"{}", &LIMITS, 0), Ok(Glimpse::Other));
}

#[test]
fn a_glance_refuses_duplicate_members_at_every_level() {
    for (text, path) in [
        (r#"{"a":1,"b":2,"a":3}"#, "/a"),
        (r#"{"a":1,"\u0061":2}"#, "/a"),
        (r#"{"x":[0,{"y":1,"a":1,"a":2}]}"#, "/x/1/a"),
    ] {
        let error = seen(text.as_bytes()).expect_err("a duplicate");
        assert_eq!(
            (error.kind(), error.path().as_str()),
            (ErrorKind::DuplicateMember, path),
            "{text}"
        );
    }
}

proptest! {
    /// Glancing and reading accept the same texts and refuse for the same reason.
    #[test]
    fn a_glance_is_as_strict_as_reading(
        pieces in proptest::collection::vec(proptest::sample::select(
            &["{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"a\":", "\"\\u0061\":", "{\"a\":1", "1", "-", "x"][..],
        ), 0..24),
    ) {
        let text = pieces.concat();
        let kind = |error: super::Error| error.kind();
        let seen = seen(text.as_bytes()).map(|members| members.is_some()).map_err(kind);
        let read = read(text.as_bytes(), &LIMITS).map(|value| value.is_object()).map_err(kind);
        // A duplicate is noticed at once by one and at the end of its object by
        // the other, so that another fault may come first.
        match (seen, read) {
            (Err(_), Err(ErrorKind::DuplicateMember)) => {}
            (seen, read) => prop_assert_eq!(seen, read),
        }
    }
}
