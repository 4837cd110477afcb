//! What the domain can be asked for: operations, what they take, and the
//! dialects that have words for them. The only part of the format that knows
//! `touchmark-core`'s operations.

use serde_json::Value as Json;
use touchmark_core::{
    dialect,
    operation::{Name, Operation},
    record::System,
};

/// The dialect of a scenario that names none.
pub(super) const DEFAULT_DIALECT: &str = System::Standard.as_str();

/// The names of all operations.
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    Name::ALL.iter().map(|name| name.as_str())
}

/// The names of all dialects.
pub(super) fn dialects() -> impl Iterator<Item = &'static str> {
    let spoken = |system: &System| dialect::of(*system).is_some();
    System::ALL.into_iter().filter(spoken).map(System::as_str)
}

/// Whether a dialect has words for an operation.
pub(super) fn speaks(dialect: &str, operation: &str) -> bool {
    let dialect = System::named(dialect).and_then(dialect::of);
    dialect.is_some_and(|dialect| {
        let mut routes = dialect.routes().iter();
        routes.any(|route| route.operation.as_str() == operation)
    })
}

/// Says why an operation cannot be built of these arguments; `None` if it can.
pub(super) fn misfit(operation: &str, arguments: Json) -> Option<String> {
    let error = Operation::read(Name::named(operation)?, arguments).err()?;
    Some(error.to_string())
}
