//! Reads an expression: operators by precedence, then what binds tighter. The
//! order in which problems are found is that of Prometheus, so that the first
//! one, which is the one reported, is the same.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::check::check;
use super::expression::{
    Aggregate, Aggregator, Binary, Cardinality, Expression, LabelChoice, Matching, Node, Operator,
    Sign,
};
use super::function::Function;
use super::lexer::read_tokens;
use super::number::read_number;
use super::problem::Problem;
use super::token::{Kind, Token};
use crate::telemetry::error::ParseError;
use crate::telemetry::matcher::Matcher;

/// The longest expression, in bytes.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;
/// How many levels an expression may have.
pub const MAX_DEPTH: usize = 100;

/// Reads an expression and checks its types.
///
/// # Errors
/// Returns the first problem and its place.
pub fn parse(query: &str) -> Result<Expression, ParseError> {
    let mut parser = Parser::new(query)?;
    if matches!(parser.tokens[0].kind, Kind::End) {
        return Err(parser.problem_at(0, Problem::Empty));
    }
    let expression = parser.expression(LOOSEST)?;
    parser.expect_end()?;
    check(query, &expression)?;
    Ok(expression)
}

/// Reads a selector, as the `match[]` parameters have it.
///
/// # Errors
/// Returns the first problem and its place.
pub fn parse_selector(query: &str) -> Result<Vec<Matcher>, ParseError> {
    let mut parser = Parser::new(query)?;
    let kind = parser.kind()?;
    if !matches!(kind, Kind::LeftBrace) && !kind.names_metric() {
        return Err(parser.unexpected("", ""));
    }
    let selector = parser.selector()?;
    parser.expect_end()?;
    Ok(selector.all_matchers())
}

const LOOSEST: u8 = 1;

pub(super) struct Parser<'q> {
    pub(super) query: &'q str,
    pub(super) tokens: Vec<Token>,
    /// The index of the next token.
    pub(super) position: usize,
    /// The end of the token before it.
    last_end: usize,
    /// How many aggregations are not yet closed, which messages mention.
    open_aggregations: usize,
    nesting: usize,
    nodes: usize,
    pub(super) selectors: usize,
}

pub(super) type Parsed<T = Expression> = Result<T, ParseError>;

impl<'q> Parser<'q> {
    fn new(query: &'q str) -> Parsed<Self> {
        if query.len() > MAX_QUERY_BYTES {
            return Err(ParseError::at(query, 0, Problem::TooLong(MAX_QUERY_BYTES)));
        }
        Ok(Self {
            query,
            tokens: read_tokens(query),
            position: 0,
            last_end: 0,
            open_aggregations: 0,
            nesting: 0,
            nodes: 0,
            selectors: 0,
        })
    }

    pub(super) fn token(&self) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[self.position.min(last)]
    }

    /// What the next token is, or why there is none.
    pub(super) fn kind(&self) -> Parsed<&Kind> {
        match &self.token().kind {
            Kind::Failed(problem) => Err(self.problem_at(self.token().start, problem.clone())),
            kind => Ok(kind),
        }
    }

    pub(super) fn advance(&mut self) {
        self.last_end = self.token().end;
        self.position += 1;
    }

    /// Goes over a token if it is the next one.
    pub(super) fn accept(&mut self, is_wanted: fn(&Kind) -> bool) -> Parsed<bool> {
        let found = is_wanted(self.kind()?);
        if found {
            self.advance();
        }
        Ok(found)
    }

    pub(super) fn problem_at(&self, position: usize, problem: Problem) -> ParseError {
        ParseError::at(self.query, position, problem)
    }

    /// That the next token cannot stand here.
    pub(super) fn unexpected(&self, context: &'static str, expected: &'static str) -> ParseError {
        let token = self.token();
        if let Kind::Failed(problem) = &token.kind {
            return self.problem_at(token.start, problem.clone());
        }
        let problem = Problem::Unexpected {
            token: token.describe(self.query),
            context,
            expected,
        };
        self.problem_at(token.start, problem)
    }

    /// The same, where nothing more is known than the aggregation around it.
    fn unexpected_here(&self) -> ParseError {
        let is_aggregated = self.open_aggregations > 0;
        self.unexpected(if is_aggregated { "aggregation" } else { "" }, "")
    }

    fn expect_end(&self) -> Parsed<()> {
        match self.kind()? {
            Kind::End => Ok(()),
            _ => Err(self.unexpected_here()),
        }
    }

    /// A node from `start` to here, if it is not too deep.
    pub(super) fn node(&mut self, node: Node, start: usize, depth_below: usize) -> Parsed {
        let depth = depth_below + 1;
        if depth > MAX_DEPTH {
            return Err(self.problem_at(start, Problem::TooDeep(MAX_DEPTH)));
        }
        self.nodes += 1;
        Ok(Expression {
            node,
            id: self.nodes,
            start,
            end: self.last_end,
            depth,
        })
    }

    /// An expression of operators that bind at least as tight as `tightness`.
    fn expression(&mut self, tightness: u8) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(self.problem_at(self.token().start, Problem::TooDeep(MAX_DEPTH)));
        }
        let mut left = self.unary()?;
        while let Kind::Operator(operator) = *self.kind()? {
            let precedence = operator.precedence();
            if precedence < tightness {
                break;
            }
            self.advance();
            let returns_bool = self.accept(|kind| matches!(kind, Kind::Bool))?;
            let matching = self.matching()?;
            // Only the power groups from the right.
            let is_right = operator == Operator::Pow;
            let right = self.expression(if is_right { precedence } else { precedence + 1 })?;
            let (start, depth) = (left.start, left.depth.max(right.depth));
            let binary = Binary {
                operator,
                returns_bool,
                matching,
                left,
                right,
            };
            left = self.node(Node::Binary(Box::new(binary)), start, depth)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Matching> {
        let mut matching = Matching {
            labels: LabelChoice::Except(Vec::new()),
            cardinality: Cardinality::OneToOne,
            include: Vec::new(),
        };
        matching.labels = match self.kind()? {
            Kind::On => LabelChoice::Only(self.labels_after_keyword()?),
            Kind::Ignoring => LabelChoice::Except(self.labels_after_keyword()?),
            _ => return Ok(matching),
        };
        matching.cardinality = match self.kind()? {
            Kind::GroupLeft => Cardinality::ManyToOne,
            Kind::GroupRight => Cardinality::OneToMany,
            _ => return Ok(matching),
        };
        self.advance();
        // Without parentheses, the right operand has to follow.
        if matches!(self.kind()?, Kind::LeftParen) || !starts_expression(self.kind()?) {
            matching.include = self.labels()?;
        }
        Ok(matching)
    }

    fn labels_after_keyword(&mut self) -> Parsed<Vec<String>> {
        self.advance();
        self.labels()
    }

    /// A list of labels in parentheses.
    fn labels(&mut self) -> Parsed<Vec<String>> {
        const CONTEXT: &str = "grouping opts";
        if !self.accept(|kind| matches!(kind, Kind::LeftParen))? {
            return Err(self.unexpected(CONTEXT, "\"(\""));
        }
        let mut labels = Vec::new();
        loop {
            if self.accept(|kind| matches!(kind, Kind::RightParen))? {
                // `(a,)` is fine and `(,)` is not: the first turn has no comma.
                return Ok(labels);
            }
            if !self.kind()?.names_label() {
                return Err(self.unexpected(CONTEXT, "label"));
            }
            let token = self.token();
            labels.push(self.query[token.start..token.end].into());
            self.advance();
            if !self.accept(|kind| matches!(kind, Kind::Comma))? {
                if self.accept(|kind| matches!(kind, Kind::RightParen))? {
                    return Ok(labels);
                }
                return Err(self.unexpected(CONTEXT, "\",\" or \")\""));
            }
        }
    }

    fn unary(&mut self) -> Parsed {
        let sign = match self.kind()? {
            Kind::Operator(Operator::Add) => Sign::Plus,
            Kind::Operator(Operator::Sub) => Sign::Minus,
            _ => return self.operand(),
        };
        let start = self.token().start;
        self.advance();
        // A sign binds like a product: only the power is tighter.
        let mut operand = self.expression(Operator::Pow.precedence())?;
        if let Node::Number(value) = &mut operand.node {
            if sign == Sign::Minus {
                *value = -*value;
            }
            operand.start = start;
            return Ok(operand);
        }
        let depth = operand.depth;
        self.node(Node::Unary(sign, Box::new(operand)), start, depth)
    }

    /// A primary expression and the brackets and modifiers after it.
    fn operand(&mut self) -> Parsed {
        let mut operand = self.primary()?;
        loop {
            operand = match self.kind()? {
                Kind::LeftBracket => self.range_of(operand)?,
                Kind::Offset => self.offset_of(operand)?,
                Kind::At => self.anchor_of(operand)?,
                _ => return Ok(operand),
            };
            operand.end = self.last_end;
        }
    }

    fn primary(&mut self) -> Parsed {
        let start = self.token().start;
        let is_called = matches!(self.following(), Some(Kind::LeftParen));
        match self.kind()?.clone() {
            Kind::Number => {
                let text = &self.query[start..self.token().end];
                let value = read_number(text)
                    .map_err(|error| self.problem_at(start, Problem::Number(text.into(), error)))?;
                self.advance();
                self.node(Node::Number(value), start, 0)
            }
            Kind::Text(text) => {
                self.advance();
                self.node(Node::Text(text), start, 0)
            }
            Kind::LeftParen => {
                self.advance();
                let inner = self.expression(LOOSEST)?;
                if !self.accept(|kind| matches!(kind, Kind::RightParen))? {
                    return Err(self.unexpected_here());
                }
                let depth = inner.depth;
                self.node(Node::Paren(Box::new(inner)), start, depth)
            }
            Kind::Identifier if is_called => self.call(),
            Kind::Aggregator(aggregator)
                if is_called || matches!(self.following(), Some(Kind::By | Kind::Without)) =>
            {
                self.aggregate(aggregator)
            }
            kind if matches!(kind, Kind::LeftBrace) || kind.names_metric() => {
                let selector = self.selector()?;
                self.node(Node::Selector(selector), start, 0)
            }
            _ => Err(self.unexpected_here()),
        }
    }

    /// What the token after the next one is.
    fn following(&self) -> Option<&Kind> {
        self.tokens.get(self.position + 1).map(|token| &token.kind)
    }

    fn call(&mut self) -> Parsed {
        let token = self.token().clone();
        let name = &self.query[token.start..token.end];
        self.advance();
        let arguments = self.arguments()?;
        let function = Function::named(name)
            .ok_or_else(|| self.problem_at(token.start, Problem::UnknownFunction(name.into())))?;
        let depth = deepest(&arguments);
        self.node(Node::Call(function, arguments), token.start, depth)
    }

    /// Arguments in parentheses.
    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        if !self.accept(|kind| matches!(kind, Kind::LeftParen))? {
            return Err(self.unexpected_here());
        }
        let mut arguments = Vec::new();
        if self.accept(|kind| matches!(kind, Kind::RightParen))? {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(LOOSEST)?);
            let comma = self.token().start;
            if self.accept(|kind| matches!(kind, Kind::RightParen))? {
                return Ok(arguments);
            }
            if !self.accept(|kind| matches!(kind, Kind::Comma))? {
                return Err(self.unexpected_here());
            }
            if !starts_expression(self.kind()?) {
                return Err(self.problem_at(comma, Problem::TrailingComma));
            }
        }
    }

    fn aggregate(&mut self, aggregator: Aggregator) -> Parsed {
        let start = self.token().start;
        self.advance();
        self.open_aggregations += 1;
        let before = self.grouping()?;
        let mut arguments = self.arguments()?;
        self.open_aggregations -= 1;
        let grouping = match before {
            Some(grouping) => Some(grouping),
            None => self.grouping()?,
        };
        if arguments.is_empty() {
            return Err(self.problem_at(start, Problem::NoArguments));
        }
        let wanted = if aggregator.parameter().is_some() {
            2
        } else {
            1
        };
        let problem = Problem::AggregateArguments(wanted, arguments.len());
        let depth = deepest(&arguments);
        let expression = arguments.pop().filter(|_| arguments.len() + 1 == wanted);
        let expression = expression.ok_or_else(|| self.problem_at(start, problem))?;
        let aggregate = Aggregate {
            aggregator,
            grouping: grouping.unwrap_or(LabelChoice::Only(Vec::new())),
            parameter: arguments.pop(),
            expression,
        };
        self.node(Node::Aggregate(Box::new(aggregate)), start, depth)
    }

    fn grouping(&mut self) -> Parsed<Option<LabelChoice>> {
        Ok(match self.kind()? {
            Kind::By => Some(LabelChoice::Only(self.labels_after_keyword()?)),
            Kind::Without => Some(LabelChoice::Except(self.labels_after_keyword()?)),
            _ => None,
        })
    }
}

fn deepest(expressions: &[Expression]) -> usize {
    expressions
        .iter()
        .map(|expression| expression.depth)
        .max()
        .unwrap_or(0)
}

fn starts_expression(kind: &Kind) -> bool {
    kind.names_metric()
        || matches!(
            kind,
            Kind::Number
                | Kind::Text(_)
                | Kind::LeftParen
                | Kind::LeftBrace
                | Kind::Operator(Operator::Add | Operator::Sub)
        )
}
