//! Proves every name of a file before the first request: variables, secrets,
//! identities, operations, dialects, and what is declared but never used.
//!
//! What a file may refer to beyond itself and the domain is handed in as
//! [`Surroundings`], so that no deployment is known here.

mod arguments;
mod domain;
mod excuse;
mod identities;
mod matrix;
mod names;
mod steps;
mod walk;

use std::collections::HashMap;

pub use matrix::{MAX_RUNS, Run};

use self::{
    excuse::Excuses,
    identities::Needs,
    names::{Kind, Names, possible_texts},
    walk::Visit,
};
use super::{
    diagnostic::Diagnostic,
    entries::{Entries, Name},
    model::{Project, Scenario, Step},
    node::Node,
    source::Span,
    template::is_name,
    word::{Slot, Text},
};

/// What a file may refer to beyond itself and the domain.
#[derive(Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// The identities that the target itself gives.
    pub identities: &'a [&'a str],
    /// The project file, if there is one.
    pub project: Option<&'a Project>,
}

/// A scenario whose names are proven.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario.
    pub scenario: Scenario,
    /// One per combination of the matrix; one without a label if there is none.
    pub runs: Vec<Run>,
}

/// Whether a model holds all that its file says.
#[derive(Clone, Copy)]
pub(super) enum Completeness<'a> {
    /// It does.
    Whole,
    /// Parts could not be read; this is the file's raw tree.
    Partial(&'a Node),
}

impl Completeness<'_> {
    fn excuses(self) -> Excuses {
        match self {
            Self::Whole => Excuses::default(),
            Self::Partial(tree) => Excuses::collect(tree),
        }
    }
}

/// Proves a scenario's names. There is no plan if an error was found.
pub(super) fn bind(
    scenario: Scenario,
    completeness: Completeness<'_>,
    surroundings: &Surroundings<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Plan> {
    let mut own = Vec::new();
    let mut binder = Binder::new(surroundings, completeness, &mut own);
    if let Some(project) = surroundings.project {
        binder.give_project_names(project);
    }
    binder.declare(&scenario.secrets, &scenario.vars, Some(&scenario));
    binder.announce_saves(&scenario.steps);
    binder.add_identities(&scenario.auth);
    binder.check_slot(scenario.timeout.as_ref().map(Slot::node));
    binder.check_dialect(scenario.dialect.as_ref(), None);
    binder.dialects = binder.dialects_of(&scenario);
    binder.check_tags(&scenario.tags);
    binder.steps(&scenario.steps);
    binder.finish();
    let runs = matrix::runs(&scenario, &mut own);
    let proven = !own.iter().any(Diagnostic::is_error);
    findings.append(&mut own);
    proven.then_some(Plan { scenario, runs })
}

/// Proves the names of a project file.
pub(super) fn bind_project(
    project: &Project,
    completeness: Completeness<'_>,
    surroundings: &Surroundings<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut binder = Binder::new(surroundings, completeness, findings);
    if let Some(chosen) = &project.target
        && project.targets.get(chosen).is_none()
    {
        let known = project.targets.iter().map(|(key, _)| key.text.as_str());
        let finding = Diagnostic::error(&chosen.span, format!("there is no target `{chosen}`"))
            .choose_from(chosen, "targets", known);
        binder.findings.push(finding);
    }
    // Scenarios may use what the project file itself does not.
    binder.unused_is_fine = true;
    binder.declare(&project.secrets, &project.vars, None);
    binder.announce_saves(&project.fixtures);
    binder.add_identities(&project.auth);
    for (name, target) in project.targets.iter() {
        target
            .vars
            .iter()
            .for_each(|(_, node)| binder.check_node(node));
        for (dialect, _) in target.dialects.iter() {
            binder.check_dialect_name(&dialect.span, &dialect.text);
        }
        for (key, identity) in target.auth.iter() {
            // Two targets may give one name to different identities; no step
            // can write a name with a slash.
            binder.add_identity(&format!("{}/{}", name.text, key.text), key, identity);
            binder.give_identity_unless_known(&key.text);
        }
    }
    binder.steps(&project.fixtures);
    binder.check_slot(project.show.as_ref().map(Slot::node));
    binder.finish();
}

struct Binder<'a> {
    findings: &'a mut Vec<Diagnostic>,
    names: Names,
    identities: HashMap<String, Needs>,
    axes: HashMap<String, Vec<Node>>,
    /// The dialects in which `call` may speak, as far as the file tells.
    dialects: Vec<String>,
    unused_is_fine: bool,
}

impl<'a> Binder<'a> {
    fn new(
        surroundings: &Surroundings<'_>,
        completeness: Completeness<'_>,
        findings: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let mut names = Names::new(completeness.excuses());
        names.give("target", Some(&["name", "url"]));
        let mut binder = Self {
            findings,
            names,
            identities: HashMap::new(),
            axes: HashMap::new(),
            dialects: vec![domain::DEFAULT_DIALECT.to_owned()],
            unused_is_fine: false,
        };
        for name in core::iter::once(&"none").chain(surroundings.identities) {
            binder.give_identity_unless_known(name);
        }
        binder
    }

    fn give_project_names(&mut self, project: &Project) {
        for (key, _) in project.vars.iter() {
            self.names.give(&key.text, None);
        }
        for secret in &project.secrets {
            self.names.give(secret, None);
        }
        for (key, _) in project.fixtures.iter().flat_map(|step| step.save.iter()) {
            self.names.give(&key.text, None);
        }
        for (key, _) in project.auth.iter() {
            self.give_identity_unless_known(&key.text);
        }
        for (_, target) in project.targets.iter() {
            for (key, _) in target.vars.iter() {
                self.names.give(&key.text, None);
            }
            for (key, _) in target.auth.iter() {
                self.give_identity_unless_known(&key.text);
            }
        }
    }

    /// Secrets, matrix and variables, in the order in which they get values.
    fn declare(
        &mut self,
        secrets: &[Text],
        vars: &Entries<Name, Node>,
        scenario: Option<&Scenario>,
    ) {
        for secret in secrets {
            if !is_name(secret) {
                let message = format!("`{secret}` cannot be the name of a secret");
                let finding = Diagnostic::error(&secret.span, message)
                    .help("list names here; the values come from the environment or a file");
                self.findings.push(finding);
                continue;
            }
            self.names
                .define(secret, &secret.span, Kind::Secret, self.findings);
        }
        for (key, values) in scenario.iter().flat_map(|scenario| scenario.matrix.iter()) {
            self.names
                .define(&key.text, &key.span, Kind::Axis, self.findings);
            let values = values.iter().map(|value| value.0.clone());
            self.axes.insert(key.text.clone(), values.collect());
        }
        for (key, _) in vars.iter() {
            self.names.announce(&key.text, &key.span);
        }
        for (key, node) in vars.iter() {
            self.check_node(node);
            self.names
                .define(&key.text, &key.span, Kind::Variable, self.findings);
        }
    }

    fn announce_saves(&mut self, steps: &[Step]) {
        for (key, _) in steps.iter().flat_map(|step| step.save.iter()) {
            self.names.announce(&key.text, &key.span);
        }
    }

    fn check_node(&mut self, node: &Node) {
        self.names.check(node, self.findings);
    }

    fn check_slot(&mut self, node: Option<&Node>) {
        if let Some(node) = node {
            self.check_node(node);
        }
    }

    /// Walks over a part of the model and proves all names in it.
    fn check_walk(&mut self, walk: impl FnOnce(&mut Visit<'_>)) {
        walk(&mut |node| self.names.check(node, self.findings));
    }

    fn check_tags(&mut self, tags: &[Text]) {
        for tag in tags {
            let plain = tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if !plain {
                let finding = Diagnostic::error(&tag.span, format!("`{tag}` is not a tag"))
                    .help("a tag is one word of letters, digits, `-`, `_` and `.`");
                self.findings.push(finding);
            }
        }
    }

    fn check_dialect(&mut self, slot: Option<&Slot<String>>, step: Option<&Step>) {
        let Some(slot) = slot else { return };
        self.check_node(slot.node());
        for (span, text) in self.texts_of(slot, step) {
            self.check_dialect_name(&span, &text);
        }
    }

    fn check_dialect_name(&mut self, span: &Span, name: &str) {
        if !domain::dialects().any(|known| known == name) {
            let finding = Diagnostic::error(span, format!("there is no dialect `{name}`"))
                .choose_from(name, "dialects", domain::dialects());
            self.findings.push(finding);
        }
    }

    fn dialects_of(&self, scenario: &Scenario) -> Vec<String> {
        match &scenario.dialect {
            None => vec![domain::DEFAULT_DIALECT.to_owned()],
            Some(slot) => {
                let texts = self.texts_of(slot, None).into_iter();
                texts.map(|(_, name)| name).collect()
            }
        }
    }

    /// The texts that a slot can have, as far as the file tells.
    fn texts_of(&self, slot: &Slot<String>, step: Option<&Step>) -> Vec<(Span, String)> {
        let texts = possible_texts(slot.node(), |path| {
            match path {
                [name] => self.axes.get(name).map(|values| values.iter().collect()),
                [case, member] if case == "case" => step
                    .and_then(|step| step.cases.as_ref())
                    .map(|cases| cases.iter().filter_map(|case| case.get(member)).collect()),
                _ => None,
            }
            .unwrap_or_default()
        });
        let owned = texts
            .into_iter()
            .map(|(span, text)| (span.clone(), text.to_owned()));
        owned.collect()
    }

    fn finish(mut self) {
        let unused = self.prove_unused_identities();
        if self.unused_is_fine {
            return;
        }
        for (span, name) in unused {
            if self.names.excuses.may_be_used(&name) {
                continue;
            }
            let finding = Diagnostic::warning(&span, format!("nothing is sent as `{name}`"))
                .help("remove it, or use it with `as`");
            self.findings.push(finding);
        }
        self.names.finish(self.findings);
    }
}
