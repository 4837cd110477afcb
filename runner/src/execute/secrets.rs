//! Where the values of declared secrets come from: a file, or else the
//! environment. All are looked up before the first request.

use crate::scenario::word::Text;
use crate::scenario::{Diagnostic, Plan, model::Project};
use crate::secret::Secret;
use core::fmt;
use std::collections::HashMap;

/// Why a secrets file cannot be read. The file's text is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsError {
    /// The line is not `NAME=value`.
    Line(usize),
    /// The name on this line has been given before.
    Repeated(usize),
}

impl fmt::Display for SecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line} is not `NAME=value`"),
            Self::Repeated(line) => write!(f, "the name on line {line} is given twice"),
        }
    }
}

impl core::error::Error for SecretsError {}

/// Reads a file with one `NAME=value` per line. Empty lines and lines that
/// begin with `#` are passed over; a value is everything after the first `=`,
/// without quotes or escapes.
///
/// # Errors
/// Names the line that is wrong.
pub fn read_secrets(text: &str) -> Result<HashMap<String, String>, SecretsError> {
    let mut values = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(SecretsError::Line(at + 1))?;
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(SecretsError::Line(at + 1));
        }
        if values.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(SecretsError::Repeated(at + 1));
        }
    }
    Ok(values)
}

/// Looks up every secret that a project or a scenario declares.
///
/// # Errors
/// Points at each secret that has no value, or one that cannot be masked.
pub fn resolve_secrets(
    plans: &[Plan],
    project: Option<&Project>,
    look_up: impl Fn(&str) -> Option<String>,
) -> Result<HashMap<String, Secret>, Vec<Diagnostic>> {
    let declared = project.into_iter().flat_map(|project| &project.secrets);
    let declared = declared.chain(plans.iter().flat_map(|plan| &plan.scenario.secrets));
    let mut secrets = HashMap::new();
    let mut findings: HashMap<&str, Diagnostic> = HashMap::new();
    for name in declared {
        if secrets.contains_key(&name.text) || findings.contains_key(name.text.as_str()) {
            continue;
        }
        match resolve(name, &look_up) {
            Ok(secret) => {
                secrets.insert(name.text.clone(), secret);
            }
            Err(finding) => {
                findings.insert(&name.text, finding);
            }
        }
    }
    if findings.is_empty() {
        return Ok(secrets);
    }
    let mut findings: Vec<_> = findings.into_iter().collect();
    findings.sort_by(|left, right| left.0.cmp(right.0));
    Err(findings.into_iter().map(|(_, finding)| finding).collect())
}

fn resolve(name: &Text, look_up: impl Fn(&str) -> Option<String>) -> Result<Secret, Diagnostic> {
    let value = look_up(name).ok_or_else(|| {
        Diagnostic::error(&name.span, format!("the secret `{name}` has no value")).help(format!(
            "set {name} in the environment, or give --secrets-file"
        ))
    })?;
    Secret::read(value)
        .map_err(|short| Diagnostic::error(&name.span, format!("`{name}` cannot be used: {short}")))
}

#[cfg(test)]
mod tests {
    use super::{SecretsError, read_secrets};

    #[test]
    fn a_value_is_everything_after_the_first_equals_sign() {
        let read = read_secrets("# a note\n\nA=b=c d \r\n B =\"quoted\"\nC=\n").unwrap();
        assert_eq!(read.get("A").map(String::as_str), Some("b=c d "));
        assert_eq!(read.get("B").map(String::as_str), Some("\"quoted\""));
        assert_eq!(read.get("C").map(String::as_str), Some(""));
        assert_eq!(read.len(), 3);
    }

    #[test]
    fn a_wrong_line_is_named_without_its_text() {
        for (text, error) in [
            ("A=b\nsecret", SecretsError::Line(2)),
            ("=b", SecretsError::Line(1)),
            ("A B=c", SecretsError::Line(1)),
            ("A=b\nA=c", SecretsError::Repeated(2)),
        ] {
            assert_eq!(read_secrets(text), Err(error), "{text}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
