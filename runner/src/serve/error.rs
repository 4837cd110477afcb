//! Why a server does not start, and with which exit code the command says so.

use core::fmt;
use core::net::SocketAddr;
use std::io;
use std::path::PathBuf;

use touchmark_core::operation::{Fault, RequestFault};

use super::{AuthorizationError, KeyFileError};
use crate::execute::Unprepared;
use crate::exit::Exit;
use crate::host::NoRandomness;
use crate::sqlite::OpenError;

/// Why a server does not start.
#[derive(Debug)]
pub enum ServeError {
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// It listens on every address of the machine, so nobody knows which one
    /// its clients use.
    OriginNeeded {
        /// Where it listens.
        address: SocketAddr,
    },
    /// A file with keys cannot be used.
    Keys(KeyFileError),
    /// The store cannot be used.
    Store(OpenError),
    /// The administrator cannot be registered.
    Administrator(Fault),
    /// The file that the administrator's credential should go to is there
    /// already, or cannot be made.
    CredentialFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The file with the administrator's secret cannot be read.
    SecretFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The fixtures cannot be done.
    Fixtures(Unprepared),
    /// The fixtures cannot be done again, which an earlier start has not
    /// completed.
    Repeated(Unprepared),
    /// An earlier start has not completed the fixtures, and who may do them
    /// again is not known.
    Incomplete,
    /// The store does not say how far it is prepared.
    Preparation(Fault),
    /// The file with the credentials for the upstream cannot be used.
    Upstream(AuthorizationError),
    /// The system gives no random bytes.
    Randomness(NoRandomness),
    /// The process cannot be told when to end, or has no threads.
    System(io::Error),
}

impl ServeError {
    /// The code that the command ends with.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Keys(_) | Self::Store(_) | Self::Upstream(_) => Exit::BadFile,
            Self::CredentialFile { .. } | Self::SecretFile { .. } => Exit::BadFile,
            Self::Fixtures(error) | Self::Repeated(error) => match error {
                Unprepared::Failed => Exit::Failed,
                Unprepared::Values(_) => Exit::BadFile,
            },
            Self::Incomplete => Exit::BadUsage,
            Self::Preparation(_) => Exit::Unreachable,
            Self::Listen { .. } | Self::OriginNeeded { .. } => Exit::BadUsage,
            Self::Administrator(Fault::Request(_)) => Exit::BadUsage,
            Self::Administrator(_) => Exit::Unreachable,
            Self::Randomness(_) | Self::System(_) => Exit::Bug,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Listen { cause, .. } if cause.kind() == io::ErrorKind::AddrInUse => {
                "another program listens there; `--listen 127.0.0.1:0` takes a free port".into()
            }
            Self::OriginNeeded { .. } => {
                "say where clients reach the server, as in `--origin https://tokens.example.com`"
                    .into()
            }
            Self::CredentialFile { cause, .. } if cause.kind() == io::ErrorKind::AlreadyExists => {
                "no file is overwritten; name another one or move it away".into()
            }
            Self::Fixtures(_) => {
                "mend them, and name a store that is new; or this one again with the credential of \
                 its administrator, by `--admin-id` and TOUCHMARK_ADMIN_SECRET, if each step that \
                 was done has an `undo` or can be repeated"
                    .into()
            }
            Self::Repeated(_) => {
                "what an earlier start made of them may be in the way: name a store that is new, \
                 or start without fixtures and delete it"
                    .into()
            }
            Self::Incomplete => {
                "give the credential of this store's administrator, by `--admin-id` and \
                 TOUCHMARK_ADMIN_SECRET, and they are done again; or name a store that is new"
                    .into()
            }
            Self::Keys(error) => return error.help(),
            _ => return None,
        })
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { address, .. } => write!(f, "cannot listen on {address}"),
            Self::OriginNeeded { address } => write!(
                f,
                "listening on {address}, which is every address of this machine, needs an origin"
            ),
            Self::Keys(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Administrator(Fault::Request(RequestFault::Field { at, problem })) => {
                write!(f, "the administrator's {at} {problem}")
            }
            Self::Administrator(_) => f.write_str("the administrator cannot be registered"),
            Self::CredentialFile { path, .. } => write!(
                f,
                "the administrator's credential cannot be written to {}",
                path.display()
            ),
            Self::SecretFile { path, .. } => write!(
                f,
                "the administrator's secret cannot be read from {}",
                path.display()
            ),
            Self::Fixtures(error) => error.fmt(f),
            Self::Repeated(error) => write!(f, "{error}, again"),
            Self::Incomplete => f.write_str(
                "an earlier start has begun the fixtures of this store and not completed them",
            ),
            Self::Preparation(_) => {
                f.write_str("the store does not say whether its fixtures are complete")
            }
            Self::Upstream(_) => {
                f.write_str("the file with the credentials for the upstream cannot be used")
            }
            Self::Randomness(error) => error.fmt(f),
            Self::System(_) => f.write_str("the system refuses what a server needs"),
        }
    }
}

impl core::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Listen { cause, .. }
            | Self::CredentialFile { cause, .. }
            | Self::SecretFile { cause, .. }
            | Self::System(cause) => Some(cause),
            Self::Keys(error) => error.source(),
            Self::Store(error) => error.source(),
            Self::Upstream(error) => Some(error),
            Self::Administrator(Fault::Request(_)) => None,
            Self::Administrator(fault) | Self::Preparation(fault) => Some(fault),
            Self::OriginNeeded { .. }
            | Self::Fixtures(_)
            | Self::Repeated(_)
            | Self::Incomplete
            | Self::Randomness(_) => None,
        }
    }
}

impl From<OpenError> for ServeError {
    fn from(error: OpenError) -> Self {
        Self::Store(error)
    }
}

impl From<KeyFileError> for ServeError {
    fn from(error: KeyFileError) -> Self {
        Self::Keys(error)
    }
}

impl From<NoRandomness> for ServeError {
    fn from(error: NoRandomness) -> Self {
        Self::Randomness(error)
    }
}
