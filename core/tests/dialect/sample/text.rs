//! Texts, numbers and JSON values for samples, odd ones first.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use touchmark_core::record::{ClientId, Filter, Role, Secret, Standing};
use touchmark_core::time::Timestamp;

/// Any text, control characters and several bytes a character included.
pub(super) fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["(?s).{0,12}", "[a-zA-Z0-9 /:%+&=\"\\\\]{0,12}"]
}

/// Any text with something in it.
pub(super) fn some_text() -> impl Strategy<Value = String> + Clone {
    prop_oneof!["(?s).{1,12}", "[a-zA-Z0-9 /:%+&=\"\\\\.]{1,12}"]
}

pub(super) fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..4)
}

pub(super) fn text_map() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map(text(), text(), 0..4)
}

pub(super) fn client_id() -> impl Strategy<Value = ClientId> {
    some_text().prop_map(ClientId::new)
}

pub(super) fn secret() -> impl Strategy<Value = Secret> {
    some_text().prop_map(Secret::new)
}

/// What the systems use for identifiers of their own making.
pub(super) fn uuid() -> impl Strategy<Value = String> {
    "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"
}

/// Values of scope, as RFC 6749 section 3.3 spells them.
pub(super) fn scope() -> impl Strategy<Value = Vec<String>> {
    vec("[!#-\\[\\]-~]{1,8}", 0..4)
}

pub(super) fn roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(vec![Role::Administrator, Role::ApiTokenManager], 0..=2)
}

pub(super) fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![Just(Standing::Enabled), Just(Standing::Disabled)]
}

/// A time between 2001 and 2128, to the millisecond.
pub(super) fn time() -> impl Strategy<Value = Timestamp> {
    (1_000_000_000_000_i64..5_000_000_000_000).prop_map(Timestamp::from_millis)
}

pub(super) fn page_size() -> impl Strategy<Value = Option<i64>> {
    option::of(any::<i32>().prop_map(i64::from))
}

pub(super) fn filters() -> impl Strategy<Value = Vec<Filter>> {
    vec(texts().prop_map(|or| Filter { or }), 0..3)
}

/// Any JSON value, not very deep.
pub(crate) fn json_value() -> impl Strategy<Value = Value> + Clone {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000..1000).prop_map(|number| Value::from(f64::from(number) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

pub(super) fn json_object() -> impl Strategy<Value = Map<String, Value>> {
    btree_map(text(), json_value(), 0..4).prop_map(|members| members.into_iter().collect())
}
