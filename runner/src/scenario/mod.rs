//! The scenario format: from bytes to a plan whose every name is proven.
//!
//! `source` and `yaml` turn a file into a [`Node`] tree in which every value
//! knows its place, `model` gives it types, `diagnostic` says what is wrong
//! with it. Nothing here sends a request.

pub mod bind;
pub mod diagnostic;
pub mod entries;
pub mod function;
mod json;
pub mod load;
pub mod model;
pub mod node;
pub(crate) mod read;
pub mod schema;
pub mod scope;
pub mod source;
pub mod template;
pub mod word;
pub mod yaml;

pub use bind::{Plan, Surroundings};
pub use diagnostic::{Diagnostic, Severity};
pub use function::World;
pub use node::{Entry, Key, Map, Node, Value};
pub use read::Read;
pub use scope::Scope;
pub use source::{Source, Span};
