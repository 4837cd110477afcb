//! Where the Prometheus is and how it is asked, from the host's variables.
//! What is missing or wrong is refused at the start, by the variable's name.
//! Whether the host can make a URL of it, the host is asked elsewhere.

use touchmark_core::record::Secret;
use touchmark_core::telemetry::is_label_name;

use crate::server::settings::SettingError;

const URL: &str = "TOUCHMARK_PROMETHEUS_URL";
const AUTHORIZATION: &str = "TOUCHMARK_PROMETHEUS_AUTHORIZATION";
const CONTRACT_LABEL: &str = "TOUCHMARK_PROMETHEUS_CONTRACT_LABEL";
const TIMEOUT: &str = "TOUCHMARK_PROMETHEUS_TIMEOUT";

/// The longest `Authorization` field.
const MAX_AUTHORIZATION: usize = 16 * 1024;
/// How many seconds a question may take, unless a variable says so.
const DEFAULT_TIMEOUT: u32 = 30;
/// The most seconds that a variable may say.
const MAX_TIMEOUT: u32 = 3600;

/// What is said of a URL that cannot be used.
pub(super) const WRONG_URL: SettingError = SettingError::Wrong(
    URL,
    "is not a URL of http or https, without credentials and query",
);

/// The Prometheus that is asked.
pub(in crate::js::edge) struct UpstreamSettings {
    /// Where it is, without `/api/v1`.
    pub(super) url: String,
    /// The `Authorization` field for it.
    pub(super) authorization: Option<Secret>,
    /// The label that holds the number of the contract.
    pub(super) contract_label: Option<String>,
    /// How many milliseconds one question may take.
    pub(super) timeout_ms: u32,
}

/// Reads the settings; without any there is no Prometheus to ask. An empty
/// variable is one that is not set.
pub(in crate::js::edge) fn read(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<UpstreamSettings>, SettingError> {
    let optional = |name: &str| variable(name).filter(|text| !text.is_empty());
    let Some(url) = optional(URL) else {
        // Half of the settings would ask the store instead, and nobody told.
        let others = [AUTHORIZATION, CONTRACT_LABEL, TIMEOUT];
        return match others.into_iter().any(|name| optional(name).is_some()) {
            true => Err(SettingError::Missing(URL)),
            false => Ok(None),
        };
    };
    if !is_base(&url) {
        return Err(WRONG_URL);
    }
    let authorization = optional(AUTHORIZATION);
    if authorization.as_deref().is_some_and(|text| !is_field(text)) {
        let problem = "is not one line of visible characters";
        return Err(SettingError::Wrong(AUTHORIZATION, problem));
    }
    let contract_label = optional(CONTRACT_LABEL);
    if contract_label
        .as_deref()
        .is_some_and(|text| !is_label_name(text))
    {
        let problem = "is not the name of a label";
        return Err(SettingError::Wrong(CONTRACT_LABEL, problem));
    }
    let timeout = match optional(TIMEOUT) {
        None => DEFAULT_TIMEOUT,
        Some(text) => {
            let seconds = text.parse().ok();
            let seconds = seconds.filter(|seconds| (1..=MAX_TIMEOUT).contains(seconds));
            let problem = "is not a number of seconds from 1 to 3600";
            seconds.ok_or(SettingError::Wrong(TIMEOUT, problem))?
        }
    };
    Ok(Some(UpstreamSettings {
        url,
        authorization: authorization.map(Secret::new),
        contract_label,
        timeout_ms: timeout * 1000,
    }))
}

/// Whether a path can be put behind this URL.
fn is_base(url: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let Some(rest) = rest else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    // A backslash ends the authority where it is read as browsers do.
    let is_taken = |byte: u8| byte.is_ascii_graphic() && !b"?#\\".contains(&byte);
    !authority.is_empty() && !authority.contains('@') && rest.bytes().all(is_taken)
}

/// Whether a text can stand in a field.
fn is_field(text: &str) -> bool {
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    text.len() <= MAX_AUTHORIZATION && text.bytes().all(is_visible)
}

#[cfg(test)]
mod tests {
    use super::{
        AUTHORIZATION, CONTRACT_LABEL, SettingError, TIMEOUT, URL, UpstreamSettings, read,
    };

    /// Settings of these variables, which are the only ones.
    fn of(variables: &[(&str, &str)]) -> Result<Option<UpstreamSettings>, SettingError> {
        read(|asked| {
            let mut known = variables.iter();
            let (_, value) = known.find(|(name, _)| *name == asked)?;
            Some((*value).to_owned())
        })
    }

    fn refusal(variables: &[(&str, &str)]) -> String {
        let refused = of(variables).err();
        refused.map_or_else(String::new, |refused| refused.to_string())
    }

    #[test]
    fn without_variables_there_is_no_prometheus() {
        assert!(of(&[]).is_ok_and(|settings| settings.is_none()));
        assert!(of(&[(URL, ""), (TIMEOUT, "")]).is_ok_and(|settings| settings.is_none()));
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let settings = of(&[(URL, "https://prometheus.example:9090/base/")]);
        let settings = settings.ok().flatten().expect("the URL is right");
        assert_eq!(settings.timeout_ms, 30_000);
        assert!(settings.authorization.is_none() && settings.contract_label.is_none());
    }

    #[test]
    fn what_is_set_is_taken() {
        let settings = of(&[
            (URL, "http://127.0.0.1:9090"),
            (AUTHORIZATION, "Bearer of good news"),
            (CONTRACT_LABEL, "tenant"),
            (TIMEOUT, "3600"),
        ]);
        let settings = settings.ok().flatten().expect("all of it is right");
        let authorization = settings.authorization.expect("it is set");
        assert_eq!(authorization.expose(), "Bearer of good news");
        assert_eq!(settings.contract_label.as_deref(), Some("tenant"));
        assert_eq!(settings.timeout_ms, 3_600_000);
    }

    #[test]
    fn nothing_else_is_set_without_the_url() {
        for name in [AUTHORIZATION, CONTRACT_LABEL, TIMEOUT] {
            let refused = refusal(&[(name, "1")]);
            assert_eq!(refused, format!("the variable {URL} is missing"));
        }
    }

    #[test]
    fn a_url_that_no_path_can_follow_is_refused() {
        for url in [
            "prometheus.example",
            "ftp://prometheus.example",
            "HTTP:prometheus.example",
            "http://",
            "http:///base",
            "http://ada:secret@prometheus.example",
            "http://prometheus.example?match=up",
            "http://prometheus.example/#graph",
            "http://prometheus.example\\@elsewhere.example",
            "http://prometheus.example/a b",
            "http://prometheus.example/\u{e9}",
        ] {
            let problem = "is not a URL of http or https, without credentials and query";
            assert_eq!(
                refusal(&[(URL, url)]),
                format!("the variable {URL} {problem}")
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        let long = "x".repeat(16 * 1024 + 1);
        let wrong = [
            (
                AUTHORIZATION,
                "two\r\nlines",
                "is not one line of visible characters",
            ),
            (
                AUTHORIZATION,
                "caf\u{e9}",
                "is not one line of visible characters",
            ),
            (
                AUTHORIZATION,
                &long,
                "is not one line of visible characters",
            ),
            (CONTRACT_LABEL, "two words", "is not the name of a label"),
            (TIMEOUT, "0", "is not a number of seconds from 1 to 3600"),
            (TIMEOUT, "3601", "is not a number of seconds from 1 to 3600"),
            (TIMEOUT, "30s", "is not a number of seconds from 1 to 3600"),
        ];
        for (name, value, problem) in wrong {
            let refused = refusal(&[(URL, "http://127.0.0.1:9090"), (name, value)]);
            assert_eq!(refused, format!("the variable {name} {problem}"));
        }
    }
}
