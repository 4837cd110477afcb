//! Label matchers: `=`, `!=`, `=~`, `!~`, and a set of allowed values, which is
//! how visibility is expressed.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::labels::{Labels, METRIC_NAME};
use super::pattern::{Pattern, escape};
use super::text::Quoted;

/// An expression that matches no text at all, in RE2 and here.
const NOTHING: &str = r"[^\x00-\x{10FFFF}]";

/// What a matcher asks of a label's value. A label that is not there has the
/// empty value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `=`
    Equal(String),
    /// `!=`
    NotEqual(String),
    /// `=~`
    Like(Pattern),
    /// `!~`
    Unlike(Pattern),
    /// One of these, and of none if there are none. Printed as `=~`.
    OneOf(BTreeSet<String>),
}

/// A condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    label: String,
    condition: Condition,
}

impl Matcher {
    /// A matcher for a label.
    #[must_use]
    pub fn new(label: &str, condition: Condition) -> Self {
        Self {
            label: label.into(),
            condition,
        }
    }

    /// The label must have exactly this value.
    #[must_use]
    pub fn equal(label: &str, value: &str) -> Self {
        Self::new(label, Condition::Equal(value.into()))
    }

    /// The label must have one of these values. No value at all lets nothing
    /// through, which is what an identity without rights may see.
    pub fn one_of<V: Into<String>>(label: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::new(label, Condition::OneOf(values))
    }

    /// The name of the label.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What is asked of its value.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Whether a value of the label is let through.
    #[must_use]
    pub fn admits(&self, value: &str) -> bool {
        match &self.condition {
            Condition::Equal(expected) => value == expected,
            Condition::NotEqual(unwanted) => value != unwanted,
            Condition::Like(pattern) => pattern.matches(value),
            Condition::Unlike(pattern) => !pattern.matches(value),
            Condition::OneOf(values) => values.contains(value),
        }
    }

    /// Whether a series is let through.
    #[must_use]
    pub fn admits_series(&self, labels: &Labels) -> bool {
        self.admits(labels.value(&self.label))
    }

    /// The units of work that it takes to look at a series.
    #[must_use]
    pub fn cost(&self, labels: &Labels) -> usize {
        match &self.condition {
            Condition::Like(pattern) | Condition::Unlike(pattern) => {
                pattern.cost(labels.value(&self.label))
            }
            Condition::Equal(_) | Condition::NotEqual(_) | Condition::OneOf(_) => 1,
        }
    }

    /// The name of the metric that this matcher pins down, if it does.
    #[must_use]
    pub fn pinned_metric(&self) -> Option<&str> {
        match &self.condition {
            Condition::Equal(value) if self.label == METRIC_NAME => Some(value),
            _ => None,
        }
    }
}

/// As PromQL: `uuid=~"a|b"`.
impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operator, value): (&str, &str) = match &self.condition {
            Condition::Equal(value) => ("=", value),
            Condition::NotEqual(value) => ("!=", value),
            Condition::Like(pattern) => ("=~", pattern.source()),
            Condition::Unlike(pattern) => ("!~", pattern.source()),
            Condition::OneOf(values) => ("=~", &alternatives(values)),
        };
        write!(f, "{}{operator}{}", self.label, Quoted(value))
    }
}

fn alternatives(values: &BTreeSet<String>) -> String {
    if values.is_empty() {
        return NOTHING.into();
    }
    let escaped: Vec<String> = values.iter().map(|value| escape(value)).collect();
    escaped.join("|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn no_allowed_value_lets_nothing_through() {
        let nothing = Matcher::one_of("uuid", Vec::<String>::new());
        assert!(!nothing.admits("") && !nothing.admits("a"));
        assert_eq!(nothing.to_string(), r#"uuid=~"[^\\x00-\\x{10FFFF}]""#);
        let printed = Pattern::compile(NOTHING).unwrap();
        assert!(!printed.matches("") && !printed.matches("a") && !printed.matches("\0"));
    }

    #[test]
    fn allowed_values_are_printed_as_literal_alternatives() {
        let matcher = Matcher::one_of("uuid", ["a.b", "c\"|d"]);
        assert_eq!(matcher.to_string(), r#"uuid=~"a\\.b|c\"\\|d""#);
        assert!(matcher.admits("a.b") && !matcher.admits("axb"));
    }

    proptest! {
        #[test]
        fn the_printed_alternatives_admit_just_the_values(
            values in proptest::collection::btree_set("\\PC{0,6}", 0..4),
            probe in "\\PC{0,6}",
        ) {
            let pattern = Pattern::compile(&alternatives(&values)).unwrap();
            for value in &values {
                prop_assert!(pattern.matches(value));
            }
            prop_assert_eq!(pattern.matches(&probe), values.contains(&probe));
        }
    }
}
