//! What is sent: an HTTP request as it goes over the wire, or an operation that
//! a dialect puts into its own words.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::scenario::{
    diagnostic::{Diagnostic, closest},
    entries::{Entries, FieldName, HeaderName},
    node::{Node, Value},
    read::{Read, mismatch},
    source::Span,
    template::{Part, Template},
    word::{Slot, Text},
};

/// Something that can be sent, by a step or by an `undo`.
#[derive(Clone, Debug)]
pub enum Action {
    /// A request as it goes over the wire.
    Http(Box<Http>),
    /// An operation in the words of the dialect.
    Call(Call),
}

/// A request as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Http {
    /// Method and path.
    pub line: RequestLine,
    /// Query parameters, percent-encoded and added to the path in written order.
    pub query: Entries<FieldName, Slot<String>>,
    /// Header fields.
    pub headers: Entries<HeaderName, Slot<String>>,
    /// What the request carries.
    pub body: Body,
}

/// What a request carries.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON value, sent as `application/json`.
    Json(Node),
    /// Form fields, sent as `application/x-www-form-urlencoded`.
    Form(Entries<FieldName, Slot<String>>),
    /// Text as it is, without a content type of its own.
    Text(Slot<String>),
}

impl Http {
    /// A request line with what else was given. At most one body is.
    pub(super) fn new(line: RequestLine, parts: HttpParts) -> Self {
        let body = match (parts.json, parts.form, parts.text) {
            (Some(json), ..) => Body::Json(json),
            (_, Some(form), _) => Body::Form(form),
            (_, _, Some(text)) => Body::Text(text),
            (None, None, None) => Body::Empty,
        };
        Self {
            line,
            query: parts.query,
            headers: parts.headers,
            body,
        }
    }
}

/// What can be given beside a request line.
#[derive(Default)]
pub(super) struct HttpParts {
    pub(super) query: Entries<FieldName, Slot<String>>,
    pub(super) headers: Entries<HeaderName, Slot<String>>,
    pub(super) json: Option<Node>,
    pub(super) form: Option<Entries<FieldName, Slot<String>>>,
    pub(super) text: Option<Slot<String>>,
}

/// An operation of the domain with its arguments.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name of the operation: `client.register`.
    pub operation: Text,
    /// The arguments.
    pub with: Entries<FieldName, Node>,
}

/// The first line of a request: `POST /v1/records/$(id)`.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// The place of the whole line.
    pub span: Span,
    /// The method.
    pub method: Method,
    /// The path, or an absolute URL, as text or template.
    pub path: Node,
}

/// A method of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
    /// `TRACE`
    Trace,
}

impl Method {
    /// Every method with its name on the wire.
    pub const ALL: [(&'static str, Self); 8] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("PUT", Self::Put),
        ("PATCH", Self::Patch),
        ("DELETE", Self::Delete),
        ("OPTIONS", Self::Options),
        ("TRACE", Self::Trace),
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, method)| *method)
    }
}

const LINE_EXAMPLE: &str = "a request line such as `POST /v1/records`";

impl Read for RequestLine {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Option<Self> {
        match read_line(node) {
            Ok(line) => Some(line),
            Err(finding) => {
                findings.push(finding);
                None
            }
        }
    }

    fn schema(_: &mut SchemaGenerator) -> Schema {
        let methods: Vec<_> = Method::ALL.iter().map(|(name, _)| *name).collect();
        let methods = methods.join("|");
        json_schema!({
            "type": "string",
            "pattern": format!(r"^({methods}) +(?=/|https?://|\$\()([^\s#]|\$\([^#]*\))*$"),
        })
    }
}

fn read_line(node: &Node) -> Result<RequestLine, Diagnostic> {
    let parts = match &node.value {
        Value::Text(text) => vec![Part::Literal(text.clone())],
        Value::Template(template) => template.parts.clone(),
        _ => return Err(mismatch(node, LINE_EXAMPLE)),
    };
    let Some((Part::Literal(start), rest)) = parts.split_first() else {
        let message = "the method must be written out, as in `GET $(url)`";
        return Err(Diagnostic::error(&node.span, message));
    };
    let (name, path_start) = start
        .split_once(' ')
        .ok_or_else(|| incomplete_line(node, start))?;
    let method = Method::parse(name).ok_or_else(|| unknown_method(node, name))?;
    let mut path = Vec::with_capacity(parts.len());
    let path_start = path_start.trim_start_matches(' ');
    if !path_start.is_empty() {
        path.push(Part::Literal(path_start.to_owned()));
    }
    path.extend_from_slice(rest);
    check_path(node, &path)?;
    let value = match path.as_slice() {
        [Part::Literal(text)] => Value::Text(text.clone()),
        _ => Value::Template(Template { parts: path }),
    };
    Ok(RequestLine {
        span: node.span.clone(),
        method,
        path: Node::new(node.span.clone(), value),
    })
}

fn incomplete_line(node: &Node, written: &str) -> Diagnostic {
    let message = format!("expected {LINE_EXAMPLE}");
    let finding = Diagnostic::error(&node.span, message);
    if Method::parse(written).is_some() {
        finding.help(format!("write the path on the same line: `{written} /…`"))
    } else {
        finding
    }
}

fn unknown_method(node: &Node, name: &str) -> Diagnostic {
    let finding = Diagnostic::error(&node.span.find(name), format!("unknown method `{name}`"));
    let names = Method::ALL.iter().map(|(known, _)| *known);
    match closest(&name.to_ascii_uppercase(), names) {
        Some(known) => finding.help(format!("did you mean `{known}`?")),
        None => finding.help("the method comes first, then the path"),
    }
}

fn check_path(node: &Node, path: &[Part]) -> Result<(), Diagnostic> {
    let literals = path.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::Reference(_) => None,
    });
    for literal in literals {
        if let Some(bad) = literal.find(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
            let bad: String = literal[bad..].chars().take(1).collect();
            let message = format!("a path cannot contain `{}`", bad.escape_debug());
            return Err(Diagnostic::error(&node.span, message)
                .help("percent-encode it, or give parameters in `query`"));
        }
    }
    match path.first() {
        Some(Part::Reference(_)) => Ok(()),
        Some(Part::Literal(start))
            if start.starts_with('/')
                || start.starts_with("http://")
                || start.starts_with("https://") =>
        {
            Ok(())
        }
        _ => Err(Diagnostic::error(
            &node.span,
            "a path begins with `/`, `http://` or `https://`",
        )
        .help(format!("expected {LINE_EXAMPLE}"))),
    }
}
