//! JSON Schemas of the two file formats, from the same declarations that read
//! them. Editors use the copies in `scenarios/`; a test keeps those equal.

use schemars::{Schema, SchemaGenerator, generate::SchemaSettings};

use super::{
    model::{Project, Scenario},
    read::Read,
};

/// The schema of a scenario file.
pub fn scenario() -> Schema {
    document::<Scenario>("A Touchmark scenario")
}

/// The schema of the project file `touchmark.yaml`.
pub fn project() -> Schema {
    document::<Project>("A Touchmark project file")
}

/// A schema as it is printed and committed.
pub fn to_text(schema: &Schema) -> String {
    let mut text = serde_json::to_string_pretty(schema).expect("a schema is a JSON value");
    text.push('\n');
    text
}

pub(crate) fn document<T: Read + schemars::JsonSchema>(title: &str) -> Schema {
    let generator: SchemaGenerator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema
}
