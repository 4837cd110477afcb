//! `touchmark serve`: a deployment behind a socket.

use core::net::SocketAddr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use touchmark_core::record::{ClientId, Secret};

use super::screen;
use crate::exit::Exit;
use crate::scenario::load::read_source;
use crate::serve::log::{self, Level, Style};
use crate::serve::settings::written::{Origin, Place, argument};
use crate::serve::{Administrator, Fixtures, ServeError, Server, Settings, ending};

/// The environment variable that the administrator's secret may be in.
const SECRET_VARIABLE: &str = "TOUCHMARK_ADMIN_SECRET";

/// Serve all systems over HTTP.
///
/// The first start on a store registers one administrator and prints its
/// credential, this once. When the server is ready it prints `listening on`
/// and its URL. Ctrl-C or SIGTERM ends it: requests under way are answered.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The settings file; what is said here counts before what it says.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Address and port to listen on; port 0 takes a free one [default:
    /// 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR", value_parser = argument::<SocketAddr>)]
    listen: Option<SocketAddr>,

    /// Where clients reach the server, if not at the address it listens on.
    #[arg(long, value_name = "URL", value_parser = argument::<Origin>)]
    origin: Option<Origin>,

    /// Where records are kept: `memory`, or `sqlite:` and a file [default:
    /// memory].
    #[arg(long, value_name = "STORE", value_parser = argument::<Place>)]
    store: Option<Place>,

    /// The client identifier of the first administrator [default: random].
    #[arg(long, value_name = "ID")]
    admin_id: Option<String>,

    /// A file with the secret of the first administrator, at least 32
    /// characters [default: the variable TOUCHMARK_ADMIN_SECRET, else random].
    #[arg(long, value_name = "FILE")]
    admin_secret_file: Option<PathBuf>,

    /// A new file for the credential of the first administrator, as JSON and
    /// readable for its owner only.
    #[arg(long, value_name = "FILE")]
    admin_credential_file: Option<PathBuf>,

    /// A project file: its `fixtures` are done on a new store, as `admin`, and
    /// its `show` is printed. A store that has had its administrator is left as
    /// it is.
    #[arg(long, value_name = "FILE")]
    fixtures: Option<PathBuf>,

    /// Something to try in every system, and the commands to try it with; on a
    /// new store only.
    #[arg(long, conflicts_with = "fixtures")]
    demo: bool,

    /// What is logged on standard error.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: Level,

    /// How the log is written.
    #[arg(long, value_name = "STYLE", default_value = "human")]
    log_style: Style,
}

/// What becomes of `--fixtures` and `--demo`.
enum Wanted {
    Nothing,
    Fixtures(Box<Fixtures>),
    /// The file is wrong, which has been reported.
    Unfit(Exit),
}

impl Serve {
    pub(super) fn run(self) -> io::Result<Exit> {
        log::start(self.log, self.log_style);
        let Some(settings) = self.settings()? else {
            return Ok(Exit::BadFile);
        };
        let fixtures = match self.fixtures()? {
            Wanted::Nothing => None,
            Wanted::Fixtures(fixtures) => Some(*fixtures),
            Wanted::Unfit(exit) => return Ok(exit),
        };
        match self.serve(&settings, fixtures) {
            Ok(()) => Ok(Exit::Passed),
            Err(error) => {
                let exit = error.exit();
                screen::failure(&error, error.help().as_deref())?;
                Ok(exit)
            }
        }
    }

    /// The settings of file and command line; nothing if the file is wrong,
    /// which has been reported then.
    fn settings(&self) -> io::Result<Option<Settings>> {
        let mut settings = match &self.config {
            None => Settings::default(),
            Some(path) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                let (settings, findings) = match read_source(path) {
                    Ok(source) => {
                        let loaded = Settings::read(&source, folder);
                        (loaded.value, loaded.findings)
                    }
                    Err(finding) => (None, vec![finding]),
                };
                screen::findings(screen::Format::Human, &findings)?;
                match settings {
                    Some(settings) => settings,
                    None => return Ok(None),
                }
            }
        };
        if let Some(listen) = self.listen {
            settings.listen = listen;
        }
        if let Some(origin) = &self.origin {
            settings.origin = Some(origin.clone());
        }
        if let Some(store) = &self.store {
            settings.store = store.clone();
        }
        Ok(Some(settings))
    }

    /// What a new store is to be given. What is wrong with it is reported.
    fn fixtures(&self) -> io::Result<Wanted> {
        let loaded = match &self.fixtures {
            None if self.demo => Fixtures::demo(),
            None => return Ok(Wanted::Nothing),
            Some(path) => match read_source(path) {
                Ok(source) => Fixtures::read(&source, |name| std::env::var(name).ok()),
                Err(finding) => {
                    screen::findings(screen::Format::Human, &[finding])?;
                    return Ok(Wanted::Unfit(Exit::BadFile));
                }
            },
        };
        screen::findings(screen::Format::Human, &loaded.findings)?;
        let unfit = Wanted::Unfit(Exit::BadFile);
        Ok(loaded
            .value
            .map_or(unfit, |fixtures| Wanted::Fixtures(Box::new(fixtures))))
    }

    fn serve(self, settings: &Settings, fixtures: Option<Fixtures>) -> Result<(), ServeError> {
        let secret = match self.admin_secret_file {
            Some(path) => Some(Administrator::read_secret(path)?),
            None => std::env::var(SECRET_VARIABLE).ok().map(Secret::new),
        };
        let administrator = Administrator {
            client_id: self.admin_id.map(ClientId::new),
            secret,
            file: self.admin_credential_file,
        };
        let runtime = tokio::runtime::Runtime::new().map_err(ServeError::System)?;
        let served = runtime.block_on(async {
            let end = ending().map_err(ServeError::System)?;
            let server = Server::open(settings).await?;
            let mut out = io::stdout();
            let turn = server.turn(fixtures, administrator.chosen()).await?;
            let first = administrator.settle(&server, &mut out).await?;
            let sink = Box::new(anstream::stderr());
            let shown = server.take(turn, first, sink).await?;
            let origin = server.origin().to_owned();
            out.write_all(shown.unwrap_or_default().as_bytes())
                .and_then(|()| writeln!(out, "listening on http://{}", server.address()))
                .and_then(|()| out.flush())
                .map_err(ServeError::System)?;
            tracing::info!(address = %server.address(), origin, "listening");
            server.run(end).await;
            Ok(())
        });
        // What a broken-off request still does must not hold the process up.
        runtime.shutdown_background();
        served
    }
}
