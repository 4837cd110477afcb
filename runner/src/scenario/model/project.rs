//! The project file `touchmark.yaml`: where scenarios run and as whom. What
//! they do is written in the scenario files themselves.

use schemars::{Schema, SchemaGenerator};

use super::{Identity, Step};
use crate::scenario::{
    diagnostic::Diagnostic,
    entries::{Entries, Name},
    node::Node,
    read::{Read, exactly_one, keys, require_one},
    source::Span,
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

/// A deployment.
#[derive(Clone, Debug)]
pub struct Target {
    /// The place of the map.
    pub span: Span,
    /// Where it is.
    pub place: Place,
    /// Base URLs or path prefixes of dialects that are not mounted at the root.
    pub dialects: Entries<Name, Text>,
    /// Values that differ from the project's on this target.
    pub vars: Entries<Name, Node>,
    /// Identities that differ from the project's on this target.
    pub auth: Entries<Name, Identity>,
}

/// Where a deployment is.
#[derive(Clone, Debug)]
pub enum Place {
    /// Under this base URL.
    Url(Text),
    /// In the process of the run, set up as this file says.
    Settings(Text),
}

keys! {
    /// A deployment: one that is somewhere, or one in the process of the run.
    "a target" Closed struct TargetKeys {
        /// Its base URL.
        "url" => url: Option<Text>,
        /// A settings file of `touchmark serve`, relative to the project file:
        /// a deployment in this process that is set up in the same way.
        "settings" => settings: Option<Text>,
        /// Base URLs or path prefixes of dialects that are not mounted at the root.
        "dialects" => dialects: Entries<Name, Text>,
        /// Values that differ from the project's on this target.
        "vars" => vars: Entries<Name, Node>,
        /// Identities that differ from the project's on this target.
        "auth" => auth: Entries<Name, Identity>,
    }
    check = check_target;
    refine = refine_target;
}

impl Read for Target {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let keys = TargetKeys::read(node, findings)?;
        let place = match (keys.url, keys.settings) {
            (Some(url), None) => Place::Url(url),
            (None, Some(file)) => Place::Settings(file),
            // Said by `check_target`.
            _ => return None,
        };
        Some(Self {
            span: keys.span,
            place,
            dialects: keys.dialects,
            vars: keys.vars,
            auth: keys.auth,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<TargetKeys>()
    }
}

/// The keys that say where a deployment is.
const PLACES: &[&str] = &["url", "settings"];

fn check_target(node: &Node, findings: &mut Vec<Diagnostic>) {
    exactly_one(node, "a target", PLACES, findings);
    if let Some(map) = node.as_map()
        && let (Some(_), Some(dialects)) = (map.get("settings"), map.entry("dialects"))
    {
        let message = "`dialects` does not go with `settings`: a deployment in this process has all at the root";
        findings.push(Diagnostic::error(&dialects.key.span, message));
    }
}

fn refine_target(mut schema: Schema) -> Schema {
    let alone = serde_json::json!({ "settings": { "properties": { "dialects": false } } });
    schema.insert("dependentSchemas".into(), alone);
    require_one(schema, PLACES)
}
