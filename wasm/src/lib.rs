//! The WebAssembly faces of Touchmark. Each feature is one artefact that
//! `cargo xtask edge` builds; none of them holds a rule of its own, only the
//! conversion between a host's values and the core's.

#[cfg(any(feature = "edge", feature = "verifier"))]
pub mod js;
#[cfg(any(feature = "edge", feature = "spin"))]
mod server;
#[cfg(feature = "spin")]
pub mod spin;
