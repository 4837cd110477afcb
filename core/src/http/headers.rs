//! Header fields: an ordered list whose names are kept in lower case.
//!
//! Values are text. A host refuses a value that is not visible ASCII, space,
//! tab or UTF-8 before it gets here.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// The header fields of a message, in order of arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a field line after the ones of the same name. Control characters
    /// in the value are dropped, so that no value can start a line of its own.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        let mut value: String = value.into();
        if value
            .bytes()
            .any(|byte| byte.is_ascii_control() && byte != b'\t')
        {
            value.retain(|character| character == '\t' || !character.is_ascii_control());
        }
        self.0.push((name.to_ascii_lowercase(), value));
    }

    /// Sets a field, replacing all lines of the same name.
    pub fn insert(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.append(name, value);
    }

    /// Removes all lines of this name.
    pub fn remove(&mut self, name: &str) {
        self.0
            .retain(|(present, _)| !present.eq_ignore_ascii_case(name));
    }

    /// The first value of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name, in order.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(present, _)| present.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Name and value of every field line; names are in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The media type of `content-type` in lower case, without parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        let value = self.first("content-type")?;
        let essence = value.split(';').next().unwrap_or("").trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }

    /// The `charset` parameter of `content-type` in lower case.
    #[must_use]
    pub fn charset(&self) -> Option<String> {
        self.first("content-type")?
            .split(';')
            .skip(1)
            .find_map(|parameter| {
                let (name, value) = parameter.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("charset")
                    .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
            })
    }
}

impl<N: AsRef<str>, V: ToOwned<Owned = String> + AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(lines: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in lines {
            headers.append(name.as_ref(), value.to_owned());
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;
    use alloc::vec::Vec;

    #[test]
    fn names_are_case_insensitive_and_lines_keep_their_order() {
        let mut headers = Headers::new();
        headers.append("Set-Thing", "a");
        headers.append("set-thing", "b");
        assert_eq!(headers.all("SET-THING").collect::<Vec<_>>(), ["a", "b"]);
        headers.insert("Set-Thing", "c");
        assert_eq!(headers.all("set-thing").collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn a_value_cannot_start_a_line_of_its_own() {
        let mut headers = Headers::new();
        headers.append("www-authenticate", "Bearer error=\"x\r\nset-cookie: a=b\"");
        assert_eq!(
            headers.first("www-authenticate"),
            Some("Bearer error=\"xset-cookie: a=b\"")
        );
    }

    #[test]
    fn media_type_and_charset_are_read_apart() {
        let mut headers = Headers::new();
        assert_eq!(headers.media_type(), None);
        headers.insert("content-type", "Application/JSON; Charset=\"UTF-8\"");
        assert_eq!(headers.media_type().as_deref(), Some("application/json"));
        assert_eq!(headers.charset().as_deref(), Some("utf-8"));
    }
}
