//! The scenario format: from bytes to a plan whose every name is proven.
//!
//! `source` and `yaml` turn a file into a [`Node`] tree in which every value
//! knows its place, `diagnostic` says what is wrong with it. Nothing here sends
//! a request.

pub mod diagnostic;
pub mod node;
pub mod source;
pub mod template;
pub mod yaml;

pub use diagnostic::{Diagnostic, Severity};
pub use node::{Entry, Key, Map, Node, Value};
pub use source::{Source, Span};
