//! Every node of the model that may hold references, in written order.

use crate::scenario::{
    model::{
        Action, Body, Credentials, Expect, Http, Identity, RequestLine, Step, Verb,
        VerificationKey, Verify,
    },
    node::Node,
    word::{Slot, SlotValue},
};

/// What is done with each node.
pub(super) type Visit<'a> = dyn FnMut(&Node) + 'a;

pub(super) fn identity(identity: &Identity, visit: &mut Visit<'_>) {
    match &identity.credentials {
        Credentials::None => {}
        Credentials::ClientCredentials(client) => {
            optional(client.token_url.as_ref(), visit);
            visit(client.client_id.node());
            visit(client.client_secret.node());
            client.scope.iter().for_each(|scope| visit(scope.node()));
            optional(client.audience.as_ref(), visit);
            optional(client.via.as_ref(), visit);
        }
        Credentials::Basic(basic) => {
            visit(basic.username.node());
            visit(basic.password.node());
        }
        Credentials::Static(fixed) => {
            visit(fixed.token.node());
            optional(fixed.header.as_ref(), visit);
            optional(fixed.scheme.as_ref(), visit);
        }
    }
    optional(identity.dialect.as_ref(), visit);
}

/// What a step needs before it can start.
pub(super) fn before_sending(step: &Step, visit: &mut Visit<'_>) {
    for case in step.cases.iter().flat_map(|cases| cases.iter()) {
        case.iter().for_each(|(_, node)| visit(node));
    }
    optional(step.timeout.as_ref(), visit);
}

/// What a step needs to send its request and, with `poll`, to send it again.
pub(super) fn request(step: &Step, visit: &mut Visit<'_>) {
    match &step.verb {
        Verb::Http(request) => http(request, visit),
        Verb::Call(call) => call.with.iter().for_each(|(_, node)| visit(node)),
        Verb::Token(identity) => visit(identity.node()),
        Verb::Wait(length) => visit(length.node()),
    }
    optional(step.identity.as_ref(), visit);
    if let Some(poll) = &step.poll {
        visit(poll.every.node());
        visit(poll.up_to.node());
        expect(&poll.until, visit);
        if let Some(condition) = &poll.stop_if {
            expect(condition, visit);
        }
    }
}

/// What a step needs once it has its answer, when its own saves are known.
pub(super) fn judgement(step: &Step, visit: &mut Visit<'_>) {
    if let Some(expected) = &step.expect {
        expect(expected, visit);
    }
}

pub(super) fn undo(step: &Step, visit: &mut Visit<'_>) {
    let Some(undo) = &step.undo else { return };
    match &undo.action {
        Action::Http(request) => http(request, visit),
        Action::Call(call) => call.with.iter().for_each(|(_, node)| visit(node)),
    }
    optional(undo.identity.as_ref(), visit);
}

fn http(http: &Http, visit: &mut Visit<'_>) {
    let Http {
        line: RequestLine { path, .. },
        query,
        headers,
        body,
    } = http;
    visit(path);
    query.iter().for_each(|(_, value)| visit(value.node()));
    headers.iter().for_each(|(_, value)| visit(value.node()));
    match body {
        Body::Empty => {}
        Body::Json(node) => visit(node),
        Body::Form(fields) => fields.iter().for_each(|(_, value)| visit(value.node())),
        Body::Text(text) => visit(text.node()),
    }
}

/// The nodes of the matchers and of what else an `expect` holds.
pub(super) fn expect(expect: &Expect, visit: &mut Visit<'_>) {
    if let Some(status) = &expect.status {
        visit(&status.0);
    }
    expect.headers.iter().for_each(|(_, value)| visit(&value.0));
    expect.json.iter().for_each(|(_, value)| visit(&value.0));
    if let Some(body) = &expect.body {
        visit(&body.0);
    }
    expect.outcome.iter().for_each(|(_, value)| visit(&value.0));
    for (_, token) in expect.jwt.iter() {
        if let Verify::Signature {
            key, algorithms, ..
        } = &token.verify
        {
            match key {
                VerificationKey::KeySetUrl(slot) | VerificationKey::Secret(slot) => {
                    visit(slot.node());
                }
                VerificationKey::Key(node) => visit(node),
            }
            algorithms.iter().for_each(|name| visit(name.node()));
        }
        token.header.iter().for_each(|(_, value)| visit(&value.0));
        token.claims.iter().for_each(|(_, value)| visit(&value.0));
    }
    optional(expect.under.as_ref(), visit);
}

fn optional<T: SlotValue>(slot: Option<&Slot<T>>, visit: &mut Visit<'_>) {
    if let Some(slot) = slot {
        visit(slot.node());
    }
}
