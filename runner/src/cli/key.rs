//! `touchmark key`: making keys, publishing their public halves, naming them.
//! A private key is printed by `generate` only, which is what it is for.

use core::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use touchmark_core::token::{Algorithm, KeySet};

use super::input::{self, InputError};
use super::screen;
use crate::exit::Exit;
use crate::host::SystemRandom;
use crate::serve::write_new_file;

/// Make and show keys.
#[derive(Debug, Args)]
pub(super) struct KeyCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key and print it as a private JWK, or write it to a new file.
    ///
    /// With `--out` the public half is printed instead.
    Generate(Generate),
    /// Print the public halves of keys as one JWKS.
    Jwks(Jwks),
    /// Print the RFC 7638 thumbprint of each key, one a line.
    Thumbprint(Jwks),
}

#[derive(Debug, Args)]
struct Generate {
    /// What the key signs with: EdDSA, ES256, HS256, HS384 or HS512.
    #[arg(long = "alg", value_name = "ALG", default_value = "EdDSA", value_parser = signing)]
    algorithm: Algorithm,

    /// A new file, readable for its owner only; none is overwritten.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Jwks {
    /// Files with a JWK or a JWKS, private or public; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

fn signing(name: &str) -> Result<Algorithm, String> {
    Algorithm::read(name)
        .filter(|algorithm| !matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256))
        .ok_or_else(|| "keys are made for EdDSA, ES256, HS256, HS384 and HS512".into())
}

impl KeyCommand {
    pub(super) fn run(self) -> io::Result<Exit> {
        let done = match self.command {
            Command::Generate(generate) => generate.run(),
            Command::Jwks(jwks) => jwks.publish(),
            Command::Thumbprint(jwks) => jwks.name(),
        };
        match done {
            Ok(text) => {
                io::stdout().write_all(text.as_bytes())?;
                Ok(Exit::Passed)
            }
            Err(error) => {
                screen::failure(&error, None)?;
                Ok(error.exit())
            }
        }
    }
}

impl Generate {
    fn run(self) -> Result<String, Undone> {
        let random = SystemRandom::probe().map_err(Undone::Randomness)?;
        let key = random.signing_key(self.algorithm);
        let mut private = key.write_private().expose().to_vec();
        private.push(b'\n');
        let Some(path) = self.out else {
            return Ok(String::from_utf8(private).expect("a JWK is text"));
        };
        write_new_file(&path, &private).map_err(|cause| Undone::File { path, cause })?;
        let public = key.verifying_key().write_public();
        // A shared secret has no public half.
        Ok(public.map_or_else(String::new, |jwk| {
            format!("{}\n", serde_json::Value::Object(jwk))
        }))
    }
}

impl Jwks {
    fn keys(&self) -> Result<KeySet, Undone> {
        let mut all = KeySet::default();
        for file in &self.files {
            let set = input::keys(file).map_err(Undone::Input)?;
            if let Some(cause) = set.skipped().first() {
                return Err(Undone::Input(InputError::Key {
                    path: file.clone(),
                    cause: cause.clone(),
                }));
            }
            for key in set.keys() {
                if key.public_material().is_none() {
                    return Err(Undone::Secret(file.clone()));
                }
            }
            all.extend(set.keys().iter().cloned());
        }
        Ok(all)
    }

    fn publish(&self) -> Result<String, Undone> {
        Ok(format!("{}\n", self.keys()?.write_public()))
    }

    fn name(&self) -> Result<String, Undone> {
        let keys = self.keys()?;
        let thumbprints = keys.keys().iter().filter_map(|key| key.thumbprint());
        Ok(thumbprints.map(|thumbprint| thumbprint + "\n").collect())
    }
}

/// Why a command for keys did nothing.
#[derive(Debug)]
enum Undone {
    Input(InputError),
    /// The file has a shared secret, which nobody publishes, not even as a hash.
    Secret(String),
    File {
        path: PathBuf,
        cause: io::Error,
    },
    Randomness(crate::host::NoRandomness),
}

impl Undone {
    const fn exit(&self) -> Exit {
        match self {
            Self::Input(error) => error.exit(),
            Self::Secret(_) => Exit::Refused,
            Self::File { .. } => Exit::BadFile,
            Self::Randomness(_) => Exit::Bug,
        }
    }
}

impl fmt::Display for Undone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Secret(file) => write!(f, "{file} has a shared secret, which is not for showing"),
            Self::File { path, .. } => write!(f, "cannot write {}", Path::display(path)),
            Self::Randomness(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Undone {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Input(error) => error.source(),
            Self::File { cause, .. } => Some(cause),
            Self::Secret(_) | Self::Randomness(_) => None,
        }
    }
}
