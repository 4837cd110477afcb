//! A text with its escapes taken away, where every byte remembers its place.
//!
//! Which characters an encoder escapes, and how, is its own taste: `-` may
//! stand as `-`, `%2D` or `%2d`, `/` as `\/`. Looking for a secret in the
//! unescaped text finds it whatever was chosen.

use core::ops::Range;
use std::borrow::Cow;

/// A text as it is searched.
pub(super) struct View<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where each byte comes from, and the length of the source at the end.
    /// Nothing, if the text is as it was.
    origin: Option<Vec<usize>>,
}

impl<'a> View<'a> {
    /// The text as it stands.
    pub(super) const fn plain(text: &'a str) -> Self {
        Self {
            bytes: Cow::Borrowed(text.as_bytes()),
            origin: None,
        }
    }

    /// The text without `%XX`, or nothing if it has none.
    pub(super) fn without_percent(text: &'a str) -> Option<Self> {
        Self::without(text, b'%', |escape| {
            let byte = u8::from_str_radix(escape.get(1..3)?, 16).ok()?;
            Some((3, vec![byte]))
        })
    }

    /// The text without the escapes of JSON, or nothing if it has none.
    pub(super) fn without_json(text: &'a str) -> Option<Self> {
        Self::without(text, b'\\', |escape| {
            let plain = match escape.as_bytes().get(1)? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'b' => 8,
                b'f' => 12,
                b'u' => return utf16(escape),
                other @ (b'"' | b'\\' | b'/') => *other,
                _ => return None,
            };
            Some((2, vec![plain]))
        })
    }

    /// The bytes to search.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The place in the source of a range of these bytes.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        match &self.origin {
            Some(origin) => origin[range.start]..origin[range.end],
            None => range,
        }
    }

    fn without(
        text: &'a str,
        mark: u8,
        read: impl Fn(&str) -> Option<(usize, Vec<u8>)>,
    ) -> Option<Self> {
        if !text.as_bytes().contains(&mark) {
            return None;
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len() + 1);
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            let escape = if byte == mark {
                read(&text[at..])
            } else {
                None
            };
            let (length, plain) = escape.unwrap_or_else(|| (1, vec![byte]));
            origin.extend(plain.iter().map(|_| at));
            bytes.extend(plain);
            at += length;
        }
        origin.push(at);
        Some(Self {
            bytes: Cow::Owned(bytes),
            origin: Some(origin),
        })
    }
}

/// Reads `\uXXXX`, or two of them for a character beyond the first plane.
fn utf16(escape: &str) -> Option<(usize, Vec<u8>)> {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    let (length, units) = match unit(6) {
        Some(second) if (0xD800..0xDC00).contains(&first) => (12, vec![first, second]),
        _ => (6, vec![first]),
    };
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((length, character.to_string().into_bytes()))
}
