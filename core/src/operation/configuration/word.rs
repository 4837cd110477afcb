//! Values of a configuration that are one word, wherever it is written: what
//! each looks like and how it is read.

use crate::json;
use core::num::NonZeroU32;

/// A value that is one word.
pub trait Word: Sized {
    /// What the word looks like, after "expected".
    const EXPECTED: &'static str;

    /// Reads the word.
    fn read(word: &str) -> Option<Self>;
}

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub usize);

/// More than any limit of a deployment needs.
const LARGEST: u64 = 1 << 40;

impl Word for Size {
    const EXPECTED: &'static str = "a number of bytes such as `65536`, `64KiB` or `32MiB`";

    fn read(word: &str) -> Option<Self> {
        let digits = word.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        let unit: u64 = match &word[digits.len()..] {
            "" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        let size = whole(digits)?.checked_mul(unit)?;
        let size = Some(size).filter(|size| (1..=LARGEST).contains(size))?;
        usize::try_from(size).ok().map(Self)
    }
}

/// A number of things, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub usize);

impl Word for Count {
    const EXPECTED: &'static str = "a whole number from 1 to 1000000";

    fn read(word: &str) -> Option<Self> {
        within(word, 1_000_000).map(Self)
    }
}

impl Count {
    /// The same number, of a type that knows it to be one.
    #[must_use]
    pub fn get(self) -> NonZeroU32 {
        let count = u32::try_from(self.0).ok().and_then(NonZeroU32::new);
        count.expect("a count is from 1 to 1000000")
    }
}

/// How deep JSON may nest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Depth(pub usize);

impl Word for Depth {
    const EXPECTED: &'static str = "a whole number from 1 to 120";

    fn read(word: &str) -> Option<Self> {
        within(word, json::Limits::DEEPEST).map(Self)
    }
}

/// How many tokens one user may have: so few that all of them can go in one
/// commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tokens(pub usize);

impl Word for Tokens {
    const EXPECTED: &'static str = "a whole number from 1 to 1000";

    fn read(word: &str) -> Option<Self> {
        within(word, 1000).map(Self)
    }
}

/// A number of things, or any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most(pub Option<usize>);

impl Word for Most {
    const EXPECTED: &'static str = "`unlimited`, or a whole number from 1 to 1000000";

    fn read(word: &str) -> Option<Self> {
        match word {
            "unlimited" => Some(Self(None)),
            _ => Count::read(word).map(|count| Self(Some(count.0))),
        }
    }
}

/// How long something lives, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(pub u32);

/// A leap year, in seconds.
const LONGEST: u64 = 366 * 86_400;

impl Word for Lifetime {
    const EXPECTED: &'static str =
        "a lifetime of at most 366 days such as `90s`, `15m`, `24h` or `7d`";

    fn read(word: &str) -> Option<Self> {
        let digits = word.trim_end_matches(|character: char| character.is_ascii_lowercase());
        let unit = match &word[digits.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        let seconds = whole(digits)?.checked_mul(unit)?;
        let seconds = Some(seconds).filter(|seconds| (1..=LONGEST).contains(seconds))?;
        u32::try_from(seconds).ok().map(Self)
    }
}

/// How long a secret lives, in seconds; `None` until it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry(pub Option<u32>);

impl Word for Expiry {
    const EXPECTED: &'static str =
        "`never`, or a lifetime of at most 366 days such as `90d` or `12h`";

    fn read(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self(None)),
            _ => Lifetime::read(word).map(|life| Self(Some(life.0))),
        }
    }
}

fn within(word: &str, most: usize) -> Option<usize> {
    let number = usize::try_from(whole(word)?).ok()?;
    (1..=most).contains(&number).then_some(number)
}

fn whole(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}
