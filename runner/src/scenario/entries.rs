//! Maps whose keys are chosen by the author: names, headers, paths, members.
//!
//! What a key may look like is checked when the file is read.

use core::{marker::PhantomData, ops::Deref};
use std::{borrow::Cow, collections::HashMap};

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{
    diagnostic::Diagnostic,
    node::{Key, Node, Value},
    read::{Read, mismatch},
    template::is_name,
};

/// What the keys of an [`Entries`] are.
pub trait KeyKind {
    /// The key in words for messages: "a header name".
    const NOUN: &'static str;

    /// A regular expression, for the JSON Schema, that every valid key matches.
    const PATTERN: &'static str;

    /// Whether a key is well formed.
    fn is_valid(key: &str) -> bool;

    /// The form in which two keys count as the same.
    fn canonical(key: &str) -> Cow<'_, str> {
        key.into()
    }
}

/// A name that `$(…)` or `as:` can refer to.
#[derive(Clone, Copy, Debug)]
pub enum Name {}

impl KeyKind for Name {
    const NOUN: &'static str = "a name";
    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_-]*$";

    fn is_valid(key: &str) -> bool {
        is_name(key)
    }
}

/// A header field name of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.1).
#[derive(Clone, Copy, Debug)]
pub enum HeaderName {}

impl KeyKind for HeaderName {
    const NOUN: &'static str = "a header name";
    const PATTERN: &'static str = "^[!#$%&'*+.^_`|~A-Za-z0-9-]+$";

    fn is_valid(key: &str) -> bool {
        !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    }

    fn canonical(key: &str) -> Cow<'_, str> {
        key.to_ascii_lowercase().into()
    }
}

/// A path into a JSON value: `$`, `$.id`, `$.items[0].id`.
#[derive(Clone, Copy, Debug)]
pub enum JsonPath {}

impl KeyKind for JsonPath {
    const NOUN: &'static str = "a path that begins with `$`";
    const PATTERN: &'static str = r"^\$";

    fn is_valid(key: &str) -> bool {
        key.starts_with('$')
    }
}

/// A member of an object by its name, or a path into it.
#[derive(Clone, Copy, Debug)]
pub enum Member {}

impl KeyKind for Member {
    const NOUN: &'static str = "a member";
    const PATTERN: &'static str = "";

    fn is_valid(key: &str) -> bool {
        !key.is_empty()
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

/// A map in written order whose keys are `K`s.
#[derive(Clone, Debug)]
pub struct Entries<K, T> {
    list: Vec<(Key, T)>,
    kind: PhantomData<fn() -> K>,
}

impl<K, T> Entries<K, T> {
    /// The entries in written order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &T)> {
        self.list.iter().map(|(key, value)| (key, value))
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

impl<K, T> Default for Entries<K, T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            kind: PhantomData,
        }
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
            if !K::is_valid(&key.text) {
                let message = format!("`{}` is not {}", key.text, K::NOUN);
                findings.push(Diagnostic::error(&key.span, message));
                continue;
            } else if let Some(first) = seen.insert(K::canonical(&key.text), key) {
                findings.push(
                    Diagnostic::error(&key.span, format!("`{}` is given twice", key.text))
                        .related(&first.span, "first given here"),
                );
                continue;
            }
            if let Some(value) = T::read(&entry.value, findings) {
                list.push((key.clone(), value));
            }
        }
        Some(Self {
            list,
            kind: PhantomData,
        })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let value = T::schema(generator);
        let mut schema = json_schema!({ "type": "object", "additionalProperties": value });
        if !K::PATTERN.is_empty() {
            let names = serde_json::json!({ "pattern": K::PATTERN });
            schema.insert("propertyNames".into(), names);
        }
        schema
    }
}
