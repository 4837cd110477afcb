//! Any operation and any outcome, by the name of the operation. Both matches
//! name every operation, so a new one asks for its samples here.

mod monitored;
mod outcome;
mod record;
mod request;
mod text;

pub(crate) use outcome::{carried, outcome};
pub(crate) use request::{operation, spoken};
pub(crate) use text::json_value;
