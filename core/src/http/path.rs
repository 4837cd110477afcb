//! Path templates, which both ends share: a server matches them, a client
//! renders them.
//!
//! A template is a list of segments. A segment is literal text, or one capture
//! with literal text on either side, as in `/applications/{uuid}:regenerate-secret`.
//! A segment is split before it is decoded, so an encoded slash never makes a
//! new segment; an encoded colon equals a plain one.

use super::encoding::{decode_component, encode_component};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

/// A path template such as `/v1/records/{id}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template(&'static str);

/// The decoded values that a template took out of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captures(Vec<(&'static str, String)>);

impl Captures {
    /// The value of a capture; empty for a name that the template has not.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(present, _)| *present == name)
            .map_or("", |(_, value)| value)
    }
}

impl Template {
    /// A template from its text, which starts with `/`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        assert!(
            !text.is_empty() && text.as_bytes()[0] == b'/',
            "a path template starts with /"
        );
        Self(text)
    }

    /// The text of the template.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Takes the captures out of a path, or `None` where it does not match. A
    /// capture is never empty. Literal text on a capture's right end is found
    /// at the end of the segment, so a longer template is to be tried first.
    #[must_use]
    pub fn matches(self, path: &str) -> Option<Captures> {
        let mut captures = Vec::new();
        let mut actual = path.strip_prefix('/')?.split('/');
        for expected in self.0[1..].split('/') {
            let segment = actual.next()?;
            let segment = if segment.contains('%') {
                Cow::Owned(decode_component(segment)?)
            } else {
                Cow::Borrowed(segment)
            };
            match parts(expected) {
                None if expected == segment => {}
                None => return None,
                Some((before, name, after)) => {
                    let value = segment.strip_prefix(before)?.strip_suffix(after)?;
                    if value.is_empty() {
                        return None;
                    }
                    captures.push((name, value.into()));
                }
            }
        }
        actual.next().is_none().then_some(Captures(captures))
    }

    /// Writes the path with these values in place of the captures.
    #[must_use]
    pub fn render(self, values: &[(&str, &str)]) -> String {
        let mut path = String::new();
        for expected in self.0[1..].split('/') {
            path.push('/');
            match parts(expected) {
                None => path.push_str(expected),
                Some((before, name, after)) => {
                    path.push_str(before);
                    if let Some((_, value)) = values.iter().find(|(present, _)| *present == name) {
                        path.push_str(&encode_component(value));
                    }
                    path.push_str(after);
                }
            }
        }
        path
    }
}

/// The literal text before a capture, its name, and the literal text after it.
fn parts(segment: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (before, rest) = segment.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::Template;
    use proptest::prelude::*;

    const VERB: Template = Template::new("/iam/v1/applications/{uuid}:regenerate-secret");

    #[test]
    fn a_colon_verb_matches_plain_and_encoded() {
        for path in [
            "/iam/v1/applications/a-1:regenerate-secret",
            "/iam/v1/applications/a-1%3Aregenerate-secret",
        ] {
            assert_eq!(VERB.matches(path).unwrap().value("uuid"), "a-1", "{path}");
        }
    }

    #[test]
    fn other_paths_do_not_match() {
        for path in [
            "",
            "/",
            "/iam/v1/applications/a",
            "/iam/v1/applications/:regenerate-secret",
            "/iam/v1/applications/a:regenerate-secret/",
            "/iam/v1/applications/a%zz:regenerate-secret",
            "/IAM/v1/applications/a:regenerate-secret",
        ] {
            assert_eq!(VERB.matches(path), None, "{path}");
        }
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        let template = Template::new("/records/{id}");
        assert_eq!(
            template.matches("/records/a%2Fb").unwrap().value("id"),
            "a/b"
        );
        assert_eq!(template.matches("/records/a/b"), None);
    }

    proptest! {
        #[test]
        fn what_is_rendered_matches(uuid in ".+") {
            let path = VERB.render(&[("uuid", &uuid)]);
            let captures = VERB.matches(&path);
            prop_assert_eq!(captures.as_ref().map(|captures| captures.value("uuid")), Some(uuid.as_str()));
        }

        #[test]
        fn any_path_matches_or_not(path in ".*") {
            let _ = VERB.matches(&path);
        }
    }
}
