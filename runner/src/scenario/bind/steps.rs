//! Steps in order: what each may use, what it gives to the steps below.

use std::collections::HashMap;

use super::{
    Binder, arguments, domain,
    names::{Kind, each_name},
    walk,
};
use crate::scenario::{
    diagnostic::{Diagnostic, closest},
    model::{Action, Call, Expect, SaveSource, Step, Verb},
    node::{Key, Node},
    source::Span,
    word::{Delay, Slot, Text},
};

impl Binder<'_> {
    pub(super) fn steps(&mut self, steps: &[Step]) {
        let mut places: HashMap<&str, &Span> = HashMap::new();
        for step in steps {
            if let Some(first) = places.insert(&step.name, &step.name.span) {
                let message = format!("two steps are called `{}`", step.name);
                let finding = Diagnostic::error(&step.name.span, message)
                    .related(first, "the first one")
                    .help("reports tell steps apart by their names");
                self.findings.push(finding);
            }
            self.step(step);
        }
    }

    fn step(&mut self, step: &Step) {
        self.check_walk(|visit| walk::before_sending(step, visit));
        self.give_case(step);
        self.check_walk(|visit| walk::request(step, visit));
        self.check_sender(step.identity.as_ref(), step);
        match &step.verb {
            Verb::Http(_) | Verb::Wait(_) => {}
            Verb::Call(call) => self.check_operation(call),
            Verb::Token(identity) => self.check_sender(Some(identity), step),
        }
        self.check_poll(step);
        if let Some(expect) = &step.expect {
            self.check_expect(expect, step);
        }
        for (key, save) in step.save.iter() {
            self.check_source(key, &save.source, &save.span, step);
            self.names
                .define(&key.text, &key.span, Kind::Saved, self.findings);
        }
        self.check_walk(|visit| walk::judgement(step, visit));
        self.check_walk(|visit| walk::undo(step, visit));
        if let Some(undo) = &step.undo {
            self.check_sender(undo.identity.as_ref(), step);
            if let Action::Call(call) = &undo.action {
                self.check_operation(call);
            }
        }
        self.withdraw_case(step);
    }

    fn give_case(&mut self, step: &Step) {
        let Some(cases) = &step.cases else { return };
        let mut members: Vec<&str> = Vec::new();
        for (key, _) in cases.iter().flat_map(|case| case.iter()) {
            if members.contains(&key.text.as_str()) {
                continue;
            }
            members.push(&key.text);
            if !cases.iter().all(|case| case.get(&key.text).is_some()) {
                let message = format!("not every case has `{}`", key.text);
                let finding = Diagnostic::error(&key.span, message)
                    .help("give it to all cases, with `null` where it means nothing");
                self.findings.push(finding);
            }
        }
        self.names.give("case", Some(&members));
        let used = case_members_used_by(step);
        for key in cases
            .iter()
            .take(1)
            .flat_map(|case| case.iter())
            .map(|(key, _)| key)
        {
            // A case may carry a `name` for reports.
            let near = |used: &String| closest(used, [key.text.as_str()]).is_some();
            if key.text != "name" && !used.iter().any(near) {
                let message = format!("the step does not use `case.{}`", key.text);
                let finding = Diagnostic::error(&key.span, message).help("remove it, or use it");
                self.findings.push(finding);
            }
        }
    }

    fn withdraw_case(&mut self, step: &Step) {
        if step.cases.is_none() {
            return;
        }
        self.names.withdraw("case");
        for (key, _) in step.save.iter() {
            self.names.limit_to_step(&key.text, self.findings);
        }
    }

    fn check_operation(&mut self, call: &Call) {
        let name = &call.operation;
        if !domain::operations().any(|known| known == name.text) {
            let finding = Diagnostic::error(&name.span, format!("there is no operation `{name}`"))
                .choose_from(name, "operations", domain::operations());
            self.findings.push(finding);
            return;
        }
        // A dialect that does not exist has been reported already.
        let known = |dialect: &&String| domain::dialects().any(|known| known == **dialect);
        let mut dialects = self.dialects.iter().filter(known);
        if let Some(mute) = dialects.find(|dialect| !domain::speaks(dialect, name)) {
            let others: Vec<_> = domain::dialects()
                .filter(|dialect| domain::speaks(dialect, name))
                .collect();
            let finding = Diagnostic::error(
                &name.span,
                format!("the dialect `{mute}` has no words for `{name}`"),
            );
            self.findings.push(match others.as_slice() {
                [] => finding.help("no dialect has; it can only be asked for on the wire"),
                some => finding.help(format!("it can be called in {}", some.join(", "))),
            });
        }
        arguments::check(call, self.findings);
    }

    fn check_poll(&mut self, step: &Step) {
        let Some(poll) = &step.poll else { return };
        self.check_expect(&poll.until, step);
        if let Some(condition) = &poll.stop_if {
            self.check_expect(condition, step);
        }
        let length = |slot: &Slot<Delay>| slot.literal().map(|Delay(length)| length);
        if let (Some(every), Some(up_to)) = (length(&poll.every), length(&poll.up_to)) {
            if every.is_zero() {
                let message = "polling without a pause would be a flood";
                self.findings
                    .push(Diagnostic::error(poll.every.span(), message));
            } else if every >= up_to {
                let finding = Diagnostic::error(poll.every.span(), "nothing would be repeated")
                    .related(poll.up_to.span(), "polling ends here")
                    .help("`every` must be shorter than `up_to`");
                self.findings.push(finding);
            }
        }
    }

    fn check_expect(&mut self, expect: &Expect, step: &Step) {
        if let Some((key, _)) = expect.outcome.iter().next()
            && !matches!(step.verb, Verb::Call(_))
        {
            let finding = Diagnostic::error(&key.span, "only `call` has an outcome")
                .help("use `json` to look into the body of a response");
            self.findings.push(finding);
        }
    }

    fn check_source(&mut self, key: &Key, source: &SaveSource, span: &Span, step: &Step) {
        let finding = match (source, &step.verb) {
            (SaveSource::Outcome(Text { span, .. }, _), Verb::Http(_) | Verb::Token(_)) => {
                Diagnostic::error(span, "only `call` has an outcome")
                    .help("use `json` to take a value from the body of a response")
            }
            (SaveSource::Token, Verb::Http(_) | Verb::Call(_)) => {
                Diagnostic::error(span, "only a `token` step has a token to save").help(format!(
                    "name the place: `{}: {{ json: $.access_token, secret: true }}`",
                    key.text
                ))
            }
            _ => return,
        };
        self.findings.push(finding);
    }
}

/// The members of `case` that a step refers to.
fn case_members_used_by(step: &Step) -> Vec<String> {
    let mut members = Vec::new();
    let mut visit = |node: &Node| {
        each_name(node, &mut |path, _| {
            if let [case, member, ..] = path
                && case == "case"
            {
                members.push(member.clone());
            }
        });
    };
    walk::request(step, &mut visit);
    walk::judgement(step, &mut visit);
    walk::undo(step, &mut visit);
    members
}
