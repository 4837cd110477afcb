//! Values of the server's settings that are one word, in the file and on the
//! command line alike: what each looks like and how it is read.

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::path::PathBuf;

use ipnet::IpNet;
use schemars::{Schema, SchemaGenerator, json_schema};
use touchmark_core::operation::configuration::{
    Count, Depth, Expiry, Lifetime, Most, Size, Tokens, Word,
};
use touchmark_core::record::{System, Tenant};
use touchmark_core::token::Algorithm;

use crate::peer::Url;
use crate::scenario::node::{Node, Value};
use crate::scenario::read::{Read, mismatch};
use crate::scenario::source::Span;
use crate::scenario::word::Delay;
use crate::scenario::{Diagnostic, entries::KeyKind};

/// A value that is one word.
pub trait Written: Sized {
    /// What the word looks like, after "expected".
    const EXPECTED: &'static str;

    /// Reads the word.
    fn read(word: &str) -> Option<Self>;
}

/// Reads a word of the command line.
///
/// # Errors
/// Says what the word should look like.
pub fn argument<T: Written>(word: &str) -> Result<T, String> {
    T::read(word).ok_or_else(|| format!("expected {}", T::EXPECTED))
}

/// A word of the file and its place.
#[derive(Clone, Debug)]
pub struct Given<T> {
    /// The place.
    pub span: Span,
    /// What the word means.
    pub value: T,
}

/// The value of a word that may be absent.
pub(super) fn given<T: Copy>(word: &Option<Given<T>>) -> Option<T> {
    word.as_ref().map(|given| given.value)
}

impl<T: Written> Read for Given<T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let value = match &node.value {
            Value::Text(word) => T::read(word),
            Value::Int(number) => T::read(&number.to_string()),
            _ => {
                findings.push(mismatch(node, T::EXPECTED));
                return None;
            }
        };
        if value.is_none() {
            let message = format!("expected {}", T::EXPECTED);
            findings.push(Diagnostic::error(&node.span, message));
        }
        Some(Self {
            span: node.span.clone(),
            value: value?,
        })
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "title": T::EXPECTED })
    }
}

/// The name of a system, as a key.
#[derive(Clone, Copy, Debug)]
pub enum SystemName {}

impl KeyKind for SystemName {
    const PATTERN: &'static str = "^(standard|klarity|cockpit|ionos|datatrails|horizon)$";

    type Meaning = System;

    fn read(key: &str) -> Result<System, String> {
        System::named(key).ok_or_else(|| {
            let names = System::ALL.map(System::as_str).join(", ");
            format!("is not a system; the systems are {names}")
        })
    }
}

/// Where clients reach the server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The text, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Written for Origin {
    const EXPECTED: &'static str = "an origin such as `https://tokens.example.com`, without a path";

    fn read(word: &str) -> Option<Self> {
        let url = Url::read(word).ok()?;
        let alone = url.path() == "/" && url.query().is_empty() && !word.contains(['?', '#']);
        alone.then(|| Self(url.origin()))
    }
}

impl Written for SocketAddr {
    const EXPECTED: &'static str = "an IP address and a port such as `127.0.0.1:8080` or `[::1]:0`";

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

/// Which store keeps the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// None that outlives the process.
    Memory,
    /// The SQLite file at this path.
    Sqlite(PathBuf),
}

impl Written for Place {
    const EXPECTED: &'static str = "`memory`, or `sqlite:` and the path of a file";

    fn read(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None if word == "memory" => Some(Self::Memory),
            Some(("sqlite", path)) if !path.is_empty() => Some(Self::Sqlite(path.into())),
            _ => None,
        }
    }
}

impl Written for Tenant {
    const EXPECTED: &'static str = "a name of up to 64 letters, digits, `-`, `_` or `.`";

    fn read(word: &str) -> Option<Self> {
        Self::new(word).ok()
    }
}

impl Written for IpNet {
    const EXPECTED: &'static str = "an IP address or network such as `10.0.0.0/8`";

    fn read(word: &str) -> Option<Self> {
        let address = || word.parse::<IpAddr>().map(Self::from);
        word.parse().or_else(|_| address()).ok()
    }
}

impl Written for Algorithm {
    const EXPECTED: &'static str = "`EdDSA` or `ES256`";

    fn read(word: &str) -> Option<Self> {
        Self::read(word).filter(|algorithm| matches!(algorithm, Self::EdDsa | Self::Es256))
    }
}

impl Written for PathBuf {
    const EXPECTED: &'static str = "the path of a file";

    fn read(word: &str) -> Option<Self> {
        (!word.is_empty()).then(|| word.into())
    }
}

macro_rules! written {
    ($($word:ty),*) => {
        $(impl Written for $word {
            const EXPECTED: &'static str = <Self as Word>::EXPECTED;

            fn read(word: &str) -> Option<Self> {
                <Self as Word>::read(word)
            }
        })*
    };
}

// Words that every host's configuration has.
written!(Size, Count, Depth, Tokens, Most, Lifetime, Expiry);

/// How long the server waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Duration);

impl Written for Wait {
    const EXPECTED: &'static str = "a length of time from `1ms` to `1h`";

    fn read(word: &str) -> Option<Self> {
        let Delay(length) = Delay::parse(word)?;
        let range = Duration::from_millis(1)..=Duration::from_secs(3600);
        range.contains(&length).then_some(Self(length))
    }
}
