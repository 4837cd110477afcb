//! What names stand for at one moment of a run, and filling nodes with it.
//!
//! A node that was filled holds no references. A scalar that is nothing but
//! one `$(…)` takes the value with its type, inside text it becomes text.

use std::collections::HashMap;

use super::{
    diagnostic::Diagnostic,
    function::{FUNCTIONS, Function, World, text},
    node::{Entry, Map, Node, Value},
    source::Span,
    template::{Expression, Part, Reference, Template},
};

/// The values of names.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    values: HashMap<String, Value>,
}

impl Scope {
    /// Gives a name a value; an earlier one is replaced.
    pub fn define(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    /// Forgets a name.
    pub fn forget(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether the name has a value.
    pub fn knows(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Replaces every reference in the node by its value.
    ///
    /// # Errors
    /// When a name has no value, has no such member, or does not fit where it
    /// is used; the place is that of the reference.
    pub fn fill(&self, node: &Node, world: &dyn World) -> Result<Node, Diagnostic> {
        let value = match &node.value {
            Value::Template(template) => self.fill_template(template, world)?,
            Value::List(items) => {
                let items = items.iter().map(|item| self.fill(item, world));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Value::Map(map) => {
                let entries = map.iter().map(|entry| {
                    Ok(Entry {
                        key: entry.key.clone(),
                        value: self.fill(&entry.value, world)?,
                    })
                });
                Value::Map(entries.collect::<Result<Map, Diagnostic>>()?)
            }
            fixed => fixed.clone(),
        };
        Ok(Node::new(node.span.clone(), value))
    }

    fn fill_template(&self, template: &Template, world: &dyn World) -> Result<Value, Diagnostic> {
        if let Some(reference) = template.whole() {
            return self.evaluate(&reference.expression, &reference.span, world);
        }
        let mut filled = String::new();
        for part in &template.parts {
            match part {
                Part::Literal(literal) => filled.push_str(literal),
                Part::Reference(reference) => filled.push_str(&self.as_text(reference, world)?),
            }
        }
        Ok(Value::Text(filled))
    }

    fn as_text(&self, reference: &Reference, world: &dyn World) -> Result<String, Diagnostic> {
        let value = self.evaluate(&reference.expression, &reference.span, world)?;
        text(&value).ok_or_else(|| {
            let (written, kind) = (reference.span.text(), value.kind());
            Diagnostic::error(&reference.span, format!("`{written}` is {kind}, not text"))
                .help("inside text only text, numbers and booleans can be used")
        })
    }

    fn evaluate(
        &self,
        expression: &Expression,
        place: &Span,
        world: &dyn World,
    ) -> Result<Value, Diagnostic> {
        match expression {
            Expression::Number(number) => Ok(Value::Int((*number).into())),
            Expression::Text(text) => Ok(Value::Text(text.clone())),
            Expression::Name(path) => self.look_up(path, place).cloned(),
            Expression::Call(name, arguments) => {
                let Some(function) = Function::find(name) else {
                    return Err(unknown_function(name, place));
                };
                let arguments = arguments
                    .iter()
                    .map(|argument| self.evaluate(argument, place, world))
                    .collect::<Result<Vec<_>, _>>()?;
                function.call(&arguments, world).map_err(|unfit| {
                    Diagnostic::error(place, format!("`{name}` {}", unfit.words()))
                        .help(format!("it is called as `$({})`", function.usage))
                })
            }
        }
    }

    fn look_up(&self, path: &[String], place: &Span) -> Result<&Value, Diagnostic> {
        let (name, members) = path
            .split_first()
            .expect("an expression names at least one thing");
        let mut value = self.get(name).ok_or_else(|| {
            let known = self.values.keys().map(String::as_str);
            Diagnostic::error(place, format!("`{name}` has no value here"))
                .did_you_mean(name, known)
        })?;
        let mut so_far = name.clone();
        for member in members {
            value =
                member_of(value, member).ok_or_else(|| no_member(&so_far, value, member, place))?;
            so_far.push('.');
            so_far.push_str(member);
        }
        Ok(value)
    }
}

fn member_of<'a>(value: &'a Value, member: &str) -> Option<&'a Value> {
    match value {
        Value::Map(map) => map.get(member).map(|node| &node.value),
        Value::List(items) => {
            let index: usize = member.parse().ok()?;
            items.get(index).map(|node| &node.value)
        }
        _ => None,
    }
}

fn no_member(owner: &str, value: &Value, member: &str, place: &Span) -> Diagnostic {
    let finding = Diagnostic::error(place, format!("`{owner}` has no member `{member}`"));
    match value {
        Value::Map(map) => {
            let members = map.iter().map(|entry| entry.key.text.as_str());
            finding.choose_from(member, "members", members)
        }
        Value::List(items) => finding.help(format!("it is a list of {} items", items.len())),
        _ => finding.help("it is neither a map nor a list"),
    }
}

/// What to say about a call of a function that does not exist.
pub(super) fn unknown_function(name: &str, place: &Span) -> Diagnostic {
    let known = FUNCTIONS.iter().map(|known| known.name);
    Diagnostic::error(place, format!("there is no function `{name}`")).choose_from(
        name,
        "functions",
        known,
    )
}
