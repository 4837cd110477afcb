//! What the commands for tokens and keys read: an argument, standard input, a
//! file, or a key set behind a URL.

use core::fmt;
use core::net::IpAddr;
use core::time::Duration;
use std::fs::File;
use std::io::{self, Read};

use touchmark_core::http::Headers;
use touchmark_core::token::{Key, KeyError, KeySet};

use crate::exit::Exit;
use crate::peer::{Peer, PeerError, Request, Url, UrlError};

/// The most bytes that are read of anything.
const MAX_BYTES: u64 = 256 * 1024;
/// How long a key set may take to arrive.
const WITHIN: Duration = Duration::from_secs(10);
/// The name of standard input.
pub(super) const STDIN: &str = "-";

/// Reads a text that is an argument, or stands on standard input.
pub(super) fn text(argument: &str) -> Result<String, InputError> {
    if argument != STDIN {
        return Ok(argument.to_owned());
    }
    let bytes = bytes(STDIN)?;
    let text = String::from_utf8(bytes).map_err(|_| InputError::NotText)?;
    Ok(text.trim().to_owned())
}

/// Reads a file, or standard input.
pub(super) fn bytes(path: &str) -> Result<Vec<u8>, InputError> {
    let read = match path {
        STDIN => limited(io::stdin().lock()),
        path => File::open(path).and_then(limited),
    };
    read.map_err(|cause| InputError::Unreadable {
        path: path.to_owned(),
        cause,
    })
}

fn limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Reads the keys of a file or URL: of a JWKS, or the one key of a JWK.
pub(super) fn keys(place: &str) -> Result<KeySet, InputError> {
    let bytes = match place.contains("://") {
        true => fetch(place)?,
        false => bytes(place)?,
    };
    let set = match KeySet::read(&bytes) {
        Err(KeyError::NotASet) => Key::read(&bytes).map(|key| [key].into_iter().collect()),
        set => set,
    };
    set.map_err(|cause| InputError::Key {
        path: place.to_owned(),
        cause,
    })
}

/// Fetches a document over TLS, or from this machine.
fn fetch(place: &str) -> Result<Vec<u8>, InputError> {
    let url = Url::read(place).map_err(InputError::Url)?;
    if !url.is_secure() && !is_this_machine(&url) {
        return Err(InputError::Insecure(place.to_owned()));
    }
    let request = Request {
        method: "GET".into(),
        url,
        headers: Headers::new(),
        body: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(InputError::System)?;
    let answer = runtime.block_on(Peer::network().send(&request, WITHIN));
    let response = answer.map_err(InputError::Unreachable)?.response;
    match response.status.is_success() {
        true => Ok(response.body),
        false => Err(InputError::Status {
            place: place.to_owned(),
            status: response.status.code(),
        }),
    }
}

fn is_this_machine(url: &Url) -> bool {
    let authority = url.authority();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.is_loopback();
    host == "localhost" || address.parse().is_ok_and(is_loopback)
}

/// Why something cannot be read.
#[derive(Debug)]
pub(super) enum InputError {
    /// The system does not let us read it.
    Unreadable {
        /// What.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// Standard input is not UTF-8.
    NotText,
    /// It holds no key that can be used.
    Key {
        /// What.
        path: String,
        /// Why not.
        cause: KeyError,
    },
    /// It looks like a URL and is none.
    Url(UrlError),
    /// Whoever is on the way could put other keys there.
    Insecure(String),
    /// Nobody answers there.
    Unreachable(PeerError),
    /// The answer is no success.
    Status {
        /// Where.
        place: String,
        /// Which it is.
        status: u16,
    },
    /// The process cannot use the network.
    System(io::Error),
}

impl InputError {
    /// The code that the command ends with.
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Unreadable { .. } | Self::NotText | Self::Key { .. } => Exit::BadFile,
            Self::Url(_) => Exit::BadUsage,
            Self::Insecure(_) => Exit::Refused,
            Self::Unreachable(_) | Self::Status { .. } => Exit::Unreachable,
            Self::System(_) => Exit::Bug,
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, .. } if path == STDIN => {
                f.write_str("cannot read standard input")
            }
            Self::Unreadable { path, .. } => write!(f, "cannot read {path}"),
            Self::NotText => f.write_str("standard input is not UTF-8"),
            Self::Key { path, .. } => write!(f, "no key can be had from {path}"),
            Self::Url(error) => error.fmt(f),
            Self::Insecure(place) => {
                write!(f, "keys are not fetched over plain HTTP from {place}")
            }
            Self::Unreachable(error) => error.fmt(f),
            Self::Status { place, status } => write!(f, "{place} answered with {status}"),
            Self::System(_) => f.write_str("the network cannot be used"),
        }
    }
}

impl core::error::Error for InputError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unreadable { cause, .. } | Self::System(cause) => Some(cause),
            Self::Key { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Url, is_this_machine};

    #[test]
    fn only_loopback_is_this_machine() {
        for (url, expected) in [
            ("http://127.0.0.1:8080/x", true),
            ("http://127.1.2.3/x", true),
            ("http://[::1]:8080/x", true),
            ("http://[::1]/x", true),
            ("http://localhost/x", true),
            ("http://localhost:1/x", true),
            ("http://localhost.example.com/x", false),
            ("http://127.0.0.1.example.com/x", false),
            ("http://192.0.2.1/x", false),
            ("http://[2001:db8::1]/x", false),
        ] {
            assert_eq!(is_this_machine(&Url::read(url).unwrap()), expected, "{url}");
        }
    }
}
