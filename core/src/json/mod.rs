//! Strict JSON in: bytes to [`Value`], refusing what lenient readers let
//! through: duplicate members at any level, bytes that are not UTF-8, trailing
//! data, nesting and sizes past a limit. Writing is `serde_json`'s business,
//! and so is the grammar itself.
//!
//! <https://www.rfc-editor.org/rfc/rfc8259> and, for why duplicates are
//! refused, <https://www.rfc-editor.org/rfc/rfc8725#section-2.4>

mod error;
mod scan;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use error::Trace;
pub use error::{Error, ErrorKind};
pub use scan::{Glimpse, Members, glance};

/// How much input a reader is willing to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest input in bytes.
    pub bytes: usize,
    /// How many arrays and objects may be open at once. Values above
    /// [`Limits::DEEPEST`] mean that value.
    pub depth: usize,
}

impl Limits {
    /// Nesting that is refused whatever the limits say, because reading
    /// recurses on the stack.
    pub const DEEPEST: usize = 120;

    /// Limits for one small document, such as a token request or a key set:
    /// 256 KiB and 16 levels.
    pub const SMALL: Self = Self {
        bytes: 256 * 1024,
        depth: 16,
    };

    /// Limits of so many bytes and so many levels.
    pub const fn new(bytes: usize, depth: usize) -> Self {
        Self { bytes, depth }
    }
}

/// Reads exactly one JSON value that fills all of `bytes`, apart from white
/// space around it.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    let trace = RefCell::new(Trace::default());
    read_seed(bytes, limits, &trace, Strict::new(limits, &trace))
}

/// Reads one value that fills all of `bytes` by a seed that writes to `trace`.
fn read_seed<'t, S: DeserializeSeed<'t>>(
    bytes: &'t [u8],
    limits: &Limits,
    trace: &RefCell<Trace>,
    seed: S,
) -> Result<S::Value, Error> {
    if bytes.len() > limits.bytes {
        return Err(Error::too_large());
    }
    let text = core::str::from_utf8(bytes).map_err(|error| Error::not_utf8(bytes, &error))?;
    let mut source = serde_json::Deserializer::from_str(text);
    let value = seed
        .deserialize(&mut source)
        .map_err(|error| Error::from_reading(error, trace.take()))?;
    source.end().map_err(|error| Error::trailing(&error))?;
    Ok(value)
}

/// The members of an object whose text has been read before.
pub(crate) fn read_members(text: &str) -> Map<String, Value> {
    match read(text.as_bytes(), &Limits::new(text.len(), Limits::DEEPEST)) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Reads a JSON value as strictly as [`read`] does, then as a `T`.
pub fn read_as<T: DeserializeOwned>(bytes: &[u8], limits: &Limits) -> Result<T, Error> {
    from_value(read(bytes, limits)?)
}

/// Reads a value as a `T`. What is wrong with it is told without quoting it.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(Error::mismatch)
}

/// Builds one [`Value`], knowing how many levels may still be opened.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    trace: &'a RefCell<Trace>,
}

impl<'a> Strict<'a> {
    fn new(limits: &Limits, trace: &'a RefCell<Trace>) -> Self {
        let depth = limits.depth.min(Limits::DEEPEST);
        Self { depth, trace }
    }

    /// The reader for what lies inside an array or an object.
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(ErrorKind::TooDeep)),
        }
    }

    fn refuse<E: serde::de::Error>(self, kind: ErrorKind) -> E {
        self.trace.borrow_mut().kind = Some(kind);
        E::custom("")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        loop {
            match items.next_element_seed(inner) {
                Ok(Some(item)) => array.push(item),
                Ok(None) => return Ok(Value::Array(array)),
                Err(error) => {
                    self.trace.borrow_mut().step_out_of_item(array.len());
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                self.trace.borrow_mut().step_out_of_member(&name);
                return Err(self.refuse(ErrorKind::DuplicateMember));
            }
            match members.next_value_seed(inner) {
                Ok(value) => object.insert(name, value),
                Err(error) => {
                    self.trace.borrow_mut().step_out_of_member(&name);
                    return Err(error);
                }
            };
        }
        Ok(Value::Object(object))
    }
}
