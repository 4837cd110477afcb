//! `application/x-www-form-urlencoded` pairs, for form bodies and queries.
//!
//! Reading is strict: broken escapes and more than [`MAX_PAIRS`] pairs are
//! refused. Repeated names are kept, because only the reader of a name knows
//! whether repeating it is an error (OAuth) or a list (`match[]`).

use super::encoding::{Plus, decode, encode_form_component};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The most pairs that a form or a query may hold.
pub const MAX_PAIRS: usize = 1000;

/// Name and value pairs in their order on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

/// Why a form or query could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormError {
    /// A `%` is not followed by two hexadecimal digits, or the decoded bytes
    /// are not UTF-8. Holds the number of the pair, counted from 1.
    Encoding(usize),
    /// There are more than [`MAX_PAIRS`] pairs.
    TooMany,
    /// A name that may stand once stands more than once.
    Repeated(String),
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(pair) => write!(f, "parameter {pair} is not percent-encoded UTF-8"),
            Self::TooMany => write!(f, "more than {MAX_PAIRS} parameters"),
            Self::Repeated(name) => write!(f, "parameter {name} is repeated"),
        }
    }
}

impl core::error::Error for FormError {}

impl Pairs {
    /// No pairs.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Reads `a=b&c=d`.
    ///
    /// # Errors
    /// Refuses broken percent-encoding and more than [`MAX_PAIRS`] pairs.
    pub fn read(text: &str) -> Result<Self, FormError> {
        let mut pairs = Vec::new();
        for (index, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            if index == MAX_PAIRS {
                return Err(FormError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let read = |text| decode(text, Plus::Space).ok_or(FormError::Encoding(index + 1));
            pairs.push((read(name)?, read(value)?));
        }
        Ok(Self(pairs))
    }

    /// Writes the pairs back.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.0 {
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(&encode_form_component(name));
            text.push('=');
            text.push_str(&encode_form_component(value));
        }
        text
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The value of a name that may stand once. An empty value counts as
    /// absent (RFC 6749 section 3.1).
    ///
    /// # Errors
    /// Refuses a name that is repeated.
    pub fn one(&self, name: &str) -> Result<Option<&str>, FormError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(FormError::Repeated(name.to_owned()));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// All values of a name, in order, empty ones included.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(present, _)| present == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the name stands at all, with whatever value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The first name that stands more than once.
    #[must_use]
    pub fn repeated(&self) -> Option<&str> {
        let mut seen = alloc::collections::BTreeSet::new();
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| !seen.insert(*name))
    }

    /// Every pair in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{FormError, MAX_PAIRS, Pairs};
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn an_empty_value_counts_as_absent_and_a_repeated_name_is_refused() {
        let pairs = Pairs::read("scope=&a=1&b=2&b=3&c").unwrap();
        assert_eq!(pairs.one("scope"), Ok(None));
        assert_eq!(pairs.one("a"), Ok(Some("1")));
        assert_eq!(pairs.one("b"), Err(FormError::Repeated("b".into())));
        assert!(pairs.has("c"));
        assert_eq!(pairs.repeated(), Some("b"));
    }

    #[test]
    fn too_many_pairs_and_broken_escapes_are_refused() {
        let text: String = (0..=MAX_PAIRS).map(|_| "a=1&").collect();
        assert_eq!(Pairs::read(&text), Err(FormError::TooMany));
        assert_eq!(Pairs::read("a=1&b=%zz"), Err(FormError::Encoding(2)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(pairs in prop::collection::vec(("[^&]{1,8}", ".*"), 0..20)) {
            let pairs: Pairs = pairs.into_iter().collect::<Vec<(String, String)>>().into_iter().collect();
            prop_assert_eq!(Pairs::read(&pairs.write()), Ok(pairs));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = Pairs::read(&text);
        }
    }
}
