//! `touchmark token mint`: an access token signed with a key of one's own.

use core::fmt;
use std::io::{self, Write as _};

use clap::Args;
use serde_json::{Map, Value};
use touchmark_core::operation::configuration::Lifetime;
use touchmark_core::token::{AccessToken, CustomClaims, KeyError, MintError, SigningKey};

use crate::cli::input::{self, InputError};
use crate::cli::screen;
use crate::exit::Exit;
use crate::host::{SystemRandom, now};
use crate::serve::settings::written::argument;

/// Mint an access token of RFC 9068 with a key of your own.
///
/// Exits with 0 and the token on standard output, with 2 if the key is wrong,
/// and with 3 if a claim is.
#[derive(Debug, Args)]
pub(super) struct Mint {
    /// The private JWK that signs: a file, or `-` for standard input.
    #[arg(long, value_name = "FILE")]
    key: String,

    /// `iss`.
    #[arg(long, value_name = "ISSUER")]
    issuer: String,

    /// `sub`.
    #[arg(long, value_name = "SUBJECT")]
    subject: String,

    /// `aud`; may be given several times.
    #[arg(long, value_name = "AUDIENCE", required = true)]
    audience: Vec<String>,

    /// `client_id` [default: the subject].
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,

    /// `scope`, as words with spaces in between.
    #[arg(long, value_name = "SCOPE")]
    scope: Option<String>,

    /// How long it lives.
    #[arg(long, value_name = "LENGTH", default_value = "15m")]
    #[arg(value_parser = argument::<Lifetime>)]
    lifetime: Lifetime,

    /// A further claim; the value is JSON, or else text.
    #[arg(long = "claim", value_name = "NAME=VALUE", value_parser = claim)]
    claims: Vec<(String, Value)>,
}

fn claim(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("expected a name, `=` and a value")?;
    let json = touchmark_core::json::read(value.as_bytes(), &touchmark_core::json::Limits::SMALL);
    Ok((name.into(), json.unwrap_or_else(|_| value.into())))
}

impl Mint {
    pub(super) fn run(self) -> io::Result<Exit> {
        match self.token() {
            Ok(token) => {
                writeln!(io::stdout(), "{token}")?;
                Ok(Exit::Passed)
            }
            Err(error) => {
                screen::failure(&error, None)?;
                Ok(error.exit())
            }
        }
    }

    fn token(self) -> Result<String, Unminted> {
        let bytes = input::bytes(&self.key).map_err(Unminted::Input)?;
        let key = SigningKey::read(&bytes).map_err(Unminted::Key)?;
        let mut custom = Map::new();
        for (name, value) in self.claims {
            if custom.contains_key(&name) {
                return Err(Unminted::Repeated(name));
            }
            custom.insert(name, value);
        }
        let issued = now();
        let id = SystemRandom.secret();
        let token = AccessToken {
            issuer: &self.issuer,
            subject: &self.subject,
            audience: &self.audience,
            client_id: self.client_id.as_deref().unwrap_or(&self.subject),
            issued,
            expires: issued.plus_seconds(i64::from(self.lifetime.0)),
            id: id.expose(),
            scope: self.scope.as_deref(),
            custom: &CustomClaims::new(custom).map_err(Unminted::Claims)?,
        };
        token.mint(&key).map_err(Unminted::Claims)
    }
}

/// Why there is no token.
#[derive(Debug)]
enum Unminted {
    Input(InputError),
    Key(KeyError),
    Repeated(String),
    Claims(MintError),
}

impl Unminted {
    const fn exit(&self) -> Exit {
        match self {
            Self::Input(error) => error.exit(),
            Self::Key(_) => Exit::BadFile,
            Self::Repeated(_) | Self::Claims(_) => Exit::BadUsage,
        }
    }
}

impl fmt::Display for Unminted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Key(_) => f.write_str("the key cannot sign"),
            Self::Repeated(name) => write!(f, "claim {name} is given twice"),
            Self::Claims(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Unminted {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Input(error) => error.source(),
            Self::Key(error) => Some(error),
            Self::Repeated(_) | Self::Claims(_) => None,
        }
    }
}
