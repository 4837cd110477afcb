//! The names that are known at one point of a file, and who has used them.

use std::collections::{HashMap, HashSet};

use super::excuse::Excuses;
use crate::scenario::{
    diagnostic::{Diagnostic, closest},
    function::Function,
    node::{Node, Value},
    scope::unknown_function,
    source::Span,
    template::{Expression, Reference},
};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `target` and whatever the project file defines: nobody must use it.
    Given,
    Secret,
    Axis,
    Variable,
    Saved,
}

struct Known {
    kind: Kind,
    span: Option<Span>,
    members: Option<Vec<String>>,
    used: bool,
}

/// Why a name that exists somewhere in the file has no value here.
enum Elsewhere {
    /// A later step saves it, or a later variable is called so.
    Later(Span),
    /// A step with `cases` saved it once per case.
    PerCase(Span),
}

/// The names known so far.
pub(super) struct Names {
    known: HashMap<String, Known>,
    elsewhere: HashMap<String, Elsewhere>,
    /// How many names have been reported as unknown.
    strangers: usize,
    /// Names that a mistake elsewhere shows to be wanted.
    wanted: HashSet<String>,
    /// Names in parts of the file that could not be read.
    pub(super) excuses: Excuses,
}

/// How many unknown names get a suggestion: comparing each with every known
/// name would take long in a file of nothing but mistakes.
const MAX_SUGGESTIONS: usize = 100;

/// The names that no file may give a meaning of its own.
const RESERVED: &[&str] = &["target", "case"];

impl Names {
    /// No names, with those that are excused from being defined or used.
    pub(super) fn new(excuses: Excuses) -> Self {
        Self {
            known: HashMap::new(),
            elsewhere: HashMap::new(),
            strangers: 0,
            wanted: HashSet::new(),
            excuses,
        }
    }

    /// A name that the surroundings give, with its members if they are few and known.
    pub(super) fn give(&mut self, name: &str, members: Option<&[&str]>) {
        let members = members.map(|members| members.iter().map(|&name| name.to_owned()).collect());
        let known = Known {
            kind: Kind::Given,
            span: None,
            members,
            used: true,
        };
        self.known.insert(name.to_owned(), known);
    }

    /// Takes a given name back.
    pub(super) fn withdraw(&mut self, name: &str) {
        self.known.remove(name);
    }

    /// Says that a name will get its value further down.
    pub(super) fn announce(&mut self, name: &str, span: &Span) {
        let later = Elsewhere::Later(span.clone());
        self.elsewhere.insert(name.to_owned(), later);
    }

    /// Makes a name known, unless it already is. Given names can be redefined.
    pub(super) fn define(
        &mut self,
        name: &str,
        span: &Span,
        kind: Kind,
        findings: &mut Vec<Diagnostic>,
    ) {
        if RESERVED.contains(&name) {
            let message = format!("`{name}` has a meaning of its own, choose another name");
            findings.push(Diagnostic::error(span, message));
            return;
        }
        if let Some(Known {
            span: Some(first), ..
        }) = self.known.get(name)
        {
            findings.push(
                Diagnostic::error(span, format!("the name `{name}` is already taken"))
                    .related(first, "first given here")
                    .help("a name keeps its value for the whole run"),
            );
            return;
        }
        let known = Known {
            kind,
            span: Some(span.clone()),
            members: None,
            used: self.wanted.contains(name),
        };
        self.known.insert(name.to_owned(), known);
    }

    /// Limits a name that was saved once per case to the step that saved it.
    pub(super) fn limit_to_step(&mut self, name: &str, findings: &mut Vec<Diagnostic>) {
        let Some(known) = self.known.remove(name) else {
            return;
        };
        if !self.excuses.may_be_used(name) {
            report_unused(name, &known, findings);
        }
        if let Some(span) = known.span {
            self.elsewhere
                .insert(name.to_owned(), Elsewhere::PerCase(span));
        }
    }

    /// Proves every reference in a node and marks what it uses.
    pub(super) fn check(&mut self, node: &Node, findings: &mut Vec<Diagnostic>) {
        check_calls(node, findings);
        each_name(node, &mut |path, span| {
            findings.extend(self.use_path(path, span).err());
        });
    }

    /// Reports what was declared and never used.
    pub(super) fn finish(self, findings: &mut Vec<Diagnostic>) {
        for (name, known) in &self.known {
            if !self.excuses.may_be_used(name) {
                report_unused(name, known, findings);
            }
        }
    }

    /// Proves one name and marks it as used.
    pub(super) fn use_path(&mut self, path: &[String], span: &Span) -> Result<(), Diagnostic> {
        let (name, members) = path
            .split_first()
            .expect("an expression names at least one thing");
        let Some(known) = self.known.get_mut(name) else {
            if self.excuses.may_be_defined(name) && !self.elsewhere.contains_key(name) {
                return Ok(());
            }
            return Err(self.unknown(name, span));
        };
        known.used = true;
        match (&known.members, members.first()) {
            (Some(known), Some(member)) if !known.contains(member) => Err(Diagnostic::error(
                span,
                format!("`{name}` has no member `{member}`"),
            )
            .choose_from(member, "members", known.iter().map(String::as_str))),
            _ => Ok(()),
        }
    }

    fn unknown(&mut self, name: &str, span: &Span) -> Diagnostic {
        match self.elsewhere.get(name) {
            Some(Elsewhere::Later(later)) => {
                self.wanted.insert(name.to_owned());
                return Diagnostic::error(span, format!("`{name}` has no value yet"))
                    .related(later, "it gets its value here")
                    .help("names can be used below the place that gives them a value");
            }
            Some(Elsewhere::PerCase(saved)) => {
                let message = format!("`{name}` has one value per case and none here");
                return Diagnostic::error(span, message)
                    .related(saved, "saved in a step with `cases`")
                    .help("only that step's own `expect` and `undo` can use it");
            }
            None => {}
        }
        if name == "case" {
            return Diagnostic::error(span, "`case` is known only in a step with `cases`");
        }
        if let Some(function) = Function::find(name) {
            return Diagnostic::error(span, format!("`{name}` is a function"))
                .help(format!("call it: `$({})`", function.usage));
        }
        let message = format!("`{name}` is not defined");
        let finding = Diagnostic::error(span, message);
        self.strangers += 1;
        if self.strangers > MAX_SUGGESTIONS {
            return finding;
        }
        let mut candidates: Vec<_> = self.known.keys().cloned().collect();
        candidates.sort_unstable();
        let Some(meant) = closest(name, candidates.iter().map(String::as_str)) else {
            return finding.help("names come from `vars`, `secrets`, `matrix`, `cases` and `save`");
        };
        if let Some(known) = self.known.get_mut(meant) {
            known.used = true;
        }
        finding.help(format!("did you mean `{meant}`?"))
    }
}

/// Proves that the functions which a node calls exist and take what they get.
pub(super) fn check_calls(node: &Node, findings: &mut Vec<Diagnostic>) {
    node.each_template(&mut |_, template| {
        for reference in template.references() {
            calls_in(&reference.expression, &reference.span, findings);
        }
    });
}

fn calls_in(expression: &Expression, place: &Span, findings: &mut Vec<Diagnostic>) {
    let Expression::Call(name, arguments) = expression else {
        return;
    };
    match Function::find(name) {
        None => findings.push(unknown_function(name, place)),
        Some(function) if !function.takes(arguments.len()) => {
            let given = match arguments.len() {
                0 => "no arguments".to_owned(),
                1 => "one argument".to_owned(),
                count => format!("{count} arguments"),
            };
            findings.push(
                Diagnostic::error(place, format!("`{name}` does not take {given}"))
                    .help(format!("it is called as `$({})`", function.usage)),
            );
        }
        Some(_) => {}
    }
    for argument in arguments {
        calls_in(argument, place, findings);
    }
}

fn report_unused(name: &str, known: &Known, findings: &mut Vec<Diagnostic>) {
    let Known {
        kind,
        span: Some(span),
        used: false,
        ..
    } = known
    else {
        return;
    };
    let finding = match kind {
        Kind::Given => return,
        Kind::Secret => Diagnostic::error(span, format!("the secret `{name}` is never used")),
        Kind::Saved => Diagnostic::error(span, format!("`{name}` is saved and never used")),
        Kind::Axis => Diagnostic::error(
            span,
            format!("`{name}` multiplies the runs and is never used"),
        ),
        Kind::Variable => Diagnostic::warning(span, format!("`{name}` is never used")),
    };
    findings.push(finding.help("remove it, or use it"));
}

/// Calls `visit` with every name that a node refers to.
pub(super) fn each_name(node: &Node, visit: &mut dyn FnMut(&[String], &Span)) {
    node.each_template(&mut |_, template| {
        for reference in template.references() {
            names_in(&reference.expression, &mut |path| {
                visit(path, &reference.span);
            });
        }
    });
}

fn names_in(expression: &Expression, visit: &mut dyn FnMut(&[String])) {
    match expression {
        Expression::Number(_) | Expression::Text(_) => {}
        Expression::Name(path) => visit(path),
        Expression::Call(_, arguments) => {
            for argument in arguments {
                names_in(argument, visit);
            }
        }
    }
}

/// The texts that a slot can have, as far as the file tells: its own text, or
/// what a matrix axis or a case gives to the one name in it.
pub(super) fn possible_texts<'a>(
    node: &'a Node,
    values_of: impl Fn(&[String]) -> Vec<&'a Node>,
) -> Vec<(&'a Span, &'a str)> {
    let nodes = match &node.value {
        Value::Template(template) => match template.whole() {
            Some(Reference {
                expression: Expression::Name(path),
                ..
            }) => values_of(path),
            _ => Vec::new(),
        },
        _ => vec![node],
    };
    let texts = nodes
        .into_iter()
        .filter_map(|node| node.as_text().map(|text| (&node.span, text)));
    texts.collect()
}
