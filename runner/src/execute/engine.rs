//! What all runs of scenarios share, and how a request leaves.

use super::jwt::KeySets;
use super::ledger::Entry;
use super::options::{AfterFailure, Options, Target};
use super::sender::{Sender, add_unless_set};
use super::subject::Subject;
use super::tokens::{NoToken, Tokens};
use super::trouble::Trouble;
use super::values::Values;
use crate::expect::Mismatch;
use crate::peer::{Peer, PeerError, Request};
use crate::report::{Event, Listener, StepKind, Summary, Tally};
use crate::scenario::entries::{Entries, Name};
use crate::scenario::model::{self, Identity};
use crate::scenario::{Diagnostic, Node, Scope, Source, Span, Value};
use crate::secret::{Redactor, learn_from_body, may_hold_secrets};
use core::time::Duration;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;
use touchmark_core::http::Response;

/// What all runs of scenarios share.
pub(super) struct Engine {
    pub(super) options: Options,
    pub(super) peer: Arc<Peer>,
    pub(super) tokens: Tokens,
    pub(super) key_sets: KeySets,
    listener: Arc<dyn Listener>,
    tally: Mutex<Tally>,
}

impl Engine {
    pub(super) fn new(options: Options, peer: Arc<Peer>, listener: Arc<dyn Listener>) -> Self {
        Self {
            options,
            peer,
            tokens: Tokens::default(),
            key_sets: KeySets::default(),
            listener,
            tally: Mutex::default(),
        }
    }

    pub(super) const fn target(&self) -> &Target {
        &self.options.target
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.options.redactor
    }

    /// What the project says about this target, if anything.
    fn project_target(&self) -> Option<&model::Target> {
        self.options
            .project
            .as_ref()?
            .targets
            .get(&self.options.target.name)
    }

    /// The identities that every scenario knows, the nearest first.
    pub(super) fn shared_identities(&self) -> Vec<&Entries<Name, Identity>> {
        let target = self.project_target().map(|target| &target.auth);
        let project = self.options.project.as_ref().map(|project| &project.auth);
        target.into_iter().chain(project).collect()
    }

    /// What the names stand for before anything is done.
    pub(super) fn base_scope(&self) -> Result<Scope, Diagnostic> {
        let mut scope = Scope::default();
        let target = self.target();
        let nowhere = Span::new(&Source::new("(run)", ""), 0..0);
        let url = target.url.to_string();
        let described = json!({ "name": target.name, "url": url.trim_end_matches('/') });
        scope.define("target", Value::from_json(&described, &nowhere));
        for (name, secret) in &self.options.secrets {
            scope.define(name, Value::Text(secret.reveal().to_owned()));
        }
        let own = self.project_target().map(|target| &target.vars);
        if let Some(project) = &self.options.project {
            for (key, node) in project.vars.iter() {
                let node = own.and_then(|own| own.get(&key.text)).unwrap_or(node);
                self.define_var(&mut scope, &key.text, node)?;
            }
        }
        for (key, node) in own.into_iter().flat_map(Entries::iter) {
            if !scope.knows(&key.text) {
                self.define_var(&mut scope, &key.text, node)?;
            }
        }
        Ok(scope)
    }

    /// Gives a variable its value: the one from the command line, or its own.
    pub(super) fn define_var(
        &self,
        scope: &mut Scope,
        name: &str,
        node: &Node,
    ) -> Result<(), Diagnostic> {
        let value = match self.options.vars.get(name) {
            Some(given) => given.clone(),
            None => Values { scope }.node(node)?.value,
        };
        scope.define(name, value);
        Ok(())
    }

    /// Tells the listener, counts, and stops the run if it is to stop now.
    pub(super) fn notice(&self, event: Event) {
        self.tally
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .count(&event);
        let failed = match &event {
            Event::StepEnded { step, .. } => {
                step.kind == StepKind::Step && step.verdict.failure().is_some()
            }
            _ => false,
        };
        self.listener.notice(event);
        if failed && self.options.after_failure == AfterFailure::Stop {
            self.options.brake.stop();
        }
    }

    /// Ends the run as a whole.
    pub(super) fn summarise(&self, took: Duration) -> Summary {
        let summary = self
            .tally
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .summary(took);
        self.listener.notice(Event::Ended(summary.clone()));
        summary
    }

    /// Sends a request. Secrets in the answer are known from then on.
    pub(super) async fn send(
        &self,
        request: &Request,
        within: Duration,
    ) -> Result<Subject, PeerError> {
        let subject = Subject::new(self.peer.send(request, within).await?);
        if may_hold_secrets(&subject.answer.response.body)
            && let Ok(document) = subject.json()
        {
            learn_from_body(self.redactor(), document);
        }
        Ok(subject)
    }

    /// Adds what proves the sender, unless the scenario set the field itself.
    pub(super) async fn authorize(
        &self,
        request: &mut Request,
        sender: &Sender,
        within: Duration,
    ) -> Result<(), NoToken> {
        match sender {
            Sender::Nobody => {}
            Sender::Header { name, value } => add_unless_set(&mut request.headers, name, value),
            Sender::Client(fetch) => {
                let token = self
                    .tokens
                    .token(fetch, &self.peer, self.redactor(), within)
                    .await?;
                let value = format!("Bearer {token}");
                add_unless_set(&mut request.headers, "authorization", &value);
            }
        }
        Ok(())
    }

    /// Takes one thing back. What is gone already need not be taken back, and a
    /// deployment that asks to come back later is asked again then, if there
    /// is time for it.
    pub(super) async fn undo(&self, entry: &Entry, within: Duration) -> Result<(), Trouble> {
        let end = Instant::now() + within;
        loop {
            let left = || end.saturating_duration_since(Instant::now());
            match self.undo_once(entry, left()).await? {
                Undone::Gone => return Ok(()),
                Undone::Refused { later, trouble } => match later {
                    Some(later) if later < left() => tokio::time::sleep(later).await,
                    _ => return Err(*trouble),
                },
            }
        }
    }

    async fn undo_once(&self, entry: &Entry, within: Duration) -> Result<Undone, Trouble> {
        let mut request = entry.request.clone();
        self.authorize(&mut request, &entry.sender, within)
            .await
            .map_err(|why| Trouble::NoToken {
                sender: "the sender".to_owned(),
                span: entry.span.clone(),
                why: Box::new(why),
            })?;
        let answer = match self.send(&request, within).await {
            Ok(subject) => subject.answer,
            Err(error) => return Err(Trouble::Peer { error, request }),
        };
        let status = answer.response.status;
        if status.is_success() || matches!(status.code(), 404 | 410) {
            return Ok(Undone::Gone);
        }
        let later = asked_to_wait(&answer.response);
        let mismatch = Mismatch {
            span: entry.span.clone(),
            place: "left behind".to_owned(),
            expected: "any 2xx, 404 or 410".to_owned(),
            actual: format!("{} {}", status.code(), status.reason())
                .trim_end()
                .to_owned(),
            hint: None,
        };
        let trouble = Box::new(Trouble::unexpected(mismatch, request, answer));
        Ok(Undone::Refused { later, trouble })
    }
}

/// What became of taking one thing back.
enum Undone {
    /// It is gone.
    Gone,
    /// It is still there; after `later` it may be tried again.
    Refused {
        later: Option<Duration>,
        trouble: Box<Trouble>,
    },
}

/// How long to wait before the request may be sent again (RFC 9110 section
/// 10.2.3): at least a second, so that nothing is asked without end.
fn asked_to_wait(response: &Response) -> Option<Duration> {
    let seconds: u64 = match response.status.code() {
        429 | 503 => response.headers.first("retry-after")?.parse().ok()?,
        _ => return None,
    };
    Some(Duration::from_secs(seconds.max(1)))
}
