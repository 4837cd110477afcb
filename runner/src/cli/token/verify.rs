//! `touchmark token verify`: the verdict of the core's verifier.

use core::fmt::Display;
use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Algorithm, Header, KeySet, Policy, PolicyError, Verified, verify};

use super::show;
use crate::cli::input::{self, InputError};
use crate::cli::screen::{self, Format};
use crate::exit::Exit;
use crate::host::now;

/// Verify a token and show its claims, or why it is refused.
///
/// Exits with 0 if the token is valid, with 1 if it is refused, with 2 if the
/// keys are wrong and with 4 if they cannot be fetched.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The token, or `-` for standard input, which keeps it out of the history.
    #[arg(value_name = "TOKEN")]
    token: String,

    /// A JWKS or JWK: a file, `-`, or a URL, which has to be https unless it
    /// is on this machine.
    #[arg(long, value_name = "FILE|URL")]
    jwks: String,

    /// What `iss` has to be.
    #[arg(long, value_name = "ISSUER")]
    issuer: String,

    /// What `aud` has to name; one of them, if there are several.
    #[arg(
        long,
        value_name = "AUDIENCE",
        required_unless_present = "any_audience"
    )]
    audience: Vec<String>,

    /// Accept every audience, and none.
    #[arg(long, conflicts_with = "audience")]
    any_audience: bool,

    /// An algorithm that may be used [default: EdDSA and ES256].
    #[arg(long = "alg", value_name = "ALG", value_parser = algorithm)]
    algorithms: Vec<Algorithm>,

    /// What kind of token it has to be.
    #[arg(long, value_name = "PROFILE", default_value = "access-token")]
    profile: Profile,

    /// Another `typ` that the header may have than that of the profile.
    #[arg(long, value_name = "TYP")]
    typ: Vec<String>,

    /// How many seconds clocks may be apart, up to 60.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u64).range(..=60))]
    leeway: u64,

    /// The time to verify at, as in 2026-01-05T10:00:00Z [default: now].
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,

    /// How the verdict is shown.
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// A kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    /// An access token of RFC 9068, `at+jwt` with all its claims.
    AccessToken,
    /// Any JWT that expires.
    Jwt,
}

pub(super) fn algorithm(name: &str) -> Result<Algorithm, String> {
    let names = || Algorithm::ALL.map(Algorithm::name).join(", ");
    Algorithm::read(name).ok_or_else(|| format!("the algorithms are {}", names()))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let example = "expected a time such as 2026-01-05T10:00:00Z";
    Timestamp::read_rfc3339(text).ok_or_else(|| example.into())
}

impl Verify {
    pub(super) fn run(self) -> io::Result<Exit> {
        let (token, keys) = match self.read() {
            Ok(read) => read,
            Err(error) => {
                screen::failure(&error, None)?;
                return Ok(error.exit());
            }
        };
        let policy = match self.policy() {
            Ok(policy) => policy,
            Err(error) => {
                screen::failure(&error, None)?;
                return Ok(Exit::BadUsage);
            }
        };
        let now = self.at.unwrap_or_else(now);
        let mut out = io::stdout().lock();
        match verify(&token, &keys, &policy, now) {
            Ok(verified) => {
                accept(&mut out, self.format, &verified, now)?;
                Ok(Exit::Passed)
            }
            Err(error) => {
                refuse(&mut out, self.format, error.code(), &error)?;
                Ok(Exit::Failed)
            }
        }
    }

    fn read(&self) -> Result<(String, KeySet), InputError> {
        Ok((input::text(&self.token)?, input::keys(&self.jwks)?))
    }

    /// What is asked of the token, by the reader that all hosts share.
    fn policy(&self) -> Result<Policy, PolicyError> {
        let mut members = Map::new();
        members.insert("issuer".into(), self.issuer.as_str().into());
        let audience = match self.any_audience {
            true => Value::Null,
            false => self.audience.as_slice().into(),
        };
        members.insert("audience".into(), audience);
        let profile = match self.profile {
            Profile::AccessToken => "access_token",
            Profile::Jwt => "jwt",
        };
        members.insert("profile".into(), profile.into());
        members.insert("leeway".into(), self.leeway.into());
        if !self.typ.is_empty() {
            members.insert("typ".into(), self.typ.as_slice().into());
        }
        if !self.algorithms.is_empty() {
            let names = self.algorithms.iter().map(|algorithm| algorithm.name());
            members.insert("algorithms".into(), names.collect());
        }
        Policy::read(Value::Object(members).to_string().as_bytes())
    }
}

fn accept(
    out: &mut impl Write,
    format: Format,
    verified: &Verified,
    now: Timestamp,
) -> io::Result<()> {
    let claims = verified.claims().members();
    let header = header(verified.header());
    match format {
        Format::Human => {
            writeln!(out, "valid")?;
            writeln!(out, "header {}", show::members(&header))?;
            writeln!(out, "claims {}", show::members(&claims))?;
            for line in show::times(&claims, now) {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
        Format::Json => {
            let left = |end: Timestamp| end.seconds() - now.seconds();
            let document = json!({
                "kind": "verdict",
                "valid": true,
                "header": header,
                "claims": claims,
                "expires_in": verified.claims().expires().map(left),
            });
            writeln!(out, "{document}")
        }
    }
}

/// What the header says of those members that mean something.
fn header(header: &Header) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("alg".into(), header.algorithm().name().into());
    for (name, text) in [("typ", header.typ()), ("kid", header.kid())] {
        if let Some(text) = text {
            members.insert(name.into(), text.into());
        }
    }
    members
}

/// Tells that a token is refused, with the stable code of the reason.
pub(super) fn refuse(
    out: &mut impl Write,
    format: Format,
    code: &str,
    reason: &impl Display,
) -> io::Result<()> {
    match format {
        Format::Human => writeln!(out, "refused: {reason} ({code})"),
        Format::Json => {
            let reason = reason.to_string();
            let document = json!({
                "kind": "verdict",
                "valid": false,
                "code": code,
                "reason": reason,
            });
            writeln!(out, "{document}")
        }
    }
}
