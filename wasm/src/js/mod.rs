//! Touchmark for JavaScript hosts: browsers, workerd, Deno, Bun and Node.
//! Strings cross the boundary once each way, claims as one JSON text.

mod refusal;
mod verifier;

pub use verifier::{Verifier, inspect};
