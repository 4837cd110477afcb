//! The committed JSON Schemas: equal to what the types say, complete, and of
//! one opinion with the reader about good and bad files.
//!
//! Files are given to the validator through another YAML reader than ours, so
//! that the two opinions are independent.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use jsonschema::Validator;
use serde_json::Value as Json;
use touchmark::scenario::{
    Diagnostic, Read, Surroundings, load,
    model::{Project, Scenario},
    schema, yaml,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn golden(folder: &str) -> PathBuf {
    root().join("runner/tests/golden").join(folder)
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            files.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_project(path: &Path) -> bool {
    path.ends_with("touchmark.yaml")
}

fn by_another_reader(path: &Path) -> Json {
    let text = fs::read_to_string(path).expect("the file is text");
    let options = serde_yaml::options! { strict_booleans: true };
    serde_yaml::from_str_with_options(&text, options).expect("the file is YAML")
}

struct Validators {
    scenario: Validator,
    project: Validator,
}

impl Validators {
    fn new() -> Self {
        let compile = |schema: &schemars::Schema| {
            jsonschema::validator_for(schema.as_value()).expect("the schema is a schema")
        };
        Self {
            scenario: compile(&schema::scenario()),
            project: compile(&schema::project()),
        }
    }

    fn refusals(&self, path: &Path) -> Vec<String> {
        let validator = if is_project(path) {
            &self.project
        } else {
            &self.scenario
        };
        let file = by_another_reader(path);
        let errors = validator.iter_errors(&file);
        errors.map(|error| error.to_string()).collect()
    }
}

/// What the reader says about the shape of a file, names left aside.
fn findings(path: &Path) -> Vec<Diagnostic> {
    let source = load::read_source(path).expect("the file can be read");
    let mut findings = Vec::new();
    if let Some(tree) = yaml::read(&source, &mut findings) {
        if is_project(path) {
            Project::read(&tree, &mut findings);
        } else {
            Scenario::read(&tree, &mut findings);
        }
    }
    findings
}

#[test]
fn the_committed_schemas_are_what_the_types_say() {
    for (name, schema) in [
        ("scenario", schema::scenario()),
        ("project", schema::project()),
    ] {
        let path = root().join(format!("scenarios/{name}.schema.json"));
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == schema::to_text(&schema),
            "scenarios/{name}.schema.json is out of date: \
             cargo run -- schema {name} > scenarios/{name}.schema.json"
        );
    }
}

#[test]
fn good_files_are_good_for_schema_and_reader() {
    let validators = Validators::new();
    let files = yaml_files(&golden("good"));
    assert!(files.len() >= 4);
    for path in files.iter().chain(&yaml_files(&root().join("scenarios"))) {
        assert_eq!(validators.refusals(path), [""; 0], "{}", path.display());
        assert_eq!(findings(path), [], "{}", path.display());
    }
}

#[test]
fn files_of_a_wrong_shape_are_bad_for_schema_and_reader() {
    let validators = Validators::new();
    let files = yaml_files(&golden("check/shape"));
    assert!(files.len() >= 50);
    for path in files {
        assert_ne!(validators.refusals(&path), [""; 0], "{}", path.display());
        assert_ne!(findings(&path), [], "{}", path.display());
    }
}

#[test]
fn files_with_wrong_names_have_the_right_shape() {
    let validators = Validators::new();
    for path in yaml_files(&golden("check/names")) {
        // Mistakes of shape that are only there to see what becomes of names.
        let mixed = [
            "broken-step-excuses-its-names",
            "header-given-twice",
            "project-key-unknown",
            "project-target-somewhere",
        ];
        if mixed
            .iter()
            .any(|case| path.to_string_lossy().contains(case))
        {
            continue;
        }
        assert_eq!(validators.refusals(&path), [""; 0], "{}", path.display());
        assert_eq!(findings(&path), [], "{}", path.display());
    }
}

#[test]
fn every_key_of_the_schemas_is_used_by_a_good_file() {
    let mut known = BTreeSet::new();
    for schema in [schema::scenario(), schema::project()] {
        property_names(schema.as_value(), &mut known);
    }
    let mut used = BTreeSet::new();
    for path in yaml_files(&golden("good")) {
        member_names(&by_another_reader(&path), &mut used);
    }
    let unused: Vec<_> = known.difference(&used).collect();
    assert_eq!(unused, [""; 0], "keys that no good file shows");
    assert!(known.len() > 60);
}

#[test]
fn good_scenarios_have_provable_names() {
    for path in yaml_files(&golden("good")) {
        if is_project(&path) {
            continue;
        }
        let project = path.with_file_name("touchmark.yaml");
        let surroundings = Surroundings {
            identities: &["admin"],
            project: None,
        };
        let project = project.is_file().then(|| {
            let source = load::read_source(&project).expect("the file can be read");
            let loaded = load::read_project(&source, &surroundings);
            assert_eq!(loaded.findings, [], "{}", project.display());
            loaded.value.expect("a file without mistakes has a value")
        });
        let surroundings = Surroundings {
            project: project.as_ref(),
            ..surroundings
        };
        let source = load::read_source(&path).expect("the file can be read");
        let loaded = load::read_scenario(&source, &surroundings);
        assert_eq!(loaded.findings, [], "{}", path.display());
        assert!(loaded.value.is_some());
    }
}

/// The names of all properties that a schema defines.
fn property_names(schema: &Json, names: &mut BTreeSet<String>) {
    match schema {
        Json::Object(members) => {
            for (name, value) in members {
                if let ("properties", Json::Object(properties)) = (name.as_str(), value) {
                    names.extend(properties.keys().cloned());
                }
                property_names(value, names);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| property_names(item, names)),
        _ => {}
    }
}

/// The names of all members that a file uses.
fn member_names(value: &Json, names: &mut BTreeSet<String>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                names.insert(name.clone());
                member_names(value, names);
            }
        }
        Json::Array(items) => items.iter().for_each(|item| member_names(item, names)),
        _ => {}
    }
}
