//! Reading once without keeping: as strict as [`read`](super::read), but what
//! lies deeper than anybody asks for is only checked, and texts are borrowed.
//! For documents of which a few members are wanted and the time matters, such
//! as tokens and keys.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::error::Trace;
use super::{Error, ErrorKind, Limits, Strict, read_seed};

/// What can be seen of a value in passing.
#[derive(Clone, Debug, PartialEq)]
pub enum Glimpse<'t> {
    /// `null`.
    Null,
    /// A text.
    Text(Cow<'t, str>),
    /// A number.
    Number(Number),
    /// The items of an array.
    Items(Vec<Self>),
    /// The members of an object.
    Object(Members<'t>),
    /// A truth value, or an array or object that lies too deep to be seen.
    Other,
}

impl<'t> Glimpse<'t> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn into_members(self) -> Option<Members<'t>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }
}

/// The members of an object, each name once, in no order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members<'t>(Vec<(Cow<'t, str>, Glimpse<'t>)>);

impl<'t> Members<'t> {
    /// The value of a member, if it is there.
    pub fn find(&self, name: &str) -> Option<&Glimpse<'t>> {
        self.place(name).map(|place| &self.0[place].1)
    }

    /// Takes a member out.
    pub fn take(&mut self, name: &str) -> Option<Glimpse<'t>> {
        self.place(name).map(|place| self.0.swap_remove(place).1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|(known, _)| known == name)
    }
}

/// Reads one JSON value as strictly as [`read`](super::read) does. Of arrays and
/// objects so many levels are seen, the value itself being the first.
pub fn glance<'t>(bytes: &'t [u8], limits: &Limits, levels: usize) -> Result<Glimpse<'t>, Error> {
    let trace = RefCell::new(Trace::default());
    let strict = Strict::new(limits, &trace);
    read_seed(bytes, limits, &trace, Passing { strict, levels })
}

/// Checks one value, and builds as many levels of it as are wanted.
#[derive(Clone, Copy)]
struct Passing<'a> {
    strict: Strict<'a>,
    levels: usize,
}

impl Passing<'_> {
    /// The reader for what lies inside an array or an object.
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        Ok(Self {
            strict: self.strict.inner()?,
            levels: self.levels.saturating_sub(1),
        })
    }
}

impl<'de> DeserializeSeed<'de> for Passing<'_> {
    type Value = Glimpse<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Glimpse<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passing<'_> {
    type Value = Glimpse<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Other)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Glimpse<'de>, E> {
        Ok(Number::from_f64(value).map_or(Glimpse::Other, Glimpse::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Text(Cow::Owned(value.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Glimpse<'de>, A::Error> {
        let inner = self.inner()?;
        let (mut count, mut items) = (0, Vec::new());
        loop {
            match source.next_element_seed(inner) {
                Ok(Some(item)) if self.levels > 0 => items.push(item),
                Ok(Some(_)) => {}
                Ok(None) if self.levels > 0 => return Ok(Glimpse::Items(items)),
                Ok(None) => return Ok(Glimpse::Other),
                Err(error) => {
                    inner.strict.trace.borrow_mut().step_out_of_item(count);
                    return Err(error);
                }
            }
            count += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Glimpse<'de>, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::with_capacity(16);
        loop {
            let name = match source.next_key_seed(inner)? {
                Some(Glimpse::Text(name)) => name,
                Some(_) => return Err(self.strict.refuse(ErrorKind::Syntax)),
                None => break,
            };
            match source.next_value_seed(inner) {
                Ok(value) => members.push((name, value)),
                Err(error) => {
                    self.strict.trace.borrow_mut().step_out_of_member(&name);
                    return Err(error);
                }
            }
        }
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            None if self.levels > 0 => Ok(Glimpse::Object(Members(members))),
            None => Ok(Glimpse::Other),
            Some(pair) => {
                let mut trace = self.strict.trace.borrow_mut();
                trace.step_out_of_member(&pair[0].0);
                drop(trace);
                Err(self.strict.refuse(ErrorKind::DuplicateMember))
            }
        }
    }
}
