//! From YAML to matchers: operator names, operand types, and what is wrong.
//!
//! An operand that still holds a reference yields no matcher and no finding;
//! it is read again when the reference has a value.

use super::kind::Kind;
use super::schema::Schema;
use super::{Check, Demand, Item, Matcher, Relation};
use crate::scenario::{Diagnostic, Entry, Node, Value, word::Delay};
use regex::RegexBuilder;
use serde_json::{Map as JsonMap, Number, Value as Json};
use std::borrow::Cow;

/// Every operator, each in its one spelling.
pub const OPERATORS: [&str; 23] = [
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "in",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "is",
    "length",
    "exists",
    "any",
    "all",
    "none",
    "includes",
    "words",
    "within",
    "schema",
    "near",
];

/// The largest compiled regular expression.
const LARGEST_REGEX: usize = 1024 * 1024;

/// Fills the references in a node with their values.
pub(super) type Fill<'a> = &'a dyn Fn(&Node) -> Result<Node, Diagnostic>;

/// Reads matchers and collects what is wrong with them.
pub(super) struct Reader<'a> {
    /// How references are filled; they are left alone without it.
    pub(super) fill: Option<Fill<'a>>,
    pub(super) findings: Findings,
}

type Findings = Vec<Diagnostic>;

impl Reader<'_> {
    pub(super) fn matcher(&mut self, node: &Node) -> Option<Matcher> {
        let checks = match &node.value {
            Value::Map(map) if map.is_empty() => {
                self.findings.push(
                    Diagnostic::error(&node.span, "an empty map demands nothing")
                        .help("an empty object is spelled `eq: {}`"),
                );
                return None;
            }
            Value::Map(map) => {
                let checks: Vec<_> = map.iter().map(|entry| self.check(entry)).collect();
                checks.into_iter().collect::<Option<Vec<_>>>()?
            }
            // What a reference stands for is data, never a map of operators.
            _ => {
                let demand = Demand::Equals(literal(&*self.filled(node)?)?);
                vec![Check {
                    span: node.span.clone(),
                    demand,
                }]
            }
        };
        Some(Matcher { checks })
    }

    fn check(&mut self, entry: &Entry) -> Option<Check> {
        let span = entry.key.span.to(&entry.value.span);
        let operator = entry.key.text.as_str();
        if !OPERATORS.contains(&operator) {
            self.findings.push(unknown_operator(operator, entry));
            return None;
        }
        let demand = match self.demand_on_parts(operator, &entry.value) {
            Some(demand) => demand?,
            None => {
                let operand = self.filled(&entry.value)?;
                demand(operator, &operand, &mut self.findings)?
            }
        };
        Some(Check { span, demand })
    }

    /// The demands whose operand is a matcher itself.
    fn demand_on_parts(&mut self, operator: &str, operand: &Node) -> Option<Option<Demand>> {
        let demand: fn(Box<Matcher>) -> Demand = match operator {
            "any" => Demand::Any,
            "all" => Demand::All,
            "none" => Demand::None,
            "length" if operand.as_map().is_some() => Demand::Length,
            "contains" => return Some(self.item(operand).map(Demand::Contains)),
            "not_contains" => return Some(self.item(operand).map(Demand::Lacks)),
            _ => return None,
        };
        Some(
            self.matcher(operand)
                .map(|matcher| demand(Box::new(matcher))),
        )
    }

    fn item(&mut self, node: &Node) -> Option<Item> {
        let literal = match &node.value {
            Value::Map(_) => None,
            _ => Some(literal(&*self.filled(node)?)?),
        };
        Some(Item {
            literal,
            matcher: Box::new(self.matcher(node)?),
        })
    }

    fn filled<'n>(&mut self, node: &'n Node) -> Option<Cow<'n, Node>> {
        match self.fill.map(|fill| fill(node)) {
            None => Some(Cow::Borrowed(node)),
            Some(Ok(filled)) => Some(Cow::Owned(filled)),
            Some(Err(finding)) => {
                self.findings.push(finding);
                None
            }
        }
    }
}

fn demand(operator: &str, operand: &Node, findings: &mut Findings) -> Option<Demand> {
    Some(match operator {
        "eq" => Demand::Equals(literal(operand)?),
        "ne" => Demand::Differs(literal(operand)?),
        "gt" => Demand::Ordered(Relation::More, bound(operand, findings)?),
        "ge" => Demand::Ordered(Relation::AtLeast, bound(operand, findings)?),
        "lt" => Demand::Ordered(Relation::Less, bound(operand, findings)?),
        "le" => Demand::Ordered(Relation::AtMost, bound(operand, findings)?),
        "in" => Demand::OneOf(list(operand, findings)?),
        "starts_with" => Demand::StartsWith(text(operand, findings)?),
        "ends_with" => Demand::EndsWith(text(operand, findings)?),
        "matches" => regex(operand, findings)?,
        "is" => kind(operand, findings)?,
        "length" => length(operand, findings)?,
        "exists" => exists(operand, findings)?,
        "includes" => includes(operand, findings)?,
        "words" => words(operand, findings)?,
        "within" => within(operand, findings)?,
        "schema" => schema(operand, findings)?,
        "near" => near(operand, findings)?,
        other => unreachable!("`{other}` is an operator, and those on parts are read before"),
    })
}

fn unknown_operator(written: &str, entry: &Entry) -> Diagnostic {
    let finding = Diagnostic::error(&entry.key.span, format!("unknown operator `{written}`"));
    // Nearly any two letters are close to some operator of two letters.
    if written.len() > 2 {
        let suggestion = finding.clone().did_you_mean(written, OPERATORS);
        if suggestion.help.is_some() {
            return suggestion;
        }
    }
    finding
        .help("a map holds operators; an object is compared with `eq:` or `includes:`")
        .help(format!("known operators: {}", OPERATORS.join(", ")))
}

/// The JSON value that a node without references stands for.
pub(super) fn literal(node: &Node) -> Option<Json> {
    Some(match &node.value {
        Value::Template(_) => return None,
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::Number(integer(*number)?),
        Value::Float(number) => Json::Number(Number::from_f64(*number)?),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(literal).collect::<Option<_>>()?),
        Value::Map(map) => Json::Object(
            map.iter()
                .map(|entry| Some((entry.key.text.clone(), literal(&entry.value)?)))
                .collect::<Option<JsonMap<_, _>>>()?,
        ),
    })
}

fn integer(number: i128) -> Option<Number> {
    let signed = i64::try_from(number).map(Number::from);
    signed
        .or_else(|_| u64::try_from(number).map(Number::from))
        .ok()
}

/// Reports an operand of the wrong kind, unless it is a reference, whose kind
/// is not known yet.
fn refuse<T>(node: &Node, expected: &str, findings: &mut Findings) -> Option<T> {
    if !matches!(node.value, Value::Template(_)) {
        let message = format!("expected {expected}, found {}", node.kind());
        findings.push(Diagnostic::error(&node.span, message));
    }
    None
}

fn text(node: &Node, findings: &mut Findings) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => {
            let message = format!("expected text, found {}", node.kind());
            let help = format!("quote it: '{}'", node.span.text());
            findings.push(Diagnostic::error(&node.span, message).help(help));
            None
        }
        _ => refuse(node, "text", findings),
    }
}

fn list(node: &Node, findings: &mut Findings) -> Option<Vec<Json>> {
    match &node.value {
        Value::List(items) if items.is_empty() => {
            findings.push(Diagnostic::error(&node.span, "nothing is in an empty list"));
            None
        }
        Value::List(items) => items.iter().map(literal).collect(),
        _ => refuse(node, "a list", findings),
    }
}

fn bound(node: &Node, findings: &mut Findings) -> Option<Json> {
    match &node.value {
        Value::Int(_) | Value::Float(_) => literal(node),
        Value::Text(text) if Kind::DateTime.holds(&Json::from(text.as_str())) => literal(node),
        _ => refuse(node, "a number or a date-time", findings),
    }
}

fn regex(node: &Node, findings: &mut Findings) -> Option<Demand> {
    let pattern = text(node, findings)?;
    match RegexBuilder::new(&pattern)
        .size_limit(LARGEST_REGEX)
        .build()
    {
        Ok(regex) => Some(Demand::Matches(regex)),
        Err(error) => {
            // The library draws its own excerpt; its last line is the reason.
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            let message = format!("not a regular expression: {reason}");
            findings.push(Diagnostic::error(&node.span, message));
            None
        }
    }
}

fn kind(node: &Node, findings: &mut Findings) -> Option<Demand> {
    let names = || Kind::ALL.iter().map(|(name, _)| *name);
    let word = match &node.value {
        // YAML reads the word `null` as nothing.
        Value::Null => "null",
        _ => &text(node, findings)?,
    };
    let kind = Kind::read(word);
    if kind.is_none() {
        let mut finding = Diagnostic::error(&node.span, format!("unknown type `{word}`"))
            .did_you_mean(word, names());
        if finding.help.is_none() {
            finding = finding.help(format!(
                "known types: {}",
                names().collect::<Vec<_>>().join(", ")
            ));
        }
        findings.push(finding);
    }
    kind.map(Demand::Is)
}

fn length(node: &Node, findings: &mut Findings) -> Option<Demand> {
    match &node.value {
        Value::Int(number) if *number < 0 => {
            findings.push(Diagnostic::error(&node.span, "a length cannot be negative"));
            None
        }
        Value::Int(_) => {
            let check = Check {
                span: node.span.clone(),
                demand: Demand::Equals(literal(node)?),
            };
            Some(Demand::Length(Box::new(Matcher {
                checks: vec![check],
            })))
        }
        _ => refuse(
            node,
            "a whole number or a map such as `{ ge: 1 }`",
            findings,
        ),
    }
}

fn exists(node: &Node, findings: &mut Findings) -> Option<Demand> {
    match &node.value {
        Value::Bool(true) => Some(Demand::Exists),
        Value::Bool(false) => Some(Demand::Missing),
        _ => refuse(node, "`true` or `false`", findings),
    }
}

fn includes(node: &Node, findings: &mut Findings) -> Option<Demand> {
    match &node.value {
        Value::Map(_) | Value::List(_) => Some(Demand::Includes(literal(node)?)),
        _ => refuse(node, "a map or a list", findings),
    }
}

fn words(node: &Node, findings: &mut Findings) -> Option<Demand> {
    let words = match &node.value {
        Value::List(items) => items
            .iter()
            .map(|item| text(item, findings))
            .collect::<Option<Vec<_>>>()?,
        Value::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        _ => return refuse(node, "a list of words", findings),
    };
    if words.is_empty()
        || words
            .iter()
            .any(|word| word.is_empty() || word.contains(' '))
    {
        let message = "each item is one word, and there is at least one";
        findings.push(Diagnostic::error(&node.span, message));
        return None;
    }
    Some(Demand::Words(words))
}

fn within(node: &Node, findings: &mut Findings) -> Option<Demand> {
    const EXPECTED: &str = "a length of time such as `90s` or `15m`";
    match &node.value {
        Value::Text(text) => match Delay::parse(text) {
            Some(Delay(length)) => Some(Demand::Within(length)),
            None => {
                findings.push(Diagnostic::error(
                    &node.span,
                    format!("expected {EXPECTED}"),
                ));
                None
            }
        },
        _ => refuse(node, EXPECTED, findings),
    }
}

fn schema(node: &Node, findings: &mut Findings) -> Option<Demand> {
    let compiled = match &node.value {
        Value::Text(name) => Schema::open(name, node),
        Value::Map(_) => Schema::compile(&literal(node)?, &node.span),
        _ => return refuse(node, "a schema, or the name of a file with one", findings),
    };
    match compiled {
        Ok(schema) => Some(Demand::Schema(Box::new(schema))),
        Err(finding) => {
            findings.push(finding);
            None
        }
    }
}

fn near(node: &Node, findings: &mut Findings) -> Option<Demand> {
    const SHAPE: &str = "a map such as `{ value: 0.5, by: 0.01 }`";
    let Value::Map(map) = &node.value else {
        return refuse(node, SHAPE, findings);
    };
    for entry in map {
        let key = entry.key.text.as_str();
        if !["value", "by"].contains(&key) {
            let message = format!("unknown key `{key}` in `near`");
            findings.push(
                Diagnostic::error(&entry.key.span, message).did_you_mean(key, ["value", "by"]),
            );
        }
    }
    let (Some(value), Some(by)) = (map.get("value"), map.get("by")) else {
        findings.push(Diagnostic::error(&node.span, format!("expected {SHAPE}")));
        return None;
    };
    let (value, by) = (number(value, findings), number(by, findings));
    let (value, by) = (value?, by?);
    if by < 0.0 {
        findings.push(Diagnostic::error(
            &node.span,
            "a distance cannot be negative",
        ));
        return None;
    }
    Some(Demand::Near { value, by })
}

fn number(node: &Node, findings: &mut Findings) -> Option<f64> {
    match &node.value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a distance is compared, not an identity"
        )]
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => refuse(node, "a number", findings),
    }
}
