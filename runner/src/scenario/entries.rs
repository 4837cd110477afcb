//! Maps whose keys are chosen by the author: names, headers, paths, members.
//!
//! A key is read once, with the file; what it means is kept beside its text.

use core::{fmt, ops::Deref};
use std::{borrow::Cow, collections::HashMap};

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::expect::{Path, PathError};

use super::{
    diagnostic::Diagnostic,
    node::{Key, Node, Value},
    read::{Read, mismatch},
    template::is_name,
};

/// What the keys of an [`Entries`] are.
pub trait KeyKind {
    /// A regular expression, for the JSON Schema, that every valid key matches.
    const PATTERN: &'static str;

    /// What a key means beyond its text.
    type Meaning: Clone + fmt::Debug;

    /// Reads a key.
    ///
    /// # Errors
    /// Says why it is not well formed, in words that follow the key.
    fn read(key: &str) -> Result<Self::Meaning, String>;

    /// The form in which two keys count as the same.
    fn canonical(key: &str) -> Cow<'_, str> {
        key.into()
    }
}

/// A name that `$(…)` or `as:` can refer to.
#[derive(Clone, Copy, Debug)]
pub enum Name {}

impl KeyKind for Name {
    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_-]*$";

    type Meaning = ();

    fn read(key: &str) -> Result<(), String> {
        let reason = "is not a name: letters, digits, `_` and `-`, not beginning with a digit";
        is_name(key).then_some(()).ok_or_else(|| reason.to_owned())
    }
}

/// A header field name of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.1).
#[derive(Clone, Copy, Debug)]
pub enum HeaderName {}

impl KeyKind for HeaderName {
    const PATTERN: &'static str = "^[!#$%&'*+.^_`|~A-Za-z0-9-]+$";

    type Meaning = ();

    fn read(key: &str) -> Result<(), String> {
        let is_token = key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        if is_token && !key.is_empty() {
            return Ok(());
        }
        Err("is not a header name".to_owned())
    }

    fn canonical(key: &str) -> Cow<'_, str> {
        key.to_ascii_lowercase().into()
    }
}

/// A path into a JSON value: `$`, `$.id`, `$.items[0].id`.
#[derive(Clone, Copy, Debug)]
pub enum JsonPath {}

impl KeyKind for JsonPath {
    const PATTERN: &'static str = r"^\$";

    type Meaning = Path;

    fn read(key: &str) -> Result<Path, String> {
        if !key.starts_with('$') {
            return Err("is not a path, which begins with `$`".to_owned());
        }
        Path::read(key).map_err(path_problem)
    }
}

/// A field of a form, a query or a request: any text.
#[derive(Clone, Copy, Debug)]
pub enum FieldName {}

impl KeyKind for FieldName {
    const PATTERN: &'static str = ".";

    type Meaning = ();

    fn read(key: &str) -> Result<(), String> {
        (!key.is_empty())
            .then_some(())
            .ok_or_else(|| "is empty".to_owned())
    }
}

/// A member of an object by its name, or a path into it.
#[derive(Clone, Copy, Debug)]
pub enum Member {}

impl KeyKind for Member {
    const PATTERN: &'static str = ".";

    type Meaning = Path;

    fn read(key: &str) -> Result<Path, String> {
        if key.is_empty() {
            return Err("is empty".to_owned());
        }
        Path::read_member(key).map_err(path_problem)
    }
}

/// A list that is not empty.
#[derive(Clone, Debug)]
pub struct AtLeastOne<T>(Vec<T>);

impl<T> Deref for AtLeastOne<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Read> Read for AtLeastOne<T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let items = Vec::read(node, findings)?;
        if node.as_list().is_some_and(<[Node]>::is_empty) {
            findings.push(Diagnostic::error(&node.span, "this list must not be empty"));
            return None;
        }
        Some(Self(items))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Vec::<T>::schema(generator);
        schema.insert("minItems".into(), 1.into());
        schema
    }
}

fn path_problem(problem: PathError) -> String {
    match problem {
        PathError::Malformed { at, cause } => {
            format!("is not a path from character {} on: {cause}", at + 1)
        }
        other => format!("cannot be used: {other}"),
    }
}

/// A map in written order whose keys are `K`s.
#[derive(Clone, Debug)]
pub struct Entries<K: KeyKind, T> {
    list: Vec<(Key, K::Meaning, T)>,
}

impl<K: KeyKind, T> Entries<K, T> {
    /// The entries in written order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &T)> {
        self.meanings().map(|(key, _, value)| (key, value))
    }

    /// The entries in written order, with what their keys mean.
    pub fn meanings(&self) -> impl Iterator<Item = (&Key, &K::Meaning, &T)> {
        self.list
            .iter()
            .map(|(key, meaning, value)| (key, meaning, value))
    }

    /// The value under a key as it is written.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.iter()
            .find(|(found, _)| found.text == key)
            .map(|(_, value)| value)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<K: KeyKind, T> Default for Entries<K, T> {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}

impl<K: KeyKind, T: Read> Read for Entries<K, T> {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let Value::Map(map) = &node.value else {
            findings.push(mismatch(node, "a map"));
            return None;
        };
        let mut list = Vec::with_capacity(map.len());
        let mut seen: HashMap<Cow<'_, str>, &Key> = HashMap::with_capacity(map.len());
        for entry in map {
            let key = &entry.key;
            let meaning = match K::read(&key.text) {
                Ok(meaning) => meaning,
                Err(reason) => {
                    let message = format!("`{}` {reason}", key.text);
                    findings.push(Diagnostic::error(&key.span, message));
                    continue;
                }
            };
            if let Some(first) = seen.insert(K::canonical(&key.text), key) {
                findings.push(
                    Diagnostic::error(&key.span, format!("`{}` is given twice", key.text))
                        .related(&first.span, "first given here"),
                );
                continue;
            }
            if let Some(value) = T::read(&entry.value, findings) {
                list.push((key.clone(), meaning, value));
            }
        }
        Some(Self { list })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let value = T::schema(generator);
        json_schema!({
            "type": "object",
            "additionalProperties": value,
            "propertyNames": { "pattern": K::PATTERN },
        })
    }
}
