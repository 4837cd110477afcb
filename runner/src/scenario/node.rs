//! The tree of values that a YAML file stands for, every value with its place.
//!
//! It holds JSON values plus [`Value::Template`] for scalars with `$(…)`, whose
//! value is known only at run time. `yaml` builds it, the model reads it.

use super::{source::Span, template::Template};

/// A value and where it is written. The place is no part of equality.
#[derive(Clone, Debug)]
pub struct Node {
    /// The place of the value; of a map or list, from its first to its last child.
    pub span: Span,
    /// What is written there.
    pub value: Value,
}

/// The kinds of value that a scenario can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false` and no other word.
    Bool(bool),
    /// A whole number between the least `i64` and the greatest `u64`.
    Int(i128),
    /// Any other finite number.
    Float(f64),
    /// Text without references; `$$(` is already unescaped.
    Text(String),
    /// Text with at least one `$(…)`: unknown until the names have values.
    Template(Template),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping with unique keys.
    Map(Map),
}

/// A mapping in written order. Keys are unique.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key and where it is written. Every key is text, `200:` included. The place
/// is no part of equality.
#[derive(Clone, Debug)]
pub struct Key {
    /// The place of the key.
    pub span: Span,
    /// The key itself.
    pub text: String,
}

impl Node {
    /// A node at a place.
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    /// The kind of the value in words for a message: "a list", "text", …
    pub fn kind(&self) -> &'static str {
        self.value.kind()
    }

    /// The text, if the value is text without references.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The mapping, if the value is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if the value is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// Calls `visit` with every template in the tree, in written order.
    pub fn each_template<'a>(&'a self, visit: &mut impl FnMut(&'a Self, &'a Template)) {
        match &self.value {
            Value::Template(template) => visit(self, template),
            Value::List(items) => items.iter().for_each(|item| item.each_template(visit)),
            Value::Map(map) => map
                .iter()
                .for_each(|entry| entry.value.each_template(visit)),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
        }
    }
}

impl Value {
    /// The kind of the value in words for a message: "a list", "text", …
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Template(_) => "a reference",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl Map {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry under a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.position(key).map(|at| &self.entries[at])
    }

    /// The entries in written order.
    pub fn iter(&self) -> core::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key.text == key)
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = core::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Entry> for Map {
    /// Collects entries whose keys are known to be unique.
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}
