//! Why a request has no response: what a person is told when the network,
//! and not the deployment, is the reason. An answer of any status is none.

use super::BODY_LIMIT;
use core::fmt;
use core::time::Duration;

/// Why a request has no response, grouped by who has to act.
#[derive(Debug)]
pub enum PeerError {
    /// The request cannot be put on the wire; the scenario is wrong.
    Unsendable(Unsendable),
    /// No connection: the name does not resolve, nobody listens.
    Unreachable {
        /// Scheme, host and port.
        origin: String,
        /// What the system says.
        cause: String,
    },
    /// The connection is there, but is not trusted or not TLS.
    Untrusted {
        /// Scheme, host and port.
        origin: String,
        /// What is wrong with the certificate or the handshake.
        cause: String,
    },
    /// This machine has no certificate authorities to trust.
    NoTrustedRoots {
        /// What was found instead.
        cause: String,
    },
    /// No whole response in time.
    TimedOut {
        /// The time that the request had.
        after: Duration,
    },
    /// The connection ended before the response did, or it is not HTTP.
    Broken {
        /// What was seen.
        cause: String,
    },
    /// The response is larger than is read.
    TooLarge,
}

/// What keeps a request from being sent.
#[derive(Debug)]
pub enum Unsendable {
    /// The method is not a token.
    Method,
    /// The header's name is not a token, or its value has control characters.
    Header {
        /// The name as given.
        name: String,
    },
    /// The transport writes this header itself.
    OwnHeader {
        /// The name.
        name: String,
    },
}

impl PeerError {
    /// Whether the deployment could not even be reached, which makes every
    /// further request pointless.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Untrusted { .. } | Self::NoTrustedRoots { .. }
        )
    }
}

impl PeerError {
    /// Whether the peer may have received the request and acted on it.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        matches!(
            self,
            Self::TimedOut { .. } | Self::Broken { .. } | Self::TooLarge
        )
    }
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsendable(reason) => reason.fmt(f),
            Self::Unreachable { origin, cause } => write!(f, "cannot reach {origin}: {cause}"),
            Self::Untrusted { origin, cause } => {
                write!(f, "no trusted connection to {origin}: {cause}")
            }
            Self::NoTrustedRoots { cause } => write!(
                f,
                "no certificate authorities to trust on this machine ({cause}); \
                 SSL_CERT_FILE names a file with some"
            ),
            Self::TimedOut { after } => {
                write!(f, "no whole response after {} ms", after.as_millis())
            }
            Self::Broken { cause } => write!(f, "the response broke off: {cause}"),
            Self::TooLarge => {
                write!(
                    f,
                    "the response body is larger than {} MiB",
                    BODY_LIMIT / 1024 / 1024
                )
            }
        }
    }
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method => f.write_str("the method is not an HTTP token"),
            Self::Header { name } => write!(f, "header `{name}` cannot be sent as it is"),
            Self::OwnHeader { name } => {
                write!(f, "header `{name}` is written by the runner itself")
            }
        }
    }
}

impl core::error::Error for PeerError {}
impl core::error::Error for Unsendable {}
