//! Expressions with mistakes: what both sides say of them must be the same,
//! word for word and with the same place.
//!
//! Left out on purpose, because ours is better or bound to another library:
//! what is wrong with a regular expression, the token `@` by its name, and a
//! letter within brackets, which Prometheus 2.42 takes for a colon.

use crate::compare::check;
use crate::generate::{Dice, expression};

const FRAGMENTS: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "!=",
    "=~",
    "!~",
    "!",
    "+",
    "-",
    "*",
    "^",
    "@",
    "\"",
    "'",
    "`",
    "\\",
    "#",
    "\n",
    " ",
    "5m",
    "1h30m",
    "5",
    "1.5.5",
    "0x",
    "1e",
    "$",
    "é",
    "by",
    "on",
    "bool",
    "offset",
    "group_left",
    "and",
    "unless",
    "sum",
    "rate",
    "foo",
    "a:b",
    "start()",
    "[5m]",
    "{}",
    "{a=\"b\"}",
    "(5)",
    "offset 5m",
    "@ 5",
    "ignoring (a)",
    "by (a)",
    "\"text\"",
    "0s",
    "nofunc(x)",
    "sum()",
    "abs(1)",
    "~",
    ";",
    "inf",
    "010",
    "5y1y",
];

/// A text with one or two mistakes, which may still be right by chance.
fn broken(dice: &mut Dice, text: &str) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for _ in 0..=dice.below(2) {
        let at = dice.below(text.len() + 1);
        let end = (at + dice.below(4)).min(text.len());
        let fragment: Vec<char> = match dice.below(4) {
            0 => Vec::new(),
            1 => text[at..end]
                .iter()
                .chain(&text[at..end])
                .copied()
                .collect(),
            _ => dice.pick(FRAGMENTS).chars().collect(),
        };
        let removed = if dice.below(3) == 0 { at } else { end };
        text.splice(at..removed, fragment);
    }
    text.into_iter().collect()
}

#[test]
fn mistakes_are_reported_as_by_prometheus() {
    let mut dice = Dice::new(99);
    let queries = (0..3000).map(|number| {
        let right = expression(&mut dice, number % 3);
        broken(&mut dice, &right)
    });
    let tally = check(queries, 98);
    assert_eq!(tally.asked, 3000);
    assert!(tally.refused > 1500, "{tally:?}");
}
