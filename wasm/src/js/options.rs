//! The policy of a verifier as a page writes it down: a JSON object. An
//! unknown member is refused, because a misspelt rule would not be applied.

use serde::Deserialize;
use touchmark_core::json::{self, Limits};
use touchmark_core::token::{Algorithm, AudienceRule, Leeway, Policy, TypRule};

use super::refusal::Refusal;

/// The object, as far as its shape goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Options {
    issuer: String,
    audience: Audience,
    algorithms: Option<Vec<String>>,
    typ: Option<String>,
    leeway: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Reads a policy. Without a `typ` it is the one for RFC 9068 access tokens.
pub(super) fn read(text: &str) -> Result<Policy, Refusal> {
    let options: Options = json::read_as(text.as_bytes(), &Limits::SMALL)?;
    let audience = match options.audience {
        Audience::One(audience) => AudienceRule::one(audience),
        Audience::Several(audiences) if audiences.is_empty() => return Err(Refusal::NoAudience),
        Audience::Several(audiences) => AudienceRule::OneOf(audiences),
    };
    let mut policy = match options.typ {
        None => Policy::access_token(options.issuer, "").audience(audience),
        Some(typ) if typ.eq_ignore_ascii_case("JWT") => Policy::jwt(options.issuer, audience),
        Some(typ) => Policy::jwt(options.issuer, audience).typ(TypRule::only([typ])),
    };
    if let Some(names) = options.algorithms {
        let named: Option<Vec<Algorithm>> =
            names.iter().map(|name| Algorithm::read(name)).collect();
        policy = policy.algorithms(named.ok_or(Refusal::UnknownAlgorithm)?);
    }
    if let Some(seconds) = options.leeway {
        policy = policy.leeway(Leeway::seconds(seconds).ok_or(Refusal::TooMuchLeeway)?);
    }
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn refused(text: &str) -> &'static str {
        read(text).expect_err("the options are wrong").code()
    }

    #[test]
    fn every_option_is_read() {
        read(r#"{"issuer":"i","audience":"a"}"#).expect("these are all that is needed");
        read(
            r#"{"issuer":"i","audience":["a","b"],"algorithms":["EdDSA","HS256"],
                "typ":"JWT","leeway":60}"#,
        )
        .expect("these are all there are");
    }

    #[test]
    fn a_missing_rule_is_refused() {
        assert_eq!(refused(r#"{"issuer":"i"}"#), "options_malformed");
        assert_eq!(refused(r#"{"audience":"a"}"#), "options_malformed");
        assert_eq!(refused("null"), "options_malformed");
    }

    #[test]
    fn a_misspelt_rule_is_refused() {
        let text = r#"{"issuer":"i","audience":"a","algorithm":["HS256"]}"#;
        assert_eq!(refused(text), "options_malformed");
    }

    #[test]
    fn a_list_without_an_audience_is_refused() {
        assert_eq!(
            refused(r#"{"issuer":"i","audience":[]}"#),
            "options_no_audience"
        );
    }

    #[test]
    fn an_unknown_algorithm_is_refused() {
        for name in ["none", "hs256", "RS512", ""] {
            let text = format!(r#"{{"issuer":"i","audience":"a","algorithms":["{name}"]}}"#);
            assert_eq!(refused(&text), "options_unknown_algorithm", "{name}");
        }
    }

    #[test]
    fn more_than_a_minute_of_leeway_is_refused() {
        let text = r#"{"issuer":"i","audience":"a","leeway":61}"#;
        assert_eq!(refused(text), "options_too_much_leeway");
    }
}
