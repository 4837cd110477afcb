//! Headers, claims and times as people read them.

use serde_json::{Map, Value};
use touchmark_core::time::Timestamp;

/// A JSON object on lines of its own. What a terminal could take for a command
/// is escaped, because a stranger wrote it.
pub(super) fn members(members: &Map<String, Value>) -> String {
    let text = serde_json::to_string_pretty(members).expect("a map of JSON values is JSON");
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character == '\n' || !(character.is_control() || is_bidirectional(character)) {
            shown.push(character);
        } else {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
    }
    shown
}

/// Characters that turn the order of what is shown.
const fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The claims that are times, as one line each.
pub(super) fn times(claims: &Map<String, Value>, now: Timestamp) -> Vec<String> {
    let past_and_future = [
        ("iat", "issued", "to be issued"),
        ("nbf", "valid since", "valid from"),
        ("exp", "expired", "expires"),
    ];
    past_and_future
        .into_iter()
        .filter_map(|(claim, past, future)| {
            let seconds = claims.get(claim)?.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                reason = "times are whole seconds here"
            )]
            let at = Timestamp::from_seconds(seconds as i64);
            let distance = distance(at.seconds().abs_diff(now.seconds()));
            let date = at.to_rfc3339();
            Some(match at <= now {
                true => format!("{past} {date}, {distance} ago"),
                false => format!("{future} {date}, in {distance}"),
            })
        })
        .collect()
}

/// A length of time in its two largest units.
fn distance(seconds: u64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in units {
        let amount = rest / length;
        rest %= length;
        if amount > 0 {
            parts.push(format!("{amount} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    match parts.is_empty() {
        true => "0 s".into(),
        false => parts.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, members, times};
    use serde_json::json;
    use touchmark_core::time::Timestamp;

    #[test]
    fn lengths_of_time_have_two_units() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min 59 s"),
            (3_600, "1 h"),
            (3_601, "1 h"),
            (90_000, "1 d 1 h"),
            (31_536_000, "365 d"),
        ] {
            assert_eq!(distance(seconds), shown, "{seconds}");
        }
    }

    #[test]
    fn times_are_shown_from_both_sides() {
        let claims = json!({ "iat": 100, "nbf": 300, "exp": 4000.5, "other": 1 });
        let shown = times(claims.as_object().unwrap(), Timestamp::from_seconds(200));
        assert_eq!(
            shown,
            [
                "issued 1970-01-01T00:01:40Z, 1 min 40 s ago",
                "valid from 1970-01-01T00:05:00Z, in 1 min 40 s",
                "expires 1970-01-01T01:06:40Z, in 1 h 3 min",
            ]
        );
    }

    #[test]
    fn no_claim_can_command_a_terminal() {
        let claims = json!({ "a": "\u{1b}[2J\u{9b}31m\u{202e}b" });
        let shown = members(claims.as_object().unwrap());
        assert_eq!(shown, "{\n  \"a\": \"\\u001b[2J\\u009b31m\\u202eb\"\n}");
    }
}
