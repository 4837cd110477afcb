//! Who a request can be sent as.
//!
//! The kinds mirror the grants and schemes of the wire; which bytes they become
//! is the dialect's subject.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::scenario::{
    diagnostic::Diagnostic,
    node::{Node, Value},
    read::{Read, exactly_one, keys, mismatch, require_one},
    source::Span,
    word::{Slot, SlotValue},
};

/// Someone who can send requests.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The place of the identity.
    pub span: Span,
    /// How it proves who it is.
    pub credentials: Credentials,
    /// The dialect in which its token is asked for; the scenario's if absent.
    pub dialect: Option<Slot<String>>,
}

/// How an identity proves who it is.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Not at all.
    None,
    /// A token by the client credentials grant.
    ClientCredentials(Box<ClientCredentials>),
    /// HTTP Basic on every request.
    Basic(BasicCredentials),
    /// A token that is already there.
    Static(StaticToken),
}

keys! {
    /// Exactly one kind of credentials, and the dialect if it is not the scenario's.
    "an identity" Closed struct IdentityKeys {
        /// A token by the client credentials grant of RFC 6749, section 4.4.
        "client_credentials" => client_credentials: Option<ClientCredentials>,
        /// HTTP Basic on every request, RFC 7617.
        "basic" => basic: Option<BasicCredentials>,
        /// A token that is already there.
        "static" => fixed: Option<StaticToken>,
        /// The dialect in which the token is asked for.
        "dialect" => dialect: Option<Slot<String>>,
    }
    check = check_identity;
    refine = refine_identity;
}

keys! {
    /// A client that gets tokens with its own credentials.
    "`client_credentials`" Closed pub struct ClientCredentials {
        /// The token endpoint; where the dialect has it if absent.
        "token_url" => token_url: Option<Slot<String>>,
        /// The client's identifier.
        "client_id" => client_id: Slot<String>,
        /// The client's secret.
        "client_secret" => client_secret: Slot<String>,
        /// The scopes to ask for.
        "scope" => scope: Vec<Slot<String>>,
        /// The audience to ask for.
        "audience" => audience: Option<Slot<String>>,
        /// How the client authenticates: `basic`, `post` or `json`; as the dialect does if absent.
        "via" => via: Option<Slot<ClientAuthentication>>,
    }
}

keys! {
    /// A user name and a password.
    "`basic`" Closed pub struct BasicCredentials {
        /// The user name.
        "username" => username: Slot<String>,
        /// The password.
        "password" => password: Slot<String>,
    }
}

keys! {
    /// A token that is already there.
    "`static`" Closed pub struct StaticToken {
        /// The token.
        "token" => token: Slot<String>,
        /// The header field that carries it; `authorization` if absent.
        "header" => header: Option<Slot<String>>,
        /// The word before the token; `Bearer` in `authorization`, otherwise nothing.
        "scheme" => scheme: Option<Slot<String>>,
    }
}

/// How a client authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_basic`: in the Authorization header, both halves form-encoded.
    Basic,
    /// `client_secret_post`: in the form.
    Post,
    /// In a JSON object, as some vendors do.
    Json,
}

impl ClientAuthentication {
    const ALL: [(&'static str, Self); 3] = [
        ("basic", Self::Basic),
        ("post", Self::Post),
        ("json", Self::Json),
    ];
}

impl SlotValue for ClientAuthentication {
    fn read_value(node: &Node) -> Result<Self, Diagnostic> {
        let Value::Text(word) = &node.value else {
            return Err(mismatch(node, "`basic`, `post` or `json`"));
        };
        let known = Self::ALL.iter().find(|(name, _)| name == word);
        known.map(|(_, method)| *method).ok_or_else(|| {
            Diagnostic::error(&node.span, "expected `basic`, `post` or `json`")
                .did_you_mean(word, Self::ALL.iter().map(|(name, _)| *name))
        })
    }

    fn literal_schema() -> Schema {
        json_schema!({ "enum": Self::ALL.map(|(name, _)| name) })
    }
}

impl Read for Identity {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        if let Value::Text(word) = &node.value
            && word == "none"
        {
            return Some(Self {
                span: node.span.clone(),
                credentials: Credentials::None,
                dialect: None,
            });
        }
        let keys = IdentityKeys::read(node, findings)?;
        let credentials = match (keys.client_credentials, keys.basic, keys.fixed) {
            (Some(client), None, None) => Credentials::ClientCredentials(Box::new(client)),
            (None, Some(basic), None) => Credentials::Basic(basic),
            (None, None, Some(fixed)) => Credentials::Static(fixed),
            // Said by `check_identity`.
            _ => return None,
        };
        Some(Self {
            span: keys.span,
            credentials,
            dialect: keys.dialect,
        })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        let map = generator.subschema_for::<IdentityKeys>();
        json_schema!({ "anyOf": [{ "const": "none" }, map] })
    }
}

const KINDS: &[&str] = &["client_credentials", "basic", "static"];

fn check_identity(node: &Node, findings: &mut Vec<Diagnostic>) {
    exactly_one(node, "an identity", KINDS, findings);
}

fn refine_identity(schema: Schema) -> Schema {
    require_one(schema, KINDS)
}
