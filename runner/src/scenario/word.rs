//! The leaves of the model: fixed text, durations, and slots whose value may be
//! a `$(…)` until the run fills it.

use core::{fmt, marker::PhantomData, ops::Deref, time::Duration};

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{
    diagnostic::Diagnostic,
    node::{Node, Value},
    read::{Read, mismatch},
    source::Span,
};

/// Text that is fixed when the file is read: no `$(…)` in it.
#[derive(Clone, Debug)]
pub struct Text {
    /// The place of the text.
    pub span: Span,
    /// The text itself.
    pub text: String,
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Read for Text {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Text(text) if !text.is_empty() => Some(Self {
                span: node.span.clone(),
                text: text.clone(),
            }),
            Value::Text(_) => {
                findings.push(Diagnostic::error(&node.span, "this text must not be empty"));
                None
            }
            Value::Template(_) => {
                findings.push(Diagnostic::error(
                    &node.span,
                    "a reference cannot be used here, the text must be known before the run",
                ));
                None
            }
            Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
                findings
                    .push(mismatch(node, "text").help(format!("quote it: '{}'", node.span.text())));
                None
            }
            Value::Null | Value::List(_) | Value::Map(_) => {
                findings.push(mismatch(node, "text"));
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let reference = r"(^|[^$])\$\(";
        json_schema!({ "type": "string", "minLength": 1, "not": { "pattern": reference } })
    }
}

/// A scalar that is fixed when the file is read.
#[derive(Clone, Debug)]
pub struct Constant(pub Node);

impl Read for Constant {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Some(Self(node.clone()))
            }
            Value::Null | Value::Template(_) | Value::List(_) | Value::Map(_) => {
                findings.push(mismatch(node, "text, a number or a boolean"));
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// A value that can stand in a slot: it is read from a node without references.
pub trait SlotValue: Sized {
    /// Reads a node that holds no references.
    ///
    /// # Errors
    /// Says why the node is not such a value.
    fn read_value(node: &Node) -> Result<Self, Diagnostic>;

    /// The JSON Schema of the literal form.
    fn literal_schema() -> Schema;
}

/// A place for a value: written out, in which case it has already been read
/// once, or with `$(…)`, in which case it is read when the names have values.
#[derive(Clone, Debug)]
pub struct Slot<T> {
    node: Node,
    value: PhantomData<fn() -> T>,
}

impl<T: SlotValue> Slot<T> {
    /// The node that fills the slot; pass it through a scope before
    /// [`Slot::value`].
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The place of the value.
    pub fn span(&self) -> &Span {
        &self.node.span
    }

    /// The value, if it is written out.
    pub fn literal(&self) -> Option<T> {
        T::read_value(&self.node).ok()
    }

    /// Reads a filled node as this slot's value.
    ///
    /// # Errors
    /// Says why the value that the names gave does not fit.
    pub fn value(&self, filled: &Node) -> Result<T, Diagnostic> {
        T::read_value(filled)
    }
}

impl<T: SlotValue> Read for Slot<T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        if !matches!(node.value, Value::Template(_))
            && let Err(finding) = T::read_value(node)
        {
            findings.push(finding);
            return None;
        }
        Some(Self {
            node: node.clone(),
            value: PhantomData,
        })
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let literal = T::literal_schema();
        json_schema!({ "anyOf": [literal, { "type": "string", "pattern": r"\$\(" }] })
    }
}

impl SlotValue for String {
    fn read_value(node: &Node) -> Result<Self, Diagnostic> {
        match &node.value {
            Value::Text(text) => Ok(text.clone()),
            Value::Int(number) => Ok(number.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Float(_) => Err(mismatch(node, "text").help(format!(
                "quote it to keep its digits: '{}'",
                node.span.text()
            ))),
            Value::Null | Value::List(_) | Value::Map(_) | Value::Template(_) => {
                Err(mismatch(node, "text"))
            }
        }
    }

    fn literal_schema() -> Schema {
        json_schema!({ "type": ["string", "integer", "boolean"] })
    }
}

/// A length of time as scenarios write it: `500ms`, `90s`, `15m`, `24h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay(pub Duration);

/// The longest length of time that a scenario may name.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Delay {
    /// Reads `500ms`, `90s`, `15m`, `24h` or `7d`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let amount: u64 = match digits {
            "" => return None,
            _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            _ => return None,
        };
        let milliseconds = match &text[digits.len()..] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        let length = Duration::from_millis(amount.checked_mul(milliseconds)?);
        (length <= LONGEST).then_some(Self(length))
    }
}

impl SlotValue for Delay {
    fn read_value(node: &Node) -> Result<Self, Diagnostic> {
        let expected = "a length of time such as `500ms`, `90s`, `15m`, `24h` or `7d`";
        match &node.value {
            Value::Text(text) => Self::parse(text)
                .ok_or_else(|| Diagnostic::error(&node.span, format!("expected {expected}"))),
            Value::Int(number) => Err(mismatch(node, expected)
                .help(format!("name the unit: `{number}s` or `{number}ms`"))),
            _ => Err(mismatch(node, expected)),
        }
    }

    fn literal_schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_have_a_whole_number_and_a_known_unit() {
        for (text, milliseconds) in [
            ("0ms", 0),
            ("500ms", 500),
            ("90s", 90_000),
            ("15m", 900_000),
            ("24h", 86_400_000),
            ("7d", 604_800_000),
            ("366d", 31_622_400_000),
        ] {
            let expected = Some(Delay(Duration::from_millis(milliseconds)));
            assert_eq!(Delay::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_length_of_time() {
        for text in [
            "",
            "s",
            "5",
            "5 s",
            "-5s",
            "+5s",
            "1.5s",
            "5S",
            "5sec",
            "5µs",
            "1m30s",
            "367d",
            "99999999999999999999s",
            "18446744073709551615d",
            "٣s",
        ] {
            assert_eq!(Delay::parse(text), None, "{text}");
        }
    }
}
