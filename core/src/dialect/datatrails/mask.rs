//! The query parameter `mask` of changes: the fields that a change is about,
//! separated by commas. A field that is masked and not given is emptied, as
//! [field masks](https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask)
//! have it; a field that is given and not masked is left alone.

use crate::dialect::document;
use crate::http::Request;
use crate::operation::Fault;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::{Map, Value};

/// What a field is when it is emptied.
#[derive(Clone, Copy)]
pub(super) enum Empty {
    /// An empty text.
    Text,
    /// An empty list.
    List,
    /// An object without members.
    Object,
}

/// Applies the request's mask, if there is one, to the members of a change.
pub(super) fn apply(
    mut members: Map<String, Value>,
    request: &Request,
    fields: &[(&str, Empty)],
) -> Result<Map<String, Value>, Fault> {
    let query = document::read_query(request)?;
    let mut masked = Map::new();
    let mut is_masked = false;
    for name in query.all("mask").flat_map(|mask| mask.split(',')) {
        let name = name.trim();
        if name.is_empty() {
            continue;
        }
        is_masked = true;
        let Some((field, empty)) = fields.iter().find(|(field, _)| *field == name) else {
            let problem = format!("names {name:?}, which is no field that can be changed");
            return Err(Fault::field("mask", problem));
        };
        let value = members.remove(*field).unwrap_or_else(|| match empty {
            Empty::Text => Value::String(String::new()),
            Empty::List => Value::Array(Vec::new()),
            Empty::Object => Value::Object(Map::new()),
        });
        masked.entry(*field).or_insert(value);
    }
    Ok(if is_masked { masked } else { members })
}
