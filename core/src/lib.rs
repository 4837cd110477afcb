//! The whole of Touchmark that is not a host: tokens, records, the domain and
//! the dialects that speak it. Pure data in, pure data out: the store, the
//! clock and randomness come in as arguments.
#![no_std]

extern crate alloc;

pub mod dialect;
pub mod edge;
pub mod http;
pub mod json;
pub mod operation;
pub mod record;
pub mod store;
pub mod telemetry;
pub mod time;
pub mod token;
