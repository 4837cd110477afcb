//! The labels of a series: a sorted set of names and values, cheap to clone.
//! A label with an empty value is the same as no label at all.
//! <https://prometheus.io/docs/concepts/data_model/>

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::Quoted;

/// The label that holds the name of the metric.
pub const METRIC_NAME: &str = "__name__";

/// One name and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    name: Arc<str>,
    value: Arc<str>,
}

impl Label {
    /// The name, such as `__name__` or `uuid`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, which is never empty inside of [`Labels`].
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// The identity of a series. Ordered as Prometheus orders series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Labels(Arc<[Label]>);

impl Labels {
    /// Labels of these names and values. Empty values are left out, and of two
    /// values for one name the later one stays.
    pub fn of<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut sorted: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for (name, value) in pairs {
            sorted.insert(name.as_ref().into(), value.as_ref().into());
        }
        sorted
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| Label { name, value })
            .collect()
    }

    /// The value of a label; empty if the series does not have it.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        match self.0.binary_search_by(|label| (*label.name).cmp(name)) {
            Ok(index) => &self.0[index].value,
            Err(_) => "",
        }
    }

    /// The name of the metric; empty if there is none.
    #[must_use]
    pub fn metric_name(&self) -> &str {
        self.value(METRIC_NAME)
    }

    /// All labels, sorted by name.
    pub fn iter(&self) -> core::slice::Iter<'_, Label> {
        self.0.iter()
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no label.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The labels without the metric's name.
    #[must_use]
    pub fn without_name(&self) -> Self {
        self.filter(|name| name != METRIC_NAME)
    }

    /// Only the labels whose names are listed.
    #[must_use]
    pub fn only(&self, names: &[String]) -> Self {
        self.filter(|name| names.iter().any(|listed| listed == name))
    }

    /// The labels except the listed ones and the metric's name.
    #[must_use]
    pub fn except(&self, names: &[String]) -> Self {
        self.filter(|name| name != METRIC_NAME && !names.iter().any(|listed| listed == name))
    }

    /// The labels except one.
    #[must_use]
    pub fn without(&self, dropped: &str) -> Self {
        self.filter(|name| name != dropped)
    }

    /// The labels with this one set; an empty value removes it.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let pairs = self.iter().map(|label| (label.name(), label.value()));
        Self::of(pairs.chain([(name, value)]))
    }

    fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        if self.0.iter().all(|label| keep(&label.name)) {
            return self.clone();
        }
        let kept = self.0.iter().filter(|label| keep(&label.name));
        kept.cloned().collect()
    }
}

/// The labels must already be sorted and free of duplicates and empty values.
impl FromIterator<Label> for Labels {
    fn from_iter<I: IntoIterator<Item = Label>>(labels: I) -> Self {
        Self(labels.into_iter().collect::<Vec<_>>().into())
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = &'a Label;
    type IntoIter = core::slice::Iter<'a, Label>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// As Prometheus writes labels in its messages: `{__name__="up", job="a"}`.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, label) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{}={}", label.name, Quoted(&label.value))?;
        }
        f.write_str("}")
    }
}

impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|label| (label.name(), label.value())))
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer).map(Self::of)
    }
}

/// Whether a text is `[a-zA-Z_][a-zA-Z0-9_]*`.
#[must_use]
pub fn is_label_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Whether a text is `[a-zA-Z_:][a-zA-Z0-9_:]*`.
#[must_use]
pub fn is_metric_name(text: &str) -> bool {
    let is_start = |byte: u8| byte == b'_' || byte == b':' || byte.is_ascii_alphabetic();
    let mut bytes = text.bytes();
    bytes.next().is_some_and(is_start) && bytes.all(|byte| is_start(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn labels_are_sorted_and_empty_values_are_no_labels() {
        let labels = Labels::of([("uuid", "a"), ("dc", ""), ("__name__", "up"), ("uuid", "b")]);
        assert_eq!(labels.to_string(), r#"{__name__="up", uuid="b"}"#);
        assert_eq!(labels.value("dc"), "");
        assert_eq!(labels.metric_name(), "up");
    }

    #[test]
    fn series_are_ordered_label_by_label_and_then_by_number() {
        let short = Labels::of([("a", "1")]);
        let long = Labels::of([("a", "1"), ("b", "1")]);
        let later = Labels::of([("a", "2")]);
        assert!(short < long && long < later);
    }

    #[test]
    fn a_derived_set_leaves_the_original_alone() {
        let labels = Labels::of([("__name__", "up"), ("a", "1"), ("b", "2")]);
        let names = ["a".to_string()];
        assert_eq!(labels.only(&names).to_string(), r#"{a="1"}"#);
        assert_eq!(labels.except(&names).to_string(), r#"{b="2"}"#);
        assert_eq!(
            labels.with("a", "").without_name().to_string(),
            r#"{b="2"}"#
        );
        assert_eq!(labels.with("c", "\"\n").value("c"), "\"\n");
        assert_eq!(labels.len(), 3);
    }

    #[test]
    fn labels_survive_json() {
        let labels = Labels::of([("__name__", "up"), ("a", "é\"")]);
        let text = serde_json::to_string(&labels).unwrap();
        assert_eq!(text, r#"{"__name__":"up","a":"é\""}"#);
        assert_eq!(serde_json::from_str::<Labels>(&text).unwrap(), labels);
    }

    #[test]
    fn only_ascii_words_are_names() {
        for (text, label, metric) in [
            ("a", true, true),
            ("_a1", true, true),
            ("a:b", false, true),
            (":", false, true),
            ("", false, false),
            ("1a", false, false),
            ("a-b", false, false),
            ("é", false, false),
        ] {
            assert_eq!(is_label_name(text), label, "{text}");
            assert_eq!(is_metric_name(text), metric, "{text}");
        }
    }
}
