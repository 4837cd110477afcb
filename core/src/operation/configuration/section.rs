//! Sections of a configuration: objects whose members all may be absent. One
//! declaration gives the struct and its reader, so that they cannot drift
//! apart.

use super::error::ConfigurationError;
use super::word::Word;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use serde_json::{Map, Value};

/// A part of a configuration.
pub(super) trait Read: Sized {
    /// Reads the part, or tells what is wrong with it.
    fn read(value: &Value) -> Result<Self, ConfigurationError>;
}

impl<T: Word> Read for T {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        let word = match value {
            Value::String(word) => T::read(word),
            Value::Number(number) => T::read(&number.to_string()),
            _ => None,
        };
        word.ok_or(ConfigurationError::expected(T::EXPECTED))
    }
}

impl Read for bool {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        value
            .as_bool()
            .ok_or(ConfigurationError::expected("true or false"))
    }
}

impl Read for String {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(Self::from)
            .ok_or(ConfigurationError::expected("a text"))
    }
}

impl Read for Vec<String> {
    fn read(value: &Value) -> Result<Self, ConfigurationError> {
        let items = value.as_array().filter(|items| !items.is_empty());
        let items = items.ok_or(ConfigurationError::expected("a list of at least one text"))?;
        let read = |(place, item): (usize, &Value)| {
            String::read(item).map_err(|error| error.inside(&place.to_string()))
        };
        items.iter().enumerate().map(read).collect()
    }
}

/// The members of an object.
pub(super) fn members(value: &Value) -> Result<&Map<String, Value>, ConfigurationError> {
    value
        .as_object()
        .ok_or(ConfigurationError::expected("an object"))
}

/// Declares a section: the struct and its reader.
macro_rules! section {
    (
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident: $kind:ty,
            )*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $(
                $(#[doc = $field_doc])*
                pub $field: Option<$kind>,
            )*
        }

        impl $crate::operation::configuration::section::Read for $name {
            fn read(value: &serde_json::Value) -> Result<Self, ConfigurationError> {
                let mut section = Self::default();
                for (name, value) in $crate::operation::configuration::section::members(value)? {
                    let read = match name.as_str() {
                        $(stringify!($field) => {
                            $crate::operation::configuration::section::Read::read(value)
                                .map(|read| section.$field = Some(read))
                        })*
                        _ => Err(ConfigurationError::unknown(alloc::vec![$(stringify!($field)),*])),
                    };
                    read.map_err(|error| error.inside(name))?;
                }
                Ok(section)
            }
        }
    };
}

pub(super) use section;
