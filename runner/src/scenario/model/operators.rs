//! The JSON Schema of matchers. What the operators mean, and their reader, is
//! in `expect`; a test keeps the two lists equal.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use std::borrow::Cow;

use crate::expect::Kind;

/// Stands for the map of operators in schemas.
pub(super) enum Operators {}

/// A value to equal, or a map of operators.
pub(super) fn matcher(generator: &mut SchemaGenerator) -> Schema {
    let operators = generator.subschema_for::<Operators>();
    json_schema!({
        "anyOf": [
            { "type": ["string", "number", "boolean", "null", "array"] },
            operators,
        ],
    })
}

impl JsonSchema for Operators {
    fn schema_name() -> Cow<'static, str> {
        "Operators".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let matcher = || json!({ "anyOf": [{ "$ref": "#/$defs/Operators" }, plain()] });
        // Names the definition for the references above, also when it is the
        // first to be asked for.
        let _ = generator.subschema_for::<Self>();
        let text = json!({ "type": "string" });
        let bound = json!({ "type": ["number", "string"] });
        let kinds: Vec<_> = Kind::ALL.iter().map(|(name, _)| *name).collect();
        let number = or_reference(&json!({ "type": "number" }));
        json_schema!({
            "description": "Operators that must all hold.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": false,
            "properties": {
                "eq": describe("Equals this JSON value.", &json!({})),
                "ne": describe("Differs from this JSON value.", &json!({})),
                "gt": describe("Is greater, or later.", &bound),
                "ge": describe("Is greater or equal, or not earlier.", &bound),
                "lt": describe("Is less, or earlier.", &bound),
                "le": describe("Is less or equal, or not later.", &bound),
                "in": describe(
                    "Is one of these.",
                    &or_reference(&json!({ "type": "array", "minItems": 1 })),
                ),
                "contains": describe("A text has this piece, or a list such an item.", &matcher()),
                "not_contains": describe("The opposite of `contains`.", &matcher()),
                "starts_with": describe("A text begins so.", &text),
                "ends_with": describe("A text ends so.", &text),
                "matches": describe("A text has a part that matches the regular expression.", &text),
                "is": describe(
                    "Is of this type or format.",
                    &or_reference(&json!({ "enum": kinds })),
                ),
                "length": describe(
                    "Has so many characters, items or members.",
                    &json!({ "anyOf": [
                        { "type": "integer", "minimum": 0 },
                        reference(),
                        { "$ref": "#/$defs/Operators" },
                    ] }),
                ),
                "exists": describe(
                    "Is there, or is not.",
                    &or_reference(&json!({ "type": "boolean" })),
                ),
                "any": describe("At least one item is so.", &matcher()),
                "all": describe("Every item is so.", &matcher()),
                "none": describe("No item is so.", &matcher()),
                "includes": describe(
                    "Has at least these members or items.",
                    &or_reference(&json!({ "type": ["object", "array"] })),
                ),
                "words": describe(
                    "A text has these words among those between its spaces.",
                    &json!({ "anyOf": [
                        { "type": "array", "minItems": 1, "items": { "type": "string" } },
                        text,
                    ] }),
                ),
                "within": describe(
                    "A moment is no further from now than this.",
                    &or_reference(&json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$" })),
                ),
                "schema": describe(
                    "Is valid by a JSON Schema, or by the one in the named file.",
                    &json!({ "type": ["object", "string"] }),
                ),
                "near": describe(
                    "A number is no further from `value` than `by`.",
                    &or_reference(&json!({
                        "type": "object",
                        "required": ["value", "by"],
                        "additionalProperties": false,
                        "properties": { "value": number, "by": number },
                    })),
                ),
            },
        })
    }
}

fn plain() -> Json {
    json!({ "type": ["string", "number", "boolean", "null", "array"] })
}

fn reference() -> Json {
    json!({ "type": "string", "pattern": r"\$\(" })
}

fn or_reference(schema: &Json) -> Json {
    json!({ "anyOf": [schema, reference()] })
}

fn describe(words: &str, schema: &Json) -> Json {
    let mut schema = schema.clone();
    schema["description"] = words.into();
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::OPERATORS;

    #[test]
    fn the_schema_knows_exactly_the_operators_that_the_reader_knows() {
        let schema = Operators::json_schema(&mut SchemaGenerator::default());
        let properties = schema.get("properties").and_then(Json::as_object);
        let mut known: Vec<_> = properties
            .expect("operators are properties")
            .keys()
            .map(String::as_str)
            .collect();
        let mut operators = OPERATORS.to_vec();
        known.sort_unstable();
        operators.sort_unstable();
        assert_eq!(known, operators);
    }
}
