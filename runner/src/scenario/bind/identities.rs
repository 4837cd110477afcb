//! Identities: who may be named, and what must have a value once they are used.

use super::{Binder, names, walk};
use crate::scenario::{
    diagnostic::{Diagnostic, closest},
    entries::{Entries, Name},
    model::{Identity, Step},
    node::Key,
    source::Span,
    word::Slot,
};

/// An identity of the file with the names that it needs.
pub(super) struct Needs {
    span: Option<Span>,
    references: Vec<(Vec<String>, Span)>,
    used: bool,
}

impl Binder<'_> {
    pub(super) fn give_identity_unless_known(&mut self, name: &str) {
        let needs = || Needs {
            span: None,
            references: Vec::new(),
            used: true,
        };
        self.identities.entry(name.to_owned()).or_insert_with(needs);
    }

    /// Identities are fetched when first used, so what they refer to must have
    /// a value by then, not here.
    pub(super) fn add_identities(&mut self, auth: &Entries<Name, Identity>) {
        for (key, identity) in auth.iter() {
            self.add_identity(&key.text, key, identity);
        }
    }

    pub(super) fn add_identity(&mut self, name: &str, key: &Key, identity: &Identity) {
        if key.text == "none" {
            let finding = Diagnostic::error(&key.span, "`none` always means nobody")
                .help("choose another name for this identity");
            self.findings.push(finding);
        }
        let mut references = Vec::new();
        walk::identity(identity, &mut |node| {
            names::check_calls(node, self.findings);
            names::each_name(node, &mut |path, span| {
                references.push((path.to_vec(), span.clone()));
            });
        });
        self.check_dialect(identity.dialect.as_ref(), None);
        let needs = Needs {
            span: Some(key.span.clone()),
            references,
            used: false,
        };
        self.identities.insert(name.to_owned(), needs);
    }

    /// Proves an identity, and that what it refers to has a value by now.
    pub(super) fn check_sender(&mut self, slot: Option<&Slot<String>>, step: &Step) {
        let Some(slot) = slot else { return };
        for (span, name) in self.texts_of(slot, Some(step)) {
            let Some(needs) = self.identities.get_mut(&name) else {
                if self.names.excuses.may_be_defined(&name) {
                    continue;
                }
                let mut known: Vec<_> = self.identities.keys().cloned().collect();
                known.sort_unstable();
                let known = known.iter().map(String::as_str);
                if let Some(meant) = closest(&name, known.clone())
                    && let Some(meant) = self.identities.get_mut(meant)
                {
                    meant.used = true;
                }
                let finding = Diagnostic::error(&span, format!("there is no identity `{name}`"))
                    .choose_from(&name, "identities", known);
                self.findings.push(finding);
                continue;
            };
            needs.used = true;
            for (path, place) in needs.references.clone() {
                if let Err(finding) = self.names.use_path(&path, &place) {
                    let finding = finding.related(&span, "the identity is used here");
                    if !self.findings.contains(&finding) {
                        self.findings.push(finding);
                    }
                }
            }
        }
    }

    /// Proves what unused identities refer to, and hands them back.
    pub(super) fn prove_unused_identities(&mut self) -> Vec<(Span, String)> {
        let mut unused = Vec::new();
        for (name, needs) in &self.identities {
            let Some(span) = needs.span.as_ref().filter(|_| !needs.used) else {
                continue;
            };
            for (path, place) in &needs.references {
                self.findings.extend(self.names.use_path(path, place).err());
            }
            unused.push((span.clone(), name.clone()));
        }
        unused
    }
}
