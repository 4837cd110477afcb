//! One step: a name, one verb, who does it, what is expected, what is kept and
//! how it is undone.
//!
//! Keys are read flat first; then the verb decides which of them make sense.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::{
    expect::Expect,
    request::{Action, Body, Call, Http, RequestLine},
    save::Save,
};
use crate::scenario::{
    diagnostic::Diagnostic,
    entries::{AtLeastOne, Entries, FieldName, HeaderName, Name},
    node::{Map, Node, Value},
    read::{Read, exactly_one, in_words, keys, require_one},
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

/// Taking back what a step did.
#[derive(Clone, Debug)]
pub struct Undo {
    /// The place of the undo.
    pub span: Span,
    /// What is sent.
    pub action: Action,
    /// Who it is sent as; the step's identity if absent.
    pub identity: Option<Slot<String>>,
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

keys! {
    /// What takes a step back: exactly one of `http` and `call`.
    "`undo`" Closed struct UndoKeys {
        /// Send a request: method and path on one line.
        "http" => http: Option<RequestLine>,
        /// Run an operation, in the words of the scenario's dialect.
        "call" => call: Option<Text>,
        /// The identity that the request is sent as; the step's if absent.
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
    }
    refine = refine_undo;
}

const VERBS: &[&str] = &["http", "call", "token", "wait"];
const BODIES: &[&str] = &["json", "form", "body"];

/// The keys that go only with some verbs. What is not listed goes with all.
const COMPANIONS: &[(&str, &[&str])] = &[
    ("as", &["http", "call"]),
    ("with", &["call"]),
    ("query", &["http"]),
    ("headers", &["http"]),
    ("json", &["http"]),
    ("form", &["http"]),
    ("body", &["http"]),
    ("cases", &["http", "call", "token"]),
    ("poll", &["http", "call", "token"]),
    ("expect", &["http", "call", "token"]),
    ("save", &["http", "call", "token"]),
    ("undo", &["http", "call"]),
];

impl Read for Step {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        let fits = check_companions(node, "a step", VERBS, findings);
        let keys = StepKeys::read(node, findings);
        let (keys, ()) = (keys?, fits?);
        let http = parts_of_http(keys.query, keys.headers, keys.json, keys.form, keys.body);
        let verb = match (keys.http, keys.call, keys.token, keys.wait) {
            (Some(line), ..) => Verb::Http(Box::new(http(line))),
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

impl Read for Undo {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        if matches!(node.value, Value::Text(_) | Value::Template(_)) {
            let line = RequestLine::read(node, findings)?;
            let http = parts_of_http(Entries::default(), Entries::default(), None, None, None);
            return Some(Self {
                span: node.span.clone(),
                action: Action::Http(Box::new(http(line))),
                identity: None,
            });
        }
        let fits = check_companions(node, "`undo`", &VERBS[..2], findings);
        let keys = UndoKeys::read(node, findings);
        let (keys, ()) = (keys?, fits?);
        let http = parts_of_http(keys.query, keys.headers, keys.json, keys.form, keys.body);
        let action = match (keys.http, keys.call) {
            (Some(line), _) => Action::Http(Box::new(http(line))),
            (None, operation) => Action::Call(Call {
                operation: operation?,
                with: keys.with,
            }),
        };
        Some(Self {
            span: keys.span,
            action,
            identity: keys.identity,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let line = RequestLine::schema(generator);
        let map = generator.subschema_for::<UndoKeys>();
        json_schema!({ "anyOf": [line, map] })
    }
}

fn parts_of_http(
    query: Entries<FieldName, Slot<String>>,
    headers: Entries<HeaderName, Slot<String>>,
    json: Option<Node>,
    form: Option<Entries<FieldName, Slot<String>>>,
    text: Option<Slot<String>>,
) -> impl FnOnce(RequestLine) -> Http {
    let body = match (json, form, text) {
        (Some(json), ..) => Body::Json(json),
        (_, Some(form), _) => Body::Form(form),
        (_, _, Some(text)) => Body::Text(text),
        (None, None, None) => Body::Empty,
    };
    move |line| Http {
        line,
        query,
        headers,
        body,
    }
}

/// Reports a missing or second verb and keys that do not go with the verb.
fn check_companions(
    node: &Node,
    noun: &str,
    verbs: &[&str],
    findings: &mut Vec<Diagnostic>,
) -> Option<()> {
    // Something that is no map is reported by the reader of the keys.
    let map = node.as_map()?;
    let found_before = findings.len();
    exactly_one(node, noun, verbs, findings);
    if let Some(verb) = verbs.iter().find(|verb| map.get(verb).is_some())
        && findings.len() == found_before
    {
        check_company(map, verb, verbs, findings);
    }
    let mut bodies = BODIES.iter().filter_map(|body| map.entry(body));
    if let (Some(first), Some(second)) = (bodies.next(), bodies.next()) {
        findings.push(
            Diagnostic::error(
                &second.key.span,
                format!(
                    "a request has one body, not `{}` and `{}`",
                    first.key.text, second.key.text
                ),
            )
            .related(&first.key.span, "first given here"),
        );
    }
    (findings.len() == found_before).then_some(())
}

fn check_company(map: &Map, verb: &str, verbs: &[&str], findings: &mut Vec<Diagnostic>) {
    for (key, welcome) in COMPANIONS {
        let Some(entry) = map.entry(key) else {
            continue;
        };
        if !welcome.contains(&verb) {
            let welcome: Vec<_> = welcome
                .iter()
                .copied()
                .filter(|verb| verbs.contains(verb))
                .collect();
            findings.push(
                Diagnostic::error(
                    &entry.key.span,
                    format!("`{key}` does not go with `{verb}`"),
                )
                .help(format!("`{key}` belongs to {}", in_words(&welcome))),
            );
        }
    }
}

fn refine_step(schema: Schema) -> Schema {
    refine(schema, VERBS)
}

fn refine_undo(schema: Schema) -> Schema {
    refine(schema, &VERBS[..2])
}

/// Says in the schema what `check_companions` says in words.
fn refine(schema: Schema, verbs: &[&str]) -> Schema {
    let mut schema = require_one(schema, verbs);
    let mut rules = Vec::new();
    for (key, welcome) in COMPANIONS {
        let known = schema
            .get("properties")
            .is_some_and(|known| known.get(key).is_some());
        let unwelcome: Vec<_> = verbs
            .iter()
            .filter(|verb| !welcome.contains(verb))
            .collect();
        if known && !unwelcome.is_empty() {
            let unwelcome: Vec<_> = unwelcome
                .iter()
                .map(|verb| json!({ "required": [verb] }))
                .collect();
            rules.push(json!({
                "if": { "required": [key] },
                "then": { "not": { "anyOf": unwelcome } },
            }));
        }
    }
    for (at, body) in BODIES.iter().enumerate() {
        for other in &BODIES[at + 1..] {
            rules.push(json!({ "not": { "required": [body, other] } }));
        }
    }
    schema.insert("allOf".into(), rules.into());
    schema
}
