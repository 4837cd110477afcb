//! Ranges: which keys a scan visits, from where on, in which direction and how
//! many. The bounds are computed here, once for all stores.

use alloc::string::String;

use super::{Key, MAX_PAGE, Refusal, key::LAST};

/// The keys below a path, and how to walk them.
///
/// A range begins ascending, at the first key, with the longest page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    prefix: String,
    after: Option<Key>,
    direction: Direction,
    limit: usize,
}

/// The order of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest key first.
    Ascending,
    /// Greatest key first.
    Descending,
}

impl Range {
    /// All keys that continue `kind/segment/…`, not that key itself.
    #[must_use]
    pub fn under<S: AsRef<str>>(kind: &str, segments: impl IntoIterator<Item = S>) -> Self {
        let mut prefix = String::from(Key::of(kind, segments).as_str());
        prefix.push('/');
        Self {
            prefix,
            ..Self::everything()
        }
    }

    /// All keys of a tenant.
    #[must_use]
    pub const fn everything() -> Self {
        Self {
            prefix: String::new(),
            after: None,
            direction: Direction::Ascending,
            limit: MAX_PAGE,
        }
    }

    /// Goes on after this key, in the direction of the scan. The key itself is
    /// left out; it needs not to exist, nor to lie in the range.
    #[must_use]
    pub fn after(self, key: Key) -> Self {
        Self {
            after: Some(key),
            ..self
        }
    }

    /// Walks in this direction.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// Answers at most so many entries, up to [`MAX_PAGE`].
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The order in which a store answers.
    #[must_use]
    pub const fn order(&self) -> Direction {
        self.direction
    }

    /// The most entries that a store answers, if that is an admissible number.
    ///
    /// # Errors
    /// [`Refusal::PageTooLong`] above [`MAX_PAGE`].
    pub const fn page(&self) -> Result<usize, Refusal> {
        if self.limit > MAX_PAGE {
            Err(Refusal::PageTooLong)
        } else {
            Ok(self.limit)
        }
    }

    /// The texts `low` and `high` such that a key is in the range if and only if
    /// `low <= key < high` bytewise. The range is empty if `low >= high`.
    #[must_use]
    pub fn bounds(&self) -> (String, String) {
        let mut low = self.prefix.clone();
        let mut high = self.prefix.clone();
        high.push(LAST);
        if let Some(after) = &self.after {
            match self.direction {
                Direction::Ascending => {
                    // No key has a control character, so nothing lies between
                    // a key and the same key followed by the first of them.
                    let mut next = String::from(after.as_str());
                    next.push('\u{1}');
                    low = low.max(next);
                }
                Direction::Descending => high = high.min(String::from(after.as_str())),
            }
        }
        (low, high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &Range, key: &Key) -> bool {
        let (low, high) = range.bounds();
        low.as_str() <= key.as_str() && key.as_str() < high.as_str()
    }

    #[test]
    fn only_what_is_below_a_path_is_in_its_range() {
        let range = Range::under("a", [""; 0]);
        for inside in [
            Key::of("a", ["\u{10ffff}"]),
            Key::of("a", [""]),
            Key::of("a", ["b", "c"]),
        ] {
            assert!(holds(&range, &inside), "{inside}");
            assert!(holds(&Range::everything(), &inside), "{inside}");
        }
        for outside in [
            Key::of("a", [""; 0]),
            Key::of("a0", ["b"]),
            Key::of("a/b", [""; 0]),
        ] {
            assert!(!holds(&range, &outside), "{outside}");
            assert!(holds(&Range::everything(), &outside), "{outside}");
        }
    }

    #[test]
    fn a_range_goes_on_after_a_key_in_both_directions() {
        let [one, two, three] = ["1", "2", "3"].map(|segment| Key::of("a", [segment]));
        let range = Range::under("a", [""; 0]).after(two.clone());
        assert!(!holds(&range, &one) && !holds(&range, &two) && holds(&range, &three));
        let range = range.direction(Direction::Descending);
        assert!(holds(&range, &one) && !holds(&range, &two) && !holds(&range, &three));
        let child = Key::of("a", ["2", ""]);
        assert!(holds(&Range::under("a", [""; 0]).after(two), &child));
    }

    #[test]
    fn a_key_outside_the_range_does_not_widen_it() {
        let range = Range::under("b", [""; 0]).after(Key::of("a", ["x"]));
        assert!(!holds(&range, &Key::of("a", ["y"])) && holds(&range, &Key::of("b", ["a"])));
        let (low, high) = range.after(Key::of("c", ["x"])).bounds();
        assert!(low >= high);
    }

    #[test]
    fn a_page_longer_than_the_limit_is_refused() {
        assert_eq!(Range::everything().limit(MAX_PAGE).page(), Ok(MAX_PAGE));
        assert_eq!(
            Range::everything().limit(MAX_PAGE + 1).page(),
            Err(Refusal::PageTooLong)
        );
    }
}
