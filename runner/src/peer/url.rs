//! Absolute http and https URLs ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986)).
//!
//! Characters that cannot stand in a URL are percent-encoded, escapes that are
//! there are left alone. Credentials in a URL are refused: they end up in logs.

use core::fmt;
use hyper::Uri;

/// An absolute URL of a deployment or of one of its resources.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url(Uri);

/// Why a text is no URL that a request can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// It is not `http://…` or `https://…`.
    Scheme,
    /// There is no host, or host or port are malformed.
    Authority,
    /// It holds `user:password@`.
    Credentials,
    /// It is longer than 64 KiB or otherwise beyond HTTP.
    Malformed,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "a URL starts with `http://` or `https://`",
            Self::Authority => "the URL has no valid host and port",
            Self::Credentials => {
                "a URL with credentials ends up in logs; use an identity under `auth`"
            }
            Self::Malformed => "the URL is too long or malformed",
        })
    }
}

impl core::error::Error for UrlError {}

impl Url {
    /// Reads an absolute URL. A fragment is dropped, as no request carries it.
    ///
    /// # Errors
    /// Refuses anything but http and https, and credentials.
    pub fn read(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(UrlError::Scheme);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(UrlError::Credentials);
        }
        if authority.is_empty() || encode(authority) != authority {
            return Err(UrlError::Authority);
        }
        let target = rest[authority.len()..]
            .split('#')
            .next()
            .unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        let whole = format!(
            "{}://{}{slash}{}",
            scheme.to_ascii_lowercase(),
            authority.to_ascii_lowercase(),
            encode(target)
        );
        let uri: Uri = whole.parse().map_err(|_| UrlError::Malformed)?;
        let authority = uri.authority().ok_or(UrlError::Authority)?;
        if authority.host().is_empty() || (authority.port_u16().is_none() && has_port(authority)) {
            return Err(UrlError::Authority);
        }
        Ok(Self(uri))
    }

    /// The URL of a path (and query) below this one. An absolute URL is taken
    /// as it is.
    ///
    /// # Errors
    /// As [`Url::read`].
    pub fn join(&self, target: &str) -> Result<Self, UrlError> {
        if target.contains("://") && !target.starts_with('/') {
            return Self::read(target);
        }
        let base = self.0.path().trim_end_matches('/');
        let slash = if target.starts_with('/') { "" } else { "/" };
        Self::read(&format!("{}{base}{slash}{target}", self.origin()))
    }

    /// Scheme, host and port: `https://api.example:8443`.
    #[must_use]
    pub fn origin(&self) -> String {
        let scheme = if self.is_secure() { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// Host, and port if it is given.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0
            .authority()
            .map_or("", |authority| authority.as_str())
    }

    /// Whether requests go over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    /// The path, percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The query without `?`, empty if there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        self.0.query().unwrap_or_default()
    }

    pub(super) const fn uri(&self) -> &Uri {
        &self.0
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

fn has_port(authority: &hyper::http::uri::Authority) -> bool {
    authority.as_str().len() > authority.host().len()
}

/// Percent-encodes what RFC 3986 allows nowhere.
fn encode(text: &str) -> String {
    use core::fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                write!(encoded, "%{byte:02X}").expect("a String takes any text");
            }
            b'!'..=b'~' => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").expect("a String takes any text"),
        }
    }
    encoded
}
