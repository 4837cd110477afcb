//! The functions that `$(…)` can call: a small closed set, pure apart from the
//! clock and the randomness that the run hands in.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use touchmark_core::{http::encode_component, time::Timestamp};

use super::{node::Value, word::Delay};

/// What a run knows beyond its names.
pub trait World {
    /// The time, as the run sees it.
    fn now(&self) -> Timestamp;

    /// Fills a buffer with random bytes.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// A function by name.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called, for help texts and the reference.
    pub usage: &'static str,
    /// The least number of arguments.
    pub least: usize,
    /// The greatest number of arguments.
    pub most: usize,
    evaluate: fn(&[Value], &dyn World) -> Result<Value, Unfit>,
}

/// Why a function has no value for its arguments, in words that follow
/// "`name`".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit(&'static str);

impl Unfit {
    /// The words.
    pub fn words(self) -> &'static str {
        self.0
    }
}

/// Every function.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "uuid",
        usage: "uuid()",
        least: 0,
        most: 0,
        evaluate: |_, world| {
            let mut bytes = [0; 16];
            world.fill_random(&mut bytes);
            let uuid = uuid::Builder::from_random_bytes(bytes).into_uuid();
            Ok(Value::Text(uuid.to_string()))
        },
    },
    Function {
        name: "now",
        usage: "now('-1h')",
        least: 0,
        most: 1,
        evaluate: |arguments, world| {
            let time = shifted(world.now(), arguments)?;
            Ok(Value::Text(time.to_rfc3339()))
        },
    },
    Function {
        name: "unix",
        usage: "unix('+5m')",
        least: 0,
        most: 1,
        evaluate: |arguments, world| {
            let time = shifted(world.now(), arguments)?;
            Ok(Value::Int(time.seconds().into()))
        },
    },
    Function {
        name: "random",
        usage: "random(12)",
        least: 1,
        most: 1,
        evaluate: |arguments, world| random_text(&arguments[0], world),
    },
    Function {
        name: "repeat",
        usage: "repeat('ab', 3)",
        least: 2,
        most: 2,
        evaluate: |arguments, _| repeated_text(&arguments[0], &arguments[1]),
    },
    Function {
        name: "base64",
        usage: "base64(text)",
        least: 1,
        most: 1,
        evaluate: |arguments, _| {
            let text = text_argument(&arguments[0])?;
            Ok(Value::Text(Base64::encode_string(text.as_bytes())))
        },
    },
    Function {
        name: "base64url",
        usage: "base64url(text)",
        least: 1,
        most: 1,
        evaluate: |arguments, _| {
            let text = text_argument(&arguments[0])?;
            Ok(Value::Text(Base64UrlUnpadded::encode_string(
                text.as_bytes(),
            )))
        },
    },
    Function {
        name: "sha256",
        usage: "sha256(text)",
        least: 1,
        most: 1,
        evaluate: |arguments, _| {
            let text = text_argument(&arguments[0])?;
            Ok(Value::Text(hex(&Sha256::digest(text.as_bytes()))))
        },
    },
    Function {
        name: "hmac",
        usage: "hmac(key, text)",
        least: 2,
        most: 2,
        evaluate: |arguments, _| {
            let (key, text) = (text_argument(&arguments[0])?, text_argument(&arguments[1])?);
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
                .map_err(|_| Unfit("needs another key"))?;
            mac.update(text.as_bytes());
            Ok(Value::Text(hex(&mac.finalize().into_bytes())))
        },
    },
    Function {
        name: "percent",
        usage: "percent(text)",
        least: 1,
        most: 1,
        evaluate: |arguments, _| {
            Ok(Value::Text(encode_component(&text_argument(
                &arguments[0],
            )?)))
        },
    },
];

impl Function {
    /// The function of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// Whether it can be called with so many arguments.
    pub fn takes(&self, arguments: usize) -> bool {
        (self.least..=self.most).contains(&arguments)
    }

    /// Calls it.
    ///
    /// # Errors
    /// When the arguments are not what the function takes.
    pub fn call(&self, arguments: &[Value], world: &dyn World) -> Result<Value, Unfit> {
        if !self.takes(arguments.len()) {
            return Err(Unfit("takes another number of arguments"));
        }
        (self.evaluate)(arguments, world)
    }
}

/// The text that a scalar becomes inside other text; `None` for what is no
/// scalar.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        // `Debug` keeps the `.0` of a whole float, as JSON writers do.
        Value::Float(number) => Some(format!("{number:?}")),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Template(_) => None,
    }
}

fn text_argument(value: &Value) -> Result<String, Unfit> {
    text(value).ok_or(Unfit("takes text, a number or a boolean"))
}

fn shifted(now: Timestamp, arguments: &[Value]) -> Result<Timestamp, Unfit> {
    let Some(offset) = arguments.first() else {
        return Ok(now);
    };
    let unfit = Unfit("takes an offset such as '+5m' or '-1h'");
    let Value::Text(offset) = offset else {
        return Err(unfit);
    };
    let (sign, length) = match offset.split_at_checked(1) {
        Some(("+", length)) => (1, length),
        Some(("-", length)) => (-1, length),
        _ => return Err(unfit),
    };
    let length = Delay::parse(length).ok_or(unfit)?.0;
    let millis = i64::try_from(length.as_millis()).map_err(|_| unfit)?;
    Ok(Timestamp::from_millis(now.millis() + sign * millis))
}

const LONGEST_RANDOM_TEXT: usize = 1024;

/// Text of lower-case letters and digits, each equally likely.
fn random_text(length: &Value, world: &dyn World) -> Result<Value, Unfit> {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let unfit = Unfit("takes a length between 1 and 1024");
    let Value::Int(length) = length else {
        return Err(unfit);
    };
    let length = usize::try_from(*length).map_err(|_| unfit)?;
    if !(1..=LONGEST_RANDOM_TEXT).contains(&length) {
        return Err(unfit);
    }
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        world.fill_random(&mut bytes);
        // 252 is the greatest multiple of 36 in a byte; what is above it would
        // make some characters likelier.
        let fair = bytes.iter().filter(|byte| **byte < 252);
        let characters = fair.map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]));
        text.extend(characters.take(length - text.len()));
    }
    Ok(Value::Text(text))
}

const LONGEST_REPEATED_TEXT: usize = 4 * 1024 * 1024;

/// A text so many times, to reach the limits of what a deployment takes.
fn repeated_text(text: &Value, times: &Value) -> Result<Value, Unfit> {
    let text = text_argument(text)?;
    let unfit = Unfit("takes how often, so that at most 4 MiB come of it");
    let Value::Int(times) = times else {
        return Err(unfit);
    };
    let times = usize::try_from(*times).map_err(|_| unfit)?;
    let length = text.len().checked_mul(times);
    if length.is_none_or(|length| length > LONGEST_REPEATED_TEXT) {
        return Err(unfit);
    }
    Ok(Value::Text(text.repeat(times)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
