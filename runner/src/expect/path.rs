//! Paths into JSON documents ([RFC 9535](https://www.rfc-editor.org/rfc/rfc9535)).
//!
//! A path that can name at most one value yields that value; any other yields
//! the list of all values that it finds, even if that is one or none.

use crate::scenario::diagnostic::closest;
use core::fmt;
use serde_json::Value as Json;
use serde_json_path::JsonPath;
use std::borrow::Cow;

/// The longest path.
const LONGEST: usize = 1024;

/// The most brackets and parentheses in each other. The parser recurses into
/// them and would run out of stack.
const DEEPEST: usize = 16;

/// A path into a document.
#[derive(Clone, Debug)]
pub struct Path {
    text: String,
    query: JsonPath,
    singular: bool,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// It is longer than is read.
    TooLong,
    /// It has too many brackets and parentheses in each other.
    TooDeep,
    /// It is not of RFC 9535.
    Malformed {
        /// How many characters are sound.
        at: usize,
        /// What the parser says.
        cause: String,
    },
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the path is longer than {LONGEST} characters"),
            Self::TooDeep => write!(f, "more than {DEEPEST} brackets in each other"),
            Self::Malformed { at, cause } => {
                write!(f, "not a JSONPath from character {} on: {cause}", at + 1)
            }
        }
    }
}

impl core::error::Error for PathError {}

impl Path {
    /// Reads a path that starts with `$`.
    ///
    /// # Errors
    /// Refuses what RFC 9535 does not define.
    pub fn read(text: &str) -> Result<Self, PathError> {
        if text.len() > LONGEST {
            return Err(PathError::TooLong);
        }
        if depth(text) > DEEPEST {
            return Err(PathError::TooDeep);
        }
        let query = JsonPath::parse(text).map_err(|error| PathError::Malformed {
            at: error.position(),
            cause: error.message().to_owned(),
        })?;
        Ok(Self {
            text: text.to_owned(),
            query,
            singular: is_singular(text),
        })
    }

    /// Reads a path, or the name of a member of the document itself.
    ///
    /// # Errors
    /// As [`Path::read`].
    pub fn read_member(text: &str) -> Result<Self, PathError> {
        if text.starts_with('$') {
            Self::read(text)
        } else {
            Self::read(&member_of("$", text))
        }
    }

    /// The path as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the path can name at most one value.
    #[must_use]
    pub const fn is_singular(&self) -> bool {
        self.singular
    }

    /// The value or values that the path names.
    #[must_use]
    pub fn select<'a>(&self, document: &'a Json) -> Option<Cow<'a, Json>> {
        let mut found = self.query.query(document).all().into_iter();
        if self.singular {
            return found.next().map(Cow::Borrowed);
        }
        Some(Cow::Owned(found.cloned().collect()))
    }

    /// What there is instead, for a path that finds nothing: the last part that
    /// exists and what it holds.
    #[must_use]
    pub fn explain_miss(&self, document: &Json) -> Option<String> {
        if !self.singular {
            return None;
        }
        let mut reached = document;
        let mut reached_path = "$".to_owned();
        for segment in segments(&self.text)? {
            let next = match (&segment, reached) {
                (Segment::Name(name), Json::Object(members)) => members.get(name.as_ref()),
                (Segment::Index(at), Json::Array(items)) => {
                    let at = usize::try_from(*at).ok().or_else(|| {
                        items
                            .len()
                            .checked_sub(usize::try_from(at.unsigned_abs()).ok()?)
                    });
                    at.and_then(|at| items.get(at))
                }
                _ => None,
            };
            let Some(next) = next else {
                return Some(explain(&reached_path, reached, &segment));
            };
            reached = next;
            reached_path = match segment {
                Segment::Name(name) => member_of(&reached_path, &name),
                Segment::Index(at) => format!("{reached_path}[{at}]"),
            };
        }
        None
    }
}

fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn explain(path: &str, reached: &Json, wanted: &Segment<'_>) -> String {
    match (reached, wanted) {
        (Json::Object(members), _) if members.is_empty() => format!("`{path}` is an empty object"),
        (Json::Object(members), Segment::Name(name)) => {
            match closest(name, members.keys().map(String::as_str)) {
                Some(near) => format!("`{path}` has a member `{near}`"),
                None => {
                    let mut names: Vec<_> = members.keys().take(8).map(String::as_str).collect();
                    if members.len() > names.len() {
                        names.push("…");
                    }
                    format!("`{path}` has {}", names.join(", "))
                }
            }
        }
        (Json::Array(items), Segment::Index(_)) => {
            format!("`{path}` is an array of {}", items.len())
        }
        _ => format!("`{path}` is {}", super::kind::type_of(reached)),
    }
}

/// The place of a member: `$.name`, or `$['odd name']`.
#[must_use]
pub fn member_of(place: &str, name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain {
        return format!("{place}.{name}");
    }
    let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
    let escaped: String = escaped
        .chars()
        .map(|c| {
            if c.is_control() {
                format!("\\u{:04x}", u32::from(c))
            } else {
                c.into()
            }
        })
        .collect();
    format!("{place}['{escaped}']")
}

/// A segment of a path that names at most one value.
enum Segment<'a> {
    Name(Cow<'a, str>),
    Index(i64),
}

/// Whether a sound path has only names and indices.
fn is_singular(text: &str) -> bool {
    segments(text).is_some()
}

/// Takes a sound path apart, if it has only names and indices.
fn segments(text: &str) -> Option<Vec<Segment<'_>>> {
    let mut segments = Vec::new();
    let mut rest = text.strip_prefix('$')?.trim_start();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after
                .find(['.', '[', ' ', '\t', '\r', '\n'])
                .unwrap_or(after.len());
            let (name, remaining) = after.split_at(end);
            if name.is_empty() || name == "*" {
                return None;
            }
            segments.push(Segment::Name(Cow::Borrowed(name)));
            rest = remaining.trim_start();
        } else {
            let inside = rest.strip_prefix('[')?.trim_start();
            let (segment, remaining) = bracketed(inside)?;
            segments.push(segment);
            rest = remaining.trim_start().strip_prefix(']')?.trim_start();
        }
    }
    Some(segments)
}

fn bracketed(inside: &str) -> Option<(Segment<'_>, &str)> {
    if !inside.starts_with(['\'', '"']) {
        let end = inside.find(|c: char| c != '-' && !c.is_ascii_digit())?;
        return Some((Segment::Index(inside[..end].parse().ok()?), &inside[end..]));
    }
    let quote = inside.chars().next()?;
    let mut escaped = false;
    let end = inside[1..].find(|c| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })? + 1;
    let body = &inside[1..end];
    let name = if body.contains('\\') {
        // Apart from the single quote these are the escapes of JSON.
        let json = format!("\"{}\"", body.replace("\\'", "'").replace('"', "\\\""));
        Cow::Owned(serde_json::from_str(&json).ok()?)
    } else {
        Cow::Borrowed(body)
    };
    Some((Segment::Name(name), &inside[end + 1..]))
}
