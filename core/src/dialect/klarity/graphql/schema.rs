//! What can be asked for at the GraphQL endpoint: the integrations, in names
//! that are ours, because the vendor publishes no schema for them.

use super::parser::Kind;
use super::problem::Problem;
use crate::operation::Name;
use alloc::format;

/// A field of the query or of the mutation.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) operation: Name,
    pub(super) arguments: &'static [Argument],
    pub(super) answer: Shape,
}

/// A value that a field or an input takes.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) input: Input,
    pub(super) is_required: bool,
}

/// The type of a value that is taken.
#[derive(Debug)]
pub(super) enum Input {
    Id,
    Text,
    Int,
    Object(&'static str, &'static [Argument]),
}

/// What an answer consists of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// One value, of which nothing can be selected.
    Leaf,
    /// An object, or a list of such.
    Node(&'static Node),
}

/// An object of an answer.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) fields: &'static [(&'static str, Shape)],
}

impl Input {
    /// What variables of this type are declared as.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Text => "String",
            Self::Int => "Int",
            Self::Object(name, _) => name,
        }
    }
}

impl Node {
    /// The shape of one of its fields.
    pub(super) fn field(&self, name: &str) -> Option<Shape> {
        let mut fields = self.fields.iter();
        fields.find_map(|(known, shape)| (*known == name).then_some(*shape))
    }
}

/// Finds a field of the query or of the mutation.
pub(super) fn field(kind: Kind, name: &str, at: usize) -> Result<&'static Field, Problem> {
    let mut fields = FIELDS.iter();
    let found = fields.find(|field| field.kind == kind && field.name == name);
    found.ok_or_else(|| {
        let problem = match name {
            "__schema" | "__type" => "introspection is not supported".into(),
            _ => format!("there is no {} `{name}`", kind.as_str()),
        };
        Problem::validation(at, problem)
    })
}

const FIELDS: &[Field] = &[
    Field {
        kind: Kind::Mutation,
        name: "createExternalIntegration",
        operation: Name::RegisterClient,
        arguments: &[required(
            "input",
            Input::Object(
                "CreateExternalIntegrationInput",
                &[
                    required("name", Input::Text),
                    optional("description", Input::Text),
                ],
            ),
        )],
        answer: Shape::Node(&CREDENTIALS),
    },
    Field {
        kind: Kind::Mutation,
        name: "regenerateExternalIntegrationSecret",
        operation: Name::RegenerateSecret,
        arguments: &[required("id", Input::Id)],
        answer: Shape::Node(&CREDENTIALS),
    },
    Field {
        kind: Kind::Mutation,
        name: "deleteExternalIntegration",
        operation: Name::DeleteClient,
        arguments: &[required("id", Input::Id)],
        answer: Shape::Leaf,
    },
    Field {
        kind: Kind::Query,
        name: "externalIntegration",
        operation: Name::GetClient,
        arguments: &[required("id", Input::Id)],
        answer: Shape::Node(&INTEGRATION),
    },
    Field {
        kind: Kind::Query,
        name: "externalIntegrations",
        operation: Name::ListClients,
        arguments: &[
            optional("name", Input::Text),
            optional("pageSize", Input::Int),
            optional("pageToken", Input::Text),
        ],
        answer: Shape::Node(&Node {
            name: "ExternalIntegrationPage",
            fields: &[
                ("results", Shape::Node(&INTEGRATION)),
                ("nextPageToken", Shape::Leaf),
            ],
        }),
    },
];

static INTEGRATION: Node = Node {
    name: "ExternalIntegration",
    fields: &[
        ("id", Shape::Leaf),
        ("name", Shape::Leaf),
        ("description", Shape::Leaf),
        ("secretCreatedAt", Shape::Leaf),
        ("secretExpiresAt", Shape::Leaf),
        ("createdAt", Shape::Leaf),
        ("updatedAt", Shape::Leaf),
    ],
};

/// An integration whose secret was just made; nothing else shows one.
static CREDENTIALS: Node = Node {
    name: "ExternalIntegrationCredentials",
    fields: &[
        ("id", Shape::Leaf),
        ("secret", Shape::Leaf),
        ("name", Shape::Leaf),
        ("description", Shape::Leaf),
        ("secretCreatedAt", Shape::Leaf),
        ("secretExpiresAt", Shape::Leaf),
        ("createdAt", Shape::Leaf),
        ("updatedAt", Shape::Leaf),
    ],
};

const fn required(name: &'static str, input: Input) -> Argument {
    Argument {
        name,
        input,
        is_required: true,
    }
}

const fn optional(name: &'static str, input: Input) -> Argument {
    Argument {
        name,
        input,
        is_required: false,
    }
}
