//! One step: prepare the request, send it, keep what is to be kept, note how to
//! take it back, and only then judge the answer.

use super::judge::{Court, Judgement, Success};
use super::ledger::Entry;
use super::save;
use super::send::{self, Prepared};
use super::sender::Sender;
use super::story::Story;
use super::subject::Subject;
use super::trouble::Trouble;
use crate::expect::Mismatch;
use crate::peer::Request;
use crate::scenario::model::{Poll, Step, Verb};
use crate::scenario::word::Slot;
use crate::scenario::{Diagnostic, Span};
use core::time::Duration;
use tokio::time::{Instant, sleep};

/// What a reader should know of a step that went well.
pub(super) type Warnings = Vec<String>;

/// Does a step. `within` is the time that it has; the caller sees to it.
pub(super) async fn attempt(
    story: &mut Story<'_>,
    step: &Step,
    within: Duration,
) -> Result<Warnings, Trouble> {
    if let Verb::Wait(length) = &step.verb {
        sleep(story.values().delay(length)?).await;
        return Ok(Warnings::new());
    }
    let prepared = prepare(story, step)?;
    let sender = match (&step.verb, &step.identity) {
        (Verb::Token(_), _) | (_, None) => None,
        (_, Some(identity)) => Some((story.sender(identity)?, identity)),
    };
    // If nothing comes back, what may have been made is taken back all the same.
    let entry = undo_entry(story, step).unwrap_or_default();
    story.ledger.announce(entry);
    let answered = match &step.poll {
        None => send(story, &prepared, sender.as_ref(), within)
            .await
            .map(|sent| (sent, None)),
        Some(poll) => send_until(story, poll, &prepared, sender.as_ref(), within).await,
    };
    let ((request, subject), unsettled) = match answered {
        Ok(answered) => answered,
        Err(trouble) => {
            settle_unanswered(story, &trouble);
            return Err(trouble);
        }
    };
    if let Verb::Token(_) = step.verb {
        let engine = story.engine;
        engine
            .tokens
            .keep(&request, &subject.answer, engine.redactor())
            .await;
    }
    let missed = keep(story, step, &subject);
    let unfit = note_undo(story, step, &subject, missed.is_empty());
    let mut judgement = match unsettled {
        Some(judgement) => judgement,
        None => {
            let success = Success::Demanded;
            let place = expectation_place(step);
            court(story, within)
                .judge(step.expect.as_ref(), &subject, success, place)
                .await
        }
    };
    judgement.diagnostics.extend(unfit);
    if judgement.is_good() && missed.is_empty() {
        return Ok(judgement.warnings);
    }
    Err(Trouble::Answer {
        judgement,
        missed,
        request,
        answer: subject.answer,
    })
}

fn prepare(story: &Story<'_>, step: &Step) -> Result<Prepared, Diagnostic> {
    let (values, target) = (story.values(), story.engine.target());
    match &step.verb {
        Verb::Http(http) => send::request(http, values, target).map(|request| Prepared {
            request,
            operation: None,
        }),
        Verb::Call(call) => send::call(call, values, target, story.system),
        Verb::Token(identity) => match story.sender(identity)? {
            Sender::Client(request) => Ok(Prepared {
                request: *request,
                operation: None,
            }),
            Sender::Nobody | Sender::Header { .. } => {
                let message = "this identity does not fetch a token";
                Err(Diagnostic::error(identity.span(), message)
                    .help("`token` needs an identity with `client_credentials`"))
            }
        },
        Verb::Wait(_) => unreachable!("waiting is done before anything is prepared"),
    }
}

type Sent = (Request, Subject);

async fn send(
    story: &Story<'_>,
    prepared: &Prepared,
    sender: Option<&(Sender, &Slot<String>)>,
    within: Duration,
) -> Result<Sent, Trouble> {
    let mut request = prepared.request.clone();
    if let Some((sender, slot)) = sender {
        authorize(story, &mut request, sender, slot, within).await?;
    }
    match story.engine.send(&request, within).await {
        Ok(mut subject) => {
            if let Some(spoken) = &prepared.operation {
                subject.outcome = Some(spoken.outcome(&subject.answer.response));
            }
            Ok((request, subject))
        }
        Err(error) => Err(Trouble::Peer { error, request }),
    }
}

/// Adds what proves the sender.
async fn authorize(
    story: &Story<'_>,
    request: &mut Request,
    sender: &Sender,
    slot: &Slot<String>,
    within: Duration,
) -> Result<(), Trouble> {
    let engine = story.engine;
    engine
        .authorize(request, sender, within)
        .await
        .map_err(|why| Trouble::NoToken {
            sender: story.values().slot(slot).unwrap_or_default(),
            span: slot.span().clone(),
            why: Box::new(why),
        })
}

/// Sends until a condition holds. What is handed back beside the answer is the
/// judgement, if the condition never held.
async fn send_until(
    story: &Story<'_>,
    poll: &Poll,
    prepared: &Prepared,
    sender: Option<&(Sender, &Slot<String>)>,
    within: Duration,
) -> Result<(Sent, Option<Judgement>), Trouble> {
    let every = story.values().delay(&poll.every)?;
    let up_to = story.values().delay(&poll.up_to)?;
    let deadline = Instant::now() + up_to;
    let mut answers = 0_usize;
    loop {
        let sent = send(story, prepared, sender, within).await?;
        answers += 1;
        let court = court(story, within);
        let lenient = Success::NotDemanded;
        let mut until = court
            .judge(Some(&poll.until), &sent.1, lenient, &poll.span)
            .await;
        if until.is_good() {
            return Ok((sent, None));
        }
        if let Some(stop_if) = &poll.stop_if
            && court
                .judge(Some(stop_if), &sent.1, lenient, &poll.span)
                .await
                .is_good()
        {
            let stopped = not_reached(
                &stop_if.span,
                "no answer that meets `stop_if`",
                "one".to_owned(),
            );
            return Ok((
                sent,
                Some(Judgement {
                    mismatches: vec![stopped],
                    ..Judgement::default()
                }),
            ));
        }
        if !until.diagnostics.is_empty() || Instant::now() + every > deadline {
            let actual = format!("no such answer among {answers}");
            let expected = format!("`until` to hold within {} ms", up_to.as_millis());
            until
                .mismatches
                .push(not_reached(poll.up_to.span(), &expected, actual));
            return Ok((sent, Some(until)));
        }
        sleep(every).await;
    }
}

fn not_reached(span: &Span, expected: &str, actual: String) -> Mismatch {
    Mismatch {
        span: span.clone(),
        place: "poll".to_owned(),
        expected: expected.to_owned(),
        actual,
        hint: None,
    }
}

fn court<'s>(story: &'s Story<'_>, within: Duration) -> Court<'s> {
    Court {
        values: story.values(),
        target: story.engine.target(),
        peer: &story.engine.peer,
        key_sets: &story.engine.key_sets,
        redactor: story.engine.redactor(),
        within,
    }
}

/// Saves what the step names, as far as it is there.
fn keep(story: &mut Story<'_>, step: &Step, subject: &Subject) -> Vec<Mismatch> {
    let mut missed = Vec::new();
    for (key, wanted) in step.save.iter() {
        match save::take(&key.text, wanted, subject, story.engine.redactor()) {
            Ok(value) => story.scope.define(&key.text, value),
            Err(mismatch) => missed.push(mismatch),
        }
    }
    missed
}

/// Notes how to take a step back that had an effect. A value that is missing
/// because it could not be saved has been reported already.
fn note_undo(
    story: &mut Story<'_>,
    step: &Step,
    subject: &Subject,
    saved: bool,
) -> Option<Diagnostic> {
    if !subject.answer.response.status.is_success() {
        story.ledger.dismiss();
        return None;
    }
    match undo_entry(story, step) {
        Ok(entry) => {
            story.ledger.record(entry);
            None
        }
        Err(diagnostic) => {
            story.ledger.presume();
            saved.then_some(diagnostic)
        }
    }
}

/// A request without an answer may have had an effect, unless it never left.
fn settle_unanswered(story: &mut Story<'_>, trouble: &Trouble) {
    match trouble {
        Trouble::Peer { error, .. } if error.may_have_arrived() => story.ledger.presume(),
        _ => story.ledger.dismiss(),
    }
}

fn undo_entry(story: &Story<'_>, step: &Step) -> Result<Option<Entry>, Diagnostic> {
    let Some(undo) = &step.undo else {
        return Ok(None);
    };
    let target = story.engine.target();
    let prepared = send::prepare(&undo.action, story.values(), target, story.system)?;
    let identity = undo.identity.as_ref().or(step.identity.as_ref());
    let sender = identity.map(|slot| story.sender(slot)).transpose()?;
    Ok(Some(Entry {
        step: story.current_name(),
        span: undo.span.clone(),
        request: prepared.request,
        sender: sender.unwrap_or(Sender::Nobody),
    }))
}

/// Where a demand stands that a step makes without saying so.
fn expectation_place(step: &Step) -> &Span {
    step.expect
        .as_ref()
        .map_or(&step.name.span, |expect| &expect.span)
}
