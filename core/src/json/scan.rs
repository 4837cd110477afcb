//! Reading an object once without keeping it: as strict as [`read`](super::read),
//! but what nobody asks for is only checked, not built. For documents of which
//! a few members are wanted and the time matters, such as tokens.

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
    /// A text.
    Text(Cow<'t, str>),
    /// A number.
    Number(Number),
    /// An array of nothing but texts.
    Texts(Vec<Cow<'t, str>>),
    /// An object.
    Object,
    /// Something else.
    Other,
}

/// Reads one JSON value as strictly as [`read`](super::read) does, shows the
/// members of the object that it is, and tells what the value is. What has been
/// shown counts only if the whole text turns out to be well.
pub fn scan<'t>(
    bytes: &'t [u8],
    limits: &Limits,
    show: &mut dyn FnMut(&str, Glimpse<'t>),
) -> Result<Glimpse<'t>, Error> {
    let trace = RefCell::new(Trace::default());
    let seed = Passing {
        strict: Strict::new(limits, &trace),
        show,
    };
    read_seed(bytes, limits, &trace, seed)
}

/// Checks one value.
struct Passing<'a, 't> {
    strict: Strict<'a>,
    show: &'a mut dyn FnMut(&str, Glimpse<'t>),
}

impl<'de> DeserializeSeed<'de> for Passing<'_, 'de> {
    type Value = Glimpse<'de>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Glimpse<'de>, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passing<'_, 'de> {
    type Value = Glimpse<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Glimpse<'de>, E> {
        Ok(Glimpse::Other)
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

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Glimpse<'de>, A::Error> {
        let strict = self.strict.inner()?;
        let (mut count, mut texts) = (0, Vec::new());
        loop {
            let show = &mut |_: &str, _: Glimpse<'de>| {};
            match items.next_element_seed(Passing { strict, show }) {
                Ok(Some(Glimpse::Text(text))) => texts.push(text),
                Ok(Some(_)) => {}
                Ok(None) if texts.len() == count => return Ok(Glimpse::Texts(texts)),
                Ok(None) => return Ok(Glimpse::Other),
                Err(error) => {
                    strict.trace.borrow_mut().step_out_of_item(count);
                    return Err(error);
                }
            }
            count += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Glimpse<'de>, A::Error> {
        let strict = self.strict.inner()?;
        let mut names = Vec::with_capacity(16);
        loop {
            let show = &mut |_: &str, _: Glimpse<'de>| {};
            let name = match members.next_key_seed(Passing { strict, show })? {
                Some(Glimpse::Text(name)) => name,
                Some(_) => return Err(strict.refuse(ErrorKind::Syntax)),
                None => break,
            };
            match members.next_value_seed(Passing { strict, show }) {
                Ok(value) => (self.show)(&name, value),
                Err(error) => {
                    strict.trace.borrow_mut().step_out_of_member(&name);
                    return Err(error);
                }
            }
            names.push(name);
        }
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(Glimpse::Object),
            Some(pair) => {
                strict.trace.borrow_mut().step_out_of_member(&pair[0]);
                Err(strict.refuse(ErrorKind::DuplicateMember))
            }
        }
    }
}
