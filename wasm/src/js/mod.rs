//! Touchmark for JavaScript hosts: browsers, workerd, Deno, Bun and Node.
//! Strings cross the boundary once each way, claims as one JSON text.

#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "verifier")]
mod refusal;
#[cfg(feature = "edge")]
mod thrown;
#[cfg(feature = "verifier")]
mod verifier;

#[cfg(feature = "edge")]
pub use edge::{Edge, Sql};
#[cfg(feature = "verifier")]
pub use verifier::{Verifier, inspect};
