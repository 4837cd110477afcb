//! Text with `$(…)` in it: what is literal, what stands for a value.
//!
//! Templates are recognised while the tree is built, so no later layer can
//! mistake a reference for text. What the references mean is `scope`'s subject.

use super::{diagnostic::Diagnostic, source::Span};

/// A scalar with at least one reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Literal and referenced pieces in written order.
    pub parts: Vec<Part>,
}

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// A `$(…)`.
    Reference(Reference),
}

/// A `$(…)` with its place, which is no part of equality.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The place of the whole `$(…)`.
    pub span: Span,
    /// What is between the parentheses.
    pub expression: Expression,
}

/// What can stand between the parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A name, and members of it: `id`, `case.who`, `target.url`.
    Name(Vec<String>),
    /// A function with its arguments: `base64(secret)`.
    Call(String, Vec<Self>),
    /// A whole number: the `8` of `random(8)`.
    Number(i64),
    /// Text in single quotes: the `+5m` of `unix('+5m')`.
    Text(String),
}

impl Template {
    /// The references in written order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Reference(reference) => Some(reference),
        })
    }

    /// The reference, if the scalar is nothing but one: its value keeps its type.
    pub fn whole(&self) -> Option<&Reference> {
        match self.parts.as_slice() {
            [Part::Reference(reference)] => Some(reference),
            _ => None,
        }
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl Eq for Reference {}

/// A scalar taken apart: plain text after unescaping, or a template.
pub(super) enum Scalar {
    Text(String),
    Template(Template),
}

/// Takes a scalar's text apart. `span` is where the scalar is written.
pub(super) fn read(text: &str, span: &Span) -> Result<Scalar, Diagnostic> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let (before, from_dollar) = rest.split_at(dollar);
        literal.push_str(before);
        if let Some(after) = from_dollar.strip_prefix("$$(") {
            literal.push_str("$(");
            rest = after;
        } else if let Some(body) = from_dollar.strip_prefix("$(") {
            let mut reader = ExpressionReader {
                rest: body,
                depth: 0,
            };
            let expression = reader
                .expression()
                .and_then(|expression| reader.token(')').map(|()| expression))
                .map_err(|problem| explain(&problem, from_dollar, span))?;
            let written = &from_dollar[..from_dollar.len() - reader.rest.len()];
            if !literal.is_empty() {
                parts.push(Part::Literal(core::mem::take(&mut literal)));
            }
            parts.push(Part::Reference(Reference {
                span: span.find(written),
                expression,
            }));
            rest = reader.rest;
        } else {
            literal.push('$');
            rest = &from_dollar[1..];
        }
    }
    literal.push_str(rest);
    if parts.is_empty() {
        return Ok(Scalar::Text(literal));
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(Scalar::Template(Template { parts }))
}

/// Why the text after `$(` is not an expression.
enum Problem {
    Unclosed,
    Empty,
    TooDeep,
    NumberTooBig,
    Unexpected(char),
}

fn explain(problem: &Problem, from_dollar: &str, span: &Span) -> Diagnostic {
    let literal_help = "write `$$(` for a literal `$(`";
    let first_line = from_dollar.lines().next().unwrap_or_default();
    let written = match first_line.find(')') {
        Some(end) => &first_line[..=end],
        None => first_line.trim_end(),
    };
    let place = span.find(written);
    match problem {
        Problem::Unclosed => Diagnostic::error(&place, "`$(` without a closing `)`"),
        Problem::Empty => Diagnostic::error(&place, "`$()` names nothing"),
        Problem::TooDeep => Diagnostic::error(&place, "calls are nested too deeply"),
        Problem::NumberTooBig => Diagnostic::error(&place, "the number in `$(…)` is too big"),
        Problem::Unexpected(found) => Diagnostic::error(
            &place,
            format!("unexpected `{}` inside `$(…)`", found.escape_debug()),
        )
        .help("a reference is a name, `name.member` or `function(argument, …)`"),
    }
    .help(literal_help)
}

const MAX_CALL_DEPTH: usize = 16;

struct ExpressionReader<'a> {
    rest: &'a str,
    depth: usize,
}

impl ExpressionReader<'_> {
    fn expression(&mut self) -> Result<Expression, Problem> {
        self.skip_blanks();
        match self.rest.chars().next() {
            None => Err(Problem::Unclosed),
            Some(')') => Err(Problem::Empty),
            Some('\'') => self.quoted(),
            Some(first) if first == '-' || first.is_ascii_digit() => self.number(),
            Some(first) if starts_name(first) => self.name_or_call(),
            Some(other) => Err(Problem::Unexpected(other)),
        }
    }

    fn name_or_call(&mut self) -> Result<Expression, Problem> {
        let name = self.word();
        if self.rest.starts_with('(') {
            self.rest = &self.rest[1..];
            return Ok(Expression::Call(name, self.arguments()?));
        }
        let mut path = vec![name];
        while let Some(after) = self.rest.strip_prefix('.') {
            self.rest = after;
            match self.rest.chars().next() {
                Some(first) if starts_name(first) || first.is_ascii_digit() => {
                    path.push(self.word());
                }
                Some(other) => return Err(Problem::Unexpected(other)),
                None => return Err(Problem::Unclosed),
            }
        }
        Ok(Expression::Name(path))
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, Problem> {
        self.depth += 1;
        if self.depth > MAX_CALL_DEPTH {
            return Err(Problem::TooDeep);
        }
        let mut arguments = Vec::new();
        self.skip_blanks();
        if !self.rest.starts_with(')') {
            loop {
                arguments.push(self.expression()?);
                self.skip_blanks();
                match self.rest.strip_prefix(',') {
                    Some(after) => self.rest = after,
                    None => break,
                }
            }
        }
        self.token(')')?;
        self.depth -= 1;
        Ok(arguments)
    }

    fn quoted(&mut self) -> Result<Expression, Problem> {
        let body = &self.rest[1..];
        let end = body.find('\'').ok_or(Problem::Unclosed)?;
        self.rest = &body[end + 1..];
        Ok(Expression::Text(body[..end].to_owned()))
    }

    fn number(&mut self) -> Result<Expression, Problem> {
        let digits_from = usize::from(self.rest.starts_with('-'));
        let end = self.rest[digits_from..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(self.rest.len(), |at| at + digits_from);
        if end == digits_from {
            return Err(Problem::Unexpected('-'));
        }
        let (digits, after) = self.rest.split_at(end);
        let number = digits.parse().map_err(|_| Problem::NumberTooBig)?;
        self.rest = after;
        Ok(Expression::Number(number))
    }

    fn word(&mut self) -> String {
        let end = self
            .rest
            .find(|c: char| !continues_name(c))
            .unwrap_or(self.rest.len());
        let (word, after) = self.rest.split_at(end);
        self.rest = after;
        word.to_owned()
    }

    fn token(&mut self, expected: char) -> Result<(), Problem> {
        self.skip_blanks();
        match self.rest.chars().next() {
            Some(found) if found == expected => {
                self.rest = &self.rest[found.len_utf8()..];
                Ok(())
            }
            Some(found) => Err(Problem::Unexpected(found)),
            None => Err(Problem::Unclosed),
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }
}

fn starts_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_ascii_digit() || c == '-'
}

/// Whether a word can be used as a name in `$(…)`.
pub fn is_name(word: &str) -> bool {
    word.starts_with(starts_name) && word.chars().all(continues_name)
}
