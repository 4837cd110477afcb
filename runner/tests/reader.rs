//! Laws of the reader: what plain scalars mean, and that no bytes make it panic.
//! The wording of its refusals is in `golden/check`.

use proptest::prelude::*;
use touchmark::scenario::{Diagnostic, Source, Surroundings, Value, load, yaml};

fn read(text: &str) -> (Option<Value>, Vec<String>) {
    let mut findings = Vec::new();
    let node = yaml::read(&Source::new("test.yaml", text), &mut findings);
    let messages = findings.into_iter().map(|finding| finding.message);
    (node.map(|node| node.value), messages.collect())
}

fn value(text: &str) -> Value {
    let (value, messages) = read(text);
    assert_eq!(messages, [""; 0], "{text:?}");
    value.expect("the text is YAML")
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn plain_scalars_follow_the_core_schema_of_yaml_1_2() {
    for (written, meant) in [
        ("true", Value::Bool(true)),
        ("FALSE", Value::Bool(false)),
        ("~", Value::Null),
        ("null", Value::Null),
        ("", Value::Null),
        ("0", Value::Int(0)),
        ("-12", Value::Int(-12)),
        ("+12", Value::Int(12)),
        ("0x1F", Value::Int(31)),
        ("0o17", Value::Int(15)),
        ("18446744073709551615", Value::Int(u64::MAX.into())),
        ("-9223372036854775808", Value::Int(i64::MIN.into())),
        ("1.5", Value::Float(1.5)),
        ("1.", Value::Float(1.0)),
        ("-.5e3", Value::Float(-500.0)),
        ("0.25", Value::Float(0.25)),
        ("1e3", Value::Float(1000.0)),
    ] {
        assert_eq!(value(written), meant, "{written}");
    }
}

#[test]
fn words_that_yaml_1_1_took_for_other_things_are_text() {
    for written in [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "1_000",
        "12:30",
        "2024-01-31",
        "0b11",
        "+5m",
        "1e",
        "e3",
        ".",
        "+",
        "0x",
        "0xg",
        "..5",
        "1.2.3",
        "tRUE",
    ] {
        assert_eq!(value(written), text(written), "{written}");
    }
}

#[test]
fn quoted_scalars_are_text_whatever_they_look_like() {
    for written in ["true", "1", "~", "0123", ""] {
        assert_eq!(value(&format!("'{written}'")), text(written));
        assert_eq!(value(&format!("\"{written}\"")), text(written));
    }
}

#[test]
fn numbers_that_would_change_are_refused() {
    for written in [
        "0123",
        "-007",
        "00.5",
        "01.5",
        "18446744073709551616",
        "-9223372036854775809",
        "0xfffffffffffffffff",
        "1e999",
        ".inf",
        "-.INF",
        ".nan",
    ] {
        let (_, messages) = read(written);
        assert_eq!(messages.len(), 1, "{written}: {messages:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    assert_eq!(
        value("\u{feff}a: 1\r\nb: [x,\r\n y]\r\n"),
        value("a: 1\nb: [x, y]\n")
    );
}

#[test]
fn a_dollar_alone_is_text_and_two_escape_a_reference() {
    for (written, meant) in [
        ("a$b", "a$b"),
        ("$", "$"),
        ("$$(x)", "$(x)"),
        ("$${x}", "$${x}"),
    ] {
        assert_eq!(value(written), text(meant), "{written}");
    }
    assert!(matches!(value("$(x)"), Value::Template(_)));
    assert!(matches!(value("$$$(x)"), Value::Text(_)));
}

#[test]
fn aliases_repeat_their_anchor() {
    assert_eq!(
        value("a: &x [1, {b: 2}]\nc: *x\n"),
        value("a: [1, {b: 2}]\nc: [1, {b: 2}]\n")
    );
}

#[test]
fn an_alias_bomb_is_refused_before_it_expands() {
    let mut bomb = String::from("l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let below = level - 1;
        let items = vec![format!("*l{below}"); 10].join(", ");
        bomb.push_str(&format!("l{level}: &l{level} [{items}]\n"));
    }
    let (value, messages) = read(&bomb);
    assert_eq!(value, None);
    assert_eq!(messages, ["the file holds more than 50000 values"]);
}

#[test]
fn aliases_cannot_hide_depth() {
    let mut deep = String::from("l0: &l0 [x]\n");
    for level in 1..100 {
        deep.push_str(&format!("l{level}: &l{level} [[[[[*l{}]]]]]\n", level - 1));
    }
    let (value, messages) = read(&deep);
    assert_eq!(value, None);
    assert_eq!(
        messages,
        ["lists and maps are nested more than 64 levels deep"]
    );
}

#[test]
fn deep_nesting_is_refused_in_every_style() {
    let block: String = (0..200).map(|depth| " ".repeat(depth) + "a:\n").collect();
    for text in [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        block,
    ] {
        let (value, messages) = read(&text);
        assert_eq!(value, None);
        assert_eq!(messages.len(), 1);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        read(&text);
    }

    #[test]
    fn any_yaml_like_text_is_read_or_refused(
        text in proptest::collection::vec(
            prop::sample::select(vec![
                "a", "b: ", "- ", "\n", "  ", "{", "}", "[", "]", ",", ": ", "'", "\"", "&x ", "*x",
                "|", ">", "#", "!t ", "<<: ", "$(", ")", "$$(", "---\n", "? ", "0", "\t", "é", "%",
            ]),
            0..60,
        )
    ) {
        let (_, _) = read(&text.concat());
    }
}

const EVERYTHING: &str = include_str!("golden/good/everything.yaml");
const PROJECT: &str = include_str!("golden/good/project/touchmark.yaml");

/// Reads bytes as both kinds of file, as `check` would. A plan of a text with
/// errors would be a defect.
fn load_as_both(bytes: &[u8]) {
    let Ok(source) = load::from_bytes("test.yaml", bytes) else {
        return;
    };
    let surroundings = Surroundings {
        identities: &["admin"],
        project: None,
    };
    let plan = load::read_scenario(&source, &surroundings);
    let broken = plan.findings.iter().any(Diagnostic::is_error);
    assert_eq!(plan.value.is_none(), broken);
    for finding in plan.findings.iter().take(3) {
        assert!(finding.to_plain_text().starts_with(['e', 'w']));
    }
    let _ = load::read_project(&source, &surroundings);
}

#[test]
fn every_prefix_of_a_good_file_is_read_or_refused() {
    for file in [EVERYTHING, PROJECT] {
        for end in (0..file.len()).step_by(3) {
            load_as_both(&file.as_bytes()[..end]);
        }
    }
}

#[test]
fn a_good_file_without_any_one_line_is_read_or_refused() {
    let lines: Vec<_> = EVERYTHING.lines().collect();
    for gone in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(gone);
        load_as_both(rest.join("\n").as_bytes());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        load_as_both(&bytes);
    }

    #[test]
    fn any_mutation_of_a_good_file_is_read_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = EVERYTHING.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        load_as_both(&bytes);
    }

    #[test]
    fn any_word_in_any_place_of_a_good_file_is_read_or_refused(
        place in any::<prop::sample::Index>(),
        word in prop::sample::select(vec![
            "null", "[]", "{}", "$(x)", "$(case.who)", "*key", "- a", "'", "1.5", "true", "x: y",
            "\n", "\t", "$(", "&a", "{ json: $.id }",
        ]),
    ) {
        let words: Vec<_> = EVERYTHING.split(' ').collect();
        let place = place.index(words.len());
        let mut changed = words;
        changed[place] = word;
        load_as_both(changed.join(" ").as_bytes());
    }
}
