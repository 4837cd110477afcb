//! Scenario values as JSON values and back. What is read from YAML keeps its
//! place; what comes from JSON gets the place that it is read for.

use serde_json::Number;

use super::{
    node::{Entry, Key, Map, Node, Value},
    source::Span,
};

impl Value {
    /// A JSON value as a value of the tree; its children get the place `span`.
    pub fn from_json(json: &serde_json::Value, span: &Span) -> Self {
        let node = |json: &serde_json::Value| Node::new(span.clone(), Self::from_json(json, span));
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => from_number(number),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(node).collect()),
            serde_json::Value::Object(members) => {
                let entries = members.iter().map(|(name, value)| Entry {
                    key: Key {
                        span: span.clone(),
                        text: name.clone(),
                    },
                    value: node(value),
                });
                Self::Map(entries.collect::<Map>())
            }
        }
    }

    /// The value as JSON. A template that was not filled becomes `null`; fill
    /// the node first.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::Template(_) => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(number) => to_number(*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Map(map) => {
                let members = map
                    .iter()
                    .map(|entry| (entry.key.text.clone(), entry.value.value.to_json()));
                serde_json::Value::Object(members.collect())
            }
        }
    }
}

fn from_number(number: &Number) -> Value {
    let whole = number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from));
    match whole {
        Some(whole) => Value::Int(whole),
        None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

/// Whole numbers are checked to fit into 64 bits when they are read.
fn to_number(number: i128) -> Number {
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(signed), _) => signed.into(),
        (_, Ok(unsigned)) => unsigned.into(),
        (Err(_), Err(_)) => Number::from(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::Source;
    use serde_json::json;

    #[test]
    fn every_json_value_survives_the_way_there_and_back() {
        let span = Span::new(&Source::new("test.yaml", ""), 0..0);
        for value in [
            json!(null),
            json!(true),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1.5),
            json!("text $(not a reference)"),
            json!([1, [], {}]),
            json!({ "b": 1, "a": { "c": [null] } }),
        ] {
            assert_eq!(Value::from_json(&value, &span).to_json(), value);
        }
    }
}
