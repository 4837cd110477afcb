//! One call: a document held against the schema before anything is done, its
//! arguments with the variables put in, and its selections for the answer.
//!
//! <https://spec.graphql.org/October2021/#sec-Validation>

use super::parser::{self, Literal, Question, Selection, Variable, Written};
use super::problem::Problem;
use super::schema::{self, Argument, Field, Input, Node, Shape};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Map, Value};

/// The name that every object has its type under.
const TYPE_NAME: &str = "__typename";

/// What a document asks for.
pub(super) struct Call {
    pub(super) field: &'static Field,
    pub(super) arguments: Map<String, Value>,
    root: Root,
}

/// The name of the answer, and what of it was selected.
struct Root {
    key: String,
    chosen: Vec<Chosen>,
}

/// A field of the answer.
struct Chosen {
    key: String,
    name: String,
    inner: Option<(&'static Node, Vec<Self>)>,
}

impl Call {
    /// Reads the only operation of a document.
    pub(super) fn read(
        document: &str,
        named: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Result<Self, Problem> {
        let mut questions = parser::read(document)?;
        let question = questions
            .pop()
            .filter(|_| questions.is_empty())
            .ok_or_else(|| Problem::request("the document must hold exactly one operation"))?;
        if named.is_some_and(|named| question.name != Some(named)) {
            return Err(Problem::request(
                "the document has no operation of the name operationName",
            ));
        }
        let mut selections = question.selections.iter();
        let (Some(selection), None) = (selections.next(), selections.next()) else {
            let problem = "an operation asks for exactly one field here";
            return Err(Problem::validation(question.at, problem));
        };
        let field = schema::field(question.kind, selection.name, selection.at)?;
        let mut values = Variables::of(&question, variables)?;
        let arguments = values.arguments(selection.at, field.arguments, &selection.arguments)?;
        values.refuse_unused()?;
        let chosen = choose(selection, field.answer)?;
        Ok(Self {
            field,
            arguments,
            root: Root {
                key: selection.key.into(),
                chosen,
            },
        })
    }

    /// Where the answer is.
    pub(super) fn key(&self) -> &str {
        &self.root.key
    }

    /// What was selected of the answer.
    pub(super) fn select(&self, answer: &Value) -> Value {
        match self.field.answer {
            Shape::Leaf => answer.clone(),
            Shape::Node(node) => select(node, &self.root.chosen, answer),
        }
    }
}

fn select(node: &Node, chosen: &[Chosen], answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items
            .iter()
            .map(|item| select(node, chosen, item))
            .collect(),
        Value::Object(members) => {
            let member = |chosen: &Chosen| {
                let value = members.get(&chosen.name);
                let value = match &chosen.inner {
                    _ if chosen.name == TYPE_NAME => node.name.into(),
                    Some((node, inner)) => {
                        value.map_or(Value::Null, |value| select(node, inner, value))
                    }
                    None => value.cloned().unwrap_or_default(),
                };
                (chosen.key.clone(), value)
            };
            Value::Object(chosen.iter().map(member).collect())
        }
        _ => Value::Null,
    }
}

/// The selections of a field, each of which has to be there.
fn choose(selection: &Selection<'_>, shape: Shape) -> Result<Vec<Chosen>, Problem> {
    let node = match shape {
        Shape::Node(node) if !selection.selections.is_empty() => node,
        Shape::Leaf if selection.selections.is_empty() => return Ok(Vec::new()),
        Shape::Node(_) => {
            let problem = format!("`{}` needs a selection of fields", selection.name);
            return Err(Problem::validation(selection.at, problem));
        }
        Shape::Leaf => {
            let problem = format!("of `{}` nothing can be selected", selection.name);
            return Err(Problem::validation(selection.at, problem));
        }
    };
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut keys = BTreeSet::new();
    for inner in &selection.selections {
        if !keys.insert(inner.key) {
            let problem = format!("`{}` is selected twice", inner.key);
            return Err(Problem::validation(inner.at, problem));
        }
        if !inner.arguments.is_empty() {
            let problem = format!("`{}` takes no arguments", inner.name);
            return Err(Problem::validation(inner.at, problem));
        }
        let shape = match inner.name {
            TYPE_NAME => Some(Shape::Leaf),
            name => node.field(name),
        };
        let shape = shape.ok_or_else(|| {
            let problem = format!("{} has no field `{}`", node.name, inner.name);
            Problem::validation(inner.at, problem)
        })?;
        let fields = choose(inner, shape)?;
        chosen.push(Chosen {
            key: inner.key.into(),
            name: inner.name.into(),
            inner: match shape {
                Shape::Node(node) => Some((node, fields)),
                Shape::Leaf => None,
            },
        });
    }
    Ok(chosen)
}

/// The variables that are declared and given, and which of them were used.
struct Variables<'q> {
    declared: &'q [Variable<'q>],
    given: &'q Map<String, Value>,
    used: Vec<&'q str>,
}

impl<'q> Variables<'q> {
    fn of(question: &'q Question<'q>, given: &'q Map<String, Value>) -> Result<Self, Problem> {
        let declared = &question.variables;
        let mut names = BTreeSet::new();
        for variable in declared {
            let name = variable.name;
            if !names.insert(name) {
                let problem = format!("`${name}` is declared twice");
                return Err(Problem::validation(variable.at, problem));
            }
        }
        Ok(Self {
            declared,
            given,
            used: Vec::new(),
        })
    }

    fn refuse_unused(&self) -> Result<(), Problem> {
        let mut declared = self.declared.iter();
        match declared.find(|variable| !self.used.contains(&variable.name)) {
            Some(variable) => {
                let problem = format!("`${}` is never used", variable.name);
                Err(Problem::validation(variable.at, problem))
            }
            None => Ok(()),
        }
    }

    /// The values of a field's arguments, or of an input's members.
    fn arguments(
        &mut self,
        at: usize,
        expected: &'static [Argument],
        written: &'q [(&'q str, Literal<'q>)],
    ) -> Result<Map<String, Value>, Problem> {
        let mut values = Map::new();
        for (index, (name, literal)) in written.iter().enumerate() {
            if written.iter().take(index).any(|(former, _)| former == name) {
                let problem = format!("`{name}` is given twice");
                return Err(Problem::validation(literal.at, problem));
            }
            let argument = expected.iter().find(|argument| argument.name == *name);
            let argument = argument.ok_or_else(|| {
                Problem::validation(literal.at, format!("there is no argument `{name}` here"))
            })?;
            if let Some(value) = self.value(argument, literal)? {
                values.insert((*name).into(), value);
            }
        }
        let mut required = expected.iter().filter(|argument| argument.is_required);
        match required.find(|argument| !values.contains_key(argument.name)) {
            Some(argument) => {
                let problem = format!("`{}` is required", argument.name);
                Err(Problem::validation(at, problem))
            }
            None => Ok(values),
        }
    }

    /// The value of an argument; `None` where it is null or absent.
    fn value(
        &mut self,
        argument: &'static Argument,
        literal: &'q Literal<'q>,
    ) -> Result<Option<Value>, Problem> {
        let refuse = |found: &str| {
            let (name, of_type) = (argument.name, argument.input.type_name());
            let problem = format!("`{name}` must be of type {of_type}, and is {found}");
            Err(Problem::validation(literal.at, problem))
        };
        Ok(Some(match (&literal.value, &argument.input) {
            (Written::Variable(name), _) => return self.variable(argument, name, literal.at),
            (Written::Null, _) if argument.is_required => return refuse("null"),
            (Written::Null, _) => return Ok(None),
            (Written::Text(text), Input::Text | Input::Id) => Value::from(text.as_str()),
            (Written::Int(digits), Input::Id) => Value::from(*digits),
            (Written::Int(digits), Input::Int) => match digits.parse::<i32>() {
                Ok(number) => number.into(),
                Err(_) => return refuse("more than 32 bits"),
            },
            (Written::Object(members), Input::Object(_, expected)) => {
                self.arguments(literal.at, expected, members)?.into()
            }
            (Written::Int(_), _) => return refuse("a number"),
            (Written::Text(_), _) => return refuse("a string"),
            (Written::Object(_), _) => return refuse("an object"),
            (Written::Other(found), _) => return refuse(found),
        }))
    }

    fn variable(
        &mut self,
        argument: &'static Argument,
        name: &'q str,
        at: usize,
    ) -> Result<Option<Value>, Problem> {
        let refuse = |problem: String| Err(Problem::validation(at, problem));
        let Some(declared) = self.declared.iter().find(|variable| variable.name == name) else {
            return refuse(format!("`${name}` is not declared"));
        };
        self.used.push(name);
        let expected = argument.input.type_name();
        if declared.of_type != expected {
            let found = declared.of_type;
            return refuse(format!(
                "`${name}` is of type {found}, and must be {expected}"
            ));
        }
        let default = declared.default.as_ref();
        let default = default.filter(|literal| !matches!(literal.value, Written::Null));
        if argument.is_required && !declared.is_required && default.is_none() {
            return refuse(format!(
                "`${name}` may be null, and `{}` not",
                argument.name
            ));
        }
        match (self.given.get(name), default) {
            (Some(Value::Null), _) | (None, None) => {
                match declared.is_required || argument.is_required {
                    true => Err(Problem::input(at, format!("`${name}` is required"))),
                    false => Ok(None),
                }
            }
            (Some(value), _) => read_value(value, &argument.input)
                .map(Some)
                .map_err(|problem| Problem::input(at, format!("`${name}` {problem}"))),
            // A default is a constant.
            (None, Some(literal)) => match literal.value {
                Written::Variable(_) => refuse(format!("the default of `${name}` is no constant")),
                _ => self.value(argument, literal),
            },
        }
    }
}

/// A variable's value, if it is of a type.
fn read_value(value: &Value, input: &Input) -> Result<Value, String> {
    let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
    match (input, value) {
        (Input::Id | Input::Text, Value::String(_)) => Ok(value.clone()),
        (Input::Id, Value::Number(digits)) if digits.is_i64() => Ok(digits.to_string().into()),
        (Input::Int, _) if number.is_some() => Ok(value.clone()),
        (Input::Object(of_type, expected), Value::Object(members)) => {
            let known = |name: &str| expected.iter().any(|argument| argument.name == name);
            if let Some(name) = members.keys().find(|name| !known(name)) {
                return Err(format!("has no member `{name}` in {of_type}"));
            }
            let mut values = Map::new();
            for Argument {
                name,
                input,
                is_required,
            } in *expected
            {
                match members.get(*name) {
                    None | Some(Value::Null) if *is_required => {
                        return Err(format!("needs a member `{name}`"));
                    }
                    None | Some(Value::Null) => {}
                    Some(value) => {
                        let value = read_value(value, input)
                            .map_err(|problem| format!("{problem} at `{name}`"))?;
                        values.insert((*name).into(), value);
                    }
                }
            }
            Ok(values.into())
        }
        _ => Err(format!("must be of type {}", input.type_name())),
    }
}
