//! The options of a verifier, as JSON text: where keys come from, how often
//! they are asked for, and, in all other members, the policy.

use core::ops::RangeInclusive;

use touchmark_core::json::{self, Glimpse, Limits, Members};
use touchmark_core::token::{KeySet, Policy};

use super::super::refusal::Refusal;
use super::key_cache::Pace;
use super::keys::{Keys, Origin};

/// What a verifier is made of.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) policy: Policy,
    pub(super) keys: Keys,
}

impl Options {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        const LEVELS: usize = KeySet::LEVELS + 1;
        let seen = json::glance(text.as_bytes(), &Limits::SMALL, LEVELS).ok();
        let members = seen.and_then(Glimpse::into_members);
        let mut members = members.ok_or(Refusal::Option("of the verifier"))?;
        let keys = read_keys(&mut members)?;
        let policy = Policy::read_members(members)?;
        Ok(Self { policy, keys })
    }
}

fn read_keys(members: &mut Members<'_>) -> Result<Keys, Refusal> {
    match (members.take("jwks"), members.take("jwksUri")) {
        (Some(jwks), None) => {
            let jwks = jwks.into_members().unwrap_or_default();
            let set = KeySet::read_members(&jwks)?;
            Ok(Keys::new(Origin::Given(set), Pace::ONCE))
        }
        (None, Some(Glimpse::Text(uri))) => {
            let timeout = millis(members, "timeout", 5, 1..=60)? as u32;
            let pace = Pace {
                max_age: millis(members, "maxAge", 600, 1..=86_400)?,
                cooldown: millis(members, "cooldown", 30, 1..=3_600)?,
                stale_if_error: millis(members, "staleIfError", 3_600, 0..=86_400)?,
            };
            let uri = uri.into_owned();
            Ok(Keys::new(Origin::Published { uri, timeout }, pace))
        }
        (None, Some(_)) => Err(Refusal::Option("jwksUri")),
        _ => Err(Refusal::Option("jwks")),
    }
}

/// An option in whole seconds, within bounds, as milliseconds.
fn millis(
    members: &mut Members<'_>,
    name: &'static str,
    default: u64,
    bounds: RangeInclusive<u64>,
) -> Result<f64, Refusal> {
    let seconds = match members.take(name) {
        None => Some(default),
        Some(Glimpse::Number(seconds)) => seconds.as_u64(),
        Some(_) => None,
    };
    let seconds = seconds.filter(|seconds| bounds.contains(seconds));
    let seconds = seconds.ok_or(Refusal::Option(name))?;
    Ok(seconds as f64 * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn code(text: &str) -> Option<&'static str> {
        Options::read(text).err().map(|refusal| refusal.code())
    }

    #[test]
    fn keys_come_from_one_place() {
        let policy = r#""issuer":"https://a.example","audience":"b""#;
        assert_eq!(code(&format!(r#"{{{policy},"jwks":{{"keys":[]}}}}"#)), None);
        for (keys, expected) in [
            ("", "options_malformed"),
            (r#","jwksUri":7"#, "options_malformed"),
            (
                r#","jwksUri":"https://c.example","jwks":{"keys":[]}"#,
                "options_malformed",
            ),
            (r#","jwks":{"keys":7}"#, "key_set_malformed"),
            // What belongs to an endpoint means nothing without one.
            (r#","jwks":{"keys":[]},"timeout":5"#, "policy_malformed"),
        ] {
            assert_eq!(
                code(&format!("{{{policy}{keys}}}")),
                Some(expected),
                "{keys}"
            );
        }
    }

    #[test]
    fn times_are_whole_seconds_within_bounds() {
        for time in [
            r#""timeout":0"#,
            r#""timeout":61"#,
            r#""timeout":"5""#,
            r#""cooldown":0"#,
            r#""maxAge":1.5"#,
            r#""staleIfError":-1"#,
            r#""staleIfError":86401"#,
        ] {
            let text = format!(r#"{{"jwksUri":"https://a.example/jwks",{time}}}"#);
            assert_eq!(code(&text), Some("options_malformed"), "{time}");
        }
    }

    #[test]
    fn what_is_not_an_object_is_refused() {
        for text in ["", "[]", "null", "{"] {
            assert_eq!(code(text), Some("options_malformed"), "{text}");
        }
    }
}
