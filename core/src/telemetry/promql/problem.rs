//! Everything that can be wrong with an expression, in the words of
//! Prometheus 2.42. Where it stands is the business of [`super::super::error`].

use alloc::string::String;
use core::fmt;

use crate::telemetry::duration::DurationError;
use crate::telemetry::pattern::PatternError;
use crate::telemetry::text::{Decimal, FloatError, Quoted, QuotedChar};

/// What is wrong with an expression.
#[derive(Debug, Clone)]
pub enum Problem {
    /// There is no expression.
    Empty,
    /// The expression has more bytes than allowed.
    TooLong(usize),
    /// The expression nests deeper than allowed.
    TooDeep(usize),
    /// A character that no token starts with.
    Character(char),
    /// A character that no token within braces starts with.
    CharacterInBraces(char),
    /// A character that cannot stand within brackets.
    CharacterInBrackets(char),
    /// A character that cannot follow `=`.
    AfterEquals(char),
    /// A character that cannot follow `!`.
    AfterBang(char),
    /// A character that cannot follow `!` within braces.
    AfterBangInBraces(char),
    /// A bracket, brace, parenthesis or colon where none may be.
    Stray(&'static str, char),
    /// Something opened is not closed.
    Unclosed(&'static str),
    /// A malformed number or duration.
    NumberOrDuration(String),
    /// A malformed duration within brackets.
    DurationSyntax(String),
    /// A number within brackets without its unit.
    MissingUnit,
    /// The end of the expression within an escape.
    OpenEscape,
    /// An escape that does not exist.
    UnknownEscape(char),
    /// A character that is no digit of an escape.
    EscapeDigit(char),
    /// An escape for something that is not a character.
    EscapeValue,
    /// Escapes that together are not UTF-8, which Prometheus would accept.
    EscapedBytes,
    /// A token that cannot stand where it stands.
    Unexpected {
        /// What was found.
        token: String,
        /// Within what; may be empty.
        context: &'static str,
        /// What should have been found; may be empty.
        expected: &'static str,
    },
    /// A number that cannot be read.
    Number(String, FloatError),
    /// A duration that cannot be read.
    Duration(DurationError),
    /// A duration of zero.
    ZeroDuration,
    /// A regular expression that cannot be compiled.
    Pattern(PatternError),
    /// A function that does not exist.
    UnknownFunction(String),
    /// A comma after the last argument.
    TrailingComma,
    /// A range after something that is not a selector.
    RangeOf,
    /// A range after `offset`.
    RangeAfterOffset,
    /// A range after `@`.
    RangeAfterAt,
    /// `offset` after something that does not select.
    OffsetOf,
    /// Two `offset`s for one selector.
    RepeatedOffset,
    /// `@` after something that does not select.
    AtOf,
    /// Two `@`s for one selector.
    RepeatedAt,
    /// A time after `@` that is too far away.
    AtRange(f64),
    /// An aggregation of nothing.
    NoArguments,
    /// An aggregation with too few or too many arguments.
    AggregateArguments(usize, usize),
    /// A function with a wrong number of arguments: the words before the
    /// number, the number, the function, and how many there were.
    Arguments(&'static str, usize, &'static str, usize),
    /// A value of another type than needed.
    Type {
        /// What is needed.
        expected: &'static str,
        /// Where it is needed.
        context: TypeContext,
        /// What was found.
        found: &'static str,
    },
    /// `bool` on an operator that does not compare.
    BoolModifier,
    /// A comparison of two numbers without `bool`.
    ScalarComparison,
    /// A label that would both match and be copied.
    OnAndGroup(String),
    /// An operand that is neither a number nor a vector.
    Operand,
    /// `on` or `ignoring` with a number as operand.
    MatchingOfScalar,
    /// `group_left` or `group_right` with a set operator.
    SetGrouping(&'static str),
    /// A set operator with a number as operand.
    SetOfScalar(&'static str),
    /// A sign before something that is neither a number nor a vector.
    UnaryOperand(&'static str),
    /// A subquery of something that is not an instant vector.
    SubqueryOf(&'static str),
    /// A selector that any series matches.
    EmptySelector,
    /// Two names for the metric.
    RepeatedName(String, String),
}

/// Where a value of a certain type is needed.
#[derive(Debug, Clone, Copy)]
pub enum TypeContext {
    /// As an argument of a function.
    Function(&'static str),
    /// As what is aggregated.
    Aggregation,
    /// As the parameter of an aggregation.
    Parameter,
}

impl fmt::Display for TypeContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(f, "call to function \"{name}\""),
            Self::Aggregation => f.write_str("aggregation expression"),
            Self::Parameter => f.write_str("aggregation parameter"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no expression found in input"),
            Self::TooLong(limit) => write!(f, "expression exceeds {limit} bytes"),
            Self::TooDeep(limit) => write!(f, "expression nests deeper than {limit} levels"),
            Self::Character(c) => write!(f, "unexpected character: {}", QuotedChar(*c)),
            Self::CharacterInBraces(c) => {
                write!(f, "unexpected character inside braces: {}", QuotedChar(*c))
            }
            Self::CharacterInBrackets(c) => {
                write!(f, "unexpected character: {}, expected ':'", QuotedChar(*c))
            }
            Self::AfterEquals(c) => write!(f, "unexpected character after '=': {}", QuotedChar(*c)),
            Self::AfterBang(c) => write!(f, "unexpected character after '!': {}", QuotedChar(*c)),
            Self::AfterBangInBraces(c) => {
                write!(
                    f,
                    "unexpected character after '!' inside braces: {}",
                    QuotedChar(*c)
                )
            }
            Self::Stray(what, c) => write!(f, "unexpected {what} {}", QuotedChar(*c)),
            Self::Unclosed(what) => f.write_str(what),
            Self::NumberOrDuration(text) => {
                write!(f, "bad number or duration syntax: {}", Quoted(text))
            }
            Self::DurationSyntax(text) => write!(f, "bad duration syntax: {}", Quoted(text)),
            Self::MissingUnit => f.write_str("missing unit character in duration"),
            Self::OpenEscape => f.write_str("escape sequence not terminated"),
            Self::UnknownEscape(c) => {
                write!(f, "unknown escape sequence {}", CodePoint(*c))
            }
            Self::EscapeDigit(c) => {
                write!(f, "illegal character {} in escape sequence", CodePoint(*c))
            }
            Self::EscapeValue => f.write_str("escape sequence is an invalid Unicode code point"),
            Self::EscapedBytes => f.write_str("escape sequences do not form valid UTF-8"),
            Self::Unexpected {
                token,
                context,
                expected,
            } => {
                write!(f, "unexpected {token}")?;
                if !context.is_empty() {
                    write!(f, " in {context}")?;
                }
                if !expected.is_empty() {
                    write!(f, ", expected {expected}")?;
                }
                Ok(())
            }
            Self::Number(text, error) => write!(
                f,
                "error parsing number: strconv.ParseFloat: parsing {}: {error}",
                Quoted(text)
            ),
            Self::Duration(error) => error.fmt(f),
            Self::ZeroDuration => f.write_str("duration must be greater than 0"),
            Self::Pattern(error) => error.fmt(f),
            Self::UnknownFunction(name) => {
                write!(f, "unknown function with name {}", Quoted(name))
            }
            _ => self.write_meaning(f),
        }
    }
}

impl Problem {
    /// The problems of expressions whose syntax is right.
    fn write_meaning(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SELECTORS: &str =
            "must be preceded by an instant vector selector or range vector selector or a subquery";
        match self {
            Self::TrailingComma => f.write_str("trailing commas not allowed in function call args"),
            Self::RangeOf => f.write_str("ranges only allowed for vector selectors"),
            Self::RangeAfterOffset => f.write_str("no offset modifiers allowed before range"),
            Self::RangeAfterAt => f.write_str("no @ modifiers allowed before range"),
            Self::OffsetOf => write!(f, "offset modifier {SELECTORS}"),
            Self::RepeatedOffset => f.write_str("offset may not be set multiple times"),
            Self::AtOf => write!(f, "@ modifier {SELECTORS}"),
            Self::RepeatedAt => f.write_str("@ <timestamp> may not be set multiple times"),
            Self::AtRange(value) => write!(
                f,
                "timestamp out of bounds for @ modifier: {}",
                Fixed(*value)
            ),
            Self::NoArguments => f.write_str("no arguments for aggregate expression provided"),
            Self::AggregateArguments(expected, found) => write!(
                f,
                "wrong number of arguments for aggregate expression provided, \
                 expected {expected}, got {found}"
            ),
            Self::Arguments(expected, count, function, found) => write!(
                f,
                "expected {expected}{count} argument(s) in call to \"{function}\", got {found}"
            ),
            Self::Type {
                expected,
                context,
                found,
            } => write!(f, "expected type {expected} in {context}, got {found}"),
            Self::BoolModifier => {
                f.write_str("bool modifier can only be used on comparison operators")
            }
            Self::ScalarComparison => {
                f.write_str("comparisons between scalars must use BOOL modifier")
            }
            Self::OnAndGroup(label) => write!(
                f,
                "label {} must not occur in ON and GROUP clause at once",
                Quoted(label)
            ),
            Self::Operand => {
                f.write_str("binary expression must contain only scalar and instant vector types")
            }
            Self::MatchingOfScalar => {
                f.write_str("vector matching only allowed between instant vectors")
            }
            Self::SetGrouping(operator) => {
                write!(f, "no grouping allowed for \"{operator}\" operation")
            }
            Self::SetOfScalar(operator) => write!(
                f,
                "set operator \"{operator}\" not allowed in binary scalar expression"
            ),
            Self::UnaryOperand(found) => write!(
                f,
                "unary expression only allowed on expressions of type scalar or instant vector, \
                 got \"{found}\""
            ),
            Self::SubqueryOf(found) => write!(
                f,
                "subquery is only allowed on instant vector, got {found} instead"
            ),
            Self::EmptySelector => {
                f.write_str("vector selector must contain at least one non-empty matcher")
            }
            Self::RepeatedName(outside, inside) => write!(
                f,
                "metric name must not be set twice: {} or {}",
                Quoted(outside),
                Quoted(inside)
            ),
            // All others are written by `Display`.
            _ => Ok(()),
        }
    }
}

/// A character as `%#U` of Go: `U+0071 'q'`.
struct CodePoint(char);

impl fmt::Display for CodePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", self.0 as u32)?;
        if self.0.is_control() {
            return Ok(());
        }
        write!(f, " '{}'", self.0)
    }
}

/// A float as `%f` of Go.
struct Fixed(f64);

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_finite() {
            write!(f, "{:.6}", self.0)
        } else {
            Decimal(self.0).fmt(f)
        }
    }
}
