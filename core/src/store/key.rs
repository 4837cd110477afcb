//! Keys: a path of segments, `kind/segment/…`, whose text orders bytewise.
//! Segments come from outside, so they are escaped here and nowhere else.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use super::Refusal;

/// The name of an entry within its tenant.
///
/// `/`, `%`, `"`, `\`, control characters and U+10FFFF never stand in a
/// segment as themselves but as `%XX` for each of their bytes. So two different
/// paths never meet in one key, a key is its own JSON string, and there is a
/// text just before and just after all keys of a prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of a kind of entry and the segments that name one of them.
    #[must_use]
    pub fn of<S: AsRef<str>>(kind: &str, segments: impl IntoIterator<Item = S>) -> Self {
        let mut text = String::with_capacity(64);
        escape(kind, &mut text);
        for segment in segments {
            text.push('/');
            escape(segment.as_ref(), &mut text);
        }
        Self(text)
    }

    /// Takes a text that [`Key::of`] made and a store kept.
    pub(super) const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key as a store keeps it, escapes included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind and the segments as they were given to [`Key::of`].
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> {
        self.0.split('/').map(unescape)
    }

    /// The last segment: what names the entry among its siblings.
    #[must_use]
    pub fn last(&self) -> Cow<'_, str> {
        unescape(self.0.rsplit('/').next().unwrap_or_default())
    }

    /// Whether the key is within the limit of every store.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        if self.0.len() > super::MAX_KEY_BYTES {
            Err(Refusal::KeyTooLong)
        } else {
            Ok(())
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The greatest character. It is no part of any key, so a prefix followed by it
/// is greater than every key with that prefix.
pub(super) const LAST: char = char::MAX;

fn escape(segment: &str, into: &mut String) {
    for character in segment.chars() {
        if matches!(character, '/' | '%' | '"' | '\\' | LAST) || character.is_control() {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                into.push('%');
                for nibble in [byte >> 4, byte & 0xf] {
                    into.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                }
            }
        } else {
            into.push(character);
        }
    }
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| after.split_at_checked(2))
            .flatten()
            .and_then(|(hex, after)| Some((hex_pair(hex)?, after)));
        let (byte, after) = escaped.unwrap_or((byte, after));
        bytes.push(byte);
        rest = after;
    }
    // What `escape` wrote is UTF-8 again; a foreign text must not panic either.
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::{borrow::ToOwned, string::ToString};

    use super::*;

    #[test]
    fn segments_are_joined_by_slashes() {
        assert_eq!(Key::of("client", ["a", "b c"]).as_str(), "client/a/b c");
        assert_eq!(Key::of("keys", [""; 0]).as_str(), "keys");
        assert_eq!(Key::of("keys", [""]).as_str(), "keys/");
    }

    #[test]
    fn what_could_forge_a_path_is_escaped() {
        assert_eq!(
            Key::of("c", ["a/b%2F\0\u{85}\"\\"]).as_str(),
            "c/a%2Fb%252F%00%C2%85%22%5C"
        );
        assert_eq!(Key::of("c", ["\u{10ffff}"]).as_str(), "c/%F4%8F%BF%BF");
        assert_eq!(Key::of("c", ["über-✓ 名"]).as_str(), "c/über-✓ 名");
    }

    #[test]
    fn a_long_key_is_refused() {
        assert_eq!(Key::of("c", ["x".repeat(1022)]).admit(), Ok(()));
        assert_eq!(
            Key::of("c", ["x".repeat(1023)]).admit(),
            Err(Refusal::KeyTooLong)
        );
    }

    #[test]
    fn a_foreign_text_is_read_without_panic() {
        for text in ["%", "%4", "%zz", "%ff", "a%", "%+1"] {
            let key = Key::from_stored(text.to_owned());
            assert!(!key.last().is_empty(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn segments_come_back_as_they_were_given(
            segments in proptest::collection::vec(proptest::prelude::any::<String>(), 0..4)
        ) {
            let key = Key::of("kind", &segments);
            let back: Vec<String> = key.segments().skip(1).map(Cow::into_owned).collect();
            proptest::prop_assert_eq!(&back, &segments);
            proptest::prop_assert_eq!(key.last().to_string(), segments.last().map_or("kind", |s| s));
        }
    }
}
