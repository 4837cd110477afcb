//! The typed scenario: what each key means, before any name is resolved.
//!
//! Every map of the format is declared once, with `keys!`, for
//! reader and JSON Schema alike. A key that is not declared here is refused.

mod company;
mod expect;
mod identity;
mod operators;
mod project;
mod request;
mod save;
mod step;
mod undo;

pub use expect::{Expect, Expected, JwtExpect, VerificationKey, Verify};
pub use identity::{
    BasicCredentials, ClientAuthentication, ClientCredentials, Credentials, Identity, StaticToken,
};
pub use project::{Place, Project, Target};
pub use request::{Action, Body, Call, Http, Method, RequestLine};
pub use save::{Save, Source as SaveSource};
pub use step::{Case, Poll, Step, Verb};
pub use undo::Undo;

use super::{
    entries::{AtLeastOne, Entries, Name},
    node::Node,
    read::keys,
    word::{Constant, Delay, Slot, Text},
};

keys! {
    /// One scenario: a story of steps that must all go as expected.
    "a scenario" WithNotes pub struct Scenario {
        /// The name of the scenario, as reports show it.
        "scenario" => name: Text,
        /// What the scenario proves, for people.
        "about" => about: Option<Text>,
        /// Words to select scenarios by.
        "tags" => tags: Vec<Text>,
        /// How long one run of the scenario may take before it is broken off. Undo still runs.
        "timeout" => timeout: Option<Slot<Delay>>,
        /// The dialect in which `call` and dialect-bound identities speak.
        "dialect" => dialect: Option<Slot<String>>,
        /// Names for values, evaluated once per run in written order.
        "vars" => vars: Entries<Name, Node>,
        /// Names whose values come from the environment or `--secrets-file` and are never shown.
        "secrets" => secrets: Vec<Text>,
        /// One run per combination of the listed values.
        "matrix" => matrix: Entries<Name, AtLeastOne<Constant>>,
        /// Who requests can be sent as; tokens are fetched when first needed and shared.
        "auth" => auth: Entries<Name, Identity>,
        /// What is done, in order.
        "steps" => steps: AtLeastOne<Step>,
    }
}
