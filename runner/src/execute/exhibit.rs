//! What a failure shows: request, response and tokens, masked before they are
//! shortened, because half a secret is recognised by nobody.

use crate::peer::{Answer, Request};
use crate::report::{Answered, Decoded, Excerpt, Exchange};
use crate::secret::{Masked, Redactor};
use serde_json::{Map, Value as Json};
use touchmark_core::http::Headers;
use touchmark_core::time::Timestamp;
use touchmark_core::token::{Limits, inspect};

/// How much of a body is shown, in bytes.
const SHOWN: usize = 4 * 1024;
/// How much of a body is searched for secrets. A secret that begins within the
/// part that is shown ends within this one.
const SEARCHED: usize = 128 * 1024;
/// How much of a line is shown, in characters.
const LINE: usize = 300;

/// The request and, if there is one, its response.
pub(super) fn exchange(
    redactor: &Redactor,
    request: &Request,
    answer: Option<&Answer>,
) -> Exchange {
    // Nobody else reaches the deployment in this process.
    let is_reachable = request.url.origin() != crate::peer::ORIGIN;
    Exchange {
        line: redactor.mask(&format!("{} {}", request.method, request.url)),
        request_headers: headers(redactor, &request.headers),
        request_body: excerpt(redactor, &request.body),
        response: answer.map(|answer| answered(redactor, answer)),
        curl: is_reachable.then(|| curl(redactor, request)),
    }
}

fn answered(redactor: &Redactor, answer: &Answer) -> Answered {
    Answered {
        status: answer.response.status.code(),
        reason: answer.response.status.reason(),
        headers: headers(redactor, &answer.response.headers),
        body: excerpt(redactor, &answer.response.body),
        took: answer.took,
    }
}

fn headers(redactor: &Redactor, headers: &Headers) -> Vec<(Masked, Masked)> {
    headers
        .iter()
        .map(|(name, value)| (redactor.mask(name), redactor.mask(value)))
        .collect()
}

fn excerpt(redactor: &Redactor, body: &[u8]) -> Excerpt {
    let searched = &body[..body.len().min(SEARCHED)];
    let text = match core::str::from_utf8(searched) {
        Ok(text) => text,
        // Cut in the middle of a character.
        Err(error) if error.error_len().is_none() => {
            core::str::from_utf8(&searched[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => {
            return Excerpt {
                text: Masked::default(),
                left_out: body.len(),
            };
        }
    };
    let masked = redactor.mask(text);
    let shown = masked.shortened(SHOWN);
    let left_out = if shown == masked {
        body.len() - text.len()
    } else {
        body.len() - SHOWN
    };
    Excerpt {
        text: shown,
        left_out,
    }
}

/// One line of text, masked and not too long.
pub(super) fn line(redactor: &Redactor, text: &str) -> Masked {
    redactor.mask(text).shortened(LINE)
}

/// A token as it describes itself, if it is a JWT.
pub(super) fn decoded(
    redactor: &Redactor,
    name: &str,
    token: &str,
    refusal: Option<String>,
) -> Option<Decoded> {
    let inspected = inspect(token, &Limits::DEFAULT).ok()?;
    let shown = |members: Map<String, Json>| line(redactor, &Json::Object(members).to_string());
    Some(Decoded {
        name: redactor.mask(name),
        header: shown(inspected.header()),
        claims: shown(inspected.unverified_claims()),
        refusal: refusal.map(|refusal| redactor.mask(&refusal)),
    })
}

/// The bearer token that a request carries, and what is wrong with its times.
pub(super) fn sent_token(
    redactor: &Redactor,
    request: &Request,
    now: Timestamp,
) -> Option<Decoded> {
    let field = request.headers.first("authorization")?;
    let (scheme, token) = field.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let claims = inspect(token, &Limits::DEFAULT).ok()?.unverified_claims();
    let time = |name: &str| {
        claims
            .get(name)
            .and_then(Json::as_i64)
            .map(Timestamp::from_seconds)
    };
    let refusal = match (time("exp"), time("nbf")) {
        (Some(expires), _) if expires <= now => {
            let ago = now.seconds() - expires.seconds();
            Some(format!("expired {ago} s ago, at {}", expires.to_rfc3339()))
        }
        (_, Some(begins)) if begins > now => {
            Some(format!("not valid before {}", begins.to_rfc3339()))
        }
        _ => None,
    };
    decoded(redactor, "sent", token, refusal)
}

/// The command that sends a request again from a POSIX shell.
fn curl(redactor: &Redactor, request: &Request) -> Masked {
    // Quoting may split a secret that has a quote in it, so masking comes first.
    let quoted = |text: &str| quoted(redactor.mask(text).as_str());
    let url = quoted(&request.url.to_string());
    let mut command = format!("curl -sS -i -X {} {url}", request.method);
    for (name, value) in request.headers.iter() {
        command.push_str(" -H ");
        command.push_str(&quoted(&format!("{name}: {value}")));
    }
    match core::str::from_utf8(&request.body) {
        Ok("") => {}
        Ok(text) if text.len() <= SHOWN => {
            command.push_str(" --data-raw ");
            command.push_str(&quoted(text));
        }
        _ => command.push_str(" --data-binary @body"),
    }
    redactor.mask(&command)
}

/// A word as a POSIX shell reads it back unchanged.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{SHOWN, excerpt, exchange};
    use crate::peer::{Request, Url};
    use crate::secret::{Redactor, Secret};
    use touchmark_core::http::Headers;

    fn knowing(secret: &str) -> Redactor {
        let redactor = Redactor::new();
        redactor.learn(&Secret::read(secret).unwrap());
        redactor
    }

    #[test]
    fn a_secret_is_not_cut_in_two_where_a_body_is_shortened() {
        let secret = "0123456789abcdef";
        let redactor = knowing(secret);
        for before in SHOWN - 20..SHOWN + 5 {
            let body = format!("{}{secret}{}", "x".repeat(before), "y".repeat(100));
            let shown = excerpt(&redactor, body.as_bytes());
            assert!(!shown.text.as_str().contains("0123"), "{before}");
            assert!(shown.left_out > 0, "{before}");
        }
    }

    #[test]
    fn a_body_is_shown_as_far_as_it_is_text() {
        let redactor = Redactor::new();
        let shown = |body: &[u8]| {
            let excerpt = excerpt(&redactor, body);
            (excerpt.text.to_string().chars().count(), excerpt.left_out)
        };
        assert_eq!(shown(b""), (0, 0));
        assert_eq!(shown("schön".as_bytes()), (5, 0));
        assert_eq!(shown(&[0xff, 0xfe, b'a']), (0, 3));
        // The mark at the end is one more.
        assert_eq!(shown(&vec![b'a'; SHOWN + 7]), (SHOWN + 1, 7));
        let long = "ä".repeat(200_000);
        let (characters, left_out) = shown(long.as_bytes());
        assert_eq!((characters, left_out), (SHOWN / 2 + 1, long.len() - SHOWN));
    }

    #[test]
    fn the_command_that_repeats_a_request_survives_a_shell_and_hides_secrets() {
        let redactor = knowing("it's-secret");
        let mut headers = Headers::new();
        headers.append("x-key", "it's-secret");
        let request = Request {
            method: "PUT".into(),
            url: Url::read("http://a.example/b?c='d'").unwrap(),
            headers,
            body: b"{\"it\": \"isn't\"}".to_vec(),
        };
        let shown = exchange(&redactor, &request, None);
        assert_eq!(
            shown.curl.unwrap().as_str(),
            r#"curl -sS -i -X PUT 'http://a.example/b?c='\''d'\''' -H 'x-key: ***' --data-raw '{"it": "isn'\''t"}'"#
        );
    }

    #[test]
    fn nobody_is_told_to_repeat_a_request_to_this_process() {
        let request = Request {
            method: "GET".into(),
            url: Url::read(crate::peer::ORIGIN).unwrap(),
            headers: Headers::new(),
            body: Vec::new(),
        };
        assert!(exchange(&Redactor::new(), &request, None).curl.is_none());
    }
}
