//! The project file `touchmark.yaml`: where scenarios run and as whom. What
//! they do is written in the scenario files themselves.

use super::{Identity, Step};
use crate::scenario::{
    entries::{Entries, Name},
    node::Node,
    read::keys,
    word::{Slot, Text},
};

keys! {
    /// What all scenarios of a project share.
    "a project file" WithNotes pub struct Project {
        /// Deployments by name, chosen with `--target`.
        "targets" => targets: Entries<Name, Target>,
        /// The target to run against if none is chosen; the embedded deployment if absent.
        "target" => target: Option<Text>,
        /// Names for values in every scenario.
        "vars" => vars: Entries<Name, Node>,
        /// Names whose values come from the environment or `--secrets-file` and are never shown.
        "secrets" => secrets: Vec<Text>,
        /// Who requests can be sent as, in every scenario.
        "auth" => auth: Entries<Name, Identity>,
        /// Steps that prepare the deployment before the scenarios run. What they
        /// save is known to `auth` and to every scenario; `undo` runs at the end.
        "fixtures" => fixtures: Vec<Step>,
        /// What `touchmark serve --fixtures` prints when the fixtures are done; it
        /// can name what they saved, secrets included.
        "show" => show: Option<Slot<String>>,
    }
}

keys! {
    /// A deployment.
    "a target" Closed pub struct Target {
        /// Its base URL.
        "url" => url: Text,
        /// Base URLs or path prefixes of dialects that are not mounted at the root.
        "dialects" => dialects: Entries<Name, Text>,
        /// Values that differ from the project's on this target.
        "vars" => vars: Entries<Name, Node>,
        /// Identities that differ from the project's on this target.
        "auth" => auth: Entries<Name, Identity>,
    }
}
