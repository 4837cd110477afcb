//! `touchmark serve`: the native server. It owns what the outside world needs,
//! sockets, limits, files of keys, signals; what a request means it leaves to
//! the core. One connection is one task, one request is one call of
//! [`Host::answer`].

mod administrator;
mod connection;
mod content;
mod error;
mod fixtures;
mod forwarded;
mod key_files;
pub mod log;
pub mod settings;
mod upstream;

pub use administrator::Administrator;
pub use error::ServeError;
pub use fixtures::{Fixtures, Turn};
pub(crate) use key_files::write_new as write_new_file;
pub use key_files::{KeyFileError, KeyFileProblem};
pub use settings::Settings;
pub use upstream::AuthorizationError;

use core::net::SocketAddr;
use core::time::Duration;
use std::io;
use std::sync::Arc;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use touchmark_core::operation::{ClientView, FirstAdministrator, Keys, Pepper};
use touchmark_core::store::Memory;

use crate::host::{Host, Records, SystemRandom};
use crate::sqlite;
use connection::Site;
use settings::Timeouts;
use settings::written::Place;
use upstream::Prometheus;

/// How long to wait when the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(50);

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    site: Arc<Site>,
    connections: Arc<Semaphore>,
    timeouts: Timeouts,
}

impl Server {
    /// Takes the address, the keys and the store of these settings into use.
    ///
    /// # Errors
    /// [`ServeError`] says which of them cannot be had.
    pub async fn open(settings: &Settings) -> Result<Self, ServeError> {
        SystemRandom::probe()?;
        let listener =
            TcpListener::bind(settings.listen)
                .await
                .map_err(|cause| ServeError::Listen {
                    address: settings.listen,
                    cause,
                })?;
        let address = listener.local_addr().map_err(|cause| ServeError::Listen {
            address: settings.listen,
            cause,
        })?;
        let origin = match &settings.origin {
            Some(origin) => origin.as_str().to_owned(),
            None if address.ip().is_unspecified() => {
                return Err(ServeError::OriginNeeded { address });
            }
            None => format!("http://{address}"),
        };
        let ((keys, pepper), records) = open_files(settings).await?;
        let mut deployment = settings.deployment(&origin, keys, pepper);
        if let Some(upstream) = &settings.upstream {
            let prometheus = Prometheus::open(upstream).map_err(ServeError::Upstream)?;
            deployment.telemetry.upstream = Some(Box::new(prometheus));
        }
        let host = Host::new(deployment, records, settings.tenant.clone());
        Ok(Self {
            listener,
            address,
            site: Arc::new(Site::new(host, settings)),
            connections: Arc::new(Semaphore::new(settings.limits.connections)),
            timeouts: settings.timeouts,
        })
    }

    /// Where it listens, with the port that was chosen if none was given.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients reach it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.site.host().deployment().origin
    }

    /// Whether the store has had an administrator.
    ///
    /// # Errors
    /// [`ServeError::Administrator`] when the store does not answer.
    pub async fn has_administrator(&self) -> Result<bool, ServeError> {
        let had = self.site.host().is_bootstrapped().await;
        had.map_err(ServeError::Administrator)
    }

    /// Registers the first administrator, unless there has been one.
    ///
    /// # Errors
    /// [`ServeError::Administrator`] when the store does not answer, or the
    /// identity cannot be used.
    pub async fn bootstrap(
        &self,
        first: FirstAdministrator,
    ) -> Result<Option<ClientView>, ServeError> {
        let made = self.site.host().bootstrap(first).await;
        made.map_err(ServeError::Administrator)
    }

    /// Answers requests until told to end. Then no connection is accepted any
    /// more, those without a request are closed, and requests under way are
    /// answered as long as the time for that lasts.
    pub async fn run(self, end: impl Future<Output = ()>) {
        let graceful = GracefulShutdown::new();
        let mut end = core::pin::pin!(end);
        loop {
            let accepted = tokio::select! {
                accepted = accept(&self.listener, &self.connections) => accepted,
                () = &mut end => break,
            };
            match accepted {
                Ok((stream, remote, permit)) => {
                    let site = Arc::clone(&self.site);
                    let connection = connection::serve(stream, remote.ip(), site, &self.timeouts);
                    let connection = graceful.watch(connection);
                    tokio::spawn(async move {
                        // What a client does to its own connection is no news.
                        let _ = connection.await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!("no connection can be accepted: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        drop(self.listener);
        tracing::info!("shutting down");
        let limit = self.timeouts.shutdown;
        if tokio::time::timeout(limit, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("requests that took longer than {limit:?} were broken off");
        }
        self.site.host().records().close();
    }
}

/// Opens the store and the files with keys. A new store is made after its
/// keys, and a store is looked for before its keys: of two servers that start
/// at once none sees a store that lacks them.
async fn open_files(settings: &Settings) -> Result<((Keys, Pepper), Records), ServeError> {
    let Place::Sqlite(path) = &settings.store else {
        let keys = key_files::open(settings, None)?;
        return Ok((keys, Records::Memory(Memory::new())));
    };
    let limits = sqlite::Limits::default();
    if path.exists() {
        let records = Records::Sqlite(sqlite::open(path, limits).await?);
        Ok((key_files::open(settings, Some(path))?, records))
    } else {
        let keys = key_files::open(settings, None)?;
        Ok((keys, Records::Sqlite(sqlite::open(path, limits).await?)))
    }
}

/// Waits for room and then for a connection.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections)
        .acquire_owned()
        .await
        .expect("nobody closes the semaphore");
    let (stream, remote) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, remote, permit))
}

/// Waits until the process is asked to end: by Ctrl-C or by SIGTERM.
///
/// # Errors
/// When the system does not let the process listen to signals.
pub fn ending() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    })
}
