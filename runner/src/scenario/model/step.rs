//! One step: a name, one verb, who does it, what is expected, what is kept and
//! how it is undone.
//!
//! Keys are read flat first; then the verb decides which of them make sense.

use schemars::{Schema, SchemaGenerator};

use super::{
    company,
    expect::Expect,
    request::{Call, Http, HttpParts, RequestLine},
    save::Save,
    undo::Undo,
};
use crate::scenario::{
    diagnostic::Diagnostic,
    entries::{AtLeastOne, Entries, FieldName, HeaderName, Name},
    node::Node,
    read::{Read, keys},
    source::Span,
    word::{Delay, Slot, Text},
};

/// One step of a scenario.
#[derive(Clone, Debug)]
pub struct Step {
    /// The place of the step.
    pub span: Span,
    /// Its name, unique in the scenario.
    pub name: Text,
    /// What it does.
    pub verb: Verb,
    /// Who it is sent as; nobody if absent.
    pub identity: Option<Slot<String>>,
    /// How long the step may take.
    pub timeout: Option<Slot<Delay>>,
    /// Whether the scenario goes on after a failure.
    pub soft: bool,
    /// The step runs once per case.
    pub cases: Option<AtLeastOne<Case>>,
    /// The request is repeated until a condition holds.
    pub poll: Option<Poll>,
    /// What the answer must be; any 2xx if absent.
    pub expect: Option<Expect>,
    /// What is kept of the answer.
    pub save: Entries<Name, Save>,
    /// How the effect is taken back at the end of the run.
    pub undo: Option<Undo>,
}

/// The values of one case, referred to as `$(case.name)`.
pub type Case = Entries<Name, Node>;

/// What a step does.
#[derive(Clone, Debug)]
pub enum Verb {
    /// Sends a request.
    Http(Box<Http>),
    /// Runs an operation through the dialect.
    Call(Call),
    /// Fetches a fresh token of an identity; the token response is the subject.
    Token(Slot<String>),
    /// Waits.
    Wait(Slot<Delay>),
}

keys! {
    /// Repeating a request until the state is right.
    "`poll`" Closed pub struct Poll {
        /// The pause between two requests.
        "every" => every: Slot<Delay>,
        /// When to give up.
        "up_to" => up_to: Slot<Delay>,
        /// What ends the polling well; `expect` is judged once, afterwards.
        "until" => until: Expect,
        /// What ends the polling as a failure at once.
        "stop_if" => stop_if: Option<Expect>,
    }
}

keys! {
    /// One step: a name and exactly one of `http`, `call`, `token` and `wait`.
    "a step" Closed struct StepKeys {
        /// The name of the step, unique in the scenario.
        "step" => step: Text,
        /// Send a request: method and path on one line.
        "http" => http: Option<RequestLine>,
        /// Run an operation, in the words of the scenario's dialect.
        "call" => call: Option<Text>,
        /// Fetch a fresh token of this identity; the token response is the subject.
        "token" => token: Option<Slot<String>>,
        /// Wait for this long.
        "wait" => wait: Option<Slot<Delay>>,
        /// The identity that the request is sent as, or `none`.
        "as" => identity: Option<Slot<String>>,
        /// The arguments of the operation.
        "with" => with: Entries<FieldName, Node>,
        /// Query parameters, percent-encoded.
        "query" => query: Entries<FieldName, Slot<String>>,
        /// Header fields of the request.
        "headers" => headers: Entries<HeaderName, Slot<String>>,
        /// A JSON body.
        "json" => json: Option<Node>,
        /// A form body.
        "form" => form: Option<Entries<FieldName, Slot<String>>>,
        /// A body of plain text.
        "body" => body: Option<Slot<String>>,
        /// How long the step may take.
        "timeout" => timeout: Option<Slot<Delay>>,
        /// A failure of this step is recorded and the scenario goes on.
        "soft" => soft: bool,
        /// Run the step once for each of these sets of values, `$(case.name)`.
        "cases" => cases: Option<AtLeastOne<Case>>,
        /// Repeat the request until the state is right.
        "poll" => poll: Option<Poll>,
        /// What the answer must be. Without it, or without `status` in it, any 2xx.
        "expect" => expect: Option<Expect>,
        /// Names for parts of the answer.
        "save" => save: Entries<Name, Save>,
        /// Taken back at the end of the run, pass or fail.
        "undo" => undo: Option<Undo>,
    }
    refine = refine_step;
}

impl Read for Step {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let fits = company::check(node, "a step", VERBS, findings);
        let keys = StepKeys::read(node, findings);
        let (keys, ()) = (keys?, fits?);
        let parts = HttpParts {
            query: keys.query,
            headers: keys.headers,
            json: keys.json,
            form: keys.form,
            text: keys.body,
        };
        let verb = match (keys.http, keys.call, keys.token, keys.wait) {
            (Some(line), ..) => Verb::Http(Box::new(Http::new(line, parts))),
            (_, Some(operation), ..) => Verb::Call(Call {
                operation,
                with: keys.with,
            }),
            (_, _, Some(identity), _) => Verb::Token(identity),
            (_, _, _, wait) => Verb::Wait(wait?),
        };
        Some(Self {
            span: keys.span,
            name: keys.step,
            verb,
            identity: keys.identity,
            timeout: keys.timeout,
            soft: keys.soft,
            cases: keys.cases,
            poll: keys.poll,
            expect: keys.expect,
            save: keys.save,
            undo: keys.undo,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<StepKeys>()
    }
}

/// What a step can do.
const VERBS: &[&str] = &["http", "call", "token", "wait"];

fn refine_step(schema: Schema) -> Schema {
    company::refine(schema, VERBS)
}
