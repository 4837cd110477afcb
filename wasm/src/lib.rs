//! The WebAssembly faces of Touchmark.
